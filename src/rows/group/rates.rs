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
    /// Whether the window begins and ends where it was asked to, not where the rows do.
    is_cut: (bool, bool),
    /// Whether only some of the rows were asked for.
    of_some: bool,
    bases: Vec<RateBase>,
    base_of: FxHashMap<VolumeOf, usize>,
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
        let is_whole = window == wanted;
        let mut rates = Rates {
            is_whole,
            is_cut: (asked.0.is_some() || !is_whole, asked.1.is_some() || !is_whole),
            window,
            of_some,
            bases: Vec::new(),
            base_of: FxHashMap::default(),
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
        // What came at other times than accepted documents are counted of was not refused at no rate.
        self.groups.insert(group.fingerprint, (failed, base.filter(|_| failed > 0)));
        if let Some(base) = base.and_then(|base| self.bases.get_mut(base)) {
            base.failed += failed;
            base.trend.merge(&group.trend);
        }
    }

    /// The accepted documents that rows of a doctype stand beside.
    fn base(&mut self, names: &GroupNames) -> Option<usize> {
        let of = self.volume.of(names.namespace.as_deref()?, names.doctype.as_deref()?, names.version.as_deref())?;
        if let Some(known) = self.base_of.get(&of) {
            return Some(*known);
        }
        let accepted = self.volume.accepted(&of, self.window?)?;
        self.base_of.insert(of.clone(), self.bases.len());
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

    fn known(&self, named: &Named) -> Option<&RateBase> {
        self.bases.get(self.doctypes.get(named)?.1?)
    }

    /// The rate of a group; `None` where it is not known.
    pub fn group(&self, group: &Group) -> Option<Rate> {
        let (failed, base) = self.groups.get(&group.fingerprint)?;
        self.bases.get((*base)?).map(|base| base.rate(*failed, group.key.version.is_some()))
    }

    /// The rate of all groups of a doctype and version.
    pub fn doctype(&self, names: &GroupNames) -> Option<Rate> {
        self.named(&named(names))
    }

    fn named(&self, named: &Named) -> Option<Rate> {
        let (failed, _) = self.doctypes.get(named).filter(|(failed, _)| *failed > 0)?;
        let [.., version] = named;
        self.known(named).map(|base| base.rate(*failed, version.is_some()))
    }

    /// The rate of a namespace: of those of its doctypes that accepted documents are known of. And the rows of all others.
    pub fn namespace(&self, namespace: Option<&str>) -> (Option<Rate>, u64) {
        let first: Named = [namespace.map(Arc::from), None, None];
        let own = self.doctypes.range(first..).take_while(|([known, ..], _)| known.as_deref() == namespace);
        let (mut failed, mut unknown, mut is_known) = (0, 0, false);
        for (_, (rows, base)) in own {
            is_known |= base.is_some() && *rows > 0;
            *(if base.is_some() { &mut failed } else { &mut unknown }) += rows;
        }
        let accepted = namespace.filter(|_| is_known).zip(self.window);
        let accepted = accepted.and_then(|(namespace, window)| self.volume.accepted_of_namespace(namespace, window));
        let rate = accepted.map(|accepted| Rate { failed, accepted, all: accepted + failed, all_versions: false });
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
            let rate = self.named(named);
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
            let known = (if self.is_cut.0 { whole.0.max(from) } else { whole.0 }, if self.is_cut.1 { whole.1.min(to) } else { whole.1 });
            // A few rows in a few minutes tell no rate.
            if known.1 - known.0 < width / 4 {
                return None;
            }
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

    /// A doctype that accepted documents are counted of, where they are of none of the rows': names that do not meet are soon written.
    pub fn other_doctype(&self) -> Option<String> {
        if self.bases.is_empty() && !self.doctypes.is_empty() { self.volume.first_name() } else { None }
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
mod tests;
