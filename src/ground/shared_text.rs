//! Many texts in few pieces of memory.
//!
//! Owns: a store that texts are put into one after the other, and the texts as they leave it: each a part of a piece that lives as long as any of
//! them. Refuses: what the texts are, finding one again.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Bytes of a piece; a text that is longer has one of its own.
const PIECE: usize = 64 << 10;

/// A text that shares its memory with others. It is as large as a reference to a text, and a copy copies no text.
#[derive(Clone)]
pub struct SharedText {
    piece: Arc<Box<str>>,
    start: u32,
    length: u32,
}

/// Where a text is in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextSpan {
    piece: u32,
    start: u32,
    length: u32,
}

/// Texts, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextStore {
    pieces: Vec<String>,
}

/// The texts of a store that gets no more.
pub(crate) struct SharedTexts(Vec<Arc<Box<str>>>);

impl TextStore {
    /// Puts a text in.
    pub(crate) fn add(&mut self, text: &str) -> TextSpan {
        let is_full = self.pieces.last().is_none_or(|last| last.len() + text.len() > PIECE);
        if is_full {
            self.pieces.push(String::with_capacity(PIECE.max(text.len())));
        }
        let piece = self.pieces.len().saturating_sub(1);
        let start = self.pieces.last().map_or(0, String::len);
        if let Some(last) = self.pieces.last_mut() {
            last.push_str(text);
        }
        // No row is longer than 64 MiB, and pieces are too many when memory has long ended.
        TextSpan { piece: piece as u32, start: start as u32, length: text.len() as u32 }
    }

    /// The text at a place that this store gave.
    pub(crate) fn get(&self, at: TextSpan) -> &str {
        self.pieces.get(at.piece as usize).and_then(|piece| piece.get(at.range())).unwrap_or_default()
    }

    /// Takes in the texts of another store as they are. Their places here are so many pieces [`behind`](TextSpan::behind) those there.
    pub(crate) fn append(&mut self, other: TextStore) -> u32 {
        let before = self.pieces.len();
        self.pieces.extend(other.pieces);
        before as u32
    }

    /// The store as it leaves the hand of who fills it.
    pub(crate) fn shared(self) -> SharedTexts {
        SharedTexts(self.pieces.into_iter().map(|piece| Arc::new(piece.into_boxed_str())).collect())
    }
}

impl TextSpan {
    /// Bytes of the text.
    pub(crate) fn length(self) -> usize {
        self.length as usize
    }

    /// Where a part is of the text that is at this place; `None` where it is no part of it.
    pub(crate) fn part(self, text: &str, part: &str) -> Option<TextSpan> {
        let before = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        (before + part.len() <= text.len()).then(|| TextSpan {
            piece: self.piece,
            start: self.start + before as u32,
            length: part.len() as u32,
        })
    }

    /// Where this part of a text is in a copy of it; `None` where it is no part of it.
    pub(crate) fn moved(self, text: TextSpan, copy: TextSpan) -> Option<TextSpan> {
        let before = self.start.checked_sub(text.start).filter(|before| self.piece == text.piece && before + self.length <= text.length)?;
        Some(TextSpan { piece: copy.piece, start: copy.start + before, length: self.length })
    }

    /// The place of the same text in a store that has taken in its own.
    pub(crate) fn behind(self, pieces: u32) -> TextSpan {
        TextSpan { piece: self.piece + pieces, ..self }
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.length as usize
    }
}

impl SharedTexts {
    /// The text at a place that the store gave.
    pub(crate) fn text(&self, at: TextSpan) -> SharedText {
        match self.0.get(at.piece as usize) {
            Some(piece) => SharedText { piece: Arc::clone(piece), start: at.start, length: at.length },
            None => SharedText::from(""),
        }
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        self.piece.get(self.start as usize..self.start as usize + self.length as usize).unwrap_or_default()
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        SharedText { start: 0, length: u32::try_from(text.len()).unwrap_or(0), piece: Arc::new(text.into()) }
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        SharedText { start: 0, length: u32::try_from(text.len()).unwrap_or(0), piece: Arc::new(text.into_boxed_str()) }
    }
}

impl From<Arc<str>> for SharedText {
    fn from(text: Arc<str>) -> Self {
        SharedText::from(&*text)
    }
}

impl AsRef<str> for SharedText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq for SharedText {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for SharedText {}

impl PartialOrd for SharedText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SharedText {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for SharedText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl std::fmt::Debug for SharedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl std::fmt::Display for SharedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_was_put_in_wherever_they_are() {
        let mut store = TextStore::default();
        let long = "é".repeat(PIECE);
        let texts: Vec<String> = (0..20_000).map(|i| if i == 7000 { long.clone() } else { format!("text {i} ü") }).collect();
        let spans: Vec<TextSpan> = texts.iter().map(|text| store.add(text)).collect();
        assert!(spans.iter().zip(&texts).all(|(span, text)| store.get(*span) == text));
        let pieces = store.pieces.len();
        let shared = store.clone().shared();
        assert!(spans.iter().zip(&texts).all(|(span, text)| *shared.text(*span) == **text));
        assert!(pieces < 10, "{pieces}");
    }

    #[test]
    fn a_store_takes_in_another_one() {
        let (mut store, mut other) = (TextStore::default(), TextStore::default());
        let (own, theirs) = (store.add("own"), other.add("theirs"));
        let theirs = theirs.behind(store.append(other));
        let later = store.add("later");
        assert_eq!([own, theirs, later].map(|at| store.get(at)), ["own", "theirs", "later"]);
    }

    #[test]
    fn a_part_of_a_text_takes_no_room() {
        let (mut store, mut other) = (TextStore::default(), TextStore::default());
        let text = "before#/a/b: after".to_owned();
        other.add("something");
        let (at, copy) = (store.add(&text), other.add(&text));
        let part = at.part(&text, &text[7..11]).unwrap();
        assert_eq!((store.get(part), other.get(part.moved(at, copy).unwrap())), ("/a/b", "/a/b"));
        assert_eq!((at.part(&text, "/a/b"), at.moved(part, copy)), (None, None));
        let behind = store.add("behind");
        assert_eq!(behind.moved(at, copy), None);
    }

    #[test]
    fn a_text_alone_is_a_text_like_any() {
        let (one, other) = (SharedText::from("a\"é"), SharedText::from("a\"é".to_owned()));
        assert_eq!((&one, format!("{one:?} {one:>5}")), (&other, "\"a\\\"é\"   a\"é".to_owned()));
        assert!(one < SharedText::from("b") && size_of::<Option<SharedText>>() == size_of::<Arc<str>>());
    }
}
