//! Groups that one cause made become one line; groups that only look alike do not.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use misfit::rows::group::Group;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use serde_json::{Value, json};

use crate::corpus;

/// A schema whose `environment/os` is the same in all doctypes, with leaves of bare types beside it and a map of metrics.
fn schema(doctype: usize, os: &str) -> String {
    json!({
        "type": "object",
        "properties": {
            "environment": {"type": "object", "properties": {"os": serde_json::from_str::<Value>(os).unwrap()}},
            "payload": {"type": "object", "properties": {
                "os": serde_json::from_str::<Value>(os).unwrap(),
                "own": {"type": "object", "properties": {format!("leaf{doctype}"): {"type": "string"}, "same": {"type": "string"}, "other": {"type": "integer", "maximum": doctype}}},
            }},
            "metrics": {"type": "object", "properties": {"counter": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}}},
        },
    })
    .to_string()
}

const OS: &str = r#"{"type": "object", "properties": {"distro": {"type": "string"}, "name": {"type": "string", "maxLength": 3}}}"#;

fn row(doctype: usize, pointer: &str, says: &str, time: &str) -> String {
    json!({
        "document_namespace": "acme", "document_type": format!("ping{doctype}"), "document_version": "1", "error_type": "ParsePayload",
        "exception_class": "org.everit.json.schema.ValidationException", "submission_timestamp": time,
        "error_message": format!("org.everit.json.schema.ValidationException: #{pointer}: {says}"),
    })
    .to_string()
}

/// A folder with schemas of ten doctypes and rows.
fn laid_out(os_of: impl Fn(usize) -> String, rows: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for doctype in 0..10 {
        let place = folder.path().join(format!("schemas/acme/ping{doctype}"));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(format!("ping{doctype}.1.schema.json")), schema(doctype, &os_of(doctype))).unwrap();
    }
    fs::write(folder.path().join("errors.ndjson"), rows.join("\n")).unwrap();
    folder
}

fn misfit(folder: &Path, arguments: &[&str]) -> Output {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(arguments).args(["--schemas", "schemas"]).current_dir(folder);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    misfit.output().unwrap()
}

fn groups(os_of: impl Fn(usize) -> String, rows: &[String], arguments: &[&str]) -> Output {
    let folder = laid_out(os_of, rows);
    misfit(folder.path(), &[&["groups", "errors.ndjson", "--by", "incident"], arguments].concat())
}

fn incidents(os_of: impl Fn(usize) -> String, rows: &[String]) -> Vec<Value> {
    let told = groups(os_of, rows, &["--format", "ndjson"]);
    String::from_utf8(told.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sizes(incidents: &[Value]) -> Vec<usize> {
    let mut sizes: Vec<usize> = incidents.iter().map(|incident| incident["groups"].as_array().unwrap().len()).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes
}

const NULL: &str = "expected type: String, found: Null";

#[test]
fn one_null_in_ten_doctypes_is_one_incident_among_bare_types() {
    let mut rows: Vec<String> =
        (0..10).map(|doctype| row(doctype, "/environment/os/distro", NULL, &format!("2026-06-20 0{doctype}:00:00 UTC"))).collect();
    for doctype in 0..10 {
        for leaf in [format!("leaf{doctype}"), "same".to_owned()] {
            rows.push(row(doctype, &format!("/payload/own/{leaf}"), NULL, "2026-06-20 02:00:00 UTC"));
        }
    }
    let found = incidents(|_| OS.to_owned(), &rows);
    // The objects around `own/same` differ, so that nothing but a bare type is the same.
    assert_eq!(sizes(&found)[..2], [10, 1], "{found:?}");
    let incident = found.iter().find(|incident| incident["doctypes"] == 10).unwrap();
    assert_eq!((&incident["place"], &incident["count"], &incident["fault"]), (&json!("os/distro"), &json!(10), &json!("type")));
    assert!(incident["why"].as_str().unwrap().starts_with("10 groups of 10 doctypes: type at os/distro, where their schemas say the same"));
}

#[test]
fn one_leaf_under_two_pointers_is_one_incident() {
    let says = "expected maxLength: 3, actual: 9";
    let rows: Vec<String> = ["/environment/os/name", "/payload/os/name"].map(|at| row(1, at, says, "2026-06-20 02:00:00 UTC")).into();
    assert_eq!(sizes(&incidents(|_| OS.to_owned(), &rows)), [2]);
}

#[test]
fn one_metric_over_doctypes_is_one_incident_and_two_metrics_are_two() {
    let says = "-1 is not greater or equal to 0";
    let rows: Vec<String> = (0..8)
        .map(|doctype| {
            let metric = if doctype < 4 { "ad.clicks" } else { "tab.count" };
            row(doctype, &format!("/metrics/counter/{metric}"), says, "2026-06-20 02:00:00 UTC")
        })
        .collect();
    let found = incidents(|_| OS.to_owned(), &rows);
    assert_eq!(sizes(&found), [4, 4], "{found:?}");
    assert_eq!(found[0]["key"], "ad.clicks");
}

#[test]
fn one_metric_over_four_namespaces_is_one_incident() {
    let folder = laid_out(|_| OS.to_owned(), &[]);
    let schema = schema(0, OS);
    let mut rows = Vec::new();
    for number in 0..4 {
        let place = folder.path().join(format!("schemas/app{number}/session"));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("session.1.schema.json"), &schema).unwrap();
        let of = row(0, "/metrics/counter/ad.clicks", "-1 is not greater or equal to 0", "2026-06-20 02:00:00 UTC");
        let of = of.replace("acme", &format!("app{number}")).replace("ping0", "session");
        // Of each one that no other has.
        rows.push(of.replace("ad.clicks", &format!("own{number}.clicks")));
        rows.extend(std::iter::repeat_n(of, 40));
    }
    fs::write(folder.path().join("errors.ndjson"), rows.join("\n")).unwrap();
    let told = misfit(folder.path(), &["groups", "errors.ndjson", "--by", "incident", "--format", "ndjson"]);
    let found: Vec<Value> = String::from_utf8(told.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((sizes(&found), &found[0]["key"], &found[0]["doctypes"]), (vec![4], &json!("ad.clicks"), &json!(4)), "{found:?}");
}

/// The nodes that broke, as the truth has them, say the same in all groups of an incident.
#[test]
fn no_incident_of_real_rows_joins_nodes_with_other_contents() {
    let Some(folder) = corpus::folder() else { return };
    let (schemas, path) = (Arc::new(corpus::schemas(&folder)), folder.join("errors-30k.ndjson.gz"));
    let source = Files::open(&[path.to_string_lossy().into_owned()], ReadOptions::default()).unwrap();
    let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut text).unwrap();
    let begins: Vec<u64> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', &text).map(|at| at as u64 + 1)).collect();
    let truth: Vec<corpus::Line> = corpus::lines(&folder.join("errors-30k.truth.ndjson.gz")).collect();
    // What the schema says at the node that broke in the first row of a group.
    let node = |group: &Group| -> Value {
        let line = &truth[begins.binary_search(&group.rows[0].place()).unwrap()];
        let file = line.text("schema_file").unwrap();
        let schema: Value = serde_json::from_slice(&schemas.file(file.trim_start_matches("schemas/")).unwrap()).unwrap();
        schema.pointer(&line.text("schema_pointer").unwrap()).unwrap().clone()
    };
    let all: Vec<&Group> = groups.list.iter().collect();
    let mut joined = 0;
    for incident in misfit::triage::incidents::of(&groups, &all, &schemas, None).iter().filter(|incident| incident.groups.len() > 1) {
        let nodes: Vec<Value> = incident.groups.iter().map(|&at| node(all[at])).collect();
        assert!(nodes.iter().all(|node| *node == nodes[0]), "{:?}: {nodes:?}", incident.shared);
        joined += incident.groups.len();
    }
    assert!(joined > 100, "{joined}");
}

#[test]
fn other_contents_and_other_days_are_other_incidents() {
    let differing = |doctype: usize| OS.replace("\"maxLength\": 3", &format!("\"maxLength\": {}", 3 + doctype % 2));
    let rows: Vec<String> = (0..10)
        .map(|doctype| {
            row(doctype, "/environment/os/name", &format!("expected maxLength: {}, actual: 9", 3 + doctype % 2), "2026-06-20 02:00:00 UTC")
        })
        .collect();
    let found = incidents(differing, &rows);
    assert!(sizes(&found).iter().all(|size| *size <= 5), "contents differ: {found:?}");
    let rows: Vec<String> = (0..4)
        .map(|doctype| {
            row(doctype, "/environment/os/distro", NULL, if doctype < 2 { "2026-06-20 02:00:00 UTC" } else { "2026-06-23 02:00:00 UTC" })
        })
        .collect();
    assert_eq!(sizes(&incidents(|_| OS.to_owned(), &rows)), [2, 2]);
}

#[test]
fn people_see_a_line_that_opens_to_its_groups() {
    let rows: Vec<String> = (0..3).map(|doctype| row(doctype, "/environment/os/distro", NULL, "2026-06-20 02:00:00 UTC")).collect();
    let told = groups(|_| OS.to_owned(), &rows, &[]);
    let (text, closing) = (String::from_utf8(told.stdout).unwrap(), String::from_utf8(told.stderr).unwrap());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].contains("incident") && lines[1].contains("3 groups of 3 doctypes") && lines[1].contains("os/distro"), "{text}");
    assert_eq!(lines.len(), 5, "{text}");
    assert!(closing.contains("3 groups put together into 1 incident"), "{closing}");
}

/// What two templates include is the same wherever it stands, also a bare type under one name.
#[test]
fn an_include_of_the_source_makes_one_incident_of_places_with_other_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let template =
        |name: &str, says: &str| format!(r#"{{"type": "object", "properties": {{"{name}": {says}, "own": {{"type": "string"}}}}}}"#);
    for (doctype, name) in [("a", "client"), ("b", "profile"), ("c", "own")] {
        write(&format!("source/templates/acme/{doctype}/{doctype}.1.schema.json"), &template(name, "@ACME_ID_1_JSON@"));
        write(&format!("schemas/acme/{doctype}/{doctype}.1.schema.json"), &template(name, r#"{"type":"string"}"#));
    }
    write("source/templates/include/acme/id.1.schema.json", r#"{"type": "string"}"#);
    let row = |doctype: &str, name: &str| row(0, &format!("/{name}"), NULL, "2026-06-20 02:00:00 UTC").replace("ping0", doctype);
    // In c the name stands twice, and the include is not what its own says at last.
    write("errors.ndjson", &[row("a", "client"), row("b", "profile"), row("a", "own"), row("b", "own")].join("\n"));
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["add", "-A"],
        &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one"],
    ] {
        let done = Command::new("git").arg("-C").arg(folder.path().join("source")).args(arguments).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    let told = |more: &[&str]| {
        let told = misfit(folder.path(), &[&["groups", "errors.ndjson", "--by", "incident", "--format", "ndjson"], more].concat());
        assert!(told.status.success(), "{told:?}");
        String::from_utf8(told.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    assert_eq!(sizes(&told(&[])), [1, 1, 1, 1], "without the source nothing is shared but a bare type");
    let found = told(&["--source-repo", "source"]);
    assert_eq!(sizes(&found), [2, 1, 1], "{found:?}");
    let shared = found.iter().find(|incident| incident["groups"].as_array().unwrap().len() == 2).unwrap();
    assert_eq!(shared["place"], Value::Null);
    assert!(shared["why"].as_str().unwrap().contains("which all have from templates/include/acme/id.1.schema.json; all began"), "{shared}");

    let refused = misfit(folder.path(), &["groups", "errors.ndjson", "--by", "incident", "--source-repo", "schemas"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let unused = misfit(folder.path(), &["groups", "errors.ndjson", "--source-repo", "source"]);
    assert!(String::from_utf8(unused.stderr).unwrap().contains("--source-repo goes with --suspect or --by incident"));
}

#[test]
fn new_groups_beside_a_baseline_stand_together() {
    let mut rows = vec![row(9, "/payload/own/other", "expected type: Integer, found: String", "2026-06-20 02:00:00 UTC")];
    let folder = laid_out(|_| OS.to_owned(), &rows);
    let baseline = misfit(folder.path(), &["groups", "errors.ndjson", "--format", "json"]);
    fs::write(folder.path().join("baseline.json"), baseline.stdout).unwrap();
    rows.extend((0..3).map(|doctype| row(doctype, "/environment/os/distro", NULL, "2026-06-20 03:00:00 UTC")));
    rows.push(row(7, "/payload/own/same", NULL, "2026-06-20 03:00:00 UTC"));
    fs::write(folder.path().join("errors.ndjson"), rows.join("\n")).unwrap();
    let compare = |more: &[&str]| {
        misfit(folder.path(), &[&["groups", "errors.ndjson", "--baseline", "baseline.json", "--by", "incident"], more].concat())
    };
    let told = compare(&[]);
    assert_eq!(told.status.code(), Some(1));
    let (text, closing) = (String::from_utf8(told.stdout).unwrap(), String::from_utf8(told.stderr).unwrap());
    assert_eq!(text.lines().filter(|line| line.contains("new incident")).count(), 1, "{text}");
    assert!(closing.contains("4 new groups, 0 grown, 0 gone, 1 about as before; 3 groups put together into 1 incident"), "{closing}");
    let json: Value = serde_json::from_slice(&compare(&["--format", "json"]).stdout).unwrap();
    let of: Vec<&Value> = json["changes"].as_array().unwrap().iter().map(|change| &change["incident"]).collect();
    assert!(of[..3].iter().all(|incident| incident.is_string() && *incident == of[0]) && of[3].is_null(), "{json}");
}

#[test]
fn a_report_names_the_other_doctypes_of_the_incident() {
    let rows: Vec<String> = (0..3).map(|doctype| row(doctype, "/environment/os/distro", NULL, "2026-06-20 02:00:00 UTC")).collect();
    let folder = laid_out(|_| OS.to_owned(), &rows);
    let list = misfit(folder.path(), &["groups", "errors.ndjson", "--format", "ndjson"]);
    let first: Value = serde_json::from_str(String::from_utf8(list.stdout).unwrap().lines().next().unwrap()).unwrap();
    let print = first["fingerprint"].as_str().unwrap();
    let told = misfit(folder.path(), &["export", "errors.ndjson", "--as", "report", "--group", print]);
    let page = String::from_utf8(told.stdout).unwrap();
    assert!(page.contains("3 groups of 3 doctypes") && page.contains("also fails in"), "{page} {:?}", String::from_utf8(told.stderr));
    assert!(page.contains("acme/ping1.1") && page.contains("acme/ping2.1"), "{page}");
}
