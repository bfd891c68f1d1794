//! Where the entity that a schema refused is in an event.
//!
//! Owns: the members of enriched and raw events that hold self-describing data, also inside of texts.
//! Refuses: documents without a schema's name.

use serde_json::Value;

/// Most levels that are looked through.
const DEEPEST: usize = 12;

/// The tokens of the data of that schema; `None` where the event has none.
pub(super) fn find(event: &Value, schema: &str) -> Option<Vec<String>> {
    let mut way = Vec::new();
    within(event, schema, &mut way, 0).then_some(way)
}

fn within(value: &Value, schema: &str, way: &mut Vec<String>, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) && text.contains(schema_name(schema)) => {
            serde_json::from_str::<Value>(text).is_ok_and(|inner| within(&inner, schema, way, depth + 1))
        }
        Value::Object(members) => {
            if members.get("schema").and_then(Value::as_str) == Some(schema) && members.contains_key("data") {
                way.push("data".to_owned());
                return true;
            }
            // Parameters are often a list of names and values.
            members.iter().any(|(name, inner)| step(name.clone(), inner, schema, way, depth))
        }
        Value::Array(list) => list.iter().enumerate().any(|(at, inner)| step(at.to_string(), inner, schema, way, depth)),
        _ => false,
    }
}

fn step(token: String, inner: &Value, schema: &str, way: &mut Vec<String>, depth: usize) -> bool {
    way.push(token);
    if within(inner, schema, way, depth + 1) {
        return true;
    }
    way.pop();
    false
}

/// Some writers put a `\` before each `/`.
fn schema_name(schema: &str) -> &str {
    schema.rsplit('/').nth(2).unwrap_or(schema)
}
