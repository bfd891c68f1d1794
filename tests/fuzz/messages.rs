//! Error messages: those that the pipeline writes, with hostile values in them, cut and changed.

use misfit::pipeline::fault::Fault;

use super::dice::Dice;
use super::{fuzz, is_safe};

const CLASSES: &[&str] = &[
    "org.everit.json.schema.ValidationException",
    "com.fasterxml.jackson.core.JsonParseException",
    "java.lang.ClassCastException",
    "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException",
    "com.mozilla.telemetry.decoder.ParsePayload$DeprecatedMessageException",
    "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException",
    "",
];

/// `@` stands for a value, `#` for a number, `^` for a type.
const SAYS: &[&str] = &[
    "expected type: ^, found: ^",
    "expected: null, found: ^",
    "required key [@] not found",
    "property [@] is required",
    "extraneous key [@] is not permitted",
    "minimum size: [#], found: [#]",
    "expected minLength: #, actual: #",
    "expected maxLength: #, actual: #",
    "expected minimum item count: #, found: #",
    "expected: [#] array items, found: [#]",
    "array items are not unique",
    "# is not greater or equal to #",
    "# is not a multiple of #",
    "string [@] does not match pattern @",
    "[@] is not a valid date-time. Expected [@]",
    "@ is not a valid enum value",
    "#: no subschema matched out of the total # subschemas",
    "#: only # subschema matches out of #",
    "subject must not be valid against schema @",
    "# schema violations found",
    "No such docType: @/@",
    "No schema with name: @/@/@.1.schema.json",
    "Unexpected character ('@' (code 1)): expected @\n at [Source: (byte[])\"@\"; line: #, column: #]",
    "Unexpected end-of-input: @\n at [Source: @; line: #, column: #]",
    "168#",
    "no such field: @.",
    "Cannot convert value to integer (bad value): @",
    "[{\"debugInfo\":\"@\",\"location\":\"@\",\"message\":\"no such field: @.\",\"reason\":\"invalid\"}]",
    "Missing required field: Msg_0_CLOUD_QUERY_TABLE.@.",
    "@",
];

const TYPES: &[&str] = &["String", "Integer", "Number", "Boolean", "Null", "JSONArray", "JSONObject", "BigDecimal", "@"];

/// One message.
pub(crate) fn message(dice: &mut Dice) -> String {
    let mut told = String::new();
    let class = dice.pick(CLASSES);
    if !class.is_empty() && !dice.once_in(5) {
        told.push_str(class);
        told.push_str(": ");
    }
    if class.contains("everit") || dice.once_in(6) {
        told.push('#');
        for _ in 0..dice.below(4) {
            told.push('/');
            told.push_str(&dice.name());
        }
        told.push_str(": ");
    }
    for c in dice.pick(SAYS).chars() {
        match c {
            '@' => told.push_str(&dice.text()),
            '#' if !dice.once_in(8) => told.push_str(&dice.number()),
            '^' => match dice.pick(TYPES) {
                "@" => told.push_str(&dice.text()),
                known => told.push_str(known),
            },
            other => told.push(other),
        }
    }
    if dice.once_in(6) {
        let mut bytes = told.into_bytes();
        dice.mutate(&mut bytes);
        told = String::from_utf8_lossy(&bytes).into_owned();
    }
    if told.len() > 1024 {
        told.truncate((0..=1024).rev().find(|&at| told.is_char_boundary(at)).unwrap_or_default());
    }
    told
}

#[test]
fn a_message_is_read_and_worded() {
    fuzz("messages", 4_000, |dice| {
        let text = message(dice);
        let class = dice.once_in(3).then(|| dice.pick(CLASSES));
        let best = Fault::parse(&text, class);
        let all = Fault::readings(&text, class);
        assert_eq!(all.first(), Some(&best), "the first of all readings is the best");
        for fault in &all {
            is_safe(&fault.sentence());
            is_safe(&fault.sentence_of_all());
            let _ = (fault.tokens(), fault.is_by_catch(), fault.keyword());
            if let Some(insert) = fault.insert() {
                is_safe(&insert.sentence());
                let _ = (insert.phrases(), insert.is_by_catch());
            }
            let _ = (fault.general(), fault.general_with_limit());
        }
    });
}
