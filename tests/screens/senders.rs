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
    update(&mut app, Message::Senders { job, outcome: Ok("late".into()), is_all: true });
    assert!(app.overlay.is_none());
}

/// The work that a key asked for.
fn asked(app: &mut App) -> u64 {
    let effects = press_one(app, KeyCode::Char('S'));
    effects.iter().find_map(|effect| if let Effect::Senders { job, .. } = effect { Some(*job) } else { None }).expect("work")
}

fn shown(app: &App) -> Option<&str> {
    match &app.overlay {
        Some(misfit::tui::app::Overlay::Value { text, .. }) => Some(text),
        _ => None,
    }
}

#[test]
fn rows_that_cannot_be_drawn_are_not_read_and_that_is_said() {
    let mut app = read();
    app.is_remote = true;
    assert!(!press_one(&mut app, KeyCode::Char('S')).iter().any(|effect| matches!(effect, Effect::Senders { .. })));
    let Some(misfit::tui::app::Overlay::Value { text, .. }) = &app.overlay else { panic!("no text") };
    assert!(text.contains("some rows of each group cannot be drawn from") && text.contains("bq query"), "{text}");
}

#[test]
fn columns_tell_at_once_and_payloads_in_their_place() {
    let mut app = read();
    let job = asked(&mut app);
    update(&mut app, Message::Senders { job, outcome: Ok("by columns".into()), is_all: false });
    assert_eq!(shown(&app), Some("by columns"));
    let progress = misfit::rows::source::Progress { rows: 1024, ..Default::default() };
    update(&mut app, Message::WorkProgress { job, progress });
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 120, 40));
    misfit::tui::view::view(&app, &mut buffer);
    let screen = frame::to_text(&buffer);
    assert!(screen.contains("reading payloads for who sends it: 1,024 rows passed"), "{screen}");
    update(&mut app, Message::Senders { job, outcome: Ok("by payloads".into()), is_all: true });
    assert_eq!(shown(&app), Some("by payloads"));
    assert!(app.senders.is_none());
}

#[test]
fn what_payloads_tell_after_the_sheet_was_closed_is_kept() {
    let mut app = read();
    let job = asked(&mut app);
    update(&mut app, Message::Senders { job, outcome: Ok("by columns".into()), is_all: false });
    press_one(&mut app, KeyCode::Esc);
    assert_eq!(shown(&app), None);
    update(&mut app, Message::Senders { job, outcome: Ok("by payloads".into()), is_all: true });
    assert_eq!(shown(&app), None, "nobody is interrupted");
    assert!(app.notice.as_ref().is_some_and(|notice| notice.text.contains("S on the group shows it")));
    assert!(press_one(&mut app, KeyCode::Char('S')).is_empty());
    assert_eq!(shown(&app), Some("by payloads"));
    let job = asked_again(&mut app);
    update(&mut app, Message::Senders { job, outcome: Ok("by columns".into()), is_all: false });
    update(&mut app, Message::Senders { job, outcome: Err("no such file".into()), is_all: true });
    assert!(app.notice.as_ref().is_some_and(|notice| notice.text.contains("by columns alone: no such file")));
    assert_eq!(shown(&app), Some("by columns"));
}

fn asked_again(app: &mut App) -> u64 {
    press_one(app, KeyCode::Esc);
    asked(app)
}
