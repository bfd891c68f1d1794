//! A schema edited by hand: the copy, the editor, the rows judged with it.
//!
//! Owns: what follows on what, what is told.
//! Refuses: judging (work), starting the editor (editor).

use super::super::action::Action;
use super::super::advice;
use super::super::app::{App, MyEdit};
use super::super::message::{EditCopy, Effect, JobId};
use super::export;
use crate::triage::export::own_edit::{EditVerdict, counted};
use crate::triage::recheck::TurnCounts;
use std::sync::Arc;

/// Title of the text.
const TITLE: &str = "My edit";

/// Opens the editor: on the copy that is there, or on a new one.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    let Some(subject) = export::subject(app) else {
        app.warn("a schema is edited for the rows of a group: go to one");
        return Vec::new();
    };
    if app.schemas.is_none() {
        app.warn(format!("there are no schemas to edit: {}", advice::GIVE_SCHEMAS));
        return Vec::new();
    }
    let of = subject.of().clone();
    let job = app.next_job();
    let former = app.my_edit.take();
    let is_same = former.as_ref().is_some_and(|edit| edit.of.group().fingerprint == of.group().fingerprint);
    let mut effects: Vec<Effect> = former.iter().filter(|edit| edit.is_busy).map(|edit| Effect::Cancel(edit.job)).collect();
    let (copy, verdict) = former.filter(|_| is_same).map(|edit| (edit.copy, edit.verdict)).unwrap_or_default();
    effects.push(match &copy {
        Some(copy) => Effect::OpenEditor { job, copy: copy.clone() },
        None => {
            app.tell("copying the schema that refuses the rows");
            Effect::CopySchema { job, of: of.clone() }
        }
    });
    app.my_edit = Some(MyEdit { job, of, copy, is_busy: true, is_saved_again: false, verdict });
    effects
}

/// The work on it, if it is still the latest.
fn current(app: &mut App, job: JobId) -> Option<&mut MyEdit> {
    app.my_edit.as_mut().filter(|edit| edit.job == job)
}

/// There is a copy: into the editor with it.
pub(super) fn copied(app: &mut App, job: JobId, outcome: Result<Arc<EditCopy>, String>) -> Vec<Effect> {
    let Some(edit) = current(app, job) else { return Vec::new() };
    match outcome {
        Ok(copy) => {
            edit.copy = Some(copy.clone());
            app.notice = None;
            vec![Effect::OpenEditor { job, copy }]
        }
        Err(reason) => {
            app.my_edit = None;
            app.warn(reason);
            Vec::new()
        }
    }
}

/// The editor has ended: the rows are judged with what it left.
pub(super) fn closed(app: &mut App, job: JobId, outcome: Result<(), String>) -> Vec<Effect> {
    let Some(edit) = current(app, job) else { return Vec::new() };
    match (outcome, edit.copy.clone()) {
        (Ok(()), Some(copy)) => {
            app.tell("judging the rows with the edited schema");
            vec![Effect::JudgeEdit { job, copy }]
        }
        (Ok(()), None) => Vec::new(),
        (Err(reason), _) => {
            edit.is_busy = false;
            app.warn(reason);
            Vec::new()
        }
    }
}

/// The editor has a window of its own: each save is judged, and the explorer goes on.
pub(super) fn stays(app: &mut App, job: JobId) -> Vec<Effect> {
    let Some(edit) = current(app, job) else { return Vec::new() };
    edit.is_busy = false;
    app.tell("the schema is open in the editor: each time it is saved, the rows are judged with it");
    Vec::new()
}

/// It was saved there.
pub(super) fn saved(app: &mut App, job: JobId) -> Vec<Effect> {
    let Some(edit) = current(app, job) else { return Vec::new() };
    let Some(copy) = edit.copy.clone() else { return Vec::new() };
    if std::mem::replace(&mut edit.is_busy, true) {
        edit.is_saved_again = true;
        return Vec::new();
    }
    app.tell("judging the rows with the edited schema");
    vec![Effect::JudgeEdit { job, copy }]
}

/// The counts so far.
pub(super) fn counts(app: &mut App, job: JobId, turns: &TurnCounts) -> Vec<Effect> {
    if current(app, job).is_some() {
        let stops = app.keymap.words("; ", Action::Back, " stops");
        app.tell(format!("with the edit {}{stops}", counted(turns).join(", ")));
    }
    Vec::new()
}

/// What the rows make of it, or what is broken.
pub(super) fn judged(app: &mut App, job: JobId, outcome: Result<Arc<EditVerdict>, String>) -> Vec<Effect> {
    let Some(edit) = current(app, job) else { return Vec::new() };
    edit.is_busy = false;
    if std::mem::take(&mut edit.is_saved_again) {
        return saved(app, job);
    }
    match outcome {
        Ok(verdict) => {
            edit.verdict = Some(verdict.clone());
            app.notice = None;
            let again = app.keymap.words("", Action::EditSchema, " edits it again");
            let keeps = app.keymap.words("; ", Action::Export, " keeps it as a patch");
            app.show_text(TITLE.to_owned(), format!("{}\n{again}{keeps}\n", verdict.text()));
        }
        Err(reason) => {
            let again = app.keymap.words("; ", Action::EditSchema, " edits it again");
            app.warn(format!("{reason}{again}"));
        }
    }
    Vec::new()
}

/// Esc while rows are judged: the copy stays.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let edit = app.my_edit.as_mut().filter(|edit| edit.is_busy)?;
    edit.is_busy = false;
    let job = edit.job;
    app.tell("the edit was not judged any further");
    Some(Effect::Cancel(job))
}
