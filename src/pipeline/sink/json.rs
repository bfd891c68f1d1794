//! Values as the pipeline writes them.
//!
//! Owns: JSON text as Jackson makes it: no spaces, members in order, `/` and everything outside ASCII as it is, numbers as Java prints them.
//! Refuses: making it safe for a terminal.
//!
//! What is left to write is kept in a list, so that depth costs no stack.

use std::borrow::Cow;

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::layout::Layout;

use super::made::{self, MadeValue, MemberKey, ValueContent, ValueId, ValueShape};

/// What is left to write.
enum JsonStep<'a> {
    Made(ValueId),
    Node(NodeId),
    Name(Cow<'a, str>),
    Text(&'static str),
    /// The end of a JSON text inside of a text, which began at this byte.
    Quote(usize),
}

/// What values refer to.
#[derive(Clone, Copy)]
pub(super) struct JsonWriter<'a> {
    pub layout: &'a Layout,
    pub document: &'a Document,
    pub values: &'a [MadeValue],
}

impl<'a> JsonWriter<'a> {
    /// A value as JSON.
    pub(super) fn write(self, value: ValueId) -> String {
        self.run(JsonStep::Made(value))
    }

    /// A value of the document as JSON.
    pub(super) fn write_node(self, node: NodeId) -> String {
        self.run(JsonStep::Node(node))
    }

    fn run(self, first: JsonStep<'a>) -> String {
        let mut out = String::new();
        let mut steps = vec![first];
        while let Some(step) = steps.pop() {
            match step {
                JsonStep::Text(text) => out.push_str(text),
                JsonStep::Name(name) => {
                    quote(&mut out, &name);
                    out.push(':');
                }
                JsonStep::Quote(start) => {
                    let text = out.split_off(start);
                    quote(&mut out, &text);
                }
                JsonStep::Made(value) => self.made(&mut out, &mut steps, value),
                JsonStep::Node(node) => self.node(&mut out, &mut steps, node),
            }
        }
        out
    }

    fn made(self, out: &mut String, steps: &mut Vec<JsonStep<'a>>, value: ValueId) {
        match &self.values[value as usize].value {
            ValueContent::Whole(node) => self.node(out, steps, *node),
            ValueContent::Object(members) => {
                let members = members.iter().map(|(key, value)| (self.name(key), JsonStep::Made(*value)));
                open(out, steps, '{', "}", members.map(|(name, value)| (Some(name), value)).collect());
            }
            ValueContent::Array(elements) => {
                open(out, steps, '[', "]", elements.iter().map(|&element| (None, JsonStep::Made(element))).collect())
            }
            ValueContent::Integer(number) => out.push_str(&number.to_string()),
            ValueContent::Text(text) => quote(out, text),
            ValueContent::Name(key) => quote(out, &self.name(key)),
            ValueContent::Json(inner) => steps.extend([JsonStep::Quote(out.len()), JsonStep::Made(*inner)]),
            ValueContent::Null => out.push_str("null"),
        }
    }

    fn node(self, out: &mut String, steps: &mut Vec<JsonStep<'a>>, node: NodeId) {
        let document = self.document;
        match document.kind(node) {
            Kind::Object => {
                let members = made::members(document, node).into_iter();
                open(out, steps, '{', "}", members.map(|member| (document.key(member), JsonStep::Node(member))).collect());
            }
            Kind::Array => open(out, steps, '[', "]", document.children(node).map(|element| (None, JsonStep::Node(element))).collect()),
            Kind::String => quote(out, &document.string(node).unwrap_or_default()),
            Kind::Number if made::shape(document, node) == ValueShape::Text => quote(out, &made::number_text(document, node)),
            Kind::Number => out.push_str(&made::number_text(document, node)),
            Kind::Boolean | Kind::Null => out.push_str(&String::from_utf8_lossy(document.raw(node))),
        }
    }

    fn name(self, key: &MemberKey) -> Cow<'a, str> {
        key.name(self.layout, self.document)
    }
}

/// Opens an object or array; what is in it is left to write.
fn open<'a>(
    out: &mut String,
    steps: &mut Vec<JsonStep<'a>>,
    opening: char,
    closing: &'static str,
    items: Vec<(Option<Cow<'a, str>>, JsonStep<'a>)>,
) {
    out.push(opening);
    steps.push(JsonStep::Text(closing));
    for (i, (name, value)) in items.into_iter().enumerate().rev() {
        steps.push(value);
        steps.extend(name.map(JsonStep::Name));
        if i > 0 {
            steps.push(JsonStep::Text(","));
        }
    }
}

/// A text in its quotes.
pub(super) fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        out.push_str(&rest[..at]);
        let c = rest.as_bytes()[at];
        match c {
            b'"' | b'\\' => out.extend(['\\', char::from(c)]),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            _ => out.push_str(&format!("\\u{c:04X}")),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let (layout, document) = (Layout::default(), Document::parse(text.as_bytes()));
        JsonWriter { layout: &layout, document: &document, values: &[] }.write_node(0)
    }

    #[test]
    fn values_are_written_as_jackson_does() {
        assert_eq!(
            written(
                r#"{"a\u0041": "\u00e9\/\ud83d\ude00\u2028\u007f<", "q": "\u0001\u001F\b\t\"\\", "n": [1.50, 1e400, -0, null, true], "q": {}}"#
            ),
            "{\"aA\":\"é/😀\u{2028}\u{7f}<\",\"q\":{},\"n\":[1.5,\"Infinity\",0,null,true]}"
        );
    }

    #[test]
    fn depth_costs_no_stack() {
        let text = "[".repeat(50_000) + &"]".repeat(50_000);
        assert_eq!(written(&text), text);
    }
}
