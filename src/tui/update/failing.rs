//! From a column to the groups that fail under it.

use super::super::action::Action;
use super::super::app::{App, Search};
use super::super::effect::Effect;
use super::super::matches::{MatchCount, Matches};
use super::super::tables::TableScreen;
use crate::ground::outline::Tree;
use crate::ground::text;

/// Said where only schemas are open.
pub(super) const NO_ROWS: &str = "there are no rows to look at: open misfit with a source of error rows and --schemas";

/// Goes to the groups that fail under the place under the cursor: they are matches to go through.
pub(super) fn show(app: &mut App) -> Vec<Effect> {
    if app.tables.alone {
        app.warn(NO_ROWS);
        return Vec::new();
    }
    let Some(name) = name(&app.tables) else {
        app.tell("put the cursor on a table or a column to see what fails under it");
        return Vec::new();
    };
    let failing = app.tables.failing();
    go(app, name, &failing);
    Vec::new()
}

/// Goes to groups that fail under something of that name; false where there is none, which is told.
pub(super) fn go(app: &mut App, name: String, failing: &[u32]) -> bool {
    let tree = app.groups.tree.clone();
    let is_one = |item: &usize| tree.is_leaf(*item) && tree.items[*item].group.is_some_and(|group| failing.contains(&group));
    let items: Vec<u32> = (0..tree.len()).filter(is_one).map(|item| item as u32).collect();
    let Some(&first) = items.iter().max_by_key(|&&item| tree.items[item as usize].count) else {
        app.tell(format!("of the rows that were read, no group fails under {name}"));
        return false;
    };
    app.tables.open = false;
    app.overview.open = false;
    app.case = None;
    let list = &mut app.groups.list;
    if list.filter.take().is_some() {
        list.outline.clear_filter(tree.as_ref(), None);
    }
    list.outline.reveal(tree.as_ref(), first as usize);
    let words = match items.len() {
        1 => format!("1 group fails under {name}"),
        many => format!("{} fail under {name}{}", text::plural(many as u64, "group", "groups"), through(app)),
    };
    let count = MatchCount { found: items.len() as u64, of: tree.groups.list.len() as u64, noun: "groups", loose: false };
    let found = Some(Matches { items, count });
    app.groups.list.search = Some(Search { text: name, job: None, from: None, found, jumps: false });
    app.tell(words);
    true
}

/// How matches are gone through.
fn through(app: &App) -> String {
    let keys: Vec<String> = [Action::NextMatch, Action::PreviousMatch].into_iter().filter_map(|action| app.keymap.key(action)).collect();
    match &keys[..] {
        [] => String::new(),
        [key] => format!("; {key} goes through them"),
        _ => format!("; {} go through them", keys.join(" and ")),
    }
}

/// The column's path, or the table's name.
fn name(screen: &TableScreen) -> Option<String> {
    let place = screen.place()?;
    let catalog = &screen.tree.catalog;
    let column = place.column.and_then(|column| catalog.column(place.table, column));
    Some(column.map_or_else(|| catalog.table_name(place.table), |column| catalog.path(column.path)))
}
