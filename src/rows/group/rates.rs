//! Failures beside the documents that were accepted: what part of all that came was refused.
//!
//! Owns: which accepted documents a group, a doctype and a namespace stand beside, in which time; what is not known.
//! Refuses: where accepted documents are counted (volume), how a rate is told (triage/facts).
//!
//! A rate is rows over all documents of the same doctype, refused or accepted, so that the rates of its groups add up to that of the doctype. Only the
//! time that both sides cover counts. What nobody counted is not known: it is never taken for nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Fingerprint, Group, GroupNames, Groups, Trend};
use crate::ground::time::{DAY, Micros};
use crate::rows::volume::{HOUR, Volume, VolumeOf};

/// The shortest point of a rate over time: bins of trends are a power of two in minutes.
const SHORTEST: Micros = 64 * 60_000_000;
/// Most points of a rate over time.
const MOST_POINTS: i64 = 64;

/// Namespace, doctype and version as rows spell them.
type Named = [Option<Arc<str>>; 3];

/// The rates of all groups.
#[derive(Debug)]
pub struct Rates {
    volume: Arc<Volume>,
    /// The time that both sides cover; `None` where there is none.
    window: Option<(Micros, Micros)>,
    /// Whether that is all of the time that was asked for.
    is_whole: bool,
    /// Whether only some of the rows were asked for.
    of_some: bool,
    bases: Vec<RateBase>,
    /// Rows of each doctype in the window, and the base that they are of where it is known.
    doctypes: BTreeMap<Named, (u64, Option<usize>)>,
    /// The same of each group. By fingerprint: what is told of a group elsewhere may have other names.
    groups: FxHashMap<Fingerprint, (u64, Option<usize>)>,
}

/// What counts beside the same accepted documents.
#[derive(Debug)]
struct RateBase {
    of: VolumeOf,
    accepted: u64,
    failed: u64,
    trend: Trend,
}

/// Rows beside accepted documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Rows in the time that is known.
    pub failed: u64,
    /// Documents that were accepted meanwhile.
    pub accepted: u64,
    /// All that came meanwhile: accepted, and refused for whatever reason.
    pub all: u64,
    /// Whether documents of all versions are meant, for nobody counted those of one.
    pub all_versions: bool,
}

/// A rate over time.
#[derive(Debug, Clone, PartialEq)]
pub struct RateTrend {
    /// When the first point begins.
    pub start: Micros,
    /// How long each is.
    pub width: Micros,
    /// The rate in each, from 0 to 1; `None` where it is not known.
    pub points: Vec<Option<f64>>,
}

/// The rate of a doctype, or of a namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLine {
    /// As rows spell it.
    pub namespace: Option<Arc<str>>,
    /// None for the whole namespace.
    pub doctype: Option<Arc<str>>,
    /// Likewise.
    pub version: Option<Arc<str>>,
    /// Rows in the time that is known.
    pub failed: u64,
    /// None where it is not known.
    pub rate: Option<Rate>,
    /// Rows of doctypes of the namespace that no rate is known of.
    pub unknown: u64,
}

impl Rate {
    /// What part of all that came was refused so: 0 to 1.
    pub fn share(&self) -> f64 {
        if self.all == 0 { 0.0 } else { self.failed as f64 / self.all as f64 }
    }
}

impl Groups {
    /// Works out rates from accepted documents, where any are given or the source knows some. `asked` is the window that was asked for, `of_some`
    /// whether only some of the rows of a doctype were.
    pub fn rate(&mut self, given: Option<&Arc<Volume>>, asked: (Option<Micros>, Option<Micros>), of_some: bool) {
        // A source that counts both sides holds whole days of them.
        let step = if given.is_some() { HOUR } else { DAY };
        let volume = given.or(self.volume.as_ref()).filter(|volume| !volume.is_empty()).map(Arc::clone);
        self.rates = volume.map(|volume| Arc::new(Rates::of(self, volume, (asked, step), of_some)));
    }
}

impl Rates {
    fn of(groups: &Groups, volume: Arc<Volume>, (asked, step): ((Option<Micros>, Option<Micros>), Micros), of_some: bool) -> Self {
        let wanted = groups.span.map(|(first, last)| {
            let begin = |time: Micros| time.div_euclid(step) * step;
            let from = asked.0.unwrap_or(begin(first)).min(first);
            (from, asked.1.unwrap_or(begin(last).saturating_add(step)).max(last.saturating_add(1)))
        });
        let window = wanted.zip(volume.span()).map(|(wanted, known)| (wanted.0.max(known.0), wanted.1.min(known.1)));
        let window = window.filter(|(from, to)| from < to);
        let mut rates = Rates {
            is_whole: window == wanted,
            window,
            of_some,
            bases: Vec::new(),
            doctypes: BTreeMap::new(),
            groups: FxHashMap::default(),
            volume,
        };
        groups.list.iter().for_each(|group| rates.add(group));
        rates
    }

    fn add(&mut self, group: &Group) {
        let failed = self.failed(group);
        let named = named(&group.key.names);
        if !self.doctypes.contains_key(&named) {
            let base = self.base(&group.key.names);
            self.doctypes.insert(named.clone(), (0, base));
        }
        let Some((rows, base)) = self.doctypes.get_mut(&named) else { return };
        *rows += failed;
        self.groups.insert(group.fingerprint, (failed, base.filter(|_| group.span.is_some())));
        if let Some(base) = base.and_then(|base| self.bases.get_mut(base)) {
            base.failed += failed;
            base.trend.merge(&group.trend);
        }
    }

    /// The accepted documents that rows of a doctype stand beside.
    fn base(&mut self, names: &GroupNames) -> Option<usize> {
        let of = self.volume.of(names.namespace.as_deref()?, names.doctype.as_deref()?, names.version.as_deref())?;
        if let Some(known) = self.bases.iter().position(|base| base.of == of) {
            return Some(known);
        }
        let accepted = self.volume.accepted(&of, self.window?)?;
        self.bases.push(RateBase { of, accepted, failed: 0, trend: Trend::default() });
        Some(self.bases.len() - 1)
    }

    /// Rows of a group in the time that both sides cover.
    fn failed(&self, group: &Group) -> u64 {
        match (self.window, group.span) {
            (Some((from, to)), Some((first, last))) if from <= first && last < to => group.count,
            (Some(window), Some(_)) => group.trend.within(window),
            _ => 0,
        }
    }

    fn base_of(&self, names: &GroupNames) -> Option<&RateBase> {
        self.bases.get(self.doctypes.get(&named(names))?.1?)
    }

    /// The rate of a group; `None` where it is not known.
    pub fn group(&self, group: &Group) -> Option<Rate> {
        let (failed, base) = self.groups.get(&group.fingerprint)?;
        self.bases.get((*base)?).map(|base| base.rate(*failed, group.key.version.is_some()))
    }

    /// The rate of all groups of a doctype and version.
    pub fn doctype(&self, names: &GroupNames) -> Option<Rate> {
        let (failed, _) = self.doctypes.get(&named(names))?;
        self.base_of(names).map(|base| base.rate(*failed, names.version.is_some()))
    }

    /// The rate of a namespace: of those of its doctypes that accepted documents are known of. And the rows of all others.
    pub fn namespace(&self, namespace: Option<&str>) -> (Option<Rate>, u64) {
        let own = self.doctypes.iter().filter(|([known, ..], _)| known.as_deref() == namespace);
        let (mut failed, mut unknown) = (0, 0);
        own.for_each(|(_, (rows, base))| *(if base.is_some() { &mut failed } else { &mut unknown }) += rows);
        let accepted = namespace.zip(self.window).and_then(|(namespace, window)| self.volume.accepted_of_namespace(namespace, window));
        let rate = accepted.filter(|_| failed > 0).map(|accepted| Rate { failed, accepted, all: accepted + failed, all_versions: false });
        (rate, unknown)
    }

    /// Every namespace, each followed by its doctypes.
    pub fn lines(&self) -> Vec<RateLine> {
        let mut lines: Vec<RateLine> = Vec::new();
        for (named, (failed, _)) in &self.doctypes {
            let [namespace, doctype, version] = named.clone();
            if lines.last().is_none_or(|line| line.namespace != namespace) {
                let (rate, unknown) = self.namespace(namespace.as_deref());
                let failed = rate.map_or(0, |rate| rate.failed) + unknown;
                lines.push(RateLine { namespace: namespace.clone(), doctype: None, version: None, failed, rate, unknown });
            }
            let names = GroupNames { namespace, doctype, version, ..GroupNames::default() };
            let rate = self.doctype(&names);
            let GroupNames { namespace, doctype, version, .. } = names;
            lines.push(RateLine { namespace, doctype, version, failed: *failed, rate, unknown: if rate.is_some() { 0 } else { *failed } });
        }
        lines
    }

    /// The rate of a group over time, by the hour or so, or by more. The points are as the bins of trends, so that no row is counted in the wrong one;
    /// accepted documents of an hour are spread over the points that it touches. `None` where none of it is known.
    pub fn over_time(&self, group: &Group) -> Option<RateTrend> {
        let (base, (from, to)) = (self.bases.get(self.groups.get(&group.fingerprint)?.1?)?, self.window?);
        let mut width = SHORTEST.max(base.trend.width);
        while to.div_euclid(width) - from.div_euclid(width) >= MOST_POINTS {
            width *= 2;
        }
        let first = from.div_euclid(width);
        let start = first * width;
        let points = (0..(to - 1).div_euclid(width) - first + 1).map(|at| {
            let whole = (start + at * width, start + (at + 1) * width);
            let known = (whole.0.max(from), whole.1.min(to));
            // Where all of the time is known, all rows of a point are in it.
            let failing = if self.is_whole { whole } else { known };
            let all = self.volume.accepted(&base.of, known)? + base.trend.within(failing);
            Some(if all == 0 { 0.0 } else { group.trend.within(failing) as f64 / all as f64 })
        });
        let points: Vec<Option<f64>> = points.collect();
        points.iter().any(Option::is_some).then_some(RateTrend { start, width, points })
    }

    /// The time that rates are of.
    pub fn window(&self) -> Option<(Micros, Micros)> {
        self.window
    }

    /// Whether that is all of the time that was asked for.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether only some of the rows were asked for, so that the others count as if they had not come.
    pub fn of_some(&self) -> bool {
        self.of_some
    }

    /// Counts of accepted documents that were added to others of the same hour.
    pub fn repeated(&self) -> u64 {
        self.volume.repeated
    }

    /// Rows that no rate is known of.
    pub fn unknown(&self, groups: &Groups) -> u64 {
        groups.list.iter().filter(|group| self.group(group).is_none()).map(|group| group.count).sum()
    }
}

impl RateBase {
    fn rate(&self, failed: u64, has_version: bool) -> Rate {
        Rate { failed, accepted: self.accepted, all: self.accepted + self.failed, all_versions: has_version && self.of.version.is_none() }
    }
}

fn named(names: &GroupNames) -> Named {
    [&names.namespace, &names.doctype, &names.version].map(Clone::clone)
}

#[cfg(test)]
mod tests {
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
        let (groups, rates) =
            rated(&[("a", Some("1"), "x", 5), ("b", Some("2"), "y", 5)], &[("a", Some("1"), 5, 9), ("b", Some("1"), 5, 9)]);
        assert_eq!((share(&rates, &groups, "x"), share(&rates, &groups, "y")), (Some(0.1), None));
        assert_eq!((rates.unknown(&groups), rates.namespace(Some("acme-app")).1), (1, 1));
        let (groups, rates) = rated(&[("a", None, "x", 5)], &[("a", None, 9, 9)]);
        assert_eq!((share(&rates, &groups, "x"), rates.window(), rates.is_whole()), (None, None, false));
        let (groups, rates) = rated(&[("a", None, "x", 5)], &[("a", None, 5, 0)]);
        assert_eq!(share(&rates, &groups, "x"), Some(1.0), "nothing was accepted, and that is known");
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
}
