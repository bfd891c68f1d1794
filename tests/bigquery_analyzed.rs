//! Every statement that is sent to BigQuery or shown is one to Google's own analyzer. With $MISFIT_ANALYZE_ALL, all columns and tables of the
//! corpus' layouts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Mutex;

use crate::bigquery::analyzer::{executed, verdicts};
use crate::bigquery_server::{assert_same, told};
use crate::corpus;
use crate::stub::{Asked, Reply, Stub, coarse, healthy};
use misfit::pipeline::layout::Layout;
use misfit::pipeline::layout::ddl::{self, TableOrder};
use misfit::pipeline::sink;
use misfit::rows::group::Groups;
use misfit::rows::source::bigquery::{BigQuery, Settings, TableName};
use misfit::rows::source::{ErrorSource, ReadRows, Request, RowOrder, Unwatched};
use misfit::triage::export::hidden::ToldGroup;
use misfit::triage::export::predicate::Neighbours;
use misfit::triage::export::statement;
use misfit::triage::redact::{Policy, Redactor};
use misfit::triage::senders::{SendersQuestion, ToldBy, senders};
use serde_json::{Value, json};

const CLASS: &str = "org.everit.json.schema.ValidationException";

/// A table as its name and columns.
type Table = (&'static str, Vec<(&'static str, &'static str)>);

/// Tables that are read together.
struct Shape {
    name: &'static str,
    tables: Vec<Table>,
    renamed: &'static [(&'static str, &'static str)],
}

fn shapes() -> Vec<Shape> {
    let texts = |names: &[&'static str]| names.iter().map(|name| (*name, "STRING")).collect::<Vec<_>>();
    let of = |names: &[&'static str], others: &[(&'static str, &'static str)]| [texts(names), others.to_vec()].concat();
    let doctype = ["document_namespace", "document_type", "document_version"];
    let names = |more: &[&'static str]| [&doctype[..], more].concat();
    let told = names(&["error_type", "exception_class", "error_message", "job_name"]);
    let time = ("submission_timestamp", "TIMESTAMP");
    let rows = of(&[&told[..], &["uri", "client_id", "stack_trace", "window"]].concat(), &[("payload", "BYTES"), time]);
    let counted = [("hour", "TIMESTAMP"), ("error_count", "INTEGER")];
    let second = of(&names(&["job_name", "path", "sample_error_messages", "channel"]), &counted);
    let shape = |name, tables, renamed| Shape { name, tables, renamed };
    vec![
        shape("rows", vec![("t", rows.clone())], &[]),
        shape("view", vec![("t", of(&[&told[..], &["uri"]].concat(), &[time]))], &[]),
        shape("counts, first", vec![("t", of(&names(&["job_name", "path"]), &[&counted[..], &[("error_rank", "INTEGER")]].concat()))], &[]),
        shape("counts, second", vec![("t", [second, vec![("submission_date", "DATE"), ("valid_ping_count", "INTEGER")]].concat())], &[]),
        shape("counts, detailed", vec![("t", of(&names(&["error_type", "error_message", "sample_payload"]), &counted))], &[]),
        shape(
            "renamed",
            vec![(
                "t",
                [of(&["what", "kind"], &[("version", "INTEGER"), ("at", "TIMESTAMP"), ("body", "BYTES")]), texts(&["group"])].concat(),
            )],
            &[
                ("error_message", "what"),
                ("document_type", "kind"),
                ("document_version", "version"),
                ("submission_timestamp", "at"),
                ("payload", "body"),
                ("document_namespace", "group"),
            ],
        ),
        shape("wildcard", vec![("t_1", rows.clone()), ("t_2", of(&told, &[time])), ("t 3", rows)], &[]),
        shape("none known", vec![("t", of(&["error_message"], &[time]))], &[]),
    ]
}

fn fields(columns: &[(&str, &str)]) -> Value {
    columns.iter().map(|(name, kind)| json!({"name": name, "type": kind, "mode": "NULLABLE"})).collect()
}

/// Messages of every kind that conditions are made of.
fn messages() -> Vec<String> {
    let said = [
        "#/a/0/b: expected type: String, found: Null",
        "#/m/it's \"@\\`: required key [b 'c'] not found",
        "#/a/4: extraneous key [http://x] is not permitted",
        "#/m/abcdefg: expected maxLength: 5, actual: 7",
        "#/m/abc: string [abc] does not match pattern ^x",
        "#/n/k/0: 2 is not greater or equal to 3",
        "#/e: y is not a valid enum value",
        "#/t: [yesterday] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ]",
        "#/a/1: #: no subschema matched out of the total 2 subschemas",
        "#: required key [e] not found",
    ];
    let others = [
        "java.io.IOException: JSON parsing error in row starting at position 815: No such field: a.relation_2.",
        "com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'abc': was expecting (JSON String)\n at [Source: 1]",
        "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: 1684980",
        "no class at all 12 and 'quotes'",
        "",
    ];
    said.iter().map(|said| format!("{CLASS}: {said}")).chain(others.map(str::to_owned)).collect()
}

/// A server with these tables, whose grouping has a group of each message and whose rows are gone.
fn server(shape: &Shape) -> Stub {
    let tables: BTreeMap<&str, Value> = shape.tables.iter().map(|(name, columns)| (*name, fields(columns))).collect();
    let last = Mutex::new(String::new());
    Stub::new(move |asked: &Asked, _| {
        let mut last = last.lock().unwrap();
        if let Some(sql) = asked.json()["configuration"]["query"]["query"].as_str() {
            *last = sql.to_owned();
        }
        if let Some((_, name)) = asked.path.split_once("/tables/").filter(|_| asked.method == "GET") {
            let name = name.replace("%20", " ");
            let reference = json!({"projectId": "my-project", "datasetId": "set", "tableId": name});
            return Reply::json(json!({"tableReference": reference, "type": "TABLE", "schema": {"fields": tables[name.as_str()]}}));
        }
        let groups = |counted: bool| {
            (1..).zip(messages()).map(move |(id, message)| {
                let mut group = coarse(Some(id), &message, 300 + id as u64);
                if counted {
                    group["f"][12]["v"] = Value::Null;
                }
                group
            })
        };
        if last.contains("AS whole") {
            healthy(asked, 10, &[])
        } else {
            healthy(asked, 10, &groups(last.contains("weight")).collect::<Vec<_>>())
        }
    })
}

fn requests() -> [Request; 2] {
    let window = Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), ..Request::default() };
    let some = |text: &str| vec![text.to_owned(), "it's \"@\\`".to_owned()];
    [
        window.clone(),
        Request { namespaces: some("acme"), doctypes: some("session"), stages: some("ParsePayload"), jobs: some("decoder-0"), ..window },
    ]
}

/// Does all that can be done with a source; gives what is shown of SQL.
fn all_of(source: &BigQuery, request: &Request, has_rows: bool) -> Vec<String> {
    let groups: Groups = source.groups(request, &Unwatched).unwrap();
    assert!(!groups.list.is_empty());
    let mut shown: Vec<String> = source.sql(request, None).into_iter().collect();
    let all: Vec<_> = groups.list.iter().collect();
    let mut none = |_, _| ControlFlow::Continue(());
    for orders in [RowOrder::Newest, RowOrder::Oldest, RowOrder::Spread] {
        source.more_rows(all[0], orders, 0, &Unwatched).unwrap();
    }
    if has_rows {
        for wanted in [ReadRows::All, ReadRows::First(&all[..1], 2), ReadRows::First(&all, 2), ReadRows::FirstShown(&all, 2)] {
            // A table without payloads has nothing to be looked into.
            let _ = source.read(wanted, &Unwatched, &mut none);
        }
        source.rows(3..9, &Unwatched, &mut |_, _, _| ControlFlow::Continue(())).unwrap();
        let at: Vec<_> = all.iter().filter_map(|group| group.rows.first().copied()).collect();
        assert!(source.fetch(at[0], &Unwatched).is_err_and(|error| error.to_string().contains("the row is gone")));
        let _ = source.fetch_all(&at, &Unwatched, &mut none);
    }
    for by in [ToldBy::Columns, ToldBy::Payloads] {
        // The same of a table without payloads; no row comes.
        let _ = senders(&SendersQuestion { source, groups: &groups, chosen: &all, accepted: &[], by }, &Unwatched);
    }
    let (neighbours, mut redactor) = (Neighbours::new(&groups.list), Redactor::new(Policy { raw: true, ..Policy::default() }));
    for group in &groups.list {
        shown.push(source.sql(request, Some(group)).expect("SQL for the group"));
        if has_rows {
            let told_group = ToldGroup::new(group, &neighbours, None, &mut redactor);
            for with_documents in [false, true] {
                // Several statements, one for each table.
                let text = statement::select(&told_group, &source.tables(group), with_documents);
                shown.extend(text.split(";\n").filter(|text| !text.trim().is_empty()).map(str::to_owned));
            }
        }
    }
    shown
}

#[test]
fn every_statement_over_every_shape_of_table_is_one() {
    let mut statements: BTreeSet<(String, String)> = BTreeSet::new();
    for shape in shapes() {
        let stub = server(&shape);
        let has_rows = !shape.name.starts_with("counts");
        let tables: Vec<Value> = shape
            .tables
            .iter()
            .map(|(name, columns)| json!({"name": format!("my-project.set.{name}"), "fields": fields(columns)}))
            .collect();
        let names: Vec<&str> = shape.tables.iter().map(|(name, _)| *name).collect();
        let columns: BTreeMap<String, String> =
            shape.renamed.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect();
        for request in requests() {
            for stack_traces in [false, true] {
                let settings = Settings {
                    endpoint: Some(stub.endpoint.clone()),
                    cache: None,
                    columns: columns.clone(),
                    stack_traces,
                    ..Settings::default()
                };
                let names = TableName::parse_list(&format!("my-project.set.{}", names.join(",")), None).unwrap();
                let source = BigQuery::open(names, settings, request.clone()).unwrap();
                for sql in all_of(&source, &request, has_rows) {
                    assert!(!sql.contains("AS (\n),") && !sql.contains("source AS (),"), "{}: {sql}", shape.name);
                    statements.insert((json!({"sql": sql, "tables": tables}).to_string(), shape.name.to_owned()));
                }
            }
        }
        for asked in stub.asked().iter().filter(|asked| asked.is_dry_run()) {
            let query = &asked.json()["configuration"]["query"];
            let statement = json!({"sql": query["query"], "tables": tables, "parameters": query["queryParameters"]});
            let mut plain = statement.clone();
            // What tells statements apart is not what their parameters are.
            plain["parameters"].as_array_mut().unwrap().iter_mut().for_each(|parameter| parameter["parameterValue"] = Value::Null);
            statements.insert((plain.to_string(), shape.name.to_owned()));
        }
    }
    let asked: Vec<Value> = statements.iter().map(|(statement, _)| serde_json::from_str(statement).unwrap()).collect();
    assert_all_right("statements", &asked);
}

fn assert_all_right(what: &str, statements: &[Value]) {
    let Some(verdicts) = verdicts(statements) else { return };
    println!("{} {what} analyzed", statements.len());
    let wrong: Vec<String> = statements
        .iter()
        .zip(verdicts)
        .filter_map(|(statement, verdict)| Some(format!("{}\n{}", verdict?, statement["sql"].as_str()?)))
        .collect();
    assert!(wrong.is_empty(), "{} of {} are none, the first:\n{}", wrong.len(), statements.len(), wrong[..wrong.len().min(3)].join("\n\n"));
}

/// A layout with every construct that expressions are made of.
fn made_layout() -> Vec<u8> {
    let column = |name: &str, kind: &str, mode: &str| json!({"name": name, "type": kind, "mode": mode});
    let record = |name: &str, mode: &str, fields: Vec<Value>| json!({"name": name, "type": "RECORD", "mode": mode, "fields": fields});
    let map = |name: &str, value: Value| record(name, "REPEATED", vec![column("key", "STRING", "NULLABLE"), value]);
    let entry = || record("value", "NULLABLE", vec![column("n", "INTEGER", "NULLABLE"), column("tags", "STRING", "REPEATED")]);
    let mut value_list = column("value", "INTEGER", "REPEATED");
    value_list["description"] = "it's \"quoted\" \\ and\nbroken".into();
    json!([
        column("submission_timestamp", "TIMESTAMP", "REQUIRED"),
        column("rows", "STRING", "NULLABLE"),
        column("tags", "STRING", "REPEATED"),
        column("anything", "JSON", "NULLABLE"),
        column("bytes", "BYTES", "NULLABLE"),
        column("number", "FLOAT", "NULLABLE"),
        column("yes", "BOOLEAN", "NULLABLE"),
        column("day", "DATE", "NULLABLE"),
        record(
            "metrics",
            "NULLABLE",
            vec![map("counter", column("value", "INTEGER", "NULLABLE")), map("dual", entry()), map("lists", value_list)]
        ),
        record("events", "REPEATED", vec![column("name", "STRING", "REQUIRED"), map("extra", column("value", "STRING", "NULLABLE"))]),
        map("nested", map("value", column("value", "STRING", "NULLABLE"))),
        record("group", "NULLABLE", vec![record("order", "NULLABLE", vec![column("select", "STRING", "NULLABLE")])]),
    ])
    .to_string()
    .into_bytes()
}

/// Of all columns those on the way to some, with the keys of maps: whole tables of thousands of columns take the analyzer's memory.
fn pruned(fields: &Value, paths: &[&[&str]]) -> Value {
    if paths.iter().any(|path| path.is_empty()) {
        return fields.clone();
    }
    let on_the_way = |field: &Value| {
        let name = field["name"].as_str().unwrap();
        let through: Vec<&[&str]> = paths.iter().filter(|path| path[0] == name).map(|path| &path[1..]).collect();
        match through.is_empty() {
            true if name != "key" || field["type"] != "STRING" => None,
            // What is left out is not even copied: it is most of a table.
            false if field.get("fields").is_some() => {
                Some(json!({"name": name, "type": field["type"], "mode": field["mode"], "fields": pruned(&field["fields"], &through)}))
            }
            _ => Some(field.clone()),
        }
    };
    fields.as_array().unwrap().iter().filter_map(on_the_way).collect()
}

/// Expressions that are one statement for the analyzer: it takes in the language's functions anew for each.
const AT_ONCE: usize = 50;

/// The expressions of every `step`th column, and the table itself.
fn of_layout(name: &str, text: &[u8], step: usize, statements: &mut Vec<Value>) {
    let layout = Layout::parse(text).unwrap();
    let all: Value = serde_json::from_slice(text).unwrap();
    let all = all.get("fields").cloned().unwrap_or(all);
    let ids: Vec<u32> = (0..layout.columns.len() as u32).step_by(step).collect();
    for ids in ids.chunks(AT_ONCE) {
        let path = |id: &u32| {
            let mut path: Vec<&str> = layout.ancestors(*id).map(|id| &*layout.columns[id as usize].name).collect();
            path.reverse();
            path
        };
        let paths: Vec<Vec<&str>> = ids.iter().map(path).collect();
        let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
        let expressions: Vec<String> = ids.iter().map(|id| sink::select(&layout, *id)).collect();
        let sql = format!("SELECT {}\nFROM `p`.`d`.`t`", expressions.join(",\n  "));
        statements.push(json!({"sql": sql, "tables": [{"name": "p.d.t", "fields": pruned(&all, &paths)}]}));
    }
    let order = TableOrder::told(&layout, Some((Some("submission_timestamp"), "DAY")), &[]);
    if let Ok(sql) = ddl::create(&layout, &format!("my-project.live.{name}"), &order) {
        statements.push(json!({ "sql": sql }));
    }
}

#[test]
fn every_kind_of_column_and_table_is_written_as_one() {
    let mut statements = Vec::new();
    of_layout("made", &made_layout(), 1, &mut statements);
    assert!(statements.len() > 1);
    assert_all_right("expressions and tables", &statements);
}

#[test]
fn columns_and_tables_of_the_corpus_are_written_as_such() {
    let Some(folder) = corpus::folder() else { return };
    let schemas = corpus::schemas(&folder);
    let is_all = std::env::var_os("MISFIT_ANALYZE_ALL").is_some();
    let mut statements = Vec::new();
    for at in 0..schemas.doctypes().len() {
        let Some(text) = schemas.layout_bytes(at).ok().flatten() else { continue };
        if is_all || at % 40 == 0 {
            of_layout(&format!("t_{at}"), &text, if is_all { 1 } else { 101 }, &mut statements);
        }
    }
    assert_all_right("expressions and tables of the corpus", &statements);
}

/// The query that groups, run by Google's own implementation of GoogleSQL, makes the groups of the same rows in a file.
#[test]
fn the_reference_implementation_makes_the_groups_of_the_file() {
    let Some(folder) = corpus::folder() else { return };
    let texts = ["document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name"];
    let mut columns: Vec<(&str, &str)> = texts.iter().chain(&["uri", "client_id"]).map(|name| (*name, "STRING")).collect();
    columns.push(("submission_timestamp", "TIMESTAMP"));
    let shape = Shape { name: "rows", tables: vec![("t", columns.clone())], renamed: &[] };
    let mut rows = Vec::new();
    let mut file = String::new();
    for line in corpus::lines(&folder.join("errors-2k.ndjson")) {
        let mut row: Value = serde_json::from_slice(line.0.raw(0)).unwrap();
        row.as_object_mut().unwrap().retain(|name, _| columns.iter().any(|(column, _)| column == name));
        file.push_str(&format!("{row}\n"));
        rows.push(row);
    }
    let time = |text| misfit::ground::time::parse_time(text);
    let schemas = Some(std::sync::Arc::new(corpus::schemas(&folder)));
    let request = Request { since: time("2026-06-01"), until: time("2026-08-01"), schemas, ..Request::default() };
    let groups = |stub: &Stub| {
        let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, ..Settings::default() };
        let source = BigQuery::open(vec![TableName::parse("my-project.set.t", None).unwrap()], settings, request.clone()).unwrap();
        source.groups(&request, &Unwatched).unwrap()
    };
    let asking = server(&shape);
    groups(&asking);
    let query = asking.asked().into_iter().find(Asked::is_dry_run).unwrap().json()["configuration"]["query"].clone();
    let table = json!({"name": "my-project.set.t", "fields": fields(&columns), "rows": rows});
    let statement = json!({"execute": true, "sql": query["query"], "tables": [table], "parameters": query["queryParameters"]});
    let Some(answer) = executed(&statement) else { return };
    let answering = Stub::new(move |asked: &Asked, _| {
        if asked.path.contains("/tables/") {
            return Reply::json(json!({"tableReference": {"projectId": "my-project", "datasetId": "set", "tableId": "t"}, "type": "TABLE",
                "schema": {"fields": fields(&columns)}}));
        }
        healthy(asked, 10, &answer)
    });
    let ours = groups(&answering);
    let theirs = misfit::rows::source::files::Files::from_memory("rows", file.into_bytes()).unwrap().groups(&request, &Unwatched).unwrap();
    println!("{} rows in {} groups by the reference implementation", ours.rows, ours.list.len());
    assert_same(&told(&ours), &told(&theirs));
}
