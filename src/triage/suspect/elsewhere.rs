//! Where else than in this history a document is taken: other branches, the source that schemas are generated from, another name.
//!
//! Owns: judging by those, and what is found in words.
//! Refuses: the history itself (timeline).

use std::sync::Arc;

use super::course::Course;
use super::judged::ruling;
use super::timeline::{Timeline, TimelineKey};
use super::{SuspectError, SuspectWork};
use crate::ground::text::{self, visible};
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::Judge;
use crate::rows::schemas::git::{Commit, ObjectId, Repository};
use crate::rows::schemas::{Lookup, file_of};

/// Branches that are looked at.
const MOST_BRANCHES: usize = 20;
/// Names that are told.
const MOST_NAMES: usize = 5;

/// What is found, in words.
pub(super) fn look(
    setting: &SuspectWork<'_>,
    timeline: &Timeline,
    courses: &[&Course<'_>],
    is_missing: bool,
) -> Result<Vec<String>, SuspectError> {
    let (Some(lineage), Some(first)) = (&setting.lineage, courses.first()) else { return Ok(Vec::new()) };
    let key = &first.document.key;
    let newest = timeline.entries.last().and_then(|entry| entry.content).and_then(|at| timeline.blobs.get(at)).copied();
    let mut found = Vec::new();
    let branches = lineage.repository.branches()?;
    for (name, id) in branches.iter().filter(|(_, id)| *id != lineage.tip.id).take(MOST_BRANCHES) {
        let Some(blob) = file_at(&lineage.repository, id, &lineage.root, key)?.filter(|blob| Some(*blob) != newest) else { continue };
        if is_missing || takes(&lineage.repository, &blob, courses)? {
            let what = if is_missing { "has a schema of it" } else { "takes them" };
            found.push(format!("the branch {} {what} ({})", visible(name), short(id)));
        }
    }
    if let Some(source) = &setting.question.settings.source {
        let repository = Repository::open(source)?;
        let tip = repository.resolve(None)?;
        if let Some(blob) = file_at(&repository, &tip.id, "schemas/", key)?
            && Some(blob) != newest
            && (is_missing || takes(&repository, &blob, courses)?)
        {
            let what = if is_missing { "has a schema of it" } else { "takes them" };
            found.push(format!("the source repository {what} ({}), which no revision of the generated schemas has yet", short(&tip.id)));
        }
    }
    found.extend(if is_missing { names(setting, key) } else { near_key(setting, newest, first)? });
    Ok(found)
}

fn short(id: &ObjectId) -> String {
    id.to_string().chars().take(10).collect()
}

/// The schema file of a doctype version at a commit.
fn file_at(repository: &Repository, id: &ObjectId, root: &str, key: &TimelineKey) -> Result<Option<ObjectId>, SuspectError> {
    let files = repository.files(&Commit { id: *id, time: 0 })?;
    let is_it = |path: &str| {
        let below = path.strip_prefix(root).or_else(|| path.strip_prefix("schemas/"));
        below.and_then(|below| file_of(below, &key.namespace, &key.doctype, &key.version)) == Some(true)
    };
    Ok(files.iter().find(|file| is_it(&file.path)).map(|file| file.blob))
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

/// Under what other version or name the schemas have it.
fn names(setting: &SuspectWork<'_>, key: &TimelineKey) -> Option<String> {
    let schemas = setting.question.schemas;
    match schemas.lookup(&key.namespace, &key.doctype, Some(&key.version)) {
        Lookup::NoVersion { known } => {
            let versions: Vec<&str> = known.iter().filter_map(|at| Some(schemas.doctypes().get(*at)?.version.as_str())).collect();
            (!versions.is_empty()).then(|| format!("the schemas have other versions of it: {}", versions.join(", ")))
        }
        Lookup::NoDoctype => {
            let mut names = schemas.nearest(&key.namespace, &key.doctype);
            names.truncate(MOST_NAMES);
            (!names.is_empty()).then(|| format!("names like it in the schemas are {}", visible(&names.join(", "))))
        }
        Lookup::Found(_) => None,
    }
}

/// The key at the same node of the newest schema that is spelled like one too many.
fn near_key(setting: &SuspectWork<'_>, newest: Option<ObjectId>, course: &Course<'_>) -> Result<Option<String>, SuspectError> {
    let said = course.said.as_ref().and_then(|said| Some((said.extra.as_deref()?, said.node.as_str())));
    let (Some((extra, node)), Some(blob), Some(lineage)) = (said, newest, &setting.lineage) else { return Ok(None) };
    let bytes = lineage.repository.blobs()?.read(&blob)?;
    let Ok(schema) = Schema::parse("", bytes) else { return Ok(None) };
    let properties = schema.node_at_pointer(node).and_then(|node| schema.keyword(node, "properties"));
    let keys = properties.map(|properties| schema.document.children(properties)).into_iter().flatten();
    let keys: Vec<String> = keys.filter_map(|member| Some(schema.document.key(member)?.into_owned())).collect();
    let near = text::nearest(extra, &keys.iter().map(String::as_str).collect::<Vec<_>>());
    Ok(near.map(|near| format!("the newest schema has a key of a like name there: {}", visible(near))))
}
