//! From a key to its column, at one level of records.

use crate::pipeline::layout::{ColumnId, Layout};

/// Keys that go to a column of the same name with a `2` behind it, where there is one: the first columns of these metric types
/// were created with a wrong type.
const WITH_SUCCESSOR: [&str; 4] = ["url", "text", "jwe", "labeled_rate"];

/// A key's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyColumn {
    pub column: ColumnId,
    /// Whether the column is called otherwise than the key.
    pub renamed: bool,
}

/// The column of a key among the columns of `parent` (`None`: the top). Exact names beat converted ones, successors beat both.
pub(super) fn column_of(layout: &Layout, parent: Option<ColumnId>, key: &str) -> Option<KeyColumn> {
    exact(layout, parent, key).or_else(|| of_converted(layout, parent, key))
}

/// The same for many keys: those that no column can be named for are told without converting them, which is most of the work.
pub(super) fn column_of_many(layout: &Layout, parent: Option<ColumnId>, key: &str) -> Option<KeyColumn> {
    let named = exact(layout, parent, key);
    if named.is_some() {
        return named;
    }
    if layout.quick().has_letters(parent, key) { of_converted(layout, parent, key) } else { None }
}

fn exact(layout: &Layout, parent: Option<ColumnId>, key: &str) -> Option<KeyColumn> {
    if WITH_SUCCESSOR.contains(&key)
        && let Some(column) = layout.child(parent, &format!("{key}2"))
    {
        return Some(KeyColumn { column, renamed: true });
    }
    layout.child(parent, key).map(|column| KeyColumn { column, renamed: false })
}

fn of_converted(layout: &Layout, parent: Option<ColumnId>, key: &str) -> Option<KeyColumn> {
    let name = converted(key);
    let column = if name.is_empty() { None } else { layout.child(parent, &name) };
    column.map(|column| KeyColumn { column, renamed: true })
}

/// The zeros of the decimal digits of the basic plane: the pipeline looks at one UTF-16 unit, and asks whether it is a digit of any script.
const ZEROS: [u16; 37] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0,
    0xaa50, 0xabf0, 0xff10,
];

/// The name that the pipeline makes of a key: snake case, with `_` before a leading digit.
pub fn converted(key: &str) -> String {
    let snake = crate::pipeline::names::snake_case(key);
    let is_digit = |unit: u16| ZEROS.iter().any(|&zero| (zero..zero + 10).contains(&unit));
    if key.encode_utf16().next().is_some_and(is_digit) { format!("_{snake}") } else { snake }
}
