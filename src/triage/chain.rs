//! How far the chain from the source of the schemas to the generated ones has come.
//!
//! Owns: the newest generated revision and its age in business days, what the source has that it lacks.
//! Refuses: what is deployed, which only tables tell; fetching.

use std::fmt;

use super::blame::upstream::{UpstreamBook, UpstreamCommit};
use super::blame::{BlameError, HistorySettings};
use crate::ground::text::{plural, visible};
use crate::ground::time::{Micros, minute};
use crate::rows::schemas::git::{Repository, SourceCommit};
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
    /// Commits of the source after that, newest first; `None` where no source is known, or not which commit was taken in.
    pub lacking: Option<Vec<SourceCommit>>,
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
    let taken = ids.iter().zip(&texts).find_map(|(id, text)| book.of(&id.to_string(), text).into_iter().max_by(|a, b| a.date.cmp(&b.date)));
    let lacking = match (&settings.source, &taken) {
        (Some(source), Some(taken)) => {
            let source = Repository::open(source)?;
            Some(source.since(&source.commit_like(&taken.hash)?)?)
        }
        _ => None,
    };
    let (revision, date) = (lineage.tip.id.to_string(), lineage.tip.time);
    Ok(ChainState { revision, date, business_days: business_days(date, now), taken, lacking })
}

impl ChainState {
    /// All of it in a line.
    pub fn line(&self) -> String {
        let lacking = match &self.lacking {
            None => String::new(),
            Some(none) if none.is_empty() => "; the source has nothing newer".to_owned(),
            Some(lacking) => format!("; the source has {} more", plural(lacking.len() as u64, "commit", "commits")),
        };
        format!("{}{lacking}", self.newest())
    }

    /// Which revision is the newest, and how old it is.
    fn newest(&self) -> String {
        let age = plural(self.business_days, "business day", "business days");
        format!("newest generated revision: {} of {} UTC, {age} old", short(&self.revision), minute(self.date))
    }
}

fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
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
                    short(&taken.hash),
                    visible(&taken.date),
                    visible(&taken.subject)
                )?;
            }
            None => writeln!(f, "no generated revision tells which commits of the source it took in")?,
        }
        match &self.lacking {
            None => write!(
                f,
                "what the source has that it lacks is not known: that needs a clone of the source, and a revision that tells what it took in"
            ),
            Some(none) if none.is_empty() => write!(f, "the source has nothing newer"),
            Some(lacking) => {
                write!(f, "the source has {} more:", plural(lacking.len() as u64, "commit", "commits"))?;
                for commit in lacking.iter().take(MOST) {
                    write!(f, "\n  {} of {}, {}", short(&commit.id.to_string()), minute(commit.time), visible(&commit.subject))?;
                }
                let more = lacking.len().saturating_sub(MOST);
                if more > 0 { write!(f, "\n  and {}", plural(more as u64, "older one", "older ones")) } else { Ok(()) }
            }
        }
    }
}
