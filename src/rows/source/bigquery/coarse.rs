//! The answer of the grouping query as groups.
//!
//! Owns: which column of the answer is what, counts beyond the bounds, the keys of the rows that came with each group.
//! Refuses: the query (grouping), generalising (group). Holds one row of the answer at a time.

use std::time::Duration;

use super::answer::AnswerCells;
use super::cell::AnswerCell;
use super::keys::{Keys, RowKey};
use super::service::TakeRows;
use super::window::Window;
use crate::ground::text;
use crate::ground::time::Micros;
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::coarse::{Coarse, CoarseCell, hours_of};
use crate::rows::group::{Grouper, Groups};
use crate::rows::row::{ErrorRow, RowRef};
use crate::rows::source::{Filter, Request};

/// Bytes that all groups may take; those beyond are counted together, as those beyond the query's own bounds are.
pub(super) const MOST_HELD: usize = 500_000_000;

/// Positions in the answer, in the order of the query's SELECT.
const ID: usize = 0;
const TABLE: usize = 1;
const NAMESPACE: usize = 2;
const DOCTYPE: usize = 3;
const VERSION: usize = 4;
const STAGE: usize = 5;
const CLASS: usize = 6;
const ROWS: usize = 7;
const ROWS_OF_ALL: usize = 8;
const GROUPS: usize = 9;
const CELLS: usize = 10;
const MESSAGES: usize = 11;
const NEWEST: usize = 12;
const CLIENTS: usize = 13;

/// An answer as it comes in.
pub(super) struct AnswerReading<'a> {
    request: &'a Request,
    /// Coarse groups of a namespace that were asked for.
    of_namespace: usize,
    most_held: usize,
    keys: &'a Keys,
    /// Width of the bins that were asked for.
    bin: Duration,
    grouper: Grouper,
    filter: Filter,
    /// Rows of the answer so far.
    number: u64,
    told: u64,
    all: u64,
    outside: u64,
    /// Rows of groups whose parts were too many to come one by one.
    unplaced: u64,
}

impl TakeRows for AnswerReading<'_> {
    fn begin(&mut self, window: Window) {
        *self = AnswerReading::new(self.request, self.of_namespace, self.most_held, self.keys);
        self.bin = Duration::from_secs(window.bin().unsigned_abs());
    }

    fn row(&mut self, text: &str) {
        let row = AnswerCell::of(text);
        self.add(AnswerCells::of(&row));
    }
}

impl<'a> AnswerReading<'a> {
    /// Of an answer to that request, of which no more than so many bytes are held.
    pub(super) fn new(request: &'a Request, of_namespace: usize, most_held: usize, keys: &'a Keys) -> Self {
        AnswerReading {
            request,
            of_namespace,
            most_held,
            keys,
            bin: Duration::ZERO,
            grouper: Grouper::new(request.schemas.clone()),
            filter: Filter::new(request),
            number: 0,
            told: 0,
            all: 0,
            outside: 0,
            unplaced: 0,
        }
    }

    /// Puts a row of the answer, which is a coarse group, into its group.
    fn add(&mut self, cells: AnswerCells<'_>) {
        let at = RowRef::new(0, self.number);
        self.number += 1;
        self.all = self.all.max(cells.count(ROWS_OF_ALL));
        self.told += cells.count(ROWS);
        let parts = self.cells(cells);
        match cells.hash(ID) {
            // Rows that were not asked for.
            None if cells.text(ID) == Some("") => self.grouper.add_elsewhere(&parts),
            None => {
                let folded = cells.count(GROUPS).saturating_sub(self.of_namespace as u64).max(1);
                self.grouper.add_other(cells.text(NAMESPACE), &parts, folded, at);
            }
            Some(_) if self.held() >= self.most_held => self.grouper.add_other(cells.text(NAMESPACE), &parts, 1, at),
            Some(id) => {
                let coarse = self.coarse(cells, id, parts);
                // The query takes in some more spellings than snake case makes the same.
                let named = ErrorRow { time: self.request.since, job: self.request.jobs.first().map(String::as_str), ..coarse.row };
                if self.filter.takes(&named) {
                    let group = self.grouper.add_coarse(&coarse, at);
                    self.keys.note(group, (cells.count(TABLE) as u32, id));
                } else {
                    self.grouper.add_elsewhere(&coarse.cells);
                    self.outside += cells.count(ROWS);
                }
            }
        }
    }

    /// Bytes of all that is kept of the answer so far.
    pub(super) fn held(&self) -> usize {
        self.grouper.held() + self.keys.held()
    }

    /// The groups, once all rows of the answer are in.
    pub(super) fn groups(self) -> Groups {
        let mut groups = Grouper::merge(vec![self.grouper]);
        for group in &mut groups.list {
            self.keys.remember(group.fingerprint, &group.trend);
            // Of the newest rows of all its coarse groups the newest: in the order in which more of them come.
            let mut rows = group.rows.to_vec();
            rows.sort_by_cached_key(|at| self.keys.get(*at).map(|key| (std::cmp::Reverse(key.time), key.table, key.group, key.nth)));
            group.rows = rows.into_iter().take(super::grouping::NEWEST).collect();
        }
        groups.outside = self.outside;
        let beyond = self.all.saturating_sub(self.told);
        if beyond > 0 {
            let rows = text::count(beyond);
            groups.notes.push(Advised::new(format!("{rows} more rows are in groups beyond the bound"), Advice::FewerGroups));
        }
        if self.unplaced > 0 {
            let rows = text::plural(self.unplaced, "row", "rows");
            groups.notes.push(format!("{rows} of groups with very many jobs are counted without their job and time").into());
        }
        groups
    }

    fn coarse<'c>(&self, cells: AnswerCells<'c>, id: u64, parts: Vec<CoarseCell<'c>>) -> Coarse<'c> {
        let messages: Vec<(&str, u64)> =
            cells.list(MESSAGES).map(AnswerCells::of).map(|said| (said.text(0).unwrap_or(""), said.count(1))).collect();
        let row = ErrorRow {
            namespace: cells.text(NAMESPACE),
            doctype: cells.text(DOCTYPE),
            version: cells.text(VERSION),
            stage: cells.text(STAGE),
            class: cells.text(CLASS),
            message: messages.first().map(|(message, _)| *message),
            ..ErrorRow::default()
        };
        let hash = |cell: &AnswerCell<'_>| if let AnswerCell::Text(hash) = cell { u64::from_str_radix(hash, 16).ok() } else { None };
        let clients = cells.list(CLIENTS).filter_map(hash).collect();
        Coarse { row, cells: parts, messages, rows: self.rows(cells, id), clients }
    }

    /// When its rows came, and of which job. The query leaves out the least of them where they are very many: the group has these rows all the same.
    fn cells<'c>(&mut self, cells: AnswerCells<'c>) -> Vec<CoarseCell<'c>> {
        let width = self.bin.as_micros() as Micros;
        let cell = |cell: AnswerCells<'c>| {
            // Bins are numbered from 1970 on.
            let start = cell.int(0).unwrap_or(0).saturating_mul(width);
            CoarseCell {
                job: cell.text(1),
                start,
                width,
                rows: cell.count(2),
                span: cell.int(3).zip(cell.int(4)),
                hours: hours_of(start, cell.int(5).unwrap_or(0)),
                asked: cell.text(6) != Some("false"),
            }
        };
        let mut parts: Vec<_> = cells.list(CELLS).map(AnswerCells::of).map(cell).collect();
        let placed: u64 = parts.iter().filter(|part| part.asked).map(|part| part.rows).sum();
        let rows = cells.count(ROWS).saturating_sub(placed);
        if rows > 0 {
            self.unplaced += rows;
            parts.push(CoarseCell { job: None, start: 0, width, rows, span: None, hours: Vec::new(), asked: true });
        }
        parts
    }

    /// The newest rows, numbered among those of the same time.
    fn rows(&self, cells: AnswerCells<'_>, id: u64) -> Vec<RowRef> {
        let table = cells.count(TABLE) as u32;
        let mut last = None;
        let mut nth = 0;
        let mut key = |time: Micros| {
            nth = if last == Some(time) { nth + 1 } else { 0 };
            last = Some(time);
            RowKey { table, group: id, time, nth }
        };
        let time = |cell: &AnswerCell<'_>| if let AnswerCell::Text(time) = cell { time.parse().ok() } else { None };
        cells.list(NEWEST).filter_map(time).map(|time| self.keys.add(key(time))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: i64 = 60;

    /// A coarse group as BigQuery writes it: eight messages, cells of four jobs.
    fn coarse(id: u64, cells: u64) -> String {
        let class = "org.everit.json.schema.ValidationException";
        let message = |n: u64| format!("{class}: #/payload/place{id}/of/things: expected maxLength: 61, actual: {}", 100 * n + id % 100);
        let cell = |n: u64| {
            let us = 1_782_391_480_000_000_u64 + n * 3_600_000_000;
            format!(
                r#"{{"v":{{"f":[{{"v":"{}"}},{{"v":"decoder-0-{}"}},{{"v":"3"}},{{"v":"{us}"}},{{"v":"{us}"}},{{"v":"1"}},{{"v":"true"}}]}}}}"#,
                495_108 + n,
                n / 16
            )
        };
        let list = |items: Vec<String>| format!("[{}]", items.join(","));
        let rows = 3 * cells;
        format!(
            r#"{{"f":[{{"v":"{id:016x}"}},{{"v":"0"}},{{"v":"acme"}},{{"v":"session"}},{{"v":"1"}},{{"v":"ParsePayload"}},{{"v":"{class}"}},{{"v":"{rows}"}},{{"v":"{rows}"}},{{"v":"1"}},{{"v":{}}},{{"v":{}}},{{"v":{}}},{{"v":{}}}]}}"#,
            list((0..cells).map(cell).collect()),
            list((0..8).map(|n| format!(r#"{{"v":{{"f":[{{"v":"{}"}},{{"v":"{}"}}]}}}}"#, message(n), rows / 8)).collect()),
            list((0..5).map(|n: i64| format!(r#"{{"v":"{}"}}"#, 1_782_391_480_000_000 + n)).collect()),
            list((0..64).map(|n: u64| format!(r#"{{"v":"{:016x}"}}"#, n.wrapping_mul(id | 1) << 20)).collect()),
        )
    }

    fn read(keys: &Keys, rows: impl Iterator<Item = String>, most_held: usize) -> (Groups, usize) {
        let request = Request::default();
        let mut reading = AnswerReading::new(&request, 5_000, most_held, keys);
        let until = 1_782_391_480_000_000 + 64 * MINUTES * 60_000_000;
        reading.begin(Window { since: 1_782_391_480_000_000, until });
        rows.for_each(|row| reading.row(&row));
        let held = reading.held();
        (reading.groups(), held)
    }

    /// With $MISFIT_LARGE_ANSWER as many groups as that; the usual number says as much.
    #[test]
    fn a_group_of_many_cells_takes_no_more_than_10_kb() {
        let many = std::env::var("MISFIT_LARGE_ANSWER").ok().and_then(|many| many.parse().ok()).unwrap_or(1_000);
        let keys = Keys::default();
        let (groups, held) = read(&keys, (0..many).map(|id| coarse(id, 64)), MOST_HELD);
        assert_eq!((groups.list.len() as u64, groups.rows), (many, many * 192));
        let group = &groups.list[0];
        assert_eq!((group.sampled(), group.jobs().len(), group.rows.len(), group.facets.len()), (None, 4, 5, 2));
        println!("{} bytes a group", held / many as usize);
        assert!(held <= many as usize * 10_000, "{} bytes a group", held / many as usize);
        // Groups with very many cells are bounded in jobs, and all their rows are counted.
        let (groups, held) = read(&keys, (0..20).map(|id| coarse(id, 512)), MOST_HELD);
        assert!(groups.rows == 20 * 3 * 512 && held <= 20 * 20_000 + many as usize * 1_000, "{held}");
    }

    #[test]
    fn what_memory_has_no_room_for_is_counted_together() {
        let (groups, held) = read(&Keys::default(), (0..200).map(|id| coarse(id, 8)), 300_000);
        let other: Vec<_> = groups.list.iter().filter_map(|group| Some((group.folded()?, group.count))).collect();
        let [(folded, rows)] = other.as_slice() else { panic!("{other:?}") };
        assert_eq!((*folded + groups.list.len() as u64 - 1, groups.rows), (200, 200 * 24));
        assert!(*rows == folded * 24 && *folded > 50 && held < 310_000, "{folded} {held}");
    }

    #[test]
    fn rows_of_cells_that_were_left_out_are_counted_and_told() {
        let row = coarse(1, 8).replacen(r#"{"v":"24"}"#, r#"{"v":"100"}"#, 1);
        let (groups, _) = read(&Keys::default(), [row].into_iter(), MOST_HELD);
        assert_eq!((groups.rows, groups.list[0].count), (100, 100));
        let told = groups.notes.iter().find(|note| note.text.contains("very many jobs")).expect("a note");
        assert_eq!(told.text, "76 rows of groups with very many jobs are counted without their job and time");
    }
}
