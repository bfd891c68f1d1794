//! `update`: the only writer of the explorer's state.
//!
//! Owns: what every message does to the state, and which effects follow.
//! Refuses: I/O, clocks, environment, terminal; work that takes longer than a few milliseconds (that is an effect).

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
mod my_edit;
mod notes;
mod open;
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

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::action::{Action, ActionPlace};
use super::app::{App, Overlay};
use super::effect::Effect;
use super::focus::Focus;
use super::keymap::{Key, KeyLookup};
use super::message::Message;
use super::panes;

/// What is to be done when the explorer opens.
pub fn begin(app: &mut App) -> Vec<Effect> {
    // Says as well how old the schemas are.
    let list = app.schemas.is_some().then(|| Effect::ListTables { job: app.next_job() });
    if !app.tables.alone {
        return list.into_iter().chain([Effect::Read]).collect();
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
            if let Some(Overlay::Value { text, lines, .. }) = &mut app.overlay {
                *lines = panes::overlay_lines(app.size, text);
            }
            Vec::new()
        }
        Message::Redraw => Vec::new(),
        Message::Background(is_light) => {
            if is_light
                && !app.theme_chosen
                && let Some(light) = app.theme.for_light(app.depth)
            {
                app.theme = light;
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
        Message::Spent(spent) => remote::spent(app, spent),
        Message::Groups { tree, done } => groups::replace(app, tree, done),
        Message::FollowDue => following::due(app),
        Message::Followed { job, outcome } => following::looked(app, job, outcome),
        Message::Arranged { job, tree, note } => groups::arranged(app, job, tree, note),
        Message::Noted { job, asked, outcome } => notes::written(app, job, &asked, outcome),
        Message::Overview { job, tree } => overview::told(app, job, tree),
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
        Message::Senders { job, outcome } => senders::told(app, job, outcome),
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

fn key(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    app.notice = None;
    app.groups.touched = true;
    let too_small = panes::too_small(app.size);
    if app.palette.is_some() && !too_small {
        return palette::key(app, event);
    }
    if app.prompt.is_some() && !too_small {
        return prompt::key(app, event);
    }
    if !too_small && app.asked().is_none() && matches!(&app.overlay, Some(Overlay::Help { is_typed: true, .. })) {
        filter_help(app, event);
        return Vec::new();
    }
    match meaning(app, Key::from_event(event)) {
        Some(Action::Suspend) => vec![Effect::Suspend],
        // What the message on a screen too small for anything else promises.
        Some(Action::Quit) if too_small => vec![Effect::Quit],
        _ if too_small => {
            app.notice = None;
            Vec::new()
        }
        Some(action) => match app.count.take() {
            Some(count) => counted(app, action, count),
            None => act(app, action),
        },
        None => Vec::new(),
    }
}

/// Most times that one key is done at once.
const MOST_TIMES: usize = 9_999;

/// Does what a key with a number before it asks for: so many times, or at that line.
fn counted(app: &mut App, action: Action, count: usize) -> Vec<Effect> {
    let page = page(app) as isize;
    let rows = match action {
        _ if app.overlay.is_some() => None,
        Action::First | Action::Last => Some(0),
        Action::Down => Some(1),
        Action::Up => Some(-1),
        Action::PageDown => Some(page),
        Action::PageUp => Some(-page),
        Action::HalfDown => Some(page / 2),
        Action::HalfUp => Some(-(page / 2)),
        _ => None,
    };
    if action == Action::CloseAll && app.overlay.is_none() {
        if let Some((list, tree)) = app.focused() {
            list.outline.fold_to(&tree, count.saturating_sub(1));
        }
        follow(app);
        return Vec::new();
    }
    // What is tied to the cursor follows it once, not at each line on the way.
    if let (Some(rows), Some((list, _))) = (rows, app.focused()) {
        match rows {
            0 => list.outline.go_to(count.saturating_sub(1)),
            rows => list.outline.move_by(rows.saturating_mul(isize::try_from(count).unwrap_or(isize::MAX))),
        }
        app.tables.goal = None;
        follow(app);
        return Vec::new();
    }
    let times = if action.repeats() { count.min(MOST_TIMES) } else { 1 };
    (0..times).flat_map(|_| act(app, action)).collect()
}

/// A key of the line that chooses from the help.
fn filter_help(app: &mut App, event: KeyEvent) {
    let key = Key::from_event(event);
    let Some(Overlay::Help { scroll, filter, is_typed }) = &mut app.overlay else { return };
    if key == Key::plain(KeyCode::Enter) {
        *is_typed = false;
    } else if key == Key::plain(KeyCode::Esc) || key == Key::INTERRUPT {
        (*is_typed, *filter) = (false, Input::default());
    } else {
        filter.handle_event(&Event::Key(event));
    }
    *scroll = 0;
}

/// What a key asks for, after those of an unfinished sequence.
fn meaning(app: &mut App, key: Key) -> Option<Action> {
    if app.pending.is_empty() && takes_number(app, key) {
        return None;
    }
    app.pending.push(key);
    match app.keymap.lookup(&app.pending, app.place()) {
        KeyLookup::Action(action) => {
            app.pending.clear();
            Some(action)
        }
        KeyLookup::Prefix => None,
        KeyLookup::Nothing => {
            means_nothing(app, key);
            None
        }
    }
}

/// Whether a key is a digit of the number before another, or takes that number back.
fn takes_number(app: &mut App, key: Key) -> bool {
    let place = app.place();
    let lookup = app.keymap.lookup(&[key], place);
    let digit = key.char().and_then(|c| c.to_digit(10)).filter(|&digit| digit > 0 || app.count.is_some());
    match digit.filter(|_| lookup == KeyLookup::Nothing && !matches!(place, ActionPlace::Question | ActionPlace::Export)) {
        Some(digit) => {
            let number = app.count.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize);
            app.count = Some(number.min(999_999_999));
            true
        }
        None if app.count.is_some() && lookup == KeyLookup::Action(Action::Back) => {
            app.count = None;
            true
        }
        None => false,
    }
}

/// Says that a key means nothing, unless it ends an unfinished sequence, closes a menu or leaves a question open.
fn means_nothing(app: &mut App, key: Key) {
    let is_unfinished = app.pending.len() > 1;
    app.pending.clear();
    app.count = None;
    let is_back = app.keymap.lookup(&[key], app.place()) == KeyLookup::Action(Action::Back);
    if is_unfinished && (is_back || key == Key::INTERRUPT) {
        return;
    }
    let all = app.keymap.words("; ", Action::Help, " lists all keys");
    match app.place() {
        ActionPlace::Question => {}
        ActionPlace::Export => export::scroll_or_close(app, key),
        _ if is_unfinished => app.warn(format!("these keys together do nothing{all}")),
        _ => app.tell(format!("{key} does nothing here{all}")),
    }
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
            Focus::Deploy => deploy::act(app, action),
            Focus::Sides(_) => sides::act(app, action),
            Focus::Row => row::act(app, action),
            Focus::Pane(_) => case::act(app, action),
            Focus::Groups => groups::act(app, action),
            Focus::Overview => overview::act(app, action),
        },
    }
}

/// Moves and folds in the list that has the keys; false where the action is none of these.
fn move_list(app: &mut App, action: Action) -> bool {
    let page = page(app) as isize;
    let Some((list, tree)) = app.focused() else { return false };
    let outline = &mut list.outline;
    match action {
        Action::Down => outline.move_by(1),
        Action::Up => outline.move_by(-1),
        Action::PageDown => outline.move_by(page),
        Action::PageUp => outline.move_by(-page),
        Action::HalfDown => outline.move_by(page / 2),
        Action::HalfUp => outline.move_by(-page / 2),
        Action::First => outline.first(),
        Action::Last => outline.last(),
        Action::NextSibling => outline.sibling(&tree, true),
        Action::PreviousSibling => outline.sibling(&tree, false),
        Action::Enter => outline.enter(&tree),
        Action::Leave => outline.leave(&tree),
        Action::Toggle => {
            outline.toggle(&tree);
        }
        Action::OpenBelow => {
            let item = outline.item();
            outline.open_all(&tree, item);
        }
        Action::OpenAll => outline.open_all(&tree, None),
        Action::CloseAll => outline.close_all(&tree),
        _ => return false,
    }
    true
}

/// Lines in the list that has the keys.
fn page(app: &App) -> u16 {
    app.height(app.focus()).unwrap_or(1).max(1)
}

/// What is tied to the cursor of the list that has the keys follows it.
fn follow(app: &mut App) {
    match app.focus() {
        Focus::TableSchema => tables::follow_schema(app),
        Focus::Pane(_) => {
            if let Some(screen) = &mut app.case {
                case::follow(screen);
            }
        }
        Focus::Sides(_) => sides::follow(app),
        Focus::Groups | Focus::Row | Focus::Tables | Focus::Hits | Focus::Deploy | Focus::Overview => {}
    }
}

/// One step back: the row, the case, the filter, the search, the reading.
fn back(app: &mut App) -> Vec<Effect> {
    if let Some(opening) = app.opening.take() {
        return vec![Effect::Cancel(opening.job)];
    }
    if let Some(job) = app.opening_source.take() {
        app.tell("the source was not opened");
        return vec![Effect::Cancel(job)];
    }
    if let Some(seeking) = app.seeking.take() {
        app.tell(format!("called off: {}", seeking.count.told(&seeking.query)));
        return vec![Effect::Cancel(seeking.job)];
    }
    if let Some(effect) = recheck::call_off(app) {
        return vec![effect];
    }
    if let Some(effect) = senders::call_off(app) {
        return vec![effect];
    }
    if let Some(job) = app.history.take() {
        app.tell("history was not looked for any further");
        return vec![Effect::Cancel(job)];
    }
    if let Some(effect) = my_edit::call_off(app) {
        return vec![effect];
    }
    if let Some(effect) = causes::call_off_asked(app) {
        return vec![effect];
    }
    if let Some(job) = app.exporting.take() {
        app.tell("the export was stopped");
        return vec![Effect::Cancel(job)];
    }
    if reference::back(app) {
        return Vec::new();
    }
    if app.deploy.open {
        return deploy::back(app);
    }
    if app.tables.open {
        return tables::back(app);
    }
    if app.overview.open {
        return overview::back(app);
    }
    if let Some(asking) = app.more.asking.take() {
        return vec![Effect::Cancel(asking.job)];
    }
    if let Some((list, tree)) = app.focused() {
        if list.filter.take().is_some() {
            list.outline.clear_filter(&tree, None);
            follow(app);
            return Vec::new();
        }
        if list.search.take().is_some() {
            if app.focus() == Focus::Groups {
                payloads::release(app);
            }
            return Vec::new();
        }
    }
    if app.case.as_mut().is_some_and(|screen| screen.row.take().is_some()) {
        return Vec::new();
    }
    if app.case.take().is_some() {
        return Vec::new();
    }
    if let Some(effect) = causes::call_off(app) {
        return vec![effect];
    }
    if app.reading.is_some() {
        if app.reading.is_some_and(|progress| progress.job.is_some()) {
            app.tell("calling the query off …");
        }
        return vec![Effect::StopReading];
    }
    nothing_behind(app);
    Vec::new()
}

/// There is no step back any more.
fn nothing_behind(app: &mut App) {
    let words = app.keymap.words("", Action::Quit, " quits");
    app.tell(words);
}

/// Keys while something covers the screen: scrolling, closing.
fn overlay(app: &mut App, action: Action) -> Vec<Effect> {
    let page = usize::from(panes::overlay(app.size, usize::MAX).height.saturating_sub(3));
    if let (Some(Overlay::Help { is_typed, .. }), Action::Search | Action::Filter) = (&mut app.overlay, action) {
        *is_typed = true;
        return Vec::new();
    }
    let Some(Overlay::Help { scroll, .. } | Overlay::Value { scroll, .. }) = &mut app.overlay else { return Vec::new() };
    match action {
        Action::Down => *scroll += 1,
        Action::Up => *scroll = scroll.saturating_sub(1),
        Action::PageDown | Action::Toggle => *scroll += page,
        Action::PageUp => *scroll = scroll.saturating_sub(page),
        Action::HalfDown => *scroll += page / 2,
        Action::HalfUp => *scroll = scroll.saturating_sub(page / 2),
        Action::First => *scroll = 0,
        Action::Last => *scroll = usize::MAX / 2,
        _ if action.copies() => return copy::act(app, action),
        Action::Pipe | Action::Page | Action::OpenInEditor => return hand_over::act(app, action),
        Action::EditSchema if my_edit::is_shown(app) => return my_edit::again(app),
        Action::Export if my_edit::is_shown(app) => return export::open(app),
        Action::Back
        | Action::Quit
        | Action::Help
        | Action::ShowLog
        | Action::ShowValue
        | Action::FollowReference
        | Action::ShowRow
        | Action::ShowViolations => {
            app.overlay = None;
            return Vec::new();
        }
        _ => {}
    }
    clamp_overlay(app);
    Vec::new()
}

/// Keeps the last page of an overlay in sight.
fn clamp_overlay(app: &mut App) {
    let lines = match &app.overlay {
        Some(Overlay::Help { .. }) => super::help::help_lines(app).len(),
        Some(Overlay::Value { lines, .. }) => lines.len(),
        Some(Overlay::Export { .. }) | None => return,
    };
    let height = usize::from(panes::overlay(app.size, lines).height.saturating_sub(2));
    if let Some(Overlay::Help { scroll, .. } | Overlay::Value { scroll, .. }) = &mut app.overlay {
        *scroll = (*scroll).min(lines.saturating_sub(height));
    }
}
