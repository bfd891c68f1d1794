//! The line of the tabs, where there are several.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::super::app::App;
use super::super::theme::Role;
use super::pen::{Pen, paint_line};
use crate::ground::text::{clip_path, visible, width};

/// Draws it on the first line: the number and the name of each, the one that is shown marked; as many around it as fit.
pub(super) fn draw(app: &App, buffer: &mut Buffer) {
    let area = buffer.area;
    let tabs = &app.tabs;
    let room = usize::from(area.width).saturating_sub(2);
    let longest = (room / tabs.names.len().max(1)).clamp(12, 40);
    let told = |at: usize| format!(" {} {} ", at + 1, visible(&clip_path(&tabs.names[at], longest.saturating_sub(4))));
    // The first that is drawn: the one that is shown has its place in any case.
    let mut first = tabs.at;
    let mut used = width(&told(first));
    while first > 0 && used + width(&told(first - 1)) < room {
        first -= 1;
        used += width(&told(first));
    }
    paint_line(buffer, area, 0, app.theme.style(Role::Text));
    let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) else { return };
    pen.put(if first > 0 { "…" } else { " " }, app.theme.style(Role::Dim));
    for at in first..tabs.names.len() {
        let told = told(at);
        if pen.room() < width(&told) + 1 {
            pen.put("…", app.theme.style(Role::Dim));
            break;
        }
        // The mark tells it without colours.
        let (told, role) = if at == tabs.at { (format!("[{}]", told.trim()), Role::Heading) } else { (told, Role::Dim) };
        pen.put(&told, app.theme.style(role));
    }
}
