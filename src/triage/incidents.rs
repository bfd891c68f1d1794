//! Groups that one cause made: the same fault at the same node of several schemas, since the same time.
//!
//! Owns: when two nodes are the same, when two groups began together, what they are put together for.
//! Refuses: likeness of words, which puts nothing together; counting rows (group).
//!
//! Two groups are one incident where all of this is so: their fault is spelled the same; the schema nodes at their places have the same content; the last two
//! names of their paths are the same, and the keys of the maps around them; they began with the same deploy or within a day. A node that says no more than a
//! type is in half of all places: there the object around it has to be the same as well. Where the source of the schemas is at hand, nodes that come from
//! one place of a file that is included are the same wherever they stand.

mod place;

use std::collections::BTreeMap;

use crate::ground::time::Micros;
use crate::pipeline::document::NodeId;
use crate::pipeline::fault::Fault;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::walk;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::schemas::SchemaStore;
use crate::triage::blame::template::{IncludedAt, Includes};
use place::{SchemasOf, is_bare, tail};

/// Groups that began within this time of the first one began together.
const TOGETHER: Micros = 24 * 3_600 * 1_000_000;
/// Of the rows of a group so many percent have to have a key for it to be the group's.
const MOSTLY: u64 = 90;

/// Groups with one cause; most have one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Positions among the groups that were given, the largest group first.
    pub groups: Vec<usize>,
    /// That of the group which began first.
    pub fingerprint: Fingerprint,
    /// Why they are one; `None` of a single group.
    pub shared: Option<Shared>,
}

/// What the groups of an incident have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The fault, as the groups have it.
    pub fault: String,
    /// The names at the end of their paths: `os/distro`, with `[]` and `{key}` between them; `None` where one place of the source stands under
    /// several names.
    pub tail: Option<String>,
    /// The key of the maps around it, those of several joined by slashes: with Glean the metric.
    pub key: Option<String>,
    /// Whether the object around the node is the same as well.
    pub with_parent: bool,
    /// The shared file of the source that all their nodes come from, from the top of its repository on.
    pub source: Option<String>,
    /// Whether they began with the same deploy; otherwise within a day.
    pub same_deploy: bool,
}

/// What makes the nodes of two groups the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Sameness {
    /// They come from one place of a shared file.
    Source(IncludedAt),
    /// They say the same at the same end of their paths.
    Says {
        tail: String,
        /// Number of the node's content.
        content: u32,
        /// Of a node that says little: that of the object around it.
        parent: Option<u32>,
    },
}

/// Puts groups together, largest incident first. Without a schema a group stays by itself. With the source of the schemas, what several include is
/// the same wherever it stands.
pub fn of(groups: &Groups, chosen: &[&Group], schemas: &SchemaStore, includes: Option<&mut Includes>) -> Vec<Incident> {
    let mut known = SchemasOf::new(schemas, includes);
    let alike: Vec<Option<Likeness>> = chosen.iter().map(|group| likeness(group, &mut known)).collect();
    let mut incidents: Vec<Incident> = Vec::new();
    for members in united(&alike) {
        let together = if members.len() > 1 { began_together(groups, chosen, members) } else { vec![(members, false)] };
        incidents.extend(together.into_iter().map(|(mut members, same_deploy)| {
            let first = members.iter().copied().min_by_key(|&at| (began(chosen[at]), chosen[at].fingerprint)).unwrap_or_default();
            members.sort_by_key(|&at| (std::cmp::Reverse(chosen[at].count), at));
            let shared = (members.len() > 1).then(|| shared(chosen, &members, &alike, same_deploy)).flatten();
            Incident { fingerprint: chosen[first].fingerprint, groups: members, shared }
        }));
    }
    // The order of the groups is that of whoever chose them: an incident stands where its first group stood.
    incidents.sort_by_key(|incident| incident.groups.iter().copied().min());
    incidents
}

/// Groups that are alike in anything, each group once.
fn united(alike: &[Option<Likeness>]) -> Vec<Vec<usize>> {
    type Mark<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a Sameness);
    let mut sets: Vec<usize> = (0..alike.len()).collect();
    fn root(sets: &mut [usize], mut at: usize) -> usize {
        while sets[at] != at {
            sets[at] = sets[sets[at]];
            at = sets[at];
        }
        at
    }
    let mut first: BTreeMap<Mark<'_>, usize> = BTreeMap::new();
    for (at, likeness) in alike.iter().enumerate() {
        let Some(likeness) = likeness else { continue };
        for by in &likeness.by {
            let known = *first.entry((&likeness.fault, likeness.class.as_deref(), likeness.key.as_deref(), by)).or_insert(at);
            let (one, other) = (root(&mut sets, known), root(&mut sets, at));
            sets[one.max(other)] = one.min(other);
        }
    }
    let mut united: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    (0..alike.len()).for_each(|at| united.entry(root(&mut sets, at)).or_default().push(at));
    united.into_values().collect()
}

/// What groups of one incident have in common.
fn shared(chosen: &[&Group], members: &[usize], alike: &[Option<Likeness>], same_deploy: bool) -> Option<Shared> {
    let likeness = |at: &usize| alike[*at].as_ref();
    let first = likeness(members.first()?)?;
    let source = |at: &usize| likeness(at)?.by.iter().find_map(|by| if let Sameness::Source(at) = by { Some(at) } else { None });
    let one = source(members.first()?).filter(|one| members.iter().all(|at| source(at) == Some(one)));
    let parent = |at: &usize| likeness(at)?.by.iter().find_map(|by| if let Sameness::Says { parent, .. } = by { *parent } else { None });
    let around = parent(members.first()?).filter(|one| members.iter().all(|at| parent(at) == Some(*one)));
    Some(Shared {
        fault: first.fault.clone(),
        tail: common_end(members.iter().filter_map(|&at| chosen[at].key.path.as_deref())),
        key: first.key.clone(),
        with_parent: around.is_some() && one.is_none(),
        source: one.map(|at| at.file.clone()),
        same_deploy,
    })
}

impl Incident {
    /// Takes out the key, for others to read: it may be a value of somebody's.
    pub fn without_key(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.key = None;
        }
    }

    /// All rows.
    pub fn count(&self, chosen: &[&Group]) -> u64 {
        self.groups.iter().map(|&at| chosen[at].count).sum()
    }

    /// First and last time.
    pub fn span(&self, chosen: &[&Group]) -> Option<(Micros, Micros)> {
        let spans = self.groups.iter().filter_map(|&at| chosen[at].span);
        spans.reduce(|all, span| (all.0.min(span.0), all.1.max(span.1)))
    }

    /// How many namespaces and doctypes its groups are of.
    pub fn doctypes(&self, chosen: &[&Group]) -> usize {
        let mut names: Vec<_> = self.groups.iter().map(|&at| (&chosen[at].key.namespace, &chosen[at].key.doctype)).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    }
}

fn began(group: &Group) -> Option<Micros> {
    group.span.map(|(first, _)| first)
}

/// Groups that are alike, by when they began; and whether that was a deploy.
fn began_together(groups: &Groups, chosen: &[&Group], members: Vec<usize>) -> Vec<(Vec<usize>, bool)> {
    let deploy = |at: usize| groups.deploy(chosen[at]).map(|deploy| deploy.time).filter(|_| groups_began(chosen[at]));
    let mut by_deploy: BTreeMap<Option<Micros>, Vec<usize>> = BTreeMap::new();
    members.into_iter().for_each(|at| by_deploy.entry(deploy(at)).or_default().push(at));
    let mut together = Vec::new();
    for (deploy, mut members) in by_deploy {
        if deploy.is_some() {
            together.push((members, true));
            continue;
        }
        members.sort_by_key(|&at| began(chosen[at]));
        let mut begin = 0;
        while begin < members.len() {
            let first = began(chosen[members[begin]]);
            let within = |at: &usize| match (first, began(chosen[*at])) {
                (Some(first), Some(this)) => this.saturating_sub(first) <= TOGETHER,
                // Nobody knows when it began.
                _ => false,
            };
            let end = begin + 1 + members[begin + 1..].iter().take_while(|at| within(at)).count();
            together.push((members[begin..end].to_vec(), false));
            begin = end;
        }
    }
    together
}

fn groups_began(group: &Group) -> bool {
    group.standing.status == Some(crate::rows::group::Status::Began)
}

/// What a group is alike in.
struct Likeness {
    fault: String,
    class: Option<String>,
    key: Option<String>,
    by: Vec<Sameness>,
}

fn likeness(group: &Group, known: &mut SchemasOf<'_>) -> Option<Likeness> {
    group.keyword?;
    if group.noise || group.by_catch || group.folded().is_some() {
        return None;
    }
    let path = group.key.path.as_deref()?;
    let key = match group.keys() {
        None => None,
        // Another key is another metric: of many nobody knows which they have in common.
        Some(facet) => {
            Some(facet.values.first().filter(|(_, rows)| rows.saturating_mul(100) >= group.count.saturating_mul(MOSTLY))?.0.to_string())
        }
    };
    let of = known.of(group)?;
    let schema = &of.schema;
    let tokens = Fault::parse(&group.sample, group.key.class.as_deref()).tokens();
    let node = walk(schema, &tokens).nodes.first().copied()?;
    let mut by = Vec::from_iter(known.source(&of, node).map(Sameness::Source));
    if let Some(says) = says(schema, node, &tokens, path, known) {
        by.push(says);
    }
    let class = group.key.class.as_deref().map(str::to_owned);
    (!by.is_empty()).then(|| Likeness { fault: group.key.fault.to_string(), class, key, by })
}

/// What the node says, at the end of its path.
fn says(schema: &Schema, node: NodeId, tokens: &[String], path: &str, known: &mut SchemasOf<'_>) -> Option<Sameness> {
    let tail = tail(path)?;
    let content = known.content(schema, node)?;
    let parent = match is_bare(schema, node) {
        true => Some(known.content(schema, walk(schema, tokens.split_last()?.1).nodes.first().copied()?)?),
        false => None,
    };
    Some(Sameness::Says { tail, content, parent })
}

/// The names that all paths end with, and whether there are any.
fn common_end<'a>(paths: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut common: Option<Vec<&str>> = None;
    for path in paths {
        let tokens: Vec<&str> = path.split('/').skip(1).collect();
        common = Some(match common {
            None => tokens,
            Some(known) => {
                let same = known.iter().rev().zip(tokens.iter().rev()).take_while(|(one, other)| one == other).count();
                tokens[tokens.len() - same..].to_vec()
            }
        });
    }
    // Shared by doctypes as a whole, the place is told by its last names.
    let common = common.filter(|tokens| !tokens.is_empty())?.join("/");
    Some(tail(&format!("/{common}")).unwrap_or(common))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::Grouper;
    use crate::rows::row::{ErrorRow, RowRef};

    #[test]
    fn what_lies_around_nodes_is_the_same_only_where_it_is_for_all() {
        let mut grouper = Grouper::new(None);
        for (at, key) in ["a", "b"].into_iter().enumerate() {
            let message = format!("#/{key}/os: expected type: String, found: Null");
            grouper.add(&ErrorRow { message: Some(&message), ..ErrorRow::default() }, RowRef::new(0, at as u64));
        }
        let groups = Grouper::merge(vec![grouper]);
        let chosen: Vec<&Group> = groups.list.iter().collect();
        let likeness = |parent| {
            let says = Sameness::Says { tail: "a/os".to_owned(), content: 1, parent };
            Some(Likeness { fault: "type".to_owned(), class: None, key: None, by: vec![says] })
        };
        let around = |one, other| shared(&chosen, &[0, 1], &[likeness(one), likeness(other)], false).unwrap().with_parent;
        assert!(around(Some(7), Some(7)));
        for (one, other) in [(Some(7), None), (Some(7), Some(8)), (None, None)] {
            assert!(!around(one, other), "{one:?} {other:?}");
        }
    }
}
