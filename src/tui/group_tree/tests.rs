//! Lines of the tree of groups, and a model of them that is small and slow.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ground::few::Settled;
use crate::rows::group::{Fingerprint, GroupKey, GroupNames, NO_DOCTYPE, NO_NAMESPACE, NamesWithin, Trend};

fn group(number: u64, place: (&str, &str, Option<&str>), says: &str, count: u64, noise: bool) -> Group {
    Group {
        key: GroupKey {
            names: Arc::new(GroupNames {
                namespace: Some(place.0.into()),
                within: Arc::new(NamesWithin { doctype: Some(place.1.into()), version: Some("1".into()), ..NamesWithin::default() }),
            }),
            path: place.2.map(Into::into),
            fault: says.into(),
        },
        fingerprint: Fingerprint(number),
        keyword: None,
        count,
        span: Some((number as i64, number as i64)),
        trend: Trend::default(),
        by_job: Default::default(),
        standing: Default::default(),
        noise,
        by_catch: false,
        sample: says.into(),
        says: says.into(),
        facets: Arc::default(),
        clients: None,
        rare: None,
        rows: Settled::default(),
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
        group.facets = vec![crate::rows::group::Facet { name: "key", values, others, exact: true }].into();
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
    let shared =
        Shared { fault: "type".to_owned(), tail: Some("a/b".to_owned()), key: None, with_parent: false, source: None, same_deploy: false };
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
    assert_eq!((tree.leaves(0).count(), tree.incident(0).map(|incident| incident.extent.as_str())), (2, Some("2 groups of 2 doctypes")));
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

/// A line as the model has it.
struct ModelLine {
    level: GroupLevel,
    label: String,
    count: u64,
    rank: i64,
    below: Vec<ModelLine>,
}

impl ModelLine {
    fn leaf(level: GroupLevel, label: &str, group: &Group, sort: Sort) -> Self {
        let rank = if sort == Sort::Count { group.count as i64 } else { 0 };
        ModelLine { level, label: label.to_owned(), count: group.count, rank, below: Vec::new() }
    }

    fn branch(level: GroupLevel, label: &str, below: Vec<ModelLine>, sort: Sort) -> Self {
        let count = below.iter().map(|line| line.count).sum();
        let rank = if sort == Sort::Count { count as i64 } else { below.iter().map(|line| line.rank).max().unwrap_or(0) };
        ModelLine { level, label: label.to_owned(), count, rank, below }
    }

    fn write(lines: Vec<ModelLine>, depth: usize, out: &mut Vec<String>) {
        let mut lines = lines;
        lines.sort_by(|a, b| b.rank.cmp(&a.rank).then(a.level.cmp(&b.level)).then(a.label.cmp(&b.label)));
        for line in lines {
            out.push(format!("{}{} {}", "  ".repeat(depth), line.label, line.count));
            ModelLine::write(line.below, depth + 1, out);
        }
    }
}

#[derive(Default)]
struct ModelDoctype<'a> {
    paths: BTreeMap<Option<&'a str>, Vec<&'a Group>>,
    aside: BTreeMap<&'static str, Vec<&'a Group>>,
}

/// The lines by maps in maps.
fn slow(groups: &Groups, sort: Sort) -> Vec<String> {
    let mut all: BTreeMap<&str, BTreeMap<String, ModelDoctype<'_>>> = BTreeMap::new();
    for group in &groups.list {
        let label = match (&group.key.doctype, &group.key.version) {
            (Some(doctype), Some(version)) => format!("{doctype}.{version}"),
            (Some(doctype), None) => doctype.to_string(),
            (None, _) => NO_DOCTYPE.to_owned(),
        };
        let doctype = all.entry(group.key.namespace.as_deref().unwrap_or(NO_NAMESPACE)).or_default().entry(label).or_default();
        match group.aside() {
            Some(aside) => doctype.aside.entry(aside).or_default().push(group),
            None => doctype.paths.entry(group.key.path.as_deref()).or_default().push(group),
        }
    }
    let faults = |of: &[&Group]| of.iter().map(|group| ModelLine::leaf(GroupLevel::Fault, &group.says, group, sort)).collect::<Vec<_>>();
    let doctype = |(label, of): (String, ModelDoctype<'_>)| {
        let mut below = Vec::new();
        for (path, groups) in of.paths {
            let label = path.filter(|path| !path.is_empty()).unwrap_or("/");
            match (path, &groups[..]) {
                (Some(_), [alone]) => below.push(ModelLine::leaf(GroupLevel::PathAndFault, label, alone, sort)),
                (Some(_), several) => below.push(ModelLine::branch(GroupLevel::Path, label, faults(several), sort)),
                (None, several) => below.extend(faults(several)),
            }
        }
        for (label, groups) in of.aside {
            below.push(ModelLine { rank: i64::MIN, ..ModelLine::branch(GroupLevel::Aside, label, faults(&groups), sort) });
        }
        ModelLine::branch(GroupLevel::Doctype, &label, below, sort)
    };
    let namespace = |(label, of): (&str, BTreeMap<String, ModelDoctype<'_>>)| {
        ModelLine::branch(GroupLevel::Namespace, label, of.into_iter().map(doctype).collect(), sort)
    };
    let mut out = Vec::new();
    ModelLine::write(all.into_iter().map(namespace).collect(), 0, &mut out);
    out
}

proptest! {
    #[test]
    fn lines_are_those_of_maps_in_maps(
        places in prop::collection::vec(
            (
                prop::sample::select(vec![None, Some(""), Some("a"), Some("b"), Some(NO_NAMESPACE)]),
                prop::sample::select(vec![None, Some("x"), Some("x.1"), Some("xy"), Some(NO_DOCTYPE)]),
                prop::sample::select(vec![None, Some("1"), Some("10")]),
                prop::sample::select(vec![None, Some(""), Some("/"), Some("/a"), Some("/a/b")]),
                prop::sample::select(vec!["type", "enum", "required"]),
                0..4u64,
                0..4u8,
            ),
            0..24,
        ),
        shares_names in any::<bool>(),
        by_count in any::<bool>(),
    ) {
        let mut known: BTreeMap<_, Arc<GroupNames>> = BTreeMap::new();
        let list = places.into_iter().zip(1..).map(|((namespace, doctype, version, path, says, count, aside), number)| {
            let own = GroupNames {
                namespace: namespace.map(Into::into),
                within: Arc::new(NamesWithin { doctype: doctype.map(Into::into), version: version.map(Into::into), ..NamesWithin::default() }),
            };
            let mut made = group(number, ("", "", path), says, count, aside == 1);
            made.by_catch = aside == 2;
            made.key.names = match shares_names {
                true => known.entry((namespace, doctype, version)).or_insert_with(|| Arc::new(own)).clone(),
                false => Arc::new(own),
            };
            made
        });
        let groups = Groups { list: list.collect(), ..Groups::default() };
        let sort = if by_count { Sort::Count } else { Sort::Name };
        let expected = slow(&groups, sort);
        prop_assert_eq!(lines(&GroupTree::new(Arc::new(groups), sort)), expected);
    }
}
