//! A document without its data, still JSON and of the same types.
//!
//! Owns: going through a document beside its schema, writing what is left.
//! Refuses: deciding about a single text or key (redact), documents that are no JSON beyond their first error.

use std::borrow::Cow;

use super::trail::Trail;
use super::{Care, FailingValue, Lists, Redactor, is_about_value, looks, shape};
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::schema::walk::{TokenMatch, onward, start};

/// Longest small number: longer ones tell apart what they belong to.
const LONGEST_SMALL: usize = 6;
/// Most digits behind the point of a small number.
const MOST_PLACES: usize = 2;

/// Lists inside one another through which an element's name is looked for.
const MOST_LISTS: usize = 8;

/// Members of a document that its version is read from.
const VERSIONS: [&str; 2] = ["version", "v"];

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// On one line.
    Line,
    /// Two spaces for each level.
    Indented,
}

/// An open object or array.
struct OpenLevel {
    end: NodeId,
    kind: Kind,
    /// Schema nodes that speak about it.
    nodes: Vec<NodeId>,
    trail: Trail,
    is_root: bool,
    is_empty: bool,
}

/// Where a value stands.
struct ValuePlace {
    nodes: Vec<NodeId>,
    token: TokenMatch,
    trail: Trail,
    care: Care,
}

impl Redactor {
    /// The document without its data. What follows its first error, and behind it, is left out; what is open there is closed.
    /// Raw: its text, as it is.
    pub fn document<'a>(
        &mut self,
        document: &Document,
        lists: impl Into<Lists<'a>>,
        failing: Option<FailingValue>,
        form: TextForm,
    ) -> String {
        let lists = lists.into();
        if self.is_raw() {
            return String::from_utf8_lossy(document.text()).into_owned();
        }
        let mut out = String::with_capacity(document.text().len() / 2);
        let mut open: Vec<OpenLevel> = Vec::new();
        for node in 0..document.len() as NodeId {
            close(&mut out, &mut open, node, form);
            if let Some(level) = open.last_mut() {
                if !std::mem::take(&mut level.is_empty) {
                    out.push(',');
                }
                indent(&mut out, open.len(), form);
            }
            let place = self.place(document, &lists, open.last(), node, failing);
            if let Some(key) = document.key(node) {
                let key = self.member(&key, &place);
                push_quoted(&mut out, &key);
                out.push_str(if form == TextForm::Line { ":" } else { ": " });
            }
            match document.kind(node) {
                kind @ (Kind::Object | Kind::Array) => {
                    out.push(if kind == Kind::Object { '{' } else { '[' });
                    let ValuePlace { nodes, trail, .. } = place;
                    open.push(OpenLevel { end: document.end(node), kind, nodes, trail, is_root: node == 0, is_empty: true });
                }
                _ => self.push_scalar(&mut out, document, node, place.care),
            }
        }
        close(&mut out, &mut open, document.len() as NodeId, form);
        out
    }

    fn place(
        &self,
        document: &Document,
        lists: &Lists<'_>,
        around: Option<&OpenLevel>,
        node: NodeId,
        failing: Option<FailingValue>,
    ) -> ValuePlace {
        let schema = lists.schema;
        let mut place = match around {
            None => ValuePlace {
                nodes: schema.map(start).unwrap_or_default(),
                token: TokenMatch::Name,
                trail: Trail::root(&self.policy),
                care: Care::Data,
            },
            Some(around) => {
                let token = document.key(node).unwrap_or_else(|| Cow::Owned(document.index(node).to_string()));
                let (nodes, kind) =
                    schema.map_or_else(|| (Vec::new(), TokenMatch::Unknown), |schema| onward(schema, &around.nodes, &token));
                // The decoder reads a document's version itself.
                let is_version = || around.is_root && VERSIONS.contains(&token.as_ref());
                let kind = if kind == TokenMatch::Unknown && is_version() { TokenMatch::Name } else { kind };
                let trail = around.trail.step(&self.policy, &token, kind);
                ValuePlace { nodes, token: lists.token(&token, kind), trail, care: Care::Data }
            }
        };
        let is_failing = || failing.is_some_and(|failing| failing.node == node && failing.keyword.is_some_and(is_about_value));
        let is_listed = || schema.is_some_and(|schema| schema.lists(&place.nodes, document, node));
        place.care = match place.trail.care(&self.policy) {
            Some(care) => care,
            None if is_listed() => Care::Safe,
            None if is_failing() => Care::Failing,
            None => Care::Data,
        };
        place
    }

    fn member<'a>(&mut self, key: &'a str, place: &ValuePlace) -> Cow<'a, str> {
        self.key_at(key, place.token, place.trail.care(&self.policy))
    }

    fn push_scalar(&mut self, out: &mut String, document: &Document, node: NodeId, care: Care) {
        let raw = String::from_utf8_lossy(document.raw(node));
        // An element is called as its list is.
        let name = || document.ancestors(node).take(MOST_LISTS).find_map(|node| document.key(node));
        match document.kind(node) {
            Kind::String => {
                let value = document.string(node).unwrap_or_default();
                push_quoted(out, &self.text(&value, care));
            }
            Kind::Number => out.push_str(&self.number(&raw, care, name().as_deref())),
            Kind::Boolean if care == Care::Masked => out.push_str("\"<boolean>\""),
            _ => out.push_str(&raw),
        }
    }

    /// A JSON number: as it is, or another of its size.
    pub(super) fn number(&mut self, raw: &str, care: Care, key: Option<&str>) -> String {
        let is_personal = key.is_some_and(looks::is_personal_number);
        match care {
            Care::Masked => "\"<number>\"".to_owned(),
            Care::Safe => raw.to_owned(),
            _ if !is_personal && self.is_small(raw) => raw.to_owned(),
            // Enough to see how it stands to a limit.
            Care::Failing if !is_personal => shape::rounded(raw),
            _ => {
                let nth = self.numbering.of(raw).unwrap_or(0);
                shape::number(raw, nth)
            }
        }
    }

    /// Whether a number at a property may be told as it is.
    pub(in crate::triage) fn tells_number(&self, property: Option<&str>, raw: &str) -> bool {
        self.is_raw() || (self.is_small(raw) && !property.is_some_and(looks::is_personal_number))
    }

    pub(in crate::triage) fn is_small(&self, raw: &str) -> bool {
        let places = raw.split_once('.').map_or(0, |(_, places)| places.len());
        let is_short = raw.len() <= LONGEST_SMALL && places <= MOST_PLACES && !raw.contains(['e', 'E']);
        is_short && raw.parse::<f64>().is_ok_and(|value| value.abs() < self.policy.small as f64)
    }
}

/// Closes what ends before the node.
fn close(out: &mut String, open: &mut Vec<OpenLevel>, node: NodeId, form: TextForm) {
    while let Some(level) = open.pop_if(|level| level.end <= node) {
        if !level.is_empty {
            indent(out, open.len(), form);
        }
        out.push(if level.kind == Kind::Object { '}' } else { ']' });
    }
}

/// Deepest level that is indented further.
const DEEPEST_INDENT: usize = 40;

fn indent(out: &mut String, depth: usize, form: TextForm) {
    if form == TextForm::Indented {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST_INDENT)));
    }
}

fn push_quoted(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
