use super::*;

fn schema(text: &str) -> Schema {
    Schema::parse("t", text.as_bytes().to_vec()).unwrap()
}

/// Columns as `path TYPE`, `[]` behind repeated ones.
fn columns(text: &str) -> Vec<String> {
    let made = layout(&schema(text)).unwrap();
    made.layout
        .columns
        .iter()
        .zip(0..)
        .map(|(column, id)| format!("{} {}{}", made.layout.path(id), column.kind, if column.mode.name() == "REPEATED" { "[]" } else { "" }))
        .collect()
}

fn lints(text: &str) -> Vec<(LintKind, String, String)> {
    layout(&schema(text)).unwrap().lints.into_iter().map(|lint| (lint.kind, lint.pointer, lint.sentence)).collect()
}

fn stop(text: &str) -> TranspileStop {
    layout(&schema(text)).unwrap_err()
}

#[test]
fn shapes_become_columns() {
    let found = columns(
        r#"{"type":"object","properties":{
            "theMap":{"additionalProperties":{"type":"array","items":{"type":"number"}}},
            "matrix":{"type":"array","items":{"type":"array","items":{"type":"integer"}}},
            "maps":{"type":"array","items":{"type":"object","additionalProperties":{"type":"boolean"}}},
            "pair":{"type":"array","items":[{"type":"string","format":"bytes"},{"type":"string","format":"date-time"}],"maxItems":2}}}"#,
    );
    let expected = [
        "maps RECORD[]",
        "maps.key STRING",
        "maps.value BOOL",
        "matrix RECORD[]",
        "matrix.list INT64[]",
        "pair RECORD",
        "pair.f0_ BYTES",
        "pair.f1_ TIMESTAMP",
        "the_map RECORD[]",
        "the_map.key STRING",
        "the_map.value FLOAT64[]",
    ];
    assert_eq!(found, expected);
}

#[test]
fn title_and_description_stay_where_nothing_is_merged() {
    let made = layout(&schema(
        r#"{"properties":{"a":{"type":"array","title":"T","description":"D","items":{"type":"string","title":"lost"}},
            "b":{"title":"T","oneOf":[{"properties":{"c":{"type":"string","title":"kept"}}},{"type":"null"}]},
            "d":{"oneOf":[{"properties":{"c":{"type":"string","title":"lost"}}},{"properties":{"e":{"type":"string"}}}]}}}"#,
    ));
    let described =
        made.unwrap().layout.columns.into_iter().map(|column| format!("{} {}", column.name, column.description.unwrap_or_default()));
    assert_eq!(described.collect::<Vec<_>>(), ["a T - D", "b T", "c kept", "d ", "c ", "e "]);
}

#[test]
fn a_root_that_is_no_object_is_one_column() {
    assert_eq!(columns(r#"{"type":"array","items":{"type":"string"}}"#), ["root STRING[]"]);
    assert_eq!(columns(r#"{"additionalProperties":{"type":"string"}}"#), ["root RECORD[]", "root.key STRING", "root.value STRING"]);
}

#[test]
fn object_metrics_are_json() {
    let found = columns(
        r#"{"mozPipelineMetadata":{"json_object_path_regex":"metrics\\.object\\..*"},"properties":{"metrics":{"properties":{
            "object":{"properties":{"a_b":{"type":"object"},"list":{"type":"array","items":{}}}},"string":{"properties":{"s":{"type":"string"}}}}}}}"#,
    );
    let expected = [
        "metrics RECORD",
        "metrics.object RECORD",
        "metrics.object.a_b JSON",
        "metrics.object.list JSON",
        "metrics.string RECORD",
        "metrics.string.s STRING",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_choice_of_a_single_choice_is_opened_everywhere_but_at_the_root() {
    let choice = r#"{"oneOf":[{"type":["string","null"]}]}"#;
    assert_eq!(columns(&format!(r#"{{"properties":{{"a":{choice}}}}}"#)), ["a STRING"]);
    assert!(stop(choice).sentence.contains("single branch"));
}

#[test]
fn what_is_lost_is_told_once_with_its_place() {
    let found = lints(
        r#"{"properties":{"ok":{"type":"string"},"r":{"properties":{"a":{"$ref":"x"},"b":{"type":"null"}}},
            "m":{"additionalProperties":{"type":["integer","string"]}},"$id":{"type":"string"}}}"#,
    );
    let expected = [
        (
            "/properties/r",
            "no column, because none of its properties has one; of the first, it has no type, and the transpiler does not read $ref (at /properties/r/properties/a)",
        ),
        ("/properties/m", "no column, because its types have none in common (at /properties/m/additionalProperties)"),
        ("/properties/$id", "no column, because BigQuery does not allow the name \"$id\""),
    ];
    assert_eq!(found, expected.map(|(pointer, sentence)| (LintKind::Dropped, pointer.to_owned(), sentence.to_owned())));
}

#[test]
fn keys_with_one_column_are_told_and_worse_where_their_types_differ() {
    let kinds = |keys: [(&str, &str); 3]| {
        let properties = keys.map(|(key, kind)| format!(r#""{key}":{{"type":"{kind}"}}"#)).join(",");
        let text = format!(r#"{{"properties":{{{properties}}}}}"#);
        let kinds: Vec<LintKind> = lints(&text).into_iter().map(|(kind, ..)| kind).collect();
        (columns(&text), kinds)
    };
    let own = kinds([("foo_bar", "integer"), ("fooBar", "string"), ("x", "string")]);
    assert_eq!(own, (vec!["foo_bar STRING".to_owned(), "x STRING".to_owned()], vec![LintKind::SharedColumn]));
    let random = kinds([("tcp-A", "integer"), ("tcpA", "string"), ("tcp_a", "integer")]);
    assert_eq!(random.1, [LintKind::RandomType]);
    assert_eq!(kinds([("tcp-A", "string"), ("tcpA", "string"), ("x", "string")]).1, [LintKind::SharedColumn]);
}

#[test]
fn what_stops_the_run_is_named() {
    let cases = [
        (r#"{"properties":{"a":{"type":"array"}}}"#, "/properties/a", "without items"),
        (r#"{"properties":{"a":true}}"#, "/properties/a", "boolean"),
        (r#"{"properties":{"_":{"type":"string"}}}"#, "/properties/_", "\"_\""),
        (r#"{"properties":{"a":{"type":"string"}},"required":["-"]}"#, "/required/0", "\"-\""),
        (r#"{"properties":{"a":{"type":["string","date"]}}}"#, "/properties/a/type/1", "\"date\""),
        (r#"{"properties":{"a":{"type":[]}}}"#, "/properties/a/type", "empty list"),
        (r#"{"properties":{"a":{"required":true}}}"#, "/properties/a/required", "list of names"),
        (r#"{"properties":{"a":{"type":"array","items":[{}],"maxItems":2.0}}}"#, "/properties/a/maxItems", "fraction"),
        (
            r#"{"properties":{"a":{"type":"array","items":[{}],"additionalItems":{},"maxItems":1234567}}}"#,
            "/properties/a/additionalItems",
            "more columns",
        ),
        (r#"{"properties":{"a":{"type":"object"}}}"#, "", "without any column"),
    ];
    for (text, pointer, said) in cases {
        let stop = stop(text);
        assert!(stop.pointer == pointer && stop.sentence.contains(said), "{stop}");
    }
}

#[test]
fn depth_costs_no_stack() {
    let deep = |levels: usize| format!("{}{{\"type\":\"string\"}}{}", r#"{"properties":{"a":"#.repeat(levels), "}}".repeat(levels));
    assert_eq!(columns(&deep(63)).len(), 63);
    assert!(stop(&deep(64)).sentence.contains("deeper"));
    assert!(stop(&deep(20_000)).sentence.contains("deeper"));
}
