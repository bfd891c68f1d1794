//! The layout that the pipeline would make of a schema of the store, where none is published or to compare with one that is.

use std::sync::Arc;

use super::{Lookup, SchemaError, SchemaStore};
use crate::pipeline::schema::Schema;
use crate::pipeline::transpile::{self, TranspileStop, Transpiled};

/// The columns of a doctype version of the store as its table has them, with `submission_timestamp`, `metadata` and the others that are no part of
/// documents. `None` where the store has no schema for it; the inner error where the transpiler would stop.
pub fn transpiled(store: &SchemaStore, doctype: usize) -> Result<Option<Result<Transpiled, TranspileStop>>, SchemaError> {
    let Some(schema) = store.schema(doctype)? else { return Ok(None) };
    let standard = match transpile::metadata_format(&schema) {
        Some(format) => merged_schema(store, &format)?,
        None => None,
    };
    Ok(Some(transpile::table(&schema, standard.as_deref())))
}

fn merged_schema(store: &SchemaStore, format: &str) -> Result<Option<Arc<Schema>>, SchemaError> {
    match store.lookup("metadata", &format!("{format}-ingestion"), Some("1")) {
        Lookup::Found(at) => store.schema(at),
        Lookup::NoDoctype | Lookup::NoVersion { .. } => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::schemas::memory::Memory;

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
            let made = transpiled(&store, at).unwrap().map(|made| made.map(|made| made.layout));
            made.map(|made| made.map(|layout| (0..layout.columns.len()).map(|id| layout.path(id as u32)).collect::<Vec<_>>().join(" ")))
        };
        assert_eq!(columns(1), Some(Ok("b b.c document_id metadata metadata.geo z".to_owned())));
        assert_eq!(columns(2), Some(Ok("document_id metadata metadata.geo".to_owned())), "a schema without any column of its own");
        assert!(columns(3).is_some_and(|made| made.is_err()), "and one with nothing merged into it");
        assert_eq!(columns(4), None);
    }
}
