//! Keys and values as they may stand on one line of a screen, and the search through them.
//!
//! Nothing here touches more of a value than it shows: documents hold strings of megabytes.

use std::borrow::Cow;

use memchr::memmem;

use super::{Document, Kind, NodeId};
use crate::text;

/// Most characters of a key that are shown; keys are data too.
const LONGEST_KEY: usize = 200;

impl Document {
    /// The member's name between its quotes, escapes as written; an element's position; empty for the root. Safe for a terminal.
    pub fn display_key(&self, id: NodeId) -> Cow<'_, str> {
        match (self.raw_key(id), self.parent(id)) {
            (Some(raw), _) => shown(raw, LONGEST_KEY),
            (None, Some(_)) => Cow::Owned(self.index(id).to_string()),
            (None, None) => Cow::Borrowed(""),
        }
    }

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

    /// The next node, after (or before) `from` in document order, whose key or scalar value holds the needle as it is written in the text.
    /// Letter case counts only if the needle has an upper-case letter. Does not wrap around; `from` may be [`Document::len`] to search backwards
    /// from the end. The root is before all others, so `from` 0 searches forwards through everything.
    pub fn search(&self, needle: &str, from: NodeId, backwards: bool) -> Option<NodeId> {
        if needle.is_empty() || self.is_empty() {
            return None;
        }
        let finder = Finder::new(needle);
        let node = self.nodes.get(from as usize);
        let holds = |&at: &usize| self.holder(at, at + needle.len());
        if backwards {
            let mut end = node.map_or(self.text.len(), |node| node.begin());
            loop {
                let at = finder.last(&self.text[..end])?;
                if let Some(id) = holds(&at) {
                    return Some(id);
                }
                // A hit may overlap the one that was refused.
                end = at + needle.len() - 1;
            }
        }
        let mut start = match node {
            Some(node) if node.kind.is_container() => node.start as usize + 1,
            Some(node) => node.stop as usize,
            None => return None,
        };
        loop {
            let at = start + finder.first(&self.text[start..])?;
            if let Some(id) = holds(&at) {
                return Some(id);
            }
            start = at + 1;
        }
    }

    /// The node whose key or scalar value holds the whole byte range.
    fn holder(&self, start: usize, end: usize) -> Option<NodeId> {
        let id = self.node_at(start)?;
        let in_value = !self.kind(id).is_container() && self.span(id).start <= start && end <= self.span(id).end;
        let in_key = || {
            let key = self.nodes[id as usize].begin() + 1;
            self.raw_key(id).is_some_and(|raw| key <= start && end <= key + raw.len())
        };
        (in_value || in_key()).then_some(id)
    }
}

/// Bytes as safe text of at most so many characters. Looks at no more of them than can be shown.
fn shown(raw: &[u8], max_chars: usize) -> Cow<'_, str> {
    let most = max_chars.saturating_mul(4);
    let cut = raw.len() > most;
    let end = if cut { (most.saturating_sub(3)..=most).rev().find(|&i| raw[i] & 0xc0 != 0x80).unwrap_or(most) } else { raw.len() };
    let text = text::visible_bytes(&raw[..end]);
    match text.char_indices().nth(max_chars) {
        None if !cut => text,
        // Where escapes were made visible, the text has become longer than it was.
        found => {
            let kept = found.map_or(&*text, |(at, _)| &text[..at]);
            Cow::Owned(format!("{kept}…"))
        }
    }
}

/// Finds a needle in bytes, forwards and backwards, with smart case.
struct Finder<'n> {
    needle: &'n [u8],
    /// Lower and upper case of the first byte, where ASCII case does not count.
    first: Option<[u8; 2]>,
}

impl<'n> Finder<'n> {
    fn new(needle: &'n str) -> Self {
        let exact = needle.chars().any(char::is_uppercase);
        let needle = needle.as_bytes();
        let first = if exact { None } else { needle.first().map(|byte| [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]) };
        Finder { needle, first }
    }

    fn first(&self, text: &[u8]) -> Option<usize> {
        let Some([lower, upper]) = self.first else { return memmem::find(text, self.needle) };
        memchr::memchr2_iter(lower, upper, text).find(|&at| self.is_at(text, at))
    }

    fn last(&self, text: &[u8]) -> Option<usize> {
        let Some([lower, upper]) = self.first else { return memmem::rfind(text, self.needle) };
        memchr::memrchr2_iter(lower, upper, text).find(|&at| self.is_at(text, at))
    }

    fn is_at(&self, text: &[u8], at: usize) -> bool {
        text.get(at..at + self.needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(self.needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        Document::parse("{\"Alpha\": [1, \"two\\n\u{202e}\"], \"beta\": {\"gamma\": \"ALPHA\", \"d\": null}}".as_bytes())
    }

    #[test]
    fn what_is_shown_is_safe_and_short() {
        let doc = document();
        assert_eq!(doc.display_key(1), "Alpha");
        assert_eq!(doc.display_key(3), "1");
        assert_eq!(doc.display_value(3, 40), "\"two\\n\\u{202e}\"");
        assert_eq!(doc.display_value(3, 4), "\"two…");
        assert_eq!((doc.display_value(0, 9), doc.display_value(2, 9)), (Cow::Borrowed("{…}"), Cow::Borrowed("1")));
        let long = Document::parse(format!("\"{}\"", "日".repeat(1_000_000)).into_bytes());
        assert_eq!(long.display_value(0, 3), "\"日日…");
    }

    #[test]
    fn searching_finds_keys_and_values_both_ways() {
        let doc = document();
        let all = |needle: &str| {
            let forwards: Vec<_> = std::iter::successors(doc.search(needle, 0, false), |&at| doc.search(needle, at, false)).collect();
            let end = doc.len() as NodeId;
            let mut backwards: Vec<_> = std::iter::successors(doc.search(needle, end, true), |&at| doc.search(needle, at, true)).collect();
            backwards.reverse();
            assert_eq!(forwards, backwards, "{needle}");
            forwards
        };
        assert_eq!(all("alpha"), [1, 5]);
        assert_eq!(all("Alpha"), [1]);
        assert_eq!(all("null"), [6]);
        assert!(all(": ").is_empty(), "what stands between values is no hit");
        assert_eq!(all("a"), [1, 4, 5], "one hit a node");
    }
}
