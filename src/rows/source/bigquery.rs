//! Error rows in BigQuery: counted there, fetched a row at a time.
//!
//! Owns: tables as a source of rows, a window of time, what was fetched in this session.
//! Refuses: doing here what BigQuery can do; asking anything whose price is not known; payloads that nobody looks at.
//!
//! ```text
//!  names ─▶ table ─▶ shape ─▶ grouping (SQL) ─▶ service ─▶ coarse ─▶ Groups
//!                         rows, drawn (SQL)  ─▶   │    ─▶ keys, SourceRow
//!  a map of members ─▶ mapped (rows as JSON) ─▶ foreign ─▶ Groups
//!              cache ◀── dry run, price, job, pages ──▶ wire ──▶ BigQuery
//! ```

mod accepted;
mod additional;
mod adhoc;
mod answer;
mod auth;
mod cache;
mod cell;
mod clock;
mod coarse;
mod connection;
mod cost;
mod drawn;
mod error;
mod grouping;
mod job;
mod keys;
mod live_counts;
mod mapped;
mod name;
mod opening;
mod pages;
mod retries;
mod rows;
mod service;
mod settings;
mod shape;
mod sql;
mod table;
mod together;
mod window;
mod wire;

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::answer::{AnswerSchema, source_row};
use self::cell::AnswerCell;
use self::coarse::AnswerReading;
use self::grouping::{Bounds, Numbered};
use self::keys::Keys;
use self::pages::Pages;
use self::rows::Most;
use self::service::{AnswerOrigin, Keep, QueryAnswer, Service};
use self::shape::{TableShape, WantedColumns};
use self::sql::Sql;
use self::together::TablesTogether;
use self::window::{Slice, USUAL, Window, now, window};
use super::drawn::DrawRows;
use super::{ErrorSource, Followed, ReadRows, Request, RowOrder, RowTable, SourceError, Spent, Watch};
use crate::ground::time;
use crate::ground::time::Micros;
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::row::{RowRef, SourceRow, Unreadable};

pub use additional::{AdditionalAsked, AdditionalRow, LiveTable};
pub use adhoc::Adhoc;
pub use cache::usual_folder as cache_folder;
pub use cost::{MOST_BYTES, PRICE_PER_TIB};
pub use error::{Error, Refusal};
pub use mapped::Mapped;
pub use name::{SCHEME, TableName};
pub use settings::Settings;
pub use shape::renamable;
pub use table::{Build, Partition, SourceTable};
pub use wire::Patience;

/// The shortest time that is asked for of a table that is followed: a query has its price, however short that is.
const SHORTEST: Duration = Duration::from_secs(60);
/// How long rows may be on their way to a table that is followed.
const LATE: Duration = Duration::from_secs(5 * 60);

/// Tables of error rows in BigQuery.
pub struct BigQuery {
    service: Service,
    names: Vec<TableName>,
    /// What [`ErrorSource::rows`] reads, and [`ErrorSource::more_rows`] before anything was counted.
    scope: Request,
    shapes: Mutex<Option<Arc<[TableShape]>>>,
    /// What is to be said of tables that a pattern took in.
    left_out: Mutex<Vec<String>>,
    /// The request that was counted last, with its window.
    counted: Mutex<Option<(Request, Window)>>,
    /// Up to when rows were counted, while they are followed.
    followed: Mutex<Option<Micros>>,
    keys: Keys,
    pages: Pages,
}

impl BigQuery {
    /// Names tables. Finds the credentials, but sends nothing yet.
    ///
    /// # Errors
    /// No credentials, no endpoint, a window that is none: with what mends it.
    pub fn open(names: Vec<TableName>, settings: Settings, scope: Request) -> Result<Self, SourceError> {
        window(&scope, now())?;
        let service = Service::open(settings, names.first().map(|name| name.project.as_str()))?;
        Ok(BigQuery {
            service,
            names,
            scope,
            shapes: Mutex::default(),
            left_out: Mutex::default(),
            counted: Mutex::default(),
            followed: Mutex::default(),
            keys: Keys::default(),
            pages: Pages::default(),
        })
    }

    fn shapes(&self, watch: &dyn Watch) -> Result<Arc<[TableShape]>, Error> {
        if let Some(known) = locked(&self.shapes).as_ref() {
            return Ok(Arc::clone(known));
        }
        let tables = self.service.tables(&self.names, watch)?;
        let TablesTogether { shapes, notes } = together::together(tables, &self.service.settings.columns)?;
        let shapes: Arc<[TableShape]> = shapes.into();
        *locked(&self.left_out) = notes;
        *locked(&self.shapes) = Some(Arc::clone(&shapes));
        Ok(shapes)
    }

    fn bounds(&self) -> Bounds {
        Bounds { of_namespace: self.service.settings.groups_of_namespace, in_all: self.service.settings.groups }
    }

    /// The request and window that rows are fetched for: the same that were counted.
    fn counted(&self) -> Result<(Request, Window), Error> {
        match locked(&self.counted).as_ref() {
            Some(known) => Ok(known.clone()),
            None => Ok((self.scope.clone(), window(&self.scope, self.service.clock().now())?)),
        }
    }

    fn notes(&self, shapes: &[TableShape], request: &Request, answer: &QueryAnswer) -> Vec<Advised> {
        let mut notes = vec![match answer.origin {
            AnswerOrigin::Kept(age) => Advised::new(format!("counted {} ago and kept", time::duration(age.as_secs())), Advice::CountAnew),
            AnswerOrigin::Asked(cost) => cost.to_string().into(),
        }];
        if request.since.is_none() {
            let told = format!("the last {} are read", time::duration(USUAL.as_secs()));
            notes.push(Advised::new(told, Advice::AnotherWindow));
        }
        let clock = self.service.clock();
        notes.extend(clock.describe().map(Advised::from));
        if answer.window.since > clock.now() {
            notes.push("the window begins in the future: is the clock right?".into());
        }
        if let Some(shape) = shapes.iter().find(|shape| shape.counts.is_some()) {
            notes.push(shape.has_no_rows().into());
        }
        notes.extend(shapes.iter().find_map(TableShape::has_own_fingerprints).map(Advised::from));
        notes.extend(locked(&self.left_out).iter().cloned().map(Advised::from));
        notes
    }

    /// Accepted documents by what BigQuery tells of live tables; a failure leaves rates unknown and is said.
    fn count_live(&self, groups: &mut Groups, window: Window, watch: &dyn Watch) {
        let Some(project) = self.names.first().map(|name| name.project.clone()) else { return };
        let until = window.until.min(self.service.clock().now());
        match self.service.live_volume(&project, groups, Window { until, ..window }, watch) {
            Ok((volume, said)) => {
                groups.volume = Some(Arc::new(volume));
                groups.notes.push(said.into());
            }
            Err(error) => groups.notes.push(format!("no rates are known, for the rows of live tables were not told: {error}").into()),
        }
    }

    /// Visits the rows of an answer with keys, whose rows have these columns.
    fn visit(
        &self,
        sql: &Sql,
        (shapes, columns): (&[TableShape], WantedColumns),
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        self.service.visit(purpose(columns), sql, watch, &mut |row| match self.keyed((shapes, columns), row) {
            Some((at, row)) => visit(at, row),
            None => ControlFlow::Continue(()),
        })?;
        Ok(Unreadable::default())
    }
}

/// What rows are read for whose documents are searched.
const LOOKING: &str = "looking into payloads";

/// What rows with these columns are read for.
fn purpose(columns: WantedColumns) -> &'static str {
    if columns == WantedColumns::Shown { opening::PURPOSE } else { LOOKING }
}

/// What BigQuery tells of a deployed table: labels, partitions, rows, and its layout by [`SourceTable::layout`].
///
/// # Errors
/// No credentials, no such table, or no access to it.
pub fn deployed(name: &TableName, settings: &Settings, watch: &dyn Watch) -> Result<SourceTable, SourceError> {
    let service = Service::open(settings.clone(), Some(&name.project))?;
    let tables = service.tables(std::slice::from_ref(name), watch)?;
    Ok(tables.into_iter().next().map(|named| named.table).ok_or_else(|| Error::Input(format!("no table matches {name}")))?)
}

/// The project that pays where none is set: that of the environment, of the credentials, of gcloud, or of this machine. A table that is named without a
/// project is of it.
pub fn own_project(settings: &Settings) -> Option<String> {
    connection::own_project(settings)
}

/// The tables of a dataset (`PROJECT.DATASET`) that hold error rows or counts of them.
///
/// # Errors
/// No credentials, no such dataset, or no access to it.
pub fn error_tables(dataset: &str, settings: &Settings, watch: &dyn Watch) -> Result<Vec<SourceTable>, SourceError> {
    let name = TableName::parse(&format!("{dataset}.*"), settings.project.as_deref()).map_err(Error::Input)?;
    let service = Service::open(settings.clone(), Some(&name.project))?;
    let tables = service.list(&name, watch)?;
    Ok(tables.into_iter().filter(|table| TableShape::of(table.clone(), &settings.columns).is_ok()).collect())
}

/// A row out of the STRUCT with its columns.
fn shaped((shape, columns): (&TableShape, WantedColumns), whole: &AnswerCell<'_>, time: Micros) -> SourceRow {
    let schema = AnswerSchema { fields: shape.columns(columns).into_iter().cloned().collect() };
    source_row(&schema, whole, &|column| shape.standard_name(column), format!("{} {}", shape.name(), crate::ground::time::time_text(time)))
}

impl ErrorSource for BigQuery {
    fn name(&self) -> String {
        match self.names.as_slice() {
            [name] => name.to_string(),
            [first, rest @ ..] if rest.iter().all(|name| (&name.project, &name.dataset) == (&first.project, &first.dataset)) => {
                let tables: Vec<&str> = self.names.iter().map(|name| name.table.as_str()).collect();
                format!("{}.{}.{}", first.project, first.dataset, tables.join(","))
            }
            names => format!("{} tables", names.len()),
        }
    }

    fn groups(&self, request: &Request, watch: &dyn Watch) -> Result<Groups, SourceError> {
        // What tables are is asked first: the answer tells what time it is.
        let shapes = self.shapes(watch)?;
        let now = self.service.clock().now();
        let asked = window(request, now)?;
        let sql = grouping::query(&numbered(&shapes), asked, request, self.bounds());
        let keep = if request.until.is_none_or(|until| until > now) { Keep::Open } else { Keep::Closed };
        let mut reading = AnswerReading::new(request, self.bounds().of_namespace, coarse::MOST_HELD, &self.keys);
        let answer = self.service.ask("counting", &sql, asked, keep, (&mut reading, watch))?;
        *locked(&self.counted) = Some((request.clone(), answer.window));
        let mut groups = reading.groups();
        // What one table has is not missing.
        let missing = |shape: &TableShape| shape.missing();
        groups.missing_columns = shapes.first().map(missing).unwrap_or_default();
        groups.missing_columns.retain(|column| shapes.iter().all(|shape| shape.missing().contains(column)));
        groups.notes.extend(self.notes(&shapes, request, &answer));
        if let Some(sql) = accepted::query(&shapes, answer.window) {
            let mut rows: Vec<String> = Vec::new();
            match self.service.ask("counting accepted documents", &sql, answer.window, keep, (&mut rows, watch)) {
                Ok(_) => groups.volume = Some(Arc::new(accepted::volume(&rows))),
                Err(error) => groups.notes.push(format!("no rates are known, for accepted documents were not counted: {error}").into()),
            }
        }
        if self.service.settings.live_counts && groups.volume.is_none() && request.volume.is_none() {
            self.count_live(&mut groups, answer.window, watch);
        }
        Ok(groups)
    }

    fn follow(&self, request: &Request, watch: &dyn Watch) -> Result<Followed, SourceError> {
        let known = locked(&self.followed).or_else(|| locked(&self.counted).as_ref().map(|(_, window)| window.until));
        let Some(done) = known else {
            let groups = self.groups(request, watch)?;
            *locked(&self.followed) = locked(&self.counted).as_ref().map(|(_, window)| window.until);
            return Ok(Followed::All(groups));
        };
        // Of the last minutes not all rows are there yet; who asks for them would never see the others.
        let until = self.service.clock().now().saturating_sub(LATE.as_micros() as Micros).min(request.until.unwrap_or(Micros::MAX));
        if until.saturating_sub(done) < SHORTEST.as_micros() as Micros {
            return Ok(Followed::Same);
        }
        let whole = locked(&self.counted).clone();
        let part = self.groups(&Request { since: Some(done), until: Some(until), ..request.clone() }, watch);
        // Rows are fetched out of all that was counted.
        if let Some((counted, window)) = whole {
            *locked(&self.counted) = Some((counted, Window { until: window.until.max(until), ..window }));
        }
        let part = part?;
        *locked(&self.followed) = Some(until);
        Ok(if part.list.is_empty() { Followed::Same } else { Followed::Part(part) })
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn drawer(&self) -> Option<&dyn DrawRows> {
        Some(self)
    }

    fn fetch(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError> {
        Ok(self.opened(at, watch)?)
    }

    fn rows(
        &self,
        range: Range<u64>,
        watch: &dyn Watch,
        visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let (request, window) = self.counted()?;
        let shapes = self.shapes(watch)?;
        let slice = Slice { from: range.start, most: range.end.saturating_sub(range.start).min(i64::MAX as u64) };
        let sql = rows::all(&numbered(&shapes), window, &request, slice);
        let mut filter = super::Filter::new(&request);
        let mut number = range.start;
        self.visit(&sql, (&shapes, WantedColumns::All), watch, &mut |at, row| {
            if !filter.takes(&row.error_row()) {
                return ControlFlow::Continue(());
            }
            number += 1;
            visit(number - 1, at, row)
        })
    }

    fn read(
        &self,
        wanted: ReadRows<'_>,
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let (request, window) = self.counted()?;
        let shapes = self.shapes(watch)?;
        let (groups, most, columns) = match wanted {
            ReadRows::FirstShown(groups, most) => (groups, most, self.shown()),
            ReadRows::First(groups, most) => (groups, most, WantedColumns::Needed),
            ReadRows::All => (&[][..], 0, WantedColumns::Needed),
        };
        if columns == WantedColumns::Needed {
            shape::have_payloads(&shapes)?;
        }
        let columns = (&*shapes, columns);
        if let ReadRows::All = wanted {
            let mut filter = super::Filter::new(&request);
            return self.visit(&rows::needed(&numbered(&shapes), window, &request), columns, watch, &mut |at, row| {
                if filter.takes(&row.error_row()) { visit(at, row) } else { ControlFlow::Continue(()) }
            });
        }
        let (tables, ids) = parts_with_rows(&shapes, groups.iter().flat_map(|group| self.keys.parts(group.fingerprint)).collect());
        if ids.is_empty() {
            return Ok(Unreadable::default());
        }
        let rows = if groups.len() == 1 { Most::InAll(most as u64) } else { Most::OfEach(most as u64) };
        let sql = rows::first(&tables, (window, columns.1), &request, &ids, rows);
        // A group is made of several coarse groups.
        let mut read: HashMap<Option<Fingerprint>, usize> = HashMap::new();
        self.visit(&sql, columns, watch, &mut |at, row| {
            let read = read.entry(self.keys.group_of(at)).or_default();
            *read += 1;
            if *read > most { ControlFlow::Continue(()) } else { visit(at, row) }
        })
    }

    fn fetch_all(
        &self,
        places: &[RowRef],
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<usize, SourceError> {
        Ok(self.opened_all(places, watch, visit)?)
    }

    fn group_of(&self, at: RowRef) -> Option<Fingerprint> {
        self.keys.group_of(at)
    }

    fn more_rows(&self, group: &Group, order: RowOrder, from: usize, watch: &dyn Watch) -> Result<Vec<RowRef>, SourceError> {
        Ok(self.listed(group.fingerprint, order, from, watch)?)
    }

    fn spent(&self) -> Option<Spent> {
        Some(self.service.spent())
    }

    fn tables(&self, group: &Group) -> Vec<RowTable> {
        let shapes = locked(&self.shapes).clone().unwrap_or_default();
        let (tables, _) = parts(&shapes, self.keys.parts(group.fingerprint));
        tables.into_iter().filter(|(_, shape)| shape.counts.is_none()).map(|(_, shape)| shape.row_table()).collect()
    }

    fn sql(&self, request: &Request, group: Option<&Group>) -> Option<String> {
        let shapes = locked(&self.shapes).clone()?;
        let (_, window) = self.counted().ok()?;
        let sql: Sql = match group {
            None => grouping::query(&numbered(&shapes), window, request, self.bounds()),
            Some(group) => {
                let (tables, ids) = parts(&shapes, self.keys.parts(group.fingerprint));
                // What was not told apart has no query of its own.
                if ids.is_empty() {
                    return None;
                }
                rows::for_people(&tables, window, request, &ids)
            }
        };
        Some(sql.console())
    }
}

/// The same where there are rows to be read: tables of counts have none.
fn parts_with_rows(shapes: &[TableShape], of: Vec<(u32, u64)>) -> (Vec<Numbered<'_>>, Vec<u64>) {
    let has_rows = |(table, _): &(u32, u64)| shapes.get(*table as usize).is_some_and(|shape| shape.counts.is_none());
    parts(shapes, of.into_iter().filter(has_rows).collect())
}

/// The tables that some coarse groups are of, and the numbers of these.
fn parts(shapes: &[TableShape], parts: Vec<(u32, u64)>) -> (Vec<Numbered<'_>>, Vec<u64>) {
    let tables = numbered(shapes).into_iter().filter(|(at, _)| parts.iter().any(|(table, _)| *table as usize == *at)).collect();
    (tables, parts.iter().map(|(_, id)| *id).collect())
}

fn numbered(shapes: &[TableShape]) -> Vec<Numbered<'_>> {
    shapes.iter().enumerate().collect()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
