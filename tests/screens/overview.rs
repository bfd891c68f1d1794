//! The overview: namespaces, stages, unknown names; where their lines lead.

use std::fmt::Write as _;
use std::sync::Arc;

use misfit::rows::source::files::{Files, ReadOptions};
use misfit::tui::frame;
use misfit::tui::theme::Depth;

use super::{press, press_with, sample_schemas, screen_of};

#[test]
fn namespaces_at_a_glance_on_a_common_terminal() {
    insta::assert_snapshot!(press((120, 40), "gn"));
}

#[test]
fn namespaces_at_a_glance_on_a_small_one() {
    insta::assert_snapshot!(press((80, 24), "gn"));
}

#[test]
fn a_name_that_the_schemas_do_not_have() {
    insta::assert_snapshot!(press((160, 40), "gn/raeder<enter>"));
}

#[test]
fn a_namespace_leads_to_its_groups_and_back() {
    let shown = screen_of((120, 40), "gnjj<enter>");
    assert!(shown.contains("What fails") && shown.contains("telemetry"), "{shown}");
    let back = screen_of((120, 40), "gnjj<enter>gn");
    assert!(back.contains("Stages, in the order of the pipeline"), "{back}");
    assert!(screen_of((120, 40), "gngn").contains("What fails"));
    assert!(screen_of((120, 40), "gn<esc>").contains("What fails"));
    assert!(screen_of((120, 40), "<enter>gnq").contains("Document"), "the case is below");
    assert!(screen_of((120, 40), "tgn").contains("Stages, in the order"), "and from the tables");
}

#[test]
fn a_stage_shows_its_groups_alone() {
    let shown = screen_of((120, 40), "gnggj<enter>");
    assert!(shown.contains("groups that name ParseUri") && shown.contains("filter ParseUri: 2 of 32 groups"), "{shown}");
}

#[test]
fn a_namespace_is_found_behind_incidents_too() {
    let shown = screen_of((120, 40), "Ign<enter>");
    assert!(shown.contains("▾ acme-reader") && !shown.contains("by cause"), "{shown}");
    let shown = screen_of((120, 40), "Ign<down><enter>");
    assert!(shown.contains("▾ acme-desktop") && !shown.contains("by cause"), "{shown}");
}

#[test]
fn the_order_changes_and_the_cursor_stays_on_its_namespace() {
    let shown = screen_of((120, 40), "gnsssss");
    assert!(shown.contains("sorting: strongest growth first"), "{shown}");
    let by_name = screen_of((120, 40), "gnssss");
    let at = |name: &str| by_name.find(name).unwrap_or_else(|| panic!("{name} in {by_name}"));
    assert!(at("acme-desktop  10 groups") < at("acme-reader  13 groups"));
}

#[test]
fn what_is_copied_is_the_name() {
    assert!(screen_of((120, 40), "gnyy").contains("acme-reader"));
    assert!(screen_of((120, 40), "gne").contains("nothing to export here"));
    assert!(screen_of((120, 40), "gni").contains("Largest groups"));
}

/// The explorer over rows of so many namespaces, each with a name of its own.
fn many(namespaces: usize, name: &str, keys: &str) -> String {
    let mut text = String::new();
    for at in 0..namespaces {
        let row = serde_json::json!({
            "document_namespace": format!("{name}{at}"), "document_type": "x\u{1b}[2J", "document_version": "1", "error_type": "ParsePayload",
            "exception_class": "a.B", "error_message": "a.B: c",
        });
        writeln!(text, "{row}").expect("a line");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.ndjson");
    std::fs::write(&file, text).expect("a file");
    let source = Files::open(&[file.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).expect("rows");
    frame::to_text(&press_with(Some(Arc::new(source)), sample_schemas(), "mono", Depth::None, (100, 30), keys))
}

#[test]
fn rows_without_times_and_names_of_all_kinds_are_shown() {
    let shown = many(3, "evil\u{202e}\u{1b}]0;\u{7}", "gn");
    assert!(shown.contains("evil\\u{202e}\\u{1b}]0;\\u{7}0") && shown.contains("no row tells when it came"), "{shown}");
    let shown = many(0, "", "gn");
    assert!(shown.contains("no rows"), "{shown}");
    assert!(many(3_000, "n", "gnG").contains("n999"));
}
