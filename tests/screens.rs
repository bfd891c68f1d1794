//! What the explorer shows after keys, on the built-in sample: text, and a hash of the styles that changes when a colour does.

use std::sync::Arc;

use misfit::demo;
use misfit::source::Request;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{Options, frame, script};
use ratatui::buffer::Buffer;

/// The last frame after the keys.
fn press_in(theme: &str, depth: Depth, size: (u16, u16), keys: &str) -> Buffer {
    let options = Options {
        source: demo::source().expect("the sample opens"),
        request: Request { schemas: Some(Arc::new(demo::schemas().expect("the sample has schemas"))), ..Request::default() },
        theme: Theme::named(theme, depth, false).expect("a theme built in"),
        depth,
        keymap: Keymap::new(&[]).expect("the default keys"),
    };
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).expect("keys") };
    script(options, size, &keys).expect("a frame")
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
    let text = press((40, 10), "");
    assert!(text.contains("60x15"), "{text}");
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
        for height in [1, 3, 14, 15, 16, 24, 50] {
            for keys in ["", "<enter>", "<enter>v", "?"] {
                press((width, height), keys);
            }
        }
    }
}

#[test]
fn hostile_text_never_reaches_a_cell() {
    for keys in ["E", "E<enter>E", "E<enter>i", "E<enter>v", "G", "G<enter>E"] {
        let buffer = press_in("default-dark", Depth::True, (200, 60), keys);
        for cell in &buffer.content {
            assert!(!cell.symbol().chars().any(misfit::text::is_unsafe), "{keys}: {:?}", cell.symbol());
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
fn a_menu_tells_what_can_be_exported() {
    insta::assert_snapshot!(press((80, 24), "e"));
    insta::assert_snapshot!(press((80, 24), "<enter>e!"));
}
