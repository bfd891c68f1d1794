//! A map to start from: the members of a row that nothing is known of, and a guess what each may be.
//!
//! Owns: the lines of it. Refuses: how such a map is named on a command line.

use serde_json::Value;

use super::map::MapField;
use super::members;
use crate::ground::text::{clip, visible};
use crate::ground::time::parse_time;
use crate::rows::column::ErrorColumn;

/// Levels of objects that are looked into.
const DEEPEST: usize = 4;
/// Members that are listed.
const MOST: usize = 40;
/// Names of members of an element that are listed.
const MOST_NAMES: usize = 8;
/// Widest path.
const LONGEST: usize = 80;

/// Words in a member's name that make it likely to be a field, the likeliest first.
const WORDS: [(MapField, &[&str]); 12] = [
    (MapField::Failures, &["errors", "failures", "violations"]),
    (
        MapField::Message,
        &[
            ErrorColumn::Message.name(),
            "errormessage",
            "message",
            "error",
            "reason",
            "msg",
            "text",
            "exception",
            "detail",
            "description",
            "problem",
        ],
    ),
    (MapField::Pointer, &["pointer", "instancepath", "json_path", "path", "field", "location", "where"]),
    (MapField::Keyword, &["keyword", "validator", "rule", "code"]),
    (MapField::Namespace, &["namespace", "vendor", "app", "application", "tenant", "source", "service"]),
    (MapField::Doctype, &["doctype", "schema", "event", "topic", "table", "type", "kind", "name"]),
    (MapField::Version, &["version"]),
    (MapField::Payload, &["payload", "document", "doc", "body", "record", "data", "row", "content", "raw", "original", "blob"]),
    (MapField::Time, &["timestamp", "time", "created", "received", "date", "at"]),
    (MapField::Job, &["job", "processor", "build", "host", "worker", "pipeline"]),
    (MapField::Stage, &["stage", "step", "phase", "transform"]),
    (MapField::Class, &["class", "kind", "category"]),
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
    let mut shown = 0;
    for (path, value) in found.iter().take(MOST) {
        out.push_str(&format!("#   {:width$}  {}\n", clip(&visible(path), LONGEST), what(value)));
        shown += 1;
    }
    if found.len() > shown {
        out.push_str(&format!("#   and {} more\n", found.len() - shown));
    }
    let guesses = guesses(&found);
    for field in MapField::ALL {
        let path = guesses.iter().find(|(known, _)| *known == field).map_or("", |(_, path)| path);
        let line = format!("# {} = {}", field.name(), toml::Value::String(visible(path).into_owned()));
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
        found.push((path.clone(), inner));
        if depth + 1 < DEEPEST {
            list(inner, &path, depth + 1, found);
        }
    }
}

/// What a member holds, without a word of it: it may be anybody's.
fn what(value: &Value) -> String {
    let is_time = || members::text(value).is_some_and(|text| text.len() >= 10 && parse_time(&text).is_some());
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(_) if is_time() => "a number, perhaps a time".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) if is_time() => "a time".to_owned(),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => "text, JSON".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(list) => match list.first() {
            Some(Value::Object(members)) => {
                let names: Vec<_> = members.keys().take(MOST_NAMES).map(|name| clip(&visible(name), LONGEST).into_owned()).collect();
                format!("a list of objects with {}", names.join(", "))
            }
            _ => format!("a list of {}", list.len()),
        },
        Value::Object(members) => format!("an object of {}", members.len()),
    }
}

/// Fields that are members of each failure where a row has a list of them.
const OF_FAILURES: [MapField; 3] = [MapField::Message, MapField::Pointer, MapField::Keyword];

/// The likeliest member of each field; no member is two.
fn guesses(found: &[(String, &Value)]) -> Vec<(MapField, String)> {
    let mut taken: Vec<String> = Vec::new();
    let mut out = Vec::new();
    // A list of objects that say something is one of failures, whatever it is called.
    let elements = |value: &Value| -> Vec<(String, Value)> {
        let first = value.as_array().and_then(|list| list.first()?.as_object());
        first.map(|members| members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()).unwrap_or_default()
    };
    let failures = found.iter().find(|(_, value)| {
        let inside = elements(value);
        let inside: Vec<(String, &Value)> = inside.iter().map(|(name, value)| (name.clone(), value)).collect();
        guess(MapField::Message, &inside, &[]).is_some()
    });
    if let Some((path, value)) = failures {
        out.push((MapField::Failures, path.clone()));
        taken.push(path.clone());
        let inside = elements(value);
        let inside: Vec<(String, &Value)> = inside.iter().map(|(name, value)| (name.clone(), value)).collect();
        let mut inner = Vec::new();
        for field in OF_FAILURES {
            if let Some(name) = guess(field, &inside, &inner) {
                inner.push(name.clone());
                out.push((field, name));
            }
        }
    }
    for (field, _) in WORDS {
        if out.iter().any(|(known, _)| *known == field) || (failures.is_some() && OF_FAILURES.contains(&field)) {
            continue;
        }
        if let Some(path) = guess(field, found, &taken) {
            taken.push(path.clone());
            out.push((field, path));
        }
    }
    out
}

/// The likeliest of some members for a field.
fn guess(field: MapField, found: &[(String, &Value)], taken: &[String]) -> Option<String> {
    let (_, words) = WORDS.iter().find(|(known, _)| *known == field)?;
    let fits = |value: &Value| match field {
        MapField::Failures => value.as_array().is_some_and(|list| list.iter().any(Value::is_object)),
        MapField::Payload => !matches!(value, Value::Null | Value::Bool(_) | Value::Number(_)),
        MapField::Time => members::text(value).is_some_and(|text| parse_time(&text).is_some()),
        _ => !value.is_object() && !value.is_array() && !value.is_null(),
    };
    let name = |path: &str| path.rsplit('.').next().unwrap_or(path).to_ascii_lowercase();
    let free = || found.iter().filter(|(path, value)| fits(value) && !taken.contains(path));
    let by_name = words.iter().find_map(|word| {
        free().find(|(path, _)| name(path) == *word).or_else(|| free().find(|(path, _)| word.len() > 3 && name(path).contains(word)))
    });
    // A time is told by what it is.
    let by_value = || free().find(|(_, value)| field == MapField::Time && value.as_str().is_some_and(|text| text.len() >= 10));
    by_name.or_else(by_value).map(|(path, _)| path.clone())
}
