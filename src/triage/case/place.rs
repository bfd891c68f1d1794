//! The place of a fault in the document and in the table.

use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::fault::{Fault, Says};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::{TokenMatch, generalise, only_path, walk};
use crate::pipeline::sink::{self, Fate, Landing};
use crate::pipeline::verdict::judge::Violation;
use crate::pipeline::verdict::{self, Broken};

/// The reading that the schema and the document agree with, and the node that broke.
pub(super) fn locate(schema: Option<&Schema>, readings: &[Fault<'_>], document: Option<&Document>) -> (usize, Option<Broken>) {
    if let Some((at, broken)) = schema.and_then(|schema| verdict::locate_best(schema, readings, document)) {
        return (at, Some(broken));
    }
    // Without a schema the document alone tells which reading is right.
    let exists = |fault: &Fault<'_>| document.is_some_and(|document| document.find(&fault.tokens()).is_ok());
    let at = readings.iter().position(exists).unwrap_or(0);
    let broken = readings.get(at).filter(|fault| fault.pointer.is_some()).map(|fault| {
        let tokens = fault.tokens();
        let path = generalise(&tokens, &vec![TokenMatch::Unknown; tokens.len()]);
        Broken { tokens, path, keyword: fault.keyword(), ambiguous: true, ..Broken::default() }
    });
    (at, broken)
}

/// What broke, where the message can be read in one way only and is that of a violation for certain; `None` where that takes [`locate`].
pub(super) fn certain(schema: &Schema, readings: &[Fault<'_>], violation: &Violation) -> Option<Broken> {
    let [fault] = readings else { return None };
    let is_of_it = !fault.cut && !violation.about_name && fault.pointer.is_some() && matches!(fault.says, Says::Broken { .. });
    let path = only_path(schema, &violation.tokens).filter(|_| is_of_it && fault.tokens() == violation.tokens)?;
    Some(broken_at(violation, path))
}

/// The failing value, or the deepest ancestor that exists; for a text that is no JSON the value nearest to where reading stopped.
pub(super) fn value(document: &Document, fault: &Fault<'_>, broken: Option<&Broken>) -> Option<NodeId> {
    if let Some(broken) = broken {
        let node = document.find(&broken.tokens).unwrap_or_else(|(deepest, _)| deepest);
        return Some(extraneous(fault).and_then(|key| document.child(node, key)).unwrap_or(node));
    }
    let Says::NotJson { place } = fault.says else { return None };
    let offset = document.error().map(|error| error.offset).or_else(|| offset_of(document.text(), place?));
    // What is open where reading stopped ends there, so the byte before it is the last one inside.
    document.node_at(offset?.min(document.text().len()).saturating_sub(1))
}

/// What a violation is about: the value, or the member that should not be there.
pub(super) fn failing(document: &Document, violation: &Violation) -> NodeId {
    let extraneous = violation.key.as_deref().filter(|_| violation.keyword == "additionalProperties");
    extraneous.and_then(|key| document.child(violation.instance, key)).unwrap_or(violation.instance)
}

/// What a violation broke.
pub(super) fn broken(schema: &Schema, violation: &Violation) -> Broken {
    broken_at(violation, walk(schema, &violation.tokens).path(&violation.tokens, violation.about_name))
}

/// The same with its general path, where that is known.
pub(super) fn broken_at(violation: &Violation, path: String) -> Broken {
    Broken {
        tokens: violation.tokens.clone(),
        path,
        node: Some(violation.node),
        schema_pointer: Some(violation.schema_pointer.clone()),
        keyword: Some(violation.keyword),
        about_name: violation.about_name,
        literal: violation.literal,
        ambiguous: false,
    }
}

/// The key that should not be there.
fn extraneous<'a>(fault: &Fault<'a>) -> Option<&'a str> {
    match fault.says {
        Says::Broken { keyword: Some("additionalProperties"), key, .. } => key,
        _ => None,
    }
}

/// Byte offset of a line and column from 1.
fn offset_of(text: &[u8], (line, column): (u32, u32)) -> Option<usize> {
    let start = match line.checked_sub(2) {
        Some(before) => memchr::memchr_iter(b'\n', text).nth(before as usize)? + 1,
        None => 0,
    };
    Some(start + (column as usize).saturating_sub(1))
}

/// The place of what a fault is about: of a missing or extraneous key it is the key's own column that counts.
pub(super) fn tokens_of(fault: &Fault<'_>, broken: &Broken) -> Vec<String> {
    let key = match fault.says {
        Says::Broken { key, .. } => key,
        _ => None,
    };
    broken.tokens.iter().map(String::as_str).chain(key).map(str::to_owned).collect()
}

/// The place of what a violation is about: the value, or the key in it.
pub(super) fn tokens(violation: &Violation) -> Vec<&str> {
    violation.tokens.iter().chain(&violation.key).map(String::as_str).collect()
}

/// Where what is at fault at decoded tokens lands, of the landing of its place: the value's, or that of the name.
pub(super) fn landing<S: AsRef<str>>(layout: &Layout, about_name: bool, tokens: &[S], landing: Landing) -> Landing {
    if about_name { of_key(layout, tokens, landing) } else { landing }
}

/// Of a member's name at fault it is the map's column of keys that counts, not that of values.
fn of_key<S: AsRef<str>>(layout: &Layout, tokens: &[S], landing: Landing) -> Landing {
    let map = landing.column.and_then(|column| layout.get(column)?.parent).filter(|&map| layout.is_map(map));
    match map.and_then(|map| layout.child(Some(map), "key")) {
        Some(key) => Landing {
            column: Some(key),
            fate: Fate::Stored,
            reason: Some("as a key of the map".to_owned()),
            sql: Some(sink::select_key(layout, tokens).unwrap_or_else(|| sink::select(layout, key))),
            additional_pointer: None,
            nearest: None,
        },
        None => landing,
    }
}
