//! The schema node of every validation message of the corpus against the true answer, and the way back into the document.

use crate::corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use crate::corpus::Line;
use base64::Engine;
use flate2::read::GzDecoder;
use misfit::pipeline::document::Document;
use misfit::pipeline::fault::Fault;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::schema::walk::{instance_of, walk};
use misfit::pipeline::verdict::{Broken, locate_best};
use misfit::rows::schemas::{Lookup, SchemaStore};

const HOW: [&str; 2] = ["message only", "with document"];

fn document(row: &Line) -> Option<Document> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(row.text("payload")?).ok()?;
    let mut plain = Vec::new();
    match GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain) {
        Ok(_) => Some(Document::parse(plain)),
        Err(_) => Some(Document::parse(bytes)),
    }
}

/// Validation rows, answers that are right and that claim to be the only one without and with the document, what is wrong by kind.
#[derive(Default)]
struct Score {
    rows: u64,
    right: [u64; 2],
    certain: [u64; 2],
    wrong: BTreeMap<String, (u64, String)>,
    /// Nodes from which the way back into the document leads to a value that the node does not speak about, or to none.
    astray: Vec<String>,
    /// Nodes by generalised path, and generalised paths by node.
    nodes: BTreeMap<String, BTreeSet<String>>,
    paths: BTreeMap<String, BTreeSet<String>>,
}

impl Score {
    fn judge(&mut self, store: &SchemaStore, row: &Line, truth: &Line) {
        let Some(keyword) = truth.text("keyword") else { return };
        self.rows += 1;
        let (namespace, doctype, version) = (truth.text("namespace").unwrap(), truth.text("doctype").unwrap(), truth.text("version"));
        let Lookup::Found(found) = store.lookup(&namespace, &doctype, version.as_deref()) else { panic!("no {namespace}/{doctype}") };
        let schema = store.schema(found).unwrap().unwrap();
        let (message, class) = (row.text("error_message").unwrap(), row.text("exception_class"));
        let readings = Fault::readings(&message, class.as_deref());
        let document = document(row);
        for (i, document) in [None, document.as_ref()].into_iter().enumerate() {
            let broken = locate_best(&schema, &readings, document).map(|(_, broken)| broken).unwrap_or_default();
            let told = (broken.keyword.map(str::to_owned), broken.schema_pointer.clone());
            let asked = (Some(keyword.clone()), truth.text("schema_pointer"));
            self.certain[i] += u64::from(!broken.ambiguous);
            if told == asked {
                self.right[i] += 1;
            } else {
                let example = format!("{told:?} for {asked:?}, {message:.300}");
                self.wrong.entry(format!("{} {keyword}", HOW[i])).or_insert((0, example)).0 += 1;
            }
            let node = format!("{} {keyword} {}", schema.path, broken.schema_pointer.as_deref().unwrap_or("none"));
            let path = format!("{} {keyword} {} {}", schema.path, broken.path, broken.about_name);
            self.nodes.entry(path.clone()).or_default().insert(node.clone());
            self.paths.entry(node).or_default().insert(path);
            self.way_back(&schema, &broken, document);
        }
    }

    fn way_back(&mut self, schema: &Schema, broken: &Broken, document: Option<&Document>) {
        let (Some(document), Some(node)) = (document, broken.node) else { return };
        // A value that the pipeline adds or removes is judged and is not there.
        if broken.about_name || document.find(&broken.tokens).is_err() {
            return;
        }
        let value = instance_of(schema, node, document);
        if !value.is_some_and(|value| walk(schema, &document.tokens(value)).nodes.contains(&node)) {
            self.astray.push(format!("{} {}", schema.path, schema.pointer(node)));
        }
    }

    fn print(&self, name: &str) {
        println!("{name}: {} validation rows", self.rows);
        for (i, how) in HOW.into_iter().enumerate() {
            println!("  {how}: {} right, {} unambiguous", self.right[i], self.certain[i]);
        }
        for (kind, (count, example)) in &self.wrong {
            println!("  {count} x {kind}: {example}");
        }
    }
}

#[test]
fn the_node_that_broke_is_the_truths() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    for (rows, truth) in [("errors-2k.ndjson", "errors-2k.truth.ndjson"), ("errors-30k.ndjson.gz", "errors-30k.truth.ndjson.gz")] {
        let mut score = Score::default();
        for (row, truth) in corpus::lines(&corpus.join(rows)).zip(corpus::lines(&corpus.join(truth))) {
            score.judge(&store, &row, &truth);
        }
        score.print(rows);
        assert!(score.rows > 0);
        assert_eq!(score.right, [score.rows; 2], "{:?}", score.wrong);
        assert_eq!(score.astray, Vec::<String>::new());
        for (one, others) in score.nodes.iter().chain(&score.paths) {
            assert_eq!(others.len(), 1, "{one}: {others:?}");
        }
    }
}
