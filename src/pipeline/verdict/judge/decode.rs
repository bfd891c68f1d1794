//! Texts as the pipeline's parser reads them.
//!
//! Owns: surrogates that are written out in bytes, each of which is one character to Java.
//! Refuses: everything that a document already reads right.

use std::borrow::Cow;

use crate::pipeline::document::{Document, Kind, NodeId};

/// A text value; empty where the value is none.
pub(super) fn text(document: &Document, node: NodeId) -> Cow<'_, str> {
    match document.clean_string(node) {
        Some(text) => text,
        None if document.kind(node) != Kind::String && std::str::from_utf8(document.raw(node)).is_ok() => Cow::Borrowed(""),
        None => mended(document.raw(node)),
    }
}

/// A member's name.
pub(super) fn name(document: &Document, node: NodeId) -> Cow<'_, str> {
    let raw = document.raw_key(node).unwrap_or_default();
    match std::str::from_utf8(raw) {
        Ok(_) => document.key(node).unwrap_or_default(),
        Err(_) => mended(&[b"\"", raw, b"\""].concat()),
    }
}

/// A text in its quotes, each surrogate replaced by one character.
fn mended(quoted: &[u8]) -> Cow<'static, str> {
    let mut bytes = quoted.to_vec();
    for i in 0..bytes.len().saturating_sub(2) {
        if bytes[i] == 0xed && bytes[i + 1] >= 0xa0 && bytes[i + 2] >= 0x80 {
            bytes[i..i + 3].copy_from_slice("\u{fffd}".as_bytes());
        }
    }
    let document = Document::parse(bytes);
    if document.is_empty() { Cow::Borrowed("") } else { Cow::Owned(document.string(0).unwrap_or_default().into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surrogate_in_bytes_is_one_character() {
        let document = Document::parse(b"{\"a\xed\xa0\xbd\\n\":\"\xed\xb0\x80b\\\"\xff\"}".to_vec());
        assert_eq!(name(&document, 1), "a\u{fffd}\n");
        assert_eq!(text(&document, 1), "\u{fffd}b\"\u{fffd}");
    }
}
