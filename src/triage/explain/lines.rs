//! A log made readable: codes and prefixes of lines taken off, wrapped lines joined.
//!
//! Owns: the lines as people mean them, the text of all of them in one with the line of each place.
//! Refuses: what the text says.

use std::borrow::Cow;
use std::ops::Range;

use super::codes::without_codes;
use super::prefixes::{Carried, strip};
use super::wraps::{Edge, begins_blank, blocks, edges};

/// Most lines of which hard wraps are joined as well: a terminal wraps what is short.
const MOST_WRAPPED: usize = 200_000;

/// A text in one line, and where each of its lines begins.
#[derive(Debug, Default)]
pub struct JoinedText {
    /// The text.
    pub text: String,
    /// Offset of each line in it.
    starts: Vec<usize>,
}

impl JoinedText {
    /// The line of a place, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at).max(1)
    }

    /// Offsets of a range of lines, both from 1 and within.
    pub fn span(&self, from: usize, to: usize) -> Range<usize> {
        let start = self.starts.get(from.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let end = self.starts.get(to).copied().unwrap_or(self.text.len());
        start..end.max(start)
    }
}

/// A log.
#[derive(Debug, Default)]
pub struct LogText {
    /// Lines without codes, prefixes and space around them.
    clean: Vec<String>,
    /// All lines, a blank between them.
    pub words: JoinedText,
    /// The same, where lines that reach the edge go on in the next without a blank; `None` where no line does.
    pub wrapped: Option<JoinedText>,
    /// Lines that begin the report of an error.
    begins: Vec<bool>,
    /// Lines of which it is sure that they were wrapped, not only likely.
    sure: Vec<bool>,
}

impl LogText {
    /// Reads a text of any encoding; what is no text is replaced.
    pub fn of(bytes: &[u8]) -> Self {
        let text = whole(bytes);
        let mut log = LogText::default();
        let mut widths = Vec::new();
        let mut blanks = Vec::new();
        let mut source = Source::default();
        let mut carried = Carried::default();
        for line in text.lines() {
            let plain = without_codes(line);
            widths.push(plain.chars().count());
            blanks.push((begins_blank(&plain), plain.ends_with(' ')));
            let said = carried.take(strip(&plain));
            log.begins.push(plain.trim_start().starts_with('╷') || begins(said));
            // What a program's own text says has not happened.
            let is_source = source.takes(said, said.as_ptr().addr().saturating_sub(plain.as_ptr().addr()));
            log.clean.push(if is_source { String::new() } else { unescaped(said) });
        }
        log.words = joined(&log.clean, |_| false);
        if widths.len() <= MOST_WRAPPED {
            let edges = edges(&widths, &blocks(&log.clean, &log.begins));
            log.sure = edges.iter().map(|&edge| edge == Edge::Sure).collect();
            // A blank at the edge is one between words.
            let reaches = |at: usize| edges[at] != Edge::None && !blanks[at].1 && !blanks.get(at + 1).is_some_and(|next| next.0);
            let is_wrapped = (0..widths.len().saturating_sub(1)).any(reaches);
            log.wrapped = is_wrapped.then(|| joined(&log.clean, reaches));
        }
        log
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.clean.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.clean.is_empty()
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.clean.iter().map(String::as_str)
    }

    /// A line, from 1.
    pub fn line(&self, at: usize) -> &str {
        self.clean.get(at.wrapping_sub(1)).map_or("", String::as_str)
    }

    /// Whether a line, from 1, was surely wrapped, so that the next goes on in it.
    pub fn is_wrapped(&self, at: usize) -> bool {
        self.sure.get(at.wrapping_sub(1)).copied().unwrap_or(false)
    }

    /// The lines of the report around some, from 1 and both within: from where it begins to where the next begins, and not further than `most`.
    pub fn report(&self, (from, to): (usize, usize), most: usize) -> (usize, usize) {
        let is_begin = |line: usize| self.begins.get(line.wrapping_sub(1)).copied().unwrap_or(false);
        let mut first = from.max(1);
        while first > 1 && !is_begin(first) && from - first < most {
            first -= 1;
        }
        let mut last = to;
        while last < self.len() && !is_begin(last + 1) && last - to < most {
            last += 1;
        }
        (first, last)
    }
}

/// Most lines of a program's text below the place of an error.
const MOST_SOURCE: usize = 30;

/// Lines of a program's own text in Python's report of an error: below `File "…", line 3, in f`.
#[derive(Default)]
struct Source {
    /// Where the place began in its line, and how many lines below it there were.
    place: Option<(usize, usize)>,
}

impl Source {
    /// Whether the next line is such a one; it begins at `at`.
    fn takes(&mut self, said: &str, at: usize) -> bool {
        if said.starts_with("File \"")
            && said.split_once("\", line ").is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
        {
            self.place = Some((at, 0));
            return false;
        }
        let Some((place, below)) = self.place else { return false };
        // A log that takes blanks off leaves one line of the program's text.
        let is_flat = below == 0 && at == place && !begins(said) && !is_raised(said);
        let is_source = !said.is_empty() && below < MOST_SOURCE && (at > place || is_flat);
        self.place = is_source.then_some((place, below + 1));
        is_source
    }
}

/// `ValueError: …`: the error itself.
fn is_raised(said: &str) -> bool {
    let name = said.split([':', ' ', '(']).next().unwrap_or_default();
    name.ends_with("Error") || name.ends_with("Exception")
}

/// Joins lines by a blank, or by nothing where one goes on.
fn joined(lines: &[String], goes_on: impl Fn(usize) -> bool) -> JoinedText {
    let mut made = JoinedText { text: String::with_capacity(lines.iter().map(|line| line.len() + 1).sum()), starts: Vec::new() };
    for (at, line) in lines.iter().enumerate() {
        made.starts.push(made.text.len());
        made.text.push_str(line);
        if !goes_on(at) {
            made.text.push(' ');
        }
    }
    made
}

/// Whether a line begins the report of an error.
fn begins(line: &str) -> bool {
    const WORDS: [&str; 10] =
        ["Error", "ERROR", "error", "BigQuery error", "Query error", "FATAL", "Traceback", "Exception", "Caused by", "$ "];
    WORDS.iter().any(|word| line.starts_with(word)) || line.contains("googleapi: Error") || line.contains(" failed: ")
}

/// A text out of a JSON log, its escapes resolved as far as messages have them.
fn unescaped(line: &str) -> String {
    let line =
        if line.contains('&') { Cow::Owned(line.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")) } else { line.into() };
    if !line.contains('\\') {
        return line.into_owned();
    }
    line.replace("\\n", " ").replace("\\t", " ").replace("\\\"", "\"").replace("\\u0027", "'")
}

/// A text of any encoding with all that stands on its lines; what is no text is replaced.
pub(super) fn whole(bytes: &[u8]) -> String {
    let text = decoded(bytes);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// UTF-8, or UTF-16 where its mark stands in front, as PowerShell writes it.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        Cow::Owned(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        all => String::from_utf8_lossy(all),
    }
}

/// Whether what was read is a text at all: a program or an archive has zeros in it.
pub(super) fn is_text(text: &str) -> bool {
    memchr::memchr(0, text.as_bytes()).is_none()
}

/// Whether a line looks like an error.
pub(super) fn looks_like_error(line: &str) -> bool {
    let mut lower = line.to_lowercase();
    // What did not happen is none.
    for absent in ["no incompatible", "no error", "no failure", "without error", "no exception"] {
        lower = lower.replace(absent, "");
    }
    let is_none = ["0 error", "0 failed", "0 failure"]
        .iter()
        .any(|none| lower.match_indices(none).any(|(at, _)| !lower[..at].ends_with(|c: char| c.is_ascii_digit())));
    !is_none
        && [
            "error",
            "exception",
            "failed",
            "failure",
            "fatal",
            "denied",
            "invalid",
            "refused",
            "cannot",
            "not found",
            "incompatible",
            "err!",
            "panic",
            "traceback",
        ]
        .iter()
        .any(|word| lower.contains(word))
}
