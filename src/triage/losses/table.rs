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
    /// What the table is called.
    pub table: String,
    /// Whether what was counted are rows of the table, not documents.
    pub of_rows: bool,
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
        let table = destination::live(&doctype.namespace, &doctype.doctype, &doctype.version);
        let of = LossyTable {
            doctype,
            layout: Arc::clone(layout),
            made,
            schema: schemas.schema(at)?,
            tally,
            known: LookedUp::default(),
            table,
            of_rows: false,
        };
        Ok(Some(of.looked_up(histories)))
    }

    /// Of rows of a live table, whose columns these are.
    pub fn of_rows(
        schemas: &'s SchemaStore,
        at: usize,
        (table, layout): (String, Arc<Layout>),
        tally: &'t LossTally,
        histories: Option<&mut PlaceHistories<'s>>,
    ) -> Result<Option<Self>, SchemaError> {
        let Some(doctype) = schemas.doctypes().get(at) else { return Ok(None) };
        let of = LossyTable {
            doctype,
            layout,
            made: None,
            schema: schemas.schema(at)?,
            tally,
            known: LookedUp::default(),
            table,
            of_rows: true,
        };
        Ok(Some(of.looked_up(histories)))
    }

    fn looked_up(mut self, histories: Option<&mut PlaceHistories<'s>>) -> Self {
        if let (Some(histories), Some(schema)) = (histories, &self.schema) {
            self.known = histories.of(self.doctype, schema, &self.tally.places());
        }
        self
    }
}
