//! What documents that pass lose on their way into a table: all of it in a line, the places, what is known of the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::Action;
use super::super::app::App;
use super::super::loss_tree::{LossLineKind, LossTree};
use super::super::panes;
use super::super::tables::LossScreen;
use super::super::theme::Role;
use super::chrome;
use super::pen::{Pen, paint_line, paragraph};
use super::sheet::{self, EMPTY};
use crate::ground::outline::Tree;
use crate::ground::text;

/// Draws the screen.
pub(super) fn draw(app: &App, screen: &LossScreen, buffer: &mut Buffer) {
    let areas = panes::overview(app.frame((buffer.area.width, buffer.area.height)));
    let name = text::visible(&app.tables.tree.catalog.table_name(screen.table)).into_owned();
    chrome::title(app, buffer, areas.title, &format!("misfit  what is lost without failing  {name}"), &state(app, screen));
    if let Some(tree) = screen.tree.as_deref() {
        let notes = tree.notes.join("; ");
        for (row, (words, role)) in [(tree.head.as_str(), Role::Heading), (notes.as_str(), Role::Dim)].into_iter().enumerate() {
            if let Some(mut pen) = Pen::new(buffer, areas.head, row as u16, Style::new()) {
                pen.skip(1).skip_right(1).put(&text::visible(words), app.theme.style(role));
            }
        }
    }
    list(app, screen, areas.tree, buffer);
    if !areas.detail.is_empty() {
        detail(app, screen, areas.detail, buffer);
    }
    chrome::footer(app, buffer, areas.footer);
}

/// How documents are given.
fn ways(app: &App) -> String {
    let key = app.keymap.words("by the key ", Action::LossDocuments, " or ");
    format!(
        "give documents that pass, files or folders, {key}at the start with --accepted; those in validation/ beside schemas/ are found by themselves"
    )
}

fn state(app: &App, screen: &LossScreen) -> String {
    let calls_off = app.keymap.words(&format!(" {} ", app.theme.glyphs.dot), Action::Back, " calls it off");
    let looked_at = text::plural(screen.progress.rows, "document", "documents");
    screen.job.map(|_| format!("judging: {looked_at}{calls_off}")).unwrap_or_default()
}

fn list(app: &App, screen: &LossScreen, area: Rect, buffer: &mut Buffer) {
    let lines = panes::group_lines(area, app.groups.has_times()).1;
    chrome::pane(app, buffer, area, "Places", true, &chrome::list_state(&screen.list));
    let Some(tree) = screen.tree.as_deref().filter(|tree| !tree.is_empty()) else {
        let (words, role) = match (&screen.failure, screen.job, screen.tree.as_deref()) {
            (Some(reason), ..) => (format!("{}; {}", text::visible(reason), ways(app)), Role::Error),
            (None, Some(_), _) => ("judging …".to_owned(), Role::Dim),
            (None, None, Some(tree)) => {
                let notes = tree.notes.iter().map(|note| format!("{note}. "));
                (text::visible(&format!("{}{}.", notes.collect::<String>(), capital(&ways(app)))).into_owned(), Role::Dim)
            }
            (None, None, None) => (EMPTY.to_owned(), Role::Dim),
        };
        let inside = Rect { x: lines.x + 2, width: lines.width.saturating_sub(4), ..lines };
        paragraph(buffer, inside, 1, &words, app.theme.style(role));
        return;
    };
    chrome::nothing_left(app, &screen.list, lines, buffer);
    for (row, (item, here)) in screen.list.outline.window(usize::from(lines.height)).enumerate() {
        line(app, screen, tree, (item, here), lines, row as u16, buffer);
    }
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn line(app: &App, screen: &LossScreen, tree: &LossTree, (item, here): (usize, bool), area: Rect, row: u16, buffer: &mut Buffer) {
    // On the cursor's own line one style says it all; roles would be unreadable on it.
    let style = |role: Role| if here { Style::new() } else { app.theme.style(role) };
    let cursor = if here { app.theme.style(Role::Cursor) } else { Style::new() };
    paint_line(buffer, area, row, cursor);
    let (Some(mut pen), Some(line)) = (Pen::new(buffer, area, row, cursor), tree.line(item)) else { return };
    let glyphs = app.theme.glyphs;
    let marker = match (tree.is_branch(item), screen.list.outline.is_open(tree, item)) {
        (true, true) => glyphs.open,
        (true, false) => glyphs.closed,
        (false, _) => " ",
    };
    pen.skip_right(1).skip(1 + 2 * tree.depth(item)).put(marker, style(Role::Dim)).put(" ", Style::new());
    if screen.list.is_hit(item) {
        pen.put(glyphs.found, style(Role::Match)).put(" ", Style::new());
    }
    let (name, told) = match line.kind {
        LossLineKind::Lost => (Role::Key, Role::Constraint),
        LossLineKind::Changed => (Role::Key, Role::Notice),
        LossLineKind::Covered => (Role::Heading, Role::Text),
        LossLineKind::Known | LossLineKind::Absent => (Role::Dim, Role::Dim),
        LossLineKind::Sql => (Role::Dim, Role::Text),
    };
    if !line.name.is_empty() {
        let room = pen.room() * 2 / 5;
        pen.put(&text::clip_middle(&text::visible(&line.name), room.max(12)), style(name)).skip(2);
    }
    pen.put(&text::visible(&line.told), style(told));
}

fn detail(app: &App, screen: &LossScreen, area: Rect, buffer: &mut Buffer) {
    let found = screen.tree.as_deref().zip(screen.list.outline.item()).and_then(|(tree, item)| tree.facts(item));
    sheet::of_line(app, found, area, buffer);
}
