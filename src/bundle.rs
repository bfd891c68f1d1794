//! One file with groups, some of their rows, and the schemas and layouts that those need: opened on another machine, without a network.
//!
//! Owns: what a bundle is, its bounds, why one cannot be made or opened.
//! Refuses: grouping, redaction, schemas (their modules do that; what comes out of a bundle goes through the same parsers as from files).
//!
//! The file is NDJSON in zstd. The first line is the header and tells the format's version; jobs, groups, rows and schema files follow, each an
//! object with one member that says what it is; the last line counts them, so that a file that was cut is told from a whole one. Paths in it are
//! names to look up and never lead to a file.

mod make;
mod open;
mod read;
mod record;
mod redacted;
mod source;
mod write;

use std::path::PathBuf;

use crate::export::ExportError;
use crate::schemas::SchemaError;
use crate::source::SourceError;
use crate::text::visible;

pub use make::{Asked, Made, make};
pub use open::is_bundle;
pub use source::Bundle;

/// How the text of every bundle begins.
pub(crate) const MAGIC: &[u8] = b"{\"misfit_bundle\":";
/// The version of the format that is written, and the only one that is read.
const VERSION: u64 = 1;

/// Most bytes of a line: the largest payload that the pipeline takes, in base64, several times over.
const MOST_LINE: u64 = 64 << 20;
/// Most bytes of text in a bundle.
const MOST_TEXT: u64 = 1 << 30;
/// Most jobs, groups, rows, schema files and names of such in a bundle, each.
const MOST_LINES: usize = 200_000;
/// Most columns of a row.
const MOST_COLUMNS: usize = 1_000;

/// Why a bundle cannot be made or opened. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file system refused.
    #[error("cannot read {}: {error}", visible(&.path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The content is no bundle that can be used.
    #[error("{} is no usable bundle: {reason}", visible(&.path.to_string_lossy()))]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what to do.
        reason: String,
    },
    /// There is more of something than a bundle may hold.
    #[error("{0}")]
    TooLarge(String),
    /// Rows that were counted are gone.
    #[error("{0} rows of the groups are no longer where they were; read the source again")]
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

#[cfg(test)]
mod tests;
