//! Where else than in this history a document is taken: other branches, the source that schemas are generated from, another name.
//!
//! Owns: judging by those, when a key was known, and what is found in words.
//! Refuses: the history itself (timeline), its names (names).

use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::Value;

use super::course::{Course, state};
use super::judged::ruling;
use super::timeline::{Timeline, TimelineKey};
use super::{SuspectError, SuspectWork};
use crate::ground::text::{self, visible};
use crate::pipeline::document::{NodeId, skim, unescape_pointer};
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::Judge;
use crate::rows::schemas::git::{GitError, Lineage, ObjectId, Repository};
use crate::triage::blame::Presence;

/// Of more groups nobody asks when each of their keys was known: that reads every schema again.
const MOST_GROUPS: usize = 100;
/// Places of a key that are told.
const MOST_PLACES: usize = 3;

/// What is found of a schema that is missing, in words.
pub(super) fn missing(setting: &SuspectWork<'_>, key: &TimelineKey, timeline: Option<&Timeline>) -> Result<Vec<String>, SuspectError> {
    let mut found: Vec<String> = timeline.map(|timeline| been(setting, timeline)).transpose()?.unwrap_or_default();
    for branch in setting.branches()? {
        if let Some(file) = branch.file(&key.namespace, &key.doctype, &key.version, true) {
            found.push(format!("{} has a schema of it ({}){}", branch.what, branch.since(file)?, branch.not_generated()));
        }
    }
    found.extend(setting.names()?.and_then(|names| names.like(key)).map(|told| visible(&told).into_owned()));
    Ok(found)
}

/// When the schema was there and went again.
fn been(setting: &SuspectWork<'_>, timeline: &Timeline) -> Result<Vec<String>, SuspectError> {
    let oldest = oldest(setting)?;
    let there = timeline.entries.iter().map(|entry| (entry.commit.id, entry.commit.time, entry.content.is_some()));
    let gone = Presence::stretches(there, oldest).into_iter().filter(|stretch| stretch.until.is_some());
    Ok(gone.map(|stretch| format!("the schemas had it {stretch}")).collect())
}

/// The revision that a shallow clone begins with.
fn oldest(setting: &SuspectWork<'_>) -> Result<Option<ObjectId>, GitError> {
    let of = |lineage: &Lineage| lineage.repository.oldest_of_shallow(&lineage.tip);
    Ok(setting.lineage.as_ref().map(of).transpose()?.flatten().map(|commit| commit.id))
}

/// What is found of documents that no later revision takes, in words.
pub(super) fn refused(setting: &SuspectWork<'_>, timeline: &Timeline, courses: &[&Course<'_>]) -> Result<Vec<String>, SuspectError> {
    let (Some(lineage), Some(first)) = (&setting.lineage, courses.first()) else { return Ok(Vec::new()) };
    let key = &first.document.key;
    let newest = timeline.entries.last().and_then(|entry| entry.content).and_then(|at| timeline.blobs.get(at)).copied();
    let text = newest.map(|blob| lineage.repository.blobs().and_then(|mut blobs| blobs.read(&blob))).transpose()?;
    let mut found = Vec::new();
    for branch in setting.branches()? {
        let own = branch.file(&key.namespace, &key.doctype, &key.version, true);
        let Some(file) = own.or(branch.glean(text.as_deref())?).filter(|file| Some(file.blob) != newest) else { continue };
        let told = match takes(&branch.lineage.repository, &file.blob, courses)? {
            Some(true) => "takes them",
            Some(false) => continue,
            None => "has a schema of it that cannot be read",
        };
        found.push(format!("{} {told} ({}){}", branch.what, branch.since(file)?, branch.not_generated()));
    }
    found.extend(keys(setting, timeline, text, first)?);
    Ok(found)
}

/// Whether a schema refuses none of the documents for what their rows say; `None` where it is none that could judge them.
fn takes(repository: &Repository, blob: &ObjectId, courses: &[&Course<'_>]) -> Result<Option<bool>, SuspectError> {
    let bytes = repository.blobs()?.read(blob)?;
    let judge = Schema::parse("", bytes).ok().and_then(|schema| Judge::compile(Arc::new(schema)).ok());
    let takes = |judge: Judge| {
        courses.iter().all(|course| {
            let said = course.said.as_ref();
            said.is_some() && state(ruling(&judge, course.document).as_ref(), said).is_taken(false)
        })
    };
    Ok(judge.map(takes))
}

/// Of a key that is one too many: since when and until when it was known, where else it stands, under what name like it.
fn keys(setting: &SuspectWork<'_>, timeline: &Timeline, newest: Option<Vec<u8>>, course: &Course<'_>) -> Result<Vec<String>, SuspectError> {
    let said = course.said.as_ref().and_then(|said| Some((said.extra.as_deref()?, said.node.as_str())));
    let (Some((extra, node)), true) = (said, setting.question.chosen.len() <= MOST_GROUPS) else { return Ok(Vec::new()) };
    let schema = newest.and_then(|bytes| Schema::parse("", bytes).ok());
    let near = schema.as_ref().and_then(|schema| near(schema, extra, node));
    let names: Vec<&str> = std::iter::once(extra).chain(near.as_deref()).collect();
    let known: Vec<String> = spans(setting, timeline, node, &names)?.iter().map(|spans| joined(spans)).collect();
    let mut found = match known.first().map(String::as_str) {
        None | Some("") if oldest(setting)?.is_some() => vec!["no revision of this shallow clone knows the key there".to_owned()],
        None | Some("") => vec!["no revision knows the key there".to_owned()],
        Some(known) => vec![format!("the schema knew the key there {known}")],
    };
    if let (Some(near), Some(known)) = (&near, known.get(1)) {
        found.push(format!("the newest schema has a key of a like name there: {} ({known})", visible(near)));
    }
    let places = schema.map(|schema| elsewhere_in(&schema, extra, node)).unwrap_or_default();
    if !places.is_empty() {
        found.push(format!("the newest schema has the key elsewhere: {}", visible(&places.join(", "))));
    }
    Ok(found)
}

/// The key at a node that is spelled like another one.
fn near(schema: &Schema, extra: &str, node: &str) -> Option<String> {
    let properties = schema.node_at_pointer(node).and_then(|node| schema.keyword(node, "properties"))?;
    let names = schema.document.children(properties).filter_map(|member| Some(schema.document.key(member)?.into_owned()));
    let names: Vec<String> = names.collect();
    text::nearest(extra, &names.iter().map(String::as_str).collect::<Vec<_>>()).map(str::to_owned)
}

fn joined(spans: &[Presence]) -> String {
    spans.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// Since when and until when a node had each of some keys, by one look at all contents of the file.
fn spans(setting: &SuspectWork<'_>, timeline: &Timeline, node: &str, names: &[&str]) -> Result<Vec<Vec<Presence>>, SuspectError> {
    let Some(lineage) = &setting.lineage else { return Ok(Vec::new()) };
    let mut has: Vec<Vec<bool>> = Vec::with_capacity(timeline.blobs.len());
    let mut tokens = unescape_pointer(node);
    tokens.push("properties".to_owned());
    lineage.repository.each_blob(&timeline.blobs, |_, bytes| {
        let properties = skim::find(bytes, &tokens).ok().flatten().map(|at| &bytes[at]);
        let holds = |name: &&str| properties.is_some_and(|text| skim::find(text, &[name]).is_ok_and(|found| found.is_some()));
        has.push(names.iter().map(holds).collect());
        ControlFlow::Continue(())
    })?;
    let oldest = oldest(setting)?;
    let stretches = |at: usize| {
        let is_there = |content: usize| has.get(content).and_then(|held| held.get(at)) == Some(&true);
        let steps = timeline.entries.iter().map(|entry| (entry.commit.id, entry.commit.time, entry.content.is_some_and(is_there)));
        Presence::stretches(steps, oldest)
    };
    Ok((0..names.len()).map(stretches).collect())
}

/// Where else a schema has a property of that name.
fn elsewhere_in(schema: &Schema, name: &str, node: &str) -> Vec<String> {
    let quoted = Value::String(name.to_owned()).to_string();
    let document = &schema.document;
    let own = schema.node_at_pointer(node).and_then(|node| schema.keyword(node, "properties"));
    let is_it = |at: &NodeId| {
        let parent = document.parent(*at);
        let is_named = document.raw_key(*at).is_some_and(|key| key == &quoted.as_bytes()[1..quoted.len() - 1]);
        is_named && parent != own && parent.and_then(|parent| document.raw_key(parent)) == Some(b"properties")
    };
    (1..document.len() as NodeId).filter(is_it).take(MOST_PLACES).map(|at| format!("#{}", schema.pointer(at))).collect()
}
