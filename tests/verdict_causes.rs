//! What is really wrong behind a combinator, on small made-up schemas: which branch comes nearest, and how it is told.

use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Cause, Judge};

/// A schema whose property `a` has these keywords.
fn judge(keywords: &str) -> Judge {
    let text = format!(
        r##"{{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{{"text":{{"type":"string"}}}},"properties":{{"a":{{{keywords}}}}}}}"##
    );
    Judge::compile(Arc::new(Schema::parse("made/up/up.1.schema.json", text.into()).unwrap())).unwrap()
}

fn document(value: &str) -> Document {
    Document::parse(format!(r#"{{"a":{value}}}"#).into_bytes())
}

fn cause(keywords: &str, value: &str) -> Option<Cause> {
    let (judge, document) = (judge(keywords), document(value));
    let cause = judge.cause(&document);
    let all = judge.violations(&document, 100);
    let first = all.causes.first();
    assert_eq!(first.map(|first| &first.sentence), cause.as_ref().map(|cause| &cause.sentence), "one answer: {keywords} {value}");
    cause
}

/// Keywords, value, the sentence of the cause, and how many things are really wrong.
fn check(cases: &[(&str, &str, &str, usize)]) {
    for &(keywords, value, sentence, count) in cases {
        assert_eq!(cause(keywords, value).map(|cause| cause.sentence).as_deref(), Some(sentence), "{keywords} {value}");
        assert_eq!(judge(keywords).violations(&document(value), 100).causes.len(), count, "{keywords} {value}");
    }
}

#[test]
fn a_single_keyword_is_its_own_cause() {
    check(&[
        (r#""type":"string""#, "7", "`a` must be a string, is the integer 7", 1),
        (r#""required":["x","y"]"#, "{}", "`a` is missing the key `x`", 2),
        (r#""not":{"type":"string"}"#, "\"x\"", "`a` must not be what its schema rules out, is the string \"x\"", 1),
        (r#""contains":{"type":"string"}"#, "[1]", "`a` has no element of the kind that the schema asks for", 1),
        (r#""dependencies":{"x":["y"]}"#, r#"{"x":1}"#, "`a` is missing the key `y`, which another of its keys asks for", 1),
        (
            r#""dependencies":{"x":{"properties":{"y":{"type":"string"}}}}"#,
            r#"{"x":1,"y":2}"#,
            "`a.y` must be a string, is the integer 2",
            1,
        ),
    ]);
    assert_eq!(cause(r#""type":"string""#, "\"x\""), None, "a document that passes has none");
}

#[test]
fn the_form_with_the_fewest_violations_is_meant() {
    let pets = r#""anyOf":[
        {"type":"object","required":["wings"],"properties":{"name":{"type":"string"},"wings":{"type":"integer"}},"additionalProperties":false},
        {"type":"object","required":["name"],"properties":{"name":{"type":"string"}},"additionalProperties":false},
        {"type":"object","required":["paws","tail"],"properties":{"paws":{"type":"integer"},"tail":{"type":"boolean"}},"additionalProperties":false}]"#;
    check(&[
        (pets, r#"{"name":7}"#, "`a.name` must be a string, is the integer 7", 1),
        (pets, r#"{"paws":"four","tail":true}"#, "`a.paws` must be an integer, is the string \"four\"", 1),
        (pets, r#"{"paws":"four","tail":0}"#, "`a.tail` must be true or false, is the integer 0", 2),
    ]);
}

#[test]
fn a_listed_value_tells_which_form_is_meant() {
    let shapes = r##""oneOf":[
        {"properties":{"kind":{"const":"circle"},"radius":{"type":"number"},"colour":{"$ref":"#/definitions/text"}},"required":["radius"]},
        {"properties":{"kind":{"type":"string","enum":["square","box"]},"side":{"type":"number"}}}]"##;
    check(&[
        // One violation of a square, two of a circle: still it calls itself a circle.
        (shapes, r#"{"kind":"circle","colour":1}"#, "`a` is missing the key `radius`", 2),
        (shapes, r#"{"kind":"box","side":"1","radius":1}"#, "`a.side` must be a number, is the string \"1\"", 1),
        (shapes, r#"{"kind":"star","radius":1}"#, "`a.kind` must be \"circle\", \"square\" or \"box\", is the string \"star\"", 1),
    ]);
    let nested = r#""anyOf":[
        {"properties":{"meta":{"properties":{"v":{"const":1}}},"x":{"type":"string"},"y":{"type":"string"}}},
        {"properties":{"meta":{"properties":{"v":{"const":2}}}}}]"#;
    check(&[(nested, r#"{"meta":{"v":1},"x":1,"y":1}"#, "`a.x` must be a string, is the integer 1", 2)]);
}

#[test]
fn another_type_of_value_is_farther_than_much_that_is_wrong_inside() {
    let keywords = r#""type":["array","object"],"minItems":1,"items":{"properties":{"n":{"minimum":1}}}"#;
    check(&[
        (keywords, "[]", "`a` has 0 elements, at least 1 is needed", 1),
        (keywords, r#"[{"n":0},{"n":0}]"#, "`a[0].n` must be at least 1, is the integer 0", 2),
        (keywords, "7", "`a` must be an array or an object, is the integer 7", 1),
        (r#""anyOf":[{"type":"null"},{"type":"object","required":["x","y"]}]"#, "{}", "`a` is missing the key `x`", 2),
        (r#""anyOf":[{"type":"null"},{"type":"string","maxLength":2}]"#, "7", "`a` must be null or a string, is the integer 7", 1),
        (r#""anyOf":[{"type":"null"},{"type":"string","enum":["x","y"]}]"#, "7", "`a` must be null, \"x\" or \"y\", is the integer 7", 1),
        (r#""anyOf":[false,{"type":"object","required":["x","y"]}]"#, "{}", "`a` is missing the key `x`", 2),
    ]);
}

#[test]
fn what_is_wrong_further_down_is_nearer_than_a_key_that_is_missing() {
    let keywords = r#""anyOf":[{"required":["radius"]},{"required":["side"],"properties":{"side":{"type":"number"}}}]"#;
    check(&[(keywords, r#"{"side":"3"}"#, "`a.side` must be a number, is the string \"3\"", 1)]);
}

#[test]
fn branches_that_are_equally_near_are_alternatives() {
    check(&[
        (
            r#""type":"object","anyOf":[{"required":["x"]},{"required":["y"]},{"required":["z"]}]"#,
            r#"{"w":1}"#,
            "`a` has none of the keys `x`, `y` and `z`; one is needed",
            1,
        ),
        (
            r#""anyOf":[{"properties":{"x":{"type":"string"}}},{"properties":{"y":{"minimum":3}}}]"#,
            r#"{"x":1,"y":1}"#,
            "either `a.x` must be a string, is the integer 1, or `a.y` must be at least 3, is the integer 1",
            1,
        ),
        (r#""oneOf":[{"const":1},{"const":"two"},{"const":3}]"#, "4", "`a` must be 1, 3 or \"two\", is the integer 4", 1),
        // The same is wrong whichever is meant.
        (
            r#""anyOf":[{"properties":{"x":{"type":"string"}}},{"properties":{"x":{"type":"string"}}}]"#,
            r#"{"x":1}"#,
            "`a.x` must be a string, is the integer 1",
            1,
        ),
    ]);
    let both = cause(r#""anyOf":[{"required":["x"]},{"properties":{"y":{"minItems":3}},"maxProperties":0}]"#, r#"{"y":1}"#).unwrap();
    assert_eq!((both.violation.keyword, both.ways.len()), ("anyOf", 2), "the combinator where the alternatives differ: {both:?}");
}

#[test]
fn a_value_that_fits_too_many_forms_breaks_no_single_keyword() {
    check(&[
        (r#""oneOf":[{"type":"integer"},{"minimum":2}]"#, "7", "`a` fits 2 forms where it must fit exactly one", 1),
        (r#""oneOf":[{"type":"integer"},{"minimum":2},{"type":"string"}]"#, "7", "`a` fits 2 forms where it must fit exactly one", 1),
        (
            r#""anyOf":[{"oneOf":[{"type":"integer"},{"minimum":2}]},{"type":"string"}]"#,
            "7",
            "`a` fits 2 forms where it must fit exactly one",
            1,
        ),
    ]);
    let many = cause(r#""oneOf":[{"type":"integer"},{"minimum":2}]"#, "7").unwrap();
    assert_eq!((many.violation.keyword, many.violation.tokens), ("oneOf", vec!["a".to_owned()]));
}

#[test]
fn all_that_an_all_of_asks_for_is_broken() {
    check(&[
        (
            r#""allOf":[{"required":["x"]},{"properties":{"y":{"type":"string"}}},{"maxProperties":3}]"#,
            r#"{"y":1}"#,
            "`a` is missing the key `x`",
            2,
        ),
        (r#""type":"string","enum":["x","y"]"#, "\"z\"", "`a` must be one of \"x\", \"y\", is the string \"z\"", 1),
        (r#""type":"string","enum":["x","y"]"#, "7", "`a` must be one of \"x\", \"y\", is the integer 7", 1),
        (r#""type":["string","null"],"enum":["x",null]"#, "\"z\"", "`a` must be one of \"x\", null, is the string \"z\"", 1),
    ]);
}

#[test]
fn combinators_inside_one_another_are_followed_to_the_innermost() {
    let keywords = r#""allOf":[{"anyOf":[{"type":"null"},{"oneOf":[
        {"properties":{"v":{"const":1},"n":{"type":"array","items":{"type":["string","null"]}}}},
        {"properties":{"v":{"const":2}}}]}]}]"#;
    check(&[
        (keywords, r#"{"v":1,"n":["x",7]}"#, "`a.n[1]` must be a string or null, is the integer 7", 1),
        (
            r#""anyOf":[{"anyOf":[{"required":["x"]},{"required":["y"]}]},{"required":["z"]}]"#,
            "{}",
            "`a` has none of the keys `x`, `y` and `z`; one is needed",
            1,
        ),
    ]);
    let innermost = cause(keywords, r#"{"v":1,"n":["x",7]}"#).unwrap().violation;
    assert_eq!(innermost.tokens, ["a", "n", "1"]);
}

#[test]
fn of_a_condition_what_it_then_asks_for_is_meant() {
    let keywords = r#""if":{"properties":{"land":{"const":"A"}}},"then":{"required":["zip"]},"else":{"required":["code"]}"#;
    check(&[
        (keywords, r#"{"land":"A"}"#, "`a` is missing the key `zip`", 1),
        (keywords, r#"{"land":"B"}"#, "`a` is missing the key `code`", 1),
    ]);
}

#[test]
fn a_place_far_down_is_named_from_the_root() {
    let keywords = r#""items":{"properties":{"in~/side":{"anyOf":[{"type":"string"},{"items":{"type":"string"},"type":"array"}]}}}"#;
    let found = cause(keywords, r#"[{"in~/side":["x",1]}]"#).unwrap().violation;
    assert_eq!(found.tokens, ["a", "0", "in~/side", "1"]);
}
