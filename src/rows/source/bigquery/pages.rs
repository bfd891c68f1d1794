//! The rows of a group, whole: found by one job, then read on from its answer for nothing.
//!
//! Owns: which part of the window a job reads, what its answer held so far and where each row stands in it.
//! Refuses: the SQL (rows), asking (service), what a cell means (answer).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use super::error::Error;
use super::job::{BEAT, Done};
use super::locked;
use super::window::{Slice, Window, WindowPart};
use crate::ground::time::{DAY, Micros};
use crate::rows::group::{Fingerprint, Trend};
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::source::{RowOrder, Watch};

/// Rows that one job finds, at most.
pub(super) const FOUND: u64 = 1_000;
/// The same where all that is found is read at once, to be kept on disk.
pub(super) const FOUND_TO_KEEP: u64 = 100;
/// Rows that the part of the window holds which a job reads: days cost, so no more of them than that.
const ENOUGH: u64 = 100;
/// Rows of an answer that are asked for at a time.
pub(super) const STEP: usize = 25;
/// Bytes of rows that are kept in memory; the others are read again from where they stand, for nothing.
const KEPT_BYTES: usize = 64 << 20;

/// Rows that several threads may ask for.
type SharedRows = Arc<Mutex<GroupRows>>;

/// What was read of all groups in this session.
#[derive(Default)]
pub(super) struct Pages {
    lists: Mutex<HashMap<(Fingerprint, RowOrder), SharedRows>>,
    kept: Mutex<MemoryRows>,
}

/// A row in the answer of a job.
#[derive(Clone)]
pub(super) struct AnswerPlace {
    pub(super) job: Done,
    pub(super) at: u64,
}

/// The rows of one group in one order, as far as they were read.
#[derive(Default)]
pub(super) struct GroupRows {
    pub(super) listed: Vec<RowRef>,
    places: HashMap<RowRef, Option<AnswerPlace>>,
    answers: Vec<PartAnswer>,
    /// What no job has read yet; `None` before the first.
    left: Option<Window>,
}

/// What a job has found in a part of the window.
struct PartAnswer {
    job: Option<Done>,
    part: WindowPart,
    /// Rows in the answer, and those that were read of it.
    rows: u64,
    read: u64,
}

/// The next thing to do for more rows.
pub(super) enum NextRows {
    /// To read on in an answer.
    Read(AnswerPlace),
    /// To ask for what this part of the window holds.
    Ask(WindowPart),
    /// There are no more.
    End,
}

impl Pages {
    /// The rows of a group in an order, for one reader at a time: who comes second waits, and finds what the first has read.
    pub(super) fn list(&self, of: Fingerprint, order: RowOrder) -> SharedRows {
        locked(&self.lists).entry((of, order)).or_default().clone()
    }

    /// Where a row stands in an answer, where one of this session holds it.
    pub(super) fn place(&self, at: RowRef) -> Option<AnswerPlace> {
        let lists: Vec<_> = locked(&self.lists).values().cloned().collect();
        // A list that somebody reads just now is not waited for.
        lists.iter().find_map(|list| list.try_lock().ok().and_then(|list| list.places.get(&at).cloned().flatten()))
    }

    /// A row that is kept in memory.
    pub(super) fn kept(&self, at: RowRef) -> Option<SourceRow> {
        locked(&self.kept).rows.iter().find(|(known, _)| *known == at).map(|(_, row)| row.clone())
    }

    /// Keeps a row in memory.
    pub(super) fn keep(&self, at: RowRef, row: SourceRow) {
        locked(&self.kept).keep(at, row);
    }
}

/// Rows in memory, the newest read last.
#[derive(Default)]
struct MemoryRows {
    rows: VecDeque<(RowRef, SourceRow)>,
    bytes: usize,
}

impl MemoryRows {
    fn keep(&mut self, at: RowRef, row: SourceRow) {
        if self.rows.iter().any(|(known, _)| *known == at) {
            return;
        }
        self.bytes += size(&row);
        self.rows.push_back((at, row));
        while self.bytes > KEPT_BYTES && self.rows.len() > 1 {
            self.bytes -= self.rows.pop_front().map_or(0, |(_, row)| size(&row));
        }
    }
}

fn size(row: &SourceRow) -> usize {
    let columns: usize = row.columns.iter().map(|(name, value)| name.len() + value.as_ref().map_or(0, String::len) + 48).sum();
    columns + row.payload.size() + row.origin.len()
}

impl GroupRows {
    /// What to do for more rows. `whole` is the window that was counted, `trend` the group's rows in it, `most` what a job may find.
    pub(super) fn next(&mut self, order: RowOrder, whole: Window, trend: &Trend, most: u64) -> NextRows {
        let left = *self.left.get_or_insert(whole);
        if let Some(last) = self.answers.last() {
            if let Some(job) = last.job.clone().filter(|_| last.read < last.rows) {
                return NextRows::Read(AnswerPlace { job, at: last.read });
            }
            if last.rows >= last.part.slice.most {
                let slice = Slice { from: last.part.slice.from + last.part.slice.most, most };
                return NextRows::Ask(WindowPart { slice, ..last.part });
            }
        }
        if left.since >= left.until {
            return NextRows::End;
        }
        NextRows::Ask(WindowPart { window: part(order, left, trend), slice: Slice { from: 0, most } })
    }

    /// That many rows were found; without a job they are all at hand.
    pub(super) fn found(&mut self, order: RowOrder, job: Option<Done>, part: WindowPart, rows: u64) {
        self.left = self.left.map(|left| match order {
            RowOrder::Newest => Window { until: left.until.min(part.window.since), ..left },
            RowOrder::Oldest => Window { since: left.since.max(part.window.until), ..left },
            RowOrder::Spread => Window { until: left.since, ..left },
        });
        self.answers.push(PartAnswer { job, part, rows, read: 0 });
    }

    /// What was read from the last answer, in its order; what is no row has its place in it all the same.
    pub(super) fn add(&mut self, rows: &[Option<RowRef>]) {
        let Some(answer) = self.answers.last_mut() else { return };
        for (turn, at) in rows.iter().enumerate() {
            let Some(at) = at.filter(|at| !self.places.contains_key(at)) else { continue };
            self.places.insert(at, answer.job.clone().map(|job| AnswerPlace { job, at: answer.read + turn as u64 }));
            self.listed.push(at);
        }
        // An answer that gives nothing more has ended, whatever number it told.
        answer.read = if rows.is_empty() { answer.rows } else { answer.read + rows.len() as u64 };
    }
}

/// The part of what is left that is read next: whole days from its beginning in that order, until they hold enough rows. Where rows are spread
/// over jobs, all.
fn part(order: RowOrder, left: Window, trend: &Trend) -> Window {
    let bins = trend.bins.iter().enumerate().map(|(at, rows)| (trend.start + at as Micros * trend.width, u64::from(*rows)));
    let inside = bins.filter(|(start, _)| *start < left.until && start + trend.width > left.since);
    let mut held = 0;
    let mut enough = |rows: u64| {
        held += rows;
        held >= ENOUGH
    };
    match order {
        RowOrder::Spread => left,
        RowOrder::Newest => {
            let bins: Vec<_> = inside.collect();
            let first = bins.into_iter().rev().find(|(_, rows)| enough(*rows));
            let since = first.map_or(left.since, |(start, _)| start.div_euclid(DAY) * DAY);
            Window { since: since.max(left.since), ..left }
        }
        RowOrder::Oldest => {
            let last = { inside }.find(|(_, rows)| enough(*rows));
            let until = last.map_or(left.until, |(start, _)| ((start + trend.width - 1).div_euclid(DAY) + 1) * DAY);
            Window { until: until.min(left.until), ..left }
        }
    }
}

/// Rows of a group that came after a time, at most: those of its bin are all counted.
pub(super) fn newer_than(trend: &Trend, time: Micros) -> u64 {
    let bins = trend.bins.iter().enumerate().filter(|(at, _)| trend.start + (*at as Micros + 1) * trend.width > time);
    bins.map(|(_, rows)| u64::from(*rows)).sum()
}

/// The lock, once nobody else has it; no longer than the watcher wants to wait.
pub(super) fn waited<'a, T>(mutex: &'a Mutex<T>, watch: &dyn Watch) -> Result<MutexGuard<'a, T>, Error> {
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if watch.cancelled() => return Err(Error::Stopped { job: None, proved: true }),
            Err(TryLockError::WouldBlock) => std::thread::sleep(BEAT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Micros = DAY / 24;

    fn trend(bins: &[u32]) -> Trend {
        Trend { start: 0, width: 12 * HOUR, bins: bins.to_vec().into() }
    }

    #[test]
    fn no_more_days_are_read_than_hold_enough() {
        let whole = Window { since: HOUR, until: 4 * DAY - HOUR };
        let many = trend(&[50, 60, 0, 0, 90, 20, 0, 3]);
        assert_eq!(part(RowOrder::Newest, whole, &many), Window { since: 2 * DAY, ..whole });
        assert_eq!(part(RowOrder::Oldest, whole, &many), Window { until: DAY, ..whole });
        assert_eq!(part(RowOrder::Spread, whole, &many), whole);
        // Of a group that is small, or of whose times nothing is known, all is read at once.
        assert_eq!(part(RowOrder::Newest, whole, &trend(&[1, 0, 0, 7])), whole);
        assert_eq!(part(RowOrder::Newest, whole, &Trend::default()), whole);
    }

    #[test]
    fn rows_are_read_to_their_end_and_each_once() {
        let (whole, trend) = (Window { since: 0, until: 4 * DAY }, trend(&[0, 1, 0, 0, 0, 0, 100, 0]));
        let (mut rows, found) = (GroupRows::default(), |id: &str| Some(Done { id: id.to_owned(), location: None }));
        let NextRows::Ask(part) = rows.next(RowOrder::Newest, whole, &trend, FOUND) else { panic!() };
        assert_eq!(part.window, Window { since: 3 * DAY, until: 4 * DAY });
        rows.found(RowOrder::Newest, found("a"), part, 3);
        let at = |number| RowRef::new(0, number);
        rows.add(&[Some(at(0)), Some(at(1))]);
        let NextRows::Read(place) = rows.next(RowOrder::Newest, whole, &trend, FOUND) else { panic!() };
        assert_eq!((place.job.id.as_str(), place.at), ("a", 2));
        rows.add(&[]);
        let NextRows::Ask(part) = rows.next(RowOrder::Newest, whole, &trend, FOUND) else { panic!() };
        assert_eq!(part.window, Window { since: 0, until: 3 * DAY });
        rows.found(RowOrder::Newest, found("b"), part, FOUND);
        rows.add(&[Some(at(1)), None, Some(at(2))]);
        rows.add(&vec![None; FOUND as usize - 3]);
        assert_eq!(rows.listed, [at(0), at(1), at(2)]);
        let NextRows::Ask(part) = rows.next(RowOrder::Newest, whole, &trend, FOUND) else { panic!() };
        assert_eq!((part.window.until, part.slice.from), (3 * DAY, FOUND));
        rows.found(RowOrder::Newest, found("c"), part, 0);
        assert!(matches!(rows.next(RowOrder::Newest, whole, &trend, FOUND), NextRows::End));
    }

    #[test]
    fn rows_that_come_first_are_counted() {
        let trend = trend(&[5, 6, 0, 7]);
        assert_eq!([0, 12 * HOUR, 36 * HOUR, 99 * HOUR].map(|time| newer_than(&trend, time)), [18, 13, 7, 0]);
        assert_eq!(newer_than(&Trend::default(), 7), 0);
    }

    #[test]
    fn memory_is_bounded_by_bytes() {
        let mut kept = MemoryRows::default();
        let row = SourceRow { origin: "x".repeat(KEPT_BYTES / 4), ..SourceRow::default() };
        for number in 0..9 {
            kept.keep(RowRef::new(0, number), row.clone());
        }
        assert!(kept.bytes <= KEPT_BYTES && kept.rows.len() == 4, "{}", kept.rows.len());
    }
}
