//! Work for the overview: counting, and holding the groups against those of the last visit.

use std::sync::Arc;

use super::super::overview_tree::OverviewTree;
use crate::ground::time::minute;
use crate::rows::group::{Groups, Sort};
use crate::rows::schemas::SchemaStore;
use crate::triage::baseline::{AskedRows, Visit};
use crate::triage::overview::{Changes, Overview};

/// The namespaces of groups, and what has changed since a visit; `None` where that was called off.
pub(super) fn counted(
    groups: Arc<Groups>,
    schemas: Option<&SchemaStore>,
    sort: Sort,
    (visit, asked): (Option<&Visit>, &AskedRows),
    is_off: &dyn Fn() -> bool,
) -> Option<OverviewTree> {
    let overview = Overview::of(&groups, schemas, sort);
    if is_off() {
        return None;
    }
    let since = visit.map(|visit| match visit.refusal(asked, &groups) {
        Some(reason) => Err(format!("what has changed since your last visit on {} cannot be told: {reason}", minute(visit.at))),
        None => Ok(Changes::since(visit, &groups)),
    });
    Some(OverviewTree::new(groups, overview, since))
}

/// What was counted, in another order.
pub(super) fn sorted(tree: &OverviewTree, sort: Sort) -> OverviewTree {
    OverviewTree::new(tree.groups.clone(), tree.overview.sorted(&tree.groups, sort), tree.since.clone())
}
