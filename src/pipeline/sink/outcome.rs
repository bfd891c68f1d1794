//! What becomes of a value, in the words of output.
//!
//! Owns: where it lands and why it is in no column, with their stable names.
//! Also owns: words about values and columns.
//! Refuses: deciding either (line).
use crate::ground::text;
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::layout::{Column, Mode};

use super::ADDITIONAL;

/// Where a value lands, in the words of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In a column.
    Column,
    /// In a column on the value side of a map.
    MapValue,
    /// Only the key of its map entry is in the row.
    MapKey,
    /// In the JSON text of a column.
    JsonString,
    /// In `additional_properties`.
    AdditionalProperties,
    /// Nowhere.
    Dropped,
}

impl Side {
    /// For output: stable.
    pub fn name(self) -> &'static str {
        match self {
            Side::Column => "column",
            Side::MapValue => "map_value",
            Side::MapKey => "map_key",
            Side::JsonString => "json_string",
            Side::AdditionalProperties => "additional_properties",
            Side::Dropped => "dropped",
        }
    }
}

/// Why a value is not in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// `null`: the column holds NULL.
    Null,
    /// An empty object or list, or one of which nothing is left.
    Empty,
    /// No column has its name.
    UnknownKey,
    /// The column's type does not take it.
    NotCoercible,
    /// It stands in a list of records and is no object.
    NotARecord,
    /// The map keeps only its keys.
    KeyOnlyMap,
    /// A map takes only objects.
    MapNotObject,
    /// Another member took its column.
    Collision,
    /// The doctype is strict, and no column has its name.
    StrictUnknownKey,
    /// The doctype is strict, and the column's type does not take it.
    StrictNotCoercible,
    /// The decoder takes it out of the document and does not keep it.
    StrippedByDecoder,
}

impl Reason {
    /// For output: stable.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Null => "null",
            Reason::Empty => "empty",
            Reason::UnknownKey => "unknown_key",
            Reason::NotCoercible => "not_coercible",
            Reason::NotARecord => "not_a_record",
            Reason::KeyOnlyMap => "key_only_map",
            Reason::MapNotObject => "map_not_object",
            Reason::Collision => "collision",
            Reason::StrictUnknownKey => "strict_unknown_key",
            Reason::StrictNotCoercible => "strict_not_coercible",
            Reason::StrippedByDecoder => "stripped_by_decoder",
        }
    }
}

/// A key or name from the data for a sentence: safe, short, in backticks.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", text::clip_middle(&text::visible(name), 60))
}

/// Why a value is not in its column, where the table does not keep it elsewhere either.
pub(super) fn unkept(why: &str) -> String {
    format!("{why} The table has no {ADDITIONAL} column to keep it.")
}

/// What a column takes beside what it is given, for a value that it does not take: without a full stop.
pub(super) fn misfit(column: &Column, document: &Document, node: NodeId) -> String {
    let takes = match (column.mode, &*column.kind) {
        (Mode::Repeated, _) => "A REPEATED column takes a list",
        (_, "INT64") => "An INT64 column takes integers of 64 bits and booleans",
        (_, "FLOAT64") => "A FLOAT64 column takes numbers and booleans",
        (_, "BOOL") => "A BOOL column takes only true and false",
        _ => "The column takes another type",
    };
    let is_integer = column.mode != Mode::Repeated && &*column.kind == "INT64";
    let found = match document.kind(node) {
        Kind::Number if is_integer => number(document.raw(node)).to_owned(),
        Kind::String if is_integer => "this is a string, which is not converted".to_owned(),
        kind => format!("this is {}", kind.with_article()),
    };
    format!("{takes}; {found}")
}

/// What is wrong with a number for an INT64 column.
fn number(raw: &[u8]) -> &'static str {
    match raw {
        _ if raw.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) => "this number has a decimal point or an exponent",
        [b'-', ..] => "this integer is below the least, -9,223,372,036,854,775,808",
        _ => "this integer is beyond the greatest, 9,223,372,036,854,775,807",
    }
}
