//! The rows of the corpus made small: the same fault in a fraction of the bytes.
//! The corpus is looked for in $MISFIT_CORPUS or ../shared/corpus, schemas in $MISFIT_SCHEMAS or the corpus' bundle.

use crate::corpus;

use std::collections::HashSet;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::corpus::Line;
use base64::Engine;
use flate2::read::GzDecoder;
use misfit::pipeline::document::Document;
use misfit::pipeline::minimize::{Ended, MinimizeProgress, Target, minimize, minimize_unreadable};
use misfit::pipeline::schema::walk::{generalise, walk};
use misfit::pipeline::verdict::judge::jackson::parse_verdict;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome, Violation};
use misfit::rows::schemas::{Lookup, SchemaStore};

fn to_the_end(_: &MinimizeProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Every row where $MISFIT_ALL_ROWS is set, otherwise one of each group.
fn all_rows() -> bool {
    std::env::var_os("MISFIT_ALL_ROWS").is_some()
}

fn rows(corpus: &Path) -> impl Iterator<Item = (Line, Line)> + use<> {
    corpus::lines(&corpus.join("errors-2k.ndjson")).zip(corpus::lines(&corpus.join("errors-2k.truth.ndjson")))
}

fn payload(row: &Line) -> Vec<u8> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(row.text("payload").unwrap()).unwrap();
    let mut plain = Vec::new();
    if GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).is_ok() { plain } else { bytes }
}

fn judge(store: &SchemaStore, truth: &Line) -> Arc<Judge> {
    let text = |name: &str| truth.text(name).unwrap_or_default();
    let Lookup::Found(found) = store.lookup(&text("namespace"), &text("doctype"), truth.text("version").as_deref()) else {
        panic!("no schema for {}", text("schema_file"))
    };
    store.judge(found).unwrap().unwrap()
}

fn violation(judge: &Judge, document: &Document) -> Option<Violation> {
    match judge.verdict(JudgeInput::payload(document)).outcome {
        Outcome::Fail(violation) => Some(*violation),
        Outcome::Pass => None,
    }
}

/// Keyword, schema node and generalised place.
fn identity(judge: &Judge, violation: &Violation) -> (&'static str, String, String) {
    let kinds = walk(judge.schema(), &violation.tokens).tokens;
    let path = if violation.about_name { String::new() } else { generalise(&violation.tokens, &kinds) };
    (violation.keyword, violation.schema_pointer.clone(), path)
}

fn median(sizes: &mut [usize]) -> usize {
    sizes.sort_unstable();
    sizes[sizes.len() / 2]
}

#[test]
fn every_fault_survives_in_a_small_document() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    let (mut seen, mut sizes, mut wrong) = (HashSet::new(), Vec::new(), Vec::new());
    let (mut attempts, mut kept, mut slowest) = (0, Vec::new(), (0.0, String::new()));
    for (row, truth) in rows(&corpus) {
        let Some(keyword) = truth.text("keyword") else { continue };
        let schema_pointer = truth.text("schema_pointer").unwrap();
        if !all_rows() && !seen.insert((keyword.clone(), schema_pointer.clone())) {
            continue;
        }
        let judge = judge(&store, &truth);
        let document = Document::parse(payload(&row));
        let original = violation(&judge, &document).unwrap();
        let start = Instant::now();
        let target = Target::of(&judge, &document).unwrap();
        let minimal = minimize(&judge, &document, &target, &mut to_the_end).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let of = || format!("{keyword} {schema_pointer} {}", truth.text("message").unwrap_or_default());
        if seconds > slowest.0 {
            slowest = (seconds, format!("{} bytes, {} attempts, {:.300}", minimal.original, minimal.attempts, of()));
        }
        attempts += minimal.attempts;
        sizes.push(minimal.text.len());
        if minimal.kept > 0 {
            kept.push(format!("{} in {:.300} for {:.300}", minimal.kept, String::from_utf8_lossy(&minimal.text), of()));
        }
        let again = violation(&judge, &Document::parse(minimal.text.clone()));
        let same = again.as_ref().is_some_and(|again| {
            identity(&judge, again) == identity(&judge, &original)
                && (again.keyword, &*again.schema_pointer) == (&*keyword, &*schema_pointer)
        });
        if !same || minimal.text.len() > document.text().len() || minimal.ended != Ended::Smallest {
            wrong.push(format!("{again:?} for {original:?}: {:?} {:.300}", minimal.ended, String::from_utf8_lossy(&minimal.text)));
        }
    }
    let (of, largest) = (sizes.len(), sizes.iter().max().copied());
    println!("{} of {of} right, median {} bytes, largest {largest:?}, {attempts} attempts", of - wrong.len(), median(&mut sizes));
    println!("slowest: {:.2} s, {}", slowest.0, slowest.1);
    println!("{} keep something of the original, as {:#?}", kept.len(), &kept[..kept.len().min(12)]);
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Every Glean ping has to have ten members below client_info and ping_info, which come before the others: 196 bytes without any fault.
    assert!(of > 100 && median(&mut sizes) < 250);
}

#[test]
fn what_is_no_json_survives_in_a_few_bytes() {
    let Some(corpus) = corpus::folder() else { return };
    let (mut seen, mut sizes) = (HashSet::new(), Vec::new());
    for (row, truth) in rows(&corpus) {
        let class = truth.text("exception_class").unwrap_or_default();
        if truth.text("keyword").is_some() || !(class.contains("jackson") || class == "java.io.IOException") {
            continue;
        }
        let payload = payload(&row);
        let Err(failure) = parse_verdict(&payload) else { panic!("{class} is accepted") };
        if !all_rows() && !seen.insert(failure.message.chars().filter(char::is_ascii_alphabetic).collect::<String>()) {
            continue;
        }
        let minimal = minimize_unreadable(&payload, &mut to_the_end).unwrap();
        let again = parse_verdict(&minimal.text).unwrap_err();
        assert_eq!(again.class, failure.class, "{}", failure.message);
        assert!(minimal.text.len() <= payload.len());
        sizes.push(minimal.text.len());
    }
    println!("{} texts, median {} bytes, largest {:?}", sizes.len(), median(&mut sizes), sizes.iter().max());
    assert!(median(&mut sizes) < 20);
}

#[test]
fn a_main_ping_takes_no_time() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    let Lookup::Found(found) = store.lookup("telemetry", "main", Some("4")) else { panic!("no schema for main") };
    let judge = store.judge(found).unwrap().unwrap();
    let document = Document::parse(std::fs::read(corpus.join("documents/telemetry/main.4.sample.pass.json")).unwrap());
    for path in
        [&["environment", "build", "applicationId"][..], &["payload", "info", "reason"], &["payload", "processes", "parent", "scalars"]]
    {
        let span = document.span(document.find(path).unwrap());
        let broken = [&document.text()[..span.start], b"[{\"a\":1}]", &document.text()[span.end..]].concat();
        let broken = Document::parse(broken);
        let start = Instant::now();
        let target = Target::of(&judge, &broken).unwrap().pinning(&["version", "v"]);
        let minimal = minimize(&judge, &broken, &target, &mut to_the_end).unwrap();
        let (from, to) = (minimal.original, minimal.text.len());
        println!("{path:?}: {from} -> {to} bytes in {:?}, {} attempts", start.elapsed(), minimal.attempts);
        assert!(to < 2000 && minimal.ended == Ended::Smallest && minimal.kept == 0, "{}", String::from_utf8_lossy(&minimal.text));
    }
}
