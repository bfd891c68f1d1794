//! Values written out: for comparing, and as org.json prints them in messages.
//!
//! Owns: one spelling per value (numbers by value, members sorted), org.json's `toString`.
//! Refuses: which values are compared or printed (valid, message).
//!
//! Both walk with a list of things to do instead of recursion: values come from documents and may be nested as deep as they like.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{decode, numbers};
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::java_map;

/// What is left to write.
enum SpellStep<'a> {
    Value(NodeId),
    Name(Cow<'a, str>),
    Text(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Canonical,
    Printed,
    /// As Java holds objects of numbers equal: a document's, and a schema's, whose numbers never were doubles.
    Exact {
        of_schema: bool,
    },
}

/// Two values have the same canonical spelling exactly when the validator holds them equal.
pub(super) fn canonical(document: &Document, node: NodeId) -> String {
    write(document, node, Style::Canonical)
}

/// The same for a value of `enum` or `const` and what is held against it: numbers inside other values are equal only if they are of one class
/// and have as many digits.
pub(super) fn listed(document: &Document, node: NodeId, of_schema: bool) -> String {
    let style = if document.kind(node) == Kind::Number { Style::Canonical } else { Style::Exact { of_schema } };
    write(document, node, style)
}

/// A value as `%s` prints it in a message: a text bare, everything else as JSON.
pub(super) fn printed(document: &Document, node: NodeId) -> String {
    match document.kind(node) {
        Kind::String => decode::text(document, node).into_owned(),
        Kind::Number => numbers::printed(document.raw(node)),
        _ => write(document, node, Style::Printed),
    }
}

/// A value of a schema as org.json writes it inside another, texts in quotes.
pub(super) fn of_schema(document: &Document, node: NodeId) -> String {
    match document.kind(node) {
        Kind::Number => json_number(numbers::printed_bound(document.raw(node))),
        _ => write(document, node, Style::Printed),
    }
}

/// A text in quotes, as org.json writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out
}

/// The members that count, each name once at its first place, of several values the last; in the order of the document.
pub(super) fn members(document: &Document, object: NodeId) -> Vec<(Cow<'_, str>, NodeId)> {
    if !document.may_have_twins(object) {
        return document.children(object).map(|member| (decode::name(document, member), member)).collect();
    }
    let mut places: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
    let mut members: Vec<(Cow<'_, str>, NodeId)> = Vec::with_capacity(document.count(object));
    for member in document.children(object) {
        let name = decode::name(document, member);
        match places.get(&name) {
            Some(&place) => members[place].1 = member,
            None => {
                places.insert(name.clone(), members.len());
                members.push((name, member));
            }
        }
    }
    members
}

fn write(document: &Document, node: NodeId, style: Style) -> String {
    let mut out = String::new();
    let mut steps = vec![SpellStep::Value(node)];
    while let Some(step) = steps.pop() {
        match step {
            SpellStep::Text(text) => out.push_str(text),
            SpellStep::Name(name) => quote(&mut out, &name),
            SpellStep::Value(node) => match document.kind(node) {
                Kind::Object => open_object(document, node, style, &mut steps),
                Kind::Array => open_array(document, node, &mut steps),
                Kind::String => quote(&mut out, &decode::text(document, node)),
                Kind::Number if style == Style::Canonical => out.push_str(&numbers::value(document.raw(node)).canonical()),
                Kind::Number if let Style::Exact { of_schema } = style => out.push_str(&exact(document.raw(node), of_schema)),
                Kind::Number => out.push_str(&json_number(numbers::printed(document.raw(node)))),
                Kind::Boolean | Kind::Null => out.push_str(&String::from_utf8_lossy(document.raw(node))),
            },
        }
    }
    out
}

fn open_object<'a>(document: &'a Document, node: NodeId, style: Style, steps: &mut Vec<SpellStep<'a>>) {
    let mut members = members(document, node);
    match style {
        Style::Canonical | Style::Exact { .. } => members.sort(),
        Style::Printed => {
            java_map::sort_by_bucket(&mut members, java_map::capacity, |(name, _)| java_map::hash_code(name));
        }
    }
    steps.push(SpellStep::Text("}"));
    for (i, (name, value)) in members.into_iter().enumerate().rev() {
        steps.extend([SpellStep::Value(value), SpellStep::Text(":"), SpellStep::Name(name)]);
        if i > 0 {
            steps.push(SpellStep::Text(","));
        }
    }
    steps.push(SpellStep::Text("{"));
}

fn open_array(document: &Document, node: NodeId, steps: &mut Vec<SpellStep<'_>>) {
    steps.push(SpellStep::Text("]"));
    let elements: Vec<NodeId> = document.children(node).collect();
    for (i, element) in elements.into_iter().enumerate().rev() {
        steps.push(SpellStep::Value(element));
        if i > 0 {
            steps.push(SpellStep::Text(","));
        }
    }
    steps.push(SpellStep::Text("["));
}

/// A number with its class.
fn exact(raw: &[u8], of_schema: bool) -> String {
    format!("{}{}", numbers::class(raw), if of_schema { numbers::printed_bound(raw) } else { numbers::printed(raw) })
}

/// org.json writes no zeros at the end of a plain fraction.
fn json_number(text: String) -> String {
    if text.contains('.') && !text.contains('E') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// `JSONObject.quote`.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut before = '\0';
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '/' if before == '<' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\x1f' | '\u{80}'..='\u{9f}' | '\u{2000}'..='\u{20ff}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
        before = c;
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> (String, String) {
        let document = Document::parse(text.as_bytes());
        (canonical(&document, 0), printed(&document, 0))
    }

    #[test]
    fn equal_values_are_spelled_alike() {
        assert_eq!(both(r#"{"b":[1,null],"a":"x"}"#).0, both(r#"{"a":"\u0078","b":7,"b":[1.0,null]}"#).0);
        assert_ne!(both("1").0, both("\"1\"").0);
        assert_ne!(both("[1,2]").0, both("[2,1]").0);
        assert_eq!(both("1e2").0, both("100").0);
    }

    #[test]
    fn numbers_inside_listed_values_are_held_to_their_digits() {
        let listed = |text: &str, of_schema| listed(&Document::parse(text.as_bytes()), 0, of_schema);
        for (wanted, value, equal) in [
            ("[0]", "[0.0]", false),
            ("0", "0.0", true),
            ("[1.5]", "[1.5]", true),
            ("[1.50]", "[1.50]", false),
            ("[1e2]", "[1e2]", false),
            ("[100.0]", "[1e2]", true),
            (r#"{"b":[1],"a":2}"#, r#"{"a":2,"b":[1]}"#, true),
        ] {
            assert_eq!(listed(wanted, true) == listed(value, false), equal, "{wanted} {value}");
        }
    }

    #[test]
    fn values_print_as_org_json_does() {
        assert_eq!(both(r#"{"q":[1,null]}"#).1, r#"{"q":[1,null]}"#);
        assert_eq!(both(r#"["</a\"\u0001\u2028",1.50,1e30,true]"#).1, r#"["<\/a\"\u0001\u2028",1.5,1.0E+30,true]"#);
        assert_eq!(both(r#""a\"b""#).1, "a\"b");
        assert_eq!(both(r#"{"b":1,"a":2,"b":3}"#).1, r#"{"a":2,"b":3}"#);
    }

    #[test]
    fn depth_costs_no_stack() {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(both(&text).1, text);
    }
}
