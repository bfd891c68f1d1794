//! What deploys began and ended, on rows made up for the purpose.

use crate::ground::time::{Micros, parse_time};
use crate::rows::group::{Evidence, Grouper, Groups, Status, Worth};
use crate::rows::row::{ErrorRow, RowRef};

const HOUR: Micros = 3_600_000_000;
const FIRST: &str = "decoder-0-0601000000-aa11";
const SECOND: &str = "decoder-0-0603020000-bb22";
const THIRD: &str = "decoder-0-0605040000-cc33";

/// Rows of made-up faults.
#[derive(Default)]
struct Rows(Vec<(String, Option<&'static str>, Micros)>);

impl Rows {
    /// A row of a fault, so many hours after the first of June.
    fn at(&mut self, fault: &str, job: impl Into<Option<&'static str>>, hour: f64) -> &mut Self {
        let message = format!("org.everit.json.schema.ValidationException: #/a: required key [{fault}] not found");
        let start = parse_time("2026-06-01").unwrap();
        self.0.push((message, job.into(), start + (hour * HOUR as f64) as Micros));
        self
    }

    /// A row in each of these hours.
    fn every(&mut self, fault: &str, job: impl Into<Option<&'static str>> + Copy, hours: impl IntoIterator<Item = i64>) -> &mut Self {
        hours.into_iter().for_each(|hour| {
            self.at(fault, job, hour as f64 + 0.3);
        });
        self
    }

    /// The groups of rows that are `asked` for; all of them `relate` to what was, or none.
    fn asked(&self, asked: &dyn Fn(&ErrorRow<'_>) -> bool, relate: bool) -> Groups {
        // In two halves, as two threads might.
        let mut parts = vec![Grouper::new(None), Grouper::new(None)];
        for (number, (message, job, time)) in self.0.iter().enumerate() {
            let row = ErrorRow { namespace: Some("n"), message: Some(message), job: *job, time: Some(*time), ..ErrorRow::default() };
            let (part, at) = (&mut parts[number % 2], RowRef::new(0, number as u64));
            if asked(&row) { part.add(&row, at) } else { part.add_outside(&row, at, relate) }
        }
        Grouper::merge(parts)
    }

    fn groups(&self) -> Groups {
        self.asked(&|_| true, true)
    }
}

fn status(groups: &Groups, fault: &str) -> Option<Status> {
    group(groups, fault).standing.status
}

fn group<'a>(groups: &'a Groups, fault: &str) -> &'a crate::rows::group::Group {
    groups.list.iter().find(|group| *group.key.fault == format!("required {fault}")).unwrap()
}

fn words(groups: &Groups, fault: &str) -> String {
    groups.standing_words(group(groups, fault)).unwrap_or_default()
}

fn three() -> Rows {
    let mut rows = Rows::default();
    rows.every("all", FIRST, 0..50).every("all", SECOND, 50..100).every("all", THIRD, 100..150);
    rows.every("since_the_second", SECOND, 50..100).every("since_the_second", THIRD, 100..150);
    rows.every("until_the_second", FIRST, 0..50);
    rows
}

#[test]
fn each_of_several_deploys_can_be_named_with_its_reasons() {
    let groups = three().groups();
    assert_eq!(status(&groups, "all"), Some(Status::Ongoing));
    assert_eq!(
        words(&groups, "since_the_second"),
        "began with decoder-0 of 2026-06-03 02:00: in 100 of the 100 hours since, in none of the 50 before"
    );
    assert_eq!(
        words(&groups, "until_the_second"),
        "ended with decoder-0 of 2026-06-03 02:00: in 50 of the 50 hours before, in none of the 99 since"
    );
    let deploy = groups.deploy(group(&groups, "since_the_second")).unwrap();
    assert_eq!((&*groups.jobs[deploy.job as usize].name, &*deploy.family), (SECOND, "decoder-0"));
    assert!(!groups.is_new(group(&groups, "since_the_second")), "the newest deploy is the third");
}

#[test]
fn what_is_asked_for_changes_no_verdict() {
    let rows = three();
    let whole = rows.groups();
    let (evening, morning) = (parse_time("2026-06-04"), parse_time("2026-06-03"));
    let windows: [&dyn Fn(&ErrorRow<'_>) -> bool; 3] =
        [&|row| row.time >= evening, &|row| row.time < morning, &|row| row.job == Some(SECOND)];
    for window in windows {
        let asked = rows.asked(window, true);
        assert!(!asked.list.is_empty() && asked.rows < whole.rows);
        for group in &asked.list {
            let known = whole.list.iter().find(|known| known.fingerprint == group.fingerprint).unwrap();
            assert_eq!(group.standing, known.standing);
            assert!(group.count <= known.count && group.count == group.rows.len() as u64);
            assert_eq!(group.jobs().iter().map(|job| job.rows).sum::<u64>(), group.count, "only rows that were asked for");
        }
    }
    let elsewhere = rows.asked(&|_| false, false);
    assert!(elsewhere.list.is_empty());
    assert_eq!((elsewhere.jobs.len(), elsewhere.deploys.len()), (3, 2), "rows of other namespaces tell of the jobs");
}

#[test]
fn families_side_by_side_end_nothing_of_each_other() {
    let mut rows = Rows::default();
    rows.every("one", "stream-0-0601000000-aa", 0..48).every("other", "batch-0601010000-bb", 1..48);
    let groups = rows.groups();
    assert_eq!((status(&groups, "one"), status(&groups, "other"), groups.deploys.len()), (None, None, 0));
    assert_eq!(words(&groups, "one"), "");
}

#[test]
fn without_several_jobs_there_is_no_deploy() {
    for job in [None, Some(FIRST)] {
        let mut rows = Rows::default();
        rows.every("x", job, 0..20);
        assert_eq!(status(&rows.groups(), "x"), None);
    }
}

#[test]
fn a_burst_and_a_flood_prove_nothing() {
    let mut rows = Rows::default();
    rows.every("steady", FIRST, 0..240).every("steady", SECOND, 240..280);
    (0..80).for_each(|i| {
        rows.at("burst", FIRST, 50.0 + f64::from(i) / 100.0);
    });
    assert_eq!(status(&rows.groups(), "burst"), None);

    let mut rows = Rows::default();
    for quiet in 0..100 {
        rows.every(&format!("quiet_{quiet}"), FIRST, (0..10).map(|i| (i * 12 + quiet) % 120));
    }
    (0..2000).for_each(|i| {
        rows.at("flood", "decoder-0-0606000000-ff", 120.0 + f64::from(i) / 20_000.0);
    });
    let groups = rows.groups();
    let ended = groups.list.iter().filter(|group| group.standing.status == Some(Status::Ended)).count();
    assert_eq!((ended, status(&groups, "flood")), (0, Some(Status::Began)));
    assert!(groups.is_new(group(&groups, "flood")));
}

#[test]
fn a_job_that_has_hardly_begun_says_nothing_of_what_was_before() {
    let mut rows = Rows::default();
    rows.every("before", FIRST, 0..48).at("x", SECOND, 50.2);
    let groups = rows.groups();
    assert_eq!((status(&groups, "before"), status(&groups, "x")), (None, None));
    assert!(words(&groups, "before").starts_with("too little to tell whether it ended"));
}

#[test]
fn a_backlog_turns_no_order_round() {
    let mut rows = Rows::default();
    rows.every("all", FIRST, 0..50).at("all", SECOND, -2.0).every("all", SECOND, 50..80).every("since", SECOND, 50..80);
    let groups = rows.groups();
    assert_eq!(groups.jobs.last().map(|job| &*job.name), Some(SECOND));
    assert_eq!((status(&groups, "all"), status(&groups, "since")), (Some(Status::Ongoing), Some(Status::Began)));
}

#[test]
fn who_sends_by_day_or_week_is_not_ended_between_two_turns() {
    let mut rows = Rows::default();
    // A deploy in the evening, the source read until the next morning, with the daily sender's next turn not yet come.
    rows.every("steady", FIRST, 0..236).every("steady", "decoder-0-0610200000-dd", 236..246);
    rows.every("daily", FIRST, (0..10).map(|day| day * 24 + 9));
    assert_eq!(status(&rows.groups(), "daily"), None);

    let mut rows = Rows::default();
    // Every hour from Monday to Friday, a deploy on Friday night, read until Sunday.
    let weekday = |hour: &i64| hour % 168 < 120;
    rows.every("steady", FIRST, 0..624).every("steady", "decoder-0-0627000000-ee", 624..664);
    rows.every("weekdays", FIRST, (0..624).filter(weekday));
    assert_eq!(status(&rows.groups(), "weekdays"), None);
}

#[test]
fn what_begins_long_after_a_deploy_is_the_senders_doing() {
    let mut rows = Rows::default();
    rows.every("steady", FIRST, 0..50).every("steady", SECOND, 50..150).every("late", SECOND, 80..150);
    let groups = rows.groups();
    assert_eq!(status(&groups, "late"), None);
    assert!(matches!(group(&groups, "late").standing.evidence, Evidence::Hours { worth: Worth::Far(30), .. }));
    assert_eq!(words(&groups, "late"), "began 30 hours after decoder-0 of 2026-06-03 02:00, so not with that deploy");
}

#[test]
fn what_was_there_went_and_came_back_has_returned() {
    let mut rows = Rows::default();
    rows.every("steady", FIRST, 0..50).every("steady", SECOND, 50..100).every("steady", THIRD, 100..150);
    rows.every("back", FIRST, 0..50).every("back", THIRD, 100..150);
    let groups = rows.groups();
    assert_eq!(status(&groups, "back"), Some(Status::Ongoing));
    assert!(words(&groups, "back").starts_with("returned: it was gone for 49 hours before"), "{}", words(&groups, "back"));
}

#[test]
fn hours_in_which_the_whole_source_is_silent_count_for_nothing() {
    let mut rows = Rows::default();
    rows.every("steady", FIRST, 0..40).every("steady", SECOND, [50, 51, 149]).every("quiet", FIRST, 0..40);
    let groups = rows.groups();
    assert!(words(&groups, "quiet").ends_with("in none of the 2 since"), "{}", words(&groups, "quiet"));
}

#[test]
fn a_part_of_the_rows_tells_nothing() {
    let mut groups = three().groups();
    groups.stopped_early();
    assert!(groups.list.iter().all(|group| group.standing.status.is_none()));
    assert!(words(&groups, "all").contains("only a part"));
}

#[test]
fn an_old_job_that_works_on_beside_the_new_one_has_ended_nothing() {
    let mut rows = Rows::default();
    rows.every("steady", FIRST, 0..100).every("steady", SECOND, 50..100).every("old", FIRST, 0..100);
    assert_eq!(status(&rows.groups(), "old"), Some(Status::Ongoing));
}

#[test]
fn rows_without_a_job_are_rows() {
    let mut rows = Rows::default();
    rows.every("steady", FIRST, 0..50).every("steady", SECOND, 50..100);
    rows.every("goes_on", FIRST, 0..50).every("goes_on", None, 50..100);
    rows.every("was_there", None, 0..50).every("was_there", SECOND, 50..100);
    let groups = rows.groups();
    assert_eq!((status(&groups, "goes_on"), status(&groups, "was_there")), (None, None));
    assert!(words(&groups, "goes_on").ends_with("rows of other jobs, or of none, have it since as well"), "{}", words(&groups, "goes_on"));
    assert_eq!(group(&groups, "goes_on").jobs().len(), 1);
}

#[test]
fn a_name_that_tells_a_time_after_all_rows_tells_none() {
    let mut rows = Rows::default();
    let late = "decoder-0-0607000000-dd";
    rows.every("steady", FIRST, 0..50).every("steady", late, 50..100).every("since", late, 50..100);
    let groups = rows.groups();
    assert_eq!(words(&groups, "since"), "began with decoder-0 of 2026-06-03 02:18: in 50 of the 50 hours since, in none of the 50 before");
}

#[test]
fn what_one_family_cannot_tell_another_may() {
    let mut rows = Rows::default();
    rows.every("steady", FIRST, 0..50).every("steady", SECOND, 50..100).every("steady", "batch-0601000000-ee", 0..100);
    rows.every("steady", "batch-0601000000-ee", 0..100);
    assert_eq!(status(&rows.groups(), "steady"), Some(Status::Ongoing));
}

#[test]
fn values_of_rows_that_were_not_asked_for_are_not_counted() {
    let message = "org.everit.json.schema.ValidationException: #/a: expected type: Integer, found: Null";
    let row = ErrorRow { namespace: Some("n"), message: Some(message), job: Some(FIRST), time: Some(0), ..ErrorRow::default() };
    let mut grouper = Grouper::new(None);
    // The first to say it was not asked for, nor some between.
    for place in 0..20 {
        let at = RowRef::new(0, place);
        if place % 2 == 0 { grouper.add_outside(&row, at, true) } else { grouper.add(&row, at) }
    }
    let groups = Grouper::merge(vec![grouper]);
    let found = groups.list[0].facets.iter().find(|facet| facet.name == "found type").unwrap();
    assert_eq!((groups.list[0].count, found.values[0].1, groups.list[0].sample.as_ref()), (10, 10, message));
}
