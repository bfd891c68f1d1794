//! Patches of made-up groups: many rows, what may be told, rows that no schema refuses.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use std::ops::ControlFlow;

use super::documents::MOST_DOCUMENTS;
use super::*;
use crate::pipeline::fault::VALIDATION;
use crate::rows::group::Groups;
use crate::rows::schemas::memory::Memory;
use crate::rows::source::files::{Files, ReadOptions};
use crate::rows::source::{Request, Unwatched};
use crate::triage::export::own_edit::EditSubject;
use crate::triage::redact::{Policy, Redactor};

const SCHEMA: &str = "{\n  \"additionalProperties\": false,\n  \"properties\": {\n    \"a\": {\n      \"maxLength\": 2,\n      \"type\": \"string\"\n    }\n  }\n}\n";

const LIMIT: &[u8] = br#"{"properties": {"a": {"maxLength": 2}}}"#;

/// Rows with these messages and documents, their groups, and the schemas that judge them.
fn made(rows: &[(String, String)]) -> (tempfile::TempDir, Files, Arc<SchemaStore>, Groups) {
    made_of("t", Box::leak(Box::new([("t/d/d.1.schema.json", SCHEMA.as_bytes()), ("t/e/e.1.schema.json", SCHEMA.as_bytes())])), rows)
}

/// The same of a namespace with these schema files.
fn made_of(
    namespace: &str,
    files: &'static [(&'static str, &'static [u8])],
    rows: &[(String, String)],
) -> (tempfile::TempDir, Files, Arc<SchemaStore>, Groups) {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for (message, document) in rows {
        let payload = STANDARD.encode(document);
        let version = (namespace != "telemetry").then_some("1");
        let row = serde_json::json!({
            "document_namespace": namespace, "document_type": "d", "document_version": version, "error_type": "ParsePayload",
            "error_message": message, "payload": payload, "submission_timestamp": "2026-01-01T00:00:00Z",
        });
        writeln!(lines, "{row}").unwrap();
    }
    let path = folder.path().join("rows.ndjson");
    std::fs::write(&path, lines).unwrap();
    let schemas = Arc::new(SchemaStore::open(Box::new(Memory::new("made up", files))).unwrap());
    let source = Files::open(&[path.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap();
    let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
    (folder, source, schemas, groups)
}

fn long(length: usize) -> (String, String) {
    let message = format!("{VALIDATION}: #/a: expected maxLength: 2, actual: {length}");
    (message, format!("{{\"a\": \"{}\"}}", "x".repeat(length)))
}

/// What an edit by hand says of the rows that it does not judge.
fn own_lines(source: &Files, schemas: &SchemaStore, group: &Group) -> Vec<String> {
    let subject = EditSubject::find(source, schemas, group, &Unwatched).unwrap();
    let verdict = subject.judge(schemas, b"{}", &mut |_| ControlFlow::Continue(())).unwrap();
    verdict.lines.into_iter().filter(|line| line.contains("not judged")).collect()
}

#[test]
fn rows_beyond_those_that_it_is_worked_out_from_are_taken_as_well() {
    // The longest stands where the spread over all rows passes it over.
    let rows: Vec<(String, String)> = (0..MOST_DOCUMENTS * 5 / 4).map(|n| long(if n == 4 { 90 } else { 3 + n % 7 })).collect();
    let (_folder, source, schemas, groups) = made(&rows);
    let [group] = &groups.list[..] else { panic!("{} groups", groups.list.len()) };
    let patch = propose(&source, &schemas, group, &PatchSettings::default(), Share::ALL, &Unwatched).unwrap();
    assert_eq!((patch.turns.of(Turn::Taken), patch.worked_from), (rows.len() as u64, Some(MOST_DOCUMENTS + 1)));
    assert!(patch.files[0].diff().contains("+      \"maxLength\": 90,\n"));
    let share = propose(&source, &schemas, group, &PatchSettings::default(), "99.9".parse().unwrap(), &Unwatched).unwrap();
    assert!(share.files[0].diff().contains("+      \"maxLength\": 9,\n"));
    assert_eq!((share.turns.of(Turn::Taken), share.turns.of(Turn::Same)), (rows.len() as u64 - 1, 1));
}

#[test]
fn what_documents_name_is_written_only_where_it_may_be_told() {
    let row = (format!("{VALIDATION}: #: extraneous key [jane@example.com] is not permitted"), "{\"jane@example.com\": 1}".to_owned());
    let (_folder, source, schemas, groups) = made(&[row]);
    let group = &groups.list[0];
    let settings = PatchSettings::default();
    let patch = propose(&source, &schemas, group, &settings, Share::ALL, &Unwatched).unwrap();
    let text = |raw| {
        let mut redactor = Redactor::new(Policy { raw, ..Policy::default() });
        patch.text(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, &mut redactor)
    };
    let refused = text(false).unwrap_err();
    assert_eq!(refused.text, "at the root the edit writes keys out of the documents that no schema has");
    assert_eq!(refused.advice, Some(crate::rows::advice::Advice::ExportRaw));
    assert!(text(true).unwrap().contains("+    \"jane@example.com\": {\n"));
    let templates = patch.text(
        &schemas,
        group,
        Share::ALL,
        PatchOf::Templates,
        &settings,
        &mut Redactor::new(Policy { raw: true, ..Policy::default() }),
    );
    assert!(templates.unwrap_err().text.contains("no source repository"));
}

/// The patch that tells nothing, and how many rows pass with it.
fn discreet(files: &'static [(&'static str, &'static [u8])], rows: &[(&str, &str)]) -> (String, u64) {
    let rows: Vec<(String, String)> =
        rows.iter().map(|(says, document)| (format!("{VALIDATION}: {says}"), (*document).to_owned())).collect();
    let (_folder, source, schemas, groups) = made_of("t", files, &rows);
    let settings = PatchSettings { told: Some(Policy::default()), ..PatchSettings::default() };
    let patch = propose(&source, &schemas, &groups.list[0], &settings, Share::ALL, &Unwatched).unwrap();
    let mut redactor = Redactor::new(Policy::default());
    let text = patch.text(&schemas, &groups.list[0], Share::ALL, PatchOf::Schemas, &settings, &mut redactor).unwrap();
    (text, patch.turns.of(Turn::Taken))
}

#[test]
fn a_wider_edit_stands_for_one_that_would_tell_what_documents_hold() {
    const FILES: &[(&str, &[u8])] = &[
        ("t/d/d.1.schema.json", b"{\n  \"additionalProperties\": false,\n  \"properties\": {\n    \"age\": {\n      \"maximum\": 9\n    },\n    \"k\": {\n      \"enum\": [\n        \"x\"\n      ]\n    },\n    \"n\": {\n      \"maximum\": 9\n    }\n  }\n}\n"),
        ("t/e/e.1.schema.json", b"{\"properties\": {\"known\": {\"enum\": [\"beta\"]}}}"),
    ];
    let extra = |key: &str| (format!("#: extraneous key [{key}] is not permitted"), format!("{{\"{key}\": 1}}"));
    let of = |(says, document): (String, String)| discreet(FILES, &[(&says, &document)]);
    // A key that some schema has is nobody's.
    let (text, taken) = of(extra("known"));
    assert!(text.contains("+    \"known\": {\n") && !text.contains("not told") && taken == 1, "{text}");
    let (text, taken) = of(extra("jane@example.com"));
    assert!(!text.contains("jane") && text.contains("+  \"additionalProperties\": {\n") && taken == 1, "{text}");
    assert!(text.contains("not told: 1 key out of the documents at the root; any key is let in instead"), "{text}");
    assert!(text.contains("lets in: objects with any further key and any integer in it"), "{text}");
    let listed = |value: &str| (format!("#/k: {value} is not a valid enum value"), format!("{{\"k\": \"{value}\"}}"));
    let (text, taken) = of(listed("beta"));
    assert!(text.contains("+        \"beta\"\n") && taken == 1, "{text}");
    let (text, taken) = of(listed("Jane Doe"));
    assert!(!text.contains("Jane") && text.contains("-      \"enum\": [\n") && taken == 1, "{text}");
    assert!(text.contains("lets in: any value that the rest of the node takes"), "{text}");
    let number = |name: &str, number: &str| (format!("#/{name}: {number} is not less or equal to 9"), format!("{{\"{name}\": {number}}}"));
    for (name, given, written, is_exact) in
        [("n", "120", "120", true), ("n", "1795057296", "1800000000", false), ("age", "47", "47", true), ("age", "121", "130", false)]
    {
        let (text, taken) = of(number(name, given));
        assert!(text.contains(&format!("+      \"maximum\": {written}\n")) && taken == 1, "{text}");
        assert_eq!(text.contains("it is rounded"), !is_exact, "{text}");
        assert!(is_exact || !text.contains(given), "{text}");
    }
}

#[test]
fn rows_that_no_schema_refuses_have_no_patch_and_say_why() {
    for (class, reason) in [
        (NOT_FOUND, "no schema of that name"),
        ("com.fasterxml.jackson.core.JsonParseException", "wrong by any reading"),
        ("com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException", "on purpose"),
        ("com.mozilla.telemetry.decoder.ParseUri$StubUri$InvalidIntegerException", BEYOND_SCHEMAS),
    ] {
        let (_folder, source, schemas, groups) = made(&[(format!("{class}: x"), "{}".to_owned())]);
        let refused = propose(&source, &schemas, &groups.list[0], &PatchSettings::default(), Share::ALL, &Unwatched).err().unwrap();
        assert!(refused.text.contains(reason), "{}", refused.text);
    }
    let (_folder, source, schemas, groups) = made(&[("stopped".to_owned(), "{}".to_owned())]);
    assert!(groups.list[0].by_catch);
    let refused = propose(&source, &schemas, &groups.list[0], &PatchSettings::default(), Share::ALL, &Unwatched).err().unwrap();
    assert!(refused.text.contains("not at fault"), "{}", refused.text);
    let (_folder, source, schemas, groups) = made(&[(long(9).0, "{\"a\": \"x\"}".to_owned())]);
    let refused = propose(&source, &schemas, &groups.list[0], &PatchSettings::default(), Share::ALL, &Unwatched).err().unwrap();
    assert!(refused.text.contains("judged by others"), "{}", refused.text);
}

#[test]
fn rows_of_other_groups_are_judged_with_the_edit_and_all_is_told_to_scripts() {
    let mut rows: Vec<(String, String)> = [3, 3, 9].map(long).to_vec();
    // One that the edit takes as well, and one that it does not.
    let extra =
        |value: &str| (format!("{VALIDATION}: #: extraneous key [b] is not permitted"), format!("{{\"a\": \"{value}\", \"b\": 1}}"));
    rows.push(extra("xxxxx"));
    rows.push(extra("x"));
    let (_folder, source, schemas, groups) = made(&rows);
    let group = groups.list.iter().find(|group| group.count == 3).unwrap();
    let settings = PatchSettings::default();
    let mut patch = propose(&source, &schemas, group, &settings, Share::ALL, &Unwatched).unwrap();
    patch.look_at_others(&source, &schemas, &groups, group, &Unwatched).unwrap();
    let Some(OtherRows::Judged(counts)) = &patch.others else { panic!("not judged") };
    assert_eq!((counts.all(), counts.of(Turn::Refused)), (2, 0));
    let redactor = &mut Redactor::new(Policy::default());
    let text = patch.text(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, redactor).unwrap();
    assert!(text.contains("2 rows of other groups of the doctype fail the same way: none is worse off\n"), "{text}");
    assert!(text.contains("  all 3 values at the node: the smallest 3, half up to 3, 90 % up to 9"), "{text}");
    let json = patch.json(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, redactor).unwrap();
    let file = &json["files"][0];
    let limit = &file["edits"][0]["limit"];
    assert_eq!((&limit["keyword"], &limit["to"], &limit["values"]), (&"maxLength".into(), &9.into(), &serde_json::json!([[3, 2], [9, 1]])));
    assert_eq!(limit["takes"][2], serde_json::json!({"share": 100.0, "limit": 9}));
    assert_eq!(
        (&json["rows"]["replayed"], &json["rows"]["now_passing"], &json["others"]["newly_failing"]),
        (&3.into(), &3.into(), &0.into())
    );
    assert_eq!(
        (&file["deploy"], &file["columns"], &file["file"]),
        (&"OK".into(), &serde_json::json!([]), &"schemas/t/d/d.1.schema.json".into())
    );
    assert!(json["diff"].as_str().unwrap().contains("+      \"maxLength\": 9,\n"));
    assert_eq!(json["others_told"].as_str(), patch.others.as_ref().map(OtherRows::line).as_deref());
    assert!(file["templates_told"].as_str().unwrap().contains("no source repository"), "{file}");
    assert_eq!(
        file["edits"][0]["elsewhere"],
        serde_json::json!({"references": [], "twins": [], "schemas": ["t/e.1"], "schema_count": 1}),
        "an equal node of another schema is told"
    );
    patch.others = Some(OtherRows::TooDear);
    let json = patch.json(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, redactor).unwrap();
    assert!(json["others"].is_null() && json["others_told"].as_str().unwrap().contains("not judged"), "{json}");
}

#[test]
fn rows_that_no_schema_judges_are_counted_beside_those_that_pass() {
    let mut rows: Vec<(String, String)> = [3, 5, 9].map(long).to_vec();
    // What the pipeline had when it refused the row is not what is stored of it.
    rows.push((long(3).0, "no JSON".to_owned()));
    rows.push((long(3).0, "[]".to_owned()));
    let (_folder, source, schemas, groups) = made(&rows);
    let [group] = &groups.list[..] else { panic!("{} groups", groups.list.len()) };
    let settings = PatchSettings::default();
    let patch = propose(&source, &schemas, group, &settings, Share::ALL, &Unwatched).unwrap();
    assert_eq!((patch.turns.all(), patch.turns.of(Turn::Taken), patch.turns.of(Turn::Same)), (5, 3, 2));
    let redactor = &mut Redactor::new(Policy::default());
    let text = patch.text(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, redactor).unwrap();
    assert_eq!(own_lines(&source, &schemas, group), ["  2 more rows not judged: they are not JSON, or no schema of these judges them"]);
    assert!(text.contains("; 3 of 5 rows pass then\n") && text.contains("  2 rows fail the same way\n"), "{text}");
}

#[test]
fn a_schema_file_that_no_edit_was_found_for_is_told() {
    let files: &[(&str, &[u8])] = &[("telemetry/d/d.1.schema.json", LIMIT), ("telemetry/d/d.2.schema.json", b"{}")];
    // Which version a document of telemetry is of stands in it.
    let of = |length: usize, version: u64| (long(length).0, format!("{{\"a\": \"{}\", \"version\": {version}}}", "x".repeat(length)));
    let (_folder, source, schemas, groups) = made_of("telemetry", files, &[of(3, 1), of(4, 1), of(5, 2)]);
    let [group] = &groups.list[..] else { panic!("{} groups", groups.list.len()) };
    let settings = PatchSettings::default();
    let patch = propose(&source, &schemas, group, &settings, Share::ALL, &Unwatched).unwrap();
    let unjudged = own_lines(&source, &schemas, group);
    assert_eq!(unjudged, ["  1 more row not judged: another schema file judges them"]);
    let [file] = &patch.unedited[..] else { panic!("{:?}", patch.unedited) };
    assert_eq!((patch.files.len(), file.path.as_str(), file.rows), (1, "telemetry/d/d.2.schema.json", 1));
    let redactor = &mut Redactor::new(Policy::default());
    let text = patch.text(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, redactor).unwrap();
    assert!(
        text.contains("  schemas/telemetry/d/d.2.schema.json, which judges 1 row, is not edited: these schemas do not refuse"),
        "{text}"
    );
    let json = patch.json(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, redactor).unwrap();
    assert_eq!((&json["unedited"][0]["rows"], json["unedited"].as_array().unwrap().len()), (&1.into(), 1));
}
