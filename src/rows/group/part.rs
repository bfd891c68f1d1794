//! One group as one thread has counted it.
//!
//! Owns: counting a row, adding up two parts of the same group.
//! Refuses: what the jobs say of the group (merge): one part does not know that.

use std::sync::Arc;

use super::clients::Hashes;
use super::facets::{self, FacetTally};
use super::{GroupKey, JobCount, Trend, union};
use crate::ground::time::Micros;
use crate::pipeline::fault::{Fault, Keyword};
use crate::rows::row::RowRef;

/// Counts of a group. `jobs` is ordered by the number of the job, which is the thread's own until parts are merged.
#[derive(Clone)]
pub(super) struct GroupPart {
    pub(super) key: GroupKey,
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
    pub(super) count: u64,
    pub(super) span: Option<(Micros, Micros)>,
    pub(super) trend: Trend,
    pub(super) jobs: Vec<JobCount>,
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
    /// A group without rows. `first` and its message are the sample until an earlier row comes.
    pub(super) fn new(key: GroupKey, keyword: Option<Keyword>, about_name: bool, first: RowRef, message: &str) -> Self {
        GroupPart {
            key,
            keyword,
            about_name,
            count: 0,
            span: None,
            trend: Trend::default(),
            jobs: Vec::new(),
            tallies: Vec::new(),
            told: 0,
            clients: Hashes::default(),
            folded: None,
            sample: (first, message.into()),
            rows: Vec::new(),
        }
    }

    /// Counts a row but not the values in its message.
    pub(super) fn count(&mut self, at: RowRef, message: &str, time: Option<Micros>, job: Option<u32>) {
        self.count += 1;
        self.told += 1;
        self.rows.push(at);
        if at < self.sample.0 {
            self.sample = (at, message.into());
        }
        let span = time.map(|time| (time, time));
        self.span = union(self.span, span);
        if let Some(time) = time {
            self.trend.add(time);
        }
        if let Some(job) = job {
            self.count_job(JobCount { job, rows: 1, span });
        }
    }

    /// Adds rows of one job.
    pub(super) fn count_job(&mut self, more: JobCount) {
        match self.jobs.binary_search_by_key(&more.job, |known| known.job) {
            Ok(at) => {
                let known = &mut self.jobs[at];
                known.rows += more.rows;
                known.span = union(known.span, more.span);
            }
            Err(at) => self.jobs.insert(at, more),
        }
    }

    /// Counts the values of a message for that many rows.
    pub(super) fn tally(&mut self, fault: &Fault<'_>, rows: u64) {
        facets::tally(&mut self.tallies, fault, self.key.path.as_deref(), self.about_name, rows);
    }

    /// Adds another part of the same group; both speak of the same jobs.
    pub(super) fn absorb(&mut self, other: GroupPart) {
        self.count += other.count;
        self.span = union(self.span, other.span);
        self.trend.merge(&other.trend);
        other.jobs.into_iter().for_each(|job| self.count_job(job));
        facets::absorb(&mut self.tallies, other.tallies);
        self.told += other.told;
        self.clients.absorb(&other.clients);
        if let Some(folded) = other.folded {
            self.folded = Some(self.folded.unwrap_or(0) + folded);
        }
        if other.sample.0 < self.sample.0 {
            self.sample = other.sample;
        }
        self.rows.extend(other.rows);
    }
}
