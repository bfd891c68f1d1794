//! An explanation as JSON: one object.

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

/// Writes it.
pub(super) fn write(out: &mut impl Write, found: &Explanation) -> Result<()> {
    let causes = found.causes.iter().map(|cause| ExplainedRecord {
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
    });
    let row_faults = found.row_faults.iter().map(|fault| RowFaultRecord {
        sentence: &fault.sentence,
        class: fault.class.as_deref(),
        message: &fault.message,
        tables: &fault.tables,
        columns: &fault.columns,
        count: fault.count,
        lines: &fault.lines,
    });
    let is_known = !found.causes.is_empty() || !found.row_faults.is_empty();
    let record = ExplanationRecord {
        lines: found.lines,
        causes: causes.collect(),
        row_faults: row_faults.collect(),
        unknown: found.unknown.iter().map(|line| UnknownRecord { line: line.line, text: &line.text }).collect(),
        unknown_count: found.unknown_count,
        looked_for: if is_known { &[] } else { &LOOKED_FOR },
    };
    let text = safe_json::escape(serde_json::to_string_pretty(&record)?);
    Ok(writeln!(out, "{text}")?)
}
