//! Positions in a list, found by the hash of what stands there.
//!
//! Owns: which half of a hash is kept, so that a place takes eight bytes. Refuses: the list, and what it means to be the same: who asks compares.

use hashbrown::HashTable;

/// Positions by hash. Things of the same hash are all found, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(HashTable<(u32, u32)>);

impl Places {
    /// The position of that hash which `is` says is the one.
    pub(super) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let tag = tag(hash);
        self.0.find(spread(tag), |&(known, place)| known == tag && is(place)).map(|&(_, place)| place)
    }

    /// A position whose hash has the same half, which most often is the one.
    pub(super) fn likely(&self, hash: u64) -> Option<u32> {
        let tag = tag(hash);
        self.0.find(spread(tag), |&(known, _)| known == tag).map(|&(_, place)| place)
    }

    /// Takes note of a position that [`find`](Self::find) does not find.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        let tag = tag(hash);
        self.0.insert_unique(spread(tag), (tag, place), |&(tag, _)| spread(tag));
    }
}

/// The half that is kept as a whole hash: the table looks at both ends of one.
fn spread(tag: u32) -> u64 {
    u64::from(tag) << 32 | u64::from(tag)
}

/// Half of a hash, of which the lower bits alone may not be spread well.
fn tag(hash: u64) -> u32 {
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let mut places = Places::default();
        let hash = |n: u32| u64::from(n % 700) << 40;
        for n in 0..1000 {
            assert_eq!(places.find(hash(n), |place| place == n), None);
            places.insert(hash(n), n);
        }
        assert!((0..1000).all(|n| places.find(hash(n), |place| place == n) == Some(n)));
        let mut same = Vec::new();
        places.find(hash(5), |place| {
            same.push(place);
            false
        });
        same.retain(|place| hash(*place) == hash(5));
        same.sort_unstable();
        assert_eq!(same, [5, 705]);
    }
}
