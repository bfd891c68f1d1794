//! What is gone and stands elsewhere: moved and renamed columns, one finding each.
//!
//! Owns: when two columns are taken for one.
//! Refuses: the verdict, which stays that of a column that is gone.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::change::ChangeKind;
use super::columns::ColumnWalk;
use crate::pipeline::layout::{Column, ColumnId, Layout};

/// Tells renamed and moved columns; what is new because of them becomes a part of their findings.
pub(super) fn fold(walk: &mut ColumnWalk, old: &Layout, new: &Layout) {
    let mut taken: Vec<bool> = vec![false; walk.findings.len()];
    // Where columns of a name now stand that were not there before.
    let mut places: FxHashMap<&str, Vec<ColumnId>> = FxHashMap::default();
    for &id in &walk.added {
        places.extend_with(new, id);
    }
    let mut into: Vec<(usize, usize)> = Vec::new();
    for (at, id) in walk.gone.clone() {
        let Some(column) = old.get(id) else { continue };
        let renamed = || {
            let beside = |&&(fresh, other): &&(usize, ColumnId)| !taken[fresh] && is_renamed(old, id, new, other);
            let mut found = walk.fresh.iter().filter(beside);
            let first = found.next().copied()?;
            found.next().is_none().then_some((first, ChangeKind::Renamed))
        };
        let moved = || {
            let same = |&&other: &&ColumnId| same_column(old, id, new, other);
            let mut found = places.get(&*column.name)?.iter().filter(same);
            let first = *found.next()?;
            let fresh = walk.fresh.iter().find(|(_, root)| is_within(new, first, *root)).copied()?;
            found.next().is_none().then_some(((fresh.0, first), ChangeKind::Moved))
        };
        let Some(((fresh, other), kind)) = renamed().or_else(moved) else { continue };
        let is_root = walk.fresh.iter().any(|&(_, root)| root == other);
        let finding = &mut walk.findings[at];
        (finding.kind, finding.other) = (kind, Some(new.path(other)));
        if is_root && walk.findings[fresh].verdict == super::DeployVerdict::Ok {
            taken[fresh] = true;
            into.push((fresh, at));
        }
    }
    if into.is_empty() {
        return;
    }
    // Findings that became a part of others leave the list.
    let target: FxHashMap<usize, usize> = into.into_iter().collect();
    let mut kept = Vec::with_capacity(walk.findings.len());
    let mut position = vec![0; walk.findings.len()];
    for (at, finding) in walk.findings.drain(..).enumerate() {
        position[at] = kept.len();
        if !target.contains_key(&at) {
            kept.push(finding);
        }
    }
    walk.findings = kept;
    for change in &mut walk.changes {
        let at = target.get(&change.finding).copied().unwrap_or(change.finding);
        change.finding = position[at];
    }
}

trait PlacesByName<'a> {
    fn extend_with(&mut self, layout: &'a Layout, id: ColumnId);
}

impl<'a> PlacesByName<'a> for FxHashMap<&'a str, Vec<ColumnId>> {
    fn extend_with(&mut self, layout: &'a Layout, id: ColumnId) {
        if let Some(column) = layout.get(id) {
            self.entry(&*column.name).or_default().push(id);
        }
    }
}

/// Whether a column is a record's, or the record.
fn is_within(layout: &Layout, id: ColumnId, record: ColumnId) -> bool {
    layout.get(record).is_some_and(|column| (record..column.end).contains(&id))
}

/// Whether two columns have the same type, mode and columns below.
fn same_column(old: &Layout, id: ColumnId, new: &Layout, other: ColumnId) -> bool {
    let (Some(a), Some(b)) = (old.get(id), new.get(other)) else { return false };
    let below = |layout: &'_ Layout, id: ColumnId, end: ColumnId| -> Vec<(Arc<str>, String, &'static str)> {
        let inner = (id + 1..end).filter_map(|id| layout.get(id));
        inner.map(|column| (column.name.clone(), column.kind.to_string(), column.mode.name())).collect()
    };
    let alike = |a: &Column, b: &Column| a.kind == b.kind && a.mode == b.mode && a.end - id == b.end - other;
    alike(a, b) && below(old, id, a.end) == below(new, other, b.end)
}

/// Whether a column beside could be the same under another name: the same but for case, or equal with an equal description.
fn is_renamed(old: &Layout, id: ColumnId, new: &Layout, other: ColumnId) -> bool {
    let (Some(a), Some(b)) = (old.get(id), new.get(other)) else { return false };
    let parent = |layout: &Layout, column: &Column| column.parent.map(|parent| layout.path(parent));
    let told = a.description.as_deref().is_some_and(|text| !text.trim().is_empty()) && a.description == b.description;
    (told || a.name.to_lowercase() == b.name.to_lowercase()) && parent(old, a) == parent(new, b) && same_column(old, id, new, other)
}
