//! Made-up schemas and documents by the thousand: the judge's own answers agree with each other, and with the `jsonschema` crate wherever both
//! mean the same.
//!
//! Known differences, so left out of what is generated for the second opinion. The pipeline's validator
//! - calls no number with a fraction or an exponent an integer (`1.0`, `1e3`); the crate does;
//! - checks the formats that its draft registers, as Java's libraries read them; the crate has other formats and other readings;
//! - takes the last of several members of one name, as the crate does, but counts and orders by Java's map;
//! - finds patterns as `java.util.regex` does: `\d` and `\w` are ASCII, `.` stops at more line breaks, `$` holds before the last one;
//! - divides doubles for `multipleOf`;
//! - obeys no `const`, `contains` or `propertyNames` in draft 04, no `if` before draft 07;
//! - knows no `$ref` that leaves the file.

use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Input, Judge, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A JSON value of few keys and small numbers, so that schemas are hit often.
fn value() -> impl Strategy<Value = Value> {
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

fn schema() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(json!({})), Just(json!({"type": "string"})), Just(json!({"maxLength": 1})), any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop::collection::vec(keyword(inner.boxed()), 0..4).prop_map(|keywords| Value::Object(keywords.into_iter().collect()))
    })
}

fn root(schema: Value) -> Value {
    json!({"$schema": "http://json-schema.org/draft-06/schema#", "allOf": [schema]})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn all_answers_agree(schema in schema(), value in value()) {
        let whole = root(schema);
        let judge = Judge::compile(Arc::new(Schema::parse("x", whole.to_string().into_bytes()).unwrap())).unwrap();
        let document = Document::parse(value.to_string().into_bytes());
        let (verdict, violations) = (judge.verdict(&document), judge.violations(&document, 5));
        prop_assert!(verdict.doubts.is_empty());
        prop_assert_eq!(verdict.outcome == Outcome::Pass, violations.count == 0, "{}", whole);
        prop_assert_eq!(violations.count == 0, violations.list.is_empty() && violations.tree.is_empty());
        prop_assert!(violations.list.len() as u64 == violations.count.min(5));
        if let Outcome::Fail(found) = verdict.outcome {
            let place = document.find(&found.tokens);
            prop_assert_eq!(place, Ok(found.instance), "{:?}", found);
            let begin = [found.pointer.as_str(), ": "].concat();
            prop_assert!(found.message.starts_with(&begin) && !found.sentence.is_empty());
        }
        let other = jsonschema::validator_for(&whole).unwrap().is_valid(&value);
        prop_assert_eq!(judge.passes(&document), other, "{} {}", whole, value);
    }

    #[test]
    fn nothing_makes_it_stumble(text in "[\\[\\]{},:\"0-9ab.eE\\\\u -]{0,60}", schema in schema()) {
        let judge = Judge::compile(Arc::new(Schema::parse("x", root(schema).to_string().into_bytes()).unwrap())).unwrap();
        let document = Document::parse(text.into_bytes());
        let passes = judge.verdict(Input::payload(&document)).outcome == Outcome::Pass;
        prop_assert_eq!(passes, judge.violations(Input::payload(&document), 3).count == 0);
    }
}
