//! Inputs at the edge of what is reasonable, answered in time that grows with their size: what was quadratic or worse took minutes here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use misfit::pipeline::document::Document;
use misfit::pipeline::example::{self, Wanted};
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, Outcome};
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};

/// Many times what it takes on a busy machine.
const MOST: Duration = Duration::from_secs(30);

fn in_time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let answer = work();
    assert!(begun.elapsed() < MOST, "{what} took {:?}", begun.elapsed());
    answer
}

fn judge(schema: String) -> Judge {
    Judge::compile(Arc::new(Schema::parse("x", schema.into_bytes()).unwrap())).unwrap()
}

#[test]
fn rows_of_which_each_is_of_another_job() {
    const ROWS: u64 = 40_000;
    for name in ["job-{n}", "family{half}-0301{hour}0000-{n}"] {
        let row = |n: u64| {
            let job =
                name.replace("{half}", &(n / 2).to_string()).replace("{hour}", &format!("{:02}", n % 24)).replace("{n}", &n.to_string());
            format!("{{\"error_type\":\"a\",\"job_name\":\"{job}\",\"submission_timestamp\":\"2026-03-01 {:02}:30:00 UTC\"}}\n", n % 24)
        };
        let text: String = (0..ROWS).map(row).collect();
        let groups = in_time(name, || Files::from_memory("x", text.into_bytes()).unwrap().groups(&Request::default(), &Unwatched).unwrap());
        assert_eq!((groups.jobs.len() as u64, groups.list.len()), (ROWS, 1));
        assert!(groups.list[0].jobs().iter().all(|job| job.rows == 1));
        assert_eq!(groups.list[0].jobs().len() as u64, ROWS);
    }
}

#[test]
fn a_schema_with_very_many_properties() {
    let members: Vec<String> = (0..60_000).map(|n| format!("\"p{n}\":{{\"type\":\"string\"}}")).collect();
    let required: Vec<String> = (0..20_000).map(|n| format!("\"p{}\"", 2 * n)).collect();
    let judge = judge(format!("{{\"type\":\"object\",\"required\":[{}],\"properties\":{{{}}}}}", required.join(","), members.join(",")));
    let made = in_time("an example", || example::document(&judge, Wanted::default()).unwrap());
    assert_eq!(made.document.count(0), 20_000);
}

#[test]
fn branches_that_double_forty_times() {
    let twice =
        |n: usize| format!("\"d{n}\":{{\"allOf\":[{{\"$ref\":\"#/definitions/d{0}\"}},{{\"$ref\":\"#/definitions/d{0}\"}}]}}", n + 1);
    let doubled: Vec<String> = (0..40).map(twice).collect();
    let judge = judge(format!(
        "{{\"definitions\":{{{},\"d40\":{{\"type\":\"string\"}}}},\"properties\":{{\"a\":{{\"$ref\":\"#/definitions/d0\"}}}}}}",
        doubled.join(",")
    ));
    let (good, bad) = (Document::parse(&b"{\"a\":\"b\"}"[..]), Document::parse(&b"{\"a\":1}"[..]));
    let verdict = in_time("a verdict", || judge.verdict(&good));
    assert_eq!((verdict.outcome, verdict.doubts.len()), (Outcome::Pass, 0));
    let all = in_time("violations", || judge.violations(&bad, 3));
    // There are two to the power of forty of them, and that is not counted to its end.
    assert_eq!((all.list.len(), all.doubts.len()), (3, 1));
    assert!(all.doubts[0].what.ends_with("steps, too many to be judged to the end"), "{:?}", all.doubts);
    let Outcome::Fail(violation) = in_time("a verdict", || judge.verdict(&bad)).outcome else { panic!("it passes") };
    assert_eq!(violation.tokens, ["a"]);
}

#[test]
fn positions_of_a_list_are_spelled_as_numbers() {
    let document = Document::parse(&br#"{"list": [1, 2]}"#[..]);
    let found = |token: &str| document.find(&["list", token]).is_ok();
    assert!(found("0") && found("1"));
    assert!(["01", "+1", "00", "-0", "2", "", "１"].iter().all(|token| !found(token)));
}
