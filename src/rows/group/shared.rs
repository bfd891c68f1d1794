//! Groups that several threads count in one table.
//!
//! Owns: the table in shards, each behind a lock of its own; one numbering of names and jobs for all threads; when a thread counts here: what is frequent
//! it counts by itself, and of what is rare there is so much that threads hardly ever meet.
//! Refuses: what a thread counts by itself (grouper, table).
//!
//! With a table for each thread, most of very many groups would be in all of them, and adding them up would cost as much as counting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::hours::Hours;
use super::jobs::JobTable;
use super::merge::ThreadCounts;
use super::names::NameTable;
use super::part::{FirstRow, GroupPart, KeyParts};
use super::table::{self, GroupTable};
use crate::ground::shared_text::TextStore;

/// Shards, a power of two: far more than threads.
const SHARDS: usize = 64;
/// Marks the number of a group of this table, among which its upper bits say the shard.
const MARK: u32 = 1 << 31;
/// Bits of a number that say the place in its shard.
const PLACE_BITS: u32 = MARK.trailing_zeros() - SHARDS.trailing_zeros();

/// The table.
pub(super) struct SharedGroups {
    shards: [Padded; SHARDS],
    names: Mutex<NameTable>,
    jobs: Mutex<JobTable>,
}

/// A shard on cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Padded(Mutex<GroupTable>);

/// A shard that is open to one thread.
pub(super) struct OpenShard<'a> {
    /// Its groups.
    pub(super) table: MutexGuard<'a, GroupTable>,
    shard: usize,
}

impl OpenShard<'_> {
    /// The number of a group among those of all shards, by its place in this one.
    pub(super) fn number(&self, place: u32) -> u32 {
        MARK | (self.shard as u32) << PLACE_BITS | place
    }
}

/// The shard of a group of this table.
pub(super) fn shard_of_group(group: u32) -> usize {
    ((group & !MARK) >> PLACE_BITS) as usize
}

/// The shard of the groups whose keys have that hash, with names as they are numbered here.
pub(super) fn shard_of_key(hash: u64) -> usize {
    table::shard_of(hash, SHARDS)
}

/// The place of a group of this table in its shard.
pub(super) fn place_of(group: u32) -> u32 {
    group & ((1 << PLACE_BITS) - 1)
}

/// Whether a number is that of a group of this table.
pub(super) fn is_shared(group: u32) -> bool {
    group & MARK != 0
}

impl Default for SharedGroups {
    fn default() -> Self {
        SharedGroups { shards: std::array::from_fn(|_| Padded::default()), names: Mutex::default(), jobs: Mutex::default() }
    }
}

impl SharedGroups {
    /// The number of the group of a key, whose names are numbered here; of a new one where there is none. `begun` is the fingerprint as far as the names go.
    fn group(&self, key: KeyParts<'_>, begun: u64, first: FirstRow<'_>) -> u32 {
        let hash = key.hash();
        let mut shard = self.open(shard_of_key(hash));
        let place = shard.table.group(key, hash, begun, first);
        shard.number(place)
    }

    /// A shard, which nobody else can count in meanwhile.
    pub(super) fn open(&self, shard: usize) -> OpenShard<'_> {
        OpenShard { table: self.shard(shard), shard }
    }

    /// Does something to a group of that number.
    pub(super) fn with<T>(&self, group: u32, act: impl FnOnce(&mut GroupPart, &mut TextStore) -> T) -> Option<T> {
        let mut table = self.shard(shard_of_group(group));
        let (part, texts) = table.part(place_of(group))?;
        Some(act(part, texts))
    }

    /// The number of names that a thread has numbered for itself.
    fn names(&self, number: u32, own: &NameTable) -> u32 {
        let (names, print) = own.get(number);
        locked(&self.names).take_over(names, print)
    }

    /// The number of a job.
    fn job(&self, name: &str) -> u32 {
        locked(&self.jobs).number(name)
    }

    fn shard(&self, shard: usize) -> MutexGuard<'_, GroupTable> {
        locked(&self.shards[shard % SHARDS].0)
    }

    /// All of it, once no thread counts any more; where somebody else holds it still, a copy. Rows of jobs and their hours are with the threads.
    pub(super) fn into_counts(this: Arc<Self>) -> ThreadCounts {
        let SharedGroups { shards, names, jobs } = Arc::try_unwrap(this).unwrap_or_else(|shared| shared.copy());
        let inner = |Padded(shard): Padded| shard.into_inner().unwrap_or_else(PoisonError::into_inner);
        ThreadCounts {
            tables: shards.into_iter().map(inner).collect(),
            names: names.into_inner().unwrap_or_else(PoisonError::into_inner),
            jobs: jobs.into_inner().unwrap_or_else(PoisonError::into_inner).into_list(),
            hours: Hours::default(),
        }
    }

    /// A copy. It is of one moment where no thread counts meanwhile.
    pub(super) fn copy(&self) -> SharedGroups {
        SharedGroups {
            shards: std::array::from_fn(|shard| Padded(Mutex::new(self.shard(shard).clone()))),
            names: Mutex::new(locked(&self.names).clone()),
            jobs: Mutex::new(locked(&self.jobs).clone()),
        }
    }
}

/// Groups that a thread counts by itself; those that it meets later are counted with the other threads. What is frequent is met early.
const MOST_OWN: usize = 1 << 13;
/// Where fewer than one row in so many is of a group that was met before, hardly any group is met by two threads: twice as many are counted by oneself.
const SELDOM: usize = 20;

/// What a thread counts together with others, and how it finds it.
pub(super) struct Beside {
    groups: Arc<SharedGroups>,
    /// Groups from which on they are counted together.
    most_own: usize,
    /// Rows met.
    rows: usize,
    /// By the thread's own numbers of names and jobs, those of all threads.
    names: Vec<Option<u32>>,
    jobs: Vec<Option<u32>>,
}

impl Beside {
    pub(super) fn of(groups: Arc<SharedGroups>) -> Self {
        Beside { groups, most_own: MOST_OWN, rows: 0, names: Vec::new(), jobs: Vec::new() }
    }

    /// Whether what the thread meets next is counted together; it has so many groups of its own.
    pub(super) fn takes(&mut self, own: usize) -> bool {
        if own >= self.most_own && self.rows < own + own / SELDOM {
            self.most_own *= 2;
        }
        own >= self.most_own
    }

    /// A row is counted, wherever its group is.
    pub(super) fn meets_row(&mut self) {
        self.rows += 1;
    }

    /// The number of the group of a key, whose names are in the thread's own table; of a new one where there is none.
    pub(super) fn group(&mut self, key: KeyParts<'_>, own: &NameTable, first: FirstRow<'_>) -> u32 {
        let names = self.names(key.names, own);
        self.groups.group(KeyParts { names, ..key }, own.get(key.names).1, first)
    }

    /// The number of names that the thread has numbered for itself.
    pub(super) fn names(&mut self, number: u32, own: &NameTable) -> u32 {
        *remembered(&mut self.names, number).get_or_insert_with(|| self.groups.names(number, own))
    }

    /// The groups that are counted together.
    pub(super) fn groups(&self) -> &Arc<SharedGroups> {
        &self.groups
    }

    /// The same, once the thread counts no more.
    pub(super) fn into_groups(self) -> Arc<SharedGroups> {
        self.groups
    }

    /// The number of a job that the thread has numbered for itself.
    pub(super) fn job(&mut self, number: u32, name: &str) -> u32 {
        *remembered(&mut self.jobs, number).get_or_insert_with(|| self.groups.job(name))
    }
}

fn remembered(list: &mut Vec<Option<u32>>, number: u32) -> &mut Option<u32> {
    let at = number as usize;
    if list.len() <= at {
        list.resize(at + 1, None);
    }
    &mut list[at]
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
