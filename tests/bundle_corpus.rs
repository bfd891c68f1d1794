//! A redacted bundle of real error rows: the same groups, and rows that fail for the same reasons.

mod corpus;

use std::ops::ControlFlow;
use std::sync::Arc;

use misfit::bundle::{self, Asked, Bundle};
use misfit::case;
use misfit::export::choice::Choice;
use misfit::export::files::{Draft, Options, Readers};
use misfit::group::{Group, Groups};
use misfit::redact::Policy;
use misfit::source::files::{Files, Options as Reading};
use misfit::source::{ErrorSource, Request, Unwatched};

#[test]
fn a_bundle_of_the_corpus_is_whole() {
    let Some(corpus) = corpus::folder() else { return };
    let store = Arc::new(corpus::schemas(&corpus));
    let path = corpus.join("errors-2k.ndjson").to_string_lossy().into_owned();
    let source = Files::open(&[path], Reading { keep_rows: true }).unwrap();
    let request = Request { schemas: Some(store.clone()), ..Request::default() };
    let groups = source.groups(&request, &Unwatched).unwrap();
    let choice = Choice::of(&groups, &[]);
    let dir = tempfile::tempdir().unwrap();
    let draft = Draft::begin(&dir.path().join("bundle"), Options { replace: false, readers: Readers::Usual }).unwrap();
    let asked = Asked { source: &source, schemas: Some(&store), groups: &groups, choice: &choice, per_group: 1, policy: Policy::default() };
    let made = bundle::make(&asked, draft, &Unwatched).unwrap();
    println!(
        "{} groups, {} rows, {} of them small documents, {} left out, {} schema files, {} bytes",
        made.groups, made.rows, made.small, made.left_out, made.files, made.bytes
    );
    assert!(made.rows * 100 >= choice.groups.len() * 96, "{made:?}");

    let bundle = Bundle::open(&made.path).unwrap();
    let kept = bundle.groups(&Request::default(), &Unwatched).unwrap();
    let counts = |groups: &Groups| -> Vec<_> {
        let mut counts: Vec<_> = groups.list.iter().map(told).collect();
        counts.sort_unstable_by_key(|(print, ..)| *print);
        counts
    };
    assert_eq!(counts(&kept), counts(&groups));
    assert_eq!((kept.rows, kept.outside, kept.jobs.len(), kept.span), (groups.rows, groups.outside, groups.jobs.len(), groups.span));

    let own = bundle.schemas().unwrap();
    let mut opened = 0;
    bundle
        .rows(0..u64::MAX, &mut |_, at, row| {
            let group = groups.list.iter().find(|group| bundle.group_of(at) == Some(group.fingerprint)).unwrap();
            let (case, original) =
                (case::open(row, Some(&own)), case::open(source.fetch(group.rows[0], &Unwatched).unwrap(), Some(&store)));
            assert_eq!(reason(&case), reason(&original), "{}", group.sample);
            opened += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(opened, made.rows);
}

fn told(group: &Group) -> (misfit::group::Fingerprint, u64, Option<(i64, i64)>, Vec<u32>, misfit::group::Status, Vec<u64>) {
    let jobs = group.jobs.iter().map(|count| count.rows).collect();
    (group.fingerprint, group.count, group.span, group.trend.bins.clone(), group.status, jobs)
}

/// What is wrong with a row, and where its value lands.
fn reason(case: &case::Case) -> String {
    let replay = case.replay.as_ref().map(|replay| {
        let violation = replay.violation.as_ref().map(|violation| (violation.keyword, violation.schema_pointer.clone()));
        (replay.class, replay.reproduced, violation)
    });
    let broken = case.broken.as_ref().map(|broken| (broken.path.clone(), broken.schema_pointer.clone(), broken.keyword));
    let landing = case.landing.as_ref().map(|landing| (landing.column, landing.fate));
    let schema = case.schema.as_ref().map(|schema| schema.path.clone());
    format!("{replay:?} {broken:?} {schema:?} {landing:?}")
}
