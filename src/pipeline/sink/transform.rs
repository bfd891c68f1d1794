//! A document becomes a row: the pipeline's own steps, in its own order, on one level of records.
//!
//! Owns: going through the members of an object, what happens to each, what is remembered of it.
//! Refuses: lists, maps and tuples (lists), single values (coerce), what the decoder does before (standard), telling any of it (lines).
//!
//! Order matters: a renamed member is taken out and put back at the end, where it may meet another; a later member of the exact name is then
//! transformed with the value it finds there, which is not its own.

use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::layout::{ColumnId, Layout, Mode};

use super::made::{self, MadeValue, MemberKey, NamedValues, ValueContent, ValueForm, ValueId, ValueShape};
use super::name::{KeyColumn, column_of_many};

/// Levels of columns that are followed. BigQuery has no table deeper than 15, so this is only met by layouts that are no table's; what is
/// deeper stays as it is. It also bounds the recursion, which goes down the layout and never the document.
const MOST_LEVELS: u32 = 64;

/// About as many values as the pipeline adds of its own.
const OWN_VALUES: usize = 48;

/// The members of an object while it is transformed.
pub(super) type RowMembers<'a> = NamedValues<'a, (MemberKey, ValueId)>;

/// What is left of an object for `additional_properties`.
pub(super) type ObjectRest = Vec<(MemberKey, ValueId)>;

/// What the pipeline made of a value of the document when it came to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Intent {
    /// The column that it was for.
    pub column: Option<ColumnId>,
    pub why: IntentWhy,
}

/// Why a value went the way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IntentWhy {
    /// Written into its column.
    Written,
    /// An object whose members became the rows of a map.
    Map,
    Null,
    /// Nothing of it was left to write.
    Empty,
    /// No column has its name.
    Unknown,
    NotCoercible,
    /// An element of a list of records that is no object.
    NotARecord,
    /// The value of a map that keeps only its keys.
    KeyOnly,
    /// Something else than an object for a map: nothing is done with it.
    MapNotObject,
    /// Another member's value stood in its place.
    Lost,
    /// The decoder took it out of the document.
    Stripped,
    /// The pipeline's code fails on it.
    Thrown,
}

/// The exception that ends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exception {
    /// A list of records is no list, or an object of lists.
    ClassCast,
    /// An element of a list does not fit the column's type.
    NoSuchElement,
    /// A strict doctype has a list of records with something else in it.
    NullPointer,
}

impl Exception {
    /// Java's simple class name.
    pub fn name(self) -> &'static str {
        match self {
            Exception::ClassCast => "ClassCastException",
            Exception::NoSuchElement => "NoSuchElementException",
            Exception::NullPointer => "NullPointerException",
        }
    }
}

/// Why there is no row at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRefusal {
    /// What the pipeline's code throws.
    pub exception: Exception,
    /// The value that it fails on.
    pub node: NodeId,
    /// The column it was for.
    pub column: ColumnId,
}

/// Where a value is on its way to: the document's name for it and the column.
pub(super) struct ValueTarget {
    pub key: MemberKey,
    /// Its place among the members around it, where it stands there under the column's name.
    pub own: Option<usize>,
    pub column: ColumnId,
    pub level: u32,
}

/// A document on its way to become a row.
pub(super) struct Transform<'a> {
    pub layout: &'a Layout,
    pub document: &'a Document,
    pub strict: bool,
    pub values: Vec<MadeValue>,
    /// By node of the document; what has none shares that of the nearest value around it.
    pub intents: Vec<Option<Intent>>,
    pub refusal: Option<RowRefusal>,
}

impl<'a> Transform<'a> {
    pub(super) fn new(layout: &'a Layout, document: &'a Document, strict: bool) -> Self {
        let intents = vec![None; document.len()];
        layout.quick();
        Transform { layout, document, strict, values: Vec::with_capacity(document.len() + OWN_VALUES), intents, refusal: None }
    }

    pub(super) fn make(&mut self, value: ValueContent, source: Option<NodeId>, form: ValueForm) -> ValueId {
        self.values.push(MadeValue { value, source, form });
        (self.values.len() - 1) as ValueId
    }

    /// A value of the document as it stands.
    pub(super) fn whole(&mut self, node: NodeId) -> ValueId {
        self.make(ValueContent::Whole(node), Some(node), ValueForm::AsIs)
    }

    /// Something that stands for no value of the document.
    pub(super) fn build(&mut self, value: ValueContent) -> ValueId {
        self.make(value, None, ValueForm::Built)
    }

    pub(super) fn value(&self, id: ValueId) -> &ValueContent {
        &self.values[id as usize].value
    }

    pub(super) fn source(&self, id: ValueId) -> Option<NodeId> {
        self.values[id as usize].source
    }

    pub(super) fn shape(&self, id: ValueId) -> ValueShape {
        match self.value(id) {
            ValueContent::Whole(node) => made::shape(self.document, *node),
            ValueContent::Object(_) => ValueShape::Object,
            ValueContent::Array(_) => ValueShape::Array,
            ValueContent::Integer(_) => ValueShape::Integer,
            ValueContent::Text(_) | ValueContent::Name(_) | ValueContent::Json(_) => ValueShape::Text,
            ValueContent::Null => ValueShape::Null,
        }
    }

    /// Whether the pipeline would rather leave the value out: null, `{}`, `[]`.
    pub(super) fn is_empty(&self, id: ValueId) -> bool {
        match self.value(id) {
            ValueContent::Whole(node) => match self.shape(id) {
                ValueShape::Null => true,
                ValueShape::Object | ValueShape::Array => self.document.count(*node) == 0,
                _ => false,
            },
            ValueContent::Object(members) => members.is_empty(),
            ValueContent::Array(elements) => elements.is_empty(),
            ValueContent::Null => true,
            _ => false,
        }
    }

    pub(super) fn remember(&mut self, value: ValueId, column: Option<ColumnId>, why: IntentWhy) {
        if let Some(intent) = self.source(value).and_then(|node| self.intents.get_mut(node as usize)) {
            *intent = Some(Intent { column, why });
        }
    }

    /// The pipeline's code fails here. The rest is gone through nevertheless, so that every other value's place is known.
    pub(super) fn throw(&mut self, exception: Exception, value: ValueId, column: ColumnId) {
        self.remember(value, Some(column), IntentWhy::Thrown);
        let node = self.source(value).unwrap_or(0);
        self.refusal.get_or_insert(RowRefusal { exception, node, column });
    }

    /// The members of an object, names with values.
    pub(super) fn members(&mut self, object: ValueId) -> Vec<(MemberKey, ValueId)> {
        match self.value(object).clone() {
            ValueContent::Whole(node) => {
                made::members(self.document, node).into_iter().map(|member| (MemberKey::Member(member), self.whole(member))).collect()
            }
            ValueContent::Object(members) => members,
            _ => Vec::new(),
        }
    }

    /// The same of an object that is made anew.
    fn taken_members(&mut self, object: ValueId) -> Vec<(MemberKey, ValueId)> {
        match &mut self.values[object as usize].value {
            ValueContent::Object(members) => std::mem::take(members),
            _ => self.members(object),
        }
    }

    /// Transforms the members of an object in place for the columns of a RECORD, or of the table; gives back what has no column.
    pub(super) fn transform(&mut self, object: ValueId, columns: Option<ColumnId>, level: u32) -> ObjectRest {
        let mut rest = ObjectRest::new();
        let mut all = self.taken_members(object);
        let mut members = RowMembers::with_room(all.len());
        for (key, value) in &all {
            members.append(key.name(self.layout, self.document), (key.clone(), *value));
        }
        // What is put back behind them is never gone through again; what was written over one of them goes by its name.
        for (place, (key, _)) in all.drain(..).enumerate() {
            let Some((name, &(_, value))) = members.at(place) else { continue };
            let Some(KeyColumn { column, renamed }) = column_of_many(self.layout, columns, name) else {
                members.remove(place);
                self.remember(value, None, IntentWhy::Unknown);
                rest.push((key, value));
                continue;
            };
            if renamed {
                members.remove(place);
            }
            if let MemberKey::Member(node) = key {
                self.notice_loss(node, value, column);
            }
            let own = (!renamed).then_some(place);
            self.field(&ValueTarget { key, own, column, level }, value, &mut members, &mut rest);
        }
        all.extend(members.into_values());
        self.values[object as usize].value = ValueContent::Object(all);
        rest
    }

    /// A member that finds another's value under its name has lost its own.
    fn notice_loss(&mut self, own: NodeId, found: ValueId, column: ColumnId) {
        if self.source(found) != Some(own)
            && let Some(intent) = self.intents.get_mut(own as usize)
        {
            *intent = Some(Intent { column: Some(column), why: IntentWhy::Lost });
        }
    }

    /// One value on its way to its column.
    pub(super) fn field(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>, rest: &mut ObjectRest) {
        let layout = self.layout;
        let Some(column) = layout.get(to.column) else { return };
        match self.shape(value) {
            ValueShape::Null => self.drop(to, value, parent, IntentWhy::Null),
            _ if to.level > MOST_LEVELS => self.update(to, value, parent),
            ValueShape::Object if layout.is_map(to.column) => self.map(to, value, parent, rest),
            // What is a map's rows already came from another member.
            _ if layout.is_map(to.column) && self.values[value as usize].form == ValueForm::Built => {}
            _ if layout.is_map(to.column) => self.remember(value, Some(to.column), IntentWhy::MapNotObject),
            ValueShape::Array if layout.is_nested_list(to.column) => self.nested_list(to, value, parent, rest),
            _ if !column.is_record() => self.scalar(to, column, value, parent, rest),
            _ if column.mode == Mode::Repeated => self.records(to, value, parent, rest),
            ValueShape::Array => {
                let (tuple, left) = self.tuple(to, value);
                rest.extend(left.map(|left| (to.key.clone(), left)));
                self.update(to, tuple, parent);
            }
            ValueShape::Object => {
                let left = self.transform(value, Some(to.column), to.level + 1);
                if !left.is_empty() {
                    let left = self.build(ValueContent::Object(left));
                    rest.push((to.key.clone(), left));
                }
                self.update(to, value, parent);
            }
            // BigQuery takes no single value for a RECORD, but the pipeline passes it on.
            _ => self.update(to, value, parent),
        }
    }

    /// Writes a value under its column's name, or leaves it out where nothing is in it.
    pub(super) fn update(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>) {
        if self.is_empty(value) {
            self.drop(to, value, parent, IntentWhy::Empty);
        } else {
            self.write(to, value, parent, IntentWhy::Written);
        }
    }

    /// Writes a value under its column's name.
    pub(super) fn write(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>, why: IntentWhy) {
        self.remember(value, Some(to.column), why);
        let key = MemberKey::Column(to.column);
        match to.own {
            Some(place) => parent.replace(place, (key, value)),
            None => parent.set(key.name(self.layout, self.document), (key, value)),
        }
    }

    /// Leaves a value out. It is taken out under its own name, so that what another member wrote to the column stays.
    fn drop(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>, why: IntentWhy) {
        self.remember(value, Some(to.column), why);
        if let Some(place) = to.own {
            parent.remove(place);
        }
    }

    /// Leaves a value that does not fit to `additional_properties`.
    pub(super) fn leave(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>, rest: &mut ObjectRest) {
        self.drop(to, value, parent, IntentWhy::NotCoercible);
        rest.push((to.key.clone(), value));
    }
}
