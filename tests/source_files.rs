//! Files of error rows as a user gives them: every form and packing, bad input, rows found again.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use misfit::rows::group::Groups;
use misfit::rows::payload::Payload;
use misfit::rows::row::{RowRef, SourceRow};
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Progress, Request, SourceError, Unwatched, Watch};

const ROWS: usize = 300;

fn row(i: usize) -> String {
    format!(
        r##"{{"document_namespace": "{}", "document_type": "main", "document_version": "4", "error_message": "org.everit.json.schema.ValidationException: #/a/{}: \"x\"", "error_type": "ParsePayload", "exception_class": null, "job_name": "decoder-0", "uri": "/submit/{i}", "payload": "eyJhIjoxfQ==", "submission_timestamp": "2026-06-25 12:{:02}:00 UTC"}}"##,
        if i.is_multiple_of(3) { "telemetry" } else { "org-mozilla-fenix" },
        i % 7,
        i % 60,
    )
}

fn lines() -> Vec<u8> {
    (0..ROWS).map(|i| row(i) + "\n").collect::<String>().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_string_lossy().into_owned()
}

fn open(path: &str) -> Files {
    Files::open(&[path.to_owned()], ReadOptions { keep_rows: true }).unwrap()
}

fn read(files: &Files) -> Groups {
    files.groups(&Request::default(), &Unwatched).unwrap()
}

fn all(files: &Files) -> Vec<(RowRef, SourceRow)> {
    let mut rows = Vec::new();
    files
        .rows(0..u64::MAX, &Unwatched, &mut |number, at, row| {
            assert_eq!(number, rows.len() as u64);
            rows.push((at, row));
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

fn refusal(result: Result<Files, SourceError>) -> String {
    result.and_then(|files| files.groups(&Request::default(), &Unwatched)).err().map(|error| error.to_string()).expect("it is refused")
}

#[test]
fn every_form_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines();
    let rows: Vec<_> = (0..ROWS).map(row).collect();
    let array = format!("[{}]\n", rows.join(","));
    let pretty = format!("[\n  {}\n]\n", rows.join(",\n  ").replace("\", \"", "\",\n    \""));
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("plain.ndjson", lines.clone()),
        ("no-newline", lines[..lines.len() - 1].to_vec()),
        ("mark", [b"\xef\xbb\xbf".to_vec(), lines.clone()].concat()),
        ("windows", String::from_utf8(lines.clone()).unwrap().replace('\n', "\r\n").into_bytes()),
        ("misnamed.parquet", gzip(&lines)),
        ("members.gz", [gzip(&lines[..5_000]), gzip(&lines[5_000..])].concat()),
        ("zstd", zstd::encode_all(&lines[..], 1).unwrap()),
        ("array.json", array.clone().into_bytes()),
        ("pretty.json", pretty.into_bytes()),
        ("array.gz", gzip(array.as_bytes())),
    ];
    let expected = all(&open(&write(folder.path(), "expected", &lines)));
    for (name, bytes) in forms {
        let files = open(&write(folder.path(), name, &bytes));
        let groups = read(&files);
        assert_eq!((groups.rows, groups.unreadable.count, groups.outside), (ROWS as u64, 0, 0), "{name}");
        assert!(groups.missing_columns.is_empty() && !groups.partial, "{name}");
        let found = all(&files);
        assert_eq!(found.len(), ROWS, "{name}");
        for (i, ((at, row), (_, expected))) in found.iter().zip(&expected).enumerate() {
            assert_eq!((&row.columns, &row.payload), (&expected.columns, &expected.payload), "{name}");
            if i % 50 == 0 {
                let again = files.fetch(*at, &Unwatched).unwrap();
                assert_eq!((&again.columns, &again.payload, &again.origin), (&row.columns, &row.payload, &row.origin), "{name}");
            }
        }
        assert_eq!(found[0].1.payload, Payload::Bytes(br#"{"a":1}"#.to_vec()));
    }
}

#[test]
fn rows_say_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let files = open(&write(folder.path(), "errors.ndjson.gz", &gzip(&[b"\n".to_vec(), lines()].concat())));
    let rows = all(&files);
    assert_eq!(rows[11].1.origin, "errors.ndjson.gz line 13");
    assert_eq!(files.fetch(rows[11].0, &Unwatched).unwrap().origin, "errors.ndjson.gz line 13");
    let files = open(&write(folder.path(), "errors.json", format!("[{},{}]", row(0), row(1)).as_bytes()));
    assert_eq!(all(&files)[1].1.origin, "errors.json row 2");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = lines().repeat(20);
    for (place, junk) in [(90_000, "\nnot a row\n"), (400_000, "\n{\"a\":\n"), (1_200_000, "\n\u{1b}[2J\n")] {
        let at = place + text[place..].iter().position(|byte| *byte == b'\n').unwrap();
        text.splice(at..at, junk.bytes());
    }
    let path = write(folder.path(), "errors.ndjson", &text);
    let packed = write(folder.path(), "errors.gz", &gzip(&text));
    for path in [path, packed] {
        let answers: Vec<_> = [1, 2, 8].map(|threads| format!("{:?}", read(&open(&path).with_threads(threads)))).to_vec();
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
    }
}

#[test]
fn what_is_no_row_is_counted_and_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{}\n\nnot json\n{}\n[1]\n{{\"document_type\": tru}}\n", row(0), row(1));
    let groups = read(&open(&write(folder.path(), "errors.ndjson", text.as_bytes())));
    assert_eq!((groups.rows, groups.unreadable.count), (2, 3));
    let first = &groups.unreadable.first[0];
    assert_eq!((first.origin.as_str(), first.quote.as_str()), ("errors.ndjson line 3", "not json"));
    assert_eq!(groups.unreadable.first[2].reason, "not a row in JSON: expected ident at column 22");
}

#[test]
fn a_truncated_archive_keeps_the_rows_before() {
    let folder = tempfile::tempdir().unwrap();
    let packed = gzip(&lines());
    let files = open(&write(folder.path(), "errors.gz", &packed[..packed.len() * 2 / 3]));
    let groups = read(&files);
    assert!(groups.rows > 50 && groups.rows < ROWS as u64, "{}", groups.rows);
    assert_eq!(groups.unreadable.count, 1);
    let bad = &groups.unreadable.first[0];
    assert_eq!(bad.origin, format!("errors.gz line {}", groups.rows + 1));
    assert!(bad.reason.contains("the file is truncated") && bad.reason.contains("KiB of text"), "{}", bad.reason);
    let zstd = zstd::encode_all(&lines().repeat(20)[..], 1).unwrap();
    let groups = read(&open(&write(folder.path(), "errors.zst", &zstd[..zstd.len() - 10])));
    assert_eq!(groups.unreadable.count, 1);
}

/// A folder is all exports in it, in order; what is no export is told, hidden files and circles of links are safe.
#[test]
fn a_folder_is_all_exports_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("2026-06");
    std::fs::create_dir(&below).unwrap();
    write(folder.path(), "b.ndjson", &lines());
    write(&below, "a.json.gz", &gzip(&lines()));
    write(folder.path(), ".hidden.ndjson", &lines());
    write(folder.path(), "notes.txt", b"nothing");
    write(folder.path(), "schema.json", b"{\"type\": \"object\"}\n");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path(), below.join("round")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("b.ndjson"), folder.path().join("again.ndjson")).unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("gone.ndjson")).unwrap();
    }
    let named = folder.path().to_string_lossy().into_owned();
    let files = Files::open(&[named], ReadOptions { keep_rows: true }).unwrap();
    let (one, all) = (read(&open(&write(folder.path(), "alone.txt", &lines()))), read(&files));
    assert_eq!((all.rows, all.list.len()), (2 * one.rows, one.list.len()), "each file once, by whatever name");
    let told = all.notes.iter().map(|note| note.text.clone()).collect::<Vec<_>>().join("; ");
    assert!(told.contains("2 files in ") && told.contains("left out: notes.txt, schema.json"), "{told}");
}

#[test]
fn what_cannot_be_read_is_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let open = |path: String| refusal(Files::open(&[path], ReadOptions::default()));
    assert!(open(at("missing.ndjson")).contains("there is no file"));
    assert!(open(at("*.missing")).contains("no file matches"));
    let empty = open(at(""));
    assert!(empty.contains("holds no export: files of rows end in .ndjson"), "{empty}");
    assert!(open(write(folder.path(), "table.csv", b"1,2\n3,4\n")).contains("text that begins with `1,2`"));
    assert!(
        open(write(folder.path(), "other.json", b"{\"a\": 1}\n"))
            .contains("it has none of error_message, error_type, exception_class, but the members a")
    );
    assert!(open(write(folder.path(), "footer.parquet", b"PAR1 and no more")).contains("it may be truncated"));
    assert!(open(write(folder.path(), "packed", &gzip(b"1,2\n"))).contains("text that begins with `1,2`"));
    assert!(refusal(Files::open(&["-".to_owned(), "-".to_owned()], ReadOptions::default())).contains("once only"));
    assert!(refusal(Files::open(&[], ReadOptions::default())).contains("no input"));
}

#[test]
fn nothing_is_no_row_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("empty", b"".to_vec()),
        ("blank", b" \n\r\n\t".to_vec()),
        ("line", b"\n".to_vec()),
        ("array", b"[]".to_vec()),
        ("wide", b" [ \n ] \n".to_vec()),
        ("packed", gzip(b"")),
        ("zstd", zstd::encode_all(&b"\n"[..], 1).unwrap()),
    ] {
        let files = open(&write(folder.path(), name, &bytes));
        let groups = read(&files);
        assert_eq!((groups.rows, groups.unreadable.count, groups.missing_columns.len()), (0, 0, 0), "{name}");
        assert_eq!(groups.unreadable.notes(), [format!("there is no row in {name}: it holds nothing")]);
        assert_eq!(files.rows(0..9, &Unwatched, &mut |_, _, _| ControlFlow::Break(())).unwrap().empty, [name]);
    }
    let two = ["empty", "line"].map(|name| folder.path().join(name).to_string_lossy().into_owned());
    let groups = read(&Files::open(&two, ReadOptions::default()).unwrap());
    assert_eq!(groups.unreadable.notes(), ["there is no row in 2 of the inputs: they hold nothing; the first is empty"]);
}

#[test]
fn text_of_which_nothing_is_a_row_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let two = format!("{}{}\n", row(0), row(1));
    for (name, text, says) in [
        ("broken", "{\"a\":tru}\n", "broken: nothing in it is a row; the first piece is broken line 1: not a row in JSON: expected ident"),
        ("two", &two, "two: nothing in it is a row; the first piece is two line 1: not a row in JSON: trailing characters"),
        ("open", "[", "open: nothing in it is a row"),
        ("numbers", "[1, 2]", "numbers: nothing in it is a row; the first piece is numbers row 1"),
    ] {
        let files = open(&write(folder.path(), name, text.as_bytes()));
        let told = files.groups(&Request::default(), &Unwatched).unwrap_err().to_string();
        assert!(told.starts_with(says), "{told}");
        let told = files.rows(0..u64::MAX, &Unwatched, &mut |_, _, _| ControlFlow::Continue(())).unwrap_err().to_string();
        assert!(told.starts_with(says), "{told}");
    }
}

#[test]
fn a_document_is_no_error_row_whatever_its_members_are_called() {
    let document =
        r#"{"type": "main", "payload": {"info": 1}, "submission_timestamp": "2026-06-25", "document_type": "main", "version": 4}"#;
    let envelope = r#"{"uuid": "8f", "namespace": "acme", "payload": "e30=", "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7}"#;
    for (text, says) in [
        (document, "but the members type, payload, submission_timestamp, document_type, version"),
        (envelope, "but the members uuid, namespace, payload, a, b, c, d, e and 2 more"),
        ("{}", "but no members at all"),
        (r#"{"attributeMap": {"uri": "/x"}, "payload": "e30="}"#, "but the members uri, payload"),
    ] {
        let error = Files::from_memory("other", text.as_bytes()).unwrap().groups(&Request::default(), &Unwatched).unwrap_err();
        assert!(error.to_string().starts_with("other: not a row of the error table"), "{error}");
        assert!(error.to_string().ends_with(says), "{error}");
        assert_eq!(error.advice(), Some(misfit::rows::advice::Advice::MapRows));
    }
    let mixed = format!("{document}\n{}\n{envelope}\n", row(0));
    let groups = read(&Files::from_memory("mixed", mixed.into_bytes()).unwrap());
    assert_eq!((groups.rows, groups.unreadable.count, groups.unreadable.first[1].origin.as_str()), (1, 2, "mixed line 3"));
}

#[test]
fn a_time_is_read_or_told() {
    let odd = |time: &str| row(0).replace("\"2026-06-25 12:00:00 UTC\"", time);
    let text = [
        "1782389700",
        "\"1782389700000\"",
        "1782389700000000",
        "\"2026-06-25T14:15:00+02:00\"",
        "\"2026-02-30 12:00:00 UTC\"",
        "null",
        "\"soon\"",
    ]
    .map(odd)
    .join("\n");
    let files = Files::from_memory("times", text.into_bytes()).unwrap();
    let groups = read(&files);
    assert_eq!((groups.rows, groups.unreadable.count, groups.outside), (7, 0, 0));
    let time = misfit::ground::time::parse_time;
    let at = time("2026-06-25 12:15:00 UTC").unwrap();
    assert_eq!(groups.span, Some((at, at)));
    assert_eq!(groups.unreadable.notes(), ["2 rows have a time that cannot be read; the first is times line 5: 2026-02-30 12:00:00 UTC"]);
    let window = Request { since: Some(at), ..Request::default() };
    let groups = files.groups(&window, &Unwatched).unwrap();
    assert_eq!(
        (groups.rows, groups.outside, groups.unreadable.times.count),
        (4, 1, 2),
        "nobody knows where odd times are; NULL is in no window"
    );
}

#[test]
fn clients_of_files_are_counted() {
    let text: String = (0..9).map(|i| row(0).replace("\"uri\"", &format!("\"client_id\": \"c{}\", \"uri\"", i % 3)) + "\n").collect();
    let groups = read(&Files::from_memory("rows", text.into_bytes()).unwrap());
    assert_eq!(groups.list[0].clients.map(|clients| (clients.count(), clients.exact())), Some((3, true)));
    assert_eq!(read(&Files::from_memory("rows", lines()).unwrap()).list[0].clients, None);
}

#[test]
fn rows_of_a_table_of_counts_stand_for_many() {
    let first = r##"{"document_namespace": "telemetry", "document_type": "voice", "document_version": null, "hour": "2026-06-29 19:00:00 UTC", "path": "#/a", "error_count": "28", "error_rank": "1"}"##;
    let sampled = r##"{"submission_date": "2026-06-29", "document_namespace": "telemetry", "document_type": "voice", "hour": 7, "path": "#/a", "error_count": 3, "sample_error_messages": "expected type: String, found: Null; expected type: String, found: Integer"}"##;
    let read_of = |text: &str| Files::from_memory("counts", text.as_bytes()).unwrap();
    let groups = read(&read_of(&[first, first].join("\n")));
    assert_eq!((groups.rows, groups.list.len(), groups.list[0].count, groups.list[0].rows.len()), (56, 1, 56, 2));
    let files = read_of(&[sampled, sampled].join("\n"));
    let groups = read(&files);
    let group = &groups.list[0];
    assert_eq!((group.count, group.key.path.as_deref(), &*group.key.fault), (6, Some("/a"), "type"));
    assert_eq!(group.span.map(|(first, _)| first), misfit::ground::time::parse_time("2026-06-29 07:00:00 UTC"));
    let row = &all(&files)[0].1;
    assert_eq!((row.error_row().rows, row.error_row().message), (3, Some("#/a: expected type: String, found: Null")));
    let other = Files::from_memory("other", &br#"{"error_count": 3, "path": "/"}"#[..]).unwrap();
    assert!(other.groups(&Request::default(), &Unwatched).is_err());
}

#[test]
fn views_without_payload_and_narrow_tables_are_read() {
    let text = br#"{"document_namespace": "telemetry", "error_message": "x"}"#;
    let files = Files::from_memory("view", &text[..]).unwrap();
    let groups = read(&files);
    assert_eq!(groups.rows, 1);
    assert_eq!(
        groups.missing_columns,
        ["document_type", "document_version", "error_type", "exception_class", "job_name", "payload", "submission_timestamp"]
    );
    assert_eq!(all(&files)[0].1.payload, Payload::Absent);
}

#[test]
fn the_decoders_own_lines_are_rows() {
    let text = br#"{"attributeMap": {"document_namespace": "telemetry", "document_type": "main", "error_type": "ParsePayload"}, "payload": "e30="}"#;
    let files = Files::from_memory("decoder", &text[..]).unwrap();
    assert_eq!(read(&files).rows, 1);
    let row = &all(&files)[0].1;
    assert_eq!((row.column("document_type"), &row.payload), (Some("main"), &Payload::Bytes(b"{}".to_vec())));
}

#[test]
fn only_what_was_asked_for_is_counted() {
    let files = Files::from_memory("rows", lines()).unwrap();
    let request = Request { namespaces: vec!["org_mozilla_fenix".to_owned()], ..Request::default() };
    let groups = files.groups(&request, &Unwatched).unwrap();
    assert_eq!((groups.rows, groups.outside), (200, 100));
    let time = misfit::ground::time::parse_time;
    let request = Request { since: time("2026-06-25 12:10:00 UTC"), until: time("2026-06-25 12:20:00 UTC"), ..Request::default() };
    let groups = files.groups(&request, &Unwatched).unwrap();
    assert_eq!((groups.rows, groups.outside), (50, 250));
}

#[test]
fn several_files_and_patterns_are_one_source() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.ndjson", &lines());
    write(folder.path(), "b.gz", &gzip(&lines()));
    let pattern = folder.path().join("*").to_string_lossy().into_owned();
    let files = Files::open(&[pattern], ReadOptions { keep_rows: true }).unwrap();
    assert_eq!(files.name(), "2 files");
    assert_eq!(read(&files).rows, 2 * ROWS as u64);
    let rows = all(&files);
    assert_eq!(rows[ROWS].1.origin, "b.gz line 1");
    assert_eq!(files.fetch(rows[ROWS].0, &Unwatched).unwrap().origin, "b.gz line 1");
}

#[test]
fn a_pipe_is_read_once_and_its_rows_are_kept() {
    let files = Files::from_reader("standard input", std::io::Cursor::new(gzip(&lines())), ReadOptions { keep_rows: true });
    assert_eq!(read(&files).rows, ROWS as u64);
    let rows = all(&files);
    assert_eq!(files.fetch(rows[7].0, &Unwatched).unwrap().origin, "standard input line 8");
    assert_eq!(read(&files).rows, ROWS as u64, "grouped again from the copy");

    let files = Files::from_reader("standard input", std::io::Cursor::new(lines()), ReadOptions { keep_rows: false });
    assert_eq!(read(&files).rows, ROWS as u64);
    assert!(files.groups(&Request::default(), &Unwatched).unwrap_err().to_string().contains("can be read only once"));
}

#[test]
fn a_pipe_that_is_no_table_says_what_it_is() {
    for _ in 0..50 {
        let files = Files::from_reader("pipe", std::io::Cursor::new("1,2\n3,4\n"), ReadOptions::default());
        let reason = refusal(Ok(files));
        assert!(reason.contains("text that begins with `1,2`"), "{reason}");
    }
}

#[test]
fn packed_rows_are_found_without_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "errors.gz", &gzip(&lines()));
    let files = Files::open(&[path], ReadOptions { keep_rows: false }).unwrap();
    let rows = all(&files);
    let again = files.fetch(rows[123].0, &Unwatched).unwrap();
    assert_eq!((again.columns, again.origin.as_str()), (rows[123].1.columns.clone(), "errors.gz line 124"));
}

#[test]
fn a_file_that_changed_is_not_misread() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "errors.ndjson", &lines());
    let files = open(&path);
    let rows = all(&files);
    std::fs::write(&path, [b"\n", &lines()[..]].concat()).unwrap();
    assert!(files.fetch(rows[1].0, &Unwatched).unwrap_err().to_string().contains("has changed since it was read"));
    std::fs::write(&path, &lines()[..lines().len() / 2]).unwrap();
    assert!(files.fetch(rows[1].0, &Unwatched).unwrap_err().to_string().contains("has changed since it was read"));
}

#[test]
fn a_file_that_grew_still_has_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("errors.ndjson", lines()), ("errors.gz", gzip(&lines()))] {
        let path = write(folder.path(), name, &bytes);
        let files = Files::open(std::slice::from_ref(&path), ReadOptions::default()).unwrap();
        let rows = all(&files);
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(&bytes).unwrap();
        for (at, row) in [&rows[1], &rows[ROWS - 1]] {
            assert_eq!(files.fetch(*at, &Unwatched).unwrap().columns, row.columns, "{name}");
        }
        // Counted anew it has all of them, and all of them are found.
        let all = all(&files);
        assert_eq!((all.len(), read(&files).rows), (2 * ROWS, 2 * ROWS as u64));
        assert_eq!(files.fetch(all[2 * ROWS - 1].0, &Unwatched).unwrap().columns, rows[ROWS - 1].1.columns);
    }
}

#[test]
fn what_stands_behind_much_space_is_read() {
    let rows = [row(0), row(1)];
    for space in [65_536 - 1, 65_536, 300_000] {
        for text in
            [rows.join("\n"), format!("[{}]", rows.join(",")), format!("{{\n{}", rows.concat().replacen('{', "", 1).replace("}{", "}\n{"))]
        {
            let text = [&"\n ".repeat(space / 2), &" ".repeat(space % 2), text.as_str()].concat().into_bytes();
            assert_eq!(read(&Files::from_memory("x", text.clone()).unwrap()).rows, 2);
            assert_eq!(read(&Files::from_memory("x", gzip(&text)).unwrap()).rows, 2);
            assert_eq!(read(&Files::from_reader("x", std::io::Cursor::new(text), ReadOptions::default())).rows, 2);
        }
    }
    assert_eq!(read(&Files::from_memory("x", vec![b' '; 200_000]).unwrap()).rows, 0, "nothing but space is no row");
}

#[test]
fn zstd_with_a_long_window_is_not_called_truncated() {
    // A frame of one block as it stands, which asks for a window of 2^28 bytes.
    let frame = |text: &[u8]| {
        let block = ((text.len() as u32) << 3 | 1).to_le_bytes();
        [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x90][..], &block[..3], text].concat()
    };
    let refused = refusal(Files::from_memory("x.zst", frame(row(0).as_bytes())));
    assert_eq!(refused, "x.zst was packed by zstd with a window of more than 128 MiB, more memory than is taken for it");
    let behind = [zstd::encode_all((row(0) + "\n").as_bytes(), 1).unwrap(), frame(row(1).as_bytes())].concat();
    let groups = read(&Files::from_memory("x.zst", behind).unwrap());
    assert_eq!((groups.rows, groups.unreadable.count), (1, 1));
    assert!(
        groups.unreadable.first[0].reason.contains("a window of more than 128 MiB: unpack them with zstd first"),
        "{:?}",
        groups.unreadable
    );
}

#[test]
fn huge_rows_are_read_and_gigantic_ones_counted() {
    let huge = row(0).replace("/submit/0", &"x".repeat(9 << 20));
    let gigantic = row(1).replace("/submit/1", &"x".repeat(65 << 20));
    let text = format!("{}\n{huge}\n{gigantic}\n{}", row(2), row(3));
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let files = Files::from_memory("rows", bytes).unwrap();
        let groups = read(&files);
        assert_eq!((groups.rows, groups.unreadable.count), (3, 1));
        assert_eq!(groups.unreadable.first[0].reason, "a row longer than 64.0 MiB");
        let rows = all(&files);
        assert_eq!(rows[1].1.column("uri").map(str::len), Some(9 << 20));
        assert_eq!(files.fetch(rows[2].0, &Unwatched).unwrap().column("uri"), Some("/submit/3"));
    }
}

/// Stops at the first sign of progress.
#[derive(Default)]
struct Impatient {
    stop: AtomicBool,
    seen: Mutex<Vec<Progress>>,
}

impl Watch for Impatient {
    fn progress(&self, progress: Progress) {
        self.seen.lock().unwrap().push(progress);
        self.stop.store(true, Ordering::Relaxed);
    }
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Rows, then silence.
struct Silent(std::io::Cursor<Vec<u8>>, std::sync::mpsc::Receiver<()>);

impl std::io::Read for Silent {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(into)? {
            0 => Ok(self.1.recv().map_or(0, |()| 0)),
            n => Ok(n),
        }
    }
}

#[test]
fn waiting_for_a_silent_pipe_can_be_called_off() {
    for begin in [lines(), Vec::new()] {
        let (_open, silence) = std::sync::mpsc::channel();
        let files = Files::from_reader("pipe", Silent(std::io::Cursor::new(begin), silence), ReadOptions { keep_rows: true });
        let watch = Impatient::default();
        let groups = files.groups(&Request::default(), &watch).unwrap();
        assert!(groups.partial);
        assert!(watch.seen.lock().unwrap()[0].total_bytes.is_none());
    }
}

fn corpus(name: &str) -> Option<PathBuf> {
    let folder =
        std::env::var_os("MISFIT_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("skipped: no corpus with {name}");
        return None;
    }
    Some(path)
}

#[test]
fn the_corpus_reads_alike_in_all_its_forms() {
    let Some(lines) = corpus("errors-2k.ndjson") else { return };
    let expected = all(&open(&lines.to_string_lossy()));
    assert_eq!(expected.len(), 2000);
    for name in ["errors-2k.bq.json", "errors-2k.parquet"] {
        let files = open(&lines.with_file_name(name).to_string_lossy());
        let groups = read(&files);
        assert_eq!((groups.rows, groups.unreadable.count, groups.missing_columns.len()), (2000, 0, 0), "{name}");
        let rows = all(&files);
        assert_eq!(rows.len(), 2000, "{name}");
        for (i, ((at, row), (_, expected))) in rows.iter().zip(&expected).enumerate() {
            assert_eq!(row.payload, expected.payload, "{name} row {i}");
            assert_eq!(row.error_row(), expected.error_row(), "{name} row {i}");
            for (column, value) in &expected.columns {
                if column != "submission_timestamp" {
                    assert_eq!(row.column(column), value.as_deref(), "{name} row {i} {column}");
                }
            }
            if i % 300 == 0 {
                assert_eq!(files.fetch(*at, &Unwatched).unwrap().columns, row.columns, "{name} row {i}");
            }
        }
    }
}

#[test]
fn no_row_of_the_large_corpus_is_lost() {
    let Some(path) = corpus("errors-30k.ndjson.gz") else { return };
    let groups = read(&open(&path.to_string_lossy()));
    assert_eq!((groups.rows, groups.unreadable.count), (30_000, 0));
}

#[test]
fn a_damaged_export_in_a_folder_is_no_file_of_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Files::open(&[folder.path().to_string_lossy().into_owned()], ReadOptions::default());
    write(folder.path(), "errors.ndjson", row(0).as_bytes());
    write(folder.path(), "note.json", b"{\"a\": 1}\n");
    assert!(open().is_ok(), "a document beside it is left out");
    for (name, bytes) in [("errors.parquet", b"PAR1 and no more".as_slice()), ("more.ndjson.gz", &gzip(row(1).as_bytes())[..12])] {
        let path = write(folder.path(), name, bytes);
        assert!(refusal(open()).contains("truncated"), "{name}");
        std::fs::remove_file(path).unwrap();
    }
}
