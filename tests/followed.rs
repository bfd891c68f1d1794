//! Sources that are read on: what is new, what began, and that nothing is counted twice or lost.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use misfit::rows::demo;
use misfit::rows::group::Groups;
use misfit::rows::source::bigquery::{BigQuery, Settings, TableName};
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Followed, Request, Unwatched};
use misfit::rows::volume::Volume;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, feed, frame};

use crate::stub::{Stub, coarse, healthy};

fn row(key: &str, hour: usize) -> String {
    format!(
        "{{\"document_namespace\":\"acme\",\"document_type\":\"events\",\"document_version\":\"1\",\"error_type\":\"ParsePayload\",\
         \"job_name\":\"decoder-0-062{}101507-77d0e3b1\",\"error_message\":\"#: required key [{key}] not found\",\
         \"submission_timestamp\":\"2026-06-2{} {:02}:00:00 UTC\"}}\n",
        hour / 24 + 4,
        hour / 24 + 4,
        hour % 24
    )
}

fn append(path: &Path, text: &[u8]) {
    std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text).unwrap();
}

fn open(named: &str) -> Files {
    Files::open(&[named.to_owned()], ReadOptions { keep_rows: true }).unwrap().with_threads(2)
}

/// What is told of groups, without how they came to be known.
fn told(groups: &Groups) -> Vec<String> {
    let group = |group: &misfit::rows::group::Group| {
        let jobs: Vec<_> = group.jobs().iter().map(|job| (job.job, job.rows)).collect();
        format!("{} {} {:?} {:?} {:?} {:?} {:?}", group.fingerprint, group.count, group.span, group.trend, jobs, group.standing, group.rows)
    };
    let unreadable = format!("{} {:?}", groups.unreadable.count, groups.unreadable.first);
    groups.list.iter().map(group).chain([format!("{} {unreadable}", groups.rows)]).collect()
}

fn all(followed: Followed) -> Option<Groups> {
    match followed {
        Followed::All(groups) => Some(groups),
        Followed::Same => None,
        Followed::Part(_) => panic!("files tell all"),
    }
}

#[test]
fn a_file_read_as_it_grows_is_the_file_read_at_once() {
    let text: String = (0..4000).map(|n| if n % 97 == 5 { "no row\n".to_owned() } else { row(&format!("k{}", n % 7), n % 60) }).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, "").unwrap();
    let (files, request) = (open(&path.display().to_string()), Request::default());
    let mut last = None;
    let mut from = 0;
    // In the middle of lines, at their ends, in front of a newline.
    for to in [0, 1, 500, 300_000, text.find("k5").unwrap() + 400_000, text.len() - 1, text.len()] {
        append(&path, &text.as_bytes()[from..to]);
        last = all(files.follow(&request, &Unwatched).unwrap()).or(last);
        from = to;
    }
    assert!(matches!(files.follow(&request, &Unwatched), Ok(Followed::Same)));
    let whole = open(&path.display().to_string()).groups(&request, &Unwatched).unwrap();
    assert_eq!(told(&last.unwrap()), told(&whole));
    let at = whole.list[0].rows[whole.list[0].rows.len() - 1];
    assert!(files.fetch(at, &Unwatched).unwrap().column("error_message").unwrap().contains("required key"));
}

#[test]
fn only_what_was_added_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, (0..4000).map(|n| row("x", n % 60)).collect::<String>()).unwrap();
    let files = open(&path.display().to_string());
    files.follow(&Request::default(), &Unwatched).unwrap();
    // Who reads the middle again finds no rows there.
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(100_000)).unwrap();
    file.write_all(&[b'x'; 300_000]).unwrap();
    append(&path, row("x", 1).as_bytes());
    let groups = all(files.follow(&Request::default(), &Unwatched).unwrap()).unwrap();
    assert_eq!((groups.rows, groups.unreadable.count), (4001, 0));
}

#[test]
fn a_rate_of_an_export_tells_no_name_that_the_groups_do_not_tell() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, volume) = (folder.path().join("errors.ndjson"), folder.path().join("volume.csv"));
    std::fs::write(&rows, row("x", 1)).unwrap();
    std::fs::write(&volume, "namespace,doctype,hour,accepted\nacme,events,2026-06-24,2400\n").unwrap();
    let told = |more: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_misfit"))
            .args(more)
            .args([&rows.display().to_string(), "--volume", &volume.display().to_string(), "--format", "json"])
            .env("MISFIT_SCHEMAS", "")
            .env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"))
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    let exported = told(&["export", "--as", "table"]);
    assert!(exported.contains("\"accepted\": 100") && !exported.contains("acme"), "{exported}");
    let report = told(&["export", "--as", "report"]);
    assert!(report.contains("\"accepted\": 100") && !report.contains("acme"), "{report}");
    assert!(told(&["groups"]).contains("\"namespace\": \"acme\""));
}

#[test]
fn what_is_replaced_is_read_anew_and_what_a_pattern_comes_to_match_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    std::fs::write(path("a.ndjson"), row("x", 1) + &row("x", 2)).unwrap();
    let (files, request) = (open(&path("*").display().to_string()), Request::default());
    let counts = || {
        let groups = all(files.follow(&request, &Unwatched).unwrap())?;
        Some(groups.list.iter().map(|group| (group.key.fault.to_string(), group.count)).collect::<Vec<_>>())
    };
    let of = |keys: &[(&str, u64)]| Some(keys.iter().map(|(key, count)| (format!("required {key}"), *count)).collect::<Vec<_>>());
    assert_eq!(counts(), of(&[("x", 2)]));
    // Another file of lines, a packed one.
    std::fs::write(path("b.ndjson"), row("y", 3)).unwrap();
    let packed = |text: &str| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    std::fs::write(path("c.gz"), packed(&row("z", 4))).unwrap();
    assert_eq!(counts(), of(&[("x", 2), ("y", 1), ("z", 1)]));
    assert_eq!(counts(), None);
    // The packed one is written anew; the lines are as they were.
    std::fs::write(path("c.gz"), packed(&(row("z", 4) + &row("z", 5) + &row("z", 6)))).unwrap();
    assert_eq!(counts(), of(&[("z", 3), ("x", 2), ("y", 1)]));
    // Rotated: the old name is a new file, the old file has another name.
    std::fs::rename(path("a.ndjson"), path("a.ndjson.1")).unwrap();
    std::fs::write(path("a.ndjson"), row("w", 7)).unwrap();
    assert_eq!(counts(), of(&[("z", 3), ("x", 2), ("w", 1), ("y", 1)]));
    // Cut down, and gone: what is gone keeps its rows until something takes its place.
    std::fs::write(path("b.ndjson"), row("v", 8)).unwrap();
    assert_eq!(counts(), of(&[("z", 3), ("x", 2), ("v", 1), ("w", 1)]));
    std::fs::remove_file(path("a.ndjson.1")).unwrap();
    assert_eq!(counts(), of(&[("z", 3), ("x", 2), ("v", 1), ("w", 1)]), "that it is gone is told with them");
    assert_eq!(counts(), None);
}

#[test]
fn what_cannot_grow_says_so() {
    let request = Request::default();
    let error = |source: &dyn ErrorSource| source.follow(&request, &Unwatched).unwrap_err().to_string();
    assert!(error(demo::source().unwrap().as_ref()).contains("does not change, so there is nothing to follow"));
    let pipe = Files::from_reader("standard input", std::io::empty(), ReadOptions::default());
    assert_eq!(error(&pipe), "standard input and pipes are read once: follow the file that is written");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, row("x", 1)).unwrap();
    let files = open(&path.display().to_string());
    files.follow(&request, &Unwatched).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(error(&files).contains("there is no file errors.ndjson any more"));
    std::fs::write(&path, row("x", 1) + &row("y", 2)).unwrap();
    assert_eq!(all(files.follow(&request, &Unwatched).unwrap()).unwrap().list.len(), 2);
}

fn options(source: Arc<dyn ErrorSource>, request: Request) -> ExplorerOptions {
    ExplorerOptions {
        source: Some(source),
        request,
        exports: Default::default(),
        history: Default::default(),
        theme: Theme::named("mono", Depth::None, false).unwrap(),
        depth: Depth::None,
        mouse: true,
        keymap: Keymap::new(&[]).unwrap(),
    }
}

fn keys(text: &str) -> impl Iterator<Item = Message> {
    parse_keys(text).unwrap().into_iter().map(|key| Message::Key(key.to_event()))
}

#[test]
fn the_explorer_marks_what_began_and_keeps_the_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, row("x", 1) + &row("x", 2) + &row("y", 2)).unwrap();
    let (later, told_path) = (path.clone(), folder.path().join("others.ndjson"));
    std::fs::write(&told_path, row("x", 1)).unwrap();
    let others = Arc::new(open(&told_path.display().to_string()));
    let comes = (0..2).map(move |round| {
        append(&later, (0..9).map(|_| row(if round == 0 { "z" } else { "x" }, 3)).collect::<String>().as_bytes());
        Message::FollowDue
    });
    // On the second group, which moves down.
    let happens = keys("jF").chain(comes);
    let told = keys("F").chain(std::iter::once_with(move || {
        append(&told_path, row("w", 3).as_bytes());
        Message::FollowDue
    }));
    let shown =
        frame::to_text(&feed(options(Arc::new(open(&path.display().to_string())), Request::default()), (110, 24), happens).unwrap());
    assert!(shown.contains("following, 1 began ·") && shown.contains("21 rows · 3 groups"), "{shown}");
    let line = shown.lines().find(|line| line.contains("missing the key z")).unwrap();
    assert!(line.contains(" now "), "{shown}");
    assert!(shown.contains("6/6") && shown.contains("the document is missing the key y"), "{shown}");
    let told = frame::to_text(&feed(options(others, Request::default()), (110, 24), told).unwrap());
    assert!(told.contains("1 group began: acme/events.1: the document is missing the key w"), "{told}");
    let ended =
        frame::to_text(&feed(options(Arc::new(open(&path.display().to_string())), Request::default()), (110, 24), keys("FF")).unwrap());
    assert!(ended.contains("followed no longer") && !ended.contains("following"), "{ended}");
    let demo = frame::to_text(&feed(options(demo::source().unwrap(), Request::default()), (110, 24), keys("F")).unwrap());
    assert!(demo.contains("does not change, so there is nothing to follow"), "{demo}");
}

#[test]
fn incidents_stay_incidents_while_the_source_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, row("x", 1) + &row("x", 2) + &row("y", 2)).unwrap();
    let later = path.clone();
    let happens = keys("IjF").chain(std::iter::once_with(move || {
        append(&later, (0..9).map(|_| row("z", 3)).collect::<String>().as_bytes());
        Message::FollowDue
    }));
    let source = Arc::new(open(&path.display().to_string()));
    let request = Request { schemas: Some(Arc::new(demo::schemas().unwrap())), ..Request::default() };
    let shown = frame::to_text(&feed(options(source, request), (110, 24), happens).unwrap());
    assert!(shown.contains("by cause") && shown.contains("12 rows · 3 groups"), "{shown}");
    assert!(shown.contains("1 group began"), "what began is not told over by how many incidents there are: {shown}");
    assert!(shown.contains("3/3") && shown.contains("the document is missing the key y"), "the cursor stays: {shown}");
}

#[test]
fn the_explorer_tells_rates_where_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.ndjson");
    std::fs::write(&path, row("x", 1) + &row("x", 2) + &row("y", 2)).unwrap();
    let mut volume = Volume::default();
    volume.add(("acme", "events"), None, (1_782_259_200_000_000, misfit::ground::time::DAY), 2400);
    let request = Request { volume: Some(Arc::new(volume)), ..Request::default() };
    let show = |size| {
        let source = Arc::new(open(&path.display().to_string()));
        frame::to_text(&feed(options(source, request.clone()), size, std::iter::empty()).unwrap())
    };
    let wide = show((200, 60));
    assert!(wide.contains("0.99 % of what came: 2 beside 200 accepted and 1 refused otherwise") && wide.contains("1.5 %"), "{wide}");
    assert!(wide.contains("rows      rate share") && wide.contains("Rate, at most"), "{wide}");
    assert!(show((80, 24)).contains("1.5 %") && !show((60, 24)).contains("1.5 %"));
}

/// A table whose later rows are of another group, too.
fn server() -> Stub {
    let is_later = std::sync::atomic::AtomicBool::new(false);
    Stub::new(move |asked, _| {
        if !asked.body.is_empty() {
            is_later.store(!asked.body.contains("2026-06-25 12:20:00"), std::sync::atomic::Ordering::Relaxed);
        }
        let is_later = is_later.load(std::sync::atomic::Ordering::Relaxed);
        let [x, y] = ["x", "y"].map(|key| format!("#: required key [{key}] not found"));
        let groups = if is_later { vec![coarse(Some(1), &x, 2), coarse(Some(2), &y, 5)] } else { vec![coarse(Some(1), &x, 9)] };
        healthy(asked, 5_000_000, &groups)
    })
}

fn table(stub: &Stub, max_bytes: u64) -> (BigQuery, Request) {
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, max_bytes, ..Settings::default() };
    let request = Request { since: Some(1_782_390_000_000_000), until: None, ..Request::default() };
    (BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, request.clone()).unwrap(), request)
}

#[test]
fn of_a_table_only_the_new_part_is_asked_for_and_its_price_counts() {
    let stub = server();
    let (source, request) = table(&stub, 10_000_000);
    let first = all(source.follow(&request, &Unwatched).unwrap()).unwrap();
    assert_eq!((first.rows, stub.started()), (9, 1));
    assert!(matches!(source.follow(&request, &Unwatched), Ok(Followed::Same)), "rows of the last minutes may still be on their way");
    assert_eq!(stub.started(), 1);
    // Counted up to a time of the past, as yesterday's window is.
    let (source, request) = table(&stub, 10_000_000);
    let until = 1_782_400_000_000_000;
    let first = source.groups(&Request { until: Some(until), ..request.clone() }, &Unwatched).unwrap();
    let Followed::Part(part) = source.follow(&request, &Unwatched).unwrap() else { panic!("a part") };
    assert_eq!((part.rows, stub.started()), (7, 3));
    let asked = stub.asked().into_iter().rfind(|asked| asked.path.ends_with("/jobs")).unwrap();
    assert!(asked.body.contains("2026-06-25 15:06:40") || asked.body.contains("1782400000"), "{}", asked.body);
    let joined = first.joined(part);
    let counts: Vec<_> = joined.list.iter().map(|group| (group.key.fault.to_string(), group.count)).collect();
    assert_eq!(counts, [("required x".to_owned(), 11), ("required y".to_owned(), 5)]);
    assert!(matches!(source.follow(&request, &Unwatched), Ok(Followed::Same)));
}

#[test]
fn a_part_that_costs_more_than_may_be_spent_is_not_read() {
    let stub = server();
    let (source, request) = table(&stub, 1000);
    let told = source.follow(&request, &Unwatched).unwrap_err();
    assert!(told.to_string().contains("counting reads 4.8 MiB"), "{told}");
    assert_eq!(stub.started(), 0);
}

#[cfg(unix)]
mod ended {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    fn follow(path: &Path, more: &[&str]) -> std::process::Child {
        Command::new(env!("CARGO_BIN_EXE_misfit"))
            .args(["groups", &path.display().to_string(), "--follow=1s"])
            .args(more)
            .env("MISFIT_SCHEMAS", "")
            .env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    #[test]
    fn a_signal_ends_it_with_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("errors.ndjson");
        std::fs::write(&path, row("x", 1)).unwrap();
        for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
            let mut child = follow(&path, &[]);
            let mut line = String::new();
            BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
            assert!(line.contains("1 row in 1 group now; looking every 1 s"), "{line}");
            assert!(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        }
    }

    #[test]
    fn a_reader_that_leaves_ends_it_and_the_hook_gets_the_group() {
        let folder = tempfile::tempdir().unwrap();
        let (path, got) = (folder.path().join("errors.ndjson"), folder.path().join("got"));
        std::fs::write(&path, row("x", 1)).unwrap();
        let mut child = follow(&path, &["--until-new", "--hook", &format!("cat >> '{}'; echo said", got.display())]);
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        stderr.read_line(&mut String::new()).unwrap();
        append(&path, row("y", 2).as_bytes());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("\"fault\":\"required y\""), "{line}");
        assert_eq!(child.wait().unwrap().code(), Some(1));
        assert_eq!(std::fs::read_to_string(got).unwrap(), line);
        let mut said = String::new();
        stderr.read_line(&mut said).unwrap();
        assert_eq!(said, "said\n", "what the hook prints is no group");
        let mut child = follow(&path, &[]);
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut String::new()).unwrap();
        drop(child.stdout.take());
        append(&path, row("z", 2).as_bytes());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}
