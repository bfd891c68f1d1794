//! What covers the screen: all keys, a whole value.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};
use tui_input::Input;

use super::super::action::Action;
use super::super::app::App;
use super::super::help::{GAP, HelpLine, help_lines, screen_heading};
use super::super::menu::export_box;
use super::super::palette::{Palette, offers};
use super::super::panes;
use super::super::spots;
use super::super::theme::Role;
use super::pen::{Pen, paint_line};
use crate::ground::{sought, text};

/// Draws the help; with what is typed to choose from it on its last line.
pub(super) fn help(app: &App, scroll: usize, filter: Option<&Input>, buffer: &mut Buffer) {
    let lines = help_lines(app);
    let keys = lines.iter().map(HelpLine::keys).max().unwrap_or(0) + GAP;
    let typed = usize::from(filter.is_some());
    let mut inner = frame(app, &format!("Keys {}", screen_heading(app.screen()).to_lowercase()), lines.len() + typed, buffer);
    if let Some(filter) = filter {
        inner.height = inner.height.saturating_sub(1);
        let area = Rect { y: inner.bottom(), height: 1, ..inner };
        if let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) {
            pen.put("only ", app.theme.style(Role::Heading));
            line_being_typed(app, filter, &mut pen);
        }
    }
    for (row, line) in lines.into_iter().skip(scroll).take(usize::from(inner.height)).enumerate() {
        let Some(mut pen) = Pen::new(buffer, inner, row as u16, Style::new()) else { return };
        let gap = |name: &str| keys.saturating_sub(text::width(name));
        let style = |role| app.theme.style(role);
        match line {
            HelpLine::Heading(words) => pen.put(words, style(Role::Heading)),
            HelpLine::Key(name, words) => pen.skip(2).put(&name, style(Role::Hint)).skip(gap(&name)).put(&words, style(Role::Text)),
            HelpLine::Mark(mark, role, words) => pen.skip(2).put(mark, style(role)).skip(gap(mark)).put(&words, style(Role::Text)),
            HelpLine::Nothing(words) => pen.put(&words, style(Role::Dim)),
        };
    }
}

/// Draws all that can be done here, what is typed of it above.
pub(super) fn palette(app: &App, palette: &Palette, buffer: &mut Buffer) {
    let offers = offers(&app.keymap, app.screen(), palette.input.value());
    let (area, list, top) = spots::palette_box(app, palette, (buffer.area.width, buffer.area.height));
    let found = text::plural(offers.len() as u64, "action", "actions");
    let inner = boxed(app, &format!("What can be done {}", screen_heading(app.screen()).to_lowercase()), &found, area, buffer);
    if let Some(mut pen) = Pen::new(buffer, inner, 0, Style::new()) {
        pen.put(": ", app.theme.style(Role::Heading));
        line_being_typed(app, &palette.input, &mut pen);
    }
    let height = usize::from(list.height);
    if offers.is_empty()
        && let Some(mut pen) = Pen::new(buffer, list, 0, Style::new())
    {
        pen.put(&sought::nothing_holds(palette.input.value()), app.theme.style(Role::Dim));
    }
    for (row, (at, entry)) in offers.iter().enumerate().skip(top).take(height).enumerate() {
        let here = at == palette.chosen;
        if here {
            paint_line(buffer, list, row as u16, app.theme.style(Role::Cursor));
        }
        let base = if here { app.theme.style(Role::Cursor) } else { Style::new() };
        let style = |role: Role| if here { Style::new() } else { app.theme.style(role) };
        let Some(mut pen) = Pen::new(buffer, list, row as u16, base) else { return };
        pen.put_right(&app.keymap.keys(entry.action).join("  "), style(Role::Hint)).skip_right(2);
        pen.put(entry.help, style(Role::Text));
        if pen.room() > text::width(entry.name) + 2 {
            pen.skip(2).put(entry.name, style(Role::Dim));
        }
    }
}

/// Draws what may follow the keys of an unfinished sequence, above the bottom line.
pub(super) fn choices(app: &App, buffer: &mut Buffer) {
    let follow = app.keymap.continuations(&app.pending, app.place());
    let lines: Vec<(String, &str)> = follow.into_iter().filter_map(|(keys, action)| Some((keys, action.entry()?.help))).collect();
    let area = panes::corner((buffer.area.width, buffer.area.height), lines.len());
    let keys: String = app.pending.iter().map(ToString::to_string).collect();
    let inner = boxed(app, &format!("{keys} and then"), "", area, buffer);
    for (row, (key, words)) in lines.iter().enumerate() {
        if let Some(mut pen) = Pen::new(buffer, inner, row as u16, Style::new()) {
            pen.put(key, app.theme.style(Role::Hint)).skip(2).put(words, app.theme.style(Role::Text));
        }
    }
}

/// A line that is typed, its cursor in it.
pub(super) fn line_being_typed(app: &App, input: &Input, pen: &mut Pen<'_>) {
    let value = input.value();
    let at = value.char_indices().nth(input.cursor()).map_or(value.len(), |(i, _)| i);
    let (before, after) = value.split_at(at);
    pen.put(&text::visible(before), Style::new());
    let mut rest = after.chars();
    let under = rest.next().map_or(" ".to_owned(), |c| text::visible(&c.to_string()).into_owned());
    pen.put(&under, app.theme.style(Role::Cursor)).put(&text::visible(rest.as_str()), Style::new());
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
pub(super) fn export(app: &App, raw: bool, scroll: usize, buffer: &mut Buffer) {
    let (state, role) = match raw {
        true => ("raw: values as they were sent; do not publish them", Role::Error),
        false => ("values are replaced by their shapes", Role::Dim),
    };
    let menu = export_box(app, raw, (buffer.area.width, buffer.area.height));
    let below = if menu.most() > 0 { text::plural(menu.lines.len() as u64, "line", "lines") } else { String::new() };
    boxed(app, "Export; any other key closes", &below, menu.area, buffer);
    let width = menu.keys();
    for (row, line) in menu.lines.iter().skip(scroll).take(usize::from(menu.list.height)).enumerate() {
        if let Some(mut pen) = Pen::new(buffer, menu.list, row as u16, Style::new()) {
            let gap = width - text::width(&line.key) + 2;
            pen.skip(1).put(&line.key, app.theme.style(Role::Hint)).skip(gap).put(line.words, app.theme.style(Role::Text));
        }
    }
    if let Some(mut pen) = Pen::new(buffer, menu.state, 0, Style::new()) {
        pen.put(state, app.theme.style(role));
    }
}

/// Draws a question that has to be answered.
pub(super) fn question(app: &App, text: &str, buffer: &mut Buffer) {
    let mut lines = panes::overlay_lines((buffer.area.width, buffer.area.height), text, true);
    let no: Vec<String> = [Action::Refuse, Action::Back].into_iter().filter_map(|action| app.keymap.key(action)).collect();
    let no = if no.is_empty() { app.keymap.words("", Action::Quit, "") } else { no.join(" or ") };
    lines.extend([String::new(), format!("{}{no}: cancel", app.keymap.words("", Action::Agree, ": go on    "))]);
    value(app, "This costs", &lines, 0, buffer);
}

/// An empty box over the screen with room for so many lines; returns its inside.
fn frame(app: &App, title: &str, lines: usize, buffer: &mut Buffer) -> Rect {
    let area = panes::overlay((buffer.area.width, buffer.area.height), lines);
    let below =
        if lines > usize::from(area.height.saturating_sub(2)) { text::plural(lines as u64, "line", "lines") } else { String::new() };
    boxed(app, title, &below, area, buffer)
}

/// An empty box; returns its inside. `below`: what its right corner says.
fn boxed(app: &App, title: &str, below: &str, area: Rect, buffer: &mut Buffer) -> Rect {
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
    let inner = panes::inside(area);
    let mut block = Block::bordered().border_set(border_set).border_style(border).style(app.theme.style(Role::Text));
    let below = if below.is_empty() { String::new() } else { format!(" {below} ") };
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
