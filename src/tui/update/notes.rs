//! Notes on the group or incident under the cursor, or on the group of the open document: what is typed, what came of writing it.
//!
//! Owns: which group or incident is meant, the lines that are typed.
//! Refuses: reading what was typed, the file (work).

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::{App, Prompt, PromptPurpose};
use super::super::effect::Effect;
use super::super::message::{JobId, NotedGroups};
use super::super::row_place::{GroupPlace, NoteTarget};
use super::groups;
use crate::rows::group::{Groups, Remark, RemarkAbout};
use crate::triage::notes::said::NoteSaid;
use crate::triage::notes::{escaped, unescaped};

/// Asks for what is to be noted, or notes it.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    if app.notes.is_none() {
        app.warn("notes are not read here: name their file with --notes FILE");
        return Vec::new();
    }
    let Some(on) = under_cursor(app) else {
        app.warn("put the cursor on a group or an incident to note something of it");
        return Vec::new();
    };
    let purpose = match action {
        Action::NoteText => PromptPurpose::Note,
        Action::NoteBug => PromptPurpose::Bug,
        Action::NoteMute => PromptPurpose::Mute,
        Action::NoteMended => PromptPurpose::Mended,
        Action::NoteSeen => return write(app, on, NoteSaid::Seen),
        Action::NoteOpen => return write(app, on, NoteSaid::Open),
        _ => return write(app, on, NoteSaid::Remove),
    };
    let before = match purpose {
        PromptPurpose::Note => text_of(app, &on).map(|text| if has_lines(text) { escaped(text) } else { text.to_owned() }),
        PromptPurpose::Bug => own(app, &on).and_then(|remark| remark.bug.as_deref()).map(str::to_owned),
        _ => None,
    };
    app.prompt = Some(Prompt { purpose, input: before.unwrap_or_default().into(), job: None, from: None, back: 0 });
    app.noting = Some(on);
    Vec::new()
}

/// What was noted of a group, or of an incident, itself.
fn own<'a>(app: &'a App, on: &'a NoteTarget) -> Option<&'a Remark> {
    let of = &on.of;
    let remark = app.groups.tree.groups.remark(of.group()).or_else(|| of.groups().remark(of.group()));
    let about = if on.is_incident { RemarkAbout::Incident } else { RemarkAbout::Group };
    remark.filter(|remark| remark.about == about)
}

fn text_of<'a>(app: &'a App, on: &'a NoteTarget) -> Option<&'a str> {
    own(app, on)?.text.as_deref()
}

/// A text of several lines is typed as the file has it, on one.
fn has_lines(text: &str) -> bool {
    text.contains('\n')
}

/// What is meant: the group of the open document, or that of the line under the cursor, or the incident that the line is.
fn under_cursor(app: &App) -> Option<NoteTarget> {
    let of_group = |of| NoteTarget { of, is_incident: false };
    if let Some(screen) = &app.case {
        return Some(of_group(screen.place.of.clone()));
    }
    let (tree, item) = (&app.groups.tree, app.groups.list.outline.item()?);
    if let Some(incident) = tree.incident(item) {
        return GroupPlace::of_group(tree, item, incident.fingerprint).map(|of| NoteTarget { of, is_incident: true });
    }
    tree.group_at(item)?;
    GroupPlace::of_item(tree, item).map(of_group)
}

/// A line was typed.
pub(super) fn typed(app: &mut App, purpose: PromptPurpose, text: &str) -> Vec<Effect> {
    let Some(on) = app.noting.take() else { return Vec::new() };
    let text = text.to_owned();
    let said = match purpose {
        PromptPurpose::Note if text_of(app, &on).is_some_and(has_lines) => NoteSaid::Text(unescaped(&text)),
        PromptPurpose::Note => NoteSaid::Text(text),
        PromptPurpose::Bug => NoteSaid::Bug(text),
        PromptPurpose::Mute => NoteSaid::Mute(text),
        _ => NoteSaid::Mended(text),
    };
    write(app, on, said)
}

fn write(app: &mut App, on: NoteTarget, said: NoteSaid) -> Vec<Effect> {
    let job = app.next_job();
    app.noted = Some(job);
    vec![Effect::Note { job, on, said, groups: app.groups.tree.groups.clone(), sort: app.groups.sort }]
}

/// It was written, or not; the groups with what is noted of them now. `asked` are those that it was asked for.
pub(super) fn written(app: &mut App, job: JobId, asked: &Arc<Groups>, outcome: Result<NotedGroups, String>) -> Vec<Effect> {
    match outcome {
        Err(reason) => {
            app.report(reason, true);
            if app.noted != Some(job) {
                return Vec::new();
            }
            // Those before it may stand in the file, and came to no screen.
            let (groups, sort) = (app.groups.tree.groups.clone(), app.groups.sort);
            vec![Effect::Remark { job, groups, sort }]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::group::Sort;
    use crate::rows::source::{Request, Unwatched};
    use crate::tui::group_tree::GroupTree;
    use crate::tui::keymap::Keymap;
    use crate::tui::theme::{Depth, Theme};

    #[test]
    fn what_was_noted_before_is_shown_where_the_last_note_fails() {
        let theme = Theme::named("mono", Depth::None, false).unwrap();
        let mut app = App::new((100, 30), String::new(), None, theme, Depth::None, Keymap::new(&[]).unwrap());
        let groups = Arc::new(demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap());
        app.groups.tree = Arc::new(GroupTree::new(groups.clone(), Sort::Deploy));
        let of = GroupPlace::of_item(&app.groups.tree, (0..app.groups.tree.items.len()).find(|&at| app.groups.tree.is_leaf(at)).unwrap())
            .unwrap();
        let mut asked = |said| match write(&mut app, NoteTarget { of: of.clone(), is_incident: false }, said).as_slice() {
            [Effect::Note { job, .. }] => *job,
            _ => panic!(),
        };
        let (first, second) = (asked(NoteSaid::Seen), asked(NoteSaid::Mended("zzz".into())));
        let tree = app.groups.tree.clone();
        let noted = NotedGroups { told: Some("noted: seen".into()), tree };
        assert!(written(&mut app, first, &groups, Ok(noted)).is_empty(), "the second one comes with both");
        let effects = written(&mut app, second, &groups, Err("zzz says no time".to_owned()));
        assert!(matches!(effects.as_slice(), [Effect::Remark { job, .. }] if *job == second));
        // One that failed before the last has nothing to show.
        let mut asked = |said| match write(&mut app, NoteTarget { of: of.clone(), is_incident: false }, said).as_slice() {
            [Effect::Note { job, .. }] => *job,
            _ => panic!(),
        };
        let (first, _second) = (asked(NoteSaid::Mended("zzz".into())), asked(NoteSaid::Open));
        assert!(written(&mut app, first, &groups, Err("zzz says no time".to_owned())).is_empty());
    }
}
