//! Groups that one cause made: the same fault at the same node of several schemas, since the same time.
//!
//! Owns: when two nodes are the same, when two groups began together, what they are put together for.
//! Refuses: likeness of words, which puts nothing together; counting rows (group).
//!
//! Two groups are one incident where all of this is so: their fault is spelled the same; the schema nodes at their places have the same content; the last two
//! names of their paths are the same, and the keys of the maps around them; they began with the same deploy or within a day. A node that says no more than a
//! type is in half of all places: there the object around it has to be the same as well.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::ground::time::Micros;
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::fault::Fault;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::walk;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::schemas::{Lookup, SchemaStore};

/// Names at the end of a path that have to be the same.
const TAIL: usize = 2;
/// Groups that began within this time of the first one began together.
const TOGETHER: Micros = 24 * 3_600 * 1_000_000;
/// Keywords of a node that say nothing about values but their type.
const BARE: [&str; 6] = ["type", "title", "description", "$comment", "examples", "default"];
/// Longest content of a node that is compared, in bytes: a whole ping is no node that pings share.
const LONGEST: usize = 64 << 10;
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
    /// The names at the end of their paths: `os/distro`, with `[]` and `{key}` between them.
    pub tail: String,
    /// The key of the maps around it, those of several joined by slashes: with Glean the metric.
    pub key: Option<String>,
    /// Whether the object around the node is the same as well.
    pub with_parent: bool,
    /// Whether they began with the same deploy; otherwise within a day.
    pub same_deploy: bool,
}

/// What makes two groups one, but for the time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Sameness {
    fault: String,
    class: Option<String>,
    tail: String,
    key: Option<String>,
    /// Number of the node's content.
    content: u32,
    /// Of a node that says little: that of the object around it.
    parent: Option<u32>,
}

/// Puts groups together, largest incident first. Without a schema a group stays by itself.
pub fn of(groups: &Groups, chosen: &[&Group], schemas: &SchemaStore) -> Vec<Incident> {
    let mut known = SchemasOf { schemas, found: FxHashMap::default(), contents: FxHashMap::default(), nodes: FxHashMap::default() };
    let mut alike: BTreeMap<Sameness, Vec<usize>> = BTreeMap::new();
    let mut incidents: Vec<Incident> = Vec::new();
    for (at, group) in chosen.iter().enumerate() {
        match sameness(group, &mut known) {
            Some(same) => alike.entry(same).or_default().push(at),
            None => incidents.push(alone(chosen, at)),
        }
    }
    for (same, members) in alike {
        for (together, same_deploy) in began_together(groups, chosen, members) {
            let shared = (together.len() > 1).then(|| Shared {
                fault: same.fault.clone(),
                tail: same.tail.clone(),
                key: same.key.clone(),
                with_parent: same.parent.is_some(),
                same_deploy,
            });
            let first = together.iter().copied().min_by_key(|&at| (began(chosen[at]), chosen[at].fingerprint)).unwrap_or_default();
            incidents.push(Incident { fingerprint: chosen[first].fingerprint, groups: together, shared });
        }
    }
    for incident in &mut incidents {
        incident.groups.sort_by_key(|&at| (std::cmp::Reverse(chosen[at].count), at));
    }
    // The order of the groups is that of whoever chose them: an incident stands where its first group stood.
    incidents.sort_by_key(|incident| incident.groups.iter().copied().min());
    incidents
}

impl Incident {
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

fn alone(chosen: &[&Group], at: usize) -> Incident {
    Incident { groups: vec![at], fingerprint: chosen[at].fingerprint, shared: None }
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

fn sameness(group: &Group, known: &mut SchemasOf<'_>) -> Option<Sameness> {
    group.keyword?;
    if group.noise || group.by_catch || group.folded.is_some() {
        return None;
    }
    let tail = tail(group.key.path.as_deref()?)?;
    let key = match group.keys() {
        None => None,
        // Another key is another metric: of many nobody knows which they have in common.
        Some(facet) => {
            Some(facet.values.first().filter(|(_, rows)| rows.saturating_mul(100) >= group.count.saturating_mul(MOSTLY))?.0.to_string())
        }
    };
    let schema = known.of(group)?;
    let tokens = Fault::parse(&group.sample, group.key.class.as_deref()).tokens();
    let node = walk(&schema, &tokens).nodes.first().copied()?;
    let content = known.content(&schema, node)?;
    let parent = match is_bare(&schema, node) {
        true => Some(known.content(&schema, walk(&schema, tokens.split_last()?.1).nodes.first().copied()?)?),
        false => None,
    };
    let class = group.key.class.as_deref().map(str::to_owned);
    Some(Sameness { fault: group.key.fault.to_string(), class, tail, key, content, parent })
}

/// The end of a path with two names in it; `None` where it has fewer.
fn tail(path: &str) -> Option<String> {
    let tokens: Vec<&str> = path.split('/').skip(1).collect();
    let names = tokens.iter().enumerate().rev().filter(|(_, token)| !matches!(**token, "[]" | "{key}"));
    let (first, _) = names.take(TAIL).enumerate().filter(|(count, _)| count + 1 == TAIL).map(|(_, name)| name).next()?;
    Some(tokens[first..].join("/"))
}

/// Whether the node says no more than a type.
fn is_bare(schema: &Schema, node: NodeId) -> bool {
    let document = &schema.document;
    document.kind(node) != Kind::Object
        || document.children(node).all(|member| document.key(member).is_some_and(|key| BARE.contains(&key.as_ref())))
}

/// The node without the space between its tokens.
fn content(schema: &Schema, node: NodeId) -> Option<Vec<u8>> {
    let raw = schema.document.raw(node);
    if raw.len() > LONGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(raw.len());
    for range in (Texts { raw, at: 0 }) {
        bytes.extend_from_slice(&raw[range]);
    }
    Some(bytes)
}

/// The parts of a JSON text that are not space between tokens.
struct Texts<'a> {
    raw: &'a [u8],
    at: usize,
}

impl Iterator for Texts<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let begin = self.at + self.raw[self.at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let mut end = begin;
        while let Some(&byte) = self.raw.get(end) {
            if byte == b'"' {
                end = crate::pipeline::document::skim::string_end(self.raw, end).unwrap_or(self.raw.len());
            } else if byte.is_ascii_whitespace() {
                break;
            } else {
                end += 1;
            }
        }
        self.at = end;
        Some(begin..end)
    }
}

/// Schemas of doctypes, each looked for once.
struct SchemasOf<'s> {
    schemas: &'s SchemaStore,
    found: FxHashMap<[Option<String>; 3], Option<std::sync::Arc<Schema>>>,
    /// Contents by number, each once: groups of many keys stand at one node.
    contents: FxHashMap<Vec<u8>, u32>,
    /// The number of a node's content, by the doctype's schema and the node.
    nodes: FxHashMap<(String, NodeId), Option<u32>>,
}

impl SchemasOf<'_> {
    /// The number of what a node says; `None` where it is too long to be compared.
    fn content(&mut self, schema: &Schema, node: NodeId) -> Option<u32> {
        let contents = &mut self.contents;
        let number = || {
            let new = contents.len() as u32;
            Some(*contents.entry(content(schema, node)?).or_insert(new))
        };
        *self.nodes.entry((schema.path.clone(), node)).or_insert_with(number)
    }

    /// The schema of a group's documents; where its rows tell no version, the newest one.
    fn of(&mut self, group: &Group) -> Option<std::sync::Arc<Schema>> {
        let names = [&group.key.namespace, &group.key.doctype, &group.key.version].map(|name| name.as_deref().map(str::to_owned));
        let schemas = self.schemas;
        let look = |names: &[Option<String>; 3]| {
            let [namespace, doctype, version] = names;
            let at = match schemas.lookup(namespace.as_deref()?, doctype.as_deref()?, version.as_deref()) {
                Lookup::Found(at) => at,
                Lookup::NoVersion { known } if version.is_none() => *known.last()?,
                _ => return None,
            };
            schemas.schema(at).ok().flatten()
        };
        self.found.entry(names).or_insert_with_key(look).clone()
    }
}
