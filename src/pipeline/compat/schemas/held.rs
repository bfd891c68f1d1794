//! What a node demands wherever it is written: a keyword that moved between a node, what it refers to and the branches of its `allOf` refuses what it
//! refused before.
//!
//! Owns: the nodes that all have to be obeyed at one place, which keywords mean the same in each of them.
//! Refuses: the effect of a keyword that did change (keywords).

use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::Schema;

/// Most nodes that are looked at for one place.
const MOST: usize = 64;

/// Keywords that say nothing of what is refused, or that are followed.
const SILENT: [&str; 13] = [
    "$comment",
    "$id",
    "$ref",
    "$schema",
    "allOf",
    "default",
    "definitions",
    "description",
    "examples",
    "id",
    "readOnly",
    "title",
    "writeOnly",
];

/// Keywords that mean another thing beside other ones.
const BOUND: [&str; 7] = ["additionalItems", "additionalProperties", "else", "if", "items", "patternProperties", "then"];

/// A node and all that it demands as well: the branches of `allOf`, with what they refer to.
pub(super) fn demands(schema: &Schema, node: NodeId) -> Vec<NodeId> {
    let mut all = vec![schema.resolve(node)];
    let mut seen: FxHashSet<NodeId> = all.iter().copied().collect();
    let mut at = 0;
    while at < all.len() && all.len() < MOST {
        let branches = schema.keyword(all[at], "allOf").into_iter().flat_map(|node| schema.document.children(node));
        let fresh: Vec<NodeId> = branches.map(|branch| schema.resolve(branch)).filter(|branch| seen.insert(*branch)).collect();
        all.extend(fresh);
        at += 1;
    }
    all
}

/// Whether one of the nodes demands just this already; `value` is of another schema.
pub(super) fn holds(schema: &Schema, nodes: &[NodeId], keyword: &str, (other, value): (&Schema, NodeId)) -> bool {
    let Some(wanted) = parsed(other, value) else { return false };
    // Draft 4's word beside a limit means nothing without it.
    if BOUND.contains(&keyword) || wanted.is_boolean() {
        return false;
    }
    let found = nodes.iter().filter_map(|&node| schema.keyword(node, keyword)).filter_map(|found| parsed(schema, found));
    match (keyword, &wanted) {
        ("required", Value::Array(names)) => {
            let all: Vec<Value> = found.flat_map(|list| list.as_array().cloned().unwrap_or_default()).collect();
            names.iter().all(|name| all.contains(name))
        }
        ("properties", Value::Object(_)) => other
            .document
            .children(value)
            .all(|member| other.document.key(member).is_some_and(|key| holds_property(schema, nodes, &key, (other, member)))),
        _ => {
            let mut found = found;
            found.any(|found| found == wanted)
        }
    }
}

/// Whether one of the nodes demands just this of a property, and none looks at which properties stand beside it.
pub(super) fn holds_property(schema: &Schema, nodes: &[NodeId], key: &str, (other, value): (&Schema, NodeId)) -> bool {
    let Some(wanted) = parsed(other, value) else { return false };
    let member = |node: NodeId| schema.keyword(schema.keyword(node, "properties")?, key);
    let is_closed = nodes.iter().any(|&node| schema.keyword(node, "additionalProperties").is_some());
    !is_closed && nodes.iter().any(|&node| member(node).and_then(|found| parsed(schema, found)).is_some_and(|found| found == wanted))
}

/// Whether the nodes demand all that a branch does.
pub(super) fn holds_all(schema: &Schema, nodes: &[NodeId], (other, branch): (&Schema, NodeId)) -> bool {
    demands(other, branch).iter().all(|&node| {
        other.document.kind(node) == Kind::Object
            && other.document.children(node).all(|member| {
                let Some(keyword) = other.document.key(member) else { return false };
                SILENT.contains(&keyword.as_ref()) || holds(schema, nodes, &keyword, (other, member))
            })
    })
}

/// A value that refers to nothing, as what it is.
fn parsed(schema: &Schema, node: NodeId) -> Option<Value> {
    let text = schema.document.raw(node);
    if memchr::memmem::find(text, b"$ref").is_some() {
        return None;
    }
    serde_json::from_slice(text).ok()
}
