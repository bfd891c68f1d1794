//! Of the commits of the source that a revision took in, those that changed what a node is made of.
//!
//! Owns: putting the template together before and after each commit.
//! Refuses: any guess: where none of them changed it there, all are told.

use std::path::Path;

use super::template::{Templates, node_of_column};
use super::upstream::UpstreamCommit;
use super::{Blame, BlameQuestion, BlameTarget};
use crate::ground::time::parse_time;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::{Commit, GitError, ObjectId, Repository};

/// Takes the commits out of a list that did not change what is asked for, where one of the list did; how many those are.
///
/// # Errors
/// The source is damaged. A commit that it does not have is no error: a source whose newest commit is later never had it, or only without templates.
pub(in crate::triage) fn narrowed(
    source: &Repository,
    store: &SchemaStore,
    question: &BlameQuestion,
    commits: &mut Vec<UpstreamCommit>,
) -> Result<usize, GitError> {
    if commits.len() < 2 {
        return Ok(0);
    }
    let tokens = match &question.target {
        BlameTarget::Node(tokens) => tokens.clone(),
        BlameTarget::Column(names) => match node_of_column(store, question, names) {
            Some((tokens, _)) => tokens,
            None => return Ok(0),
        },
    };
    let newest = source.main()?;
    let mut made: Vec<Option<bool>> = Vec::with_capacity(commits.len());
    for commit in commits.iter() {
        match changed(source, question, &tokens, &commit.hash) {
            Ok(changed) => made.push(Some(changed)),
            // What is newer than the clone may be the one: it stays.
            Err(GitError::NoRevision(_)) => made.push(is_older(&commit.date, &newest).then_some(false)),
            Err(error) => return Err(error),
        }
    }
    if !made.contains(&Some(true)) {
        return Ok(0);
    }
    let all = commits.len();
    let mut made = made.into_iter();
    commits.retain(|_| made.next() != Some(Some(false)));
    Ok(all - commits.len())
}

/// Commits of the source that are opened at once.
const MOST_PATCHES: usize = 5;

/// What the newest commits behind a history changed in the templates, each with its name; those that the source does not have are left out.
///
/// # Errors
/// There is no such repository.
pub fn patches(source: &Path, blame: &Blame) -> Result<Vec<(String, Vec<u8>)>, GitError> {
    let source = Repository::open(source)?;
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for commit in blame.changes.iter().flat_map(|change| &change.upstream) {
        if found.len() == MOST_PATCHES {
            break;
        }
        let known = found.iter().any(|(hash, _)| *hash == commit.hash);
        let patch = source.commit_like(&commit.hash).and_then(|id| source.patch(&id, "templates"));
        found.extend(patch.ok().filter(|_| !known).map(|patch| (commit.hash.clone(), patch)));
    }
    Ok(found)
}

/// Whether a day is before that of a commit.
fn is_older(date: &str, than: &Commit) -> bool {
    date.get(..10).and_then(parse_time).is_some_and(|time| time < than.time)
}

/// Whether a commit changed the node in any template that its schema may be made of.
fn changed(source: &Repository, question: &BlameQuestion, tokens: &[String], hash: &str) -> Result<bool, GitError> {
    let after = source.commit_like(hash)?;
    let before = source.resolve(Some(&format!("{after}^"))).ok().map(|commit| commit.id);
    if !source.touches(before.as_ref(), &after, "templates")? {
        return Ok(false);
    }
    let at = |id: ObjectId| Templates::at(source, &Commit { id, time: 0 }).and_then(|mut templates| templates.values(question, tokens));
    let before = before.map(at).transpose()?.unwrap_or_default();
    Ok(before != at(after)?)
}
