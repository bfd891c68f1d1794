//! Places in a schema's text: found, changed, and made sure to be met by a document.
//!
//! Owns: pointers, one keyword taken over from another schema, what a document must have so that a node speaks about some of it.
//! Refuses: which changes are tried (narrow).

use serde_json::{Map, Value, json};

fn step<'a>(value: &'a Value, token: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => members.get(token),
        Value::Array(items) => items.get(token.parse::<usize>().ok()?),
        _ => None,
    }
}

fn step_mut<'a>(value: &'a mut Value, token: &str) -> Option<&'a mut Value> {
    match value {
        Value::Object(members) => members.get_mut(token),
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
        _ => None,
    }
}

/// The node at a place.
pub(super) fn at<'a>(schema: &'a Value, tokens: &[String]) -> Option<&'a Value> {
    tokens.iter().try_fold(schema, |value, token| step(value, token))
}

/// The schema with another node at a place.
pub(super) fn replaced(schema: &Value, tokens: &[String], node: Value) -> Option<Value> {
    let mut changed = schema.clone();
    *tokens.iter().try_fold(&mut changed, |value, token| step_mut(value, token))? = node;
    Some(changed)
}

/// The schema with one keyword of a node as another schema has it.
pub(super) fn mixed(schema: &Value, other: &Value, tokens: &[String], keyword: &str) -> Option<Value> {
    let (node, theirs) = (at(schema, tokens)?, at(other, tokens)?);
    if keyword.is_empty() {
        return replaced(schema, tokens, theirs.clone());
    }
    let mut node = node.as_object()?.clone();
    match theirs.get(keyword) {
        Some(value) => node.insert(keyword.to_owned(), value.clone()),
        None => node.remove(keyword),
    };
    replaced(schema, tokens, Value::Object(node))
}

/// The schema in which documents must have something that the node at a place speaks about, and the node is another one.
pub(super) fn met(schema: &Value, tokens: &[String], node: &Value) -> Option<Value> {
    let Some((first, rest)) = tokens.split_first() else { return Some(node.clone()) };
    let mut around = slim(schema.as_object()?, rest.first().filter(|_| first == "properties"));
    let (second, below) = rest.split_first().map_or((None, rest), |(second, below)| (Some(second), below));
    match (first.as_str(), second) {
        ("properties", Some(key)) => {
            let inner = met(step(around.get("properties")?, key)?, below, node)?;
            member(&mut around, key, inner);
        }
        ("patternProperties" | "dependencies" | "definitions" | "$defs", _) | (_, None) if !is_single(first) => return None,
        ("additionalProperties", _) => {
            let inner = met(around.get("additionalProperties")?, rest, node)?;
            member(&mut around, "key", inner);
        }
        ("items", Some(index)) if around.get("items").is_some_and(Value::is_array) => {
            let place: usize = index.parse().ok()?;
            let inner = met(step(around.get("items")?, index)?, below, node)?;
            *step_mut(around.get_mut("items")?, index)? = inner;
            least(&mut around, place + 1);
        }
        ("items", _) => {
            let inner = met(around.get("items")?, rest, node)?;
            around.insert("items".to_owned(), inner);
            least(&mut around, 1);
        }
        ("allOf", Some(index)) => {
            let inner = met(step(around.get("allOf")?, index)?, below, node)?;
            *step_mut(around.get_mut("allOf")?, index)? = inner;
        }
        (branches @ ("anyOf" | "oneOf"), Some(index)) => {
            let inner = met(step(around.get(branches)?, index)?, below, node)?;
            around.insert(branches.to_owned(), json!([inner]));
        }
        ("then" | "else" | "contains", _) => {
            let inner = met(around.get(first)?, rest, node)?;
            around.insert(first.clone(), inner);
        }
        _ => return None,
    }
    Some(Value::Object(around))
}

fn is_single(keyword: &str) -> bool {
    matches!(keyword, "additionalProperties" | "items" | "then" | "else" | "contains")
}

/// An object's node without the members that documents need not have, but for one: schemas are large, and those are not looked at.
fn slim(node: &Map<String, Value>, kept: Option<&String>) -> Map<String, Value> {
    let required = node.get("required").and_then(Value::as_array);
    let is_kept = |key: &String| Some(key) == kept || required.is_some_and(|names| names.iter().any(|name| name == key));
    let slimmed = |name: &String, value: &Value| match value {
        Value::Object(members) if name == "properties" => {
            Value::Object(members.iter().filter(|(key, _)| is_kept(key)).map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        value => value.clone(),
    };
    node.iter().map(|(name, value)| (name.clone(), slimmed(name, value))).collect()
}

/// Makes a member one that must be there.
pub(super) fn member(node: &mut Map<String, Value>, key: &str, schema: Value) {
    if let Some(members) = node.entry("properties").or_insert_with(|| json!({})).as_object_mut() {
        members.insert(key.to_owned(), schema);
    }
    if let Some(required) = node.entry("required").or_insert_with(|| json!([])).as_array_mut()
        && !required.iter().any(|name| name == key)
    {
        required.push(Value::from(key));
    }
    typed(node, "object");
}

fn least(node: &mut Map<String, Value>, items: usize) {
    let known = node.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    node.insert("minItems".to_owned(), Value::from(known.max(items as u64)));
    typed(node, "array");
}

/// Of several types only the one that a member or an element can stand in.
fn typed(node: &mut Map<String, Value>, kind: &str) {
    if node.get("type").is_none_or(|types| types.as_array().is_some_and(|types| types.iter().any(|name| name == kind))) {
        node.insert("type".to_owned(), Value::from(kind));
    }
}
