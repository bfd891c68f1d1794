//! Error rows of other pipelines: what they say, that none is lost, and what is said of those that nobody knows.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use misfit::rows::group::{Grouper, Groups};
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use serde_json::Value;

fn misfit(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(arguments).env_remove("MISFIT_CONFIG").env_remove("MISFIT_SCHEMAS");
    command.env("XDG_CONFIG_HOME", "/nowhere").env("XDG_DATA_HOME", "/nowhere").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn groups(text: &str) -> Groups {
    Files::from_memory("x", text.as_bytes().to_vec()).unwrap().groups(&Request::default(), &Unwatched).unwrap()
}

/// `namespace/doctype.version path fault count` of each group, in order.
fn lines(groups: &Groups) -> Vec<String> {
    let of = |group: &misfit::rows::group::Group| {
        format!("{} {} {} {}", group.key.doctype_name(), group.key.path.as_deref().unwrap_or("-"), group.key.fault, group.count)
    };
    let mut lines: Vec<String> = groups.list.iter().map(of).collect();
    lines.sort();
    lines
}

/// Where cases are: `../shared/cases`; says that the test is skipped where they are not.
fn cases() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    let path = std::env::var_os("MISFIT_CASES").map_or(path, PathBuf::from);
    if !path.is_dir() {
        println!("skipped: no cases at $MISFIT_CASES or ../shared/cases");
        return None;
    }
    Some(path)
}

#[test]
fn reported_files_say_what_is_right_cases() {
    let Some(cases) = cases() else { return };
    for (file, right) in [
        (
            "F1-snowplow/bad.ndjson",
            &[
                "com.acme/cart_item.1-0-0 /qty type 5",
                "com.acme/cart_item.1-0-0 /sku type 5",
                "com.acme/cart_itm.1-0-0 - No schema with name: {value} 1",
            ][..],
        ),
        ("F2-buz/invalid.ndjson", &["com.acme/link_click.1.0  required targetUrl 4", "com.acme/link_click.1.0 /elementId type 4"]),
        ("F3-insertall/response.json", &["- - no such field: step 2", "- - no such field: surface 1", "- - stopped 1"]),
        ("F4-dataflow-dlq/error_records.ndjson", &["- - not of type integer: qty 5"]),
        ("F5-kafka-dlq/dlq.ndjson", &["-/orders - Failed to deserialize data for topic orders to JSON: field qty: expected integer 5"]),
        ("F6-hindsight/hs.ndjson", &["telemetry/untrusted-modules.4 /payload/combinedStacks/stacks/[]/[]/0 minimum 93"]),
        ("F7-rudder-discards/discards.ndjson", &["-/identifies /total_spend type 3"]),
        ("F8-snowplow-micro/bad.json", &["com.meltano/exceptions_context.1-0-0 - No schema with name: {value} 2"]),
        ("F9-beam/failed.ndjson", &["- - not of type INT64: qty 3"]),
        ("N21/rows.ndjson", &["shop/order.1 /things/[]/person type 5"]),
    ] {
        let text = fs::read_to_string(cases.join(file)).unwrap();
        assert_eq!(lines(&groups(&text)), right, "{file}");
        let output = misfit(&["cases", cases.join(file).to_str().unwrap(), "--format", "ndjson"]);
        assert!(output.status.success(), "{file}: {}", said(&output));
        let case: Value = serde_json::from_slice(output.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
        assert!(case["notes"].to_string().contains("not by this pipeline's validator"), "{file}: {case}");
    }
}

const SNOWPLOW: &str = r#"{"schema":"iglu:com.snowplowanalytics.snowplow.badrows/schema_violations/jsonschema/2-0-0","data":{"processor":{"artifact":"enrich","version":"4"},"failure":{"timestamp":"2025-01-01T00:00:00Z","messages":[{"schemaKey":"iglu:org.example/order/jsonschema/1-0-0","error":{"error":"ValidationError","dataReports":[{"message":"$.n: string found, integer expected","path":"$.n","keyword":"type","targets":["string","integer"]},{"message":"$.id: is missing but it is required","path":"$","keyword":"required","targets":["id"]}]}}]},"payload":{"enriched":{"unstruct_event":"{\"schema\":\"iglu:org.example/order/jsonschema/1-0-0\",\"data\":{\"n\":\"@\"}}"}}}}"#;
const BUZ: &str = r#"{"buzVersion":"1","isValid":false,"schema":"org.example/click/v1.0.json","vendor":"org.example","validationError":{"errorType":"invalidPayload","payloadValidationErrors":[{"field":"n","description":"Invalid type. Expected: integer, given: string","errorType":"invalid_type"}]},"payload":{"n":"@"}}"#;
const INSERT: &str = r#"{"index":@,"errors":[{"reason":"invalid","location":"n","debugInfo":"","message":"no such field: n."}]}"#;
const DATAFLOW: &str = r#"{"timestamp":"2025-01-01 00:00:00 UTC","payloadString":"{\"n\":\"@\"}","errorMessage":"{\"errors\":[{\"location\":\"n\",\"message\":\"Cannot convert value to integer (bad value): @\",\"reason\":\"invalid\"}],\"index\":0}"}"#;
const BEAM: &str = r#"{"errorMessage":"Problem converting field root.n expected type: INT64. Exception: no","row":{"n":"@"}}"#;
const KAFKA: &str = r#"{"topic":"dlq","ts":1735689600000,"headers":["__connect.errors.topic","orders","__connect.errors.exception.class.name","org.apache.kafka.connect.errors.DataException","__connect.errors.exception.message","no good"],"payload":"{\"n\":\"@\"}"}"#;
const HINDSIGHT: &str =
    r##"{"message":"schema: coreThing version: 2 validation error: SchemaURI: #/properties/a/items Keyword: type DocumentURI: #/a/@"}"##;
const RUDDER: &str = r#"{"column_name":"n","column_value":"@","table_name":"tracks","row_id":"r","reason":"incompatible schema conversion from int to float"}"#;
const MICRO: &str = r#"{"collectorPayload":{"api":{"vendor":"v","version":"tp2"},"body":null},"rawEvent":null,"errors":["Error while validating the event","{\"schemaKey\":\"iglu:org.example/order/jsonschema/1-0-0\",\"error\":{\"error\":\"ResolutionError\"}}"]}"#;
const PLAIN: &str = r#"{"error":"$.a[@].b: integer found, string expected","document":{"n":@}}"#;
const LOAD: &str = r#"{"reason":"invalid","location":"gs://b/x.json","message":"Error while reading data, error message: JSON parsing error in row starting at position @: No such field: n."}"#;

#[test]
fn of_ten_thousand_rows_of_each_kind_none_is_lost() {
    const ROWS: u64 = 10_000;
    for (row, failures, right) in [
        (SNOWPLOW, 2, "org.example/order.1-0-0 /n type 10000"),
        (BUZ, 1, "org.example/click.1.0 /n type 10000"),
        (INSERT, 1, "- - no such field: n 10000"),
        (DATAFLOW, 1, "- - not of type integer: n 10000"),
        (BEAM, 1, "- - not of type INT64: n 10000"),
        (KAFKA, 1, "-/orders - no good 10000"),
        (HINDSIGHT, 1, "telemetry/core-thing.2 /a/[] type 10000"),
        (RUDDER, 1, "-/tracks /n type 10000"),
        (MICRO, 1, "org.example/order.1-0-0 - No schema with name: {value} 10000"),
        (PLAIN, 1, "- /a/[]/b type 10000"),
        (LOAD, 1, "- - no such field: n 10000"),
    ] {
        let text: String = (0..ROWS).map(|n| row.replace('@', &n.to_string()) + "\n").collect();
        let files = Files::from_memory("x", text.into_bytes()).unwrap();
        let groups = files.groups(&Request::default(), &Unwatched).unwrap();
        assert_eq!((groups.rows, groups.unreadable.count), (ROWS * failures, 0), "{row}");
        assert!(lines(&groups).contains(&right.to_owned()), "{:?}", lines(&groups));
        assert_eq!(groups.list.len() as u64, failures);
        // What a group names is what is opened.
        for group in &groups.list {
            for at in [group.rows[0], group.rows[group.rows.len() - 1]] {
                let whole = files.fetch(at, &Unwatched).unwrap();
                assert_eq!(Grouper::new(None).fingerprint(&whole.error_row(), at), Some(group.fingerprint), "{row}");
                assert_eq!(whole.others.len() as u64, failures - 1);
            }
        }
    }
}

#[test]
fn an_answer_of_one_line_has_all_of_its_rows() {
    let errors: Vec<String> = (0..10_000).map(|n| INSERT.replace('@', &n.to_string())).collect();
    let text = format!("{{\"kind\":\"bigquery#tableDataInsertAllResponse\",\"insertErrors\":[{}]}}", errors.join(","));
    let groups = groups(&text);
    assert_eq!(lines(&groups), ["- - no such field: n 10000"]);
    assert!(
        groups.unreadable.notes()[0].starts_with("10,000 rows were read as BigQuery insert errors,"),
        "{:?}",
        groups.unreadable.notes()
    );
}

#[test]
fn rows_of_several_shapes_are_each_read_by_their_own() {
    let own = r##"{"document_namespace":"acme","document_type":"a","error_type":"ParsePayload","exception_class":"org.everit.json.schema.ValidationException","error_message":"org.everit.json.schema.ValidationException: #/a/0/b: expected type: String, found: Integer"}"##;
    let text = [own, SNOWPLOW, PLAIN, "{\"a\": 1}", "no json"].join("\n").replace('@', "0");
    for text in [text.clone(), format!("[{}]", text.lines().take(4).collect::<Vec<_>>().join(","))] {
        let files = Files::from_memory("x", text.into_bytes()).unwrap();
        let groups = files.groups(&Request::default(), &Unwatched).unwrap();
        assert_eq!((groups.rows, groups.list.len()), (4, 4));
        assert!(groups.unreadable.count >= 1);
        let mut seen = Vec::new();
        let read = files.rows(0..u64::MAX, &Unwatched, &mut |number, at, row| {
            seen.push((number, row.origin.clone(), files.fetch(at, &Unwatched).unwrap().columns == row.columns));
            ControlFlow::Continue(())
        });
        assert_eq!(read.unwrap().count, groups.unreadable.count);
        assert!(seen.iter().all(|(_, _, is_same)| *is_same), "{seen:?}");
        assert!(seen[1].1.ends_with(", failure 1 of 2") && seen[2].1.ends_with(", failure 2 of 2"), "{seen:?}");
    }
}

#[test]
fn csv_with_a_header_is_read_with_its_documents() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dead.csv");
    fs::write(&file, "error,document,at\r\n\"$.a: integer found, string expected\",\"{\"\"a\"\": 1.10,\n\"\"b\"\": 2}\",2025-01-01\r\n")
        .unwrap();
    let output = misfit(&["cases", file.to_str().unwrap(), "--format", "ndjson"]);
    let case: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!((&case["origin"], &case["fault"]["pointer"]), (&"dead.csv row 1".into(), &"#/a".into()));
    let output = misfit(&["export", file.to_str().unwrap(), "--as", "documents", "--raw"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("1.10"), "numbers stay as they were written: {}", said(&output));
}

#[test]
fn what_nobody_knows_says_what_it_has_and_how_to_map_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let rows = path("odd.ndjson");
    fs::write(&rows, "{\"who\":{\"app\":\"shop\"},\"problems\":[{\"where\":\"/a/0\",\"rule\":\"type\",\"text\":\"nope\"}],\"blob\":\"eyJhIjpbMS4xMF19\",\"when\":\"2025-01-01T00:00:00Z\"}\n").unwrap();
    let output = misfit(&["groups", &rows]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(2));
    for says in [
        "the members who, problems, blob, when",
        "--map FILE",
        "#   who.app",
        "# failures = \"problems\"",
        "# pointer = \"where\"",
        "# payload = \"blob\"",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    assert!(!told.contains("shop") && !told.contains("eyJh"), "no value is told: {told}");
    // What it prints, with its marks taken away, is a map.
    let lines = told.lines().skip_while(|line| !line.starts_with("# namespace")).filter(|line| !line.contains("= \"\""));
    let map: Vec<&str> = lines.map(|line| line.trim_start_matches("# ")).collect();
    fs::write(path("m.toml"), map.join("\n")).unwrap();
    let output = misfit(&["groups", &rows, "--map", &path("m.toml"), "--format", "ndjson"]);
    let group: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!((&group["namespace"], &group["path"], &group["fault"]), (&"shop".into(), &"/a/[]".into(), &"type".into()));
    let output = misfit(&["export", &rows, "--map", &path("m.toml"), "--as", "documents", "--raw"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("1.10"), "{}", said(&output));
    for (map, says) in [
        ("message = \"nix\"\n", "the map says that message is the member nix, and there is none here, but who, problems, blob, when"),
        ("message = \"problems.0.text\"\nnamespace = \"who\"\n", "the map's namespace, who, is an object here, not a text"),
        ("message = \"text\"\nfailures = \"blob.x\"\n", "the map says that failures is the member blob.x"),
        ("failures = \"problems\"\n", "the map says of no member that it tells what is wrong"),
        ("mesage = \"x\"\n", "m.toml line 1: unknown field of a map \"mesage\"; did you mean \"message\"?"),
    ] {
        fs::write(path("m.toml"), map).unwrap();
        let output = misfit(&["groups", &rows, "--map", &path("m.toml")]);
        assert_eq!(output.status.code(), Some(2), "{map}");
        assert!(said(&output).contains(says), "{map}: {}", said(&output));
    }
    assert!(said(&misfit(&["groups", &rows, "--map", &path("none.toml")])).contains("none.toml"));
    fs::write(path("c.toml"), "[source.shop]\ninputs = \"odd.ndjson\"\nfailures = \"problems\"\nmessage = \"text\"\npointer = \"where\"\n")
        .unwrap();
    let output = misfit(&["--config", &path("c.toml"), "groups", "shop", "--format", "ndjson"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("/a/[]"), "{}", said(&output));
    // Columns that are called otherwise in BigQuery may be so in files.
    fs::write(path("c.toml"), "[bigquery.columns]\nerror_message = \"what\"\n").unwrap();
    fs::write(path("what.ndjson"), "{\"what\":\"#/a: expected type: String, found: Integer\",\"id\":1}\n").unwrap();
    let output = misfit(&["--config", &path("c.toml"), "groups", &path("what.ndjson"), "--format", "ndjson"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"path\":\"/a\""), "{}", said(&output));
}

#[test]
fn iglu_schemas_open_the_case_and_nothing_private_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let schemas = folder.path().join("schemas/org.example/order/jsonschema");
    fs::create_dir_all(&schemas).unwrap();
    let schema = r#"{"self":{"vendor":"org.example","name":"order","format":"jsonschema","version":"1-0-0"},"type":"object","properties":{"n":{"type":"integer"},"id":{"type":"string"}},"required":["id"]}"#;
    fs::write(schemas.join("1-0-0"), schema).unwrap();
    let rows = folder.path().join("bad.ndjson");
    fs::write(
        &rows,
        SNOWPLOW.replace("\\\"@\\\"", "\\\"jane.doe@example.com\\\"").replace("\"processor\"", "\"host\":\"10.20.30.40\",\"processor\"")
            + "\n",
    )
    .unwrap();
    let (rows, schemas) = (rows.to_str().unwrap(), folder.path().to_str().unwrap());
    let output = misfit(&["cases", rows, "--schemas", schemas, "--format", "ndjson"]);
    let case: Value = serde_json::from_slice(output.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    assert_eq!(
        (&case["schema_pointer"], &case["schema_file"]),
        (&"/properties/n".into(), &"schemas/org.example/order/jsonschema/1-0-0".into())
    );
    assert_eq!(case["tables"], Value::Array(Vec::new()), "another pipeline's tables are not known");
    assert!(case["notes"].to_string().contains("The same row has 1 more failure"));
    for form in ["report", "rows", "documents", "table", "backfill"] {
        let output = misfit(&["export", rows, "--schemas", schemas, "--as", form]);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(!told.contains("jane") && !told.contains("10.20.30.40"), "{form}: {told}");
        assert!(!told.contains("payload_bytes_error"), "another pipeline's rows are in none of this one's tables: {told}");
    }
    let told = String::from_utf8_lossy(&misfit(&["export", rows, "--schemas", schemas, "--as", "report"]).stdout).into_owned();
    assert!(told.contains("must be an integer") || told.contains("found type"), "{told}");
}

#[test]
fn a_bundle_says_as_well_that_another_validator_judged() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, bundle) = (folder.path().join("bad.ndjson"), folder.path().join("week"));
    fs::write(&rows, format!("{SNOWPLOW}\n")).unwrap();
    let (rows, bundle) = (rows.to_str().unwrap(), bundle.to_str().unwrap());
    assert!(misfit(&["bundle", rows, "--out", bundle]).status.success());
    let of = |source: &str| said(&misfit(&["groups", source]));
    for source in [rows, bundle] {
        let told = of(source);
        assert!(told.contains("1 row was read as Snowplow failed events with 2 failures, judged elsewhere"), "{source}: {told}");
    }
}

#[test]
fn no_value_leaves_in_the_words_of_another_validator() {
    let said = [
        "$.a: 'Jane Roe' was expected",
        "$.a: {'who': 'Jane Roe'} is not valid under any of the given schemas",
        "$.a: 'Jane Roe' is not of type 'integer'",
        "a: Jane Roe must be one of the following: \\\"Jane\\\", \\\"Roe\\\"",
        "$.a: does not have a value in the enumeration [Jane, Roe]",
        "data/a must match pattern \\\"Jane Roe\\\"",
        "$.a: 'Jane Roe' is too long",
        "Jane Roe: #/a: expected type: String, found: Integer",
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.ndjson");
    let rows: String = said.iter().map(|text| format!("{{\"error\":\"{text}\",\"document\":{{\"a\":\"Jane Roe\"}}}}\n")).collect();
    fs::write(&file, rows).unwrap();
    for form in ["report", "rows", "documents", "table", "backfill", "sql"] {
        let output = misfit(&["export", file.to_str().unwrap(), "--as", form]);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(!told.is_empty(), "{form}: {}", self::said(&output));
        assert!(!told.contains("Jane") && !told.contains("Roe"), "{form}: {told}");
    }
}
