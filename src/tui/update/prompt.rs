//! Searching and filtering: the line being typed, matches coming in, going from one to the next.
//!
//! Owns: the keys of the line, which are those of any line that is typed: characters, Enter, Esc, arrows, Ctrl-C.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

use super::super::action::Action;
use super::super::app::{App, List, ListFilter, Prompt, PromptPurpose, Search};
use super::super::effect::Effect;
use super::super::focus::Focus;
use super::super::keymap::Key;
use super::super::matches::Matches;
use super::super::message::JobId;
use super::{deploy, find, follow, hand_over, losses, notes, open, overview, payloads, recheck};

/// Begins a line, or goes to another match.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Search => begin(app, PromptPurpose::Search),
        Action::Filter => begin(app, PromptPurpose::Filter),
        Action::SeekPayloads => begin(app, PromptPurpose::Payloads),
        Action::JudgeAgainst => begin(app, PromptPurpose::Against),
        Action::NextMatch => step(app, true),
        _ => step(app, false),
    }
}

fn begin(app: &mut App, purpose: PromptPurpose) -> Vec<Effect> {
    if app.searches_tables() {
        let former = app.tables.search.as_ref().filter(|_| purpose == PromptPurpose::Filter).map(|search| search.text.clone());
        app.prompt =
            Some(Prompt { purpose: PromptPurpose::Filter, input: Input::new(former.unwrap_or_default()), job: None, from: None, back: 0 });
        return Vec::new();
    }
    let Some((list, _)) = app.focused() else { return Vec::new() };
    let former = list.filter.as_ref().filter(|_| purpose == PromptPurpose::Filter);
    let text = former.map(|filter| filter.text.clone()).unwrap_or_default();
    let from = list.outline.item();
    app.prompt = Some(Prompt { purpose, input: Input::new(text), job: None, from, back: 0 });
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
            let (purpose, text) = (prompt.purpose, prompt.input.value().to_owned());
            app.prompt = None;
            remember(app, purpose, &text);
            match purpose {
                PromptPurpose::Payloads => return payloads::seek(app, &text),
                PromptPurpose::Against => return recheck::begin(app, &text),
                PromptPurpose::Compare => return deploy::against(app, &text),
                PromptPurpose::Pipe => return hand_over::pipe(app, &text),
                PromptPurpose::Source => return open::source(app, &text),
                PromptPurpose::Accepted => return losses::named(app, &text),
                PromptPurpose::Beside => return overview::beside(app, &text),
                PromptPurpose::Note | PromptPurpose::Bug | PromptPurpose::Mute | PromptPurpose::Mended => {
                    return notes::typed(app, purpose, &text);
                }
                PromptPurpose::Search | PromptPurpose::Filter => {}
            }
            tell_found(app, purpose);
            return Vec::new();
        }
        Some(KeyCode::Esc) => return cancel(app),
        None if key == Key::INTERRUPT => return cancel(app),
        Some(code) if prompt.input.value().is_empty() || prompt.back > 0 => return recall(app, code == KeyCode::Up),
        None if event.modifiers == KeyModifiers::CONTROL && matches!(event.code, KeyCode::Char('p' | 'n')) => {
            return recall(app, event.code == KeyCode::Char('p'));
        }
        Some(code) if searches_tables => return find::step(app, code == KeyCode::Down),
        Some(code) => return step(app, code == KeyCode::Down),
        None => {}
    }
    let before = prompt.input.value().to_owned();
    prompt.input.handle_event(&Event::Key(event));
    prompt.back = 0;
    if prompt.input.value() == before {
        return Vec::new();
    }
    look(app)
}

/// Most lines that are remembered.
const REMEMBERED: usize = 200;

/// Keeps what was typed, for lines of its kind that are typed later.
fn remember(app: &mut App, purpose: PromptPurpose, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    app.typed.retain(|(of, earlier)| *of != purpose || earlier != text);
    app.typed.push((purpose, text.to_owned()));
    let over = app.typed.len().saturating_sub(REMEMBERED);
    app.typed.drain(..over);
}

/// Puts what was typed before into the line, or what was typed after that.
fn recall(app: &mut App, earlier: bool) -> Vec<Effect> {
    let Some(prompt) = &mut app.prompt else { return Vec::new() };
    let of_kind: Vec<&String> = app.typed.iter().rev().filter(|(of, _)| *of == prompt.purpose).map(|(_, text)| text).collect();
    let back = if earlier { (prompt.back + 1).min(of_kind.len()) } else { prompt.back.saturating_sub(1) };
    if back == prompt.back {
        return Vec::new();
    }
    let text = back.checked_sub(1).and_then(|at| of_kind.get(at)).map_or(String::new(), |text| (*text).clone());
    (prompt.back, prompt.input) = (back, Input::new(text));
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
    if !looks(&prompt) {
        return Vec::new();
    }
    let Some((list, tree)) = app.focused() else { return Vec::new() };
    match prompt.purpose {
        PromptPurpose::Filter => {
            list.filter = None;
            list.outline.clear_filter(&tree, prompt.from);
        }
        PromptPurpose::Search => {
            list.search = None;
            if let Some(item) = prompt.from {
                list.outline.reveal(&tree, item);
            }
        }
        _ => {}
    }
    follow(app);
    prompt.job.map(Effect::Cancel).into_iter().collect()
}

/// Whether what is typed is looked for in the list at once.
fn looks(prompt: &Prompt) -> bool {
    matches!(prompt.purpose, PromptPurpose::Search | PromptPurpose::Filter)
}

/// Looks for what stands in the line.
fn look(app: &mut App) -> Vec<Effect> {
    if app.searches_tables() {
        return find::typed(app);
    }
    if !app.prompt.as_ref().is_some_and(looks) {
        return Vec::new();
    }
    if app.focus() == Focus::Groups {
        payloads::release(app);
    }
    let job = app.next_job();
    let Some(prompt) = &mut app.prompt else { return Vec::new() };
    let (text, purpose, from) = (prompt.input.value().to_owned(), prompt.purpose, prompt.from);
    let former = prompt.job.replace(job);
    let mut effects: Vec<Effect> = former.map(Effect::Cancel).into_iter().collect();
    let Some((list, subject)) = app.focused() else { return effects };
    match purpose {
        PromptPurpose::Filter if text.trim().is_empty() => {
            list.filter = None;
            list.outline.clear_filter(&subject, from);
            follow(app);
            return effects;
        }
        PromptPurpose::Filter => {
            // How much the text before it found stays until there is something new.
            let found = list.filter.as_ref().and_then(|filter| filter.found);
            list.filter = Some(ListFilter { text: text.clone(), job, found });
        }
        PromptPurpose::Search if text.trim().is_empty() => {
            list.search = None;
            return effects;
        }
        PromptPurpose::Search => list.search = Some(Search { text: text.clone(), job: Some(job), from, found: None, jumps: true }),
        _ => return effects,
    }
    effects.push(Effect::Match { job, subject, text });
    effects
}

/// Matches came in, for the list that asked for them: a filter shows them, a search goes to the nearest.
pub(super) fn matched(app: &mut App, job: JobId, matches: Matches) -> Vec<Effect> {
    let filters = |list: &List| list.filter.as_ref().is_some_and(|filter| filter.job == job);
    let asked = |list: &List| filters(list) || list.search.as_ref().is_some_and(|search| search.job == Some(job));
    let Some(focus) = Focus::ALL.into_iter().find(|&focus| app.list(focus).is_some_and(asked)) else { return Vec::new() };
    let (Some(tree), is_focused) = (app.subject(focus), focus == app.focus()) else { return Vec::new() };
    let Some(list) = app.list_mut(focus) else { return Vec::new() };
    let purpose = if filters(list) { PromptPurpose::Filter } else { PromptPurpose::Search };
    let (mut is_told, mut was_found) = (app.prompt.is_none(), false);
    let Some(list) = app.list_mut(focus) else { return Vec::new() };
    match (purpose, &mut list.filter, &mut list.search) {
        (PromptPurpose::Filter, Some(filter), _) => {
            filter.found = Some(matches.count);
            list.outline.filter(&tree, matches.items);
        }
        (PromptPurpose::Search, _, Some(search)) => {
            let start = search.from.or(list.outline.item()).unwrap_or(0) as u32;
            let nearest = matches.items.get(matches.items.partition_point(|&item| item < start)).or(matches.items.first()).copied();
            search.found = Some(matches);
            // Found once more among lines that came in: the cursor stays, and nothing new is told.
            let jumps = std::mem::take(&mut search.jumps);
            is_told &= jumps;
            was_found = jumps && nearest.is_some();
            if let Some(item) = nearest.filter(|_| jumps) {
                list.outline.reveal(&tree, item as usize);
            }
        }
        _ => {}
    }
    if is_focused {
        follow(app);
        if was_found {
            // That there was nothing, among what was read so far, is so no more.
            app.notice = None;
        }
        if is_told {
            tell_found(app, purpose);
        }
    }
    Vec::new()
}

/// Says that nothing holds the text that was typed, and how it goes on.
fn tell_found(app: &mut App, purpose: PromptPurpose) {
    let Some(list) = app.list(app.focus()) else { return };
    let (text, count, ends) = match (purpose, &list.filter, &list.search) {
        (PromptPurpose::Filter, Some(filter), _) => (&filter.text, filter.found, " shows everything again"),
        (PromptPurpose::Search, _, Some(search)) => (&search.text, search.found.as_ref().map(Matches::lines), " ends the search"),
        _ => return,
    };
    let Some(count) = count.filter(|count| count.found == 0 || count.loose) else { return };
    let words = format!("{}{}", count.told(text), app.keymap.words("; ", Action::Back, ends));
    app.warn(words);
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
    let Some(found) = search.found.as_ref().map(|found| &found.items) else {
        let text = search.text.clone();
        (search.job, search.from, search.jumps) = (Some(job), item, true);
        return vec![Effect::Match { job, subject, text }];
    };
    let at = item.unwrap_or(0) as u32;
    let next = if forward {
        found.get(found.partition_point(|&item| item <= at)).or(found.first())
    } else {
        found[..found.partition_point(|&item| item < at)].last().or(found.last())
    };
    match next.copied() {
        Some(item) => list.outline.reveal(&subject, item as usize),
        None => {
            tell_found(app, PromptPurpose::Search);
            return Vec::new();
        }
    }
    follow(app);
    Vec::new()
}
