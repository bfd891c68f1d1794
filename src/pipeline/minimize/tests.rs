use std::sync::Arc;

use super::*;
use crate::pipeline::schema::Schema;

fn judge(schema: &str) -> Judge {
    let draft = "\"$schema\":\"http://json-schema.org/draft-06/schema#\",";
    let text = schema.replacen('{', &format!("{{{draft}"), 1);
    Judge::compile(Arc::new(Schema::parse("t", text.into_bytes()).unwrap())).unwrap()
}

fn to_the_end(_: &MinimizeProgress) -> ControlFlow<()> {
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

#[test]
fn what_a_combinator_hides_stays_as_well() {
    let schema = r#"{"properties":{"o":{"type":["object","null"],"required":["id"],"properties":{"id":{},"deep":{"type":"string"}}},
        "e":{"type":"string","enum":["on","off"]}}}"#;
    // Without a look behind the combinator, {"o":{}} would do: it is refused with the same message.
    assert_eq!(text(&shrunk(schema, r#"{"o":{"id":[1],"deep":7,"more":1}}"#)), r#"{"o":{"id":[],"deep":0}}"#);
    assert_eq!(text(&shrunk(schema, r#"{"e":"Jo Doe"}"#)), r#"{"e":""}"#);
}

#[test]
fn another_missing_key_is_another_fault() {
    let schema = r#"{"required":["a","b"],"properties":{"a":{"type":"integer"}}}"#;
    assert_eq!(text(&shrunk(schema, r#"{"a":1234567,"c":{}}"#)), r#"{"a":0}"#);
}

#[test]
fn pinned_members_stay_as_they_are() {
    let (judge, document) =
        (judge(r#"{"properties":{"a":{"type":"string"}}}"#), Document::parse(r#"{"version":4.0,"a":12,"b":1}"#.as_bytes()));
    let target = Target::of(&judge, &document).unwrap().pinning(&["version", "v"]);
    assert_eq!(text(&minimize(&judge, &document, &target, &mut to_the_end).unwrap()), r#"{"version":4.0,"a":0}"#);
    assert_eq!(text(&lookup_only(&document, &["version", "v"])), r#"{"version":4.0}"#);
    assert_eq!(text(&lookup_only(&Document::parse("nonsense".as_bytes()), &["v"])), "{}");
}

#[test]
fn whoever_watches_can_stop_and_keeps_the_best() {
    let members: Vec<String> = (0..500).map(|i| format!(r#""m{i}":{{"x":[{i}]}}"#)).collect();
    let document = Document::parse(format!(r#"{{{},"a":1}}"#, members.join(",")).into_bytes());
    let judge = judge(r#"{"minProperties":2,"properties":{"a":{"type":"string"}}}"#);
    let target = Target::of(&judge, &document).unwrap();
    for most in [0, 1, 5, 20] {
        let mut last = usize::MAX;
        let minimal = minimize(&judge, &document, &target, &mut |progress| {
            assert!(progress.best <= last, "it never grows");
            last = progress.best;
            if progress.attempts >= most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let minimal = minimal.unwrap();
        assert_eq!((minimal.ended, minimal.attempts), (Ended::Cancelled, most));
        assert!(target.met(&judge, &Document::parse(minimal.text)).is_ok());
    }
    let whole = minimize(&judge, &document, &target, &mut to_the_end).unwrap();
    assert_eq!(minimize(&judge, &document, &target, &mut to_the_end).unwrap(), whole, "equal documents give equal answers");
}

#[test]
fn what_cannot_be_minimised_is_said() {
    let judge = judge(r#"{"properties":{"a":{"type":"string"},"b":{"type":"string"}}}"#);
    let of = |text: &str| Target::of(&judge, &Document::parse(text.as_bytes()));
    assert_eq!(of(r#"{"a":""}"#), Err(NotMinimized::Passes));
    assert!(matches!(of(r#"{"a":"#), Err(NotMinimized::NotJson(_))));
    let target = of(r#"{"a":1}"#).unwrap();
    let other = Document::parse(r#"{"b":1}"#.as_bytes());
    let refused = minimize(&judge, &other, &target, &mut to_the_end).unwrap_err();
    assert!(refused.to_string().contains("another reason"), "{refused}");
}

#[test]
fn depth_and_odd_bytes_do_no_harm() {
    let deep = format!(r#"{{"a":1,"b":{}{}}}"#, "[".repeat(20_000), "]".repeat(20_000));
    assert_eq!(text(&shrunk(r#"{"properties":{"a":{"type":"string"}}}"#, &deep)), r#"{"a":0}"#);
    let judge = judge(r#"{"additionalProperties":{"maxLength":2}}"#);
    let document = Document::parse(b"{\"\xff\\ud800\":\"\xed\xa0\x80\xffxyz\",\"a\":\"\"}".to_vec());
    let target = Target::of(&judge, &document).unwrap();
    let minimal = minimize(&judge, &document, &target, &mut to_the_end).unwrap();
    assert_eq!((text(&minimal).as_str(), minimal.kept), (r#"{"a":"aaa"}"#, 0));
}

#[test]
fn what_is_no_json_is_cut_to_what_breaks_it() {
    for (payload, smallest) in [
        (r#"{"name":"Jo","list":[1,2,{"x":tru}]}"#, "a"),
        (r#"{"name":"Jo","text":"unfinish"#, "\""),
        (r#"{"name":"Jo",}"#, "{a"),
        ("[1,2,3]", ""),
        (r#"{"name":"Jo" "x":1}"#, r##"{"":""""##),
    ] {
        let minimal = minimize_unreadable(payload.as_bytes(), &mut to_the_end).unwrap();
        assert_eq!((text(&minimal).as_str(), minimal.ended), (smallest, Ended::Smallest), "{payload}");
    }
    assert_eq!(minimize_unreadable(b"{}", &mut to_the_end), Err(NotMinimized::Passes));
    let stopped = minimize_unreadable(b"{\"a\":x}", &mut |_| ControlFlow::Break(())).unwrap();
    assert_eq!((stopped.text.as_slice(), stopped.ended), (b"{\"a\":x}".as_slice(), Ended::Cancelled));
}
