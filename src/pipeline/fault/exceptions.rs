//! Messages of exceptions other than the validator's.
//!
//! Owns: what the pipeline's own exceptions and the JSON parser's say, where the parser stopped.
//! Refuses: validation messages (grammar), wording (words).

use super::{Fault, Says};

/// The last part of a class name: `JsonEOFException`.
pub(super) fn short_name(class: &str) -> &str {
    class.rsplit(['.', '$']).next().unwrap_or(class)
}

/// What an exception's text says.
pub(super) fn read<'a>(class: &str, text: &'a str) -> Says<'a> {
    match short_name(class) {
        "UnwantedDataException" | "AffectedByBugException" => Says::Bug { number: Some(text.trim()).filter(|number| !number.is_empty()) },
        "SchemaNotFoundException" => missing(text),
        // Other registries of schemas say it in parts, put together alike.
        _ if text.starts_with(NO_SCHEMA) => missing(text),
        _ if is_parser(class) || text == NOT_AN_OBJECT => Says::NotJson { place: place(text) },
        _ => Says::Other,
    }
}

/// The pipeline's own text for a payload that is JSON but no object, or nothing at all.
pub(super) const NOT_AN_OBJECT: &str = "json value is not an object";

/// Whether payloads are refused for their size alone.
pub(super) fn is_too_large(class: &str) -> bool {
    short_name(class) == "PayloadTooLargeException"
}

/// Before the name of a schema that is not there.
pub(crate) const NO_SCHEMA: &str = "No schema with name: ";

fn missing(text: &str) -> Says<'_> {
    if let Some(name) = text.strip_prefix("No such docType: ") {
        Says::NoSuchDoctype { name }
    } else if let Some(name) = text.strip_prefix(NO_SCHEMA) {
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

/// The one token or character that the JSON parser quotes, between what is said before and behind it.
pub(super) fn quoted(line: &str) -> Option<(&'static str, &str, &str)> {
    const QUOTING: [(&str, &str); 4] = [
        ("Unexpected character (", " (code "),
        ("Unrecognized token ", ": was expecting"),
        ("Unrecognized character escape ", " (code "),
        ("Non-standard token ", ": enable"),
    ];
    QUOTING.into_iter().find_map(|(before, after)| {
        let rest = line.strip_prefix(before)?;
        let at = rest.rfind(after)?;
        Some((before, &rest[..at], &rest[at..]))
    })
}

/// The value that ends a text of the pipeline's own: what is before it, and the value.
pub(super) fn ending_value<'a>(class: &str, text: &'a str) -> Option<(&'a str, &'a str)> {
    const ENDING: [(&str, &str); 2] = [("InvalidIntegerException", "Path element #"), ("UnknownPingVersionException", "For input string")];
    let (_, before) = ENDING.into_iter().find(|(of, _)| *of == short_name(class))?;
    text.split_once(": ").filter(|_| text.starts_with(before))
}

impl<'a> Fault<'a> {
    /// The value inside the text of an exception other than the validator's.
    pub(crate) fn value(&self) -> Option<&str> {
        match &self.says {
            Says::Broken { .. } | Says::Bug { .. } => None,
            Says::NoSuchDoctype { name } | Says::NoSuchSchema { name } => Some(name),
            Says::NotJson { .. } => quoted(without_source(self.text)).map(|(_, token, _)| token),
            Says::Insert(error) => error.found.as_deref(),
            Says::Other => ending_value(self.class, self.text).map(|(_, value)| value),
        }
    }
}

/// The text without the excerpts of the payload that the JSON parser quotes: its first line up to the source.
/// Everything from the first source on is dropped, for the excerpt may hold line breaks and look like anything.
pub(super) fn without_source(text: &str) -> &str {
    let end = text.find(" at [Source:").unwrap_or(text.len());
    text[..end].trim_end().trim_end_matches("(start marker").trim_end()
}
