//! Work for the overview: counting, and holding the groups against those of the last visit and those of another source.

use std::sync::Arc;

use super::super::advice;
use super::super::beside_lines::{BesideLines, HeldBeside, OtherSource};
use super::super::opened::SourceOpener;
use super::super::overview_tree::OverviewTree;
use crate::ground::time::minute;
use crate::rows::group::{Groups, Sort};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{Request, Watch};
use crate::triage::baseline::{AskedRows, Visit};
use crate::triage::facts::beside::{UNLIKE, incomparable};
use crate::triage::overview::{Beside, Changes, Overview, are_unlike};

/// The namespaces of groups, and what has changed since a visit; `None` where that was called off.
pub(super) fn counted(
    groups: Arc<Groups>,
    schemas: Option<&SchemaStore>,
    sort: Sort,
    (visit, asked): (Option<&Visit>, &AskedRows),
    beside: Option<(Arc<OtherSource>, bool)>,
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
    let beside = beside.map(|(other, is_whole)| held(&groups, other, is_whole, sort));
    Some(OverviewTree::new(groups, overview, since, beside))
}

/// Another source beside groups; `is_whole`: whether reading these came to its end.
fn held(groups: &Groups, other: Arc<OtherSource>, is_whole: bool, sort: Sort) -> HeldBeside {
    let refusal = incomparable(groups).or_else(|| incomparable(&other.groups));
    let refusal = refusal.or_else(|| are_unlike(groups, &other.groups).then(|| UNLIKE.to_owned()));
    let lines = match refusal {
        Some(refusal) => Err(refusal),
        None => {
            let mut beside = Beside::of(groups, &other.groups, sort);
            beside.is_whole[0] &= is_whole;
            Ok(BesideLines::new(beside))
        }
    };
    HeldBeside { other, lines }
}

/// Opens another source and counts it by the same question as the first one.
pub(super) fn read_beside(
    opener: Option<&dyn SourceOpener>,
    named: &str,
    request: &Request,
    watch: &dyn Watch,
) -> Result<OtherSource, String> {
    let Some(opener) = opener else { return Err("no further source can be opened here".to_owned()) };
    let source = opener.open(named)?.source;
    let groups = source.groups(request, watch).map_err(|error| advice::told(&error))?;
    Ok(OtherSource { name: source.name(), groups })
}

/// What was counted, in another order.
pub(super) fn sorted(tree: &OverviewTree, sort: Sort) -> OverviewTree {
    let beside = tree.beside.as_ref().map(|held| {
        let lines = held.lines.as_ref().map(|lines| lines.sorted(sort)).map_err(Clone::clone);
        HeldBeside { other: held.other.clone(), lines }
    });
    OverviewTree::new(tree.groups.clone(), tree.overview.sorted(&tree.groups, sort), tree.since.clone(), beside)
}
