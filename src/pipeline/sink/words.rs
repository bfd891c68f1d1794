//! Words about values and columns.

use crate::ground::text;
use crate::pipeline::document::Kind;
use crate::pipeline::layout::{Column, Mode};

/// A key or name from the data for a sentence: safe, short, in backticks.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", text::clip_middle(&text::visible(name), 60))
}

/// `an object`, `a string`.
pub(super) fn with_article(kind: Kind) -> String {
    match kind {
        Kind::Null => "null".to_owned(),
        Kind::Object | Kind::Array => format!("an {}", kind.name()),
        _ => format!("a {}", kind.name()),
    }
}

/// What a column takes, for a sentence about a value that it does not take.
pub(super) fn takes(column: &Column) -> &'static str {
    match (column.mode, &*column.kind) {
        (Mode::Repeated, _) => "A REPEATED column takes a list",
        (_, "INT64") => "An INT64 column takes integers of 64 bits and booleans",
        (_, "FLOAT64") => "A FLOAT64 column takes numbers and booleans",
        (_, "BOOL") => "A BOOL column takes only true and false",
        _ => "The column takes another type",
    }
}
