//! Which change made a group fail.

use crate::ground::time::Micros;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::blame::HistorySettings;
use crate::triage::facts;
use crate::triage::suspect::{SuspectQuestion, suspects};
use crate::tui::row_place::GroupPlace;

/// What is found out, as a text; nothing once that was called off.
pub(super) fn find(
    source: &dyn ErrorSource,
    schemas: &SchemaStore,
    settings: &HistorySettings,
    of: &GroupPlace,
    since: Option<Micros>,
    watch: &dyn Watch,
) -> Option<Result<String, String>> {
    let (group, groups) = (of.group(), of.groups());
    let question = SuspectQuestion { source, groups, chosen: &[group], schemas, settings, since, tells_senders: true };
    let found = suspects(&question, watch);
    if watch.cancelled() {
        return None;
    }
    let told = |suspect| format!("{}\n\n{}", group.sentence(), facts::suspect::facts(suspect).to_text());
    Some(match found {
        Ok(found) => found.get(&group.fingerprint).map(told).ok_or_else(|| "nothing is found out about this group".to_owned()),
        Err(error) => Err(error.to_string()),
    })
}
