//! Groups arranged as a tree: namespace > doctype.version > path > fault.
//!
//! Owns: the order of the tree, what a branch adds up to, noise kept apart, stable ids, which lines a search finds.
//! Refuses: counting (group), what is open (outline).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::ground::outline::Tree;
use crate::ground::sought::{Closeness, Sought};
use crate::rows::group::{Group, Groups, NOISE, Sort};

/// Groups with the tree over them.
#[derive(Default)]
pub struct GroupTree {
    /// What the tree is made of.
    pub groups: Arc<Groups>,
    /// In pre-order.
    pub items: Vec<GroupItem>,
    /// How it is sorted.
    pub sort: Sort,
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
    /// What the pipeline refuses by design, out of the way.
    Noise,
    /// An instance path with several faults.
    Path,
    /// A group, alone at its path: the label is the path.
    PathAndFault,
    /// A group below its path: the label is the fault.
    Fault,
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
/// The line of keys that are not counted one by one.
const OTHER_KEYS: &str = "(other keys)";

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
}

/// Groups of one doctype by path; noise has a map of its own.
#[derive(Default)]
struct DoctypePaths<'a> {
    paths: BTreeMap<Option<&'a str>, Vec<u32>>,
    noise: Vec<u32>,
}

impl GroupTree {
    /// Arranges the groups. Costs time with many groups: work for a worker.
    pub fn new(groups: Arc<Groups>, sort: Sort) -> Self {
        let mut names: BTreeMap<&str, BTreeMap<String, DoctypePaths<'_>>> = BTreeMap::new();
        for (i, group) in groups.list.iter().enumerate() {
            let namespace = group.key.namespace.as_deref().unwrap_or("(no namespace)");
            let doctype = names.entry(namespace).or_default().entry(doctype_label(group)).or_default();
            if group.noise {
                doctype.noise.push(i as u32);
            } else {
                doctype.paths.entry(group.key.path.as_deref()).or_default().push(i as u32);
            }
        }
        let maker = LineMaker { groups: &groups, sort };
        let namespaces = names.into_iter().map(|(name, doctypes)| {
            let doctypes = doctypes.into_iter().map(|(name, paths)| maker.doctype(&name, paths)).collect();
            maker.branch(GroupLevel::Namespace, name, doctypes)
        });
        let mut lines: Vec<LineDraft> = namespaces.collect();
        sort_lines(&mut lines);
        let mut items = Vec::new();
        push_lines(lines, None, 0, &groups, &mut items);
        GroupTree { groups, items, sort }
    }

    /// The group of a line.
    pub fn group(&self, item: usize) -> Option<&Group> {
        self.items[item].group.map(|group| &self.groups.list[group as usize])
    }

    /// Whether the line is a group, not a branch.
    pub fn is_leaf(&self, item: usize) -> bool {
        matches!(self.items[item].level, GroupLevel::PathAndFault | GroupLevel::Fault)
    }

    /// The group that a line is about: its own, or that whose key it is; `None` on a branch.
    pub fn group_at(&self, item: usize) -> Option<&Group> {
        self.group(item).filter(|_| self.is_leaf(item) || self.items[item].level == GroupLevel::Key)
    }

    /// The path that a line is about: of a key the path with it.
    pub fn path_at(&self, item: usize) -> Option<Cow<'_, str>> {
        let group = self.group_at(item)?;
        match self.items[item].level {
            GroupLevel::Key if *self.items[item].label != *OTHER_KEYS => group.path_with(&self.items[item].label),
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

fn doctype_label(group: &Group) -> String {
    match (&group.key.doctype, &group.key.version) {
        (Some(doctype), Some(version)) => format!("{doctype}.{version}"),
        (Some(doctype), None) => doctype.to_string(),
        (None, _) => "(no doctype)".to_owned(),
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
        if !paths.noise.is_empty() {
            let noise = paths.noise.iter().map(|&group| self.fault(group)).collect();
            let line = self.branch(GroupLevel::Noise, NOISE, noise);
            below.push(LineDraft { group: None, rank: i64::MIN, ..line });
        }
        self.branch(GroupLevel::Doctype, name, below)
    }

    fn fault(&self, group: u32) -> LineDraft {
        self.leaf(GroupLevel::Fault, &self.groups.list[group as usize].says, group)
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
        LineDraft { level, label: self::label(label), group: Some(index), below: keys(group, index), count: group.count, new, rank }
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
        LineDraft { level, label: self::label(label), group: largest, below, count, new, rank }
    }
}

/// The keys of a group that has several, the most frequent ones first.
fn keys(group: &Group, index: u32) -> Vec<LineDraft> {
    let Some(facet) = group.keys().filter(|facet| facet.values.len() > 1) else { return Vec::new() };
    let line = |label: &str, count: u64| LineDraft {
        level: GroupLevel::Key,
        label: self::label(label),
        group: Some(index),
        below: Vec::new(),
        count,
        new: 0,
        rank: count as i64,
    };
    let others = (facet.others > 0).then(|| line(OTHER_KEYS, facet.others));
    facet.values.iter().map(|(key, rows)| line(key, *rows)).chain(others).collect()
}

fn path_label(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// A label of bounded length: a path may be as long as whoever sent it liked.
fn label(text: &str) -> Box<str> {
    crate::ground::text::clip_middle(text, LONGEST).into()
}

/// Highest rank first, then by name.
fn sort_lines(lines: &mut [LineDraft]) {
    lines.sort_by(|a, b| (b.rank, a.level, &a.label).cmp(&(a.rank, b.level, &b.label)));
}

fn push_lines(lines: Vec<LineDraft>, parent: Option<u32>, depth: u16, groups: &Groups, items: &mut Vec<GroupItem>) {
    for line in lines {
        let mut hash = FxHasher::default();
        let is_leaf = matches!(line.level, GroupLevel::PathAndFault | GroupLevel::Fault);
        match line.group.filter(|_| is_leaf) {
            // A group stays itself wherever it stands: a second fault at its path moves it a level down.
            Some(group) => hash.write_u64(groups.list[group as usize].fingerprint.0),
            None => {
                hash.write_u64(parent.map_or(0, |parent| items[parent as usize].id));
                hash.write(line.label.as_bytes());
                hash.write_u8(line.level as u8);
            }
        }
        let at = items.len() as u32;
        let LineDraft { level, label, group, below, count, new, .. } = line;
        items.push(GroupItem { label, level, count, new, group, depth, end: at + 1, parent, id: hash.finish() });
        push_lines(below, Some(at), depth + 1, groups, items);
        items[at as usize].end = items.len() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::{Fingerprint, GroupKey, Trend};

    fn group(number: u64, place: (&str, &str, Option<&str>), says: &str, count: u64, noise: bool) -> Group {
        Group {
            key: GroupKey {
                namespace: Some(place.0.into()),
                doctype: Some(place.1.into()),
                version: Some("1".into()),
                stage: None,
                class: None,
                path: place.2.map(Into::into),
                fault: says.into(),
            },
            fingerprint: Fingerprint(number),
            keyword: None,
            count,
            span: Some((number as i64, number as i64)),
            trend: Trend::default(),
            jobs: Vec::new(),
            standing: Default::default(),
            noise,
            sample: says.into(),
            says: says.into(),
            facets: Vec::new(),
            sampled: None,
            clients: None,
            folded: None,
            rows: Vec::new(),
        }
    }

    fn tree(sort: Sort) -> GroupTree {
        let list = vec![
            group(1, ("small", "events", Some("/a")), "type", 3, false),
            group(2, ("large", "events", Some("/a/b")), "type", 5, false),
            group(3, ("large", "events", Some("/a/b")), "enum", 2, false),
            group(4, ("large", "events", Some("")), "required", 1, false),
            group(5, ("large", "events", None), "bug 7", 50, true),
        ];
        GroupTree::new(Arc::new(Groups { list, rows: 61, ..Groups::default() }), sort)
    }

    fn lines(tree: &GroupTree) -> Vec<String> {
        let line = |item: usize| format!("{}{} {}", "  ".repeat(tree.depth(item)), tree.items[item].label, tree.items[item].count);
        (0..tree.len()).map(line).collect()
    }

    #[test]
    fn the_largest_stand_first_and_noise_last() {
        let expected = [
            "large 58",
            "  events.1 58",
            "    /a/b 7",
            "      type 5",
            "      enum 2",
            "    / 1",
            "    noise by design 50",
            "      bug 7 50",
            "small 3",
            "  events.1 3",
            "    /a 3",
        ];
        assert_eq!(lines(&tree(Sort::Count)), expected);
    }

    #[test]
    fn several_keys_are_lines_below_their_group_and_one_stands_in_its_path() {
        let with_keys = |number, keys: &[(&str, u64)], others| {
            let count = keys.iter().map(|(_, rows)| rows).sum::<u64>() + others;
            let mut group = group(number, ("shop", "events", Some("/m/{key}")), "type", count, false);
            let values = keys.iter().map(|(key, rows)| ((*key).into(), *rows)).collect();
            group.facets = vec![crate::rows::group::Facet { name: "key", values, others }];
            group.key.path = Some(format!("/m{number}/{{key}}").into());
            group
        };
        let list = vec![with_keys(1, &[("ad.clicks", 4)], 0), with_keys(2, &[("b", 5), ("a", 2)], 3)];
        let tree = GroupTree::new(Arc::new(Groups { list, rows: 14, ..Groups::default() }), Sort::Count);
        let expected =
            ["shop 14", "  events.1 14", "    /m2/{key} 10", "      b 5", "      a 2", "      (other keys) 3", "    /m1/ad.clicks 4"];
        assert_eq!(lines(&tree), expected);
        assert_eq!(tree.leaves(0).collect::<Vec<_>>(), [2, 6]);
        assert_eq!((tree.path_at(3).as_deref(), tree.path_at(6).as_deref()), (Some("/m2/b"), Some("/m1/ad.clicks")));
        assert_eq!(tree.path_at(5).as_deref(), Some("/m2/{key}"));
    }

    #[test]
    fn a_branch_knows_its_largest_group_that_is_no_noise() {
        let tree = tree(Sort::Count);
        assert_eq!(tree.group(0).map(|group| group.fingerprint), Some(Fingerprint(2)));
    }

    #[test]
    fn ids_survive_another_order() {
        let (by_count, by_name) = (tree(Sort::Count), tree(Sort::Name));
        let mut one: Vec<u64> = (0..by_count.len()).map(|item| by_count.id(item)).collect();
        let mut two: Vec<u64> = (0..by_name.len()).map(|item| by_name.id(item)).collect();
        one.sort_unstable();
        two.sort_unstable();
        assert_eq!(one, two);
        one.dedup();
        assert_eq!(one.len(), two.len(), "no two lines share an id");
    }
}
