//! SQL's LIKE, as BigQuery has it.
//!
//! Owns: what a pattern means, matching texts, and texts of which parts are not known.
//! Refuses: what is matched (pattern).
//!
//! `%` stands for any signs, `_` for one, a backslash takes the next sign as it is; a backslash at the end is a mistake there too. Case counts. Source of
//! the rules: GoogleSQL's reference of operators, and its implementation for what stands behind a backslash.

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Like {
    parts: Vec<LikePart>,
    /// Signs that every match begins with.
    start: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LikePart {
    Sign(char),
    One,
    Any,
}

/// A piece of a text that is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// As it is.
    Text(&'a str),
    /// An index: digits, at least one.
    Index,
    /// A key that nobody has counted: anything.
    Key,
}

impl Like {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It ends with a backslash that takes no sign.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = Vec::with_capacity(text.len());
        let mut signs = text.chars();
        while let Some(sign) = signs.next() {
            match sign {
                '\\' => {
                    parts.push(LikePart::Sign(signs.next().ok_or("a LIKE pattern ends with a backslash; two of them are the sign itself")?))
                }
                '_' => parts.push(LikePart::One),
                // Several mean the same as one.
                '%' if parts.last() == Some(&LikePart::Any) => {}
                '%' => parts.push(LikePart::Any),
                sign => parts.push(LikePart::Sign(sign)),
            }
        }
        let start = parts.iter().map_while(|part| if let LikePart::Sign(sign) = part { Some(*sign) } else { None }).collect();
        Ok(Like { parts, start })
    }

    /// A pattern that matches a text alone.
    pub fn exactly(text: &str) -> String {
        let mut pattern = String::with_capacity(text.len());
        for sign in text.chars() {
            if matches!(sign, '\\' | '_' | '%') {
                pattern.push('\\');
            }
            pattern.push(sign);
        }
        pattern
    }

    /// The one text that it matches, where there is no wildcard in it.
    pub fn literal(&self) -> Option<&str> {
        (self.start.chars().count() == self.parts.len()).then_some(&self.start)
    }

    /// Whether a text that begins so can match, as far as the signs before the first wildcard tell, with or without the sign of the root.
    pub(super) fn may_begin(&self, start: &str) -> bool {
        let own = self.start.strip_prefix('#').unwrap_or(&self.start).as_bytes();
        let shorter = own.len().min(start.len());
        own[..shorter] == start.as_bytes()[..shorter]
    }

    /// Whether a text matches.
    pub fn matches(&self, text: &str) -> bool {
        if !text.starts_with(&self.start) {
            return false;
        }
        // The last `%` and where it was tried: no more of the past is ever needed.
        let signs = text.as_bytes();
        let (mut at, mut part, mut again) = (0, 0, None);
        while at < signs.len() {
            let sign = text[at..].chars().next().unwrap_or_default();
            match self.parts.get(part) {
                Some(LikePart::Any) => {
                    again = Some((part + 1, at));
                    part += 1;
                    continue;
                }
                Some(LikePart::One) => (at, part) = (at + sign.len_utf8(), part + 1),
                Some(LikePart::Sign(expected)) if *expected == sign => (at, part) = (at + sign.len_utf8(), part + 1),
                _ => {
                    let Some((behind, from)) = again else { return false };
                    let next = from + text[from..].chars().next().map_or(1, char::len_utf8);
                    again = Some((behind, next));
                    (at, part) = (next, behind);
                }
            }
        }
        self.parts[part..].iter().all(|part| *part == LikePart::Any)
    }

    /// Whether a text can match of which pieces are not known.
    pub fn can_match(&self, pieces: &[Known<'_>]) -> bool {
        // All parts that may come next, after each sign.
        let mut next = vec![false; self.parts.len() + 1];
        next[0] = true;
        self.spread(&mut next);
        for piece in pieces {
            match piece {
                Known::Text(text) => text.chars().for_each(|sign| next = self.step(&next, |expected| expected == sign)),
                Known::Index => {
                    // One digit, and any further ones.
                    let mut all = vec![false; next.len()];
                    loop {
                        next = self.step(&next, |expected| expected.is_ascii_digit());
                        let is_more = next.iter().zip(&mut all).fold(false, |more, (now, all)| {
                            let is_new = *now && !*all;
                            *all |= *now;
                            more || is_new
                        });
                        if !is_more {
                            break;
                        }
                    }
                    next = all;
                }
                Known::Key => {
                    // Whatever stands behind the first part that may come next may come next.
                    let first = next.iter().position(|may| *may).unwrap_or(next.len());
                    next.iter_mut().skip(first).for_each(|may| *may = true);
                }
            }
            if !next.contains(&true) {
                return false;
            }
        }
        next.last() == Some(&true)
    }

    fn step(&self, next: &[bool], is_sign: impl Fn(char) -> bool) -> Vec<bool> {
        let mut after = vec![false; next.len()];
        for (at, part) in self.parts.iter().enumerate().filter(|(at, _)| next[*at]) {
            match part {
                LikePart::Any => after[at] = true,
                LikePart::One => after[at + 1] = true,
                LikePart::Sign(expected) if is_sign(*expected) => after[at + 1] = true,
                LikePart::Sign(_) => {}
            }
        }
        self.spread(&mut after);
        after
    }

    /// A `%` may stand for nothing.
    fn spread(&self, next: &mut [bool]) {
        for (at, part) in self.parts.iter().enumerate() {
            if next[at] && *part == LikePart::Any {
                next[at + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn like(pattern: &str) -> Like {
        Like::parse(pattern).unwrap()
    }

    #[test]
    fn wildcards_and_escapes_are_those_of_bigquery() {
        for (pattern, yes, no) in [
            (
                "#/events/%/timestamp%",
                &["#/events/1/timestamp", "#/events/12/x/timestamp_2"][..],
                &["#/events/timestamp", "x#/events/1/timestamp"][..],
            ),
            ("a_c", &["abc", "a-c", "aéc", "a_c"], &["ac", "abbc", "ABC"]),
            (r"org\_app", &["org_app"], &["org-app"]),
            (r"100\%", &["100%"], &["100", "1000"]),
            (r"a\\b", &[r"a\b"], &["ab"]),
            (r"\x", &["x"], &[r"\x"]),
            ("%%", &["", "a"], &[]),
            ("", &[""], &["a"]),
            ("%b%c", &["bc", "abbcc", "bxbc\nc"], &["bcd"]),
        ] {
            yes.iter().for_each(|text| assert!(like(pattern).matches(text), "{pattern} {text}"));
            no.iter().for_each(|text| assert!(!like(pattern).matches(text), "{pattern} {text}"));
        }
        assert!(Like::parse(r"a\").unwrap_err().contains("ends with a backslash"));
        assert!(Like::parse(r"a\\").is_ok());
        assert_eq!((like("a%").literal(), like(r"a\_b").literal(), like("").literal()), (None, Some("a_b"), Some("")));
    }

    #[test]
    fn a_text_with_unknown_pieces_matches_where_some_text_would() {
        use Known::{Index, Key, Text};
        let place = [Text("#/events/"), Index, Text("/timestamp")];
        assert!(
            like("#/events/1/timestamp").can_match(&place) && like("#/events/%").can_match(&place) && like("#/%/17/%").can_match(&place)
        );
        assert!(!like("#/events/a/timestamp").can_match(&place) && !like("#/events//timestamp").can_match(&place));
        let keyed = [Text("#/labeled/"), Key];
        assert!(like("#/labeled/browser.ui%").can_match(&keyed) && like("%").can_match(&keyed) && !like("#/other%").can_match(&keyed));
    }

    proptest! {
        #[test]
        fn what_is_known_whole_matches_as_the_text_does(pattern in "[ab_%]{0,8}", text in "[ab]{0,8}") {
            let like = like(&pattern);
            prop_assert_eq!(like.matches(&text), like.can_match(&[Known::Text(&text)]));
        }

        #[test]
        fn an_escaped_text_matches_itself_alone(text in "[a%_\\\\é]{0,6}", other in "[a%_\\\\é]{0,6}") {
            let like = like(&Like::exactly(&text));
            prop_assert!(like.matches(&text));
            prop_assert_eq!(like.matches(&other), text == other);
            prop_assert_eq!(like.literal(), Some(text.as_str()));
        }
    }
}
