//! Witnesses of real changes: each passes one side and fails the other by the judge of both trees; the share of tightenings that have one is told.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use misfit::pipeline::compat::schemas::SchemaEffect;
use misfit::pipeline::document::Document;
use misfit::pipeline::verdict::judge;
use misfit::rows::schemas::{Lookup, SchemaStore};
use misfit::triage::compat::{CompareOptions, compare, witnesses};

/// Revisions that are looked at, each beside the one before; `MISFIT_WITNESSES` says how many in a longer run.
const PAIRS: usize = 4;

fn git(repo: &Path, args: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(repo).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn witnesses_of_the_past_prove_themselves_corpus() {
    let Some(corpus) = crate::corpus::folder() else { return };
    let bundle = corpus.join("main.bundle");
    if !bundle.exists() {
        println!("skipped: the corpus has no main.bundle");
        return;
    }
    let bundle = bundle.to_string_lossy();
    let pairs = std::env::var("MISFIT_WITNESSES").ok().and_then(|many| many.parse().ok()).unwrap_or(PAIRS);
    let top = tempfile::tempdir().unwrap();
    let repo = top.path().join("main");
    git(top.path(), &["clone", "-q", "--bare", &bundle, "main"]);
    let listed = git(&repo, &["log", "--format=%H", "--diff-filter=M", "--no-merges", "main", "--", "*.schema.json"]);
    let (mut told, mut found, mut proved) = (0, 0, 0);
    // Those that are next to each other are often alike.
    for revision in listed.lines().skip(4).step_by(9).take(pairs) {
        let open = |revision: &str| Arc::new(SchemaStore::open_revision(&repo, Some(revision)).unwrap());
        let (old, new) = (open(&format!("{revision}~1")), open(revision));
        let compared = compare(&old, &new, &CompareOptions { allowlist: None, documents: true, stop: None });
        for ((table, change), all) in witnesses(&compared, &old, &new, None) {
            let (table, change) = (&compared.tables[table], &compared.tables[table].schema[change]);
            let judge_of = |store: &SchemaStore| match store.lookup(&table.namespace, &table.doctype, Some(&table.version)) {
                Lookup::Found(at) => store.judge(at).unwrap().unwrap(),
                _ => panic!("{}", table.title()),
            };
            for witness in all {
                let is_tightening = change.effect == SchemaEffect::Tightened;
                told += usize::from(is_tightening);
                let Ok(document) = witness.outcome else { continue };
                found += usize::from(is_tightening);
                let parsed = Document::parse(document.text.clone().into_bytes());
                let passes = |store: &SchemaStore| judge_of(store).passes(judge::input(&table.namespace, &parsed));
                assert_eq!(
                    (passes(&old), passes(&new)),
                    (witness.refused_now, !witness.refused_now),
                    "{} {}",
                    table.title(),
                    document.text
                );
                proved += 1;
            }
        }
    }
    eprintln!("{found} of {told} tightenings have a witness; {proved} witnesses prove themselves");
    assert!(proved > 0 || told == 0);
}
