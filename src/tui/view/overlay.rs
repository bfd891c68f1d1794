//! What covers the screen: all keys, a whole value.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::{Place, TABLE};
use super::super::app::App;
use super::super::panes;
use super::super::theme::Role;
use super::pen::{Pen, paint_line};
use crate::text;

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
        let here = entry.place.holds(app.place());
        lines.push(HelpLine::Key(app.keymap.keys(entry.action).join("  "), entry.help, here));
    }
    lines
}

/// The lines of a text in a box of that width.
pub fn wrapped(words: &str, width: usize) -> Vec<String> {
    text::wrap(words, width)
}

/// Draws the help.
pub fn help(app: &App, scroll: usize, buffer: &mut Buffer) {
    let screen = if app.place() == Place::Case { "in a case" } else { "in the groups" };
    let inner = frame(app, &format!("Keys; those that do nothing {screen} are dim"), buffer);
    for (row, line) in help_lines(app).into_iter().skip(scroll).take(usize::from(inner.height)).enumerate() {
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
pub fn value(app: &App, title: &str, words: &str, scroll: usize, buffer: &mut Buffer) {
    let inner = frame(app, &text::visible(title), buffer);
    let lines = wrapped(words, usize::from(inner.width));
    for (row, line) in lines.iter().skip(scroll).take(usize::from(inner.height)).enumerate() {
        if let Some(mut pen) = Pen::new(buffer, inner, row as u16, Style::new()) {
            pen.put(line.trim_end(), app.theme.style(Role::Text));
        }
    }
}

/// An empty box over the screen; returns its inside.
fn frame(app: &App, title: &str, buffer: &mut Buffer) -> Rect {
    let area = panes::overlay((buffer.area.width, buffer.area.height));
    let (horizontal, vertical) = app.theme.glyphs.lines;
    let border = app.theme.style(Role::Focus);
    let blank = " ".repeat(usize::from(area.width));
    for row in 0..area.height {
        buffer.set_stringn(area.x, area.y + row, &blank, usize::from(area.width), app.theme.style(Role::Text));
        paint_line(buffer, area, row, Style::reset().patch(app.theme.style(Role::Text)));
        let edge = row == 0 || row + 1 == area.height;
        let Some(mut pen) = Pen::new(buffer, area, row, Style::new()) else { continue };
        if edge {
            pen.put(&horizontal.repeat(usize::from(area.width)), border);
        } else {
            pen.put(vertical, border).put_right(vertical, border);
        }
    }
    if let Some(mut pen) = Pen::new(buffer, Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area }, 0, Style::new()) {
        pen.put(" ", border).put(title, app.theme.style(Role::Heading)).put(" ", border);
    }
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}
