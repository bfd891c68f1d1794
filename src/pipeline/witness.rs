//! A document that shows what a change of a JSON schema does: the smallest that one side takes and the other refuses.
//!
//! Owns: the search for it, the proof by judging on both sides, what is said where none is found.
//! Refuses: what changed (compat), making documents (example), shrinking them (minimize).
//!
//! A candidate is an example of the side that takes it, made of that schema or of one narrowed to what the other side refuses. It counts where the real
//! schemas say so, and the taking schema with nothing but this one change refuses it as well: then it is this change that it shows.

mod narrow;
mod paths;
mod probes;
mod values;

use std::cell::Cell;
use std::sync::Arc;

use serde_json::Value;

use crate::ground::text::plural;
use crate::pipeline::compat::schemas::{SchemaChange, SchemaEffect};
use crate::pipeline::document::{Document, unescape_pointer};
use crate::pipeline::example::{self, ExampleError, Wanted};
use crate::pipeline::minimize::{Target, minimize_holding};
use crate::pipeline::names::snake_case;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{self, Judge, Outcome};

/// Most documents that are made for one change and one direction.
const MOST_MADE: usize = 60;

/// The same of documents with everything in them, where the schema is large.
const MOST_FULL: usize = 2;

/// Most violations among which that of the change is looked for.
const MOST_VIOLATIONS: usize = 100;

/// Bytes of a schema from which on a document with everything in it is dear.
const LARGE: usize = 150_000;

/// Keywords of which no rule tells what they refuse.
const OPAQUE: [&str; 9] = ["multipleOf", "not", "if", "then", "else", "pattern", "patternProperties", "propertyNames", "dependencies"];

/// Members of telemetry's documents by which the decoder finds their schema.
const VERSIONS: [&str; 2] = ["version", "v"];

/// Both sides of a change, and of what doctype.
#[derive(Clone, Copy)]
pub struct WitnessSides<'a> {
    /// By the earlier schema.
    pub old: &'a Judge,
    /// By the later one.
    pub new: &'a Judge,
    /// The namespace: what the decoder does before it judges depends on it.
    pub namespace: &'a str,
    /// The version, which telemetry's documents tell themselves.
    pub version: Option<&'a str>,
}

/// What a search came to, in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Whether it is looked for what passed and fails now; else what failed and passes now.
    pub refused_now: bool,
    /// The document with the message of the side that refuses it; or how it was looked for.
    pub outcome: Result<WitnessDocument, String>,
}

/// A document that proves a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessDocument {
    /// JSON on one line.
    pub text: String,
    /// What the refusing side says: the validator's own message.
    pub message: String,
}

impl Witness {
    /// What it shows, as words before the document.
    pub fn words(&self) -> &'static str {
        if self.refused_now { "passed and fails now" } else { "failed and passes now" }
    }
}

/// Looks for what a change refuses, takes, or both.
pub fn search(sides: WitnessSides<'_>, change: &SchemaChange) -> Vec<Witness> {
    let directions: &[bool] = match change.effect {
        SchemaEffect::Tightened => &[true],
        SchemaEffect::Loosened => &[false],
        SchemaEffect::Both => &[true, false],
    };
    directions.iter().map(|&refused_now| Witness { refused_now, outcome: Search::new(sides, refused_now).run(change) }).collect()
}

/// Whether a document shows a change in this direction; the refusing side's message.
/// `message` is what another table's schema says of it: told here too where it is one of several.
pub fn proves(sides: WitnessSides<'_>, refused_now: bool, text: &str, message: &str) -> Option<String> {
    let document = Document::parse(text.as_bytes().to_vec());
    let search = Search::new(sides, refused_now);
    let first = search.told(&document)?;
    let all = search.refuses.violations(judge::input(search.namespace, &document), MOST_VIOLATIONS).list;
    Some(all.into_iter().map(|violation| violation.message).find(|one| one == message).unwrap_or(first))
}

/// One direction.
struct Search<'a> {
    takes: &'a Judge,
    refuses: &'a Judge,
    namespace: &'a str,
    version: Option<&'a str>,
    made: usize,
}

impl<'a> Search<'a> {
    fn new(sides: WitnessSides<'a>, refused_now: bool) -> Self {
        let (takes, refuses) = if refused_now { (sides.old, sides.new) } else { (sides.new, sides.old) };
        Search { takes, refuses, namespace: sides.namespace, version: sides.version, made: 0 }
    }

    fn run(&mut self, change: &SchemaChange) -> Result<WitnessDocument, String> {
        // Some schemas ask for what the pipeline takes out of every document: nothing passes them, whatever changes.
        let wanted = Wanted { namespace: self.namespace, version: self.version, full: false };
        if let Err(error @ ExampleError::TakenOut(_)) = example::document(self.takes, wanted) {
            return Err(format!("none found: {error}"));
        }
        let parse = |judge: &Judge| serde_json::from_slice::<Value>(judge.schema().document.text());
        let (Ok(taking), Ok(refusing)) = (parse(self.takes), parse(self.refuses)) else {
            return Err("none found: documents cannot be made, because one of the schemas cannot be read as JSON".to_owned());
        };
        let tokens = unescape_pointer(&change.pointer);
        // The taking schema with this change alone tells whether a document shows this change and not another one.
        let mixed = paths::mixed(&taking, &refusing, &tokens, &change.keyword).and_then(|value| judge_of(&value));
        let mixed = mixed.as_ref().unwrap_or(self.refuses);
        let is_large = self.takes.schema().document.text().len() > LARGE;
        // Where a rule knows what a limit refuses that is made first, else values are tried on both nodes by themselves.
        let tried = Cell::new(0);
        let by_values = || {
            let (all, many) = narrow::by_values(&taking, &refusing, &tokens);
            tried.set(many);
            all
        };
        let rules = narrow::attempts(&taking, &refusing, &tokens, &change.keyword);
        let is_opaque = OPAQUE.contains(&change.keyword.as_str()) || tokens.iter().any(|token| OPAQUE.contains(&token.as_str()));
        let (first, last) = if is_opaque { (by_values(), None) } else { (Vec::new(), Some(by_values)) };
        let attempts = first.into_iter().chain(rules).chain(last.into_iter().flat_map(|by_values| by_values()));
        let mut full = 0;
        for attempt in attempts {
            let is_full = attempt.is_full();
            full += usize::from(is_full);
            if self.made >= MOST_MADE || (is_full && is_large && full > MOST_FULL) {
                continue;
            }
            let Some(candidate) = attempt.schema(&taking).and_then(|schema| self.example(&schema, is_full)) else { continue };
            self.made += 1;
            if !self.passes(&candidate) || mixed.passes(judge::input(self.namespace, &candidate)) {
                continue;
            }
            if let Some(found) = self.smallest(mixed, &change.keyword, &candidate) {
                return Ok(found);
            }
        }
        let documents = plural(self.made as u64, "document was made", "documents were made");
        let values = plural(tried.get() as u64, "value was tried", "values were tried");
        Err(format!(
            "none found: {documents} of the schema that should take it, narrowed to what this change refuses, and {values} at its place; none of them shows it"
        ))
    }

    fn example(&self, schema: &Value, full: bool) -> Option<Document> {
        let judge = judge_of(schema)?;
        let wanted = Wanted { namespace: self.namespace, version: self.version, full };
        example::document(&judge, wanted).ok().map(|example| example.document)
    }

    /// The smallest like it, where it is a proof.
    fn smallest(&self, mixed: &Judge, keyword: &str, candidate: &Document) -> Option<WitnessDocument> {
        self.told(candidate)?;
        let proved = |document: &Document| self.told(document).is_some();
        let target = Target::of(mixed, candidate).ok().map(|target| if self.is_telemetry() { target.pinning(&VERSIONS) } else { target });
        let minimal = target.and_then(|target| minimize_holding(mixed, candidate, &target, &proved).ok());
        let document = minimal.map(|minimal| Document::parse(minimal.text)).filter(proved);
        let document = document.unwrap_or_else(|| {
            let value: Option<Value> = serde_json::from_slice(candidate.text()).ok();
            value.map_or_else(|| candidate.clone(), |value| Document::parse(value.to_string().into_bytes()))
        });
        self.told(&document)?;
        let message = self.message(mixed, keyword, &document)?;
        Some(WitnessDocument { text: String::from_utf8(document.text().to_vec()).ok()?, message })
    }

    fn is_telemetry(&self) -> bool {
        snake_case(self.namespace) == "telemetry"
    }

    /// Whether the taking side lets it pass, and nothing of that is in doubt.
    fn passes(&self, document: &Document) -> bool {
        let verdict = self.takes.verdict(judge::input(self.namespace, document));
        matches!(verdict.outcome, Outcome::Pass) && verdict.doubts.is_empty()
    }

    /// What the refusing side says of the change: not always the first of what it says.
    fn message(&self, mixed: &Judge, keyword: &str, document: &Document) -> Option<String> {
        let input = || judge::input(self.namespace, document);
        let Outcome::Fail(of_change) = mixed.verdict(input()).outcome else { return self.told(document) };
        let all = self.refuses.violations(input(), MOST_VIOLATIONS).list;
        // The schema with this change alone may refuse as a whole what the refusing side tells by its keyword.
        let same = all.iter().find(|one| one.keyword == keyword && one.tokens.starts_with(&of_change.tokens));
        let same = same.or_else(|| all.iter().find(|one| one.message == of_change.message));
        let same = same.or_else(|| all.iter().find(|one| one.keyword == of_change.keyword && one.tokens == of_change.tokens));
        let same = same.or_else(|| all.iter().find(|one| one.tokens.starts_with(&of_change.tokens)));
        Some(same.map_or(of_change.message, |one| one.message.clone()))
    }

    /// The refusing side's message, where the other side takes the document.
    fn told(&self, document: &Document) -> Option<String> {
        if document.error().is_some() || !self.passes(document) {
            return None;
        }
        match self.refuses.verdict(judge::input(self.namespace, document)).outcome {
            Outcome::Fail(violation) => Some(violation.message),
            Outcome::Pass => None,
        }
    }
}

fn judge_of(schema: &Value) -> Option<Judge> {
    let schema = Schema::parse("narrowed", schema.to_string().into_bytes()).ok()?;
    Judge::compile(Arc::new(schema)).ok()
}

#[cfg(test)]
mod tests;
