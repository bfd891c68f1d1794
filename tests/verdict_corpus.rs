//! The replayed verdicts of the corpus against the true answers.
//! The corpus is looked for in $MISFIT_CORPUS or ../shared/corpus, schemas in $MISFIT_SCHEMAS or the corpus' bundle.

use crate::corpus;

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::corpus::Line;
use base64::Engine;
use flate2::read::GzDecoder;
use misfit::pipeline::document::Document;
use misfit::pipeline::verdict::judge::jackson::parse_verdict;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use misfit::rows::schemas::{Lookup, SchemaStore};

/// The exception's name before the message.
const CLASS: &str = "org.everit.json.schema.ValidationException: ";

/// Judges made once for each schema.
struct Judges {
    store: SchemaStore,
    made: HashMap<usize, Arc<Judge>>,
}

impl Judges {
    fn open(corpus: &Path) -> Self {
        Judges { store: corpus::schemas(corpus), made: HashMap::new() }
    }

    fn of(&mut self, namespace: &str, doctype: &str, version: Option<&str>) -> Option<Arc<Judge>> {
        let Lookup::Found(found) = self.store.lookup(namespace, doctype, version) else { return None };
        Some(self.at(found))
    }

    fn at(&mut self, found: usize) -> Arc<Judge> {
        let store = &self.store;
        let make = || Arc::new(Judge::compile(store.schema(found).unwrap().unwrap()).unwrap_or_else(|reason| panic!("{reason}")));
        self.made.entry(found).or_insert_with(make).clone()
    }
}

fn text_of(Line(line): &Line, node: u32, name: &str) -> Option<String> {
    Some(line.string(line.member(node, name)?)?.into_owned())
}

fn is_true(Line(line): &Line, name: &str) -> bool {
    line.member(0, name).is_some_and(|node| line.raw(node) == b"true")
}

/// The lines of one of the corpus' files, by its name without endings.
fn lines(corpus: &Path, name: &str) -> impl Iterator<Item = Line> + use<> {
    let path = [".ndjson", ".ndjson.gz"].map(|last| corpus.join(format!("{name}{last}"))).into_iter().find(|path| path.exists());
    corpus::lines(&path.unwrap())
}

fn payload(row: &Line) -> Option<Vec<u8>> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(row.text("payload")?).ok()?;
    let mut plain = Vec::new();
    Some(if GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).is_ok() { plain } else { bytes })
}

/// What is not as it should be, by kind, with an example each.
#[derive(Default)]
struct Wrong(BTreeMap<String, (u64, String)>);

impl Wrong {
    fn add(&mut self, kind: String, example: impl FnOnce() -> String) {
        self.0.entry(kind).or_insert_with(|| (0, example())).0 += 1;
    }

    fn settle(&self, what: &str, of: u64) {
        let wrong: u64 = self.0.values().map(|(count, _)| count).sum();
        println!("{what}: {} of {of} right", of - wrong);
        for (kind, (count, example)) in &self.0 {
            println!("  {count} x {kind}: {example:.3000}");
        }
        assert!(of > 0, "{what}: nothing was compared");
        assert!(wrong == 0, "{what}: {wrong} of {of} are wrong");
    }
}

#[test]
fn every_verdict_is_the_pipelines() {
    let Some(corpus) = corpus::folder() else { return };
    let mut judges = Judges::open(&corpus);
    for name in ["errors-2k", "errors-30k"] {
        let (mut rows, mut wrong) = (0, Wrong::default());
        for (row, truth) in lines(&corpus, name).zip(lines(&corpus, &format!("{name}.truth"))) {
            let Some(keyword) = truth.text("keyword") else { continue };
            rows += 1;
            let text = |name: &str| truth.text(name).unwrap_or_default();
            let judge = judges.of(&text("namespace"), &text("doctype"), truth.text("version").as_deref()).expect("a schema");
            let document = Document::parse(payload(&row).expect("a payload"));
            let verdict = judge.verdict(JudgeInput::payload(&document));
            let Outcome::Fail(found) = verdict.outcome else {
                wrong.add(format!("{keyword} passes"), || format!("{} {:?}", text("message"), verdict.doubts));
                continue;
            };
            let told = (format!("{CLASS}{}", found.message), found.keyword, found.pointer, found.schema_pointer, found.literal);
            let expected =
                (text("message"), keyword.as_str(), text("pointer"), text("schema_pointer"), is_true(&truth, "keyword_in_schema"));
            if told != expected || !verdict.doubts.is_empty() {
                let message = if told.0 == expected.0 { "" } else { ", other message" };
                wrong.add(format!("{keyword}, told {}{message}", told.1), || format!("{told:?} for {expected:?} {:?}", verdict.doubts));
            }
        }
        wrong.settle(name, rows);
    }
}

#[test]
fn every_violation_is_the_validators() {
    let Some(corpus) = corpus::folder() else { return };
    let mut judges = Judges::open(&corpus);
    let rows: Vec<(Line, Line)> = lines(&corpus, "errors-2k").zip(lines(&corpus, "errors-2k.truth")).collect();
    let (mut compared, mut wrong) = (0, Wrong::default());
    for expected in lines(&corpus, "errors-2k.violations") {
        let number = |name: &str| String::from_utf8_lossy(expected.0.raw(expected.0.member(0, name).unwrap())).parse::<usize>().unwrap();
        let (row, truth) = &rows[number("row")];
        let text = |name: &str| truth.text(name).unwrap_or_default();
        let judge = judges.of(&text("namespace"), &text("doctype"), truth.text("version").as_deref()).expect("a schema");
        let document = Document::parse(payload(row).expect("a payload"));
        let found = judge.violations(JudgeInput::payload(&document), 1000);
        let schema_location = |pointer: &str| format!("#{pointer}");
        let mut told: Vec<_> = found
            .list
            .iter()
            .map(|violation| {
                let location = violation.located.then(|| schema_location(&violation.schema_pointer));
                (violation.pointer.clone(), violation.keyword.to_owned(), location, violation.message.clone())
            })
            .collect();
        let all = expected.0.member(0, "violations").unwrap();
        let mut truths: Vec<_> = expected
            .0
            .children(all)
            .map(|node| {
                let text = |name| text_of(&expected, node, name);
                (text("pointer").unwrap(), text("keyword").unwrap(), text("schema_location"), text("message").unwrap())
            })
            .collect();
        told.sort();
        truths.sort();
        compared += 1;
        if told != truths || found.count != truths.len() as u64 || !found.doubts.is_empty() {
            let kind = if told.len() == truths.len() { "other violations" } else { "another number" };
            wrong.add(kind.to_owned(), || format!("row {}: {told:?} for {truths:?}", number("row")));
        }
    }
    wrong.settle("errors-2k.violations", compared);
}

#[test]
fn sample_documents_pass_and_fail_as_their_names_say() {
    let Some(corpus) = corpus::folder() else { return };
    let mut judges = Judges::open(&corpus);
    let (mut judged, mut wrong) = (0, Wrong::default());
    for folder in std::fs::read_dir(corpus.join("documents")).unwrap() {
        let folder = folder.unwrap().path();
        let namespace = folder.file_name().unwrap().to_string_lossy().into_owned();
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let mut parts = name.split('.');
            let (doctype, version) = (parts.next().unwrap(), parts.next());
            // The samples of the namespace "glean" fit every ping of every Glean application.
            let (namespace, doctype) = if namespace == "glean" { ("org-mozilla-firefox", "metrics") } else { (&*namespace, doctype) };
            let judge = judges.of(namespace, doctype, version).unwrap_or_else(|| panic!("no schema for {namespace}/{name}"));
            judged += 1;
            let document = Document::parse(std::fs::read(&path).unwrap());
            let expected = name.contains(".pass.");
            let verdict = judge.verdict(&document);
            if (verdict.outcome == Outcome::Pass) != expected {
                wrong.add(format!("should pass: {expected}"), || format!("{namespace}/{name}: {verdict:?}"));
            }
        }
    }
    wrong.settle("documents", judged);
}

/// Line and column at the end of a message of the parser; the first line without what it repeats of the payload.
fn place(message: &str) -> (Option<(usize, usize)>, String) {
    let (first, _) = message.split_once("\n at [Source").unwrap_or((message, ""));
    let first = first.split(" (start marker at").next().unwrap_or(first);
    let place = message.rsplit_once("; line: ").and_then(|(_, place)| {
        let (line, column) = place.trim_end_matches([']', ')']).split_once(", column: ")?;
        Some((line.parse().ok()?, column.parse().ok()?))
    });
    (place, first.to_owned())
}

#[test]
fn every_parse_failure_is_jacksons() {
    let Some(corpus) = corpus::folder() else { return };
    for name in ["errors-2k", "errors-30k"] {
        let (mut compared, mut wrong) = (0, Wrong::default());
        for (row, truth) in lines(&corpus, name).zip(lines(&corpus, &format!("{name}.truth"))) {
            let class = truth.text("exception_class").unwrap_or_default();
            let of_parser = class.contains("jackson") || class == "java.io.IOException";
            // Rows that were judged by their schema have passed the parser.
            if !of_parser && truth.text("keyword").is_none() {
                continue;
            }
            compared += 1;
            let told = parse_verdict(&payload(&row).expect("a payload")).err();
            let message = truth.text("message").unwrap_or_default();
            let message = message.strip_prefix(&format!("{class}: ")).unwrap_or(&message);
            let (place, first) = place(message);
            let right = match &told {
                None => !of_parser,
                Some(told) => {
                    let same_place = place.is_none_or(|place| place == (told.line, told.column));
                    of_parser && told.class == class && told.message == first && same_place
                }
            };
            if !right {
                let kind = told.as_ref().map_or("accepted".to_owned(), |told| told.message.chars().take(60).collect());
                wrong.add(kind, || format!("{told:?} for {class} {place:?} {first:?}"));
            }
        }
        wrong.settle(&format!("{name}, parser"), compared);
    }
}
