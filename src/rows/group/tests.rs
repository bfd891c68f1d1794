//! Groups as a user counts them: what belongs together, by schema, by job, by time.

use std::sync::Arc;

use super::*;
use crate::rows::row::ErrorRow;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::memory::Memory;

const VALIDATION: &str = "org.everit.json.schema.ValidationException";
mod deploys;

const OLD: &str = "decoder-old";
const NEW: &str = "decoder-new";
const MINUTE: Micros = 60_000_000;

pub(super) fn row<'a>(message: &'a str, job: &'a str, time: Micros) -> ErrorRow<'a> {
    ErrorRow {
        namespace: Some("telemetry"),
        doctype: Some("main"),
        version: None,
        stage: Some("ParsePayload"),
        class: Some(VALIDATION),
        message: Some(message),
        job: Some(job),
        time: Some(time),
        ..ErrorRow::default()
    }
}

pub(super) fn groups(rows: &[ErrorRow<'_>]) -> Groups {
    let mut grouper = Grouper::new(None);
    for (i, row) in rows.iter().enumerate() {
        grouper.add(row, RowRef::new(0, i as u64));
    }
    Grouper::merge(vec![grouper])
}

fn faults(groups: &Groups) -> Vec<(&str, &str, u64)> {
    groups.list.iter().map(|group| (group.key.path.as_deref().unwrap_or("-"), &*group.key.fault, group.count)).collect()
}

#[test]
fn values_and_indexes_make_no_groups_but_missing_keys_do() {
    let found = groups(&[
        row("#/devices/0: extraneous key [a] is not permitted", OLD, 0),
        row("#/devices/17: extraneous key [b] is not permitted", OLD, 0),
        row("#/devices/2: extraneous key [a] is not permitted", OLD, 0),
        row("#/x~1y: expected type: String, found: Null", OLD, 0),
        row("#/x~1y: expected type: Integer, found: String", OLD, 0),
        row("#: required key [a] not found", OLD, 0),
        row("#: required key [b] not found", OLD, 0),
    ]);
    assert_eq!(
        faults(&found),
        [("/devices/[]", "additionalProperties", 3), ("/x~1y", "type", 2), ("", "required a", 1), ("", "required b", 1)]
    );
    let devices = &found.list[0];
    let facet = &devices.facets[0];
    assert_eq!((facet.name, facet.values.as_slice(), facet.others), ("key", &[("a".into(), 2), ("b".into(), 1)][..], 0));
    assert_eq!(devices.rows[..], [RowRef::new(0, 0), RowRef::new(0, 1), RowRef::new(0, 2)]);
    assert_eq!(&*devices.says, "extraneous key [{key}] is not permitted");
    assert_eq!(devices.sentence(), "/devices/[] has keys that the schema does not allow");
    assert_eq!(found.list[1].sentence(), "/x~1y has the wrong type");
    assert_eq!(found.list[2].sentence(), "the document is missing the key a");
}

const SCHEMAS: &[(&str, &[u8])] = &[
    ("telemetry/main/main.4.schema.json", br#"{"properties":{"old":{"type":"object","additionalProperties":{"type":"string"}}}}"#),
    (
        "telemetry/main/main.5.schema.json",
        br#"{"$schema":"http://json-schema.org/draft-06/schema#","properties":{"list":{"type":"array","items":{"type":"string"}},
            "7":{"type":"string"},"maps":{"type":"object","propertyNames":{"maxLength":3},"additionalProperties":{"type":"integer"}}}}"#,
    ),
];

#[test]
fn schemas_tell_keys_from_names() {
    let store = SchemaStore::open(Box::new(Memory::new("made up", SCHEMAS))).unwrap();
    let mut grouper = Grouper::new(Some(Arc::new(store)));
    let messages = [
        "#/maps/long: expected maxLength: 3, actual: 4",
        "#/maps/longer: expected maxLength: 3, actual: 6",
        "#/maps/a: b: expected type: Integer, found: Null",
        "#/list/0: expected type: String, found: Null",
        "#/7: expected type: String, found: Null",
        "#/old/any: expected type: String, found: Null",
        "#/nowhere/3: expected type: String, found: Null",
    ];
    for (i, message) in messages.iter().enumerate() {
        grouper.add(&ErrorRow { doctype: Some("Main"), ..row(message, OLD, 0) }, RowRef::new(0, i as u64));
    }
    let found = Grouper::merge(vec![grouper]);
    assert_eq!(
        faults(&found),
        [
            ("/maps/{key}", "propertyNames maxLength", 2),
            ("/7", "type", 1),
            ("/list/[]", "type", 1),
            ("/maps/{key}", "type", 1),
            ("/nowhere/[]", "type", 1),
            ("/old/{key}", "type", 1),
        ]
    );
    assert!(found.list.iter().all(|group| group.key.doctype.as_deref() == Some("main") && group.key.version.is_none()));
    assert_eq!(found.list[0].sentence(), "a key of /maps has more than 3 characters");
    assert_eq!(found.list[0].keyword, Some("maxLength"));
}

#[test]
fn other_classes_are_grouped_by_their_text_without_values() {
    let bug = "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException";
    let missing = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";
    let of = |class, message| ErrorRow { class: Some(class), message, ..ErrorRow::default() };
    let found = groups(&[
        of(missing, Some("No such docType: a/b")),
        of(missing, Some("No such docType: a/c")),
        of(bug, Some("com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: 1684980")),
        of(bug, Some("com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: 1585144")),
        of("org.example.Strange", None),
        ErrorRow::default(),
    ]);
    assert_eq!(
        faults(&found),
        [("-", "No such docType: {value}", 2), ("-", "", 1), ("-", "1585144", 1), ("-", "1684980", 1), ("-", "Strange", 1)]
    );
    assert_eq!(found.list.iter().map(|group| group.noise).collect::<Vec<_>>(), [false, false, true, true, false]);
    assert_eq!(found.list[0].sentence(), "the schemas have no doctype a/b (for example)");
    assert_eq!(found.list[1].key.class, None);
}

#[test]
fn jobs_are_counted_and_stand_in_the_order_in_which_they_began() {
    let rows: Vec<_> = (0..20).map(|i| row("#: required key [both] not found", if i < 10 { OLD } else { NEW }, i * MINUTE)).collect();
    let found = groups(&rows);
    assert_eq!(found.jobs.iter().map(|job| &*job.name).collect::<Vec<_>>(), [OLD, NEW]);
    let both = &found.list[0];
    assert_eq!(both.jobs().iter().map(|count| (count.job, count.rows)).collect::<Vec<_>>(), [(0, 10), (1, 10)]);
    assert_eq!((both.span, found.span), (Some((0, 19 * MINUTE)), Some((0, 19 * MINUTE))));
    assert_eq!(both.trend.bins.iter().sum::<u32>(), 20);
}

#[test]
fn lists_are_sorted_and_searched() {
    let mut rows: Vec<_> = (0..8).map(|i| row("#/b: required key [steady] not found", OLD, i * 10 * MINUTE)).collect();
    rows.extend((0..6).map(|i| row("#/a: required key [late] not found", OLD, (74 - i) * MINUTE)));
    let mut found = groups(&rows);
    let order = |groups: &Groups| groups.list.iter().map(|group| group.key.fault.to_string()).collect::<Vec<_>>();
    assert_eq!(order(&found), ["required steady", "required late"]);
    found.sort(Sort::Newest);
    assert_eq!(order(&found), ["required late", "required steady"]);
    found.sort(Sort::Count);
    found.sort(Sort::Growth);
    assert_eq!(order(&found), ["required late", "required steady"]);
    found.sort(Sort::Count);
    found.sort(Sort::Name);
    assert_eq!(order(&found), ["required late", "required steady"]);
    assert_eq!(found.search("LATE").lines, [0]);
    found.retain(|group| &*group.key.fault == "required late");
    assert_eq!((order(&found), found.rows, found.outside), (vec!["required late".to_owned()], 6, 8));
}

mod invariants {
    use proptest::prelude::*;

    use super::*;

    type Made = (String, usize, Micros, bool);

    fn made() -> impl Strategy<Value = Vec<Made>> {
        let message = prop_oneof![
            "#/[ab]/[0-9]: expected type: String, found: (Null|Long)",
            "#/m/[a-c]: expected maxLength: [0-9]{1,2}, actual: [0-9]",
            "#: required key \\[[ab]\\] not found",
            "no message of the validator [0-9]{1,3}",
        ];
        proptest::collection::vec((message, 0usize..3, 0..1_000_000 * MINUTE, any::<bool>()), 0..60)
    }

    /// Everything that people and scripts are told of groups.
    fn told(groups: &Groups) -> Vec<String> {
        let jobs = groups.jobs.iter().map(|job| format!("{job:?}"));
        jobs.chain(groups.list.iter().map(|group| format!("{group:?} {}", group.sentence())))
            .chain([format!("{} {:?}", groups.rows, groups.span)])
            .collect()
    }

    fn grouper(made: &[(usize, &Made)]) -> Grouper {
        let jobs = ["decoder-b", "decoder-a", "decoder-c"];
        let mut grouper = Grouper::new(None);
        for (i, (message, job, time, has_class)) in made {
            let row = ErrorRow { class: has_class.then_some(VALIDATION), ..row(message, jobs[*job], *time) };
            grouper.add(&row, RowRef::new(i % 2, *i as u64));
        }
        grouper
    }

    proptest! {
        #[test]
        fn the_split_among_threads_makes_no_difference(made in made(), threads in 1usize..5, turned in any::<bool>()) {
            let rows: Vec<(usize, &Made)> = made.iter().enumerate().collect();
            let whole = Grouper::merge(vec![grouper(&rows)]);
            let mut parts: Vec<Grouper> = (0..threads)
                .map(|thread| grouper(&rows.iter().copied().filter(|(i, _)| i % threads == thread).collect::<Vec<_>>()))
                .collect();
            if turned { parts.reverse(); }
            prop_assert_eq!(told(&Grouper::merge(parts)), told(&whole));
            prop_assert_eq!(whole.list.iter().map(|group| group.count).sum::<u64>(), made.len() as u64);
        }

        #[test]
        fn a_copy_tells_the_same_and_counting_goes_on(made in made(), at in 0usize..60) {
            let rows: Vec<(usize, &Made)> = made.iter().enumerate().collect();
            let at = at.min(rows.len());
            let early = grouper(&rows[..at]);
            prop_assert_eq!(told(&Grouper::merge(Grouper::copies(&[&early]))), told(&Grouper::merge(vec![grouper(&rows[..at])])));
            let rest = grouper(&rows[at..]);
            prop_assert_eq!(told(&Grouper::merge(Grouper::copies(&[&early, &rest]))), told(&Grouper::merge(vec![grouper(&rows)])));
        }
    }
}

#[test]
fn rows_that_wait_for_others_are_counted_like_rows_alone() {
    let message = |i: usize| match i % 5 {
        0 => "#/a: required key [x] not found".to_owned(),
        1 => format!("#/b: expected maxLength: 5, actual: {}", i % 100),
        2 => format!("#/c/{}: expected type: String, found: Null", i / 10),
        // Longer than what is remembered.
        3 => format!("#/d: string [{}] does not match pattern ^[a-z]+$", "7".repeat(300 + i)),
        _ => format!("no message of the validator {}", i % 7),
    };
    for rows in [1, 255, 256, 257, 700] {
        let messages: Vec<String> = (0..rows).map(message).collect();
        let all: Vec<ErrorRow<'_>> = (0..).zip(&messages).map(|(i, message)| row(message, [OLD, NEW][i % 2], i as i64 * MINUTE)).collect();
        let add = |grouper: &mut Grouper, at: usize| grouper.add(&all[at], RowRef::new(0, at as u64));
        let alone = (0..rows).map(|at| {
            let mut grouper = Grouper::new(None);
            add(&mut grouper, at);
            grouper
        });
        let told = |groups: Groups| format!("{:?} {:?}", groups.list, groups.jobs);
        let (mut together, mut beside) = (Grouper::new(None), Grouper::beside_each_other(None, 2));
        (0..rows).for_each(|at| add(&mut together, at));
        (0..rows).for_each(|at| add(&mut beside[at % 2], at));
        let plain = told(Grouper::merge(alone.collect()));
        assert!(told(Grouper::merge(Grouper::copies(&[&together]))) == plain, "{rows} rows, a copy");
        assert!(told(Grouper::merge(vec![together])) == plain, "{rows} rows");
        assert!(told(Grouper::merge(beside)) == plain, "{rows} rows, on two threads");
    }
}

#[test]
fn very_many_groups_are_the_same_in_parts() {
    // Some that are frequent among many that are not, or each once.
    many_in_parts(60_000, |i| if i.is_multiple_of(3) { i % 300 } else { 1000 + i * 7 % 24_000 });
    many_in_parts(40_000, |i| i);
    // Each several times at once.
    many_in_parts(70_000, |i| i / 4);
}

fn many_in_parts(rows: usize, number: impl Fn(usize) -> usize) {
    let messages: Vec<String> = (0..rows).map(|i| format!("#/a/part{}/b: expected type: String, found: Null", number(i))).collect();
    let job = |i: usize| if i.is_multiple_of(3) { OLD } else { NEW };
    let add = |grouper: &mut Grouper, i: usize| {
        let row = ErrorRow { namespace: Some(["one", "two", "three"][number(i) % 3]), ..row(&messages[i], job(i), i as i64 * MINUTE) };
        grouper.add(&row, RowRef::new(0, i as u64));
    };
    let told = |groups: &Groups| {
        let told = |group: &Group| {
            let jobs: Vec<_> = group.jobs().iter().map(|count| (Arc::clone(&groups.jobs[count.job as usize].name), count.rows)).collect();
            let counts = (group.count, group.span, group.trend.clone(), jobs, group.facets.clone());
            (group.key.clone(), group.fingerprint, counts, group.sample.clone(), group.rows.clone())
        };
        assert!(groups.list.iter().all(|group| group.fingerprint == group.key.fingerprint()));
        groups.list.iter().map(told).collect::<Vec<_>>()
    };
    let spread = |mut parts: Vec<Grouper>| {
        let count = parts.len();
        (0..messages.len()).for_each(|i| add(&mut parts[i % count], i));
        parts
    };
    let whole = told(&Grouper::merge(spread(vec![Grouper::new(None)])));
    assert!(whole.len() > 15_000, "{}", whole.len());
    for threads in 2..4 {
        assert!(told(&Grouper::merge(spread((0..threads).map(|_| Grouper::new(None)).collect()))) == whole, "apart");
        assert!(told(&Grouper::merge(spread(Grouper::beside_each_other(None, threads)))) == whole, "beside each other");
    }
    // Looked at on the way, and beside another source of rows.
    let (early, late) = (rows / 2, rows / 4 * 3);
    let mut parts = Grouper::beside_each_other(None, 2);
    (0..early).for_each(|i| add(&mut parts[i % 2], i));
    let (mut first, mut other) = (Grouper::new(None), Grouper::beside_each_other(None, 2));
    (0..early).for_each(|i| add(&mut first, i));
    let halfway = Grouper::copies(&parts.iter().collect::<Vec<_>>());
    assert!(told(&Grouper::merge(halfway)) == told(&Grouper::merge(vec![first])), "halfway");
    (early..late).for_each(|i| add(&mut parts[i % 2], i));
    (late..rows).for_each(|i| add(&mut other[i % 2], i));
    assert!(told(&Grouper::merge(parts.into_iter().chain(other).collect())) == whole, "two sources");
}

#[test]
fn threads_that_count_at_the_same_time_lose_nothing() {
    let mut parts = Grouper::beside_each_other(None, 4);
    let message = |i: usize| format!("#/a/part{i}/b: expected type: String, found: Null");
    std::thread::scope(|scope| {
        for (thread, part) in parts.iter_mut().enumerate() {
            scope.spawn(move || {
                for i in 0..12_000 {
                    part.add(&row(&message(i), NEW, i as i64), RowRef::new(thread, i as u64));
                }
            });
        }
    });
    let groups = Grouper::merge(parts);
    assert_eq!((groups.list.len(), groups.rows), (12_000, 48_000));
    assert!(groups.list.iter().all(|group| group.count == 4 && group.rows.len() == 4 && group.sample.contains("/part")));
}

#[test]
fn groups_share_their_names() {
    let found = groups(&[row("#/a: required key [x] not found", OLD, 0), row("#/a: expected type: String, found: Null", OLD, 0)]);
    assert!(Arc::ptr_eq(&found.list[0].key.names, &found.list[1].key.names));
}

#[test]
fn rows_that_bigquery_refused_are_told_apart_by_their_columns() {
    let refused = |text: &str| format!("java.io.IOException: {text}");
    let listed = |location: &str, message: &str, reason: &str, index: u32| {
        refused(&format!(
            r#"[{{"errors":[{{"debugInfo":"","location":"{location}","message":"{message}","reason":"{reason}"}}],"index":{index}}}]"#
        ))
    };
    let messages = [
        refused("JSON parsing error in row starting at position 430: No such field: a.b."),
        refused("JSON parsing error in row starting at position 98765: No such field: a.b."),
        listed("a", "no such field: b.", "invalid", 3),
        refused("JSON parsing error in row starting at position 430: No such field: a.c."),
        listed("", "", "stopped", 0),
        listed("", "", "stopped", 17),
        listed("a", "Odd value 'x'", "invalid", 1),
        listed("a", "Odd value 'y'", "invalid", 2),
    ];
    let row = |message| ErrorRow {
        stage: Some("failed_insert"),
        class: Some("java.io.IOException"),
        message: Some(message),
        ..ErrorRow::default()
    };
    let mut found = groups(&messages.iter().map(|message| row(message)).collect::<Vec<_>>());
    found.list.sort_by(|a, b| a.key.fault.cmp(&b.key.fault));
    assert_eq!(
        faults(&found),
        [("-", "Odd value '{value}': a", 2), ("-", "no such field: a.b", 3), ("-", "no such field: a.c", 1), ("-", "stopped", 2)]
    );
    assert_eq!(found.list.iter().map(Group::aside).collect::<Vec<_>>(), [None, None, None, Some("by-catch")]);
    assert_eq!(found.list[1].sentence(), "the table has no column a.b");
    assert_eq!(found.list[3].sentence(), "not at fault: another row of the same request was refused");
}
