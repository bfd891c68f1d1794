//! Rows of an answer that are read by a map.
//!
//! Owns: each failure counted and named, what is no row as the map says, the places by which rows are found again. Refuses: the map itself (foreign).

use std::sync::Mutex;

use rustc_hash::FxHashMap;

use crate::ground::time::{Micros, time_text};
use crate::rows::foreign::map::FieldMap;
use crate::rows::foreign::place::{place, row_of};
use crate::rows::foreign::{self, ForeignRow, NotForeign};
use crate::rows::group::{Grouper, Groups};
use crate::rows::row::{BadRow, OtherKind, RowRef, SourceRow, Unreadable};
use crate::rows::source::bigquery::answer::AnswerCells;
use crate::rows::source::bigquery::cell::AnswerCell;
use crate::rows::source::bigquery::locked;
use crate::rows::source::bigquery::service::TakeRows;
use crate::rows::source::bigquery::window::Window;
use crate::rows::source::{Filter, Request};

/// How many rows are quoted that are none.
const QUOTED: usize = 5;
/// Characters that are quoted of each.
const QUOTE: usize = 200;

/// What tells a row from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MappedKey {
    /// Position of its table.
    pub(super) table: u32,
    /// Its number, of what groups are made of.
    pub(super) id: u64,
    /// Its time, where BigQuery knows it.
    pub(super) time: Option<Micros>,
    /// Its turn among those of the same number and time.
    pub(super) nth: u32,
}

/// The places of all rows that were met in this session.
#[derive(Debug, Default)]
pub(super) struct Places {
    keys: Vec<MappedKey>,
    numbers: FxHashMap<MappedKey, u32>,
}

impl Places {
    /// The place of a row's first failure; the same for the same row.
    fn add(&mut self, key: MappedKey) -> u64 {
        let next = self.keys.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.keys.push(key);
        }
        place(u64::from(number))
    }

    /// The row at a place, and which of its failures.
    pub(super) fn get(&self, at: RowRef) -> Option<(MappedKey, usize)> {
        let (number, failure) = row_of(at.place());
        Some((*self.keys.get(usize::try_from(number).ok()?)?, failure))
    }
}

/// A row as the map reads it.
fn read(text: &str, map: &FieldMap) -> Result<ForeignRow, String> {
    match foreign::read(text.as_bytes(), Some(map)) {
        Ok(row) => row.too_many().map_or(Ok(row), Err),
        Err(NotForeign::Wrong(reason)) => Err(reason),
        Err(NotForeign::Unknown) => Err("is no JSON".to_owned()),
    }
}

/// Groups as they come in.
pub(super) struct MappedReading<'a> {
    request: &'a Request,
    map: &'a FieldMap,
    names: &'a [String],
    places: &'a Mutex<Places>,
    filter: Filter,
    grouper: Grouper,
    /// How many rows of a number and time there were.
    met: FxHashMap<(u32, u64, Option<Micros>), u32>,
    rows: u64,
    failures: u64,
    outside: u64,
    unreadable: Unreadable,
}

impl<'a> MappedReading<'a> {
    pub(super) fn new(request: &'a Request, map: &'a FieldMap, names: &'a [String], places: &'a Mutex<Places>) -> Self {
        MappedReading {
            request,
            map,
            names,
            places,
            filter: Filter::new(request),
            grouper: Grouper::new(request.schemas.clone()),
            met: FxHashMap::default(),
            rows: 0,
            failures: 0,
            outside: 0,
            unreadable: Unreadable::default(),
        }
    }

    /// The groups; the reason of the first row that is none where nothing is one.
    pub(super) fn groups(self) -> Result<Groups, String> {
        if let (0, Some(first)) = (self.rows, self.unreadable.first.first()) {
            return Err(format!("nothing in it is a row as the map says; the first: {}", first.reason));
        }
        let mut groups = Grouper::merge(vec![self.grouper]);
        groups.outside = self.outside;
        groups.unreadable = self.unreadable;
        if self.rows > 0 {
            groups.unreadable.kinds.push(OtherKind { kind: foreign::map::KIND, rows: self.rows, failures: self.failures });
        }
        Ok(groups)
    }

    fn add(&mut self, table: u32, time: Option<Micros>, id: u64, text: &str) {
        let row = match read(text, self.map) {
            Ok(row) => row,
            Err(reason) => {
                let origin = origin(self.names.get(table as usize).map_or("", String::as_str), time);
                note(&mut self.unreadable, origin, reason, text);
                return;
            }
        };
        let met = self.met.entry((table, id, time)).or_default();
        let place = locked(self.places).add(MappedKey { table, id, time, nth: *met });
        *met += 1;
        self.rows += 1;
        self.failures += row.failures.len() as u64;
        for (number, failure) in (0..).zip(&row.failures) {
            let told = failure.error_row(row.weight);
            if self.filter.takes(&told) {
                self.grouper.add(&told, RowRef::new(0, place + number));
            } else {
                self.outside += told.rows;
            }
        }
    }
}

impl TakeRows for MappedReading<'_> {
    fn begin(&mut self, _: Window) {
        self.grouper = Grouper::new(self.request.schemas.clone());
        self.met.clear();
        self.unreadable = Unreadable::default();
        (self.rows, self.failures, self.outside) = (0, 0, 0);
    }

    fn row(&mut self, text: &str) {
        let row = AnswerCell::of(text);
        let cells = AnswerCells::of(&row);
        if let (Some(id), Some(told)) = (cells.hash(2), cells.text(3)) {
            self.add(cells.count(0) as u32, cells.int(1), id, told);
        }
    }
}

/// What a row is called, that has no name.
fn origin(table: &str, time: Option<Micros>) -> String {
    time.map_or_else(|| table.to_owned(), |time| format!("{table} {}", time_text(time)))
}

/// Takes note of a row that is none as the map says.
fn note(unreadable: &mut Unreadable, origin: String, reason: String, text: &str) {
    unreadable.count += 1;
    if unreadable.first.len() < QUOTED {
        unreadable.first.push(BadRow { origin, reason, quote: text.chars().take(QUOTE).collect() });
    }
}

/// The failures of a row of an answer, each as a row with its place.
pub(super) fn failures(
    cells: AnswerCells<'_>,
    map: &FieldMap,
    names: &[String],
    (places, unreadable): (&Mutex<Places>, &mut Unreadable),
) -> Vec<(RowRef, SourceRow)> {
    let (Some(id), Some(text)) = (cells.hash(2), cells.text(4)) else { return Vec::new() };
    let (table, time) = (cells.count(0) as u32, cells.int(1));
    let origin = origin(names.get(table as usize).map_or("", String::as_str), time);
    let row = match read(text, map) {
        Ok(row) => row,
        Err(reason) => {
            note(unreadable, origin, reason, text);
            return Vec::new();
        }
    };
    let place = locked(places).add(MappedKey { table, id, time, nth: cells.count(3) as u32 });
    let whole = |at: usize| Some((RowRef::new(0, place + at as u64), row.source_row(text.as_bytes(), at, origin.clone())?));
    (0..row.failures.len()).filter_map(whole).collect()
}
