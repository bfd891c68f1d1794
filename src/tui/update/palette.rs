//! The palette: keys of its line, the action that is chosen in it.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::InputRequest;
use tui_input::backend::crossterm::EventHandler;

use super::super::action::Action;
use super::super::app::App;
use super::super::effect::Effect;
use super::super::keymap::Key;
use super::super::palette::{Palette, offers, source_typed};
use super::{act, open, overview};

/// Opens it.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    app.palette = Some(Palette::default());
    Vec::new()
}

/// A key while it is open.
pub(super) fn key(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    let key = Key::from_event(event);
    let control = |c| Key::from_event(KeyEvent::new(KeyCode::Char(c), ratatui::crossterm::event::KeyModifiers::CONTROL));
    let screen = app.screen();
    let Some(palette) = &mut app.palette else { return Vec::new() };
    let offers = offers(&app.keymap, screen, palette.input.value());
    let last = offers.len().saturating_sub(1);
    match event.code {
        _ if key == Key::plain(KeyCode::Esc) || key == Key::INTERRUPT => app.palette = None,
        _ if key == Key::plain(KeyCode::Enter) => {
            let chosen = offers.get(palette.chosen).map(|entry| entry.action);
            let named = source_typed(palette.input.value()).map(|(action, named)| (action, named.to_owned()));
            app.palette = None;
            match named {
                Some((Action::Beside, named)) => return overview::beside(app, &named),
                Some((_, named)) => return open::source(app, &named),
                None => {}
            }
            match chosen {
                Some(action) => return act(app, action),
                None => app.tell("nothing was chosen"),
            }
        }
        _ if key == Key::plain(KeyCode::Down) || key == control('n') => palette.chosen = (palette.chosen + 1).min(last),
        _ if key == Key::plain(KeyCode::Up) || key == control('p') => palette.chosen = palette.chosen.saturating_sub(1),
        KeyCode::PageDown => palette.chosen = (palette.chosen + 10).min(last),
        KeyCode::PageUp => palette.chosen = palette.chosen.saturating_sub(10),
        // A backspace in an empty line closes it, as it does where lines are typed with a colon.
        KeyCode::Backspace if palette.input.value().is_empty() => app.palette = None,
        _ => {
            let before = palette.input.value().to_owned();
            palette.input.handle_event(&Event::Key(event));
            if palette.input.value() != before {
                palette.chosen = 0;
            }
        }
    }
    Vec::new()
}

/// Pasted text goes into its line.
pub(super) fn paste(app: &mut App, text: &str) {
    let Some(palette) = &mut app.palette else { return };
    for c in text.chars().filter(|c| !c.is_control()).take(100) {
        palette.input.handle(InputRequest::InsertChar(c));
    }
    palette.chosen = 0;
}
