//! Two hundred secrets planted wherever a payload, a request or a message can hold one: none comes out.
//! The secrets are made up here; no document of anybody is looked at.

use std::borrow::Cow;

use crate::secrets::{assert_hidden, secrets};
use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::schema::walk::TokenMatch;
use misfit::rows::row::SourceRow;
use misfit::triage::redact::{FailingValue, Policy, Redactor, TextForm};

const SCHEMA: &str = r##"{
  "$schema": "http://json-schema.org/draft-06/schema#",
  "type": "object",
  "properties": {
    "value": {"type": "string", "pattern": "^[a-z]$", "maxLength": 5},
    "typed": {"type": "string", "enum": ["on", "off"]},
    "nullable": {"type": ["string", "null"], "format": "date-time"},
    "map": {"type": "object", "propertyNames": {"maxLength": 9}, "additionalProperties": {"type": "integer"}},
    "list": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": false}},
    "number": {"maximum": 10}
  },
  "required": ["value"]
}"##;

fn schema() -> Schema {
    Schema::parse("t", SCHEMA.into()).unwrap()
}

/// Documents that hold the secret, each with the node that fails and the keywords that it may break.
fn documents(secret: &str) -> Vec<(String, u32)> {
    let quoted = serde_json::Value::from(secret);
    let mut all = vec![
        (format!(r#"{{"value":{quoted}}}"#), 1),
        (format!(r#"{{"typed":{quoted}}}"#), 1),
        (format!(r#"{{"nullable":{quoted}}}"#), 1),
        (format!(r#"{{"map":{{{quoted}:1}}}}"#), 2),
        (format!(r#"{{{quoted}:{{{quoted}:[{quoted}]}}}}"#), 3),
        (format!(r#"{{"list":[{{"name":{quoted},{quoted}:null}}]}}"#), 3),
        (format!(r#"{quoted}"#), 0),
        (format!(r#"{{"broken":[{quoted},{{{quoted}:{quoted}"#), 2),
    ];
    if secret.parse::<u64>().is_ok() {
        all.push((format!(r#"{{"number":{secret},"list":[{secret}.5,-{secret},{{"name":{secret}}}]}}"#), 1));
    }
    all
}

#[test]
fn no_secret_comes_out_of_a_document() {
    let schema = schema();
    for secret in secrets() {
        for (text, node) in documents(&secret.whole) {
            let document = Document::parse(text.clone().into_bytes());
            for keyword in ["pattern", "maximum", "type"] {
                for (schema, form) in [(Some(&schema), TextForm::Line), (None, TextForm::Indented)] {
                    let failing = Some(FailingValue { node, keyword: Some(keyword) });
                    let told = Redactor::default().document(&document, schema, failing, form);
                    assert_hidden(&secret, &told, &format!("{keyword} in {text}"));
                }
            }
        }
    }
}

/// The pipeline's messages with the secret wherever a value or key stands, and messages of unknown kinds.
fn messages(secret: &str) -> Vec<String> {
    let validator = "org.everit.json.schema.ValidationException";
    let parser = "com.fasterxml.jackson.core.JsonParseException";
    let not_found = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";
    let uri = "com.mozilla.telemetry.decoder.ParseUri$StubUri";
    let pointer = secret.replace('~', "~0").replace('/', "~1").replace('\\', "\\\\");
    let mut all: Vec<String> = [
        format!("#/value: string [{secret}] does not match pattern ^[a-z]$"),
        format!("#/value: string [x] does not match pattern {secret}"),
        format!("#/nullable: [{secret}] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ]"),
        format!("#/nullable: [x] is not a valid {secret}"),
        format!("#/typed: {secret} is not a valid enum value"),
        format!("#/typed: {{\"a\":\"{secret}\"}} is not a valid enum value"),
        format!("#: extraneous key [{secret}] is not permitted"),
        format!("#: required key [{secret}] not found"),
        format!("#: property [{secret}] is required"),
        format!("#/map/{pointer}: expected type: Integer, found: String"),
        format!("#/map/{pointer}: expected maxLength: 9, actual: 36"),
        format!("#/{pointer}/{pointer}: #: only 1 subschema matches out of 2"),
        format!("#/{pointer}: string [x] does not match pattern y: #: no subschema matched out of the total 2 subschemas"),
        format!("#/list/0: extraneous key [a: {secret}] is not permitted"),
        format!("#/value: subject must not be valid against schema {{\"const\":\"{secret}\"}}"),
        format!("#/value: something new about {secret} and more"),
        format!("#/number: {secret} is not less or equal to 10"),
        format!("#/value: expected type: {secret}, found: {secret}"),
        format!("#/value/{}{pointer}...", "x".repeat(1021 - 60 - pointer.len())),
    ]
    .map(|text| format!("{validator}: {text}"))
    .to_vec();
    all.extend([
        format!("{parser}: Unrecognized token '{secret}': was expecting (JSON String, Number, Array, Object or token 'null')\n at [Source: (byte[])\"{{\"a\":{secret}\"; line: 1, column: 9]"),
        format!("{parser}: Unexpected end-of-input: expected close marker for Object (start marker at [Source: (byte[])\"{secret}\"; line: 1, column: 1])\n at [Source: (byte[])\"{secret}\"; line: 1, column: 3]"),
        format!("{parser}: Duplicate field '{secret}'"),
        format!("{not_found}: No such docType: {secret}/{secret}"),
        format!("{not_found}: No schema with name: a/b/b.{secret}.schema.json"),
        format!("{uri}$UnknownPingVersionException: For input string: {secret}"),
        format!("{uri}$InvalidIntegerException: Path element #6: {secret}"),
        format!("com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: {secret}"),
        format!("java.lang.IllegalStateException: {secret} is wrong"),
        format!("java.lang.{secret}: wrong"),
        secret.to_owned(),
    ]);
    all
}

#[test]
fn no_secret_comes_out_of_a_message() {
    let schema = schema();
    for secret in secrets() {
        for message in messages(&secret.whole) {
            for schema in [Some(&schema), None] {
                for class in [None, Some("org.everit.json.schema.ValidationException"), Some(secret.whole.as_str())] {
                    let told = Redactor::default().message(&message, class, schema);
                    assert_hidden(&secret, &told, &message);
                    let sentence = misfit::pipeline::fault::Fault::parse(&told, None).sentence();
                    assert_hidden(&secret, &sentence, &message);
                }
            }
        }
    }
}

#[test]
fn no_secret_comes_out_of_a_row() {
    let names = "args client_id content_length date dnt document_namespace document_type document_version document_id error_message error_type exception_class
        geo_city geo_country geo_subdivision1 geo_subdivision2 host input input_type isp_name isp_organization job_name method protocol remote_addr
        stack_trace stack_trace_cause_1 submission_timestamp uri user_agent user_agent_browser user_agent_os user_agent_version x_debug_id
        x_forwarded_for x_foxsec_ip_reputation x_lb_tags x_pingsender_version x_pipeline_proxy x_source_tags x_telemetry_agent normalized_app_name
        normalized_channel normalized_os app_version";
    for secret in secrets() {
        for whole in [secret.whole.clone(), format!("/submit/telemetry/{}/main/Firefox?u={}", secret.whole, secret.whole)] {
            let columns = names.split_whitespace().chain([secret.whole.as_str()]);
            let columns = columns.map(|name| (name.to_owned().into(), Some(whole.clone()))).collect();
            let told = Redactor::default().columns(&SourceRow { columns, ..SourceRow::default() }, Some(&schema()));
            assert_hidden(&secret, &format!("{told:?}"), "columns");
        }
    }
}

#[test]
fn no_secret_comes_out_by_itself() {
    for secret in secrets() {
        let mut redactor = Redactor::default();
        let whole = secret.whole.as_str();
        let mut told = vec![redactor.value(whole).into_owned(), redactor.path(&format!("/{whole}"), None)];
        told.extend([redactor.name(whole), redactor.version(whole), redactor.stage(whole), redactor.class(whole)].map(Cow::into_owned));
        told.extend([redactor.job(whole), redactor.source(whole), redactor.origin(whole)].map(Cow::into_owned));
        told.extend([TokenMatch::Key, TokenMatch::Unknown, TokenMatch::Index].map(|token| redactor.key(whole, token).into_owned()));
        told.push(redactor.pointer(&["map", whole, "list", whole], Some(&schema())));
        told.push(redactor.pointer(&[whole], None));
        told.iter().for_each(|told| assert_hidden(&secret, told, "by itself"));
    }
}

#[test]
fn raw_lets_every_secret_out() {
    let policy = Policy { raw: true, ..Policy::default() };
    for secret in secrets() {
        let mut redactor = Redactor::new(policy.clone());
        let document = Document::parse(serde_json::Value::from(secret.whole.as_str()).to_string().into_bytes());
        assert_eq!(redactor.document(&document, None, None, TextForm::Line).as_bytes(), document.text());
        assert!(redactor.is_raw() && redactor.value(&secret.whole) == secret.whole);
    }
}
