//! What a typed text finds in a list.
//!
//! Owns: the lines, how much that is, in words.
//! Refuses: finding (subject), the list itself (list).

use crate::ground::sought;
use crate::ground::text::{clip_middle, count};

/// Longest part of a typed text that is told again, in cells.
pub const TOLD: usize = 24;

/// What a text finds in a list.
#[derive(Debug, Clone, Default)]
pub struct Matches {
    /// Lines, ascending.
    pub items: Vec<u32>,
    /// How much that is.
    pub count: MatchCount,
}

/// How much was found.
#[derive(Debug, Clone, Copy, Default)]
pub struct MatchCount {
    /// Groups or lines that were found.
    pub found: u64,
    /// Of how many.
    pub of: u64,
    /// What is counted.
    pub noun: &'static str,
    /// Whether nothing holds the words, and what was found only resembles them.
    pub loose: bool,
}

impl Matches {
    /// The lines that were found, whatever stands below them: what a search walks through.
    pub fn lines(&self) -> MatchCount {
        MatchCount { found: self.items.len() as u64, ..self.count }
    }
}

impl MatchCount {
    /// `3 of 73 groups`; that nothing holds the text, and how much resembles it.
    pub fn told(&self, text: &str) -> String {
        match self.found {
            0 => sought::nothing_holds(&clip_middle(text.trim(), TOLD)),
            found if self.loose => sought::only_resembles(&clip_middle(text.trim(), TOLD), found as usize),
            found => format!("{} of {} {}", count(found), count(self.of), self.noun),
        }
    }
}
