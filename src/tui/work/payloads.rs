//! Looking into all payloads of a source.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::super::advice;
use super::super::message::{JobId, Message, PayloadsFound};
use crate::rows::group::{Fingerprint, Groups};
use crate::rows::payload::holding::{HeldCount, Holds, PayloadQuery};
use crate::rows::row::RowRef;
use crate::rows::source::{ErrorSource, Filter, Request};

/// How often it is told how far it is.
const EVERY: Duration = Duration::from_millis(200);

/// The rows whose payloads hold it, by their groups; `None` where it was called off.
pub(super) fn seek(
    source: &dyn ErrorSource,
    request: &Request,
    groups: &Groups,
    query: &PayloadQuery,
    (job, flag, messages): (JobId, &AtomicBool, &UnboundedSender<Message>),
) -> Option<Result<PayloadsFound, String>> {
    if source.is_remote() {
        let told = "these payloads are in BigQuery, where reading them all costs: misfit cases --payload-has does that up to --max-bytes, \
                    or export the rows and open the file";
        return Some(Err(told.to_owned()));
    }
    let group_of: HashMap<RowRef, Fingerprint> =
        groups.list.iter().flat_map(|group| group.rows.iter().map(|&at| (at, group.fingerprint))).collect();
    let mut filter = Filter::new(request);
    let mut found: HashMap<Fingerprint, Vec<RowRef>> = HashMap::new();
    let (mut count, mut told) = (HeldCount::default(), Instant::now());
    let read = source.rows(0..u64::MAX, &mut |_, at, row| {
        if flag.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if !filter.takes(&row.error_row()) {
            return ControlFlow::Continue(());
        }
        let held = query.look(row.payload);
        count.add(held);
        if let Some(group) = group_of.get(&at).copied().or_else(|| source.group_of(at)).filter(|_| held == Holds::Yes) {
            found.entry(group).or_default().push(at);
        }
        if told.elapsed() > EVERY {
            told = Instant::now();
            let _ = messages.send(Message::PayloadsProgress { job, count });
        }
        ControlFlow::Continue(())
    });
    if flag.load(Ordering::Relaxed) {
        return None;
    }
    Some(read.map(|_| PayloadsFound { count, rows: found.into_iter().collect() }).map_err(|error| advice::told(&error)))
}
