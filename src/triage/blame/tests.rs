use std::path::Path;
use std::process::Command;

use super::*;

fn git(folder: &Path, date: &str, args: &[&str]) {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-C"]).arg(folder).args(args);
    assert!(command.output().unwrap().status.success(), "git {args:?}");
}

/// A repository with one revision a day for each list of files; an empty text removes the file.
fn history(days: &[&[(&str, &str)]]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), "2024-01-01T02:00:00Z", &["init", "-q"]);
    for (day, files) in days.iter().enumerate() {
        for (file, text) in *files {
            let path = folder.path().join("schemas/my-app/ping").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match text.is_empty() {
                true => std::fs::remove_file(path).unwrap(),
                false => std::fs::write(path, text).unwrap(),
            }
        }
        let date = format!("2024-01-{:02}T02:00:00Z", day + 1);
        git(folder.path(), &date, &["add", "-A"]);
        let message = format!("Auto-push\n\nabcdef{day}\t2023-12-31\tBug 100{day} - why (#{day})");
        git(folder.path(), &date, &["commit", "-q", "--allow-empty", "-m", &message]);
    }
    folder
}

fn asked(folder: &Path, target: &str) -> Result<Blame, String> {
    let store = SchemaStore::open_revision(folder, None).map_err(|error| error.to_string())?;
    let question = BlameQuestion {
        namespace: "my_app".to_owned(),
        doctype: "ping".to_owned(),
        version: "1".to_owned(),
        target: BlameTarget::parse(target)?,
    };
    let kept = tempfile::tempdir().unwrap();
    let settings = HistorySettings { kept: Some(kept.path().to_owned()), ..HistorySettings::default() };
    let answer = || blame(&store, &question, &UpstreamBook::default(), &settings).map_err(|error| error.to_string());
    let first = answer();
    assert_eq!(answer(), first, "what is kept is the same");
    first
}

/// Day, before and after of each change.
fn told(blame: &Blame) -> Vec<String> {
    let side = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
    let changes = blame.changes.iter();
    changes
        .map(|change| format!("{} {} {}", &crate::ground::time::minute(change.date)[8..10], side(&change.before), side(&change.after)))
        .collect()
}

const SCHEMA: &str = "ping.1.schema.json";
const LAYOUT: &str = "ping.1.bq";

#[test]
fn every_change_of_a_node_is_told_and_no_other() {
    let folder = history(&[
        &[(SCHEMA, r#"{"properties": {"a": {"type": "string", "maxLength": 10}}}"#)],
        &[(SCHEMA, r#"{"title": "other", "properties": {"a": {"maxLength":10,  "type": "string"}}}"#)],
        &[(SCHEMA, r#"{"properties": {"a": {"type": "string", "maxLength": 20}}, "required": ["a", "b"]}"#)],
        &[(SCHEMA, r#"{"properties": {}}"#)],
        &[(SCHEMA, r#"{"properties": {"a": null}}"#)],
        &[(SCHEMA, "")],
    ]);
    // The file itself is gone from the newest revision, in which there has to be something.
    assert!(asked(folder.path(), "/properties/a").unwrap_err().contains("holds no schemas"));
    let folder = history(&[
        &[(SCHEMA, r#"{"properties": {"a": {"type": "string", "maxLength": 10}}}"#), ("ping.2.bq", "[]")],
        &[(SCHEMA, r#"{"title": "other", "properties": {"a": {"maxLength":10,  "type": "string"}}}"#)],
        &[(SCHEMA, r#"{"properties": {"a": {"type": "string", "maxLength": 20}}, "required": ["a", "b"]}"#)],
        &[(SCHEMA, r#"{"properties": {}}"#)],
        &[(SCHEMA, r#"{"properties": {"a": null}}"#)],
        &[(SCHEMA, "")],
    ]);
    let whole = asked(folder.path(), "/properties/a").unwrap();
    assert_eq!(
        told(&whole),
        [
            "06 null -",
            "05 - null",
            "04 {\"type\":\"string\",\"maxLength\":20} -",
            "03 {\"type\":\"string\",\"maxLength\":10} {\"type\":\"string\",\"maxLength\":20}",
            "01 - {\"type\":\"string\",\"maxLength\":10}"
        ]
    );
    assert_eq!(whole.file, "schemas/my-app/ping/ping.1.schema.json");
    assert_eq!(whole.changes[3].upstream[0].bug, Some(1002));
    assert_eq!(told(&asked(folder.path(), "#/properties/a/maxLength").unwrap()), ["04 20 -", "03 10 20", "01 - 10"]);
    assert_eq!(told(&asked(folder.path(), "/required/1").unwrap()), ["04 \"b\" -", "03 - \"b\""]);
    let error = asked(folder.path(), "/nowhere").unwrap_err();
    assert!(
        error.starts_with("the pointer /nowhere leads to nothing in any revision of schemas/my-app/ping/ping.1.schema.json: "),
        "{error}"
    );
    assert!(error.contains("the schema itself has no member nowhere in the newest; 6 revisions changed that file"), "{error}");
    let error = asked(folder.path(), "/properties/A").unwrap_err();
    assert!(error.contains(": /properties has no member A in the newest; did you mean a?"), "{error}");
    assert!(asked(folder.path(), "/properties/~2").unwrap_err().contains("is a bad JSON pointer: ~2 means nothing"));
}

#[test]
fn a_column_changes_by_type_mode_and_tags() {
    let column = |more: &str| {
        format!(r#"[{{"name": "x", "type": "STRING"}}, {{"fields": [{{"name": "a", {more}}}], "name": "m", "type": "RECORD"}}]"#)
    };
    let texts = [
        column(r#""type": "INT64""#),
        column(r#""type": "INTEGER", "mode": "NULLABLE", "description": "new""#),
        column(r#""type": "STRING", "mode": "NULLABLE""#),
        column(r#""type": "STRING", "policyTags": {"names": ["t"]}"#),
        "[{\"name\": \"m\", \"type\": \"RECORD\", \"fields\": [".to_owned(),
        "[]".to_owned(),
    ];
    let days: Vec<Vec<(&str, &str)>> = texts.iter().map(|text| vec![(LAYOUT, text.as_str())]).collect();
    let folder = history(&days.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let blame = asked(folder.path(), "m.a").unwrap();
    assert_eq!(
        told(&blame),
        [
            r#"06 {"type":"STRING","mode":"NULLABLE","policy_tags":["t"]} -"#,
            r#"04 {"type":"STRING","mode":"NULLABLE","policy_tags":[]} {"type":"STRING","mode":"NULLABLE","policy_tags":["t"]}"#,
            r#"03 {"type":"INT64","mode":"NULLABLE","policy_tags":[]} {"type":"STRING","mode":"NULLABLE","policy_tags":[]}"#,
            r#"01 - {"type":"INT64","mode":"NULLABLE","policy_tags":[]}"#,
        ]
    );
    assert!(blame.notes[0].contains("is not JSON in the revision of 2024-01-05"), "{:?}", blame.notes);
    assert_eq!(told(&asked(folder.path(), "m").unwrap()).len(), 2);
    assert!(asked(folder.path(), "m.a.b").unwrap_err().contains("has a column m.a.b"));
    assert!(asked(folder.path(), "/properties").unwrap_err().contains("has no JSON schema in any revision"));
}

#[test]
fn a_target_is_a_pointer_or_a_column() {
    let parsed = |text: &str| BlameTarget::parse(text).map(|target| target.to_string());
    assert_eq!(parsed("/a~1b/0"), Ok("/a~1b/0".to_owned()));
    assert_eq!(parsed("#/a%20b"), Ok("/a b".to_owned()));
    assert_eq!((parsed("#"), parsed("a.b")), (Ok("#".to_owned()), Ok("a.b".to_owned())));
    assert!(parsed("").is_err() && parsed("a..b").is_err() && parsed("#a").is_err());
}

#[test]
fn what_no_revision_has_is_looked_for_elsewhere() {
    let columns =
        |names: &str| format!(r#"[{{"fields": [{names}], "name": "metrics", "type": "RECORD"}}, {{"name": "other", "type": "STRING"}}]"#);
    let column = |name: &str| format!(r#"{{"name": "{name}", "type": "STRING"}}"#);
    let folder = history(&[&[(LAYOUT, &columns(&column("url2"))), (SCHEMA, "{}")]]);
    let branch = |name: &str, file: &str, text: &str| {
        git(folder.path(), "2024-02-01T02:00:00Z", &["checkout", "-q", "-b", name]);
        std::fs::write(folder.path().join("schemas/my-app/ping").join(file), text).unwrap();
        git(folder.path(), "2024-02-01T02:00:00Z", &["commit", "-q", "-a", "-m", name]);
        git(folder.path(), "2024-02-01T02:00:00Z", &["checkout", "-q", "-"]);
    };
    branch("wider", LAYOUT, &columns(&format!("{}, {}", column("url2"), column("url"))));
    branch("deeper", SCHEMA, r#"{"properties": {"a": {"maxLength": 7}}}"#);
    let error = asked(folder.path(), "metrics.url").unwrap_err();
    assert!(
        error.contains("; the branch wider has it since 2024-02-01; a column of a like name is metrics.url2 (since 2024-01-01)"),
        "{error}"
    );
    let error = asked(folder.path(), "metrics.Other").unwrap_err();
    assert!(error.ends_with("; columns of that name elsewhere are other (since 2024-01-01)"), "{error}");
    let error = asked(folder.path(), "/properties/a/maxLength").unwrap_err();
    assert!(error.ends_with("; the branch deeper has it since 2024-02-01"), "{error}");
    // The source has the node that a column is not made of yet.
    let source = history(&[&[(SCHEMA, r#"{"properties": {"metrics": {"properties": {"newUrl": {}}}}}"#)]]);
    let store = SchemaStore::open_revision(folder.path(), None).unwrap();
    let settings = HistorySettings { source: Some(source.path().to_owned()), ..HistorySettings::default() };
    let target = BlameTarget::parse("metrics.new_url").unwrap();
    let question = BlameQuestion { namespace: "my-app".to_owned(), doctype: "ping".to_owned(), version: "1".to_owned(), target };
    let error = blame(&store, &question, &UpstreamBook::default(), &settings).unwrap_err().to_string();
    let told = "the source repository has #/properties/metrics/properties/newUrl since 2024-01-01, which no revision of the generated schemas has yet";
    assert!(error.contains(told), "{error}");
}

#[test]
fn commits_that_did_not_change_the_node_are_left_out_where_the_source_tells() {
    let folder = history(&[&[(SCHEMA, r#"{"a": {"maxLength": 1}, "b": 1}"#)], &[(SCHEMA, r#"{"a": {"maxLength": 2}, "b": 2}"#)]]);
    let source = tempfile::tempdir().unwrap();
    git(source.path(), "2024-01-01T02:00:00Z", &["init", "-q", "-b", "main"]);
    let mut hashes = Vec::new();
    for (file, text) in [
        ("templates/my-app/ping/ping.1.schema.json", r#"{"a": @MY_APP_LIMIT_1_JSON@, "b": 1}"#),
        ("templates/include/my-app/limit.1.schema.json", r#"{"maxLength": 1}"#),
        ("README.md", "a"),
        ("templates/include/my-app/limit.1.schema.json", r#"{"maxLength": 2}"#),
        ("templates/my-app/ping/ping.1.schema.json", r#"{"a": @MY_APP_LIMIT_1_JSON@, "b": 2}"#),
    ] {
        let path = source.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        git(source.path(), "2024-01-02T01:00:00Z", &["add", "."]);
        git(source.path(), "2024-01-02T01:00:00Z", &["commit", "-q", "-m", file]);
        let head = Repository::open(source.path()).unwrap().resolve(Some("HEAD")).unwrap().id.to_string();
        hashes.push(head[..9].to_owned());
    }
    let book = source.path().join("upstream.tsv");
    let store = SchemaStore::open_revision(folder.path(), None).unwrap();
    let newest = store.revision().unwrap();
    let lines: String = hashes[2..].iter().map(|hash| format!("{newest}\t2024-01-02\t{hash}\t2024-01-02\tWhy\n")).collect();
    // Newer than all that the source has.
    let newer = format!("{newest}\t2024-06-02\tfedcba9876\t2024-06-01\tWhy\n");
    std::fs::write(&book, lines + &newer).unwrap();
    let settings = HistorySettings { source: Some(source.path().to_owned()), upstream: Some(book), ..HistorySettings::default() };
    let upstream = |target: &str| {
        let target = BlameTarget::parse(target).unwrap();
        let question = BlameQuestion { namespace: "my-app".to_owned(), doctype: "ping".to_owned(), version: "1".to_owned(), target };
        let change = with_settings(&store, &question, &settings).unwrap().0.changes.swap_remove(0);
        let known: Vec<usize> = change.upstream.iter().filter_map(|one| hashes.iter().position(|hash| *hash == one.hash)).collect();
        assert_eq!(change.upstream.last().map(|one| one.hash.as_str()), Some("fedcba9876"));
        (known, change.others)
    };
    // One more is told by the revision itself, and is not in the source, which is later.
    assert_eq!((upstream("/a/maxLength"), upstream("/b")), ((vec![3], 3), (vec![4], 3)));
    assert_eq!(upstream("#"), (vec![3, 4], 2));
    // And opened, what it changed in the templates.
    let target = BlameTarget::parse("/a").unwrap();
    let question = BlameQuestion { namespace: "my-app".to_owned(), doctype: "ping".to_owned(), version: "1".to_owned(), target };
    let found = with_settings(&store, &question, &settings).unwrap().0;
    let opened = crate::triage::facts::blame::diffs(&patches(source.path(), &found).unwrap()).to_text();
    assert!(opened.trim_start().starts_with(&format!("Commit {} of the source, in the templates", hashes[3])), "{opened}");
    assert!(opened.contains("-{\"maxLength\": 1}") && opened.contains("+{\"maxLength\": 2}"), "{opened}");
}

#[test]
fn a_shallow_clone_blames_no_revision_for_what_is_older_and_may_be_made_whole() {
    let folder = history(&[&[(SCHEMA, r#"{"a": 1}"#)], &[(SCHEMA, r#"{"a": 1, "b": 1}"#)], &[(SCHEMA, r#"{"a": 1, "b": 2}"#)]]);
    let top = tempfile::tempdir().unwrap();
    let clone = top.path().join("shallow");
    let from = format!("file://{}", folder.path().display());
    git(top.path(), "2024-02-01T02:00:00Z", &["clone", "-q", "--depth=2", &from, clone.to_str().unwrap()]);
    let words =
        |target: &str| -> Vec<&str> { asked(&clone, target).unwrap().changes.iter().map(crate::triage::facts::blame::word).collect() };
    assert_eq!((words("/a"), words("/b")), (vec!["present"], vec!["changed", "present"]));
    git(&clone, "2024-02-01T02:00:00Z", &["fetch", "-q", "--unshallow"]);
    assert_eq!((words("/a"), words("/b")), (vec!["appeared"], vec!["changed", "appeared"]));
}
