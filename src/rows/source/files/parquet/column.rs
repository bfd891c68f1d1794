//! One column of a row group: values as text, time or bytes.
//!
//! Owns: physical and logical types. Refuses: repeated and nested values.

use std::borrow::Cow;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::Result;
use parquet::schema::types::ColumnDescriptor;

use crate::ground::time;
use crate::ground::time::Micros;
use crate::rows::payload::Payload;
use crate::rows::payload::of_base64;

/// No value in this row.
const NULL: u32 = u32::MAX;

/// What the numbers or bytes of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// What they are.
    Plain,
    /// UTF-8, so that a payload is base64.
    Text,
    /// Time since 1970, so many of these units a second.
    Time(i64),
    /// Days since 1970.
    Date,
}

/// The values of a batch that are not NULL.
enum BatchValues {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// A column being read.
pub(super) struct ParquetColumn {
    reader: ColumnReader,
    meaning: Meaning,
    deepest: i16,
    levels: Vec<i16>,
    values: BatchValues,
    /// Position of each row's value.
    places: Vec<u32>,
}

impl ParquetColumn {
    /// At the beginning of its row group.
    pub(super) fn new(reader: ColumnReader, description: &ColumnDescriptor) -> Self {
        let values = match reader {
            ColumnReader::BoolColumnReader(_) => BatchValues::Bool(Vec::new()),
            ColumnReader::Int32ColumnReader(_) => BatchValues::Int32(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => BatchValues::Int64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => BatchValues::Int96(Vec::new()),
            ColumnReader::FloatColumnReader(_) => BatchValues::Float(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => BatchValues::Double(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => BatchValues::Bytes(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => BatchValues::Fixed(Vec::new()),
        };
        let deepest = description.max_def_level();
        ParquetColumn { reader, meaning: meaning(description), deepest, levels: Vec::new(), values, places: Vec::new() }
    }

    /// Decodes the next rows; gives how many there were.
    pub(super) fn read(&mut self, rows: usize) -> Result<usize> {
        let (most, levels) = (rows, &mut self.levels);
        let rows = match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(reader), BatchValues::Bool(values)) => read(reader, most, levels, values),
            (ColumnReader::Int32ColumnReader(reader), BatchValues::Int32(values)) => read(reader, most, levels, values),
            (ColumnReader::Int64ColumnReader(reader), BatchValues::Int64(values)) => read(reader, most, levels, values),
            (ColumnReader::Int96ColumnReader(reader), BatchValues::Int96(values)) => read(reader, most, levels, values),
            (ColumnReader::FloatColumnReader(reader), BatchValues::Float(values)) => read(reader, most, levels, values),
            (ColumnReader::DoubleColumnReader(reader), BatchValues::Double(values)) => read(reader, most, levels, values),
            (ColumnReader::ByteArrayColumnReader(reader), BatchValues::Bytes(values)) => read(reader, most, levels, values),
            (ColumnReader::FixedLenByteArrayColumnReader(reader), BatchValues::Fixed(values)) => read(reader, most, levels, values),
            _ => Ok(0),
        }?;
        self.places.clear();
        let mut next = 0..;
        if self.deepest == 0 {
            self.places.extend(next.take(rows));
        } else {
            let deepest = self.deepest;
            self.places.extend(self.levels.iter().map(|level| if *level == deepest { next.next().unwrap_or(NULL) } else { NULL }));
        }
        Ok(rows)
    }

    /// Passes over rows.
    pub(super) fn skip(&mut self, rows: usize) -> Result<usize> {
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int32ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int64ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int96ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::FloatColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::DoubleColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(rows),
        }
    }

    /// The row's value as a JSON export would write it; bytes that are not UTF-8 with replacements.
    pub(super) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let place = self.place(row)?;
        if let Some(time) = self.stamp(place) {
            return Some(Cow::Owned(time::time_text(time)));
        }
        Some(Cow::Owned(match &self.values {
            BatchValues::Bytes(values) => return values.get(place).map(|bytes| readable(bytes.data())),
            BatchValues::Fixed(values) => return values.get(place).map(|bytes| readable(bytes.data())),
            BatchValues::Int32(values) if self.meaning == Meaning::Date => time::date_text(*values.get(place)?),
            BatchValues::Bool(values) => values.get(place)?.to_string(),
            BatchValues::Int32(values) => values.get(place)?.to_string(),
            BatchValues::Int64(values) => values.get(place)?.to_string(),
            BatchValues::Int96(values) => values.get(place)?.to_micros().to_string(),
            BatchValues::Float(values) => values.get(place)?.to_string(),
            BatchValues::Double(values) => values.get(place)?.to_string(),
        }))
    }

    /// The row's value as a time.
    pub(super) fn time(&self, row: usize) -> Option<Micros> {
        let place = self.place(row)?;
        let is_of_times = matches!((&self.values, self.meaning), (BatchValues::Int96(_), _) | (BatchValues::Int64(_), Meaning::Time(_)));
        if is_of_times { self.stamp(place) } else { time::parse_time(&self.text(row)?) }
    }

    /// The time that a column of times holds.
    fn stamp(&self, place: usize) -> Option<Micros> {
        match (&self.values, self.meaning) {
            (BatchValues::Int64(values), Meaning::Time(units)) => time::since_1970(*values.get(place)?, units),
            (BatchValues::Int96(values), _) => time::since_1970(values.get(place)?.to_micros(), 1_000_000),
            _ => None,
        }
    }

    /// The row's value as a payload.
    pub(super) fn payload(&self, row: usize) -> Payload {
        let Some(place) = self.place(row) else {
            return Payload::Absent;
        };
        match &self.values {
            BatchValues::Bytes(values) if self.meaning == Meaning::Plain => {
                values.get(place).map_or(Payload::Absent, |bytes| Payload::Bytes(bytes.data().to_vec()))
            }
            _ => self.text(row).map_or(Payload::Absent, of_base64),
        }
    }

    fn place(&self, row: usize) -> Option<usize> {
        self.places.get(row).filter(|place| **place != NULL).map(|place| *place as usize)
    }
}

/// The text of bytes, with replacements for what is no text; nearly all are, which is known far sooner than what is to be replaced.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn read<T: DataType>(reader: &mut ColumnReaderImpl<T>, rows: usize, levels: &mut Vec<i16>, values: &mut Vec<T::T>) -> Result<usize> {
    levels.clear();
    values.clear();
    reader.read_records(rows, Some(levels), None, values).map(|(rows, ..)| rows)
}

fn meaning(description: &ColumnDescriptor) -> Meaning {
    match (description.logical_type_ref(), description.converted_type()) {
        (Some(LogicalType::Timestamp(time)), _) => Meaning::Time(match time.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        }),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Meaning::Time(1_000),
        (_, ConvertedType::TIMESTAMP_MICROS) => Meaning::Time(1_000_000),
        (Some(LogicalType::Date), _) | (_, ConvertedType::DATE) => Meaning::Date,
        (Some(LogicalType::String | LogicalType::Json | LogicalType::Enum), _)
        | (_, ConvertedType::UTF8 | ConvertedType::JSON | ConvertedType::ENUM) => Meaning::Text,
        _ => Meaning::Plain,
    }
}
