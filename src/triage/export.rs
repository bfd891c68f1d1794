//! What leaves misfit for a bug report, a repository or a script.
//!
//! Owns: reports, rows, documents, tests, SQL and backfill briefs of groups; files that are written whole or not at all.
//! Refuses: what may be told of a value (redact), how small a document can be (minimize), questions and answers (cli, tui).

pub mod backfill;
pub mod choice;
pub mod files;
pub mod hidden;
pub mod name;
pub mod own_edit;
pub mod page;
pub mod patch;
pub mod predicate;
pub mod recovery;
pub mod report;
pub mod reproducer;
pub mod rows;
pub mod sample;
pub mod single;
pub mod statement;
pub mod survey;

use std::io;
use std::path::PathBuf;

use crate::ground::text::visible;
use crate::rows::advice::Advice;

/// Why something could not be exported. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file is there already.
    #[error("{} already exists", shown(.0))]
    Exists(PathBuf),
    /// The place is no file that could be replaced, or no folder.
    #[error("{}: {what}", shown(.path))]
    Place {
        /// What was named.
        path: PathBuf,
        /// What it is and what to do.
        what: &'static str,
    },
    /// The file system refused.
    #[error("cannot write {}: {error}{}", shown(.path), hint(.error))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
}

impl ExportError {
    /// What can be done about it, beyond what the message says.
    pub fn advice(&self) -> Option<Advice> {
        matches!(self, ExportError::Exists(_)).then_some(Advice::Replace)
    }
}

fn shown(path: &std::path::Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// What can be done about it, where that is known.
fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; nothing of it was left behind: make room or name another folder",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "; name a folder that you may write to",
        io::ErrorKind::NotADirectory => "; a part of this path is a file",
        _ => "",
    }
}
