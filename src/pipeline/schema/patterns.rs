//! The regular expressions of one schema, compiled when first needed.
//!
//! Owns: compiling, the bound on backtracking, remembering which patterns cannot be used.
//! Refuses: which texts are matched against which pattern (walk).

use std::sync::{Arc, PoisonError, RwLock};

use fancy_regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

/// Steps that a pattern may take on one text. Schemas are trusted little, names in documents not at all.
const BACKTRACK_LIMIT: usize = 100_000;

/// A compiled pattern, or why it cannot be used.
type PatternResult = Result<Arc<Regex>, String>;

/// Patterns by their text.
#[derive(Default)]
pub(super) struct Patterns(RwLock<FxHashMap<Box<str>, PatternResult>>);

impl Patterns {
    /// Whether the pattern is found anywhere in the text; one that cannot be compiled or takes too long is not found.
    pub(super) fn found(&self, pattern: &str, text: &str) -> bool {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
        let compiled = kept.unwrap_or_else(|| {
            let compiled = RegexBuilder::new(pattern).backtrack_limit(BACKTRACK_LIMIT).build();
            self.keep(pattern, compiled.map(Arc::new).map_err(|error| error.to_string()))
        });
        let Ok(regex) = compiled else { return false };
        regex.is_match(text).unwrap_or_else(|error| {
            let _ = self.keep(pattern, Err(error.to_string()));
            false
        })
    }

    fn keep(&self, pattern: &str, outcome: PatternResult) -> PatternResult {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(pattern.into(), outcome.clone());
        outcome
    }

    /// Patterns that could not be used so far, with the reason, in order.
    pub(super) fn unusable(&self) -> Vec<(String, String)> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut unusable: Vec<(String, String)> =
            kept.iter().filter_map(|(pattern, outcome)| Some((pattern.to_string(), outcome.as_ref().err()?.clone()))).collect();
        unusable.sort();
        unusable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_anywhere_and_bad_ones_are_told() {
        let patterns = Patterns::default();
        assert!(patterns.found("b+", "abbc"));
        assert!(patterns.found("^(?!data)[a-z]+$", "plain"));
        assert!(!patterns.found("^(?!data)[a-z]+$", "data"));
        assert!(!patterns.found("(", "("));
        assert!(!patterns.found(r"^(a|a)*(?=x)\1$", &"a".repeat(60)));
        let unusable = patterns.unusable();
        assert_eq!(unusable.len(), 2, "{unusable:?}");
    }
}
