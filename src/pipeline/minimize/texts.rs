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
pub(crate) fn of_value(text: &str) -> Vec<String> {
    candidates(text, ["", "a"].map(str::to_owned).to_vec())
}

/// Names to try in the place of a key, in this order, where the first short one will not do: the schema may mean something by it.
pub(super) fn of_key(key: &str) -> Vec<String> {
    candidates(key, vec!["b".to_owned()])
}

fn candidates(text: &str, first: Vec<String>) -> Vec<String> {
    let mut all = first;
    all.extend(COMMON.into_iter().filter(|common| is_alike(common, text)).map(str::to_owned));
    let length = text.chars().take(LONGEST_IMITATED + 1).count();
    if length <= LONGEST_IMITATED {
        for imitated in [String::from_iter(std::iter::repeat_n('a', length)), "0".repeat(length), text.chars().map(plain).collect()] {
            if !all.contains(&imitated) {
                all.push(imitated);
            }
        }
    }
    // What is as plain already is left alone.
    all.truncate(all.iter().position(|candidate| candidate == text).unwrap_or(all.len()));
    all.retain(|candidate| candidate.len() <= text.len());
    all
}

/// Whether a text has every kind of character that the common one has: only then may it be of the same form.
fn is_alike(common: &str, text: &str) -> bool {
    let mut kinds: Vec<char> = common.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().all(|kind| match kind {
        '0' => text.contains(|c: char| c.is_ascii_digit()),
        'a'..='z' => text.contains(|c: char| c.is_ascii_lowercase()),
        other => text.contains(other),
    })
}

/// `a` … `z`, `a0`, `b0` …
pub(super) fn short_names() -> impl Iterator<Item = String> {
    let letters = || (b'a'..=b'z').map(char::from);
    let numbered = (0..=u32::MAX).flat_map(move |n| letters().map(move |letter| format!("{letter}{n}")));
    letters().map(String::from).chain(numbered)
}

/// Whether a name is one of these.
pub(super) fn is_short_name(name: &str) -> bool {
    let number = name.strip_prefix(|c: char| c.is_ascii_lowercase());
    number.is_some_and(|number| number.len() <= 9 && number.bytes().all(|byte| byte.is_ascii_digit()))
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
pub(crate) fn is_made_up(text: &str) -> bool {
    COMMON.contains(&text) || text.chars().count() < 3 || text.chars().all(|c| matches!(c, 'a' | 'A' | '0') || !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plainest_comes_first() {
        assert_eq!(of_value("Jo-7"), ["", "a", "aa", "aaaa", "0000", "Aa-0"]);
        assert_eq!(of_value(""), [""; 0]);
        assert_eq!(of_value("2026-06-25T12:44:00Z")[2..4], ["2000-01-01", "2000-01-01T00:00Z"]);
        assert_eq!(of_key("xyz"), ["b", "aa", "aaa", "000"]);
        assert!(of_value(&"x".repeat(1_000_000)).len() < 30);
    }

    #[test]
    fn short_names_are_known() {
        let names: Vec<String> = short_names().skip(25).take(3).collect();
        assert_eq!(names, ["z", "a0", "b0"]);
        assert!(short_names().take(100).all(|name| is_short_name(&name)));
        assert!(!is_short_name("") && !is_short_name("aa") && !is_short_name("A0"));
    }

    #[test]
    fn what_was_made_up_is_known() {
        assert!(["", "a", "192.0.2.0", "Aa-0", "aaa"].into_iter().all(is_made_up));
        assert!(!is_made_up("Jo-7") && !is_made_up("release"));
    }
}
