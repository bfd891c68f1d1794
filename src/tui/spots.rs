//! What the mouse can press beside the lines of lists: hints, lines of menus, the names of panes.
//!
//! Owns: where these are, and the keys that each stands for.
//! Refuses: pressing them (update), drawing them (view).

use ratatui::layout::{Position, Rect};

use super::action::{ActionPlace, TABLE};
use super::app::{App, Overlay};
use super::hints;
use super::keymap::Key;
use super::menu::export_box;
use super::palette::{self, Palette};
use super::panes::{self, Pane};

/// What a click means where no list has a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// These keys, one after the other.
    Keys(Vec<Key>),
    /// The action at this position of the palette.
    Offer(usize),
    /// A pane that is named and has no place.
    Pane(Pane),
    /// What covers the screen goes.
    Close,
    /// Nothing: it is on something that covers the screen.
    Nothing,
}

/// What lies under the pointer; `None`: the screen, as no spot covers it.
pub fn under(app: &App, at: Position) -> Option<Spot> {
    let bottom = Rect { x: 0, y: app.size.1.saturating_sub(1), width: app.size.0, height: 1 };
    if let Some((_, hint)) = hints::laid_out(app, bottom).into_iter().find(|(area, _)| area.contains(at)) {
        return Some(Spot::Keys(hint.presses));
    }
    if let Some(palette) = &app.palette {
        let (area, list, top) = palette_box(app, palette, app.size);
        let offers = palette::offers(&app.keymap, app.screen(), palette.input.value()).len();
        return Some(match area.contains(at) {
            true => row_of(list, at).map(|row| row + top).filter(|&row| row < offers).map_or(Spot::Nothing, Spot::Offer),
            false => Spot::Close,
        });
    }
    if app.asked().is_some() || app.prompt.is_some() {
        return Some(Spot::Nothing);
    }
    if !app.pending.is_empty() {
        let follow = app.keymap.sequences(&app.pending, app.place());
        let area = panes::corner(app.size, follow.len());
        let chosen = row_of(panes::inside(area), at).and_then(|row| follow.into_iter().nth(row));
        return Some(chosen.map_or(Spot::Close, |(keys, _)| Spot::Keys(keys)));
    }
    match &app.overlay {
        Some(Overlay::Export { raw, scroll }) => {
            let menu = export_box(app, *raw, app.size);
            let line = row_of(menu.list, at).and_then(|row| menu.lines.into_iter().nth(row + scroll));
            let elsewhere = if menu.area.contains(at) { Spot::Nothing } else { Spot::Close };
            return Some(line.map_or(elsewhere, |line| Spot::Keys(line.presses)));
        }
        Some(Overlay::Help { .. } | Overlay::Value { .. }) => {
            return Some(if panes::overlay(app.size, overlay_lines(app)).contains(at) { Spot::Nothing } else { Spot::Close });
        }
        None => {}
    }
    let screen = app.case.as_ref().filter(|_| app.screen() == ActionPlace::Case)?;
    let tabs = panes::case(app.frame(app.size), screen.focus, screen.head_lines()).tabs?;
    tab_places(tabs).into_iter().find(|(area, _)| area.contains(at)).map(|(_, pane)| Spot::Pane(pane))
}

fn row_of(area: Rect, at: Position) -> Option<usize> {
    area.contains(at).then(|| usize::from(at.y - area.y))
}

/// Lines of what covers the screen.
pub fn overlay_lines(app: &App) -> usize {
    match &app.overlay {
        Some(Overlay::Help { filter, is_typed, .. }) => {
            let typed = usize::from(*is_typed || !filter.value().is_empty());
            super::help::help_lines(app).len() + typed
        }
        Some(Overlay::Value { lines, .. }) => lines.len(),
        Some(Overlay::Export { .. }) | None => 0,
    }
}

/// Where the names of the panes stand on their line.
pub fn tab_places(tabs: Rect) -> Vec<(Rect, Pane)> {
    let mut x = tabs.x.saturating_add(1);
    let place = |pane: Pane| {
        let width = pane.title().len() as u16 + 2;
        let area = Rect { x, width: width.min(tabs.right().saturating_sub(x)), height: 1, ..tabs };
        x = x.saturating_add(width + 1);
        (area, pane)
    };
    Pane::ALL.map(place).to_vec()
}

/// The palette's box, the part of it that lists what is offered, how many of those are above it.
pub fn palette_box(app: &App, palette: &Palette, size: (u16, u16)) -> (Rect, Rect, usize) {
    // As many lines as without a text, so that the box stays while one is typed.
    let most = TABLE.iter().filter(|entry| entry.place.holds(app.screen())).count();
    let area = panes::overlay(size, most + 1);
    let inside = panes::inside(area);
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    (area, list, palette.chosen.saturating_sub(usize::from(list.height).saturating_sub(1)))
}
