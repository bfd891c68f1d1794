//! Groups arranged as a tree: namespace > doctype.version > path > fault, or those that one cause made below that.
//!
//! Owns: the lines, what stands on each and lies below it, which lines a search finds.
//! Refuses: counting (group), making and sorting lines (arrange), what is open (outline).

mod arrange;

use std::borrow::Cow;
use std::sync::Arc;

use crate::ground::outline::Tree;
use crate::ground::sought::{Closeness, Sought};
use crate::rows::group::{Fingerprint, Group, Groups, Sort};
use crate::triage::incidents::Incident;

/// Groups with the tree over them.
#[derive(Default)]
pub struct GroupTree {
    /// What the tree is made of.
    pub groups: Arc<Groups>,
    /// In pre-order.
    pub items: Vec<GroupItem>,
    /// How it is sorted.
    pub sort: Sort,
    /// What its branches are.
    pub by: ListedBy,
    /// The incidents that are lines, in the order of these.
    incidents: Vec<ListedIncident>,
}

/// What the branches of the tree are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListedBy {
    /// Namespaces and what is in them.
    #[default]
    Names,
    /// Groups that one cause made.
    Incidents,
}

/// An incident that is a line.
pub struct ListedIncident {
    item: u32,
    /// The group that began it, by which it is called.
    pub fingerprint: Fingerprint,
    /// Why its groups are put together.
    pub why: String,
    /// How many groups of how many doctypes these are.
    pub extent: String,
}

/// One line of the tree.
pub struct GroupItem {
    /// What stands on it, as the data has it.
    pub label: Box<str>,
    /// What kind of line it is.
    pub level: GroupLevel,
    /// Rows below.
    pub count: u64,
    /// Groups below that the newest deploy began.
    pub new: u32,
    /// The line's group; on a branch the largest group below that is no noise, if any.
    pub group: Option<u32>,
    depth: u16,
    end: u32,
    parent: Option<u32>,
    id: u64,
}

/// Kinds of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupLevel {
    /// `document_namespace`
    Namespace,
    /// `document_type.document_version`
    Doctype,
    /// Groups that one cause made.
    Incident,
    /// What nobody has to look at, out of the way: refused by design, or not at fault.
    Aside,
    /// An instance path with several faults.
    Path,
    /// A group, alone at its path: the label is the path.
    PathAndFault,
    /// A group below its path: the label is the fault.
    Fault,
    /// A group below its incident, or by itself among incidents: the label is the doctype and the path.
    Whole,
    /// Keys of a group around its place: each is another column.
    Key,
}

impl Tree for GroupTree {
    fn len(&self) -> usize {
        self.items.len()
    }
    fn end(&self, item: usize) -> usize {
        self.items[item].end as usize
    }
    fn parent(&self, item: usize) -> Option<usize> {
        self.items[item].parent.map(|parent| parent as usize)
    }
    fn depth(&self, item: usize) -> usize {
        self.items[item].depth as usize
    }
    fn id(&self, item: usize) -> u64 {
        self.items[item].id
    }
}

/// Lines looked at between two questions whether the search is still wanted.
const STRIDE: usize = 1024;

impl GroupTree {
    /// Arranges the groups. Costs time with many groups: work for a worker.
    pub fn new(groups: Arc<Groups>, sort: Sort) -> Self {
        let items = arrange::items(&groups, sort);
        GroupTree { groups, items, sort, ..GroupTree::default() }
    }

    /// Arranges the groups by these incidents of all of them. Costs time likewise.
    pub fn by_incident(groups: Arc<Groups>, sort: Sort, incidents: &[Incident]) -> Self {
        let (items, incidents) = arrange::incidents(&groups, sort, incidents);
        GroupTree { groups, items, sort, by: ListedBy::Incidents, incidents }
    }

    /// The incidents that are lines.
    pub fn incidents(&self) -> impl Iterator<Item = &ListedIncident> {
        self.incidents.iter()
    }

    /// The incident that a line is.
    pub fn incident(&self, item: usize) -> Option<&ListedIncident> {
        let at = self.incidents.binary_search_by_key(&item, |incident| incident.item as usize).ok()?;
        self.incidents.get(at)
    }

    /// The group of a line.
    pub fn group(&self, item: usize) -> Option<&Group> {
        self.items[item].group.map(|group| &self.groups.list[group as usize])
    }

    /// Whether the line is a group, not a branch.
    pub fn is_leaf(&self, item: usize) -> bool {
        matches!(self.items[item].level, GroupLevel::PathAndFault | GroupLevel::Fault | GroupLevel::Whole)
    }

    /// The group that a line is about: its own, or that whose key it is; `None` on a branch.
    pub fn group_at(&self, item: usize) -> Option<&Group> {
        self.group(item).filter(|_| self.is_leaf(item) || self.items[item].level == GroupLevel::Key)
    }

    /// The path that a line is about: of a key the path with it.
    pub fn path_at(&self, item: usize) -> Option<Cow<'_, str>> {
        let group = self.group_at(item)?;
        match self.items[item].level {
            GroupLevel::Key if *self.items[item].label != *arrange::OTHER_KEYS => group.path_with(&self.items[item].label),
            _ => group.shown_path(),
        }
    }

    /// The lines of all groups below a line, or the line itself.
    pub fn leaves(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        (item..self.end(item)).filter(|&below| self.is_leaf(below))
    }

    /// Lines that hold all words, and how many groups these are. A branch that holds them in its own name and those around it stands for
    /// all that is in it. `None` where it was called off.
    pub fn search(&self, sought: &Sought, closeness: Closeness, cancelled: &dyn Fn() -> bool) -> Option<(Vec<u32>, u64)> {
        let (mut lines, mut groups) = (Vec::new(), 0);
        let mut item = 0;
        for step in 0.. {
            if item >= self.items.len() {
                break;
            }
            if step % STRIDE == 0 && cancelled() {
                return None;
            }
            let mut sighting = sought.look(closeness);
            match self.group(item).filter(|_| self.is_leaf(item)) {
                Some(group) => self.groups.show(group, &mut sighting),
                None => std::iter::successors(Some(item), |&item| self.parent(item)).for_each(|item| {
                    sighting.see(&self.items[item].label);
                    if let Some(incident) = self.incident(item) {
                        sighting.see(&incident.extent).see(&incident.why);
                    }
                }),
            }
            if !sighting.is_whole() {
                item += 1;
                continue;
            }
            lines.push(item as u32);
            groups += self.leaves(item).count() as u64;
            item = self.end(item);
        }
        Some((lines, groups))
    }
}

#[cfg(test)]
mod tests;
