//! What the explorer shows after keys, on the built-in sample: text, and a hash of the styles that changes when a colour does.

mod alike;
mod beside;
mod causes;
mod handy;
mod overview;
mod pressed;
mod rechecked;
mod referred;
mod searched;
mod senders;
mod sheets;
mod warned;

use std::sync::Arc;

use misfit::rows::demo;
use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request};
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, frame, script};
use ratatui::buffer::Buffer;

/// The last frame after the keys.
fn press_in(theme: &str, depth: Depth, size: (u16, u16), keys: &str) -> Buffer {
    press_with(Some(demo::source().expect("the sample opens")), sample_schemas(), theme, depth, size, keys)
}

fn sample_schemas() -> Arc<SchemaStore> {
    Arc::new(demo::schemas().expect("the sample has schemas"))
}

fn press_with(
    source: Option<Arc<dyn ErrorSource>>,
    schemas: Arc<SchemaStore>,
    theme: &str,
    depth: Depth,
    size: (u16, u16),
    keys: &str,
) -> Buffer {
    let options = ExplorerOptions {
        mouse: true,
        source,
        request: Request { schemas: Some(schemas), ..Request::default() },
        exports: Default::default(),
        history: Default::default(),
        theme: Theme::named(theme, depth, false).expect("a theme built in"),
        depth,
        keymap: Keymap::new(&[]).expect("the default keys"),
    };
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).expect("keys") };
    script(options, size, &keys).expect("a frame")
}

/// The last frame after the keys, as text alone.
fn screen_of(size: (u16, u16), keys: &str) -> String {
    frame::to_text(&press_in("default-dark", Depth::True, size, keys))
}

fn press(size: (u16, u16), keys: &str) -> String {
    let buffer = press_in("default-dark", Depth::True, size, keys);
    format!("{}styles {:016x}\n", frame::to_text(&buffer), style_hash(&buffer))
}

/// FNV-1a over colours and modifiers of every cell: the same on every machine.
fn style_hash(buffer: &Buffer) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for cell in &buffer.content {
        for byte in format!("{:?}{:?}{:?}", cell.fg, cell.bg, cell.modifier).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    hash
}

#[test]
fn groups_on_a_common_terminal() {
    insta::assert_snapshot!(press((120, 40), ""));
}

#[test]
fn groups_on_a_small_terminal() {
    insta::assert_snapshot!(press((80, 24), ""));
}

#[test]
fn groups_on_a_large_terminal() {
    insta::assert_snapshot!(press((200, 60), ""));
}

#[test]
fn one_key_opens_the_broken_node_beside_its_column() {
    insta::assert_snapshot!(press((120, 40), "<enter>"));
}

#[test]
fn a_case_on_a_large_terminal() {
    insta::assert_snapshot!(press((200, 60), "<enter>"));
}

#[test]
fn a_small_terminal_shows_one_pane_at_a_time() {
    insta::assert_snapshot!(press((80, 24), "<enter>"));
    insta::assert_snapshot!(press((80, 24), "<enter><tab>"));
    insta::assert_snapshot!(press((80, 24), "<enter><tab><tab>"));
}

#[test]
fn a_filter_keeps_parents() {
    insta::assert_snapshot!(press((80, 24), "fsync<enter>"));
}

#[test]
fn help_lists_every_key() {
    insta::assert_snapshot!(press((100, 60), "?"));
}

#[test]
fn a_clearing_of_the_filter_gives_the_old_rows_back() {
    let list =
        |keys: &str| press((120, 40), keys).lines().take(39).map(|line| line.chars().take(60).collect::<String>()).collect::<Vec<_>>();
    assert_eq!(list("gg"), list("ggfsync<esc>gg"));
}

#[test]
fn a_terminal_too_small_gets_a_message() {
    let text = press((40, 9), "");
    assert!(text.contains("60x10"), "{text}");
}

#[test]
fn no_colour_means_no_colour_and_still_a_cursor() {
    for keys in ["", "<enter>", "?"] {
        let buffer = press_in("mono", Depth::None, (100, 30), keys);
        for cell in &buffer.content {
            assert_eq!((cell.fg, cell.bg), (ratatui::style::Color::Reset, ratatui::style::Color::Reset));
        }
        if keys != "?" {
            assert!(buffer.content.iter().any(|cell| cell.modifier.contains(ratatui::style::Modifier::REVERSED)));
        }
    }
}

#[test]
fn every_size_draws_without_harm() {
    for width in [1, 20, 59, 60, 79, 100, 110, 170] {
        for height in [1, 3, 9, 10, 15, 16, 24, 50] {
            for keys in ["", "<enter>", "<enter>v", "<enter>r", "?", "?/x", ":", ":zz", "y", "Z", "<enter>Z"] {
                press((width, height), keys);
            }
        }
    }
}

#[test]
fn tables_of_every_size_draw_without_harm() {
    for size in [(1, 50), (60, 15), (80, 24), (110, 16), (170, 60)] {
        for keys in ["tO", "t/doc", "t<tab>", "jti"] {
            press(size, keys);
        }
    }
}

#[test]
fn hostile_text_never_reaches_a_cell() {
    for keys in ["O", "O<enter>O", "O<enter>i", "O<enter>v", "O<enter>r", "O<enter>rO", "G", "G<enter>O", "tO", "tOG", "ti"] {
        let buffer = press_in("default-dark", Depth::True, (200, 60), keys);
        for cell in &buffer.content {
            assert!(!cell.symbol().chars().any(misfit::ground::text::is_unsafe), "{keys}: {:?}", cell.symbol());
        }
    }
}

#[test]
fn moving_in_one_pane_moves_the_others() {
    let first = press((200, 60), "<enter>");
    let moved = press((200, 60), "<enter>gg");
    assert_ne!(first, moved);
    assert_eq!(press((200, 60), "<enter>gg."), first, "a dot leads back to the failing value");
}

#[test]
fn a_group_leads_to_its_column_among_the_tables() {
    insta::assert_snapshot!(press((120, 40), "jt"));
    insta::assert_snapshot!(press((80, 24), "jt"));
    insta::assert_snapshot!(press((200, 60), "jt"));
}

#[test]
fn a_case_leads_to_the_column_under_its_cursor() {
    insta::assert_snapshot!(press((120, 40), "<enter><tab><tab>gg jt"));
}

#[test]
fn a_search_over_all_columns_names_every_table() {
    insta::assert_snapshot!(press((120, 40), "t/doc id"));
    insta::assert_snapshot!(press((80, 24), "t/reader click"));
}

#[test]
fn a_search_that_is_over_gives_the_tree_back() {
    assert_eq!(press((120, 40), "tgg"), press((120, 40), "tgg/doc<esc>"));
    assert_eq!(press((120, 40), "tgg"), press((120, 40), "tgg/doc<enter>jj<esc>"));
}

#[test]
fn what_was_found_is_shown_in_its_table() {
    let text = press((120, 40), "tgg/doc<enter>jjj<enter>");
    let cursor_facts: Vec<&str> =
        text.lines().filter(|line| line.contains("acme-reader events.1") || line.contains("document_id")).collect();
    assert!(cursor_facts.len() >= 3, "{text}");
}

#[test]
fn a_column_leads_to_its_schema_node_and_back() {
    let column = "t/app_build<enter>j<enter>";
    let there = press((120, 40), &format!("{column}<enter>"));
    assert_ne!(there, press((120, 40), column));
    assert_eq!(press((120, 40), &format!("{column}<enter><enter>")), press((120, 40), column));
    insta::assert_snapshot!(press((120, 40), "jt<tab>"));
    insta::assert_snapshot!(press((80, 24), "jt<tab>"));
    assert_eq!(press((120, 40), "jt<tab><esc>"), press((120, 40), "jt"));
}

#[test]
fn moving_in_the_schema_moves_the_tree() {
    let moved = press((120, 40), "jt<tab>gg/app_build<enter>");
    let line = moved.lines().nth(2).unwrap_or_default();
    assert!(line.contains("client_info.app_build"), "{moved}");
}

#[test]
fn a_column_leads_to_the_groups_that_fail_under_it() {
    insta::assert_snapshot!(press((120, 40), "jtx"));
    let none = press((120, 40), "t/document_id<enter>jx");
    assert!(none.contains("of the rows that were read, no group fails under document_id"), "{none}");
}

#[test]
fn what_has_no_table_is_said() {
    let text = press((120, 40), "Gt");
    assert!(text.contains("the schemas have no table for what was under the cursor"), "{text}");
}

#[test]
fn a_table_is_copied_as_the_statement_that_makes_it() {
    assert!(press((120, 40), "jtyd").contains("copied the CREATE TABLE statement"));
    assert!(press((120, 40), "jtggyd").contains("no table layout here"));
    assert!(press((120, 40), "jtys").contains("copied the SQL expression"));
}

#[test]
fn what_cannot_be_read_tells_all_of_its_reason() {
    let bytes: &[u8] = b"<html><body>You are not signed in</body></html>";
    let pipe = misfit::rows::source::files::Files::from_reader("what was piped", bytes, Default::default());
    let reason = pipe.groups(&Request::default(), &misfit::rows::source::Unwatched).expect_err("no table").to_string();
    let pipe = misfit::rows::source::files::Files::from_reader("what was piped", bytes, Default::default());
    let buffer = press_with(Some(Arc::new(pipe)), sample_schemas(), "default-dark", Depth::True, (60, 24), "");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(reason.len() > 60 && words(&frame::to_text(&buffer)).contains(&words(&reason)), "{}", frame::to_text(&buffer));
}

#[test]
fn everything_about_a_column_covers_the_screen() {
    insta::assert_snapshot!(press((100, 40), "jti"));
}

#[test]
fn tables_can_be_all_there_is() {
    let press = |keys: &str| frame::to_text(&press_with(None, sample_schemas(), "default-dark", Depth::True, (100, 30), keys));
    insta::assert_snapshot!(press(""));
    assert!(press("x").contains("there are no rows to look at"));
    assert!(press("<esc>").contains("q quits"));
}

#[test]
fn tables_are_readable_without_colour_and_unicode() {
    let buffer = press_in("mono", Depth::None, (100, 30), "t");
    assert!(buffer.content.iter().any(|cell| cell.modifier.contains(ratatui::style::Modifier::REVERSED)));
}

#[test]
fn a_menu_tells_what_can_be_exported() {
    insta::assert_snapshot!(press((80, 24), "e"));
    insta::assert_snapshot!(press((80, 24), "<enter>e!"));
}

#[test]
fn a_column_that_is_not_there_is_told_with_what_cannot_be_known() {
    let row = r#"{"document_namespace":"a","document_type":"b","document_version":"1","error_message":"x","payload":"e30="}"#;
    let source: Arc<dyn ErrorSource> = Arc::new(Files::from_memory("made up", row.as_bytes().to_vec()).expect("a row"));
    let schemas = Arc::new(demo::schemas().expect("schemas"));
    let screen = frame::to_text(&press_with(Some(source), schemas, "default-dark", Depth::True, (120, 40), "i"));
    assert!(screen.contains("│ job_name              which job refused a document, and so what a deploy began or ended"), "{screen}");
    assert!(!screen.contains("│ Jobs "), "a heading over nothing: {screen}");
}

#[test]
fn what_a_deploy_would_refuse() {
    insta::assert_snapshot!(press((80, 24), "c"));
    insta::assert_snapshot!(press((120, 40), "cj"));
    insta::assert_snapshot!(press((200, 60), "cjO"));
}

#[test]
fn a_column_before_and_now() {
    insta::assert_snapshot!(press((80, 24), "c<enter>"));
    insta::assert_snapshot!(press((120, 40), "cj<enter>"));
}

#[test]
fn the_row_of_a_name_at_fault_begins_at_the_name() {
    let shown = screen_of((120, 40), "<enter>r");
    assert!(shown.contains("metrics.labeled_counter.reader_toolbar_clicks.key  STRING NULLABLE"), "{shown}");
}

#[test]
fn the_line_that_says_what_is_cut_is_of_one_style() {
    // It stands where a dim line was.
    let buffer = press_in("mono", Depth::None, (80, 24), "c");
    let row =
        (0..24).find(|&row| (0..80).map(|column| buffer[(column, row)].symbol()).collect::<String>().contains("i: everything")).unwrap();
    let styles: std::collections::HashSet<_> = (2..31).map(|column| buffer[(column, row)].modifier).collect();
    assert_eq!(styles.len(), 1, "{styles:?}");
}

#[test]
fn deploys_of_every_size_draw_without_harm() {
    for size in [(1, 50), (60, 15), (80, 16), (110, 16), (170, 60)] {
        for keys in ["c", "cO", "c<enter>", "cOG", "ci", "c<enter>i"] {
            press(size, keys);
        }
    }
}
