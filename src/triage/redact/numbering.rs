//! Equal values by the same number.
//!
//! Owns: numbers in the order in which values are met.
//! Refuses: keeping the values: only what they hash to is remembered.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// Values that are numbered; the rest of a huge document is told without numbers.
const MOST_NUMBERED: usize = 1_000_000;

/// Numbers from 1. The hash is seeded anew each time, so that no document can be made in which two values share one.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    seed: RandomState,
    known: HashMap<u64, u32>,
}

impl Numbering {
    /// The value's number.
    pub(super) fn of(&mut self, value: &str) -> Option<u32> {
        let next = self.known.len();
        let hash = self.seed.hash_one(value);
        if next >= MOST_NUMBERED {
            return self.known.get(&hash).copied();
        }
        Some(*self.known.entry(hash).or_insert(next as u32 + 1))
    }
}
