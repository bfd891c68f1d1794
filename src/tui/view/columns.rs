//! The table's columns as a tree, and where the value under the cursor lands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::{App, CaseScreen, List};
use super::super::panes;
use super::super::theme::Role;
use super::pen::{Pen, paint_line, paragraph};
use crate::layout::{ColumnId, Layout, Mode};
use crate::outline::Tree;
use crate::sink::{Fate, HOLDS_NULL, Landing};
use crate::text;

/// Draws the pane's lines and the facts below them.
pub fn draw(app: &App, screen: &CaseScreen, layout: &Layout, list: &List, focused: bool, area: Rect, buffer: &mut Buffer) {
    let (lines, facts) = panes::lines_and_facts(area);
    for (row, (item, here)) in list.outline.window(usize::from(lines.height)).enumerate() {
        line(app, screen, layout, list, (item, here, focused), buffer, (lines, row as u16));
    }
    draw_facts(app, screen, layout, facts, buffer);
}

fn line(
    app: &App,
    screen: &CaseScreen,
    layout: &Layout,
    list: &List,
    (item, here, focused): (usize, bool, bool),
    buffer: &mut Buffer,
    (area, row): (Rect, u16),
) {
    let theme = &app.theme;
    let cursor = match (here, focused) {
        (true, true) => theme.style(Role::Cursor),
        (true, false) if screen.tie.column.is_some() => theme.style(Role::TiedCursor),
        _ => Style::new(),
    };
    let style = |role: Role| if here && focused { Style::new() } else { theme.style(role) };
    paint_line(buffer, area, row, cursor);
    let Some(mut pen) = Pen::new(buffer, area, row, cursor) else { return };
    let column = &layout.columns[item];
    let lands = screen.tie.column == Some(item as ColumnId);
    pen.put(if lands { theme.glyphs.lands } else { " " }, style(Role::Constraint));
    let marker = match (layout.is_branch(item), list.outline.is_open(layout, item)) {
        (true, true) => theme.glyphs.open,
        (true, false) => theme.glyphs.closed,
        _ => " ",
    };
    pen.skip(2 * usize::from(column.depth)).put(marker, style(Role::Dim)).put(" ", Style::new());
    if list.is_hit(item) {
        pen.put(theme.glyphs.found, style(Role::Match));
    }
    let badge = layout.badge(item as ColumnId);
    pen.put(&text::visible(&column.name), style(Role::Key)).skip(2).put(&text::visible(&badge), style(Role::Type));
    pen.put(mode_words(column.mode, badge != *column.kind), style(Role::Mode));
    if let Some(description) = &column.description {
        pen.skip(2).put(&text::visible(description), style(Role::Dim));
    }
}

/// The mode where it is not NULLABLE, and where the type is not told by a shape that says it.
pub fn mode_words(mode: Mode, shaped: bool) -> &'static str {
    match mode {
        _ if shaped => "",
        Mode::Nullable => "",
        Mode::Required => " REQUIRED",
        Mode::Repeated => " REPEATED",
    }
}

fn draw_facts(app: &App, screen: &CaseScreen, layout: &Layout, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) {
        pen.put(&theme.glyphs.lines.0.repeat(usize::from(area.width)), theme.style(Role::Border));
    }
    let tie = &screen.tie;
    let description = tie.column.and_then(|column| layout.columns[column as usize].description.as_deref());
    let mut row = 1;
    if let Some(column) = tie.column {
        let found = &layout.columns[column as usize];
        if let Some(mut pen) = Pen::new(buffer, inner, row, Style::new()) {
            let kind = format!("{} {}", found.kind, found.mode.name());
            let path =
                text::clip_middle(&text::visible(&layout.path(column)), usize::from(inner.width).saturating_sub(text::width(&kind) + 2))
                    .into_owned();
            pen.put(&path, theme.style(Role::Key)).skip(2).put(&text::visible(&kind), theme.style(Role::Type));
        }
        row += 1;
    }
    if let Some(description) = description {
        let two = Rect { height: inner.height.min(row + 2), ..inner };
        row = paragraph(buffer, two, row, &text::visible(description), theme.style(Role::Text));
    }
    match &tie.landing {
        Some(landing) => fate(app, landing, inner, row, buffer),
        None => {
            let words = match (tie.column, tie.value) {
                (Some(_), None) => "no value of this document goes here",
                (None, None) => "nothing here belongs to the line under the cursor",
                _ => "not known where this lands",
            };
            paragraph(buffer, inner, row, words, theme.style(Role::Dim));
        }
    }
}

/// What becomes of the value, and the SQL that selects it.
fn fate(app: &App, landing: &Landing, area: Rect, row: u16, buffer: &mut Buffer) {
    let holds_null = landing.reason.as_deref() == Some(HOLDS_NULL);
    let (word, role) = match landing.fate {
        Fate::Dropped if holds_null => ("stored", Role::Notice),
        Fate::Stored => ("stored", Role::Notice),
        Fate::Changed => ("stored, changed", Role::Notice),
        Fate::Additional => ("in additional_properties", Role::Constraint),
        Fate::Dropped => ("not stored", Role::Constraint),
        Fate::Refused => ("the row is refused", Role::Fault),
        Fate::Unknown => ("unknown", Role::Dim),
    };
    let words = match &landing.reason {
        Some(reason) => format!("{word}; {}", text::visible(reason)),
        None => word.to_owned(),
    };
    let row = paragraph(buffer, area, row, &words, app.theme.style(role));
    if let Some(sql) = &landing.sql {
        paragraph(buffer, area, row, &format!("SQL: {}", text::visible(sql)), app.theme.style(Role::String));
    }
}
