//! One file with groups, some of their rows, and the schemas and layouts that those need: opened on another machine, without a network.
//!
//! Owns: what a bundle is, its bounds, reading one, answering as a source.
//! Refuses: making one (triage/bundle); grouping and schemas: what comes out of a bundle goes through the same parsers as from files.
//!
//! The file is NDJSON in zstd. The first line is the header and tells the format's version; jobs, groups, rows and schema files follow, each an
//! object with one member that says what it is; the last line counts them, so that a file that was cut is told from a whole one. Paths in it are
//! names to look up and never lead to a file.

pub(crate) mod open;
pub(crate) mod read;
pub(crate) mod record;
mod source;

use std::path::PathBuf;

use crate::ground::text::visible;
use crate::rows::source::files::BUNDLE_MAGIC as MAGIC;

pub use open::is_bundle;
pub use source::Bundle;

/// The version of the format that is written, and the only one that is read.
pub(crate) const VERSION: u64 = 1;

/// Most bytes of a line: the largest payload that the pipeline takes, in base64, several times over.
pub(crate) const MOST_LINE: u64 = 64 << 20;
/// Most bytes of text in a bundle.
pub(crate) const MOST_TEXT: u64 = 1 << 30;
/// Most jobs, groups, rows, schema files and names of such in a bundle, each.
pub(crate) const MOST_LINES: usize = 200_000;
/// Most columns of a row.
const MOST_COLUMNS: usize = 1_000;

/// Why a bundle cannot be opened. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file system refused.
    #[error("cannot read {}: {error}", visible(&.path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The content is no bundle that can be used.
    #[error("{} is not a usable bundle: {reason}", visible(&.path.to_string_lossy()))]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what to do.
        reason: String,
    },
}
