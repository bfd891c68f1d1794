//! The state of the screen of deploys.
//!
//! Owns: what is listed, which two states of the schemas were chosen, the columns of a table on both sides.
//! Refuses: changing any of it (update), drawing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::deploy_tree::DeployTree;
use super::list::List;
use super::message::JobId;
use super::sides::SidesScreen;
use crate::pipeline::witness::Witness;
use crate::triage::revisions::PairChoice;

/// The screen of deploys.
#[derive(Default)]
pub struct DeployScreen {
    /// Whether it lies on top of the other screens.
    pub open: bool,
    /// Which two states of the schemas were asked for last; `None` before the first time.
    pub choice: Option<PairChoice>,
    /// What is deployed, where that is told.
    pub deployed: Option<std::path::PathBuf>,
    /// The generator's list of tables that may be incompatible, as it was given.
    pub allowlist: Option<Arc<str>>,
    /// What is listed.
    pub tree: Option<Arc<DeployTree>>,
    /// Its list.
    pub list: List,
    /// The comparison under a log that is explained.
    pub below: Option<Box<(Arc<DeployTree>, List)>>,
    /// What is being compared or read.
    pub asked: Option<AskedDeploy>,
    /// Why nothing could be compared: stands where the lines would.
    pub failure: Option<String>,
    /// Documents that show changes of JSON schemas, by the positions of the table and of the change there.
    pub witnesses: BTreeMap<(usize, usize), Vec<Witness>>,
    /// The search for one.
    pub seeking: Option<JobId>,
    /// The columns that are being opened.
    pub opening: Option<JobId>,
    /// Whether they are asked for what fails there: the groups come in their place.
    pub for_failing: bool,
    /// The columns of a table on both sides, on top.
    pub sides: Option<SidesScreen>,
}

/// Work for the screen.
pub struct AskedDeploy {
    /// The work.
    pub job: JobId,
    /// What it is, for people.
    pub what: &'static str,
    /// What had been chosen before it.
    pub before: Option<PairChoice>,
}

impl DeployScreen {
    /// Whether a log is explained.
    pub fn is_log(&self) -> bool {
        self.tree.as_ref().is_some_and(|tree| tree.explained().is_some())
    }
}
