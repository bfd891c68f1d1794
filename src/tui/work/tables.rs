//! Work for the screen of tables: reading all layouts, finding out about one place.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::look::Look;
use super::super::message::Message;
use super::super::outlet::Outlet;
use super::super::table_tree::TableTree;
use crate::rows::group::Groups;
use crate::rows::schemas::{SchemaError, SchemaStore};
use crate::triage::catalog::{Catalog, CatalogProgress, HitPlace};
use crate::triage::origin;

/// Files between two reports of how far reading has come.
const STRIDE: usize = 32;

/// All tables by name.
pub(super) fn list(schemas: &SchemaStore) -> Message {
    tables(Catalog::listed(schemas), false)
}

/// All tables with their columns.
pub(super) fn read(schemas: &SchemaStore, messages: &Outlet, stop: &AtomicBool) -> Option<Message> {
    let watch = |progress: CatalogProgress| {
        if progress.done.is_multiple_of(STRIDE) {
            // The explorer is gone once nobody listens; the flag says so as well.
            let _ = messages.send(Message::TablesProgress(progress));
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    Catalog::read(schemas, &watch).map(|catalog| tables(catalog, true))
}

fn tables(catalog: Catalog, done: bool) -> Message {
    Message::Tables { tree: Arc::new(TableTree::new(Arc::new(catalog))), done }
}

/// The layout and schema of a table, the node that fills the column, and which groups fail under which column.
pub(super) fn look(schemas: &SchemaStore, place: HitPlace, groups: Arc<Groups>) -> Result<Look, SchemaError> {
    let at = place.table as usize;
    let layout = schemas.columns(at)?.layout().cloned();
    let (schema, no_schema) = match schemas.schema(at) {
        Ok(Some(schema)) => (Some(schema), None),
        Ok(None) => (None, Some("This doctype version has a table layout but no JSON schema.".to_owned())),
        Err(error) => (None, Some(format!("{error}."))),
    };
    let node = match (&layout, &schema, place.column) {
        (Some(layout), Some(schema), Some(column)) => origin::node_of(layout, schema, column),
        _ => None,
    };
    let of_doctype = schemas.doctypes().get(at).map(|doctype| origin::groups_of(&groups, doctype)).unwrap_or_default();
    let mut failing = Vec::new();
    for at in of_doctype {
        let group = &groups.list[at as usize];
        let columns = layout.as_ref().map_or_else(|| vec![None], |layout| origin::columns_of_group(layout, group));
        failing.extend(columns.into_iter().map(|column| (column, at)));
    }
    Ok(Look { place, layout, schema, no_schema, node, failing, groups })
}
