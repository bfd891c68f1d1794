//! The tables of two schema repositories, paired and compared.
//!
//! Owns: the pairs by namespace, doctype and version; what is not read because it is the same; work on several threads.
//! Refuses: folding (causes), wording.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::allow::without_layout;
use super::{ComparedTable, DeployComparison, TableState, concluded, with_finding};
use crate::pipeline::compat::schemas::{self, SchemaChange};
use crate::pipeline::compat::{DeployFinding, MendPlace, TableChanges, compare_texts, mend, of_new};
use crate::pipeline::destination::{self, PROJECT, Stage};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::rows::schemas::{Doctype, SchemaError, SchemaStore, TableColumns};

/// What a comparison takes into account.
#[derive(Debug, Default)]
pub struct CompareOptions {
    /// The generator's allowlist.
    pub allowlist: Option<String>,
    /// Whether JSON schemas are compared as well.
    pub documents: bool,
    /// Ends the comparison before its end, once it is set: what came of it is not to be used then.
    pub stop: Option<Arc<AtomicBool>>,
}

/// Both sides of a table, by position in their stores.
type Places = (Option<usize>, Option<usize>);

/// What came of a pair.
enum Outcome {
    Same,
    Unusable,
    Table(Box<ComparedTable>),
}

/// Compares all tables of two stores.
pub fn compare(old: &SchemaStore, new: &SchemaStore, options: &CompareOptions) -> DeployComparison {
    let mut pairs: BTreeMap<(&str, &str, &str), Places> = BTreeMap::new();
    for (at, doctype) in old.doctypes().iter().enumerate() {
        pairs.entry(key(doctype)).or_default().0 = Some(at);
    }
    for (at, doctype) in new.doctypes().iter().enumerate() {
        pairs.entry(key(doctype)).or_default().1 = Some(at);
    }
    let pairs: Vec<Places> = pairs.into_values().collect();
    let published = |store: &SchemaStore| store.doctypes().iter().any(|doctype| doctype.layout.is_some());
    let sides = Sides { old, new, made: !published(old) && !published(new), expects: published(new), options };
    let (next, found) = (AtomicUsize::new(0), Mutex::new((Vec::new(), 0, 0)));
    let goes_on = || options.stop.as_ref().is_none_or(|stop| !stop.load(Ordering::Relaxed));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while goes_on()
                    && let Some(&places) = pairs.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let outcome = sides.pair(places);
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    match outcome {
                        Outcome::Same => found.1 += 1,
                        Outcome::Unusable => found.2 += 1,
                        Outcome::Table(table) => found.0.push(*table),
                    }
                }
            });
        }
    });
    let (mut tables, unchanged, unusable) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    tables.sort_by_key(ComparedTable::title);
    super::moved::mark(&mut tables, old, new);
    concluded(tables, unchanged, unusable, options.allowlist.as_deref())
}

fn key(doctype: &Doctype) -> (&str, &str, &str) {
    (&doctype.namespace, &doctype.doctype, &doctype.version)
}

/// Both stores and what they have.
struct Sides<'a> {
    old: &'a SchemaStore,
    new: &'a SchemaStore,
    /// Whether neither has layouts, so that they are made of the schemas.
    made: bool,
    /// Whether a schema without a layout is a fault.
    expects: bool,
    options: &'a CompareOptions,
}

impl Sides<'_> {
    fn pair(&self, (old, new): Places) -> Outcome {
        let (a, b) = (old.and_then(|at| self.old.doctypes().get(at)), new.and_then(|at| self.new.doctypes().get(at)));
        let Some(named) = b.or(a) else { return Outcome::Same };
        let file = |doctype: Option<&Doctype>| doctype.and_then(|doctype| doctype.layout.clone());
        let stem = || format!("{0}/{1}/{1}.{2}.bq", named.namespace, named.doctype, named.version);
        let mut table = ComparedTable {
            namespace: named.namespace.clone(),
            doctype: named.doctype.clone(),
            version: named.version.clone(),
            file: file(b).or(file(a)).unwrap_or_else(stem),
            state: TableState::Changed,
            changes: TableChanges::default(),
            mends: Vec::new(),
            schema: Vec::new(),
            allowed: None,
            moved: None,
        };
        let mut layouts = match self.layouts((old, a), (new, b)) {
            Ok(Some(layouts)) => layouts,
            Ok(None) => Layouts::default(),
            // Documents are judged by the schemas whatever becomes of the columns.
            Err(Unread::Neither(reason)) => {
                match self.documents(&mut table, a, b) {
                    Ok(()) if table.schema.is_empty() => return Outcome::Unusable,
                    Ok(()) => table.state = TableState::Unreadable(format!("neither layout can be read: {reason}")),
                    Err(other) => table.state = TableState::Unreadable(format!("neither layout can be read: {reason}; {other}")),
                }
                return Outcome::Table(Box::new(table));
            }
            // A table that neither side makes has no columns to compare.
            Err(Unread::Unmade(reason)) => {
                match self.documents(&mut table, a, b) {
                    Ok(()) if table.schema.is_empty() => return Outcome::Unusable,
                    Ok(()) => {}
                    Err(other) => {
                        table.state = TableState::Unreadable(format!("no layout can be made of either schema: {reason}; {other}"))
                    }
                }
                return Outcome::Table(Box::new(table));
            }
            Err(Unread::One(reason)) => {
                if let Err(other) = self.documents(&mut table, a, b) {
                    table.state = TableState::Unreadable(format!("{reason}; {other}"));
                } else {
                    table.state = TableState::Unreadable(reason);
                }
                return Outcome::Table(Box::new(table));
            }
        };
        let is_any = layouts.is_any();
        table.changes = layouts.changes.take().unwrap_or_default();
        self.judge(&mut table, &layouts, a, b);
        if let Err(reason) = self.documents(&mut table, a, b) {
            table.state = TableState::Unreadable(reason);
            return Outcome::Table(Box::new(table));
        }
        let is_told = table.state != TableState::Changed || !table.changes.changes.is_empty() || !table.schema.is_empty();
        if is_told && (is_any || !table.changes.findings.is_empty() || !table.schema.is_empty()) {
            Outcome::Table(Box::new(table))
        } else {
            Outcome::Same
        }
    }

    /// The verdict on the columns.
    fn judge(&self, table: &mut ComparedTable, layouts: &Layouts, a: Option<&Doctype>, b: Option<&Doctype>) {
        match (&layouts.old, &layouts.new) {
            (Some(old), Some(new)) => table.changes = crate::pipeline::compat::compare(old, new),
            (None, Some(new)) => {
                table.state = TableState::Added;
                let findings = of_new(new);
                table.changes.new = crate::pipeline::layout::Size::of(new);
                findings.into_iter().for_each(|finding| with_finding(table, finding, None));
                table.mends.clear();
            }
            (None, None) if layouts.gone => {
                table.state = TableState::Removed;
                with_finding(table, DeployFinding::table_gone(), None);
                table.mends.clear();
            }
            _ if a.is_none() => table.state = TableState::Added,
            _ => {}
        }
        // A schema that had no layout before stands.
        let lacks = |doctype: Option<&Doctype>| doctype.is_some_and(|doctype| doctype.schema.is_some() && doctype.layout.is_none());
        if self.expects && lacks(b) && !lacks(a) && !without_layout(&table.file) {
            with_finding(table, DeployFinding::no_layout(), None);
            table.mends.clear();
        }
        let tables = deployed_tables(&table.namespace, &table.doctype, &table.version);
        let (name, file) = (table.dotted(), table.file.clone());
        let place = MendPlace { name: &name, file: &file, tables: &tables, old: layouts.old.as_ref(), new: layouts.new.as_ref() };
        table.mends = table.changes.findings.iter().map(|finding| mend(finding, &place)).collect();
    }

    /// The layouts of a pair; `None` where they are the same.
    fn layouts(
        &self,
        (old, a): (Option<usize>, Option<&Doctype>),
        (new, b): (Option<usize>, Option<&Doctype>),
    ) -> Result<Option<Layouts>, Unread> {
        if self.made {
            return self.made((old, a), (new, b));
        }
        let path = |doctype: Option<&Doctype>| doctype.and_then(|doctype| doctype.layout.clone());
        let (before, now) = (path(a), path(b));
        let read = |store: &SchemaStore, path: &str| store.file(path).map_err(|error: SchemaError| error.to_string());
        let parse = |bytes: Result<Vec<u8>, String>, path: &str| {
            bytes.and_then(|bytes| Layout::parse(&bytes).map_err(|reason| format!("{path}: {reason}")))
        };
        match (before, now) {
            (Some(before), Some(now)) => {
                let (id, other) = (self.old.content_id(&before), self.new.content_id(&now));
                if id.is_some() && id == other {
                    return Ok(None);
                }
                let (old, new) = (read(self.old, &before), read(self.new, &now));
                if old.is_ok() && old == new {
                    return Ok(None);
                }
                // Where little differs only that is read.
                let (old, new) = match (old, new) {
                    (Ok(old), Ok(new)) => match compare_texts(old, new) {
                        Ok(changes) => return Ok(Some(Layouts { changes: Some(changes), ..Layouts::default() })),
                        Err([old, new]) => (Ok(old), Ok(new)),
                    },
                    other => other,
                };
                match (parse(old, &before), parse(new, &now)) {
                    (Ok(old), Ok(new)) => Ok(Some(Layouts { old: Some(old), new: Some(new), ..Layouts::default() })),
                    (Err(_), Err(reason)) => Err(Unread::Neither(reason)),
                    (Err(reason), Ok(_)) => Err(Unread::One(format!("the old layout cannot be read: {reason}"))),
                    (Ok(_), Err(reason)) => Err(Unread::One(format!("the new layout cannot be read: {reason}"))),
                }
            }
            (None, Some(now)) => match parse(read(self.new, &now), &now) {
                Ok(new) => Ok(Some(Layouts { new: Some(new), ..Layouts::default() })),
                Err(reason) => Err(Unread::One(format!("the new layout cannot be read: {reason}"))),
            },
            (Some(_), None) => Ok(Some(Layouts { gone: true, ..Layouts::default() })),
            (None, None) => Ok(None),
        }
    }

    /// The layouts that would be made of the schemas, where neither side has any.
    fn made(
        &self,
        (old, a): (Option<usize>, Option<&Doctype>),
        (new, b): (Option<usize>, Option<&Doctype>),
    ) -> Result<Option<Layouts>, Unread> {
        if let (Some(before), Some(now)) = (a.and_then(|a| a.schema.as_deref()), b.and_then(|b| b.schema.as_deref())) {
            let (id, other) = (self.old.content_id(before), self.new.content_id(now));
            let is_same = if id.is_some() { id == other } else { self.old.file(before).ok() == self.new.file(now).ok() };
            if is_same && self.old.file(before).is_ok() {
                return Ok(None);
            }
        }
        let columns = |store: &SchemaStore, at: Option<usize>| -> Result<Option<Layout>, String> {
            let Some(at) = at else { return Ok(None) };
            match store.columns(at).map_err(|error| error.to_string())? {
                TableColumns::Missing(why) => Err(why.to_string()),
                columns => Ok(columns.layout().map(|layout| Layout::clone(layout))),
            }
        };
        match (columns(self.old, old), columns(self.new, new)) {
            (Ok(old), Ok(new)) => {
                let gone = old.is_some() && new.is_none();
                Ok(Some(Layouts { gone, old: old.filter(|_| new.is_some()), new, changes: None }))
            }
            (Err(_), Err(reason)) | (Err(reason), Ok(None)) | (Ok(None), Err(reason)) => Err(Unread::Unmade(reason)),
            (Err(reason), Ok(_)) => Err(Unread::One(format!("no layout can be made of the old schema: {reason}"))),
            (Ok(_), Err(reason)) => Err(Unread::One(format!("no layout can be made of the new schema: {reason}"))),
        }
    }

    /// What is different for documents.
    fn documents(&self, table: &mut ComparedTable, a: Option<&Doctype>, b: Option<&Doctype>) -> Result<(), String> {
        let (Some(before), Some(now)) = (a.and_then(|a| a.schema.as_deref()), b.and_then(|b| b.schema.as_deref())) else { return Ok(()) };
        let (id, other) = (self.old.content_id(before), self.new.content_id(now));
        if !self.options.documents || (id.is_some() && id == other) {
            return Ok(());
        }
        let read = |store: &SchemaStore, path: &str| store.file(path).map_err(|error| error.to_string());
        let (old, new) = (read(self.old, before), read(self.new, now));
        if old.is_ok() && old == new {
            return Ok(());
        }
        table.schema = documents(before, old, now, new)?;
        Ok(())
    }
}

/// The tables in BigQuery that a deploy changes, as SQL names them.
pub fn deployed_tables(namespace: &str, doctype: &str, version: &str) -> Vec<String> {
    let destinations = destination::tables(namespace, doctype, version, None);
    let deployed = destinations.iter().filter(|to| matches!(to.stage, Stage::Live | Stage::Stable));
    deployed.map(|to| to.quoted(PROJECT)).collect()
}

/// What is different between two JSON schemas; nothing where neither can be read.
pub(super) fn documents(
    before: &str,
    old: Result<Vec<u8>, String>,
    now: &str,
    new: Result<Vec<u8>, String>,
) -> Result<Vec<SchemaChange>, String> {
    let parse = |path: &str, bytes: Result<Vec<u8>, String>| {
        bytes.and_then(|bytes| Schema::parse(path, bytes).map_err(|reason| format!("{path}: {reason}")))
    };
    match (parse(before, old), parse(now, new)) {
        (Ok(old), Ok(new)) => Ok(schemas::compare(&old, &new)),
        (Err(_), Err(_)) => Ok(Vec::new()),
        (Err(reason), Ok(_)) => Err(format!("the old JSON schema cannot be read: {reason}")),
        (Ok(_), Err(reason)) => Err(format!("the new JSON schema cannot be read: {reason}")),
    }
}

/// Layouts of a pair that differ.
#[derive(Default)]
struct Layouts {
    old: Option<Layout>,
    new: Option<Layout>,
    /// Whether the old side has one and the new side none.
    gone: bool,
    /// What is different, where the layouts were not read for it.
    changes: Option<TableChanges>,
}

impl Layouts {
    fn is_any(&self) -> bool {
        self.gone || self.new.is_some() || self.changes.is_some()
    }
}

/// Why layouts cannot be compared.
enum Unread {
    /// Neither side's can be read, the later one for this reason.
    Neither(String),
    /// No table is made of the schemas of either side, the later one for this reason.
    Unmade(String),
    /// One side has one and the other none, for this reason.
    One(String),
}
