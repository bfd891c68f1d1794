//! The schema node of every validation message of the corpus against the true answer.
//! The corpus is looked for in $MISFIT_CORPUS or ../shared/corpus, schemas in $MISFIT_SCHEMAS or the corpus' bundle.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use flate2::read::GzDecoder;
use misfit::document::Document;
use misfit::fault::Fault;
use misfit::schemas::{Lookup, SchemaStore};
use misfit::verdict::locate_best;

/// Share of validation rows, in 1/10,000, whose node and keyword must equal the truth.
const FLOOR: u64 = 9_900;
const HOW: [&str; 2] = ["message only", "with document"];

fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = std::env::var_os("MISFIT_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    path.is_dir().then_some(path)
}

/// The newest schemas: a folder that is given, or a clone of the bundle made once.
fn schemas(corpus: &Path) -> SchemaStore {
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
    SchemaStore::open_folder(&folder).unwrap()
}

/// One line of a file; read with the project's own reader, which takes lone surrogates.
struct Line(Document);

impl Line {
    fn text(&self, name: &str) -> Option<String> {
        Some(self.0.string(self.0.member(0, name)?)?.into_owned())
    }

    fn list(&self, name: &str) -> Vec<String> {
        let list = self.0.member(0, name).into_iter().flat_map(|node| self.0.children(node));
        list.filter_map(|node| Some(self.0.string(node)?.into_owned())).collect()
    }
}

fn lines(path: &Path) -> impl Iterator<Item = Line> + use<> {
    let file = File::open(path).unwrap();
    let reader: Box<dyn Read> = if path.extension().is_some_and(|e| e == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    BufReader::new(reader).lines().map(|line| Line(Document::parse(line.unwrap().into_bytes())))
}

fn document(row: &Line) -> Option<Document> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(row.text("payload")?).ok()?;
    let mut plain = Vec::new();
    match GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain) {
        Ok(_) => Some(Document::parse(plain)),
        Err(_) => Some(Document::parse(bytes)),
    }
}

/// Counts of validation rows, of right answers without and with the document, and what is wrong by kind.
#[derive(Default)]
struct Score {
    rows: u64,
    right: [u64; 2],
    certain: [u64; 2],
    sure_but_wrong: [u64; 2],
    wrong: BTreeMap<String, (u64, String)>,
}

impl Score {
    fn judge(&mut self, store: &SchemaStore, row: &Line, truth: &Line) {
        let Some(keyword) = truth.text("keyword") else { return };
        self.rows += 1;
        let (namespace, doctype, version) = (truth.text("namespace").unwrap(), truth.text("doctype").unwrap(), truth.text("version"));
        let Lookup::Found(found) = store.lookup(&namespace, &doctype, version.as_deref()) else {
            panic!("no schema for {namespace}/{doctype}")
        };
        let schema = store.schema(found).unwrap().unwrap();
        let (message, class) = (row.text("error_message").unwrap(), row.text("exception_class"));
        let readings = Fault::readings(&message, class.as_deref());
        let document = document(row);
        for (i, document) in [None, document.as_ref()].into_iter().enumerate() {
            let broken = locate_best(&schema, &readings, document).map(|(_, broken)| broken).unwrap_or_default();
            let right = broken.keyword == Some(keyword.as_str()) && broken.schema_pointer == truth.text("schema_pointer");
            self.right[i] += u64::from(right);
            self.certain[i] += u64::from(!broken.ambiguous);
            self.sure_but_wrong[i] += u64::from(!right && !broken.ambiguous);
            if !right {
                let place = if broken.tokens == truth.list("instance_path") { "" } else { "another place, " };
                let what = if broken.keyword == Some(keyword.as_str()) { "another node" } else { "another keyword" };
                let kind = format!("{} {keyword}: {place}{what}", HOW[i]);
                let told = (broken.keyword, broken.schema_pointer, truth.text("schema_pointer"));
                self.wrong.entry(kind).or_insert_with(|| (0, format!("{told:?} for {message:.300}"))).0 += 1;
            }
        }
    }
}

#[test]
fn the_node_that_broke_is_the_truths() {
    let Some(corpus) = corpus() else {
        println!("skipped: no corpus at $MISFIT_CORPUS or ../shared/corpus");
        return;
    };
    let store = schemas(&corpus);
    for name in ["errors-2k", "errors-30k"] {
        let path = |ending: &str| {
            [".ndjson", ".ndjson.gz"].map(|last| corpus.join(format!("{name}{ending}{last}"))).into_iter().find(|p| p.exists()).unwrap()
        };
        let mut score = Score::default();
        for (row, truth) in lines(&path("")).zip(lines(&path(".truth"))) {
            score.judge(&store, &row, &truth);
        }
        println!("{name}: {} validation rows", score.rows);
        for (i, how) in HOW.into_iter().enumerate() {
            let share = score.right[i] * 10_000 / score.rows;
            println!(
                "  {how}: {} right ({share} of 10,000), {} unambiguous, {} of them wrong",
                score.right[i], score.certain[i], score.sure_but_wrong[i]
            );
        }
        for (kind, (count, example)) in &score.wrong {
            println!("  {count} x {kind}: {example}");
        }
        for right in score.right {
            assert!(right * 10_000 / score.rows >= FLOOR, "{name}: {right} of {} right", score.rows);
        }
    }
}
