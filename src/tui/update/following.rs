//! The source is followed: what is new is read now and then, and what began is marked.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::App;
use super::super::effect::Effect;
use super::super::following::Following;
use super::super::group_tree::GroupTree;
use super::super::message::JobId;
use crate::ground::time;

/// Begins to follow, or ends it.
pub(super) fn switch(app: &mut App) -> Vec<Effect> {
    if let Some(following) = app.following.take() {
        app.tell("the source is followed no longer");
        return vec![Effect::Cancel(following.job)];
    }
    if app.reading.is_some() {
        app.tell("the source is still being read");
        return Vec::new();
    }
    app.following = Some(Following::new(app.is_remote));
    let every = app.following.as_ref().map(|following| time::duration(following.usual().as_secs())).unwrap_or_default();
    let ends = app.keymap.words("; ", Action::FollowSource, " ends it");
    app.tell(format!("following: every {every} what is new is read, and groups that begin are marked{ends}"));
    due(app)
}

/// It is time to look.
pub(super) fn due(app: &mut App) -> Vec<Effect> {
    let job = app.next_job();
    let (groups, sort, by) = (app.groups.tree.groups.clone(), app.groups.sort, app.groups.by);
    match app.following.as_mut().filter(|following| !following.is_looking) {
        Some(following) => {
            (following.job, following.is_looking) = (job, true);
            vec![Effect::Follow { job, groups, sort, by }]
        }
        None => Vec::new(),
    }
}

/// What is new was read: all groups as they are now, none where nothing came; or why not.
pub(super) fn looked(app: &mut App, job: JobId, outcome: Result<Option<Arc<GroupTree>>, String>) -> Vec<Effect> {
    let Some(following) = app.following.as_mut().filter(|following| following.job == job) else { return Vec::new() };
    following.is_looking = false;
    let mut effects = Vec::new();
    match outcome {
        // What cannot be followed at all is not tried again and again.
        Err(reason) if !following.has_looked && !following.is_remote => {
            app.following = None;
            app.report(reason, true);
            return Vec::new();
        }
        Ok(tree) => {
            following.has_looked = true;
            let had_failed = following.fault.take().is_some();
            following.faults = 0;
            if let Some(tree) = tree {
                let began = following.compare(&app.groups.tree.groups, &tree.groups);
                effects = super::groups::replace(app, tree, false);
                if let Some(told) = began {
                    app.tell(told);
                }
            } else if had_failed {
                app.report("reading goes on", false);
            }
        }
        Err(reason) => {
            following.faults = following.faults.saturating_add(1);
            if following.fault.as_ref() != Some(&reason) {
                following.fault = Some(reason.clone());
                app.report(format!("{reason}; trying again"), true);
            }
        }
    }
    if let Some(following) = &app.following {
        effects.push(Effect::FollowLater { job, pause: following.pause() });
    }
    effects
}
