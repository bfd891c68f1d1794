//! Rows for which there was no schema, and which have no document: their message names all that is asked.

use super::*;

const NOT_FOUND: &str = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";

/// Rows without a payload, and without what else is named.
fn bare(doctype: [&str; 3], message: &str, first: &str, without: &[&str]) -> String {
    let line = |time: String| {
        let message = format!("{NOT_FOUND}: {message}");
        let row = Row { time, doctype, message, job: None, document: Value::Null }.line();
        let mut row: Value = serde_json::from_str(&row).unwrap();
        for column in without.iter().chain(&["payload"]) {
            row.as_object_mut().unwrap().remove(*column);
        }
        format!("{row}\n")
    };
    // An earlier row of something else: the window does not begin with the group.
    let other = Row { time: "2024-02-01T00:00:00Z".into(), doctype: PING, message: "a.B: other".into(), job: None, document: json!({}) };
    other.line() + "\n" + &times(first, "2024-03-20T00:00:00Z", 12).into_iter().map(line).collect::<String>()
}

fn of_missing(lines: &str, folder: &Path) -> Value {
    let told = suspects_of(lines, folder, &[]);
    let group = told.iter().find(|group| group["rows"] == 12 || group["count"] == 12).unwrap_or_else(|| panic!("{told:#?}"));
    group["suspect"].clone()
}

/// A repository whose schema of a doctype comes, goes, and in the end comes again.
fn gone(top: &Path, file: &str) -> (PathBuf, Vec<String>) {
    let (folder, _) = repository(top, &[("2024-01-01", "{}")]);
    let put = |day: &str, text: Option<&str>| {
        elsewhere::put(&folder, day, file, text);
        git(&folder, &format!("{day}T02:00:00Z"), &["rev-parse", "HEAD"])
    };
    let revisions = vec![put("2024-01-05", Some("{}")), put("2024-03-01", None), put("2024-04-01", Some("{}"))];
    (folder, revisions)
}

#[test]
fn a_schema_that_was_taken_away_is_told_without_a_document() {
    let top = tempfile::tempdir().unwrap();
    let (folder, revisions) = gone(top.path(), "schemas/my-app/bare/bare.2.schema.json");
    let message = "No schema with name: my-app/bare/bare.2.schema.json";
    for without in [&[][..], &["document_version"], &["document_version", "document_namespace", "document_type"]] {
        let suspect = of_missing(&bare(["my-app", "bare", "2"], message, "2024-03-01T10:00:00Z", without), &folder);
        assert_eq!((&suspect["kind"], &suspect["revision"]), (&"schema_changed".into(), &revisions[1].as_str().into()), "{suspect:#}");
        assert_eq!((&suspect["taken_by"], &suspect["judged"]), (&revisions[2].as_str().into(), &0.into()), "{suspect:#}");
        let sentence = suspect["sentence"].as_str().unwrap();
        assert!(sentence.starts_with("The schema changed: the schema was taken away by revision "), "{sentence}");
        assert!(sentence.contains(", 8 hours before the group's first row"), "{sentence}");
    }
    // Before the schema was made.
    let (folder, revisions) = gone(&top.path().join("later"), "schemas/my-app/bare/bare.3.schema.json");
    let never = "No schema with name: my-app/bare/bare.4.schema.json";
    let suspect = of_missing(&bare(["my-app", "bare", "4"], never, "2024-03-01T10:00:00Z", &[]), &folder);
    assert_eq!((&suspect["kind"], &suspect["revision"]), (&"sender_changed".into(), &Value::Null), "{suspect:#} {revisions:?}");
    assert!(suspect["sentence"].as_str().unwrap().contains("it sends what no revision up to its first row has a schema of"));
    assert!(suspect["elsewhere"].to_string().contains("the schemas have it in other versions: 3 "), "{suspect:#}");
}

#[test]
fn the_version_of_telemetry_is_read_from_the_message() {
    let top = tempfile::tempdir().unwrap();
    let (folder, revisions) = gone(top.path(), "schemas/telemetry/bare/bare.4.schema.json");
    let message = "No schema with name: telemetry/bare/bare.4.schema.json";
    let suspect = of_missing(&bare(["telemetry", "bare", "4"], message, "2024-03-01T10:00:00Z", &[]), &folder);
    assert_eq!((&suspect["kind"], &suspect["revision"]), (&"schema_changed".into(), &revisions[1].as_str().into()), "{suspect:#}");
    // Nothing names a version here.
    let suspect = of_missing(&bare(["telemetry", "bare", "4"], "No such docType: telemetry/bare", "2024-03-01T10:00:00Z", &[]), &folder);
    assert_eq!(suspect["kind"], "unknown");
    assert!(suspect["why"].as_str().unwrap().contains("tells which version of the doctype they are of"), "{suspect:#}");
}
