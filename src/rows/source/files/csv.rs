//! CSV with a header, read as lines of JSON: each field a member of its column's name.
//!
//! Owns: quotes, line breaks inside of them, rows that are longer or shorter than the header. Refuses: what a column means, numbers: all is text.

use std::io::{self, Read};

use super::block::LONGEST;
use super::stream::ByteReader;

/// Bytes that are read at a time.
const PIECE: usize = 64 << 10;

/// A reader of the JSON that stands for the CSV behind it.
pub(super) struct CsvReader {
    inner: ByteReader,
    divider: u8,
    header: Vec<String>,
    /// The fields of the row so far, and whether each was in quotes.
    fields: Vec<(Vec<u8>, bool)>,
    field: Vec<u8>,
    state: State,
    was_quoted: bool,
    /// Bytes of the row so far.
    length: usize,
    is_begun: bool,
    out: Vec<u8>,
    given: usize,
    is_done: bool,
    error: Option<io::Error>,
}

/// Where in a field the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Quoted,
    /// Behind a quote that ends the field or is the first of two.
    Closed,
}

impl CsvReader {
    /// The text itself, or what stands for it where it is CSV.
    pub(super) fn around(text: ByteReader, divider: Option<u8>) -> ByteReader {
        let Some(divider) = divider else { return text };
        Box::new(CsvReader {
            inner: text,
            divider,
            header: Vec::new(),
            fields: Vec::new(),
            field: Vec::new(),
            state: State::Plain,
            was_quoted: false,
            length: 0,
            is_begun: false,
            out: Vec::new(),
            given: 0,
            is_done: false,
            error: None,
        })
    }

    fn byte(&mut self, byte: u8) {
        self.length += 1;
        match (self.state, byte) {
            (State::Plain, b'"') if self.field.iter().all(u8::is_ascii_whitespace) && !self.was_quoted => {
                self.field.clear();
                (self.state, self.was_quoted) = (State::Quoted, true);
            }
            (State::Quoted, b'"') => self.state = State::Closed,
            (State::Closed, b'"') => {
                self.push(b'"');
                self.state = State::Quoted;
            }
            (State::Quoted, byte) => self.push(byte),
            (_, byte) if byte == self.divider => self.end_field(),
            (_, b'\n') => self.end_row(),
            (_, byte) => {
                self.state = State::Plain;
                self.push(byte);
            }
        }
    }

    /// What is longer than a row may be is not held: it is told by its length.
    fn push(&mut self, byte: u8) {
        if self.length <= LONGEST + PIECE {
            self.field.push(byte);
        }
    }

    fn end_field(&mut self) {
        let mut field = std::mem::take(&mut self.field);
        if field.last() == Some(&b'\r') && self.state != State::Quoted {
            field.pop();
        }
        self.fields.push((field, self.was_quoted));
        (self.state, self.was_quoted) = (State::Plain, false);
    }

    fn end_row(&mut self) {
        self.end_field();
        self.length = 0;
        let fields = std::mem::take(&mut self.fields);
        let is_blank = fields.len() == 1 && fields.iter().all(|(field, quoted)| field.is_empty() && !quoted);
        if self.header.is_empty() {
            let name = |(field, _): &(Vec<u8>, bool)| String::from_utf8_lossy(field).trim().trim_start_matches('\u{feff}').to_owned();
            self.header = if is_blank { Vec::new() } else { fields.iter().map(name).collect() };
            return;
        }
        if is_blank {
            // A line that holds nothing is one all the same: rows are numbered by lines.
            self.out.push(b'\n');
            return;
        }
        let mut members = Vec::with_capacity(fields.len().max(self.header.len()));
        for (at, (field, quoted)) in fields.iter().enumerate() {
            let name = self.header.get(at).cloned().unwrap_or_else(|| format!("column {}", at + 1));
            let value = String::from_utf8_lossy(field);
            let value =
                if value.is_empty() && !quoted { "null".to_owned() } else { serde_json::Value::String(value.into_owned()).to_string() };
            members.push(format!("{}:{value}", serde_json::Value::String(name)));
        }
        self.out.extend_from_slice(format!("{{{}}}\n", members.join(",")).as_bytes());
    }

    fn fill(&mut self) {
        let mut piece = vec![0; PIECE];
        match self.inner.read(&mut piece) {
            Ok(0) => {
                if self.length > 0 {
                    self.end_row();
                }
                self.is_done = true;
            }
            Ok(n) => {
                let skipped = if !self.is_begun && piece.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
                self.is_begun = true;
                piece[skipped.min(n)..n].iter().for_each(|&byte| self.byte(byte));
            }
            Err(error) => self.error = Some(error),
        }
    }
}

impl Read for CsvReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() {
            if let Some(error) = self.error.take() {
                self.is_done |= error.kind() != io::ErrorKind::Interrupted;
                return Err(error);
            }
            if self.is_done {
                return Ok(0);
            }
            self.out.clear();
            self.given = 0;
            self.fill();
        }
        let n = into.len().min(self.out.len() - self.given);
        into[..n].copy_from_slice(&self.out[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut out = String::new();
        CsvReader::around(Box::new(io::Cursor::new(text.as_bytes().to_vec())), Some(b',')).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn rows_are_objects() {
        assert_eq!(read("a,b\n1,x\n"), "{\"a\":\"1\",\"b\":\"x\"}\n");
        assert_eq!(read("a,b\r\n\"x, \"\"y\"\"\",\r\n"), "{\"a\":\"x, \\\"y\\\"\",\"b\":null}\n");
        assert_eq!(read("a,b\n\"two\nlines\",\"\""), "{\"a\":\"two\\nlines\",\"b\":\"\"}\n");
        assert_eq!(read("\u{feff}a,b\n1\n\n1,2,3\n"), "{\"a\":\"1\"}\n\n{\"a\":\"1\",\"b\":\"2\",\"column 3\":\"3\"}\n");
        assert_eq!((read("a,b\n"), read("")), (String::new(), String::new()));
    }
}
