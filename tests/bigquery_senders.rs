//! Who sends rows in BigQuery: the same as of the rows in a file, of rows that are drawn there, for a price that is told first.

use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::bigquery::{self, DATASET, PROJECT, Server};
use crate::stub::{Reply, Stub, coarse, healthy};
use misfit::ground::time::parse_time;
use misfit::rows::group::{Group, Groups};
use misfit::rows::source::bigquery::{BigQuery, Settings, TableName};
use misfit::rows::source::files::Files;
use misfit::rows::source::{Cost, ErrorSource, Progress, Request, Unwatched, Watch};
use misfit::triage::facts;
use misfit::triage::senders::{Comparison, Senders, SendersQuestion, ToldBy, senders};
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, frame, script};
use serde_json::{Value, json};

/// The version that most rows of the first fault are of, and few others.
const PLANTED: &str = "151.0";

/// Rows of so many of each fault, at times of their own. Who sends them follows from their number alone.
fn rows(of_faults: &[usize]) -> Vec<Value> {
    let numbered = of_faults.iter().enumerate().flat_map(|(fault, rows)| (0..*rows).map(move |row| (fault, row)));
    let row = |(number, (fault, at)): (usize, (usize, usize))| {
        let pick = |values: &[&'static str], by: usize| values[(at / by + number % 7) % values.len()];
        let is_planted = if fault == 0 { at % 10 != 0 } else { at % 12 == 0 };
        let version = if is_planted { PLANTED } else { pick(&["149.0", "150.0", "150.0.1"], 1) };
        let (second, micro) = (number % 86_400, number);
        let client = format!("{number:08x}-0000-4000-8000-000000000000");
        let payload = json!({"client_info": {"os": pick(&["Linux", "Windows"], 3), "app_channel": pick(&["beta", "release"], 2), "locale": if is_planted { "de" } else { "fr" }}});
        json!({
            "submission_timestamp": format!("2026-03-02 {:02}:{:02}:{:02}.{micro:06} UTC", second / 3600, second / 60 % 60, second % 60),
            "document_namespace": "telemetry",
            "document_type": "main",
            "document_version": "4",
            "error_type": "ParsePayload",
            "exception_class": "org.everit.json.schema.ValidationException",
            "error_message": format!("org.everit.json.schema.ValidationException: #/fault{fault}: expected type: String, found: Null"),
            "job_name": "decoder-0",
            "uri": format!("/submit/telemetry/{client}/main/Firefox/{version}/{}/20260301000000", pick(&["release", "beta"], 1)),
            "geo_country": pick(&["US", "DE", "IN"], 1),
            "isp_name": pick(&["Example Telecom", "Sample Broadband"], 5),
            "user_agent": pick(&["pingsender/1.0", "Other"], 2),
            "x_forwarded_for": "192.0.2.7",
            "client_id": client,
            "payload": STANDARD.encode(payload.to_string()),
        })
    };
    numbered.enumerate().map(row).collect()
}

fn text(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn load(server: &Server, table: &str, rows: &[Value]) {
    let kind = |name: &str| match name {
        "submission_timestamp" => "TIMESTAMP",
        "payload" => "BYTES",
        _ => "STRING",
    };
    let fields: Value =
        rows[0].as_object().unwrap().keys().map(|name| json!({"name": name, "type": kind(name), "mode": "NULLABLE"})).collect();
    server.load(table, &fields, &text(rows));
}

/// Of three faults, few enough that all are looked at.
fn few() -> Option<&'static Server> {
    static LOADED: OnceLock<()> = OnceLock::new();
    let server = bigquery::server()?;
    LOADED.get_or_init(|| load(server, "senders_few", &rows(&[120, 90, 60])));
    Some(server)
}

fn of_march() -> Request {
    Request { since: parse_time("2026-03-01"), until: parse_time("2026-03-04"), ..Request::default() }
}

fn table(server: &Server, table: &str) -> BigQuery {
    BigQuery::open(vec![TableName::parse(&format!("{PROJECT}.{DATASET}.{table}"), None).unwrap()], server.settings(), of_march()).unwrap()
}

fn found(source: &dyn ErrorSource, by: ToldBy, watch: &dyn Watch) -> (Groups, Vec<Senders>) {
    let groups = source.groups(&of_march(), watch).unwrap();
    let mut chosen: Vec<&Group> = groups.list.iter().collect();
    chosen.sort_by_key(|group| group.key.path.clone());
    let mut found = senders(&SendersQuestion { source, groups: &groups, chosen: &chosen, accepted: &[], by }, watch).unwrap();
    let of = chosen.iter().map(|group| found.of.remove(&group.fingerprint).unwrap()).collect();
    (groups, of)
}

/// All of an answer but for what the rows were looked at for.
fn all_of(found: &[Senders]) -> Vec<String> {
    found.iter().map(|senders| format!("{:#?}", Comparison { by: ToldBy::Payloads, ..senders.failures.clone() })).collect()
}

fn has_planted(senders: &Senders) -> bool {
    let top = senders.failures.claims.iter().take(3).flat_map(|claim| &claim.traits);
    top.filter_map(|told| told.value.as_ref()).any(|value| value.text == PLANTED)
}

#[test]
fn the_answer_is_that_of_the_rows_in_a_file() {
    let Some(server) = few() else { return };
    let file = Files::from_memory("rows", text(&rows(&[120, 90, 60])).into_bytes()).unwrap();
    for by in [ToldBy::Columns, ToldBy::Payloads] {
        let (ours, theirs) = (found(&table(server, "senders_few"), by, &Unwatched).1, found(&file, by, &Unwatched).1);
        assert!(has_planted(&ours[0]) && ours[0].failures.rows[0] == 120 && ours[0].failures.elsewhere[0] == 150, "{ours:#?}");
        assert_eq!(all_of(&ours), all_of(&theirs), "{by:?}");
    }
}

#[test]
fn of_many_rows_the_same_are_drawn_each_time_and_that_is_said() {
    let Some(server) = bigquery::server() else { return };
    load(server, "senders_many", &rows(&[2_600, 2_900]));
    let (groups, first) = found(&table(server, "senders_many"), ToldBy::Columns, &Unwatched);
    assert!(has_planted(&first[0]), "{:#?}", first[0].failures.claims);
    assert_eq!((first[0].failures.rows[0], first[1].failures.rows[0]), (2_000, 2_000));
    let pooled: Vec<u64> = first.iter().map(|senders| senders.failures.elsewhere[0]).collect();
    // What is nearly all of its doctype stands beside others that were drawn for it; the other beside the rest of 4,000 rows.
    assert!(pooled[1] == 2_000 && (2_000..2_300).contains(&pooled[0]), "{pooled:?}");
    assert_eq!(all_of(&first), all_of(&found(&table(server, "senders_many"), ToldBy::Columns, &Unwatched).1));
    let group = groups.list.iter().find(|group| group.count == 2_600).unwrap();
    let told = facts::senders::facts(&first[0], group).to_text();
    assert!(told.contains("Looked at 2,000 of 2,600 rows and ") && told.contains("spread evenly, by their columns alone."), "{told}");
}

/// Agrees to all but one purpose, and keeps what it was told.
#[derive(Default)]
struct Agrees {
    but: Option<&'static str>,
    told: Mutex<Vec<String>>,
}

impl Watch for Agrees {
    fn progress(&self, _: Progress) {}
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        false
    }
    fn spend(&self, cost: &Cost) -> bool {
        self.told.lock().unwrap().push(cost.to_string());
        Some(cost.purpose) != self.but
    }
}

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

fn stub() -> Stub {
    Stub::new(|asked, _| healthy(asked, 5_000_000, &[coarse(Some(1), MESSAGE, 9)]))
}

fn opened(stub: &Stub, max_bytes: u64) -> (BigQuery, Request) {
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, max_bytes, ..Settings::default() };
    let request = Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), ..Request::default() };
    (BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, request.clone()).unwrap(), request)
}

#[test]
fn the_price_is_told_before_and_without_consent_nothing_is_asked() {
    let stub = stub();
    let (source, request) = opened(&stub, 1000);
    let watch = Agrees { but: Some("looking who sends rows"), ..Agrees::default() };
    let groups = source.groups(&request, &watch).unwrap();
    let chosen: Vec<&Group> = groups.list.iter().collect();
    let asked = SendersQuestion { source: &source, groups: &groups, chosen: &chosen, accepted: &[], by: ToldBy::Columns };
    let refused = senders(&asked, &watch).unwrap_err().to_string();
    assert!(refused.contains("looking who sends rows reads 4.8 MiB, less than $0.01, more than the 1000 B"), "{refused}");
    assert_eq!(watch.told.lock().unwrap().last().unwrap(), "looking who sends rows reads 4.8 MiB, less than $0.01");
    assert_eq!(stub.started(), 1, "the groups were counted, and nothing else");
    // Neither payloads nor what names somebody is asked for, and the window is.
    let asked: Vec<Value> = stub.asked().iter().map(|asked| asked.json()["configuration"]["query"].clone()).collect();
    let sql = asked.iter().filter_map(|query| query["query"].as_str()).find(|sql| sql.contains("AS whole")).unwrap();
    assert!(!sql.contains("payload") && !sql.contains("client_id"), "{sql}");
    assert!(sql.contains("submission_timestamp >= @since AND submission_timestamp < @until"), "{sql}");
}

#[test]
fn the_price_is_asked_for_on_the_screen() {
    let stub = stub();
    let press = |keys: &str| {
        let (source, request) = opened(&stub, 1000);
        let options = ExplorerOptions {
            mouse: true,
            source: Some(Arc::new(source)),
            exports: Default::default(),
            history: Default::default(),
            request,
            theme: Theme::named("mono", Depth::None, false).unwrap(),
            depth: Depth::None,
            keymap: Keymap::new(&[]).unwrap(),
        };
        frame::to_text(&script(options, (110, 24), &parse_keys(keys).unwrap()).unwrap())
    };
    let asked = press("yS");
    assert!(asked.contains("This costs") && asked.contains("looking who sends rows reads 4.8 MiB"), "{asked}");
    assert_eq!(stub.started(), 1);
    let refused = press("ySn");
    assert!(refused.contains("more than the 1000 B that may be read") && !refused.contains("Who sends it"), "{refused}");
    assert_eq!(stub.started(), 2);
    let agreed = press("ySy");
    assert!(agreed.contains("Who sends it") && stub.started() == 4, "{agreed}");
}

/// The explorer over the few rows, with keys pressed on the first fault.
fn sheet(server: &Server, size: (u16, u16), keys: &str) -> String {
    let options = ExplorerOptions {
        mouse: true,
        source: Some(Arc::new(table(server, "senders_few"))),
        exports: Default::default(),
        history: Default::default(),
        request: of_march(),
        theme: Theme::named("mono", Depth::None, false).unwrap(),
        depth: Depth::None,
        keymap: Keymap::new(&[]).unwrap(),
    };
    frame::to_text(&script(options, size, &parse_keys(&format!("/fault0<enter>{keys}")).unwrap()).unwrap())
}

#[test]
fn the_sheet_says_that_payloads_were_not_looked_at_and_reads_them_when_asked_once_more() {
    let Some(server) = few() else { return };
    for size in [(80, 24), (120, 40)] {
        let shown = sheet(server, size, "S");
        for told in ["Payloads were not looked at", "those of 300 rows", "application version 151.0"] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
    }
    assert!(sheet(server, (120, 40), "S").contains("not known: no column tells it"));
    let read = sheet(server, (160, 40), "S<esc>S");
    assert!(read.contains("payloads were read for who sends group") && !read.contains("Who sends it"), "{read}");
    let shown = sheet(server, (120, 40), "S<esc>SS");
    assert!(shown.contains("/client_info/locale de") && !shown.contains("were not looked at"), "{shown}");
}

fn run(server: &Server, arguments: &[&str]) -> Output {
    let named = format!("bigquery:{PROJECT}.{DATASET}.senders_few");
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args([arguments[0], &named, "--endpoint", &server.endpoint, "--since", "2026-03-01", "--until", "2026-03-04"]);
    misfit
        .args(&arguments[1..])
        .env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"))
        .env("MISFIT_SCHEMAS", "");
    misfit.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

#[test]
fn commands_and_reports_tell_it() {
    let Some(server) = few() else { return };
    let words = |output: &Output| [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    let table = words(&run(server, &["groups", "--senders", "--filter", "fault0"]));
    assert!(table.contains(&format!("have application version {PLANTED}, elsewhere")), "{table}");
    assert!(table.contains("looked at all 120 rows and all 150 other failing rows of telemetry/main, by their columns alone"), "{table}");
    assert!(table.contains("payloads were not looked at") && table.contains("by at most 2,000 rows of each"), "{table}");
    let record = |arguments: &[&str]| -> Value {
        let told = run(server, arguments);
        let line = String::from_utf8_lossy(&told.stdout).lines().next().map(str::to_owned).unwrap_or_else(|| panic!("{}", words(&told)));
        serde_json::from_str::<Value>(&line).unwrap()["senders"]["failures"].clone()
    };
    let columns = record(&["groups", "--senders", "--filter", "fault0", "--format", "ndjson"]);
    assert_eq!((&columns["by"], &columns["rows"], &columns["documents"]), (&json!("columns"), &json!(120), &json!(0)));
    let payloads = record(&["groups", "--senders", "--payloads", "--filter", "fault0", "--format", "ndjson"]);
    assert_eq!((&payloads["by"], &payloads["rows"], &payloads["documents"]), (&json!("payloads"), &json!(120), &json!(120)));
    assert!(payloads["claims"].to_string().contains("/client_info/locale") && !columns["claims"].to_string().contains("locale"));
    let report = words(&run(server, &["export", "--as", "report", "--senders"]));
    assert!(report.contains(PLANTED) && report.contains("payloads were not looked at"), "{report}");
    let accepted = words(&run(server, &["groups", "--senders", "--accepted", "tests/cmd/senders/accepted"]));
    assert!(accepted.contains("accepted documents are compared with payloads") && accepted.contains("--payloads"), "{accepted}");
}

#[test]
fn what_cannot_be_drawn_is_refused_before_anything_is_read() {
    let stub = stub();
    let folder = tempfile::tempdir().unwrap();
    let map = folder.path().join("map.toml");
    std::fs::write(&map, "message = \"error_message\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_misfit"))
        .args(["groups", "bigquery:p.d.t", "--endpoint", &stub.endpoint, "--senders", "--map", map.to_str().unwrap()])
        .env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("some rows of each group cannot be drawn from p.d.t") && told.contains("bq query"), "{told}");
    assert_eq!(stub.started(), 0);
}

#[test]
fn counts_have_no_rows_to_be_drawn() {
    let counts = ["document_namespace", "document_type", "document_version", "error_message"];
    let mut fields: Vec<Value> = counts.iter().map(|name| json!({"name": name, "type": "STRING"})).collect();
    fields.extend([json!({"name": "hour", "type": "TIMESTAMP"}), json!({"name": "error_count", "type": "INTEGER"})]);
    let reference = json!({"projectId": "p", "datasetId": "d", "tableId": "t"});
    let table = json!({"tableReference": reference, "type": "TABLE", "schema": {"fields": fields}});
    let stub = Stub::new(move |asked, _| match asked.path.contains("/tables/") && asked.method == "GET" {
        true => Reply::json(table.clone()),
        false => healthy(asked, 10, &[coarse(Some(1), MESSAGE, 9)]),
    });
    let (source, request) = opened(&stub, 1000);
    let groups = source.groups(&request, &Unwatched).unwrap();
    let chosen: Vec<&Group> = groups.list.iter().collect();
    let asked = SendersQuestion { source: &source, groups: &groups, chosen: &chosen, accepted: &[], by: ToldBy::Columns };
    let told = senders(&asked, &Unwatched).unwrap_err().to_string();
    assert!(told.contains("no single rows or documents, so nothing tells who sends them"), "{told}");
    assert_eq!(stub.started(), 1);
}
