//! One failing row with everything known of it, put together.
//!
//! Owns: the way from a row to its fault, document, schema node and columns, and what is missing on that way.
//! Refuses: finding any of them itself (fault, payload, document, schemas, verdict, sink do).

use std::sync::Arc;

use crate::document::{Document, NodeId};
use crate::layout::Layout;
use crate::payload::Form;
use crate::schemas::{Schema, SchemaStore};
use crate::sink::Landing;
use crate::source::SourceRow;
use crate::verdict::Broken;

/// One row, opened.
pub struct Case {
    /// The row without its payload.
    pub row: SourceRow,
    /// How the payload was stored, its size as stored.
    pub form: Form,
    /// Bytes of the payload as stored.
    pub stored: usize,
    /// The document, where there is a payload that holds at least one value.
    pub document: Option<Arc<Document>>,
    /// The failing value in the document, or its deepest ancestor that exists.
    pub value: Option<NodeId>,
    /// `namespace/doctype` and version as the decoder resolves them (telemetry's version comes from the payload).
    pub doctype: Option<ResolvedDoctype>,
    /// The schema that judged it.
    pub schema: Option<Arc<Schema>>,
    /// The table's columns.
    pub layout: Option<Arc<Layout>>,
    /// The node that broke.
    pub broken: Option<Broken>,
    /// Where the failing value would land.
    pub landing: Option<Landing>,
    /// What could not be had or is odd, in sentences for people: no payload, not gzip, not JSON, no schema of that version (and which exist) …
    pub notes: Vec<String>,
}

/// Which schema the decoder looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedDoctype {
    /// As the schema folder spells it where it exists, else as the row does.
    pub namespace: String,
    /// Likewise.
    pub doctype: String,
    /// The row's version, or telemetry's from the payload.
    pub version: Option<String>,
    /// Whether the version came from the payload.
    pub from_payload: bool,
    /// The table, `telemetry_live.main_v5`.
    pub table: Option<String>,
}

/// Puts a case together.
pub fn open(_row: SourceRow, _schemas: Option<&SchemaStore>) -> Case {
    unimplemented!()
}
