//! A tree of schemas with one file as somebody edited it.
//!
//! Owns: serving that file's new text in its place.
//! Refuses: writing it anywhere.

use std::sync::Arc;

use super::{FileTree, SchemaError};

/// A tree with one file of it replaced.
pub(super) struct Edited {
    pub tree: Arc<dyn FileTree>,
    pub path: String,
    pub text: Vec<u8>,
    /// What became of it, in words.
    pub how: String,
}

impl FileTree for Edited {
    fn name(&self) -> String {
        format!("{} with {} {}", self.tree.name(), self.path, self.how)
    }

    fn list(&self) -> Result<Vec<String>, SchemaError> {
        self.tree.list()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SchemaError> {
        if path == self.path { Ok(self.text.clone()) } else { self.tree.read(path) }
    }

    fn content_id(&self, path: &str) -> Option<String> {
        if path == self.path { None } else { self.tree.content_id(path) }
    }

    fn absent(&self) -> Vec<String> {
        self.tree.absent()
    }
}
