//! The list of groups: its orders, and what is in it.
//!
//! Owns: sorting with ties that never move, growth.
//! Refuses: which groups a typed text means (search).

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Evidence, Fingerprint, Group, Groups, Sort, Standing, Trend};
use crate::ground::time::Micros;

impl Sort {
    /// What it is called, in words.
    pub fn words(self) -> &'static str {
        match self {
            Sort::Deploy => "newest deploy first",
            Sort::Count => "most rows first",
            Sort::Newest => "last seen first",
            Sort::First => "latest first seen",
            Sort::Name => "by name",
            Sort::Growth => "strongest growth first",
        }
    }

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Sort::Deploy => "deploy",
            Sort::Count => "count",
            Sort::Newest => "newest",
            Sort::First => "first",
            Sort::Name => "name",
            Sort::Growth => "growth",
        }
    }

    /// The one that comes after it, round the end.
    pub fn next(self) -> Sort {
        match self {
            Sort::Deploy => Sort::Count,
            Sort::Count => Sort::Newest,
            Sort::Newest => Sort::First,
            Sort::First => Sort::Name,
            Sort::Name => Sort::Growth,
            Sort::Growth => Sort::Deploy,
        }
    }
}

impl Groups {
    /// Puts the list in that order. Ties are in the order of names, so that the same groups are always in the same order.
    pub fn sort(&mut self, order: Sort) {
        match order {
            Sort::Count => self.list.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| by_name(a, b))),
            Sort::Newest => self.list.sort_unstable_by(|a, b| {
                let last = |group: &Group| Reverse(group.span.map(|span| span.1));
                last(a).cmp(&last(b)).then_with(|| by_name(a, b))
            }),
            Sort::First => self.list.sort_unstable_by(|a, b| {
                let first = |group: &Group| Reverse(group.span.map(|span| span.0));
                first(a).cmp(&first(b)).then_with(|| by_name(a, b))
            }),
            Sort::Deploy => {
                let new: FxHashSet<Fingerprint> =
                    self.list.iter().filter(|group| self.is_new(group)).map(|group| group.fingerprint).collect();
                let is_new = |group: &Group| new.contains(&group.fingerprint);
                self.list.sort_unstable_by(|a, b| (is_new(b), b.count).cmp(&(is_new(a), a.count)).then_with(|| by_name(a, b)));
            }
            Sort::Name => self.list.sort_unstable_by(by_name),
            Sort::Growth => {
                let window = self.span;
                let mut rated: Vec<(f64, Group)> = self.list.drain(..).map(|group| (group.growth(window), group)).collect();
                rated.sort_unstable_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| by_name(one, other)));
                self.list.extend(rated.into_iter().map(|(_, group)| group));
            }
        }
    }

    /// Keeps some groups; the rows of the others count as outside.
    pub fn retain(&mut self, keep: impl FnMut(&Group) -> bool) {
        self.list.retain(keep);
        let kept = self.list.iter().map(|group| group.count).sum();
        self.outside += self.rows.saturating_sub(kept);
        self.rows = kept;
    }
}

impl Groups {
    /// Whether all rows were read: else nobody knows what else there is.
    pub fn is_whole(&self) -> bool {
        !self.partial && self.unreadable.count == 0
    }

    /// Takes note that not all rows were read: nothing can be said of deploys then.
    pub fn stopped_early(&mut self) {
        self.partial = true;
        let partial = Arc::new(Standing { evidence: Evidence::Partial, ..Standing::default() });
        self.list.iter_mut().for_each(|group| group.standing = Arc::clone(&partial));
    }
}

impl Group {
    /// How much faster rows come in the last quarter of the window (of all rows read) than before: 1 is as fast, 2 twice as fast. One row is
    /// added on both sides, for few rows say little. 0 without a window.
    pub fn growth(&self, window: Option<(Micros, Micros)>) -> f64 {
        self.trend.growth(window)
    }
}

impl Trend {
    /// See [`Group::growth`].
    pub fn growth(&self, window: Option<(Micros, Micros)>) -> f64 {
        let Some((from, to)) = window else {
            return 0.0;
        };
        let quarters = self.resample(from, to, 4);
        let before: u64 = quarters.iter().take(3).sum();
        let last = quarters.last().copied().unwrap_or(0);
        (last as f64 + 1.0) / (before as f64 / 3.0 + 1.0)
    }
}

/// By namespace, doctype, version (as a number where it is one), path and the rest of the key, which no two groups share.
fn by_name(a: &Group, b: &Group) -> Ordering {
    let (a, b) = (&a.key, &b.key);
    if Arc::ptr_eq(&a.names, &b.names) {
        return (&a.path, &a.fault).cmp(&(&b.path, &b.fault));
    }
    let number = |version: &Option<Arc<str>>| version.as_deref().and_then(|version| version.parse::<u64>().ok());
    (&a.namespace, &a.doctype).cmp(&(&b.namespace, &b.doctype)).then_with(|| {
        let version = number(&a.version).cmp(&number(&b.version));
        version.then_with(|| (&a.version, &a.path, &a.fault, &a.stage, &a.class).cmp(&(&b.version, &b.path, &b.fault, &b.stage, &b.class)))
    })
}
