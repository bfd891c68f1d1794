use std::sync::Arc;

use super::*;
use crate::schemas::Schema;

fn judge(schema: &str) -> Judge {
    let draft = "\"$schema\":\"http://json-schema.org/draft-06/schema#\",";
    let text = schema.replacen('{', &format!("{{{draft}"), 1);
    Judge::compile(Arc::new(Schema::parse("t", text.into_bytes()).unwrap())).unwrap()
}

fn to_the_end(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn shrunk(schema: &str, document: &str) -> Minimal {
    let (judge, document) = (judge(schema), Document::parse(document.as_bytes()));
    let target = Target::of(&judge, &document).unwrap();
    minimize(&judge, &document, &target, &mut to_the_end).unwrap()
}

fn text(minimal: &Minimal) -> String {
    String::from_utf8(minimal.text.clone()).unwrap()
}

#[test]
fn only_what_the_fault_needs_is_left() {
    for (schema, document, smallest) in [
        (r#"{"properties":{"a":{"type":"string"}}}"#, r#"{ "b": {"c": [1,2]}, "a": 1234, "d": "x" } tail"#, r#"{"a":0}"#),
        (
            r#"{"required":["id"],"properties":{"id":{"type":"string"},"n":{"maximum":4}}}"#,
            r#"{"id":"me@home","n":80.5}"#,
            r#"{"id":"","n":10.5}"#,
        ),
        (r#"{"properties":{"a":{"items":{"maxLength":3}}}}"#, r#"{"a":["x","secret","y","another"]}"#, r#"{"a":["aaaa"]}"#),
        (r#"{"properties":{"m":{"propertyNames":{"maxLength":3}}}}"#, r#"{"m":{"ok":1,"secret":{"x":1}}}"#, r#"{"m":{"aaaa":{}}}"#),
        (r#"{"properties":{"a":{"pattern":"^[a-z]+$"}}}"#, r#"{"a":"Jo Doe"}"#, r#"{"a":""}"#),
        (r#"{"additionalProperties":false,"properties":{"a":{}}}"#, r#"{"a":1,"Jo":2,"Doe":3}"#, r#"{"b":0}"#),
        (r#"{"properties":{"l":{"maxItems":2}}}"#, r#"{"l":["a",{"b":1},333,4]}"#, r#"{"l":["",{},0]}"#),
        (r#"{"type":"object","required":["a","b"]}"#, r#"{"a":{"x":1},"c":"d"}"#, r#"{"a":{}}"#),
    ] {
        let minimal = shrunk(schema, document);
        assert_eq!((text(&minimal).as_str(), minimal.kept, minimal.ended), (smallest, 0, Ended::Smallest), "{schema}");
    }
}
