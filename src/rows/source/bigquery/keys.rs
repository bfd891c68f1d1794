//! Where rows in BigQuery are found again.
//!
//! Owns: the keys of all rows that were named in this session, and which coarse groups each group is made of.
//! Refuses: reading rows (rows). An error table has no column that names a row; its time, its coarse group and its turn among those of the
//! same time and group do.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Trend};
use crate::rows::row::RowRef;

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RowKey {
    /// Position of its table among those that are read.
    pub(super) table: u32,
    /// Number of its coarse group.
    pub(super) group: u64,
    pub(super) time: Micros,
    /// Its turn among rows of the same table, group and time, ordered by address and message.
    pub(super) nth: u32,
}

/// What a key takes in the list and in the table by which it is found again.
const KEY_BYTES: usize = 3 * size_of::<RowKey>() + 16;
/// What is noted of a coarse group: its group, itself as a part of it, the trend.
const GROUP_BYTES: usize = 512;

/// All keys of a session.
#[derive(Default)]
pub(super) struct Keys(Mutex<KnownKey>);

#[derive(Default)]
struct KnownKey {
    keys: Vec<RowKey>,
    numbers: HashMap<RowKey, u64>,
    parts: HashMap<Fingerprint, BTreeSet<(u32, u64)>>,
    groups: HashMap<(u32, u64), Fingerprint>,
    trends: HashMap<Fingerprint, Trend>,
}

impl Keys {
    /// The place of a row; the same for the same row.
    pub(super) fn add(&self, key: RowKey) -> RowRef {
        let mut known = self.lock();
        if let Some(&number) = known.numbers.get(&key) {
            return RowRef::new(0, number);
        }
        let number = known.keys.len() as u64;
        known.keys.push(key.clone());
        known.numbers.insert(key, number);
        RowRef::new(0, number)
    }

    /// The row at a place.
    pub(super) fn get(&self, at: RowRef) -> Option<RowKey> {
        self.lock().keys.get(usize::try_from(at.place()).ok()?).cloned()
    }

    /// Notes a coarse group that a group is made of.
    pub(super) fn note(&self, group: Fingerprint, part: (u32, u64)) {
        let mut known = self.lock();
        known.groups.insert(part, group);
        known.parts.entry(group).or_default().insert(part);
    }

    /// Notes when the rows of a group came.
    pub(super) fn remember(&self, group: Fingerprint, trend: &Trend) {
        self.lock().trends.insert(group, trend.clone());
    }

    /// Bytes that all of it takes, about.
    pub(super) fn held(&self) -> usize {
        let known = self.lock();
        known.keys.len() * KEY_BYTES + known.groups.len() * GROUP_BYTES
    }

    /// When the rows of a group came.
    pub(super) fn trend(&self, group: Fingerprint) -> Trend {
        self.lock().trends.get(&group).cloned().unwrap_or_default()
    }

    /// The group of the row at a place.
    pub(super) fn group_of(&self, at: RowRef) -> Option<Fingerprint> {
        let known = self.lock();
        let key = known.keys.get(usize::try_from(at.place()).ok()?)?;
        known.groups.get(&(key.table, key.group)).copied()
    }

    /// The coarse groups of a group, by table and number.
    pub(super) fn parts(&self, group: Fingerprint) -> Vec<(u32, u64)> {
        self.lock().parts.get(&group).map(|parts| parts.iter().copied().collect()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, KnownKey> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_row_has_one_place() {
        let keys = Keys::default();
        let key = |nth| RowKey { table: 1, group: 7, time: 5, nth };
        let (first, second) = (keys.add(key(0)), keys.add(key(1)));
        assert_ne!(first, second);
        assert_eq!(keys.add(key(0)), first);
        assert_eq!(keys.get(second), Some(key(1)));
        assert_eq!(keys.get(RowRef::new(0, 9)), None);
        keys.note(Fingerprint(3), (1, 7));
        assert_eq!((keys.group_of(second), keys.group_of(RowRef::new(0, 9))), (Some(Fingerprint(3)), None));
        assert_eq!((keys.parts(Fingerprint(3)), keys.parts(Fingerprint(4))), (vec![(1, 7)], vec![]));
    }
}
