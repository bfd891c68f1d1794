//! Keywords that the transpiler cannot read, which stops it before it looks at any type.
//!
//! It reads every node that a keyword it knows leads to, also those that it makes no use of; other keywords may hold anything, and null counts as absent.

use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::Schema;

use super::TranspileStop;

/// What a keyword must hold.
#[derive(Clone, Copy)]
enum KeywordHolds {
    /// An object of schemas.
    Schemas,
    /// A list of schemas.
    List,
    /// A schema or a list of schemas.
    SchemaOrList,
    /// A schema or a boolean.
    SchemaOrBoolean,
    /// A list of strings.
    Names,
    Text,
    /// An integer that is not negative, spelled without a fraction.
    Count,
}

/// The keywords that it reads.
const KEYWORDS: [(&str, KeywordHolds); 13] = [
    ("properties", KeywordHolds::Schemas),
    ("patternProperties", KeywordHolds::Schemas),
    ("additionalProperties", KeywordHolds::SchemaOrBoolean),
    ("required", KeywordHolds::Names),
    ("items", KeywordHolds::SchemaOrList),
    ("additionalItems", KeywordHolds::SchemaOrBoolean),
    ("minItems", KeywordHolds::Count),
    ("maxItems", KeywordHolds::Count),
    ("oneOf", KeywordHolds::List),
    ("allOf", KeywordHolds::List),
    ("format", KeywordHolds::Text),
    ("title", KeywordHolds::Text),
    ("description", KeywordHolds::Text),
];

/// Looks at every node that the transpiler reads.
pub(super) fn check(schema: &Schema) -> Result<(), TranspileStop> {
    let mut open = vec![0];
    while let Some(node) = open.pop() {
        if schema.document.kind(node) != Kind::Object {
            let found = schema.document.kind(node).with_article();
            return Err(TranspileStop::new(schema, node, format!("the transpiler needs an object for a schema; this is {found}")));
        }
        for (name, holds) in KEYWORDS {
            if let Some(value) = present(schema, node, name) {
                open.extend(subschemas(schema, value, name, holds)?);
            }
        }
    }
    Ok(())
}

/// A keyword's value; null counts as absent.
pub(super) fn present(schema: &Schema, node: NodeId, name: &str) -> Option<NodeId> {
    schema.keyword(node, name).filter(|&value| schema.document.kind(value) != Kind::Null)
}

/// A keyword's value as a count, where it is one.
pub(super) fn count(schema: &Schema, node: NodeId, name: &str) -> Option<u64> {
    number(schema, present(schema, node, name)?)
}

fn number(schema: &Schema, value: NodeId) -> Option<u64> {
    std::str::from_utf8(schema.document.raw(value)).ok()?.parse().ok()
}

/// The schemas in a keyword's value, or why it cannot be read.
fn subschemas(schema: &Schema, value: NodeId, name: &str, holds: KeywordHolds) -> Result<Vec<NodeId>, TranspileStop> {
    let document = &schema.document;
    let all = || document.children(value).collect();
    let wanted = match (holds, document.kind(value)) {
        (KeywordHolds::Schemas, Kind::Object) | (KeywordHolds::List | KeywordHolds::SchemaOrList, Kind::Array) => return Ok(all()),
        (KeywordHolds::SchemaOrList | KeywordHolds::SchemaOrBoolean, Kind::Object) => return Ok(vec![value]),
        (KeywordHolds::Names, Kind::Array) if document.children(value).all(|name| document.kind(name) == Kind::String) => {
            return Ok(Vec::new());
        }
        (KeywordHolds::SchemaOrBoolean, Kind::Boolean) | (KeywordHolds::Text, Kind::String) => return Ok(Vec::new()),
        (KeywordHolds::Count, Kind::Number) if number(schema, value).is_some() => return Ok(Vec::new()),
        (KeywordHolds::Schemas, _) => "an object of schemas",
        (KeywordHolds::List, _) => "a list of schemas",
        (KeywordHolds::SchemaOrList, _) => "a schema or a list of schemas",
        (KeywordHolds::SchemaOrBoolean, _) => "a schema, true or false",
        (KeywordHolds::Names, _) => "a list of names",
        (KeywordHolds::Text, _) => "text",
        (KeywordHolds::Count, _) => "an integer from 0 on, without a fraction",
    };
    let found = document.kind(value).with_article();
    Err(TranspileStop::new(schema, value, format!("the transpiler needs {wanted} for {name}, and cannot read {found}")))
}
