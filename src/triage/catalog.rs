//! All table layouts of a schema store at once, small enough to be kept and searched whole.
//!
//! Owns: every table with its columns flat in pre-order, names and paths kept once, layouts of the same bytes kept once, the search over
//! all columns of all tables.
//! Refuses: reading `.bq` files itself (layout does), descriptions (ask [`crate::rows::schemas::SchemaStore::layout`] for
//! the one that is looked at), drawing.

mod arena;
mod read;
mod search;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use crate::ground::fuzzy::Rank;
use crate::pipeline::destination::{self, DestinationTable, Split, Stage};
use crate::pipeline::layout::{ColumnId, Layout, Mode, Size};
use crate::rows::schemas::{Doctype, NoLayout, SchemaStore};

/// Position of a table: the same as of its doctype version in [`SchemaStore::doctypes`], so by namespace, doctype and version.
pub type TableId = u32;
/// Position of a name in the alphabet of all names.
type NameId = u32;
/// Position of a path in the alphabet of all paths, its parents before it.
pub type PathId = u32;

/// Tables and columns of a whole store.
#[derive(Debug, Default)]
pub struct Catalog {
    tables: Vec<CatalogTable>,
    flats: Vec<Flat>,
    /// Tables of each layout.
    users: Vec<Vec<TableId>>,
    names: arena::Names,
    /// Types of columns.
    badges: arena::Names,
    paths: Vec<Path>,
    uses: arena::Uses,
}

/// One doctype version and what is known of its table.
#[derive(Debug)]
pub struct CatalogTable {
    /// What the store has of it.
    pub doctype: Doctype,
    /// Its columns.
    pub contents: TableContents,
    /// Whether those are not published but would be made of the JSON schema.
    pub made: bool,
    /// How its documents are split by these schemas, if they are.
    split: Option<Split>,
    /// Namespace and doctype in snake case, as datasets and tables are called.
    names: [NameId; 2],
}

/// What came of a table's `.bq` file, or of its JSON schema where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableContents {
    /// Not read yet: see [`Catalog::listed`].
    Unread,
    /// There are none, for this reason: documents of this doctype version reach no table of their own.
    Missing(NoLayout),
    /// It cannot be used; the sentence names the file, the place and the reason.
    Broken(String),
    /// The layout, shared by all tables whose files are equal byte for byte.
    Columns(u32),
}

impl CatalogTable {
    /// All tables of its documents by these schemas, from the request to the view.
    pub fn destinations(&self) -> Vec<DestinationTable> {
        destination::tables(&self.doctype.namespace, &self.doctype.doctype, &self.doctype.version, self.split.as_ref())
    }

    /// Those of them of a stage: `telemetry_live.main_v5`.
    pub fn of_stage(&self, stage: Stage) -> Vec<String> {
        self.destinations().iter().filter(|table| table.stage == stage).map(DestinationTable::path).collect()
    }
}

/// One layout, flat.
#[derive(Debug)]
pub struct Flat {
    /// Columns in pre-order, at the same positions as in [`crate::pipeline::layout::Layout::columns`].
    pub columns: Vec<CatalogColumn>,
    /// How large it is beside what BigQuery and the schema generator take.
    pub size: Size,
    /// Size of the file; 0 where there is none.
    pub bytes: u64,
}

/// One column. Its name is the last one of its path.
#[derive(Debug, Clone, Copy)]
pub struct CatalogColumn {
    /// Where it stands, named from the top.
    pub path: PathId,
    badge: NameId,
    parent: u32,
    /// One past the last descendant.
    pub end: ColumnId,
    /// 0 at the top.
    pub depth: u16,
    /// NULLABLE, REQUIRED or REPEATED.
    pub mode: Mode,
    /// Whether its type is told as a map or as lists in lists, which says that it repeats.
    pub shaped: bool,
}

impl CatalogColumn {
    /// The RECORD around it.
    pub fn parent(&self) -> Option<ColumnId> {
        (self.parent != NONE).then_some(self.parent)
    }
}

/// No parent.
const NONE: u32 = u32::MAX;

/// A path: its last name behind another path.
#[derive(Debug, Clone, Copy)]
struct Path {
    /// NONE at the top.
    parent: PathId,
    name: NameId,
}

/// What a search found, best first.
#[derive(Debug, Default)]
pub struct FoundHits {
    /// One for each column that matches, however many tables have it; one for all tables that match by their names.
    pub hits: Vec<Hit>,
    /// Whether no name holds the words, and these only resemble them.
    pub loose: bool,
    places: Vec<HitPlace>,
}

/// One thing that matches, in all its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// What matches.
    pub what: HitKind,
    /// How well: the worst of the words that the names on its path match.
    pub rank: Rank,
    /// Words that its own name does not match.
    elsewhere: u32,
    from: u32,
    to: u32,
}

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitKind {
    /// Tables whose namespace and doctype match all words.
    Tables,
    /// A column of that path; its places agree in type and mode.
    Column(PathId),
}

/// A place of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HitPlace {
    /// The table.
    pub table: TableId,
    /// The column in it; `None` for the table itself.
    pub column: Option<ColumnId>,
}

impl FoundHits {
    /// Where a hit is: tables in order, for [`HitKind::Tables`] the best match first.
    pub fn places(&self, hit: &Hit) -> &[HitPlace] {
        self.places.get(hit.from as usize..hit.to as usize).unwrap_or_default()
    }

    /// Number of all places.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing matches.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// How far reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CatalogProgress {
    /// Files read.
    pub done: usize,
    /// Files to be read: each `.bq`, and each JSON schema that would be made into a layout.
    pub total: usize,
}

impl Catalog {
    /// Reads all layouts of a store on two threads. `watch` hears of every file that was read, from either thread, and may stop the reading;
    /// then the answer is `None`. A file that cannot be used is kept as [`TableContents::Broken`].
    pub fn read(store: &SchemaStore, watch: &(dyn Fn(CatalogProgress) -> ControlFlow<()> + Sync)) -> Option<Self> {
        read::read(store, watch)
    }

    /// The tables by name alone, with no file read: what can be shown at once.
    pub fn listed(store: &SchemaStore) -> Self {
        read::listed(store)
    }

    /// A catalog of one table, of a layout that is no file of a store: to search it as all are searched.
    pub fn of(doctype: Doctype, layout: &Layout) -> Self {
        read::of(doctype, layout)
    }

    /// All tables, those without a layout among them.
    pub fn tables(&self) -> &[CatalogTable] {
        &self.tables
    }

    /// The layout of a table; `None` where it has none that can be used.
    pub fn flat(&self, table: TableId) -> Option<&Flat> {
        match self.tables.get(table as usize)?.contents {
            TableContents::Columns(flat) => self.flats.get(flat as usize),
            TableContents::Unread | TableContents::Missing(_) | TableContents::Broken(_) => None,
        }
    }

    /// What people call a table: `telemetry main.5`.
    pub fn table_name(&self, table: TableId) -> String {
        let doctype = self.tables.get(table as usize).map(|table| &table.doctype);
        doctype.map(|doctype| format!("{} {}.{}", doctype.namespace, doctype.doctype, doctype.version)).unwrap_or_default()
    }

    /// All tables that share a table's layout, itself among them.
    pub fn sharers(&self, table: TableId) -> &[TableId] {
        match self.tables.get(table as usize).map(|table| &table.contents) {
            Some(TableContents::Columns(flat)) => self.users.get(*flat as usize).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    /// One column of a table.
    pub fn column(&self, table: TableId, column: ColumnId) -> Option<&CatalogColumn> {
        self.flat(table)?.columns.get(column as usize)
    }

    /// A column's type as people think of it, see [`crate::pipeline::layout::Layout::badge`].
    pub fn badge(&self, column: &CatalogColumn) -> &str {
        self.badges.get(column.badge)
    }

    /// The last name of a path.
    pub fn last_name(&self, path: PathId) -> &str {
        self.paths.get(path as usize).map_or("", |path| self.names.get(path.name))
    }

    /// A path with dots: `metrics.counter.gpu_active`.
    pub fn path(&self, path: PathId) -> String {
        let chain = std::iter::successors(Some(path), |&path| self.paths.get(path as usize).map(|path| path.parent));
        let mut names: Vec<&str> = chain.take_while(|&path| path != NONE).map(|path| self.last_name(path)).collect();
        names.reverse();
        names.join(".")
    }

    /// Columns and tables for which every word of a text matches, best first; `None` where `cancelled` called it off.
    ///
    /// A word may match the column's own name, that of a RECORD around it, or the table's namespace, doctype or version; at least one has to
    /// match the column's own name, or, spelled as it is, its type or mode: `STRING`. A word with dots matches neighbours on a path, its last
    /// part the column's name, or a metric of that name, whose dots are underscores in its column. A table may be named as in SQL. `-` and
    /// `_` are the same, and so are capital and small letters of a name. Letters here and there match only where nothing else does.
    pub fn search(&self, text: &str, cancelled: &dyn Fn() -> bool) -> Option<FoundHits> {
        search::search(self, text, cancelled)
    }
}
