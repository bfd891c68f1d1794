//! Groups in an order, or put together otherwise.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::rows::group::{Group, Groups, Sort};
use crate::rows::schemas::SchemaStore;
use crate::triage::blame::template::Includes;
use crate::triage::incidents;
use crate::tui::advice;
use crate::tui::group_tree::{GroupTree, ListedBy};

/// How groups are to be listed, and what tells which of them are one incident.
pub(super) struct Arrangement {
    pub(super) sort: Sort,
    pub(super) by: ListedBy,
    pub(super) schemas: Option<Arc<SchemaStore>>,
    /// Clone of the repository that the schemas are generated from.
    pub(super) source: Option<PathBuf>,
}

impl Arrangement {
    /// The tree, by names where nothing tells which groups are one incident; and what could not be read for it.
    pub(super) fn tree(&self, groups: Arc<Groups>) -> (Arc<GroupTree>, Option<String>) {
        let Some(schemas) = self.schemas.as_deref().filter(|_| self.by == ListedBy::Incidents) else {
            return (Arc::new(GroupTree::new(groups, self.sort)), None);
        };
        let (mut includes, note) = match self.source.as_deref().map(Path::new).map(Includes::of).transpose() {
            Ok(includes) => (includes, None),
            Err(error) => (None, Some(advice::told(&error))),
        };
        let all: Vec<&Group> = groups.list.iter().collect();
        let found = incidents::of(&groups, &all, schemas, includes.as_mut());
        let note = note.or(includes.and_then(|includes| includes.fault));
        (Arc::new(GroupTree::by_incident(Arc::clone(&groups), self.sort, &found)), note)
    }
}
