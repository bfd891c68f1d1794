//! The rows of groups judged by other schemas, too.

use std::path::Path;
use std::sync::Arc;

use super::super::advice;
use super::super::group_tree::GroupTree;
use super::ReadWatch;
use crate::rows::group::Group;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::ErrorSource;
use crate::triage::facts::turns::{ToldTurns, group_name};
use crate::triage::recheck::{Recheck, most_rows, recheck};
use crate::triage::revisions::beside;

/// What other schemas make of groups, as a text; `None` where it was called off.
pub(super) fn told(
    source: &dyn ErrorSource,
    before: &Arc<SchemaStore>,
    against: &Path,
    (tree, below): (&GroupTree, Option<usize>),
    watch: &ReadWatch,
) -> Option<Result<String, String>> {
    use crate::rows::source::Watch;
    let after = match beside(before, against) {
        Ok(after) => Arc::new(after),
        Err(error) => return Some(Err(advice::told(&error))),
    };
    let both = Recheck::new(before.clone(), after);
    let chosen: Vec<&Group> = match below.map(|item| (item, tree.group_at(item))) {
        None => tree.groups.list.iter().collect(),
        Some((_, Some(group))) => vec![group],
        Some((item, None)) => tree.leaves(item).filter_map(|leaf| tree.group_at(leaf)).collect(),
    };
    let most = most_rows(source);
    let outcome = recheck(source, &both, &chosen, most, watch);
    if watch.cancelled() {
        return None;
    }
    Some(outcome.map_err(|error| advice::told(&error)).map(|judged| {
        let counts = chosen.iter().filter_map(|group| Some((judged.of.get(&group.fingerprint)?, group_name(group)))).collect();
        ToldTurns { recheck: &both, counts, most, without: judged.without, beyond: judged.beyond, is_partial: judged.is_partial }.to_text()
    }))
}
