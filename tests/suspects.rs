//! Which change made a group fail, as history has it: incidents of the corpus, and a made-up history.

use crate::corpus;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use base64::Engine;
use misfit::pipeline::document::Document;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use misfit::rows::schemas::{Lookup, SchemaStore};
use misfit::rows::source::Request;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, frame, script};
use serde_json::{Value, json};

mod elsewhere;
mod inserted;
mod judged_by;
mod missing;

const VALIDATION: &str = "org.everit.json.schema.ValidationException";

/// A row of the error table.
struct Row<'a> {
    time: String,
    doctype: [&'a str; 3],
    message: String,
    job: Option<&'a str>,
    document: Value,
}

impl Row<'_> {
    fn line(&self) -> String {
        let [namespace, doctype, version] = self.doctype;
        let version = if namespace == "telemetry" { Value::Null } else { version.into() };
        let class = self.message.split(':').next().unwrap();
        let payload = base64::engine::general_purpose::STANDARD.encode(self.document.to_string());
        json!({
            "submission_timestamp": self.time, "document_namespace": namespace, "document_type": doctype, "document_version": version,
            "error_type": "ParsePayload", "exception_class": class, "error_message": self.message, "job_name": self.job, "payload": payload,
        })
        .to_string()
    }
}

/// What the validator says of a document by the schemas of a day.
fn message(repository: &Path, day: &str, doctype: [&str; 3], document: &Value) -> String {
    let store = SchemaStore::open_revision(repository, Some(day)).unwrap();
    let Lookup::Found(at) = store.lookup(doctype[0], doctype[1], Some(doctype[2])) else { panic!("no {doctype:?} on {day}") };
    let judge = Judge::compile(store.schema(at).unwrap().unwrap()).unwrap();
    match judge.verdict(JudgeInput::payload(&Document::parse(document.to_string().into_bytes()))).outcome {
        Outcome::Fail(violation) => format!("{VALIDATION}: {}", violation.message),
        Outcome::Pass => panic!("{doctype:?} passes on {day}"),
    }
}

/// The groups with their suspects, by doctype.
fn suspects(rows: &[Row<'_>], repository: &Path, more: &[&str]) -> Vec<Value> {
    suspects_of(&rows.iter().map(|row| row.line() + "\n").collect::<String>(), repository, more)
}

/// Those of rows as they stand in a file.
fn suspects_of(lines: &str, repository: &Path, more: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.ndjson");
    fs::write(&file, lines).unwrap();
    let given =
        ["groups", file.to_str().unwrap(), "--suspect", "--format", "json", "--sort", "name", "--schemas", repository.to_str().unwrap()];
    let answer: Value = serde_json::from_str(&misfit(folder.path(), &[&given[..], more].concat())).unwrap();
    answer["groups"].as_array().unwrap().clone()
}

fn misfit(home: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(args).env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    let output = command.env("XDG_CACHE_HOME", home.join("cache")).env("HOME", home).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Times from one to another, evenly.
fn times(first: &str, last: &str, count: i64) -> Vec<String> {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    let (first, last) = (at(first), at(last));
    (0..count).map(|i| jiff::Timestamp::from_second(first + (last - first) * i / (count - 1)).unwrap().to_string()).collect()
}

#[test]
fn incidents_are_as_history_has_them() {
    let Some(corpus) = corpus::folder() else { return };
    let repository = corpus::cloned(&corpus);
    let document = |path: &str| -> Value { serde_json::from_slice(&fs::read(corpus.join("documents").join(path)).unwrap()).unwrap() };
    let mut events = document("glean/glean.1.events.pass.json");
    events["events"][1]["timestamp"] = json!(12.5);
    let mut labels = document("glean/glean.1.metrics.pass.json");
    labels["metrics"].as_object_mut().unwrap().remove("dual_labeled_counter");
    labels["metrics"]["labeled_boolean"] = json!({"browser.ui.mirror_for_toolbar_widgets": {"x".repeat(70): true}});
    let (crash, sync) = (["telemetry", "crash", "4"], ["telemetry", "sync", "4"]);
    let (regrets, metrics) = (["regrets-reporter-ucs", "main-events", "1"], ["firefox-desktop", "metrics", "1"]);
    // Doctype, document, a day of its schemas, first and last row, job.
    type Incident = ([&'static str; 3], Value, &'static str, [&'static str; 2], Option<&'static str>);
    let incidents: [Incident; 4] = [
        (
            crash,
            document("telemetry/crash.4.null_minidumphashsha256.pass.json"),
            "2019-12-20",
            ["2019-12-20T00:10:00Z", "2020-01-08T12:00:00Z"],
            None,
        ),
        (
            sync,
            document("telemetry/sync.4.null_device_version.pass.json"),
            "2020-01-20",
            ["2020-01-20T04:00:00Z", "2020-01-23T20:00:00Z"],
            Some("decoder-0-0121192636-9c56ac6a"),
        ),
        (regrets, events, "2021-11-17", ["2021-11-17T00:00:00Z", "2022-01-09T12:00:00Z"], None),
        (metrics, labels, "2024-10-27", ["2024-10-27T03:00:00Z", "2024-11-04T20:00:00Z"], None),
    ];
    let mut rows = Vec::new();
    for (doctype, document, day, [first, last], job) in &incidents {
        let mut message = message(&repository, day, *doctype, document);
        if doctype == &regrets {
            assert!(message.ends_with("#/events/1/timestamp: expected type: Integer, found: BigDecimal"), "{message}");
            // The validator of that year.
            message = message.replace("BigDecimal", "Double");
        }
        rows.extend(times(first, last, 12).into_iter().map(|time| Row {
            time,
            doctype: *doctype,
            message: message.clone(),
            job: *job,
            document: document.clone(),
        }));
    }
    let upstream = corpus.join("upstream.tsv");
    let told = suspects(&rows, &repository, &["--upstream", upstream.to_str().unwrap()]);
    let of = |doctype: [&str; 3]| told.iter().find(|group| group["doctype"] == doctype[1]).unwrap()["suspect"].clone();
    for (doctype, kind, revision, taken) in [
        (crash, "schema_changed", "980ba9cd041f3abc3ea0690cb11f2151261acff1", Some("bdaf6bf30bb9ad52cec45555d5fa08ed6284b3b4")),
        (sync, "schema_changed", "40aa6ea3e1489ee0808dabeb0eee518907c0c7f4", Some("d18529aa1b80671a5ce7cbffc4a6bacaba4f1111")),
        (regrets, "schema_changed", "c8b472e259", None),
        (metrics, "sender_changed", "45b1698a1b", Some("8b820361a6")),
    ] {
        let suspect = of(doctype);
        assert_eq!(suspect["kind"], kind, "{suspect:#}");
        assert!(suspect["revision"].as_str().unwrap().starts_with(revision), "{suspect:#}");
        assert_eq!(suspect["revision"].as_str().unwrap().len(), 40);
        match taken {
            Some(taken) => assert!(suspect["taken_by"].as_str().unwrap().starts_with(taken), "{suspect:#}"),
            None => assert_eq!(suspect["taken_by"], Value::Null),
        }
    }
    assert_eq!((&of(crash)["hours_before_first"], &of(sync)["hours_before_first"]), (&22.into(), &146.into()));
    assert_eq!(of(sync)["taken_upstream"][0]["bug"], 1_610_907);
    assert_eq!(of(metrics)["node"], "/properties/metrics/properties/labeled_boolean/additionalProperties/propertyNames");
    assert_eq!(of(regrets)["made"], true);
}

fn git(folder: &Path, date: &str, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", "-C"]).arg(folder).args(args);
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository of schemas, one revision for each day and the limit of a name; and those revisions.
fn repository(top: &Path, days: &[(&str, &str)]) -> (PathBuf, Vec<String>) {
    let folder = top.join("repository");
    let file = folder.join("schemas/my-app/ping/ping.1.schema.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    git(&folder, "2024-01-01T02:00:00Z", &["init", "-q", "-b", "generated-schemas"]);
    let commit = |(day, schema): &(&str, &str)| {
        fs::write(&file, schema).unwrap();
        let date = format!("{day}T02:00:00Z");
        git(&folder, &date, &["add", "."]);
        git(&folder, &date, &["commit", "-q", "-m", &format!("Auto-push\n\nabcdef1\t{day} 01:00:00 +0000\tBug 77 - Limit (#5)")]);
        git(&folder, &date, &["rev-parse", "HEAD"])
    };
    let revisions = days.iter().map(commit).collect();
    (folder, revisions)
}

const PING: [&str; 3] = ["my-app", "ping", "1"];
const LIMIT: [&str; 3] = [
    r#"{"properties": {"name": {"type": "string", "maxLength": 9}}}"#,
    r#"{"properties": {"name": {"type": "string", "maxLength": 5}}}"#,
    r#"{"properties": {"name": {"type": "string", "maxLength": 9}, "a": {}}}"#,
];

fn long(times: Vec<String>, job: Option<&'static str>) -> Vec<Row<'static>> {
    let message = format!("{VALIDATION}: #/name: expected maxLength: 5, actual: 7");
    let row = |time| Row { time, doctype: PING, message: message.clone(), job, document: json!({"name": "xxxxxxx"}) };
    times.into_iter().map(row).collect()
}

#[test]
fn a_limit_that_was_lowered_is_the_schemas_doing() {
    let top = tempfile::tempdir().unwrap();
    let days = [("2024-01-01", LIMIT[0]), ("2024-03-01", LIMIT[1]), ("2024-04-01", LIMIT[2])];
    let (folder, revisions) = repository(top.path(), &days);
    let soon = suspects(&long(times("2024-03-01T10:00:00Z", "2024-03-05T00:00:00Z", 9), None), &folder, &[]);
    let suspect = &soon[0]["suspect"];
    assert_eq!((&suspect["kind"], &suspect["revision"]), (&"schema_changed".into(), &revisions[1].as_str().into()), "{suspect:#}");
    assert_eq!((&suspect["hours_before_first"], &suspect["taken_by"]), (&8.into(), &revisions[2].as_str().into()));
    assert_eq!((&suspect["upstream"][0]["bug"], &suspect["upstream"][0]["pull_request"]), (&77.into(), &5.into()));
    assert_eq!((&suspect["node"], &suspect["judged"]), (&"/properties/name".into(), &9.into()));
    let turns: Vec<_> =
        suspect["turns"].as_array().unwrap().iter().map(|turn| (turn["refused"].clone(), turn["passing"].clone())).collect();
    assert_eq!(turns, [(0.into(), 9.into()), (9.into(), 0.into()), (0.into(), 9.into())]);
    let sentence = suspect["sentence"].as_str().unwrap();
    assert!(sentence.contains("8 hours before the group's first row") && sentence.contains("pull request 5, bug 77"), "{sentence}");
    // Long after.
    let late = suspects(&long(times("2024-03-20T10:00:00Z", "2024-03-25T00:00:00Z", 9), None), &folder, &[]);
    assert_eq!((&late[0]["suspect"]["kind"], &late[0]["suspect"]["revision"]), (&"sender_changed".into(), &revisions[1].as_str().into()));
    // The build of its first row is new beside that of an earlier row.
    let built = |time: &str, build: &str, message: &str| {
        let document = json!({"name": "xxxxxxx", "client_info": {"app_build": build}});
        Row { time: time.to_owned(), doctype: PING, message: format!("{VALIDATION}: {message}"), job: None, document }
    };
    let mut rows: Vec<Row<'_>> = times("2024-03-20T10:00:00Z", "2024-03-25T00:00:00Z", 9)
        .iter()
        .map(|time| built(time, "20240319", "#/name: expected maxLength: 5, actual: 7"))
        .collect();
    rows.push(built("2024-03-10T00:00:00Z", "20240301", "#/name: expected type: Null, found: String"));
    let told = suspects(&rows, &folder, &[]);
    let sender = &told.iter().find(|group| group["keyword"] == "maxLength").unwrap()["suspect"]["sender"];
    assert_eq!(*sender, json!([{"name": "app build", "value": "20240319", "new": true}]));
    // Long after, but the schemas were deployed only then.
    let mut rows = long(times("2024-03-20T10:00:00Z", "2024-03-25T00:00:00Z", 9), Some("d-0320093000-b"));
    let early = times("2024-02-25T00:00:00Z", "2024-03-20T09:00:00Z", 9);
    let other = |time| Row { time, doctype: PING, message: "a.B: other".into(), job: Some("d-0220093000-a"), document: json!({}) };
    rows.extend(early.into_iter().map(other));
    let told = suspects(&rows, &folder, &[]);
    let suspect = &told.iter().find(|group| group["keyword"] == "maxLength").unwrap()["suspect"];
    assert_eq!((&suspect["kind"], &suspect["judged_by"]), (&"schema_changed".into(), &"job".into()), "{suspect:#}");
    // A job read what had come before the revision.
    let backlog = suspects(&long(times("2024-02-29T23:00:00Z", "2024-03-05T00:00:00Z", 9), Some("d-0301040000-b")), &folder, &[]);
    let suspect = &backlog[0]["suspect"];
    assert_eq!((&suspect["revision"], &suspect["hours_before_first"]), (&revisions[1].as_str().into(), &(-3).into()), "{suspect:#}");
}

#[test]
fn what_cannot_be_told_is_said_and_no_commit_is_blamed() {
    let top = tempfile::tempdir().unwrap();
    let (folder, revisions) = repository(top.path(), &[("2024-01-01", LIMIT[0]), ("2024-03-01", LIMIT[1])]);
    let kind = |rows: &[Row<'_>], more: &[&str]| {
        let told = suspects(rows, &folder, more);
        let suspect = told.iter().find(|group| group["keyword"] != Value::Null).unwrap()["suspect"].clone();
        (suspect["kind"].as_str().unwrap().to_owned(), suspect["why"].as_str().unwrap().to_owned(), suspect["revision"].clone())
    };
    // At the edge of the window.
    let late = || long(times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 30), None);
    let (told, why, revision) = kind(&late(), &["--since", "2024-06-01"]);
    assert_eq!((told.as_str(), &revision), ("unknown", &revisions[1].as_str().into()));
    assert!(why.contains("at the beginning of the rows that were read"), "{why}");
    // The row came before the only revision that refuses it so, and no job tells otherwise.
    let (told, why, revision) = kind(&long(times("2024-02-01T00:00:00Z", "2024-02-05T00:00:00Z", 9), None), &[]);
    assert_eq!((told.as_str(), &revision), ("unknown", &Value::Null));
    assert!(why.contains("another revision judged it"), "{why}");
    // No revision refuses it so.
    let mut rows = late();
    rows.iter_mut().for_each(|row| row.message = format!("{VALIDATION}: #/name: expected maxLength: 6, actual: 7"));
    assert_eq!(kind(&rows, &[]).0, "unknown");
    // The decoder took out what the stored document has.
    let mut rows = late();
    rows.iter_mut().for_each(|row| row.message = format!("{VALIDATION}: #: required key [name] not found"));
    assert_eq!(kind(&rows, &[]).0, "pipeline_changed");
    // No history.
    let plain = top.path().join("plain");
    fs::create_dir_all(plain.join("my-app/ping")).unwrap();
    fs::write(plain.join("my-app/ping/ping.1.schema.json"), LIMIT[1]).unwrap();
    let alone = suspects(&late(), &plain, &[]);
    assert_eq!(alone[0]["suspect"]["kind"], "unknown");
    assert!(alone[0]["suspect"]["why"].as_str().unwrap().contains("stand in no git repository"), "{:#}", alone[0]["suspect"]);
    let args = ["groups", "demo:", "--suspect", "--schemas", plain.to_str().unwrap()];
    let output = Command::new(env!("CARGO_BIN_EXE_misfit")).args(args).env("HOME", top.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("; misfit schemas get gets"), "{output:?}");
}

#[test]
fn what_is_taken_elsewhere_is_found() {
    let top = tempfile::tempdir().unwrap();
    let closed = r#"{"properties": {"names": {}}, "additionalProperties": false}"#;
    let (folder, revisions) = repository(top.path(), &[("2024-01-01", closed)]);
    let date = "2024-01-02T02:00:00Z";
    git(&folder, date, &["checkout", "-q", "-b", "wider"]);
    fs::write(folder.join("schemas/my-app/ping/ping.1.schema.json"), r#"{"properties": {"name": {}}}"#).unwrap();
    git(&folder, date, &["commit", "-q", "-a", "-m", "Wider"]);
    git(&folder, date, &["checkout", "-q", "generated-schemas"]);
    let message = format!("{VALIDATION}: #: extraneous key [name] is not permitted");
    let row = |time| Row { time, doctype: PING, message: message.clone(), job: None, document: json!({"name": "a"}) };
    let rows: Vec<Row<'_>> = times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9).into_iter().map(row).collect();
    let told = suspects(&rows, &folder, &["--source-repo", folder.to_str().unwrap()]);
    let suspect = &told[0]["suspect"];
    assert_eq!((&suspect["kind"], &suspect["revision"]), (&"sender_changed".into(), &revisions[0].as_str().into()), "{suspect:#}");
    let elsewhere = suspect["elsewhere"].to_string();
    assert!(elsewhere.contains("the branch wider takes them") && elsewhere.contains("a key of a like name there: names"), "{elsewhere}");
    // Rows that are brought back with it.
    let file = top.path().join("rows.ndjson");
    fs::write(&file, rows.iter().map(|row| row.line() + "\n").collect::<String>()).unwrap();
    let schemas = folder.to_str().unwrap().to_owned();
    let args = ["export", file.to_str().unwrap(), "--as", "backfill", "--schemas", &schemas, "--format", "json", "--against"];
    let brief = |against: &str| -> Value { serde_json::from_str(&misfit(top.path(), &[&args[..], &[against]].concat())).unwrap() };
    let all = brief(&format!("{schemas}@wider"))["recovery"].clone();
    assert_eq!((&all["judged"], &all["passing"], &all["without_id"]), (&9.into(), &9.into(), &9.into()), "{all:#}");
    let none = brief(&schemas);
    assert_eq!((&none["recovery"]["passing"], &none["recovery"]["faults"][0]["keyword"]), (&0.into(), &"additionalProperties".into()));
    assert_eq!(none["doctypes"][0]["groups"][0]["recovered"]["judged"], 9);
    let screen = {
        let schemas = Arc::new(SchemaStore::open_named(&folder).unwrap());
        let source = Files::open(&[file.to_str().unwrap().to_owned()], ReadOptions { keep_rows: true }).unwrap();
        let options = ExplorerOptions {
            mouse: true,
            source: Some(Arc::new(source)),
            request: Request { schemas: Some(schemas), ..Request::default() },
            exports: Default::default(),
            history: Default::default(),
            theme: Theme::named("mono", Depth::None, false).unwrap(),
            depth: Depth::None,
            keymap: Keymap::new(&[]).unwrap(),
        };
        frame::to_text(&script(options, (160, 40), &parse_keys("OGH").unwrap()).unwrap())
    };
    assert!(screen.contains("The sender changed: ") && screen.contains("newest first"), "{screen}");
    let report = ["export", file.to_str().unwrap(), "--as", "report", "--suspect", "--schemas", &schemas];
    assert!(misfit(top.path(), &report).contains("**suspect**: The sender changed: "));
}

#[test]
fn what_was_hidden_behind_another_fault_is_no_change_of_its_node() {
    let top = tempfile::tempdir().unwrap();
    let closed = r#"{"properties": {"name": {"maxLength": 5}}, "required": ["a"]}"#;
    let open = r#"{"properties": {"name": {"maxLength": 5}}}"#;
    let (folder, revisions) = repository(top.path(), &[("2024-01-01", closed), ("2024-05-31", open)]);
    let told = suspects(&long(times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9), None), &folder, &[]);
    let suspect = &told[0]["suspect"];
    assert_eq!((&suspect["kind"], &suspect["revision"]), (&"unknown".into(), &revisions[0].as_str().into()), "{suspect:#}");
    assert!(suspect["why"].as_str().unwrap().contains("until the revision of 2024-05-31 02:00 UTC"), "{suspect:#}");
}
