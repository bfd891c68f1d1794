//! Places of failures of rows that are found by their number: which row, and which of its failures.
//!
//! Owns: how many failures such a row may have. Refuses: rows that are found by a byte of their text, in which each failure has a place of its own.

use super::ForeignRow;
use crate::ground::text::count;

/// Bits that tell which failure is meant.
const FAILURE_BITS: u32 = 16;
/// Most failures of a row.
const MOST: usize = 1 << FAILURE_BITS;

/// The place of a row's first failure; the next ones follow it.
pub(crate) fn place(row: u64) -> u64 {
    row << FAILURE_BITS
}

/// The row of a place, and which of its failures.
pub(crate) fn row_of(place: u64) -> (u64, usize) {
    (place >> FAILURE_BITS, (place as usize) & (MOST - 1))
}

impl ForeignRow {
    /// That it has more failures than there are places; `None` where it has not.
    pub(crate) fn too_many(&self) -> Option<String> {
        (self.failures.len() > MOST).then(|| format!("has more than {} failures", count(MOST as u64)))
    }
}
