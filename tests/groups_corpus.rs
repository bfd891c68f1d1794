//! The groups of the corpus against the true answers: every row counted, and each group exactly the rows that broke one schema node.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::corpus;

use crate::corpus::Line;
use misfit::ground::time::parse_time;
use misfit::pipeline::fault::{Fault, Says};
use misfit::rows::group::{Grouper, Groups, Status};
use misfit::rows::row::{ErrorRow, RowRef};
use misfit::rows::schemas::SchemaStore;

/// Rows, what is true of them, and the schemas that judged them.
fn read() -> Option<(Vec<Line>, Vec<Line>, Arc<SchemaStore>)> {
    let folder = corpus::folder()?;
    let read = |name: &str| corpus::lines(&folder.join(name)).collect();
    Some((read("errors-30k.ndjson.gz"), read("errors-30k.truth.ndjson.gz"), Arc::new(corpus::schemas(&folder))))
}

/// The rows dealt to several groupers, to be merged again.
fn grouped(rows: &[Line], schemas: &Arc<SchemaStore>, threads: usize) -> Groups {
    let mut groupers = vec![Grouper::new(Some(Arc::clone(schemas))); threads];
    for (i, row) in rows.iter().enumerate() {
        let columns =
            ["document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name"];
        let [namespace, doctype, version, stage, class, message, job] = columns.map(|name| row.text(name));
        let row = ErrorRow {
            namespace: namespace.as_deref(),
            doctype: doctype.as_deref(),
            version: version.as_deref(),
            stage: stage.as_deref(),
            class: class.as_deref(),
            message: message.as_deref(),
            job: job.as_deref(),
            time: row.text("submission_timestamp").and_then(|time| parse_time(&time)),
        };
        groupers[i % threads].add(&row, RowRef::new(0, i as u64));
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

#[test]
fn deploys_are_seen_and_the_split_among_threads_is_not() {
    let Some((rows, truths, schemas)) = read() else { return };
    let groups = grouped(&rows, &schemas, 1);
    assert_eq!(
        groups.jobs.iter().map(|job| &job.name[..22]).collect::<Vec<_>>(),
        ["decoder-0-0618083012-1", "decoder-0-0627101507-7", "decoder-0-0701163044-c"]
    );
    let newest = groups.jobs.last().map(|job| job.name.to_string());
    let mut deployed = 0;
    for group in &groups.list {
        let in_newest = group.rows.iter().filter(|at| rows[at.place() as usize].text("job_name") == newest).count();
        let literally = match group.status {
            Status::New { .. } => in_newest == group.rows.len(),
            Status::Gone { .. } => in_newest == 0,
            Status::Ongoing => in_newest > 0 && in_newest < group.rows.len(),
        };
        assert!(literally, "{in_newest} of {} rows are of the newest job: {:?} {:?}", group.rows.len(), group.status, group.key);
        let made = |at: &RowRef| truths[at.place() as usize].text("group").is_some_and(|made| made.starts_with("DEPLOY|"));
        if group.rows.iter().all(made) {
            assert_eq!(group.status, Status::New { sure: true }, "{:?}", group.key);
            deployed += group.rows.len();
        }
    }
    println!("{deployed} rows in groups that a deploy broke");
    assert!(deployed > 900);
    let told = |groups: &Groups| groups.list.iter().map(|group| format!("{group:?}")).collect::<Vec<_>>();
    assert!(told(&grouped(&rows, &schemas, 3)) == told(&groups), "the split among threads shows");
}
