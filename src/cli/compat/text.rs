//! A comparison for people: what stops the deploy first, each cause with the line that ends it.

use std::io::{self, Write};

use crate::cli::out::{plural, width};
use crate::ground::text::{clip_middle, count, visible};
use crate::pipeline::compat::DeployVerdict;
use crate::pipeline::compat::schemas::SchemaEffect;
use crate::triage::compat::{DeployCause, DeployComparison, TableState};

/// Most tables that a cause names.
const MOST_TABLES: usize = 4;

/// Most lines of a list whose whole stands in the JSON.
const MOST_LISTED: usize = 20;

/// Most characters of a line to paste: what is longer is whole in the JSON.
const LONGEST_MEND: usize = 2_000;

/// The same of a document that shows a change.
const LONGEST_WITNESS: usize = 1_000;

/// The same of what else could be done.
const LONGEST_NOTE: usize = 240;

/// Writes the comparison.
pub(super) fn write(out: &mut impl Write, found: &DeployComparison, all: bool) -> io::Result<()> {
    for (table, reason) in found.not_compared() {
        writeln!(out, "NOT COMPARED {}: {}", visible(&table.title()), visible(reason))?;
    }
    for told in found.causes.iter().filter(|cause| all || cause.verdict != DeployVerdict::Ok) {
        cause(out, found, told)?;
    }
    schemas(out, found, all)?;
    allowlist(out, found)?;
    standing(out, found)?;
    writeln!(out, "{}", summary(found))
}

fn cause(out: &mut impl Write, found: &DeployComparison, cause: &DeployCause) -> io::Result<()> {
    let tables = cause.of_tables(&found.tables, MOST_TABLES);
    writeln!(out, "{} {}: {}", cause.verdict.name(), visible(&tables), visible(&cause.sentence))?;
    if cause.verdict == DeployVerdict::Ok {
        return Ok(());
    }
    writeln!(out, "  why   {}: {}", cause.rule.name(), cause.rule.says())?;
    if let Some(message) = &cause.message {
        writeln!(out, "  error {}", visible(message))?;
    }
    if let Some(mend) = cause.mends.first() {
        let line = visible(&mend.line);
        let more = match cause.mends.len() - 1 {
            0 => String::new(),
            n => format!("   ({} in the JSON)", plural(n as u64, "line for other tables", "lines for other tables")),
        };
        writeln!(out, "  mend  {}{more}", clip_middle(&line, LONGEST_MEND))?;
    }
    for note in &cause.notes {
        writeln!(out, "        {}", clip_middle(&visible(note), LONGEST_NOTE))?;
    }
    let changed = found.tables.len();
    if cause.verdict.stops() && !cause.frees.is_empty() && changed > 1 {
        writeln!(out, "  frees {}: nothing else stops them", plural(cause.frees.len() as u64, "table", "tables"))?;
    }
    writeln!(out)
}

/// What is different for documents.
fn schemas(out: &mut impl Write, found: &DeployComparison, all: bool) -> io::Result<()> {
    let tables = found.tables.iter().enumerate();
    let changes = tables.flat_map(|(at, table)| table.schema.iter().enumerate().map(move |(place, change)| (table, change, (at, place))));
    let changes: Vec<_> = changes.collect();
    let Some(last) = changes.len().checked_sub(1) else { return Ok(()) };
    let refusing = changes.iter().filter(|(_, change, _)| change.effect != SchemaEffect::Loosened).count();
    let keywords = plural(changes.len() as u64, "keyword of a JSON schema", "keywords of JSON schemas");
    writeln!(out, "documents: {keywords} changed, {} may refuse what passed", count(refusing as u64))?;
    let most = if all { usize::MAX } else { MOST_LISTED };
    for (table, change, at) in changes.iter().take(most) {
        let place = format!("{} #{} {}", table.title(), change.pointer, change.keyword);
        writeln!(out, "  {:9} {}: {}", change.effect.name(), clip_middle(&visible(&place), width()), visible(&change.words))?;
        for witness in found.witnesses.get(at).into_iter().flatten() {
            let (told, message) = match &witness.outcome {
                Ok(document) => (clip_middle(&visible(&document.text), LONGEST_WITNESS).into_owned(), Some(visible(&document.message))),
                Err(how) => (visible(how).into_owned(), None),
            };
            writeln!(out, "            {}: {told}", witness.words())?;
            if let Some(message) = message {
                writeln!(out, "              {}", clip_middle(&message, LONGEST_NOTE))?;
            }
        }
    }
    if last >= most {
        writeln!(out, "  and {} more", count((last + 1 - most) as u64))?;
    }
    writeln!(out)
}

fn allowlist(out: &mut impl Write, found: &DeployComparison) -> io::Result<()> {
    let Some(report) = &found.allowlist else { return Ok(()) };
    for glob in &report.globs {
        let told = match (&glob.fault, glob.covers.len()) {
            (Some(fault), _) => format!("cannot be read as a glob: {fault}"),
            (None, 0) => "covers no incompatible table".to_owned(),
            (None, _) => format!("covers {}", glob.covers.join(", ")),
        };
        writeln!(out, "allowlist line {}: {} {}", glob.line, visible(&glob.glob), visible(&told))?;
    }
    for table in &report.uncovered {
        writeln!(out, "allowlist: no line covers {}, which is incompatible", visible(table))?;
    }
    writeln!(out)
}

fn standing(out: &mut impl Write, found: &DeployComparison) -> io::Result<()> {
    let all = found.tables.iter().flat_map(|table| table.changes.standing.iter().map(move |sentence| (table.title(), sentence)));
    let all: Vec<_> = all.collect();
    for (table, sentence) in all.iter().take(MOST_LISTED) {
        writeln!(out, "standing {}: {}", visible(table), visible(sentence))?;
    }
    if all.len() > MOST_LISTED {
        writeln!(out, "standing: {} more", count((all.len() - MOST_LISTED) as u64))?;
    }
    Ok(())
}

fn summary(found: &DeployComparison) -> String {
    let tables = |state: &TableState, word: &str| match found.count_of(state) {
        0 => None,
        n => Some(format!("{} {word}", count(n as u64))),
    };
    let mut parts = vec![format!("{} unchanged", plural(found.unchanged as u64, "table", "tables"))];
    parts.extend(tables(&TableState::Changed, "changed"));
    parts.extend(tables(&TableState::Added, "new"));
    parts.extend(tables(&TableState::Removed, "gone"));
    let not = found.not_compared().count();
    parts.extend((not > 0).then(|| format!("{} not compared", count(not as u64))));
    parts.extend(
        (found.unusable > 0).then(|| plural(found.unusable as u64, "file that neither side can use", "files that neither side can use")),
    );
    let verdicts = [DeployVerdict::Block, DeployVerdict::Ddl, DeployVerdict::Warn, DeployVerdict::Ok];
    let changes: Vec<String> = verdicts
        .into_iter()
        .filter_map(|verdict| Some((verdict, found.count(verdict))).filter(|(_, n)| *n > 0))
        .map(|(verdict, n)| format!("{} {}", count(n as u64), verdict.name()))
        .collect();
    let changes = if changes.is_empty() { "no change of a column".to_owned() } else { format!("changes: {}", changes.join(", ")) };
    format!("{}; {changes}", parts.join(", "))
}
