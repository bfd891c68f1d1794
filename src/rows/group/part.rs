//! One group as one thread has counted it.
//!
//! Owns: counting a row, adding up two parts of the same group.
//! Refuses: what the jobs say of the group (merge): one part does not know that.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::clients::Hashes;
use super::deploys::{Life, NO_JOB};

use super::hours::Hours;
use super::tallies::{CommonTallies, Tallies};
use super::{Fingerprint, Trend, union};
use crate::ground::few::Few;
use crate::ground::shared_text::{TextSpan, TextStore};
use crate::ground::time::Micros;
use crate::pipeline::fault::{Fault, Keyword};
use crate::rows::row::{ErrorRow, RowRef};

/// Counts of a group. Its texts are in the store of its table. `lives` is ordered by the number of the job, which is the thread's own until parts
/// are merged.
#[derive(Clone)]
pub(super) struct GroupPart {
    pub(super) print: Fingerprint,
    /// Number of the names in the table.
    pub(super) names: u32,
    pub(super) path: Option<TextSpan>,
    pub(super) fault: TextSpan,
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
    pub(super) count: u64,
    pub(super) trend: Trend,
    pub(super) lives: Few<Life>,
    pub(super) tallies: Tallies,
    /// Rows whose values are in `tallies`.
    pub(super) told: u64,
    pub(super) clients: Hashes,
    /// Groups that this one stands for, where they were not told apart.
    pub(super) folded: Option<u64>,
    /// The message of the first row in the order of the source, with the class that the row tells.
    pub(super) sample: (RowRef, TextSpan),
    pub(super) rows: Few<RowRef>,
}

/// Jobs of a group that are told apart where rows are counted elsewhere.
const MOST_JOBS: usize = 64;

/// What a key is made of, borrowed.
#[derive(Clone, Copy)]
pub(super) struct KeyParts<'a> {
    /// Number of the names in the table.
    pub(super) names: u32,
    pub(super) path: Option<&'a str>,
    pub(super) fault: &'a str,
}

impl KeyParts<'_> {
    /// A number for the place in a table, in a fraction of the time that a fingerprint takes.
    pub(super) fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        (self.names, self.path, self.fault).hash(&mut hasher);
        hasher.finish()
    }
}

/// What else is known of a group that has no row yet.
#[derive(Clone, Copy)]
pub(super) struct FirstRow<'a> {
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
    pub(super) at: RowRef,
    pub(super) message: &'a str,
}

impl GroupPart {
    /// A group without rows. The first row and its message are the sample until a row is counted.
    pub(super) fn new(print: Fingerprint, key: KeyParts<'_>, first: FirstRow<'_>, texts: &mut TextStore) -> Self {
        let sample = texts.add(first.message);
        GroupPart {
            print,
            names: key.names,
            // Most paths are a part of the message.
            path: key.path.map(|path| sample.part(first.message, path).unwrap_or_else(|| texts.add(path))),
            fault: texts.add(key.fault),
            keyword: first.keyword,
            about_name: first.about_name,
            count: 0,
            trend: Trend::default(),
            lives: Few::default(),
            tallies: Tallies::default(),
            told: 0,
            clients: Hashes::default(),
            folded: None,
            sample: (first.at, sample),
            rows: Few::default(),
        }
    }

    /// Counts a row but not the values in its message.
    pub(super) fn count(&mut self, row: &ErrorRow<'_>, at: RowRef, job: Option<u32>, texts: &mut TextStore) {
        let is_kept = self.count == 0 && at == self.sample.0;
        if !is_kept && (self.count == 0 || at < self.sample.0) {
            self.sample = (at, texts.add(row.message.unwrap_or("")));
        }
        self.count += row.rows;
        self.told += row.rows;
        self.rows.push(at);
        if let Some(time) = row.time {
            self.trend.add(time, row.rows);
        }
        if let Some(client) = row.client {
            self.clients.add_client(client);
        }
        self.count_in_life(row, job, true);
    }

    /// First and last time of the rows; `None` where no row has one.
    pub(super) fn span(&self) -> Option<(Micros, Micros)> {
        self.lives.iter().fold(None, |span, life| union(span, life.span))
    }

    /// Counts a row that was not asked for: it tells when the fault was there, and of which job.
    pub(super) fn count_outside(&mut self, row: &ErrorRow<'_>, job: Option<u32>) {
        self.count_in_life(row, job, false);
    }

    fn count_in_life(&mut self, row: &ErrorRow<'_>, job: Option<u32>, asked: bool) {
        let life = self.life(job.unwrap_or(NO_JOB));
        life.add(row.rows, row.time.map(|time| (time, time)), asked);
        if let Some(time) = row.time {
            life.hours.add(Hours::of(time));
        }
    }

    /// What is counted of one job.
    pub(super) fn life(&mut self, job: u32) -> &mut Life {
        let at = match self.lives.binary_search_by_key(&job, |known| known.job) {
            Ok(at) => at,
            Err(at) => {
                self.lives.insert(at, Life { job, ..Life::default() });
                at
            }
        };
        &mut self.lives[at]
    }

    /// Whether a job is one of those that are told apart, or may become one.
    pub(super) fn has_room_for(&self, job: u32) -> bool {
        self.lives.len() < MOST_JOBS || self.lives.binary_search_by_key(&job, |known| known.job).is_ok()
    }

    /// Bytes that it takes.
    pub(super) fn held(&self) -> usize {
        let spilled = |is: bool, bytes: usize| if is { bytes } else { 0 };
        let lives: usize = self.lives.iter().map(Life::held).sum();
        size_of::<Self>()
            + spilled(self.lives.spilled(), self.lives.capacity() * size_of::<Life>())
            + lives
            + spilled(self.trend.bins.spilled(), self.trend.bins.capacity() * size_of::<u32>())
            + spilled(self.rows.spilled(), self.rows.capacity() * size_of::<RowRef>())
            + self.tallies.held()
            + self.clients.held()
            + self.sample.1.length()
            + self.fault.length()
            + self.path.map_or(0, TextSpan::length)
    }

    /// Adds what another part has counted of each job; both are in order.
    fn absorb_lives(&mut self, others: Few<Life>) {
        if let [other] = &*others {
            return self.life(other.job).absorb(other);
        }
        let mut own = std::mem::take(&mut self.lives).into_iter().peekable();
        let mut all = Vec::new();
        for other in others {
            while let Some(life) = own.next_if(|life| life.job < other.job) {
                all.push(life);
            }
            match own.next_if(|life| life.job == other.job) {
                Some(mut life) => {
                    life.absorb(&other);
                    all.push(life);
                }
                None => all.push(other),
            }
        }
        all.extend(own);
        self.lives = all.into();
    }

    /// Counts the values of a message for that many rows.
    pub(super) fn tally(&mut self, fault: &Fault<'_>, rows: u64, texts: &TextStore, common: &mut CommonTallies) {
        let path = self.path.map_or("", |path| texts.get(path));
        self.tallies.add(fault, path, self.about_name, rows, common);
    }

    /// Adds another part of the same group, whose texts are in another store; both speak of the same jobs.
    pub(super) fn absorb(&mut self, other: GroupPart, theirs: &TextStore, texts: &mut TextStore, common: &mut CommonTallies) {
        if other.count > 0 && (self.count == 0 || other.sample.0 < self.sample.0) {
            self.sample = (other.sample.0, texts.add(theirs.get(other.sample.1)));
        }
        self.count += other.count;
        self.trend.merge(&other.trend);
        self.absorb_lives(other.lives);
        self.tallies.absorb(other.tallies, common);
        self.told += other.told;
        self.clients.absorb(&other.clients);
        if let Some(folded) = other.folded {
            self.folded = Some(self.folded.unwrap_or(0) + folded);
        }
        self.rows.extend(other.rows);
    }

    /// Takes its texts from one store to another.
    pub(super) fn move_texts(&mut self, from: &TextStore, to: &mut TextStore) {
        let sample = to.add(from.get(self.sample.1));
        self.path = self.path.map(|path| path.moved(self.sample.1, sample).unwrap_or_else(|| to.add(from.get(path))));
        self.fault = to.add(from.get(self.fault));
        self.sample.1 = sample;
    }
}
