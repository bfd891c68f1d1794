//! Where the cursor of the tables is to go: to the table and column that the screen below is about, as far as they are known yet.

use super::super::app::App;
use super::super::tables::Goal;
use super::case;
use crate::pipeline::destination;
use crate::triage::catalog::{Catalog, HitPlace, TableContents, TableId};
use crate::triage::origin;

/// What the screen below the tables is about.
pub(super) fn below(app: &App) -> Option<Goal> {
    if app.case.is_some() { from_case(app) } else { from_groups(app) }
}

/// The table and column of the case.
fn from_case(app: &App) -> Option<Goal> {
    let screen = app.case.as_ref()?;
    let doctype = screen.case.doctype.as_ref()?;
    let catalog = &app.tables.tree.catalog;
    let shown = screen.case.tables.get(screen.table).map(|table| table.name.as_str()).or(doctype.table.as_deref());
    let is_it = |table: &TableId| {
        let known = &catalog.tables()[*table as usize].doctype;
        shown == Some(&destination::live(&known.namespace, &known.doctype, &known.version))
    };
    let by_table = || (0..catalog.tables().len() as TableId).find(is_it);
    let table = by_table().or_else(|| table_of(catalog, &doctype.namespace, &doctype.doctype, doctype.version.as_deref()))?;
    Some(match case::column(screen) {
        Some(column) => Goal::Column(table, column),
        None => Goal::Table(table),
    })
}

/// The table and column of the group under the cursor.
fn from_groups(app: &App) -> Option<Goal> {
    let tree = &app.groups.tree;
    let item = app.groups.list.outline.item()?;
    let group = tree.group(item)?;
    let key = &group.key;
    let table = table_of(&app.tables.tree.catalog, key.namespace.as_deref()?, key.doctype.as_deref()?, key.version.as_deref())?;
    let path = tree.path_at(item).filter(|path| !path.is_empty());
    Some(path.map_or(Goal::Table(table), |path| Goal::Path(table, path.as_ref().into())))
}

/// The table and column under the cursor of the screen of deploys, or that the opened schemas have no such table; `None` where the line is about none.
pub(super) fn from_deploy(app: &App) -> Option<Result<Goal, String>> {
    let (namespace, doctype, version, column) = match &app.deploy.sides {
        Some(screen) => {
            let doctype = screen.look.table.doctype.clone();
            (doctype.namespace, doctype.doctype, doctype.version, screen.path().unwrap_or_default())
        }
        None => {
            let place = app.deploy.tree.as_ref()?.place(app.deploy.list.outline.item()?)?;
            (place.namespace, place.doctype, place.version, place.column)
        }
    };
    let Some(table) = table_of(&app.tables.tree.catalog, &namespace, &doctype, Some(&version)) else {
        return Some(Err(format!("the opened schemas have no table {namespace}/{doctype}.{version}")));
    };
    Some(Ok(if column.is_empty() { Goal::Table(table) } else { Goal::Dotted(table, column.into()) }))
}

/// The table of a doctype version; without a version the newest that has a layout.
fn table_of(catalog: &Catalog, namespace: &str, doctype: &str, version: Option<&str>) -> Option<TableId> {
    let known = (0..).zip(catalog.tables()).filter(|(_, table)| table.doctype.namespace == namespace && table.doctype.doctype == doctype);
    let fits = known.filter(|(_, table)| {
        version.map_or(!matches!(table.contents, TableContents::Missing(_)), |version| table.doctype.version == version)
    });
    fits.last().map(|(id, _)| id)
}

/// Puts the cursor of the tree on a place.
pub(super) fn go(app: &mut App, place: HitPlace) {
    let tree = app.tables.tree.clone();
    if let Some(item) = tree.item(place) {
        app.tables.list.outline.reveal(tree.as_ref(), item);
    }
}

/// Goes on to where the cursor is to be, as far as it is known yet.
pub(super) fn reach(app: &mut App) {
    let screen = &mut app.tables;
    if let (Some(Goal::Path(table, path)), Some(look)) = (&screen.goal, &screen.look)
        && look.place.table == *table
    {
        let column = look.layout.as_ref().and_then(|layout| origin::column_of_path(layout, path));
        screen.goal = column.map(|column| Goal::Column(*table, column));
    }
    if let (Some(Goal::Dotted(table, path)), Some(look)) = (&screen.goal, &screen.look)
        && look.place.table == *table
    {
        let column = look.layout.as_ref().and_then(|layout| layout.find(path));
        let title = screen.tree.catalog.tables().get(*table as usize).filter(|_| column.is_none()).map(|table| table.doctype.title());
        let gone = title.map(|title| format!("{title} has no column {path} in the opened schemas"));
        screen.goal = column.map(|column| Goal::Column(*table, column));
        if let Some(gone) = gone {
            app.tell(gone);
        }
    }
    let screen = &mut app.tables;
    if let Some(Goal::Column(table, column)) = screen.goal
        && screen.tree.catalog.flat(table).is_some()
    {
        screen.goal = None;
        go(app, HitPlace { table, column: Some(column) });
    }
}
