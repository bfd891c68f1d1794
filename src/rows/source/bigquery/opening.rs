//! A row that somebody looks at, and the rows behind it.
//!
//! Owns: in which order a row is looked for: memory, an answer of this session, a query for its group, a query for itself.
//! Refuses: which part of a group is read next (pages), the SQL (rows), how a query is asked (service).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::answer::AnswerCells;
use super::cell::AnswerCell;
use super::error::Error;
use super::job::{AnswerPart, JobQuestion};
use super::keys::RowKey;
use super::pages::{self, GroupRows, NextRows};
use super::rows::Most;
use super::service::Keep;
use super::shape::{TableShape, WantedColumns};
use super::window::Window;
use super::{BigQuery, grouping, parts, parts_with_rows, rows, shaped};
use crate::rows::group::Fingerprint;
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::source::{RowOrder, Watch};

/// Rows of an answer among which a row is looked for before it is asked for alone.
const NEAR: usize = 200;
/// What rows with their payloads are asked for.
pub(super) const PURPOSE: &str = "opening rows";

impl BigQuery {
    /// The row at a place, from where it costs least.
    pub(super) fn opened(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, Error> {
        if let Some(row) = self.pages.kept(at) {
            return Ok(row);
        }
        let key = self.keys.get(at).ok_or_else(|| Error::Input("this row was not listed in this session".to_owned()))?;
        if let Some(row) = self.read_again(at, watch)? {
            return Ok(row);
        }
        // Rows of a group are found newest first: one far behind is asked for alone, which is less.
        let of = self.keys.group_of(at).filter(|of| pages::newer_than(&self.keys.trend(*of), key.time) <= NEAR as u64);
        if let Some(of) = of {
            let list = self.pages.list(of, RowOrder::Newest);
            let mut rows = pages::waited(&list, watch)?;
            let is_behind = |rows: &GroupRows| {
                let last = rows.listed.last().and_then(|last| self.keys.get(*last));
                last.is_none_or(|last| last.time >= key.time)
            };
            while rows.listed.len() < NEAR && is_behind(&rows) {
                if let Some(row) = self.pages.kept(at) {
                    return Ok(row);
                }
                if !self.read_on(of, RowOrder::Newest, &mut rows, watch)? {
                    break;
                }
            }
            drop(rows);
            // Somebody else may have found it meanwhile, and memory may have let go of it.
            if let Some(row) = self.pages.kept(at).map_or_else(|| self.read_again(at, watch), |row| Ok(Some(row)))? {
                return Ok(row);
            }
        }
        let row = self.row(&key, watch)?;
        self.pages.keep(at, row.clone());
        Ok(row)
    }

    /// Rows at these places, in any order: those of one group as they are opened, of several in one query for all that no answer of this session
    /// holds. Tells how many were there.
    pub(super) fn opened_all(
        &self,
        places: &[RowRef],
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<usize, Error> {
        let groups: FxHashSet<_> = places.iter().map(|at| self.keys.group_of(*at)).collect();
        let (mut found, mut left) = (0, Vec::new());
        for &at in places {
            if watch.cancelled() {
                return Ok(found);
            }
            let known = match self.pages.kept(at) {
                None if groups.len() == 1 => Some(self.opened(at, watch)?),
                None => self.read_again(at, watch)?,
                kept => kept,
            };
            let Some(row) = known else {
                left.push(at);
                continue;
            };
            found += 1;
            if visit(at, row).is_break() {
                return Ok(found);
            }
        }
        if left.is_empty() {
            return Ok(found);
        }
        let (request, _) = self.counted()?;
        let shapes = self.shapes(watch)?;
        let keys: Vec<RowKey> = left.iter().filter_map(|at| self.keys.get(*at)).collect();
        let times = keys.iter().map(|key| key.time);
        let window = Window { since: times.clone().min().unwrap_or(0), until: times.max().unwrap_or(0).saturating_add(1) };
        let (tables, ids) = parts(&shapes, keys.iter().map(|key| (key.table, key.group)).collect::<BTreeSet<_>>().into_iter().collect());
        let columns = self.shown();
        let sql = rows::first(&tables, (window, columns), &request, &ids, Most::OfEach(grouping::NEWEST as u64));
        let mut left: FxHashSet<RowRef> = left.into_iter().collect();
        let mut stopped = false;
        self.service.visit(PURPOSE, &sql, watch, &mut |row| {
            let Some((at, row)) = self.keyed((&shapes, columns), row).filter(|(at, _)| left.remove(at)) else {
                return ControlFlow::Continue(());
            };
            found += 1;
            stopped = visit(at, row).is_break();
            if stopped || left.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        // What was named beside the newest.
        for at in left {
            if stopped || watch.cancelled() {
                break;
            }
            let row = self.opened(at, watch)?;
            found += 1;
            stopped = visit(at, row).is_break();
        }
        Ok(found)
    }

    /// More rows of a group in an order, behind the first `from`.
    pub(super) fn listed(&self, of: Fingerprint, order: RowOrder, from: usize, watch: &dyn Watch) -> Result<Vec<RowRef>, Error> {
        let list = self.pages.list(of, order);
        let mut rows = pages::waited(&list, watch)?;
        while rows.listed.len() <= from {
            if !self.read_on(of, order, &mut rows, watch)? {
                break;
            }
        }
        Ok(rows.listed.get(from..).unwrap_or_default().to_vec())
    }

    /// A row of an answer with keys.
    pub(super) fn keyed(&self, (shapes, columns): (&[TableShape], WantedColumns), row: &AnswerCell<'_>) -> Option<(RowRef, SourceRow)> {
        let cells = AnswerCells::of(row);
        let key = RowKey { table: cells.count(0) as u32, group: cells.hash(2)?, time: cells.int(1)?, nth: cells.count(3) as u32 };
        let row = shaped((shapes.get(key.table as usize)?, columns), cells.value(4)?, key.time);
        Some((self.keys.add(key), row))
    }

    /// Columns of rows that somebody looks at.
    pub(super) fn shown(&self) -> WantedColumns {
        if self.service.settings.stack_traces { WantedColumns::All } else { WantedColumns::Shown }
    }

    /// One row that no answer of this session holds.
    fn row(&self, key: &RowKey, watch: &dyn Watch) -> Result<SourceRow, Error> {
        let shapes = self.shapes(watch)?;
        let at = key.table as usize;
        let shape = shapes.get(at).ok_or_else(|| Error::Input("the table of this row is no longer read".to_owned()))?;
        let sql = rows::one((at, shape), key, self.shown());
        let keep = if self.service.settings.keep_rows { Keep::Closed } else { Keep::No };
        let moment = Window { since: key.time, until: key.time };
        let mut rows: Vec<String> = Vec::new();
        self.service.ask(PURPOSE, &sql, moment, keep, (&mut rows, watch))?;
        let row = rows.first().map(|row| AnswerCell::of(row)).unwrap_or_default();
        let whole = AnswerCells::of(&row).value(0);
        let whole = whole.ok_or_else(|| Error::Input("the row is gone: rows are deleted after some weeks".to_owned()))?;
        Ok(shaped((shape, self.shown()), whole, key.time))
    }

    /// Reads more rows of a group; whether there were any left to read.
    fn read_on(&self, of: Fingerprint, order: RowOrder, rows: &mut GroupRows, watch: &dyn Watch) -> Result<bool, Error> {
        let (request, window) = self.counted()?;
        let shapes = self.shapes(watch)?;
        let keeps = self.service.settings.keep_rows;
        let most = if keeps { pages::FOUND_TO_KEEP } else { pages::FOUND };
        let read = match rows.next(order, window, &self.keys.trend(of), most) {
            NextRows::End => return Ok(false),
            NextRows::Read(place) => self.service.page(&place.job, AnswerPart::From(place.at, pages::STEP), watch)?.texts(),
            NextRows::Ask(part) => {
                let (tables, ids) = parts_with_rows(&shapes, self.keys.parts(of));
                if ids.is_empty() {
                    return Ok(false);
                }
                let sql = rows::page(&tables, &request, &ids, order, part, self.shown());
                if keeps {
                    let mut answer: Vec<String> = Vec::new();
                    self.service.ask(PURPOSE, &sql, part.window, Keep::Closed, (&mut answer, watch))?;
                    rows.found(order, None, part, answer.len() as u64);
                    answer
                } else {
                    let question = JobQuestion { text: sql.sent(), parameters: sql.parameters(), page: pages::STEP };
                    let (job, page, _) = self.service.start(PURPOSE, &question, watch)?;
                    rows.found(order, Some(job), part, page.rows_in_all().unwrap_or(page.rows.len() as u64));
                    page.texts()
                }
            }
        };
        let read: Vec<_> = read.iter().map(|row| self.keyed((&shapes, self.shown()), &AnswerCell::of(row))).collect();
        rows.add(&read.iter().map(|row| row.as_ref().map(|(at, _)| *at)).collect::<Vec<_>>());
        for (at, row) in read.into_iter().flatten() {
            self.pages.keep(at, row);
        }
        Ok(true)
    }

    /// A row that an answer of this session holds, read from there again.
    fn read_again(&self, at: RowRef, watch: &dyn Watch) -> Result<Option<SourceRow>, Error> {
        let Some(place) = self.pages.place(at) else { return Ok(None) };
        let shapes = self.shapes(watch)?;
        let page = self.service.page(&place.job, AnswerPart::From(place.at, pages::STEP), watch)?;
        for (known, row) in page.rows.iter().filter_map(|row| self.keyed((&shapes, self.shown()), &AnswerCell::of(row.get()))) {
            self.pages.keep(known, row);
        }
        Ok(self.pages.kept(at))
    }
}
