//! Groups beside an earlier export of them: what is new, grown or gone, in every form.
//!
//! Owns: the fields of a change for scripts, its line for people, the closing line.
//! Refuses: comparing (baseline).

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::incidents::IncidentsOf;
use super::json;
use super::printed::ListFormat;
use super::table::{self, GroupCells};
use crate::cli::csv;
use crate::cli::{out, when};
use crate::ground::text::{count, visible};
use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Group, GroupRecord, Groups, Remark, RemarkState, doctype_name, place_of};
use crate::triage::baseline::{Comparison, Grown};
use crate::triage::facts::beside::place;
use crate::triage::facts::overview::{STRANGE, changed};
use crate::triage::facts::rate::percent;
use crate::triage::overview::Beside;

const HEADS: [&str; 6] = ["ROWS", "CHANGE", "DOCTYPE", "WHERE", "FAULT", "GROUP"];

/// What changes are called.
#[derive(Clone, Copy)]
pub(in crate::cli) struct ChangeWords {
    new: &'static str,
    grown: &'static str,
    gone: &'static str,
    /// What the other side's numbers stand behind.
    other: &'static str,
}

/// Beside an earlier export.
pub(in crate::cli) const SINCE: ChangeWords = ChangeWords { new: "new", grown: "grown", gone: "gone", other: "was" };

/// Beside another source.
pub(in crate::cli) fn beside(beside: &Beside) -> ChangeWords {
    let [new, gone] = [0, 1].map(|side| place(beside.only(side)));
    ChangeWords { new, grown: "more here", gone, other: "beside" }
}

/// All changes. Names and meanings are stable.
#[derive(Serialize)]
pub(in crate::cli) struct ChangesAnswer<'a> {
    new: usize,
    grown: usize,
    gone: usize,
    /// Groups that are about as they were.
    same: u64,
    changes: Vec<GroupChange<'a>>,
}

/// One group that is not as it was.
#[derive(Serialize)]
pub(in crate::cli) struct GroupChange<'a> {
    /// `new`, `grown` or `gone`; beside another source `only here`, `more here` or `only beside`, the
    /// first and last with `maybe` before them where not all of the source was read that lacks it.
    change: &'static str,
    namespace: Option<&'a str>,
    doctype: Option<&'a str>,
    version: Option<&'a str>,
    stage: Option<&'a str>,
    path: Option<&'a str>,
    fault: &'a str,
    fingerprint: String,
    /// Rows now.
    count: u64,
    /// Rows in the baseline.
    before: u64,
    /// How many times as fast rows come as they did or, with `rate_before`, how many times as large the rate is; null where there is nothing to compare.
    times: Option<f64>,
    /// RFC 3339; of a group that is gone, as the baseline has it.
    first: Option<String>,
    last: Option<String>,
    /// Which part of all that came is refused so: 0 to 1; null where it is not known.
    rate: Option<f64>,
    /// The same in the baseline, where growth is by rates.
    rate_before: Option<f64>,
    /// Fingerprint of the incident that a new group is of, where groups are put together and it is one of several.
    incident: Option<Fingerprint>,
    /// Why it is.
    incident_why: Option<String>,
    /// What people have said of it, where that was read: as of groups, null of one that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    note_state: Option<Option<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note_why: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bug: Option<Option<&'a str>>,
    /// For people.
    #[serde(skip)]
    words: String,
    #[serde(skip)]
    other: &'static str,
}

/// Writes the changes in the form asked for.
pub(super) fn write(
    out: &mut dyn Write,
    comparison: &Comparison<'_>,
    groups: &Groups,
    incidents: Option<&IncidentsOf>,
    format: ListFormat,
) -> io::Result<()> {
    let mut changes: Vec<GroupChange<'_>> = changes(comparison, SINCE).collect();
    if groups.remarks.is_some() {
        note(&mut changes, comparison, groups);
    }
    if let Some(incidents) = incidents {
        join(&mut changes[..comparison.new.len()], comparison, incidents);
    }
    match format {
        ListFormat::Table => out.write_all(table::lines(HEADS, lines(&changes), out::room()).as_bytes()),
        ListFormat::Md => out.write_all(table::markdown_lines(HEADS, &lines(&changes)).as_bytes()),
        ListFormat::Csv => csv::write(out, changes.iter()),
        ListFormat::Ndjson => json::lines(out, changes.iter()),
        ListFormat::Json => json::pretty(out, &answer_of(comparison, changes)),
    }
}

/// What was noted stands beside new and grown groups; of those that are gone no rows tell how they stand.
fn note<'a>(changes: &mut [GroupChange<'a>], comparison: &Comparison<'_>, groups: &'a Groups) {
    let here = comparison.new.iter().copied().chain(comparison.grown.iter().map(|(group, ..)| *group)).map(Some);
    for (change, group) in changes.iter_mut().zip(here.chain(std::iter::repeat(None))) {
        let remark = group.and_then(|group| groups.remark(group));
        change.note_state = Some(group.map(|_| remark.map_or(RemarkState::Open, |remark| remark.state).name()));
        change.note_why = Some(remark.and_then(Remark::why));
        change.note = Some(remark.and_then(|remark| remark.text.as_deref()));
        change.bug = Some(remark.and_then(|remark| remark.bug.as_deref()));
        if let Some(group) = group {
            change.words = table::says(group, groups);
        }
    }
}

/// New groups of one incident stand together, where the first of them stood.
fn join(new: &mut [GroupChange<'_>], comparison: &Comparison<'_>, incidents: &IncidentsOf) {
    let mut first: FxHashMap<Fingerprint, usize> = FxHashMap::default();
    let mut stands: Vec<usize> = Vec::with_capacity(new.len());
    for (at, (change, group)) in new.iter_mut().zip(&comparison.new).enumerate() {
        let of = incidents.get(group.fingerprint);
        (change.incident, change.incident_why) = (of.map(|of| of.incident), of.map(|of| of.why.clone()));
        stands.push(of.map_or(at, |of| *first.entry(of.incident).or_insert(at)));
    }
    let mut order = stands.into_iter();
    new.sort_by_cached_key(|_| order.next());
}

/// A line each, and one above those that are put together.
fn lines(changes: &[GroupChange<'_>]) -> Vec<GroupCells> {
    let mut lines = Vec::with_capacity(changes.len());
    let mut above = None;
    let mut rows_of: FxHashMap<Fingerprint, u64> = FxHashMap::default();
    let of_incidents = changes.iter().filter_map(|change| Some((change.incident?, change.count)));
    of_incidents.for_each(|(incident, rows)| *rows_of.entry(incident).or_default() += rows);
    for change in changes {
        if let Some(incident) = change.incident.filter(|incident| Some(*incident) != above) {
            let rows = rows_of.get(&incident).copied().unwrap_or_default();
            let why = change.incident_why.clone().unwrap_or_default();
            lines.push([count(rows), "new incident".to_owned(), String::new(), String::new(), why, incident.to_string()]);
        }
        above = change.incident;
        let mut cells = cells(change);
        if above.is_some() {
            cells[2].insert_str(0, "  ");
        }
        lines.push(cells);
    }
    lines
}

/// All of it for scripts.
pub(in crate::cli) fn answer<'a>(comparison: &Comparison<'a>, words: ChangeWords) -> ChangesAnswer<'a> {
    answer_of(comparison, changes(comparison, words).collect())
}

fn answer_of<'a>(comparison: &Comparison<'_>, changes: Vec<GroupChange<'a>>) -> ChangesAnswer<'a> {
    let Comparison { new, grown, gone, same, .. } = comparison;
    ChangesAnswer { new: new.len(), grown: grown.len(), gone: gone.len(), same: *same, changes }
}

/// A line a change, for people; empty where nothing has changed.
pub(in crate::cli) fn table(comparison: &Comparison<'_>, words: ChangeWords) -> String {
    table::lines(HEADS, changes(comparison, words).map(|change| cells(&change)).collect(), out::room())
}

/// The same, to paste where others read it.
pub(in crate::cli) fn markdown(comparison: &Comparison<'_>, words: ChangeWords) -> String {
    table::markdown_lines(HEADS, &changes(comparison, words).map(|change| cells(&change)).collect::<Vec<_>>())
}

/// `1 new group, 2 grown, 0 gone, 27 as before`, and what is odd.
pub(in crate::cli) fn closing(comparison: &Comparison<'_>) -> String {
    let Comparison { new, grown, gone, same, is_strange } = comparison;
    let changed = changed(new.len() as u64, grown.len() as u64, gone.len() as u64, *same);
    if *is_strange { format!("{changed}; {STRANGE}") } else { changed }
}

/// New first, then grown, then gone.
pub(in crate::cli) fn changes<'a, 'b>(
    comparison: &'b Comparison<'a>,
    words: ChangeWords,
) -> impl Iterator<Item = GroupChange<'a>> + use<'a, 'b> {
    let new = comparison.new.iter().map(move |group| GroupChange::of(group, words.new, 0, None));
    let grown = comparison.grown.iter().map(move |(group, known, grown)| GroupChange::of(group, words.grown, known.count, Some(*grown)));
    let all = new.chain(grown).chain(comparison.gone.iter().map(move |known| GroupChange::gone(known, words.gone)));
    all.map(move |change| GroupChange { other: words.other, ..change })
}

impl<'a> GroupChange<'a> {
    fn of(group: &'a Group, change: &'static str, before: u64, grown: Option<Grown>) -> Self {
        let rates = grown.and_then(|grown| grown.rates);
        let key = &group.key;
        GroupChange {
            change,
            namespace: key.namespace.as_deref(),
            doctype: key.doctype.as_deref(),
            version: key.version.as_deref(),
            stage: key.stage.as_deref(),
            path: key.path.as_deref(),
            fault: &key.fault,
            fingerprint: group.fingerprint.to_string(),
            count: group.count,
            before,
            times: grown.map(|grown| grown.times),
            first: end(group.span, |span| span.0),
            last: end(group.span, |span| span.1),
            rate: rates.map(|rates| rates.1),
            rate_before: rates.map(|rates| rates.0),
            incident: None,
            incident_why: None,
            note_state: None,
            note_why: None,
            note: None,
            bug: None,
            words: group.phrase(),
            other: SINCE.other,
        }
    }

    fn gone(known: &'a GroupRecord, change: &'static str) -> Self {
        GroupChange {
            change,
            namespace: known.namespace.as_deref(),
            doctype: known.doctype.as_deref(),
            version: known.version.as_deref(),
            stage: known.stage.as_deref(),
            path: known.path.as_deref(),
            fault: &known.fault,
            fingerprint: known.fingerprint.to_string(),
            count: 0,
            before: known.count,
            times: None,
            first: end(known.span, |span| span.0),
            last: end(known.span, |span| span.1),
            rate: None,
            rate_before: None,
            incident: None,
            incident_why: None,
            note_state: None,
            note_why: None,
            note: None,
            bug: None,
            words: visible(&known.fault).into_owned(),
            other: SINCE.other,
        }
    }
}

fn end(span: Option<(Micros, Micros)>, which: fn((Micros, Micros)) -> Micros) -> Option<String> {
    span.map(which).and_then(when::rfc3339)
}

fn cells(change: &GroupChange<'_>) -> GroupCells {
    let rows = match (change.before, change.rate.zip(change.rate_before)) {
        (0, _) => count(change.count),
        (_, Some((now, then))) => {
            format!("{}, now {}, {} {}", count(change.count), percent(Some(now)), change.other, percent(Some(then)))
        }
        (before, None) => format!("{}, {} {}", count(change.count), change.other, count(before)),
    };
    let word = match change.times {
        Some(times) => format!("{} x{times:.1}", change.change),
        None => change.change.to_owned(),
    };
    [
        rows,
        word,
        doctype_name(change.namespace, change.doctype, change.version),
        place_of(change.path, change.stage),
        change.words.clone(),
        change.fingerprint.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::groups::example::groups;
    use crate::rows::group::Fingerprint;
    use crate::triage::baseline::{Baseline, Growth};
    use crate::triage::notes::{Note, NoteAbout, NoteState, Notes};

    #[test]
    fn what_was_noted_stands_beside_every_change() {
        let mut now = groups();
        let print = now.list[0].fingerprint;
        let note = Note { text: Some("known".into()), state: NoteState::Seen, ..Note::new(NoteAbout::Group(print)) };
        now.set_remarks(Some(std::sync::Arc::new(Notes::of(vec![note]).remarks(&now, 0))), None);
        let gone = GroupRecord { fingerprint: Fingerprint(7), count: 3, fault: "type".into(), ..GroupRecord::default() };
        let baseline = Baseline { groups: vec![gone], by_schemas: None };
        let comparison = baseline.compare(&now, Growth::default());
        let of = |format| {
            let mut out = Vec::new();
            write(&mut out, &comparison, &now, None, format).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(of(ListFormat::Table).contains("[seen: known]") && of(ListFormat::Md).contains("[seen: known]"));
        let lines = of(ListFormat::Ndjson);
        assert!(lines.contains(r#""note_state":"seen","note_why":"seen","note":"known","bug":null"#), "{lines}");
        assert!(lines.contains(r#""note_state":null,"note_why":null,"note":null,"bug":null"#), "{lines}");
        assert!(of(ListFormat::Csv).starts_with("change,") && of(ListFormat::Csv).contains("seen,seen,known,"));
    }

    #[test]
    fn every_form_tells_every_change() {
        let now = groups();
        let hostile = GroupRecord { fingerprint: Fingerprint(7), count: 3, fault: "type\u{1b}|".into(), ..GroupRecord::default() };
        let before = GroupRecord { fingerprint: now.list[0].fingerprint, count: 10, ..GroupRecord::default() };
        for (then, line) in [(vec![hostile.clone()], "1,234  new"), (vec![before, hostile], "1,234, was 10  grown x123.4")] {
            let baseline = Baseline { groups: then, by_schemas: None };
            let comparison = baseline.compare(&now, Growth::default());
            let of = |format| {
                let mut out = Vec::new();
                write(&mut out, &comparison, &now, None, format).unwrap();
                String::from_utf8(out).unwrap()
            };
            let table = of(ListFormat::Table);
            assert!(table.contains(line) && table.contains("0, was 3  gone") && table.contains("type\\u{1b}|"), "{table}");
            assert!(of(ListFormat::Md).contains("`type\\u{1b}\\|`"));
            assert_eq!((of(ListFormat::Csv).lines().count(), of(ListFormat::Ndjson).lines().count()), (3, 2));
            let json: serde_json::Value = serde_json::from_str(&of(ListFormat::Json)).unwrap();
            assert_eq!((&json["gone"], &json["changes"][1]["change"]), (&serde_json::json!(1), &serde_json::json!("gone")));
        }
    }
}
