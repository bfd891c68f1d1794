//! Members of a row in JSON: by names that stand for the same, by a path, as they stand in the text.
//!
//! Owns: paths through objects, lists and texts that are JSON themselves; a document out of a member.
//! Refuses: which members mean what (the kinds, map).

use std::borrow::Cow;

use serde_json::Value;

use super::PayloadCoding;
use crate::pipeline::document::skim;
use crate::rows::payload::{Payload, of_base64};

/// A value as a column's text; `None` for null.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// The text of a member that is a text, a number or a boolean and not empty.
pub(super) fn plain<'v>(value: &'v Value, name: &str) -> Option<Cow<'v, str>> {
    let member = value.get(name)?;
    if member.is_object() || member.is_array() { None } else { text(member).filter(|text| !text.is_empty()) }
}

/// The same, owned.
pub(super) fn owned(value: &Value, name: &str) -> Option<String> {
    plain(value, name).map(Cow::into_owned)
}

/// The text of the first of these members that there is.
pub(super) fn any_of(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| owned(value, name))
}

/// The value at a dotted path: a member of the whole name goes before one on the way, and a text on the way may be JSON.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<Cow<'v, Value>> {
    if path.is_empty() {
        return Some(Cow::Borrowed(value));
    }
    match value {
        Value::Object(members) => {
            if let Some(whole) = members.get(path) {
                return Some(Cow::Borrowed(whole));
            }
            path.match_indices('.').find_map(|(dot, _)| at(members.get(&path[..dot])?, &path[dot + 1..]))
        }
        Value::Array(list) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            at(list.get(first.parse::<usize>().ok()?)?, rest)
        }
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            let inner: Value = serde_json::from_str(text).ok()?;
            at(&inner, path).map(|found| Cow::Owned(found.into_owned()))
        }
        _ => None,
    }
}

/// The tokens of a dotted path in a row, as [`raw`] wants them.
pub(super) fn tokens(value: &Value, path: &str) -> Option<Vec<String>> {
    if path.is_empty() {
        return Some(Vec::new());
    }
    let behind = |first: &str, inner: &Value, rest: &str| {
        let mut all = vec![first.to_owned()];
        all.extend(tokens(inner, rest)?);
        Some(all)
    };
    match value {
        Value::Object(members) => match members.get(path) {
            Some(_) => Some(vec![path.to_owned()]),
            None => path.match_indices('.').find_map(|(dot, _)| behind(&path[..dot], members.get(&path[..dot])?, &path[dot + 1..])),
        },
        Value::Array(list) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            behind(first, list.get(first.parse::<usize>().ok()?)?, rest)
        }
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => tokens(&serde_json::from_str(text).ok()?, path),
        _ => None,
    }
}

/// The value at tokens as it stands in the text: numbers and the order of keys stay.
pub(super) fn raw<'t>(text: &'t [u8], tokens: &[String]) -> Option<Cow<'t, [u8]>> {
    let mut at: Cow<'t, [u8]> = Cow::Borrowed(text);
    for token in tokens {
        if at.trim_ascii_start().starts_with(b"\"") {
            at = Cow::Owned(serde_json::from_slice::<String>(&at).ok()?.into_bytes());
        }
        let found = skim::find(&at, std::slice::from_ref(token)).ok()??;
        at = match at {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(found)?),
            Cow::Owned(text) => Cow::Owned(text.get(found)?.to_vec()),
        };
    }
    Some(at)
}

/// A document that is written as this value.
pub(super) fn payload(raw: &[u8], coding: PayloadCoding) -> Payload {
    let raw = raw.trim_ascii();
    if raw == b"null" || raw.is_empty() {
        return Payload::Absent;
    }
    if !raw.starts_with(b"\"") {
        return Payload::Bytes(raw.to_vec());
    }
    let Ok(text) = serde_json::from_slice::<String>(raw) else { return Payload::Bytes(raw.to_vec()) };
    match coding {
        PayloadCoding::Text | PayloadCoding::Object => Payload::Bytes(text.into_bytes()),
        PayloadCoding::Base64 | PayloadCoding::Gzip => of_base64(text.into()),
        PayloadCoding::Any if text.trim_start().starts_with(['{', '[']) => Payload::Bytes(text.into_bytes()),
        PayloadCoding::Any => match of_base64(Cow::Borrowed(&text)) {
            Payload::Bytes(bytes) if !text.is_empty() && looks_like_document(&bytes) => Payload::Bytes(bytes),
            _ => Payload::Bytes(text.into_bytes()),
        },
    }
}

/// Whether decoded bytes are those of a document, so that the text was meant as base64.
fn looks_like_document(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b]) || bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[")
}
