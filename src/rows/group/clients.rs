//! How many different clients: estimated from the smallest hashes of their ids.
//!
//! Owns: the number as a group has it; adding up the hashes of several parts, the estimate (k minimum values: n ids spread evenly over all hashes put the k-th smallest
//! at k/n of the way); the hash of an id where the source has none. Refuses: hashes of several kinds in one number.

use std::hash::Hasher;
use std::num::NonZeroU64;

use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};

use crate::ground::few::Few;

/// Hashes kept. With fewer the number is exact.
const KEPT: usize = 64;

/// How many clients sent the rows of a group.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, bool)", into = "(u64, bool)")]
pub struct Clients(NonZeroU64);

/// More are as good as so many.
const MOST: u64 = 1 << 62;

impl Clients {
    /// So many. `exact` is as [`exact`](Self::exact).
    pub fn new(count: u64, exact: bool) -> Self {
        Clients(NonZeroU64::MIN.saturating_add(count.min(MOST) << 1 | u64::from(exact)))
    }

    /// How many.
    pub fn count(self) -> u64 {
        (self.0.get() - 1) >> 1
    }

    /// Whether that is the exact number; otherwise an estimate, most often within an eighth.
    pub fn exact(self) -> bool {
        (self.0.get() - 1) & 1 == 1
    }
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients").field("count", &self.count()).field("exact", &self.exact()).finish()
    }
}

/// Smallest hashes, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hashes(Few<u64>);

impl Hashes {
    /// Adds hashes.
    pub(super) fn add(&mut self, hashes: &[u64]) {
        let mut all = std::mem::take(&mut self.0).into_vec();
        all.extend_from_slice(hashes);
        all.sort_unstable();
        all.dedup();
        all.truncate(KEPT);
        self.0 = all.into();
    }

    /// Adds the hash of the client of one row, which most often is a known one or too many.
    pub(super) fn add_one(&mut self, hash: u64) {
        if self.0.len() == KEPT && self.0.last().is_some_and(|last| hash >= *last) {
            return;
        }
        if let Err(at) = self.0.binary_search(&hash) {
            self.0.truncate(KEPT - 1);
            self.0.insert(at.min(self.0.len()), hash);
        }
    }

    /// Bytes that they take beside themselves.
    pub(super) fn held(&self) -> usize {
        if self.0.spilled() { self.0.capacity() * size_of::<u64>() } else { 0 }
    }

    /// Adds what another part has.
    pub(super) fn absorb(&mut self, other: &Hashes) {
        if !other.0.is_empty() {
            self.add(&other.0);
        }
    }

    /// The number; `None` where no row tells its client.
    pub(super) fn count(&self) -> Option<Clients> {
        let last = *self.0.last()?;
        if self.0.len() < KEPT {
            return Some(Clients::new(self.0.len() as u64, true));
        }
        let share = last as f64 / u64::MAX as f64;
        Some(Clients::new(((KEPT - 1) as f64 / share.max(f64::MIN_POSITIVE)) as u64, false))
    }
}

/// A hash of a text that is spread evenly, and the same for the same text everywhere.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    spread(hasher.finish())
}

/// Every bit of the outcome depends on every bit of the number.
fn spread(n: u64) -> u64 {
    let mut x = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        let of = |n: u64| {
            let mut hashes = Hashes::default();
            (0..n).for_each(|id| hashes.add(&[spread(id)]));
            hashes.count()
        };
        assert_eq!((of(0), of(3)), (None, Some(Clients::new(3, true))));
        for n in [1000, 20_000] {
            let told = of(n).unwrap();
            assert!(!told.exact() && (told.count() as f64 / n as f64 - 1.0).abs() < 0.3, "{told:?} of {n}");
        }
    }

    #[test]
    fn rows_of_a_file_are_counted_by_their_clients_in_any_order() {
        let of = |ids: &mut dyn Iterator<Item = u32>| {
            let mut hashes = Hashes::default();
            ids.for_each(|id| hashes.add_one(hash(&format!("client-{id}"))));
            hashes
        };
        assert_eq!(of(&mut (0..900).map(|id| id % 3)).count(), Some(Clients::new(3, true)));
        let (up, down) = (of(&mut (0..5000)), of(&mut (0..5000).rev()));
        assert_eq!(up, down);
        let told = up.count().unwrap();
        assert!(!told.exact() && (told.count() as f64 / 5000.0 - 1.0).abs() < 0.3, "{told:?}");
        let (mut even, odd) = (of(&mut (0..5000).step_by(2)), of(&mut (1..5000).step_by(2)));
        even.absorb(&odd);
        assert_eq!(even, up);
    }

    #[test]
    fn parts_may_share_clients() {
        let (mut one, mut other) = (Hashes::default(), Hashes::default());
        one.add(&[3, 1]);
        other.add(&[2, 3]);
        one.absorb(&other);
        assert_eq!(one.count(), Some(Clients::new(3, true)));
    }
}
