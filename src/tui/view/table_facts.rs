//! What the line under the cursor of the tables is: names, type, size, SQL, the schema node, what fails there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::action::Action;
use super::super::app::App;
use super::super::hit_tree;
use super::super::panes;
use super::super::table_tree::TableLine;
use super::super::theme::Role;
use super::chrome;
use super::sheet::{EMPTY, Sheet};
use crate::ground::text;
use crate::pipeline::destination::Stage;
use crate::pipeline::layout::{ColumnId, GaugeLevel};
use crate::pipeline::names;
use crate::pipeline::sink;
use crate::rows::schemas::NoLayout;
use crate::triage::catalog::{Flat, HitPlace, TableContents, TableId};
use crate::triage::facts::{column, table};

/// Cells of a gauge.
const GAUGE: usize = 20;

/// Tables of a namespace or hit that are listed.
const LISTED: usize = 200;

/// Draws the pane.
pub(super) fn draw(app: &App, buffer: &mut Buffer, area: Rect) {
    let screen = &app.tables;
    let place = screen.place();
    let catalog = &screen.tree.catalog;
    let name = place.map_or_else(|| "Facts".to_owned(), |place| catalog.table_name(place.table));
    chrome::pane(app, buffer, area, &text::visible(&name), false, "");
    let inner = panes::lines(area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut sheet = Sheet::new(app, buffer, inner);
    match (screen.hit(), place) {
        (Some(hit_tree::HitLine::Hit(_, places)), _) if places.len() > 1 && place.is_none() => {
            sheet.tables(places.iter().map(|place| place.table))
        }
        (_, Some(HitPlace { table, column: Some(column) })) => sheet.column(table, column),
        (_, Some(HitPlace { table, column: None })) => sheet.table(table),
        (None, None) => {
            if let Some(item) = screen.list.outline.item()
                && let TableLine::Namespace(first, end) = screen.tree.line(item)
            {
                sheet.namespace(first, end);
            }
        }
        _ => {}
    }
    if sheet.row == 0 {
        sheet.words(EMPTY, Role::Dim);
    }
    sheet.cut("everything about this line");
}

impl Sheet<'_> {
    fn namespace(&mut self, first: TableId, end: TableId) {
        let catalog = &self.app.tables.tree.catalog;
        let namespace = &catalog.tables()[first as usize].doctype.namespace;
        let snake = names::snake_case(namespace);
        let shown = text::visible(namespace).into_owned();
        self.words(&shown, Role::Heading);
        self.words(&format!("datasets {snake}_live and {snake}_stable"), Role::Text);
        self.tables(first..end);
    }

    /// Tables with their sizes, largest first.
    fn tables(&mut self, tables: impl Iterator<Item = TableId>) {
        let catalog = self.app.tables.tree.catalog.clone();
        let leaves = |table: TableId| catalog.flat(table).map_or(0, |flat| flat.size.leaves);
        let mut sized: Vec<(usize, TableId)> = tables.map(|table| (leaves(table), table)).collect();
        sized.sort_by_key(|&(leaves, table)| (std::cmp::Reverse(leaves), table));
        self.heading("Leaf columns, most first");
        for &(leaves, table) in sized.iter().take(LISTED) {
            let name = catalog.table_name(table);
            self.line(&format!("{:>9}  {}", text::count(leaves as u64), text::visible(&name)), Role::Text);
        }
    }

    fn table(&mut self, table: TableId) {
        let catalog = self.app.tables.tree.catalog.clone();
        let known = &catalog.tables()[table as usize];
        match &known.contents {
            TableContents::Broken(reason) => self.words(&text::visible(reason), Role::Fault),
            TableContents::Unread => self.words("reading …", Role::Dim),
            TableContents::Columns(_) | TableContents::Missing(_) => {}
        }
        table::notes(known).iter().for_each(|note| self.words(&text::visible(note), Role::Text));
        self.names(table);
        if let Some(flat) = catalog.flat(table) {
            self.sizes(table, flat);
        }
        self.failing();
    }

    /// The tables that rows are written to.
    fn names(&mut self, table: TableId) {
        let known = &self.app.tables.tree.catalog.tables()[table as usize];
        if matches!(&known.contents, TableContents::Missing(why) if *why != NoLayout::Split) {
            return;
        }
        let all = known.destinations();
        let dot = format!(" {} ", self.app.theme.glyphs.dot);
        let stored: Vec<String> = all
            .iter()
            .filter(|table| matches!(table.stage, Stage::Live | Stage::Stable))
            .map(|table| text::visible(&table.path()).into_owned())
            .collect();
        let line = stored.join(&dot);
        if text::width(&line) <= usize::from(self.area.width) {
            self.line(&line, Role::Text);
        } else {
            stored.iter().for_each(|name| self.line(name, Role::Text));
        }
    }

    fn sizes(&mut self, id: TableId, flat: &Flat) {
        self.heading("Size");
        let (full, empty) = self.app.theme.glyphs.progress;
        for gauge in flat.size.gauges() {
            let role = match gauge.level() {
                GaugeLevel::Roomy => Role::Text,
                GaugeLevel::Near => Role::Constraint,
                GaugeLevel::Over => Role::Fault,
            };
            let filled = ((gauge.share() * GAUGE as f64).ceil() as usize).min(GAUGE);
            self.words(&format!("{}{}  {gauge}", full.repeat(filled), empty.repeat(GAUGE - filled)), role);
        }
        let dot = self.app.theme.glyphs.dot;
        let file = if flat.bytes == 0 { String::new() } else { format!(" {dot} file of {}", text::bytes(flat.bytes)) };
        self.words(&format!("columns: {}{file}", table::columns(&flat.size)), Role::Dim);
        if let Some(sharers) = table::sharers(&self.app.tables.tree.catalog, id) {
            self.words(&sharers, Role::Dim);
        }
    }

    fn column(&mut self, table: TableId, id: ColumnId) {
        let catalog = self.app.tables.tree.catalog.clone();
        let Some(known) = catalog.column(table, id) else { return };
        let look = self.app.tables.known();
        let layout = look.and_then(|look| look.layout.clone());
        self.words(&text::visible(&catalog.path(known.path)), Role::Key);
        let mut words = column::kind_in(&catalog, known);
        let below = (known.end - id).saturating_sub(1);
        if below > 0 {
            let below = text::plural(u64::from(below), "column", "columns");
            words = format!("{words} {} {below} inside", self.app.theme.glyphs.dot);
        }
        self.words(&words, Role::Type);
        if let Some(layout) = &layout
            && let Some(found) = layout.get(id)
        {
            self.words(&column::about(found), if found.description.is_some() { Role::Text } else { Role::Dim });
        }
        if let Some(places) = self.app.tables.shared_places() {
            return self.shared(places);
        }
        self.failing();
        self.heading("Tables");
        self.names(table);
        if let Some(layout) = &layout {
            self.heading(column::SQL);
            self.words(&text::visible(&sink::select(layout, id)), Role::String);
        }
        self.node();
    }

    /// The tables that have a column.
    fn shared(&mut self, places: &[HitPlace]) {
        let catalog = &self.app.tables.tree.catalog;
        self.heading(&format!("In {}", text::plural(places.len() as u64, "table", "tables")));
        for place in places.iter().take(LISTED) {
            self.line(&text::visible(&catalog.table_name(place.table)), Role::Text);
        }
    }

    /// Where the schema speaks about the column.
    fn node(&mut self) {
        let screen = &self.app.tables;
        let Some(look) = screen.known() else { return };
        let words = match (&look.schema, screen.node) {
            (Some(schema), Some(node)) => {
                let line = format!("  line {}", schema.line(node));
                let room = usize::from(self.area.width).saturating_sub(text::width(&line) + 1);
                format!("#{}{line}", text::clip_path(&text::visible(&schema.pointer(node)), room))
            }
            (Some(_), None) if look.place.column == screen.place().and_then(|place| place.column) => column::NO_NODE.to_owned(),
            (None, _) => text::visible(look.no_schema.as_deref().unwrap_or_default()).into_owned(),
            _ => return,
        };
        self.heading("Filled by the schema at");
        self.words(&words, Role::Dim);
    }

    /// How much fails under the line.
    fn failing(&mut self) {
        let Some(look) = self.app.tables.known() else { return };
        let failing = self.app.tables.failing();
        if self.app.tables.alone {
            return;
        }
        let rows: u64 = failing.iter().map(|&group| look.groups.list[group as usize].count).sum();
        let key = self.app.keymap.words(" (", Action::ShowFailing, ")");
        match failing.len() {
            0 => self.words("nothing that was read fails here", Role::Dim),
            groups => {
                let fail = text::plural(groups as u64, "group fails", "groups fail");
                self.words(&format!("{fail} here, {}{key}", text::plural(rows, "row", "rows")), Role::Fault);
            }
        }
    }
}
