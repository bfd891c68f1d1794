//! Landings against the pipeline's own answers, for real documents and made-up hard cases.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use flate2::read::MultiGzDecoder;
use misfit::document::{Document, unescape_pointer};
use misfit::layout::Layout;
use misfit::sink::{self, Fate, Landing};
use serde_json::Value;

/// The corpus, where it is.
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    Some(std::env::var_os("MISFIT_CORPUS").map_or_else(beside, PathBuf::from)).filter(|path| path.join("sink").is_dir())
}

/// The schema folder of the corpus, checked out once into the target folder.
fn schemas(corpus: &Path) -> Option<PathBuf> {
    static CHECKED_OUT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let check_out = || {
        let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("landing-schemas");
        if into.join("schemas").is_dir() {
            return Some(into);
        }
        // Cloned beside and moved, so that an interrupted clone is not taken for a whole one.
        let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).ok()?;
        let clone =
            Command::new("git").args(["clone", "--quiet", "-b", "slice"]).arg(corpus.join("schemas.bundle")).arg(fresh.path()).status();
        clone.ok().filter(|status| status.success())?;
        std::fs::rename(fresh.keep(), &into).ok().map(|()| into)
    };
    CHECKED_OUT.get_or_init(check_out).clone()
}

fn lines(path: &Path) -> impl Iterator<Item = Value> {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = BufReader::new(MultiGzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.expect("a line of the corpus")).expect("JSON in the corpus"))
}

fn text<'a>(line: &'a Value, key: &str) -> Option<&'a str> {
    line[key].as_str()
}

/// What the pipeline did with one value, in our words.
fn expected(line: &Value) -> (Option<&str>, Fate, Option<&str>) {
    let column = text(line, "column").filter(|_| text(line, "landing") != Some("map_key"));
    let column = column.or(text(line, "target")).or(text(line, "key_column"));
    let fate = match text(line, "landing") {
        _ if line["shape_mismatch"] == Value::Bool(true) => Fate::Refused,
        Some("additional_properties") => Fate::Additional,
        Some("column" | "map_value") if line["coercion"].is_null() => Fate::Stored,
        Some("column" | "map_value" | "json_string") => Fate::Changed,
        _ => Fate::Dropped,
    };
    let pointer = text(line, "ap_pointer");
    // Only the key of such an entry is in a column.
    let column = column.filter(|_| fate != Fate::Additional || text(line, "reason") != Some("unknown_key"));
    (column, fate, pointer)
}

#[derive(Default)]
struct Score {
    lines: usize,
    columns: usize,
    fates: usize,
    pointers: usize,
    missed: BTreeMap<String, (usize, String)>,
}

impl Score {
    fn count(&mut self, line: &Value, layout: &Layout, landing: &Landing) {
        let (column, fate, pointer) = expected(line);
        let found = landing.column.map(|id| layout.path(id));
        // A column of another name is no other outcome; a changed form is.
        let alike = landing.fate == fate || (fate == Fate::Stored && landing.fate == Fate::Changed);
        let (right, same) = (found.as_deref() == column, landing.additional_pointer.as_deref() == pointer);
        self.lines += 1;
        self.columns += usize::from(right);
        self.fates += usize::from(alike);
        self.pointers += usize::from(same);
        if !(right && alike && same) {
            let kind = format!(
                "{:?} {:?}: {fate:?} became {:?}, column {right}, pointer {same}",
                text(line, "landing"),
                text(line, "reason"),
                landing.fate
            );
            let example = format!("{} {}: {column:?} became {found:?} ({:?})", line["doc"], line["pointer"], landing.reason);
            let example = if line["doc"].is_null() { format!("{} {example}", line["case"]) } else { example };
            self.missed.entry(kind).or_insert((0, example)).0 += 1;
        }
    }

    /// Shares of lines whose column, fate and place are the pipeline's, in per mille.
    fn report(&self, what: &str) -> [usize; 3] {
        println!("{what}: {} lines; column {}, fate {}, place {}", self.lines, self.columns, self.fates, self.pointers);
        self.missed.iter().for_each(|(kind, (count, example))| println!("  {count} {kind}\n      {example}"));
        [self.columns, self.fates, self.pointers].map(|right| right * 1000 / self.lines.max(1))
    }
}

/// Layouts and documents are read once.
struct Files {
    corpus: PathBuf,
    schemas: PathBuf,
    layouts: BTreeMap<String, Layout>,
}

impl Files {
    fn open() -> Option<Self> {
        let files = corpus().and_then(|corpus| Some(Files { schemas: schemas(&corpus)?, corpus, layouts: BTreeMap::new() }));
        if files.is_none() {
            println!("skipped: no corpus with sink/ and schemas.bundle (MISFIT_CORPUS), or no git");
        }
        files
    }

    fn layout(&mut self, name: &str) -> &Layout {
        let path = match name.strip_prefix("synthetic/test/") {
            Some(name) => self.corpus.join("sink/layouts").join(name),
            None => self.schemas.join(name),
        };
        self.layouts.entry(name.to_owned()).or_insert_with(|| {
            let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Layout::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
    }
}

#[test]
fn real_documents_land_where_the_pipeline_puts_them() {
    let Some(mut files) = Files::open() else { return };
    let mut documents: BTreeMap<String, Document> = BTreeMap::new();
    let mut score = Score::default();
    for line in lines(&files.corpus.join("sink/columns.ndjson.gz")) {
        let name = text(&line, "doc").unwrap_or_default().replacen("validation/", "documents/", 1);
        let path = files.corpus.join(&name);
        let document = documents.entry(name).or_insert_with(|| Document::parse(std::fs::read(path).expect("a document of the corpus")));
        let layout = files.layout(text(&line, "schema").unwrap_or_default());
        let tokens = unescape_pointer(text(&line, "pointer").unwrap_or_default());
        score.count(&line, layout, &sink::landing(layout, &tokens, Some(document)));
    }
    let reached = score.report("real documents");
    assert!(reached.iter().all(|&share| share >= 999), "per mille {reached:?}");
}

#[test]
fn hard_cases_land_where_the_pipeline_puts_them() {
    let Some(mut files) = Files::open() else { return };
    let key = |line: &Value| format!("{} {}", line["schema"], line["case"]);
    let documents: BTreeMap<String, Document> = lines(&files.corpus.join("sink/rows.synthetic.ndjson.gz"))
        .map(|row| {
            let document = row["document"].as_str().map_or_else(|| row["document"].to_string(), str::to_owned);
            (key(&row), Document::parse(document.into_bytes()))
        })
        .collect();
    let mut score = Score::default();
    for line in lines(&files.corpus.join("sink/columns.synthetic.ndjson.gz")).filter(|line| line["strict"] == Value::Bool(false)) {
        let layout = files.layout(text(&line, "schema").unwrap_or_default());
        let Some(document) = documents.get(&key(&line)) else { continue };
        let tokens = unescape_pointer(text(&line, "pointer").unwrap_or_default());
        score.count(&line, layout, &sink::landing(layout, &tokens, Some(document)));
    }
    let reached = score.report("hard cases");
    assert!(reached.iter().all(|&share| share >= 990), "per mille {reached:?}");
}
