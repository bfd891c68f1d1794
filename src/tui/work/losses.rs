//! Work for the losses of a table: its sample documents judged, their losses counted.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::super::loss_tree::LossTree;
use super::EVERY;
use crate::ground::text::visible;
use crate::pipeline::destination;
use crate::rows::samples;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{Progress, Watch};
use crate::triage::facts::losses as words;
use crate::triage::judging::sampled_losses;
use crate::triage::losses::{LossyTable, PlaceHistories};

/// The paths of a line that was typed: all of it where that is a file or a folder, else its words; `~/` is the home.
fn paths(named: Vec<String>) -> Vec<String> {
    let home = |word: &str| match word.strip_prefix("~/").zip(std::env::home_dir()) {
        Some((rest, home)) => home.join(rest).to_string_lossy().into_owned(),
        None => word.to_owned(),
    };
    let words = |line: String| match home(&line) {
        whole if std::path::Path::new(&whole).exists() => vec![whole],
        _ => line.split_whitespace().map(home).collect(),
    };
    named.into_iter().flat_map(words).collect()
}

/// What the documents lose that were named, else those that stand beside the schemas; nothing once that was called off.
pub(super) fn find(schemas: &Arc<SchemaStore>, at: usize, named: &[String], watch: &dyn Watch) -> Option<Result<LossTree, String>> {
    let Some(doctype) = schemas.doctypes().get(at) else { return Some(Err("the schemas no longer have this table".to_owned())) };
    let beside = || schemas.samples().map(|folder| folder.to_string_lossy().into_owned());
    let named: Vec<String> = if named.is_empty() { beside().into_iter().collect() } else { named.to_vec() };
    let table = destination::live(&doctype.namespace, &doctype.doctype, &doctype.version);
    let named = paths(named);
    if named.is_empty() {
        return Some(Ok(LossTree::empty(format!("{table}: {}", words::NO_SAMPLES), Vec::new())));
    }
    let found = match samples::find(&named) {
        Ok(found) => found,
        Err(error) => return Some(Err(error.to_string())),
    };
    let (begun, told) = (Instant::now(), std::cell::Cell::new(Instant::now()));
    let tell = |rows: u64| {
        if told.get().elapsed() > EVERY {
            told.set(Instant::now());
            watch.progress(Progress { rows, elapsed: begun.elapsed(), ..Progress::default() });
        }
        if watch.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let sampled = sampled_losses(schemas, at, &found.files, &tell)?;
    let looked_at = format!("Of {}", visible(&named.join(", ")));
    let mut notes = vec![format!("{looked_at}: {}", words::sampled(&sampled).join(", "))];
    let mut histories = (sampled.tally.documents > 0).then(|| PlaceHistories::open(schemas));
    let lossy = LossyTable::of(schemas, at, &sampled.tally, histories.as_mut());
    let fault = histories.as_ref().and_then(PlaceHistories::fault).map(words::unknown_histories);
    if watch.cancelled() {
        return None;
    }
    Some(match lossy {
        Err(error) => Err(error.to_string()),
        Ok(Some(lossy)) if sampled.tally.documents > 0 => {
            notes.extend(words::not_looked_up(lossy.known.left_out).into_iter().chain(fault));
            Ok(LossTree::new(words::sheet(&lossy), notes))
        }
        Ok(_) => Ok(LossTree::empty(format!("{table}: {}", words::NOTHING_KNOWN), notes)),
    })
}
