//! The explorer on a source that costs: what it asks, what it shows of a price, how it steps through rows that it does not know yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::stub::{Reply, Stub, coarse, healthy};
use misfit::rows::source::bigquery::{BigQuery, Settings, TableName};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::tui::app::App;
use misfit::tui::effect::Effect;
use misfit::tui::group_tree::GroupTree;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::update::update;
use misfit::tui::work::Workers;
use misfit::tui::{ExplorerOptions, frame, script};
use serde_json::{Value, json};

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

fn opened(stub: &Stub, max_bytes: u64, max_session_bytes: Option<u64>) -> (BigQuery, Request) {
    let settings = Settings { endpoint: Some(stub.endpoint.clone()), cache: None, max_bytes, max_session_bytes, ..Settings::default() };
    let request = Request { since: Some(1_782_390_000_000_000), until: Some(1_782_400_000_000_000), ..Request::default() };
    (BigQuery::open(vec![TableName::parse("p.d.t", None).unwrap()], settings, request.clone()).unwrap(), request)
}

fn press(stub: &Stub, max_bytes: u64, keys: &str) -> String {
    press_within(stub, max_bytes, None, keys)
}

fn press_within(stub: &Stub, max_bytes: u64, max_session_bytes: Option<u64>, keys: &str) -> String {
    let (source, request) = opened(stub, max_bytes, max_session_bytes);
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
    frame::to_text(&script(options, (110, 24), &keys).unwrap())
}

/// A server with one group of 9 rows.
fn server() -> Stub {
    Stub::new(|asked, _| healthy(asked, 5_000_000, &[coarse(Some(1), MESSAGE, 9)]))
}

#[test]
fn what_is_tried_again_stands_in_the_log() {
    let failed = AtomicBool::new(false);
    let stub = Stub::new(move |asked, _| match failed.swap(true, Ordering::Relaxed) {
        false => Reply { headers: "Retry-After: 0\r\n", ..Reply::refusal(503, "backendError", "Error encountered during execution.") },
        true => healthy(asked, 5_000_000, &[coarse(Some(1), MESSAGE, 9)]),
    });
    let shown = press(&stub, 1 << 30, "L");
    let told = "! BigQuery has a problem: Error encountered during execution. (backendError); trying again, 1 ";
    assert!(shown.contains(told), "{shown}");
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

/// The rows of the group: the newest, then eight of the same moment.
fn whole_rows() -> Vec<Value> {
    let cell = |value: &str| json!({"v": value});
    let fields = ["acme", "session", "1", "ParsePayload", "c", MESSAGE, "decoder-0", "/submit", "client", "e30=", "1782391490.0", ""];
    let whole = json!({"f": fields.map(cell)});
    let row = |time: &str, nth: u32| json!({"f": [cell("0"), cell(time), cell("1"), cell(&nth.to_string()), {"v": whole}]});
    std::iter::once(row("1782391490000000", 0)).chain((0..8).map(|nth| row("1782391480000000", nth))).collect()
}

/// A server that counts the group, and gives its rows a few at a time, as many as are asked for from a place on.
fn stepping(bytes: u64) -> Stub {
    let last = std::sync::Mutex::new(String::new());
    Stub::new(move |asked, _| {
        let mut last = last.lock().unwrap();
        if let Some(sql) = asked.json()["configuration"]["query"]["query"].as_str() {
            *last = sql.to_owned();
        }
        let from = asked.path.split("startIndex=").nth(1).map_or(0, |text| text.split('&').next().unwrap().parse().unwrap());
        let mut reply = match asked.method.as_str() {
            "GET" if asked.path.contains("/queries/") && (from > 0 || last.contains("AS whole")) => {
                let rows: Vec<Value> = whole_rows().into_iter().skip(from).take(3).collect();
                crate::stub::Reply::json(
                    json!({"jobComplete": true, "totalRows": "9", "totalBytesProcessed": bytes.to_string(), "rows": rows}),
                )
            }
            _ => healthy(asked, bytes, &[coarse(Some(1), MESSAGE, 9)]),
        };
        if asked.is_dry_run() {
            let statistics = json!({"query": {"totalBytesProcessed": bytes.to_string(), "totalBytesProcessedAccuracy": "UPPER_BOUND"}});
            reply = crate::stub::Reply::json(json!({"statistics": statistics, "status": {"state": "DONE"}}));
        }
        reply
    })
}

#[test]
fn all_rows_of_a_group_cost_one_query() {
    let stub = stepping(10);
    assert!(press(&stub, u64::MAX, "<enter>").contains("document 1 of 9"));
    assert_eq!(stub.started(), 2, "the groups, and their rows");
    let before = stub.started();
    let last = press(&stub, u64::MAX, "<enter>]]]]]]]]");
    assert!(last.contains("document 9 of 9"), "{last}");
    assert_eq!(stub.started() - before, 2, "what was found is read on for nothing");
    let beyond = press(&stub, u64::MAX, "<enter>]]]]]]]]]]");
    assert!(beyond.contains("document 9 of 9") && beyond.contains("the last document"), "{beyond}");
    assert!(press(&stub, u64::MAX, "<enter>s").contains("document 1 of 9, oldest first"));
    let jobs = stub.asked().into_iter().filter(|asked| asked.path.ends_with("/jobs"));
    let texts: Vec<String> = jobs.filter_map(|asked| asked.json()["configuration"]["query"]["query"].as_str().map(str::to_owned)).collect();
    assert!(texts.iter().any(|text| text.contains("AS whole")));
    assert!(texts.iter().all(|text| !text.contains("stack_trace")), "{texts:?}");
}

#[test]
fn a_key_pressed_again_asks_for_nothing_more() {
    let stub = stepping(10);
    let (mut app, mut workers, mut inbox) = by_hand(&stub, u64::MAX);
    let mut take = |app: &mut App, message: Message| update(app, message).into_iter().for_each(|effect: Effect| workers.start(effect));
    for _ in 0..4 {
        take(&mut app, Message::Key(parse_keys("<enter>").unwrap()[0].to_event()));
        assert!(drawn(&app).contains("opening a document"), "{}", drawn(&app));
    }
    while app.case.is_none() {
        let message = inbox.blocking_recv().unwrap();
        take(&mut app, message);
    }
    assert_eq!(stub.started(), 2);
}

#[test]
fn what_a_session_costs_is_summed_up_and_bounded() {
    let stub = stepping(3 << 30);
    let screen = press(&stub, u64::MAX, "");
    assert!(screen.contains("3.0 GiB, about $0.02"), "{screen}");
    let opened = press(&stub, u64::MAX, "<enter><esc>");
    assert!(opened.contains("6.0 GiB, about $0.04"), "{opened}");
    let told = press_within(&stub, u64::MAX, Some(4 << 30), "<enter>");
    assert!(
        told.contains("opening rows would bring this session to 6.0 GiB, more than its 4.0 GiB") && told.contains("--max-session-bytes"),
        "{told}"
    );
    assert!(press(&stub, u64::MAX, "i<end>").contains("counting reads at most 3.0 GiB"));
    // BigQuery itself is told where the session ends.
    press_within(&stub, u64::MAX, Some(4 << 30), "");
    let job = stub.asked().into_iter().rfind(|asked| asked.path.ends_with("/jobs") && !asked.is_dry_run()).unwrap().json();
    assert_eq!(job["configuration"]["query"]["maximumBytesBilled"], (4u64 << 30).to_string());
}

/// The explorer with the groups counted, and its workers, to be told one thing after the other.
fn by_hand(stub: &Stub, max_bytes: u64) -> (App, Workers, tokio::sync::mpsc::UnboundedReceiver<Message>) {
    let (source, request) = opened(stub, max_bytes, None);
    let theme = Theme::named("mono", Depth::None, false).unwrap();
    let mut app = App::new((110, 24), "t".into(), None, theme, Depth::None, Keymap::new(&[]).unwrap());
    app.is_remote = true;
    let groups = source.groups(&request, &Unwatched).unwrap();
    let (messages, inbox) = tokio::sync::mpsc::unbounded_channel();
    let workers = Workers::new(Some(Arc::new(source)), request, Default::default(), messages).unwrap();
    update(&mut app, Message::Groups { tree: Arc::new(GroupTree::new(Arc::new(groups), Default::default())), done: true });
    (app, workers, inbox)
}

fn drawn(app: &App) -> String {
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 110, 24));
    misfit::tui::view::view(app, &mut buffer);
    frame::to_text(&buffer)
}
