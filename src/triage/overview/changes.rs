//! What has changed since groups were counted before, as it is kept while a screen shows it.
//!
//! Owns: which groups are new, grown and gone, by namespace as well; what cannot be told.
//! Refuses: comparing (baseline), words (facts).

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Groups};
use crate::triage::baseline::{Comparison, Growth, Visit};

/// The groups of now beside those of an earlier visit.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// When that was.
    pub then: Micros,
    /// Positions of groups that were not there then, the largest first.
    pub new: Vec<u32>,
    /// Groups that grew, the strongest first.
    pub grown: Vec<ChangedGroup>,
    /// Groups that are no more, the largest first.
    pub gone: Vec<GoneGroup>,
    /// Groups that are about as they were.
    pub same: u64,
    /// Rows of the smallest group that was kept then, where smaller ones were not.
    pub least: Option<u64>,
    /// Groups of which nothing is said: they may have been among those too small to be kept.
    pub small: u64,
    /// Whether both sides have groups and share none: then they were most likely made otherwise.
    pub is_strange: bool,
    /// Whether not all rows were read now: then nobody knows what is gone.
    pub is_partial: bool,
    pub(in crate::triage) by_namespace: FxHashMap<Option<Box<str>>, NamespaceChanges>,
}

/// A group that grew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangedGroup {
    /// Its position.
    pub group: u32,
    /// Its rows then.
    pub before: u64,
    /// How many times as fast its rows come now.
    pub times: f64,
}

/// A group that is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneGroup {
    /// What it was called.
    pub fingerprint: Fingerprint,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its doctype.
    pub doctype: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its rows then.
    pub before: u64,
}

/// What has changed in a namespace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NamespaceChanges {
    /// Groups that were not there.
    pub new: u64,
    /// Groups that grew.
    pub grown: u64,
    /// Groups that are no more.
    pub gone: u64,
}

impl Changes {
    /// What has changed since an earlier visit. Takes its time with many groups.
    pub fn since(visit: &Visit, groups: &Groups) -> Self {
        let baseline = visit.baseline();
        let comparison = baseline.compare(groups, Growth::default());
        Changes { then: visit.at, ..Changes::of(&comparison, groups, visit.least()) }
    }

    /// Of a comparison. A group that was not there and has no more than `least` rows may have been among those that were not kept.
    fn of(comparison: &Comparison<'_>, groups: &Groups, least: Option<u64>) -> Self {
        let at: FxHashMap<Fingerprint, u32> = groups.list.iter().zip(0..).map(|(group, at)| (group.fingerprint, at)).collect();
        let mut changes = Changes {
            same: comparison.same,
            least,
            is_strange: comparison.is_strange,
            is_partial: !groups.is_whole(),
            ..Changes::default()
        };
        for group in &comparison.new {
            let Some(&at) = at.get(&group.fingerprint) else { continue };
            if least.is_some_and(|least| group.count <= least) {
                changes.small += 1;
                continue;
            }
            changes.new.push(at);
            changes.of_namespace(group.key.namespace.as_deref()).new += 1;
        }
        for (group, known, grown) in &comparison.grown {
            let Some(&at) = at.get(&group.fingerprint) else { continue };
            changes.grown.push(ChangedGroup { group: at, before: known.count, times: grown.times });
            changes.of_namespace(group.key.namespace.as_deref()).grown += 1;
        }
        for known in &comparison.gone {
            changes.gone.push(GoneGroup {
                fingerprint: known.fingerprint,
                namespace: known.namespace.clone(),
                doctype: known.doctype.clone(),
                version: known.version.clone(),
                before: known.count,
            });
            changes.of_namespace(known.namespace.as_deref()).gone += 1;
        }
        let size = |at: u32| groups.list.get(at as usize).map_or(0, |group| group.count);
        changes.new.sort_by_key(|&at| Reverse(size(at)));
        changes.grown.sort_by(|a, b| b.times.total_cmp(&a.times).then_with(|| size(b.group).cmp(&size(a.group))));
        changes.gone.sort_by_key(|gone| Reverse(gone.before));
        changes
    }

    fn of_namespace(&mut self, name: Option<&str>) -> &mut NamespaceChanges {
        self.by_namespace.entry(name.map(Into::into)).or_default()
    }

    /// What has changed in a namespace.
    pub fn namespace(&self, name: Option<&str>) -> NamespaceChanges {
        self.by_namespace.get(&name.map(Into::into)).copied().unwrap_or_default()
    }
}
