//! Notes on groups: written, and put beside the groups anew.

use std::sync::Arc;

use super::super::group_tree::GroupTree;
use super::super::message::NotedGroups;
use super::super::note_book::{NoteBook, now};
use super::super::row_place::NoteTarget;
use crate::rows::group::{Groups, Sort};
use crate::rows::schemas::SchemaStore;
use crate::triage::export::hidden;
use crate::triage::facts;
use crate::triage::notes::said::{NOT_MEASURED, NoteSaid, measure};
use crate::triage::notes::{Note, NoteChange, Notes};
use crate::triage::redact::{Redaction, Redactor};

/// The groups with what is noted of them now.
pub(super) fn remarked(book: &NoteBook, groups: &Groups, sort: Sort) -> NotedGroups {
    let mut groups = groups.clone();
    book.remark(&mut groups, now());
    NotedGroups { told: None, tree: Arc::new(GroupTree::new(Arc::new(groups), sort)) }
}

/// Writes what was said of a group, or of the incident that it began.
pub(super) fn write(
    book: &NoteBook,
    (on, said): (&NoteTarget, &NoteSaid),
    (groups, sort): (&Groups, Sort),
    schemas: Option<&SchemaStore>,
    redaction: &Redaction,
) -> Result<NotedGroups, String> {
    let (group, about) = (on.of.group(), on.about());
    if on.is_incident && said.is_measured() {
        return Err(NOT_MEASURED.to_owned());
    }
    let known = groups.list.iter().find(|known| known.fingerprint == group.fingerprint);
    let edit = said.edit(measure(groups, known.unwrap_or(group)), schemas, now())?;
    let told = hidden::words(group, schemas, &mut Redactor::new(redaction.policy(false).knowing(schemas)));
    if *said == NoteSaid::Remove {
        let notes = book.notes().map_err(|error| error.to_string())?;
        let thing = if on.is_incident { "incident" } else { "group" };
        note_on(&notes, on).ok_or_else(|| format!("there is no note on this {thing} itself"))?;
    }
    let notes = book.change(NoteChange { about, told: Some(told), edit }).map_err(|error| error.to_string())?;
    let told = facts::note::changed(note_on(&notes, on));
    Ok(NotedGroups { told: Some(told), ..remarked(book, groups, sort) })
}

fn note_on<'n>(notes: &'n Notes, on: &NoteTarget) -> Option<&'n Note> {
    let print = on.of.group().fingerprint;
    if on.is_incident { notes.incident(print) } else { notes.group(print) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};
    use crate::triage::notes::NoteState;
    use crate::triage::notes::file::NotesFile;
    use crate::tui::effect::Effect;
    use crate::tui::message::Message;
    use crate::tui::row_place::GroupPlace;
    use crate::tui::work::{ExportSettings, Workers};

    #[test]
    fn notes_are_written_in_the_order_in_which_they_were_typed_and_before_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = NotesFile::at(&folder.path().join("notes.txt"));
        let source = demo::source().unwrap();
        let groups = Arc::new(source.groups(&Request::default(), &Unwatched).unwrap());
        let tree = Arc::new(GroupTree::new(groups.clone(), Sort::Deploy));
        let of = GroupPlace::of_item(&tree, (0..tree.items.len()).find(|&at| tree.is_leaf(at)).unwrap()).unwrap();
        let on = NoteTarget { of: of.clone(), is_incident: false };
        let (outlet, mut messages) = tokio::sync::mpsc::unbounded_channel();
        let mut workers = Workers::new(Some(source), Request::default(), ExportSettings::default(), outlet).unwrap();
        workers.notes = Some(Arc::new(NoteBook::new(file.clone(), true)));
        for job in 0..20 {
            let said = NoteSaid::Text(format!("note {job}"));
            workers.start(Effect::Note { job, on: on.clone(), said, groups: groups.clone(), sort: Sort::Deploy });
        }
        workers.start(Effect::Note { job: 20, on: on.clone(), said: NoteSaid::Seen, groups, sort: Sort::Deploy });
        workers.shut_down();
        let notes = file.read().unwrap();
        let note = notes.group(of.group().fingerprint).unwrap();
        assert_eq!((note.text.as_deref(), &note.state), (Some("note 19"), &NoteState::Seen));
        let told = std::iter::from_fn(|| messages.try_recv().ok());
        let jobs: Vec<_> = told.filter_map(|told| if let Message::Noted { job, .. } = told { Some(job) } else { None }).collect();
        assert_eq!(jobs, (0..=20).collect::<Vec<_>>());
    }
}
