//! One failing row with everything known of it, put together.
//!
//! Owns: the way from a row to its fault, document, schema node and columns, and what is missing on that way.
//! Also owns: the tables that a case's document goes through, and the SQL that finds it there.
//! Refuses: finding any of them itself (fault, payload, document, schemas, verdict, sink do).

mod agreement;
mod attributes;
mod doctype;
mod oddities;
mod open;
mod parts;
mod place;
mod preview;
mod refused;
mod replay;
mod sentence;
mod table;
mod warned;

use std::sync::Arc;

use crate::pipeline::destination::{self, DocumentLookup, SplitPart, Stage};
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::fault::{Fault, Keyword, Says};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::sink::Landing;
use crate::pipeline::verdict::Broken;
use crate::pipeline::verdict::judge::{Cause, Violation};
use crate::rows::payload::PayloadForm;
use crate::rows::row::SourceRow;
use crate::rows::schemas::{SchemaStore, tables_of};
pub use agreement::Agreement;
pub(in crate::triage) use agreement::kind as kind_named;
pub use parts::Splitting;
pub use preview::{NoRow, Preview};
pub use replay::{Replay, cut as recorded};
pub use table::CaseTable;
pub use warned::{CaseWarning, CaseWarnings};

/// One row, opened.
pub struct Case {
    /// The row, as it was read.
    pub row: SourceRow,
    /// How the payload was stored, its size as stored.
    pub form: PayloadForm,
    /// Bytes of the payload as stored.
    pub stored: usize,
    /// What the message says; `None` where the row has neither a message nor an exception class.
    pub fault: Option<ToldMessage>,
    /// The decoded payload as it is, also where it is no document; empty where there is none.
    pub text: Arc<[u8]>,
    /// The document, where there is a payload that holds at least one value.
    pub document: Option<Arc<Document>>,
    /// The failing value in the document, or its deepest ancestor that exists.
    pub value: Option<NodeId>,
    /// `namespace/doctype` and version as the decoder resolves them (telemetry's version comes from the payload).
    pub doctype: Option<ResolvedDoctype>,
    /// The schema that judged it.
    pub schema: Option<Arc<Schema>>,
    /// Where the version that is asked for is missing: those that there are, and which of them no document can use. Nothing out of the row.
    pub shelved: Vec<String>,
    /// The tables that the document goes to: one, or those of its parts, the remainder first.
    pub tables: Vec<CaseTable>,
    /// How the document is split over them, where it is.
    pub splitting: Option<Splitting>,
    /// Position of the table that the failing value goes to.
    pub home: usize,
    /// The columns of that table.
    pub layout: Option<Arc<Layout>>,
    /// The node that broke, as the row says it.
    pub broken: Option<Broken>,
    /// What is really broken: where the row names a combinator, the innermost violation of its nearest branch; otherwise the same.
    pub lead: Option<Broken>,
    /// Where the failing value would land.
    pub landing: Option<Landing>,
    /// Where it lands beside that, with the positions of the tables: the parts of a document share some values.
    pub elsewhere: Vec<(usize, Landing)>,
    /// What is wrong with the rows that the document becomes, whether it fits its schema or not.
    pub warnings: CaseWarnings,
    /// The pipeline's judgement replayed, where it can be.
    pub replay: Option<Replay>,
    /// What could not be had or is odd, in sentences for people: no payload, not gzip, not JSON, no schema of that version (and which exist) …
    pub notes: Vec<String>,
    /// How many of them, from the first on, tell of who judged and not of what is missing.
    pub about_judge: usize,
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
    /// All tables of the document by the schemas at hand, from the request to the view.
    pub tables: Arc<[destination::DestinationTable]>,
}

impl ResolvedDoctype {
    /// Its tables by the schemas at hand, where it stands there if it does; none where the version is not known.
    fn settle(&mut self, schemas: Option<&SchemaStore>, at: Option<usize>) {
        let known = schemas.zip(at).and_then(|(store, at)| store.tables(at));
        let named = || Some(tables_of(schemas, &self.namespace, &self.doctype, self.version.as_deref()?));
        self.tables = known.or_else(named).unwrap_or_default();
    }
}

/// What the message says, in the reading that the schema and the document agree with. Texts are as they stand in the message, untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldMessage {
    /// The whole message.
    pub message: String,
    /// Exception class.
    pub class: String,
    /// Instance pointer as the pipeline writes it, for validation messages.
    pub pointer: Option<String>,
    /// Keyword of a validation message.
    pub keyword: Option<Keyword>,
    /// What the schema asks.
    pub expected: Option<String>,
    /// What the document has.
    pub found: Option<String>,
    /// The key that is missing, extraneous or depended upon.
    pub key: Option<String>,
    /// The column that BigQuery did not take, as its text spells it.
    pub column: Option<String>,
    /// Whether the row is not at fault: another row of the same request was refused.
    pub by_catch: bool,
    /// Whether the pipeline cut the message at 1,024 bytes.
    pub cut: bool,
    /// The fault in plain words, without its place; safe for a terminal.
    pub sentence: String,
}

impl ToldMessage {
    /// Without the message itself.
    fn of(fault: &Fault<'_>) -> Self {
        let (expected, found, key) = match fault.says {
            Says::Broken { expected, found, key, .. } => (expected, found, key),
            _ => (None, None, None),
        };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        ToldMessage {
            message: String::new(),
            class: fault.class.to_owned(),
            pointer: fault.pointer.map(|pointer| match pointer.starts_with('#') {
                true => pointer.to_owned(),
                // Told as the pipeline would, whoever wrote it.
                false => format!("#{}", fault.rfc_pointer()),
            }),
            keyword: fault.keyword(),
            expected: owned(expected),
            found: owned(found),
            key: owned(key),
            column: fault.insert().and_then(|error| error.column.as_deref().map(str::to_owned)),
            by_catch: fault.is_by_catch(),
            cut: fault.cut,
            sentence: fault.sentence(),
        }
    }
}

/// What of a case is put together, beyond document, doctype and verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseParts {
    /// Tables, landings, warnings.
    pub columns: bool,
    /// The names of the tables alone.
    pub tables: bool,
    /// Everything that is broken, and what of it is the cause. Without it there is as much as it takes to hold the verdict against the row.
    pub violations: bool,
    /// The value and the node that the row speaks of. Without it there is as much of these, too, as that takes.
    pub place: bool,
}

impl CaseParts {
    /// All that can be known.
    pub const ALL: CaseParts = CaseParts { columns: true, tables: true, violations: true, place: true };
}

/// Puts a case together. Never fails: what cannot be had is said in [`Case::notes`].
pub fn open(row: SourceRow, schemas: Option<&SchemaStore>) -> Case {
    open_parts(row, schemas, CaseParts::ALL)
}

/// Puts parts of a case together; what was not asked for is empty, and notes of it are not there.
pub fn open_parts(row: SourceRow, schemas: Option<&SchemaStore>, parts: CaseParts) -> Case {
    open::open(row, schemas, parts)
}

impl Case {
    /// The notes with those that say why something is missing first.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        let (judge, rest) = self.notes.split_at(self.about_judge.min(self.notes.len()));
        rest.iter().chain(judge).map(String::as_str)
    }

    /// What is really wrong behind the combinator that the row names; `None` where it names none or the schemas at hand judge it differently.
    pub fn cause(&self) -> Option<&Cause> {
        self.replay.as_ref().and_then(Replay::cause)
    }

    /// The node that broke, where it is broken by what is at hand; `None` where the document meets it now or was changed on its way.
    pub fn asking(&self) -> Option<&Broken> {
        self.lead.as_ref().filter(|_| self.is_standing())
    }

    /// Whether what the row says holds of its document and the schemas at hand, as far as they can be judged.
    pub fn is_standing(&self) -> bool {
        self.replay.as_ref().is_none_or(|replay| replay.stands)
    }

    /// What has become of a fault that holds no more, in a few words; `None` where it holds.
    pub fn outcome(&self) -> Option<&'static str> {
        self.replay.as_ref().filter(|replay| !replay.stands).map(|replay| replay.agreement.note()).filter(|note| !note.is_empty())
    }

    /// What is wrong, as one plain sentence: the value by name, what the schema asks of it, what it is. Safe for a terminal.
    pub fn sentence(&self) -> String {
        sentence::sentence(self)
    }

    /// Position of the table that the value at decoded tokens goes to; `None` where both parts of the document have it.
    pub fn table_of<S: AsRef<str>>(&self, tokens: &[S]) -> Option<usize> {
        match &self.splitting {
            Some(splitting) => open::of_part(&self.tables, splitting.part(tokens)),
            None => (!self.tables.is_empty()).then_some(0),
        }
    }

    /// Where the failing value lands, in each table that gets it, with the position of the table: both where it is in both parts of a document.
    pub fn landings(&self) -> Vec<(usize, &Landing)> {
        self.landing.iter().map(|landing| (self.home, landing)).chain(self.elsewhere.iter().map(|(at, landing)| (*at, landing))).collect()
    }

    /// Where what a violation of the replayed judgement is about lands, with the position of its table; `None` without a layout.
    pub fn landing_of(&self, violation: &Violation) -> Option<(usize, Landing)> {
        let tokens = place::tokens(violation);
        let at = self.table_of(&tokens).unwrap_or(self.home);
        let table = self.tables.get(at)?;
        Some((at, place::landing(&table.layout, violation.about_name, &tokens, table.landing(&tokens))))
    }
}

#[cfg(test)]
mod tests;

impl Case {
    /// The tables of the document, from the request to the view; none where its doctype or version is not known.
    pub fn destinations(&self) -> &[destination::DestinationTable] {
        self.doctype.as_ref().map_or(&[], |doctype| &doctype.tables)
    }

    /// The query for the document's row of a stage; of a document that is split, for the part that the case's table at that position gets.
    /// `None` where the document's id is not known.
    pub fn query(&self, stage: Stage, table: usize) -> Option<String> {
        let part = self.tables.get(table).and_then(|table| table.part);
        let is_it = |table: &&destination::DestinationTable| {
            table.stage == stage && (table.part.is_none() || table.part == part.or(Some(SplitPart::Remainder)))
        };
        self.lookup(self.destinations().iter().find(is_it)?)
    }

    /// The document's id, where the row tells it.
    pub fn document_id(&self) -> Option<&str> {
        attributes::document_id(&self.row)
    }

    /// The queries for the document's row in all of its [`Case::destinations`]; none where the document's id is not known.
    pub fn lookups(&self) -> Option<Vec<String>> {
        let document_id = self.document_id()?;
        let submission_timestamp = self.row.time();
        let lookup = DocumentLookup { project: destination::PROJECT, document_id, submission_timestamp };
        Some(lookup.of_all(self.destinations()))
    }

    /// The query for the document's row in one of its [`Case::destinations`]. `None` where the document's id is not known.
    pub fn lookup(&self, table: &destination::DestinationTable) -> Option<String> {
        let document_id = self.document_id()?;
        let submission_timestamp = self.row.time();
        Some(DocumentLookup { project: destination::PROJECT, document_id, submission_timestamp }.sql(table))
    }
}
