//! The line of the tabs, where there are several.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::super::app::App;
use super::super::theme::Role;
use super::pen::{Pen, paint_line};

/// Draws it on the first line: the number and the name of each, the one that is shown marked; as many around it as fit.
pub(super) fn draw(app: &App, buffer: &mut Buffer) {
    let area = buffer.area;
    let places = app.tabs.places(area.width);
    paint_line(buffer, area, 0, app.theme.style(Role::Text));
    let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) else { return };
    pen.put(if places.first().is_some_and(|place| place.tab > 0) { "…" } else { " " }, app.theme.style(Role::Dim));
    for place in &places {
        let role = if place.tab == app.tabs.at { Role::Heading } else { Role::Dim };
        pen.put(&place.told, app.theme.style(role));
    }
    if places.last().is_some_and(|place| place.tab + 1 < app.tabs.names.len()) {
        pen.put("…", app.theme.style(Role::Dim));
    }
}
