//! The explorer on a source that costs: what it asks, what it shows of a price, how it steps through rows that it does not know yet.

use std::sync::Arc;

use crate::stub::{Stub, coarse, healthy};
use misfit::rows::source::Request;
use misfit::rows::source::bigquery::{BigQuery, Settings, TableName};
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, frame, script};
use serde_json::{Value, json};

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

fn press(stub: &Stub, max_bytes: u64, keys: &str) -> String {
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, max_bytes, ..Settings::default() };
    let request = Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), ..Request::default() };
    let source = BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, request.clone()).unwrap();
    let options = ExplorerOptions {
        source: Some(Arc::new(source)),
        exports: Default::default(),
        history: Default::default(),
        request,
        theme: Theme::named("mono", Depth::None, false).unwrap(),
        depth: Depth::None,
        keymap: Keymap::new(&[]).unwrap(),
    };
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).unwrap() };
    frame::to_text(&script(options, (110, 24), &keys).unwrap())
}

/// A server with one group of 9 rows.
fn server() -> Stub {
    Stub::new(|asked, _| healthy(asked, 5_000_000, &[coarse(Some(1), MESSAGE, 9)]))
}

#[test]
fn a_price_beyond_the_limit_is_asked_for_on_the_screen() {
    let stub = server();
    let asked = press(&stub, 1000, "");
    assert!(asked.contains("This costs") && asked.contains("counting reads 4.8 MiB, less than $0.01, more than the 1000 B"), "{asked}");
    assert_eq!(stub.started(), 0);
    let agreed = press(&stub, 1000, "y");
    assert!(agreed.contains("9 rows · 1 group") && agreed.contains("counting reads 4.8 MiB"), "{agreed}");
    for no in ["n", "<esc>"] {
        let refused = press(&stub, 1000, no);
        assert!(refused.contains("raise --max-bytes") && !refused.contains("9 rows"), "{refused}");
    }
    assert_eq!(stub.started(), 1);
}

#[test]
fn only_the_key_that_is_named_agrees_to_a_price() {
    let stub = server();
    for other in ["<c-y>", "<a-y>", "x", "<enter>"] {
        let asked = press(&stub, 1000, other);
        assert!(asked.contains("This costs") && asked.contains("y: go on    n or Esc: cancel"), "{asked}");
    }
    for no in ["<c-c>", "q", "N"] {
        let refused = press(&stub, 1000, no);
        assert!(refused.contains("raise --max-bytes"), "{refused}");
    }
    assert_eq!(stub.started(), 0);
}

#[test]
fn what_a_group_costs_and_who_sent_it_is_shown() {
    let screen = press(&server(), u64::MAX, "");
    assert!(screen.contains("from 1 client") && !screen.contains("1 clients"), "{screen}");
    let stub = server();
    assert!(press(&stub, u64::MAX, "i<end>").contains("counting reads 4.8 MiB"), "{screen}");
    // A server on this machine is given no credentials.
    assert!(stub.asked().iter().all(|asked| !asked.headers.to_ascii_lowercase().contains("authorization")));
}

/// The answer to a question about rows: keys behind the first, or a row.
fn rows(sql: &str) -> Vec<Value> {
    let cell = |value: &str| json!({"v": value});
    if sql.contains("SELECT whole") {
        let fields = ["acme", "session", "1", "ParsePayload", "c", MESSAGE, "decoder-0", "/submit", "client", "e30=", "1782391490.0", ""];
        let whole = json!({"f": fields.map(cell)});
        return vec![json!({"f": [{"v": whole}]})];
    }
    if sql.contains("id IN UNNEST") {
        return (1..9).map(|nth| json!({"f": [cell("0"), cell("1782391480000000"), cell("1"), cell(&nth.to_string())]})).collect();
    }
    vec![coarse(Some(1), MESSAGE, 9)]
}

#[test]
fn rows_that_are_not_known_yet_are_looked_for_when_they_are_stepped_to() {
    let last = std::sync::Mutex::new(String::new());
    let stub = Stub::new(move |asked, _| {
        let mut last = last.lock().unwrap();
        if let Some(sql) = asked.json()["configuration"]["query"]["query"].as_str() {
            *last = sql.to_owned();
        }
        healthy(asked, 10, &rows(&last))
    });
    assert!(press(&stub, u64::MAX, "<enter>").contains("document 1 of 9"));
    let before = stub.started();
    assert!(press(&stub, u64::MAX, "<enter>]]]").contains("document 4 of 9"));
    // The groups, four documents, one list of the rows behind the first.
    assert_eq!(stub.started() - before, 6);
    assert!(press(&stub, u64::MAX, "<enter>s").contains("document 1 of 9, oldest first"));
}
