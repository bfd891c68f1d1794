//! How long a key press takes to be on screen: with 100,000 groups, and in a document of 8 MB.
//! Each figure is the update and the frame together, without the terminal itself.

// A measurement that cannot go on says where; nobody imports it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use misfit::ground::few::Settled;
use misfit::pipeline::document::Document;
use misfit::rows::group::{Fingerprint, Group, GroupKey, GroupNames, Groups, NamesWithin, Sort, Trend};
use misfit::rows::row::RowRef;
use misfit::tui::app::App;
use misfit::tui::group_tree::GroupTree;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{update, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZE: (u16, u16) = (200, 60);

fn group(i: u64) -> Group {
    let text = |text: String| Some(Arc::from(text));
    Group {
        key: GroupKey {
            names: Arc::new(GroupNames {
                namespace: text(format!("namespace-{}", i % 80)),
                within: Arc::new(NamesWithin {
                    doctype: text(format!("doctype-{}", i % 400)),
                    version: text("1".to_owned()),
                    stage: text("ParsePayload".to_owned()),
                    class: text("org.everit.json.schema.ValidationException".to_owned()),
                }),
            }),
            path: Some(format!("/metrics/labeled_counter/name_{i}").into()),
            fault: "maxLength".into(),
        },
        fingerprint: Fingerprint(i),
        keyword: Some("maxLength"),
        count: 1 + i % 1000,
        span: Some((0, 86_400_000_000)),
        trend: Trend { start: 0, width: 86_400_000_000 / 32, bins: vec![1; 32].into() },
        by_job: Default::default(),
        standing: Default::default(),
        noise: false,
        by_catch: false,
        sample: format!(
            "org.everit.json.schema.ValidationException: #/metrics/labeled_counter/name_{i}: expected maxLength: 61, actual: 75"
        )
        .into(),
        says: "expected maxLength: 61, actual: {n}".into(),
        facets: Arc::default(),
        clients: None,
        rare: None,
        rows: Settled::One(RowRef::new(0, i)),
    }
}

fn groups(count: u64) -> Arc<Groups> {
    let list: Vec<Group> = (0..count).map(group).collect();
    let rows = list.iter().map(|group| group.count).sum();
    Arc::new(Groups { list, rows, span: Some((0, 86_400_000_000)), ..Groups::default() })
}

/// Presses keys and draws.
fn press(app: &mut App, keys: &str, buffer: &mut Buffer) {
    for key in parse_keys(keys).expect("keys") {
        update::update(app, Message::Key(key.to_event()));
        buffer.reset();
        view::view(app, buffer);
    }
}

fn explorer() -> App {
    let theme = Theme::named("default-dark", Depth::True, false).expect("a theme");
    App::new(SIZE, "rows.ndjson".to_owned(), None, theme, Depth::True, Keymap::new(&[]).expect("keys"))
}

fn many_groups(c: &mut Criterion) {
    let groups = groups(100_000);
    let mut app = explorer();
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    c.bench_function("arrange 100,000 groups (on a worker)", |b| b.iter(|| GroupTree::new(groups.clone(), Sort::Count)));
    let tree = Arc::new(GroupTree::new(groups, Sort::Count));
    update::update(&mut app, Message::Groups { tree, done: true });
    press(&mut app, "O", &mut buffer);
    c.bench_function("100,000 groups: down, up", |b| b.iter(|| press(&mut app, "jk", &mut buffer)));
    c.bench_function("100,000 groups: to the end and back", |b| b.iter(|| press(&mut app, "Ggg", &mut buffer)));
    c.bench_function("100,000 groups: close and open the first", |b| b.iter(|| press(&mut app, "gg<space><space>", &mut buffer)));
    c.bench_function("100,000 groups: close and open all", |b| b.iter(|| press(&mut app, "CE", &mut buffer)));
}

fn large_document() -> Vec<u8> {
    let mut text = b"{\"payload\": [".to_vec();
    let mut i = 0;
    while text.len() < 8 << 20 {
        text.extend_from_slice(format!("{{\"name\": \"value {i}\", \"count\": {i}, \"flags\": [true, null, 1.5]}},").as_bytes());
        i += 1;
    }
    text.extend_from_slice(b"0]}");
    text
}

fn large(c: &mut Criterion) {
    let text = large_document();
    c.bench_function("index a document of 8 MB (on a worker)", |b| b.iter(|| Document::parse(text.as_slice())));
    let value: &[u8] = &text;
    c.bench_function("the same as serde_json::Value", |b| b.iter(|| serde_json::from_slice::<serde_json::Value>(value)));
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = many_groups, large }
criterion_main!(benches);
