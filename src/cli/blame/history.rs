//! The whole history: for people and for scripts.
//!
//! Owns: both forms.
//! Refuses: judging (triage/history), words (triage/facts).

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use color_eyre::Result;
use serde::Serialize;

use super::BlameFormat;
use crate::cli::{out, safe_json, when};
use crate::pipeline::compat::DeployVerdict;
use crate::pipeline::layout::size::MOST_LEAVES;
use crate::rows::schemas::SchemaStore;
use crate::triage::changed_column::ChangedColumn;
use crate::triage::facts;
use crate::triage::history::{self, DeployHistory, HistoryCounts, PastTable, RevisionPair, TableGrowth};

#[derive(Serialize)]
struct HistoryHead<'a> {
    counts: CountRecord,
    /// Fullest first: tables with half of the limit or more.
    growth: Vec<PaceRecord<'a>>,
    notes: &'a [String],
}

/// Pairs of revisions of a kind.
#[derive(Serialize)]
struct CountRecord {
    pairs: usize,
    changed: usize,
    removed_tables: usize,
    block: usize,
    ddl: usize,
    warn: usize,
    /// With a BLOCK or a DDL.
    stopped: usize,
    not_compared: usize,
    /// Revisions before the first layout, which are not judged.
    without_layouts: usize,
}

#[derive(Serialize)]
struct PaceRecord<'a> {
    table: &'a str,
    leaf_columns: usize,
    limit: usize,
    /// What it had at `since`: a year before the newest revision, or when the table came.
    earlier: usize,
    since: Option<String>,
    past_since: Option<String>,
    meets: Option<String>,
}

#[derive(Serialize)]
struct PairRecord<'a> {
    old: &'a str,
    new: &'a str,
    date: Option<String>,
    verdict: &'static str,
    tables: Vec<PastTableRecord<'a>>,
}

#[derive(Serialize)]
struct PastTableRecord<'a> {
    table: String,
    namespace: &'a str,
    doctype: &'a str,
    version: &'a str,
    state: &'static str,
    verdict: &'static str,
    /// Leaf columns before and now.
    leaf_columns: (Option<usize>, Option<usize>),
    changes: Vec<ChangedColumn<'a>>,
    /// Why it could not be compared.
    reason: Option<&'a str>,
}

/// Judges and prints.
pub(super) fn run(schemas: &SchemaStore, format: BlameFormat, all: bool) -> Result<ExitCode> {
    let found = history::judge_all(schemas, history::usual_folder())?;
    let mut stdout = BufWriter::new(std::io::stdout().lock());
    match format {
        BlameFormat::Text => {
            for line in facts::history::lines(&found, all) {
                writeln!(stdout, "{line}")?;
            }
        }
        BlameFormat::Json => {
            found.notes.iter().for_each(|note| out::tell(&format!("misfit: {note}")));
            json(&mut stdout, &found)?;
        }
        BlameFormat::Ndjson => {
            found.notes.iter().for_each(|note| out::tell(&format!("misfit: {note}")));
            safe_json::write_lines(&mut stdout, found.pairs.iter().map(pair))?;
        }
    }
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn json(out: &mut impl Write, found: &DeployHistory) -> Result<()> {
    let growth = history::growth(found);
    let head = HistoryHead { counts: counts(found), growth: growth.iter().map(pace).collect(), notes: &found.notes };
    let head = safe_json::escape(serde_json::to_string(&head)?);
    let before = format!("{},\"pairs\":", head.strip_suffix('}').unwrap_or(&head));
    safe_json::write_list(out, &before, found.pairs.iter().map(pair))
}

fn counts(found: &DeployHistory) -> CountRecord {
    let HistoryCounts { pairs, changed, removed_tables, block, ddl, warn, stopped, not_compared } = found.counts();
    CountRecord { pairs, changed, removed_tables, block, ddl, warn, stopped, not_compared, without_layouts: found.without_layouts }
}

fn pace(table: &TableGrowth) -> PaceRecord<'_> {
    PaceRecord {
        table: &table.table,
        leaf_columns: table.leaves,
        limit: MOST_LEAVES,
        earlier: table.earlier,
        since: when::rfc3339(table.since),
        past_since: table.past_since.and_then(when::rfc3339),
        meets: table.meets.and_then(when::rfc3339),
    }
}

fn pair(pair: &RevisionPair) -> PairRecord<'_> {
    PairRecord {
        old: &pair.old,
        new: &pair.new,
        date: when::rfc3339(pair.date),
        verdict: pair.known_verdict().map_or("UNKNOWN", DeployVerdict::name),
        tables: pair.tables.iter().map(table).collect(),
    }
}

fn table(table: &PastTable) -> PastTableRecord<'_> {
    let reason = table.judged.fault.as_deref();
    PastTableRecord {
        table: table.title(),
        namespace: &table.namespace,
        doctype: &table.doctype,
        version: &table.version,
        state: table.state.name(),
        verdict: if reason.is_some() { "UNKNOWN" } else { table.verdict().name() },
        leaf_columns: table.judged.leaves,
        changes: table.judged.changes.iter().map(ChangedColumn::past).collect(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::triage::history::{JudgedPair, PastState};

    #[test]
    fn the_verdict_on_what_could_not_be_compared_is_unknown() {
        let judged = JudgedPair { fault: Some("the new layout cannot be read: x".to_owned()), ..JudgedPair::default() };
        let (namespace, doctype, version) = ("acme".to_owned(), "a".to_owned(), "1".to_owned());
        let unread = PastTable { namespace, doctype, version, state: PastState::NotCompared, judged: Arc::new(judged) };
        let one = RevisionPair { old: "0".repeat(40), new: "1".repeat(40), date: 0, tables: vec![unread] };
        let record = pair(&one);
        assert_eq!((record.verdict, record.tables[0].verdict), ("UNKNOWN", "UNKNOWN"));
        assert_eq!(pair(&RevisionPair { tables: Vec::new(), ..one }).verdict, "OK");
    }
}
