//! What sets the rows of a group apart from others.

use crate::rows::source::{ErrorSource, Watch};
use crate::triage::facts;
use crate::triage::senders::{SendersQuestion, senders};
use crate::tui::row_place::GroupPlace;

/// What is found out, as a text; nothing once that was called off.
pub(super) fn find(source: &dyn ErrorSource, of: &GroupPlace, watch: &dyn Watch) -> Option<Result<String, String>> {
    let (group, groups) = (of.group(), of.groups());
    let found = senders(&SendersQuestion { source, groups, chosen: &[group], accepted: &[] }, watch);
    if watch.cancelled() {
        return None;
    }
    Some(match found {
        Ok(found) => match found.of.get(&group.fingerprint) {
            Some(senders) => {
                let notes: String = facts::senders::counts(found.counts).into_iter().map(|told| format!("\n{told}")).collect();
                Ok(format!("{}\n\n{}{notes}", group.sentence(), facts::senders::facts(senders, group).to_text()))
            }
            None => Err("nothing is found out about this group".to_owned()),
        },
        Err(error) => Err(error.to_string()),
    })
}
