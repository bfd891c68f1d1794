//! Samples judged as the pipeline judges payloads.
//!
//! Owns: which schema a sample is judged by, the steps before the validator, what counts as a finding.
//! Refuses: the validator itself (verdict/judge), reading files (samples), output.

pub mod bare;
mod bench;
mod sampled;

pub use bench::Bench;
pub use sampled::{MOST_SAMPLED, SampledLosses, sampled_losses};

use crate::pipeline::fault::{NOT_FOUND, VALIDATION};
use crate::pipeline::verdict::judge::{Cause, Doubt, Violation, Violations};
use crate::rows::advice::{Advice, Advised};
use crate::rows::samples::{DoctypeName, Expected, Sample, place};
use crate::triage::losses::Losses;

/// A sample with its judgement.
#[derive(Debug)]
pub struct Judged {
    /// The file that holds it, as it was given.
    pub shown: String,
    /// Its line, from 1; `None` where it is the whole file.
    pub line: Option<u64>,
    /// What it is of, spelled as the schemas do where they have it; `None` where its row says nothing.
    pub doctype: Option<DoctypeName>,
    /// Its schema's path in the store.
    pub schema_path: Option<String>,
    /// What its name says.
    pub expected: Option<Expected>,
    /// What the pipeline makes of it.
    pub ruling: Ruling,
    /// What is really wrong with what the validator reports.
    pub cause: Option<Cause>,
    /// All violations, where they were asked for and the document was validated.
    pub violations: Option<Violations>,
    /// What could not be judged and so counts as fulfilled.
    pub doubts: Vec<Doubt>,
    /// What is odd about its bytes, in sentences.
    pub notes: Vec<String>,
    /// What it loses on its way into its table, where that was asked for and it passes.
    pub lost: Option<LostIn>,
}

/// What a document loses, and of which table.
#[derive(Debug)]
pub struct LostIn {
    /// Position of the doctype version among those of the schemas.
    pub doctype: usize,
    /// Its losses, or why there is no table to lose them in.
    pub losses: Result<Losses, String>,
}

/// What the pipeline makes of a document.
#[derive(Debug)]
pub enum Ruling {
    /// It passes.
    Passed,
    /// The validator's one error.
    Invalid(Box<Violation>),
    /// It is refused before: no JSON object.
    Unreadable {
        /// The exception's class.
        class: &'static str,
        /// Its message.
        message: String,
        /// Byte of the text where reading failed.
        offset: usize,
    },
    /// There is no such schema.
    NoSchema {
        /// The pipeline's message.
        message: String,
        /// What the schemas have instead, in a sentence.
        instead: String,
    },
    /// It is nothing to be judged, and why.
    Skipped(Advised),
    /// It should have been judged and could not be: its schema is none, or no rule of it is broken but some cannot be asked.
    Unjudged {
        /// Why, as the end of a sentence; `None` where the doubts tell.
        reason: Option<String>,
    },
}

/// Why nothing can be judged. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum JudgingError {
    /// No doctype was given or could be told.
    #[error("cannot tell the doctype of {0}")]
    NoDoctype(String),
}

impl JudgingError {
    /// What can be done about it, beyond what the message says.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            JudgingError::NoDoctype(_) => Some(Advice::NameDoctype),
        }
    }
}

impl Judged {
    /// Whether it passes; nothing where it was skipped or could not be judged.
    pub fn passed(&self) -> Option<bool> {
        match self.ruling {
            Ruling::Skipped(_) | Ruling::Unjudged { .. } => None,
            Ruling::Passed => Some(true),
            _ => Some(false),
        }
    }

    /// Whether it is not as it should be. A document without a schema never is: it fails whatever it holds.
    pub fn is_finding(&self) -> bool {
        match (&self.ruling, self.expected) {
            (Ruling::Skipped(_) | Ruling::Unjudged { .. }, _) => false,
            (Ruling::NoSchema { .. }, _) => true,
            (Ruling::Passed, _) if self.loses() => true,
            (ruling, Some(Expected::Fail)) => matches!(ruling, Ruling::Passed),
            (ruling, _) => !matches!(ruling, Ruling::Passed),
        }
    }

    /// Whether it passes and yet is not all in its columns; only where that was asked for.
    pub fn loses(&self) -> bool {
        self.lost.as_ref().and_then(|lost| lost.losses.as_ref().ok()).is_some_and(Losses::is_finding)
    }

    /// The pipeline's message with its class, before it is cut.
    pub fn message(&self) -> Option<String> {
        match &self.ruling {
            Ruling::Passed | Ruling::Skipped(_) | Ruling::Unjudged { .. } => None,
            Ruling::Invalid(violation) => Some(format!("{VALIDATION}: {}", violation.message)),
            Ruling::Unreadable { class, message, .. } => Some(format!("{class}: {message}")),
            Ruling::NoSchema { message, .. } => Some(format!("{NOT_FOUND}: {message}")),
        }
    }
}

/// The place of a sample whose doctype nobody tells.
fn untold(sample: &Sample) -> JudgingError {
    JudgingError::NoDoctype(place(&sample.file, sample.line))
}
