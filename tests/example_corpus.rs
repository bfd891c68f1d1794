//! A valid example for every schema of the corpus, with required members alone and with all, judged by `misfit judge` as well.

use crate::corpus;

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use misfit::pipeline::example::{self, Wanted};
use misfit::rows::schemas::SchemaStore;

/// Documents of these are made by splitting others. Their schemas require what the decoder takes out of documents, so none passes.
const IMPOSSIBLE: [&str; 2] = ["telemetry/first-shutdown-use-counter.4", "telemetry/main-use-counter.4"];

/// Writes an example for each schema into a folder; the answer is how many there are, the doctypes without one, and members left out.
fn write_examples(store: &SchemaStore, full: bool, folder: &Path) -> (usize, Vec<String>, Vec<String>) {
    let (mut written, mut failed, mut left_out) = (0, Vec::new(), Vec::new());
    for (at, doctype) in store.doctypes().iter().enumerate() {
        let Some(judge) = store.judge(at).unwrap() else { continue };
        let name = format!("{}/{}.{}", doctype.namespace, doctype.doctype, doctype.version);
        match example::document(&judge, Wanted { namespace: &doctype.namespace, version: Some(&doctype.version), full }) {
            // A row of the error table is no document: its payload would be judged.
            Ok(_) if name == "metadata/error.1" => {}
            Ok(example) => {
                fs::create_dir_all(folder.join(&doctype.namespace)).unwrap();
                fs::write(folder.join(format!("{name}.example.pass.json")), example.document.text()).unwrap();
                left_out.extend(example.left_out.into_iter().map(|place| format!("{name} {place:?}")));
                written += 1;
            }
            Err(error) => {
                println!("{name}: {error}");
                failed.push(name);
            }
        }
    }
    (written, failed, left_out)
}

/// The documents of a folder that `misfit judge` does not pass, and how many it judged.
fn judge(store: &SchemaStore, folder: &Path) -> (Vec<String>, usize) {
    let answers = folder.join("answers");
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.arg("judge").arg(folder).args(["--schemas", &store.name(), "--format", "ndjson"]);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"));
    misfit.stdout(File::create(&answers).unwrap()).status().unwrap();
    let (mut judged, mut wrong) = (0, Vec::new());
    for line in corpus::lines(&answers) {
        judged += 1;
        let verdict = line.0.member(0, "verdict").unwrap();
        if line.0.member(verdict, "passed").map(|node| line.0.raw(node)) != Some(b"true") {
            wrong.extend(line.text("path"));
        }
    }
    (wrong, judged)
}

#[test]
fn every_schema_has_an_example_that_passes() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    for full in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let (written, failed, left_out) = write_examples(&store, full, folder.path());
        println!("{written} examples in {:?}, all members: {full}; left out {left_out:?}", start.elapsed());
        assert_eq!(failed, IMPOSSIBLE);
        // Members that exclude each other by oneOf.
        assert_eq!(left_out.len(), if full { 3 } else { 0 });
        assert_eq!(judge(&store, folder.path()), (Vec::new(), written));
        assert!(written > 1000);
    }
}
