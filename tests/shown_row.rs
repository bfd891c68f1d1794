//! The row on screen is the row that leaves: from files, bundles and BigQuery, in any order of rows, beyond those that a group has named.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::stub::{Asked, Reply, Stub, coarse, healthy};

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

/// A row's document says which one it is.
fn payload(row: u64) -> String {
    STANDARD.encode(format!(r#"{{"a":null,"who":"row-{row};"}}"#))
}

/// Which row a text tells of; all of them where it tells of more.
fn rows_in(text: &str) -> Vec<u64> {
    text.split("row-").skip(1).filter_map(|rest| rest.split_once(';')?.0.parse().ok()).collect()
}

/// A folder to explore and to export to, and what is explored there.
struct Desk {
    folder: tempfile::TempDir,
    source: Vec<String>,
}

impl Desk {
    fn new(source: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), "").unwrap();
        Desk { folder, source: source.iter().map(|&argument| argument.to_owned()).collect() }
    }

    fn misfit(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path()).env("MISFIT_CONFIG", "config.toml");
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The screen after some keys.
    fn press(&self, keys: &str) -> String {
        let source: Vec<&str> = self.source.iter().map(String::as_str).collect();
        self.misfit(&[&source[..], &["--print", "--size", "120x30", "--keys", keys]].concat())
    }

    /// The row that is on screen after some keys, by its document.
    fn shown(&self, keys: &str) -> u64 {
        let screen = self.press(keys);
        let rows = rows_in(&screen);
        assert_eq!(rows.len(), 1, "{keys}: {screen}");
        rows[0]
    }

    /// What is exported behind some keys, with values as they are.
    fn exported(&self, keys: &str, what: char) -> String {
        let before = self.files();
        let screen = self.press(&format!("{keys}e!{what}"));
        let new: Vec<String> = self.files().into_iter().filter(|name| !before.contains(name)).collect();
        assert_eq!(new.len(), 1, "{keys}: {new:?} {screen}");
        fs::read_to_string(self.folder.path().join(&new[0])).unwrap()
    }

    fn files(&self) -> Vec<String> {
        fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// After these keys the document that leaves is the one on screen, and rows and report begin with it.
    fn check(&self, keys: &str) -> u64 {
        let shown = self.shown(keys);
        assert_eq!(rows_in(&self.exported(keys, 'd')), [shown], "document after {keys}");
        assert_eq!(rows_in(&self.exported(keys, 'r')), [shown], "report after {keys}");
        let rows = self.exported(keys, 's');
        let first: Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
        let document = STANDARD.decode(first["payload"].as_str().unwrap()).unwrap();
        assert_eq!(rows_in(&String::from_utf8(document).unwrap()), [shown], "rows after {keys}");
        let payloads: Vec<&str> = rows.lines().collect();
        assert!(payloads.iter().skip(1).all(|row| *row != payloads[0]), "no row leaves twice: {rows}");
        shown
    }
}

/// Rows of one group in a file, later ones with later times but for the first, which is the newest.
fn write_rows(path: &Path) {
    let row = |row: u64| {
        let time = format!("2026-06-25T13:{:02}:00Z", if row == 0 { 59 } else { row });
        json!({"document_namespace": "acme", "document_type": "session", "document_version": "1", "error_type": "ParsePayload",
            "exception_class": "org.everit.json.schema.ValidationException", "error_message": MESSAGE, "job_name": "decoder-0",
            "payload": payload(row), "submission_timestamp": time})
    };
    let lines: Vec<String> = (0..30).map(|number| row(number).to_string()).collect();
    fs::write(path, lines.join("\n")).unwrap();
}

#[test]
fn from_a_file_the_row_on_screen_leaves() {
    let desk = Desk::new(&["rows.ndjson"]);
    write_rows(&desk.folder.path().join("rows.ndjson"));
    assert_eq!(desk.check("<enter>"), 0);
    assert_eq!(desk.check("<enter>]]]]]]]]]]]]"), 12);
}

#[test]
fn from_a_bundle_the_row_on_screen_leaves_in_any_order() {
    let desk = Desk::new(&["week"]);
    write_rows(&desk.folder.path().join("rows.ndjson"));
    desk.misfit(&["bundle", "rows.ndjson", "--raw", "--rows", "8", "--out", "week"]);
    let named = desk.check("<enter>");
    let oldest = desk.check("<enter>s");
    assert_ne!(named, oldest, "the order makes no difference");
    assert_ne!(desk.check("<enter>s]]"), oldest);
    assert_eq!(desk.check("<enter>sss"), 0);
}

#[test]
fn a_group_has_its_own_order_of_rows() {
    let desk = Desk::new(&["week"]);
    desk.misfit(&["bundle", "demo:", "--raw", "--rows", "3", "--out", "week"]);
    let title = |keys: &str| desk.press(keys).lines().next().unwrap_or_default().to_owned();
    let oldest = title("<enter>s");
    assert!(oldest.contains("document 1 of 30, oldest first"), "{oldest}");
    assert_eq!(title("<enter>sq<enter>"), oldest, "the group keeps its order");
    assert_eq!(title("<enter>sqj<enter>"), title("j<enter>"), "another group has nothing to do with it");
}

/// A server with one group of 20 rows, of which the counting names the first only.
fn server() -> Stub {
    let last = Mutex::new(String::new());
    Stub::new(move |asked, _| {
        let mut last = last.lock().unwrap();
        if let Some(sql) = asked.json()["configuration"]["query"]["query"].as_str() {
            *last = sql.to_owned();
        }
        let from = asked.path.split("startIndex=").nth(1).map_or(0, |text| text.split('&').next().unwrap().parse().unwrap());
        answer(asked, &last, from)
    })
}

fn answer(asked: &Asked, sql: &str, from: u64) -> Reply {
    let cell = |value: &str| json!({"v": value});
    if !sql.contains("id IN UNNEST") {
        return healthy(asked, 10, &[coarse(Some(1), MESSAGE, 20)]);
    }
    let row = |nth: u64| {
        let fields =
            ["acme", "session", "1", "ParsePayload", "c", MESSAGE, "decoder-0", "/submit", "client", &payload(nth), "1782391490.0", ""];
        let whole = json!({"f": fields.map(cell)});
        json!({"f": [cell("0"), cell("1782391490000000"), cell("0000000000000001"), cell(&nth.to_string()), {"v": whole}]})
    };
    let newest = sql.contains("ts DESC");
    // A few at a time.
    let rows: Vec<Value> = (from..20).take(6).map(|at| row(if newest { at } else { 19 - at })).collect();
    let mut reply = healthy(asked, 10, &rows);
    reply.body = reply.body.replace(&format!("\"totalRows\":\"{}\"", rows.len()), "\"totalRows\":\"20\"");
    reply
}

fn desk_at(stub: &Stub) -> Desk {
    let (since, until) = ("2026-06-25", "2026-06-26");
    Desk::new(&["bigquery:p.d.t", "--endpoint", &stub.endpoint, "--since", since, "--until", until])
}

#[test]
fn from_bigquery_the_row_on_screen_leaves_beyond_the_named_ones_and_in_any_order() {
    let stub = server();
    let desk = desk_at(&stub);
    assert_eq!(desk.check("<enter>"), 0);
    assert_eq!(desk.check("<enter>]]]"), 3);
    assert_eq!(desk.check("<enter>s"), 19);
    assert_eq!(desk.check("<enter>s]]"), 17);
}

#[test]
fn an_export_of_an_open_row_asks_bigquery_nothing() {
    let stub = server();
    let desk = desk_at(&stub);
    let asked = |keys: &str| {
        let before = stub.asked().len();
        desk.press(keys);
        stub.asked().len() - before
    };
    // The first time fills what is kept of earlier answers.
    asked("<enter>]]");
    for keys in ["<enter>]]", "<enter>s"] {
        asked(keys);
        assert_eq!(asked(&format!("{keys}e!d")), asked(keys), "{keys}");
    }
}
