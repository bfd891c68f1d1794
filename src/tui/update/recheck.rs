//! Documents judged by other schemas, too: begun, called off, what came of it.

use std::path::PathBuf;

use super::super::app::{App, Rechecking};
use super::super::effect::Effect;
use super::super::message::JobId;
use super::whole;
use crate::ground::text::visible;
use crate::rows::source::Progress;

/// Title of the text.
const TITLE: &str = "Judged by other schemas, too";

/// Begins with the groups below the line under the cursor; all of them where there is none.
pub(super) fn begin(app: &mut App, text: &str) -> Vec<Effect> {
    let against = text.trim().to_owned();
    if against.is_empty() {
        app.warn("name the schemas to judge by: a folder, an archive, repository@revision, a revision of these, or one schema file");
        return Vec::new();
    }
    let (tree, below) = (app.groups.tree.clone(), app.groups.list.outline.item());
    let job = app.next_job();
    let former = app.rechecking.replace(Rechecking { job, against: against.clone(), progress: Progress::default() });
    let begun = Effect::Recheck { job, against: PathBuf::from(against), tree, below };
    former.map(|former| Effect::Cancel(former.job)).into_iter().chain([begun]).collect()
}

/// It is judged, or cannot be.
pub(super) fn told(app: &mut App, job: JobId, outcome: Result<String, String>) -> Vec<Effect> {
    if app.rechecking.take_if(|known| known.job == job).is_none() {
        return Vec::new();
    }
    whole::answer(app, TITLE, outcome);
    Vec::new()
}

/// Nobody waits for it any more.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let rechecking = app.rechecking.take()?;
    app.tell(format!("called off: judging against {}", visible(&rechecking.against)));
    Some(Effect::Cancel(rechecking.job))
}
