//! The screen of tables: coming and going, columns coming in, looks at the line under the cursor.

use std::sync::Arc;

use super::super::action::Action;
use super::super::advice;
use super::super::app::App;
use super::super::effect::Effect;
use super::super::hit_tree;
use super::super::look::Look;
use super::super::message::JobId;
use super::super::panes::TablePane;
use super::super::table_tree::TableTree;
use super::super::tables::{AskedPlace, Goal};
use super::{failing, find, goal, losses};
use crate::ground::outline::{Outline, Tree};
use crate::pipeline::document::NodeId;
use crate::rows::schemas::RevisionAge;
use crate::triage::catalog::HitPlace;
use crate::triage::origin;

/// Levels of a schema that are open at first.
const LEVELS_AT_START: usize = 2;

/// Which revision the schemas are of, behind their name from now on; old ones are pointed out.
pub(super) fn aged(app: &mut App, age: &RevisionAge) {
    if let Some(name) = &mut app.schemas {
        name.push_str(&format!(" at {age}"));
    }
    if age.is_old() && app.notice.is_none() {
        app.warn(advice::old_schemas(age));
    }
}

/// Goes to the tables, at what is under the cursor of the screen below; or back.
pub(super) fn switch(app: &mut App) -> Vec<Effect> {
    let from_deploy = app.deploy.open;
    if app.tables.alone && !from_deploy {
        app.tell("these are the tables; there are no rows to go back to");
        return Vec::new();
    }
    if app.tables.open && !from_deploy {
        return leave(app);
    }
    if app.schemas.is_none() {
        app.warn(format!("there are no tables to show: {}", advice::GIVE_SCHEMAS));
        return Vec::new();
    }
    app.tables.open = true;
    app.deploy.open = false;
    let mut effects = losses::leave(app);
    let mut gone = None;
    let goal = match from_deploy.then(|| goal::from_deploy(app)).flatten() {
        Some(Ok(goal)) => Some(goal),
        Some(Err(reason)) => {
            gone = Some(reason);
            None
        }
        None if from_deploy => None,
        None => goal::below(app),
    };
    match goal {
        Some(goal) => {
            effects.extend(find::end(app));
            app.tables.focus = TablePane::Tree;
            let (Goal::Table(table) | Goal::Column(table, _) | Goal::Path(table, _) | Goal::Dotted(table, _)) = goal;
            app.tables.goal = Some(goal);
            goal::go(app, HitPlace { table, column: None });
            goal::reach(app);
        }
        None if from_deploy => {
            if let Some(reason) = gone {
                app.tell(reason);
            }
        }
        None if app.groups.tree.is_empty() => {}
        None => app.tell("the schemas have no table for what was under the cursor"),
    }
    effects.extend(read_once(app));
    effects
}

/// Begins to read the columns, unless that was done before.
pub(super) fn read_once(app: &mut App) -> Option<Effect> {
    let screen = &app.tables;
    (!screen.read && screen.reading.is_none()).then(|| {
        app.tables.reading = Some(Default::default());
        Effect::ReadTables { job: app.next_job() }
    })
}

/// Back to the screen below; without one, out.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    if app.tables.alone {
        return vec![Effect::Quit];
    }
    app.tables.open = false;
    Vec::new()
}

/// One step back: from the schema to the tree, from a search to the tree, to the screen below.
pub(super) fn back(app: &mut App) -> Vec<Effect> {
    if app.tables.focus == TablePane::Schema {
        if app.tables.schema.search.take().is_none() {
            app.tables.focus = TablePane::Tree;
        }
        return Vec::new();
    }
    if app.tables.search.is_some() {
        return find::end(app);
    }
    if app.tables.alone {
        super::nothing_behind(app);
        return Vec::new();
    }
    leave(app)
}

/// Tables came in: by name, or with their columns.
pub(super) fn replace(app: &mut App, tree: Arc<TableTree>, done: bool) -> Vec<Effect> {
    let screen = &mut app.tables;
    if screen.read && !done {
        return Vec::new();
    }
    if screen.tree.is_empty() {
        screen.list.outline = Outline::with_levels(tree.as_ref(), 0);
    } else {
        screen.list.outline.refresh(screen.tree.as_ref(), tree.as_ref());
    }
    screen.tree = tree;
    screen.read |= done;
    if done {
        screen.reading = None;
    }
    goal::reach(app);
    find::again(app)
}

/// What is known of a place came in.
pub(super) fn looked(app: &mut App, job: JobId, outcome: Result<Arc<Look>, String>) -> Vec<Effect> {
    let screen = &mut app.tables;
    if screen.asked.as_ref().is_none_or(|asked| asked.job != job) {
        return Vec::new();
    }
    match outcome {
        Ok(look) => {
            let before = screen.look.replace(look.clone());
            if screen.focus == TablePane::Tree {
                screen.node = look.node;
                show_schema(app, before.as_deref());
            }
            goal::reach(app);
        }
        // The line itself says what is wrong with the table.
        Err(_) => screen.look = None,
    }
    Vec::new()
}

/// Puts the schema's cursor on the node that fills the column.
fn show_schema(app: &mut App, before: Option<&Look>) {
    let screen = &mut app.tables;
    let Some(schema) = screen.look.as_ref().and_then(|look| look.schema.as_ref()) else { return };
    let same = before.and_then(|before| before.schema.as_ref()).is_some_and(|before| Arc::ptr_eq(before, schema));
    if !same {
        screen.schema = Default::default();
        screen.schema.outline = Outline::with_levels(&schema.document, LEVELS_AT_START);
    }
    if let Some(node) = screen.node {
        screen.schema.outline.reveal(&schema.document, node as usize);
        screen.schema.outline.set_open(&schema.document, &[node as usize], true);
    }
}

/// Asks for what is to be known of the place under the cursor, where that is another one now.
pub(super) fn follow(app: &mut App) -> Vec<Effect> {
    if !app.tables.open {
        return Vec::new();
    }
    let groups = app.groups.tree.groups.clone();
    let screen = &mut app.tables;
    let Some(place) = screen.place() else {
        screen.node = None;
        return screen.asked.take().map(|asked| Effect::Cancel(asked.job)).into_iter().collect();
    };
    if screen.asked.as_ref().is_some_and(|asked| asked.place == place && Arc::ptr_eq(&asked.groups, &groups)) {
        return Vec::new();
    }
    let job = app.next_job();
    let screen = &mut app.tables;
    if screen.focus == TablePane::Tree {
        screen.node = None;
    }
    let former = screen.asked.replace(AskedPlace { job, place, groups: groups.clone() });
    let cancel = former.map(|asked| Effect::Cancel(asked.job));
    cancel.into_iter().chain([Effect::Look { job, place, groups }]).collect()
}

/// The cursor of the schema moved: the tree goes to the column that the node fills.
pub(super) fn follow_schema(app: &mut App) {
    let screen = &mut app.tables;
    if screen.focus != TablePane::Schema {
        return;
    }
    let (Some(item), Some(look)) = (screen.schema.outline.item(), screen.look.clone()) else { return };
    let (Some(layout), Some(schema)) = (&look.layout, &look.schema) else { return };
    // A keyword belongs to the schema node around it.
    let column = schema.document.ancestors(item as NodeId).find_map(|node| origin::column_of(layout, schema, node));
    if let Some(column) = column
        && screen.search.is_none()
    {
        screen.node = Some(item as NodeId);
        goal::go(app, HitPlace { table: look.place.table, column: Some(column) });
    }
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    app.tables.goal = None;
    match action {
        Action::NextPane | Action::PreviousPane => pane(app),
        Action::Follow if super::reference::follow(app) => {}
        Action::Follow => return enter(app),
        Action::Enter if app.tables.focus == TablePane::Tree && is_result(app) => return enter(app),
        Action::ShowFailing => return failing::show(app),
        Action::ShowLosses => return losses::ask(app),
        _ => {
            super::move_list(app, action);
            follow_schema(app);
        }
    }
    Vec::new()
}

fn pane(app: &mut App) {
    let no_schema = app.tables.known().is_none_or(|look| look.schema.is_none());
    if app.tables.focus == TablePane::Tree && no_schema {
        let why = app.tables.known().and_then(|look| look.no_schema.clone());
        app.tell(why.unwrap_or_else(|| "no table is chosen, so there is no schema to show".to_owned()));
        return;
    }
    app.tables.focus = app.tables.focus.next();
}

/// Whether the line under the cursor is one that a search found and that holds no others.
fn is_result(app: &App) -> bool {
    match app.tables.hit() {
        Some(hit_tree::HitLine::Hit(_, places)) => places.len() == 1,
        Some(hit_tree::HitLine::Place(_)) => true,
        None => false,
    }
}

/// Opens the line; shows what was found in its table; goes to the schema node of a column and back.
fn enter(app: &mut App) -> Vec<Effect> {
    if app.tables.focus == TablePane::Schema {
        app.tables.focus = TablePane::Tree;
        return Vec::new();
    }
    if is_result(app) {
        let Some(place) = app.tables.place() else { return Vec::new() };
        let effects = find::end(app);
        app.tables.goal = place.column.map(|column| Goal::Column(place.table, column));
        goal::go(app, HitPlace { column: None, ..place });
        goal::reach(app);
        return effects;
    }
    let Some((list, tree)) = app.focused() else { return Vec::new() };
    if list.outline.toggle(&tree) {
        return Vec::new();
    }
    let is_column = app.tables.place().is_some_and(|place| place.column.is_some());
    if is_column && app.tables.node.is_none() && app.tables.known().is_some_and(|look| look.schema.is_some()) {
        app.tell("the schema says nothing about this column");
    } else if is_column {
        pane(app);
    }
    Vec::new()
}
