//! Counts of several threads added up to groups.
//!
//! Owns: one numbering of jobs, adding up parts, NEW and GONE, an outcome that does not depend on how rows were split among threads.
//! Refuses: counting rows (grouper).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::part::GroupPart;
use super::{Group, GroupKey, Groups, Job, JobCount, Sort, Status, facets, union};
use crate::pipeline::fault::Fault;

/// What one thread has counted. Parts speak of jobs by their position in `jobs`.
pub(super) struct ThreadCounts {
    pub(super) parts: Vec<GroupPart>,
    pub(super) jobs: Vec<Job>,
}

/// Adds up. `rows` and what only the reader knows is left at its default.
pub(super) fn merge(counts: Vec<ThreadCounts>) -> Groups {
    let jobs = all_jobs(&counts);
    let number_of: FxHashMap<Arc<str>, u32> = jobs.iter().zip(0..).map(|(job, number)| (Arc::clone(&job.name), number)).collect();
    let mut place_of: FxHashMap<GroupKey, usize> = FxHashMap::default();
    let mut merged: Vec<GroupPart> = Vec::new();
    for ThreadCounts { parts, jobs } in counts {
        let numbers: Vec<u32> = jobs.iter().map(|job| number_of.get(&job.name).copied().unwrap_or(0)).collect();
        for mut part in parts {
            renumber(&mut part, &numbers);
            match place_of.get(&part.key) {
                Some(&at) => merged[at].absorb(part),
                None => {
                    place_of.insert(part.key.clone(), merged.len());
                    merged.push(part);
                }
            }
        }
    }
    drop(place_of);
    let span = merged.iter().fold(None, |span, part| union(span, part.span));
    let mut texts = FxHashMap::default();
    let list = merged.into_iter().map(|part| finish(part, &jobs, &mut texts)).collect();
    let mut groups = Groups { list, jobs, span, ..Groups::default() };
    groups.sort(Sort::Count);
    groups
}

/// All jobs in the order in which they began; names decide where times do not.
fn all_jobs(counts: &[ThreadCounts]) -> Vec<Job> {
    let mut by_name: FxHashMap<Arc<str>, Job> = FxHashMap::default();
    for job in counts.iter().flat_map(|counts| &counts.jobs) {
        let known = by_name.entry(Arc::clone(&job.name)).or_insert_with(|| Job { name: Arc::clone(&job.name), span: None, rows: 0 });
        known.rows += job.rows;
        known.span = union(known.span, job.span);
    }
    let mut jobs: Vec<Job> = by_name.into_values().collect();
    jobs.sort_unstable_by(|a, b| a.span.map(|span| span.0).cmp(&b.span.map(|span| span.0)).then_with(|| a.name.cmp(&b.name)));
    jobs
}

fn renumber(part: &mut GroupPart, numbers: &[u32]) {
    for count in &mut part.jobs {
        count.job = numbers.get(count.job as usize).copied().unwrap_or(0);
    }
    part.jobs.sort_unstable_by_key(|count| count.job);
}

fn finish(mut part: GroupPart, jobs: &[Job], texts: &mut FxHashMap<String, Arc<str>>) -> Group {
    // Runs of several threads, each in order: what the stable sort is quick with.
    part.rows.sort();
    part.rows.shrink_to_fit();
    let sample = part.sample.1;
    let says = Fault::parse(&sample, part.key.class.as_deref()).general();
    let says = Arc::clone(texts.entry(says).or_insert_with_key(|text| text.as_str().into()));
    Group {
        fingerprint: part.key.fingerprint(),
        keyword: part.keyword,
        count: part.count,
        span: part.span,
        trend: part.trend,
        // What was not told apart is no failure that could begin or end.
        status: if part.folded.is_some() { Status::Ongoing } else { status(&part.jobs, jobs) },
        noise: part.key.class.as_deref().is_some_and(is_noise),
        sample,
        says,
        facets: facets::finish(part.tallies),
        sampled: (part.told < part.count && part.folded.is_none()).then_some(part.told),
        clients: part.clients.count(),
        folded: part.folded,
        jobs: part.jobs,
        key: part.key,
        rows: part.rows,
    }
}

/// Refused by design: unwanted data and known bugs.
pub(super) fn is_noise(class: &str) -> bool {
    class.ends_with("MessageScrubber$UnwantedDataException") || class.ends_with("MessageScrubber$AffectedByBugException")
}

/// NEW and GONE, with how sure that is: by chance alone, all `n` rows of a group fall on the newest job with probability `s^n` and on
/// older ones with `(1-s)^n`, where `s` is that job's share of all other rows.
pub(super) fn status(of_group: &[JobCount], jobs: &[Job]) -> Status {
    let (Some(newest), true) = (jobs.last(), jobs.len() > 1) else {
        return Status::Ongoing;
    };
    let rows: u64 = of_group.iter().map(|count| count.rows).sum();
    let in_newest = of_group.iter().find(|count| count.job as usize == jobs.len() - 1).map_or(0, |count| count.rows);
    let others = jobs.iter().map(|job| job.rows).sum::<u64>().saturating_sub(rows);
    let share = newest.rows.saturating_sub(in_newest) as f64 / others.max(1) as f64;
    let sure = |chance: f64| chance.powf(rows as f64) <= 0.01;
    match in_newest {
        _ if rows == 0 => Status::Ongoing,
        0 => Status::Gone { sure: sure(1.0 - share) },
        all if all == rows => Status::New { sure: sure(share) },
        _ => Status::Ongoing,
    }
}
