//! What a program unknown here puts before each line, so that a message that was wrapped is torn by it.
//!
//! Owns: telling such prefixes by what lines beside each other begin with, the text without them.
//! Refuses: prefixes that are known by their form, or by what they stand before (prefixes).

use super::codes::without_codes;

/// Fewest characters of a prefix.
const FEWEST: usize = 2;

/// Most of one.
const MOST: usize = 120;

/// Most lines that are looked at.
const MOST_LINES: usize = 200_000;

/// The text with as many lines, without what they begin with as those beside them do; `None` where that is nothing anywhere.
pub(super) fn without(text: &str) -> Option<String> {
    let lines: Vec<String> = text.lines().take(MOST_LINES + 1).map(without_codes).collect();
    if lines.len() > MOST_LINES {
        return None;
    }
    let pairs: Vec<(usize, usize)> = lines.windows(2).map(|pair| shared(&pair[0], &pair[1])).collect();
    let mut out = String::with_capacity(text.len());
    let mut any = false;
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| pairs.get(at)).map_or(0, |pair| pair.1);
        let behind = pairs.get(at).map_or(0, |pair| pair.0);
        // A line at the edge of such lines has one beside it; within, both tell what is shared by all.
        let cut = if before < FEWEST || behind < FEWEST { before.max(behind) } else { before.min(behind) };
        let cut = if cut < FEWEST { 0 } else { cut };
        any |= cut > 0;
        out.push_str(line.get(cut..).unwrap_or(line));
        out.push('\n');
    }
    any.then_some(out)
}

/// How many bytes of each of two lines say the same, but for the digits in it, up to where something ends.
fn shared(one: &str, other: &str) -> (usize, usize) {
    let (a, b) = (one.as_bytes(), other.as_bytes());
    let (mut i, mut j, mut cut) = (0, 0, (0, 0));
    while i < a.len() && j < b.len() && i < MOST && j < MOST {
        if a[i].is_ascii_digit() && b[j].is_ascii_digit() {
            i += a[i..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            j += b[j..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            continue;
        }
        if a[i] != b[j] {
            return cut;
        }
        i += 1;
        j += 1;
        if matches!(a[i - 1], b' ' | b'=' | b':' | b'|' | b']' | b')' | b'>' | b'~') {
            cut = (i, j);
        }
    }
    // A line that says nothing is its prefix.
    if i == a.len() || j == b.len() { (i, j) } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lines_beside_each_other_begin_with_is_taken_off() {
        let prefixes =
            ["ERROR:root:", "Step #3 - \"apply\": ", "E0511 02:41:0912 1 main.go:12] ", "~ ", "  12: ", "module.a (local-exec): "];
        for prefix in prefixes {
            let text = ["one two", "", "three four,", "five"].map(|line| format!("{prefix}{line}\n")).concat();
            assert_eq!(without(&text).as_deref(), Some("one two\n\nthree four,\nfive\n"), "{prefix}");
        }
        assert_eq!(without("one\ntwo\n"), None);
        assert_eq!(without(""), None);
        // Digits differ from line to line.
        assert_eq!(without("9 | a\n10 | b\n11 | c\n").as_deref(), Some("a\nb\nc\n"));
    }
}
