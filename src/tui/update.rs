//! `update`: the only writer of the explorer's state.
//!
//! Owns: what every message does to the state, and which effects follow.
//! Refuses: I/O, clocks, environment, terminal; work that takes longer than a few milliseconds (that is an effect).

mod back;
mod case;
mod causes;
mod copy;
mod deploy;
pub mod export;
mod failing;
mod find;
mod following;
mod goal;
mod groups;
mod hand_over;
mod history;
mod keys;
mod lists;
mod losses;
mod my_edit;
mod notes;
mod open;
mod overlay;
mod overview;
mod palette;
mod payloads;
mod pointer;
mod prompt;
mod recheck;
mod reference;
mod remote;
mod restore;
mod row;
mod senders;
mod sides;
mod tables;
mod whole;

use tui_input::Input;

use super::action::{Action, ActionPlace};
use super::app::{App, Overlay};
use super::effect::Effect;
use super::focus::Focus;
use super::message::Message;
use super::panes;
use back::{back, nothing_behind};
use keys::key;
use lists::{follow, let_go, move_list};
use overlay::overlay;

/// What is to be done when the explorer opens.
pub fn begin(app: &mut App) -> Vec<Effect> {
    // Says as well how old the schemas are.
    let list = app.schemas.is_some().then(|| Effect::ListTables { job: app.next_job() });
    if !app.tables.alone {
        let beside = app.overview.beside.wanted.take().map(|named| overview::beside(app, &named));
        return list.into_iter().chain([Effect::Read]).chain(beside.into_iter().flatten()).collect();
    }
    app.reading = None;
    app.tables.open = true;
    list.into_iter().chain(tables::read_once(app)).collect()
}

/// Takes in what happened and says what is to be done.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    let mut effects = match message {
        Message::Key(event) => key(app, event),
        Message::Paste(text) => paste(app, text),
        Message::LastTime { typed, view, visit, complaint } => restore::told(app, typed, view, (visit, complaint)),
        Message::SourceOpened { job, outcome } => open::opened(app, job, outcome),
        Message::Tabs(tabs, carried) => {
            open::turned(app, tabs, carried);
            Vec::new()
        }
        Message::Pointer(pointed) => pointer::act_on(app, pointed),
        Message::Resize(width, height) => {
            app.size = (width, height);
            if let Some(Overlay::Value { text, is_facts, lines, .. }) = &mut app.overlay {
                *lines = panes::overlay_lines(app.size, text, *is_facts);
            }
            Vec::new()
        }
        Message::Redraw => Vec::new(),
        Message::Background(is_light) => {
            app.background = Some(is_light);
            if !app.theme_chosen
                && let Some(theme) = app.theme.for_background(is_light, app.depth)
            {
                app.theme = theme;
            }
            Vec::new()
        }
        Message::Progress(progress) => {
            if app.reading.is_some() {
                app.reading = Some(progress);
            }
            Vec::new()
        }
        Message::WorkProgress { job, progress } => remote::progress(app, job, progress),
        Message::Spends(told) => remote::spends(app, told),
        Message::Retried(told) => {
            app.log.add(&told, true);
            Vec::new()
        }
        Message::Spent(spent) => remote::spent(app, spent),
        Message::Groups { tree, done } => groups::replace(app, tree, done),
        Message::FollowDue => following::due(app),
        Message::Followed { job, outcome } => following::looked(app, job, outcome),
        Message::Arranged { job, tree, note } => groups::arranged(app, job, tree, note),
        Message::Noted { job, asked, outcome } => notes::written(app, job, &asked, outcome),
        Message::Overview { job, tree } => overview::told(app, job, tree),
        Message::BesideRead { job, outcome } => overview::beside_read(app, job, outcome),
        Message::ReadFailed(reason) => {
            app.reading = None;
            app.incomplete = Some("reading failed".to_owned());
            app.log.add(&reason, true);
            if app.groups.tree.groups.list.is_empty() {
                app.failure = Some(reason);
            } else {
                app.warn(reason);
            }
            Vec::new()
        }
        Message::Case { job, outcome } => case::opened(app, job, outcome),
        Message::Row { job, preview } => row::made(app, job, preview),
        Message::Matched { job, matches } => prompt::matched(app, job, matches),
        Message::PayloadsProgress { job, count } => {
            payloads::progress(app, job, count);
            Vec::new()
        }
        Message::PayloadsFound { job, outcome } => payloads::found(app, job, outcome),
        Message::Rechecked { job, outcome } => recheck::told(app, job, outcome),
        Message::History { job, outcome } => history::told(app, job, outcome),
        Message::Senders { job, outcome, is_all } => senders::told(app, job, outcome, is_all),
        Message::SchemaCopied { job, outcome } => my_edit::copied(app, job, outcome),
        Message::EditorClosed { job, outcome } => my_edit::closed(app, job, outcome),
        Message::EditorStays { job } => my_edit::stays(app, job),
        Message::EditorFailed { job, reason } => my_edit::window_failed(app, job, reason),
        Message::EditSaved { job } => my_edit::saved(app, job),
        Message::EditCounts { job, turns } => my_edit::counts(app, job, &turns),
        Message::EditJudged { job, outcome } => my_edit::judged(app, job, outcome),
        Message::HandedOver(outcome) => hand_over::ended(app, outcome),
        Message::SchemasAged(age) => {
            tables::aged(app, &age);
            Vec::new()
        }
        Message::TablesProgress(progress) => {
            app.tables.reading = app.tables.reading.map(|_| progress);
            Vec::new()
        }
        Message::Tables { tree, done } => tables::replace(app, tree, done),
        Message::TablesFound { job, hits } => find::found(app, job, hits),
        Message::Losses { job, outcome } => losses::told(app, job, outcome),
        Message::Looked { job, outcome } => tables::looked(app, job, outcome),
        Message::Deploy { job, outcome } => deploy::told(app, job, outcome),
        Message::Witness { job, place, found } => deploy::shown(app, job, place, found),
        Message::Sides { job, place, outcome } => sides::told(app, job, &place, outcome),
        Message::Written { what, outcome } => copy::written(app, what, outcome),
        Message::Copied { what, outcome } => copy::copied(app, &what, outcome),
        Message::Exported { job, outcome } => export::exported(app, job, outcome),
        Message::Question { id, text } => remote::question(app, id, text),
        Message::MoreRows { job, rows } => remote::more_rows(app, job, rows),
        Message::Causes { job, outcome } => causes::counted(app, job, outcome),
        Message::Sql(sql) => remote::sql(app, sql),
        Message::Broken(reason) => {
            app.opening = None;
            app.following = None;
            app.seeking = None;
            app.rechecking = None;
            app.history = None;
            app.senders = None;
            app.causes.counting = None;
            app.tables.reading = None;
            deploy::broken(app);
            overview::broken(app);
            losses::broken(app);
            my_edit::broken(app);
            app.report(reason, true);
            Vec::new()
        }
        Message::InputEnded(reason) => vec![Effect::Fail(reason)],
        Message::Stop => vec![Effect::Suspend],
        Message::Terminate(signal) => vec![Effect::Terminate(signal)],
    };
    effects.extend(tables::follow(app));
    effects.extend(overview::follow(app));
    overview::go_on(app);
    effects.extend(causes::follow(app));
    effects.extend(restore::go_on(app));
    settle(app);
    effects
}

/// Scrolls every list so that its cursor is drawn.
fn settle(app: &mut App) {
    for focus in Focus::ALL {
        if let Some(height) = app.height(focus)
            && let Some(list) = app.list_mut(focus)
        {
            list.outline.settle(usize::from(height));
        }
    }
}

/// What is pasted goes into the line being typed; on the screen of deploys it is the log of one.
fn paste(app: &mut App, text: String) -> Vec<Effect> {
    if app.palette.is_some() {
        palette::paste(app, &text);
        return Vec::new();
    }
    if app.prompt.is_some() {
        return prompt::paste(app, &text);
    }
    app.notice = None;
    if app.deploy.open {
        return deploy::paste(app, text);
    }
    if text.contains('\n') {
        let words = app.keymap.words("the log of a failed deploy is read where ", Action::Deploy, " leads: paste it there");
        app.tell(words);
    }
    Vec::new()
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match app.place() {
        ActionPlace::Question => return remote::answer(app, action),
        ActionPlace::Export => return export::act(app, action),
        _ if app.overlay.is_some() => return overlay(app, action),
        _ => {}
    }
    match action {
        Action::Deploy => deploy::switch(app),
        Action::Quit if app.deploy.open => deploy::leave(app),
        Action::Quit if app.tables.open && app.tables.losses.is_some() => losses::leave(app),
        Action::Quit if app.tables.open => tables::leave(app),
        Action::Tables => tables::switch(app),
        Action::Overview => overview::switch(app),
        Action::Quit if app.overview.open => overview::leave(app),
        Action::Quit if app.case.as_ref().is_some_and(|screen| screen.row.is_some()) => row::switch(app),
        Action::Quit if app.case.is_some() => {
            app.case = None;
            app.opening.take().map(|opening| Effect::Cancel(opening.job)).into_iter().collect()
        }
        Action::Quit => vec![if app.tabs.is_shown() { Effect::CloseTab } else { Effect::Quit }],
        Action::OpenSource | Action::NextTab | Action::PreviousTab | Action::CloseTab => open::act(app, action),
        Action::ShowLog => {
            let text = app.log.to_text();
            app.show_text("Log".to_owned(), text);
            Vec::new()
        }
        Action::Back => back(app),
        Action::Help => {
            app.overlay = Some(Overlay::Help { scroll: 0, filter: Input::default(), is_typed: false });
            Vec::new()
        }
        Action::Palette => palette::open(app),
        Action::ToggleMouse => {
            app.mouse = !app.mouse;
            let back = app.keymap.words("; ", Action::ToggleMouse, " takes it back");
            let told = if app.mouse {
                "the mouse is read here; Shift selects text anyway".to_owned()
            } else {
                format!("the mouse selects text{back}")
            };
            app.tell(told);
            vec![Effect::Mouse(app.mouse)]
        }
        Action::Zoom => {
            app.zoomed = !app.zoomed;
            Vec::new()
        }
        Action::Larger | Action::Smaller => {
            pointer::resize(app, action == Action::Larger);
            Vec::new()
        }
        Action::Export => export::open(app),
        Action::NextZone => {
            app.in_utc = app.own_zone.is_some() && !app.in_utc;
            app.tell(match (&app.own_zone, app.in_utc) {
                (None, _) => "times are in UTC: no other zone is known here",
                (_, true) => "times of rows and deploys are in UTC",
                (_, false) => "times of rows and deploys are in your zone",
            });
            Vec::new()
        }
        Action::NextTheme => {
            app.theme = app.theme.next(app.depth);
            let name = app.theme.name.clone();
            app.theme_chosen = true;
            let now = if app.theme_is_set { ", for now: another is set by the configuration, a variable or an option" } else { "" };
            app.tell(format!("theme {name}{now}"));
            Vec::new()
        }
        Action::FollowReference if app.case.is_some() && !app.deploy.open && !app.overview.open && reference::follow(app) => Vec::new(),
        Action::ShowValue | Action::FollowReference if app.case.is_some() && !app.deploy.open && !app.overview.open => whole::value(app),
        Action::ShowRow => whole::row(app),
        Action::ShowViolations => whole::violations(app),
        Action::ShowHistory => history::ask(app),
        Action::JudgeAgainst if app.groups.tree.groups.list.is_empty() => {
            app.warn("there are no documents to judge");
            Vec::new()
        }
        Action::Search | Action::Filter | Action::SeekPayloads | Action::JudgeAgainst | Action::NextMatch | Action::PreviousMatch => {
            prompt::act(app, action)
        }
        Action::NoteText
        | Action::NoteBug
        | Action::NoteSeen
        | Action::NoteMute
        | Action::NoteMended
        | Action::NoteOpen
        | Action::NoteRemove => notes::act(app, action),
        Action::EditSchema => my_edit::ask(app),
        Action::Pipe | Action::Page | Action::OpenInEditor => hand_over::act(app, action),
        Action::FollowSource => following::switch(app),
        Action::PreviewRow => row::switch(app),
        _ if action.copies() => copy::act(app, action),
        _ => match app.focus() {
            Focus::Tables | Focus::Hits | Focus::TableSchema => tables::act(app, action),
            Focus::Losses => losses::act(app, action),
            Focus::Deploy => deploy::act(app, action),
            Focus::Sides(_) => sides::act(app, action),
            Focus::Row => row::act(app, action),
            Focus::Pane(_) => case::act(app, action),
            Focus::Groups => groups::act(app, action),
            Focus::Overview => overview::act(app, action),
        },
    }
}
