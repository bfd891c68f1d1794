//! A loosened node as edits of the schema's text.
//!
//! Owns: which bytes of the file change, and that nothing else does.
//! Refuses: choosing what is loosened (choose).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::style::{Style, Written, indent, quoted};
use super::{Loosening, NodeEdit};
use crate::ground::patch::TextEdit;
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::Schema;

/// Why an edit cannot be written, as the end of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unloosened(pub String);

/// The edits of a schema's text that loosen its nodes.
///
/// # Errors
/// A node is not there, or does not hold what is to be loosened.
pub fn text_edits(schema: &Schema, edits: &[NodeEdit]) -> Result<Vec<TextEdit>, Unloosened> {
    let mut writer = EditWriter { schema, style: Style::of(&schema.document), made: Vec::new() };
    for edit in edits {
        let node = schema.node_at_pointer(&edit.pointer).ok_or_else(|| Unloosened(format!("there is no node {}", edit.pointer)))?;
        writer.node(node, &edit.loosening)?;
    }
    Ok(writer.made)
}

struct EditWriter<'a> {
    schema: &'a Schema,
    style: Style,
    made: Vec<TextEdit>,
}

impl EditWriter<'_> {
    fn node(&mut self, node: NodeId, loosening: &Loosening) -> Result<(), Unloosened> {
        match loosening {
            Loosening::Limit { keyword, to } => self.limit(node, keyword, to),
            Loosening::Types(types) => self.types(node, types),
            Loosening::Values(values) => self.values(node, values),
            Loosening::Optional(keys) => self.without_elements(self.keyword(node, "required")?, keys),
            Loosening::Keys(keys) => self.keys(node, keys),
            Loosening::AnyKey(types) => {
                let value = self.keyword(node, "additionalProperties")?;
                let indent = self.indent(value);
                let text = self.style.value(&of_types(types), &indent);
                self.replace(value, text);
                Ok(())
            }
            Loosening::Pattern { form, .. } => {
                let value = self.keyword(node, "pattern")?;
                let old = self.schema.document.string(value).map(|old| old.into_owned()).unwrap_or_default();
                self.replace(value, quoted(&format!("{old}|{form}")));
                Ok(())
            }
            Loosening::Independent(keys) => self.independent(node, keys),
            Loosening::Without(keyword) => {
                let value = self.keyword(node, keyword)?;
                self.take(value);
                Ok(())
            }
            Loosening::AnyBranch => {
                let value = self.keyword(node, "oneOf")?;
                if self.schema.keyword(node, "anyOf").is_some() {
                    return Err(Unloosened("the node has anyOf beside oneOf".to_owned()));
                }
                self.rename(value, "anyOf");
                Ok(())
            }
            Loosening::Anything => {
                self.replace(node, "true".to_owned());
                Ok(())
            }
        }
    }

    fn keyword(&self, node: NodeId, name: &str) -> Result<NodeId, Unloosened> {
        self.schema.keyword(node, name).ok_or_else(|| Unloosened(format!("the node has no {name} of its own")))
    }

    fn limit(&mut self, node: NodeId, keyword: Keyword, to: &str) -> Result<(), Unloosened> {
        let value = self.keyword(node, keyword)?;
        let plain = match keyword {
            "exclusiveMaximum" => "maximum",
            "exclusiveMinimum" => "minimum",
            _ => {
                self.replace(value, to.to_owned());
                // In draft 04 the other keyword makes this one exclude itself.
                let excluding = if keyword == "maximum" { "exclusiveMaximum" } else { "exclusiveMinimum" };
                let flag = self.schema.keyword(node, excluding).filter(|_| matches!(keyword, "maximum" | "minimum"));
                if let Some(flag) = flag.filter(|&flag| self.schema.document.raw(flag) == b"true") {
                    self.replace(flag, "false".to_owned());
                }
                return Ok(());
            }
        };
        if self.schema.document.kind(value) == Kind::Boolean {
            let limit = self.keyword(node, plain)?;
            if self.schema.document.raw(limit) != to.as_bytes() {
                self.replace(limit, to.to_owned());
            }
            self.replace(value, "false".to_owned());
        } else if self.schema.keyword(node, plain).is_some() {
            self.replace(value, to.to_owned());
        } else {
            self.replace(value, to.to_owned());
            self.rename(value, plain);
        }
        Ok(())
    }

    fn types(&mut self, node: NodeId, types: &BTreeSet<&'static str>) -> Result<(), Unloosened> {
        let document = &self.schema.document;
        let value = self.keyword(node, "type")?;
        let is_list = document.kind(value) == Kind::Array;
        let listed: Vec<NodeId> = if is_list { document.children(value).collect() } else { vec![value] };
        let known: Vec<String> = listed.iter().filter_map(|&node| document.string(node).map(|text| text.into_owned())).collect();
        let has = |name: &str| known.iter().any(|known| known == name);
        let mut further: Vec<&str> = types.iter().copied().filter(|name| !has(name)).collect();
        if has("number") || further.contains(&"number") {
            further.retain(|name| *name != "integer");
        }
        // Numbers are integers too.
        let integer = listed.iter().zip(&known).find(|(_, known)| *known == "integer").map(|(&node, _)| node);
        if let Some(node) = integer.filter(|_| further.contains(&"number")) {
            further.retain(|name| *name != "number");
            if is_list || further.is_empty() {
                self.replace(node, quoted("number"));
            }
        }
        if further.is_empty() {
            return Ok(());
        }
        if is_list {
            further.iter().for_each(|name| self.element(value, quoted(name)));
            return Ok(());
        }
        let first = if integer.is_some() && types.contains("number") { "number" } else { known.first().map_or("", String::as_str) };
        let items = std::iter::once(first).chain(further).map(|name| Written::Raw(quoted(name))).collect();
        let text = self.style.value(&Written::List(items), &self.indent(value));
        self.replace(value, text);
        Ok(())
    }

    fn values(&mut self, node: NodeId, values: &BTreeSet<String>) -> Result<(), Unloosened> {
        if let Some(list) = self.schema.keyword(node, "enum") {
            values.iter().for_each(|value| self.element(list, value.clone()));
            return Ok(());
        }
        let value = self.keyword(node, "const")?;
        let old = String::from_utf8_lossy(self.schema.document.raw(value)).into_owned();
        let items = std::iter::once(old).chain(values.iter().cloned()).map(Written::Raw).collect();
        let text = self.style.value(&Written::List(items), &self.indent(value));
        self.replace(value, text);
        self.rename(value, "enum");
        Ok(())
    }

    fn keys(&mut self, node: NodeId, keys: &BTreeMap<String, BTreeSet<&'static str>>) -> Result<(), Unloosened> {
        match self.schema.keyword(node, "properties") {
            Some(properties) => keys.iter().for_each(|(key, types)| self.member(properties, key, &of_types(types))),
            None => {
                let members = keys.iter().map(|(key, types)| (key.clone(), of_types(types))).collect();
                self.member(node, "properties", &Written::Object(members));
            }
        }
        Ok(())
    }

    fn independent(&mut self, node: NodeId, keys: &BTreeMap<String, BTreeSet<String>>) -> Result<(), Unloosened> {
        let all = self.keyword(node, "dependencies")?;
        for (key, others) in keys {
            let list = self.schema.keyword(all, key).filter(|&list| self.schema.document.kind(list) == Kind::Array);
            self.without_elements(list.ok_or_else(|| Unloosened(format!("dependencies do not list what {key} needs")))?, others)?;
        }
        Ok(())
    }

    /// Takes texts out of a list; a list that would be left without any is taken away.
    fn without_elements(&mut self, list: NodeId, texts: &BTreeSet<String>) -> Result<(), Unloosened> {
        let document = &self.schema.document;
        let is_out = |&item: &NodeId| document.string(item).is_some_and(|text| texts.contains(&*text));
        let out: Vec<NodeId> = document.children(list).filter(is_out).collect();
        match out.len() {
            0 => Err(Unloosened("the list does not have it".to_owned())),
            all if all == document.count(list) => {
                self.take(list);
                Ok(())
            }
            _ => {
                let kept: Vec<NodeId> = document.children(list).filter(|item| !out.contains(item)).collect();
                let span = |node: NodeId| document.span(node);
                let last = kept.last().map_or(0, |&node| span(node).end);
                for &item in &out {
                    let next = document.children(list).find(|&other| other > item);
                    let before = document.children(list).filter(|&other| other < item).last();
                    // Behind the last that stays what is in front goes too.
                    let range = match (next, before) {
                        (Some(next), _) if span(item).start < last => span(item).start..span(next).start,
                        (_, Some(before)) => span(before).end..span(item).end,
                        _ => span(item),
                    };
                    self.put(range, String::new());
                }
                Ok(())
            }
        }
    }

    /// Adds an element at the end of a list.
    fn element(&mut self, list: NodeId, text: String) {
        let document = &self.schema.document;
        match document.children(list).last() {
            Some(last) => {
                let end = document.span(last).end;
                let between = self.between(list);
                self.put(end..end, format!("{between}{text}"));
            }
            None => self.fill(list, &text),
        }
    }

    /// Adds a member where its name belongs in the order of the names, or at the end where they have none.
    fn member(&mut self, object: NodeId, name: &str, value: &Written) {
        let document = &self.schema.document;
        let names: Vec<(String, NodeId)> =
            document.children(object).filter_map(|child| document.key(child).map(|key| (key.into_owned(), child))).collect();
        let Some(&(_, first)) = names.first() else {
            let indent = self.style.deeper(&self.indent(object));
            let text = self.style.member(name, value, &indent);
            return self.fill(object, &text);
        };
        let text = self.style.member(name, value, &indent(document, document.member_span(first).start));
        let between = self.between(object);
        let is_sorted = names.windows(2).all(|pair| pair[0].0 <= pair[1].0);
        let before = if is_sorted { names.iter().rev().find(|(known, _)| known.as_str() < name) } else { names.last() };
        match before {
            Some(&(_, before)) => {
                let end = document.span(before).end;
                self.put(end..end, format!("{between}{text}"));
            }
            None => {
                let begin = document.member_span(first).start;
                self.put(begin..begin, format!("{text}{between}"));
            }
        }
    }

    /// Puts something into a container that has nothing.
    fn fill(&mut self, container: NodeId, text: &str) {
        let span = self.schema.document.span(container);
        let is_object = self.schema.document.kind(container) == Kind::Object;
        let text = self.style.alone(text, &self.indent(container), is_object);
        self.put(span.start + 1..span.end - 1, text);
    }

    /// What stands between two children.
    fn between(&self, container: NodeId) -> String {
        let document = &self.schema.document;
        let mut children = document.children(container);
        let Some(first) = children.next() else { return String::new() };
        let begin = document.member_span(first).start;
        let range = match children.next() {
            Some(second) => document.span(first).end..document.member_span(second).start,
            None => {
                let blanks = String::from_utf8_lossy(&document.text()[document.span(container).start + 1..begin]).into_owned();
                return if blanks.is_empty() { ", ".to_owned() } else { format!(",{blanks}") };
            }
        };
        String::from_utf8_lossy(&document.text()[range]).into_owned()
    }

    /// Takes a member away with its comma.
    fn take(&mut self, value: NodeId) {
        let document = &self.schema.document;
        let Some(parent) = document.parent(value) else { return };
        let span = document.member_span(value);
        let before = document.children(parent).filter(|&other| other < value).last();
        let next = document.children(parent).find(|&other| other > value);
        let range = match (before, next) {
            (Some(before), _) => document.span(before).end..span.end,
            (None, Some(next)) => span.start..document.member_span(next).start,
            (None, None) => document.span(parent).start + 1..document.span(parent).end - 1,
        };
        self.put(range, String::new());
    }

    fn rename(&mut self, value: NodeId, name: &str) {
        let begin = self.schema.document.member_span(value).start;
        let length = self.schema.document.raw_key(value).map_or(0, <[u8]>::len) + 2;
        self.put(begin..begin + length, quoted(name));
    }

    fn replace(&mut self, node: NodeId, text: String) {
        self.put(self.schema.document.span(node), text);
    }

    fn put(&mut self, range: Range<usize>, text: String) {
        self.made.push(TextEdit { range, with: text.into_bytes() });
    }

    fn indent(&self, node: NodeId) -> String {
        indent(&self.schema.document, self.schema.document.member_span(node).start)
    }
}

/// A schema that takes values of these types.
fn of_types(types: &BTreeSet<&'static str>) -> Written {
    let mut names: Vec<&str> = types.iter().copied().collect();
    if names.contains(&"number") {
        names.retain(|name| *name != "integer");
    }
    let names: Vec<Written> = names.into_iter().map(|name| Written::Raw(quoted(name))).collect();
    let value = if names.len() == 1 { names.into_iter().next().unwrap_or(Written::List(Vec::new())) } else { Written::List(names) };
    Written::Object(vec![("type".to_owned(), value)])
}
