//! Single values, and lists of them, on their way into a row.
//!
//! Owns: which types take which values, and in what form.
//! Refuses: records of any shape (transform, lists).

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::layout::{Column, Mode};

use super::made::{self, Coercion, ValueContent, ValueForm, ValueId, ValueShape};
use super::transform::{Exception, ObjectRest, RowMembers, Transform, ValueTarget};

/// How a column takes a value.
enum Fit {
    AsIs,
    Misfit,
    /// Made into something else.
    Into(ValueContent, Coercion),
}

impl<'a> Transform<'a> {
    /// A value for a column that is no RECORD.
    pub(super) fn scalar(&mut self, to: &ValueTarget, column: &Column, value: ValueId, parent: &mut RowMembers<'a>, rest: &mut ObjectRest) {
        let coerced = match (column.mode, self.shape(value)) {
            (Mode::Repeated, ValueShape::Array) => match self.list(column, value) {
                Ok(list) => Some(list),
                // The pipeline has no place for one element that does not fit, and gives up the row.
                Err(element) => return self.throw(Exception::NoSuchElement, element, to.column),
            },
            (Mode::Repeated, _) => None,
            _ => self.coerce(column, value),
        };
        match coerced {
            Some(coerced) => self.update(to, coerced, parent),
            None => self.leave(to, value, parent, rest),
        }
    }

    /// Every element of a list coerced, or the first that does not fit.
    fn list(&mut self, column: &Column, value: ValueId) -> Result<ValueId, ValueId> {
        // Nearly all lists need no change, so that nothing has to be made of their elements.
        if let ValueContent::Whole(node) = *self.value(value)
            && self.document.children(node).all(|element| takes(column, made::shape(self.document, element)))
        {
            return Ok(value);
        }
        let elements = self.elements(value);
        let coerced: Result<Vec<ValueId>, ValueId> =
            elements.into_iter().map(|element| self.coerce(column, element).ok_or(element)).collect();
        Ok(self.make(ValueContent::Array(coerced?), self.source(value), ValueForm::Built))
    }

    /// A single value in the form that the column takes; `None` where it takes none.
    fn coerce(&mut self, column: &Column, value: ValueId) -> Option<ValueId> {
        match self.fit(column, value) {
            Fit::AsIs => Some(value),
            Fit::Misfit => None,
            Fit::Into(made, coercion) => Some(self.make(made, self.source(value), ValueForm::Coerced(coercion))),
        }
    }

    fn fit(&self, column: &Column, value: ValueId) -> Fit {
        let shape = self.shape(value);
        match (&*column.kind, shape) {
            _ if takes(column, shape) => Fit::AsIs,
            ("STRING", _) => self.as_text(column, value, shape),
            ("INT64", ValueShape::Boolean) => Fit::Into(ValueContent::Integer(self.is_true(value)), Coercion::BoolToInt),
            ("FLOAT64", ValueShape::Boolean) => Fit::Into(ValueContent::Integer(self.is_true(value)), Coercion::BoolToFloat),
            _ => Fit::Misfit,
        }
    }

    fn as_text(&self, column: &Column, value: ValueId, shape: ValueShape) -> Fit {
        let coercion = match shape {
            ValueShape::Null => Coercion::NullToString,
            ValueShape::Boolean => Coercion::BoolToString,
            ValueShape::Integer | ValueShape::Number => Coercion::NumberToString,
            _ => match *self.value(value) {
                ValueContent::Whole(node) if self.document.member(node, "histogram_type").is_some() => {
                    if let Some(count) = use_counter(column, self.document, node) {
                        return Fit::Into(ValueContent::Text(count.to_string().into()), Coercion::UseCounterToString);
                    }
                    Coercion::HistogramToString
                }
                _ => Coercion::JsonToString,
            },
        };
        Fit::Into(ValueContent::Json(value), coercion)
    }

    fn is_true(&self, value: ValueId) -> i64 {
        match *self.value(value) {
            ValueContent::Whole(node) => i64::from(self.document.raw(node) == b"true"),
            _ => 0,
        }
    }
}

/// Whether a column's type takes such a value as it is. Types that the pipeline does not know take anything.
fn takes(column: &Column, shape: ValueShape) -> bool {
    match &*column.kind {
        "STRING" => shape == ValueShape::Text,
        "INT64" => shape == ValueShape::Integer,
        "FLOAT64" => matches!(shape, ValueShape::Integer | ValueShape::Number),
        "BOOL" => shape == ValueShape::Boolean,
        _ => true,
    }
}

/// The one count of a histogram in a column named `use_counter2…`: of type 2, whose sum is what its bucket 1 holds.
fn use_counter(column: &Column, document: &Document, histogram: NodeId) -> Option<i64> {
    let long = |object, name| document.member(object, name).and_then(|member| as_long(document, member));
    // The type is read as an integer of 32 bits, which drops the others.
    let kind = long(histogram, "histogram_type").map(|kind| kind as i32);
    let sum = long(histogram, "sum").filter(|&sum| sum >= 0)?;
    let ones = document.member(histogram, "values").and_then(|values| long(values, "1")).unwrap_or(0);
    (column.name.starts_with("use_counter2") && kind == Some(2) && sum == ones).then_some(sum)
}

/// A value as Jackson's lenient conversion reads it: numbers cut to integers, numbers in texts, booleans.
fn as_long(document: &Document, node: NodeId) -> Option<i64> {
    let number = |text: &str| text.parse().ok().or_else(|| text.parse::<f64>().ok().map(|number| number as i64));
    match document.kind(node) {
        Kind::Number => number(std::str::from_utf8(document.raw(node)).ok()?),
        Kind::String => number(document.string(node)?.trim()),
        Kind::Boolean => Some(i64::from(document.raw(node) == b"true")),
        _ => None,
    }
}
