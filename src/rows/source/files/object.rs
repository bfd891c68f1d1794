//! One row as serde_json reads it: the judge of what is valid, and the reader of whole rows.
//!
//! Owns: the decoder's `{"attributeMap": …, "payload": …}` form, column values as text. Refuses: being fast (see `line`).

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::columns::{self, COUNT, PAYLOAD, SeenColumns, TELLING};
use crate::ground::text::{self, visible};
use crate::rows::column::{CountColumn, ErrorColumn, KNOWN, counted_message, held, known};
use crate::rows::payload::{Payload, of_base64};
use crate::rows::row::SourceRow;

/// Members of an object in the order of the text, each value as it stands.
struct ObjectMembers<'a>(Vec<Member<'a>>);

/// A name with its value. Few names hold an escape.
type Member<'a> = (Cow<'a, str>, &'a RawValue);

impl<'de> Deserialize<'de> for ObjectMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = ObjectMembers<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the columns of a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(USUAL);
        while let Some((name, value)) = map.next_entry::<MemberName<'de>, _>()? {
            members.push((name.0, value));
        }
        Ok(ObjectMembers(members))
    }
}

/// About as many members as a row has.
const USUAL: usize = 48;

/// A member's name, borrowed where it stands as it is.
struct MemberName<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = MemberName<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(MemberName(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(MemberName(Cow::Owned(name.to_owned())))
    }
}

fn parse(text: &str) -> Result<Vec<Member<'_>>, String> {
    match serde_json::from_str::<ObjectMembers>(text) {
        Ok(ObjectMembers(members)) => Ok(members),
        Err(error) => Err(reason(&error)),
    }
}

fn reason(error: &serde_json::Error) -> String {
    // Line 1 says nothing of a text that is one line.
    format!("not a row in JSON: {}", error.to_string().replace(" at line 1 column ", " at column "))
}

/// The columns of a row; those of an `attributeMap` stand in its place.
fn members(text: &[u8]) -> Result<Vec<Member<'_>>, String> {
    let text = std::str::from_utf8(text).map_err(|error| format!("not UTF-8 after byte {}", error.valid_up_to()))?;
    let mut members = parse(text)?;
    if let Some(at) = members.iter().position(|(name, value)| name == "attributeMap" && value.get().starts_with('{')) {
        let attributes = parse(members[at].1.get())?;
        members.splice(at..=at, attributes);
    }
    Ok(members)
}

/// Why a text is no row in JSON.
pub(super) fn not_json(text: &[u8]) -> String {
    members(text).err().unwrap_or_else(|| "not a row in JSON".to_owned())
}

/// Most names that are listed.
const LISTED: usize = 8;

/// The names of the members that a row would have as its columns; none of what is no object.
pub(super) fn names(text: &[u8]) -> Vec<String> {
    members(text).unwrap_or_default().into_iter().map(|(name, _)| name.into_owned()).collect()
}

/// Why a row with these columns, or members, is none of the error table. Safe for a terminal.
pub(super) fn foreign<'a>(noun: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let lacks = TELLING.map(ErrorColumn::name).join(", ");
    let told: Vec<String> =
        names.iter().take(text::listed(names.len(), LISTED)).map(|name| text::clip(&visible(name), LONGEST_NAME).into_owned()).collect();
    let more = names.len() - told.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let has = if told.is_empty() { format!("no {noun} at all") } else { format!("the {noun} {}{more}", told.join(", ")) };
    format!("not a row of the error table: it has none of {lacks}, but {has}")
}

/// Most cells of a name that is listed.
const LONGEST_NAME: usize = 40;

/// A value as a column's text: strings unescaped, anything else as it stands.
fn text_of(value: &RawValue) -> Result<Option<Cow<'_, str>>, String> {
    let raw = value.get();
    match raw.as_bytes().first() {
        // What is between quotes was read as JSON before.
        Some(b'"') if memchr::memchr(b'\\', raw.as_bytes()).is_none() => Ok(raw.get(1..raw.len() - 1).map(Cow::Borrowed)),
        Some(b'"') => serde_json::from_str(raw).map(|text: String| Some(Cow::Owned(text))).map_err(|error| reason(&error)),
        _ if raw == "null" => Ok(None),
        _ => Ok(Some(Cow::Borrowed(raw))),
    }
}

/// Reads the columns that grouping needs; of several with the same name the last counts. The payload is only noticed.
/// Gives which columns there are, and what it stands for.
pub(super) fn cells(text: &[u8], into: &mut [Option<String>; COUNT]) -> Result<(SeenColumns, RowWeight), String> {
    *into = Default::default();
    let mut last = [None; COUNT];
    let members = members(text)?;
    let counted = counted(&members);
    for (name, value) in members {
        if let Some(column) = columns::position(name.as_bytes()) {
            last[column] = Some(value);
        }
    }
    let mut seen = SeenColumns::default();
    for (column, value) in last.into_iter().enumerate() {
        let Some(value) = value else { continue };
        seen.add(column);
        if column != PAYLOAD {
            into[column] = text_of(value)?.map(Cow::into_owned);
        }
    }
    let Some(Counted { weight, columns }) = counted else { return Ok((seen, RowWeight { rows: 1, accepted: None })) };
    for (column, value) in columns {
        seen.add(column.position());
        into[column.position()] = value;
    }
    Ok((seen, weight))
}

/// What a row stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowWeight {
    /// Rows of the error table.
    pub(super) rows: u64,
    /// Accepted documents of its doctype and day, where it tells them.
    pub(super) accepted: Option<u64>,
}

/// A row of a table that holds counts of error rows.
struct Counted {
    weight: RowWeight,
    /// Its columns of the error table that it has under other names.
    columns: Vec<(ErrorColumn, Option<String>)>,
}

/// What a row counts; `None` where it is one row. The message is put together as it was before it was counted: its path, then the first sample.
fn counted(members: &[Member<'_>]) -> Option<Counted> {
    let text = |name: &str| {
        let (_, value) = members.iter().rev().find(|(known, _)| known == name)?;
        text_of(value).ok().flatten().map(Cow::into_owned)
    };
    let has = |column: ErrorColumn| members.iter().any(|(name, _)| *name == column.name());
    let rows = text(CountColumn::Count.name())?.parse().ok()?;
    if !has(ErrorColumn::Namespace) && !has(ErrorColumn::Doctype) && !has(ErrorColumn::Message) {
        return None;
    }
    let mut columns = Vec::new();
    if !has(ErrorColumn::Message) {
        let sample = text(CountColumn::Sample.name());
        let first = sample.as_deref().and_then(|sample| sample.split(CountColumn::SAMPLES).next()).filter(|first| !first.is_empty());
        columns.push((ErrorColumn::Message, counted_message(text(CountColumn::Path.name()).as_deref(), first)));
    }
    if !has(ErrorColumn::Time) {
        let (day, hour) = (text(CountColumn::Day.name()), text(CountColumn::Hour.name()));
        let time = match (day, hour) {
            (Some(day), Some(hour)) if hour.len() <= 2 => Some(format!("{day} {hour:0>2}:00:00 UTC")),
            (day, hour) => hour.or(day),
        };
        columns.push((ErrorColumn::Time, time));
    }
    let accepted = text(CountColumn::Valid.name()).and_then(|accepted| accepted.parse().ok());
    Some(Counted { weight: RowWeight { rows, accepted }, columns })
}

/// The positions of members that a later one of the same name replaces: hardly any row has one.
fn replaced(members: &[Member<'_>]) -> Vec<usize> {
    let mut last_known = [None; KNOWN];
    let mut last_other: FxHashMap<&str, usize> = FxHashMap::default();
    let earlier = members.iter().enumerate().filter_map(|(at, (name, _))| match known(name) {
        Some(known) => last_known[known].replace(at),
        None => last_other.insert(name, at),
    });
    earlier.collect()
}

/// Reads a whole row; of several columns with the same name the last counts. The reason for a refusal names the place in the text.
pub fn source_row(text: &[u8], origin: String) -> Result<SourceRow, String> {
    let members = members(text)?;
    let replaced = replaced(&members);
    let mut row = SourceRow { columns: Vec::with_capacity(members.len()), payload: Payload::Absent, origin, ..SourceRow::default() };
    for (i, (name, value)) in members.iter().enumerate() {
        if replaced.contains(&i) {
            continue;
        }
        // A text that is none (half a surrogate pair) is kept as it stands: grouping took the row, unless it needs that very column.
        let text = text_of(value).unwrap_or_else(|_| Some(Cow::Borrowed(value.get().trim_matches('"'))));
        if name == ErrorColumn::Payload.name() {
            row.payload = text.map_or(Payload::Absent, of_base64);
        } else {
            row.columns.push((held(name.clone()), text.map(Cow::into_owned)));
        }
    }
    let counted = counted(&members).into_iter().flat_map(|counted| counted.columns);
    row.columns.extend(counted.map(|(column, value)| (Cow::Borrowed(column.name()), value)));
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_row_keeps_its_columns_in_order() {
        let text = br#"{"uri": "/submit", "n": 1.50, "flag": true, "document_type": null, "uri": "/again", "payload": "eyJhIjoxfQ=="}"#;
        let row = source_row(text, "x".to_owned()).unwrap();
        let columns: Vec<_> = row.columns.iter().map(|(name, value)| (&**name, value.as_deref())).collect();
        assert_eq!(columns, [("n", Some("1.50")), ("flag", Some("true")), ("document_type", None), ("uri", Some("/again"))]);
        assert_eq!(row.payload, Payload::Bytes(br#"{"a":1}"#.to_vec()));
    }

    #[test]
    fn attributes_are_columns() {
        let text = br#"{"attributeMap": {"document_namespace": "telemetry", "error_type": "ParsePayload"}, "payload": "e30"}"#;
        let row = source_row(text, "x".to_owned()).unwrap();
        assert_eq!(row.column("document_namespace"), Some("telemetry"));
        assert_eq!(row.payload, Payload::Bytes(b"{}".to_vec()));
        let mut into = Default::default();
        assert_eq!(cells(text, &mut into).unwrap().0.missing().len(), 6);
        assert_eq!(into[4].as_deref(), Some("ParsePayload"));
    }

    #[test]
    fn a_payload_that_is_not_base64_is_kept() {
        let row = source_row(br#"{"payload": "no base64!"}"#, String::new()).unwrap();
        assert_eq!(row.payload, Payload::NotBase64("no base64!".to_owned()));
    }

    #[test]
    fn reasons_name_the_place() {
        let reason = |text: &[u8]| source_row(text, String::new()).unwrap_err();
        assert_eq!(reason(b"{\"a\": tru}"), "not a row in JSON: expected ident at column 10");
        assert_eq!(reason(b"{\"a\": \"\xff\"}"), "not UTF-8 after byte 7");
        assert!(reason(b"[1]").contains("expected an object with the columns of a row"));
        assert!(source_row(&[b"{\"a\":".to_vec(), b"[".repeat(100_000)].concat(), String::new()).is_err());
    }
}
