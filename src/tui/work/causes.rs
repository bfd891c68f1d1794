//! The payloads of a group looked into.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::causes::{self, CauseCounter, Causes, MOST_ROWS};
use crate::tui::advice;
use crate::tui::row_place::GroupPlace;

/// Longest that the rows of a group are looked at.
const LONGEST: Duration = Duration::from_secs(2);

/// Counts the causes of a group; nothing once that was called off.
pub(super) fn count(
    source: &dyn ErrorSource,
    schemas: &Arc<SchemaStore>,
    of: &GroupPlace,
    watch: &dyn Watch,
    stop: &AtomicBool,
) -> Option<Result<Arc<Causes>, String>> {
    if source.is_remote() {
        let why = "what is really wrong is in the payloads, which BigQuery bills: open a document, or export these rows and read that file";
        return Some(Err(why.to_owned()));
    }
    let (group, begun) = (of.group(), Instant::now());
    let mut counter = CauseCounter::new(schemas.clone());
    for &at in group.rows.iter().take(MOST_ROWS) {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        if begun.elapsed() > LONGEST {
            break;
        }
        let row = match source.fetch(at, watch) {
            Ok(row) => row,
            Err(error) => return Some(Err(advice::told(&error))),
        };
        let candidates = causes::candidates(&row, schemas);
        counter.add(row, at, candidates);
    }
    Some(Ok(Arc::new(counter.finish(group, of.groups().rows))))
}
