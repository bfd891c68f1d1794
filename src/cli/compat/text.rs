//! A comparison for people: what stops the deploy first, each cause with the line that ends it.

use std::io::{self, Write};

use crate::cli::out::width;
use crate::ground::text::{clip_middle, count, visible};
use crate::pipeline::compat::DeployVerdict;
use crate::triage::compat::{DeployCause, DeployComparison};
use crate::triage::facts::deploy;

/// Most tables that a cause names.
const MOST_TABLES: usize = 4;

/// Most lines of a list whose whole stands in the JSON.
const MOST_LISTED: usize = 20;

/// Writes the comparison.
pub(super) fn write(out: &mut impl Write, found: &DeployComparison, all: bool) -> io::Result<()> {
    for (table, reason) in found.not_compared() {
        writeln!(out, "{}", deploy::not_compared(&table.title(), reason))?;
    }
    for told in found.causes.iter().filter(|cause| all || cause.verdict != DeployVerdict::Ok) {
        cause(out, found, told)?;
    }
    schemas(out, found, all)?;
    allowlist(out, found)?;
    standing(out, found)?;
    writeln!(out, "{}", deploy::summary(found))
}

fn cause(out: &mut impl Write, found: &DeployComparison, cause: &DeployCause) -> io::Result<()> {
    writeln!(out, "{}", deploy::cause_head(found, cause, MOST_TABLES))?;
    if cause.verdict == DeployVerdict::Ok {
        return Ok(());
    }
    for (name, words) in deploy::cause_parts(found, cause) {
        let others = deploy::other_lines(cause).filter(|_| name == "mend");
        let others = others.map(|lines| format!("   ({lines} in the JSON)")).unwrap_or_default();
        writeln!(out, "  {name:5} {words}{others}")?;
    }
    writeln!(out)
}

/// What is different for documents.
fn schemas(out: &mut impl Write, found: &DeployComparison, all: bool) -> io::Result<()> {
    let Some(head) = deploy::documents(found) else { return Ok(()) };
    writeln!(out, "{head}")?;
    let tables = found.tables.iter().enumerate();
    let changes = tables.flat_map(|(at, table)| table.schema.iter().enumerate().map(move |(place, change)| (table, change, (at, place))));
    let changes: Vec<_> = changes.collect();
    let most = if all { usize::MAX } else { MOST_LISTED };
    for (table, change, at) in changes.iter().take(most) {
        let place = deploy::keyword_place(table, change);
        writeln!(out, "  {:9} {}: {}", change.effect.name(), clip_middle(&place, width()), visible(&change.words))?;
        for witness in found.witnesses.get(at).into_iter().flatten() {
            let (told, message) = deploy::witness(witness);
            writeln!(out, "            {told}")?;
            if let Some(message) = message {
                writeln!(out, "              {message}")?;
            }
        }
    }
    let more = changes.len().saturating_sub(most);
    if more > 0 {
        writeln!(out, "  and {} more", count(more as u64))?;
    }
    writeln!(out)
}

fn allowlist(out: &mut impl Write, found: &DeployComparison) -> io::Result<()> {
    let Some(report) = &found.allowlist else { return Ok(()) };
    for glob in &report.globs {
        writeln!(out, "{}", deploy::allowed(glob))?;
    }
    for table in &report.uncovered {
        writeln!(out, "{}", deploy::uncovered(table))?;
    }
    writeln!(out)
}

fn standing(out: &mut impl Write, found: &DeployComparison) -> io::Result<()> {
    let all: Vec<_> = deploy::standing(found).collect();
    for &at in all.iter().take(MOST_LISTED) {
        writeln!(out, "{}", deploy::stands(found, at))?;
    }
    if all.len() > MOST_LISTED {
        writeln!(out, "standing: {} more", count((all.len() - MOST_LISTED) as u64))?;
    }
    Ok(())
}
