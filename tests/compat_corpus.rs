//! Comparisons of neighbouring revisions equal what a slow reader finds, who lists whole layouts and compares them column by column.

use crate::corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use misfit::rows::schemas::SchemaStore;
use misfit::triage::compat::{CompareOptions, DeployComparison, TableState, compare};
use serde_json::Value;

/// Pairs that are compared where nothing else is asked for.
const FEW: usize = 4;

fn git(repo: &Path, args: &[&str]) -> Vec<u8> {
    let output = Command::new("git").arg("-C").arg(repo).args(args).output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn lines(bytes: Vec<u8>) -> Vec<String> {
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

/// Every column of a layout: path -> type and mode.
type Whole = BTreeMap<String, (String, String)>;

fn list(columns: &Value, above: &str, all: &mut Whole) {
    for column in columns.as_array().unwrap() {
        let text = |name: &str| column.get(name).and_then(Value::as_str).unwrap_or("NULLABLE").to_owned();
        let path = format!("{above}{}", text("name"));
        let kind = match &*text("type") {
            "INTEGER" => "INT64".to_owned(),
            "FLOAT" => "FLOAT64".to_owned(),
            "BOOLEAN" => "BOOL".to_owned(),
            other => other.to_owned(),
        };
        if let Some(fields) = column.get("fields") {
            list(fields, &format!("{path}."), all);
        }
        all.insert(path, (kind, text("mode")));
    }
}

fn whole(repo: &Path, revision: &str, file: &str) -> Whole {
    let text = git(repo, &["show", &format!("{revision}:{file}")]);
    let mut all = Whole::new();
    list(&serde_json::from_slice(&text).unwrap(), "", &mut all);
    all
}

/// Type and mode.
type Forms = Option<(String, String)>;

/// What became of a column, what it was and is, and the verdict.
type Line = (String, Forms, Forms, &'static str);

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(parent, _)| parent)
}

/// What two whole layouts say, column by column.
fn slow(old: &Whole, new: &Whole) -> BTreeSet<Line> {
    let mut told = BTreeSet::new();
    for path in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let verdict = match (old.get(path), new.get(path)) {
            (Some(a), Some(b)) if a == b => continue,
            (Some(_), None) => {
                // The outermost column that is gone decides: at the top a statement drops it.
                let top = path.split('.').next().unwrap();
                if new.contains_key(top) { "BLOCK" } else { "DDL" }
            }
            (None, Some((_, mode))) => {
                let is_inside_new = parent(path).is_some_and(|parent| !old.contains_key(parent));
                if mode == "REQUIRED" && !is_inside_new { "BLOCK" } else { "OK" }
            }
            (Some((kind, mode)), Some((other_kind, other_mode))) if kind == other_kind => match (&**mode, &**other_mode) {
                ("REQUIRED", "NULLABLE") => "OK",
                _ => "BLOCK",
            },
            (Some((kind, mode)), Some((other, other_mode))) => {
                let wider = [("INT64", "NUMERIC"), ("INT64", "BIGNUMERIC"), ("INT64", "FLOAT64"), ("DATE", "DATETIME")];
                let ancestors = std::iter::successors(parent(path), |path| parent(path));
                let is_listed = ancestors.chain([path.as_str()]).any(|path| old[path].1 == "REPEATED");
                if wider.contains(&(kind, other)) && mode == other_mode && !is_listed { "DDL" } else { "BLOCK" }
            }
            (None, None) => unreachable!(),
        };
        told.insert((path.clone(), old.get(path).cloned(), new.get(path).cloned(), verdict));
    }
    told
}

/// What the program says of the columns of a table.
fn told(found: &DeployComparison, file: &str) -> BTreeSet<Line> {
    let Some(table) = found.tables.iter().find(|table| table.file == file) else { return BTreeSet::new() };
    let counted = |kind: &str| ["added", "removed", "type", "mode", "shape"].contains(&kind);
    let changes = table.changes.changes.iter().filter(|change| counted(change.kind.name()));
    let forms = |forms: &Option<misfit::pipeline::compat::ColumnForms>| {
        forms.as_ref().map(|forms| (forms.kind.to_string(), forms.mode.name().to_owned()))
    };
    changes.map(|change| (change.column.clone(), forms(&change.old), forms(&change.new), change.verdict.name())).collect()
}

fn layouts(repo: &Path, revision: &str) -> BTreeMap<String, String> {
    let said = lines(git(repo, &["ls-tree", "-r", revision, "schemas/"]));
    let entry = |line: &String| {
        let (about, path) = line.split_once('\t')?;
        let is_layout = path.ends_with(".bq") && path.split('/').count() == 4;
        is_layout.then(|| (path.to_owned(), about.rsplit(' ').next().unwrap_or_default().to_owned()))
    };
    said.iter().filter_map(entry).collect()
}

/// Schemas that came without the layout that the generator wants of them.
fn without_layout(repo: &Path, old: &str, new: &str, now: &BTreeMap<String, String>) -> usize {
    let came = lines(git(repo, &["diff", "--no-renames", "--name-only", "--diff-filter=A", old, new, "--", "schemas/"]));
    let excepted = [
        "metadata/pioneer-ingestion",
        "metadata/structured-ingestion",
        "metadata/telemetry-ingestion",
        "metadata/credentials",
        "metadata/sources",
        "metadata/metaschema",
        "glean/",
        "disableSHA1rollout",
        "untrustedModules",
        "main.4.",
        "first-shutdown.4.",
        "saved-session.4.",
    ];
    let counts = |path: &&String| {
        let stem = path.strip_suffix(".schema.json").filter(|_| path.split('/').count() == 4);
        stem.is_some_and(|stem| !now.contains_key(&format!("{stem}.bq")) && !excepted.iter().any(|word| path.contains(word)))
    };
    came.iter().filter(counts).count()
}

fn opened(repo: &Path, revision: &str) -> SchemaStore {
    SchemaStore::open_revision(repo, Some(revision)).unwrap()
}

#[test]
fn neighbouring_revisions_differ_as_a_slow_reader_finds_corpus() {
    let Some(corpus) = corpus::folder() else { return };
    corpus::schemas(&corpus);
    let repo = corpus::cloned(&corpus);
    let revisions = lines(git(&repo, &["rev-list", "--reverse", "HEAD"]));
    let many = std::env::var("MISFIT_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(FEW);
    let (mut state, mut done, mut columns, mut gone) = (7u64, 0, 0, 0);
    while done < many {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 33) as usize % (revisions.len() - 1);
        let (old, new) = (&revisions[at], &revisions[at + 1]);
        let (before, now) = (layouts(&repo, old), layouts(&repo, new));
        if before.is_empty() || now.is_empty() || before == now {
            continue;
        }
        done += 1;
        let start = Instant::now();
        let found = compare(&opened(&repo, old), &opened(&repo, new), &CompareOptions::default());
        let took = start.elapsed();
        for (path, blob) in &before {
            let file = path.strip_prefix("schemas/").unwrap();
            let Some(other) = now.get(path) else {
                let table = found.tables.iter().find(|table| table.file == file);
                assert_eq!(table.map(|table| &table.state), Some(&TableState::Removed), "{old}..{new} {file}");
                gone += 1;
                continue;
            };
            let expected = if blob == other { BTreeSet::new() } else { slow(&whole(&repo, old, path), &whole(&repo, new, path)) };
            assert_eq!(told(&found, file), expected, "{old}..{new} {file}");
            columns += expected.len();
        }
        let fresh = now.keys().filter(|path| !before.contains_key(*path)).count() + without_layout(&repo, old, new, &now);
        assert_eq!(found.count_of(&TableState::Added), fresh, "{old}..{new}");
        println!("{}..{}: {} tables differ, {took:?}", &old[..9], &new[..9], found.tables.len());
    }
    println!("{done} pairs, {columns} changes of columns, {gone} tables gone");
}

/// Revisions that stopped a deploy, or did not, by the end of their subjects.
const REPLAYS: [(&str, bool, &str); 7] = [
    ("b97e7ff2", true, "client_info.app_build"),
    ("f29d1bea", true, "payload.ecosystem_device_id"),
    ("0614f059", true, "metrics.datetime"),
    ("4a73ba63", true, "metrics.use_counter.value.denominator"),
    ("fbfee46a", true, "metrics.counter"),
    ("88df03a7", true, ""),
    ("3549015f", false, ""),
];

#[test]
fn revisions_of_the_past_stop_as_they_did_corpus() {
    let Some(corpus) = corpus::folder() else { return };
    corpus::schemas(&corpus);
    let repo = corpus::cloned(&corpus);
    let log = lines(git(&repo, &["log", "--format=%H %s", "HEAD"]));
    for (short, stops, column) in REPLAYS {
        let line = log.iter().find(|line| line.contains(&format!("({short}"))).unwrap_or_else(|| panic!("no {short}"));
        let new = line.split(' ').next().unwrap();
        let found = compare(&opened(&repo, &format!("{new}~1")), &opened(&repo, new), &CompareOptions::default());
        assert_eq!(found.verdict().stops(), stops, "{short}");
        let changes = found.tables.iter().flat_map(|table| &table.changes.changes);
        let is_told = changes.filter(|change| change.verdict.stops()).any(|change| change.column == column);
        assert!(is_told == stops, "{short} does not tell {column:?}");
    }
}

/// Revisions of the beginning that are judged where nothing else is asked for: 205 have no layouts, then come small ones.
const BEGINNING: usize = 250;

#[test]
fn a_whole_history_is_judged_as_a_slow_reader_finds_corpus() {
    let Some(corpus) = corpus::folder() else { return };
    corpus::schemas(&corpus);
    let repo = corpus::cloned(&corpus);
    let revisions = lines(git(&repo, &["rev-list", "--reverse", "--first-parent", "HEAD"]));
    let asked = std::env::var("MISFIT_HISTORY").ok().and_then(|text| text.parse::<usize>().ok());
    let (tip, many) = asked.map_or((BEGINNING, FEW), |many| (revisions.len() - 1, many));
    let start = Instant::now();
    let history = misfit::triage::history::judge_all(&opened(&repo, &revisions[tip]), None).unwrap();
    println!("{:?} in {:?}", history.counts(), start.elapsed());
    assert_eq!(history.pairs.len() + history.without_layouts, tip);
    let (mut state, mut done, mut columns, mut gone) = (11u64, 0, 0, 0);
    while done < many {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pair = &history.pairs[(state >> 33) as usize % history.pairs.len()];
        let (before, now) = (layouts(&repo, &pair.old), layouts(&repo, &pair.new));
        if before == now {
            continue;
        }
        done += 1;
        let table = |path: &str| {
            pair.tables.iter().find(|table| path.ends_with(&format!("/{0}/{1}/{1}.{2}.bq", table.namespace, table.doctype, table.version)))
        };
        for (path, blob) in &before {
            let Some(other) = now.get(path) else {
                assert_eq!(table(path).map(|table| table.state.name()), Some("removed"), "{} {path}", pair.new);
                gone += 1;
                continue;
            };
            let expected =
                if blob == other { BTreeSet::new() } else { slow(&whole(&repo, &pair.old, path), &whole(&repo, &pair.new, path)) };
            let counted = |kind: &str| ["added", "removed", "type", "mode", "shape"].contains(&kind);
            let changes = table(path).map(|table| &table.judged.changes[..]).unwrap_or_default().iter();
            let told: BTreeSet<Line> = changes
                .filter(|change| counted(&change.kind))
                .map(|change| (change.column.clone(), change.old.clone(), change.new.clone(), change.verdict.name()))
                .collect();
            assert_eq!(told, expected, "{}..{} {path}", pair.old, pair.new);
            columns += expected.len();
        }
        let fresh = now.keys().filter(|path| !before.contains_key(*path)).count();
        assert_eq!(pair.tables.iter().filter(|table| table.state.name() == "added").count(), fresh, "{}", pair.new);
    }
    println!("{done} pairs, {columns} changes of columns, {gone} tables gone");
}
