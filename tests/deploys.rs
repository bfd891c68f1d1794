//! What a deploy would refuse, on the screen: revisions of a repository beside each other, the way to a column, a log that is pasted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::stub::{Asked, Reply, Stub};

use misfit::rows::demo;
use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::{ErrorSource, Request};
use misfit::triage::blame::HistorySettings;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, feed, frame};

fn git(folder: &Path, date: &str, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", "-C"]).arg(folder).args(args);
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Revisions of two layouts, one a day.
fn repository(top: &Path) -> PathBuf {
    let folder = top.join("repository");
    fs::create_dir_all(&folder).unwrap();
    git(&folder, "2024-01-01T02:00:00Z", &["init", "-q", "-b", "generated-schemas"]);
    let ping = |columns: &str| format!("[{{\"name\": \"name\", \"type\": \"STRING\"}}{columns}]\n");
    let record = |fields: &str| format!(", {{\"name\": \"info\", \"type\": \"RECORD\", \"fields\": [{fields}]}}");
    let (os, build) = ("{\"name\": \"os\", \"type\": \"STRING\"}", "{\"name\": \"build\", \"type\": \"INTEGER\"}");
    let days = [
        ping(&record(&format!("{build}, {os}"))),
        ping(&record(os)),
        ping(&record(&format!("{os}, {build}"))),
        ping(&record(&format!("{os}, {}", build.replace("INTEGER", "STRING")))),
    ];
    for (day, text) in (1..).zip(days) {
        for table in ["ping", "other"] {
            let file = folder.join(format!("schemas/my-app/{table}/{table}.1.bq"));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, &text).unwrap();
        }
        let date = format!("2024-01-0{day}T02:00:00Z");
        git(&folder, &date, &["add", "."]);
        git(&folder, &date, &["commit", "-q", "-m", &format!("Auto-push {day}")]);
    }
    folder
}

/// A key press or a paste.
enum Step<'a> {
    Keys(&'a str),
    Paste(&'a str),
}

use Step::{Keys, Paste};

struct Opened {
    source: Option<Arc<dyn ErrorSource>>,
    schemas: Option<Arc<SchemaStore>>,
    history: HistorySettings,
}

impl Opened {
    fn repository(folder: &Path) -> Self {
        Opened { source: None, schemas: Some(Arc::new(SchemaStore::open_named(folder).unwrap())), history: HistorySettings::default() }
    }

    fn demo() -> Self {
        Opened {
            source: Some(demo::source().unwrap()),
            schemas: Some(Arc::new(demo::schemas().unwrap())),
            history: HistorySettings::default(),
        }
    }

    fn screen(&self, size: (u16, u16), steps: &[Step<'_>]) -> String {
        let options = ExplorerOptions {
            mouse: true,
            source: self.source.clone(),
            request: Request { schemas: self.schemas.clone(), ..Request::default() },
            exports: Default::default(),
            history: self.history.clone(),
            theme: Theme::named("mono", Depth::None, false).unwrap(),
            depth: Depth::None,
            keymap: Keymap::new(&[]).unwrap(),
        };
        let happens = steps.iter().flat_map(|step| match step {
            Keys(keys) => parse_keys(keys).unwrap().into_iter().map(|key| Message::Key(key.to_event())).collect(),
            Paste(text) => vec![Message::Paste((*text).to_owned())],
        });
        frame::to_text(&feed(options, size, happens).unwrap())
    }
}

const SIZE: (u16, u16) = (200, 40);

#[test]
fn the_newest_revision_stands_beside_the_one_before() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let opened = Opened::repository(&folder);
    let revisions = git(&folder, "2024-01-05T02:00:00Z", &["log", "--format=%h", "--abbrev=8"]);
    let revisions: Vec<&str> = revisions.lines().collect();
    let first = opened.screen(SIZE, &[Keys("c")]);
    let pair = format!("{} of 2024-01-04 02:00 UTC over {} of 2024-01-03 02:00 UTC · the newest of 3", revisions[0], revisions[1]);
    assert!(first.contains(&pair), "{first}");
    assert!(first.contains("BLOCK: the deploy stops. 0 tables unchanged, 2 changed; changes: 2 BLOCK"), "{first}");
    assert!(
        first.contains(&format!("newest generated revision: {} of 2024-01-04 02:00 UTC, ", revisions[0])),
        "the chain's state: {first}"
    );
    assert!(first.contains("BLOCK C9   info.build has another type: INT64 became STRING") && first.contains("2 tables"), "{first}");
    assert!(first.contains("Field info.build has changed type from INTEGER to STRING"), "BigQuery's own words: {first}");
    assert!(first.contains(r#"{"name": "build", "type": "INTEGER", "mode": "NULLABLE"}"#), "the line that ends it: {first}");
    let older = opened.screen(SIZE, &[Keys("c[")]);
    assert!(older.contains("· 1 before the newest, of 3") && older.contains("OK: the deploy goes through"), "{older}");
    let oldest = opened.screen(SIZE, &[Keys("c[[[")]);
    assert!(
        oldest.contains("2 before the newest, of 3") && oldest.contains("this is the oldest revision that has one before it"),
        "{oldest}"
    );
    assert!(oldest.contains("BLOCK C11  info.build is gone"), "{oldest}");
    // What stopped a deploy before, without what lies between.
    assert!(opened.screen(SIZE, &[Keys("cd")]).contains("· 2 before the newest, of 3"));
    assert!(opened.screen(SIZE, &[Keys("cdd")]).contains("no older revision stops a deploy"));
    assert!(opened.screen(SIZE, &[Keys("cdD")]).contains("· the newest of 3"));
    assert!(opened.screen(SIZE, &[Keys("cd]")]).contains("· 1 before the newest, of 3"));
    assert!(opened.screen(SIZE, &[Keys("c]")]).contains("this is the newest revision"));
    assert!(opened.screen(SIZE, &[Keys("c[]")]).contains("the newest of 3"));
    // And back.
    assert!(opened.screen(SIZE, &[Keys("c<esc>")]).contains("misfit  tables of"));
    assert!(opened.screen(SIZE, &[Keys("cc")]).contains("misfit  tables of"));
}

#[test]
fn the_schemas_are_compared_with_what_is_deployed() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let mut opened = Opened::repository(&folder);
    let typed = opened.screen(SIZE, &[Keys("ca2024-01-01<enter>")]);
    assert!(typed.contains("over 2024-01-01 (") && typed.contains("INT64 became STRING"), "{typed}");
    let wrong = opened.screen(SIZE, &[Keys("canowhere<enter>")]);
    assert!(wrong.contains("has no revision nowhere") && wrong.contains("the newest of 3"), "what was there stays: {wrong}");
    opened.history.deployed = Some("2024-01-02".into());
    let told = opened.screen(SIZE, &[Keys("c")]);
    assert!(told.contains("over 2024-01-02 (") && told.contains("OK: the deploy goes through"), "{told}");
    assert!(opened.screen(SIZE, &[Keys("c[")]).contains("the newest of 3"));
    opened.history.deployed = Some("nowhere".into());
    let failed = opened.screen(SIZE, &[Keys("c")]);
    assert!(failed.contains("has no revision nowhere") && failed.contains("a compares the schemas with another folder"), "{failed}");
}

#[test]
fn a_cause_leads_to_its_column_and_from_there_to_its_history() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let opened = Opened::repository(&folder);
    for size in [SIZE, (80, 24)] {
        let column = opened.screen(size, &[Keys("c<enter>")]);
        assert!(column.contains("misfit  my-app/other.1 before and now"), "{column}");
        assert!(column.contains("~    build  INT64") && column.contains("~    build  STRING"), "both layouts: {column}");
        assert!(column.contains("BLOCK INT64 NULLABLE became STRING NULLABLE"), "{column}");
        assert!(opened.screen(size, &[Keys("c<enter><esc>")]).contains("deploy of"));
    }
    let table = opened.screen(SIZE, &[Keys("cjj<enter>")]);
    assert!(table.contains("misfit  my-app/ping.1 before and now"), "{table}");
    let moved = opened.screen(SIZE, &[Keys("c<enter>gg")]);
    assert_eq!(moved.matches("▾ info").count(), 2, "{moved}");
    assert!(moved.contains("the same on both sides"), "{moved}");
    let history = opened.screen(SIZE, &[Keys("c<enter>H")]);
    assert!(history.contains("my-app/other.1  info.build") && history.contains("2024-01-04 02:00 UTC  changed"), "{history}");
    let tables = opened.screen(SIZE, &[Keys("c<enter>t")]);
    assert!(tables.contains("misfit  tables of") && tables.contains("info.build"), "{tables}");
    let gone = opened.screen(SIZE, &[Keys("c[[<enter>")]);
    assert!(gone.contains("on this side only") || gone.contains("INT64 NULLABLE, gone"), "{gone}");
    assert_eq!(gone.matches("▾ info").count(), 2, "the record is open where the column is gone: {gone}");
}

#[test]
fn what_the_opened_schemas_do_not_have_is_said_on_the_way_to_the_tables() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    fs::write(folder.join("schemas/my-app/ping/ping.1.bq"), "[{\"name\": \"name\", \"type\": \"STRING\"}]\n").unwrap();
    fs::remove_dir_all(folder.join("schemas/my-app/other")).unwrap();
    let date = "2024-01-05T02:00:00Z";
    git(&folder, date, &["add", "-A"]);
    git(&folder, date, &["commit", "-q", "-m", "Auto-push 5"]);
    let opened = Opened::repository(&folder);
    let all = |way: &str| (0..6).map(|n| opened.screen(SIZE, &[Keys(&format!("c{}{way}", "j".repeat(n)))])).collect::<Vec<_>>().concat();
    for way in ["t", "<enter>t"] {
        let told = all(way);
        assert!(told.contains("the opened schemas have no table my-app/other.1"), "{told}");
        assert!(told.contains("my-app/ping.1 has no column info") && told.contains("in the opened schemas"), "{told}");
    }
    let bare = Opened { schemas: None, ..Opened::demo() };
    let told = bare.screen(SIZE, &[Keys("ct")]);
    assert!(told.contains("there are no tables to show") && told.contains("misfit  deploy of"), "the screen stays: {told}");
}

#[test]
fn configured_schemas_that_do_not_open_are_told_where_a_log_is_explained() {
    let top = tempfile::tempdir().unwrap();
    let (config, log) = (top.path().join("config.toml"), top.path().join("deploy.log"));
    fs::write(&config, "schemas = \"no/such/folder\"\n").unwrap();
    let explained = |text: &str| {
        fs::write(&log, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
        command.arg("explain").arg(&log).env("MISFIT_CONFIG", &config).env_remove("MISFIT_SCHEMAS").env("HOME", top.path());
        let output = command.output().expect("the program runs");
        (String::from_utf8(output.stderr).unwrap(), output.status.code())
    };
    let (told, code) = explained("Table p:my_app_live.ping_v1. Field info.build is missing in new schema, invalid");
    assert!(told.contains("explained without the history of the schemas") && told.contains("no/such/folder"), "{told}");
    assert_eq!(code, Some(1));
    assert_eq!(explained("all is well").0, "", "nothing to look up");
}

#[test]
fn a_column_leads_to_the_groups_that_fail_there() {
    let opened = Opened::demo();
    assert!(opened.screen(SIZE, &[Keys("cd")]).contains("are found in the history of a clone"));
    let column = opened.screen(SIZE, &[Keys("c<enter>")]);
    assert!(column.contains("1 group fails here, 4 rows (x)"), "{column}");
    let groups = opened.screen(SIZE, &[Keys("c<enter>x")]);
    assert!(groups.contains("1 group fails under environment.system.memory_mb"), "{groups}");
    assert!(opened.screen(SIZE, &[Keys("cj<enter>x")]).contains("no group fails under client_info.architecture"));
}

const LOG: &str = "\u{1b}[31m╷\u{1b}[0m
│ Error: googleapi: Error 400: Provided Schema does not match Table moz-fx-data:telemetry_live.crash_v4. Field payload.crash_date has changed type from STRING to TIMESTAMP, invalid
│
│   with google_bigquery_table.live[\"crash_v4\"],
╵
│ Error: googleapi: Error 400: Provided Schema does not match Table moz-fx-data:acme_reader_live.events_v1. Field client_info.os is missing in new schema, invalid
";

#[test]
fn a_cause_tells_its_history_and_what_fails_there_without_opening_it() {
    let top = tempfile::tempdir().unwrap();
    let opened = Opened::repository(&repository(top.path()));
    for keys in ["cH", "cjH"] {
        let told = opened.screen(SIZE, &[Keys(keys)]);
        assert!(told.contains("History") && told.contains("2024-01-04"), "{keys}: {told}");
    }
    let alone = opened.screen(SIZE, &[Keys("cx")]);
    assert!(alone.contains("there are no rows to look at"), "{alone}");
    let keys = opened.screen(SIZE, &[Keys("c?")]);
    assert!(keys.contains("among the causes of a deploy") && !keys.contains("in the groups are dim"), "{keys}");
    let told = Opened::demo().screen(SIZE, &[Keys("cx")]);
    assert!(told.contains("fail under ") || told.contains("fails under "), "{told}");
}

#[test]
fn a_log_that_is_pasted_is_told_in_its_causes() {
    let opened = Opened::demo();
    let told = opened.screen(SIZE, &[Keys("c"), Paste(LOG)]);
    assert!(told.contains("6 lines read: 2 causes, 0 faults of rows"), "{told}");
    assert!(told.contains("BLOCK C7   payload.crash_date has another type: STRING became"), "{told}");
    assert!(told.contains("moz-fx-data:telemetry_live.crash_v4") && told.contains("mend "), "{told}");
    assert!(told.contains("2: Error: googleapi: Error 400"), "the lines of the log: {told}");
    let column = opened.screen(SIZE, &[Keys("c"), Paste(LOG), Keys("<enter>")]);
    assert!(column.contains("misfit  telemetry/crash.4 before and now") && column.contains("payload.crash_date"), "{column}");
    let back = opened.screen(SIZE, &[Keys("c"), Paste(LOG), Keys("<esc>")]);
    assert!(back.contains("demo over demo, the week before"), "{back}");
    let elsewhere = opened.screen(SIZE, &[Paste(LOG)]);
    assert!(elsewhere.contains("the log of a failed deploy is read where c leads: paste it there"), "{elsewhere}");
}

#[test]
fn a_text_with_nothing_known_says_what_was_looked_for() {
    let opened = Opened::demo();
    let told = opened.screen(SIZE, &[Keys("c"), Paste("all is well\nERROR: the tea is cold\n")]);
    assert!(told.contains("nothing known in 2 lines") && told.contains("2: ERROR: the tea is cold"), "{told}");
    assert!(told.contains("looked for: columns that are missing"), "{told}");
    assert!(opened.screen(SIZE, &[Keys("c"), Paste(" \n")]).contains("what was pasted is empty"));
    let binary = String::from_utf8_lossy(&(0..=255u8).cycle().take(4096).collect::<Vec<_>>()).into_owned();
    assert!(opened.screen(SIZE, &[Keys("c"), Paste(&binary)]).contains("nothing known in"));
}

#[test]
fn without_history_the_screen_says_what_to_do() {
    let opened = Opened { schemas: Some(Arc::new(demo::before().unwrap())), ..Opened::demo() };
    let told = opened.screen((80, 24), &[Keys("c")]);
    assert!(told.contains("stands in no git repository") && told.contains("get them with misfit schemas"), "{told}");
    let log = opened.screen(SIZE, &[Keys("c"), Paste(LOG)]);
    assert!(log.contains("2 causes"), "{log}");
    let bare = Opened { schemas: None, ..Opened::demo() };
    assert!(bare.screen((80, 24), &[Keys("c")]).contains("there are no schemas to compare"));
    assert!(bare.screen(SIZE, &[Keys("c"), Paste(LOG)]).contains("2 causes"));
}

#[test]
fn causes_are_searched_and_filtered() {
    let opened = Opened::demo();
    let filtered = opened.screen(SIZE, &[Keys("cfattempts<enter>")]);
    assert!(filtered.contains("attempts is gone") && !filtered.contains("BLOCK C9"), "{filtered}");
    assert!(opened.screen(SIZE, &[Keys("cfattempts<enter><esc>")]).contains("BLOCK C9"));
    let found = opened.screen(SIZE, &[Keys("c<enter>/crash<enter>")]);
    assert!(found.contains("search crash: 1 of 2"), "{found}");
}

/// The program, and how it ended.
fn misfit(home: &Path, args: &[&str]) -> (String, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(args).env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    let output = command.env("XDG_CACHE_HOME", home.join("cache")).env("HOME", home).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

/// A server with one table, whose columns stand in another order than those of the schemas.
fn deployed(partition: &str) -> Stub {
    labelled(partition, serde_json::json!({"schemas_build_id": "202401030200_be1f11e"}))
}

fn labelled(partition: &str, labels: serde_json::Value) -> Stub {
    let fields = serde_json::json!([
        {"name": "submission_timestamp", "type": "TIMESTAMP"},
        {"name": "name", "type": "STRING"},
        {"name": "info", "type": "RECORD", "fields": [{"name": "os", "type": "STRING"}, {"name": "build", "type": "INTEGER"}]},
    ]);
    let table = serde_json::json!({
        "tableReference": {"projectId": "p", "datasetId": "my_app_live", "tableId": "ping_v1"},
        "type": "TABLE", "numRows": "7", "labels": labels,
        "timePartitioning": {"type": partition, "field": "submission_timestamp"}, "clustering": {"fields": ["name"]},
        "schema": {"fields": fields},
    });
    Stub::new(move |asked: &Asked, _| match asked.path.contains("/tables/ping_v1") {
        true => Reply::json(table.clone()),
        false => Reply::refusal(404, "notFound", "Not found: Table p:my_app_live.other_v1"),
    })
}

#[test]
fn a_table_that_is_deployed_is_compared_by_its_columns_alone() {
    let top = tempfile::tempdir().unwrap();
    let file = top.path().join("schemas/my-app/ping/ping.1.bq");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let columns = r#"[{"name": "info", "type": "RECORD", "fields": [{"name": "build", "type": "STRING"}, {"name": "os", "type": "STRING"}]},
        {"name": "more", "type": "STRING"}, {"name": "name", "type": "STRING"}, {"name": "submission_timestamp", "type": "TIMESTAMP"}]"#;
    fs::write(&file, columns).unwrap();
    let schemas = top.path().display().to_string();
    let server = deployed("DAY");
    let compared =
        |table: &str, new: &str, server: &Stub| misfit(top.path(), &["compat", table, new, "--endpoint", &server.endpoint, "--all"]);
    let (text, said, code) = compared("bigquery:p.my_app_live.ping_v1", &schemas, &server);
    assert_eq!(code, Some(1), "{text}{said}");
    assert!(text.contains("BLOCK my-app/ping.1: info.build has another type: INT64 became STRING"), "{text}");
    assert!(text.contains("OK my-app/ping.1: more is new") && !text.contains("WARN"), "the order of columns is no matter: {text}");
    assert!(said.contains("was deployed from the schemas of 2024-01-03 02:00 UTC, revision be1f11e"), "{said}");
    assert!(server.asked().iter().all(|asked| asked.method == "GET"), "no query runs");
    // Beside a file, and the other way round.
    let (text, _, code) = compared("bigquery:p.my_app_live.ping_v1", &file.display().to_string(), &server);
    assert!(code == Some(1) && text.contains("INT64 became STRING"), "{text}");
    let (text, _, _) = compared(&schemas, "bigquery:p.my_app_live.ping_v1", &server);
    assert!(text.contains("DDL my-app/ping.1: more is gone") && text.contains("ALTER TABLE `p.my_app_live.ping_v1` DROP COLUMN"), "{text}");
    let (text, _, code) = compared("bigquery:p.my_app_live.ping_v1", &schemas, &deployed("HOUR"));
    assert!(
        code == Some(1) && text.contains("C19") && text.contains("Cannot replace a table with a different partitioning spec"),
        "{text}"
    );
    // What is not there could not be compared.
    let (text, said, code) = compared("bigquery:p.my_app_live.other_v1", &schemas, &server);
    assert!(code == Some(2) && text.is_empty() && said.contains("other_v1"), "{text}{said}");
    fs::rename(&file, top.path().join("schemas/my-app/ping/ping.2.bq")).unwrap();
    let (_, said, code) = compared("bigquery:p.my_app_live.ping_v1", &schemas, &server);
    assert!(code == Some(2) && said.contains("has no table of p.my_app_live.ping_v1"), "{said}");
}

#[test]
fn the_label_of_a_live_table_tells_which_revision_is_deployed() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let shown = folder.display().to_string();
    let hash = |name: &str| git(&folder, "2024-01-09T02:00:00Z", &["rev-parse", "--short=7", name]);
    let build = |revision: &str| serde_json::json!({"schemas_build_id": format!("202401020345_{revision}")});
    let run = |what: &[&str], server: &Stub| misfit(top.path(), &[what, &["--endpoint", &server.endpoint]].concat());
    let (head, before) = (format!("{shown}@HEAD"), format!("{shown}@HEAD~1"));
    let compat = ["compat", &before, &head, "--deployed", "bigquery:p.my_app_live.ping_v1"];
    // The deploy of two days ago was the last: what was taken away since, and came back, is no matter; the type is.
    let server = labelled("DAY", build(&hash("HEAD~2")));
    let (text, said, code) = run(&compat, &server);
    assert_eq!(code, Some(1), "{text}{said}");
    let (_, deployed) = text.split_once("against what is deployed, bigquery:p.my_app_live.ping_v1:").unwrap();
    let (of_table, of_all) = deployed.split_once("against what is deployed, ").unwrap();
    assert!(of_table.contains("my-app/ping.1") && !of_table.contains("my-app/other.1"), "the table alone: {of_table}");
    assert!(
        of_all.contains("by the label of p.my_app_live.ping_v1:") && of_all.contains("2 changed; changes: 2 OK"),
        "all tables: {of_all}"
    );
    assert!(said.contains("of 2024-01-02 02:00 UTC, 2 revisions before the newest"), "{said}");
    let (json, _, _) = run(&[&compat[..], &["--format", "json"]].concat(), &server);
    let found: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((found["deployed"]["verdict"].as_str(), found["deployed_by_label"]["verdict"].as_str()), (Some("BLOCK"), Some("OK")));
    assert_eq!(found["deployed_by_label"]["counts"]["changed"], 2);
    // The state of the chain, and the newest.
    let state = ["schemas", "state", "--schemas", &shown, "--deployed", "bigquery:p.my_app_live.ping_v1"];
    assert!(run(&state, &server).0.contains("p.my_app_live.ping_v1 was deployed from "), "{:?}", run(&state, &server));
    let (text, said, code) = run(&state, &labelled("DAY", build(&hash("HEAD"))));
    assert!(code == Some(0) && text.contains(", the newest generated revision"), "{text}{said}");
    // A label of another history, and none.
    let unknown = labelled("DAY", build("be1f11e"));
    assert!(run(&state, &unknown).0.contains("has no such revision yet"), "{:?}", run(&state, &unknown));
    let (_, said, _) = run(&compat, &unknown);
    assert!(said.contains("so the other tables are not compared with what is deployed"), "{said}");
    let none = labelled("DAY", serde_json::json!({}));
    assert!(run(&state, &none).0.contains("has no label schemas_build_id"), "{:?}", run(&state, &none));
    let refused = misfit(top.path(), &["schemas", "state", "--schemas", &shown, "--deployed", "HEAD"]);
    assert!(refused.2 == Some(2) && refused.1.contains("--deployed wants a live table"), "{refused:?}");
    // On the screen, given and typed.
    let mut opened = Opened::repository(&folder);
    opened.history.bigquery.endpoint = Some(server.endpoint.clone());
    opened.history.deployed = Some("bigquery:p.my_app_live.ping_v1".into());
    let told = opened.screen(SIZE, &[Keys("c")]);
    assert!(told.contains("by the label of p.my_app_live.ping_v1") && told.contains("2 revisions before the newest"), "{told}");
    opened.history.deployed = None;
    let typed = opened.screen(SIZE, &[Keys("cabigquery:p.my_app_live.ping_v1<enter>")]);
    assert!(typed.contains("by the label of p.my_app_live.ping_v1"), "{typed}");
    opened.history.bigquery.endpoint = Some(none.endpoint.clone());
    let told = opened.screen(SIZE, &[Keys("cabigquery:p.my_app_live.ping_v1<enter>")]);
    assert!(told.contains("has no label schemas_build_id"), "{told}");
}

#[test]
fn what_stops_a_deploy_goes_before_what_could_not_be_compared() {
    let top = tempfile::tempdir().unwrap();
    let side = |side: &str, a: &str, b: &str| {
        for (table, text) in [("a", a), ("b", b)] {
            let file = top.path().join(side).join(format!("my-app/{table}/{table}.1.bq"));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    };
    let column = |kind: &str| format!("[{{\"name\": \"a\", \"type\": \"{kind}\"}}]");
    let compared = || {
        let path = |side: &str| top.path().join(side).display().to_string();
        misfit(top.path(), &["compat", &path("old"), &path("new")])
    };
    side("old", &column("STRING"), &column("STRING"));
    side("new", &column("BYTES"), "[{\"name\": ");
    let (text, _, code) = compared();
    assert!(code == Some(1) && text.contains("NOT COMPARED my-app/b.1") && text.contains("BLOCK my-app/a.1"), "{text}");
    side("new", &column("STRING"), "[{\"name\": ");
    assert_eq!(compared().2, Some(2), "what could not be compared is never clean");
    side("new", &column("STRING"), &column("STRING"));
    assert_eq!(compared().2, Some(0));
}

#[test]
fn layouts_that_neither_side_can_read_are_not_clean_where_the_schema_changed() {
    let top = tempfile::tempdir().unwrap();
    for (side, limit) in [("old", 9), ("new", 3)] {
        let folder = top.path().join(side).join("my-app/a");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.1.bq"), format!("[{{\"name\": {limit}")).unwrap();
        let schema = format!("{{\"properties\": {{\"a\": {{\"type\": \"string\", \"maxLength\": {limit}}}}}}}");
        fs::write(folder.join("a.1.schema.json"), schema).unwrap();
    }
    let path = |side: &str| top.path().join(side).display().to_string();
    let (text, said, code) = misfit(top.path(), &["compat", &path("old"), &path("new")]);
    assert_eq!(code, Some(2), "{text}{said}");
    assert!(text.contains("NOT COMPARED my-app/a.1: neither layout can be read: ") && text.contains("maxLength"), "{text}");
}

#[test]
fn a_cause_names_the_revision_that_it_clashes_with() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let revisions = git(&folder, "2024-01-05T02:00:00Z", &["log", "--format=%H"]);
    let revisions: Vec<&str> = revisions.lines().collect();
    let side = |revision: &str| format!("{}@{revision}", folder.display());
    let (text, said, code) = misfit(top.path(), &["compat", &side("HEAD~1"), &side("HEAD")]);
    assert_eq!(code, Some(1), "{said}");
    let since =
        format!("  since the column got its present form by {} of 2024-01-03 02:00 UTC; this change goes against it", &revisions[1][..8]);
    assert!(text.contains(&since), "{text}");
    let (json, _, _) = misfit(top.path(), &["compat", &side("HEAD~3"), &side("HEAD~2"), "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(found["causes"][0]["clashes_with"]["revision"].as_str(), Some(revisions[3]), "{json}");
    assert_eq!(found["causes"][0]["clashes_with"]["date"].as_str(), Some("2024-01-01T02:00:00Z"));
    assert_eq!(found["tables"][0]["changes"][0]["cause"].as_str(), Some("info.build is gone"));
}

#[test]
fn a_change_of_documents_is_shown_by_the_smallest_document() {
    let opened = Opened::demo();
    let asked = opened.screen(SIZE, &[Keys("cOG")]);
    assert!(asked.contains("w looks for the smallest document that shows it"), "{asked}");
    let shown = opened.screen(SIZE, &[Keys("cOGw")]);
    assert!(
        shown.contains("passed and fails now:")
            && shown.contains("{\"devices\":[{")
            && shown.contains("#/devices/0: required key [os] not found"),
        "{shown}"
    );
    let elsewhere = opened.screen(SIZE, &[Keys("cw")]);
    assert!(elsewhere.contains("put the cursor on a change of a JSON schema"), "{elsewhere}");
}

#[test]
fn the_allowlist_stands_beside_what_a_deploy_does() {
    let mut opened = Opened::demo();
    opened.history.allowlist = Some("acme-desktop.*\nold.*\n".into());
    let shown = opened.screen(SIZE, &[Keys("cO")]);
    assert!(shown.contains("allowlist: 2 lines, 1 of use; 3 incompatible tables that none covers"), "{shown}");
    assert!(shown.contains("allowlist line 1: acme-desktop.* covers acme-desktop.update.1"), "{shown}");
    assert!(shown.contains("allowlist line 2: old.* covers no incompatible table"), "{shown}");
    assert!(shown.contains("allowlist: no line covers telemetry.crash.4, which is incompatible"), "{shown}");
}
