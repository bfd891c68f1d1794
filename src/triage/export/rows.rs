//! Rows of groups, found again.
//!
//! Owns: which rows stand for a group, reading few of them one by one and many in one pass.
//! Refuses: what becomes of them.

use std::ops::ControlFlow;
use std::time::Instant;

use rustc_hash::FxHashSet;

use crate::rows::row::{RowRef, SourceRow};
use crate::rows::source::{ErrorSource, Progress, SourceError, Watch};

/// Rows that are fetched one by one; of more the source is read from its beginning.
const MOST_FETCHED: usize = 24;

/// Rows between two looks at the watch.
const STEP: u64 = 256;

/// So many rows of a group, spread evenly over all, the first always among them.
pub fn spread(rows: &[RowRef], most: usize) -> impl Iterator<Item = RowRef> + '_ {
    let taken = most.min(rows.len());
    (0..taken).filter_map(move |i| rows.get(i * rows.len() / taken).copied())
}

/// Hands over the rows at these places until `take` breaks or the watch calls it off; few in the order given, many in the order of the source.
/// Tells how many were there.
pub fn visit(
    source: &dyn ErrorSource,
    places: &[RowRef],
    watch: &dyn Watch,
    take: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
) -> Result<usize, SourceError> {
    if places.len() <= MOST_FETCHED || source.is_remote() {
        return source.fetch_all(places, watch, take);
    }
    let begun = Instant::now();
    let wanted: FxHashSet<RowRef> = places.iter().copied().collect();
    let mut found = 0;
    source.rows(0..u64::MAX, watch, &mut |number, at, row| {
        if number % STEP == 0 {
            watch.progress(Progress { rows: number, elapsed: begun.elapsed(), ..Progress::default() });
            if watch.cancelled() {
                return ControlFlow::Break(());
            }
        }
        if !wanted.contains(&at) {
            return ControlFlow::Continue(());
        }
        found += 1;
        take(at, row)?;
        if found == wanted.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};

    #[test]
    fn a_few_stand_for_all() {
        let rows: Vec<RowRef> = (0..10).map(|place| RowRef::new(0, place)).collect();
        let places = |most| spread(&rows, most).map(RowRef::place).collect::<Vec<_>>();
        assert_eq!((places(0), places(1), places(3)), (vec![], vec![0], vec![0, 3, 6]));
        assert_eq!(places(99), (0..10).collect::<Vec<_>>());
        assert_eq!(spread(&[], 3).count(), 0);
    }

    #[test]
    fn few_and_many_are_found() {
        let source = demo::source().unwrap();
        let groups = source.groups(&Request::default(), &Unwatched).unwrap();
        let all: Vec<RowRef> = groups.list.iter().flat_map(|group| group.rows.iter().copied()).collect();
        for most in [1, MOST_FETCHED, MOST_FETCHED + 1, all.len()] {
            let mut places = all[..most].to_vec();
            let mut seen = Vec::new();
            let found = visit(source.as_ref(), &places, &Unwatched, &mut |at, _| {
                seen.push(at);
                ControlFlow::Continue(())
            });
            seen.sort();
            places.sort();
            assert_eq!((found.unwrap(), seen), (most, places));
        }
    }

    #[test]
    fn a_visit_ends_when_called_off() {
        struct Off;
        impl Watch for Off {
            fn progress(&self, _: Progress) {}
            fn snapshot(&self, _: crate::rows::group::Groups) {}
            fn cancelled(&self) -> bool {
                true
            }
        }
        let source = demo::source().unwrap();
        let groups = source.groups(&Request::default(), &Unwatched).unwrap();
        let all: Vec<RowRef> = groups.list.iter().flat_map(|group| group.rows.iter().copied()).collect();
        for places in [&all[..3], &all] {
            assert_eq!(visit(source.as_ref(), places, &Off, &mut |_, _| ControlFlow::Continue(())).unwrap(), 0);
        }
    }
}
