//! Two hundred secrets planted wherever a payload, a request or a message can hold one: none comes out.
//! The secrets are made up here; no document of anybody is looked at.

use misfit::document::Document;
use misfit::redact::{Failing, Form, Policy, Redactor};
use misfit::schemas::Schema;
use misfit::schemas::walk::Token;
use misfit::source::SourceRow;

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

/// A secret, and the parts of it that would give it away as well.
struct Secret {
    whole: String,
    parts: Vec<String>,
}

/// The same numbers every time.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn of(&mut self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| letters[self.next(letters.len())]).collect()
    }

    fn hex(&mut self, length: usize) -> String {
        self.of("0123456789abcdef", length)
    }

    /// A word that no text holds by chance.
    fn word(&mut self) -> String {
        (0..3).map(|_| self.of("bdfgklmnprstvz", 1) + &self.of("aeiou", 1)).collect::<String>() + "q"
    }

    fn name(&mut self) -> String {
        let word = self.word();
        word[..1].to_uppercase() + &word[1..]
    }
}

const KINDS: usize = 20;
const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn secret(random: &mut Random, kind: usize) -> Secret {
    let (word, name) = (random.word(), random.name());
    let (whole, parts) = match kind {
        0 => (format!("{}-{}-4{}-a{}-{}", random.hex(8), random.hex(4), random.hex(3), random.hex(3), random.hex(12)), vec![]),
        1 => (random.hex(32), vec![]),
        2 => (format!("{}.{}.{}.{}", 11 + random.next(200), random.next(250), 10 + random.next(200), 100 + random.next(150)), vec![]),
        3 => (format!("2001:db8:{}:{}::{}", random.hex(4), random.hex(4), random.hex(4)), vec![]),
        4 => (format!("{word}.{}@example.com", name.to_lowercase()), vec![word, name.to_lowercase()]),
        5 => (format!("eyJ{}.eyJ{}.{}", random.of(ALPHANUMERIC, 20), random.of(ALPHANUMERIC, 30), random.of(ALPHANUMERIC, 27)), vec![]),
        6 => (format!("AKIA{}", random.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)), vec![]),
        7 => (format!("ghp_{}", random.of(ALPHANUMERIC, 36)), vec![]),
        8 => {
            let first = random.name();
            (format!("{first} {name}"), vec![first, name])
        }
        9 => (format!("/home/{word}/.mozilla/{name}"), vec![word, name]),
        10 => (format!("C:\\Users\\{name}\\AppData\\{word}"), vec![word, name]),
        11 => (format!("+49 170 {}", random.of("123456789", 7)), vec![]),
        12 => (format!("https://www.{word}.org/search?q={name}&id={}", random.hex(6)), vec![word, name]),
        13 => (format!("{word}.{}.com", name.to_lowercase()), vec![word, name.to_lowercase()]),
        14 => (random.hex(12).as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap()).collect::<Vec<_>>().join(":"), vec![]),
        15 => (format!("{}==", random.of(&(ALPHANUMERIC.to_owned() + "+/"), 42)), vec![]),
        16 => (random.of("123456789", 10), vec![]),
        17 => (format!("{} {}, {name}", 1 + random.next(90), random.name()), vec![name]),
        18 => (format!("xoxb-{}-{}", random.of("123456789", 12), random.of(ALPHANUMERIC, 24)), vec![]),
        _ => (format!("DESKTOP-{}", random.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 4) + &random.of("0123456789", 3)), vec![]),
    };
    Secret { whole, parts }
}

fn secrets() -> Vec<Secret> {
    let mut random = Random(20_261_121);
    (0..200).map(|i| secret(&mut random, i % KINDS)).collect()
}

fn schema() -> Schema {
    Schema::parse("t", SCHEMA.into()).unwrap()
}

/// Panics if anything of the secret is in the text.
fn assert_hidden(secret: &Secret, told: &str, place: &str) {
    for part in secret.parts.iter().chain([&secret.whole]) {
        let escaped = serde_json::Value::from(part.as_str()).to_string();
        for spelling in [part.as_str(), escaped.trim_matches('"')] {
            assert!(!told.contains(spelling), "{place}: {part} came out of {} in {told}", secret.whole);
        }
    }
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
                for (schema, form) in [(Some(&schema), Form::Line), (None, Form::Indented)] {
                    let failing = Some(Failing { node, keyword: Some(keyword) });
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
                    let sentence = misfit::fault::Fault::parse(&told, None).sentence();
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
            let columns = columns.map(|name| (name.to_owned(), Some(whole.clone()))).collect();
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
        let mut told = vec![redactor.value(whole).into_owned(), redactor.failing(whole, None).into_owned()];
        told.extend([Token::Key, Token::Unknown, Token::Index].map(|token| redactor.key(whole, token).into_owned()));
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
        assert_eq!(redactor.document(&document, None, None, Form::Line).as_bytes(), document.text());
        assert!(redactor.is_raw() && redactor.value(&secret.whole) == secret.whole);
    }
}
