//! Further sources, each in a tab of its own.
//!
//! Owns: asking for one, turning from one to the next.
//! Refuses: opening them (work), the tabs themselves (session).

use super::super::action::Action;
use super::super::app::{App, CarriedAlong, Prompt, PromptPurpose, TabLine};
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::opened::OpenedSource;
use crate::ground::text::visible;

/// Asks for a source, or goes to another tab.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::OpenSource => {
            app.prompt = Some(Prompt { purpose: PromptPurpose::Source, input: Default::default(), job: None, from: None, back: 0 });
            Vec::new()
        }
        Action::CloseTab if app.tabs.is_shown() => vec![Effect::CloseTab],
        Action::NextTab if app.tabs.is_shown() => vec![Effect::TurnTabs(1)],
        Action::PreviousTab if app.tabs.is_shown() => vec![Effect::TurnTabs(-1)],
        _ => {
            let opens = app.keymap.words("; ", Action::OpenSource, " opens a source in another");
            app.tell(format!("there is only one tab{opens}"));
            Vec::new()
        }
    }
}

/// A source was named.
pub(super) fn source(app: &mut App, named: &str) -> Vec<Effect> {
    let named = named.trim();
    if named.is_empty() {
        app.tell("no source was named, so none was opened");
        return Vec::new();
    }
    let job = app.next_job();
    app.tell(format!("opening {} …", visible(named)));
    let former = app.opening_source.replace(job);
    former.map(Effect::Cancel).into_iter().chain([Effect::OpenSource { job, named: named.to_owned() }]).collect()
}

/// It is open, or cannot be opened.
pub(super) fn opened(app: &mut App, job: JobId, outcome: Result<OpenedSource, String>) -> Vec<Effect> {
    if app.opening_source.take_if(|opening| *opening == job).is_none() {
        return Vec::new();
    }
    app.notice = None;
    match outcome {
        Ok(opened) => vec![Effect::AddTab(Box::new(opened))],
        Err(reason) => {
            app.report(reason, true);
            Vec::new()
        }
    }
}

/// There are other tabs, or another is shown.
pub(super) fn turned(app: &mut App, tabs: TabLine, carried: Option<Box<CarriedAlong>>) {
    app.tabs = tabs;
    if let Some(carried) = carried {
        let CarriedAlong { theme, theme_chosen, in_utc, mouse, typed } = *carried;
        (app.theme, app.theme_chosen, app.mouse, app.typed) = (theme, theme_chosen, mouse, typed);
        app.in_utc = in_utc;
    }
}
