//! What a source of error rows can do, whatever it is made of.
//!
//! Owns: what is asked of a source, how it reports while it works, why it cannot answer.
//! Refuses: file formats (source/files), SQL (source/bigquery), grouping (group).

pub mod bigquery;
pub mod drawn;
pub mod files;
mod filter;

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashSet;

use crate::ground::time::Micros;
use crate::rows::advice::{Advice, Advised};
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::row::{RowRef, SourceRow, Unreadable};
use crate::rows::schemas::SchemaStore;
use crate::rows::volume::Volume;
pub use filter::Filter;

/// Which rows count, by the columns of the row. Empty lists take everything.
#[derive(Clone, Default)]
pub struct Request {
    /// First microsecond that counts.
    pub since: Option<Micros>,
    /// First microsecond that no longer counts.
    pub until: Option<Micros>,
    /// Namespaces, compared after snake case.
    pub namespaces: Vec<String>,
    /// Doctypes, compared after snake case.
    pub doctypes: Vec<String>,
    /// Stages (`error_type`), compared as they stand.
    pub stages: Vec<String>,
    /// Decoder jobs, compared as they stand.
    pub jobs: Vec<String>,
    /// Generalises paths; without it numeric tokens become `[]`.
    pub schemas: Option<Arc<SchemaStore>>,
    /// Accepted documents that failures stand beside.
    pub volume: Option<Arc<Volume>>,
}

impl Request {
    /// Works out the rates of groups, where accepted documents are known; `of_some`: rows were left out for what the request does not say.
    pub fn rate(&self, groups: &mut Groups, of_some: bool) {
        let of_some = of_some || !self.stages.is_empty() || !self.jobs.is_empty();
        groups.rate(self.volume.as_ref(), (self.since, self.until), of_some);
    }
}

/// How far reading has come.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Progress {
    /// Bytes of the inputs read so far (compressed bytes for compressed files).
    pub bytes: u64,
    /// Bytes in all, where known (not for standard input).
    pub total_bytes: Option<u64>,
    /// Rows read so far.
    pub rows: u64,
    /// Time since reading began.
    pub elapsed: Duration,
    /// What a server tells of a query, where one is at work; then nothing is known of rows before the end.
    pub job: Option<JobProgress>,
}

/// How far a query on a server has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobProgress {
    /// What it does.
    pub state: JobState,
    /// Work done so far: milliseconds of one slot.
    pub slot_ms: u64,
}

impl JobProgress {
    /// `BigQuery counts, 12 s, 340 slot seconds, at most 3.4 GiB`
    pub fn describe(&self, progress: &Progress) -> String {
        let mut parts = vec![match self.state {
            JobState::Pending => "BigQuery has queued the query".to_owned(),
            JobState::Running => "BigQuery is running the query".to_owned(),
        }];
        parts.push(crate::ground::time::duration(progress.elapsed.as_secs()));
        if self.slot_ms > 0 {
            parts.push(format!("{} slot seconds", crate::ground::text::count(self.slot_ms / 1000)));
        }
        parts.extend(progress.total_bytes.map(|bytes| format!("reads {}", crate::ground::text::bytes(bytes))));
        parts.join(", ")
    }
}

/// What a query on a server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its turn.
    Pending,
    /// It runs.
    Running,
}

/// What a query will cost, known before it is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// What for: `counting`.
    pub purpose: &'static str,
    /// Bytes that it reads, by a dry run.
    pub bytes: u64,
    /// Whether it may well read less.
    pub at_most: bool,
    /// Price in US dollars.
    pub dollars: f64,
    /// Bytes that may be read without asking.
    pub limit: u64,
}

/// What a session has cost so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Queries that ran.
    pub queries: u64,
    /// Bytes that they read.
    pub bytes: u64,
    /// Price in US dollars.
    pub dollars: f64,
}

/// Which rows of a group come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RowOrder {
    /// The newest.
    #[default]
    Newest,
    /// The oldest.
    Oldest,
    /// The newest of each decoder job, then the second of each, and so on.
    Spread,
}

/// What has come to a source since it was read last.
#[derive(Debug)]
pub enum Followed {
    /// Nothing.
    Same,
    /// The groups of all rows that it has now.
    All(Groups),
    /// The groups of the new rows alone.
    Part(Groups),
}

/// Which rows are read in one go.
#[derive(Debug, Clone, Copy)]
pub enum ReadRows<'a> {
    /// All of them.
    All,
    /// Of each of these groups its first, at most so many.
    First(&'a [&'a Group], usize),
    /// The same with all columns that are shown.
    FirstShown(&'a [&'a Group], usize),
}

/// A table that rows came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowTable {
    /// Where its rows are.
    pub from: RowsFrom,
    /// Its own expressions, in SQL, for the columns of the error table; a column that is not in here is not in the table.
    pub columns: BTreeMap<ErrorColumn, String>,
}

/// What stands behind FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowsFrom {
    /// The full name of a table.
    Table(String),
    /// A query of the user's own.
    Query(String),
    /// Wherever another pipeline keeps them.
    Elsewhere,
}

/// Who watches a source work. Called from worker threads.
pub trait Watch: Sync {
    /// Told now and then, a few times a second.
    fn progress(&self, progress: Progress);
    /// Groups so far, offered at growing intervals; only called where `wants_snapshots`.
    fn snapshot(&self, groups: Groups);
    /// Whether snapshots are worth making.
    fn wants_snapshots(&self) -> bool {
        false
    }
    /// Once true, the source stops soon and returns what it has.
    fn cancelled(&self) -> bool;
    /// Told before anything is spent; whether to go on. May wait for somebody's answer.
    fn spend(&self, cost: &Cost) -> bool {
        !cost.is_over()
    }
    /// Told after each query: what the session has cost with it.
    fn spent(&self, _: Spent) {}
    /// Told of a request that failed and is made again: what was wrong, as a sentence without a full stop.
    fn retried(&self, _: &str) {}
}

/// A watch that looks away.
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: Progress) {}
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        false
    }
}

/// A source of error rows. Its methods block; the explorer calls them on workers.
pub trait ErrorSource: Send + Sync {
    /// What it is, for titles: a file name, or `3 files`.
    fn name(&self) -> String;
    /// Reads all rows that the request asks for and groups them.
    fn groups(&self, request: &Request, watch: &dyn Watch) -> Result<Groups, SourceError>;
    /// Reads what has come since it was read last, as far as that can be told from what was there; the first time all of it, where that was not
    /// read before.
    ///
    /// # Errors
    /// It does not change while it is read, or is read once; or as for [`ErrorSource::groups`], and then the next call goes on.
    fn follow(&self, _request: &Request, _watch: &dyn Watch) -> Result<Followed, SourceError> {
        Err(SourceError::Input(format!("{} does not change, so there is nothing to follow", self.name())))
    }
    /// Whether rows are counted and fetched somewhere else, so that it costs and can be called off there.
    fn is_remote(&self) -> bool {
        false
    }
    /// Who draws rows where they are kept, for those who need some of very many; `None` where they are read from end to end.
    fn drawer(&self) -> Option<&dyn drawn::DrawRows> {
        None
    }
    /// One row, with its payload.
    fn fetch(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError>;
    /// Rows in order, numbered from 0 over all inputs, whole, with payload, until `visit` breaks. What is no row is counted and quoted in the
    /// answer. The watch is asked before anything is spent, and told how a query goes on; rows are told by whoever visits them.
    fn rows(
        &self,
        range: Range<u64>,
        watch: &dyn Watch,
        visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError>;
    /// Rows in one go, in the source's own order, with at least what groups and documents are made of ([`ErrorColumn::NEEDED`]), until `visit`
    /// breaks.
    ///
    /// [`ErrorColumn::NEEDED`]: crate::rows::column::ErrorColumn::NEEDED
    fn read(
        &self,
        wanted: ReadRows<'_>,
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let (ReadRows::First(groups, most) | ReadRows::FirstShown(groups, most)) = wanted else {
            return self.rows(0..u64::MAX, watch, &mut |_, at, row| visit(at, row));
        };
        let mut left: FxHashSet<RowRef> = groups.iter().flat_map(|group| group.rows.iter().take(most).copied()).collect();
        if left.is_empty() {
            return Ok(Unreadable::default());
        }
        self.rows(0..u64::MAX, watch, &mut |_, at, row| {
            if left.remove(&at) {
                visit(at, row)?;
            }
            if left.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }
    /// The rows at these places, whole, in any order, until `visit` breaks. Tells how many were there.
    fn fetch_all(
        &self,
        places: &[RowRef],
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<usize, SourceError> {
        let mut found = 0;
        for &at in places {
            if watch.cancelled() {
                break;
            }
            let row = self.fetch(at, watch)?;
            found += 1;
            if visit(at, row).is_break() {
                break;
            }
        }
        Ok(found)
    }
    /// The group of a row, where the source knows it without its message: a message that was redacted may no longer tell, and where few rows of a
    /// group are named, [`Group::rows`] does not.
    fn group_of(&self, _at: RowRef) -> Option<Fingerprint> {
        None
    }
    /// More rows of a group than [`Group::rows`] names, in an order, behind the first `from` of them; empty at their end. A source that
    /// names all rows has no more.
    fn more_rows(&self, _group: &Group, _order: RowOrder, _from: usize, _watch: &dyn Watch) -> Result<Vec<RowRef>, SourceError> {
        Ok(Vec::new())
    }
    /// The tables that a group's rows came from; none where they did not come from tables.
    fn tables(&self, _group: &Group) -> Vec<RowTable> {
        Vec::new()
    }
    /// What the session has cost so far; `None` of a source that costs nothing.
    fn spent(&self) -> Option<Spent> {
        None
    }
    /// The SQL behind the counts of the request, or behind the rows of one group: runs in BigQuery's console as it is. `None` where there is none.
    fn sql(&self, _request: &Request, _group: Option<&Group>) -> Option<String> {
        None
    }
}

/// Why a source cannot be read. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file system refused.
    #[error("cannot read {path}: {error}", path = crate::ground::text::visible(&.path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The content is no table of error rows.
    #[error("{origin}: {reason}")]
    NotATable {
        /// The file.
        origin: String,
        /// What was found and what is expected.
        reason: String,
    },
    /// A pattern matched no file, or is no pattern.
    #[error("{0}")]
    Input(String),
    /// The input cannot be read as it was asked for.
    #[error("{0}")]
    Advised(Advised),
    /// The rows are of no kind that is known.
    #[error("{told}")]
    Unmapped {
        /// What was found.
        told: String,
        /// A map to start from: lines that end in newlines.
        map: String,
    },
    /// BigQuery gave no answer.
    #[error(transparent)]
    BigQuery(#[from] bigquery::Error),
}

impl SourceError {
    /// What can be done about it, beyond what the message says.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            SourceError::Advised(message) => message.advice,
            SourceError::BigQuery(error) => error.advice(),
            SourceError::Unmapped { .. } => Some(Advice::MapRows),
            _ => None,
        }
    }
}

impl From<SourceError> for Advised {
    fn from(error: SourceError) -> Self {
        Advised { text: error.to_string(), advice: error.advice() }
    }
}
