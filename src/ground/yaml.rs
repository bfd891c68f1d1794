//! Texts in YAML, always in double quotes: what stands in them is never a number, a key, a comment or an anchor.
//!
//! Owns: quoting.
//! Refuses: reading YAML (tree).

pub mod tree;

use crate::ground::text::is_unsafe;

/// The text as a double-quoted scalar on one line. What YAML forbids in a file, or a reader would not see, is written as its number.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) || is_no_character(c) => match c as u32 {
                code @ ..=0xff => out.push_str(&format!("\\x{code:02x}")),
                code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Code points that are no characters: the last two of each plane, and those set aside.
fn is_no_character(c: char) -> bool {
    let code = c as u32;
    code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_it_says_it_is_a_text_on_one_line() {
        for (text, written) in [
            ("no", "\"no\""),
            ("", "\"\""),
            ("a: b # c\n- *d", "\"a: b # c\\n- *d\""),
            ("\"\\\t", "\"\\\"\\\\\\t\""),
            ("\0\u{85}\u{feff}\u{ffff}\u{e0001}", "\"\\x00\\x85\\ufeff\\uffff\\U000e0001\""),
            ("日本 🦀", "\"日本 🦀\""),
        ] {
            assert_eq!(quoted(text), written);
        }
    }
}
