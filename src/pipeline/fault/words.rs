//! Faults in plain words, for people.
//!
//! Owns: the sentence of a fault, wording of keywords, types and exceptions.
//! Refuses: where the fault is (group, views); values are made safe for a terminal and cut to a readable length here.

use std::borrow::Cow;

use super::exceptions::{NOT_AN_OBJECT, quoted, short_name, without_source};
use super::grammar::{OR, without_doubling};
use super::parted::part_at_fault;
use super::{Fault, Keyword, Says};
use crate::ground::text::{clip_middle, count, visible};

/// Longest value inside a sentence, in terminal cells.
const LONGEST_VALUE: usize = 80;

impl Fault<'_> {
    /// What is wrong, in plain words, without the place: `must be a string, found an integer`; for exceptions other than the validator's a
    /// whole clause: `the payload is not JSON: the text ends inside an object`. Safe to show on a terminal.
    pub fn sentence(&self) -> String {
        match &self.says {
            Says::Broken { keyword: Some(keyword), expected, found, key } => phrase(keyword, *expected, *found, *key),
            Says::Broken { keyword: None, .. } if self.text.is_empty() => {
                "breaks the schema; the message was cut before it says how".to_owned()
            }
            Says::Broken { keyword: None, found, .. } if self.is_summary() => summary(*found),
            Says::Broken { keyword: None, .. } => shown(without_doubling(self.text)).into_owned(),
            Says::NoSuchDoctype { name } => format!("the schemas have no doctype {}", shown(name)),
            Says::NoSuchSchema { name } => no_such_schema(name),
            Says::NotJson { .. } => not_json(self.text),
            Says::Bug { number } => bug(short_name(self.class), *number),
            Says::Insert(error) => error.sentence(),
            Says::Other => exception(short_name(self.class), self.text),
        }
    }
}

/// A message that only counts violations.
pub(crate) fn summary(violations: Option<&str>) -> String {
    format!("breaks the schema in {} places", violations.map_or("several".into(), shown))
}

impl Fault<'_> {
    /// The sentence without what one document has: what is said of all that fail alike.
    pub fn sentence_of_all(&self) -> String {
        match self.says {
            Says::Broken { keyword: Some(keyword), expected, key, .. } => phrase(keyword, expected, None, key),
            _ => self.sentence(),
        }
    }
}

/// What a keyword's failure says of a value. Values that are not known, or differ between the rows that are spoken of, are left out.
pub(crate) fn phrase(keyword: Keyword, expected: Option<&str>, found: Option<&str>, key: Option<&str>) -> String {
    let named = |singular: &str| key.map_or_else(|| format!("{singular} key"), |key| format!("{singular} key {}", shown(key)));
    let told = |what: String| match found {
        Some(found) => format!("{what}: {}", shown(found)),
        None => what,
    };
    let quoted = |what: String| match found {
        Some("") => format!("{what}: is empty"),
        Some(found) => format!("{what}: is \"{}\"", shown(found)),
        None => what,
    };
    match keyword {
        "type" => typed(expected, found),
        "required" => format!("is missing {}", named(if key.is_some() { "the" } else { "a" })),
        "dependencies" => format!("is missing {}, which another of its keys asks for", named(if key.is_some() { "the" } else { "a" })),
        "additionalProperties" => match key {
            Some(key) => format!("has a key that the schema does not allow: {}", shown(key)),
            None => "has keys that the schema does not allow".to_owned(),
        },
        "maxLength" | "minLength" => size(keyword, expected, found, "character"),
        "maxItems" | "minItems" | "items" => size(keyword, expected, found, "element"),
        "maxProperties" | "minProperties" => size(keyword, expected, found, "key"),
        "minimum" => bound("at least", "less than", expected, found),
        "maximum" => bound("at most", "greater than", expected, found),
        "exclusiveMinimum" => bound("greater than", "not greater than", expected, found),
        "exclusiveMaximum" => bound("less than", "not less than", expected, found),
        "multipleOf" => bound("a multiple of", "not a multiple of", expected, found),
        "pattern" => {
            let what = expected.map_or("its pattern".into(), |pattern| format!("the pattern {}", shown(pattern)));
            let part = expected.zip(found).and_then(|(pattern, found)| part_at_fault(pattern, found));
            let part = part.map(|part| format!(" ({part})")).unwrap_or_default();
            format!("{}{part}", quoted(format!("does not match {what}")))
        }
        "format" => quoted(format!("is not a valid {}", expected.map_or("value of its format".into(), shown))),
        "enum" => told("is not one of the listed values".to_owned()),
        _ => structural(keyword, expected, found),
    }
}

/// `has 43 characters, at most 40 are allowed`. The unit is given for one.
fn size(keyword: Keyword, limit: Option<&str>, found: Option<&str>, unit: &str) -> String {
    let (more, allowed, verb) = match keyword.starts_with("min") {
        true => ("fewer", "at least", "needed"),
        false => ("more", "at most", "allowed"),
    };
    let units = |number: &str| if number == "1" { unit.to_owned() } else { format!("{unit}s") };
    let are = |number: &str| if number == "1" { "is" } else { "are" };
    match (limit.map(shown), found.map(shown)) {
        (Some(limit), Some(found)) => format!("has {found} {}, {allowed} {limit} {} {verb}", units(&found), are(&limit)),
        (Some(limit), None) => format!("has {more} than {limit} {}", units(&limit)),
        (None, Some(found)) => format!("has {found} {}, {more} than allowed", units(&found)),
        (None, None) => format!("has {more} {unit}s than allowed"),
    }
}

/// `is 80.5, must be at most 4`; where the value is not known, what it is instead: `is greater than 4`.
fn bound(asked: &str, instead: &str, limit: Option<&str>, found: Option<&str>) -> String {
    let limit = limit.map_or("what the schema asks for".into(), shown);
    match found {
        Some(found) => format!("is {}, must be {asked} {limit}", shown(found)),
        None => format!("is {instead} {limit}"),
    }
}

/// Keywords whose message tells no value of the document.
fn structural(keyword: Keyword, expected: Option<&str>, found: Option<&str>) -> String {
    match (keyword, expected, found) {
        ("const", ..) => "is not the one value that is allowed".to_owned(),
        ("uniqueItems", ..) => "has two equal elements".to_owned(),
        ("contains", ..) => "has no element of the kind that the schema asks for".to_owned(),
        ("not", ..) => "fits a schema that it must not fit".to_owned(),
        ("then", ..) => "meets a condition, but not what the schema then asks for".to_owned(),
        ("else", ..) => "meets neither a condition nor what the schema asks for otherwise".to_owned(),
        ("false", ..) => "must not be there at all".to_owned(),
        ("readOnly", ..) => "may only be read".to_owned(),
        ("writeOnly", ..) => "may only be written".to_owned(),
        ("anyOf", Some(of), _) => format!("fits none of the {of} forms that are allowed"),
        ("anyOf", ..) => "fits none of the forms that are allowed".to_owned(),
        ("oneOf", _, Some("0")) => "fits none of the forms of which it must fit exactly one".to_owned(),
        ("oneOf", _, Some(forms)) => format!("fits {forms} forms where it must fit exactly one"),
        ("oneOf", ..) => "does not fit exactly one of the forms that are allowed".to_owned(),
        ("allOf", Some(of), Some(met)) => format!("meets only {met} of {of} conditions"),
        ("allOf", ..) => "does not meet all conditions".to_owned(),
        _ => format!("breaks {keyword}"),
    }
}

fn typed(expected: Option<&str>, found: Option<&str>) -> String {
    match (expected.map(type_name), found.map(found_name)) {
        (Some(expected), Some(found)) => format!("must be {expected}, found {found}"),
        (Some(expected), None) => format!("must be {expected}"),
        (None, Some(found)) => format!("must not be {found}"),
        (None, None) => "has the wrong type".to_owned(),
    }
}

/// What was found: a type, or where a validator tells the value instead, the type of that.
fn found_name(found: &str) -> Cow<'_, str> {
    Cow::Borrowed(match found {
        "True" | "False" | "true" | "false" => "a boolean",
        "None" => "null",
        _ => match found.bytes().next() {
            Some(b'\'' | b'"') => "a string",
            Some(b'[') => "an array",
            Some(b'{') => "an object",
            Some(b'-' | b'0'..=b'9') if found.contains(['.', 'e', 'E']) => "a decimal number",
            Some(b'-' | b'0'..=b'9') => "an integer",
            _ => return type_name(found),
        },
    })
}

/// A type of the message as JSON calls it. Java's whole numbers differ by size alone; a fraction or an exponent makes a decimal.
pub(crate) fn type_name(java: &str) -> Cow<'_, str> {
    Cow::Borrowed(match java {
        "String" => "a string",
        "Integer" | "Long" | "BigInteger" => "an integer",
        "Number" => "a number",
        "BigDecimal" | "Double" | "Float" => "a decimal number",
        "Boolean" => "a boolean",
        "Null" | "null" => "null",
        "JSONArray" => "an array",
        "JSONObject" => "an object",
        // Of our own making: a value that may be of several types.
        // As other validators call them.
        "string" | "STRING" => "a string",
        "integer" | "int" | "long" | "INT64" => "an integer",
        "number" => "a number",
        "float" | "double" | "FLOAT64" => "a decimal number",
        "boolean" | "bool" => "a boolean",
        "NULL" => "null",
        "array" => "an array",
        "object" => "an object",
        quoted if quoted.len() > 2 && quoted.starts_with(['\'', '"', '[']) && quoted.ends_with(['\'', '"', ']']) => {
            return type_names(quoted);
        }
        listed if listed.contains([',', '|']) => return type_names(listed),
        several if several.contains(OR) => return Cow::Owned(several.split(OR).map(type_name).collect::<Vec<_>>().join(OR)),
        other => return shown(other),
    })
}

/// A failure in the words that the grammar knows, without any part of it that is not known.
pub(super) fn in_own(keyword: Keyword, expected: Option<&str>, found: Option<&str>, key: Option<&str>) -> String {
    let is_number = |text: &&str| !text.is_empty() && text.len() < 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let types = |told: Cow<'_, str>| {
        let bare = |name: &str| name.trim_start_matches("a ").trim_start_matches("an ").to_owned();
        let names: Vec<String> = told.split(OR).map(bare).map(|name| name.replace("decimal number", "number")).collect();
        names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic())).then(|| names.join(OR))
    };
    let made = match (keyword, key) {
        ("type", _) => {
            let (expected, found) = (expected.and_then(|names| types(type_name(names))), found.and_then(|name| types(found_name(name))));
            expected.zip(found).map(|(expected, found)| format!("expected type: {expected}, found: {found}"))
        }
        ("required", Some(key)) => Some(format!("required key [{key}] not found")),
        ("additionalProperties", Some(key)) => Some(format!("extraneous key [{key}] is not permitted")),
        ("dependencies", Some(key)) => Some(format!("property [{key}] is required")),
        ("maxLength" | "minLength", _) => expected
            .filter(is_number)
            .zip(found.filter(is_number))
            .map(|(limit, length)| format!("expected {keyword}: {limit}, actual: {length}")),
        _ => None,
    };
    made.unwrap_or_else(|| format!("breaks {keyword}"))
}

/// Types in a list, with or without quotes and brackets around them.
fn type_names(list: &str) -> Cow<'_, str> {
    let bare = |name: &str| name.trim_matches([' ', '\'', '"', '[', ']']).to_owned();
    let names: Vec<String> = list.split([',', '|']).map(bare).filter(|name| !name.is_empty()).collect();
    let told: Vec<String> =
        names.iter().filter(|name| !name.contains(['\'', '"', '[', ']'])).map(|name| type_name(name).into_owned()).collect();
    if told.is_empty() { shown(list) } else { told.join(OR).into() }
}

/// `ns/type/type.99.schema.json`
fn no_such_schema(name: &str) -> String {
    let parts = name.strip_suffix(".schema.json").and_then(|path| {
        let (namespace, rest) = path.split_once('/')?;
        let (doctype, file) = rest.split_once('/')?;
        Some((namespace, doctype, file.strip_prefix(doctype)?.strip_prefix('.')?))
    });
    // As Snowplow's registry names them.
    let iglu = || {
        let (vendor, rest) = name.strip_prefix("iglu:").unwrap_or(name).split_once('/')?;
        let (schema, version) = rest.split_once("/jsonschema/")?;
        Some((vendor, schema, version))
    };
    match parts.or_else(iglu) {
        Some((namespace, doctype, version)) => {
            format!("the schemas have no version {} of {}/{}", shown(version), shown(namespace), shown(doctype))
        }
        None => format!("the schemas have no {}", shown(name)),
    }
}

fn bug(class: &str, number: Option<&str>) -> String {
    let what = if class == "AffectedByBugException" {
        "the document is affected by a known bug"
    } else {
        "the document is unwanted and dropped on purpose"
    };
    match number {
        Some(number) => format!("{what} (bug {})", shown(number)),
        None => what.to_owned(),
    }
}

/// The bound that a message of the parser tells: `… exceeds the maximum length (1000)`.
fn told_bound(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once(" exceeds the maximum")?;
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// What the JSON parser says, by the beginning of its text.
fn not_json(text: &str) -> String {
    const ENDS: [(&str, &str); 12] = [
        ("expected close marker for Object", "inside an object"),
        ("expected close marker for Array", "inside an array"),
        ("within/between Object entries", "inside an object"),
        ("within/between Array entries", "inside an array"),
        ("in field name", "inside a key"),
        ("in FIELD_NAME", "inside a key"),
        ("was expecting closing '\"' for name", "inside a key"),
        ("in VALUE_STRING", "inside a string"),
        ("was expecting closing quote", "inside a string"),
        ("in a String value", "inside a string"),
        ("in a Number value", "inside a number"),
        ("", "too early"),
    ];
    const LIMITS: [(&str, &str, &str); 8] = [
        ("Depth (", "the payload is nested deeper than", "levels"),
        ("Document nesting depth (", "the payload is nested deeper than", "levels"),
        ("Number length (", "a number in the payload has more than", "digits"),
        ("Number value length (", "a number in the payload has more than", "digits"),
        ("String length (", "a string in the payload has more than", "characters"),
        ("String value length (", "a string in the payload has more than", "characters"),
        ("Name length (", "a key in the payload has more than", "characters"),
        ("Name value length (", "a key in the payload has more than", "characters"),
    ];
    const KINDS: [(&str, &str); 4] = [
        ("Illegal unquoted character", "a string holds a control character"),
        ("Illegal character", "there is a control character between values"),
        ("Invalid UTF-8", "the text is not UTF-8"),
        ("Invalid numeric value: Leading zeroes", "a number begins with a needless zero"),
    ];
    if text == NOT_AN_OBJECT {
        return "the payload is not a JSON object".to_owned();
    }
    let line = without_source(text);
    if let Some(rest) = line.strip_prefix("Unexpected end-of-input") {
        let place = ENDS.iter().find(|(what, _)| rest.contains(what)).map_or("too early", |(_, place)| place);
        return format!("the payload is not JSON: the text ends {place}");
    }
    if line.starts_with("No content to map") {
        return "the payload is empty".to_owned();
    }
    if let Some((_, what, unit)) = LIMITS.iter().find(|(beginning, ..)| line.starts_with(beginning)) {
        let bound = told_bound(line).map_or_else(|| "the pipeline's most".to_owned(), count);
        return format!("{what} {bound} {unit}");
    }
    if let Some((_, what)) = KINDS.iter().find(|(beginning, _)| line.starts_with(beginning)) {
        return format!("the payload is not JSON: {what}");
    }
    match quoted(line) {
        Some((before, token, _)) => format!("the payload is not JSON: {} {}", quoted_as(before), shown(token)),
        None => format!("the payload is not JSON: {}", shown(line)),
    }
}

fn quoted_as(before: &str) -> &'static str {
    match before {
        "Unexpected character (" => "unexpected character",
        "Unrecognized character escape " => "unknown escape",
        "Non-standard token " => "not a JSON number:",
        _ => "unknown word",
    }
}

/// The pipeline's other exceptions; what is not known is shown as it stands.
fn exception(class: &str, text: &str) -> String {
    let after = |before: &str| text.strip_prefix(before);
    let known = match class {
        "DeprecatedMessageException" => Some("the document is of a kind that is no longer accepted".to_owned()),
        "UnexpectedPathElementsException" => {
            after("Found ").and_then(|rest| rest.split_once(" more path elements")).map(|(n, _)| match n.strip_prefix('-') {
                Some(n) => format!("the address has {} too few", parts(n)),
                None => format!("the address has {} too many", parts(n)),
            })
        }
        "UnknownPingVersionException" => {
            after("For input string: ").map(|version| format!("the ping version in the address is not known: {}", shown(version)))
        }
        "InvalidIntegerException" => after("Path element #")
            .and_then(|rest| rest.split_once(": "))
            .map(|(n, value)| format!("part {} of the address is not an integer: {}", shown(n), shown(value))),
        "InvalidUriException" if text == "Unknown URI prefix" => Some("the address has an unknown prefix".to_owned()),
        "InvalidUriException" if text.contains("not a valid UUID") => Some("the document id in the address is not a UUID".to_owned()),
        "PayloadTooLargeException" => after("Message payload is ")
            .and_then(|rest| rest.split_once("bytes, larger than the configured limit of "))
            .map(|(n, most)| format!("the payload has {} bytes, at most {} are allowed", grouped(n), grouped(most))),
        "SchemaNotFoundException" if text.starts_with("Element was assumed to be a telemetry message") => {
            Some("the document has no version, neither in its address nor as version or v in the payload".to_owned())
        }
        _ => None,
    };
    match known {
        Some(known) => known,
        None if text.is_empty() && class.is_empty() => "the row does not say what is wrong".to_owned(),
        None if text.is_empty() => shown(class).into_owned(),
        None => shown(text).into_owned(),
    }
}

/// `1 part`
fn parts(number: &str) -> String {
    format!("{} {}", shown(number), if number == "1" { "part" } else { "parts" })
}

/// A number with thousands separators, where it is one.
fn grouped(number: &str) -> Cow<'_, str> {
    number.trim().parse().map_or_else(|_| shown(number.trim()), |number| count(number).into())
}

/// A value as it may stand in a sentence.
pub(super) fn shown(value: &str) -> Cow<'_, str> {
    match visible(value) {
        Cow::Borrowed("") => Cow::Borrowed("\"\""),
        Cow::Borrowed(plain) => clip_middle(plain, LONGEST_VALUE),
        Cow::Owned(escaped) => Cow::Owned(clip_middle(&escaped, LONGEST_VALUE).into_owned()),
    }
}
