//! The payloads of a group looked into.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::EVERY;
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Progress, ReadRows, SourceError, Watch};
use crate::triage::causes::{self, CauseCounter, Causes, MOST_ROWS};
use crate::tui::advice;
use crate::tui::row_place::GroupPlace;

/// Longest that the rows of a group are looked at where nobody asked for it.
const LONGEST: Duration = Duration::from_secs(2);

/// Counts the causes of a group; nothing once that was called off.
pub(super) fn count(
    source: &dyn ErrorSource,
    schemas: &Arc<SchemaStore>,
    of: &GroupPlace,
    watch: &dyn Watch,
) -> Option<Result<Arc<Causes>, String>> {
    let group = of.group();
    let mut counter = CauseCounter::new(schemas.clone());
    let (begun, mut told, mut rows) = (Instant::now(), Instant::now(), 0);
    let mut take = |at: RowRef, row: SourceRow| {
        let candidates = causes::candidates(&row, schemas);
        counter.add(row, at, candidates);
        rows += 1;
        if told.elapsed() > EVERY {
            told = Instant::now();
            watch.progress(Progress { rows, elapsed: begun.elapsed(), ..Progress::default() });
        }
        if watch.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let read = if source.is_remote() {
        source.read(ReadRows::First(&[group], MOST_ROWS), watch, &mut take).map(|_| ())
    } else {
        let is_time = || begun.elapsed() <= LONGEST;
        each(source, group.rows.iter().take(MOST_ROWS).take_while(|_| is_time()), watch, &mut take)
    };
    if watch.cancelled() {
        return None;
    }
    Some(read.map(|()| Arc::new(counter.finish(group, of.groups().rows))).map_err(|error| advice::told(&error)))
}

/// Rows by their places, which a file finds sooner than all that stands before them.
fn each<'a>(
    source: &dyn ErrorSource,
    rows: impl Iterator<Item = &'a RowRef>,
    watch: &dyn Watch,
    take: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
) -> Result<(), SourceError> {
    for &at in rows {
        if take(at, source.fetch(at, watch)?).is_break() {
            break;
        }
    }
    Ok(())
}
