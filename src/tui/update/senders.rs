//! Who sends the rows of the group under the cursor: looked for, called off, what came of it.

use super::super::action::Action;
use super::super::advice::EXPORT_TABLE;
use super::super::app::{App, Overlay, Sought};
use super::super::effect::Effect;
use super::super::message::JobId;
use super::whole;
use crate::rows::group::Fingerprint;
use crate::rows::source::Progress;
use crate::triage::facts::senders::{PAYLOADS_UNREAD, sentence};
use crate::triage::senders::{MOST_PAYLOADS, SendersError};

/// Title of the text.
const TITLE: &str = "Who sends it";

/// Begins to look at the rows of the group under the cursor and at others of its doctype.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    let Some(of) = super::causes::under_cursor(app) else {
        app.warn("put the cursor on a group to see who sends its rows");
        return Vec::new();
    };
    if app.is_remote && !app.is_drawn {
        app.show_text(TITLE.to_owned(), format!("{}{EXPORT_TABLE}.", SendersError::Remote(app.source.clone())));
        return Vec::new();
    }
    let print = of.group().fingerprint;
    if let Some((_, text)) = app.known_senders.take().filter(|(known, _)| *known == print) {
        app.show_text(TITLE.to_owned(), text);
        return Vec::new();
    }
    let before = app.senders.take().map(|sought| Effect::Cancel(sought.job));
    let job = app.next_job();
    let payloads = app.senders_by_columns.take_if(|known| *known == print).is_some();
    app.senders = Some(Sought { job, of: print, by_payloads: payloads, progress: Progress::default() });
    before.into_iter().chain([Effect::Senders { job, of, payloads }]).collect()
}

/// It was found out by columns, or by all, or not.
pub(super) fn told(app: &mut App, job: JobId, outcome: Result<String, String>, is_all: bool) -> Vec<Effect> {
    let Some(sought) = app.senders.as_mut().filter(|sought| sought.job == job) else { return Vec::new() };
    let was_told = std::mem::replace(&mut sought.by_payloads, true);
    sought.progress = Progress::default();
    let of = sought.of;
    if is_all {
        app.senders = None;
    }
    match outcome {
        Err(reason) if was_told => app.warn(format!("who sends it is told by columns alone: {reason}")),
        Ok(text) if was_told => more(app, of, text),
        Ok(text) if is_all && app.is_drawn => {
            app.senders_by_columns = Some(of);
            let once_more = format!(" on the group once more reads those of {MOST_PAYLOADS} rows, at a price that is told first");
            let once_more = app.keymap.words("; ", Action::ShowSenders, &once_more);
            let told = sentence(&format!("{PAYLOADS_UNREAD}{once_more}"));
            app.show_text(TITLE.to_owned(), format!("{told}\n\n{text}"));
        }
        outcome => whole::answer(app, TITLE, outcome),
    }
    Vec::new()
}

/// Payloads have told more: in the place of what columns told, or kept for when it is asked for again.
fn more(app: &mut App, of: Fingerprint, text: String) {
    let scrolled = match &app.overlay {
        Some(Overlay::Value { title, scroll, .. }) if title == TITLE => Some(*scroll),
        _ => None,
    };
    match scrolled {
        Some(before) => {
            app.show_text(TITLE.to_owned(), text);
            if let Some(Overlay::Value { scroll, .. }) = &mut app.overlay {
                *scroll = before;
            }
            super::overlay::clamp(app);
        }
        None => {
            app.known_senders = Some((of, text));
            let shows = app.keymap.words("; ", Action::ShowSenders, " on the group shows it");
            app.tell(format!("payloads were read for who sends group {of}{shows}"));
        }
    }
}

/// Nobody waits for it any more.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let sought = app.senders.take()?;
    app.tell("called off: who sends the rows");
    Some(Effect::Cancel(sought.job))
}
