//! The screen of a case: a row that was opened, its panes, the tie between their cursors.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::{App, CaseScreen, List, Tie};
use super::super::message::{Effect, JobId};
use super::super::panes::Pane;
use crate::case::Case;
use crate::document::NodeId;
use crate::outline::Outline;
use crate::schemas::walk::{instance_of, walk};
use crate::sink;

/// Levels of a document and schema that are open at first.
const LEVELS_AT_START: usize = 2;

/// The row is there, or why not.
pub fn opened(app: &mut App, job: JobId, outcome: Result<Arc<Case>, String>) -> Vec<Effect> {
    let Some(opening) = app.opening.take_if(|opening| opening.job == job) else { return Vec::new() };
    match outcome {
        Ok(case) => {
            // A line being typed belongs to the list that is covered now.
            app.prompt = None;
            let focus = app.case.as_ref().map_or(Pane::Document, |screen| screen.focus);
            let mut screen = CaseScreen {
                tree: opening.tree,
                group: opening.group,
                index: opening.index,
                case,
                focus,
                lists: Default::default(),
                violation: None,
                tie: Tie::default(),
            };
            place_cursors(&mut screen);
            app.case = Some(screen);
        }
        Err(reason) => app.warn(reason),
    }
    Vec::new()
}

/// Puts the cursors on the failing value, the node that broke and its column; focus on the first pane that has something to show.
fn place_cursors(screen: &mut CaseScreen) {
    for pane in Pane::ALL {
        let levels = if pane == Pane::Columns { 0 } else { LEVELS_AT_START };
        let outline = match screen.subject(pane) {
            Some(subject) => Outline::with_levels(&subject, levels),
            None => Outline::default(),
        };
        screen.lists[pane as usize] = List { outline, ..List::default() };
    }
    let case = screen.case.clone();
    let node = case.broken.as_ref().and_then(|broken| broken.node);
    let landing = case.landing.clone();
    let column = landing.as_ref().and_then(|landing| landing.column);
    screen.tie = Tie { value: case.value, node, column, landing };
    show_tie(screen, None);
    if let Some(node) = node {
        reveal_keyword(screen, node);
    }
    if screen.subject(screen.focus).is_none() {
        screen.focus = Pane::ALL.into_iter().find(|&pane| screen.subject(pane).is_some()).unwrap_or(Pane::Document);
    }
}

/// Opens the node that broke, so that its keywords are in sight.
fn reveal_keyword(screen: &mut CaseScreen, node: NodeId) {
    if let Some(subject) = screen.subject(Pane::Schema) {
        screen.lists[Pane::Schema as usize].outline.set_open(&subject, &[node as usize], true);
    }
}

/// Puts the cursors of the panes on what they have in common; `but` is the pane that the user moved in.
fn show_tie(screen: &mut CaseScreen, but: Option<Pane>) {
    let places = [screen.tie.value, screen.tie.node, screen.tie.column];
    for pane in Pane::ALL.into_iter().filter(|&pane| Some(pane) != but) {
        if let (Some(item), Some(subject)) = (places[pane as usize], screen.subject(pane)) {
            screen.lists[pane as usize].outline.reveal(&subject, item as usize);
        }
    }
}

/// Finds the place in the other panes after the cursor of the focused one moved.
pub fn follow(screen: &mut CaseScreen) {
    let Some(item) = screen.item(screen.focus).map(|item| item as NodeId) else { return };
    let case = screen.case.clone();
    let failing = case.broken.as_ref().and_then(|broken| broken.node);
    screen.tie = match screen.focus {
        Pane::Document if Some(item) == case.value => at_fault(&case),
        Pane::Schema if failing.is_some_and(|node| node == item) => at_fault(&case),
        Pane::Document => at_value(&case, item),
        Pane::Schema => at_node(&case, item),
        Pane::Columns => at_column(&case, item),
    };
    show_tie(screen, Some(screen.focus));
}

fn at_fault(case: &Case) -> Tie {
    let landing = case.landing.clone();
    Tie {
        value: case.value,
        node: case.broken.as_ref().and_then(|broken| broken.node),
        column: landing.as_ref().and_then(|landing| landing.column),
        landing,
    }
}

fn at_value(case: &Case, value: NodeId) -> Tie {
    let Some(document) = &case.document else { return Tie::default() };
    let tokens = document.tokens(value);
    let node = case.schema.as_ref().and_then(|schema| walk(schema, &tokens).nodes.first().copied());
    let landing = case.layout.as_ref().map(|layout| sink::landing(layout, &tokens, Some(document)));
    Tie { value: Some(value), node, column: landing.as_ref().and_then(|landing| landing.column), landing }
}

/// A keyword belongs to the schema node around it: the nearest one that speaks about a value of the document.
fn at_node(case: &Case, item: NodeId) -> Tie {
    let (Some(schema), Some(document)) = (&case.schema, &case.document) else {
        return Tie { node: Some(item), ..Tie::default() };
    };
    let value = schema.document.ancestors(item).find_map(|node| instance_of(schema, node, document));
    match value {
        Some(value) => Tie { node: Some(item), ..at_value(case, value) },
        None => Tie { node: Some(item), ..Tie::default() },
    }
}

fn at_column(case: &Case, item: NodeId) -> Tie {
    let (Some(layout), Some(document)) = (&case.layout, &case.document) else {
        return Tie { column: Some(item), ..Tie::default() };
    };
    match sink::value_of(layout, item, document) {
        Some(value) => Tie { column: Some(item), ..at_value(case, value) },
        None => Tie { column: Some(item), ..Tie::default() },
    }
}

/// An action on this screen.
pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(screen) = &mut app.case else { return Vec::new() };
    match action {
        Action::NextPane => screen.focus = screen.focus.next(true),
        Action::PreviousPane => screen.focus = screen.focus.next(false),
        Action::NextRow => return step(app, 1),
        Action::PreviousRow => return step(app, -1),
        Action::JumpToFault => {
            screen.violation = None;
            screen.tie = at_fault(&screen.case);
            show_tie(screen, None);
        }
        Action::RowOrder => return super::remote::next_order(app),
        Action::NextViolation => step_violation(app, true),
        Action::PreviousViolation => step_violation(app, false),
        _ => {
            if super::move_list(app, action)
                && let Some(screen) = &mut app.case
            {
                follow(screen);
            }
        }
    }
    Vec::new()
}

/// To the next or previous violation of the replayed judgement, around the end.
fn step_violation(app: &mut App, forward: bool) {
    let Some(screen) = &mut app.case else { return };
    let case = screen.case.clone();
    let list = case.replay.as_ref().map_or(&[][..], |replay| &replay.violations.list);
    let reported = case.replay.as_ref().and_then(|replay| replay.violation.as_ref());
    let first = list
        .iter()
        .position(|violation| reported.is_some_and(|reported| violation.node == reported.node && violation.tokens == reported.tokens));
    let Some(last) = list.len().checked_sub(1) else {
        app.tell("no violations are known: there is no judgement to replay");
        return;
    };
    let next = match (screen.violation.or(first), forward) {
        (None, true) => 0,
        (None, false) => last,
        (Some(at), true) => (at + 1) % list.len(),
        (Some(at), false) => (at + last) % list.len(),
    };
    screen.violation = Some(next);
    let violation = &list[next];
    let landing = case.landing_of(violation);
    let column = landing.as_ref().and_then(|landing| landing.column);
    screen.tie = Tie { value: Some(violation.instance), node: Some(violation.node), column, landing };
    show_tie(screen, None);
    reveal_keyword(screen, violation.node);
}

/// The next or previous row of the group.
fn step(app: &mut App, by: isize) -> Vec<Effect> {
    let Some(screen) = &app.case else { return Vec::new() };
    let (tree, group) = (screen.tree.clone(), screen.group);
    let from = app.opening.as_ref().map_or(screen.index, |opening| opening.index);
    let (rows, all) = (app.more.of(screen.group()).len(), screen.group().count);
    if by > 0 && from + 1 == rows && (rows as u64) < all {
        return super::remote::ask_for_more(app, tree, group, rows);
    }
    match from.checked_add_signed(by).filter(|&index| index < rows) {
        Some(index) => vec![super::groups::open_row(app, tree, group, index)],
        None => {
            app.tell(if by > 0 { "the last document of this group" } else { "the first document of this group" });
            Vec::new()
        }
    }
}
