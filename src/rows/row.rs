//! A row of the error table, whatever it was read from.
//!
//! Owns: the row as grouping sees it and whole, where a row is found again, what could not be read as one.
//! Refuses: the columns themselves (column), reading (source), unpacking (payload), counting (group).

use std::borrow::Cow;

use crate::ground::text::{self, visible};
use crate::ground::time::{Micros, parse_time};
use crate::rows::column::{self, CountColumn, ErrorColumn};
use crate::rows::payload::Payload;

/// The columns of one error row that grouping needs, borrowed from the text that was read. An absent column and a NULL are both `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The text of the time, where that is none.
    pub odd_time: Option<&'a str>,
    /// `client_id`: who sent the document.
    pub client: Option<&'a str>,
    /// How many rows of the error table it stands for: one, unless it is a row of a table of counts.
    pub rows: u64,
    /// Documents of its doctype that were accepted on its day, where a table of counts tells.
    pub accepted: Option<u64>,
}

impl Default for ErrorRow<'_> {
    fn default() -> Self {
        ErrorRow {
            namespace: None,
            doctype: None,
            version: None,
            stage: None,
            class: None,
            message: None,
            job: None,
            time: None,
            odd_time: None,
            client: None,
            rows: 1,
            accepted: None,
        }
    }
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
    pub columns: Vec<(Cow<'static, str>, Option<String>)>,
    /// The payload column.
    pub payload: Payload,
    /// Where it was read, for people: `errors.ndjson line 12` or `errors.parquet row 12`.
    pub origin: String,
    /// Who judged, where it is a row of another pipeline.
    pub judge: Option<String>,
    /// What else is wrong in the same row of another pipeline: message and class of each.
    pub others: Vec<(String, Option<String>)>,
}

impl SourceRow {
    /// The text of a column, of the error table's or of any name; `None` where it is absent or NULL.
    pub fn column(&self, column: impl AsRef<str>) -> Option<&str> {
        let name = column.as_ref();
        self.columns.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref())
    }

    /// When it came; `None` where it does not tell, or not in a way that can be read.
    pub fn time(&self) -> Option<Micros> {
        read_time(self.column(ErrorColumn::Time)).0
    }

    /// The columns that grouping needs.
    pub fn error_row(&self) -> ErrorRow<'_> {
        let mut row = ErrorRow::default();
        let (mut time, mut rows) = (None, None);
        // Of equal names the first counts.
        for (name, value) in self.columns.iter().rev() {
            let Some(known) = ErrorColumn::of_groups(name) else {
                if name == CountColumn::Count.name() {
                    rows = value.as_deref();
                }
                continue;
            };
            let field = match known {
                ErrorColumn::Namespace => &mut row.namespace,
                ErrorColumn::Doctype => &mut row.doctype,
                ErrorColumn::Version => &mut row.version,
                ErrorColumn::Stage => &mut row.stage,
                ErrorColumn::Class => &mut row.class,
                ErrorColumn::Message => &mut row.message,
                ErrorColumn::Job => &mut row.job,
                ErrorColumn::Client => &mut row.client,
                _ => &mut time,
            };
            *field = value.as_deref();
        }
        (row.time, row.odd_time) = read_time(time);
        ErrorRow { rows: rows.and_then(|rows| rows.parse().ok()).unwrap_or(1), ..row }
    }
}

/// The time that the text of a column tells, or else the text.
pub(crate) fn read_time(text: Option<&str>) -> (Option<Micros>, Option<&str>) {
    let time = text.and_then(parse_time);
    (time, text.filter(|_| time.is_none()))
}

/// What could not be read as a row, or of a row.
#[derive(Debug, Clone, Default)]
pub struct Unreadable {
    /// How many lines, elements or rows.
    pub count: u64,
    /// The first few, in order.
    pub first: Vec<BadRow>,
    /// Rows whose time is none.
    pub times: OddTimes,
    /// Names of the inputs in which nothing stands at all, in order.
    pub empty: Vec<String>,
    /// Names of files that were named more than once. Each is read once.
    pub repeated: Vec<String>,
    /// Inputs of other columns than the rest.
    pub lacking: Vec<LackingInputs>,
    /// Rows of other pipelines.
    pub kinds: Vec<OtherKind>,
}

/// Rows of one kind of other pipelines. They were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherKind {
    /// What they are, for people.
    pub kind: &'static str,
    /// How many.
    pub rows: u64,
    /// What is wrong in them, all together.
    pub failures: u64,
}

/// Inputs that lack the same columns, which others have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LackingInputs {
    /// Those columns.
    pub columns: Vec<ErrorColumn>,
    /// How many inputs, and of how many.
    pub inputs: usize,
    /// All that hold rows.
    pub of: usize,
    /// The name of the first.
    pub first: String,
}

/// Rows with a time that cannot be read. They are rows without a time, and in no window.
#[derive(Debug, Clone, Default)]
pub struct OddTimes {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Option<BadRow>,
}

/// Characters of a time that are quoted.
const TIME_QUOTE: usize = 40;

impl Unreadable {
    /// Which inputs hold nothing at all; `None` where all hold something. Safe for a terminal.
    pub fn emptiness(&self) -> Option<String> {
        let first = visible(self.empty.first()?);
        Some(match self.empty.len() {
            1 => format!("there is no row in {first}: it holds nothing"),
            n => format!("there is no row in {} of the inputs: they hold nothing; the first is {first}", text::count(n as u64)),
        })
    }

    /// How many rows have a time that cannot be read; `None` where there are none.
    pub fn odd_times(&self) -> Option<String> {
        let count = self.times.count;
        (count > 0).then(|| text::plural(count, "row has a time that cannot be read", "rows have a time that cannot be read"))
    }

    /// Which other pipelines' rows these are, and that another validator judged them, a sentence each. Safe for a terminal.
    pub fn judged_elsewhere(&self) -> impl Iterator<Item = String> {
        self.kinds.iter().map(OtherKind::told)
    }

    /// All that is to be said of it beside the pieces that are no rows, a sentence each, with what is quoted. Safe for a terminal.
    pub fn notes(&self) -> Vec<String> {
        let times = self.odd_times().map(|told| match &self.times.first {
            Some(first) => {
                let quote: String = first.quote.chars().take(TIME_QUOTE).collect();
                format!("{told}; the first is {}: {}", visible(&first.origin), visible(&quote))
            }
            None => told,
        });
        let lacking = self.lacking.iter().take(MOST_LACKING).map(LackingInputs::told);
        let more: usize = self.lacking.iter().skip(MOST_LACKING).map(|lacking| lacking.inputs).sum();
        let more = (more > 0).then(|| format!("{} more lack other columns", text::plural(more as u64, "input", "inputs")));
        self.emptiness()
            .into_iter()
            .chain(self.repetition())
            .chain(self.judged_elsewhere())
            .chain(lacking)
            .chain(more)
            .chain(times)
            .collect()
    }

    /// Which files were named more than once; `None` where none were. Safe for a terminal.
    fn repetition(&self) -> Option<String> {
        let first = visible(self.repeated.first()?);
        Some(match self.repeated.len() {
            1 => format!("{first} is named more than once and read once"),
            n => format!("{} files are named more than once and read once; the first is {first}", text::count(n as u64)),
        })
    }
}

impl OtherKind {
    /// Safe for a terminal.
    fn told(&self) -> String {
        let rows = text::plural(self.rows, "row was", "rows were");
        let failures = if self.failures == self.rows {
            String::new()
        } else {
            format!(" with {}", text::plural(self.failures, "failure", "failures"))
        };
        format!("{rows} read as {}{failures}, judged elsewhere, not by this pipeline's validator", self.kind)
    }
}

/// Kinds of lacking inputs that are told.
const MOST_LACKING: usize = 3;

impl LackingInputs {
    /// Safe for a terminal.
    fn told(&self) -> String {
        let (first, columns) = (visible(&self.first), column::names(&self.columns));
        let of = text::count(self.of as u64);
        match self.inputs {
            1 => format!("1 of {of} inputs has no {columns}: {first}"),
            n => format!("{} of {of} inputs have no {columns}; the first is {first}", text::count(n as u64)),
        }
    }
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
