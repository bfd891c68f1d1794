//! Rows of a Parquet file that are read by a map of members, read again.
//!
//! Owns: one by its place, all in order. Refuses: what a member means (foreign).

use std::ops::ControlFlow;
use std::sync::Arc;

use super::{RowWalk, gone, unread, whole_row};
use crate::rows::foreign::place::{place, row_of};
use crate::rows::row::SourceRow;
use crate::rows::source::SourceError;
use crate::rows::source::files::input::Input;
use crate::rows::source::files::line::{FoundRow, RowReader};
use crate::rows::source::files::parquet::{ParquetTable, undecoded};
use crate::rows::source::files::scan::mapped;
use crate::rows::source::files::tally::InputTally;

/// The row at a place.
pub(super) fn row(input: &Input, place: u64) -> Result<SourceRow, SourceError> {
    let (number, failure) = row_of(place);
    let origin = input.origin_of(number);
    let text = input.table(true, &Arc::default())?.json_row(number).map_err(|error| unread(origin.clone(), &error))?;
    let (text, mut reader) = (text.ok_or_else(|| gone(input))?, RowReader::taking(input.others.clone()));
    let row = whole_row(&mut reader, &text, failure as u64, origin.clone());
    row.map_err(|reason| SourceError::NotATable { origin, reason })
}

impl RowWalk<'_> {
    /// The rows of a Parquet file by a map of members. Rows may have several failures, so that those before a range are read to number it.
    pub(super) fn mapped_table(&mut self, position: usize, input: &Input, table: &ParquetTable, tally: &mut InputTally) -> ControlFlow<()> {
        let mut reader = RowReader::taking(input.others.clone());
        while let Some(group) = table.next() {
            let (first, rows_in, block) = (table.rows_before(group), table.rows_in(group), group as u32);
            let mut done = 0;
            tally.block(block, rows_in);
            let mut rows = match table.json_rows(group, &|_| true) {
                Ok(rows) => rows,
                Err(error) => {
                    tally.bad(block, 0, rows_in, undecoded(&error), b"");
                    continue;
                }
            };
            loop {
                let text = match rows.next() {
                    Ok(Some(text)) => text,
                    Ok(None) => break,
                    Err(error) => {
                        tally.bad(block, done, rows_in.saturating_sub(done), undecoded(&error), b"");
                        break;
                    }
                };
                let number = first + done;
                match mapped(&mut reader, &text) {
                    FoundRow::Other(row) => {
                        input.has_others();
                        tally.other(&row);
                        if let Some(text) = row.failures.first().and_then(|failure| failure.error_row(1).odd_time) {
                            tally.odd_time(block, done, text);
                        }
                        self.failures(position, (place(number), &text), &row, input.origin_of(number))?;
                        if self.number >= self.range.end {
                            return ControlFlow::Break(());
                        }
                    }
                    FoundRow::Bad(reason) => tally.bad(block, done, 1, reason, &text),
                    FoundRow::Blank | FoundRow::Row(_) | FoundRow::Foreign => tally.foreign(block, done, &text),
                }
                done += 1;
            }
        }
        ControlFlow::Continue(())
    }
}
