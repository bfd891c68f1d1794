//! From a key to its column, at one level of records.

use crate::document::{Document, NodeId};
use crate::layout::{ColumnId, Layout};

use super::value::{self, Fit};

/// Keys that go to a column of the same name with a `2` behind it, where there is one: the first columns of these metric types
/// were created with a wrong type.
const WITH_SUCCESSOR: [&str; 4] = ["url", "text", "jwe", "labeled_rate"];

/// A key's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub column: ColumnId,
    /// Whether the column is called otherwise than the key.
    pub renamed: bool,
}

/// The column of a key among the columns of `parent` (`None`: the top). Exact names beat converted ones, successors beat both.
pub(super) fn column_of(layout: &Layout, parent: Option<ColumnId>, key: &str) -> Option<Named> {
    if WITH_SUCCESSOR.contains(&key)
        && let Some(column) = layout.child(parent, &format!("{key}2"))
    {
        return Some(Named { column, renamed: true });
    }
    if let Some(column) = layout.child(parent, key) {
        return Some(Named { column, renamed: false });
    }
    let name = converted(key);
    let column = if name.is_empty() { None } else { layout.child(parent, &name) };
    column.map(|column| Named { column, renamed: true })
}

/// The zeros of the decimal digits of the basic plane: the pipeline looks at one UTF-16 unit, and asks whether it is a digit of any script.
const ZEROS: [u16; 37] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0,
    0xaa50, 0xabf0, 0xff10,
];

/// The name that the pipeline makes of a key: snake case, with `_` before a leading digit.
fn converted(key: &str) -> String {
    let snake = crate::schemas::names::snake_case(key);
    let is_digit = |unit: u16| ZEROS.iter().any(|&zero| (zero..zero + 10).contains(&unit));
    if key.encode_utf16().next().is_some_and(is_digit) { format!("_{snake}") } else { snake }
}

/// The members of an object that go to a column, in document order: of equal keys only the last, as the pipeline's parser keeps it.
pub(super) fn members_of(layout: &Layout, document: &Document, object: NodeId, parent: Option<ColumnId>, column: ColumnId) -> Vec<NodeId> {
    let Some(name) = layout.get(column).map(|column| &*column.name) else {
        return Vec::new();
    };
    let mut members: Vec<NodeId> = Vec::new();
    for child in document.children(object) {
        if !document.raw_key(child).is_some_and(|raw| may_become(raw, name)) {
            continue;
        }
        let Some(key) = document.key(child) else { continue };
        if column_of(layout, parent, &key).is_some_and(|named| named.column == column) {
            members.retain(|&other| document.key(other).as_ref() != Some(&key));
            members.push(child);
        }
    }
    members
}

/// Whether a key can lead to a column of that name. Conversion only separates words and lowers letters, so letters and digits must agree;
/// this spares the conversion for nearly all members of a large object. A successor's `2` may be missing, an escape may hide anything.
fn may_become(raw: &[u8], name: &str) -> bool {
    let letters = |bytes: &'_ [u8]| -> Vec<u8> { bytes.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect() };
    if raw.contains(&b'\\') || raw == name.as_bytes() {
        return true;
    }
    // The cheap test first: a converted name is never longer than its key and the separators put into it.
    let first = |bytes: &[u8]| bytes.iter().find(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    if first(raw) != first(name.as_bytes()) {
        return false;
    }
    let (key, name) = (letters(raw), letters(name.as_bytes()));
    key == name || name.strip_suffix(b"2") == Some(&key)
}

/// Of several members that go to one column, the one whose value stays: a converted key beats the exact one, among converted ones the last
/// beats the others, and what would not be written beats nothing.
pub(super) fn winner(layout: &Layout, document: &Document, members: &[NodeId], column: ColumnId) -> Option<NodeId> {
    let name = layout.get(column).map(|column| &*column.name)?;
    let mut holder: Option<(NodeId, bool)> = None;
    for &member in members {
        let exact = document.key(member).as_deref() == Some(name);
        let taken_by_converted = holder.is_some_and(|(_, exact)| !exact);
        if is_written(layout, document, column, member) && !(exact && taken_by_converted) {
            holder = Some((member, exact));
        }
    }
    holder.map(|(member, _)| member)
}

/// Whether a member's value comes to stand in the column, as far as the value alone tells.
pub(super) fn is_written(layout: &Layout, document: &Document, column: ColumnId, node: NodeId) -> bool {
    let Some(column) = layout.get(column) else {
        return false;
    };
    match value::fit(column, document, node) {
        Fit::Null | Fit::Misfit => false,
        Fit::Empty => &*column.kind == "STRING",
        Fit::AsIs | Fit::Converted(_) => true,
    }
}
