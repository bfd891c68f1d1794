//! The cases of the corpus: layouts, documents, what was submitted with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use misfit::pipeline::document::{Document, Kind, NodeId};
use misfit::pipeline::layout::Layout;
use misfit::pipeline::sink::{Submission, Transformed, transform};
use misfit::rows::schemas::SchemaStore;

use crate::corpus::{self, Line};

/// A document with its layout, made a row.
pub(crate) struct Case {
    pub layout: Arc<Layout>,
    pub document: Arc<Document>,
    pub transformed: Transformed,
    /// What the pipeline made of it: a line of a `rows` file.
    pub truth: Line,
}

/// Layouts and documents, each read once.
pub(crate) struct Files {
    pub corpus: PathBuf,
    store: SchemaStore,
    layouts: BTreeMap<String, Arc<Layout>>,
    documents: BTreeMap<PathBuf, Arc<Document>>,
}

impl Files {
    pub(crate) fn open() -> Option<Self> {
        let corpus = corpus::folder()?;
        let store = corpus::schemas(&corpus);
        Some(Files { corpus, store, layouts: BTreeMap::new(), documents: BTreeMap::new() })
    }

    /// Every case of a `rows` file.
    pub(crate) fn cases(&mut self, name: &str) -> Vec<Case> {
        let lines: Vec<Line> = corpus::lines(&self.corpus.join("sink").join(name)).collect();
        lines.into_iter().map(|truth| self.case(truth)).collect()
    }

    fn case(&mut self, truth: Line) -> Case {
        let layout = self.layout(&truth.text("schema").unwrap_or_default());
        let document = match truth.text("doc") {
            Some(name) => self.document(&name.replacen("validation/", "documents/", 1)),
            // Text that is no JSON, or depends on its spelling, is kept as a string.
            None => Arc::new(Document::parse(truth.text("document").map_or_else(|| raw(&truth, "document").to_vec(), String::into_bytes))),
        };
        let submission = Submission::of(attributes(&truth), raw(&truth, "strict") == b"true");
        let transformed = transform(&layout, &document, &submission);
        Case { layout, document, transformed, truth }
    }

    fn document(&mut self, name: &str) -> Arc<Document> {
        let path = self.corpus.join(name);
        let read = |path: &Path| Arc::new(Document::parse(std::fs::read(path).expect("a document of the corpus")));
        Arc::clone(self.documents.entry(path.clone()).or_insert_with(|| read(&path)))
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
        Arc::clone(self.layouts.entry(name.to_owned()).or_insert_with(read))
    }
}

/// What a case is called: its document or name, and the layout.
pub(crate) fn name(line: &Line) -> String {
    let origin = line.text("doc").or_else(|| line.text("case")).unwrap_or_default();
    let strict = if raw(line, "strict") == b"true" { " strict" } else { "" };
    format!("{} {origin}{strict}", line.text("schema").unwrap_or_default())
}

/// A member's text as it is written: `true`, `{"a":1}`; nothing where it is not there.
pub(crate) fn raw<'a>(Line(line): &'a Line, key: &str) -> &'a [u8] {
    line.member(0, key).map_or(&[], |id| line.raw(id))
}

fn attributes(Line(line): &Line) -> Vec<(String, String)> {
    let all = line.member(0, "attributes").expect("attributes");
    let text = |id| line.string(id).unwrap_or_default().into_owned();
    line.children(all).map(|id| (line.key(id).unwrap_or_default().into_owned(), text(id))).collect()
}

/// Whether two values are equal: members in order, texts by what they spell, numbers by value.
pub(crate) fn equal(a: &Document, b: &Document, (left, right): (NodeId, NodeId)) -> bool {
    if a.kind(left) != b.kind(right) || a.count(left) != b.count(right) {
        return false;
    }
    match a.kind(left) {
        Kind::String => a.string(left) == b.string(right),
        Kind::Number => number(a.raw(left)) == number(b.raw(right)),
        Kind::Object | Kind::Array => {
            a.children(left).zip(b.children(right)).all(|(left, right)| a.key(left) == b.key(right) && equal(a, b, (left, right)))
        }
        Kind::Boolean | Kind::Null => a.raw(left) == b.raw(right),
    }
}

/// Integers by their digits, because a double may not hold them.
fn number(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    if text.contains(['.', 'e', 'E']) {
        text.parse::<f64>().map(|number| format!("{number:e}")).unwrap_or_default()
    } else {
        text.into_owned()
    }
}
