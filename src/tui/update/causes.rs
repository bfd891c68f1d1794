//! Causes of the group under the cursor: asked for when it comes there, called off when it goes.

use std::sync::Arc;

use super::super::app::App;
use super::super::message::{Effect, JobId};
use super::super::row_place::GroupPlace;
use crate::triage::causes::{Causes, has_causes};

/// Has the rows of the group under the cursor looked at, once; those of another are looked at no longer.
pub(super) fn follow(app: &mut App) -> Vec<Effect> {
    let wanted = wanted(app);
    let print = wanted.as_ref().map(|of| of.group().fingerprint);
    if app.causes.counting.map(|(_, of)| of) == print {
        return Vec::new();
    }
    let mut effects: Vec<Effect> = app.causes.counting.take().map(|(job, _)| Effect::Cancel(job)).into_iter().collect();
    if let Some(of) = wanted {
        let job = app.next_job();
        app.causes.counting = Some((job, of.group().fingerprint));
        effects.push(Effect::Causes { job, of });
    }
    effects
}

/// The group under the cursor, where its causes can be counted and are not known.
fn wanted(app: &App) -> Option<GroupPlace> {
    if app.tables.open || app.case.is_some() || app.opening.is_some() || app.reading.is_some() || app.schemas.is_none() {
        return None;
    }
    let tree = &app.groups.tree;
    let item = app.groups.list.outline.item().filter(|&item| item < tree.items.len() && tree.is_leaf(item))?;
    let of = GroupPlace::of_item(tree, item)?;
    let is_new = !app.causes.known.contains_key(&of.group().fingerprint);
    (is_new && has_causes(of.group())).then_some(of)
}

/// The causes are there, or why not.
pub(super) fn counted(app: &mut App, job: JobId, outcome: Result<Arc<Causes>, String>) -> Vec<Effect> {
    if let Some((_, group)) = app.causes.counting.take_if(|(counting, _)| *counting == job) {
        app.causes.known.insert(group, outcome);
    }
    Vec::new()
}

/// Looks no longer, and not again by itself. `None` where nothing is looked at.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let (job, group) = app.causes.counting.take()?;
    app.causes.known.insert(group, Err("the causes were not counted: that was stopped".to_owned()));
    Some(Effect::Cancel(job))
}
