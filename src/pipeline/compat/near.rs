//! Two texts of a layout of which most is the same: only what differs is read as columns.
//!
//! Owns: where brackets stand in a text, taken over from the text before; when that does.
//! Refuses: judging (columns), files that are no plain list of columns, which are read whole.
//!
//! What is left out never decides: columns are left out on both sides alike, a record keeps its first three (its shape), and where a name that is
//! left in stands among those left out, or has capitals, both texts are read whole.

mod cut;
mod plain;

use super::limits::standing;
use super::{DeployVerdict, TableChanges, compare, compare_sized};
use crate::pipeline::document::Document;
use crate::pipeline::layout::size::{MOST_GENERATED, MOST_LEAVES};
use crate::pipeline::layout::{Layout, Size};
use cut::Nearness;
use plain::PlainText;

/// The text of a layout, with what is known of it.
#[derive(Debug, Default)]
pub struct LayoutText {
    bytes: Vec<u8>,
    /// Where brackets stand that are not in a string.
    marks: Vec<u32>,
    /// For each of them the position in the list of that which ends it; empty where they do not match.
    ends: Vec<u32>,
    size: Size,
    /// Whether a name has capitals, so that names may be alike but for them.
    has_capitals: bool,
    /// Why it is no layout.
    fault: Option<String>,
}

/// Compares two texts of which most is the same, where nothing of the change stops a deploy. The texts come back where one of them is not written as
/// the generator writes it, or something is to be said of the change: then they have to be read as a whole.
pub fn compare_texts(old: Vec<u8>, new: Vec<u8>) -> Result<TableChanges, [Vec<u8>; 2]> {
    let old = match LayoutText::plain(old) {
        Ok(old) => old,
        Err(old) => return Err([old, new]),
    };
    let mut next = LayoutText { bytes: new, ..LayoutText::default() };
    let found = old.near(&mut next).filter(|found| found.findings.iter().all(|finding| finding.verdict == DeployVerdict::Ok));
    let Some(mut found) = found else { return Err([old.bytes, next.bytes]) };
    // Of what is left out nothing is to be said, and what is left of a record may look as if it were empty.
    found.standing = standing(&found.old, &found.new);
    Ok(found)
}

/// First columns of a record that are always read: they tell its shape.
const KEPT: usize = 3;

impl LayoutText {
    /// Reads a text as a whole.
    pub fn whole(bytes: Vec<u8>) -> (Self, Option<Layout>) {
        let mut text = LayoutText { bytes, ..LayoutText::default() };
        text.lex(0, text.bytes.len());
        text.match_ends();
        let layout = match Layout::parse(&text.bytes) {
            Ok(layout) => Some(layout),
            Err(reason) => {
                text.fault = Some(reason);
                None
            }
        };
        if let Some(layout) = &layout {
            text.measure(layout);
        }
        (text, layout)
    }

    /// Reads a text, as columns only where it is not written as the generator writes it.
    pub fn of(bytes: Vec<u8>) -> Self {
        LayoutText::plain(bytes).unwrap_or_else(|bytes| LayoutText::whole(bytes).0)
    }

    /// Reads the text of a new table of which nothing is to be said; the text comes back where it has to be read as columns.
    pub fn of_new(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        let text = LayoutText::plain(bytes)?;
        let is_small = text.size.leaves <= MOST_LEAVES && text.size.generated <= MOST_GENERATED;
        if is_small { Ok(text) } else { Err(text.bytes) }
    }

    /// A text as the generator writes it, which need not be read as columns; the text itself where it is another one.
    fn plain(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        match plain::read(&bytes) {
            Some(PlainText { marks, ends, size }) => Ok(LayoutText { bytes, marks, ends, size, has_capitals: false, fault: None }),
            None => Err(bytes),
        }
    }

    /// Why it is no layout, where it is none.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Its sizes; the levels may be too many where columns are gone.
    pub fn size(&self) -> Size {
        self.size
    }

    fn measure(&mut self, layout: &Layout) {
        self.size = Size::of(layout);
        self.has_capitals = layout.columns.iter().any(|column| column.name.chars().any(char::is_uppercase));
    }

    /// Compares the next version of the text with this one. `None` where one of them is no layout.
    pub fn next(&self, bytes: Vec<u8>) -> (Self, Option<TableChanges>) {
        let mut next = LayoutText { bytes, ..LayoutText::default() };
        let is_plain = self.fault.is_none() && !self.has_capitals && !self.ends.is_empty();
        if let Some(changes) = is_plain.then(|| self.near(&mut next)).flatten() {
            return (next, Some(changes));
        }
        let (next, layout) = LayoutText::whole(next.bytes);
        let changes = layout.and_then(|layout| Some(compare(&Layout::parse(&self.bytes).ok()?, &layout)));
        (next, changes)
    }

    /// The same by what differs; `None` where that does not do.
    fn near(&self, next: &mut LayoutText) -> Option<TableChanges> {
        next.take_over(self);
        next.match_ends();
        let (a, b) = Nearness { old: self, new: next }.texts()?;
        let (a, b) = (Layout::parse(&a).ok()?, Layout::parse(&b).ok()?);
        let (before, now) = (Size::of(&a), Size::of(&b));
        let moved = |whole: usize, before: usize, now: usize| (whole + now).checked_sub(before);
        next.size = Size {
            columns: moved(self.size.columns, before.columns, now.columns)?,
            leaves: moved(self.size.leaves, before.leaves, now.leaves)?,
            generated: moved(self.size.generated, before.generated, now.generated)?,
            levels: self.size.levels.max(now.levels),
        };
        Some(compare_sized((&a, self.size), (&b, next.size)))
    }

    /// Takes the brackets over from the text before, but for where they differ.
    fn take_over(&mut self, old: &LayoutText) {
        let (before, after) = (common_prefix(&old.bytes, &self.bytes), common_suffix(&old.bytes, &self.bytes));
        let known = old.marks.partition_point(|&mark| (mark as usize) < before);
        self.marks.reserve(old.marks.len() + 64);
        self.marks.extend_from_slice(&old.marks[..known]);
        let begin = known.checked_sub(1).map_or(0, |last| old.marks[last] as usize + 1);
        let after = after.min(old.bytes.len() - begin).min(self.bytes.len() - begin);
        // Both are read until they are out of strings at the same place of what both end with.
        let (mut mine, mut theirs) = (begin, begin);
        let mut rest = after;
        let mut nothing = Vec::new();
        loop {
            mine = lex(&self.bytes, mine, self.bytes.len() - rest, &mut self.marks);
            theirs = lex(&old.bytes, theirs, old.bytes.len() - rest, &mut nothing);
            nothing.clear();
            let (left, other) = (self.bytes.len() - mine, old.bytes.len() - theirs);
            if left == other {
                break;
            }
            rest = left.min(other);
        }
        let from = old.marks.partition_point(|&mark| (mark as usize) < theirs);
        let shifted = old.marks[from..].iter().map(|&mark| (mark as usize + mine - theirs) as u32);
        self.marks.extend(shifted);
    }

    fn lex(&mut self, from: usize, end: usize) {
        let mut marks = std::mem::take(&mut self.marks);
        lex(&self.bytes, from, end, &mut marks);
        self.marks = marks;
    }

    fn match_ends(&mut self) {
        let mut open: Vec<u32> = Vec::new();
        let mut ends = vec![0; self.marks.len()];
        for (at, &mark) in self.marks.iter().enumerate() {
            let byte = self.bytes[mark as usize];
            if matches!(byte, b'[' | b'{') {
                open.push(at as u32);
                continue;
            }
            let Some(begin) = open.pop() else { return };
            let opened = self.bytes[self.marks[begin as usize] as usize];
            if (opened == b'[') != (byte == b']') {
                return;
            }
            ends[begin as usize] = at as u32;
        }
        if open.is_empty() {
            self.ends = ends;
        }
    }

    fn place(&self, mark: usize) -> usize {
        self.marks[mark] as usize
    }

    /// From a bracket to that which ends it.
    fn text(&self, mark: usize) -> &[u8] {
        &self.bytes[self.place(mark)..=self.place(self.ends[mark] as usize)]
    }

    /// The columns of a list, by their brackets; `None` where anything but blanks and commas stands between them.
    fn columns(&self, list: usize) -> Option<Vec<usize>> {
        let mut found = Vec::new();
        let (mut at, end, mut from) = (list + 1, self.ends[list] as usize, self.place(list) + 1);
        while at < end {
            let between = self.bytes[from..self.place(at)].trim_ascii();
            if self.bytes[self.place(at)] != b'{' || between != if found.is_empty() { &b""[..] } else { b"," } {
                return None;
            }
            found.push(at);
            let last = self.ends[at] as usize;
            (from, at) = (self.place(last) + 1, last + 1);
        }
        self.bytes[from..self.place(end)].trim_ascii().is_empty().then_some(found)
    }

    /// The list of columns of a column, where it has one.
    fn fields(&self, column: usize) -> Option<usize> {
        let (mut at, end) = (column + 1, self.ends[column] as usize);
        let mut found = None;
        while at < end {
            let before = self.bytes[self.place(column)..self.place(at)].trim_ascii_end();
            let is_fields = before.strip_suffix(b":").is_some_and(|key| key.trim_ascii_end().ends_with(b"\"fields\""));
            if is_fields && self.bytes[self.place(at)] == b'[' {
                if found.is_some() {
                    return None;
                }
                found = Some(at);
            }
            at = self.ends[at] as usize + 1;
        }
        found
    }

    /// A column with other columns in its list.
    fn with_fields(&self, column: usize, list: Option<usize>, fields: &[u8]) -> Vec<u8> {
        let text = self.text(column);
        let Some(list) = list else { return text.to_vec() };
        let begin = self.place(column);
        let (from, to) = (self.place(list) - begin, self.place(self.ends[list] as usize) - begin);
        [&text[..from], fields, &text[to + 1..]].concat()
    }

    fn name(&self, column: usize, list: Option<usize>) -> Option<String> {
        let document = Document::parse(self.with_fields(column, list, b"[]"));
        if document.error().is_some() {
            return None;
        }
        Some(document.string(document.member(0, "name")?)?.into_owned())
    }
}

/// Finds brackets outside of strings, from a place outside of them to the first place outside of them that is not before `end`.
fn lex(bytes: &[u8], mut at: usize, end: usize, marks: &mut Vec<u32>) -> usize {
    while at < end {
        match bytes[at] {
            b'"' => {
                at += 1;
                loop {
                    match memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
                        Some(next) if bytes[at + next] == b'"' => {
                            at += next + 1;
                            break;
                        }
                        Some(next) => at = (at + next + 2).min(bytes.len()),
                        None => return bytes.len(),
                    }
                }
                continue;
            }
            b'[' | b']' | b'{' | b'}' => marks.push(at as u32),
            _ => {}
        }
        at += 1;
    }
    at
}

/// Bytes that are compared at once.
const STEP: usize = 4096;

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let whole = a.chunks(STEP).zip(b.chunks(STEP)).take_while(|(a, b)| a == b && a.len() == STEP).count() * STEP;
    whole + a[whole..].iter().zip(&b[whole..]).take_while(|(a, b)| a == b).count()
}

fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    let whole = a.rchunks(STEP).zip(b.rchunks(STEP)).take_while(|(a, b)| a == b && a.len() == STEP).count() * STEP;
    let (a, b) = (&a[..a.len() - whole], &b[..b.len() - whole]);
    whole + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests;
