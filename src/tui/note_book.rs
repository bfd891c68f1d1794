//! The notes beside a source, for workers.
//!
//! Owns: reading their file anew where it was changed, putting them beside groups, the order of work on them.
//! Refuses: their form and meaning (triage/notes).

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::ground::time::Micros;
use crate::rows::group::Groups;
use crate::triage::notes::file::{NotesError, NotesFile};
use crate::triage::notes::{NoteChange, Notes};

/// What a file looked like when it was read: its length and when it was written.
type Stamp = Option<(u64, Option<SystemTime>)>;

/// What somebody asked for.
type Work = Box<dyn FnOnce() + Send>;

/// A file of notes with what was last read of it.
pub struct NoteBook {
    file: NotesFile,
    /// Whether somebody named it; then it is beside groups even before it is there.
    is_named: bool,
    read: Mutex<Option<(Stamp, Arc<Notes>)>>,
    /// Work on it that was asked for and not begun, in that order.
    asked: Mutex<VecDeque<Work>>,
    /// Held while one works.
    turn: Mutex<()>,
}

impl NoteBook {
    /// Nothing is read yet.
    pub fn new(file: NotesFile, is_named: bool) -> Self {
        NoteBook { file, is_named, read: Mutex::default(), asked: Mutex::default(), turn: Mutex::default() }
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
        // What another program makes of it from now on is read anew.
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(notes)
    }

    /// Asks for work on it, which is begun in the order in which it was asked for, one after another.
    pub fn ask(&self, work: impl FnOnce() + Send + 'static) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push_back(Box::new(work));
    }

    /// Does all work that was asked for and not done yet. Each who asked does so, on a thread of its own: then nothing is left.
    pub fn work(&self) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let next = || self.asked.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        while let Some(work) = next() {
            work();
        }
    }

    /// Puts what was noted beside groups; what cannot be read is told among what their source has to say.
    pub fn remark(&self, groups: &mut Groups, now: Micros) {
        if !self.is_named && !self.file.is_there() {
            groups.set_remarks(None, None);
            return;
        }
        match self.notes() {
            Ok(notes) => groups.set_remarks(Some(Arc::new(notes.remarks(groups, now))), self.file.complaint(&notes)),
            Err(error) => groups.set_remarks(None, Some(unread(&error))),
        }
    }
}

/// The time, which tells what is muted still.
pub fn now() -> Micros {
    jiff::Timestamp::now().as_microsecond()
}

/// What is told beside groups where notes cannot be read.
pub fn unread(error: &NotesError) -> String {
    format!("{error}; groups are shown without them")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::Fingerprint;
    use crate::triage::notes::{NoteAbout, NoteEdit};

    const BROKEN: &str = "misfit notes 1\n\ngroup 12\n  note a\n";

    fn book() -> (tempfile::TempDir, NoteBook) {
        let folder = tempfile::tempdir().unwrap();
        let file = NotesFile::at(&folder.path().join("notes.txt"));
        (folder, NoteBook::new(file, false))
    }

    #[test]
    fn a_complaint_is_gone_once_it_holds_no_longer_in_every_tab() {
        let (_folder, book) = book();
        let mut tabs = [Groups::default(), Groups::default()];
        tabs.iter_mut().for_each(|groups| groups.notes.push("of the source".into()));
        std::fs::write(book.path(), BROKEN).unwrap();
        tabs.iter_mut().for_each(|groups| book.remark(groups, 0));
        assert!(tabs.iter().all(|groups| groups.notes.len() == 2));
        // One tab is told of another mistake first.
        std::fs::write(book.path(), BROKEN.replace("group", "groups")).unwrap();
        book.remark(&mut tabs[0], 0);
        book.remark(&mut tabs[1], 0);
        for groups in &tabs {
            assert!(groups.notes.len() == 2 && groups.notes[1].text.contains("groups begins no note"), "{:?}", groups.notes);
        }
        std::fs::remove_file(book.path()).unwrap();
        for groups in &mut tabs {
            book.remark(groups, 0);
            assert_eq!(groups.notes, ["of the source".into()]);
            assert!(groups.remarks.is_none());
        }
    }

    #[test]
    fn a_change_of_another_program_right_after_ours_is_read() {
        let (_folder, book) = book();
        let noted = |print: u64, text: &str| NoteChange {
            about: NoteAbout::Group(Fingerprint(print)),
            told: None,
            edit: NoteEdit::Text(Some(text.to_owned())),
        };
        book.change(noted(1, "ours")).unwrap();
        let written = std::fs::read_to_string(book.path()).unwrap();
        let made = std::fs::metadata(book.path()).unwrap().modified().unwrap();
        // As long as ours and at the same moment, as far as the file system tells.
        std::fs::write(book.path(), written.replace("ours", "them")).unwrap();
        std::fs::File::options().write(true).open(book.path()).unwrap().set_modified(made).unwrap();
        assert_eq!(book.notes().unwrap().group(Fingerprint(1)).unwrap().text.as_deref(), Some("them"));
    }

    #[test]
    fn work_is_done_in_the_order_in_which_it_was_asked_for() {
        let (_folder, book) = book();
        let book = Arc::new(book);
        let (done, order) = std::sync::mpsc::channel();
        let (begin, begun) = std::sync::mpsc::channel();
        let (go_on, waits) = std::sync::mpsc::channel();
        let second = done.clone();
        book.ask(move || {
            begin.send(()).unwrap();
            waits.recv().unwrap();
            done.send("first").unwrap();
        });
        std::thread::scope(|scope| {
            scope.spawn(|| book.work());
            begun.recv().unwrap();
            book.ask(move || second.send("second").unwrap());
            // Whoever asked for the second has nothing to do before the first is done.
            let later = scope.spawn(|| book.work());
            go_on.send(()).unwrap();
            later.join().unwrap();
            assert_eq!(order.try_iter().collect::<Vec<_>>(), ["first", "second"]);
        });
    }
}
