//! The screen of tables: the tree or what a search found, facts about the line under the cursor, the schema behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::Action;
use super::super::app::{App, List};
use super::super::hit_tree::{self, HitTree};
use super::super::panes::{self, TablePane};
use super::super::table_tree::{TableLine, TableTree};
use super::super::theme::Role;
use super::pen::{Pen, paint_line, paragraph};
use super::table_facts;
use super::{chrome, json};
use crate::ground::outline::Tree;
use crate::ground::sought::nothing_holds;
use crate::ground::text;
use crate::pipeline::layout::{Gauge, GaugeLevel, Limit};
use crate::rows::schemas::WOULD_BE_SHORT;
use crate::triage::catalog::{Catalog, CatalogColumn, HitKind, TableContents, TableId};
use crate::triage::facts::column::kind_in;

/// Draws the screen.
pub(super) fn draw(app: &App, buffer: &mut Buffer) {
    let screen = &app.tables;
    let areas = panes::tables(app.frame((buffer.area.width, buffer.area.height)), screen.focus);
    let schemas = app.schemas.as_deref().unwrap_or_default();
    chrome::title(app, buffer, areas.title, &format!("misfit  tables of {schemas}"), &totals(app));
    if let Some(area) = areas.tree {
        tree(app, buffer, area);
    }
    if !areas.facts.is_empty() {
        table_facts::draw(app, buffer, areas.facts);
    }
    if let Some(area) = areas.schema {
        schema(app, buffer, area);
    }
    chrome::footer(app, buffer, areas.footer);
}

/// `1,042 tables · 368,494 columns`, or how far reading has come.
fn totals(app: &App) -> String {
    let catalog = &app.tables.tree.catalog;
    let with_layout = catalog.tables().iter().filter(|table| !matches!(table.contents, TableContents::Missing(_))).count() as u64;
    let tables = text::plural(with_layout, "table", "tables");
    let dot = app.theme.glyphs.dot;
    if let Some(reading) = app.tables.reading {
        return format!("reading {} of {tables}", text::count(reading.done as u64));
    }
    let columns =
        (0..catalog.tables().len()).filter_map(|table| catalog.flat(table as TableId)).map(|flat| flat.columns.len() as u64).sum();
    format!("{tables} {dot} {}", text::plural(columns, "column", "columns"))
}

fn tree(app: &App, buffer: &mut Buffer, area: Rect) {
    let screen = &app.tables;
    let focused = screen.focus == TablePane::Tree;
    let lines = panes::lines(area);
    if let Some(search) = &screen.search {
        chrome::pane(app, buffer, area, "Columns found", focused, &search.state());
        match &search.hits {
            Some(hits) if hits.is_empty() => nothing(app, &search.text, buffer, lines),
            Some(hits) => {
                for (row, (item, here)) in search.list.outline.window(usize::from(lines.height)).enumerate() {
                    let painter = TablePainter { app, list: &search.list, here, focused };
                    painter.hit(hits, item, buffer, lines, row as u16);
                }
            }
            None => {}
        }
        return;
    }
    let search = if focused { app.keymap.words("", Action::Search, " searches all columns") } else { String::new() };
    chrome::pane(
        app,
        buffer,
        area,
        "Tables",
        focused,
        format!("{search}  leaf columns  {}", chrome::list_state(&screen.list)).trim_start(),
    );
    for (row, (item, here)) in screen.list.outline.window(usize::from(lines.height)).enumerate() {
        let painter = TablePainter { app, list: &screen.list, here, focused };
        painter.line(&screen.tree, item, buffer, lines, row as u16);
    }
}

fn nothing(app: &App, sought: &str, buffer: &mut Buffer, area: Rect) {
    let words = match app.tables.reading {
        Some(_) => "nothing so far; the columns are being read".to_owned(),
        None => format!("no column and no table: {}{}", nothing_holds(sought), chrome::way_back(app, " shows all tables")),
    };
    paragraph(buffer, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, 1, &words, app.theme.style(Role::Dim));
}

/// Draws one line of a list.
struct TablePainter<'a> {
    app: &'a App,
    list: &'a List,
    here: bool,
    focused: bool,
}

impl TablePainter<'_> {
    /// On the cursor's own line one style says it all; roles would be unreadable on it.
    fn style(&self, role: Role) -> Style {
        if self.here && self.focused { Style::new() } else { self.app.theme.style(role) }
    }

    /// A pen behind the marker of a line, which is painted if the cursor is on it.
    fn begin<'b>(&self, tree: &impl Tree, item: usize, buffer: &'b mut Buffer, area: Rect, row: u16) -> Option<Pen<'b>> {
        let glyphs = self.app.theme.glyphs;
        let cursor = match (self.here, self.focused) {
            (true, true) => self.app.theme.style(Role::Cursor),
            (true, false) => self.app.theme.style(Role::TiedCursor),
            _ => Style::new(),
        };
        paint_line(buffer, area, row, cursor);
        let mut pen = Pen::new(buffer, area, row, cursor)?;
        let marker = match (tree.is_branch(item), self.list.outline.is_open(tree, item)) {
            (true, true) => glyphs.open,
            (true, false) => glyphs.closed,
            _ => " ",
        };
        let indent = (2 * tree.depth(item)).min(usize::from(area.width) / 2);
        pen.skip_right(1).skip(1 + indent).put(marker, self.style(Role::Dim)).put(" ", Style::new());
        Some(pen)
    }

    fn line(&self, tree: &TableTree, item: usize, buffer: &mut Buffer, area: Rect, row: u16) {
        let Some(mut pen) = self.begin(tree, item, buffer, area, row) else { return };
        let catalog = &tree.catalog;
        match tree.line(item) {
            TableLine::Namespace(first, end) => {
                let tables = text::plural(u64::from(end - first), "table", "tables");
                pen.put_right(&tables, self.style(Role::Dim)).skip_right(2);
                pen.put(&text::visible(&catalog.tables()[first as usize].doctype.namespace), self.style(Role::Heading));
            }
            TableLine::Table(table) => {
                self.table_state(catalog, table, &mut pen);
                let doctype = &catalog.tables()[table as usize].doctype;
                pen.put(&text::visible(&format!("{}.{}", doctype.doctype, doctype.version)), self.style(Role::Heading));
            }
            TableLine::Column(table, id) => {
                let Some(column) = catalog.column(table, id) else { return };
                let name = text::visible(catalog.last_name(column.path)).into_owned();
                let kind = kind_in(catalog, column);
                let room = pen.room().saturating_sub(text::width(&kind) + 2).max(pen.room() / 2);
                pen.put(&text::clip_middle(&name, room), self.style(Role::Key)).skip(2);
                self.kind(catalog, column, &mut pen);
            }
        }
    }

    /// Type and mode of a column.
    fn kind(&self, catalog: &Catalog, column: &CatalogColumn, pen: &mut Pen<'_>) {
        pen.put(&text::visible(catalog.badge(column)), self.style(Role::Type))
            .put(column.mode.behind(column.shaped), self.style(Role::Mode));
    }

    /// How many leaf columns a table has, or why there are none.
    fn table_state(&self, catalog: &Catalog, table: TableId, pen: &mut Pen<'_>) {
        let fault = self.app.theme.glyphs.fault;
        match (&catalog.tables()[table as usize].contents, catalog.flat(table)) {
            (_, Some(flat)) => {
                let gauge = Gauge { limit: Limit::Leaves, used: flat.size.leaves };
                let (mark, role) = match gauge.level() {
                    GaugeLevel::Roomy => (" ", Role::Count),
                    GaugeLevel::Near => ("!", Role::Constraint),
                    GaugeLevel::Over => (fault, Role::Fault),
                };
                pen.put_right(&text::count(gauge.used as u64), self.style(role)).skip_right(1).put_right(mark, self.style(role));
                if catalog.tables()[table as usize].made {
                    pen.skip_right(1).put_right(WOULD_BE_SHORT, self.style(Role::Dim));
                }
            }
            (TableContents::Broken(_), _) => {
                pen.put_right("broken", self.style(Role::Fault)).skip_right(1).put_right(fault, self.style(Role::Fault));
            }
            (TableContents::Missing(_), _) => {
                pen.put_right("no table", self.style(Role::Dim));
            }
            _ => {}
        }
        pen.skip_right(2);
    }

    fn hit(&self, hits: &HitTree, item: usize, buffer: &mut Buffer, area: Rect, row: u16) {
        let Some(mut pen) = self.begin(hits, item, buffer, area, row) else { return };
        let catalog = &hits.catalog;
        match hits.line(item) {
            hit_tree::HitLine::Place(place) => {
                pen.put(&text::visible(&catalog.table_name(place.table)), self.style(Role::Text));
            }
            hit_tree::HitLine::Hit(hit, places) => {
                let of = match places {
                    [place] => text::visible(&catalog.table_name(place.table)).into_owned(),
                    many => text::plural(many.len() as u64, "table", "tables"),
                };
                let of = text::clip_middle(&of, pen.room() * 2 / 5);
                pen.put_right(&of, self.style(Role::Dim)).skip_right(2);
                let column = places.first().and_then(|place| catalog.column(place.table, place.column?));
                match (hit.what, column) {
                    (HitKind::Column(path), Some(column)) => {
                        let kind = kind_in(catalog, column);
                        let room = pen.room().saturating_sub(text::width(&kind) + 2).max(pen.room() / 2);
                        self.path(catalog, path, room, &mut pen);
                        pen.skip(2);
                        self.kind(catalog, column, &mut pen);
                    }
                    _ => {
                        pen.put("tables of that name", self.style(Role::Heading));
                    }
                }
            }
        }
    }

    /// A path, its last name bright; where it is too long the beginning goes first.
    fn path(&self, catalog: &Catalog, path: u32, room: usize, pen: &mut Pen<'_>) {
        let name = text::visible(catalog.last_name(path)).into_owned();
        let whole = text::visible(&catalog.path(path)).into_owned();
        let before = whole.strip_suffix(&name).unwrap_or_default();
        let left = room.saturating_sub(text::width(&name));
        if left >= 4 || before.is_empty() {
            let shown = clip_front(before, left);
            pen.put(&shown, self.style(Role::Dim));
        }
        pen.put(&text::clip_middle(&name, room), self.style(Role::Key));
    }
}

/// A path that ends in a dot, cut at its front between names.
fn clip_front(before: &str, cells: usize) -> String {
    if text::width(before) <= cells {
        return before.to_owned();
    }
    let fits = before.match_indices('.').map(|(at, _)| &before[at..]).find(|tail| text::width(tail) < cells);
    format!("…{}", fits.unwrap_or("."))
}

/// The JSON schema, its cursor on the node that fills the column.
fn schema(app: &App, buffer: &mut Buffer, area: Rect) {
    let screen = &app.tables;
    let focused = screen.focus == TablePane::Schema;
    let look = screen.known();
    let known = look.and_then(|look| look.schema.as_ref());
    let name = known.map(|schema| text::visible(&schema.path).into_owned()).unwrap_or_default();
    chrome::pane(app, buffer, area, "Schema", focused, &name);
    let lines = panes::lines(area);
    match known {
        Some(schema) => json::draw(app, &schema.document, &screen.schema, focused, &json::Marks::of_column(screen.node), lines, buffer),
        None => {
            let words = look.and_then(|look| look.no_schema.as_deref()).unwrap_or_default();
            let inner = Rect { x: lines.x + 1, width: lines.width.saturating_sub(2), ..lines };
            paragraph(buffer, inner, 1, &text::visible(words), app.theme.style(Role::Dim));
        }
    }
}
