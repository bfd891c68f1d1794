//! What has come to a source that is followed.

use super::watch::completed;
use crate::rows::group::Groups;
use crate::rows::source::{ErrorSource, Followed, Request, Watch};
use crate::tui::advice;
use crate::tui::note_book::NoteBook;

/// All groups as they are now; none where nothing has come.
pub(super) fn read(
    source: &dyn ErrorSource,
    (request, notes): (&Request, Option<&NoteBook>),
    so_far: &Groups,
    watch: &dyn Watch,
) -> Result<Option<Groups>, String> {
    match source.follow(request, watch).map_err(|error| advice::told(&error))? {
        Followed::Same => Ok(None),
        Followed::All(groups) => Ok(Some(completed(groups, request, notes))),
        Followed::Part(part) => Ok(Some(completed(so_far.joined(part), request, notes))),
    }
}
