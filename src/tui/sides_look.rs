//! What is known of a table before and now.
//!
//! Owns: its columns on both sides, what became of each, which groups fail where.
//! Refuses: finding that out (work), the lists over it (sides).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::pipeline::compat::{ColumnChange, TableChanges};
use crate::pipeline::layout::Layout;
use crate::rows::group::Groups;
use crate::triage::revisions::TableSides;

/// A side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before.
    Old,
    /// Now.
    New,
}

impl Side {
    /// Both.
    pub const ALL: [Side; 2] = [Side::Old, Side::New];

    /// The other one.
    pub fn other(self) -> Side {
        match self {
            Side::Old => Side::New,
            Side::New => Side::Old,
        }
    }
}

/// What a worker found out about a table on both sides.
pub struct SidesLook {
    /// Its columns.
    pub table: TableSides,
    /// What the sides are called.
    pub names: [String; 2],
    /// What became of its columns.
    pub changes: TableChanges,
    /// The change of a column, by its path.
    marks: FxHashMap<String, usize>,
    /// The groups that were looked through.
    pub groups: Arc<Groups>,
    /// Groups of the doctype, each with the path of the column that it fails under; empty where no column is told.
    pub failing: Vec<(String, u32)>,
}

impl SidesLook {
    /// Of a table and what became of it.
    pub fn new(table: TableSides, names: [String; 2], changes: TableChanges, groups: Arc<Groups>, failing: Vec<(String, u32)>) -> Self {
        // The worst of a column stands first.
        let marks = changes.changes.iter().enumerate().rev().map(|(at, change)| (change.column.clone(), at)).collect();
        SidesLook { table, names, changes, marks, groups, failing }
    }

    /// The columns of a side.
    pub fn layout(&self, side: Side) -> Option<&Arc<Layout>> {
        match side {
            Side::Old => self.table.old.as_ref(),
            Side::New => self.table.new.as_ref(),
        }
    }

    /// What became of a column.
    pub fn change(&self, path: &str) -> Option<&ColumnChange> {
        self.changes.changes.get(*self.marks.get(path)?)
    }

    /// Groups that fail at a column or below it, of no column those of the table, in the order of their list.
    pub fn failing_below(&self, path: &str) -> Vec<u32> {
        // The key and value of a map are one thing: what fails in a map fails in both.
        let map = Side::ALL.into_iter().filter_map(|side| self.layout(side)).find_map(|layout| {
            let parent = layout.get(layout.find(path)?)?.parent.filter(|&parent| layout.is_map(parent))?;
            Some(layout.path(parent))
        });
        let path = map.as_deref().unwrap_or(path);
        let is_below =
            |failing: &str| path.is_empty() || failing == path || failing.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        let mut groups: Vec<u32> = self.failing.iter().filter(|(failing, _)| is_below(failing)).map(|&(_, group)| group).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// `telemetry/main.5`.
    pub fn title(&self) -> String {
        let doctype = &self.table.doctype;
        format!("{}/{}.{}", doctype.namespace, doctype.doctype, doctype.version)
    }
}
