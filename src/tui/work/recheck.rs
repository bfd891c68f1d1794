//! The rows of groups judged by other schemas, too.

use std::path::Path;
use std::sync::Arc;

use super::super::advice;
use super::ReadWatch;
use crate::rows::group::{Group, Groups};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::ErrorSource;
use crate::triage::facts::turns::{ToldTurns, group_name};
use crate::triage::recheck::{Recheck, recheck};

/// Rows of each group that are judged where fetching costs.
const MOST_FETCHED: usize = 100;

/// What other schemas make of groups, as a text; `None` where it was called off.
pub(super) fn told(
    source: &dyn ErrorSource,
    before: &Arc<SchemaStore>,
    against: &Path,
    groups: &Groups,
    which: &[usize],
    watch: &ReadWatch,
) -> Option<Result<String, String>> {
    use crate::rows::source::Watch;
    let after = match SchemaStore::open_named(against) {
        Ok(after) => Arc::new(after),
        Err(error) => return Some(Err(error.to_string())),
    };
    let both = Recheck::new(before.clone(), after);
    let chosen: Vec<&Group> = which.iter().filter_map(|&at| groups.list.get(at)).collect();
    let most = source.is_remote().then_some(MOST_FETCHED);
    let outcome = recheck(source, &both, &chosen, most, watch);
    if watch.cancelled() {
        return None;
    }
    Some(outcome.map_err(|error| advice::told(&error)).map(|judged| {
        let counts = chosen.iter().filter_map(|group| Some((judged.of.get(&group.fingerprint)?, group_name(group)))).collect();
        ToldTurns { recheck: &both, counts, most, without: judged.without, is_partial: judged.is_partial }.to_text()
    }))
}
