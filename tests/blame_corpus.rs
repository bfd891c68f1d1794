//! The history of a node or a column equals what every revision says, read one by one.

use crate::corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use misfit::rows::schemas::SchemaStore;
use misfit::triage::blame::upstream::UpstreamBook;
use misfit::triage::blame::{Blame, BlameQuestion, BlameTarget, HistorySettings, blame};
use serde_json::{Value, json};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

struct Repo {
    path: PathBuf,
    /// Oldest first.
    revisions: Vec<String>,
}

impl Repo {
    fn git(&self, args: &[&str], input: Option<&str>) -> Vec<u8> {
        let mut child = Command::new("git")
            .arg("-C")
            .arg(&self.path)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git runs");
        let mut stdin = child.stdin.take().unwrap();
        let input = input.unwrap_or_default().to_owned();
        let asking = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let _ = asking.join().unwrap();
        output.stdout
    }

    fn open(corpus: &Path) -> Self {
        corpus::schemas(corpus);
        let path = corpus::cloned(corpus);
        let mut repo = Repo { path, revisions: Vec::new() };
        let said = String::from_utf8(repo.git(&["rev-list", "--reverse", "HEAD"], None)).unwrap();
        repo.revisions = said.lines().map(str::to_owned).collect();
        repo
    }

    /// Every file of schemas that any revision had.
    fn files(&self) -> Vec<String> {
        let said = String::from_utf8(self.git(&["log", "--name-only", "--format=", "HEAD"], None)).unwrap();
        said.lines().filter(|path| path.split('/').count() == 4).map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What each revision has in a file: its hash, or nothing.
    fn versions(&self, file: &str) -> Vec<Option<String>> {
        let asked: String = self.revisions.iter().map(|revision| format!("{revision}:{file}\n")).collect();
        let said = String::from_utf8(self.git(&["cat-file", "--batch-check"], Some(&asked))).unwrap();
        let hash = |line: &str| line.split_once(" blob ").map(|(hash, _)| hash.to_owned());
        said.lines().map(hash).collect()
    }

    /// The contents of files, one after another, so that long ones are not all held; `None` where one is no JSON.
    fn each(&self, hashes: &BTreeSet<String>, mut each: impl FnMut(&str, Option<&Value>)) {
        let asked: String = hashes.iter().map(|hash| format!("{hash}\n")).collect();
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.path).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = git.spawn().expect("git runs");
        let mut stdin = child.stdin.take().unwrap();
        let asking = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        for _ in hashes {
            let mut head = String::new();
            answers.read_line(&mut head).unwrap();
            let (hash, length) = (head.split(' ').next().unwrap(), head.trim().rsplit(' ').next().unwrap().parse::<usize>().unwrap());
            let mut bytes = vec![0; length + 1];
            answers.read_exact(&mut bytes).unwrap();
            each(hash, serde_json::from_slice(&bytes[..length]).ok().as_ref());
        }
        asking.join().unwrap().unwrap();
        child.wait().unwrap();
    }
}

/// The list of columns: the first revisions have it in an object.
fn top(layout: &Value) -> Option<&Vec<Value>> {
    layout.as_array().or_else(|| layout["fields"].as_array())
}

fn column<'a>(layout: &'a Value, names: &[String]) -> Option<&'a Value> {
    let mut columns = top(layout)?;
    let mut found = None;
    for name in names {
        let column = columns.iter().find(|column| column["name"] == **name)?;
        found = Some(column);
        static NONE: Vec<Value> = Vec::new();
        columns = column["fields"].as_array().unwrap_or(&NONE);
    }
    found
}

fn said(content: &Value, target: &BlameTarget) -> Option<Value> {
    match target {
        BlameTarget::Node(_) => {
            let pointer = target.to_string();
            content.pointer(if pointer == "#" { "" } else { &pointer }).cloned()
        }
        BlameTarget::Column(names) => column(content, names).map(|column| {
            let tags = column["policyTags"].get("names").cloned().unwrap_or(json!([]));
            json!({"type": column["type"], "mode": column.get("mode").cloned().unwrap_or(json!("NULLABLE")), "policy_tags": tags})
        }),
    }
}

/// Any value of a document, by its pointer, or any column.
fn any(content: &Value, is_node: bool, dice: &mut Dice) -> Option<BlameTarget> {
    fn nodes(value: &Value, pointer: String, all: &mut Vec<String>) {
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(key, value)| nodes(value, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), all)),
            Value::Array(elements) => elements.iter().enumerate().for_each(|(at, value)| nodes(value, format!("{pointer}/{at}"), all)),
            _ => {}
        }
        all.push(pointer);
    }
    fn columns(value: &Value, path: &str, all: &mut Vec<String>) {
        for column in value.as_array().into_iter().flatten() {
            let path = format!("{path}{}", column["name"].as_str().unwrap_or_default());
            columns(&column["fields"], &format!("{path}."), all);
            all.push(path);
        }
    }
    let mut all = Vec::new();
    if is_node {
        nodes(content, "#".to_owned(), &mut all);
    } else {
        columns(top(content).map_or(&Value::Null, |_| if content.is_array() { content } else { &content["fields"] }), "", &mut all);
    }
    let text = (!all.is_empty()).then(|| all.swap_remove(dice.below(all.len())))?;
    // A pointer as it is typed, not as a part of an address.
    BlameTarget::parse(text.strip_prefix('#').filter(|pointer| !pointer.is_empty()).unwrap_or(&text)).ok()
}

fn question(file: &str, target: BlameTarget) -> BlameQuestion {
    let parts: Vec<&str> = file.split('/').collect();
    let stem = parts[3].trim_end_matches(".bq").trim_end_matches(".schema.json");
    let version = stem.split_once('.').map(|(_, version)| version).unwrap();
    BlameQuestion { namespace: parts[1].to_owned(), doctype: parts[2].to_owned(), version: version.to_owned(), target }
}

/// As many questions about the files of one kind as asked for, several about each file; how many were compared.
fn compare(repo: &Repo, store: &SchemaStore, is_node: bool, wanted: usize, largest: u64) -> usize {
    let ending = if is_node { ".schema.json" } else { ".bq" };
    let files: Vec<String> = repo.files().into_iter().filter(|file| file.ends_with(ending)).collect();
    let (mut dice, mut compared, mut asked, mut tries) = (Dice(15), 0, 0, 0);
    while asked < wanted && tries < 20 * wanted {
        tries += 1;
        let file = &files[dice.below(files.len())];
        let versions = repo.versions(file);
        let distinct: BTreeSet<String> = versions.iter().flatten().cloned().collect();
        let Some(any_version) = versions.iter().flatten().next() else { continue };
        let size = String::from_utf8(repo.git(&["cat-file", "-s", any_version], None)).unwrap().trim().parse::<u64>().unwrap();
        if size * distinct.len() as u64 > largest {
            continue;
        }
        // Any value of any revision: also one that is long gone.
        let mut targets: Vec<BlameTarget> = Vec::new();
        let some: BTreeSet<String> = (0..3).filter_map(|_| versions[dice.below(versions.len())].clone()).collect();
        repo.each(&some, |_, content| {
            let many = if largest == u64::MAX { 4 } else { 7 };
            targets.extend(
                content.into_iter().flat_map(|content| (0..many).filter_map(|_| any(content, is_node, &mut dice)).collect::<Vec<_>>()),
            );
        });
        asked += targets.len();
        // What each version says of each of them; nothing of a version that is no JSON.
        let mut all: BTreeMap<String, Option<Vec<Option<Value>>>> = BTreeMap::new();
        repo.each(&distinct, |hash, content| {
            all.insert(hash.to_owned(), content.map(|content| targets.iter().map(|target| said(content, target)).collect()));
        });
        for (at, target) in targets.into_iter().enumerate() {
            let mut truth: Vec<(String, Option<Value>)> = Vec::new();
            for (revision, hash) in repo.revisions.iter().zip(&versions) {
                let now = match hash.as_ref().map(|hash| &all[hash]) {
                    Some(None) => continue,
                    Some(Some(said)) => said[at].clone(),
                    None => None,
                };
                if truth.last().map_or(now.is_some(), |(_, last)| *last != now) {
                    truth.push((revision.clone(), now));
                }
            }
            truth.reverse();
            let question = question(file, target);
            let found: Blame = blame(store, &question, &UpstreamBook::default(), &HistorySettings::default())
                .unwrap_or_else(|error| panic!("{file} {question:?}: {error}"));
            if found.file != *file {
                // Names that the decoder takes for the same: another file is meant by it.
                continue;
            }
            let told: Vec<(String, Option<Value>)> = found.changes.into_iter().map(|change| (change.revision, change.after)).collect();
            assert_eq!(told, truth, "{file} {}", question.target);
            compared += 1;
        }
    }
    compared
}

#[test]
fn histories_equal_every_revision_read() {
    let Some(corpus) = corpus::folder() else { return };
    let repo = Repo::open(&corpus);
    let store = SchemaStore::open_revision(&repo.path, Some("HEAD")).unwrap();
    let is_whole = std::env::var_os("MISFIT_BLAME_ALL").is_some();
    let (nodes, columns, largest) = if is_whole { (1000, 1000, u64::MAX) } else { (60, 40, 4 << 20) };
    let compared = [compare(&repo, &store, true, nodes, largest), compare(&repo, &store, false, columns, largest)];
    println!("{} nodes, {} columns", compared[0], compared[1]);
    assert!(compared[0] * 10 >= nodes * 9 && compared[1] * 10 >= columns * 9, "{compared:?}");
}

#[test]
fn incidents_have_the_history_that_is_known_of_them() {
    let Some(corpus) = corpus::folder() else { return };
    let repo = Repo::open(&corpus);
    let store = SchemaStore::open_revision(&repo.path, Some("HEAD")).unwrap();
    let book = UpstreamBook::read(&corpus.join("upstream.tsv")).unwrap();
    let label = "/properties/metrics/properties/labeled_boolean/additionalProperties/propertyNames/maxLength";
    let asked = question("schemas/firefox-desktop/metrics/metrics.1.schema.json", BlameTarget::parse(label).unwrap());
    let found = blame(&store, &asked, &book, &HistorySettings::default()).unwrap();
    let told: Vec<_> = found.changes.iter().map(|change| (change.before.clone(), change.after.clone())).collect();
    assert_eq!(told, [(Some(json!(71)), Some(json!(111))), (Some(json!(61)), Some(json!(71))), (None, Some(json!(61)))]);
    let bugs: Vec<_> = found.changes[1].upstream.iter().filter_map(|commit| commit.bug).collect();
    assert_eq!(bugs, [1_929_078]);
    let asked = question(
        "schemas/telemetry/crash/crash.4.schema.json",
        BlameTarget::parse("/properties/payload/properties/minidumpSha256Hash/type").unwrap(),
    );
    let found = blame(&store, &asked, &book, &HistorySettings::default()).unwrap();
    assert_eq!(found.changes.len(), 2);
    assert_eq!(found.changes[0].after, Some(json!(["null", "string"])));
}
