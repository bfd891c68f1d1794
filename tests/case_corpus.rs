//! Cases of real error rows: every row opens, and leads to the schema node that the pipeline names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use misfit::case::{self, Case};
use misfit::document::Document;
use misfit::schemas::SchemaStore;
use misfit::source::{Payload, SourceRow};

/// The corpus and a schema folder checked out of it, where they can be had.
fn corpus() -> Option<(PathBuf, PathBuf)> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let corpus = Some(std::env::var_os("MISFIT_CORPUS").map_or_else(beside, PathBuf::from))
        .filter(|path| path.join("errors-2k.ndjson").is_file())?;
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("case-schemas");
    if !into.join("schemas").is_dir() {
        // Cloned beside and moved, so that an interrupted clone is not taken for a whole one.
        let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).ok()?;
        let clone =
            Command::new("git").args(["clone", "--quiet", "-b", "slice"]).arg(corpus.join("schemas.bundle")).arg(fresh.path()).status();
        clone.ok().filter(|status| status.success())?;
        std::fs::rename(fresh.keep(), &into).ok()?;
    }
    Some((corpus, into))
}

/// Lines of a file as documents: some hold half of a surrogate pair, which stricter readers refuse.
fn lines(path: &Path) -> Vec<Document> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| Document::parse(line.as_bytes())).collect()
}

fn text<'a>(line: &'a Document, key: &str) -> Option<Cow<'a, str>> {
    line.string(line.member(0, key)?)
}

fn row(line: &Document) -> SourceRow {
    let payload = match text(line, "payload") {
        None => Payload::Absent,
        Some(text) => match base64::engine::general_purpose::STANDARD.decode(&*text) {
            Ok(bytes) => Payload::Bytes(bytes),
            Err(_) => Payload::NotBase64(text.into_owned()),
        },
    };
    let columns = line.children(0).filter_map(|id| Some((line.key(id)?.into_owned(), line.string(id).map(Cow::into_owned))));
    SourceRow { columns: columns.filter(|(name, _)| name != "payload").collect(), payload, origin: "corpus".to_owned() }
}

#[derive(Default)]
struct Score {
    rows: usize,
    pointers: usize,
    keywords: usize,
    values: usize,
    landings: usize,
}

impl Score {
    fn count(&mut self, case: &Case, truth: &Document) {
        let broken = case.broken.as_ref();
        self.rows += 1;
        self.pointers +=
            usize::from(broken.and_then(|broken| broken.schema_pointer.as_deref()) == text(truth, "schema_pointer").as_deref());
        self.keywords += usize::from(broken.and_then(|broken| broken.keyword) == text(truth, "keyword").as_deref());
        self.landings += usize::from(case.landing.is_some());
        let path = truth.member(0, "instance_path");
        let path: Vec<_> = path
            .into_iter()
            .flat_map(|path| truth.children(path))
            .map(|id| truth.string(id).unwrap_or_else(|| String::from_utf8_lossy(truth.raw(id))))
            .collect();
        self.values += usize::from(broken.is_some_and(|broken| broken.tokens == path) && case.value.is_some());
    }
}

#[test]
fn every_row_opens_and_leads_to_its_node() {
    let Some((corpus, schemas)) = corpus() else {
        println!("skipped: no corpus with errors-2k.ndjson and schemas.bundle (MISFIT_CORPUS), or no git");
        return;
    };
    let store = SchemaStore::open_folder(&schemas).unwrap_or_else(|error| panic!("{error}"));
    let mut score = Score::default();
    let mut versions = (0, 0);
    let mut notes: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (line, truth) in lines(&corpus.join("errors-2k.ndjson")).iter().zip(lines(&corpus.join("errors-2k.truth.ndjson"))) {
        let case = case::open(row(line), Some(&store));
        assert!(!case.sentence().is_empty() && !case.sentence().contains(misfit::text::is_unsafe), "{}", case.sentence());
        // What fails on its address has not come to a version.
        let valid = truth.member(0, "valid_json").is_some_and(|id| truth.raw(id) == b"true")
            && text(&truth, "error_type").as_deref() == Some("ParsePayload");
        if let (true, Some(version)) = (valid, text(&truth, "version")) {
            versions.0 += 1;
            versions.1 += usize::from(case.doctype.as_ref().and_then(|doctype| doctype.version.as_deref()) == Some(&*version));
        }
        for note in &case.notes {
            notes.entry(note.chars().take(24).collect()).or_insert((0, note.clone())).0 += 1;
        }
        if text(&truth, "keyword").is_some() {
            score.count(&case, &truth);
        }
    }
    notes.values().for_each(|(count, note)| println!("{count:5} {note}"));
    let Score { rows, pointers, keywords, values, landings } = score;
    println!(
        "{rows} validation rows: node {pointers}, keyword {keywords}, value {values}, landing {landings}; version {} of {}",
        versions.1, versions.0
    );
    assert_eq!(versions.0, versions.1, "versions as the decoder resolves them");
    assert!([pointers, keywords, values, landings].iter().all(|&right| right * 1000 >= rows * 999));
}
