//! What a history is asked of: a node of a schema file, or a column.
//!
//! Owns: reading it as it is typed, what is wrong with what is neither.
//! Refuses: finding it (blame).

use crate::ground::text::visible;
use crate::pipeline::document::unescape_pointer;

/// A node of a schema file, or a column of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlameTarget {
    /// Any value of the schema file, by its decoded tokens.
    Node(Vec<String>),
    /// A column, by the names from the top on.
    Column(Vec<String>),
}

impl BlameTarget {
    /// Reads a pointer (RFC 6901, also after `#`) or else the names of a column with dots between them.
    ///
    /// # Errors
    /// It is neither: what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (pointer, is_fragment) = text.strip_prefix('#').map_or((text, false), |pointer| (pointer, true));
        if pointer.starts_with('/') || (is_fragment && pointer.is_empty()) {
            let pointer = if is_fragment { unquoted(pointer).map_err(|why| bad(text, &why))? } else { pointer.to_owned() };
            if let Some(rest) = pointer.split('~').skip(1).find(|rest| !rest.starts_with(['0', '1'])) {
                let next: String = rest.chars().take(1).collect();
                return Err(bad(text, &format!("~{next} means nothing in it: ~0 is written for ~, ~1 for /")));
            }
            return Ok(BlameTarget::Node(unescape_pointer(&pointer)));
        }
        let names: Vec<String> = pointer.split('.').map(str::to_owned).collect();
        if is_fragment || names.iter().any(String::is_empty) {
            return Err(
                "a node is a pointer into the schema file, /properties/payload/maxLength, a column its names, metrics.counter.a".to_owned()
            );
        }
        Ok(BlameTarget::Column(names))
    }
}

impl std::fmt::Display for BlameTarget {
    /// As it is typed; the root is `#`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BlameTarget::Node(tokens) if tokens.is_empty() => f.write_str("#"),
            BlameTarget::Node(tokens) => tokens.iter().try_for_each(|token| write!(f, "/{}", token.replace('~', "~0").replace('/', "~1"))),
            BlameTarget::Column(names) => f.write_str(&names.join(".")),
        }
    }
}

fn bad(pointer: &str, why: &str) -> String {
    format!("{} is a bad JSON pointer: {}", visible(pointer), visible(why))
}

/// `%20` and the like in a pointer that is part of an address; an error says what is wrong with them.
fn unquoted(pointer: &str) -> Result<String, String> {
    let mut parts = pointer.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            return Err("behind # two hexadecimal digits follow each %, and % itself is written %25".to_owned());
        };
        bytes.push(code);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).map_err(|_| "its % signs do not spell UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_pointer_is_called_so_with_what_is_wrong() {
        let said = |text: &str| BlameTarget::parse(text).unwrap_err();
        assert_eq!(said("/properties/~2"), "/properties/~2 is a bad JSON pointer: ~2 means nothing in it: ~0 is written for ~, ~1 for /");
        for (wrong, why) in
            [("/a~", "~ means nothing"), ("#/a%2", "two hexadecimal digits"), ("#/%+1", "two hex"), ("#/%ff", "do not spell UTF-8")]
        {
            assert!(said(wrong).starts_with(&format!("{wrong} is a bad JSON pointer: ")) && said(wrong).contains(why), "{}", said(wrong));
        }
        let tokens = |text: &str| match BlameTarget::parse(text) {
            Ok(BlameTarget::Node(tokens)) => tokens,
            other => panic!("{other:?}"),
        };
        assert_eq!((tokens("/a~01/%41"), tokens("#/a%7E1b%20c/%25")), (vec!["a~1".into(), "%41".into()], vec!["a/b c".into(), "%".into()]));
    }
}
