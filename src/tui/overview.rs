//! The state of the overview.
//!
//! Owns: the tree, which work makes it, what is kept of the last visit.
//! Refuses: changing any of it (update), drawing.

use std::sync::Arc;

use super::beside_lines::OtherSource;
use super::list::List;
use super::message::JobId;
use super::overview_tree::OverviewTree;
use crate::rows::group::{Fingerprint, Groups, Sort};
use crate::rows::source::Progress;
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
    /// The source beside it.
    pub beside: BesideScreen,
}

/// Another source beside the one that is explored.
#[derive(Default)]
pub struct BesideScreen {
    /// What is to be read at the beginning.
    pub wanted: Option<String>,
    /// While it is read.
    pub reading: Option<ReadingBeside>,
    /// What was read.
    pub read: Option<Arc<OtherSource>>,
}

/// Another source that is being read.
pub struct ReadingBeside {
    /// The work.
    pub job: JobId,
    /// What was typed.
    pub named: String,
    /// How far it is.
    pub progress: Progress,
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
    /// The source beside.
    pub other: Option<Arc<OtherSource>>,
}

impl AskedOverview {
    /// Whether it is of these groups and of this source beside.
    pub fn is_of(&self, groups: &Arc<Groups>, other: Option<&Arc<OtherSource>>) -> bool {
        let is_same = self.other.as_ref().map(Arc::as_ptr) == other.map(Arc::as_ptr);
        is_same && Arc::ptr_eq(&self.groups, groups)
    }
}
