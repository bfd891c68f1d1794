//! Sample documents in files and folders, and which doctype each is of.
//!
//! Owns: finding the files, what their names say, cutting them into documents, rows of the error table among these.
//! Refuses: judging (judging), JSON (document), error rows as a table (source).

mod find;
mod name;
mod read;
mod row;

use std::path::PathBuf;
use std::sync::Arc;

pub use find::find;
pub use name::{DoctypeName, Expected};
pub use read::{read, read_all};
pub use row::Content;

/// A file of documents, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    /// Where it is; `None` is standard input.
    pub path: Option<PathBuf>,
    /// Its path as it was given, not yet made safe for a terminal.
    pub shown: String,
    /// The doctype that folder and name say.
    pub doctype: Option<DoctypeName>,
    /// What the name says about the verdict.
    pub expected: Option<Expected>,
    /// Whether every line is a document, by the ending of the name.
    pub is_lines: bool,
}

/// One document as it was found.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The file that holds it.
    pub file: Arc<SampleFile>,
    /// Its line, from 1; `None` where it is the whole file.
    pub line: Option<u64>,
    /// Its bytes, perhaps gzip, perhaps a row of the error table around it.
    pub bytes: Vec<u8>,
}

/// The files of all arguments.
#[derive(Debug, Default)]
pub struct FoundSamples {
    /// In the order of the arguments, those of a folder by name.
    pub files: Vec<Arc<SampleFile>>,
    /// Files in folders that are no documents by their names.
    pub others: u64,
}

/// A sample's place for people: file and line, safe for a terminal.
pub fn place(file: &SampleFile, line: Option<u64>) -> String {
    let shown = crate::ground::text::visible(&file.shown);
    line.map_or_else(|| shown.to_string(), |line| format!("{shown} line {line}"))
}

/// Why samples cannot be had. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The system refused, or packed bytes are damaged.
    #[error("cannot read {shown}: {error}", shown = crate::ground::text::visible(.shown))]
    Io {
        /// The file or folder.
        shown: String,
        /// The reason.
        error: std::io::Error,
    },
    /// An argument is of no use.
    #[error("{0}")]
    Input(String),
}
