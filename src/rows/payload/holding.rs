//! Which payloads hold a text, or a value at a place.
//!
//! Owns: what is looked for and its two spellings, looking into what is no JSON, the count of what could not be looked into, in words.
//! Refuses: which rows are looked at (source).

use std::borrow::Cow;

use memchr::memmem;

use super::{Payload, PayloadForm, decode};
use crate::ground::text::{count, plural, visible};
use crate::pipeline::document::{Document, unescape_pointer};

/// JSON in a string of a JSON text is escaped twice; nobody escapes more often.
const MOST_ESCAPED: usize = 2;

/// What a payload is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadQuery {
    /// This text somewhere, as it is spelled or with the escapes of JSON.
    Text(String),
    /// A value at a JSON pointer, and where one is given, this one.
    Place {
        /// As it was typed.
        pointer: String,
        /// A string as it reads, or any value as JSON.
        value: Option<String>,
    },
}

/// What came of looking into one payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It holds it.
    Yes,
    /// It does not.
    No,
    /// It is not known: there is no payload, or not all of it could be unpacked or read.
    Unknown,
}

/// Payloads looked into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeldCount {
    /// All of them.
    pub rows: u64,
    /// Those that hold it.
    pub held: u64,
    /// Those of which it is not known.
    pub unknown: u64,
}

impl PayloadQuery {
    /// Reads `TEXT` or `/POINTER` or `/POINTER=VALUE`; says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("what payloads are to hold is a text, or a JSON pointer like /metrics/string".to_owned());
        }
        if !text.starts_with('/') {
            return Ok(PayloadQuery::Text(text.to_owned()));
        }
        let (pointer, value) = text.split_once('=').map_or((text, None), |(pointer, value)| (pointer, Some(value.to_owned())));
        Ok(PayloadQuery::Place { pointer: pointer.to_owned(), value })
    }

    /// Looks into a payload.
    pub fn look(&self, payload: Payload) -> Holds {
        let decoded = decode(payload);
        let is_whole = decoded.is_whole && decoded.form != PayloadForm::Absent;
        let is_held = match self {
            PayloadQuery::Text(text) => Some(holds(&decoded.text, text)),
            PayloadQuery::Place { pointer, value } => {
                let document = Document::parse(decoded.text);
                let is_held = document.find(&unescape_pointer(pointer)).is_ok_and(|node| {
                    value.as_deref().is_none_or(|value| {
                        let string = document.string(node);
                        string.as_deref() == Some(value) || is_same(document.raw(node), value)
                    })
                });
                // What follows a mistake was not read.
                (is_held || document.error().is_none()).then_some(is_held)
            }
        };
        match is_held {
            Some(true) => Holds::Yes,
            Some(false) if is_whole => Holds::No,
            _ => Holds::Unknown,
        }
    }

    /// As it was typed. Safe for a terminal.
    pub fn told(&self) -> String {
        match self {
            PayloadQuery::Text(text) => format!("\"{}\"", visible(text)),
            PayloadQuery::Place { pointer, value: None } => visible(pointer).into_owned(),
            PayloadQuery::Place { pointer, value: Some(value) } => format!("{} = {}", visible(pointer), visible(value)),
        }
    }
}

impl HeldCount {
    /// Counts one more.
    pub fn add(&mut self, held: Holds) {
        self.rows += 1;
        self.held += u64::from(held == Holds::Yes);
        self.unknown += u64::from(held == Holds::Unknown);
    }

    /// `2 of 6 payloads hold "x"; 1 could not be read to its end, and may hold it`
    pub fn told(&self, query: &PayloadQuery) -> String {
        let hold = if self.held == 1 { "holds" } else { "hold" };
        let told = format!("{} of {} {hold} {}", count(self.held), plural(self.rows, "payload", "payloads"), query.told());
        match self.unknown {
            0 => told,
            1 => format!("{told}; 1 more is missing or could not be read to its end, and may hold it"),
            many => format!("{told}; {} more are missing or could not be read to their ends, and may hold it", count(many)),
        }
    }
}

/// Whether a text stands in another, as it is spelled or as it is meant by the escapes of JSON, whether that is JSON or not.
fn holds(text: &[u8], wanted: &str) -> bool {
    let finder = memmem::Finder::new(wanted);
    let mut text = Cow::Borrowed(text);
    for _ in 0..=MOST_ESCAPED {
        if finder.find(&text).is_some() {
            return true;
        }
        if memchr::memchr(b'\\', &text).is_none() {
            return false;
        }
        text = Cow::Owned(unescaped(&text));
    }
    false
}

/// A text without the escapes of JSON; what is no escape stays.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (meant, length) = escape(rest);
        match meant {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend_from_slice(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out.extend_from_slice(rest);
    out
}

/// What an escape at the beginning of a text means, and how long it is.
fn escape(text: &[u8]) -> (Option<char>, usize) {
    let unit = |text: &[u8]| {
        let digits = text.strip_prefix(b"\\u")?.get(..4)?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let plain = match text.get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&c @ (b'"' | b'\\' | b'/')) => char::from(c),
        Some(b'u') => {
            let Some(first) = unit(text) else { return (None, 1) };
            let second = text.get(6..).and_then(unit);
            return match (char::from_u32(u32::from(first)), second) {
                (Some(c), _) => (Some(c), 6),
                (None, Some(second)) => {
                    let pair = char::decode_utf16([first, second]).next().and_then(Result::ok);
                    if pair.is_some() { (pair, 12) } else { (None, 6) }
                }
                (None, None) => (None, 6),
            };
        }
        _ => return (None, 1),
    };
    (Some(plain), 2)
}

/// Whether two JSON texts are the same value.
fn is_same(raw: &[u8], value: &str) -> bool {
    let read = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok();
    raw == value.as_bytes() || read(raw).zip(read(value.as_bytes())).is_some_and(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(query: &str, payload: &str) -> Holds {
        PayloadQuery::parse(query).unwrap().look(Payload::Bytes(payload.into()))
    }

    #[test]
    fn a_text_is_found_however_it_is_spelled() {
        assert_eq!(look("crash.java", r#"{"a":{"crash.java":1}}"#), Holds::Yes);
        assert_eq!(look("crash.java", r#"{"a":{"crash.jav"#), Holds::No);
        assert_eq!(look("crash.java", r#"{"a":{"crash.java":"#), Holds::Yes, "no JSON at all");
        assert_eq!(look("café \"x\"", r#"{"a":"caf\u00e9 \"x\""}"#), Holds::Yes);
        assert_eq!(look("a\"b", r#"{"in":"{\"x\":\"a\\\"b\"}"}"#), Holds::Yes, "JSON in a string");
        assert_eq!(look("😀", r#"["\ud83d\ude00"]"#), Holds::Yes);
        assert_eq!(look("x", r#"["\ud83d\q\u12"#), Holds::No, "what is no escape harms nothing");
    }

    #[test]
    fn a_place_is_found_and_its_value_compared() {
        let payload = r#"{"a/b":{"n":1.0,"s":"x=y","t":[true]}}"#;
        for (query, held) in [
            ("/a~1b/n", Holds::Yes),
            ("/a~1b/n=1.0", Holds::Yes),
            ("/a~1b/s=x=y", Holds::Yes),
            ("/a~1b/t=[ true ]", Holds::Yes),
            ("/a~1b/s=x", Holds::No),
            ("/a~1b/none", Holds::No),
        ] {
            assert_eq!(look(query, payload), held, "{query}");
        }
        assert_eq!(look("/b", r#"{"a":1,"#), Holds::Unknown, "what was not read may hold it");
    }

    #[test]
    fn what_cannot_be_unpacked_is_not_clean() {
        let query = PayloadQuery::parse("x").unwrap();
        assert_eq!(query.look(Payload::Absent), Holds::Unknown);
        assert_eq!(query.look(Payload::Bytes(vec![0x1f, 0x8b, 9])), Holds::Unknown);
        assert_eq!(query.look(Payload::NotBase64("%x%".into())), Holds::Yes);
        let mut count = HeldCount::default();
        [Holds::Yes, Holds::No, Holds::Unknown].into_iter().for_each(|held| count.add(held));
        assert_eq!(count.told(&query), "1 of 3 payloads holds \"x\"; 1 more is missing or could not be read to its end, and may hold it");
    }
}
