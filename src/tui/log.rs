//! What went on: what was read and skipped, what queries cost, what went wrong.
//!
//! Owns: the lines, which are those that messages show, and how many there are at most.
//! Refuses: anything of a document; the clock and the file (session).

use std::collections::VecDeque;

use crate::ground::text::{clip, count};

/// Most lines that are held; the oldest go first.
const MOST: usize = 2_000;

/// Longest line, in cells.
const LONGEST: usize = 1_000;

/// The lines so far.
#[derive(Default)]
pub struct Log {
    lines: VecDeque<LogLine>,
    /// Lines that were dropped.
    dropped: u64,
    /// Lines that were taken for the file, of all that there ever were.
    taken: u64,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// What is told.
    pub text: String,
    /// Whether it is bad.
    pub bad: bool,
}

impl Log {
    /// Adds a line.
    pub fn add(&mut self, text: &str, bad: bool) {
        let text = clip(text.trim_end(), LONGEST).replace('\n', " ");
        if self.lines.back().is_some_and(|last| last.text == text) {
            return;
        }
        if self.lines.len() == MOST {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(LogLine { text, bad });
    }

    /// All that is held, as a text to be shown; what is bad begins with `!`.
    pub fn to_text(&self) -> String {
        let mut told = Vec::new();
        if self.dropped > 0 {
            told.push(format!("({} earlier lines are gone)", count(self.dropped)));
        }
        told.extend(self.lines.iter().map(LogLine::told));
        if told.is_empty() {
            told.push("Nothing to tell yet.".to_owned());
        }
        told.join("\n")
    }

    /// The lines that have come since this was asked last.
    pub fn take_new(&mut self) -> Vec<LogLine> {
        let all = self.dropped + self.lines.len() as u64;
        let new = (all - self.taken).min(self.lines.len() as u64) as usize;
        self.taken = all;
        self.lines.iter().skip(self.lines.len() - new).cloned().collect()
    }
}

impl LogLine {
    /// As it is shown and written.
    pub fn told(&self) -> String {
        format!("{} {}", if self.bad { "!" } else { " " }, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_the_latest_lines_and_says_what_is_gone() {
        let mut log = Log::default();
        assert_eq!(log.to_text(), "Nothing to tell yet.");
        log.add("read 3 rows", false);
        log.add("read 3 rows", false);
        log.add("1 unreadable", true);
        assert_eq!(log.to_text(), "  read 3 rows\n! 1 unreadable");
        assert_eq!(log.take_new().len(), 2);
        for line in 0..MOST + 10 {
            log.add(&format!("{line} {}", "x".repeat(5_000)), false);
        }
        let text = log.to_text();
        assert!(text.starts_with("(12 earlier lines are gone)") && text.lines().count() == MOST + 1);
        assert!(text.lines().all(|line| line.chars().count() <= LONGEST + 2));
        assert_eq!(log.take_new().len(), MOST);
        assert!(log.take_new().is_empty());
    }
}
