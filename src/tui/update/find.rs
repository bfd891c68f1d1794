//! The search over all columns of all tables, as it is typed.

use super::super::app::App;
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::tables::TableSearch;
use crate::ground::outline::Outline;

/// What is typed has changed.
pub(super) fn typed(app: &mut App) -> Vec<Effect> {
    let Some(text) = app.prompt.as_ref().map(|prompt| prompt.input.value().to_owned()) else { return Vec::new() };
    if text.trim().is_empty() {
        return end(app);
    }
    look_for(app, text)
}

/// The same search over tables that came in since.
pub(super) fn again(app: &mut App) -> Vec<Effect> {
    app.tables.search.as_ref().map(|search| search.text.clone()).map(|text| look_for(app, text)).unwrap_or_default()
}

fn look_for(app: &mut App, text: String) -> Vec<Effect> {
    let job = app.next_job();
    let catalog = app.tables.tree.catalog.clone();
    // What was found before stays until there is something new.
    let before = app.tables.search.take();
    let cancel = before.as_ref().map(|search| Effect::Cancel(search.job));
    let (hits, list) = before.map(|search| (search.hits, search.list)).unwrap_or_default();
    app.tables.search = Some(TableSearch { text: text.clone(), job, hits, list });
    cancel.into_iter().chain([Effect::FindTables { job, catalog, text }]).collect()
}

/// What was found came in.
pub(super) fn found(app: &mut App, job: JobId, hits: std::sync::Arc<super::super::hit_tree::HitTree>) -> Vec<Effect> {
    if let Some(search) = app.tables.search.as_mut().filter(|search| search.job == job) {
        search.list.outline = hits.at_start();
        search.hits = Some(hits);
    }
    Vec::new()
}

/// Ends the search: the tree is as it was before.
pub(super) fn end(app: &mut App) -> Vec<Effect> {
    app.tables.search.take().map(|search| Effect::Cancel(search.job)).into_iter().collect()
}

/// Moves among what was found while a line is typed.
pub(super) fn step(app: &mut App, forward: bool) -> Vec<Effect> {
    if let Some(search) = &mut app.tables.search {
        let outline: &mut Outline = &mut search.list.outline;
        outline.move_by(if forward { 1 } else { -1 });
    }
    Vec::new()
}
