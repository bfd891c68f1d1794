//! The columns of a table before and now: moving in one moves in both, what fails at a column.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::App;
use super::super::deploy_tree::DeployPlace;
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::sides::SidesScreen;
use super::super::sides_look::SidesLook;
use super::{failing, tables};

/// They came in, or cannot be shown.
pub(super) fn told(app: &mut App, job: JobId, place: &DeployPlace, outcome: Result<Arc<SidesLook>, String>) -> Vec<Effect> {
    if app.deploy.opening.take_if(|known| *known == job).is_none() {
        return Vec::new();
    }
    let for_failing = std::mem::take(&mut app.deploy.for_failing);
    match outcome {
        Ok(look) if for_failing => {
            let groups = look.failing_below(&place.column);
            let name = if place.column.is_empty() { look.title() } else { place.column.clone() };
            if failing::go(app, name, &groups) {
                app.deploy.open = false;
            }
        }
        Ok(look) => app.deploy.sides = Some(SidesScreen::new(look, place)),
        Err(reason) => app.warn(reason),
    }
    Vec::new()
}

/// The other side goes along.
pub(super) fn follow(app: &mut App) {
    if let Some(screen) = &mut app.deploy.sides {
        screen.follow();
    }
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::NextPane | Action::PreviousPane => pane(app),
        Action::ShowFailing => return failing_here(app),
        Action::Follow => {
            let is_open = app.focused().is_some_and(|(list, tree)| list.outline.toggle(&tree));
            if !is_open {
                // A column by itself has nothing below it: on to its schema node.
                return tables::switch(app);
            }
        }
        _ => {
            super::move_list(app, action);
            follow(app);
        }
    }
    Vec::new()
}

fn pane(app: &mut App) {
    let Some(screen) = &mut app.deploy.sides else { return };
    let other = screen.focus.other();
    if screen.look.layout(other).is_some() {
        screen.focus = other;
    } else {
        app.tell("the other side has no columns to go to");
    }
}

/// To the groups that fail at the column or below it.
fn failing_here(app: &mut App) -> Vec<Effect> {
    let Some((look, path)) = app.deploy.sides.as_ref().and_then(|screen| Some((screen.look.clone(), screen.path()?))) else {
        return Vec::new();
    };
    if app.tables.alone {
        app.warn(failing::NO_ROWS);
        return Vec::new();
    }
    let groups = look.failing_below(&path);
    if failing::go(app, path, &groups) {
        app.deploy.open = false;
    }
    Vec::new()
}
