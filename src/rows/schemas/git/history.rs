//! What was changed when: commits with the files that each changed, and what was written about them.
//!
//! Owns: one pass over history for any set of paths, the texts of commits.
//! Refuses: what a change means.

use std::io::Write;
use std::process::Stdio;

use super::{Commit, GitError, ObjectId, Repository};
use crate::ground::time::Micros;

/// One commit with the files that it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The commit.
    pub commit: Commit,
    /// In the order of their paths.
    pub changes: Vec<FileChange>,
}

/// A file before and after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// From the top of the repository on.
    pub path: String,
    /// `None` where the commit made it.
    pub before: Option<ObjectId>,
    /// `None` where the commit removed it.
    pub after: Option<ObjectId>,
}

/// What was written about a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitText {
    /// Its first paragraph.
    pub subject: String,
    /// All that follows.
    pub body: String,
}

/// A commit with its first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCommit {
    /// Its name.
    pub id: ObjectId,
    /// When it was made.
    pub time: Micros,
    /// Its first line.
    pub subject: String,
}

const SECOND: Micros = 1_000_000;

impl Repository {
    /// The commits from one back to the first that changed any of the paths (files or folders from the top of the repository on; none are all), newest
    /// first, along the branch: a merge is one change. Changes are of those paths only.
    ///
    /// # Errors
    /// History is damaged or ends too soon: no part of it is given for the whole.
    pub fn log(&self, from: &Commit, paths: &[String]) -> Result<Vec<LogEntry>, GitError> {
        let mut command = self.command();
        command.args(["log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-relative", "--no-ext-diff", "--no-color", "--no-notes"]);
        command.args(["--first-parent", "--diff-merges=first-parent", "--format=%H%x09%ct", &from.id.to_string(), "--"]).args(paths);
        let output = command.output().map_err(|error| GitError::NoGit(error.to_string()))?;
        if !output.status.success() {
            return Err(self.refused(&output.stderr));
        }
        Ok(entries(&output.stdout))
    }

    /// The commit whose name begins so, or whose subject ends in that name in parentheses, as a copy of a history tells its original.
    pub fn commit_like(&self, hash: &str) -> Result<ObjectId, GitError> {
        let known = |found: &Commit| found.id.to_string().starts_with(&hash.to_ascii_lowercase());
        if let Ok(found) = self.resolve(Some(hash))
            && known(&found)
        {
            return Ok(found.id);
        }
        let said = self.answer(&["log", "--all", "--no-notes", "--no-color", "--format=%H%x09%s"])?;
        let said = String::from_utf8_lossy(&said);
        let is_it = |line: &&str| {
            let original = line.strip_suffix(')').and_then(|line| line.rsplit_once('(')).map(|(_, original)| original);
            original.is_some_and(|original| original.len() >= 7 && (hash.starts_with(original) || original.starts_with(hash)))
        };
        let found = said.lines().find(is_it).and_then(|line| ObjectId::parse(line.split('\t').next()?));
        found.ok_or_else(|| GitError::NoRevision(format!("{} has no commit {}", self.name(), crate::ground::text::visible(hash))))
    }

    /// The difference that a commit made below a folder, to the first of those before it; all of it where that folder was not touched.
    pub fn patch(&self, id: &ObjectId, folder: &str) -> Result<Vec<u8>, GitError> {
        let id = id.to_string();
        let head = ["log", "-1", "-p", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative", "--no-color", "--no-notes"];
        let tail = ["--first-parent", "--diff-merges=first-parent", "--format=commit%x20%H%nDate:%x20%ci%n%n%B", id.as_str(), "--", folder];
        let said = self.answer(&[&head[..], &tail[..]].concat())?;
        if !said.is_empty() {
            return Ok(said);
        }
        self.answer(&[&head[..], &tail[..tail.len() - 1]].concat())
    }

    /// Whether two commits, of which the first may be none, differ below a folder.
    pub fn touches(&self, before: Option<&ObjectId>, after: &ObjectId, folder: &str) -> Result<bool, GitError> {
        let Some(before) = before else { return Ok(true) };
        let said = self.answer(&["diff-tree", "-r", "--name-only", &before.to_string(), &after.to_string(), "--", folder])?;
        Ok(!said.is_empty())
    }

    /// The commits of the branch that people commit to which another one does not have, newest first.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn since(&self, id: &ObjectId) -> Result<Vec<SourceCommit>, GitError> {
        let range = format!("{id}..{}", self.main()?.id);
        let said = self.answer(&["log", "--no-notes", "--no-color", "--encoding=UTF-8", "--format=%H%x09%ct%x09%s", &range, "--"])?;
        let said = String::from_utf8_lossy(&said);
        let commit = |line: &str| {
            let mut parts = line.splitn(3, '\t');
            let (id, seconds, subject) = (parts.next()?, parts.next()?, parts.next()?);
            let time = seconds.parse::<i64>().ok()?.saturating_mul(SECOND);
            Some(SourceCommit { id: ObjectId::parse(id)?, time, subject: subject.to_owned() })
        };
        Ok(said.lines().filter_map(commit).collect())
    }

    /// What was written about commits, in the order in which they are named.
    pub fn texts(&self, ids: &[ObjectId]) -> Result<Vec<CommitText>, GitError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut command = self.command();
        command.args(["log", "-z", "--no-walk=unsorted", "--stdin", "--encoding=UTF-8", "--no-notes", "--no-color", "--format=%B"]);
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| GitError::NoGit(error.to_string()))?;
        if let Some(mut questions) = child.stdin.take() {
            // git reads all names before it answers; one that ends before tells why.
            let _ = questions.write_all(ids.iter().map(|id| format!("{id}\n")).collect::<String>().as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| GitError::NoGit(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let texts: Vec<CommitText> = said.split('\0').take(ids.len()).map(text).collect();
        if !output.status.success() || texts.len() < ids.len() {
            return Err(self.refused(&output.stderr));
        }
        Ok(texts)
    }
}

fn text(message: &str) -> CommitText {
    let (subject, body) = message.split_once("\n\n").unwrap_or((message, ""));
    CommitText { subject: subject.trim().replace('\n', " "), body: body.trim_end().to_owned() }
}

/// Reads `HASH TAB TIME`, then `:MODE MODE HASH HASH STATUS` and a path for each file, all ended by zeros.
fn entries(said: &[u8]) -> Vec<LogEntry> {
    let mut entries: Vec<LogEntry> = Vec::new();
    let mut parts = said.split(|&byte| byte == 0);
    while let Some(part) = parts.next() {
        let part = String::from_utf8_lossy(part);
        let part = part.trim_start_matches('\n');
        if let Some(change) = part.strip_prefix(':') {
            let path = parts.next().unwrap_or_default();
            if let (Some(entry), Some((before, after))) = (entries.last_mut(), sides(change)) {
                entry.changes.push(FileChange { path: String::from_utf8_lossy(path).into_owned(), before, after });
            }
        } else if let Some((id, seconds)) = part.split_once('\t')
            && let (Some(id), Ok(seconds)) = (ObjectId::parse(id), seconds.parse::<i64>())
        {
            entries.push(LogEntry { commit: Commit { id, time: seconds.saturating_mul(SECOND) }, changes: Vec::new() });
        }
    }
    entries
}

/// The file before and after: only what is a file, no link and no folder.
fn sides(change: &str) -> Option<(Option<ObjectId>, Option<ObjectId>)> {
    let mut words = change.split(' ');
    let modes = [words.next()?, words.next()?];
    let ids = [ObjectId::parse(words.next()?)?, ObjectId::parse(words.next()?)?];
    let side = |at: usize| (super::is_file(modes[at]) && !ids[at].is_none()).then_some(ids[at]);
    Some((side(0), side(1)))
}
