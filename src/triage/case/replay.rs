//! The pipeline's judgement of a row, replayed with the schemas at hand and held against what the row says.

use crate::pipeline::document::Document;
use crate::pipeline::fault::{NOT_FOUND, VALIDATION};
use crate::pipeline::verdict::Broken;
use crate::pipeline::verdict::judge::jackson::{self, JsonFailure};
use crate::pipeline::verdict::judge::{Cause, Doubt, Judge, JudgeInput, Outcome, Violation, Violations, is_combinator};
use crate::rows::column::ErrorColumn;
use crate::rows::row::SourceRow;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::missing;

use super::ResolvedDoctype;
use super::agreement::Agreement;
use super::place;

/// The stage that parses and validates.
const STAGE: &str = "ParsePayload";
/// Classes of the exceptions for documents that are dropped on purpose, before or after they are validated.
const SCRUBBED: [&str; 3] = ["UnwantedDataException", "AffectedByBugException", "DeprecatedMessageException"];
/// Bytes after which the pipeline cuts a message.
const LONGEST: usize = 1024;
/// Violations of one document that are kept in full.
const MOST_VIOLATIONS: usize = 1000;

/// A judgement replayed.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Exception class; `None` where the document passes.
    pub class: Option<&'static str>,
    /// The whole message with its class, before the pipeline cuts it; empty where the document passes.
    pub message: String,
    /// What the validator reports.
    pub violation: Option<Violation>,
    /// Whether the row says the same.
    pub reproduced: bool,
    /// How the two go together.
    pub agreement: Agreement,
    /// That as a sentence; `None` where both say the same.
    pub told: Option<String>,
    /// Whether what the row says is broken by these schemas, first or later.
    pub stands: bool,
    /// Everything that is broken, not only what the validator reports.
    pub violations: Violations,
    /// What could not be judged and so counts as fulfilled.
    pub doubts: Vec<Doubt>,
}

/// Replays what can be: the parsing, the lookup of the schema and the validation. `None` for rows that were refused before, or without a payload.
pub(super) fn replay(
    row: &SourceRow,
    text: Option<&[u8]>,
    document: Option<&Document>,
    judge: Option<&Judge>,
    doctype: Option<&ResolvedDoctype>,
    schemas: Option<&SchemaStore>,
    all: bool,
) -> Option<Replay> {
    let class = row.column(ErrorColumn::Class).unwrap_or(VALIDATION);
    if row.column(ErrorColumn::Stage).is_some_and(|stage| stage != STAGE) || SCRUBBED.iter().any(|scrubbed| class.ends_with(scrubbed)) {
        return None;
    }
    let text = text?;
    if let Err(failure) = document.map_or_else(|| jackson::parse_verdict(text), jackson::verdict_of) {
        return Some(unreadable(failure, class, row.column(ErrorColumn::Message).unwrap_or_default()));
    }
    let document = document.filter(|document| document.error().is_none())?;
    let told = row.column(ErrorColumn::Message).unwrap_or_default();
    match judge {
        Some(judge) => Some(validated(document, judge, told, all)),
        None => not_found(row, doctype?, schemas?, told),
    }
}

/// The parser's exception. Its message repeats the payload further on, which is left out here; the class and the place have to be the same.
fn unreadable(failure: JsonFailure, class: &str, told: &str) -> Replay {
    let message = format!("{}: {}", failure.class, failure.message);
    let reproduced = class == failure.class && told.starts_with(cut(&message).trim_end_matches("..."));
    without_schema(failure.class, message, reproduced)
}

/// What is refused before any schema judges it.
fn without_schema(class: &'static str, message: String, reproduced: bool) -> Replay {
    Replay {
        class: Some(class),
        message,
        violation: None,
        reproduced,
        agreement: Agreement::default(),
        told: None,
        stands: reproduced,
        violations: Violations::default(),
        doubts: Vec::new(),
    }
}

fn validated(document: &Document, judge: &Judge, told: &str, all: bool) -> Replay {
    let input = JudgeInput::payload(document);
    let (verdict, mut violations) =
        if all { judge.examined(input, MOST_VIOLATIONS) } else { (judge.verdict_untold(input), Violations::default()) };
    let mut violation = match verdict.outcome {
        Outcome::Pass => None,
        Outcome::Fail(violation) => Some(*violation),
    };
    let message = violation.as_ref().map(|violation| format!("{VALIDATION}: {}", violation.message)).unwrap_or_default();
    let reproduced = violation.is_some() && cut(&message) == told;
    if !all && !reproduced && violation.is_some() {
        // How the two go together is told by what else is broken.
        let (again, all) = judge.examined(input, MOST_VIOLATIONS);
        violations = all;
        if let Outcome::Fail(told) = again.outcome {
            violation = Some(*told);
        }
    }
    // Listing all asks more than telling the first: that may be broken off where this was not.
    let mut doubts = verdict.doubts;
    let more: Vec<Doubt> = violations.doubts.iter().filter(|doubt| !doubts.contains(doubt)).cloned().collect();
    doubts.extend(more);
    let class = violation.as_ref().map(|_| VALIDATION);
    Replay { class, message, violation, reproduced, agreement: Agreement::default(), told: None, stands: reproduced, violations, doubts }
}

/// What the decoder says where a schema is missing: names as the row spells them.
fn not_found(row: &SourceRow, doctype: &ResolvedDoctype, schemas: &SchemaStore, told: &str) -> Option<Replay> {
    let (namespace, name) = (row.column(ErrorColumn::Namespace)?, row.column(ErrorColumn::Doctype)?);
    let lookup = schemas.lookup(namespace, name, doctype.version.as_deref());
    let text = missing(&lookup, namespace, name, doctype.version.as_deref())?;
    let message = format!("{NOT_FOUND}: {text}");
    let reproduced = cut(&message) == told;
    Some(without_schema(NOT_FOUND, message, reproduced))
}

/// A message as the pipeline stores it: at most 1,024 bytes, the last three then dots, never a character in half.
pub fn cut(message: &str) -> std::borrow::Cow<'_, str> {
    if message.len() <= LONGEST {
        return message.into();
    }
    let mut end = LONGEST - 3;
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", &message[..end]).into()
}

impl Replay {
    /// What broke, for certain, where the row says what was replayed; `located` is what its message tells.
    pub(super) fn broken(&self, located: &Broken) -> Option<Broken> {
        let violation = self.violation.as_ref().filter(|_| self.reproduced)?;
        Some(place::broken_at(violation, located.path.clone()))
    }

    /// What is really wrong behind the combinator that the row names.
    pub(super) fn cause(&self) -> Option<&Cause> {
        self.violation.as_ref().filter(|violation| self.reproduced && is_combinator(violation.keyword))?;
        self.violations.causes.first()
    }

    /// The message as the pipeline stores it.
    pub fn recorded(&self) -> std::borrow::Cow<'_, str> {
        cut(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut_as_the_pipeline_does() {
        let long = format!("{}é{}", "a".repeat(1020), "b".repeat(50));
        assert_eq!(cut(&long), format!("{}...", "a".repeat(1020)));
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"a".repeat(1025)).len(), 1024);
    }
}
