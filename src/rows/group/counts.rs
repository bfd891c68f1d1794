//! What is counted of the rows of a group.
//!
//! Owns: the first few rows as they came, the counts by time, job and client of more, turning the one into the other.
//! Refuses: texts and values (part, tallies), what the jobs say of the group (deploys).
//!
//! Where there are very many groups most have a few rows. Those take one place in memory, which is all that is touched when a row is counted; what they
//! add up to is worked out once, in the end.

use std::num::NonZeroU64;

use smallvec::SmallVec;

use super::clients::{self, Hashes};
use super::deploys::{Life, NO_JOB};
use super::hours::Hours;
use super::{Trend, union};
use crate::ground::few::Few;
use crate::ground::time::Micros;
use crate::rows::row::{ErrorRow, RowRef};

/// Rows that are kept as they came.
const MOST_KEPT: usize = 8;
/// Room for rows that is made for the second one.
const FIRST_ROOM: usize = 4;
/// Jobs of a group that are told apart where rows are counted elsewhere.
const MOST_JOBS: usize = 64;

/// A time that no row has: one that has it is counted at once.
const NO_TIME: Micros = Micros::MIN;

/// What is counted of a row beside its message and its job.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowFacts {
    /// Where it is.
    pub(super) at: RowRef,
    /// When it came.
    pub(super) time: Option<Micros>,
    /// How many rows it stands for.
    pub(super) rows: u64,
    /// The hash of who sent it.
    pub(super) client: Option<u64>,
}

impl RowFacts {
    /// Of a row.
    pub(super) fn of(row: &ErrorRow<'_>, at: RowRef) -> Self {
        RowFacts { at, time: row.time, rows: row.rows, client: row.client.map(clients::hash) }
    }
}

/// One row that is kept.
#[derive(Debug, Clone, Copy)]
struct KeptRow {
    at: RowRef,
    /// [`NO_TIME`] where it has none.
    time: Micros,
    client: Option<NonZeroU64>,
    /// How many rows it stands for.
    rows: u32,
    /// [`NO_JOB`] where it does not tell.
    job: u32,
}

/// Rows counted. Jobs are told by their number, which is the thread's own until parts are merged.
#[derive(Debug, Clone, Default)]
pub(super) struct RowCounts {
    pub(super) trend: Trend,
    /// Ordered by the number of the job.
    pub(super) lives: Few<Life>,
    pub(super) clients: Hashes,
    /// Groups that this one stands for, where they were not told apart.
    pub(super) folded: Option<u64>,
    pub(super) rows: Few<RowRef>,
}

/// The rows of a group: kept as long as they are not counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    kept: SmallVec<[KeptRow; 1]>,
    counted: Option<Box<RowCounts>>,
}

impl Counts {
    /// Adds a row.
    pub(super) fn add(&mut self, row: RowFacts, job: Option<u32>) {
        if self.counted.is_none()
            && self.kept.len() < MOST_KEPT
            && let Some(row) = KeptRow::of(row, job)
        {
            if self.kept.len() == 1 {
                self.kept.grow(FIRST_ROOM);
            }
            self.kept.push(row);
            return;
        }
        self.counted().add(row.at, (row.time, row.rows), row.client, job.unwrap_or(NO_JOB));
    }

    /// Adds a row that was not asked for: it tells when the fault was there, and of which job.
    pub(super) fn add_outside(&mut self, row: &ErrorRow<'_>, job: Option<u32>) {
        self.counted().add_in_life((row.time, row.rows), job.unwrap_or(NO_JOB), false);
    }

    /// The rows counted, which they are from now on.
    pub(super) fn counted(&mut self) -> &mut RowCounts {
        let kept = &mut self.kept;
        self.counted.get_or_insert_with(|| Box::new(RowCounts::of(&std::mem::take(kept))))
    }

    /// The rows counted.
    pub(super) fn into_counted(self) -> RowCounts {
        self.counted.map_or_else(|| RowCounts::of(&self.kept), |counted| *counted)
    }

    /// Adds the rows of another part of the same group; both speak of the same jobs.
    pub(super) fn absorb(&mut self, other: Counts) {
        let Counts { kept, counted } = other;
        if let Some(mut counted) = counted {
            match &mut self.counted {
                Some(ours) => ours.absorb(*counted),
                None => {
                    std::mem::take(&mut self.kept).iter().for_each(|row| counted.add_kept(row));
                    self.counted = Some(counted);
                }
            }
        } else if self.counted.is_none() && self.kept.len() + kept.len() <= MOST_KEPT {
            if self.kept.len() == 1 && !kept.is_empty() {
                self.kept.grow(FIRST_ROOM.max(1 + kept.len()));
            }
            self.kept.extend_from_slice(&kept);
        } else {
            let ours = self.counted();
            kept.iter().for_each(|row| ours.add_kept(row));
        }
    }

    /// Numbers the jobs anew: by their old number.
    pub(super) fn renumber(&mut self, numbers: &[u32]) {
        let new = |job: u32| numbers.get(job as usize).copied().unwrap_or(NO_JOB);
        self.kept.iter_mut().for_each(|row| row.job = new(row.job));
        if let Some(counted) = &mut self.counted {
            counted.lives.iter_mut().for_each(|life| life.job = new(life.job));
            counted.lives.sort_unstable_by_key(|life| life.job);
        }
    }

    /// First and last time of the rows; `None` where no row has one.
    pub(super) fn span(&self) -> Option<(Micros, Micros)> {
        let kept = self.kept.iter().filter_map(KeptRow::time).fold(None, |span, time| union(span, Some((time, time))));
        self.counted.as_ref().map_or(kept, |counted| counted.span())
    }

    /// Something of the first place in memory that adding a row needs.
    pub(super) fn glance(&self) -> u64 {
        self.kept.len() as u64 ^ u64::from(self.counted.is_some())
    }

    /// Something of the places behind that.
    pub(super) fn look(&self) -> u64 {
        let kept = self.kept.last().map_or(0, |row| u64::from(row.rows));
        kept ^ self.counted.as_ref().map_or(0, |counted| {
            let bin = counted.trend.bins.last().copied().map_or(0, u64::from);
            bin ^ counted.rows.len() as u64 ^ counted.lives.first().map_or(0, |life| life.rows)
        })
    }

    /// Bytes that they take beside themselves.
    pub(super) fn held(&self) -> usize {
        let kept = if self.kept.spilled() { self.kept.capacity() * size_of::<KeptRow>() } else { 0 };
        kept + self.counted.as_ref().map_or(0, |counted| counted.held())
    }
}

impl KeptRow {
    /// A row as it is kept; `None` where one of its numbers is too large.
    fn of(row: RowFacts, job: Option<u32>) -> Option<KeptRow> {
        let client = match row.client {
            Some(hash) => Some(NonZeroU64::new(hash)?),
            None => None,
        };
        let time = match row.time {
            Some(NO_TIME) => return None,
            time => time.unwrap_or(NO_TIME),
        };
        Some(KeptRow { at: row.at, time, client, rows: u32::try_from(row.rows).ok()?, job: job.unwrap_or(NO_JOB) })
    }

    fn time(&self) -> Option<Micros> {
        (self.time != NO_TIME).then_some(self.time)
    }
}

impl RowCounts {
    /// Counts rows that were kept.
    fn of(kept: &[KeptRow]) -> Self {
        let mut counts =
            RowCounts { trend: Trend::of(kept.iter().filter_map(|row| Some((row.time()?, row.rows)))), ..RowCounts::default() };
        counts.rows.reserve_exact(kept.len());
        let is_first = |at: usize| kept[..at].iter().all(|before| before.job != kept[at].job);
        counts.lives.reserve_exact((0..kept.len()).filter(|at| is_first(*at)).count());
        for row in kept {
            counts.rows.push(row.at);
            counts.add_client(row.client.map(NonZeroU64::get));
            counts.add_in_life((row.time(), row.rows.into()), row.job, true);
        }
        counts
    }

    fn add_kept(&mut self, row: &KeptRow) {
        self.add(row.at, (row.time(), row.rows.into()), row.client.map(NonZeroU64::get), row.job);
    }

    fn add(&mut self, at: RowRef, (time, rows): (Option<Micros>, u64), client: Option<u64>, job: u32) {
        self.rows.push(at);
        if let Some(time) = time {
            self.trend.add(time, rows);
        }
        self.add_client(client);
        self.add_in_life((time, rows), job, true);
    }

    fn add_client(&mut self, client: Option<u64>) {
        if let Some(hash) = client {
            self.clients.add_one(hash);
        }
    }

    fn add_in_life(&mut self, (time, rows): (Option<Micros>, u64), job: u32, asked: bool) {
        let life = self.life(job);
        life.add(rows, time.map(|time| (time, time)), asked);
        if let Some(time) = time {
            life.hours.add(Hours::of(time));
        }
    }

    /// What is counted of one job.
    pub(super) fn life(&mut self, job: u32) -> &mut Life {
        let at = match self.lives.binary_search_by_key(&job, |known| known.job) {
            Ok(at) => at,
            Err(at) => {
                self.lives.insert(at, Life { job, ..Life::default() });
                at
            }
        };
        &mut self.lives[at]
    }

    /// Whether a job is one of those that are told apart, or may become one.
    pub(super) fn has_room_for(&self, job: u32) -> bool {
        self.lives.len() < MOST_JOBS || self.lives.binary_search_by_key(&job, |known| known.job).is_ok()
    }

    /// First and last time of the rows; `None` where no row has one.
    pub(super) fn span(&self) -> Option<(Micros, Micros)> {
        self.lives.iter().fold(None, |span, life| union(span, life.span))
    }

    fn absorb(&mut self, other: RowCounts) {
        self.trend.merge(&other.trend);
        self.absorb_lives(other.lives);
        self.clients.absorb(&other.clients);
        if let Some(folded) = other.folded {
            self.folded = Some(self.folded.unwrap_or(0) + folded);
        }
        self.rows.extend(other.rows);
    }

    /// Adds what another part has counted of each job; both are in order.
    fn absorb_lives(&mut self, others: Few<Life>) {
        if let [other] = &*others {
            return self.life(other.job).absorb(other);
        }
        let mut own = std::mem::take(&mut self.lives).into_iter().peekable();
        let mut all = Vec::new();
        for other in others {
            while let Some(life) = own.next_if(|life| life.job < other.job) {
                all.push(life);
            }
            match own.next_if(|life| life.job == other.job) {
                Some(mut life) => {
                    life.absorb(&other);
                    all.push(life);
                }
                None => all.push(other),
            }
        }
        all.extend(own);
        self.lives = all.into();
    }

    fn held(&self) -> usize {
        let spilled = |is: bool, bytes: usize| if is { bytes } else { 0 };
        size_of::<Self>()
            + spilled(self.lives.spilled(), self.lives.capacity() * size_of::<Life>())
            + self.lives.iter().map(Life::held).sum::<usize>()
            + spilled(self.trend.bins.spilled(), self.trend.bins.capacity() * size_of::<u32>())
            + spilled(self.rows.spilled(), self.rows.capacity() * size_of::<RowRef>())
            + self.clients.held()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Made = (Option<i64>, u64, Option<u8>, Option<u32>);

    fn made() -> impl Strategy<Value = Vec<Made>> {
        let time = prop_oneof![Just(None), Just(Some(Micros::MIN)), (-90_000_000_000i64..90_000_000_000).prop_map(Some)];
        let rows = prop_oneof![4 => Just(1u64), 1 => 2u64..9, 1 => Just(u64::from(u32::MAX) + 7)];
        prop::collection::vec((time, rows, prop::option::of(0u8..4), prop::option::of(0u32..3)), 0..20)
    }

    fn added<'a>(made: impl IntoIterator<Item = (usize, &'a Made)>, counted: bool) -> Counts {
        let mut counts = Counts::default();
        if counted {
            counts.counted();
        }
        for (at, (time, rows, client, job)) in made {
            let client = client.map(|client| format!("client {client}"));
            let row = ErrorRow { time: *time, rows: *rows, client: client.as_deref(), ..ErrorRow::default() };
            counts.add(RowFacts::of(&row, RowRef::new(0, at as u64)), *job);
        }
        counts
    }

    /// All that is known in the end.
    fn told(counts: Counts) -> String {
        let span = counts.span();
        let mut counts = counts.into_counted();
        assert_eq!(counts.span(), span);
        counts.rows.sort();
        format!("{counts:?}")
    }

    proptest! {
        #[test]
        fn kept_rows_tell_what_counted_ones_do(made in made(), split in any::<u32>()) {
            let all = || made.iter().enumerate();
            let plain = told(added(all(), true));
            prop_assert_eq!(&told(added(all(), false)), &plain);
            for counted in [[false, false], [false, true], [true, false], [true, true]] {
                let of = |side: u32| all().filter(move |(at, _)| split >> (at % 32) & 1 == side);
                let mut ours = added(of(0), counted[0]);
                ours.absorb(added(of(1), counted[1]));
                prop_assert_eq!(&told(ours), &plain);
            }
        }
    }

    #[test]
    fn a_row_of_its_own_takes_no_memory_beside_the_group() {
        let counts = added([(0, &(Some(5), 1, None, Some(2)))], false);
        assert_eq!((counts.held(), size_of::<KeptRow>(), size_of::<Counts>()), (0, 32, 48));
    }
}
