//! Numbers, and words without quotes.
//!
//! Owns: their spelling, the limit on digits, what the parser says of a byte that begins no value.
//! Refuses: texts and containers (tokens).

use super::tokens::{END, JsonTokens, LIMIT, PARSE, named};
use super::{JacksonResult, MOST_DIGITS};

const TOKENS: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const NON_NUMERIC: &str = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow";
/// Longest piece of an unknown word that is repeated in a message.
const MOST_WORD: usize = 256;

impl JsonTokens<'_> {
    /// A number, whose first byte was read.
    pub(super) fn number(&mut self, first: u8) -> JacksonResult<()> {
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
    fn fits(&self, start: usize, is_float: bool) -> JacksonResult<()> {
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

    fn some_digits(&mut self, otherwise: &str) -> JacksonResult<()> {
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

    fn odd_number(&mut self, byte: u8, why: &str) -> JacksonResult<()> {
        let offset = self.at - 1;
        let code = self.decoded(byte)?;
        self.fail(PARSE, format!("Unexpected character ({}) in numeric value: {why}", named(code)), offset)
    }

    /// `Infinity`, whose first letter was read.
    fn infinity(&mut self, start: usize, sign: &str) -> JacksonResult<()> {
        self.word("Infinity", 1)?;
        self.fail(PARSE, format!("Non-standard token '{sign}Infinity': {NON_NUMERIC}"), start)
    }

    /// `true`, `false` or `null`, whose first letter was read.
    pub(super) fn literal(&mut self, word: &str) -> JacksonResult<()> {
        self.word(word, 1)
    }

    /// The rest of a word, and nothing that could belong to a longer one.
    fn word(&mut self, word: &str, known: usize) -> JacksonResult<()> {
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
    fn unknown_word(&mut self, start: usize, begun: &str) -> JacksonResult<()> {
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
    pub(super) fn odd_value(&mut self, byte: u8) -> JacksonResult<()> {
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
}

/// Whether a byte could belong to a longer word.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}
