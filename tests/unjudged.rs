//! What could not be read or judged never reads as clean, and the exit code is that of the whole run.

use std::fs;
use std::process::{Command, Stdio};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let schemas = [
        ("whole", r#"{"type":"object","required":["a"]}"#),
        ("broken", r#"{"properties":{"a":{"minLength":2.0}}}"#),
        ("unknown", r#"{"properties":{"a":{"pattern":"("}}}"#),
    ];
    for (name, schema) in schemas {
        let place = folder.path().join("schemas/acme").join(name);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(format!("{name}.1.schema.json")), schema).unwrap();
        let documents = folder.path().join("documents/acme");
        fs::create_dir_all(&documents).unwrap();
        fs::write(documents.join(format!("{name}.1.sample.json")), r#"{"a":"x"}"#).unwrap();
    }
    folder
}

fn judge(folder: &tempfile::TempDir, arguments: &[&str]) -> Command {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(["judge", "documents", "--schemas", "schemas"]).args(arguments).current_dir(folder.path());
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    misfit
}

#[test]
fn a_schema_that_does_not_load_keeps_no_other_from_being_judged() {
    let folder = folder();
    let told = judge(&folder, &[]).output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(text.contains("acme/whole.1: 1 passed, 0 failed"), "{text}");
    assert!(text.contains("1 document judged, 2 could not be judged, 0 findings"), "{text}");
    assert!(text.contains("its schema does not load") && !text.contains("acme/broken.1: 1 passed"), "{text}");
    assert_eq!(told.status.code(), Some(2), "{text}");
    let told = judge(&folder, &["--format", "json"]).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&told["judged"], &told["unjudged"], &told["findings"]), (&1.into(), &2.into(), &0.into()));
}

#[test]
fn who_reads_only_the_beginning_gets_the_exit_code_of_the_whole() {
    let folder = folder();
    let lines = "{}\n".repeat(20_000);
    fs::write(folder.path().join("documents/acme/whole.1.many.ndjson"), lines).unwrap();
    let mut judge = judge(&folder, &["--format", "ndjson"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(judge.stdout.take());
    assert_eq!(judge.wait().unwrap().code(), Some(2));
    fs::remove_dir_all(folder.path().join("documents/acme")).unwrap();
    fs::create_dir_all(folder.path().join("documents/acme")).unwrap();
    fs::write(folder.path().join("documents/acme/whole.1.many.ndjson"), "{}\n".repeat(20_000)).unwrap();
    let mut judge = self::judge(&folder, &["--format", "ndjson"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(judge.stdout.take());
    assert_eq!(judge.wait().unwrap().code(), Some(1));
}

#[test]
fn a_comparison_with_rows_that_cannot_be_read_is_not_clean() {
    let folder = tempfile::tempdir().unwrap();
    let misfit = |arguments: &[&str]| {
        let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
        misfit.args(arguments).current_dir(folder.path());
        misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
        misfit.output().unwrap()
    };
    let row = r##"{"error_message":"#/a: required key [b] not found","error_type":"ParsePayload"}"##;
    fs::write(folder.path().join("rows.ndjson"), format!("{row}\n")).unwrap();
    fs::write(folder.path().join("torn.ndjson"), format!("{row}\n{{\"error_message\":tru}}\n")).unwrap();
    fs::write(folder.path().join("base.json"), misfit(&["groups", "rows.ndjson", "--format", "json"]).stdout).unwrap();
    assert_eq!(misfit(&["groups", "rows.ndjson", "--baseline", "base.json"]).status.code(), Some(0));
    let torn = misfit(&["groups", "torn.ndjson", "--baseline", "base.json"]);
    let told = String::from_utf8(torn.stderr).unwrap();
    assert_eq!(torn.status.code(), Some(2), "{told}");
    assert!(told.contains("not all of the input could be read") && told.contains("torn.ndjson line 2"), "{told}");
}

#[test]
fn rows_that_no_schemas_decide_are_told_and_rows_without_their_document_are_not_clean() {
    let folder = folder();
    fs::rename(folder.path().join("schemas/acme"), folder.path().join("acme")).unwrap();
    for name in ["broken", "unknown"] {
        fs::remove_dir_all(folder.path().join("acme").join(name)).unwrap();
    }
    for side in ["old", "new"] {
        let place = folder.path().join(side).join("acme/whole");
        fs::create_dir_all(&place).unwrap();
        fs::copy(folder.path().join("acme/whole/whole.1.schema.json"), place.join("whole.1.schema.json")).unwrap();
    }
    let run = |arguments: &[&str], rows: &str| {
        fs::write(folder.path().join("rows.ndjson"), rows).unwrap();
        let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
        misfit.args(arguments).current_dir(folder.path());
        misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
        let told = misfit.output().unwrap();
        (String::from_utf8(told.stdout).unwrap() + &String::from_utf8(told.stderr).unwrap(), told.status.code())
    };
    let recheck = ["judge", "rows.ndjson", "--schemas", "old", "--against", "new"];
    let gate = ["compat", "old", "new", "--rows", "rows.ndjson"];
    let address = "{\"error_message\":\"com.mozilla.telemetry.decoder.ParseUri$UnexpectedPathElementsException: Found 1 more path elements in the URI than \
                   expected for this endpoint\",\"error_type\":\"ParseUri\"}\n";
    let lost = "{\"document_namespace\":\"acme\",\"document_type\":\"whole\",\"document_version\":\"1\",\"error_type\":\"ParsePayload\",\"error_message\":\
                \"org.everit.json.schema.ValidationException: #: required key [a] not found\"}\n";
    for arguments in [&recheck[..], &gate[..]] {
        let (told, code) = run(arguments, address);
        assert!(told.contains("1 more row is refused before a schema judges the document"), "{told}");
        assert_eq!(code, Some(0), "no schemas change it: {told}");
        let (told, code) = run(arguments, &format!("{address}{lost}"));
        assert!(told.contains("1 row has no payload or no doctype and cannot be judged by any schemas"), "{told}");
        assert_eq!(code, Some(2), "{told}");
    }
}
