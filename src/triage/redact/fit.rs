//! A redacted document that breaks what its original broke, and nothing else.
//!
//! Owns: made-up values and keys where shapes do not fit the schema.
//! Refuses: what is redacted (document), leaving anything out: every value stays in its place.
//!
//! A shape such as `<string 36 hex and dashes>` is no UUID and too long for many a limit, so that a redacted document mostly breaks something else
//! first. Here each value that breaks what the original's did not is given another made-up text, until all fit again.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::fault::Keyword;
use crate::pipeline::minimize::edits::{Edit, Edits, quoted, render};
use crate::pipeline::minimize::texts;
use crate::pipeline::verdict::judge::{Judge, JudgeInput, Outcome, Violation};

/// Violations that are looked at. A document with more of them is not mended.
const MOST_VIOLATIONS: usize = 1000;
/// Times that the document is judged.
const MOST_ROUNDS: usize = 24;
/// A text so short is never its own shape: it may be somebody's initials.
const LONGEST_SHORT: usize = 2;
/// Names of one form that are tried in one object.
const MOST_NAMESAKES: usize = 400;
/// What is tried in the place of a number.
const NUMBERS: [&str; 3] = ["0", "1", "0.5"];

/// What tells a violation from others of the same document.
type ViolationKey = (NodeId, Keyword, String);

/// The redacted document with made-up values where its own break what the original's do not, or do not break what it is refused for. `None` where
/// no made-up values were found.
pub fn fit(judge: &Judge, original: &Document, redacted: &Document) -> Option<Document> {
    if redacted.error().is_some() || redacted.len() != original.len() {
        return None;
    }
    let first = match judge.verdict(JudgeInput::payload(original)).outcome {
        Outcome::Fail(violation) => Some(*violation),
        Outcome::Pass => None,
    };
    let broken: FxHashSet<ViolationKey> = violations(judge, original)?.iter().map(identity).collect();
    let mut fitting = Fitting {
        original,
        redacted,
        values: Edits::default(),
        keys: Edits::default(),
        tried: FxHashMap::default(),
        taken: FxHashMap::default(),
    };
    // The length is what is wrong, so it stays as it is.
    if let Some(first) = first.as_ref().filter(|first| matches!(first.keyword, "maxLength" | "minLength")) {
        fitting.change(part(first, original), original);
    }
    for _ in 0..MOST_ROUNDS {
        let candidate = fitting.candidate();
        let found = violations(judge, &candidate)?;
        let mut wrong: BTreeSet<DocumentPart> =
            found.iter().filter(|violation| !broken.contains(&identity(violation))).map(|v| part(v, &candidate)).collect();
        let is_first = |first: &Violation| found.iter().any(|violation| identity(violation) == identity(first));
        wrong.extend(first.as_ref().filter(|first| !is_first(first)).map(|first| part(first, original)));
        if wrong.is_empty() {
            return Some(candidate);
        }
        let changed = wrong.into_iter().filter(|part| fitting.change(*part, &candidate)).count();
        if changed == 0 {
            return None;
        }
    }
    None
}

/// A value or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct DocumentPart {
    node: NodeId,
    is_key: bool,
}

/// All violations, unless there are too many to look at.
fn violations(judge: &Judge, document: &Document) -> Option<Vec<Violation>> {
    let all = judge.breaches(JudgeInput::payload(document), MOST_VIOLATIONS);
    (all.count() as usize <= MOST_VIOLATIONS).then(|| all.told().list)
}

fn identity(violation: &Violation) -> ViolationKey {
    (violation.instance, violation.keyword, violation.schema_pointer.clone())
}

/// What has to change for the violation to go or to come. Values stay in their places, so that nodes of all candidates are those of the original.
fn part(violation: &Violation, document: &Document) -> DocumentPart {
    let extraneous = violation.key.as_deref().filter(|_| violation.keyword == "additionalProperties");
    match extraneous.and_then(|key| document.member(violation.instance, key)) {
        Some(node) => DocumentPart { node, is_key: true },
        None => DocumentPart { node: violation.instance, is_key: violation.about_name },
    }
}

struct Fitting<'a> {
    original: &'a Document,
    redacted: &'a Document,
    values: Edits,
    keys: Edits,
    /// Made-up texts that were tried of each part.
    tried: FxHashMap<DocumentPart, usize>,
    /// Made-up names of the members of each object.
    taken: FxHashMap<NodeId, FxHashSet<String>>,
}

impl Fitting<'_> {
    /// The document with the texts so far. A node takes one change at a time.
    fn candidate(&self) -> Document {
        let values = Document::parse(render(self.redacted, &self.values));
        Document::parse(render(&values, &self.keys))
    }

    /// Puts the next made-up text in its place; false where there is none.
    fn change(&mut self, part: DocumentPart, candidate: &Document) -> bool {
        let from = self.tried.entry(part).or_default();
        let object = candidate.parent(part.node);
        let taken = object.and_then(|object| self.taken.get(&object));
        let is_free = |text: &String| is_free(candidate, part.node, text) && taken.is_none_or(|taken| !taken.contains(text));
        // An object may hold many keys of one form.
        let free = |text: &String| std::iter::once(text.clone()).chain(namesakes(text)).find(is_free);
        let texts = if part.is_key { keys(self.original, part.node) } else { values(self.original, part.node) };
        let chosen = |text: &String| if part.is_key { free(text) } else { Some(text.clone()) };
        let Some((at, text)) = texts.iter().enumerate().skip(*from).find_map(|(at, text)| Some((at, chosen(text)?))) else {
            return false;
        };
        *from = at + 1;
        if let Some(object) = object.filter(|_| part.is_key) {
            self.taken.entry(object).or_default().insert(text.clone());
        }
        match part.is_key {
            true => self.keys.put(part.node, Some(Edit::Key(text))),
            false => self.values.put(part.node, Some(Edit::Value(text))),
        };
        true
    }
}

/// JSON texts in the place of a value, those of its own form first.
fn values(original: &Document, node: NodeId) -> Vec<String> {
    match original.kind(node) {
        Kind::String => made_up(&original.string(node).unwrap_or_default()).iter().map(|text| quoted(text)).collect(),
        Kind::Number => NUMBERS.map(str::to_owned).to_vec(),
        _ => Vec::new(),
    }
}

fn keys(original: &Document, node: NodeId) -> Vec<String> {
    original.key(node).map(|key| made_up(&key)).unwrap_or_default()
}

/// Other texts of the same form.
fn namesakes(text: &str) -> impl Iterator<Item = String> + '_ {
    (1..MOST_NAMESAKES).filter_map(|nth| namesake(text, nth))
}

/// The nth other text of the same form: its last letters or digits count.
fn namesake(text: &str, nth: usize) -> Option<String> {
    let mut left = nth;
    let mut bytes = text.as_bytes().to_vec();
    for byte in bytes.iter_mut().rev().filter(|byte| byte.is_ascii_alphanumeric()) {
        let (first, many) = match *byte {
            b'0'..=b'9' => (b'0', 10),
            b'a'..=b'z' => (b'a', 6),
            _ => (b'A', 6),
        };
        *byte = first + (left % many) as u8;
        left /= many;
        if left == 0 {
            return String::from_utf8(bytes).ok();
        }
    }
    None
}

/// Texts that say no more of the original than its form.
fn made_up(text: &str) -> Vec<String> {
    let own = Some(text.to_owned()).filter(|text| texts::is_made_up(text) && text.len() > LONGEST_SHORT);
    own.into_iter().chain(texts::of_value(text).into_iter().rev()).collect()
}

/// Whether no other member of its object has the name.
fn is_free(document: &Document, node: NodeId, name: &str) -> bool {
    let object = document.parent(node);
    object.is_none_or(|object| document.member(object, name).is_none_or(|known| known == node))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pipeline::schema::Schema;
    use crate::triage::redact::{FailingValue, Redactor, TextForm};

    fn judge() -> Judge {
        let text = r##"{"$schema":"http://json-schema.org/draft-06/schema#","properties":{
            "id":{"pattern":"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"},"at":{"format":"date-time"},
            "name":{"maxLength":8},"country":{"pattern":"^[A-Z]{2}$"},"build":{"maximum":5000},"kind":{"type":"string"},
            "map":{"propertyNames":{"maxLength":12},"additionalProperties":{"maxLength":4}}}}"##;
        Judge::compile(Arc::new(Schema::parse("t", text.into()).unwrap())).unwrap()
    }

    fn fitted(text: &str) -> Option<String> {
        let judge = judge();
        let original = Document::parse(text.as_bytes());
        let failing = match judge.verdict(JudgeInput::payload(&original)).outcome {
            Outcome::Fail(violation) => Some(FailingValue { node: violation.instance, keyword: Some(violation.keyword) }),
            Outcome::Pass => None,
        };
        let redacted = Redactor::default().document(&original, Some(&**judge.schema()), failing, TextForm::Line);
        fit(&judge, &original, &Document::parse(redacted.into_bytes()))
            .map(|document| String::from_utf8_lossy(document.text()).into_owned())
    }

    #[test]
    fn values_fit_the_schema_again_and_the_failing_one_does_not() {
        let told = fitted(
            r#"{"id":"0a1b2c3d-0000-4000-9abc-0123456789ab","at":"2026-06-25T12:44:00Z","name":"Jo Doe","country":"US","build":4999,"kind":7,"map":{"jo@a.example":"x y"}}"#,
        );
        assert_eq!(
            told.as_deref(),
            Some(
                r#"{"id":"00000000-0000-4000-8000-000000000000","at":"2000-01-01T00:00:00Z","name":"Aa Aaa","country":"AA","build":1005,"kind":7,"map":{"aa@a.aaaaaaa":"a a"}}"#
            )
        );
    }

    #[test]
    fn many_keys_of_one_form_stay_apart() {
        let told = fitted(r#"{"map":{"reader.pages":"","reader.lines":"","reader.words":""},"country":"US"}"#).unwrap();
        assert_eq!(told, r#"{"map":{"aaaaaa.aaaaa":"","aaaaaa.aaaab":"","aaaaaa.aaaac":""},"country":"AA"}"#);
    }

    #[test]
    fn lengths_stay_wrong() {
        assert_eq!(fitted(r#"{"name":"Jo Doe Junior"}"#).as_deref(), Some(r#"{"name":"Aa Aaa Aaaaaa"}"#));
        let keys = fitted(r#"{"map":{"jo-doe@a.example":"","jo-dor@a.example":""}}"#).unwrap();
        assert!(!keys.contains("jo") && keys.contains("aa-aaa@a.aaaaaaa"), "{keys}");
    }

    #[test]
    fn what_nothing_fits_is_none() {
        let judge = judge();
        let document = |text: &str| Document::parse(text.as_bytes());
        assert!(fit(&judge, &document(r#"{"a":1}"#), &document("{}")).is_none());
        assert!(fit(&judge, &document(r#"{"a":1}"#), &document("{")).is_none());
        let same = fit(&judge, &document(r#"{"a":1}"#), &document(r#"{"a":2}"#)).unwrap();
        assert_eq!(same.text(), br#"{"a":2}"#);
    }
}
