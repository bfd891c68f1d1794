//! One regular expression as `java.util.regex` finds it.
//!
//! Owns: compiling when first needed, the bound on backtracking, the fast way for plain patterns.
//! Refuses: guessing: a pattern that cannot be run says so.

use std::sync::OnceLock;

use fancy_regex::{Regex, RegexBuilder};

use super::java_regex;
use super::runs::Runs;

/// Steps that a pattern may take on one text: some tens of milliseconds.
const BACKTRACK_LIMIT: usize = 200_000;

/// A pattern that could not be run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unrunnable(pub(super) String);

#[derive(Debug)]
pub(super) struct Pattern {
    /// As the schema spells it.
    pub(super) text: Box<str>,
    runs: Option<Runs>,
    /// For texts that do not end with a line break.
    usual: OnceLock<Result<Regex, String>>,
    /// For texts that do: Java's `$` also holds before that last line break.
    before_break: OnceLock<Result<Regex, String>>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Pattern { text: text.into(), runs: Runs::of(text), usual: OnceLock::new(), before_break: OnceLock::new() }
    }

    /// Whether the pattern is found anywhere in the text.
    pub(super) fn found(&self, text: &str) -> Result<bool, Unrunnable> {
        let ends_with_break = text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        if let Some(runs) = self.runs.as_ref().filter(|_| !ends_with_break) {
            return Ok(runs.found(text.as_bytes()));
        }
        let kept = if ends_with_break { &self.before_break } else { &self.usual };
        let regex = kept.get_or_init(|| {
            let translated = java_regex::translate(&self.text, ends_with_break).map_err(java_regex::PatternRefusal::reason)?;
            RegexBuilder::new(&translated).backtrack_limit(BACKTRACK_LIMIT).build().map_err(|error| error.to_string())
        });
        match regex {
            Ok(regex) => regex.is_match(text).map_err(|error| Unrunnable(error.to_string())),
            Err(reason) => Err(Unrunnable(reason.clone())),
        }
    }

    /// The same for text still in JSON's bytes, where that needs no decoding; `None` where it does.
    pub(super) fn found_in_plain(&self, raw: &[u8]) -> Option<bool> {
        let runs = self.runs.as_ref()?;
        let found = runs.found(raw);
        // Runs are of ASCII characters as they are. Where they do not fit, an escape may stand for one of them, or a line break end the text.
        if found && !runs.knows_backslash() {
            return Some(true);
        }
        let plain = raw.is_ascii() && memchr::memchr(b'\\', raw).is_none();
        plain.then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_as_java_finds_it() {
        for (pattern, text, expected) in [
            ("b+", "abbc", true),
            ("^a+$", "a [x] : y\nz", false),
            ("^a+$", "aa\n", true),
            ("^a+$", "aa\r\n", true),
            ("^a+$", "aa\n\n", false),
            ("^[a-z-_][a-z0-9-_]*$", "a-b_9", true),
            ("^[a-z-_][a-z0-9-_]*$", "9", false),
            ("^[a-z_][a-z0-9_\\.]+$", "a", false),
            ("^[a-z_][a-z0-9_\\.]+$", "metrics.x_1", true),
            ("^[a-z_][a-z0-9_\\.]+$", "métrics", false),
            (r"^((?!data)([a-zA-Z][a-zA-Z0-9-\+\.]*):(.*))$", "https://x", true),
            (r"^((?!data)([a-zA-Z][a-zA-Z0-9-\+\.]*):(.*))$", "data:x", false),
            (r"^((?!data)([a-zA-Z][a-zA-Z0-9-\+\.]*):(.*))$", "http:a\u{85}b", false),
            (r"^\d+$", "٣", false),
            (r"^\w+$", "é", false),
            (r"^.*$", "", true),
            (r"^\Qa.b\E$", "a.b", true),
            ("^[0-9]{2,3}\\.", "115.0", true),
            ("^[0-9]{2,3}\\.", "1150.0", false),
            ("^[0-9]{10}", "12345678901", true),
        ] {
            assert_eq!(Pattern::new(pattern).found(text), Ok(expected), "{pattern} in {text:?}");
        }
    }

    #[test]
    fn undecoded_text_is_judged_only_where_that_is_certain() {
        let pattern = Pattern::new("^[a-z]+$");
        for (raw, expected) in [("abc", Some(true)), ("aBc", Some(false)), (r"a\u0062", None), ("abc\u{2028}", None), (r"abc\n", None)] {
            assert_eq!(pattern.found_in_plain(raw.as_bytes()), expected, "{raw:?}");
        }
        assert_eq!(Pattern::new(r"^[a\\]+$").found_in_plain(br"a\\"), None);
    }

    #[test]
    fn what_cannot_be_run_says_so() {
        assert!(Pattern::new("(").found("(").is_err());
        assert!(Pattern::new(r"^(a|a)*(?=x)\1$").found(&"a".repeat(60)).is_err());
    }
}
