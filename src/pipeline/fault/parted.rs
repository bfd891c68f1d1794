//! Values of several parts, such as `category.name`: which part does not match the pattern.
//!
//! Owns: patterns of the form `^PART(\.PART)*$`, the first part at fault in words.
//! Refuses: judging (verdict); patterns of any other form have nothing to tell.

use fancy_regex::Regex;

use crate::ground::text::{clip_middle, ordinal, plural, visible};

/// Longest pattern that is looked at, in bytes.
const LONGEST: usize = 400;
/// Longest part inside a sentence, in terminal cells.
const LONGEST_PART: usize = 40;

/// What a part of the pattern may stand in: brackets, or one character, with how often.
struct Piece {
    most: Option<usize>,
}

/// Which part of a value is at fault, as the end of a sentence: `2nd part has 31 characters, at most 30`. `None` where the pattern does not
/// speak of parts, or no part of the value is wrong.
pub(crate) fn part_at_fault(pattern: &str, value: &str) -> Option<String> {
    let (part, separator, most_parts) = form(pattern)?;
    let parts: Vec<&str> = value.split(separator).collect();
    let one = Regex::new(&format!("^(?:{part})$")).ok()?;
    let longest = longest(part);
    for (nth, text) in (1..).zip(&parts) {
        // A line break at the end would match `$`.
        if one.is_match(text).ok()? && !text.ends_with('\n') {
            continue;
        }
        let name = ordinal(nth);
        let length = text.chars().count();
        return Some(match longest {
            _ if text.is_empty() => format!("{name} part is empty"),
            Some(most) if length > most => format!("{name} part has {}, at most {most}", plural(length as u64, "character", "characters")),
            _ => format!("{name} part is \"{}\"", clip_middle(&visible(text), LONGEST_PART)),
        });
    }
    let most = most_parts?;
    (parts.len() > most).then(|| format!("{}, at most {most}", plural(parts.len() as u64, "part", "parts")))
}

/// The part's own pattern, what stands between parts, and how many parts there may be.
fn form(pattern: &str) -> Option<(&str, char, Option<usize>)> {
    let body = pattern.strip_prefix('^')?.strip_suffix('$').filter(|body| body.len() <= LONGEST)?;
    let open = top_level(body, '(')?;
    let (part, group) = (&body[..open], &body[open + 1..]);
    let group = group.strip_prefix("?:").unwrap_or(group);
    let close = group.rfind(')')?;
    let (inner, often) = (&group[..close], &group[close + 1..]);
    let (separator, inner) = separator(inner)?;
    let most = match often {
        "*" | "+" => None,
        "?" => Some(2),
        _ => Some(often.strip_prefix('{')?.strip_suffix('}')?.rsplit(',').next()?.parse::<usize>().ok()? + 1),
    };
    // Alternatives and groups inside a part would need more than this.
    let is_plain = part == inner && !part.is_empty() && top_level(part, '|').is_none() && top_level(part, '(').is_none();
    is_plain.then_some((part, separator, most))
}

fn separator(inner: &str) -> Option<(char, &str)> {
    for (written, separator) in [("\\.", '.'), ("[.]", '.'), ("\\-", '-'), ("/", '/'), ("\\/", '/'), (":", ':'), ("-", '-'), ("_", '_')] {
        if let Some(rest) = inner.strip_prefix(written) {
            return Some((separator, rest));
        }
    }
    None
}

/// Where a character stands outside of brackets and escapes.
fn top_level(pattern: &str, wanted: char) -> Option<usize> {
    let (mut escaped, mut inside) = (false, false);
    for (at, c) in pattern.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == wanted && !inside => return Some(at),
            '[' => inside = true,
            ']' => inside = false,
            _ => {}
        }
    }
    None
}

/// Most characters that a part takes; `None` where there is no bound.
fn longest(part: &str) -> Option<usize> {
    let (mut rest, mut most) = (part, 0usize);
    while !rest.is_empty() {
        let (piece, behind) = piece(rest)?;
        most = most.checked_add(piece.most?)?;
        rest = behind;
    }
    Some(most)
}

fn piece(pattern: &str) -> Option<(Piece, &str)> {
    let end = match pattern.chars().next()? {
        '[' => 1 + top_level_end(pattern.get(1..)?)?,
        '\\' => 1 + pattern.chars().nth(1)?.len_utf8(),
        c => c.len_utf8(),
    };
    let rest = pattern.get(end..)?;
    if let Some(often) = rest.strip_prefix('{') {
        let (range, rest) = often.split_once('}')?;
        return Some((Piece { most: range.rsplit(',').next()?.parse().ok() }, rest));
    }
    Some(match rest.chars().next() {
        Some('*' | '+') => (Piece { most: None }, &rest[1..]),
        Some('?') => (Piece { most: Some(1) }, &rest[1..]),
        _ => (Piece { most: Some(1) }, rest),
    })
}

/// Where brackets end, just behind `]`.
fn top_level_end(inside: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::part_at_fault;

    const DOTTED: &str = r"^[a-z_][a-z0-9_]{0,29}(\.[a-z_][a-z0-9_]{0,29})*$";

    fn told(pattern: &str, value: &str) -> String {
        part_at_fault(pattern, value).unwrap_or_default()
    }

    #[test]
    fn the_part_at_fault_is_named() {
        assert_eq!(told(DOTTED, &format!("ad.{}", "a".repeat(31))), "2nd part has 31 characters, at most 30");
        assert_eq!(told(DOTTED, &format!("{}.b", "a".repeat(40))), "1st part has 40 characters, at most 30");
        assert_eq!(told(DOTTED, "ad..x"), "2nd part is empty");
        assert_eq!(told(DOTTED, "ad.Big"), "2nd part is \"Big\"");
        assert_eq!(told(DOTTED, "ad.x\u{1b}"), "2nd part is \"x\\u{1b}\"");
        assert_eq!(told(r"^[a-z]{1,3}(?:[.][a-z]{1,3}){0,2}$", "a.b.c.d"), "4 parts, at most 3");
        assert_eq!(told(r"^[a-z]+(-[a-z]+)*$", "ab-c1"), "2nd part is \"c1\"");
    }

    #[test]
    fn other_patterns_tell_nothing_of_parts() {
        for pattern in ["^[0-9]+$", r"^a(\.b)*$", r"^(a|b)(\.(a|b))*$", "[a-z](", r"^[a-z](\.[a-z]){x}$", "", "^$", r"^\"] {
            assert_eq!(told(pattern, "ad.Big"), "", "{pattern}");
        }
        assert_eq!(told(DOTTED, "fits.well"), "");
    }
}
