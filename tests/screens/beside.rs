//! Two sources side by side in the overview: what only one of them has, and what is said where nobody knows.

use std::sync::Arc;

use misfit::rows::source::Request;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::opened::{OpenedSource, SourceOpener};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, Surroundings, feed_in, frame};

/// Opens the sample files of the overview by their names.
struct Samples;

fn sample(name: &str) -> Result<Arc<Files>, String> {
    let path = format!("tests/cmd/overview/{name}.ndjson");
    Files::open(&[path], ReadOptions { keep_rows: true }).map(Arc::new).map_err(|_| format!("there is no file {name}"))
}

impl SourceOpener for Samples {
    fn open(&self, words: &str) -> Result<OpenedSource, String> {
        Ok(OpenedSource { source: sample(words)?, request: Request::default(), kept_as: None, words: vec![words.to_owned()] })
    }
}

/// The explorer over one of them after the keys; `beside` is held beside it from the beginning.
fn screen(source: &str, beside: Option<&str>, size: (u16, u16), keys: &str) -> String {
    let options = ExplorerOptions {
        mouse: true,
        source: Some(sample(source).expect("a sample")),
        request: Request::default(),
        exports: Default::default(),
        history: Default::default(),
        theme: Theme::named("mono", Depth::None, false).expect("a theme built in"),
        depth: Depth::None,
        keymap: Keymap::new(&[]).expect("the default keys"),
    };
    let around = Surroundings { opener: Some(Arc::new(Samples)), beside: beside.map(str::to_owned), ..Surroundings::default() };
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).expect("keys") };
    frame::to_text(&feed_in(options, around, size, keys.iter().map(|key| Message::Key(key.to_event()))).expect("a frame"))
}

#[test]
fn two_sources_on_a_small_terminal() {
    insta::assert_snapshot!(screen("stage", Some("production"), (80, 24), "O"));
}

#[test]
fn two_sources_on_a_common_terminal() {
    insta::assert_snapshot!(screen("stage", Some("production"), (120, 40), "ojj"));
}

#[test]
fn a_flag_a_key_and_a_word_lead_to_the_same() {
    let at_once = screen("stage", Some("production"), (120, 40), "");
    assert!(at_once.contains("Beside production.ndjson: 7 groups only here, 1 only beside, 1 in both"), "{at_once}");
    assert_eq!(screen("stage", None, (120, 40), "gnaproduction<enter>"), at_once);
    assert_eq!(screen("stage", None, (120, 40), ":beside production<enter>"), at_once, "from any screen");
    let alone = screen("stage", None, (120, 40), "gn");
    let taken = screen("stage", Some("production"), (120, 40), "a<enter>");
    assert!(taken.contains("the other source is taken away") && taken.contains("4 namespaces") && !alone.contains("beside:"), "{taken}");
}

#[test]
fn lines_are_sorted_and_filtered_as_those_of_one_source_are() {
    let filtered = screen("stage", Some("production"), (120, 40), "fonly beside<enter>");
    assert!(filtered.contains("telemetry  only beside: 1 group") && !filtered.contains("acme-reeder"), "{filtered}");
    let by_name = screen("production", Some("stage"), (120, 40), "ssss");
    let at = |name: &str| by_name.find(name).unwrap_or_else(|| panic!("{name} in {by_name}"));
    assert!(at("com-example") < at("io-example") && at("io-example") < at("telemetry  only here"), "{by_name}");
}

#[test]
fn a_line_leads_to_its_groups_and_says_where_there_are_none() {
    let shown = screen("stage", Some("production"), (120, 40), "/reeder<enter><enter>");
    assert!(shown.contains("What fails") && shown.contains("▾ acme-reeder"), "{shown}");
    let shown = screen("stage", Some("production"), (120, 40), "/sesion<enter><enter>");
    assert!(shown.contains("What fails") && shown.contains("▾ sesion"), "{shown}");
    let shown = screen("stage", Some("production"), (120, 40), "G<enter>");
    assert!(shown.contains("nothing of it was read here, but of production.ndjson; Ctrl-T opens it in a tab"), "{shown}");
}

#[test]
fn what_was_not_read_is_never_said_to_be_missing() {
    let partly = screen("stage", Some("broken"), (120, 40), "");
    assert!(partly.contains("7 groups maybe only here, 0 only beside") && partly.contains("may be there"), "{partly}");
    let partly = screen("broken", Some("stage"), (120, 40), "");
    assert!(partly.contains("0 groups only here, 7 maybe only beside"), "{partly}");
    let empty = screen("stage", Some("empty"), (120, 40), "");
    assert!(empty.contains("it holds nothing, so nothing can be compared") && !empty.contains("only here"), "{empty}");
    let nowhere = screen("stage", Some("nowhere"), (120, 40), "");
    assert!(nowhere.contains("nowhere cannot stand beside: there is no file nowhere") && !nowhere.contains("only here"), "{nowhere}");
    let kept = screen("stage", Some("production"), (120, 40), "anowhere<enter>");
    assert!(kept.contains("cannot stand beside") && kept.contains("Beside production.ndjson"), "what was there stays: {kept}");
}
