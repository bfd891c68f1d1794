//! Single bits flipped in files of every form: nothing panics, and no row is lost unsaid.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use misfit::pipeline::layout::Layout;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::Judge;
use misfit::rows::bundle::Bundle;
use misfit::rows::demo;
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::triage::bundle::BundleRequest;
use misfit::triage::export::choice::Choice;
use misfit::triage::export::files::{DraftFile, Readers, WriteOptions};
use misfit::triage::redact::Policy;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// Rows of each file.
const ROWS: u64 = 60;

/// Flips of each form, unless $MISFIT_FLIPS says how many.
const FLIPS: u64 = 150;

/// What became of a file with a flipped bit.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// All rows are there.
    Whole,
    /// Refused, or some rows are told to be unreadable.
    Said,
    /// Fewer rows, and nothing is said.
    Lost,
}

fn message(row: u64) -> String {
    format!("org.everit.json.schema.ValidationException: #/a/{row}: expected type: String, found: Null")
}

fn ndjson() -> Vec<u8> {
    let line = |row: u64| {
        format!(
            r#"{{"document_namespace":"acme","document_type":"ping","document_version":"1","error_type":"ParsePayload","error_message":"{}","submission_timestamp":"2026-03-02 17:15:58 UTC","payload":"e30="}}"#,
            message(row)
        ) + "\n"
    };
    (0..ROWS).map(line).collect::<String>().into_bytes()
}

fn gzip() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&ndjson()).unwrap();
    packed.finish().unwrap()
}

fn zstd() -> Vec<u8> {
    let mut packed = zstd::Encoder::new(Vec::new(), 3).unwrap();
    packed.include_checksum(true).unwrap();
    packed.write_all(&ndjson()).unwrap();
    packed.finish().unwrap()
}

fn parquet(compression: Compression) -> Vec<u8> {
    let schema = "message errors { optional binary document_namespace (UTF8); optional binary error_message (UTF8); optional binary error_type (UTF8);
        optional binary payload; optional int64 submission_timestamp (TIMESTAMP(MICROS,true)); }";
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_data_page_size_limit(300);
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    for group in 0..3 {
        let of_group = |text: &dyn Fn(u64) -> String| {
            (0..ROWS / 3).map(|row| ByteArray::from(text(group * ROWS / 3 + row).into_bytes())).collect::<Vec<_>>()
        };
        let all = vec![1; ROWS as usize / 3];
        let mut rows = writer.next_row_group().unwrap();
        let texts: [&dyn Fn(u64) -> String; 4] =
            [&|_| "acme".to_owned(), &message, &|_| "ParsePayload".to_owned(), &|row| format!("{{\"row\":{row}}}")];
        for text in texts {
            let mut column = rows.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&of_group(text), Some(&all), None).unwrap();
            column.close().unwrap();
        }
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&vec![1_782_391_480_123_000; all.len()], Some(&all), None).unwrap();
        column.close().unwrap();
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn outcome(bytes: Vec<u8>) -> Outcome {
    let Ok(files) = Files::from_memory("errors", bytes) else { return Outcome::Said };
    let groups = files.groups(&Request::default(), &Unwatched);
    let mut seen = 0;
    let rows = files.rows(0..u64::MAX, &Unwatched, &mut |_, at, _| {
        seen += 1;
        if seen % 7 == 0 {
            let _ = files.fetch(at, &Unwatched);
        }
        ControlFlow::Continue(())
    });
    let (Ok(groups), Ok(unreadable)) = (groups, rows) else { return Outcome::Said };
    if groups.unreadable.count > 0 || unreadable.count > 0 {
        Outcome::Said
    } else if groups.rows == ROWS && seen == ROWS {
        Outcome::Whole
    } else {
        Outcome::Lost
    }
}

/// The same numbers in every run.
fn numbers(mut state: u64) -> impl Iterator<Item = u64> {
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}

fn flips() -> u64 {
    std::env::var("MISFIT_FLIPS").ok().and_then(|flips| flips.parse().ok()).unwrap_or(FLIPS)
}

/// The bytes with one bit flipped at a time, each with what tells which.
fn flipped(whole: &[u8]) -> impl Iterator<Item = (u64, Vec<u8>)> + '_ {
    numbers(0x9e37_79b9).take(flips() as usize).map(|number| {
        let bit = number % (whole.len() as u64 * 8);
        let mut flipped = whole.to_vec();
        flipped[bit as usize / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

/// Made of the sample, redacted.
fn bundle() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let (source, store) = (demo::source().unwrap(), Arc::new(demo::schemas().unwrap()));
    let groups = source.groups(&Request { schemas: Some(store.clone()), ..Request::default() }, &Unwatched).unwrap();
    let choice = Choice::of(&groups, &[]);
    let draft = DraftFile::begin(&dir.path().join("bundle"), WriteOptions { replace: false, readers: Readers::Usual }).unwrap();
    let asked = BundleRequest {
        source: source.as_ref(),
        schemas: Some(&store),
        groups: &groups,
        choice: &choice,
        per_group: 1,
        policy: Policy::default(),
    };
    std::fs::read(misfit::triage::bundle::make(&asked, draft, &Unwatched).unwrap().path).unwrap()
}

#[test]
fn a_flipped_bit_in_a_bundle_is_found() {
    let (dir, whole) = (tempfile::tempdir().unwrap(), bundle());
    let rows = |bundle: &Bundle| bundle.groups(&Request::default(), &Unwatched).map(|groups| groups.rows).ok();
    let path = dir.path().join("flipped");
    std::fs::write(&path, &whole).unwrap();
    let all = rows(&Bundle::open(&path).unwrap());
    for (bit, flipped) in flipped(&whole) {
        std::fs::write(&path, flipped).unwrap();
        // What is not said to be broken is whole.
        if let Ok(bundle) = Bundle::open(&path) {
            assert_eq!(rows(&bundle), all, "bit {bit}");
        }
    }
}

#[test]
fn a_flipped_bit_in_a_layout_or_a_schema_panics_nowhere() {
    let store = demo::schemas().unwrap();
    for doctype in store.doctypes() {
        for path in [&doctype.layout, &doctype.schema].into_iter().flatten() {
            let whole = store.file(path).unwrap();
            for (_, flipped) in flipped(&whole) {
                if let Ok(layout) = Layout::parse(&flipped) {
                    let _ = layout.columns.len();
                }
                if let Ok(schema) = Schema::parse("flipped", flipped) {
                    let _ = Judge::compile(Arc::new(schema));
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_panics_nowhere_and_hides_no_row() {
    let forms = [
        ("gzip", gzip()),
        ("zstd", zstd()),
        ("parquet", parquet(Compression::UNCOMPRESSED)),
        ("parquet, snappy", parquet(Compression::SNAPPY)),
        ("parquet, zstd", parquet(Compression::ZSTD(Default::default()))),
    ];
    for (form, whole) in forms {
        assert_eq!(outcome(whole.clone()), Outcome::Whole, "{form}");
        let mut told = [0; 3];
        for (bit, flipped) in flipped(&whole) {
            let outcome =
                std::panic::catch_unwind(|| outcome(flipped)).unwrap_or_else(|_| panic!("{form}: bit {bit} of {} panics", whole.len()));
            if outcome == Outcome::Lost {
                println!("{form}: bit {bit} of {}", whole.len() * 8);
            }
            told[outcome as usize] += 1;
        }
        println!("{form}, flipped: {} whole, {} said, {} lost", told[0], told[1], told[2]);
        assert_eq!(told[2], 0, "{form}: rows are lost unsaid");
    }
}
