//! What the pipeline's validator makes of one schema node.
//!
//! Owns: how many schemas a node is split into, and which nodes hide every failure below them.
//! Refuses: what each of those schemas asks (fits).
//!
//! Observed of the validator: `type` beside `enum`, `const`, `not` or a combinator becomes an unwritten `allOf`, a list of types an unwritten
//! `anyOf`; keywords that the type has no use for make a schema of their own. A combinator's message tells numbers only.

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::schema::{Draft, Schema};

/// Keywords of objects, arrays, numbers and strings; the last ones of each only since draft 06.
const FAMILIES: [(&[&str], &[Kind], &[&str]); 4] = [
    (
        &["properties", "required", "minProperties", "maxProperties", "dependencies", "patternProperties", "additionalProperties"],
        &[Kind::Object],
        &["propertyNames"],
    ),
    (&["items", "additionalItems", "minItems", "maxItems", "uniqueItems"], &[Kind::Array], &["contains"]),
    (&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], &[Kind::Number], &[]),
    (&["minLength", "maxLength", "pattern", "format"], &[Kind::String], &[]),
];

/// A node as the validator reads it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NodeParts {
    /// Schemas that it is split into; more than one is an unwritten `allOf`.
    pub(super) total: usize,
    /// Number of types in a list of types.
    pub(super) types: Option<usize>,
    /// Branches of `allOf`, `anyOf`, `oneOf`.
    pub(super) all_of: Option<usize>,
    pub(super) any_of: Option<usize>,
    pub(super) one_of: Option<usize>,
    /// Whether there is an `if`.
    pub(super) condition: bool,
}

impl NodeParts {
    /// Takes a node apart; a boolean schema has no parts.
    pub(super) fn of(schema: &Schema, node: NodeId) -> Self {
        let document = &schema.document;
        let mut parts = NodeParts::default();
        if document.kind(node) != Kind::Object {
            return parts;
        }
        let since = |draft| schema.draft() >= draft;
        let mut families = [false; FAMILIES.len()];
        let mut typed = None;
        for child in document.children(node) {
            let Some(keyword) = document.key(child) else { continue };
            match &*keyword {
                "type" => typed = Some(child),
                "allOf" => parts.all_of = Some(document.count(child)),
                "anyOf" => parts.any_of = Some(document.count(child)),
                "oneOf" => parts.one_of = Some(document.count(child)),
                "if" if since(Draft::Seven) => parts.condition = true,
                "enum" | "not" => parts.total += 1,
                "const" if since(Draft::Six) => parts.total += 1,
                other => {
                    for (family, (keywords, _, later)) in families.iter_mut().zip(FAMILIES) {
                        *family |= keywords.contains(&other) || (since(Draft::Six) && later.contains(&other));
                    }
                }
            }
        }
        if let Some(types) = typed {
            parts.total += 1;
            parts.types = (document.kind(types) == Kind::Array).then(|| document.count(types));
            // The families that a named type uses are part of its schema.
            for (family, (_, kinds, _)) in families.iter_mut().zip(FAMILIES) {
                *family &= !kinds.iter().any(|kind| names(document, types, *kind));
            }
        }
        let combinators = [parts.all_of, parts.any_of, parts.one_of].iter().flatten().count();
        parts.total += combinators + usize::from(parts.condition) + families.iter().filter(|&&left| left).count();
        parts
    }

    /// Whether failures of single keywords and of everything below show only as a count at this node.
    pub(super) fn hides(&self) -> bool {
        self.total > 1 || self.types.is_some() || self.condition || [self.all_of, self.any_of, self.one_of].iter().any(Option::is_some)
    }
}

/// Whether `type` names a kind of value, alone or in a list.
fn names(document: &Document, types: NodeId, kind: Kind) -> bool {
    let is_it = |node| document.string(node).is_some_and(|name| name == kind.name() || (kind == Kind::Number && name == "integer"));
    match document.kind(types) {
        Kind::Array => document.children(types).any(is_it),
        _ => is_it(types),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_split_as_the_validator_splits_them() {
        for (text, total, hides) in [
            (r#"{"type":"string","maxLength":3,"pattern":"x","title":"t"}"#, 1, false),
            (r#"{"type":"string","enum":["x"]}"#, 2, true),
            (r#"{"type":["string","null"],"maxLength":3}"#, 1, true),
            (r#"{"type":"object","anyOf":[{},{}],"oneOf":[{}],"properties":{}}"#, 3, true),
            (r#"{"oneOf":[{},{}]}"#, 1, true),
            (r#"{"type":"array","properties":{}}"#, 2, true),
            (r#"{"properties":{}}"#, 1, false),
            (r#"{"const":3}"#, 0, false),
            (r#"{"title":"anything"}"#, 0, false),
        ] {
            let schema = Schema::parse("t", text.into()).unwrap();
            let parts = NodeParts::of(&schema, 0);
            assert_eq!((parts.total, parts.hides()), (total, hides), "{text}");
        }
    }
}
