//! Files written whole or not at all.
//!
//! Owns: temporary file, fsync and rename in one folder; never replacing a file unasked; never leaving the folder; who may read it.
//! Refuses: what is in the files, how they are called (name).

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{ExportError, name};

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Whoever may read the user's files by default.
    Usual,
    /// The user alone: for values that people typed.
    Owner,
}

/// How files are written.
#[derive(Debug, Clone, Copy)]
pub struct WriteOptions {
    /// Whether a file that is there may be replaced.
    pub replace: bool,
    /// Who may read what is written.
    pub readers: Readers,
}

/// A folder to write into.
#[derive(Debug)]
pub struct ExportFolder {
    /// As it was given.
    given: PathBuf,
    /// Without links, to know what lies inside.
    root: PathBuf,
    options: WriteOptions,
}

impl ExportFolder {
    /// A folder, made where it is not there yet.
    pub fn open(path: &Path, options: WriteOptions) -> Result<Self, ExportError> {
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir()) {
            return Err(ExportError::Place { path: path.to_owned(), what: "a file, where a folder is needed for several files" });
        }
        let refused = |error| ExportError::Io { path: path.to_owned(), error };
        fs::create_dir_all(path).map_err(refused)?;
        Ok(ExportFolder { given: path.to_owned(), root: path.canonicalize().map_err(refused)?, options })
    }

    /// Begins a file. Every part of the path is made a plain name, so that it lies in the folder; `ending` is ours.
    pub fn begin(&self, folders: &[&str], stem: &str, ending: &str) -> Result<DraftFile, ExportError> {
        let relative: PathBuf = folders.iter().map(|part| name::safe(part)).collect();
        let (folder, given) = (self.root.join(&relative), self.given.join(&relative));
        fs::create_dir_all(&folder).map_err(|error| ExportError::Io { path: given.clone(), error })?;
        // A link that lies in the folder may lead out of it.
        if !folder.canonicalize().is_ok_and(|folder| folder.starts_with(&self.root)) {
            return Err(ExportError::Place { path: given, what: "a link that leads out of the chosen folder; remove it" });
        }
        DraftFile::begin(&given.join(format!("{}{ending}", name::safe(stem))), self.options)
    }
}

/// A file being written. Nobody sees it before it is finished; dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct DraftFile {
    path: PathBuf,
    replace: bool,
    file: BufWriter<NamedTempFile>,
}

impl DraftFile {
    /// Begins a file at exactly this path.
    pub fn begin(path: &Path, options: WriteOptions) -> Result<Self, ExportError> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(ExportError::Place { path: path.to_owned(), what: "a folder, where a file is needed" });
            }
            // A rename would put a file in the place of a device or a link.
            Ok(metadata) if !metadata.is_file() => {
                return Err(ExportError::Place {
                    path: path.to_owned(),
                    what: "not a regular file, so it is not replaced; print to it instead",
                });
            }
            Ok(_) if !options.replace => return Err(ExportError::Exists(path.to_owned())),
            _ => {}
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = temporary(folder, options.readers).map_err(|error| ExportError::Io { path: path.to_owned(), error })?;
        Ok(DraftFile { path: path.to_owned(), replace: options.replace, file: BufWriter::with_capacity(1 << 16, file) })
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the file in its place, whole and on the disk. Its path.
    pub fn finish(self) -> Result<PathBuf, ExportError> {
        let DraftFile { path, replace, file } = self;
        let refused = |error| ExportError::Io { path: path.clone(), error };
        let file = file.into_inner().map_err(|error| refused(error.into_error()))?;
        file.as_file().sync_all().map_err(refused)?;
        let kept = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
        match kept {
            Ok(_) => {}
            Err(refusal) if refusal.error.kind() == io::ErrorKind::AlreadyExists => return Err(ExportError::Exists(path)),
            Err(refusal) => return Err(refused(refusal.error)),
        }
        // The name is kept with the folder; some file systems know no such request, and nothing is lost by that.
        if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(path)
    }

    /// Writes a whole file.
    pub fn whole(path: &Path, options: WriteOptions, bytes: &[u8]) -> Result<PathBuf, ExportError> {
        let mut draft = DraftFile::begin(path, options)?;
        draft.put(bytes)?;
        draft.finish()
    }

    /// Writes on.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.file.write_all(bytes).map_err(|error| ExportError::Io { path: self.path.clone(), error })
    }
}

fn temporary(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".misfit-");
    #[cfg(unix)]
    let usual = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    if readers == Readers::Usual {
        // What the user's umask leaves of it; without this it is the owner's alone.
        builder.permissions(usual);
    }
    #[cfg(not(unix))]
    let _ = readers;
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::advice::Advice;

    const NEW: WriteOptions = WriteOptions { replace: false, readers: Readers::Usual };

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("report.md");
        let mut draft = DraftFile::begin(&path, NEW).unwrap();
        draft.put(b"half").unwrap();
        assert!(!path.exists());
        drop(draft);
        assert_eq!(names(top.path()), Vec::<String>::new());
        assert_eq!(DraftFile::whole(&path, NEW, b"whole").unwrap(), path);
        assert_eq!((names(top.path()), fs::read(&path).unwrap()), (vec!["report.md".to_owned()], b"whole".to_vec()));
    }

    #[test]
    fn nothing_is_replaced_unasked() {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("a");
        let late = DraftFile::begin(&path, NEW).unwrap();
        fs::write(&path, "theirs").unwrap();
        for error in [late.finish().unwrap_err(), DraftFile::whole(&path, NEW, b"ours").unwrap_err()] {
            assert!(error.to_string().contains("already exists") && error.advice() == Some(Advice::Replace), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        DraftFile::whole(&path, WriteOptions { replace: true, ..NEW }, b"ours").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(top.path()).len()), (b"ours".to_vec(), 1));
        let error = DraftFile::whole(top.path(), NEW, b"").unwrap_err().to_string();
        assert!(error.contains("a folder, where a file is needed"), "{error}");
    }

    #[test]
    fn names_from_the_data_stay_in_the_folder() {
        let top = tempfile::tempdir().unwrap();
        let folder = ExportFolder::open(&top.path().join("out"), NEW).unwrap();
        for hostile in ["../x", "/etc", "..", "a/b", "a\u{0}b", "", &"long".repeat(100)] {
            let mut draft = folder.begin(&[hostile], hostile, ".json").unwrap();
            draft.put(b"{}").unwrap();
            assert!(draft.finish().unwrap().canonicalize().unwrap().starts_with(&folder.root), "{hostile}");
        }
        assert_eq!(names(top.path()), ["out"]);
    }

    #[test]
    fn a_file_where_a_folder_is_needed_is_told() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(ExportFolder::open(&file, NEW).unwrap_err().to_string().contains("a folder is needed"));
        let error = ExportFolder::open(&file.join("below"), NEW).unwrap_err().to_string();
        assert!(error.contains("a part of this path is a file"), "{error}");
        let error = DraftFile::whole(&top.path().join("no\u{1b}/x"), NEW, b"").unwrap_err().to_string();
        assert!(error.contains("no\\u{1b}/x"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_neither_followed_nor_replaced() {
        let top = tempfile::tempdir().unwrap();
        let (out, elsewhere) = (top.path().join("out"), top.path().join("elsewhere"));
        fs::create_dir(&elsewhere).unwrap();
        let folder = ExportFolder::open(&out, NEW).unwrap();
        std::os::unix::fs::symlink(&elsewhere, out.join("telemetry")).unwrap();
        let error = folder.begin(&["telemetry"], "main", ".json").unwrap_err().to_string();
        assert!(error.contains("leads out of the chosen folder"), "{error}");
        std::os::unix::fs::symlink(elsewhere.join("x"), out.join("x.json")).unwrap();
        assert!(folder.begin(&[], "x", ".json").unwrap_err().to_string().contains("not a regular file"));
        assert_eq!(names(&elsewhere), Vec::<String>::new());
    }

    #[cfg(unix)]
    #[test]
    fn raw_values_are_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let top = tempfile::tempdir().unwrap();
        let mode = |name: &str, readers| {
            let path = DraftFile::whole(&top.path().join(name), WriteOptions { replace: false, readers }, b"").unwrap();
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        fs::write(top.path().join("usual"), "").unwrap();
        let usual = fs::metadata(top.path().join("usual")).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("owner", Readers::Owner), mode("all", Readers::Usual)), (0o600, usual));
    }
}
