use super::*;
use crate::pipeline::document::Document;
use crate::pipeline::fault::Fault;
use crate::pipeline::schema::Schema;
use crate::rows::row::SourceRow;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::memory::Memory;

fn schema() -> Schema {
    let text = r#"{"$schema":"http://json-schema.org/draft-06/schema#","properties":{
        "os":{"enum":["Windows NT","Darwin"]},"id":{"type":"string"},"n":{"maximum":4},"channel":{"pattern":"^[a-z]+$"},
        "metrics":{"additionalProperties":{"type":"object"}},"list":{"items":{}}},"required":["client_info"]}"#;
    Schema::parse("t", text.into()).unwrap()
}

fn redacted(document: &str, failing: Option<FailingValue>) -> String {
    let document = Document::parse(document.as_bytes());
    Redactor::default().document(&document, Some(&schema()), failing, TextForm::Line)
}

#[test]
fn documents_keep_their_form_and_lose_their_data() {
    let text = r#"{"os":"Windows NT","id":"0a1b2c3d","metrics":{"main":{},"jo@example.com":{"x":"0a1b2c3d"}},"list":[7,48213,0.5,52.520008,true,null,"",""]}"#;
    let expected = r#"{"os":"Windows NT","id":"<string 8 hex, value 1>","metrics":{"<key 4 letters, value 2>":{},"<key 14 letters, signs and dots, value 3>":{"<key 1 letters, value 4>":"<string 8 hex, value 1>"}},"list":[7,10005,0.5,10.000006,true,null,"",""]}"#;
    assert_eq!(redacted(text, None), expected);
}

#[test]
fn the_failing_value_is_told_by_its_form() {
    let failing = |keyword| Some(FailingValue { node: 1, keyword: Some(keyword) });
    assert_eq!(redacted(r#"{"channel":"nightly-2"}"#, failing("pattern")), r#"{"channel":"<like \"aaaaaaa-0\">"}"#);
    assert_eq!(
        redacted(r#"{"channel":"nightly-2"}"#, failing("maxLength")),
        r#"{"channel":"<string 9 letters, dashes and digits, value 1>"}"#
    );
    assert_eq!(redacted(r#"{"channel":"Jo Doe"}"#, failing("pattern")), r#"{"channel":"<like \"Aa Aaa\">"}"#);
    assert_eq!(redacted(r#"{"n":80.5}"#, failing("maximum")), r#"{"n":80.5}"#);
    assert_eq!(redacted(r#"{"n":1656426661}"#, failing("maximum")), r#"{"n":1600000000}"#);
}

#[test]
fn paths_go_before_everything_else() {
    let policy = Policy {
        safe: Paths::parse(&["/metrics/{key}", "/list/[]"]).unwrap(),
        masked: Paths::parse(&["/os", "/**/secret"]).unwrap(),
        ..Policy::default()
    };
    let document = Document::parse(
        r#"{"os":"Darwin","metrics":{"Jo Doe":{"a":"text","secret":true}},"list":["x y",123456789],"id":"x y"}"#.as_bytes(),
    );
    let told = Redactor::new(policy).document(&document, Some(&schema()), None, TextForm::Line);
    assert_eq!(
        told,
        r#"{"os":"<string>","metrics":{"Jo Doe":{"a":"text","<key 6 letters, value 1>":"<boolean>"}},"list":["x y",123456789],"id":"<string 3 letters and spaces, value 2>"}"#
    );
}

#[test]
fn messages_lose_their_values_and_stay_readable() {
    let class = "org.everit.json.schema.ValidationException";
    let schema = schema();
    for (message, told) in [
        (
            "#/channel: string [Jo Doe] does not match pattern ^[a-z]+$",
            "#/channel: string [<like \"Aa Aaa\">] does not match pattern ^[a-z]+$",
        ),
        (
            "#/channel: string [x y] does not match pattern Jo Doe",
            "#/channel: string [<like \"a a\">] does not match pattern <like \"Aa Aaa\">",
        ),
        (
            "#/metrics/jo@example.com: expected type: JSONObject, found: Null",
            "#/metrics/<key 14 letters, signs and dots, value 1>: expected type: JSONObject, found: Null",
        ),
        ("#: required key [client_info] not found", "#: required key [client_info] not found"),
        ("#/n: 80.5 is not less or equal to 4", "#/n: 80.5 is not less or equal to 4"),
        ("#/id: Jo Doe says no", "#/id: <like \"Aa\"> <like \"Aaa\"> <like \"aaaa\"> no"),
        ("#/id: expected maxLength: 61, actual: 80", "#/id: expected maxLength: 61, actual: 80"),
    ] {
        let whole = format!("{class}: {message}");
        let said = Redactor::default().message(&whole, None, Some(&schema));
        assert_eq!(said, format!("{class}: {told}"));
    }
}

#[test]
fn other_exceptions_keep_the_pipelines_words() {
    let told = |message: &str| Redactor::default().message(message, None, None);
    let parser = "com.fasterxml.jackson.core.JsonParseException";
    assert_eq!(
        told(&format!(
            "{parser}: Unrecognized token 'JoDoe7': was expecting (JSON String, Number)\n at [Source: (byte[])\"{{\"a\":JoDoe7}}\"; line: 1, column: 9]"
        )),
        format!(
            "{parser}: Unrecognized token '<like \"AaAaa0\">': was expecting (JSON String, Number) at [Source: <payload>; line: 1, column: 9]"
        )
    );
    let uri = "com.mozilla.telemetry.decoder.ParseUri$UnexpectedPathElementsException: Found -1 more path elements in the URI than expected for this endpoint";
    assert_eq!(told(uri), uri);
    let lookup = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";
    assert_eq!(
        told(&format!("{lookup}: No such docType: my-app/jo@x.com")),
        format!("{lookup}: No such docType: <like \"aa-aaa\">/<like \"aa@a.aaa\">")
    );
    assert_eq!(told("java.lang.IllegalStateException: cannot parse jo"), "java.lang.IllegalStateException: cannot parse <like \"aa\">");
}

#[test]
fn what_bigquery_says_keeps_the_columns_that_are_known() {
    let schema = Schema::parse("s", br#"{"properties": {"a": {"properties": {"b": {}}}}}"#.as_slice().into()).unwrap();
    let told = |text: &str| {
        let message = Redactor::default().message(&format!("java.io.IOException: {text}"), None, Some(&schema));
        Fault::parse(&message, None).sentence()
    };
    assert_eq!(told("no such field: a.b."), "the table has no column a.b");
    assert_eq!(told("JSON object specified for non-record field: a.b"), "the column a.b is not a RECORD, and the row has an object there");
    let secret = told("no such field: a.alice@example.");
    assert!(secret.starts_with("the table has no column a.") && !secret.contains("alice"), "{secret}");
    let value = told("Could not convert value to integer. Field: a; Value: alice");
    assert!(value.starts_with("the column a is of type integer") && !value.contains("alice"), "{value}");
    assert_eq!(
        told("[{'errors': [{'reason': 'stopped', 'debugInfo': 'alice'}]}]"),
        "not at fault: another row of the same request was refused"
    );
}

/// What may be told where the schemas have a doctype `main`.
fn knowing_main() -> Policy {
    static FILES: &[(&str, &[u8])] = &[("telemetry/main/main.4.schema.json", b"{}")];
    let schemas = SchemaStore::open(Box::new(Memory::new("test", FILES))).unwrap();
    Policy::default().knowing(Some(&schemas))
}

#[test]
fn only_columns_that_say_nothing_of_anybody_are_told() {
    let columns = [
        ("document_type", Some("main")),
        ("exception_class", Some("org.everit.json.schema.ValidationException")),
        ("client_id", Some("0a1b")),
        ("geo_city", Some("Berlin")),
        ("geo_country", Some("DE")),
        ("job_name", Some("decoder-0-0618083012-1f2ab9c4")),
        ("submission_timestamp", Some("2026-06-25 12:44:40.980084 UTC")),
        ("uri", Some("/submit/telemetry/297dc7e3-34a3-4dbd-b0e2-9d0f9068575d/main/Firefox/150.0?u=jo")),
        ("user_agent", Some("Firefox")),
        ("args", None),
    ];
    let row = SourceRow { columns: columns.map(|(name, value)| (name.into(), value.map(str::to_owned))).to_vec(), ..SourceRow::default() };
    let RedactedColumns { told, withheld } = Redactor::new(knowing_main()).columns(&row, None);
    let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        told,
        [
            ("document_type", "main"),
            ("exception_class", "org.everit.json.schema.ValidationException"),
            ("geo_country", "DE"),
            ("job_name", "decoder-0-0618083012-1f2ab9c4"),
            ("submission_timestamp", "2026-06-25 12:44:40.980084 UTC"),
            ("uri", "/submit/telemetry/<like \"000aa0a0-00a0-0aaa-a0a0-0a0a0000000a\">/main/Firefox/150.0…"),
        ]
    );
    assert_eq!(withheld, ["client_id", "geo_city", "user_agent"]);
}

#[test]
fn raw_changes_nothing() {
    let mut raw = Redactor::new(Policy { raw: true, ..Policy::default() });
    let document = Document::parse("{ \"a\": \"Jo\" } tail".as_bytes());
    assert_eq!(raw.document(&document, None, None, TextForm::Indented), "{ \"a\": \"Jo\" } tail");
    assert_eq!(
        (raw.value("Jo"), raw.key("Jo Doe", TokenMatch::Key), raw.message("Jo: x", None, None)),
        ("Jo".into(), "Jo Doe".into(), "Jo: x".into())
    );
    assert_eq!(raw.pointer(&["a/b"], None), "/a~1b");
}

#[test]
fn any_document_stays_json() {
    let deep = "{\"a\":[".repeat(20_000);
    for text in [deep.as_str(), "[1,{\"a\":\"\\ud800\u{202e}\"", "", "\"x", "{\"a\":1e400,\"b\":-0}", "[1] tail"] {
        for form in [TextForm::Line, TextForm::Indented] {
            let told = Redactor::default().document(&Document::parse(text.as_bytes()), Some(&schema()), None, form);
            let again = Document::parse(told.clone().into_bytes());
            assert!(told.is_empty() || (again.error().is_none() && again.trailing().is_none()), "{told:.200}");
            assert!(!told.contains('\u{202e}'));
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_taken(text in "(#/a: |#/metrics/|string \\[|\\] does not match pattern |required key \\[|\\] not found|a|é|7|\\.\\.\\.|: |/|~1| at \\[Source: ){0,9}", other in ".{0,40}") {
        let schema = schema();
        for text in [text, other] {
            for class in ["org.everit.json.schema.ValidationException", "com.fasterxml.jackson.core.JsonParseException", "x"] {
                let mut redactor = Redactor::default();
                let told = redactor.message(&format!("{class}: {text}"), None, Some(&schema));
                proptest::prop_assert!(!told.contains(text::is_unsafe), "{told}");
                redactor.value(&text);
                redactor.value_of(&text, &text, Some(class), Some(&text));
                redactor.path(&text, Some(&schema));
                redactor.key(&text, TokenMatch::Key);
            }
        }
    }
}
