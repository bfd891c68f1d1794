//! The values that a row is made of.
//!
//! Owns: values of the document as they stand, values made from them, each with the node it came from; objects whose members are taken out
//! and put back while they are transformed.
//! Refuses: knowing what goes where (transform).

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::document::{Document, Kind, NodeId};
use crate::java_double;
use crate::layout::{ColumnId, Layout};

/// Position of a value among all that were made.
pub(super) type ValueId = u32;

/// Name of a member. Names of the document and the layout are kept by position, because there are many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// As the document's member is called.
    Member(NodeId),
    /// As the column is called.
    Column(ColumnId),
    /// `f0_`, `f1_` …: an element of a tuple.
    Element(usize),
    /// One of the pipeline's own names, or of an attribute.
    Name(Cow<'static, str>),
}

impl Key {
    /// The name, escapes resolved.
    pub fn name<'a>(&self, layout: &'a Layout, document: &'a Document) -> Cow<'a, str> {
        match self {
            Key::Member(node) => document.key(*node).unwrap_or_default(),
            Key::Column(column) => Cow::Borrowed(layout.get(*column).map_or("", |column| &column.name)),
            Key::Element(index) => Cow::Owned(format!("f{index}_")),
            Key::Name(name) => Cow::Owned(name.to_string()),
        }
    }
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A value of the document with all that is in it, untouched.
    Whole(NodeId),
    Object(Vec<(Key, ValueId)>),
    Array(Vec<ValueId>),
    Integer(i64),
    Text(Cow<'static, str>),
    /// A member's name as a text: the key of a map's entry.
    Name(Key),
    /// The JSON text of another value.
    Json(ValueId),
    Null,
}

/// How a value came to be what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As the document has it, at most with members renamed or taken out.
    AsIs,
    /// A list or object that the pipeline built in place of the document's: the row of a map, a tuple, a filtered list.
    Built,
    /// A scalar or text made from the document's value.
    Coerced(Coercion),
}

/// The change of form that a value goes through on its way into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coercion {
    /// `true` became 1, `false` 0.
    BoolToInt,
    /// The same in a FLOAT64 column.
    BoolToFloat,
    /// A number became its text.
    NumberToString,
    /// A boolean became its text.
    BoolToString,
    /// A null in a list of texts became the text `null`.
    NullToString,
    /// An object or array became its JSON text.
    JsonToString,
    /// The same for an object with a `histogram_type`.
    HistogramToString,
    /// A histogram of one count became that count.
    UseCounterToString,
    /// The decoder took the value out of the document and wrote it back from an attribute.
    ViaAttributes,
}

impl Coercion {
    /// For output: stable.
    pub fn name(self) -> &'static str {
        match self {
            Coercion::BoolToInt => "bool_to_int",
            Coercion::BoolToFloat => "bool_to_float",
            Coercion::NumberToString => "number_to_string",
            Coercion::BoolToString => "bool_to_string",
            Coercion::NullToString => "null_to_string",
            Coercion::JsonToString => "json_to_string",
            Coercion::HistogramToString => "histogram_to_string",
            Coercion::UseCounterToString => "use_counter_to_string",
            Coercion::ViaAttributes => "via_attributes",
        }
    }
}

/// One value and where it is from.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub value: Value,
    /// The document's value that it stands for.
    pub source: Option<NodeId>,
    pub form: Form,
}

/// What a value is to the pipeline. The decoder writes a document anew before it is transformed, which makes a text of a number too large
/// for a double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    Boolean,
    /// An integer of 64 bits.
    Integer,
    /// Any other number.
    Number,
    Text,
    Object,
    Array,
}

/// The shape of a document's value.
pub(super) fn shape(document: &Document, node: NodeId) -> Shape {
    match document.kind(node) {
        Kind::Null => Shape::Null,
        Kind::Boolean => Shape::Boolean,
        Kind::String => Shape::Text,
        Kind::Object => Shape::Object,
        Kind::Array => Shape::Array,
        Kind::Number => match std::str::from_utf8(document.raw(node)).unwrap_or_default() {
            raw if raw.parse::<i64>().is_ok() => Shape::Integer,
            raw if is_integer(raw) || raw.parse::<f64>().is_ok_and(f64::is_finite) => Shape::Number,
            _ => Shape::Text,
        },
    }
}

/// A document's number as the pipeline prints it: integers with all their digits, everything else as the double that it is read as.
pub(super) fn number_text(document: &Document, node: NodeId) -> Cow<'_, str> {
    match String::from_utf8_lossy(document.raw(node)) {
        raw if raw == "-0" => Cow::Borrowed("0"),
        raw if is_integer(&raw) => raw,
        raw => Cow::Owned(raw.parse().map_or_else(|_| raw.into_owned(), java_double::text)),
    }
}

/// Whether a number is written without fraction and exponent.
fn is_integer(raw: &str) -> bool {
    !raw.contains(['.', 'e', 'E'])
}

/// The members of a document's object as its parser keeps them: each name once at its first place, of several the last value.
pub(super) fn members(document: &Document, object: NodeId) -> Vec<NodeId> {
    let mut places: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
    let mut members: Vec<NodeId> = Vec::with_capacity(document.count(object));
    for member in document.children(object) {
        let place = *places.entry(document.key(member).unwrap_or_default()).or_insert(members.len());
        match members.get_mut(place) {
            Some(earlier) => *earlier = member,
            None => members.push(member),
        }
    }
    members
}

/// An object that is being transformed: a name keeps its place until it is taken out, and goes to the end when it is put back.
#[derive(Debug, Default)]
pub(super) struct Members<'a> {
    entries: Vec<Option<(Key, ValueId)>>,
    places: FxHashMap<Cow<'a, str>, usize>,
}

impl<'a> Members<'a> {
    pub fn get(&self, name: &str) -> Option<ValueId> {
        let entry = self.entries.get(*self.places.get(name)?)?;
        entry.as_ref().map(|&(_, value)| value)
    }

    pub fn remove(&mut self, name: &str) {
        if let Some(entry) = self.places.remove(name).and_then(|place| self.entries.get_mut(place)) {
            *entry = None;
        }
    }

    /// Writes a value under a name; one that is there already keeps its place.
    pub fn set(&mut self, name: Cow<'a, str>, key: Key, value: ValueId) {
        let place = *self.places.entry(name).or_insert(self.entries.len());
        match self.entries.get_mut(place) {
            Some(entry) => *entry = Some((key, value)),
            None => self.entries.push(Some((key, value))),
        }
    }

    /// The names as they stand now, in order.
    pub fn keys(&self) -> Vec<Key> {
        self.entries.iter().flatten().map(|(key, _)| key.clone()).collect()
    }

    pub fn into_entries(self) -> Vec<(Key, ValueId)> {
        self.entries.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_place_until_they_are_taken_out() {
        let mut members = Members::default();
        for (i, name) in ["a", "b", "c"].into_iter().enumerate() {
            members.set(Cow::Borrowed(name), Key::Element(i), i as ValueId);
        }
        members.set(Cow::Borrowed("b"), Key::Element(9), 9);
        members.remove("a");
        members.set(Cow::Borrowed("a"), Key::Element(8), 8);
        assert_eq!((members.get("a"), members.get("b"), members.get("x")), (Some(8), Some(9), None));
        let order: Vec<ValueId> = members.into_entries().into_iter().map(|(_, value)| value).collect();
        assert_eq!(order, [9, 2, 8]);
    }

    #[test]
    fn of_equal_names_the_last_value_stands_at_the_first_place() {
        let document = Document::parse(&br#"{"a": 1, "b": 2, "\u0061": 3}"#[..]);
        let raw: Vec<&[u8]> = members(&document, 0).into_iter().map(|node| document.raw(node)).collect();
        assert_eq!(raw, [b"3", b"2"]);
    }

    #[test]
    fn numbers_are_what_java_reads() {
        let document = Document::parse(&br#"[9223372036854775807, 9223372036854775808, 1.0, -0, 1e400, 1e2]"#[..]);
        let seen: Vec<(Shape, String)> =
            document.children(0).map(|id| (shape(&document, id), number_text(&document, id).into_owned())).collect();
        let shapes: Vec<Shape> = seen.iter().map(|(shape, _)| *shape).collect();
        assert_eq!(shapes, [Shape::Integer, Shape::Number, Shape::Number, Shape::Integer, Shape::Text, Shape::Number]);
        let texts: Vec<&str> = seen.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["9223372036854775807", "9223372036854775808", "1.0", "0", "Infinity", "100.0"]);
    }
}
