use super::*;
use crate::pipeline::compat::schemas::compare;

fn judge(text: &str) -> Judge {
    let text = format!(r#"{{"$schema":"http://json-schema.org/draft-07/schema#",{text}}}"#);
    Judge::compile(Arc::new(Schema::parse("t", text.into_bytes()).unwrap())).unwrap()
}

/// The witnesses of all changes; each is judged on both sides here, too.
fn found(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (judge(old), judge(new));
    let sides = WitnessSides { old: &old, new: &new, namespace: "acme", version: None };
    let mut all = Vec::new();
    for change in compare(old.schema(), new.schema()) {
        for witness in search(sides, &change) {
            let Ok(document) = &witness.outcome else {
                all.push(format!("{} none", change.keyword));
                continue;
            };
            let parsed = Document::parse(document.text.clone().into_bytes());
            let passes = |judge: &Judge| judge.passes(judge::input("acme", &parsed));
            assert_eq!((passes(&old), passes(&new)), (witness.refused_now, !witness.refused_now), "{}", document.text);
            all.push(format!("{} {}", change.keyword, document.text));
        }
    }
    all
}

#[test]
fn every_keyword_has_its_smallest_witness() {
    let inside = |node: &str| format!(r#""type":"object","properties":{{"a":{{{node}}},"b":{{"type":"string"}}}}"#);
    for (old, new, keyword) in [
        (r#""type":["string","null"]"#, r#""type":"string""#, "type"),
        (r#""type":"number""#, r#""type":"integer""#, "type"),
        (r#""enum":["p","q"]"#, r#""enum":["q"]"#, "enum"),
        (r#""type":"string","maxLength":50"#, r#""type":"string","maxLength":3"#, "maxLength"),
        (r#""type":"string""#, r#""type":"string","minLength":3"#, "minLength"),
        (r#""type":"integer","minimum":1"#, r#""type":"integer","minimum":5"#, "minimum"),
        (r#""type":"string""#, r#""type":"string","pattern":"^[a-f]+$""#, "pattern"),
        (r#""type":"string""#, r#""type":"string","format":"date-time""#, "format"),
        (r#""type":"array","items":{"type":"string"}"#, r#""type":"array","items":{"type":"string"},"maxItems":1"#, "maxItems"),
        (r#""type":"array","items":{"type":"string"}"#, r#""type":"array","items":{"type":"string"},"uniqueItems":true"#, "uniqueItems"),
        (r#""type":"object""#, r#""type":"object","additionalProperties":false"#, "additionalProperties"),
        (r#""type":"object""#, r#""type":"object","properties":{"c":{"type":"string"}}"#, "properties"),
        (r#""type":"object""#, r#""type":"object","required":["c"]"#, "required"),
        (r#""type":"object","propertyNames":{"maxLength":71}"#, r#""type":"object","propertyNames":{"maxLength":6}"#, "maxLength"),
        (r#""anyOf":[{"type":"string"},{"type":"null"}]"#, r#""anyOf":[{"type":"string"}]"#, "anyOf"),
    ] {
        let (old, new) = (inside(old), inside(new));
        for (old, new) in [(&old, &new), (&new, &old)] {
            let told = found(old, new);
            let [one] = &told[..] else { panic!("{old} {new}: {told:?}") };
            assert!(one.starts_with(&format!("{keyword} {{\"a\":")) && !one.contains("\"b\""), "{old} {new}: {one}");
        }
    }
}

#[test]
fn what_no_rule_knows_is_tried_on_both_sides() {
    let inside = |node: &str| format!(r#""type":"object","properties":{{"a":{{{node}}},"b":{{"type":"string"}}}}"#);
    for (old, new, keyword, many) in [
        (r#""type":"integer","multipleOf":2"#, r#""type":"integer","multipleOf":6"#, "multipleOf", 1),
        (r#""type":"number","minimum":10,"multipleOf":5"#, r#""type":"number","minimum":10,"multipleOf":7"#, "multipleOf", 2),
        (r#""type":"string","pattern":"^[a-f0-9]+$""#, r#""type":"string","pattern":"^[0-9]+$""#, "pattern", 1),
        (r#""type":"string","pattern":"^[0-9]{2}$""#, r#""type":"string","pattern":"^[0-9]{3}$""#, "pattern", 2),
        (r#""type":"string""#, r#""type":"string","not":{"pattern":"^secret"}"#, "not", 1),
        (r#""type":"object""#, r#""type":"object","not":{"required":["p","q"]}"#, "not", 1),
        (r#""not":{"type":"string","maxLength":5}"#, r#""not":{"type":"string","maxLength":9}"#, "maxLength", 1),
        (
            r#""type":"object","properties":{"k":{"type":"string"}}"#,
            r#""type":"object","properties":{"k":{"type":"string"}},"if":{"properties":{"k":{"const":"on"}},"required":["k"]},"then":{"required":["v"]}"#,
            "then",
            1,
        ),
        (
            r#""type":"object","patternProperties":{"^x_":{"type":["string","null"]}}"#,
            r#""type":"object","patternProperties":{"^x_":{"type":"string"}}"#,
            "type",
            1,
        ),
        (r#""type":"object""#, r#""type":"object","patternProperties":{"^x_[0-9]$":{"type":"integer"}}"#, "patternProperties", 1),
        (
            r#""type":"object","propertyNames":{"pattern":"^[a-z0-9]+$"}"#,
            r#""type":"object","propertyNames":{"pattern":"^[a-z]+$"}"#,
            "pattern",
            1,
        ),
        (
            r#""type":"object","additionalProperties":{"type":"integer"}"#,
            r#""type":"object","additionalProperties":{"type":"integer"},"propertyNames":{"pattern":"^[a-z]+$"}"#,
            "propertyNames",
            1,
        ),
        (r#""type":"object""#, r#""type":"object","dependencies":{"p":["q"]}"#, "dependencies", 1),
        (
            r#""type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"pattern":"^[a-z]{1,29}(\\.[a-z]{1,29})*$","maxLength":61}"#,
            r#""type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"pattern":"^[a-z]{1,29}(\\.[a-z]{1,29})*$","maxLength":30}"#,
            "maxLength",
            1,
        ),
    ] {
        let (old, new) = (inside(old), inside(new));
        for (old, new) in [(&old, &new), (&new, &old)] {
            let told: Vec<String> = found(old, new).into_iter().filter(|one| one.starts_with(keyword)).collect();
            // A pattern may refuse nothing that the other one takes.
            let told: Vec<String> = told.into_iter().filter(|one| keyword != "pattern" || !one.ends_with(" none")).collect();
            assert!(told.len() >= many && told.iter().all(|one| !one.ends_with(" none")), "{old} {new}: {told:?}");
            assert!(
                told.iter().all(|one| one.starts_with(&format!("{keyword} {{\"a\":")) && !one.contains("\"b\"")),
                "{old} {new}: {told:?}"
            );
        }
    }
    let definition = |node: &str| {
        format!(r##""properties":{{"a":{{"items":{{"$ref":"#/definitions/d"}}}}}},"definitions":{{"d":{{"type":"string",{node}}}}}"##)
    };
    let told = found(&definition(r#""pattern":"^[ab]+$""#), &definition(r#""pattern":"^a+$""#));
    assert!(told.contains(&r#"pattern {"a":["b"]}"#.to_owned()), "{told:?}");
}

#[test]
fn a_witness_shows_its_own_change_and_not_another() {
    let old = r#""properties":{"a":{"type":"string"},"b":{"type":["string","null"]}}"#;
    let new = r#""properties":{"a":{"type":"string","maxLength":2},"b":{"type":"string"}}"#;
    let told = found(old, new);
    assert!(told.iter().any(|one| one.starts_with("maxLength") && !one.contains("\"b\"")), "{told:?}");
    assert!(told.contains(&r#"type {"b":null}"#.to_owned()), "{told:?}");
}

#[test]
fn where_there_is_none_it_is_said_how_it_was_looked_for() {
    // Nothing can be there in either schema.
    let old = r#""properties":{"a":{"type":"string","maxLength":2,"minLength":3}}"#;
    let new = r#""properties":{"a":{"type":"string","maxLength":1,"minLength":3}}"#;
    let (old, new) = (judge(old), judge(new));
    let sides = WitnessSides { old: &old, new: &new, namespace: "acme", version: None };
    let changes = compare(old.schema(), new.schema());
    let [Witness { refused_now: true, outcome: Err(how) }] = &search(sides, &changes[0])[..] else { panic!() };
    assert!(how.starts_with("none found: ") && how.contains("documents were made"), "{how}");
}

#[test]
fn telemetry_keeps_the_version_that_its_schema_is_found_by() {
    let (old, new) = (judge(r#""properties":{"a":{}}"#), judge(r#""properties":{"a":{"type":"string"}}"#));
    let sides = WitnessSides { old: &old, new: &new, namespace: "telemetry", version: Some("4") };
    let changes = compare(old.schema(), new.schema());
    let [Witness { outcome: Ok(document), .. }] = &search(sides, &changes[0])[..] else { panic!() };
    assert!(document.text.contains(r#""version":4"#) && document.text.contains(r#""a":"#), "{}", document.text);
}

#[test]
fn where_no_document_passes_at_all_that_is_what_is_said() {
    let old = judge(r#""required":["submission_timestamp"],"properties":{"a":{}}"#);
    let new = judge(r#""required":["submission_timestamp"],"properties":{"a":{"type":"string"}}"#);
    let sides = WitnessSides { old: &old, new: &new, namespace: "acme", version: None };
    let changes = compare(old.schema(), new.schema());
    let [Witness { outcome: Err(how), .. }] = &search(sides, &changes[0])[..] else { panic!() };
    assert!(how.contains("no document can pass"), "{how}");
}

#[test]
fn the_message_is_that_of_the_change() {
    let old = judge(r#""type":"object","properties":{"a":{"type":"object"}}"#);
    let new = judge(r#""type":"object","properties":{"a":{"type":"object","required":["x"],"minProperties":1}}"#);
    let sides = WitnessSides { old: &old, new: &new, namespace: "acme", version: None };
    for change in compare(old.schema(), new.schema()) {
        for witness in search(sides, &change) {
            let document = witness.outcome.unwrap();
            let word = if change.keyword == "required" { "required key [x] not found" } else { "minimum size" };
            assert!(document.message.contains(word), "{}: {}", change.keyword, document.message);
        }
    }
}
