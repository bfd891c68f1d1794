//! A redacted bundle of real error rows: the same groups, and rows that fail for the same reasons.

use crate::corpus;

use std::ops::ControlFlow;
use std::sync::Arc;

use misfit::rows::bundle::Bundle;
use misfit::rows::group::{Fingerprint, Group, Groups};
use misfit::rows::row::SourceRow;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::triage::bundle::BundleRequest;
use misfit::triage::case;
use misfit::triage::export::choice::Choice;
use misfit::triage::export::files::{DraftFile, Readers, WriteOptions};
use misfit::triage::redact::Policy;

#[test]
fn a_bundle_of_the_corpus_is_whole() {
    let Some(corpus) = corpus::folder() else { return };
    let store = Arc::new(corpus::schemas(&corpus));
    let path = corpus.join("errors-2k.ndjson").to_string_lossy().into_owned();
    let source = Files::open(&[path], ReadOptions { keep_rows: true }).unwrap();
    let request = Request { schemas: Some(store.clone()), ..Request::default() };
    let groups = source.groups(&request, &Unwatched).unwrap();
    let choice = Choice::of(&groups, &[]);
    let dir = tempfile::tempdir().unwrap();
    let draft = DraftFile::begin(&dir.path().join("bundle"), WriteOptions { replace: false, readers: Readers::Usual }).unwrap();
    let asked =
        BundleRequest { source: &source, schemas: Some(&store), groups: &groups, choice: &choice, per_group: 1, policy: Policy::default() };
    let made = misfit::triage::bundle::make(&asked, draft, &Unwatched).unwrap();
    println!(
        "{} groups, {} rows, {} of them small documents, {} left out, {} schema files, {} bytes",
        made.groups, made.rows, made.small, made.left_out, made.files, made.bytes
    );
    assert!(made.rows * 100 >= choice.groups.len() * 96, "{made:?}");

    let bundle = Bundle::open(&made.path).unwrap();
    let kept = bundle.groups(&Request::default(), &Unwatched).unwrap();
    let counts = |groups: &Groups| -> Vec<_> {
        let mut counts: Vec<_> = groups.list.iter().map(told).collect();
        counts.sort_unstable();
        counts
    };
    assert_eq!(counts(&kept), counts(&groups));
    assert_eq!((kept.rows, kept.outside, kept.jobs.len(), kept.span), (groups.rows, groups.outside, groups.jobs.len(), groups.span));

    // What the validator said of each row of the source: keyword, schema node.
    let truth: Vec<_> =
        corpus::lines(&corpus.join("errors-2k.truth.ndjson")).map(|line| (line.text("keyword"), line.text("schema_pointer"))).collect();
    let (own, mut opened) = (bundle.schemas().unwrap(), 0);
    let visit = &mut |_, _, row: SourceRow| {
        let (keyword, pointer) = &truth[line_of(&row.origin) - 1];
        let case = case::open(row, Some(&own));
        let violation = case.replay.as_ref().and_then(|replay| replay.violation.as_ref());
        let said = violation.map(|violation| (violation.keyword.to_owned(), violation.schema_pointer.clone()));
        assert_eq!(said, keyword.clone().zip(pointer.clone()), "{}", case.row.origin);
        assert!(case.replay.is_none_or(|replay| replay.reproduced), "{}", case.row.origin);
        opened += 1;
        ControlFlow::Continue(())
    };
    bundle.rows(0..u64::MAX, &Unwatched, visit).unwrap();
    assert_eq!(opened, made.rows);
}

/// `bundle row 3 (errors-2k.ndjson line 1,204)`
fn line_of(origin: &str) -> usize {
    let line = origin.rsplit(' ').next().unwrap().trim_end_matches(')').replace(',', "");
    line.parse().unwrap()
}

/// What a group is called by, and all of it that may be told.
fn told(group: &Group) -> (Fingerprint, String) {
    let jobs: Vec<(u32, u64)> = group.jobs().iter().map(|count| (count.job, count.rows)).collect();
    let Group { count, span, trend, standing, noise, keyword, .. } = group;
    (group.fingerprint, format!("{count} {span:?} {trend:?} {standing:?} {noise} {keyword:?} {jobs:?}"))
}
