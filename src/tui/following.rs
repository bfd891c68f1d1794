//! A source that is followed: what began since.
//!
//! Owns: which groups began, where they stand in the tree, how long to wait before the next look.
//! Refuses: reading (work), drawing (view).

use std::collections::HashSet;
use std::time::Duration;

use super::group_tree::GroupTree;
use super::message::JobId;
use crate::ground::outline::Tree;
use crate::ground::text;
use crate::rows::group::{Fingerprint, Group, Groups};

/// How often files are looked at.
const NEAR: Duration = Duration::from_secs(10);
/// How often a source is looked at where that costs.
const REMOTE: Duration = Duration::from_secs(10 * 60);

/// A source that is followed.
#[derive(Debug, Default)]
pub struct Following {
    /// The latest look, or the wait for the next.
    pub job: JobId,
    /// Whether it is being looked.
    pub is_looking: bool,
    /// Whether rows are counted somewhere else.
    pub is_remote: bool,
    /// What is wrong at the moment.
    pub fault: Option<String>,
    /// Looks in a row that failed.
    pub faults: u32,
    /// Whether a look has ever come to its end.
    pub has_looked: bool,
    began: HashSet<Fingerprint>,
    /// Their lines, in order.
    lines: Vec<usize>,
}

impl Following {
    /// A source of which nothing new is known yet.
    pub fn new(is_remote: bool) -> Self {
        Following { is_remote, ..Following::default() }
    }

    /// Takes note of groups that were not there before. What is told of them, if there are any.
    pub fn compare(&mut self, before: &Groups, now: &Groups) -> Option<String> {
        let known: HashSet<Fingerprint> = before.list.iter().map(|group| group.fingerprint).collect();
        let is_new = |group: &&Group| !known.contains(&group.fingerprint) && !self.began.contains(&group.fingerprint);
        let new: Vec<&Group> = now.list.iter().filter(is_new).collect();
        self.began.extend(new.iter().map(|group| group.fingerprint));
        let largest = new.iter().max_by_key(|group| group.count)?;
        let (groups, name) = (text::plural(new.len() as u64, "group", "groups"), largest.key.doctype_name());
        Some(match new.len() {
            1 => format!("{groups} began: {name}: {}", largest.sentence()),
            _ => format!("{groups} began, the largest is {name}: {}", largest.sentence()),
        })
    }

    /// Finds the lines of what began in another tree.
    pub fn mark(&mut self, tree: &GroupTree) {
        let began = |item: &usize| tree.is_leaf(*item) && tree.group(*item).is_some_and(|group| self.began.contains(&group.fingerprint));
        let lines = if self.began.is_empty() { Vec::new() } else { (0..tree.len()).filter(began).collect() };
        self.lines = lines;
    }

    /// Whether a group began since.
    pub fn began(&self, group: Fingerprint) -> bool {
        self.began.contains(&group)
    }

    /// How many groups below a line, or on it, began since.
    pub fn began_below(&self, tree: &GroupTree, item: usize) -> usize {
        let at = |line: usize| self.lines.partition_point(|known| *known < line);
        at(tree.end(item)) - at(item)
    }

    /// How many groups began since.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// How long to wait before the next look: longer after each fault in a row.
    pub fn pause(&self) -> Duration {
        let usual = self.usual();
        usual.saturating_mul(1 << self.faults.min(16)).min(usual.max(REMOTE))
    }

    /// How long it is where nothing is wrong.
    pub fn usual(&self) -> Duration {
        if self.is_remote { REMOTE } else { NEAR }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_faults_it_is_looked_less_often() {
        let pauses = |is_remote: bool, faults: &[u32]| -> Vec<u64> {
            let after = |faults: &u32| Following { faults: *faults, ..Following::new(is_remote) };
            faults.iter().map(|faults| after(faults).pause().as_secs()).collect()
        };
        assert_eq!(pauses(false, &[0, 1, 2, 5, 6, 1000]), [10, 20, 40, 320, 600, 600]);
        assert_eq!(pauses(true, &[0, 1, 1000]), [600, 600, 600]);
    }
}
