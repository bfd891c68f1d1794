//! The columns of a table before and now, and what became of the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::Action;
use super::super::app::{App, List};
use super::super::panes;
use super::super::sides::SidesScreen;
use super::super::sides_look::{Side, SidesLook};
use super::super::theme::Role;
use super::chrome;
use super::deploy_facts::role;
use super::pen::{Pen, paint_line, paragraph};
use super::sheet::Sheet;
use crate::ground::outline::Tree;
use crate::ground::text;
use crate::pipeline::layout::{ColumnForm, ColumnId, Layout};
use crate::triage::facts::{column, deploy};

/// Draws the screen.
pub(super) fn draw(app: &App, buffer: &mut Buffer) {
    let Some(screen) = &app.deploy.sides else { return };
    let areas = panes::sides(app.frame((buffer.area.width, buffer.area.height)), screen.focus as usize);
    let look = &screen.look;
    let changed = look.changes.changes.len() as u64;
    let left = format!("misfit  {} before and now", look.title());
    chrome::title(app, buffer, areas.title, &left, &text::plural(changed, "change of a column", "changes of columns"));
    for side in Side::ALL.into_iter().filter(|&side| !areas.sides[side as usize].is_empty()) {
        draw_side(app, screen, side, areas.sides[side as usize], buffer);
    }
    if !areas.facts.is_empty() {
        facts(app, screen, areas.facts, buffer);
    }
    chrome::footer(app, buffer, areas.footer);
}

fn draw_side(app: &App, screen: &SidesScreen, side: Side, area: Rect, buffer: &mut Buffer) {
    let focused = screen.focus == side;
    let name = match side {
        Side::Old => "Before",
        Side::New => "Now",
    };
    let list = &screen.lists[side as usize];
    let state = if focused { chrome::list_state(list) } else { String::new() };
    let of = text::visible(&screen.look.names[side as usize]).into_owned();
    chrome::pane(app, buffer, area, name, focused, &format!("{of}  {state}"));
    let lines = panes::lines(area);
    let Some(layout) = screen.look.layout(side) else {
        let inner = Rect { x: lines.x + 1, width: lines.width.saturating_sub(2), ..lines };
        paragraph(buffer, inner, 1, "there is no such table on this side", app.theme.style(Role::Dim));
        return;
    };
    chrome::nothing_left(app, list, lines, buffer);
    let painter = SidePainter { app, look: &screen.look, layout, list, side, focused };
    for (row, (item, here)) in list.outline.window(usize::from(lines.height)).enumerate() {
        painter.line(item, here, buffer, (lines, row as u16));
    }
}

struct SidePainter<'a> {
    app: &'a App,
    look: &'a SidesLook,
    layout: &'a Layout,
    list: &'a List,
    side: Side,
    focused: bool,
}

impl SidePainter<'_> {
    fn line(&self, item: usize, here: bool, buffer: &mut Buffer, (area, row): (Rect, u16)) {
        let theme = &self.app.theme;
        let Some(found) = self.layout.get(item as ColumnId) else { return };
        let cursor = match (here, self.focused) {
            (true, true) => theme.style(Role::Cursor),
            (true, false) => theme.style(Role::TiedCursor),
            _ => Style::new(),
        };
        let style = |role: Role| if here && self.focused { Style::new() } else { theme.style(role) };
        paint_line(buffer, area, row, cursor);
        let Some(mut pen) = Pen::new(buffer, area, row, cursor) else { return };
        let path = self.layout.path(item as ColumnId);
        let change = self.look.change(&path);
        let sign = match change.map(|change| (&change.old, &change.new)) {
            None => " ",
            Some((Some(_), None)) => "-",
            Some((None, Some(_))) => "+",
            Some(_) => "~",
        };
        pen.put(sign, style(change.map_or(Role::Dim, |change| role(change.verdict))));
        let marker = match (Tree::is_branch(self.layout, item), self.list.outline.is_open(self.layout, item)) {
            (true, true) => theme.glyphs.open,
            (true, false) => theme.glyphs.closed,
            _ => " ",
        };
        pen.skip_right(1).skip(2 * usize::from(found.depth)).put(marker, style(Role::Dim)).put(" ", Style::new());
        if self.list.is_hit(item) {
            pen.put(theme.glyphs.found, style(Role::Match));
        }
        let id = item as ColumnId;
        let below = if Tree::is_branch(self.layout, item) { self.look.below(self.side, &path) } else { 0 };
        if below > 0 {
            pen.put_right(&text::count(below), style(Role::Count)).skip_right(2);
        }
        pen.put(&text::visible(&found.name), style(Role::Key)).put("  ", Style::new());
        pen.put(&text::visible(&self.layout.badge(id)), style(Role::Type))
            .put(found.mode.behind(self.layout.form(id) != ColumnForm::Plain), style(Role::Mode));
    }
}

fn facts(app: &App, screen: &SidesScreen, area: Rect, buffer: &mut Buffer) {
    let look = &screen.look;
    let path = screen.path().unwrap_or_default();
    chrome::pane(app, buffer, area, &text::visible(&path), false, "");
    let inner = panes::lines(area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut sheet = Sheet::new(app, buffer, inner);
    match look.change(&path) {
        Some(change) => {
            let words = format!("{} {}", change.verdict.name(), deploy::became(change));
            sheet.words(&words, role(change.verdict));
            sheet.words(&deploy::rule(change.rule), Role::Text);
        }
        None => match screen.look.layout(screen.focus.other()).map(|layout| layout.find(&path).is_some()) {
            Some(true) => sheet.words("the same on both sides", Role::Dim),
            Some(false) => sheet.words("on this side only", Role::Dim),
            None => sheet.words("the other side has no such table", Role::Dim),
        },
    }
    sheet.failing_at(look, &path);
    let layout = look.layout(screen.focus);
    if let Some(found) = layout.and_then(|layout| layout.get(screen.column(screen.focus)?)) {
        sheet.words(&column::about(found), Role::Dim);
    }
    sheet.cut("everything about this column");
}

impl Sheet<'_> {
    /// How much fails at a column, and which key leads there; which key tells its history.
    fn failing_at(&mut self, look: &SidesLook, path: &str) {
        let history = self.app.keymap.words(" ", Action::ShowHistory, " tells since when it is so");
        if self.app.tables.alone {
            return self.words(history.trim_start(), Role::Hint);
        }
        let failing = look.failing_below(path);
        let rows: u64 = failing.iter().map(|&group| look.groups.list[group as usize].count).sum();
        let key = self.app.keymap.words(" (", Action::ShowFailing, ")");
        match failing.len() {
            0 => self.words(&format!("nothing that was read fails here.{history}"), Role::Dim),
            groups => {
                let fail = text::plural(groups as u64, "group fails", "groups fail");
                self.words(&format!("{fail} here, {}{key}.{history}", text::plural(rows, "row", "rows")), Role::Fault);
            }
        }
    }
}
