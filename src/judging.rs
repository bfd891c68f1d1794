//! Samples judged as the pipeline judges payloads.
//!
//! Owns: which schema a sample is judged by, the steps before the validator, what counts as a finding.
//! Refuses: the validator itself (verdict/judge), reading files (samples), output.

mod bench;

pub use bench::Bench;

use crate::document::Document;
use crate::samples::{DoctypeName, Expected, Sample, SampleFile};
use crate::schemas::{Lookup, SchemaError, snake_case};
use crate::verdict::judge::{Doubt, Input, Violation, Violations};

/// Class of the validator's exceptions.
pub const VALIDATION: &str = "org.everit.json.schema.ValidationException";
/// Class of the exceptions for schemas that are not there.
pub const NOT_FOUND: &str = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";
/// What the decoder says of a telemetry document without a version.
const NO_VERSION: &str = "Element was assumed to be a telemetry message because it contains no document_version attribute, but the payload does not include the top-level 'version' or 'v' field expected for a telemetry document";

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
    /// All violations, where they were asked for and the document was validated.
    pub violations: Option<Violations>,
    /// What could not be judged and so counts as fulfilled.
    pub doubts: Vec<Doubt>,
    /// What is odd about its bytes, in sentences.
    pub notes: Vec<String>,
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
    /// It was not judged, and why.
    Skipped(String),
}

/// Why nothing can be judged. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum JudgingError {
    /// No doctype was given or could be told.
    #[error(
        "cannot tell the doctype of {0}: give it with --doctype NAMESPACE.DOCTYPE.VERSION, or name the file NAMESPACE/DOCTYPE.VERSION.NAME.json"
    )]
    NoDoctype(String),
    /// A schema cannot be read or compiled.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

impl Judged {
    /// Whether it passes; nothing where it was skipped.
    pub fn passed(&self) -> Option<bool> {
        match self.ruling {
            Ruling::Skipped(_) => None,
            Ruling::Passed => Some(true),
            _ => Some(false),
        }
    }

    /// Whether it is not as it should be. A document without a schema never is: it fails whatever it holds.
    pub fn is_finding(&self) -> bool {
        match (&self.ruling, self.expected) {
            (Ruling::Skipped(_), _) => false,
            (Ruling::NoSchema { .. }, _) => true,
            (ruling, Some(Expected::Fail)) => matches!(ruling, Ruling::Passed),
            (ruling, _) => !matches!(ruling, Ruling::Passed),
        }
    }

    /// The pipeline's message with its class, before it is cut.
    pub fn message(&self) -> Option<String> {
        match &self.ruling {
            Ruling::Passed | Ruling::Skipped(_) => None,
            Ruling::Invalid(violation) => Some(format!("{VALIDATION}: {}", violation.message)),
            Ruling::Unreadable { class, message, .. } => Some(format!("{class}: {message}")),
            Ruling::NoSchema { message, .. } => Some(format!("{NOT_FOUND}: {message}")),
        }
    }
}

/// Schemas of this namespace describe what the decoder makes of a payload's surroundings; no payload is of it.
const METADATA: &str = "metadata";

/// A document as the validator gets it: of payloads the decoder takes members away first.
pub fn input<'a>(namespace: &str, document: &'a Document) -> Input<'a> {
    if is_payload(namespace) { Input::payload(document) } else { Input::from(document) }
}

/// Whether documents of a namespace are payloads.
pub fn is_payload(namespace: &str) -> bool {
    snake_case(namespace) != METADATA
}

/// What the decoder says where a lookup finds nothing: names as they were asked for.
pub fn missing(lookup: &Lookup, namespace: &str, doctype: &str, version: Option<&str>) -> Option<String> {
    match lookup {
        Lookup::Found(_) => None,
        Lookup::NoDoctype { .. } => Some(format!("No such docType: {namespace}/{doctype}")),
        Lookup::NoVersion { .. } if version.is_none() && snake_case(namespace) == "telemetry" => Some(NO_VERSION.to_owned()),
        Lookup::NoVersion { .. } => {
            Some(format!("No schema with name: {namespace}/{doctype}/{doctype}.{}.schema.json", version.unwrap_or("null")))
        }
    }
}

/// A sample's place for people: file and line.
fn place(file: &SampleFile, line: Option<u64>) -> String {
    let shown = crate::text::visible(&file.shown);
    line.map_or_else(|| shown.to_string(), |line| format!("{shown} line {line}"))
}

/// The place of a sample whose doctype nobody tells.
fn untold(sample: &Sample) -> JudgingError {
    JudgingError::NoDoctype(place(&sample.file, sample.line))
}
