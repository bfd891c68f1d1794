//! Reading all layouts of a store.
//!
//! Owns: the threads, which files are equal, the way from [`Layout`] to [`Flat`].
//! Refuses: the grammar of `.bq` files (layout).

use std::hash::{BuildHasher, RandomState};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::arena::{Arena, Gathered, Uses};
use super::{Catalog, CatalogColumn, CatalogProgress, CatalogTable, Flat, NONE, TableContents, TableId};
use crate::pipeline::layout::{ColumnId, Layout, Size};
use crate::pipeline::names::snake_case;
use crate::rows::schemas::{Doctype, NoLayout, SchemaError, SchemaStore, TableColumns, split_of};

/// Threads that read: one more for each costs memory for a file and its nodes, and the files are few.
const THREADS: usize = 2;

pub(super) fn read(store: &SchemaStore, watch: &(dyn Fn(CatalogProgress) -> ControlFlow<()> + Sync)) -> Option<Catalog> {
    let total = store.doctypes().iter().filter(|doctype| store.no_layout(doctype).is_none()).count();
    let reader = CatalogReader {
        store,
        watch,
        total,
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
        hasher: RandomState::new(),
        shelf: Mutex::default(),
    };
    std::thread::scope(|scope| {
        for _ in 1..THREADS {
            scope.spawn(|| reader.run());
        }
        reader.run();
    });
    if reader.stopped.into_inner() {
        return None;
    }
    Some(reader.shelf.into_inner().unwrap_or_else(PoisonError::into_inner).finish(store.doctypes(), Some(store)))
}

pub(super) fn listed(store: &SchemaStore) -> Catalog {
    let mut catalog = Shelf::default().finish(store.doctypes(), Some(store));
    for table in catalog.tables.iter_mut().filter(|table| store.no_layout(&table.doctype).is_none()) {
        table.contents = TableContents::Unread;
    }
    catalog
}

pub(super) fn of(doctype: Doctype, layout: &Layout) -> Catalog {
    let mut shelf = Shelf::default();
    let flat = shelf.flatten(layout, 0);
    shelf.layouts.push(Some(Ok(flat)));
    shelf.of.insert(0, 0);
    shelf.finish(&[doctype], None)
}

/// What the threads share.
struct CatalogReader<'a> {
    store: &'a SchemaStore,
    watch: &'a (dyn Fn(CatalogProgress) -> ControlFlow<()> + Sync),
    total: usize,
    next: AtomicUsize,
    done: AtomicUsize,
    stopped: AtomicBool,
    /// With a key of its own, so that no file can be made to look like another.
    hasher: RandomState,
    shelf: Mutex<Shelf>,
}

/// What was read so far.
#[derive(Default)]
struct Shelf {
    arena: Arena,
    badges: Gathered,
    /// Layouts by the hash and length of their files.
    known: FxHashMap<(u64, usize), usize>,
    /// Each layout, or why its file is none; `None` while a thread reads it.
    layouts: Vec<Option<Result<Flat, String>>>,
    /// The layout of each table that has a file.
    of: FxHashMap<usize, usize>,
    /// The layout of each table that has none of its own but for one that would be made.
    made: FxHashMap<usize, usize>,
    /// Tables of whose schema none can be made.
    stopped: FxHashMap<usize, NoLayout>,
    /// Tables whose file cannot be read.
    unreadable: FxHashMap<usize, String>,
}

impl CatalogReader<'_> {
    fn run(&self) {
        loop {
            let table = self.next.fetch_add(1, Ordering::Relaxed);
            if table >= self.store.doctypes().len() || self.stopped.load(Ordering::Relaxed) {
                return;
            }
            match self.store.layout_bytes(table) {
                Ok(None) if self.make(table) => {}
                Ok(None) => continue,
                Ok(Some(bytes)) => self.file(table, &bytes),
                Err(error) => {
                    self.shelf().unreadable.insert(table, error.to_string());
                }
            }
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            if (self.watch)(CatalogProgress { done, total: self.total }).is_break() {
                self.stopped.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The layout that would be made of a schema; whether there is a schema to make one of.
    fn make(&self, table: usize) -> bool {
        match self.store.columns(table) {
            Ok(TableColumns::Made(made)) => {
                let mut shelf = self.shelf();
                let flat = shelf.flatten(&made.layout, 0);
                let at = shelf.layouts.len();
                shelf.made.insert(table, at);
                shelf.layouts.push(Some(Ok(flat)));
            }
            Ok(TableColumns::Missing(why @ NoLayout::Stop(_))) => {
                self.shelf().stopped.insert(table, why);
            }
            Ok(_) => return false,
            Err(error) => {
                self.shelf().unreadable.insert(table, error.to_string());
            }
        }
        true
    }

    fn file(&self, table: usize, bytes: &[u8]) {
        let key = (self.hasher.hash_one(bytes), bytes.len());
        let Some(at) = self.shelf().claim(table, key) else { return };
        let outcome = Layout::parse(bytes);
        let mut shelf = self.shelf();
        let outcome = outcome.map(|layout| shelf.flatten(&layout, bytes.len() as u64));
        shelf.layouts[at] = Some(outcome);
    }

    /// A thread that panicked left the shelf whole: what it was to put there is missing and nothing else.
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Notes the table's file; the place of its layout where nobody has read it yet.
    fn claim(&mut self, table: usize, key: (u64, usize)) -> Option<usize> {
        let next = self.layouts.len();
        let at = *self.known.entry(key).or_insert(next);
        self.of.insert(table, at);
        if at < next {
            return None;
        }
        self.layouts.push(None);
        Some(at)
    }

    fn flatten(&mut self, layout: &Layout, bytes: u64) -> Flat {
        let mut columns: Vec<CatalogColumn> = Vec::with_capacity(layout.columns.len());
        for (id, column) in layout.columns.iter().enumerate() {
            let id = id as ColumnId;
            let name = self.arena.name(&column.name);
            let above = column.parent.map_or(NONE, |parent| columns[parent as usize].path);
            let badge = layout.badge(id);
            columns.push(CatalogColumn {
                path: self.arena.path(above, name),
                badge: self.badges.number(&badge),
                parent: column.parent.unwrap_or(NONE),
                end: column.end,
                depth: column.depth,
                mode: column.mode,
                shaped: badge != *column.kind,
            });
        }
        Flat { columns, size: Size::of(layout), bytes }
    }

    fn finish(mut self, doctypes: &[Doctype], store: Option<&SchemaStore>) -> Catalog {
        let named: Vec<[u32; 2]> =
            doctypes.iter().map(|doctype| [&doctype.namespace, &doctype.doctype].map(|name| self.arena.name(&snake_case(name)))).collect();
        let done = self.arena.finish();
        let (badges, badge_of) = self.badges.finish();
        let (mut flats, mut users) = (Vec::new(), Vec::new());
        // Broken files stand between the layouts, so those get numbers of their own.
        let places: Vec<Result<u32, String>> = (self.layouts.into_iter())
            .map(|outcome| {
                let mut flat = outcome.unwrap_or_else(|| Err("reading it failed inside misfit".to_owned()))?;
                for column in &mut flat.columns {
                    (column.path, column.badge) = (done.path_of[column.path as usize], badge_of[column.badge as usize]);
                }
                flats.push(flat);
                users.push(Vec::new());
                Ok(flats.len() as u32 - 1)
            })
            .collect();
        let mut tables = Vec::with_capacity(named.len());
        for (id, (doctype, names)) in doctypes.iter().zip(named).enumerate() {
            let path = doctype.layout.clone().unwrap_or_default();
            let contents = match (self.unreadable.remove(&id), self.of.get(&id).or(self.made.get(&id)).and_then(|&at| places.get(at))) {
                (Some(reason), _) => TableContents::Broken(reason),
                (None, Some(Err(reason))) => TableContents::Broken(SchemaError::Broken { path, reason: reason.clone() }.to_string()),
                (None, Some(Ok(flat))) => {
                    users[*flat as usize].push(id as TableId);
                    TableContents::Columns(*flat)
                }
                (None, None) => {
                    let known = || store.and_then(|store| store.no_layout(doctype));
                    TableContents::Missing(self.stopped.remove(&id).or_else(known).unwrap_or(NoLayout::NoSchema))
                }
            };
            let names = names.map(|name| done.name_of[name as usize]);
            let split = store.and_then(|store| split_of(Some(store), &doctype.namespace, &doctype.doctype, &doctype.version));
            tables.push(CatalogTable { doctype: doctype.clone(), contents, made: self.made.contains_key(&id), split, names });
        }
        let uses = Uses::of(&flats, done.paths.len());
        Catalog { tables, flats, users, names: done.names, badges, paths: done.paths, uses }
    }
}
