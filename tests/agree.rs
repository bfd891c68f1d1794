//! One fact is told the same everywhere: on the screen, by commands, in JSON, in reports.

use std::process::Command;

use serde_json::Value;

/// A group whose rows lack a key.
const MISSING: &str = "befc928ba7eeb307";
/// A group whose message names a combinator.
const COMBINED: &str = "6e079ff8780d0047";
/// A group with a limit.
const LIMITED: &str = "73152a9311fc0fe0";

fn misfit(arguments: &[&str]) -> String {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    String::from_utf8(misfit.output().expect("it runs").stdout).expect("text")
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&misfit(arguments)).expect("JSON")
}

/// The screen after some keys, its lines as one text, without its frames.
fn screen(keys: &str) -> String {
    let drawn = misfit(&["demo", "--print", "--size", "240x70", "--keys", keys]);
    words(&drawn.replace(['│', '─', '┌', '└', '┐', '┘'], " "))
}

/// A text with one space between its words.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What each output says of a group and its first row.
struct Told {
    group: Value,
    case: Value,
    case_text: String,
    report: Value,
    report_text: String,
}

fn told(group: &str) -> Told {
    let groups = json(&["groups", "demo:", "--format", "json"]);
    let first = misfit(&["cases", "demo:", "--group", group, "--format", "ndjson"]);
    let report = json(&["export", "demo:", "--as", "report", "--group", group, "--raw", "--format", "json"]);
    Told {
        group: groups["groups"].as_array().unwrap().iter().find(|known| known["fingerprint"] == group).unwrap().clone(),
        case: serde_json::from_str(first.lines().next().unwrap()).unwrap(),
        case_text: misfit(&["cases", "demo:", "--group", group]).split("\n\n").next().unwrap().to_owned(),
        report: report["groups"][0].clone(),
        report_text: misfit(&["export", "demo:", "--as", "report", "--group", group, "--raw", "--format", "text"]),
    }
}

/// Fails where one of the texts lacks the words.
#[track_caller]
fn all_say(what: &str, texts: &[&str]) {
    for text in texts {
        assert!(words(text).contains(&words(what)), "{what:?} is not in\n{text}");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

const CASE: &str = "/missing the key os<enter><enter>";
const GROUP: &str = "/missing the key os<enter>";

#[test]
fn the_fate_of_a_value() {
    let missing = told(MISSING);
    assert_eq!((&missing.case["columns"][0]["fate"], &missing.report["columns"][0]["fate"]), (&"unknown".into(), &"unknown".into()));
    all_say("not in the document", &[&screen(CASE), &missing.case_text, &missing.report_text]);
    let combined = told(COMBINED);
    let fate = "additional_properties";
    assert_eq!((&combined.case["columns"][0]["fate"], &combined.report["columns"][0]["fate"]), (&fate.into(), &fate.into()));
    let case = screen("/fits none of the 2 forms<enter><enter>");
    all_say("in additional_properties", &[&case, &combined.case_text, &combined.report_text]);
}

#[test]
fn the_column_of_a_value() {
    let told = told(MISSING);
    let column = &told.case["columns"][0];
    let typed = format!("{} {}", text(&column["type"]), text(&column["mode"]));
    assert_eq!((&told.report["columns"][0]["column"], text(&told.report["columns"][0]["type"])), (&column["column"], typed.as_str()));
    all_say(&format!("{} {typed}", text(&column["column"])), &[&screen(CASE), &told.case_text]);
    all_say(text(&column["column"]), &[&told.report_text]);
}

#[test]
fn the_table_of_a_document() {
    let told = told(MISSING);
    let live = told.case["tables"].as_array().unwrap().iter().find(|table| table["stage"] == "live").unwrap();
    let table = text(&live["table"]);
    assert_eq!((&told.case["columns"][0]["table"], &told.report["table"]), (&table.into(), &table.into()));
    let layout = misfit(&["table", "demo:", "acme-desktop.sync.1"]) + &misfit(&["table", "acme-desktop.sync.1", "--schemas", "demo:"]);
    all_say(table, &[&screen(CASE), &told.case_text, &told.report_text, &layout]);
}

#[test]
fn the_status_of_a_group() {
    let told = told(MISSING);
    assert_eq!((&told.report["status"], &told.report["status_why"]), (&told.group["status"], &told.group["status_why"]));
    let table = misfit(&["groups", "demo:"]);
    let line = table.lines().find(|line| line.contains(MISSING)).unwrap();
    all_say(text(&told.group["status"]), &[line, &screen(GROUP)]);
    all_say(text(&told.group["status_why"]), &[&screen(&format!("{GROUP}i")), &told.report_text]);
}

#[test]
fn the_cause_behind_a_combinator() {
    let told = told(COMBINED);
    let sentence = text(&told.case["cause"]["sentence"]);
    all_say(sentence, &[&told.case_text]);
    let plain = sentence.replace('`', "");
    let on_screen = screen("/fits none of the 2 forms<enter><enter>").replace('`', "");
    // The headline of a screen tells a value and its kind in its own turn of phrase; what must be is the same.
    let (place, asked) = plain.split_once(" must be ").unwrap();
    let asked = format!("must be {}", asked.split(',').next().unwrap());
    all_say(place.rsplit('.').next().unwrap(), &[&on_screen]);
    all_say(&asked, &[&on_screen, &told.report["cause"].to_string().replace('`', ""), &told.report_text.replace('`', "")]);
}

#[test]
fn the_sentence_of_a_group() {
    let told = told(MISSING);
    let sentence = text(&told.report["fault"]);
    let sql = misfit(&["export", "demo:", "--as", "sql", "--group", MISSING, "--raw"]);
    all_say(sentence, &[&screen(&format!("{GROUP}i")), &told.report_text, &sql]);
    let phrase = sentence.split_once(' ').unwrap().1;
    all_say(phrase, &[&screen(GROUP), &misfit(&["groups", "demo:"]), &told.case_text]);
}

#[test]
fn the_share_of_a_group() {
    let told = told(MISSING);
    let groups = json(&["groups", "demo:", "--format", "json"]);
    let count = told.group["count"].as_u64().unwrap();
    let share = count as f64 / groups["rows"].as_u64().unwrap() as f64;
    assert!((told.group["share"].as_f64().unwrap() - share).abs() < 1e-9);
    let csv = misfit(&["groups", "demo:", "--format", "csv"]);
    all_say(&format!("{share:.15}"), &[csv.lines().find(|line| line.contains(MISSING)).unwrap()]);
    assert_eq!(told.report["count"], told.group["count"]);
    all_say(&format!("{count} {:.0} %", share * 100.0), &[&screen(GROUP)]);
}

#[test]
fn the_first_and_the_last_row() {
    let told = told(MISSING);
    for end in ["first", "last"] {
        let time = text(&told.group[end]);
        assert_eq!(told.report[end], told.group[end]);
        let minute = time[..16].replace('T', " ");
        all_say(&minute, &[&screen(&format!("{GROUP}i"))]);
        all_say(time, &[&told.report_text, &misfit(&["export", "demo:", "--as", "sql", "--group", MISSING, "--raw"])]);
    }
}

#[test]
fn the_jobs_of_a_group() {
    let told = told(MISSING);
    let sheet = screen(&format!("{GROUP}i"));
    let jobs = told.group["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), told.report["jobs"].as_array().unwrap().len());
    for (job, reported) in jobs.iter().zip(told.report["jobs"].as_array().unwrap()) {
        assert_eq!((&job["job"], &job["count"]), (&reported["name"], &reported["rows"]));
        all_say(text(&job["job"]), &[&sheet, &told.report_text]);
    }
}

#[test]
fn what_is_redacted() {
    let group = ["--group", COMBINED];
    let export = |what: &str| misfit(&[&["export", "demo:", "--as", what][..], &group, &["--per-group", "1"]].concat());
    let rows: Value = serde_json::from_str(export("rows").lines().next().unwrap()).unwrap();
    let report = json(&[&["export", "demo:", "--as", "report", "--format", "json"][..], &group].concat());
    let message = text(&report["groups"][0]["message"]);
    assert_eq!(text(&rows["error_message"]), message);
    all_say(text(&report["groups"][0]["fault"]), &[&export("report").replace('`', ""), &export("sql")]);
    for told in [export("report"), export("rows"), export("sql"), export("table"), report.to_string()] {
        assert!(!told.contains("21 ms"), "{told}");
    }
}

#[test]
fn the_sql_of_a_group() {
    let told = told(MISSING);
    let sql = misfit(&["export", "demo:", "--as", "sql", "--group", MISSING, "--raw"]);
    assert_eq!(text(&told.report["sql"]), sql);
    let backfill = json(&["export", "demo:", "--as", "backfill", "--group", MISSING, "--raw", "--format", "json"]);
    let conditions = backfill["doctypes"][0]["groups"][0]["conditions"].as_array().unwrap();
    assert!(!conditions.is_empty());
    for condition in conditions {
        all_say(text(condition), &[&sql, &told.report_text]);
    }
    // The value's own expression.
    let of_value = text(&told.case["columns"][0]["sql"]);
    all_say(of_value, &[&screen(CASE), &told.case_text]);
}

#[test]
fn the_limit_that_is_broken() {
    let told = told(LIMITED);
    let facet = told.group["facets"].as_array().unwrap().iter().find(|facet| facet["name"] == "limit").unwrap();
    let limit = text(&facet["values"][0]["value"]);
    assert_eq!(told.case["fault"]["expected"], limit);
    all_say(&format!("\"maxLength\": {limit}"), &[text(&told.report["constraint"]["text"])]);
    all_say(&format!("at most {limit}"), &[&screen("/reader.toolbar_clicks<enter><enter>"), &told.case_text]);
    all_say(&format!("more than {limit} characters"), &[&misfit(&["groups", "demo:"])]);
}
