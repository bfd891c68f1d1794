//! `misfit groups --causes`: below each group whose message names a combinator, what is really wrong with its rows.
//!
//! Owns: one pass over the rows of those groups on all cores, the members that tell a cause from a group, their lines for people.
//! Refuses: judging and counting (triage/causes).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use color_eyre::Result;
use color_eyre::eyre::bail;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::printed::Listing;
use super::table::{self, GroupCells};
use crate::cli::out;
use crate::ground::in_order;
use crate::ground::text::plural;
use crate::rows::group::{Fingerprint, Group, GroupFields, Groups};
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Progress, ReadRows, Watch};
use crate::triage::causes::{self, CauseCounter, Causes, MOST_ROWS};
use crate::tui::advice::GIVE_SCHEMAS;

/// Rows between two words of how far it is.
const STRIDE: u64 = 128;

/// The causes of the groups that have any, by the group's fingerprint.
pub(super) type CausesOf = FxHashMap<Fingerprint, Causes>;

/// A group or a cause of one. Names and meanings are stable.
#[derive(Serialize)]
pub(super) struct CauseMember<'a> {
    /// A cause has the members of a group: its own path, fault, keyword and values; `sample` is the message that the pipeline would have written.
    #[serde(flatten)]
    group: GroupFields<'a>,
    /// Fingerprint of the group that it is a cause of; null for a group.
    cause_of: Option<Fingerprint>,
    /// Rows of the group that were looked at for causes; null for a group without any.
    cause_rows: Option<u64>,
    /// Rows of them that have no cause: they cannot be judged, or are judged differently.
    cause_unknown: Option<u64>,
}

/// The schemas to judge by, where causes can be counted. Asked before anything is read.
pub(super) fn schemas(schemas: Option<&Arc<SchemaStore>>) -> Result<Arc<SchemaStore>> {
    let Some(schemas) = schemas else { bail!("causes are found by judging payloads: {GIVE_SCHEMAS}") };
    Ok(schemas.clone())
}

/// The groups with their causes.
pub(super) fn print(mut listing: Listing<'_>, source: &dyn ErrorSource, schemas: &Arc<SchemaStore>) -> Result<()> {
    let groups = listing.groups;
    let line = out::ProgressLine::over(source.is_remote())?;
    let mut of = of(source, schemas, groups, listing.shown, &line)?;
    let spent = line.bill();
    drop(line);
    let closing = closing(&of).into_iter().chain(spent);
    if let Some(told) = &mut listing.told {
        for causes in of.values_mut() {
            causes.groups.list = told.list(&causes.groups.list.iter().collect::<Vec<_>>());
        }
    }
    let without_data = listing.without_data();
    let printed = listing.printed(without_data.as_deref());
    listing.print_with(|| lines(groups, &printed, &of), || members(groups, &printed, &of), closing)
}

/// Looks at the first rows of each group that has causes.
fn of(source: &dyn ErrorSource, schemas: &Arc<SchemaStore>, groups: &Groups, shown: &[&Group], watch: &dyn Watch) -> Result<CausesOf> {
    let with_causes: Vec<&Group> = shown.iter().copied().filter(|group| causes::has_causes(group)).collect();
    let mut counters: Vec<CauseCounter> = with_causes.iter().map(|_| CauseCounter::new(schemas.clone())).collect();
    if !with_causes.is_empty() {
        count_all(source, schemas, &with_causes, watch, &mut counters)?;
    }
    let counted = with_causes.iter().zip(counters).map(|(group, counter)| (group.fingerprint, counter.finish(group, groups.rows)));
    Ok(counted.collect())
}

/// The group of each cause, by their fingerprints.
pub(in crate::cli) fn cause_groups(
    source: &dyn ErrorSource,
    schemas: &Arc<SchemaStore>,
    groups: &Groups,
    watch: &dyn Watch,
) -> Result<FxHashMap<Fingerprint, Fingerprint>> {
    let all: Vec<&Group> = groups.list.iter().collect();
    let of = of(source, schemas, groups, &all, watch)?;
    let causes = of.iter().flat_map(|(group, causes)| causes.groups.list.iter().map(|cause| (cause.fingerprint, *group)));
    Ok(causes.collect())
}

fn count_all(
    source: &dyn ErrorSource,
    schemas: &SchemaStore,
    groups: &[&Group],
    watch: &dyn Watch,
    counters: &mut [CauseCounter],
) -> Result<()> {
    let named = groups.iter().enumerate().flat_map(|(position, group)| group.rows.iter().map(move |&at| (at, position)));
    let position_at: FxHashMap<RowRef, usize> = named.collect();
    let position_of: FxHashMap<Fingerprint, usize> =
        groups.iter().enumerate().map(|(position, group)| (group.fingerprint, position)).collect();
    let (begun, mut read) = (Instant::now(), 0);
    let feed = |hand: &mut in_order::Hand<'_, (usize, RowRef, SourceRow)>| {
        source.read(ReadRows::First(groups, MOST_ROWS), watch, &mut |at, row| {
            read += 1;
            if read % STRIDE == 0 {
                watch.progress(Progress { rows: read, elapsed: begun.elapsed(), ..Progress::default() });
            }
            let in_group = || position_of.get(&source.group_of(at)?).copied();
            let Some(position) = position_at.get(&at).copied().or_else(in_group) else { return ControlFlow::Continue(()) };
            let size = row.payload.size();
            hand((position, at, row), size)
        })?;
        Ok(())
    };
    let judge = |rows: Vec<(usize, RowRef, SourceRow)>| -> Result<Vec<_>> {
        let judged = rows.into_iter().map(|(position, at, row)| {
            let candidates = causes::candidates(&row, schemas);
            (position, at, row, candidates)
        });
        Ok(judged.collect())
    };
    in_order::run(feed, &judge, &mut |(position, at, row, candidates)| {
        if let Some(counter) = counters.get_mut(position) {
            counter.add(row, at, candidates);
        }
        Ok(())
    })
}

/// The groups that are shown, each with its causes below it.
fn members<'a>(groups: &'a Groups, shown: &[&'a Group], of: &'a CausesOf) -> Vec<CauseMember<'a>> {
    let mut all = Vec::with_capacity(shown.len());
    for group in shown {
        let causes = of.get(&group.fingerprint);
        let (cause_rows, cause_unknown) = (causes.map(|causes| causes.looked), causes.map(|causes| causes.unknown));
        all.push(CauseMember { group: GroupFields::of(group, groups), cause_of: None, cause_rows, cause_unknown });
        let Some(causes) = causes else { continue };
        all.extend(causes.groups.list.iter().map(|cause| CauseMember {
            group: GroupFields::of(cause, &causes.groups),
            cause_of: Some(group.fingerprint),
            cause_rows,
            cause_unknown,
        }));
    }
    all
}

/// The lines of a table: each group, and its causes below it.
fn lines(groups: &Groups, shown: &[&Group], of: &CausesOf) -> Vec<GroupCells> {
    let mut all = Vec::with_capacity(shown.len());
    for group in shown {
        all.push(table::cells(group, groups));
        let Some(causes) = of.get(&group.fingerprint) else { continue };
        let of_the_first = causes.of_the_first().map(|of| format!(" ({of})")).unwrap_or_default();
        for cause in &causes.groups.list {
            let [_, _, doctype, place, says, print] = table::cells(cause, groups);
            let rows = table::rows(cause.count, groups, "");
            all.push([rows, CAUSE.to_owned(), doctype, place, format!("{says}{of_the_first}"), print]);
        }
        if let Some(unknown) = causes.unknown() {
            all.push([
                table::rows(causes.unknown, groups, ""),
                CAUSE.to_owned(),
                group.key.doctype_name(),
                group.place(),
                unknown,
                String::new(),
            ]);
        }
    }
    all
}

/// Stands in the column of a group's status.
const CAUSE: &str = "cause";

/// What was looked at, for the closing line; nothing where no group has causes.
fn closing(of: &CausesOf) -> Option<String> {
    let causes: usize = of.values().map(|causes| causes.groups.list.len()).sum();
    let cut = of.values().any(|causes| causes.of_the_first().is_some());
    let cut = if cut { format!(", in the first {} of each", plural(MOST_ROWS as u64, "row", "rows")) } else { String::new() };
    let groups = plural(of.len() as u64, "group whose message does not name it", "groups whose messages do not name them");
    (causes > 0).then(|| format!("{} found in {groups}{cut}", plural(causes as u64, "cause", "causes")))
}
