//! Maps, lists of lists, lists of records and tuples on their way into a row.
//!
//! Owns: how each of the shapes is rebuilt, and what of it is left for `additional_properties`.
//! Refuses: the members of an object (transform), lists of single values (coerce).

use std::borrow::Cow;

use super::made::{MemberKey, ValueContent, ValueForm, ValueId, ValueShape};
use super::transform::{Exception, IntentWhy, ObjectRest, RowMembers, Transform, ValueTarget};

impl<'a> Transform<'a> {
    /// An object whose members become rows of `value` and `key`. Unlike everything else, an empty one is written.
    pub(super) fn map(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>, rest: &mut ObjectRest) {
        let layout = self.layout;
        let of_values = layout.child(Some(to.column), "value");
        let mut left = ObjectRest::new();
        let mut rows = Vec::new();
        for (key, value) in self.members(value) {
            let mut row = RowMembers::default();
            match of_values {
                Some(column) => {
                    self.field(&ValueTarget { key: key.clone(), own: None, column, level: to.level + 1 }, value, &mut row, &mut left);
                }
                None => {
                    self.remember(value, None, IntentWhy::KeyOnly);
                    left.push((key.clone(), value));
                }
            }
            let own = self.build(ValueContent::Name(key));
            row.set(Cow::Borrowed("key"), (MemberKey::Name(Cow::Borrowed("key")), own));
            rows.push(self.build(ValueContent::Object(row.into_values().collect())));
        }
        if !left.is_empty() {
            let left = self.build(ValueContent::Object(left));
            rest.push((to.key.clone(), left));
        }
        let is_empty = rows.is_empty();
        let rows = self.make(ValueContent::Array(rows), self.source(value), ValueForm::Built);
        self.write(to, rows, parent, if is_empty { IntentWhy::Empty } else { IntentWhy::Map });
    }

    /// A list of lists: each inner one becomes a row with the list in it. An empty outer one is written too.
    pub(super) fn nested_list(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>, rest: &mut ObjectRest) {
        // Its only column follows it.
        let column = to.column + 1;
        let (mut rows, mut left) = (Vec::new(), Vec::new());
        for item in self.elements(value) {
            let (mut row, mut own) = (RowMembers::default(), ObjectRest::new());
            let inner = ValueTarget { key: MemberKey::Column(column), own: None, column, level: to.level + 1 };
            self.field(&inner, item, &mut row, &mut own);
            rows.push(self.build(ValueContent::Object(row.into_values().collect())));
            left.push(own.pop().map(|(_, left)| left));
        }
        if left.iter().any(Option::is_some) {
            let left = left.into_iter().map(|left| left.unwrap_or_else(|| self.build(ValueContent::Null))).collect();
            let left = self.build(ValueContent::Array(left));
            rest.push((to.key.clone(), left));
        }
        let why = if rows.is_empty() { IntentWhy::Empty } else { IntentWhy::Written };
        let rows = self.make(ValueContent::Array(rows), self.source(value), ValueForm::Built);
        self.write(to, rows, parent, why);
    }

    /// A list of records. The pipeline asks first whether everything in the value is a list, which is also true of a value with nothing in
    /// it, and then takes the value for a list.
    pub(super) fn records(&mut self, to: &ValueTarget, value: ValueId, parent: &mut RowMembers<'a>, rest: &mut ObjectRest) {
        let elements = self.elements(value);
        let are_tuples = elements.iter().all(|&element| self.shape(element) == ValueShape::Array);
        if are_tuples && self.shape(value) != ValueShape::Array {
            return self.throw(Exception::ClassCast, value, to.column);
        }
        let (mut rows, mut left) = (Vec::with_capacity(elements.len()), Vec::with_capacity(elements.len()));
        let mut stranger = None;
        for element in elements {
            let (row, own) = match self.shape(element) {
                ValueShape::Array if are_tuples => {
                    let (row, own) = self.tuple(to, element);
                    (row, own.unwrap_or_else(|| self.build(ValueContent::Object(Vec::new()))))
                }
                ValueShape::Object => {
                    let own = self.transform(element, Some(to.column), to.level + 1);
                    (element, self.build(ValueContent::Object(own)))
                }
                _ => {
                    self.remember(element, Some(to.column), IntentWhy::NotARecord);
                    stranger = stranger.or(Some(element));
                    (self.build(ValueContent::Object(Vec::new())), element)
                }
            };
            rows.push(row);
            left.push(own);
        }
        if let (true, Some(stranger)) = (self.strict, stranger) {
            return self.throw(Exception::NullPointer, stranger, to.column);
        }
        if left.iter().any(|&left| self.shape(left) != ValueShape::Object || !self.is_empty(left)) {
            let left = self.build(ValueContent::Array(left));
            rest.push((to.key.clone(), left));
        }
        let rows = self.make(ValueContent::Array(rows), self.source(value), ValueForm::Built);
        self.update(to, rows, parent);
    }

    /// A list for one RECORD: its elements are the members `f0_`, `f1_` … What is left of it is a list as long, padded with null.
    pub(super) fn tuple(&mut self, to: &ValueTarget, value: ValueId) -> (ValueId, Option<ValueId>) {
        let elements = self.elements(value);
        let length = elements.len();
        let members = elements.into_iter().enumerate().map(|(index, element)| (MemberKey::Element(index), element)).collect();
        let tuple = self.make(ValueContent::Object(members), self.source(value), ValueForm::Built);
        let left = self.transform(tuple, Some(to.column), to.level + 1);
        if self.is_empty(tuple) {
            self.remember(value, Some(to.column), IntentWhy::Empty);
        }
        if left.is_empty() {
            return (tuple, None);
        }
        let null = self.build(ValueContent::Null);
        let mut padded = vec![null; length];
        for (key, left) in left {
            if let MemberKey::Element(index) = key {
                padded[index] = left;
            }
        }
        (tuple, Some(self.build(ValueContent::Array(padded))))
    }

    /// What is in a list; of an object the values of its members; nothing of a single value.
    pub(super) fn elements(&mut self, value: ValueId) -> Vec<ValueId> {
        match self.value(value).clone() {
            ValueContent::Whole(node) if self.shape(value) == ValueShape::Array => {
                self.document.children(node).map(|element| self.whole(element)).collect()
            }
            ValueContent::Array(elements) => elements,
            _ => self.members(value).into_iter().map(|(_, value)| value).collect(),
        }
    }
}
