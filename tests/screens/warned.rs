//! Cases whose documents fit their schema and still lose values or rows, and documents that go to two tables.

use misfit::rows::schemas::SchemaStore;
use misfit::rows::schemas::memory::Memory;
use misfit::rows::source::files::Files;

use super::*;

static SCHEMAS: &[(&str, &[u8])] = &[
    ("shop/order/order.1.schema.json", br#"{"type": "object", "properties": {"id": {"type": "string"}}}"#),
    (
        "shop/order/order.1.bq",
        br#"[{"name": "additional_properties", "type": "STRING", "description": "Everything else."},
            {"name": "counts", "type": "RECORD", "mode": "REPEATED", "description": "How often, by page.", "fields": [
                {"name": "key", "type": "STRING"}, {"name": "value", "type": "INT64"}]},
            {"name": "id", "type": "STRING", "description": "Number of the order."},
            {"name": "is_paid", "type": "INT64", "description": "Whether it is paid."},
            {"name": "marks", "type": "INT64", "mode": "REPEATED"},
            {"name": "rate", "type": "INT64"},
            {"name": "document_id", "type": "STRING"}]"#,
    ),
    (
        "telemetry/main/main.4.schema.json",
        br#"{"type": "object", "properties": {"payload": {"type": "object", "properties": {"info": {"type": "string"}}}}}"#,
    ),
    (
        "telemetry/main/main.5.bq",
        br#"[{"name": "payload", "type": "RECORD", "fields": [{"name": "info", "type": "STRING"}]},
            {"name": "additional_properties", "type": "STRING"}]"#,
    ),
    (
        "telemetry/main-use-counter/main-use-counter.4.bq",
        br#"[{"name": "payload", "type": "RECORD", "fields": [{"name": "use_counter2_a", "type": "STRING"}]},
            {"name": "additional_properties", "type": "STRING"}]"#,
    ),
];

/// What the explorer shows of one row that was refused by an older schema.
fn press_row(size: (u16, u16), names: [&str; 3], payload: &str, keys: &str) -> String {
    let refused = [
        "ParsePayload",
        "org.everit.json.schema.ValidationException",
        "org.everit.json.schema.ValidationException: #: required key [old] not found",
    ];
    press_refused(size, names, refused, payload, keys)
}

/// The same of a row that was refused with this stage, class and message.
fn press_refused(size: (u16, u16), names: [&str; 3], [stage, class, message]: [&str; 3], payload: &str, keys: &str) -> String {
    let row = serde_json::json!({
        "document_namespace": names[0], "document_type": names[1], "document_version": Some(names[2]).filter(|name| !name.is_empty()),
        "error_type": stage, "exception_class": class, "error_message": message,
        "geo_country": "NZ", "submission_timestamp": "2026-03-02 08:05:11.5 UTC", "uri": if names[0] == "telemetry" { "/submit/telemetry/0a1b/main" } else { "/submit/shop/order/1/0a1b" },
        "payload": base64(payload),
    });
    let source: Arc<dyn ErrorSource> = Arc::new(Files::from_memory("made up", row.to_string().into_bytes()).expect("a row"));
    let schemas = SchemaStore::open(Box::new(Memory::new("made up", SCHEMAS))).expect("schemas");
    frame::to_text(&press_with(Some(source), Arc::new(schemas), "default-dark", Depth::True, size, keys))
}

fn base64(text: &str) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

const LOSES: &str =
    r#"{"id": "a", "isPaid": true, "Counts": [1], "counts": {"home": 3, "cart": "x"}, "rate": "fast", "note": {"x": 1}, "left": null}"#;

fn order(size: (u16, u16), payload: &str, keys: &str) -> String {
    press_row(size, ["shop", "order", "1"], payload, keys)
}

#[test]
fn a_value_that_is_lost_is_told_above_the_panes() {
    insta::assert_snapshot!(order((120, 40), LOSES, "<enter>"));
    insta::assert_snapshot!(order((80, 24), LOSES, "<enter>w<tab><tab>"));
}

#[test]
fn every_landing_has_its_mark() {
    insta::assert_snapshot!(order((120, 40), LOSES, "<enter><tab><tab>Egg"));
    let changed = order((120, 40), LOSES, "<enter>ggl/isPaid<enter>");
    assert!(changed.contains("becomes 1"), "{changed}");
    let rest = order((120, 40), LOSES, "<enter>/note<enter>");
    assert!(rest.contains("→+    /note"), "{rest}");
}

#[test]
fn the_row_is_shown_where_the_value_went() {
    insta::assert_snapshot!(order((120, 40), LOSES, "<enter>/isPaid<enter>r"));
    insta::assert_snapshot!(order((80, 24), LOSES, "<enter>r/NZ<enter>"));
    let before = order((120, 40), LOSES, "<enter>/isPaid<enter>");
    for back in ["<esc>", "r", "q", "/paid<enter><esc><esc>"] {
        assert_eq!(order((120, 40), LOSES, &format!("<enter>/isPaid<enter>r{back}")), before, "{back}");
    }
}

#[test]
fn a_row_that_is_never_written_says_why() {
    let payload = r#"{"id": "a", "marks": [1, "x"]}"#;
    insta::assert_snapshot!(order((100, 30), payload, "<enter>r"));
    let value = order((100, 30), payload, "<enter>rw");
    assert!(value.contains("warning 1 of 1") && value.contains("Document"), "{value}");
}

#[test]
fn a_document_that_is_split_shows_both_tables() {
    let main = |keys: &str| {
        let payload = r#"{"version": 4, "clientId": "c", "payload": {"info": "i", "USE_COUNTER2_A": {"histogram_type": 2, "sum": 5, "values": {"1": 5}}}}"#;
        press_row((120, 40), ["telemetry", "main", ""], payload, keys)
    };
    let counter = main("<enter>/COUNTER<enter>");
    assert!(counter.contains("counter_v4, 2 of 2"), "{counter}");
    assert!(counter.contains("becomes \"5\""), "{counter}");
    let rest = main("<enter>/info<enter>");
    assert!(rest.contains("main_v5, 1 of 2"), "{rest}");
    assert!(main("<enter>/info<enter>u").contains("counter_v4, 2 of 2"));
    insta::assert_snapshot!(main("<enter>/COUNTER<enter>r"));
    let other = main("<enter>/COUNTER<enter>ru");
    assert!(other.contains("{\"info\":\"i\"}") && !other.contains("use_counter2_a"), "{other}");
}

#[test]
fn every_query_of_a_case_can_be_copied() {
    for (keys, told) in [("yr", "raw row"), ("yd", "decoded row"), ("ys", "SQL expression")] {
        let text = order((100, 30), LOSES, &format!("<enter>{keys}"));
        assert!(text.contains(&format!("copied the query for the {told}")) || text.contains("copied the SQL expression"), "{text}");
    }
    let about = order((120, 40), LOSES, "<enter>i");
    assert!(about.contains("shop_live.order_v1") && about.contains("STRPOS(uri, '/0a1b') > 0"), "{about}");
}

#[test]
fn a_fault_that_is_fixed_is_not_shown_as_broken() {
    let case = order((120, 40), LOSES, "<enter>");
    assert!(case.contains("fixed in the schemas you have") && !case.contains("broke required"), "{case}");
    let broken = order((120, 40), LOSES, "<enter>b");
    assert!(broken.matches("The document fits the schemas you have, so this is fixed there.").count() == 2, "{broken}");
}

#[test]
fn what_bigquery_refused_opens_at_its_schema_node_too() {
    let message = "java.io.IOException: [{\"errors\":[{\"message\":\"JSON object specified for non-record field: id\",\"reason\":\"invalid\"}],\"index\":0}]";
    let shown = press_refused(
        (120, 40),
        ["shop", "order", "1"],
        ["failed_insert", "java.io.IOException", message],
        r#"{"id": {"a": 1}}"#,
        "<enter>",
    );
    assert!(shown.contains("#/properties/id  line"), "{shown}");
}
