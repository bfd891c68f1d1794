//! Where something stands that no revision of a history has: in another branch, in the source, under another name.
//!
//! Owns: looking for a node or a column there, in words.
//! Refuses: what is in the history (blame).

use std::path::Path;

use super::contents::Reading;
use super::{BlameQuestion, BlameTarget, branches, presence};
use crate::ground::text::{nearest, plural, visible};
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::names::snake_case;
use crate::pipeline::schema::Schema;
use crate::rows::schemas::git::{GitError, Lineage};
use crate::rows::schemas::{Lookup, SchemaStore};

/// Columns of the same name that are told.
const MOST_PLACES: usize = 3;

/// All that is found, each a clause.
pub(super) fn look(
    store: &SchemaStore,
    lineage: &Lineage,
    file: &str,
    question: &BlameQuestion,
    source: Option<&Path>,
) -> Result<Vec<String>, GitError> {
    let BlameQuestion { namespace, doctype, version, target } = question;
    let is_node = matches!(target, BlameTarget::Node(_));
    let mut found = Vec::new();
    for branch in branches::beside(lineage, source)? {
        let what = &branch.what;
        if let Some(file) = branch.file(namespace, doctype, version, is_node) {
            let bytes = branch.lineage.repository.blobs()?.read(&file.blob)?;
            if Reading::new(target).of(&bytes).is_ok_and(|value| value.is_some())
                && let Some(known) = presence(&branch.lineage, &file.path, target)?.last()
            {
                found.push(format!("{what} has it {known}{}", branch.not_generated()));
            }
            continue;
        }
        // The source has no layouts: what a column is made of is in its schema.
        let (BlameTarget::Column(names), Some(file)) = (target, branch.file(namespace, doctype, version, true)) else { continue };
        let bytes = branch.lineage.repository.blobs()?.read(&file.blob)?;
        let Some(pointer) = Schema::parse(&file.path, bytes).ok().and_then(|schema| node_named(&schema, names)) else { continue };
        if let Ok(node) = BlameTarget::parse(&pointer)
            && let Some(known) = presence(&branch.lineage, &file.path, &node)?.last()
        {
            found.push(format!("{what} has #{} {known}{}", visible(&pointer), branch.not_generated()));
        }
    }
    let (BlameTarget::Column(names), Lookup::Found(at)) = (target, store.lookup(namespace, doctype, Some(version))) else {
        return Ok(found);
    };
    let Some(layout) = store.layout(at).ok().flatten() else { return Ok(found) };
    let told = |path: String| -> Result<String, GitError> {
        let target = BlameTarget::Column(path.split('.').map(str::to_owned).collect());
        let spans = presence(lineage, file, &target)?;
        let since = spans.last().map(|known| format!(" ({known})")).unwrap_or_default();
        Ok(format!("{}{since}", visible(&path)))
    };
    if let Some(like) = like(&layout, names) {
        found.push(format!("a column of a like name is {}", told(like)?));
    }
    let places = of_that_name(&layout, names).map(told).collect::<Result<Vec<_>, _>>()?;
    if !places.is_empty() {
        found.push(format!("columns of that name elsewhere are {}", places.join(", ")));
    }
    Ok(found)
}

/// Where a pointer ends to lead anywhere in a text, and what is there in the place of what it goes on to.
pub(super) fn lack(text: &[u8], tokens: &[String]) -> Option<String> {
    let document = Document::parse(text.to_vec());
    let parts: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let (at, found) = document.find(&parts).err()?;
    let (token, last) = (visible(parts.get(found)?), BlameTarget::Node(tokens[..found].to_vec()));
    let place = if found == 0 { "the schema itself".to_owned() } else { visible(&last.to_string()).into_owned() };
    Some(match document.kind(at) {
        Kind::Object => {
            let names: Vec<String> = document.children(at).filter_map(|member| Some(document.key(member)?.into_owned())).collect();
            let near = nearest(parts[found], &names.iter().map(String::as_str).collect::<Vec<_>>());
            let near = near.map(|near| format!("; did you mean {}?", visible(near))).unwrap_or_default();
            format!("{place} has no member {token} in the newest{near}")
        }
        Kind::Array => format!("{place} has {} in the newest, counted from 0, and none is {token}", items(document.children(at).count())),
        _ => format!("{place} has nothing below it in the newest"),
    })
}

fn items(count: usize) -> String {
    plural(count as u64, "item", "items")
}

/// The column beside which the missing one would be, if one is spelled like it: as the pipeline spells columns, or nearly so.
fn like(layout: &Layout, names: &[String]) -> Option<String> {
    let mut parent: Option<ColumnId> = None;
    for name in names {
        if let Some(found) = layout.child(parent, name).or_else(|| layout.child(parent, &snake_case(name))) {
            parent = Some(found);
            continue;
        }
        let beside = match parent {
            Some(parent) => layout.children(parent),
            None => layout.top(),
        };
        let known: Vec<&str> = beside.filter_map(|column| Some(&*layout.get(column)?.name)).collect();
        let near = nearest(&snake_case(name), &known)?;
        return layout.child(parent, near).map(|column| layout.path(column));
    }
    parent.map(|column| layout.path(column))
}

fn of_that_name(layout: &Layout, names: &[String]) -> impl Iterator<Item = String> {
    let last = names.last().map(|name| snake_case(name)).unwrap_or_default();
    let whole = names.iter().map(|name| snake_case(name)).collect::<Vec<_>>().join(".");
    let all = layout.columns.iter().zip(0..).filter(move |(column, _)| *column.name == *last);
    all.map(|(_, column)| layout.path(column)).filter(move |path| *path != whole).take(MOST_PLACES)
}

/// The property that a column of these names is made of.
fn node_named(schema: &Schema, names: &[String]) -> Option<String> {
    let mut at: NodeId = 0;
    for name in names {
        while let Some(items) = schema.keyword(at, "items").filter(|items| schema.document.kind(*items) == Kind::Object) {
            at = items;
        }
        let properties = schema.keyword(at, "properties")?;
        let is_it = |member: &NodeId| schema.document.key(*member).is_some_and(|key| key == *name || snake_case(&key) == *name);
        at = schema.document.children(properties).find(is_it)?;
    }
    Some(schema.pointer(at))
}
