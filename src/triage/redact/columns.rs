//! Columns of an error row that may be told.
//!
//! Owns: the list of columns that say what was sent and not by whom, what of each of them is told.
//! Refuses: the payload (document), the error message's grammar (message).

use std::borrow::Cow;

use super::{Lists, Redactor, SenderFact, looks, shape};
use crate::pipeline::schema::walk::TokenMatch;
use crate::rows::column::ErrorColumn;
use crate::rows::row::SourceRow;

/// Longest time.
const LONGEST_TIME: usize = 40;

/// Parts of URIs that are the same for many documents.
const URI_WORDS: [&str; 3] = ["submit", "telemetry", "stub"];

/// Longest name of a column of causes.
const LONGEST_CAUSE: usize = 19;

/// Methods of requests.
const METHODS: [&str; 6] = ["POST", "PUT", "GET", "HEAD", "OPTIONS", "DELETE"];

/// Other columns that error tables have, whose names are nobody's.
const OTHERS: [&str; 22] = [
    "args",
    "date",
    "geo_city",
    "geo_db_version",
    "geo_dma_code",
    "geo_subdivision1",
    "geo_subdivision2",
    "host",
    "input",
    "input_type",
    "isp_db_version",
    "isp_name",
    "isp_organization",
    "protocol",
    "remote_addr",
    "sample_id",
    "stack_trace",
    "user_agent",
    "x_debug_id",
    "x_forwarded_for",
    "x_source_tags",
    "x_telemetry_agent",
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
    /// The name of a namespace or doctype.
    Name,
    Version,
    Stage,
    /// The path of the request.
    Uri,
    Job,
    Time,
    Class,
    Message,
    Method,
    /// A length.
    Length,
    /// Yes and no as numbers.
    Switch,
    /// What the application says of itself.
    Sender(SenderFact),
}

/// The column's content, for those that may be told: what the document is, and what sent it. Everything else says who sent it: client ids,
/// addresses, places below the country, providers, user agents, arguments, tags; or repeats the message (stack traces).
fn holds(column: &str) -> Option<ColumnHolds> {
    use ColumnHolds as Holds;
    use ErrorColumn as C;
    Some(match C::of(column)? {
        C::Namespace | C::Doctype => Holds::Name,
        C::Version => Holds::Version,
        C::Stage => Holds::Stage,
        C::AppName | C::NormalizedAppName | C::AgentBrowser => Holds::Sender(SenderFact::Application),
        C::AppVersion | C::NormalizedOsVersion | C::AgentVersion | C::Pingsender => Holds::Sender(SenderFact::Version),
        C::AppChannel | C::NormalizedChannel => Holds::Sender(SenderFact::Channel),
        C::NormalizedOs | C::Os | C::AgentOs => Holds::Sender(SenderFact::System),
        C::GeoCountry | C::NormalizedCountry => Holds::Sender(SenderFact::Country),
        C::Method => Holds::Method,
        C::ContentLength => Holds::Length,
        C::Dnt => Holds::Switch,
        C::Uri => Holds::Uri,
        C::Job => Holds::Job,
        C::Time | C::Timestamp => Holds::Time,
        C::Class => Holds::Class,
        C::Message => Holds::Message,
        // Of a build the digits tell more than of a version.
        C::AppBuild => return None,
        C::Client | C::Id | C::Payload => return None,
    })
}

impl Redactor {
    /// The columns of a row that may be told; raw: all of them.
    pub fn columns<'a>(&mut self, row: &SourceRow, lists: impl Into<Lists<'a>>) -> RedactedColumns {
        let lists = lists.into();
        let mut columns = RedactedColumns::default();
        for (name, value) in row.columns.iter().filter_map(|(name, value)| Some((name, value.as_deref()?))) {
            if self.is_raw() {
                columns.told.push((name.to_string(), value.to_owned()));
                continue;
            }
            match holds(name) {
                Some(holds) => {
                    let told = self.column(holds, value, row, lists);
                    columns.told.push((name.to_string(), told.into_owned()));
                }
                None => {
                    let token = if is_known(name) { TokenMatch::Name } else { TokenMatch::Unknown };
                    columns.withheld.push(self.key(name, token).into_owned());
                }
            }
        }
        columns
    }

    fn column<'a>(&mut self, holds: ColumnHolds, value: &'a str, row: &SourceRow, lists: Lists<'_>) -> Cow<'a, str> {
        match holds {
            ColumnHolds::Message => self.message(value, row.column(ErrorColumn::Class), lists).into(),
            ColumnHolds::Class => self.class(value),
            ColumnHolds::Stage => self.stage(value),
            ColumnHolds::Job => self.job(value),
            ColumnHolds::Name => self.name(value),
            ColumnHolds::Version => self.version(value),
            ColumnHolds::Uri => self.uri(value, row).into(),
            ColumnHolds::Sender(fact) => self.sender(fact, value).map_or_else(|| shape::imitated(value).into(), Cow::Borrowed),
            ColumnHolds::Method => self.told_if(value, || METHODS.contains(&value)),
            ColumnHolds::Length => self.told_if(value, || looks::is_count(value)),
            ColumnHolds::Switch => self.told_if(value, || matches!(value, "0" | "1")),
            ColumnHolds::Time => {
                let is_time = || value.len() <= LONGEST_TIME && value.contains(':') && crate::ground::time::parse_time(value).is_some();
                self.told_if(value, is_time)
            }
        }
    }

    /// The path of a request with its parts told that are the pipeline's or the document's name; what follows a `?` is left out.
    fn uri(&self, value: &str, row: &SourceRow) -> String {
        let path = value.split(['?', '#', ';']).next().unwrap_or_default();
        let is_name = |part: &str| {
            let named = [ErrorColumn::Namespace, ErrorColumn::Doctype].into_iter().filter_map(|column| row.column(column));
            named.into_iter().any(|name| name == part) && self.name(part) == part
        };
        let is_told = |part: &str| {
            let of_sender = [SenderFact::Version, SenderFact::Channel, SenderFact::Application];
            let is_of_sender = || of_sender.into_iter().any(|fact| self.sender(fact, part).is_some());
            part.is_empty() || URI_WORDS.contains(&part) || looks::is_small_number(part) || is_name(part) || is_of_sender()
        };
        let told = |part: &str| if is_told(part) { part.to_owned() } else { shape::imitated(part) };
        let parts: Vec<String> = path.split('/').map(told).collect();
        format!("{}{}", parts.join("/"), if path.len() < value.len() { "…" } else { "" })
    }
}

/// Whether error tables have a column of that name.
fn is_known(column: &str) -> bool {
    ErrorColumn::of(column).is_some()
        || OTHERS.contains(&column)
        || column.starts_with("stack_trace_cause_") && column.len() <= LONGEST_CAUSE
}
