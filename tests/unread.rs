//! Inputs of which something cannot be read, under every command: none of them ends as if all were well.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

const ROWS: usize = 40;

const SCHEMA: &str = r#"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}"#;

/// A row whose document breaks the schema as it says.
fn row() -> String {
    r##"{"document_namespace":"acme","document_type":"thing","document_version":"1","error_type":"ParsePayload","exception_class":"org.everit.json.schema.ValidationException","error_message":"org.everit.json.schema.ValidationException: #: required key [a] not found","payload":"e30="}"##.to_owned()
}

fn lines() -> Vec<u8> {
    format!("{}\n", row()).repeat(ROWS).into_bytes()
}

const COLUMNS: [&str; 6] = ["document_namespace", "document_type", "document_version", "error_type", "error_message", "payload"];

fn parquet() -> Vec<u8> {
    let fields: String = COLUMNS.iter().map(|name| format!("required binary {name} (UTF8);")).collect();
    let schema = Arc::new(parse_message_type(&format!("message errors {{ {fields} }}")).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let row: serde_json::Value = serde_json::from_str(&row()).unwrap();
    for name in COLUMNS {
        let value = ByteArray::from(row[name].as_str().unwrap().as_bytes().to_vec());
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&vec![value; ROWS], None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

/// The same file with another compression told in its footer: a column's name, then the codec, then the number of values.
fn with_codec(mut file: Vec<u8>, codec: u8) -> Vec<u8> {
    for name in COLUMNS {
        let told = [&[0x19, 0x18, name.len() as u8], name.as_bytes(), &[0x15, 0x00, 0x16]].concat();
        let at = file.windows(told.len()).rposition(|window| window == told).unwrap();
        file[at + told.len() - 2] = codec * 2;
    }
    file
}

const BROTLI: u8 = 4;

fn half(file: &[u8]) -> Vec<u8> {
    file[..file.len() / 2].to_vec()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, bytes).unwrap();
    packed.finish().unwrap()
}

/// Inputs with what each is called by, and whether any row of it can be read.
fn inputs() -> Vec<(&'static str, Vec<u8>, bool)> {
    let (lines, parquet) = (lines(), parquet());
    let two = format!("{} {}\n", row(), row());
    let array = format!("[{}]", vec![row(); ROWS].join(",\n"));
    // Text that packs badly, so that half of it is there.
    let varied: String = (0..ROWS).map(|i| row().replace("e30=", &format!("{:032x}", u128::MAX / (i as u128 + 3))) + "\n").collect();
    let zstd = |text: &[u8]| zstd::encode_all(text, 1).unwrap();
    let mut holed = lines.clone();
    holed.extend_from_slice(b"\0\0\0\0\n");
    vec![
        ("words.ndjson", b"{\"a\":tru}\n".to_vec(), false),
        ("brotli.parquet", with_codec(parquet.clone(), BROTLI), false),
        ("no-magic.parquet", parquet[4..].to_vec(), false),
        ("no-head.parquet", parquet[64..].to_vec(), false),
        ("no-head-but-magic.parquet", [b"PAR1", &parquet[64..]].concat(), false),
        ("half.parquet", half(&parquet), false),
        ("one.ndjson", two.clone().into_bytes(), false),
        ("two.ndjson", [two.as_bytes(), &lines].concat(), true),
        ("half.ndjson", lines[..lines.len() / 2 + 30].to_vec(), true),
        ("half-a-row.ndjson", half(row().as_bytes()), false),
        ("half.json", half(array.as_bytes()), true),
        ("half.ndjson.gz", half(&gzip(varied.as_bytes())), true),
        ("half.ndjson.zst", half(&zstd(varied.as_bytes())), false),
        ("half.parquet.gz", half(&gzip(&parquet)), false),
        ("zeros.ndjson", holed, true),
    ]
}

struct Ended {
    code: Option<i32>,
    out: String,
    told: String,
}

fn misfit(folder: &Path, arguments: &[&str]) -> Ended {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(arguments).current_dir(folder);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env_remove("MISFIT_SCHEMAS");
    let output = misfit.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ended { code: output.status.code(), out: text(output.stdout), told: text(output.stderr) }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("schemas/acme/thing")).unwrap();
    fs::write(folder.path().join("schemas/acme/thing/thing.1.schema.json"), SCHEMA).unwrap();
    fs::write(folder.path().join("whole.ndjson"), lines()).unwrap();
    fs::write(folder.path().join("whole.parquet"), parquet()).unwrap();
    let base = misfit(folder.path(), &["groups", "whole.ndjson", "--schemas", "schemas", "--format", "json"]);
    fs::write(folder.path().join("base.json"), base.out).unwrap();
    for (name, bytes, _) in inputs() {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Commands over rows, with whether they are a check.
const COMMANDS: [(&[&str], bool); 5] = [
    (&["groups", "@"], false),
    (&["groups", "@", "--baseline", "base.json"], true),
    (&["cases", "@"], false),
    (&["judge", "@"], true),
    (&["export", "@", "--as", "report"], false),
];

#[test]
fn no_command_ends_as_if_it_had_read_everything() {
    let folder = folder();
    for (name, _, is_some) in inputs() {
        for (command, is_check) in COMMANDS {
            let command: Vec<&str> = command.iter().map(|argument| if *argument == "@" { name } else { argument }).collect();
            let Ended { code, out, told } = misfit(folder.path(), &[command.as_slice(), &["--schemas", "schemas"]].concat());
            let what = command.join(" ");
            // Nothing that judges or compares is clean; what only lists says what is missing.
            match (is_some, is_check) {
                (false, _) => assert!(code == Some(2) && !(told.is_empty() && out.is_empty()), "{what}: {code:?} {out} {told}"),
                (true, true) => assert!(matches!(code, Some(1 | 2)), "{what}: {code:?} {told}"),
                (true, false) => assert!(code == Some(0) && told.contains("not a row"), "{what}: {code:?} {told}"),
            }
            if is_some && command.contains(&"--baseline") {
                assert!(code == Some(2) && told.contains("not all of the input could be read"), "{what}: {code:?} {told}");
            }
        }
    }
}

#[test]
fn whole_inputs_are_read_in_both_forms() {
    let folder = folder();
    for name in ["whole.ndjson", "whole.parquet"] {
        let ended = misfit(folder.path(), &["groups", name, "--schemas", "schemas", "--baseline", "base.json"]);
        assert_eq!(ended.code, Some(0), "{}", ended.told);
    }
}

#[test]
fn a_document_behind_another_is_not_passed_with_it() {
    let folder = folder();
    let judged = |text: &str| {
        fs::write(folder.path().join("two.json"), text).unwrap();
        misfit(folder.path(), &["judge", "two.json", "--doctype", "acme.thing.1", "--schemas", "schemas"])
    };
    for text in ["{\"a\":1} {\"a\":\"x\"}\n", "{\"a\":1}{\"a\":2}", "{\n\"a\":1\n}\n{\n\"a\":\"x\"\n}\n", "{\"a\":1}\n{\"a\":1} [1]\n"] {
        let ended = judged(text);
        assert_eq!(ended.code, Some(2), "{text}: {} {}", ended.out, ended.told);
        assert!(ended.out.contains("another document follows it"), "{}", ended.out);
    }
    // What is wrong with the first is told all the same, and other text behind a document is nothing to the pipeline.
    assert_eq!(judged("{\"a\":\"x\"} {\"a\":1}\n").code, Some(1));
    assert_eq!(judged("{\"a\":1} and more\n").code, Some(0));
    let row = misfit(folder.path(), &["row", "two.json", "--layout", "acme.thing.1", "--schemas", "schemas"]);
    assert_eq!(row.code, Some(0), "{}", row.told);
    fs::write(folder.path().join("two.json"), "{\"a\":1} {\"a\":2}").unwrap();
    let row = misfit(folder.path(), &["row", "two.json", "--layout", "acme.thing.1", "--schemas", "schemas"]);
    assert!(row.code == Some(2) && row.told.contains("more than one"), "{}", row.told);
}

#[test]
fn a_torn_line_keeps_no_row_from_being_judged() {
    let folder = folder();
    let ended = misfit(folder.path(), &["judge", "zeros.ndjson", "--schemas", "schemas"]);
    assert_eq!(ended.code, Some(2), "{}", ended.told);
    assert!(ended.out.contains("acme/thing.1: 0 passed, 40 failed") && ended.out.contains("1 could not be judged"), "{}", ended.out);
    assert!(ended.out.contains("zeros.ndjson line 41"), "{}", ended.out);
}

#[test]
fn a_file_that_is_named_twice_is_read_once_and_that_is_said() {
    let folder = folder();
    fs::create_dir(folder.path().join("rows")).unwrap();
    for name in ["rows/a.ndjson", "rows/b.ndjson"] {
        fs::write(folder.path().join(name), lines()).unwrap();
    }
    for (inputs, rows, said) in [
        (&["rows/*.ndjson", "rows/a*"][..], "80 rows", "a.ndjson is named more than once and read once"),
        (&["rows/*", "./rows/*.ndjson"], "80 rows", "2 files are named more than once and read once; the first is a.ndjson"),
        (&["rows/a.ndjson", "rows/../rows/a.ndjson", "rows/a.ndjson"], "40 rows", "a.ndjson is named more than once and read once"),
    ] {
        let told = misfit(folder.path(), &[&["groups"], inputs].concat()).told;
        assert!(told.contains(rows) && told.contains(said), "{inputs:?}: {told}");
        let cases = misfit(folder.path(), &[&["cases"], inputs].concat());
        assert!(cases.told.contains(said) && cases.out.matches("required key").count() > 0, "{}", cases.told);
    }
    assert!(!misfit(folder.path(), &["groups", "rows/a.ndjson", "rows/b.ndjson"]).told.contains("read once"));
}

#[test]
fn inputs_of_other_columns_are_named() {
    let folder = folder();
    let without = |name: &str, columns: &[&str]| {
        let mut row: serde_json::Value = serde_json::from_str(&row()).unwrap();
        columns.iter().for_each(|column| drop(row.as_object_mut().unwrap().remove(*column)));
        fs::write(folder.path().join(name), format!("{row}\n")).unwrap();
    };
    without("whole-b.ndjson", &[]);
    without("old.ndjson", &["document_version"]);
    without("older.ndjson", &["document_version", "payload"]);
    without("oldest.ndjson", &["document_version", "payload"]);
    let all = ["groups", "whole.ndjson", "whole-b.ndjson", "old.ndjson", "older.ndjson", "oldest.ndjson"];
    let told = misfit(folder.path(), &all).told;
    assert!(told.contains("1 of 5 inputs has no document_version: old.ndjson"), "{told}");
    assert!(told.contains("2 of 5 inputs have no document_version, payload; the first is older.ndjson"), "{told}");
    // What none of them has is lost for all.
    assert!(told.contains("the source has no job_name") && !told.contains("inputs have no job_name"), "{told}");
    let json: serde_json::Value = serde_json::from_str(&misfit(folder.path(), &[&all[..], &["--format", "json"]].concat()).out).unwrap();
    assert!(json["notes"].to_string().contains("old.ndjson"), "{}", json["notes"]);
    assert!(!misfit(folder.path(), &all[..3]).told.contains("inputs"));
}
