//! What rows of a live table hold in `additional_properties`: told at its price, by place, with the first day, in statements of Google's own language.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::bigquery::{self, PROJECT, analyzer::verdicts};
use crate::stub::{Asked, Reply, Stub, healthy};

/// Columns of the table; its newest ones are younger than some of its rows.
fn fields() -> Value {
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind, "mode": "NULLABLE"});
    json!([
        column("submission_timestamp", "TIMESTAMP"),
        column("document_id", "STRING"),
        column("sample_id", "INTEGER"),
        column("count", "INTEGER"),
        json!({"name": "info", "type": "RECORD", "mode": "NULLABLE", "fields": [column("app_name", "STRING"), column("since", "INTEGER")]}),
        column("additional_properties", "STRING"),
    ])
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let schema = r#"{"type":"object","properties":{"count":{},"tags":{"type":"object","additionalProperties":{"type":"integer"}}}}"#;
    for (path, text) in [("schemas/acme/ping/ping.1.schema.json", schema.to_owned()), ("schemas/acme/ping/ping.1.bq", fields().to_string())]
    {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Day, hour, text.
const ROWS: [(&str, &str); 5] = [
    ("2026-06-25 03:00:00", r#"{"count":"many","tags":{"a":1}}"#),
    ("2026-06-24 01:00:00", r#"{"info":{"appname":"x","since":5}}"#),
    ("2026-06-24 02:00:00", r#"{"tags":{"b":1,"c":2}}"#),
    ("2026-06-25 04:00:00", "{}"),
    ("2026-06-25 05:00:00", r#"{"cut":"#),
];

fn judge(endpoint: &str, table: &str, arguments: &[&str]) -> Output {
    judge_by("schemas", endpoint, table, arguments)
}

fn judge_by(schemas: &str, endpoint: &str, table: &str, arguments: &[&str]) -> Output {
    let folder = folder();
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(["judge", &format!("bigquery:{table}"), "--losses", "--schemas", schemas, "--endpoint", endpoint]);
    misfit.args(arguments).current_dir(folder.path());
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    misfit.output().unwrap()
}

const WINDOW: [&str; 4] = ["--since", "2026-06-20", "--until", "2026-06-27"];

/// A server with the table, so many rows in it, whose dry run tells so many bytes.
fn stub(rows_in_all: u64, bytes: u64) -> Stub {
    stub_of(rows_in_all, bytes, &[(0, Some(ROWS[1].1)), (0, Some(ROWS[2].1)), (1, Some(ROWS[0].1)), (1, Some(ROWS[4].1)), (1, None)])
}

/// The same that answers with rows of some days.
fn stub_of(rows_in_all: u64, bytes: u64, rows: &[(i64, Option<&str>)]) -> Stub {
    let row =
        |(day, text): &(i64, Option<&str>)| json!({"f": [{"v": (1_782_259_200 + day * 86_400).to_string()}, {"v": text}, {"v": "1200"}]});
    let rows: Vec<Value> = rows.iter().map(row).collect();
    Stub::new(move |asked: &Asked, _| {
        if asked.method == "GET" && asked.path.contains("/tables/") {
            let reference = json!({"projectId": "p", "datasetId": "acme_live", "tableId": "ping_v1"});
            return Reply::json(json!({
                "tableReference": reference, "type": "TABLE", "numRows": rows_in_all.to_string(), "schema": {"fields": fields()},
            }));
        }
        healthy(asked, bytes, &rows)
    })
}

#[test]
fn losses_of_rows_are_told_by_place_with_their_first_day() {
    let stub = stub(5, 10);
    let told = judge(&stub.endpoint, "p.acme_live.ping_v1", &WINDOW);
    let (text, stderr) = (String::from_utf8(told.stdout).unwrap(), String::from_utf8(told.stderr).unwrap());
    assert_eq!(told.status.code(), Some(1), "a loss is a finding: {stderr}");
    for part in [
        "p.acme_live.ping_v1: 6 values in no column, of 3 rows that were looked at",
        "/tags/{key}    in additional_properties in 2 rows, 3 values: ",
        "/count         in additional_properties in 1 row: An INT64 column takes",
        "first on 2026-06-24",
        "first on 2026-06-25",
        "UPDATE p.acme_live.ping_v1 SET info.app_name = JSON_VALUE(additional_properties, '$.info.appname') WHERE ",
        "/info/since    in additional_properties in 1 row: The column `info.since` takes it today, and did not when the row was written",
        "SET info.since = SAFE_CAST(JSON_VALUE(additional_properties, '$.info.since') AS INT64)",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("filled by"), "rows say nothing of columns: {text}");
    assert!(
        stderr.contains("3 of 2,400 rows with something in additional_properties of 2 days, from 2026-06-24 to 2026-06-25"),
        "{stderr}"
    );
    assert!(stderr.contains("1 text is too long and not counted; 1 text is not JSON and not counted"), "{stderr}");
    let told = judge(&stub.endpoint, "p.acme_live.ping_v1", &[&WINDOW[..], &["--format", "json"]].concat());
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&told["table"], &told["doctype"], &told["rows"]), (&"p.acme_live.ping_v1".into(), &"ping".into(), &3.into()));
    assert_eq!(told["days"][0], json!({"day": "2026-06-24", "looked_at": 2, "of": 1200}));
    let of = |place: &str| told["places"].as_array().unwrap().iter().find(|known| known["place"] == place).unwrap().clone();
    let tags = of("/tags/{key}");
    assert_eq!((&tags["documents"], &tags["values"], &tags["first_day"]), (&2.into(), &3.into(), &"2026-06-24".into()));
    assert_eq!((&of("/info/appname")["nearest"], &of("/info/appname")["path"]), (&"info.app_name".into(), &Value::Null));
}

#[test]
fn what_could_not_be_looked_at_is_no_clean_table() {
    for (rows, code, told) in [
        (&[(0, None), (0, Some("{\"cut\":"))][..], 2, "p.acme_live.ping_v1: no row was looked at"),
        (&[(0, None), (0, Some("{\"empty\":{}}"))], 1, "/empty   in additional_properties in 1 row"),
        (&[], 0, "p.acme_live.ping_v1: no row was looked at"),
    ] {
        let stub = stub_of(5, 10, rows);
        let output = judge(&stub.endpoint, "p.acme_live.ping_v1", &WINDOW);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.code() == Some(code) && text.contains(told), "{:?}: {text}", output.status);
    }
}

#[test]
fn the_price_is_known_before_anything_is_asked() {
    let stub = stub(5, 500_000_000);
    let refused = judge(&stub.endpoint, "p.acme_live.ping_v1", &[&WINDOW[..], &["--max-bytes", "1MB"]].concat());
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), stub.started()), (Some(2), 0), "{stderr}");
    assert!(stderr.contains("reading additional_properties") && stderr.contains("may be read"), "{stderr}");
    let taken = judge(&stub.endpoint, "p.acme_live.ping_v1", &WINDOW);
    let stderr = String::from_utf8(taken.stderr).unwrap();
    assert!(stub.started() == 1 && stderr.contains("500 MB") || stderr.contains("476.8 MiB"), "{stderr}");
}

#[test]
fn what_cannot_be_asked_is_told_before_it_costs() {
    let stub = stub(5, 10);
    let no_doctype = "the schemas have no doctype whose live or stable table is acme_live.ping_v1";
    for (schemas, arguments, told) in [
        ("demo:", &[][..], no_doctype),
        ("schemas", &["--format", "ndjson"], "--format json, or text"),
        ("schemas", &["--all"], "leave out --doctype and --all"),
        ("schemas", &["other.json"], "one live table"),
    ] {
        let output = judge_by(schemas, &stub.endpoint, "p.acme_live.ping_v1", arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && stderr.contains(told), "{stderr}");
    }
    assert_eq!(stub.started(), 0);
    for (arguments, told) in
        [(&["--rows-a-day", "5"][..], "--rows-a-day is for a live table"), (&["--since", "2026-06-20"], "--since and --until choose rows")]
    {
        let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
        misfit.args(["judge", "x.json", "--schemas", "demo:"]).args(arguments);
        misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
        let output = misfit.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && stderr.contains(told), "{stderr}");
    }
}

#[test]
fn every_statement_for_it_is_one() {
    let mut statements = Vec::new();
    for rows in [5, 1 << 40] {
        let stub = stub(rows, 10);
        let told = judge(&stub.endpoint, "p.acme_live.ping_v1", &WINDOW);
        let stderr = String::from_utf8(told.stderr).unwrap();
        assert_eq!(stderr.contains("only of clients with sample_id 0, one of 100"), rows > 5, "{stderr}");
        let tables = json!([{"name": "p.acme_live.ping_v1", "fields": fields()}]);
        for asked in stub.asked().iter().filter(|asked| asked.is_dry_run()) {
            let query = &asked.json()["configuration"]["query"];
            statements.push(json!({"sql": query["query"], "tables": tables, "parameters": query["queryParameters"]}));
        }
        let text = String::from_utf8(told.stdout).unwrap();
        // What fills a column needs the days that are meant.
        let days = json!(["first_day", "last_day"].map(|name| json!({"name": name, "parameterType": {"type": "DATE"}})));
        for update in text.lines().map(str::trim).filter(|line| line.starts_with("UPDATE ")) {
            statements.push(json!({"sql": update, "tables": tables, "parameters": days}));
        }
    }
    assert!(statements.len() >= 6, "{statements:?}");
    let Some(verdicts) = verdicts(&statements) else { return };
    let wrong: Vec<_> = statements.iter().zip(verdicts).filter_map(|(statement, verdict)| Some((verdict?, &statement["sql"]))).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_real_server_gives_the_rows_of_each_day() {
    let Some(server) = bigquery::server() else { return };
    server.make("acme_live");
    let rows: String = (0..)
        .zip(ROWS)
        .map(|(at, (time, text))| {
            json!({"submission_timestamp": time, "document_id": at.to_string(), "sample_id": at, "additional_properties": text}).to_string()
                + "\n"
        })
        .collect();
    server.load_in("acme_live", "ping_v1", &fields(), &rows);
    let table = format!("{PROJECT}.acme_live.ping_v1");
    let told = judge(&server.endpoint, &table, &[&WINDOW[..], &["--format", "json"]].concat());
    let stderr = String::from_utf8(told.stderr).unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    assert_eq!(told["days"], json!([{"day": "2026-06-24", "looked_at": 2, "of": 2}, {"day": "2026-06-25", "looked_at": 1, "of": 2}]));
    assert_eq!((&told["rows"], &told["broken"]), (&3.into(), &1.into()));
    let one = judge(&server.endpoint, &table, &[&WINDOW[..], &["--format", "json", "--rows-a-day", "1"]].concat());
    let one: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(one["days"][0], json!({"day": "2026-06-24", "looked_at": 1, "of": 2}), "bounded, and said");
}
