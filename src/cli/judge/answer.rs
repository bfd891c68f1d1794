//! Judgements as scripts read them: the fields of `--format json` and `ndjson`, in their order. Names and meanings are stable.

use serde::Serialize;

use super::losses::LossAnswer;
use crate::cli::violation::{CauseAnswer, ViolationAnswer};
use crate::rows::samples::Expected;
use crate::triage::judging::{Judged, Ruling};
use crate::tui::advice::advised;

/// One document.
#[derive(Debug, Serialize)]
pub(super) struct DocumentAnswer<'a> {
    /// As it was given.
    pub path: &'a str,
    /// From 1; null where the document is the whole file.
    pub line: Option<u64>,
    /// As the schemas spell them where they have it; null where a row does not say.
    pub namespace: Option<&'a str>,
    pub doctype: Option<&'a str>,
    pub version: Option<&'a str>,
    /// Path in the schema repository; null where there is no such schema.
    pub schema_file: Option<String>,
    /// `pass` or `fail`, by the name; null where it says nothing.
    pub expected: Option<&'static str>,
    /// Whether it is not as it should be.
    pub finding: bool,
    /// Null where the document was not or could not be judged; the notes say why.
    pub verdict: Option<VerdictAnswer<'a>>,
    /// With `--all`: everything that is broken, at most 1,000; empty where the validator was not asked or says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violations: Option<Vec<ViolationAnswer<'a>>>,
    /// With `--all`: all violations, exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violation_count: Option<u64>,
    /// With `--losses`: what is not in a column as it is, at most 50,000; empty where the document does not pass or has no table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub losses: Option<Vec<LossAnswer<'a>>>,
    /// With `--losses`: why it makes no row or one that BigQuery refuses, or why nothing is known of its losses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_row: Option<&'a str>,
    /// What is odd or could not be judged, in sentences.
    pub notes: Vec<String>,
}

/// What the pipeline makes of a document. All null but `passed` where it passes.
#[derive(Debug, Serialize)]
pub(super) struct VerdictAnswer<'a> {
    pub passed: bool,
    /// With its class, before the pipeline cuts it at 1,024 bytes.
    pub message: Option<String>,
    /// Null where the document does not come as far as the validator.
    pub keyword: Option<&'a str>,
    /// As the pipeline writes it.
    pub pointer: Option<&'a str>,
    /// RFC 6901, in `schema_file`.
    pub schema_pointer: Option<&'a str>,
    /// In plain words.
    pub sentence: Option<String>,
    /// What is really wrong: of a combinator the innermost violation of the branch that comes nearest; of other keywords the same.
    pub cause: Option<CauseAnswer<'a>>,
}

/// One doctype version.
#[derive(Debug, Serialize)]
pub(super) struct DoctypeAnswer<'a> {
    pub namespace: &'a str,
    pub doctype: &'a str,
    pub version: Option<&'a str>,
    pub schema_file: Option<String>,
    pub passed: u64,
    pub failed: u64,
    /// Documents that are not as they should be.
    pub findings: u64,
    /// The most frequent first.
    pub faults: Vec<FaultAnswer<'a>>,
}

/// Documents of a doctype that fail alike: at the same keyword of the same schema node.
#[derive(Debug, Serialize)]
pub(super) struct FaultAnswer<'a> {
    pub keyword: Option<&'a str>,
    pub schema_pointer: Option<&'a str>,
    /// Of the first such document, as the message below.
    pub pointer: Option<&'a str>,
    pub count: u64,
    pub message: &'a str,
    /// With `--all`: further documents in which it is broken behind what the pipeline reports of them; where `count` is 0, the message is the one that the
    /// validator would have written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<u64>,
}

impl<'a> DocumentAnswer<'a> {
    /// The fields of a judged document.
    pub(super) fn new(judged: &'a Judged) -> Self {
        let (doctype, violations) = (judged.doctype.as_ref(), judged.violations.as_ref());
        DocumentAnswer {
            path: &judged.shown,
            line: judged.line,
            namespace: doctype.map(|doctype| doctype.namespace.as_str()),
            doctype: doctype.map(|doctype| doctype.doctype.as_str()),
            version: doctype.and_then(|doctype| doctype.version.as_deref()),
            schema_file: judged.schema_path.as_deref().map(schema_file),
            expected: judged.expected.map(Expected::name),
            finding: judged.is_finding(),
            verdict: judged.passed().map(|passed| VerdictAnswer::new(judged, passed)),
            violations: violations.map(ViolationAnswer::list),
            violation_count: violations.map(|all| all.count),
            losses: judged.lost.as_ref().map(LossAnswer::list),
            no_row: judged.lost.as_ref().and_then(|lost| match &lost.losses {
                Ok(losses) => losses.refused.as_deref(),
                Err(why) => Some(why),
            }),
            notes: notes(judged),
        }
    }
}

impl<'a> VerdictAnswer<'a> {
    fn new(judged: &'a Judged, passed: bool) -> Self {
        let violation = match &judged.ruling {
            Ruling::Invalid(violation) => Some(violation),
            _ => None,
        };
        VerdictAnswer {
            passed,
            message: judged.message(),
            keyword: violation.map(|violation| violation.keyword),
            pointer: violation.map(|violation| violation.pointer.as_str()),
            schema_pointer: violation.map(|violation| violation.schema_pointer.as_str()),
            sentence: sentence(judged),
            cause: judged.cause.as_ref().map(CauseAnswer::new),
        }
    }
}

/// A schema's path in the schema repository.
pub(super) fn schema_file(path: &str) -> String {
    format!("schemas/{path}")
}

/// What is wrong, in plain words; nothing where the document passes or was skipped.
pub(super) fn sentence(judged: &Judged) -> Option<String> {
    match &judged.ruling {
        Ruling::Passed | Ruling::Skipped(_) | Ruling::Unjudged { .. } => None,
        Ruling::Invalid(violation) => Some(violation.sentence.clone()),
        Ruling::Unreadable { offset, .. } => {
            Some(format!("the pipeline cannot read it as a JSON object: it stops at byte {}", crate::ground::text::count(*offset as u64)))
        }
        Ruling::NoSchema { instead, .. } => Some(instead.clone()),
    }
}

/// What is odd or could not be judged.
pub(super) fn notes(judged: &Judged) -> Vec<String> {
    let skipped = match &judged.ruling {
        Ruling::Skipped(reason) => Some(format!("Not judged: {}.", advised(reason))),
        Ruling::Unjudged { reason: Some(reason) } => Some(format!("Not judged: {reason}.")),
        _ => None,
    };
    let doubts = judged.doubts.iter().map(|doubt| format!("Not judged at #{}: {}.", doubt.schema_pointer, doubt.what));
    skipped.into_iter().chain(judged.notes.iter().cloned()).chain(doubts).collect()
}
