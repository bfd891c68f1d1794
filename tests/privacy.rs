//! A secret of its own in every place of a row, its payload, its message and its files: none comes out of what is made for others. What is raw by
//! design is listed, and its help says so. `MISFIT_PRIVACY=all` plants every form of secret in every place, `MISFIT_PRIVACY=2,16` these forms.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use misfit::rows::schemas::SchemaStore;
use misfit::rows::schemas::folder::Folder;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::triage::export::files::Readers;
use misfit::triage::export::patch::PatchOf;
use misfit::triage::export::single::{ExportOrigin, SingleExport, make};
use misfit::triage::redact::Policy;
use serde_json::{Value, json};

use crate::secrets::{KINDS, Secret, WORD_KINDS, planted};

const SCHEMA: &str = r##"{
  "$schema": "http://json-schema.org/draft-06/schema#",
  "type": "object",
  "properties": {
    "pattern": {"type": "string", "pattern": "^[A-F]{3}$"},
    "when": {"type": "string", "format": "date-time"},
    "enum": {"enum": ["listedword", "other"]},
    "const": {"const": "constantword"},
    "short": {"type": "string", "maxLength": 2},
    "long": {"type": "string", "minLength": 99},
    "count": {"type": "integer"},
    "list": {"type": "array", "items": {"type": "integer"}},
    "unique": {"type": "array", "uniqueItems": true},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "names": {"type": "object", "propertyNames": {"maxLength": 2}},
    "closed": {"type": "object", "properties": {"a": {}}, "additionalProperties": false},
    "either": {"anyOf": [{"type": "integer"}, {"enum": ["listedword"]}, {"type": "string", "pattern": "^[0-9]$"}]},
    "deep": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": {"type": "array", "items": {"maxLength": 2}}}},
    "wanted": {"type": "object", "required": ["namedmember"]}
  }
}"##;

/// Columns of the error row that a secret may be the whole of.
const COLUMNS: &str = "document_namespace document_type document_version document_id error_type exception_class error_message stack_trace \
    stack_trace_cause_1 uri args client_id user_agent user_agent_browser user_agent_os user_agent_version remote_addr x_forwarded_for x_debug_id \
    x_source_tags x_pingsender_version x_telemetry_agent x_lb_tags geo_city geo_country geo_subdivision1 isp_name isp_organization app_name \
    app_version app_build app_update_channel os normalized_channel normalized_app_name normalized_os normalized_country_code method protocol host \
    dnt content_length submission_timestamp timestamp date job_name input attributes";

/// Texts of columns with the secret somewhere in them: column, text, class of the exception.
const TEXTS: [(&str, &str, &str); 26] = [
    ("exception_class", "com.mozilla.telemetry.@.OddException", ""),
    ("exception_class", "java.lang.@Exception", ""),
    ("uri", "/submit/acme/thing/1/@", ""),
    ("uri", "/submit/@/thing/1/x?q=@#@", ""),
    ("uri", "/submit/telemetry/x/main/@/1.0/@/2", ""),
    ("job_name", "decoder-0-@-1f2ab9c4", ""),
    ("job_name", "@-0-0302080511-4e1d7a20", ""),
    ("host", "@.internal", ""),
    ("error_message", "#/pattern: something new about @ and more", VALIDATOR),
    ("error_message", "#/@/@: expected type: Integer, found: String", VALIDATOR),
    ("error_message", "#/pattern: string [x] does not match pattern @", VALIDATOR),
    ("error_message", "#/wanted: required key [@] not found", VALIDATOR),
    ("error_message", "#/when: [x] is not a valid @", VALIDATOR),
    ("error_message", "#/count: expected type: @, found: @", VALIDATOR),
    ("error_message", "No such docType: acme/@", LOOKUP),
    ("error_message", "No such docType: @/@", LOOKUP),
    ("error_message", "No schema with name: acme/thing/thing.@.schema.json", LOOKUP),
    ("error_message", "No schema with name: @/@/@.1.schema.json", LOOKUP),
    (
        "error_message",
        "Unrecognized token '@': was expecting (JSON String, Number, Array, Object or token 'null')\n at [Source: (byte[])\"{\"a\":@\"; line: 1, column: 9]",
        PARSER,
    ),
    ("error_message", "Duplicate field '@'", PARSER),
    ("error_message", "For input string: @", "com.mozilla.telemetry.decoder.ParseUri$StubUri$UnknownPingVersionException"),
    ("error_message", "@", "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException"),
    ("error_message", "no such field: pattern.@.", "java.io.IOException"),
    ("error_message", "Could not convert value to integer. Field: @; Value: @", "java.io.IOException"),
    ("error_message", "cannot reach @ within 3 seconds", "java.net.ConnectException"),
    ("error_message", "failed (caused by a.@.OddException: @)", "java.lang.IllegalStateException"),
];

/// Payloads with the secret somewhere in them, which break the schema.
const PAYLOADS: [&str; 22] = [
    r#"{"pattern":"@"}"#,
    r#"{"when":"@"}"#,
    r#"{"enum":"@"}"#,
    r#"{"const":"@"}"#,
    r#"{"short":"@@"}"#,
    r#"{"long":"@"}"#,
    r#"{"count":"@"}"#,
    r#"{"list":["@"]}"#,
    r#"{"list":[1,{"@":"@"}]}"#,
    r#"{"unique":["@","@"]}"#,
    r#"{"map":{"@":"x"}}"#,
    r#"{"map":{"b":"@"}}"#,
    r#"{"names":{"@":1}}"#,
    r#"{"closed":{"@":1}}"#,
    r#"{"closed":{"b":"@"}}"#,
    r#"{"either":"@"}"#,
    r#"{"either":{"@":["@"]}}"#,
    r#"{"deep":{"@":{"k":["longer"]}}}"#,
    r#"{"deep":{"k":{"@":["@@@"]}}}"#,
    r#"{"wanted":{"@":"@","free":{"@":[{"@":["@",{"time":"@"}]}]}}}"#,
    r#"{"count":"x","free":"@","@":null,"user":{"name":"@"},"rows":[[["@"]]]}"#,
    r#"{"count":1.5,"client_info":{"app_build":"@","app_channel":"@","os":"@","client_id":"@"},"application":{"version":"@"}}"#,
];

/// Payloads that are no document.
const BROKEN: [&str; 3] = [r#"{"a": "@", "@""#, "@", r#"{"a":1} @"#];

const VALIDATOR: &str = "org.everit.json.schema.ValidationException";
const LOOKUP: &str = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";
const PARSER: &str = "com.fasterxml.jackson.core.JsonParseException";

/// Whether every form of secret is planted in every place, and every form of output is looked at.
fn is_whole() -> bool {
    std::env::var_os("MISFIT_PRIVACY").is_some()
}

/// Words that are secrets of somebody, too.
const COMMON: [&str; 3] = ["alice", "topsecret", "yesterday"];

/// A row of a schema that is at hand, refused for something that tells nothing.
fn base() -> Value {
    json!({
        "document_namespace": "acme", "document_type": "thing", "document_version": "1", "error_type": "ParsePayload",
        "exception_class": VALIDATOR, "error_message": format!("{VALIDATOR}: #/count: expected type: Integer, found: String"),
        "submission_timestamp": "2026-03-02 17:15:58 UTC", "uri": "/submit/acme/thing/1/00000000-0000-4000-8000-000000000000",
        "job_name": "decoder-0-0302080511-4e1d7a20", "payload": STANDARD.encode(r#"{"count":"x"}"#),
    })
}

/// A row for every place, each with what the place is called. `secret` gives what stands there.
fn rows(judge: &Judge, mut secret: impl FnMut(&str) -> String) -> Vec<Value> {
    let mut all = Vec::new();
    for name in COLUMNS.split_whitespace() {
        let mut row = base();
        row[name] = secret(name).into();
        all.push(row);
    }
    for (column, text, class) in TEXTS {
        let mut row = base();
        let text = text.replace('@', &secret(&format!("{column} {text}")));
        row[column] = if class.is_empty() { text.into() } else { format!("{class}: {text}").into() };
        if !class.is_empty() {
            row["exception_class"] = class.into();
        }
        all.push(row);
    }
    for (name, class) in [("name of a column", VALIDATOR), ("name of a column", LOOKUP)] {
        let mut row = base();
        row["exception_class"] = class.into();
        row[secret(name)] = "x".into();
        all.push(row);
    }
    // Names that the schemas do not have, of a row that says it was judged.
    for (namespace, doctype) in [("@", "thing"), ("acme", "@"), ("@", "@")] {
        let mut row = base();
        let word = secret(&format!("{namespace}/{doctype}"));
        (row["document_namespace"], row["document_type"]) = (namespace.replace('@', &word).into(), doctype.replace('@', &word).into());
        row["uri"] = format!("/submit/{word}/{word}/1").into();
        all.push(row);
    }
    for payload in PAYLOADS {
        let quoted = Value::from(secret(payload)).to_string();
        let text = payload.replace('@', quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default());
        let document = Document::parse(text.clone().into_bytes());
        let Outcome::Fail(violation) = judge.verdict(JudgeInput::payload(&document)).outcome else { panic!("{text} passes") };
        let mut row = base();
        (row["error_message"], row["payload"]) = (format!("{VALIDATOR}: {}", violation.message).into(), STANDARD.encode(text).into());
        all.push(row);
    }
    for payload in BROKEN {
        let mut row = base();
        let text = payload.replace('@', &secret(payload));
        row["error_message"] = format!("{PARSER}: Unexpected end-of-input\n at [Source: (byte[])\"{text}\"; line: 1, column: 9]").into();
        (row["exception_class"], row["payload"]) = (PARSER.into(), STANDARD.encode(text).into());
        all.push(row);
    }
    all
}

/// Rows with secrets, and what was planted: the place, the secret.
fn plant() -> (Vec<Value>, Vec<(String, Secret)>) {
    let judge = Judge::compile(Arc::new(Schema::parse("t", SCHEMA.into()).unwrap())).unwrap();
    let kinds = KINDS + WORD_KINDS;
    // One strong secret and one of words in each place, another form in each.
    let is_whole = is_whole();
    let asked = std::env::var("MISFIT_PRIVACY").unwrap_or_default();
    let chosen: Vec<usize> = asked.split(',').filter_map(|kind| kind.parse().ok()).collect();
    let rounds: Vec<usize> = match (is_whole, chosen.is_empty()) {
        (false, _) => vec![0, 1],
        (true, true) => (0..kinds).collect(),
        (true, false) => chosen,
    };
    let (mut all, mut planted_ones) = (Vec::new(), Vec::new());
    for round in rounds {
        let mut number = 0;
        all.extend(rows(&judge, |place| {
            number += 1;
            let kind = match (is_whole, round) {
                (true, _) => round,
                (false, 0) => number % KINDS,
                _ => KINDS + number % WORD_KINDS,
            };
            let secret = planted(number, kind);
            let whole = secret.whole.clone();
            // A number is a time where a time is expected, and times are told.
            if !(place == "submission_timestamp" && whole.bytes().all(|byte| byte.is_ascii_digit())) {
                planted_ones.push((place.to_owned(), secret));
            }
            whole
        }));
    }
    for word in COMMON.into_iter().filter(|_| is_whole) {
        all.extend(rows(&judge, |_| word.to_owned()));
        planted_ones.push(("any place".to_owned(), Secret { whole: word.to_owned(), parts: Vec::new() }));
    }
    (all, planted_ones)
}

/// A folder whose names are secrets themselves, the home of the program inside of it.
struct Planted {
    top: tempfile::TempDir,
    source: String,
    schemas: String,
    secrets: Vec<(String, Secret)>,
}

impl Planted {
    fn new() -> Self {
        let top = tempfile::tempdir().unwrap();
        let (rows, mut secrets) = plant();
        let mut name = |what: &str, number: usize| {
            let secret = planted(5000 + number, KINDS);
            let whole = secret.whole.clone();
            secrets.push((what.to_owned(), secret));
            whole
        };
        let inside = top.path().join(name("folder of the source", 1));
        let schemas = top.path().join(name("folder of the schemas", 2));
        let source = inside.join(format!("{}.ndjson", name("name of the source", 3)));
        for folder in [&inside, &schemas.join("acme/thing"), &top.path().join("home"), &top.path().join("tmp")] {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(schemas.join("acme/thing/thing.1.schema.json"), SCHEMA).unwrap();
        // Two lines that are not rows: the first is quoted, and why it is none.
        let torn = format!("{{\"error_message\":{}}}\n{}", name("line that is not JSON", 4), name("line that is not a row", 5));
        let lines: Vec<String> = rows.iter().map(Value::to_string).chain([torn]).collect();
        fs::write(&source, lines.join("\n")).unwrap();
        let text = |path: &Path| path.to_string_lossy().into_owned();
        Planted { source: text(&source), schemas: text(&schemas), top, secrets }
    }

    /// What a command prints for others.
    fn misfit(&self, arguments: &[&str]) -> String {
        let (home, temporary) = (self.top.path().join("home"), self.top.path().join("tmp"));
        let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
        misfit.args(arguments).env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"));
        misfit.env("HOME", &home).env("TMPDIR", &temporary).env_remove("MISFIT_SCHEMAS");
        for name in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
            misfit.env(name, &home);
        }
        let output = misfit.output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0..=2)), "{arguments:?}: {code:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn file(&self, name: &str) -> String {
        self.top.path().join(name).to_string_lossy().into_owned()
    }

    /// The lines that hold anything of a secret.
    fn leaks(&self, what: &str, told: &str) -> Vec<String> {
        let mut all = Vec::new();
        for (place, secret) in &self.secrets {
            for part in secret.parts.iter().chain([&secret.whole]) {
                let escaped = Value::from(part.as_str()).to_string();
                let Some(at) = [part.as_str(), escaped.trim_matches('"')].into_iter().find_map(|spelling| told.find(spelling)) else {
                    continue;
                };
                let from = (0..=at.saturating_sub(90)).rev().find(|&from| told.is_char_boundary(from)).unwrap_or(0);
                let around: String = told[from..].chars().take(190).collect();
                all.push(format!("{what}: {part}, planted in {place}: …{}…", around.replace('\n', "⏎")));
                break;
            }
        }
        all
    }
}

/// Names and contents of all files below a folder; what is packed is unpacked.
fn below(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        all.push_str(&format!("{}\n", path.file_name().unwrap().to_string_lossy()));
        if path.is_dir() {
            all.push_str(&below(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let bytes = zstd::decode_all(bytes.as_slice()).unwrap_or(bytes);
        all.push_str(&String::from_utf8_lossy(&bytes));
        all.push('\n');
    }
    all
}

/// Rows with their payloads as text behind them.
fn with_payloads(rows: String) -> String {
    let payload = |line: &str| {
        let row: Value = serde_json::from_str(line).ok()?;
        String::from_utf8(STANDARD.decode(row["payload"].as_str()?).ok()?).ok()
    };
    let decoded: Vec<String> = rows.lines().filter_map(payload).collect();
    rows + &decoded.join("\n")
}

/// Everything that is made for others, each with what it is.
fn outputs(planted: &Planted, schemas: &[&str]) -> Vec<(String, String)> {
    let source = planted.source.as_str();
    let with = if schemas.is_empty() { "without schemas" } else { "with schemas" };
    let mut all = Vec::new();
    let mut add = |what: &str, told: String| all.push((format!("{what} {with}"), told));
    let run = |arguments: &[&str]| planted.misfit(&[arguments, schemas].concat());
    // Texts are made of what the objects hold.
    let formats = if is_whole() { &["md", "json", "text"][..] } else { &["md", "json"] };
    for what in ["report", "table", "backfill"] {
        for format in formats {
            add(&format!("export {what} {format}"), run(&["export", source, "--as", what, "--format", format]));
        }
    }
    add("export html", run(&["export", source, "--as", "html"]));
    add("export sql", run(&["export", source, "--as", "sql"]));
    add("export rows", with_payloads(run(&["export", source, "--as", "rows", "--per-group", "9"])));
    add("export documents", run(&["export", source, "--as", "documents", "--per-group", "9"]));
    let files = if is_whole() {
        &["tests", "documents", "reproducer", "report", "rows", "sql", "backfill", "table"][..]
    } else {
        &["tests", "documents"]
    };
    for what in files {
        let out = planted.file(&format!("out {what} {with}"));
        run(&["export", source, "--as", what, "--out", &out]);
        let out = Path::new(&out);
        let told = if out.is_dir() { below(out) } else { fs::read_to_string(out).unwrap_or_default() };
        add(&format!("files of {what}"), with_payloads(told));
    }
    let bundle = planted.file(&format!("bundle {with}"));
    run(&["bundle", source, "--rows", "9", "--out", &bundle]);
    let unpacked = zstd::decode_all(fs::File::open(&bundle).unwrap()).unwrap();
    add("bundle", String::from_utf8(unpacked).unwrap());
    // Whatever is asked of a bundle comes from what it holds.
    add("groups of the bundle", planted.misfit(&["groups", &bundle, "--format", "json"]));
    add("cases of the bundle", planted.misfit(&["cases", &bundle, "--format", "ndjson"]));
    add("groups openmetrics", run(&["groups", source, "--format", "openmetrics"]));
    add("groups md", run(&["groups", source, "--format", "md"]));
    if !schemas.is_empty() {
        add("groups md with causes", run(&["groups", source, "--format", "md", "--causes"]));
    }
    // All groups as gone, as new and as grown.
    let (base, other) = (planted.file("base.json"), planted.file("other.ndjson"));
    fs::write(&base, run(&["groups", source, "--format", "json"])).unwrap();
    fs::write(&other, base_of_another()).unwrap();
    let compare = |source: &str, base: &str| run(&["groups", source, "--baseline", base, "--format", "md", "--grown-rows", "1"]);
    add("groups md, gone", compare(&other, &base));
    let few = planted.file("few.json");
    fs::write(&few, run(&["groups", &other, "--format", "json"])).unwrap();
    add("groups md, new", compare(source, &few));
    let (twice, text) = (planted.file("twice.ndjson"), fs::read_to_string(source).unwrap());
    fs::write(&twice, format!("{text}\n{text}\n{text}")).unwrap();
    add("groups md, grown", compare(&twice, &base));
    all
}

/// What the explorer's menu makes of each group.
fn of_the_explorer(planted: &Planted, schemas: &Arc<SchemaStore>) -> String {
    let source = Files::open(std::slice::from_ref(&planted.source), ReadOptions::default()).unwrap();
    let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
    for group in &groups.list {
        let origin = ExportOrigin {
            source: &source,
            schemas: Some(schemas),
            groups: &groups,
            group: group.fingerprint,
            opened: None,
            policy: Policy::default(),
            patches: Default::default(),
            own_edit: None,
        };
        for what in [
            SingleExport::Report,
            SingleExport::ReportPage,
            SingleExport::Rows,
            SingleExport::Document,
            SingleExport::Test,
            SingleExport::Reproducer,
            SingleExport::Patch(PatchOf::Schemas),
        ] {
            let Ok(made) = make(what, &origin, &Unwatched) else { continue };
            made.write(&planted.top.path().join("explorer"), Readers::Usual).unwrap();
        }
    }
    let told = with_payloads(below(&planted.top.path().join("explorer")));
    assert!(told.len() > 100_000, "{} bytes", told.len());
    told
}

fn base_of_another() -> String {
    let mut row = base();
    row["error_message"] = format!("{VALIDATOR}: #/list: expected type: JSONArray, found: String").into();
    row.to_string()
}

#[test]
fn nothing_that_was_planted_leaves() {
    let planted = Planted::new();
    assert!(planted.secrets.len() > 200, "{}", planted.secrets.len());
    let mut leaks = Vec::new();
    for schemas in [&["--schemas", planted.schemas.as_str()][..], &[]] {
        for (what, told) in outputs(&planted, schemas) {
            let is_made_by_schemas = ["tests", "reproducer"].iter().any(|name| what.contains(name)) && schemas.is_empty();
            assert!(told.len() > 200 || is_made_by_schemas, "{what}: {told}");
            leaks.extend(planted.leaks(&what, &told));
        }
    }
    // What the explorer exports.
    let schemas = Arc::new(SchemaStore::open(Box::new(Folder::open(Path::new(&planted.schemas)).unwrap())).unwrap());
    leaks.extend(planted.leaks("the explorer's exports", &of_the_explorer(&planted, &schemas)));
    // Caches, temporary files, whatever a program keeps.
    for folder in ["home", "tmp"] {
        leaks.extend(planted.leaks(folder, &below(&planted.top.path().join(folder))));
    }
    let shown = leaks.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(leaks.is_empty(), "{} leaks:\n{shown}", leaks.len());
}

/// What prints values as they are, with where its help says so.
const RAW_BY_DESIGN: [(&str, &[&str]); 10] = [
    ("groups", &["--format", "table"]),
    ("groups", &["--format", "json"]),
    ("groups", &["--format", "ndjson"]),
    ("groups", &["--format", "csv"]),
    ("groups", &["--format", "md", "--raw"]),
    ("cases", &["--format", "text"]),
    ("cases", &["--format", "ndjson"]),
    ("export", &["--as", "report", "--raw"]),
    ("export", &["--as", "html", "--raw"]),
    ("export", &["--as", "rows", "--per-group", "9", "--raw"]),
];

#[test]
fn what_is_raw_by_design_is_raw_and_its_help_says_so() {
    let planted = Planted::new();
    for (command, flags) in RAW_BY_DESIGN {
        let told = planted.misfit(&[&[command, planted.source.as_str(), "--schemas", &planted.schemas], flags].concat());
        assert!(planted.leaks("", &told).len() > 20, "{command} {flags:?} hides what scripts ask for");
        let help = planted.misfit(&[command, "--help"]).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("as they are") && help.contains("shapes"), "{command}: {help}");
    }
}
