//! The keywords of one schema node, found in one look at its members.
//!
//! Owns: which member each keyword is.
//! Refuses: what they ask (keywords), which of them a draft knows (compile).

use crate::pipeline::document::{Document, Kind, NodeId};

/// Keywords that are read.
const COUNT: usize = 34;

/// No such keyword.
const NONE: NodeId = NodeId::MAX;

/// The keywords of a node.
pub(super) struct Words([NodeId; COUNT]);

impl Words {
    /// Those of an object; of several of one name the last.
    pub(super) fn of(document: &Document, node: NodeId) -> Self {
        let mut words = Words([NONE; COUNT]);
        if document.kind(node) != Kind::Object {
            return words;
        }
        for member in document.children(node) {
            let at = match document.plain_key(member) {
                Some(plain) => position(plain),
                None => document.key(member).and_then(|key| position(key.as_bytes())),
            };
            if let Some(at) = at {
                words.0[at] = member;
            }
        }
        words
    }

    /// The keyword of that name.
    #[inline]
    pub(super) fn get(&self, name: &str) -> Option<NodeId> {
        let member = self.0[position(name.as_bytes())?];
        (member != NONE).then_some(member)
    }
}

/// The number of a keyword; of one that is written out the compiler knows it.
#[inline]
fn position(name: &[u8]) -> Option<usize> {
    Some(match name {
        b"$ref" => 0,
        b"type" => 1,
        b"enum" => 2,
        b"const" => 3,
        b"allOf" => 4,
        b"anyOf" => 5,
        b"oneOf" => 6,
        b"not" => 7,
        b"if" => 8,
        b"then" => 9,
        b"else" => 10,
        b"items" => 11,
        b"additionalItems" => 12,
        b"minItems" => 13,
        b"maxItems" => 14,
        b"uniqueItems" => 15,
        b"contains" => 16,
        b"properties" => 17,
        b"required" => 18,
        b"minProperties" => 19,
        b"maxProperties" => 20,
        b"dependencies" => 21,
        b"patternProperties" => 22,
        b"additionalProperties" => 23,
        b"propertyNames" => 24,
        b"minimum" => 25,
        b"maximum" => 26,
        b"exclusiveMinimum" => 27,
        b"exclusiveMaximum" => 28,
        b"multipleOf" => 29,
        b"minLength" => 30,
        b"maxLength" => 31,
        b"pattern" => 32,
        b"format" => 33,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_name_counts_however_it_is_spelled() {
        let document = Document::parse(&br#"{"type": 1, "x": 2, "t\u0079pe": 3, "$ref": {"enum": 4}}"#[..]);
        let words = Words::of(&document, 0);
        assert_eq!([words.get("type"), words.get("$ref"), words.get("enum")], [Some(3), Some(4), None]);
        assert!(["$ref", "format"].iter().all(|name| position(name.as_bytes()).is_some_and(|at| at < COUNT)));
    }
}
