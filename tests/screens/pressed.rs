//! What the mouse presses beside lines: hints, lines of menus, the names of panes.

use misfit::tui::message::PointerDoes::{DoublePress, Press, Release, WheelDown};

use super::handy::Does::{Keys, Mouse};
use super::handy::{SIZE, place_of, screen};
use super::press;

const COMMON: (u16, u16) = (80, 24);

/// The screen after some keys and a press on a text that stands there then.
fn pressed_on(size: (u16, u16), keys: &'static str, text: &str) -> String {
    let (x, y) = place_of(&screen(size, &[Keys(keys)]), text);
    screen(size, &[Keys(keys), Mouse(Press, x, y), Mouse(Release, x, y)])
}

#[test]
fn a_hint_does_what_its_key_does() {
    for (keys, hint, key) in [
        ("", "s sort", "s"),
        ("", "? all keys", "?"),
        ("", "open a document", "<enter>"),
        ("<enter>", "] next", "]"),
        ("?", "Esc close", "<esc>"),
    ] {
        let by_key = screen(SIZE, &[Keys(keys), Keys(key)]);
        assert_eq!(pressed_on(SIZE, keys, hint), by_key, "{hint}");
        assert_ne!(by_key, screen(SIZE, &[Keys(keys)]), "{hint}");
    }
    // What covers the bottom line takes its hints away.
    let (x, y) = place_of(&screen(SIZE, &[]), "s sort");
    let with_notice = [Keys("&"), Mouse(Press, x, y)];
    assert_eq!(screen(SIZE, &with_notice), screen(SIZE, &[]), "the notice goes, nothing is sorted");
    // A hint that is pressed twice at once is meant twice.
    let (x, y) = place_of(&screen(SIZE, &[Keys("<enter>")]), "] next");
    let twice = screen(SIZE, &[Keys("<enter>"), Mouse(Press, x, y), Mouse(DoublePress, x, y)]);
    assert!(twice.contains("document 3 of 30"), "{twice}");
}

#[test]
fn what_a_press_tells_stays_until_the_next() {
    let told = pressed_on(SIZE, "y", "copy the error message");
    assert!(told.contains("copied the error message"), "{told}");
}

#[test]
fn the_names_of_panes_are_pressed() {
    let at_schema = screen(COMMON, &[Keys("<enter><tab>")]);
    assert_eq!(pressed_on(COMMON, "<enter>", " Schema "), at_schema);
    assert_eq!(pressed_on(COMMON, "<enter>", " Columns "), screen(COMMON, &[Keys("<enter><tab><tab>")]));
    assert_eq!(pressed_on(COMMON, "<enter><tab>", " Document "), screen(COMMON, &[Keys("<enter><tab><tab><tab>")]));
}

#[test]
fn lines_of_menus_are_pressed_and_a_press_beside_closes_them() {
    assert!(pressed_on(SIZE, "e", "raw: values as they were sent").contains("shapes again"));
    let sorted = screen(SIZE, &[Keys("s")]);
    assert_eq!(pressed_on(SIZE, ":", "sort by deploy"), sorted);
    assert_eq!(pressed_on(SIZE, ":sort", "sort by deploy"), sorted);
    for keys in ["e", "?", ":", "i", "y"] {
        let closed = screen(SIZE, &[Keys(keys), Mouse(Press, 0, 20)]);
        assert_eq!(closed, screen(SIZE, &[]), "{keys}");
    }
    // The second press of a double one is not for what lies below the menu.
    let (x, y) = place_of(&screen(SIZE, &[Keys(":")]), "sort by deploy");
    assert_eq!(screen(SIZE, &[Keys(":"), Mouse(Press, x, y), Mouse(DoublePress, x, y)]), sorted);
    // Inside of a box, beside its lines, nothing happens.
    let (x, y) = place_of(&screen(SIZE, &[Keys("e")]), "values are replaced");
    assert_eq!(screen(SIZE, &[Keys("e"), Mouse(Press, x, y)]), screen(SIZE, &[Keys("e")]));
}

#[test]
fn the_menu_of_exports_scrolls_where_it_has_no_room() {
    const SMALL: (u16, u16) = (60, 10);
    insta::assert_snapshot!(press(SMALL, "e"));
    let end = screen(SMALL, &[Keys("e<pgdn>")]);
    assert!(end.contains("raw: values as they were sent") && end.contains("values are replaced"), "{end}");
    assert_eq!(end, screen(SMALL, &[Keys("ejjjjjjjjjjjj")]), "no further than its end");
    let wheel = Mouse(WheelDown, 30, 5);
    let turned = screen(SMALL, &[Keys("e"), wheel, Mouse(WheelDown, 30, 5)]);
    assert_eq!(turned, screen(SMALL, &[Keys("ejj")]));
    assert_eq!(screen(SMALL, &[Keys("ejjkk")]), screen(SMALL, &[Keys("e")]));
    let raw = screen(SMALL, &[Keys("e<end>!")]);
    assert!(raw.contains("shapes again"), "the place stays: {raw}");
    assert_eq!(screen(SMALL, &[Keys("ex")]), screen(SMALL, &[]), "any other key closes it");
}

#[test]
fn no_line_of_the_help_is_cut() {
    for size in [COMMON, (60, 10)] {
        for keys in ["?", "<enter>?", "t?", "c?"] {
            let mut text = screen(size, &[Keys(keys)]);
            let mut pages = vec![Keys(keys)];
            loop {
                let boxed: Vec<&str> = text.lines().filter_map(|line| line.split('│').nth(1)).collect();
                assert!(!boxed.is_empty() && boxed.iter().all(|line| !line.contains('…')), "{text}");
                pages.push(Keys("<pgdn>"));
                let next = screen(size, &pages);
                if next == text {
                    break;
                }
                text = next;
            }
        }
    }
}

#[test]
fn what_is_copied_of_the_groups_is_what_the_line_says() {
    let told = |keys: &'static str| screen((140, 30), &[Keys(keys)]).lines().next_back().expect("a line").trim().to_owned();
    assert_eq!(told("/app_build<enter>yy"), "copied the sentence /client_info is missing the key app_build");
    assert_eq!(told("/app_build<enter>yp"), "copied the JSON pointer /client_info");
    assert_eq!(told("ggyy"), "copied the name acme-reader");
    assert_eq!(told("ggjyy"), "copied the name session.1");
    assert_eq!(told("ggyp"), "no JSON pointer here");
}

#[test]
fn the_history_of_a_value_is_that_of_its_schema_node() {
    let told = screen(SIZE, &[Keys("<enter>H")]);
    // The sample has no history; what matters is that it is looked for.
    assert!(!told.contains("no schema node and no column is known"), "{told}");
    let at_schema = screen(SIZE, &[Keys("<enter><tab>H")]);
    assert_eq!(told.lines().next_back(), at_schema.lines().next_back());
}
