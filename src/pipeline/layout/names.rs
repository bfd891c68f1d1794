//! Column names as BigQuery takes them. Its documentation of schemas and of flexible column names is the source.

use std::fmt;

/// Most characters of a name.
pub const LONGEST: usize = 300;

/// How no name may begin, in any case: BigQuery keeps these to itself.
const RESERVED: [&str; 9] = [
    "_TABLE_",
    "_FILE_",
    "_PARTITION",
    "_ROW_TIMESTAMP",
    "__ROOT__",
    "_COLIDENTIFIER",
    "_CHANGE_SEQUENCE_NUMBER",
    "_CHANGE_TYPE",
    "_CHANGE_TIMESTAMP",
];

/// Characters that not even a flexible name may have.
const NEVER: &str = "!\"$()*,./;?@[\\]^`{}~";

/// What is wrong with a name; reads as the end of a sentence that begins with the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// It has no character.
    Empty,
    /// It has this many characters.
    TooLong(usize),
    /// It begins like one of BigQuery's own.
    Reserved(&'static str),
    /// It begins with a digit, as only a flexible name may.
    Digit,
    /// It has a character that no name may have.
    Character(char),
    /// It has a character that only a flexible name may have, which loads and tools may refuse.
    Flexible(char),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameFault::Empty => f.write_str("has an empty name, which BigQuery refuses"),
            NameFault::TooLong(count) => write!(f, "has a name of {count} characters; BigQuery takes {LONGEST}"),
            NameFault::Reserved(prefix) => write!(f, "has a name that begins with {prefix}, which BigQuery keeps to itself"),
            NameFault::Digit => f.write_str("has a name that begins with a digit, which only flexible column names may"),
            NameFault::Character(c) => write!(f, "has {} in its name, which BigQuery refuses", shown(*c)),
            NameFault::Flexible(c) => write!(f, "has {} in its name, which only flexible column names may have", shown(*c)),
        }
    }
}

fn shown(c: char) -> String {
    crate::ground::text::visible(&format!("'{c}'")).into_owned()
}

impl NameFault {
    /// Whether BigQuery refuses the name: a flexible one it takes.
    pub fn is_refused(self) -> bool {
        !matches!(self, NameFault::Digit | NameFault::Flexible(_))
    }
}

/// The worst that is wrong with a name; `None` where it is letters, digits and `_`, begins with no digit, and is not reserved.
pub fn fault(name: &str) -> Option<NameFault> {
    let Some(first) = name.chars().next() else { return Some(NameFault::Empty) };
    if name.len() > LONGEST && name.chars().count() > LONGEST {
        return Some(NameFault::TooLong(name.chars().count()));
    }
    let reserved = |prefix: &&str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if first == '_'
        && let Some(prefix) = RESERVED.into_iter().find(reserved)
    {
        return Some(NameFault::Reserved(prefix));
    }
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return first.is_ascii_digit().then_some(NameFault::Digit);
    }
    let never = name.chars().find(|&c| NEVER.contains(c) || crate::ground::text::is_unsafe(c));
    let flexible = name.chars().find(|&c| !c.is_ascii_alphanumeric() && c != '_');
    never.map(NameFault::Character).or(first.is_ascii_digit().then_some(NameFault::Digit)).or(flexible.map(NameFault::Flexible))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_well() {
        for name in ["a", "_64bit", "Payload", "_", "table_", &"x".repeat(LONGEST)] {
            assert_eq!(fault(name), None, "{name}");
        }
    }

    #[test]
    fn what_bigquery_refuses_is_told() {
        assert_eq!(fault(""), Some(NameFault::Empty));
        assert_eq!(fault(&"é".repeat(301)), Some(NameFault::TooLong(301)));
        assert_eq!(fault(&"é".repeat(300)), Some(NameFault::Flexible('é')), "characters count and not bytes");
        assert_eq!(fault("_partitionTIME"), Some(NameFault::Reserved("_PARTITION")));
        assert_eq!(fault("64bit"), Some(NameFault::Digit));
        assert_eq!(fault("a.b-c"), Some(NameFault::Character('.')));
        assert_eq!(fault("a-b"), Some(NameFault::Flexible('-')));
        assert_eq!(fault("a\u{1b}").map(|fault| fault.to_string()), Some("has '\\u{1b}' in its name, which BigQuery refuses".into()));
    }
}
