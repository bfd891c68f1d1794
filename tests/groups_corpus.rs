//! The groups of the corpus against the true answers: every row counted, and each group exactly the rows that broke one schema node.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::corpus;

use crate::corpus::Line;
use misfit::ground::time::{Micros, parse_time, utc};
use misfit::pipeline::fault::{Fault, Says};
use misfit::rows::group::{Grouper, Groups, Status};
use misfit::rows::row::{ErrorRow, RowRef};
use misfit::rows::schemas::SchemaStore;

/// Rows, what is true of them, and the schemas that judged them.
fn read() -> Option<(Vec<Line>, Vec<Line>, Arc<SchemaStore>)> {
    read_named("errors-30k.ndjson.gz", "errors-30k.truth.ndjson.gz")
}

fn read_named(rows: &str, truths: &str) -> Option<(Vec<Line>, Vec<Line>, Arc<SchemaStore>)> {
    let folder = corpus::folder()?;
    let read = |name: &str| corpus::lines(&folder.join(name)).collect();
    Some((read(rows), read(truths), Arc::new(corpus::schemas(&folder))))
}

/// What grouping needs of a row: seven columns and the time.
struct Told([Option<String>; 7], Option<Micros>);

impl Told {
    fn of(row: &Line) -> Told {
        let columns =
            ["document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name"];
        Told(columns.map(|name| row.text(name)), row.text("submission_timestamp").and_then(|time| parse_time(&time)))
    }

    fn row<'a>(&'a self, job: Option<&'a str>) -> ErrorRow<'a> {
        let [namespace, doctype, version, stage, class, message, _] = self.0.each_ref().map(Option::as_deref);
        ErrorRow { namespace, doctype, version, stage, class, message, job, time: self.1, ..ErrorRow::default() }
    }

    fn job(&self) -> Option<&str> {
        self.0[6].as_deref()
    }
}

/// The rows dealt to several groupers, to be merged again.
fn grouped(rows: &[Line], schemas: &Arc<SchemaStore>, threads: usize) -> Groups {
    let mut groupers = Grouper::beside_each_other(Some(Arc::clone(schemas)), threads);
    for (i, row) in rows.iter().enumerate() {
        let told = Told::of(row);
        groupers[i % threads].add(&told.row(told.job()), RowRef::new(0, i as u64));
    }
    Grouper::merge(groupers)
}

/// What truly broke: namespace, doctype, the row's own version, schema pointer, keyword, and the key for required and dependencies.
fn truth_key(truth: &Line, row: &Line) -> Option<Vec<Option<String>>> {
    let keyword = truth.text("keyword")?;
    let message = truth.text("message")?;
    let key = match (keyword.as_str(), Fault::parse(&message, None).says) {
        ("required" | "dependencies", Says::Broken { key, .. }) => key.map(str::to_owned),
        _ => None,
    };
    Some(vec![
        truth.text("namespace"),
        truth.text("doctype"),
        row.text("document_version"),
        truth.text("schema_pointer"),
        Some(keyword),
        key,
    ])
}

#[test]
fn every_group_holds_exactly_the_rows_that_broke_one_node() {
    let Some((rows, truths, schemas)) = read() else { return };
    let groups = grouped(&rows, &schemas, 2);
    assert_eq!((rows.len(), groups.rows), (30_000, 30_000));
    let mut all: Vec<u64> = groups.list.iter().flat_map(|group| group.rows.iter().map(|at| at.place())).collect();
    all.sort_unstable();
    assert!(all.iter().copied().eq(0..30_000), "a row is lost or twice in a group");

    let keys: Vec<_> = truths.iter().zip(&rows).map(|(truth, row)| truth_key(truth, row)).collect();
    let mut rows_of: HashMap<&Vec<Option<String>>, usize> = HashMap::new();
    keys.iter().flatten().for_each(|key| *rows_of.entry(key).or_default() += 1);
    let (mut exact, mut validation) = (0, 0);
    let mut wrong: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for group in &groups.list {
        let inside: Vec<_> = group.rows.iter().filter_map(|at| keys[at.place() as usize].as_ref()).collect();
        validation += inside.len();
        let Some(first) = inside.first() else { continue };
        let kind = match (inside.iter().all(|key| key == first) && inside.len() == group.rows.len(), rows_of[first] == inside.len()) {
            (true, true) => {
                exact += inside.len();
                continue;
            }
            (true, false) => "a node in several groups",
            (false, _) => "several nodes in a group",
        };
        *wrong.entry((kind, format!("{} {:?} {}", group.fingerprint, group.key, first[3].as_deref().unwrap_or("")))).or_default() +=
            inside.len();
    }
    println!("{exact} of {validation} validation rows in a group of exactly one node; {} groups", groups.list.len());
    let mut wrong: Vec<_> = wrong.into_iter().collect();
    wrong.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    wrong.iter().for_each(|((kind, group), rows)| println!("{rows:5} {kind}: {group}"));
    assert_eq!(exact, validation);
}

/// Every group of rows that a deploy truly broke has begun with the newest, and nothing else is marked. Gives the rows of those groups.
fn marks_are_true(groups: &Groups, truths: &[Line]) -> usize {
    let mut deployed = 0;
    for group in &groups.list {
        let made = |at: &RowRef| truths[at.place() as usize].text("group").is_some_and(|made| made.starts_with("DEPLOY|"));
        // Of fewer rows nothing can be said.
        let expected = if group.rows.len() >= 5 && group.rows.iter().all(made) {
            deployed += group.rows.len();
            Some(Status::Began)
        } else {
            None
        };
        let marked = group.standing.status.filter(|status| status.is_mark());
        assert_eq!(marked, expected, "{:?}: {:?}", group.key, groups.standing_words(group));
        if marked.is_some() {
            assert!(groups.is_new(group) && groups.deploy(group) == groups.deploys.last());
        }
    }
    println!("{deployed} rows in groups that a deploy broke");
    deployed
}

#[test]
fn the_smaller_corpus_has_two_groups_that_a_deploy_began() {
    let Some((rows, truths, schemas)) = read_named("errors-2k.ndjson", "errors-2k.truth.ndjson") else { return };
    let groups = grouped(&rows, &schemas, 2);
    marks_are_true(&groups, &truths);
    assert_eq!(groups.list.iter().filter(|group| group.standing.status == Some(Status::Began)).count(), 2);
}

/// Rows of one job, and a second job that changed nothing: at most one mark in a hundred groups. Fifty seeds of both corpora where $MISFIT_ALL_ROWS is set.
#[test]
fn a_deploy_that_changed_nothing_marks_nothing() {
    let all = std::env::var_os("MISFIT_ALL_ROWS").is_some();
    let names = if all { &["errors-2k.ndjson", "errors-30k.ndjson.gz"][..] } else { &["errors-2k.ndjson"] };
    for name in names {
        let Some((rows, _, schemas)) = read_named(name, "errors-2k.truth.ndjson") else { return };
        let mut of_job: BTreeMap<String, Vec<Told>> = BTreeMap::new();
        for told in rows.iter().map(Told::of) {
            if let Some(job) = told.job().map(str::to_owned) {
                of_job.entry(job).or_default().push(told);
            }
        }
        for (job, rows) in &of_job {
            let worst = (0..if all { 50 } else { 8 }).flat_map(|seed| pretended(job, rows, &schemas, seed)).fold(0.0, f64::max);
            println!("{name} {job}: at most {worst:.2} marks in 100 groups");
            assert!(worst <= 1.0);
        }
    }
}

/// Marks in 100 groups, once with every row by a coin to one of two jobs of the same start, once with all rows cut at a random time.
fn pretended(job: &str, rows: &[Told], schemas: &Arc<SchemaStore>, seed: u64) -> [f64; 2] {
    let mut chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        (chance >> 11) as f64 / (1_u64 << 53) as f64
    };
    let times = || rows.iter().filter_map(|told| told.1);
    let (first, last) = (times().min().unwrap(), times().max().unwrap());
    let cut = first + ((last - first) as f64 * next()) as Micros;
    let second = format!("decoder-0-{}-ffffffff", utc(cut).strftime("%m%d%H%M%S"));
    let twin = format!("{}ffffffff", &job[..21]);
    let coins: Vec<bool> = rows.iter().map(|_| next() < 0.5).collect();
    let marks = |job_of: &dyn Fn(usize, &Told) -> bool, other: &str| {
        let mut grouper = Grouper::new(Some(Arc::clone(schemas)));
        for (i, told) in rows.iter().enumerate() {
            grouper.add(&told.row(Some(if job_of(i, told) { other } else { job })), RowRef::new(0, i as u64));
        }
        let groups = Grouper::merge(vec![grouper]);
        let marked = groups.list.iter().filter(|group| group.standing.status.is_some_and(Status::is_mark)).count();
        100.0 * marked as f64 / groups.list.len() as f64
    };
    [marks(&|i, _| coins[i], &twin), marks(&|_, told| told.1.is_some_and(|time| time >= cut), &second)]
}

#[test]
fn deploys_are_seen_and_the_split_among_threads_is_not() {
    let Some((rows, truths, schemas)) = read() else { return };
    let groups = grouped(&rows, &schemas, 1);
    assert_eq!(
        groups.jobs.iter().map(|job| &job.name[..22]).collect::<Vec<_>>(),
        ["decoder-0-0618083012-1", "decoder-0-0627101507-7", "decoder-0-0701163044-c"]
    );
    assert!(marks_are_true(&groups, &truths) > 900);
    let told = |groups: &Groups| groups.list.iter().map(|group| format!("{group:?}")).collect::<Vec<_>>();
    assert!(told(&grouped(&rows, &schemas, 3)) == told(&groups), "the split among threads shows");
}
