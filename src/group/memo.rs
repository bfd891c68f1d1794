//! Messages seen lately with the group they belong to: most rows say what a row before them said.
//!
//! Owns: a table of fixed size in which a new message pushes out the rarest in its places.
//! Refuses: what a message means.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

/// Entries. With messages of [`LONGEST`] bytes the table is 8 MiB; usual messages make it 3.
const SLOTS: usize = 1 << 14;
/// Places that a message may have: with one, two frequent messages can keep pushing each other out.
const WAYS: usize = 4;
/// Longer messages hold payload text and hardly come twice.
const LONGEST: usize = 480;

/// A message with its group.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) bucket: u32,
    pub(super) group: u32,
    /// Which reading of the message was taken.
    pub(super) reading: usize,
    /// Rows that said it and whose values are not counted yet.
    pub(super) rows: u64,
    pub(super) message: String,
}

/// The table.
#[derive(Default)]
pub(super) struct Memo {
    slots: Vec<Option<Seen>>,
}

impl Memo {
    /// The group of a message, which then has one row more.
    pub(super) fn find(&mut self, bucket: u32, message: &str) -> Option<u32> {
        let first = place(bucket, message);
        let ways = self.slots.get_mut(first..first + WAYS)?;
        let seen = ways.iter_mut().flatten().find(|seen| seen.bucket == bucket && seen.message == message)?;
        seen.rows += 1;
        Some(seen.group)
    }

    /// Keeps a message; gives back what had to give way, or the message itself where it is too long to be kept.
    pub(super) fn keep(&mut self, seen: Seen) -> Option<Seen> {
        if seen.message.len() > LONGEST {
            return Some(seen);
        }
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
        }
        let first = place(seen.bucket, &seen.message);
        let ways = &mut self.slots[first..first + WAYS];
        let rarest = ways.iter_mut().min_by_key(|way| way.as_ref().map_or(0, |seen| seen.rows))?;
        rarest.replace(seen)
    }

    /// Everything kept.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Seen> {
        self.slots.iter().flatten()
    }
}

fn place(bucket: u32, message: &str) -> usize {
    let mut hasher = FxHasher::default();
    bucket.hash(&mut hasher);
    message.hash(&mut hasher);
    (hasher.finish() >> 20) as usize % (SLOTS / WAYS) * WAYS
}
