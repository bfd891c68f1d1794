//! Copying: what goes to the clipboard.

use super::super::action::Action;
use super::super::app::{App, CaseScreen};
use super::super::column_tree::ColumnLine;
use super::super::effect::Effect;
use super::super::group_tree::GroupLevel;
use super::super::panes::TablePane;
use super::super::row_place::GroupPlace;
use super::super::subject::Subject;
use super::super::tables::TableScreen;
use super::export;
use crate::ground::text::plural;
use crate::pipeline::compat::column_text;
use crate::pipeline::destination::{self, Stage};
use crate::pipeline::document::{Document, NodeId, PathStyle};
use crate::pipeline::layout::ColumnId;
use crate::pipeline::sink;
use crate::rows::column::ErrorColumn;
use crate::rows::group::Group;
use crate::rows::source::RowOrder;
use crate::triage::catalog::{Catalog, TableId};
use crate::tui::clipboard::Copied;

/// The effect that copies, or a notice why there is nothing to copy.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::CopyList => return list(app),
        Action::CopyCommand => return command(app),
        _ => {}
    }
    if app.deploy.open {
        return from_deploy(app, action);
    }
    if app.tables.open && app.tables.losses.is_some() {
        return from_losses(app, action);
    }
    if is_overview(app) {
        return from_overview(app);
    }
    if action == Action::CopyDdl {
        return ddl(app);
    }
    if action == Action::CopySql && app.case.is_none() && !app.tables.open {
        let tree = &app.groups.tree;
        let leaf = app.groups.list.outline.item().filter(|&item| tree.group_at(item).is_some());
        return vec![Effect::Sql(leaf.and_then(|item| GroupPlace::of_item(tree, item)))];
    }
    let is_column = app.tables.open && app.tables.focus == TablePane::Tree;
    let is_group = app.case.is_none() && !app.tables.open;
    let what = match action {
        Action::CopyValue | Action::CopyPointer if is_column => "path",
        Action::CopyKey if is_column => "name",
        Action::CopyRaw => "query for the raw row",
        Action::CopyDecoded => "query for the decoded row",
        Action::CopyValue if is_group && leaf_under_cursor(app) => "sentence",
        Action::CopyValue if is_group => "name",
        Action::CopyValue => "value",
        Action::CopyPointer => "JSON pointer",
        Action::CopyJq => "jq path",
        Action::CopySql => "SQL expression",
        Action::CopyMessage => "error message",
        _ if is_group => "fingerprint",
        _ => "key",
    };
    match text(app, action) {
        Some(text) => vec![Effect::copy(what, text)],
        None => {
            app.warn(format!("no {what} here"));
            Vec::new()
        }
    }
}

fn text(app: &App, action: Action) -> Option<String> {
    match &app.case {
        _ if app.tables.open => from_tables(&app.tables, action),
        Some(screen) => from_case(app, screen, action),
        None => from_groups(app, action),
    }
}

/// The value under the cursor as it is copied.
pub(super) fn value(app: &App) -> Option<String> {
    match app.deploy.open {
        true => of_deploy(app, Action::CopyValue).1,
        false if is_overview(app) => of_overview(app),
        false if app.tables.open && app.tables.losses.is_some() => of_losses(app, Action::CopyValue),
        false => text(app, Action::CopyValue),
    }
}

fn is_overview(app: &App) -> bool {
    app.overview.open && !app.tables.open
}

/// What stands on the line of losses under the cursor: its words, or the SQL of its place.
fn of_losses(app: &App, action: Action) -> Option<String> {
    let screen = app.tables.losses.as_ref()?;
    let (tree, item) = (screen.tree.as_ref()?, screen.list.outline.item()?);
    if action == Action::CopySql { tree.sql(item) } else { tree.value(item) }
}

fn from_losses(app: &mut App, action: Action) -> Vec<Effect> {
    match (action, of_losses(app, action)) {
        (Action::CopySql, Some(sql)) => vec![Effect::copy("SQL", sql)],
        (Action::CopySql, None) => {
            app.warn("no SQL brings back what is lost here");
            Vec::new()
        }
        (Action::CopyValue | Action::CopyPointer | Action::CopyKey, Some(text)) => vec![Effect::copy("line", text)],
        _ => {
            app.warn("this cannot be copied here");
            Vec::new()
        }
    }
}

/// The name on the line under the cursor.
fn of_overview(app: &App) -> Option<String> {
    app.overview.tree.as_ref()?.value(app.overview.list.outline.item()?)
}

fn from_overview(app: &mut App) -> Vec<Effect> {
    match of_overview(app) {
        Some(text) => vec![Effect::copy("name", text)],
        None => {
            app.warn("no name here");
            Vec::new()
        }
    }
}

/// Of a cause the line that ends it, its message, its column; of a column its path, its name, itself as a schema file has it.
fn of_deploy(app: &App, action: Action) -> (&'static str, Option<String>) {
    match app.focused_item() {
        Some((item, Subject::Deploy(tree))) => match action {
            Action::CopyValue | Action::CopySql => ("line that ends it", tree.mend(item)),
            Action::CopyMessage => ("error message", tree.message(item)),
            Action::CopyKey => ("table", tree.place(item).map(|place| format!("{}.{}.{}", place.namespace, place.doctype, place.version))),
            _ => ("path", tree.place(item).map(|place| place.column).filter(|column| !column.is_empty())),
        },
        Some((item, Subject::Layout(layout))) => match action {
            Action::CopyValue => ("column", Some(column_text(&layout, item as ColumnId, None, None))),
            Action::CopyKey => ("name", layout.get(item as ColumnId).map(|column| column.name.to_string())),
            Action::CopySql => ("SQL expression", Some(sink::select(&layout, item as ColumnId))),
            Action::CopyPointer => ("path", Some(layout.path(item as ColumnId))),
            _ => ("message", None),
        },
        _ => ("line", None),
    }
}

fn from_deploy(app: &mut App, action: Action) -> Vec<Effect> {
    match of_deploy(app, action) {
        (what, Some(text)) => vec![Effect::copy(what, text)],
        (what, None) => {
            app.warn(format!("no {what} here"));
            Vec::new()
        }
    }
}

/// Most lines that are copied of a list.
const MOST_LINES: usize = 10_000;

/// Most bytes that are copied of a list.
const MOST_BYTES: usize = 4 << 20;

/// What stands on the lines of the list that has the keys: the lines that are open, not only those in sight.
fn list(app: &mut App) -> Vec<Effect> {
    let Some(subject) = app.subject(app.focus()) else {
        app.warn("there is no list here");
        return Vec::new();
    };
    let Some(list) = app.list(app.focus()) else { return Vec::new() };
    let (all, mut text, mut taken) = (list.outline.rows(), String::new(), 0u64);
    let (mut seen, mut is_cut) = (0, false);
    for item in list.outline.items() {
        seen += 1;
        if seen > MOST_LINES {
            is_cut = true;
            break;
        }
        let Some(value) = subject.value_of(item) else { continue };
        if text.len() + value.len() > MOST_BYTES {
            is_cut = true;
            break;
        }
        // A line each, whatever a value holds.
        text.push_str(&value.replace(['\n', '\r'], " "));
        text.push('\n');
        taken += 1;
    }
    if taken == 0 {
        app.warn("no line of this list holds anything to copy");
        return Vec::new();
    }
    let cut = if is_cut { format!(" of the first of {}", plural(all as u64, "line", "lines")) } else { String::new() };
    let what = format!("{}, {}{cut}", subject.column(), plural(taken, "value", "values"));
    vec![Effect::Copy { what, text }]
}

/// The command that shows what is shown here.
fn command(app: &mut App) -> Vec<Effect> {
    let Some(command) = &app.command else {
        app.warn("the command that opens this source is not known here");
        return Vec::new();
    };
    let opened = app.case.as_ref().map(|screen| &screen.place);
    let group = opened.map(|place| place.of.group()).or_else(|| group_under_cursor(app)).map(|group| group.fingerprint.to_string());
    // In another order, or among rows that were looked for, a number means another document.
    let usual = opened.filter(|place| place.order == RowOrder::default() && !app.more.held.contains(&place.of.group().fingerprint));
    let line = command.line(group.as_deref(), usual.map(|place| place.index + 1));
    vec![Effect::copy("command", line)]
}

/// The statement that makes the table under the cursor: thousands of columns take longer than a key may.
fn ddl(app: &mut App) -> Vec<Effect> {
    let layout = app.tables.known().and_then(|look| Some((look.place.table, look.layout.clone()?)));
    let Some((table, layout)) = layout else {
        app.warn("no table layout here, so no CREATE TABLE statement");
        return Vec::new();
    };
    let table = live(&app.tables.tree.catalog, table).unwrap_or_default();
    vec![Effect::WriteDdl { layout, table }]
}

/// A text was written that is to be copied.
pub(super) fn written(app: &mut App, what: &'static str, outcome: Result<String, String>) -> Vec<Effect> {
    match outcome {
        Ok(text) => vec![Effect::copy(what, text)],
        Err(reason) => {
            app.warn(reason);
            Vec::new()
        }
    }
}

/// The live table.
fn live(catalog: &Catalog, table: TableId) -> Option<String> {
    let tables = catalog.tables().get(table as usize)?.destinations();
    destination::first_live(&tables).or_else(|| tables.first().map(destination::DestinationTable::path))
}

/// What became of a copy.
pub(super) fn copied(app: &mut App, what: &str, outcome: Result<Copied, String>) -> Vec<Effect> {
    match outcome {
        Ok(Copied::System) => app.tell(format!("copied the {what}")),
        Ok(Copied::Terminal(sequence)) => {
            app.tell(format!("sent the {what} to the terminal's clipboard"));
            return vec![Effect::Send(sequence)];
        }
        Err(reason) => {
            let instead = if export::is_possible(app) { app.keymap.words("; ", Action::Export, " writes one") } else { String::new() };
            app.warn(format!("{reason}{instead}"));
        }
    }
    Vec::new()
}

fn group_under_cursor(app: &App) -> Option<&Group> {
    let item = app.groups.list.outline.item()?;
    app.groups.tree.group_at(item)
}

fn leaf_under_cursor(app: &App) -> bool {
    app.groups.list.outline.item().is_some_and(|item| app.groups.tree.is_leaf(item))
}

/// What the line under the cursor says, its path, or what is known of its group.
fn from_groups(app: &App, action: Action) -> Option<String> {
    let tree = &app.groups.tree;
    let item = app.groups.list.outline.item()?;
    let group = tree.group_at(item);
    let line = &tree.items[item];
    match (action, line.level) {
        (Action::CopyValue, GroupLevel::PathAndFault | GroupLevel::Fault | GroupLevel::Whole) => group.map(Group::sentence),
        (Action::CopyPointer, GroupLevel::Path) => Some(line.label.trim_end_matches('/').to_owned()),
        (Action::CopyValue, _) => Some(line.label.to_string()),
        (Action::CopyPointer, _) => tree.path_at(item).map(|path| path.into_owned()),
        (Action::CopyMessage, _) => group.map(|group| group.sample.to_string()),
        (Action::CopyKey, _) => group.map(|group| group.fingerprint.to_string()),
        _ => None,
    }
}

fn from_case(app: &App, screen: &CaseScreen, action: Action) -> Option<String> {
    match action {
        Action::CopyMessage => screen.case.row.column(ErrorColumn::Message).map(str::to_owned),
        Action::CopyRaw => screen.case.query(Stage::Raw, screen.table),
        Action::CopyDecoded => screen.case.query(Stage::Decoded, screen.table),
        Action::CopySql if screen.row.is_some() => {
            let (item, Subject::Document(row, _)) = app.focused_item()? else { return None };
            let column = screen.case.column_of_row(screen.table, &row, item as NodeId)?;
            // Of what was made of a value, the value's own place.
            if let Some(landing) = screen.case.landing_of_row(screen.table, &row, item as NodeId) {
                return landing.sql;
            }
            Some(sink::select(&screen.case.tables.get(screen.table)?.layout, column))
        }
        Action::CopySql => screen.tie.landing.as_ref()?.sql.clone(),
        _ => {
            let (item, subject) = app.focused_item()?;
            match subject {
                Subject::Document(document, _) => from_document(&document, item as NodeId, action),
                Subject::Schema(schema) => from_document(&schema.document, item as NodeId, action),
                Subject::Columns(tree) => match (tree.line(item), action) {
                    (ColumnLine::Additional(value), _) => from_document(screen.case.document.as_ref()?, value, action),
                    (ColumnLine::Column(id), Action::CopyValue | Action::CopyPointer) => Some(tree.table().layout.path(id)),
                    (ColumnLine::Column(id), Action::CopyKey) => Some(tree.table().layout.get(id)?.name.to_string()),
                    _ => None,
                },
                Subject::Groups(_)
                | Subject::Tables(_)
                | Subject::Hits(_)
                | Subject::Deploy(_)
                | Subject::Layout(_)
                | Subject::Overview(_)
                | Subject::Losses(_) => None,
            }
        }
    }
}

fn from_tables(screen: &TableScreen, action: Action) -> Option<String> {
    if screen.focus == TablePane::Schema {
        let schema = screen.look.as_ref()?.schema.as_ref()?;
        return from_document(&schema.document, screen.schema.outline.item()? as NodeId, action);
    }
    let place = screen.place()?;
    let catalog = &screen.tree.catalog;
    let table = live(catalog, place.table)?;
    let column = place.column.and_then(|column| catalog.column(place.table, column));
    let layout = screen.known().and_then(|look| look.layout.as_ref());
    match action {
        Action::CopyValue | Action::CopyPointer => Some(column.map_or(table, |column| catalog.path(column.path))),
        Action::CopyKey => Some(column.map_or(table, |column| catalog.last_name(column.path).to_owned())),
        Action::CopySql => Some(sink::select(layout?, place.column?)),
        _ => None,
    }
}

fn from_document(document: &Document, item: NodeId, action: Action) -> Option<String> {
    match action {
        Action::CopyValue => Some(String::from_utf8_lossy(document.raw(item)).into_owned()),
        Action::CopyPointer => Some(document.path(item, PathStyle::Pointer)),
        Action::CopyJq => Some(document.path(item, PathStyle::Jq)),
        Action::CopyKey => document.key(item).map(|key| key.into_owned()),
        _ => None,
    }
}
