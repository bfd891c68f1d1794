//! How far the chain from the source of the schemas to the generated ones has come.
//!
//! Owns: the newest generated revision and its age in business days, what the source has that it lacks.
//! Refuses: what is deployed, which only tables tell; fetching.

use std::fmt;
use std::path::Path;

use super::blame::upstream::{UpstreamBook, UpstreamCommit};
use super::blame::{BlameError, HistorySettings};
use crate::ground::text::{plural, visible};
use crate::ground::time::Micros;
use crate::rows::schemas::git::{Repository, SourceCommit, revision_at, short_revision};
use crate::rows::schemas::{SchemaStore, business_days};

/// The state of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainState {
    /// The newest generated revision, in full.
    pub revision: String,
    /// When it was made.
    pub date: Micros,
    /// Its age.
    pub business_days: u64,
    /// The newest commit of the source that a generated revision tells it took in.
    pub taken: Option<UpstreamCommit>,
    /// Commits of the source after that, newest first, or why they are not known.
    pub lacking: Result<Vec<SourceCommit>, String>,
}

/// Reads it; `now` is the time that ages are of.
///
/// # Errors
/// There is no history, git fails, or the file of upstream commits cannot be read.
pub fn state(store: &SchemaStore, settings: &HistorySettings, now: Micros) -> Result<ChainState, BlameError> {
    let lineage = store.lineage()?.ok_or_else(|| BlameError::NoHistory(store.name()))?;
    let book = match &settings.upstream {
        Some(path) => UpstreamBook::read(path).map_err(|error| BlameError::Upstream { path: path.clone(), error })?,
        None => UpstreamBook::default(),
    };
    let commits = lineage.repository.commits(&lineage.tip)?;
    let ids: Vec<_> = commits.iter().map(|commit| commit.id).collect();
    let texts = lineage.repository.texts(&ids)?;
    let taken = ids.iter().zip(&texts).find_map(|(id, text)| newest(book.of(&id.to_string(), text)));
    let lacking = lacking(settings.source.as_deref(), taken.as_ref());
    let (revision, date) = (lineage.tip.id.to_string(), lineage.tip.time);
    Ok(ChainState { revision, date, business_days: business_days(date, now), taken, lacking })
}

/// The state in a line, or why it is not known; nothing where the schemas stand in no history.
pub fn line(store: &SchemaStore, settings: &HistorySettings, now: Micros) -> Option<String> {
    match state(store, settings, now) {
        Ok(state) => Some(state.line()),
        Err(BlameError::NoHistory(_)) => None,
        Err(error) => Some(format!("which generated revision is the newest is not known: {error}")),
    }
}

/// The newest of commits. Dates come with the clocks of those who made them, so it is the moment that counts.
fn newest(commits: Vec<UpstreamCommit>) -> Option<UpstreamCommit> {
    commits.into_iter().max_by(|a, b| a.time().cmp(&b.time()).then_with(|| a.date.cmp(&b.date)))
}

/// What the source has after the commit that was taken in.
fn lacking(source: Option<&Path>, taken: Option<&UpstreamCommit>) -> Result<Vec<SourceCommit>, String> {
    let (Some(source), Some(taken)) = (source, taken) else { return Err(NEEDS.to_owned()) };
    let since = |source: Repository| source.since(&source.commit_like(&taken.hash)?);
    Repository::open(source).and_then(since).map_err(|error| error.to_string())
}

/// What has to be there for that.
const NEEDS: &str = "that needs a clone of the source, and a revision that tells what it took in";

impl ChainState {
    /// All of it in a line.
    pub fn line(&self) -> String {
        format!("{}; {}", self.newest(), self.behind())
    }

    /// How much the source has that the newest revision lacks.
    fn behind(&self) -> String {
        match &self.lacking {
            Err(why) => format!("what the source has that it lacks is not known: {why}"),
            Ok(none) if none.is_empty() => "the source has nothing newer".to_owned(),
            Ok(lacking) => format!("the source has {} more", plural(lacking.len() as u64, "commit", "commits")),
        }
    }

    /// Which revision is the newest, and how old it is.
    fn newest(&self) -> String {
        let age = plural(self.business_days, "business day", "business days");
        format!("newest generated revision: {}, {age} old", revision_at(&self.revision, self.date))
    }
}

/// Most commits that are named.
const MOST: usize = 20;

impl fmt::Display for ChainState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.newest())?;
        match &self.taken {
            Some(taken) => {
                writeln!(
                    f,
                    "newest commit of the source in it: {} of {}, {}",
                    short_revision(&taken.hash),
                    visible(&taken.date),
                    visible(&taken.subject)
                )?;
            }
            None => writeln!(f, "no generated revision tells which commits of the source it took in")?,
        }
        write!(f, "{}", self.behind())?;
        let Some(lacking) = self.lacking.as_ref().ok().filter(|lacking| !lacking.is_empty()) else { return Ok(()) };
        write!(f, ":")?;
        for commit in lacking.iter().take(MOST) {
            write!(f, "\n  {}, {}", revision_at(&commit.id.to_string(), commit.time), visible(&commit.subject))?;
        }
        let more = lacking.len().saturating_sub(MOST);
        if more > 0 { write!(f, "\n  and {}", plural(more as u64, "older one", "older ones")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(hash: &str, date: &str) -> UpstreamCommit {
        UpstreamCommit { hash: hash.to_owned(), date: date.to_owned(), subject: String::new(), pull_request: None, bug: None }
    }

    #[test]
    fn the_newest_commit_is_so_by_the_moment_not_by_the_clock() {
        let hash = |commits: &[(&str, &str)]| newest(commits.iter().map(|(hash, date)| commit(hash, date)).collect()).unwrap().hash;
        assert_eq!(hash(&[("late", "2026-01-02 09:00:00 -0800"), ("early", "2026-01-02 10:00:00 +0100")]), "late");
        assert_eq!(hash(&[("early", "2026-01-01"), ("late", "2026-01-02")]), "late");
    }

    #[test]
    fn what_is_not_known_is_told_in_both_forms() {
        let state = |lacking: Result<Vec<SourceCommit>, String>| ChainState {
            revision: "54678d2bf21e".to_owned(),
            date: 1_704_333_600_000_000,
            business_days: 2,
            taken: None,
            lacking,
        };
        let head = "newest generated revision: 54678d2b of 2024-01-04 02:00 UTC, 2 business days old";
        let unknown = state(lacking(None, None));
        let told = format!("what the source has that it lacks is not known: {NEEDS}");
        assert_eq!(unknown.line(), format!("{head}; {told}"));
        assert!(unknown.to_string().ends_with(&told), "{unknown}");
        assert_eq!(state(Ok(Vec::new())).line(), format!("{head}; the source has nothing newer"));
        let folder = tempfile::tempdir().unwrap();
        let refused = state(lacking(Some(folder.path()), Some(&commit("abcdef12", "2026-01-02"))));
        assert!(refused.line().contains("is not known") && refused.line().ends_with("is not a git repository"), "{}", refused.line());
        assert!(refused.to_string().starts_with(head), "the rest is told all the same: {refused}");
    }
}
