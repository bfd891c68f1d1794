//! Payload bytes as the pipeline's JSON parser takes them (Jackson 2.15.4).
//!
//! Owns: the exception it throws, in its words, where; encodings that it recognises; its limits on depth and length.
//! Refuses: building values: a text that it accepts is read by [`Document`], which stops where it does.
//!
//! It is laxer than JSON in places: text after the object is not read, surrogates may stand alone, in bytes or escaped.

mod encoding;
mod tokens;
mod values;

use tokens::JsonTokens;

use crate::pipeline::document::{Document, Kind};

pub use encoding::to_utf8;

/// Deepest nesting that the parser takes.
const MOST_DEPTH: usize = 1000;
/// Most characters of a number.
const MOST_DIGITS: usize = 1000;
/// Most characters of a text.
const MOST_TEXT: usize = 20_000_000;

/// Why the pipeline's parser refuses a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFailure {
    /// The exception's class as error rows have it.
    pub class: &'static str,
    /// The first line of its message; where the parser repeats the payload inside that line, up to there.
    pub message: String,
    /// Byte of the payload where reading failed; its length where it ends too early.
    pub offset: usize,
    /// Line and column as the message tells them, from 1; the column lies behind the character that was refused.
    pub line: usize,
    /// Counted in bytes.
    pub column: usize,
}

/// What the pipeline's parser makes of a payload: nothing to say, or its exception.
pub fn parse_verdict(payload: &[u8]) -> Result<(), JsonFailure> {
    let text = to_utf8(payload);
    let mut tokens = JsonTokens::new(&text);
    let failure = match read(&mut tokens) {
        Ok(true) => return Ok(()),
        Ok(false) => tokens.plain("java.io.IOException", "json value is not an object".to_owned()),
        Err(failure) => failure,
    };
    let unit = encoding::unit(payload);
    Err(JsonFailure { offset: if unit == 1 { failure.offset } else { encoding::offset(payload, &text, failure.offset) }, ..failure })
}

/// The same of a payload that was indexed: what is JSON to its end and within all limits needs no second look.
pub fn verdict_of(document: &Document) -> Result<(), JsonFailure> {
    if is_surely_read(document) { Ok(()) } else { parse_verdict(document.text()) }
}

/// Whether the parser takes the document for certain. It takes every object in JSON and UTF-8; `false` where it may still do so.
fn is_surely_read(document: &Document) -> bool {
    document.error().is_none()
        && !document.is_empty()
        && document.kind(0) == Kind::Object
        && document.nesting() <= MOST_DEPTH
        && !document.has_odd_number()
        && document.text().len() <= MOST_TEXT
        && std::str::from_utf8(document.text()).is_ok()
}

type JacksonResult<T> = Result<T, JsonFailure>;

/// Reads the root value; tells whether it is an object.
fn read(tokens: &mut JsonTokens<'_>) -> JacksonResult<bool> {
    let Some(first) = tokens.root()? else { return Ok(false) };
    let is_object = first == b'{';
    value(tokens, first)?;
    while let Some(&open) = tokens.open.last() {
        if open.is_object { member(tokens)? } else { element(tokens)? }
    }
    Ok(is_object)
}

/// A value whose first byte was read; a container is only opened.
fn value(tokens: &mut JsonTokens<'_>, first: u8) -> JacksonResult<()> {
    match first {
        b'{' | b'[' => tokens.open(first == b'{'),
        b'"' => tokens.string(),
        b'-' | b'0'..=b'9' => tokens.number(first),
        b't' => tokens.literal("true"),
        b'f' => tokens.literal("false"),
        b'n' => tokens.literal("null"),
        other => tokens.odd_value(other),
    }
}

/// The next member of the innermost object, or its end.
fn member(tokens: &mut JsonTokens<'_>) -> JacksonResult<()> {
    let Some(mut byte) = tokens.separator()? else { return Ok(()) };
    if byte == b',' {
        byte = tokens.after_comma()?;
    }
    tokens.name(byte)?;
    let first = tokens.colon()?;
    value(tokens, first)
}

/// The next element of the innermost array, or its end.
fn element(tokens: &mut JsonTokens<'_>) -> JacksonResult<()> {
    let Some(mut byte) = tokens.separator()? else { return Ok(()) };
    if byte == b',' {
        byte = tokens.after_comma()?;
    }
    value(tokens, byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(payload: &[u8]) -> Option<(&'static str, String, usize, usize)> {
        let failure = parse_verdict(payload).err()?;
        Some((failure.class.rsplit('.').next().unwrap(), failure.message, failure.offset, failure.column))
    }

    #[test]
    fn exceptions_are_jacksons() {
        for (text, class, message, offset, column) in [
            ("{a:1}", "JsonParseException", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", 1, 3),
            (
                "{\"a\":1,}",
                "JsonParseException",
                "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
                7,
                9,
            ),
            (
                "{\"a\" 1}",
                "JsonParseException",
                "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
                5,
                7,
            ),
            (
                "{\"a\":1 2}",
                "JsonParseException",
                "Unexpected character ('2' (code 50)): was expecting comma to separate Object entries",
                7,
                9,
            ),
            ("{\"a\":01}", "JsonParseException", "Invalid numeric value: Leading zeroes not allowed", 6, 7),
            (
                "{\"a\":NaN}",
                "JsonParseException",
                "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
                5,
                9,
            ),
            ("{\"big", "JsonEOFException", "Unexpected end-of-input in field name", 5, 6),
            ("{\"a\":\"x", "JsonEOFException", "Unexpected end-of-input in VALUE_STRING", 7, 8),
            ("{\"a\":", "JsonEOFException", "Unexpected end-of-input within/between Object entries", 5, 6),
            ("{\"a\":1,", "JsonParseException", "Unexpected end-of-input within/between Object entries", 7, 8),
            ("{\"a\":1", "JsonEOFException", "Unexpected end-of-input: expected close marker for Object", 6, 7),
            (" \t", "IOException", "json value is not an object", 0, 1),
            ("[1]", "IOException", "json value is not an object", 0, 1),
            ("{\"a\":1e400}", "NumberFormatException", "Infinite or NaN", 5, 11),
        ] {
            assert_eq!(told(text.as_bytes()), Some((class, message.to_owned(), offset, column)), "{text}");
        }
    }

    #[test]
    fn what_jackson_accepts() {
        let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        for text in [
            "{} trailing",
            "\u{feff}{}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":\"\\ud800\"}",
            &deep(1000),
            &format!("{{\"a\":{}}}", "9".repeat(1000)),
        ] {
            assert_eq!(told(text.as_bytes()), None, "{text:.60}");
        }
        assert_eq!(told(b"{\"a\":\"\xed\xa0\x80\"}"), None);
        let utf16: Vec<u8> = "{\"é\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(told(&utf16), None);
        assert_eq!(told(deep(1001).as_bytes()).unwrap().1, "Depth (1001) exceeds the maximum allowed nesting depth (1000)");
        let long = format!("{{\"a\":{}}}", "9".repeat(1500));
        assert_eq!(told(long.as_bytes()).unwrap().1, "Number length (1500) exceeds the maximum length (1000)");
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..40), text in "[\\[\\]{},:\"0-9a-eE.+ntruflse\\\\ -]{0,40}") {
            for payload in [bytes.as_slice(), text.as_bytes()] {
                if let Err(failure) = parse_verdict(payload) {
                    prop_assert!(failure.offset <= payload.len());
                }
            }
        }

        #[test]
        fn an_indexed_payload_is_judged_alike(
            text in "\\{\"a\":([\\[\\]{},:\"0-9a-eE.+ntruflse\\\\ \u{e9}\u{1}-]{0,12}|[0-9]{1,3}(\\.[0-9]{1,3})?([eE]-?[0-9]{1,4})?|true|null|\"[a-z]*\"|\\[*\\]*)\\}? ?[x}]?",
            digits in 295_usize..310,
            odd in prop::sample::select(vec![&b""[..], b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf"]),
        ) {
            let long = format!("{{\"a\":{}.5}}", "9".repeat(digits));
            for payload in [text.as_bytes().to_vec(), long.into_bytes(), [b"{\"a\":\"", odd, b"\"}"].concat(), [odd, b"{}"].concat()] {
                prop_assert_eq!(verdict_of(&Document::parse(payload.clone())), parse_verdict(&payload));
            }
        }

        #[test]
        fn objects_that_serde_reads_are_accepted(members in prop::collection::btree_map(".{0,6}", any::<i64>(), 0..6)) {
            prop_assert_eq!(told(&serde_json::to_vec(&members).unwrap()), None);
        }
    }
}
