//! Plain words planted wherever a document, a message or a request can hold one, for every keyword that can break: none leaves without --raw.
//! What the schema lists, small numbers, booleans and nulls do.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use serde_json::{Value, json};

/// Words that look like those of programs, like numbers, like times, like hosts: all are somebody's.
const WORDS: [&str; 14] = [
    "alice",
    "topsecret",
    "hunter",
    "alice.example",
    "yesterday",
    "Kowalski",
    "NICKNAME",
    "zürich",
    "xp7box",
    "camelSecret",
    "snake_secret",
    "48213",
    "1987-04-23",
    "2031.417",
];

const SCHEMA: &str = r##"{
  "$schema": "http://json-schema.org/draft-06/schema#",
  "type": "object",
  "properties": {
    "type": {"type": "integer"},
    "types": {"type": ["integer", "null"]},
    "enum": {"enum": ["listedword", "other"]},
    "const": {"const": "constantword"},
    "pattern": {"type": "string", "pattern": "^[A-F]{3}[0-9]$"},
    "date": {"type": "string", "format": "date-time"},
    "uri": {"type": "string", "format": "uri"},
    "email": {"type": "string", "format": "email"},
    "address": {"type": "string", "format": "ipv4"},
    "maxLength": {"type": "string", "maxLength": 2},
    "minLength": {"type": "string", "minLength": 60},
    "maxItems": {"type": "array", "maxItems": 1},
    "minItems": {"type": "array", "minItems": 9},
    "uniqueItems": {"type": "array", "uniqueItems": true},
    "items": {"type": "array", "items": {"type": "integer"}},
    "tuple": {"type": "array", "items": [{"type": "integer"}], "additionalItems": false},
    "contains": {"type": "array", "contains": {"type": "integer"}},
    "required": {"type": "object", "required": ["namedmember"]},
    "closed": {"type": "object", "properties": {"namedmember": {}}, "additionalProperties": false},
    "names": {"type": "object", "propertyNames": {"maxLength": 2}},
    "patternNames": {"type": "object", "propertyNames": {"pattern": "^[A-F]{3}[0-9]$"}},
    "patterns": {"type": "object", "patternProperties": {".": {"type": "integer"}}},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "deep": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": {"type": "array", "items": {"maxLength": 2}}}},
    "minProperties": {"type": "object", "minProperties": 9},
    "maxProperties": {"type": "object", "maxProperties": 0},
    "dependencies": {"type": "object", "dependencies": {"namedmember": ["otherword"]}},
    "anyOf": {"anyOf": [{"type": "integer"}, {"enum": ["listedword"]}]},
    "oneOf": {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^[A-F]{3}[0-9]$"}]},
    "allOf": {"allOf": [{"maxLength": 2}, {"pattern": "^[A-F]{3}[0-9]$"}]},
    "not": {"not": {"type": "string"}},
    "minimum": {"type": "number", "minimum": 90000000},
    "maximum": {"type": "number", "maximum": 4},
    "multipleOf": {"type": "number", "multipleOf": 7}
  }
}"##;

/// What stands under a property of the schema so that it breaks, made of one word.
fn value(property: &str, word: &str) -> Option<Value> {
    Some(match property {
        "maxItems" | "minItems" | "items" | "contains" => json!([word, {word: word}]),
        "uniqueItems" => json!([word, word]),
        "tuple" => json!([1, word]),
        "required" | "closed" | "names" | "patternNames" | "patterns" | "map" | "minProperties" | "maxProperties" => json!({word: word}),
        "dependencies" => json!({"namedmember": word, word: word}),
        "deep" => json!({word: {word: [word]}}),
        "minimum" | "maximum" | "multipleOf" => json!(word.parse::<f64>().ok()?),
        _ => json!(word),
    })
}

/// Documents of every property and word, each with what the pipeline says of it.
fn failing() -> Vec<(Value, String)> {
    let schema = Arc::new(Schema::parse("t", SCHEMA.into()).unwrap());
    let judge = Judge::compile(schema).unwrap();
    let properties: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut all = Vec::new();
    for property in properties["properties"].as_object().unwrap().keys() {
        let before = all.len();
        for word in WORDS {
            let Some(value) = value(property, word) else { continue };
            let document = json!({property: value, "flag": true, "nothing": null, word: {"nested": [word, {word: word}], "time": word}});
            let parsed = Document::parse(document.to_string().into_bytes());
            if let Outcome::Fail(violation) = judge.verdict(JudgeInput::payload(&parsed)).outcome {
                all.push((document, violation.message.to_string()));
            }
        }
        assert!(all.len() > before, "nothing breaks {property}");
    }
    all
}

const VALIDATOR: &str = "org.everit.json.schema.ValidationException";

fn row(word: &str, class: &str, message: &str, payload: &str) -> Value {
    json!({
        "document_namespace": "acme", "document_type": "thing", "document_version": "1", "error_type": "ParsePayload",
        "exception_class": class, "error_message": format!("{class}: {message}"), "submission_timestamp": "2026-03-02 17:15:58 UTC",
        "uri": format!("/submit/acme/thing/1/{word}?q={word}"), "user_agent": word, "args": word, "client_id": word, "document_id": word,
        "remote_addr": word, "geo_city": word, "geo_country": word, "x_debug_id": word, "isp_name": word, "app_name": word, "app_version": word,
        "app_build": word, "app_update_channel": word, "os": word, "normalized_channel": word, "normalized_app_name": word,
        "user_agent_browser": word, "user_agent_os": word, "user_agent_version": word, "x_pingsender_version": word, "method": word, "dnt": word,
        "job_name": format!("decoder-{}-0302080511-4e1d7a20", word.to_lowercase().replace(['.', '_'], "-")), "host": word, word: word,
        "payload": STANDARD.encode(payload),
    })
}

fn rows() -> Vec<Value> {
    let mut all: Vec<Value> = failing()
        .iter()
        .map(|(document, message)| {
            let word = WORDS.into_iter().find(|word| document.get(word).is_some()).unwrap();
            row(word, VALIDATOR, message, &document.to_string())
        })
        .collect();
    let parser = "com.fasterxml.jackson.core.JsonParseException";
    let not_found = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";
    for word in WORDS {
        let cut = format!("{{\"{word}\": {word}");
        let of_parser = format!(
            "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (byte[])\"{cut}\"; line: 1, column: 9]"
        );
        all.push(row(word, parser, &of_parser, &cut));
        let mut lost = row(word, not_found, &format!("No such docType: acme/{word}"), "{}");
        lost["document_type"] = word.into();
        all.push(lost);
        let mut nowhere = row(word, "com.mozilla.telemetry.decoder.ParseUri$InvalidUriException", &format!("Unknown: {word}"), "{}");
        for name in ["document_namespace", "document_type", "document_version"] {
            nowhere[name] = word.into();
        }
        all.push(nowhere);
        all.push(row(word, VALIDATOR, &format!("#/{word}/0: something new about {word} and more"), &json!({word: [word]}).to_string()));
    }
    all
}

fn misfit(arguments: &[&str]) -> String {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(arguments).env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"));
    String::from_utf8(misfit.output().unwrap().stdout).unwrap()
}

/// Names and contents of all files below a folder.
fn below(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        all.push_str(&format!("{}\n", path.file_name().unwrap().to_string_lossy()));
        all.push_str(&if path.is_dir() { below(&path) } else { fs::read_to_string(&path).unwrap() });
        all.push('\n');
    }
    all
}

/// The rows with their payloads as text beside them.
fn decoded(rows: &str) -> String {
    let payload = |line: &str| {
        let row: Value = serde_json::from_str(line).ok()?;
        String::from_utf8(STANDARD.decode(row["payload"].as_str()?).ok()?).ok()
    };
    rows.lines().filter_map(payload).collect::<Vec<_>>().join("\n")
}

/// Everything that leaves, each with what it is.
fn outputs(top: &Path, source: &str, schemas: Option<&str>) -> Vec<(String, String)> {
    let schemas = schemas.map(|schemas| vec!["--schemas", schemas]).unwrap_or_default();
    let run = |arguments: &[&str]| misfit(&[arguments, &schemas].concat());
    let mut all = Vec::new();
    for (what, format) in [
        ("report", "md"),
        ("report", "json"),
        ("report", "text"),
        ("table", "md"),
        ("table", "json"),
        ("table", "text"),
        ("backfill", "md"),
        ("backfill", "json"),
    ] {
        all.push((format!("{what} {format}"), run(&["export", source, "--as", what, "--format", format])));
    }
    all.push(("sql".into(), run(&["export", source, "--as", "sql"])));
    let rows = run(&["export", source, "--as", "rows", "--per-group", "20"]);
    all.push(("payloads".into(), decoded(&rows)));
    all.push(("rows".into(), rows));
    all.push(("documents".into(), run(&["export", source, "--as", "documents", "--per-group", "20"])));
    for what in ["tests", "documents", "reproducer"] {
        let out = top.join(format!("{what}-{}", schemas.len()));
        run(&["export", source, "--as", what, "--out", &out.to_string_lossy()]);
        all.push((format!("files of {what}"), below(&out)));
    }
    let bundle = top.join(format!("bundle-{}", schemas.len()));
    run(&["bundle", source, "--rows", "20", "--out", &bundle.to_string_lossy()]);
    let bundle = zstd::decode_all(fs::File::open(&bundle).unwrap()).unwrap();
    all.push(("bundle".into(), String::from_utf8(bundle).unwrap()));
    all
}

fn lay_out(top: &Path) -> (String, String) {
    let schemas = top.join("topsecret");
    fs::create_dir_all(schemas.join("acme/thing")).unwrap();
    fs::write(schemas.join("acme/thing/thing.1.schema.json"), SCHEMA).unwrap();
    let source = top.join("alice.ndjson");
    fs::write(&source, rows().iter().map(Value::to_string).collect::<Vec<_>>().join("\n")).unwrap();
    (source.to_string_lossy().into_owned(), schemas.to_string_lossy().into_owned())
}

#[test]
fn no_word_of_anybody_leaves() {
    let top = tempfile::tempdir().unwrap();
    let (source, schemas) = lay_out(top.path());
    let mut leaks = Vec::new();
    for schemas in [Some(schemas.as_str()), None] {
        for (what, told) in outputs(top.path(), &source, schemas) {
            assert!(told.len() > 1000 || schemas.is_none(), "{what}: {told}");
            for word in WORDS {
                let lines = told.lines().filter(|line| line.contains(word)).take(2);
                leaks.extend(lines.map(|line| {
                    let at = line.find(word).unwrap_or_default();
                    let from = line.floor_char_boundary(at.saturating_sub(100));
                    format!("{what}: {word}: {}", line[from..].chars().take(200).collect::<String>())
                }));
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.iter().take(60).cloned().collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_the_schema_lists_is_told_and_values_by_their_shapes() {
    let top = tempfile::tempdir().unwrap();
    let (source, schemas) = lay_out(top.path());
    let report = misfit(&["export", &source, "--as", "report", "--schemas", &schemas]);
    for told in ["listedword", "constantword", "namedmember", "^[A-F]{3}[0-9]$", "acme/thing.1", ": true", ": null", "aaaaa"] {
        assert!(report.contains(told), "{told}");
    }
}

#[test]
fn safe_places_are_told_in_documents_and_in_messages() {
    let top = tempfile::tempdir().unwrap();
    let (source, schemas) = lay_out(top.path());
    let config = top.path().join("config.toml");
    fs::write(&config, "[redaction]\nsafe = [\"/pattern\", \"/deep/**\"]\nmasked = [\"/enum\"]\n").unwrap();
    let config = config.to_string_lossy();
    let report = misfit(&["export", &source, "--as", "report", "--schemas", &schemas, "--config", &config]);
    for told in ["#/pattern: string [alice] does not match pattern", "\"pattern\": \"alice\"", "#/deep/alice/alice/0", "#/enum: <string>"] {
        assert!(report.contains(told), "{told}");
    }
}
