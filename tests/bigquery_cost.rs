//! What commands cost where rows are in BigQuery: how many queries, and for which columns.

use std::process::{Command, Output};
use std::sync::Mutex;

use crate::stub::{Stub, coarse, healthy};
use serde_json::{Value, json};

const MESSAGES: [&str; 2] = [
    "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null",
    "org.everit.json.schema.ValidationException: #/b: expected type: String, found: Null",
];

/// A server with two groups of 206 rows, of which the counting names one each; a query for rows gives that one.
fn server() -> Stub {
    let last = Mutex::new(String::new());
    Stub::new(move |asked, _| {
        let mut last = last.lock().unwrap();
        if let Some(sql) = asked.json()["configuration"]["query"]["query"].as_str() {
            *last = sql.to_owned();
        }
        if !last.contains("AS whole") {
            return healthy(asked, 10, &[coarse(Some(1), MESSAGES[0], 206), coarse(Some(2), MESSAGES[1], 206)]);
        }
        let from: usize = asked.path.split("startIndex=").nth(1).map_or(0, |text| text.split('&').next().unwrap().parse().unwrap());
        let rows: Vec<Value> = (1..=2).map(row).skip(from).collect();
        healthy(asked, 10, &rows)
    })
}

fn row(group: usize) -> Value {
    let cell = |value: &str| json!({"v": value});
    let message = MESSAGES[group - 1];
    let fields = ["acme", "session", "1", "ParsePayload", "c", message, "decoder-0", "/submit", "client", "e30=", "1782391490.0", ""];
    let whole = json!({"f": fields.map(cell)});
    json!({"f": [cell("0"), cell("1782391490000000"), cell(&format!("{group:016x}")), cell("0"), {"v": whole}]})
}

fn run(stub: &Stub, command: &str, arguments: &[&str]) -> Output {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.arg(command).args(["bigquery:p.d.t", "--endpoint", &stub.endpoint, "--refresh"]);
    misfit.args(["--since", "2026-06-25", "--until", "2026-06-26"]).args(arguments);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    misfit.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

/// Queries for groups, and those for rows.
fn queries(stub: &Stub, from: usize) -> (usize, usize) {
    let jobs = stub.asked().into_iter().skip(from).filter(|asked| asked.path.ends_with("/jobs") && !asked.is_dry_run());
    let texts: Vec<String> = jobs.filter_map(|job| job.json()["configuration"]["query"]["query"].as_str().map(str::to_owned)).collect();
    let rows = texts.iter().filter(|text| text.contains("AS whole")).count();
    (texts.len() - rows, rows)
}

#[test]
fn rows_are_asked_for_once_and_only_where_they_leave() {
    let stub = server();
    let group = {
        let told = run(&stub, "groups", &["--format", "ndjson"]);
        let first = String::from_utf8_lossy(&told.stdout).lines().next().expect("a group").to_owned();
        serde_json::from_str::<Value>(&first).unwrap()["fingerprint"].as_str().unwrap().to_owned()
    };
    for (what, of_one, rows) in [
        ("sql", true, 0),
        ("backfill", true, 0),
        ("sql", false, 0),
        ("backfill", false, 0),
        ("report", true, 1),
        ("report", false, 1),
        ("rows", false, 1),
        ("documents", false, 1),
    ] {
        let before = stub.asked().len();
        let mut arguments = vec!["--as", what];
        if of_one {
            arguments.extend(["--group", &group]);
        }
        let told = run(&stub, "export", &arguments);
        assert!(told.status.success(), "{what}: {}", String::from_utf8_lossy(&told.stderr));
        assert_eq!(queries(&stub, before), (1, rows), "{what}, {}", if of_one { "one group" } else { "all groups" });
    }
    let before = stub.asked().len();
    let told = run(&stub, "cases", &["--format", "ndjson"]);
    let (lines, notes) = (String::from_utf8_lossy(&told.stdout).lines().count(), String::from_utf8_lossy(&told.stderr).into_owned());
    assert_eq!((lines, queries(&stub, before)), (2, (1, 1)), "{notes}");
    assert!(notes.contains("the newest 20 rows of each group are printed; 410 rows are left out, --rows .. prints all"), "{notes}");
    assert!(String::from_utf8_lossy(&told.stdout).lines().all(|line| line.contains("\"row\":null")), "no number names such a row");
    let whole = stub.asked().into_iter().rfind(|asked| asked.body.contains("AS whole")).unwrap().json();
    let text = whole["configuration"]["query"]["query"].as_str().unwrap();
    assert!(!text.contains("stack_trace") && text.contains("place <= "), "{text}");
    let told = run(&stub, "cases", &["--format", "ndjson", "--group", &group]);
    let notes = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(notes.contains("205 rows are left out, --rows .. prints all"), "{notes}");
}
