use std::sync::Arc;

use super::*;
use crate::pipeline::schema::Schema;

fn example(text: &str, full: bool) -> Result<Example, ExampleError> {
    let schema = Schema::parse("ns/a/a.1.schema.json", text.as_bytes().to_vec()).unwrap();
    let judge = Judge::compile(Arc::new(schema)).unwrap();
    document(&judge, Wanted { namespace: "ns", version: Some("1"), full })
}

/// The document without white space.
fn made(text: &str, full: bool) -> String {
    let example = example(text, full).unwrap();
    serde_json::from_slice::<serde_json::Value>(example.document.text()).unwrap().to_string()
}

#[test]
fn required_members_come_in_the_order_of_the_schema() {
    let text = r#"{"type":"object","properties":{"b":{"type":"integer","minimum":3},"a":{"enum":["x","y"]},"c":{"type":"string"}},"required":["z","a","b"]}"#;
    assert_eq!(made(text, false), r#"{"b":3,"a":"x","z":"example"}"#);
    assert_eq!(made(text, true), r#"{"b":3,"a":"x","c":"example","z":"example"}"#);
}

#[test]
fn everything_that_can_be_asked_is_fulfilled() {
    let draft = r#""$schema":"http://json-schema.org/draft-07/schema#""#;
    let cases = [
        r#""oneOf":[{"type":"integer"},{"type":"number"}]"#,
        r#""oneOf":[{"type":"null"},{"type":"string","minLength":9,"maxLength":9}]"#,
        r#""anyOf":[{"type":"string","enum":[]},{"type":"boolean"}]"#,
        r#""type":"string","oneOf":[{"type":"integer"},{"type":"string"}]"#,
        r#""allOf":[{"minimum":2},{"maximum":2},{"type":"number"}]"#,
        r#""type":"string","not":{"const":"example"}"#,
        r#""type":"array","uniqueItems":true,"minItems":30,"items":{"type":"integer","minimum":0}"#,
        r#""type":"array","items":[{"type":"string"},{"type":"null"}],"additionalItems":{"type":"boolean"},"minItems":4"#,
        r#""type":"array","contains":{"const":5},"items":{"type":"integer"}"#,
        r#""type":"object","minProperties":3,"additionalProperties":{"type":"integer"},"propertyNames":{"pattern":"^k[0-9]$"}"#,
        r#""type":"object","minProperties":2,"patternProperties":{"^a+$":{"type":"null"}},"additionalProperties":false"#,
        r#""type":"object","required":["a"],"dependencies":{"a":["b"],"b":{"required":["c"],"properties":{"c":{"type":"null"}}}}"#,
        r#""type":"object","oneOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":false,"b":{"type":"null"}}"#,
        r#""type":"object","required":["k"],"properties":{"k":{"enum":["p","q"]}},"if":{"properties":{"k":{"const":"p"}}},"then":{"required":["z"]}"#,
        r##""definitions":{"n":{"type":"object","required":["v"],"properties":{"v":{"type":"null"},"next":{"$ref":"#/definitions/n"}}}},"$ref":"#/definitions/n""##,
        r#""type":"object","properties":{"a":{"type":"string","pattern":"^$","minLength":1},"b":{"type":"null"}}"#,
        r#""type":"object","maxProperties":1,"required":["c"],"properties":{"a":{},"b":{},"c":{}}"#,
        r#""type":"object","oneOf":[{"required":["a"]},{"required":["b"]}],"anyOf":[{"required":["c"]},{"required":["a"]}],"properties":{"a":{},"b":{},"c":{}}"#,
        r#""type":"string","format":"date-time","pattern":"Z$""#,
    ];
    for case in cases {
        for full in [false, true] {
            let text = format!(r#"{{{draft},"properties":{{"x":{{{case}}}}},"required":["x"]}}"#);
            let text = if case.contains("definitions") { format!("{{{draft},{case}}}") } else { text };
            if let Err(error) = example(&text, full) {
                panic!("{case}: {error}");
            }
        }
    }
}

#[test]
fn what_no_value_fits_is_left_out_or_named() {
    let never = r#"{"type":"string","pattern":"^$","minLength":1}"#;
    let optional = example(&format!(r#"{{"properties":{{"a":{never},"b":{{"type":"null"}}}}}}"#), true).unwrap();
    assert_eq!(optional.left_out, [["a"]]);
    let error = example(&format!(r#"{{"properties":{{"a":{never}}},"required":["a"]}}"#), false).unwrap_err().to_string();
    assert!(error.contains("#/properties/a"), "{error}");
}

#[test]
fn members_that_the_decoder_takes_away_are_no_part_of_it() {
    let text = r#"{"properties":{"document_id":{"type":"string"},"metadata":{"type":"object"},"a":{"type":"null"}}}"#;
    assert_eq!(made(text, true), r#"{"a":null}"#);
    let schema = Schema::parse("t", text.as_bytes().to_vec()).unwrap();
    let judge = Judge::compile(Arc::new(schema)).unwrap();
    let whole = document(&judge, Wanted { namespace: "metadata", version: None, full: true }).unwrap().document;
    assert!(whole.member(0, "document_id").is_some(), "no payload has these schemas");
    let error = example(r#"{"required":["document_id"]}"#, false).unwrap_err().to_string();
    assert!(error.contains("document_id, which the pipeline takes out"), "{error}");
}

#[test]
fn documents_of_telemetry_tell_their_version() {
    let schema = Schema::parse("t", br#"{"properties":{"version":{"type":"number"}}}"#.to_vec()).unwrap();
    let judge = Judge::compile(Arc::new(schema)).unwrap();
    let made = |namespace| document(&judge, Wanted { namespace, version: Some("4"), full: false }).unwrap().document.text().to_vec();
    assert_eq!(made("telemetry"), b"{\n  \"version\": 4\n}");
    assert_eq!(made("ns"), b"{}");
}

#[test]
fn schemas_without_end_have_an_end() {
    let endless = r##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##;
    assert!(example(endless, false).is_err());
    let wide = r#"{"type":"array","minItems":1000000000,"items":{"type":"array","minItems":100000,"items":{}}}"#;
    assert!(example(wide, false).is_err());
    let deep = format!("{}{{}}{}", r#"{"type":"object","required":["a"],"properties":{"a":"#.repeat(90), "}}".repeat(90));
    assert!(example(&deep, false).is_err());
}
