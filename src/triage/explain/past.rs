//! Which revision made the change that a log complains of, by the history of the schemas.
//!
//! Owns: when that is certain.
//! Refuses: reading history (blame), what the log itself names.

use std::path::Path;

use super::{ExplainedCause, Explanation, mentions};
use crate::pipeline::compat::DeployRule;
use crate::rows::schemas::SchemaStore;
use crate::triage::blame::upstream::UpstreamBook;
use crate::triage::blame::{BlameChange, BlameQuestion, BlameTarget, HistorySettings, blame};

/// Most columns of a cause that are looked for, each in each table.
const MOST: usize = 12;

/// Names the revision of every cause whose log does not, where history leaves no doubt: the newest change of each of its columns, in all of its tables, is
/// what the log complains of, and one revision made all of them.
pub fn with_history(found: &mut Explanation, store: &SchemaStore, kept: Option<&Path>) {
    if !matches!(store.lineage(), Ok(Some(_))) {
        return;
    }
    for cause in found.causes.iter_mut().filter(|cause| cause.revision.is_none()) {
        cause.revision = revision(cause, store, kept);
    }
}

fn revision(cause: &ExplainedCause, store: &SchemaStore, kept: Option<&Path>) -> Option<String> {
    let rule = cause.under.unwrap_or(cause.rule);
    if cause.columns.is_empty() || cause.tables.is_empty() || cause.columns.len() * cause.tables.len() > MOST {
        return None;
    }
    let mut found: Option<String> = None;
    for table in &cause.tables {
        let (namespace, doctype, version) = mentions::doctype(table)?;
        for column in &cause.columns {
            let target = BlameTarget::Column(column.split('.').map(str::to_owned).collect());
            let question = BlameQuestion { namespace: namespace.clone(), doctype: doctype.clone(), version: version.clone(), target };
            let settings = HistorySettings { kept: kept.map(Path::to_owned), ..HistorySettings::default() };
            let told = blame(store, &question, &UpstreamBook::default(), &settings).ok()?;
            let newest = told.changes.into_iter().next().filter(|change| told.notes.is_empty() && is_it(rule, change))?;
            if found.as_ref().is_some_and(|found| *found != newest.revision) {
                return None;
            }
            found = Some(newest.revision);
        }
    }
    found
}

/// Whether a change is of the kind that a rule refuses.
fn is_it(rule: DeployRule, change: &BlameChange) -> bool {
    let part = |name: &str| {
        let of = |value: &Option<serde_json::Value>| value.as_ref().and_then(|value| value.get(name)).cloned();
        (of(&change.before), of(&change.after))
    };
    let (before, after) = (change.before.is_some(), change.after.is_some());
    match rule {
        DeployRule::C(10 | 11) => before && !after,
        DeployRule::C(2) => !before && after,
        DeployRule::C(5 | 6) => before && after && part("mode").0 != part("mode").1,
        DeployRule::C(7..=9) => before && after && part("type").0 != part("type").1,
        _ => false,
    }
}
