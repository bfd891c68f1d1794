//! Positions in a list, found by the hash of what stands there.
//!
//! Owns: the table of positions. Refuses: the list, and what it means to be the same: who asks compares.

/// Positions by hash. Things of the same hash are all found, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// A power of two; each the upper half of a hash with a position, or free.
    slots: Vec<(u32, u32)>,
    taken: usize,
}

const FREE: u32 = u32::MAX;
/// Slots of the smallest table.
const FEWEST: usize = 16;

impl Places {
    /// The position of that hash which `is` says is the one.
    pub(super) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let (tag, mask) = (tag(hash), self.slots.len().checked_sub(1)?);
        let mut at = tag as usize & mask;
        loop {
            match self.slots.get(at) {
                None | Some((_, FREE)) => return None,
                Some(&(known, place)) if known == tag && is(place) => return Some(place),
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    /// Takes note of a position that [`find`](Self::find) does not find.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        if (self.taken + 1) * 4 > self.slots.len() * 3 {
            let larger = vec![(0, FREE); (self.slots.len() * 2).max(FEWEST)];
            for (tag, place) in std::mem::replace(&mut self.slots, larger).into_iter().filter(|(_, place)| *place != FREE) {
                self.put(tag, place);
            }
        }
        self.put(tag(hash), place);
        self.taken += 1;
    }

    fn put(&mut self, tag: u32, place: u32) {
        let mask = self.slots.len() - 1;
        let mut at = tag as usize & mask;
        while self.slots[at].1 != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = (tag, place);
    }
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
        assert_eq!(same, [5, 705]);
    }
}
