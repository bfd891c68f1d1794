//! The columns of the error table that matter here, by number.
//!
//! Owns: which of them an input has, the cells of one row. Refuses: reading text.

use crate::rows::column::ErrorColumn;
use crate::rows::row::{ErrorRow, read_time};

/// How many columns matter: those that groups are made of, and whose the rows are.
pub(super) const COUNT: usize = ErrorColumn::NEEDED.len() + 1;
/// Those columns, each at its position.
const READ: [ErrorColumn; COUNT] = {
    let mut read = [ErrorColumn::Client; COUNT];
    let mut at = 0;
    while at < ErrorColumn::NEEDED.len() {
        read[at] = ErrorColumn::NEEDED[at];
        at += 1;
    }
    read
};
/// A row that has one of them is a row of the error table; documents and rows of other tables have none.
pub(super) const TELLING: [ErrorColumn; 3] = [ErrorColumn::Message, ErrorColumn::Stage, ErrorColumn::Class];

/// Position of the payload.
pub(super) const PAYLOAD: usize = ErrorColumn::Payload.position();
/// Position of the time.
pub(super) const TIME: usize = ErrorColumn::Time.position();

/// Position of a column by its name.
pub(super) fn position(name: &[u8]) -> Option<usize> {
    READ.iter().position(|column| column.name().as_bytes() == name)
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

    /// Whether a row with these columns is one of the error table.
    pub(super) fn tell_an_error(self) -> bool {
        const TELL: u16 = (1 << TELLING[0].position()) | (1 << TELLING[1].position()) | (1 << TELLING[2].position());
        self.0 & TELL != 0
    }

    /// Whether a row with these columns has a message and nothing else that a row of the error table has.
    pub(super) fn only_message(self) -> bool {
        self.0 == 1 << TELLING[0].position()
    }

    /// The columns that were not met.
    pub(super) fn missing(self) -> Vec<ErrorColumn> {
        ErrorColumn::NEEDED.into_iter().filter(|column| self.0 & (1 << column.position()) == 0).collect()
    }
}

/// The texts of one row; `None` is an absent column, NULL, or the payload, which is never read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowCells<'a> {
    /// By position in [`READ`].
    pub(super) text: [Option<&'a str>; COUNT],
    /// Which columns the row has.
    pub(super) seen: SeenColumns,
    /// How many rows it stands for.
    pub(super) rows: u64,
    /// See [`ErrorRow::accepted`].
    pub(super) accepted: Option<u64>,
}

impl<'a> RowCells<'a> {
    /// The row as grouping wants it.
    pub(super) fn error_row(&self) -> ErrorRow<'a> {
        // In the order of the positions.
        let [namespace, doctype, version, message, stage, class, job, _, time, client] = self.text;
        let (time, odd_time) = read_time(time);
        ErrorRow {
            namespace,
            doctype,
            version,
            stage,
            class,
            message,
            job,
            time,
            odd_time,
            client,
            rows: self.rows,
            accepted: self.accepted,
        }
    }
}
