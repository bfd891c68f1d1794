//! How a schema file is written, so that what is added looks like the rest.
//!
//! Owns: line breaks, indents, what stands between a name and its value.
//! Refuses: what is written.

use crate::pipeline::document::{Document, Kind, NodeId};

/// Something to be written.
pub(super) enum Written {
    /// As it is.
    Raw(String),
    /// A list.
    List(Vec<Written>),
    /// An object.
    Object(Vec<(String, Written)>),
}

/// How a file is written.
pub(super) struct Style {
    objects_break: bool,
    lists_break: bool,
    unit: String,
    colon: String,
}

/// A name or value as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Style {
    pub(super) fn of(document: &Document) -> Self {
        let nodes = 0..document.len() as NodeId;
        let full = |kind: Kind| nodes.clone().filter(move |&node| document.kind(node) == kind && document.count(node) > 0);
        let most = |kind: Kind, scalars: bool| {
            let (mut broken, mut whole) = (0, 0);
            let is_it = |&node: &NodeId| !scalars || document.children(node).all(|child| !document.kind(child).is_container());
            for node in full(kind).filter(is_it).take(500) {
                *if breaks(document, node) { &mut broken } else { &mut whole } += 1;
            }
            (broken, whole)
        };
        let (objects, lists) = (most(Kind::Object, false), most(Kind::Array, true));
        let objects_break = objects.0 > objects.1;
        let lists_break = if lists == (0, 0) { objects_break } else { lists.0 > lists.1 };
        let unit = document.children(0).next().map(|first| indent(document, document.member_span(first).start));
        let unit = unit.filter(|unit| !unit.is_empty()).unwrap_or_else(|| "  ".to_owned());
        let colon = full(Kind::Object)
            .next()
            .and_then(|node| document.children(node).next())
            .map_or(": ".to_owned(), |child| colon(document, child));
        Style { objects_break, lists_break, unit, colon }
    }

    /// A member as it is written.
    pub(super) fn member(&self, name: &str, value: &Written, indent: &str) -> String {
        format!("{}{}{}", quoted(name), self.colon, self.value(value, indent))
    }

    /// A value as it is written on a line with this indent.
    pub(super) fn value(&self, value: &Written, indent: &str) -> String {
        let inner = format!("{indent}{}", self.unit);
        let (parts, breaks, open, close): (Vec<String>, bool, char, char) = match value {
            Written::Raw(text) => return text.clone(),
            Written::List(items) => (items.iter().map(|item| self.value(item, &inner)).collect(), self.lists_break, '[', ']'),
            Written::Object(members) => {
                let written = members.iter().map(|(name, value)| self.member(name, value, &inner));
                (written.collect(), self.objects_break, '{', '}')
            }
        };
        match (parts.is_empty(), breaks) {
            (true, _) => format!("{open}{close}"),
            (false, true) => format!("{open}\n{inner}{}\n{indent}{close}", parts.join(&format!(",\n{inner}"))),
            (false, false) => format!("{open}{}{close}", parts.join(", ")),
        }
    }

    /// What stands in a container without content around one that is put in.
    pub(super) fn alone(&self, inside: &str, indent: &str, is_object: bool) -> String {
        let breaks = if is_object { self.objects_break } else { self.lists_break };
        if breaks { format!("\n{indent}{}{inside}\n{indent}", self.unit) } else { inside.to_owned() }
    }

    pub(super) fn deeper(&self, indent: &str) -> String {
        format!("{indent}{}", self.unit)
    }
}

/// Whether the first child stands on a line of its own.
pub(super) fn breaks(document: &Document, node: NodeId) -> bool {
    let first = document.children(node).next().map(|child| document.member_span(child).start);
    first.is_some_and(|at| document.text()[document.span(node).start..at].contains(&b'\n'))
}

/// The blanks that the line of a byte begins with.
pub(super) fn indent(document: &Document, at: usize) -> String {
    let text = document.text();
    let begin = memchr::memrchr(b'\n', &text[..at]).map_or(0, |found| found + 1);
    let blanks = text[begin..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    String::from_utf8_lossy(&text[begin..begin + blanks]).into_owned()
}

/// What stands between a member's name and its value.
fn colon(document: &Document, child: NodeId) -> String {
    let begin = document.member_span(child).start + document.raw_key(child).map_or(0, <[u8]>::len) + 2;
    let between = document.text().get(begin..document.span(child).start).unwrap_or(b": ");
    String::from_utf8_lossy(between).into_owned()
}
