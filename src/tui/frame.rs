//! A frame as text: for `--print`, tests and documents.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// The characters of a frame, a line each, without blanks at the ends of lines.
pub fn to_text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // The cell behind a wide character is its other half.
            x += symbol.width().max(1) as u16;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
