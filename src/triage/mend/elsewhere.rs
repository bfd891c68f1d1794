//! Where else a schema node stands.
//!
//! Owns: references to it, the same limit in the same file, the same node of other schemas.
//! Refuses: editing those.

use super::NodeEdit;
use crate::pipeline::document::{NodeId, skim, unescape_pointer};
use crate::pipeline::schema::{Reference, Schema};
use crate::rows::schemas::SchemaStore;

/// Names of other schemas that are told.
const MOST_NAMED: usize = 5;

/// Where else.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Nodes that are this one by reference: they change with it.
    pub references: Vec<String>,
    /// Nodes of the file with the same name and the same content: they stay as they are.
    pub twins: Vec<String>,
    /// Other schemas with the same node: `NAMESPACE/DOCTYPE.VERSION`, some of them, and how many there are.
    pub schemas: (Vec<String>, usize),
}

impl Elsewhere {
    /// In lines for people; of a schema alone, or of what it and others may be made of.
    pub fn lines(&self, is_alone: bool) -> Vec<String> {
        let some = |pointers: &[String]| {
            let rest = pointers.len().saturating_sub(MOST_NAMED);
            let named = pointers.iter().take(MOST_NAMED).cloned().collect::<Vec<String>>().join(", ");
            if rest > 0 { format!("{named} and {rest} more") } else { named }
        };
        let mut lines = Vec::new();
        if !self.references.is_empty() {
            lines.push(format!("changes with it, by reference: {}", some(&self.references)));
        }
        if !self.twins.is_empty() {
            lines.push(format!("the same node elsewhere in the file, not edited: {}", some(&self.twins)));
        }
        let (named, all) = (&self.schemas.0, self.schemas.1);
        if all > 0 {
            let rest = all - named.len();
            let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            let what = if is_alone { "not edited" } else { "edited where they are made of the same file" };
            lines.push(format!("the same node in other schemas, {what}: {}{more}", named.join(", ")));
        }
        lines
    }
}

/// Looks for a node elsewhere.
pub fn elsewhere(schemas: &SchemaStore, schema: &Schema, edit: &NodeEdit) -> Elsewhere {
    let Some(node) = schema.node_at_pointer(&edit.pointer) else { return Elsewhere::default() };
    let document = &schema.document;
    let (raw, name) = (document.raw(node), document.raw_key(node));
    let all = || 1..document.len() as NodeId;
    let is_twin = |&other: &NodeId| other != node && document.raw_key(other) == name && name.is_some() && document.raw(other) == raw;
    let is_reference = |&other: &NodeId| {
        // Above the node itself a reference is to more than it.
        document.raw_key(other) == Some(b"$ref")
            && document
                .parent(other)
                .and_then(|parent| schema.reference(parent))
                .is_some_and(|to| matches!(to, Reference::Inside(to) if to <= node && node < document.end(to)))
    };
    let mut found = Elsewhere {
        references: all().filter(is_reference).filter_map(|other| document.parent(other)).map(|other| schema.pointer(other)).collect(),
        twins: all().filter(is_twin).map(|other| schema.pointer(other)).collect(),
        schemas: (Vec::new(), 0),
    };
    let tokens = unescape_pointer(&edit.pointer);
    for doctype in schemas.doctypes() {
        let Some(path) = doctype.schema.as_deref().filter(|path| *path != schema.path && !tokens.is_empty()) else { continue };
        let Ok(text) = schemas.file(path) else { continue };
        // Nearly all others do not have its text at all.
        let is_same = memchr::memmem::find(&text, raw).is_some()
            && skim::find(&text, &tokens).ok().flatten().is_some_and(|at| text.get(at) == Some(raw));
        if is_same {
            found.schemas.1 += 1;
            if found.schemas.0.len() < MOST_NAMED {
                found.schemas.0.push(doctype.title());
            }
        }
    }
    found
}
