//! The pipeline's own columns beside those of a schema.
//!
//! The generator merges a schema of the pipeline's columns into each schema before it is transpiled: which one, the schema says itself.

use crate::pipeline::layout::{Column, ColumnId, Layout};
use crate::pipeline::schema::Schema;

use super::{TranspileStop, Transpiled};

/// The columns of a schema as its table has them, the pipeline's own among them: `standard` is the schema that describes those.
///
/// # Errors
/// The transpiler would stop.
pub fn table(schema: &Schema, standard: Option<&Schema>) -> Result<Transpiled, TranspileStop> {
    match standard {
        Some(standard) => super::members(schema).and_then(|made| Ok(beside(made, super::layout(standard)?))),
        None => super::layout(schema),
    }
}

/// The kind of the pipeline's columns: `telemetry`, `structured`, or none.
pub fn metadata_format(schema: &Schema) -> Option<String> {
    schema.keyword_text(schema.keyword(0, "mozPipelineMetadata")?, "bq_metadata_format")
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
