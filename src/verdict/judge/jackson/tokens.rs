//! The parser's tokens, one at a time.
//!
//! Owns: where it stands, what it says of a character that it does not expect.
//! Refuses: the order of tokens (its parent).

use super::{JsonFailure, MOST_DEPTH, MOST_DIGITS, MOST_TEXT, Outcome};

const PARSE: &str = "com.fasterxml.jackson.core.JsonParseException";
const END: &str = "com.fasterxml.jackson.core.io.JsonEOFException";
const LIMIT: &str = "com.fasterxml.jackson.core.exc.StreamConstraintsException";
const TOKENS: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const NON_NUMERIC: &str = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow";
/// Longest piece of an unknown word that is repeated in a message.
const MOST_WORD: usize = 256;

/// A container that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) is_object: bool,
    /// Whether something of it was read.
    begun: bool,
}

pub(super) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    /// Line breaks between tokens so far, and where the last one ends.
    breaks: usize,
    line_start: usize,
    pub(super) open: Vec<Open>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let at = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Tokens { text, at, breaks: 0, line_start: 0, open: Vec::new() }
    }

    /// A failure that tells no place.
    pub(super) fn plain(&self, class: &'static str, message: String) -> JsonFailure {
        JsonFailure { class, message, offset: 0, line: 1, column: 1 }
    }

    /// A failure at a byte, told from where the parser stands.
    fn fail<T>(&self, class: &'static str, message: String, offset: usize) -> Outcome<T> {
        let (line, column) = (self.breaks + 1, self.at - self.line_start + 1);
        Err(JsonFailure { class, message, offset, line, column })
    }

    fn end<T>(&mut self, class: &'static str, what: &str) -> Outcome<T> {
        self.at = self.text.len();
        self.fail(class, format!("Unexpected end-of-input{what}"), self.at)
    }

    /// The container as messages call it.
    fn container(&self) -> &'static str {
        self.open.last().map_or("root", |open| if open.is_object { "Object" } else { "Array" })
    }

    /// The next byte that is no white space; `None` at the end.
    fn next(&mut self) -> Outcome<Option<u8>> {
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
    pub(super) fn root(&mut self) -> Outcome<Option<u8>> {
        self.next()
    }

    pub(super) fn open(&mut self, is_object: bool) -> Outcome<()> {
        self.open.push(Open { is_object, begun: false });
        if self.open.len() > MOST_DEPTH {
            let message = format!("Depth ({}) exceeds the maximum allowed nesting depth ({MOST_DEPTH})", self.open.len());
            return self.fail(LIMIT, message, self.at - 1);
        }
        Ok(())
    }

    /// What stands between two entries: a comma, the first entry's first byte, or the end of the container, which is closed then.
    pub(super) fn separator(&mut self) -> Outcome<Option<u8>> {
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
    pub(super) fn after_comma(&mut self) -> Outcome<u8> {
        match self.next()? {
            Some(byte) => Ok(byte),
            // Unlike everywhere else, the end is no exception of its own here.
            None => self.end(PARSE, &format!(" within/between {} entries", self.container())),
        }
    }

    /// A member's name, whose first byte was read.
    pub(super) fn name(&mut self, first: u8) -> Outcome<()> {
        if first != b'"' {
            return self.unexpected(first, "was expecting double-quote to start field name");
        }
        if self.at >= self.text.len() {
            return self.end(END, ": was expecting closing '\"' for name");
        }
        self.quoted(" in field name", "name")
    }

    /// The colon after a name; gives the first byte of the value.
    pub(super) fn colon(&mut self) -> Outcome<u8> {
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
    pub(super) fn string(&mut self) -> Outcome<()> {
        self.quoted(" in VALUE_STRING", "string value")
    }

    fn quoted(&mut self, at_end: &str, what: &str) -> Outcome<()> {
        let start = self.at;
        loop {
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

    fn escape(&mut self) -> Outcome<()> {
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
    fn character(&mut self, first: u8, at_end: &str) -> Outcome<()> {
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

    /// A number, whose first byte was read.
    pub(super) fn number(&mut self, first: u8) -> Outcome<()> {
        let start = self.at - 1;
        let mut digit = Some(first);
        if first == b'-' {
            digit = self.text.get(self.at).copied();
            self.at += usize::from(digit.is_some());
            match digit {
                Some(b'0'..=b'9') => {}
                Some(b'I') => return self.infinity(start, "-"),
                Some(other) => return self.odd_number(other, "expected digit (0-9) to follow minus sign, for valid numeric value"),
                None => return self.end(END, " in VALUE_NUMBER_INT"),
            }
        }
        if digit == Some(b'0') && matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            return self.fail(PARSE, "Invalid numeric value: Leading zeroes not allowed".to_owned(), self.at);
        }
        self.digits();
        let mut is_float = false;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits("Decimal point not followed by a digit")?;
            is_float = true;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            self.some_digits("Exponent indicator not followed by a digit")?;
            is_float = true;
        }
        self.fits(start, is_float)
    }

    /// Whether the number that was just read is within the limits.
    fn fits(&self, start: usize, is_float: bool) -> Outcome<()> {
        let raw = &self.text[start..self.at];
        let length = raw.len() - usize::from(raw[0] == b'-');
        if length > MOST_DIGITS {
            return self.fail(LIMIT, format!("Number length ({length}) exceeds the maximum length ({MOST_DIGITS})"), start);
        }
        let infinite = || std::str::from_utf8(raw).is_ok_and(|text| text.parse::<f64>().is_ok_and(f64::is_infinite));
        if is_float && infinite() {
            return self.fail("java.lang.NumberFormatException", "Infinite or NaN".to_owned(), start);
        }
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self, otherwise: &str) -> Outcome<()> {
        match self.text.get(self.at) {
            Some(b'0'..=b'9') => {
                self.digits();
                Ok(())
            }
            Some(&other) => {
                self.at += 1;
                self.odd_number(other, otherwise)
            }
            None => self.end(END, " in VALUE_NUMBER_FLOAT"),
        }
    }

    fn odd_number(&mut self, byte: u8, why: &str) -> Outcome<()> {
        let offset = self.at - 1;
        let code = self.decoded(byte)?;
        self.fail(PARSE, format!("Unexpected character ({}) in numeric value: {why}", named(code)), offset)
    }

    /// `Infinity`, whose first letter was read.
    fn infinity(&mut self, start: usize, sign: &str) -> Outcome<()> {
        self.word("Infinity", 1)?;
        self.fail(PARSE, format!("Non-standard token '{sign}Infinity': {NON_NUMERIC}"), start)
    }

    /// `true`, `false` or `null`, whose first letter was read.
    pub(super) fn literal(&mut self, word: &str) -> Outcome<()> {
        self.word(word, 1)
    }

    /// The rest of a word, and nothing that could belong to a longer one.
    fn word(&mut self, word: &str, known: usize) -> Outcome<()> {
        let start = self.at - known;
        for (i, expected) in word.bytes().enumerate().skip(known) {
            if self.text.get(self.at) != Some(&expected) {
                return self.unknown_word(start, &word[..i]);
            }
            self.at += 1;
        }
        match self.text.get(self.at) {
            Some(&byte) if is_word(byte) => self.unknown_word(start, word),
            _ => Ok(()),
        }
    }

    /// A word that means nothing; the parser reads it to its end and one further.
    fn unknown_word(&mut self, start: usize, begun: &str) -> Outcome<()> {
        let mut word = begun.to_owned();
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            let code = self.decoded(byte)?;
            let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            if !(c.is_alphanumeric() || c == '_' || c == '$') {
                break;
            }
            word.push(c);
            if word.len() >= MOST_WORD {
                word.push_str("...");
                break;
            }
        }
        self.fail(PARSE, format!("Unrecognized token '{word}': was expecting {TOKENS}"), start)
    }

    /// A byte that begins no value.
    pub(super) fn odd_value(&mut self, byte: u8) -> Outcome<()> {
        let start = self.at - 1;
        let in_array = self.open.last().is_some_and(|open| !open.is_object);
        match byte {
            b',' | b'}' => self.unexpected(byte, "expected a value"),
            b']' if in_array => self.unexpected(byte, "expected a value"),
            b'N' => {
                self.word("NaN", 1)?;
                self.fail(PARSE, format!("Non-standard token 'NaN': {NON_NUMERIC}"), start)
            }
            b'I' => self.infinity(start, ""),
            b'+' => {
                self.at += usize::from(self.at < self.text.len());
                let why = "JSON spec does not allow numbers to have plus signs: \
                           enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow";
                self.fail(PARSE, format!("Unexpected character ('+' (code 43)) in numeric value: {why}"), start)
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.unknown_word(start, &char::from(byte).to_string()),
            _ => self.unexpected(byte, &format!("expected a valid value {TOKENS}")),
        }
    }

    fn unexpected<T>(&mut self, byte: u8, why: &str) -> Outcome<T> {
        let offset = self.at - 1;
        let code = self.decoded(byte)?;
        self.fail(PARSE, format!("Unexpected character ({}): {why}", named(code)), offset)
    }

    /// The character that begins with a byte just read, the rest of it read as well.
    fn decoded(&mut self, first: u8) -> Outcome<u32> {
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

/// Whether a byte could belong to a longer word.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// A character as messages name it.
fn named(code: u32) -> String {
    if code < 0x20 || (0x7f..=0x9f).contains(&code) {
        return format!("(CTRL-CHAR, code {code})");
    }
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    if code > 255 { format!("'{c}' (code {code} / 0x{code:x})") } else { format!("'{c}' (code {code})") }
}
