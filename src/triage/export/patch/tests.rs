//! Patches of made-up groups: many rows, what may be told, rows that no schema refuses.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::rows::group::Groups;
use crate::rows::schemas::memory::Memory;
use crate::rows::source::files::{Files, ReadOptions};
use crate::rows::source::{Request, Unwatched};
use crate::triage::redact::{Policy, Redactor};

const SCHEMA: &str = "{\n  \"additionalProperties\": false,\n  \"properties\": {\n    \"a\": {\n      \"maxLength\": 2,\n      \"type\": \"string\"\n    }\n  }\n}\n";

/// Rows with these messages and documents, their groups, and the schemas that judge them.
fn made(rows: &[(String, String)]) -> (tempfile::TempDir, Files, Arc<SchemaStore>, Groups) {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for (message, document) in rows {
        let payload = STANDARD.encode(document);
        let row = serde_json::json!({
            "document_namespace": "t", "document_type": "d", "document_version": "1", "error_type": "ParsePayload",
            "error_message": message, "payload": payload, "submission_timestamp": "2026-01-01T00:00:00Z",
        });
        writeln!(lines, "{row}").unwrap();
    }
    let path = folder.path().join("rows.ndjson");
    std::fs::write(&path, lines).unwrap();
    let files = Box::leak(Box::new([("t/d/d.1.schema.json", SCHEMA.as_bytes())]));
    let schemas = Arc::new(SchemaStore::open(Box::new(Memory::new("made up", files))).unwrap());
    let source = Files::open(&[path.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap();
    let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
    (folder, source, schemas, groups)
}

fn long(length: usize) -> (String, String) {
    let message = format!("{VALIDATION}: #/a: expected maxLength: 2, actual: {length}");
    (message, format!("{{\"a\": \"{}\"}}", "x".repeat(length)))
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
    assert!(text(false).unwrap_err().text.contains("names keys or values"));
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

#[test]
fn rows_that_no_schema_refuses_have_no_patch_and_say_why() {
    for (class, reason) in [
        (NOT_FOUND, "no schema of that name"),
        ("com.fasterxml.jackson.core.JsonParseException", "wrong by any reading"),
        ("com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException", "on purpose"),
    ] {
        let (_folder, source, schemas, groups) = made(&[(format!("{class}: x"), "{}".to_owned())]);
        let refused = propose(&source, &schemas, &groups.list[0], &PatchSettings::default(), Share::ALL, &Unwatched).err().unwrap();
        assert!(refused.text.contains(reason), "{}", refused.text);
    }
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
}
