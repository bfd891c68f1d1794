//! The tables that a case's document goes through, and the SQL that finds it there.

use crate::pipeline::destination::{self, Lookup, Part, Stage};

use super::{Case, attributes};

impl Case {
    /// The tables of the document, from the request to the view; none where its doctype or version is not known.
    pub fn destinations(&self) -> Vec<destination::Table> {
        let Some(doctype) = &self.doctype else { return Vec::new() };
        let version = doctype.version.as_deref();
        version.map(|version| destination::tables(&doctype.namespace, &doctype.doctype, version)).unwrap_or_default()
    }

    /// The query for the document's row of a stage; of a document that is split, for the part that the case's table at that position gets.
    /// `None` where the document's id is not known.
    pub fn query(&self, stage: Stage, table: usize) -> Option<String> {
        let part = self.tables.get(table).and_then(|table| table.part);
        let is_it =
            |table: &&destination::Table| table.stage == stage && (table.part.is_none() || table.part == part.or(Some(Part::Remainder)));
        self.lookup(self.destinations().iter().find(is_it)?)
    }

    /// The query for the document's row in one of its [`Case::destinations`]. `None` where the document's id is not known.
    pub fn lookup(&self, table: &destination::Table) -> Option<String> {
        let document_id = attributes::document_id(&self.row)?;
        let submission_timestamp = self.row.error_row().time;
        Some(Lookup { project: destination::PROJECT, document_id, submission_timestamp }.sql(table))
    }
}
