//! Notes on groups: written, and put beside the groups anew.

use std::sync::Arc;

use super::super::group_tree::GroupTree;
use super::super::message::NotedGroups;
use super::super::note_book::{NoteBook, now};
use crate::rows::group::{Group, Groups, Sort};
use crate::rows::schemas::SchemaStore;
use crate::triage::export::hidden;
use crate::triage::facts;
use crate::triage::notes::said::{NoteSaid, measure};
use crate::triage::notes::{NoteAbout, NoteChange};
use crate::triage::redact::{Redaction, Redactor};

/// The groups with what is noted of them now.
pub(super) fn remarked(book: &NoteBook, groups: &Groups, sort: Sort) -> NotedGroups {
    let mut groups = groups.clone();
    book.remark(&mut groups, now());
    NotedGroups { told: None, tree: Arc::new(GroupTree::new(Arc::new(groups), sort)) }
}

/// Writes what was said of a group.
pub(super) fn write(
    book: &NoteBook,
    (group, said): (&Group, &NoteSaid),
    (groups, sort): (&Groups, Sort),
    schemas: Option<&SchemaStore>,
    redaction: &Redaction,
) -> Result<NotedGroups, String> {
    let known = groups.list.iter().find(|known| known.fingerprint == group.fingerprint);
    let edit = said.edit(measure(groups, known.unwrap_or(group)), schemas, now())?;
    let told = hidden::words(group, schemas, &mut Redactor::new(redaction.policy(false).knowing(schemas)));
    let about = NoteAbout::Group(group.fingerprint);
    if *said == NoteSaid::Remove && book.notes().map_err(|error| error.to_string())?.group(group.fingerprint).is_none() {
        return Err("there is no note on this group itself".to_owned());
    }
    let notes = book.change(NoteChange { about, told: Some(told), edit }).map_err(|error| error.to_string())?;
    let told = facts::note::changed(notes.group(group.fingerprint));
    Ok(NotedGroups { told: Some(told), ..remarked(book, groups, sort) })
}
