//! Every text that people read, as one list to be read from top to bottom: what the program makes of faults, documents and files, then the
//! fixed texts as they stand in the sources. Where a text was meant to change: `INSTA_UPDATE=always cargo test --test suite words::`.

use std::fmt::Write;
use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::fault::Fault;
use misfit::pipeline::layout::Layout;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::sink::{Submission, transform};
use misfit::pipeline::verdict::judge::{Judge, Outcome};
use misfit::rows::payload::Payload;
use misfit::rows::row::SourceRow;
use misfit::rows::schemas::SchemaStore;
use misfit::rows::schemas::memory::Memory;
use misfit::triage::case;

use crate::sources;

const VALIDATION: &str = "org.everit.json.schema.ValidationException";
const DECODER: &str = "com.mozilla.telemetry.decoder.";

/// One text of the validator for each thing that it says.
const BROKEN: &[&str] = &[
    "expected type: String, found: Integer",
    "expected type: Integer, found: BigDecimal",
    "expected: null, found: JSONObject",
    "required key [os] not found",
    "property [os] is required",
    "extraneous key [why] is not permitted",
    "extraneous key [] is not permitted",
    "minimum size: [1], found: [0]",
    "maximum size: [1], found: [3]",
    "expected minLength: 2, actual: 1",
    "expected maxLength: 40, actual: 43",
    "expected minimum item count: 1, found: 0",
    "expected maximum item count: 1, found: 2",
    "expected: [2] array items, found: [3]",
    "array items are not unique",
    "expected at least one array item to match 'contains' schema",
    "-1 is not greater or equal to 0",
    "80.5 is not less or equal to 4",
    "0 is not greater than 0",
    "5 is not less than 5",
    "3 is not a multiple of 2",
    "string [A b] does not match pattern ^[a-z]+$",
    "string [] does not match pattern ^[a-z]+$",
    "string [page.a_name_that_is_somewhat_longer_than_30] does not match pattern ^[a-z_][a-z0-9_]{0,29}(\\.[a-z_][a-z0-9_]{0,29})*$",
    "[soon] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ]",
    "[] is not a valid URI",
    "z is not a valid enum value",
    "",
    "#: no subschema matched out of the total 2 subschemas",
    "#: 0 subschemas matched instead of one",
    "#: 2 subschemas matched instead of one",
    "#: only 1 subschema matches out of 2",
    "subject must not be valid against schema {\"type\":\"string\"}",
    "input is invalid against the \"then\" schema",
    "input is invalid against both the \"if\" and \"else\" schema",
    "false schema always fails",
    "value is read-only",
    "value is write-only",
    "3 schema violations found",
    "something that nobody knows",
];

/// Exceptions of the pipeline, without the packages.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("ParsePayload$DeprecatedMessageException", ""),
    ("MessageScrubber$UnwantedDataException", "1684980"),
    ("MessageScrubber$AffectedByBugException", "1684980"),
    ("ParseUri$InvalidUriException", "Unknown URI prefix"),
    ("ParseUri$InvalidUriException", "Uri path element #3 is not a valid UUID: x"),
    ("ParseUri$UnexpectedPathElementsException", "Found 1 more path elements in the URI than expected for this endpoint"),
    ("ParseUri$UnexpectedPathElementsException", "Found -2 more path elements in the URI than expected for this endpoint"),
    ("ParseUri$StubUri$UnknownPingVersionException", "For input string: x"),
    ("ParseUri$StubUri$InvalidIntegerException", "Path element #5: x"),
    ("LimitPayloadSize$PayloadTooLargeException", "Message payload is 9000000bytes, larger than the configured limit of 8388608"),
    ("SomethingNewException", "and why"),
    ("SomethingNewException", ""),
];

/// What the decoder says of schemas that it lacks, and the parser of texts that it cannot read.
const OTHERS: &[&str] = &[
    "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: No such docType: shop/order",
    "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: No schema with name: shop/order/order.7.schema.json",
    "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: Element was assumed to be a telemetry message because …",
    "java.io.IOException: json value is not an object",
    "com.fasterxml.jackson.core.io.JsonEOFException: Unexpected end-of-input: expected close marker for Object",
    "com.fasterxml.jackson.core.io.JsonEOFException: Unexpected end-of-input in VALUE_STRING",
    "com.fasterxml.jackson.core.JsonParseException: Unexpected character ('}' (code 125)): was expecting a value",
    "com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'undefined': was expecting (JSON String)",
    "com.fasterxml.jackson.core.JsonParseException: Unrecognized character escape 'x' (code 120)",
    "com.fasterxml.jackson.core.JsonParseException: Non-standard token 'NaN': enable to allow",
    "com.fasterxml.jackson.core.JsonParseException: Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped",
    "com.fasterxml.jackson.core.JsonParseException: Illegal character ((CTRL-CHAR, code 0)): only regular white space",
    "com.fasterxml.jackson.core.JsonParseException: Invalid UTF-8 start byte 0xff",
    "com.fasterxml.jackson.core.JsonParseException: Invalid numeric value: Leading zeroes not allowed",
    "com.fasterxml.jackson.core.exc.StreamConstraintsException: Depth (1001) exceeds the maximum allowed nesting depth (1000)",
    "com.fasterxml.jackson.core.exc.StreamConstraintsException: Number length (1001) exceeds the maximum length (1000)",
    "com.fasterxml.jackson.databind.exc.MismatchedInputException: No content to map due to end-of-input",
    "",
];

/// Keywords of a value, and the value.
const JUDGED: &[(&str, &str)] = &[
    (r#""type":"string""#, "7"),
    (r#""type":["string","null"]"#, "7"),
    (r#""type":["string","null"],"maxLength":2"#, r#""abc""#),
    (r#""required":["os"]"#, "{}"),
    (r#""dependencies":{"os":["arch"]}"#, r#"{"os":1}"#),
    (r#""additionalProperties":false"#, r#"{"why":1}"#),
    (r#""minProperties":1"#, "{}"),
    (r#""maxProperties":1"#, r#"{"x":1,"y":2}"#),
    (r#""minItems":2"#, "[1]"),
    (r#""maxItems":1"#, "[1,2]"),
    (r#""items":[{}],"additionalItems":false"#, "[1,2]"),
    (r#""uniqueItems":true"#, "[1,1]"),
    (r#""contains":{"type":"null"}"#, "[1]"),
    (r#""minLength":1"#, r#""""#),
    (r#""maxLength":1"#, r#""ab""#),
    (r#""pattern":"^[a-z]+$""#, r#""A""#),
    (r#""pattern":"^[a-z]{1,3}(\\.[a-z]{1,3})*$""#, r#""a.abcd""#),
    (r#""format":"uri""#, r#""x y""#),
    (r#""minimum":0"#, "-1"),
    (r#""maximum":4"#, "80.5"),
    (r#""exclusiveMinimum":0"#, "0"),
    (r#""exclusiveMaximum":5"#, "5"),
    (r#""multipleOf":2"#, "3"),
    (r#""enum":["a","b"]"#, r#""c""#),
    (r#""enum":[1,2,3,4,5,6,7]"#, "8"),
    (r#""enum":[1,2,3,4,5,6,7,8]"#, "9"),
    (r#""const":1"#, "2"),
    (r#""not":{"type":"string"}"#, r#""c""#),
    (r#""anyOf":[{"type":"string"},{"type":"array"}]"#, "1"),
    (r#""oneOf":[{},{}]"#, "1"),
    (r#""allOf":[{"type":"string"},{"maxLength":1}]"#, r#""ab""#),
    (r#""propertyNames":{"maxLength":1}"#, r#"{"ab":1}"#),
    (r#""items":{"type":"string"}"#, "[[],7]"),
];

const FILES: &[(&str, &[u8])] = &[
    (
        "shop/order/order.1.schema.json",
        br#"{"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string", "maxLength": 3}, "kind": {"enum": ["a", "b", "c"]}, "one": {"type": "array", "maxItems": 1},
            "few": {"type": "object", "maxProperties": 1}, "pairs": {"items": {"items": [{"type": "integer"}]}},
            "counts": {"additionalProperties": {"type": "integer"}}}}"#,
    ),
    ("shop/order/order.1.bq", br#"[{"name": "id", "type": "STRING"}]"#),
    ("shop/order/order.2.schema.json", br#"{"type": "object"}"#),
    ("telemetry/study/study.3.schema.json", br#"{"required": ["version"], "properties": {"version": {"enum": [4]}}}"#),
];

/// Namespace, doctype and version; the validator's text or a whole message; payload.
const OPENED: &[([&str; 3], &str, &str)] = &[
    (["shop", "order", "1"], "#/id: expected maxLength: 3, actual: 4", r#"{"id": "abcd"}"#),
    (["shop", "order", "1"], "#/id: expected maxLength: 3, actual: 4", r#"{"id": "abc"}"#),
    (["shop", "order", "1"], "#/kind: z is not a valid enum value", r#"{"kind": "z"}"#),
    (["shop", "order", "1"], "#: required key [id] not found", r#"{"id": "abc"}"#),
    (["shop", "order", "1"], "#: required key [document_id] not found", r#"{"document_id": "x", "id": "abc"}"#),
    (["shop", "order", "1"], "#/id: expected type: String, found: Null", r#"{"id": "abc"}"#),
    (["shop", "order", "1"], "#/one: expected maximum item count: 1, found: 2", r#"{"id": "a", "one": [1, 2]}"#),
    (["shop", "order", "1"], "#/few: maximum size: [1], found: [2]", r#"{"id": "a", "few": {"x": 1, "y": 2}}"#),
    (["shop", "order", "1"], "#/pairs/1/0: expected type: Integer, found: Null", r#"{"id": "a", "pairs": [[], [null]]}"#),
    (["shop", "order", "1"], "#/counts/7508: expected type: Integer, found: Null", r#"{"id": "a", "counts": {"7508": null}}"#),
    (["shop", "order", "1"], "#/id: expected type: String, found: JSONArray", r#"{"id": [1]}"#),
    (["shop", "order", "1"], "#/id: expected type: String, found: JSONObject", r#"{"id": {"x": 1}}"#),
    (["shop", "order", "1"], "#: expected type: JSONObject, found: JSONArray", "[]"),
    (["shop", "order", "1"], "#/id/x: expected type: String, found: Null", r#"{"id": "abc", "#),
    (["shop", "order", "1"], "#/other: expected type: String, found: Null", r#"{"id": "abc"} and more"#),
    (["shop", "order", "2"], "#/id: expected type: String, found: Null", "{}"),
    (["shop", "order", "7"], "#/id: expected type: String, found: Null", "{}"),
    (["shop", "orders", "1"], "#/id: expected type: String, found: Null", "{}"),
    (["shop", "order", ""], "#/id: expected type: String, found: Null", "{}"),
    (["", "", ""], "#/id: expected type: String, found: Null", "{}"),
    (["shop", "order", "1"], "com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'x': was expecting …", "{}"),
    (
        ["telemetry", "study", ""],
        "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: No schema with name: telemetry/study/study.4.schema.json",
        r#"{"version": 4, "payload": {"version": 3}}"#,
    ),
    (["telemetry", "study", ""], "#/id: expected type: String, found: Null", "{}"),
];

const LAYOUT: &str = r#"[{"name": "id", "type": "STRING"}, {"name": "n", "type": "INT64"}, {"name": "f", "type": "FLOAT64"},
    {"name": "yes", "type": "BOOL"}, {"name": "tags", "type": "STRING", "mode": "REPEATED"},
    {"name": "items", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "x", "type": "INT64"}]},
    {"name": "map", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}, {"name": "value", "type": "INT64"}]},
    {"name": "keys", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}]},
    {"name": "pair", "type": "RECORD", "fields": [{"name": "f0_", "type": "INT64"}]},
    {"name": "snake_case", "type": "STRING"}ADDITIONAL]"#;

/// Documents, a value each, that land in the layout.
const LANDED: &[&str] = &[
    r#"{"id": "a"}"#,
    r#"{"id": null}"#,
    r#"{"id": 7}"#,
    r#"{"id": true}"#,
    r#"{"id": {"deep": 1}}"#,
    r#"{"n": true}"#,
    r#"{"n": 1.5}"#,
    r#"{"f": "x"}"#,
    r#"{"yes": 1}"#,
    r#"{"tags": "x"}"#,
    r#"{"tags": [null]}"#,
    r#"{"items": [1]}"#,
    r#"{"items": {"a": {"x": 1}}}"#,
    r#"{"items": "x"}"#,
    r#"{"map": {"k": 1}}"#,
    r#"{"map": [1]}"#,
    r#"{"keys": {"k": 1}}"#,
    r#"{"pair": [1, 2]}"#,
    r#"{"snakeCase": "a"}"#,
    r#"{"snakeCase": "a", "snake_case": "b"}"#,
    r#"{"unknown": 1}"#,
    r#"{"document_id": "x"}"#,
    r#"{"sample_id": {}}"#,
    r#"{"id": {}}"#,
];

const ODD: &str = r#"[{"name": "a", "type": "POINT", "mode": "OFTEN"}, {"type": "STRING"}, 7, {"name": "b"}, {"name": "s", "type": "STRUCT"},
    {"name": "c", "type": "STRING", "fields": []}, {"name": "d", "type": "RECORD", "fields": {}}, {"name": "a", "type": "STRING"},
    {"name": "A", "type": "STRING"}, {"name": "1x", "type": "STRING"}, {"name": "", "type": "STRING"}, {"name": "e", "type": "STRING", "x": 1}]"#;

/// Documents and layouts that cannot be read.
const UNREADABLE: &[&str] =
    &["", "{", "[1,", r#"{"a""#, r#"{"a":}"#, r#"{"a":"x"#, r#"["\x"]"#, r#"["\u12"]"#, "[01]", "[1.]", "[1x]", "[tru]", "{}"];

fn heading(list: &mut String, words: &str) {
    let _ = write!(list, "\n== {words}\n");
}

fn faults(list: &mut String) {
    heading(list, "What a message says of a value");
    for text in BROKEN {
        let _ = writeln!(list, "{}", Fault::parse(&format!("#/a: {text}"), Some(VALIDATION)).sentence());
    }
    heading(list, "What other messages say");
    for (class, text) in EXCEPTIONS {
        let _ = writeln!(list, "{}", Fault::parse(text, Some(&format!("{DECODER}{class}"))).sentence());
    }
    for message in OTHERS {
        let _ = writeln!(list, "{}", Fault::parse(message, None).sentence());
    }
}

fn violations(list: &mut String) {
    heading(list, "Violations");
    for (keywords, value) in JUDGED {
        let schema = format!(r#"{{"$schema":"http://json-schema.org/draft-06/schema#","properties":{{"a":{{{keywords}}}}}}}"#);
        let judge = Judge::compile(Arc::new(Schema::parse("a/b/b.1.schema.json", schema.into()).unwrap())).unwrap();
        let document = Document::parse(format!(r#"{{"a":{value}}}"#).into_bytes());
        match judge.verdict(&document).outcome {
            Outcome::Fail(violation) => writeln!(list, "{}", violation.sentence).unwrap(),
            Outcome::Pass => panic!("{keywords} takes {value}"),
        }
    }
}

fn cases(list: &mut String) {
    heading(list, "Cases: the sentence, the verdict, the notes");
    let store = SchemaStore::open(Box::new(Memory::new("made up", FILES))).unwrap();
    for (names, text, payload) in OPENED {
        let message = if text.starts_with('#') { format!("{VALIDATION}: {text}") } else { (*text).to_owned() };
        let mut columns: Vec<(std::borrow::Cow<'static, str>, Option<String>)> =
            ["document_namespace", "document_type", "document_version"]
                .iter()
                .zip(names)
                .map(|(column, name)| ((*column).into(), Some((*name).to_owned()).filter(|name| !name.is_empty())))
                .collect();
        columns.push(("error_message".into(), Some(message)));
        let case = case::open(
            SourceRow { columns, payload: Payload::Bytes(payload.as_bytes().to_vec()), origin: String::new(), ..SourceRow::default() },
            Some(&store),
        );
        let verdict = case.replay.as_ref().map_or("no verdict", |replay| replay.agreement.words());
        let _ = writeln!(list, "{}\n    {verdict}", case.sentence());
        case.notes.iter().for_each(|note| writeln!(list, "    {note}").unwrap());
    }
}

fn landings(list: &mut String) {
    for (words, additional, strict) in [
        ("Where values land", r#", {"name": "additional_properties", "type": "STRING"}"#, false),
        ("Where values land of a doctype that keeps nothing else", "", true),
    ] {
        heading(list, words);
        let layout = Layout::parse(LAYOUT.replace("ADDITIONAL", additional).as_bytes()).unwrap();
        for text in LANDED {
            let document = Document::parse(text.as_bytes());
            let made = transform(&layout, &document, &Submission { attributes: Vec::new(), strict });
            let landed = made.beside(&layout, &document);
            for node in 1..document.len() as u32 {
                if let Some(reason) = landed.landing_of(node).reason {
                    let _ = writeln!(list, "{text}: {reason}");
                }
            }
        }
    }
}

fn files(list: &mut String) {
    heading(list, "What is odd in a table layout");
    Layout::parse(ODD.as_bytes()).unwrap().oddities.iter().for_each(|oddity| writeln!(list, "{oddity}").unwrap());
    heading(list, "What cannot be read as JSON, and as a table layout");
    for text in UNREADABLE {
        let error = Document::parse(text.as_bytes()).error().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(list, "{text}  {error}\n    {}", Layout::parse(text.as_bytes()).err().unwrap_or_default());
    }
}

#[test]
fn what_is_made_of_faults_documents_and_files_reads_well() {
    let mut list = String::new();
    for part in [faults, violations, cases, landings, files] {
        part(&mut list);
    }
    insta::assert_snapshot!(list);
}

/// Texts that are the pipeline's or a server's own, or made-up data: messages, patterns, SQL.
const NOT_OURS: &[&str] = &[
    "cli/groups/example.rs",
    "pipeline/fault/exceptions.rs",
    "pipeline/fault/foreign",
    "pipeline/fault/general.rs",
    "pipeline/fault/grammar.rs",
    "pipeline/verdict/fits.rs",
    "pipeline/verdict/judge/formats",
    "pipeline/verdict/judge/jackson",
    "pipeline/verdict/judge/message.rs",
    "pipeline/verdict/judge/walk.rs",
    "rows/demo",
    "rows/schemas/absence.rs",
    "rows/source/bigquery/grouping",
    "rows/source/bigquery/rows.rs",
    "triage/redact",
];

/// A text without the names of what is put into it.
fn without_places(text: &str) -> String {
    text.split('{').enumerate().map(|(i, part)| if i == 0 { part } else { part.split_once('}').map_or(part, |(_, rest)| rest) }).collect()
}

/// The texts of a file that have several words.
fn fixed(source: &sources::Source) -> impl Iterator<Item = &str> {
    let has_words = |text: &&str| {
        without_places(text).split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count() > 1
    };
    let is_sql =
        |text: &&str| ["SELECT", "FROM", "WHERE", "ARRAY(", "WITH ", "OVER (", "GROUP BY", "LIMIT"].iter().any(|word| text.contains(word));
    source.texts.iter().map(String::as_str).filter(has_words).filter(move |text| !is_sql(text))
}

fn ours() -> Vec<sources::Source> {
    let mut all = sources::read();
    all.retain(|source| !NOT_OURS.iter().any(|not| source.file.to_string_lossy().replace('\\', "/").contains(not)));
    all.sort_by(|a, b| a.file.cmp(&b.file));
    all
}

#[test]
fn fixed_texts_read_well() {
    let mut list = String::new();
    for source in ours() {
        let texts: Vec<&str> = fixed(&source).collect();
        if !texts.is_empty() {
            heading(&mut list, &source.file.to_string_lossy());
            // Escapes are as the source spells them.
            let shown = |text: &str| text.replace("\\\n", "\n").replace("\\n", "\n").replace("\\\"", "\"").replace('\n', "\n    ");
            texts.iter().for_each(|text| writeln!(list, "{}", shown(text)).unwrap());
        }
    }
    insta::assert_snapshot!(list);
}

/// Turns of phrase that read as translated, and counts that say `1 rows`.
const STIFF: &[&str] = &[
    " is no ",
    " are no ",
    " is none",
    " and none:",
    " too deep\"",
    "nested too deep ",
    " any more",
    "of no use",
    "not to be had",
    "mends",
    "{} rows",
    "{} groups",
    "{} columns",
    "{} tables",
    "{} values",
    "{} files",
    "{} elements",
    "{} characters",
    "{} violations",
];

/// Of these there are always several, or they are no counts.
const FINE: &[&str] = &[
    "there are no",
    "there is no",
    "There is no",
    "There are no",
    "nothing is",
    "is no longer",
    "(any more)",
    "more than",
    "at most {} rows",
    "rows/s",
];

#[test]
fn no_text_reads_as_translated() {
    let is_stiff = |text: &&str| STIFF.iter().any(|stiff| text.contains(stiff)) && !FINE.iter().any(|fine| text.contains(fine));
    let found: Vec<String> = ours()
        .iter()
        .flat_map(|source| fixed(source).filter(is_stiff).map(|text| format!("{}: {text}", source.file.display())).collect::<Vec<_>>())
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
