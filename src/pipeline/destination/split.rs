//! Documents whose members go to two tables.
//!
//! The decoder moves members that the subset's schema names explicitly out of the document; what is left is the remainder. That schema was made by a
//! pattern over the dotted names of properties, so the pattern answers where the schema is not at hand.

use std::sync::LazyLock;

use fancy_regex::Regex;

use crate::pipeline::document::Kind;
use crate::pipeline::names::{is_named, snake_case};
use crate::pipeline::schema::Schema;

use super::{SplitName, is_telemetry};

/// Use counters of pages and workers, in telemetry's main documents.
const USE_COUNTERS: &str = r".*[.](USE_COUNTER2_[^.]+|((TOP_LEVEL_)?CONTENT_DOCUMENTS|[^.]+_WORKER)_DESTROYED)";
/// The same for whole names.
static USE_COUNTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("^(?:{USE_COUNTERS})$")).ok());

/// Members that are copied into both parts.
const COPIED: [&str; 3] = ["client_id", "clientId", "client_info"];

/// How documents of a doctype version are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// Doctype and version that documents arrive as.
    pub whole: SplitName,
    /// Those of what is left.
    pub remainder: SplitName,
    /// Those of what is moved.
    pub subset: SplitName,
    /// The dotted names of members that are moved, as a regular expression for whole names.
    pub pattern: &'static str,
}

/// Telemetry's doctypes that are split; there are no others.
const SPLITS: [Split; 2] = [
    Split { whole: ("main", "4"), remainder: ("main", "5"), subset: ("main-use-counter", "4"), pattern: USE_COUNTERS },
    Split {
        whole: ("first-shutdown", "4"),
        remainder: ("first-shutdown", "5"),
        subset: ("first-shutdown-use-counter", "4"),
        pattern: USE_COUNTERS,
    },
];

/// Where a member of a document that is split goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitPart {
    /// To the table of what is left.
    Remainder,
    /// To the table of what is moved.
    Subset,
    /// To both: it is copied, or its own members are split.
    Both,
}

impl SplitPart {
    /// The word in output.
    pub fn name(self) -> &'static str {
        match self {
            SplitPart::Remainder => "remainder",
            SplitPart::Subset => "subset",
            SplitPart::Both => "both",
        }
    }
}

impl Split {
    /// How documents of a doctype version are split, where the schemas have tables for the parts: it was not always so.
    pub fn of(namespace: &str, doctype: &str, version: &str) -> Option<Split> {
        if !is_telemetry(namespace) {
            return None;
        }
        let asked = snake_case(doctype);
        let is_it = |(name, of): SplitName| of == version && is_named(name, &asked);
        SPLITS.into_iter().find(|split| is_it(split.whole))
    }

    /// Where the value at a place goes, by the subset's schema where it is at hand. Tokens are decoded keys from the root of the document.
    pub fn part<S: AsRef<str>>(&self, tokens: &[S], subset: Option<&Schema>) -> SplitPart {
        if tokens.first().is_some_and(|token| is_copied(token.as_ref())) {
            return SplitPart::Both;
        }
        subset.map_or_else(|| by_name(tokens), |subset| by_schema(tokens, subset))
    }
}

/// Whether a top-level member is copied into both parts with all that is in it.
pub fn is_copied(name: &str) -> bool {
    COPIED.contains(&name)
}

/// Down the properties that the subset's schema names: what it does not name stays, a property without properties is moved whole.
fn by_schema<S: AsRef<str>>(tokens: &[S], subset: &Schema) -> SplitPart {
    let mut node = 0;
    for token in tokens {
        let Some(properties) = subset.keyword(node, "properties") else { return SplitPart::Subset };
        match subset.keyword(properties, token.as_ref()) {
            Some(property) => node = property,
            None => return SplitPart::Remainder,
        }
    }
    let is_divided = subset.keyword(node, "properties").is_some_and(|properties| subset.document.kind(properties) == Kind::Object);
    if is_divided { SplitPart::Both } else { SplitPart::Subset }
}

/// By the names alone a value is moved that has a use counter's name, or is in one. An object around use counters cannot be told from others.
fn by_name<S: AsRef<str>>(tokens: &[S]) -> SplitPart {
    let mut path = String::new();
    for token in tokens {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(token.as_ref());
        if USE_COUNTER.as_ref().is_some_and(|pattern| pattern.is_match(&path).unwrap_or(false)) {
            return SplitPart::Subset;
        }
    }
    if tokens.is_empty() { SplitPart::Both } else { SplitPart::Remainder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_counters_are_moved_with_all_in_them() {
        let split = Split::of("telemetry", "main", "4").unwrap();
        let part = |pointer: &str| split.part(&crate::pipeline::document::unescape_pointer(pointer), None);
        assert_eq!(part("/payload/histograms/USE_COUNTER2_CSS_PROPERTY_color_PAGE"), SplitPart::Subset);
        assert_eq!(part("/payload/processes/content/histograms/TOP_LEVEL_CONTENT_DOCUMENTS_DESTROYED/sum"), SplitPart::Subset);
        assert_eq!(part("/payload/histograms/DEDICATED_WORKER_DESTROYED"), SplitPart::Subset);
        assert_eq!(part("/payload/histograms/GC_MS"), SplitPart::Remainder);
        assert_eq!(part("/USE_COUNTER2_A"), SplitPart::Remainder, "only below another name");
        assert_eq!([part("/clientId"), part("")], [SplitPart::Both; 2]);
    }

    #[test]
    fn the_subsets_schema_knows_better() {
        let split = Split::of("telemetry", "main", "4").unwrap();
        let text = r#"{"properties":{"payload":{"properties":{"USE_COUNTER2_A":{"type":"object"}}}}}"#;
        let subset = Schema::parse("t", text.as_bytes().to_vec()).unwrap();
        let part = |pointer: &str| split.part(&crate::pipeline::document::unescape_pointer(pointer), Some(&subset));
        assert_eq!(part("/payload/USE_COUNTER2_A/sum"), SplitPart::Subset);
        assert_eq!(part("/payload/USE_COUNTER2_B"), SplitPart::Remainder, "it has no column there");
        assert_eq!(part("/payload"), SplitPart::Both);
        assert_eq!(part("/environment/x"), SplitPart::Remainder);
    }
}
