//! The top-level names that the pipeline keeps to itself.
//!
//! The decoder takes a document's own `metadata` and standard fields out of it and makes attributes of them; the row's fields of
//! these names are written from the attributes. What a document calls `additional_properties` is overwritten.

use crate::document::{Document, Kind};
use crate::layout::Layout;

use super::{Fate, Landing, name, quoted, sql};

/// Fields that become attributes.
const FIELDS: [&str; 8] = [
    "submission_timestamp",
    "document_id",
    "normalized_app_name",
    "normalized_channel",
    "normalized_os",
    "normalized_os_version",
    "normalized_country_code",
    "sample_id",
];

/// Whether the decoder takes a top-level member of that name out of the document before it validates and stores it.
pub fn is_taken_out(name: &str) -> bool {
    name == "metadata" || FIELDS.contains(&name)
}

/// The landing of a value under one of these names; `None` for all others.
pub(super) fn landing<S: AsRef<str>>(layout: &Layout, tokens: &[S], document: Option<&Document>) -> Option<Landing> {
    let first = tokens.first()?.as_ref();
    if is_taken_out(first) {
        return Some(from_attribute(layout, tokens, document));
    }
    let named = name::column_of(layout, None, first)?;
    let column = layout.get(named.column)?;
    matches!(&*column.name, "additional_properties" | "metadata").then(|| {
        let reason = format!("The pipeline writes {} itself; the document's own is lost.", quoted(&column.name));
        let column = find(layout, tokens).unwrap_or(named.column);
        Landing { column: Some(column), fate: Fate::Dropped, reason: Some(reason), sql: None, additional_pointer: None }
    })
}

fn from_attribute<S: AsRef<str>>(layout: &Layout, tokens: &[S], document: Option<&Document>) -> Landing {
    let column = find(layout, tokens);
    let name = tokens.last().map_or("", S::as_ref);
    let kind = document.map(|document| document.find(tokens).ok().map(|id| document.kind(id)));
    // Only text survives the way through an attribute; sample_id is read from any single value.
    let (fate, reason) = match (column, kind) {
        (None, _) => {
            (Fate::Dropped, format!("The decoder takes {} out of the document, and the table has no column for it.", quoted(name)))
        }
        (_, Some(None)) => (Fate::Unknown, format!("The document has no such value; the pipeline fills {} itself.", quoted(name))),
        (_, Some(Some(kind))) if kind != Kind::String && (name != "sample_id" || kind.is_container()) => {
            (Fate::Dropped, format!("The decoder takes {} out of the document and keeps only text; this is lost.", quoted(name)))
        }
        _ => (Fate::Changed, format!("The decoder takes {} out of the document as an attribute, which fills the column.", quoted(name))),
    };
    Landing { column, fate, reason: Some(reason), sql: column.map(|id| sql::select(layout, id)), additional_pointer: None }
}

/// Metadata is copied by its exact names.
fn find<S: AsRef<str>>(layout: &Layout, tokens: &[S]) -> Option<crate::layout::ColumnId> {
    let mut tokens = tokens.iter().map(S::as_ref);
    let first = layout.child(None, tokens.next()?);
    tokens.try_fold(first?, |parent, name| layout.child(Some(parent), name))
}
