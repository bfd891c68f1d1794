//! Values as the pipeline writes them.
//!
//! Owns: JSON text as Jackson makes it: no spaces, members in order, `/` and everything outside ASCII as it is, numbers as Java prints them.
//! Refuses: making it safe for a terminal.
//!
//! What is left to write is kept in a list, so that depth costs no stack.

use std::borrow::Cow;

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::layout::Layout;

use super::made::{self, Key, Made, Shape, Value, ValueId};

/// What is left to write.
enum Step<'a> {
    Made(ValueId),
    Node(NodeId),
    Name(Cow<'a, str>),
    Text(&'static str),
    /// The end of a JSON text inside of a text, which began at this byte.
    Quote(usize),
}

/// What values refer to.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub layout: &'a Layout,
    pub document: &'a Document,
    pub values: &'a [Made],
}

impl<'a> Writer<'a> {
    /// A value as JSON.
    pub(super) fn write(self, value: ValueId) -> String {
        self.run(Step::Made(value))
    }

    /// A value of the document as JSON.
    pub(super) fn write_node(self, node: NodeId) -> String {
        self.run(Step::Node(node))
    }

    fn run(self, first: Step<'a>) -> String {
        let mut out = String::new();
        let mut steps = vec![first];
        while let Some(step) = steps.pop() {
            match step {
                Step::Text(text) => out.push_str(text),
                Step::Name(name) => {
                    quote(&mut out, &name);
                    out.push(':');
                }
                Step::Quote(start) => {
                    let text = out.split_off(start);
                    quote(&mut out, &text);
                }
                Step::Made(value) => self.made(&mut out, &mut steps, value),
                Step::Node(node) => self.node(&mut out, &mut steps, node),
            }
        }
        out
    }

    fn made(self, out: &mut String, steps: &mut Vec<Step<'a>>, value: ValueId) {
        match &self.values[value as usize].value {
            Value::Whole(node) => self.node(out, steps, *node),
            Value::Object(members) => {
                let members = members.iter().map(|(key, value)| (self.name(key), Step::Made(*value)));
                open(out, steps, '{', "}", members.map(|(name, value)| (Some(name), value)).collect());
            }
            Value::Array(elements) => open(out, steps, '[', "]", elements.iter().map(|&element| (None, Step::Made(element))).collect()),
            Value::Integer(number) => out.push_str(&number.to_string()),
            Value::Text(text) => quote(out, text),
            Value::Name(key) => quote(out, &self.name(key)),
            Value::Json(inner) => steps.extend([Step::Quote(out.len()), Step::Made(*inner)]),
            Value::Null => out.push_str("null"),
        }
    }

    fn node(self, out: &mut String, steps: &mut Vec<Step<'a>>, node: NodeId) {
        let document = self.document;
        match document.kind(node) {
            Kind::Object => {
                let members = made::members(document, node).into_iter();
                open(out, steps, '{', "}", members.map(|member| (document.key(member), Step::Node(member))).collect());
            }
            Kind::Array => open(out, steps, '[', "]", document.children(node).map(|element| (None, Step::Node(element))).collect()),
            Kind::String => quote(out, &document.string(node).unwrap_or_default()),
            Kind::Number if made::shape(document, node) == Shape::Text => quote(out, &made::number_text(document, node)),
            Kind::Number => out.push_str(&made::number_text(document, node)),
            Kind::Boolean | Kind::Null => out.push_str(&String::from_utf8_lossy(document.raw(node))),
        }
    }

    fn name(self, key: &Key) -> Cow<'a, str> {
        key.name(self.layout, self.document)
    }
}

/// Opens an object or array; what is in it is left to write.
fn open<'a>(
    out: &mut String,
    steps: &mut Vec<Step<'a>>,
    opening: char,
    closing: &'static str,
    items: Vec<(Option<Cow<'a, str>>, Step<'a>)>,
) {
    out.push(opening);
    steps.push(Step::Text(closing));
    for (i, (name, value)) in items.into_iter().enumerate().rev() {
        steps.push(value);
        steps.extend(name.map(Step::Name));
        if i > 0 {
            steps.push(Step::Text(","));
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
        Writer { layout: &layout, document: &document, values: &[] }.write_node(0)
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
