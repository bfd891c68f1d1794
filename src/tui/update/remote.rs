//! What only a source somewhere else needs: agreeing to a price, how far a query is, more rows of a group, the SQL behind what is shown.

use super::super::action::Action;
use super::super::app::{App, Asking, Question};
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::row_place::GroupPlace;
use crate::rows::row::RowRef;
use crate::rows::source::{Progress, RowOrder, Spent};

/// Work waits for an answer.
pub(super) fn question(app: &mut App, id: JobId, text: String) -> Vec<Effect> {
    // Keys that were pressed for something else are no part of an answer.
    app.pending.clear();
    app.log.add(&text, false);
    app.question = Some(Question { id, text });
    Vec::new()
}

/// How far work is that somebody waits for.
pub(super) fn progress(app: &mut App, job: JobId, progress: Progress) -> Vec<Effect> {
    if let Some(opening) = app.opening.as_mut().filter(|opening| opening.job == job) {
        opening.progress = progress;
    }
    if let Some(seeking) = app.seeking.as_mut().filter(|seeking| seeking.job == job) {
        seeking.progress = progress;
    }
    if let Some(rechecking) = app.rechecking.as_mut().filter(|rechecking| rechecking.job == job) {
        rechecking.progress = progress;
    }
    if let Some(sought) = app.senders.as_mut().filter(|sought| sought.job == job) {
        sought.progress = progress;
    }
    if let Some(reading) = app.overview.beside.reading.as_mut().filter(|reading| reading.job == job) {
        reading.progress = progress;
    }
    super::losses::progress(app, job, progress);
    if let Some(counting) = app.causes.counting.as_mut().filter(|counting| counting.job == job) {
        counting.progress = progress;
    }
    Vec::new()
}

/// Something is spent that needs no answer.
pub(super) fn spends(app: &mut App, told: String) -> Vec<Effect> {
    app.report(told, false);
    Vec::new()
}

/// A query was paid for.
pub(super) fn spent(app: &mut App, spent: Spent) -> Vec<Effect> {
    app.log.add(&spent.to_string(), false);
    app.spent = Some(spent);
    Vec::new()
}

/// An action while a question is open: only one agrees.
pub(super) fn answer(app: &mut App, action: Action) -> Vec<Effect> {
    let yes = action == Action::Agree;
    app.log.add(if yes { "agreed" } else { "refused" }, false);
    app.question.take().map(|question| Effect::Answer { id: question.id, yes }).into_iter().collect()
}

/// Asks for the rows behind those that are known, and opens the first of them when they are there.
pub(super) fn ask_for_more(app: &mut App, of: GroupPlace) -> Vec<Effect> {
    if app.more.held.contains(&of.group().fingerprint) {
        app.tell("the last document of this group whose payload holds what was looked for");
        return Vec::new();
    }
    let (order, rows) = app.more.of(of.group());
    let from = rows.len();
    look(app, of, order, from)
}

fn look(app: &mut App, of: GroupPlace, order: RowOrder, from: usize) -> Vec<Effect> {
    if app.more.asking.is_some() {
        return Vec::new();
    }
    let job = app.next_job();
    app.more.asking = Some(Asking { job, of: of.clone(), order, from });
    app.tell("looking for more documents …");
    vec![Effect::MoreRows { job, of, order, from }]
}

/// Rows came in for a group.
pub(super) fn more_rows(app: &mut App, job: JobId, rows: Result<Vec<RowRef>, String>) -> Vec<Effect> {
    let Some(Asking { of, order, from, .. }) = app.more.asking.take_if(|asking| asking.job == job) else { return Vec::new() };
    match rows {
        Ok(rows) if rows.is_empty() => app.tell("the last document that the source has of this group"),
        Ok(rows) => {
            // In another order the rows are asked for from the first.
            let mut known = if from == 0 { Vec::new() } else { app.more.of(of.group()).1.to_vec() };
            known.extend(rows);
            app.more.lists.insert(of.group().fingerprint, (order, known));
            if let Some(place) = app.more.place(of, from) {
                app.notice = None;
                return super::groups::open_row(app, place);
            }
        }
        Err(reason) => app.warn(reason),
    }
    Vec::new()
}

/// The next order of rows, and the first of them.
pub(super) fn next_order(app: &mut App) -> Vec<Effect> {
    let Some(screen) = &app.case else { return Vec::new() };
    let place = app.opening.as_ref().map_or(&screen.place, |opening| &opening.place);
    let of = place.of.clone();
    if of.group().rows.len() as u64 >= of.group().count {
        app.tell("this source has only one order of documents");
        return Vec::new();
    }
    if app.more.held.contains(&of.group().fingerprint) {
        app.tell("the documents that hold what was looked for have only one order");
        return Vec::new();
    }
    let (order, name) = match place.order {
        RowOrder::Newest => (RowOrder::Oldest, "oldest first"),
        RowOrder::Oldest => (RowOrder::Spread, "spread over the jobs"),
        RowOrder::Spread => (RowOrder::Newest, "newest first"),
    };
    if app.more.asking.is_some() {
        return Vec::new();
    }
    let effects = look(app, of, order, 0);
    app.tell(format!("documents: {name}"));
    effects
}

/// The SQL is there, or there is none.
pub(super) fn sql(app: &mut App, sql: Option<String>) -> Vec<Effect> {
    match sql {
        Some(text) => vec![Effect::copy("SQL", text)],
        None => {
            app.warn("there is no SQL behind this: the rows do not come from BigQuery, or are not counted yet");
            Vec::new()
        }
    }
}
