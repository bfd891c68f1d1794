//! A value, whole: what it is, and all of it as people read it.
//!
//! Owns: texts without their escapes, JSON in lines, JSON that stands in a text.
//! Refuses: cutting lines to a width (whoever draws).

use super::{MOST_SHOWN, shown};
use crate::ground::text::plural;
use crate::pipeline::document::{Document, Kind, NodeId};

/// Most levels that are moved to the right.
const DEEPEST: usize = 40;

/// What a value is, in a few words: `string, 2,123 characters`; and all of it. `rest` says how to get at what is cut.
pub fn whole(document: &Document, node: NodeId, rest: &str) -> (String, String) {
    let raw = document.raw(node);
    if let Some(text) = document.string(node) {
        let length = plural(text.chars().count() as u64, "character", "characters");
        return match json_inside(&text) {
            Some(lines) => (format!("JSON in a string, {length}"), shown(&lines, rest)),
            None => (format!("string, {length}"), shown(&with_original(&text, raw), rest)),
        };
    }
    let kind = document.kind(node);
    let count = document.count(node) as u64;
    let told = match kind {
        Kind::Object => format!("object, {}", plural(count, "key", "keys")),
        Kind::Array => format!("array, {}", plural(count, "item", "items")),
        other => other.name().to_owned(),
    };
    let is_laid_out = raw.len() > MOST_SHOWN || raw.contains(&b'\n') || !kind.is_container();
    (told, if is_laid_out { shown(raw, rest) } else { shown(&in_lines(raw), rest) })
}

/// Of a text that is written with numbers in the place of letters, how it is written stands below it.
fn with_original(text: &str, raw: &[u8]) -> Vec<u8> {
    let mut told = text.as_bytes().to_vec();
    if raw.windows(2).any(|pair| pair == b"\\u") {
        told.extend_from_slice(b"\n\nwritten as\n");
        told.extend_from_slice(raw);
    }
    told
}

/// All of a value as people read it, however long it is; and whether that is JSON.
pub fn uncut(document: &Document, node: NodeId) -> (Vec<u8>, bool) {
    let raw = document.raw(node);
    match document.string(node) {
        Some(text) => match json_inside(&text) {
            Some(lines) => (lines, true),
            None => (text.as_bytes().to_vec(), false),
        },
        None if raw.contains(&b'\n') => (raw.to_vec(), true),
        None => (in_lines(raw), true),
    }
}

/// The lines of a text that is a JSON object or array.
fn json_inside(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) || text.len() > MOST_SHOWN {
        return None;
    }
    let document = Document::parse(text.as_bytes().to_vec());
    let is_whole = document.error().is_none() && document.trailing().is_none() && document.len() > 1;
    is_whole.then(|| in_lines(text.as_bytes()))
}

/// JSON with a line for each member, every value as it is spelled.
fn in_lines(json: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(json.len() * 2);
    let (mut depth, mut at) = (0_usize, 0);
    let begin = |lines: &mut Vec<u8>, depth: usize| {
        lines.push(b'\n');
        lines.resize(lines.len() + 2 * depth.min(DEEPEST), b' ');
    };
    while let Some(&byte) = json.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let end = end_of_string(json, at);
                lines.extend_from_slice(&json[at - 1..end]);
                at = end;
            }
            b'{' | b'[' => {
                lines.push(byte);
                let next = json[at..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(json.len(), |blank| at + blank);
                if let Some(&closing) = json.get(next).filter(|byte| matches!(byte, b'}' | b']')) {
                    lines.push(closing);
                    at = next + 1;
                } else {
                    depth += 1;
                    begin(&mut lines, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                begin(&mut lines, depth);
                lines.push(byte);
            }
            b',' => {
                lines.push(byte);
                begin(&mut lines, depth);
            }
            b':' => lines.extend_from_slice(b": "),
            blank if blank.is_ascii_whitespace() => {}
            other => lines.push(other),
        }
    }
    lines
}

/// Behind the quote that ends a string which begins before `from`.
fn end_of_string(json: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = memchr::memchr2(b'"', b'\\', json.get(at..).unwrap_or_default()) {
        at += found;
        if json[at] == b'"' {
            return at + 1;
        }
        at = (at + 2).min(json.len());
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (String, String) {
        let document = Document::parse(text.as_bytes().to_vec());
        whole(&document, 0, "")
    }

    #[test]
    fn a_text_is_told_without_its_escapes() {
        assert_eq!(
            told(r#""\u00dcber\nalles \"x\"""#),
            ("string, 14 characters".to_owned(), "Über\nalles \"x\"\n\nwritten as\n\"\\u00dcber\\nalles \\\"x\\\"\"".to_owned())
        );
        assert!(told(r#""a\u001bb""#).1.starts_with("a\\u{1b}b\n"), "safe for a terminal");
        assert_eq!(told(r#""x""#).0, "string, 1 character");
    }

    #[test]
    fn json_stands_in_lines_as_it_is_spelled() {
        let lines = "{\n  \"a\": [\n    1.10,\n    {}\n  ],\n  \"b,{\": \"x: \\\"}\"\n}";
        assert_eq!(told(r#"{"a":[1.10, { }],"b,{":"x: \"}"}"#), ("object, 2 keys".to_owned(), lines.to_owned()));
        assert_eq!(told("{\"a\":\n1}").1, "{\"a\":\n1}", "what is laid out stays so");
        assert_eq!(told("[]"), ("array, 0 items".to_owned(), "[]".to_owned()));
        assert_eq!(told("1.50"), ("number".to_owned(), "1.50".to_owned()));
    }

    #[test]
    fn json_in_a_text_is_told_as_json() {
        assert_eq!(
            told(r#""{\"a\":[1,2]}""#),
            ("JSON in a string, 11 characters".to_owned(), "{\n  \"a\": [\n    1,\n    2\n  ]\n}".to_owned())
        );
        assert!(told(r#""[not json""#).0.starts_with("string, "));
        assert!(told(r#""{}""#).0.starts_with("string, "));
    }

    #[test]
    fn what_is_broken_off_has_an_end() {
        assert_eq!(in_lines(b"{\"a\\"), b"{\n  \"a\\");
        assert_eq!(in_lines(b"]}"), b"\n]\n}");
        assert!(in_lines(&[b'['; 100_000]).len() < 10_000_000);
    }
}
