//! One step back from wherever one is.
//!
//! Owns: the order in which what runs, covers or narrows is taken back.
//! Refuses: how each is ended.

use super::super::action::Action;
use super::super::app::App;
use super::super::effect::Effect;
use super::super::focus::Focus;
use super::{causes, deploy, follow, losses, my_edit, overview, payloads, recheck, reference, senders, tables};

/// One step back: the row, the case, the filter, the search, the reading.
pub(super) fn back(app: &mut App) -> Vec<Effect> {
    if let Some(opening) = app.opening.take() {
        return vec![Effect::Cancel(opening.job)];
    }
    if let Some(job) = app.opening_source.take() {
        app.tell("the source was not opened");
        return vec![Effect::Cancel(job)];
    }
    if let Some(seeking) = app.seeking.take() {
        app.tell(format!("called off: {}", seeking.count.told(&seeking.query)));
        return vec![Effect::Cancel(seeking.job)];
    }
    if let Some(effect) = recheck::call_off(app) {
        return vec![effect];
    }
    if let Some(effect) = senders::call_off(app) {
        return vec![effect];
    }
    if let Some(effect) = overview::call_off(app) {
        return vec![effect];
    }
    if let Some(job) = app.history.take() {
        app.tell("history was not looked for any further");
        return vec![Effect::Cancel(job)];
    }
    if let Some(effect) = my_edit::call_off(app) {
        return vec![effect];
    }
    if let Some(effect) = causes::call_off_asked(app) {
        return vec![effect];
    }
    if let Some(job) = app.exporting.take() {
        app.tell("the export was stopped");
        return vec![Effect::Cancel(job)];
    }
    if reference::back(app) {
        return Vec::new();
    }
    if app.deploy.open {
        return deploy::back(app);
    }
    if app.tables.open && app.tables.losses.is_some() {
        return losses::back(app);
    }
    if app.tables.open {
        return tables::back(app);
    }
    if app.overview.open {
        return overview::back(app);
    }
    if let Some(asking) = app.more.asking.take() {
        return vec![Effect::Cancel(asking.job)];
    }
    if let Some((list, tree)) = app.focused() {
        if list.filter.take().is_some() {
            list.outline.clear_filter(&tree, None);
            follow(app);
            return Vec::new();
        }
        if list.search.take().is_some() {
            if app.focus() == Focus::Groups {
                payloads::release(app);
            }
            return Vec::new();
        }
    }
    if app.case.as_mut().is_some_and(|screen| screen.row.take().is_some()) {
        return Vec::new();
    }
    if app.case.take().is_some() {
        return Vec::new();
    }
    if let Some(effect) = causes::call_off(app) {
        return vec![effect];
    }
    if app.reading.is_some() {
        if app.reading.is_some_and(|progress| progress.job.is_some()) {
            app.tell("calling the query off …");
        }
        return vec![Effect::StopReading];
    }
    nothing_behind(app);
    Vec::new()
}

/// There is no step back any more.
pub(super) fn nothing_behind(app: &mut App) {
    let words = app.keymap.words("", Action::Quit, " quits");
    app.tell(words);
}
