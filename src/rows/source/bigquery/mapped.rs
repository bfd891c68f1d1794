//! Tables of other pipelines, whose rows are read by a map of members.
//!
//! Owns: a table as a source of rows that come here as JSON, of no more columns than the map speaks of, and are read as those of files are.
//! Refuses: grouping there: a message, a pointer and a list of failures are read by the same code as in files. Maps that name columns of the error table alone are
//! no matter of this (shape).

mod columns;
mod reading;
mod statement;

use std::collections::VecDeque;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashSet;

use self::columns::MappedTable;
use self::reading::{MappedKey, MappedReading, Places, failures};
use self::statement::{Much, SomeRows};
use super::answer::AnswerCells;
use super::error::Error;
use super::name::TableName;
use super::service::{AnswerOrigin, Keep, Service};
use super::settings::Settings;
use super::sql::Sql;
use super::window::{Slice, USUAL, Window, now, window};
use super::{LOOKING, locked, opening};
use crate::ground::text::plural;
use crate::ground::time;
use crate::rows::advice::{Advice, Advised};
use crate::rows::column::ErrorColumn;
use crate::rows::foreign::map::{FieldMap, MapField};
use crate::rows::group::{Group, Groups};
use crate::rows::row::{RowRef, SourceRow, Unreadable};
use crate::rows::source::{ErrorSource, Filter, Followed, ReadRows, Request, RowTable, RowsFrom, SourceError, Spent, Watch};

/// Rows that were opened and are kept, so that looking at one again costs nothing.
const KEPT: usize = 512;
/// Rows of a group that come with the one that is opened: of the same day they are the same price.
const TOGETHER: usize = 100;
/// A day.
const DAY: i64 = 24 * 3600 * 1_000_000;

/// Tables of rows that a map tells of.
pub struct Mapped {
    service: Service,
    names: Vec<TableName>,
    map: FieldMap,
    /// What [`ErrorSource::rows`] reads before anything was counted.
    scope: Request,
    tables: Mutex<Option<Arc<[MappedTable]>>>,
    /// The request that was counted last, with its window.
    counted: Mutex<Option<(Request, Window)>>,
    places: Mutex<Places>,
    /// The rows of each group that was counted last.
    grouped: Mutex<Vec<Vec<RowRef>>>,
    opened: Mutex<VecDeque<(RowRef, SourceRow)>>,
}

impl Mapped {
    /// Names tables. Finds the credentials, but sends nothing yet.
    ///
    /// # Errors
    /// No credentials, no endpoint, a window that is none: with what mends it.
    pub fn open(names: Vec<TableName>, map: FieldMap, settings: Settings, scope: Request) -> Result<Self, SourceError> {
        window(&scope, now())?;
        let service = Service::open(settings, names.first().map(|name| name.project.as_str()))?;
        Ok(Mapped {
            service,
            names,
            map,
            scope,
            tables: Mutex::default(),
            counted: Mutex::default(),
            places: Mutex::default(),
            grouped: Mutex::default(),
            opened: Mutex::default(),
        })
    }

    /// What the map means in each table; what a pattern takes in that the map does not fit is left out.
    fn tables_read(&self, watch: &dyn Watch) -> Result<Arc<[MappedTable]>, Error> {
        if let Some(known) = locked(&self.tables).as_ref() {
            return Ok(Arc::clone(known));
        }
        let (mut tables, mut refused) = (Vec::new(), None);
        for named in self.service.tables(&self.names, watch)? {
            match MappedTable::of(named.table, &self.map) {
                Ok(table) => tables.push(table),
                Err(error) if named.by_pattern => drop(refused.get_or_insert(error)),
                Err(error) => return Err(error),
            }
        }
        if let (true, Some(error)) = (tables.is_empty(), refused) {
            return Err(error);
        }
        let tables: Arc<[MappedTable]> = tables.into();
        *locked(&self.tables) = Some(Arc::clone(&tables));
        Ok(tables)
    }

    fn has_time(&self) -> bool {
        self.map.fields.contains_key(&MapField::Time)
    }

    /// What is asked of the rows that come: their own times, where no window of them can be asked for there.
    fn asked(&self, request: &Request, tables: &[MappedTable], window: Window) -> Request {
        let comes_whole =
            self.has_time() && tables.iter().any(|table| table.time.as_ref().is_none_or(|time| time.kind == columns::TimeKind::Text));
        match comes_whole {
            true => Request { since: Some(window.since), until: Some(window.until), ..request.clone() },
            false => request.clone(),
        }
    }

    fn counted(&self) -> Result<(Request, Window), Error> {
        match locked(&self.counted).as_ref() {
            Some(known) => Ok(known.clone()),
            None => Ok((self.scope.clone(), window(&self.scope, self.service.clock().now())?)),
        }
    }

    /// Visits failures of rows with documents.
    fn visit(
        &self,
        purpose: &'static str,
        sql: &Sql,
        tables: &[MappedTable],
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, Error> {
        let names: Vec<String> = tables.iter().map(MappedTable::name).collect();
        let mut unreadable = Unreadable::default();
        self.service.visit(purpose, sql, watch, &mut |row| {
            let found = failures(AnswerCells::of(row), &self.map, &names, (&self.places, &mut unreadable));
            found.into_iter().try_for_each(|(at, row)| visit(at, row))
        })?;
        Ok(unreadable)
    }

    /// The rows at some places.
    fn some(
        &self,
        places: &[RowRef],
        (purpose, much): (&'static str, Much),
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<usize, Error> {
        let tables = self.tables_read(watch)?;
        let keys: Vec<MappedKey> = {
            let known = locked(&self.places);
            places.iter().filter_map(|at| known.get(*at)).map(|(key, _)| key).collect()
        };
        if keys.is_empty() {
            return Ok(0);
        }
        let some = SomeRows { tables: keys.iter().map(|key| key.table).collect(), ids: keys.iter().map(|key| key.id).collect() };
        // Only the days of these rows are read; a row without a time may be anywhere.
        let (_, all) = self.counted()?;
        let times: Option<Vec<_>> = keys.iter().map(|key| key.time).collect();
        let window = times.map_or(all, |times| Window {
            since: times.iter().copied().min().unwrap_or(all.since),
            until: times.iter().copied().max().unwrap_or(all.until).saturating_add(1),
        });
        let sql = statement::rows(&tables, window, much, Some(&some), None);
        let (mut left, mut found): (FxHashSet<RowRef>, usize) = (places.iter().copied().collect(), 0);
        self.visit(purpose, &sql, &tables, watch, &mut |at, row| {
            if !left.remove(&at) {
                return ControlFlow::Continue(());
            }
            found += 1;
            visit(at, row)?;
            if left.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(found)
    }

    /// A row, and those of its group behind it that cost nothing more: of the same table and day.
    fn together(&self, at: RowRef) -> Vec<RowRef> {
        let places = locked(&self.places);
        let part = |at: RowRef| places.get(at).map(|(key, _)| (key.table, key.time.map(|time| time.div_euclid(DAY))));
        let (own, grouped) = (part(at), locked(&self.grouped));
        let group = grouped.iter().find_map(|rows| Some(&rows[rows.iter().position(|known| *known == at)?..]));
        let behind = group.unwrap_or_default().iter().copied().filter(|row| *row != at && part(*row) == own);
        std::iter::once(at).chain(behind.take(TOGETHER)).collect()
    }

    fn notes(&self, tables: &[MappedTable], request: &Request, origin: AnswerOrigin, rows: u64) -> Vec<Advised> {
        let mut notes: Vec<Advised> = Vec::new();
        if let AnswerOrigin::Asked(cost) = origin {
            notes.push(cost.to_string().into());
        }
        let came = plural(rows, "row was", "rows were");
        notes.push(format!("{came} read here by the map: BigQuery gave the columns that it names").into());
        if tables.iter().all(|table| table.time.is_some()) {
            if request.since.is_none() {
                let told = format!("the last {} are read", time::duration(USUAL.as_secs()));
                notes.push(Advised::new(told, Advice::AnotherWindow));
            }
        } else {
            let why = if self.has_time() { "the map's time is in a column that cannot bound them" } else { "the map names no time" };
            notes.push(format!("all partitions are read, for {why}").into());
        }
        notes
    }
}

impl ErrorSource for Mapped {
    fn name(&self) -> String {
        match self.names.as_slice() {
            [name] => name.to_string(),
            names => format!("{} tables", names.len()),
        }
    }

    fn groups(&self, request: &Request, watch: &dyn Watch) -> Result<Groups, SourceError> {
        let tables = self.tables_read(watch)?;
        let window = window(request, self.service.clock().now())?;
        let sql = statement::groups(&tables, window);
        let (names, asked) = (tables.iter().map(MappedTable::name).collect::<Vec<_>>(), self.asked(request, &tables, window));
        let mut reading = MappedReading::new(&asked, &self.map, &names, &self.places);
        // What came is what messages are made of, and perhaps more: nothing of it is kept on this machine.
        let answer = self.service.ask("reading rows", &sql, window, Keep::No, (&mut reading, watch))?;
        let mut groups = reading.groups().map_err(|reason| Error::Input(format!("{}: {reason}", self.name())))?;
        *locked(&self.counted) = Some((request.clone(), window));
        *locked(&self.grouped) = groups.list.iter().map(|group| group.rows.to_vec()).collect();
        let rows = groups.unreadable.count + groups.unreadable.kinds.iter().map(|kind| kind.rows).sum::<u64>();
        groups.notes.extend(self.notes(&tables, request, answer.origin, rows));
        Ok(groups)
    }

    fn follow(&self, _: &Request, _: &dyn Watch) -> Result<Followed, SourceError> {
        let name = self.name();
        Err(SourceError::Input(format!(
            "{name} is read whole by the map each time, so that it is not followed: ask again when there is more"
        )))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError> {
        if let Some((_, row)) = locked(&self.opened).iter().find(|(known, _)| *known == at) {
            return Ok(row.clone());
        }
        let mut found = None;
        self.some(&self.together(at), (opening::PURPOSE, Much::Whole), watch, &mut |place, row| {
            if place == at {
                found = Some(row.clone());
            }
            let mut opened = locked(&self.opened);
            opened.push_back((place, row));
            if opened.len() > KEPT {
                opened.pop_front();
            }
            ControlFlow::Continue(())
        })?;
        Ok(found.ok_or_else(|| Error::Input("the row is gone".to_owned()))?)
    }

    fn fetch_all(
        &self,
        places: &[RowRef],
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<usize, SourceError> {
        Ok(self.some(places, (opening::PURPOSE, Much::Whole), watch, visit)?)
    }

    fn rows(
        &self,
        range: Range<u64>,
        watch: &dyn Watch,
        visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let (request, window) = self.counted()?;
        let tables = self.tables_read(watch)?;
        // Rows may have several failures each, so that those before a range are read to number it.
        let slice = Slice { from: 0, most: i64::MAX as u64 };
        let sql = statement::rows(&tables, window, Much::Whole, None, Some(slice));
        let mut filter = Filter::new(&self.asked(&request, &tables, window));
        let mut number = 0;
        let unreadable = self.visit(opening::PURPOSE, &sql, &tables, watch, &mut |at, row| {
            if !filter.takes(&row.error_row()) {
                return ControlFlow::Continue(());
            }
            number += 1;
            if range.contains(&(number - 1)) {
                visit(number - 1, at, row)?;
            }
            if number >= range.end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(unreadable)
    }

    fn read(
        &self,
        wanted: ReadRows<'_>,
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let places = |groups: &[&Group], most: usize| -> Vec<RowRef> {
            groups.iter().flat_map(|group| group.rows.iter().take(most).copied()).collect()
        };
        match wanted {
            ReadRows::First(groups, most) => drop(self.some(&places(groups, most), (LOOKING, Much::Needed), watch, visit)?),
            ReadRows::FirstShown(groups, most) => drop(self.some(&places(groups, most), (opening::PURPOSE, Much::Whole), watch, visit)?),
            ReadRows::All => {
                let (request, window) = self.counted()?;
                let tables = self.tables_read(watch)?;
                let mut filter = Filter::new(&self.asked(&request, &tables, window));
                let sql = statement::rows(&tables, window, Much::Needed, None, None);
                return Ok(self.visit(LOOKING, &sql, &tables, watch, &mut |at, row| match filter.takes(&row.error_row()) {
                    true => visit(at, row),
                    false => ControlFlow::Continue(()),
                })?);
            }
        }
        Ok(Unreadable::default())
    }

    fn tables(&self, _: &Group) -> Vec<RowTable> {
        let columns = ErrorColumn::NEEDED.into_iter().map(|column| (column, column.name().to_owned())).collect();
        vec![RowTable { from: RowsFrom::Elsewhere, columns }]
    }

    fn spent(&self) -> Option<Spent> {
        Some(self.service.spent())
    }

    fn sql(&self, request: &Request, group: Option<&Group>) -> Option<String> {
        let tables = locked(&self.tables).clone()?;
        let window = window(request, self.service.clock().now()).ok()?;
        group.is_none().then(|| statement::groups(&tables, window).console())
    }
}
