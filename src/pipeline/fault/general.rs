//! Messages without their values: the same text for the same failure.
//!
//! Owns: which parts of a text are values, and the names that stand for them: `{type}` `{n}` `{value}` `{key}` `{token}`.
//! Refuses: what is a group (group).

use std::ops::Range;

use super::exceptions::{ending_value, quoted, short_name, without_source};
use super::grammar::without_doubling;
use super::values::place;
use super::{Fault, Says};

impl Fault<'_> {
    /// The text with its values replaced by `{type}`, `{n}`, `{value}`, `{key}` and `{token}`. Bug numbers stay: they are what a message
    /// without any other text is about. A fault without text is called by its class's short name.
    pub fn general(&self) -> String {
        let text = match &self.says {
            Says::Broken { .. } => self.without_values(),
            Says::NoSuchDoctype { .. } => "No such docType: {value}".to_owned(),
            Says::NoSuchSchema { .. } => "No schema with name: {value}".to_owned(),
            Says::Bug { number } => number.unwrap_or("").to_owned(),
            Says::NotJson { .. } => parser_text(without_source(self.text)),
            Says::Insert(error) => error.general(),
            Says::Other => exception_text(self.class, self.text),
        };
        if text.is_empty() && self.pointer.is_none() { short_name(self.class).to_owned() } else { text }
    }

    /// The same, but with what the schema asks.
    pub fn general_with_limit(&self) -> String {
        match self.says {
            Says::Broken { keyword, found, key, .. } if keyword != Some("format") => {
                Fault { says: Says::Broken { keyword, expected: None, found, key }, ..*self }.general()
            }
            _ => self.general(),
        }
    }

    fn without_values(&self) -> String {
        let Says::Broken { keyword, expected, found, key } = self.says else {
            return self.text.to_owned();
        };
        let text = without_doubling(self.text);
        let stands_for = |value: &str| match keyword {
            Some("type") => "{type}",
            _ if key.is_some() => "{key}",
            _ if value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'E')) => "{n}",
            _ => "{value}",
        };
        match (keyword, expected) {
            (None, _) if found.is_none() => plain_text(text),
            // The list of forms that some formats tell is the same for all rows and fills a screen.
            (Some("format"), Some(name)) => format!("[{{value}}] is not a valid {name}"),
            _ => replace(text, [expected, found, key], stands_for),
        }
    }
}

/// Puts names in the place of values, which are slices of the text.
fn replace<'a>(text: &'a str, values: [Option<&'a str>; 3], stands_for: impl Fn(&str) -> &'static str) -> String {
    let mut places: Vec<Range<usize>> = values.into_iter().flatten().filter_map(|value| place(text, value)).collect();
    places.sort_unstable_by_key(|place| place.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for value in places {
        out.push_str(text.get(done..value.start).unwrap_or(""));
        out.push_str(stands_for(text.get(value.clone()).unwrap_or("")));
        done = value.end;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    out
}

/// The JSON parser quotes one token or character; its list of what JSON knows stays.
fn parser_text(text: &str) -> String {
    match quoted(text) {
        Some((before, _, behind)) => format!("{before}{{token}}{}", numbers(behind)),
        None => numbers(text),
    }
}

fn exception_text(class: &str, text: &str) -> String {
    match ending_value(class, text) {
        Some((before, _)) => format!("{}: {{value}}", numbers(before)),
        None => plain_text(text),
    }
}

/// A text of which nothing is known: its first line, without what is quoted or in brackets, without numbers.
pub(super) fn plain_text(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find(['"', '[', '\'']) {
        let quote = &rest[open..open + 1];
        let inside = &rest[open + 1..];
        // An apostrophe inside of a word quotes nothing.
        let in_word = quote == "'" && rest[..open].ends_with(|c: char| c.is_alphanumeric());
        let close = if quote == "[" { "]" } else { quote };
        match inside.find(close).filter(|_| !in_word) {
            Some(end) => {
                out.push_str(&numbers(&rest[..open]));
                out.push_str(&format!("{quote}{{value}}{close}"));
                rest = &inside[end + 1..];
            }
            None => {
                out.push_str(&numbers(&rest[..=open]));
                rest = inside;
            }
        }
    }
    out.push_str(&numbers(rest));
    out
}

/// Numbers that begin a word become `{n}` (`12`, `-1.5`, the 12 of `12bytes`), `0x1f` and long hexadecimal identifiers `{value}`.
/// Digits inside a word stay: `UTF-8`, `v4`.
fn numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        if end == 0 {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..next]);
            rest = &rest[next..];
            continue;
        }
        push_word(&mut out, &rest[..end]);
        rest = &rest[end..];
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '+')
}

fn push_word(out: &mut String, word: &str) {
    let is_identifier =
        word.len() >= 16 && word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') && word.bytes().any(|b| b.is_ascii_digit());
    if is_identifier || word.starts_with("0x") {
        out.push_str("{value}");
        return;
    }
    let digits = word.trim_start_matches(['-', '+']);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        out.push_str(word);
        return;
    }
    let number = digits.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'E' | '-' | '+'));
    out.push_str("{n}");
    // A full stop behind a number ends the sentence.
    if number.is_empty() && digits.ends_with('.') {
        out.push('.');
    }
    out.push_str(number);
}
