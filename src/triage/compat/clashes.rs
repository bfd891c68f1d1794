//! Which earlier revision made a column as it was: what a change of it clashes with.
//!
//! Owns: for how many causes that is looked for, when it is certain.
//! Refuses: reading history (blame).

use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::{ComparedTable, DeployComparison};
use crate::ground::time::Micros;
use crate::rows::schemas::SchemaStore;
use crate::triage::blame::upstream::UpstreamBook;
use crate::triage::blame::{BlameQuestion, BlameTarget, HistorySettings, blame};

/// The revision that a cause clashes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseClash {
    /// In full.
    pub revision: String,
    /// When it was made.
    pub date: Micros,
}

/// Most causes that it is looked for: each reads the history of a file.
const MOST: usize = 3;

/// Names it for the first causes that stop a deploy, where the earlier side stands in a history: the newest change of the first column in the first table.
pub fn clashes(found: &mut DeployComparison, old: &SchemaStore, kept: Option<&Path>) {
    if !found.causes.iter().any(|cause| cause.verdict.stops()) {
        return;
    }
    // A folder that lies somewhere in a repository of other things is no state of schemas in its history.
    let is_top = |root: &str| root.is_empty() || root == "schemas/";
    if !matches!(old.lineage(), Ok(Some(lineage)) if is_top(&lineage.root)) {
        return;
    }
    let stopping = found.causes.iter().enumerate().filter(|(_, cause)| cause.verdict.stops());
    let asked: Vec<(usize, BlameQuestion)> = stopping
        .filter_map(|(at, cause)| {
            let column = cause.columns.first()?;
            Some((at, question(found.tables.get(*cause.tables.first()?)?, column)))
        })
        .take(MOST)
        .collect();
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for (at, question) in &asked {
            let told = &told;
            scope.spawn(move || {
                let clash = newest(old, question, kept);
                told.lock().unwrap_or_else(PoisonError::into_inner).push((*at, clash));
            });
        }
    });
    for (at, clash) in told.into_inner().unwrap_or_else(PoisonError::into_inner) {
        found.causes[at].clash = clash;
    }
}

fn question(table: &ComparedTable, column: &str) -> BlameQuestion {
    let target = BlameTarget::Column(column.split('.').map(str::to_owned).collect());
    BlameQuestion { namespace: table.namespace.clone(), doctype: table.doctype.clone(), version: table.version.clone(), target }
}

/// The newest revision that made the column so; `None` where there was none, or history does not go back so far.
fn newest(old: &SchemaStore, question: &BlameQuestion, kept: Option<&Path>) -> Option<CauseClash> {
    let settings = HistorySettings { kept: kept.map(Path::to_owned), ..HistorySettings::default() };
    let told = blame(old, question, &UpstreamBook::default(), &settings).ok().filter(|told| told.notes.is_empty())?;
    let change = told.changes.into_iter().next().filter(|change| change.after.is_some())?;
    Some(CauseClash { revision: change.revision, date: change.date })
}
