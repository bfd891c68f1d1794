//! The sample documents of the corpus through `misfit judge`: every .pass passes and every .fail fails.

use crate::corpus;

use std::fs::File;
use std::process::Command;

#[test]
fn samples_pass_and_fail_as_their_names_say() {
    let Some(corpus) = corpus::folder() else { return };
    let schemas = corpus::schemas(&corpus).name();
    let folder = tempfile::tempdir().unwrap();
    let answers = folder.path().join("answers.ndjson");
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.arg("judge").arg(corpus.join("documents")).args(["--schemas", &schemas, "--all", "--format", "ndjson"]);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"));
    let status = misfit.stdout(File::create(&answers).unwrap()).status().unwrap();

    let (mut judged, mut wrong) = (0, Vec::new());
    for line in corpus::lines(&answers) {
        judged += 1;
        let document = &line.0;
        let verdict = document.member(0, "verdict").unwrap();
        let passed = document.member(verdict, "passed").map(|node| document.raw(node) == b"true");
        let path = line.text("path").unwrap();
        if passed != Some(path.ends_with(".pass.json")) {
            wrong.push(String::from_utf8_lossy(document.text()).into_owned());
        }
    }
    println!("documents: {} of {judged} right", judged - wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(status.success() && judged > 200, "{status}, {judged} documents");
}
