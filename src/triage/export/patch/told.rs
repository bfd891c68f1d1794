//! Which edits may be told though they write something out of documents into a schema.
//!
//! Owns: what is known to whoever has the schemas.
//! Refuses: what stands for the rest (mend), rules of single values (redact).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::pipeline::document::unescape_pointer;
use crate::pipeline::schema::walk::TokenMatch;
use crate::rows::schemas::SchemaStore;
use crate::triage::mend::{Loosening, NodeEdit, is_round};
use crate::triage::redact::Redactor;

/// Whether an edit names nothing of documents that may not be told: keys and texts stand in some schema, as a whole; numbers are small or of so few
/// digits that nobody is known by them.
pub(super) fn is_told(edit: &NodeEdit, schemas: &SchemaStore, redactor: &mut Redactor) -> bool {
    if redactor.is_raw() {
        return true;
    }
    match &edit.loosening {
        Loosening::Keys(keys) => {
            let unknown = keys.keys().filter(|key| redactor.key(key, TokenMatch::Unknown) != key.as_str());
            let unknown: BTreeSet<String> = unknown.map(|key| Value::from(key.as_str()).to_string()).collect();
            schemas.have_texts(unknown)
        }
        Loosening::Values(values) => {
            let is_plain = |value: &str| matches!(value, "null" | "true" | "false") || redactor.is_small(value);
            let unknown: BTreeSet<String> = values.iter().filter(|value| !is_plain(value)).cloned().collect();
            unknown.iter().all(|value| value.starts_with('"')) && schemas.have_texts(unknown)
        }
        // Lengths and sizes are told.
        Loosening::Limit { keyword, to } if keyword.ends_with("imum") => is_round(to) || tells_number(&edit.pointer, to, redactor),
        // Of what is read by everybody's program letters, digits and signs say nothing of anybody; rarer ones may.
        Loosening::Pattern { form, .. } => form.is_ascii(),
        _ => true,
    }
}

/// What an edit writes that may not be told, in words.
pub(super) fn untold(edit: &NodeEdit) -> &'static str {
    match edit.loosening {
        Loosening::Keys(_) => "keys out of the documents that no schema has",
        Loosening::Values(_) => "values out of the documents that no schema has",
        Loosening::Pattern { .. } => "rare characters of values out of the documents",
        _ => "a number out of the documents",
    }
}

/// Whether a number out of documents at a node may be told as it is.
pub(super) fn tells_number(pointer: &str, number: &str, redactor: &Redactor) -> bool {
    let tokens = unescape_pointer(pointer);
    let property = tokens.windows(2).rev().find(|pair| pair[0] == "properties").map(|pair| pair[1].as_str());
    redactor.tells_number(property, number)
}
