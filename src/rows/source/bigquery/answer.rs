//! Rows as BigQuery's REST API writes them.
//!
//! Owns: pages with their rows as text, cells by position; a row of the error table out of them by the answer's own schema.
//! Refuses: asking (job), the text of a row (cell). A column of a type that is not known here is text like any other.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::cell::AnswerCell;
use crate::ground::time::{parse_time, time_text};
use crate::rows::column::ErrorColumn;
use crate::rows::payload::Payload;
use crate::rows::payload::of_base64;
use crate::rows::row::SourceRow;

/// A column of an answer or of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Field {
    pub(super) name: String,
    /// As BigQuery spells it: INTEGER or INT64, RECORD or STRUCT, RANGE …
    #[serde(default)]
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) mode: Option<String>,
    #[serde(default)]
    pub(super) fields: Vec<Field>,
}

impl Field {
    pub(super) fn is_repeated(&self) -> bool {
        self.mode.as_deref() == Some("REPEATED")
    }
}

/// Columns around which BigQuery writes an object.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(super) struct AnswerSchema {
    #[serde(default)]
    pub(super) fields: Vec<Field>,
}

/// One page of an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AnswerPage {
    pub(super) job_complete: bool,
    /// Each as its text: a page of rows that are all read into values is ten times as large.
    pub(super) rows: Vec<Box<RawValue>>,
    pub(super) page_token: Option<String>,
    pub(super) total_rows: Option<String>,
    pub(super) schema: Option<AnswerSchema>,
    /// Bytes that the query has read.
    pub(super) total_bytes_processed: Option<String>,
    /// Whether BigQuery had the answer from before, which costs nothing.
    pub(super) cache_hit: Option<bool>,
}

impl AnswerPage {
    /// Rows of the whole answer, where that is told.
    pub(super) fn rows_in_all(&self) -> Option<u64> {
        self.total_rows.as_ref()?.parse().ok()
    }

    /// The texts of its rows.
    pub(super) fn texts(self) -> Vec<String> {
        self.rows.into_iter().map(|row| String::from(Box::<str>::from(row))).collect()
    }

    /// Bytes that the query has read, where that is told.
    pub(super) fn bytes_read(&self) -> Option<u64> {
        if self.cache_hit == Some(true) { Some(0) } else { self.total_bytes_processed.as_ref()?.parse().ok() }
    }
}

/// The cells of a row or of a STRUCT. What is missing or of another kind than asked for is `None`, as NULL is.
#[derive(Clone, Copy)]
pub(super) struct AnswerCells<'a>(&'a [AnswerCell<'a>]);

impl<'a> AnswerCells<'a> {
    /// Of a row, or of the value of a STRUCT.
    pub(super) fn of(row: &'a AnswerCell<'a>) -> Self {
        AnswerCells(if let AnswerCell::Row(cells) = row { cells } else { &[] })
    }

    pub(super) fn value(self, at: usize) -> Option<&'a AnswerCell<'a>> {
        self.0.get(at).filter(|cell| **cell != AnswerCell::Null)
    }

    pub(super) fn text(self, at: usize) -> Option<&'a str> {
        if let AnswerCell::Text(text) = self.0.get(at)? { Some(text) } else { None }
    }

    pub(super) fn int(self, at: usize) -> Option<i64> {
        self.text(at)?.parse().ok()
    }

    /// 16 hexadecimal digits.
    pub(super) fn hash(self, at: usize) -> Option<u64> {
        u64::from_str_radix(self.text(at)?, 16).ok()
    }

    pub(super) fn count(self, at: usize) -> u64 {
        self.int(at).and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
    }

    /// The elements of an ARRAY.
    pub(super) fn list(self, at: usize) -> impl Iterator<Item = &'a AnswerCell<'a>> {
        if let Some(AnswerCell::List(cells)) = self.0.get(at) { cells.iter() } else { [].iter() }
    }
}

/// A row by the names of its columns; times are written as in exports. `names` maps columns of the table to those of the error table.
pub(super) fn source_row(schema: &AnswerSchema, row: &AnswerCell<'_>, names: &dyn Fn(&str) -> String, origin: String) -> SourceRow {
    let cells = AnswerCells::of(row);
    let mut out = SourceRow { origin, ..SourceRow::default() };
    for (at, field) in schema.fields.iter().enumerate() {
        let name = names(&field.name);
        let value = cells.value(at);
        if name == ErrorColumn::Payload.name() {
            // No base64 begins like a document, which a column of texts may hold as it is.
            let is_document = |text: &str| field.r#type == "STRING" && text.trim_start().starts_with(['{', '[']);
            out.payload = match cells.text(at) {
                None => Payload::Absent,
                Some(text) if is_document(text) => Payload::Bytes(text.as_bytes().to_vec()),
                Some(text) => of_base64(text.into()),
            };
        } else {
            out.columns.push((name.into(), value.map(|value| text_of(field, value))));
        }
    }
    out
}

fn text_of(field: &Field, value: &AnswerCell<'_>) -> String {
    match value {
        AnswerCell::Text(text) if field.r#type == "TIMESTAMP" => parse_time(text).map_or_else(|| text.to_string(), time_text),
        AnswerCell::Text(text) => text.to_string(),
        _ => plain(field, value).to_string(),
    }
}

/// A nested value as people know it. As deep as the schema, which BigQuery keeps to 15 levels.
fn plain(field: &Field, value: &AnswerCell<'_>) -> Value {
    match value {
        AnswerCell::List(items) => items.iter().map(|item| plain(field, item)).collect::<Vec<_>>().into(),
        AnswerCell::Row(cells) => {
            Value::Object(field.fields.iter().zip(cells).map(|(inner, cell)| (inner.name.clone(), plain(inner, cell))).collect())
        }
        AnswerCell::Text(text) => text.to_string().into(),
        AnswerCell::Null => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_columns_by_name() {
        let schema: AnswerSchema = serde_json::from_str(
            r#"{"fields":[{"name":"t","type":"TIMESTAMP"},{"name":"payload","type":"BYTES"},{"name":"r","type":"RECORD","mode":"REPEATED",
                "fields":[{"name":"a","type":"RANGE"}]},{"name":"n","type":"STRING"},{"name":"beyond"}]}"#,
        )
        .unwrap();
        let row = AnswerCell::of(r#"{"f":[{"v":"1.782391480123456E9"},{"v":"e30="},{"v":[{"v":{"f":[{"v":"x"}]}}]},{"v":null}]}"#);
        let row = source_row(&schema, &row, &|name| name.replace('t', "submission_timestamp"), "here".into());
        assert_eq!(row.column("submission_timestamp"), Some("2026-06-25 12:44:40.123456 UTC"));
        assert_eq!(row.column("r"), Some(r#"[{"a":"x"}]"#));
        assert_eq!((row.column("n"), row.column("beyond")), (None, None));
        assert_eq!(row.payload, Payload::Bytes(b"{}".to_vec()));
    }

    #[test]
    fn what_is_no_row_has_no_cells() {
        for text in ["3", "{}", r#"{"f":3}"#, r#"{"f":[{}]}"#, r#"{"f":[{"v":{}}]}"#, "{\"f\":"] {
            let value = AnswerCell::of(text);
            let cells = AnswerCells::of(&value);
            assert_eq!((cells.text(0), cells.int(0), cells.count(7), cells.list(0).count()), (None, None, 0, 0), "{text}");
        }
    }
}
