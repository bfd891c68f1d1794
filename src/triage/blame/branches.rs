//! The branches beside a history, and those of the source that schemas are generated from.
//!
//! Owns: their files, since when a file of one is as it is.
//! Refuses: what the files say.

use std::path::Path;

use super::template::GLEAN;
use crate::ground::text::visible;
use crate::ground::time::day;
use crate::pipeline::document::skim;
use crate::rows::schemas::file_of;
use crate::rows::schemas::git::{GitError, Lineage, ObjectId, Repository, TreeFile, short_revision};

/// Branches that are looked at.
const MOST_BRANCHES: usize = 20;
/// Where schemas are in a repository that has other things beside them.
const SCHEMAS: &str = "schemas/";

/// The newest commit of a branch beside a history.
#[derive(Debug, Clone)]
pub(in crate::triage) struct OtherBranch {
    /// The branch as a history of its own.
    pub(in crate::triage) lineage: Lineage,
    /// `the branch wider`
    pub(in crate::triage) what: String,
    files: Vec<TreeFile>,
    is_source: bool,
}

/// All of them; those of the source repository behind the others, its main branch first.
pub(in crate::triage) fn beside(lineage: &Lineage, source: Option<&Path>) -> Result<Vec<OtherBranch>, GitError> {
    let mut found = Vec::new();
    let mut add = |repository: &Repository, what: String, id: ObjectId, is_source: bool| -> Result<(), GitError> {
        let commit = repository.commit(&id)?;
        let files = repository.files(&commit)?;
        let root = if is_source { SCHEMAS.to_owned() } else { lineage.root.clone() };
        let lineage = Lineage { repository: repository.clone(), tip: commit, root };
        found.push(OtherBranch { lineage, what, files, is_source });
        Ok(())
    };
    for (name, id) in lineage.repository.branches()?.iter().filter(|(_, id)| *id != lineage.tip.id).take(MOST_BRANCHES) {
        add(&lineage.repository, format!("the branch {}", visible(name)), *id, false)?;
    }
    let Some(source) = source else { return Ok(found) };
    let repository = Repository::open(source)?;
    let main = repository.main()?;
    add(&repository, "the source repository".to_owned(), main.id, true)?;
    for (name, id) in repository.branches()?.iter().filter(|(_, id)| *id != main.id).take(MOST_BRANCHES) {
        add(&repository, format!("the branch {} of the source repository", visible(name)), *id, true)?;
    }
    Ok(found)
}

impl OtherBranch {
    /// The JSON schema (`true`) or layout of a doctype version.
    pub(in crate::triage) fn file(&self, namespace: &str, doctype: &str, version: &str, is_schema: bool) -> Option<&TreeFile> {
        let is_it = |path: &str| {
            let below = path.strip_prefix(&self.lineage.root).or_else(|| path.strip_prefix(SCHEMAS));
            below.and_then(|below| file_of(below, namespace, doctype, version)) == Some(is_schema)
        };
        self.files.iter().find(|file| is_it(&file.path))
    }

    /// In the source, the schema of Glean pings that a generated one is a copy of, which its `$id` tells.
    pub(in crate::triage) fn glean(&self, generated: Option<&[u8]>) -> Result<Option<&TreeFile>, GitError> {
        let id = |text: &[u8]| skim::find(text, &["$id"]).ok().flatten().map(|at| text[at].to_vec());
        let Some(wanted) = generated.filter(|_| self.is_source).and_then(id) else { return Ok(None) };
        let mut blobs = None;
        for path in GLEAN.iter().map(|path| path.replacen("templates/", SCHEMAS, 1)) {
            let Some(file) = self.files.iter().find(|file| file.path == path) else { continue };
            let blobs = match &mut blobs {
                Some(blobs) => blobs,
                none => none.insert(self.lineage.repository.blobs()?),
            };
            if id(&blobs.read(&file.blob)?).is_some_and(|id| id == wanted) {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    /// Since which commit of the branch a file is as it is.
    pub(in crate::triage) fn since(&self, file: &TreeFile) -> Result<String, GitError> {
        let log = self.lineage.repository.log(&self.lineage.tip, std::slice::from_ref(&file.path))?;
        let commit = log.first().map_or(&self.lineage.tip, |entry| &entry.commit);
        Ok(format!("since {} of {}", short_revision(&commit.id.to_string()), day(commit.time)))
    }

    pub(in crate::triage) fn not_generated(&self) -> &'static str {
        if self.is_source { ", which no revision of the generated schemas has yet" } else { "" }
    }
}
