//! Keys in words: what a frame names is what is bound now, and it does something there; what always backs out.

use std::sync::Arc;

use misfit::rows::demo;
use misfit::rows::group::{Grouper, Sort};
use misfit::rows::row::{ErrorRow, RowRef};
use misfit::rows::source::Request;
use misfit::tui::action::{Action, ActionPlace, TABLE};
use misfit::tui::app::App;
use misfit::tui::binding::{Binding, SettingPlace};
use misfit::tui::effect::Effect;
use misfit::tui::group_tree::GroupTree;
use misfit::tui::keymap::{Key, Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::update::update;
use misfit::tui::work::ExportSettings;
use misfit::tui::{ExplorerOptions, frame, script};
use ratatui::buffer::Buffer;

/// Screens, by the actions that lead there; what is typed on the way stands in quotes. Each of these offers other keys.
const OFFERING: &[&[&str]] = &[
    &["open"],
    &["open", "preview-row"],
    &[],
    &["export"],
    &["show-row"],
    &["open", "show-row"],
    &["down", "tables"],
    &["down", "tables", "next-pane"],
    &["tables", "search", "'doc", "<enter>"],
    &["deploy"],
    &["deploy", "follow"],
    &["overview"],
];

/// More of them, which have other texts.
const TELLING: &[&[&str]] = &[
    &["back"],
    &["next-match"],
    &["export", "lift-redaction"],
    &["search", "'zoom", "<enter>"],
    &["open", "next-pane"],
    &["open", "show-value"],
    &["open", "export"],
    &["open", "preview-row", "show-row"],
    &["down", "open", "first"],
    &["tables"],
    &["tables", "show-row"],
    &["down", "tables", "show-failing"],
    &["down", "down", "down", "tables"],
    &["deploy", "show-row"],
    &["deploy", "follow", "show-row"],
    &["deploy", "down", "follow", "show-failing"],
    &["deploy", "newer-pair"],
    &["overview", "show-row"],
    &["overview", "sort"],
];

fn screens() -> impl Iterator<Item = &'static &'static [&'static str]> {
    OFFERING.iter().chain(TELLING)
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn place() -> SettingPlace {
    SettingPlace { path: "config.toml".into(), line: 1 }
}

fn keymap(keys: impl Fn(usize, &str) -> Vec<String>) -> Keymap {
    let bind = |(at, name): (usize, &str)| Binding { action: name.to_owned(), keys: keys(at, name), place: place() };
    let changes: Vec<Binding> = TABLE.iter().map(|entry| entry.name).enumerate().map(bind).collect();
    Keymap::new(&changes).expect("keys without conflicts")
}

/// Every action on a letter that nothing else on the screen has: Armenian ones, behind them those of Georgia, then Hebrew ones.
fn letter(at: usize) -> char {
    let nth = at as u32;
    let letter = match nth {
        0..38 => 0x531 + nth,
        38..76 => 0x561 + nth - 38,
        76..109 => 0x10d0 + nth - 76,
        _ => 0x5d0 + nth - 109,
    };
    char::from_u32(letter).expect("a letter")
}

fn elsewhere() -> Keymap {
    assert!(TABLE.len() <= 76 + 33 + 27);
    keymap(|at, _| vec![letter(at).to_string()])
}

fn script_of(steps: &[&str]) -> Vec<Key> {
    let at = |name: &str| TABLE.iter().position(|entry| entry.name == name).unwrap_or_else(|| panic!("{name}"));
    let keys = steps.iter().flat_map(|step| match step.strip_prefix('\'') {
        Some(typed) => parse_keys(typed).expect("keys"),
        None if step.starts_with('<') => parse_keys(step).expect("keys"),
        None => parse_keys(&letter(at(step)).to_string()).expect("keys"),
    });
    keys.collect()
}

fn shown(keymap: Keymap, size: (u16, u16), keys: &[Key]) -> String {
    frame::to_text(&drawn(keymap, size, keys))
}

fn drawn(keymap: Keymap, size: (u16, u16), keys: &[Key]) -> Buffer {
    let folder = tempfile::tempdir().expect("a folder");
    let options = ExplorerOptions {
        mouse: true,
        source: Some(demo::source().expect("the sample opens")),
        request: Request { schemas: Some(Arc::new(demo::schemas().expect("schemas"))), ..Request::default() },
        exports: ExportSettings { folder: folder.path().to_owned(), ..Default::default() },
        history: Default::default(),
        theme: Theme::named("mono", Depth::None, false).expect("a theme built in"),
        depth: Depth::None,
        keymap,
    };
    script(options, size, keys).expect("a frame")
}

fn press(keys: &str) -> String {
    let keymap = Keymap::new(&[]).expect("the default keys");
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).expect("keys") };
    shown(keymap, (120, 40), &keys)
}

/// Words that follow a key in a text.
const DOES: [&str; 14] =
    ["quits", "stops", "lists", "leads", "copies", "begins", "opens", "closes", "calls", "writes", "searches", "back", "or", "and"];

/// The usual keys that a frame names. Data has single letters too: those are keys as `(x)`, as `x:` and before what they do.
fn usual_keys(text: &str) -> Vec<String> {
    let name = |key: &&str| parse_keys(key).expect("keys").iter().map(Key::to_string).collect::<String>();
    let names: Vec<String> = TABLE.iter().flat_map(|entry| entry.keys).map(name).filter(|name| name != "Ctrl-C").collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let bare = word.trim_matches(['(', ')', ':', ';', ',']);
        let next = words.get(at + 1).copied().unwrap_or_default();
        let is_said = *word == format!("({bare})") || *word == format!("{bare}:") || DOES.contains(&next);
        if names.iter().any(|name| name == bare) && (bare.chars().count() > 1 || is_said) {
            found.push(format!("{word} {next}"));
        }
    }
    found
}

#[test]
fn no_text_names_a_key_that_is_bound_to_nothing() {
    for size in SIZES {
        for steps in screens() {
            let text = shown(elsewhere(), size, &script_of(steps));
            assert_eq!(usual_keys(&text), [""; 0], "{steps:?}\n{text}");
        }
    }
    let text = shown(elsewhere(), (120, 120), &script_of(&["help"]));
    assert_eq!(usual_keys(&text), [""; 0], "{text}");
    let mut here = (0..TABLE.len()).filter(|&at| TABLE[at].place.holds(ActionPlace::Groups));
    assert!(here.all(|at| text.contains(letter(at))), "help lists all of this screen\n{text}");
    let text = shown(elsewhere(), (40, 9), &[]);
    assert!(text.contains(&format!("{} quits", letter(TABLE.len() - 1))), "{text}");
    assert_eq!(usual_keys("i: all of it  o Esc stops, 9 h a day (x) a: 1 q quits"), ["i: all", "Esc stops,", "(x) a:", "a: 1", "q quits"]);
}

/// What a frame says where something covers the screen: not what lies below it.
fn uncovered(size: (u16, u16), steps: &[&str]) -> String {
    let text = shown(elsewhere(), size, &script_of(steps));
    let Some((&("show-row" | "show-value" | "export"), below)) = steps.split_last() else { return text };
    let below = shown(elsewhere(), size, &script_of(below));
    let hints = text.lines().last().unwrap_or_default();
    text.chars().filter(|&c| hints.contains(c) || !below.contains(c)).collect()
}

#[test]
fn every_key_that_is_named_does_something_there() {
    let mut idle = Vec::new();
    for (size, screens) in [(SIZES[0], &OFFERING[..2]), (SIZES[2], OFFERING)] {
        for steps in screens {
            let (before, named) = (drawn(elsewhere(), size, &script_of(steps)), uncovered(size, steps));
            for (at, entry) in TABLE.iter().enumerate() {
                // What holds nothing does not fold, a text has ends, the fault is where one is at first, and the end has no frame.
                let may_rest = matches!(entry.action, Action::Toggle | Action::Up | Action::Down | Action::JumpToFault | Action::Quit);
                if !named.contains(letter(at)) || may_rest {
                    continue;
                }
                let after = drawn(elsewhere(), size, &script_of(&[*steps, &[entry.name]].concat()));
                if after == before || frame::to_text(&after).contains("does nothing here") {
                    idle.push(format!("{steps:?} then {}\n{}", entry.name, frame::to_text(&after)));
                }
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

#[test]
fn nothing_is_named_where_an_action_has_no_key() {
    for steps in screens() {
        let bound = |at: usize, name: &str| if steps.contains(&name) { vec![letter(at).to_string()] } else { Vec::new() };
        let text = shown(keymap(bound), (120, 40), &script_of(steps));
        assert_eq!(usual_keys(&text), [""; 0], "{steps:?}\n{text}");
        assert!(!text.contains("()") && !text.contains("; ;"), "{steps:?}\n{text}");
    }
}

#[test]
fn the_key_that_backs_out_exports_nothing_and_agrees_to_nothing() {
    let before = press("");
    for keys in ["e<c-c>", "e<a-c>", "?<c-c>", "y<c-c>", "i<c-c>"] {
        assert_eq!(press(keys), before, "{keys}");
    }
    assert_eq!(press("/zoom<c-c>"), press("/zoom<esc>"));
    assert_eq!(press("<enter>e<c-c>"), press("<enter>"));
    for keys in ["<enter><c-c>", "t<c-c>", "<enter>r<c-c><c-c>"] {
        assert!(press(keys).contains("What fails"), "{keys}");
    }
}

#[test]
fn modifiers_make_another_key() {
    for keys in ["<c-e>", "<a-e>", "<a-x>", "<c-o>"] {
        assert!(press(keys).contains("does nothing here; ? lists all keys"), "{keys}");
    }
}

#[test]
fn a_search_in_the_row_counts_its_matches() {
    assert!(press("<enter>r/labeled").contains("search labeled: "), "{}", press("<enter>r/labeled"));
    assert!(!press("<enter>r/labeled<esc>").contains("search labeled"));
}

#[test]
fn a_search_in_the_row_leaves_the_panes_where_they_are() {
    assert_eq!(press("<enter>gg.r/app<enter>r"), press("<enter>gg.rr"));
}

#[test]
fn what_a_covering_text_says_of_copying_is_done() {
    let text = press("<enter>i");
    assert!(text.contains("As it arrived (yr copies; yd copies that for the decoded row)"), "{text}");
    assert!(press("<enter>iyr").contains("copied the query for the raw row"));
    assert!(press("<enter>iyd").contains("copied the query for the decoded row"));
}

#[test]
fn the_row_is_one_pane() {
    assert!(!press("<enter>r").contains("Tab pane"));
    assert!(press("<enter>r<tab>").contains("Tab does nothing here"));
}

#[test]
fn letters_of_a_line_that_is_typed_agree_to_no_price() {
    let theme = Theme::named("mono", Depth::None, false).expect("a theme built in");
    let mut app = App::new((80, 24), "rows".to_owned(), None, theme, Depth::None, Keymap::new(&[]).expect("the default keys"));
    let mut press = |message: Message| update(&mut app, message);
    let key = |text: &str| Message::Key(parse_keys(text).expect("a key")[0].to_event());
    press(key("/"));
    press(Message::Question { id: 7, text: "reads 3 TiB, about $19".to_owned() });
    let agreed = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Answer { yes: true, .. }));
    assert!(!agreed(&press(key("y"))), "it belongs to the line");
    press(key("<esc>"));
    assert!(agreed(&press(key("y"))), "the question has waited");
}

#[test]
fn many_groups_that_are_shown_no_longer_are_let_go_of_elsewhere() {
    let theme = Theme::named("mono", Depth::None, false).expect("a theme built in");
    let mut app = App::new((80, 24), "rows".to_owned(), None, theme, Depth::None, Keymap::new(&[]).expect("the default keys"));
    let tree = |groups: u64| {
        let mut grouper = Grouper::new(None);
        for i in 0..groups {
            let (namespace, message) = (format!("namespace-{i}"), format!("#: required key [key-{i}] not found"));
            grouper.add(&ErrorRow { namespace: Some(&namespace), message: Some(&message), ..ErrorRow::default() }, RowRef::new(0, i));
        }
        Arc::new(GroupTree::new(Arc::new(Grouper::merge(vec![grouper])), Sort::Count))
    };
    let mut show = |groups: u64| {
        let effects = update(&mut app, Message::Groups { tree: tree(groups), done: false });
        effects.into_iter().find_map(|effect| if let Effect::LetGo(tree) = effect { Some(Arc::strong_count(&tree)) } else { None })
    };
    assert_eq!([show(3), show(2000), show(3)], [None, None, Some(1)], "nobody else holds it");
}
