//! Groups in another order, or put together otherwise.

use std::path::Path;
use std::sync::Arc;

use crate::rows::group::{Group, Groups, Sort};
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::Repository;
use crate::triage::blame::template::Includes;
use crate::triage::incidents;
use crate::tui::advice::{self, GIVE_SCHEMAS};
use crate::tui::group_tree::{GroupTree, ListedBy};
use crate::tui::message::{JobId, Message};

/// The tree as it was asked for; by names where nothing tells which groups are one incident.
pub(super) fn arranged(
    job: JobId,
    groups: Arc<Groups>,
    sort: Sort,
    by: ListedBy,
    schemas: Option<&SchemaStore>,
    source: Option<&Path>,
) -> Message {
    let names = |groups| Arc::new(GroupTree::new(groups, sort));
    if by == ListedBy::Names {
        return Message::Arranged { job, tree: names(groups), note: None };
    }
    let Some(schemas) = schemas else {
        let note = Some(format!("which groups are one incident is told by their schemas: {GIVE_SCHEMAS}"));
        return Message::Arranged { job, tree: names(groups), note };
    };
    let opened = source.map(|source| Repository::open(source).and_then(|repository| Includes::open(&repository)));
    let (mut includes, note) = match opened.transpose() {
        Ok(includes) => (includes, None),
        Err(error) => (None, Some(advice::told(&error))),
    };
    let all: Vec<&Group> = groups.list.iter().collect();
    let found = incidents::of(&groups, &all, schemas, includes.as_mut());
    let note = note.or(includes.and_then(|includes| includes.fault));
    Message::Arranged { job, tree: Arc::new(GroupTree::by_incident(Arc::clone(&groups), sort, &found)), note }
}
