//! Rounds are given by the tests: nothing here waits.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use crate::cli::notes::WantedState;
use crate::rows::source::bigquery;
use crate::rows::source::files::{Files, ReadOptions};
use crate::rows::source::{SourceError, Unwatched};
use crate::triage::notes::file::NotesFile;

/// What happens before each look.
type Happening<'a> = Box<dyn FnMut() + 'a>;

/// Rounds that follow each other at once; a signal ends them.
struct Script<'a> {
    before: VecDeque<Happening<'a>>,
    pauses: Vec<Duration>,
    signal: i32,
}

impl Rounds for Script<'_> {
    fn wait(&mut self, pause: Duration) -> Option<i32> {
        if pause.is_zero() {
            return None;
        }
        self.pauses.push(pause);
        match self.before.pop_front() {
            Some(mut happening) => {
                happening();
                None
            }
            None => Some(self.signal),
        }
    }
}

/// What came of it: exit code, lines, words, hooks, pauses in seconds.
struct Outcome {
    code: Result<ExitCode>,
    lines: Vec<serde_json::Value>,
    words: Vec<String>,
    hooked: usize,
    pauses: Vec<u64>,
}

fn followed(source: &dyn ErrorSource, before: Vec<Happening<'_>>, until_new: bool) -> Outcome {
    followed_by(source, before, until_new, Noted::default())
}

fn followed_by(source: &dyn ErrorSource, before: Vec<Happening<'_>>, until_new: bool, noted: Noted<'_>) -> Outcome {
    let (mut out, mut words, mut hooked) = (Vec::new(), Vec::new(), 0);
    let request = Request::default();
    let mut tell = |told: &str| words.push(told.to_owned());
    let mut hook = |line: &str| {
        hooked += 1;
        assert!(line.ends_with("}\n"));
    };
    let mut follower = Follower::new(source, &request, &mut out, &mut tell, &mut hook);
    follower.noted = noted;
    let mut script = Script { before: before.into(), pauses: Vec::new(), signal: 15 };
    let code = follow(&mut follower, &Unwatched, &mut script, Duration::from_secs(60), until_new);
    let lines = String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Outcome { code, lines, words, hooked, pauses: script.pauses.iter().map(Duration::as_secs).collect() }
}

fn row(key: &str) -> String {
    format!(
        "{{\"document_namespace\":\"n\",\"document_type\":\"d\",\"error_type\":\"ParsePayload\",\"error_message\":\"#: required key [{key}] not found\",\
         \"submission_timestamp\":\"2026-06-25 12:00:00\"}}\n"
    )
}

fn code(code: u8) -> String {
    format!("{:?}", ExitCode::from(code))
}

#[test]
fn intervals_are_read_as_people_write_them() {
    for (text, seconds) in [("1s", 1), ("30s", 30), ("10m", 600), ("2h", 7200)] {
        assert_eq!(parse_interval(text), Ok(Duration::from_secs(seconds)));
    }
    for text in ["", "0s", "0.5s", "10", "m", "-1s", "1d", "99999999999999999999h", "9999h", "é"] {
        assert!(parse_interval(text).is_err(), "{text}");
    }
    assert!(parse_interval("0m").unwrap_err().contains("a second at least"));
}

#[test]
fn a_group_that_begins_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, row("a") + &row("b")).unwrap();
    let append = |text: String| {
        let path = path.clone();
        move || {
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
    };
    let source = Files::open(&[path.display().to_string()], ReadOptions { keep_rows: false }).unwrap();
    let (begun, rest) = (row("d")[..40].to_owned(), row("d")[40..].to_owned());
    let before: Vec<Happening<'_>> = vec![
        Box::new(|| {}),
        Box::new(append(row("a") + &row("c") + &row("c") + &begun)),
        Box::new(append(rest)),
        Box::new(|| std::fs::write(&path, row("e") + &row("a")).unwrap()),
        Box::new(|| {}),
    ];
    let told = followed(&source, before, false);
    let keys: Vec<(&str, u64)> = told.lines.iter().map(|line| (line["fault"].as_str().unwrap(), line["count"].as_u64().unwrap())).collect();
    assert_eq!(keys, [("required c", 2), ("required d", 1), ("required e", 1)]);
    let replaced = "errors.ndjson was replaced or cut: it is read from its beginning, and what it held before is not counted";
    assert_eq!(told.words, ["2 rows in 2 groups now; looking every 60 s for groups that begin", replaced]);
    assert_eq!((told.hooked, format!("{:?}", told.code.unwrap())), (3, code(128 + 15)));
}

#[test]
fn what_is_no_row_is_told_when_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("errors.ndjson"), folder.path().join("more.ndjson"));
    std::fs::write(&path, row("a")).unwrap();
    std::fs::write(&other, row("a")).unwrap();
    let source = Files::open(&[path.display().to_string(), other.display().to_string()], ReadOptions { keep_rows: false }).unwrap();
    let add = |text: &'static str| {
        let path = path.clone();
        move || std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + text).unwrap()
    };
    let gone = || std::fs::remove_file(&other).unwrap();
    let told = followed(&source, vec![Box::new(add("{\"cut\": \n")), Box::new(|| {}), Box::new(gone), Box::new(|| {})], false);
    assert_eq!(told.words.len(), 3, "each once: {:?}", told.words);
    assert!(told.words[1].starts_with("1 piece of input is not a row; the first is errors.ndjson line 2"), "{:?}", told.words);
    assert_eq!(told.words[2], "there is no file more.ndjson any more: its rows are counted until another one takes its place");
}

#[test]
fn it_can_end_with_the_first_group_that_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, row("a")).unwrap();
    let source = Files::open(&[path.display().to_string()], ReadOptions { keep_rows: false }).unwrap();
    let add = |key: &'static str| {
        let path = path.clone();
        move || std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + &row(key)).unwrap()
    };
    let told = followed(&source, vec![Box::new(add("a")), Box::new(add("b")), Box::new(add("c"))], true);
    assert_eq!((format!("{:?}", told.code.unwrap()), told.lines.len(), told.pauses.len()), (code(1), 1, 2));
}

#[test]
fn notes_stand_in_lines_and_choose_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    let notes = NotesFile::at(&folder.path().join("notes.txt"));
    std::fs::write(&path, row("a")).unwrap();
    let pattern =
        |key: &str, state: &str| format!("\nmatch\n  namespace  n\n  path       #[{key}]\n  note       of {key}\n  state      {state}\n");
    let written = format!("misfit notes 1\n{}{}", pattern("a", "muted"), pattern("b", "muted"));
    let add = |key: &'static str| {
        let path = path.clone();
        move || std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + &row(key)).unwrap()
    };
    let write = |text: String| {
        let notes = notes.path().to_owned();
        move || std::fs::write(&notes, &text).unwrap()
    };
    // Somebody breaks the notes meanwhile, and mends them so that b is muted no longer.
    let (broken, mended) = ("misfit notes 1\n\ngroup 1\n".to_owned(), format!("misfit notes 1\n{}", pattern("a", "muted")));
    for (states, told) in [
        (&[][..], &[("required b", "muted"), ("required c", "open"), ("required d", "open")]),
        (&[WantedState::Open], &[("required c", "open"), ("required d", "open"), ("required b", "open")]),
    ] {
        std::fs::write(&path, row("a")).unwrap();
        write(written.clone())();
        let source = Files::open(&[path.display().to_string()], ReadOptions { keep_rows: false }).unwrap();
        let before: Vec<Happening<'_>> = vec![
            Box::new(add("b")),
            Box::new(add("c")),
            Box::new(write(broken.clone())),
            Box::new(add("d")),
            Box::new(write(mended.clone())),
            Box::new(add("b")),
        ];
        let outcome = followed_by(&source, before, false, Noted { file: Some(&notes), states, read: None });
        let lines: Vec<(&str, &str)> =
            outcome.lines.iter().map(|line| (line["fault"].as_str().unwrap(), line["note_state"].as_str().unwrap())).collect();
        assert_eq!(lines, told);
        let wrong = outcome.words.iter().filter(|words| words.contains("is not a fingerprint")).count();
        assert_eq!((wrong, outcome.hooked), (1, told.len()), "{:?}", outcome.words);
    }
}

#[test]
fn what_comes_back_is_told_by_all_rows_of_its_job() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    let notes = NotesFile::at(&folder.path().join("notes.txt"));
    let text = "misfit notes 1\n\nmatch\n  path       #[a]\n  state      mended at 2026-06-25T12:00:00Z by abc1234\n";
    std::fs::write(notes.path(), text).unwrap();
    let of_job = |hour: &str, job: &str| row("a").replace("12:00:00\"", &format!("{hour}:00:00\",\"job_name\":\"{job}\""));
    std::fs::write(&path, of_job("11", "before")).unwrap();
    let add = |text: String| {
        let path = path.clone();
        move || {
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
    };
    let source = Files::open(&[path.display().to_string()], ReadOptions { keep_rows: false }).unwrap();
    let late: Vec<Happening<'_>> =
        vec![Box::new(add(of_job("13", "before"))), Box::new(add(of_job("14", "since"))), Box::new(add(of_job("15", "since")))];
    let outcome = followed_by(&source, late, false, Noted { file: Some(&notes), states: &[WantedState::CameBack], read: None });
    let [line] = outcome.lines.as_slice() else { panic!("{:?}", outcome.lines) };
    assert_eq!(
        line["note_why"],
        "came back: it has rows of jobs that began since until 2026-06-25 14:00, and was mended at 2026-06-25 12:00 by abc1234"
    );
}

/// Answers as it is told to.
struct Faulty(Mutex<VecDeque<Result<Followed, SourceError>>>);

impl ErrorSource for Faulty {
    fn name(&self) -> String {
        "faulty".to_owned()
    }
    fn groups(&self, _: &Request, _: &dyn Watch) -> Result<Groups, SourceError> {
        Ok(Groups::default())
    }
    fn follow(&self, _: &Request, _: &dyn Watch) -> Result<Followed, SourceError> {
        self.0.lock().unwrap().pop_front().unwrap_or(Ok(Followed::Same))
    }
    fn fetch(&self, _: crate::rows::row::RowRef, _: &dyn Watch) -> Result<crate::rows::row::SourceRow, SourceError> {
        Err(SourceError::Input("none".to_owned()))
    }
    fn rows(
        &self,
        _: std::ops::Range<u64>,
        _: &dyn Watch,
        _: &mut dyn FnMut(u64, crate::rows::row::RowRef, crate::rows::row::SourceRow) -> std::ops::ControlFlow<()>,
    ) -> Result<crate::rows::row::Unreadable, SourceError> {
        Ok(Default::default())
    }
}

fn refused() -> Result<Followed, SourceError> {
    let refusal = bigquery::Refusal { status: 503, reason: "backendError".to_owned(), message: "m\u{1b}".to_owned() };
    Err(bigquery::Error::Refused(refusal).into())
}

#[test]
fn a_night_of_faults_is_told_once_and_waited_through() {
    let mut answers: VecDeque<_> = vec![Ok(Followed::All(Groups::default()))].into();
    answers.extend((0..100).map(|_| refused()));
    answers.push_back(Ok(Followed::Same));
    answers.push_back(refused());
    let source = Faulty(Mutex::new(answers));
    let told = followed(&source, (0..102).map(|_| Box::new(|| {}) as Happening<'_>).collect(), false);
    assert_eq!(told.words.len(), 4, "{:?}", told.words);
    assert!(
        told.words[1].starts_with("BigQuery has a problem: m\\u{1b} (backendError)") && told.words[1].ends_with("; trying again"),
        "{:?}",
        told.words
    );
    assert_eq!(told.words[2], "reading goes on");
    assert_eq!((&told.pauses[..6], told.pauses[100], told.pauses[101]), (&[60, 120, 240, 480, 600, 600][..], 600, 60));
}

#[test]
fn what_no_waiting_mends_ends_it() {
    let limit = || Err(SourceError::Advised(crate::rows::advice::Advised::new("the session may read no more", Advice::RaiseSessionLimit)));
    let source = Faulty(Mutex::new(vec![Ok(Followed::All(Groups::default())), limit()].into()));
    let told = followed(&source, vec![Box::new(|| {}), Box::new(|| {})], false);
    assert!(told.code.unwrap_err().to_string().contains("may read no more"));
    let source = Faulty(Mutex::new(vec![refused()].into()));
    assert!(followed(&source, Vec::new(), false).code.is_err(), "what cannot be read at first is no night of faults");
}
