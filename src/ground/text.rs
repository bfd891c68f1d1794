//! Text from outside made safe and measured for a terminal.
//!
//! Owns: the visible form of control, C1 and bidirectional characters, clipping by display width, numbers with thousands separators.
//! Also owns: the known name that a wrong one was probably meant to be.
//! Refuses: colours, layout, any knowledge of what the text means.

use std::borrow::Cow;

use strsim::osa_distance;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Signs that spreadsheets take for the beginning of a formula, also as wide as they are written beside Chinese and Japanese.
pub const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Whether a character must never reach a terminal as it is: it would be obeyed (C0, DEL, C1), reorder the line
/// (bidirectional controls), or vanish (zero-width marks, tags, interlinear anchors).
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every unsafe character replaced by its escape: `\n`, `\t`, `\r`, otherwise `\u{1b}` in hexadecimal.
/// Borrowed where nothing has to change.
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.find(is_unsafe) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for c in text[first..].chars() {
        push_visible(&mut out, c);
    }
    Cow::Owned(out)
}

/// The same for bytes that may not be UTF-8: an invalid byte is shown as `\xFF`.
pub fn visible_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return visible(text);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_visible(&mut out, c));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
    Cow::Owned(out)
}

/// Bytes over several lines: line ends stay, everything else is as in [`visible_bytes`].
pub fn visible_lines(bytes: &[u8]) -> String {
    let lines: Vec<_> = bytes.split(|&byte| byte == b'\n').map(visible_bytes).collect();
    lines.join("\n")
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if is_unsafe(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        c => out.push(c),
    }
}

/// The first bytes of a text that may be too long to look at as a whole: at most `limit`, and never part of a UTF-8 character at the end,
/// which would look like broken data. What is no UTF-8 is cut anywhere.
pub fn cut_bytes(bytes: &[u8], limit: usize) -> &[u8] {
    if bytes.len() <= limit {
        return bytes;
    }
    // A character has at most three bytes behind its first.
    let end = (limit.saturating_sub(3)..=limit).rev().find(|&end| bytes[end] & 0xc0 != 0x80);
    &bytes[..end.unwrap_or(limit)]
}

/// Width in terminal cells.
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.width() }
}

/// Whether a text is of nothing but the signs of ASCII that can be seen, and blanks: one cell each.
fn is_plain(text: &str) -> bool {
    // As many at once as are compared at once.
    const CHUNK: usize = 32;
    let is_seen = |byte: u8| byte.wrapping_sub(b' ') < 0x7f - b' ';
    text.as_bytes().chunks(CHUNK).all(|chunk| chunk.iter().fold(true, |plain, &byte| plain & is_seen(byte)))
}

/// Whether a text takes at most so many cells. Of a long one the beginning tells, so that a value of megabytes costs what is seen of it.
fn fits(text: &str, cells: usize) -> bool {
    if text.len() <= cells {
        return true;
    }
    // What follows could only change the width of the last grapheme.
    const LAST: usize = 8;
    let most = cells.saturating_mul(4).saturating_add(64).min(text.len());
    let head = (0..=most).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    if head < text.len() && text[..head].width() > cells + LAST {
        return false;
    }
    text.width() <= cells
}

/// The text cut to `cells` terminal cells, the last one an ellipsis where something was cut. Never splits a grapheme.
pub fn clip(text: &str, cells: usize) -> Cow<'_, str> {
    if fits(text, cells) {
        return Cow::Borrowed(text);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    let mut used = 0;
    let mut out = String::new();
    for grapheme in text.graphemes(true) {
        let w = grapheme.width();
        if used + w > cells - 1 {
            break;
        }
        used += w;
        out.push_str(grapheme);
    }
    out.push('…');
    Cow::Owned(out)
}

/// The text cut in the middle, keeping both ends: right for paths and keys whose end tells most.
pub fn clip_middle(text: &str, cells: usize) -> Cow<'_, str> {
    if fits(text, cells) {
        return Cow::Borrowed(text);
    }
    if cells < 5 {
        return clip(text, cells);
    }
    let tail_room = (cells - 1) * 3 / 5;
    let head = clip(text, cells - tail_room);
    let head = head.trim_end_matches('…');
    let mut tail: Vec<&str> = Vec::new();
    let mut used = 0;
    for grapheme in text.graphemes(true).rev() {
        if used + grapheme.width() > tail_room {
            break;
        }
        used += grapheme.width();
        tail.push(grapheme);
    }
    Cow::Owned(std::iter::once(head).chain(["…"]).chain(tail.into_iter().rev()).collect())
}

/// The part of a text that begins a little before a place in it, behind an ellipsis, in so many cells.
pub fn from_about(text: &str, at: usize, cells: usize) -> Cow<'_, str> {
    let mut from = at;
    let mut before = cells / 4;
    for (start, grapheme) in text[..at].grapheme_indices(true).rev() {
        let Some(left) = before.checked_sub(grapheme.width()) else { break };
        (from, before) = (start, left);
    }
    if from == 0 { clip(text, cells) } else { Cow::Owned(format!("…{}", clip(&text[from..], cells.saturating_sub(1)))) }
}

/// A path cut at its front by whole segments: the end tells most, as long as a name is left and not only `{key}` and `[]`.
pub fn clip_path(path: &str, cells: usize) -> Cow<'_, str> {
    if fits(path, cells) {
        return Cow::Borrowed(path);
    }
    // From the end, so that a path of any length costs what is seen of it.
    let mut tail = "";
    for (at, _) in path.rmatch_indices('/') {
        if at == 0 || path[at..].width() >= cells {
            break;
        }
        tail = &path[at..];
    }
    let named = tail.split('/').any(|name| !name.is_empty() && !name.starts_with(['[', '{']));
    if named && tail.width() * 2 > cells { Cow::Owned(format!("…{tail}")) } else { clip_middle(path, cells) }
}

/// A count with thousands separators: `12,345`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number of things: `1 row`, `2,000 rows`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A part of a whole: `41 %`, `0.3 %`, `<0.1 %`; only nothing is `0 %`, only all of it is `100 %`.
pub fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    match share {
        _ if part == 0 => "0 %".to_owned(),
        _ if part < whole && share >= 99.5 => ">99 %".to_owned(),
        9.95.. => format!("{share:.0} %"),
        0.05.. => format!("{share:.1} %"),
        _ => "<0.1 %".to_owned(),
    }
}

/// `1st`, `2nd`, `11th`.
pub fn ordinal(n: u64) -> String {
    let ending = match (n % 10, n % 100) {
        (1, not) if not != 11 => "st",
        (2, not) if not != 12 => "nd",
        (3, not) if not != 13 => "rd",
        _ => "th",
    };
    format!("{}{ending}", count(n))
}

/// How many of a list to show where room is for `most` and one: `and 1 more` takes no less room than the one itself.
pub fn listed(all: usize, most: usize) -> usize {
    if all == most + 1 { all } else { all.min(most) }
}

/// A number of bytes in binary units with one decimal: `182.4 KiB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// Text broken into lines of at most `cells` terminal cells, at spaces where there are any, and at its own line breaks.
// The crate textwrap is faster, but breaks long words between characters: it tears emoji of several apart and takes each part's width for its own.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut lines = Vec::new();
    text.split('\n').for_each(|paragraph| wrap_paragraph(paragraph, cells.max(1), 0, &mut lines));
    lines
}

/// The same for facts: what has no room in a line goes on below the value that it belongs to, not below the value's name or number.
pub fn wrap_hanging(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let lead = paragraph.len() - paragraph.trim_start_matches(' ').len();
        let value = paragraph[lead..].find("  ").map(|name| {
            let rest = &paragraph[lead + name..];
            paragraph.len() - rest.trim_start_matches(' ').len()
        });
        let indents = [value.map(|at| paragraph[..at].width()), Some(lead), Some(0)];
        let indent = indents.into_iter().flatten().find(|indent| *indent <= cells / 2).unwrap_or(0);
        wrap_paragraph(paragraph, cells, indent, &mut lines);
    }
    lines
}

/// Breaks a paragraph into lines of so many cells, all but the first behind an indent of fewer.
fn wrap_paragraph(paragraph: &str, cells: usize, indent: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut used = 0;
    let mut next = |line: &mut String, used: &mut usize| {
        lines.push(std::mem::replace(line, " ".repeat(indent)));
        *used = indent;
    };
    for word in paragraph.split_inclusive(' ') {
        let bare = word.trim_end().width();
        if used > indent && used + bare > cells {
            next(&mut line, &mut used);
        }
        for grapheme in word.graphemes(true) {
            let w = grapheme.width();
            if used + w > cells {
                if grapheme == " " {
                    continue;
                }
                next(&mut line, &mut used);
            }
            line.push_str(grapheme);
            used += w;
        }
    }
    lines.push(line);
}

/// The nearest of the known names, or `None` where none is near: more than a third of the letters would have to change. Letters that
/// changed places with the next one are one change, large letters for small ones none.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let letters: Vec<Letters> = known.iter().map(|known| Letters::of(known)).collect();
    nearest_of(name, known.iter().copied().zip(&letters))
}

/// The same for names whose letters were counted before: of many, few are compared letter by letter.
pub fn nearest_of<'a, 'l>(name: &str, known: impl Iterator<Item = (&'a str, &'l Letters)>) -> Option<&'a str> {
    let is_near = |distance: usize, longer: usize| distance * 3 <= longer;
    let letters = Letters::of(name);
    let may_be_near = |(candidate, others): &(&str, &Letters)| {
        let longer = name.len().max(candidate.len());
        longer <= LONGEST_COMPARED && is_near(letters.least_distance(others), longer)
    };
    let lower = name.to_lowercase();
    // Of two that differ in case alone the one that is spelled more alike.
    let distance = |candidate: &str| (osa_distance(&lower, &candidate.to_lowercase()), osa_distance(name, candidate));
    let ((distance, _), near) = known.filter(may_be_near).map(|(candidate, _)| (distance(candidate), candidate)).min()?;
    is_near(distance, name.chars().count().max(near.chars().count())).then_some(near)
}

/// Bytes of the longest names that are compared.
const LONGEST_COMPARED: usize = 300;

/// How often each letter is in a name: enough to tell most names apart.
#[derive(Debug, Clone)]
pub struct Letters {
    counts: [u8; 32],
    is_ascii: bool,
}

impl Letters {
    /// Counts the letters of a name.
    pub fn of(name: &str) -> Self {
        let mut counts = [0u8; 32];
        for byte in name.bytes() {
            let count = &mut counts[usize::from(byte & 31)];
            *count = count.saturating_add(1);
        }
        Letters { counts, is_ascii: name.is_ascii() }
    }

    /// At least so many letters have to change.
    pub fn least_distance(&self, other: &Letters) -> usize {
        let (mut more, mut fewer) = (0, 0);
        for (a, b) in self.counts.iter().zip(&other.counts) {
            more += usize::from(a.saturating_sub(*b));
            fewer += usize::from(b.saturating_sub(*a));
        }
        // Beyond ASCII a letter has up to four bytes.
        more.max(fewer) / if self.is_ascii && other.is_ascii { 1 } else { 4 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_of_ascii_are_measured_and_shown_as_all_others(text in "[ -~]{0,70}[\\x00-\\x7f]{0,2}[ -~]{0,40}|[ -~]{0,40}\\PC{0,4}|.{0,40}") {
            prop_assert_eq!(width(&text), text.width());
            let mut shown = String::new();
            text.chars().for_each(|c| push_visible(&mut shown, c));
            prop_assert_eq!(visible(&text), shown);
        }
    }

    #[test]
    fn facts_go_on_below_their_value() {
        let facts = "name     one two three\n       12  a b c d e f g h\nplain words that go on\n  1  aaaaaaaaaaaaaaaaaaaaaaaaa";
        let told = [
            "name     one two ",
            "         three",
            "       12  a b c d",
            "       e f g h",
            "plain words that ",
            "go on",
            "  1  aaaaaaaaaaaaa",
            "     aaaaaaaaaaaa",
        ];
        assert_eq!(wrap_hanging(facts, 18), told);
        for cells in 0..30 {
            let bare = |lines: &[String]| lines.concat().replace(' ', "");
            assert_eq!(bare(&wrap_hanging(facts, cells)), facts.replace(['\n', ' '], ""), "{cells}");
            assert!(wrap_hanging(facts, cells).iter().all(|line| line.trim_end().width() <= cells.max(1)), "{cells}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("a\x1b[2Jb\u{9b}\u{202e}\n"), "a\\u{1b}[2Jb\\u{9b}\\u{202e}\\n");
        assert!(matches!(visible("plain ✓ 日本"), Cow::Borrowed(_)));
        assert_eq!(visible_bytes(b"a\xff\x1b"), "a\\xFF\\u{1b}");
        assert_eq!(visible_lines(b"a\x1b\nb"), "a\\u{1b}\nb");
    }

    #[test]
    fn clipping_counts_cells_and_keeps_graphemes() {
        assert_eq!(clip("日本語", 5), "日本…");
        assert_eq!(clip("abc", 3), "abc");
        assert_eq!(clip("abcd", 0), "");
        assert_eq!(clip_path("/metrics/labeled_counter/{key}/{key}", 30), "…/labeled_counter/{key}/{key}");
        assert_eq!(clip_path("/a/a_very_long_last_segment", 12), clip_middle("/a/a_very_long_last_segment", 12));
        let endless = clip_path(&"/a".repeat(500_000), 20).into_owned();
        assert!(width(&endless) <= 20, "{endless}");
        assert_eq!(clip_middle("metrics.labeled_counter.glean_error", 15), "metric…an_error");
    }

    #[test]
    fn bytes_are_cut_between_characters() {
        let text = "a\u{e9}\u{1f600}b".as_bytes();
        let cut = |limit: usize| String::from_utf8(cut_bytes(text, limit).to_vec()).unwrap();
        assert_eq!([0, 1, 2, 3, 6, 7, 8, 9].map(cut), ["", "a", "a", "aé", "aé", "aé😀", "aé😀b", "aé😀b"]);
        assert_eq!(cut_bytes(&[0x80; 9], 7).len(), 7, "no character is that long");
    }

    #[test]
    fn long_text_is_broken_at_spaces_or_anywhere() {
        assert_eq!(wrap("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(
            wrap("\u{1f44d}\u{1f3fd}\u{1f44d}\u{1f3fd}\u{1f44d}\u{1f3fd}", 4),
            ["\u{1f44d}\u{1f3fd}\u{1f44d}\u{1f3fd}", "\u{1f44d}\u{1f3fd}"]
        );
    }

    #[test]
    fn numbers_read_easily() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(bytes(182 * 1024), "182.0 KiB");
        assert_eq!([1, 2, 3, 4, 11, 12, 13, 21, 112, 1001].map(ordinal).join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 112th 1,001st");
        assert_eq!([(2, 2), (3, 2), (4, 2)].map(|(all, most)| listed(all, most)), [2, 3, 2], "one more is shown, not counted");
    }

    #[test]
    fn a_share_is_neither_nothing_nor_all_unless_it_is() {
        let shares = [(0, 0), (0, 9), (1, 9999), (5, 9999), (3, 1000), (41, 100), (9996, 10_000), (7, 7)];
        assert_eq!(shares.map(|(part, whole)| percent(part, whole)).join(" "), "0 % 0 % <0.1 % 0.1 % 0.3 % 41 % >99 % 100 %");
    }

    #[test]
    fn slips_of_the_finger_are_near() {
        let known = ["schemas", "theme", "keys", "sources"];
        assert_eq!(nearest("shcemas", &known), Some("schemas"));
        assert_eq!(nearest("theme ", &known), Some("theme"));
        assert_eq!(nearest("source", &known), Some("sources"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("SHCEMAS", &known), Some("schemas"));
        assert_eq!((nearest("AB", &["aB", "AB"]), nearest("aB", &["AB", "aB"])), (Some("AB"), Some("aB")));
        assert_eq!(nearest("x", &[]), None);
        assert_eq!(nearest("größe", &["grösse", "gr\u{f6}\u{df}e2"]), Some("größe2"));
    }

    #[test]
    fn distances_are_counted_in_letters() {
        let distances = [("", "abc"), ("abc", ""), ("ab", "ba"), ("für", "fur")].map(|(from, to)| osa_distance(from, to));
        assert_eq!(distances, [3, 3, 1, 1]);
    }
}
