//! The answer of the grouping query as groups.
//!
//! Owns: which column of the answer is what, counts beyond the bounds, the keys of the rows that came with each group.
//! Refuses: the query (grouping), generalising (group).

use std::time::Duration;

use serde_json::Value;

use super::answer::AnswerCells;
use super::keys::{Keys, RowKey};
use crate::ground::text;
use crate::ground::time::Micros;
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::coarse::{Coarse, CoarseCell};
use crate::rows::group::{Grouper, Groups};
use crate::rows::row::{ErrorRow, RowRef};
use crate::rows::source::{Filter, Request};

/// Microseconds of an hour.
const HOUR: Micros = 3_600_000_000;

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

/// What an answer means.
pub(super) struct AnswerReading<'a> {
    pub(super) request: &'a Request,
    /// Width of the bins that were asked for.
    pub(super) bin: Duration,
    /// Coarse groups of a namespace that were asked for.
    pub(super) of_namespace: usize,
    pub(super) keys: &'a Keys,
}

impl AnswerReading<'_> {
    /// Puts the rows of the answer into groups. Gives them with, in their order, the coarse groups that each is made of.
    pub(super) fn groups(&self, rows: &[Value]) -> Groups {
        let mut grouper = Grouper::new(self.request.schemas.clone());
        let mut filter = Filter::new(self.request);
        let (mut told, mut all, mut outside) = (0, 0, 0);
        for (number, row) in rows.iter().enumerate() {
            let cells = AnswerCells::of(row);
            let at = RowRef::new(0, number as u64);
            all = all.max(cells.count(ROWS_OF_ALL));
            told += cells.count(ROWS);
            match cells.hash(ID) {
                // Rows that were not asked for.
                None if cells.text(ID) == Some("") => grouper.add_elsewhere(&self.cells(cells)),
                None => {
                    let folded = cells.count(GROUPS).saturating_sub(self.of_namespace as u64).max(1);
                    grouper.add_other(cells.text(NAMESPACE), &self.cells(cells), folded, at);
                }
                Some(id) => {
                    let coarse = self.coarse(cells, id);
                    // The query takes in some more spellings than snake case makes the same.
                    let named = ErrorRow { time: self.request.since, job: self.request.jobs.first().map(String::as_str), ..coarse.row };
                    if filter.takes(&named) {
                        grouper.add_coarse(&coarse, at);
                    } else {
                        grouper.add_elsewhere(&coarse.cells);
                        outside += cells.count(ROWS);
                    }
                }
            }
        }
        let mut groups = Grouper::merge(vec![grouper]);
        self.keep_newest(&mut groups);
        groups.outside = outside;
        let beyond = all.saturating_sub(told);
        if beyond > 0 {
            let rows = text::count(beyond);
            groups.notes.push(Advised::new(format!("{rows} more rows are in groups beyond the bound"), Advice::FewerGroups));
        }
        groups
    }

    fn coarse<'a>(&self, cells: AnswerCells<'a>, id: u64) -> Coarse<'a> {
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
        let clients = cells.list(CLIENTS).filter_map(|hash| u64::from_str_radix(hash.as_str()?, 16).ok()).collect();
        Coarse { row, cells: self.cells(cells), messages, rows: self.rows(cells, id), clients }
    }

    fn cells<'a>(&self, cells: AnswerCells<'a>) -> Vec<CoarseCell<'a>> {
        let width = self.bin.as_micros() as Micros;
        let cell = |cell: AnswerCells<'a>| {
            // Bins are numbered from 1970 on.
            let start = cell.int(0).unwrap_or(0).saturating_mul(width);
            let hours = cell.int(5).unwrap_or(0);
            CoarseCell {
                job: cell.text(1),
                start,
                width,
                rows: cell.count(2),
                span: cell.int(3).zip(cell.int(4)),
                hours: (0..63).filter(|bit| hours >> bit & 1 == 1).map(|bit| start.div_euclid(HOUR) + bit).collect(),
                asked: cell.text(6) != Some("false"),
            }
        };
        cells.list(CELLS).map(AnswerCells::of).map(cell).collect()
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
        let times = cells.list(NEWEST).filter_map(|time| time.as_str()?.parse().ok());
        times.map(|time| self.keys.add(key(time))).collect()
    }

    /// Of the newest rows of all coarse groups of a group, the newest: in the order in which more of them come.
    fn keep_newest(&self, groups: &mut Groups) {
        for group in &mut groups.list {
            self.keys.remember(group.fingerprint, &group.rows, &group.trend);
            group.rows.sort_by_cached_key(|at| self.keys.get(*at).map(|key| (std::cmp::Reverse(key.time), key.table, key.group, key.nth)));
            group.rows.truncate(super::grouping::NEWEST);
        }
    }
}
