//! Rows of other pipelines in BigQuery, by a map of members: as Google's own implementation of GoogleSQL answers, they are the groups, cases and documents of
//! the same rows in a file; no more columns are asked for than the map names.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::bigquery::analyzer::{executed, verdicts};
use crate::stub::{Asked, Reply, Stub, healthy};
use misfit::cli::config::parse_map;
use misfit::ground::time::parse_time;
use misfit::rows::foreign::map::FieldMap;
use misfit::rows::payload::decode;
use misfit::rows::row::{RowRef, SourceRow};
use misfit::rows::source::bigquery::{Mapped, Settings, TableName};
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, ReadRows, Request, Unwatched};
use serde_json::{Value, json};

fn field(name: &str, kind: &str) -> Value {
    json!({"name": name, "type": kind, "mode": "NULLABLE"})
}

fn record(name: &str, mode: &str, fields: Vec<Value>) -> Value {
    json!({"name": name, "type": "RECORD", "mode": mode, "fields": fields})
}

/// A table with members of every kind.
fn columns() -> Value {
    let tags = json!({"name": "tags", "type": "STRING", "mode": "REPEATED"});
    json!([
        record(
            "who",
            "NULLABLE",
            vec![field("app", "STRING"), record("event", "NULLABLE", vec![field("name", "STRING"), field("v", "INTEGER")])]
        ),
        record(
            "problems",
            "REPEATED",
            vec![field("at", "STRING"), field("rule", "STRING"), field("text", "STRING"), field("long", "STRING")]
        ),
        field("report", "JSON"),
        field("blob", "BYTES"),
        field("note", "STRING"),
        tags,
        field("received", "TIMESTAMP"),
    ])
}

/// Rows as a file has them: several failures each, one that is NULL where the map looks, two that are alike but for their documents.
fn rows() -> Vec<Value> {
    let base64 = |text: String| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let row = |number: usize| {
        let again = if number == 5 { 4 } else { number };
        json!({
            "who": {"app": if number.is_multiple_of(3) { Value::Null } else { "shop".into() }, "event": {"name": "order", "v": again % 2}},
            "problems": [
                {"at": format!("/items/{again}/id"), "rule": "required", "text": "id is missing", "long": "x"},
                {"at": "/n", "rule": "type", "text": "not a \"number\"", "long": Value::Null},
            ],
            "report": {"errors": [{"instancePath": "/n", "keyword": "type"}], "doc": {"n": "1", "row": number}},
            "blob": base64(format!("{{\"n\": \"x\", \"price\": 1.10, \"row\": {number}}}")),
            "note": "n",
            "tags": ["a", "b"],
            "received": format!("2025-01-01 00:00:0{} UTC", again),
        })
    };
    (0..8).map(row).collect()
}

const MAPS: [&str; 2] = [
    "namespace = \"who.app\"\ndoctype = \"who.event.name\"\nversion = \"who.event.v\"\nfailures = \"problems\"\nmessage = \"text\"\n\
     pointer = \"at\"\nkeyword = \"rule\"\npayload = \"blob\"\ntime = \"received\"\n",
    "namespace = { value = \"shop\" }\nfailures = \"report.errors\"\npointer = \"instancePath\"\nkeyword = \"keyword\"\npayload = \"report.doc\"\n\
     encoding = \"object\"\ntime = \"received\"\njob = \"tags.1\"\n",
];

fn map(text: &str) -> FieldMap {
    parse_map(text, Path::new("m.toml")).unwrap()
}

fn request() -> Request {
    Request { since: parse_time("2025-01-01"), until: parse_time("2025-01-02"), ..Request::default() }
}

fn told_table(columns: &Value) -> Reply {
    let reference = json!({"projectId": "my-project", "datasetId": "set", "tableId": "t"});
    Reply::json(json!({"tableReference": reference, "type": "TABLE", "schema": {"fields": columns}}))
}

fn open(stub: &Stub, tables: &str, map: FieldMap) -> Mapped {
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, ..Settings::default() };
    Mapped::open(TableName::parse_list(&format!("my-project.set.{tables}"), None).unwrap(), map, settings, request()).unwrap()
}

/// A server that answers as Google's reference implementation does; `None` where that is not here.
fn server() -> Option<Stub> {
    executed(&json!({"execute": true, "sql": "SELECT 1", "tables": [], "parameters": []}))?;
    let (columns, asked_for) = (columns(), Arc::new(Mutex::new(HashMap::<String, Value>::new())));
    let table = json!({"name": "my-project.set.t", "fields": columns, "rows": rows()});
    Some(Stub::new(move |asked: &Asked, _| {
        if asked.path.contains("/tables/") && asked.method == "GET" {
            return told_table(&columns);
        }
        let job = asked.json();
        if let Some(id) = job["jobReference"]["jobId"].as_str() {
            asked_for.lock().unwrap().insert(id.to_owned(), job["configuration"]["query"].clone());
        }
        let id = asked.path.split("/queries/").nth(1).and_then(|rest| rest.split('?').next());
        let query = id.and_then(|id| asked_for.lock().unwrap().get(id).cloned());
        let answer = query.map(|query| {
            let parameters = query.get("queryParameters").cloned().unwrap_or_else(|| json!([]));
            executed(&json!({"execute": true, "sql": query["query"], "tables": [table], "parameters": parameters})).unwrap()
        });
        healthy(asked, 10, &answer.unwrap_or_default())
    }))
}

fn groups(source: &dyn ErrorSource) -> Vec<(String, u64, Vec<RowRef>)> {
    let groups = source.groups(&request(), &Unwatched).unwrap();
    assert_eq!((groups.rows, groups.unreadable.count), (groups.list.iter().map(|group| group.count).sum(), 0), "{:?}", groups.unreadable);
    let mut list: Vec<_> = groups.list.iter().map(|group| (group.fingerprint.to_string(), group.count, group.rows.to_vec())).collect();
    list.sort();
    list
}

/// What people see of a row.
fn told(row: &SourceRow) -> String {
    let known = ["document_namespace", "document_type", "document_version", "error_message", "job_name"].map(|name| row.column(name));
    format!("{known:?} {:?} {:?}", row.others, decode(row.payload.clone()).text)
}

#[test]
fn rows_are_those_of_the_same_file() {
    let Some(stub) = server() else { return };
    let text: String = rows().iter().map(|row| format!("{row}\n")).collect();
    for text_of_map in MAPS {
        let (table, file) =
            (open(&stub, "t", map(text_of_map)), Files::from_memory("rows", text.clone().into_bytes()).unwrap().with_map(map(text_of_map)));
        let (ours, theirs) = (groups(&table), groups(&file));
        let counts =
            |groups: &[(String, u64, Vec<RowRef>)]| groups.iter().map(|(print, count, _)| (print.clone(), *count)).collect::<Vec<_>>();
        assert_eq!(counts(&ours), counts(&theirs));
        let mut of_file = Vec::new();
        file.rows(0..u64::MAX, &Unwatched, &mut |_, _, row| {
            of_file.push(told(&row));
            ControlFlow::Continue(())
        })
        .unwrap();
        let (mut seen, mut of_table) = (BTreeMap::new(), Vec::new());
        table
            .rows(0..u64::MAX, &Unwatched, &mut |number, at, row| {
                assert_eq!(number, of_table.len() as u64);
                of_table.push(told(&row));
                seen.insert(at, told(&row));
                ControlFlow::Continue(())
            })
            .unwrap();
        of_file.sort();
        of_table.sort();
        assert_eq!(of_table, of_file);
        // What a group names is what is opened, once and together.
        let named: Vec<RowRef> = ours.iter().flat_map(|(_, _, rows)| rows.clone()).collect();
        assert_eq!(named.iter().collect::<BTreeSet<_>>(), seen.keys().collect(), "every failure has a place");
        let at = named[0];
        assert_eq!(told(&table.fetch(at, &Unwatched).unwrap()), seen[&at]);
        let started = stub.started();
        assert_eq!(told(&table.fetch(at, &Unwatched).unwrap()), seen[&at]);
        let group = ours.iter().map(|(_, _, rows)| rows).find(|rows| rows.contains(&at)).unwrap();
        for at in group {
            assert_eq!(told(&table.fetch(*at, &Unwatched).unwrap()), seen[at]);
        }
        assert_eq!(stub.started(), started, "neither a row that was opened nor the others of its group are paid for again");
        let mut found = 0;
        table
            .fetch_all(&named, &Unwatched, &mut |at, row| {
                assert_eq!(told(&row), seen[&at]);
                found += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!((found, stub.started()), (named.len(), started + 1), "all in one query");
        let all = table.groups(&request(), &Unwatched).unwrap();
        let list: Vec<_> = all.list.iter().collect();
        for (wanted, least) in [(ReadRows::All, named.len()), (ReadRows::First(&list, 1), list.len())] {
            let mut read = 0;
            table
                .read(wanted, &Unwatched, &mut |at, row| {
                    assert_eq!(told(&row), seen[&at]);
                    read += 1;
                    ControlFlow::Continue(())
                })
                .unwrap();
            assert_eq!(read, least);
        }
    }
}

#[test]
fn every_statement_by_a_map_is_one_and_reads_no_more_than_it_needs() {
    let mut statements = Vec::new();
    let with_time = |kind: &str| {
        let mut columns = columns();
        columns.as_array_mut().unwrap().last_mut().unwrap()["type"] = kind.into();
        columns.as_array_mut().unwrap().push(field("order", "NUMERIC"));
        columns.as_array_mut().unwrap().push(field("the_row", "FLOAT"));
        columns
    };
    let maps = [
        MAPS[0].to_owned(),
        MAPS[1].to_owned(),
        "message = \"problems.0.text\"\npayload = \"who.event\"\nclass = \"note\"\nversion = \"order\"\n".to_owned(),
        "message = { value = \"bad\" }\npayload = \"blob\"\n".to_owned(),
        "message = \"report\"\ntime = \"order\"\nstage = \"the_row\"\n".to_owned(),
    ];
    for kind in ["TIMESTAMP", "DATETIME", "DATE", "STRING", "INTEGER"] {
        let columns = with_time(kind);
        for text in &maps {
            for tables in ["t", "t,u"] {
                let told = columns.clone();
                let row = json!({"f": [{"v": "0"}, {"v": "1735689600000000"}, {"v": "00000000000000ff"}, {"v": "{\"note\":\"n\",\"problems\":[{\"text\":\"t\"}],\"report\":{\"errors\":[{\"keyword\":\"type\"}]},\"received\":\"2025-01-01 00:00:00 UTC\",\"order\":\"2025-01-01\"}"}]});
                let stub = Stub::new(move |asked: &Asked, _| match asked.path.split_once("/tables/") {
                    Some(_) if asked.method == "GET" => told_table(&told),
                    _ => healthy(asked, 10, std::slice::from_ref(&row)),
                });
                let source = open(&stub, tables, map(text));
                // What tells no time is in no window.
                let request = if text.contains("time = ") { request() } else { Request::default() };
                let groups = source.groups(&request, &Unwatched).unwrap();
                assert!(groups.rows > 0, "{kind} {text}");
                let mut none = |_, _| ControlFlow::Continue(());
                let at = groups.list[0].rows[0];
                assert!(source.fetch(at, &Unwatched).unwrap_err().to_string().contains("the row is gone"));
                source.read(ReadRows::All, &Unwatched, &mut none).unwrap();
                source.rows(0..9, &Unwatched, &mut |_, _, _| ControlFlow::Continue(())).unwrap();
                let fields: Vec<Value> =
                    ["t", "u"].map(|name| json!({"name": format!("my-project.set.{name}"), "fields": columns})).to_vec();
                statements.push(json!({"sql": source.sql(&request, None).unwrap(), "tables": fields}));
                let asked: Vec<Value> = stub
                    .asked()
                    .iter()
                    .filter(|asked| asked.is_dry_run())
                    .map(|asked| asked.json()["configuration"]["query"].clone())
                    .collect();
                let counting = asked[0]["query"].as_str().unwrap();
                assert!(!counting.contains("blob") && !counting.contains("`long`") && !counting.contains(".long"), "{counting}");
                assert_eq!(counting.contains("WHERE"), kind != "INTEGER" && text.contains("received"), "{counting}");
                if kind == "DATE" && text.contains("received") {
                    let window = asked[0]["queryParameters"].to_string();
                    assert!(window.contains("2025-01-01 23:59:59.999999") && !window.contains("2025-01-02"), "no day more: {window}");
                }
                statements.extend(
                    asked.iter().map(|query| json!({"sql": query["query"], "tables": fields, "parameters": query.get("queryParameters").cloned().unwrap_or_else(|| json!([]))})),
                );
            }
        }
    }
    let Some(verdicts) = verdicts(&statements) else { return };
    println!("{} statements analyzed", statements.len());
    let wrong: Vec<String> = statements
        .iter()
        .zip(verdicts)
        .filter_map(|(statement, verdict)| Some(format!("{}\n{}", verdict?, statement["sql"].as_str()?)))
        .collect();
    assert!(wrong.is_empty(), "{} are none, the first:\n{}", wrong.len(), wrong[0]);
}

#[test]
fn what_a_map_says_wrong_of_a_table_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.toml");
    for (text, rows, says) in [
        // Without a map, one to start from is printed.
        ("", &[][..], "# failures = \"problems\""),
        ("", &[], "#   who.event.name"),
        ("", &[], "has no column error_message, so it holds no error rows"),
        (
            "message = \"nix\"\n",
            &[][..],
            "my-project.set.t: the map says that message is the member nix, and there is none here, but who, problems",
        ),
        ("message = \"note\"\nnamespace = \"who\"\n", &[], "my-project.set.t: the map's namespace, who, is an object here, not a text"),
        (
            "message = \"report.text\"\n",
            &[r#"{"report":{"errors":[]}}"#],
            "my-project.set.t: nothing in it is a row as the map says; the first: the map says that message is the member report.text",
        ),
    ] {
        let answer: Vec<Value> =
            rows.iter().map(|text| json!({"f": [{"v": "0"}, {"v": null}, {"v": "00000000000000ff"}, {"v": text}]})).collect();
        let stub = Stub::new(move |asked: &Asked, _| match asked.path.split_once("/tables/") {
            Some(_) if asked.method == "GET" => told_table(&columns()),
            _ => healthy(asked, 10, &answer),
        });
        std::fs::write(&file, text).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_misfit"))
            .args(["groups", "bigquery:my-project.set.t", "--endpoint", &stub.endpoint])
            .args(["--map", file.to_str().unwrap()].iter().filter(|_| !text.is_empty()))
            .env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"))
            .env("XDG_CACHE_HOME", folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(says), "{says}: {told}");
        assert_eq!(stub.started(), rows.len(), "{says}");
    }
}
