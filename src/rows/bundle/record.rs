//! The lines of a bundle.
//!
//! Owns: the names of all members, the way from groups and rows to lines and back.
//! Refuses: bounds on the whole (read), what is redacted (make).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::MOST_COLUMNS;
use crate::ground::time::Micros;
use crate::rows::group::{self, Counted, CountedFacet, Fingerprint, GroupKey};
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
    pub unreadable: Unreadable,
    /// Columns of the error table that the source did not have.
    pub missing_columns: Vec<String>,
    /// Whether the source was not read to its end.
    pub partial: bool,
    /// What the source had to say of its counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Unreadable {
    pub count: u64,
    /// Origin, reason, quote.
    pub first: Vec<(String, String, String)>,
}

/// Any line but the first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    Job(Job),
    Group(Box<Group>),
    Row(Row),
    File(File),
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

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    name: String,
    rows: u64,
    span: Span,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    fingerprint: String,
    namespace: Option<String>,
    doctype: Option<String>,
    version: Option<String>,
    stage: Option<String>,
    exception_class: Option<String>,
    path: Option<String>,
    fault: String,
    keyword: Option<String>,
    count: u64,
    span: Span,
    /// Start and width of the bins, rows in each.
    trend: (Micros, Micros, Vec<u32>),
    /// Position of the job, rows, first and last time.
    jobs: Vec<(u32, u64, Span)>,
    facets: Vec<Facet>,
    sample: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sampled: Option<u64>,
    /// Clients, and whether that is their exact number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clients: Option<(u64, bool)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folded: Option<u64>,
}

/// One row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Position of its group.
    pub group: usize,
    /// Where the source had it.
    origin: String,
    columns: Vec<(String, Option<String>)>,
    payload: Option<Bytes>,
    /// Whether the payload is the text of a column that was not base64.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    not_base64: bool,
}

/// One schema or layout.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct File {
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

impl Job {
    pub(crate) fn of(job: &group::Job) -> Self {
        Job { name: job.name.to_string(), rows: job.rows, span: job.span }
    }

    pub(crate) fn job(self) -> group::Job {
        group::Job { name: self.name.into(), span: self.span, rows: self.rows }
    }
}

impl Group {
    pub(crate) fn of(group: &group::Group) -> Self {
        let key = &group.key;
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        Group {
            fingerprint: group.fingerprint.to_string(),
            namespace: text(&key.namespace),
            doctype: text(&key.doctype),
            version: text(&key.version),
            stage: text(&key.stage),
            exception_class: text(&key.class),
            path: text(&key.path),
            fault: key.fault.to_string(),
            keyword: group.keyword.map(str::to_owned),
            count: group.count,
            span: group.span,
            trend: (group.trend.start, group.trend.width, group.trend.bins.clone()),
            jobs: group.jobs.iter().map(|count| (count.job, count.rows, count.span)).collect(),
            facets: group.facets.iter().map(facet).collect(),
            sample: group.sample.to_string(),
            sampled: group.sampled,
            clients: group.clients.map(|clients| (clients.count, clients.exact)),
            folded: group.folded,
        }
    }

    /// The group, still without rows; the reason where its fingerprint is none.
    pub(crate) fn counted(self) -> Result<Counted, String> {
        let fingerprint = self.fingerprint.parse::<Fingerprint>().map_err(str::to_owned)?;
        let key = GroupKey {
            namespace: self.namespace.map(Into::into),
            doctype: self.doctype.map(Into::into),
            version: self.version.map(Into::into),
            stage: self.stage.map(Into::into),
            class: self.exception_class.map(Into::into),
            path: self.path.map(Into::into),
            fault: self.fault.into(),
        };
        Ok(Counted {
            key,
            fingerprint,
            keyword: self.keyword,
            count: self.count,
            span: self.span,
            trend: self.trend,
            jobs: self.jobs.into_iter().map(|(job, rows, span)| group::JobCount { job, rows, span }).collect(),
            facets: self.facets.into_iter().map(counted_facet).collect(),
            sample: self.sample.into(),
            sampled: self.sampled,
            clients: self.clients.map(|(count, exact)| group::Clients { count, exact }),
            folded: self.folded,
            rows: Vec::new(),
        })
    }
}

/// Name, values with their rows, rows with other values.
type Facet = (String, Vec<(String, u64)>, u64);

fn facet(facet: &group::Facet) -> Facet {
    let values = facet.values.iter().map(|(value, rows)| (value.to_string(), *rows));
    (facet.name.to_owned(), values.collect(), facet.others)
}

fn counted_facet((name, values, others): Facet) -> CountedFacet {
    CountedFacet { name, values: values.into_iter().map(|(value, rows)| (value.into(), rows)).collect(), others }
}

impl Row {
    pub(crate) fn of(group: usize, row: SourceRow) -> Self {
        let (payload, not_base64) = match row.payload {
            Payload::Absent => (None, false),
            Payload::Bytes(bytes) => (Some(Bytes::of(&bytes)), false),
            Payload::NotBase64(text) => (Some(Bytes::Text(text)), true),
        };
        Row { group, origin: row.origin, columns: row.columns, payload, not_base64 }
    }

    /// Whether it can be a row of one of so many groups; otherwise the reason.
    pub(crate) fn check(&self, groups: usize) -> Result<(), String> {
        if self.group >= groups {
            return Err(format!("a row is of group {}, which did not come before it", self.group));
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
        Ok(SourceRow { columns: self.columns.clone(), payload, origin: format!("{bundle} row {number} ({})", self.origin) })
    }
}
