//! A schema edited by hand: the copy, the editor, the rows judged with it.
//!
//! Owns: what follows on what, what is told.
//! Refuses: judging (work), starting the editor (editor).

use super::super::action::Action;
use super::super::advice;
use super::super::app::{App, MyEdit, Overlay};
use super::super::effect::Effect;
use super::super::message::{EditCopy, JobId};
use super::super::row_place::GroupPlace;
use super::export;
use crate::triage::export::own_edit::{EditVerdict, counted};
use crate::triage::recheck::TurnCounts;
use std::sync::Arc;

/// Title of the text.
const TITLE: &str = "My edit";

/// Said while a schema is copied.
const COPYING: &str = "copying the schema that refuses the rows";

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
    edit(app, of)
}

fn edit(app: &mut App, of: GroupPlace) -> Vec<Effect> {
    let job = app.next_job();
    let mut effects: Vec<Effect> = app.my_edits.iter_mut().filter_map(|edit| edit.stop().map(Effect::Cancel)).collect();
    let known = app.my_edits.iter().position(|edit| edit.of.group().fingerprint == of.group().fingerprint);
    let former = known.map(|at| app.my_edits.remove(at));
    let (copy, verdict) = former.map(|edit| (edit.copy, edit.verdict)).unwrap_or_default();
    effects.push(match &copy {
        Some(copy) => Effect::OpenEditor { job, copy: copy.clone() },
        None => {
            app.tell(COPYING);
            Effect::CopySchema { job, of: of.clone() }
        }
    });
    app.my_edits.push(MyEdit { job, of, copy, work: Some(job), is_saved_again: false, verdict });
    effects
}

/// Whether what covers the screen is what the rows make of an edit: its keys edit again and keep it.
pub(super) fn is_shown(app: &App) -> bool {
    matches!(&app.overlay, Some(Overlay::Value { title, .. }) if title == TITLE)
}

/// Opens the editor again on the edit that is shown.
pub(super) fn again(app: &mut App) -> Vec<Effect> {
    app.overlay = None;
    match app.my_edits.last().map(|edit| edit.of.clone()) {
        Some(of) => edit(app, of),
        None => ask(app),
    }
}

/// The edit of an editor.
fn of_editor(app: &mut App, job: JobId) -> Option<&mut MyEdit> {
    app.my_edits.iter_mut().find(|edit| edit.job == job)
}

/// The edit that some work is for, unless that was called off.
fn at_work(app: &mut App, job: JobId) -> Option<&mut MyEdit> {
    app.my_edits.iter_mut().find(|edit| edit.work == Some(job))
}

/// There is a copy: into the editor with it.
pub(super) fn copied(app: &mut App, job: JobId, outcome: Result<Arc<EditCopy>, String>) -> Vec<Effect> {
    let Some(edit) = at_work(app, job) else { return Vec::new() };
    match outcome {
        Ok(copy) => {
            edit.copy = Some(copy.clone());
            app.notice = None;
            vec![Effect::OpenEditor { job, copy }]
        }
        Err(reason) => {
            app.my_edits.retain(|edit| edit.work != Some(job));
            app.warn(reason);
            Vec::new()
        }
    }
}

/// The editor has ended: the rows are judged with what it left.
pub(super) fn closed(app: &mut App, job: JobId, outcome: Result<(), String>) -> Vec<Effect> {
    let next = app.next_job();
    let Some(edit) = of_editor(app, job) else { return Vec::new() };
    match outcome {
        Ok(()) => judge(app, job, next),
        Err(reason) => {
            edit.work = None;
            app.warn(reason);
            Vec::new()
        }
    }
}

fn judge(app: &mut App, editor: JobId, job: JobId) -> Vec<Effect> {
    let Some(edit) = of_editor(app, editor) else { return Vec::new() };
    let Some(copy) = edit.copy.clone() else { return Vec::new() };
    edit.work = Some(job);
    edit.is_saved_again = false;
    app.tell("judging the rows with the edited schema");
    vec![Effect::JudgeEdit { job, copy }]
}

/// The editor has a window of its own: each save is judged, and the explorer goes on.
pub(super) fn stays(app: &mut App, job: JobId) -> Vec<Effect> {
    let Some(edit) = of_editor(app, job) else { return Vec::new() };
    edit.work = None;
    app.tell("the schema is open in the editor: each time it is saved, the rows are judged with it");
    Vec::new()
}

/// The window failed. What was saved in it was judged, and some editors leave the file to one that runs already.
pub(super) fn window_failed(app: &mut App, job: JobId, reason: String) -> Vec<Effect> {
    if of_editor(app, job).is_some() {
        app.warn(reason);
    }
    Vec::new()
}

/// It was saved there.
pub(super) fn saved(app: &mut App, job: JobId) -> Vec<Effect> {
    let next = app.next_job();
    let Some(edit) = of_editor(app, job) else { return Vec::new() };
    if edit.work.is_some() {
        edit.is_saved_again = true;
        return Vec::new();
    }
    judge(app, job, next)
}

/// The counts so far.
pub(super) fn counts(app: &mut App, job: JobId, turns: &TurnCounts) -> Vec<Effect> {
    if at_work(app, job).is_some() {
        let stops = app.keymap.words("; ", Action::Back, " stops");
        app.tell(format!("with the edit {}{stops}", counted(turns).join(", ")));
    }
    Vec::new()
}

/// What the rows make of it, or what is broken.
pub(super) fn judged(app: &mut App, job: JobId, outcome: Result<Arc<EditVerdict>, String>) -> Vec<Effect> {
    let Some(edit) = at_work(app, job) else { return Vec::new() };
    edit.work = None;
    let editor = edit.job;
    if std::mem::take(&mut edit.is_saved_again) {
        return saved(app, editor);
    }
    match outcome {
        Ok(verdict) => {
            edit.verdict = Some(verdict.clone());
            // What is shown is the last.
            app.my_edits.sort_by_key(|edit| edit.job == editor);
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

/// Esc while a schema is copied or rows are judged: a copy stays.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let edit = app.my_edits.iter_mut().rev().find(|edit| edit.work.is_some())?;
    let job = edit.stop()?;
    match edit.copy {
        Some(_) => app.tell("the edit was not judged any further"),
        None => app.tell(format!("called off: {COPYING}")),
    }
    Some(Effect::Cancel(job))
}

/// Work that failed is not on its way any more: the next save is judged again.
pub(super) fn broken(app: &mut App) {
    for edit in &mut app.my_edits {
        edit.stop();
    }
}

#[cfg(test)]
mod tests;
