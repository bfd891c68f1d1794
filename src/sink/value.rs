//! Whether a value fits a column's type, and what it becomes there.

use crate::document::{Document, Kind, NodeId};
use crate::layout::Column;

/// What becomes of a value in a column, by its type alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Stored as it is.
    AsIs,
    /// Stored in another form: how, as a sentence.
    Converted(&'static str),
    /// `null`.
    Null,
    /// An empty object or array where the column does not keep it.
    Empty,
    /// The type does not take it.
    Misfit,
}

/// How a value fits the column's type, the column's mode left aside.
pub(super) fn fit(column: &Column, document: &Document, node: NodeId) -> Fit {
    let kind = document.kind(node);
    let empty = kind.is_container() && document.count(node) == 0;
    match (&*column.kind, kind) {
        (_, Kind::Null) => Fit::Null,
        ("STRING", _) => as_text(column, document, node),
        ("INT64", Kind::Number) if is_int64(document.raw(node)) => Fit::AsIs,
        ("INT64" | "FLOAT64", Kind::Boolean) => Fit::Converted("The boolean is stored as 1 or 0."),
        ("FLOAT64", Kind::Number) | ("BOOL", Kind::Boolean) => Fit::AsIs,
        ("INT64" | "FLOAT64" | "BOOL", _) => Fit::Misfit,
        _ if empty => Fit::Empty,
        _ => Fit::AsIs,
    }
}

/// What the type takes, for a sentence about a value that it does not take.
pub(super) fn takes(kind: &str) -> &'static str {
    match kind {
        "INT64" => "An INT64 column takes integers of 64 bits and booleans",
        "FLOAT64" => "A FLOAT64 column takes numbers and booleans",
        "BOOL" => "A BOOL column takes only true and false",
        _ => "The column takes another type",
    }
}

fn as_text(column: &Column, document: &Document, node: NodeId) -> Fit {
    match document.kind(node) {
        Kind::String => Fit::AsIs,
        Kind::Number => Fit::Converted("The number is stored as text."),
        Kind::Boolean => Fit::Converted("The boolean is stored as the text true or false."),
        _ if is_use_counter(column, document, node) => Fit::Converted("The use counter is stored as its sum."),
        _ if document.member(node, "histogram_type").is_some() => Fit::Converted("The histogram is stored as JSON text."),
        _ => Fit::Converted("The value is stored as JSON text."),
    }
}

/// Integers in decimal digits only: the pipeline takes 1.0 and 1e3 for doubles.
fn is_int64(raw: &[u8]) -> bool {
    std::str::from_utf8(raw).is_ok_and(|text| text.parse::<i64>().is_ok())
}

/// Histograms of type 2 whose whole content is one count shrink to that count, in columns named `use_counter2…`.
fn is_use_counter(column: &Column, document: &Document, node: NodeId) -> bool {
    let long = |id: Option<NodeId>| id.and_then(|id| as_long(document, id));
    let sum = long(document.member(node, "sum")).unwrap_or(0);
    let ones = document.member(node, "values").and_then(|values| document.member(values, "1"));
    column.name.starts_with("use_counter2")
        && long(document.member(node, "histogram_type")) == Some(2)
        && sum >= 0
        && sum == long(ones).unwrap_or(0)
}

/// A value as the pipeline's lenient conversion reads it: numbers cut to integers, numbers in strings, booleans.
fn as_long(document: &Document, node: NodeId) -> Option<i64> {
    let text = match document.kind(node) {
        Kind::Number => std::str::from_utf8(document.raw(node)).ok()?.to_owned(),
        Kind::String => document.string(node)?.trim().to_owned(),
        Kind::Boolean => return Some(i64::from(document.raw(node) == b"true")),
        _ => return None,
    };
    text.parse().ok().or_else(|| text.parse::<f64>().ok().map(|number| number as i64))
}
