//! What a violation asks of its schema node, so that the node takes the value.
//!
//! Owns: the one fact about the value that counts for the keyword: its length, its type, its key.
//! Refuses: deciding on an edit (choose).

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::Violation;

/// What a node would have to take.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Need {
    /// So many characters, elements, members.
    Count(u64),
    /// A number, as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A value, as JSON.
    Value(String),
    /// A type.
    Type(&'static str),
    /// A key, with the type of its value.
    Key(String, &'static str),
    /// An object without this key.
    Missing(String),
    /// An object that has the first key without the second.
    Apart(String, String),
    /// That the keyword does not hold.
    Nothing,
}

/// JSON Schema's type of a value.
pub(super) fn type_of(document: &Document, node: NodeId) -> &'static str {
    match document.kind(node) {
        Kind::Number if document.raw(node).iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') => "integer",
        kind => kind.name(),
    }
}

/// What one violation of a document asks for.
pub(super) fn needs(schema: &Schema, violation: &Violation, document: &Document) -> Vec<Need> {
    let name = || violation.tokens.last().cloned().unwrap_or_default();
    let instance = violation.instance;
    match violation.keyword {
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" => {
            last_number(&violation.message).map(Need::Count).into_iter().collect()
        }
        "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum" if !violation.about_name => {
            vec![Need::Number(String::from_utf8_lossy(document.raw(instance)).into_owned())]
        }
        "pattern" => {
            let text = if violation.about_name { Some(name()) } else { document.string(instance).map(|text| text.into_owned()) };
            text.map(Need::Text).into_iter().collect()
        }
        "enum" | "const" if violation.about_name => vec![Need::Value(super::style::quoted(&name()))],
        "enum" | "const" => vec![Need::Value(one_line(document, instance))],
        "type" if violation.about_name => vec![Need::Type("string")],
        "type" => vec![Need::Type(type_of(document, instance))],
        "required" => violation.key.clone().map(Need::Missing).into_iter().collect(),
        "additionalProperties" => {
            let Some(key) = &violation.key else { return Vec::new() };
            document.member(instance, key).map(|value| Need::Key(key.clone(), type_of(document, value))).into_iter().collect()
        }
        "dependencies" => {
            let Some((missing, all)) = violation.key.as_ref().zip(schema.keyword(violation.node, "dependencies")) else {
                return Vec::new();
            };
            let lists = |list: NodeId| schema.document.children(list).any(|item| schema.document.string(item).as_deref() == Some(missing));
            let asking = schema.document.children(all).filter(|&list| schema.document.kind(list) == Kind::Array && lists(list));
            let keys = asking.filter_map(|list| schema.document.key(list));
            let present = keys.filter(|key| document.member(instance, key).is_some());
            present.map(|key| Need::Apart(key.into_owned(), missing.clone())).collect()
        }
        _ => vec![Need::Nothing],
    }
}

/// A keyword whose failures are all about one node: every one of them is looked at, not only the first.
pub(super) fn is_alike(one: &Violation, other: &Violation) -> bool {
    let is_key = |keyword: Keyword| matches!(keyword, "required" | "dependencies");
    (one.node, one.keyword) == (other.node, other.keyword) && (!is_key(one.keyword) || one.key == other.key)
}

/// A value on one line: blanks between its parts go.
fn one_line(document: &Document, node: NodeId) -> String {
    let raw = String::from_utf8_lossy(document.raw(node)).into_owned();
    if !document.kind(node).is_container() {
        return raw;
    }
    serde_json::from_str::<serde_json::Value>(&raw).map_or(raw, |value| value.to_string())
}

/// The number that a message ends in.
fn last_number(message: &str) -> Option<u64> {
    let end = message.trim_end_matches(|c: char| !c.is_ascii_digit());
    let begin = end.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    end.get(begin..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_in_the_number_that_was_found() {
        assert_eq!(last_number("#/a: expected maxLength: 61, actual: 70"), Some(70));
        assert_eq!(last_number("#: maximum size: [2], found: [3]"), Some(3));
        assert_eq!(last_number("#: none"), None);
    }
}
