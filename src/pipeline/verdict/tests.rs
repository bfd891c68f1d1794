//! Messages led back to the schema nodes that they come from.

use super::*;

const SIX: &str = r#""$schema":"http://json-schema.org/draft-06/schema#""#;
const SEVEN: &str = r#""$schema":"http://json-schema.org/draft-07/schema#""#;
const CLASS: &str = "org.everit.json.schema.ValidationException";

/// The schema with one property `a`, under a draft.
fn with_a(draft: &str, node: &str) -> Schema {
    let comma = if draft.is_empty() { "" } else { "," };
    Schema::parse("t", format!(r#"{{{draft}{comma}"type":"object","properties":{{"a":{node}}}}}"#).into()).unwrap()
}

fn located(schema: &Schema, message: &str, document: Option<&str>) -> Broken {
    let document = document.map(|text| Document::parse(text.as_bytes()));
    let readings = Fault::readings(message, Some(CLASS));
    locate_best(schema, &readings, document.as_ref()).unwrap().1
}

#[test]
fn every_keyword_is_found_at_its_node() {
    for (draft, node, message, keyword, below) in [
        ("", r#"{"type":"string"}"#, "#/a: expected type: String, found: Integer", "type", ""),
        ("", r#"{"type":"null"}"#, "#/a: expected: null, found: Integer", "type", ""),
        ("", r#"{"type":"object","required":["x"]}"#, "#/a: required key [x] not found", "required", ""),
        ("", r#"{"additionalProperties":false}"#, "#/a: extraneous key [k] is not permitted", "additionalProperties", ""),
        (
            "",
            r#"{"patternProperties":{"^x/":{"type":"string"}}}"#,
            "#/a/x~1y: expected type: String, found: Integer",
            "type",
            "/patternProperties/^x~1",
        ),
        ("", r#"{"dependencies":{"x":["y"]}}"#, "#/a: property [y] is required", "dependencies", ""),
        ("", r#"{"dependencies":{"z":{"required":["w"]}}}"#, "#/a: required key [w] not found", "required", "/dependencies/z"),
        ("", r#"{"minLength":2,"maxLength":3}"#, "#/a: expected maxLength: 3, actual: 4", "maxLength", ""),
        ("", r#"{"pattern":"^a+$"}"#, "#/a: string [a] does not match pattern x] does not match pattern ^a+$", "pattern", ""),
        ("", r#"{"format":"email"}"#, "#/a: [x y] is not a valid email address", "format", ""),
        ("", r#"{"minimum":0.50}"#, "#/a: 0 is not greater or equal to 0.5", "minimum", ""),
        ("", r#"{"maximum":5,"exclusiveMaximum":true}"#, "#/a: 5 is not less than 5", "exclusiveMaximum", ""),
        (SIX, r#"{"exclusiveMinimum":0}"#, "#/a: 0 is not greater than 0", "exclusiveMinimum", ""),
        ("", r#"{"multipleOf":0.5}"#, "#/a: 0.3 is not a multiple of 0.5", "multipleOf", ""),
        ("", r#"{"uniqueItems":true}"#, "#/a: array items are not unique", "uniqueItems", ""),
        ("", r#"{"items":{"type":"string"}}"#, "#/a/1: expected type: String, found: Null", "type", "/items"),
        ("", r#"{"items":[{}],"additionalItems":false}"#, "#/a: expected: [1] array items, found: [2]", "items", ""),
        (
            "",
            r#"{"items":[{}],"additionalItems":{"type":"integer"}}"#,
            "#/a/1: expected type: Integer, found: String",
            "type",
            "/additionalItems",
        ),
        ("", r#"{"maxProperties":2}"#, "#/a: maximum size: [2], found: [3]", "maxProperties", ""),
        ("", r#"{"enum":["x"]}"#, "#/a: z is not a valid enum value", "enum", ""),
        (SIX, r#"{"const":3}"#, "#/a: ", "const", ""),
        ("", r#"{"type":["string","null"],"maxLength":2}"#, "#/a: #: no subschema matched out of the total 2 subschemas", "anyOf", ""),
        ("", r#"{"type":"string","enum":["x"]}"#, "#/a: #: only 1 subschema matches out of 2", "allOf", ""),
        ("", r#"{"oneOf":[{},{}]}"#, "#/a: #: 2 subschemas matched instead of one", "oneOf", ""),
        ("", r#"{"not":{}}"#, "#/a: subject must not be valid against schema {}", "not", ""),
        (SEVEN, r#"{"if":{},"then":{}}"#, "#/a: input is invalid against the \"then\" schema", "then", ""),
        (SIX, "false", "#/a: false schema always fails", "false", ""),
    ] {
        let broken = located(&with_a(draft, node), message, None);
        assert_eq!(broken.keyword, Some(keyword), "{message}");
        assert_eq!(broken.schema_pointer, Some(format!("/properties/a{below}")), "{message}");
        assert!(!broken.ambiguous, "{message}");
    }
}

#[test]
fn a_name_fails_before_its_value() {
    let map = r#"{"propertyNames":{"maxLength":3,"pattern":"^[a-z]+$"},"additionalProperties":{"type":"string","maxLength":3,"pattern":"^[a-z]+$"}}"#;
    let schema = with_a(SIX, map);
    for (message, place) in [
        ("#/a/long: expected maxLength: 3, actual: 4", "propertyNames"),
        ("#/a/abc: expected maxLength: 3, actual: 4", "additionalProperties"),
        ("#/a/B~1: string [B/] does not match pattern ^[a-z]+$", "propertyNames"),
        ("#/a/b: string [B/] does not match pattern ^[a-z]+$", "additionalProperties"),
    ] {
        let broken = located(&schema, message, None);
        assert_eq!(broken.schema_pointer, Some(format!("/properties/a/{place}")), "{message}");
        assert_eq!((broken.about_name, broken.literal, broken.ambiguous), (place == "propertyNames", true, false));
        assert_eq!(broken.path, "/a/{key}");
    }
    let older = with_a("", map);
    assert_eq!(
        located(&older, "#/a/long: expected maxLength: 3, actual: 4", None).schema_pointer.unwrap(),
        "/properties/a/additionalProperties"
    );
}

#[test]
fn unwritten_combinators_are_told_apart_from_written_ones() {
    let schema = with_a("", r#"{"type":"string","enum":["x"]}"#);
    assert!(!located(&schema, "#/a: #: only 0 subschema matches out of 2", None).literal);
    let schema = with_a("", r#"{"type":"object","anyOf":[{},{},{}]}"#);
    assert!(located(&schema, "#/a: #: no subschema matched out of the total 3 subschemas", None).ambiguous);
    assert!(!located(&schema, "#/a: #: only 1 subschema matches out of 2", None).ambiguous);
}

#[test]
fn a_key_that_holds_the_grammar_is_read_as_schema_and_document_know_it() {
    let schema = with_a("", r#"{"additionalProperties":{"type":"string"}}"#);
    let message = "#/a/x: expected type: String, found: y: expected type: String, found: Integer";
    let broken = located(&schema, message, Some(r#"{"a":{"x: expected type: String, found: y":1}}"#));
    assert_eq!(broken.tokens, ["a", "x: expected type: String, found: y"]);
    assert_eq!(broken.path, "/a/{key}");
}

#[test]
fn another_version_of_the_schema_shows_the_nearest_node_and_says_so() {
    let schema = with_a(SIX, r#"{"propertyNames":{"maxLength":9},"additionalProperties":{"maxLength":7}}"#);
    let broken = located(&schema, "#/a/long: expected maxLength: 3, actual: 4", None);
    assert_eq!((broken.schema_pointer.as_deref(), broken.ambiguous, broken.about_name), (Some("/properties/a/propertyNames"), true, true));
    let broken = located(&schema, "#/a/x: expected maxLength: 3, actual: 4", None);
    assert_eq!((broken.schema_pointer.as_deref(), broken.ambiguous), (Some("/properties/a/additionalProperties"), true));
    let broken = located(&schema, "#/new/0: expected type: String, found: Null", None);
    assert_eq!((broken.node, broken.path.as_str(), broken.ambiguous), (None, "/new/[]", true));
}

#[test]
fn a_key_too_long_for_its_message_broke_the_limit_of_names() {
    let schema = with_a(SIX, r#"{"propertyNames":{"maxLength":61},"additionalProperties":{"type":"boolean"}}"#);
    let key = "k".repeat(1500);
    let whole = format!("{CLASS}: #/a/{key}: expected maxLength: 61, actual: 1500");
    let message = format!("{}...", &whole[..1021]);
    let broken = located(&schema, &message, Some(&format!(r#"{{"a":{{"{key}":true}}}}"#)));
    assert_eq!((broken.keyword, broken.about_name, broken.ambiguous), (Some("maxLength"), true, false));
    assert_eq!(broken.tokens, ["a".to_owned(), key]);
}

#[test]
fn what_has_no_place_has_no_node() {
    let schema = with_a("", "{}");
    let message = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: No such docType: x/y";
    assert_eq!(locate(&schema, &Fault::parse(message, None), None), None);
    assert_eq!(locate_best(&schema, &[], None), None);
}

proptest::proptest! {
    #[test]
    fn any_message_against_any_schema_has_an_answer(
        pointer in "(/(a|0|x~1|k: |é))*",
        text in "(required key \\[a\\] not found|expected type: [A-Z][a-z]+, found: Null|string \\[.*\\] does not match pattern .*|#: .*|.*)",
        schema in r#"\{("(type|items|properties|enum|anyOf|\$ref|dependencies)":(1|"a"|\{"a":\{\}\}|\[\]|\["a"\]|"\#")(,"maxLength":true)?)?\}"#,
    ) {
        let schema = Schema::parse("t", schema.into()).unwrap();
        let message = format!("{CLASS}: #{pointer}: {text}");
        let document = Document::parse(r#"{"a":[{"x/":1}]}"#.as_bytes());
        for document in [None, Some(&document)] {
            if let Some((_, broken)) = locate_best(&schema, &Fault::readings(&message, None), document) {
                proptest::prop_assert_eq!(broken.path.matches('/').count(), broken.tokens.len());
                proptest::prop_assert!(broken.node.is_some() || broken.ambiguous);
            }
        }
    }
}
