//! What covers the screen: all keys, a whole value.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

use super::super::action::{Action, ActionPlace};
use super::super::app::App;
use super::super::help::{HelpLine, help_lines};
use super::super::panes;
use super::super::theme::Role;
use super::super::update::export::MENU;
use super::pen::Pen;
use crate::ground::text;

/// Draws the help.
pub(super) fn help(app: &App, scroll: usize, buffer: &mut Buffer) {
    let screen = match app.screen() {
        ActionPlace::Case => "in a case",
        ActionPlace::Row => "in a row",
        ActionPlace::Tables => "among the tables",
        ActionPlace::Deploy => "among the causes of a deploy",
        ActionPlace::Sides => "in the columns of both sides",
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
pub(super) fn value(app: &App, title: &str, lines: &[String], scroll: usize, buffer: &mut Buffer) {
    let inner = frame(app, &text::visible(title), lines.len(), buffer);
    for (row, line) in lines.iter().skip(scroll).take(usize::from(inner.height)).enumerate() {
        if let Some(mut pen) = Pen::new(buffer, inner, row as u16, Style::new()) {
            pen.put(line.trim_end(), app.theme.style(Role::Text));
        }
    }
}

/// Draws the menu of exports.
pub(super) fn export(app: &App, raw: bool, buffer: &mut Buffer) {
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
pub(super) fn question(app: &App, text: &str, buffer: &mut Buffer) {
    let mut lines = panes::overlay_lines((buffer.area.width, buffer.area.height), text);
    let no: Vec<String> = [Action::Refuse, Action::Back].into_iter().filter_map(|action| app.keymap.key(action)).collect();
    let no = if no.is_empty() { app.keymap.words("", Action::Quit, "") } else { no.join(" or ") };
    lines.extend([String::new(), format!("{}{no}: cancel", app.keymap.words("", Action::Agree, ": go on    "))]);
    value(app, "This costs", &lines, 0, buffer);
}

/// An empty box over the screen with room for so many lines; returns its inside.
fn frame(app: &App, title: &str, lines: usize, buffer: &mut Buffer) -> Rect {
    let area = panes::overlay((buffer.area.width, buffer.area.height), lines);
    let glyphs = app.theme.glyphs;
    let (horizontal, vertical) = glyphs.lines;
    let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
    let border_set = border::Set {
        top_left,
        top_right,
        bottom_left,
        bottom_right,
        vertical_left: vertical,
        vertical_right: vertical,
        horizontal_top: horizontal,
        horizontal_bottom: horizontal,
    };
    let border = app.theme.style(Role::Focus);
    let inner = Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) };
    let mut block = Block::bordered().border_set(border_set).border_style(border).style(app.theme.style(Role::Text));
    let below =
        if lines > usize::from(inner.height) { format!(" {} ", text::plural(lines as u64, "line", "lines")) } else { String::new() };
    let room = usize::from(inner.width).saturating_sub(text::width(&below));
    let edge = || Span::styled(horizontal, border);
    let name = text::clip(title, room.saturating_sub(1));
    let gap = if text::width(&name) + 1 < room { " " } else { "" };
    let name = Span::styled(name, app.theme.style(Role::Heading));
    block = block.title_top(Line::from(vec![edge(), Span::styled(" ", border), name, Span::styled(gap, border)]));
    if !below.is_empty() {
        block = block.title_top(Line::from(vec![Span::styled(below, app.theme.style(Role::Dim)), edge()]).right_aligned());
    }
    Clear.render(area, buffer);
    block.render(area, buffer);
    inner
}
