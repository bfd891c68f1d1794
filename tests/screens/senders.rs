//! Who sends the rows of the group under the cursor.

use misfit::tui::app::App;
use misfit::tui::effect::Effect;
use misfit::tui::group_tree::GroupTree;
use misfit::tui::message::Message;
use misfit::tui::update::update;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

const ROWS: &str = "tests/cmd/senders/rows.ndjson";

fn source() -> Arc<dyn ErrorSource> {
    Arc::new(Files::from_memory("parcels", std::fs::read(ROWS).expect("the rows")).expect("rows"))
}

#[test]
fn what_sets_a_group_apart_stands_in_a_sheet() {
    let screen = |size| frame::to_text(&press_with(Some(source()), sample_schemas(), "default-dark", Depth::True, size, "/weight<enter>S"));
    insta::assert_snapshot!(screen((120, 40)));
    assert!(screen((80, 24)).contains("Who sends it"), "{}", screen((80, 24)));
}

/// An explorer that has read the rows, with the cursor on a group.
fn read() -> App {
    let groups = source().groups(&Request::default(), &misfit::rows::source::Unwatched).expect("groups");
    let theme = Theme::named("default-dark", Depth::True, false).expect("a theme");
    let mut app = App::new((120, 40), "parcels".into(), None, theme, Depth::True, Keymap::new(&[]).expect("the default keys"));
    let tree = Arc::new(GroupTree::new(Arc::new(groups), Default::default()));
    update(&mut app, Message::Groups { tree, done: true });
    press_one(&mut app, KeyCode::Char('O'));
    press_one(&mut app, KeyCode::Char('G'));
    app
}

fn press_one(app: &mut App, code: KeyCode) -> Vec<Effect> {
    update(app, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

#[test]
fn looking_can_be_called_off_and_a_late_answer_is_dropped() {
    let mut app = read();
    let effects = press_one(&mut app, KeyCode::Char('S'));
    let job = effects.iter().find_map(|effect| if let Effect::Senders { job, .. } = effect { Some(*job) } else { None }).expect("work");
    let effects = press_one(&mut app, KeyCode::Esc);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cancel(known) if *known == job)));
    update(&mut app, Message::Senders { job, outcome: Ok("late".into()) });
    assert!(app.overlay.is_none());
}

#[test]
fn rows_that_cost_are_not_read_and_that_is_said() {
    let mut app = read();
    app.is_remote = true;
    assert!(!press_one(&mut app, KeyCode::Char('S')).iter().any(|effect| matches!(effect, Effect::Senders { .. })));
    let Some(misfit::tui::app::Overlay::Value { text, .. }) = &app.overlay else { panic!("no text") };
    assert!(text.contains("would be a query that costs") && text.contains("bq query"), "{text}");
}
