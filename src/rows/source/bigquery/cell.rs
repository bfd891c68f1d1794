//! A row of an answer, read from its text.
//!
//! Owns: BigQuery's `{"f": [{"v": …}]}` as cells that borrow from the text of the page: an answer of many groups has millions.
//! Refuses: which cell is what (answer, coarse).

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum AnswerCell<'a> {
    /// NULL, or what is no value.
    #[default]
    Null,
    /// A number, a time, bytes: all are written as texts.
    Text(Cow<'a, str>),
    /// The elements of an ARRAY.
    List(Vec<AnswerCell<'a>>),
    /// The members of a row or STRUCT.
    Row(Vec<AnswerCell<'a>>),
}

impl<'a> AnswerCell<'a> {
    /// Of the text of a row. What is no row has no cells.
    pub(super) fn of(row: &'a str) -> Self {
        serde_json::from_str(row).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for AnswerCell<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = AnswerCell<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value of an answer")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(AnswerCell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(AnswerCell::Text(if value { "true" } else { "false" }.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(AnswerCell::Text(value.to_string().into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(AnswerCell::Text(value.to_string().into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(AnswerCell::Text(value.to_string().into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(AnswerCell::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(AnswerCell::Text(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut cells = Vec::with_capacity(list.size_hint().unwrap_or(0));
        while let Some(cell) = list.next_element()? {
            cells.push(cell);
        }
        Ok(AnswerCell::List(cells))
    }

    /// `{"v": …}` is what it holds, `{"f": […]}` a row; any other object is nothing that BigQuery writes.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut cell = AnswerCell::Null;
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            match &*name {
                "v" => cell = members.next_value()?,
                "f" => {
                    cell = match members.next_value()? {
                        AnswerCell::List(cells) => AnswerCell::Row(cells),
                        _ => AnswerCell::Null,
                    }
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_and_borrow_what_they_can() {
        let text = |text: &'static str| AnswerCell::Text(text.into());
        let row = AnswerCell::of(r#"{"f":[{"v":"a"},{"v":null},{"v":[{"v":"1"},{"v":{"f":[{"v":"x\"y"}]}}]},{"v":7},{"v":true},{"w":2}]}"#);
        let list = AnswerCell::List(vec![text("1"), AnswerCell::Row(vec![text("x\"y")])]);
        assert_eq!(row, AnswerCell::Row(vec![text("a"), AnswerCell::Null, list, text("7"), text("true"), AnswerCell::Null]));
        let AnswerCell::Row(cells) = &row else { panic!() };
        assert!(matches!(&cells[0], AnswerCell::Text(Cow::Borrowed("a"))));
        assert_eq!(AnswerCell::of("{\"f\":[{"), AnswerCell::Null);
    }
}
