//! Strings of a JSON text: where they end, what they spell.

use std::borrow::Cow;

/// Length of the string body that starts here, up to its closing quote.
pub(super) fn string_len(body: &[u8]) -> usize {
    let mut from = 0;
    while let Some(i) = memchr::memchr2(b'"', b'\\', &body[from..]) {
        if body[from + i] == b'"' {
            return from + i;
        }
        from = (from + i + 2).min(body.len());
    }
    body.len()
}

/// Whether a raw key spells this name.
pub(super) fn key_is(raw: &[u8], name: &str) -> bool {
    if memchr::memchr(b'\\', raw).is_none() { raw == name.as_bytes() } else { unescape(raw) == name }
}

/// A string body with its escapes resolved. Lone surrogates and invalid UTF-8 become U+FFFD.
pub(super) fn unescape(raw: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw).is_none() {
        // Several times as fast as looking for what would have to be replaced, and hardly any text has that.
        return std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed);
    }
    let text = String::from_utf8_lossy(raw);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(i) = rest.find('\\') {
        out.push_str(&rest[..i]);
        let (c, used) = escaped_char(&rest[i..]);
        out.push(c);
        rest = &rest[i + used..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that an escape sequence stands for, and the sequence's length.
fn escaped_char(text: &str) -> (char, usize) {
    let simple = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&c @ (b'"' | b'\\' | b'/')) => c as char,
        Some(b'u') => return escaped_unit(text),
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (simple, 2)
}

fn escaped_unit(text: &str) -> (char, usize) {
    let unit = |from: usize| text.get(from..from + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(high) = unit(2) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    if (0xd800..0xdc00).contains(&high)
        && text.get(6..8) == Some("\\u")
        && let Some(low @ 0xdc00..0xe000) = unit(8)
    {
        let c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}
