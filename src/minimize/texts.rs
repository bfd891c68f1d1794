//! Made-up texts, the plainest first.
//!
//! Owns: what is tried in the place of a text or a key that a document holds.
//! Refuses: deciding which of them will do (shrink).

/// Longest text that is imitated character by character as a whole.
const LONGEST_IMITATED: usize = 100_000;

/// Values of the formats and patterns that schemas ask for most.
const COMMON: [&str; 18] = [
    "2000-01-01",
    "2000-01-01T00:00Z",
    "2000-01-01T00:00:00Z",
    "2000-01-01T00:00+00:00",
    "2000-01-01T00:00:00+00:00",
    "2000-01-01T00:00:00.000Z",
    "2000-01-01T00:00:00.000+00:00",
    "20000101",
    "20000101000000",
    "00000000-0000-4000-8000-000000000000",
    "{00000000-0000-4000-8000-000000000000}",
    "a:",
    "http://a",
    "a@a.a",
    "192.0.2.0",
    "1.0",
    "1.0.0",
    "aa",
];

/// Texts to try in the place of a value, in this order; none is longer than it.
pub(super) fn of_value(text: &str) -> Vec<String> {
    candidates(text, ["", "a"].map(str::to_owned).into_iter())
}

/// Names to try in the place of a key, in this order: the shortest that no neighbour has, then as for a value.
pub(super) fn of_key(key: &str, is_taken: impl Fn(&str) -> bool) -> Vec<String> {
    let short = short_names().take(MOST_NEIGHBOURS).find(|name| !is_taken(name));
    let mut all = candidates(key, short.into_iter());
    all.retain(|name| !is_taken(name));
    all
}

/// Short names that are tried before a key is said to have too many neighbours.
const MOST_NEIGHBOURS: usize = 10_000;

fn candidates(text: &str, first: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = first.chain(COMMON.map(str::to_owned)).collect();
    let length = text.chars().take(LONGEST_IMITATED + 1).count();
    if length <= LONGEST_IMITATED {
        all.extend(['a', '0'].map(|c| String::from_iter(std::iter::repeat_n(c, length))));
        all.push(text.chars().map(plain).collect());
    }
    // What is as plain already is left alone.
    all.truncate(all.iter().position(|candidate| candidate == text).unwrap_or(all.len()));
    all.retain(|candidate| candidate.len() <= text.len());
    all
}

/// `a` … `z`, `a0`, `b0` …
fn short_names() -> impl Iterator<Item = String> {
    let letters = || (b'a'..=b'z').map(char::from);
    let numbered = (0..).flat_map(move |n: u32| letters().map(move |letter| format!("{letter}{n}")));
    letters().map(String::from).chain(numbered)
}

/// The plainest character of the same class; punctuation stays.
pub(super) fn plain(c: char) -> char {
    match c {
        '0'..='9' => '0',
        'A'..='Z' => 'A',
        c if c.is_alphanumeric() => 'a',
        c => c,
    }
}

/// Whether a text could have been made up here: it says nothing about the original.
pub(super) fn is_made_up(text: &str) -> bool {
    COMMON.contains(&text) || text.chars().count() < 3 || text.chars().all(|c| matches!(c, 'a' | 'A' | '0') || !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plainest_comes_first() {
        assert_eq!(of_value("Jo-7"), ["", "a", "a:", "1.0", "aa", "aaaa", "0000", "Aa-0"]);
        assert_eq!(of_value(""), [""; 0]);
        assert_eq!(of_key("xyz", |name| name == "a"), ["b", "a:", "1.0", "aa", "aaa", "000", "aaa"]);
        assert!(of_value(&"x".repeat(1_000_000)).len() < 30);
    }

    #[test]
    fn what_was_made_up_is_known() {
        assert!(["", "a", "192.0.2.0", "Aa-0", "aaa"].into_iter().all(is_made_up));
        assert!(!is_made_up("Jo-7") && !is_made_up("release"));
    }
}
