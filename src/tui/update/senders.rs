//! Who sends the rows of the group under the cursor: looked for, called off, what came of it.

use super::super::advice::EXPORT_TABLE;
use super::super::app::{App, Sought};
use super::super::effect::Effect;
use super::super::message::JobId;
use super::whole;
use crate::rows::source::Progress;
use crate::triage::senders::SendersError;

/// Title of the text.
const TITLE: &str = "Who sends it";

/// Begins to look at the rows of the group under the cursor and at others of its doctype.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    let Some(of) = super::causes::under_cursor(app) else {
        app.warn("put the cursor on a group to see who sends its rows");
        return Vec::new();
    };
    if app.is_remote {
        app.show_text(TITLE.to_owned(), format!("{}{EXPORT_TABLE}.", SendersError::Remote(app.source.clone())));
        return Vec::new();
    }
    let before = app.senders.take().map(|sought| Effect::Cancel(sought.job));
    let job = app.next_job();
    app.senders = Some(Sought { job, progress: Progress::default() });
    before.into_iter().chain([Effect::Senders { job, of }]).collect()
}

/// It was found out, or not.
pub(super) fn told(app: &mut App, job: JobId, outcome: Result<String, String>) -> Vec<Effect> {
    if app.senders.take_if(|sought| sought.job == job).is_none() {
        return Vec::new();
    }
    whole::answer(app, TITLE, outcome);
    Vec::new()
}

/// Nobody waits for it any more.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let sought = app.senders.take()?;
    app.tell("called off: who sends the rows");
    Some(Effect::Cancel(sought.job))
}
