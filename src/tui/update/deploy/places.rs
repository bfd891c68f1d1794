//! What a line of the screen of deploys leads to.
//!
//! Owns: its columns on both sides, the groups that fail there, the smallest document that shows it.
//! Refuses: finding any of them (work).

use super::super::super::advice;
use super::super::super::app::App;
use super::super::super::deploy_tree::DeployLine;
use super::super::super::effect::Effect;
use super::super::super::message::JobId;
use super::super::{failing, whole};
use crate::pipeline::witness::Witness;

/// Looks for the smallest document that shows what the line says of documents.
pub(super) fn seek(app: &mut App) -> Vec<Effect> {
    let here = app.deploy.tree.clone().zip(app.deploy.list.outline.item());
    let Some((of, DeployLine::Keyword(table, change))) = here.map(|(tree, item)| (tree.clone(), tree.line(item))) else {
        app.tell("put the cursor on a change of a JSON schema to see the smallest document that shows it");
        return Vec::new();
    };
    let place = (table, change);
    if app.deploy.witnesses.contains_key(&place) {
        return Vec::new();
    }
    let job = app.next_job();
    let former = app.deploy.seeking.replace(job);
    app.tell("looking for the smallest document that shows it");
    former.map(Effect::Cancel).into_iter().chain([Effect::SeekWitness { job, of, place }]).collect()
}

/// A document was found, or none.
pub(in super::super) fn shown(app: &mut App, job: JobId, place: (usize, usize), found: Vec<Witness>) -> Vec<Effect> {
    if app.deploy.seeking.take_if(|seeking| *seeking == job).is_some() {
        app.deploy.witnesses.insert(place, found);
        app.notice = None;
    }
    Vec::new()
}

/// To the groups that fail under the line's column, or anywhere in its table.
pub(super) fn failing_here(app: &mut App) -> Vec<Effect> {
    let has_place = app.deploy.tree.as_ref().zip(app.deploy.list.outline.item()).is_some_and(|(tree, item)| tree.place(item).is_some());
    if app.tables.alone {
        app.warn(failing::NO_ROWS);
        return Vec::new();
    }
    if !has_place {
        app.tell("put the cursor on a table or a column to see what fails under it");
        return Vec::new();
    }
    let effects = open(app);
    app.deploy.for_failing = !effects.is_empty();
    effects
}

pub(super) fn is_leaf(app: &App) -> bool {
    use crate::ground::outline::Tree;
    let screen = &app.deploy;
    screen.tree.as_ref().zip(screen.list.outline.item()).is_some_and(|(tree, item)| !tree.is_branch(item))
}

/// To the columns of the line's table on both sides.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    let Some((tree, item)) = app.deploy.tree.clone().zip(app.deploy.list.outline.item()) else { return Vec::new() };
    let Some(place) = tree.place(item) else {
        if !app.deploy.list.outline.toggle(tree.as_ref()) {
            whole::row(app);
        }
        return Vec::new();
    };
    if app.schemas.is_none() {
        app.warn(format!("columns are found in schemas: {}", advice::GIVE_SCHEMAS));
        return Vec::new();
    }
    let job = app.next_job();
    app.deploy.for_failing = false;
    let former = app.deploy.opening.replace(job);
    let groups = app.groups.tree.groups.clone();
    former.map(Effect::Cancel).into_iter().chain([Effect::LookSides { job, place, of: tree, groups }]).collect()
}
