//! A pane of facts.
//!
//! Owns: filling it from top to bottom, saying where something had no room.
//! Refuses: the facts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::Action;
use super::super::app::App;
use super::super::panes;
use super::super::theme::Role;
use super::chrome;
use super::pen::{Pen, paint_line, paragraph};
use crate::ground::text;
use crate::triage::facts::{Facts, FactsLine};

/// Cells of a name before its text.
const NAME: u16 = 8;

/// Stands in a pane while no line is under the cursor.
pub(super) const EMPTY: &str = "what is known of the line under the cursor stands here";

/// The pane with the title and facts of the line under the cursor, if one is.
pub(super) fn of_line(app: &App, found: Option<(String, Facts)>, area: Rect, buffer: &mut Buffer) {
    chrome::pane(app, buffer, area, found.as_ref().map_or("Facts", |(title, _)| title.as_str()), false, "");
    let inner = panes::lines(area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut sheet = Sheet::new(app, buffer, inner);
    match found {
        None => sheet.words(EMPTY, Role::Dim),
        Some((_, facts)) => facts.lines().iter().for_each(|line| sheet.facts(line)),
    }
    sheet.cut("everything about this line");
}

/// A pane that is filled from top to bottom.
pub(super) struct Sheet<'a> {
    pub app: &'a App,
    pub buffer: &'a mut Buffer,
    pub area: Rect,
    /// The next line; below the area where there was no room.
    pub row: u16,
    /// Lines that name a part: none stays where nothing of its part has room.
    headings: Vec<u16>,
}

impl<'a> Sheet<'a> {
    /// An empty one.
    pub(super) fn new(app: &'a App, buffer: &'a mut Buffer, area: Rect) -> Self {
        Sheet { app, buffer, area, row: 0, headings: Vec::new() }
    }
}

impl Sheet<'_> {
    /// The name of a part; with room for it, behind a blank line.
    pub(super) fn heading(&mut self, words: &str) {
        if self.area.height > 20 {
            self.row += 1;
        }
        self.headings.push(self.row);
        self.line(words, Role::Heading);
    }

    /// One line, clipped.
    pub(super) fn line(&mut self, words: &str, role: Role) {
        let style = self.app.theme.style(role);
        if let Some(mut pen) = Pen::new(self.buffer, self.area, self.row, Style::new()) {
            pen.put(words, style);
        }
        self.row += 1;
    }

    /// A text, wrapped.
    pub(super) fn words(&mut self, words: &str, role: Role) {
        paragraph(self.buffer, self.area, self.row, words, self.app.theme.style(role));
        // Counted also where there was no room: then the last line says that something is cut.
        self.row += text::wrap(words, usize::from(self.area.width)).len().min(usize::from(u16::MAX / 2)) as u16;
    }

    /// A line of facts; what goes on hangs below its value.
    pub(super) fn facts(&mut self, line: &FactsLine) {
        if line.is_heading {
            self.headings.push(self.row);
        }
        let role = if line.is_heading { Role::Heading } else { Role::Text };
        let room = usize::from(self.area.height.saturating_sub(self.row));
        // One more than there is room for: then the last line says that something is cut.
        text::wrap_hanging(&line.words, usize::from(self.area.width)).iter().take(room + 1).for_each(|line| self.line(line, role));
    }

    /// A text with its name before it, wrapped beside the name.
    pub(super) fn named(&mut self, name: &str, words: &str, role: Role) {
        let indent = NAME.min(self.area.width / 3);
        if let Some(mut pen) = Pen::new(self.buffer, self.area, self.row, Style::new()) {
            pen.put(name, self.app.theme.style(Role::Dim));
        }
        let inner = Rect { x: self.area.x + indent, width: self.area.width - indent, ..self.area };
        paragraph(self.buffer, inner, self.row, words, self.app.theme.style(role));
        self.row += text::wrap(words, usize::from(inner.width)).len().clamp(1, usize::from(u16::MAX / 2)) as u16;
    }

    fn blank(&mut self, row: u16) {
        // Nothing of what stood there stays: not that it was dim, either.
        paint_line(self.buffer, self.area, row, Style::reset());
        paint_line(self.buffer, self.area, row, self.app.theme.style(Role::Text));
        if let Some(mut pen) = Pen::new(self.buffer, self.area, row, Style::new()) {
            let blank = " ".repeat(pen.room());
            pen.put(&blank, Style::new());
        }
    }

    /// Says on the last line that not everything has room, where that is so, and what shows everything about the subject.
    pub(super) fn cut(&mut self, everything: &str) {
        if self.row <= self.area.height {
            return;
        }
        let mut last = self.area.height.saturating_sub(1);
        self.blank(last);
        while last > 0 && self.headings.contains(&(last - 1)) {
            last -= 1;
            self.blank(last);
        }
        self.row = last;
        let key = self.app.keymap.words("", Action::ShowRow, &format!(": {everything}"));
        self.line(if key.is_empty() { "…" } else { &key }, Role::Hint);
    }
}
