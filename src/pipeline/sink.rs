//! Where the values of a document end up in a table row.
//!
//! Owns: the row that the pipeline would write, the exception that ends it instead, the landing of every value with its reason, SQL that
//! selects it. All come from one replay of what the pipeline does ([`transform`]).
//! Also owns: the way back, from a column to the value that fills it.
//! Refuses: reading layouts (layout), judging documents (verdict), drawing. The rules' source is the pipeline's own
//! `PubsubMessageToObjectNode` and `NestedMetadata`.

mod assume;
mod coerce;
mod fate;
mod fates;
mod json;
mod line;
mod lines;
mod lists;
mod made;
mod name;
mod near;
mod outcome;
mod places;
mod sql;
mod standard;
mod told;
mod transform;
mod warn;

use std::borrow::Cow;

use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::layout::{ColumnId, Layout};
use json::JsonWriter;
use made::{MemberKey, ValueContent, ValueId};
use transform::{Intent, IntentWhy, Transform};

pub use fate::Fate;
pub use fates::{Fates, Filled};
pub use line::LandingLine;
pub use lines::{LandingLines, Shown};
pub use made::Coercion;
pub use name::converted;
pub use outcome::{Reason, Side};
pub use places::Transformed;
use sql::SqlStep;
pub use sql::select;
pub use standard::is_taken_out;
pub use transform::{Exception, RowRefusal};
pub use warn::{Severity, Warning, Warnings};

/// The column with everything that the table has no column for.
pub const ADDITIONAL: &str = "additional_properties";

/// SQL that selects a value which stands in `additional_properties` of a row as it does in a document of its own.
pub fn in_additional(document: &Document, node: NodeId) -> String {
    let mut around: Vec<NodeId> = document.ancestors(node).skip(1).collect();
    around.reverse();
    let step = |(token, around): (String, NodeId)| match token.parse() {
        Ok(index) if document.kind(around) == Kind::Array => SqlStep::Index(index),
        _ => SqlStep::Key(token),
    };
    let steps: Vec<SqlStep> = document.tokens(node).into_iter().zip(around).map(step).collect();
    sql::json(ADDITIONAL, &steps, document.kind(node).is_container())
}

/// Where one value lands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The column that holds it, or would if the value fitted.
    pub column: Option<ColumnId>,
    /// What becomes of the value.
    pub fate: Fate,
    /// One sentence: why it is not stored as it is, or how it is stored.
    pub reason: Option<String>,
    /// Expression that selects the value, with UNNEST where it is repeated; for additional_properties a JSON extraction.
    pub sql: Option<String>,
    /// Place inside the parsed `additional_properties` column, where it lands there.
    pub additional_pointer: Option<String>,
    /// The column that its key was probably meant for, where no column has that name.
    pub nearest: Option<ColumnId>,
}

/// What comes with a document.
#[derive(Debug, Clone, Default)]
pub struct Submission<'a> {
    /// Names and texts in their order: `document_namespace`, `geo_country`, `x_debug_id` …
    pub attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Whether the doctype is deployed without `additional_properties`, so that what has no column is lost.
    pub strict: bool,
}

impl Submission<'_> {
    /// Of attributes that are nobody else's.
    pub fn of(attributes: Vec<(String, String)>, strict: bool) -> Self {
        let attributes = attributes.into_iter().map(|(name, text)| (Cow::Owned(name), Cow::Owned(text))).collect();
        Submission { attributes, strict }
    }
}

/// Replays what the pipeline does to a document on its way into a table. What could be read of a broken document counts.
pub fn transform(layout: &Layout, document: &Document, submission: &Submission<'_>) -> Transformed {
    let mut transform = Transform::new(layout, document, submission.strict);
    let (row, metadata) = standard::assemble(&mut transform, submission);
    let rest = transform.transform(row, None, 0);
    let rest = transform.build(ValueContent::Object(rest));
    put(&mut transform, row, standard::METADATA, metadata);
    if !submission.strict {
        let text = transform.build(ValueContent::Json(rest));
        put(&mut transform, row, ADDITIONAL, text);
    }
    Transformed::new(transform, row, rest)
}

/// Writes one of the pipeline's own members over what the document brought under the name, or at the end.
fn put(transform: &mut Transform<'_>, object: ValueId, name: &'static str, value: ValueId) {
    let (layout, document) = (transform.layout, transform.document);
    if let ValueContent::Object(members) = &mut transform.values[object as usize].value {
        match members.iter_mut().find(|(key, _)| key.name(layout, document) == name) {
            Some((_, earlier)) => *earlier = value,
            None => members.push((MemberKey::Name(Cow::Borrowed(name)), value)),
        }
    }
}

impl Transformed {
    /// Beside the layout and the document that it was made from.
    pub fn beside<'a>(&'a self, layout: &'a Layout, document: &'a Document) -> Landed<'a> {
        Landed { layout, document, transformed: self }
    }

    /// The exception that ends the row, if any.
    pub fn refusal(&self) -> Option<RowRefusal> {
        self.refusal
    }
}

/// A document that became a row, with what it was made from.
#[derive(Debug, Clone, Copy)]
pub struct Landed<'a> {
    layout: &'a Layout,
    document: &'a Document,
    transformed: &'a Transformed,
}

impl<'a> Landed<'a> {
    /// The row as the pipeline hands it to BigQuery, as JSON on one line, not safe for a terminal; or why there is none.
    pub fn row(&self) -> Result<String, RowRefusal> {
        match self.transformed.refusal {
            Some(refusal) => Err(refusal),
            None => Ok(self.writer().write(self.transformed.row)),
        }
    }

    /// The value of the document that a place of the row was made of, by decoded tokens; `None` where the pipeline made it of none.
    pub fn value_at(&self, tokens: &[String]) -> Option<NodeId> {
        self.transformed.value_at(self.layout, self.document, tokens)
    }

    fn writer(&self) -> JsonWriter<'a> {
        JsonWriter { layout: self.layout, document: self.document, values: &self.transformed.values }
    }
}

/// Where the value at decoded tokens lands. Without a document the shape is assumed to be right. A value that the document does not have gets
/// the column that it would fill, as [`Fate::Unknown`]. For many values of one document, [`transform`] once and ask [`Landed::landing`].
pub fn landing<S: AsRef<str>>(layout: &Layout, tokens: &[S], document: Option<&Document>) -> Landing {
    match document.filter(|document| !document.is_empty()) {
        Some(document) => transform(layout, document, &Submission::default()).beside(layout, document).landing(tokens),
        None => assume::landing(layout, tokens),
    }
}

/// An expression for the key that decoded tokens end in, in the map that they lead to; `None` where that is no map.
pub fn select_key<S: AsRef<str>>(layout: &Layout, tokens: &[S]) -> Option<String> {
    assume::key(layout, tokens)
}

/// The first value of the document that lands in the column: the way back from a column under the cursor.
/// For the columns of a map, a list or a RECORD that is the member, list or object they are made from.
pub fn value_of(layout: &Layout, column: ColumnId, document: &Document) -> Option<NodeId> {
    transform(layout, document, &Submission::default()).beside(layout, document).value_of(column)
}

#[cfg(test)]
mod tests;

impl Landed<'_> {
    /// The first value, in document order, that fills the column; one that is lost to another only where no other is there.
    pub fn value_of(&self, column: ColumnId) -> Option<NodeId> {
        let asked = self.layout.get(column)?;
        let map = asked.parent.filter(|&map| self.layout.is_map(map) && &*asked.name == "key");
        let filled = |(node, intent): (usize, &Option<Intent>)| {
            let node = node as NodeId;
            let intent = (*intent)?;
            match map {
                Some(map) => {
                    (intent.column == Some(map) && intent.why == IntentWhy::Map).then(|| self.document.children(node).next()).flatten()
                }
                None => (intent.column == Some(column)).then_some(node),
            }
        };
        let mut lost = None;
        for node in self.transformed.intents.iter().enumerate().filter_map(filled) {
            let is_lost = self.transformed.place(node).is_none()
                && self.transformed.intents[node as usize].is_some_and(|intent| {
                    matches!(intent.why, IntentWhy::Written | IntentWhy::Map | IntentWhy::Lost)
                        || (intent.why == IntentWhy::Null && intent.column == Some(column))
                });
            if !is_lost {
                return Some(node);
            }
            lost = lost.or(Some(node));
        }
        lost
    }
}
