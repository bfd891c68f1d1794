//! What covers the screen: all keys, a whole value.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::{Action, Place, TABLE};
use super::super::app::App;
use super::super::panes;
use super::super::theme::Role;
use super::super::update::export::MENU;
use super::pen::{Pen, paint_line};
use crate::ground::text;

/// One line of the help.
pub enum HelpLine {
    /// A group of keys.
    Heading(&'static str),
    /// Keys and what they do; whether they apply on this screen.
    Key(String, &'static str, bool),
}

/// All keys by heading, made from the action table.
pub fn help_lines(app: &App) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    let mut heading = "";
    for entry in TABLE {
        if entry.heading != heading {
            heading = entry.heading;
            lines.push(HelpLine::Heading(heading));
        }
        let here = entry.place.holds(app.screen());
        lines.push(HelpLine::Key(app.keymap.keys(entry.action).join("  "), entry.help, here));
    }
    lines
}

/// Draws the help.
pub fn help(app: &App, scroll: usize, buffer: &mut Buffer) {
    let screen = match app.screen() {
        Place::Case => "in a case",
        Place::Row => "in a row",
        Place::Tables => "among the tables",
        _ => "in the groups",
    };
    let lines = help_lines(app);
    let inner = frame(app, &format!("Keys; those that do nothing {screen} are dim"), lines.len(), buffer);
    for (row, line) in lines.into_iter().skip(scroll).take(usize::from(inner.height)).enumerate() {
        let Some(mut pen) = Pen::new(buffer, inner, row as u16, Style::new()) else { return };
        match line {
            HelpLine::Heading(words) => pen.put(words, app.theme.style(Role::Heading)),
            HelpLine::Key(keys, words, here) => {
                let role = |role| app.theme.style(if here { role } else { Role::Dim });
                let gap = 20usize.saturating_sub(text::width(&keys)).max(2);
                pen.skip(2).put(&keys, role(Role::Hint)).skip(gap).put(words, role(Role::Text))
            }
        };
    }
}

/// Draws a whole value.
pub fn value(app: &App, title: &str, lines: &[String], scroll: usize, buffer: &mut Buffer) {
    let inner = frame(app, &text::visible(title), lines.len(), buffer);
    for (row, line) in lines.iter().skip(scroll).take(usize::from(inner.height)).enumerate() {
        if let Some(mut pen) = Pen::new(buffer, inner, row as u16, Style::new()) {
            pen.put(line.trim_end(), app.theme.style(Role::Text));
        }
    }
}

/// Draws the menu of exports.
pub fn export(app: &App, raw: bool, buffer: &mut Buffer) {
    let (state, role) = match raw {
        true => ("raw: values as they were sent; do not publish them", Role::Error),
        false => ("values are replaced by their shapes", Role::Dim),
    };
    let toggle = if raw { "shapes again" } else { "raw: values as they were sent" };
    let lines = MENU.iter().filter_map(|line| Some((line.action, line.action.entry()?.help))).chain([(Action::LiftRedaction, toggle)]);
    let lines: Vec<(String, &str)> = lines.filter_map(|(action, words)| Some((app.keymap.key(action)?, words))).collect();
    let width = lines.iter().map(|(key, _)| text::width(key)).max().unwrap_or(0);
    let inner = frame(app, "Export; any other key closes", lines.len() + 2, buffer);
    for (row, (key, words)) in lines.iter().enumerate() {
        if let Some(mut pen) = Pen::new(buffer, inner, row as u16, Style::new()) {
            let gap = width - text::width(key) + 2;
            pen.skip(2).put(key, app.theme.style(Role::Hint)).skip(gap).put(words, app.theme.style(Role::Text));
        }
    }
    if let Some(mut pen) = Pen::new(buffer, inner, lines.len() as u16 + 1, Style::new()) {
        pen.put(state, app.theme.style(role));
    }
}

/// Draws a question that has to be answered.
pub fn question(app: &App, text: &str, buffer: &mut Buffer) {
    let mut lines = panes::overlay_lines((buffer.area.width, buffer.area.height), text);
    let no: Vec<String> = [Action::Refuse, Action::Back].into_iter().filter_map(|action| app.keymap.key(action)).collect();
    let no = if no.is_empty() { app.keymap.words("", Action::Quit, "") } else { no.join(" or ") };
    lines.extend([String::new(), format!("{}{no}: do not", app.keymap.words("", Action::Agree, ": go on    "))]);
    value(app, "This costs", &lines, 0, buffer);
}

/// An empty box over the screen with room for so many lines; returns its inside.
fn frame(app: &App, title: &str, lines: usize, buffer: &mut Buffer) -> Rect {
    let area = panes::overlay((buffer.area.width, buffer.area.height), lines);
    let glyphs = app.theme.glyphs;
    let (horizontal, vertical) = glyphs.lines;
    let border = app.theme.style(Role::Focus);
    let blank = " ".repeat(usize::from(area.width));
    for row in 0..area.height {
        buffer.set_stringn(area.x, area.y + row, &blank, usize::from(area.width), app.theme.style(Role::Text));
        paint_line(buffer, area, row, Style::reset().patch(app.theme.style(Role::Text)));
        let Some(mut pen) = Pen::new(buffer, area, row, Style::new()) else { continue };
        let (left, right) = match row {
            0 => (glyphs.corners[0], glyphs.corners[1]),
            row if row + 1 == area.height => (glyphs.corners[2], glyphs.corners[3]),
            _ => (vertical, vertical),
        };
        pen.put(left, border).put_right(right, border);
        if left != vertical {
            pen.put(&horizontal.repeat(pen.room()), border);
        }
    }
    let below = lines.saturating_sub(usize::from(area.height.saturating_sub(2)));
    if let Some(mut pen) = Pen::new(buffer, Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area }, 0, Style::new()) {
        if below > 0 {
            pen.put_right(&format!(" {} lines ", text::count(lines as u64)), app.theme.style(Role::Dim));
        }
        pen.put(" ", border).put(title, app.theme.style(Role::Heading)).put(" ", border);
    }
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}
