//! Where schemas come from: files by their paths, whatever holds them.
//!
//! Owns: what a tree of files has to tell, why schemas cannot be had. Refuses: what the files are (paths), reading them (folder, git, memory …).

use std::path::PathBuf;

use super::git;
use crate::ground::time::Micros;
use crate::rows::advice::Advice;

/// Where the files of a store come from.
pub trait FileTree: Send + Sync {
    /// What it is, for people: the folder, or folder and revision.
    fn name(&self) -> String;
    /// Every `.schema.json` and `.bq` file as a path from the schema root (`telemetry/main/main.4.schema.json`), in order.
    fn list(&self) -> Result<Vec<String>, SchemaError>;
    /// The bytes of one of them.
    fn read(&self, path: &str) -> Result<Vec<u8>, SchemaError>;
    /// What tells the contents of a file without reading them: equal texts, equal contents. `None` where nothing does.
    fn content_id(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }
    /// Paths that exist where the files were taken from and are not among them: names that can be looked up, without content.
    fn absent(&self) -> Vec<String> {
        Vec::new()
    }
    /// The commit that the files are of, in full, where that is known.
    fn revision(&self) -> Option<String> {
        None
    }
    /// When that commit was made, where that is known without asking for it.
    fn revision_time(&self) -> Option<Micros> {
        None
    }
    /// The state before this one, where it comes with the files; history has others.
    fn before(&self) -> Option<Box<dyn FileTree>> {
        None
    }
    /// The folder of sample documents that comes with the files, where there is one.
    fn samples(&self) -> Option<PathBuf> {
        None
    }
    /// Whether that commit was asked for by its name.
    fn is_chosen(&self) -> bool {
        false
    }
    /// The history that they stand in; `None` where there is none.
    fn lineage(&self) -> Result<Option<git::Lineage>, git::GitError> {
        Ok(None)
    }
}

/// Why schemas cannot be had. Messages say what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The file system refused.
    #[error("cannot read {path}: {error}", path = crate::ground::text::visible(&.path.to_string_lossy()))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// There is nothing to use in it.
    #[error("{0}")]
    Empty(String),
    /// There are no schemas where they were looked for, or none with a history.
    #[error("{0}")]
    Missing(String),
    /// A file is not what its name says.
    #[error("{path}: {reason}", path = crate::ground::text::visible(path))]
    Broken {
        /// The file.
        path: String,
        /// What is wrong and where.
        reason: String,
    },
    /// git does not give what was asked of it.
    #[error(transparent)]
    Git(#[from] git::GitError),
}

impl SchemaError {
    /// What can be done about it.
    pub fn advice(&self) -> Option<Advice> {
        matches!(self, SchemaError::Missing(_) | SchemaError::Git(git::GitError::NoRepository(_))).then_some(Advice::GetSchemas)
    }
}
