//! Text from outside as Markdown that shows it and obeys none of it.
//!
//! Owns: code spans, fences, cells of tables, sentences with data in them.
//! Refuses: what is said.
//!
//! Only code is safe: in it neither HTML nor links, `@mentions`, `#123` and `bug 123` references or emphasis mean anything, while an escaped sign
//! still does for the trackers that look at the rendered text. So whatever is not a plain word of ours becomes code.

use crate::ground::text::visible;

/// A code span: the text as it is, what a reader would not see made visible.
pub fn code(text: &str) -> String {
    let text = visible(text);
    // An empty span is none.
    if text.is_empty() {
        return "``` ```".to_owned();
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    // A space is taken off both ends where there are two, and keeps back-ticks apart from the fence.
    let touches = |c: &char| matches!(c, '`' | ' ');
    let room = if text.chars().next().iter().chain(text.chars().last().iter()).any(touches) { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// The same for a cell of a table, which a pipe would end even in code.
pub fn cell_code(text: &str) -> String {
    cell(&code(text))
}

/// Markdown in a cell of a table.
pub fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

/// Most words between angle brackets that belong together.
const MOST_IN_BRACKETS: usize = 12;

/// A sentence in which anything may stand: plain words stay words, the rest becomes code, and so do words between angle brackets, which stand for
/// something that is not told.
pub fn prose(sentence: &str) -> String {
    let mut out = String::new();
    let mut span: Vec<&str> = Vec::new();
    // A bracket that opens before the span stays text.
    let mut lead = "";
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let mut bracketed = 0;
    for (at, &word) in words.iter().enumerate() {
        let is_lead = at >= bracketed && !is_word(trimmed(word).1) && word.starts_with('(') && word.len() > 1 && !word[1..].contains('(');
        if is_lead {
            push_code(&mut out, &mut lead, &mut span, "");
            lead = "(";
        }
        let word = if is_lead { &word[1..] } else { word };
        let (open, bare, close) = trimmed(word);
        if opens(word) {
            let inside = words[at + 1..].iter().take(MOST_IN_BRACKETS).position(|word| word.contains('>'));
            bracketed = inside.map_or(at, |inside| at + 1 + inside);
        }
        if at < bracketed {
            span.push(word.strip_prefix(open).unwrap_or(word));
        } else if is_word(bare) {
            push_code(&mut out, &mut lead, &mut span, "");
            push_word(&mut out, &format!("{}{word}", std::mem::take(&mut lead)));
        } else if close.is_empty() {
            span.push(word.strip_prefix(open).unwrap_or(word));
        } else {
            span.push(bare);
            push_code(&mut out, &mut lead, &mut span, close);
        }
    }
    push_code(&mut out, &mut lead, &mut span, "");
    out
}

/// A block of code in a fence that nothing in it can close; line ends stay, everything else that a reader would not see is made visible.
pub fn fence(language: &str, text: &str) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A word without the marks around it, which stay text: `(word),` is `(`, `word`, `),`. Quotes and back-ticks that a sentence puts around data go.
fn trimmed(word: &str) -> (&str, &str, &str) {
    let bare = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
    // A bracket that was opened before the word closes behind it.
    let bare = if word.contains('(') { bare } else { bare.trim_end_matches(')') };
    let close = &word[bare.len()..];
    match bare.strip_prefix('`').and_then(|bare| bare.strip_suffix('`')) {
        Some(inner) if !inner.is_empty() && !inner.contains('`') => ("`", inner, close),
        _ => ("", bare, close),
    }
}

/// Letters alone, or what stands for more, with hyphens and apostrophes between them: no tracker makes a link of it.
fn is_word(bare: &str) -> bool {
    let inner = bare.strip_prefix('(').unwrap_or(bare);
    let inner = inner.strip_suffix(')').unwrap_or(inner);
    bare == "…"
        || !inner.is_empty() && inner.split(['-', '\'']).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Whether an angle bracket is open at the end of a word.
fn opens(word: &str) -> bool {
    word.rfind('<').is_some_and(|open| !word[open..].contains('>'))
}

fn push_word(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

fn push_code(out: &mut String, lead: &mut &str, span: &mut Vec<&str>, close: &str) {
    if !span.is_empty() {
        push_word(out, &format!("{}{}{close}", std::mem::take(lead), code(&span.join(" "))));
        span.clear();
    }
}

fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c| c != sign).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_stands_for_something_else_is_one_piece() {
        assert_eq!(
            prose("/<key 7 letters, value 1>/[] is missing the key <key 2 letters, value 2>"),
            "`/<key 7 letters, value 1>/[]` is missing the key `<key 2 letters, value 2>`"
        );
        assert_eq!(prose("a < b and so on"), "a `<` b and so on");
    }

    #[test]
    fn code_shows_anything() {
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code(" a "), "`  a  `");
        assert_eq!(code("a\n\u{202e}b"), "`a\\n\\u{202e}b`");
        assert_eq!(cell_code("a|b"), "`a\\|b`");
        assert_eq!(code(""), "``` ```");
    }

    #[test]
    fn sentences_keep_their_words() {
        assert_eq!(prose("/client_info is missing the key app_build"), "`/client_info` is missing the key `app_build`");
        assert_eq!(
            prose("The key `os` has 43 characters, at most 40 are allowed."),
            "The key `os` has `43` characters, at most `40` are allowed."
        );
        assert_eq!(
            prose("4 columns of payload.scalars (printing_a, b_c, …) are gone"),
            "`4` columns of `payload.scalars` (`printing_a`, `b_c`, …) are gone"
        );
        assert_eq!(prose("one of r_s (x_y): gone"), "one of `r_s` (`x_y`): gone");
        assert_eq!(prose("dropped on purpose (bug 17)."), "dropped on purpose (bug `17`).");
        assert_eq!(prose("meets only 1 of 2 conditions (as told)"), "meets only `1` of `2` conditions (as told)");
    }

    #[test]
    fn nothing_in_a_sentence_means_anything() {
        for (hostile, shown) in [
            ("@someone look", "`@someone` look"),
            ("see #123, bug 4", "see `#123`, bug `4`"),
            ("<img src=x> ~~~ **b** [a](http://b)", "`<img src=x> ~~~ **b** [a](http://b)`"),
            ("www.example.com", "`www.example.com`"),
            ("- list", "`-` list"),
            ("a `` b", "a ``` `` ``` b"),
            ("日本 \u{202e}", "`日本 \\u{202e}`"),
        ] {
            assert_eq!(prose(hostile), shown);
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_is_in_it() {
        assert_eq!(fence("json", "{}"), "```json\n{}\n```\n");
        assert_eq!(fence("", "````\n~~~~~\n\u{1b}"), "`````\n````\n~~~~~\n\\u{1b}\n`````\n");
    }

    proptest! {
        #[test]
        fn outside_of_code_there_are_only_words(sentence in any::<String>()) {
            let markdown = prose(&sentence);
            let mut rest = markdown.as_str();
            while let Some(at) = rest.find('`') {
                let before = &rest[..at];
                prop_assert!(before.chars().all(|c| c.is_ascii_alphabetic() || " ,.;:!?()-'".contains(c)), "{markdown}");
                let fence = rest[at..].len() - rest[at..].trim_start_matches('`').len();
                let body = &rest[at + fence..];
                let mut end = None;
                let mut from = 0;
                while let Some(next) = body[from..].find('`') {
                    let run = body[from + next..].len() - body[from + next..].trim_start_matches('`').len();
                    if run == fence {
                        end = Some(from + next + run);
                        break;
                    }
                    from += next + run;
                }
                prop_assert!(end.is_some(), "{markdown}");
                rest = &body[end.unwrap()..];
            }
            prop_assert!(rest.chars().all(|c| c.is_ascii_alphabetic() || " ,.;:!?()-'".contains(c)), "{markdown}");
        }
    }
}
