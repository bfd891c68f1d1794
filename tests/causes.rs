//! What is really wrong, as commands and exports tell it: first, and not among what excludes it.

use std::process::Command;

use base64::Engine;

const ROWS: [&str; 3] = ["tests/cmd/causes/rows.ndjson", "--schemas", "tests/cmd/causes/schemas"];

/// What the command prints.
fn printed(command: &str, arguments: &[&str]) -> String {
    printed_of(&ROWS, command, arguments)
}

fn printed_of(rows: &[&str], command: &str, arguments: &[&str]) -> String {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.arg(command).args(rows).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    String::from_utf8(misfit.output().expect("it runs").stdout).expect("text")
}

fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_report_leads_with_the_form_that_comes_nearest() {
    for raw in [&[][..], &["--raw"]] {
        let report = printed("export", &[&["--as", "report", "--group", "321677314d5950ee"][..], raw].concat());
        assert!(
            report
                .contains("What is really wrong with the document below: `/stops/0/street` must be a string, found an integer (`type` at"),
            "{report}"
        );
        assert!(!report.contains("Also broken") && !report.contains("locker` "), "what excludes it is no list: {report}");
        assert!(report.contains("`\"type\": \"string\"` at"), "{report}");
    }
    let report = printed("export", &["--as", "report", "--group", "1704fcdf5adba883"]);
    assert!(report.contains("`/sender` has none of the keys `mail` and `phone`; one is needed"), "{report}");
}

#[test]
fn the_smallest_document_breaks_what_is_really_wrong() {
    let text = printed("export", &["--as", "reproducer", "--group", "321677314d5950ee"]);
    let document: serde_json::Value = serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(document["stops"][0]["street"].is_number(), "{text}");
}

#[test]
fn every_violation_stays_beside_the_cause() {
    let cases = lines(&printed("cases", &["--rows", "0", "--format", "ndjson"]));
    let case = &cases[0];
    assert_eq!(case["cause"]["pointer"], "/stops/0/street");
    assert_eq!((&case["cause"]["keyword"], &case["verdict"]["keyword"]), (&"type".into(), &"anyOf".into()));
    assert_eq!(case["violation_count"], 3, "the validator's own list: {case}");
    let judged = lines(&printed("judge", &["--format", "ndjson"]));
    assert_eq!(judged[0]["verdict"]["cause"], case["cause"], "one cause in every command");
    assert!(judged[13]["verdict"]["cause"].is_null(), "a document that passes has none: {}", judged[13]);
}

#[test]
fn the_rows_of_a_cause_are_found_by_its_fingerprint() {
    let groups = lines(&printed("groups", &["--causes", "--format", "ndjson"]));
    for cause in groups.iter().filter(|group| group["cause_of"].is_string()) {
        let print = cause["fingerprint"].as_str().unwrap();
        let cases = lines(&printed("cases", &["--group", print, "--format", "ndjson"]));
        assert_eq!(cases.len() as u64, cause["count"].as_u64().unwrap(), "{cause}");
        assert!(cases.iter().all(|case| case["group"] == print), "{cause}");
    }
}

/// Rows with these payloads and messages.
fn rows_of(rows: &[(String, &str)]) -> String {
    let row = |(payload, message): &(String, &str)| {
        serde_json::json!({
            "document_namespace": "acme-post", "document_type": "parcel", "document_version": "1", "error_type": "ParsePayload",
            "exception_class": "org.everit.json.schema.ValidationException",
            "error_message": format!("org.everit.json.schema.ValidationException: {message}"),
            "payload": base64::engine::general_purpose::STANDARD.encode(payload),
        })
        .to_string()
    };
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

const NO_FORM: &str = "#/stops/0: #: no subschema matched out of the total 2 subschemas";

#[test]
fn a_value_that_reads_like_a_message_is_not_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.ndjson");
    let message = "#/state: #: only 1 subschema matches out of 2";
    let rows = [r#"{"state": "[x] is not a valid enum value"}"#, r#"{"state": "gone"}"#].map(|payload| (payload.to_owned(), message));
    std::fs::write(&file, rows_of(&rows)).unwrap();
    let groups = lines(&printed_of(
        &[file.to_str().unwrap(), "--schemas", "tests/cmd/causes/schemas"],
        "groups",
        &["--causes", "--format", "ndjson"],
    ));
    let causes: Vec<_> = groups.iter().filter(|group| group["cause_of"].is_string()).collect();
    assert_eq!(causes.len(), 1, "{causes:?}");
    assert_eq!((&causes[0]["keyword"], &causes[0]["path"], &causes[0]["count"]), (&"enum".into(), &"/state".into(), &2.into()));
}

#[test]
fn an_export_of_a_cause_is_told_whose_it_is() {
    let groups = lines(&printed("groups", &["--causes", "--format", "ndjson"]));
    let cause = groups.iter().find(|group| group["cause_of"].is_string()).expect("a cause");
    let (print, of) = (cause["fingerprint"].as_str().unwrap(), cause["cause_of"].as_str().unwrap());
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(["export", "--as", "report", "--group", print]).args(ROWS).current_dir(env!("CARGO_MANIFEST_DIR"));
    let told = String::from_utf8(misfit.output().expect("it runs").stderr).expect("text");
    assert!(told.contains(&format!("{print} is the fingerprint of a cause, not of a group: export its group, {of};")), "{told}");
}

#[test]
fn a_row_with_several_things_wrong_counts_to_what_most_rows_have() {
    let (both, house, street) = (r#"{"street": 7, "house": 0}"#, r#"{"street": "Elm", "house": 0}"#, r#"{"street": 7}"#);
    for (stops, most) in [([both, house, house, street], "/stops/[]/house"), ([both, house, street, street], "/stops/[]/street")] {
        for stops in [stops.to_vec(), stops.iter().rev().copied().collect()] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("rows.ndjson");
            let payloads: Vec<_> = stops.iter().map(|stop: &&str| (format!("{{\"stops\": [{stop}]}}"), NO_FORM)).collect();
            std::fs::write(&file, rows_of(&payloads)).unwrap();
            let rows = [file.to_str().unwrap(), "--schemas", "tests/cmd/causes/schemas"];
            let groups = lines(&printed_of(&rows, "groups", &["--causes", "--format", "ndjson"]));
            let told: Vec<_> = groups.iter().filter(|group| group["cause_of"].is_string()).collect();
            let counts: Vec<_> = told.iter().map(|cause| (cause["path"].as_str().unwrap(), cause["count"].as_u64().unwrap())).collect();
            assert_eq!((counts.len(), counts[0]), (2, (most, 3)), "{counts:?}");
            for (cause, having) in told.iter().zip([3, 2]) {
                let print = cause["fingerprint"].as_str().unwrap();
                let cases = lines(&printed_of(&rows, "cases", &["--group", print, "--format", "ndjson"]));
                assert_eq!(cases.len(), having, "those that have it beside another as well: {cause}");
            }
        }
    }
}

#[test]
fn causes_add_up_to_the_rows_that_were_looked_at_however_they_are_ordered() {
    let told = |arguments: &[&str]| lines(&printed("groups", &[&["--causes", "--format", "ndjson"][..], arguments].concat()));
    let groups = told(&[]);
    for group in groups.iter().filter(|group| group["cause_of"].is_null()) {
        let causes = groups.iter().filter(|cause| cause["cause_of"] == group["fingerprint"]);
        let counted: u64 = causes.filter_map(|cause| cause["count"].as_u64()).sum();
        assert_eq!(counted + group["cause_unknown"].as_u64().unwrap(), group["cause_rows"].as_u64().unwrap(), "{group}");
    }
    let prints = |groups: &[serde_json::Value]| {
        let mut prints: Vec<String> = groups.iter().map(|group| group["fingerprint"].to_string()).collect();
        prints.sort();
        prints
    };
    assert_eq!(prints(&groups), prints(&told(&["--sort", "name"])));
    let plain = lines(&printed("groups", &["--format", "ndjson"]));
    assert!(plain.iter().all(|group| group.get("cause_of").is_none()), "only where they are asked for");
}
