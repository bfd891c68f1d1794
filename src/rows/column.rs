//! A column of the error table.
//!
//! Owns: every column that the program knows by name: its name, its type, its place, what cannot be told without it; the columns of tables
//! that hold counts of error rows.
//! Refuses: what a source calls it (source), what of it may be told (redact).

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// The names of all columns that the error table has, in the order of the alphabet.
const NAMES: [&str; 45] = [
    "args",
    "client_id",
    "content_length",
    "date",
    "dnt",
    "document_namespace",
    "document_type",
    "document_version",
    "error_message",
    "error_type",
    "exception_class",
    "geo_city",
    "geo_country",
    "geo_subdivision1",
    "geo_subdivision2",
    "host",
    "input",
    "input_type",
    "isp_name",
    "isp_organization",
    "job_name",
    "method",
    "payload",
    "protocol",
    "remote_addr",
    "stack_trace",
    "stack_trace_cause_1",
    "stack_trace_cause_2",
    "stack_trace_cause_3",
    "stack_trace_cause_4",
    "stack_trace_cause_5",
    "submission_timestamp",
    "uri",
    "user_agent",
    "user_agent_browser",
    "user_agent_os",
    "user_agent_version",
    "x_debug_id",
    "x_forwarded_for",
    "x_foxsec_ip_reputation",
    "x_lb_tags",
    "x_pingsender_version",
    "x_pipeline_proxy",
    "x_source_tags",
    "x_telemetry_agent",
];

/// A column's name as rows hold it: those of the error table, which stand in every row, are not copied.
pub(crate) fn held(name: Cow<'_, str>) -> Cow<'static, str> {
    match known(&name).and_then(|at| NAMES.get(at)) {
        Some(known) => Cow::Borrowed(*known),
        None => Cow::Owned(name.into_owned()),
    }
}

/// The number of a column of the error table, below [`KNOWN`]. Asked for every column of every row, so one look tells it.
pub(crate) fn known(name: &str) -> Option<usize> {
    let mut slot = slot(name.as_bytes());
    loop {
        let at = usize::from(*PLACES.get(slot)?);
        if NAMES.get(at)? == &name {
            return Some(at);
        }
        slot = (slot + 1) % SLOTS;
    }
}

/// How many columns the error table has.
pub(crate) const KNOWN: usize = NAMES.len();

/// Slots of the names, several times as many, so that each has one of its own.
const SLOTS: usize = 128;

/// Which name is in a slot; [`KNOWN`] where there is none.
const PLACES: [u8; SLOTS] = {
    let mut places = [KNOWN as u8; SLOTS];
    let mut at = 0;
    while at < KNOWN {
        let mut slot = slot(NAMES[at].as_bytes());
        while places[slot] as usize != KNOWN {
            slot = (slot + 1) % SLOTS;
        }
        places[slot] = at as u8;
        at += 1;
    }
    places
};

/// The slot of a name, by its length and three of its letters.
const fn slot(name: &[u8]) -> usize {
    if name.is_empty() {
        return 0;
    }
    let (first, last, middle) = (name[0] as usize, name[name.len() - 1] as usize, name[name.len() / 2] as usize);
    (name.len() * 37 + first * 26 + last * 12 + middle * 40) % SLOTS
}

/// A column of the error table. The first nine are those that groups and documents are made of, in the table's order: their position is
/// their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorColumn {
    /// Which application sent the document.
    Namespace,
    /// Which kind of document it is.
    Doctype,
    /// The version of its schema; NULL for telemetry, whose documents tell it themselves.
    Version,
    /// What is wrong, cut by the pipeline at 1,024 bytes.
    Message,
    /// The stage of the pipeline that refused the document.
    Stage,
    /// The exception, with its package.
    Class,
    /// The decoder job that refused the document, hence the schema build.
    Job,
    /// The document as it was sent.
    Payload,
    /// When it came.
    Time,
    /// Who sent it.
    Client,
    /// The path that it was sent to, which names the document and, for telemetry, the application.
    Uri,
    /// The document's id; the error table itself has none, tables made from it may.
    Id,
    /// The application's name in the path.
    AppName,
    /// Its version in the path.
    AppVersion,
    /// Its build in the path.
    AppBuild,
    /// Its channel in the path.
    AppChannel,
    /// The application's name as the pipeline knows it.
    NormalizedAppName,
    /// The channel as the pipeline knows it.
    NormalizedChannel,
    /// The system as the pipeline knows it.
    NormalizedOs,
    /// The system's version as the pipeline knows it.
    NormalizedOsVersion,
    /// The country as the pipeline knows it.
    NormalizedCountry,
    /// The country of the address that sent it.
    GeoCountry,
    /// The system that the sender tells.
    Os,
    /// The browser in the user agent.
    AgentBrowser,
    /// The system in the user agent.
    AgentOs,
    /// The browser's version in the user agent.
    AgentVersion,
    /// The version of the program that sends for the browser.
    Pingsender,
    /// The method of the request.
    Method,
    /// The length of its body.
    ContentLength,
    /// Whether it asks not to be followed.
    Dnt,
    /// The time as the decoder's own lines have it.
    Timestamp,
}

use ErrorColumn as C;

impl ErrorColumn {
    /// The columns that groups and documents are made of, each at its position.
    pub const NEEDED: [ErrorColumn; 9] =
        [C::Namespace, C::Doctype, C::Version, C::Message, C::Stage, C::Class, C::Job, C::Payload, C::Time];

    /// All of them.
    pub const ALL: [ErrorColumn; 31] = [
        C::Namespace,
        C::Doctype,
        C::Version,
        C::Message,
        C::Stage,
        C::Class,
        C::Job,
        C::Payload,
        C::Time,
        C::Client,
        C::Uri,
        C::Id,
        C::AppName,
        C::AppVersion,
        C::AppBuild,
        C::AppChannel,
        C::NormalizedAppName,
        C::NormalizedChannel,
        C::NormalizedOs,
        C::NormalizedOsVersion,
        C::NormalizedCountry,
        C::GeoCountry,
        C::Os,
        C::AgentBrowser,
        C::AgentOs,
        C::AgentVersion,
        C::Pingsender,
        C::Method,
        C::ContentLength,
        C::Dnt,
        C::Timestamp,
    ];

    /// The column of that name among those that groups are made of.
    pub(crate) fn of_groups(name: &str) -> Option<Self> {
        const NAMES: [ErrorColumn; 9] = [C::Namespace, C::Doctype, C::Version, C::Message, C::Stage, C::Class, C::Job, C::Time, C::Client];
        // Nearly all others differ in their first letter or length.
        if !matches!(name.as_bytes().first(), Some(b'd' | b'e' | b'j' | b's' | b'c')) {
            return None;
        }
        NAMES.into_iter().find(|column| column.name().len() == name.len() && column.name() == name)
    }

    /// Its name in the error table.
    pub const fn name(self) -> &'static str {
        match self {
            C::Namespace => "document_namespace",
            C::Doctype => "document_type",
            C::Version => "document_version",
            C::Message => "error_message",
            C::Stage => "error_type",
            C::Class => "exception_class",
            C::Job => "job_name",
            C::Payload => "payload",
            C::Time => "submission_timestamp",
            C::Client => "client_id",
            C::Uri => "uri",
            C::Id => "document_id",
            C::AppName => "app_name",
            C::AppVersion => "app_version",
            C::AppBuild => "app_build",
            C::AppChannel => "app_update_channel",
            C::NormalizedAppName => "normalized_app_name",
            C::NormalizedChannel => "normalized_channel",
            C::NormalizedOs => "normalized_os",
            C::NormalizedOsVersion => "normalized_os_version",
            C::NormalizedCountry => "normalized_country_code",
            C::GeoCountry => "geo_country",
            C::Os => "os",
            C::AgentBrowser => "user_agent_browser",
            C::AgentOs => "user_agent_os",
            C::AgentVersion => "user_agent_version",
            C::Pingsender => "x_pingsender_version",
            C::Method => "method",
            C::ContentLength => "content_length",
            C::Dnt => "dnt",
            C::Timestamp => "timestamp",
        }
    }

    /// BigQuery's type.
    pub const fn kind(self) -> &'static str {
        match self {
            C::Payload => "BYTES",
            C::Time => "TIMESTAMP",
            _ => "STRING",
        }
    }

    /// Its position among those that groups and documents are made of.
    pub const fn position(self) -> usize {
        self as usize
    }

    /// What cannot be told without it; nothing for columns that are shown and not counted by.
    pub const fn lost(self) -> Option<&'static str> {
        Some(match self {
            C::Namespace => "which application sent a document, and so which schema it has",
            C::Doctype => "which kind of document it is, and so which schema it has",
            C::Version => "which version of its schema a document has, unless it tells that itself",
            C::Message => "what is wrong: rows are told apart by stage and exception alone",
            C::Stage => "which stage of the pipeline refused a document",
            C::Class => "which exception it was, unless the message begins with it",
            C::Job => "which job refused a document, and so what a deploy began or ended",
            C::Payload => "the document",
            C::Time => "when a document came, and so which job is the newest",
            C::Client => "how many clients sent the rows",
            C::Uri => "the document's id; of telemetry also the application's version and channel",
            C::Id => "the document's id where it was sent to an address without one",
            C::AppVersion => "the application's version where the document does not tell it",
            C::NormalizedChannel | C::AppChannel => "the channel where the document does not tell it",
            C::NormalizedOs | C::AgentOs => "the system where the document does not tell it",
            C::GeoCountry | C::NormalizedCountry => "the country that it was sent from",
            _ => return None,
        })
    }

    /// The column of that name.
    pub fn of(name: &str) -> Option<Self> {
        C::ALL.into_iter().find(|column| column.name() == name)
    }
}

impl std::fmt::Display for ErrorColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl AsRef<str> for ErrorColumn {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

impl PartialEq<&str> for ErrorColumn {
    fn eq(&self, name: &&str) -> bool {
        self.name() == *name
    }
}

/// By its name.
impl Serialize for ErrorColumn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A column of a table that holds counts of error rows instead of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountColumn {
    /// How many rows.
    Count,
    /// One message of those counted, or several.
    Sample,
    /// The day that they are of.
    Day,
    /// The hour that they are of: a time, or a number of the day.
    Hour,
    /// Where in the documents they are, as the message begins.
    Path,
    /// Documents of the same doctype and day that were accepted.
    Valid,
}

impl CountColumn {
    /// All of them.
    pub const ALL: [CountColumn; 6] =
        [CountColumn::Count, CountColumn::Sample, CountColumn::Day, CountColumn::Hour, CountColumn::Path, CountColumn::Valid];
    /// What parts the messages of a sample.
    pub const SAMPLES: &str = "; ";

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            CountColumn::Count => "error_count",
            CountColumn::Sample => "sample_error_messages",
            CountColumn::Day => "submission_date",
            CountColumn::Hour => "hour",
            CountColumn::Path => "path",
            CountColumn::Valid => "valid_ping_count",
        }
    }
}

/// What a place says of which nothing else is known.
pub(crate) const UNTOLD: &str = "what is wrong is not told";
/// What a place says behind which a key is named, as behind those of two kinds of messages.
pub(crate) const KEYED: &str = "required or extraneous key ";

/// The message of rows that were counted, as it was before: their place, then a sample. Where the place has a key in brackets behind it, that was put there
/// by whoever counted; without a sample it tells what is wrong. In SQL: source/bigquery/grouping.
pub fn counted_message(path: Option<&str>, sample: Option<&str>) -> Option<String> {
    let Some(path) = path else { return sample.map(str::to_owned) };
    let keyed = path.strip_suffix(']').and_then(|open| open.rsplit_once('[')).filter(|(_, key)| !key.is_empty() && !key.contains(']'));
    let place = |before: &str| before.strip_suffix(['/', ' ']).unwrap_or(before).to_owned();
    Some(match (keyed, sample) {
        (Some((before, key)), Some(sample)) if sample.contains(&format!("[{key}]")) => format!("{}: {sample}", place(before)),
        (_, Some(sample)) => format!("{path}: {sample}"),
        (Some((before, key)), None) => format!("{}: {KEYED}{key}", place(before)),
        (None, None) => format!("{path}: {UNTOLD}"),
    })
}

/// Their names with what cannot be told without them, in parentheses.
pub fn lost(columns: &[ErrorColumn]) -> String {
    let told = |column: &ErrorColumn| column.lost().map_or_else(|| column.to_string(), |lost| format!("{column} ({lost})"));
    columns.iter().map(told).collect::<Vec<_>>().join(", ")
}

/// The names of some columns, as people list them.
pub fn names(columns: &[ErrorColumn]) -> String {
    columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_says_what_its_place_and_sample_say() {
        for (path, sample, message) in [
            (Some("#/a/0"), Some("expected type: String, found: Null"), "#/a/0: expected type: String, found: Null"),
            (Some("#/a[b c]"), Some("required key [b c] not found"), "#/a: required key [b c] not found"),
            (Some("#/a/[b]"), None, "#/a: required or extraneous key b"),
            (Some("#[b]"), None, "#: required or extraneous key b"),
            (Some("#/a/[b]"), Some("2 is not a multiple of 3"), "#/a/[b]: 2 is not a multiple of 3"),
            (Some("#/a"), None, "#/a: what is wrong is not told"),
            (Some("#/a[]"), None, "#/a[]: what is wrong is not told"),
            (None, Some("said"), "said"),
        ] {
            assert_eq!(counted_message(path, sample).as_deref(), Some(message), "{path:?} {sample:?}");
        }
        assert_eq!(counted_message(None, None), None);
    }

    #[test]
    fn every_column_is_found_by_its_name_and_stands_at_its_position() {
        for (at, column) in C::ALL.into_iter().enumerate() {
            assert_eq!((column.position(), C::of(column.name())), (at, Some(column)), "{column}");
        }
        assert_eq!(C::NEEDED[..], C::ALL[..C::NEEDED.len()]);
        assert_eq!((C::of("Payload"), C::of("")), (None, None));
    }

    #[test]
    fn names_that_are_not_copied_are_in_order_and_hold_those_of_groups() {
        assert!(NAMES.is_sorted());
        for column in C::NEEDED {
            assert!(matches!(held(Cow::Borrowed(column.name())), Cow::Borrowed(name) if name == column.name()), "{column}");
        }
        assert!(matches!(held(Cow::Borrowed("other")), Cow::Owned(_)));
        for (at, name) in NAMES.iter().enumerate() {
            assert_eq!((known(name), PLACES[slot(name.as_bytes())]), (Some(at), at as u8), "{name} has a slot of its own");
            assert_eq!([known(&format!("{name}x")), known(&name[1..])], [None; 2]);
        }
        assert_eq!(known(""), None);
    }

    #[test]
    fn what_groups_and_documents_are_made_of_is_missed() {
        for column in C::NEEDED {
            assert!(column.lost().is_some_and(|lost| !lost.is_empty()), "{column}");
        }
    }
    /// The code of a folder, file by file, without its tests.
    fn code(folder: &std::path::Path, visit: &mut dyn FnMut(&std::path::Path, &str)) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                code(&path, visit);
            } else if !path.ends_with("tests.rs") && path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").filter(|line| !line.trim_start().starts_with("//"));
                visit(&path, &lines.collect::<Vec<_>>().join("\n"));
            }
        }
    }

    /// Below are the names of attributes (pipeline), which are those of columns because the pipeline writes them there; payloads and ids
    /// of clients are also other things.
    #[test]
    fn no_other_room_spells_a_column() {
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for wing in ["rows", "triage", "tui", "cli"] {
            code(&source.join(wing), &mut |path, text| {
                let is_ours = path.ends_with("rows/column.rs") || path.ends_with("rows/demo/rows.rs");
                // A group's record has a member of the name of a column.
                let is_record = path.ends_with("rows/group/record.rs") || path.ends_with("triage/baseline/read.rs");
                let is_other = |column: &C| *column == C::Payload || (is_record && *column == C::Class);
                for column in C::NEEDED.into_iter().filter(|column| !is_ours && !is_other(column)) {
                    assert!(!text.contains(&format!("\"{column}\"")), "{} spells {column}", path.display());
                }
            });
        }
    }
}
