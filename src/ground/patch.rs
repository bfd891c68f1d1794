//! Edits of a text, and the unified diff that makes them.
//!
//! Owns: replacing parts of a text, hunks with the lines around them, as `git apply` takes them.
//! Refuses: what is edited and why.

use std::ops::Range;

use super::line_diff::{self, DiffLine};

/// What the head of a diff begins with, and the lines that name the file before and after.
const HEAD: &str = concat!("diff -", "-git");
const OLD: &str = concat!("-", "-", "-");
const NEW: &str = "+++";
/// Lines around a change.
const AROUND: usize = 3;

/// A part of a text that is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// Which bytes; none where something is put in.
    pub range: Range<usize>,
    /// What stands there then.
    pub with: Vec<u8>,
}

/// The text with all edits made, which must not overlap.
pub fn apply(text: &[u8], edits: &[TextEdit]) -> Vec<u8> {
    let mut made = Vec::with_capacity(text.len() + edits.iter().map(|edit| edit.with.len()).sum::<usize>());
    let mut at = 0;
    for edit in in_order(edits) {
        made.extend_from_slice(text.get(at..edit.range.start).unwrap_or_default());
        made.extend_from_slice(&edit.with);
        at = at.max(edit.range.end);
    }
    made.extend_from_slice(text.get(at..).unwrap_or_default());
    made
}

/// The edits that make one text of another, line by line.
pub fn between(old: &[u8], new: &[u8]) -> Vec<TextEdit> {
    let (a, b) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let ends = |text: &str| text.is_empty() || text.ends_with('\n');
    let lines = Lines::of(old);
    let (mut edits, mut line): (Vec<TextEdit>, usize) = (Vec::new(), 0);
    if old == new {
        return edits;
    }
    if !ends(&a) || !ends(&b) {
        return vec![TextEdit { range: 0..old.len(), with: new.to_vec() }];
    }
    for part in line_diff::lines(&a, &b, 0) {
        let at = lines.span(&(line..line + 1));
        match part {
            DiffLine::Kept(_) => line += 1,
            DiffLine::Between(count) => line += count,
            DiffLine::Taken(_) => {
                edits.push(TextEdit { range: at, with: Vec::new() });
                line += 1;
            }
            DiffLine::Added(text) => edits.push(TextEdit { range: at.start..at.start, with: format!("{text}\n").into_bytes() }),
        }
    }
    edits
}

/// The diff of a file at `path`; the empty text where nothing changes.
pub fn unified(path: &str, text: &[u8], edits: &[TextEdit]) -> String {
    let lines = Lines::of(text);
    let mut hunks: Vec<DiffHunk> = Vec::new();
    for (lines_of, new) in changed(&lines, text, edits) {
        match hunks.last_mut() {
            Some(hunk) if lines_of.start <= hunk.end() + 2 * AROUND => hunk.changes.push((lines_of, new)),
            _ => hunks.push(DiffHunk { changes: vec![(lines_of, new)] }),
        }
    }
    if hunks.is_empty() {
        return String::new();
    }
    let mut diff = format!("{HEAD} a/{path} b/{path}\n{OLD} a/{path}\n{NEW} b/{path}\n");
    let mut shift: isize = 0;
    for hunk in &hunks {
        hunk.write(&lines, text, &mut shift, &mut diff);
    }
    diff
}

fn in_order(edits: &[TextEdit]) -> Vec<&TextEdit> {
    let mut all: Vec<&TextEdit> = edits.iter().collect();
    all.sort_by_key(|edit| (edit.range.start, edit.range.end));
    all
}

/// Lines that change, with what stands in their place, in order and apart.
fn changed(lines: &Lines, text: &[u8], edits: &[TextEdit]) -> Vec<(Range<usize>, Vec<u8>)> {
    let mut parts: Vec<(Range<usize>, Vec<&TextEdit>)> = Vec::new();
    for edit in in_order(edits) {
        let first = lines.at(edit.range.start);
        let last = lines.at(edit.range.end.max(edit.range.start + 1) - 1).max(first);
        match parts.last_mut() {
            Some((range, of)) if first < range.end => {
                range.end = range.end.max(last + 1);
                of.push(edit);
            }
            _ => parts.push((first..last + 1, vec![edit])),
        }
    }
    let made = |(range, of): (Range<usize>, Vec<&TextEdit>)| {
        let bytes = lines.span(&range);
        let moved =
            |edit: &TextEdit| TextEdit { range: edit.range.start - bytes.start..edit.range.end - bytes.start, with: edit.with.clone() };
        let moved: Vec<TextEdit> = of.into_iter().map(moved).collect();
        let (old, new) = (&text[bytes.clone()], apply(&text[bytes.clone()], &moved));
        trimmed(range, old, new)
    };
    parts.into_iter().map(made).filter(|(range, new)| text[lines.span(range)] != **new).collect()
}

/// Without the lines at both ends that stay.
fn trimmed(range: Range<usize>, old: &[u8], new: Vec<u8>) -> (Range<usize>, Vec<u8>) {
    let (a, b): (Vec<&[u8]>, Vec<&[u8]>) = (split(old), split(&new));
    let begin = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a[begin..].iter().rev().zip(b[begin..].iter().rev()).take_while(|(a, b)| a == b).count();
    (range.start + begin..range.end - end, b[begin..b.len() - end].concat())
}

/// A text by lines, each with its end.
fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Where lines begin.
struct Lines {
    begins: Vec<usize>,
    length: usize,
}

impl Lines {
    fn of(text: &[u8]) -> Self {
        let mut begins = vec![0];
        begins.extend(memchr::memchr_iter(b'\n', text).map(|at| at + 1).filter(|at| *at < text.len()));
        Lines { begins, length: text.len() }
    }

    /// The line of a byte.
    fn at(&self, byte: usize) -> usize {
        self.begins.partition_point(|begin| *begin <= byte).saturating_sub(1)
    }

    /// The bytes of lines.
    fn span(&self, lines: &Range<usize>) -> Range<usize> {
        let begin = |line: usize| self.begins.get(line).copied().unwrap_or(self.length);
        begin(lines.start)..begin(lines.end)
    }

    fn count(&self) -> usize {
        if self.length == 0 { 0 } else { self.begins.len() }
    }
}

/// Changes that are told together.
struct DiffHunk {
    changes: Vec<(Range<usize>, Vec<u8>)>,
}

impl DiffHunk {
    fn end(&self) -> usize {
        self.changes.last().map_or(0, |(range, _)| range.end)
    }

    fn write(&self, lines: &Lines, text: &[u8], shift: &mut isize, diff: &mut String) {
        let first = self.changes.first().map_or(0, |(range, _)| range.start);
        let (from, to) = (first.saturating_sub(AROUND), (self.end() + AROUND).min(lines.count()));
        let (mut body, mut added, mut taken, mut at) = (String::new(), 0, 0, from);
        let mut put = |sign: char, lines: &[u8]| {
            let mut written = 0;
            for line in split(lines) {
                body.push(sign);
                body.push_str(&String::from_utf8_lossy(line));
                if !line.ends_with(b"\n") {
                    body.push_str("\n\\ No newline at end of file\n");
                }
                written += 1;
            }
            written
        };
        for (range, new) in &self.changes {
            put(' ', &text[lines.span(&(at..range.start))]);
            taken += put('-', &text[lines.span(range)]);
            added += put('+', new);
            at = range.end;
        }
        put(' ', &text[lines.span(&(at..to))]);
        let (old, new) = (to - from, to - from + added - taken);
        let begin = |count: usize, line: isize| if count == 0 { line } else { line + 1 };
        let old_begin = begin(old, from as isize);
        let new_begin = begin(new, from as isize + *shift);
        diff.push_str(&format!("@@ -{old_begin},{old} +{new_begin},{new} @@\n{body}"));
        *shift += added as isize - taken as isize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: Range<usize>, with: &str) -> TextEdit {
        TextEdit { range, with: with.into() }
    }

    #[test]
    fn a_hunk_has_the_lines_around_it() {
        let text = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let edits = [edit(8..9, "five"), edit(8..8, "x\n")];
        assert_eq!(
            unified("f", text, &edits),
            "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+x\n+five\n 6\n 7\n 8\n"
        );
        assert_eq!(apply(text, &edits), b"1\n2\n3\n4\nx\nfive\n6\n7\n8\n9\n");
        assert_eq!(unified("f", text, &[edit(0..1, "1")]), "");
    }

    #[test]
    fn texts_are_made_of_each_other() {
        for (old, new) in [("a\nb\nc\n", "a\nx\ny\nc\n"), ("a\nb\n", "b\na\n"), ("", "a\n"), ("a\n", ""), ("a", "a\n"), ("a\nb\n", "a\nb")]
        {
            let edits = between(old.as_bytes(), new.as_bytes());
            assert_eq!(String::from_utf8(apply(old.as_bytes(), &edits)).unwrap(), new, "{old:?}");
        }
        assert_eq!(between(b"a\n", b"a\n"), []);
    }

    #[test]
    fn a_file_without_a_last_line_end_keeps_that() {
        let diff = unified("f", b"{}", &[edit(1..1, "\n")]);
        assert_eq!(
            diff,
            "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n-{}\n\\ No newline at end of file\n+{\n+}\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn far_changes_are_hunks_of_their_own_and_lines_move() {
        let text: String = (0..30).map(|n| format!("line {n}\n")).collect();
        let at = |n: usize| text.find(&format!("line {n}\n")).unwrap();
        let diff = unified("f", text.as_bytes(), &[edit(at(3)..at(3), "new\n"), edit(at(25)..at(26), "")]);
        assert!(diff.contains("@@ -1,6 +1,7 @@\n") && diff.contains("@@ -23,7 +24,6 @@\n"), "{diff}");
    }
}
