//! The state of the overview.
//!
//! Owns: the tree, which work makes it, what is kept of the last visit.
//! Refuses: changing any of it (update), drawing.

use std::sync::Arc;

use super::list::List;
use super::message::JobId;
use super::overview_tree::OverviewTree;
use crate::rows::group::{Fingerprint, Groups, Sort};
use crate::triage::baseline::Visit;

/// The screen of namespaces at a glance.
#[derive(Default)]
pub struct OverviewScreen {
    /// Whether it lies on top of the groups, or of a case.
    pub open: bool,
    /// What is listed; `None` until it is counted.
    pub tree: Option<Arc<OverviewTree>>,
    /// Its list.
    pub list: List,
    /// The order that was asked for; the tree follows.
    pub sort: Sort,
    /// What is being counted.
    pub asked: Option<AskedOverview>,
    /// The groups as they were left last time.
    pub visit: Option<Arc<Visit>>,
    /// Where to go among the groups, once they stand by their names.
    pub goal: Option<GroupGoal>,
}

/// A line of the groups that a line of the overview is about.
#[derive(Debug, Clone)]
pub enum GroupGoal {
    /// A namespace; that of rows that tell none.
    Namespace(Option<Arc<str>>),
    /// A doctype of a namespace: in one version, or in any.
    Doctype(Arc<str>, Arc<str>, Option<Arc<str>>),
    /// A group.
    Group(Fingerprint),
}

/// Work for the screen.
pub struct AskedOverview {
    /// The work.
    pub job: JobId,
    /// The groups that are counted.
    pub groups: Arc<Groups>,
    /// In which order.
    pub sort: Sort,
}
