//! The lines of a bundle.
//!
//! Owns: the names of all members but those of groups and jobs (group), the way from rows to lines and back.
//! Refuses: bounds on the whole (read), what is redacted (make).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::MOST_COLUMNS;
use crate::ground::time::Micros;
use crate::rows::column::held;
use crate::rows::group::{Deploy, GroupRecord, Job};
use crate::rows::payload::Payload;
use crate::rows::row::SourceRow;

/// First and last time; none where nothing has a time.
type Span = Option<(Micros, Micros)>;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The format's version; first, because readers look for it.
    pub misfit_bundle: u64,
    /// Version of the program that wrote it.
    pub tool: String,
    /// Whether values of documents and of rows were replaced by their shape.
    pub redacted: bool,
    /// What the rows were read from, for people.
    pub source: String,
    /// The commit that the schemas are of, where it was known.
    pub revision: Option<String>,
    /// First and last time of the counted rows.
    pub window: Span,
    /// Rows that were read and are in no group of the bundle.
    pub outside: u64,
    /// What was no row.
    pub unreadable: BundledUnreadable,
    /// Columns of the error table that the source did not have.
    pub missing_columns: Vec<String>,
    /// Whether the source was not read to its end.
    pub partial: bool,
    /// The deploys that groups began or ended with; old bundles do not have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deploys: Vec<Deploy>,
    /// What the source had to say of its counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BundledUnreadable {
    pub count: u64,
    /// Origin, reason, quote.
    pub first: Vec<(String, String, String)>,
}

/// Any line but the first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BundleLine {
    Job(Job),
    Group(Box<GroupRecord>),
    Row(BundledRow),
    File(BundledFile),
    /// Paths of schema files that exist and are not in the bundle.
    Absent(Vec<String>),
    End(End),
}

/// How many of each came before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    pub jobs: usize,
    pub groups: usize,
    pub rows: usize,
    pub files: usize,
    /// Rows that were chosen and are not in it, because redaction changes what is wrong with them.
    pub left_out: usize,
}

/// One row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BundledRow {
    /// Position of its group.
    pub group: usize,
    /// Where the source had it.
    origin: String,
    columns: Vec<(String, Option<String>)>,
    payload: Option<Bytes>,
    /// Whether the payload is the text of a column that was not base64.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    not_base64: bool,
    /// Who judged, of a row of another pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    judge: Option<String>,
}

/// One schema or layout.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BundledFile {
    pub path: String,
    pub content: Bytes,
}

/// Bytes as they are: as text where they are UTF-8.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bytes {
    Text(String),
    Base64(String),
}

impl Bytes {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Bytes::Text(text.to_owned()),
            Err(_) => Bytes::Base64(STANDARD.encode(bytes)),
        }
    }

    /// The bytes; the reason where the text is not base64.
    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>, String> {
        match self {
            Bytes::Text(text) => Ok(text.as_bytes().into()),
            Bytes::Base64(text) => STANDARD.decode(text).map(Cow::Owned).map_err(|error| format!("the bytes are not base64: {error}")),
        }
    }
}

impl BundledRow {
    pub(crate) fn of(group: usize, row: SourceRow) -> Self {
        let (payload, not_base64) = match row.payload {
            Payload::Absent => (None, false),
            Payload::Bytes(bytes) => (Some(Bytes::of(&bytes)), false),
            Payload::NotBase64(text) => (Some(Bytes::Text(text)), true),
        };
        BundledRow {
            group,
            origin: row.origin,
            columns: row.columns.into_iter().map(|(name, value)| (name.into_owned(), value)).collect(),
            payload,
            not_base64,
            judge: row.judge,
        }
    }

    /// Whether it can be a row of one of so many groups; otherwise the reason.
    pub(crate) fn check(&self, groups: usize) -> Result<(), String> {
        if self.group >= groups {
            return Err(format!("a row belongs to group {}, which does not come before it", self.group));
        }
        if self.columns.len() > MOST_COLUMNS {
            return Err(format!("a row has {} columns, more than {MOST_COLUMNS}", self.columns.len()));
        }
        self.payload.as_ref().map_or(Ok(()), |payload| payload.bytes().map(|_| ()))
    }

    /// The row, called by its place in the bundle.
    pub(crate) fn row(&self, bundle: &str, number: u64) -> Result<SourceRow, String> {
        let payload = match &self.payload {
            None => Payload::Absent,
            Some(Bytes::Text(text)) if self.not_base64 => Payload::NotBase64(text.clone()),
            Some(bytes) => Payload::Bytes(bytes.bytes()?.into_owned()),
        };
        let number = crate::ground::text::count(number + 1);
        Ok(SourceRow {
            columns: self.columns.iter().map(|(name, value)| (held(Cow::Borrowed(name)), value.clone())).collect(),
            payload,
            origin: format!("{bundle} row {number} ({})", self.origin),
            judge: self.judge.clone(),
            others: Vec::new(),
        })
    }
}
