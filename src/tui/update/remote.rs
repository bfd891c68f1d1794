//! What only a source somewhere else needs: agreeing to a price, more rows of a group, the SQL behind what is shown.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::{App, Question};
use super::super::group_tree::GroupTree;
use super::super::message::{Effect, JobId};
use crate::rows::row::RowRef;
use crate::rows::source::RowOrder;

/// Work waits for an answer.
pub(super) fn question(app: &mut App, id: JobId, text: String) -> Vec<Effect> {
    // Keys that were pressed for something else are no part of an answer.
    app.pending.clear();
    app.question = Some(Question { id, text });
    Vec::new()
}

/// An action while a question is open: only one agrees.
pub(super) fn answer(app: &mut App, action: Action) -> Vec<Effect> {
    let yes = action == Action::Agree;
    app.question.take().map(|question| Effect::Answer { id: question.id, yes }).into_iter().collect()
}

/// Asks for the rows behind those that are known, and opens one of them when they are there.
pub(super) fn ask_for_more(app: &mut App, tree: Arc<GroupTree>, group: u32, index: usize) -> Vec<Effect> {
    let from = app.more.of(&tree.groups.list[group as usize]).len();
    look(app, tree, group, index, from)
}

fn look(app: &mut App, tree: Arc<GroupTree>, group: u32, index: usize, from: usize) -> Vec<Effect> {
    if app.more.asking.is_some() {
        return Vec::new();
    }
    let job = app.next_job();
    app.more.asking = Some((job, tree.clone(), group, index));
    app.tell("looking for more documents …");
    vec![Effect::MoreRows { job, tree, group, order: app.more.order, from }]
}

/// Rows came in for a group.
pub(super) fn more_rows(app: &mut App, job: JobId, rows: Result<Vec<RowRef>, String>) -> Vec<Effect> {
    let Some((_, tree, group, index)) = app.more.asking.take_if(|(asked, ..)| *asked == job) else { return Vec::new() };
    let of = &tree.groups.list[group as usize];
    match rows {
        Ok(rows) => {
            // The first position asks for the rows anew, in another order.
            let mut known = if index == 0 { Vec::new() } else { app.more.of(of).to_vec() };
            known.extend(rows);
            let found = index < known.len();
            app.more.lists.insert(of.fingerprint, known);
            if found {
                app.notice = None;
                return vec![super::groups::open_row(app, tree, group, index)];
            }
            app.tell("the last document that the source has of this group");
        }
        Err(reason) => app.warn(reason),
    }
    Vec::new()
}

/// The next order of rows, and the first of them.
pub(super) fn next_order(app: &mut App) -> Vec<Effect> {
    let Some(screen) = &app.case else { return Vec::new() };
    let (tree, group) = (screen.tree.clone(), screen.group);
    let of = screen.group();
    if of.rows.len() as u64 >= of.count {
        app.tell("this source has its documents in one order");
        return Vec::new();
    }
    let (order, name) = match app.more.order {
        RowOrder::Newest => (RowOrder::Oldest, "oldest first"),
        RowOrder::Oldest => (RowOrder::Spread, "spread over the jobs"),
        RowOrder::Spread => (RowOrder::Newest, "newest first"),
    };
    if app.more.asking.is_some() {
        return Vec::new();
    }
    app.more.order = order;
    app.more.lists.clear();
    let effects = look(app, tree, group, 0, 0);
    app.tell(format!("documents: {name}"));
    effects
}

/// The SQL is there, or there is none.
pub(super) fn sql(app: &mut App, sql: Option<String>) -> Vec<Effect> {
    match sql {
        Some(text) => vec![Effect::Copy { what: "SQL", text }],
        None => {
            app.warn("there is no SQL behind this: the rows do not come from BigQuery, or are not counted yet");
            Vec::new()
        }
    }
}
