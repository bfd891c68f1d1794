//! `view`: the state drawn. Reads it, never changes it, and builds lines only for rows that are in sight.
//!
//! Owns: what each screen looks like.
//! Refuses: deciding anything; geometry (panes); colours (theme).

mod case;
mod chrome;
mod columns;
mod deploy;
mod deploy_facts;
mod groups;
mod json;
mod losses;
mod overlay;
mod overview;
mod pen;
mod row;
mod sheet;
mod sides;
mod summary;
mod table_facts;
mod tables;
mod tabs;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::action::Action;
use super::app::{App, Overlay};
use super::panes;
use super::theme::Role;
use pen::Pen;

/// Draws everything.
pub fn view(app: &App, buffer: &mut Buffer) {
    if !app.tabs.is_shown() || buffer.area.height < 2 {
        return screen(app, buffer);
    }
    let area = buffer.area;
    let mut below = Buffer::empty(Rect { height: area.height - 1, ..area });
    screen(app, &mut below);
    tabs::draw(app, buffer);
    let behind = usize::from(area.width);
    buffer.content[behind..].clone_from_slice(&below.content);
    if app.theme.ascii() {
        to_ascii(buffer);
    }
}

fn screen(app: &App, buffer: &mut Buffer) {
    let area = buffer.area;
    buffer.set_style(area, app.theme.style(Role::Text));
    if panes::too_small((area.width, area.height)) {
        return too_small(app, buffer, area);
    }
    match &app.case {
        _ if app.deploy.open && app.deploy.sides.is_some() => sides::draw(app, buffer),
        _ if app.deploy.open => deploy::draw(app, buffer),
        _ if app.tables.open => match &app.tables.losses {
            Some(screen) => losses::draw(app, screen, buffer),
            None => tables::draw(app, buffer),
        },
        _ if app.overview.open => overview::draw(app, buffer),
        Some(screen) => case::draw(app, screen, buffer),
        None => groups::draw(app, buffer),
    }
    match &app.overlay {
        Some(Overlay::Help { scroll, filter, is_typed }) => {
            let filter = (*is_typed || !filter.value().is_empty()).then_some(filter);
            overlay::help(app, *scroll, filter, buffer);
        }
        Some(Overlay::Value { title, lines, scroll, .. }) => overlay::value(app, title, lines, *scroll, buffer),
        Some(Overlay::Export { raw, scroll }) => overlay::export(app, *raw, *scroll, buffer),
        None => {}
    }
    if !app.pending.is_empty() && app.overlay.is_none() && app.notice.is_none() {
        overlay::choices(app, buffer);
    }
    if let Some(palette) = &app.palette {
        overlay::palette(app, palette, buffer);
    }
    if let Some(question) = app.asked() {
        overlay::question(app, &question.text, buffer);
    }
    if app.theme.ascii() {
        to_ascii(buffer);
    }
}

/// What a terminal without Unicode cannot show: an ellipsis becomes `~`, anything else `?`.
fn to_ascii(buffer: &mut Buffer) {
    for cell in buffer.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
        cell.set_symbol(if cell.symbol() == "…" { "~" } else { "?" });
    }
}

fn too_small(app: &App, buffer: &mut Buffer, area: Rect) {
    let (width, height) = panes::SMALLEST;
    let quits = app.keymap.words(", or ", Action::Quit, " quits");
    let words = format!("This terminal has {}x{}; misfit needs {width}x{height}. Make it larger{quits}.", area.width, area.height);
    for (row, line) in crate::ground::text::wrap(&words, usize::from(area.width)).iter().enumerate() {
        if let Some(mut pen) = Pen::new(buffer, area, row as u16, Style::new()) {
            pen.put(line, app.theme.style(Role::Text));
        }
    }
}
