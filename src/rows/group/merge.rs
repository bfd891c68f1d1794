//! Counts of several threads added up to groups.
//!
//! Owns: one numbering of jobs, adding up parts, what the deploys say, an outcome that does not depend on how rows were split among threads.
//! Refuses: counting rows (grouper).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::common::CommonStandings;
use super::deploys::{self, Deploys, NO_JOB};
use super::hours::Hours;
use super::jobs::JobTable;
use super::names::NameTable;
use super::part::GroupPart;
use super::table::{self, GroupTable, take_apart};
use super::tallies::{CommonTallies, FinishedFacets};
use super::{Group, GroupJobs, GroupKey, GroupNames, Groups, Job, JobCount, RareFacts, Sort, Standing, union};
use crate::ground::shared_text::{SharedText, SharedTexts};
use crate::pipeline::fault::Fault;

/// What one thread has counted, or several in one table. Parts speak of jobs by their position in `jobs`, of names by that in `names`.
pub(super) struct ThreadCounts {
    /// One, or that of each shard.
    pub(super) tables: Vec<GroupTable>,
    pub(super) names: NameTable,
    pub(super) jobs: Vec<Job>,
    /// Hours with any row, asked for or not.
    pub(super) hours: Hours,
}

impl ThreadCounts {
    fn groups(&self) -> usize {
        self.tables.iter().map(|table| table.parts.len()).sum()
    }
}

/// Adds up. `rows` and what only the reader knows is left at its default.
pub(super) fn merge(mut counts: Vec<ThreadCounts>) -> Groups {
    let (jobs, numbers) = all_jobs(&mut counts);
    let mut alive = Hours::default();
    for (counts, numbers) in counts.iter_mut().zip(numbers) {
        alive.absorb(&counts.hours);
        let parts = counts.tables.iter_mut().flat_map(|table| &mut table.parts);
        parts.for_each(|part| part.counts.renumber(&numbers));
    }
    // The largest takes in the others.
    counts.sort_by_key(ThreadCounts::groups);
    let (mut tables, mut names) = counts.pop().map(|counts| (counts.tables, counts.names)).unwrap_or_default();
    let mut common = CommonTallies::default();
    while let Some(other) = counts.pop() {
        // Of very many names most are those of groups that are counted elsewhere.
        let mut numbers = vec![None; other.names.list().len()];
        let mut number_of = |own: u32| {
            let (known, print) = other.names.get(own);
            *numbers[own as usize].get_or_insert_with(|| names.take_over(known, print))
        };
        other.tables.into_iter().for_each(|other| table::absorb(&mut tables, other, &mut number_of, &mut common));
    }
    // Groups whose rows nobody asked for.
    tables.iter_mut().for_each(|table| table.parts.retain(|part| part.count > 0));
    let deploys = Deploys::of(&jobs, alive);
    let parts = || tables.iter().flat_map(|table| &table.parts);
    let span = parts().fold(None, |span, part| union(span, part.counts.span()));
    let mut list = Vec::with_capacity(parts().count());
    let mut finisher = Finisher {
        deploys: &deploys,
        names: names.into_list(),
        says: FxHashMap::default(),
        facets: FinishedFacets::default(),
        standings: CommonStandings::default(),
    };
    for table in tables {
        let (parts, texts) = table.into_parts();
        let texts = texts.shared();
        take_apart(parts, |part| list.push(finisher.group(part, &texts)));
    }
    let mut groups = Groups { list, jobs, span, deploys: deploys.list, ..Groups::default() };
    groups.sort(Sort::Count);
    groups
}

/// All jobs in the order in which they began; names decide where times do not. And by thread, which of them its jobs are.
fn all_jobs(counts: &mut [ThreadCounts]) -> (Vec<Job>, Vec<Vec<u32>>) {
    let mut table = JobTable::default();
    let numbers: Vec<Vec<u32>> = counts.iter_mut().map(|counts| table.absorb(std::mem::take(&mut counts.jobs))).collect();
    let mut jobs: Vec<(u32, Job)> = (0..).zip(table.into_list()).collect();
    let end = jobs.iter().filter_map(|(_, job)| job.span).map(|span| span.1).max();
    jobs.sort_by_cached_key(|(_, job)| (deploys::start_of(job, end), Arc::clone(&job.name)));
    let mut place_of = vec![0; jobs.len()];
    jobs.iter().zip(0..).for_each(|((number, _), place)| place_of[*number as usize] = place);
    let placed = numbers.into_iter().map(|own| own.into_iter().map(|number| place_of[number as usize]).collect()).collect();
    (jobs.into_iter().map(|(_, job)| job).collect(), placed)
}

/// Makes groups of what was counted.
struct Finisher<'a> {
    deploys: &'a Deploys,
    names: Vec<Arc<GroupNames>>,
    /// Messages without values that many groups have.
    says: FxHashMap<Box<str>, SharedText>,
    facets: FinishedFacets,
    standings: CommonStandings,
}

/// Messages without values that are held to be used again.
const MOST_SAYS: usize = 1 << 12;

impl Finisher<'_> {
    fn group(&mut self, part: GroupPart, texts: &SharedTexts) -> Group {
        let span = part.counts.span();
        let mut counts = part.counts.into_counted();
        // Runs of several threads, each in order: what the stable sort is quick with.
        counts.rows.sort();
        counts.trend.bins.shrink_to_fit();
        let names = Arc::clone(&self.names[part.names as usize]);
        let sample = texts.text(part.sample.1);
        let key = GroupKey { names, path: part.path.map(|path| texts.text(path)), fault: texts.text(part.fault) };
        let fault = Fault::parse(&sample, key.class.as_deref());
        let by_catch = fault.is_by_catch();
        let says = self.says(fault.general(), &key.fault);
        Group {
            fingerprint: part.print,
            keyword: part.keyword,
            count: part.count,
            span,
            // What was not told apart is no failure that could begin or end.
            standing: self.standings.of(if counts.folded.is_some() { Standing::default() } else { self.deploys.standing(&counts.lives) }),
            noise: key.class.as_deref().is_some_and(is_noise),
            by_catch,
            says,
            facets: self.facets.of(part.tallies),
            clients: counts.clients.count(),
            rare: RareFacts { sampled: (part.told < part.count && counts.folded.is_none()).then_some(part.told), folded: counts.folded }
                .some(),
            by_job: GroupJobs::new(
                counts.lives.iter().filter(|life| life.rows > 0 && life.job != NO_JOB).map(|life| JobCount {
                    job: life.job,
                    rows: life.rows,
                    span: life.span,
                }),
                part.count,
                span,
            ),
            trend: counts.trend,
            key,
            sample,
            rows: counts.rows.into(),
        }
    }

    fn says(&mut self, says: String, fault: &SharedText) -> SharedText {
        if *says == **fault {
            return fault.clone();
        }
        if let Some(known) = self.says.get(says.as_str()) {
            return known.clone();
        }
        let new = SharedText::from(says.as_str());
        if self.says.len() < MOST_SAYS {
            self.says.insert(says.into(), new.clone());
        }
        new
    }
}

/// Refused by design: unwanted data and known bugs.
pub(super) fn is_noise(class: &str) -> bool {
    class.ends_with("MessageScrubber$UnwantedDataException") || class.ends_with("MessageScrubber$AffectedByBugException")
}
