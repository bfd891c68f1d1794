//! A case as a user meets it: from a row to its place, with every gap said.

use super::*;
use crate::rows::payload::Payload;
use crate::rows::schemas::memory::Memory;

static FILES: &[(&str, &[u8])] = &[
    (
        "shop/order/order.1.schema.json",
        br##"{"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string", "maxLength": 3},
            "note": {"type": ["string", "null"], "maxLength": 5},
            "kind": {"type": "string", "enum": ["new", "old"]},
            "lines": {"type": "array", "items": {"type": "object", "additionalProperties": false, "properties": {"count": {"type": "integer"}}}}}}"##,
    ),
    (
        "shop/order/order.1.bq",
        br#"[{"name": "id", "type": "STRING"}, {"name": "note", "type": "STRING"}, {"name": "additional_properties", "type": "STRING"},
            {"name": "lines", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "count", "type": "INT64"}]}]"#,
    ),
    ("shop/order/order.2.schema.json", br#"{"type": "object"}"#),
    (
        "telemetry/study/study.3.schema.json",
        br#"{"type": "object", "required": ["version"], "properties": {"version": {"type": "number", "minimum": 4, "maximum": 4}}}"#,
    ),
    ("telemetry/main/main.4.schema.json", br#"{"type": "object", "properties": {"payload": {"type": "object", "properties": {"info": {"type": "string"}}}}}"#),
    (
        "telemetry/main/main.5.bq",
        br#"[{"name": "payload", "type": "RECORD", "fields": [{"name": "info", "type": "STRING"}]},
            {"name": "client_info", "type": "RECORD", "fields": [{"name": "os", "type": "STRING"}]}]"#,
    ),
    (
        "telemetry/main-use-counter/main-use-counter.4.bq",
        br#"[{"name": "payload", "type": "RECORD", "fields": [{"name": "use_counter2_a", "type": "STRING"}]},
            {"name": "client_info", "type": "RECORD", "fields": [{"name": "os", "type": "STRING"}]}]"#,
    ),
];

fn store() -> SchemaStore {
    SchemaStore::open(Box::new(Memory::new("test", FILES))).unwrap_or_else(|error| panic!("{error}"))
}

fn row(names: [&str; 3], message: &str, payload: Payload) -> SourceRow {
    let columns = ["document_namespace", "document_type", "document_version"].iter().zip(names);
    let mut columns: Vec<_> =
        columns.map(|(column, name)| ((*column).into(), Some(name.to_owned()).filter(|name| !name.is_empty()))).collect();
    columns.push(("error_message".into(), Some(message.to_owned())));
    SourceRow { columns, payload, origin: "test line 1".to_owned(), ..SourceRow::default() }
}

fn order(text: &str, payload: &str) -> Case {
    let message = format!("org.everit.json.schema.ValidationException: {text}");
    open(row(["shop", "order", "1"], &message, Payload::Bytes(payload.into())), Some(&store()))
}

/// The case's notes in one text.
fn notes(case: &Case) -> String {
    case.notes.join("\n")
}

#[test]
fn a_row_leads_to_value_node_and_column() {
    let case = order("#/lines/1/count: expected type: Integer, found: String", r#"{"id": "a", "lines": [{"count": 1}, {"count": "2"}]}"#);
    let (document, layout) = (case.document.clone().expect("a document"), case.layout.clone().expect("a layout"));
    assert_eq!(document.raw(case.value.expect("a value")), b"\"2\"");
    assert_eq!(case.broken.as_ref().and_then(|broken| broken.schema_pointer.as_deref()), Some("/properties/lines/items/properties/count"));
    let landing = case.landing.as_ref().expect("a landing");
    assert_eq!(landing.column.map(|id| layout.path(id)).as_deref(), Some("lines.count"));
    assert_eq!(case.doctype.as_ref().and_then(|doctype| doctype.table.as_deref()), Some("shop_live.order_v1"));
    assert_eq!(case.sentence(), "`count` must be an integer, is the string \"2\".");
    assert!(case.notes.is_empty(), "{:?}", case.notes);
}

#[test]
fn sentences_name_what_is_asked_and_what_is_there() {
    for (text, payload, sentence) in [
        ("#/id: expected maxLength: 3, actual: 5", r#"{"id": "abcde"}"#, "`id` must have at most 3 characters, has 5."),
        ("#: required key [id] not found", "{}", "The document is missing the key id."),
        (
            "#/note: #: no subschema matched out of the total 2 subschemas",
            r#"{"note": 7}"#,
            "`note` must be a string or null, is the integer 7.",
        ),
        (
            "#/note: #: no subschema matched out of the total 2 subschemas",
            r#"{"note": "abcdefg"}"#,
            "`note` must be a string or null within the limits of the schema, is the string \"abcdefg\".",
        ),
        (
            "#/kind: #: only 1 subschema matches out of 2",
            r#"{"kind": "x\u001b"}"#,
            "`kind` must be one of \"new\", \"old\", is the string \"x\\u001b\".",
        ),
        ("#/lines/0: expected type: JSONObject, found: Null", r#"{"lines": [null]}"#, "Element 0 of `lines` must be an object, is null."),
        (
            "#/pairs/1/0: expected type: Integer, found: Null",
            r#"{"pairs": [[], [null]]}"#,
            "Element 0 of element 1 of `pairs` must be an integer, found null.",
        ),
        ("#/note/7508: expected type: Integer, found: Null", r#"{"note": {"7508": null}}"#, "`7508` must be an integer, found null."),
        ("#/lines: expected maximum item count: 1, found: 2", r#"{"lines": [{}, {}]}"#, "`lines` has 2 elements, at most 1 is allowed."),
    ] {
        assert_eq!(order(text, payload).sentence(), sentence);
    }
}

#[test]
fn an_extraneous_key_is_marked_itself() {
    let case = order("#/lines/0: extraneous key [why] is not permitted", r#"{"lines": [{"count": 1, "why": {}}]}"#);
    let document = case.document.as_deref().expect("a document");
    assert_eq!(document.key(case.value.expect("a value")).as_deref(), Some("why"));
    assert_eq!(case.landing.as_ref().and_then(|landing| landing.additional_pointer.as_deref()), Some("/lines/0/why"));
}

#[test]
fn every_gap_is_said_and_the_rest_is_there() {
    let message = "org.everit.json.schema.ValidationException: #/id: expected maxLength: 3, actual: 5";
    let store = store();
    let bare = open(row(["shop", "order", "1"], message, Payload::Absent), Some(&store));
    assert!(notes(&bare).contains("no payload"), "{}", notes(&bare));
    assert!(bare.broken.is_some_and(|broken| broken.node.is_some()) && bare.landing.is_some_and(|landing| landing.column.is_some()));

    let version = open(row(["shop", "order", "7"], message, Payload::Absent), Some(&store));
    assert!(notes(&version).contains("no version 7 of shop/order; they have 1, 2"), "{}", notes(&version));
    let doctype = open(row(["shop", "orders", "1"], message, Payload::Absent), Some(&store));
    assert!(notes(&doctype).contains("the nearest are shop/order"), "{}", notes(&doctype));
    let layout = open(row(["shop", "order", "2"], message, Payload::Absent), Some(&store));
    assert!(notes(&layout).contains("No layout is published, and none can be made"), "{}", notes(&layout));
    let nothing = open(SourceRow::default(), None);
    assert!(notes(&nothing).contains("neither an error message"), "{}", notes(&nothing));
    assert_eq!(nothing.sentence(), "The row does not say what is wrong.");

    let none = open(row(["shop", "order", "1"], message, Payload::Bytes(br#"{"id": "abcde"}"#.to_vec())), None);
    assert_eq!(none.broken.map(|broken| broken.path).as_deref(), Some("/id"));
    assert!(none.value.is_some());
}

#[test]
fn a_text_that_is_no_json_shows_where_it_breaks() {
    let message = "com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'tru': was expecting (JSON String)\n at [Source: (byte[])\"\"; line: 1, column: 20]";
    let case = open(row(["shop", "order", "1"], message, Payload::Bytes(br#"{"id": "a", "b": [1, tru]}"#.to_vec())), Some(&store()));
    assert!(notes(&case).contains("not JSON: an unknown word"), "{}", notes(&case));
    let document = case.document.as_deref().expect("what came before");
    assert_eq!(case.value.and_then(|id| document.key(id)).as_deref(), Some("b"), "the list that the bad word is in");
}

#[test]
fn telemetry_takes_its_version_from_the_payload() {
    let message = "org.everit.json.schema.ValidationException: #/payload/info: expected type: String, found: Integer";
    let telemetry = |payload: &str| open(row(["telemetry", "main", ""], message, Payload::Bytes(payload.into())), Some(&store()));
    let version = |case: &Case| case.doctype.as_ref().and_then(|doctype| doctype.version.clone());
    for (payload, told) in [
        (r#"{"version": 4}"#, Some("4")),
        (r#"{"v": "4"}"#, Some("4")),
        (r#"{"version": {}, "v": 4.0}"#, Some("4.0")),
        (r#"{"version": null}"#, Some("null")),
        (r#"{"version": []}"#, None),
    ] {
        assert_eq!(version(&telemetry(payload)).as_deref(), told, "{payload}");
    }
    assert!(notes(&telemetry("{}")).contains("neither a version nor a v"), "{}", notes(&telemetry("{}")));
    let case = telemetry(r#"{"version": 4, "payload": {"info": 1}}"#);
    assert!(notes(&case).contains("split into telemetry_live.main_v5 and telemetry_live.main_use_counter_v4"), "{}", notes(&case));
    assert_eq!(case.landing.and_then(|landing| landing.column), Some(1), "the rest of the document is in main_v5");
}

#[test]
fn a_value_of_both_parts_lands_in_both_tables() {
    let message = "org.everit.json.schema.ValidationException: #/client_info/os: expected type: String, found: Integer";
    let payload = br#"{"version": 4, "client_info": {"os": 1}}"#.to_vec();
    let case = open(row(["telemetry", "main", "4"], message, Payload::Bytes(payload)), Some(&store()));
    let landed: Vec<String> = (case.landings().into_iter())
        .map(|(at, landing)| format!("{} {:?}", case.tables[at].name, landing.column.map(|id| case.tables[at].layout.path(id))))
        .collect();
    let both = [r#"telemetry_live.main_v5 Some("client_info.os")"#, r#"telemetry_live.main_use_counter_v4 Some("client_info.os")"#];
    assert_eq!(landed, both);
    let brief = crate::triage::facts::case::brief(&case).to_text();
    assert!(both.iter().all(|both| brief.contains(&format!("({})", both.split(' ').next().unwrap_or_default()))), "{brief}");
}

#[test]
fn what_is_not_split_by_these_schemas_has_one_table_everywhere() {
    const EARLIER: &[(&str, &[u8])] = &[
        ("telemetry/main/main.4.schema.json", br#"{"type": "object", "properties": {"payload": {"type": "string"}}}"#),
        ("telemetry/main/main.4.bq", br#"[{"name": "payload", "type": "STRING"}]"#),
    ];
    let earlier = SchemaStore::open(Box::new(Memory::new("test", EARLIER))).unwrap();
    let message = "org.everit.json.schema.ValidationException: #/payload: expected type: String, found: Integer";
    let row = || row(["telemetry", "main", ""], message, Payload::Bytes(br#"{"version": 4, "payload": 1}"#.to_vec()));
    let told = |case: &Case| {
        let doctype = case.doctype.clone().unwrap();
        let live = case.destinations().iter().filter(|table| table.stage == Stage::Live).map(|table| table.path()).collect::<Vec<_>>();
        (doctype.table, live)
    };
    let one = "telemetry_live.main_v4".to_owned();
    let case = open(row(), Some(&earlier));
    assert_eq!(told(&case), (Some(one.clone()), vec![one.clone()]));
    assert_eq!((case.tables.len(), case.tables[0].name.as_str()), (1, &*one));
    let two = ["telemetry_live.main_v5", "telemetry_live.main_use_counter_v4"].map(str::to_owned);
    for schemas in [None, Some(&store())] {
        assert_eq!(told(&open(row(), schemas)), (Some(two[0].clone()), two.to_vec()));
    }
}

#[test]
fn a_layout_that_is_not_published_would_be_made() {
    const SOURCE: &[(&str, &[u8])] = &[(
        "telemetry/trial/trial.4.schema.json",
        br#"{"type": "object", "properties": {"payload": {"type": "object", "properties": {"version": {"type": "integer"}}}}}"#,
    )];
    let source = SchemaStore::open(Box::new(Memory::new("test", SOURCE))).unwrap();
    let message = "org.everit.json.schema.ValidationException: #/payload/version: expected type: Integer, found: String";
    let payload = Payload::Bytes(br#"{"version": 4, "payload": {"version": "1"}}"#.to_vec());
    let case = open(row(["telemetry", "trial", "4"], message, payload), Some(&source));
    assert!(
        notes(&case).contains("No layout is published: this one would be made of the JSON schema; the pipeline's own columns"),
        "{}",
        notes(&case)
    );
    let landing = case.landing.as_ref().expect("a landing");
    let layout = case.layout.as_deref().expect("a layout");
    assert_eq!(
        landing.column.map(|id| format!("{} {}", layout.path(id), layout.kind_and_mode(id))).as_deref(),
        Some("payload.version INT64 NULLABLE")
    );
    assert!(case.tables[0].made && case.tables[0].name == "telemetry_live.trial_v4");
}

#[test]
fn a_document_that_fits_can_still_lose_a_value() {
    let case = order("#/id: expected maxLength: 3, actual: 5", r#"{"id": "a", "ID": "b", "lines": []}"#);
    assert_eq!((case.validates(), case.warnings.count), (Some(true), 1));
    let (warning, document) = (&case.warnings.list[0], case.document.as_deref().expect("a document"));
    assert_eq!((warning.severity.name(), document.raw(warning.node)), ("lost", &b"\"a\""[..]));
    assert_eq!(case.meaning(warning.severity), "it fits the schema, but a value is silently lost");
    let preview = case.preview(0, document.member(0, "ID")).expect("a row");
    let row = preview.row.expect("no exception");
    assert_eq!(preview.value.map(|value| row.raw(value)), Some(&b"\"b\""[..]));
}

#[test]
fn what_both_parts_of_a_document_lose_counts_once() {
    let message = "org.everit.json.schema.ValidationException: #/payload/info: expected type: String, found: Integer";
    let lost: Vec<String> = (0..150).map(|i| format!(r#""k{i}": 1"#)).collect();
    let payload = format!(r#"{{"version": 4, "client_info": {{{}}}, "payload": {{"info": 1}}}}"#, lost.join(", "));
    let case = open(row(["telemetry", "main", ""], message, Payload::Bytes(payload.into_bytes())), Some(&store()));
    // The keys, which both tables are given, and the version, which one of them is given.
    assert_eq!((case.tables.len(), case.warnings.count, case.warnings.list.len()), (2, 151, 100));
}

#[test]
fn a_row_that_is_not_made_names_its_exception() {
    let case = order("#/id: expected maxLength: 3, actual: 5", r#"{"id": "abcde", "lines": "x"}"#);
    let none = case.preview(0, None).expect("a judgement").row.expect_err("no row");
    assert_eq!((none.exception, &*none.pointer), ("ClassCastException", "/lines"));
    assert_eq!(case.meaning(case.warnings.list[0].severity), "even if it fitted, the row would be refused");
    let broken = order("#/id: expected maxLength: 3, actual: 5", r#"{"id": "abcde", "lines": "x""#);
    assert!(broken.warnings.list.is_empty() && broken.preview(0, None).is_none(), "what is not read to its end becomes no row");
}

/// How row and schemas go together, and the note that says so.
fn agreement(text: &str, payload: &str) -> (&'static str, String) {
    let case = order(text, payload);
    (case.replay.as_ref().expect("a judgement").agreement.name(), case.notes.first().cloned().unwrap_or_default())
}

#[test]
fn a_fault_that_is_fixed_is_told_from_one_that_comes_later() {
    let told = |word, note: &str| (word, note.to_owned());
    let id = "#/id: expected maxLength: 3, actual: 5";
    assert_eq!(agreement(id, r#"{"id": "abcde"}"#), told("same", ""));
    assert_eq!(agreement(id, r#"{"id": "abc"}"#), told("fixed", "The document fits the schemas you have, so this is fixed there."));
    assert_eq!(
        agreement("#/lines/0/count: expected type: Integer, found: String", r#"{"lines": [{"count": "1"}]}"#),
        told(
            "another",
            "The document is still broken with the schemas you have, but another fault comes first: the document is missing the key `id`; what the row reports is broken as well."
        )
    );
    assert!(agreement("#/kind: x is not a valid enum value", r#"{"kind": "new"}"#).1.ends_with("; what the row reports is not."));
}

#[test]
fn what_the_decoder_took_out_or_changed_before_it_judged_is_not_put_on_the_schemas() {
    let (word, note) = agreement("#: required key [id] not found", r#"{"id": "abc"}"#);
    let with_it = "The decoder took out a key before validation: the row says that `id` is missing, but the stored payload has it; with it the document fits the schemas you have.";
    assert_eq!((word, &*note), ("removed", with_it));
    let (word, note) = agreement("#: required key [sample_id] not found", r#"{"id": "abc", "sample_id": 1}"#);
    assert_eq!(word, "removed");
    assert!(note.ends_with("the stored payload has it; it becomes an attribute of the row."), "{note}");
    let (word, note) = agreement("#/id: expected type: String, found: Null", r#"{"id": "abc"}"#);
    let other =
        "The decoder changed the document before validation: the row says that `id` is null, but in the stored payload it is a string.";
    assert_eq!((word, &*note), ("altered", other));
}

#[test]
fn a_version_that_no_document_can_choose_is_told() {
    let text =
        "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: No schema with name: telemetry/study/study.4.schema.json";
    let asked =
        |doctype, payload: &str| notes(&open(row(["telemetry", doctype, ""], text, Payload::Bytes(payload.into())), Some(&store())));
    let told = asked("study", r#"{"version": 4, "payload": {"version": 3}}"#);
    assert!(told.contains("no version 4 of telemetry/study, which the document chooses by its top-level version; they have 3."), "{told}");
    assert!(told.contains("No document can use version 3 of telemetry/study"), "{told}");
    let case = open(row(["telemetry", "study", ""], text, Payload::Bytes(br#"{"version": 4}"#.to_vec())), Some(&store()));
    assert_eq!(case.shelved[0], "Of telemetry/study the schemas have version 3; a document chooses one by its top-level version.");
    assert!(case.shelved[1].starts_with("No document can use version 3"), "{:?}", case.shelved);
    let usable = asked("main", r#"{"version": 5}"#);
    assert!(!usable.contains("No document can use"), "{usable}");
}

#[test]
fn a_rule_that_is_met_now_is_not_told_as_broken() {
    let over = |text: &str, payload: &str| {
        let case = order(text, payload);
        (case.asking().is_some(), case.outcome())
    };
    let id = "#/id: expected maxLength: 3, actual: 5";
    assert_eq!(over(id, r#"{"id": "abcde"}"#), (true, None));
    assert_eq!(over(id, r#"{"id": "abc"}"#), (false, Some("fixed in the schemas you have")));
    let count = "#/lines/0/count: expected type: Integer, found: String";
    assert_eq!(over(count, r#"{"lines": [{"count": "1"}]}"#), (true, None), "it is broken behind another fault");
    assert_eq!(over("#/kind: x is not a valid enum value", r#"{"kind": "new"}"#), (false, Some("not broken by the schemas you have")));
    assert_eq!(over("#: required key [id] not found", r#"{"id": "abc"}"#), (false, Some("taken out by the decoder before validation")));
}

#[test]
fn what_no_schema_judges_is_compared_by_its_kind() {
    let told = |names: [&str; 3], message: &str, payload: &str| {
        let case = open(row(names, message, Payload::Bytes(payload.into())), Some(&store()));
        (case.replay.as_ref().expect("a judgement").agreement.name(), notes(&case))
    };
    let order = ["shop", "order", "1"];
    let ended = "com.fasterxml.jackson.core.io.JsonEOFException: Unexpected end-of-input within/between Object entries";
    let (word, note) = told(order, ended, r#"{"id": "a"#);
    assert_eq!(word, "same");
    assert!(!note.contains("schemas you have"), "{note}");
    let (word, note) =
        told(order, "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: No such docType: shop/order", r#"{"id": "a"#);
    assert_eq!(word, "unlike");
    assert!(note.contains("is refused for another reason than the row gives: the payload is not JSON"), "{note}");
}

#[test]
fn telemetry_chooses_a_version_by_its_number_not_by_its_spelling() {
    let text = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException: No schema with name: telemetry/study/study.2.5E10.schema.json";
    let case = open(row(["telemetry", "study", ""], text, Payload::Bytes(r#"{"version": 25000000000.0}"#.into())), Some(&store()));
    assert!(case.replay.is_some_and(|replay| replay.reproduced), "{:?}", case.notes);
}

/// A row that BigQuery refused.
fn refused(text: &str, payload: &str) -> Case {
    open(row(["shop", "order", "1"], &format!("java.io.IOException: {text}"), Payload::Bytes(payload.into())), Some(&store()))
}

/// The column, the value and what is said of both.
fn refused_at(case: &Case) -> (String, String, String) {
    let landing = case.landing.as_ref().expect("a landing");
    let column = landing.column.and_then(|column| Some(case.layout.as_ref()?.path(column))).unwrap_or_default();
    let document = case.document.as_deref().expect("a document");
    let value = case.value.map(|value| document.path(value, crate::pipeline::document::PathStyle::Pointer));
    (column, value.unwrap_or_default(), landing.reason.clone().unwrap_or_default())
}

#[test]
fn what_bigquery_refused_opens_at_its_column_and_value() {
    let payload = r#"{"id": "a", "Lines": [{"other": 1}, {"count": {"n": 1}}]}"#;
    for (text, column, value, reason) in [
        (
            "JSON object specified for non-record field: lines.count",
            "lines.count",
            "/Lines/1/count",
            "The column lines.count is not a RECORD, and the row has an object there.",
        ),
        (
            "JSON parsing error in row starting at position 12: No such field: Lines.count.n.",
            "lines.count",
            "/Lines/1/count/n",
            "The table has no column Lines.count.n.",
        ),
        ("no such field: more.", "", "", "The table has no column more."),
        (
            r#"[{"errors":[{"location":"ID","message":"Array specified for non-repeated field","reason":"invalid"}],"index":4}]"#,
            "id",
            "/id",
            "The column ID is not REPEATED, and the row has a list there.",
        ),
    ] {
        let found = refused_at(&refused(text, payload));
        assert_eq!((&*found.0, &*found.1, &*found.2), (column, value, reason), "{text}");
    }
    let known = refused("no such field: note.", r#"{"note": "x"}"#);
    assert!(notes(&known).contains("The layout at hand has the column"), "{}", notes(&known));
}

#[test]
fn a_row_that_was_refused_for_another_has_no_place() {
    let case = refused(r#"[{"errors":[{"location":"","message":"","reason":"stopped"}],"index":1}]"#, r#"{"id": "a"}"#);
    assert!(case.fault.as_ref().is_some_and(|fault| fault.by_catch) && case.landing.is_none() && case.value.is_none());
    assert_eq!(case.sentence(), "Not at fault: another row of the same request was refused.");
}

#[test]
fn a_document_that_is_too_large_opens_at_what_makes_it_so() {
    let message = "a.b.LimitPayloadSize$PayloadTooLargeException: Message payload is 90bytes, larger than the configured limit of 50";
    let payload = r#"{"id": "a", "lines": {"a": "xxxxxxxxxxxxxxxxxxx", "b": "xxxxxxxxxxxxxxxxxxx", "c": 1}}"#;
    let case = open(row(["shop", "order", "1"], message, Payload::Bytes(payload.into())), Some(&store()));
    let document = case.document.as_deref().unwrap();
    assert_eq!(document.key(case.value.unwrap()).as_deref(), Some("lines"));
    assert!(notes(&case).contains("What is large is /lines: 3 keys in 64 B of 86 B."), "{}", notes(&case));
}
