//! Schema files in memory: built into the program, or brought along in one file.
//!
//! Owns: serving them as a [`FileTree`].
//! Refuses: choosing which files those are (the demo and the bundle do).

use std::borrow::Cow;

use super::{FileTree, SchemaError};

/// Path from the schema root, bytes.
pub type MemoryFile = (Cow<'static, str>, Cow<'static, [u8]>);

/// Files in memory.
#[derive(Debug, Default)]
pub struct Memory {
    /// What people see in place of a folder.
    pub name: String,
    /// The files.
    pub files: Vec<MemoryFile>,
    /// See [`FileTree::absent`].
    pub absent: Vec<String>,
    /// See [`FileTree::revision`].
    pub revision: Option<String>,
    /// See [`FileTree::before`].
    pub earlier: Option<fn() -> Memory>,
}

impl Memory {
    /// Files of the program. `name` is what people see in place of a folder.
    pub fn new(name: &str, files: &'static [(&'static str, &'static [u8])]) -> Self {
        let files = files.iter().map(|&(path, bytes)| (Cow::Borrowed(path), Cow::Borrowed(bytes))).collect();
        Memory { name: name.to_owned(), files, ..Memory::default() }
    }
}

impl FileTree for Memory {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn list(&self) -> Result<Vec<String>, SchemaError> {
        let mut paths: Vec<String> = self.files.iter().map(|(path, _)| path.clone().into_owned()).collect();
        paths.sort();
        Ok(paths)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SchemaError> {
        let found = self.files.iter().find(|(known, _)| known == path);
        found
            .map(|(_, bytes)| bytes.to_vec())
            .ok_or_else(|| SchemaError::Broken { path: path.to_owned(), reason: format!("not among the files of {}", self.name) })
    }

    fn absent(&self) -> Vec<String> {
        self.absent.clone()
    }

    fn revision(&self) -> Option<String> {
        self.revision.clone()
    }

    fn before(&self) -> Option<Box<dyn FileTree>> {
        self.earlier.map(|earlier| Box::new(earlier()) as Box<dyn FileTree>)
    }
}
