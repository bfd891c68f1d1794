//! The rules from value to column, each as a user meets it.

use super::*;

const TABLE: &[u8] = br#"[
    {"name": "additional_properties", "type": "STRING"},
    {"name": "document_id", "type": "STRING"},
    {"name": "foo_bar", "type": "INT64"},
    {"name": "names", "type": "STRING", "mode": "REPEATED"},
    {"name": "sizes", "type": "INT64", "mode": "REPEATED"},
    {"name": "free", "type": "JSON"},
    {"name": "pair", "type": "RECORD", "fields": [{"name": "f0_", "type": "STRING"}, {"name": "f1_", "type": "BOOL"}]},
    {"name": "grid", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "list", "type": "FLOAT64", "mode": "REPEATED"}]},
    {"name": "rows", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "os_name", "type": "STRING"}]},
    {"name": "keys", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}]},
    {"name": "add_ons", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"},
        {"name": "value", "type": "RECORD", "fields": [{"name": "active", "type": "BOOL"}]}]},
    {"name": "metrics", "type": "RECORD", "fields": [
        {"name": "url", "type": "STRING"}, {"name": "url2", "type": "RECORD", "fields": [{"name": "a_b", "type": "STRING"}]},
        {"name": "dual", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"},
            {"name": "value", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}, {"name": "value", "type": "INT64"}]}]}]}]"#;

/// Where the value at a pointer of a document lands: `column fate` and the place in additional_properties.
fn lands(document: &str, pointer: &str) -> (String, Fate, Option<String>) {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let document = Document::parse(document.as_bytes());
    let landing = landing(&layout, &crate::pipeline::document::unescape_pointer(pointer), Some(&document));
    (landing.column.map(|id| layout.path(id)).unwrap_or_default(), landing.fate, landing.additional_pointer)
}

fn sql(document: Option<&str>, pointer: &str) -> String {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let document = document.map(|text| Document::parse(text.as_bytes()));
    landing(&layout, &crate::pipeline::document::unescape_pointer(pointer), document.as_ref()).sql.unwrap_or_default()
}

#[test]
fn a_value_lands_in_the_column_of_its_key() {
    for (document, pointer, column, fate) in [
        (r#"{"foo_bar": 1}"#, "/foo_bar", "foo_bar", Fate::Stored),
        (r#"{"fooBar": 1}"#, "/fooBar", "foo_bar", Fate::Changed),
        (r#"{"foo_bar": true}"#, "/foo_bar", "foo_bar", Fate::Changed),
        (r#"{"foo_bar": null}"#, "/foo_bar", "foo_bar", Fate::Stored),
        (r#"{"names": ["a", {"b": 1}]}"#, "/names/1/b", "names", Fate::Changed),
        (r#"{"free": {"aB": [1]}}"#, "/free/aB/0", "free", Fate::Changed),
        (r#"{"pair": ["a", true]}"#, "/pair/1", "pair.f1_", Fate::Stored),
        (r#"{"grid": [[1, 2.5]]}"#, "/grid/0/1", "grid.list", Fate::Stored),
        (r#"{"addOns": {"x@y": {"active": true}}}"#, "/addOns/x@y/active", "add_ons.value.active", Fate::Stored),
        (r#"{"metrics": {"url": {"a.b": "x"}}}"#, "/metrics/url/a.b", "metrics.url2.a_b", Fate::Changed),
        (r#"{"metrics": {"dual": {"a": {"b": 3}}}}"#, "/metrics/dual/a/b", "metrics.dual.value.value", Fate::Stored),
        (r#"{"document_id": "x"}"#, "/document_id", "document_id", Fate::Changed),
        (r#"{"rows": []}"#, "/rows", "rows", Fate::Stored),
    ] {
        assert_eq!(lands(document, pointer), (column.to_owned(), fate, None), "{pointer} of {document}");
    }
}

#[test]
fn what_has_no_column_stays_in_additional_properties() {
    for (document, pointer, column, place) in [
        (r#"{"newThing": {"a": 1}}"#, "/newThing/a", "", "/newThing/a"),
        (r#"{"foo_bar": 1.0}"#, "/foo_bar", "foo_bar", "/foo_bar"),
        (r#"{"names": "x"}"#, "/names", "names", "/names"),
        (r#"{"pair": ["a", true, 3]}"#, "/pair/2", "", "/pair/2"),
        (r#"{"keys": {"a": 1}}"#, "/keys/a", "keys.key", "/keys/a"),
        (r#"{"rows": [{}, 7]}"#, "/rows/1", "rows", "/rows/1"),
        (r#"{"rows": {"x": {}, "y": {"osName": "a", "z/z": 1}}}"#, "/rows/y/z~1z", "", "/rows/1/z~1z"),
        (r#"{"grid": [[1], 7]}"#, "/grid/1", "grid.list", "/grid/1"),
    ] {
        assert_eq!(lands(document, pointer), (column.to_owned(), Fate::Additional, Some(place.to_owned())), "{pointer} of {document}");
    }
}

#[test]
fn some_values_cost_the_row_or_are_lost() {
    for (document, pointer, column, fate) in [
        (r#"{"sizes": [1, "a"]}"#, "/sizes/1", "sizes", Fate::Refused),
        (r#"{"pair": "a"}"#, "/pair", "pair", Fate::Refused),
        (r#"{"rows": "a"}"#, "/rows", "rows", Fate::Refused),
        (r#"{"add_ons": [1]}"#, "/add_ons", "add_ons", Fate::Refused),
        (r#"{"addOns": [1]}"#, "/addOns", "add_ons", Fate::Lost),
        (r#"{"additionalProperties": 1}"#, "/additionalProperties", "additional_properties", Fate::Lost),
        (r#"{"fooBar": 1, "foo_bar": 2}"#, "/foo_bar", "foo_bar", Fate::Lost),
        (r#"{"fooBar": 1, "foo.bar": 2}"#, "/fooBar", "foo_bar", Fate::Lost),
        (r#"{"metadata": {"x": 1}}"#, "/metadata/x", "", Fate::Lost),
    ] {
        assert_eq!(lands(document, pointer), (column.to_owned(), fate, None), "{pointer} of {document}");
    }
    assert_eq!(lands(r#"{"foo_bar": 1, "fooBar": null}"#, "/foo_bar").1, Fate::Stored, "null takes nothing away");
}

#[test]
fn a_missing_value_has_the_column_it_would_fill() {
    assert_eq!(lands(r#"{"metrics": {}}"#, "/metrics/dual/a/b"), ("metrics.dual.value.value".to_owned(), Fate::Unknown, None));
    assert_eq!(lands("{}", "/nothing").1, Fate::Unknown);
}

#[test]
fn every_value_can_be_selected() {
    assert_eq!(
        sql(None, "/metrics/dual/it's/b"),
        r"(SELECT value FROM UNNEST((SELECT value FROM UNNEST(metrics.dual) WHERE key = 'it\'s')) WHERE key = 'b')"
    );
    assert_eq!(sql(None, "/addOns/a/active"), "(SELECT value.active FROM UNNEST(add_ons) WHERE key = 'a')");
    assert_eq!(sql(None, "/rows/2/osName"), "`rows`[SAFE_OFFSET(2)].os_name");
    assert_eq!(sql(None, "/grid/2/0"), "grid[SAFE_OFFSET(2)].list[SAFE_OFFSET(0)]");
    assert_eq!(sql(None, "/pair/1"), "pair.f1_");
    assert_eq!(sql(Some(r#"{"free": {"a b": {}}}"#), "/free/a b"), r#"JSON_QUERY(free, '$."a b"')"#);
    assert_eq!(sql(Some(r#"{"new": [{"x": 1}]}"#), "/new/0/x"), "JSON_VALUE(additional_properties, '$.new[0].x')");
}

#[test]
fn a_column_leads_back_to_its_value() {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let document = Document::parse(
        r#"{"foo.bar": 1, "fooBar": 2, "pair": ["a", true], "grid": [[], [5]], "rows": [{}, {"os-name": "x"}], "addOns": {"a": {}, "b": {"active": true}}}"#
            .as_bytes(),
    );
    let back = |path| {
        layout.find(path).and_then(|id| value_of(&layout, id, &document)).map(|id| String::from_utf8_lossy(document.raw(id)).into_owned())
    };
    assert_eq!(back("foo_bar").as_deref(), Some("2"), "the member that wins");
    assert_eq!(back("pair.f1_").as_deref(), Some("true"));
    assert_eq!(back("grid.list").as_deref(), Some("[]"));
    assert_eq!(back("rows.os_name").as_deref(), Some("\"x\""));
    assert_eq!(back("add_ons.value.active").as_deref(), Some("true"));
    assert_eq!(back("add_ons.key").as_deref(), Some("{}"));
    assert_eq!(back("metrics.url"), None);
}

fn warned(document: &str, submission: &Submission, limit: usize) -> (u64, Vec<(Severity, String)>) {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let document = Document::parse(document.as_bytes());
    let transformed = transform(&layout, &document, submission);
    let warnings = transformed.beside(&layout, &document).warnings(limit);
    let told = |warning: Warning| (warning.severity, document.path(warning.node, crate::pipeline::document::PathStyle::Pointer));
    (warnings.count, warnings.list.into_iter().map(told).collect())
}

#[test]
fn what_costs_the_row_is_told_before_what_is_lost() {
    let document =
        r#"{"addOns": [1], "fooBar": 1, "foo_bar": 2, "pair": "a", "new": 1, "names": null, "metadata": {"zz": 1}, "normalized_os": 5}"#;
    let lost = |pointer: &str| (Severity::Lost, pointer.to_owned());
    let (count, list) = warned(document, &Submission::default(), 3);
    assert_eq!((count, list), (5, vec![(Severity::Mismatch, "/pair".to_owned()), lost("/addOns"), lost("/foo_bar")]));
    let strict = Submission { strict: true, ..Submission::default() };
    let (count, list) = warned(document, &strict, 10);
    assert_eq!((count, &list[3..]), (6, &[lost("/new"), lost("/metadata"), lost("/normalized_os")][..]));
    let (count, list) = warned(r#"{"addOns": [1], "sizes": [1, "a"]}"#, &strict, 10);
    assert_eq!((count, list), (1, vec![(Severity::NoRow, "/sizes/1".to_owned())]));
}

#[test]
fn a_row_that_cannot_be_written_takes_everything_with_it() {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let document = Document::parse(&br#"{"foo_bar": 1, "rows": "x"}"#[..]);
    let transformed = transform(&layout, &document, &Submission::default());
    let landed = transformed.beside(&layout, &document);
    assert_eq!(landed.row().map_err(|refusal| refusal.exception.name()), Err("ClassCastException"));
    assert_eq!(landed.lines().count(), 0);
    let landing = landed.landing(&["foo_bar"]);
    assert_eq!((landing.column, landing.fate), (layout.find("foo_bar"), Fate::Refused));
    assert!(landing.reason.is_some_and(|reason| reason.starts_with("The whole row is refused: at `/rows`,")));
}

#[test]
fn the_row_is_in_the_pipelines_order() {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let document = Document::parse(&br#"{"fooBar": true, "new": 1.50, "names": ["a", 2e23], "client_id": "{4DD69E99-07E7-C040-A514-CCDE0CFD4881}", "document_id": "x"}"#[..]);
    let attributes = [("document_id", "y"), ("geo_city", "Paris"), ("document_namespace", "test")];
    let attributes = attributes.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
    let transformed = transform(&layout, &document, &Submission::of(attributes, false));
    assert_eq!(
        transformed.beside(&layout, &document).row().as_deref(),
        Ok(concat!(
            r#"{"document_id":"x","names":["a","1.9999999999999998E23"],"foo_bar":1,"#,
            r#""metadata":{"geo":{"city":"Paris"},"isp":{},"user_agent":{},"header":{},"document_namespace":"test"},"#,
            r#""additional_properties":"{\"sample_id\":66,\"new\":1.5,\"client_id\":\"4dd69e99-07e7-c040-a514-ccde0cfd4881\"}"}"#
        ))
    );
}

#[test]
fn depth_of_document_and_layout_costs_no_stack() {
    let deep = 20_000;
    let document = Document::parse((r#"{"a":"#.repeat(deep) + "1" + &"}".repeat(deep)).into_bytes());
    let mut columns = r#"{"name":"a","type":"INT64"}"#.to_owned();
    for _ in 0..500 {
        columns = format!(r#"{{"name":"a","type":"RECORD","fields":[{columns}]}}"#);
    }
    let layout = Layout::parse(format!("[{columns}]").as_bytes()).unwrap_or_default();
    for layout in [layout, Layout::parse(TABLE).unwrap_or_default()] {
        let transformed = transform(&layout, &document, &Submission::default());
        let landed = transformed.beside(&layout, &document);
        assert!(landed.row().is_ok());
        assert_eq!(landed.lines().count(), 1);
        landed.landing(&document.tokens(deep as NodeId));
    }
}

#[test]
fn what_is_lost_is_what_there_is_a_warning_of() {
    let document = Document::parse(
        br#"{"additional": 1, "foo_bar": 1.5, "fooBar": null, "addOns": [], "pair": {}, "metadata": {"zz": null}, "unknown": {"x": null}, "nothing": []}"#
            .as_slice(),
    );
    let without = String::from_utf8_lossy(TABLE).replace("additional_properties", "other");
    for table in [String::from_utf8_lossy(TABLE).into_owned(), without] {
        let layout = Layout::parse(table.as_bytes()).unwrap_or_default();
        let transformed = transform(&layout, &document, &Submission::default());
        let landed = transformed.beside(&layout, &document);
        let mut warned = Vec::new();
        landed.visit_warned(&mut |severity, node| warned.push((severity, node)));
        let lost = document.children(0).filter(|&node| landed.landing_of(node).fate == Fate::Lost);
        assert_eq!(warned, lost.map(|node| (Severity::Lost, node)).collect::<Vec<_>>());
        assert_eq!(landed.landing(&["pair"]).fate, Fate::Empty);
    }
}

#[test]
fn nothing_is_lost_with_a_null() {
    let fate = |document: &str, pointer: &str| lands(document, pointer).1;
    assert_eq!(fate(r#"{"addOns": {"a": null}}"#, "/addOns/a"), Fate::Stored);
    assert_eq!(fate(r#"{"rows": [{"osName": null}]}"#, "/rows/0/osName"), Fate::Stored);
    assert_eq!(fate(r#"{"free": {}}"#, "/free"), Fate::Empty);
    assert_eq!(fate(r#"{"foo_bar": 1, "fooBar": null}"#, "/fooBar"), Fate::Empty, "the column holds the other");
    assert_eq!(fate(r#"{"fooBar": 1, "foo_bar": null}"#, "/foo_bar"), Fate::Empty);
    assert_eq!(fate(r#"{"metrics": {"nothing": 1}}"#, "/metrics"), Fate::Empty, "its parts are elsewhere");
}

#[test]
fn a_null_or_empty_value_is_selected_under_its_own_keys() {
    let of = |document, pointer| sql(Some(document), pointer);
    assert_eq!(of(r#"{"addOns": {"it's": null}}"#, "/addOns/it's"), r"(SELECT value FROM UNNEST(add_ons) WHERE key = 'it\'s')");
    assert_eq!(
        of(r#"{"addOns": {"a": {"active": null}}}"#, "/addOns/a/active"),
        "(SELECT value.active FROM UNNEST(add_ons) WHERE key = 'a')"
    );
    assert_eq!(
        of(r#"{"metrics": {"dual": {"a": {"b": null}}}}"#, "/metrics/dual/a/b"),
        "(SELECT value FROM UNNEST((SELECT value FROM UNNEST(metrics.dual) WHERE key = 'a')) WHERE key = 'b')"
    );
    assert_eq!(of(r#"{"metrics": {"dual": {"a": {}}}}"#, "/metrics/dual/a"), "(SELECT value FROM UNNEST(metrics.dual) WHERE key = 'a')");
    assert_eq!(of(r#"{"rows": [{}, {"os_name": null}]}"#, "/rows/1/os_name"), "`rows`[SAFE_OFFSET(1)].os_name");
    assert_eq!(of(r#"{"rows": {"x": {}, "y": {"osName": null}}}"#, "/rows/y/osName"), "`rows`[SAFE_OFFSET(1)].os_name");
    let layout = Layout::parse(TABLE).unwrap_or_default();
    assert_eq!(select_key(&layout, &["addOns", "it's"]).as_deref(), Some(r"(SELECT key FROM UNNEST(add_ons) WHERE key = 'it\'s')"));
    assert_eq!(select_key(&layout, &["rows", "0"]), None);
}

#[test]
fn a_null_in_a_list_that_the_pipeline_does_not_check_costs_the_row() {
    let layout = Layout::parse(br#"[{"name": "times", "type": "TIMESTAMP", "mode": "REPEATED"}]"#).unwrap_or_default();
    let document = Document::parse(br#"{"times": ["2026-01-01", null]}"#.as_slice());
    let transformed = transform(&layout, &document, &Submission::default());
    let landed = transformed.beside(&layout, &document);
    assert_eq!([1, 2, 3].map(|node| landed.landing_of(node).fate), [Fate::Refused, Fate::Stored, Fate::Refused]);
    assert_eq!(landed.fates().of(0).map(|filled| filled.fate), Some(Fate::Refused));
    assert_eq!(
        landed.warnings(9).list.iter().map(|warning| (warning.severity, warning.node)).collect::<Vec<_>>(),
        [(Severity::Mismatch, 1)]
    );
    assert_eq!(landed.lines().map(|(line, _)| line.shape_mismatch).collect::<Vec<_>>(), [false, true]);
}

/// What is told of the value at a pointer.
fn reason(document: &str, pointer: &str) -> String {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let document = Document::parse(document.as_bytes());
    landing(&layout, &crate::pipeline::document::unescape_pointer(pointer), Some(&document)).reason.unwrap_or_default()
}

#[test]
fn a_value_that_does_not_fit_is_told_in_plain_words() {
    let int = |value: &str| reason(&format!(r#"{{"foo_bar": {value}}}"#), "/foo_bar");
    let takes = "An INT64 column takes integers of 64 bits and booleans; this";
    assert_eq!(int("9223372036854775808"), format!("{takes} integer is beyond the greatest, 9,223,372,036,854,775,807."));
    assert_eq!(int("-9223372036854775809"), format!("{takes} integer is below the least, -9,223,372,036,854,775,808."));
    assert_eq!(int("1e2"), format!("{takes} number has a decimal point or an exponent."));
    assert_eq!(int("\"7\""), format!("{takes} is a string, which is not converted."));
    let wrong = "It has the wrong shape: `rows` takes a list of objects (REPEATED RECORD); this is a ";
    let rows = r#"{"rows": {"os_name": "a"}}"#;
    assert_eq!(reason(rows, "/rows"), format!("{wrong}single object, whose values are taken for the list and whose keys are lost."));
    assert_eq!(reason(rows, "/rows/os_name"), format!("{wrong}string in a single object, whose values are taken for the list."));
    assert_eq!(
        reason(r#"{"rows": "a"}"#, "/rows"),
        "The row cannot be written: the shape is wrong: `rows` takes a list of objects (REPEATED RECORD), and the pipeline fails on a string."
    );
}

#[test]
fn a_place_of_the_row_leads_back_to_its_value() {
    let layout = Layout::parse(TABLE).unwrap_or_default();
    let text = r#"{"fooBar": 7, "addOns": {"a": {"active": true}}, "names": ["x", 2], "free": {"b": [1]}, "new": 3}"#;
    let document = Document::parse(text.as_bytes());
    let transformed = transform(&layout, &document, &Submission::default());
    let landed = transformed.beside(&layout, &document);
    let at = |pointer: &str| {
        let value = landed.value_at(&crate::pipeline::document::unescape_pointer(pointer));
        value.map(|node| String::from_utf8_lossy(document.raw(node)).into_owned())
    };
    assert_eq!(at("/foo_bar").as_deref(), Some("7"));
    assert_eq!(at("/add_ons/0/value/active").as_deref(), Some("true"));
    assert_eq!(at("/names/1").as_deref(), Some("2"));
    assert_eq!(at("/free/b/0").as_deref(), Some("1"));
    assert_eq!([at("/add_ons/0/key"), at("/additional_properties"), at("/nowhere")], [None, None, None]);
}
