//! Messages seen lately with the group they belong to: most rows say what a row before them said.
//!
//! Owns: a table of fixed size in which a new message takes a free place at once, and pushes out the rarest in its places once it has come a second time:
//! of many messages most come once.
//! Refuses: what a message means.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

/// Entries. With messages of usual length the table is about 10 MiB.
const SLOTS: usize = 1 << 16;
/// Places that a message may have: with one, two frequent messages can keep pushing each other out.
const WAYS: usize = 4;
/// Longer messages hold payload text and hardly come twice.
pub(super) const LONGEST: usize = 480;

/// A message with its group.
#[derive(Debug, Clone)]
pub(super) struct SeenMessage {
    pub(super) bucket: u32,
    pub(super) group: u32,
    /// Which reading of the message was taken.
    pub(super) reading: usize,
    /// Rows that said it after the first one; their values are not counted yet.
    pub(super) rows: u64,
    pub(super) message: String,
}

/// The table.
#[derive(Default)]
pub(super) struct Memo {
    /// Part of the hash of what stands in each slot, 0 where it is empty: most slots that do not match are told by it alone.
    tags: Vec<u32>,
    slots: Vec<Option<SeenMessage>>,
    /// Part of the hash of the last message that came to each door for the first time.
    doors: Vec<u32>,
}

/// Doors, by which messages come in.
const DOORS: usize = 1 << 16;

/// Where a message may stand: the first of its slots, and its tag, which is never 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemoPlace {
    first: usize,
    tag: u32,
}

impl MemoPlace {
    /// Of a message of rows of that bucket.
    pub(super) fn of(bucket: u32, message: &str) -> Self {
        let mut hasher = FxHasher::default();
        bucket.hash(&mut hasher);
        message.hash(&mut hasher);
        let hash = hasher.finish();
        MemoPlace { first: (hash >> 20) as usize % (SLOTS / WAYS) * WAYS, tag: hash as u32 | 1 }
    }
}

impl Memo {
    /// The group of a message.
    pub(super) fn peek(&self, MemoPlace { first, .. }: MemoPlace, bucket: u32, message: &str) -> Option<u32> {
        let mut ways = self.slots.get(first..first + WAYS)?.iter().flatten();
        ways.find(|seen| seen.bucket == bucket && seen.message == message).map(|seen| seen.group)
    }

    /// Something of the places that a message may have.
    pub(super) fn glance(&self, MemoPlace { first, .. }: MemoPlace) -> u32 {
        self.tags.get(first).copied().unwrap_or(0)
    }

    /// What stands where a message may stand, and most often is that message.
    pub(super) fn likely(&self, MemoPlace { first, tag }: MemoPlace) -> Option<&SeenMessage> {
        let at = self.tags.get(first..first + WAYS)?.iter().position(|known| *known == tag)?;
        self.slots.get(first + at)?.as_ref()
    }

    /// The group of a message, which then has so many rows more.
    pub(super) fn find(&mut self, MemoPlace { first, tag }: MemoPlace, bucket: u32, message: &str, rows: u64) -> Option<u32> {
        let tags = self.tags.get(first..first + WAYS)?;
        let ways = self.slots.get_mut(first..first + WAYS)?;
        let mut likely = ways.iter_mut().zip(tags).filter(|(_, known)| **known == tag).filter_map(|(way, _)| way.as_mut());
        let seen = likely.find(|seen| seen.bucket == bucket && seen.message == message)?;
        seen.rows += rows;
        Some(seen.group)
    }

    /// Whether a message is short enough to be kept, and has a free place or has come before, as far as is known.
    pub(super) fn wants(&mut self, MemoPlace { first, tag }: MemoPlace, message: &str) -> bool {
        if message.len() > LONGEST {
            return false;
        }
        if self.tags.get(first..first + WAYS).is_none_or(|tags| tags.contains(&0)) {
            return true;
        }
        if self.doors.is_empty() {
            self.doors.resize(DOORS, 0);
        }
        let door = &mut self.doors[(first / WAYS + (tag as usize >> 1)) % DOORS];
        std::mem::replace(door, tag) == tag
    }

    /// Keeps a message; gives back what had to give way.
    pub(super) fn keep(&mut self, MemoPlace { first, tag }: MemoPlace, seen: SeenMessage) -> Option<SeenMessage> {
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
            self.tags.resize(SLOTS, 0);
        }
        let rarest = (first..first + WAYS).min_by_key(|&slot| self.slots[slot].as_ref().map_or(0, |seen| seen.rows + 1))?;
        self.tags[rarest] = tag;
        self.slots[rarest].replace(seen)
    }

    /// Everything kept.
    pub(super) fn iter(&self) -> impl Iterator<Item = &SeenMessage> {
        self.slots.iter().flatten()
    }
}
