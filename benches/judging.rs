//! The same verdicts from misfit and from the `jsonschema` crate, on documents that are made up: processor time of one thread, for the list of peers.
//!
//! ```text
//! cargo bench -p misfit-benches --bench judging -- [SECONDS]
//! ```
//!
//! Prints a line for each measurement: document, what was done, who did it, microseconds.

// A measurement that cannot go on says where; nobody imports it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, dead_code)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, Outcome};

#[path = "made.rs"]
mod made;

/// Processor time of this thread in seconds; where the system does not tell, the time on the wall.
fn spent(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// Microseconds of processor that one turn takes: the best of five batches.
fn measure(seconds: f64, mut turn: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut best = f64::MAX;
    let mut turns = 1_u32;
    let mut batches = 0;
    while batches < 5 {
        let before = spent(start);
        (0..turns).for_each(|_| turn());
        let took = spent(start) - before;
        if took < seconds / 5.0 && turns < 1 << 24 {
            turns *= 2;
            continue;
        }
        best = best.min(took / f64::from(turns));
        batches += 1;
    }
    best * 1e6
}

fn main() {
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1.0);
    let mut random = made::Random(7);
    for (doctype, (name, ..)) in made::DOCTYPES.iter().enumerate() {
        let schema = Arc::new(Schema::parse(name, made::schema(doctype).into_bytes()).unwrap());
        let raw: serde_json::Value = serde_json::from_slice(schema.document.text()).unwrap();
        let judge = Judge::compile(Arc::clone(&schema)).unwrap();
        let other = jsonschema::validator_for(&raw).unwrap();
        for breaks in [false, true] {
            let text = made::document(&mut random, doctype, breaks).0.into_bytes();
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let document = Document::parse(text.clone());
            assert_eq!(judge.verdict(&document).outcome == Outcome::Pass, other.is_valid(&value), "{name}");
            let title = format!("{name}{}, {} bytes", if breaks { " failing" } else { "" }, text.len());
            let tell = |what: &str, who: &str, micros: f64| println!("{title}\t{what}\t{who}\t{micros:.3}");
            tell("verdict", "misfit", measure(seconds, || spend(judge.passes(&document))));
            tell("verdict", "jsonschema", measure(seconds, || spend(other.is_valid(&value))));
            tell("all violations", "misfit", measure(seconds, || spend(judge.breaches(&document, 1000).list().count())));
            tell("all violations", "jsonschema", measure(seconds, || spend(other.iter_errors(&value).count())));
            tell("parsing and verdict", "misfit", measure(seconds, || spend(judge.passes(&Document::parse(text.clone())))));
            tell(
                "parsing and verdict",
                "jsonschema",
                measure(seconds, || {
                    let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
                    spend(other.is_valid(&value));
                }),
            );
        }
        let tell = |who: &str, micros: f64| println!("{name}\tcompiling the schema\t{who}\t{micros:.3}");
        tell("misfit", measure(seconds, || spend(Judge::compile(Arc::clone(&schema)).is_ok())));
        tell("jsonschema", measure(seconds, || spend(jsonschema::validator_for(&raw).is_ok())));
    }
}

/// Keeps the optimiser from leaving out what made the value.
fn spend<T>(value: T) {
    let _ = black_box(value);
}
