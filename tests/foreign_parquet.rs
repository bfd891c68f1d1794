//! Rows of other pipelines in Parquet, by a map: the groups and rows of the same rows in lines.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use misfit::cli::config::parse_map;
use misfit::rows::payload::{Payload, decode};
use misfit::rows::row::{RowRef, SourceRow};
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

const GROUPS: usize = 2;
const ROWS: usize = 1_500;
/// 2025-01-01 00:00:00 UTC
const TIME: i64 = 1_735_689_600_000_000_000;

const SCHEMA: &str = "message rows {
  optional group who { optional binary app (UTF8); optional group event { required binary name (UTF8); optional int64 version; } }
  required group problems (LIST) { repeated group list { optional group element {
    required binary at (UTF8); optional binary rule (UTF8); optional binary text (UTF8);
    optional group path (LIST) { repeated group list { optional binary element (UTF8); } } } } }
  optional binary blob;
  required int64 received (TIMESTAMP(NANOS,true)); }";

pub(crate) const MAP: &str = "namespace = \"who.app\"\ndoctype = \"who.event.name\"\nversion = \"who.event.version\"\nfailures = \"problems\"\n\
                   message = \"text\"\npointer = \"at\"\nkeyword = \"rule\"\npayload = \"blob\"\ntime = \"received\"\n";

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: Option<Vec<i16>>,
    repeated: Option<Vec<i16>>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, levels.as_deref(), repeated.as_deref()).unwrap();
    column.close().unwrap();
}

fn texts(values: impl Iterator<Item = String>) -> Vec<ByteArray> {
    values.map(|text| ByteArray::from(text.into_bytes())).collect()
}

fn document(row: usize) -> String {
    format!("{{\"n\": \"x\", \"row\": {row}, \"price\": 1.10}}")
}

/// How a document is written into bytes.
pub(crate) type Packing = fn(String) -> Vec<u8>;

/// Rows with two failures each, every third without a name of the application; the document is bytes that `pack` makes of it.
fn file(pack: Packing) -> Vec<u8> {
    nested(pack, GROUPS, ROWS, WriterProperties::builder().build())
}

/// The same of so many rows in so many groups, as a writer may make it.
pub(crate) fn nested(pack: Packing, groups: usize, rows_in: usize, properties: WriterProperties) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for group in 0..groups {
        let mut rows = writer.next_row_group().unwrap();
        let (two, first) = (2 * rows_in, |row: usize| group * rows_in + row);
        let app: Vec<i16> = (0..rows_in).map(|row| if row % 3 == 0 { 1 } else { 2 }).collect();
        column::<ByteArrayType>(&mut rows, &texts((0..rows_in).filter(|row| row % 3 != 0).map(|_| "shop".into())), Some(app), None);
        column::<ByteArrayType>(&mut rows, &texts((0..rows_in).map(|_| "order".into())), Some(vec![2; rows_in]), None);
        column::<Int64Type>(&mut rows, &vec![3; rows_in], Some(vec![3; rows_in]), None);
        let again: Vec<i16> = (0..two).map(|at| (at % 2) as i16).collect();
        let of = |one: &str, other: &str| -> Vec<ByteArray> { texts((0..two).map(|at| if at % 2 == 0 { one } else { other }.to_owned())) };
        column::<ByteArrayType>(&mut rows, &of("/n", "/items/0/id"), Some(vec![2; two]), Some(again.clone()));
        column::<ByteArrayType>(&mut rows, &of("type", "required"), Some(vec![3; two]), Some(again.clone()));
        column::<ByteArrayType>(&mut rows, &of("not a number", "id is missing"), Some(vec![3; two]), Some(again.clone()));
        // A list in a list, of nothing.
        column::<ByteArrayType>(&mut rows, &[], Some(vec![2; two]), Some(again));
        let packed: Vec<ByteArray> = (0..rows_in).map(|row| ByteArray::from(pack(document(first(row))))).collect();
        column::<ByteArrayType>(&mut rows, &packed, Some(vec![1; rows_in]), None);
        column::<Int64Type>(&mut rows, &vec![TIME; rows_in], None, None);
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn lines() -> Vec<u8> {
    let mut text = String::new();
    for row in 0..GROUPS * ROWS {
        let app = if (row % ROWS).is_multiple_of(3) { "null" } else { "\"shop\"" };
        let document = serde_json::Value::String(document(row));
        text.push_str(&format!(
            "{{\"who\":{{\"app\":{app},\"event\":{{\"name\":\"order\",\"version\":3}}}},\"problems\":[\
             {{\"at\":\"/n\",\"rule\":\"type\",\"text\":\"not a number\",\"path\":null}},\
             {{\"at\":\"/items/0/id\",\"rule\":\"required\",\"text\":\"id is missing\",\"path\":null}}],\
             \"blob\":{document},\"received\":\"2025-01-01 00:00:00 UTC\"}}\n"
        ));
    }
    text.into_bytes()
}

fn open(bytes: Vec<u8>, encoding: &str) -> Files {
    let map = parse_map(&format!("{MAP}encoding = \"{encoding}\"\n"), Path::new("m.toml")).unwrap();
    Files::from_memory("rows.parquet", bytes).unwrap().with_map(map)
}

fn groups(files: &Files) -> Vec<(String, u64)> {
    let groups = files.groups(&Request::default(), &Unwatched).unwrap();
    assert_eq!((groups.rows, groups.unreadable.count), (2 * (GROUPS * ROWS) as u64, 0), "{:?}", groups.unreadable);
    let mut list: Vec<_> = groups.list.iter().map(|group| (group.fingerprint.to_string(), group.count)).collect();
    list.sort();
    list
}

fn some_rows(files: &Files) -> Vec<SourceRow> {
    let (mut rows, edge) = (Vec::new(), 2 * ROWS as u64);
    files
        .rows(edge - 3..edge + 4, &Unwatched, &mut |number, at, row| {
            let again = files.fetch(at, &Unwatched).unwrap();
            assert_eq!((&again.columns, &again.payload, &again.origin), (&row.columns, &row.payload, &row.origin), "{number}");
            rows.push(row);
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

#[test]
fn nested_columns_are_members_and_every_failure_counts() {
    let (table, text) = (open(file(String::into_bytes), "any"), open(lines(), "any"));
    assert_eq!(groups(&table), groups(&text));
    let (of_table, of_text) = (some_rows(&table), some_rows(&text));
    assert_eq!(of_table.len(), 7);
    for (one, other) in of_table.iter().zip(&of_text) {
        assert_eq!((&one.columns, &one.payload, &one.others), (&other.columns, &other.payload, &other.others));
        assert_eq!(one.others.len(), 1, "both failures stay together");
    }
    assert_eq!(of_table[3].origin, "rows.parquet row 1,501, failure 1 of 2");
}

#[test]
fn many_rows_are_found_again_on_one_way_through_the_file() {
    let table = open(file(String::into_bytes), "any");
    let mut places: Vec<RowRef> = Vec::new();
    table
        .rows(0..u64::MAX, &Unwatched, &mut |_, at, _| {
            places.push(at);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(places.len(), 2 * GROUPS * ROWS);
    places.reverse();
    let mut found = HashMap::new();
    let many = table.fetch_all(&places, &Unwatched, &mut |at, row| {
        found.insert(at, row.origin);
        ControlFlow::Continue(())
    });
    assert_eq!((many.unwrap(), found.len()), (places.len(), places.len()));
    for at in [places[0], places[1], places[2 * ROWS - 1], places[2 * ROWS], places[places.len() - 1]] {
        assert_eq!(found[&at], table.fetch(at, &Unwatched).unwrap().origin);
    }
    let mut seen = 0;
    let stopped = table.fetch_all(&places, &Unwatched, &mut |_, _| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((stopped.unwrap(), seen), (3, 3));
}

#[test]
fn documents_are_unpacked_out_of_bytes() {
    let plain = some_rows(&open(lines(), "text"));
    fn gzip(text: String) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
        packed.finish().unwrap()
    }
    let base64 = |text: String| STANDARD.encode(text).into_bytes();
    let base64_of_gzip = |text: String| STANDARD.encode(gzip(text)).into_bytes();
    let packings: [(Packing, &str); 6] =
        [(String::into_bytes, "text"), (base64, "any"), (base64, "base64"), (gzip, "any"), (gzip, "gzip"), (base64_of_gzip, "gzip")];
    for (pack, encoding) in packings {
        for (row, plain) in some_rows(&open(file(pack), encoding)).iter().zip(&plain) {
            let read = |row: &SourceRow| decode(row.payload.clone()).text;
            assert_eq!(read(row), read(plain), "{encoding}");
            assert!(matches!(row.payload, Payload::Bytes(_)), "{encoding}");
        }
    }
}

#[test]
fn what_nobody_knows_prints_a_map_to_start_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("rows.parquet"), file(String::into_bytes)).unwrap();
    let misfit = |arguments: &[&str]| {
        let output =
            std::process::Command::new(env!("CARGO_BIN_EXE_misfit")).args(arguments).env_remove("MISFIT_SCHEMAS").output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, _, told) = misfit(&["groups", &path("rows.parquet")]);
    assert_eq!(code, Some(2), "{told}");
    for says in ["has none of", "the columns who, problems, blob, received", "#   who.event.name", "# failures = \"problems\""] {
        assert!(told.contains(says), "{says}: {told}");
    }
    for (map, says) in [
        ("message = \"nix\"\n", "the map says that message is the member nix, and there is none here, but who, problems, blob, received"),
        ("failures = \"problems\"\nmessage = \"text\"\nnamespace = \"who\"\n", "the map's namespace, who, is an object here, not a text"),
    ] {
        std::fs::write(path("m.toml"), map).unwrap();
        let (code, _, told) = misfit(&["groups", &path("rows.parquet"), "--map", &path("m.toml")]);
        assert!(code == Some(2) && told.contains(says), "{map}: {told}");
    }
    std::fs::write(path("m.toml"), MAP).unwrap();
    let (code, out, told) = misfit(&["cases", &path("rows.parquet"), "--map", &path("m.toml"), "--format", "ndjson"]);
    assert_eq!(code, Some(0), "{told}");
    let case: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert!(case["notes"].to_string().contains("The same row has 1 more failure"), "{case}");
}
