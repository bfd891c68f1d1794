//! Exporting: the menu, what becomes of an export.

use super::super::action::Action;
use super::super::app::{App, Overlay};
use super::super::effect::Effect;
use super::super::message::{Export, Exported, JobId};
use super::super::row_place::{Exportable, GroupPlace};
use crate::triage::export::patch::PatchOf;
use crate::triage::export::single::SingleExport;

/// One line of the menu: the action, what it exports, whether to the clipboard.
pub struct MenuLine {
    /// The action; its help is what the line says.
    pub action: Action,
    /// What is exported.
    pub what: SingleExport,
    /// Whether it goes to the clipboard, not to a file.
    pub is_copied: bool,
}

const fn line(action: Action, what: SingleExport, is_copied: bool) -> MenuLine {
    MenuLine { action, what, is_copied }
}

/// The menu.
pub const MENU: [MenuLine; 9] = [
    line(Action::CopyReport, SingleExport::Report, true),
    line(Action::ExportReport, SingleExport::Report, false),
    line(Action::ExportRows, SingleExport::Rows, false),
    line(Action::ExportDocument, SingleExport::Document, false),
    line(Action::ExportTest, SingleExport::Test, false),
    line(Action::ExportSmallest, SingleExport::Reproducer, false),
    line(Action::ExportPatch, SingleExport::Patch(PatchOf::Schemas), false),
    line(Action::ExportTemplatePatch, SingleExport::Patch(PatchOf::Templates), false),
    line(Action::ExportMyEdit, SingleExport::OwnEdit, false),
];

/// Opens the menu, where there is a group to export.
pub fn open(app: &mut App) -> Vec<Effect> {
    match subject(app) {
        Some(_) => app.overlay = Some(Overlay::Export { raw: false }),
        None => app.tell("nothing to export here: go to a group"),
    }
    Vec::new()
}

/// Whether there is a group to export.
pub fn is_possible(app: &App) -> bool {
    subject(app).is_some()
}

/// An action while the menu is open: a line of it, or it closes.
pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(Overlay::Export { raw }) = &mut app.overlay else { return Vec::new() };
    if action == Action::LiftRedaction {
        *raw = !*raw;
        return Vec::new();
    }
    let raw = *raw;
    app.overlay = None;
    let (Some(line), Some(subject)) = (MENU.iter().find(|line| line.action == action), subject(app)) else { return Vec::new() };
    let job = app.next_job();
    app.exporting = Some(job);
    let stops = app.keymap.words("; ", Action::Back, " stops");
    app.tell(format!("exporting the {}{stops}", line.what.name()));
    let own_edit = app.my_edits.iter().rev().find_map(|edit| edit.verdict.clone());
    vec![Effect::Export { job, export: Export { subject, what: line.what, is_copied: line.is_copied, raw, own_edit } }]
}

/// What became of an export.
pub fn exported(app: &mut App, job: JobId, outcome: Result<Exported, String>) -> Vec<Effect> {
    if app.exporting.take_if(|known| *known == job).is_none() {
        return Vec::new();
    }
    match outcome {
        Ok(Exported::Text { what, text }) => return vec![Effect::copy(what, text)],
        Ok(Exported::File(path)) => app.tell(format!("wrote {path}")),
        Err(reason) => app.warn(format!("not exported: {reason}")),
    }
    Vec::new()
}

/// The row of the case, or the group under the cursor.
pub(super) fn subject(app: &App) -> Option<Exportable> {
    if let Some(screen) = &app.case {
        return Some(Exportable::Row(screen.opened()));
    }
    GroupPlace::of_item(&app.groups.tree, app.groups.list.outline.item()?).map(Exportable::Group)
}
