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
    let mut words = text::visible_bytes(&readable(shown)).into_owned();
    if memchr::memchr2(b'\n', b'\r', shown).is_some() {
        words = words.replace("\\r", "").split("\\n").map(str::trim).collect::<Vec<_>>().join(" ");
    }
    if shown.len() < raw.len() {
        words.push('…');
    }
    words
}

/// A JSON text with letters in the place of their numbers, `Ü` for `\u00dc`, where a letter can be shown and means nothing to JSON.
pub fn readable(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut told: Vec<u8> = Vec::new();
    let (mut at, mut kept) = (0, 0);
    while let Some(next) = memchr::memchr(b'\\', &raw[at..]) {
        let from = at + next;
        // Of two backslashes the second begins nothing.
        at = from + 2;
        let Some((letter, end)) = letter(raw, from) else {
            if at >= raw.len() {
                break;
            }
            continue;
        };
        told.extend_from_slice(&raw[kept..from]);
        told.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        (at, kept) = (end, end);
    }
    if kept == 0 {
        return Cow::Borrowed(raw);
    }
    told.extend_from_slice(&raw[kept..]);
    Cow::Owned(told)
}

/// The letter that is written as a number at a place, or as two, and where that ends.
fn letter(raw: &[u8], at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> {
        let digits = raw.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(at)?;
    let (code, end) = match first {
        0xd800..=0xdbff => match unit(at + 6)? {
            second @ 0xdc00..=0xdfff => (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), at + 12),
            _ => return None,
        },
        one => (one, at + 6),
    };
    let letter = char::from_u32(code).filter(|c| !text::is_unsafe(*c) && !matches!(c, '"' | '\\'))?;
    Some((letter, end))
}

/// A value on one line of so many cells, from where on it has a word that is looked for.
pub fn value_around(raw: &[u8], sought: &Sought, cells: usize) -> String {
    let meant = readable(raw);
    let whole = text::visible_bytes(&meant);
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
    fn letters_are_shown_in_the_place_of_their_numbers() {
        let told = |raw: &str| String::from_utf8(readable(raw.as_bytes()).into_owned()).unwrap();
        assert_eq!(told(r#""M\u00fcnchen""#), "\"M\u{fc}nchen\"");
        assert_eq!(told(r#""\ud83d\ude00 \u00DC""#), "\"\u{1f600} \u{dc}\"");
        // What JSON needs, what a terminal obeys and what is no letter stays as it is written.
        for same in [r#""\u0022\u005c""#, r#""\u001b[31m\u202e""#, r#""\ud83d alone""#, r#""\\u00fc""#, r#""\u00f"#, "\"\\", "plain"] {
            assert_eq!(told(same), same);
        }
        assert_eq!(one_line(br#"{"name":"J\u00f6rg"}"#), "{\"name\":\"J\u{f6}rg\"}");
    }

    #[test]
    fn a_line_shows_the_place_that_was_found() {
        let raw = format!("\"{} needle {}\"", "a ".repeat(300), "b ".repeat(300));
        let found = |text: &str| value_around(raw.as_bytes(), &Sought::new(text), 40);
        assert!(found("needle").starts_with('…') && found("needle").contains(" needle b"), "{}", found("needle"));
        assert!(found("a").starts_with("\"a a"));
        assert!(found("nowhere").starts_with("\"a a"));
    }
}
