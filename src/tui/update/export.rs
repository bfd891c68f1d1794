//! Exporting: the menu, what becomes of an export.

use super::super::action::Action;
use super::super::app::{App, Overlay};
use super::super::effect::Effect;
use super::super::keymap::{Key, KeyLookup};
use super::super::menu::{MENU, export_box};
use super::super::message::{Export, Exported, JobId};
use super::super::row_place::{Exportable, GroupPlace};

/// Opens the menu, where there is a group to export.
pub fn open(app: &mut App) -> Vec<Effect> {
    match subject(app) {
        Some(_) => app.overlay = Some(Overlay::Export { raw: false, scroll: 0 }),
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
    let Some(Overlay::Export { raw, .. }) = &mut app.overlay else { return Vec::new() };
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

/// A key that no line of the menu has: it scrolls, or closes.
pub(super) fn scroll_or_close(app: &mut App, key: Key) {
    let by = match app.keymap.lookup(&[key], app.screen()) {
        KeyLookup::Action(Action::Down) => 1,
        KeyLookup::Action(Action::Up) => -1,
        KeyLookup::Action(Action::PageDown | Action::HalfDown | Action::Last) => isize::MAX,
        KeyLookup::Action(Action::PageUp | Action::HalfUp | Action::First) => isize::MIN,
        _ => return app.overlay = None,
    };
    scroll(app, by);
}

/// Moves the lines of the menu, as far as there are more than it has room for.
pub(super) fn scroll(app: &mut App, by: isize) {
    let Some(Overlay::Export { raw, scroll }) = &app.overlay else { return };
    let most = export_box(app, *raw, app.size).most();
    let to = scroll.saturating_add_signed(by).min(most);
    if let Some(Overlay::Export { scroll, .. }) = &mut app.overlay {
        *scroll = to;
    }
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
    if app.overview.open || (app.tables.open && app.tables.losses.is_some()) {
        return None;
    }
    if let Some(screen) = &app.case {
        return Some(Exportable::Row(screen.opened()));
    }
    GroupPlace::of_item(&app.groups.tree, app.groups.list.outline.item()?).map(Exportable::Group)
}
