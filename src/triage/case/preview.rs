//! The row that a document becomes, to be looked at.
//!
//! Owns: the row of one table as a document of its own, and where a value has come to in it; or why there is none.
//! Refuses: making the row (sink).

use std::sync::Arc;

use crate::pipeline::document::{Document, NodeId, PathStyle, unescape_pointer};
use crate::pipeline::layout::ColumnId;
use crate::pipeline::sink::{ADDITIONAL, Fate, Landing};

use super::{Case, doctype};

/// The row that one table gets.
pub struct Preview {
    /// Position of the table, in the case's.
    pub table: usize,
    /// The row as the pipeline hands it to BigQuery.
    pub row: Result<Arc<Document>, NoRow>,
    /// The value in the row that a value of the document has become, where it was asked for and is there.
    pub value: Option<NodeId>,
}

/// Why there is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRow {
    /// Java's simple class name of the exception.
    pub exception: &'static str,
    /// The value that the pipeline's code fails on, in the whole document.
    pub node: NodeId,
    /// Its JSON pointer; untrusted.
    pub pointer: String,
    /// Why, as the end of a sentence that is safe for a terminal.
    pub why: String,
}

impl Case {
    /// Whether there is a row to be made, or an exception instead: it takes a JSON object and the columns of its table.
    pub fn has_preview(&self) -> bool {
        self.document.as_deref().is_some_and(doctype::is_parsed) && !self.tables.is_empty()
    }

    /// Makes the row of the table at that position; `None` where there is none to be made.
    pub fn preview(&self, table: usize, value: Option<NodeId>) -> Option<Preview> {
        if !self.has_preview() {
            return None;
        }
        let (at, landed) = (self.tables.get(table)?, self.tables.get(table)?.landed()?);
        let row = match landed.row() {
            Ok(row) => Ok(Arc::new(Document::parse(row.into_bytes()))),
            Err(refusal) => Err(NoRow {
                exception: refusal.exception.name(),
                node: at.outside(refusal.node),
                pointer: at.document().map(|document| document.path(refusal.node, PathStyle::Pointer)).unwrap_or_default(),
                why: landed.why_refused(refusal),
            }),
        };
        let find = |row: &Document, value| row.find(&unescape_pointer(&at.row_pointer(value)?)).ok();
        let is_of_name = value.is_some() && value == self.value && self.broken.as_ref().is_some_and(|broken| broken.about_name);
        let value = row.as_ref().ok().zip(value).and_then(|(row, value)| {
            let found = find(row, value)?;
            Some(if is_of_name { self.name_of(table, row, found).unwrap_or(found) } else { found })
        });
        Some(Preview { table, row, value })
    }

    /// Of an entry's value in a row its key, where a column of a map holds it.
    fn name_of(&self, table: usize, row: &Document, value: NodeId) -> Option<NodeId> {
        let layout = &self.tables.get(table)?.layout;
        let map = layout.get(self.column_of_row(table, row, value)?)?.parent.filter(|&map| layout.is_map(map));
        map.and_then(|_| row.member(row.parent(value)?, "key"))
    }

    /// Where the value of the document landed that a value of a row was made of, in the table at that position; `None` where the pipeline made it.
    pub fn landing_of_row(&self, table: usize, row: &Document, value: NodeId) -> Option<Landing> {
        let landed = self.tables.get(table)?.landed()?;
        Some(landed.landing_of(landed.value_at(&row.tokens(value))?))
    }

    /// What is told of a value of a row that the table has no column for.
    pub fn ignored_in_row(row: &Document, value: NodeId) -> String {
        let is_rest = row.tokens(value).first().is_some_and(|name| name == ADDITIONAL);
        let fate = if is_rest { format!("{}; ", Fate::Lost.words()) } else { String::new() };
        format!("{fate}the table has no column for it: BigQuery ignores it")
    }

    /// The column that holds a value of a row of the table at that position.
    pub fn column_of_row(&self, table: usize, row: &Document, value: NodeId) -> Option<ColumnId> {
        let layout = &self.tables.get(table)?.layout;
        let mut chain: Vec<NodeId> = row.ancestors(value).collect();
        chain.reverse();
        // Elements of lists belong to the list's column, as does everything in a JSON value.
        chain
            .into_iter()
            .filter_map(|node| row.key(node))
            .try_fold(None, |at, name| layout.child(at, &name).map(Some).ok_or(at))
            .unwrap_or_else(|at| at)
    }
}
