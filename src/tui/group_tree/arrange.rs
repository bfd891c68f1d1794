//! The lines of the tree of groups, made and put in order.
//!
//! Owns: which lines there are, their order, what a branch adds up to, noise and by-catch kept apart, stable ids.
//! Refuses: counting (group), what is done with the lines (group_tree).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::{GroupItem, GroupLevel, ListedIncident};
use crate::ground::text::clip_middle;
use crate::rows::group::{Group, Groups, NO_DOCTYPE, NO_NAMESPACE, Sort};
use crate::triage::facts;
use crate::triage::incidents::Incident;

/// The line of keys that are not counted one by one.
pub(super) const OTHER_KEYS: &str = "(other keys)";

/// Longest label, in terminal cells.
const LONGEST: usize = 1000;

/// Rank above all counts.
const FIRST: i64 = 1 << 62;

/// A line while the tree is made, with its sum and place among its siblings.
struct LineDraft {
    level: GroupLevel,
    label: Box<str>,
    group: Option<u32>,
    below: Vec<LineDraft>,
    count: u64,
    new: u32,
    rank: i64,
    /// Of an incident: its position among those that were given.
    incident: Option<u32>,
}

/// A group with what decides where it stands.
struct PlacedGroup<'a> {
    index: u32,
    group: &'a Group,
    /// What it is, where nobody has to look at it.
    aside: Option<&'static str>,
}

impl<'a> PlacedGroup<'a> {
    fn namespace(&self) -> &'a str {
        self.group.key.namespace.as_deref().unwrap_or(NO_NAMESPACE)
    }

    /// Its path, by which groups that stand aside are not told apart.
    fn path(&self) -> Option<&'a str> {
        self.group.key.path.as_deref().filter(|_| self.aside.is_none())
    }

    fn doctype_order(&self, other: &Self) -> Ordering {
        // Most groups of a doctype have the very same names.
        if Arc::ptr_eq(&self.group.key.names, &other.group.key.names) {
            return Ordering::Equal;
        }
        let label = |group: &Self| doctype_parts(group.group).into_iter().flat_map(str::bytes);
        self.namespace().cmp(other.namespace()).then_with(|| label(self).cmp(label(other)))
    }

    fn order(&self, other: &Self) -> Ordering {
        let place = |group: &Self| (group.aside, group.path());
        self.doctype_order(other).then_with(|| place(self).cmp(&place(other))).then(self.index.cmp(&other.index))
    }
}

/// The lines of these groups in pre-order.
pub(super) fn items(groups: &Groups, sort: Sort) -> Vec<GroupItem> {
    let placed = |(index, group)| PlacedGroup { index, group, aside: groups.aside(group) };
    let mut placed: Vec<PlacedGroup<'_>> = (0..).zip(&groups.list).map(placed).collect();
    placed.sort_unstable_by(PlacedGroup::order);
    let maker = LineMaker { groups, sort };
    let namespaces = placed.chunk_by(|a, b| a.namespace() == b.namespace()).map(|of_namespace| {
        let doctypes = of_namespace.chunk_by(|a, b| a.doctype_order(b).is_eq()).map(|of_doctype| maker.doctype(of_doctype)).collect();
        maker.branch(GroupLevel::Namespace, of_namespace[0].namespace(), doctypes)
    });
    let mut lines: Vec<LineDraft> = namespaces.collect();
    drop(placed);
    sort_lines(&mut lines);
    let mut drawn = Drawn { groups, all: Vec::new(), incidents: &[], items: Vec::new(), listed: Vec::new() };
    drawn.push(lines, None, 0);
    drawn.items
}

/// The lines of these groups by the incidents that they make, and which lines are those.
pub(super) fn incidents(groups: &Groups, sort: Sort, incidents: &[Incident]) -> (Vec<GroupItem>, Vec<ListedIncident>) {
    let maker = LineMaker { groups, sort };
    let (mut lines, mut aside) = (Vec::with_capacity(incidents.len()), BTreeMap::<&str, Vec<LineDraft>>::new());
    for (at, incident) in incidents.iter().enumerate() {
        let mut below: Vec<LineDraft> = incident.groups.iter().map(|&group| maker.whole(group as u32)).collect();
        match &incident.shared {
            Some(shared) => {
                let line = maker.branch(GroupLevel::Incident, &facts::incident::place(shared), below);
                lines.push(LineDraft { incident: Some(at as u32), ..line });
            }
            None => match incident.groups.first().and_then(|&group| groups.aside(&groups.list[group])) {
                Some(name) => aside.entry(name).or_default().append(&mut below),
                None => lines.append(&mut below),
            },
        }
    }
    lines.extend(aside.into_iter().map(|(name, below)| {
        let line = maker.branch(GroupLevel::Aside, name, below);
        LineDraft { group: None, rank: i64::MIN, ..line }
    }));
    sort_lines(&mut lines);
    let mut drawn = Drawn { groups, all: groups.list.iter().collect(), incidents, items: Vec::new(), listed: Vec::new() };
    drawn.push(lines, None, 0);
    (drawn.items, drawn.listed)
}

/// The parts of a doctype's label.
fn doctype_parts(group: &Group) -> [&str; 3] {
    match (&group.key.doctype, &group.key.version) {
        (Some(doctype), Some(version)) => [doctype, ".", version],
        (Some(doctype), None) => [doctype, "", ""],
        (None, _) => [NO_DOCTYPE, "", ""],
    }
}

/// Makes lines out of groups.
struct LineMaker<'a> {
    groups: &'a Groups,
    sort: Sort,
}

impl LineMaker<'_> {
    /// The line of groups that are of one doctype, in order.
    fn doctype(&self, groups: &[PlacedGroup<'_>]) -> LineDraft {
        let faults = |groups: &[PlacedGroup<'_>]| groups.iter().map(|placed| self.fault(placed.index)).collect();
        let mut below: Vec<LineDraft> = Vec::new();
        for same in groups.chunk_by(|a, b| (a.aside, a.path()) == (b.aside, b.path())) {
            match (same[0].aside, same[0].path(), same) {
                (Some(aside), _, same) => {
                    let line = self.branch(GroupLevel::Aside, aside, faults(same));
                    below.push(LineDraft { group: None, rank: i64::MIN, ..line });
                }
                (None, Some(path), [alone]) => {
                    let shown = alone.group.shown_path().unwrap_or(path.into());
                    below.push(self.leaf(GroupLevel::PathAndFault, path_label(&shown), alone.index));
                }
                (None, Some(path), several) => {
                    let shown: Vec<_> = several.iter().map(|placed| placed.group.shown_path()).collect();
                    let agreed = shown
                        .first()
                        .and_then(|first| first.as_deref())
                        .filter(|first| shown.iter().all(|other| other.as_deref() == Some(first)));
                    let path = agreed.unwrap_or(path);
                    below.push(self.branch(GroupLevel::Path, path_label(path), faults(several)));
                }
                (None, None, placeless) => below.extend(placeless.iter().map(|placed| self.fault(placed.index))),
            }
        }
        self.branch(GroupLevel::Doctype, &doctype_parts(groups[0].group).concat(), below)
    }

    fn fault(&self, group: u32) -> LineDraft {
        self.leaf(GroupLevel::Fault, &self.groups.list[group as usize].says, group)
    }

    /// A group with all that tells it from others.
    fn whole(&self, group: u32) -> LineDraft {
        let of = &self.groups.list[group as usize];
        let path = of.shown_path().unwrap_or_default();
        self.leaf(GroupLevel::Whole, format!("{} {path}", of.key.doctype_name()).trim_end(), group)
    }

    fn leaf(&self, level: GroupLevel, label: &str, index: u32) -> LineDraft {
        let group = &self.groups.list[index as usize];
        let new = u32::from(self.groups.is_new(group));
        let rank = match self.sort {
            Sort::Name => 0,
            Sort::Count => group.count as i64,
            Sort::Deploy => group.count as i64 + if new > 0 { FIRST } else { 0 },
            Sort::Newest => group.span.map_or(i64::MIN + 1, |(_, last)| last),
            Sort::First => group.span.map_or(i64::MIN + 1, |(first, _)| first),
            Sort::Growth => (group.growth(self.groups.span) * 1e6) as i64,
        };
        LineDraft {
            level,
            label: clipped(label),
            group: Some(index),
            below: keys(group, index),
            count: group.count,
            new,
            rank,
            incident: None,
        }
    }

    fn branch(&self, level: GroupLevel, label: &str, mut below: Vec<LineDraft>) -> LineDraft {
        // Most branches have one line, and a list makes room for four.
        below.shrink_to_fit();
        sort_lines(&mut below);
        let count = below.iter().map(|line| line.count).sum();
        let new = below.iter().map(|line| line.new).sum();
        let rank = match self.sort {
            Sort::Count => count as i64,
            Sort::Deploy if new == 0 => count as i64,
            _ => below.iter().map(|line| line.rank).max().unwrap_or(0),
        };
        let largest = below.iter().filter_map(|line| line.group).max_by_key(|&group| self.groups.list[group as usize].count);
        LineDraft { level, label: clipped(label), group: largest, below, count, new, rank, incident: None }
    }
}

/// The keys of a group that has several, the most frequent ones first.
fn keys(group: &Group, index: u32) -> Vec<LineDraft> {
    let Some(facet) = group.keys().filter(|facet| facet.values.len() > 1) else { return Vec::new() };
    let line = |label: &str, count: u64| LineDraft {
        level: GroupLevel::Key,
        label: clipped(label),
        group: Some(index),
        below: Vec::new(),
        count,
        new: 0,
        rank: count as i64,
        incident: None,
    };
    let others = (facet.others > 0).then(|| line(OTHER_KEYS, facet.others));
    facet.values.iter().map(|(key, rows)| line(key, *rows)).chain(others).collect()
}

fn path_label(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// A label of bounded length: a path may be as long as whoever sent it liked.
fn clipped(text: &str) -> Box<str> {
    clip_middle(text, LONGEST).into()
}

/// Highest rank first, then by name.
fn sort_lines(lines: &mut [LineDraft]) {
    lines.sort_by(|a, b| (b.rank, a.level, &a.label).cmp(&(a.rank, b.level, &b.label)));
}

/// Lines put one after the other.
struct Drawn<'a> {
    groups: &'a Groups,
    all: Vec<&'a Group>,
    incidents: &'a [Incident],
    items: Vec<GroupItem>,
    listed: Vec<ListedIncident>,
}

impl Drawn<'_> {
    fn push(&mut self, lines: Vec<LineDraft>, parent: Option<u32>, depth: u16) {
        for line in lines {
            let id = self.id(&line, parent);
            let at = self.items.len() as u32;
            let LineDraft { level, label, group, below, count, new, incident, .. } = line;
            if let Some(incident) = incident.and_then(|incident| self.incidents.get(incident as usize)) {
                let why = facts::incident::why(incident, &self.all).unwrap_or_default();
                self.listed.push(ListedIncident {
                    item: at,
                    fingerprint: incident.fingerprint,
                    why,
                    extent: facts::incident::extent(incident, &self.all),
                });
            }
            self.items.push(GroupItem { label, level, count, new, group, depth, end: at + 1, parent, id });
            self.push(below, Some(at), depth + 1);
            self.items[at as usize].end = self.items.len() as u32;
        }
    }

    fn id(&self, line: &LineDraft, parent: Option<u32>) -> u64 {
        let mut hash = FxHasher::default();
        let is_leaf = matches!(line.level, GroupLevel::PathAndFault | GroupLevel::Fault | GroupLevel::Whole);
        match line.group.filter(|_| is_leaf) {
            // A group stays itself wherever it stands: a second fault at its path moves it a level down.
            Some(group) => hash.write_u64(self.groups.list[group as usize].fingerprint.0),
            None => {
                let incident = line.incident.and_then(|incident| self.incidents.get(incident as usize));
                hash.write_u64(incident.map_or(0, |incident| incident.fingerprint.0));
                hash.write_u64(parent.map_or(0, |parent| self.items[parent as usize].id));
                hash.write(line.label.as_bytes());
                hash.write_u8(line.level as u8);
            }
        }
        hash.finish()
    }
}
