//! Which commit a name means.
//!
//! Owns: `REPO@REV` on the command line, branches, tags, hashes, `HEAD~3`, dates, names alike where there is none.
//! Refuses: the reflog: what a name meant once on this machine.

use std::path::{Path, PathBuf};

use super::{BRANCH, GitError, ObjectId, Repository};
use crate::ground::text::{nearest, visible};
use crate::ground::time::{DAY, Micros, parse_time};

/// A commit, and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub id: ObjectId,
    /// The date of the commit, not of what it holds.
    pub time: Micros,
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

/// What the branch that people commit to may be called, first to last: what was fetched of it goes before this machine's own, which may be behind.
const MAIN: [&str; 5] = ["origin/main", "main", "origin/master", "master", "HEAD"];

/// Most names that a message lists.
const MOST: usize = 5;

/// Parts `REPO@REV`. A path that exists is no such thing, even with an @ in it; `None` where nothing before an @ exists either.
pub fn split_revision(given: &Path) -> Option<(PathBuf, String)> {
    if given.exists() {
        return None;
    }
    let text = given.to_str()?;
    let mut parts = text.match_indices('@').map(|(at, _)| (&text[..at], &text[at + 1..]));
    let (path, revision) = parts.rfind(|(path, _)| !path.is_empty() && Path::new(path).exists())?;
    Some((PathBuf::from(path), revision.to_owned()))
}

/// What is opened where nothing is asked for, first to last.
pub(super) fn usual_names() -> [String; 3] {
    [format!("refs/heads/{BRANCH}"), format!("refs/remotes/origin/{BRANCH}"), "HEAD".to_owned()]
}

impl Repository {
    /// The commit that a name means; without one the branch of generated schemas, else what is checked out, else the
    /// only branch. A date (`2026-06-30`, with a time behind
    /// it or without) is the newest commit of that branch that was not made after it; a day without a time and a minute without
    /// seconds count whole; without a zone it is in UTC.
    ///
    /// # Errors
    /// There is none of that name: the nearest names are told.
    pub fn resolve(&self, revision: Option<&str>) -> Result<Commit, GitError> {
        let Some(revision) = revision else { return self.usual() };
        if revision.contains("@{") {
            let text = format!("{} is asked of what this machine did, not of history: name a commit or a date", visible(revision));
            return Err(GitError::NoRevision(text));
        }
        for name in [revision.to_owned(), format!("refs/remotes/origin/{revision}")] {
            if let Some(found) = self.commit_named(&name)? {
                return Ok(found);
            }
        }
        match date(revision) {
            Some(time) => self.not_after(revision, time),
            None => Err(self.unknown(revision)),
        }
    }

    /// The newest commit of the branch that people commit to, not that of generated schemas.
    ///
    /// # Errors
    /// There is no such branch, and no other one alone.
    pub fn main(&self) -> Result<Commit, GitError> {
        let found = MAIN.iter().find_map(|name| self.resolve(Some(name)).ok());
        found.map_or_else(|| self.usual(), Ok)
    }

    fn usual(&self) -> Result<Commit, GitError> {
        for name in usual_names() {
            if let Some(found) = self.commit_named(&name)? {
                return Ok(found);
            }
        }
        let names = self.names()?;
        if let [only] = names.as_slice()
            && let Some(found) = self.commit_named(only)?.or(self.commit_named(&format!("refs/remotes/origin/{only}"))?)
        {
            return Ok(found);
        }
        if names.iter().any(|name| name == BRANCH) {
            return Err(self.unread(BRANCH));
        }
        Err(GitError::NoRevision(format!("{} has no branch {BRANCH} and nothing checked out{}", self.name(), self.listed(&names))))
    }

    /// The commit of a name that git knows.
    fn commit_named(&self, name: &str) -> Result<Option<Commit>, GitError> {
        let peeled = format!("{name}^{{commit}}");
        let output = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled])?;
        let said = String::from_utf8_lossy(&output.stdout);
        let Some(id) = said.trim().lines().last().and_then(ObjectId::parse).filter(|_| output.status.success()) else {
            let said = String::from_utf8_lossy(&output.stderr);
            if said.contains("ambiguous") {
                let text = format!("several revisions of {} begin with {}: give more of it", self.name(), visible(name));
                return Err(GitError::NoRevision(text));
            }
            return Ok(None);
        };
        self.commit(&id).map(Some)
    }

    /// A commit by its whole name.
    pub fn commit(&self, id: &ObjectId) -> Result<Commit, GitError> {
        let said = self.answer(&["log", "-1", "--format=%ct", &id.to_string(), "--"])?;
        let seconds = String::from_utf8_lossy(&said).trim().parse::<i64>();
        let time = seconds.map_err(|_| GitError::Damaged(format!("commit {id} of {} has no date", self.name())))?;
        Ok(Commit { id: *id, time: time.saturating_mul(SECOND) })
    }

    fn not_after(&self, revision: &str, time: Micros) -> Result<Commit, GitError> {
        let tip = self.usual()?;
        let commits = self.commits(&tip)?;
        // Of two of the same second the one nearer to the tip: `max_by_key` takes the last.
        let found = commits.iter().rev().filter(|commit| commit.time <= time).max_by_key(|commit| commit.time);
        found.cloned().ok_or_else(|| {
            let shown = self.name();
            let text = match commits.iter().map(|commit| commit.time).min() {
                Some(_) if self.is_shallow() => self.too_shallow(),
                Some(first) => {
                    format!("{shown} has no revision as old as {revision}: its first is of {}", crate::ground::time::minute(first))
                }
                None => format!("{shown} has no revisions"),
            };
            GitError::NoRevision(text)
        })
    }

    /// All commits from one back to the first, along the branch.
    pub fn commits(&self, from: &Commit) -> Result<Vec<Commit>, GitError> {
        let said = self.answer(&["log", "--first-parent", "--format=%H%x09%ct", &from.id.to_string(), "--"])?;
        let said = String::from_utf8_lossy(&said);
        let parsed = said.lines().filter_map(|line| {
            let (id, seconds) = line.split_once('\t')?;
            Some(Commit { id: ObjectId::parse(id)?, time: seconds.parse::<i64>().ok()?.saturating_mul(SECOND) })
        });
        Ok(parsed.collect())
    }

    /// The oldest commit that a shallow clone has along the branch: it holds everything as if it had just come. `None` of a whole repository.
    pub fn oldest_of_shallow(&self, from: &Commit) -> Result<Option<Commit>, GitError> {
        if self.is_shallow() { Ok(self.commits(from)?.pop()) } else { Ok(None) }
    }

    /// The branches, each with its newest commit; of two that are equal the first by name.
    pub fn branches(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        let said = self.answer(&["for-each-ref", "--format=%(objectname)%09%(refname)", "refs/heads", "refs/remotes"])?;
        let said = String::from_utf8_lossy(&said);
        let mut found: Vec<(String, ObjectId)> = Vec::new();
        for (id, name) in said.lines().filter_map(|line| line.split_once('\t')) {
            let name = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/remotes/")).unwrap_or(name);
            if let Some(id) = ObjectId::parse(id)
                && !found.iter().any(|(_, known)| *known == id)
            {
                found.push((name.to_owned(), id));
            }
        }
        Ok(found)
    }

    /// The names of branches and tags, shortest form.
    fn names(&self) -> Result<Vec<String>, GitError> {
        let said = self.answer(&["for-each-ref", "--format=%(refname)"])?;
        let said = String::from_utf8_lossy(&said);
        let short = |name: &str| {
            ["refs/heads/", "refs/tags/", "refs/remotes/origin/"].iter().find_map(|kind| Some(name.strip_prefix(kind)?.to_owned()))
        };
        let mut names: Vec<String> = said.lines().filter_map(short).filter(|name| name != "HEAD").collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// A branch or tag whose commit git cannot read.
    fn unread(&self, name: &str) -> GitError {
        let shown = self.name();
        GitError::Damaged(format!(
            "the repository {shown} is damaged or not whole (the commit of {} cannot be read): fetch or clone it anew",
            visible(name)
        ))
    }

    fn listed(&self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            names => {
                let shown: Vec<_> = names.iter().take(MOST).map(|name| visible(name).into_owned()).collect();
                let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
                format!("; its branches and tags are {}{more}", shown.join(", "))
            }
        }
    }

    fn unknown(&self, revision: &str) -> GitError {
        let shown = visible(revision);
        let head = format!("{} has no revision {shown}", self.name());
        // `HEAD~3`: a step too far back is no misspelled name.
        let begin: &str = revision.split(['~', '^']).next().unwrap_or_default();
        let begins = begin.len() < revision.len() && self.commit_named(begin).is_ok_and(|found| found.is_some());
        if begins && self.is_shallow() {
            return GitError::NoRevision(format!("{head}: {}", self.too_shallow()));
        }
        if begins {
            return GitError::NoRevision(format!("{head}: its history does not go back so far"));
        }
        let names = match self.names() {
            Ok(names) => names,
            Err(error) => return error,
        };
        if names.iter().any(|name| name == revision) {
            return self.unread(revision);
        }
        let near = nearest(revision, &names.iter().map(String::as_str).collect::<Vec<_>>());
        GitError::NoRevision(match near {
            Some(near) => format!("{head}; did you mean {}?", visible(near)),
            None => format!("{head}{}; a date is written 2026-06-30 or 2026-06-30 04:00", self.listed(&names)),
        })
    }
}

/// When a commit was made, by one question in a folder of its repository; `None` where git does not say.
pub fn time_of(folder: &Path, commit: &str) -> Option<Micros> {
    let said = super::command::at(folder).args(["log", "-1", "--format=%ct", commit, "--"]).output().ok()?;
    let seconds = String::from_utf8_lossy(&said.stdout).trim().parse::<i64>().ok()?;
    Some(seconds.saturating_mul(SECOND))
}

/// The last moment that a date names: a day and a minute count whole. A number alone is no date here: it is the beginning of a hash.
fn date(text: &str) -> Option<Micros> {
    let text = text.trim();
    let is_date = text.len() >= 10 && text.as_bytes().get(4) == Some(&b'-');
    if !is_date || text.len() == 10 {
        return is_date.then(|| parse_time(text)).flatten().map(|time| time + DAY - 1);
    }
    // ` 04:00` without seconds, and what may stand behind a clock.
    let (clock, zone) = text.split_at_checked(16)?;
    let is_minute = clock.as_bytes().get(13) == Some(&b':') && !zone.starts_with(':');
    if !is_minute {
        return parse_time(text);
    }
    Some(parse_time(&format!("{clock}:00{}", zone.trim_start().replace("UTC", "Z")))? + MINUTE - 1)
}
