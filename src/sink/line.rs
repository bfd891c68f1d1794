//! One value's landing, exactly: every field that is known of it.
//!
//! Owns: column, form, coercion, reason and all pointers of a value of the document; the walk from the root of a row to its column.
//! Refuses: sentences and SQL (told), the order of many (lines).

use crate::document::NodeId;
use crate::layout::{ColumnId, Layout, Mode};

use super::made::{Coercion, Form, Shape, Value, ValueId};
use super::places::{self, Spot, Token};
use super::standard;
use super::transform::{Intent, Why};
use super::{Landed, made};

/// Where a value lands, in the words of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In a column.
    Column,
    /// In a column on the value side of a map.
    MapValue,
    /// Only the key of its map entry is in the row.
    MapKey,
    /// In the JSON text of a column.
    JsonString,
    /// In `additional_properties`.
    AdditionalProperties,
    /// Nowhere.
    Dropped,
}

impl Side {
    /// For output: stable.
    pub fn name(self) -> &'static str {
        match self {
            Side::Column => "column",
            Side::MapValue => "map_value",
            Side::MapKey => "map_key",
            Side::JsonString => "json_string",
            Side::AdditionalProperties => "additional_properties",
            Side::Dropped => "dropped",
        }
    }
}

/// Why a value is not in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// `null`: the column holds NULL.
    Null,
    /// An empty object or list, or one of which nothing is left.
    Empty,
    /// No column has its name.
    UnknownKey,
    /// The column's type does not take it.
    NotCoercible,
    /// It stands in a list of records and is no object.
    NotARecord,
    /// The map keeps only its keys.
    KeyOnlyMap,
    /// A map takes only objects.
    MapNotObject,
    /// Another member took its column.
    Collision,
    /// The doctype is strict, and no column has its name.
    StrictUnknownKey,
    /// The doctype is strict, and the column's type does not take it.
    StrictNotCoercible,
    /// The decoder takes it out of the document and does not keep it.
    StrippedByDecoder,
}

impl Reason {
    /// For output: stable.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Null => "null",
            Reason::Empty => "empty",
            Reason::UnknownKey => "unknown_key",
            Reason::NotCoercible => "not_coercible",
            Reason::NotARecord => "not_a_record",
            Reason::KeyOnlyMap => "key_only_map",
            Reason::MapNotObject => "map_not_object",
            Reason::Collision => "collision",
            Reason::StrictUnknownKey => "strict_unknown_key",
            Reason::StrictNotCoercible => "strict_not_coercible",
            Reason::StrippedByDecoder => "stripped_by_decoder",
        }
    }
}

/// The exact landing of one leaf or empty container. Pointers are RFC 6901.
#[derive(Debug, Clone)]
pub struct Line {
    /// The value in the document.
    pub node: NodeId,
    pub landing: Side,
    /// Dotted path of the column that holds it; a name that the layout does not have where the row has it nevertheless.
    pub column: Option<String>,
    /// The column that holds it, or would.
    pub column_id: Option<ColumnId>,
    pub coercion: Option<Coercion>,
    /// In the row.
    pub row_pointer: Option<String>,
    /// In the parsed `additional_properties`.
    pub ap_pointer: Option<String>,
    /// In the JSON text or JSON value of the column.
    pub inner_pointer: Option<String>,
    /// Keys of all maps around it, the outermost first.
    pub map_keys: Vec<String>,
    /// Dotted path of the innermost map's key column.
    pub key_column: Option<String>,
    /// Dotted path of the column that was tried, also where nothing landed there.
    pub target: Option<String>,
    pub reason: Option<Reason>,
    /// Whether it stands in a form that the column cannot hold, so that BigQuery refuses the row.
    pub shape_mismatch: bool,
    /// What landed.
    pub(super) found: Found,
}

/// What landed, to be written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
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
    pub fn follow(layout: &Layout, tokens: &[Token<'_>]) -> Self {
        let mut at = InRow { column: None, unknown: None, outer: 0, element: false };
        for token in tokens {
            let column = at.column.and_then(|id| layout.get(id));
            let repeated = column.is_some_and(|column| column.mode == Mode::Repeated);
            match token {
                Token::Index(_) | Token::Entry(..) if repeated && !at.element => at.element = true,
                Token::Name(name) if column.is_none_or(|column| column.is_record()) && (at.element || !repeated) => {
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
    pub fn line(&self, node: NodeId) -> Line {
        let settled = self.transformed.intent(self.document, node);
        let (map_keys, key_column) = self.map_keys(node);
        let mut line = Line {
            node,
            landing: Side::Dropped,
            column: None,
            column_id: None,
            coercion: None,
            row_pointer: None,
            ap_pointer: None,
            inner_pointer: None,
            map_keys,
            key_column: key_column.map(|id| self.layout.path(id)),
            target: None,
            reason: None,
            shape_mismatch: false,
            found: Found::Nothing,
        };
        match self.transformed.spot(self.layout, self.document, node, false) {
            Some(spot) if spot.in_row => self.in_row(&mut line, spot),
            Some(spot) => self.in_rest(&mut line, &spot, settled.map(|(_, intent)| intent)),
            None => self.nowhere(&mut line, settled, key_column),
        }
        line
    }

    fn in_row(&self, line: &mut Line, spot: Spot<'_>) {
        let made = &self.transformed.values[spot.value as usize];
        let is_text = matches!(made.value, Value::Json(_) | Value::Text(_));
        let Spot { mut tokens, deeper, value, .. } = spot;
        line.found = if deeper.is_empty() || is_text { Found::Made(value) } else { Found::Node(line.node) };
        if let Form::Coerced(coercion) = made.form {
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
        line.column_id = at.column;
        line.column = at.unknown.clone().or_else(|| at.column.map(|id| self.layout.path(id)));
        line.target = line.column.clone();
        line.row_pointer = Some(places::pointer(&tokens));
        line.landing = match line.coercion {
            Some(Coercion::JsonToString | Coercion::HistogramToString | Coercion::UseCounterToString) => Side::JsonString,
            _ if line.map_keys.is_empty() => Side::Column,
            _ => Side::MapValue,
        };
        line.inner_pointer = inner;
        if line.coercion == Some(Coercion::ViaAttributes) {
            return;
        }
        let is_inside = at.outer < tokens.len();
        if line.inner_pointer.is_none() && (is_inside || at.unknown.is_some()) {
            line.inner_pointer = Some(places::pointer(&tokens[at.outer..]));
        }
        if at.unknown.is_some() {
            line.target = None;
        }
        line.shape_mismatch = at.unknown.is_some() || self.is_mismatch(line.node, &at, is_inside);
    }

    /// Whether a RECORD holds something that is none.
    fn is_mismatch(&self, node: NodeId, at: &InRow, is_inside: bool) -> bool {
        let Some(column) = at.column.and_then(|id| self.layout.get(id)) else { return false };
        let is_list = column.mode == Mode::Repeated && !at.element;
        let fitting = if is_list { Shape::Array } else { Shape::Object };
        column.is_record() && (is_inside || made::shape(self.document, node) != fitting)
    }

    fn in_rest(&self, line: &mut Line, spot: &Spot<'_>, intent: Option<Intent>) {
        line.landing = Side::AdditionalProperties;
        line.found = if spot.deeper.is_empty() { Found::Made(spot.value) } else { Found::Node(line.node) };
        line.ap_pointer = Some(places::pointer(spot.tokens.iter().chain(&spot.deeper)));
        line.column_id = intent.and_then(|intent| intent.column);
        line.target = line.column_id.map(|id| self.layout.path(id));
        line.reason = Some(match intent.map(|intent| intent.why) {
            Some(Why::Unknown) | None => Reason::UnknownKey,
            Some(Why::NotCoercible) => Reason::NotCoercible,
            Some(Why::NotARecord) => Reason::NotARecord,
            Some(Why::KeyOnly) => Reason::KeyOnlyMap,
            Some(_) => Reason::Collision,
        });
    }

    fn nowhere(&self, line: &mut Line, settled: Option<(NodeId, Intent)>, key_column: Option<ColumnId>) {
        let Some((settler, intent)) = settled else { return };
        if self.is_stripped(line.node) {
            return self.stripped(line, intent);
        }
        line.column_id = intent.column;
        line.target = intent.column.map(|id| self.layout.path(id));
        line.reason = Some(loss(intent.why));
        let map = self.document.parent(line.node).filter(|_| settler == line.node);
        let map = map.filter(|&map| self.transformed.intents[map as usize].is_some_and(|intent| intent.why == Why::Map));
        let (Some(map), Some(key_column)) = (map, key_column) else { return };
        if self.transformed.place(map).is_some() || self.transformed.is_shared(line.node) {
            line.landing = Side::MapKey;
            line.column = line.key_column.clone();
            line.column_id = Some(key_column);
            line.found = Found::Key(line.node);
            line.reason = match (line.reason, made::shape(self.document, line.node)) {
                (Some(Reason::Collision), _) => None,
                // That there is nothing in the value says more than what it does not fit.
                (_, Shape::Null) => Some(Reason::Null),
                (_, Shape::Object | Shape::Array) => Some(Reason::Empty),
                (reason, _) => reason,
            };
        }
    }

    /// Whether a value is in what the decoder takes out of the document.
    pub(super) fn is_stripped(&self, node: NodeId) -> bool {
        let top = self.document.ancestors(node).find(|&node| self.document.parent(node) == Some(0));
        top.and_then(|top| self.document.key(top)).is_some_and(|name| standard::is_taken_out(&name))
    }

    fn stripped(&self, line: &mut Line, intent: Intent) {
        // The sample is said to come from the attribute even where its text is no number and nothing is written.
        let sample = self.layout.child(None, standard::SAMPLE);
        let is_sample = self.document.parent(line.node) == Some(0) && self.document.key(line.node).as_deref() == Some(standard::SAMPLE);
        let is_text = made::shape(self.document, line.node) == Shape::Text;
        if let (true, true, Some(sample)) = (is_sample, is_text, sample) {
            line.landing = Side::Column;
            line.column_id = Some(sample);
            line.column = Some(self.layout.path(sample));
            line.target = line.column.clone();
            line.row_pointer = Some(format!("/{}", standard::SAMPLE));
            line.coercion = Some(Coercion::ViaAttributes);
            return;
        }
        line.reason = Some(if intent.why == Why::Stripped { Reason::StrippedByDecoder } else { Reason::Collision });
    }

    /// Keys of the maps around a value, outermost first, and the innermost one's key column.
    fn map_keys(&self, node: NodeId) -> (Vec<String>, Option<ColumnId>) {
        let (mut keys, mut innermost) = (Vec::new(), None);
        let mut below = None;
        for at in self.document.ancestors(node) {
            let intent = self.transformed.intents.get(at as usize).copied().flatten();
            if let (Some(Intent { column: Some(map), why: Why::Map }), Some(entry)) = (intent, below) {
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
fn loss(why: Why) -> Reason {
    match why {
        Why::Null => Reason::Null,
        Why::Empty => Reason::Empty,
        Why::Unknown => Reason::StrictUnknownKey,
        Why::NotCoercible => Reason::StrictNotCoercible,
        Why::KeyOnly => Reason::KeyOnlyMap,
        Why::NotARecord => Reason::NotARecord,
        Why::MapNotObject => Reason::MapNotObject,
        Why::Stripped => Reason::StrippedByDecoder,
        Why::Written | Why::Map | Why::Lost | Why::Thrown => Reason::Collision,
    }
}
