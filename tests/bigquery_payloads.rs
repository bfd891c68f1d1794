//! Payloads in BigQuery looked into: the same is found as in a file of the same rows, in one job, for a price that is told first and can be
//! refused or called off.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::bigquery::{self, DATASET, PROJECT, Server, columns};
use crate::stub::{Asked, Reply, Stub, coarse, healthy};
use misfit::ground::time::parse_time;
use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::bigquery::{BigQuery, Settings, TableName};
use misfit::rows::source::{ErrorSource, ReadRows, Request, Unwatched};
use misfit::tui::app::App;
use misfit::tui::effect::Effect;
use misfit::tui::group_tree::GroupTree;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::update::update;
use misfit::tui::{ExplorerOptions, frame, script};
use serde_json::{Value, json};

const ROWS: &str = "tests/cmd/causes/rows.ndjson";
const SCHEMAS: &str = "tests/cmd/causes/schemas";

/// A server with the rows of the file in a table.
fn server() -> Option<&'static Server> {
    static LOADED: OnceLock<()> = OnceLock::new();
    let server = bigquery::server()?;
    LOADED.get_or_init(|| server.load("parcels", &columns_of(ROWS), &std::fs::read_to_string(ROWS).unwrap()));
    Some(server)
}

/// The columns that rows in a file have.
fn columns_of(file: &str) -> Value {
    let text = std::fs::read_to_string(file).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let has = |field: &Value| rows.iter().any(|row| row.get(field["name"].as_str().unwrap()).is_some());
    columns().as_array().unwrap().iter().filter(|field| has(field)).cloned().collect()
}

fn parcels() -> String {
    format!("bigquery:{PROJECT}.{DATASET}.parcels")
}

/// The command over rows of any place.
fn run(command: &str, place: &[&str], arguments: &[&str]) -> Output {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.arg(command).args(place).args(["--since", "2000-01-01", "--until", "2040-01-01"]).args(arguments);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    misfit.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What has to be the same of groups and causes, whatever order equal ones are in.
fn told(output: &Output) -> BTreeMap<String, Vec<Value>> {
    const SAME: [&str; 11] =
        ["cause_of", "cause_rows", "cause_unknown", "count", "path", "fault", "keyword", "first", "last", "jobs", "facets"];
    lines(output).iter().map(|line| (line["fingerprint"].to_string(), SAME.iter().map(|name| line[name].clone()).collect())).collect()
}

#[test]
fn causes_and_what_payloads_hold_are_the_same_as_in_a_file() {
    let Some(server) = server() else { return };
    let (table, endpoint) = (parcels(), server.endpoint.as_str());
    let remote = [table.as_str(), "--endpoint", endpoint];
    for arguments in
        [&["--schemas", SCHEMAS, "--causes"][..], &["--schemas", SCHEMAS, "--payload-has", "/sender"], &["--payload-has", "street"]]
    {
        let arguments = [arguments, &["--format", "ndjson"]].concat();
        let (ours, theirs) = (run("groups", &remote, &arguments), run("groups", &[ROWS], &arguments));
        assert!(!told(&theirs).is_empty(), "{arguments:?}");
        assert_eq!(told(&ours), told(&theirs), "{arguments:?}");
    }
    let causes = told(&run("groups", &remote, &["--schemas", SCHEMAS, "--causes", "--format", "ndjson"]));
    assert!(causes.values().filter(|of| of[0].is_string()).count() > 3, "{causes:?}");
    let has = ["--payload-has", "street"];
    let (ours, theirs) = (run("cases", &remote, &has), run("cases", &[ROWS], &has));
    let held = |output: &Output| String::from_utf8_lossy(&output.stderr).lines().find(|line| line.contains("hold")).map(str::to_owned);
    assert!(held(&ours).is_some() && held(&ours) == held(&theirs), "{ours:?}");
    assert_eq!(ours.stdout.iter().filter(|byte| **byte == b'\n').count(), theirs.stdout.iter().filter(|byte| **byte == b'\n').count());
}

#[test]
fn the_first_of_each_group_are_its_newest() {
    let Some(server) = server() else { return };
    let request =
        Request { since: Some(parse_time("2000-01-01").unwrap()), until: Some(parse_time("2040-01-01").unwrap()), ..Request::default() };
    let name = TableName::parse(&format!("{PROJECT}.{DATASET}.parcels"), None).unwrap();
    let source = BigQuery::open(vec![name], server.settings(), request.clone()).unwrap();
    let groups = source.groups(&request, &Unwatched).unwrap();
    let all: Vec<_> = groups.list.iter().collect();
    for wanted in [&all[..], &all[..1]] {
        let mut read: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let visit = &mut |at, row: misfit::rows::row::SourceRow| {
            assert!(row.column("error_message").is_some() && row.column("uri").is_none(), "{:?}", row.columns);
            read.entry(source.group_of(at).unwrap()).or_default().push(at);
            ControlFlow::Continue(())
        };
        source.read(ReadRows::First(wanted, 2), &Unwatched, visit).unwrap();
        assert_eq!(read.len(), wanted.len());
        for group in wanted {
            assert_eq!(read[&group.fingerprint], group.rows[..group.rows.len().min(2)], "{:?}", group.key);
        }
    }
}

#[test]
fn a_key_counts_causes_and_searches_payloads_there() {
    let Some(server) = server() else { return };
    let name = TableName::parse(&format!("{PROJECT}.{DATASET}.parcels"), None).unwrap();
    let request = Request {
        since: Some(parse_time("2000-01-01").unwrap()),
        until: Some(parse_time("2040-01-01").unwrap()),
        schemas: Some(schemas()),
        ..Request::default()
    };
    let open = || BigQuery::open(vec![name.clone()], server.settings(), request.clone()).unwrap();
    let screen = |keys: &str| press(open(), request.clone(), (200, 60), keys);
    let before = screen("");
    assert!(before.contains("b counts what is really wrong") && !before.contains("Causes"), "{before}");
    let counted = screen("b");
    assert!(counted.contains("Causes") && counted.contains("5  …/street must be a string, found an integer"), "{counted}");
    assert!(counted.contains("2 rows have no cause"), "{counted}");
    let found = screen("pstreet<enter>");
    assert!(found.contains("6 of 14 payloads hold \"street\"; 1 more is missing"), "{found}");
    let last = screen("pstreet<enter><enter>]]]]]]]]]]]]]]]]]]");
    assert!(last.contains("the last document of this group whose payload holds what was looked for"), "{last}");
    let ordered = screen("pstreet<enter><enter>s");
    assert!(ordered.contains("have only one order"), "{ordered}");
}

fn schemas() -> Arc<SchemaStore> {
    Arc::new(SchemaStore::open_folder(SCHEMAS.as_ref()).unwrap())
}

fn press(source: BigQuery, request: Request, size: (u16, u16), keys: &str) -> String {
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
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).unwrap() };
    frame::to_text(&script(options, size, &keys).unwrap())
}

const NO_FORM: &str = "org.everit.json.schema.ValidationException: #/stops/0: #: no subschema matched out of the total 2 subschemas";

/// A group of acme-post parcels.
fn parcel() -> Value {
    let mut group = coarse(Some(1), NO_FORM, 9);
    group["f"][2]["v"] = "acme-post".into();
    group["f"][3]["v"] = "parcel".into();
    group
}

/// The SQL of a request that asks a query.
fn sql(asked: &Asked) -> Option<String> {
    asked.json()["configuration"]["query"]["query"].as_str().map(str::to_owned)
}

/// A server whose grouping is small and whose payloads are not; rows with payloads come as `answer` says.
fn dear(answer: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Stub {
    let last = std::sync::Mutex::new(String::new());
    Stub::new(move |asked, _| {
        let mut last = last.lock().unwrap();
        if let Some(sql) = sql(asked) {
            *last = sql;
        }
        if !last.contains("whole") {
            return healthy(asked, 10, &[parcel()]);
        }
        answer(asked).unwrap_or_else(|| healthy(asked, 5_000_000_000, &[payload_row(0), payload_row(1)]))
    })
}

/// A row of the group, with its key and the columns that are needed.
fn payload_row(nth: u64) -> Value {
    let cell = |value: &str| json!({"v": value});
    let class = "org.everit.json.schema.ValidationException";
    // {"stops": [{"street": 7}]}
    let fields =
        ["acme-post", "parcel", "1", NO_FORM, "ParsePayload", class, "decoder-0", "eyJzdG9wcyI6IFt7InN0cmVldCI6IDd9XX0=", "1782391490.0"];
    let whole = json!({"f": fields.map(cell)});
    json!({"f": [cell("0"), cell("1782391490000000"), cell("0000000000000001"), cell(&nth.to_string()), {"v": whole}]})
}

fn stubbed(stub: &Stub, max_bytes: u64) -> (BigQuery, Request) {
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, max_bytes, ..Settings::default() };
    let request =
        Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), schemas: Some(schemas()), ..Request::default() };
    (BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, request.clone()).unwrap(), request)
}

fn on_stub(stub: &Stub, max_bytes: u64, keys: &str) -> String {
    let (source, request) = stubbed(stub, max_bytes);
    press(source, request, (120, 30), keys)
}

#[test]
fn nothing_is_looked_into_unless_somebody_asks_and_agrees() {
    let stub = dear(|_| None);
    let quiet = on_stub(&stub, 1000, "");
    assert!(quiet.contains("b counts what is really wrong"), "{quiet}");
    assert!(stub.asked().iter().all(|asked| sql(asked).is_none_or(|sql| !sql.contains("payload"))));
    for key in ["b", "p7<enter>"] {
        let before = stub.started();
        let asked = on_stub(&stub, 1000, key);
        assert!(
            asked.contains("This costs") && asked.contains("looking into payloads reads 4.7 GiB, about $0.03, more than the 1000 B"),
            "{asked}"
        );
        for no in ["n", "<esc>"] {
            let refused = on_stub(&stub, 1000, &format!("{key}{no}"));
            assert!(
                refused.contains("more than the 1000 B that may be read") && refused.contains("b counts what is really wrong"),
                "{refused}"
            );
        }
        // The groups, three times.
        assert_eq!(stub.started() - before, 3, "{key}");
        on_stub(&stub, 1000, &format!("{key}y"));
        assert_eq!(stub.started() - before, 5, "one job for all rows");
    }
}

#[test]
fn what_is_read_is_bounded_and_no_more_than_is_needed() {
    let stub = dear(|_| None);
    let counted = on_stub(&stub, u64::MAX, "b");
    assert!(
        counted.contains("Causes, of the first 2 rows of 9") && counted.contains("looking into payloads reads 4.7 GiB, about $0.03"),
        "{counted}"
    );
    let found = on_stub(&stub, 6_000_000_000, "p/stops/0/street=7<enter>");
    assert!(found.contains("2 of 2 payloads hold /stops/0/street = 7; in 1 group"), "{found}");
    let jobs: Vec<Value> =
        stub.asked().iter().filter(|asked| sql(asked).is_some_and(|sql| sql.contains("whole"))).map(Asked::json).collect();
    assert_eq!(jobs.len(), 4, "a dry run and a job for each");
    for job in &jobs {
        let query = &job["configuration"]["query"];
        let text = query["query"].as_str().unwrap();
        let whole = &text[text.find("STRUCT(").unwrap()..text.find("AS whole").unwrap()];
        assert!(whole.contains("payload AS payload") && !whole.contains("client_id") && !whole.contains("window"), "{whole}");
        assert!(text.contains("submission_timestamp >= @since"), "{text}");
        assert!(job["configuration"]["dryRun"] == true || query["maximumBytesBilled"].is_string());
    }
    let bounds = jobs[0]["configuration"]["query"]["queryParameters"].as_array().unwrap();
    assert!(bounds.iter().any(|bound| bound["name"] == "most" && bound["parameterValue"]["value"] == "2000"), "{bounds:?}");
}

#[test]
fn a_table_without_payloads_says_so_before_it_costs() {
    let stub = Stub::new(|asked, _| {
        let mut reply = healthy(asked, 10, &[parcel()]);
        reply.body = reply.body.replace("\"payload\"", "\"body\"");
        reply
    });
    for keys in ["b", "px<enter>"] {
        let told = on_stub(&stub, u64::MAX, keys);
        assert!(told.contains("p.d.t has no payload (the document)"), "{told}");
    }
    assert_eq!(stub.started(), 2);
}

#[test]
fn commands_refuse_what_nobody_can_be_asked_about() {
    let stub = dear(|_| None);
    let place = ["bigquery:p.d.t", "--endpoint", &stub.endpoint, "--max-bytes", "1000", "--refresh"];
    for (command, arguments) in
        [("groups", &["--schemas", SCHEMAS, "--causes"][..]), ("groups", &["--payload-has", "x"]), ("cases", &["--payload-has", "x"])]
    {
        let refused = run(command, &place, arguments);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(
            told.contains("looking into payloads reads 4.7 GiB, about $0.03, more than the 1000 B that may be read: raise --max-bytes"),
            "{told}"
        );
        let agreed = run(command, &[&place[..3], &["--max-bytes", "6GB", "--refresh"]].concat(), arguments);
        assert!(agreed.status.success(), "{agreed:?}");
    }
    // Each command was run twice; groups --causes counts before it looks.
    assert_eq!(stub.started(), 2 + 3);
}

/// Escape while the server is at work on payloads.
#[test]
fn escape_calls_the_query_off_where_it_runs() {
    let cancelled = Arc::new(AtomicBool::new(false));
    let seen = cancelled.clone();
    let stub = dear(move |asked| {
        let path = asked.path.split('?').next().unwrap_or("");
        if path.ends_with("/cancel") {
            cancelled.store(true, Ordering::Relaxed);
        }
        match asked.method.as_str() {
            "GET" if path.contains("/queries/") => Some(Reply::json(json!({"jobComplete": false}))),
            "GET" if path.contains("/jobs/") && cancelled.load(Ordering::Relaxed) => Some(Reply::json(
                json!({"status": {"state": "DONE", "errorResult": {"reason": "stopped", "message": "Job execution was cancelled"}}}),
            )),
            "GET" if path.contains("/jobs/") => {
                Some(Reply::json(json!({"status": {"state": "RUNNING"}, "statistics": {"totalSlotMs": "5000"}})))
            }
            _ => None,
        }
    });
    for keys in ["b", "px<enter>"] {
        seen.store(false, Ordering::Relaxed);
        let before = stub.asked().iter().filter(|asked| asked.path.contains("/cancel")).count();
        let (source, request) = stubbed(&stub, u64::MAX);
        let screens = at_work(source, request, keys);
        assert!(screens[0].contains("BigQuery is running the query") && screens[0].contains("Esc calls it off"), "{}", screens[0]);
        assert!(screens[1].contains("was stopped") || screens[1].contains("called off"), "{}", screens[1]);
        assert_eq!(stub.asked().iter().filter(|asked| asked.path.contains("/cancel")).count() - before, 1, "{keys}");
        assert!(seen.load(Ordering::Relaxed));
    }
}

/// The screen while work that keys began is under way, and the screen after Escape, once the work has ended.
fn at_work(source: BigQuery, request: Request, keys: &str) -> [String; 2] {
    let theme = Theme::named("mono", Depth::None, false).unwrap();
    let mut app = App::new((160, 30), "t".into(), Some("schemas".into()), theme, Depth::None, Keymap::new(&[]).unwrap());
    app.is_remote = true;
    let groups = source.groups(&request, &Unwatched).unwrap();
    let (messages, mut inbox) = tokio::sync::mpsc::unbounded_channel();
    let mut workers = misfit::tui::work::Workers::new(Some(Arc::new(source)), request, Default::default(), messages).unwrap();
    let mut take = |app: &mut App, message: Message| update(app, message).into_iter().for_each(|effect: Effect| workers.start(effect));
    take(&mut app, Message::Groups { tree: Arc::new(GroupTree::new(Arc::new(groups), Default::default())), done: true });
    for key in parse_keys(keys).unwrap() {
        take(&mut app, Message::Key(key.to_event()));
    }
    let is_running = |app: &App| {
        let counting = app.causes.asked().map(|counting| counting.progress);
        let progress = counting.or(app.seeking.as_ref().map(|seeking| seeking.progress));
        progress.and_then(|progress| progress.job).is_some_and(|job| job.slot_ms > 0)
    };
    while !is_running(&app) {
        let message = inbox.blocking_recv().unwrap();
        take(&mut app, message);
    }
    let drawn = |app: &App| {
        let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 160, 30));
        misfit::tui::view::view(app, &mut buffer);
        frame::to_text(&buffer)
    };
    let before = drawn(&app);
    take(&mut app, Message::Key(parse_keys("<esc>").unwrap()[0].to_event()));
    let after = drawn(&app);
    while !workers.idle() {
        std::thread::yield_now();
    }
    [before, after]
}
