//! Landings as scripts read them: the fields of `--landings`, in their order. Names and meanings are stable.

use color_eyre::Result;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::pipeline::document::{Document, PathStyle};
use crate::pipeline::layout::Layout;
use crate::pipeline::sink::{self, Shown};

/// One leaf or empty container of the document. Pointers are RFC 6901.
#[derive(Debug, Serialize)]
pub(super) struct LineAnswer<'a> {
    /// In the document.
    pub pointer: String,
    /// `column`, `map_value`, `map_key`, `json_string`, `additional_properties` or `dropped`.
    pub landing: &'static str,
    /// Dotted path; null where it lands in no column.
    pub column: Option<String>,
    /// Canonical type of that column or, if none, of the one that was tried.
    pub bq_type: Option<&'a str>,
    /// `NULLABLE`, `REQUIRED` or `REPEATED`.
    pub mode: Option<&'static str>,
    /// How its form changed: `bool_to_int`, `json_to_string` …
    pub coercion: Option<&'static str>,
    /// The column that was tried, also where nothing landed there.
    pub target: Option<String>,
    /// Why it is in no column: `null`, `empty`, `unknown_key`, `collision` …
    pub reason: Option<&'static str>,
    /// In the parsed `additional_properties`.
    pub ap_pointer: Option<&'a str>,
    /// Whether BigQuery refuses the row for its form.
    pub shape_mismatch: bool,
    /// What landed; null where that is nothing, or has more than 300 characters.
    pub value: Option<&'a RawValue>,
    /// Characters of a value that is not written out.
    pub value_len: Option<usize>,
    /// In the row.
    pub row_pointer: Option<&'a str>,
    /// In the JSON text or JSON value of the column.
    pub inner_pointer: Option<&'a str>,
    /// Keys of all maps around it, the outermost first.
    pub map_keys: &'a [String],
    /// Key column of the innermost map.
    pub key_column: Option<String>,
    /// What becomes of it: `stored`, `changed`, `additional_properties`, `lost`, `empty` or `refused`. Where the table has no
    /// `additional_properties`, what has that landing is lost.
    pub fate: sink::Fate,
    /// Why, in a sentence; null where it is stored as it is.
    pub sentence: Option<&'a str>,
    /// Dotted path of the column that its key was probably meant for, where no column has that name.
    pub nearest: Option<String>,
}

impl<'a> LineAnswer<'a> {
    /// The fields of a landing.
    pub(super) fn new(
        layout: &'a Layout,
        document: &Document,
        (line, shown): (&'a sink::LandingLine, &'a Shown),
        landing: &'a sink::Landing,
    ) -> Result<Self> {
        let column = line.column.and_then(|id| layout.get(id));
        let (value, value_len) = match shown {
            Shown::Null => (None, None),
            Shown::Json(text) => (Some(serde_json::from_str(text)?), None),
            Shown::Long(length) => (None, Some(*length)),
        };
        Ok(LineAnswer {
            pointer: document.path(line.node, PathStyle::Pointer),
            landing: line.landing.name(),
            column: line.column_path(layout),
            bq_type: column.map(|column| &*column.kind),
            mode: column.map(|column| column.mode.name()),
            coercion: line.coercion.map(sink::Coercion::name),
            target: line.target_path(layout),
            reason: line.reason.map(sink::Reason::name),
            ap_pointer: line.ap_pointer.as_deref(),
            shape_mismatch: line.shape_mismatch,
            value,
            value_len,
            row_pointer: line.row_pointer.as_deref(),
            inner_pointer: line.inner_pointer.as_deref(),
            map_keys: &line.map_keys,
            key_column: line.key_column.map(|id| layout.path(id)),
            fate: landing.fate,
            sentence: landing.reason.as_deref(),
            nearest: landing.nearest.map(|id| layout.path(id)),
        })
    }
}
