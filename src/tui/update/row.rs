//! The row that the document becomes, over the panes of its case.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::App;
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::subject::Subject;
use super::case;
use crate::ground::outline::Outline;
use crate::triage::case::Preview;

/// Levels of a row that are open at first.
const LEVELS_AT_START: usize = 1;

/// Shows the row of the table that the columns are of, or leaves it.
pub(super) fn switch(app: &mut App) -> Vec<Effect> {
    let job = app.next_job();
    let Some(screen) = &mut app.case else { return Vec::new() };
    if screen.row.take().is_some() {
        return vec![Effect::Cancel(job)];
    }
    let effects = case::make_row(app, job);
    if effects.is_empty() {
        app.tell("there is no row to show: it takes a JSON object and the columns of its table");
    }
    effects
}

/// The row is there.
pub(super) fn made(app: &mut App, job: JobId, preview: Preview) -> Vec<Effect> {
    let Some(row) = app.case.as_mut().and_then(|screen| screen.row.as_mut()).filter(|row| row.job == job) else { return Vec::new() };
    if let Ok(document) = &preview.row {
        let subject = Subject::Document(document.clone(), None);
        let mut outline = Outline::with_levels(&subject, LEVELS_AT_START);
        if let Some(value) = preview.value {
            outline.reveal(&subject, value as usize);
        }
        row.list.outline = outline;
    }
    row.preview = Some(Arc::new(preview));
    Vec::new()
}

/// An action while the row is shown: what is about values of the document leads back to it.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::OtherTable => {
            let job = app.next_job();
            case::other_table(app);
            case::make_row(app, job)
        }
        Action::NextRow | Action::PreviousRow | Action::RowOrder => case::act(app, action),
        Action::JumpToFault | Action::NextViolation | Action::PreviousViolation | Action::NextWarning | Action::PreviousWarning => {
            if let Some(screen) = &mut app.case {
                screen.row = None;
            }
            case::act(app, action)
        }
        _ => {
            super::move_list(app, action);
            Vec::new()
        }
    }
}
