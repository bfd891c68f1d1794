//! Where the values of a document end up in a table row.
//!
//! Owns: the rules from key to column (names, shapes), the reason where a value has none, SQL that selects it.
//! Refuses: reading layouts (layout), drawing. The rules' source is the pipeline's own `PubsubMessageToObjectNode`.

mod back;
mod finish;
mod name;
mod sql;
mod standard;
mod value;
mod walk;

use crate::document::{Document, NodeId};
use crate::layout::{ColumnId, Layout};

pub use sql::{identifier, literal, select};
pub use standard::is_taken_out;

/// The reason of a null that is [`Fate::Dropped`]: nothing is written and nothing is lost, so people are better told that it is stored.
pub const HOLDS_NULL: &str = "null: the column holds NULL.";

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
}

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// In its column as it is.
    Stored,
    /// In a column of another name, or in another form.
    Changed,
    /// In the `additional_properties` column.
    Additional,
    /// Nowhere: null, empty, or lost.
    Dropped,
    /// The row cannot be written.
    Refused,
    /// There is no table, or no value to place.
    Unknown,
}

impl Fate {
    /// One word for people and output.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Stored => "stored",
            Fate::Changed => "changed",
            Fate::Additional => "additional",
            Fate::Dropped => "dropped",
            Fate::Refused => "refused",
            Fate::Unknown => "unknown",
        }
    }
}

/// Where the value at decoded tokens lands. The document settles tuples, maps of the wrong shape and values that do not fit; without one
/// the shape is assumed to be right. A value that the document does not have gets the column that it would fill, as [`Fate::Unknown`].
pub fn landing<S: AsRef<str>>(layout: &Layout, tokens: &[S], document: Option<&Document>) -> Landing {
    let document = document.filter(|document| !document.is_empty());
    if let Some(landing) = standard::landing(layout, tokens, document) {
        return landing;
    }
    let mut walk = walk::Walk::new(layout, document);
    tokens.iter().for_each(|token| walk.step(token.as_ref()));
    finish::finish(walk)
}

/// The first value of the document that lands in the column: the way back from a column under the cursor.
/// For the columns of a map, a list or a RECORD that is the member, list or object they are made from.
pub fn value_of(layout: &Layout, column: ColumnId, document: &Document) -> Option<NodeId> {
    back::value_of(layout, column, document)
}

/// A key or name from the data for a sentence: safe, short, in backticks.
fn quoted(text: &str) -> String {
    format!("`{}`", crate::text::clip_middle(&crate::text::visible(text), 60))
}

#[cfg(test)]
mod tests;
