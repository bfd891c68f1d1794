use std::fmt::Write;

use super::*;
use crate::rows::demo;
use crate::rows::group::{Remark, RemarkAbout, RemarkWhy, Remarks};
use crate::rows::schemas::memory::Memory;
use crate::rows::source::files::{Files, ReadOptions};
use crate::rows::source::{ErrorSource, Request, Unwatched};
use crate::triage::baseline::{AskedRows, MOST_KEPT, Visit};
use crate::triage::facts;

/// Groups of rows in a file: namespace, doctype, version, stage, minute.
fn groups_of(rows: &[(&str, &str, &str, &str, u32)]) -> Groups {
    let mut text = String::new();
    for (namespace, doctype, version, stage, minute) in rows {
        let row = serde_json::json!({
            "submission_timestamp": format!("2026-03-02T{:02}:{:02}:00Z", minute / 60, minute % 60),
            "document_namespace": namespace, "document_type": doctype, "document_version": version, "error_type": stage,
            "exception_class": "org.everit.json.schema.ValidationException",
            "error_message": "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Integer",
            "job_name": "decoder-0-0302000000-00000000",
        });
        writeln!(text, "{row}").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.ndjson");
    std::fs::write(&file, text).unwrap();
    let files = Files::open(&[file.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap();
    files.groups(&Request::default(), &Unwatched).unwrap()
}

fn store() -> SchemaStore {
    static FILES: &[(&str, &[u8])] = &[
        ("acme-reader/events/events.1.schema.json", b"{}"),
        ("acme-reader/session/session.1.schema.json", b"{}"),
        ("org-acme-desktop/session/session.1.schema.json", b"{}"),
        ("org-acme-desktop/session/session.2.schema.json", b"{}"),
        ("org-acme-phone/crash/crash.1.schema.json", b"{}"),
        ("telemetry/main/main.4.schema.json", b"{}"),
    ];
    SchemaStore::open(Box::new(Memory::new("test", FILES))).unwrap()
}

/// What is guessed of a namespace, or of one of its doctypes.
fn guessed(namespace: &str, doctype: &str, version: &str) -> Option<(UnknownName, Option<Guess>)> {
    let groups = groups_of(&[(namespace, doctype, version, "ParsePayload", 0)]);
    let overview = Overview::of(&groups, Some(&store()), Sort::Count);
    overview.unknown.unwrap().into_iter().next().map(|name| (name.clone(), name.guess))
}

#[test]
fn every_row_is_in_one_namespace_and_one_stage() {
    let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
    for sort in [Sort::Deploy, Sort::Count, Sort::Newest, Sort::First, Sort::Name, Sort::Growth] {
        let overview = Overview::of(&groups, None, sort);
        let sum = |lines: &[NamespaceLine]| lines.iter().map(|line| line.rows).sum::<u64>();
        assert_eq!((sum(&overview.namespaces), overview.stages.iter().map(|line| line.rows).sum()), (groups.rows, groups.rows));
        for line in &overview.namespaces {
            let own: Vec<u64> = overview.groups_of(&groups, line).map(|group| group.count).collect();
            assert_eq!((own.iter().sum::<u64>(), own.len() as u64), (line.rows, line.groups()));
            assert!(own.is_sorted_by(|a, b| a >= b), "the largest first: {own:?}");
            assert_eq!(overview.trend(&groups, line).bins.iter().map(|&rows| u64::from(rows)).sum::<u64>(), line.rows);
            assert!(line.is_known.is_none() && overview.unknown.is_none(), "nothing is known of names without schemas");
        }
    }
}

#[test]
fn stages_stand_in_the_order_of_the_pipeline_and_unknown_ones_behind_them() {
    let rows = [
        ("a", "b", "1", "failed_insert", 0),
        ("a", "b", "1", "Elsewhere", 0),
        ("a", "b", "1", "ParsePayload", 0),
        ("a", "b", "1", "ParseUri", 0),
    ];
    let overview = Overview::of(&groups_of(&rows), None, Sort::Count);
    let names: Vec<&str> = overview.stages.iter().filter_map(|line| line.stage.as_deref()).collect();
    assert_eq!(names, ["ParseUri", "ParsePayload", "failed_insert", "Elsewhere"]);
}

#[test]
fn stages_without_number_are_counted_and_not_listed() {
    let names: Vec<String> = (0..MOST_STAGES + 3).map(|at| format!("stage{at}")).collect();
    let rows: Vec<_> = names.iter().map(|name| ("a", "b", "1", name.as_str(), 0)).collect();
    let overview = Overview::of(&groups_of(&rows), None, Sort::Count);
    assert_eq!((overview.stages.len(), overview.more_stages), (MOST_STAGES, 3));
}

#[test]
fn what_is_muted_is_counted_by_namespace() {
    let mut groups =
        groups_of(&[("a", "x", "1", "ParsePayload", 0), ("a", "y", "1", "ParsePayload", 0), ("b", "x", "1", "ParsePayload", 0)]);
    let first = groups.list.iter().find(|group| group.key.namespace.as_deref() == Some("a")).unwrap().fingerprint;
    let muted = Remark {
        state: RemarkState::Muted,
        why: RemarkWhy::Said,
        text: None,
        bug: None,
        about: RemarkAbout::Group,
        more: Vec::new(),
        others: 0,
    };
    groups.remarks = Some(Arc::new(Remarks::new([(first, muted)].into_iter().collect())));
    let overview = Overview::of(&groups, None, Sort::Name);
    let muted: Vec<u32> = overview.namespaces.iter().map(|line| line.muted).collect();
    assert_eq!(muted, [1, 0]);
    assert_eq!(facts::overview::namespace_groups(&overview.namespaces[0]), "2 groups, 1 muted");
}

#[test]
fn what_an_unknown_name_may_be_rests_on_a_sign() {
    let guess = |namespace: &str, doctype: &str| guessed(namespace, doctype, "1").and_then(|(_, guess)| guess);
    let known = |name: &str| name.to_owned();
    assert_eq!(guess("acme-raeder", "events"), Some(Guess::Typo { known: known("acme-reader"), letters: 1 }));
    assert_eq!(guess("acmereader", "events"), Some(Guess::Spelling { known: known("acme-reader") }));
    assert_eq!(guess("org-acme-tablet", "x"), Some(Guess::Unregistered { begins: known("org-acme"), known: 2 }));
    assert_eq!(guess("com-other-acme-reader", "x"), Some(Guess::ForkOf { known: known("acme-reader") }));
    assert_eq!(guess("com-other-phone", "x"), Some(Guess::ForkByWord { word: known("phone"), known: known("org-acme-phone"), more: 0 }));
    let doctypes = Guess::KnownDoctypes { doctypes: vec![known("session")], known: known("acme-reader"), more: 1 };
    assert_eq!(guess("com-stranger-zzz", "session"), Some(doctypes));
    assert_eq!(guess("com-stranger-zzz", "nothing-known"), None);
    // Nobody knows how long a name is that somebody sends: this one would take hours if all runs of its words were tried.
    assert_eq!(guess(&"a-".repeat(30_000), "nothing-known"), None);
    // Words that many applications have tell none, and short names are no slips.
    assert_eq!(guess("com-qq-desktop", "nothing-known"), None);
    assert_eq!(guess("abc", "nothing-known"), None);
}

#[test]
fn what_is_unknown_of_a_name_is_told_apart() {
    let (namespace, _) = guessed("zzzz", "main", "1").unwrap();
    assert_eq!((namespace.doctype, namespace.version), (None, None));
    let (doctype, guess) = guessed("telemetry", "session", "1").unwrap();
    assert_eq!((doctype.doctype.as_deref(), doctype.version), (Some("session"), None));
    assert_eq!(guess, Some(Guess::OtherNamespace { known: "acme-reader".into(), more: 1 }));
    let (version, guess) = guessed("org_acme_desktop", "session", "7").unwrap();
    assert_eq!((version.version.as_deref(), guess), (Some("7"), Some(Guess::OtherVersion)));
    assert_eq!(version.nearest, ["2", "1"]);
    assert_eq!(guessed("Telemetry", "main", "4"), None, "names are compared as the decoder does");
}

#[test]
fn what_changed_since_a_visit_is_told_by_namespace_too() {
    let then = groups_of(&[("a", "x", "1", "ParsePayload", 0), ("b", "x", "1", "ParsePayload", 0)]);
    let mut rows = vec![("b", "x", "1", "ParsePayload", 1); 40];
    rows.push(("c", "x", "1", "ParsePayload", 1));
    let now = groups_of(&rows);
    let visit = Visit::of("/a".into(), 5, AskedRows::default(), &then).unwrap();
    let visit = Visit::parse(&visit.print()).unwrap();
    let changes = Changes::since(&visit, &now);
    assert_eq!((changes.new.len(), changes.grown.len(), changes.gone.len(), changes.then), (1, 1, 1, 5));
    let of = |name| changes.namespace(Some(name));
    assert_eq!((of("a").gone, of("b").grown, of("c").new), (1, 1, 1));
    assert_eq!((changes.gone[0].namespace.as_deref(), changes.gone[0].doctype.as_deref()), (Some("a"), Some("x")));
    let same = Changes::since(&visit, &then);
    assert_eq!((same.same, same.new.len() + same.gone.len() + same.grown.len()), (2, 0));
}

#[test]
fn a_visit_keeps_the_largest_groups_and_says_nothing_of_small_ones() {
    let names: Vec<String> = (0..MOST_KEPT + 10).map(|at| format!("n{at}")).collect();
    let rows: Vec<_> = names.iter().map(|name| (name.as_str(), "x", "1", "ParsePayload", 0)).collect();
    let all = groups_of(&rows);
    let visit = Visit::of("/a".into(), 0, AskedRows::default(), &all).unwrap();
    assert!(visit.print().len() < 1 << 20 && visit.least() == Some(1));
    let changes = Changes::since(&visit, &all);
    assert_eq!((changes.new.len(), changes.small, changes.same), (0, 10, MOST_KEPT as u64), "they may have been there");
    // Those that were too small to be kept have two rows now.
    let changes = Changes::since(&visit, &groups_of(&rows.repeat(2)));
    assert_eq!(changes.new.len(), 10);
    assert!(facts::overview::new_since(Some(&changes)).contains("largest"), "nobody knows whether it was there");
    assert!(facts::overview::doubts(&changes).iter().any(|doubt| doubt.contains("may have been there")));
}

#[test]
fn visits_that_asked_for_other_rows_are_not_compared() {
    let groups = groups_of(&[("a", "x", "1", "ParsePayload", 0)]);
    let day = 86_400_000_000;
    let of = |request: &Request| AskedRows::of(request, 40 * day);
    let all = Request::default();
    let some = Request { stages: vec!["ParsePayload".into()], ..Request::default() };
    let visit = Visit::of("/a".into(), 0, of(&all), &groups).unwrap();
    assert_eq!(visit.refusal(&of(&all), &groups), None);
    assert!(visit.refusal(&of(&some), &groups).unwrap().contains("other rows"));
    let since = |days: i64| Request { since: Some((40 - days) * day), ..Request::default() };
    let lately =
        Visit::of("/a".into(), 0, AskedRows::of(&Request { since: Some(38 * day), ..Request::default() }, 39 * day), &groups).unwrap();
    assert_eq!(lately.refusal(&of(&since(1)), &groups), None, "the last day, a day later");
    assert_eq!(lately.refusal(&of(&since(2)), &groups), None, "since the same day");
    assert!(lately.refusal(&of(&since(30)), &groups).unwrap().contains("other rows"), "what is older would look as if it were new");
    let by_schemas = Groups { by_schemas: Some(true), ..groups.clone() };
    assert!(visit.refusal(&of(&all), &by_schemas).unwrap().contains("schemas"));
    let mut unread = groups.clone();
    unread.unreadable.count = 1;
    assert!(Visit::of("/a".into(), 0, of(&all), &unread).is_none(), "what stands on broken lines would look as if it were new");
    assert!(
        Visit::of("/a".into(), 0, of(&all), &Groups { partial: true, ..groups }).is_none(),
        "a part would look as if all else were new"
    );
}

#[test]
fn a_file_of_another_version_is_told_from_a_broken_one() {
    assert!(Visit::parse(r#"{"version":9}"#).unwrap_err().contains("another version"));
    for broken in ["", "[]", r#"{"version":2}"#, r#"{"version":"2"}"#] {
        assert_eq!(Visit::parse(broken), Err("is broken"), "{broken}");
    }
}

#[test]
fn two_sources_are_held_beside_each_other() {
    let one = groups_of(&[("a", "x", "1", "ParsePayload", 0), ("b", "x", "1", "ParsePayload", 0)]);
    let other = groups_of(&[("b", "x", "1", "ParsePayload", 0), ("b", "y", "1", "ParsePayload", 0), ("c", "x", "1", "ParsePayload", 0)]);
    let beside = Beside::of(&one, &other, Sort::Count);
    let counts = |name: &str| &beside.lines.iter().find(|line| line.name.as_deref() == Some(name)).unwrap().counts;
    assert_eq!((counts("a").groups, counts("a").only), ([1, 0], [1, 0]));
    assert_eq!((counts("b").rows, counts("b").only), ([1, 2], [0, 1]));
    assert_eq!(counts("c").only, [0, 1]);
    assert_eq!(beside.groups(), [(2, 1), (3, 2)]);
    let (places, of_b) = (["a", "b", "c"].map(|name| beside.place(counts(name))), &beside.lines[0].doctypes);
    assert_eq!(places, [BesidePlace::Here, BesidePlace::Both, BesidePlace::There]);
    let doctypes: Vec<_> = of_b.iter().map(|doctype| (doctype.name.as_deref(), doctype.counts.rows, doctype.only.clone())).collect();
    assert_eq!(doctypes, [(Some("x"), [1, 1], [vec![], vec![]]), (Some("y"), [0, 1], [vec![], vec![1]])]);
    let baseline = as_baseline(&other);
    let comparison = baseline.compare(&one, Default::default());
    assert_eq!((comparison.new.len(), comparison.gone.len(), comparison.same), (1, 2, 1));
}

#[test]
fn what_a_source_lacks_is_lacking_only_where_all_of_it_was_read() {
    let one = groups_of(&[("a", "x", "1", "ParsePayload", 0)]);
    let mut other = groups_of(&[("b", "x", "1", "ParsePayload", 0)]);
    other.stopped_early();
    let beside = Beside::of(&one, &other, Sort::Name);
    let places: Vec<_> = beside.lines.iter().map(|line| beside.place(&line.counts)).collect();
    assert_eq!(places, [BesidePlace::MaybeHere, BesidePlace::There]);
    assert!(beside.is_strange(), "and none of their groups is in both");
    let places = Beside::of(&other, &one, Sort::Name);
    assert_eq!([0, 1].map(|side| places.only(side)), [BesidePlace::Here, BesidePlace::MaybeThere]);
}

#[test]
fn two_sources_are_ordered_as_the_namespaces_of_one_are() {
    let one = groups_of(&[("a", "x", "1", "ParsePayload", 5), ("b", "x", "1", "ParsePayload", 9), ("b", "y", "1", "ParsePayload", 9)]);
    let other = groups_of(&[("c", "x", "1", "ParsePayload", 700)]);
    let order = |sort| {
        let beside = Beside::of(&one, &other, sort);
        beside.lines.iter().filter_map(|line| line.name.as_deref()).collect::<String>()
    };
    assert_eq!([Sort::Count, Sort::Newest, Sort::First, Sort::Name].map(order), ["bac", "cba", "cba", "abc"]);
}
