//! A source that is followed: what began since.
//!
//! Owns: which groups began, where they stand in the tree, how long to wait before the next look.
//! Refuses: reading (work), drawing (view).

use std::collections::HashSet;
use std::time::Duration;

use super::group_tree::GroupTree;
use super::message::JobId;
use crate::ground::outline::Tree;
use crate::rows::group::{Fingerprint, Groups};

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
    began: HashSet<Fingerprint>,
    /// Their lines, in order.
    lines: Vec<usize>,
}

impl Following {
    /// A source of which nothing new is known yet.
    pub fn new(is_remote: bool) -> Self {
        Following { is_remote, ..Following::default() }
    }

    /// Takes note of groups that were not there before.
    pub fn compare(&mut self, before: &Groups, now: &Groups) {
        let known: HashSet<Fingerprint> = before.list.iter().map(|group| group.fingerprint).collect();
        self.began.extend(now.list.iter().map(|group| group.fingerprint).filter(|print| !known.contains(print)));
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
