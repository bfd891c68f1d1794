//! The suspect of rows that BigQuery did not take: the history of a column.

use super::*;

const LAYOUTS: [&str; 3] = [
    r#"[{"name": "a", "type": "INT64"}]"#,
    r#"[{"name": "a", "type": "INT64"}, {"name": "b", "type": "STRING"}]"#,
    r#"[{"name": "a", "type": "STRING"}, {"name": "b", "type": "STRING"}]"#,
];

fn suspect(first: &str, message: &str, layouts: &[(&str, &str)]) -> (Value, Vec<String>) {
    let top = tempfile::tempdir().unwrap();
    let (folder, _) = repository(top.path(), &[("2024-01-01", "{}")]);
    let revisions: Vec<String> = layouts
        .iter()
        .map(|(day, layout)| {
            fs::write(folder.join("schemas/my-app/ping/ping.1.bq"), layout).unwrap();
            let date = format!("{day}T02:00:00Z");
            git(&folder, &date, &["add", "."]);
            git(&folder, &date, &["commit", "-q", "-m", "Auto-push"]);
            git(&folder, &date, &["rev-parse", "HEAD"])
        })
        .collect();
    let end = format!("{}-28T00:00:00Z", &first[..7]);
    let message = format!("java.lang.RuntimeException: {message}");
    let row = |time| Row { time, doctype: PING, message: message.clone(), job: None, document: json!({"a": 1, "b": "x"}) };
    let rows: Vec<Row<'_>> = times(first, &end, 30).into_iter().map(row).collect();
    (suspects(&rows, &folder, &[])[0]["suspect"].clone(), revisions)
}

#[test]
fn a_column_that_came_or_changed_is_told_with_its_revision() {
    let days = [("2024-02-01", LAYOUTS[0]), ("2024-03-01", LAYOUTS[1]), ("2024-04-01", LAYOUTS[2])];
    let (told, revisions) = suspect("2024-03-01T09:00:00Z", "no such field: b", &days);
    assert_eq!((&told["kind"], &told["revision"], &told["column"]), (&"schema_changed".into(), &revisions[1].as_str().into(), &"b".into()));
    let sentence = told["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("The schema changed: the column b was made by revision "), "{sentence}");
    assert!(sentence.contains("7 hours before the group's first row") && !sentence.contains("no later revision"), "{sentence}");
    assert!(told["file"].as_str().unwrap().ends_with("ping.1.bq"));
    let (told, revisions) = suspect("2024-04-01T09:00:00Z", "Cannot convert value to integer (bad value): x", &days);
    // That text names no column.
    assert_eq!((&told["kind"], &told["revision"]), (&"unknown".into(), &Value::Null), "{told:#} {revisions:?}");
    let message = "Could not convert value to integer. Field: a; Value: x";
    let (told, revisions) = suspect("2024-04-01T09:00:00Z", message, &days);
    assert_eq!((&told["kind"], &told["revision"]), (&"schema_changed".into(), &revisions[2].as_str().into()), "{told:#}");
    assert!(told["sentence"].as_str().unwrap().contains("the column a was changed by revision"), "{told:#}");
    // The column stands so for long.
    let (told, revisions) = suspect("2024-03-12T09:00:00Z", message, &days);
    assert_eq!((&told["kind"], &told["revision"]), (&"sender_changed".into(), &revisions[0].as_str().into()), "{told:#}");
}

#[test]
fn a_table_that_does_not_follow_its_layouts_blames_no_revision() {
    let days = [("2024-01-01", LAYOUTS[0]), ("2024-02-01", LAYOUTS[1]), ("2024-03-01", LAYOUTS[2])];
    for (first, message, why) in [
        ("2024-05-10T09:00:00Z", "no such field: b", "the table lacks it"),
        ("2024-05-10T09:00:00Z", "Could not convert value to integer. Field: a; Value: x", "with another type than the layouts"),
        ("2024-05-10T09:00:00Z", "no such field: c", "no revision of the layouts has the column"),
        ("2024-01-20T09:00:00Z", "no such field: b", "only since 2024-02-01"),
    ] {
        let (told, _) = suspect(first, message, &days);
        assert_eq!(told["kind"], "unknown", "{told:#}");
        assert!(told["why"].as_str().unwrap().contains(why), "{told:#}");
    }
}
