//! Groups that several threads count in one table.
//!
//! Owns: the table in shards, each behind a lock of its own; one numbering of names and jobs for all threads.
//! Refuses: which groups are counted here (grouper): those that are many and have few rows each, so that threads hardly ever meet. What is frequent each
//! thread counts by itself.
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
    pub(super) fn group(&self, key: KeyParts<'_>, begun: u64, first: FirstRow<'_>) -> u32 {
        let hash = key.hash();
        let shard = table::shard_of(hash, SHARDS);
        let place = self.shard(shard).group(key, hash, begun, first);
        MARK | (shard as u32) << PLACE_BITS | place
    }

    /// Does something to a group of that number.
    pub(super) fn with<T>(&self, group: u32, act: impl FnOnce(&mut GroupPart, &mut TextStore) -> T) -> Option<T> {
        let shard = (group & !MARK) >> PLACE_BITS;
        let mut table = self.shard(shard as usize);
        let (part, texts) = table.part(group & ((1 << PLACE_BITS) - 1))?;
        Some(act(part, texts))
    }

    /// The number of names that a thread has numbered for itself.
    pub(super) fn names(&self, number: u32, own: &NameTable) -> u32 {
        let (names, print) = own.get(number);
        locked(&self.names).take_over(names, print)
    }

    /// The number of a job.
    pub(super) fn job(&self, name: &str) -> u32 {
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
