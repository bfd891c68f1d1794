//! `\p{…}` and `\P{…}`.
//!
//! Owns: classes of ASCII by name, categories of Unicode, what Java knows by no name.
//! Refuses: blocks, Java's own classes and properties by value: our engine has other names for them or none.

use super::{PatternRefusal, PatternRest, braced, lacking, wrong};

/// Classes of ASCII characters, with what they hold.
const ASCII: [(&str, &str); 13] = [
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", r"\x00-\x7F"),
    ("Alpha", "a-zA-Z"),
    ("Digit", "0-9"),
    ("Alnum", "a-zA-Z0-9"),
    ("Punct", r"!-/:-@\[-`{-~"),
    ("Graph", "!-~"),
    ("Print", r"\x20-~"),
    ("Blank", r"\x20\t"),
    ("Cntrl", r"\x00-\x1F\x7F"),
    ("XDigit", "0-9a-fA-F"),
    ("Space", r"\x20\t\n\x0B\x0C\r"),
];
const CATEGORIES: &str = "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No Z Zs Zl Zp C Cc Cf Co Cs Cn P Pd Ps Pe Pc Po Pi Pf S Sm Sc Sk So";
/// Further classes that only Java names so.
const OF_JAVA: [&str; 4] = ["LC", "LD", "L1", "all"];

/// What follows `\p` or `\P`.
pub(super) fn property(negated: bool, rest: &mut PatternRest<'_>, out: &mut String) -> Result<(), PatternRefusal> {
    let name = match rest.next() {
        Some('{') => match braced(rest) {
            Some(name) => name,
            None => return wrong("the name of a property is not closed"),
        },
        Some(c) => c.to_string(),
        None => String::new(),
    };
    let sign = if negated { 'P' } else { 'p' };
    if let Some((_, set)) = ASCII.iter().find(|(known, _)| *known == name) {
        out.push_str(&format!("[{}{set}]", if negated { "^" } else { "" }));
        return Ok(());
    }
    let of_unicode = name.strip_prefix("Is").filter(|rest| !rest.is_empty());
    match of_unicode.or_else(|| CATEGORIES.split(' ').find(|known| *known == name)) {
        Some(known) => {
            out.push_str(&format!("\\{sign}{{{known}}}"));
            Ok(())
        }
        None if OF_JAVA.contains(&name.as_str()) || name.starts_with("In") || name.starts_with("java") || name.contains('=') => {
            lacking(format!("\\{sign}{{{name}}} has no counterpart here"))
        }
        None => wrong(format!("\\{sign}{{{name}}} is not known to it")),
    }
}
