//! Strings of a JSON text: where they end, what they spell.
//!
//! Also owns: values as they may stand on one line of a screen; nothing here touches more of a value than it shows.

use std::borrow::Cow;

use super::{Document, Kind, NodeId};
use crate::ground::text;

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

/// Number of bytes before the first that is a quote, a backslash or a control character: those that a string holds as they are.
pub(super) fn plain_len(body: &[u8]) -> usize {
    run_len::<false>(body)
}

/// The same where a byte of a character that is not ASCII ends it too.
pub(crate) fn plain_ascii_len(body: &[u8]) -> usize {
    run_len::<true>(body)
}

fn run_len<const ASCII: bool>(body: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    // Eight bytes at a time. A byte of `word - n` borrows into its highest bit where the byte was less than n; a borrow from the byte below can
    // show one too many, but only above the first one that counts.
    let less = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGHS;
    let (words, rest) = body.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = less(word, 0x20) | less(word ^ (ONES * u64::from(b'"')), 1) | less(word ^ (ONES * u64::from(b'\\')), 1);
        let found = if ASCII { found | (word & HIGHS) } else { found };
        if found != 0 {
            return i * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |&&byte: &&u8| byte >= 0x20 && !matches!(byte, b'"' | b'\\') && !(ASCII && byte >= 0x80);
    body.len() - rest.len() + rest.iter().take_while(is_plain).count()
}

/// Whether a raw key spells this name.
pub(super) fn key_is(raw: &[u8], name: &str) -> bool {
    if memchr::memchr(b'\\', raw).is_none() { raw == name.as_bytes() } else { unescape(raw) == name }
}

/// A string body with its escapes resolved. Lone surrogates and invalid UTF-8 become U+FFFD.
pub(super) fn unescape(raw: &[u8]) -> Cow<'_, str> {
    // Several times as fast as looking for what would have to be replaced, and hardly any text has that.
    match std::str::from_utf8(raw) {
        Ok(text) => unescape_text(text),
        Err(_) => Cow::Owned(unescape_text(&String::from_utf8_lossy(raw)).into_owned()),
    }
}

/// The same of a body that is known to be UTF-8.
pub(super) fn unescape_text(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
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

impl Document {
    /// A scalar as it is written, strings with their quotes and escapes; `{…}`, `[…]`, `{}` or `[]` for a container. Safe for a terminal, cut
    /// to `max_chars` characters with an ellipsis behind.
    pub fn display_value(&self, id: NodeId, max_chars: usize) -> Cow<'_, str> {
        match (self.kind(id), self.count(id)) {
            (Kind::Object, 0) => Cow::Borrowed("{}"),
            (Kind::Object, _) => Cow::Borrowed("{…}"),
            (Kind::Array, 0) => Cow::Borrowed("[]"),
            (Kind::Array, _) => Cow::Borrowed("[…]"),
            _ => shown(self.raw(id), max_chars),
        }
    }
}

/// Bytes as safe text of at most so many characters. Looks at no more of them than can be shown.
fn shown(raw: &[u8], max_chars: usize) -> Cow<'_, str> {
    let kept = text::cut_bytes(raw, max_chars.saturating_mul(4));
    let cut = kept.len() < raw.len();
    let text = text::visible_bytes(kept);
    match text.char_indices().nth(max_chars) {
        None if !cut => text,
        // Where escapes were made visible, the text has become longer than it was.
        found => {
            let kept = found.map_or(&*text, |(at, _)| &text[..at]);
            Cow::Owned(format!("{kept}…"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_bytes_end_where_a_byte_is_not(body: Vec<u8>, plain in "[ -!#-\\[\\]-~\u{7f}-\u{7ff}]{0,40}", mark in prop::sample::select(vec!["", "\"", "\\", "\u{1f}", "\u{0}"])) {
            let special = |&byte: &u8| byte < 0x20 || matches!(byte, b'"' | b'\\');
            for text in [body.clone(), [plain.as_bytes(), mark.as_bytes(), &body].concat()] {
                prop_assert_eq!(plain_len(&text), text.iter().position(special).unwrap_or(text.len()));
            }
        }
    }

    fn document() -> Document {
        Document::parse("{\"Alpha\": [1, \"two\\n\u{202e}\"], \"beta\": {\"gamma\": \"ALPHA\", \"d\": null}}".as_bytes())
    }

    #[test]
    fn what_is_shown_is_safe_and_short() {
        let doc = document();
        assert_eq!(doc.display_value(3, 40), "\"two\\n\\u{202e}\"");
        assert_eq!(doc.display_value(3, 4), "\"two…");
        assert_eq!((doc.display_value(0, 9), doc.display_value(2, 9)), (Cow::Borrowed("{…}"), Cow::Borrowed("1")));
        let long = Document::parse(format!("\"{}\"", "日".repeat(1_000_000)).into_bytes());
        assert_eq!(long.display_value(0, 3), "\"日日…");
    }
}
