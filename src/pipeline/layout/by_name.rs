//! Columns found by parent and name without a search.
//!
//! Owns: the index that is asked for every member of every document, and whether a name can become a column's by conversion.
//! Refuses: converting names (sink).

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::{ColumnId, Layout};

/// No column.
const NONE: ColumnId = ColumnId::MAX;

/// Bits of a slot that are the column's; the rest are of its hash, so that others are hardly ever looked at.
const BITS: u32 = 24;
const COLUMN: ColumnId = (1 << BITS) - 1;

/// Parent and name -> column. Small, for there are many columns: about a dozen bytes each.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnIndex {
    /// A power of two of them.
    slots: Box<[ColumnId]>,
    /// A bit for the hash of each parent with the letters and digits of a name; others may share it.
    letters: Box<[u64]>,
}

impl ColumnIndex {
    pub(super) fn of(layout: &Layout) -> Self {
        // No table has so many; those beyond are found as if there were no index.
        let count = layout.columns.len().min((1 << BITS) - 1);
        let room = (count * 3 / 2 + 1).next_power_of_two();
        let mut index = ColumnIndex { slots: vec![NONE; room].into(), letters: vec![0; (room / 4).max(1)].into() };
        for (id, column) in (0..count as ColumnId).zip(&layout.columns) {
            let (at, tag) = index.place(layout, column.parent, &column.name);
            // Of duplicates the last counts.
            index.slots[at] = tag | id;
            let (word, bit) = index.bit(column.parent, &column.name);
            index.letters[word] |= bit;
        }
        index
    }

    /// The column; `None` where there is none, or too many columns to tell.
    pub(super) fn find(&self, layout: &Layout, parent: Option<ColumnId>, name: &str) -> Option<ColumnId> {
        let found = *self.slots.get(self.place(layout, parent, name).0)?;
        (found != NONE).then_some(found & COLUMN)
    }

    /// Whether all columns are in it.
    pub(super) fn is_whole(&self, layout: &Layout) -> bool {
        layout.columns.len() < 1 << BITS
    }

    /// Whether a column there may be what a name is converted to: conversion only separates words and lowers letters.
    pub(crate) fn has_letters(&self, parent: Option<ColumnId>, name: &str) -> bool {
        let (word, bit) = self.bit(parent, name);
        self.letters.get(word).is_some_and(|letters| letters & bit != 0)
    }

    /// Where a column is, or would be, and what else stands in its slot.
    fn place(&self, layout: &Layout, parent: Option<ColumnId>, name: &str) -> (usize, ColumnId) {
        let hash = hashed(parent, name);
        let (mask, tag) = (self.slots.len().wrapping_sub(1), (hash >> 32) as ColumnId & !COLUMN);
        let mut at = hash as usize & mask;
        let is_other = |known: ColumnId| known != NONE && (known & !COLUMN != tag || !is(layout, known & COLUMN, parent, name));
        while self.slots.get(at).is_some_and(|&known| is_other(known)) {
            at = (at + 1) & mask;
        }
        (at, tag)
    }

    fn bit(&self, parent: Option<ColumnId>, name: &str) -> (usize, u64) {
        let hash = letters_of(parent, name);
        ((hash >> 6) as usize & self.letters.len().wrapping_sub(1), 1 << (hash & 63))
    }
}

fn is(layout: &Layout, id: ColumnId, parent: Option<ColumnId>, name: &str) -> bool {
    layout.get(id).is_some_and(|column| column.parent == parent && *column.name == *name)
}

fn hashed(parent: Option<ColumnId>, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(name.as_bytes());
    hasher.write_u32(parent.unwrap_or(NONE));
    hasher.finish()
}

fn letters_of(parent: Option<ColumnId>, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u32(parent.unwrap_or(NONE));
    name.bytes().filter(u8::is_ascii_alphanumeric).for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_tells_most_other_columns_apart() {
        let fields: Vec<String> = (0..64).map(|n| format!(r#"{{"name":"c{n}","type":"STRING"}}"#)).collect();
        let layout = Layout::parse(format!("[{}]", fields.join(",")).as_bytes()).unwrap();
        let tags = (0..64).map(|n| layout.quick().place(&layout, None, &format!("c{n}")).1);
        assert!(tags.collect::<std::collections::BTreeSet<_>>().len() > 32);
    }

    #[test]
    fn columns_are_found_as_they_are_by_search() {
        let text = br#"[{"name":"a","type":"RECORD","fields":[{"name":"b","type":"STRING"},{"name":"c_d","type":"STRING"},{"name":"b","type":"INT64"}]},
            {"name":"b","type":"STRING"},{"name":"x1","type":"STRING"}]"#;
        let (searched, quick) = (Layout::parse(text).unwrap(), Layout::parse(text).unwrap());
        let index = quick.quick();
        for parent in [None, Some(0), Some(1)] {
            for name in ["a", "b", "c_d", "x1", "", "z"] {
                assert_eq!(quick.child(parent, name), searched.child(parent, name), "{parent:?} {name}");
            }
        }
        assert!(index.has_letters(Some(0), "cD") && index.has_letters(None, "X_1"));
        assert!(!Layout::default().quick().has_letters(None, "a"));
        assert_eq!(Layout::default().quick().find(&Layout::default(), None, "a"), None);
    }
}
