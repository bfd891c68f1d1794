//! What threads count beside groups, put together so that it does not matter which thread met what.
//!
//! Owns: unreadable pieces and their line numbers, columns met, rows outside of the request. Refuses: grouping itself (`group`).

use super::columns::SeenColumns;
use super::input::Input;
use super::sniff::RowsShape;
use crate::rows::group::{Grouper, Groups};
use crate::rows::row::{BadRow, ErrorRow, RowRef, Unreadable};
use crate::rows::source::{Filter, SourceError};

/// How many unreadable pieces are quoted.
const QUOTED: usize = 5;
/// Characters that are quoted of each.
const QUOTE: usize = 200;

/// What one thread has counted.
#[derive(Clone)]
pub(super) struct ThreadTally {
    /// Groups of the rows that were asked for.
    pub(super) grouper: Grouper,
    /// Rows that were not.
    pub(super) outside: u64,
    /// The rest, by input.
    pub(super) inputs: Vec<InputTally>,
}

impl ThreadTally {
    /// Nothing counted yet.
    pub(super) fn new(grouper: Grouper, inputs: usize) -> Self {
        ThreadTally { grouper, outside: 0, inputs: vec![InputTally::default(); inputs] }
    }

    /// Counts a row, or takes note of one that was not asked for.
    pub(super) fn row(&mut self, row: &ErrorRow<'_>, at: RowRef, filter: &mut Filter) {
        if filter.takes(row) {
            self.grouper.add(row, at);
        } else {
            self.outside += 1;
            self.grouper.add_outside(row, at, filter.relates(row));
        }
    }
}

/// What was met in one input.
#[derive(Debug, Clone, Default)]
pub(super) struct InputTally {
    seen: SeenColumns,
    rows: u64,
    bad: u64,
    first: Vec<BadPiece>,
    /// Pieces of each block, readable or not: they number the ones that are not.
    pieces: Vec<(u32, u64)>,
}

/// A piece that is no row.
#[derive(Debug, Clone)]
struct BadPiece {
    block: u32,
    piece: u64,
    reason: String,
    quote: String,
}

impl InputTally {
    /// A row with these columns.
    pub(super) fn row(&mut self, seen: SeenColumns) {
        self.rows += 1;
        self.seen.merge(seen);
    }

    /// Columns that the input has whether or not there is a row.
    pub(super) fn columns(&mut self, seen: SeenColumns) {
        self.seen.merge(seen);
    }

    /// Pieces that are no rows: so many from this one on in its block.
    pub(super) fn bad(&mut self, block: u32, piece: u64, count: u64, reason: String, text: &[u8]) {
        self.bad += count;
        // A thread takes blocks in order, so its first few are enough to find the first few of all.
        if self.first.len() < QUOTED {
            let head = &text[..text.len().min(4 * QUOTE)];
            let quote = String::from_utf8_lossy(head).trim_start().chars().take(QUOTE).collect();
            self.first.push(BadPiece { block, piece, reason, quote });
        }
    }

    /// A block is read.
    pub(super) fn block(&mut self, number: u32, pieces: u64) {
        self.pieces.push((number, pieces));
    }

    fn merge(&mut self, other: InputTally) {
        self.seen.merge(other.seen);
        self.rows += other.rows;
        self.bad += other.bad;
        self.first.extend(other.first);
        self.pieces.extend(other.pieces);
    }

    /// Adds what was unreadable here, the first few with their numbers.
    pub(super) fn report(mut self, input: &Input, into: &mut Unreadable) {
        into.count += self.bad;
        self.first.sort_by_key(|bad| (bad.block, bad.piece));
        self.pieces.sort_unstable();
        let room = QUOTED.saturating_sub(into.first.len());
        for bad in self.first.into_iter().take(room) {
            let before: u64 = self.pieces.iter().take_while(|(block, _)| *block < bad.block).map(|(_, pieces)| pieces).sum();
            into.first.push(BadRow { origin: input.origin_of(before + bad.piece), reason: bad.reason, quote: bad.quote });
        }
    }

    /// Refuses an input whose rows have nothing to do with errors.
    pub(super) fn check(&self, input: &Input) -> Result<(), SourceError> {
        if self.rows == 0 || !self.seen.is_empty() {
            return Ok(());
        }
        let what = if input.shape() == Some(RowsShape::Parquet) { "it has no column" } else { "none of its rows has a column" };
        Err(SourceError::NotATable {
            origin: input.name.clone(),
            reason: format!(
                "{what} of the error table (document_namespace, document_type, error_message, …): give an export of that table or of a view of it"
            ),
        })
    }
}

/// The parts of all threads as one answer.
pub(super) fn together(parts: Vec<ThreadTally>, inputs: &[Input], partial: bool) -> Result<Groups, SourceError> {
    let mut outside = 0;
    let mut tallies = vec![InputTally::default(); inputs.len()];
    let mut groupers = Vec::with_capacity(parts.len());
    for part in parts {
        outside += part.outside;
        groupers.push(part.grouper);
        tallies.iter_mut().zip(part.inputs).for_each(|(all, tally)| all.merge(tally));
    }
    let mut groups = Grouper::merge(groupers);
    let mut seen = SeenColumns::default();
    for (tally, input) in tallies.into_iter().zip(inputs) {
        tally.check(input)?;
        seen.merge(tally.seen);
        tally.report(input, &mut groups.unreadable);
    }
    groups.outside = outside;
    // Where there was nothing to read, nothing is known of its columns.
    groups.missing_columns = if seen.is_empty() { Vec::new() } else { seen.missing() };
    if partial {
        groups.stopped_early();
    }
    Ok(groups)
}
