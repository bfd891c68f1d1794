//! Groups that were counted elsewhere, made again.
//!
//! Owns: what follows from what was told of a group, refusing counts that cannot have been counted.
//! Refuses: what is told (record), how it is kept (bundle).

use std::sync::Arc;

use super::common::CommonStandings;
use super::trend::is_time;
use super::{
    Clients, Deploy, Facet, FacetRecord, Group, GroupJobs, GroupKey, GroupNames, GroupRecord, Groups, Job, NamesWithin, RareFacts, Sort,
    Trend, facets, merge, union,
};
use crate::ground::time::Micros;
use crate::pipeline::fault::{self, Fault};
use crate::rows::row::RowRef;

/// Most rows of a group or job, so that sums over all groups stay in bounds.
const MOST_ROWS: u64 = 1_000_000_000_000;

/// What a group is made again of, and where rows of it are.
type Restorable = (GroupRecord, Vec<RowRef>);

impl Groups {
    /// The groups, largest first. Noise and words follow from what was counted. What only the reader knows is left at its default.
    ///
    /// # Errors
    /// Something that cannot have been counted, in words.
    pub fn restored(list: Vec<(GroupRecord, Vec<RowRef>)>, jobs: Vec<Job>, deploys: Vec<Deploy>) -> Result<Groups, String> {
        jobs.iter().try_for_each(|job| check(job.rows, job.span))?;
        for deploy in &deploys {
            check(0, Some((deploy.time, deploy.time)))?;
            jobs.get(deploy.job as usize).ok_or_else(|| format!("there is no job {}", deploy.job))?;
        }
        let mut standings = CommonStandings::default();
        let list = list.into_iter().map(|told| group(told, &jobs, &deploys, &mut standings)).collect::<Result<Vec<Group>, String>>()?;
        let rows = list.iter().map(|group| group.count).sum();
        let span = list.iter().fold(None, |span, group| union(span, group.span));
        let mut groups = Groups { list, jobs, deploys, rows, span, ..Groups::default() };
        groups.sort(Sort::Count);
        Ok(groups)
    }
}

fn group((told, rows): Restorable, jobs: &[Job], deploys: &[Deploy], standings: &mut CommonStandings) -> Result<Group, String> {
    check(told.count, told.span)?;
    for number in [told.sampled, told.clients.map(Clients::count), told.folded].into_iter().flatten() {
        check(number, None)?;
    }
    for count in &told.jobs {
        check(count.rows, count.span)?;
        jobs.get(count.job as usize).ok_or_else(|| format!("there is no job {}", count.job))?;
    }
    if let Some(deploy) = told.standing.deploy {
        deploys.get(deploy as usize).ok_or_else(|| format!("there is no deploy {deploy}"))?;
    }
    let Trend { start, width, bins } = told.trend;
    let trend = Trend::restored(start, width, bins).ok_or("the counts over time are not a trend")?;
    let keyword = match told.keyword.as_deref() {
        Some(name) => Some(fault::keyword(name).ok_or("the keyword is not one that a message can name")?),
        None => None,
    };
    let class = told.exception_class;
    let fault = Fault::parse(&told.sample, class.as_deref());
    let (says, by_catch) = (fault.general().into(), fault.is_by_catch());
    Ok(Group {
        fingerprint: told.fingerprint,
        keyword,
        count: told.count,
        span: told.span,
        trend,
        standing: standings.of(told.standing),
        noise: class.as_deref().is_some_and(merge::is_noise),
        by_catch,
        says,
        sample: told.sample.into(),
        facets: told.facets.into_iter().map(facet).collect::<Result<Vec<Facet>, _>>()?.into(),
        by_job: GroupJobs::new(told.jobs, told.count, told.span),
        clients: told.clients,
        rare: RareFacts { sampled: told.sampled, folded: told.folded }.some(),
        key: GroupKey {
            names: Arc::new(GroupNames {
                namespace: told.namespace.map(Into::into),
                within: Arc::new(NamesWithin {
                    doctype: told.doctype.map(Into::into),
                    version: told.version.map(Into::into),
                    stage: told.stage.map(Into::into),
                    class: class.map(Into::into),
                }),
            }),
            path: told.path.map(Into::into),
            fault: told.fault.into(),
        },
        rows: rows.into_iter().collect(),
    })
}

fn facet(FacetRecord { name, values, others, exact }: FacetRecord) -> Result<Facet, String> {
    let name = facets::name(&name).ok_or("a kind of value is not one that a message can hold")?;
    check(others, None)?;
    values.iter().try_for_each(|(_, rows)| check(*rows, None))?;
    Ok(Facet { name, values: values.into_iter().map(|(value, rows)| (value.into(), rows)).collect(), others, exact })
}

fn check(rows: u64, span: Option<(Micros, Micros)>) -> Result<(), String> {
    if rows > MOST_ROWS {
        return Err(format!("{rows} rows are more than can be counted"));
    }
    match span {
        Some((first, last)) if first > last || !is_time(first) || !is_time(last) => {
            Err("a first and last time are out of range or order".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::source::{Request, Unwatched};

    fn told(group: &Group) -> Restorable {
        (GroupRecord::of(group), group.rows.to_vec())
    }

    fn sample() -> Groups {
        let request = Request { schemas: Some(Arc::new(crate::rows::demo::schemas().unwrap())), ..Request::default() };
        crate::rows::demo::source().unwrap().groups(&request, &Unwatched).unwrap()
    }

    #[test]
    fn groups_are_what_they_were() {
        let groups = sample();
        let mut list: Vec<Restorable> = groups.list.iter().map(told).collect();
        list.reverse();
        let restored = Groups::restored(list, groups.jobs.clone(), groups.deploys.clone()).unwrap();
        // Records do not say whether schemas made them; a bundle that has some does.
        assert_eq!(format!("{restored:?}"), format!("{:?}", Groups { by_schemas: None, ..groups }));
    }

    #[test]
    fn what_cannot_have_been_counted_is_refused() {
        let groups = sample();
        let refused = |change: &dyn Fn(&mut GroupRecord)| {
            let mut one = told(&groups.list[0]);
            change(&mut one.0);
            Groups::restored(vec![one], groups.jobs.clone(), groups.deploys.clone()).unwrap_err()
        };
        assert!(refused(&|one| one.count = u64::MAX).contains("more than can be counted"));
        assert!(refused(&|one| one.folded = Some(u64::MAX)).contains("more than can be counted"));
        assert!(refused(&|one| one.span = Some((2, 1))).contains("last time"));
        assert!(refused(&|one| one.span = Some((i64::MIN, i64::MAX))).contains("last time"));
        assert!(refused(&|one| one.jobs[0].job = 9).contains("no job 9"));
        assert!(refused(&|one| one.standing.deploy = Some(9)).contains("no deploy 9"));
        assert!(refused(&|one| one.keyword = Some("nonsense".into())).contains("keyword"));
        assert!(refused(&|one| one.facets[0].name = "nonsense".into()).contains("kind of value"));
        for trend in [(0, 0, vec![1]), (0, 1, vec![1]), (1, 60_000_000, vec![1]), (0, 60_000_000, vec![1; 65]), (0, -60_000_000, vec![1])] {
            assert!(refused(&|one| one.trend = trend.clone().into()).contains("not a trend"), "{trend:?}");
        }
        let far = (i64::MAX / 120_000_000 * 120_000_000, 60_000_000, vec![1]);
        assert!(refused(&|one| one.trend = far.clone().into()).contains("not a trend"));
    }
}
