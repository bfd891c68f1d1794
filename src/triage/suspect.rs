//! Which change made a group fail: of the schema, of the sender, of the pipeline, or why nobody can tell; and which change takes its rows.
//!
//! Owns: what is found out of a group, from its rows to the answer.
//! Refuses: how it is worded (facts), single changes of a node (blame).

mod course;
mod deploy;
mod elsewhere;
mod inserted;
mod judged;
mod names;
mod ruling;
mod sampled;
mod timeline;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::{GitError, Lineage};
use crate::rows::source::{ErrorSource, SourceError, Watch};
use crate::triage::blame::branches::{self, OtherBranch};
use crate::triage::blame::upstream::{UpstreamBook, UpstreamCommit};
use crate::triage::blame::{BlameError, HistorySettings};
use crate::triage::senders::{Claim, SendersError, SendersQuestion, ToldBy, senders};
use names::NameBook;
pub use sampled::most_documents;

/// Whose change it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuspectKind {
    /// The node that refuses was made or tightened shortly before the first row.
    SchemaChanged,
    /// The node stood so long before the first row.
    SenderChanged,
    /// The decoder changed the document before it was judged.
    PipelineChanged,
    /// It cannot be told.
    Unknown,
}

/// A revision of the schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspectRevision {
    /// The generated commit, in full.
    pub revision: String,
    /// When that was made.
    pub date: Micros,
    /// What it took in from the source.
    pub upstream: Vec<UpstreamCommit>,
}

/// A revision with which the judgement of some document changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspectTurn {
    /// The revision.
    pub at: SuspectRevision,
    /// Whether it has the schema.
    pub is_there: bool,
    /// Documents that it refuses as the group's rows were.
    pub refused: usize,
    /// Documents that it takes.
    pub passing: usize,
    /// Documents that it refuses for something else.
    pub otherwise: usize,
    /// Documents that nothing can be said of.
    pub unjudged: usize,
}

/// How it is known which revision judged the first row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedBy {
    /// The row names it.
    Label,
    /// The newest before its job began.
    Job,
    /// The newest before the row came: no job tells when it began.
    Row,
    /// Only these revisions refuse it so; the job's name tells an earlier start.
    Message,
    /// Only an older revision refuses it so than the newest that was there.
    Older,
}

/// What is found out of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// Whose change it was.
    pub kind: SuspectKind,
    /// Whether the whole schema is missing: then there is no node.
    pub is_missing: bool,
    /// The schema file, from the top of the repository on.
    pub file: Option<String>,
    /// RFC 6901 pointer of the node that refuses.
    pub node: Option<String>,
    /// The column that BigQuery names, where it refused the rows.
    pub column: Option<String>,
    /// Since which revision it refuses; `None` where none is known, or where no revision ever had the schema.
    pub since: Option<SuspectRevision>,
    /// Whether the schema itself was made by that revision.
    pub is_made: bool,
    /// The first row of the group.
    pub first: Option<Micros>,
    /// The first later revision that refuses no document for that.
    pub taken: Option<SuspectRevision>,
    /// All revisions with which something changed, oldest first.
    pub turns: Vec<SuspectTurn>,
    /// Documents that were judged.
    pub judged: usize,
    /// Rows of the group.
    pub rows: u64,
    /// How it is known which revision judged the first row.
    pub judged_by: Option<JudgedBy>,
    /// What the first row tells of its sender.
    pub sender: Vec<SenderValue>,
    /// What its rows have more often than the doctype's other failures: the strongest. Empty as well where rows cost to be read, and where it is not to be
    /// told.
    pub apart: Vec<Claim>,
    /// Where else it is taken, or what it is called; words.
    pub elsewhere: Vec<String>,
    /// Why nothing more can be told, or what the answer rests on; words without a full stop.
    pub why: String,
}

/// What a row tells of its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderValue {
    /// `app version`
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// Whether earlier rows of the doctype were looked at, and none of them tells it.
    pub is_new: bool,
}

/// Why nothing could be looked for.
#[derive(Debug, thiserror::Error)]
pub enum SuspectError {
    /// The rows.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The history.
    #[error(transparent)]
    History(#[from] BlameError),
    /// git.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// Claims about the senders of a group.
const MOST_CLAIMS: usize = 3;

/// What is asked.
pub struct SuspectQuestion<'a> {
    /// Where the rows are.
    pub source: &'a dyn ErrorSource,
    /// All groups of it: they tell jobs and where the window begins.
    pub groups: &'a Groups,
    /// Those that are asked about.
    pub chosen: &'a [&'a Group],
    /// The schemas that history is looked back from.
    pub schemas: &'a SchemaStore,
    /// Where upstream commits and the source repository are.
    pub settings: &'a HistorySettings,
    /// Where the window begins, if that was asked for.
    pub since: Option<Micros>,
    /// Whether it is told as well what sets the rows apart: the source is read once more for that.
    pub tells_senders: bool,
}

/// All that answers share.
struct SuspectWork<'a> {
    question: &'a SuspectQuestion<'a>,
    /// `None` where the schemas stand in no repository.
    lineage: Option<Lineage>,
    book: UpstreamBook,
    /// Looked at once, where something is missing.
    names: OnceLock<Result<Option<NameBook>, GitError>>,
    branches: OnceLock<Result<Vec<OtherBranch>, GitError>>,
}

/// Finds the suspect of each group that is asked about.
///
/// # Errors
/// Rows or history cannot be read.
pub fn suspects(question: &SuspectQuestion<'_>, watch: &dyn Watch) -> Result<FxHashMap<Fingerprint, Suspect>, SuspectError> {
    let book = match &question.settings.upstream {
        Some(path) => UpstreamBook::read(path).map_err(|error| BlameError::Upstream { path: path.clone(), error })?,
        None => UpstreamBook::default(),
    };
    let setting = SuspectWork {
        question,
        lineage: question.schemas.lineage()?.map(timeline::to_newest).transpose()?,
        book,
        names: OnceLock::new(),
        branches: OnceLock::new(),
    };
    let mut samples = sampled::read(question, watch)?;
    let mut keys: Vec<timeline::TimelineKey> = Vec::new();
    for document in samples.iter_mut().flat_map(|sample| &mut sample.documents) {
        let found = keys.iter().position(|key| *key == document.key);
        document.timeline = found.unwrap_or_else(|| {
            keys.push(document.key.clone());
            keys.len() - 1
        });
    }
    let timelines = timeline::read(&setting, &keys)?;
    let judged = judged::judge(&setting, &timelines, &samples, watch)?;
    let mut answers = FxHashMap::default();
    for (position, group) in question.chosen.iter().enumerate() {
        if watch.cancelled() {
            break;
        }
        answers.insert(group.fingerprint, ruling::rule(&setting, group, &samples, &timelines, &judged, position)?);
    }
    for (group, apart) in set_apart(question, watch)? {
        answers.entry(group).and_modify(|answer| answer.apart = apart);
    }
    Ok(answers)
}

/// What sets the groups apart, where it costs nothing to look at their rows.
fn set_apart(question: &SuspectQuestion<'_>, watch: &dyn Watch) -> Result<Vec<(Fingerprint, Vec<Claim>)>, SuspectError> {
    let SuspectQuestion { source, groups, chosen, tells_senders, .. } = *question;
    if !tells_senders || source.is_remote() || watch.cancelled() {
        return Ok(Vec::new());
    }
    let found = match senders(&SendersQuestion { source, groups, chosen, accepted: &[], by: ToldBy::Payloads }, watch) {
        Ok(found) => found,
        Err(SendersError::Source(error)) => return Err(error.into()),
        // Nothing else is asked for that could be missing.
        Err(_) => return Ok(Vec::new()),
    };
    if watch.cancelled() {
        return Ok(Vec::new());
    }
    let strongest = |mut claims: Vec<Claim>| {
        claims.truncate(MOST_CLAIMS);
        claims
    };
    Ok(found.of.into_iter().map(|(group, senders)| (group, strongest(senders.failures.claims))).collect())
}

impl SuspectKind {
    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            SuspectKind::SchemaChanged => "schema_changed",
            SuspectKind::SenderChanged => "sender_changed",
            SuspectKind::PipelineChanged => "pipeline_changed",
            SuspectKind::Unknown => "unknown",
        }
    }
}

impl Suspect {
    /// Hours from the revision to the first row; negative where a job read rows that had come before.
    pub fn hours_before_first(&self) -> Option<i64> {
        const HOUR: Micros = 3_600_000_000;
        Some((self.first? - self.since.as_ref()?.date).div_euclid(HOUR))
    }
}

impl SuspectWork<'_> {
    /// The names of all doctypes in history; `None` without one.
    fn names(&self) -> Result<Option<&NameBook>, GitError> {
        let found = self.names.get_or_init(|| self.lineage.as_ref().map(NameBook::read).transpose());
        found.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }

    /// All branches beside that history.
    fn branches(&self) -> Result<&[OtherBranch], GitError> {
        let source = self.question.settings.source.as_deref();
        let look = || self.lineage.as_ref().map_or(Ok(Vec::new()), |lineage| branches::beside(lineage, source));
        self.branches.get_or_init(look).as_deref().map_err(Clone::clone)
    }

    /// When the revision was made that a label names, `202001230145_be1f11e`.
    fn labelled(&self, label: &str) -> Option<Micros> {
        let (_, hash) = label.rsplit_once('_')?;
        let repository = &self.lineage.as_ref()?.repository;
        let id = repository.commit_like(hash.trim_end_matches(".tar.gz")).ok()?;
        Some(repository.commit(&id).ok()?.time)
    }

    /// Revisions with what each took in.
    fn revisions(&self, commits: &[crate::rows::schemas::git::Commit]) -> Result<Vec<SuspectRevision>, GitError> {
        let Some(lineage) = &self.lineage else { return Ok(Vec::new()) };
        let ids: Vec<_> = commits.iter().map(|commit| commit.id).collect();
        let texts = lineage.repository.texts(&ids)?;
        let revisions = commits.iter().zip(&texts).map(|(commit, text)| {
            let revision = commit.id.to_string();
            SuspectRevision { upstream: self.book.of(&revision, text), revision, date: commit.time }
        });
        Ok(revisions.collect())
    }
}
