//! The place of a fault in the document and in the table.

use std::sync::Arc;

use crate::document::{Document, NodeId};
use crate::fault::{Fault, Says};
use crate::layout::Layout;
use crate::schemas::Schema;
use crate::schemas::walk::{Token, generalise};
use crate::sink::{self, Fate, Landing, Submission, Transformed};
use crate::verdict::judge::Violation;
use crate::verdict::{self, Broken};

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
        let path = generalise(&tokens, &vec![Token::Unknown; tokens.len()]);
        Broken { tokens, path, keyword: fault.keyword(), ambiguous: true, ..Broken::default() }
    });
    (at, broken)
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

/// A table that the document goes to.
pub(super) struct Table {
    /// `telemetry_live.main_v5`.
    pub name: String,
    pub layout: Arc<Layout>,
    /// The document as its row, where there is a document.
    pub transformed: Option<Transformed>,
}

impl Table {
    pub fn new((name, layout): (String, Arc<Layout>), document: Option<&Document>) -> Self {
        let transformed = document.map(|document| sink::transform(&layout, document, &Submission::default()));
        Table { name, layout, transformed }
    }
}

/// Where the failing value lands, and in which of the tables: of several the first that has a column for it.
pub(super) fn landing(tables: &[Table], fault: &Fault<'_>, broken: &Broken, document: Option<&Document>) -> Option<(usize, Landing)> {
    let mut tokens = broken.tokens.clone();
    // Of a missing or extraneous key it is the key's own column that counts.
    if let Says::Broken { key: Some(key), .. } = fault.says {
        tokens.push(key.to_owned());
    }
    let place = |table: &Table| {
        let landing = match table.transformed.as_ref().zip(document) {
            Some((transformed, document)) => transformed.beside(&table.layout, document).landing(&tokens),
            None => sink::landing(&table.layout, &tokens, None),
        };
        if broken.about_name { of_key(&table.layout, landing) } else { landing }
    };
    let mut all: Vec<(usize, Landing)> = tables.iter().map(place).enumerate().collect();
    let best = all.iter().position(|(_, landing)| landing.column.is_some() && landing.fate != Fate::Additional).unwrap_or(0);
    (best < all.len()).then(|| all.swap_remove(best))
}

/// The place of what a violation is about: the value, or the key in it.
pub(super) fn tokens(violation: &Violation) -> Vec<&str> {
    violation.tokens.iter().chain(&violation.key).map(String::as_str).collect()
}

/// Where what a violation is about lands, of the landing at its [`tokens`].
pub(super) fn landing_of(layout: &Layout, violation: &Violation, landing: Landing) -> Landing {
    if violation.about_name { of_key(layout, landing) } else { landing }
}

/// Of a member's name at fault it is the map's column of keys that counts, not that of values.
fn of_key(layout: &Layout, landing: Landing) -> Landing {
    let map = landing.column.and_then(|column| layout.get(column)?.parent).filter(|&map| layout.is_map(map));
    match map.and_then(|map| layout.child(Some(map), "key")) {
        Some(key) => Landing {
            column: Some(key),
            fate: Fate::Stored,
            reason: Some("as a key of the map".to_owned()),
            sql: Some(sink::select(layout, key)),
            ..landing
        },
        None => landing,
    }
}
