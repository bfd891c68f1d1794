//! Which two states of the schemas the screen of deploys compares.
//!
//! Owns: the first pair, the older and newer ones, those that stop a deploy, what was typed.
//! Refuses: opening and comparing them (work).

use std::path::PathBuf;

use super::super::super::app::App;
use super::super::super::effect::Effect;
use super::{ask, no_schemas};
use crate::triage::revisions::PairChoice;

/// Said while schemas are compared.
const COMPARING: &str = "comparing the tables of both revisions";

/// What is compared without being asked for.
pub(super) fn first(app: &mut App) -> Vec<Effect> {
    let first = app.deploy.deployed.clone().map_or(PairChoice::Revision(0), PairChoice::Against);
    compare(app, first)
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

/// The schemas with what was typed.
pub(in super::super) fn against(app: &mut App, text: &str) -> Vec<Effect> {
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
pub(super) fn step(app: &mut App, is_older: bool) -> Vec<Effect> {
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
pub(super) fn stop(app: &mut App, is_older: bool) -> Vec<Effect> {
    match compared_place(app) {
        Some((from, _)) => compare(app, PairChoice::Stopping { from, is_older }),
        None => {
            app.tell("revisions that stop a deploy are found in the history of a clone, from one of its revisions on");
            Vec::new()
        }
    }
}
