//! What makes the explorer handy: numbers before keys, the palette, help that can be searched, panes, the mouse.

use std::sync::Arc;

use misfit::rows::demo;
use misfit::rows::source::Request;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::{Message, Pointed, PointerDoes};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, feed, frame};

use super::{press, press_in, sample_schemas};

pub(super) const SIZE: (u16, u16) = (120, 40);

/// What happens, told in short: keys, or the mouse at a column and a line.
pub(super) enum Does {
    Keys(&'static str),
    Mouse(PointerDoes, u16, u16),
}
use Does::{Keys, Mouse};

pub(super) fn screen(size: (u16, u16), happens: &[Does]) -> String {
    let options = ExplorerOptions {
        mouse: true,
        source: Some(demo::source().expect("the sample opens")),
        request: Request { schemas: Some(Arc::clone(&sample_schemas())), ..Request::default() },
        exports: Default::default(),
        history: Default::default(),
        theme: Theme::named("default-dark", Depth::True, false).expect("a theme built in"),
        depth: Depth::True,
        keymap: Keymap::new(&[]).expect("the default keys"),
    };
    let messages = happens.iter().flat_map(|does| match does {
        Keys("") => Vec::new(),
        Keys(keys) => parse_keys(keys).expect("keys").into_iter().map(|key| Message::Key(key.to_event())).collect(),
        Mouse(does, x, y) => vec![Message::Pointer(Pointed { does: *does, x: *x, y: *y })],
    });
    frame::to_text(&feed(options, size, messages).expect("a frame"))
}

/// Where a text stands on a screen.
pub(super) fn place_of(screen: &str, text: &str) -> (u16, u16) {
    let (line, told) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect("it stands there");
    (told[..told.find(text).expect("there")].chars().count() as u16, line as u16)
}

/// `3/42` at the end of the heading of the groups.
fn position(screen: &str) -> String {
    let heading = screen.lines().nth(1).expect("a heading");
    heading.split_whitespace().find(|word| word.contains('/') && word.as_bytes()[0].is_ascii_digit()).expect("a position").to_owned()
}

#[test]
fn a_number_says_how_often_and_which_line() {
    let at = |keys: &'static str| position(&screen(SIZE, &[Keys(keys)]));
    let all = at("ggG");
    let rows = all.split('/').next_back().expect("a count");
    assert_eq!(at("gg5j"), format!("6/{rows}"));
    assert_eq!(at("gg12j10k"), format!("3/{rows}"));
    assert_eq!(at("3G"), format!("3/{rows}"));
    assert_eq!(at("G4gg"), format!("4/{rows}"));
    assert_eq!(at("G999k"), format!("1/{rows}"));
    // How far the panes beside are scrolled differs, not where their cursors are.
    for keys in ["<enter>gg7jyp", "<enter>gg7j<tab>yp", "<enter>gg7j<tab><tab>yp", "<enter><tab>gg7j<s-tab>yp", "tgg7jyp"] {
        let copied = |keys: &str| press(SIZE, keys).lines().rev().nth(1).map(str::to_owned);
        let told = copied(keys);
        assert!(told.as_ref().is_some_and(|told| told.contains("copied")), "{keys}: {told:?}");
        assert_eq!(told, copied(&keys.replace("7j", "jjjjjjj")), "{keys}");
    }
    assert_eq!(at("gg5<esc>j"), format!("2/{rows}"), "a number can be taken back");
    assert!(screen(SIZE, &[Keys("15")]).lines().next_back().expect("a line").contains("15"));
    assert!(screen(SIZE, &[Keys("0")]).contains("0 does nothing here"));
}

#[test]
fn everything_can_be_found_by_name() {
    insta::assert_snapshot!(press((100, 30), ":"));
    insta::assert_snapshot!(press((100, 30), ":sort"));
    let sorted = screen(SIZE, &[Keys(":sort<enter>")]);
    assert_eq!(sorted, screen(SIZE, &[Keys("s")]), "the action is done");
    let found = screen(SIZE, &[Keys(":theme")]);
    assert!(found.contains("next theme") && found.contains("1 action"), "{found}");
    assert!(screen(SIZE, &[Keys(":xyzzyx")]).contains("nothing holds \"xyzzyx\""));
    for closed in [":<esc>", ":<bs>", ":so<c-c>"] {
        assert_eq!(screen(SIZE, &[Keys(closed)]), screen(SIZE, &[Keys("")].map(|_| Keys("jk"))), "{closed}");
    }
    let down = screen(SIZE, &[Keys(":copy<down><down><enter>")]);
    assert!(!down.contains("What can be done"), "{down}");
    assert!(screen(SIZE, &[Keys("<enter>:jq<enter>")]).contains("copied"), "in a case, too");
}

#[test]
fn help_is_for_this_screen_and_can_be_searched() {
    let help = screen((120, 60), &[Keys("?")]);
    assert!(help.contains("In the groups") && !help.contains("violation"), "{help}");
    assert!(screen((120, 60), &[Keys("<enter>?")]).contains("next violation"));
    let found = screen(SIZE, &[Keys("?/clipboard<enter>")]);
    assert!(found.contains("nothing holds"), "{found}");
    let found = screen(SIZE, &[Keys("?/copy")]);
    assert!(found.contains("only copy") && found.contains("copy the JSON pointer") && !found.contains("next line"), "{found}");
    assert!(screen(SIZE, &[Keys("?/copy<esc>")]).contains("next line"));
    let marks = screen(SIZE, &[Keys("?/lost")]);
    assert!(marks.contains("Marks") && marks.contains("in no column"), "{marks}");
}

#[test]
fn keys_that_may_follow_stand_in_a_box_at_any_width() {
    insta::assert_snapshot!(press((80, 24), "<enter>y"));
    for width in [60, 80, 200] {
        let told = screen((width, 24), &[Keys("<enter>y")]);
        for words in ["copy the value", "copy the JSON pointer", "copy the jq path", "copy the SQL", "copy the error message"] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}

#[test]
fn a_pane_gets_the_screen_or_more_of_it() {
    let zoomed = screen(SIZE, &[Keys("<enter>Z")]);
    assert!(!zoomed.contains("─ Schema ") && zoomed.contains("Document"), "{zoomed}");
    assert_eq!(screen(SIZE, &[Keys("<enter>ZZ")]), screen(SIZE, &[Keys("<enter>")]));
    let border = |keys: &'static str| place_of(&screen(SIZE, &[Keys(keys)]), "─ Schema ").0;
    assert!(border("<enter><tab>+") < border("<enter>") && border("<enter>++") > border("<enter>+"));
    assert_eq!(border("<enter>2+2-"), border("<enter>"));
    assert!(border("<enter>99+") < 100 && border("<enter>99-") > 20);
}

#[test]
fn on_a_narrow_screen_node_and_column_stand_below_the_document() {
    let told = screen((80, 24), &[Keys("<enter>")]);
    let last: Vec<&str> = told.lines().rev().take(3).collect();
    assert!(last[2].starts_with(" schema  ") && last[1].starts_with(" column  "), "{told}");
    assert!(screen((60, 10), &[Keys("<enter>")]).contains("Document"));
}

#[test]
fn the_mouse_goes_to_lines_opens_them_and_turns_pages() {
    let first = screen(SIZE, &[Keys("gg")]);
    let rows = position(&first).split('/').next_back().expect("a count").to_owned();
    let clicked = |line: u16| screen(SIZE, &[Keys("gg"), Mouse(PointerDoes::Press, 10, line)]);
    assert_eq!(position(&clicked(6)), format!("5/{rows}"));
    assert_eq!(position(&clicked(0)), format!("1/{rows}"), "the title is no line");
    assert_eq!(position(&screen(SIZE, &[Keys("gg"), Mouse(PointerDoes::WheelDown, 10, 5)])), format!("4/{rows}"));
    let (x, y) = place_of(&first, "is missing the key");
    let opened = [Mouse(PointerDoes::Press, x, y), Mouse(PointerDoes::DoublePress, x, y)];
    let opened = screen(SIZE, &opened);
    assert!(opened.contains("─ Document ") && opened.contains("app_build"), "{opened}");
    let (x, y) = place_of(&first, "▾ session.1");
    let closed = screen(SIZE, &[Mouse(PointerDoes::Press, x, y), Mouse(PointerDoes::DoublePress, x, y)]);
    assert!(closed.contains("▸ session.1"), "{closed}");
    let case = screen(SIZE, &[Keys("<enter>")]);
    let (x, y) = place_of(&case, "─ Columns ");
    let in_columns = screen(SIZE, &[Keys("<enter>"), Mouse(PointerDoes::Press, x + 4, y + 2)]);
    assert_eq!(in_columns, screen(SIZE, &[Keys("<enter>"), Mouse(PointerDoes::Press, x + 4, y + 2), Keys("Z"), Keys("Z")]));
    let zoomed = screen(SIZE, &[Keys("<enter>"), Mouse(PointerDoes::Press, x + 4, y + 2), Keys("Z")]);
    assert!(!zoomed.contains("─ Document "), "the pane under the pointer has the keys: {zoomed}");
}

#[test]
fn a_border_is_dragged() {
    let case = screen(SIZE, &[Keys("<enter>")]);
    let (x, y) = place_of(&case, "─ Schema ");
    let dragged = screen(
        SIZE,
        &[
            Keys("<enter>"),
            Mouse(PointerDoes::Press, x, y + 3),
            Mouse(PointerDoes::Drag, x - 20, y + 3),
            Mouse(PointerDoes::Release, x - 20, y + 3),
            Mouse(PointerDoes::Drag, x + 30, y + 3),
        ],
    );
    let now = place_of(&dragged, "─ Schema ").0;
    assert!(now.abs_diff(x - 20) <= 2, "{now}");
}

#[test]
fn lines_typed_before_come_back() {
    let again = screen(SIZE, &[Keys("/sync<enter><esc>/health<enter><esc>/<up>")]);
    assert!(again.lines().next_back().expect("a line").contains("search health"), "{again}");
    let earlier = screen(SIZE, &[Keys("/sync<enter><esc>/health<enter><esc>/<up><up>")]);
    assert!(earlier.lines().next_back().expect("a line").contains("search sync"), "{earlier}");
    let other = screen(SIZE, &[Keys("/sync<enter><esc>f<up>")]);
    assert!(!other.lines().next_back().expect("a line").contains("sync"), "a filter is no search: {other}");
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    assert!(screen(SIZE, &[Keys("M")]).contains("the mouse selects text; M takes it back"));
    assert!(screen(SIZE, &[Keys("MM")]).contains("Shift selects text anyway"));
    let _ = press_in("mono", Depth::None, SIZE, ":");
}

#[test]
fn what_is_under_the_cursor_is_handed_over_from_every_screen() {
    // Groups, a document, its column, a table, a schema of a table, a text over the screen.
    for before in ["j", "<enter>", "<enter><tab><tab>", "tj", "t<tab>", "<enter>v", "<enter>i"] {
        let asked = screen(SIZE, &[Keys(before), Keys("!cat")]);
        assert!(asked.contains("hand what is under the cursor to the command cat"), "{before}: {asked}");
        let ended = screen(SIZE, &[Keys(before), Keys("!cat<enter>")]);
        assert!(ended.contains("there is no terminal for another program"), "{before}: {ended}");
    }
    for key in ["P", "V", "<enter>P", "tjP", "<enter>iV"] {
        let ended = screen(SIZE, &[Keys(key)]);
        assert!(ended.contains("there is no terminal for another program"), "{key}: {ended}");
    }
    assert!(screen(SIZE, &[Keys("?P")]).contains("nothing is under the cursor"));
    assert!(screen(SIZE, &[Keys("!<enter>")]).contains("no command was typed"));
    // A line for a command searches nothing and gives the screen back as it was.
    assert_eq!(screen(SIZE, &[Keys("t!gpu<esc>")]), screen(SIZE, &[Keys("t")]));
    // In the menu of exports the key means what it meant.
    assert!(screen(SIZE, &[Keys("e!")]).contains("shapes again"));
}
