//! The groups of the corpus against the true answers: every row counted, and each group exactly the rows that broke one schema node.
//! The corpus is looked for in $MISFIT_CORPUS or ../shared/corpus, schemas in $MISFIT_SCHEMAS or the corpus' bundle.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use flate2::read::GzDecoder;
use misfit::document::Document;
use misfit::fault::{Fault, Says};
use misfit::group::{Grouper, Groups, Status};
use misfit::schemas::SchemaStore;
use misfit::source::{ErrorRow, Micros, RowRef};

/// Share of validation rows, in 1/10,000, whose group must hold exactly the rows of one truth key.
const FLOOR: usize = 9_990;

fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = std::env::var_os("MISFIT_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    path.is_dir().then_some(path)
}

/// The newest schemas: a folder that is given, or a clone of the bundle made once.
fn schemas(corpus: &Path) -> Arc<SchemaStore> {
    let folder = std::env::var_os("MISFIT_SCHEMAS").map(PathBuf::from).unwrap_or_else(|| {
        let clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/corpus-schemas");
        if !clone.is_dir() {
            let partial = clone.with_extension(std::process::id().to_string());
            let bundle = corpus.join("schemas.bundle");
            let status = Command::new("git").args(["clone", "-q", "-b", "slice"]).arg(bundle).arg(&partial).status().unwrap();
            assert!(status.success(), "git clone failed");
            // Another test may have been quicker.
            if std::fs::rename(&partial, &clone).is_err() {
                let _ = std::fs::remove_dir_all(&partial);
            }
        }
        clone
    });
    Arc::new(SchemaStore::open_folder(&folder).unwrap())
}

/// Lines of a compressed file; read with the project's own reader, which takes lone surrogates.
fn lines(path: &Path) -> Vec<Document> {
    let reader = BufReader::new(GzDecoder::new(File::open(path).unwrap()));
    reader.lines().map(|line| Document::parse(line.unwrap().into_bytes())).collect()
}

fn text(line: &Document, name: &str) -> Option<String> {
    Some(line.string(line.member(0, name)?)?.into_owned())
}

fn time(row: &Document) -> Option<Micros> {
    let stamp: jiff::Timestamp = text(row, "submission_timestamp")?.replace(" UTC", "Z").parse().ok()?;
    Some(stamp.as_microsecond())
}

/// The rows dealt to several groupers, to be merged again.
fn grouped(rows: &[Document], schemas: Option<&Arc<SchemaStore>>, threads: usize) -> Groups {
    let mut groupers = vec![Grouper::new(schemas.cloned()); threads];
    for (i, row) in rows.iter().enumerate() {
        let columns =
            ["document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name"];
        let [namespace, doctype, version, stage, class, message, job] = columns.map(|name| text(row, name));
        let row = ErrorRow {
            namespace: namespace.as_deref(),
            doctype: doctype.as_deref(),
            version: version.as_deref(),
            stage: stage.as_deref(),
            class: class.as_deref(),
            message: message.as_deref(),
            job: job.as_deref(),
            time: time(row),
        };
        groupers[i % threads].add(&row, RowRef::new(0, i as u64));
    }
    Grouper::merge(groupers)
}

/// What truly broke: namespace, doctype, the row's own version, schema pointer, keyword, and the key for required and dependencies.
fn truth_key(truth: &Document, row: &Document) -> Option<Vec<Option<String>>> {
    let keyword = text(truth, "keyword")?;
    let message = text(truth, "message")?;
    let key = match (keyword.as_str(), Fault::parse(&message, None).says) {
        ("required" | "dependencies", Says::Broken { key, .. }) => key.map(str::to_owned),
        _ => None,
    };
    Some(vec![
        text(truth, "namespace"),
        text(truth, "doctype"),
        text(row, "document_version"),
        text(truth, "schema_pointer"),
        Some(keyword),
        key,
    ])
}

#[test]
fn every_group_holds_exactly_the_rows_that_broke_one_node() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus in $MISFIT_CORPUS or ../shared/corpus");
        return;
    };
    let rows = lines(&corpus.join("errors-30k.ndjson.gz"));
    let truths = lines(&corpus.join("errors-30k.truth.ndjson.gz"));
    let groups = grouped(&rows, Some(&schemas(&corpus)), 2);
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
    assert!(exact * 10_000 >= validation * FLOOR, "{exact} of {validation}");
}

#[test]
fn deploys_are_seen_and_the_split_among_threads_is_not() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus in $MISFIT_CORPUS or ../shared/corpus");
        return;
    };
    let rows = lines(&corpus.join("errors-30k.ndjson.gz"));
    let truths = lines(&corpus.join("errors-30k.truth.ndjson.gz"));
    let schemas = schemas(&corpus);
    let groups = grouped(&rows, Some(&schemas), 1);
    assert_eq!(
        groups.jobs.iter().map(|job| &job.name[..22]).collect::<Vec<_>>(),
        ["decoder-0-0618083012-1", "decoder-0-0627101507-7", "decoder-0-0701163044-c"]
    );
    let newest = groups.jobs.last().map(|job| job.name.to_string());
    let mut deployed = 0;
    for group in &groups.list {
        let in_newest = group.rows.iter().filter(|at| text(&rows[at.place() as usize], "job_name") == newest).count();
        let literally = match group.status {
            Status::New { .. } => in_newest == group.rows.len(),
            Status::Gone { .. } => in_newest == 0,
            Status::Ongoing => in_newest > 0 && in_newest < group.rows.len(),
        };
        assert!(literally, "{in_newest} of {} rows are of the newest job: {:?} {:?}", group.rows.len(), group.status, group.key);
        let made = |at: &RowRef| text(&truths[at.place() as usize], "group").is_some_and(|made| made.starts_with("DEPLOY|"));
        if group.rows.iter().all(made) {
            assert_eq!(group.status, Status::New { sure: true }, "{:?}", group.key);
            deployed += group.rows.len();
        }
    }
    println!("{deployed} rows in groups that a deploy broke");
    assert!(deployed > 900);
    let told = |groups: &Groups| groups.list.iter().map(|group| format!("{group:?}")).collect::<Vec<_>>();
    assert!(told(&grouped(&rows, Some(&schemas), 3)) == told(&groups), "the split among threads shows");
}
