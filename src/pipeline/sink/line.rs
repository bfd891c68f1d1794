//! One value's landing, exactly: every field that is known of it.
//!
//! Owns: column, form, coercion, reason and all pointers of a value of the document; the walk from the root of a row to its column.
//! Refuses: sentences and SQL (told), the order of many (lines).

use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::layout::{ColumnId, Layout, Mode};

use super::made::{Coercion, ValueContent, ValueForm, ValueId, ValueShape};
use super::outcome::{Reason, Side};
use super::places::{self, PlaceToken, ValueSpot};
use super::standard;
use super::transform::{Intent, IntentWhy};
use super::{Landed, made};

/// The exact landing of one leaf or empty container. Pointers are RFC 6901.
#[derive(Debug, Clone)]
pub struct LandingLine {
    /// The value in the document.
    pub node: NodeId,
    /// The part of the row that it ends in.
    pub landing: Side,
    /// The column that holds it, or that was tried where none does.
    pub column: Option<ColumnId>,
    /// Dotted path of a name that the layout does not have, where the row has it nevertheless.
    pub unknown: Option<String>,
    /// What the column makes of it, where it is changed.
    pub coercion: Option<Coercion>,
    /// In the row.
    pub row_pointer: Option<String>,
    /// In the parsed `additional_properties`.
    pub ap_pointer: Option<String>,
    /// In the JSON text or JSON value of the column.
    pub inner_pointer: Option<String>,
    /// Keys of all maps around it, the outermost first.
    pub map_keys: Vec<String>,
    /// The innermost map's column of keys.
    pub key_column: Option<ColumnId>,
    /// The column that was tried, also where nothing landed there.
    pub target: Option<ColumnId>,
    /// Why it did not land where a column was tried.
    pub reason: Option<Reason>,
    /// Whether it stands in a form that the column cannot hold, so that BigQuery refuses the row.
    pub shape_mismatch: bool,
    /// What landed.
    pub(super) found: LandedValue,
}

impl LandingLine {
    /// Dotted path of the column that holds it; `None` where none does.
    pub fn column_path(&self, layout: &Layout) -> Option<String> {
        match self.landing {
            Side::AdditionalProperties | Side::Dropped => None,
            _ => self.unknown.clone().or_else(|| self.column.map(|id| layout.path(id))),
        }
    }

    /// Dotted path of the column that was tried. What comes from an attribute goes under its name whatever columns there are.
    pub fn target_path(&self, layout: &Layout) -> Option<String> {
        let attribute = self.unknown.clone().filter(|_| self.coercion == Some(Coercion::ViaAttributes));
        attribute.or_else(|| self.target.map(|id| layout.path(id)))
    }
}

/// What landed, to be written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LandedValue {
    Nothing,
    /// Something made of it.
    Made(ValueId),
    /// A value of the document as it is.
    Node(NodeId),
    /// The name of this member.
    Key(NodeId),
}

/// A place in the row with the table's columns beside it.
#[derive(Debug)]
pub(super) struct InRow {
    pub column: Option<ColumnId>,
    /// Dotted path of a name that the table does not have.
    pub unknown: Option<String>,
    /// How many of the tokens lead to the column's value, or to an element of its list.
    pub outer: usize,
    /// Whether one element of the column's list was entered.
    pub element: bool,
}

impl InRow {
    /// Follows tokens from the root of a row as far as columns go.
    pub(super) fn follow(layout: &Layout, tokens: &[PlaceToken<'_>]) -> Self {
        let mut at = InRow { column: None, unknown: None, outer: 0, element: false };
        for token in tokens {
            let column = at.column.and_then(|id| layout.get(id));
            let repeated = column.is_some_and(|column| column.mode == Mode::Repeated);
            match token {
                PlaceToken::Index(_) | PlaceToken::Entry(..) if repeated && !at.element => at.element = true,
                PlaceToken::Name(name) if column.is_none_or(|column| column.is_record()) && (at.element || !repeated) => {
                    let child = layout.child(at.column, name);
                    if child.is_none() {
                        let parent = at.column.map(|id| layout.path(id) + ".").unwrap_or_default();
                        at.unknown = Some(format!("{parent}{name}"));
                    }
                    (at.column, at.element) = (child, false);
                }
                _ => return at,
            }
            at.outer += 1;
            if at.unknown.is_some() {
                return at;
            }
        }
        at
    }
}

impl Landed<'_> {
    /// The exact landing of a value. Meant for leaves and empty containers: others land by what is in them.
    pub fn line(&self, node: NodeId) -> LandingLine {
        let settled = self.transformed.intent(self.document, node);
        let (map_keys, key_column) = self.map_keys(node);
        let mut line = LandingLine {
            node,
            landing: Side::Dropped,
            column: None,
            unknown: None,
            coercion: None,
            row_pointer: None,
            ap_pointer: None,
            inner_pointer: None,
            map_keys,
            key_column,
            target: None,
            reason: None,
            shape_mismatch: false,
            found: LandedValue::Nothing,
        };
        match self.transformed.spot(self.layout, self.document, node, false) {
            Some(spot) if spot.in_row => self.in_row(&mut line, spot),
            Some(spot) => self.in_rest(&mut line, &spot, settled.map(|(_, intent)| intent)),
            None => self.nowhere(&mut line, settled),
        }
        line
    }

    fn in_row(&self, line: &mut LandingLine, spot: ValueSpot<'_>) {
        let made = &self.transformed.values[spot.value as usize];
        let is_text = matches!(made.value, ValueContent::Json(_) | ValueContent::Text(_));
        let ValueSpot { mut tokens, deeper, value, .. } = spot;
        line.found = if deeper.is_empty() || is_text { LandedValue::Made(value) } else { LandedValue::Node(line.node) };
        if let ValueForm::Coerced(coercion) = made.form {
            line.coercion = Some(coercion);
        }
        let inner = match line.coercion {
            Some(Coercion::JsonToString | Coercion::HistogramToString) => Some(places::pointer(&deeper)),
            _ => None,
        };
        if !is_text {
            tokens.extend(deeper);
        }
        let at = InRow::follow(self.layout, &tokens);
        (line.column, line.target) = (at.column, at.column);
        line.row_pointer = Some(places::pointer(&tokens));
        line.landing = match line.coercion {
            Some(Coercion::JsonToString | Coercion::HistogramToString | Coercion::UseCounterToString) => Side::JsonString,
            _ if line.map_keys.is_empty() => Side::Column,
            _ => Side::MapValue,
        };
        line.inner_pointer = inner;
        if line.coercion != Some(Coercion::ViaAttributes) {
            let is_inside = at.outer < tokens.len();
            if line.inner_pointer.is_none() && (is_inside || at.unknown.is_some()) {
                line.inner_pointer = Some(places::pointer(&tokens[at.outer..]));
            }
            line.shape_mismatch = at.unknown.is_some() || self.is_mismatch(line.node, &at, is_inside);
        }
        line.unknown = at.unknown;
    }

    /// Whether a RECORD holds something that is none, or a list NULL.
    fn is_mismatch(&self, node: NodeId, at: &InRow, is_inside: bool) -> bool {
        let Some(column) = at.column.and_then(|id| self.layout.get(id)) else { return false };
        let is_list = column.mode == Mode::Repeated && !at.element;
        if column.mode == Mode::Repeated && at.element && !is_inside && !column.is_record() {
            // What the pipeline knows the type of it has made a text of, or has refused.
            return self.document.kind(node) == Kind::Null && &*column.kind != "STRING";
        }
        let fitting = if is_list { ValueShape::Array } else { ValueShape::Object };
        column.is_record() && (is_inside || made::shape(self.document, node) != fitting)
    }

    fn in_rest(&self, line: &mut LandingLine, spot: &ValueSpot<'_>, intent: Option<Intent>) {
        line.landing = Side::AdditionalProperties;
        line.found = if spot.deeper.is_empty() { LandedValue::Made(spot.value) } else { LandedValue::Node(line.node) };
        line.ap_pointer = Some(places::pointer(spot.tokens.iter().chain(&spot.deeper)));
        line.column = intent.and_then(|intent| intent.column);
        line.target = line.column;
        line.reason = Some(match intent.map(|intent| intent.why) {
            Some(IntentWhy::Unknown) | None => Reason::UnknownKey,
            Some(IntentWhy::NotCoercible) => Reason::NotCoercible,
            Some(IntentWhy::NotARecord) => Reason::NotARecord,
            Some(IntentWhy::KeyOnly) => Reason::KeyOnlyMap,
            Some(_) => Reason::Collision,
        });
    }

    fn nowhere(&self, line: &mut LandingLine, settled: Option<(NodeId, Intent)>) {
        let Some((settler, intent)) = settled else { return };
        if self.is_stripped(line.node) {
            return self.stripped(line, intent);
        }
        (line.column, line.target) = (intent.column, intent.column);
        line.reason = Some(loss(intent.why));
        let map = self.document.parent(line.node).filter(|_| settler == line.node);
        let map = map.filter(|&map| self.transformed.intents[map as usize].is_some_and(|intent| intent.why == IntentWhy::Map));
        let (Some(map), Some(key_column)) = (map, line.key_column) else { return };
        if self.transformed.place(map).is_some() || self.transformed.is_shared(line.node) {
            line.landing = Side::MapKey;
            line.column = Some(key_column);
            line.found = LandedValue::Key(line.node);
            line.reason = match (line.reason, made::shape(self.document, line.node)) {
                (Some(Reason::Collision), _) => None,
                // That there is nothing in the value says more than what it does not fit.
                (_, ValueShape::Null) => Some(Reason::Null),
                (_, ValueShape::Object | ValueShape::Array) => Some(Reason::Empty),
                (reason, _) => reason,
            };
        }
    }

    /// Whether a value is in what the decoder takes out of the document.
    pub(super) fn is_stripped(&self, node: NodeId) -> bool {
        let top = self.document.ancestors(node).find(|&node| self.document.parent(node) == Some(0));
        top.and_then(|top| self.document.key(top)).is_some_and(|name| standard::is_taken_out(&name))
    }

    fn stripped(&self, line: &mut LandingLine, intent: Intent) {
        // The sample is said to come from the attribute even where its text is no number and nothing is written.
        let sample = self.layout.child(None, standard::SAMPLE);
        let is_sample = self.document.parent(line.node) == Some(0) && self.document.key(line.node).as_deref() == Some(standard::SAMPLE);
        let is_text = made::shape(self.document, line.node) == ValueShape::Text;
        if let (true, true, Some(sample)) = (is_sample, is_text, sample) {
            line.landing = Side::Column;
            (line.column, line.target) = (Some(sample), Some(sample));
            line.row_pointer = Some(format!("/{}", standard::SAMPLE));
            line.coercion = Some(Coercion::ViaAttributes);
            return;
        }
        line.reason = Some(if intent.why == IntentWhy::Stripped { Reason::StrippedByDecoder } else { Reason::Collision });
    }

    /// Keys of the maps around a value, outermost first, and the innermost one's key column.
    fn map_keys(&self, node: NodeId) -> (Vec<String>, Option<ColumnId>) {
        let (mut keys, mut innermost) = (Vec::new(), None);
        let mut below = None;
        for at in self.document.ancestors(node) {
            let intent = self.transformed.intents.get(at as usize).copied().flatten();
            if let (Some(Intent { column: Some(map), why: IntentWhy::Map }), Some(entry)) = (intent, below) {
                keys.extend(self.document.key(entry).map(|key| key.into_owned()));
                innermost = innermost.or_else(|| self.layout.child(Some(map), "key"));
            }
            below = Some(at);
        }
        keys.reverse();
        (keys, innermost)
    }
}

/// Why a value is lost that is neither in the row nor in `additional_properties`.
fn loss(why: IntentWhy) -> Reason {
    match why {
        IntentWhy::Null => Reason::Null,
        IntentWhy::Empty => Reason::Empty,
        IntentWhy::Unknown => Reason::StrictUnknownKey,
        IntentWhy::NotCoercible => Reason::StrictNotCoercible,
        IntentWhy::KeyOnly => Reason::KeyOnlyMap,
        IntentWhy::NotARecord => Reason::NotARecord,
        IntentWhy::MapNotObject => Reason::MapNotObject,
        IntentWhy::Stripped => Reason::StrippedByDecoder,
        IntentWhy::Written | IntentWhy::Map | IntentWhy::Lost | IntentWhy::Thrown => Reason::Collision,
    }
}
