//! Names of namespaces, doctypes and versions: as the decoder compares them, and which known ones are near.
//!
//! Owns: snake case, the comparable form of a path part, the order of versions, distance between names.
//! Refuses: column names (sink adds its own prefix and rules to [`snake_case`]).

use std::cmp::Ordering;

use heck::ToSnakeCase;
use rustc_hash::FxHashMap;
use strsim::levenshtein;

use crate::ground::text::nearest as nearest_text;

/// Most characters of a name that a distance looks at: names come from requests and may be anything.
const LONGEST_COMPARED: usize = 64;
/// Below this likeness (0 to 2) a known name is no help.
const LEAST_LIKENESS: f64 = 1.0;
/// Most names offered.
const MOST_NEAREST: usize = 5;

/// The decoder's snake case: every character outside `[A-Za-z0-9]` separates words, and so does a change of case.
/// The answer is ASCII `[a-z0-9_]`, and empty where there is no word at all.
pub fn snake_case(text: &str) -> String {
    if is_of_plain_words(text.as_bytes()) {
        return text.replace('-', "_");
    }
    if text.is_ascii() { snake_case_of_ascii(text.as_bytes()) } else { text.to_snake_case() }
}

/// The same without a look at any table of characters: a word begins with a capital behind a small letter (digits between them or not), and with
/// the last of several capitals that a small letter follows.
fn snake_case_of_ascii(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for part in text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('_');
        }
        // Whether the letter before, digits aside, is small or a capital; `None` where the word begins.
        let mut is_capital_before = None;
        for (at, &byte) in part.iter().enumerate() {
            let next = part.get(at + 1).copied().unwrap_or(b'0');
            let is_capital = if byte.is_ascii_alphabetic() { Some(byte.is_ascii_uppercase()) } else { is_capital_before };
            let begins = is_capital_before == Some(true) && byte.is_ascii_uppercase() && next.is_ascii_lowercase();
            if begins {
                out.push('_');
            }
            out.push(char::from(byte.to_ascii_lowercase()));
            let ends = is_capital == Some(false) && next.is_ascii_uppercase();
            if ends {
                out.push('_');
            }
            is_capital_before = if ends || begins { None } else { is_capital };
        }
    }
    out
}

/// Whether a name is this one in [`snake_case`].
pub(crate) fn is_named(name: &str, snake: &str) -> bool {
    if !is_of_plain_words(name.as_bytes()) {
        return snake_case(name) == snake;
    }
    let usual = |byte: u8| if byte == b'-' { b'_' } else { byte };
    name.len() == snake.len() && name.bytes().map(usual).eq(snake.bytes())
}

/// Whether a name is words of small letters and digits, one sign between two: as nearly all are written.
fn is_of_plain_words(name: &[u8]) -> bool {
    let is_sign = |byte: u8| matches!(byte, b'-' | b'_');
    let is_small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let has_ends = [name.first(), name.last()].into_iter().all(|end| end.is_some_and(|&byte| is_small(byte)));
    has_ends
        && name.iter().all(|&byte| is_small(byte) || is_sign(byte))
        && !name.windows(2).any(|pair| is_sign(pair[0]) && is_sign(pair[1]))
}

/// A path part as the decoder compares it: snake case up to the first dot, the rest as it stands.
pub(crate) fn comparable(part: &str) -> String {
    match part.split_once('.') {
        Some((head, rest)) => format!("{}.{rest}", snake_case(head)),
        None => snake_case(part),
    }
}

/// Versions in the order people count them: pieces between dots as numbers where both are, otherwise as text.
pub(crate) fn version_order(a: &str, b: &str) -> Ordering {
    // Iglu divides by dashes.
    let divide = ['.', '-'];
    let pieces = a.split(divide).zip(b.split(divide)).map(|(a, b)| piece_order(a, b));
    pieces.fold(Ordering::Equal, Ordering::then).then_with(|| a.split(divide).count().cmp(&b.split(divide).count())).then_with(|| a.cmp(b))
}

fn piece_order(a: &str, b: &str) -> Ordering {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (digits(a), digits(b)) {
        (true, true) => {
            // Compared as digits, so that a number of any length has its place.
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

/// The known `namespace/doctype` names nearest to the one asked for, best first: near means that both parts are alike,
/// so the same doctype elsewhere and the namespace's own doctypes come before strangers.
pub(crate) fn nearest<'a>(namespace: &str, doctype: &str, known: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let asked = (snake_case(namespace), snake_case(doctype));
    // The same names come again and again: doctypes of a namespace, and one doctype of many.
    let (mut namespaces, mut doctypes) = (FxHashMap::default(), FxHashMap::default());
    let mut scored: Vec<(f64, String)> = known
        .filter_map(|(ns, dt)| {
            let of_namespace = *namespaces.entry(ns).or_insert_with(|| likeness(&asked.0, &snake_case(ns)));
            let of_doctype = *doctypes.entry(dt).or_insert_with(|| likeness(&asked.1, &snake_case(dt)));
            let score: f64 = of_namespace + of_doctype;
            (score >= LEAST_LIKENESS).then(|| (score, format!("{ns}/{dt}")))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.truncate(MOST_NEAREST);
    scored.into_iter().map(|(_, name)| name).collect()
}

/// The known names nearest to one, best first, each likelier than not to help.
pub(crate) fn nearest_names<'a>(name: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let asked = snake_case(name);
    let mut scored: Vec<(f64, &str)> = known.map(|known| (likeness(&asked, &snake_case(known)), known)).collect();
    scored.retain(|(score, _)| *score >= LEAST_LIKENESS / 2.0);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.truncate(most);
    scored.into_iter().map(|(_, name)| name).collect()
}

/// Whether both parts of two `namespace/doctype` names are nearly spelled alike: what only shares a namespace, or a doctype's name that many
/// have, is a stranger.
pub(crate) fn is_alike(one: (&str, &str), other: (&str, &str)) -> bool {
    let near = |one: &str, other: &str| {
        let (one, other) = (snake_case(one), snake_case(other));
        one == other || nearest_text(&one, &[&other]).is_some()
    };
    near(one.0, other.0) && near(one.1, other.1)
}

/// How alike two snake case names are, from 0 to 1: by edits or by shared words, whichever says more.
fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (clip(a), clip(b));
    if a == b {
        return 1.0;
    }
    let longest = a.len().max(b.len());
    let by_edits = 1.0 - levenshtein(a, b) as f64 / longest as f64;
    let (mine, theirs): (Vec<&str>, Vec<&str>) = (a.split('_').collect(), b.split('_').collect());
    let shared = mine.iter().filter(|word| theirs.contains(word)).count();
    let by_words = shared as f64 / mine.len().max(theirs.len()) as f64;
    // Never as near as the name itself.
    by_edits.max(by_words).min(0.99)
}

/// Snake case is ASCII, so bytes are characters.
fn clip(text: &str) -> &str {
    text.get(..LONGEST_COMPARED).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_as_the_decoder_makes_them() {
        for name in ["a", "org-mozilla-fenix", "a1_2b-c3", "x9", "-a", "a-", "a--b", "", "_", "aB", "a.b", "ü"] {
            assert_eq!(snake_case(name), name.to_snake_case(), "{name}");
            assert!(is_named(name, &name.to_snake_case()) && !is_named(name, "b"), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn names_are_made_as_the_tables_of_characters_make_them(name in "[A-Za-z0-9]{0,12}|[A-Ca-c0-1_.\\- ]{0,24}|[ -~]{0,12}") {
            proptest::prop_assert_eq!(snake_case(&name), name.to_snake_case());
        }
    }

    #[test]
    fn names_compare_as_the_decoder_does() {
        for (text, snake) in
            [("activeGMPlugins", "active_gm_plugins"), ("org-mozilla.fenix", "org_mozilla_fenix"), ("a__b_", "a_b"), ("日本", "")]
        {
            assert_eq!(snake_case(text), snake);
        }
        assert_eq!(comparable("Main"), "main");
        assert_eq!(comparable("myPing.1.schema.json"), "my_ping.1.schema.json");
    }

    #[test]
    fn versions_count() {
        let mut versions = ["10", "2", "beta", "1.10", "1.9", "1", "99999999999999999999"];
        versions.sort_by(|a, b| version_order(a, b));
        assert_eq!(versions, ["1", "1.9", "1.10", "2", "10", "99999999999999999999", "beta"]);
    }

    #[test]
    fn the_nearest_name_is_a_typo_then_the_same_doctype_then_a_sibling() {
        let known = [
            ("telemetry", "main"),
            ("telemetry", "crash"),
            ("org-mozilla-fenix", "metrics"),
            ("org-mozilla-focus", "metrics"),
            ("glam", "x"),
        ];
        let near = |ns, dt| nearest(ns, dt, known.iter().copied());
        assert_eq!(near("telemetry", "mian")[0], "telemetry/main");
        assert_eq!(near("org-mozilla-fenox", "metrics"), ["org-mozilla-fenix/metrics", "org-mozilla-focus/metrics"]);
        assert!(near("telemetry", "zzzz").contains(&"telemetry/crash".to_owned()));
        assert!(near("qqqq", "zzzz").is_empty());
    }

    #[test]
    fn what_only_shares_a_namespace_or_a_doctype_is_a_stranger() {
        assert!(is_alike(("telemetry", "Mian"), ("telemetry", "main")));
        assert!(is_alike(("org-mozilla-fenox", "metrics"), ("org_mozilla_fenix", "metrics")));
        assert!(!is_alike(("telemetry", "zzzz"), ("telemetry", "crash")));
        assert!(!is_alike(("glam", "metrics"), ("org-mozilla-fenix", "metrics")));
    }

    #[test]
    fn likeness_is_by_edits_or_by_words() {
        assert_eq!(likeness("main", "main"), 1.0);
        assert_eq!(likeness("main", "mian"), 0.5);
        assert_eq!(likeness("a_metrics", "zzzz_metrics"), 1.0 - 4.0 / 12.0);
        assert_eq!(likeness("first_shutdown", "shutdown"), 1.0 - 6.0 / 14.0);
        assert_eq!(likeness("x", ""), 0.0);
    }
}
