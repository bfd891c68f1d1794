//! What a source of error rows can do, whatever it is made of.
//!
//! Owns: the row as grouping sees it, where a row is found again, what is asked of a source, how it reports while it works.
//! Refuses: file formats (source/files), SQL (source/bigquery), grouping (group).

pub mod bigquery;
pub mod files;
mod filter;

use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::group::{Fingerprint, Group, Groups};
use crate::schemas::SchemaStore;
pub use filter::Filter;

/// Microseconds since 1970-01-01 UTC, BigQuery's resolution.
pub type Micros = i64;

/// The columns of the error table that groups and documents are made of, in its order.
pub const COLUMNS: [&str; 9] = [
    "document_namespace",
    "document_type",
    "document_version",
    "error_message",
    "error_type",
    "exception_class",
    "job_name",
    "payload",
    "submission_timestamp",
];

/// The columns of one error row that grouping needs, borrowed from the text that was read. An absent column and a NULL are both `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErrorRow<'a> {
    /// `document_namespace`
    pub namespace: Option<&'a str>,
    /// `document_type`
    pub doctype: Option<&'a str>,
    /// `document_version`; NULL for telemetry.
    pub version: Option<&'a str>,
    /// `error_type`: the stage of the pipeline that refused the document.
    pub stage: Option<&'a str>,
    /// `exception_class`
    pub class: Option<&'a str>,
    /// `error_message`, cut by the pipeline at 1,024 bytes.
    pub message: Option<&'a str>,
    /// `job_name`: the decoder job, hence the schema build, that judged the document.
    pub job: Option<&'a str>,
    /// `submission_timestamp`
    pub time: Option<Micros>,
}

/// Where a row is found again: the position of its file among the inputs (16 bits) and its place in it (48 bits): the byte offset in the
/// decoded text for JSON, the row number for Parquet, the number of its key in this session for BigQuery. Orders as the rows were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowRef(u64);

impl RowRef {
    /// A place in the `file`th input.
    pub fn new(file: usize, place: u64) -> Self {
        RowRef(((file as u64) << 48) | (place & 0xffff_ffff_ffff))
    }

    /// Position of the file among the inputs.
    pub fn file(self) -> usize {
        (self.0 >> 48) as usize
    }

    /// Byte offset or row number in the file.
    pub fn place(self) -> u64 {
        self.0 & 0xffff_ffff_ffff
    }
}

/// One row, whole.
#[derive(Debug, Clone, Default)]
pub struct SourceRow {
    /// Every column but the payload in the order of the source; numbers and booleans as their text. For the decoder's own
    /// `{"attributeMap": …}` lines: the attributes.
    pub columns: Vec<(String, Option<String>)>,
    /// The payload column.
    pub payload: Payload,
    /// Where it was read, for people: `errors.ndjson line 12` or `errors.parquet row 12`.
    pub origin: String,
}

impl SourceRow {
    /// The column's text; `None` where it is absent or NULL.
    pub fn column(&self, name: &str) -> Option<&str> {
        self.columns.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref())
    }

    /// The columns that grouping needs.
    pub fn error_row(&self) -> ErrorRow<'_> {
        ErrorRow {
            namespace: self.column("document_namespace"),
            doctype: self.column("document_type"),
            version: self.column("document_version"),
            stage: self.column("error_type"),
            class: self.column("exception_class"),
            message: self.column("error_message"),
            job: self.column("job_name"),
            time: self.column("submission_timestamp").and_then(files::parse_time),
        }
    }
}

/// What a row holds as payload, before any decoding but base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Payload {
    /// The source has no payload column (the monitoring views), or it is NULL.
    #[default]
    Absent,
    /// The column's bytes: gzip as the pipeline writes it, or plain.
    Bytes(Vec<u8>),
    /// The text is not base64; kept as it stands.
    NotBase64(String),
}

impl Payload {
    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        match self {
            Payload::Absent => 0,
            Payload::Bytes(bytes) => bytes.len(),
            Payload::NotBase64(text) => text.len(),
        }
    }
}

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
            JobState::Pending => "BigQuery has the query and waits for its turn".to_owned(),
            JobState::Running => "BigQuery works".to_owned(),
        }];
        parts.push(crate::text::duration(progress.elapsed.as_secs()));
        if self.slot_ms > 0 {
            parts.push(format!("{} slot seconds", crate::text::count(self.slot_ms / 1000)));
        }
        parts.extend(progress.total_bytes.map(|bytes| format!("reads {}", crate::text::bytes(bytes))));
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
    /// Bytes that it reads at most, by a dry run.
    pub bytes: u64,
    /// Price in US dollars.
    pub dollars: f64,
    /// Bytes that may be read without asking.
    pub limit: u64,
}

/// Which rows of a group come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowOrder {
    /// The newest.
    #[default]
    Newest,
    /// The oldest.
    Oldest,
    /// The newest of each decoder job, then the second of each, and so on.
    Spread,
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
    /// Whether rows are counted and fetched somewhere else, so that it costs and can be called off there.
    fn is_remote(&self) -> bool {
        false
    }
    /// One row, with its payload.
    fn fetch(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError>;
    /// Rows in order, numbered from 0 over all inputs, with payload, until `visit` breaks. What is no row is counted and quoted in the answer.
    fn rows(&self, range: Range<u64>, visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>) -> Result<Unreadable, SourceError>;
    /// The group of a row, where the source knows it without its message: a message that was redacted may no longer tell.
    fn group_of(&self, _at: RowRef) -> Option<Fingerprint> {
        None
    }
    /// More rows of a group than [`Group::rows`] names, in an order, behind the first `from` of them; empty at their end. A source that
    /// names all rows has no more.
    fn more_rows(&self, _group: &Group, _order: RowOrder, _from: usize, _watch: &dyn Watch) -> Result<Vec<RowRef>, SourceError> {
        Ok(Vec::new())
    }
    /// The SQL behind the counts of the request, or behind the rows of one group: runs in BigQuery's console as it is. `None` where there is none.
    fn sql(&self, _request: &Request, _group: Option<&Group>) -> Option<String> {
        None
    }
}

/// What could not be read as a row.
#[derive(Debug, Clone, Default)]
pub struct Unreadable {
    /// How many lines, elements or rows.
    pub count: u64,
    /// The first few, in order.
    pub first: Vec<BadRow>,
}

/// One piece of input that is no row.
#[derive(Debug, Clone)]
pub struct BadRow {
    /// `errors.ndjson line 12`.
    pub origin: String,
    /// What is wrong with it.
    pub reason: String,
    /// How it begins, cut to 200 characters, not yet made safe for a terminal.
    pub quote: String,
}

/// Why a source cannot be read. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file system refused.
    #[error("cannot read {path}: {error}", path = crate::text::visible(&.path.to_string_lossy()))]
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
    /// BigQuery gave no answer.
    #[error(transparent)]
    BigQuery(#[from] bigquery::Error),
}
