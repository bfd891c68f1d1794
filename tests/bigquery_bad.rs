//! BigQuery as nobody wants it: what is answered instead of answers, and what ends in the middle. One plain sentence each.

use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::stub::{Asked, Reply, Stub, coarse, healthy};
use misfit::rows::group::Groups;
use misfit::rows::payload::Payload;
use misfit::rows::source::bigquery::{BigQuery, Patience, Settings, TableName};
use misfit::rows::source::{ErrorSource, ReadRows, Request, Unwatched};
use serde_json::{Value, json};

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

fn settings(stub: &Stub) -> Settings {
    let patience = Patience { attempts: 4, first: std::time::Duration::from_millis(1), longest: std::time::Duration::from_millis(4) };
    Settings { endpoint: Some(stub.endpoint.clone()), cache: None, patience, ..Settings::default() }
}

fn open(settings: Settings) -> BigQuery {
    BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, Request::default()).unwrap()
}

fn window() -> Request {
    Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), ..Request::default() }
}

fn counted(source: &BigQuery) -> Result<Groups, String> {
    source.groups(&window(), &Unwatched).map_err(|error| misfit::tui::advice::told(&error))
}

fn fine(asked: &Asked) -> Reply {
    healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)])
}

/// A server whose second kind of query is for rows.
fn with_rows(rows: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Stub {
    let last = Mutex::new(String::new());
    Stub::new(move |asked, _| {
        let mut last = last.lock().unwrap();
        if let Some(sql) = asked.json()["configuration"]["query"]["query"].as_str() {
            *last = sql.to_owned();
        }
        if last.contains("AS whole") { rows(asked) } else { fine(asked) }
    })
}

/// A row with its key and its columns, in the order of the stub's table.
fn row(group: u64, nth: u64, payload: &str) -> Value {
    let cell = |value: &str| json!({"v": value});
    let fields = ["acme", "session", "1", "ParsePayload", "c", MESSAGE, "decoder-0", "/submit", "client", payload, "1782391490.0", ""];
    json!({"f": [cell("0"), cell("1782391490000000"), cell(&format!("{group:016x}")), cell(&nth.to_string()), {"v": {"f": fields.map(cell)}}]})
}

#[test]
fn a_page_for_people_is_no_answer_whatever_its_status() {
    for place in ["/tables/", "/jobs", "/queries/"] {
        let stub = Stub::new(move |asked, _| {
            let page = Reply { body: "<html><title>Sign in to \u{1b}[2J the proxy</title>".into(), ..Reply::json(json!(0)) };
            if asked.path.contains(place) { page } else { fine(asked) }
        });
        let told = counted(&open(settings(&stub))).unwrap_err();
        assert!(told.contains("answered with status 200 and \"Sign in to \\u{1b}[2J the proxy\" instead of JSON"), "{place}: {told}");
        assert_eq!(stub.asked().iter().filter(|asked| asked.path.contains(place)).count(), 1);
    }
}

#[test]
fn a_page_of_100_mb_is_read_and_one_without_end_is_not() {
    for (megabytes, outcome) in [(100, Ok(3)), (130, Err("BigQuery's answer is not understood: it is too long"))] {
        let stub = Stub::new(move |asked, _| {
            let mut reply = fine(asked);
            if asked.path.contains("/queries/") {
                reply.body.insert_str(1, &format!("\"padding\":\"{}\",", "x".repeat(megabytes << 20)));
            }
            reply
        });
        assert_eq!(
            counted(&open(settings(&stub))).map(|groups| groups.rows).as_ref().map_err(String::as_str),
            outcome.as_ref().map_err(|told| *told)
        );
    }
}

#[test]
fn a_row_of_10_mb_is_opened() {
    let payload = "QUJD".repeat(10 << 18);
    let stub = with_rows(move |asked| healthy(asked, 10, &[row(1, 0, &payload)]));
    let source = open(settings(&stub));
    let groups = counted(&source).unwrap();
    let row = source.fetch(groups.list[0].rows[0], &Unwatched).unwrap();
    assert!(matches!(row.payload, Payload::Bytes(bytes) if bytes.len() == 3 * (10 << 18)));
    let long = format!("{MESSAGE}{}", "x".repeat(10 << 20));
    let stub = Stub::new(move |asked, _| healthy(asked, 10, &[coarse(Some(1), &long, 3)]));
    assert_eq!(counted(&open(settings(&stub))).unwrap().rows, 3);
}

#[test]
fn a_table_that_is_deleted_between_two_pages_is_told_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let gone = AtomicBool::new(true);
    let stub = Stub::new(move |asked, _| {
        if asked.path.contains("pageToken") && gone.swap(false, Ordering::Relaxed) {
            return Reply::refusal(404, "notFound", "Not found: Table p:d.t");
        }
        let mut reply = fine(asked);
        if asked.path.contains("/queries/") && !asked.path.contains("pageToken") {
            reply.body.insert_str(1, "\"pageToken\":\"next\",");
        }
        reply
    });
    let source = open(Settings { cache: Some(folder.path().to_path_buf()), ..settings(&stub) });
    assert!(counted(&source).unwrap_err().starts_with("BigQuery cannot find it: Not found: Table p:d.t (notFound)"));
    // Half an answer was not kept: the next is asked for, and is whole.
    assert_eq!((counted(&source).unwrap().rows, stub.started()), (6, 2));
    assert_eq!((counted(&source).unwrap().rows, stub.started()), (6, 2));
}

#[test]
fn rights_that_are_lost_in_the_middle_leave_what_was_counted() {
    let allowed: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let stub = with_rows(move |asked| {
        if !allowed.load(Ordering::Relaxed) {
            return Reply::refusal(403, "accessDenied", "Access Denied: Table p:d.t");
        }
        healthy(asked, 10, &[row(1, 0, "e30=")])
    });
    let source = open(settings(&stub));
    let groups = counted(&source).unwrap();
    let at = groups.list[0].rows[0];
    let told = source.fetch(at, &Unwatched).unwrap_err().to_string();
    assert_eq!(told, "these credentials may not do that: Access Denied: Table p:d.t (accessDenied)");
    assert_eq!(counted(&source).unwrap().list[0].fingerprint, groups.list[0].fingerprint);
    allowed.store(true, Ordering::Relaxed);
    assert!(source.fetch(at, &Unwatched).is_ok());
}

#[test]
fn a_quota_of_nothing_is_told_at_once() {
    let message = "Custom quota exceeded: Your usage exceeded the custom quota for QueryUsagePerDay, which is set by your administrator";
    let stub = Stub::new(move |asked, _| {
        if asked.path.ends_with("/jobs") && !asked.is_dry_run() { Reply::refusal(403, "quotaExceeded", message) } else { fine(asked) }
    });
    let told = counted(&open(settings(&stub))).unwrap_err();
    assert_eq!(told, format!("a quota of the project is used up: {message} (quotaExceeded); wait, or bill another --project"));
    assert_eq!(stub.started(), 1);
    assert_eq!(open(settings(&stub)).spent().unwrap().bytes, 0);
}

#[test]
fn a_session_that_may_read_no_more_keeps_what_it_has() {
    let pages = AtomicUsize::new(0);
    let stub = with_rows(move |asked| {
        pages.fetch_add(1, Ordering::Relaxed);
        healthy(asked, 10, &[row(1, 0, "e30=")])
    });
    let source = open(Settings { max_session_bytes: Some(15), ..settings(&stub) });
    let groups = counted(&source).unwrap();
    let all: Vec<_> = groups.list.iter().collect();
    let mut seen = 0;
    let refused = source.read(ReadRows::FirstShown(&all, 2), &Unwatched, &mut |_, _| {
        seen += 1;
        ControlFlow::Continue(())
    });
    let told = refused.map(|_| ()).map_err(|error| misfit::tui::advice::told(&error)).unwrap_err();
    assert!(told.starts_with("opening rows would bring this session to 20 B, more than its 15 B"), "{told}");
    assert_eq!((seen, stub.started()), (0, 1));
}

#[test]
fn an_export_that_meets_the_limit_says_what_is_missing() {
    let stub = with_rows(|asked| healthy(asked, 10, &[row(1, 0, "e30=")]));
    let folder = tempfile::tempdir().unwrap();
    let run = |what: &str, limit: &str| {
        let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
        misfit.args(["export", "bigquery:p.d.t", "--endpoint", &stub.endpoint, "--refresh", "--as", what, "--max-session-bytes", limit]);
        misfit.args(["--since", "2026-06-25", "--until", "2026-06-26", "--out"]).arg(folder.path().join(what));
        misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
        misfit.output().unwrap()
    };
    // What needs no rows is whole.
    let sql = run("sql", "15");
    assert!(sql.status.success(), "{}", String::from_utf8_lossy(&sql.stderr));
    for what in ["rows", "documents", "report"] {
        let refused = run(what, "15");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(told.contains("would bring this session to 20 B, more than its 15 B"), "{what}: {told}");
        assert_ne!(refused.status.code(), Some(0), "{what}: {told}");
        assert!(!folder.path().join(what).exists(), "{what}: a file that looks whole would be none");
        let agreed = run(what, "50");
        assert!(agreed.status.success(), "{what}: {}", String::from_utf8_lossy(&agreed.stderr));
    }
    // The groups that were paid for are kept, and it is said that the rows are not.
    let file = folder.path().join("kept.misfit");
    let program = |arguments: &[&str]| {
        let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
        misfit
            .args(arguments)
            .env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"))
            .env("MISFIT_SCHEMAS", "");
        misfit.output().unwrap()
    };
    let place = ["bigquery:p.d.t", "--endpoint", &stub.endpoint, "--refresh", "--since", "2026-06-25", "--until", "2026-06-26"];
    let out = file.display().to_string();
    let made = program(&[&["bundle"], &place[..], &["--out", &out, "--max-session-bytes", "15"]].concat());
    let told = String::from_utf8_lossy(&made.stderr).into_owned();
    assert_eq!(made.status.code(), Some(1), "{told}");
    assert!(
        told.contains("the rows are missing in it, its groups and schema files are whole: opening rows would bring this session to 20 B"),
        "{told}"
    );
    assert!(told.contains("raise --max-session-bytes"), "{told}");
    let kept = program(&["groups", &out, "--format", "json"]);
    let groups: Value = serde_json::from_slice(&kept.stdout).unwrap();
    assert_eq!(groups["groups"].as_array().map(Vec::len), Some(1), "{groups}");
}
