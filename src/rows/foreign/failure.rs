//! Errors as validators report them in objects.
//!
//! Owns: the members in which place, keyword and words stand in reports of ajv, networknt, Python's jsonschema, gojsonschema and JSON Schema's own
//! output; lists of such reports.
//! Refuses: what the words say (pipeline/fault), the rows around them (the kinds).

use serde_json::Value;

use super::members;
use crate::pipeline::fault::{Fault, ToldFailure};

/// Most reports inside of each other.
const DEEPEST: usize = 8;

/// Names of places. JSON Schema's own output has them, ajv, networknt, Python's, gojsonschema.
const PLACES: [&str; 16] = [
    "instanceLocation",
    "instancePath",
    "dataPath",
    "instanceRef",
    "pointer",
    "absolute_path",
    "json_path",
    "path",
    "jsonPath",
    "field",
    "location",
    "loc",
    "instance_path",
    "instance_location",
    "data_path",
    "DocumentURI",
];

/// Names of keywords.
const KEYWORDS: [&str; 8] = ["keyword", "validator", "messageKey", "errorType", "Keyword", "type", "code", "rule"];

/// Names of words.
const WORDS: [&str; 7] = ["message", "description", "msg", "error", "text", "reason", "detail"];

/// Names of lists of reports inside of a report.
pub(super) const LISTS: [&str; 8] =
    ["errors", "dataReports", "validationErrors", "validation_errors", "violations", "payloadValidationErrors", "details", "schemaIssues"];

/// What is wrong by a report, or by all in a list of them: one message each.
pub(super) fn messages(value: &Value) -> Vec<String> {
    let mut told = Vec::new();
    collect(value, 0, &mut told);
    told
}

fn collect(value: &Value, depth: usize, told: &mut Vec<String>) {
    match value {
        _ if depth > DEEPEST => told.extend(members::text(value).map(std::borrow::Cow::into_owned)),
        Value::Null => {}
        Value::Array(list) => list.iter().for_each(|item| collect(item, depth + 1, told)),
        Value::Object(object) => {
            let inner = LISTS.iter().filter_map(|name| object.get(*name)).find(|list| list.as_array().is_some_and(|list| !list.is_empty()));
            match inner {
                Some(list) => collect(list, depth + 1, told),
                None => told.push(report(value)),
            }
        }
        Value::String(text) => match parsed(text) {
            Some(inner) => collect(&inner, depth + 1, told),
            None if !text.is_empty() => told.extend(parted(text)),
            None => {}
        },
        other => told.push(other.to_string()),
    }
}

/// The parts of a text that ajv joins out of several failures: `data/a must be string, data must have required property 'b'`.
fn parted(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(", data").collect();
    let whole: Vec<String> =
        parts.iter().enumerate().map(|(at, part)| if at == 0 { (*part).to_owned() } else { format!("data{part}") }).collect();
    let is_list = whole.len() > 1 && text.starts_with("data") && whole.iter().all(|part| is_judgement(part));
    if is_list { whole } else { vec![text.to_owned()] }
}

/// The reports that a text is, where it is JSON.
pub(super) fn parsed(text: &str) -> Option<Value> {
    let is_json = text.trim_start().starts_with(['{', '[']);
    is_json.then(|| serde_json::from_str(text).ok()).flatten().filter(|value: &Value| value.is_object() || value.is_array())
}

/// A report as one message; what has none of the known members is told as it stands.
pub(super) fn report(value: &Value) -> String {
    let place = PLACES.iter().find_map(|name| place(value.get(*name)?));
    let keyword = KEYWORDS.iter().find_map(|name| members::plain(value, name));
    let from_location = ["keywordLocation", "absoluteKeywordLocation", "schemaPath", "schemaLocation"].iter();
    let of_way =
        from_location.filter_map(|name| members::plain(value, name)).find_map(|way| way.rsplit(['/', '#']).next().map(str::to_owned));
    let words = WORDS.iter().find_map(|name| members::plain(value, name));
    if place.is_none() && words.is_none() && keyword.is_none() {
        return value.to_string();
    }
    let key = key(value);
    let (expected, found) = types(value);
    let keyword = keyword.map(std::borrow::Cow::into_owned).or(of_way);
    let told = ToldFailure {
        place: place.as_deref(),
        names_key: value.get("field").is_some() || words.as_deref().is_some_and(|words| words.contains("is missing but it is required")),
        keyword: keyword.as_deref(),
        key: key.as_deref(),
        expected: expected.as_deref(),
        found: found.as_deref(),
        text: words.as_deref(),
    };
    told.message()
}

/// A place as text: a pointer, a path, or a list of tokens.
fn place(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(tokens) => {
            let token = |token: &Value| members::text(token).map(|text| format!("/{}", text.replace('~', "~0").replace('/', "~1")));
            tokens.iter().map(token).collect()
        }
        _ => None,
    }
}

/// The key that is missing or extraneous.
fn key(value: &Value) -> Option<String> {
    let parts = ["params", "details"].iter().filter_map(|name| value.get(*name));
    let named = ["missingProperty", "additionalProperty", "unevaluatedProperty", "property"];
    let of_parts = parts.into_iter().find_map(|parts| members::any_of(parts, &named));
    of_parts.or_else(|| {
        let list = ["targets", "arguments"].iter().find_map(|name| value.get(*name)?.as_array())?;
        let is_keyed =
            matches!(value.get("keyword").or_else(|| value.get("type")).and_then(Value::as_str), Some("required" | "additionalProperties"));
        list.first().filter(|_| is_keyed)?.as_str().map(str::to_owned)
    })
}

/// The types that are asked for and found.
fn types(value: &Value) -> (Option<String>, Option<String>) {
    if let Some([found, expected, ..]) = ["targets", "arguments"].iter().find_map(|name| value.get(*name)?.as_array()).map(Vec::as_slice) {
        return (expected.as_str().map(str::to_owned), found.as_str().map(str::to_owned));
    }
    let parts = value.get("params").or_else(|| value.get("details")).unwrap_or(value);
    (
        members::any_of(parts, &["expected", "type"]).filter(|_| !std::ptr::eq(parts, value)),
        members::any_of(parts, &["given", "actual", "found"]),
    )
}

/// Whether a message is one that a validator may have written: it tells a place or a keyword.
pub(super) fn is_judgement(message: &str) -> bool {
    let fault = Fault::parse(message, None);
    fault.keyword().is_some() || fault.pointer.is_some()
}
