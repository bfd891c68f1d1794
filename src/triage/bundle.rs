//! Making a bundle: one file with groups, some of their rows, and the schemas and layouts that those need.
//!
//! Owns: what goes in, why one cannot be made.
//! Refuses: the format and reading it (rows/bundle), redaction (redact).

mod make;
mod redacted;
mod write;

use crate::rows::advice::Advice;
use crate::rows::schemas::SchemaError;
use crate::rows::source::SourceError;
use crate::triage::export::ExportError;

pub use make::{BundleRequest, MadeBundle, make};

/// Why a bundle cannot be made. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// There is more of something than a bundle may hold.
    #[error("{0}")]
    TooLarge(String),
    /// Rows that were counted are gone.
    #[error("{} no longer where they were; read the source again", crate::ground::text::plural(*.0 as u64, "row of the groups is", "rows of the groups are"))]
    Vanished(usize),
    /// Called off.
    #[error("stopped; nothing was written")]
    Stopped,
    /// The rows cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A schema file cannot be read.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The file cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
}

impl BundleError {
    /// What can be done about it, beyond what the message says.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            BundleError::TooLarge(_) => Some(Advice::SmallerBundle),
            BundleError::Source(error) => error.advice(),
            BundleError::Export(error) => error.advice(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
