//! A comparison as JSON: causes, then a table a line with every change of a column; or those lines alone.

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

use super::gate_json::{GateRecord, of_gate};
use crate::cli::{safe_json, when};
use crate::pipeline::compat::DeployVerdict;
use crate::pipeline::compat::schemas::SchemaChange;
use crate::pipeline::layout::size::{MOST_GENERATED, MOST_LEAVES, MOST_LEVELS};
use crate::pipeline::witness::Witness;
use crate::triage::changed_column::ChangedColumn;
use crate::triage::compat::{ComparedTable, DeployCause, DeployComparison, TableState};
use crate::triage::gate::GateReport;
use crate::triage::recheck::Turn;

/// All but the tables.
#[derive(Serialize)]
struct ComparisonHead<'a> {
    old: &'a str,
    new: &'a str,
    /// The worst: `BLOCK`, `DDL`, `WARN` or `OK`.
    verdict: &'static str,
    counts: ComparisonCounts,
    /// Worst first.
    causes: Vec<CauseRecord<'a>>,
    not_compared: Vec<NotCompared<'a>>,
    standing: Vec<StandingRecord<'a>>,
    allowlist: Option<AllowRecord<'a>>,
    /// Everything that stands against the change, where it was asked for.
    gate: Option<GateRecord<'a>>,
}

#[derive(Serialize)]
struct ComparisonCounts {
    unchanged: usize,
    changed: usize,
    added: usize,
    removed: usize,
    /// Those of the removed that stand elsewhere with the same files: as many of the added are these.
    moved: usize,
    not_compared: usize,
    /// Files that neither side can use.
    unusable: usize,
    block: usize,
    ddl: usize,
    warn: usize,
    ok: usize,
}

#[derive(Serialize)]
struct CauseRecord<'a> {
    verdict: &'static str,
    rule: String,
    /// `removed`, `shape`, `type` …
    kind: &'static str,
    sentence: &'a str,
    /// What the rule says.
    because: &'static str,
    columns: &'a [String],
    tables: Vec<String>,
    /// BigQuery's own words, or the generator's.
    message: Option<&'a str>,
    /// The line that ends it, for the first table.
    mend: Option<&'a str>,
    /// The lines of all tables that need another one.
    mends: Vec<MendRecord<'a>>,
    notes: &'a [String],
    /// The earlier revision that made the first column so, of the first causes that stop the deploy.
    clashes_with: Option<ClashRecord<'a>>,
    /// Tables that could be deployed but for it.
    frees: Vec<String>,
}

#[derive(Serialize)]
struct ClashRecord<'a> {
    revision: &'a str,
    date: Option<String>,
}

#[derive(Serialize)]
struct MendRecord<'a> {
    table: String,
    line: &'a str,
}

#[derive(Serialize)]
struct NotCompared<'a> {
    table: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct StandingRecord<'a> {
    table: String,
    sentence: &'a str,
}

#[derive(Serialize)]
struct AllowRecord<'a> {
    globs: Vec<GlobRecord<'a>>,
    /// Incompatible tables that no glob covers.
    uncovered: &'a [String],
}

#[derive(Serialize)]
struct GlobRecord<'a> {
    glob: &'a str,
    line: usize,
    covers: &'a [String],
    fault: Option<&'a str>,
}

#[derive(Serialize)]
struct ComparedRecord<'a> {
    table: String,
    namespace: &'a str,
    doctype: &'a str,
    version: &'a str,
    file: &'a str,
    /// `changed`, `added`, `removed` or `not_compared`.
    state: &'static str,
    verdict: &'static str,
    gauges: [GrowthRecord; 3],
    /// What stops first, then by path.
    changes: Vec<ChangedColumn<'a>>,
    /// Lines of the generator's own comparison that are missing now.
    incompatible: &'a [String],
    allowed_by: Option<&'a str>,
    /// Of a table that is gone: the new one with the same files.
    moved_to: Option<&'a str>,
    /// The same from the other end.
    moved_from: Option<&'a str>,
    schema: Vec<KeywordRecord<'a>>,
}

#[derive(Serialize)]
struct GrowthRecord {
    what: &'static str,
    old: usize,
    new: usize,
    limit: usize,
}

#[derive(Serialize)]
struct KeywordRecord<'a> {
    pointer: &'a str,
    keyword: &'a str,
    effect: &'static str,
    old: Option<&'a str>,
    new: Option<&'a str>,
    sentence: &'a str,
    /// Documents that show it; empty where they were not asked for.
    witness: Vec<WitnessRecord<'a>>,
}

/// A document that shows a change, or how it was looked for.
#[derive(Serialize)]
struct WitnessRecord<'a> {
    /// `newly_failing`, or `now_passing`.
    shows: &'static str,
    /// The document, as text.
    document: Option<&'a str>,
    /// What the side says that refuses it.
    message: Option<&'a str>,
    /// Where there is none: how it was looked for.
    none: Option<&'a str>,
}

/// The comparison, to stand in another.
pub(super) fn text(names: &(String, String), found: &DeployComparison) -> Result<String> {
    let mut text = Vec::new();
    write(&mut text, names, found, &[], None)?;
    Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
}

/// A table on a line of its own.
#[derive(Serialize)]
struct ComparedLine<'a> {
    old: &'a str,
    new: &'a str,
    #[serde(flatten)]
    table: ComparedRecord<'a>,
}

/// Writes the comparison, a table a line.
pub(super) fn write_lines(out: &mut impl Write, (old, new): &(String, String), found: &DeployComparison) -> Result<()> {
    safe_json::write_lines(out, records(found).map(|table| ComparedLine { old, new, table }))
}

/// Writes the comparison; `deployed` are those with what is deployed: with the revision, folder or table that was named, and with the revision that
/// a table's label names.
pub(super) fn write(
    out: &mut impl Write,
    (old, new): &(String, String),
    found: &DeployComparison,
    deployed: &[String],
    gate: Option<&GateReport>,
) -> Result<()> {
    let title = |at: &usize| found.tables.get(*at).map(ComparedTable::title).unwrap_or_default();
    let cause = |cause: &'_ DeployCause| -> (Vec<String>, Vec<String>) {
        (cause.tables.iter().map(title).collect(), cause.frees.iter().map(title).collect())
    };
    let causes = found.causes.iter().map(|told| {
        let (tables, frees) = cause(told);
        CauseRecord {
            verdict: told.verdict.name(),
            rule: told.rule.name(),
            kind: told.kind.name(),
            sentence: &told.sentence,
            because: told.rule.says(),
            columns: &told.columns,
            tables,
            message: told.message.as_deref(),
            mend: told.mends.first().map(|mend| mend.line.as_str()),
            mends: told.mends.iter().map(|mend| MendRecord { table: title(&mend.table), line: &mend.line }).collect(),
            notes: &told.notes,
            clashes_with: told.clash.as_ref().map(|clash| ClashRecord { revision: &clash.revision, date: when::rfc3339(clash.date) }),
            frees,
        }
    });
    let head = ComparisonHead {
        old,
        new,
        verdict: found.verdict().name(),
        counts: counts(found),
        causes: causes.collect(),
        not_compared: found.not_compared().map(|(table, reason)| NotCompared { table: table.title(), reason }).collect(),
        standing: standing(found),
        allowlist: found.allowlist.as_ref().map(|report| AllowRecord {
            globs: report
                .globs
                .iter()
                .map(|glob| GlobRecord { glob: &glob.glob, line: glob.line, covers: &glob.covers, fault: glob.fault.as_deref() })
                .collect(),
            uncovered: &report.uncovered,
        }),
        gate: gate.map(of_gate),
    };
    let head = safe_json::escape(serde_json::to_string(&head)?);
    let open = head.strip_suffix('}').unwrap_or(&head);
    let deployed: String =
        ["deployed", "deployed_by_label"].iter().zip(deployed).map(|(name, text)| format!(",\"{name}\":{text}")).collect();
    safe_json::write_list(out, &format!("{open}{deployed},\"tables\":"), records(found))
}

fn records(found: &DeployComparison) -> impl Iterator<Item = ComparedRecord<'_>> {
    let sentences = sentences(found);
    let tables = found.tables.iter().enumerate();
    tables.map(move |(at, table)| record(found, at, table, sentences.get(at).map_or(&[][..], Vec::as_slice)))
}

fn counts(found: &DeployComparison) -> ComparisonCounts {
    ComparisonCounts {
        unchanged: found.unchanged,
        changed: found.count_of(&TableState::Changed),
        added: found.count_of(&TableState::Added),
        removed: found.count_of(&TableState::Removed),
        moved: found.moved(),
        not_compared: found.not_compared().count(),
        unusable: found.unusable,
        block: found.count(DeployVerdict::Block),
        ddl: found.count(DeployVerdict::Ddl),
        warn: found.count(DeployVerdict::Warn),
        ok: found.count(DeployVerdict::Ok),
    }
}

fn standing(found: &DeployComparison) -> Vec<StandingRecord<'_>> {
    let tables = found.tables.iter();
    tables.flat_map(|table| table.changes.standing.iter().map(|sentence| StandingRecord { table: table.title(), sentence })).collect()
}

/// For each table the sentence of each of its findings' causes.
fn sentences(found: &DeployComparison) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = found.tables.iter().map(|table| vec![""; table.changes.findings.len()]).collect();
    for cause in &found.causes {
        for &(at, place) in &cause.findings {
            if let Some(slot) = all.get_mut(at).and_then(|table| table.get_mut(place)) {
                *slot = &cause.sentence;
            }
        }
    }
    all
}

fn record<'a>(found: &'a DeployComparison, at: usize, table: &'a ComparedTable, sentences: &[&'a str]) -> ComparedRecord<'a> {
    let (old, new) = (&table.changes.old, &table.changes.new);
    let changes = table.changes.changes.iter();
    let changes = changes.map(|change| ChangedColumn::compared(change, Some(sentences.get(change.finding).copied().unwrap_or_default())));
    ComparedRecord {
        table: table.title(),
        namespace: &table.namespace,
        doctype: &table.doctype,
        version: &table.version,
        file: &table.file,
        state: table.state.name(),
        verdict: if matches!(table.state, TableState::Unreadable(_)) { "UNKNOWN" } else { table.verdict().name() },
        gauges: [
            GrowthRecord { what: "leaf_columns", old: old.leaves, new: new.leaves, limit: MOST_LEAVES },
            GrowthRecord { what: "record_levels", old: old.levels, new: new.levels, limit: MOST_LEVELS },
            GrowthRecord { what: "generator_size", old: old.generated, new: new.generated, limit: MOST_GENERATED },
        ],
        changes: changes.collect(),
        incompatible: &table.changes.missing,
        allowed_by: table.allowed.as_deref(),
        moved_to: table.moved.as_deref().filter(|_| table.state == TableState::Removed),
        moved_from: table.moved.as_deref().filter(|_| table.state == TableState::Added),
        schema: table.schema.iter().enumerate().map(|(place, change)| of_keyword(change, found.witnesses.get(&(at, place)))).collect(),
    }
}

fn of_keyword<'a>(change: &'a SchemaChange, witnesses: Option<&'a Vec<Witness>>) -> KeywordRecord<'a> {
    KeywordRecord {
        pointer: &change.pointer,
        keyword: &change.keyword,
        effect: change.effect.name(),
        old: change.old.as_deref(),
        new: change.new.as_deref(),
        sentence: &change.words,
        witness: witnesses.into_iter().flatten().map(of_witness).collect(),
    }
}

fn of_witness(witness: &Witness) -> WitnessRecord<'_> {
    let document = witness.outcome.as_ref().ok();
    WitnessRecord {
        shows: if witness.refused_now { Turn::Refused.name() } else { Turn::Taken.name() },
        document: document.map(|document| document.text.as_str()),
        message: document.map(|document| document.message.as_str()),
        none: witness.outcome.as_ref().err().map(String::as_str),
    }
}
