//! The schema repository: (namespace, doctype, version) -> JSON schema and table layout.
//!
//! Owns: lookup as the decoder does it, what exists nearby when something is missing, parsed files kept for reuse.
//! Refuses: where files come from (folder, a revision, the built-in sample: see [`Tree`]), judging.

pub mod folder;
pub mod schema;
pub mod walk;

use std::path::PathBuf;
use std::sync::Arc;

use crate::layout::Layout;
pub use schema::Schema;

/// Where the files of a store come from.
pub trait Tree: Send + Sync {
    /// What it is, for people: the folder, or folder and revision.
    fn name(&self) -> String;
    /// Every `.schema.json` and `.bq` file as a path from the schema root (`telemetry/main/main.4.schema.json`), in order.
    fn list(&self) -> Result<Vec<String>, SchemaError>;
    /// The bytes of one of them.
    fn read(&self, path: &str) -> Result<Vec<u8>, SchemaError>;
}

/// One doctype version: what exists of it. Paths are as [`Tree::list`] gives them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doctype {
    /// As the folder is called.
    pub namespace: String,
    /// As the folder is called.
    pub doctype: String,
    /// Between the last dot of the name and its ending; a text, as the decoder sees it.
    pub version: String,
    /// The JSON schema's path.
    pub schema: Option<String>,
    /// The table layout's path.
    pub layout: Option<String>,
}

/// Answer of a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Position in [`SchemaStore::doctypes`].
    Found(usize),
    /// No such namespace/doctype.
    NoDoctype {
        /// Nearest `namespace/doctype` names, best first.
        nearest: Vec<String>,
    },
    /// The doctype is known, this version is not; no version at all lists as well.
    NoVersion {
        /// Positions of the versions that exist, ascending.
        known: Vec<usize>,
    },
}

/// A schema repository, opened. Files are parsed when first asked for.
pub struct SchemaStore {
    tree: Box<dyn Tree>,
}

/// Why schemas cannot be had. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The file system refused.
    #[error("cannot read {path}: {error}", path = crate::text::visible(&.path.to_string_lossy()))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// There is nothing to use in it.
    #[error("{0}")]
    Empty(String),
    /// A file is not what its name says.
    #[error("{path}: {reason}")]
    Broken {
        /// The file.
        path: String,
        /// What is wrong and where.
        reason: String,
    },
}

impl SchemaStore {
    /// Opens a store over a tree: lists it, reads no file.
    pub fn open(_tree: Box<dyn Tree>) -> Result<Self, SchemaError> {
        unimplemented!()
    }

    /// What it is, for people.
    pub fn name(&self) -> String {
        self.tree.name()
    }

    /// All doctype versions, ordered by namespace, doctype and version (numbers as numbers).
    pub fn doctypes(&self) -> &[Doctype] {
        unimplemented!()
    }

    /// Finds a doctype version as the decoder does: snake case on both sides.
    pub fn lookup(&self, _namespace: &str, _doctype: &str, _version: Option<&str>) -> Lookup {
        unimplemented!()
    }

    /// The parsed JSON schema of a doctype version; `None` where it has none. Parsed once.
    pub fn schema(&self, _doctype: usize) -> Result<Option<Arc<Schema>>, SchemaError> {
        unimplemented!()
    }

    /// The parsed layout; `None` where it has none.
    pub fn layout(&self, _doctype: usize) -> Result<Option<Arc<Layout>>, SchemaError> {
        unimplemented!()
    }
}
