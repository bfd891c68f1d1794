//! Since when a node of a schema or a column of a table is as it is: every change of it in history, and whose change that was.
//!
//! Owns: what counts as a change, finding the file in history, keeping what was found.
//! Refuses: how it is shown (facts), reading the repository (the git room).

pub(in crate::triage) mod branches;
mod columns;
mod contents;
mod kept;
mod narrow;
mod presence;
mod target;
pub mod template;
pub mod upstream;
mod whereabouts;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ground::text::visible;
use crate::ground::time::Micros;
use crate::rows::advice::Advice;
use crate::rows::schemas::git::{GitError, Lineage, LogEntry, ObjectId, Repository};
use crate::rows::schemas::{Lookup, SchemaStore, file_of};
use crate::rows::source::bigquery::Settings;
use contents::Reading;
pub use kept::usual_folder;
pub(in crate::triage) use narrow::narrowed;
pub use narrow::patches;
pub(in crate::triage) use presence::{Presence, PresenceStep, presence, steps};
pub use target::BlameTarget;
use template::{EditPlace, Templates};
use upstream::{UpstreamBook, UpstreamCommit};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlameQuestion {
    /// As the folder is called, or as the decoder compares it.
    pub namespace: String,
    /// Likewise.
    pub doctype: String,
    /// The version.
    pub version: String,
    /// The node or the column.
    pub target: BlameTarget,
}

/// Where a history and what belongs to it are read from.
#[derive(Debug, Clone, Default)]
pub struct HistorySettings {
    /// File that tells which commits of the source each revision took in.
    pub upstream: Option<PathBuf>,
    /// Clone of the repository that the schemas are generated from.
    pub source: Option<PathBuf>,
    /// Folder in which histories are kept.
    pub kept: Option<PathBuf>,
    /// What is deployed: a revision of the schemas, a folder, an archive, or `bigquery:P.D.T`, whose label tells the revision.
    pub deployed: Option<PathBuf>,
    /// How that table is reached.
    pub bigquery: Settings,
    /// The generator's list of tables that may be incompatible, as it was given.
    pub allowlist: Option<Arc<str>>,
}

/// All changes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Blame {
    /// The file, from the top of the repository on.
    pub file: String,
    /// Newest first.
    pub changes: Vec<BlameChange>,
    /// What was looked at and could not be read; sentences without a full stop.
    pub notes: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct BlameChange {
    /// The generated commit, in full.
    pub revision: String,
    /// When that was made.
    pub date: Micros,
    /// What it was before: of a node the value, of a column `type`, `mode` and `policy_tags`; `None` where it was not there.
    pub before: Option<Value>,
    /// What it is since.
    pub after: Option<Value>,
    /// What the generated commit took in from the source; where the source is at hand and tells which of it made the change, that alone.
    pub upstream: Vec<UpstreamCommit>,
    /// How many others it took in, which did not.
    pub others: usize,
    /// Whether it is no change: it is so in the oldest revision that a shallow clone has, and nothing tells since when.
    pub is_oldest: bool,
}

/// What is kept of a history: all but the upstream commits, which may come from a file that changes.
#[derive(Debug, Serialize, Deserialize)]
struct KeptBlame {
    file: String,
    changes: Vec<KeptChange>,
    notes: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptChange {
    revision: String,
    date: Micros,
    /// In a list, so that no value and the value `null` are two things.
    before: Option<[Value; 1]>,
    after: Option<[Value; 1]>,
}

/// Why there is no history.
#[derive(Debug, thiserror::Error)]
pub enum BlameError {
    /// The file of upstream commits.
    #[error("cannot read the upstream commits in {path}: {error}", path = visible(&.path.to_string_lossy()))]
    Upstream {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// git does not answer.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The schemas stand in no repository.
    #[error("{0} is not in a git repository, so nothing tells since when")]
    NoHistory(String),
    /// No revision has it.
    #[error("{0}")]
    Nowhere(String),
}

impl BlameError {
    /// What can be done about it.
    pub fn advice(&self) -> Option<Advice> {
        matches!(self, BlameError::NoHistory(_)).then_some(Advice::GetSchemas)
    }
}

/// Every change of a node or a column along the history that the schemas stand in. `kept` is the folder in which histories are kept: the same
/// question about the same newest commit has the same answer for good.
///
/// # Errors
/// There is no history, git fails, or no revision has what is asked for.
pub fn blame(store: &SchemaStore, question: &BlameQuestion, book: &UpstreamBook, settings: &HistorySettings) -> Result<Blame, BlameError> {
    let lineage = store.lineage()?.ok_or_else(|| BlameError::NoHistory(store.name()))?;
    // A shallow clone may have got its history since.
    let whole = !lineage.repository.is_shallow();
    let asked = format!("{:?} {} {:?} {whole} {question:?}", lineage.repository.git_dir(), lineage.tip.id, lineage.root);
    let kept = settings.kept.clone().map(kept::BlameFolder::new);
    let found = match kept.as_ref().and_then(|kept| kept.find(&asked)) {
        Some(found) => found,
        None => {
            let found = read(store, &lineage, question, settings)?;
            if let Some(kept) = &kept {
                // The answer is as good where it cannot be kept.
                let _ = kept.keep(&asked, &found);
            }
            found
        }
    };
    with_upstream(&lineage, found, book)
}

/// The history as it is set, and where what is asked for is edited now.
///
/// # Errors
/// As [`blame`]; the source repository or the file of upstream commits cannot be read.
pub fn with_settings(
    store: &SchemaStore,
    question: &BlameQuestion,
    settings: &HistorySettings,
) -> Result<(Blame, Option<EditPlace>), BlameError> {
    let book = match &settings.upstream {
        Some(path) => UpstreamBook::read(path).map_err(|error| BlameError::Upstream { path: path.clone(), error })?,
        None => UpstreamBook::default(),
    };
    let mut found = blame(store, question, &book, settings)?;
    let Some(source) = &settings.source else { return Ok((found, None)) };
    let repository = Repository::open(source)?;
    for change in &mut found.changes {
        change.others = narrowed(&repository, store, question, &mut change.upstream)?;
    }
    let mut templates = Templates::open(&repository)?;
    let edit = templates.place(store, question, found.changes.first().and_then(|change| change.after.as_ref()))?;
    Ok((found, edit))
}

fn read(store: &SchemaStore, lineage: &Lineage, question: &BlameQuestion, settings: &HistorySettings) -> Result<KeptBlame, BlameError> {
    let is_node = matches!(question.target, BlameTarget::Node(_));
    let file = file(store, lineage, question)?.ok_or_else(|| nowhere(store, question, is_node))?;
    let log = lineage.repository.log(&lineage.tip, std::slice::from_ref(&file))?;
    let (changes, notes) = changes(lineage, &log, &file, &question.target)?;
    if changes.is_empty() {
        let shown = visible(&file).into_owned();
        let target = visible(&question.target.to_string()).into_owned();
        let unread = if notes.is_empty() { String::new() } else { format!("; {}", notes.join("; ")) };
        let count = crate::ground::text::plural(log.len() as u64, "revision", "revisions");
        let elsewhere = whereabouts::look(store, lineage, &file, question, settings.source.as_deref())?;
        let elsewhere: String = elsewhere.iter().map(|found| format!("; {found}")).collect();
        let told = match &question.target {
            BlameTarget::Node(tokens) => {
                let newest = log.iter().flat_map(|entry| &entry.changes).find_map(|change| change.after);
                let text = newest.map(|blob| lineage.repository.blobs().and_then(|mut blobs| blobs.read(&blob))).transpose()?;
                let lack = text.and_then(|text| whereabouts::lack(&text, tokens)).map(|lack| format!(": {lack}")).unwrap_or_default();
                format!("the pointer {target} leads to nothing in any revision of {shown}{lack}; {count} changed that file")
            }
            BlameTarget::Column(_) => format!("no revision of {shown} has a column {target}: {count} changed that file"),
        };
        return Err(BlameError::Nowhere(format!("{told}{unread}{elsewhere}")));
    }
    Ok(KeptBlame { file, changes, notes })
}

/// The file that has what is asked for, from the top of the repository on: among the schemas at hand, or as it was last called.
fn file(store: &SchemaStore, lineage: &Lineage, question: &BlameQuestion) -> Result<Option<String>, GitError> {
    let is_node = matches!(question.target, BlameTarget::Node(_));
    match listed(store, question, is_node) {
        Some(path) => Ok(Some(format!("{}{path}", lineage.root))),
        None => past(lineage, question, is_node),
    }
}

/// The file among those of the schemas at hand.
fn listed(store: &SchemaStore, question: &BlameQuestion, is_node: bool) -> Option<String> {
    let Lookup::Found(at) = store.lookup(&question.namespace, &question.doctype, Some(&question.version)) else { return None };
    let found = store.doctypes().get(at)?;
    if is_node { found.schema.clone() } else { found.layout.clone() }
}

/// The file as the newest revision called it that had it.
fn past(lineage: &Lineage, question: &BlameQuestion, is_node: bool) -> Result<Option<String>, GitError> {
    let log = lineage.repository.log(&lineage.tip, &[])?;
    let mut paths = log.iter().flat_map(|entry| &entry.changes).map(|change| &change.path);
    let is_it = |path: &&String| {
        let below = path.strip_prefix(&lineage.root).or_else(|| path.strip_prefix("schemas/"));
        below.and_then(|path| file_of(path, &question.namespace, &question.doctype, &question.version)) == Some(is_node)
    };
    Ok(paths.find(is_it).cloned())
}

fn nowhere(store: &SchemaStore, question: &BlameQuestion, is_node: bool) -> BlameError {
    let BlameQuestion { namespace, doctype, version, .. } = question;
    let lookup = store.lookup(namespace, doctype, Some(version));
    let what = if is_node { "JSON schema" } else { "table layout" };
    let told = match &lookup {
        Lookup::Found(_) => format!("{namespace}/{doctype}.{version} has no {what} in any revision"),
        missing => format!("{}; nor has any earlier revision", store.absence(missing, namespace, doctype, Some(version))),
    };
    BlameError::Nowhere(visible(&told).into_owned())
}

/// Folds the contents of all versions of the file into changes, newest first.
fn changes(lineage: &Lineage, log: &[LogEntry], file: &str, target: &BlameTarget) -> Result<(Vec<KeptChange>, Vec<String>), GitError> {
    let after = |entry: &LogEntry| entry.changes.iter().find(|change| change.path == file).and_then(|change| change.after);
    let mut ids: Vec<ObjectId> = Vec::new();
    let mut places: FxHashMap<ObjectId, usize> = FxHashMap::default();
    for id in log.iter().filter_map(after) {
        places.entry(id).or_insert_with(|| {
            ids.push(id);
            ids.len() - 1
        });
    }
    let mut reading = Reading::new(target);
    let mut contents = Vec::with_capacity(ids.len());
    lineage.repository.each_blob(&ids, |_, bytes| {
        contents.push(reading.of(bytes));
        ControlFlow::Continue(())
    })?;
    let (mut changes, mut notes, mut last): (Vec<KeptChange>, Vec<String>, Option<Value>) = (Vec::new(), Vec::new(), None);
    for entry in log.iter().rev() {
        let now = match after(entry).and_then(|id| contents.get(*places.get(&id)?)) {
            None => None,
            Some(Ok(value)) => value.clone(),
            Some(Err(_)) => {
                let day = crate::ground::time::minute(entry.commit.time);
                notes.push(format!("{} is not JSON in the revision of {day} UTC, which is passed over", visible(file)));
                continue;
            }
        };
        if now != last {
            let boxed = |value: &Option<Value>| value.clone().map(|value| [value]);
            let revision = entry.commit.id.to_string();
            changes.push(KeptChange { revision, date: entry.commit.time, before: boxed(&last), after: boxed(&now) });
            last = now;
        }
    }
    if lineage.repository.is_shallow() {
        notes.push(format!("{} is a shallow clone: what is older than its first revision is not known", lineage.repository.name()));
    }
    changes.reverse();
    Ok((changes, notes))
}

fn with_upstream(lineage: &Lineage, found: KeptBlame, book: &UpstreamBook) -> Result<Blame, BlameError> {
    let ids: Vec<ObjectId> = found.changes.iter().filter_map(|change| ObjectId::parse(&change.revision)).collect();
    let texts = lineage.repository.texts(&ids)?;
    let oldest = lineage.repository.oldest_of_shallow(&lineage.tip)?.map(|commit| commit.id.to_string());
    let unboxed = |value: Option<[Value; 1]>| value.map(|[value]| value);
    let changes = found.changes.into_iter().zip(&texts).map(|(change, text)| BlameChange {
        upstream: book.of(&change.revision, text),
        others: 0,
        is_oldest: change.before.is_none() && oldest.as_deref() == Some(change.revision.as_str()),
        revision: change.revision,
        date: change.date,
        before: unboxed(change.before),
        after: unboxed(change.after),
    });
    Ok(Blame { file: found.file, changes: changes.collect(), notes: found.notes })
}

#[cfg(test)]
mod tests;
