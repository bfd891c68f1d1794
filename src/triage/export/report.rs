//! What the owner of a failing producer has to know of groups.
//!
//! Owns: the facts of a report and their names for scripts.
//! Refuses: finding them (build), taking data out (hidden, sample), how they are told to people (pages, overview), the page for browsers (web).

mod build;
mod incident;
mod overview;
mod pages;
mod web;

use serde::Serialize;

use crate::pipeline::sink::Fate;
use crate::triage::case::Agreement;

pub use super::survey::ReportFacet;
pub use build::{ReportBuilder, SURVEYED};
pub use overview::{LeftOut, MOST_LISTED};

/// A report on some groups. Names and meanings are stable.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether values stand in it as they are.
    pub raw: bool,
    /// The source of the rows, as people call it.
    pub source: String,
    /// Folder or other source of the schemas.
    pub schemas: Option<String>,
    /// Commit of the schemas, where it is known.
    pub schema_revision: Option<String>,
    /// RFC 3339: first and last time of all rows read.
    pub first: Option<String>,
    /// Likewise.
    pub last: Option<String>,
    /// Rows read and counted.
    pub rows: u64,
    /// What is to be known of rates, where accepted documents were counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rate_notes: Vec<String>,
    /// The groups, in the order of all groups.
    pub groups: Vec<ReportGroup>,
}

/// One group with what its rows and the schemas say. No [`GroupRecord`](crate::rows::group::GroupRecord): its fault is a sentence, its names
/// are put together, and both stand under names that scripts know.
#[derive(Debug, Default, Serialize)]
pub struct ReportGroup {
    /// What it is called by.
    pub fingerprint: String,
    /// The fault in one sentence.
    pub fault: String,
    /// `namespace/doctype.version` as far as it is known.
    pub doctype: String,
    /// The table that its documents would be stored in.
    pub table: Option<String>,
    /// `error_type`
    pub stage: Option<String>,
    /// With its package.
    pub exception_class: Option<String>,
    /// Generalised instance path.
    pub path: Option<String>,
    /// Of a validation failure.
    pub keyword: Option<&'static str>,
    /// What the schema asks.
    pub constraint: Option<Constraint>,
    /// Where the version that is asked for is missing: those that the schemas have, and which of them no document can use.
    pub shelved: Vec<String>,
    /// Rows.
    pub count: u64,
    /// Which part of all that came was refused so, 0 to 1; null where it is not known.
    pub rate: Option<f64>,
    /// Documents of the doctype that were accepted meanwhile; null likewise.
    pub accepted: Option<u64>,
    /// The rate in words, where accepted documents were counted at all.
    #[serde(skip)]
    pub rate_words: Option<String>,
    /// RFC 3339.
    pub first: Option<String>,
    /// Likewise.
    pub last: Option<String>,
    /// `began`, `ended` or `ongoing`; null where nothing can be said.
    pub status: Option<&'static str>,
    /// False where nothing can be said.
    pub status_sure: bool,
    /// Why that is said, or why nothing can be.
    pub status_why: Option<String>,
    /// Refused by design.
    pub noise: bool,
    /// Not at fault: refused for another row of the same request.
    pub by_catch: bool,
    /// How people have said that it stands (`open`, `seen`, `muted`, `mended`, `came-back`) and what they noted, as they typed it; where notes were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<ReportNote>,
    /// Rows by job, in the order in which the jobs began.
    pub jobs: Vec<ReportJob>,
    /// Rows over time.
    pub trend: ReportTrend,
    /// Values inside the messages.
    pub facets: Vec<ReportFacet>,
    /// Rows that were looked at for `senders`.
    pub surveyed: u64,
    /// Versions, channels, systems, countries of those rows.
    pub senders: Vec<ReportFacet>,
    /// Where the failing value would land.
    pub columns: Vec<ReportColumn>,
    /// Which change made it fail, where that was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspect: Option<String>,
    /// Fingerprint of the incident that it is of with other groups; null where it stands by itself.
    pub incident: Option<String>,
    /// Why they are one incident.
    pub incident_why: Option<ReportIncidentWhy>,
    /// What the other groups of the incident are of, the largest first, each once, at most twenty: `namespace/doctype.version`.
    pub incident_others: Vec<String>,
    /// How many more there are.
    pub incident_more: usize,
    /// What sets its rows apart from the other failures of its doctype, most of all, or that nothing does; where that was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_apart: Option<String>,
    /// What is really wrong with the sample, where the message names a combinator: the innermost violation of the branch that comes nearest.
    pub cause: Option<Behind>,
    /// What else is really wrong with the sample, the first twenty.
    pub also_broken: Vec<Behind>,
    /// All that is really wrong with the sample.
    pub violation_count: Option<u64>,
    /// Whether the schemas at hand refuse the sample as its row says; null where nothing can be judged.
    pub reproduced: Option<bool>,
    /// How the two go together; null where nothing can be judged.
    pub agreement: Option<Agreement>,
    /// A message.
    pub message: String,
    /// A document.
    pub sample: Option<ReportSample>,
    /// A command that opens the rows.
    pub command: String,
    /// A statement that selects the rows.
    pub sql: String,
}

/// Why groups are one incident; for scripts one sentence.
#[derive(Debug, Clone)]
pub struct ReportIncidentWhy {
    /// How many groups it is, in words of ours.
    pub extent: String,
    /// What they have in common.
    pub reason: String,
}

impl Serialize for ReportIncidentWhy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}: {}", self.extent, self.reason))
    }
}

/// What people noted of a group.
#[derive(Debug, Serialize)]
pub struct ReportNote {
    /// One of the states.
    pub state: &'static str,
    /// Why that is said.
    pub why: Option<String>,
    /// What they typed.
    pub text: Option<String>,
    /// A number or an address.
    pub bug: Option<String>,
    /// All of it in one line.
    #[serde(skip)]
    pub line: String,
}

/// What the schema asks at the node that broke.
#[derive(Debug, Serialize)]
pub struct Constraint {
    /// Path in the schema repository.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// RFC 6901; the empty text is the root.
    pub schema_pointer: String,
    /// As it is written there, on one line: `"maxLength": 40`.
    pub text: String,
}

/// Rows of one job.
#[derive(Debug, Serialize)]
pub struct ReportJob {
    /// `job_name`
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// When the job's first row of any group came.
    pub began: Option<String>,
    /// Whether it is the one that began last.
    pub newest: bool,
}

/// Rows over time.
#[derive(Debug, Default, Serialize)]
pub struct ReportTrend {
    /// `hour` or `day`.
    pub unit: &'static str,
    /// From the first hour or day to the last, in UTC.
    pub counts: Vec<(String, u64)>,
}

/// A column.
#[derive(Debug, Serialize)]
pub struct ReportColumn {
    /// The table that it is in, where the document is split over several; else null.
    pub table: Option<String>,
    /// Dotted path; null where the value has none.
    pub column: Option<String>,
    /// BigQuery's type with its mode: `STRING NULLABLE`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `stored`, `changed`, `additional_properties`, `lost`, `empty`, `refused` or `unknown`.
    pub fate: Fate,
    /// Expression that selects what the column holds.
    pub sql: Option<String>,
}

/// A violation behind the one that was reported.
#[derive(Debug, Serialize)]
pub struct Behind {
    /// RFC 6901, in the document.
    pub pointer: String,
    /// The keyword that broke.
    pub keyword: &'static str,
    /// RFC 6901, in the schema.
    pub schema_pointer: String,
    /// In words.
    pub sentence: String,
}

/// A document of the group.
#[derive(Debug, Serialize)]
pub struct ReportSample {
    /// Its text, or the bytes of what is no document.
    pub text: String,
    /// Whether it is JSON.
    pub is_json: bool,
    /// Bytes that are left out at the end.
    pub cut: usize,
    /// Why it is no document.
    pub reason: Option<String>,
}
