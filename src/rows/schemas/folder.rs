//! A folder in the layout of the schema repository.
//!
//! Owns: finding the schema root in it, listing three levels without touching a file, reading one file.
//! Refuses: what the names mean (the store), revisions of a repository.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{EXPECTED, FileTree, SchemaError};

/// Most entries that are looked at: a home directory given by mistake is refused soon.
const MOST_ENTRIES: usize = 200_000;

/// An opened schema folder.
pub struct Folder {
    /// As it was given.
    given: PathBuf,
    /// Where the namespaces are.
    root: PathBuf,
}

impl Folder {
    /// Opens a folder with or without `schemas/` on top. Reads nothing but its type.
    pub fn open(path: &Path) -> Result<Self, SchemaError> {
        let shown = crate::ground::text::visible(&path.to_string_lossy()).into_owned();
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return Err(SchemaError::Missing(format!("{shown} is a file, not a folder: {EXPECTED}"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SchemaError::Missing(format!("there is no folder {shown}: {EXPECTED}")));
            }
            Err(error) => return Err(SchemaError::Io { path: path.to_owned(), error }),
        }
        let below = path.join("schemas");
        let root = if below.is_dir() { below } else { path.to_owned() };
        // Symbolic links are judged by where they lead, so the root itself must be known without any.
        let root = root.canonicalize().map_err(|error| SchemaError::Io { path: root, error })?;
        Ok(Folder { given: path.to_owned(), root })
    }

    /// What lies in a folder, sorted by name: names that are UTF-8 and not hidden, and whether each is a folder.
    fn entries(&self, folder: &Path, seen: &mut usize) -> Result<Vec<(String, bool)>, SchemaError> {
        let failed = |error| SchemaError::Io { path: folder.to_owned(), error };
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            *seen += 1;
            if *seen > MOST_ENTRIES {
                let shown = self.name();
                return Err(SchemaError::Missing(format!("{shown} holds over {MOST_ENTRIES} files, too many for schemas: {EXPECTED}")));
            }
            let Ok(name) = entry.file_name().into_string() else { continue };
            if let Some(is_folder) = self.is_folder(&entry).filter(|_| !name.starts_with('.')) {
                entries.push((name, is_folder));
            }
        }
        entries.sort();
        Ok(entries)
    }

    /// Whether an entry is a folder or a file; `None` for a link that leads nowhere or out of the root, and for devices.
    fn is_folder(&self, entry: &DirEntry) -> Option<bool> {
        let kind = entry.file_type().ok()?;
        if !kind.is_symlink() {
            return (kind.is_dir() || kind.is_file()).then(|| kind.is_dir());
        }
        let target = entry.path().canonicalize().ok()?;
        target.starts_with(&self.root).then(|| target.is_dir())
    }
}

impl FileTree for Folder {
    fn name(&self) -> String {
        crate::ground::text::visible(&self.given.to_string_lossy()).into_owned()
    }

    fn list(&self) -> Result<Vec<String>, SchemaError> {
        let mut seen = 0;
        let mut files = Vec::new();
        for (namespace, _) in self.entries(&self.root, &mut seen)?.into_iter().filter(|(_, is_folder)| *is_folder) {
            let folder = self.root.join(&namespace);
            for (doctype, _) in self.entries(&folder, &mut seen)?.into_iter().filter(|(_, is_folder)| *is_folder) {
                let within = folder.join(&doctype);
                for (file, is_folder) in self.entries(&within, &mut seen)? {
                    if is_folder && file == super::paths::IGLU {
                        let versions = self.entries(&within.join(&file), &mut seen)?.into_iter().filter(|(_, is_folder)| !is_folder);
                        let versions = versions.filter(|(version, _)| super::paths::iglu_version(version).is_some());
                        files.extend(versions.map(|(version, _)| format!("{namespace}/{doctype}/{file}/{version}")));
                        continue;
                    }
                    if !is_folder && (file.ends_with(super::SCHEMA_ENDING) || file.ends_with(super::paths::LAYOUT_ENDING)) {
                        files.push(format!("{namespace}/{doctype}/{file}"));
                    }
                }
            }
        }
        if files.is_empty() {
            return Err(SchemaError::Missing(format!("{} holds no schemas: {EXPECTED}", self.name())));
        }
        Ok(files)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SchemaError> {
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(SchemaError::Broken { path: path.to_owned(), reason: "leads out of the schema folder".to_owned() });
        }
        let full = self.root.join(relative);
        fs::read(&full).map_err(|error| SchemaError::Io { path: full, error })
    }

    fn samples(&self) -> Option<PathBuf> {
        let beside = self.root.parent().filter(|_| self.root.ends_with("schemas"))?.join("validation");
        beside.is_dir().then_some(beside)
    }

    fn revision(&self) -> Option<String> {
        super::revision::of(&self.root)
    }

    fn revision_time(&self) -> Option<crate::ground::time::Micros> {
        super::git::time_of(&self.root, &self.revision()?)
    }

    fn lineage(&self) -> Result<Option<super::git::Lineage>, super::git::GitError> {
        super::git::Lineage::around(&self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str) {
        let full = root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, "{}").unwrap();
    }

    #[test]
    fn a_folder_opens_with_and_without_schemas_on_top() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "schemas/ns/ping/ping.1.schema.json");
        write(dir.path(), "schemas/ns/ping/ping.1.bq");
        write(dir.path(), "schemas/ns/ping/README.md");
        write(dir.path(), "schemas/ns/stray.1.schema.json");
        write(dir.path(), "schemas/.git/ping/ping.1.schema.json");
        for root in [dir.path().to_owned(), dir.path().join("schemas")] {
            let folder = Folder::open(&root).unwrap();
            assert_eq!(folder.list().unwrap(), ["ns/ping/ping.1.bq", "ns/ping/ping.1.schema.json"]);
            assert_eq!(folder.read("ns/ping/ping.1.bq").unwrap(), b"{}");
        }
    }

    #[test]
    fn what_is_no_schema_folder_says_what_one_looks_like() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "file");
        fs::create_dir(dir.path().join("empty")).unwrap();
        for (name, said) in [("nowhere", "there is no folder"), ("file", "is a file"), ("empty", "holds no schemas")] {
            let error = Folder::open(&dir.path().join(name)).and_then(|folder| folder.list()).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("DOCTYPE.VERSION.schema.json"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_the_root_only() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "schemas/ns/ping/ping.1.schema.json");
        write(dir.path(), "outside/ping/ping.9.schema.json");
        let schemas = dir.path().join("schemas");
        std::os::unix::fs::symlink(schemas.join("ns"), schemas.join("alias")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("outside"), schemas.join("escape")).unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        assert_eq!(folder.list().unwrap(), ["alias/ping/ping.1.schema.json", "ns/ping/ping.1.schema.json"]);
        assert!(folder.read("../outside/ping/ping.9.schema.json").is_err());
    }
}
