//! `misfit groups --baseline`: the groups of now beside those of an earlier export, and what the comparison is worth.
//!
//! Owns: reading the export, refusing one that says nothing, the exit code. Refuses: comparing (triage/baseline), forms (changes).

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure, eyre};

use super::changes;
use super::incidents::{IncidentsOf, SameBy};
use super::printed::{ListFormat, closing, on_stdout};
use super::redacted::ToldGroups;
use crate::cli::out;
use crate::ground::text::{bytes, plural, visible};
use crate::rows::group::{Group, Groups};
use crate::rows::source::Request;
use crate::triage::baseline::{Baseline, Comparison};
use crate::triage::facts::beside::incomparable;
use crate::triage::facts::incident;
use crate::triage::facts::overview::NOT_WHOLE;
use crate::triage::incidents::Incident;
use crate::tui::advice;

/// Largest baseline that is read, in bytes.
const MOST_BASELINE: u64 = 256 << 20;

/// Exit code for new groups.
pub(super) const FINDINGS: u8 = 1;

/// Exit code of a comparison with rows of which not all were read.
const UNCERTAIN: u8 = 2;

/// Reads the groups of an earlier export that a question asks for.
pub(in crate::cli) fn open(path: &Path, request: &Request) -> Result<Baseline> {
    let mut baseline = read_baseline(path)?;
    baseline.retain(&request.namespaces, &request.doctypes);
    Ok(baseline)
}

/// Whether groups can be compared with those of an earlier export.
pub(in crate::cli) fn check(path: &Path, baseline: &Baseline, groups: &Groups) -> Result<()> {
    comparable(groups)?;
    ensure!(!baseline.contradicts(groups), "{}", unlike_schemas(path, groups));
    Ok(())
}

/// Where nothing was read all groups would be gone, and nobody knows whether they are.
pub(in crate::cli) fn comparable(groups: &Groups) -> Result<()> {
    incomparable(groups).map_or(Ok(()), |told| Err(eyre!(told)))
}

/// A comparison of which not all was read is no answer.
pub(in crate::cli) fn certainty(is_whole: bool) -> ExitCode {
    if is_whole {
        return ExitCode::SUCCESS;
    }
    out::tell(&format!("misfit: {NOT_WHOLE}"));
    ExitCode::from(UNCERTAIN)
}

/// Leaves only groups that stand now as they are asked for. What is gone has no rows of which that could be told: what is to be said of it.
pub(super) fn choose(comparison: &mut Comparison<'_>, groups: &Groups, takes: &dyn Fn(&Group) -> bool) -> Option<String> {
    let all = groups.list.iter().filter(|group| takes(group)).count();
    comparison.new.retain(|group| takes(group));
    comparison.grown.retain(|(group, ..)| takes(group));
    comparison.same = (all - comparison.new.len() - comparison.grown.len()) as u64;
    let gone = std::mem::take(&mut comparison.gone).len() as u64;
    (gone > 0).then(|| {
        let groups = plural(gone, "group that is gone is", "groups that are gone are");
        format!("{groups} not told: --state chooses by the rows of now")
    })
}

fn read_baseline(path: &Path) -> Result<Baseline> {
    let shown = visible(&path.to_string_lossy()).into_owned();
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BASELINE + 1).read_to_end(&mut text));
    read.wrap_err_with(|| format!("cannot read the baseline {shown}"))?;
    ensure!(text.len() as u64 <= MOST_BASELINE, "the baseline {shown} is larger than {}", bytes(MOST_BASELINE));
    Baseline::parse(&text).map_err(|reason| eyre!("{shown} is not a baseline: {}", advice::advised(&reason)))
}

/// Why a baseline is of no use where only one side was made with schemas, and what to give.
fn unlike_schemas(path: &Path, now: &Groups) -> String {
    let shown = visible(&path.to_string_lossy()).into_owned();
    match now.by_schemas {
        Some(true) => format!(
            "the baseline {shown} was made without schemas and these groups are made with them, so they have other fingerprints: give a new \
             baseline, made with the same --schemas FOLDER"
        ),
        _ => format!(
            "the baseline {shown} was made with schemas and these groups are made without, so they have other fingerprints: give --schemas \
             FOLDER, or a new baseline"
        ),
    }
}

/// New groups are findings; where none are found in rows of which not all were read, nobody knows whether there are some.
pub(super) fn print(
    comparison: &Comparison<'_>,
    groups: &Groups,
    format: ListFormat,
    told: Option<ToldGroups>,
    same_by: Option<&mut SameBy>,
    more: Vec<String>,
) -> Result<ExitCode> {
    let is_pasted = told.is_some();
    let without_data = told.map(|mut told| told.changes(comparison));
    let without_data = without_data.as_ref().map(|changes| changes.beside(comparison));
    let mut incidents = same_by.map(|same_by| (same_by.of(groups, &comparison.new), same_by.fault()));
    if let Some((incidents, _)) = incidents.as_mut().filter(|_| is_pasted) {
        incidents.iter_mut().for_each(Incident::without_key);
    }
    let of = incidents.as_ref().map(|(incidents, _)| IncidentsOf::new(incidents, &comparison.new));
    on_stdout(|out| changes::write(out, without_data.as_ref().unwrap_or(comparison), groups, of.as_ref(), format))?;
    let put_together = incidents.into_iter().flat_map(|(incidents, fault)| incident::closing(&incidents).into_iter().chain(fault));
    out::tell(&std::iter::once(changes::closing(comparison)).chain(put_together).collect::<Vec<_>>().join("; "));
    out::tell(&closing(groups, groups.list.len(), more));
    let certainty = certainty(groups.is_whole());
    Ok(if comparison.new.is_empty() { certainty } else { ExitCode::from(FINDINGS) })
}
