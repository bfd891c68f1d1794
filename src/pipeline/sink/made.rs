//! The values that a row is made of.
//!
//! Owns: values of the document as they stand, values made from them, each with the node it came from; objects whose members are taken out
//! and put back while they are transformed.
//! Refuses: knowing what goes where (transform).

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::java_double;
use crate::pipeline::layout::{ColumnId, Layout};

/// Position of a value among all that were made.
pub(super) type ValueId = u32;

/// Name of a member. Names of the document and the layout are kept by position, because there are many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MemberKey {
    /// As the document's member is called.
    Member(NodeId),
    /// As the column is called.
    Column(ColumnId),
    /// `f0_`, `f1_` …: an element of a tuple.
    Element(usize),
    /// One of the pipeline's own names, or of an attribute.
    Name(Cow<'static, str>),
}

impl MemberKey {
    /// The name, escapes resolved.
    pub(super) fn name<'a>(&self, layout: &'a Layout, document: &'a Document) -> Cow<'a, str> {
        match self {
            MemberKey::Member(node) => document.key(*node).unwrap_or_default(),
            MemberKey::Column(column) => Cow::Borrowed(layout.get(*column).map_or("", |column| &column.name)),
            MemberKey::Element(index) => Cow::Owned(format!("f{index}_")),
            MemberKey::Name(Cow::Borrowed(name)) => Cow::Borrowed(*name),
            MemberKey::Name(Cow::Owned(name)) => Cow::Owned(name.clone()),
        }
    }
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum ValueContent {
    /// A value of the document with all that is in it, untouched.
    Whole(NodeId),
    Object(Vec<(MemberKey, ValueId)>),
    Array(Vec<ValueId>),
    Integer(i64),
    Text(Cow<'static, str>),
    /// A member's name as a text: the key of a map's entry.
    Name(MemberKey),
    /// The JSON text of another value.
    Json(ValueId),
    Null,
}

/// How a value came to be what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueForm {
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
pub(super) struct MadeValue {
    pub value: ValueContent,
    /// The document's value that it stands for.
    pub source: Option<NodeId>,
    pub form: ValueForm,
}

/// What a value is to the pipeline. The decoder writes a document anew before it is transformed, which makes a text of a number too large
/// for a double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueShape {
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
pub(super) fn shape(document: &Document, node: NodeId) -> ValueShape {
    match document.kind(node) {
        Kind::Null => ValueShape::Null,
        Kind::Boolean => ValueShape::Boolean,
        Kind::String => ValueShape::Text,
        Kind::Object => ValueShape::Object,
        Kind::Array => ValueShape::Array,
        Kind::Number if document.node(node).small_number().is_some() => ValueShape::Integer,
        Kind::Number => match std::str::from_utf8(document.raw(node)).unwrap_or_default() {
            raw if raw.parse::<i64>().is_ok() => ValueShape::Integer,
            raw if is_integer(raw) || raw.parse::<f64>().is_ok_and(f64::is_finite) => ValueShape::Number,
            _ => ValueShape::Text,
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

/// Members up to which names are compared one by one, which is faster than keeping a map of them.
const FEW: usize = 12;

/// The members of a document's object as its parser keeps them: each name once at its first place, of several the last value.
pub(super) fn members(document: &Document, object: NodeId) -> Vec<NodeId> {
    if !document.may_have_twins(object) {
        return document.children(object).collect();
    }
    let mut members: Vec<NodeId> = Vec::with_capacity(document.count(object));
    let mut places: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
    for member in document.children(object) {
        let name = document.key(member).unwrap_or_default();
        let place = if document.count(object) <= FEW {
            members.iter().position(|&known| document.key(known).is_some_and(|known| known == name)).unwrap_or(members.len())
        } else {
            *places.entry(name).or_insert(members.len())
        };
        match members.get_mut(place) {
            Some(earlier) => *earlier = member,
            None => members.push(member),
        }
    }
    members
}

/// Values by name, in the order of an object that is being transformed: a name keeps its place until it is taken out, and goes to the end
/// when it is put back.
#[derive(Debug)]
pub(super) struct NamedValues<'a, V> {
    entries: Vec<(Cow<'a, str>, Option<V>)>,
    /// Where each name is, as far as somebody had to look for one among more than a few.
    places: FxHashMap<Cow<'a, str>, usize>,
    /// How many entries are in `places`.
    known: usize,
}

impl<V> Default for NamedValues<'_, V> {
    fn default() -> Self {
        NamedValues { entries: Vec::new(), places: FxHashMap::default(), known: 0 }
    }
}

impl<'a, V> NamedValues<'a, V> {
    /// Room for so many.
    pub(super) fn with_room(count: usize) -> Self {
        NamedValues { entries: Vec::with_capacity(count), ..NamedValues::default() }
    }

    /// Writes a value under a name that is not there.
    pub(super) fn append(&mut self, name: Cow<'a, str>, value: V) {
        self.entries.push((name, Some(value)));
    }

    /// Writes a value under a name; one that is there already keeps its place.
    pub(super) fn set(&mut self, name: Cow<'a, str>, value: V) {
        match self.find(&name) {
            Some(place) => self.entries[place].1 = Some(value),
            None => self.append(name, value),
        }
    }

    /// Writes a value over the one at a place.
    pub(super) fn replace(&mut self, place: usize, value: V) {
        if let Some((_, entry)) = self.entries.get_mut(place) {
            *entry = Some(value);
        }
    }

    /// Takes out what is at a place.
    pub(super) fn remove(&mut self, place: usize) {
        if let Some((_, entry)) = self.entries.get_mut(place) {
            *entry = None;
        }
    }

    /// The name and value at a place, unless it was taken out.
    pub(super) fn at(&self, place: usize) -> Option<(&Cow<'a, str>, &V)> {
        let (name, value) = self.entries.get(place)?;
        Some((name, value.as_ref()?))
    }

    pub(super) fn into_values(self) -> impl Iterator<Item = V> {
        self.entries.into_iter().filter_map(|(_, value)| value)
    }

    /// The place of a name that is not taken out.
    fn find(&mut self, name: &str) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().rposition(|(known, value)| value.is_some() && known == name);
        }
        let new = self.entries[self.known..].iter().enumerate().filter(|(_, (_, value))| value.is_some());
        self.places.extend(new.map(|(place, (name, _))| (name.clone(), self.known + place)));
        self.known = self.entries.len();
        self.places.get(name).copied().filter(|&place| self.entries[place].1.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_place_until_they_are_taken_out() {
        for more in [0, 2 * FEW] {
            let mut members = NamedValues::default();
            let names: Vec<String> = (0..more).map(|i| format!("more{i}")).collect();
            names.iter().for_each(|name| members.set(Cow::Borrowed(name.as_str()), 0));
            for (name, value) in [("a", 1), ("b", 2), ("c", 3), ("b", 9)] {
                members.set(Cow::Borrowed(name), value);
            }
            members.remove(more);
            members.set(Cow::Borrowed("a"), 7);
            members.replace(more + 3, 8);
            assert_eq!((members.at(more), members.at(more + 1).map(|(name, &value)| (&**name, value))), (None, Some(("b", 9))));
            assert_eq!(members.into_values().skip(more).collect::<Vec<_>>(), [9, 3, 8]);
        }
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
        let seen: Vec<(ValueShape, String)> =
            document.children(0).map(|id| (shape(&document, id), number_text(&document, id).into_owned())).collect();
        let shapes: Vec<ValueShape> = seen.iter().map(|(shape, _)| *shape).collect();
        assert_eq!(
            shapes,
            [ValueShape::Integer, ValueShape::Number, ValueShape::Number, ValueShape::Integer, ValueShape::Text, ValueShape::Number]
        );
        let texts: Vec<&str> = seen.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["9223372036854775807", "9223372036854775808", "1.0", "0", "Infinity", "100.0"]);
    }
}
