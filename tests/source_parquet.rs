//! Parquet files as different writers make them.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use misfit::rows::payload::Payload;
use misfit::rows::row::SourceRow;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type, Int96, Int96Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

const GROUPS: usize = 3;
const ROWS: usize = 2_500;
/// 2026-06-25 12:44:40.123 UTC
const MILLIS: i64 = 1_782_391_480_123;

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: Option<&[i16]>,
    repeated: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, levels, repeated).unwrap();
    column.close().unwrap();
}

fn texts(values: impl Iterator<Item = String>) -> Vec<ByteArray> {
    values.map(|text| ByteArray::from(text.into_bytes())).collect()
}

/// A file whose time column has this type, written by `times`.
fn file(time: &str, times: impl Fn(&mut SerializedRowGroupWriter<'_, Vec<u8>>)) -> Vec<u8> {
    let schema = format!(
        "message errors {{ required binary document_namespace (UTF8); optional binary document_type (UTF8); required binary error_type (UTF8);
         optional int32 n; optional int32 day (DATE);
         optional group tags (LIST) {{ repeated group list {{ optional binary element (UTF8); }} }}
         optional binary payload; {time} }}"
    );
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build())).unwrap();
    for group in 0..GROUPS {
        let mut rows = writer.next_row_group().unwrap();
        column::<ByteArrayType>(&mut rows, &texts((0..ROWS).map(|i| format!("namespace-{}", i % 5))), None, None);
        let some: Vec<i16> = (0..ROWS).map(|i| i16::from(i % 2 == 0)).collect();
        column::<ByteArrayType>(&mut rows, &texts((0..ROWS).step_by(2).map(|i| format!("type-{group}-{i}"))), Some(&some), None);
        column::<ByteArrayType>(&mut rows, &texts((0..ROWS).map(|_| "ParsePayload".to_owned())), None, None);
        let all = vec![1; ROWS];
        column::<Int32Type>(&mut rows, &(0..ROWS as i32).collect::<Vec<_>>(), Some(&all), None);
        column::<Int32Type>(&mut rows, &vec![20_629; ROWS], Some(&all), None);
        column::<ByteArrayType>(&mut rows, &texts((0..ROWS).map(|_| "tag".to_owned())), Some(&vec![3; ROWS]), Some(&vec![0; ROWS]));
        column::<ByteArrayType>(&mut rows, &texts((0..ROWS).map(|i| format!("\u{1f}{i}"))), Some(&all), None);
        times(&mut rows);
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn in_millis() -> Vec<u8> {
    file("required int64 submission_timestamp (TIMESTAMP(MILLIS,true));", |rows| column::<Int64Type>(rows, &[MILLIS; ROWS], None, None))
}

fn open(bytes: &[u8]) -> Files {
    Files::from_memory("errors.parquet", bytes).unwrap()
}

fn all(files: &Files) -> Vec<SourceRow> {
    let mut rows = Vec::new();
    files
        .rows(0..u64::MAX, &Unwatched, &mut |_, _, row| {
            rows.push(row);
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

#[test]
fn rows_are_read_in_order_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("misnamed.json");
    std::fs::write(&path, in_millis()).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&in_millis()).unwrap();
    let sources = [
        Files::open(&[path.to_string_lossy().into_owned()], ReadOptions::default()).unwrap(),
        open(&in_millis()),
        open(&packed.finish().unwrap()),
        Files::from_reader("standard input", std::io::Cursor::new(in_millis()), ReadOptions::default()),
    ];
    for files in sources {
        let groups = files.groups(&Request::default(), &Unwatched).unwrap();
        assert_eq!((groups.rows, groups.unreadable.count), ((GROUPS * ROWS) as u64, 0));
        assert_eq!(groups.missing_columns, ["document_version", "error_message", "exception_class", "job_name"]);
        assert_eq!(groups.span.map(|(first, _)| first), Some(MILLIS * 1000));
        let mut seen = Vec::new();
        let range = (2 * ROWS as u64 - 2)..(2 * ROWS as u64 + 3);
        files
            .rows(range.clone(), &Unwatched, &mut |number, at, row| {
                seen.push(number);
                let again = files.fetch(at, &Unwatched).unwrap();
                assert_eq!((again.columns, again.payload, again.origin), (row.columns, row.payload, row.origin));
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(seen, range.collect::<Vec<_>>());
    }
}

#[test]
fn values_become_the_text_of_other_exports() {
    let rows = all(&open(&in_millis()));
    assert_eq!(rows.len(), GROUPS * ROWS);
    let row = &rows[ROWS + 2];
    let columns: Vec<_> = row.columns.iter().map(|(name, value)| (&**name, value.as_deref())).collect();
    assert_eq!(
        columns,
        [
            ("document_namespace", Some("namespace-2")),
            ("document_type", Some("type-1-2")),
            ("error_type", Some("ParsePayload")),
            ("n", Some("2")),
            ("day", Some("2026-06-25")),
            ("submission_timestamp", Some("2026-06-25 12:44:40.123000 UTC")),
        ]
    );
    assert_eq!(row.payload, Payload::Bytes(b"\x1f2".to_vec()));
    assert_eq!(row.origin, "errors.parquet row 2,503");
    assert_eq!(rows[ROWS + 1].column("document_type"), None);
}

#[test]
fn times_of_every_type_are_the_same_time() {
    let text = texts((0..ROWS).map(|_| "2026-06-25T12:44:40.123Z".to_owned()));
    // Nanoseconds of the day and the Julian day number.
    let (nanos, mut old) = (((12 * 60 + 44) * 60 + 40) * 1_000_000_000 + 123_000_000_u64, Int96::new());
    old.set_data(nanos as u32, (nanos >> 32) as u32, 2_440_588 + 20_629);
    let files = [
        in_millis(),
        file("required int64 submission_timestamp (TIMESTAMP(MICROS,true));", |rows| {
            column::<Int64Type>(rows, &[MILLIS * 1_000; ROWS], None, None)
        }),
        file("required int64 submission_timestamp (TIMESTAMP(NANOS,false));", |rows| {
            column::<Int64Type>(rows, &[MILLIS * 1_000_000; ROWS], None, None)
        }),
        file("required int64 submission_timestamp (TIMESTAMP_MICROS);", |rows| {
            column::<Int64Type>(rows, &[MILLIS * 1_000; ROWS], None, None)
        }),
        file("required int96 submission_timestamp;", |rows| column::<Int96Type>(rows, &[old; ROWS], None, None)),
        file("required int64 submission_timestamp;", |rows| column::<Int64Type>(rows, &[MILLIS; ROWS], None, None)),
        file("required binary submission_timestamp (UTF8);", |rows| column::<ByteArrayType>(rows, &text, None, None)),
    ];
    for (i, bytes) in files.iter().enumerate() {
        let groups = open(bytes).groups(&Request::default(), &Unwatched).unwrap();
        assert_eq!(groups.span, Some((MILLIS * 1000, MILLIS * 1000)), "file {i}");
        assert_eq!(all(&open(bytes))[0].error_row().time, Some(MILLIS * 1000), "file {i}");
    }
}

#[test]
fn a_time_in_another_unit_than_the_table_says_is_no_year_9999() {
    let bytes = file("required int64 submission_timestamp (TIMESTAMP(MILLIS,true));", |rows| {
        column::<Int64Type>(rows, &[MILLIS * 1_000; ROWS], None, None)
    });
    let groups = open(&bytes).groups(&Request { since: Some(0), ..Request::default() }, &Unwatched).unwrap();
    assert_eq!((groups.rows, groups.outside, groups.span, groups.unreadable.times.count), (0, 0, None, (GROUPS * ROWS) as u64));
    assert_eq!(groups.unreadable.times.first.unwrap().origin, "errors.parquet row 1");
}

#[test]
fn damaged_row_groups_are_counted_and_the_others_kept() {
    let mut bytes = in_millis();
    let at = bytes.windows(8).position(|text| text == b"type-1-0").unwrap();
    bytes[at - 60..at - 20].fill(0xff);
    let groups = open(&bytes).groups(&Request::default(), &Unwatched).unwrap();
    assert!(groups.rows >= 2 * ROWS as u64, "{}", groups.rows);
    assert_eq!(groups.rows + groups.unreadable.count, (GROUPS * ROWS) as u64);
    assert!(groups.unreadable.first[0].origin.starts_with("errors.parquet row "));
    assert!(groups.unreadable.first[0].reason.contains("cannot be decoded"));
    assert!(open(&bytes[..bytes.len() - 1]).groups(&Request::default(), &Unwatched).is_err(), "without its footer it is no table");
}

#[test]
fn counts_of_rows_are_not_taken_for_rows() {
    let schema =
        "message counts { required binary document_namespace (UTF8); required binary error_type (UTF8); required int64 error_count; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build())).unwrap();
    let mut rows = writer.next_row_group().unwrap();
    column::<ByteArrayType>(&mut rows, &texts(["telemetry".to_owned()].into_iter()), None, None);
    column::<ByteArrayType>(&mut rows, &texts(["ParsePayload".to_owned()].into_iter()), None, None);
    column::<Int64Type>(&mut rows, &[4_000], None, None);
    rows.close().unwrap();
    let mut file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
    file.write_all(&writer.into_inner().unwrap()).unwrap();
    let source = Files::open(&[file.path().to_string_lossy().into_owned()], ReadOptions::default()).unwrap();
    let error = source.groups(&Request::default(), &Unwatched).unwrap_err().to_string();
    assert!(error.contains("counts of error rows") && error.contains("newline-delimited JSON"), "{error}");
}

#[test]
fn brotli_is_named_and_not_called_truncated() {
    let mut bytes = in_millis();
    // The footer's codec of the first column, none: 0, becomes brotli: 4 in its spelling is 8.
    let told = b"\x18\x12document_namespace\x15\x00\x16";
    let at = bytes.windows(told.len()).rposition(|some| some == told).expect("the column's metadata");
    bytes[at + told.len() - 2] = 8;
    let refused = open(&bytes).groups(&Request::default(), &Unwatched).expect_err("it is refused").to_string();
    assert_eq!(
        refused,
        "errors.parquet: a Parquet file compressed with brotli, which is not unpacked; write it with zstd, gzip or snappy instead"
    );
}

#[test]
fn a_list_without_end_ends() {
    let mut bytes = in_millis();
    // In the place of the first page's header: a field that nobody knows, a list of 2^31 - 1 doubles.
    bytes[4..11].copy_from_slice(&[0xf9, 0xf7, 0xff, 0xff, 0xff, 0xff, 0x07]);
    let begun = std::time::Instant::now();
    let groups = open(&bytes).groups(&Request::default(), &Unwatched).expect("groups");
    assert_eq!((groups.rows, groups.unreadable.count), (2 * ROWS as u64, ROWS as u64));
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

/// Rows with a message or without one, in so many row groups.
fn written(groups: usize) -> Vec<u8> {
    const ALL: usize = 40_000;
    let schema = "message errors { required binary document_namespace (UTF8); optional binary error_message (UTF8);
        required int64 submission_timestamp (TIMESTAMP(MILLIS,true)); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build())).unwrap();
    for group in 0..groups {
        let of = ALL / groups * group..ALL / groups * (group + 1);
        let message = |i: usize| format!("#/list/{i}/b: required key [key{}] not found", i % 300);
        let mut rows = writer.next_row_group().unwrap();
        column::<ByteArrayType>(&mut rows, &texts(of.clone().map(|i| format!("namespace-{}", i % 5))), None, None);
        let some: Vec<i16> = of.clone().map(|i| i16::from(i % 7 != 0)).collect();
        column::<ByteArrayType>(&mut rows, &texts(of.clone().filter(|i| i % 7 != 0).map(message)), Some(&some), None);
        column::<Int64Type>(&mut rows, &of.map(|i| MILLIS + i as i64 * 1000).collect::<Vec<_>>(), None, None);
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn one_large_row_group_makes_the_groups_of_many() {
    let told = |bytes: &[u8], threads: usize| {
        let groups = open(bytes).with_threads(threads).groups(&Request::default(), &Unwatched).unwrap();
        (groups.rows, format!("{:?}", groups.list))
    };
    let expected = told(&written(20), 1);
    assert_eq!(expected.0, 40_000);
    let one = written(1);
    for threads in [1, 2, 5] {
        assert!(told(&one, threads) == expected, "{threads} threads");
    }
}

#[test]
fn entries_of_dictionaries_and_other_values_make_the_groups_of_the_same_lines() {
    // Messages that come again, which writers put into a dictionary, until they are too many: from then on each stands in its page.
    let message = |i: usize| match i {
        0..4_000 => format!("#/a{}: expected maxLength: 5, actual: {}", i % 7, i % 90),
        _ if i.is_multiple_of(3) => format!("#/a{}: expected maxLength: 5, actual: {}", i % 7, i % 90),
        _ => format!("#/b: expected maxLength: 5, actual: {i}"),
    };
    let namespace = |i: usize| format!("namespace-{}", i / 2 % 3);
    let (rows, mut lines) = (12_000, String::new());
    let schema = "message errors { required binary document_namespace (UTF8); optional binary error_message (UTF8);
        required int64 submission_timestamp (TIMESTAMP(MILLIS,true)); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties =
        WriterProperties::builder().set_dictionary_page_size_limit(40_000).set_data_page_row_count_limit(700).set_write_batch_size(100);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    for group in 0..3 {
        let of = || (group * rows..(group + 1) * rows).map(|i| if group == 2 { i - rows + 1 } else { i });
        let mut written = writer.next_row_group().unwrap();
        column::<ByteArrayType>(&mut written, &texts(of().map(namespace)), None, None);
        let some: Vec<i16> = of().map(|i| i16::from(i % 11 != 0)).collect();
        column::<ByteArrayType>(&mut written, &texts(of().filter(|i| i % 11 != 0).map(|i| message(i % rows))), Some(&some), None);
        column::<Int64Type>(&mut written, &of().map(|i| MILLIS + i as i64 * 1000).collect::<Vec<_>>(), None, None);
        written.close().unwrap();
        for i in of() {
            let told = if i % 11 == 0 { "null".to_owned() } else { format!("\"{}\"", message(i % rows)) };
            let time = misfit::ground::time::rfc3339((MILLIS + i as i64 * 1000) * 1000);
            let namespace = namespace(i);
            lines += &format!("{{\"document_namespace\":\"{namespace}\",\"error_message\":{told},\"submission_timestamp\":\"{time}\"}}\n");
        }
    }
    let bytes = writer.into_inner().unwrap();
    let told = |files: Files| {
        let groups = files.groups(&Request::default(), &Unwatched).unwrap();
        let told = |group: &misfit::rows::group::Group| {
            format!("{:?}", (&group.key, group.count, group.span, &group.facets, &group.sample, &group.trend))
        };
        groups.list.iter().map(told).collect::<Vec<_>>()
    };
    let expected = told(Files::from_memory("errors.ndjson", lines.as_bytes()).unwrap());
    assert!(expected.len() > 20, "{}", expected.len());
    for threads in [1, 2, 3] {
        assert!(told(open(&bytes).with_threads(threads)) == expected, "{threads} threads");
    }
}
