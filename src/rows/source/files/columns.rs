//! The columns of the error table that matter here, by number.
//!
//! Owns: which of them an input has, the cells of one row. Refuses: reading text.

use crate::rows::column::ErrorColumn;
use crate::rows::row::ErrorRow;

/// How many columns matter.
pub(super) const COUNT: usize = ErrorColumn::NEEDED.len();

/// Position of the payload.
pub(super) const PAYLOAD: usize = ErrorColumn::Payload.position();
/// Position of the time.
pub(super) const TIME: usize = ErrorColumn::Time.position();

/// Position of a column by its name.
pub(super) fn position(name: &[u8]) -> Option<usize> {
    ErrorColumn::NEEDED.iter().position(|column| column.name().as_bytes() == name)
}

/// A set of columns that were met, with NULL or with a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SeenColumns(u16);

impl SeenColumns {
    /// Adds a column.
    pub(super) fn add(&mut self, column: usize) {
        self.0 |= 1 << column;
    }

    /// Adds what another set has.
    pub(super) fn merge(&mut self, other: SeenColumns) {
        self.0 |= other.0;
    }

    /// Whether no column was met at all: what was read is no export of the error table.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The columns that were not met.
    pub(super) fn missing(self) -> Vec<ErrorColumn> {
        ErrorColumn::NEEDED.into_iter().filter(|column| self.0 & (1 << column.position()) == 0).collect()
    }
}

/// The texts of one row; `None` is an absent column, NULL, or the payload, which is never read here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RowCells<'a> {
    /// By position in [`ErrorColumn::NEEDED`].
    pub(super) text: [Option<&'a str>; COUNT],
    /// Which columns the row has.
    pub(super) seen: SeenColumns,
}

impl<'a> RowCells<'a> {
    /// The row as grouping wants it.
    pub(super) fn error_row(&self) -> ErrorRow<'a> {
        // In the order of the positions.
        let [namespace, doctype, version, message, stage, class, job, _, time] = self.text;
        ErrorRow { namespace, doctype, version, stage, class, message, job, time: time.and_then(crate::ground::time::parse_time) }
    }
}
