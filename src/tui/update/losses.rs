//! What documents that pass lose on their way into a table: asked for, called off, what came of it.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::{App, List, Prompt, PromptPurpose};
use super::super::effect::Effect;
use super::super::loss_tree::LossTree;
use super::super::message::JobId;
use super::super::tables::LossScreen;
use crate::ground::outline::Outline;
use crate::rows::source::Progress;
use crate::triage::catalog::TableId;

/// Asks for the losses of the table under the cursor.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    match app.tables.place() {
        Some(place) => begin(app, place.table),
        None => {
            app.warn("put the cursor on a table to see what documents that pass lose there");
            Vec::new()
        }
    }
}

fn begin(app: &mut App, table: TableId) -> Vec<Effect> {
    let job = app.next_job();
    let former = app.tables.losses.take().and_then(|screen| screen.job).map(Effect::Cancel);
    let named = app.tables.accepted.clone();
    app.tables.losses = Some(LossScreen { table, job: Some(job), ..LossScreen::default() });
    former.into_iter().chain([Effect::Losses { job, table: table as usize, named }]).collect()
}

/// Documents were named to look at.
pub(super) fn named(app: &mut App, typed: &str) -> Vec<Effect> {
    let Some(table) = app.tables.losses.as_ref().map(|screen| screen.table) else { return Vec::new() };
    let typed = typed.trim();
    app.tables.accepted = if typed.is_empty() { Vec::new() } else { vec![typed.to_owned()] };
    begin(app, table)
}

/// How far it is.
pub(super) fn progress(app: &mut App, job: JobId, progress: Progress) {
    if let Some(screen) = app.tables.losses.as_mut().filter(|screen| screen.job == Some(job)) {
        screen.progress = progress;
    }
}

/// They were counted, or could not be.
pub(super) fn told(app: &mut App, job: JobId, outcome: Result<Arc<LossTree>, String>) -> Vec<Effect> {
    let Some(screen) = app.tables.losses.as_mut().filter(|screen| screen.job == Some(job)) else { return Vec::new() };
    screen.job = None;
    match outcome {
        Ok(tree) => {
            screen.list = List { outline: Outline::with_levels(tree.as_ref(), 0), ..List::default() };
            screen.tree = Some(tree);
        }
        Err(reason) => screen.failure = Some(reason),
    }
    Vec::new()
}

/// One step back: the filter, the search, the screen.
pub(super) fn back(app: &mut App) -> Vec<Effect> {
    if super::let_go(app) { Vec::new() } else { leave(app) }
}

/// Back to the tables.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    app.tables.losses.take().and_then(|screen| screen.job).map(Effect::Cancel).into_iter().collect()
}

/// Work that failed is not on its way any more.
pub(super) fn broken(app: &mut App) {
    app.tables.losses.take_if(|screen| screen.job.is_some());
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::LossDocuments => {
            app.prompt = Some(Prompt { purpose: PromptPurpose::Accepted, input: Default::default(), job: None, from: None, back: 0 });
        }
        _ => {
            super::move_list(app, action);
        }
    }
    Vec::new()
}
