//! Which rows were asked for, whatever they are read from.
//!
//! Owns: times, and names compared as the decoder does, in snake case. Refuses: anything about the fault itself.

use heck::ToSnakeCase;
use rustc_hash::FxHashMap;

use super::Request;
use crate::rows::row::ErrorRow;

/// Most spellings that are remembered.
const MOST_SPELLINGS: usize = 4096;

/// The part of a request that looks at one row alone.
#[derive(Clone)]
pub struct Filter {
    since: Option<i64>,
    until: Option<i64>,
    namespaces: NameFilter,
    doctypes: NameFilter,
    stages: Vec<String>,
    jobs: Vec<String>,
}

impl Filter {
    /// What the request asks for.
    pub fn new(request: &Request) -> Self {
        Filter {
            since: request.since,
            until: request.until,
            namespaces: NameFilter::new(&request.namespaces),
            doctypes: NameFilter::new(&request.doctypes),
            stages: request.stages.clone(),
            jobs: request.jobs.clone(),
        }
    }

    /// Whether every row counts.
    pub fn takes_all(&self) -> bool {
        let Filter { since, until, namespaces, doctypes, stages, jobs } = self;
        let is_any_name = [namespaces, doctypes].iter().all(|names| names.wanted.is_empty());
        since.is_none() && until.is_none() && is_any_name && stages.is_empty() && jobs.is_empty()
    }

    /// Whether the row counts. As in SQL, what is NULL fits no condition.
    pub fn takes(&mut self, row: &ErrorRow<'_>) -> bool {
        self.since.is_none_or(|since| row.time.is_some_and(|time| time >= since))
            && self.until.is_none_or(|until| row.time.is_some_and(|time| time < until))
            && self.takes_at_any_time(row)
    }

    /// Whether the row would count at another time.
    pub fn takes_at_any_time(&mut self, row: &ErrorRow<'_>) -> bool {
        self.relates(row) && self.takes_job(row.job)
    }

    /// Whether the row would count at another time and of another job.
    pub fn relates(&mut self, row: &ErrorRow<'_>) -> bool {
        self.namespaces.take(row.namespace) && self.doctypes.take(row.doctype) && is_one_of(&self.stages, row.stage)
    }

    /// Whether rows of that job count.
    pub fn takes_job(&self, job: Option<&str>) -> bool {
        is_one_of(&self.jobs, job)
    }
}

fn is_one_of(wanted: &[String], value: Option<&str>) -> bool {
    wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
}

/// Names asked for, none of which means all.
#[derive(Clone)]
struct NameFilter {
    wanted: Vec<String>,
    /// Spellings met, and whether they fit: a table has few, and snake case is slow.
    met: FxHashMap<Box<str>, bool>,
}

impl NameFilter {
    fn new(names: &[String]) -> Self {
        NameFilter { wanted: names.iter().map(|name| name.to_snake_case()).collect(), met: FxHashMap::default() }
    }

    fn take(&mut self, name: Option<&str>) -> bool {
        if self.wanted.is_empty() {
            return true;
        }
        let Some(name) = name else {
            return false;
        };
        if let Some(fits) = self.met.get(name) {
            return *fits;
        }
        let fits = self.wanted.contains(&name.to_snake_case());
        if self.met.len() < MOST_SPELLINGS {
            self.met.insert(name.into(), fits);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_snake_case() {
        let request =
            Request { namespaces: vec!["org_mozilla_fenix".to_owned()], doctypes: vec!["new-profile".to_owned()], ..Request::default() };
        let mut filter = Filter::new(&request);
        for (namespace, doctype, takes) in [
            (Some("org-mozilla-fenix"), Some("newProfile"), true),
            (Some("org-mozilla-fenix"), Some("main"), false),
            (Some("telemetry"), Some("new-profile"), false),
            (None, Some("new-profile"), false),
        ] {
            for _ in 0..2 {
                assert_eq!(filter.takes(&ErrorRow { namespace, doctype, ..ErrorRow::default() }), takes);
            }
        }
    }

    #[test]
    fn stages_and_jobs_are_compared_as_they_stand() {
        let request = Request { stages: vec!["ParsePayload".to_owned()], jobs: vec!["a".to_owned(), "b".to_owned()], ..Request::default() };
        let mut filter = Filter::new(&request);
        let mut takes = |stage, job| filter.takes(&ErrorRow { stage, job, ..ErrorRow::default() });
        assert!(takes(Some("ParsePayload"), Some("b")));
        assert!(!takes(Some("parse_payload"), Some("b")) && !takes(Some("ParsePayload"), None));
    }

    #[test]
    fn the_window_has_its_first_and_not_its_last_microsecond() {
        let mut filter = Filter::new(&Request { since: Some(10), until: Some(20), ..Request::default() });
        let takes = [Some(9), Some(10), Some(19), Some(20), None].map(|time| filter.takes(&ErrorRow { time, ..ErrorRow::default() }));
        assert_eq!(takes, [false, true, true, false, false]);
        assert!(!filter.takes_all() && Filter::new(&Request::default()).takes_all());
    }
}
