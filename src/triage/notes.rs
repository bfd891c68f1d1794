//! Notes on groups: what was found out of each, its bug, and whether it is to be looked at.
//!
//! Owns: a note, what it is about, finding the note of a group.
//! Refuses: the file's form (form), reading and writing it (file), how a note stands to the rows of now (standing), the team's sheet (sheet).

pub mod file;
mod form;
pub mod like;
pub mod pattern;
pub mod said;
pub mod sheet;
mod standing;

use rustc_hash::FxHashMap;

use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Mended};
pub use form::{NoteMistake, escaped, unescaped};
use pattern::{NotePattern, PatternIndex};
pub use standing::StandingNow;

/// All notes of a file, in its order.
#[derive(Debug, Default)]
pub struct Notes {
    /// Those that can be used.
    pub list: Vec<Note>,
    /// What is wrong in the file, by line. Notes with mistakes in them are not in the list.
    pub mistakes: Vec<NoteMistake>,
    /// Notes that were left out for mistakes.
    pub left_out: usize,
    groups: FxHashMap<Fingerprint, u32>,
    incidents: FxHashMap<Fingerprint, u32>,
    patterns: PatternIndex,
}

/// A note.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// What it is about.
    pub about: NoteAbout,
    /// The group in words, as it may be told to anybody; for whoever reads the file.
    pub told: Option<String>,
    /// What somebody typed.
    pub text: Option<String>,
    /// A number or an address.
    pub bug: Option<String>,
    /// How it stands.
    pub state: NoteState,
}

/// What a note is about; the order is that of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteAbout {
    /// A group.
    Group(Fingerprint),
    /// The incident that the group began.
    Incident(Fingerprint),
    /// All groups that match, also those to come.
    Pattern(NotePattern),
}

/// What somebody said of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum NoteState {
    /// Nothing.
    #[default]
    Open,
    /// It was looked at.
    Seen,
    /// Nobody is to look at it.
    Muted(Mute),
    /// It was mended.
    Mended(Mended),
}

/// How long nobody is to look at it.
#[derive(Debug, Clone, PartialEq)]
pub enum Mute {
    /// Until somebody says otherwise.
    Always,
    /// Until the beginning of that day.
    UntilDay(Micros),
    /// Until its rows come so many times as fast as they did.
    UntilTimes {
        /// So many.
        times: f64,
        /// How fast they came.
        then: Measure,
    },
}

/// How fast rows came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Rows of the group.
    pub rows: u64,
    /// First and last time of all rows that were read; `None` where rows have no times.
    pub window: Option<(Micros, Micros)>,
}

/// What is changed of a note.
#[derive(Debug, Clone, PartialEq)]
pub enum NoteEdit {
    /// Its text; `None` takes it away.
    Text(Option<String>),
    /// Its bug.
    Bug(Option<String>),
    /// How it stands.
    State(NoteState),
    /// All of it: text and bug, as a sheet tells them.
    Sheet {
        /// The text.
        text: Option<String>,
        /// The bug.
        bug: Option<String>,
    },
    /// The note is taken away.
    Remove,
}

/// A change of one note.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteChange {
    /// Of which.
    pub about: NoteAbout,
    /// The group in words, as it may be told to anybody.
    pub told: Option<String>,
    /// What is changed.
    pub edit: NoteEdit,
}

impl Note {
    /// A note that says nothing yet.
    pub fn new(about: NoteAbout) -> Self {
        Note { about, told: None, text: None, bug: None, state: NoteState::Open }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.bug.is_none() && self.state == NoteState::Open
    }

    /// The note after a change; `None` where nothing is left of it.
    pub fn changed(mut self, change: &NoteChange) -> Option<Self> {
        match &change.edit {
            NoteEdit::Text(text) => self.text.clone_from(text),
            NoteEdit::Bug(bug) => self.bug.clone_from(bug),
            NoteEdit::State(state) => self.state.clone_from(state),
            NoteEdit::Sheet { text, bug } => (self.text, self.bug) = (text.clone(), bug.clone()),
            NoteEdit::Remove => return None,
        }
        if change.told.is_some() {
            self.told.clone_from(&change.told);
        }
        (!self.is_empty()).then_some(self)
    }
}

impl NoteState {
    /// As the file has it: `muted until 2026-12-01`; `None` where nothing was said.
    pub fn text(&self) -> Option<String> {
        form::state_text(self)
    }

    /// What it is called.
    pub fn word(&self) -> &'static str {
        use crate::rows::group::RemarkState as R;
        match self {
            NoteState::Open => R::Open.word(),
            NoteState::Seen => R::Seen.word(),
            NoteState::Muted(_) => R::Muted.word(),
            NoteState::Mended(_) => R::Mended.word(),
        }
    }
}

impl Notes {
    fn new(list: Vec<Note>, mistakes: Vec<NoteMistake>, left_out: usize) -> Self {
        let (mut groups, mut incidents) = (FxHashMap::default(), FxHashMap::default());
        let mut patterns = PatternIndex::default();
        for (at, note) in (0..).zip(&list) {
            match &note.about {
                NoteAbout::Group(print) => drop(groups.insert(*print, at)),
                NoteAbout::Incident(print) => drop(incidents.insert(*print, at)),
                NoteAbout::Pattern(pattern) => patterns.add(pattern, at),
            }
        }
        Notes { list, mistakes, left_out, groups, incidents, patterns }
    }

    /// Notes that stand in no file.
    pub fn of(list: Vec<Note>) -> Self {
        Notes::new(list, Vec::new(), 0)
    }

    /// The note about a group itself.
    pub fn group(&self, print: Fingerprint) -> Option<&Note> {
        self.list.get(*self.groups.get(&print)? as usize)
    }

    /// Positions of all notes on a group: on itself, on the incident that it began, those whose patterns match it.
    pub fn on(&self, group: &crate::rows::group::Group) -> Vec<(usize, pattern::PatternFit)> {
        let own = [self.groups.get(&group.fingerprint), self.incidents.get(&group.fingerprint)];
        let own = own.into_iter().flatten().map(|at| (*at as usize, pattern::PatternFit::Matches));
        own.chain(self.patterns_on(group)).collect()
    }

    /// The note about the incident that a group began.
    pub fn incident(&self, print: Fingerprint) -> Option<&Note> {
        self.list.get(*self.incidents.get(&print)? as usize)
    }
}
