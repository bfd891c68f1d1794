//! BigQuery as a source against a real server: the same rows make the same groups as in a file, every row is reached, and every SQL text that
//! is shown runs as it stands.

use crate::bigquery;
use crate::corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::bigquery::{DATASET, PROJECT, Server, columns};
use misfit::ground::time::parse_time;
use misfit::rows::column::ErrorColumn;
use misfit::rows::group::Groups;
use misfit::rows::payload::Payload;
use misfit::rows::row::SourceRow;
use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::bigquery::{Adhoc, BigQuery, Settings, TableName, deployed, error_tables};
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, RowOrder, Unwatched};
use misfit::triage::export::hidden::ToldGroup;
use misfit::triage::export::predicate::Neighbours;
use misfit::triage::export::statement;
use misfit::triage::redact::{Policy, Redactor};
use serde_json::{Value, json};

const CLASS: &str = "org.everit.json.schema.ValidationException";
const JOBS: [&str; 2] = ["decoder-0-a", "decoder-0-b"];

/// A server with the made rows in it.
fn server() -> Option<&'static Server> {
    static LOADED: OnceLock<()> = OnceLock::new();
    let server = bigquery::server()?;
    LOADED.get_or_init(|| {
        server.load("made", &columns(), &made_rows());
        server.load("empty", &columns(), "");
    });
    Some(server)
}

fn source(server: &Server, tables: &str, settings: Settings) -> BigQuery {
    let names = TableName::parse_list(&format!("{PROJECT}.{DATASET}.{tables}"), None).unwrap();
    BigQuery::open(names, Settings { endpoint: Some(server.endpoint.clone()), ..settings }, summer()).unwrap()
}

fn time(text: &str) -> Option<i64> {
    Some(parse_time(text).unwrap())
}

/// A window around all rows of the tests.
fn summer() -> Request {
    Request { since: time("2026-06-01"), until: time("2026-08-01"), ..Request::default() }
}

/// A schema with arrays, maps with judged names, enums and all that a message can be about.
fn made_schemas(folder: &Path) -> Arc<SchemaStore> {
    let text = |pattern: &str| json!({"type": "string", "maxLength": 5, "pattern": pattern});
    let schema = json!({
        "$schema": "http://json-schema.org/draft-06/schema#",
        "type": "object",
        "properties": {
            "a": {"type": "array", "items": {"type": "object", "properties": {"b": text("^x")}, "required": ["b", "c"], "additionalProperties": false}},
            "m": {"type": "object", "propertyNames": {"maxLength": 5, "pattern": "^x"}, "additionalProperties": text("^x")},
            "v": {"type": "array", "items": {"type": "array", "items": [{"type": "integer"}, {"type": "string"}, {"type": "string"}]}},
            "n": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer", "minimum": 3}}},
            "e": {"enum": ["x"]},
            "t": {"type": "string", "format": "date-time"},
        },
        "required": ["e"],
    });
    let place = folder.join("acme-app/session");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("session.1.schema.json"), schema.to_string()).unwrap();
    Arc::new(SchemaStore::open_folder(folder).unwrap())
}

/// Messages of every kind, in pairs that belong together or only seem to.
fn made_messages() -> Vec<String> {
    let said = [
        "#/a/0/b: expected type: String, found: Null",
        "#/a/17/b: expected type: String, found: Null",
        "#/a/17/b: expected type: String, found: Integer",
        "#/a/3: required key [b] not found",
        "#/a/4: required key [c] not found",
        "#/a/3: extraneous key [why] is not permitted",
        "#/a/4: extraneous key [http://x] is not permitted",
        "#/a/4: extraneous key [a: b] is not permitted",
        // A name and a value of the same map, told apart by the value alone.
        "#/m/abcdefg: expected maxLength: 5, actual: 7",
        "#/m/abcdefg: expected maxLength: 5, actual: 9",
        "#/m/12: expected maxLength: 5, actual: 2",
        "#/m/1: expected maxLength: 5, actual: 2",
        "#/m/abc: string [abc] does not match pattern ^x",
        "#/m/abc: string [other] does not match pattern ^x",
        "#/m/abc: string [abc] and more] does not match pattern ^x",
        "#/m/def: string [def: ghi] does not match pattern ^x",
        "#/m/a~1b: string [a/b] does not match pattern ^x",
        "#/m/a: b: expected type: String, found: Null",
        "#/m/a: required key [b: expected type: String, found: Null",
        "#/m/::: expected type: String, found: Null",
        "#/n/k/0: 2 is not greater or equal to 3",
        "#/n/k/5: -1.0E+30 is not greater or equal to 3",
        "#/n/l/5/1/2: expected type: Integer, found: String",
        // Places of a fixed form in a list, described one by one.
        "#/v/0/1: expected type: String, found: Integer",
        "#/v/17/1: expected type: String, found: Integer",
        "#/v/17/2: expected type: String, found: Integer",
        "#/v/17/4711: expected type: String, found: Integer",
        "#/e: y is not a valid enum value",
        "#/e: z is not a valid enum value",
        "#/e: e is not a valid enum value",
        "#/t: [yesterday] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ]",
        "#/t: [today] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ]",
        "#: required key [e] not found",
        "#/a/1: #: no subschema matched out of the total 2 subschemas",
        "#/a/2: #: no subschema matched out of the total 2 subschemas",
        "#/a/2: maximum size: [2], found: [31]",
        "#/a/2: maximum size: [2], found: [3]",
        "#/a/2: something that nobody knows: 12",
    ];
    let mut messages: Vec<String> = said.iter().map(|said| format!("{CLASS}: {said}")).collect();
    messages.push(format!("{CLASS}: #/m/{}...", "k".repeat(973)));
    messages.push(format!("{CLASS}: #/m/x: string [{}...", "v".repeat(960)));
    messages.extend(
        [
            "com.fasterxml.jackson.core.JsonParseException: Unexpected character ('x' (code 120)): was expecting a value\n at [Source: (String)\"{x\"; line: 1, column: 3]",
            "com.fasterxml.jackson.core.JsonParseException: Unexpected character ('\u{e9}' (code 233 / 0xe9)): was expecting a value\n at [Source: (String)\"{\u{e9}\"; line: 1, column: 3]",
            "com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'abc': was expecting (JSON String)\n at [Source: (String)\"abc\"; line: 1, column: 4]",
            "com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'd: was expecting e': was expecting (JSON String)\n at [Source: 1]",
            "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: 1684980",
            "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: 1684981",
            "com.mozilla.telemetry.decoder.ParseUri$StubUri$InvalidIntegerException: Path element #3: seven",
            "com.mozilla.telemetry.decoder.ParseUri$StubUri$InvalidIntegerException: Path element #4: eight 8",
            "com.mozilla.telemetry.decoder.ParseUri$UnexpectedPathElementsException: Found 3 more path elements in the URI than expected for this endpoint",
            "com.mozilla.telemetry.decoder.ParseUri$UnexpectedPathElementsException: Found -1 more path elements in the URI than expected for this endpoint",
            "com.mozilla.telemetry.transforms.LimitPayloadSize$PayloadTooLargeException: Message payload is 9437185bytes, larger than the configured limit of 8388608",
            "java.io.IOException: json value is not an object",
            "java.io.IOException: JSON parsing error in row starting at position 4711: No such field: a.relation_1.",
            "java.io.IOException: JSON parsing error in row starting at position 815: No such field: a.relation_1.",
            "java.io.IOException: JSON parsing error in row starting at position 815: No such field: a.relation_2.",
            "java.io.IOException: JSON object specified for non-record field: 12",
            "java.io.IOException: JSON object specified for non-record field: 13",
            "java.io.IOException: [{\"errors\":[{\"debugInfo\":\"\",\"location\":\"a\",\"message\":\"no such field: a.b.\",\"reason\":\"invalid\"}],\"index\":0}]",
            "java.io.IOException: [{\"errors\":[{\"debugInfo\":\"\",\"location\":\"a\",\"message\":\"no such field: a.b.\",\"reason\":\"invalid\"}],\"index\":12}]",
            "java.io.IOException: [{\"errors\":[{\"debugInfo\":\"\",\"location\":\"\",\"message\":\"\",\"reason\":\"stopped\"}],\"index\":3}]",
            "java.io.IOException: [{\"errors\":[{\"debugInfo\":\"\",\"location\":\"\",\"message\":\"\",\"reason\":\"stopped\"}],\"index\":4}]",
            "no class at all 12 and 'quotes'",
            "",
        ]
        .map(str::to_owned),
    );
    messages
}

/// Each message several times, in both spellings of the namespace and by both jobs; some rows share their time with others.
fn made_rows() -> String {
    let mut rows = String::new();
    for (number, message) in made_messages().iter().enumerate() {
        for turn in 0..3 {
            let second = number % 20;
            let namespace = ["acme-app", "acme_app", "acme-app"][turn];
            let row = json!({
                "document_namespace": namespace,
                "document_type": "session",
                "document_version": if number % 7 == 6 { Value::Null } else { "1".into() },
                "error_message": message,
                "error_type": "ParsePayload",
                "exception_class": message.split(": ").next().filter(|_| number % 5 > 0),
                "job_name": JOBS[turn / 2],
                "uri": format!("/submit/acme-app/session/1/{number}-{turn}"),
                "client_id": format!("client-{}", number % 4),
                "payload": "e30=",
                "submission_timestamp": format!("2026-06-{:02} 12:00:{second:02}.123456 UTC", 10 + turn),
            });
            rows.push_str(&format!("{row}\n"));
        }
    }
    let odd =
        json!({"error_message": null, "submission_timestamp": "2026-06-20 00:00:00 UTC", "uri": "/odd", "document_namespace": "`'\"; --"});
    rows + &odd.to_string()
}

/// What has to be the same of two sets of groups.
pub(crate) type Told = BTreeMap<String, (String, u64, Option<(i64, i64)>, Vec<(String, u64, Option<(i64, i64)>)>, String)>;

pub(crate) fn told(groups: &Groups) -> Told {
    let name = |job: u32| groups.jobs[job as usize].name.to_string();
    let one = |group: &misfit::rows::group::Group| {
        let jobs = group.jobs().iter().map(|job| (name(job.job), job.rows, job.span)).collect();
        (format!("{:?} {:?}", group.key, group.keyword), group.count, group.span, jobs, format!("{:?}", group.standing))
    };
    groups.list.iter().map(|group| (group.fingerprint.to_string(), one(group))).collect()
}

pub(crate) fn assert_same(ours: &Told, theirs: &Told) {
    for (fingerprint, group) in theirs {
        assert_eq!(ours.get(fingerprint), Some(group));
    }
    assert_eq!(ours.len(), theirs.len());
}

fn in_file(rows: &str, request: &Request) -> Groups {
    Files::from_memory("rows", rows.as_bytes().to_vec()).unwrap().groups(request, &Unwatched).unwrap()
}

#[test]
fn the_same_rows_make_the_same_groups_as_in_a_file() {
    let Some(server) = server() else { return };
    let folder = tempfile::tempdir().unwrap();
    for schemas in [None, Some(made_schemas(folder.path()))] {
        for names in [vec![], vec!["Acme_App".to_owned()]] {
            let request = Request { schemas: schemas.clone(), namespaces: names, ..summer() };
            let theirs = in_file(&made_rows(), &request);
            let ours = source(server, "made", server.settings()).groups(&request, &Unwatched).unwrap();
            assert_same(&told(&ours), &told(&theirs));
            assert_eq!((ours.rows, ours.span), (theirs.rows, theirs.span));
            for group in &ours.list {
                let (from, to) = group.span.unwrap();
                let trend = &group.trend;
                assert!(trend.start <= from && to < trend.start + trend.width * trend.bins.len() as i64, "{trend:?}");
                assert_eq!(trend.bins.iter().map(|bin| u64::from(*bin)).sum::<u64>(), group.count);
            }
            let clients: BTreeSet<u64> = ours.list.iter().filter_map(|group| Some(group.clients?.count())).collect();
            assert!(clients.contains(&1) && clients.iter().all(|count| *count <= 4), "{clients:?}");
        }
    }
}

#[test]
fn a_part_of_the_rows_is_the_same_part() {
    let Some(server) = server() else { return };
    for request in [
        Request { stages: vec!["ParsePayload".into()], jobs: vec![JOBS[1].into()], ..summer() },
        Request { doctypes: vec!["Session".into()], ..summer() },
        Request { since: time("2026-06-11"), until: time("2026-06-12 12:00:07.123456"), ..Request::default() },
        Request { namespaces: vec!["nobody".into()], ..summer() },
        Request { namespaces: vec!["x' OR 1=1 --".into()], ..summer() },
        Request { since: time("2033-01-01"), until: None, ..Request::default() },
    ] {
        let ours = source(server, "made", server.settings()).groups(&request, &Unwatched).unwrap();
        let theirs = in_file(&made_rows(), &request);
        assert_same(&told(&ours), &told(&theirs));
    }
}

/// All rows of a group in an order, a page at a time.
fn rows_of(source: &BigQuery, group: &misfit::rows::group::Group, order: RowOrder) -> Vec<misfit::rows::row::RowRef> {
    let mut rows = Vec::new();
    loop {
        let more = source.more_rows(group, order, rows.len(), &Unwatched).unwrap();
        if more.is_empty() {
            return rows;
        }
        rows.extend(more);
    }
}

#[test]
fn every_row_of_a_group_is_reached_once_in_every_order() {
    let Some(server) = server() else { return };
    let source = source(server, "made", server.settings());
    let groups = source.groups(&summer(), &Unwatched).unwrap();
    let mut seen = BTreeSet::new();
    let some: Vec<_> = groups.list.iter().take(4).chain(groups.list.last()).collect();
    for group in &some {
        let newest = rows_of(&source, group, RowOrder::Newest);
        assert_eq!(newest.len() as u64, group.count, "{:?}", group.key);
        assert_eq!(newest[..group.rows.len()], group.rows[..], "{:?}", group.key);
        seen.extend(newest);
    }
    assert_eq!(seen.len() as u64, some.iter().map(|group| group.count).sum::<u64>());
    let group = groups.list.iter().find(|group| group.count > 2 && group.jobs().len() > 1).unwrap();
    let column = |order, name: &str| -> Vec<String> {
        let rows = rows_of(&source, group, order);
        rows.iter().map(|at| source.fetch(*at, &Unwatched).unwrap().column(name).unwrap().to_owned()).collect()
    };
    let newest = column(RowOrder::Newest, "submission_timestamp");
    assert!(newest.is_sorted_by(|a, b| a >= b), "{newest:?}");
    assert!(column(RowOrder::Oldest, "submission_timestamp").is_sorted());
    let jobs: BTreeSet<String> = column(RowOrder::Spread, "job_name").into_iter().take(2).collect();
    assert_eq!(jobs.len(), 2);
    let addresses: BTreeSet<String> = column(RowOrder::Newest, "uri").into_iter().collect();
    assert_eq!(addresses.len() as u64, group.count);
}

#[test]
fn a_row_is_whole() {
    let Some(server) = server() else { return };
    let source = source(server, "made", server.settings());
    let groups = source.groups(&summer(), &Unwatched).unwrap();
    let row = source.fetch(groups.list[0].rows[0], &Unwatched).unwrap();
    assert_eq!(row.payload, Payload::Bytes(b"{}".to_vec()));
    assert!(row.column("submission_timestamp").unwrap().ends_with(".123456 UTC"), "{:?}", row.columns);
    assert!(row.origin.starts_with(&format!("{PROJECT}.{DATASET}.made 2026-06-")));
    let mut count = 0;
    let visit = &mut |_, at, row: SourceRow| {
        count += 1;
        assert!(row.column("uri").is_some() && source.fetch(at, &Unwatched).is_ok_and(|again| again.columns == row.columns));
        if count == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    source.rows(2..20, &Unwatched, visit).unwrap();
    assert_eq!(count, 3);
}

#[test]
fn sql_that_is_shown_runs_as_it_stands() {
    let Some(server) = server() else { return };
    let source = source(server, "made", server.settings());
    let request = Request { namespaces: vec!["acme-app".into(), "it's \"@\\\n`x".into()], ..summer() };
    let groups = source.groups(&request, &Unwatched).unwrap();
    let counted: u64 = server
        .query(&source.sql(&request, None).unwrap())
        .iter()
        .map(|row| row["f"][7]["v"].as_str().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(counted, groups.rows);
    let group = &groups.list[0];
    assert_eq!(server.query(&source.sql(&request, Some(group)).unwrap()).len() as u64, group.count);
    let groups = source.groups(&summer(), &Unwatched).unwrap();
    assert_eq!(wrongly_selected(server, &source, &groups, None), Vec::<String>::new());
}

#[test]
fn groups_beyond_the_bound_are_counted() {
    let Some(server) = server() else { return };
    let few = |of_namespace, in_all| {
        let settings = Settings { groups_of_namespace: of_namespace, groups: in_all, ..server.settings() };
        source(server, "made", settings).groups(&summer(), &Unwatched).unwrap()
    };
    let all = few(10_000, 10_000);
    let bounded = few(5, 10_000);
    assert_eq!(bounded.rows, all.rows);
    let other: u64 = bounded.list.iter().filter_map(|group| group.folded()).sum();
    assert!(other > 20, "{other}");
    let cut = few(10_000, 4);
    assert!(cut.notes[0].text.starts_with(&format!("{} more rows are in groups beyond the bound", all.rows - cut.rows)), "{:?}", cut.notes);
}

#[test]
fn the_query_of_the_documentation_opens_as_it_stands() {
    let Some(server) = server() else { return };
    let sql = "SELECT document_namespace, document_type, document_version, error_message, error_type, exception_class, job_name
    FROM `moz-fx-data-shared-prod`.payload_bytes_error.made
    WHERE submission_timestamp > TIMESTAMP_SUB(current_timestamp, INTERVAL 1 hour)
    AND exception_class = 'org.everit.json.schema.ValidationException' LIMIT 5";
    let open = |sql: String| Adhoc::open("query".into(), sql, Settings { project: None, ..server.settings() }).unwrap();
    assert_eq!(open(sql.to_owned()).groups(&Request::default(), &Unwatched).unwrap().rows, 0);
    let older = open(sql.replace("1 hour", "50000 hour"));
    let groups = older.groups(&Request::default(), &Unwatched).unwrap();
    assert_eq!((groups.rows, groups.missing_columns.as_slice()), (5, &[ErrorColumn::Time, ErrorColumn::Payload][..]));
    let row = older.fetch(groups.list[0].rows[0], &Unwatched).unwrap();
    assert_eq!(row.column("document_type"), Some("session"));
    let whole = open(format!("SELECT * FROM `{PROJECT}`.{DATASET}.made WHERE submission_timestamp > '2026-01-01'"));
    let groups = whole.groups(&summer(), &Unwatched).unwrap();
    assert_same(&told(&groups), &told(&in_file(&made_rows(), &summer())));
    assert_eq!(whole.fetch(groups.list[0].rows[0], &Unwatched).unwrap().payload, Payload::Bytes(b"{}".to_vec()));
}

#[test]
fn what_is_asked_wrongly_is_told_with_the_reason() {
    let Some(server) = server() else { return };
    server.load("no_message", &json!([{"name": "submission_timestamp", "type": "TIMESTAMP"}]), "");
    let groups = |tables: &str| {
        source(server, tables, server.settings()).groups(&summer(), &Unwatched).map(|groups| groups.rows).map_err(|error| error.to_string())
    };
    assert_eq!(groups("empty"), Ok(0));
    assert!(groups("nothing").unwrap_err().starts_with("BigQuery cannot find it: Not found: Table"));
    assert!(groups("no_message").unwrap_err().contains("has no column error_message"));
    assert!(groups("nothing*").unwrap_err().contains("no table of moz-fx-data-shared-prod.payload_bytes_error matches nothing*"));
    let sql = |sql: &str| {
        let adhoc = Adhoc::open("query".into(), sql.to_owned(), server.settings()).unwrap();
        adhoc.groups(&Request::default(), &Unwatched).map(|groups| groups.rows).map_err(|error| error.to_string())
    };
    let unfiltered = sql(&format!("SELECT error_message FROM `{PROJECT}`.{DATASET}.made")).unwrap_err();
    assert!(unfiltered.starts_with("BigQuery wants a condition on the partitioning column"), "{unfiltered}");
    assert!(sql("SELECT 1 AS x").unwrap_err().contains("has no column error_message, only x"));
    assert!(sql("SELEKT").unwrap_err().starts_with("BigQuery rejects the query"));
}

#[test]
fn views_without_payload_and_tables_of_counts_say_what_is_missing() {
    let Some(server) = server() else { return };
    let but: Vec<Value> =
        columns().as_array().unwrap().iter().filter(|field| field["name"] != "payload" && field["name"] != "client_id").cloned().collect();
    let rows: String = made_rows()
        .lines()
        .map(|line| {
            let mut row: Value = serde_json::from_str(line).unwrap();
            row.as_object_mut().unwrap().remove("payload");
            row.as_object_mut().unwrap().remove("client_id");
            format!("{row}\n")
        })
        .collect();
    server.load("without_payload", &but.into(), &rows);
    let source_of = |table: &str| source(server, table, server.settings());
    let bare = source_of("without_payload");
    let groups = bare.groups(&summer(), &Unwatched).unwrap();
    assert_eq!(groups.missing_columns, ["payload"]);
    assert_same(&told(&groups), &told(&in_file(&made_rows(), &summer())));
    assert_eq!(bare.fetch(groups.list[0].rows[0], &Unwatched).unwrap().payload, Payload::Absent);

    let text = |name: &str| json!({"name": name, "type": "STRING"});
    let fields = json!([
        {"name": "submission_date", "type": "DATE"}, {"name": "hour", "type": "TIMESTAMP"}, text("document_namespace"), text("document_type"),
        text("document_version"), text("error_type"), text("job_name"), text("path"), {"name": "error_count", "type": "INTEGER"},
        text("sample_error_messages"),
    ]);
    let row = |hour: u32, count: u64, path: &str, said: &str| {
        json!({"submission_date": "2026-06-10", "hour": format!("2026-06-10 {hour:02}:00:00 UTC"), "document_namespace": "acme-app", "document_type": "session",
            "document_version": "1", "error_type": "ParsePayload", "job_name": "decoder-0-a", "path": path, "error_count": count,
            "sample_error_messages": said}).to_string() + "\n"
    };
    let typed = "expected type: String, found: Null";
    let rows =
        row(3, 5, "#/a/0/b", typed) + &row(4, 7, "#/a/1/b", &format!("{typed}; other")) + &row(4, 1, "#", "required key [e] not found");
    server.load("counts", &fields, &rows);
    let counts = source_of("counts");
    let groups = counts.groups(&summer(), &Unwatched).unwrap();
    assert_eq!(groups.list.iter().map(|group| (group.count, group.rows.len())).collect::<Vec<_>>(), [(12, 0), (1, 0)]);
    assert_same(&told(&groups), &told(&in_file(&rows, &summer())));
    assert!(
        groups.missing_columns.contains(&ErrorColumn::Payload) && groups.missing_columns.contains(&ErrorColumn::Class),
        "{:?}",
        groups.missing_columns
    );
    assert!(groups.notes.iter().any(|note| note.text.contains("holds counts with a sample of their messages")));
    let both = source_of("made,counts").groups(&summer(), &Unwatched).unwrap_err().to_string();
    assert!(both.contains("read them one after the other"), "{both}");
}

#[test]
fn accepted_documents_of_a_table_of_counts_make_rates() {
    let Some(server) = server() else { return };
    let text = |name: &str| json!({"name": name, "type": "STRING"});
    let fields = json!([
        {"name": "submission_date", "type": "DATE"}, {"name": "hour", "type": "TIMESTAMP"}, text("document_namespace"), text("document_type"),
        text("document_version"), text("job_name"), text("path"), {"name": "error_count", "type": "INTEGER"}, text("sample_error_messages"),
        {"name": "valid_ping_count", "type": "INTEGER"},
    ]);
    let row = |day: u32, hour: u32, path: &str, count: u64, valid: u64| {
        json!({"submission_date": format!("2026-06-{day}"), "hour": format!("2026-06-{day} {hour:02}:00:00 UTC"), "document_namespace": "acme-app",
            "document_type": "session", "document_version": "1", "job_name": "decoder-0-a", "path": path, "error_count": count,
            "sample_error_messages": "expected type: String, found: Null", "valid_ping_count": valid}).to_string() + "\n"
    };
    let rows = row(10, 3, "#/a", 20, 900) + &row(10, 9, "#/b", 30, 900) + &row(11, 3, "#/a", 10, 40);
    server.load("accepted", &fields, &rows);
    let rated = |mut groups: Groups| {
        groups.rate(None, (None, None), false);
        let rates = groups.rates.clone().unwrap();
        groups.list.iter().map(|group| (group.count, rates.group(group).map(|rate| (rate.accepted, rate.share())))).collect::<Vec<_>>()
    };
    let groups = source(server, "accepted", server.settings()).groups(&summer(), &Unwatched).unwrap();
    let told = rated(groups);
    assert_eq!(told, [(30, Some((940, 0.03))), (30, Some((940, 0.03)))]);
    assert_eq!(rated(in_file(&rows, &summer())), told);
}

#[test]
fn deployed_tables_tell_their_layout_and_build() {
    let Some(server) = server() else { return };
    let name = TableName::parse(&format!("{PROJECT}.{DATASET}.made"), None).unwrap();
    let table = deployed(&name, &server.settings(), &Unwatched).unwrap();
    assert_eq!(table.layout().unwrap().columns.len(), columns().as_array().unwrap().len());
    let build = table.build().unwrap();
    assert_eq!((build.revision.as_str(), build.date.as_str(), table.needs_filter), ("be1f11e", "2020-01-23 01:45", true));
    assert_eq!(table.partition.unwrap().field.as_deref(), Some("submission_timestamp"));
    let listed = error_tables(&format!("{PROJECT}.{DATASET}"), &server.settings(), &Unwatched).unwrap();
    assert!(listed.iter().any(|table| table.name.as_ref() == Some(&name)));
    assert!(listed.iter().all(|table| table.name.as_ref().is_none_or(|name| name.table != "no_message")));
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_misfit"))
        .args(["table", &format!("bigquery:{name}"), "--endpoint", &server.endpoint])
        .env("MISFIT_CONFIG", "")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&printed.stdout);
    for told in
        ["error_message", "deployed from the schemas of 2020-01-23 01:45 UTC, revision be1f11e", "partitioned by submission_timestamp"]
    {
        assert!(text.contains(told), "{told} is missing in {text}{}", String::from_utf8_lossy(&printed.stderr));
    }
}

/// All columns of the error table, by a row of it.
/// Groups whose SQL selects other rows than theirs and those of the groups that it names as alike.
fn wrongly_selected(server: &Server, source: &dyn ErrorSource, groups: &Groups, schemas: Option<&SchemaStore>) -> Vec<String> {
    let neighbours = Neighbours::new(&groups.list);
    let mut redactor = Redactor::new(Policy { raw: true, ..Policy::default() });
    let mut wrong = Vec::new();
    for groups_of_query in groups.list.chunks(100) {
        let told: Vec<ToldGroup> = groups_of_query.iter().map(|group| ToldGroup::new(group, &neighbours, schemas, &mut redactor)).collect();
        let mut by_table: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
        for (at, (told, group)) in told.iter().zip(groups_of_query).enumerate() {
            let (tables, conditions) = statement::tables_and_conditions(told, &source.tables(group));
            for table in tables {
                by_table.entry(table).or_default().push((at, statement::joined(&conditions)));
            }
        }
        let mut found = vec![0; told.len()];
        for (table, asked) in by_table {
            let counts: Vec<String> = asked.iter().map(|(_, conditions)| format!("COUNTIF({conditions})")).collect();
            let answer =
                server.query(&format!("SELECT {} FROM {table} WHERE submission_timestamp > TIMESTAMP '2000-01-01'", counts.join(",\n")));
            for (nth, (at, _)) in asked.iter().enumerate() {
                found[*at] += answer[0]["f"][nth]["v"].as_str().unwrap().parse::<u64>().unwrap();
            }
        }
        for ((told, group), found) in told.iter().zip(groups_of_query).zip(found) {
            let alike = groups.list.iter().filter(|other| told.alike.first.contains(&other.fingerprint));
            let most = group.count + alike.map(|other| other.count).sum::<u64>();
            if !(group.count..=most).contains(&found) {
                wrong.push(format!(
                    "{found} rows instead of {}: {:?}\n{}",
                    group.count,
                    group.sample,
                    statement::select(told, &source.tables(group), true)
                ));
            }
        }
    }
    wrong
}

#[test]
fn sql_of_a_group_names_the_tables_own_columns() {
    let Some(server) = server() else { return };
    let row = |kind: &str, what: &str| {
        json!({"submission_timestamp": "2026-07-01 10:00:00 UTC", "document_namespace": "acme-app", "document_type": kind,
            "document_version": 1, "stage": "ParsePayload", "what": what})
    };
    let rows = [row("menu", "#/a: required key [b] not found"), row("menu", "#/a/c: required key [b] not found")];
    let field = |name: &str, kind: &str| json!({"name": name, "type": kind, "mode": "NULLABLE"});
    let fields = json!([
        field("submission_timestamp", "TIMESTAMP"),
        field("document_namespace", "STRING"),
        field("document_type", "STRING"),
        field("document_version", "INTEGER"),
        field("stage", "STRING"),
        field("what", "STRING")
    ]);
    server.load("renamed", &fields, &rows.map(|row| format!("{row}\n")).concat());
    let columns = BTreeMap::from([("error_message".to_owned(), "what".to_owned()), ("error_type".to_owned(), "stage".to_owned())]);
    let source = source(server, "renamed", Settings { columns, ..server.settings() });
    let groups = source.groups(&summer(), &Unwatched).unwrap();
    assert_eq!((groups.rows, groups.list.len()), (2, 2));
    assert_eq!(wrongly_selected(server, &source, &groups, None), Vec::<String>::new());
    let mut redactor = Redactor::new(Policy { raw: true, ..Policy::default() });
    for group in &groups.list {
        let told = ToldGroup::new(group, &Neighbours::new(&groups.list), None, &mut redactor);
        assert_eq!(server.query(&statement::select(&told, &source.tables(group), false)).len() as u64, group.count);
    }
}

fn columns_of(row: &str) -> Value {
    let row: Value = serde_json::from_str(row).unwrap();
    let kind = |name: &str| match name {
        "payload" => "BYTES",
        "submission_timestamp" => "TIMESTAMP",
        _ => "STRING",
    };
    row.as_object().unwrap().keys().map(|name| json!({"name": name, "type": kind(name), "mode": "NULLABLE"})).collect()
}

/// The table of a row's namespace.
fn table_of(namespace: Option<&str>) -> &'static str {
    match namespace {
        Some("telemetry") => "telemetry",
        Some("installer") => "stub_installer",
        _ => "structured",
    }
}

/// Where $MISFIT_ALL_ROWS is set; the rows without their payloads, which no condition is about.
#[test]
fn sql_of_every_group_of_the_large_corpus_selects_its_rows() {
    let Some(folder) = corpus::folder().filter(|_| std::env::var_os("MISFIT_ALL_ROWS").is_some()) else { return };
    let Some(server) = server() else { return };
    let schemas = Some(Arc::new(corpus::schemas(&folder)));
    let mut fields = Value::Null;
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    for line in corpus::lines(&folder.join("errors-30k.ndjson.gz")) {
        let mut row: Value = serde_json::from_slice(line.0.raw(0)).unwrap();
        row.as_object_mut().unwrap().remove("payload");
        if fields.is_null() {
            fields = columns_of(&row.to_string());
        }
        tables.entry(table_of(line.text("document_namespace").as_deref())).or_default().push_str(&format!("{row}\n"));
    }
    let names: Vec<String> = tables.keys().map(|table| format!("{table}_large")).collect();
    names.iter().zip(tables.values()).for_each(|(name, rows)| server.load(name, &fields, rows));
    let source = source(server, &names.join(","), server.settings());
    let request = Request { schemas: schemas.clone(), ..summer() };
    let groups = source.groups(&request, &Unwatched).unwrap();
    println!("{} rows in {} groups", groups.rows, groups.list.len());
    let file = Files::open(&[folder.join("errors-30k.ndjson.gz").to_string_lossy().into_owned()], ReadOptions::default()).unwrap();
    let theirs = file.groups(&request, &Unwatched).unwrap();
    assert_same(&told(&groups), &told(&theirs));
    assert_eq!(wrongly_selected(server, &source, &groups, schemas.as_deref()), Vec::<String>::new());
}

#[test]
fn the_groups_of_the_corpus_are_those_of_its_file() {
    let Some(folder) = corpus::folder() else { return };
    let Some(server) = server() else { return };
    let schemas = Some(Arc::new(corpus::schemas(&folder)));
    let mut fields = Value::Null;
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    for line in corpus::lines(&folder.join("errors-2k.ndjson")) {
        let table = table_of(line.text("document_namespace").as_deref());
        let text = String::from_utf8(line.0.raw(0).to_vec()).unwrap();
        if fields.is_null() {
            fields = columns_of(&text);
        }
        tables.entry(table).or_default().push_str(&format!("{text}\n"));
    }
    for table in ["telemetry", "structured", "stub_installer"] {
        server.load(table, &fields, tables.get(table).map_or("", String::as_str));
    }
    let request = Request { schemas, ..summer() };
    let file = Files::open(&[folder.join("errors-2k.ndjson").to_string_lossy().into_owned()], ReadOptions::default()).unwrap();
    let theirs = file.groups(&request, &Unwatched).unwrap();
    let source = source(server, "telemetry,structured,stub_installer", server.settings());
    let ours = source.groups(&request, &Unwatched).unwrap();
    println!("{} rows in {} groups through BigQuery", ours.rows, ours.list.len());
    assert_same(&told(&ours), &told(&theirs));
    assert_eq!(wrongly_selected(server, &source, &ours, request.schemas.as_deref()), Vec::<String>::new());

    let column = |row: &SourceRow, name: &str| row.column(name).map(str::to_owned);
    let key =
        |row: &SourceRow| (column(row, "uri"), column(row, "submission_timestamp"), column(row, "error_message"), row.payload.clone());
    let mut left: Vec<_> = Vec::new();
    let mut filter = misfit::rows::source::Filter::new(&request);
    file.rows(0..u64::MAX, &Unwatched, &mut |_, _, row| {
        if filter.takes(&row.error_row()) {
            left.push(format!("{:?}", key(&row)));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let mut found = Vec::new();
    source
        .rows(0..u64::MAX, &Unwatched, &mut |_, _, row| {
            found.push(format!("{:?}", key(&row)));
            ControlFlow::Continue(())
        })
        .unwrap();
    left.sort();
    found.sort();
    assert!(left == found, "{} rows in the file, {} in BigQuery", left.len(), found.len());
}
