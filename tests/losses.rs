//! What documents that pass lose on their way into their tables: told by table, counted, and equal to the pipeline's.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use misfit::pipeline::document::Document;
use misfit::pipeline::sink::Submission;
use misfit::triage::losses::Losses;

use crate::corpus;
use crate::sink::{self, Files};

const LAYOUT: &str = r#"[{"name":"count","type":"INT64","description":"How often."},{"name":"never","type":"STRING"},
    {"name":"info","type":"RECORD","fields":[{"name":"app_name","type":"STRING"}]},
    {"name":"submission_timestamp","type":"TIMESTAMP"},{"name":"additional_properties","type":"STRING"}]"#;

fn folder(documents: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("schemas/acme/ping/ping.1.schema.json", r#"{"type":"object","properties":{"count":{}}}"#),
        ("schemas/acme/ping/ping.1.bq", LAYOUT),
        ("schemas/acme/bare/bare.1.schema.json", r#"{"type":"object","properties":{"a":{"type":["string","integer","object"]}}}"#),
        ("documents/acme/ping.1.sample.ndjson", documents),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn judge(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(["judge", "documents", "--schemas", "schemas", "--losses"]).args(arguments).current_dir(folder.path());
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    misfit.output().unwrap()
}

const DOCUMENTS: &str = "{\"count\":1,\"info\":{\"app_name\":\"x\"}}\n{\"count\":\"many\",\"info\":{\"appname\":\"x\"},\"more\":[1,2]}\n{\"count\":2,\"more\":[3]}\n";

#[test]
fn losses_are_told_once_a_table_with_what_mends_them() {
    let told = judge(&folder(DOCUMENTS), &[]);
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(text.contains("acme_live.ping_v1: 5 values in no column, of 3 documents that pass"), "{text}");
    assert!(text.contains("/more/[]       in additional_properties in 2 documents, 3 values: "), "{text}");
    assert!(text.contains("/count         in additional_properties in 1 document: "), "{text}");
    assert!(text.contains("read it as COALESCE(count, SAFE_CAST(JSON_VALUE(additional_properties, '$.count') AS INT64))"), "{text}");
    assert!(
        text.contains("UPDATE acme_live.ping_v1 SET info.app_name = JSON_VALUE(additional_properties, '$.info.appname') WHERE "),
        "{text}"
    );
    assert!(text.contains("columns        2 of 3 filled by these documents") && text.contains("by none        never"), "{text}");
    assert!(text.contains("  properties     1 of 1 that the schema describes are in these documents\n"), "{text}");
    assert!(text.contains("3 documents judged, 2 findings"), "{text}");
    assert_eq!(told.status.code(), Some(1), "a loss is a finding");
}

#[test]
fn losses_are_told_to_scripts_by_document_and_by_place() {
    let told = judge(&folder(DOCUMENTS), &["--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let documents = told["documents"].as_array().unwrap();
    assert_eq!(documents[0]["losses"], serde_json::json!([]));
    let pointers: Vec<&str> = documents[1]["losses"].as_array().unwrap().iter().map(|loss| loss["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/count", "/info/appname", "/more/0", "/more/1"]);
    let table = &told["losses"][0];
    assert_eq!((table["table"].as_str(), table["documents"].as_u64()), (Some("acme_live.ping_v1"), Some(3)));
    let more = table["places"].as_array().unwrap().iter().find(|place| place["place"] == "/more/[]").unwrap();
    assert_eq!((more["documents"].as_u64(), more["values"].as_u64(), more["line"].as_u64()), (Some(2), Some(3), Some(2)));
    assert_eq!(table["unfilled"], serde_json::json!(["never"]));
    assert_eq!((&table["undescribed"], &table["properties"], &table["absent"]), (&3.into(), &1.into(), &serde_json::json!([])));
    assert_eq!(told["findings"], 2);
}

#[test]
fn documents_that_lose_nothing_are_clean_and_those_without_a_table_are_not() {
    let clean = judge(&folder("{\"count\":1}\n{}\n"), &[]);
    let text = String::from_utf8(clean.stdout).unwrap();
    assert!(text.contains("acme_live.ping_v1: all values of 2 documents that pass are in columns"), "{text}");
    assert_eq!(clean.status.code(), Some(0), "{text}");
    let folder = folder("{\"count\":1}\n");
    fs::remove_file(folder.path().join("schemas/acme/ping/ping.1.bq")).unwrap();
    fs::write(folder.path().join("schemas/acme/ping/ping.1.schema.json"), r#"{"type":"object","properties":{"a":{"type":"strong"}}}"#)
        .unwrap();
    fs::write(folder.path().join("documents/acme/bare.1.sample.json"), r#"{"a":1,"b":2}"#).unwrap();
    let told = judge(&folder, &["--format", "ndjson"]);
    assert_ne!(told.status.code(), Some(0), "what is not known is not clean: {}", String::from_utf8_lossy(&told.stdout));
}

#[test]
fn columns_of_no_published_layout_are_told_as_that_and_so_is_what_no_document_has() {
    let folder = folder("{\"count\":1,\"more\":2}\n");
    fs::remove_file(folder.path().join("schemas/acme/ping/ping.1.bq")).unwrap();
    let schema =
        r#"{"type":"object","properties":{"count":{"type":"integer"},"rare":{"type":"object","properties":{"a":{"type":"string"}}}}}"#;
    fs::write(folder.path().join("schemas/acme/ping/ping.1.schema.json"), schema).unwrap();
    let text = String::from_utf8(judge(&folder, &[]).stdout).unwrap();
    assert!(text.contains("1 value in no column, of 1 document that passes\n  no layout is published: this one would be made"), "{text}");
    assert!(text.contains("  1 of 3 that the schema describes are in these documents\n"), "{text}");
    assert!(text.contains("  #/properties/rare, #/properties/rare/properties/a\n"), "{text}");
}

#[test]
fn real_documents_lose_what_the_pipeline_loses() {
    let Some(mut files) = Files::open() else { return };
    let mut truth: BTreeSet<(String, String, String, String)> = BTreeSet::new();
    let line_of = |name: String, pointer: String, landing: &str, reason: String| (name, pointer, landing.to_owned(), reason);
    for line in corpus::lines(&files.corpus.join("sink/columns.ndjson.gz")) {
        let text = |name| line.text(name).unwrap_or_default();
        if let landing @ ("additional_properties" | "dropped") = text("landing").as_str() {
            truth.insert(line_of(sink::name(&line), text("pointer"), landing, text("reason")));
        }
    }
    let mut found = BTreeSet::new();
    for case in files.cases("rows.ndjson.gz") {
        let document: &Document = &case.document;
        let losses = Losses::of(None, &case.layout, document, &Submission::default());
        assert_eq!(losses.more, 0);
        for loss in losses.values.iter().filter(|loss| matches!(loss.landing.name(), "additional_properties" | "dropped")) {
            let reason = loss.reason.map(|reason| reason.name().to_owned()).unwrap_or_default();
            found.insert(line_of(sink::name(&case.truth), loss.pointer.clone(), loss.landing.name(), reason));
        }
    }
    println!("{} losses, {} found", truth.len(), found.len());
    assert!(truth.len() > 20_000 && truth == found, "{:?}", truth.symmetric_difference(&found).take(10).collect::<Vec<_>>());
}

/// The screen of the losses of the sample table after more keys.
fn screen(folder: &tempfile::TempDir, arguments: &[&str], keys: &str) -> String {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(["tables", "--schemas", "schemas", "--print", "--size", "900x50", "--keys", &format!("/ping<enter><enter>w{keys}")]);
    misfit.args(arguments).current_dir(folder.path());
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    String::from_utf8(misfit.output().unwrap().stdout).unwrap()
}

#[test]
fn the_screen_tells_the_losses_of_a_table_in_the_words_of_the_command() {
    let folder = folder(DOCUMENTS);
    let told = String::from_utf8(judge(&folder, &[]).stdout).unwrap();
    let shown = screen(&folder, &["--accepted", "documents"], "O");
    let section = told.lines().skip_while(|line| !line.starts_with("acme_live.ping_v1: ")).take_while(|line| !line.is_empty());
    let lines: Vec<Vec<&str>> = section.map(|line| line.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect()).collect();
    assert!(lines.len() > 8, "{told}");
    for part in lines.iter().flatten() {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    assert!(shown.contains("Of documents: 3 documents of this doctype pass"), "{shown}");
}

#[test]
fn the_sql_of_a_place_is_copied_from_any_of_its_lines() {
    let folder = folder(DOCUMENTS);
    for (keys, told) in [
        ("jys", "copied the SQL, 266 characters"),
        ("jljys", "copied the SQL, 81 characters"),
        ("jlGys", "no SQL brings back"),
        ("yy", "copied the line /more/[]"),
    ] {
        let shown = screen(&folder, &["--accepted", "documents"], keys);
        assert!(shown.contains(told), "{keys}: {shown}");
    }
    let filtered = screen(&folder, &["--accepted", "documents"], "fappname<enter>");
    assert!(filtered.contains("/info/appname") && !filtered.contains("/more/[]"), "{filtered}");
    let everything = screen(&folder, &["--accepted", "documents"], "ji");
    assert!(everything.contains("SET count = SAFE_CAST") && everything.contains("@last_day"), "{everything}");
}

#[test]
fn documents_are_found_beside_the_schemas_or_named() {
    let folder = folder(DOCUMENTS);
    let none = screen(&folder, &[], "");
    assert!(none.contains("no documents that pass are known") && none.contains("--accepted"), "{none}");
    let named = screen(&folder, &[], "adocuments<enter>");
    assert!(named.contains("5 values in no column, of 3 documents that pass"), "{named}");
    let nowhere = screen(&folder, &[], "anowhere<enter>");
    assert!(nowhere.contains("there is no file or folder nowhere; give documents that pass"), "{nowhere}");
    fs::rename(folder.path().join("documents"), folder.path().join("validation")).unwrap();
    let beside = screen(&folder, &[], "");
    assert!(beside.contains("5 values in no column, of 3 documents that pass"), "{beside}");
    let back = screen(&folder, &[], "<esc>");
    assert!(back.contains("misfit  tables of"), "{back}");
}
