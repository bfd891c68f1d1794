//! `update`: the only writer of the explorer's state.
//!
//! Owns: what every message does to the state, and which effects follow.
//! Refuses: I/O, clocks, environment, terminal; work that takes longer than a few milliseconds (that is an effect).

mod case;
mod copy;
pub mod export;
mod failing;
mod find;
mod goal;
mod groups;
mod prompt;
mod remote;
mod row;
mod tables;
mod whole;

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use super::action::{Action, Place};
use super::app::{App, Overlay};
use super::keymap::{Key, Lookup};
use super::message::{Effect, Message};
use super::panes;

/// What is to be done when the explorer opens.
pub fn begin(app: &mut App) -> Vec<Effect> {
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
        Message::Paste(text) => prompt::paste(app, &text),
        Message::Resize(width, height) => {
            app.size = (width, height);
            if let Some(Overlay::Value { text, lines, .. }) = &mut app.overlay {
                *lines = panes::overlay_lines(app.size, text);
            }
            Vec::new()
        }
        Message::Redraw => Vec::new(),
        Message::Progress(progress) => {
            if app.reading.is_some() {
                app.reading = Some(progress);
            }
            Vec::new()
        }
        Message::Groups { tree, done } => groups::replace(app, tree, done),
        Message::Arranged { job, tree } => groups::arranged(app, job, tree),
        Message::ReadFailed(reason) => {
            app.reading = None;
            app.incomplete = Some("reading failed".to_owned());
            if app.groups.tree.groups.list.is_empty() {
                app.failure = Some(reason);
            } else {
                app.warn(reason);
            }
            Vec::new()
        }
        Message::Case { job, outcome } => case::opened(app, job, outcome),
        Message::Row { job, preview } => row::made(app, job, preview),
        Message::Matched { job, items } => prompt::matched(app, job, items),
        Message::TablesProgress(progress) => {
            app.tables.reading = app.tables.reading.map(|_| progress);
            Vec::new()
        }
        Message::Tables { tree, done } => tables::replace(app, tree, done),
        Message::TablesFound { job, hits } => find::found(app, job, hits),
        Message::Looked { job, outcome } => tables::looked(app, job, outcome),
        Message::Written { what, outcome } => copy::written(app, what, outcome),
        Message::Copied { what, outcome } => copy::copied(app, what, outcome),
        Message::Exported { job, outcome } => export::exported(app, job, outcome),
        Message::Question { id, text } => remote::question(app, id, text),
        Message::MoreRows { job, rows } => remote::more_rows(app, job, rows),
        Message::Sql(sql) => remote::sql(app, sql),
        Message::Broken(reason) => {
            app.opening = None;
            app.tables.reading = None;
            app.warn(reason);
            Vec::new()
        }
        Message::InputEnded(reason) => vec![Effect::Fail(reason)],
        Message::Stop => vec![Effect::Suspend],
        Message::Terminate => vec![Effect::Quit],
    };
    effects.extend(tables::follow(app));
    settle(app);
    effects
}

/// Scrolls every list so that its cursor is drawn.
fn settle(app: &mut App) {
    if let Some(screen) = &mut app.case {
        let told = screen.head_lines();
        if let Some(row) = &mut screen.row {
            row.list.outline.settle(usize::from(panes::lines_and_facts(panes::row(app.size, told).row).0.height));
        }
        let areas = panes::case(app.size, screen.focus, told);
        for pane in panes::Pane::ALL {
            if let Some(area) = areas.panes[pane as usize] {
                screen.lists[pane as usize].outline.settle(usize::from(panes::case_lines(pane, area).height));
            }
        }
    }
    let areas = panes::tables(app.size, app.tables.focus);
    let height = |area: Option<Rect>| area.map_or(0, |area| usize::from(panes::lines(area).height));
    app.tables.list.outline.settle(height(areas.tree));
    app.tables.schema.outline.settle(height(areas.schema));
    if let Some(search) = &mut app.tables.search {
        search.list.outline.settle(height(areas.tree));
    }
    let height = panes::lines(panes::groups(app.size).tree).height;
    app.groups.list.outline.settle(usize::from(height));
}

fn key(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    app.notice = None;
    app.groups.touched = true;
    if panes::too_small(app.size) {
        return too_small(event);
    }
    if app.question.is_some() {
        return remote::answer(app, event);
    }
    if app.prompt.is_some() {
        return prompt::key(app, event);
    }
    if matches!(app.overlay, Some(Overlay::Export { .. })) {
        return export::key(app, event);
    }
    let key = Key::from_event(event);
    if app.pending.len() == 1 && event.code == KeyCode::Esc {
        app.pending.clear();
        return Vec::new();
    }
    app.pending.push(key);
    match app.keymap.lookup(&app.pending, app.place()) {
        Lookup::Action(action) => {
            app.pending.clear();
            act(app, action)
        }
        Lookup::Prefix => Vec::new(),
        Lookup::Nothing if app.pending.len() > 1 => {
            app.pending.clear();
            app.warn("these keys mean nothing together; ? lists all keys");
            Vec::new()
        }
        Lookup::Nothing => {
            app.pending.clear();
            app.tell(format!("{key} means nothing here; ? lists all keys"));
            Vec::new()
        }
    }
}

/// What the message on a screen too small for anything else promises.
fn too_small(event: KeyEvent) -> Vec<Effect> {
    match event.code {
        KeyCode::Char('q' | 'c') => vec![Effect::Quit],
        _ => Vec::new(),
    }
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
    if app.overlay.is_some() {
        return overlay(app, action);
    }
    match action {
        Action::Quit if app.tables.open => tables::leave(app),
        Action::Tables => tables::switch(app),
        Action::Quit if app.case.as_ref().is_some_and(|screen| screen.row.is_some()) => row::switch(app),
        Action::Quit if app.case.is_some() => {
            app.case = None;
            app.opening.take().map(|opening| Effect::Cancel(opening.job)).into_iter().collect()
        }
        Action::Quit => vec![Effect::Quit],
        Action::Back => back(app),
        Action::Suspend => vec![Effect::Suspend],
        Action::Help => {
            app.overlay = Some(Overlay::Help { scroll: 0 });
            Vec::new()
        }
        Action::Export => export::open(app),
        Action::NextTheme => {
            app.theme = app.theme.next(app.depth);
            let name = app.theme.name;
            app.tell(format!("theme {name}"));
            Vec::new()
        }
        Action::ShowValue if app.case.is_some() => whole::value(app),
        Action::ShowRow => whole::row(app),
        Action::ShowViolations => whole::violations(app),
        Action::Search | Action::Filter | Action::NextMatch | Action::PreviousMatch => prompt::act(app, action),
        Action::CopyValue
        | Action::CopyPointer
        | Action::CopyJq
        | Action::CopySql
        | Action::CopyRaw
        | Action::CopyDecoded
        | Action::CopyMessage
        | Action::CopyKey => copy::act(app, action),
        Action::CopyDdl => copy::ddl(app),
        _ if app.place() == Place::Tables => tables::act(app, action),
        Action::PreviewRow => row::switch(app),
        _ if app.case.as_ref().is_some_and(|screen| screen.row.is_some()) => row::act(app, action),
        _ if app.place() == Place::Case => case::act(app, action),
        _ => groups::act(app, action),
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
    let lines = match &app.case {
        _ if app.tables.open => {
            let areas = panes::tables(app.size, app.tables.focus);
            let area = if app.tables.focus == panes::TablePane::Tree { areas.tree } else { areas.schema };
            area.map(panes::lines)
        }
        Some(screen) if screen.row.is_some() => Some(panes::lines_and_facts(panes::row(app.size, screen.head_lines()).row).0),
        Some(screen) => {
            let areas = panes::case(app.size, screen.focus, screen.head_lines());
            areas.panes[screen.focus as usize].map(|area| panes::case_lines(screen.focus, area))
        }
        None => Some(panes::lines(panes::groups(app.size).tree)),
    };
    lines.map_or(1, |area| area.height.max(1))
}

/// One step back: the row, the case, the filter, the search, the reading.
fn back(app: &mut App) -> Vec<Effect> {
    if let Some(opening) = app.opening.take() {
        return vec![Effect::Cancel(opening.job)];
    }
    if let Some(job) = app.exporting.take() {
        app.tell("the export was stopped");
        return vec![Effect::Cancel(job)];
    }
    if app.tables.open {
        return tables::back(app);
    }
    if let Some(asking) = app.more.asking.take() {
        return vec![Effect::Cancel(asking.job)];
    }
    if let Some((list, tree)) = app.focused() {
        if list.filter.take().is_some() {
            list.outline.clear_filter(&tree, None);
            if let Some(screen) = &mut app.case {
                case::follow(screen);
            }
            return Vec::new();
        }
        if list.search.take().is_some() {
            return Vec::new();
        }
    }
    if app.case.as_mut().is_some_and(|screen| screen.row.take().is_some()) {
        return Vec::new();
    }
    if app.case.take().is_some() {
        return Vec::new();
    }
    if app.reading.is_some() {
        if app.reading.is_some_and(|progress| progress.job.is_some()) {
            app.tell("calling the query off …");
        }
        return vec![Effect::StopReading];
    }
    app.tell("q quits");
    Vec::new()
}

/// Keys while something covers the screen: scrolling, closing.
fn overlay(app: &mut App, action: Action) -> Vec<Effect> {
    let page = usize::from(panes::overlay(app.size, usize::MAX).height.saturating_sub(3));
    let Some(Overlay::Help { scroll } | Overlay::Value { scroll, .. }) = &mut app.overlay else { return Vec::new() };
    match action {
        Action::Down => *scroll += 1,
        Action::Up => *scroll = scroll.saturating_sub(1),
        Action::PageDown | Action::Toggle => *scroll += page,
        Action::PageUp => *scroll = scroll.saturating_sub(page),
        Action::HalfDown => *scroll += page / 2,
        Action::HalfUp => *scroll = scroll.saturating_sub(page / 2),
        Action::First => *scroll = 0,
        Action::Last => *scroll = usize::MAX / 2,
        Action::CopyValue | Action::CopyPointer | Action::CopyJq | Action::CopySql | Action::CopyMessage => return copy::act(app, action),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Back | Action::Quit | Action::Help | Action::ShowValue | Action::ShowRow | Action::ShowViolations => {
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
    if let Some(Overlay::Help { scroll } | Overlay::Value { scroll, .. }) = &mut app.overlay {
        *scroll = (*scroll).min(lines.saturating_sub(height));
    }
}
