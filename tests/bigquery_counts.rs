//! Tables that count error rows, patterns that take in other tables: what they hold is told, and no row is counted twice.

use std::collections::BTreeMap;

use crate::bigquery::{self, DATASET, PROJECT, Server};
use crate::stub::{Asked, Reply, Stub, coarse, healthy, table};
use misfit::rows::group::Groups;
use misfit::rows::source::bigquery::{BigQuery, Settings, TableName};
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use serde_json::{Value, json};

const CLASS: &str = "org.everit.json.schema.ValidationException";

fn summer() -> Request {
    let time = |text| misfit::ground::time::parse_time(text);
    Request { since: time("2026-06-01"), until: time("2026-08-01"), ..Request::default() }
}

/// Groups by fingerprint: rows, path, what is said.
fn told(groups: &Groups) -> BTreeMap<String, (u64, Option<String>, String)> {
    let one = |group: &misfit::rows::group::Group| (group.count, group.key.path.as_ref().map(|path| path.to_string()), group.sentence());
    groups.list.iter().map(|group| (group.fingerprint.to_string(), one(group))).collect()
}

fn in_file(rows: &str) -> Groups {
    Files::from_memory("rows", rows.as_bytes().to_vec()).unwrap().groups(&summer(), &Unwatched).unwrap()
}

fn on_server(server: &Server, table: &str) -> (BigQuery, Groups) {
    let names = TableName::parse_list(&format!("{PROJECT}.{DATASET}.{table}"), None).unwrap();
    let source = BigQuery::open(names, server.settings(), summer()).unwrap();
    let groups = source.groups(&summer(), &Unwatched).unwrap();
    (source, groups)
}

/// A table on the server with the rows.
fn load(server: &Server, table: &str, rows: &[Value]) -> String {
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let kind = |name: &str| match name {
        "hour" | "submission_timestamp" => "TIMESTAMP",
        "submission_date" => "DATE",
        "error_count" => "INTEGER",
        _ => "STRING",
    };
    let fields: Value =
        rows[0].as_object().unwrap().keys().map(|name| json!({"name": name, "type": kind(name), "mode": "NULLABLE"})).collect();
    server.load(table, &fields, &text);
    text
}

/// Places with what was said there, as often as that.
const SAID: [(&str, &str, u64); 5] = [
    ("#/a/0/b", "expected type: String, found: Null", 5),
    ("#/a/1/b", "expected type: String, found: Null", 7),
    ("#/c", "required key [x y] not found", 3),
    ("#", "extraneous key [z] is not permitted", 2),
    ("#/d", "expected maxLength: 5, actual: 7", 1),
];

fn named(hour: usize, more: Value) -> Value {
    let mut row = json!({"document_namespace": "acme-app", "document_type": "session", "document_version": "1",
        "hour": format!("2026-06-10 {hour:02}:00:00 UTC")});
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

#[test]
fn counted_places_say_what_and_where_and_the_sql_of_their_groups_runs() {
    let Some(server) = bigquery::server() else { return };
    // The key of two kinds of messages stands behind their place.
    let place = |place: &str, said: &str| {
        let key = said.split_once('[').filter(|_| said.contains(" key [")).map_or("", |(_, rest)| &rest[..rest.find(']').unwrap()]);
        if key.is_empty() { place.to_owned() } else { format!("{place}[{key}]") }
    };
    let first: Vec<Value> = (0..)
        .zip(SAID)
        .map(|(hour, (at, said, count))| {
            named(hour, json!({"job_name": "decoder-0-a", "path": place(at, said), "error_count": count.to_string()}))
        })
        .collect();
    let text = load(server, "counts_first", &first);
    let (source, groups) = on_server(server, "counts_first");
    assert_eq!(told(&groups), told(&in_file(&text)));
    let said: Vec<_> = told(&groups).into_values().collect();
    for expected in [
        (12, Some("/a/[]/b".to_owned()), "/a/[]/b: what is wrong is not told".to_owned()),
        (3, Some("/c".to_owned()), "/c: required or extraneous key x y".to_owned()),
        (2, Some(String::new()), "the document: required or extraneous key z".to_owned()),
    ] {
        assert!(said.contains(&expected), "{said:?}");
    }
    let note = |part: &str| groups.notes.iter().any(|note| note.text.contains(part));
    assert!(note("holds counts of places, but no single rows or documents"), "{:?}", groups.notes);
    assert!(note("has no error_type, exception_class, error_message, so its groups have other fingerprints"), "{:?}", groups.notes);
    for group in &groups.list {
        let sql = source.sql(&summer(), Some(group)).unwrap();
        let rows = server.query(&sql);
        assert!(!rows.is_empty() && !sql.contains("source AS (\n),"), "{sql}");
    }

    let second: Vec<Value> = (0..)
        .zip(SAID)
        .map(|(hour, (at, said, count))| {
            let sample = json!({"submission_date": "2026-06-10", "job_name": "decoder-0-a", "path": place(at, said), "error_count": count.to_string(),
                "sample_error_messages": format!("{said}; something else"), "channel": null});
            named(hour, sample)
        })
        .collect();
    let text = load(server, "counts_second", &second);
    let (_, groups) = on_server(server, "counts_second");
    assert_eq!(told(&groups), told(&in_file(&text)));
    assert!(
        groups.list.iter().any(|group| group.key.path.as_deref() == Some("/c") && &*group.key.fault == "required x y"),
        "{:?}",
        told(&groups)
    );
}

#[test]
fn counts_of_whole_messages_have_the_fingerprints_of_their_rows() {
    let Some(server) = bigquery::server() else { return };
    let message = |(place, said, _): &(&str, &str, u64)| format!("{CLASS}: {place}: {said}");
    let detailed: Vec<Value> = (0..)
        .zip(&SAID)
        .map(|(hour, said)| {
            named(hour, json!({"error_type": "ParsePayload", "error_message": message(said), "sample_payload": null, "error_count": said.2.to_string()}))
        })
        .collect();
    let text = load(server, "counts_detailed", &detailed);
    let (_, groups) = on_server(server, "counts_detailed");
    assert_eq!(told(&groups), told(&in_file(&text)));
    let rows: String = SAID
        .iter()
        .flat_map(|said| {
            let row = json!({"document_namespace": "acme-app", "document_type": "session", "document_version": "1", "error_type": "ParsePayload",
                "exception_class": CLASS, "error_message": message(said), "submission_timestamp": "2026-06-10 01:00:00 UTC"});
            (0..said.2).map(move |_| format!("{row}\n"))
        })
        .collect();
    assert_eq!(told(&groups), told(&in_file(&rows)));
    assert!(!groups.notes.iter().any(|note| note.text.contains("fingerprints")), "{:?}", groups.notes);
}

/// A server whose dataset has these tables: rows, a view of rows, counts, something else.
fn dataset() -> Stub {
    Stub::new(|asked: &Asked, _| {
        let path = asked.path.split('?').next().unwrap_or("");
        if path.ends_with("/tables") {
            let names = ["errors", "errors_all", "schema_error_counts", "unrelated"];
            let tables: Vec<Value> =
                names.iter().map(|name| json!({"tableReference": {"projectId": "p", "datasetId": "d", "tableId": name}})).collect();
            return Reply::json(json!({ "tables": tables }));
        }
        let Some((_, name)) = path.split_once("/tables/") else { return healthy(asked, 10, &[coarse(Some(1), "x", 3)]) };
        let mut told = table();
        told["tableReference"]["tableId"] = name.into();
        let field = |name: &str, kind: &str| json!({"name": name, "type": kind});
        match name {
            "errors_all" => told["type"] = "VIEW".into(),
            "schema_error_counts" => {
                told["schema"] = json!({"fields": [field("hour", "TIMESTAMP"), field("error_count", "INTEGER"), field("path", "STRING")]});
            }
            "unrelated" => told["schema"] = json!({"fields": [field("x", "STRING")]}),
            _ => {}
        }
        Reply::json(told)
    })
}

#[test]
fn a_pattern_takes_error_rows_once_and_says_what_it_leaves_out() {
    let stub = dataset();
    let groups = |names: &str| {
        let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, ..Settings::default() };
        let names = TableName::parse_list(names, None).unwrap();
        let groups = BigQuery::open(names, settings, summer()).unwrap().groups(&summer(), &Unwatched);
        let sql = stub.asked().into_iter().rfind(|asked| asked.path.ends_with("/jobs")).map(|asked| asked.body).unwrap_or_default();
        let read: Vec<&str> = ["errors", "errors_all", "schema_error_counts", "unrelated"]
            .into_iter()
            .flat_map(|name| std::iter::repeat_n(name, sql.matches(&format!("`d`.`{name}`")).count()))
            .collect();
        (read, groups.map(|groups| groups.notes.iter().map(|note| note.text.clone()).collect::<Vec<_>>().join("; ")))
    };
    let (read, notes) = groups("p.d.*");
    assert_eq!(read, ["errors", "errors_all"]);
    let notes = notes.unwrap();
    assert!(notes.contains("p.d.unrelated holds no error rows and is left out"), "{notes}");
    assert!(notes.contains("p.d.schema_error_counts holds counts, not rows, and is left out"), "{notes}");
    assert!(notes.contains("p.d.errors_all is a view, which may show rows of the other tables once more"), "{notes}");
    assert_eq!(groups("p.d.errors,err*s").0, ["errors"]);
    assert_eq!(groups("p.d.*counts").0, ["schema_error_counts"]);
    let named = groups("p.d.errors,unrelated").1.err().unwrap().to_string();
    assert!(named.contains("p.d.unrelated has no column error_message"), "{named}");
}

/// Live tables of two versions; of one of them a day has rows, of one the partition is gone.
fn live() -> Stub {
    Stub::new(|asked: &Asked, _| {
        let path = asked.path.split('?').next().unwrap_or("");
        let listed = |names: &[&str]| {
            let table = |name: &&str| json!({"tableReference": {"projectId": "p", "datasetId": "acme_live", "tableId": name}});
            Reply::json(json!({"tables": names.iter().map(table).collect::<Vec<_>>()}))
        };
        match path.rsplit('/').next().unwrap_or("") {
            "tables" if path.contains("/datasets/acme_live/") => listed(&["session_v1", "session_v12", "other_v1"]),
            "session_v1%2420260625" | "session_v1$20260625" => Reply::json(json!({"numRows": "991"})),
            name if name.contains("session_v1") => Reply::json(json!({"numRows": "0"})),
            _ => healthy(asked, 10, &[coarse(Some(1), "#: required key [a] not found", 9)]),
        }
    })
}

#[test]
fn rows_of_live_tables_make_rates_and_cost_nothing() {
    let stub = live();
    let time = |text| misfit::ground::time::parse_time(text);
    let request = Request { since: time("2026-06-25"), until: time("2026-06-27"), ..Request::default() };
    let open = |live_counts: bool| {
        let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, live_counts, ..Settings::default() };
        BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, request.clone()).unwrap()
    };
    let mut groups = open(false).groups(&request, &Unwatched).unwrap();
    request.rate(&mut groups, false);
    assert!(groups.rates.is_none(), "nothing is asked for unless it is wanted");
    let before = stub.asked().len();
    let mut groups = open(true).groups(&request, &Unwatched).unwrap();
    request.rate(&mut groups, false);
    let rate = groups.rates.as_ref().and_then(|rates| rates.group(&groups.list[0])).unwrap();
    assert_eq!((rate.failed, rate.accepted), (9, 991), "of the version of the rows alone, and a day without rows is not known");
    let note = groups.notes.iter().map(ToString::to_string).find(|note| note.contains("live tables")).unwrap();
    assert!(note.contains("in p by day") && note.contains("2 partitions were asked for, which cost nothing"), "{note}");
    let asked = stub.asked();
    let partitions: Vec<_> =
        asked[before..].iter().filter(|asked| asked.path.contains("20260625") || asked.path.contains("20260626")).collect();
    assert!(partitions.len() == 2 && partitions.iter().all(|asked| asked.path.contains("fields=numRows")), "{partitions:?}");
    assert_eq!(stub.started(), 2, "no query but those that count the failures");
}
