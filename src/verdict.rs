//! Which schema node a fault broke.
//!
//! Owns: choosing among the nodes that speak about a place by the fault's keyword and constraint.
//! Refuses: reading messages (fault), table columns (sink). An exact replay of the pipeline's judgement can take the place of [`locate`].

use crate::document::{Document, NodeId};
use crate::fault::{Fault, Keyword};
use crate::schemas::Schema;

/// A place in a document, and the schema node that it broke.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// Decoded tokens of the failing value (of the object, for a missing or extraneous key).
    pub tokens: Vec<String>,
    /// The same generalised by the schema: `/metrics/labeled_counter/{key}`.
    pub path: String,
    /// The schema node that broke.
    pub node: Option<NodeId>,
    /// RFC 6901 pointer of `node` in the schema file; the empty text is the root.
    pub schema_pointer: Option<String>,
    /// The keyword that broke, as JSON Schema calls it.
    pub keyword: Option<Keyword>,
    /// Whether the keyword is about the member's name, not its value (`propertyNames`).
    pub about_name: bool,
    /// Whether the node holds the keyword; false for the implied `anyOf` of a type list and the implied `allOf` of a type beside an enum or combinator.
    pub literal: bool,
    /// Whether other nodes would fit the message as well.
    pub ambiguous: bool,
}

/// Finds the node that the fault names. The document, where there is one, settles what the message leaves open.
/// `None` where the fault has no place in a document.
pub fn locate(_schema: &Schema, _fault: &Fault<'_>, _document: Option<&Document>) -> Option<Broken> {
    unimplemented!()
}
