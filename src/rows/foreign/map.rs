//! Which member of a row means what: a map that a user writes for rows that are of no known kind.
//!
//! Owns: the fields of a map and what each may be, reading a row by it, what it asks of columns.
//! Refuses: the file that it is written in (cli/config).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{DocumentPlace, Failure, ForeignRow, PayloadCoding, failure, members, time};
use crate::ground::text::{self, clip, visible};
use crate::pipeline::fault::ToldFailure;
use crate::rows::column::ErrorColumn;

/// What a map can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MapField {
    /// Which application sent the document.
    Namespace,
    /// Which kind of document it is.
    Doctype,
    /// The version of its schema.
    Version,
    /// What is wrong.
    Message,
    /// Where in the document.
    Pointer,
    /// Which keyword of the schema.
    Keyword,
    /// A list of several things that are wrong, of which the three before are members.
    Failures,
    /// The document.
    Payload,
    /// When.
    Time,
    /// What ran.
    Job,
    /// The part of the pipeline.
    Stage,
    /// The kind of error.
    Class,
}

use MapField as F;

impl MapField {
    /// All of them, in the order in which they are written.
    pub const ALL: [MapField; 12] = [
        F::Namespace,
        F::Doctype,
        F::Version,
        F::Failures,
        F::Message,
        F::Pointer,
        F::Keyword,
        F::Payload,
        F::Time,
        F::Job,
        F::Stage,
        F::Class,
    ];

    /// Its name in a map.
    pub const fn name(self) -> &'static str {
        match self {
            F::Namespace => "namespace",
            F::Doctype => "doctype",
            F::Version => "version",
            F::Message => "message",
            F::Pointer => "pointer",
            F::Keyword => "keyword",
            F::Failures => "failures",
            F::Payload => "payload",
            F::Time => "time",
            F::Job => "job",
            F::Stage => "stage",
            F::Class => "class",
        }
    }

    /// What it is for, in a line.
    pub const fn about(self) -> &'static str {
        match self {
            F::Namespace => "which application sent the document",
            F::Doctype => "which kind of document it is",
            F::Version => "the version of its schema",
            F::Message => "what is wrong, in words",
            F::Pointer => "where in the document: a pointer or a path",
            F::Keyword => "which keyword of the schema",
            F::Failures => "a list of several failures; message, pointer and keyword are then members of each",
            F::Payload => "the document",
            F::Time => "when it was refused",
            F::Job => "what ran: a program or a job",
            F::Stage => "which part of the pipeline refused it",
            F::Class => "the kind of error",
        }
    }

    /// The column of the error table that says the same.
    pub const fn column(self) -> Option<ErrorColumn> {
        Some(match self {
            F::Namespace => ErrorColumn::Namespace,
            F::Doctype => ErrorColumn::Doctype,
            F::Version => ErrorColumn::Version,
            F::Message => ErrorColumn::Message,
            F::Payload => ErrorColumn::Payload,
            F::Time => ErrorColumn::Time,
            F::Job => ErrorColumn::Job,
            F::Stage => ErrorColumn::Stage,
            F::Class => ErrorColumn::Class,
            F::Pointer | F::Keyword | F::Failures => return None,
        })
    }
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldSource {
    /// The member at a dotted path.
    Member(String),
    /// The same in all rows.
    Fixed(String),
}

/// A map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldMap {
    /// Where each field comes from.
    pub fields: BTreeMap<MapField, FieldSource>,
    /// How the document is written.
    pub coding: PayloadCoding,
}

/// Names that are listed of a row.
const LISTED: usize = 12;
/// Longest text that is quoted.
const LONGEST: usize = 60;
/// What a row is called.
pub(crate) const KIND: &str = "the map says";

impl PayloadCoding {
    /// Its names in a map.
    pub const NAMES: [(&'static str, PayloadCoding); 5] = [
        ("any", PayloadCoding::Any),
        ("text", PayloadCoding::Text),
        ("base64", PayloadCoding::Base64),
        ("gzip", PayloadCoding::Gzip),
        ("object", PayloadCoding::Object),
    ];
}

impl FieldMap {
    /// Whether it says enough to tell what is wrong with a row; otherwise what is missing.
    ///
    /// # Errors
    /// No field says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        let telling = [F::Message, F::Pointer, F::Keyword, F::Class];
        match telling.iter().any(|field| self.fields.contains_key(field)) {
            true => Ok(()),
            false => {
                Err("the map says of no member that it tells what is wrong: name one for message, or for pointer and keyword".to_owned())
            }
        }
    }

    /// The map that columns of other names are, by the names of the error table.
    pub fn of_columns(columns: &BTreeMap<String, String>) -> FieldMap {
        let field = |name: &str| MapField::ALL.into_iter().find(|field| field.column().is_some_and(|column| column.name() == name));
        let fields = columns.iter().filter_map(|(name, path)| Some((field(name)?, FieldSource::Member(path.clone())))).collect();
        FieldMap { fields, coding: PayloadCoding::Any }
    }

    /// The columns of a table in BigQuery by the names that the error table has, where the map asks for no more than such columns: then BigQuery counts.
    /// `None` where rows have to be read by the map.
    pub fn columns(&self) -> Option<BTreeMap<String, String>> {
        let told = |field| self.fields.contains_key(&field);
        let is_plain = told(F::Message) && told(F::Time) && !matches!(self.coding, PayloadCoding::Text | PayloadCoding::Object);
        let column = |(field, source): (&MapField, &FieldSource)| match source {
            FieldSource::Member(path) if !path.contains('.') => Some((field.column()?.name().to_owned(), path.clone())),
            FieldSource::Member(_) | FieldSource::Fixed(_) => None,
        };
        self.fields.iter().filter(|_| is_plain).map(column).collect::<Option<BTreeMap<_, _>>>().filter(|_| is_plain)
    }

    /// Whether a column may be what groups are made of: all that is named but the document.
    pub(crate) fn groups_by(&self, column: &str) -> bool {
        self.fields.iter().any(|(field, source)| match source {
            FieldSource::Member(path) if *field != F::Payload => {
                path.strip_prefix(column).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            FieldSource::Member(_) | FieldSource::Fixed(_) => false,
        })
    }

    /// Reads a row. The reason for a refusal says which field of the map the row does not have.
    pub(super) fn read(&self, value: &Value) -> Result<ForeignRow, String> {
        let row = |field| self.text(value, field);
        let base = Failure {
            namespace: row(F::Namespace)?,
            doctype: row(F::Doctype)?,
            version: row(F::Version)?,
            stage: row(F::Stage)?,
            class: None,
            message: None,
            job: row(F::Job)?,
            time: self.time(value),
            document: self.document(value),
            part: 0,
        };
        let failures = match self.fields.get(&F::Failures) {
            None => vec![value.clone()],
            Some(FieldSource::Fixed(_)) => return Err("the map gives failures a fixed value; it has to name a list of the row".to_owned()),
            Some(FieldSource::Member(path)) => match members::at(value, path).map(Cow::into_owned) {
                Some(Value::Array(list)) if list.is_empty() => {
                    return Err(format!("the map's failures, {}, is an empty list here", visible(path)));
                }
                Some(Value::Array(list)) => list,
                Some(Value::String(text)) => match failure::parsed(&text) {
                    Some(Value::Array(list)) => list,
                    Some(one) => vec![one],
                    None => vec![Value::String(text)],
                },
                Some(Value::Null) | None => return Err(lacks(value, F::Failures, path)),
                Some(one @ Value::Object(_)) => vec![one],
                Some(other) => return Err(format!("the map's failures, {}, is {} here, not a list", visible(path), kind(&other))),
            },
        };
        let told: Vec<Failure> = failures.iter().map(|failure| self.failure(value, failure, &base)).collect::<Result<_, _>>()?;
        Ok(ForeignRow { kind: KIND, judge: None, failures: told, weight: 1 })
    }

    /// One failure of a row: its own members go before those of the row.
    fn failure(&self, row: &Value, failure: &Value, base: &Failure) -> Result<Failure, String> {
        let of = |field| match self.text(failure, field) {
            Ok(Some(text)) => Ok(Some(text)),
            own => self.text(row, field).and(own),
        };
        let either = |field: MapField| -> Result<Option<String>, String> { Ok(of(field)?.or(self.text(row, field)?)) };
        let (message, pointer, keyword, class) = (either(F::Message)?, either(F::Pointer)?, either(F::Keyword)?, either(F::Class)?);
        let message = match (message, &pointer, &keyword) {
            // A list of reports in a text, or in a member, is read as such.
            (Some(message), None, None) => Some(message),
            (message, pointer, keyword) if message.is_some() || pointer.is_some() || keyword.is_some() => {
                let told = ToldFailure {
                    place: pointer.as_deref(),
                    // Hardly anything is called as what is in it; most who write a place of their own name the key.
                    names_key: true,
                    keyword: keyword.as_deref(),
                    text: message.as_deref(),
                    ..ToldFailure::default()
                };
                Some(told.message())
            }
            _ => match failure {
                Value::String(text) => Some(text.clone()),
                _ => None,
            },
        };
        if message.is_none() && class.is_none() {
            let wanted = [F::Message, F::Pointer, F::Keyword, F::Class].into_iter().filter_map(|field| match self.fields.get(&field)? {
                FieldSource::Member(path) => Some((field, path)),
                FieldSource::Fixed(_) => None,
            });
            let told = wanted.into_iter().next();
            return Err(
                told.map_or_else(|| "nothing in the row says what is wrong".to_owned(), |(field, path)| lacks(failure, field, path))
            );
        }
        Ok(Failure { message, class, ..base.clone() })
    }

    /// The text of a field; an object where a text is wanted is refused.
    fn text(&self, value: &Value, field: MapField) -> Result<Option<String>, String> {
        let path = match self.fields.get(&field) {
            None => return Ok(None),
            Some(FieldSource::Fixed(text)) => return Ok(Some(text.clone())),
            Some(FieldSource::Member(path)) => path,
        };
        match members::at(value, path).as_deref() {
            Some(Value::Array(list)) if field == F::Pointer => Ok(list
                .iter()
                .map(|token| members::text(token).map(|text| format!("/{}", text.replace('~', "~0").replace('/', "~1"))))
                .collect()),
            Some(found @ (Value::Object(_) | Value::Array(_))) if field != F::Message => Err(of_wrong_kind(field, path, kind(found))),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(found) => Ok(members::text(found).map(Cow::into_owned)),
            None => Ok(None),
        }
    }

    fn time(&self, value: &Value) -> Option<String> {
        match self.fields.get(&F::Time)? {
            FieldSource::Fixed(text) => Some(text.clone()),
            FieldSource::Member(path) => time(&*members::at(value, path)?),
        }
    }

    fn document(&self, value: &Value) -> DocumentPlace {
        match self.fields.get(&F::Payload) {
            None => DocumentPlace::Nowhere,
            Some(FieldSource::Fixed(text)) => DocumentPlace::Text(text.clone()),
            Some(FieldSource::Member(path)) => {
                members::tokens(value, path).map_or(DocumentPlace::Nowhere, |tokens| DocumentPlace::Told(tokens, self.coding))
            }
        }
    }
}

/// What a value is, for people.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A member that the map names and the row does not have, with those that it has.
fn lacks(value: &Value, field: MapField, path: &str) -> String {
    let names: Vec<&str> = value.as_object().map(|members| members.keys().map(String::as_str).collect()).unwrap_or_default();
    lacking(field, path, &names)
}

/// The same of a row, or a table, that has members of these names.
pub(crate) fn lacking(field: MapField, path: &str, names: &[&str]) -> String {
    let listed: Vec<String> =
        names.iter().take(text::listed(names.len(), LISTED)).map(|name| clip(&visible(name), LONGEST).into_owned()).collect();
    let more = names.len() - listed.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let has = if listed.is_empty() { "no members".to_owned() } else { format!("{}{more}", listed.join(", ")) };
    format!("the map says that {} is the member {}, and there is none here, but {has}", field.name(), clip(&visible(path), LONGEST))
}

/// A member that is of another kind than its field.
pub(crate) fn of_wrong_kind(field: MapField, path: &str, kind: &str) -> String {
    format!("the map's {}, {}, is {kind} here, not a text", field.name(), visible(path))
}
