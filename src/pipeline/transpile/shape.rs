//! What a schema node is, in the transpiler's terms.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::pipeline::document::NodeId;

/// A node's shape with where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub shape: Shape,
    /// The schema node.
    pub node: NodeId,
    /// Title and description; lost in merged objects.
    pub description: Option<Arc<str>>,
}

impl Tag {
    pub(super) fn new(shape: Shape, node: NodeId) -> Self {
        Tag { shape, node, description: None }
    }
}

/// Tags are alike where they become the same columns, wherever they come from.
impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape
    }
}

/// Shapes of values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Null,
    Atom(Atom),
    /// Values that have no column type, which the transpiler calls JSON and then drops.
    Opaque(OpaqueWhy),
    /// Members by column name.
    Object(BTreeMap<String, Tag>),
    /// Values of any key.
    Map(Box<Tag>),
    Array(Box<Tag>),
    Tuple(Vec<Tag>),
    /// Not yet collapsed.
    Union(Vec<Tag>),
}

/// Types of plain columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Atom {
    Boolean,
    Integer,
    Number,
    String,
    DateTime,
    Bytes,
}

impl Atom {
    /// BigQuery's type.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Atom::Boolean => "BOOL",
            Atom::Integer => "INT64",
            Atom::Number => "FLOAT64",
            Atom::String => "STRING",
            Atom::DateTime => "TIMESTAMP",
            Atom::Bytes => "BYTES",
        }
    }
}

/// Why values have no column type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpaqueWhy {
    /// The node tells no type that the transpiler reads.
    Untyped,
    /// Types that have no common one.
    Mixed,
}

impl Shape {
    /// Whether it is a plain value: what cannot be told apart counts as one.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Shape::Atom(_) | Shape::Opaque(_))
    }
}
