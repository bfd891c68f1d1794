//! A case as scripts read it: the fields of `--format ndjson`, in their order. Names and meanings are stable.

use serde::{Serialize, Serializer};

use super::only::{Field, OnlyFields};
use crate::cli::violation::{CauseAnswer, ViolationAnswer};
use crate::ground::time::rfc3339;
use crate::pipeline::destination::{DestinationTable, SplitPart};
use crate::pipeline::document::PathStyle;
use crate::pipeline::sink::{Fate, Landing};
use crate::rows::column::ErrorColumn;
use crate::rows::group::Fingerprint;
use crate::triage::case::{Case, CaseTable, Replay, ToldMessage};

/// One row.
#[derive(Debug, Serialize)]
pub(super) struct CaseAnswer<'a> {
    /// From 0, over all sources; null where only a few rows of each group are read.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub row: Field<Option<u64>>,
    /// As the decoder resolves them; null where the row has none.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub namespace: Field<Option<&'a str>>,
    /// Likewise.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub doctype: Field<Option<&'a str>>,
    /// Likewise; telemetry's comes from the payload.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub version: Field<Option<&'a str>>,
    /// Path in the schema repository.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub schema_file: Field<Option<String>>,
    /// The document's id; only where rows were asked for by their payloads, to find or delete them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<&'a str>,
    /// When it came, in RFC 3339; null where the row does not tell, as all that comes from its columns.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub received: Field<Option<String>>,
    /// File and line, or where else it was read.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub origin: Field<&'a str>,
    /// The row's `job_name`.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub job: Field<Option<&'a str>>,
    /// The request's path.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub uri: Field<Option<&'a str>>,
    /// The row's `error_type`.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub stage: Field<Option<&'a str>>,
    /// The row's, with its package.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub exception_class: Field<Option<&'a str>>,
    /// What is wrong, as one plain sentence.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub sentence: Field<String>,
    /// What the message says; all null where it says nothing of a document.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub fault: Field<Said<'a>>,
    /// Fingerprint of the row's group.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub group: Field<Option<String>>,
    /// RFC 6901 pointer of the node that broke, in `schema_file`; the empty text is the root.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub schema_pointer: Field<Option<&'a str>>,
    /// Where the failing value lands: one column, or one in each table that gets it where the document is split.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub columns: Field<Vec<ColumnAnswer<'a>>>,
    /// The pipeline's judgement replayed with these schemas; null where it cannot be.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub verdict: Field<Option<ReplayAnswer<'a>>>,
    /// What is really wrong by these schemas: of a combinator the innermost violation of the branch that comes nearest; of other keywords the
    /// same. Null where the document passes or there is no verdict.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub cause: Field<Option<CauseAnswer<'a>>>,
    /// All that is really wrong, that first; null where there is no verdict.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub causes: Field<Option<Vec<CauseAnswer<'a>>>>,
    /// Everything that is broken, at most 1,000; null where there is no verdict.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub violations: Field<Option<Vec<ViolationAnswer<'a>>>>,
    /// All violations, exactly.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub violation_count: Field<Option<u64>>,
    /// What costs the row or is silently lost, whether the document passes or not, the worst first; at most 100.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub warnings: Field<Vec<WarningAnswer<'a>>>,
    /// All warnings, exactly.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub warning_count: Field<u64>,
    /// The tables that the document goes through, from the request to the view; those of both parts where it is split.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub tables: Field<Vec<TableAnswer<'a>>>,
    /// What could not be had or is odd, in sentences.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    pub notes: Field<&'a [String]>,
}

/// What the message says.
#[derive(Debug, Default, Serialize)]
pub(super) struct Said<'a> {
    /// Instance pointer as the pipeline writes it.
    pub pointer: Option<&'a str>,
    /// The keyword that broke.
    pub keyword: Option<&'a str>,
    /// The key that is missing, extraneous or depended upon.
    pub key: Option<&'a str>,
    /// What the schema asks: a type, a limit, a pattern.
    pub expected: Option<&'a str>,
    /// What the document has, as the message spells it.
    pub found: Option<&'a str>,
    /// The column that BigQuery did not take, as its text spells it; only where it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'a str>,
    /// True where the row is not at fault, for another row of the same request was refused; else left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_catch: bool,
}

/// The pipeline's judgement replayed. All null but `reproduced` and `agreement` where the document passes.
#[derive(Debug, Serialize)]
pub(super) struct ReplayAnswer<'a> {
    /// With its class, before the pipeline cuts it at 1,024 bytes.
    pub message: Option<&'a str>,
    /// The keyword that broke.
    pub keyword: Option<&'a str>,
    /// As the pipeline writes it.
    pub pointer: Option<&'a str>,
    /// RFC 6901, in `schema_file`.
    pub schema_pointer: Option<&'a str>,
    /// Whether the row says the same.
    pub reproduced: bool,
    /// How the two go together: `same`, `fixed`, `another`, `unlike`, `removed` or `altered`.
    pub agreement: &'static str,
}

/// One column, or why there is none.
#[derive(Debug, Serialize)]
pub(super) struct ColumnAnswer<'a> {
    /// Dotted path.
    pub column: Option<String>,
    /// BigQuery's canonical name: `STRING`, `RECORD`.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// `NULLABLE`, `REQUIRED` or `REPEATED`.
    pub mode: Option<&'a str>,
    /// `stored`, `changed`, `additional_properties`, `lost`, `empty`, `refused` or `unknown`.
    pub fate: Fate,
    /// Expression that selects the value.
    pub sql: Option<&'a str>,
    /// Why it is not stored as it is, in a sentence.
    pub reason: Option<&'a str>,
    /// The live table that it is a column of.
    pub table: Option<&'a str>,
    /// `published`, or `transpiled` where the column would be made of the JSON schema.
    pub layout: Option<&'static str>,
    /// Place in the parsed `additional_properties`, where the value is there. RFC 6901.
    pub additional_pointer: Option<&'a str>,
    /// Dotted path of the column that its key was probably meant for, where no column has that name.
    pub nearest: Option<String>,
}

/// A value that costs the row or is lost.
#[derive(Debug, Serialize)]
pub(super) struct WarningAnswer<'a> {
    /// `no_row`: the pipeline's code fails; `mismatch`: BigQuery refuses the row; `lost`: the value is nowhere.
    pub severity: &'static str,
    /// RFC 6901, in the document.
    pub pointer: String,
    /// The live table whose row it is about.
    pub table: Option<&'a str>,
    /// Why, in a sentence.
    pub sentence: &'a str,
}

/// A table that the document goes through.
#[derive(Debug, Serialize)]
pub(super) struct TableAnswer<'a> {
    /// `raw`, `error`, `decoded`, `live`, `stable` or `view`.
    pub stage: &'static str,
    /// `telemetry_live.main_v5`.
    pub table: TablePath<'a>,
    /// `remainder` or `subset` where the document is split; null where the table gets the whole.
    pub part: Option<&'static str>,
    /// The query for the document's row; null where its id is not known. Of stages behind the error it finds nothing.
    pub sql: Option<String>,
}

/// The path of a table, as a text.
#[derive(Debug)]
pub(super) struct TablePath<'a>(&'a DestinationTable);

impl Serialize for TablePath<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

impl<'a> CaseAnswer<'a> {
    /// The fields of an opened case.
    pub(super) fn new(row: Option<u64>, group: Option<Fingerprint>, case: &'a Case, only: &OnlyFields) -> Self {
        let resolved = case.doctype.as_ref();
        let facts = case.row.error_row();
        CaseAnswer {
            row: only.give("row", || row),
            namespace: only.give("namespace", || resolved.map(|doctype| doctype.namespace.as_str()).or(facts.namespace)),
            doctype: only.give("doctype", || resolved.map(|doctype| doctype.doctype.as_str()).or(facts.doctype)),
            version: only.give("version", || resolved.and_then(|doctype| doctype.version.as_deref()).or(facts.version)),
            schema_file: only.give("schema_file", || case.schema.as_ref().map(|schema| format!("schemas/{}", schema.path))),
            document_id: None,
            received: only.give("received", || facts.time.map(rfc3339)),
            origin: only.give("origin", || case.row.origin.as_str()),
            job: only.give("job", || facts.job),
            uri: only.give("uri", || case.row.column(ErrorColumn::Uri)),
            stage: only.give("stage", || facts.stage),
            exception_class: only.give(ErrorColumn::Class.name(), || facts.class),
            sentence: only.give("sentence", || case.sentence()),
            fault: only.give("fault", || case.fault.as_ref().map(Said::new).unwrap_or_default()),
            group: only.give("group", || group.map(|group| group.to_string())),
            schema_pointer: only.give("schema_pointer", || case.broken.as_ref().and_then(|broken| broken.schema_pointer.as_deref())),
            columns: only.give("columns", || {
                case.landings().into_iter().map(|(at, landing)| ColumnAnswer::new(landing, case.tables.get(at))).collect()
            }),
            verdict: only.give("verdict", || case.replay.as_ref().map(ReplayAnswer::new)),
            cause: only.give("cause", || case.replay.as_ref().and_then(|replay| replay.violations.causes.first()).map(CauseAnswer::new)),
            causes: only
                .give("causes", || case.replay.as_ref().map(|replay| replay.violations.causes.iter().map(CauseAnswer::new).collect())),
            violations: only.give("violations", || case.replay.as_ref().map(|replay| ViolationAnswer::list(&replay.violations))),
            violation_count: only.give("violation_count", || case.replay.as_ref().map(|replay| replay.violations.count)),
            warnings: only.give("warnings", || warnings(case)),
            warning_count: only.give("warning_count", || case.warnings.count),
            tables: only.give("tables", || tables(case)),
            notes: only.give("notes", || case.notes.as_slice()),
        }
    }

    /// Says which document it is.
    pub(super) fn name_document(&mut self, case: &'a Case) {
        self.document_id = case.document_id();
    }
}

impl<'a> Said<'a> {
    fn new(told: &'a ToldMessage) -> Self {
        Said {
            pointer: told.pointer.as_deref(),
            keyword: told.keyword,
            key: told.key.as_deref(),
            expected: told.expected.as_deref(),
            found: told.found.as_deref(),
            column: told.column.as_deref(),
            by_catch: told.by_catch,
        }
    }
}

impl<'a> ReplayAnswer<'a> {
    fn new(replay: &'a Replay) -> Self {
        let violation = replay.violation.as_ref();
        ReplayAnswer {
            message: Some(replay.message.as_str()).filter(|message| !message.is_empty()),
            keyword: violation.map(|violation| violation.keyword),
            pointer: violation.map(|violation| violation.pointer.as_str()),
            schema_pointer: violation.map(|violation| violation.schema_pointer.as_str()),
            reproduced: replay.reproduced,
            agreement: replay.agreement.name(),
        }
    }
}

impl<'a> ColumnAnswer<'a> {
    fn new(landing: &'a Landing, table: Option<&'a CaseTable>) -> Self {
        let layout = table.map(|table| &*table.layout);
        let known = landing.column.and_then(|id| Some((layout?, id, layout?.get(id)?)));
        ColumnAnswer {
            column: known.map(|(layout, id, _)| layout.path(id)),
            kind: known.map(|(_, _, column)| &*column.kind),
            mode: known.map(|(_, _, column)| column.mode.name()),
            fate: landing.fate,
            sql: landing.sql.as_deref(),
            reason: landing.reason.as_deref(),
            table: table.map(|table| table.name.as_str()),
            layout: table.map(|table| if table.made { "transpiled" } else { "published" }),
            additional_pointer: landing.additional_pointer.as_deref(),
            nearest: landing.nearest.and_then(|id| Some(layout?.path(id))),
        }
    }
}

fn tables(case: &Case) -> Vec<TableAnswer<'_>> {
    let mut queries = case.lookups().into_iter().flatten();
    let told = case.destinations().iter().map(|table| TableAnswer {
        stage: table.stage.name(),
        table: TablePath(table),
        part: table.part.map(SplitPart::name),
        sql: queries.next(),
    });
    told.collect()
}

fn warnings(case: &Case) -> Vec<WarningAnswer<'_>> {
    let Some(document) = &case.document else { return Vec::new() };
    let told = case.warnings.list.iter();
    told.map(|warning| WarningAnswer {
        severity: warning.severity.name(),
        pointer: document.path(warning.node, PathStyle::Pointer),
        table: case.tables.get(warning.table).map(|table| table.name.as_str()),
        sentence: &warning.sentence,
    })
    .collect()
}
