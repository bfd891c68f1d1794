//! The screen of deploys: coming and going, a log that is pasted, what an answer becomes.
//!
//! Owns: the screen's actions, work that is asked for and called off.
//! Refuses: which revisions are compared (pairs), where a line leads (places).

mod pairs;
mod places;

use std::sync::Arc;

use super::super::action::Action;
use super::super::advice;
use super::super::app::{App, Prompt, PromptPurpose};
use super::super::deploy::AskedDeploy;
use super::super::deploy_tree::DeployTree;
use super::super::effect::Effect;
use super::super::list::List;
use super::super::message::JobId;
use crate::triage::revisions::PairChoice;
pub(super) use pairs::against;
use pairs::{first, step, stop};
pub(super) use places::shown;
use places::{failing_here, is_leaf, open, seek};

/// Said while a log is read.
const READING: &str = "reading the log";

/// Longest log that is taken, in bytes.
const LONGEST: usize = 64 << 20;

/// Goes to the screen, or back.
pub(super) fn switch(app: &mut App) -> Vec<Effect> {
    if app.deploy.open {
        app.deploy.open = false;
        return Vec::new();
    }
    app.deploy.open = true;
    if app.deploy.tree.is_some() || app.deploy.asked.is_some() {
        return Vec::new();
    }
    if app.schemas.is_none() {
        app.deploy.failure = Some(no_schemas());
        return Vec::new();
    }
    if app.deploy.choice.is_some() { Vec::new() } else { first(app) }
}

/// Why nothing is compared where there are no schemas.
fn no_schemas() -> String {
    format!("there are no schemas to compare: {}", advice::GIVE_SCHEMAS)
}

/// Back to the screen below.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    if app.deploy.sides.take().is_none() {
        app.deploy.open = false;
    }
    Vec::new()
}

/// One step back: what is being worked on, the columns, the filter, the search, the log, the screen.
pub(super) fn back(app: &mut App) -> Vec<Effect> {
    if let Some(job) = app.deploy.opening.take().or_else(|| app.deploy.seeking.take()) {
        return vec![Effect::Cancel(job)];
    }
    if let Some(asked) = app.deploy.asked.take() {
        app.tell(format!("called off: {}", asked.what));
        app.deploy.choice = asked.before;
        if app.deploy.tree.is_none() {
            app.deploy.choice = None;
            app.deploy.open = false;
        }
        return vec![Effect::Cancel(asked.job)];
    }
    if let Some((list, tree)) = app.focused() {
        if list.filter.take().is_some() {
            list.outline.clear_filter(&tree, None);
            super::follow(app);
            return Vec::new();
        }
        if list.search.take().is_some() {
            return Vec::new();
        }
    }
    if app.deploy.sides.is_none() && app.deploy.is_log() {
        if let Some(below) = app.deploy.below.take() {
            (app.deploy.tree, app.deploy.list) = (Some(below.0), below.1);
            return Vec::new();
        }
        if app.schemas.is_some() {
            // The log came before anything was compared.
            (app.deploy.tree, app.deploy.list) = (None, List::default());
            return first(app);
        }
    }
    leave(app)
}

/// Work in the place of what is worked on, with the choice as it was before any of it.
fn ask(app: &mut App, what: &'static str) -> (JobId, Option<Effect>) {
    let job = app.next_job();
    let former = app.deploy.asked.take();
    if let Some(former) = &former {
        app.deploy.choice.clone_from(&former.before);
    }
    app.deploy.asked = Some(AskedDeploy { job, what, before: app.deploy.choice.clone() });
    (job, former.map(|former| Effect::Cancel(former.job)))
}

/// A log is read; what was compared stays below it.
pub(super) fn paste(app: &mut App, text: String) -> Vec<Effect> {
    if text.trim().is_empty() {
        app.warn("what was pasted is empty");
        return Vec::new();
    }
    if text.len() > LONGEST {
        app.warn(format!("what was pasted is larger than {}: give the part with the error", crate::ground::text::bytes(LONGEST as u64)));
        return Vec::new();
    }
    let (job, former) = ask(app, READING);
    former.into_iter().chain([Effect::Explain { job, text }]).collect()
}

/// It is compared or read, or cannot be.
pub(super) fn told(app: &mut App, job: JobId, outcome: Result<Arc<DeployTree>, String>) -> Vec<Effect> {
    let Some(asked) = app.deploy.asked.take_if(|asked| asked.job == job) else { return Vec::new() };
    let screen = &mut app.deploy;
    match outcome {
        Ok(tree) => {
            if tree.explained().is_none() {
                screen.below = None;
            } else if let Some(before) = screen.tree.take().filter(|before| before.compared().is_some()) {
                screen.below = Some(Box::new((before, std::mem::take(&mut screen.list))));
            }
            if let Some((at, _)) = tree.compared().and_then(|compared| compared.pair.place) {
                screen.choice = Some(PairChoice::Revision(at));
            }
            screen.failure = None;
            screen.sides = None;
            screen.witnesses.clear();
            screen.seeking = None;
            screen.list = List { outline: tree.at_start(), ..List::default() };
            screen.tree = Some(tree);
        }
        // What is there stays, and is not taken for what was asked.
        Err(reason) if screen.tree.is_some() => {
            screen.choice = asked.before;
            app.warn(reason);
        }
        Err(reason) => screen.failure = Some(reason),
    }
    Vec::new()
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::OlderPair => step(app, true),
        Action::NewerPair => step(app, false),
        Action::OlderStop => stop(app, true),
        Action::NewerStop => stop(app, false),
        Action::CompareWith if app.schemas.is_none() => {
            app.warn(no_schemas());
            Vec::new()
        }
        Action::CompareWith => {
            app.prompt = Some(Prompt { purpose: PromptPurpose::Compare, input: Default::default(), job: None, from: None, back: 0 });
            Vec::new()
        }
        Action::ShowFailing => failing_here(app),
        Action::ShowWitness => seek(app),
        Action::Follow => open(app),
        Action::Enter if is_leaf(app) => open(app),
        _ => {
            super::move_list(app, action);
            Vec::new()
        }
    }
}

/// Work that failed is not on its way any more: what was chosen before is chosen again.
pub(super) fn broken(app: &mut App) {
    app.deploy.opening = None;
    app.deploy.seeking = None;
    if let Some(asked) = app.deploy.asked.take() {
        app.deploy.choice = asked.before;
    }
}

#[cfg(test)]
mod tests;
