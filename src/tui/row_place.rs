//! Groups and rows by their places: what is asked for, what comes back and what is exported is named by one value all the way.
//!
//! Owns: a group in the tree that it was chosen from, a row in an order of that group, the row that was opened there.
//! Refuses: which rows a group has (app), opening them (work).

use std::sync::Arc;

use super::group_tree::GroupTree;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::row::RowRef;
use crate::rows::source::RowOrder;
use crate::triage::case::Case;
use crate::triage::notes::NoteAbout;

/// A group in a tree, as it was when it was chosen: later trees have other groups at its position.
#[derive(Clone)]
pub struct GroupPlace {
    tree: Arc<GroupTree>,
    /// Position in the tree's groups.
    position: usize,
}

/// A row of a group.
#[derive(Clone)]
pub struct RowPlace {
    /// The group.
    pub of: GroupPlace,
    /// The order that its rows are looked at in.
    pub order: RowOrder,
    /// Position in that order.
    pub index: usize,
    /// Where the source has it.
    pub at: RowRef,
}

/// A row with all that was made of it: whoever has it need not ask for it again.
#[derive(Clone)]
pub struct OpenedRow {
    /// Which row it is.
    pub place: RowPlace,
    /// The row, opened.
    pub case: Arc<Case>,
}

/// What can be exported: a group, or one row of it that was opened.
pub enum Exportable {
    /// A group, of which any rows will do.
    Group(GroupPlace),
    /// The row that is looked at.
    Row(OpenedRow),
}

/// What a note is on: a group, or the incident that it began.
#[derive(Clone)]
pub struct NoteTarget {
    /// The group.
    pub of: GroupPlace,
    /// Whether the incident is meant.
    pub is_incident: bool,
}

impl NoteTarget {
    /// The same as notes know it.
    pub fn about(&self) -> NoteAbout {
        let print = self.of.group().fingerprint;
        if self.is_incident { NoteAbout::Incident(print) } else { NoteAbout::Group(print) }
    }
}

impl GroupPlace {
    /// The group that an item of a tree stands for: itself, on a branch its largest; `None` where it stands for none.
    pub fn of_item(tree: &Arc<GroupTree>, item: usize) -> Option<Self> {
        let position = tree.items.get(item)?.group? as usize;
        (position < tree.groups.list.len()).then(|| GroupPlace { tree: tree.clone(), position })
    }

    /// The group of that fingerprint among those below an item.
    pub fn of_group(tree: &Arc<GroupTree>, item: usize, print: Fingerprint) -> Option<Self> {
        tree.leaves(item).filter_map(|leaf| GroupPlace::of_item(tree, leaf)).find(|of| of.group().fingerprint == print)
    }

    /// All groups of its tree.
    pub fn groups(&self) -> &Groups {
        &self.tree.groups
    }

    /// The group.
    pub fn group(&self) -> &Group {
        &self.tree.groups.list[self.position]
    }
}

impl Exportable {
    /// The group that is exported, or that the row is of.
    pub fn of(&self) -> &GroupPlace {
        match self {
            Exportable::Group(of) => of,
            Exportable::Row(opened) => &opened.place.of,
        }
    }

    /// The row that is looked at.
    pub fn row(&self) -> Option<&OpenedRow> {
        match self {
            Exportable::Group(_) => None,
            Exportable::Row(opened) => Some(opened),
        }
    }
}
