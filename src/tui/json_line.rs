//! The words on a line of a JSON text: its value, and what the failing value had to be.
//!
//! Owns: how much of a value a line shows and from where on, the note behind the failing value.
//! Refuses: drawing (view), searching (subject).

use std::borrow::Cow;

use crate::ground::sought::Sought;
use crate::ground::text;
use crate::pipeline::document::NodeId;
use crate::triage::case::Case;

/// Bytes of a value that one line looks at.
pub const PREVIEW: usize = 400;

/// The keyword's place in the schema, where it stands there literally.
pub fn keyword(case: &Case) -> Option<NodeId> {
    let broken = case.lead.as_ref()?;
    let (schema, node) = (case.schema.as_ref()?, broken.node?);
    let keyword = broken.keyword?;
    schema.keyword(node, keyword).or_else(|| match keyword {
        "anyOf" => schema.keyword(node, "type"),
        "allOf" => ["enum", "const", "oneOf", "anyOf", "not"].iter().find_map(|name| schema.keyword(node, name)),
        _ => None,
    })
}

/// What stands behind the failing value: what it had to be, or what has become of a fault that holds no more.
pub fn note(case: &Case) -> String {
    match case.outcome() {
        Some(outcome) if case.lead.is_some() => outcome.to_owned(),
        _ => constraint(case),
    }
}

/// `maxLength 61`, `type ["string","null"]`: what the failing value had to be.
pub fn constraint(case: &Case) -> String {
    let Some(broken) = &case.lead else { return String::new() };
    if let Some(ways) = case.cause().map(|cause| cause.ways.as_slice()).filter(|ways| ways.len() > 1) {
        let keys: Option<Vec<&str>> = ways.iter().map(|way| way.key.as_deref().filter(|_| way.keyword == "required")).collect();
        return match keys {
            Some(keys) => format!("required: one of {}", text::visible(&keys.join(", "))),
            None => format!("one of {} ways to mend it", ways.len()),
        };
    }
    let name = broken.keyword.unwrap_or_default();
    let about = if broken.about_name { "key: " } else { "" };
    match (keyword(case), &case.schema) {
        (Some(keyword), Some(schema)) => {
            let own = schema.document.key(keyword).unwrap_or(Cow::Borrowed(name)).into_owned();
            let told = || case.fault.as_ref().and_then(|fault| fault.key.as_deref());
            match case.cause().map_or_else(told, |cause| cause.violation.key.as_deref()) {
                Some(key) if matches!(name, "required" | "dependencies" | "additionalProperties") => {
                    format!("{own}: {}", text::visible(key))
                }
                _ => format!("{about}{own} {}", one_line(schema.document.raw(keyword))),
            }
        }
        _ => format!("{about}{name}"),
    }
}

/// The beginning of a value on one line: runs of white space as one blank.
pub fn one_line(raw: &[u8]) -> String {
    let shown = text::cut_bytes(raw, PREVIEW);
    let mut words = text::visible_bytes(shown).into_owned();
    if memchr::memchr2(b'\n', b'\r', shown).is_some() {
        words = words.replace("\\r", "").split("\\n").map(str::trim).collect::<Vec<_>>().join(" ");
    }
    if shown.len() < raw.len() {
        words.push('…');
    }
    words
}

/// A value on one line of so many cells, from where on it has a word that is looked for.
pub fn value_around(raw: &[u8], sought: &Sought, cells: usize) -> String {
    let whole = text::visible_bytes(raw);
    match sought.first_in(&whole) {
        Some(at) if text::width(&whole[..at]) + MARGIN > cells => text::from_about(&whole, at, cells).into_owned(),
        _ => one_line(raw),
    }
}

/// Cells of a value that are to be seen from a found place on.
const MARGIN: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_the_place_that_was_found() {
        let raw = format!("\"{} needle {}\"", "a ".repeat(300), "b ".repeat(300));
        let found = |text: &str| value_around(raw.as_bytes(), &Sought::new(text), 40);
        assert!(found("needle").starts_with('…') && found("needle").contains(" needle b"), "{}", found("needle"));
        assert!(found("a").starts_with("\"a a"));
        assert!(found("nowhere").starts_with("\"a a"));
    }
}
