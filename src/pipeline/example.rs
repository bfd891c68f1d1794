//! A document that fits its schema, made of nothing but the schema.
//!
//! Owns: the search: a document is made, judged, and made otherwise where it does not pass.
//! Refuses: judging (verdict), likeness to real data: values are made up, and the same each time.

mod grow;
mod number;
mod pattern;
mod plan;
mod text;
mod wants;

use crate::pipeline::document::Document;
use crate::pipeline::names::snake_case;
use crate::pipeline::sink::is_taken_out;
use crate::pipeline::verdict::judge;
use crate::pipeline::verdict::judge::{Judge, Outcome, Violation};
use plan::Plan;

/// Documents that are made before the search ends.
const MOST_ROUNDS: usize = 400;
/// Values that are made in all of them. Real schemas need 6,000, in two rounds.
const MOST_MADE: usize = 30_000;

/// What an example is to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The doctype's namespace: what the decoder does before it judges depends on it.
    pub namespace: &'a str,
    /// The doctype's version, which documents of telemetry tell themselves.
    pub version: Option<&'a str>,
    /// Whether to show all properties, an entry of each map and an element of each list, not only what is required.
    pub full: bool,
}

/// A document that passes.
#[derive(Debug, Clone)]
pub struct Example {
    /// The document, indented by two spaces, without a line break at the end.
    pub document: Document,
    /// Optional members that it goes without although all were wanted, because no value was found for them: decoded tokens.
    pub left_out: Vec<Vec<String>>,
}

/// Why there is no example.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    /// No value was found for a node.
    #[error("no example found: {sentence} at {pointer} (schema {schema})", sentence = .0.sentence, pointer = crate::ground::text::visible(&.0.pointer),
        schema = crate::ground::text::visible(&format!("#{}", .0.schema_pointer)))]
    Unsatisfied(Box<Violation>),
    /// The schema asks for a member that the decoder takes out of every document before it judges it.
    #[error("no document can pass: the schema requires the key {0}, which the pipeline takes out of every document before it is judged")]
    TakenOut(String),
    /// The schema asks for more than is reasonable.
    #[error("an example would need more than {} values", crate::ground::text::count(grow::MOST_VALUES as u64))]
    TooLarge,
    /// The document cannot be written.
    #[error("cannot write the example: {0}")]
    Unwritten(#[from] serde_json::Error),
}

/// A text for a pattern, another one for each turn, as far as there are others. It is a proposal: what looks around counts as nothing.
pub fn text_for(pattern: &str, turn: usize) -> Option<String> {
    pattern::sample(pattern, turn)
}

/// Searches for a document that passes.
pub fn document(judge: &Judge, wanted: Wanted<'_>) -> Result<Example, ExampleError> {
    let mut plan = Plan { full: wanted.full, taken_out: judge::is_payload(wanted.namespace), ..Plan::default() };
    let (mut rounds, mut all_made) = (0, 0);
    loop {
        rounds += 1;
        let (value, made) = grow::grow(judge.schema(), &plan);
        all_made += made;
        if made > grow::MOST_VALUES {
            return Err(ExampleError::TooLarge);
        }
        let document = written(&value)?;
        let input = judge::input(wanted.namespace, &document);
        match judge.verdict(input).outcome {
            Outcome::Pass => {
                let left_out = plan.left_out(&document);
                return Ok(Example { document: versioned(judge, value, wanted)?.unwrap_or(document), left_out });
            }
            Outcome::Fail(violation) => {
                if let Some(key) = taken_out(&document, &violation) {
                    return Err(ExampleError::TakenOut(key));
                }
                if rounds >= MOST_ROUNDS || all_made > MOST_MADE || !plan.learn(judge, input, &violation) {
                    return Err(ExampleError::Unsatisfied(violation));
                }
            }
        }
    }
}

/// The key that is missing although the document has it.
fn taken_out(document: &Document, violation: &Violation) -> Option<String> {
    let is_missing = violation.keyword == "required" && violation.tokens.is_empty();
    violation.key.clone().filter(|key| is_missing && is_taken_out(key) && document.member(0, key).is_some())
}

/// The document with the version in it by which the decoder finds the schema of telemetry's documents; `None` where it is not needed or not valid.
fn versioned(judge: &Judge, mut value: serde_json::Value, wanted: Wanted<'_>) -> Result<Option<Document>, serde_json::Error> {
    let (Some(version), true) = (wanted.version, snake_case(wanted.namespace) == "telemetry") else { return Ok(None) };
    let number = version.parse::<u32>().ok().map(serde_json::Value::from);
    for version in number.into_iter().chain([serde_json::Value::from(version)]) {
        let Some(members) = value.as_object_mut() else { return Ok(None) };
        members.insert("version".to_owned(), version);
        let document = written(&value)?;
        if judge.passes(judge::input(wanted.namespace, &document)) {
            return Ok(Some(document));
        }
    }
    Ok(None)
}

fn written(value: &serde_json::Value) -> Result<Document, serde_json::Error> {
    Ok(Document::parse(serde_json::to_vec_pretty(value)?))
}

#[cfg(test)]
mod tests;
