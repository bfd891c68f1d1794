//! Texts too long for a line, over the whole screen: a value, a row, a group, all violations, a table or column.
//!
//! Owns: what each of them is about, the keys that they name.
//! Refuses: their words (facts).

use super::super::action::Action;
use super::super::advice::advised;
use super::super::app::App;
use super::super::column_tree::ColumnLine;
use super::super::effect::Effect;
use super::super::subject::Subject;
use crate::pipeline::document::{Document, NodeId, PathStyle};
use crate::triage::catalog::TableId;
use crate::triage::facts::case::SheetHints;
use crate::triage::facts::{self, Facts};

/// How to get at all of what is cut, by the key that copies it.
fn rest(app: &App, copies: Action) -> String {
    app.keymap.words("; ", copies, " copies all of it")
}

/// Which keys copy the queries for a row.
fn query_keys(app: &App) -> String {
    let keys =
        [app.keymap.words("", Action::CopyRaw, " copies"), app.keymap.words("", Action::CopyDecoded, " copies that for the decoded row")];
    let keys: Vec<&str> = keys.iter().map(String::as_str).filter(|words| !words.is_empty()).collect();
    keys.join("; ")
}

/// What was looked for: a text under its title, or why there is none.
pub(super) fn answer(app: &mut App, title: &str, outcome: Result<String, String>) {
    match outcome {
        Ok(text) => app.show_text(title.to_owned(), text),
        Err(reason) => app.warn(reason),
    }
}

/// The value under the cursor.
pub(super) fn value(app: &mut App) -> Vec<Effect> {
    if let Some((title, text)) = under_cursor(app) {
        app.show_value(title, text);
    }
    Vec::new()
}

/// The value under the cursor: what it is, and as much of it as is shown.
pub(super) fn under_cursor(app: &App) -> Option<(String, String)> {
    let (line, subject) = app.focused_item()?;
    let item = line as NodeId;
    let rest = rest(app, Action::CopyValue);
    let whole = |place: String, document: &Document, node| {
        let (kind, text) = facts::value::whole(document, node, &rest);
        (format!("{place}  {kind}"), text)
    };
    match subject {
        Subject::Document(document, _) => Some(whole(document.path(item, PathStyle::Jq), &document, item)),
        Subject::Schema(schema) => Some(whole(schema.document.path(item, PathStyle::Pointer), &schema.document, item)),
        Subject::Columns(tree) => match tree.line(line) {
            ColumnLine::Column(id) => {
                let (layout, mut facts) = (&tree.table().layout, Facts::default());
                facts::column::sheet(&mut facts, layout, id, None);
                Some((layout.path(id), facts.to_text()))
            }
            ColumnLine::Additional(value) => {
                let document = app.case.as_ref()?.case.document.as_ref()?;
                Some(whole(document.path(value, PathStyle::Jq), document, value))
            }
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

/// The message, notes and columns of the row; in the groups, the message of the group under the cursor.
pub(super) fn row(app: &mut App) -> Vec<Effect> {
    match line(app) {
        Some((title, text)) => app.show_text(title, text),
        None if app.tables.open && !app.deploy.open => app.tell("put the cursor on a table or a column to see everything about it"),
        None => {}
    }
    Vec::new()
}

/// Everything about the line under the cursor, and its title.
pub(super) fn line(app: &App) -> Option<(String, String)> {
    if app.deploy.open {
        return deploy(app);
    }
    if app.tables.open
        && let Some(screen) = &app.tables.losses
    {
        let (title, facts) = screen.tree.as_ref()?.facts(screen.list.outline.item()?)?;
        return Some((title, facts.to_text()));
    }
    if app.tables.open {
        return line_of_tables(app);
    }
    if app.overview.open {
        let screen = &app.overview;
        let (title, facts) = screen.tree.as_ref()?.facts(screen.list.outline.item()?, app.zone())?;
        return Some((title, facts.to_text()));
    }
    match &app.case {
        Some(screen) => {
            let (rest, query) = (rest(app, Action::CopyMessage), query_keys(app));
            Some(("This row".to_owned(), facts::case::sheet(&screen.case, SheetHints { rest: &rest, query: &query }).to_text()))
        }
        None => {
            let item = app.groups.list.outline.item();
            let group = item.and_then(|item| app.groups.tree.group(item));
            let groups = &app.groups.tree.groups;
            let notes: Vec<String> = groups.notes.iter().map(advised).chain(facts::rate::notes(groups)).collect();
            group.map(|group| {
                let (causes, rest) = (app.causes.of(group.fingerprint), rest(app, Action::CopyMessage));
                let sheet = facts::group::sheet(groups, group, app.zone(), causes, &notes, &rest);
                (format!("Group {}", group.fingerprint), sheet.to_text())
            })
        }
    }
}

/// Everything about the line under the cursor of a deploy, or about the column under the cursor.
fn deploy(app: &App) -> Option<(String, String)> {
    if let Some(screen) = &app.deploy.sides {
        let (layout, id) = screen.look.layout(screen.focus).zip(screen.column(screen.focus))?;
        let mut facts = Facts::default();
        facts::column::sheet(&mut facts, layout, id, None);
        let title = layout.path(id);
        if let Some(change) = screen.look.change(&title) {
            facts.gap();
            facts.named("change", &format!("{} {}", change.verdict.name(), facts::deploy::became(change)));
            facts.named("why", &facts::deploy::rule(change.rule));
        }
        return Some((title, facts.to_text()));
    }
    let (item, Subject::Deploy(tree)) = app.focused_item()? else { return None };
    let text = tree.everything(item);
    (!text.is_empty()).then(|| ("Everything about this line".to_owned(), text))
}

/// Everything about the line under the cursor of the tables: the column, its table, those that have it too.
fn line_of_tables(app: &App) -> Option<(String, String)> {
    let screen = &app.tables;
    let place = screen.place()?;
    let (catalog, look) = (&screen.tree.catalog, screen.known());
    let layout = look.and_then(|look| look.layout.as_deref());
    let mut facts = Facts::default();
    let title = match place.column.zip(layout) {
        Some((id, layout)) => {
            let schema = look.filter(|look| look.place == place).and_then(|look| look.schema.as_deref());
            facts::column::sheet(&mut facts, layout, id, schema.map(|schema| (schema, screen.node)));
            facts.gap();
            layout.path(id)
        }
        None => catalog.table_name(place.table),
    };
    facts::table::sheet(&mut facts, catalog, place.table, layout);
    let (heading, tables): (_, Vec<TableId>) = match screen.shared_places() {
        Some(places) => ("Tables that have it", places.iter().map(|place| place.table).collect()),
        None => ("Tables of the same layout", catalog.sharers(place.table).to_vec()),
    };
    facts::table::list(&mut facts, heading, catalog, &tables);
    Some((title, facts.to_text()))
}

/// Everything that is broken, as a tree: what the row reports first, then all violations with the branches they stand behind.
pub(super) fn violations(app: &mut App) -> Vec<Effect> {
    let Some(screen) = &app.case else { return Vec::new() };
    let Some(replay) = &screen.case.replay else {
        app.tell("no violations are known: this row cannot be judged here");
        return Vec::new();
    };
    let title = facts::violations::counted(&replay.violations);
    let text = match replay.violations.count {
        0 => replay.told.clone().unwrap_or_else(|| screen.case.sentence()),
        _ => facts::violations::tree(&replay.violations).to_text(),
    };
    app.show_text(title, text);
    Vec::new()
}
