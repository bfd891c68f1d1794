//! The lines of the tree of groups, made and put in order.
//!
//! Owns: which lines there are, their order, what a branch adds up to, noise and by-catch kept apart, stable ids.
//! Refuses: counting (group), what is done with the lines (group_tree).

use std::collections::BTreeMap;
use std::hash::Hasher;

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

/// Groups of one doctype by path; those that nobody has to look at by what they are.
#[derive(Default)]
struct DoctypePaths<'a> {
    paths: BTreeMap<Option<&'a str>, Vec<u32>>,
    aside: BTreeMap<&'static str, Vec<u32>>,
}

/// The lines of these groups in pre-order.
pub(super) fn items(groups: &Groups, sort: Sort) -> Vec<GroupItem> {
    let mut names: BTreeMap<&str, BTreeMap<String, DoctypePaths<'_>>> = BTreeMap::new();
    for (i, group) in groups.list.iter().enumerate() {
        let namespace = group.key.namespace.as_deref().unwrap_or(NO_NAMESPACE);
        let doctype = names.entry(namespace).or_default().entry(doctype_label(group)).or_default();
        match groups.aside(group) {
            Some(aside) => doctype.aside.entry(aside).or_default().push(i as u32),
            None => doctype.paths.entry(group.key.path.as_deref()).or_default().push(i as u32),
        }
    }
    let maker = LineMaker { groups, sort };
    let namespaces = names.into_iter().map(|(name, doctypes)| {
        let doctypes = doctypes.into_iter().map(|(name, paths)| maker.doctype(&name, paths)).collect();
        maker.branch(GroupLevel::Namespace, name, doctypes)
    });
    let mut lines: Vec<LineDraft> = namespaces.collect();
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

fn doctype_label(group: &Group) -> String {
    match (&group.key.doctype, &group.key.version) {
        (Some(doctype), Some(version)) => format!("{doctype}.{version}"),
        (Some(doctype), None) => doctype.to_string(),
        (None, _) => NO_DOCTYPE.to_owned(),
    }
}

/// Makes lines out of groups.
struct LineMaker<'a> {
    groups: &'a Groups,
    sort: Sort,
}

impl LineMaker<'_> {
    fn doctype(&self, name: &str, paths: DoctypePaths<'_>) -> LineDraft {
        let mut below: Vec<LineDraft> = Vec::new();
        for (path, groups) in paths.paths {
            match (path, groups.as_slice()) {
                (Some(path), &[alone]) => {
                    let shown = self.groups.list[alone as usize].shown_path().unwrap_or(path.into());
                    below.push(self.leaf(GroupLevel::PathAndFault, path_label(&shown), alone));
                }
                (Some(path), several) => {
                    let shown: Vec<_> = several.iter().map(|&group| self.groups.list[group as usize].shown_path()).collect();
                    let agreed = shown
                        .first()
                        .and_then(|first| first.as_deref())
                        .filter(|first| shown.iter().all(|other| other.as_deref() == Some(first)));
                    let path = agreed.unwrap_or(path);
                    let faults = several.iter().map(|&group| self.fault(group)).collect();
                    below.push(self.branch(GroupLevel::Path, path_label(path), faults));
                }
                (None, placeless) => below.extend(placeless.iter().map(|&group| self.fault(group))),
            }
        }
        for (name, groups) in paths.aside {
            let groups = groups.iter().map(|&group| self.fault(group)).collect();
            let line = self.branch(GroupLevel::Aside, name, groups);
            below.push(LineDraft { group: None, rank: i64::MIN, ..line });
        }
        self.branch(GroupLevel::Doctype, name, below)
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
