//! Searching and filtering: the line being typed, matches coming in, going from one to the next.
//!
//! Owns: the keys of the line, which are those of any line that is typed: characters, Enter, Esc, arrows, Ctrl-C.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

use super::super::action::Action;
use super::super::app::{App, List, Prompt, Search};
use super::super::focus::Focus;
use super::super::keymap::Key;
use super::super::message::{Effect, JobId};
use super::super::subject::TextComparison;
use super::{find, follow};

/// Begins a line, or goes to another match.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Search => begin(app, TextComparison::Plain),
        Action::Filter => begin(app, TextComparison::Fuzzy),
        Action::NextMatch => step(app, true),
        _ => step(app, false),
    }
}

fn begin(app: &mut App, purpose: TextComparison) -> Vec<Effect> {
    if app.searches_tables() {
        let former = app.tables.search.as_ref().filter(|_| purpose == TextComparison::Fuzzy).map(|search| search.text.clone());
        app.prompt = Some(Prompt { purpose: TextComparison::Fuzzy, input: Input::new(former.unwrap_or_default()), job: None, from: None });
        return Vec::new();
    }
    let Some((list, _)) = app.focused() else { return Vec::new() };
    let text = if purpose == TextComparison::Fuzzy { list.filter.clone().unwrap_or_default() } else { String::new() };
    let from = list.outline.item();
    app.prompt = Some(Prompt { purpose, input: Input::new(text), job: None, from });
    Vec::new()
}

/// A key of the line being typed.
pub(super) fn key(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    let searches_tables = app.searches_tables();
    let Some(prompt) = &mut app.prompt else { return Vec::new() };
    let key = Key::from_event(event);
    let plain = [KeyCode::Enter, KeyCode::Esc, KeyCode::Down, KeyCode::Up].into_iter().find(|&code| key == Key::plain(code));
    match plain {
        Some(KeyCode::Enter) => {
            app.prompt = None;
            return Vec::new();
        }
        Some(KeyCode::Esc) => return cancel(app),
        None if key == Key::INTERRUPT => return cancel(app),
        Some(code) if searches_tables => return find::step(app, code == KeyCode::Down),
        Some(code) => return step(app, code == KeyCode::Down),
        None => {}
    }
    let before = prompt.input.value().to_owned();
    prompt.input.handle_event(&Event::Key(event));
    if prompt.input.value() == before {
        return Vec::new();
    }
    look(app)
}

/// Pasted text goes into the line being typed, its line breaks as spaces.
pub(super) fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    let Some(prompt) = &mut app.prompt else { return Vec::new() };
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1000) {
        prompt.input.handle(InputRequest::InsertChar(c));
    }
    look(app)
}

/// Esc in the line: a search gives the cursor back, a filter is taken away.
fn cancel(app: &mut App) -> Vec<Effect> {
    let Some(prompt) = app.prompt.take() else { return Vec::new() };
    if app.searches_tables() {
        return find::end(app);
    }
    let Some((list, tree)) = app.focused() else { return Vec::new() };
    match prompt.purpose {
        TextComparison::Fuzzy => {
            list.filter = None;
            list.outline.clear_filter(&tree, prompt.from);
        }
        TextComparison::Plain => {
            list.search = None;
            if let Some(item) = prompt.from {
                list.outline.reveal(&tree, item);
            }
        }
    }
    follow(app);
    prompt.job.map(Effect::Cancel).into_iter().collect()
}

/// Looks for what stands in the line.
fn look(app: &mut App) -> Vec<Effect> {
    if app.searches_tables() {
        return find::typed(app);
    }
    let job = app.next_job();
    let Some(prompt) = &mut app.prompt else { return Vec::new() };
    let (text, purpose, from) = (prompt.input.value().to_owned(), prompt.purpose, prompt.from);
    let former = prompt.job.replace(job);
    let mut effects: Vec<Effect> = former.map(Effect::Cancel).into_iter().collect();
    let Some((list, subject)) = app.focused() else { return effects };
    match purpose {
        TextComparison::Fuzzy if text.trim().is_empty() => {
            list.filter = None;
            list.outline.clear_filter(&subject, from);
            follow(app);
            return effects;
        }
        TextComparison::Fuzzy => {
            list.filter = Some(text.clone());
            list.filter_job = Some(job);
        }
        TextComparison::Plain if text.is_empty() => {
            list.search = None;
            return effects;
        }
        TextComparison::Plain => list.search = Some(Search { text: text.clone(), job: Some(job), from, found: None }),
    }
    effects.push(Effect::Match { job, subject, text, comparison: purpose });
    effects
}

/// Matches came in, for the list that asked for them: a filter shows them, a search goes to the nearest.
pub(super) fn matched(app: &mut App, job: JobId, items: Vec<u32>) -> Vec<Effect> {
    let asked = |list: &List| list.filter_job == Some(job) || list.search.as_ref().is_some_and(|search| search.job == Some(job));
    let Some(focus) = Focus::ALL.into_iter().find(|&focus| app.list(focus).is_some_and(asked)) else { return Vec::new() };
    let (Some(tree), is_focused) = (app.subject(focus), focus == app.focus()) else { return Vec::new() };
    let Some(list) = app.list_mut(focus) else { return Vec::new() };
    if list.filter_job == Some(job) {
        if list.filter.is_some() {
            list.outline.filter(&tree, items);
        }
    } else if let Some(search) = &mut list.search {
        let start = search.from.or(list.outline.item()).unwrap_or(0) as u32;
        let nearest = items.get(items.partition_point(|&item| item < start)).or(items.first()).copied();
        search.found = Some(items);
        match nearest {
            Some(item) => list.outline.reveal(&tree, item as usize),
            None if app.prompt.is_none() => return nothing_matches(app),
            None => {}
        }
    }
    if is_focused {
        follow(app);
    }
    Vec::new()
}

fn nothing_matches(app: &mut App) -> Vec<Effect> {
    app.warn("nothing matches");
    Vec::new()
}

/// To the next or previous match, around the end where needed.
fn step(app: &mut App, forward: bool) -> Vec<Effect> {
    let job = app.next_job();
    let Some((list, subject)) = app.focused() else { return Vec::new() };
    let item = list.outline.item();
    let Some(search) = &mut list.search else {
        let begins = app.keymap.words("; ", Action::Search, " begins a search");
        app.tell(format!("nothing was searched for{begins}"));
        return Vec::new();
    };
    let Some(found) = &search.found else {
        let text = search.text.clone();
        (search.job, search.from) = (Some(job), item);
        return vec![Effect::Match { job, subject, text, comparison: TextComparison::Plain }];
    };
    let at = item.unwrap_or(0) as u32;
    let next = if forward {
        found.get(found.partition_point(|&item| item <= at)).or(found.first())
    } else {
        found[..found.partition_point(|&item| item < at)].last().or(found.last())
    };
    match next.copied() {
        Some(item) => list.outline.reveal(&subject, item as usize),
        None => return nothing_matches(app),
    }
    follow(app);
    Vec::new()
}
