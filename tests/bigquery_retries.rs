//! What BigQuery refuses for now is asked again, in the right place and under the right name; what it refuses for good is told.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::stub::{Asked, Reply, Stub, coarse, healthy, table};
use misfit::rows::group::Groups;
use misfit::rows::source::bigquery::{BigQuery, Patience, Settings, TableName};
use misfit::rows::source::{ErrorSource, Progress, Request, Unwatched, Watch};
use serde_json::{Value, json};

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

fn open(stub: &Stub) -> BigQuery {
    let patience = Patience { attempts: 4, first: std::time::Duration::from_millis(1), longest: std::time::Duration::from_millis(4) };
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, patience, ..Settings::default() };
    BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, Request::default()).unwrap()
}

fn window() -> Request {
    Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), ..Request::default() }
}

fn groups(stub: &Stub) -> Result<Groups, String> {
    open(stub).groups(&window(), &Unwatched).map_err(|error| misfit::tui::advice::told(&error))
}

fn fine(asked: &Asked) -> Reply {
    healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)])
}

/// A healthy server, but for the first requests that `ill` has something to say to.
fn ill(most: usize, ill: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Stub {
    let faults = AtomicUsize::new(0);
    Stub::new(move |asked, _| ill(asked).filter(|_| faults.fetch_add(1, Ordering::Relaxed) < most).unwrap_or_else(|| fine(asked)))
}

/// The ids of jobs that were started.
fn ids(stub: &Stub) -> HashSet<String> {
    let jobs = stub.asked().into_iter().filter(|asked| asked.path.ends_with("/jobs") && !asked.is_dry_run());
    jobs.map(|asked| asked.json()["jobReference"]["jobId"].to_string()).collect()
}

#[test]
fn too_much_at_once_and_broken_jobs_are_tried_again() {
    for (status, reason, place, jobs) in [
        (403, "rateLimitExceeded", "/tables/", 1),
        (403, "rateLimitExceeded", "/jobs", 1),
        (403, "rateLimitExceeded", "/queries/", 1),
        (403, "jobRateLimitExceeded", "/jobs", 1),
        (400, "jobBackendError", "/jobs", 1),
        // Such a job has ended: another takes its place.
        (400, "jobBackendError", "/queries/", 4),
        (400, "jobInternalError", "/queries/", 4),
        (403, "jobRateLimitExceeded", "/queries/", 4),
    ] {
        let stub = ill(3, move |asked| asked.path.contains(place).then(|| Reply::refusal(status, reason, "slow down")));
        let groups = groups(&stub).unwrap_or_else(|error| panic!("{reason} at {place}: {error}"));
        assert_eq!((groups.rows, ids(&stub).len()), (3, jobs), "{reason} at {place}");
    }
    let stub = ill(99, |asked| asked.path.contains("/queries/").then(|| Reply::refusal(400, "jobBackendError", "broken")));
    assert_eq!(groups(&stub).unwrap_err(), "BigQuery has a problem: broken (jobBackendError); try again later");
    assert_eq!(ids(&stub).len(), 4);
    let stub = ill(99, |asked| asked.path.contains("/jobs").then(|| Reply::refusal(403, "rateLimitExceeded", "slow down")));
    assert_eq!(groups(&stub).unwrap_err(), "the project asks BigQuery too often: slow down (rateLimitExceeded); try again in a minute");
    assert_eq!(stub.started(), 0);
}

#[test]
fn a_job_that_broke_by_its_own_words_is_tried_again() {
    let broken = AtomicUsize::new(0);
    let stub = Stub::new(move |asked, _| {
        let path = asked.path.split('?').next().unwrap_or("");
        match asked.method.as_str() {
            "GET" if path.contains("/queries/") && broken.load(Ordering::Relaxed) < 2 => Reply::refusal(400, "invalid", "the job failed"),
            "GET" if path.contains("/jobs/") => {
                broken.fetch_add(1, Ordering::Relaxed);
                Reply::json(json!({"status": {"state": "DONE", "errorResult": {"reason": "backendError", "message": "broken"}}}))
            }
            _ => fine(asked),
        }
    });
    assert_eq!(groups(&stub).unwrap().rows, 3);
    assert_eq!(ids(&stub).len(), 3);
}

#[test]
fn what_is_refused_for_good_is_asked_once_and_says_what_to_do() {
    for (status, reason, place, told) in [
        (403, "quotaExceeded", "/jobs", "a quota of the project is used up: why (quotaExceeded); wait, or bill another --project"),
        (
            403,
            "responseTooLarge",
            "/queries/",
            "the answer is larger than BigQuery gives back: why (responseTooLarge); narrow the window, or name --doctype",
        ),
    ] {
        let stub = ill(99, move |asked| asked.path.contains(place).then(|| Reply::refusal(status, reason, "why")));
        assert_eq!(groups(&stub).unwrap_err(), told);
        assert_eq!(stub.asked().iter().filter(|asked| asked.path.contains(place) && !asked.path.contains("/jobs/")).count(), 1);
    }
}

/// Stops when the query runs, or when it is being started.
struct Stops<'a>(&'a AtomicBool);

impl Watch for Stops<'_> {
    fn progress(&self, _: Progress) {}
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

static STOPPED: AtomicBool = AtomicBool::new(false);

#[test]
fn a_job_is_asked_for_where_the_tables_are() {
    let stub = Stub::new(|asked, _| {
        let path = asked.path.split('?').next().unwrap_or("");
        let there = asked.path.contains("location=europe-west3") || asked.json()["jobReference"]["location"] == "europe-west3";
        match asked.method.as_str() {
            "GET" if path.contains("/tables/") => {
                let mut table = table();
                table["location"] = "europe-west3".into();
                Reply::json(table)
            }
            _ if !there => Reply::refusal(404, "notFound", "not found in location US"),
            "GET" if path.contains("/queries/") => {
                STOPPED.store(true, Ordering::Relaxed);
                Reply::json(json!({"jobComplete": false}))
            }
            "POST" if path.ends_with("/jobs") && !asked.is_dry_run() => {
                let id = asked.json()["jobReference"]["jobId"].clone();
                Reply::json(json!({"jobReference": {"projectId": "p", "jobId": id, "location": "europe-west3"}}))
            }
            _ => fine(asked),
        }
    });
    let told = open(&stub).groups(&window(), &Stops(&STOPPED)).unwrap_err().to_string();
    assert!(told.starts_with("called off; BigQuery confirms that job misfit_"), "{told}");
    let cancel = stub.asked().into_iter().find(|asked| asked.path.contains("/cancel")).unwrap();
    assert!(cancel.path.ends_with("/cancel?location=europe-west3"), "{}", cancel.path);
}

#[test]
fn that_nothing_was_begun_is_only_said_where_one_has_looked_in_the_right_place() {
    for (location, told) in
        [(Some("EU"), "called off before anything was asked"), (None, "called off, but BigQuery has not confirmed that job")]
    {
        let stopped: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        let stub = Stub::new(move |asked, _| {
            let path = asked.path.split('?').next().unwrap_or("");
            match asked.method.as_str() {
                "GET" if path.contains("/tables/") => {
                    let mut table = table();
                    table["location"] = location.into();
                    Reply::json(table)
                }
                "POST" if path.ends_with("/cancel") => Reply::refusal(404, "notFound", "no such job"),
                "POST" if path.ends_with("/jobs") && !asked.is_dry_run() => {
                    stopped.store(true, Ordering::Relaxed);
                    Reply { delay: std::time::Duration::from_secs(20), ..fine(asked) }
                }
                _ => fine(asked),
            }
        });
        let answer = open(&stub).groups(&window(), &Stops(stopped)).unwrap_err().to_string();
        assert!(answer.starts_with(told), "{answer}");
    }
}

#[test]
fn tables_of_several_places_are_not_asked_together() {
    let stub = Stub::new(|asked, _| {
        if !asked.path.contains("/tables/") {
            return fine(asked);
        }
        let mut table = table();
        table["location"] = if asked.path.ends_with("/t") { "US" } else { "EU" }.into();
        table["tableReference"]["tableId"] = asked.path.rsplit('/').next().unwrap().into();
        Reply::json(table)
    });
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, ..Settings::default() };
    let source = BigQuery::open(TableName::parse_list("p.d.t,u", None).unwrap(), settings, Request::default()).unwrap();
    let told = source.groups(&window(), &Unwatched).unwrap_err().to_string();
    assert_eq!(told, "p.d.u is in EU, which cannot be asked together with what is in US");
}

/// The window that a query was sent with.
fn sent(stub: &Stub) -> (i64, i64) {
    let job = stub.asked().into_iter().rfind(|asked| asked.path.ends_with("/jobs")).unwrap().json();
    let time = |name: &str| {
        let all = job["configuration"]["query"]["queryParameters"].as_array().unwrap();
        let found: &Value = all.iter().find(|parameter| parameter["name"] == name).unwrap();
        misfit::ground::time::parse_time(found["parameterValue"]["value"].as_str().unwrap()).unwrap()
    };
    (time("since"), time("until"))
}

#[test]
fn a_wrong_clock_loses_no_new_rows() {
    const MINUTE: i64 = 60_000_000;
    for minutes in [-10, 0, 10] {
        let stub = Stub::new(move |asked, _| {
            let there = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
            let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&there).unwrap();
            Reply { headers: Box::leak(format!("Date: {date}\r\n").into_boxed_str()), ..fine(asked) }
        });
        let groups = open(&stub).groups(&Request::default(), &Unwatched).unwrap();
        let there = jiff::Timestamp::now().as_microsecond() + minutes * MINUTE;
        let (since, until) = sent(&stub);
        assert!(until > there && (there - since - 24 * 60 * MINUTE).abs() < MINUTE, "{minutes}: {}", there - since);
        let told: Vec<&str> = groups.notes.iter().map(|note| note.text.as_str()).filter(|note| note.contains("the clock of")).collect();
        let expected: &[&str] = match minutes {
            0 => &[],
            -10 => &["the clock of this machine is about 10 min fast"],
            _ => &["the clock of this machine is about 10 min slow"],
        };
        assert_eq!(told.iter().map(|told| told.replace("11", "10")).collect::<Vec<_>>(), expected);
    }
    // Where nothing was told, as when tables are known from before, the window goes beyond now.
    let stub = Stub::new(|asked, _| fine(asked));
    open(&stub).groups(&Request::default(), &Unwatched).unwrap();
    assert!(sent(&stub).1 > jiff::Timestamp::now().as_microsecond() + 10 * MINUTE);
}
