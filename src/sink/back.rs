//! The way back: from a column to the value that fills it.

use crate::document::{Document, Kind, NodeId};
use crate::layout::{ColumnId, Layout, Mode};

use super::name;

/// A value on the way: it belongs to the column at `depth` of the chain.
struct Candidate {
    node: NodeId,
    depth: usize,
    /// Whether it is one element of that column's list.
    element: bool,
}

/// The first value, in document order, that the column is filled from.
pub(super) fn value_of(layout: &Layout, column: ColumnId, document: &Document) -> Option<NodeId> {
    if document.is_empty() {
        return None;
    }
    let mut chain: Vec<ColumnId> = layout.ancestors(column).collect();
    chain.reverse();
    let mut open: Vec<Candidate> = Vec::new();
    push_members(&mut open, layout, document, 0, &chain, 0);
    while let Some(candidate) = open.pop() {
        if candidate.depth + 1 == chain.len() {
            return Some(candidate.node);
        }
        expand(&mut open, layout, document, &chain, &candidate);
    }
    None
}

/// Puts the values that belong one column further, the first of them on top.
fn expand(open: &mut Vec<Candidate>, layout: &Layout, document: &Document, chain: &[ColumnId], at: &Candidate) {
    let Candidate { node, depth, element } = *at;
    let column = chain[depth];
    let kind = document.kind(node);
    let from = open.len();
    if !element && layout.get(column).is_some_and(|column| column.mode == Mode::Repeated) {
        let next = match kind {
            _ if !kind.is_container() => return,
            Kind::Object if layout.is_map(column) => Some(depth + 1),
            Kind::Array if layout.is_nested_list(column) => Some(depth + 1),
            _ if layout.is_map(column) => return,
            _ => None,
        };
        let element = next.is_none();
        open.extend(document.children(node).map(|node| Candidate { node, depth: next.unwrap_or(depth), element }));
        open[from..].reverse();
    } else if kind == Kind::Array {
        let name = layout.get(chain[depth + 1]).map_or("", |column| &column.name);
        let index = name.strip_prefix('f').and_then(|name| name.strip_suffix('_')).and_then(|index| index.parse().ok());
        let item = index.and_then(|index| document.element(node, index));
        open.extend(item.map(|node| Candidate { node, depth: depth + 1, element: false }));
    } else if kind == Kind::Object {
        push_members(open, layout, document, node, chain, depth + 1);
    }
}

/// The members of an object that go to the column at `depth`; where several do, the one that wins comes first.
fn push_members(open: &mut Vec<Candidate>, layout: &Layout, document: &Document, object: NodeId, chain: &[ColumnId], depth: usize) {
    let Some(&column) = chain.get(depth) else { return };
    let parent = depth.checked_sub(1).map(|above| chain[above]);
    let members = name::members_of(layout, document, object, parent, column);
    let winner = if members.len() > 1 { name::winner(layout, document, &members, column) } else { None };
    let candidate = |node| Candidate { node, depth, element: false };
    open.extend(members.iter().rev().copied().filter(|&node| Some(node) != winner).map(candidate));
    open.extend(winner.map(candidate));
}
