//! What stands against a change as JSON: findings, and the tables that would be made.
//!
//! Owns: the fields of both.
//! Refuses: the comparison around it (json).

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

use crate::cli::{out, safe_json};
use crate::ground::text::visible;
use crate::triage::changed_column::ChangedColumn;
use crate::triage::gate::{GateFinding, GateReport, GateWeight, MadeState, MadeTable};

#[derive(Serialize)]
pub(super) struct GateRecord<'a> {
    findings: Vec<FindingRecord<'a>>,
    /// Tables as they would be made of changed schemas.
    layouts: Vec<MadeRecord<'a>>,
    counts: GateCounts,
    notes: &'a [String],
}

/// A table that would be made.
#[derive(Serialize)]
struct MadeRecord<'a> {
    table: &'a str,
    /// The JSON schema that it is made of.
    file: &'a str,
    /// `changed`, `new` or `not_made`.
    state: &'static str,
    verdict: &'static str,
    /// Where it cannot be made: why.
    reason: Option<&'a str>,
    leaf_columns_before: usize,
    leaf_columns: usize,
    /// Columns that are not what they were.
    changes: Vec<ChangedColumn<'a>>,
    /// All columns of a new table.
    columns: Vec<MadeColumnRecord<'a>>,
}

#[derive(Serialize)]
struct MadeColumnRecord<'a> {
    column: &'a str,
    r#type: &'a str,
    mode: &'static str,
}

#[derive(Serialize)]
struct GateCounts {
    finding: usize,
    unknown: usize,
    notice: usize,
    accepted: usize,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    /// `deploy`, `would_be`, `newly_failing`, `sample`, `landing_moved`, `now_passing`, `unjudged`.
    kind: &'static str,
    /// `finding`, `unknown` or `notice`.
    weight: &'static str,
    title: &'a str,
    sentence: &'a str,
    why: &'a [String],
    mend: Option<&'a str>,
    tables: &'a [String],
    file: Option<&'a str>,
    line: Option<usize>,
    fingerprint: &'a str,
    amount: u64,
    /// Of `landing_moved`: the column where the values landed, and where they land now.
    from: Option<&'a str>,
    to: Option<&'a str>,
    accepted: Option<AcceptedRecord<'a>>,
}

#[derive(Serialize)]
struct AcceptedRecord<'a> {
    reason: &'a str,
    until: String,
}

/// The report for scripts.
pub(super) fn of_gate(report: &GateReport) -> GateRecord<'_> {
    let count = |weight| report.count(weight);
    let counts = GateCounts {
        finding: count(GateWeight::Stops),
        unknown: count(GateWeight::Unknown),
        notice: count(GateWeight::Notice),
        accepted: report.muted(),
    };
    let layouts = report.layouts.iter().map(of_made).collect();
    GateRecord { findings: report.findings.iter().map(of_finding).collect(), layouts, counts, notes: &report.notes }
}

/// The findings, one a line.
pub(super) fn write_lines(out: &mut impl Write, report: &GateReport) -> Result<()> {
    report.notes.iter().for_each(|note| out::tell(&format!("misfit: {}", visible(note))));
    safe_json::write_lines(out, report.findings.iter().map(of_finding))
}

fn of_finding(finding: &GateFinding) -> FindingRecord<'_> {
    FindingRecord {
        kind: finding.kind.name(),
        weight: finding.weight.name(),
        title: &finding.title,
        sentence: &finding.sentence,
        why: &finding.why,
        mend: finding.mend.as_deref(),
        tables: &finding.tables,
        file: finding.place.as_ref().map(|(file, _)| file.as_str()),
        line: finding.place.as_ref().map(|(_, line)| *line),
        fingerprint: &finding.fingerprint,
        amount: finding.amount,
        from: finding.moved.as_ref().map(|(from, _)| from.as_str()),
        to: finding.moved.as_ref().map(|(_, to)| to.as_str()),
        accepted: finding.muted.as_ref().map(|entry| AcceptedRecord { reason: &entry.reason, until: entry.until.to_string() }),
    }
}

fn of_made(table: &MadeTable) -> MadeRecord<'_> {
    let (mut changes, mut columns, mut reason) = (Vec::new(), Vec::new(), None);
    let state = match &table.state {
        MadeState::Changed(all) => {
            changes = all.iter().map(|change| ChangedColumn::compared(change, None)).collect();
            "changed"
        }
        MadeState::New(all) => {
            columns = all.iter().map(|told| MadeColumnRecord { column: &told.column, r#type: &told.kind, mode: told.mode }).collect();
            "new"
        }
        MadeState::NotMade(why) => {
            reason = Some(why.as_str());
            "not_made"
        }
    };
    MadeRecord {
        table: &table.title,
        file: &table.file,
        state,
        verdict: if reason.is_some() { "UNKNOWN" } else { table.verdict.name() },
        reason,
        leaf_columns_before: table.leaves.0,
        leaf_columns: table.leaves.1,
        changes,
        columns,
    }
}
