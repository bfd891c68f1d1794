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
    /// How many changes there are below a column, by its path, on each side.
    below: FxHashMap<String, [u64; 2]>,
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
        let mut below: FxHashMap<String, [u64; 2]> = FxHashMap::default();
        for change in &changes.changes {
            for (dot, _) in change.column.match_indices('.') {
                let counts = below.entry(change.column.get(..dot).unwrap_or_default().to_owned()).or_default();
                counts[0] += u64::from(change.old.is_some());
                counts[1] += u64::from(change.new.is_some());
            }
        }
        SidesLook { table, names, changes, marks, below, groups, failing }
    }

    /// Changes of columns below one, of those that a side has.
    pub fn below(&self, side: Side, path: &str) -> u64 {
        self.below.get(path).map_or(0, |counts| counts[side as usize])
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
        doctype.title()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::compat::compare;
    use crate::rows::demo;
    use crate::triage::revisions::{PairChoice, open};

    #[test]
    fn changes_are_counted_for_every_column_above_them() {
        let pair = open(&Arc::new(demo::schemas().unwrap()), &PairChoice::Revision(0), None).unwrap();
        let table = pair.table("acme-reader", "events", "1").unwrap();
        let changes = compare(table.old.as_ref().unwrap(), table.new.as_ref().unwrap());
        let look = SidesLook::new(table, [String::new(), String::new()], changes, Arc::default(), Vec::new());
        let is_in = |path: &str, column: &str| column.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        let old = look.changes.changes.iter().filter(|change| change.old.is_some() && is_in("client_info", &change.column)).count() as u64;
        assert!(old > 0, "the record has changes");
        assert_eq!((look.below(Side::Old, "client_info"), look.below(Side::New, "elsewhere")), (old, 0));
    }
}
