//! The parser's tokens, one at a time.
//!
//! Owns: where it stands, what it says of a character that it does not expect.
//! Refuses: the order of tokens (its parent), numbers and words (values).

use super::{JacksonResult, JsonFailure, MOST_DEPTH, MOST_TEXT};
use crate::pipeline::document::plain_ascii_len;

pub(super) const PARSE: &str = "com.fasterxml.jackson.core.JsonParseException";
pub(super) const END: &str = "com.fasterxml.jackson.core.io.JsonEOFException";
pub(super) const LIMIT: &str = "com.fasterxml.jackson.core.exc.StreamConstraintsException";

/// A container that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenContainer {
    pub(super) is_object: bool,
    /// Whether something of it was read.
    begun: bool,
}

pub(super) struct JsonTokens<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    /// Line breaks between tokens so far, and where the last one ends.
    breaks: usize,
    line_start: usize,
    pub(super) open: Vec<OpenContainer>,
}

impl<'a> JsonTokens<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let at = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        JsonTokens { text, at, breaks: 0, line_start: 0, open: Vec::new() }
    }

    /// A failure that tells no place.
    pub(super) fn plain(&self, class: &'static str, message: String) -> JsonFailure {
        JsonFailure { class, message, offset: 0, line: 1, column: 1 }
    }

    /// A failure at a byte, told from where the parser stands.
    pub(super) fn fail<T>(&self, class: &'static str, message: String, offset: usize) -> JacksonResult<T> {
        let (line, column) = (self.breaks + 1, self.at - self.line_start + 1);
        Err(JsonFailure { class, message, offset, line, column })
    }

    pub(super) fn end<T>(&mut self, class: &'static str, what: &str) -> JacksonResult<T> {
        self.at = self.text.len();
        self.fail(class, format!("Unexpected end-of-input{what}"), self.at)
    }

    /// The container as messages call it.
    fn container(&self) -> &'static str {
        self.open.last().map_or("root", |open| if open.is_object { "Object" } else { "Array" })
    }

    /// The next byte that is no white space; `None` at the end.
    fn next(&mut self) -> JacksonResult<Option<u8>> {
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            match byte {
                b' ' | b'\t' => {}
                b'\r' if self.text.get(self.at) == Some(&b'\n') => {}
                b'\n' | b'\r' => {
                    self.breaks += 1;
                    self.line_start = self.at;
                }
                b'/' => {
                    let why =
                        "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)";
                    return self.unexpected(byte, why);
                }
                0..=0x1f => {
                    let why = "only regular white space (\\r, \\n, \\t) is allowed between tokens";
                    return self.fail(PARSE, format!("Illegal character ({}): {why}", named(u32::from(byte))), self.at - 1);
                }
                _ => return Ok(Some(byte)),
            }
        }
        Ok(None)
    }

    /// The root's first byte; `None` where there is nothing.
    pub(super) fn root(&mut self) -> JacksonResult<Option<u8>> {
        self.next()
    }

    pub(super) fn open(&mut self, is_object: bool) -> JacksonResult<()> {
        self.open.push(OpenContainer { is_object, begun: false });
        if self.open.len() > MOST_DEPTH {
            let message = format!("Depth ({}) exceeds the maximum allowed nesting depth ({MOST_DEPTH})", self.open.len());
            return self.fail(LIMIT, message, self.at - 1);
        }
        Ok(())
    }

    /// What stands between two entries: a comma, the first entry's first byte, or the end of the container, which is closed then.
    pub(super) fn separator(&mut self) -> JacksonResult<Option<u8>> {
        let kind = self.container();
        let Some(byte) = self.next()? else { return self.end(END, &format!(": expected close marker for {kind}")) };
        let Some(open) = self.open.last_mut() else { return Ok(None) };
        let (closer, begun) = (if open.is_object { b'}' } else { b']' }, open.begun);
        open.begun = true;
        match byte {
            b'}' | b']' if byte == closer => {
                self.open.pop();
                Ok(None)
            }
            b'}' | b']' => {
                let message =
                    format!("Unexpected close marker '{}': expected '{}' (for {kind} starting at", char::from(byte), char::from(closer));
                self.fail(PARSE, message, self.at - 1)
            }
            b',' if begun => Ok(Some(byte)),
            _ if begun => self.unexpected(byte, &format!("was expecting comma to separate {kind} entries")),
            _ if byte == b',' && closer == b'}' => self.unexpected(byte, "was expecting double-quote to start field name"),
            b',' => self.unexpected(byte, "expected a value"),
            _ => Ok(Some(byte)),
        }
    }

    /// The first byte after a comma.
    pub(super) fn after_comma(&mut self) -> JacksonResult<u8> {
        match self.next()? {
            Some(byte) => Ok(byte),
            // Unlike everywhere else, the end is no exception of its own here.
            None => self.end(PARSE, &format!(" within/between {} entries", self.container())),
        }
    }

    /// A member's name, whose first byte was read.
    pub(super) fn name(&mut self, first: u8) -> JacksonResult<()> {
        if first != b'"' {
            return self.unexpected(first, "was expecting double-quote to start field name");
        }
        if self.at >= self.text.len() {
            return self.end(END, ": was expecting closing '\"' for name");
        }
        self.quoted(" in field name", "name")
    }

    /// The colon after a name; gives the first byte of the value.
    pub(super) fn colon(&mut self) -> JacksonResult<u8> {
        for expected in [Some(b':'), None] {
            let Some(byte) = self.next()? else { return self.end(END, &format!(" within/between {} entries", self.container())) };
            match expected {
                Some(colon) if byte != colon => return self.unexpected(byte, "was expecting a colon to separate field name and value"),
                Some(_) => {}
                None => return Ok(byte),
            }
        }
        Ok(b' ')
    }

    /// A text value, whose quote was read.
    pub(super) fn string(&mut self) -> JacksonResult<()> {
        self.quoted(" in VALUE_STRING", "string value")
    }

    fn quoted(&mut self, at_end: &str, what: &str) -> JacksonResult<()> {
        let start = self.at;
        loop {
            self.at += plain_ascii_len(self.text.get(self.at..).unwrap_or_default());
            let Some(&byte) = self.text.get(self.at) else { return self.end(END, at_end) };
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => self.escape()?,
                0..=0x1f => {
                    let why = format!("has to be escaped using backslash to be included in {what}");
                    return self.fail(PARSE, format!("Illegal unquoted character ({}): {why}", named(u32::from(byte))), self.at - 1);
                }
                0x20..=0x7f => {}
                _ => self.character(byte, at_end)?,
            }
        }
        let length = self.at - 1 - start;
        if length > MOST_TEXT {
            let message = format!("String value length ({length}) exceeds the maximum allowed ({MOST_TEXT})");
            return self.fail(LIMIT, message, start);
        }
        Ok(())
    }

    fn escape(&mut self) -> JacksonResult<()> {
        let sequence = " in character escape sequence";
        let Some(&byte) = self.text.get(self.at) else { return self.end(END, sequence) };
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => {
                for _ in 0..4 {
                    let Some(&digit) = self.text.get(self.at) else { return self.end(END, sequence) };
                    self.at += 1;
                    if !digit.is_ascii_hexdigit() {
                        return self.unexpected(digit, "expected a hex-digit for character escape sequence");
                    }
                }
                Ok(())
            }
            _ => {
                let offset = self.at - 1;
                let code = self.decoded(byte)?;
                self.fail(PARSE, format!("Unrecognized character escape {}", named(code)), offset)
            }
        }
    }

    /// The rest of a character of several bytes.
    fn character(&mut self, first: u8, at_end: &str) -> JacksonResult<()> {
        let more = match first {
            0xc0..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf7 => 3,
            _ => return self.fail(PARSE, format!("Invalid UTF-8 start byte 0x{first:x}"), self.at - 1),
        };
        for _ in 0..more {
            let Some(&byte) = self.text.get(self.at) else { return self.end(END, at_end) };
            self.at += 1;
            if byte & 0xc0 != 0x80 {
                return self.fail(PARSE, format!("Invalid UTF-8 middle byte 0x{byte:x}"), self.at - 1);
            }
        }
        Ok(())
    }

    pub(super) fn unexpected<T>(&mut self, byte: u8, why: &str) -> JacksonResult<T> {
        let offset = self.at - 1;
        let code = self.decoded(byte)?;
        self.fail(PARSE, format!("Unexpected character ({}): {why}", named(code)), offset)
    }

    /// The character that begins with a byte just read, the rest of it read as well.
    pub(super) fn decoded(&mut self, first: u8) -> JacksonResult<u32> {
        if first.is_ascii() {
            return Ok(u32::from(first));
        }
        let start = self.at;
        self.character(first, " in a character")?;
        let lead = match first {
            0xc0..=0xdf => first & 0x1f,
            0xe0..=0xef => first & 0x0f,
            _ => first & 0x07,
        };
        Ok(self.text[start..self.at].iter().fold(u32::from(lead), |code, byte| code << 6 | u32::from(byte & 0x3f)))
    }
}

/// A character as messages name it.
pub(super) fn named(code: u32) -> String {
    if code < 0x20 || (0x7f..=0x9f).contains(&code) {
        return format!("(CTRL-CHAR, code {code})");
    }
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    if code > 255 { format!("'{c}' (code {code} / 0x{code:x})") } else { format!("'{c}' (code {code})") }
}
