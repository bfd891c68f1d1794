//! Schemas edited by hand: the copy, and the rows judged with it.
//!
//! Owns: writing the copy, reading it again, telling the counts as they grow.
//! Refuses: judging (triage/export/own_edit), the editor (editor).

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::super::advice;
use super::super::message::{EditCopy, JobId, Message};
use super::super::outlet::Outlet;
use crate::ground::text::visible;
use crate::rows::group::Group;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::export::own_edit::{EditSubject, EditVerdict};

/// How often counts are told.
const EVERY: Duration = Duration::from_millis(100);

/// Copies the schema that refuses the rows of a group into a folder of its own.
pub(super) fn copied(source: &dyn ErrorSource, schemas: &SchemaStore, group: &Group, watch: &dyn Watch) -> Result<EditCopy, String> {
    let subject = EditSubject::find(source, schemas, group, watch).map_err(|refusal| advice::advised(&refusal))?;
    let name = Path::new(&subject.schema.path).file_name().unwrap_or_default().to_owned();
    let made = tempfile::Builder::new().prefix("misfit-").tempdir().and_then(|folder| {
        let path = folder.path().join(name);
        std::fs::write(&path, subject.schema.document.text()).map(|()| (folder, path))
    });
    let (folder, path) = made.map_err(|error| format!("no copy to edit could be made: {error}"))?;
    Ok(EditCopy { subject, path, folder })
}

/// Judges the rows with what stands in the copy.
pub(super) fn judged(
    copy: &EditCopy,
    schemas: &SchemaStore,
    job: JobId,
    messages: &Outlet,
    stop: &AtomicBool,
) -> Result<EditVerdict, String> {
    let text = std::fs::read(&copy.path).map_err(|error| format!("the edited copy cannot be read: {error}"))?;
    let mut told = Instant::now();
    let judged = copy.subject.judge(schemas, &text, &mut |turns| {
        if told.elapsed() >= EVERY {
            told = Instant::now();
            // The explorer is gone once nobody listens.
            let _ = messages.send(Message::EditCounts { job, turns: Box::new(turns.clone()) });
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    judged.map_err(|reason| visible(&reason).into_owned())
}
