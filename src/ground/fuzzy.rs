//! Fuzzy matching of typed text against many labels: the only user of the matcher crate.
//!
//! Owns: whether and how well one word matches a label.
//! Refuses: several words (sought), what the labels are and the order they are shown in.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

/// How well a word matches a label, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// It is the label.
    Exact,
    /// It is one of the label's words, or several: `active` in `gpu_active`.
    Whole,
    /// The label begins with it.
    Prefix,
    /// A word of the label begins with it: `act` in `gpu_active`.
    Word,
    /// It stands somewhere in the label.
    Inside,
    /// Its letters stand in the label in order, not far from each other.
    Loose,
}

/// One word that is typed.
pub struct Word {
    matcher: SkimMatcherV2,
    text: String,
    sensitive: bool,
}

impl Word {
    /// A word that is compared as it is spelled, or whatever its case.
    pub fn new(text: &str, sensitive: bool) -> Self {
        let matcher = if sensitive { SkimMatcherV2::default().respect_case() } else { SkimMatcherV2::default().ignore_case() };
        Word { matcher, text: text.to_owned(), sensitive }
    }

    /// How well it matches; `None` where it does not.
    pub fn rank(&self, label: &str) -> Option<Rank> {
        let Some(at) = find(label, &self.text, self.sensitive) else {
            return self.is_scattered(label).then_some(Rank::Loose);
        };
        Some(match at {
            0 if label.len() == self.text.len() => Rank::Exact,
            first if self.stands(label, first, true) => Rank::Whole,
            0 => Rank::Prefix,
            first if self.stands(label, first, false) => Rank::Word,
            _ => Rank::Inside,
        })
    }

    /// Whether the word stands at the beginning of one of the label's words, at its first place or at a later one, and ends one as well
    /// where it has to be whole.
    fn stands(&self, label: &str, first: usize, whole: bool) -> bool {
        let mut at = first;
        loop {
            let begins = !label[..at].ends_with(char::is_alphanumeric);
            let ends = !whole || label.get(at + self.text.len()..).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
            if begins && ends {
                return true;
            }
            let Some(after) = label[at..].chars().next().map(|c| at + c.len_utf8()) else { return false };
            match find(&label[after..], &self.text, self.sensitive) {
                Some(next) => at = after + next,
                None => return false,
            }
        }
    }

    /// Its letters stand in order, spread over at most three times its length.
    fn is_scattered(&self, label: &str) -> bool {
        if !in_order(label, &self.text, self.sensitive) {
            return false;
        }
        let found = self.matcher.fuzzy_indices(label, &self.text).map(|(_, positions)| positions);
        let spread = found.as_deref().and_then(|positions| Some((positions.last()? - positions.first()? + 1, positions.len())));
        spread.is_some_and(|(spread, letters)| spread <= 3 * letters)
    }
}

/// Byte position of `word` in `label`, ASCII case ignored unless `sensitive`.
pub(super) fn find(label: &str, word: &str, sensitive: bool) -> Option<usize> {
    if sensitive || word.is_empty() {
        return label.find(word);
    }
    let (label_bytes, word) = (label.as_bytes(), word.as_bytes());
    let first = word[0];
    let mut from = 0;
    while let Some(i) = memchr::memchr2(first.to_ascii_lowercase(), first.to_ascii_uppercase(), &label_bytes[from..]) {
        let at = from + i;
        if label_bytes.get(at..at + word.len())?.eq_ignore_ascii_case(word) && label.is_char_boundary(at) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// Cheap first look: whether the letters stand in the label in order at all.
fn in_order(label: &str, word: &str, sensitive: bool) -> bool {
    let mut rest = label.chars();
    word.chars().all(|c| rest.any(|l| l == c || (!sensitive && l.to_lowercase().eq(c.to_lowercase()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_find_what_they_mean() {
        let matches = |word: &str, label| Word::new(word, word.contains(char::is_uppercase)).rank(label).is_some();
        assert!(matches("lblcnt", "labeled_counter"));
        assert!(!matches("gpu", "geckoview_page_load_update"), "scattered letters are no match");
        assert!(!matches("GPU", "gpu"));
        assert!(matches("bc", "abcd"));
        assert!(matches("é", "café"));
    }

    #[test]
    fn a_whole_name_is_better_than_its_beginning_or_a_part() {
        let rank = |label| Word::new("active", false).rank(label);
        assert_eq!(rank("Active"), Some(Rank::Exact));
        assert_eq!(rank("active_ticks"), Some(Rank::Whole));
        assert_eq!(rank("inactive_or_active"), Some(Rank::Whole), "its second place is the better one");
        assert_eq!(rank("activeness"), Some(Rank::Prefix));
        assert_eq!(rank("is_activeness"), Some(Rank::Word));
        assert_eq!(rank("inactive"), Some(Rank::Inside));
        assert_eq!(rank("ac_tive"), Some(Rank::Loose));
        assert_eq!(rank("passive"), None);
        assert_eq!(Word::new("é", false).rank("caféé"), Some(Rank::Inside));
    }
}
