//! Verdicts, violations and sentences on small made-up schemas: one line for each observed rule of the pipeline's validator.

use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome, Refused, Verdict, Violations};

fn judge(schema: &str) -> Judge {
    Judge::compile(Arc::new(Schema::parse("made/up/up.1.schema.json", schema.into()).unwrap())).unwrap()
}

/// A schema of that draft whose property `a` has these keywords.
fn draft(draft: &str, a: &str) -> Judge {
    judge(&format!(r#"{{"$schema":"http://json-schema.org/draft-{draft}/schema#","type":"object","properties":{{"a":{{{a}}}}}}}"#))
}

fn verdict(judge: &Judge, document: &str) -> Verdict {
    judge.verdict(&Document::parse(document.as_bytes()))
}

/// Message, keyword and schema pointer of the one error.
fn told(judge: &Judge, document: &str) -> Option<(String, &'static str, String)> {
    match verdict(judge, document).outcome {
        Outcome::Pass => None,
        Outcome::Fail(found) => Some((found.message, found.keyword, found.schema_pointer)),
    }
}

fn violations(judge: &Judge, document: &str) -> Violations {
    judge.violations(&Document::parse(document.as_bytes()), 100)
}

fn sentence(judge: &Judge, document: &str) -> String {
    match verdict(judge, document).outcome {
        Outcome::Pass => "passes".to_owned(),
        Outcome::Fail(found) => found.sentence,
    }
}

/// (keywords of `a`, value of `a`, message after `#/a: ` or `ok`, keyword)
type Case = (&'static str, &'static str, &'static str, &'static str);

fn check(of: &str, cases: &[Case]) {
    for &(keywords, value, message, keyword) in cases {
        let found = told(&draft(of, keywords), &format!(r#"{{"a":{value}}}"#));
        let expected = (message != "ok").then(|| (format!("#/a: {message}"), keyword));
        assert_eq!(found.map(|(message, keyword, _)| (message, keyword)), expected, "draft-{of} {keywords} {value}");
    }
}

#[test]
fn types_are_told_by_java_class() {
    check(
        "04",
        &[
            (r#""type":"string""#, "1", "expected type: String, found: Integer", "type"),
            (r#""type":"string""#, "99999999999", "expected type: String, found: Long", "type"),
            (r#""type":"string""#, "99999999999999999999", "expected type: String, found: BigInteger", "type"),
            (r#""type":"string""#, "1.0", "expected type: String, found: BigDecimal", "type"),
            (r#""type":"string""#, "null", "expected type: String, found: Null", "type"),
            (r#""type":"string""#, "[]", "expected type: String, found: JSONArray", "type"),
            (r#""type":"integer""#, "1e3", "expected type: Integer, found: BigDecimal", "type"),
            (r#""type":"integer""#, "99999999999999999999", "ok", ""),
            (r#""type":"number""#, "\"x\"", "expected type: Number, found: String", "type"),
            (r#""type":"boolean""#, "0", "expected type: Boolean, found: Integer", "type"),
            (r#""type":"array""#, "null", "expected type: JSONArray, found: Null", "type"),
            (r#""type":"object""#, "[]", "expected type: JSONObject, found: JSONArray", "type"),
            (r#""type":"null""#, "1", "expected: null, found: Integer", "type"),
        ],
    );
}

#[test]
fn split_nodes_tell_numbers_only() {
    check(
        "06",
        &[
            (r#""type":["string","null"]"#, "1", "#: no subschema matched out of the total 2 subschemas", "anyOf"),
            (r#""type":["string","null"],"maxLength":2"#, "\"abc\"", "#: no subschema matched out of the total 2 subschemas", "anyOf"),
            (r#""type":"string","enum":["x"]"#, "\"z\"", "#: only 1 subschema matches out of 2", "allOf"),
            (r#""type":"string","enum":["x"]"#, "1", "#: only 0 subschema matches out of 2", "allOf"),
            (r#""type":"integer","const":3"#, "4", "#: only 1 subschema matches out of 2", "allOf"),
            (r#""type":"string","not":{"enum":["x"]}"#, "\"x\"", "#: only 1 subschema matches out of 2", "allOf"),
            (r#""type":"string","minimum":3"#, "\"x\"", "ok", ""),
            (r#""anyOf":[{"type":"string"},{"type":"null"}]"#, "1", "#: no subschema matched out of the total 2 subschemas", "anyOf"),
            (r#""oneOf":[{"type":"string"},{"maxLength":3}]"#, "\"x\"", "#: 2 subschemas matched instead of one", "oneOf"),
            (r#""allOf":[{"type":"string"},{"maxLength":3}]"#, "\"xxxx\"", "#: only 1 subschema matches out of 2", "allOf"),
            (r#""enum":["x"]"#, r#"{"q":[1,null]}"#, r#"{"q":[1,null]} is not a valid enum value"#, "enum"),
            (r#""enum":[1]"#, "1.0", "ok", ""),
            (r#""const":3"#, "4", "", "const"),
            (r#""not":{"type":"string"}"#, "\"x\"", r#"subject must not be valid against schema {"type":"string"}"#, "not"),
        ],
    );
}

#[test]
fn limits_and_bounds() {
    check(
        "04",
        &[
            (r#""type":"string","maxLength":3"#, r#""😀😀😀😀""#, "expected maxLength: 3, actual: 4", "maxLength"),
            (r#""minLength":2"#, r#""\u0041""#, "expected minLength: 2, actual: 1", "minLength"),
            (r#""pattern":"^a+$""#, r#""b:\n""#, "string [b:\n] does not match pattern ^a+$", "pattern"),
            (r#""minimum":0.5"#, "0", "0 is not greater or equal to 0.5", "minimum"),
            (r#""maximum":1.0"#, "1.0000000001", "1.0000000001 is not less or equal to 1.0", "maximum"),
            (r#""maximum":10"#, "1e30", "1.0E+30 is not less or equal to 10", "maximum"),
            (r#""minimum":0,"exclusiveMinimum":true"#, "0", "0 is not greater than 0", "exclusiveMinimum"),
            (r#""maximum":5,"exclusiveMaximum":true"#, "5", "5 is not less than 5", "exclusiveMaximum"),
            (r#""multipleOf":0.5"#, "0.3", "0.3 is not a multiple of 0.5", "multipleOf"),
            (r#""minItems":2"#, "[1]", "expected minimum item count: 2, found: 1", "minItems"),
            (r#""maxItems":1"#, "[1,2]", "expected maximum item count: 1, found: 2", "maxItems"),
            (r#""uniqueItems":true"#, "[1,1.0]", "array items are not unique", "uniqueItems"),
            (r#""items":[{}],"additionalItems":false"#, "[1,2]", "expected: [1] array items, found: [2]", "items"),
            (r#""minProperties":1"#, "{}", "minimum size: [1], found: [0]", "minProperties"),
            (r#""maxProperties":1"#, r#"{"x":1,"y":2,"y":3}"#, "maximum size: [1], found: [2]", "maxProperties"),
            (r#""maxProperties":2"#, r#"{"x":1,"y":2,"y":3}"#, "ok", ""),
            (r#""format":"uri""#, "\"nope nope\"", "[nope nope] is not a valid URI", "format"),
            (r#""format":"datetime""#, "\"nope\"", "ok", ""),
            (r#""const":3"#, "4", "ok", ""),
            (r#""propertyNames":{"maxLength":1}"#, r#"{"xx":1}"#, "ok", ""),
        ],
    );
    check("06", &[(r#""exclusiveMinimum":0"#, "0", "0 is not greater than 0", "exclusiveMinimum")]);
    let date = "[x] is not a valid date. Expected [yyyy-MM-dd]";
    check("07", &[(r#""format":"date""#, "\"x\"", date, "format")]);
}

#[test]
fn places_and_nodes() {
    let object = |keywords: &str| draft("06", &format!(r#""type":"object",{keywords}"#));
    let string = r#"{"type":"string"}"#;
    for (judge, document, message, pointer) in [
        (object(r#""required":["x","y"]"#), "{}", "#/a: required key [x] not found", "/properties/a"),
        (object(r#""additionalProperties":false"#), r#"{"k/~\"":1}"#, "#/a: extraneous key [k/~\"] is not permitted", "/properties/a"),
        (
            object(&format!(r#""additionalProperties":{string}"#)),
            r#"{"k/~\"\\\n":1}"#,
            "#/a/k~1~0\\\"\\\\\n: expected type: String, found: Integer",
            "/properties/a/additionalProperties",
        ),
        (
            object(&format!(r#""patternProperties":{{"^x/~":{string}}}"#)),
            r#"{"x/~1":1}"#,
            "#/a/x~1~01: expected type: String, found: Integer",
            "/properties/a/patternProperties/^x~1~0",
        ),
        (
            object(r#""propertyNames":{"maxLength":2}"#),
            r#"{"BBB":1}"#,
            "#/a/BBB: expected maxLength: 2, actual: 3",
            "/properties/a/propertyNames",
        ),
        (object(r#""dependencies":{"x":["y"]}"#), r#"{"x":1}"#, "#/a: property [y] is required", "/properties/a"),
        (
            object(r#""dependencies":{"x":{"required":["w"]}}"#),
            r#"{"x":1}"#,
            "#/a: required key [w] not found",
            "/properties/a/dependencies/x",
        ),
        (object(r#""properties":{"b":false}"#), r#"{"b":1}"#, "#/a/b: false schema always fails", "/properties/a/properties/b"),
    ] {
        let (told, _, schema_pointer) = told(&judge, &format!(r#"{{"a":{document}}}"#)).unwrap();
        assert_eq!((told.as_str(), schema_pointer.as_str()), (message, pointer));
    }
    let contains = draft("06", r#""contains":{"type":"string"}"#);
    assert_eq!(told(&contains, r#"{"a":[1,2]}"#).unwrap().2, "/properties/a/contains", "a slip of the validator");
    assert_eq!(told(&contains, r#"{"a":[]}"#).unwrap().2, "/properties/a");
}

#[test]
fn conditions_belong_to_draft_07() {
    let rules = r#""if":{"required":["x"]},"then":{"required":["y"]},"else":{"required":["z"]}"#;
    check(
        "07",
        &[
            (rules, r#"{"x":1}"#, "input is invalid against the \"then\" schema", "then"),
            (rules, "{}", "input is invalid against both the \"if\" and \"else\" schema", "else"),
            (rules, r#"{"z":1}"#, "ok", ""),
        ],
    );
    check("06", &[(rules, "{}", "ok", "")]);
}

#[test]
fn the_first_error_is_the_validators_first() {
    let ordered = judge(r#"{"type":"object","required":["r"],"additionalProperties":false,"properties":{"p":{"type":"string"},"r":{}}}"#);
    assert_eq!(told(&ordered, r#"{"p":1,"zzz":1}"#).unwrap().0, "#: required key [r] not found");
    assert_eq!(told(&ordered, r#"{"p":1,"zzz":1,"r":1}"#).unwrap().0, "#: extraneous key [zzz] is not permitted");
    assert_eq!(told(&ordered, r#"{"p":1,"r":1}"#).unwrap().0, "#/p: expected type: String, found: Integer");
    // Buckets of 16: b 2, a 1, q 1; a and q share one, where the schema's order counts.
    let buckets = judge(r#"{"properties":{"b":{"type":"null"},"q":{"type":"null"},"a":{"type":"null"}}}"#);
    assert_eq!(told(&buckets, r#"{"b":1,"a":1,"q":1}"#).unwrap().0, "#/q: expected: null, found: Integer");
    let names = judge(r#"{"additionalProperties":false}"#);
    assert_eq!(told(&names, r#"{"b":1,"a":1,"q":1}"#).unwrap().0, "#: extraneous key [a] is not permitted");
}

#[test]
fn references_stay_in_the_file_and_may_recur() {
    let tree =
        judge(r##"{"definitions":{"t":{"type":"object","additionalProperties":{"$ref":"#/definitions/t"}}},"$ref":"#/definitions/t"}"##);
    assert_eq!(told(&tree, r#"{"a":{"b":{}}}"#), None);
    let (message, _, pointer) = told(&tree, r#"{"a":{"b":1}}"#).unwrap();
    assert_eq!((message.as_str(), pointer.as_str()), ("#/a/b: expected type: JSONObject, found: Integer", "/definitions/t"));
    for loops in [r##"{"$ref":"#"}"##, r##"{"properties":{"a":{"$ref":"http://example.com/x"}}}"##, r##"{"$ref":"#/nowhere"}"##] {
        let schema = Arc::new(Schema::parse("x", loops.into()).unwrap());
        let reason = Judge::compile(schema).err().unwrap();
        assert!(reason.contains("leads nowhere") || reason.contains("is not fetched"), "{loops}: {reason}");
    }
    let circle = judge(r##"{"anyOf":[{"$ref":"#/definitions/b"}],"definitions":{"b":{"allOf":[{"$ref":"#"}]}}}"##);
    assert_eq!(verdict(&circle, "{}").doubts.len(), 1, "a circle without an end is said");
}

#[test]
fn what_the_validator_does_not_load_is_refused_with_its_place() {
    for (schema, reason) in [
        (r#"{"properties":{"b":{"exclusiveMinimum":3}}}"#, "#/properties/b/exclusiveMinimum: expected type: Boolean, found: Integer"),
        (r#"{"properties":{"b":{"type":"text"}}}"#, "#/properties/b: unknown type: [text]"),
        (r#"{"required":true}"#, "#/required: expected type: JsonArray, found: Boolean"),
        (r#"{"properties":{"b":7}}"#, "#/properties/b: expected type: one of Boolean, JsonObject, found: Integer"),
        (r#"{"maxLength":3.0}"#, "#/maxLength: expected type: Integer, found: BigDecimal"),
    ] {
        let schema = Arc::new(Schema::parse("x", schema.into()).unwrap());
        assert_eq!(Judge::compile(schema).err().as_deref(), Some(reason));
    }
}

#[test]
fn the_decoder_takes_members_off_the_top_first() {
    let judge = judge(r#"{"required":["document_id"],"additionalProperties":{"type":"string"}}"#);
    let document = Document::parse(r#"{"document_id":"x","metadata":{},"sample_id":7}"#.as_bytes());
    assert_eq!(violations(&judge, r#"{"document_id":"x","metadata":{},"sample_id":7}"#).count, 2);
    let found = judge.violations(JudgeInput::payload(&document), 10);
    assert_eq!(found.list.iter().map(|v| v.message.as_str()).collect::<Vec<_>>(), ["#: required key [document_id] not found"]);
}

#[test]
fn sentences_name_the_constraint_and_the_value() {
    for (keywords, value, expected) in [
        (r#""type":"string""#, "null", "`a` must be a string, is null"),
        (r#""type":["string","null"]"#, "7", "`a` must be a string or null, is the integer 7"),
        (r#""type":["string","null"],"maxLength":2"#, "\"abc\"", "`a` fits none of the 2 forms that are allowed, is the string \"abc\""),
        (
            r#""type":["object","null"],"properties":{"b":{"type":"integer"}}"#,
            r#"{"b":1.5}"#,
            "`a` fits none of the 2 forms that are allowed, is an object",
        ),
        (r#""type":"string","enum":["x","y"]"#, "\"z\"", "`a` meets only 1 of 2 conditions"),
        (r#""enum":["x","y"]"#, "\"z\"", "`a` must be one of \"x\", \"y\", is the string \"z\""),
        (r#""propertyNames":{"maxLength":3}"#, r#"{"abcd":1}"#, "the key `abcd` has 4 characters, at most 3 are allowed"),
        (r#""required":["x"]"#, "{}", "`a` is missing the key `x`"),
        (r#""additionalProperties":false"#, r#"{"x":1}"#, "`a` must not have the key `x`"),
        (r#""oneOf":[{},{}]"#, "1", "`a` fits 2 forms where it must fit exactly one"),
        (r#""items":{"maximum":5}"#, "[1,9]", "`a[1]` must be at most 5, is the integer 9"),
    ] {
        assert_eq!(sentence(&draft("06", keywords), &format!(r#"{{"a":{value}}}"#)), expected);
    }
}

#[test]
fn branches_are_shown_nearest_first_with_the_reason() {
    let judge = draft(
        "06",
        r#""oneOf":[{"type":"null"},{"type":"object","required":["x","y"]},{"title":"short","type":"object","required":["x"]}]"#,
    );
    let found = violations(&judge, r#"{"a":{}}"#);
    assert_eq!((found.count, found.list.len()), (4, 4));
    let [Refused::Branches(one_of)] = found.tree.as_slice() else { panic!("{:?}", found.tree) };
    assert_eq!(one_of.violation.message, "#/a: #: 0 subschemas matched instead of one");
    let branches: Vec<_> =
        one_of.branches.iter().map(|branch| (branch.wanted.as_str(), branch.schema_pointer.as_str(), branch.why.as_str())).collect();
    assert_eq!(
        branches,
        [
            ("short", "/properties/a/oneOf/2", "1 violation"),
            ("an object", "/properties/a/oneOf/1", "2 violations"),
            ("null", "/properties/a/oneOf/0", "it is for another type of value"),
        ]
    );
}

#[test]
fn deep_schemas_need_no_deep_stack() {
    let nested = |n: usize| format!("{}{{\"type\":\"string\"}}{}", r#"{"properties":{"a":"#.repeat(n), "}}".repeat(n));
    let document = |n: usize| format!("{}1{}", r#"{"a":"#.repeat(n), "}".repeat(n));
    let (pointer, _, _) = told(&judge(&nested(450)), &document(450)).unwrap();
    assert!(pointer.ends_with("expected type: String, found: Integer"), "{pointer}");
    let schema = Schema::parse("deep", nested(20_000).into_bytes()).unwrap();
    let refusal = Judge::compile(Arc::new(schema)).err().unwrap();
    assert!(refusal.ends_with(": nested in more than 500 schemas") && refusal.len() < 1000, "{refusal}");
}

#[test]
fn bounds_hold_on_bad_input() {
    let deep = judge(r##"{"items":{"$ref":"#"},"maxItems":1}"##);
    let levels = |n: usize, inner: &str| format!("{}{inner}{}", "[".repeat(n), "]".repeat(n));
    assert_eq!(told(&deep, &levels(1000, "")), None);
    assert!(told(&deep, &levels(999, "1,2")).unwrap().0.ends_with("/0: expected maximum item count: 1, found: 2"));
    assert_eq!(
        verdict(&deep, &levels(100_000, "")).doubts[0].what,
        "more than 20,000 schemas inside one another, too deep to be judged to the end"
    );
    let many = judge(r#"{"items":{"type":"string"}}"#);
    let document = Document::parse(format!("[{}0]", "0,".repeat(199_999)).into_bytes());
    let found = many.violations(&document, 50);
    assert_eq!((found.count, found.list.len()), (200_000, 50));
    let slow = judge(r#"{"pattern":"^(a|a)*(?=x)\\1$"}"#);
    let verdict = verdict(&slow, &format!("\"{}\"", "a".repeat(80)));
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert!(verdict.doubts[0].what.starts_with("the pattern ^(a|a)*(?=x)\\1$ cannot be run"), "{:?}", verdict.doubts);
    let digits = "7".repeat(1500);
    assert_eq!(told(&judge(r#"{"type":"string"}"#), &digits).unwrap().0, "#: expected type: String, found: BigInteger");
}

#[test]
fn a_line_break_that_ends_a_name_is_before_javas_end() {
    let judge = draft("06", r#""patternProperties":{"^[a-z]+$":{"type":"string"}},"propertyNames":{"pattern":"^[a-z]+$"}"#);
    for name in ["x\\n", "x\u{2028}", "x\\u000d\\n"] {
        let (message, ..) = told(&judge, &format!(r#"{{"a":{{"{name}":1}}}}"#)).unwrap();
        assert!(message.ends_with(": expected type: String, found: Integer"), "{name}: {message}");
    }
    assert!(told(&judge, r#"{"a":{"x\n\n":""}}"#).unwrap().0.contains("does not match pattern"));
}

#[test]
fn the_last_of_several_members_of_a_name_is_judged() {
    let judge = draft("06", r#""type":"integer""#);
    for (document, passes) in [
        (r#"{"a":"x","a":1}"#, true),
        (r#"{"a":"x","\u0061":1}"#, true),
        (r#"{"\u0061":"x","b":2,"a":1}"#, true),
        (r#"{"a":"x","a":"y","a":1}"#, true),
        (r#"{"a":1,"a":"x"}"#, false),
        (r#"{"a":"x","b":1,"\u0062":2}"#, false),
        (r#"{"a":"x","a":1,"a":"y","b":0}"#, false),
    ] {
        assert_eq!(judge.passes(&Document::parse(document.as_bytes())), passes, "{document}");
    }
}

#[test]
fn numbers_are_held_against_limits_however_they_are_spelled() {
    for (keywords, fit, misfit) in [
        (r#""type":"integer","minimum":0,"maximum":10"#, vec!["0", "-0", "10"], vec!["-1", "11", "1.0", "1e1", "12345678901234567890"]),
        (r#""type":"number","minimum":-3,"maximum":1000000000"#, vec!["-3", "1.5", "1e9", "1000000000"], vec!["-4", "-3.1", "1000000001"]),
        (r#""minimum":5"#, vec!["5", "\"1\"", "null", "123456789", "1234567890123"], vec!["4", "-123456789", "4.9"]),
        (r#""type":["integer","null"],"maximum":2"#, vec!["null", "2", "-999999999"], vec!["3", "true", "\"2\"", "[]"]),
        (r#""type":"integer","multipleOf":3"#, vec!["9", "0", "-3"], vec!["8", "10", "null"]),
    ] {
        let judge = draft("06", keywords);
        let passes = |value: &&str| judge.passes(&Document::parse(format!("{{\"a\":{value}}}").into_bytes()));
        let (wrong, missed): (Vec<&str>, Vec<&str>) =
            (fit.into_iter().filter(|value| !passes(value)).collect(), misfit.into_iter().filter(passes).collect());
        assert!(wrong.is_empty() && missed.is_empty(), "{keywords}: refused {wrong:?}, taken {missed:?}");
    }
}
