//! Everything that rows of one doctype tell of their senders, by small numbers.
//!
//! Owns: the fields (columns, places of the payload, what is made of both) and their values, each numbered when it is first seen; what of a row
//! is no value that could be compared.
//! Refuses: counting (sampled), weighing (weighed).

use rustc_hash::FxHashMap;

use super::personal::{is_column_left_out, is_personal_name, is_personal_value};
use super::topic::{self, Topic};
use crate::pipeline::document::{Document, NodeId};
use crate::rows::row::SourceRow;

/// Fields of one doctype.
const MOST_FIELDS: usize = 4000;
/// Values of a field; one with more of them says nothing of many rows.
const MOST_VALUES: usize = 2000;
/// Longest value, in bytes.
const LONGEST_VALUE: usize = 100;
/// Longest path of a place, in bytes.
const LONGEST_PATH: usize = 1024;
/// Values of one document.
const MOST_OF_DOCUMENT: usize = 5000;
/// Fewest rows by which a field is said to differ in nearly every row.
const LEAST_TOLD: u32 = 20;

/// What a row tells something by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// A column of the error table.
    Column(Box<str>),
    /// A scalar place of the payload: a JSON pointer with `[]` for positions.
    Place(Box<str>),
    /// A part of the address that the document was sent to.
    Address(Topic),
    /// What the SDK says of itself.
    Agent,
    /// When the document was made, and when it came.
    Times,
}

/// A field and what is known of it in all rows that were looked at.
pub(super) struct KnownField {
    pub(super) field: Field,
    pub(super) topic: Option<Topic>,
    /// Numbers of its values.
    values: FxHashMap<Box<[u8]>, u32>,
    /// Rows that tell it.
    told: u32,
    /// The last row that told it, from 1.
    last: u32,
    /// Whether it names somebody.
    is_personal: bool,
    /// Whether it has so many values that none of them is kept.
    is_full: bool,
}

/// A value: of a place its JSON, of anything else its text.
pub(super) struct KnownValue {
    pub(super) field: u32,
    pub(super) text: Box<[u8]>,
    /// The last row that told it, from 1.
    last: u32,
}

/// No number: the row tells the field, by nothing that could be compared.
const NOTHING: u32 = u32::MAX;

/// What one row tells, each once.
#[derive(Default)]
pub(super) struct RowTells {
    pub(super) fields: Vec<u32>,
    /// Values, each behind its field.
    pub(super) values: Vec<(u32, u32)>,
    /// Whether its payload could be read.
    pub(super) has_document: bool,
}

/// Fields of one doctype.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) fields: Vec<KnownField>,
    pub(super) values: Vec<KnownValue>,
    columns: FxHashMap<Box<str>, Option<u32>>,
    places: FxHashMap<Box<[u8]>, u32>,
    made: FxHashMap<Field, u32>,
    /// Rows so far.
    rows: u32,
    /// Values that stand at places beyond those that are told apart.
    pub(super) beyond: u64,
    /// Documents of which not all was looked at.
    pub(super) long: u64,
}

impl KnownField {
    /// Whether nearly every row tells something else, so that it says nothing of many.
    pub(super) fn is_distinct(&self) -> bool {
        self.is_full || (self.told >= LEAST_TOLD && self.values.len() * 2 > self.told as usize)
    }

    /// Whether it names somebody.
    pub(super) fn is_personal(&self) -> bool {
        self.is_personal
    }

    /// Whether it can be told only by rows whose payload can be read.
    pub(super) fn needs_document(&self) -> bool {
        matches!(self.field, Field::Place(_) | Field::Times)
    }
}

impl Fields {
    /// What a row tells by its columns, its document and both together.
    pub(super) fn tells(&mut self, row: Option<&SourceRow>, document: Option<&Document>) -> RowTells {
        let mut tells = RowTells { has_document: document.is_some(), ..RowTells::default() };
        self.rows += 1;
        if let Some(row) = row {
            self.of_row(row, &mut tells);
            let delay = document.and_then(|document| topic::delay(document, row.error_row().time));
            if let Some(delay) = delay {
                self.made(Field::Times, Topic::Delay, delay, &mut tells);
            }
        }
        if let Some(document) = document {
            self.of_document(document, &mut tells);
        }
        tells
    }

    fn of_row(&mut self, row: &SourceRow, tells: &mut RowTells) {
        for (name, value) in &row.columns {
            let Some(value) = value else { continue };
            let field = match self.columns.get(&**name) {
                Some(known) => *known,
                None => {
                    let field = if is_column_left_out(name) {
                        None
                    } else {
                        self.add(Field::Column(name.as_ref().into()), Topic::of_column(name), false)
                    };
                    self.columns.insert(name.as_ref().into(), field);
                    field
                }
            };
            if let Some(field) = field {
                self.tell(field, value.as_bytes(), |_| is_personal_value(value), tells);
            }
        }
        if let Some(address) = row.column(crate::rows::column::ErrorColumn::Uri) {
            for (topic, part) in topic::of_address(address) {
                self.made(Field::Address(topic), topic, part, tells);
            }
        }
        if let Some(version) = topic::sdk_of_agent(row) {
            self.made(Field::Agent, Topic::Sdk, version, tells);
        }
    }

    fn of_document(&mut self, document: &Document, tells: &mut RowTells) {
        // Ends of what is open in the document, each with the length of its path.
        let mut open: Vec<(NodeId, usize)> = Vec::new();
        let (mut path, mut left) = (Vec::new(), MOST_OF_DOCUMENT);
        for node in 0..document.len() as NodeId {
            while open.last().is_some_and(|(end, _)| *end <= node) {
                open.pop();
            }
            path.truncate(open.last().map_or(0, |(_, length)| *length));
            match document.plain_key(node) {
                _ if path.len() > LONGEST_PATH => {}
                Some(key) if memchr::memchr2(b'~', b'/', key).is_none() => {
                    path.push(b'/');
                    path.extend_from_slice(key);
                }
                _ => match document.key(node) {
                    Some(key) => path.extend_from_slice(format!("/{}", key.replace('~', "~0").replace('/', "~1")).as_bytes()),
                    None if node > 0 => path.extend_from_slice(b"/[]"),
                    None => {}
                },
            }
            if document.kind(node).is_container() {
                open.push((document.end(node), path.len()));
                continue;
            }
            if left == 0 {
                self.long += 1;
                return;
            }
            left -= 1;
            let Some(field) = self.place(&path) else {
                self.beyond += 1;
                continue;
            };
            self.tell(field, document.raw(node), |_| document.string(node).is_some_and(|text| is_personal_value(&text)), tells);
        }
    }

    fn place(&mut self, path: &[u8]) -> Option<u32> {
        if let Some(known) = self.places.get(path) {
            return Some(*known);
        }
        if path.len() > LONGEST_PATH || self.fields.len() >= MOST_FIELDS {
            return None;
        }
        let text = String::from_utf8_lossy(path);
        let text = &*text;
        let tokens: Vec<&str> = text.split('/').skip(1).filter(|token| *token != "[]").collect();
        let field = self.add(Field::Place(text.into()), Topic::of_place(text), is_personal_name(&tokens))?;
        self.places.insert(path.into(), field);
        Some(field)
    }

    fn made(&mut self, field: Field, topic: Topic, value: &str, tells: &mut RowTells) {
        let number = match self.made.get(&field) {
            Some(known) => Some(*known),
            None => self.add(field.clone(), Some(topic), false).inspect(|number| {
                self.made.insert(field, *number);
            }),
        };
        if let Some(number) = number {
            self.tell(number, value.as_bytes(), |_| is_personal_value(value), tells);
        }
    }

    fn add(&mut self, field: Field, topic: Option<Topic>, is_personal: bool) -> Option<u32> {
        let number = self.fields.len();
        (number < MOST_FIELDS).then(|| {
            self.fields.push(KnownField { field, topic, values: FxHashMap::default(), told: 0, last: 0, is_personal, is_full: false });
            number as u32
        })
    }

    fn tell(&mut self, field: u32, value: &[u8], is_personal: impl Fn(&[u8]) -> bool, tells: &mut RowTells) {
        let Some(known) = self.fields.get_mut(field as usize) else { return };
        let number = match known.values.get(value) {
            Some(number) => *number,
            None if value.len() > LONGEST_VALUE || known.is_personal || known.is_full => NOTHING,
            None if known.values.len() >= MOST_VALUES => {
                known.is_full = true;
                for number in std::mem::take(&mut known.values).into_values() {
                    if let Some(value) = self.values.get_mut(number as usize) {
                        value.text = Box::default();
                    }
                }
                NOTHING
            }
            None => {
                let number = if is_personal(value) { NOTHING } else { self.values.len() as u32 };
                known.values.insert(value.into(), number);
                if number != NOTHING {
                    self.values.push(KnownValue { field, text: value.into(), last: 0 });
                }
                number
            }
        };
        if known.last != self.rows {
            (known.last, known.told) = (self.rows, known.told + 1);
            tells.fields.push(field);
        }
        if let Some(value) = self.values.get_mut(number as usize).filter(|value| value.last != self.rows) {
            value.last = self.rows;
            tells.values.push((field, number));
        }
    }
}

impl KnownValue {
    /// As it is read: a text without its quotes.
    pub(super) fn shown(&self, field: &Field) -> String {
        let raw = || String::from_utf8_lossy(&self.text).into_owned();
        match field {
            Field::Place(_) => Document::parse(&*self.text).string(0).map_or_else(raw, |text| text.into_owned()),
            _ => raw(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(fields: &mut Fields, json: String) {
        fields.tells(None, Some(&Document::parse(json.into_bytes())));
    }

    #[test]
    fn places_are_kept_up_to_a_length_and_what_lies_deeper_is_counted() {
        let mut fields = Fields::default();
        let level = format!("{{\"v\":1,\"{}\":", "k".repeat(100));
        tell(&mut fields, format!("{}1{}", level.repeat(300), "}".repeat(300)));
        let paths: Vec<&str> = fields.fields.iter().map(|known| if let Field::Place(path) = &known.field { path } else { "" }).collect();
        assert_eq!((paths.len(), fields.beyond), (11, 290));
        assert!(paths.iter().all(|path| path.len() <= LONGEST_PATH), "{paths:?}");
    }

    #[test]
    fn of_a_field_with_too_many_values_none_is_kept() {
        let mut fields = Fields::default();
        (0..MOST_VALUES + 5).for_each(|at| tell(&mut fields, format!("{{\"a\":\"{at}\",\"b\":{}}}", at % 3)));
        assert_eq!(fields.fields.iter().map(KnownField::is_distinct).collect::<Vec<_>>(), [true, false]);
        assert!(fields.fields[0].values.is_empty());
        assert_eq!(fields.values.iter().filter(|value| !value.text.is_empty()).count(), 3);
    }
}
