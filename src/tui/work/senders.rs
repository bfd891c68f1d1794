//! What sets the rows of a group apart from others: by their columns at once, by their payloads after, or where these cost when they are asked for.

use crate::rows::source::{ErrorSource, Watch};
use crate::triage::facts::senders as words;
use crate::triage::senders::{SendersError, SendersQuestion, ToldBy, senders};
use crate::tui::advice;
use crate::tui::row_place::GroupPlace;

/// What is found out, as texts; the first of both goes to `tell`. Where reading payloads costs, one of both alone. Nothing once that was called off.
pub(super) fn find(
    source: &dyn ErrorSource,
    (of, payloads): (&GroupPlace, bool),
    watch: &dyn Watch,
    tell: &dyn Fn(String),
) -> Option<Result<String, String>> {
    if source.is_remote() {
        return by(if payloads { ToldBy::Payloads } else { ToldBy::ColumnsAlone }, source, of, watch);
    }
    match by(ToldBy::Columns, source, of, watch)? {
        Ok(text) => tell(format!("{}\n\n{text}", words::BY_COLUMNS)),
        Err(reason) => return Some(Err(reason)),
    }
    by(ToldBy::Payloads, source, of, watch)
}

fn by(by: ToldBy, source: &dyn ErrorSource, of: &GroupPlace, watch: &dyn Watch) -> Option<Result<String, String>> {
    let (group, groups) = (of.group(), of.groups());
    let found = senders(&SendersQuestion { source, groups, chosen: &[group], accepted: &[], by }, watch);
    if watch.cancelled() {
        return None;
    }
    Some(match found {
        Ok(found) => match found.of.get(&group.fingerprint) {
            Some(senders) => {
                let notes: String = words::counts(found.counts).into_iter().map(|told| format!("\n{told}")).collect();
                Ok(format!("{}\n\n{}{notes}", group.sentence(), words::facts(senders, group).to_text()))
            }
            None => Err("nothing is found out about this group".to_owned()),
        },
        Err(SendersError::Source(error)) => Err(advice::told(&error)),
        Err(error) => Err(error.to_string()),
    })
}
