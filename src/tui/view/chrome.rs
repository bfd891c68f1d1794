//! What surrounds every screen: the title line, headings of panes, the bottom line.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::{Action, ActionPlace};
use super::super::app::{App, List, Prompt, PromptPurpose};
use super::super::hints;
use super::super::keymap::Key;
use super::super::theme::Role;
use super::overlay::line_being_typed;
use super::pen::{Pen, paint_line, paragraph};
use crate::ground::sought;
use crate::ground::text;
use crate::ground::time;
use crate::rows::group::RemarkState;
use crate::rows::source::Progress;
use crate::triage::catalog::FoundHits;

/// The first line: what is looked at on the left, how far things are on the right.
pub(super) fn title(app: &App, buffer: &mut Buffer, area: Rect, left: &str, right: &str) {
    let style = app.theme.style(Role::Title);
    paint_line(buffer, area, 0, style);
    let Some(mut pen) = Pen::new(buffer, area, 0, style) else { return };
    pen.skip(1).skip_right(1);
    let news = looking(app).or_else(|| app.reading.map(|progress| reading(app, progress, pen.room() * 2 / 3)));
    let spent = app.spent.map(|spent| format!("{} {} {right}", spent.short(), app.theme.glyphs.dot));
    pen.put_right(news.as_deref().or(spent.as_deref()).unwrap_or(right), Style::new()).skip_right(2);
    pen.put(&text::visible(left), Style::new());
}

/// How far looking into payloads is that somebody asked for.
fn looking(app: &App) -> Option<String> {
    let calls_off = app.keymap.words(&format!(" {} ", app.theme.glyphs.dot), Action::Back, " calls it off");
    if let Some(opening) = app.opening.as_ref().filter(|_| app.is_remote) {
        let told = opening.progress.job.map(|job| format!("opening a document: {}", job.describe(&opening.progress)));
        return Some(told.unwrap_or_else(|| "opening a document …".to_owned()) + &calls_off);
    }
    if let Some(sought) = &app.senders {
        let what = if sought.by_payloads { "reading payloads for who sends it" } else { "looking who sends it" };
        let told = match sought.progress.job {
            Some(job) => format!("{what}: {}", job.describe(&sought.progress)),
            None => format!("{what}: {} passed", text::plural(sought.progress.rows, "row", "rows")),
        };
        return Some(told + &calls_off);
    }
    if let Some(reading) = &app.overview.beside.reading {
        let progress = reading.progress;
        let told = format!("reading {}: {}", text::visible(&reading.named), text::plural(progress.rows, "row", "rows"));
        return Some(progress.job.map_or(told, |job| job.describe(&progress)) + &calls_off);
    }
    let (progress, told) = match (&app.seeking, &app.rechecking, app.causes.asked()) {
        (None, Some(rechecking), _) => {
            let progress = rechecking.progress;
            (progress, format!("judging against {}: {}", text::visible(&rechecking.against), text::plural(progress.rows, "row", "rows")))
        }
        (Some(seeking), ..) => {
            let count = seeking.count;
            (seeking.progress, format!("looking into payloads: {} of {} hold it", text::count(count.held), text::count(count.rows)))
        }
        (None, None, Some(counting)) => {
            let progress = counting.progress;
            (progress, format!("counting causes: {} looked into", text::plural(progress.rows, "payload", "payloads")))
        }
        (None, None, None) => return working(app),
    };
    let told = progress.job.map_or(told, |job| job.describe(&progress));
    Some(told + &calls_off)
}

/// What is worked on for the screen of deploys.
fn working(app: &App) -> Option<String> {
    let what = app.deploy.asked.as_ref().filter(|_| app.deploy.open).map(|asked| asked.what);
    let what = what.or(app.deploy.opening.map(|_| "opening the columns"))?;
    Some(format!("{what} …{}", app.keymap.words(&format!(" {} ", app.theme.glyphs.dot), Action::Back, " calls it off")))
}

/// `━━━── 43 %  1.2 of 2.8 GiB · 412,000 rows · 900,000 rows/s · 3 s left · Esc stops`, as much of it as fits; the key where it does that.
fn reading(app: &App, progress: Progress, room: usize) -> String {
    let dot = app.theme.glyphs.dot;
    // On the other screens it leads back to the groups first.
    let is_next = app.place() == ActionPlace::Groups && app.overlay.is_none();
    let back = |before: &str, after: &str| if is_next { app.keymap.words(before, Action::Back, after) } else { String::new() };
    if let Some(job) = progress.job {
        let calls_off = back(&format!(" {dot} "), " calls it off");
        return text::clip(&format!("{}{calls_off}", job.describe(&progress)), room.max(30)).into_owned();
    }
    let seconds = progress.elapsed.as_secs_f64();
    let rows = text::plural(progress.rows, "row", "rows");
    let mut parts = vec![format!("reading {rows}")];
    if let Some(total) = progress.total_bytes.filter(|&total| total > 0) {
        let share = (progress.bytes as f64 / total as f64).min(1.0);
        let (full, empty) = app.theme.glyphs.progress;
        let filled = (share * 10.0) as usize;
        parts[0] =
            format!("reading {}{} {}", full.repeat(filled), empty.repeat(10 - filled), text::percent(progress.bytes.min(total), total));
        parts.push(rows);
        parts.push(back("", " stops"));
        if share > 0.02 && seconds > 0.5 {
            parts.push(format!("{} left", time::duration((seconds / share - seconds).ceil() as u64)));
        }
        parts.push(format!("{} of {}", text::bytes(progress.bytes), text::bytes(total)));
    } else {
        parts.push(back("", " stops"));
        parts.push(text::bytes(progress.bytes));
    }
    if seconds > 0.2 {
        parts.push(format!("{} rows/s", text::count((progress.rows as f64 / seconds) as u64)));
    }
    let mut line = parts.remove(0);
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        let longer = format!("{line} {dot} {part}");
        if text::width(&longer) <= room.max(30) {
            line = longer;
        }
    }
    line
}

/// A pane's heading line, and its left border where it is not at the screen's edge. `right` stands at the end of the line.
/// No Block of ratatui's: its sides have one style and a corner, and it cuts a title where ours keeps both ends of a path.
pub(super) fn pane(app: &App, buffer: &mut Buffer, area: Rect, name: &str, focused: bool, right: &str) {
    let theme = &app.theme;
    let border = theme.style(if focused { Role::Focus } else { Role::Border });
    let (horizontal, vertical) = theme.glyphs.lines;
    if area.x > 0 {
        for row in 1..area.height {
            if let Some(mut pen) = Pen::new(buffer, area, row, Style::new()) {
                pen.put(vertical, theme.style(Role::Border));
            }
        }
    }
    let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) else { return };
    let heading = theme.style(if focused { Role::Focus } else { Role::Heading });
    pen.put(horizontal, border).put(" ", border).put(name, heading).put(" ", border);
    let right = text::clip_path(right, pen.room().saturating_sub(4));
    if !right.is_empty() {
        pen.skip_right(1).put_right(&right, theme.style(Role::Dim)).skip_right(1);
    }
    pen.put(&horizontal.repeat(pen.room()), border);
}

/// The colour of how people say that a group stands.
pub(super) fn remark_role(state: RemarkState) -> Role {
    match state {
        RemarkState::CameBack => Role::New,
        RemarkState::Mended => Role::Gone,
        RemarkState::Open | RemarkState::Seen => Role::Notice,
        RemarkState::Muted => Role::Dim,
    }
}

/// What a list says of its filter, its search and position, for its heading.
pub(super) fn list_state(list: &List) -> String {
    let (cursor, _) = list.outline.position();
    let rows = list.outline.rows();
    let position = || (rows > 0).then(|| format!("{}/{}", text::count(cursor as u64 + 1), text::count(rows as u64)));
    let found: Vec<String> = [list.filter_state(), list.search_state()].into_iter().flatten().collect();
    if found.is_empty() { position().unwrap_or_default() } else { found.join("  ") }
}

/// The bottom line: the line being typed, keys that may follow, news, or hints.
pub(super) fn footer(app: &App, buffer: &mut Buffer, area: Rect) {
    let theme = &app.theme;
    let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) else { return };
    pen.skip(1);
    if let Some(prompt) = &app.prompt {
        return typed(app, prompt, &mut pen);
    }
    if let Some(notice) = &app.notice {
        let role = if notice.bad { Role::Error } else { Role::Notice };
        pen.put(&text::visible(&notice.text), theme.style(role));
        return;
    }
    if !app.pending.is_empty() || app.count.is_some() {
        let count = app.count.map(|count| count.to_string()).unwrap_or_default();
        let keys: String = app.pending.iter().map(ToString::to_string).collect();
        pen.put(&format!("{count}{keys}"), theme.style(Role::Hint)).skip(2);
        let ends = app.keymap.words("", Action::Back, " takes it back");
        pen.skip_right(1).put_right(&ends, theme.style(Role::Dim));
        return;
    }
    for (place, hint) in hints::laid_out(app, area) {
        if let Some(mut pen) = Pen::new(buffer, place, 0, Style::new()) {
            pen.put(&hint.keys, theme.style(Role::Hint)).put(" ", Style::new()).put(hint.words, theme.style(Role::Dim));
        }
    }
}

fn matches(found: &FoundHits) -> String {
    format!("{} found, in {}", text::count(found.hits.len() as u64), text::plural(found.len() as u64, "place", "places"))
}

/// The key that ends a search or a filter, and what it does: while a line is typed that is no matter of the keymap.
pub(super) fn way_back(app: &App, does: &str) -> String {
    match &app.prompt {
        Some(_) => format!("; {}{does}", Key::plain(KeyCode::Esc)),
        None => app.keymap.words("; ", Action::Back, does),
    }
}

/// Says in the place of the lines that a filter leaves none, and how they come back.
pub(super) fn nothing_left(app: &App, list: &List, area: Rect, buffer: &mut Buffer) {
    let Some(filter) = list.filter.as_ref().filter(|filter| list.outline.rows() == 0 && filter.found.is_some()) else { return };
    let words = format!("{}{}", sought::nothing_holds(&filter.text), way_back(app, " shows everything again"));
    let inside = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    paragraph(buffer, inside, 1, &words, app.theme.style(Role::Dim));
}

fn typed(app: &App, prompt: &Prompt, pen: &mut Pen<'_>) {
    let theme = &app.theme;
    let list = app.list(app.focus());
    let search = list.and_then(|list| list.search.as_ref());
    let (name, found) = match prompt.purpose {
        _ if app.searches_tables() => ("search all columns", app.tables.hits().map(|(_, hits)| matches(&hits.found))),
        PromptPurpose::Search => ("search", search.and_then(|search| Some(search.found.as_ref()?.lines().told(&search.text)))),
        PromptPurpose::Against => ("judge against (folder, revision, repository@revision or schema file)", None),
        PromptPurpose::Compare => ("compare with (a revision, a folder, or repository@revision)", None),
        PromptPurpose::Pipe => ("hand what is under the cursor to the command", None),
        PromptPurpose::Note => ("note", None),
        PromptPurpose::Bug => ("bug (a number or an address)", None),
        PromptPurpose::Mute => ("mute until (a day, 2w, 3x for three times as many; nothing: for good)", None),
        PromptPurpose::Mended => ("mended (a day, a revision, or both; nothing: now)", None),
        PromptPurpose::Source => ("open in a tab (a file, a folder, a table)", None),
        PromptPurpose::Accepted => ("documents that pass (files, folders; nothing: those beside the schemas)", None),
        PromptPurpose::Beside => ("beside (a file, a folder, a table; nothing: none)", None),
        PromptPurpose::Payloads => ("payloads with (text, or /pointer=value)", None),
        PromptPurpose::Filter => {
            ("filter", list.and_then(|list| list.filter.as_ref()).and_then(|filter| Some(filter.found?.told(&filter.text))))
        }
    };
    if let Some(words) = found {
        pen.skip_right(1).put_right(&words, theme.style(Role::Dim)).skip_right(2);
    }
    pen.put(name, theme.style(Role::Heading)).put(" ", Style::new());
    line_being_typed(app, &prompt.input, pen);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};
    use crate::tui::app::Opening;
    use crate::tui::group_tree::GroupTree;
    use crate::tui::keymap::Keymap;
    use crate::tui::row_place::GroupPlace;
    use crate::tui::theme::{Depth, Theme};

    #[test]
    fn a_document_that_is_opened_can_be_called_off_and_says_so() {
        let theme = Theme::named("mono", Depth::None, false).unwrap();
        let mut app = App::new((100, 30), String::new(), None, theme, Depth::None, Keymap::new(&[]).unwrap());
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let tree = Arc::new(GroupTree::new(Arc::new(groups), Default::default()));
        let of = (0..tree.items.len()).find_map(|item| GroupPlace::of_item(&tree, item)).unwrap();
        let place = app.more.place(of, 0).unwrap();
        app.is_remote = true;
        app.opening = Some(Opening { job: 1, place, progress: Progress::default() });
        let told = looking(&app).unwrap();
        assert!(told.starts_with("opening a document") && told.ends_with("Esc calls it off"), "{told}");
    }
}
