//! What is known of a thing, laid out as lines: the texts of commands and of the explorer.
//!
//! Owns: each fact's name and wording, the order of facts, how names and values stand beside each other.
//! Refuses: finding facts out (case, catalog, judging), colours, keys and flags, forms for scripts, reports that leave the machine (export).

pub mod beside;
pub mod blame;
pub mod case;
pub mod column;
pub mod deploy;
pub mod explain;
pub mod group;
pub mod history;
pub mod incident;
pub mod losses;
pub mod made;
pub mod note;
pub mod overview;
pub mod rate;
pub mod senders;
pub mod suspect;
pub mod table;
pub mod turns;
pub mod value;
pub mod violations;

use std::borrow::Cow;

use crate::ground::aligned::Widths;
use crate::ground::text::{self, count, visible};

/// Fewest cells of the names on the left, so that the facts of one thing stand as those of the next.
const LEAST_NAME: usize = 7;

/// Longest text that is shown whole, in bytes.
const MOST_SHOWN: usize = 256 << 10;

/// Lines about a thing, safe for a terminal.
#[derive(Debug, Default)]
pub struct Facts(Vec<Line>);

#[derive(Debug)]
enum Line {
    /// A name and what it is; names that follow each other are of equal width.
    Named(Cow<'static, str>, String),
    /// The name of what follows.
    Heading(String),
    /// As it is.
    Text(String),
}

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsLine {
    /// What it says.
    pub words: String,
    /// Whether it names what follows.
    pub is_heading: bool,
}

impl Facts {
    /// A name with what it is; without a name, more of the one before.
    pub fn named(&mut self, name: impl Into<Cow<'static, str>>, value: &str) {
        self.0.push(Line::Named(name.into(), visible(value).into_owned()));
    }

    /// A line by itself.
    pub fn line(&mut self, words: &str) {
        self.0.push(Line::Text(visible(words).into_owned()));
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.0.push(Line::Text(String::new()));
    }

    /// An empty line and the name of what follows.
    pub fn heading(&mut self, words: &str) {
        self.gap();
        self.0.push(Line::Heading(visible(words).into_owned()));
    }

    /// Text with its own line breaks, cut where it is very long; see [`shown`].
    fn text(&mut self, raw: &[u8], rest: &str) {
        self.0.push(Line::Text(shown(raw, rest)));
    }

    /// How many there are beyond those that are told, if any.
    fn more(&mut self, name: &'static str, all: u64, told: usize) {
        let more = all.saturating_sub(told as u64);
        if more > 0 {
            self.named(name, &and_more(more));
        }
    }

    /// The lines; a text of several lines is as many.
    pub fn lines(&self) -> Vec<FactsLine> {
        let mut lines = Vec::new();
        self.each_line(|words, is_heading| lines.push(FactsLine { words: words.to_owned(), is_heading }));
        lines
    }

    /// Each line, and whether it names what follows.
    fn each_line(&self, mut each: impl FnMut(&str, bool)) {
        let mut named = String::new();
        for run in self.0.chunk_by(|a, b| matches!((a, b), (Line::Named(..), Line::Named(..)))) {
            let mut widths = Widths([LEAST_NAME, 0]);
            run.iter().for_each(|line| {
                if let Line::Named(name, _) = line {
                    widths.fit([name, ""], [usize::MAX; 2]);
                }
            });
            for line in run {
                let (words, is_heading) = match line {
                    Line::Named(name, value) => {
                        named.clear();
                        widths.write([name, value], &[], &mut named);
                        (named.as_str(), false)
                    }
                    Line::Heading(words) => (words.as_str(), true),
                    Line::Text(text) => (text.as_str(), false),
                };
                words.split('\n').for_each(|words| each(words, is_heading));
            }
        }
    }

    /// Each line with its end, behind an indent.
    pub fn indented(&self, indent: &str) -> String {
        let mut out = String::new();
        self.indent(indent, &mut out);
        out
    }

    /// The same behind what is there already.
    pub fn indent(&self, indent: &str, out: &mut String) {
        self.each_line(|words, _| out.extend([if words.is_empty() { "" } else { indent }, words, "\n"]));
    }

    /// As one text.
    pub fn to_text(&self) -> String {
        let mut text = self.indented("");
        text.truncate(text.trim_end_matches('\n').len());
        text
    }
}

/// `and 12 more`
fn and_more(more: u64) -> String {
    format!("and {} more", count(more))
}

/// Text with its own line breaks, safe for a terminal, cut where it is very long; then `rest` says how to get at all of it.
pub fn shown(raw: &[u8], rest: &str) -> String {
    let part = text::cut_bytes(raw, MOST_SHOWN);
    let mut words = text::visible_lines(part);
    if part.len() < raw.len() {
        let (part, all) = (text::bytes(part.len() as u64), text::bytes(raw.len() as u64));
        words.push_str(&format!("\n… the first {part} of {all}{rest}"));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_follow_each_other_are_of_equal_width() {
        let mut facts = Facts::default();
        facts.named("namespace", "a\u{1b}");
        facts.named("", "more");
        facts.heading("Jobs");
        facts.named("raw", "x");
        assert_eq!(facts.to_text(), "namespace  a\\u{1b}\n           more\n\nJobs\nraw      x");
        assert_eq!(facts.indented("  "), "  namespace  a\\u{1b}\n             more\n\n  Jobs\n  raw      x\n");
    }

    #[test]
    fn a_text_that_is_very_long_says_how_much_is_left_out() {
        assert_eq!(shown(b"a\nb\x1b", "x"), "a\nb\\u{1b}");
        let long = shown(&vec![b'a'; 300 << 10], "; copying takes all of it");
        assert!(long.ends_with("a\n… the first 256.0 KiB of 300.0 KiB; copying takes all of it"));
    }
}
