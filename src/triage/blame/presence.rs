//! Since when and until when something stood in a file, and each change of it in the order of time.
//!
//! Owns: those, without the commits behind them.
//! Refuses: finding changes (blame).

use serde_json::Value;

use super::{BlameQuestion, BlameTarget};
use crate::ground::time::{Micros, day};
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::{Commit, GitError, Lineage, ObjectId};

/// A stretch of history in which something was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::triage) struct Presence {
    /// When it came.
    pub(in crate::triage) since: Micros,
    /// When it went; `None` where it is there still.
    pub(in crate::triage) until: Option<Micros>,
    /// Whether it may have come earlier: a shallow clone tells nothing of that.
    pub(in crate::triage) or_before: bool,
}

impl std::fmt::Display for Presence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let before = if self.or_before { " or before" } else { "" };
        match self.until {
            None => write!(f, "since {}{before}", day(self.since)),
            Some(until) => write!(f, "from {}{before} until {}", day(self.since), day(until)),
        }
    }
}

impl Presence {
    /// The stretches of what was there or not since each of some commits, which come oldest first. `oldest` is where a shallow clone begins.
    pub(in crate::triage) fn stretches(steps: impl IntoIterator<Item = (ObjectId, Micros, bool)>, oldest: Option<ObjectId>) -> Vec<Self> {
        let mut found: Vec<Presence> = Vec::new();
        for (commit, time, is_there) in steps {
            match found.last_mut().filter(|last| last.until.is_none()) {
                Some(last) if !is_there => last.until = Some(time),
                None if is_there => found.push(Presence { since: time, until: None, or_before: oldest == Some(commit) }),
                _ => {}
            }
        }
        found
    }

    /// From the first of some stretches to the last, whatever is between them.
    pub(in crate::triage) fn whole(stretches: &[Self]) -> Option<Self> {
        let (first, last) = (stretches.first()?, stretches.last()?);
        Some(Presence { until: last.until, ..*first })
    }
}

/// Since when and until when something stood in a file, oldest first.
pub(in crate::triage) fn presence(lineage: &Lineage, file: &str, target: &BlameTarget) -> Result<Vec<Presence>, GitError> {
    let log = lineage.repository.log(&lineage.tip, &[file.to_owned()])?;
    let (changes, _) = super::changes(lineage, &log, file, target)?;
    let oldest = lineage.repository.oldest_of_shallow(&lineage.tip)?.map(|commit| commit.id);
    let step = |change: &super::KeptChange| Some((ObjectId::parse(&change.revision)?, change.date, change.after.is_some()));
    Ok(Presence::stretches(changes.iter().rev().filter_map(step), oldest))
}

/// What something is since a commit.
pub(in crate::triage) struct PresenceStep {
    /// The commit.
    pub(in crate::triage) commit: Commit,
    /// Whether it was there before.
    pub(in crate::triage) was_there: bool,
    /// `None` where the commit took it away.
    pub(in crate::triage) value: Option<Value>,
}

/// Every change of something, oldest first, and the file that has or had it; `None` where no revision has the file.
pub(in crate::triage) fn steps(
    store: &SchemaStore,
    lineage: &Lineage,
    question: &BlameQuestion,
) -> Result<Option<(String, Vec<PresenceStep>)>, GitError> {
    let Some(file) = super::file(store, lineage, question)? else { return Ok(None) };
    let log = lineage.repository.log(&lineage.tip, std::slice::from_ref(&file))?;
    let (changes, _) = super::changes(lineage, &log, &file, &question.target)?;
    let step = |change: super::KeptChange| {
        let commit = Commit { id: ObjectId::parse(&change.revision)?, time: change.date };
        Some(PresenceStep { commit, was_there: change.before.is_some(), value: change.after.map(|[value]| value) })
    };
    Ok(Some((file, changes.into_iter().rev().filter_map(step).collect())))
}
