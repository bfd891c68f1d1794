//! Layouts that would be made of changed schemas, where the published ones are not changed with them.
//!
//! Owns: which tables that concerns, both layouts as they would be made.
//! Refuses: making them (transpile), tables whose published layouts differ (tables).

use super::{ComparedTable, DeployComparison, TableState, concluded, deployed_tables, with_finding};
use crate::pipeline::compat::{MendPlace, TableChanges, compare, mend, of_new};
use crate::pipeline::layout::{Layout, Size};
use crate::rows::schemas::{Lookup, SchemaStore, transpiled};

/// What a deploy would do with the layouts that are not made yet.
pub fn would_be(found: &DeployComparison, old: &SchemaStore, new: &SchemaStore) -> DeployComparison {
    let tables = found.tables.iter().filter_map(|table| of_table(table, old, new)).collect();
    concluded(tables, 0, 0, None)
}

fn of_table(table: &ComparedTable, old: &SchemaStore, new: &SchemaStore) -> Option<ComparedTable> {
    let at = |store: &SchemaStore| match store.lookup(&table.namespace, &table.doctype, Some(&table.version)) {
        Lookup::Found(at) => Some(at),
        _ => None,
    };
    let (before, now) = (at(old), at(new)?);
    let published = |store: &SchemaStore, at: usize| store.layout_bytes(at).ok().flatten();
    let (was, is) = (before.and_then(|at| published(old, at)), published(new, now));
    let has_any = new.doctypes().iter().any(|doctype| doctype.layout.is_some());
    // Where neither side has layouts, those that are compared are made ones already.
    let concerned = match (&was, &is) {
        (Some(was), Some(is)) => was == is && !table.schema.is_empty(),
        (None, None) => has_any && new.no_layout(new.doctypes().get(now)?).is_none(),
        _ => false,
    };
    if !concerned {
        return None;
    }
    let mut made = ComparedTable {
        namespace: table.namespace.clone(),
        doctype: table.doctype.clone(),
        version: table.version.clone(),
        file: new.doctypes().get(now)?.schema.clone()?,
        state: TableState::Changed,
        changes: TableChanges::default(),
        mends: Vec::new(),
        schema: Vec::new(),
        allowed: None,
        moved: None,
    };
    let layout = |store: &SchemaStore, at: usize| -> Result<Option<Layout>, String> {
        match transpiled(store, at).map_err(|error| error.to_string())? {
            Some(Ok(made)) => Ok(Some(made.layout)),
            Some(Err(stop)) => Err(stop.to_string()),
            None => Ok(None),
        }
    };
    match (before.map_or(Ok(None), |at| layout(old, at)), layout(new, now)) {
        (Ok(Some(was)), Ok(Some(is))) => {
            made.changes = compare(&was, &is);
            let (name, tables) = (made.dotted(), deployed_tables(&made.namespace, &made.doctype, &made.version));
            let place = MendPlace { name: &name, file: &made.file, tables: &tables, old: Some(&was), new: Some(&is) };
            made.mends = made.changes.findings.iter().map(|finding| mend(finding, &place)).collect();
        }
        (_, Ok(Some(is))) => {
            made.state = TableState::Added;
            of_new(&is).into_iter().for_each(|finding| with_finding(&mut made, finding, None));
            made.changes.new = Size::of(&is);
        }
        (Ok(_), Err(reason)) => made.state = TableState::Unreadable(format!("no layout can be made of the new schema: {reason}")),
        // No table could be made before either.
        (Err(_), Err(_)) | (_, Ok(None)) => return None,
    }
    let is_told = made.state != TableState::Changed || !made.changes.changes.is_empty();
    is_told.then_some(made)
}
