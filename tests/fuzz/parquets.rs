//! Parquet: the groups and rows of the same rows in lines; changed bytes are an error or rows.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use misfit::cli::config::parse_map;
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use parquet::basic::{Compression, Encoding};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use super::dice::Dice;
use super::fuzz;
use super::rows::{Cells, all_rows, cells, content, groups, object, told};
use crate::foreign_parquet::{MAP, nested};

const COLUMNS: [&str; 9] = [
    "document_namespace",
    "document_type",
    "document_version",
    "error_message",
    "error_type",
    "exception_class",
    "job_name",
    "payload",
    "submission_timestamp",
];

/// The rows as a file in one of the forms that writers make.
fn parquet(dice: &mut Dice, rows: &[Cells]) -> Vec<u8> {
    let columns =
        COLUMNS.map(|name| if name == "payload" { format!("optional binary {name};") } else { format!("optional binary {name} (UTF8);") });
    let schema = Arc::new(parse_message_type(&format!("message rows {{ {} }}", columns.join(" "))).expect("a schema"));
    let compressions = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(Default::default()),
        Compression::GZIP(Default::default()),
        Compression::LZ4_RAW,
    ];
    let mut properties = WriterProperties::builder()
        .set_compression(compressions[dice.below(5)])
        .set_dictionary_enabled(dice.once_in(2))
        .set_writer_version(if dice.once_in(2) { WriterVersion::PARQUET_1_0 } else { WriterVersion::PARQUET_2_0 })
        .set_statistics_enabled(if dice.once_in(2) { EnabledStatistics::None } else { EnabledStatistics::Page })
        .set_data_page_size_limit(64 + dice.below(4000));
    if dice.once_in(4) {
        let encodings = [Encoding::PLAIN, Encoding::DELTA_BYTE_ARRAY, Encoding::DELTA_LENGTH_BYTE_ARRAY];
        properties = properties.set_dictionary_enabled(false).set_encoding(encodings[dice.below(3)]);
    }
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).expect("memory");
    let mut rest = rows;
    while !rest.is_empty() {
        let (some, others) = rest.split_at(1 + dice.below(rest.len()));
        let mut group = writer.next_row_group().expect("memory");
        for name in COLUMNS {
            let value = |cells: &Cells| cells.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.clone());
            let texts: Vec<Option<String>> = some.iter().map(value).collect();
            let levels: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
            let bytes = |text: String| match name {
                "payload" => base64::engine::general_purpose::STANDARD.decode(text).expect("base64"),
                _ => text.into_bytes(),
            };
            let values: Vec<ByteArray> = texts.into_iter().flatten().map(|text| bytes(text).into()).collect();
            let mut column = group.next_column().expect("memory").expect("a column");
            column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).expect("memory");
            column.close().expect("memory");
        }
        group.close().expect("memory");
        rest = others;
    }
    writer.into_inner().expect("memory")
}

fn rows(dice: &mut Dice, most: usize) -> Vec<Cells> {
    let mut rows: Vec<Cells> = (0..1 + dice.below(most)).map(|_| cells(dice)).collect();
    for cells in &mut rows {
        cells.retain(|(name, _)| COLUMNS.contains(&name.as_str()));
        // In a table every row has every column.
        for name in COLUMNS {
            if !cells.iter().any(|(known, _)| known == name) {
                cells.push((name.to_owned(), None));
            }
        }
    }
    rows
}

#[test]
fn parquet_makes_the_groups_of_the_lines() {
    fuzz("parquet", 60, |dice| {
        let rows = rows(dice, 6);
        let lines: Vec<String> = rows.iter().map(|cells| object(dice, cells)).collect();
        let text = lines.join("\n").into_bytes();
        let bytes = parquet(dice, &rows);
        let plain = told(&groups(text.clone()).expect("groups"));
        assert_eq!(plain, told(&groups(bytes.clone()).expect("groups")));
        let (lines, table) = (Files::from_memory("x", text).expect("lines"), Files::from_memory("x", bytes).expect("a table"));
        let ((lines, _), (table_rows, _)) = (all_rows(&lines).expect("rows"), all_rows(&table).expect("rows"));
        assert_eq!(lines.len(), table_rows.len());
        for ((_, line), (at, row)) in lines.iter().zip(&table_rows) {
            assert_eq!(content(line), content(row));
            assert_eq!(content(line), content(&table.fetch(*at, &Unwatched).expect("the row")));
        }
    });
}

#[test]
fn changed_parquet_is_an_error_or_rows() {
    let mut known: HashMap<usize, Vec<u8>> = HashMap::new();
    fuzz("parquet, damaged", 300, |dice| {
        // Writing one takes longer than reading it.
        let (seed, nth) = (dice.seed, dice.below(64));
        let whole = known.entry(nth).or_insert_with(|| {
            let mut dice = Dice::new(seed, "parquet, whole", nth as u64);
            let rows = rows(&mut dice, 6);
            parquet(&mut dice, &rows)
        });
        let mut bytes = whole.clone();
        if dice.once_in(2) {
            // The footer is where the rest is looked up.
            let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().expect("four")) as usize;
            let at = bytes.len() - 8 - length;
            let mut footer = bytes.split_off(at);
            dice.mutate(&mut footer);
            bytes.extend(footer);
        } else {
            dice.mutate(&mut bytes);
        }
        let Ok(files) = Files::from_memory("x", bytes) else { return };
        let files = files.with_threads(1);
        let _ = files.groups(&Request::default(), &Unwatched);
        if let Some((rows, _)) = all_rows(&files) {
            let _ = rows.first().map(|(at, _)| files.fetch(*at, &Unwatched));
        }
    });
}

/// The same of columns inside of others, which a map of members reads.
#[test]
fn changed_nested_parquet_is_an_error_or_rows() {
    let map = parse_map(MAP, std::path::Path::new("/m.toml")).expect("a map");
    let mut known: HashMap<usize, Vec<u8>> = HashMap::new();
    fuzz("parquet, nested and damaged", 300, |dice| {
        let nth = dice.below(16);
        let whole = known.entry(nth).or_insert_with(|| {
            let properties = WriterProperties::builder()
                .set_compression(if nth % 2 == 0 { Compression::UNCOMPRESSED } else { Compression::SNAPPY })
                .set_dictionary_enabled(nth % 4 < 2)
                .set_writer_version(if nth < 8 { WriterVersion::PARQUET_1_0 } else { WriterVersion::PARQUET_2_0 });
            // Of lists, so that there are levels before the lengths.
            let text = ColumnPath::new(["problems", "list", "element", "text"].map(str::to_owned).to_vec());
            let properties = if nth % 4 == 2 { properties.set_column_encoding(text, Encoding::DELTA_BYTE_ARRAY) } else { properties };
            nested(String::into_bytes, 2, 5, properties.build())
        });
        let mut bytes = whole.clone();
        let is_changed = !dice.once_in(10);
        if is_changed && dice.once_in(2) {
            let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().expect("four")) as usize;
            let at = bytes.len() - 8 - length;
            let mut footer = bytes.split_off(at);
            dice.mutate(&mut footer);
            bytes.extend(footer);
        } else if is_changed {
            dice.mutate(&mut bytes);
        }
        let Ok(files) = Files::from_memory("x", bytes) else { return };
        let files = files.with_threads(1).with_map(map.clone());
        let groups = files.groups(&Request::default(), &Unwatched);
        if !is_changed {
            assert_eq!(groups.map(|groups| groups.rows).ok(), Some(20), "every failure of every row, in any form");
        }
        if let Some((rows, _)) = all_rows(&files) {
            let _ = rows.first().map(|(at, _)| files.fetch(*at, &Unwatched));
        }
    });
}
