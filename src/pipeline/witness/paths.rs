//! Places in a schema's text: found, changed, and made sure to be met by a document.
//!
//! Owns: pointers, one keyword taken over from another schema, what a document must have so that a node speaks about some of it.
//! Refuses: which changes are tried (narrow).

use serde_json::{Map, Value, json};

use crate::pipeline::example::text_for;

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

/// A place where a value can stand, and what the refusing schema says of it.
pub(super) struct Reached {
    /// In the taking schema, with what references name put in.
    pub tokens: Vec<String>,
    /// The schema with that; null where nothing had to be put in.
    pub inlined: Value,
    /// In the refusing schema.
    pub theirs: Vec<String>,
}

/// Most references to one definition that are followed.
const MOST_REFERENCES: usize = 2;

/// The places where a value meets a node: its own, or the nearest around it that a value can stand at; of a definition those that name it.
pub(super) fn reached(schema: &Value, tokens: &[String]) -> Vec<Reached> {
    if let [definitions @ ("definitions" | "$defs"), name, rest @ ..] = &tokens.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        let reference = format!("#/{definitions}/{name}");
        let places = references(schema, &reference);
        let of = |place: Vec<String>| {
            let whole: Vec<String> = place.iter().cloned().chain(rest.iter().map(|token| (*token).to_owned())).collect();
            let tokens = whole[..reach(&whole).max(place.len()).min(whole.len())].to_vec();
            let theirs = tokens_of_definition(definitions, name, &tokens[place.len()..]);
            Some(Reached { inlined: inlined(schema, &tokens)?, tokens, theirs })
        };
        return places.into_iter().filter_map(of).collect();
    }
    let tokens = tokens[..reach(tokens)].to_vec();
    vec![Reached { theirs: tokens.clone(), tokens, inlined: Value::Null }]
}

fn tokens_of_definition(definitions: &str, name: &str, rest: &[String]) -> Vec<String> {
    [definitions.to_owned(), name.to_owned()].into_iter().chain(rest.iter().cloned()).collect()
}

/// How far along a place a value can stand.
fn reach(tokens: &[String]) -> usize {
    let mut at = 0;
    while at < tokens.len() {
        let is_index = tokens.get(at + 1).is_some_and(|token| token.parse::<usize>().is_ok());
        at += match tokens[at].as_str() {
            "properties" | "patternProperties" | "allOf" | "anyOf" | "oneOf" => 2,
            "items" if is_index => 2,
            "items" | "additionalProperties" | "contains" => 1,
            _ => return at,
        };
    }
    tokens.len().min(at)
}

/// Places of references to a definition, outside of definitions.
fn references(schema: &Value, reference: &str) -> Vec<Vec<String>> {
    let (mut found, mut open) = (Vec::new(), vec![(Vec::new(), schema)]);
    while let Some((place, node)) = open.pop() {
        if node.get("$ref").and_then(Value::as_str) == Some(reference) {
            if reach(&place) == place.len() {
                found.push(place);
            }
            if found.len() == MOST_REFERENCES {
                break;
            }
            continue;
        }
        let below = |token: String, place: &[String]| place.iter().cloned().chain([token]).collect::<Vec<_>>();
        match node {
            Value::Object(members) => {
                let inner = members.iter().filter(|(name, _)| !place.is_empty() || !matches!(name.as_str(), "definitions" | "$defs"));
                open.extend(inner.map(|(name, value)| (below(name.clone(), &place), value)));
            }
            Value::Array(items) => open.extend(items.iter().enumerate().map(|(at, item)| (below(at.to_string(), &place), item))),
            _ => {}
        }
    }
    found
}

/// The schema with what references name put in along a place.
pub(super) fn inlined(schema: &Value, tokens: &[String]) -> Option<Value> {
    let mut changed: Option<Value> = None;
    for length in 0..=tokens.len() {
        let node = at(changed.as_ref().unwrap_or(schema), &tokens[..length])?;
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { continue };
        let definition: Vec<String> = reference.strip_prefix("#/")?.split('/').map(str::to_owned).collect();
        let definition = at(schema, &definition)?.clone();
        changed = Some(replaced(changed.as_ref().unwrap_or(schema), &tokens[..length], definition)?);
    }
    Some(changed.unwrap_or_else(|| schema.clone()))
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
    // What follows from a test says nothing without it.
    let conditional = ["if", "then", "else"];
    let keywords = if conditional.contains(&keyword) { &conditional[..] } else { &[keyword] };
    for &keyword in keywords {
        match theirs.get(keyword) {
            Some(value) => node.insert(keyword.to_owned(), value.clone()),
            None => node.remove(keyword),
        };
    }
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
        ("patternProperties", Some(pattern)) => {
            let inner = met(step(around.get("patternProperties")?, pattern)?, below, node)?;
            member(&mut around, &text_for(pattern, 0)?, inner);
        }
        ("dependencies" | "definitions" | "$defs", _) | (_, None) if !is_single(first) => return None,
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
