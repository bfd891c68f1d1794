//! Notes on the group under the cursor, or on that of the open document: what is typed, what came of writing it.
//!
//! Owns: which group is meant, the lines that are typed.
//! Refuses: reading what was typed, the file (work).

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::{App, Prompt, PromptPurpose};
use super::super::effect::Effect;
use super::super::message::{JobId, NotedGroups};
use super::super::row_place::GroupPlace;
use super::groups;
use crate::rows::group::{Groups, Remark, RemarkAbout};
use crate::triage::notes::said::NoteSaid;

/// Asks for what is to be noted, or notes it.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    if app.notes.is_none() {
        app.warn("notes are not read here: name their file with --notes FILE");
        return Vec::new();
    }
    let Some(of) = under_cursor(app) else {
        app.warn("put the cursor on a group to note something of it");
        return Vec::new();
    };
    let purpose = match action {
        Action::NoteText => PromptPurpose::Note,
        Action::NoteBug => PromptPurpose::Bug,
        Action::NoteMute => PromptPurpose::Mute,
        Action::NoteMended => PromptPurpose::Mended,
        Action::NoteSeen => return write(app, of, NoteSaid::Seen),
        Action::NoteOpen => return write(app, of, NoteSaid::Open),
        _ => return write(app, of, NoteSaid::Remove),
    };
    let remark = app.groups.tree.groups.remark(of.group()).or_else(|| of.groups().remark(of.group()));
    let own = remark.filter(|remark| remark.about == RemarkAbout::Group);
    let before = match purpose {
        PromptPurpose::Note => own.and_then(|remark: &Remark| remark.text.as_deref()).map(|text| text.replace('\n', " ")),
        PromptPurpose::Bug => own.and_then(|remark| remark.bug.as_deref()).map(str::to_owned),
        _ => None,
    };
    app.prompt = Some(Prompt { purpose, input: before.unwrap_or_default().into(), job: None, from: None, back: 0 });
    app.noting = Some(of);
    Vec::new()
}

/// The group that is meant: that of the open document, or that of the line under the cursor.
fn under_cursor(app: &App) -> Option<GroupPlace> {
    if let Some(screen) = &app.case {
        return Some(screen.place.of.clone());
    }
    let (tree, item) = (&app.groups.tree, app.groups.list.outline.item()?);
    tree.group_at(item)?;
    GroupPlace::of_item(tree, item)
}

/// A line was typed.
pub(super) fn typed(app: &mut App, purpose: PromptPurpose, text: &str) -> Vec<Effect> {
    let Some(of) = app.noting.take() else { return Vec::new() };
    let text = text.to_owned();
    let said = match purpose {
        PromptPurpose::Note => NoteSaid::Text(text),
        PromptPurpose::Bug => NoteSaid::Bug(text),
        PromptPurpose::Mute => NoteSaid::Mute(text),
        _ => NoteSaid::Mended(text),
    };
    write(app, of, said)
}

fn write(app: &mut App, of: GroupPlace, said: NoteSaid) -> Vec<Effect> {
    let job = app.next_job();
    app.noted = Some(job);
    vec![Effect::Note { job, of, said, groups: app.groups.tree.groups.clone(), sort: app.groups.sort }]
}

/// It was written, or not; the groups with what is noted of them now. `asked` are those that it was asked for.
pub(super) fn written(app: &mut App, job: JobId, asked: &Arc<Groups>, outcome: Result<NotedGroups, String>) -> Vec<Effect> {
    match outcome {
        Err(reason) => {
            app.report(reason, true);
            Vec::new()
        }
        Ok(noted) => {
            if let Some(told) = noted.told {
                app.tell(told);
            }
            // Another note is being written, and its groups come with both.
            if app.noted != Some(job) {
                return Vec::new();
            }
            if !Arc::ptr_eq(asked, &app.groups.tree.groups) {
                // Other groups came meanwhile; those that are read next are put beside the notes anyway.
                let (groups, sort) = (app.groups.tree.groups.clone(), app.groups.sort);
                return vec![Effect::Remark { job, groups, sort }];
            }
            app.noted = None;
            groups::remarked(app, noted.tree)
        }
    }
}
