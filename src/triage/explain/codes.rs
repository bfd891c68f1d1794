//! Codes of terminals and characters of text processors in a log.
//!
//! Owns: a line as it was meant to be read.
//! Refuses: what programs put before a line (prefixes).

use std::borrow::Cow;

/// How the character that begins a code is spelled where it was made visible, or was lost.
const SPELLED: [&str; 6] = ["\\u001b[", "\\u001B[", "\\x1b[", "\\033[", "^[[", "␛["];

/// How many characters a colour's code has behind its bracket: `0;31m`.
fn colour(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';').filter(|&end| end > 0)?;
    (rest.as_bytes().get(end) == Some(&b'm')).then_some(end + 1)
}

/// Takes terminal codes out, with and without the character that begins them.
pub(super) fn without_codes(line: &str) -> String {
    let mut text = Cow::Borrowed(line);
    if line.contains(['\\', '^', '␛']) {
        for spelled in SPELLED.iter().filter(|spelled| line.contains(**spelled)) {
            text = Cow::Owned(text.replace(spelled, "\u{1b}["));
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '[' => match colour(&chars.clone().take(12).collect::<String>()) {
                Some(length) => _ = chars.nth(length - 1),
                None => out.push(c),
            },
            '\u{1b}' => match chars.next() {
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                // A title or a link ends with a bell or a backslash.
                Some(']') => {
                    while chars.next_if(|&c| c != '\u{7}' && c != '\u{1b}').is_some() {}
                    if chars.next() == Some('\u{1b}') {
                        chars.next();
                    }
                }
                _ => {}
            },
            '\u{9b}' => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
            '\u{200b}' | '\u{feff}' => {}
            // What text processors and pages on the web put in the place of blanks and quotes.
            '\t' | '\u{a0}' | '\u{2007}' | '\u{202f}' => out.push(' '),
            '“' | '”' => out.push('"'),
            '‘' | '’' => out.push('\''),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
