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
#[cfg(unix)]
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

/// Takes a lock; `None` while somebody else has it.
#[cfg(windows)]
fn locked(lock: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;

    /// The file is open elsewhere.
    const SHARING_VIOLATION: i32 = 32;
    match File::options().write(true).create(true).truncate(false).share_mode(0).open(lock) {
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
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
mod tests {
    use super::super::{Mute, Note, NoteAbout, NoteEdit, NoteState};
    use super::*;
    use crate::rows::group::Fingerprint;

    fn noted(print: u64, text: &str) -> NoteChange {
        NoteChange { about: NoteAbout::Group(Fingerprint(print)), told: None, edit: NoteEdit::Text(Some(text.to_owned())) }
    }

    fn file(text: &str) -> (tempfile::TempDir, NotesFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        if !text.is_empty() {
            fs::write(&path, text).unwrap();
        }
        (folder, NotesFile::at(&path))
    }

    fn written(file: &NotesFile) -> String {
        fs::read_to_string(file.path()).unwrap()
    }

    #[test]
    fn notes_are_written_in_order_and_read_again() {
        let (_folder, file) = file("");
        assert!(file.read().unwrap().list.is_empty() && !file.is_there());
        file.change(&[noted(0xb, "second \\ of\ntwo lines")]).unwrap();
        file.change(&[noted(0xa, " first ")]).unwrap();
        let bug = NoteChange { edit: NoteEdit::Bug(Some("12".into())), ..noted(0xa, "") };
        let muted = NoteChange { edit: NoteEdit::State(NoteState::Muted(Mute::Always)), ..noted(0xa, "") };
        let notes = file.change(&[bug, muted]).unwrap();
        assert_eq!(
            written(&file),
            "misfit notes 1\n\ngroup 000000000000000a\n  note       first\n  bug        12\n  state      muted\n\n\
             group 000000000000000b\n  note       second \\\\ of\\ntwo lines\n"
        );
        let expected = Note {
            text: Some("first".into()),
            bug: Some("12".into()),
            state: NoteState::Muted(Mute::Always),
            ..Note::new(NoteAbout::Group(Fingerprint(0xa)))
        };
        assert_eq!(notes.group(Fingerprint(0xa)), Some(&expected));
        assert_eq!(notes.group(Fingerprint(0xb)).unwrap().text.as_deref(), Some("second \\ of\ntwo lines"));
        let left: Vec<_> = fs::read_dir(file.path().parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "no lock and no draft stays: {left:?}");
    }

    #[test]
    fn what_is_not_changed_stays_byte_for_byte() {
        let text = "# ours\nmisfit notes 1\r\n\n# why\ngroup 000000000000000a\n\tnote a\n# within\n  bug  1\n\n\n# last\ngroup 000000000000000c\n  note c\n# end\n";
        let (_folder, file) = file(text);
        file.change(&[noted(0xb, "b")]).unwrap();
        assert_eq!(written(&file), text.replace("  bug  1\n", "  bug  1\n\ngroup 000000000000000b\n  note       b\n"));
        file.change(&[NoteChange { edit: NoteEdit::Remove, ..noted(0xb, "") }]).unwrap();
        file.change(&[noted(0xa, "a")]).unwrap();
        assert_eq!(written(&file), text, "a change that changes nothing");
        file.change(&[noted(0xa, "other")]).unwrap();
        let changed = written(&file);
        assert!(changed.contains("\n# why\n# within\ngroup 000000000000000a\n  note       other\n  bug        1\n"), "{changed}");
        assert!(
            changed.starts_with("# ours\nmisfit notes 1\r\n")
                && changed.ends_with("\n\n\n# last\ngroup 000000000000000c\n  note c\n# end\n"),
            "{changed}"
        );
    }

    #[test]
    fn notes_of_others_are_kept_that_came_in_the_meantime() {
        let (_folder, file) = file("");
        let notes = file.change(&[noted(1, "mine")]).unwrap();
        NotesFile::at(file.path()).change(&[noted(2, "theirs")]).unwrap();
        assert_eq!(notes.list.len(), 1);
        assert_eq!(file.change(&[noted(3, "mine again")]).unwrap().list.len(), 3);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let file = file.clone();
                scope.spawn(move || (0..5).for_each(|at| drop(file.change(&[noted(100 + writer * 5 + at, "all at once")]).unwrap())));
            }
        });
        assert_eq!(file.read().unwrap().list.len(), 23);
    }

    #[test]
    fn a_conflict_is_told_by_its_line_and_nothing_is_written() {
        let text = "misfit notes 1\n\ngroup 000000000000000a\n<<<<<<< HEAD\n  note mine\n=======\n  note theirs\n>>>>>>> branch\n\ngroup 000000000000000b\n  note whole\n";
        let (_folder, file) = file(text);
        let notes = file.read().unwrap();
        assert_eq!((notes.list.len(), notes.left_out, notes.mistakes[0].line), (1, 1, 4), "{:?}", notes.mistakes);
        assert_eq!(notes.group(Fingerprint(0xb)).unwrap().text.as_deref(), Some("whole"));
        let told = file.complaint(&notes).unwrap();
        assert!(told.starts_with("1 note is left out until this is mended: ") && told.contains("notes.txt line 4: two versions"), "{told}");
        let refused = file.change(&[noted(1, "x")]).unwrap_err().to_string();
        assert!(refused.starts_with("nothing was written, so that nothing is lost: ") && refused.contains("line 4"), "{refused}");
        assert_eq!(written(&file), text);
    }

    #[test]
    fn a_mark_of_a_conflict_that_nothing_begins_is_told_and_nothing_is_written() {
        let a = "misfit notes 1\n\ngroup 0000000000000001\n  note       one\n\n";
        let b = "\ngroup 000000000000000b\n  note       b\n";
        for (block, line) in [
            ("group 000000000000000a\n  note       mine\n>>>>>>> branch\n", 8),
            ("group 000000000000000a\n  note       mine\n=======\ngroup 000000000000000a\n  note       theirs\n>>>>>>> branch\n", 8),
            ("group 000000000000000a\n  note       mine\n||||||| base\n=======\n  note       theirs\n>>>>>>> branch\n", 8),
            (">>>>>>> branch\n", 6),
        ] {
            for text in [format!("{a}{block}"), format!("{a}{block}{b}")] {
                let (_folder, file) = file(&text);
                let notes = file.read().unwrap();
                assert_eq!(notes.mistakes.first().map(|mistake| mistake.line), Some(line), "{text}");
                assert!(file.complaint(&notes).is_some_and(|told| told.contains("take the marks out")), "{text}");
                let refused = file.change(&[noted(0xc, "c")]).unwrap_err().to_string();
                assert!(refused.starts_with("nothing was written, so that nothing is lost: "), "{refused}");
                assert_eq!(written(&file), text);
            }
        }
    }

    #[test]
    fn what_is_no_file_of_notes_is_refused_and_never_written_over() {
        for (text, why) in [
            ("misfit notes 2\ngroup 000000000000000a\n  colour red\n", "another version of misfit (form 2, this one knows 1)"),
            ("\n[group]\nnote = 1\n", "line 2: this is not a file of notes"),
            ("misfit notes 1\nmisfit notes 3\n", "(form 3"),
        ] {
            let (_folder, file) = file(text);
            assert!(file.read().unwrap_err().to_string().contains(why), "{why}");
            assert!(file.change(&[noted(1, "x")]).unwrap_err().to_string().contains(why), "{why}");
            assert_eq!(written(&file), text);
        }
        let (_folder, odd) = file("misfit notes 1\n");
        fs::write(odd.path(), b"misfit notes 1\n\ngroup \xff\n").unwrap();
        assert!(odd.read().unwrap_err().to_string().contains("line 3: this is not UTF-8 text"));
        let (folder, _) = file("");
        assert!(NotesFile::at(folder.path()).read().unwrap_err().to_string().contains("it is a folder"));
    }

    #[test]
    fn every_mistake_is_told_by_its_line() {
        for (block, line, why) in [
            ("group 12\n  note a\n", 3, "group 12 is not a fingerprint of 16 hexadecimal digits"),
            ("groop 000000000000000a\n", 3, "groop begins no note"),
            ("group 000000000000000a\n  nte a\n", 4, "a note has no nte; did you mean note?"),
            ("group 000000000000000a\n  path a\n", 4, "path is for notes that begin with match"),
            ("group 000000000000000a\n  note a\n  note b\n", 5, "note stands twice"),
            ("group 000000000000000a\n  bug\n", 4, "bug has nothing behind it"),
            ("group 000000000000000a\n  state asleep\n", 4, "state: asleep is not a state"),
            ("group 000000000000000a\n  state muted until 2026-02-30\n", 4, "2026-02-30 is not a date"),
            ("match\n  path a\\\n", 4, "path: a LIKE pattern ends with a backslash"),
            ("match\n  path a\n  start soon\n", 5, "start: soon is not a date; one is written 2026-06-30"),
            ("match\n  note a\n", 3, "would match all groups"),
            ("match\n  path a\n  start 2026-02-02\n  end 2026-02-01\n", 3, "it ends before it starts"),
            ("  note a\n", 3, "there is none above"),
            ("group 000000000000000a\n  note a\n\ngroup 000000000000000a\n  note b\n", 6, "on line 3 already"),
            ("group 000000000000000a\n  note a\n<<<<<<< x\n", 5, "two versions"),
        ] {
            let (_folder, file) = file(&format!("misfit notes 1\n\n{block}"));
            let notes = file.read().unwrap();
            let mistake = notes.mistakes.first().unwrap_or_else(|| panic!("{block}"));
            assert!(mistake.line == line && mistake.why.contains(why), "{block} {mistake:?}");
            assert!(file.change(&[noted(1, "x")]).is_err());
        }
    }

    #[test]
    fn states_are_read_as_they_are_written() {
        let text = "misfit notes 1\n\ngroup 0000000000000001\n  state      muted until 2.5x of 12 rows from 2026-03-01T00:00:00Z to 2026-03-02T00:00:00.5Z\n\n\
                    group 0000000000000002\n  state      mended on 2026-03-10 by abc1234\n\ngroup 0000000000000003\n  state      mended at 2026-03-10T12:00:00Z\n\n\
                    group 0000000000000004\n  state      muted until 3x of 12 rows\n\nincident 0000000000000001\n  state      seen\n";
        let (_folder, file) = file(text);
        let notes = file.read().unwrap();
        assert!(notes.mistakes.is_empty(), "{:?}", notes.mistakes);
        for note in &notes.list {
            let again = NoteChange { about: note.about.clone(), told: Some("x".into()), edit: NoteEdit::State(note.state.clone()) };
            file.change(&[again]).unwrap();
        }
        assert_eq!(written(&file).replace("  about      x\n", ""), text);
        assert!(notes.incident(Fingerprint(1)).is_some());
    }

    #[test]
    fn one_writer_keeps_others_out_however_long_it_takes_and_leaves_nothing_that_does() {
        let (_folder, file) = file("misfit notes 1\n");
        let lock = file.path().with_file_name("notes.txt.lock");
        let held = file.lock(file.path(), Duration::ZERO).unwrap();
        File::options().write(true).open(&lock).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        let refused = file.lock(file.path(), Duration::ZERO).err().unwrap();
        assert!(matches!(refused, NotesError::Taken { .. }) && refused.to_string().contains("another misfit is writing the notes"));
        // What waited while the lock was given back has not that which is made next.
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| file.change(&[noted(1, "waited")]).unwrap().list.len());
            drop(held);
            assert_eq!(waits.join().unwrap(), 1);
        });
        // A writer that was killed.
        fs::write(&lock, "").unwrap();
        file.change(&[noted(2, "after it")]).unwrap();
        assert!(!lock.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_refused() {
        let (folder, _) = file("");
        let link = NotesFile::at(&folder.path().join("link"));
        std::os::unix::fs::symlink(folder.path().join("of us").join("notes.txt"), link.path()).unwrap();
        let refused = link.change(&[noted(1, "x")]).unwrap_err().to_string();
        assert!(refused.ends_with("cannot be written: it is a link, and what that leads to is not there"), "{refused}");
        assert!(fs::symlink_metadata(link.path()).unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_readers_stay_the_same() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (folder, file) = file("misfit notes 1\n");
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link");
        symlink(file.path(), &link).unwrap();
        NotesFile::at(&link).change(&[noted(1, "x")]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(file.read().unwrap().list.len(), 1);
    }

    #[test]
    fn many_notes_are_read_and_found_at_once() {
        let mut text = "misfit notes 1\n".to_owned();
        (0..100_000u64).for_each(|at| text.push_str(&format!("\ngroup {at:016x}\n  note       note {at}\n")));
        let (_folder, file) = file(&text);
        let notes = file.read().unwrap();
        assert_eq!((notes.list.len(), notes.group(Fingerprint(99_999)).unwrap().text.as_deref()), (100_000, Some("note 99999")));
        assert_eq!(file.change(&[noted(50_000, "changed")]).unwrap().list.len(), 100_000);
        assert_eq!(written(&file), text.replace("note 50000\n", "changed\n"));
    }
}
