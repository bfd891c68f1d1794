//! Rows of a row group as JSON, nested columns and all: what a map of members is read from.
//!
//! Owns: structs as objects, lists as lists, bytes as their text or as base64, times as they are told. Refuses: what a member means (foreign), reading a part of
//! a row group without what is before it.

use std::sync::{Arc, MutexGuard};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::PageReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::RowGroupReader;
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::record::Field;
use parquet::record::reader::{ReaderIter, RowIter, TreeBuilder};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type, TypePtr};
use serde_json::{Map, Number, Value};

use super::counted::CountedPages;
use super::ended::EndedFile;
use super::{pages, reading};
use crate::ground::text::clip;
use crate::ground::time;

/// Most columns inside each other.
const DEEPEST: usize = 64;
/// Most values of a column in one row group, where rows may have several: they may all be of one row.
const MOST_VALUES: u64 = 1 << 26;
/// Widest reason for what cannot be decoded: the library quotes values.
const LONGEST: usize = 120;

/// Rows of one row group.
pub(in crate::rows::source::files) struct JsonRows<'t> {
    rows: ReaderIter,
    /// The columns that are read.
    schema: TypePtr,
    _gate: Option<MutexGuard<'t, ()>>,
}

impl<'t> JsonRows<'t> {
    /// At the beginning of a row group, for the columns at the top that are wanted.
    pub(super) fn open(
        file: EndedFile,
        (metadata, group): (&'t ParquetMetaData, usize),
        wanted: &dyn Fn(&str) -> bool,
        gate: Option<MutexGuard<'t, ()>>,
    ) -> Result<Self> {
        let of_group = metadata.row_group(group);
        let columns = columns(metadata.file_metadata().schema_descr(), wanted)?;
        let is_read =
            |path: &[String]| path.first().is_some_and(|top| columns.root_schema().get_fields().iter().any(|field| field.name() == top));
        for column in of_group.columns().iter().filter(|column| is_read(column.column_path().parts())) {
            let path = column.column_path();
            if path.parts().len() > DEEPEST {
                return Err(ParquetError::General(format!("columns lie more than {DEEPEST} deep inside each other")));
            }
            if column.column_descr().max_rep_level() > 0 && values(column.num_values()) > MOST_VALUES {
                return Err(ParquetError::General(format!("column {} tells of more values than are read", path.string())));
            }
            pages::are_sound(&file.0, column)?;
        }
        let properties = Arc::new(ReaderProperties::builder().build());
        let index = metadata.page_index_for_row_group(group);
        let inner = reading(|| SerializedRowGroupReader::new(Arc::new(file), of_group, index, properties))?;
        let counted = CountedGroup { inner, rows: values(of_group.num_rows()) };
        let schema = columns.root_schema_ptr();
        let rows = reading(|| TreeBuilder::new().as_iter(columns, &counted))?;
        Ok(JsonRows { rows, schema, _gate: gate })
    }

    /// The next row; `None` at the end.
    pub(in crate::rows::source::files) fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let row = match reading(|| self.rows.next().transpose()) {
            Ok(None) => return Ok(None),
            Ok(Some(row)) => row,
            Err(error) => return Err(ParquetError::General(clip(&error.to_string(), LONGEST).into_owned())),
        };
        let object = object(row.get_column_iter(), Some(&self.schema));
        Ok(Some(object.to_string().into_bytes()))
    }

    /// Passes over rows.
    pub(in crate::rows::source::files) fn skip(&mut self, rows: u64) -> Result<()> {
        for _ in 0..rows {
            if reading(|| self.rows.next().transpose())?.is_none() {
                break;
            }
        }
        Ok(())
    }
}

/// The columns that are wanted, or all where none is: a row has to have one.
fn columns(all: &SchemaDescriptor, wanted: &dyn Fn(&str) -> bool) -> Result<SchemaDescPtr> {
    let root = all.root_schema();
    let fields: Vec<TypePtr> = root.get_fields().iter().filter(|field| wanted(field.name())).cloned().collect();
    let fields = if fields.is_empty() { root.get_fields().to_vec() } else { fields };
    let root = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    Ok(Arc::new(reading(|| Ok(SchemaDescriptor::new(Arc::new(root))))?))
}

fn values(told: i64) -> u64 {
    u64::try_from(told).unwrap_or(0)
}

/// A row group whose pages tell of no more values than it has.
struct CountedGroup<'t> {
    inner: SerializedRowGroupReader<'t, EndedFile>,
    rows: u64,
}

impl RowGroupReader for CountedGroup<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.inner.metadata()
    }

    fn num_columns(&self) -> usize {
        self.inner.num_columns()
    }

    fn get_column_page_reader(&self, column: usize) -> Result<Box<dyn PageReader>> {
        let of_column = self.inner.metadata().column(column);
        let description = of_column.column_descr();
        let most = if description.max_rep_level() > 0 { values(of_column.num_values()) } else { self.rows };
        let pages = self.inner.get_column_page_reader(column)?;
        Ok(Box::new(CountedPages::new(pages, most, description)))
    }

    fn get_column_bloom_filter(&self, _: usize) -> Option<&Sbbf> {
        None
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_row_group(projection, self)
    }
}

/// Columns as members; what the schema calls them tells units that the values do not.
fn object<'f>(fields: impl Iterator<Item = (&'f String, &'f Field)>, schema: Option<&Type>) -> Value {
    let of = |at: usize| schema.filter(|schema| schema.is_group()).and_then(|schema| schema.get_fields().get(at)).map(|known| &**known);
    let members = fields.enumerate().map(|(at, (name, field))| (name.clone(), json(field, of(at))));
    Value::Object(members.collect::<Map<String, Value>>())
}

fn json(field: &Field, schema: Option<&Type>) -> Value {
    let stamp = |told: i64, units: i64| {
        time::since_1970(told, units).map_or_else(|| Value::Number(told.into()), |time| Value::String(time::time_text(time)))
    };
    let float = |told: f64| Number::from_f64(told).map_or_else(|| Value::String(told.to_string()), Value::Number);
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => Value::Bool(*value),
        Field::Byte(value) => Value::Number((*value).into()),
        Field::Short(value) => Value::Number((*value).into()),
        Field::Int(value) => Value::Number((*value).into()),
        Field::Long(value) if is_nanos(schema) => stamp(*value, 1_000_000_000),
        Field::Long(value) => Value::Number((*value).into()),
        Field::UByte(value) => Value::Number((*value).into()),
        Field::UShort(value) => Value::Number((*value).into()),
        Field::UInt(value) => Value::Number((*value).into()),
        Field::ULong(value) => Value::Number((*value).into()),
        // Through its text, so that 0.1 stays 0.1.
        Field::Float(value) => value.to_string().parse().map_or_else(|_| float(f64::from(*value)), Value::Number),
        Field::Double(value) => float(*value),
        Field::Str(text) => Value::String(text.clone()),
        Field::Bytes(bytes) => Value::String(text_of(bytes.data())),
        Field::Date(days) => Value::String(time::date_text(*days)),
        Field::TimestampMillis(told) => stamp(*told, 1_000),
        Field::TimestampMicros(told) => stamp(*told, 1_000_000),
        Field::Group(row) => object(row.get_column_iter(), schema),
        Field::ListInternal(list) => Value::Array(list.elements().iter().map(|field| json(field, None)).collect()),
        Field::MapInternal(map) => {
            let named: Option<Map<String, Value>> = map
                .entries()
                .iter()
                .map(|(key, value)| match key {
                    Field::Str(key) => Some((key.clone(), json(value, None))),
                    _ => None,
                })
                .collect();
            let pair = |(key, value): &(Field, Field)| {
                Value::Object(Map::from_iter([("key".to_owned(), json(key, None)), ("value".to_owned(), json(value, None))]))
            };
            named.map_or_else(|| Value::Array(map.entries().iter().map(pair).collect()), Value::Object)
        }
        Field::Decimal(_) | Field::Float16(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => Value::String(field.to_string()),
    }
}

fn is_nanos(schema: Option<&Type>) -> bool {
    let logical = schema.and_then(|schema| schema.get_basic_info().logical_type_ref());
    matches!(logical, Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS)
}

/// Bytes that are a text, as such; others in base64, as they would stand in JSON.
fn text_of(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| STANDARD.encode(bytes), str::to_owned)
}
