//! Lines of the groups: no two that are alike, trends over one axis, headings over something.

use std::collections::HashSet;
use std::sync::Arc;

use misfit::rows::demo;
use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::ErrorSource;
use misfit::rows::source::files::Files;
use misfit::tui::frame;
use misfit::tui::theme::Depth;

use super::{press_with, sample_schemas};
use crate::corpus;

/// Cells of the numbers at the end of a line, where nothing but these stands there.
const NUMBERS: usize = 17;

/// The tree's lines of a screen that is high enough for all of them, each with its depth, without its numbers.
fn lines(source: Arc<dyn ErrorSource>, schemas: Arc<SchemaStore>, width: u16) -> Vec<(usize, String)> {
    let screen = frame::to_text(&press_with(Some(source), schemas, "mono", Depth::None, (width, 1000), "O"));
    // From 110 cells on the tree has five eighths.
    let tree = if width < 110 { usize::from(width) } else { usize::from(width) * 5 / 8 };
    let label = |line: &str| line.chars().take(tree - NUMBERS).collect::<String>();
    let labels = screen.lines().skip(2).map(label).take_while(|label| !label.trim().is_empty() && !label.starts_with('─'));
    labels.map(|label| (label.chars().take_while(|c| " ▾▸".contains(*c)).count(), label.trim().to_owned())).collect()
}

fn none_is_like_its_sibling(lines: &[(usize, String)]) {
    let mut around: Vec<&str> = Vec::new();
    let mut seen = HashSet::new();
    for (depth, label) in lines {
        around.truncate(depth / 2);
        assert!(seen.insert((around.clone(), label)), "two lines below {around:?} read {label}");
        around.resize(depth / 2, "");
        around.push(label);
    }
}

#[test]
fn no_two_lines_of_the_sample_are_alike() {
    for width in [60, 80, 120] {
        let lines = lines(demo::source().expect("the sample opens"), sample_schemas(), width);
        assert!(lines.len() > 30, "{lines:?}");
        none_is_like_its_sibling(&lines);
    }
}

#[test]
fn no_two_lines_of_real_rows_are_alike() {
    let Some(folder) = corpus::folder() else { return };
    let schemas = Arc::new(corpus::schemas(&folder));
    let rows = std::fs::read(folder.join("errors-2k.ndjson")).expect("rows");
    for width in [60, 80, 120] {
        let source = Arc::new(Files::from_memory("errors-2k", rows.clone()).expect("rows"));
        let lines = lines(source, schemas.clone(), width);
        assert!(lines.len() > 300, "{}", lines.len());
        none_is_like_its_sibling(&lines);
    }
}

#[test]
fn trends_stand_over_one_axis_with_the_deploys_on_it() {
    let screen =
        frame::to_text(&press_with(Some(demo::source().expect("the sample opens")), sample_schemas(), "mono", Depth::None, (200, 40), "O"));
    let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().take(124).collect()).collect();
    let head: String = lines[2].iter().collect();
    for word in ["┆ a deploy", "03-02", "03-18", "since", "rows", "of all"] {
        assert!(head.contains(word), "{word}: {head}");
    }
    let (from, to) = (head.chars().position(|c| c == '0').expect("an axis"), head.find("  since").expect("its end"));
    let marks: HashSet<usize> =
        lines[3..].iter().flat_map(|line| line.iter().enumerate().filter(|(_, c)| **c == '┆').map(|(at, _)| at)).collect();
    assert_eq!(marks.len(), 2, "each deploy stands in one column: {marks:?}\n{screen}");
    assert!(marks.iter().all(|&at| at >= from && at < to), "{marks:?} {from} {to}");
    let began = screen.lines().find(|line| line.contains(" began ")).expect("a group that a deploy began");
    assert!(began.contains(" 03-16 "), "since when it is seen: {began}");
}

#[test]
fn no_heading_of_the_summary_stands_over_nothing() {
    let headings = ["Over time", "Jobs", "A message", "key", "length", "limit", "value", "Largest groups"];
    for height in (12..44).step_by(5) {
        for (width, keys) in [(80, ""), (80, "jj"), (120, ""), (120, "j")] {
            let screen = super::screen_of((width, height), keys);
            let all: Vec<&str> = screen.lines().collect();
            let pane = |line: &str| line.split('│').next_back().unwrap_or(line).trim().to_owned();
            let below = &all[..all.len() - 1];
            let last = below.iter().rposition(|line| !pane(line).is_empty() && !pane(line).starts_with("i:"));
            let line = last.map(|at| pane(below[at])).unwrap_or_default();
            let is_heading = |heading: &&str| line == **heading || line.starts_with(&format!("{heading},"));
            assert!(!headings.iter().any(is_heading), "{width}x{height} {keys}: {line}\n{screen}");
        }
    }
}

#[test]
fn a_long_key_is_whole_where_the_line_has_room() {
    // The failing key of the sample, beside its note.
    let line = |width| {
        let screen = super::screen_of((width, 40), "<enter>");
        screen.lines().find(|line| line.contains("\u{2717} key: maxLength 40")).expect("the failing line").to_owned()
    };
    assert!(line(240).contains("share_page_with_another_device_from_toolbar: 1"), "{}", line(240));
    assert!(line(99).contains("share_page_with_another_device_from_toolbar: 1"), "{}", line(99));
    let narrow = line(110);
    let shown = narrow.split('\u{2502}').next().expect("a pane");
    assert!(shown.chars().count() - shown.trim_end().chars().count() <= 2, "room is left beside a key that is cut: {narrow}");
}

#[test]
fn letters_of_a_document_are_letters() {
    // {"n":"M\\u00fcnchen"}
    let payload = "eyJuIjoiTVx1MDBmY25jaGVuIn0=";
    let row = format!(
        r##"{{"document_namespace":"acme-reader","document_type":"session","document_version":"1","error_type":"ParsePayload","error_message":"org.everit.json.schema.ValidationException: #: required key [client_info] not found","payload":"{payload}"}}"##
    );
    let press = |keys: &str| {
        let source = Arc::new(Files::from_memory("made up", row.clone().into_bytes()).expect("a row"));
        frame::to_text(&press_with(Some(source), sample_schemas(), "mono", Depth::None, (120, 40), keys))
    };
    let case = press("<enter>O");
    assert!(case.contains("n: \"M\u{fc}nchen\"") && !case.contains("u00fc"), "{case}");
    let whole = press("<enter>OGv");
    assert!(whole.contains("M\u{fc}nchen") && whole.contains("written as") && whole.contains(r#""M\u00fcnchen""#), "{whole}");
    assert!(press("<enter>OGyy").contains(r#"copied the value "M\u00fcnchen""#), "a copy is as it is written");
}
