//! The pipeline's own columns beside those of a schema.
//!
//! The generator merges a schema of the pipeline's columns into each schema before it is transpiled: which one, the schema says itself.

use crate::layout::{Column, ColumnId, Layout};
use crate::schemas::{Lookup, Schema, SchemaError, SchemaStore};

use super::{Stop, Transpiled};

/// The columns of a doctype version of the store as its table has them, with `submission_timestamp`, `metadata` and the others that are no part of
/// documents. `None` where the store has no schema for it; the inner error where the transpiler would stop.
pub fn table(store: &SchemaStore, doctype: usize) -> Result<Option<Result<Transpiled, Stop>>, SchemaError> {
    let Some(schema) = store.schema(doctype)? else { return Ok(None) };
    let standard = match format(&schema) {
        Some(format) => merged_schema(store, &format)?,
        None => None,
    };
    let made = match standard {
        Some(standard) => super::members(&schema).and_then(|made| Ok(beside(made, super::layout(&standard)?))),
        None => super::layout(&schema),
    };
    Ok(Some(made))
}

/// The kind of the pipeline's columns: `telemetry`, `structured`, or none.
fn format(schema: &Schema) -> Option<String> {
    schema.keyword_text(schema.keyword(0, "mozPipelineMetadata")?, "bq_metadata_format")
}

fn merged_schema(store: &SchemaStore, format: &str) -> Result<Option<std::sync::Arc<Schema>>, SchemaError> {
    match store.lookup("metadata", &format!("{format}-ingestion"), Some("1")) {
        Lookup::Found(at) => store.schema(at),
        Lookup::NoDoctype { .. } | Lookup::NoVersion { .. } => Ok(None),
    }
}

/// A schema's columns with the pipeline's among them: those replace others of the same name.
fn beside(own: Transpiled, standard: Transpiled) -> Transpiled {
    let pieces = |layout: &Layout| -> Vec<Vec<Column>> { layout.top().map(|id| piece(layout, id)).collect() };
    let named = |piece: &Vec<Column>| piece.first().map(|column| column.name.clone());
    let replaced = |piece: &Vec<Column>| named(piece).is_some_and(|name| standard.layout.child(None, &name).is_some());
    let mut all = pieces(&own.layout);
    all.retain(|piece| !replaced(piece));
    all.extend(pieces(&standard.layout));
    all.sort_by_key(named);
    let mut columns: Vec<Column> = Vec::new();
    for piece in all {
        let base = columns.len() as ColumnId;
        columns.extend(piece.into_iter().map(|column| Column {
            parent: column.parent.map(|parent| parent + base),
            end: column.end + base,
            ..column
        }));
    }
    Transpiled { layout: Layout::from_columns(columns), lints: own.lints }
}

/// A column at the top with all in it, counted from itself.
fn piece(layout: &Layout, top: ColumnId) -> Vec<Column> {
    let end = layout.get(top).map_or(top, |column| column.end);
    let within = layout.columns.get(top as usize..end as usize).unwrap_or_default();
    within
        .iter()
        .map(|column| Column { parent: column.parent.map(|parent| parent - top), end: column.end - top, ..column.clone() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas::memory::Memory;

    const FILES: &[(&str, &[u8])] = &[
        (
            "metadata/structured-ingestion/structured-ingestion.1.schema.json",
            br#"{"properties":{"metadata":{"properties":{"geo":{"type":"string"}}},"document_id":{"type":"string"}}}"#,
        ),
        (
            "ns/a/a.1.schema.json",
            br#"{"mozPipelineMetadata":{"bq_metadata_format":"structured"},"properties":{"z":{"type":"string"},"metadata":{"type":"integer"},
                "b":{"properties":{"c":{"type":"string"}}}}}"#,
        ),
        ("ns/a/a.2.schema.json", br#"{"mozPipelineMetadata":{"bq_metadata_format":"structured"},"type":"object"}"#),
        ("ns/a/a.3.schema.json", br#"{"mozPipelineMetadata":{"bq_metadata_format":"other"},"type":"object"}"#),
        ("ns/a/a.4.bq", b"[]"),
    ];

    #[test]
    fn the_pipelines_columns_stand_among_those_of_the_schema() {
        let store = SchemaStore::open(Box::new(Memory::new("built-in", FILES))).unwrap();
        let columns = |at| {
            let made = table(&store, at).unwrap().map(|made| made.map(|made| made.layout));
            made.map(|made| made.map(|layout| (0..layout.columns.len()).map(|id| layout.path(id as u32)).collect::<Vec<_>>().join(" ")))
        };
        assert_eq!(columns(1), Some(Ok("b b.c document_id metadata metadata.geo z".to_owned())));
        assert_eq!(columns(2), Some(Ok("document_id metadata metadata.geo".to_owned())), "a schema without any column of its own");
        assert!(columns(3).is_some_and(|made| made.is_err()), "and one with nothing merged into it");
        assert_eq!(columns(4), None);
    }
}
