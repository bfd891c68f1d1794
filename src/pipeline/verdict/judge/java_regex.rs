//! A `java.util.regex` pattern in the words of our engine.
//!
//! Owns: what the same sign means in both (`.`, `$`, `\d`, `\w`, `\s`, quoting, set operators).
//! Refuses: constructs that our engine lacks or understands in another way: the reason is told.

/// Characters that Java holds to end a line.
const NOT_BREAK: &str = r"[^\n\r\u{85}\u{2028}\u{2029}]";
/// Java's `$`: the end, or before the line break that ends the text.
const END: &str = r"(?=(?:\r\n|(?<!\r)\n|[\r\u{85}\u{2028}\u{2029}])?\z)";
const SPACE: &str = r"\t\n\x0B\x0C\r ";

/// Translates a pattern; `before_break` where the text ends with a line break, before which `$` holds as well.
pub(super) fn translate(pattern: &str, before_break: bool) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut depth = 0_usize;
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, depth > 0, before_break, &mut out)?,
            '[' => {
                depth += 1;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // A bracket that closes nothing yet is a character in our engine and an error in Java.
                if rest.peek() == Some(&']') {
                    return Err("an empty character class".to_owned());
                }
            }
            ']' if depth > 0 => {
                depth -= 1;
                out.push(']');
            }
            '-' | '~' if depth > 0 && rest.peek() == Some(&c) => out.extend(['\\', c]),
            '.' if depth == 0 => out.push_str(NOT_BREAK),
            '$' if depth == 0 && before_break => out.push_str(END),
            '$' if depth == 0 => out.push_str("\\z"),
            '^' if depth == 0 => out.push_str("\\A"),
            '(' if depth == 0 => group(&mut rest, &mut out)?,
            c => out.push(c),
        }
    }
    Ok(out)
}

type PatternRest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// An opening bracket with what follows a question mark.
fn group(rest: &mut PatternRest<'_>, out: &mut String) -> Result<(), String> {
    out.push('(');
    if rest.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    match rest.peek() {
        Some(':' | '=' | '!' | '>' | '<') => {
            out.push('?');
            Ok(())
        }
        _ => Err("inline flags mean other things in Java".to_owned()),
    }
}

fn escape(rest: &mut PatternRest<'_>, in_class: bool, before_break: bool, out: &mut String) -> Result<(), String> {
    let Some(c) = rest.next() else { return Err("a backslash at the end".to_owned()) };
    let bare = |set: &str, not: &str| if in_class { set.to_owned() } else { format!("[{not}{set}]") };
    match c {
        'd' => out.push_str(&bare("0-9", "")),
        'w' => out.push_str(&bare("a-zA-Z0-9_", "")),
        's' => out.push_str(&bare(SPACE, "")),
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^a-zA-Z0-9_]"),
        'S' => out.push_str(&format!("[^{SPACE}]")),
        'Q' => quoted(rest, out),
        'z' if !in_class => out.push_str("\\z"),
        'Z' if !in_class => out.push_str(if before_break { END } else { "\\z" }),
        'A' | 'b' | 'B' if !in_class => out.extend(['\\', c]),
        'n' | 'r' | 't' | 'f' | 'a' => out.extend(['\\', c]),
        'e' => out.push_str("\\x1B"),
        'x' => hexadecimal(rest, 2, out)?,
        'u' => hexadecimal(rest, 4, out)?,
        '1'..='9' if !in_class => out.extend(['\\', c]),
        c if c.is_ascii_alphanumeric() => return Err(format!("\\{c} has no counterpart here")),
        c if c.is_ascii() => out.extend(['\\', c]),
        c => out.push(c),
    }
    Ok(())
}

/// `\Q…\E`: every character stands for itself.
fn quoted(rest: &mut PatternRest<'_>, out: &mut String) {
    while let Some(c) = rest.next() {
        if c == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            return;
        }
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
}

fn hexadecimal(rest: &mut PatternRest<'_>, digits: usize, out: &mut String) -> Result<(), String> {
    let text: String = if rest.next_if_eq(&'{').is_some() {
        rest.by_ref().take_while(|&c| c != '}').collect()
    } else {
        rest.by_ref().take(digits).collect()
    };
    let c = u32::from_str_radix(&text, 16).ok().and_then(char::from_u32);
    let c = c.ok_or_else(|| format!("{text:?} is not the number of a character"))?;
    out.push_str(&format!("\\x{{{:x}}}", u32::from(c)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_keep_their_java_meaning() {
        assert_eq!(translate(r"^[\w-]+\d$", false).as_deref(), Ok(r"\A[a-zA-Z0-9_-]+[0-9]\z"));
        assert_eq!(translate("^[a-z-_]*$", false).as_deref(), Ok(r"\A[a-z-_]*\z"));
        assert_eq!(translate(r"\u00e9\x41", false).as_deref(), Ok(r"\x{e9}\x{41}"));
        assert_eq!(translate("[a--z]", false).as_deref(), Ok(r"[a\--z]"));
        assert!(translate(r"\p{Alpha}", false).is_err());
        assert!(translate("(?i)a", false).is_err());
        assert!(translate("a\\", false).is_err());
    }
}
