//! Work for the screen of deploys: comparing two states of the schemas, reading a log, the columns of a table on both sides.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::advice;
use super::super::deploy_tree::{ComparedPair, DeployFound, DeployPlace, DeployTree, ExplainedLog};
use super::super::sides_look::SidesLook;
use super::watch::Stoppable;
use crate::ground::text::clip;
use crate::pipeline::compat as judging;
use crate::rows::group::Groups;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::bigquery::SCHEME;
use crate::triage::blame::HistorySettings;
use crate::triage::compat::{CompareOptions, compare};
use crate::triage::explain::{LogText, explain, with_history};
use crate::triage::live::LiveTable;
use crate::triage::revisions::{self, PairChoice, SchemaPair};
use crate::triage::{chain, history, origin};

/// Longest part of a line of a log that is kept, in cells.
const LONGEST_LINE: usize = 2_000;

/// What a deploy of the later state would do; `None` where it was called off.
pub(super) fn compared(
    schemas: &Arc<SchemaStore>,
    choice: &PairChoice,
    allowlist: Option<&str>,
    settings: &HistorySettings,
    stop: &Arc<AtomicBool>,
) -> Option<Result<DeployTree, String>> {
    // Where histories are kept, what came of all revisions is too.
    let kept = settings.kept.as_ref().and_then(|_| history::usual_folder());
    let (pair, live) = match opened(schemas, choice, settings, kept, stop)? {
        Ok(opened) => opened,
        Err(reason) => return Some(Err(reason)),
    };
    let options = CompareOptions { allowlist: allowlist.map(str::to_owned), documents: true, stop: Some(stop.clone()) };
    let found = compare(&pair.old, &pair.new, &options);
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let now = jiff::Timestamp::now().as_microsecond();
    let line = chain::line(schemas, settings, now);
    let chain = [live, line].into_iter().flatten().reduce(|live, line| format!("{live}; {line}"));
    Some(Ok(DeployTree::new(DeployFound::Compared(Box::new(ComparedPair { pair, found, chain })))))
}

/// Both sides, and what a table that was named as deployed says of itself; `None` where it was called off.
fn opened(
    schemas: &Arc<SchemaStore>,
    choice: &PairChoice,
    settings: &HistorySettings,
    kept: Option<PathBuf>,
    stop: &Arc<AtomicBool>,
) -> Option<Result<(SchemaPair, Option<String>), String>> {
    let table = match choice {
        PairChoice::Against(path) => path.to_str().and_then(|path| path.strip_prefix(SCHEME)),
        _ => None,
    };
    let Some(table) = table else {
        return Some(revisions::open(schemas, choice, kept).map(|pair| (pair, None)).map_err(|error| advice::told(&error)));
    };
    let live = match LiveTable::ask(table, &settings.bigquery, &Stoppable(stop)) {
        Ok(live) => live,
        Err(_) if stop.load(Ordering::Relaxed) => return None,
        Err(error) => return Some(Err(advice::told(&error))),
    };
    Some(live.revision(schemas).map(|(old, old_name)| {
        let pair = SchemaPair { old: Arc::new(old), new: Arc::clone(schemas), old_name, new_name: schemas.name(), place: None };
        (pair, Some(live.standing(schemas)))
    }))
}

/// What a log says; with the revisions that made it so, where there are schemas with a history.
pub(super) fn explained(schemas: Option<&Arc<SchemaStore>>, text: &str, kept: Option<&Path>) -> DeployTree {
    let mut found = explain(text.as_bytes());
    if let Some(schemas) = schemas {
        with_history(&mut found, schemas, kept);
    }
    let log = LogText::of(text.as_bytes());
    let causes = found.causes.iter().flat_map(|cause| &cause.lines);
    let faults = found.row_faults.iter().flat_map(|fault| &fault.lines);
    let mut numbers: Vec<usize> = causes.chain(faults).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let known = numbers.into_iter().map(|number| (number, log.line(number)));
    let unknown = found.unknown.iter().map(|line| (line.line, line.text.as_str()));
    let lines = known.chain(unknown).map(|(number, text)| (number, clip(text, LONGEST_LINE).into_owned())).collect();
    DeployTree::new(DeployFound::Explained(Box::new(ExplainedLog { found, lines })))
}

/// The columns of a table before and now, what became of them, and which groups fail where.
pub(super) fn sides(schemas: &Arc<SchemaStore>, of: &DeployTree, place: &DeployPlace, groups: Arc<Groups>) -> Result<SidesLook, String> {
    if let Some(compared) = of.compared() {
        return look(&compared.pair, place, groups);
    }
    // A log that tells no revision is of the newest.
    let at = place.revision.as_deref().and_then(|revision| revisions::place_of(schemas, revision)).unwrap_or(0);
    let pair = revisions::open(schemas, &PairChoice::Revision(at), None).map_err(|error| advice::told(&error))?;
    look(&pair, place, groups)
}

fn look(pair: &SchemaPair, place: &DeployPlace, groups: Arc<Groups>) -> Result<SidesLook, String> {
    let table = pair.table(&place.namespace, &place.doctype, &place.version)?;
    let changes = match (&table.old, &table.new) {
        (Some(old), Some(new)) => judging::compare(old, new),
        (None, None) => return Err(format!("{}/{}.{} has no columns on either side", place.namespace, place.doctype, place.version)),
        _ => judging::TableChanges::default(),
    };
    let mut failing = Vec::new();
    for at in origin::groups_of(&groups, &table.doctype) {
        let group = &groups.list[at as usize];
        for layout in [&table.old, &table.new].into_iter().flatten() {
            let paths = origin::columns_of_group(layout, group).into_iter().map(|column| column.map(|column| layout.path(column)));
            failing.extend(paths.map(|path| (path.unwrap_or_default(), at)));
        }
    }
    failing.sort_unstable();
    failing.dedup();
    Ok(SidesLook::new(table, [pair.old_name.clone(), pair.new_name.clone()], changes, groups, failing))
}
