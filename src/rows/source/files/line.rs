//! The columns of a row out of its JSON text, fast.
//!
//! Owns: a strict walk over flat objects of strings, numbers, booleans and null. Whatever it does not take, valid or not, is given to
//! serde_json (`object`), whose answer it must never differ from. Refuses: finding rows in a file, reading payloads.

use super::block::{LONGEST, too_long};
use super::columns::{self, COUNT, PAYLOAD, RowCells, SeenColumns};
use super::other::{OtherFound, TakenRows};
use super::{object, string};
use crate::rows::column::CountColumn;
use crate::rows::foreign::ForeignRow;

/// Most keys that are remembered from one row to the next.
const MOST_KEYS: usize = 256;
/// How far ahead a key is looked for where columns were left out.
const LOOK_AHEAD: usize = 64;

/// What stands at a place where a row may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FoundRow<'a> {
    /// Nothing but space.
    Blank,
    /// A row.
    Row(RowCells<'a>),
    /// A row of another pipeline.
    Other(Box<ForeignRow>),
    /// An object without a column that tells an error.
    Foreign,
    /// Something else, with the reason.
    Bad(String),
}

/// Reads rows one after the other; expects each to have the keys of the one before, in the same order.
#[derive(Default)]
pub(super) struct RowReader {
    order: Vec<WrittenKey>,
    cells: [CellText; COUNT],
    unescaped: String,
    owned: [Option<String>; COUNT],
    others: TakenRows,
}

/// A key as it was written: `"document_type": ` with quotes, colon and the space around it.
struct WrittenKey {
    text: Box<[u8]>,
    column: Option<usize>,
}

/// Where the text of a column is.
#[derive(Debug, Clone, Copy, Default)]
enum CellText {
    /// No such column, or NULL.
    #[default]
    None,
    /// In the line.
    Plain(u32, u32),
    /// In the line, with escapes to resolve.
    Escaped(u32, u32),
    /// In the buffer for resolved texts.
    Unescaped(u32, u32),
}

impl RowReader {
    /// A reader that takes these rows beside those of the error table.
    pub(super) fn taking(others: TakenRows) -> Self {
        RowReader { others, ..RowReader::default() }
    }

    /// A row of the error table, or of something else.
    fn told<'a>(&self, text: &'a [u8], cells: RowCells<'a>) -> FoundRow<'a> {
        match self.others.take(text, cells.seen) {
            None => FoundRow::Row(cells),
            Some(OtherFound::Row(row)) => FoundRow::Other(row),
            Some(OtherFound::Unknown) => FoundRow::Foreign,
            Some(OtherFound::Wrong(reason)) => FoundRow::Bad(reason),
        }
    }

    /// Reads the line that the text begins with. Gives its length without the newline.
    pub(super) fn line<'a>(&'a mut self, text: &'a [u8]) -> (usize, FoundRow<'a>) {
        if let TakenRows::Mapped(_) = self.others {
            let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
            return (end, self.value(&text[..end]));
        }
        match self.walk(text, true) {
            Some((end, seen)) if end <= LONGEST => return (end, self.told(&text[..end], self.fast_cells(text, seen))),
            _ => {}
        }
        let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
        (end, self.slow(&text[..end]))
    }

    /// Reads a text that is one row and nothing else, over one line or several.
    pub(super) fn value<'a>(&'a mut self, text: &'a [u8]) -> FoundRow<'a> {
        if text.len() <= LONGEST && !text.trim_ascii().is_empty() {
            match self.others.mapped(text) {
                None => {}
                Some(OtherFound::Row(row)) => return FoundRow::Other(row),
                Some(OtherFound::Wrong(reason)) => return FoundRow::Bad(reason),
                // Why it is no JSON, serde says.
                Some(OtherFound::Unknown) => return FoundRow::Bad(object::not_json(text)),
            }
        }
        match self.walk(text, false) {
            Some((end, seen)) if end <= LONGEST => self.told(text, self.fast_cells(text, seen)),
            _ => self.slow(text),
        }
    }

    /// The same by serde_json alone.
    fn slow<'a>(&'a mut self, text: &'a [u8]) -> FoundRow<'a> {
        if text.len() > LONGEST {
            return FoundRow::Bad(too_long());
        }
        if text.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            return FoundRow::Blank;
        }
        match object::cells(text, &mut self.owned) {
            Ok((seen, weight)) => {
                let cells =
                    RowCells { text: self.owned.each_ref().map(Option::as_deref), seen, rows: weight.rows, accepted: weight.accepted };
                self.told(text, cells)
            }
            Err(reason) => FoundRow::Bad(reason),
        }
    }

    fn fast_cells<'a>(&'a self, text: &'a [u8], seen: SeenColumns) -> RowCells<'a> {
        let cells = self.cells.map(|cell| {
            let (from, start, end) = match cell {
                CellText::None => return None,
                CellText::Plain(start, end) | CellText::Escaped(start, end) => (text, start, end),
                CellText::Unescaped(start, end) => (self.unescaped.as_bytes(), start, end),
            };
            from.get(start as usize..end as usize).and_then(|bytes| std::str::from_utf8(bytes).ok())
        });
        RowCells { text: cells, seen, rows: 1, accepted: None }
    }

    /// Fills `cells`; `None` where the text is not in the simple form. Gives where the row's text ends, without the newline.
    fn walk(&mut self, text: &[u8], line: bool) -> Option<(usize, SeenColumns)> {
        self.cells = [CellText::None; COUNT];
        if u32::try_from(text.len()).is_err() {
            return None;
        }
        let mut seen = SeenColumns::default();
        let mut cursor = Cursor { text, at: 0, line };
        cursor.space();
        cursor.take(b'{')?;
        cursor.space();
        let mut expected = 0;
        if cursor.peek() == Some(b'}') {
            cursor.at += 1;
        } else {
            loop {
                let column = self.key(&mut cursor, &mut expected)?;
                let cell = cursor.value()?;
                if let Some(column) = column {
                    seen.add(column);
                    self.cells[column] = cell;
                }
                cursor.space();
                match cursor.next()? {
                    b',' => cursor.space(),
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        let end = cursor.end()?;
        self.resolve(text)?;
        Some((end, seen))
    }

    /// Passes over a key and its colon, most often the one after the last.
    fn key(&mut self, cursor: &mut Cursor<'_>, expected: &mut usize) -> Option<Option<usize>> {
        let rest = cursor.text.get(cursor.at..)?;
        let ahead = self.order.get(*expected..)?;
        if let Some(skipped) = ahead.iter().take(LOOK_AHEAD).position(|key| rest.starts_with(&key.text)) {
            let key = &ahead[skipped];
            *expected += skipped + 1;
            cursor.at += key.text.len();
            return Some(key.column);
        }
        let start = cursor.at;
        cursor.take(b'"')?;
        let name = cursor.at;
        let body = string::body(cursor.text, name)?;
        if body.escaped {
            return None;
        }
        let column = columns::position(&cursor.text[name..body.end]);
        let nested = &cursor.text[name..body.end] == b"attributeMap";
        // Rows of a table of counts are few, and their columns have other names.
        if &cursor.text[name..body.end] == CountColumn::Count.name().as_bytes() {
            return None;
        }
        cursor.at = body.end + 1;
        cursor.space();
        cursor.take(b':')?;
        cursor.space();
        let text = &cursor.text[start..cursor.at];
        // A newline is space in a text of known bounds, but would end the line in which it is met again.
        if self.order.len() >= MOST_KEYS || nested || text.contains(&b'\n') {
            return Some(column);
        }
        self.order.insert(*expected, WrittenKey { text: text.into(), column });
        *expected += 1;
        Some(column)
    }

    /// Resolves the escapes of the columns that have any.
    fn resolve(&mut self, text: &[u8]) -> Option<()> {
        self.unescaped.clear();
        for (column, cell) in self.cells.iter_mut().enumerate() {
            if column == PAYLOAD {
                *cell = CellText::None;
            }
            let CellText::Escaped(start, end) = *cell else {
                continue;
            };
            let from = self.unescaped.len();
            string::unescape(std::str::from_utf8(&text[start as usize..end as usize]).ok()?, &mut self.unescaped)?;
            *cell = CellText::Unescaped(u32::try_from(from).ok()?, u32::try_from(self.unescaped.len()).ok()?);
        }
        Some(())
    }
}

/// A place in JSON text. Every step gives `None` where the text is not as simple as hoped.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether a newline ends the row; otherwise it is space.
    line: bool,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r')) || (!self.line && self.peek() == Some(b'\n')) {
            self.at += 1;
        }
    }

    /// Where the row's text ends; `None` where more follows.
    fn end(&mut self) -> Option<usize> {
        self.space();
        match self.peek() {
            None => Some(self.at),
            Some(b'\n') if self.line => Some(self.at),
            Some(_) => None,
        }
    }

    fn value(&mut self) -> Option<CellText> {
        let start = self.at;
        match self.peek()? {
            b'"' => {
                let body = string::body(self.text, start + 1)?;
                self.at = body.end + 1;
                let (start, end) = (start as u32 + 1, body.end as u32);
                return Some(if body.escaped { CellText::Escaped(start, end) } else { CellText::Plain(start, end) });
            }
            b'n' => {
                self.word(b"null")?;
                return Some(CellText::None);
            }
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => return None,
        }
        Some(CellText::Plain(start as u32, self.at as u32))
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests;
