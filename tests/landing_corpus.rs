//! Landings against the pipeline's own answers, for real documents and made-up hard cases.

mod corpus;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use corpus::Line;
use misfit::document::{Document, unescape_pointer};
use misfit::layout::Layout;
use misfit::schemas::SchemaStore;
use misfit::sink::{self, Fate, Landing};

/// A member's text as it is written: `true`, `{"a":1}`.
fn raw<'a>(Line(line): &'a Line, key: &str) -> &'a [u8] {
    line.member(0, key).map_or(&[], |id| line.raw(id))
}

/// What the pipeline did with one value, in our words: column, fate, place in additional_properties.
fn expected(line: &Line) -> (Option<String>, Fate, Option<String>) {
    let landing = line.text("landing");
    let fate = match landing.as_deref() {
        _ if raw(line, "shape_mismatch") == b"true" => Fate::Refused,
        Some("additional_properties") => Fate::Additional,
        Some("column" | "map_value") if line.text("coercion").is_none() => Fate::Stored,
        Some("column" | "map_value" | "json_string") => Fate::Changed,
        _ => Fate::Dropped,
    };
    // Where only the key of an entry is stored, the value's own column counts.
    let column = line.text("column").filter(|_| landing.as_deref() != Some("map_key"));
    let column = column.or_else(|| line.text("target")).or_else(|| line.text("key_column"));
    let column = column.filter(|_| fate != Fate::Additional || line.text("reason").as_deref() != Some("unknown_key"));
    (column, fate, line.text("ap_pointer"))
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
    fn count(&mut self, line: &Line, layout: &Layout, landing: &Landing) {
        let (column, fate, pointer) = expected(line);
        let found = landing.column.map(|id| layout.path(id));
        // A column of another name is no other outcome; a changed form is.
        let alike = landing.fate == fate || (fate == Fate::Stored && landing.fate == Fate::Changed);
        let (right, same) = (found == column, landing.additional_pointer == pointer);
        self.lines += 1;
        self.columns += usize::from(right);
        self.fates += usize::from(alike);
        self.pointers += usize::from(same);
        if !(right && alike && same) {
            let kind = format!(
                "{:?} {:?}: {fate:?} became {:?}, column {right}, pointer {same}",
                line.text("landing"),
                line.text("reason"),
                landing.fate
            );
            let origin = line.text("doc").or_else(|| line.text("case")).unwrap_or_default();
            let pointer = line.text("pointer").unwrap_or_default();
            let example = format!("{origin} {pointer}: {column:?} became {found:?} ({:?})", landing.reason);
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

/// Layouts are read once.
struct Files {
    corpus: PathBuf,
    store: SchemaStore,
    synthetic: BTreeMap<String, Arc<Layout>>,
}

impl Files {
    fn open() -> Option<Self> {
        let corpus = corpus::folder()?;
        let store = corpus::schemas(&corpus);
        Some(Files { corpus, store, synthetic: BTreeMap::new() })
    }

    fn layout(&mut self, name: &str) -> Arc<Layout> {
        if let Some(path) = name.strip_prefix("schemas/") {
            let at = self.store.doctypes().iter().position(|doctype| doctype.layout.as_deref() == Some(path));
            let layout = at.and_then(|at| self.store.layout(at).unwrap_or_else(|error| panic!("{error}")));
            return layout.unwrap_or_else(|| panic!("no layout {name}"));
        }
        let path = self.corpus.join("sink/layouts").join(name.trim_start_matches("synthetic/test/"));
        let read = || {
            let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Arc::new(Layout::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        };
        Arc::clone(self.synthetic.entry(name.to_owned()).or_insert_with(read))
    }
}

#[test]
fn real_documents_land_where_the_pipeline_puts_them() {
    let Some(mut files) = Files::open() else { return };
    let mut documents: BTreeMap<String, Document> = BTreeMap::new();
    let mut score = Score::default();
    for line in corpus::lines(&files.corpus.join("sink/columns.ndjson.gz")) {
        let name = line.text("doc").unwrap_or_default().replacen("validation/", "documents/", 1);
        let path = files.corpus.join(&name);
        let document = documents.entry(name).or_insert_with(|| Document::parse(std::fs::read(path).expect("a document of the corpus")));
        let layout = files.layout(&line.text("schema").unwrap_or_default());
        let tokens = unescape_pointer(&line.text("pointer").unwrap_or_default());
        score.count(&line, &layout, &sink::landing(&layout, &tokens, Some(document)));
    }
    let reached = score.report("real documents");
    assert!(reached.iter().all(|&share| share >= 999), "per mille {reached:?}");
}

#[test]
fn hard_cases_land_where_the_pipeline_puts_them() {
    let Some(mut files) = Files::open() else { return };
    let key = |line: &Line| (line.text("schema"), line.text("case"));
    let documents: BTreeMap<_, Document> = corpus::lines(&files.corpus.join("sink/rows.synthetic.ndjson.gz"))
        .map(|row| {
            // Text that is no JSON, or depends on its spelling, is kept as a string.
            let document = row.text("document").map_or_else(|| raw(&row, "document").to_vec(), String::into_bytes);
            (key(&row), Document::parse(document))
        })
        .collect();
    let mut score = Score::default();
    for line in corpus::lines(&files.corpus.join("sink/columns.synthetic.ndjson.gz")).filter(|line| raw(line, "strict") == b"false") {
        let layout = files.layout(&line.text("schema").unwrap_or_default());
        let Some(document) = documents.get(&key(&line)) else { continue };
        let tokens = unescape_pointer(&line.text("pointer").unwrap_or_default());
        score.count(&line, &layout, &sink::landing(&layout, &tokens, Some(document)));
    }
    let reached = score.report("hard cases");
    assert!(reached.iter().all(|&share| share >= 990), "per mille {reached:?}");
}

#[test]
fn keys_find_the_columns_the_pipeline_names() {
    let Some(folder) = corpus::folder() else { return };
    let (mut names, mut missed) = (0, Vec::new());
    for line in corpus::lines(&folder.join("sink/snake_case.ndjson.gz")) {
        let (key, column) = (line.text("in").unwrap_or_default(), line.text("bq").unwrap_or_default());
        // These are the pipeline's own, whatever else they would become.
        if column.is_empty() || ["metadata", "additional_properties"].contains(&&*column) {
            continue;
        }
        let layout = Layout::parse(format!(r#"[{{"name": "{column}", "type": "STRING"}}]"#).as_bytes()).expect("a layout");
        names += 1;
        if sink::landing(&layout, &[&key], None).column != Some(0) {
            missed.push(key);
        }
    }
    println!("{names} names, {} missed", missed.len());
    assert!(names > 0 && missed.is_empty(), "{missed:?}");
}
