//! The screen of deploys: coming and going, which revisions are compared, a log that is pasted, the way to a column.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::action::Action;
use super::super::advice;
use super::super::app::{App, Prompt, PromptPurpose};
use super::super::deploy::AskedDeploy;
use super::super::deploy_tree::{DeployLine, DeployTree};
use super::super::effect::Effect;
use super::super::list::List;
use super::super::message::JobId;
use crate::pipeline::witness::Witness;
use crate::triage::revisions::PairChoice;

/// Said while schemas are compared.
const COMPARING: &str = "comparing the tables of both revisions";

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

/// What is compared without being asked for.
fn first(app: &mut App) -> Vec<Effect> {
    let first = app.deploy.deployed.clone().map_or(PairChoice::Revision(0), PairChoice::Against);
    compare(app, first)
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

fn compare(app: &mut App, choice: PairChoice) -> Vec<Effect> {
    if app.schemas.is_none() {
        app.warn(no_schemas());
        return Vec::new();
    }
    let (job, former) = ask(app, COMPARING);
    app.deploy.choice = Some(choice.clone());
    former.into_iter().chain([Effect::CompareSchemas { job, choice, allowlist: app.deploy.allowlist.clone() }]).collect()
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

/// The schemas with what was typed.
pub(super) fn against(app: &mut App, text: &str) -> Vec<Effect> {
    match text.trim() {
        "" => {
            app.warn("name what is deployed: a revision of the schemas, a folder, an archive or repository@revision");
            Vec::new()
        }
        typed => compare(app, PairChoice::Against(PathBuf::from(typed))),
    }
}

/// Which revision of how many is compared, on the screen or below a log.
fn compared_place(app: &App) -> Option<(usize, usize)> {
    let below = app.deploy.below.as_ref().map(|below| &below.0);
    app.deploy.tree.as_ref().into_iter().chain(below).find_map(|tree| tree.compared())?.pair.place
}

/// Another pair of revisions; beside what was typed stands the newest.
fn step(app: &mut App, is_older: bool) -> Vec<Effect> {
    let place = compared_place(app);
    if matches!((&app.deploy.choice, place), (Some(PairChoice::Revision(_)), None)) {
        app.tell("there are no other revisions here: the schemas stand in no history");
        return Vec::new();
    }
    let at = match (&app.deploy.choice, place) {
        (Some(PairChoice::Revision(at)), _) if is_older => at + 1,
        (Some(PairChoice::Revision(0)), _) => {
            app.tell("this is the newest revision");
            return Vec::new();
        }
        (Some(PairChoice::Revision(at)), _) => at - 1,
        (Some(PairChoice::Stopping { .. }), Some((at, _))) if is_older => at + 1,
        (Some(PairChoice::Stopping { .. }), Some((at, _))) => at.saturating_sub(1),
        _ => 0,
    };
    if let Some((_, of)) = place
        && at >= of
    {
        app.tell("this is the oldest revision that has one before it");
        return Vec::new();
    }
    compare(app, PairChoice::Revision(at))
}

/// The nearest revision that stops a deploy: history is judged for it, once.
fn stop(app: &mut App, is_older: bool) -> Vec<Effect> {
    match compared_place(app) {
        Some((from, _)) => compare(app, PairChoice::Stopping { from, is_older }),
        None => {
            app.tell("revisions that stop a deploy are found in the history of a clone, from one of its revisions on");
            Vec::new()
        }
    }
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

/// Looks for the smallest document that shows what the line says of documents.
fn seek(app: &mut App) -> Vec<Effect> {
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
pub(super) fn shown(app: &mut App, job: JobId, place: (usize, usize), found: Vec<Witness>) -> Vec<Effect> {
    if app.deploy.seeking.take_if(|seeking| *seeking == job).is_some() {
        app.deploy.witnesses.insert(place, found);
        app.notice = None;
    }
    Vec::new()
}

/// To the groups that fail under the line's column, or anywhere in its table.
fn failing_here(app: &mut App) -> Vec<Effect> {
    let has_place = app.deploy.tree.as_ref().zip(app.deploy.list.outline.item()).is_some_and(|(tree, item)| tree.place(item).is_some());
    if app.tables.alone {
        app.warn(super::failing::NO_ROWS);
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

fn is_leaf(app: &App) -> bool {
    use crate::ground::outline::Tree;
    let screen = &app.deploy;
    screen.tree.as_ref().zip(screen.list.outline.item()).is_some_and(|(tree, item)| !tree.is_branch(item))
}

/// To the columns of the line's table on both sides.
fn open(app: &mut App) -> Vec<Effect> {
    let Some((tree, item)) = app.deploy.tree.clone().zip(app.deploy.list.outline.item()) else { return Vec::new() };
    let Some(place) = tree.place(item) else {
        if !app.deploy.list.outline.toggle(tree.as_ref()) {
            super::whole::row(app);
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
