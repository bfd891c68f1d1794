//! BigQuery out of order: every fault is a plain sentence, nothing is tried forever, nothing is spent unasked, no secret is told.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::stub::{Asked, Reply, Stub, coarse, healthy};
use misfit::rows::group::Groups;
use misfit::rows::source::bigquery::{BigQuery, Patience, Settings, TableName};
use misfit::rows::source::{Cost, ErrorSource, Progress, Request, Unwatched, Watch};
use serde_json::{Value, json};

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

fn settings(stub: &Stub) -> Settings {
    let patience = Patience { attempts: 4, first: Duration::from_millis(1), longest: Duration::from_millis(4) };
    Settings { endpoint: Some(stub.endpoint.clone()), cache: None, patience, ..Settings::default() }
}

fn open(settings: Settings) -> BigQuery {
    BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, Request::default()).unwrap()
}

fn window() -> Request {
    Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), ..Request::default() }
}

fn groups(stub: &Stub) -> Result<Groups, String> {
    open(settings(stub)).groups(&window(), &Unwatched).map_err(|error| misfit::tui::advice::told(&error))
}

/// A healthy server, but for the first requests that `ill` has something to say to.
fn ill(most: usize, ill: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Stub {
    let faults = AtomicUsize::new(0);
    Stub::new(move |asked, _| {
        let fault = ill(asked).filter(|_| faults.fetch_add(1, Ordering::Relaxed) < most);
        fault.unwrap_or_else(|| healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)]))
    })
}

#[test]
fn what_may_pass_is_tried_again_and_goes_well() {
    let page = || Reply { status: 502, body: "<html><title>Bad Gateway</title>".into(), ..Reply::json(json!(0)) };
    type Fault = fn(&Asked) -> Reply;
    let faults: [(&str, Fault); 7] = [
        ("504", |_| Reply { status: 504, body: "<html>".into(), ..Reply::json(json!(0)) }),
        ("nothing", |asked| Reply { cut: Some(0), ..healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)]) }),
        ("429", |_| Reply { headers: "Retry-After: 0\r\n", ..Reply::refusal(429, "rateLimitExceeded", "slow down") }),
        ("503", |_| Reply::refusal(503, "backendError", "later")),
        ("500", |_| Reply { status: 500, body: String::new(), ..Reply::json(json!(0)) }),
        ("502", |_| Reply { status: 502, body: "<html>".into(), ..Reply::json(json!(0)) }),
        ("cut", |asked| Reply { cut: Some(10), ..healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)]) }),
    ];
    for (name, fault) in faults {
        for place in ["/tables/", "/jobs", "/queries/"] {
            let stub = ill(3, move |asked| asked.path.contains(place).then(|| fault(asked)));
            let groups = groups(&stub).unwrap_or_else(|error| panic!("{name} at {place}: {error}"));
            assert_eq!((groups.rows, groups.list.len()), (3, 1), "{name} at {place}");
        }
    }
    let stub = ill(99, move |asked| asked.path.contains("/tables/").then(page));
    assert!(groups(&stub).unwrap_err().contains("status 502 and \"Bad Gateway\""));
    assert_eq!(stub.asked().len(), 4);
}

#[test]
fn what_does_not_pass_is_asked_once() {
    for (status, reason, told) in [
        (400, "invalidQuery", "BigQuery rejects the query: why (invalidQuery)"),
        (403, "accessDenied", "these credentials may not do that: why (accessDenied); ask for access"),
        (404, "notFound", "BigQuery cannot find it: why (notFound)"),
    ] {
        for place in ["/tables/", "/jobs"] {
            let stub = ill(99, move |asked| asked.path.contains(place).then(|| Reply::refusal(status, reason, "why")));
            let error = groups(&stub).unwrap_err();
            assert!(error.starts_with(told), "{error}");
            assert_eq!(stub.asked().iter().filter(|asked| asked.path.contains(place)).count(), 1, "{status} at {place}");
        }
    }
}

#[test]
fn a_start_whose_answer_was_lost_is_not_a_second_job() {
    let ids = std::sync::Mutex::new(std::collections::HashSet::new());
    let stub = Stub::new(move |asked, _| {
        let id = asked.json()["jobReference"]["jobId"].as_str().map(str::to_owned);
        match id {
            Some(id) if !asked.is_dry_run() && asked.method == "POST" => match ids.lock().unwrap().insert(id) {
                true => Reply { cut: Some(3), ..healthy(asked, 10, &[]) },
                false => Reply::refusal(409, "duplicate", "Already Exists"),
            },
            _ => healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)]),
        }
    });
    assert_eq!(groups(&stub).unwrap().rows, 3);
    let ids: std::collections::HashSet<Value> = stub
        .asked()
        .iter()
        .filter(|asked| asked.path.ends_with("/jobs") && !asked.is_dry_run())
        .map(|asked| asked.json()["jobReference"]["jobId"].clone())
        .collect();
    assert_eq!((stub.started(), ids.len()), (2, 1));
}

#[test]
fn a_job_that_fails_tells_why() {
    let stub = Stub::new(|asked, _| {
        let path = asked.path.split('?').next().unwrap_or("");
        match asked.method.as_str() {
            "GET" if path.contains("/queries/") => Reply::refusal(400, "invalid", "the job failed"),
            "GET" if path.contains("/jobs/") => {
                Reply::json(json!({"status": {"state": "DONE", "errorResult": {"reason": "resourcesExceeded", "message": "too much"}}}))
            }
            _ => healthy(asked, 10, &[]),
        }
    });
    assert!(groups(&stub).unwrap_err().starts_with("the query needs more memory than BigQuery gives it: too much (resourcesExceeded)"));
}

/// Says what the user would say of a price, and remembers it.
struct Asks {
    yes: bool,
    told: std::sync::Mutex<Vec<String>>,
}

impl Watch for Asks {
    fn progress(&self, _: Progress) {}
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        false
    }
    fn spend(&self, cost: &Cost) -> bool {
        self.told.lock().unwrap().push(cost.to_string());
        self.yes || !cost.is_over()
    }
}

#[test]
fn nothing_is_spent_beyond_the_limit_unless_somebody_agrees() {
    const TB: u64 = 1 << 40;
    let stub = Stub::new(|asked, _| healthy(asked, TB, &[coarse(Some(1), MESSAGE, 3)]));
    let ask = |yes| {
        let asks = Asks { yes, told: Default::default() };
        let answer =
            open(settings(&stub)).groups(&window(), &asks).map(|groups| groups.rows).map_err(|error| misfit::tui::advice::told(&error));
        (answer, asks.told.into_inner().unwrap())
    };
    let (answer, told) = ask(false);
    assert_eq!(told, ["counting reads 1.0 TiB, about $6.25"]);
    assert!(answer.unwrap_err().contains("raise --max-bytes"));
    assert_eq!(stub.started(), 0);
    assert_eq!(ask(true).0, Ok(3));
    assert_eq!(stub.started(), 1);
    let job = stub.asked().into_iter().rfind(|asked| asked.path.ends_with("/jobs")).unwrap().json();
    let most: u64 = job["configuration"]["query"]["maximumBytesBilled"].as_str().unwrap().parse().unwrap();
    assert!((TB..TB * 2).contains(&most), "{most}");
    assert_eq!(job["configuration"]["labels"]["tool"], "misfit");
    let text = job["configuration"]["query"]["query"].as_str().unwrap();
    assert!(text.contains("submission_timestamp >= @since") && !text.contains("payload"), "{text}");
}

#[test]
fn a_query_is_a_dry_run_first_and_costs_no_more_than_its_limit() {
    let stub = Stub::new(|asked, _| healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)]));
    open(Settings { max_bytes: 12_345, ..settings(&stub) }).groups(&window(), &Unwatched).unwrap();
    let jobs: Vec<Asked> = stub.asked().into_iter().filter(|asked| asked.path.ends_with("/jobs")).collect();
    assert_eq!(jobs.iter().map(Asked::is_dry_run).collect::<Vec<_>>(), [true, false]);
    assert_eq!(jobs[0].json()["configuration"]["query"]["query"], jobs[1].json()["configuration"]["query"]["query"]);
    assert_eq!(jobs[1].json()["configuration"]["query"]["maximumBytesBilled"], (12_345 + (100 << 20)).to_string());
}

/// Stops when told.
#[derive(Default)]
struct Stops(AtomicBool);

impl Watch for Stops {
    fn progress(&self, progress: Progress) {
        if progress.job.is_some_and(|job| job.slot_ms > 0) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn a_query_is_called_off_on_the_server_and_that_is_proved() {
    let cancelled = AtomicBool::new(false);
    let stub = Stub::new(move |asked, _| {
        let path = asked.path.split('?').next().unwrap_or("");
        if path.ends_with("/cancel") {
            cancelled.store(true, Ordering::Relaxed);
        }
        match asked.method.as_str() {
            "GET" if path.contains("/queries/") => Reply::json(json!({"jobComplete": false})),
            "GET" if path.contains("/jobs/") && cancelled.load(Ordering::Relaxed) => Reply::json(
                json!({"status": {"state": "DONE", "errorResult": {"reason": "stopped", "message": "Job execution was cancelled"}}}),
            ),
            "GET" if path.contains("/jobs/") => Reply::json(json!({"status": {"state": "RUNNING"}, "statistics": {"totalSlotMs": "5"}})),
            _ => healthy(asked, 10, &[]),
        }
    });
    let told = open(settings(&stub)).groups(&window(), &Stops::default()).unwrap_err().to_string();
    assert!(told.starts_with("called off; BigQuery confirms that job misfit_") && told.ends_with(" has stopped"), "{told}");
    assert_eq!(stub.asked().iter().filter(|asked| asked.path.contains("/cancel")).count(), 1);
}

#[test]
fn a_slow_server_is_left_at_once() {
    let stub = Stub::new(|asked, _| Reply { delay: Duration::from_secs(20), ..healthy(asked, 10, &[]) });
    let begun = Instant::now();
    let stops = Stops(AtomicBool::new(true));
    let told = open(settings(&stub)).groups(&window(), &stops).unwrap_err().to_string();
    assert_eq!(told, "called off before anything was asked");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_answer_is_kept_and_costs_nothing_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, _| healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)]));
    let with = |refresh| Settings { cache: Some(folder.path().to_path_buf()), refresh, ..settings(&stub) };
    let first = open(with(false)).groups(&window(), &Unwatched).unwrap();
    let asked = stub.asked().len();
    let again = open(with(false)).groups(&window(), &Unwatched).unwrap();
    assert_eq!(stub.asked().len(), asked);
    assert_eq!(again.list[0].fingerprint, first.list[0].fingerprint);
    assert!(misfit::tui::advice::advised(&again.notes[0]).contains("--refresh"), "{:?}", again.notes);
    open(with(true)).groups(&window(), &Unwatched).unwrap();
    assert!(stub.asked().len() > asked);
    let elsewhere = Request { since: Some(1), ..window() };
    open(with(false)).groups(&elsewhere, &Unwatched).unwrap();
    assert_eq!(stub.started(), 3);
}

#[test]
fn what_was_not_told_apart_is_counted() {
    let stub = Stub::new(|asked, _| healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3), coarse(None, "", 5)]));
    let groups = groups(&stub).unwrap();
    assert_eq!(groups.rows, 8);
    let other = groups.list.iter().find(|group| group.folded().is_some()).unwrap();
    assert_eq!((other.count, other.key.namespace.as_deref(), other.rows.len()), (5, Some("acme"), 0));
}

/// The binary, alone with this endpoint.
fn misfit(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.env_clear().env("HOME", home).env("PATH", "/nowhere").env("GOOGLE_APPLICATION_CREDENTIALS", home.join("key.json"));
    command.args(arguments).output().unwrap()
}

#[test]
fn secrets_are_told_to_nobody_and_an_expired_token_is_replaced() {
    const SECRETS: [&str; 4] = ["s3cret-client", "s3cret-refresh", "s3cret-token-1", "s3cret-token-2"];
    let tokens = AtomicUsize::new(0);
    let ended = AtomicBool::new(false);
    let stub = Stub::new(move |asked, _| match asked.path.as_str() {
        "/token" => {
            let number = tokens.fetch_add(1, Ordering::Relaxed) + 1;
            Reply::json(json!({"access_token": format!("s3cret-token-{number}"), "expires_in": 3600}))
        }
        "/broken-token" => Reply {
            status: 400,
            ..Reply::json(json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}))
        },
        _ if asked.headers.contains("s3cret-token-1") && ended.swap(true, Ordering::Relaxed) => {
            Reply::refusal(401, "authError", "Request had invalid authentication credentials.")
        }
        _ => healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)]),
    });
    let home = tempfile::tempdir().unwrap();
    let key = |uri: &str| {
        let key = json!({"type": "authorized_user", "client_id": "c", "client_secret": "s3cret-client", "refresh_token": "s3cret-refresh",
            "quota_project_id": "q", "token_uri": format!("{}{uri}", stub.endpoint)});
        std::fs::write(home.path().join("key.json"), key.to_string()).unwrap();
    };
    let config = home.path().join("config.toml");
    std::fs::write(&config, format!("[bigquery]\nendpoint = \"{}\"\nauthenticate = true\n", stub.endpoint)).unwrap();
    let config = config.to_str().unwrap();
    let run = |more: &[&str]| {
        misfit(
            home.path(),
            &[&["groups", "bigquery:p.d.t", "--since", "2026-06-25", "--until", "2026-06-26", "--config", config], more].concat(),
        )
    };
    key("/token");
    let good = run(&[]);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    assert!(stub.asked().iter().any(|asked| asked.headers.contains("Bearer s3cret-token-2")));
    assert!(stub.asked().iter().any(|asked| asked.headers.contains("x-goog-user-project: q")));
    key("/broken-token");
    let bad = run(&["--refresh"]);
    assert_eq!(bad.status.code(), Some(2));
    let told = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert!(told.contains("gave no token: Token has been expired or revoked.; run `gcloud auth application-default login`"), "{told}");
    let mut texts = vec![good.stdout, good.stderr, bad.stdout, bad.stderr];
    std::fs::remove_file(home.path().join("key.json")).unwrap();
    for file in files(home.path()) {
        let bytes = std::fs::read(&file).unwrap();
        texts.push(zstd::decode_all(bytes.as_slice()).unwrap_or(bytes));
    }
    assert!(texts.len() > 6, "nothing was kept");
    for text in texts {
        let text = String::from_utf8_lossy(&text).into_owned();
        SECRETS.iter().for_each(|secret| assert!(!text.contains(secret), "{text}"));
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] }).collect()
}

#[test]
fn a_lack_of_credentials_is_told_before_anything_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_misfit"))
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/nowhere")
        .args(["groups", "bigquery:p.d.t"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("gcloud auth application-default login"), "{told}");
}

#[test]
fn names_and_windows_that_are_none_are_refused() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, told) in [
        (&["groups", "bigquery:p.d.t`; DROP TABLE x; --"][..], "is not a table of BigQuery"),
        (&["groups", "bigquery:p.d.t'"], "is not a table of BigQuery"),
        (&["groups", "bigquery:p"], "it has no dataset"),
        (
            &["groups", "bigquery:p.d.t", "--endpoint", "127.0.0.1:1", "--since", "2026-06-26", "--until", "2026-06-25"],
            "--since has to be before --until",
        ),
        (&["groups", "bigquery:p.d.t", "--endpoint", "ftp://x"], "is not an endpoint"),
        (&["groups", "bigquery:p.d.t", "--max-bytes", "much"], "a number of bytes is given as 100GB"),
        (&["groups", "bigquery:p.d.t", "rows.ndjson"], "cannot be read together with files"),
        (&["groups", "rows.ndjson", "--project", "p"], "--project is for tables of BigQuery"),
        (&["groups", "bigquery:", "--endpoint", "127.0.0.1:1", "--sql", "/nowhere.sql"], "cannot read the SQL"),
    ] {
        let output = misfit(home.path(), arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(told), "{arguments:?}: {error}");
    }
}
