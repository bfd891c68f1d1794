//! Counts of several threads added up to groups.
//!
//! Owns: one numbering of jobs, adding up parts, what the deploys say, an outcome that does not depend on how rows were split among threads.
//! Refuses: counting rows (grouper).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::deploys::{self, Deploys, NO_JOB};
use super::hours::Hours;
use super::part::GroupPart;
use super::table::{GroupTable, KeyParts};
use super::{Group, Groups, Job, JobCount, Sort, Standing, facets, union};
use crate::pipeline::fault::Fault;

/// What one thread has counted. Parts speak of jobs by their position in `jobs`.
pub(super) struct ThreadCounts {
    pub(super) parts: Vec<GroupPart>,
    pub(super) jobs: Vec<Job>,
    /// Hours with any row, asked for or not.
    pub(super) hours: Hours,
}

/// Adds up. `rows` and what only the reader knows is left at its default.
pub(super) fn merge(counts: Vec<ThreadCounts>) -> Groups {
    let jobs = all_jobs(&counts);
    let number_of: FxHashMap<Arc<str>, u32> = jobs.iter().zip(0..).map(|(job, number)| (Arc::clone(&job.name), number)).collect();
    let mut table = GroupTable::default();
    let mut merged: Vec<GroupPart> = Vec::new();
    let mut alive = Hours::default();
    for ThreadCounts { parts, jobs, hours } in counts {
        alive.absorb(&hours);
        let numbers: Vec<u32> = jobs.iter().map(|job| number_of.get(&job.name).copied().unwrap_or(0)).collect();
        for mut part in parts {
            renumber(&mut part, &numbers);
            match table.get(&merged, KeyParts::of(&part.key)) {
                Some(at) => merged[at as usize].absorb(part),
                None => {
                    table.insert(&part.key, merged.len() as u32);
                    merged.push(part);
                }
            }
        }
    }
    drop(table);
    // Groups whose rows nobody asked for.
    merged.retain(|part| part.count > 0);
    let deploys = Deploys::of(&jobs, alive);
    let span = merged.iter().fold(None, |span, part| union(span, part.span));
    let mut texts = FxHashMap::default();
    let list = merged.into_iter().map(|part| finish(part, &deploys, &mut texts)).collect();
    let mut groups = Groups { list, jobs, span, deploys: deploys.list, ..Groups::default() };
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
    let end = jobs.iter().filter_map(|job| job.span).map(|span| span.1).max();
    jobs.sort_by_cached_key(|job| (deploys::start_of(job, end), Arc::clone(&job.name)));
    jobs
}

fn renumber(part: &mut GroupPart, numbers: &[u32]) {
    for life in &mut part.lives {
        life.job = numbers.get(life.job as usize).copied().unwrap_or(NO_JOB);
    }
    part.lives.sort_unstable_by_key(|life| life.job);
}

fn finish(mut part: GroupPart, deploys: &Deploys, texts: &mut FxHashMap<String, Arc<str>>) -> Group {
    // Runs of several threads, each in order: what the stable sort is quick with.
    part.rows.sort();
    part.rows.shrink_to_fit();
    let sample = part.sample.1;
    let fault = Fault::parse(&sample, part.key.class.as_deref());
    let (says, by_catch) = (fault.general(), fault.is_by_catch());
    let says = Arc::clone(texts.entry(says).or_insert_with_key(|text| text.as_str().into()));
    Group {
        fingerprint: part.key.fingerprint(),
        keyword: part.keyword,
        count: part.count,
        span: part.span,
        trend: part.trend,
        // What was not told apart is no failure that could begin or end.
        standing: if part.folded.is_some() { Standing::default() } else { deploys.standing(&part.lives) },
        noise: part.key.class.as_deref().is_some_and(is_noise),
        by_catch,
        sample,
        says,
        facets: facets::finish(part.tallies),
        sampled: (part.told < part.count && part.folded.is_none()).then_some(part.told),
        clients: part.clients.count(),
        folded: part.folded,
        jobs: part
            .lives
            .iter()
            .filter(|life| life.rows > 0 && life.job != NO_JOB)
            .map(|life| JobCount { job: life.job, rows: life.rows, span: life.span })
            .collect(),
        key: part.key,
        rows: part.rows,
    }
}

/// Refused by design: unwanted data and known bugs.
pub(super) fn is_noise(class: &str) -> bool {
    class.ends_with("MessageScrubber$UnwantedDataException") || class.ends_with("MessageScrubber$AffectedByBugException")
}
