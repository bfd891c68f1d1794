//! Fuzzy matching of typed text against many labels: the only user of the matcher crate.
//!
//! Owns: which labels match, smart case, the positions of matched characters.
//! Refuses: what the labels are and the order they are shown in.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

/// A query, ready to be tried. Words are separated by spaces; all must match, in any order. A capital letter makes the match case-sensitive.
pub struct Query {
    matcher: SkimMatcherV2,
    words: Vec<String>,
    sensitive: bool,
}

impl Query {
    /// Prepares the typed text.
    pub fn new(text: &str) -> Self {
        let sensitive = text.chars().any(char::is_uppercase);
        let matcher = if sensitive { SkimMatcherV2::default().respect_case() } else { SkimMatcherV2::default().ignore_case() };
        Query { matcher, words: text.split_whitespace().map(str::to_owned).collect(), sensitive }
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether all words match, closely enough that a person would agree: a word's letters stand in order and not scattered over the whole label.
    pub fn matches(&self, label: &str) -> bool {
        self.words.iter().all(|word| self.word(word, label).is_some())
    }

    /// Character positions in the label that the words matched, ascending; `None` where one does not match.
    pub fn positions(&self, label: &str) -> Option<Vec<usize>> {
        let mut all = Vec::new();
        for word in &self.words {
            all.extend(self.word(word, label)?);
        }
        all.sort_unstable();
        all.dedup();
        Some(all)
    }

    /// A word found as it is wins; else its letters in order, spread over at most three times its length.
    fn word(&self, word: &str, label: &str) -> Option<Vec<usize>> {
        if let Some(at) = find(label, word, self.sensitive) {
            let first = label[..at].chars().count();
            return Some((first..first + word.chars().count()).collect());
        }
        if !in_order(label, word, self.sensitive) {
            return None;
        }
        let (_, positions) = self.matcher.fuzzy_indices(label, word)?;
        let spread = positions.last()? - positions.first()? + 1;
        (spread <= 3 * positions.len()).then_some(positions)
    }
}

/// Byte position of `word` in `label`, ASCII case ignored unless `sensitive`.
fn find(label: &str, word: &str, sensitive: bool) -> Option<usize> {
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
        assert!(Query::new("gpu act").matches("metrics.counter.gpu_active"));
        assert!(Query::new("lblcnt").matches("labeled_counter"));
        assert!(!Query::new("gpu").matches("geckoview_page_load_update"), "scattered letters are no match");
        assert!(!Query::new("GPU").matches("gpu"));
        assert_eq!(Query::new("bc").positions("abcd"), Some(vec![1, 2]));
        assert_eq!(Query::new("é").positions("café"), Some(vec![3]));
        assert!(Query::new("").matches("anything"));
    }
}
