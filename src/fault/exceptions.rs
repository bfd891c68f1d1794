//! Messages of exceptions other than the validator's.
//!
//! Owns: what the pipeline's own exceptions and the JSON parser's say, where the parser stopped.
//! Refuses: validation messages (grammar), wording (words).

use super::Says;

/// The last part of a class name: `JsonEOFException`.
pub(super) fn short_name(class: &str) -> &str {
    class.rsplit(['.', '$']).next().unwrap_or(class)
}

/// What an exception's text says.
pub(super) fn read<'a>(class: &str, text: &'a str) -> Says<'a> {
    match short_name(class) {
        "UnwantedDataException" | "AffectedByBugException" => Says::Bug { number: Some(text.trim()).filter(|number| !number.is_empty()) },
        "SchemaNotFoundException" => missing(text),
        _ if is_parser(class) || text == NOT_AN_OBJECT => Says::NotJson { place: place(text) },
        _ => Says::Other,
    }
}

/// The pipeline's own text for a payload that is JSON but no object, or nothing at all.
pub(super) const NOT_AN_OBJECT: &str = "json value is not an object";

fn missing(text: &str) -> Says<'_> {
    if let Some(name) = text.strip_prefix("No such docType: ") {
        Says::NoSuchDoctype { name }
    } else if let Some(name) = text.strip_prefix("No schema with name: ") {
        Says::NoSuchSchema { name }
    } else {
        Says::Other
    }
}

fn is_parser(class: &str) -> bool {
    class.starts_with("com.fasterxml.jackson.")
}

/// The place is told at the very end; payload text before it may hold anything, also other places.
fn place(text: &str) -> Option<(u32, u32)> {
    let (_, place) = text.strip_suffix(']')?.rsplit_once("; line: ")?;
    let (line, column) = place.split_once(", column: ")?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The text without the excerpts of the payload that the JSON parser quotes: its first line up to the source.
/// Everything from the first source on is dropped, for the excerpt may hold line breaks and look like anything.
pub(super) fn without_source(text: &str) -> &str {
    let end = text.find(" at [Source:").unwrap_or(text.len());
    text[..end].trim_end().trim_end_matches("(start marker").trim_end()
}
