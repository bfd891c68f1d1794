//! The tables of two schema repositories, paired and compared.
//!
//! Owns: the pairs by namespace, doctype and version; the verdict on a pair; work on several threads.
//! Refuses: reading layouts (layouts), folding (causes), wording.

mod layouts;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::allow::without_layout;
use super::{ComparedTable, DeployComparison, TableState, concluded, with_finding};
use crate::pipeline::compat::schemas::{self, SchemaChange};
use crate::pipeline::compat::{DeployFinding, MendPlace, TableChanges, mend, of_new};
use crate::pipeline::destination::{self, PROJECT, Stage};
use crate::pipeline::schema::Schema;
use crate::rows::schemas::{Doctype, SchemaStore};
use layouts::{Layouts, Unread};

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
