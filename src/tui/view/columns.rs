//! The table's columns as a tree, what the document has for each, and where the value under the cursor lands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::{App, CaseScreen, List};
use super::super::column_tree::{ColumnLine, ColumnTree};
use super::super::help::fate_mark;
use super::super::panes;
use super::super::theme::Role;
use super::chrome;
use super::pen::{Pen, paint_line, paragraph};
use crate::ground::outline::Tree;
use crate::ground::sought::Sought;
use crate::ground::text;
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{ColumnForm, ColumnId, Layout};
use crate::pipeline::sink::{ADDITIONAL, Fate, Landing};
use crate::triage::facts::column;

/// Draws the pane's lines and the facts below them.
pub(super) fn draw(app: &App, screen: &CaseScreen, tree: &ColumnTree, list: &List, focused: bool, area: Rect, buffer: &mut Buffer) {
    let (lines, facts) = panes::lines_and_facts(area);
    chrome::nothing_left(app, list, lines, buffer);
    let painter = ColumnPainter { app, screen, tree, list, sought: list.sought(), focused };
    for (row, (item, here)) in list.outline.window(usize::from(lines.height)).enumerate() {
        painter.line(item, here, buffer, (lines, row as u16));
    }
    draw_facts(app, screen, tree, facts, buffer);
}

struct ColumnPainter<'a> {
    app: &'a App,
    screen: &'a CaseScreen,
    tree: &'a ColumnTree,
    list: &'a List,
    sought: Option<Sought>,
    focused: bool,
}

impl ColumnPainter<'_> {
    fn line(&self, item: usize, here: bool, buffer: &mut Buffer, (area, row): (Rect, u16)) {
        let (theme, tie, tree) = (&self.app.theme, &self.screen.tie, self.tree);
        let line = tree.line(item);
        let lands = match line {
            ColumnLine::Column(column) => tie.column == Some(column),
            ColumnLine::Additional(_) => tie.column.is_none() && tie.value.and_then(|value| tree.item_of_value(value)) == Some(item),
        };
        let cursor = match (here, self.focused) {
            (true, true) => theme.style(Role::Cursor),
            (true, false) if lands => theme.style(Role::TiedCursor),
            _ => Style::new(),
        };
        // On the cursor's own line one style says it all; roles would be unreadable on it.
        let style = |role: Role| if here && self.focused { Style::new() } else { theme.style(role) };
        paint_line(buffer, area, row, cursor);
        let Some(mut pen) = Pen::new(buffer, area, row, cursor) else { return };
        pen.put(if lands { theme.glyphs.lands } else { " " }, style(Role::Constraint));
        let fate = match line {
            ColumnLine::Column(column) if tree.keeps_values(column) => Fate::Additional,
            ColumnLine::Column(column) => tree.table().fates().of(column).map_or(Fate::Unknown, |filled| filled.fate),
            ColumnLine::Additional(_) => Fate::Additional,
        };
        let (mark, role) = fate_mark(self.app, fate);
        pen.put(mark, style(role));
        let marker = match (tree.is_branch(item), self.list.outline.is_open(tree, item)) {
            (true, true) => theme.glyphs.open,
            (true, false) => theme.glyphs.closed,
            _ => " ",
        };
        pen.skip(2 * tree.depth(item)).put(marker, style(Role::Dim)).put(" ", Style::new());
        if self.list.is_hit(item) {
            pen.put(theme.glyphs.found, style(Role::Match));
        }
        match line {
            ColumnLine::Column(column) => self.column(column, self.list.is_hit(item), &mut pen, &style),
            ColumnLine::Additional(value) => self.value(value, &mut pen, &style),
        }
    }

    fn column(&self, id: ColumnId, is_hit: bool, pen: &mut Pen<'_>, style: &dyn Fn(Role) -> Style) {
        let table = self.tree.table();
        let Some(column) = table.layout.get(id) else { return };
        pen.put(&text::visible(&column.name), style(Role::Key)).put("  ", Style::new());
        pen.put(&text::visible(&table.layout.badge(id)), style(Role::Type))
            .put(column.mode.behind(table.layout.form(id) != ColumnForm::Plain), style(Role::Mode));
        match self.tree.values_in(id) {
            0 => {}
            values => {
                pen.skip(2).put(&text::plural(values, "value", "values"), style(Role::Count));
            }
        }
        if let Some(description) = column::description(column) {
            pen.skip(2);
            let room = pen.room();
            // From the place on that a search found, where only that is in the description.
            let at = self.sought.as_ref().filter(|sought| is_hit && sought.first_in(&column.name).is_none());
            match at.and_then(|sought| sought.first_in(&description)).filter(|&at| text::width(&description[..at]) + 8 > room) {
                Some(at) => pen.put(&text::from_about(&description, at, room), style(Role::Dim)),
                None => pen.put(&description, style(Role::Dim)),
            };
        }
    }

    /// A value in `additional_properties`: its place there, and why it is there.
    fn value(&self, value: NodeId, pen: &mut Pen<'_>, style: &dyn Fn(Role) -> Style) {
        let Some(landing) = self.tree.table().landing_of(value) else { return };
        let place = landing.additional_pointer.unwrap_or_default();
        let room = (pen.room() / 2).max(12);
        pen.put(&text::clip_middle(&text::visible(&place), room), style(Role::Key)).skip(2);
        pen.put(&text::visible(&landing.reason.unwrap_or_default()), style(Role::Dim));
    }
}

fn draw_facts(app: &App, screen: &CaseScreen, tree: &ColumnTree, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) {
        pen.put(&theme.glyphs.lines.0.repeat(usize::from(area.width)), theme.style(Role::Border));
    }
    let (tie, layout) = (&screen.tie, &tree.table().layout);
    let mut row = 1;
    if let Some(column) = tie.column {
        name(app, layout, column, inner, buffer);
        row += 1;
    }
    row = match &tie.landing {
        Some(landing) => fate(app, screen, landing, inner, row, buffer),
        None => paragraph(buffer, inner, row, nowhere(screen, tree), theme.style(Role::Dim)),
    };
    let sql = tie.landing.as_ref().and_then(|landing| landing.sql.as_deref());
    if let Some(description) = tie.column.and_then(|id| column::description(layout.get(id)?)) {
        // The last line is for the SQL.
        let room = inner.height.saturating_sub(u16::from(sql.is_some() && inner.height > row + 1));
        row = paragraph(buffer, Rect { height: room, ..inner }, row, &description, theme.style(Role::Text));
    }
    if let Some(sql) = sql {
        paragraph(buffer, inner, row, &format!("{}: {}", column::SQL, text::visible(sql)), theme.style(Role::String));
    }
}

/// A column's path, type and mode on the first line of facts.
pub(super) fn name(app: &App, layout: &Layout, id: ColumnId, area: Rect, buffer: &mut Buffer) {
    let Some(mut pen) = Pen::new(buffer, area, 1, Style::new()) else { return };
    let kind = text::visible(&layout.kind_and_mode(id)).into_owned();
    let room = usize::from(area.width).saturating_sub(text::width(&kind) + 2);
    let path = text::clip_middle(&text::visible(&layout.path(id)), room).into_owned();
    pen.put(&path, app.theme.style(Role::Key)).skip(2).put(&kind, app.theme.style(Role::Type));
}

/// Why there is no landing to tell.
fn nowhere(screen: &CaseScreen, tree: &ColumnTree) -> &'static str {
    let tie = &screen.tie;
    let is_rest = tie.column.is_some() && tie.column == tree.table().layout.child(None, ADDITIONAL);
    match (tie.column, tie.value) {
        (Some(_), None) if is_rest && !tree.table().fates().additional.is_empty() => {
            "keeps the values that have no column of their own, or do not fit it: open it to see them"
        }
        (Some(_), None) => "no value of this document goes here",
        (None, None) => "nothing here belongs to the line under the cursor",
        _ => "where this lands is not known",
    }
}

/// What becomes of the value, in which of the tables, and what it is there.
fn fate(app: &App, screen: &CaseScreen, landing: &Landing, area: Rect, row: u16, buffer: &mut Buffer) -> u16 {
    let (mark, role) = fate_mark(app, landing.fate);
    let table = screen.case.tables.get(screen.tie.table).filter(|_| screen.case.tables.len() > 1);
    let words = format!("{mark} {}", column::landing(landing, table.map(|table| &*table.name)));
    let row = paragraph(buffer, area, row, words.trim_start(), app.theme.style(role));
    let Some(becomes) = &screen.tie.becomes else { return row };
    if let Some(mut pen) = Pen::new(buffer, area, row, Style::new()) {
        pen.put("becomes ", app.theme.style(Role::Dim)).put(&text::visible(becomes), app.theme.style(Role::String));
    }
    row + 1
}
