//! The keys that the bottom line offers, and where each stands on it: for drawing and for the mouse alike.
//!
//! Owns: which keys are worth a place there, in which order, as many as fit.
//! Refuses: drawing them (view), pressing them (update).

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

use super::action::{Action, ActionPlace, Entry, TABLE};
use super::app::App;
use super::keymap::Key;
use crate::ground::text;

/// Keys that do something, and what.
pub struct Hint {
    /// As they are shown.
    pub keys: String,
    /// What they do.
    pub words: &'static str,
    /// What a click on it presses.
    pub presses: Vec<Key>,
}

/// The hints on the bottom line, each with its place; none where it tells something else.
pub fn laid_out(app: &App, area: Rect) -> Vec<(Rect, Hint)> {
    let is_taken = app.prompt.is_some() || app.notice.is_some() || !app.pending.is_empty() || app.count.is_some();
    if is_taken || area.height == 0 {
        return Vec::new();
    }
    let (mut x, mut end) = (area.x.saturating_add(1), area.right());
    let mut placed = Vec::new();
    // Help is always within reach, whatever else has no room; where something covers the screen, that goes first.
    if app.overlay.is_none()
        && app.palette.is_none()
        && app.asked().is_none()
        && let Some(help) = of_action(app, Action::Help, "all keys")
    {
        let width = width(&help);
        end = end.saturating_sub(width.saturating_add(1));
        if end > x {
            placed.push((Rect { x: end, width, height: 1, ..area }, help));
        }
        end = end.saturating_sub(2);
    }
    for hint in offered_here(app) {
        let width = width(&hint);
        if x.saturating_add(width) > end {
            break;
        }
        placed.push((Rect { x, width, height: 1, ..area }, hint));
        x = x.saturating_add(width).saturating_add(2);
    }
    placed
}

fn width(hint: &Hint) -> u16 {
    u16::try_from(text::width(&hint.keys) + 1 + text::width(hint.words)).unwrap_or(u16::MAX)
}

fn of_action(app: &App, action: Action, words: &'static str) -> Option<Hint> {
    Some(Hint { keys: app.keymap.key(action)?, words, presses: app.keymap.sequence(action)?.to_vec() })
}

/// Keys that do something here, each with what it does.
fn offered_here(app: &App) -> Vec<Hint> {
    let close = of_action(app, Action::Back, "close");
    if app.palette.is_some() {
        let hint = |code, words| Hint { keys: Key::plain(code).to_string(), words, presses: vec![Key::plain(code)] };
        let down = hint(KeyCode::Down, "choose");
        let choose = Hint { keys: format!("{} {}", down.keys, Key::plain(KeyCode::Up)), ..down };
        return vec![hint(KeyCode::Enter, "does it"), choose, hint(KeyCode::Esc, "close")];
    }
    match (app.place(), &app.overlay) {
        (ActionPlace::Question, _) => offered(app, |place| place == ActionPlace::Question),
        (ActionPlace::Export, _) => close.into_iter().collect(),
        (_, Some(_)) => {
            let down = of_action(app, Action::Down, "scroll");
            let scroll = down.map(|down| Hint { keys: app.keymap.words(&format!("{} ", down.keys), Action::Up, ""), ..down });
            scroll.into_iter().chain(close).collect()
        }
        (here, None) => offered(app, |place| place.holds(here)),
    }
}

/// The actions of such places that are worth a hint.
fn offered(app: &App, is_here: impl Fn(ActionPlace) -> bool) -> Vec<Hint> {
    // Where what is reported is all that is broken nothing else is to be offered.
    let is_alone = app.case.as_ref().is_some_and(|screen| {
        let replay = screen.case.replay.as_ref();
        replay.is_some_and(|replay| replay.violation.is_some() && replay.violations.wrong() == 1)
    });
    let here = TABLE.iter().filter(|entry| is_here(entry.place) && !(is_alone && entry.action == Action::NextViolation));
    let leads_back = app.deploy.open
        || (app.tables.open && (!app.tables.alone || app.tables.losses.is_some()))
        || app.overview.open
        || app.case.is_some();
    let words = |entry: &Entry| if entry.action == Action::Quit && leads_back { Some("back") } else { entry.hint };
    here.filter_map(|entry| of_action(app, entry.action, words(entry)?)).collect()
}
