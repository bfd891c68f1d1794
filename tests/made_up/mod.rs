//! Made-up schemas and documents of few keys and small numbers, so that schemas are hit often.

use proptest::prelude::*;
use serde_json::{Value, json};

/// A JSON value of few keys and small numbers, so that schemas are hit often.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..6_i64).prop_map(Value::from),
        prop::sample::select(vec![0.5, 1.25, -2.5]).prop_map(Value::from),
        prop::sample::select(vec!["", "a", "ab", "abc", "é😀", "x/~\""]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key(), inner, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "ab", "q", "k/~"]).prop_map(str::to_owned)
}

/// One keyword with its value; `inner` makes schemas.
fn keyword(inner: BoxedStrategy<Value>) -> impl Strategy<Value = (String, Value)> {
    let types = || prop::sample::select(vec!["string", "integer", "number", "boolean", "null", "array", "object"]);
    let named = |name: &'static str| move |value: Value| (name.to_owned(), value);
    let limit = || prop::sample::select(vec!["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]);
    let bound = || prop::sample::select(vec!["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]);
    let members = |name: &'static str, inner: &BoxedStrategy<Value>| {
        prop::collection::btree_map(key(), inner.clone(), 1..3).prop_map(move |m| (name.to_owned(), Value::Object(m.into_iter().collect())))
    };
    let one = prop::sample::select(vec!["additionalProperties", "items", "not", "contains", "additionalItems"]);
    let several = prop::sample::select(vec!["anyOf", "oneOf", "allOf"]);
    prop_oneof![
        types().prop_map(|name| ("type".to_owned(), Value::from(name))),
        prop::collection::btree_set(types(), 1..4).prop_map(|names| ("type".to_owned(), names.into_iter().collect())),
        (limit(), 0..4_u64).prop_map(|(name, limit)| (name.to_owned(), limit.into())),
        (bound(), prop::sample::select(vec![json!(0), json!(1.0), json!(2.5), json!(-2)]))
            .prop_map(|(name, bound)| (name.to_owned(), bound)),
        prop::sample::select(vec!["^a", "b$", "^[a-b]+$", "^(?!ab)"]).prop_map(Value::from).prop_map(named("pattern")),
        prop::collection::btree_set(key(), 1..3).prop_map(|keys| ("required".to_owned(), keys.into_iter().collect())),
        prop::collection::vec(value(), 1..3).prop_map(Value::from).prop_map(named("enum")),
        value().prop_map(named("const")),
        Just(("uniqueItems".to_owned(), Value::from(true))),
        prop::sample::select(vec!["additionalProperties", "additionalItems"]).prop_map(|name| (name.to_owned(), Value::from(false))),
        members("properties", &inner),
        members("patternProperties", &inner),
        members("dependencies", &inner),
        prop::sample::select(vec![2_u64, 3]).prop_map(|most| ("propertyNames".to_owned(), json!({"maxLength": most}))),
        (one, inner.clone()).prop_map(|(name, schema)| (name.to_owned(), schema)),
        (several, prop::collection::vec(inner.clone(), 1..4)).prop_map(|(name, schemas)| (name.to_owned(), schemas.into())),
        prop::collection::vec(inner, 1..3).prop_map(Value::from).prop_map(named("items")),
    ]
}

/// A schema of such keywords.
pub(crate) fn schema() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(json!({})), Just(json!({"type": "string"})), Just(json!({"maxLength": 1})), any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop::collection::vec(keyword(inner.boxed()), 0..4).prop_map(|keywords| Value::Object(keywords.into_iter().collect()))
    })
}

/// The schema as one of draft 06.
pub(crate) fn root(schema: Value) -> Value {
    json!({"$schema": "http://json-schema.org/draft-06/schema#", "allOf": [schema]})
}
