//! Whether what is refused is in yet: under another name, in another branch, in the source.

use std::fs;
use std::path::Path;

use super::*;

const MISSING: &str = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";

fn missing(doctype: [&'static str; 3]) -> Vec<Row<'static>> {
    let message = format!("{MISSING}: No such docType: {}/{}", doctype[0], doctype[1]);
    let row = |time| Row { time, doctype, message: message.clone(), job: None, document: json!({"a": 1}) };
    times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9).into_iter().map(row).collect()
}

fn elsewhere(rows: &[Row<'_>], repository: &Path, more: &[&str]) -> String {
    let told = suspects(rows, repository, more);
    told[0]["suspect"]["elsewhere"].as_array().unwrap().iter().map(|told| told.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// A commit of one file, or of its end.
pub(super) fn put(folder: &Path, day: &str, file: &str, text: Option<&str>) {
    let (path, date) = (folder.join(file), format!("{day}T02:00:00Z"));
    match text {
        Some(text) => {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        None => fs::remove_file(&path).unwrap(),
    }
    git(folder, &date, &["add", "-A", "."]);
    git(folder, &date, &["commit", "-q", "-m", day]);
}

#[test]
fn a_doctype_that_is_missing_is_looked_for_everywhere() {
    let top = tempfile::tempdir().unwrap();
    let (folder, _) = repository(top.path(), &[("2024-01-01", "{}")]);
    put(&folder, "2024-01-05", "schemas/my-app/pings/pings.1.schema.json", Some("{}"));
    put(&folder, "2024-02-05", "schemas/my-app/pings/pings.1.schema.json", None);
    put(&folder, "2024-02-06", "schemas/my-app/ping/ping.3.schema.json", Some("{}"));
    // Another version.
    let told = elsewhere(&missing(["my-app", "ping", "2"]), &folder, &[]);
    assert_eq!(told, "the schemas have it in other versions: 1 (since 2024-01-01), 3 (since 2024-02-06)");
    // Another name, be it one that is gone; and in a branch, and in the source.
    git(&folder, "2024-03-01T02:00:00Z", &["checkout", "-q", "-b", "new"]);
    put(&folder, "2024-03-02", "schemas/my-app/pinge/pinge.1.schema.json", Some("{}"));
    put(&folder, "2024-03-03", "other.txt", Some("a"));
    git(&folder, "2024-03-03T02:00:00Z", &["checkout", "-q", "generated-schemas"]);
    let source = top.path().join("source");
    fs::create_dir_all(&source).unwrap();
    git(&source, "2024-01-01T02:00:00Z", &["init", "-q", "-b", "main"]);
    put(&source, "2024-04-01", "schemas/my-app/pinge/pinge.1.schema.json", Some("{}"));
    let asked = missing(["my-app", "pinge", "1"]);
    let told = elsewhere(&asked, &folder, &["--source-repo", source.to_str().unwrap()]);
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("the branch new has a schema of it (since ") && lines[0].ends_with("of 2024-03-02)"), "{told}");
    assert!(
        lines[1].starts_with("the source repository has a schema of it (since ") && lines[1].contains("of 2024-04-01), which no revision")
    );
    let names = "names like it in the schemas are my-app/ping (since 2024-01-01), my-app/pings (from 2024-01-05 until 2024-02-05)";
    assert_eq!(lines[2], names, "{told}");
    // It was there once.
    let told = elsewhere(&missing(["my-app", "pings", "1"]), &folder, &[]);
    assert!(told.starts_with("the schemas had it from 2024-01-05 until 2024-02-05"), "{told}");
}

#[test]
fn a_key_that_is_missing_is_looked_for_everywhere() {
    let top = tempfile::tempdir().unwrap();
    let closed = |keys: &str| {
        format!(
            r#"{{"properties": {{"a": {{"properties": {{{keys}}}, "additionalProperties": false}}, "b": {{"properties": {{"name": {{}}}}}}}}}}"#
        )
    };
    let days = [closed(r#""name": {}"#), closed(r#""names": {}"#)];
    let (folder, _) = repository(top.path(), &[("2024-01-01", &days[0]), ("2024-02-01", &days[1])]);
    let message = format!("{VALIDATION}: #/a: extraneous key [name] is not permitted");
    let row = |time| Row { time, doctype: PING, message: message.clone(), job: None, document: json!({"a": {"name": 1}}) };
    let rows: Vec<Row<'_>> = times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9).into_iter().map(row).collect();
    let told = elsewhere(&rows, &folder, &[]);
    assert_eq!(
        told.lines().collect::<Vec<_>>(),
        [
            "the schema knew the key there from 2024-01-01 until 2024-02-01",
            "the newest schema has a key of a like name there: names (since 2024-02-01)",
            "the newest schema has the key elsewhere: #/properties/b/properties/name",
        ]
    );
}

#[test]
fn what_a_glean_ping_lacks_is_found_in_the_source_under_its_id() {
    let top = tempfile::tempdir().unwrap();
    let glean = |more: &str| format!(r#"{{"$id": "moz://glean/1", "properties": {{"a": {{}}{more}}}, "additionalProperties": false}}"#);
    let (folder, _) = repository(top.path(), &[("2024-01-01", &glean(""))]);
    let source = top.path().join("source");
    fs::create_dir_all(&source).unwrap();
    git(&source, "2024-01-01T02:00:00Z", &["init", "-q", "-b", "main"]);
    let file = "schemas/glean/glean/glean.1.schema.json";
    put(&source, "2024-01-01", file, Some(&glean("")));
    git(&source, "2024-03-01T02:00:00Z", &["checkout", "-q", "-b", "wider"]);
    put(&source, "2024-03-02", file, Some(&glean(r#", "name": {}"#)));
    git(&source, "2024-03-03T02:00:00Z", &["checkout", "-q", "main"]);
    let message = format!("{VALIDATION}: #: extraneous key [name] is not permitted");
    let row = |time| Row { time, doctype: PING, message: message.clone(), job: None, document: json!({"name": 1}) };
    let rows: Vec<Row<'_>> = times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9).into_iter().map(row).collect();
    let told = elsewhere(&rows, &folder, &["--source-repo", source.to_str().unwrap()]);
    let lines: Vec<&str> = told.lines().collect();
    assert!(
        lines[0].starts_with("the branch wider of the source repository takes them (since ") && lines[0].contains("of 2024-03-02)"),
        "{told}"
    );
    assert_eq!(lines[1..], ["no revision knows the key there"]);
}

#[test]
fn a_value_without_a_column_is_looked_for_from_its_line() {
    let top = tempfile::tempdir().unwrap();
    let (folder, _) = repository(top.path(), &[("2024-01-01", LIMIT[1])]);
    let columns =
        r#"[{"name": "name", "type": "STRING"}, {"name": "urls2", "type": "INT64"}, {"name": "additional_properties", "type": "STRING"}]"#;
    put(&folder, "2024-01-02", "schemas/my-app/ping/ping.1.bq", Some(columns));
    let mut rows = long(times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 3), None);
    rows.iter_mut().for_each(|row| row.document["urls"] = 1.into());
    let file = top.path().join("rows.ndjson");
    fs::write(&file, rows.iter().map(|row| row.line() + "\n").collect::<String>()).unwrap();
    let schemas = Arc::new(SchemaStore::open_named(&folder).unwrap());
    let source = Files::open(&[file.to_str().unwrap().to_owned()], ReadOptions { keep_rows: true }).unwrap();
    let options = ExplorerOptions {
        mouse: true,
        source: Some(Arc::new(source)),
        request: Request { schemas: Some(schemas), ..Request::default() },
        exports: Default::default(),
        history: Default::default(),
        theme: Theme::named("mono", Depth::None, false).unwrap(),
        depth: Depth::None,
        keymap: Keymap::new(&[]).unwrap(),
    };
    let screen = frame::to_text(&script(options, (160, 40), &parse_keys("OG<enter><tab><tab>OGH").unwrap()).unwrap());
    // As it stands in the box, over two lines.
    let said: String = screen.split(['│', '\n', ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let told = "has a column urls: 1 revision changed that file; a column of a like name is urls2 (since 2024-01-02).";
    assert!(said.contains(told), "{screen}");
}

#[test]
fn a_branch_takes_only_what_was_looked_through_to_its_end() {
    let top = tempfile::tempdir().unwrap();
    let (folder, _) = repository(top.path(), &[("2024-01-01", LIMIT[1])]);
    let file = "schemas/my-app/ping/ping.1.schema.json";
    for (name, schema) in [
        ("cut", r#"{"properties": {"list": {"items": {"type": "integer"}}, "name": {"type": "string", "maxLength": 5}}}"#),
        ("torn", r#"{"properties": {"name": {"#),
        ("wider", LIMIT[2]),
    ] {
        git(&folder, "2024-01-02T02:00:00Z", &["checkout", "-q", "-b", name]);
        put(&folder, "2024-01-02", file, Some(schema));
        git(&folder, "2024-01-02T02:00:00Z", &["checkout", "-q", "generated-schemas"]);
    }
    let mut rows = long(times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9), None);
    rows.iter_mut().for_each(|row| row.document["list"] = vec!["a"; 300].into());
    let told = elsewhere(&rows, &folder, &[]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].starts_with("the branch torn has a schema of it that cannot be read (since "), "{told}");
    assert!(lines[1].starts_with("the branch wider takes them (since "), "{told}");
}

#[test]
fn a_shallow_clone_tells_that_it_may_have_been_so_before() {
    let top = tempfile::tempdir().unwrap();
    let (folder, _) = repository(top.path(), &[("2024-01-01", r#"{"additionalProperties": false}"#)]);
    put(&folder, "2024-01-02", "schemas/my-app/pings/pings.1.schema.json", Some("{}"));
    put(&folder, "2024-01-03", "other.txt", Some("a"));
    put(&folder, "2024-02-05", "schemas/my-app/pings/pings.1.schema.json", None);
    let clone = |depth: &str| {
        let clone = top.path().join(depth);
        let from = format!("file://{}", folder.display());
        git(top.path(), "2024-03-01T02:00:00Z", &["clone", "-q", "--depth", depth, &from, clone.to_str().unwrap()]);
        clone
    };
    let told = elsewhere(&missing(["my-app", "pings", "1"]), &clone("2"), &[]);
    assert!(told.starts_with("the schemas had it from 2024-01-03 or before until 2024-02-05"), "{told}");
    let told = elsewhere(&missing(["my-app", "pings", "1"]), &folder, &[]);
    assert!(told.starts_with("the schemas had it from 2024-01-02 until 2024-02-05"), "{told}");
    let message = format!("{VALIDATION}: #: extraneous key [name] is not permitted");
    let row = |time| Row { time, doctype: PING, message: message.clone(), job: None, document: json!({"name": 1}) };
    let rows: Vec<Row<'_>> = times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9).into_iter().map(row).collect();
    assert_eq!(elsewhere(&rows, &clone("1"), &[]), "no revision of this shallow clone knows the key there");
    assert_eq!(elsewhere(&rows, &folder, &[]), "no revision knows the key there");
}
