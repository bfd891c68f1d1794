//! Which revision judged the first row, and what is said where that cannot be, or goes against what the row tells.

use super::*;

#[test]
fn a_label_of_another_history_is_no_reason_to_guess() {
    let top = tempfile::tempdir().unwrap();
    let (folder, revisions) = repository(top.path(), &[("2024-01-01", LIMIT[0]), ("2024-03-01", LIMIT[1])]);
    let labelled = |label: &str| {
        let line = |row: &Row<'_>| {
            let mut row: Value = serde_json::from_str(&row.line()).unwrap();
            row["schemas_build_id"] = label.into();
            format!("{row}\n")
        };
        let rows = long(times("2024-03-01T10:00:00Z", "2024-03-05T00:00:00Z", 9), None);
        suspects_of(&rows.iter().map(line).collect::<String>(), &folder, &[])[0]["suspect"].clone()
    };
    let suspect = labelled("202403010145_0123456");
    assert_eq!((&suspect["kind"], &suspect["revision"]), (&"unknown".into(), &Value::Null), "{suspect:#}");
    assert_eq!((&suspect["judged_by"], &suspect["taken_by"]), (&Value::Null, &Value::Null), "{suspect:#}");
    assert_eq!(suspect["why"], "the row names a revision that this history does not have (202403010145_0123456)");
    // What is no label at all names none either.
    for label in ["nightly", "_", "202403010145_", "202403010145_zzz.tar.gz"] {
        let suspect = labelled(label);
        assert_eq!((&suspect["kind"], &suspect["revision"]), (&"unknown".into(), &Value::Null), "{label}: {suspect:#}");
        assert_eq!(suspect["why"], format!("the row names a revision that this history does not have ({label})"));
    }
    // One that it has, and one that it has and that does not refuse it so.
    let suspect = labelled(&format!("202403010145_{}", &revisions[1][..7]));
    assert_eq!((&suspect["kind"], &suspect["judged_by"]), (&"schema_changed".into(), &"label".into()), "{suspect:#}");
    let suspect = labelled(&format!("202401010145_{}", &revisions[0][..7]));
    assert_eq!(suspect["kind"], "unknown", "{suspect:#}");
    assert!(suspect["why"].as_str().unwrap().contains("the one that its row names does not refuse it so"), "{suspect:#}");
}

#[test]
fn a_revision_that_goes_against_the_job_or_the_time_is_told_in_the_sentence() {
    let top = tempfile::tempdir().unwrap();
    let days = [("2024-01-01", LIMIT[0]), ("2024-03-01", LIMIT[1]), ("2024-03-04", LIMIT[2])];
    let (folder, revisions) = repository(top.path(), &days);
    let told = |first: &str, job: Option<&'static str>| {
        suspects(&long(times(first, "2024-03-09T00:00:00Z", 9), job), &folder, &[])[0]["suspect"].clone()
    };
    let by_job = "; the first row was judged by a revision that refuses it in these words, though its job began before that revision";
    let by_time = "; the first row was judged by an older revision than the newest that was there when it came";
    for (first, job, clause) in [
        ("2024-03-01T10:00:00Z", Some("d-0229093000-a"), Some(by_job)),
        ("2024-03-05T10:00:00Z", None, Some(by_time)),
        ("2024-03-01T10:00:00Z", None, None),
        ("2024-03-01T10:00:00Z", Some("d-0301093000-a"), None),
    ] {
        let suspect = told(first, job);
        let sentence = suspect["sentence"].as_str().unwrap();
        assert_eq!(suspect["judged_by"] == "message", clause.is_some(), "{suspect:#}");
        assert_eq!(suspect["revision"], revisions[1].as_str(), "{suspect:#}");
        match clause {
            Some(clause) => assert!(sentence.contains(clause), "{sentence}"),
            None => assert!(!sentence.contains("the first row was judged by"), "{sentence}"),
        }
    }
}

#[test]
fn the_edge_is_known_of_one_group_alone() {
    let top = tempfile::tempdir().unwrap();
    let (folder, revisions) = repository(top.path(), &[("2024-01-01", LIMIT[0]), ("2024-03-01", LIMIT[1])]);
    let told = |job: Option<&'static str>, since: &[&str]| {
        let rows = long(times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 30), job);
        let suspect = suspects(&rows, &folder, since)[0]["suspect"].clone();
        assert_eq!(suspect["revision"], revisions[1].as_str(), "{suspect:#}");
        (suspect["kind"].as_str().unwrap().to_owned(), suspect["why"].as_str().unwrap().to_owned())
    };
    // Whoever asks from that day on sees no row before it; from a week before on, there was none.
    let (kind, why) = told(None, &["--since", "2024-06-01"]);
    assert!(kind == "unknown" && why.contains("at the beginning of the rows that were read"), "{kind}: {why}");
    assert_eq!(told(None, &["--since", "2024-05-25"]), ("sender_changed".to_owned(), String::new()));
    // The job that judged them began with them, or ran for days before the first came.
    let (kind, why) = told(Some("d-0601000500-a"), &[]);
    assert!(kind == "unknown" && why.contains("that of the first job that was read"), "{kind}: {why}");
    assert_eq!(told(Some("d-0520000500-a"), &[]), ("sender_changed".to_owned(), String::new()));
    // Nothing tells whether rows before were left out.
    let (kind, why) = told(None, &[]);
    assert!(kind == "sender_changed" && why.contains("earlier ones may have been left out"), "{kind}: {why}");
}

#[test]
fn a_message_that_names_no_rule_is_not_said_to_be_beyond_the_schemas() {
    let top = tempfile::tempdir().unwrap();
    let (folder, _) = repository(top.path(), &[("2024-01-01", LIMIT[1])]);
    let why = |message: &str| {
        let mut rows = long(times("2024-06-01T00:10:00Z", "2024-06-05T00:00:00Z", 9), None);
        rows.iter_mut().for_each(|row| row.message = message.to_owned());
        suspects(&rows, &folder, &[])[0]["suspect"]["why"].as_str().unwrap().to_owned()
    };
    assert_eq!(why(&format!("{VALIDATION}: #/name: is odd")), "its message does not say what of the schema its documents break");
    assert!(why("a.B: other").starts_with("no schema decides this"));
}
