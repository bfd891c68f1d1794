//! An explanation as JSON: one object, or a line each of what was found.

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

use crate::cli::safe_json;
use crate::triage::explain::{Explanation, LOOKED_FOR};

#[derive(Serialize)]
struct ExplanationRecord<'a> {
    lines: usize,
    causes: Vec<ExplainedRecord<'a>>,
    row_faults: Vec<RowFaultRecord<'a>>,
    /// Where nothing is known: lines that look like errors, at most 20.
    unknown: Vec<UnknownRecord<'a>>,
    unknown_count: usize,
    /// The same where nothing is known: what was looked for.
    looked_for: &'a [&'static str],
}

#[derive(Serialize)]
struct ExplainedRecord<'a> {
    rule: String,
    /// BigQuery's rule for what the generator stops at.
    bigquery_rule: Option<String>,
    verdict: &'static str,
    sentence: &'a str,
    /// What the rule says.
    because: &'static str,
    tables: &'a [String],
    columns: &'a [String],
    lines: &'a [usize],
    revision: Option<&'a str>,
    message: &'a str,
    mend: &'a str,
    notes: &'a [String],
}

#[derive(Serialize)]
struct RowFaultRecord<'a> {
    sentence: &'a str,
    class: Option<&'a str>,
    message: &'a str,
    tables: &'a [String],
    columns: &'a [String],
    count: usize,
    /// The first hundred.
    lines: &'a [usize],
}

#[derive(Serialize)]
struct UnknownRecord<'a> {
    line: usize,
    text: &'a str,
}

/// Something that was found, on a line of its own: `what` says what it is.
#[derive(Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum ExplainedLine<'a> {
    Cause(ExplainedRecord<'a>),
    RowFault(RowFaultRecord<'a>),
    /// A line that looks like an error, where nothing is known.
    Unknown(UnknownRecord<'a>),
}

fn causes(found: &Explanation) -> impl Iterator<Item = ExplainedRecord<'_>> {
    found.causes.iter().map(|cause| ExplainedRecord {
        rule: cause.rule.name(),
        bigquery_rule: cause.under.map(|rule| rule.name()),
        verdict: cause.verdict.name(),
        sentence: &cause.sentence,
        because: cause.under.unwrap_or(cause.rule).says(),
        tables: &cause.tables,
        columns: &cause.columns,
        lines: &cause.lines,
        revision: cause.revision.as_deref(),
        message: &cause.message,
        mend: &cause.mend,
        notes: &cause.notes,
    })
}

fn row_faults(found: &Explanation) -> impl Iterator<Item = RowFaultRecord<'_>> {
    found.row_faults.iter().map(|fault| RowFaultRecord {
        sentence: &fault.sentence,
        class: fault.class.as_deref(),
        message: &fault.message,
        tables: &fault.tables,
        columns: &fault.columns,
        count: fault.count,
        lines: &fault.lines,
    })
}

fn unknown(found: &Explanation) -> impl Iterator<Item = UnknownRecord<'_>> {
    found.unknown.iter().map(|line| UnknownRecord { line: line.line, text: &line.text })
}

/// Writes it.
pub(super) fn write(out: &mut impl Write, found: &Explanation) -> Result<()> {
    let is_known = !found.causes.is_empty() || !found.row_faults.is_empty();
    let record = ExplanationRecord {
        lines: found.lines,
        causes: causes(found).collect(),
        row_faults: row_faults(found).collect(),
        unknown: unknown(found).collect(),
        unknown_count: found.unknown_count,
        looked_for: if is_known { &[] } else { &LOOKED_FOR },
    };
    let text = safe_json::escape(serde_json::to_string_pretty(&record)?);
    Ok(writeln!(out, "{text}")?)
}

/// Writes it, a cause or fault a line.
pub(super) fn write_lines(out: &mut impl Write, found: &Explanation) -> Result<()> {
    let known = causes(found).map(ExplainedLine::Cause).chain(row_faults(found).map(ExplainedLine::RowFault));
    safe_json::write_lines(out, known.chain(unknown(found).map(ExplainedLine::Unknown)))
}
