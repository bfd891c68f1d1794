//! The words of other validators, as a table.
//!
//! Owns: which keyword a sentence tells of, and which parts of it are values; who speaks like that.
//! Refuses: places (place), failures that are told in parts.

use super::super::{Keyword, Says};

/// A sentence: `{e}` is what the schema asks, `{f}` what the document has, `{k}` a key, `{_}` anything else.
type Sentence = (Keyword, &'static str);

/// Who speaks.
pub(super) const PYTHON: &str = "Python's jsonschema";
const NETWORKNT: &str = "networknt's validator";
const AJV: &str = "ajv";
const GO: &str = "gojsonschema";
const RUDDER: &str = "the warehouse";
const NODE: &str = "Node's jsonschema";

const NETWORKNTS: [Sentence; 51] = [
    ("type", "{f} found, {e} expected"),
    ("type", "{f} found, but {e} is required"),
    ("required", "is missing but it is required"),
    ("required", "required property '{k}' not found"),
    ("required", "{k}: is missing but it is required"),
    ("additionalProperties", "is not defined in the schema and the schema does not allow additional properties"),
    ("additionalProperties", "property '{k}' is not defined in the schema and the schema does not allow additional properties"),
    ("additionalProperties", "property '{k}' is not evaluated and the schema does not allow unevaluated properties"),
    ("additionalProperties", "property '{k}' is invalid because the schema does not allow unevaluated properties"),
    ("enum", "does not have a value in the enumeration {_}"),
    ("const", "must be a constant value {_}"),
    ("const", "must be the constant value {_}"),
    ("maxLength", "may only be {e} characters long"),
    ("maxLength", "must be at most {e} characters long"),
    ("minLength", "must be at least {e} characters long"),
    ("pattern", "does not match the regex pattern {e}"),
    ("format", "does not match the {e} pattern must be a valid {_}"),
    ("format", "does not match the {e} pattern {_}"),
    ("format", "is an invalid {e}"),
    ("minimum", "must have a minimum value of {e}"),
    ("maximum", "must have a maximum value of {e}"),
    ("exclusiveMinimum", "must have an exclusive minimum value of {e}"),
    ("exclusiveMaximum", "must have an exclusive maximum value of {e}"),
    ("exclusiveMinimum", "must have a exclusive minimum value of {e}"),
    ("exclusiveMaximum", "must have a exclusive maximum value of {e}"),
    ("multipleOf", "must be multiple of {e}"),
    ("minItems", "there must be a minimum of {e} items in the array"),
    ("minItems", "expected at least {e} items but found {f}"),
    ("minItems", "must have at least {e} items but found {f}"),
    ("maxItems", "there must be a maximum of {e} items in the array"),
    ("maxItems", "must have at most {e} items but found {f}"),
    ("minProperties", "should have a minimum of {e} properties"),
    ("minProperties", "must have at least {e} properties"),
    ("maxProperties", "may only have a maximum of {e} properties"),
    ("maxProperties", "must have at most {e} properties"),
    ("uniqueItems", "the items in the array must be unique"),
    ("uniqueItems", "must have only unique items in the array"),
    ("anyOf", "should be valid to any of the schemas {_}"),
    ("anyOf", "must be valid to any of the schemas {_}"),
    ("oneOf", "should be valid to one and only one of the schemas {_}"),
    ("oneOf", "should be valid to one and only one schema, but {f} are valid"),
    ("oneOf", "must be valid to one and only one schema, but {f} are valid"),
    ("oneOf", "should be valid to one and only one of schema, but more than one are valid: {_}"),
    ("allOf", "should be valid to all the schemas {_}"),
    ("not", "should not be valid to the schema {_}"),
    ("not", "must not be valid to the schema {_}"),
    ("contains", "does not contain an element that passes these validations: {_}"),
    ("dependencies", "has an error with dependencies {_}"),
    ("dependencies", "has a missing property '{k}' which is dependent required because '{_}' is present"),
    ("items", "index '{_}' is not defined in the schema and the schema does not allow additional items"),
    ("propertyNames", "property name '{_}' is not valid: {_}"),
];

/// Version 6 says "should" where later ones say "must".
const AJVS: [Sentence; 35] = [
    ("required", "must have required property '{k}'"),
    ("required", "must have required property {k}"),
    ("additionalProperties", "must NOT have additional properties"),
    ("additionalProperties", "must NOT have unevaluated properties"),
    ("items", "must NOT have unevaluated items"),
    ("items", "must NOT have more than {e} items, but had {f}"),
    ("enum", "must be equal to one of the allowed values"),
    ("const", "must be equal to constant"),
    ("pattern", "must match pattern \"{e}\""),
    ("format", "must match format \"{e}\""),
    ("minLength", "must NOT have fewer than {e} characters"),
    ("maxLength", "must NOT have more than {e} characters"),
    ("minLength", "must NOT be shorter than {e} characters"),
    ("maxLength", "must NOT be longer than {e} characters"),
    ("minItems", "must NOT have fewer than {e} items"),
    ("maxItems", "must NOT have more than {e} items"),
    ("minProperties", "must NOT have fewer than {e} properties"),
    ("maxProperties", "must NOT have more than {e} properties"),
    ("minimum", "must be >= {e}"),
    ("maximum", "must be <= {e}"),
    ("exclusiveMinimum", "must be > {e}"),
    ("exclusiveMaximum", "must be < {e}"),
    ("multipleOf", "must be multiple of {e}"),
    ("uniqueItems", "must NOT have duplicate items {_}"),
    ("anyOf", "must match some schema in anyOf"),
    ("anyOf", "must match a schema in anyOf"),
    ("oneOf", "must match exactly one schema in oneOf"),
    ("then", "must match \"then\" schema"),
    ("else", "must match \"else\" schema"),
    ("not", "must NOT be valid"),
    ("contains", "must contain at least {_} valid item(s){_}"),
    ("dependencies", "must have property {k} when property {_} is present"),
    ("dependencies", "must have properties {k} when property {_} is present"),
    ("propertyNames", "property name {_} is invalid"),
    ("propertyNames", "property name must be valid"),
];

const GOS: [Sentence; 36] = [
    ("type", "Invalid type. Expected: {e}, given: {f}"),
    ("additionalProperties", "Additional property {k} is not allowed"),
    ("pattern", "Does not match pattern '{e}'"),
    ("format", "Does not match format '{e}'"),
    ("minLength", "String length must be greater than or equal to {e}"),
    ("maxLength", "String length must be less than or equal to {e}"),
    ("minimum", "Must be greater than or equal to {e}"),
    ("exclusiveMinimum", "Must be greater than {e}"),
    ("maximum", "Must be less than or equal to {e}"),
    ("exclusiveMaximum", "Must be less than {e}"),
    ("multipleOf", "Must be a multiple of {e}"),
    ("minItems", "Array must have at least {e} items"),
    ("maxItems", "Array must have at most {e} items"),
    ("minProperties", "Must have at least {e} properties"),
    ("maxProperties", "Must have at most {e} properties"),
    ("items", "No additional items allowed on array"),
    ("contains", "At least one of the items must match"),
    ("anyOf", "Must validate at least one schema (anyOf)"),
    ("oneOf", "Must validate one and only one schema (oneOf)"),
    ("allOf", "Must validate all the schemas (allOf)"),
    ("not", "Must not validate the schema (not)"),
    ("dependencies", "Has a dependency on {k}"),
    ("then", "Must validate \"then\" as \"if\" was valid"),
    ("else", "Must validate \"else\" as \"if\" was not valid"),
    ("propertyNames", "Property name of \"{_}\" does not match"),
    ("propertyNames", "Property \"{_}\" does not match pattern {_}"),
    ("enum", "{_} must be one of the following: {_}"),
    ("const", "{_} does not match: {_}"),
    ("uniqueItems", "{_} items{_} must be unique"),
    ("uniqueItems", "{_} items must be unique"),
    ("required", "{k} is required"),
    ("type", "Invalid type. Expected {e}, given {f}"),
    ("type", "expected {e}, but got {f}"),
    ("type", "got {f}, want {e}"),
    ("required", "missing properties: '{k}'"),
    ("required", "missing property '{k}'"),
];

const PYTHONS: [Sentence; 37] = [
    ("type", "{f} is not of type {e}"),
    ("required", "'{k}' is a required property"),
    ("required", "\"{k}\" is a required property"),
    ("additionalProperties", "Additional properties are not allowed ('{k}' was unexpected)"),
    ("additionalProperties", "Additional properties are not allowed ({_} were unexpected)"),
    ("additionalProperties", "Unevaluated properties are not allowed ('{k}' was unexpected)"),
    ("additionalProperties", "Unevaluated properties are not allowed ({_} were unexpected)"),
    ("additionalProperties", "{_} does not match any of the regexes: {_}"),
    ("additionalProperties", "{_} do not match any of the regexes: {_}"),
    ("items", "Additional items are not allowed ({_} was unexpected)"),
    ("items", "Additional items are not allowed ({_} were unexpected)"),
    ("items", "Expected at most {e} items but found {f}"),
    ("items", "Expected at most {e} items, but found {f}"),
    ("enum", "{f} is not one of [{_}]"),
    ("exclusiveMinimum", "{f} is less than or equal to the minimum of {e}"),
    ("exclusiveMaximum", "{f} is greater than or equal to the maximum of {e}"),
    ("minimum", "{f} is less than the minimum of {e}"),
    ("maximum", "{f} is greater than the maximum of {e}"),
    ("multipleOf", "{f} is not a multiple of {e}"),
    ("uniqueItems", "{_} has non-unique elements"),
    ("minProperties", "{_} does not have enough properties"),
    ("maxProperties", "{_} has too many properties"),
    ("minItems", "[{_} is too short"),
    ("maxItems", "[{_} is too long"),
    ("minItems", "[] should be non-empty"),
    ("maxItems", "[{_} is expected to be empty"),
    ("minLength", "{f} is too short"),
    ("minLength", "{f} should be non-empty"),
    ("maxLength", "{f} is too long"),
    ("pattern", "{f} does not match '{e}'"),
    ("oneOf", "{_} is valid under each of {_}"),
    ("anyOf", "{_} is not valid under any of the given schemas"),
    ("not", "{_} should not be valid under {_}"),
    ("contains", "{_} does not contain items matching the given schema"),
    ("dependencies", "'{k}' is a dependency of {_}"),
    ("format", "{f} is not a '{e}'"),
    ("const", "{_} was expected"),
];

const NODES: [Sentence; 12] = [
    ("type", "is not of a type(s) {e}"),
    ("required", "requires property \"{k}\""),
    ("additionalProperties", "is not allowed to have the additional property \"{k}\""),
    ("enum", "is not one of enum values: {_}"),
    ("minimum", "must be greater than or equal to {e}"),
    ("maximum", "must be less than or equal to {e}"),
    ("exclusiveMinimum", "must be strictly greater than {e}"),
    ("exclusiveMaximum", "must be strictly less than {e}"),
    ("pattern", "does not match pattern {e}"),
    ("format", "does not conform to the \"{e}\" format"),
    ("minLength", "does not meet minimum length of {e}"),
    ("maxLength", "does not meet maximum length of {e}"),
];

const WAREHOUSES: [Sentence; 2] =
    [("type", "incompatible schema conversion from {e} to {f}"), ("type", "incompatible conversion from {e} to {f}")];

/// Names of types that validators use.
const TYPES: [&str; 12] =
    ["string", "integer", "number", "boolean", "array", "object", "null", "float", "int", "unknown", "datetime", "json"];

/// What a whole text says, and who speaks like that.
pub(super) fn whole(text: &str) -> Option<(Says<'_>, &'static str)> {
    let text = text.trim();
    if text.is_empty() || text.len() > 10_000 {
        return None;
    }
    if let Some(says) = ajv(text) {
        return Some((says, AJV));
    }
    let voices: [(&[Sentence], &'static str); 5] =
        [(&NETWORKNTS, NETWORKNT), (&NODES, NODE), (&GOS, GO), (&WAREHOUSES, RUDDER), (&PYTHONS, PYTHON)];
    voices.into_iter().find_map(|(sentences, judge)| Some((sentences.iter().find_map(|sentence| said(*sentence, text))?, judge)))
}

/// Whether a text speaks of the key that ends the place before it.
pub(super) fn is_of_key(text: &str) -> bool {
    text.starts_with("is missing but it is required") || text.starts_with("is not defined in the schema")
}

/// `must be string`, `should be string,null`, and the sentences.
fn ajv(text: &str) -> Option<Says<'_>> {
    // Both words have as many letters as `must` and two more.
    let behind = |word: &str| text.strip_prefix(word);
    if let Some(kind) = behind("must be ").or_else(|| behind("should be "))
        && kind.split([',', '|']).all(|kind| TYPES.contains(&kind.trim()))
    {
        return Some(Says::Broken { keyword: Some("type"), expected: Some(kind), found: None, key: None });
    }
    if text.starts_with("boolean schema is false") {
        return Some(Says::Broken { keyword: Some("false"), expected: None, found: None, key: None });
    }
    AJVS.iter().find_map(|&(keyword, sentence)| match (sentence.strip_prefix("must "), behind("should ")) {
        (Some(sentence), Some(rest)) => said((keyword, sentence), rest),
        _ => said((keyword, sentence), text),
    })
}

/// What a text says, if it is this sentence.
fn said<'a>((keyword, sentence): Sentence, text: &'a str) -> Option<Says<'a>> {
    let (mut expected, mut found, mut key) = (None, None, None);
    let mut rest = text;
    let mut pieces = sentence.split('{');
    rest = rest.strip_prefix(pieces.next()?)?;
    let mut is_first = sentence.starts_with('{');
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let (name, behind) = piece.split_once('}')?;
        let end = match (behind, pieces.peek().is_none()) {
            ("", true) => rest.len(),
            // A value that begins a sentence may hold its words: the last ones count.
            (behind, _) if is_first => rest.rfind(behind)?,
            (behind, true) => rest.len().checked_sub(behind.len()).filter(|&end| rest.is_char_boundary(end) && rest[end..] == *behind)?,
            (behind, false) => rest.find(behind)?,
        };
        let value = &rest[..end];
        rest = &rest[end + behind.len()..];
        match name {
            "e" => expected = Some(value),
            "f" => found = Some(value),
            "k" => key = Some(value),
            _ => {}
        }
        is_first = false;
    }
    let is_whole = rest.is_empty() || rest == ".";
    (is_whole && fits(keyword, sentence, expected, found, key)).then_some(Says::Broken { keyword: Some(keyword), expected, found, key })
}

/// Whether the values are of the kind that the sentence has, so that no other text is taken for it.
fn fits(keyword: Keyword, sentence: &str, expected: Option<&str>, found: Option<&str>, key: Option<&str>) -> bool {
    let is_type = |text: &str| {
        let list = text.trim_matches(['[', ']']);
        list.split([',', '|']).all(|kind| {
            let kind = kind.trim().trim_matches(['\'', '"']);
            !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
    };
    match keyword {
        "type" => {
            // Python tells the value, not its type.
            let of_value = sentence.ends_with("is not of type {e}");
            expected.is_none_or(is_type) && (of_value || found.is_none_or(is_type))
        }
        // Two words would be a sentence of any kind.
        "required" if sentence == "{k} is required" => key.is_some_and(|key| !key.is_empty() && !key.contains(' ')),
        "maxLength" | "minLength" if sentence.starts_with("{f}") => found.is_some_and(is_quoted),
        "pattern" | "format" if sentence.starts_with("{f}") => found.is_some_and(is_quoted),
        "const" => true,
        _ if is_number_keyword(keyword) => expected.is_none_or(|limit| limit.bytes().any(|byte| byte.is_ascii_digit())),
        _ => true,
    }
}

fn is_number_keyword(keyword: Keyword) -> bool {
    keyword.starts_with("min") || keyword.starts_with("max") || keyword.starts_with("exclusive") || keyword == "multipleOf"
}

fn is_quoted(value: &str) -> bool {
    value.len() >= 2 && value.starts_with(['\'', '"']) && value.ends_with(['\'', '"'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Option<Keyword>, Option<&str>, Option<&str>, Option<&str>) {
        match whole(text) {
            Some((Says::Broken { keyword, expected, found, key }, _)) => (keyword, expected, found, key),
            _ => (None, None, None, None),
        }
    }

    #[test]
    fn every_sentence_is_read_as_its_own_keyword() {
        let all = [
            (&NETWORKNTS[..], NETWORKNT),
            (&AJVS[..], AJV),
            (&GOS[..], GO),
            (&PYTHONS[..], PYTHON),
            (&WAREHOUSES[..], RUDDER),
            (&NODES[..], NODE),
        ];
        for (sentences, _) in all {
            for (keyword, sentence) in sentences {
                let value = if *keyword == "type" { "string" } else { "'7'" };
                let text = sentence.replace("{e}", if *keyword == "type" { "integer" } else { "7" }).replace("{f}", value);
                let text = text.replace("{k}", "qty").replace("{_}", "x]");
                assert_eq!(told(&text).0, Some(*keyword), "{text}");
            }
        }
    }

    #[test]
    fn values_are_parts_of_the_text() {
        assert_eq!(told("integer found, string expected"), (Some("type"), Some("string"), Some("integer"), None));
        assert_eq!(told("must be string,null").1, Some("string,null"));
        assert_eq!(told("should have required property 'sku'").3, Some("sku"));
        assert_eq!(told("Invalid type. Expected: string, given: integer"), (Some("type"), Some("string"), Some("integer"), None));
        assert_eq!(told("'it is not of type x' is not of type 'integer', 'null'").1, Some("'integer', 'null'"));
        assert_eq!(told("5 is less than the minimum of 10"), (Some("minimum"), Some("10"), Some("5"), None));
    }

    #[test]
    fn other_sentences_are_none() {
        for text in ["", "a b is required", "no such field: step.", "the file is too long", "connection reset", "x found, y z expected"] {
            assert_eq!(told(text).0, None, "{text}");
        }
    }
}
