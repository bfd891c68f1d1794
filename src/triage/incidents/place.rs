//! Where a group's value stands in its schema: what the node says, and what the schemas of other doctypes have in common with it.
//!
//! Owns: contents of nodes by number, the end of a path, when a node says next to nothing, where it comes from in the source.
//! Refuses: which groups are one (incidents).

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::Schema;
use crate::rows::group::Group;
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::blame::template::{IncludedAt, Includes};

/// Names at the end of a path that have to be the same.
const TAIL: usize = 2;
/// Keywords of a node that say nothing about values but their type.
const BARE: [&str; 6] = ["type", "title", "description", "$comment", "examples", "default"];
/// Longest content of a node that is compared, in bytes: a whole ping is no node that pings share.
const LONGEST: usize = 64 << 10;

/// The end of a path with two names in it; `None` where it has fewer.
pub(super) fn tail(path: &str) -> Option<String> {
    let tokens: Vec<&str> = path.split('/').skip(1).collect();
    let names = tokens.iter().enumerate().rev().filter(|(_, token)| !matches!(**token, "[]" | "{key}"));
    let (first, _) = names.take(TAIL).enumerate().filter(|(count, _)| count + 1 == TAIL).map(|(_, name)| name).next()?;
    Some(tokens[first..].join("/"))
}

/// Whether the node says no more than a type.
pub(super) fn is_bare(schema: &Schema, node: NodeId) -> bool {
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

/// A schema of a doctype, with the names by which its source is found.
#[derive(Clone)]
pub(super) struct SchemaOf {
    pub(super) schema: Arc<Schema>,
    names: [String; 3],
}

/// Schemas of doctypes, each looked for once.
pub(super) struct SchemasOf<'s> {
    schemas: &'s SchemaStore,
    includes: Option<&'s mut Includes>,
    found: FxHashMap<[Option<String>; 3], Option<SchemaOf>>,
    /// Contents by number, each once: groups of many keys stand at one node.
    contents: FxHashMap<Vec<u8>, u32>,
    /// The number of a node's content, by the doctype's schema and the node.
    nodes: FxHashMap<(String, NodeId), Option<u32>>,
    /// Where a node comes from, by the same.
    sources: FxHashMap<(String, NodeId), Option<IncludedAt>>,
}

impl<'s> SchemasOf<'s> {
    pub(super) fn new(schemas: &'s SchemaStore, includes: Option<&'s mut Includes>) -> Self {
        SchemasOf {
            schemas,
            includes,
            found: FxHashMap::default(),
            contents: FxHashMap::default(),
            nodes: FxHashMap::default(),
            sources: FxHashMap::default(),
        }
    }

    /// The number of what a node says; `None` where it is too long to be compared.
    pub(super) fn content(&mut self, schema: &Schema, node: NodeId) -> Option<u32> {
        let contents = &mut self.contents;
        let number = || {
            let new = contents.len() as u32;
            Some(*contents.entry(content(schema, node)?).or_insert(new))
        };
        *self.nodes.entry((schema.path.clone(), node)).or_insert_with(number)
    }

    /// The place of the source's shared files that a node comes from.
    pub(super) fn source(&mut self, of: &SchemaOf, node: NodeId) -> Option<IncludedAt> {
        let includes = self.includes.as_deref_mut()?;
        let find = || {
            let document = &of.schema.document;
            let raw = document.raw(node);
            let now = (raw.len() <= LONGEST).then(|| serde_json::from_slice(raw).ok()).flatten()?;
            let [namespace, doctype, version] = &of.names;
            includes.at([namespace, doctype, version], &document.tokens(node), &now)
        };
        self.sources.entry((of.schema.path.clone(), node)).or_insert_with(find).clone()
    }

    /// The schema of a group's documents; where its rows tell no version, the newest one.
    pub(super) fn of(&mut self, group: &Group) -> Option<SchemaOf> {
        let names = [&group.key.namespace, &group.key.doctype, &group.key.version].map(|name| name.as_deref().map(str::to_owned));
        let schemas = self.schemas;
        let look = |names: &[Option<String>; 3]| {
            let [namespace, doctype, version] = names;
            let at = match schemas.lookup(namespace.as_deref()?, doctype.as_deref()?, version.as_deref()) {
                Lookup::Found(at) => at,
                Lookup::NoVersion { known } if version.is_none() => *known.last()?,
                _ => return None,
            };
            let found = schemas.doctypes().get(at)?;
            let names = [&found.namespace, &found.doctype, &found.version].map(|name| name.to_string());
            Some(SchemaOf { schema: schemas.schema(at).ok().flatten()?, names })
        };
        self.found.entry(names).or_insert_with_key(look).clone()
    }
}
