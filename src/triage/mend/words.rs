//! A loosened node in words.
//!
//! Owns: what the edit does, and what it lets in that was refused.
//! Refuses: values, which the caller may not tell (export).

use std::collections::BTreeSet;

use super::{Loosening, NodeEdit};
use crate::pipeline::document::Kind;
use crate::pipeline::schema::Schema;

/// What is done to the node, without its place.
pub fn says(schema: &Schema, edit: &NodeEdit) -> String {
    match &edit.loosening {
        Loosening::Limit { keyword, to } => format!("{keyword} from {} to {to}", old(schema, edit, keyword)),
        Loosening::Types(types) => format!("{} besides {}", list(types.iter().map(|name| (*name).to_owned())), old(schema, edit, "type")),
        Loosening::Values(values) => format!("{} added to the values that it lists", plural(values.len(), "value", "values")),
        Loosening::Optional(keys) => format!("{} no longer required", list(keys.iter().cloned())),
        Loosening::Keys(keys) => format!("{} made known", list(keys.keys().cloned())),
        Loosening::AnyKey(_) => "additionalProperties allowed".to_owned(),
        Loosening::Pattern { form, .. } => format!("pattern takes {form} as well"),
        Loosening::Independent(keys) => {
            let all = keys.iter().flat_map(|(key, others)| others.iter().map(move |other| format!("{key} no longer needs {other}")));
            list(all)
        }
        Loosening::Without(keyword) => format!("{keyword} taken away"),
        Loosening::AnyBranch => "oneOf made anyOf".to_owned(),
        Loosening::Anything => "false made true".to_owned(),
    }
}

/// What the edit lets in that was refused: the new set.
pub fn lets_in(schema: &Schema, edit: &NodeEdit) -> String {
    match &edit.loosening {
        Loosening::Limit { keyword, to } => limit(keyword, &old(schema, edit, keyword), to),
        Loosening::Types(types) => {
            let any = types.iter().map(|name| if *name == "null" { "null".to_owned() } else { format!("any {name}") });
            list(any)
        }
        Loosening::Values(values) => format!("exactly {}: {}", plural(values.len(), "value", "values"), list(values.iter().cloned())),
        Loosening::Optional(keys) => format!("objects without {}", list(keys.iter().cloned())),
        Loosening::Keys(keys) => {
            let each = keys.iter().map(|(key, types)| format!("{key} with any {}", alternatives(types)));
            format!("objects with {}", list(each))
        }
        Loosening::AnyKey(types) => format!("objects with any further key and any {} in it", alternatives(types)),
        Loosening::Pattern { words, .. } => words.clone(),
        Loosening::Independent(keys) => {
            let each =
                keys.iter().flat_map(|(key, others)| others.iter().map(move |other| format!("objects with {key} and without {other}")));
            list(each)
        }
        Loosening::Without(keyword) => match *keyword {
            "format" => "any text, whatever its form".to_owned(),
            "multipleOf" => "any number within the other limits".to_owned(),
            "enum" | "const" => "any value that the rest of the node takes".to_owned(),
            "uniqueItems" => "lists that have the same element twice".to_owned(),
            _ => "longer lists, with anything in their further elements".to_owned(),
        },
        Loosening::AnyBranch => "values that fit more than one of the branches".to_owned(),
        Loosening::Anything => "anything".to_owned(),
    }
}

fn limit(keyword: &str, old: &str, to: &str) -> String {
    let unit = match keyword {
        "maxLength" | "minLength" => "texts of",
        "maxItems" | "minItems" => "lists of",
        "maxProperties" | "minProperties" => "objects of",
        _ => "",
    };
    let of = match keyword {
        "maxLength" | "minLength" => "characters",
        "maxItems" | "minItems" => "elements",
        "maxProperties" | "minProperties" => "keys",
        _ => "",
    };
    let (from, to) = match (keyword, old.parse::<i64>(), to.parse::<i64>()) {
        ("exclusiveMaximum" | "maximum", ..) => return format!("numbers above {old} up to {to}"),
        ("exclusiveMinimum" | "minimum", ..) => return format!("numbers below {old} down to {to}"),
        (keyword, Ok(old), Ok(to)) if keyword.starts_with("max") => (old + 1, to),
        (_, Ok(old), Ok(to)) => (to, old - 1),
        _ => return format!("{unit} {to} {of}"),
    };
    if from == to { format!("{unit} {to} {of}") } else { format!("{unit} {from} to {to} {of}") }
}

/// A keyword of the node as it stands, on one line.
fn old(schema: &Schema, edit: &NodeEdit, keyword: &str) -> String {
    let Some(node) = schema.node_at_pointer(&edit.pointer) else { return String::new() };
    let value = |keyword: &str| schema.keyword(node, keyword);
    // In draft 04 the limit stands beside the word that excludes it.
    let plain = if keyword == "exclusiveMaximum" { "maximum" } else { "minimum" };
    let found = match value(keyword) {
        Some(found) if keyword.starts_with("exclusive") && schema.document.kind(found) == Kind::Boolean => value(plain),
        found => found,
    };
    let Some(found) = found else { return String::new() };
    let document = &schema.document;
    match document.kind(found) {
        Kind::Array => list(document.children(found).filter_map(|child| document.string(child).map(|text| text.into_owned()))),
        Kind::String => document.string(found).map(|text| text.into_owned()).unwrap_or_default(),
        _ => String::from_utf8_lossy(document.raw(found)).into_owned(),
    }
}

fn alternatives(types: &BTreeSet<&'static str>) -> String {
    types.iter().copied().collect::<Vec<&str>>().join(" or ")
}

fn plural(n: usize, one: &str, many: &str) -> String {
    crate::ground::text::plural(n as u64, one, many)
}

/// `a, b and c`.
fn list(all: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = all.into_iter().collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
