//! Groups with those of rows that came later, where the rows themselves are counted elsewhere.
//!
//! Owns: adding up counts, times, jobs, trends and values of groups that are finished. What cannot be added up is said to be about so.
//! Refuses: counting rows (grouper), what deploys did: a part of the rows tells nothing of that.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Clients, Evidence, Facet, Fingerprint, Group, GroupJobs, Groups, Job, JobCount, RareFacts, Standing, union};
use crate::ground::few::Few;

/// Most values of a facet.
const MOST_VALUES: usize = 96;
/// Most rows that a group names where it does not name all.
const MOST_ROWS: usize = 64;

impl Groups {
    /// With the groups of rows that came later. The list is in no order.
    pub fn joined(&self, later: Groups) -> Groups {
        let mut all = self.clone();
        let numbers: Vec<u32> = later.jobs.into_iter().map(|job| all.job_number(job)).collect();
        let mut known: FxHashMap<Fingerprint, usize> = all.list.iter().enumerate().map(|(at, group)| (group.fingerprint, at)).collect();
        let partial = Arc::new(Standing { evidence: Evidence::Partial, ..Standing::default() });
        for mut group in later.list {
            let renumbered = |job: &JobCount| JobCount { job: numbers.get(job.job as usize).copied().unwrap_or(job.job), ..*job };
            group.by_job = GroupJobs::new(group.jobs().iter().map(renumbered), group.count, group.span);
            match known.get(&group.fingerprint).and_then(|&at| all.list.get_mut(at)) {
                Some(old) => old.join(group),
                None => {
                    group.standing = Arc::clone(&partial);
                    known.insert(group.fingerprint, all.list.len());
                    all.list.push(group);
                }
            }
        }
        all.rows += later.rows;
        all.outside += later.outside;
        all.span = union(all.span, later.span);
        all.rates = None;
        all
    }

    /// The position of a job, which is added to where it is known.
    fn job_number(&mut self, job: Job) -> u32 {
        match self.jobs.iter().position(|known| known.name == job.name) {
            Some(at) => {
                let known = &mut self.jobs[at];
                known.rows += job.rows;
                known.span = union(known.span, job.span);
                at as u32
            }
            None => {
                self.jobs.push(job);
                self.jobs.len() as u32 - 1
            }
        }
    }
}

impl Group {
    fn join(&mut self, later: Group) {
        let told = self.sampled().unwrap_or(self.count) + later.sampled().unwrap_or(later.count);
        let mut jobs = self.jobs().to_vec();
        self.count += later.count;
        self.rare = RareFacts { sampled: (told < self.count).then_some(told), folded: self.folded() }.some();
        self.span = union(self.span, later.span);
        self.trend.merge(&later.trend);
        for job in later.jobs().iter() {
            match jobs.iter_mut().find(|known| known.job == job.job) {
                Some(known) => *known = JobCount { rows: known.rows + job.rows, span: union(known.span, job.span), ..*known },
                None => jobs.push(*job),
            }
        }
        self.by_job = GroupJobs::new(jobs, self.count, self.span);
        // Some clients may have sent rows of both.
        self.clients = match (self.clients, later.clients) {
            (Some(a), Some(b)) => Some(Clients::new(a.count().max(b.count()), false)),
            (a, b) => a.or(b),
        };
        self.facets = joined(&self.facets, &later.facets).into();
        let most = MOST_ROWS.max(self.rows.len());
        self.rows = later.rows.iter().chain(&self.rows).copied().take(most).collect();
    }
}

fn joined(ours: &[Facet], theirs: &[Facet]) -> Vec<Facet> {
    let mut all = ours.to_vec();
    for facet in theirs {
        let Some(known) = all.iter_mut().find(|known| known.name == facet.name) else {
            all.push(facet.clone());
            continue;
        };
        for (value, rows) in &facet.values {
            match known.values.iter_mut().find(|(name, _)| name == value) {
                Some((_, count)) => *count += rows,
                None => known.values.push((Arc::clone(value), *rows)),
            }
        }
        known.values.sort_by(|(a, one), (b, other)| other.cmp(one).then_with(|| a.cmp(b)));
        known.others += facet.others;
        if known.values.len() > MOST_VALUES {
            known.others += known.values.drain(MOST_VALUES..).map(|(_, rows)| rows).sum::<u64>();
            known.exact = false;
        }
        // What is among the others of the one may be told by the other.
        known.exact &= facet.exact && known.others == 0;
        known.values = Few::from_vec(known.values.to_vec());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::{Grouper, Sort};
    use crate::rows::row::{ErrorRow, RowRef};

    fn groups(rows: &[(&str, &str, i64)], from: u64) -> Groups {
        let mut grouper = Grouper::new(None);
        for (at, (message, job, hour)) in (from..).zip(rows) {
            let row = ErrorRow {
                namespace: Some("n"),
                message: Some(message),
                job: Some(job),
                time: Some(hour * 3_600_000_000),
                ..ErrorRow::default()
            };
            grouper.add(&row, RowRef::new(0, at));
        }
        Grouper::merge(vec![grouper])
    }

    #[test]
    fn joined_counts_are_those_of_all_rows_at_once() {
        let early = [("#/a: expected type: String, found: Null", "one", 1), ("#/a: expected type: String, found: Long", "one", 2)];
        let late = [("#/a: expected type: String, found: Null", "two", 3), ("#/b: required key [x] not found", "two", 4)];
        let all = groups(&[early, late].concat(), 0);
        let mut joined = groups(&early, 0).joined(groups(&late, 2));
        joined.sort(Sort::Count);
        assert_eq!((joined.rows, joined.span, joined.list.len()), (all.rows, all.span, all.list.len()));
        for (ours, theirs) in joined.list.iter().zip(&all.list) {
            assert_eq!(
                (ours.fingerprint, ours.count, ours.span, &ours.trend),
                (theirs.fingerprint, theirs.count, theirs.span, &theirs.trend)
            );
            assert_eq!((&ours.facets, ours.sentence()), (&theirs.facets, theirs.sentence()));
            assert_eq!(
                ours.jobs().iter().map(|job| job.rows).collect::<Vec<_>>(),
                theirs.jobs().iter().map(|job| job.rows).collect::<Vec<_>>()
            );
            let mut rows = ours.rows.to_vec();
            rows.sort();
            assert_eq!(rows, theirs.rows.to_vec());
        }
        assert_eq!(joined.list[1].standing.evidence, Evidence::Partial, "a part of the rows tells nothing of deploys");
    }
}
