//! Looking into all payloads of a source.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Instant;

use super::super::advice;
use super::super::message::{JobId, Message, PayloadsFound};
use super::{EVERY, ReadWatch};
use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Groups};
use crate::rows::payload::holding::{HeldCount, Holds, PayloadQuery};
use crate::rows::row::RowRef;
use crate::rows::source::{ErrorSource, Filter, ReadRows, Request, Watch};

/// The rows whose payloads hold it, by their groups; `None` where it was called off.
pub(super) fn seek(
    source: &dyn ErrorSource,
    request: &Request,
    groups: &Groups,
    query: &PayloadQuery,
    (job, watch): (JobId, &ReadWatch),
) -> Option<Result<PayloadsFound, String>> {
    let group_of: HashMap<RowRef, Fingerprint> =
        groups.list.iter().flat_map(|group| group.rows.iter().map(|&at| (at, group.fingerprint))).collect();
    let mut filter = Filter::new(request);
    let mut found: HashMap<Fingerprint, Vec<(Option<Micros>, RowRef)>> = HashMap::new();
    let (mut count, mut told) = (HeldCount::default(), Instant::now());
    let read = source.read(ReadRows::All, watch, &mut |at, row| {
        if watch.cancelled() {
            return ControlFlow::Break(());
        }
        if !filter.takes(&row.error_row()) {
            return ControlFlow::Continue(());
        }
        let time = row.error_row().time;
        let held = query.look(row.payload);
        count.add(held);
        if let Some(group) = group_of.get(&at).copied().or_else(|| source.group_of(at)).filter(|_| held == Holds::Yes) {
            found.entry(group).or_default().push((time, at));
        }
        if told.elapsed() > EVERY {
            told = Instant::now();
            let _ = watch.messages.send(Message::PayloadsProgress { job, count });
        }
        ControlFlow::Continue(())
    });
    if watch.cancelled() {
        return None;
    }
    if source.is_remote() {
        // They come as they stand there.
        found.values_mut().for_each(|rows| rows.sort_by_key(|(time, at)| (Reverse(*time), *at)));
    }
    let places = |rows: Vec<(Option<Micros>, RowRef)>| rows.into_iter().map(|(_, at)| at).collect();
    let found = PayloadsFound { count, rows: found.into_iter().map(|(group, rows)| (group, places(rows))).collect() };
    Some(read.map(|_| found).map_err(|error| advice::told(&error)))
}
