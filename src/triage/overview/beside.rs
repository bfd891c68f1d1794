//! Two sources side by side: stage against production, one week against another.
//!
//! Owns: what each namespace has in both, which groups only one of them has.
//! Refuses: comparing groups (baseline), words (facts).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::rows::group::{Fingerprint, Group, GroupRecord, Groups};
use crate::triage::baseline::Baseline;

/// A source that another is held against.
#[derive(Debug, Default)]
pub struct Beside {
    /// Its groups, as an earlier export has them.
    pub other: Baseline,
    /// The namespaces of both, those with the most rows in both together first.
    pub lines: Vec<BesideLine>,
}

/// A namespace in both sources; of each pair the source that is asked about comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BesideLine {
    /// `None` of rows that tell none.
    pub name: Option<Arc<str>>,
    /// Rows in each.
    pub rows: [u64; 2],
    /// Groups in each.
    pub groups: [u64; 2],
    /// Groups that only this one has.
    pub only: [u64; 2],
}

impl Beside {
    /// Holds another source beside one. Takes its time with many groups.
    pub fn of(one: &Groups, other: &Groups) -> Self {
        let prints = |groups: &Groups| groups.list.iter().map(|group| group.fingerprint).collect::<FxHashSet<Fingerprint>>();
        let all = [prints(one), prints(other)];
        let mut lines: BTreeMap<Option<Arc<str>>, BesideLine> = BTreeMap::new();
        for (side, groups) in [one, other].into_iter().enumerate() {
            for group in &groups.list {
                let name = &group.key.namespace;
                let line = lines.entry(name.clone()).or_insert_with(|| BesideLine { name: name.clone(), ..BesideLine::default() });
                line.rows[side] += group.count;
                line.groups[side] += 1;
                line.only[side] += u64::from(!all[1 - side].contains(&group.fingerprint));
            }
        }
        let mut lines: Vec<BesideLine> = lines.into_values().collect();
        lines.sort_by_key(|line| Reverse(line.rows.iter().sum::<u64>()));
        let groups = other.list.iter().map(|group| record(group, other)).collect();
        Beside { other: Baseline { groups, by_schemas: other.by_schemas }, lines }
    }
}

/// What is compared and told of a group: values and messages would only be held twice.
fn record(group: &Group, of: &Groups) -> GroupRecord {
    GroupRecord { rate: of.rates.as_ref().and_then(|rates| rates.group(group)).map(|rate| rate.share()), ..GroupRecord::brief(group) }
}
