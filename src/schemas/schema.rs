//! One JSON schema: nodes over its original text.
//!
//! Owns: reading keywords off a node, following local `$ref`, the line of a node, compiled patterns.
//! Refuses: network references, judging documents (verdict).

use crate::document::{Document, NodeId};

/// A parsed schema file.
pub struct Schema {
    /// The file's path in its store.
    pub path: String,
    /// Its text as nodes.
    pub document: Document,
}

impl Schema {
    /// The value of a keyword on a node (`maxLength` of the node at `/properties/a`).
    pub fn keyword(&self, node: NodeId, name: &str) -> Option<NodeId> {
        self.document.member(node, name)
    }
}
