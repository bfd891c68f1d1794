//! Where else than in this history a document is taken: other branches, the source that schemas are generated from, another name.
//!
//! Owns: judging by those, when a key was known, and what is found in words.
//! Refuses: the history itself (timeline), its names (names).

use std::sync::Arc;

use serde_json::Value;

use super::course::Course;
use super::judged::ruling;
use super::timeline::{Timeline, TimelineKey};
use super::{SuspectError, SuspectWork};
use crate::ground::text::{self, visible};
use crate::ground::time::day;
use crate::pipeline::document::{NodeId, skim};
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::Judge;
use crate::rows::schemas::file_of;
use crate::rows::schemas::git::{Commit, GitError, ObjectId, Repository, TreeFile};
use crate::triage::blame::template::{self, GLEAN};
use crate::triage::blame::{BlameTarget, presence};

/// Branches that are looked at.
const MOST_BRANCHES: usize = 20;
/// Places of a key that are told.
const MOST_PLACES: usize = 3;

/// Files of a branch that is looked at beside the history.
#[derive(Debug, Clone)]
pub(super) struct OtherBranch {
    repository: Repository,
    /// `the branch wider`
    what: String,
    commit: Commit,
    files: Vec<TreeFile>,
    is_source: bool,
}

/// All branches beside the history, those of the source repository among them.
pub(super) fn branches(setting: &SuspectWork<'_>) -> Result<Vec<OtherBranch>, GitError> {
    let Some(lineage) = &setting.lineage else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut add = |repository: &Repository, what: String, id: ObjectId, is_source: bool| -> Result<(), GitError> {
        let commit = repository.commit(&id)?;
        let files = repository.files(&commit)?;
        found.push(OtherBranch { repository: repository.clone(), what, commit, files, is_source });
        Ok(())
    };
    for (name, id) in lineage.repository.branches()?.iter().filter(|(_, id)| *id != lineage.tip.id).take(MOST_BRANCHES) {
        add(&lineage.repository, format!("the branch {}", visible(name)), *id, false)?;
    }
    let Some(source) = &setting.question.settings.source else { return Ok(found) };
    let repository = Repository::open(source)?;
    let main = template::main(&repository)?;
    add(&repository, "the source repository".to_owned(), main.id, true)?;
    for (name, id) in repository.branches()?.iter().filter(|(_, id)| *id != main.id).take(MOST_BRANCHES) {
        add(&repository, format!("the branch {} of the source repository", visible(name)), *id, true)?;
    }
    Ok(found)
}

/// What is found of a schema that is missing, in words.
pub(super) fn missing(setting: &SuspectWork<'_>, key: &TimelineKey, timeline: Option<&Timeline>) -> Result<Vec<String>, SuspectError> {
    let mut found: Vec<String> = timeline.map(been).unwrap_or_default();
    let root = setting.lineage.as_ref().map(|lineage| lineage.root.as_str()).unwrap_or_default();
    for branch in setting.branches()? {
        if let Some(file) = branch.file(root, key) {
            found.push(format!("{} has a schema of it ({}){}", branch.what, branch.since(file)?, branch.not_generated()));
        }
    }
    found.extend(setting.names()?.and_then(|names| names.like(key)).map(|told| visible(&told).into_owned()));
    Ok(found)
}

/// When the schema was there and went again.
fn been(timeline: &Timeline) -> Vec<String> {
    let mut found = Vec::new();
    let mut since = None;
    for entry in &timeline.entries {
        match (entry.content, since) {
            (Some(_), None) => since = Some(entry.commit.time),
            (None, Some(begun)) => {
                found.push(format!("the schemas had it from {} until {}", day(begun), day(entry.commit.time)));
                since = None;
            }
            _ => {}
        }
    }
    found
}

/// What is found of documents that no later revision takes, in words.
pub(super) fn refused(setting: &SuspectWork<'_>, timeline: &Timeline, courses: &[&Course<'_>]) -> Result<Vec<String>, SuspectError> {
    let (Some(lineage), Some(first)) = (&setting.lineage, courses.first()) else { return Ok(Vec::new()) };
    let key = &first.document.key;
    let newest = timeline.entries.last().and_then(|entry| entry.content).and_then(|at| timeline.blobs.get(at)).copied();
    let text = newest.map(|blob| lineage.repository.blobs().and_then(|mut blobs| blobs.read(&blob))).transpose()?;
    let mut found = Vec::new();
    for branch in setting.branches()? {
        let own = branch.file(&lineage.root, key);
        let Some(file) = own.or(branch.glean(text.as_deref())?).filter(|file| Some(file.blob) != newest) else { continue };
        if takes(&branch.repository, &file.blob, courses)? {
            found.push(format!("{} takes them ({}){}", branch.what, branch.since(file)?, branch.not_generated()));
        }
    }
    found.extend(keys(setting, timeline, text, first)?);
    Ok(found)
}

impl OtherBranch {
    /// The schema file of a doctype version.
    fn file(&self, root: &str, key: &TimelineKey) -> Option<&TreeFile> {
        let root = if self.is_source { "schemas/" } else { root };
        let is_it = |path: &str| {
            let below = path.strip_prefix(root).or_else(|| path.strip_prefix("schemas/"));
            below.and_then(|below| file_of(below, &key.namespace, &key.doctype, &key.version)) == Some(true)
        };
        self.files.iter().find(|file| is_it(&file.path))
    }

    /// In the source, the schema of Glean pings that a generated one is a copy of, which its `$id` tells.
    fn glean(&self, generated: Option<&[u8]>) -> Result<Option<&TreeFile>, GitError> {
        let id = |text: &[u8]| skim::find(text, &["$id"]).ok().flatten().map(|at| text[at].to_vec());
        let Some(wanted) = generated.filter(|_| self.is_source).and_then(id) else { return Ok(None) };
        let mut blobs = None;
        for path in GLEAN.iter().map(|path| path.replacen("templates/", "schemas/", 1)) {
            let Some(file) = self.files.iter().find(|file| file.path == path) else { continue };
            let blobs = match &mut blobs {
                Some(blobs) => blobs,
                none => none.insert(self.repository.blobs()?),
            };
            if id(&blobs.read(&file.blob)?).is_some_and(|id| id == wanted) {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    /// Since which commit of the branch a file is as it is.
    fn since(&self, file: &TreeFile) -> Result<String, GitError> {
        let log = self.repository.log(&self.commit, std::slice::from_ref(&file.path))?;
        let commit = log.first().map_or(&self.commit, |entry| &entry.commit);
        let short: String = commit.id.to_string().chars().take(10).collect();
        Ok(format!("since {short} of {}", day(commit.time)))
    }

    fn not_generated(&self) -> &'static str {
        if self.is_source { ", which no revision of the generated schemas has yet" } else { "" }
    }
}

/// Whether a schema refuses none of the documents for what their rows say.
fn takes(repository: &Repository, blob: &ObjectId, courses: &[&Course<'_>]) -> Result<bool, SuspectError> {
    let bytes = repository.blobs()?.read(blob)?;
    let judge = Schema::parse("", bytes).ok().and_then(|schema| Judge::compile(Arc::new(schema)).ok());
    let Some(judge) = judge else { return Ok(false) };
    Ok(courses.iter().all(|course| {
        let said = course.said.as_ref();
        ruling(&judge, course.document).is_some_and(|ruling| said.is_some_and(|said| !ruling.refuses_there(said)))
    }))
}

/// Of a key that is one too many: since when and until when it was known, where else it stands, under what name like it.
fn keys(setting: &SuspectWork<'_>, timeline: &Timeline, newest: Option<Vec<u8>>, course: &Course<'_>) -> Result<Vec<String>, SuspectError> {
    let said = course.said.as_ref().and_then(|said| Some((said.extra.as_deref()?, said.node.as_str())));
    let (Some((extra, node)), Some(file), Some(lineage)) = (said, &timeline.file, &setting.lineage) else { return Ok(Vec::new()) };
    let target = |key: &str| BlameTarget::parse(&format!("{node}/properties/{}", key.replace('~', "~0").replace('/', "~1")));
    let spans = |key: &str| -> Result<Vec<String>, SuspectError> {
        let Ok(target) = target(key) else { return Ok(Vec::new()) };
        Ok(presence(lineage, file, &target)?.iter().map(ToString::to_string).collect())
    };
    let mut found = match spans(extra)?.as_slice() {
        [] => vec!["no revision knows the key there".to_owned()],
        known => vec![format!("the schema knew the key there {}", known.join(" and "))],
    };
    let Some(schema) = newest.and_then(|bytes| Schema::parse("", bytes).ok()) else { return Ok(found) };
    let properties = schema.node_at_pointer(node).and_then(|node| schema.keyword(node, "properties"));
    let names = properties.map(|properties| schema.document.children(properties)).into_iter().flatten();
    let names: Vec<String> = names.filter_map(|member| Some(schema.document.key(member)?.into_owned())).collect();
    if let Some(near) = text::nearest(extra, &names.iter().map(String::as_str).collect::<Vec<_>>()) {
        found.push(format!("the newest schema has a key of a like name there: {} ({})", visible(near), spans(near)?.join(" and ")));
    }
    let places = elsewhere_in(&schema, extra, node);
    if !places.is_empty() {
        found.push(format!("the newest schema has the key elsewhere: {}", visible(&places.join(", "))));
    }
    Ok(found)
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
