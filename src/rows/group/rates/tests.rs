use super::*;
use crate::rows::group::Grouper;
use crate::rows::row::{ErrorRow, RowRef};

/// Rows: doctype, version, key that is missing, hour.
fn groups(rows: &[(&str, Option<&str>, &str, i64)]) -> Groups {
    let mut grouper = Grouper::new(None);
    for (at, (doctype, version, key, hour)) in rows.iter().enumerate() {
        let message = format!("#: required key [{key}] not found");
        let row = ErrorRow {
            namespace: Some("acme-app"),
            doctype: Some(doctype),
            version: *version,
            message: Some(&message),
            time: Some(hour * HOUR + 60_000_000),
            ..ErrorRow::default()
        };
        grouper.add(&row, RowRef::new(0, at as u64));
    }
    Grouper::merge(vec![grouper])
}

fn volume(counts: &[(&str, Option<&str>, i64, u64)]) -> Arc<Volume> {
    let mut volume = Volume::default();
    for (doctype, version, hour, accepted) in counts {
        volume.add(("acme_app", doctype), *version, (hour * HOUR, HOUR), *accepted);
    }
    Arc::new(volume)
}

fn rated(rows: &[(&str, Option<&str>, &str, i64)], counts: &[(&str, Option<&str>, i64, u64)]) -> (Groups, Arc<Rates>) {
    let mut groups = groups(rows);
    groups.rate(Some(&volume(counts)), (None, None), false);
    let rates = groups.rates.clone().unwrap();
    (groups, rates)
}

fn share(rates: &Rates, groups: &Groups, key: &str) -> Option<f64> {
    let group = groups.list.iter().find(|group| group.key.fault.ends_with(key)).unwrap();
    rates.group(group).map(|rate| rate.share())
}

#[test]
fn the_rates_of_groups_add_up_to_that_of_their_doctype() {
    let rows = [("a", Some("1"), "x", 5), ("a", Some("1"), "x", 6), ("a", Some("1"), "y", 6), ("b", None, "x", 5)];
    let (groups, rates) = rated(&rows, &[("a", Some("1"), 5, 50), ("a", Some("1"), 6, 47), ("b", None, 5, 9), ("c", None, 5, 890)]);
    let a = groups.list.iter().find(|group| group.key.fault.ends_with('y')).unwrap();
    assert_eq!((share(&rates, &groups, "y"), rates.doctype(&a.key.names).unwrap().share()), (Some(0.01), 0.03));
    let (namespace, unknown) = rates.namespace(Some("acme-app"));
    assert_eq!((namespace.unwrap().accepted, namespace.unwrap().share(), unknown), (996, 0.004, 0));
    assert_eq!(rates.lines().len(), 3);
    assert!(rates.is_whole());
}

#[test]
fn what_nobody_counted_is_not_known() {
    let (groups, rates) = rated(&[("a", Some("1"), "x", 5), ("b", Some("2"), "y", 5)], &[("a", Some("1"), 5, 9), ("b", Some("1"), 5, 9)]);
    assert_eq!((share(&rates, &groups, "x"), share(&rates, &groups, "y")), (Some(0.1), None));
    assert_eq!((rates.unknown(&groups), rates.namespace(Some("acme-app")).1), (1, 1));
    let (groups, rates) = rated(&[("a", None, "x", 5)], &[("a", None, 9, 9)]);
    assert_eq!((share(&rates, &groups, "x"), rates.window(), rates.is_whole()), (None, None, false));
    let (groups, rates) = rated(&[("a", None, "x", 5)], &[("a", None, 5, 0)]);
    assert_eq!(share(&rates, &groups, "x"), Some(1.0), "nothing was accepted, and that is known");
}

#[test]
fn what_came_at_other_times_has_no_rate_and_other_names_are_told() {
    let (groups, rates) = rated(&[("a", None, "x", 5), ("b", None, "y", 500)], &[("a", None, 5, 9), ("b", None, 5, 9)]);
    assert_eq!((share(&rates, &groups, "x"), share(&rates, &groups, "y")), (Some(0.1), None));
    let outside = groups.list.iter().find(|group| group.key.fault.ends_with('y')).unwrap();
    assert!(rates.doctype(&outside.key.names).is_none() && rates.over_time(outside).is_none());
    assert_eq!((rates.unknown(&groups), rates.other_doctype()), (1, None));
    let (_, rates) = rated(&[("a", None, "x", 5)], &[("other", None, 5, 9)]);
    assert_eq!(rates.other_doctype().as_deref(), Some("acme_app/other"));
}

#[test]
fn only_the_time_that_both_sides_cover_counts() {
    let rows: Vec<_> = (0..20).map(|hour| ("a", None, "x", hour)).collect();
    let (groups, rates) = rated(&rows, &[("a", None, 10, 90), ("a", None, 19, 0)]);
    let rate = rates.group(&groups.list[0]).unwrap();
    assert_eq!((rates.window(), rates.is_whole(), rate.accepted), (Some((10 * HOUR, 20 * HOUR)), false, 90));
    assert!((9..=11).contains(&rate.failed), "{rate:?}");
}

#[test]
fn versions_that_are_counted_together_stand_beside_all_failures() {
    let (groups, rates) = rated(&[("a", Some("1"), "x", 5), ("a", Some("2"), "y", 5)], &[("a", None, 5, 8)]);
    let rate = rates.group(&groups.list[0]).unwrap();
    assert_eq!((rate.all, rate.all_versions, rate.share()), (10, true, 0.1));
}

#[test]
fn a_rate_over_time_has_a_gap_where_nothing_is_known() {
    // Hours that begin as points do: every sixteenth.
    let rows = [("a", None, "x", 160), ("a", None, "x", 176)];
    let counts: Vec<_> = (160..164).map(|hour| ("a", None, hour, 100)).chain([("b", None, 176, 1)]).collect();
    let (groups, rates) = rated(&rows, &counts);
    let trend = rates.over_time(&groups.list[0]).unwrap();
    assert_eq!((trend.start, trend.width, trend.points.len()), (160 * HOUR, SHORTEST, 16));
    assert_eq!((trend.points[0], trend.points[1], trend.points[15]), (Some(1.0 / 107.0), Some(0.0), None));
}

#[test]
fn a_source_that_counts_both_sides_counts_whole_days() {
    let mut groups = groups(&[("a", None, "x", 9), ("a", None, "x", 17)]);
    let mut volume = Volume::default();
    volume.note(("acme-app", "a"), None, 9 * HOUR, 98);
    groups.volume = Some(Arc::new(volume));
    groups.rate(None, (None, None), false);
    assert_eq!(groups.rates.as_ref().and_then(|rates| rates.group(&groups.list[0])).unwrap().share(), 0.02);
}
