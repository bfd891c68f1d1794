//! The pipeline's judgement of a row, replayed with the schemas at hand and held against what the row says.

use crate::document::Document;
use crate::judging::{NOT_FOUND, VALIDATION, missing};
use crate::schemas::SchemaStore;
use crate::source::SourceRow;
use crate::verdict::judge::{Doubt, Input, Judge, Outcome, Violation, Violations};

use super::ResolvedDoctype;

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
    /// Everything that is broken, not only what the validator reports.
    pub violations: Violations,
    /// What could not be judged and so counts as fulfilled.
    pub doubts: Vec<Doubt>,
}

/// Replays what can be: the lookup of the schema and the validation. `None` for rows that were refused before, or without a document.
pub(super) fn replay(
    row: &SourceRow,
    document: Option<&Document>,
    judge: Option<&Judge>,
    doctype: Option<&ResolvedDoctype>,
    schemas: Option<&SchemaStore>,
) -> Option<Replay> {
    let class = row.column("exception_class").unwrap_or(VALIDATION);
    let document = document.filter(|document| document.error().is_none())?;
    if class != VALIDATION && class != NOT_FOUND {
        return None;
    }
    let told = row.column("error_message").unwrap_or_default();
    match judge {
        Some(judge) => Some(validated(document, judge, told)),
        None => not_found(row, doctype?, schemas?, told),
    }
}

fn validated(document: &Document, judge: &Judge, told: &str) -> Replay {
    let verdict = judge.verdict(Input::payload(document));
    let violation = match verdict.outcome {
        Outcome::Pass => None,
        Outcome::Fail(violation) => Some(*violation),
    };
    let violations = judge.violations(Input::payload(document), MOST_VIOLATIONS);
    let message = violation.as_ref().map(|violation| format!("{VALIDATION}: {}", violation.message)).unwrap_or_default();
    let reproduced = violation.is_some() && cut(&message) == told;
    Replay { class: violation.as_ref().map(|_| VALIDATION), message, violation, reproduced, violations, doubts: verdict.doubts }
}

/// What the decoder says where a schema is missing: names as the row spells them.
fn not_found(row: &SourceRow, doctype: &ResolvedDoctype, schemas: &SchemaStore, told: &str) -> Option<Replay> {
    let (namespace, name) = (row.column("document_namespace")?, row.column("document_type")?);
    let lookup = schemas.lookup(namespace, name, doctype.version.as_deref());
    let text = missing(&lookup, namespace, name, doctype.version.as_deref())?;
    let message = format!("{NOT_FOUND}: {text}");
    let reproduced = cut(&message) == told;
    let violations = Violations { list: Vec::new(), count: 0, tree: Vec::new(), doubts: Vec::new() };
    Some(Replay { class: Some(NOT_FOUND), message, violation: None, reproduced, violations, doubts: Vec::new() })
}

/// A message as the pipeline stores it: at most 1,024 bytes, the last three then dots, never a character in half.
fn cut(message: &str) -> std::borrow::Cow<'_, str> {
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
    /// One sentence where the row and the schemas at hand do not agree.
    pub fn disagreement(&self) -> Option<String> {
        if self.reproduced {
            return None;
        }
        Some(match (&self.violation, self.class) {
            (Some(violation), _) => format!(
                "The schemas you have judge this differently: {} The schema has changed since, is of another revision, or the payload was altered.",
                sentence_end(&violation.sentence)
            ),
            (None, Some(_)) => format!("The schemas you have judge this differently: {}.", self.message.rsplit_once(": ").map_or("", |(_, text)| text)),
            (None, None) => "The schemas you have judge this differently: the document passes, so the schema has changed since or is of another revision.".to_owned(),
        })
    }
}

fn sentence_end(sentence: &str) -> String {
    if sentence.ends_with('.') { sentence.to_owned() } else { format!("{sentence}.") }
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
