//! Faults counted: rows with the same fault are one group.
//!
//! Owns: the group's key and fingerprint, counts, times, jobs, trend, facets, what the deploys began and ended, sorting, merging of partial counts.
//! Refuses: reading rows (source), the message grammar (fault), walking schemas (schemas/walk).

mod bucket;
mod by_job;
mod clients;
pub mod coarse;
mod common;
mod counts;
mod deploys;
mod facets;
mod fields;
mod fingerprint;
mod grouper;
mod hours;
mod job_name;
mod jobs;
mod joined;
mod keys;
mod list;
mod many;
mod memo;
mod merge;
mod names;
mod part;
mod places;
mod rare;
mod rates;
mod record;
mod remark;
mod restore;
mod search;
mod shared;
mod standing;
mod table;
mod tallies;
mod trend;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ground::few::{Few, Settled};
use crate::ground::shared_text::SharedText;
use crate::ground::time::Micros;
use crate::rows::advice::Advised;
use crate::rows::column::ErrorColumn;
use crate::rows::row::{RowRef, Unreadable};
use crate::rows::volume::Volume;
pub use by_job::{GroupJobs, JobCounts};
pub use clients::Clients;
pub use fields::GroupFields;
pub use grouper::Grouper;
pub use job_name::JobName;
pub use rare::RareFacts;
pub use rates::{Rate, RateLine, RateTrend, Rates};
pub use record::{FacetRecord, GroupRecord};
pub use remark::{MUTED, Mended, Remark, RemarkAbout, RemarkState, RemarkWhy, Remarks, said};
pub use search::{NEW, NOISE};
pub use standing::{Deploy, Evidence, Standing, Status, Worth};
pub use words::{NO_DOCTYPE, NO_NAMESPACE, doctype_name, place_of};

/// All groups of the rows read, with what was left out.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// The groups, largest first.
    pub list: Vec<Group>,
    /// The decoder jobs, in the order in which they began.
    pub jobs: Vec<Job>,
    /// What took over from an older job, in the order of time.
    pub deploys: Vec<Deploy>,
    /// Rows counted in `list`.
    pub rows: u64,
    /// Rows read but outside of what was asked for.
    pub outside: u64,
    /// What was no row.
    pub unreadable: Unreadable,
    /// Columns of the error table that the source does not have, in its order; empty where it has all that matter.
    pub missing_columns: Vec<ErrorColumn>,
    /// First and last time of the counted rows.
    pub span: Option<(Micros, Micros)>,
    /// Whether reading was stopped before the end; see [`Groups::is_whole`].
    pub partial: bool,
    /// What the source has to say of these counts: their price, their age, what they leave out. Whole sentences without a full stop.
    pub notes: Vec<Advised>,
    /// Whether paths were generalised by schemas, on which fingerprints depend; `None` where nobody knows.
    pub by_schemas: Option<bool>,
    /// Accepted documents, where the source counts them beside its rows.
    pub volume: Option<Arc<Volume>>,
    /// Failures beside accepted documents, where these are known.
    pub rates: Option<Arc<Rates>>,
    /// What people have said of them, where that was read.
    pub remarks: Option<Arc<Remarks>>,
    /// What is wrong with that, which stands among the notes as well.
    pub remarks_wrong: Option<Arc<str>>,
}

/// One decoder job, and its line in a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// `job_name`
    #[serde(with = "record::name")]
    pub name: Arc<str>,
    /// Rows of it that were asked for.
    pub rows: u64,
    /// First and last time over all rows that it judged, asked for or not; `None` where rows have no time.
    pub span: Option<(Micros, Micros)>,
}

/// What makes rows the same failure. `None` where the row has NULL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// What it has in common with many others; its members are read as if they were the key's own.
    pub names: Arc<GroupNames>,
    /// Instance path generalised by the schema, as a JSON pointer with `[]` and `{key}`; the empty text is the root, `None` where the fault has no place.
    pub path: Option<SharedText>,
    /// What the fault is, generalised: the keyword with, for required and dependencies, the key (`required app_build`, `maxLength`,
    /// `propertyNames maxLength`); for other classes the message without its values.
    pub fault: SharedText,
}

/// Whose documents the rows of a group are, and what refused them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupNames {
    /// As the row spells it, `_` and capitals unified to the schema's name where one is known.
    pub namespace: Option<Arc<str>>,
    /// The others, which the same documents have in many namespaces; its members are read as if they were these names' own.
    pub within: Arc<NamesWithin>,
}

/// Whose documents the rows of a group are within a namespace, and what refused them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamesWithin {
    /// As the namespace is spelled.
    pub doctype: Option<Arc<str>>,
    /// The row's own; `None` for telemetry.
    pub version: Option<Arc<str>>,
    /// `error_type`
    pub stage: Option<Arc<str>>,
    /// Exception class, full name.
    pub class: Option<Arc<str>>,
}

/// 64 bits over the key, the same on any machine and from any source; written as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(pub u64);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = &'static str;

    /// Reads what [`Display`](std::fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Fingerprint).ok_or("a group is 16 hexadecimal digits, the last column of misfit groups")
    }
}

/// Rows with the same fault.
#[derive(Debug, Clone)]
pub struct Group {
    /// What they share.
    pub key: GroupKey,
    /// Hash of the key.
    pub fingerprint: Fingerprint,
    /// The keyword of a validation failure as the message names it (`maxLength`, also for a property name).
    pub keyword: Option<crate::pipeline::fault::Keyword>,
    /// Number of rows.
    pub count: u64,
    /// First and last time; `None` where no row has one.
    pub span: Option<(Micros, Micros)>,
    /// Counts over time.
    pub trend: Trend,
    /// Counts by job, made for these rows and times: who changes `count` or `span` makes them anew.
    pub by_job: GroupJobs,
    /// Whether a deploy began or ended it, and why that is said; most often the same as of many others.
    pub standing: Arc<Standing>,
    /// Noise by design (unwanted data, known bugs): counted, folded away by default.
    pub noise: bool,
    /// Rows that are not at fault, each refused for another row of the same request: counted, folded away by default.
    pub by_catch: bool,
    /// One whole message.
    pub sample: SharedText,
    /// The message with its values replaced by `{type}`, `{n}`, `{value}`, `{key}`: for people.
    pub says: SharedText,
    /// Values inside the messages, each kind with its counts.
    pub facets: Arc<Vec<Facet>>,
    /// Clients that sent the rows, where the source counts them.
    pub clients: Option<Clients>,
    /// What few groups have.
    pub rare: Option<Box<RareFacts>>,
    /// Where its rows are, in the order of the source. A source that counts elsewhere names a few; see [`crate::rows::source::ErrorSource::more_rows`].
    pub rows: Settled<RowRef>,
}

/// Rows of a group that one job judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u64, Option<(Micros, Micros)>)", into = "(u32, u64, Option<(Micros, Micros)>)")]
pub struct JobCount {
    /// Position in [`Groups::jobs`].
    pub job: u32,
    /// Rows.
    pub rows: u64,
    /// First and last time.
    pub span: Option<(Micros, Micros)>,
}

/// Rows over time: bins of equal width, aligned to multiples of it. The width doubles as the span grows, so that a trend stays small.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Micros, Micros, Vec<u32>)", into = "(Micros, Micros, Vec<u32>)")]
pub struct Trend {
    /// Start of the first bin, a multiple of `width`.
    pub start: Micros,
    /// Width of a bin, a power of two times one minute; 0 where there is no time.
    pub width: Micros,
    /// Rows in each bin.
    pub bins: Few<u32>,
}

/// One kind of value inside the messages of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facet {
    /// `expected type`, `found type`, `key`, `length`, `limit`, `value`.
    pub name: &'static str,
    /// The most frequent values with their counts, largest first.
    pub values: Few<(Arc<str>, u64)>,
    /// Rows whose value is not among `values`.
    pub others: u64,
    /// Whether the counts are exact; otherwise some are only about so, because there are too many values to count each.
    pub exact: bool,
}

/// Order of a list of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// What the newest deploy began, then most rows first.
    #[default]
    Deploy,
    /// Most rows first.
    Count,
    /// Last seen first.
    Newest,
    /// What was seen first last comes first.
    First,
    /// By namespace, doctype, version, path.
    Name,
    /// Strongest growth first: the last quarter of the span beside the rest.
    Growth,
}

/// The times from the first to the last of both.
pub(crate) fn union(a: Option<(Micros, Micros)>, b: Option<(Micros, Micros)>) -> Option<(Micros, Micros)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests;
