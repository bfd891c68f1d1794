//! Causes of the group under the cursor: asked for when it comes there, called off when it goes. Where looking costs, asked for by a key.

use std::sync::Arc;

use super::super::advice::GIVE_SCHEMAS;
use super::super::app::App;
use super::super::causes::Counting;
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::row_place::GroupPlace;
use crate::rows::source::Progress;
use crate::triage::causes::{Causes, has_causes};

/// Said of causes that nobody waited for.
const STOPPED: &str = "the causes were not counted: that was stopped";

/// Has the rows of the group under the cursor looked at, once; those of another are looked at no longer, unless somebody asked for them.
pub(super) fn follow(app: &mut App) -> Vec<Effect> {
    if app.causes.asked().is_some() {
        return Vec::new();
    }
    let wanted = wanted(app);
    let print = wanted.as_ref().map(|of| of.group().fingerprint);
    if app.causes.counting.as_ref().map(|counting| counting.of) == print {
        return Vec::new();
    }
    match wanted {
        Some(of) => look(app, of, false),
        None => called_off(app),
    }
}

/// The group under the cursor, where its causes can be counted for nothing and are not known.
fn wanted(app: &App) -> Option<GroupPlace> {
    let is_open = app.deploy.open || app.tables.open || app.overview.open || app.case.is_some() || app.opening.is_some();
    if is_open || app.reading.is_some() || app.schemas.is_none() || app.is_remote {
        return None;
    }
    let of = under_cursor(app)?;
    let is_new = !app.causes.known.contains_key(&of.group().fingerprint);
    (is_new && has_causes(of.group())).then_some(of)
}

pub(super) fn under_cursor(app: &App) -> Option<GroupPlace> {
    let tree = &app.groups.tree;
    let item = app.groups.list.outline.item().filter(|&item| item < tree.items.len() && tree.is_leaf(item))?;
    GroupPlace::of_item(tree, item)
}

/// Has the rows of the group under the cursor looked at because somebody wants it.
pub(super) fn count(app: &mut App) -> Vec<Effect> {
    let of = under_cursor(app);
    let refusal = match of.as_ref().map(GroupPlace::group) {
        None => "put the cursor on a group to count its causes",
        Some(_) if app.schemas.is_none() => {
            app.tell(format!("causes are found by judging payloads: {GIVE_SCHEMAS}"));
            return Vec::new();
        }
        Some(group) if !has_causes(group) => "the message of this group says what is wrong: there are no causes to count",
        Some(group) if app.causes.of(group.fingerprint).is_some() => "the causes of this group are counted",
        Some(_) if app.causes.asked().is_some() => "the causes of a group are being counted",
        Some(_) => return of.map_or_else(Vec::new, |of| look(app, of, true)),
    };
    app.tell(refusal);
    Vec::new()
}

/// Looks at the rows of a group and no longer at those of another.
fn look(app: &mut App, of: GroupPlace, asked: bool) -> Vec<Effect> {
    let mut effects = called_off(app);
    let (job, print) = (app.next_job(), of.group().fingerprint);
    app.causes.known.remove(&print);
    app.causes.counting = Some(Counting { job, of: print, asked, progress: Progress::default() });
    effects.push(Effect::Causes { job, of });
    effects
}

fn called_off(app: &mut App) -> Vec<Effect> {
    app.causes.counting.take().map(|counting| Effect::Cancel(counting.job)).into_iter().collect()
}

/// The causes are there, or why not.
pub(super) fn counted(app: &mut App, job: JobId, outcome: Result<Arc<Causes>, String>) -> Vec<Effect> {
    if let Some(counting) = app.causes.counting.take_if(|counting| counting.job == job) {
        if let (true, Err(reason)) = (counting.asked, &outcome) {
            app.warn(reason.clone());
        }
        app.causes.known.insert(counting.of, outcome);
    }
    Vec::new()
}

/// Looks no longer at what somebody asked for, and says so.
pub(super) fn call_off_asked(app: &mut App) -> Option<Effect> {
    app.causes.asked()?;
    app.tell(STOPPED);
    call_off(app)
}

/// Looks no longer, and not again by itself. `None` where nothing is looked at.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let counting = app.causes.counting.take()?;
    app.causes.known.insert(counting.of, Err(STOPPED.to_owned()));
    Some(Effect::Cancel(counting.job))
}
