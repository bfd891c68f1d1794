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
mod tests {
    use super::*;
    use crate::ground::few::Few;
    use crate::rows::group::{Fingerprint, GroupKey, GroupNames, Trend};

    fn group(number: u64, place: (&str, &str, Option<&str>), says: &str, count: u64, noise: bool) -> Group {
        Group {
            key: GroupKey {
                names: Arc::new(GroupNames {
                    namespace: Some(place.0.into()),
                    doctype: Some(place.1.into()),
                    version: Some("1".into()),
                    ..GroupNames::default()
                }),
                path: place.2.map(Into::into),
                fault: says.into(),
            },
            fingerprint: Fingerprint(number),
            keyword: None,
            count,
            span: Some((number as i64, number as i64)),
            trend: Trend::default(),
            jobs: Few::default(),
            standing: Default::default(),
            noise,
            by_catch: false,
            sample: says.into(),
            says: says.into(),
            facets: Arc::default(),
            sampled: None,
            clients: None,
            folded: None,
            rows: Few::default(),
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
            group.facets = [crate::rows::group::Facet { name: "key", values, others, exact: true }].into();
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
    fn by_catch_stands_last_as_noise_does() {
        let stopped = Group { by_catch: true, ..group(1, ("small", "events", None), "stopped", 30, false) };
        let list = vec![stopped, group(2, ("small", "events", None), "no such field: a", 2, false)];
        let tree = GroupTree::new(Arc::new(Groups { list, rows: 32, ..Groups::default() }), Sort::Count);
        assert_eq!(lines(&tree), ["small 32", "  events.1 32", "    no such field: a 2", "    by-catch 30", "      stopped 30"]);
    }

    #[test]
    fn a_branch_knows_its_largest_group_that_is_no_noise() {
        let tree = tree(Sort::Count);
        assert_eq!(tree.group(0).map(|group| group.fingerprint), Some(Fingerprint(2)));
    }

    #[test]
    fn an_incident_is_one_line_with_its_groups_below_and_the_others_stand_beside_it() {
        use crate::triage::incidents::Shared;
        let groups = tree(Sort::Count).groups;
        let shared = Shared {
            fault: "type".to_owned(),
            tail: Some("a/b".to_owned()),
            key: None,
            with_parent: false,
            source: None,
            same_deploy: false,
        };
        let incident = |groups: &[usize], shared: Option<Shared>| Incident { groups: groups.to_vec(), fingerprint: Fingerprint(1), shared };
        let incidents = [incident(&[1, 0], Some(shared)), incident(&[2], None), incident(&[3], None), incident(&[4], None)];
        let tree = GroupTree::by_incident(groups, Sort::Count, &incidents);
        let expected = [
            "…/a/b 8",
            "  large/events.1 /a/b 5",
            "  small/events.1 /a 3",
            "large/events.1 /a/b 2",
            "large/events.1 1",
            "noise by design 50",
            "  large/events.1 50",
        ];
        assert_eq!(lines(&tree), expected);
        assert_eq!(
            (tree.leaves(0).count(), tree.incident(0).map(|incident| incident.extent.as_str())),
            (2, Some("2 groups of 2 doctypes"))
        );
        assert!(tree.incident(1).is_none());
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
