//! Hindsight's messages: `schema: NAME version: 4 validation error: SchemaURI: #/… Keyword: minimum DocumentURI: #/…`.
//!
//! Owns: both forms of them, the words and RapidJSON's report in JSON.
//! Refuses: which document it is (rows/foreign).

use super::super::{Keyword, Says};
use super::{ForeignReading, keyword};

/// Who judged.
const HINDSIGHT: &str = "Hindsight (RapidJSON)";

pub(super) fn read(text: &str) -> Option<ForeignReading<'_>> {
    if !text.contains("URI") && !text.contains("Ref\"") {
        return None;
    }
    let node = member(text, &["SchemaURI", "schemaURI", "schemaRef", "schemaUri", "schema_uri"]);
    let pointer = member(text, &["DocumentURI", "documentURI", "instanceRef", "documentUri", "document_uri"])?;
    let known = member(text, &["Keyword", "keyword"]).and_then(keyword).or_else(|| keyed(text))?;
    let says = Says::Broken { keyword: Some(known), expected: None, found: None, key: missing(text, known) };
    let start = text.find(pointer).unwrap_or(0);
    let pointer = if pointer.is_empty() { "#" } else { pointer };
    Some(ForeignReading { pointer: Some(pointer), node, text: &text[..start.min(text.len())], says, judge: HINDSIGHT })
}

/// `Name: value` up to a blank, or `"name": "value"`.
fn member<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| {
        let at = text.find(name)?;
        let rest = text[at + name.len()..].strip_prefix('"').unwrap_or(&text[at + name.len()..]);
        let value = rest.trim_start().strip_prefix(':')?.trim_start();
        match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => value.split([' ', ',', '}', '\n']).next(),
        }
    })
}

/// RapidJSON's report names the keyword first: `{"minimum": {"actual": -1, …}}`.
fn keyed(text: &str) -> Option<Keyword> {
    let open = text.find('{')?;
    let name = text[open + 1..].trim_start().strip_prefix('"')?.split('"').next()?;
    keyword(name)
}

/// The key that is missing, where the report has it: `"missing": ["a"]`.
fn missing(text: &str, keyword: Keyword) -> Option<&str> {
    let name = match keyword {
        "required" => "\"missing\"",
        "additionalProperties" => "\"disallowed\"",
        _ => return None,
    };
    let rest = text[text.find(name)? + name.len()..].trim_start().strip_prefix(':')?.trim_start();
    rest.strip_prefix('[').unwrap_or(rest).trim_start().strip_prefix('"')?.split('"').next()
}
