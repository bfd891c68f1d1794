//! One group as one thread has counted it.
//!
//! Owns: counting a row, adding up two parts of the same group.
//! Refuses: what the jobs say of the group (merge): one part does not know that.

use std::sync::Arc;

use super::clients::Hashes;
use super::deploys::{Life, NO_JOB};
use super::facets::{self, FacetTally};
use super::hours::Hours;
use super::{GroupKey, Trend, union};
use crate::ground::time::Micros;
use crate::pipeline::fault::{Fault, Keyword};
use crate::rows::row::{ErrorRow, RowRef};

/// Counts of a group. `lives` is ordered by the number of the job, which is the thread's own until parts are merged.
#[derive(Clone)]
pub(super) struct GroupPart {
    pub(super) key: GroupKey,
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
    pub(super) count: u64,
    pub(super) span: Option<(Micros, Micros)>,
    pub(super) trend: Trend,
    pub(super) lives: Vec<Life>,
    pub(super) tallies: Vec<FacetTally>,
    /// Rows whose values are in `tallies`.
    pub(super) told: u64,
    pub(super) clients: Hashes,
    /// Groups that this one stands for, where they were not told apart.
    pub(super) folded: Option<u64>,
    /// The message of the first row in the order of the source, with the class that the row tells.
    pub(super) sample: (RowRef, Arc<str>),
    pub(super) rows: Vec<RowRef>,
}

impl GroupPart {
    /// A group without rows. `first` and its message are the sample until a row is counted.
    pub(super) fn new(key: GroupKey, keyword: Option<Keyword>, about_name: bool, first: RowRef, message: &str) -> Self {
        GroupPart {
            key,
            keyword,
            about_name,
            count: 0,
            span: None,
            trend: Trend::default(),
            lives: Vec::new(),
            tallies: Vec::new(),
            told: 0,
            clients: Hashes::default(),
            folded: None,
            sample: (first, message.into()),
            rows: Vec::new(),
        }
    }

    /// Counts a row but not the values in its message.
    pub(super) fn count(&mut self, row: &ErrorRow<'_>, at: RowRef, job: Option<u32>) {
        let is_kept = self.count == 0 && at == self.sample.0;
        if !is_kept && (self.count == 0 || at < self.sample.0) {
            self.sample = (at, row.message.unwrap_or("").into());
        }
        self.count += row.rows;
        self.told += row.rows;
        // Most of many groups are of one row.
        if self.rows.is_empty() {
            self.rows.reserve_exact(1);
        }
        self.rows.push(at);
        let span = row.time.map(|time| (time, time));
        self.span = union(self.span, span);
        if let Some(time) = row.time {
            self.trend.add(time, row.rows);
        }
        if let Some(client) = row.client {
            self.clients.add_client(client);
        }
        self.count_in_life(row, job, true);
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
                // Most groups are of one job.
                if self.lives.is_empty() {
                    self.lives.reserve_exact(1);
                }
                self.lives.insert(at, Life { job, ..Life::default() });
                at
            }
        };
        &mut self.lives[at]
    }

    /// Adds what another part has counted of each job; both are in order.
    fn absorb_lives(&mut self, others: Vec<Life>) {
        let mut own = std::mem::take(&mut self.lives).into_iter().peekable();
        for other in others {
            while let Some(life) = own.next_if(|life| life.job < other.job) {
                self.lives.push(life);
            }
            match own.next_if(|life| life.job == other.job) {
                Some(mut life) => {
                    life.absorb(&other);
                    self.lives.push(life);
                }
                None => self.lives.push(other),
            }
        }
        self.lives.extend(own);
    }

    /// Counts the values of a message for that many rows.
    pub(super) fn tally(&mut self, fault: &Fault<'_>, rows: u64) {
        facets::tally(&mut self.tallies, fault, self.key.path.as_deref(), self.about_name, rows);
    }

    /// Adds another part of the same group; both speak of the same jobs.
    pub(super) fn absorb(&mut self, other: GroupPart) {
        if other.count > 0 && (self.count == 0 || other.sample.0 < self.sample.0) {
            self.sample = other.sample;
        }
        self.count += other.count;
        self.span = union(self.span, other.span);
        self.trend.merge(&other.trend);
        self.absorb_lives(other.lives);
        facets::absorb(&mut self.tallies, other.tallies);
        self.told += other.told;
        self.clients.absorb(&other.clients);
        if let Some(folded) = other.folded {
            self.folded = Some(self.folded.unwrap_or(0) + folded);
        }
        self.rows.extend(other.rows);
    }
}
