use serde_json::json;

use super::*;
use crate::pipeline::fault::Fault;
use crate::rows::payload;

fn row(value: &Value) -> ForeignRow {
    read(value.to_string().as_bytes(), None).unwrap_or_else(|error| panic!("{error:?}: {value}"))
}

/// Place, keyword and key of each failure, or the general text where it is none of a validator's.
fn told(row: &ForeignRow) -> Vec<String> {
    let of = |failure: &Failure| {
        let fault = Fault::parse(failure.message.as_deref().unwrap_or_default(), failure.class.as_deref());
        let place: String = fault.tokens().iter().map(|token| format!("/{token}")).collect();
        match fault.keyword() {
            Some(keyword) => format!("{place} {keyword}"),
            None => fault.general(),
        }
    };
    row.failures.iter().map(of).collect()
}

fn document(row: &ForeignRow, value: &Value, at: usize) -> String {
    let whole = row.source_row(value.to_string().as_bytes(), at, "x line 1".to_owned()).unwrap();
    String::from_utf8_lossy(&payload::decode(whole.payload).text).into_owned()
}

fn bad_row(kind: &str, failure: Value, payload: Value) -> Value {
    json!({
        "schema": format!("iglu:com.snowplowanalytics.snowplow.badrows/{kind}/jsonschema/2-0-0"),
        "data": {"processor": {"artifact": "enrich", "version": "4.1.0"}, "failure": failure, "payload": payload},
    })
}

#[test]
fn snowplow_schema_violations_name_schema_and_entity() {
    let event = json!({"schema": "iglu:x/unstruct_event/jsonschema/1-0-0", "data": {"schema": "iglu:org.example/order/jsonschema/2-0-1", "data": {"total": "1.10"}}});
    let messages = json!([
        {"schemaKey": "iglu:org.example/order/jsonschema/2-0-1", "error": {"error": "ValidationError", "dataReports": [
            {"message": "$.total: string found, number expected", "path": "$.total", "keyword": "type", "targets": ["string", "number"]},
            {"message": "$.id: is missing but it is required", "path": "$", "keyword": "required", "targets": ["id"]},
        ]}},
        {"schemaKey": "iglu:org.example/user/jsonschema/1-0-0", "error": {"error": "ResolutionError", "lookupHistory": []}},
    ]);
    let value = bad_row(
        "schema_violations",
        json!({"timestamp": "2025-02-03T04:05:06.000Z", "messages": messages}),
        json!({"enriched": {"unstruct_event": event.to_string()}}),
    );
    let row = row(&value);
    assert_eq!(told(&row), ["/total type", " required", "No schema with name: {value}"]);
    let first = &row.failures[0];
    assert_eq!(
        (first.namespace.as_deref(), first.doctype.as_deref(), first.version.as_deref()),
        (Some("org.example"), Some("order"), Some("2-0-1"))
    );
    assert_eq!((first.stage.as_deref(), first.job.as_deref()), (Some("schema_violations"), Some("enrich 4.1.0")));
    assert_eq!(document(&row, &value, 0), r#"{"total":"1.10"}"#, "the entity that failed, as it was sent");
    let whole = row.source_row(value.to_string().as_bytes(), 1, "x line 1".to_owned()).unwrap();
    assert_eq!(
        (whole.origin.as_str(), whole.others.len(), whole.judge.as_deref()),
        ("x line 1, failure 2 of 3", 2, Some("Snowplow enrich 4.1.0"))
    );
    assert_eq!(row.failures[2].doctype.as_deref(), Some("user"));
}

#[test]
fn snowplow_failures_of_every_kind_say_what_is_wrong() {
    let at = "2025-02-03T04:05:06.000Z";
    for (kind, failure, says) in [
        (
            "adapter_failures",
            json!({"timestamp": at, "vendor": "com.hooks", "version": "v1", "messages": [{"field": "body", "value": null, "expectation": "empty body: no events"}]}),
            "empty body: no events",
        ),
        (
            "tracker_protocol_violations",
            json!({"timestamp": at, "vendor": "org.example", "version": "tp2", "messages": [{"schemaKey": "iglu:a/b/jsonschema/1-0-0", "error": {"error": "ResolutionError"}}]}),
            "No schema with name: {value}",
        ),
        (
            "enrichment_failures",
            json!({"timestamp": at, "messages": [{"enrichment": {"schemaKey": "iglu:c/d/jsonschema/1-0-0", "identifier": "api-request"}, "message": {"error": "timed out"}}]}),
            "api-request: timed out",
        ),
        (
            "size_violation",
            json!({"timestamp": at, "maximumAllowedSizeBytes": 10, "actualSizeBytes": 11, "expectation": "oversized collector payload"}),
            "the payload has {n} bytes, at most {n} are allowed",
        ),
        (
            "collector_payload_format_violation",
            json!({"timestamp": at, "loader": "thrift", "message": {"error": "cannot deserialize"}}),
            "cannot deserialize",
        ),
        (
            "loader_parsing_error",
            json!({"type": "RowDecodingError", "errors": [{"type": "InvalidValue", "key": "tr_total", "value": "x", "message": "not a number"}]}),
            "not a number",
        ),
        (
            "loader_iglu_error",
            json!([{"schemaCriterion": "iglu:a/b/jsonschema/1-*-*", "error": {"error": "ResolutionError"}}]),
            "No schema with name: {value}",
        ),
        ("loader_runtime_error", json!({"error": "no space left"}), "no space left"),
        ("generic_error", json!({"timestamp": at, "errors": ["cannot parse", "and more"]}), "cannot parse"),
    ] {
        let row = row(&bad_row(kind, failure, json!("AAAA")));
        assert_eq!(told(&row)[0], says, "{kind}");
        assert_eq!(row.failures[0].stage.as_deref(), Some(kind));
        assert!(row.failures[0].class.is_some(), "{kind}");
    }
}

#[test]
fn micro_and_the_first_age_are_snowplow_too() {
    let error = json!({"schemaKey": "iglu:org.example/order/jsonschema/1-0-0", "error": {"error": "ResolutionError"}});
    let micro = json!({"collectorPayload": {"api": {"vendor": "v", "version": "tp2"}}, "rawEvent": null, "errors": ["Error while validating the event", error.to_string()]});
    let read = row(&micro);
    assert_eq!((told(&read).len(), read.failures[0].doctype.as_deref()), (1, Some("order")));
    let nested = bad_row("enrichment_failures", json!({"messages": [{"enrichment": null, "message": {"error": "boom"}}]}), json!({}));
    let micro = json!({"collectorPayload": {}, "rawEvent": {}, "errors": ["Error", nested.to_string()]});
    assert_eq!(told(&row(&micro)), ["boom"]);
    let old = json!({"line": "eyJhIjoxfQ==", "errors": [{"level": "error", "message": "Line does not match"}], "failure_tstamp": "2017-01-02T03:04:05.678Z"});
    assert_eq!(document(&row(&old), &old, 0), r#"{"a":1}"#);
}

#[test]
fn a_failed_event_has_its_failure_in_a_context() {
    let value = json!({"event_id": "x", "contexts_com_snowplowanalytics_snowplow_failure_1": [{
        "failureType": "ValidationError", "schema": "iglu:org.example/order/jsonschema/1-0-0", "componentName": "enrich", "componentVersion": "5",
        "errors": [{"message": "$.n: integer found, string expected", "path": "$.n", "keyword": "type"}], "data": {"n": 1},
    }]});
    let row = row(&value);
    assert_eq!((told(&row), document(&row, &value, 0)), (vec!["/n type".to_owned()], r#"{"n":1}"#.to_owned()));
}

#[test]
fn buz_envelopes_of_either_age_are_read() {
    let errors = json!([{"field": "n", "description": "n is required", "errorType": "required"}, {"field": "a.b", "description": "Invalid type. Expected: string, given: integer", "errorType": "invalid_type"}]);
    let old = json!({"buzVersion": "1", "isValid": false, "schema": "org.example/click/v2.0.json", "vendor": "org.example", "namespace": "org.example.click", "version": "2.0", "validationError": {"errorType": "invalidPayload", "payloadValidationErrors": errors}, "payload": {"a": {"b": 1}}});
    let new = json!({"uuid": "u", "schema": "org.example/click/v2.0.json", "validation": {"isValid": false, "error": {"type": "invalidPayload", "resolution": "mend it", "errors": errors}}, "payload": {"a": {"b": 1}}});
    for value in [old, new] {
        let row = row(&value);
        assert_eq!(told(&row), [" required", "/a/b type"], "{value}");
        assert_eq!(
            (row.failures[0].namespace.as_deref(), row.failures[0].doctype.as_deref(), row.failures[0].version.as_deref()),
            (Some("org.example"), Some("click"), Some("2.0"))
        );
        assert_eq!(document(&row, &value, 0), r#"{"a":{"b":1}}"#);
    }
    let valid = json!({"buzVersion": "1", "isValid": true, "schema": "a/b/v1.json", "payload": {}});
    assert!(matches!(read(valid.to_string().as_bytes(), None), Err(NotForeign::Wrong(_))));
}

#[test]
fn what_bigquery_answers_is_read_error_by_error() {
    let error =
        |location: &str, reason: &str, message: &str| json!({"reason": reason, "location": location, "debugInfo": "", "message": message});
    let answer = json!({"insertErrors": [{"index": 0, "errors": [error("n", "invalid", "no such field: n."), error("m", "invalid", "no such field: m.")]}, {"index": 1, "errors": [error("", "stopped", "")]}]});
    assert_eq!(told(&row(&answer)), ["no such field: n", "no such field: m", "stopped"]);
    let job = json!({"jobReference": {"jobId": "j"}, "configuration": {"load": {"destinationTable": {"datasetId": "d", "tableId": "t"}}}, "status": {"errors": [
        {"reason": "invalid", "message": "Error while reading data, error message: JSON table encountered too many errors, giving up. Rows: 1; errors: 1."},
        {"reason": "invalid", "location": "gs://bucket/x.json", "message": "Error while reading data, error message: JSON parsing error in row starting at position 0: No such field: n."},
    ]}});
    let read = row(&job);
    assert_eq!((told(&read), read.failures[0].doctype.as_deref()), (vec!["no such field: n".to_owned()], Some("t")));
}

#[test]
fn dead_letters_of_dataflow_and_beam_have_their_documents() {
    let errors = json!({"errors": [{"location": "n", "message": "Cannot convert value to integer (bad value): x", "reason": "invalid"}], "index": 0});
    let value = json!({"timestamp": "2025-01-01 00:00:00.000 UTC", "payloadString": null, "payloadBytes": "eyJuIjoieCJ9", "attributes": [{"key": "k", "value": "v"}], "errorMessage": errors.to_string(), "stacktrace": ""});
    let read = row(&value);
    assert_eq!((told(&read), document(&read, &value, 0)), (vec!["not of type integer: n".to_owned()], r#"{"n":"x"}"#.to_owned()));
    let text = json!({"payloadString": "{\"n\": 1}", "errorMessage": "Failed to serialize json to table row: {\"n\": 1}"});
    assert_eq!(told(&row(&text)), ["Failed to serialize json to table row: …"], "the document is not a part of the fault");
    let beam = json!({"errorMessage": "Problem converting field root.a.n expected type: INT64. Exception: Could not convert value to long", "row": {"a": {"n": "x"}}});
    let read = row(&beam);
    assert_eq!((told(&read), document(&read, &beam, 0)), (vec!["not of type INT64: a.n".to_owned()], r#"{"a":{"n":"x"}}"#.to_owned()));
    let handler = json!({"record": {"humanReadableJsonRecord": "{\"n\": 1.10}"}, "failure": {"exception": "java.lang.IllegalStateException: broken", "failingTransform": "Parse"}});
    let read = row(&handler);
    assert_eq!((read.failures[0].stage.as_deref(), document(&read, &handler, 0)), (Some("Parse"), "{\"n\": 1.10}".to_owned()));
}

#[test]
fn kafka_headers_are_read_however_they_are_written() {
    let pairs = [
        ("__connect.errors.topic", "orders"),
        ("__connect.errors.exception.class.name", "org.apache.kafka.connect.errors.DataException"),
        ("__connect.errors.exception.message", "no good"),
        ("__connect.errors.stage", "VALUE_CONVERTER"),
    ];
    let flat: Vec<&str> = pairs.iter().flat_map(|(name, value)| [*name, *value]).collect();
    let listed: Vec<Value> = pairs.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    let single: Vec<Value> = pairs.iter().map(|(key, value)| json!({*key: value})).collect();
    let object: serde_json::Map<String, Value> = pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    for headers in [json!(flat), json!(listed), json!(single), Value::Object(object)] {
        let value = json!({"topic": "dlq", "ts": 1_690_000_000_000_i64, "headers": headers, "payload": "{\"n\": 1}"});
        let row = row(&value);
        let failure = &row.failures[0];
        assert_eq!(
            (failure.doctype.as_deref(), failure.stage.as_deref(), failure.message.as_deref()),
            (Some("orders"), Some("VALUE_CONVERTER"), Some("no good")),
            "{headers}"
        );
        assert!(failure.error_row(1).time.is_some());
        assert_eq!(document(&row, &value, 0), "{\"n\": 1}");
    }
}

#[test]
fn hindsight_and_rudder_are_told_by_their_members() {
    let text = "namespace: telemetry schema: coreThings version: 7 validation error: SchemaURI: #/properties/a/items Keyword: type DocumentURI: #/a/3";
    for value in [json!({"count": 3, "message": text}), json!({"count": 3, "Fields": {"DecodeError": text, "DecodeErrorType": "json"}})] {
        let row = row(&value);
        assert_eq!((told(&row), row.weight, row.failures[0].doctype.as_deref()), (vec!["/a/3 type".to_owned()], 3, Some("core-things")));
    }
    let discard =
        json!({"COLUMN_NAME": "n", "COLUMN_VALUE": "1.5", "TABLE_NAME": "tracks", "ROW_ID": "r", "RECEIVED_AT": "2025-01-01 00:00:00 UTC"});
    let read = row(&discard);
    assert_eq!((told(&read), document(&read, &discard, 0)), (vec!["/n type".to_owned()], r#"{"n":"1.5"}"#.to_owned()));
}

#[test]
fn plain_lines_hold_any_validators_report() {
    let document = json!({"things": [{"person": 7}]});
    for error in [
        json!("$.things[0].person: integer found, string expected"),
        json!([{"instancePath": "/things/0/person", "schemaPath": "#/x/type", "keyword": "type", "params": {"type": "string"}, "message": "must be string"}]),
        json!({"valid": false, "errors": [{"keywordLocation": "/properties/things/items/type", "instanceLocation": "/things/0/person", "error": "expected string, but got number"}]}),
        json!({"path": ["things", 0, "person"], "validator": "type", "message": "7 is not of type 'string'"}),
        json!([{"field": "things.0.person", "type": "invalid_type", "description": "Invalid type. Expected: string, given: integer"}]),
        json!({"type": "type", "path": "$.things[0].person", "arguments": ["integer", "string"], "message": "$.things[0].person: integer found, string expected"}),
    ] {
        let value = json!({"error": error, "document": document, "at": "2025-01-01T00:00:00Z"});
        assert_eq!(told(&row(&value)), ["/things/0/person type"], "{value}");
    }
    let both = json!({"errors": [{"instancePath": "/a", "keyword": "type", "message": "must be string"}, {"instancePath": "", "keyword": "required", "params": {"missingProperty": "b"}, "message": "must have required property 'b'"}], "data": {"a": 1}});
    assert_eq!(told(&row(&both)), ["/a type", " required"]);
}

#[test]
fn what_is_no_error_row_is_none() {
    for value in [
        json!({"a": 1, "message": "hello"}),
        json!({"reason": "x", "payload": {}}),
        json!({"error": null, "document": {}}),
        json!([1]),
        json!("x"),
        json!({}),
    ] {
        assert_eq!(read(value.to_string().as_bytes(), None), Err(NotForeign::Unknown), "{value}");
    }
    assert_eq!(read(b"{", None), Err(NotForeign::Unknown));
}
