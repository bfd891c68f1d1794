//! Columns of an error row that may be told.
//!
//! Owns: the list of columns that say what was sent and not by whom, what of each of them is told.
//! Refuses: the payload (document), the error message's grammar (message).

use super::{Redactor, looks, shape};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::TokenMatch;
use crate::rows::column::ErrorColumn;
use crate::rows::row::SourceRow;

/// Longest name of a job, longest time.
const LONGEST_JOB: usize = 60;
const LONGEST_TIME: usize = 40;
/// Parts of a job's name, and their lengths.
const MOST_JOB_PARTS: usize = 6;
const LONGEST_JOB_WORD: usize = 20;
const LONGEST_JOB_NUMBER: usize = 10;
const LONGEST_JOB_HASH: usize = 8;

/// Longest version in a URI.
const LONGEST_VERSION: usize = 9;
/// Parts of URIs that are the same for many documents.
const URI_WORDS: [&str; 14] = [
    "submit",
    "telemetry",
    "Firefox",
    "Fennec",
    "Thunderbird",
    "Focus",
    "nightly",
    "beta",
    "release",
    "esr",
    "aurora",
    "default",
    "main",
    "stub",
];

/// What the columns of a row say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedactedColumns {
    /// Names and values that may be told, in the order of the row. NULLs are left out.
    pub told: Vec<(String, String)>,
    /// Names of columns that hold something and are not told.
    pub withheld: Vec<String>,
}

/// What a column holds.
#[derive(Clone, Copy)]
enum ColumnHolds {
    /// A word as programs write them.
    Word,
    /// The path of the request.
    Uri,
    /// The pipeline's own job name: digits and all.
    Job,
    Time,
    Country,
    Class,
    Message,
}

/// The column's content, for those that may be told: what the document is, and what sent it. Everything else says who sent it: client ids,
/// addresses, places below the country, providers, user agents, arguments, tags; or repeats the message (stack traces).
fn holds(column: &str) -> Option<ColumnHolds> {
    use ErrorColumn as C;
    Some(match C::of(column)? {
        C::Namespace | C::Doctype | C::Version | C::Stage => ColumnHolds::Word,
        C::AppName | C::AppVersion | C::AppBuild | C::AppChannel | C::Pingsender => ColumnHolds::Word,
        C::NormalizedAppName | C::NormalizedChannel | C::NormalizedOs | C::NormalizedOsVersion | C::Os => ColumnHolds::Word,
        C::AgentBrowser | C::AgentOs | C::AgentVersion => ColumnHolds::Word,
        C::Method | C::ContentLength | C::Dnt => ColumnHolds::Word,
        C::Uri => ColumnHolds::Uri,
        C::Job => ColumnHolds::Job,
        C::Time | C::Timestamp => ColumnHolds::Time,
        C::GeoCountry | C::NormalizedCountry => ColumnHolds::Country,
        C::Class => ColumnHolds::Class,
        C::Message => ColumnHolds::Message,
        C::Client | C::Id | C::Payload => return None,
    })
}

/// `decoder-0-0618083012-1f2ab9c4`: the pipeline names its jobs, so their numbers and short hashes are nobody's.
fn is_job(value: &str) -> bool {
    let is_part = |part: &str| {
        let is_word = part.len() <= LONGEST_JOB_WORD && part.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_number = part.len() <= LONGEST_JOB_NUMBER && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_hash = part.len() <= LONGEST_JOB_HASH && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        is_word || is_number || is_hash
    };
    let begins_with_word =
        value.split('-').next().is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    value.len() <= LONGEST_JOB && begins_with_word && value.split('-').count() <= MOST_JOB_PARTS && value.split('-').all(is_part)
}

impl Redactor {
    /// The columns of a row that may be told; raw: all of them. The schema is the one that judged the row's document.
    pub fn columns(&mut self, row: &SourceRow, schema: Option<&Schema>) -> RedactedColumns {
        let mut columns = RedactedColumns::default();
        for (name, value) in row.columns.iter().filter_map(|(name, value)| Some((name, value.as_deref()?))) {
            if self.is_raw() {
                columns.told.push((name.clone(), value.to_owned()));
                continue;
            }
            match holds(name) {
                Some(holds) => {
                    let told = self.column(holds, value, row, schema);
                    columns.told.push((name.clone(), told));
                }
                None => columns.withheld.push(self.key(name, TokenMatch::Unknown).into_owned()),
            }
        }
        columns
    }

    fn column(&mut self, holds: ColumnHolds, value: &str, row: &SourceRow, schema: Option<&Schema>) -> String {
        let is_told = match holds {
            ColumnHolds::Message => return self.message(value, row.column(ErrorColumn::Class), schema),
            ColumnHolds::Class => return self.class(value),
            ColumnHolds::Uri => return uri(value, [ErrorColumn::Namespace, ErrorColumn::Doctype].map(|column| row.column(column))),
            ColumnHolds::Word => looks::is_plain_name(value) || looks::is_count(value),
            ColumnHolds::Job => is_job(value),
            ColumnHolds::Time => value.len() <= LONGEST_TIME && value.contains(':') && crate::ground::time::parse_time(value).is_some(),
            ColumnHolds::Country => value == "??" || (value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic())),
        };
        if is_told { value.to_owned() } else { shape::imitated(value) }
    }
}

/// The path of a request with its parts told that are the pipeline's or the document's name; what follows a `?` is left out.
fn uri(value: &str, named: [Option<&str>; 2]) -> String {
    let path = value.split(['?', '#', ';']).next().unwrap_or_default();
    let is_version = |part: &str| {
        part.len() <= LONGEST_VERSION && looks::is_plain_name(part) && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let is_told = |part: &str| {
        part.is_empty() || URI_WORDS.contains(&part) || is_version(part) || (named.contains(&Some(part)) && looks::is_plain_name(part))
    };
    let told = |part: &str| if is_told(part) { part.to_owned() } else { shape::imitated(part) };
    let parts: Vec<String> = path.split('/').map(told).collect();
    format!("{}{}", parts.join("/"), if path.len() < value.len() { "…" } else { "" })
}
