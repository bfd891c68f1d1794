//! What is looked for among lines: the one meaning of a typed text, on every screen and in every command.
//!
//! Owns: the words of the text, all of which a line has to hold somewhere, whatever their case; that letters here and there count only where
//! no line holds the words; how that is told.
//! Refuses: what a line is and which texts it has: it shows them one by one, and may stop once nothing is missing.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::fuzzy::{self, Word};
use super::text::{count, visible};

/// Most words that count; more are nobody's search and have no room in a mask.
const MOST_WORDS: usize = 64;

/// Lines looked at between two questions whether the search is still wanted.
const STRIDE: usize = 1024;

/// A typed text, ready to be looked for.
pub struct Sought {
    words: Vec<SoughtWord>,
}

struct SoughtWord {
    /// In small letters.
    folded: Box<str>,
    /// Made once it is needed.
    loose: OnceLock<Word>,
}

/// How words are compared with what a line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closeness {
    /// They stand in it, whatever their case.
    Literal,
    /// Their letters stand in it in order, not far from each other.
    Loose,
}

/// Lines that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Their positions, ascending.
    pub lines: Vec<u32>,
    /// Whether no line holds the words, and these only resemble them.
    pub loose: bool,
}

impl Findings {
    /// What has to be said where nothing holds the text that was looked for.
    pub fn unlike(&self, text: &str) -> Option<String> {
        match self.lines.len() {
            0 => Some(nothing_holds(text)),
            found if self.loose => Some(only_resembles(text, found)),
            _ => None,
        }
    }
}

impl Sought {
    /// Takes the text apart.
    pub fn new(text: &str) -> Self {
        let word = |word: &str| SoughtWord { folded: word.to_lowercase().into(), loose: OnceLock::new() };
        Sought { words: text.split_whitespace().take(MOST_WORDS).map(word).collect() }
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// A look at one line.
    pub fn look(&self, closeness: Closeness) -> Sighting<'_> {
        Sighting { words: &self.words, missing: u64::MAX.checked_shr((MOST_WORDS - self.words.len()) as u32).unwrap_or(0), closeness }
    }

    /// Looks literally, and loosely where that finds nothing. `None` where `find` was called off.
    pub fn find(&self, mut find: impl FnMut(Closeness) -> Option<Vec<u32>>) -> Option<Findings> {
        if self.is_empty() {
            return Some(Findings::default());
        }
        let lines = find(Closeness::Literal)?;
        if !lines.is_empty() {
            return Some(Findings { lines, loose: false });
        }
        let lines = find(Closeness::Loose)?;
        Some(Findings { loose: !lines.is_empty(), lines })
    }

    /// Of so many lines, those whose texts hold all words. `None` where it was called off.
    pub fn among(
        &self,
        lines: usize,
        closeness: Closeness,
        cancelled: &dyn Fn() -> bool,
        mut show: impl FnMut(usize, &mut Sighting<'_>),
    ) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        for line in 0..lines {
            if line % STRIDE == 0 && cancelled() {
                return None;
            }
            let mut sighting = self.look(closeness);
            show(line, &mut sighting);
            if sighting.is_whole() {
                found.push(line as u32);
            }
        }
        Some(found)
    }

    /// Where the first of its words stands in a text, in bytes; `None` where none does.
    pub fn first_in(&self, text: &str) -> Option<usize> {
        self.words.iter().filter_map(|word| word.stands_in(text)).min()
    }
}

impl SoughtWord {
    fn resembles(&self, text: &str) -> bool {
        self.loose.get_or_init(|| Word::new(&self.folded, false)).rank(text).is_some()
    }

    fn stands_in(&self, text: &str) -> Option<usize> {
        if self.folded.is_ascii() {
            return fuzzy::find(text, &self.folded, false);
        }
        // Letters may have another length in another case; then the place is only about right.
        let folded = text.to_lowercase();
        let at = folded.find(&*self.folded)?.min(text.len());
        (0..=at).rev().find(|&at| text.is_char_boundary(at))
    }
}

/// A look at the texts of one line: which words it has not shown yet.
pub struct Sighting<'a> {
    words: &'a [SoughtWord],
    missing: u64,
    closeness: Closeness,
}

impl Sighting<'_> {
    /// A name or a sentence, as it is and as it is drawn.
    pub fn see(&mut self, text: &str) -> &mut Self {
        let closeness = self.closeness;
        self.cross_out(|word| match closeness {
            Closeness::Literal => holds(word, text),
            Closeness::Loose => word.resembles(text),
        })
    }

    /// A text that is long: in it some letters in order are no likeness.
    pub fn see_long(&mut self, text: &str) -> &mut Self {
        self.cross_out(|word| holds(word, text))
    }

    /// A word that is only seen as a whole, for it stands on many lines and is a part of many words.
    pub fn see_word(&mut self, whole: &str) -> &mut Self {
        self.cross_out(|word| *word.folded == *whole.to_lowercase())
    }

    /// A long name, of which the beginning is enough once it says which one is meant.
    pub fn see_start(&mut self, name: &str, least: usize) -> &mut Self {
        self.cross_out(|word| word.folded.len() >= least && name.starts_with(&*word.folded))
    }

    /// Whether all words were shown: nothing more need be looked at.
    pub fn is_whole(&self) -> bool {
        self.missing == 0
    }

    fn cross_out(&mut self, is_shown: impl Fn(&SoughtWord) -> bool) -> &mut Self {
        for (at, word) in self.words.iter().enumerate() {
            if self.missing >> at & 1 == 1 && is_shown(word) {
                self.missing &= !(1 << at);
            }
        }
        self
    }
}

fn holds(word: &SoughtWord, text: &str) -> bool {
    word.stands_in(text).is_some() || matches!(visible(text), Cow::Owned(drawn) if word.stands_in(&drawn).is_some())
}

/// `nothing holds "xyz"`
pub fn nothing_holds(text: &str) -> String {
    format!("nothing holds \"{}\"", visible(text.trim()))
}

/// `nothing holds "xyz"; 3 resemble it`
pub fn only_resembles(text: &str, found: usize) -> String {
    format!("{}; {} {} it", nothing_holds(text), count(found as u64), if found == 1 { "resembles" } else { "resemble" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, lines: &[&str]) -> Findings {
        let sought = Sought::new(text);
        let show = |closeness| {
            sought.among(lines.len(), closeness, &|| false, |line, sighting| {
                sighting.see(lines[line]);
            })
        };
        sought.find(show).unwrap()
    }

    #[test]
    fn every_word_counts_in_any_order_and_case() {
        let lines = ["/a must be an Integer", "larger than 8388608 bytes", "/b is missing the key café"];
        assert_eq!(found("integer MUST", &lines), Findings { lines: vec![0], loose: false });
        assert_eq!(found("integer missing", &lines), Findings::default());
        assert_eq!(found("CAFÉ", &lines).lines, [2]);
        assert_eq!(found("  ", &lines), Findings::default());
    }

    #[test]
    fn letters_here_and_there_count_only_where_nothing_holds_the_word() {
        assert_eq!(found("gpuactive", &["gpu_active", "cpu"]), Findings { lines: vec![0], loose: true });
        assert_eq!(found("gpuactive", &["gpu_active", "gpuactive"]), Findings { lines: vec![1], loose: false });
        assert_eq!(only_resembles("xyz ", 1), "nothing holds \"xyz\"; 1 resembles it");
        assert_eq!(only_resembles("xyz", 3), "nothing holds \"xyz\"; 3 resemble it");
    }

    #[test]
    fn what_is_drawn_of_unsafe_text_is_found_as_well() {
        assert_eq!(found("\\u{1b}[2J", &["a\x1b[2Jb"]).lines, [0]);
    }

    #[test]
    fn a_word_of_many_lines_is_typed_as_a_whole() {
        let look = |text: &str| Sought::new(text).look(Closeness::Literal).see_word("ONGOING").is_whole();
        assert_eq!(["on", "going", "ongoing", "Ongoing"].map(look), [false, false, true, true]);
    }

    #[test]
    fn sixty_four_words_fit() {
        let text = vec!["a"; 80].join(" ");
        assert!(Sought::new(&text).look(Closeness::Literal).see("a").is_whole());
        assert!(!Sought::new(&text).look(Closeness::Literal).see("b").is_whole());
    }
}
