//! A table with what documents that pass lose on their way into it.

use std::sync::Arc;

use super::{LookedUp, LossTally, PlaceHistories};
use crate::pipeline::destination;
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::rows::schemas::{Doctype, SchemaError, SchemaStore, TableColumns};

/// A doctype version with documents that pass.
pub struct LossyTable<'s, 't> {
    /// Of which its documents are.
    pub doctype: &'s Doctype,
    /// Its columns.
    pub layout: Arc<Layout>,
    /// That no layout is published, where none is.
    pub made: Option<String>,
    /// Its JSON schema.
    pub schema: Option<Arc<Schema>>,
    /// What was counted.
    pub tally: &'t LossTally,
    /// Since when the schema knows the places.
    pub known: LookedUp,
}

impl<'s, 't> LossyTable<'s, 't> {
    /// Of the doctype version at a position of the schemas, its places looked up; `None` where it has no columns.
    pub fn of(
        schemas: &'s SchemaStore,
        at: usize,
        tally: &'t LossTally,
        histories: Option<&mut PlaceHistories<'s>>,
    ) -> Result<Option<Self>, SchemaError> {
        let columns = schemas.columns(at)?;
        let (Some(doctype), Some(layout)) = (schemas.doctypes().get(at), columns.layout()) else { return Ok(None) };
        let made = match &columns {
            TableColumns::Made(made) => Some(made.note()),
            _ => None,
        };
        let schema = schemas.schema(at)?;
        let known = match (histories, &schema) {
            (Some(histories), Some(schema)) => histories.of(doctype, schema, &tally.places()),
            _ => LookedUp::default(),
        };
        Ok(Some(LossyTable { doctype, layout: Arc::clone(layout), made, schema, tally, known }))
    }

    /// What the live table is called.
    pub fn table(&self) -> String {
        destination::live(&self.doctype.namespace, &self.doctype.doctype, &self.doctype.version)
    }
}
