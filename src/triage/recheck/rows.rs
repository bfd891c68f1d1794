//! The rows of groups, judged twice on all cores.
//!
//! Owns: one pass over a source, counts for each group.
//! Refuses: grouping (the source has), what to do with the counts.

use std::ops::ControlFlow;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::{Recheck, Rechecked, TurnCounts};
use crate::ground::in_order;
use crate::pipeline::fault::Fault;
use crate::rows::group::{Fingerprint, Group};
use crate::rows::payload::Payload;
use crate::rows::row::{RowRef, SourceRow, Unreadable};
use crate::rows::source::{ErrorSource, Progress, ReadRows, SourceError, Watch};
use crate::triage::judging::bare::Named;

/// Rows between two words of how far it is.
const STRIDE: u64 = 128;

/// Rows of each group that are judged where fetching costs.
const MOST_FETCHED: usize = 100;

/// Rows of each group of a source that are judged at most; `None` for all.
pub fn most_rows(source: &dyn ErrorSource) -> Option<usize> {
    source.is_remote().then_some(MOST_FETCHED)
}

/// What becomes of the rows of groups.
#[derive(Debug, Default)]
pub struct RecheckedRows {
    /// Counts for each group that was asked for.
    pub of: FxHashMap<Fingerprint, TurnCounts>,
    /// Rows that have no payload or name no doctype, and were not refused for another reason than a schema.
    pub without: u64,
    /// The same of rows that were refused before a schema judges them, or behind: whatever the schemas say, they still are.
    pub beyond: u64,
    /// What of the source is no row.
    pub unreadable: Unreadable,
    /// Whether it was called off before the end.
    pub is_partial: bool,
}

impl RecheckedRows {
    /// All groups together.
    pub fn total(&self) -> TurnCounts {
        let mut total = TurnCounts::default();
        self.of.values().for_each(|counts| total.absorb(counts));
        total
    }
}

/// Judges the rows of groups twice: all, or of each group its first so many.
///
/// # Errors
/// The source cannot be read.
pub fn recheck(
    source: &dyn ErrorSource,
    recheck: &Recheck,
    groups: &[&Group],
    most: Option<usize>,
    watch: &(dyn Watch + Send),
) -> Result<RecheckedRows, SourceError> {
    let mut outcome =
        RecheckedRows { of: groups.iter().map(|group| (group.fingerprint, TurnCounts::default())).collect(), ..RecheckedRows::default() };
    if groups.is_empty() {
        return Ok(outcome);
    }
    let named: FxHashMap<RowRef, Fingerprint> =
        groups.iter().flat_map(|group| group.rows.iter().map(|at| (*at, group.fingerprint))).collect();
    let wanted = most.map_or(ReadRows::All, |most| ReadRows::First(groups, most));
    let (mut read, begun) = (0, Instant::now());
    let feed = |hand: &mut in_order::Hand<'_, (Fingerprint, SourceRow)>| {
        source.read(wanted, watch, &mut |at, row| {
            read += 1;
            if read % STRIDE == 0 {
                watch.progress(Progress { rows: read, elapsed: begun.elapsed(), ..Progress::default() });
            }
            if watch.cancelled() {
                return ControlFlow::Break(());
            }
            let size = row.payload.size();
            match source.group_of(at).or_else(|| named.get(&at).copied()) {
                Some(group) => hand((group, row), size),
                None => ControlFlow::Continue(()),
            }
        })
    };
    let make = |rows: Vec<(Fingerprint, SourceRow)>| Ok(rows.into_iter().map(|(group, row)| (group, of_row(recheck, row))).collect());
    let (of, without, beyond) = (&mut outcome.of, &mut outcome.without, &mut outcome.beyond);
    outcome.unreadable = in_order::run(feed, &make, &mut |(group, turned): (Fingerprint, RowTurn)| {
        match (of.get_mut(&group), turned) {
            (Some(counts), RowTurn::Judged(rechecked)) => counts.add(&rechecked),
            (Some(_), RowTurn::Without) => *without += 1,
            (Some(_), RowTurn::Beyond) => *beyond += 1,
            (None, _) => {}
        }
        Ok(())
    })?;
    outcome.is_partial = watch.cancelled();
    Ok(outcome)
}

/// What comes of a row.
enum RowTurn {
    Judged(Rechecked),
    Without,
    Beyond,
}

/// A row judged twice, where it has a payload and says what it is of.
fn of_row(recheck: &Recheck, mut row: SourceRow) -> RowTurn {
    let payload: Payload = std::mem::take(&mut row.payload);
    let facts = row.error_row();
    let named = facts.namespace.zip(facts.doctype).map(|(namespace, doctype)| Named { namespace, doctype, version: facts.version });
    match named.and_then(|named| recheck.payload(payload, named)) {
        Some(rechecked) => RowTurn::Judged(rechecked),
        None if facts.message.is_some_and(|message| !Fault::parse(message, facts.class).is_of_schemas()) => RowTurn::Beyond,
        None => RowTurn::Without,
    }
}
