//! Groups as OpenMetrics text, which Prometheus reads as well.
//!
//! Owns: the names of the metrics, their labels, which groups have lines of their own.
//! Refuses: what may be told of a group (redacted).
//!
//! All are gauges: a count is that of the rows that were read this time, and falls where fewer are read the next.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::ground::text::visible;
use crate::ground::time::Micros;
use crate::rows::group::{Group, Groups, Rate};

/// Groups with lines of their own where no other number is asked for.
pub(super) const USUAL: usize = 200;

/// Stands for the fingerprint of all other groups together.
const OTHER: &str = "other";

/// A metric: its name without `misfit_`, its unit where it has one, what it is.
struct Metric(&'static str, &'static str, &'static str);

const ROWS: Metric = Metric("rows", "", "Rows that were read and counted, also those of groups that are not shown.");
const OUTSIDE: Metric = Metric("rows_outside", "", "Rows that were read and are outside of what was asked for.");
const UNREADABLE: Metric = Metric("rows_unreadable", "", "Pieces of input that could not be read as rows, and are not counted.");
const GROUPS: Metric = Metric("groups", "", "Groups that are shown: rows with the same fault are one group.");
const BEGAN: Metric = Metric("groups_began", "", "Groups among them that the newest deploy began.");
const FAILURES: Metric =
    Metric("failures", "", "Rows of a group. Groups beyond those with most rows are one line, whose fingerprint is other.");
const FIRST: Metric = Metric("first_seen_timestamp_seconds", "seconds", "Time of the first row of a group.");
const LAST: Metric = Metric("last_seen_timestamp_seconds", "seconds", "Time of the last row of a group.");
const RATIO: Metric = Metric(
    "failure_ratio",
    "ratio",
    "Rows of a group as a part of all documents of its doctype that came, where accepted ones are counted.",
);
const ACCEPTED: Metric = Metric("accepted_documents", "", "Documents of a doctype that were accepted meanwhile, where they are counted.");

/// Writes the groups that are shown, of all groups; the largest so many have lines of their own.
pub(super) fn write(out: &mut dyn Write, groups: &Groups, shown: &[&Group], most: usize) -> io::Result<()> {
    let mut by_size = shown.to_vec();
    by_size.sort_by_key(|group| std::cmp::Reverse(group.count));
    let (told, others) = by_size.split_at(most.min(by_size.len()));
    for (metric, value) in [
        (ROWS, groups.rows),
        (OUTSIDE, groups.outside),
        (UNREADABLE, groups.unreadable.count),
        (GROUPS, shown.len() as u64),
        (BEGAN, shown.iter().filter(|group| groups.is_new(group)).count() as u64),
    ] {
        metric.head(out)?;
        metric.line(out, &[], value)?;
    }
    FAILURES.head(out)?;
    for group in told {
        let path = group.key.path.as_deref().unwrap_or_default();
        let what = [("path", path), ("fault", &group.key.fault)];
        FAILURES.line(out, &[&names(group)[..], &what, &[("fingerprint", &group.fingerprint.to_string())]].concat(), group.count)?;
    }
    if !others.is_empty() {
        FAILURES.line(out, &[("fingerprint", OTHER)], others.iter().map(|group| group.count).sum::<u64>())?;
    }
    for (metric, of) in [(FIRST, (|span| span.0) as fn((Micros, Micros)) -> Micros), (LAST, |span| span.1)] {
        metric.head(out)?;
        for (group, span) in told.iter().filter_map(|group| Some((group, group.span?))) {
            metric.line(out, &own(group, &group.fingerprint.to_string()), seconds(of(span)))?;
        }
    }
    let Some(rates) = &groups.rates else { return out.write_all(b"# EOF\n") };
    RATIO.head(out)?;
    // By the names that may be told: where these are those of several doctypes, nothing is known of one.
    let mut accepted: BTreeMap<Vec<(&str, String)>, Vec<Rate>> = BTreeMap::new();
    for group in told {
        let Some(rate) = rates.group(group) else { continue };
        RATIO.line(out, &own(group, &group.fingerprint.to_string()), rate.share())?;
        // Counts of all versions together are those of none of them.
        let of = names(group).into_iter().take(if rate.all_versions { 2 } else { 3 });
        accepted.entry(written(of)).or_default().push(rate);
    }
    ACCEPTED.head(out)?;
    for (labels, rates) in accepted {
        let first = rates.first().map(|rate| (rate.accepted, rate.all));
        if let Some((accepted, _)) = first.filter(|first| rates.iter().all(|rate| (rate.accepted, rate.all) == *first)) {
            ACCEPTED.line_of(out, labels, accepted)?;
        }
    }
    out.write_all(b"# EOF\n")
}

/// The labels that say whose documents they are, and what refused them.
fn names(group: &Group) -> [(&'static str, &str); 4] {
    let key = &group.key;
    [("namespace", &key.namespace), ("doctype", &key.doctype), ("version", &key.version), ("stage", &key.stage)]
        .map(|(name, text)| (name, text.as_deref().unwrap_or_default()))
}

/// Those of a group.
fn own<'a>(group: &'a Group, fingerprint: &'a str) -> Vec<(&'static str, &'a str)> {
    [&names(group)[..], &[("fingerprint", fingerprint)]].concat()
}

fn seconds(time: Micros) -> String {
    let (sign, amount) = (if time < 0 { "-" } else { "" }, time.unsigned_abs());
    format!("{sign}{}.{:06}", amount / 1_000_000, amount % 1_000_000)
}

/// Labels as they are written: one without a value is none.
fn written<'a>(labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, String)> {
    labels.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, escaped(text))).collect()
}

impl Metric {
    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let Metric(name, unit, help) = self;
        writeln!(out, "# TYPE misfit_{name} gauge")?;
        if !unit.is_empty() {
            writeln!(out, "# UNIT misfit_{name} {unit}")?;
        }
        writeln!(out, "# HELP misfit_{name} {help}")
    }

    fn line(&self, out: &mut dyn Write, labels: &[(&str, &str)], value: impl std::fmt::Display) -> io::Result<()> {
        self.line_of(out, written(labels.iter().copied()), value)
    }

    fn line_of(&self, out: &mut dyn Write, labels: Vec<(&str, String)>, value: impl std::fmt::Display) -> io::Result<()> {
        let labels: Vec<String> = labels.into_iter().map(|(name, text)| format!("{name}=\"{text}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        writeln!(out, "misfit_{}{labels} {value}", self.0)
    }
}

/// The value of a label. What a reader would not see is made visible first, so that no line end is left.
fn escaped(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::groups::example::{group, groups};
    use crate::rows::group::Fingerprint;
    use crate::rows::volume::Volume;
    use std::sync::Arc;

    fn text_of(groups: &Groups, shown: &[&Group], most: usize) -> String {
        let mut out = Vec::new();
        write(&mut out, groups, shown, most).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_group_has_its_lines_and_nothing_in_it_ends_one() {
        let mut groups = groups();
        groups.unreadable.count = 3;
        groups.list[0].key.path = Some("/a\"b\\c\nd\u{202e}".into());
        let text = text_of(&groups, &[&groups.list[0]], 9);
        let line = r#"misfit_failures{namespace="acme",doctype="session",version="1",stage="ParsePayload",path="/a\"b\\c\\nd\\u{202e}",fault="required app_build",fingerprint="00000000000000ab"} 1234"#;
        assert!(text.lines().any(|found| found == line), "{text}");
        assert!(text.contains("\nmisfit_rows_unreadable 3\n") && text.contains("\nmisfit_groups_began 1\n"), "{text}");
        assert!(text.contains("# UNIT misfit_last_seen_timestamp_seconds seconds\n"), "{text}");
        assert!(text.contains("fingerprint=\"00000000000000ab\"} 1772438760.000000\n") && text.ends_with("\n# EOF\n"), "{text}");
        assert!(!text.contains("ratio") && !text.contains("accepted"), "what is not known is not told: {text}");
    }

    #[test]
    fn the_largest_have_lines_of_their_own_and_no_row_is_lost() {
        let of = |print, count| Group { fingerprint: Fingerprint(print), count, ..group() };
        let all = [of(1, 5), of(2, 70), of(3, 600)];
        let shown: Vec<&Group> = all.iter().collect();
        let text = text_of(&Groups::default(), &shown, 1);
        let failures: Vec<&str> = text.lines().filter(|line| line.starts_with("misfit_failures{")).collect();
        assert!(failures[0].ends_with("fingerprint=\"0000000000000003\"} 600"), "{text}");
        assert_eq!(failures[1..], ["misfit_failures{fingerprint=\"other\"} 75"]);
        assert!(text_of(&Groups::default(), &[], 1).contains("\nmisfit_groups 0\n"));
    }
    #[test]
    fn accepted_documents_that_are_counted_without_versions_are_told_once() {
        let of = |print, version: Option<&str>| {
            let mut group = Group { fingerprint: Fingerprint(print), ..group() };
            let names = Arc::make_mut(&mut group.key.names);
            names.version = version.map(Arc::from);
            group
        };
        let rated = |list: Vec<Group>, version: Option<&str>| {
            let mut groups = Groups { list, span: group().span, ..Groups::default() };
            let hour = 3_600_000_000;
            let mut volume = Volume::default();
            volume.add(("acme", "session"), version, (group().span.unwrap().0 / hour * hour, hour), 500);
            groups.rate(Some(&Arc::new(volume)), (None, None), false);
            let shown: Vec<&Group> = groups.list.iter().collect();
            let text = text_of(&groups, &shown, 9);
            text.lines().filter(|line| line.starts_with("misfit_accepted_documents")).map(str::to_owned).collect::<Vec<_>>()
        };
        let whole = r#"misfit_accepted_documents{namespace="acme",doctype="session"} 500"#;
        assert_eq!(rated(vec![of(1, Some("1")), of(2, Some("2")), of(3, None), of(4, Some(""))], None), [whole]);
        let one = r#"misfit_accepted_documents{namespace="acme",doctype="session",version="1"} 500"#;
        assert_eq!(rated(vec![of(1, Some("1")), of(2, Some("1"))], Some("1")), [one]);
    }

    #[test]
    fn times_before_the_first_second_of_1970_keep_their_fraction() {
        assert_eq!([-500_000, -1_500_000, 0, 1_000_001].map(seconds), ["-0.500000", "-1.500000", "0.000000", "1.000001"]);
    }
}
