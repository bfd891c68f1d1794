//! Notes beside groups that are followed, which somebody may change meanwhile.
//!
//! Owns: which notes hold, how a group has to stand to be told.
//! Refuses: what notes mean (triage/notes).

use std::sync::Arc;

use crate::cli::notes::WantedState;
use crate::rows::group::{Group, Groups};
use crate::triage::notes::Notes;
use crate::triage::notes::file::NotesFile;
use crate::tui::note_book::now;

/// What is noted of groups, and how those that are told have to stand by it.
#[derive(Default)]
pub(in crate::cli::groups) struct Noted<'a> {
    pub(in crate::cli::groups) file: Option<&'a NotesFile>,
    pub(in crate::cli::groups) states: &'a [WantedState],
    /// The notes that were read last, all of them.
    pub(in crate::cli::groups) read: Option<Notes>,
}

impl Noted<'_> {
    /// Puts notes beside groups, as these stand by all rows so far. Notes that somebody breaks meanwhile end nothing: what was read before holds until they
    /// are mended, which is told.
    pub(super) fn remark(&mut self, groups: &mut Groups, so_far: Option<&Groups>) {
        let Some(file) = self.file else { return };
        let wrong = match file.read() {
            Ok(notes) => {
                let wrong = file.complaint(&notes);
                if wrong.is_none() || self.read.is_none() {
                    self.read = Some(notes);
                }
                wrong
            }
            Err(error) => Some(error.to_string()),
        };
        let remarks = self.read.as_ref().map(|notes| Arc::new(notes.remarks(so_far.unwrap_or(groups), now())));
        groups.set_remarks(remarks, wrong);
    }

    pub(super) fn takes(&self, groups: &Groups, group: &Group) -> bool {
        self.states.is_empty() || self.states.iter().any(|state| state.holds(groups, group))
    }
}
