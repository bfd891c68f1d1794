//! What another state of the schemas makes of the corpus' rows: counted without texts, and by the full judgement of each document on both states.

use std::collections::BTreeMap;
use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::rows::payload::{self, PayloadForm};
use misfit::rows::samples::{DoctypeName, Sample, SampleFile};
use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::files;
use misfit::triage::judging::bare::Named;
use misfit::triage::judging::{Bench, Judged, Ruling};
use misfit::triage::recheck::{Recheck, Turn};

use crate::corpus;

/// Days of the states that are compared with the newest.
const DAYS: [&str; 2] = ["2024-03-01", "2019-06-01"];

/// The same turn, told by two judgements in full.
fn turn(before: &Judged, after: &Judged) -> Turn {
    let place = |judged: &Judged| match &judged.ruling {
        Ruling::Invalid(violation) => format!("{} {:?} {} {:?}", violation.keyword, violation.tokens, violation.about_name, violation.key),
        Ruling::Unreadable { class, .. } => (*class).to_owned(),
        Ruling::NoSchema { .. } => "no schema".to_owned(),
        other => panic!("{other:?}"),
    };
    match (before.passed(), after.passed()) {
        (None, _) | (_, None) => Turn::Unjudged,
        (Some(true), Some(true)) => Turn::Passes,
        (Some(true), Some(false)) => Turn::Refused,
        (Some(false), Some(true)) => Turn::Taken,
        (Some(false), Some(false)) if place(before) == place(after) => Turn::Same,
        (Some(false), Some(false)) => Turn::Different,
    }
}

#[test]
fn turns_are_those_of_two_full_judgements_and_turn_back() {
    let Some(corpus) = corpus::folder() else { return };
    let clone = corpus::cloned(&corpus);
    let now = Arc::new(SchemaStore::open_folder(&clone).unwrap());
    let file = Arc::new(SampleFile { path: None, shown: "row".into(), doctype: None, expected: None, is_lines: false });
    for day in DAYS {
        let then = Arc::new(SchemaStore::open_revision(&clone, Some(day)).unwrap());
        let (there, back) = (Recheck::new(then.clone(), now.clone()), Recheck::new(now.clone(), then.clone()));
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for line in corpus::lines(&corpus.join("errors-2k.ndjson")) {
            let row = files::read_row(line.0.text(), String::new()).unwrap();
            let facts = row.error_row();
            let (Some(namespace), Some(doctype)) = (facts.namespace, facts.doctype) else { continue };
            let decoded = payload::decode(row.payload.clone());
            if decoded.form == PayloadForm::Absent {
                continue;
            }
            let document = Document::parse(decoded.text.clone());
            let named = Named { namespace, doctype, version: facts.version };
            let fast = there.document(&document, named).turn;
            let name = DoctypeName { namespace: namespace.into(), doctype: doctype.into(), version: facts.version.map(str::to_owned) };
            let judge = |schemas: &Arc<SchemaStore>| {
                let sample = Sample { file: file.clone(), line: None, bytes: decoded.text.to_vec() };
                Bench::new(schemas.clone(), Some(name.clone()), 0).judge(sample).unwrap()
            };
            assert_eq!(fast, turn(&judge(&then), &judge(&now)), "{day}: {namespace}/{doctype}");
            let reversed = match fast {
                Turn::Taken => Turn::Refused,
                Turn::Refused => Turn::Taken,
                other => other,
            };
            assert_eq!(back.document(&document, named).turn, reversed, "{day}: {namespace}/{doctype}");
            *counts.entry(fast.name()).or_default() += 1;
        }
        println!("against {day}: {counts:?}");
        assert!(counts.get("same").is_some_and(|same| *same > 100) && counts.len() > 2, "{counts:?}");
    }
}
