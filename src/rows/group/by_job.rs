//! Rows of a group by job.
//!
//! Owns: one job that has all rows of a group, which takes no count of its own. Refuses: the jobs themselves (jobs), what they say of a group (deploys).

use std::ops::Deref;

use super::{Group, JobCount};
use crate::ground::time::Micros;

/// Counts by job as a group holds them; [`Group::jobs`] tells them.
#[derive(Debug, Clone)]
pub struct GroupJobs(Held);

#[derive(Debug, Clone)]
enum Held {
    /// All rows of the group, at all its times, are of this one.
    All(u32),
    Each(Box<[JobCount]>),
}

/// Counts by job; read as a slice.
#[derive(Debug, Clone, Copy)]
pub enum JobCounts<'a> {
    /// Of one job.
    One([JobCount; 1]),
    /// Of several, or of none.
    Each(&'a [JobCount]),
}

impl GroupJobs {
    /// Counts of a group of so many rows at these times.
    pub fn new(counts: impl IntoIterator<Item = JobCount>, rows: u64, span: Option<(Micros, Micros)>) -> Self {
        let mut counts = counts.into_iter();
        let Some(first) = counts.next() else { return GroupJobs::default() };
        let mut rest = counts.peekable();
        if rest.peek().is_none() && (first.rows, first.span) == (rows, span) {
            return GroupJobs(Held::All(first.job));
        }
        GroupJobs(Held::Each(std::iter::once(first).chain(rest).collect()))
    }
}

impl Default for GroupJobs {
    fn default() -> Self {
        GroupJobs(Held::Each(Box::default()))
    }
}

impl Group {
    /// Counts by job: position in [`Groups::jobs`](super::Groups::jobs), rows, first and last time.
    pub fn jobs(&self) -> JobCounts<'_> {
        match &self.by_job.0 {
            Held::All(job) => JobCounts::One([JobCount { job: *job, rows: self.count, span: self.span }]),
            Held::Each(counts) => JobCounts::Each(counts),
        }
    }
}

impl Deref for JobCounts<'_> {
    type Target = [JobCount];

    fn deref(&self) -> &[JobCount] {
        match self {
            JobCounts::One(count) => count,
            JobCounts::Each(counts) => counts,
        }
    }
}
