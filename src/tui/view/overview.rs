//! The overview: what all of it is, its lines, facts about the line under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::App;
use super::super::beside_lines::BesideRow;
use super::super::overview_tree::{BESIDE_HEADS, OverviewLine, OverviewPart, OverviewTree};
use super::super::panes;
use super::super::theme::Role;
use super::pen::{Pen, paint_line, paragraph};
use super::sheet;
use super::{chrome, groups};
use crate::ground::outline::Tree;
use crate::ground::text;
use crate::rows::group::{Group, NEW};
use crate::triage::facts::{beside as both, overview as words, rate};
use crate::triage::overview::{BesideCounts, BesidePlace, NamespaceLine};

/// Draws the screen.
pub(super) fn draw(app: &App, buffer: &mut Buffer) {
    let areas = panes::overview(app.frame((buffer.area.width, buffer.area.height)));
    let all = &app.groups.tree.groups;
    let right = format!(
        "{} {} {}",
        text::plural(all.rows, "row", "rows"),
        app.theme.glyphs.dot,
        text::plural(all.list.len() as u64, "group", "groups")
    );
    chrome::title(app, buffer, areas.title, &format!("misfit  overview of {}", app.source), &right);
    if let Some(tree) = app.overview.tree.as_deref() {
        head(app, tree, areas.head, buffer);
    }
    list(app, areas.tree, buffer);
    if !areas.detail.is_empty() {
        detail(app, areas.detail, buffer);
    }
    chrome::footer(app, buffer, areas.footer);
}

/// All of it in a line, and what has changed since the last visit.
fn head(app: &App, tree: &OverviewTree, area: Rect, buffer: &mut Buffer) {
    let since = match &tree.since {
        _ if tree.beside.is_some() => (text::visible(&tree.beside_words().unwrap_or_default()).into_owned(), Role::Notice),
        Some(Ok(changes)) => {
            let doubts = words::doubts(changes).into_iter().map(|doubt| format!("; {doubt}")).collect::<String>();
            (format!("{}{doubts}", words::since_visit(changes, app.zone())), Role::Notice)
        }
        Some(Err(reason)) => (reason.clone(), Role::Dim),
        None => (words::notes(&tree.overview).join("; "), Role::Dim),
    };
    let lines = [(words::summary(&tree.overview, &tree.groups), Role::Heading), since];
    for (row, (words, role)) in lines.iter().enumerate() {
        if let Some(mut pen) = Pen::new(buffer, area, row as u16, Style::new()) {
            pen.skip(1).skip_right(1).put(words, app.theme.style(*role));
        }
    }
}

fn list(app: &App, area: Rect, buffer: &mut Buffer) {
    let screen = &app.overview;
    let (heads, lines) = panes::group_lines(area, app.groups.has_times());
    let columns = match (heads.is_none(), groups::has_rates(app, area)) {
        (true, true) => "rows, rate, share  ",
        (true, false) => "rows, share  ",
        (false, _) => "",
    };
    let state = format!("{columns}{}  {}", screen.sort.words(), chrome::list_state(&screen.list));
    chrome::pane(app, buffer, area, "Namespaces", true, &state);
    if let Some(heads) = heads {
        groups::names(app, buffer, heads);
    }
    let Some(tree) = screen.tree.as_deref().filter(|tree| !tree.is_empty()) else {
        let (words, role) = match &app.failure {
            Some(reason) => (text::visible(reason), Role::Error),
            None if app.reading.is_some() || screen.asked.is_some() => ("counting …".into(), Role::Dim),
            None => ("no rows".into(), Role::Dim),
        };
        let inside = Rect { x: lines.x + 2, width: lines.width.saturating_sub(4), ..lines };
        paragraph(buffer, inside, 1, &words, app.theme.style(role));
        return;
    };
    chrome::nothing_left(app, &screen.list, lines, buffer);
    for (row, (item, here)) in screen.list.outline.window(usize::from(lines.height)).enumerate() {
        LinePainter { app, tree, here }.draw(item, buffer, lines, row as u16);
    }
}

/// Draws one line.
struct LinePainter<'a> {
    app: &'a App,
    tree: &'a OverviewTree,
    here: bool,
}

impl LinePainter<'_> {
    /// On the cursor's own line one style says it all; roles would be unreadable on it.
    fn style(&self, role: Role) -> Style {
        if self.here { Style::new() } else { self.app.theme.style(role) }
    }

    fn draw(&self, item: usize, buffer: &mut Buffer, area: Rect, row: u16) {
        let (app, tree) = (self.app, self.tree);
        let cursor = if self.here { app.theme.style(Role::Cursor) } else { Style::new() };
        paint_line(buffer, area, row, cursor);
        let Some(mut pen) = Pen::new(buffer, area, row, cursor) else { return };
        let list = &app.overview.list;
        let glyphs = app.theme.glyphs;
        let Some(line) = tree.line(item) else { return };
        pen.skip_right(1);
        self.numbers(&line, area, &mut pen);
        pen.skip_right(1);
        let marker = match (tree.is_branch(item), list.outline.is_open(tree, item)) {
            (true, true) => glyphs.open,
            (true, false) => glyphs.closed,
            (false, _) => " ",
        };
        pen.skip(1 + 2 * tree.depth(item)).put(marker, self.style(Role::Dim)).put(" ", Style::new());
        if list.is_hit(item) {
            pen.put(glyphs.found, self.style(Role::Match)).put(" ", Style::new());
        }
        self.words(&line, &mut pen);
    }

    /// What stands at the end of a line: rows and their share; of a namespace what the groups have there, too.
    fn numbers(&self, line: &OverviewLine<'_>, area: Rect, pen: &mut Pen<'_>) {
        let rows = match line {
            OverviewLine::Part(OverviewPart::Beside) => {
                let [here, there] = BESIDE_HEADS;
                pen.put_right(&format!("{there:>10}"), self.style(Role::Dim)).put_right(&format!("{here:>9} "), self.style(Role::Dim));
                return;
            }
            OverviewLine::Part(_) => return,
            OverviewLine::Beside(row) => {
                let rows = match row {
                    BesideRow::Namespace(line) => line.counts.rows,
                    BesideRow::Doctype(_, of) => of.counts.rows,
                    BesideRow::Only(0, group) => [group.count, 0],
                    BesideRow::Only(_, group) => [0, group.count],
                };
                pen.put_right(&format!("{:>10}", text::count(rows[1])), self.style(Role::Count));
                pen.put_right(&format!("{:>9} ", text::count(rows[0])), self.style(Role::Count));
                return;
            }
            OverviewLine::Stage(line) => line.rows,
            OverviewLine::New(group) | OverviewLine::Grown(group, _) => group.count,
            OverviewLine::Gone(_) => 0,
            OverviewLine::Unknown(name) => name.rows,
            OverviewLine::Namespace(line) => line.rows,
        };
        let share = text::percent(rows, self.tree.groups.rows);
        pen.put_right(&format!("{share:>6}"), self.style(Role::Dim));
        let namespace = match line {
            OverviewLine::Namespace(line) => Some(*line),
            _ => None,
        };
        if let Some(rates) = self.tree.groups.rates.as_ref().filter(|_| groups::has_rates(self.app, area)) {
            let known = namespace.map(|line| rates.namespace(line.name.as_deref()).0.map(|rate| rate.share()));
            pen.put_right(&format!("{:>9}", known.map(rate::percent).unwrap_or_default()), self.style(Role::Text));
        }
        pen.put_right(&format!("{:>9} ", text::count(rows)), self.style(Role::Count));
        if let Some(namespace) = namespace {
            self.over_time(namespace, area, pen);
        }
    }

    /// Since when a namespace is seen, its rows over time, how many of its groups the newest deploy began.
    fn over_time(&self, line: &NamespaceLine, area: Rect, pen: &mut Pen<'_>) {
        let trend = self.tree.overview.trend(&self.tree.groups, line);
        groups::over_time(self.app, area, line.span, Some(trend), &|role| self.style(role), pen);
        if line.new > 0 {
            pen.put_right(&format!("{} {NEW}", text::count(line.new.into())), self.style(Role::New));
        }
    }

    fn words(&self, line: &OverviewLine<'_>, pen: &mut Pen<'_>) {
        let group = |group: &Group, tag: &str, pen: &mut Pen<'_>| {
            pen.put(tag, self.style(Role::New)).skip(1);
            pen.put(&text::visible(&group.key.doctype_name()), self.style(Role::Heading))
                .skip(2)
                .put(&group.phrase(), self.style(Role::Text));
        };
        match line {
            OverviewLine::Part(part) => {
                let role = if matches!(part, OverviewPart::Namespaces | OverviewPart::Beside) { Role::Heading } else { Role::Notice };
                pen.put(&self.tree.part_words(*part), self.style(role));
            }
            OverviewLine::Stage(line) => {
                pen.put(&words::stage(line.stage.as_deref()), self.style(Role::Key)).skip(2);
                pen.put(&text::plural(line.groups, "group", "groups"), self.style(Role::Dim));
            }
            OverviewLine::New(new) => group(new, "new  ", pen),
            OverviewLine::Grown(grown, changed) => group(grown, &format!("x{:.1} ", changed.times), pen),
            OverviewLine::Gone(gone) => {
                pen.put("gone ", self.style(Role::Gone)).skip(1).put(&words::gone(gone), self.style(Role::Dim));
            }
            OverviewLine::Unknown(name) => {
                let title = words::unknown_title(name);
                let room = (pen.room() * 2 / 5).max(pen.room().saturating_sub(text::width(&words::guess(name)) + 2));
                pen.put(&text::clip_middle(&title, room), self.style(Role::Key)).skip(2).put(&words::guess(name), self.style(Role::Dim));
            }
            OverviewLine::Namespace(line) => {
                let groups = words::namespace_groups(line);
                let unknown = if line.is_known == Some(false) { words::UNKNOWN } else { "" };
                let room = pen.room().saturating_sub(text::width(&groups) + text::width(unknown) + 4).max(pen.room() / 2);
                let name = words::namespace(line.name.as_deref());
                pen.put(&text::clip_middle(&name, room), self.style(Role::Heading)).skip(2).put(&groups, self.style(Role::Dim));
                pen.skip(2).put(unknown, self.style(Role::Constraint));
            }
            OverviewLine::Beside(row) => self.beside(row, pen),
        }
    }

    /// A line of two sources.
    fn beside(&self, row: &BesideRow<'_>, pen: &mut Pen<'_>) {
        let Some((lines, _)) = self.tree.both() else { return };
        let beside = &lines.beside;
        let named = |name: &str, counts: &BesideCounts, pen: &mut Pen<'_>| {
            let groups = both::groups(beside, counts);
            let room = pen.room().saturating_sub(text::width(&groups) + 2).max(pen.room() / 2);
            let role = if beside.place(counts) == BesidePlace::Both { Role::Dim } else { Role::Notice };
            pen.put(&text::clip_middle(name, room), self.style(Role::Heading)).skip(2).put(&groups, self.style(role));
        };
        match row {
            BesideRow::Namespace(line) => named(&words::namespace(line.name.as_deref()), &line.counts, pen),
            BesideRow::Doctype(_, of) => named(&both::doctype(of), &of.counts, pen),
            BesideRow::Only(side, group) => {
                pen.put(both::place(beside.only(*side)), self.style(Role::Notice)).skip(2);
                pen.put(&text::visible(&group.sentence()), self.style(Role::Text));
            }
        }
    }
}

fn detail(app: &App, area: Rect, buffer: &mut Buffer) {
    let screen = &app.overview;
    let found = screen.tree.as_deref().zip(screen.list.outline.item()).and_then(|(tree, item)| tree.facts(item, app.zone()));
    sheet::of_line(app, found, area, buffer);
}
