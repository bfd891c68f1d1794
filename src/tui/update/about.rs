//! Everything about a line of the tables, as a text over the whole screen.

use super::super::app::App;
use super::super::tables::TableScreen;
use crate::ground::text;
use crate::pipeline::destination;
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::sink;
use crate::triage::catalog::{Catalog, Place, TableId};

/// Shows it; tells where there is nothing more to know.
pub(super) fn show(app: &mut App) {
    let screen = &app.tables;
    let Some(place) = screen.place() else {
        app.tell("put the cursor on a table or a column to see everything about it");
        return;
    };
    let catalog = &screen.tree.catalog;
    let layout = screen.known().and_then(|look| look.layout.as_deref());
    let mut lines = Vec::new();
    let title = match place.column.zip(layout) {
        Some((id, layout)) => {
            column(screen, layout, id, &mut lines);
            layout.path(id)
        }
        None => catalog.table_name(place.table),
    };
    table(catalog, place.table, layout, &mut lines);
    others(screen, place, &mut lines);
    app.show_text(title, lines.join("\n"));
}

fn column(screen: &TableScreen, layout: &Layout, id: ColumnId, lines: &mut Vec<String>) {
    let Some(found) = layout.get(id) else { return };
    lines.push(format!("type      {}", text::visible(&layout.badge(id))));
    if found.kind.spelling() != &*found.kind {
        lines.push(format!("spelled   {}", text::visible(found.kind.spelling())));
    }
    lines.push(format!("mode      {}", found.mode.name()));
    if !found.policy_tags.is_empty() {
        let tags: Vec<_> = found.policy_tags.iter().map(|tag| text::visible(tag)).collect();
        lines.push(format!("limited   {}", tags.join(", ")));
    }
    lines.push(format!("SQL       {}", text::visible(&sink::select(layout, id))));
    if let Some((schema, node)) = screen.known().and_then(|look| look.schema.as_ref()).zip(screen.node) {
        lines.push(format!("schema    {} line {}", text::visible(&schema.path), schema.line(node)));
        lines.push(format!("node      #{}", text::visible(&schema.pointer(node))));
    }
    let about = found.description.as_deref().map_or("no description".into(), text::visible);
    lines.extend([String::new(), about.into_owned(), String::new()]);
}

fn table(catalog: &Catalog, table: TableId, layout: Option<&Layout>, lines: &mut Vec<String>) {
    let Some(known) = catalog.tables().get(table as usize) else { return };
    let doctype = &known.doctype;
    for table in destination::tables(&doctype.namespace, &doctype.doctype, &doctype.version) {
        let part = table.part.map(|part| format!("  {}", part.name())).unwrap_or_default();
        lines.push(format!("{:<10}{}{part}", table.stage.name(), text::visible(&table.path())));
    }
    if let Some((original, version)) = destination::copied_from(&doctype.namespace, &doctype.doctype, &doctype.version) {
        lines.push(format!("{:<10}{original}.{version}, where a change has to be made", "copy of"));
    }
    for (what, path) in [("layout", &doctype.layout), ("schema", &doctype.schema)] {
        lines.push(format!("{what:<10}{}", path.as_deref().map_or("none".into(), text::visible)));
    }
    if let Some(flat) = catalog.flat(table) {
        lines.extend(flat.size.gauges().iter().map(|gauge| format!("{:<10}{gauge}", "")));
    }
    let odd = layout.map_or(&[][..], |layout| &layout.oddities);
    if !odd.is_empty() {
        lines.extend([String::new(), "Odd in the file".to_owned()]);
        lines.extend(odd.iter().map(|oddity| text::visible(oddity).into_owned()));
    }
}

/// The tables that have the column as well, of a search; else those of the same layout.
fn others(screen: &TableScreen, place: Place, lines: &mut Vec<String>) {
    let catalog = &screen.tree.catalog;
    let (heading, tables): (_, Vec<TableId>) = match screen.shared_places() {
        Some(places) => ("Tables that have it", places.iter().map(|place| place.table).collect()),
        None => ("Tables of the same layout", catalog.sharers(place.table).to_vec()),
    };
    if tables.len() > 1 {
        lines.extend([String::new(), format!("{heading}: {}", text::count(tables.len() as u64))]);
        lines.extend(tables.iter().map(|&table| text::visible(&catalog.table_name(table)).into_owned()));
    }
}
