//! What a key pressed means: of an unfinished sequence, with a number before it, on a screen too small.
//!
//! Owns: from key to action and how many times.
//! Refuses: what an action does.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::super::action::{Action, ActionPlace};
use super::super::app::{App, Overlay};
use super::super::effect::Effect;
use super::super::keymap::{Key, KeyLookup};
use super::super::panes;
use super::{act, export, follow, lists, palette, prompt};

pub(super) fn key(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    app.notice = None;
    app.groups.touched = true;
    let too_small = panes::too_small(app.size);
    if app.palette.is_some() && !too_small {
        return palette::key(app, event);
    }
    if app.prompt.is_some() && !too_small {
        return prompt::key(app, event);
    }
    if !too_small && app.asked().is_none() && matches!(&app.overlay, Some(Overlay::Help { is_typed: true, .. })) {
        filter_help(app, event);
        return Vec::new();
    }
    match meaning(app, Key::from_event(event)) {
        Some(Action::Suspend) => vec![Effect::Suspend],
        // What the message on a screen too small for anything else promises.
        Some(Action::Quit) if too_small => vec![Effect::Quit],
        _ if too_small => {
            app.notice = None;
            Vec::new()
        }
        Some(action) => match app.count.take() {
            Some(count) => counted(app, action, count),
            None => act(app, action),
        },
        None => Vec::new(),
    }
}

/// Most times that one key is done at once.
const MOST_TIMES: usize = 9_999;

/// Does what a key with a number before it asks for: so many times, or at that line.
fn counted(app: &mut App, action: Action, count: usize) -> Vec<Effect> {
    let page = lists::page(app) as isize;
    let rows = match action {
        _ if app.overlay.is_some() => None,
        Action::First | Action::Last => Some(0),
        Action::Down => Some(1),
        Action::Up => Some(-1),
        Action::PageDown => Some(page),
        Action::PageUp => Some(-page),
        Action::HalfDown => Some(page / 2),
        Action::HalfUp => Some(-(page / 2)),
        _ => None,
    };
    if action == Action::CloseAll && app.overlay.is_none() {
        if let Some((list, tree)) = app.focused() {
            list.outline.fold_to(&tree, count.saturating_sub(1));
        }
        follow(app);
        return Vec::new();
    }
    // What is tied to the cursor follows it once, not at each line on the way.
    if let (Some(rows), Some((list, _))) = (rows, app.focused()) {
        match rows {
            0 => list.outline.go_to(count.saturating_sub(1)),
            rows => list.outline.move_by(rows.saturating_mul(isize::try_from(count).unwrap_or(isize::MAX))),
        }
        app.tables.goal = None;
        follow(app);
        return Vec::new();
    }
    let times = if action.repeats() { count.min(MOST_TIMES) } else { 1 };
    (0..times).flat_map(|_| act(app, action)).collect()
}

/// A key of the line that chooses from the help.
fn filter_help(app: &mut App, event: KeyEvent) {
    let key = Key::from_event(event);
    let Some(Overlay::Help { scroll, filter, is_typed }) = &mut app.overlay else { return };
    if key == Key::plain(KeyCode::Enter) {
        *is_typed = false;
    } else if key == Key::plain(KeyCode::Esc) || key == Key::INTERRUPT {
        (*is_typed, *filter) = (false, Input::default());
    } else {
        filter.handle_event(&Event::Key(event));
    }
    *scroll = 0;
}

/// What a key asks for, after those of an unfinished sequence.
fn meaning(app: &mut App, key: Key) -> Option<Action> {
    if app.pending.is_empty() && takes_number(app, key) {
        return None;
    }
    app.pending.push(key);
    match app.keymap.lookup(&app.pending, app.place()) {
        KeyLookup::Action(action) => {
            app.pending.clear();
            Some(action)
        }
        KeyLookup::Prefix => None,
        KeyLookup::Nothing => {
            means_nothing(app, key);
            None
        }
    }
}

/// Whether a key is a digit of the number before another, or takes that number back.
fn takes_number(app: &mut App, key: Key) -> bool {
    let place = app.place();
    let lookup = app.keymap.lookup(&[key], place);
    let digit = key.char().and_then(|c| c.to_digit(10)).filter(|&digit| digit > 0 || app.count.is_some());
    match digit.filter(|_| lookup == KeyLookup::Nothing && !matches!(place, ActionPlace::Question | ActionPlace::Export)) {
        Some(digit) => {
            let number = app.count.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize);
            app.count = Some(number.min(999_999_999));
            true
        }
        None if app.count.is_some() && lookup == KeyLookup::Action(Action::Back) => {
            app.count = None;
            true
        }
        None => false,
    }
}

/// Says that a key means nothing, unless it ends an unfinished sequence, closes a menu or leaves a question open.
fn means_nothing(app: &mut App, key: Key) {
    let is_unfinished = app.pending.len() > 1;
    app.pending.clear();
    app.count = None;
    let is_back = app.keymap.lookup(&[key], app.place()) == KeyLookup::Action(Action::Back);
    if is_unfinished && (is_back || key == Key::INTERRUPT) {
        return;
    }
    let all = app.keymap.words("; ", Action::Help, " lists all keys");
    match app.place() {
        ActionPlace::Question => {}
        ActionPlace::Export => export::scroll_or_close(app, key),
        _ if is_unfinished => app.warn(format!("these keys together do nothing{all}")),
        _ => app.tell(format!("{key} does nothing here{all}")),
    }
}
