//! The notes beside a source, for workers.
//!
//! Owns: reading their file anew where it was changed, putting them beside groups.
//! Refuses: their form and meaning (triage/notes).

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::rows::group::Groups;
use crate::triage::notes::file::{NotesError, NotesFile};
use crate::triage::notes::{NoteChange, Notes};

/// What a file looked like when it was read: its length and when it was written.
type Stamp = Option<(u64, Option<SystemTime>)>;

/// A file of notes with what was last read of it.
#[derive(Debug)]
pub struct NoteBook {
    file: NotesFile,
    /// Whether somebody named it; then it is beside groups even before it is there.
    is_named: bool,
    read: Mutex<Option<(Stamp, Arc<Notes>)>>,
    /// What was last said of it beside groups.
    complained: Mutex<Option<String>>,
}

impl NoteBook {
    /// Nothing is read yet.
    pub fn new(file: NotesFile, is_named: bool) -> Self {
        NoteBook { file, is_named, read: Mutex::default(), complained: Mutex::default() }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.file.path().to_owned()
    }

    fn stamp(&self) -> Stamp {
        std::fs::metadata(self.file.path()).ok().map(|about| (about.len(), about.modified().ok()))
    }

    /// All notes as they stand in the file now.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn notes(&self) -> Result<Arc<Notes>, NotesError> {
        let stamp = self.stamp();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, notes)) = read.as_ref().filter(|(known, _)| *known == stamp) {
            return Ok(notes.clone());
        }
        let notes = Arc::new(self.file.read()?);
        *read = Some((stamp, notes.clone()));
        Ok(notes)
    }

    /// Changes a note.
    ///
    /// # Errors
    /// The file cannot be read whole, or not be written.
    pub fn change(&self, change: NoteChange) -> Result<Arc<Notes>, NotesError> {
        let notes = Arc::new(self.file.change(&[change])?);
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((self.stamp(), notes.clone()));
        Ok(notes)
    }

    /// Puts what was noted beside groups; what cannot be read is told among what their source has to say.
    pub fn remark(&self, groups: &mut Groups, now: i64) {
        if !self.is_named && !self.file.is_there() {
            groups.remarks = None;
            return;
        }
        let complaint = match self.notes() {
            Ok(notes) => {
                groups.remarks = Some(Arc::new(notes.remarks(groups, now)));
                self.file.complaint(&notes)
            }
            Err(error) => Some(format!("{error}; groups are shown without them")),
        };
        // Groups that are shown already may have been told so before.
        let mut complained = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        groups.notes.retain(|note| Some(&note.text) != complained.as_ref());
        groups.notes.extend(complaint.clone().map(Into::into));
        *complained = complaint;
    }
}
