//! The screen of a case: a row that was opened, its panes, the tie between their cursors.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::{App, CaseScreen, List, RowScreen, Tie};
use super::super::column_tree::{ColumnLine, ColumnTree};
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::panes::Pane;
use super::super::row_place::OpenedRow;
use crate::ground::outline::Outline;
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::ColumnId;
use crate::pipeline::schema::walk::{instance_of, walk};
use crate::pipeline::sink::{Fate, Landing, Shown};
use crate::pipeline::verdict::judge::Violation;
use crate::triage::case::Case;

/// Levels of a document and schema that are open at first.
const LEVELS_AT_START: usize = 2;

/// Longest value, in bytes, whose form in the row is looked at with every step of the cursor.
const MOST_LOOKED_AT: usize = 16 << 10;

/// The row is there, or why not.
pub(super) fn opened(app: &mut App, job: JobId, outcome: Result<OpenedRow, String>) -> Vec<Effect> {
    if app.opening.take_if(|opening| opening.job == job).is_none() {
        return Vec::new();
    }
    match outcome {
        Ok(OpenedRow { place, case }) => {
            // A line being typed belongs to the list that is covered now.
            app.prompt = None;
            let focus = app.case.as_ref().map_or(Pane::Document, |screen| screen.focus);
            let had_row = app.case.as_ref().is_some_and(|screen| screen.row.is_some());
            let columns = (0..case.tables.len()).filter_map(|table| ColumnTree::new(case.clone(), table)).map(Arc::new);
            let mut screen = CaseScreen {
                place,
                columns: columns.collect(),
                table: case.home,
                case,
                focus,
                lists: Default::default(),
                violation: None,
                warning: None,
                row: None,
                tie: Tie::default(),
            };
            place_cursors(&mut screen);
            app.case = Some(screen);
            if had_row {
                let job = app.next_job();
                return make_row(app, job);
            }
        }
        Err(reason) => app.warn(reason),
    }
    Vec::new()
}

/// Begins to make the row of the table at hand.
pub(super) fn make_row(app: &mut App, job: JobId) -> Vec<Effect> {
    let Some(screen) = &mut app.case else { return Vec::new() };
    if !screen.case.has_preview() {
        return Vec::new();
    }
    screen.row = Some(RowScreen { job, preview: None, list: List::default() });
    vec![Effect::PreviewRow { job, case: screen.case.clone(), table: screen.table, value: screen.tie.value }]
}

/// Puts the cursors on the failing value, the node that broke and its column; focus on the first pane that has something to show.
fn place_cursors(screen: &mut CaseScreen) {
    for pane in Pane::ALL {
        new_list(screen, pane);
    }
    tie(screen, at_fault(&screen.case), None);
    if let Some(node) = screen.tie.node {
        reveal_keyword(screen, node);
    }
    if screen.subject(screen.focus).is_none() {
        screen.focus = Pane::ALL.into_iter().find(|&pane| screen.subject(pane).is_some()).unwrap_or(Pane::Document);
    }
}

/// A pane's list as it is at first.
fn new_list(screen: &mut CaseScreen, pane: Pane) {
    let levels = if pane == Pane::Columns { 0 } else { LEVELS_AT_START };
    let outline = screen.subject(pane).map(|subject| Outline::with_levels(&subject, levels)).unwrap_or_default();
    screen.lists[pane as usize] = List { outline, ..List::default() };
}

/// Ties the panes together at a place, with the columns of its table; `but` is the pane that the user moved in.
fn tie(screen: &mut CaseScreen, tie: Tie, but: Option<Pane>) {
    screen.tie = tie;
    show_table(screen, screen.tie.table);
    show_tie(screen, but);
}

/// Shows the columns of another table.
fn show_table(screen: &mut CaseScreen, table: usize) {
    if screen.table != table && table < screen.columns.len() {
        screen.table = table;
        new_list(screen, Pane::Columns);
    }
}

/// To the other table of a document that is split.
pub(super) fn other_table(app: &mut App) {
    let Some(screen) = &mut app.case else { return };
    if screen.columns.len() < 2 {
        app.tell("all of this document goes to one table");
        return;
    }
    let table = (screen.table + 1) % screen.columns.len();
    let place = Tie { table, column: None, landing: None, becomes: None, ..screen.tie.clone() };
    tie(screen, place, None);
}

/// Opens the node that broke, so that its keywords are in sight.
fn reveal_keyword(screen: &mut CaseScreen, node: NodeId) {
    if let Some(subject) = screen.subject(Pane::Schema) {
        screen.lists[Pane::Schema as usize].outline.set_open(&subject, &[node as usize], true);
    }
}

/// Puts the cursors of the panes on what they have in common. A value without a column stands below `additional_properties`.
fn show_tie(screen: &mut CaseScreen, but: Option<Pane>) {
    let place = &screen.tie;
    let column = screen.columns.get(screen.table).and_then(|tree| match (place.column, &place.landing) {
        (Some(column), _) => Some(tree.item(column) as NodeId),
        (None, Some(landing)) if landing.fate == Fate::Additional => tree.item_of_value(place.value?).map(|item| item as NodeId),
        _ => None,
    });
    let places = [place.value, place.node, column];
    for pane in Pane::ALL.into_iter().filter(|&pane| Some(pane) != but) {
        if let (Some(item), Some(subject)) = (places[pane as usize], screen.subject(pane)) {
            screen.lists[pane as usize].outline.reveal(&subject, item as usize);
        }
    }
}

/// Closes everything in the pane but the way to the failing value, the node that broke or its column; the cursor goes there.
fn fold_around(app: &mut App) {
    let Some(screen) = &mut app.case else { return };
    let fault = at_fault(&screen.case);
    let Some(subject) = screen.subject(screen.focus) else { return };
    let place = match screen.focus {
        Pane::Document => fault.value.map(|value| value as usize),
        Pane::Schema => fault.node.map(|node| node as usize),
        Pane::Columns => {
            let column = fault.column.filter(|_| fault.table == screen.table);
            column.and_then(|column| Some(screen.columns.get(screen.table)?.item(column)))
        }
    };
    let Some(place) = place else {
        app.tell("nothing in this pane is known to be at fault");
        return;
    };
    let outline = &mut screen.lists[screen.focus as usize].outline;
    outline.close_all(&subject);
    outline.reveal(&subject, place);
    follow(screen);
}

/// Finds the place in the other panes after the cursor of the focused one moved.
pub(super) fn follow(screen: &mut CaseScreen) {
    let Some(item) = screen.item(screen.focus).map(|item| item as NodeId) else { return };
    let case = screen.case.clone();
    let failing = case.lead.as_ref().and_then(|broken| broken.node);
    let place = match screen.focus {
        Pane::Document if Some(item) == case.value => at_fault(&case),
        Pane::Schema if failing.is_some_and(|node| node == item) => at_fault(&case),
        Pane::Document => at_value(&case, screen.table, item),
        Pane::Schema => at_node(&case, screen.table, item),
        Pane::Columns => match screen.columns.get(screen.table).map(|tree| tree.line(item as usize)) {
            Some(ColumnLine::Column(column)) => at_column(&case, screen.table, column),
            Some(ColumnLine::Additional(value)) => in_table(&case, screen.table, value),
            None => Tie::default(),
        },
    };
    tie(screen, place, Some(screen.focus));
}

fn at_fault(case: &Case) -> Tie {
    // BigQuery names no node of the schema: then it is the one that speaks about the value.
    let node = match &case.lead {
        Some(broken) => broken.node,
        None => case.value.and_then(|value| node_of(case, value)),
    };
    let reported = || (case.home, case.landing.clone());
    let (table, landing) = case.cause().map_or_else(reported, |cause| landing_of(case, &cause.violation));
    landed(case, Tie { value: case.value, node, table, landing, ..Tie::default() })
}

/// Where what a violation is about lands, with its table.
fn landing_of(case: &Case, violation: &Violation) -> (usize, Option<Landing>) {
    case.landing_of(violation).map_or((case.home, None), |(table, landing)| (table, Some(landing)))
}

/// With the column of its landing, and what its value becomes.
fn landed(case: &Case, place: Tie) -> Tie {
    let is_changed = place.landing.as_ref().is_some_and(|landing| landing.fate == Fate::Changed);
    let is_short = |value: &NodeId| case.document.as_ref().is_some_and(|document| document.raw(*value).len() <= MOST_LOOKED_AT);
    let changed = place.value.filter(|value| is_changed && is_short(value));
    let becomes = changed.zip(case.tables.get(place.table)).and_then(|(value, table)| match table.becomes(value)? {
        Shown::Json(text) => Some(text.to_string()),
        Shown::Null | Shown::Long(_) => None,
    });
    Tie { column: place.landing.as_ref().and_then(|landing| landing.column), becomes, ..place }
}

/// At a value, in the table that it goes to; `table` where both parts of the document have it.
fn at_value(case: &Case, table: usize, value: NodeId) -> Tie {
    let Some(document) = &case.document else { return Tie::default() };
    let table = case.table_of(&document.tokens(value)).unwrap_or(table);
    in_table(case, table, value)
}

fn in_table(case: &Case, table: usize, value: NodeId) -> Tie {
    let Some(document) = &case.document else { return Tie::default() };
    let tokens = document.tokens(value);
    let node = node_of(case, value);
    let landing = case.tables.get(table).map(|table| table.landing(&tokens));
    landed(case, Tie { value: Some(value), node, table, landing, ..Tie::default() })
}

/// The node of the schema that speaks about a value.
fn node_of(case: &Case, value: NodeId) -> Option<NodeId> {
    let (schema, document) = case.schema.as_ref().zip(case.document.as_ref())?;
    walk(schema, &document.tokens(value)).nodes.first().copied()
}

/// A keyword belongs to the schema node around it: the nearest one that speaks about a value of the document.
fn at_node(case: &Case, table: usize, item: NodeId) -> Tie {
    let nowhere = Tie { node: Some(item), table, ..Tie::default() };
    let (Some(schema), Some(document)) = (&case.schema, &case.document) else { return nowhere };
    let value = schema.document.ancestors(item).find_map(|node| instance_of(schema, node, document));
    match value {
        Some(value) => Tie { node: Some(item), ..at_value(case, table, value) },
        None => nowhere,
    }
}

fn at_column(case: &Case, table: usize, column: ColumnId) -> Tie {
    match case.tables.get(table).and_then(|table| table.value_of(column)) {
        Some(value) => Tie { column: Some(column), ..in_table(case, table, value) },
        None => Tie { column: Some(column), table, ..Tie::default() },
    }
}

/// The column that the case is about at the moment: the one under the cursor of its columns, or where the value lands.
pub(super) fn column(screen: &CaseScreen) -> Option<ColumnId> {
    match screen.focus {
        Pane::Columns => match screen.columns.get(screen.table)?.line(screen.item(Pane::Columns)?) {
            ColumnLine::Column(column) => Some(column),
            ColumnLine::Additional(_) => screen.tie.column,
        },
        _ => screen.tie.column,
    }
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(screen) = &mut app.case else { return Vec::new() };
    match action {
        Action::NextPane => screen.focus = screen.focus.next(true),
        Action::PreviousPane => screen.focus = screen.focus.next(false),
        Action::NextRow => return step(app, 1),
        Action::PreviousRow => return step(app, -1),
        Action::JumpToFault => {
            (screen.violation, screen.warning) = (None, None);
            tie(screen, at_fault(&screen.case), None);
        }
        Action::FoldAround => fold_around(app),
        Action::RowOrder => return super::remote::next_order(app),
        Action::NextViolation => step_violation(app, true),
        Action::PreviousViolation => step_violation(app, false),
        Action::NextWarning => step_warning(app, true),
        Action::PreviousWarning => step_warning(app, false),
        Action::OtherTable => other_table(app),
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

/// To the next or previous thing that is wrong by the replayed judgement, around the end.
fn step_violation(app: &mut App, forward: bool) {
    let Some(screen) = &mut app.case else { return };
    let case = screen.case.clone();
    let list = case.replay.as_ref().map_or(&[][..], |replay| &replay.violations.causes);
    // What is reported is the first of them.
    let first = case.replay.as_ref().and_then(|replay| replay.violation.as_ref()).map(|_| 0);
    let Some(last) = list.len().checked_sub(1) else {
        app.tell("no violations are known: this row cannot be judged here");
        return;
    };
    // Where the row reports another fault, the only thing that is wrong is still one to go to.
    if (first, last) == (Some(0), 0) {
        app.tell("nothing else is broken");
        return;
    }
    let next = around(screen.violation.or(first), last, forward);
    screen.violation = Some(next);
    let violation = &list[next].violation;
    let (table, landing) = landing_of(&case, violation);
    let place = Tie { value: Some(violation.instance), node: Some(violation.node), table, landing, ..Tie::default() };
    tie(screen, landed(&case, place), None);
    reveal_keyword(screen, violation.node);
}

/// To the next or previous value that costs the row or is lost.
fn step_warning(app: &mut App, forward: bool) {
    let Some(screen) = &mut app.case else { return };
    let case = screen.case.clone();
    let Some(last) = case.warnings.list.len().checked_sub(1) else {
        let known = if case.tables.iter().any(|table| table.landed().is_some()) { "every value has a place" } else { "no row is known" };
        app.tell(format!("no warnings: {known}"));
        return;
    };
    let next = around(screen.warning, last, forward);
    screen.warning = Some(next);
    let warning = &case.warnings.list[next];
    tie(screen, in_table(&case, warning.table, warning.node), None);
}

/// The next or previous position up to the last, around the end.
fn around(at: Option<usize>, last: usize, forward: bool) -> usize {
    match (at, forward) {
        (None, true) => 0,
        (None, false) => last,
        (Some(at), true) => (at + 1) % (last + 1),
        (Some(at), false) => (at + last) % (last + 1),
    }
}

/// The next or previous row of the group.
fn step(app: &mut App, by: isize) -> Vec<Effect> {
    let Some(screen) = &app.case else { return Vec::new() };
    let place = app.opening.as_ref().map_or(&screen.place, |opening| &opening.place);
    let (of, from) = (place.of.clone(), place.index);
    let (rows, all) = (app.more.of(of.group()).1.len(), of.group().count);
    if by > 0 && from + 1 == rows && (rows as u64) < all {
        return super::remote::ask_for_more(app, of);
    }
    match from.checked_add_signed(by).and_then(|index| app.more.place(of, index)) {
        Some(place) => super::groups::open_row(app, place),
        None => {
            app.tell(if by > 0 { "the last document of this group" } else { "the first document of this group" });
            Vec::new()
        }
    }
}
