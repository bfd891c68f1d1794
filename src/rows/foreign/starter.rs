//! A map to start from: the members of a row that nothing is known of, and a guess what each may be.
//!
//! Owns: the lines of it. Refuses: how such a map is named on a command line.

use serde_json::Value;

use super::map::{FieldSource, MapField};
use super::members;
use crate::ground::text::{clip, visible};
use crate::ground::time::parse_time;

/// Levels of objects that are looked into.
const DEEPEST: usize = 4;
/// Members that are listed.
const MOST: usize = 40;
/// Widest path.
const LONGEST: usize = 80;

/// Words in a member's name that make it likely to be a field, the likeliest first.
const WORDS: [(MapField, &[&str]); 12] = [
    (MapField::Failures, &["errors", "failures", "violations"]),
    (
        MapField::Message,
        &["error_message", "errormessage", "message", "error", "reason", "msg", "exception", "detail", "description", "problem"],
    ),
    (MapField::Pointer, &["pointer", "instancepath", "json_path", "path", "field", "location"]),
    (MapField::Keyword, &["keyword", "validator", "rule", "code"]),
    (MapField::Namespace, &["namespace", "vendor", "app", "application", "tenant", "source", "service"]),
    (MapField::Doctype, &["doctype", "document_type", "schema", "event", "topic", "table", "type", "name"]),
    (MapField::Version, &["version"]),
    (MapField::Payload, &["payload", "document", "body", "record", "data", "row", "content", "raw", "original"]),
    (MapField::Time, &["timestamp", "time", "created", "received", "date", "at"]),
    (MapField::Job, &["job", "processor", "build", "host", "worker", "pipeline"]),
    (MapField::Stage, &["stage", "step", "phase", "transform"]),
    (MapField::Class, &["class", "exception_class", "kind", "category"]),
];

/// Lines of TOML, each a comment; empty where the text is no object. Safe for a terminal.
pub(crate) fn starter(text: &[u8]) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return String::new() };
    let mut found = Vec::new();
    list(&value, "", 0, &mut found);
    if found.is_empty() {
        return String::new();
    }
    let mut out = String::from("# A map: a line for each field that the rows have, its # taken away. Members of the first row:\n");
    let width = found.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0).min(LONGEST);
    for (path, value) in found.iter().take(MOST) {
        out.push_str(&format!("#   {:width$}  {}\n", clip(&visible(path), LONGEST), what(value)));
    }
    if found.len() > MOST {
        out.push_str(&format!("#   and {} more\n", found.len() - MOST));
    }
    let guesses = guesses(&found);
    for field in MapField::ALL {
        let path = guesses.iter().find(|(known, _)| *known == field).map_or("", |(_, path)| path);
        let FieldSource::Member(path) = FieldSource::Member(path.to_owned()) else { continue };
        let line = format!("# {} = {}", field.name(), toml::Value::String(visible(&path).into_owned()));
        out.push_str(&format!("{line:<44} # {}\n", field.about()));
    }
    out.push_str("# encoding = \"any\"                           # how the payload is written: any, text, base64, gzip or object\n");
    out
}

/// All members with their dotted paths, those of objects inside of them too.
fn list<'v>(value: &'v Value, before: &str, depth: usize, found: &mut Vec<(String, &'v Value)>) {
    let Value::Object(members) = value else { return };
    for (name, inner) in members {
        let path = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match inner {
            Value::Object(inside) if !inside.is_empty() && depth + 1 < DEEPEST => {
                found.push((path.clone(), inner));
                list(inner, &path, depth + 1, found);
            }
            _ => found.push((path, inner)),
        }
    }
}

/// What a member holds, without a word of it: it may be anybody's.
fn what(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(_) if members::text(value).is_some_and(|text| text.len() >= 10 && parse_time(&text).is_some()) => {
            "a number, perhaps a time".to_owned()
        }
        Value::Number(_) => "a number".to_owned(),
        Value::String(text) if text.len() >= 10 && parse_time(text).is_some() => "a time".to_owned(),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => "text, JSON".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(members) => format!("an object of {}", members.len()),
    }
}

/// The likeliest member of each field; no member is two.
fn guesses(found: &[(String, &Value)]) -> Vec<(MapField, String)> {
    let mut taken: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for (field, words) in WORDS {
        let fits = |value: &Value| match field {
            MapField::Failures => value.is_array(),
            MapField::Payload => !matches!(value, Value::Null | Value::Bool(_) | Value::Number(_)),
            _ => !value.is_object() && !value.is_array() && !value.is_null(),
        };
        let name = |path: &str| path.rsplit('.').next().unwrap_or(path).to_ascii_lowercase();
        let guess = words.iter().find_map(|word| {
            let free = || found.iter().filter(|(path, value)| fits(value) && !taken.contains(&path.as_str()));
            free().find(|(path, _)| name(path) == *word).or_else(|| free().find(|(path, _)| word.len() > 3 && name(path).contains(word)))
        });
        if let Some((path, _)) = guess {
            taken.push(path);
            out.push((field, path.clone()));
        }
    }
    out
}
