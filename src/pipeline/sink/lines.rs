//! The landings of a whole document, one after the other.
//!
//! Owns: which values have a line, what landed as JSON text of bounded length.
//! Refuses: one value's landing (line).

use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::pipeline::document::{Kind, NodeId};

use super::line::LandedValue;
use super::made::{self, ValueContent, ValueId};
use super::{Landed, LandingLine, json};

/// Most characters of a value that are written out: the JSON texts of large objects land once for every value in them.
const MOST_SHOWN: usize = 300;

/// What landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Nothing, or null.
    Null,
    /// As JSON.
    Json(Rc<str>),
    /// Text, or JSON, of so many characters that it is not written out.
    Long(usize),
}

/// Iterator over the landings of all leaves and empty containers, in the order of the document; of members of one name the last counts. There
/// are none where there is no row.
pub struct LandingLines<'a> {
    landed: Landed<'a>,
    /// The next node, and the end of the document.
    next: NodeId,
    end: NodeId,
    /// Members that a later one of the same name replaces.
    replaced: FxHashSet<NodeId>,
    /// The value that was shown last: a JSON text lands once for every value in it.
    shown: Option<(ValueId, Shown)>,
}

impl<'a> Landed<'a> {
    /// The exact landing of every leaf and empty container, with what landed.
    pub fn lines(&self) -> LandingLines<'a> {
        let end = if self.transformed.refusal.is_some() { 0 } else { self.document.len() as NodeId };
        LandingLines { landed: *self, next: 1, end, replaced: FxHashSet::default(), shown: None }
    }

    /// What a value is in the row or in `additional_properties`.
    pub fn becomes(&self, node: NodeId) -> Shown {
        self.shown(self.line(node).found)
    }

    fn shown(&self, found: LandedValue) -> Shown {
        let text = match found {
            LandedValue::Nothing => return Shown::Null,
            LandedValue::Made(value) => self.writer().write(value),
            LandedValue::Node(node) => self.writer().write_node(node),
            LandedValue::Key(node) => {
                let mut text = String::new();
                json::quote(&mut text, &self.document.key(node).unwrap_or_default());
                text
            }
        };
        // The length of a text is its own, without quotes and escapes.
        let length = match found {
            LandedValue::Made(value) => match &self.transformed.values[value as usize].value {
                ValueContent::Json(inner) => self.writer().write(*inner).chars().count(),
                ValueContent::Text(text) => text.chars().count(),
                ValueContent::Whole(node) => self.length(*node, &text),
                _ => text.chars().count(),
            },
            LandedValue::Node(node) => self.length(node, &text),
            _ => text.chars().count(),
        };
        if length > MOST_SHOWN { Shown::Long(length) } else { Shown::Json(text.into()) }
    }

    fn length(&self, node: NodeId, text: &str) -> usize {
        self.document.string(node).map_or_else(|| text.chars().count(), |string| string.chars().count())
    }
}

impl LandingLines<'_> {
    fn note_replaced(&mut self, container: NodeId) {
        let document = self.landed.document;
        if document.kind(container) == Kind::Object {
            let members = made::members(document, container);
            if members.len() < document.count(container) {
                let members: FxHashSet<NodeId> = members.into_iter().collect();
                self.replaced.extend(document.children(container).filter(|member| !members.contains(member)));
            }
        }
    }
}

impl Iterator for LandingLines<'_> {
    type Item = (LandingLine, Shown);

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.landed.document;
        while self.next < self.end {
            let node = self.next;
            if self.replaced.remove(&node) {
                self.next = document.end(node);
                continue;
            }
            self.next += 1;
            if document.kind(node).is_container() && document.count(node) > 0 {
                self.note_replaced(node);
                continue;
            }
            let line = self.landed.line(node);
            let shown = match (line.found, &self.shown) {
                (LandedValue::Made(value), Some((last, shown))) if value == *last => shown.clone(),
                (found, _) => self.landed.shown(found),
            };
            if let LandedValue::Made(value) = line.found {
                self.shown = Some((value, shown.clone()));
            }
            return Some((line, shown));
        }
        None
    }
}
