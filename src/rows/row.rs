//! A row of the error table, whatever it was read from.
//!
//! Owns: the row as grouping sees it and whole, where a row is found again, what could not be read as one.
//! Refuses: the columns themselves (column), reading (source), unpacking (payload), counting (group).

use crate::ground::time::{Micros, parse_time};
use crate::rows::column::ErrorColumn;
use crate::rows::payload::Payload;

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
    /// The text of a column, of the error table's or of any name; `None` where it is absent or NULL.
    pub fn column(&self, column: impl AsRef<str>) -> Option<&str> {
        let name = column.as_ref();
        self.columns.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref())
    }

    /// The columns that grouping needs.
    pub fn error_row(&self) -> ErrorRow<'_> {
        ErrorRow {
            namespace: self.column(ErrorColumn::Namespace),
            doctype: self.column(ErrorColumn::Doctype),
            version: self.column(ErrorColumn::Version),
            stage: self.column(ErrorColumn::Stage),
            class: self.column(ErrorColumn::Class),
            message: self.column(ErrorColumn::Message),
            job: self.column(ErrorColumn::Job),
            time: self.column(ErrorColumn::Time).and_then(parse_time),
        }
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
