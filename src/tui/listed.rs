//! A column of a list: what each of its lines stands for, to be copied.
//!
//! Owns: which text that is, and what it is called.
//! Refuses: which lines are taken, and how many (update).

use super::column_tree::ColumnLine;
use super::subject::Subject;
use super::table_tree::TableLine;
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::layout::ColumnId;
use crate::triage::catalog::{Catalog, HitPlace};

impl Subject {
    /// What a line stands for; `None` where it only holds others.
    pub fn value_of(&self, item: usize) -> Option<String> {
        match self {
            Subject::Groups(tree) => {
                let group = tree.group_at(item)?;
                Some(tree.path_at(item).map_or_else(|| group.says.to_string(), |path| path.into_owned()))
            }
            Subject::Document(document, _) => value(document, item),
            Subject::Schema(schema) => value(&schema.document, item),
            Subject::Columns(tree) => match tree.line(item) {
                ColumnLine::Column(id) => Some(tree.table().layout.path(id)),
                _ => None,
            },
            Subject::Layout(layout) => Some(layout.path(item as ColumnId)),
            Subject::Tables(tree) => match tree.line(item) {
                TableLine::Namespace(..) => None,
                TableLine::Table(table) => named(&tree.catalog, HitPlace { table, column: None }),
                TableLine::Column(table, column) => named(&tree.catalog, HitPlace { table, column: Some(column) }),
            },
            Subject::Hits(tree) => named(&tree.catalog, tree.place(item)?),
            Subject::Overview(tree) => tree.value(item),
            Subject::Losses(tree) => tree.value(item),
            Subject::Deploy(tree) => tree.place(item).map(|place| {
                let table = format!("{}.{}.{}", place.namespace, place.doctype, place.version);
                if place.column.is_empty() { table } else { format!("{table} {}", place.column) }
            }),
        }
    }

    /// What the lines stand for.
    pub fn column(&self) -> &'static str {
        match self {
            Subject::Groups(_) => "list of paths",
            Subject::Document(..) | Subject::Schema(_) => "list of values",
            Subject::Columns(_) | Subject::Layout(_) => "list of columns",
            Subject::Tables(_) | Subject::Hits(_) | Subject::Deploy(_) => "list of tables and columns",
            Subject::Overview(_) => "list of names",
            Subject::Losses(_) => "list of places",
        }
    }
}

/// A value that holds no others, as it is written.
fn value(document: &Document, item: usize) -> Option<String> {
    let node = item as NodeId;
    (!document.kind(node).is_container()).then(|| String::from_utf8_lossy(document.raw(node)).into_owned())
}

/// A table by its doctype, a column by its path.
fn named(catalog: &Catalog, place: HitPlace) -> Option<String> {
    match place.column {
        Some(column) => Some(catalog.path(catalog.column(place.table, column)?.path)),
        None => Some(catalog.tables().get(place.table as usize)?.doctype.title()),
    }
}
