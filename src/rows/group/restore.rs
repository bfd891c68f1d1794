//! Groups that were counted elsewhere, made again.
//!
//! Owns: what has to be kept of a group, what follows from that, refusing counts that cannot have been counted.
//! Refuses: how it is kept (bundle).

use std::sync::Arc;

use super::trend::is_time;
use super::{Clients, Facet, Fingerprint, Group, GroupKey, Groups, Job, JobCount, Sort, Trend, facets, merge, union};
use crate::ground::time::Micros;
use crate::pipeline::fault::{self, Fault};
use crate::rows::row::RowRef;

/// Most rows of a group or job, so that sums over all groups stay in bounds.
const MOST_ROWS: u64 = 1_000_000_000_000;

/// What a group is made again of.
#[derive(Debug, Clone)]
pub struct Counted {
    /// What its rows share.
    pub key: GroupKey,
    /// As it was told then; not made of the key, whose texts may have been redacted.
    pub fingerprint: Fingerprint,
    /// See [`Group::keyword`].
    pub keyword: Option<String>,
    /// Rows.
    pub count: u64,
    /// First and last time.
    pub span: Option<(Micros, Micros)>,
    /// Start of the first bin, width of a bin, rows in each, as in [`Trend`].
    pub trend: (Micros, Micros, Vec<u32>),
    /// Rows by job.
    pub jobs: Vec<JobCount>,
    /// Values in the messages.
    pub facets: Vec<CountedFacet>,
    /// One whole message.
    pub sample: Arc<str>,
    /// See [`Group::sampled`].
    pub sampled: Option<u64>,
    /// See [`Group::clients`].
    pub clients: Option<Clients>,
    /// See [`Group::folded`].
    pub folded: Option<u64>,
    /// Where rows of it are.
    pub rows: Vec<RowRef>,
}

/// What a [`Facet`] is made again of.
#[derive(Debug, Clone)]
pub struct CountedFacet {
    /// The kind of value.
    pub name: String,
    /// Values with their rows.
    pub values: Vec<(Arc<str>, u64)>,
    /// Rows with other values.
    pub others: u64,
}

impl Groups {
    /// The groups, largest first. NEW, GONE, noise and words follow from what was counted. What only the reader knows is left at its default.
    ///
    /// # Errors
    /// Something that cannot have been counted, in words.
    pub fn restored(list: Vec<Counted>, jobs: Vec<Job>) -> Result<Groups, String> {
        jobs.iter().try_for_each(|job| check(job.rows, job.span))?;
        let list = list.into_iter().map(|counted| counted.group(&jobs)).collect::<Result<Vec<Group>, String>>()?;
        let rows = list.iter().map(|group| group.count).sum();
        let span = list.iter().fold(None, |span, group| union(span, group.span));
        let mut groups = Groups { list, jobs, rows, span, ..Groups::default() };
        groups.sort(Sort::Count);
        Ok(groups)
    }
}

impl Counted {
    fn group(self, jobs: &[Job]) -> Result<Group, String> {
        check(self.count, self.span)?;
        for number in [self.sampled, self.clients.map(|clients| clients.count), self.folded].into_iter().flatten() {
            check(number, None)?;
        }
        for count in &self.jobs {
            check(count.rows, count.span)?;
            jobs.get(count.job as usize).ok_or_else(|| format!("there is no job {}", count.job))?;
        }
        let (start, width, bins) = self.trend;
        let trend = Trend::restored(start, width, bins).ok_or("the counts over time are no trend")?;
        let keyword = match self.keyword.as_deref() {
            Some(name) => Some(fault::keyword(name).ok_or("the keyword is none that a message can name")?),
            None => None,
        };
        Ok(Group {
            fingerprint: self.fingerprint,
            keyword,
            count: self.count,
            span: self.span,
            trend,
            status: merge::status(&self.jobs, jobs),
            noise: self.key.class.as_deref().is_some_and(merge::is_noise),
            says: Fault::parse(&self.sample, self.key.class.as_deref()).general().into(),
            sample: self.sample,
            facets: self.facets.into_iter().map(facet).collect::<Result<_, _>>()?,
            jobs: self.jobs,
            sampled: self.sampled,
            clients: self.clients,
            folded: self.folded,
            key: self.key,
            rows: self.rows,
        })
    }
}

fn facet(CountedFacet { name, values, others }: CountedFacet) -> Result<Facet, String> {
    let name = facets::name(&name).ok_or("a kind of value is none that a message can hold")?;
    check(others, None)?;
    values.iter().try_for_each(|(_, rows)| check(*rows, None))?;
    Ok(Facet { name, values, others })
}

fn check(rows: u64, span: Option<(Micros, Micros)>) -> Result<(), String> {
    if rows > MOST_ROWS {
        return Err(format!("{rows} rows are more than can be counted"));
    }
    match span {
        Some((first, last)) if first > last || !is_time(first) || !is_time(last) => Err("a time is none".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::source::{Request, Unwatched};

    fn counted(group: &Group) -> Counted {
        let Group { key, fingerprint, keyword, count, span, trend, jobs, sample, facets, sampled, clients, folded, rows, .. } =
            group.clone();
        Counted {
            key,
            fingerprint,
            keyword: keyword.map(str::to_owned),
            count,
            span,
            trend: (trend.start, trend.width, trend.bins),
            jobs,
            facets: facets
                .into_iter()
                .map(|Facet { name, values, others }| CountedFacet { name: name.to_owned(), values, others })
                .collect(),
            sample,
            sampled,
            clients,
            folded,
            rows,
        }
    }

    fn sample() -> Groups {
        let request = Request { schemas: Some(Arc::new(crate::rows::demo::schemas().unwrap())), ..Request::default() };
        crate::rows::demo::source().unwrap().groups(&request, &Unwatched).unwrap()
    }

    #[test]
    fn groups_are_what_they_were() {
        let groups = sample();
        let mut list: Vec<Counted> = groups.list.iter().map(counted).collect();
        list.reverse();
        let restored = Groups::restored(list, groups.jobs.clone()).unwrap();
        assert_eq!(format!("{restored:?}"), format!("{groups:?}"));
    }

    #[test]
    fn what_cannot_have_been_counted_is_refused() {
        let groups = sample();
        let refused = |change: &dyn Fn(&mut Counted)| {
            let mut one = counted(&groups.list[0]);
            change(&mut one);
            Groups::restored(vec![one], groups.jobs.clone()).unwrap_err()
        };
        assert!(refused(&|one| one.count = u64::MAX).contains("more than can be counted"));
        assert!(refused(&|one| one.folded = Some(u64::MAX)).contains("more than can be counted"));
        assert!(refused(&|one| one.span = Some((2, 1))).contains("a time"));
        assert!(refused(&|one| one.span = Some((i64::MIN, i64::MAX))).contains("a time"));
        assert!(refused(&|one| one.jobs[0].job = 9).contains("no job 9"));
        assert!(refused(&|one| one.keyword = Some("nonsense".into())).contains("keyword"));
        assert!(refused(&|one| one.facets[0].name = "nonsense".into()).contains("kind of value"));
        for trend in [(0, 0, vec![1]), (0, 1, vec![1]), (1, 60_000_000, vec![1]), (0, 60_000_000, vec![1; 65]), (0, -60_000_000, vec![1])] {
            assert!(refused(&|one| one.trend = trend.clone()).contains("no trend"), "{trend:?}");
        }
        let far = (i64::MAX / 120_000_000 * 120_000_000, 60_000_000, vec![1]);
        assert!(refused(&|one| one.trend = far.clone()).contains("no trend"));
    }
}
