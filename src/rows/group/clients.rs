//! How many different clients: estimated from the smallest hashes of their ids.
//!
//! Owns: adding up the hashes of several parts, the estimate (k minimum values: n ids spread evenly over all hashes put the k-th smallest
//! at k/n of the way). Refuses: hashing; that is the source's, and must be the same for all parts.

use super::Clients;

/// Hashes kept. With fewer the number is exact.
const KEPT: usize = 64;

/// Smallest hashes, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hashes(Vec<u64>);

impl Hashes {
    /// Adds hashes.
    pub(super) fn add(&mut self, hashes: &[u64]) {
        self.0.extend_from_slice(hashes);
        self.0.sort_unstable();
        self.0.dedup();
        self.0.truncate(KEPT);
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
            return Some(Clients { count: self.0.len() as u64, exact: true });
        }
        let share = last as f64 / u64::MAX as f64;
        Some(Clients { count: ((KEPT - 1) as f64 / share.max(f64::MIN_POSITIVE)) as u64, exact: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A good hash of a number.
    fn hash(n: u64) -> u64 {
        let mut x = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        let of = |n: u64| {
            let mut hashes = Hashes::default();
            (0..n).for_each(|id| hashes.add(&[hash(id)]));
            hashes.count()
        };
        assert_eq!((of(0), of(3)), (None, Some(Clients { count: 3, exact: true })));
        for n in [1000, 20_000] {
            let told = of(n).unwrap();
            assert!(!told.exact && (told.count as f64 / n as f64 - 1.0).abs() < 0.3, "{told:?} of {n}");
        }
    }

    #[test]
    fn parts_may_share_clients() {
        let (mut one, mut other) = (Hashes::default(), Hashes::default());
        one.add(&[3, 1]);
        other.add(&[2, 3]);
        one.absorb(&other);
        assert_eq!(one.count(), Some(Clients { count: 3, exact: true }));
    }
}
