//! Instance locations through a schema: which nodes speak about a place in a document, and back.
//!
//! Owns: the walk through properties, patternProperties, additionalProperties, items, combinators and local `$ref`; generalised paths.
//! Refuses: deciding which of the nodes broke (verdict).

use super::Schema;
use crate::document::{Document, NodeId};

/// How the last token of a place was matched by the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A name under `properties`: stays in a generalised path.
    Name,
    /// An element of an array: `[]`.
    Index,
    /// A key of a map (`additionalProperties`, `patternProperties`): `{key}`.
    Key,
    /// Not known to the schema: stays, numeric ones become `[]`.
    Unknown,
}

/// Where an instance location leads.
#[derive(Debug, Clone)]
pub struct Walk {
    /// Schema nodes that apply at the location, the most specific way first; empty where the schema does not know it. `$ref`s are followed.
    pub nodes: Vec<NodeId>,
    /// How each token was matched.
    pub tokens: Vec<Token>,
}

/// Follows decoded tokens from the schema's root.
pub fn walk<S: AsRef<str>>(_schema: &Schema, _tokens: &[S]) -> Walk {
    unimplemented!()
}

/// The path as a JSON pointer with map keys as `{key}` and elements as `[]`.
pub fn generalise<S: AsRef<str>>(_tokens: &[S], _kinds: &[Token]) -> String {
    unimplemented!()
}

/// The first value of the document that the schema node speaks about: the way back from a node under the cursor.
pub fn instance_of(_schema: &Schema, _node: NodeId, _document: &Document) -> Option<NodeId> {
    unimplemented!()
}
