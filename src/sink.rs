//! Where the values of a document end up in a table row.
//!
//! Owns: the rules from key to column (names, shapes), the reason where a value has none, SQL that selects it.
//! Refuses: reading layouts (layout), drawing. The rules' source is the pipeline's own `PubsubMessageToObjectNode`.

use crate::document::{Document, NodeId};
use crate::layout::{ColumnId, Layout};

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

/// Where the value at decoded tokens lands. The document settles tuples, maps of the wrong shape and values that do not fit; without one the shape is assumed to be right.
pub fn landing<S: AsRef<str>>(_layout: &Layout, _tokens: &[S], _document: Option<&Document>) -> Landing {
    unimplemented!()
}

/// The first value of the document that lands in the column: the way back from a column under the cursor.
pub fn value_of(_layout: &Layout, _column: ColumnId, _document: &Document) -> Option<NodeId> {
    unimplemented!()
}
