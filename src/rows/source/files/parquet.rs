//! Tables in Parquet files.
//!
//! Owns: which columns are read, row groups and parts of large ones handed to threads, one row found again. Refuses: nested columns, but for a map of
//! members (nested): the error table has none, and they are left out; any text format.

mod column;
mod counted;
mod ended;
mod nested;
mod pages;
mod ranges;

use std::borrow::Cow;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parquet::basic::Compression;
use parquet::column::reader::get_column_reader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::{SerializedFileReader, SerializedRowGroupReader};

use self::column::ParquetColumn;
use self::counted::CountedPages;
use self::ended::EndedFile;
pub(super) use self::nested::JsonRows;
use self::ranges::FreeRanges;
pub(super) use self::ranges::RowRange;
use super::columns::{self, COUNT, PAYLOAD, SeenColumns, TIME};
use super::spool::Spool;
use crate::ground::contained::contained;
use crate::rows::column::ErrorColumn;
use crate::rows::column::held;
use crate::rows::payload::Payload;
use crate::rows::row::{ErrorRow, SourceRow};

/// Rows decoded at a time.
const BATCH: usize = 1024;

/// Where the file is.
pub(super) enum ParquetPlace {
    /// Opened again by each thread, for its own position in it.
    Path(PathBuf),
    /// A copy without a name has one position, so that one thread reads at a time.
    Spool(Arc<Spool>, Mutex<()>),
}

impl ParquetPlace {
    fn open(&self) -> Result<File> {
        match self {
            ParquetPlace::Path(path) => Ok(File::open(path)?),
            ParquetPlace::Spool(spool, _) => {
                Ok(spool.file().ok_or_else(|| ParquetError::General("no temporary copy".to_owned()))?.try_clone()?)
            }
        }
    }

    fn gate(&self) -> Option<MutexGuard<'_, ()>> {
        match self {
            ParquetPlace::Path(_) => None,
            ParquetPlace::Spool(_, gate) => Some(gate.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

/// A Parquet file whose footer has been read.
pub(super) struct ParquetTable {
    place: ParquetPlace,
    metadata: Arc<ParquetMetaData>,
    /// Top-level columns that are not nested: name and leaf number.
    leaves: Vec<(String, usize)>,
    next: AtomicUsize,
    ranges: Vec<RowRange>,
    free: Mutex<FreeRanges>,
}

impl ParquetTable {
    /// Reads the footer.
    pub(super) fn open(place: ParquetPlace) -> Result<Self> {
        let file = place.open()?;
        let length = file.metadata()?.len();
        let metadata = Arc::new(reading(|| Ok(SerializedFileReader::new(EndedFile(file))?.metadata().clone()))?);
        is_sound(&metadata, length)?;
        let schema = metadata.file_metadata().schema_descr();
        let flat = |leaf: &usize| schema.column(*leaf).path().parts().len() == 1 && schema.column(*leaf).max_rep_level() == 0;
        let leaves = (0..schema.num_columns()).filter(flat).map(|leaf| (schema.column(leaf).name().to_owned(), leaf)).collect();
        let ranges = ranges::of(metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0)));
        let free = Mutex::new(FreeRanges::new(ranges.len()));
        Ok(ParquetTable { place, metadata, leaves, next: AtomicUsize::new(0), ranges, free })
    }

    /// The columns of the error table that it has.
    pub(super) fn seen(&self) -> SeenColumns {
        let mut seen = SeenColumns::default();
        self.leaves.iter().filter_map(|(name, _)| columns::position(name.as_bytes())).for_each(|column| seen.add(column));
        seen
    }

    /// The names of its columns.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.leaves.iter().map(|(name, _)| name.as_str())
    }

    /// Takes the next row group that no thread has.
    pub(super) fn next(&self) -> Option<usize> {
        let group = self.next.fetch_add(1, Ordering::Relaxed);
        (group < self.metadata.num_row_groups()).then_some(group)
    }

    /// Takes rows that no thread has, if they are free those behind the last ones; not for whoever takes row groups.
    pub(super) fn next_range(&self, last: Option<u32>) -> Option<RowRange> {
        let taken = self.free.lock().unwrap_or_else(PoisonError::into_inner).take(last)?;
        self.ranges.get(taken).copied()
    }

    /// Number of row groups.
    pub(super) fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// Rows in a row group.
    pub(super) fn rows_in(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.row_group(group).num_rows()).unwrap_or(0)
    }

    /// Rows before a row group.
    pub(super) fn rows_before(&self, group: usize) -> u64 {
        (0..group).map(|group| self.rows_in(group)).sum()
    }

    /// Stored bytes of rows, about so where they are a part of their row group.
    pub(super) fn bytes_in(&self, range: &RowRange) -> u64 {
        let stored = u128::try_from(self.metadata.row_group(range.group).compressed_size()).unwrap_or(0);
        u64::try_from(stored * u128::from(range.rows) / u128::from(self.rows_in(range.group).max(1))).unwrap_or(0)
    }

    /// Opens rows for the columns that grouping needs; those that are open are taken further where they have not passed the range.
    pub(super) fn error_rows<'t>(&'t self, range: &RowRange, open: Option<Rows<'t>>) -> Result<Rows<'t>> {
        let mut rows = match open.filter(|rows| rows.group == range.group && rows.at <= range.first) {
            Some(rows) => rows,
            None => {
                let needed = |name: &str| columns::position(name.as_bytes()).is_some_and(|column| column != PAYLOAD);
                self.rows(range.group, &needed)?
            }
        };
        rows.skip(range.first - rows.at)?;
        rows.left = range.rows.min(self.rows_in(range.group) - range.first);
        Ok(rows)
    }

    /// Opens a row group for rows as JSON, with nested columns: those at the top that are wanted, or all where none is.
    pub(super) fn json_rows(&self, group: usize, wanted: &dyn Fn(&str) -> bool) -> Result<JsonRows<'_>> {
        let gate = self.place.gate();
        JsonRows::open(EndedFile(self.place.open()?), (&self.metadata, group), wanted, gate)
    }

    /// One row as JSON, by its number in the file; `None` behind the end.
    pub(super) fn json_row(&self, number: u64) -> Result<Option<Vec<u8>>> {
        let mut before = 0;
        for group in 0..self.groups() {
            let rows = self.rows_in(group);
            if number < before + rows {
                let mut rows = self.json_rows(group, &|_| true)?;
                rows.skip(number - before)?;
                return rows.next();
            }
            before += rows;
        }
        Ok(None)
    }

    /// The first row as JSON, where it can be read.
    pub(super) fn first_json(&self) -> Option<Vec<u8>> {
        self.json_row(0).ok().flatten()
    }

    /// Stored bytes of a row group.
    pub(super) fn bytes_of(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.row_group(group).compressed_size()).unwrap_or(0)
    }

    /// Opens a row group for all columns.
    pub(super) fn source_rows(&self, group: usize) -> Result<Rows<'_>> {
        self.rows(group, &|_| true)
    }

    fn rows(&self, group: usize, needed: &dyn Fn(&str) -> bool) -> Result<Rows<'_>> {
        let gate = self.place.gate();
        let properties = Arc::new(ReaderProperties::builder().build());
        let file = Arc::new(EndedFile(self.place.open()?));
        let (of_group, index) = (self.metadata.row_group(group), self.metadata.page_index_for_row_group(group));
        for (_, leaf) in self.leaves.iter().filter(|(name, _)| needed(name)) {
            pages::are_sound(&file.0, of_group.column(*leaf))?;
        }
        let reader = reading(|| SerializedRowGroupReader::new(file, of_group, index, properties))?;
        let schema = self.metadata.file_metadata().schema_descr();
        let mut columns = Vec::new();
        for (name, leaf) in self.leaves.iter().filter(|(name, _)| needed(name)) {
            let description = schema.column(*leaf);
            let pages = reading(|| reader.get_column_page_reader(*leaf))?;
            let pages = CountedPages::new(pages, self.rows_in(group), &description);
            columns.push((name.as_str(), ParquetColumn::new(get_column_reader(description.clone(), Box::new(pages)), &description)));
        }
        let mut places = [None; COUNT];
        for (i, (name, _)) in columns.iter().enumerate() {
            if let Some(column) = columns::position(name.as_bytes()) {
                places[column] = Some(i);
            }
        }
        Ok(Rows { columns, places, group, at: 0, left: self.rows_in(group), _gate: gate })
    }

    /// One row by its number in the file; `None` behind the end.
    pub(super) fn row(&self, number: u64, origin: String) -> Result<Option<SourceRow>> {
        let mut before = 0;
        for group in 0..self.groups() {
            let rows = self.rows_in(group);
            if number < before + rows {
                let mut rows = self.source_rows(group)?;
                rows.skip(number - before)?;
                return Ok((rows.batch(1)? == 1).then(|| rows.source_row(0, origin)));
            }
            before += rows;
        }
        Ok(None)
    }
}

/// That rows are lost.
pub(super) fn undecoded(error: &ParquetError) -> String {
    format!("the row group cannot be decoded: {error}")
}

/// The library panics at some of what it was not meant to read.
fn reading<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    contained(work).unwrap_or_else(|reason| Err(ParquetError::General(reason)))
}

/// Whether what the footer tells can be so.
fn is_sound(metadata: &ParquetMetaData, length: u64) -> Result<()> {
    let (told, of_groups) = (metadata.file_metadata().num_rows(), metadata.row_groups().iter().map(RowGroupMetaData::num_rows));
    if of_groups.clone().any(|rows| rows < 0) || of_groups.clone().try_fold(0, i64::checked_add) != Some(told) {
        return Err(ParquetError::General(format!("its footer tells of {told} rows, and of another number in its row groups")));
    }
    for (number, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            if matches!(column.compression(), Compression::BROTLI(_) | Compression::LZO) {
                let name = format!("{:?}", column.compression()).to_lowercase();
                let name = name.split('(').next().unwrap_or_default();
                return Err(ParquetError::NYI(format!(
                    "compressed with {name}, which is not unpacked; write it with zstd, gzip or snappy instead"
                )));
            }
            let begin = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
            let end = begin.checked_add(column.compressed_size()).filter(|&end| begin >= 0 && end >= begin);
            if end.and_then(|end| u64::try_from(end).ok()).is_none_or(|end| end > length) {
                let name = column.column_path().string();
                return Err(ParquetError::General(format!(
                    "its footer says that column {name} of row group {} is outside of the file",
                    number + 1
                )));
            }
        }
    }
    Ok(())
}

/// Rows of one row group, a batch at a time.
pub(super) struct Rows<'t> {
    columns: Vec<(&'t str, ParquetColumn)>,
    /// Position in `columns` of each column that matters.
    places: [Option<usize>; COUNT],
    group: usize,
    /// Rows of the row group that were read or passed over.
    at: u64,
    left: u64,
    _gate: Option<MutexGuard<'t, ()>>,
}

impl Rows<'_> {
    /// Decodes the next rows. Gives how many there are; 0 at the end.
    pub(super) fn next_batch(&mut self) -> Result<usize> {
        self.batch(BATCH)
    }

    fn batch(&mut self, most: usize) -> Result<usize> {
        let rows = usize::try_from(self.left).unwrap_or(most).min(most);
        for (name, column) in &mut self.columns {
            if reading(|| column.read(rows))? != rows {
                return Err(ParquetError::General(format!("column {name} has fewer rows than its row group")));
            }
        }
        self.left -= rows as u64;
        self.at += rows as u64;
        Ok(rows)
    }

    /// Passes over rows, without decoding the pages between.
    pub(super) fn skip(&mut self, rows: u64) -> Result<()> {
        if rows == 0 {
            return Ok(());
        }
        for (_, column) in &mut self.columns {
            reading(|| column.skip(usize::try_from(rows).unwrap_or(usize::MAX)))?;
        }
        self.left = self.left.saturating_sub(rows);
        self.at += rows;
        Ok(())
    }

    /// Gives a row of the batch to `use_row`, as grouping wants it.
    pub(super) fn error_row<T>(&self, row: usize, use_row: impl FnOnce(&ErrorRow<'_>) -> T) -> T {
        let column = |position: usize| self.places[position].map(|i| &self.columns[i].1);
        let cells: [_; COUNT] = std::array::from_fn(|position| if position == TIME { None } else { column(position)?.text(row) });
        let [namespace, doctype, version, message, stage, class, job, _, _, client] = cells.each_ref().map(Option::as_deref);
        let time = column(TIME).and_then(|column| column.time(row));
        let odd_time = if time.is_none() { column(TIME).and_then(|column| column.text(row)) } else { None };
        let odd_time = odd_time.as_deref();
        use_row(&ErrorRow { namespace, doctype, version, stage, class, message, job, time, odd_time, client, ..ErrorRow::default() })
    }

    /// A row of the batch, whole.
    pub(super) fn source_row(&self, row: usize, origin: String) -> SourceRow {
        let mut whole =
            SourceRow { columns: Vec::with_capacity(self.columns.len()), payload: Payload::Absent, origin, ..SourceRow::default() };
        for (name, column) in &self.columns {
            if *name == ErrorColumn::Payload.name() {
                whole.payload = column.payload(row);
            } else {
                whole.columns.push((held(Cow::Borrowed(name)), column.text(row).map(|text| text.into_owned())));
            }
        }
        whole
    }
}
