//! Writing on one line of the screen, clipped to it.
//!
//! Owns: a position that moves right as text is written, and one that moves left from the end.
//! Refuses: deciding what is written.
//!
//! Texts are wrapped by our own room and not by ratatui's Paragraph, because panes count the lines beforehand and cut words with an ellipsis.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ground::text;

/// A place on a line of the screen.
pub(super) struct Pen<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    end: u16,
    y: u16,
    base: Style,
}

impl<'a> Pen<'a> {
    /// At the beginning of the `row`th line of an area; `None` below it. `base` lies under everything written.
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, row: u16, base: Style) -> Option<Self> {
        let inside = row < area.height && area.width > 0 && buffer.area.contains((area.x, area.y + row).into());
        inside.then(|| Pen { x: area.x, end: area.right().min(buffer.area.right()), y: area.y + row, buffer, base })
    }

    /// Cells left.
    pub(super) fn room(&self) -> usize {
        usize::from(self.end - self.x)
    }

    /// Writes text that is safe for a terminal, cut with an ellipsis where the line ends.
    pub(super) fn put(&mut self, words: &str, style: Style) -> &mut Self {
        let words = text::clip(words, self.room());
        let (x, _) = self.buffer.set_stringn(self.x, self.y, &*words, self.room(), self.base.patch(style));
        self.x = x;
        self
    }

    /// Leaves cells blank.
    pub(super) fn skip(&mut self, cells: usize) -> &mut Self {
        let cells = cells.min(self.room());
        self.x += cells as u16;
        self
    }

    /// Writes at the right end of what is left; nothing where it does not fit.
    pub(super) fn put_right(&mut self, words: &str, style: Style) -> &mut Self {
        let width = text::width(words);
        if width > 0 && width <= self.room() {
            self.end -= width as u16;
            self.buffer.set_stringn(self.end, self.y, words, width, self.base.patch(style));
        }
        self
    }

    /// Leaves cells blank at the right end.
    pub(super) fn skip_right(&mut self, cells: usize) -> &mut Self {
        self.end = self.end.saturating_sub(cells as u16).max(self.x);
        self
    }
}

/// Gives a whole line a style: the cursor's.
pub(super) fn paint_line(buffer: &mut Buffer, area: Rect, row: u16, style: Style) {
    if row < area.height {
        buffer.set_style(Rect { y: area.y + row, height: 1, ..area }, style);
    }
}

/// Writes wrapped text from a row on; returns the row behind it.
pub(super) fn paragraph(buffer: &mut Buffer, area: Rect, row: u16, words: &str, style: Style) -> u16 {
    let mut at = row;
    let mut lines = text::wrap(words, usize::from(area.width)).into_iter().peekable();
    while let Some(line) = lines.next() {
        let Some(mut pen) = Pen::new(buffer, area, at, Style::new()) else { return area.height };
        // What has no room any more is said to be there.
        let is_cut = at + 1 == area.height && lines.peek().is_some();
        pen.put(&if is_cut { format!("{}…", line.trim_end()) } else { line.trim_end().to_owned() }, style);
        at += 1;
    }
    at
}
