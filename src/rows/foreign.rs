//! Error rows of other pipelines: which kind a row is of by its members, and what it says as rows of the error table do.
//!
//! Owns: the list of kinds, the row as failures (where its document belongs, what is wrong, when, by whom) with its document.
//! Refuses: reading files (source), what a message says (pipeline/fault), schemas.

mod bigquery;
mod buz;
mod failure;
mod hindsight;
mod iglu;
mod kafka;
pub mod map;
mod members;
pub(crate) mod place;
mod plain;
mod rudder;
mod snowplow;
mod starter;

use std::borrow::Cow;

use serde_json::Value;

use self::map::FieldMap;
use crate::ground::time::parse_time;
use crate::rows::column::ErrorColumn;
use crate::rows::payload::Payload;
use crate::rows::row::{ErrorRow, SourceRow, read_time};
pub(crate) use starter::starter;

/// One row of another pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignRow {
    /// What it is, for people: `Snowplow failed events`.
    pub kind: &'static str,
    /// Who judged, where the row tells.
    pub judge: Option<String>,
    /// What is wrong, in the order of the row; none where nothing is.
    pub failures: Vec<Failure>,
    /// How many rows it stands for.
    pub weight: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// Which application sent the document.
    pub namespace: Option<String>,
    /// Which kind of document it is.
    pub doctype: Option<String>,
    /// The version of its schema.
    pub version: Option<String>,
    /// The part of the pipeline that refused it.
    pub stage: Option<String>,
    /// The kind of error, as the row has it.
    pub class: Option<String>,
    /// What is wrong.
    pub message: Option<String>,
    /// What ran: a program with its version, a connector.
    pub job: Option<String>,
    /// When.
    pub time: Option<String>,
    /// Where the document is.
    pub document: DocumentPlace,
    /// Which of several rows it is of, where they are told of in one.
    pub part: usize,
}

/// Where the document of a failure is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DocumentPlace {
    /// Nowhere.
    #[default]
    Nowhere,
    /// The member at these tokens, in whatever form it is.
    Member(Vec<String>),
    /// The same, in a form that is told.
    Told(Vec<String>, PayloadCoding),
    /// This text.
    Text(String),
}

/// How a document is written into a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PayloadCoding {
    /// Whatever it looks like.
    #[default]
    Any,
    /// Its text.
    Text,
    /// base64 of its text, or of gzip of it.
    Base64,
    /// base64 of gzip of it.
    Gzip,
    /// The JSON value itself.
    Object,
}

/// Why a text is no row of another pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotForeign {
    /// It is of no kind that is known.
    Unknown,
    /// It is of one, or the map was meant for it, but says of nothing that it is wrong.
    Wrong(String),
}

/// Reads a row by the map, or else by its shape.
///
/// # Errors
/// It is of no known kind, or nothing is wrong.
pub fn read(text: &[u8], map: Option<&FieldMap>) -> Result<ForeignRow, NotForeign> {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return Err(NotForeign::Unknown) };
    if let Some(map) = map {
        return map.read(&value).map_err(NotForeign::Wrong);
    }
    let kinds = [snowplow::read, buz::read, kafka::read, bigquery::read, rudder::read, hindsight::read, plain::read];
    let row = kinds.into_iter().find_map(|read| read(&value)).ok_or(NotForeign::Unknown)?;
    match row.failures.is_empty() {
        true => Err(NotForeign::Wrong(format!("one of {} that does not say what is wrong", row.kind))),
        false => Ok(ForeignRow { weight: row.weight.max(1), ..row }),
    }
}

impl Failure {
    /// As rows of the error table have it.
    pub fn error_row(&self, weight: u64) -> ErrorRow<'_> {
        let (time, odd_time) = read_time(self.time.as_deref());
        ErrorRow {
            namespace: self.namespace.as_deref(),
            doctype: self.doctype.as_deref(),
            version: self.version.as_deref(),
            stage: self.stage.as_deref(),
            class: self.class.as_deref(),
            message: self.message.as_deref(),
            job: self.job.as_deref(),
            time,
            odd_time,
            client: None,
            rows: weight.max(1),
            accepted: None,
        }
    }

    fn columns(&self) -> impl Iterator<Item = (ErrorColumn, &str)> {
        let told = [
            (ErrorColumn::Namespace, &self.namespace),
            (ErrorColumn::Doctype, &self.doctype),
            (ErrorColumn::Version, &self.version),
            (ErrorColumn::Message, &self.message),
            (ErrorColumn::Stage, &self.stage),
            (ErrorColumn::Class, &self.class),
            (ErrorColumn::Job, &self.job),
            (ErrorColumn::Time, &self.time),
        ];
        told.into_iter().filter_map(|(column, value)| Some((column, value.as_deref()?)))
    }
}

impl ForeignRow {
    /// How many rows are told of in it.
    pub fn parts(&self) -> u64 {
        let parts: std::collections::BTreeSet<usize> = self.failures.iter().map(|failure| failure.part).collect();
        parts.len() as u64
    }

    /// The row of one of its failures, whole: what the error table would have of it, then its own members.
    pub fn source_row(&self, text: &[u8], at: usize, origin: String) -> Option<SourceRow> {
        let failure = self.failures.get(at)?;
        let mut columns: Vec<(Cow<'static, str>, Option<String>)> =
            failure.columns().map(|(column, value)| (Cow::Borrowed(column.name()), Some(value.to_owned()))).collect();
        if self.weight > 1 {
            columns.push((Cow::Borrowed(crate::rows::column::CountColumn::Count.name()), Some(self.weight.to_string())));
        }
        if let Ok(Value::Object(own)) = serde_json::from_slice(text) {
            for (name, value) in own {
                if !columns.iter().any(|(known, _)| *known == name) && name != ErrorColumn::Payload.name() {
                    columns.push((Cow::Owned(name), members::text(&value).map(Cow::into_owned)));
                }
            }
        }
        let origin = match self.failures.len() {
            1 => origin,
            of => format!("{origin}, failure {} of {of}", at + 1),
        };
        let others = self.failures.iter().enumerate().filter(|(other, told)| *other != at && told.part == failure.part);
        let others = others.map(|(_, failure)| failure.told()).collect();
        let payload = payload(text, &failure.document);
        Some(SourceRow { columns, payload, origin, judge: Some(self.judge.clone().unwrap_or_else(|| self.kind.to_owned())), others })
    }
}

impl Failure {
    /// Message and class, as they are read.
    fn told(&self) -> (String, Option<String>) {
        (self.message.clone().unwrap_or_default(), self.class.clone())
    }
}

/// The document of a failure.
fn payload(text: &[u8], place: &DocumentPlace) -> Payload {
    let (tokens, coding) = match place {
        DocumentPlace::Nowhere => return Payload::Absent,
        DocumentPlace::Text(text) => return Payload::Bytes(text.clone().into_bytes()),
        DocumentPlace::Member(tokens) => (tokens, PayloadCoding::Any),
        DocumentPlace::Told(tokens, coding) => (tokens, *coding),
    };
    members::raw(text, tokens).map_or(Payload::Absent, |raw| members::payload(&raw, coding))
}

/// A time as it is read: seconds, milliseconds or microseconds since 1970, or a text.
fn time(value: &Value) -> Option<String> {
    let text = members::text(value)?;
    match parse_time(&text) {
        Some(_) => Some(text.into_owned()),
        // What cannot be read is told as it stands.
        None => Some(text.into_owned()).filter(|text| !text.is_empty()),
    }
}

#[cfg(test)]
mod tests;
