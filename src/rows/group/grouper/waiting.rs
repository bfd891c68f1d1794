//! Rows that wait to be counted together.
//!
//! Owns: what is kept of a row until then; looking ahead at the places in memory that counting them needs, and the order of the steps.
//! Refuses: the steps themselves (grouper).
//!
//! Where there are many messages and groups, most of the time goes by until memory answers that nobody has asked lately. One row after the other waits for
//! each answer; of several rows at once, all are on their way at the same time. Looking ahead changes nothing, and no count depends on it.

use std::hint::black_box;
use std::sync::Arc;

use super::super::GroupNames;
use super::super::counts::RowFacts;
use super::super::memo::{LONGEST, Memo, MemoPlace};
use super::super::part::KeyParts;
use super::super::shared;
use super::super::table::GroupTable;
use super::Grouper;
use super::message::{ReadMessage, Remember};
use crate::pipeline::fault::Fault;

/// Rows that wait before they are counted.
const MOST: usize = 256;

/// A row that waits. Its message is with the others.
#[derive(Debug, Clone, Copy)]
struct WaitingRow {
    /// The number of its bucket.
    bucket: u32,
    /// Where the memo may have its message.
    place: MemoPlace,
    /// The number of its job.
    job: Option<u32>,
    /// What else is counted of it.
    facts: RowFacts,
    /// Where its message begins and ends.
    message: (usize, usize),
}

/// Rows in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    rows: Vec<WaitingRow>,
    messages: String,
}

impl Waiting {
    /// Takes a row. Whether it is time to count: enough rows wait, or so much text that it should not be held.
    pub(super) fn take(&mut self, (bucket, place): (u32, MemoPlace), job: Option<u32>, facts: RowFacts, message: &str) -> bool {
        let start = self.messages.len();
        self.messages.push_str(message);
        self.rows.push(WaitingRow { bucket, place, job, facts, message: (start, self.messages.len()) });
        self.rows.len() >= MOST || self.messages.len() > MOST * LONGEST
    }

    /// The rows with their messages.
    fn iter(&self) -> impl Iterator<Item = (&WaitingRow, &str)> {
        self.rows.iter().map(|row| (row, self.message(row)))
    }

    fn get(&self, at: usize) -> Option<(&WaitingRow, &str)> {
        self.rows.get(at).map(|row| (row, self.message(row)))
    }

    fn message(&self, row: &WaitingRow) -> &str {
        self.messages.get(row.message.0..row.message.1).unwrap_or_default()
    }

    /// Lets go of all of them.
    fn clear(&mut self) {
        self.rows.clear();
        self.messages.clear();
        self.messages.shrink_to(MOST * LONGEST);
    }

    /// Looks at what the memo may have of their messages. Gives the groups that it would say, and the rows of which it has nothing, by their position.
    fn look_into(&self, memo: &Memo) -> (Vec<u32>, Vec<(usize, &WaitingRow, &str)>) {
        black_box(self.rows.iter().fold(0, |all, row| all ^ memo.glance(row.place)));
        let (mut groups, mut unseen, mut seen) = (Vec::with_capacity(self.rows.len()), Vec::new(), 0);
        for (at, (row, message)) in self.iter().enumerate() {
            match memo.likely(row.place) {
                Some(known) => {
                    groups.push(known.group);
                    seen ^= ends(&known.message);
                }
                None => unseen.push((at, row, message)),
            }
        }
        black_box(seen);
        (groups, unseen)
    }
}

impl Grouper {
    /// Counts the rows that wait.
    pub(super) fn count_waiting(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        self.count_all(&waiting);
        waiting.clear();
        self.waiting = waiting;
    }

    /// Counts rows. What their messages say is worked out beforehand where the memo has nothing: then it is known which groups are needed.
    fn count_all(&mut self, waiting: &Waiting) {
        let (groups, unseen) = waiting.look_into(&self.memo);
        let own: Vec<Arc<GroupNames>> = unseen.iter().map(|(_, row, _)| self.names_of(row.bucket)).collect();
        let readings: Vec<_> = unseen.iter().zip(&own).map(|((.., message), own)| Fault::readings(message, own.class.as_deref())).collect();
        let of = unseen.iter().zip(&own).zip(&readings);
        let read: Vec<_> = of.map(|(((_, row, _), own), readings)| self.read(row.bucket, own, readings)).collect();
        let hashes: Vec<u64> = read.iter().map(|read| read.hash).collect();
        look_at(&self.table, groups, &hashes);
        let (mut read, mut shared) = (unseen.iter().zip(&read).peekable(), Vec::new());
        for (at, (row, message)) in waiting.iter().enumerate() {
            let read = read.next_if(|((unseen, ..), _)| *unseen == at).map(|(_, read)| read);
            let (first, remember) = (row.facts.at, Remember::Counted(row.place, row.facts.rows));
            let group = match (self.memo.find(row.place, row.bucket, message, row.facts.rows), read) {
                (Some(group), _) => group,
                (None, Some(read)) => match self.shared_key(read) {
                    Some(told) => {
                        let shard = shared::shard_of_key(told.hash);
                        shared.push(SharedRow { shard, at, job: self.job_of(UNKNOWN, row.job), group: UNKNOWN, told: Some(told) });
                        continue;
                    }
                    None => self.group_read(row.bucket, message, read, first, remember),
                },
                (None, None) => self.group_of(row.bucket, message, first, remember),
            };
            if shared::is_shared(group) {
                let shard = shared::shard_of_group(group);
                shared.push(SharedRow { shard, at, job: self.job_of(group, row.job), group, told: None });
                continue;
            }
            self.with(group, |part, texts, _| part.count(row.facts, message, row.job, texts));
        }
        self.count_shared(waiting, shared);
    }

    /// The key of a message as the groups have it that are counted with other threads; `None` where it is of a group that this one counts by itself.
    fn shared_key<'r>(&mut self, read: &'r ReadMessage<'r>) -> Option<SharedKey<'r>> {
        let own = self.table.parts.len();
        let beside = self.beside.as_mut().filter(|_| self.table.known(read.key(), read.hash).is_none())?;
        let names = beside.takes(own).then(|| beside.names(read.names, &self.names))?;
        Some(SharedKey { read, names, hash: KeyParts { names, ..read.key() }.hash() })
    }

    /// Counts rows whose groups are counted with other threads: those of a shard at once.
    fn count_shared(&mut self, waiting: &Waiting, mut rows: Vec<SharedRow<'_>>) {
        let Some(groups) = self.beside.as_ref().filter(|_| !rows.is_empty()).map(|beside| Arc::clone(beside.groups())) else { return };
        rows.sort_unstable_by_key(|row| (row.shard, row.at));
        for rows in rows.chunk_by_mut(|one, other| one.shard == other.shard) {
            let Some(shard) = rows.first().map(|row| row.shard) else { continue };
            let mut shard = groups.open(shard);
            let known = rows.iter().filter(|row| row.told.is_none()).map(|row| shared::place_of(row.group)).collect();
            let hashes: Vec<u64> = rows.iter().filter_map(|row| row.told.as_ref()).map(|told| told.hash).collect();
            look_at(&shard.table, known, &hashes);
            for row in rows.iter_mut() {
                let Some((waited, message)) = waiting.get(row.at) else { continue };
                let (place, fault) = match &row.told {
                    None => (shared::place_of(row.group), None),
                    Some(SharedKey { read, names, hash }) => {
                        let (key, begun) = (KeyParts { names: *names, ..read.key() }, self.names.get(read.names).1);
                        (shard.table.group(key, *hash, begun, read.first(waited.facts.at, message)), read.told)
                    }
                };
                if let Some((part, texts)) = shard.table.part(place) {
                    fault.into_iter().for_each(|fault| part.tally(fault, waited.facts.rows, texts, &mut self.common));
                    part.count(waited.facts, message, row.job, texts);
                }
                row.group = shard.number(place);
            }
            drop(shard);
            for row in rows.iter() {
                let Some((waited, message)) = waiting.get(row.at) else { continue };
                // A message may come twice among those that wait.
                if let Some(told) = &row.told
                    && self.memo.peek(waited.place, waited.bucket, message).is_none()
                {
                    self.remember(waited.place, waited.bucket, message, (row.group, told.read.general.reading));
                }
            }
        }
    }
}

/// A row of a group that is counted with other threads.
struct SharedRow<'r> {
    shard: usize,
    /// Its position among those that wait.
    at: usize,
    /// The number that all threads know its job by.
    job: Option<u32>,
    group: u32,
    /// What its group is found by, as long as that is [`UNKNOWN`].
    told: Option<SharedKey<'r>>,
}

/// A group of all threads that is not found yet.
const UNKNOWN: u32 = u32::MAX;

/// What a group that is counted with other threads is found by.
struct SharedKey<'r> {
    read: &'r ReadMessage<'r>,
    /// The number that its names have for all threads.
    names: u32,
    /// The hash of its key with that.
    hash: u64,
}

/// Looks at groups whose rows will be counted, and at those that keys with these hashes will be compared with.
fn look_at(table: &GroupTable, mut groups: Vec<u32>, hashes: &[u64]) {
    let known = groups.len();
    groups.extend(hashes.iter().filter_map(|hash| table.likely(*hash)));
    let parts = || groups.iter().enumerate().filter_map(|(at, group)| Some((at, table.parts.get(*group as usize)?)));
    black_box(parts().fold(0, |all, (_, part)| all ^ part.count ^ part.counts.glance()));
    let compared = parts().filter(|(at, _)| *at >= known).map(|(_, part)| part);
    let texts = compared.fold(0, |all, part| {
        let path = part.path.map_or(0, |path| ends(table.texts.get(path)));
        all ^ path ^ ends(table.texts.get(part.fault)) ^ part.tallies.glance()
    });
    black_box((texts, parts().fold(0, |all, (_, part)| all ^ part.counts.look())));
}

/// Something of a text that is to be read.
fn ends(text: &str) -> u64 {
    let end = |byte: Option<&u8>| byte.copied().map_or(0, u64::from);
    end(text.as_bytes().first()) ^ end(text.as_bytes().last())
}
