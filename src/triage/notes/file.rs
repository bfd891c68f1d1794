//! The file of notes, which several people may write.
//!
//! Owns: reading it, and changing it so that nothing of anybody is lost: it is read anew before, by one writer at a time, and replaced as a whole.
//! Refuses: what stands in it (form). What could not be read is never written over.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::form::{self, FormError};
use super::{NoteChange, NoteMistake, Notes};
use crate::ground::text::{self, plural, visible};

/// Most bytes of a file of notes.
const MOST_BYTES: u64 = 64 << 20;
/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two looks whether the other one has ended.
const GLANCE: Duration = Duration::from_millis(20);

/// Where notes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotesFile {
    path: PathBuf,
}

/// Why notes cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum NotesError {
    /// The file system refused.
    #[error("the notes {path} cannot be {what}: {error}", path = visible(&.path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// The system's reason.
        error: io::Error,
    },
    /// Nothing that anybody wrote.
    #[error("the notes {path} are larger than {most}", path = visible(&.path.to_string_lossy()), most = text::bytes(MOST_BYTES))]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// No text.
    #[error("{path} line {line}: this is not UTF-8 text", path = visible(&.path.to_string_lossy()))]
    NoText {
        /// The file.
        path: PathBuf,
        /// Where, from 1.
        line: usize,
    },
    /// Something else stands there.
    #[error("{path} line {line}: this is not a file of notes, which begins with: misfit notes 1", path = visible(&.path.to_string_lossy()))]
    NoNotes {
        /// The file.
        path: PathBuf,
        /// The first line that says something.
        line: usize,
    },
    /// A form that is not known.
    #[error("the notes {path} were written by another version of misfit (form {}, this one knows 1); they are neither read nor written", visible(.version),
        path = visible(&.path.to_string_lossy()))]
    Version {
        /// The file.
        path: PathBuf,
        /// Its form.
        version: String,
    },
    /// Nothing is written where something could not be read.
    #[error("nothing was written, so that nothing is lost: {}", told(.path, .mistakes))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        mistakes: Vec<NoteMistake>,
    },
    /// Somebody else writes.
    #[error("another misfit is writing the notes {path}; try again once it has ended", path = visible(&.path.to_string_lossy()))]
    Taken {
        /// The file.
        path: PathBuf,
    },
}

/// The first mistakes with their places.
fn told(path: &Path, mistakes: &[NoteMistake]) -> String {
    let path = visible(&path.to_string_lossy()).into_owned();
    let first = mistakes.first().map(|mistake| format!("{path} line {}: {}", mistake.line, mistake.why)).unwrap_or_default();
    match mistakes.len().saturating_sub(1) {
        0 => first,
        more => format!("{first}; and {} more", plural(more as u64, "mistake", "mistakes")),
    }
}

impl NotesFile {
    /// The file at a path, which need not be there.
    pub fn at(path: &Path) -> Self {
        NotesFile { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    pub fn is_there(&self) -> bool {
        self.path.exists()
    }

    /// All notes; none where there is no file. Mistakes in it leave out the notes that they are in.
    ///
    /// # Errors
    /// It cannot be read at all.
    pub fn read(&self) -> Result<Notes, NotesError> {
        let text = self.text(&self.path)?;
        Ok(form::parse(&text).map_err(|error| self.refused(error))?.notes())
    }

    /// What is to be said where some notes are left out.
    pub fn complaint(&self, notes: &Notes) -> Option<String> {
        (!notes.mistakes.is_empty()).then(|| {
            let out = plural(notes.left_out as u64, "note is left out", "notes are left out");
            format!("{out} until this is mended: {}", told(&self.path, &notes.mistakes))
        })
    }

    /// Changes notes, and reads them all anew: what others have written meanwhile is kept.
    ///
    /// # Errors
    /// It cannot be read whole, or not be written. Then nothing of it is changed.
    pub fn change(&self, changes: &[NoteChange]) -> Result<Notes, NotesError> {
        let refused = |error| NotesError::Io { path: self.path.clone(), what: "written", error };
        // A link stays one: what it leads to is replaced.
        let path = match self.path.canonicalize() {
            Ok(path) => path,
            Err(_) if fs::symlink_metadata(&self.path).is_ok_and(|about| about.is_symlink()) => {
                return Err(refused(io::Error::other("it is a link, and what that leads to is not there")));
            }
            Err(_) => self.path.clone(),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(refused)?;
        let _lock = self.lock(&path, PATIENCE)?;
        let text = self.text(&path)?;
        let read = form::parse(&text).map_err(|error| self.refused(error))?;
        if !read.is_whole() {
            return Err(NotesError::Mistakes { path: self.path.clone(), mistakes: read.mistakes().to_vec() });
        }
        let changed = read.changed(changes);
        if changed != text {
            replace(&path, folder, &changed).map_err(refused)?;
        }
        form::parse(&changed).map(form::NoteText::notes).map_err(|error| self.refused(error))
    }

    fn refused(&self, error: FormError) -> NotesError {
        let path = self.path.clone();
        match error {
            FormError::Version(version) => NotesError::Version { path, version },
            FormError::NoNotes(line) => NotesError::NoNotes { path, line },
        }
    }

    fn text(&self, path: &Path) -> Result<String, NotesError> {
        let refused = |error| NotesError::Io { path: self.path.clone(), what: "read", error };
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(refused(error)),
            Ok(about) if !about.is_file() => return Err(refused(io::Error::other("it is a folder or a device"))),
            Ok(about) if about.len() > MOST_BYTES => return Err(NotesError::TooLarge { path: self.path.clone() }),
            Ok(_) => {}
        }
        let mut bytes = Vec::new();
        File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes)).map_err(refused)?;
        String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..good]).count() + 1;
            NotesError::NoText { path: self.path.clone(), line }
        })
    }

    /// Keeps other writers out until it is dropped. The system does so, for as long as the lock's file is open: what a writer leaves that has ended keeps
    /// nobody out, however old or new it is.
    fn lock(&self, path: &Path, patience: Duration) -> Result<WriterLock, NotesError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        let begun = Instant::now();
        loop {
            match locked(&lock) {
                Ok(Some(file)) => return Ok(WriterLock { path: lock, _file: file }),
                Ok(None) if begun.elapsed() >= patience => return Err(NotesError::Taken { path: self.path.clone() }),
                Ok(None) => std::thread::sleep(GLANCE),
                Err(error) => return Err(NotesError::Io { path: self.path.clone(), what: "written", error }),
            }
        }
    }
}

/// Takes a lock; `None` while somebody else has it.
fn locked(lock: &Path) -> io::Result<Option<File>> {
    use std::os::unix::fs::MetadataExt;

    let file = File::options().write(true).create(true).truncate(false).open(lock)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => return Ok(None),
        taken => taken?,
    }
    // Whoever had it before took its file away, perhaps after this one was opened: then another may have made it anew.
    let name = |about: fs::Metadata| (about.dev(), about.ino());
    let is_there = fs::metadata(lock).is_ok_and(|there| file.metadata().is_ok_and(|own| name(own) == name(there)));
    Ok(is_there.then_some(file))
}

/// The file of a lock that is held: nobody else takes it away.
struct WriterLock {
    path: PathBuf,
    _file: File,
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Puts a text in the place of a file, whole and on the disk; who may read it stays as it is.
fn replace(path: &Path, folder: &Path, text: &str) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".misfit-notes");
    #[cfg(unix)]
    let builder = builder.permissions(match fs::metadata(path) {
        Ok(about) => about.permissions(),
        Err(_) => std::os::unix::fs::PermissionsExt::from_mode(0o666),
    });
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The name is kept with the folder; some file systems know no such request, and nothing is lost by that.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests;
