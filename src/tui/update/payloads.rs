//! The search inside payloads: begun, called off, what it found.

use std::collections::HashSet;

use super::super::app::{App, Search, Seeking};
use super::super::effect::Effect;
use super::super::matches::{MatchCount, Matches};
use super::super::message::{JobId, PayloadsFound};
use crate::ground::outline::Tree;
use crate::ground::text::plural;
use crate::rows::group::Fingerprint;
use crate::rows::payload::holding::{HeldCount, PayloadQuery};
use crate::rows::source::{Progress, RowOrder};

/// Looks into all payloads for what was typed.
pub(super) fn seek(app: &mut App, text: &str) -> Vec<Effect> {
    let query = match PayloadQuery::parse(text.trim()) {
        Ok(query) => query,
        Err(reason) => {
            app.warn(reason);
            return Vec::new();
        }
    };
    let job = app.next_job();
    let former = app.seeking.replace(Seeking { job, count: HeldCount::default(), progress: Progress::default(), query: query.clone() });
    let groups = app.groups.tree.groups.clone();
    former.map(|seeking| Effect::Cancel(seeking.job)).into_iter().chain([Effect::SeekPayloads { job, query, groups }]).collect()
}

/// How far it is.
pub(super) fn progress(app: &mut App, job: JobId, count: HeldCount) {
    if let Some(seeking) = app.seeking.as_mut().filter(|seeking| seeking.job == job) {
        seeking.count = count;
        seeking.progress = Progress::default();
    }
}

/// All payloads were looked into: the groups of those that hold it are matches to go through, and their rows are those.
pub(super) fn found(app: &mut App, job: JobId, outcome: Result<PayloadsFound, String>) -> Vec<Effect> {
    let Some(seeking) = app.seeking.take_if(|seeking| seeking.job == job) else { return Vec::new() };
    let found = match outcome {
        Ok(found) => found,
        Err(reason) => {
            app.warn(reason);
            return Vec::new();
        }
    };
    release(app);
    let tree = app.groups.tree.clone();
    let held: HashSet<Fingerprint> = found.rows.iter().map(|(group, _)| *group).collect();
    let is_one = |item: &usize| tree.is_leaf(*item) && tree.group(*item).is_some_and(|group| held.contains(&group.fingerprint));
    let items: Vec<u32> = (0..tree.len()).filter(is_one).map(|item| item as u32).collect();
    let told = found.count.told(&seeking.query);
    if items.is_empty() {
        app.warn(told);
        return Vec::new();
    }
    app.tell(format!("{told}; in {}", plural(items.len() as u64, "group", "groups")));
    app.more.held = held.into_iter().collect();
    app.more.lists.extend(found.rows.into_iter().map(|(group, rows)| (group, (RowOrder::default(), rows))));
    let list = &mut app.groups.list;
    if list.filter.take().is_some() {
        list.outline.clear_filter(tree.as_ref(), None);
    }
    list.outline.reveal(tree.as_ref(), items[0] as usize);
    let count = MatchCount { found: items.len() as u64, of: tree.groups.list.len() as u64, noun: "groups", loose: false };
    let text = format!("payloads with {}", seeking.query.told());
    list.search = Some(Search { text, job: None, from: None, found: Some(Matches { items, count }), jumps: false });
    Vec::new()
}

/// The search is over: groups have all their rows again.
pub(super) fn release(app: &mut App) {
    for group in std::mem::take(&mut app.more.held) {
        app.more.lists.remove(&group);
    }
}
