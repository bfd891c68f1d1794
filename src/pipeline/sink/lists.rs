//! Maps, lists of lists, lists of records and tuples on their way into a row.
//!
//! Owns: how each of the shapes is rebuilt, and what of it is left for `additional_properties`.
//! Refuses: the members of an object (transform), lists of single values (coerce).

use std::borrow::Cow;

use super::made::{Form, Key, Shape, Value, ValueId};
use super::transform::{Exception, Rest, Row, Target, Transform, Why};

impl<'a> Transform<'a> {
    /// An object whose members become rows of `value` and `key`. Unlike everything else, an empty one is written.
    pub(super) fn map(&mut self, to: &Target, value: ValueId, parent: &mut Row<'a>, rest: &mut Rest) {
        let layout = self.layout;
        let of_values = layout.child(Some(to.column), "value");
        let mut left = Rest::new();
        let mut rows = Vec::new();
        for (key, value) in self.members(value) {
            let mut row = Row::default();
            match of_values {
                Some(column) => {
                    self.field(&Target { key: key.clone(), own: None, column, level: to.level + 1 }, value, &mut row, &mut left);
                }
                None => {
                    self.remember(value, None, Why::KeyOnly);
                    left.push((key.clone(), value));
                }
            }
            let own = self.build(Value::Name(key));
            row.set(Cow::Borrowed("key"), (Key::Name(Cow::Borrowed("key")), own));
            rows.push(self.build(Value::Object(row.into_values().collect())));
        }
        if !left.is_empty() {
            let left = self.build(Value::Object(left));
            rest.push((to.key.clone(), left));
        }
        let is_empty = rows.is_empty();
        let rows = self.make(Value::Array(rows), self.source(value), Form::Built);
        self.write(to, rows, parent, if is_empty { Why::Empty } else { Why::Map });
    }

    /// A list of lists: each inner one becomes a row with the list in it. An empty outer one is written too.
    pub(super) fn nested_list(&mut self, to: &Target, value: ValueId, parent: &mut Row<'a>, rest: &mut Rest) {
        // Its only column follows it.
        let column = to.column + 1;
        let (mut rows, mut left) = (Vec::new(), Vec::new());
        for item in self.elements(value) {
            let (mut row, mut own) = (Row::default(), Rest::new());
            let inner = Target { key: Key::Column(column), own: None, column, level: to.level + 1 };
            self.field(&inner, item, &mut row, &mut own);
            rows.push(self.build(Value::Object(row.into_values().collect())));
            left.push(own.pop().map(|(_, left)| left));
        }
        if left.iter().any(Option::is_some) {
            let left = left.into_iter().map(|left| left.unwrap_or_else(|| self.build(Value::Null))).collect();
            let left = self.build(Value::Array(left));
            rest.push((to.key.clone(), left));
        }
        let why = if rows.is_empty() { Why::Empty } else { Why::Written };
        let rows = self.make(Value::Array(rows), self.source(value), Form::Built);
        self.write(to, rows, parent, why);
    }

    /// A list of records. The pipeline asks first whether everything in the value is a list, which is also true of a value with nothing in
    /// it, and then takes the value for a list.
    pub(super) fn records(&mut self, to: &Target, value: ValueId, parent: &mut Row<'a>, rest: &mut Rest) {
        let elements = self.elements(value);
        let are_tuples = elements.iter().all(|&element| self.shape(element) == Shape::Array);
        if are_tuples && self.shape(value) != Shape::Array {
            return self.throw(Exception::ClassCast, value, to.column);
        }
        let (mut rows, mut left) = (Vec::with_capacity(elements.len()), Vec::with_capacity(elements.len()));
        let mut stranger = None;
        for element in elements {
            let (row, own) = match self.shape(element) {
                Shape::Array if are_tuples => {
                    let (row, own) = self.tuple(to, element);
                    (row, own.unwrap_or_else(|| self.build(Value::Object(Vec::new()))))
                }
                Shape::Object => {
                    let own = self.transform(element, Some(to.column), to.level + 1);
                    (element, self.build(Value::Object(own)))
                }
                _ => {
                    self.remember(element, Some(to.column), Why::NotARecord);
                    stranger = stranger.or(Some(element));
                    (self.build(Value::Object(Vec::new())), element)
                }
            };
            rows.push(row);
            left.push(own);
        }
        if let (true, Some(stranger)) = (self.strict, stranger) {
            return self.throw(Exception::NullPointer, stranger, to.column);
        }
        if left.iter().any(|&left| self.shape(left) != Shape::Object || !self.is_empty(left)) {
            let left = self.build(Value::Array(left));
            rest.push((to.key.clone(), left));
        }
        let rows = self.make(Value::Array(rows), self.source(value), Form::Built);
        self.update(to, rows, parent);
    }

    /// A list for one RECORD: its elements are the members `f0_`, `f1_` … What is left of it is a list as long, padded with null.
    pub(super) fn tuple(&mut self, to: &Target, value: ValueId) -> (ValueId, Option<ValueId>) {
        let elements = self.elements(value);
        let length = elements.len();
        let members = elements.into_iter().enumerate().map(|(index, element)| (Key::Element(index), element)).collect();
        let tuple = self.make(Value::Object(members), self.source(value), Form::Built);
        let left = self.transform(tuple, Some(to.column), to.level + 1);
        if self.is_empty(tuple) {
            self.remember(value, Some(to.column), Why::Empty);
        }
        if left.is_empty() {
            return (tuple, None);
        }
        let null = self.build(Value::Null);
        let mut padded = vec![null; length];
        for (key, left) in left {
            if let Key::Element(index) = key {
                padded[index] = left;
            }
        }
        (tuple, Some(self.build(Value::Array(padded))))
    }

    /// What is in a list; of an object the values of its members; nothing of a single value.
    pub(super) fn elements(&mut self, value: ValueId) -> Vec<ValueId> {
        match self.value(value).clone() {
            Value::Whole(node) if self.shape(value) == Shape::Array => {
                self.document.children(node).map(|element| self.whole(element)).collect()
            }
            Value::Array(elements) => elements,
            _ => self.members(value).into_iter().map(|(_, value)| value).collect(),
        }
    }
}
