//! Two sources side by side: stage against production, one week against another.
//!
//! Owns: what each namespace and doctype has in both, which groups only one of them has, what cannot be known of that.
//! Refuses: comparing how often groups come (baseline), words (facts).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{ordered, union};
use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Group, GroupRecord, Groups, Sort, Trend};
use crate::triage::baseline::Baseline;

/// A source that another is held against; of each pair the source that is asked about comes first.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The namespaces of both, in the order that was asked for.
    pub lines: Vec<BesideLine>,
    /// Whether all of each was read: what one of them lacks is lacking only then.
    pub is_whole: [bool; 2],
}

/// A namespace in both sources.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BesideLine {
    /// `None` of rows that tell none.
    pub name: Option<Arc<str>>,
    /// What is counted of it.
    pub counts: BesideCounts,
    /// Its doctypes, in the same order.
    pub doctypes: Vec<BesideDoctype>,
}

/// A doctype in both sources, in a version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BesideDoctype {
    /// `None` of rows that tell none.
    pub name: Option<Arc<str>>,
    /// Its version; `None` of rows that tell none.
    pub version: Option<Arc<str>>,
    /// What is counted of it.
    pub counts: BesideCounts,
    /// Positions of the groups that only this one has, in each source, the largest first.
    pub only: [Vec<u32>; 2],
}

/// What is counted in both sources.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BesideCounts {
    /// Rows in each.
    pub rows: [u64; 2],
    /// Groups in each.
    pub groups: [u64; 2],
    /// Groups that only this one has.
    pub only: [u64; 2],
    /// First and last time in either; `None` where no row has one.
    pub span: Option<(Micros, Micros)>,
    /// Groups of the source that is asked about that its newest deploy began.
    pub new: u32,
    /// How strongly the rows of the source that is asked about grow.
    pub growth: f64,
}

/// Where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BesidePlace {
    /// In both.
    Both,
    /// Only in the source that is asked about.
    Here,
    /// In the source that is asked about; of the other one not all was read.
    MaybeHere,
    /// Only in the other source.
    There,
    /// In the other source; of the one that is asked about not all was read.
    MaybeThere,
}

/// While it is counted.
#[derive(Default)]
struct Counting {
    counts: BesideCounts,
    trend: Trend,
}

impl Counting {
    fn take(&mut self, side: usize, of: &Groups, group: &Group, is_only: bool) {
        let counts = &mut self.counts;
        counts.rows[side] += group.count;
        counts.groups[side] += 1;
        counts.only[side] += u64::from(is_only);
        counts.span = union(counts.span, group.span);
        if side == 0 {
            counts.new += u32::from(of.is_new(group));
            self.trend.merge(&group.trend);
        }
    }

    fn done(self, span: Option<(Micros, Micros)>) -> BesideCounts {
        BesideCounts { growth: self.trend.growth(span), ..self.counts }
    }
}

/// A doctype while it is counted, with the positions of groups that only one has.
#[derive(Default)]
struct CountingDoctype {
    counting: Counting,
    only: [Vec<u32>; 2],
}

type DoctypeName = (Option<Arc<str>>, Option<Arc<str>>);

/// A namespace while it is counted.
#[derive(Default)]
struct CountingNamespace {
    counting: Counting,
    doctypes: BTreeMap<DoctypeName, CountingDoctype>,
}

impl Beside {
    /// Holds another source beside one. Takes its time with many groups.
    pub fn of(one: &Groups, other: &Groups, sort: Sort) -> Self {
        let prints = |groups: &Groups| groups.list.iter().map(|group| group.fingerprint).collect::<FxHashSet<Fingerprint>>();
        let (all, both) = ([prints(one), prints(other)], [one, other]);
        let mut lines: BTreeMap<Option<Arc<str>>, CountingNamespace> = BTreeMap::new();
        for (side, groups) in both.into_iter().enumerate() {
            for (group, at) in groups.list.iter().zip(0..) {
                let is_only = !all[1 - side].contains(&group.fingerprint);
                let CountingNamespace { counting, doctypes } = lines.entry(group.key.namespace.clone()).or_default();
                counting.take(side, groups, group, is_only);
                let doctype = doctypes.entry((group.key.doctype.clone(), group.key.version.clone())).or_default();
                doctype.counting.take(side, groups, group, is_only);
                if is_only {
                    doctype.only[side].push(at);
                }
            }
        }
        let rows = |side: usize, at: u32| both[side].list.get(at as usize).map_or(0, |group| group.count);
        let doctype = |((name, version), CountingDoctype { counting, mut only }): (DoctypeName, CountingDoctype)| {
            only.iter_mut().enumerate().for_each(|(side, list)| list.sort_by_key(|&at| Reverse(rows(side, at))));
            BesideDoctype { name, version, counts: counting.done(one.span), only }
        };
        let line = |(name, CountingNamespace { counting, doctypes }): (_, CountingNamespace)| BesideLine {
            name,
            counts: counting.done(one.span),
            doctypes: doctypes.into_iter().map(doctype).collect(),
        };
        let lines = lines.into_iter().map(line).collect();
        let mut beside = Beside { lines, is_whole: both.map(Groups::is_whole) };
        beside.arrange(sort);
        beside
    }

    /// Puts namespaces, and the doctypes of each, in an order; ties by name.
    pub fn arrange(&mut self, sort: Sort) {
        self.lines.sort_by(|a, b| b.counts.rank(sort).cmp(&a.counts.rank(sort)).then_with(|| a.name.cmp(&b.name)));
        for line in &mut self.lines {
            let named = |doctype: &BesideDoctype| (doctype.name.clone(), doctype.version.clone());
            line.doctypes.sort_by(|a, b| b.counts.rank(sort).cmp(&a.counts.rank(sort)).then_with(|| named(a).cmp(&named(b))));
        }
    }

    /// Groups of each, and those that only it has.
    pub fn groups(&self) -> [(u64, u64); 2] {
        [0, 1].map(|side| {
            let sum = |of: fn(&BesideCounts) -> &[u64; 2]| self.lines.iter().map(|line| of(&line.counts)[side]).sum();
            (sum(|counts| &counts.groups), sum(|counts| &counts.only))
        })
    }

    /// Whether both have groups and share none: then they were most likely counted with other schemas.
    pub fn is_strange(&self) -> bool {
        self.groups().iter().all(|(groups, only)| *groups > 0 && groups == only)
    }

    /// Where something is that was counted.
    pub fn place(&self, counts: &BesideCounts) -> BesidePlace {
        match counts.groups {
            [_, 0] => self.only(0),
            [0, _] => self.only(1),
            _ => BesidePlace::Both,
        }
    }

    /// Where something is that is only on one side among what was read.
    pub fn only(&self, side: usize) -> BesidePlace {
        match (side, self.is_whole) {
            (0, [_, true]) => BesidePlace::Here,
            (0, _) => BesidePlace::MaybeHere,
            (_, [true, _]) => BesidePlace::There,
            _ => BesidePlace::MaybeThere,
        }
    }
}

impl BesideCounts {
    fn rank(&self, sort: Sort) -> (u64, u64) {
        let rows = self.rows.iter().sum();
        match sort {
            Sort::Deploy => (u64::from(self.new > 0), rows),
            Sort::Count => (rows, 0),
            Sort::Newest => (self.span.map_or(0, |(_, last)| ordered(last)), rows),
            Sort::First => (self.span.map_or(0, |(first, _)| ordered(first)), rows),
            Sort::Growth => ((self.growth * 1e6) as u64, rows),
            Sort::Name => (0, 0),
        }
    }
}

/// Groups as an earlier export has them. What is compared and told of each: values and messages would only be held twice.
pub fn as_baseline(groups: &Groups) -> Baseline {
    let rate = |group: &Group| groups.rates.as_ref().and_then(|rates| rates.group(group)).map(|rate| rate.share());
    let record = |group: &Group| GroupRecord { rate: rate(group), ..GroupRecord::brief(group) };
    Baseline { groups: groups.list.iter().map(record).collect(), by_schemas: groups.by_schemas }
}

/// Whether the groups of two sources cannot have the same names: one was counted with schemas, the other without.
pub fn are_unlike(one: &Groups, other: &Groups) -> bool {
    !other.list.is_empty() && one.by_schemas.zip(other.by_schemas).is_some_and(|(one, other)| one != other)
}
