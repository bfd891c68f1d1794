//! Groups whose messages name a combinator only: what is really wrong in their payloads is counted beside them.

use misfit::rows::row::RowRef;
use misfit::tui::app::App;
use misfit::tui::effect::Effect;
use misfit::tui::group_tree::GroupTree;
use misfit::tui::message::{JobId, Message};
use misfit::tui::update::update;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

const ROWS: &str = "tests/cmd/causes/rows.ndjson";

fn schemas() -> Arc<SchemaStore> {
    Arc::new(SchemaStore::open_folder("tests/cmd/causes/schemas".as_ref()).expect("schemas"))
}

fn source() -> Arc<dyn ErrorSource> {
    Arc::new(Files::from_memory("parcels", std::fs::read(ROWS).expect("the rows")).expect("rows"))
}

fn shown(size: (u16, u16), keys: &str) -> String {
    frame::to_text(&press_with(Some(source()), schemas(), "default-dark", Depth::True, size, keys))
}

#[test]
fn the_causes_stand_first_among_what_is_known_of_a_group() {
    let screen = shown((200, 60), "");
    let line = |words: &str| screen.lines().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}:\n{screen}"));
    let causes = line("Causes");
    assert!(line("5  …/street must be a string, found an integer") == causes + 1, "{screen}");
    assert!(line("3  …/slots has 0 elements, at least 1 is needed") == causes + 2, "{screen}");
    assert!(line("1  …/house must be an integer or null, found a string") == causes + 3, "{screen}");
    assert!(line("2 rows have no cause") == causes + 4 && causes < line("Over time"), "{screen}");
    assert!(shown((120, 40), "i").contains("must be an integer or null"), "the sheet has them too");
    assert!(shown((200, 60), "j").contains("2  is missing one of the keys mail, phone"), "{}", shown((200, 60), "j"));
}

#[test]
fn a_case_leads_with_its_cause() {
    for (keys, words) in [
        ("<enter>", "✗ `street` must be a string, is the integer 7."),
        ("j<enter>", "✗ `sender` has none of the keys `mail` and `phone`; one is needed."),
        ("jj<enter>", "✗ `state` must be one of \"sent\", \"lost\", is the string \"eaten\"."),
    ] {
        let screen = shown((120, 40), keys);
        assert!(screen.contains(words) && !screen.contains("also broken: "), "{screen}");
    }
    let screen = shown((120, 40), "<enter>");
    assert!(screen.lines().any(|line| line.contains("✗") && line.contains("street: 7") && line.contains("type \"string\"")), "{screen}");
}

/// An explorer that has read the rows; what it wants done then.
fn read() -> (App, Vec<Effect>) {
    let request = Request { schemas: Some(schemas()), ..Request::default() };
    let groups = source().groups(&request, &misfit::rows::source::Unwatched).expect("groups");
    let theme = Theme::named("default-dark", Depth::True, false).expect("a theme");
    let mut app =
        App::new((120, 40), "parcels".into(), Some("schemas".into()), theme, Depth::True, Keymap::new(&[]).expect("the default keys"));
    let tree = Arc::new(GroupTree::new(Arc::new(groups), Default::default()));
    let effects = update(&mut app, Message::Groups { tree, done: true });
    (app, effects)
}

fn asked(effects: &[Effect]) -> Option<(JobId, Vec<RowRef>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Causes { job, of } => Some((*job, of.group().rows.to_vec())),
        _ => None,
    })
}

fn press_key(app: &mut App, code: KeyCode) -> Vec<Effect> {
    update(app, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

#[test]
fn moving_on_calls_counting_off_and_a_stale_answer_is_dropped() {
    let (mut app, effects) = read();
    let (first, rows) = asked(&effects).expect("the group under the cursor is looked at");
    let effects = press_key(&mut app, KeyCode::Char('j'));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cancel(job) if *job == first)));
    let (second, others) = asked(&effects).expect("and then the next");
    assert_ne!(rows, others);
    update(&mut app, Message::Causes { job: first, outcome: Err("stale".into()) });
    assert!(app.causes.known.is_empty(), "an answer that nobody waits for any more");
    update(&mut app, Message::Causes { job: second, outcome: Err("why not".into()) });
    assert_eq!(app.causes.known.len(), 1);
    assert!(asked(&update(&mut app, Message::Redraw)).is_none(), "what is known is not asked for again");
}

#[test]
fn escape_calls_counting_off_for_good() {
    let (mut app, effects) = read();
    let (job, _) = asked(&effects).expect("the group under the cursor is looked at");
    let effects = press_key(&mut app, KeyCode::Esc);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cancel(of) if *of == job)));
    assert!(asked(&effects).is_none() && asked(&update(&mut app, Message::Redraw)).is_none());
}

#[test]
fn opening_a_document_calls_counting_off() {
    let (mut app, effects) = read();
    let (job, _) = asked(&effects).expect("the group under the cursor is looked at");
    let effects = press_key(&mut app, KeyCode::Enter);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cancel(of) if *of == job)));
}
