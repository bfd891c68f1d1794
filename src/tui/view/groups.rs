//! The screen of groups: the tree on the left, what the line under the cursor is on the right.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::App;
use super::super::group_tree::{GroupLevel, GroupTree, ListedBy};
use super::super::panes;
use super::super::theme::Role;
use super::pen::{Pen, paint_line, paragraph};
use super::{chrome, summary};
use crate::ground::outline::Tree;
use crate::ground::text;
use crate::ground::time;
use crate::rows::column;
use crate::rows::group::{Group, NEW, Rates, RemarkAbout, Status, Trend, said};
use crate::triage::facts;

/// Cells of a trend beside a line of the tree, at least and at most.
const TREND: (usize, usize) = (12, 36);

/// From so many cells on a line tells since when its group is seen.
const DATED: u16 = 110;

/// A trend of less than so many seconds is told by hours.
const SHORT: i64 = 36 * 3600;

/// Cells that what is wrong keeps on a line where its place takes the most.
const FEW_WORDS: usize = 12;

/// Cells of the place and what is wrong there beside which a line says that something was noted.
const MARKED: usize = 24;

/// Marks what began since the source is followed.
const FRESH: &str = "now";

/// From so many cells on a line has its rate.
const RATED: u16 = 70;

/// Draws the screen.
pub(super) fn draw(app: &App, buffer: &mut Buffer) {
    let areas = panes::groups(app.frame((buffer.area.width, buffer.area.height)));
    let groups = &app.groups.tree.groups;
    let mut right = text::plural(groups.rows, "row", "rows");
    right.push_str(&format!(" {} {}", app.theme.glyphs.dot, text::plural(groups.list.len() as u64, "group", "groups")));
    if groups.outside > 0 {
        right.push_str(&format!(" {} {} left out", app.theme.glyphs.dot, text::count(groups.outside)));
    }
    if groups.unreadable.count > 0 {
        right.push_str(&format!(" {} {} unreadable", app.theme.glyphs.dot, text::count(groups.unreadable.count)));
    }
    let schemas =
        app.schemas.as_deref().map_or("no schemas (--schemas FOLDER, misfit schemas get)".to_owned(), |name| format!("schemas {name}"));
    if !groups.missing_columns.is_empty() {
        right = format!("no {} {} {right}", column::names(&groups.missing_columns), app.theme.glyphs.dot);
    }
    if let Some(following) = &app.following {
        let began = if following.count() > 0 { format!(", {} began", text::count(following.count() as u64)) } else { String::new() };
        right = format!("following{began} {} {right}", app.theme.glyphs.dot);
    }
    if let Some(incomplete) = &app.incomplete {
        right = format!("{incomplete} {} {right}", app.theme.glyphs.dot);
    }
    chrome::title(app, buffer, areas.title, &format!("misfit  {}  {} {schemas}", app.source, app.theme.glyphs.dot), &right);
    tree(app, buffer, areas.tree);
    if !areas.detail.is_empty() {
        summary::draw(app, buffer, areas.detail);
    }
    chrome::footer(app, buffer, areas.footer);
}

fn tree(app: &App, buffer: &mut Buffer, area: Rect) {
    let order = app.groups.sort.words();
    // What stands at the end of the lines, where that is more than usual.
    let (head, lines) = panes::group_lines(area, app.groups.has_times());
    let columns = if has_rates(app, area) && head.is_none() { "rows, rate, share  " } else { "" };
    let state = format!("{columns}{order}  {}", chrome::list_state(&app.groups.list));
    let title = if app.groups.tree.by == ListedBy::Incidents { "What fails, by cause" } else { "What fails" };
    chrome::pane(app, buffer, area, title, true, &state);
    if let Some(head) = head {
        names(app, buffer, head);
    }
    let tree = &app.groups.tree;
    if tree.is_empty() {
        let (words, role) = match &app.failure {
            Some(reason) => (text::visible(reason), Role::Error),
            None if app.reading.is_some() => ("reading …".into(), Role::Dim),
            None => ("no rows".into(), Role::Dim),
        };
        let inside = Rect { x: lines.x + 2, width: lines.width.saturating_sub(4), ..lines };
        paragraph(buffer, inside, 1, &words, app.theme.style(role));
    }
    chrome::nothing_left(app, &app.groups.list, lines, buffer);
    for (row, (item, here)) in app.groups.list.outline.window(usize::from(lines.height)).enumerate() {
        line(app, tree, item, here, buffer, lines, row as u16);
    }
}

fn line(app: &App, tree: &GroupTree, item: usize, here: bool, buffer: &mut Buffer, area: Rect, row: u16) {
    let theme = &app.theme;
    let cursor = if here { theme.style(Role::Cursor) } else { Style::new() };
    // On the cursor's line one style says it all; roles would be unreadable on it.
    let style = |role: Role| if here { Style::new() } else { theme.style(role) };
    paint_line(buffer, area, row, cursor);
    let Some(mut pen) = Pen::new(buffer, area, row, cursor) else { return };
    let line = &tree.items[item];
    pen.skip_right(1);
    pen.put_right(&format!("{:>6}", text::percent(line.count, tree.groups.rows)), style(Role::Dim));
    if let Some(rates) = tree.groups.rates.as_ref().filter(|_| has_rates(app, area)) {
        pen.put_right(&format!("{:>9}", rate(rates, tree, item)), style(Role::Text));
    }
    pen.put_right(&format!("{:>9} ", text::count(line.count)), style(Role::Count));
    let group = tree.group(item).filter(|_| tree.is_leaf(item));
    over_time(app, area, group.and_then(|group| group.span), group.map(|group| &group.trend), &style, &mut pen);
    let (tag, role) = fresh(app, tree, item).unwrap_or_else(|| tag(tree, item));
    if !tag.is_empty() {
        pen.put_right(&format!("{tag:>6}"), style(role));
    }
    let of_incident = tree.incident(item).and_then(|incident| tree.groups.remarks.as_ref()?.of(incident.fingerprint));
    let remark = tree.group(item).filter(|_| tree.is_leaf(item)).and_then(|group| tree.groups.remark(group));
    let remark = remark.or(of_incident.filter(|remark| remark.about == RemarkAbout::Incident));
    if let Some(remark) = remark.filter(|_| pen.room() > MARKED) {
        pen.put_right(&format!("{} ", remark.mark()), style(chrome::remark_role(remark.state)));
    }
    pen.skip_right(1);
    label(app, tree, item, &style, &mut pen);
    // What was noted goes on where the line has room left.
    if let Some(said) = remark.and_then(|remark| said(remark.text.as_deref(), remark.bug.as_deref())).filter(|_| pen.room() > FEW_WORDS) {
        pen.skip(2).put(&said, style(Role::Dim));
    }
}

/// Since when something is seen, and its trend, where there is room and time.
pub(super) fn over_time(
    app: &App,
    area: Rect,
    span: Option<(i64, i64)>,
    of: Option<&Trend>,
    style: &dyn Fn(Role) -> Style,
    pen: &mut Pen<'_>,
) {
    let Some(cells) = trend_cells(app, area) else { return };
    if area.width >= DATED {
        let cells = first_seen(app, 0).len() + 2;
        let first = span.map(|(first, _)| first_seen(app, first)).unwrap_or_default();
        pen.put_right(&format!("{first:>cells$}"), style(Role::Dim));
    }
    trend(app, of, cells, style, pen);
    pen.skip_right(1);
}

/// Cells of the trends; `None` where there is no room or no time.
fn trend_cells(app: &App, area: Rect) -> Option<usize> {
    // The lines begin a cell beside the pane.
    let pane = Rect { x: area.x.saturating_sub(1), y: area.y.saturating_sub(2), width: area.width + 1, height: area.height + 2 };
    panes::group_lines(pane, app.groups.has_times()).0?;
    Some((usize::from(area.width).saturating_sub(64) / 4).clamp(TREND.0, TREND.1))
}

/// A trend, with the deploys in the cells that have no rows, so that they stand above each other on all lines.
fn trend(app: &App, of: Option<&Trend>, cells: usize, style: &dyn Fn(Role) -> Style, pen: &mut Pen<'_>) {
    let spark = of.map(|trend| summary::spark(app, trend, cells)).unwrap_or_else(|| " ".repeat(cells));
    let deploys = if of.is_some() { summary::deploys_at(app, cells) } else { Vec::new() };
    for (at, bar) in spark.chars().enumerate().collect::<Vec<_>>().into_iter().rev() {
        match bar {
            ' ' if deploys.contains(&at) => pen.put_right(app.theme.glyphs.job, style(Role::Border)),
            ' ' => pen.skip_right(1),
            bar => pen.put_right(bar.encode_utf8(&mut [0; 4]), style(Role::Bar)),
        };
    }
}

/// Since when a group is seen: the day, without its year where all rows are of one.
fn first_seen(app: &App, first: i64) -> String {
    let year = |at: i64| time::day(at)[..4].to_owned();
    let is_one_year = app.groups.tree.groups.span.is_some_and(|(from, to)| year(from) == year(to));
    let day = time::day(first);
    if is_one_year { day[5..].to_owned() } else { day }
}

/// Names what stands at the end of the lines, and the ends of the axis that all trends have.
pub(super) fn names(app: &App, buffer: &mut Buffer, area: Rect) {
    let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) else { return };
    let style = app.theme.style(Role::Dim);
    let rated = has_rates(app, area);
    pen.skip_right(1).put_right(if rated { " share" } else { "of all" }, style);
    if rated {
        pen.put_right(&format!("{:>9}", "rate"), style);
    }
    pen.put_right(&format!("{:>9} ", "rows"), style);
    let (Some(cells), Some((from, to))) = (trend_cells(app, Rect { height: area.height + 4, ..area }), app.groups.tree.groups.span) else {
        return;
    };
    if area.width >= DATED {
        pen.put_right(&format!("{:>1$}", "since", first_seen(app, from).len() + 2), style);
    }
    let told = |at: i64| if to - from < SHORT * 1_000_000 { time::minute(at)[11..].to_owned() } else { time::day(at)[5..].to_owned() };
    let (begin, end) = (told(from), told(to));
    let gap = cells.saturating_sub(begin.len() + end.len());
    pen.put_right(&format!("{begin}{}{end}", " ".repeat(gap)), style).skip_right(1);
    if !app.groups.tree.groups.deploys.is_empty() {
        pen.put_right(&format!("{} a deploy", app.theme.glyphs.job), style);
    }
}

/// Whether lines have their rates.
pub(super) fn has_rates(app: &App, area: Rect) -> bool {
    area.width >= RATED && app.groups.tree.groups.rates.is_some()
}

/// The rate of a line: of a group, or of the doctype or namespace that a branch is; nothing on other lines.
fn rate(rates: &Rates, tree: &GroupTree, item: usize) -> String {
    let names = || tree.leaves(item).next().and_then(|leaf| tree.group(leaf)).map(|group| &group.key.names);
    let rate = match tree.items[item].level {
        GroupLevel::Namespace => names().and_then(|names| rates.namespace(names.namespace.as_deref()).0),
        GroupLevel::Doctype => names().and_then(|names| rates.doctype(names)),
        GroupLevel::PathAndFault | GroupLevel::Fault | GroupLevel::Whole => tree.group(item).and_then(|group| rates.group(group)),
        GroupLevel::Incident | GroupLevel::Aside | GroupLevel::Path | GroupLevel::Key => return String::new(),
    };
    facts::rate::percent(rate.map(|rate| rate.share()))
}

fn label(app: &App, tree: &GroupTree, item: usize, style: &dyn Fn(Role) -> Style, pen: &mut Pen<'_>) {
    let glyphs = app.theme.glyphs;
    let line = &tree.items[item];
    let marker = match (tree.is_branch(item), app.groups.list.outline.is_open(tree, item)) {
        (true, true) => glyphs.open,
        (true, false) => glyphs.closed,
        (false, _) => " ",
    };
    pen.skip(1 + 2 * tree.depth(item)).put(marker, style(Role::Dim)).put(" ", Style::new());
    if app.groups.list.is_hit(item) {
        pen.put(glyphs.found, style(Role::Match)).put(" ", Style::new());
    }
    let words = text::visible(&line.label);
    match line.level {
        GroupLevel::Namespace | GroupLevel::Doctype => pen.put(&words, style(Role::Heading)),
        GroupLevel::Aside => pen.put(&words, style(Role::Dim)),
        GroupLevel::Path | GroupLevel::Key => pen.put(&text::clip_path(&words, pen.room()), style(Role::Key)),
        GroupLevel::Fault => pen.put(&tree.group(item).map(Group::phrase).unwrap_or_default(), style(Role::Text)),
        GroupLevel::Incident => {
            let says = tree.group(item).map(Group::phrase).unwrap_or_default();
            let extent = tree.incident(item).map(|incident| incident.extent.as_str()).unwrap_or_default();
            let room = pen.room().saturating_sub(4 + text::width(extent));
            let place = text::clip_path(&words, (room * 7 / 10).max(room.saturating_sub(text::width(&says).min(FEW_WORDS))));
            pen.put(&place, style(Role::Heading)).skip(2).put(extent, style(Role::New)).skip(2).put(&says, style(Role::Text))
        }
        GroupLevel::PathAndFault | GroupLevel::Whole => {
            let says = tree.group(item).map(Group::phrase).unwrap_or_default();
            let room = pen.room().saturating_sub(2);
            // The place tells lines apart; of what is wrong there the beginning is enough, for the pane beside has all of it.
            let path = text::clip_path(&words, (room * 7 / 10).max(room.saturating_sub(text::width(&says).min(FEW_WORDS))));
            pen.put(&path, style(Role::Key)).skip(2).put(&says, style(Role::Text))
        }
    };
}

/// That a group began since the source is followed; on a branch how many did.
fn fresh(app: &App, tree: &GroupTree, item: usize) -> Option<(Cow<'static, str>, Role)> {
    let count = app.following.as_ref()?.began_below(tree, item);
    let is_key = tree.items[item].level == GroupLevel::Key;
    match (count, tree.is_leaf(item)) {
        (0, _) => None,
        _ if is_key => None,
        (_, true) => Some((FRESH.into(), Role::New)),
        (count, false) => Some((format!("{} {FRESH}", text::count(count as u64)).into(), Role::New)),
    }
}

/// What a deploy did to a line; on a branch the number of groups below that the newest deploy began.
fn tag(tree: &GroupTree, item: usize) -> (Cow<'static, str>, Role) {
    let Some(group) = tree.group(item).filter(|_| tree.is_leaf(item)) else {
        return match tree.items[item].new {
            0 => ("".into(), Role::Dim),
            new => (format!("{new} {NEW}").into(), Role::New),
        };
    };
    match group.standing.status.filter(|status| status.is_mark()) {
        Some(status) => (status.word().into(), if status == Status::Began { Role::New } else { Role::Gone }),
        None => ("".into(), Role::Dim),
    }
}
