//! An overview for scripts: one object, a line each, or the namespaces for spreadsheets.
//!
//! Owns: the names of its members, which are stable. Refuses: finding anything out.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::csv as spreadsheet;
use crate::cli::groups::{changes, json};
use crate::cli::when::rfc3339;
use crate::ground::time::Micros;
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Groups, Trend};
use crate::triage::baseline::Comparison;
use crate::triage::facts::{self, overview as words};
use crate::triage::overview::{NamespaceLine, Overview, StageLine, UnknownName};
use crate::tui::advice::advised;

#[derive(Serialize)]
struct OverviewAnswer<'a> {
    rows: u64,
    groups: usize,
    outside: u64,
    /// Pieces of input that are no rows.
    unreadable: u64,
    missing_columns: &'a [ErrorColumn],
    notes: Vec<String>,
    first: Option<String>,
    last: Option<String>,
    /// In the order of the pipeline.
    stages: Vec<StageMember<'a>>,
    namespaces: Vec<NamespaceMember<'a>>,
    /// Null without schemas.
    unknown: Option<Vec<UnknownMember<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<changes::ChangesAnswer<'a>>,
}

#[derive(Serialize)]
struct StageMember<'a> {
    stage: Option<&'a str>,
    rows: u64,
    groups: u64,
    /// Groups that a deploy began.
    began: u64,
}

#[derive(Serialize)]
struct NamespaceMember<'a> {
    namespace: Option<&'a str>,
    rows: u64,
    groups: u64,
    /// Groups that a deploy began; null where there was none.
    began: Option<u32>,
    /// Those that the newest began.
    began_newest: Option<u32>,
    /// Groups that somebody has muted; null where no notes were read.
    muted: Option<u32>,
    /// Which part of all that came was refused: 0 to 1; null where it is not known.
    rate: Option<f64>,
    accepted: Option<u64>,
    first: Option<String>,
    last: Option<String>,
    /// Rows over time: bins of so many seconds.
    trend: Option<TrendMember<'a>>,
    /// Whether the schemas have it; null without schemas.
    known: Option<bool>,
}

#[derive(Serialize)]
struct TrendMember<'a> {
    start: Option<String>,
    width: i64,
    bins: &'a [u32],
}

#[derive(Serialize)]
struct UnknownMember<'a> {
    /// `namespace`, `doctype` or `version`: what of it the schemas do not have.
    unknown: &'static str,
    namespace: &'a str,
    doctype: Option<&'a str>,
    version: Option<&'a str>,
    rows: u64,
    groups: u64,
    first: Option<String>,
    last: Option<String>,
    /// Known names, best first.
    nearest: &'a [String],
    /// `spelling`, `typo`, `not_registered`, `fork`, `fork_or_not_registered`, `other_namespace`, `other_version`; null where nothing speaks for any.
    guess: Option<&'static str>,
    /// What speaks for it.
    why: String,
}

/// A line of NDJSON.
#[derive(Serialize)]
pub(super) struct Kinded<T> {
    /// What it tells of.
    pub(super) what: &'static str,
    #[serde(flatten)]
    pub(super) of: T,
}

fn ends(span: Option<(Micros, Micros)>) -> [Option<String>; 2] {
    span.map_or([None, None], |(first, last)| [first, last].map(rfc3339))
}

impl<'a> StageMember<'a> {
    fn of(line: &'a StageLine) -> Self {
        StageMember { stage: line.stage.as_deref(), rows: line.rows, groups: line.groups, began: line.began }
    }
}

impl<'a> NamespaceMember<'a> {
    fn of(overview: &'a Overview, groups: &'a Groups, line: &'a NamespaceLine) -> Self {
        let rate = groups.rates.as_ref().and_then(|rates| rates.namespace(line.name.as_deref()).0);
        let [first, last] = ends(line.span);
        let has_deploys = !groups.deploys.is_empty();
        NamespaceMember {
            namespace: line.name.as_deref(),
            rows: line.rows,
            groups: line.groups(),
            began: has_deploys.then_some(line.began),
            began_newest: has_deploys.then_some(line.new),
            muted: groups.remarks.is_some().then_some(line.muted),
            rate: rate.map(|rate| rate.share()),
            accepted: rate.map(|rate| rate.accepted),
            first,
            last,
            trend: TrendMember::of(overview.trend(groups, line)),
            known: line.is_known,
        }
    }
}

impl<'a> TrendMember<'a> {
    fn of(trend: &'a Trend) -> Option<Self> {
        const SECOND: Micros = 1_000_000;
        (trend.width > 0).then(|| TrendMember { start: rfc3339(trend.start), width: trend.width / SECOND, bins: &trend.bins })
    }
}

impl<'a> UnknownMember<'a> {
    fn of(name: &'a UnknownName) -> Self {
        let [first, last] = ends(name.span);
        UnknownMember {
            unknown: words::unknown_kind(name),
            namespace: &name.namespace,
            doctype: name.doctype.as_deref(),
            version: name.version.as_deref(),
            rows: name.rows,
            groups: name.groups,
            first,
            last,
            nearest: &name.nearest,
            guess: name.guess.as_ref().map(words::guess_word),
            why: words::guess(name),
        }
    }
}

/// One object with everything.
pub(super) fn document(out: &mut dyn Write, overview: &Overview, groups: &Groups, comparison: Option<&Comparison<'_>>) -> io::Result<()> {
    let [first, last] = ends(groups.span);
    let notes = groups.unreadable.notes().into_iter().chain(groups.notes.iter().map(advised));
    let answer = OverviewAnswer {
        rows: groups.rows,
        groups: groups.list.len(),
        outside: groups.outside,
        unreadable: groups.unreadable.count,
        missing_columns: &groups.missing_columns,
        notes: notes.chain(facts::rate::notes(groups)).chain(words::notes(overview)).collect(),
        first,
        last,
        stages: overview.stages.iter().map(StageMember::of).collect(),
        namespaces: overview.namespaces.iter().map(|line| NamespaceMember::of(overview, groups, line)).collect(),
        unknown: overview.unknown.as_ref().map(|names| names.iter().map(UnknownMember::of).collect()),
        changes: comparison.map(|comparison| changes::answer(comparison, changes::SINCE)),
    };
    json::pretty(out, &answer)
}

/// A line each.
pub(super) fn lines(out: &mut dyn Write, overview: &Overview, groups: &Groups, comparison: Option<&Comparison<'_>>) -> io::Result<()> {
    json::lines(&mut *out, overview.stages.iter().map(|line| Kinded { what: "stage", of: StageMember::of(line) }))?;
    let namespaces = overview.namespaces.iter();
    json::lines(&mut *out, namespaces.map(|line| Kinded { what: "namespace", of: NamespaceMember::of(overview, groups, line) }))?;
    let unknown = overview.unknown.iter().flatten();
    json::lines(&mut *out, unknown.map(|name| Kinded { what: "unknown", of: UnknownMember::of(name) }))?;
    let changes = comparison.into_iter().flat_map(|comparison| changes::changes(comparison, changes::SINCE));
    json::lines(out, changes.map(|of| Kinded { what: "change", of }))
}

/// The namespaces for spreadsheets.
pub(super) fn csv(out: &mut dyn Write, overview: &Overview, groups: &Groups) -> io::Result<()> {
    spreadsheet::write(out, overview.namespaces.iter().map(|line| NamespaceMember::of(overview, groups, line)))
}
