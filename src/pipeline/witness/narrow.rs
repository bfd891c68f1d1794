//! Schemas narrowed to what a change refuses.
//!
//! Owns: for each keyword the narrower nodes.
//! Refuses: places (paths), values that are tried where no rule knows better (probes, values), judging.

use serde_json::{Map, Value, json};

use super::paths::{at, inlined, member, met, reached, replaced};
use super::probes::{probes, texts};
use super::values::NodePair;

/// How a schema is narrowed: made only when its turn comes, since schemas are large.
pub(super) enum Attempt {
    /// Not at all.
    Whole { full: bool },
    /// Documents must have the place, and little else; the node there is this one.
    Met(Vec<String>, Value),
    /// The node at the place is this one, and documents have everything.
    Full(Vec<String>, Value),
}

impl Attempt {
    /// Whether documents have everything in them.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Attempt::Whole { full: true } | Attempt::Full(..))
    }

    /// The schema; `None` where it cannot be narrowed like that.
    pub(super) fn schema(self, taking: &Value) -> Option<Value> {
        match self {
            Attempt::Whole { .. } => Some(taking.clone()),
            Attempt::Met(tokens, node) => met(&inlined(taking, &tokens)?, &tokens, &node),
            Attempt::Full(tokens, node) => replaced(&inlined(taking, &tokens)?, &tokens, node),
        }
    }
}

/// Narrower nodes that documents with everything in them are made of.
const MOST_FULL: usize = 6;

/// All ways to narrow a schema for a change, the likeliest first.
pub(super) fn attempts(taking: &Value, refusing: &Value, tokens: &[String], keyword: &str) -> Vec<Attempt> {
    let empty = json!({});
    let node = at(taking, tokens);
    let theirs = at(refusing, tokens).unwrap_or(&empty);
    let mut all = Vec::new();
    // What a map says of its keys is met by a key.
    if let Some((_, around)) = tokens.split_last().filter(|(last, _)| *last == "propertyNames") {
        let around_node = at(taking, around).and_then(Value::as_object);
        for name in texts(theirs) {
            let Some(mut changed) = around_node.cloned() else { break };
            let value = changed.get("additionalProperties").filter(|value| value.is_object()).cloned().unwrap_or_else(|| json!({}));
            member(&mut changed, &name, value);
            all.push(Attempt::Met(around.to_vec(), Value::Object(changed.clone())));
            all.push(Attempt::Full(around.to_vec(), Value::Object(changed)));
        }
        return all;
    }
    all.push(Attempt::Whole { full: false });
    let narrower = match node {
        Some(Value::Object(node)) => of_keyword(node, theirs, keyword),
        // The node stands elsewhere in the taking schema, or nowhere: any value may do.
        _ => Vec::new(),
    };
    all.extend(node.map(|node| Attempt::Met(tokens.to_vec(), node.clone())));
    all.extend(narrower.iter().map(|node| Attempt::Met(tokens.to_vec(), node.clone())));
    all.push(Attempt::Whole { full: true });
    all.extend(narrower.into_iter().take(MOST_FULL).map(|node| Attempt::Full(tokens.to_vec(), node)));
    let typed = node.and_then(|node| node.get("type"));
    let values = probes().into_iter().chain(texts(theirs).into_iter().map(Value::from)).filter(|value| fits(typed, value));
    all.extend(values.map(|value| Attempt::Met(tokens.to_vec(), json!({ "enum": [value] }))));
    all
}

/// Ways by values that the one node takes and the other refuses, and how many values were tried on both.
pub(super) fn by_values(taking: &Value, refusing: &Value, tokens: &[String]) -> (Vec<Attempt>, usize) {
    let (mut all, mut tried) = (Vec::new(), 0);
    for place in reached(taking, tokens) {
        let schema = if place.inlined.is_null() { taking } else { &place.inlined };
        let (Some(node), Some(theirs)) = (at(schema, &place.tokens), at(refusing, &place.theirs)) else { continue };
        let (found, more) = NodePair { taking, refusing, node, theirs }.between();
        tried += more;
        for value in found {
            let node = json!({ "enum": [value] });
            all.push(Attempt::Met(place.tokens.clone(), node.clone()));
            all.push(Attempt::Full(place.tokens.clone(), node));
        }
    }
    (all, tried)
}

/// Narrower nodes, by what changed.
fn of_keyword(node: &Map<String, Value>, theirs: &Value, keyword: &str) -> Vec<Value> {
    let with = |changes: &[(&str, Value)]| {
        let mut changed = node.clone();
        changes.iter().for_each(|(name, value)| drop(changed.insert((*name).to_owned(), value.clone())));
        Value::Object(changed)
    };
    let limit = theirs.get(keyword).and_then(Value::as_f64);
    let whole = |by: f64| limit.map(|limit| limit + by).filter(|limit| *limit >= 0.0).map(|limit| Value::from(limit as u64));
    match keyword {
        "type" => kinds(node.get("type"))
            .into_iter()
            .filter(|kind| !kinds(theirs.get("type")).contains(kind))
            .flat_map(|kind| match kind {
                "number" => vec![json!({"enum": [0.5]}), with(&[("type", json!("number"))])],
                kind => vec![with(&[("type", json!(kind))])],
            })
            .collect(),
        "enum" | "const" => {
            let list = |node: &Value| {
                node.get("enum").and_then(Value::as_array).cloned().or_else(|| node.get("const").map(|one| vec![one.clone()]))
            };
            let refused = list(theirs).unwrap_or_default();
            let own = list(&Value::Object(node.clone())).unwrap_or_default();
            own.into_iter().filter(|value| !refused.contains(value)).take(4).map(|value| json!({ "enum": [value] })).collect()
        }
        "required" => {
            let names = theirs.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            let is_new = |name: &&Value| !node.get("required").and_then(Value::as_array).is_some_and(|own| own.contains(name));
            let without = |name: &Value| {
                let mut changed = node.clone();
                let members = changed.get_mut("properties").and_then(Value::as_object_mut);
                members.and_then(|members| members.shift_remove(name.as_str()?));
                Value::Object(changed)
            };
            names.iter().filter(is_new).take(4).map(without).collect()
        }
        "maxLength" => whole(1.0).map(|least| with(&[("minLength", least), ("type", json!("string"))])).into_iter().collect(),
        "minLength" => whole(-1.0).map(|most| with(&[("maxLength", most), ("type", json!("string"))])).into_iter().collect(),
        "maxItems" => whole(1.0).map(|least| with(&[("minItems", least), ("type", json!("array"))])).into_iter().collect(),
        "minItems" => whole(-1.0).map(|most| with(&[("maxItems", most), ("type", json!("array"))])).into_iter().collect(),
        "maxProperties" => whole(1.0).map(|least| with(&[("minProperties", least), ("type", json!("object"))])).into_iter().collect(),
        "minProperties" => whole(-1.0).map(|most| with(&[("maxProperties", most), ("type", json!("object"))])).into_iter().collect(),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => around(theirs, keyword),
        "multipleOf" => {
            let own = node.get("multipleOf").cloned().unwrap_or_else(|| json!(1));
            vec![json!({ "enum": [own] }), json!({"enum": [1]}), json!({"enum": [0.5]})]
        }
        "uniqueItems" => {
            let twice = |value: Value| with(&[("minItems", json!(2)), ("items", json!({ "enum": [value] })), ("type", json!("array"))]);
            let probes = probes().into_iter().filter(|value| fits(node.get("items").and_then(|items| items.get("type")), value));
            probes.map(twice).collect()
        }
        "items" => {
            let one = |value: Value| with(&[("minItems", json!(1)), ("items", json!({ "enum": [value] })), ("type", json!("array"))]);
            let places = node.get("items").and_then(Value::as_array).map_or(0, Vec::len);
            let more = theirs.get("items").and_then(Value::as_array).map_or(0, Vec::len).max(places);
            let long = with(&[("minItems", Value::from(more as u64 + 1)), ("type", json!("array"))]);
            std::iter::once(long).chain(probes().into_iter().map(one)).collect()
        }
        "additionalProperties" | "properties" | "patternProperties" => members(node, theirs),
        "anyOf" | "oneOf" | "allOf" => {
            let branches = node.get(keyword).and_then(Value::as_array).cloned().unwrap_or_default();
            branches.into_iter().map(|branch| with(&[(keyword, json!([branch]))])).collect()
        }
        "dependencies" => {
            let named = theirs.get("dependencies").and_then(Value::as_object).into_iter().flatten();
            named.take(4).map(|(key, _)| required(node, key, None)).collect()
        }
        _ => Vec::new(),
    }
}

/// Objects with a member that the other side does not take, or looks at.
fn members(node: &Map<String, Value>, theirs: &Value) -> Vec<Value> {
    let keys = |node: Option<&Value>| -> Vec<String> {
        node.and_then(Value::as_object).map(|all| all.keys().cloned().collect()).unwrap_or_default()
    };
    let (own, other) = (keys(node.get("properties")), keys(theirs.get("properties")));
    let mut all: Vec<Value> = own.iter().filter(|key| !other.contains(key)).take(8).map(|key| required(node, key, None)).collect();
    all.push(required(
        node,
        "key",
        node.get("additionalProperties").filter(|value| value.is_object()).cloned().or_else(|| Some(json!({}))),
    ));
    for key in other.iter().filter(|key| !own.contains(key)).take(8) {
        let typed = theirs.get("properties").and_then(|all| all.get(key)).and_then(|schema| schema.get("type"));
        let refused = probes().into_iter().filter(|value| typed.is_none() || !fits(typed, value)).take(3);
        all.extend(refused.map(|value| required(node, key, Some(json!({ "enum": [value] })))));
    }
    for value in probes().into_iter().take(6) {
        all.push(required(node, "key", Some(json!({ "enum": [value] }))));
    }
    all
}

fn required(node: &Map<String, Value>, key: &str, schema: Option<Value>) -> Value {
    let mut changed = node.clone();
    let known = node.get("properties").and_then(|all| all.get(key)).cloned();
    member(&mut changed, key, schema.or(known).unwrap_or_else(|| json!({})));
    Value::Object(changed)
}

/// Numbers next to a limit.
fn around(theirs: &Value, keyword: &str) -> Vec<Value> {
    let limit = theirs.get(keyword).and_then(Value::as_f64).or_else(|| {
        let beside = if keyword.ends_with("inimum") { "minimum" } else { "maximum" };
        theirs.get(beside).and_then(Value::as_f64)
    });
    let Some(limit) = limit else { return Vec::new() };
    let number = |value: f64| if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) };
    let away = if keyword.ends_with("inimum") { -1.0 } else { 1.0 };
    [limit + away, limit, limit + away / 2.0].into_iter().map(|value| json!({ "enum": [number(value)] })).collect()
}

fn kinds(types: Option<&Value>) -> Vec<&str> {
    match types {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => vec!["null", "string", "number", "boolean", "object", "array"],
    }
}

/// Whether a value is of one of the types.
fn fits(types: Option<&Value>, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        _ => false,
    };
    types.is_none() || kinds(types).into_iter().any(is)
}
