//! Schema files built into the program.
//!
//! Owns: serving them as a [`Tree`].
//! Refuses: choosing which files those are (the demo does).

use super::{SchemaError, Tree};

/// Files in memory: path from the schema root, bytes.
pub struct Memory {
    name: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

impl Memory {
    /// `name` is what people see in place of a folder.
    pub fn new(name: &'static str, files: &'static [(&'static str, &'static [u8])]) -> Self {
        Memory { name, files }
    }
}

impl Tree for Memory {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn list(&self) -> Result<Vec<String>, SchemaError> {
        let mut paths: Vec<String> = self.files.iter().map(|(path, _)| (*path).to_owned()).collect();
        paths.sort();
        Ok(paths)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SchemaError> {
        let found = self.files.iter().find(|(known, _)| *known == path);
        found
            .map(|(_, bytes)| bytes.to_vec())
            .ok_or_else(|| SchemaError::Broken { path: path.to_owned(), reason: "not among the built-in files".to_owned() })
    }
}
