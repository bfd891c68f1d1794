//! The fault of a case as one sentence: who must be what, and is what instead.
//!
//! The schema node gives the constraint, the document the value; where either is missing the message's own words stand in.

use crate::ground::text;
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::fault::{Fault, VALIDATION};
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{CausePhrase, is_combinator};

use super::Case;

/// Most characters of a value or pattern in the sentence.
const LONGEST: usize = 60;

pub(super) fn sentence(case: &Case) -> String {
    let Some(fault) = &case.fault else {
        return "The row does not say what is wrong.".to_owned();
    };
    let Some(broken) = &case.lead else {
        return capital(&fault.sentence);
    };
    let told = match case.cause() {
        // Alternatives, and what has no single keyword, are told as they are.
        Some(cause) if cause.phrase.is_some() && !broken.about_name => {
            let phrase = cause.phrase.as_ref().map(CausePhrase::whole).unwrap_or_default();
            let tokens = cause.ways.first().map_or(&broken.tokens, |way| &way.tokens);
            return format!("{} {}.", capital_first(&subject(case, tokens, &broken.path)), text::visible(&phrase));
        }
        Some(cause) if cause.ways.len() != 1 || is_combinator(cause.violation.keyword) => return capital(&text::visible(&cause.sentence)),
        Some(cause) => Fault::parse(&cause.violation.message, Some(VALIDATION)).sentence(),
        None => fault.sentence.clone(),
    };
    if broken.about_name {
        return format!("The key {} {told}.", quoted(broken.tokens.last().map_or("", String::as_str)));
    }
    let subject = capital_first(&subject(case, &broken.tokens, &broken.path));
    // Of another document or schema than those at hand only the message knows.
    let phrase = phrase(case).filter(|_| case.is_standing()).unwrap_or(told);
    format!("{subject} {phrase}.")
}

/// The value by name: its key, or its position in a list. Whether a number is one or the other the document tells, or else the path.
fn subject(case: &Case, tokens: &[String], path: &str) -> String {
    let Some((last, above)) = tokens.split_last() else { return "the document".to_owned() };
    let list = case.document.as_deref().and_then(|document| Some(document.kind(document.find(above).ok()?) == Kind::Array));
    let general = || path.split('/').nth(tokens.len()) == Some("[]");
    match list.unwrap_or_else(general) {
        true => format!("element {} of {}", text::visible(last), subject(case, above, path)),
        false => quoted(last),
    }
}

/// `must be …, is …`, where schema and document tell enough.
fn phrase(case: &Case) -> Option<String> {
    let (broken, schema, document) = (case.lead.as_ref()?, case.schema.as_deref()?, case.document.as_deref()?);
    let value = document.find(&broken.tokens).ok()?;
    let node = broken.node?;
    let asked = |name: &str| schema.keyword(node, name).map(|id| schema.document.display_value(id, LONGEST).into_owned());
    let is = || is(document, value);
    Some(match broken.keyword? {
        "type" => format!("must be {}, {}", types(schema, node)?, is()),
        "enum" => format!("must be {}, {}", choices(schema, node)?, is()),
        "allOf" if !broken.literal && asked("enum").is_some() => format!("must be {}, {}", choices(schema, node)?, is()),
        "anyOf" if !broken.literal => nullable(schema, node, document, value)?,
        "const" => format!("must be {}, {}", asked("const")?, is()),
        "pattern" => format!("must match the pattern {}, {}", asked("pattern")?, is()),
        "format" => format!("must be a valid {}, {}", asked("format")?.trim_matches('"'), is()),
        "maxLength" => format!("must have at most {}, {}", units(&asked("maxLength")?, "character"), has(document, value)),
        "minLength" => format!("must have at least {}, {}", units(&asked("minLength")?, "character"), has(document, value)),
        "maxItems" => format!("must have at most {}, {}", units(&asked("maxItems")?, "element"), has(document, value)),
        "minItems" => format!("must have at least {}, {}", units(&asked("minItems")?, "element"), has(document, value)),
        "maxProperties" => format!("must have at most {}, {}", units(&asked("maxProperties")?, "key"), has(document, value)),
        "minProperties" => format!("must have at least {}, {}", units(&asked("minProperties")?, "key"), has(document, value)),
        "minimum" => format!("must be at least {}, {}", asked("minimum")?, is()),
        "maximum" => format!("must be at most {}, {}", asked("maximum")?, is()),
        "exclusiveMinimum" => format!(
            "must be greater than {}, {}",
            asked("exclusiveMinimum").filter(|limit| limit != "true").or_else(|| asked("minimum"))?,
            is()
        ),
        "exclusiveMaximum" => format!(
            "must be less than {}, {}",
            asked("exclusiveMaximum").filter(|limit| limit != "true").or_else(|| asked("maximum"))?,
            is()
        ),
        "multipleOf" => format!("must be a multiple of {}, {}", asked("multipleOf")?, is()),
        _ => return None,
    })
}

/// A list of types: any violation below it is told as if no type fitted, so say which it is.
fn nullable(schema: &Schema, node: NodeId, document: &Document, value: NodeId) -> Option<String> {
    let types_text = types(schema, node)?;
    let types = schema.keyword(node, "type")?;
    let fits = schema.document.children(types).filter_map(|id| schema.document.string(id)).any(|name| is_type(&name, document, value));
    Some(match fits {
        false => format!("must be {types_text}, {}", is(document, value)),
        true => format!("must be {types_text} within the limits of the schema, {}", is(document, value)),
    })
}

fn is_type(name: &str, document: &Document, value: NodeId) -> bool {
    let kind = document.kind(value);
    name == kind.name() || (name == "integer" && kind == Kind::Number && !is_decimal(document.raw(value)))
}

/// The types that a node allows: `a string or null`.
fn types(schema: &Schema, node: NodeId) -> Option<String> {
    let document = &schema.document;
    let types = schema.keyword(node, "type")?;
    let names: Vec<String> = match document.string(types) {
        Some(name) => vec![with_article(&name)],
        None => document.children(types).filter_map(|id| document.string(id)).map(|name| with_article(&name)).collect(),
    };
    (!names.is_empty()).then(|| names.join(" or "))
}

/// The values that an `enum` lists, the first ten of many.
fn choices(schema: &Schema, node: NodeId) -> Option<String> {
    const MOST: usize = 10;
    let list = schema.keyword(node, "enum")?;
    let count = schema.document.count(list);
    let told = text::listed(count, MOST);
    let shown: Vec<_> = schema.document.children(list).take(told).map(|id| schema.document.display_value(id, LONGEST)).collect();
    Some(match (count, shown.join(", ")) {
        (1, only) => only,
        (_, all) if told == count => format!("one of {all}"),
        (_, first) => format!("one of {first} and {} more", count - told),
    })
}

/// `is the string "abc"`
fn is(document: &Document, value: NodeId) -> String {
    let (kind, shown) = (document.kind(value), document.display_value(value, LONGEST));
    match kind {
        Kind::Null | Kind::Boolean => format!("is {shown}"),
        Kind::String => format!("is the string {shown}"),
        Kind::Number if is_decimal(document.raw(value)) => format!("is the decimal number {shown}"),
        Kind::Number => format!("is the integer {shown}"),
        Kind::Object => format!("is an object of {}", text::plural(document.count(value) as u64, "key", "keys")),
        Kind::Array => format!("is an array of {}", text::plural(document.count(value) as u64, "element", "elements")),
    }
}

/// `1 key`, `40 keys`, of a limit as the schema spells it.
fn units(limit: &str, unit: &str) -> String {
    format!("{limit} {unit}{}", if limit == "1" { "" } else { "s" })
}

/// `has 31`, in the unit that its kind is counted in.
fn has(document: &Document, value: NodeId) -> String {
    let count = match document.string(value) {
        Some(string) => string.chars().count(),
        None => document.count(value),
    };
    format!("has {}", text::count(count as u64))
}

/// The pipeline takes every number with a point or an exponent for a decimal one.
fn is_decimal(raw: &[u8]) -> bool {
    raw.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

fn with_article(name: &str) -> String {
    match name {
        "null" => name.to_owned(),
        "integer" | "object" | "array" => format!("an {name}"),
        name => format!("a {}", text::visible(name)),
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", text::clip_middle(&text::visible(name), LONGEST))
}

fn capital(sentence: &str) -> String {
    let stop = if sentence.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{stop}", capital_first(sentence))
}

pub(super) fn capital_first(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}
