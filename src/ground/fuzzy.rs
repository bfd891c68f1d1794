//! Fuzzy matching of typed text against many labels: the only user of the matcher crate.
//!
//! Owns: which labels match and how well, smart case, the positions of matched characters.
//! Refuses: what the labels are and the order they are shown in.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

/// How well a word matches a label, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// It is the label.
    Exact,
    /// The label begins with it.
    Prefix,
    /// A word of the label begins with it: `active` in `gpu_active`.
    Word,
    /// It stands somewhere in the label.
    Inside,
    /// Its letters stand in the label in order, not far from each other.
    Loose,
}

/// A query, ready to be tried. Words are separated by spaces; all must match, in any order. A capital letter makes the match case-sensitive.
pub struct Query {
    words: Vec<Word>,
}

impl Query {
    /// Prepares the typed text.
    pub fn new(text: &str) -> Self {
        let sensitive = is_sensitive(text);
        Query { words: text.split_whitespace().map(|word| Word::new(word, sensitive)).collect() }
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether all words match, closely enough that a person would agree: a word's letters stand in order and not scattered over the whole label.
    pub fn matches(&self, label: &str) -> bool {
        self.words.iter().all(|word| word.rank(label).is_some())
    }

    /// Character positions in the label that the words matched, ascending; `None` where one does not match.
    pub fn positions(&self, label: &str) -> Option<Vec<usize>> {
        let mut all = Vec::new();
        for word in &self.words {
            all.extend(word.positions(label)?);
        }
        all.sort_unstable();
        all.dedup();
        Some(all)
    }
}

/// Whether typed text asks for its case to be obeyed: it has a capital letter.
pub fn is_sensitive(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

/// One word of a query.
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
            return self.scattered(label).map(|_| Rank::Loose);
        };
        Some(match at {
            0 if label.len() == self.text.len() => Rank::Exact,
            0 => Rank::Prefix,
            _ if self.begins_a_word(label, at) => Rank::Word,
            _ => Rank::Inside,
        })
    }

    /// Whether the word stands at the beginning of one of the label's words, at its first place or at a later one.
    fn begins_a_word(&self, label: &str, first: usize) -> bool {
        let mut at = first;
        loop {
            if label[..at].ends_with(|c: char| !c.is_alphanumeric()) {
                return true;
            }
            let Some(after) = label[at..].chars().next().map(|c| at + c.len_utf8()) else { return false };
            match find(&label[after..], &self.text, self.sensitive) {
                Some(next) => at = after + next,
                None => return false,
            }
        }
    }

    /// A word found as it is wins; else its letters in order, spread over at most three times its length.
    fn positions(&self, label: &str) -> Option<Vec<usize>> {
        if let Some(at) = find(label, &self.text, self.sensitive) {
            let first = label[..at].chars().count();
            return Some((first..first + self.text.chars().count()).collect());
        }
        self.scattered(label)
    }

    fn scattered(&self, label: &str) -> Option<Vec<usize>> {
        if !in_order(label, &self.text, self.sensitive) {
            return None;
        }
        let (_, positions) = self.matcher.fuzzy_indices(label, &self.text)?;
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

    #[test]
    fn a_whole_name_is_better_than_its_beginning_or_a_part() {
        let rank = |label| Word::new("active", false).rank(label);
        assert_eq!(rank("Active"), Some(Rank::Exact));
        assert_eq!(rank("active_ticks"), Some(Rank::Prefix));
        assert_eq!(rank("inactive_or_active"), Some(Rank::Word), "its second place is the better one");
        assert_eq!(rank("inactive"), Some(Rank::Inside));
        assert_eq!(rank("ac_tive"), Some(Rank::Loose));
        assert_eq!(rank("passive"), None);
        assert_eq!(Word::new("é", false).rank("caféé"), Some(Rank::Inside));
    }
}
