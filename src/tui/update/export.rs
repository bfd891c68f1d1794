//! Exporting: the menu behind `e`, what becomes of an export.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::super::app::{App, Overlay};
use super::super::message::{Effect, Export, Exported, JobId};
use super::super::row_place::{Exportable, GroupPlace};
use crate::triage::export::single::What;

/// One line of the menu: its key, what it exports, whether to the clipboard, what it says.
pub struct Line {
    /// The key.
    pub key: char,
    /// What is exported.
    pub what: What,
    /// Whether it goes to the clipboard, not to a file.
    pub is_copied: bool,
    /// What it says.
    pub words: &'static str,
}

const fn line(key: char, what: What, is_copied: bool, words: &'static str) -> Line {
    Line { key, what, is_copied, words }
}

/// Key that lifts redaction, and puts it back.
pub const RAW_KEY: char = '!';

/// The menu.
pub const MENU: [Line; 6] = [
    line('c', What::Report, true, "report for a bug tracker, to the clipboard"),
    line('r', What::Report, false, "report, to a file"),
    line('s', What::Rows, false, "ten rows, to a file"),
    line('d', What::Document, false, "the document, to a file"),
    line('t', What::Test, false, "test for the schema repository, to validation/"),
    line('m', What::Reproducer, false, "smallest document that fails alike, to a file"),
];

/// Opens the menu, where there is a group to export.
pub fn open(app: &mut App) -> Vec<Effect> {
    match subject(app) {
        Some(_) => app.overlay = Some(Overlay::Export { raw: false }),
        None => app.tell("nothing to export here: go to a group"),
    }
    Vec::new()
}

/// A key while the menu is open.
pub fn key(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Export { raw }) = &mut app.overlay else { return Vec::new() };
    let KeyCode::Char(key) = event.code else {
        app.overlay = None;
        return Vec::new();
    };
    if key == RAW_KEY {
        *raw = !*raw;
        return Vec::new();
    }
    let raw = *raw;
    app.overlay = None;
    let (Some(line), Some(subject)) = (MENU.iter().find(|line| line.key == key), subject(app)) else { return Vec::new() };
    let job = app.next_job();
    app.exporting = Some(job);
    app.tell(format!("exporting the {}; Esc stops", line.what.name()));
    vec![Effect::Export { job, export: Export { subject, what: line.what, is_copied: line.is_copied, raw } }]
}

/// What became of an export.
pub fn exported(app: &mut App, job: JobId, outcome: Result<Exported, String>) -> Vec<Effect> {
    if app.exporting.take_if(|known| *known == job).is_none() {
        return Vec::new();
    }
    match outcome {
        Ok(Exported::Text { what, text }) => return vec![Effect::Copy { what, text }],
        Ok(Exported::File(path)) => app.tell(format!("wrote {path}")),
        Err(reason) => app.warn(format!("not exported: {reason}")),
    }
    Vec::new()
}

/// The row of the case, or the group under the cursor.
fn subject(app: &App) -> Option<Exportable> {
    if let Some(screen) = &app.case {
        return Some(Exportable::Row(screen.opened()));
    }
    GroupPlace::of_item(&app.groups.tree, app.groups.list.outline.item()?).map(Exportable::Group)
}
