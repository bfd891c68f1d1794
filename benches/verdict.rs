//! Verdicts beside the `jsonschema` crate's on the same documents and schemas.
//! The documents are the corpus', looked for in $MISFIT_CORPUS or ../shared/corpus; schemas in $MISFIT_SCHEMAS.

// A measurement that cannot go on says where; nobody imports it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, Outcome};
use misfit::rows::schemas::{Lookup, SchemaStore};

/// Namespace, doctype, version and the sample's path below documents/.
const SAMPLES: [(&str, &str, &str, &str, &str); 4] = [
    ("main", "telemetry", "main", "4", "telemetry/main.4.sample.pass.json"),
    ("main failing", "telemetry", "main", "4", "telemetry/main.4.latewrites.fail.json"),
    ("glean metrics", "org-mozilla-firefox", "metrics", "1", "glean/glean.1.metrics.pass.json"),
    ("event", "telemetry", "event", "4", "telemetry/event.4.sample.pass.json"),
];

fn folder(variable: &str, otherwise: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(otherwise), PathBuf::from);
    path.is_dir().then_some(path)
}

fn schema(store: &SchemaStore, namespace: &str, doctype: &str, version: &str) -> Arc<Schema> {
    let Lookup::Found(found) = store.lookup(namespace, doctype, Some(version)) else { panic!("no schema for {namespace}/{doctype}") };
    store.schema(found).unwrap().unwrap()
}

fn verdicts(c: &mut Criterion) {
    let (Some(corpus), Some(schemas)) = (folder("MISFIT_CORPUS", "../shared/corpus"), folder("MISFIT_SCHEMAS", "target/corpus-schemas"))
    else {
        println!("skipped: no corpus at $MISFIT_CORPUS or no schemas at $MISFIT_SCHEMAS");
        return;
    };
    let store = SchemaStore::open_folder(&schemas).unwrap();
    for (name, namespace, doctype, version, path) in SAMPLES {
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(corpus.join("documents").join(path)).unwrap()).unwrap();
        let text = serde_json::to_vec(&value).unwrap();
        let document = Document::parse(text.clone());
        let schema = schema(&store, namespace, doctype, version);
        let judge = Judge::compile(Arc::clone(&schema)).unwrap();
        let other = jsonschema::validator_for(&serde_json::from_slice(schema.document.text()).unwrap()).unwrap();
        assert_eq!(judge.verdict(&document).outcome == Outcome::Pass, other.is_valid(&value));

        let mut group = c.benchmark_group(format!("{name}, {} bytes", text.len()));
        group.sample_size(30).warm_up_time(std::time::Duration::from_millis(500)).measurement_time(std::time::Duration::from_secs(2));
        group.bench_function("verdict", |b| b.iter(|| judge.verdict(&document)));
        group.bench_function("jsonschema is_valid", |b| b.iter(|| other.is_valid(&value)));
        group.bench_function("violations", |b| b.iter(|| judge.breaches(&document, 1000).count()));
        group.bench_function("jsonschema iter_errors", |b| b.iter(|| other.iter_errors(&value).count()));
        group.bench_function("index and verdict", |b| b.iter(|| judge.verdict(&Document::parse(text.clone()))));
        group.bench_function("compile", |b| b.iter(|| Judge::compile(Arc::clone(&schema)).unwrap()));
        group.finish();
    }
    all_schemas(c, &store);
}

/// Every schema of the folder, parsed before.
fn all_schemas(c: &mut Criterion, store: &SchemaStore) {
    let all: Vec<Arc<Schema>> = (0..store.doctypes().len()).filter_map(|i| store.schema(i).unwrap()).collect();
    let mut group = c.benchmark_group(format!("{} schemas", all.len()));
    group.sample_size(10);
    group.bench_function("compile", |b| b.iter(|| all.iter().filter(|schema| Judge::compile(Arc::clone(schema)).is_ok()).count()));
    group.finish();
}

criterion_group!(benches, verdicts);
criterion_main!(benches);
