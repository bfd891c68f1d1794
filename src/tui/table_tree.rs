//! All tables as a tree: namespace > doctype.version > columns.
//!
//! Owns: which line is which, stable ids while columns come in.
//! Refuses: the columns themselves (catalog), what is open (outline).

use std::sync::Arc;

use crate::ground::outline::Tree;
use crate::pipeline::layout::ColumnId;
use crate::triage::catalog::{Catalog, HitPlace, TableContents, TableId};

/// The tree over a catalog.
#[derive(Default)]
pub struct TableTree {
    /// What the tree is made of.
    pub catalog: Arc<Catalog>,
    /// The first table of each namespace.
    namespaces: Vec<TableId>,
    /// The line of each table, and one more at the end.
    lines: Vec<u32>,
    /// The table of each line; of a namespace's line its first table.
    owners: Vec<TableId>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableLine {
    /// A namespace, with its tables.
    Namespace(TableId, TableId),
    /// A doctype version.
    Table(TableId),
    /// A column of a table.
    Column(TableId, ColumnId),
}

impl TableTree {
    /// Arranges a catalog.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        let mut tree = TableTree { catalog, ..TableTree::default() };
        let catalog = tree.catalog.clone();
        let mut namespace: Option<&str> = None;
        for (id, table) in (0..).zip(catalog.tables()) {
            if namespace != Some(&table.doctype.namespace) {
                namespace = Some(&table.doctype.namespace);
                tree.namespaces.push(id);
                tree.owners.push(id);
            }
            tree.lines.push(tree.owners.len() as u32);
            let columns = catalog.flat(id).map_or(0, |flat| flat.columns.len());
            tree.owners.resize(tree.owners.len() + 1 + columns, id);
        }
        tree.lines.push(tree.owners.len() as u32);
        tree
    }

    /// What stands on a line.
    pub fn line(&self, item: usize) -> TableLine {
        let table = self.owners[item];
        match item.checked_sub(self.lines[table as usize] as usize) {
            None => TableLine::Namespace(table, self.namespace_end(table)),
            Some(0) => TableLine::Table(table),
            Some(below) => TableLine::Column(table, below as ColumnId - 1),
        }
    }

    /// The line of a place; of the table, where its columns are not read yet.
    pub fn item(&self, place: HitPlace) -> Option<usize> {
        let table = *self.lines.get(place.table as usize)? as usize;
        let column = place.column.filter(|&column| self.catalog.column(place.table, column).is_some());
        Some(table + column.map_or(0, |column| column as usize + 1))
    }

    /// One past the last table of the namespace that begins with a table.
    fn namespace_end(&self, first: TableId) -> TableId {
        let next = self.namespaces.partition_point(|&start| start <= first);
        self.namespaces.get(next).copied().unwrap_or(self.catalog.tables().len() as TableId)
    }
}

impl Tree for TableTree {
    fn len(&self) -> usize {
        self.owners.len()
    }

    fn end(&self, item: usize) -> usize {
        match self.line(item) {
            // The line before that of the next namespace's first table is the namespace's own.
            TableLine::Namespace(_, end) => match self.lines.get(end as usize) {
                Some(&line) if (end as usize) < self.catalog.tables().len() => line as usize - 1,
                _ => self.len(),
            },
            TableLine::Table(table) => item + 1 + self.catalog.flat(table).map_or(0, |flat| flat.columns.len()),
            TableLine::Column(table, id) => {
                let end = self.catalog.column(table, id).map_or(id + 1, |column| column.end);
                self.lines[table as usize] as usize + 1 + end as usize
            }
        }
    }

    fn parent(&self, item: usize) -> Option<usize> {
        match self.line(item) {
            TableLine::Namespace(..) => None,
            TableLine::Table(table) => {
                let at = self.namespaces.partition_point(|&start| start <= table).checked_sub(1)?;
                Some(self.lines[self.namespaces[at] as usize] as usize - 1)
            }
            TableLine::Column(table, id) => {
                let above = self.catalog.column(table, id).and_then(|column| column.parent());
                Some(self.lines[table as usize] as usize + above.map_or(0, |above| above as usize + 1))
            }
        }
    }

    fn depth(&self, item: usize) -> usize {
        match self.line(item) {
            TableLine::Namespace(..) => 0,
            TableLine::Table(_) => 1,
            TableLine::Column(table, id) => 2 + self.catalog.column(table, id).map_or(0, |column| usize::from(column.depth)),
        }
    }

    fn id(&self, item: usize) -> u64 {
        match self.line(item) {
            TableLine::Namespace(first, _) => 1 << 63 | u64::from(first),
            TableLine::Table(table) => 1 << 62 | u64::from(table),
            TableLine::Column(table, id) => u64::from(table) << 32 | u64::from(id),
        }
    }

    fn is_branch(&self, item: usize) -> bool {
        match self.line(item) {
            TableLine::Namespace(..) => true,
            // What is opened before it is read shows its columns once they are there.
            TableLine::Table(table) => {
                self.end(item) > item + 1
                    || self.catalog.tables().get(table as usize).is_some_and(|table| table.contents == TableContents::Unread)
            }
            TableLine::Column(..) => self.end(item) > item + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::rows::demo;

    fn trees() -> (TableTree, TableTree) {
        let store = demo::schemas().unwrap();
        let read = Catalog::read(&store, &|_| ControlFlow::Continue(())).unwrap();
        (TableTree::new(Arc::new(Catalog::listed(&store))), TableTree::new(Arc::new(read)))
    }

    #[test]
    fn every_line_knows_its_place() {
        let (_, tree) = trees();
        let mut open: Vec<usize> = Vec::new();
        for item in 0..tree.len() {
            open.truncate(tree.depth(item));
            assert_eq!(tree.parent(item), open.last().copied(), "line {item}");
            assert!(open.iter().all(|&above| tree.end(above) >= tree.end(item)), "line {item}");
            open.push(item);
            let place = match tree.line(item) {
                TableLine::Namespace(..) => continue,
                TableLine::Table(table) => HitPlace { table, column: None },
                TableLine::Column(table, column) => HitPlace { table, column: Some(column) },
            };
            assert_eq!(tree.item(place), Some(item));
        }
        assert_eq!(TableTree::default().len(), 0);
    }

    #[test]
    fn lines_keep_their_ids_when_columns_come_in() {
        let (listed, read) = trees();
        assert_eq!(listed.len(), 3 + 5);
        let ids: Vec<u64> = (0..read.len()).map(|item| read.id(item)).collect();
        assert!((0..listed.len()).all(|item| ids.contains(&listed.id(item))));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }
}
