//! Rows of a Parquet file that are read by a map of members, read again.
//!
//! Owns: some by their places, all in order. Refuses: what a member means (foreign).
//!
//! What lies in a row group before a row has to be read on the way to it: whoever wants several has them in the order of the file.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::{RowWalk, gone, unread, whole_row};
use crate::rows::foreign::place::{place, row_of};
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::source::files::input::Input;
use crate::rows::source::files::line::{FoundRow, RowReader};
use crate::rows::source::files::parquet::{JsonRows, ParquetTable, undecoded};
use crate::rows::source::files::scan::mapped;
use crate::rows::source::files::sniff::RowsShape;
use crate::rows::source::files::tally::InputTally;
use crate::rows::source::{SourceError, Watch};

/// Rows that are passed over before the wish to stop is looked for.
const STEP: u64 = 1024;

/// Whether rows of an input are found so.
pub(super) fn is_read_on(input: &Input) -> bool {
    input.shape() == Some(RowsShape::Parquet) && input.others.is_mapped()
}

/// The rows at places of an input, which are in order, until `visit` breaks. Each row group is read once.
pub(super) fn some(
    input: &Input,
    places: &[RowRef],
    watch: &dyn Watch,
    visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, SourceError> {
    let (table, mut reader) = (input.table(true, &Arc::default())?, RowReader::taking(input.others.clone()));
    let (mut open, mut last) = (None, None);
    for &at in places {
        let (number, failure) = row_of(at.place());
        let origin = input.origin_of(number);
        let text = match last.take() {
            Some((known, text)) if known == number => text,
            _ => read_on(&table, &mut open, number, watch, &origin)?.ok_or_else(|| gone(input))?,
        };
        let row = whole_row(&mut reader, &text, failure as u64, origin.clone());
        last = Some((number, text));
        if visit(at, row.map_err(|reason| SourceError::NotATable { origin, reason })?).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Rows of a row group, and the number of the next one in the file.
struct OpenRows<'t> {
    group: usize,
    next: u64,
    rows: JsonRows<'t>,
}

/// The row of a number, by rows that are open where they have not passed it; `None` behind the end.
fn read_on<'t>(
    table: &'t ParquetTable,
    open: &mut Option<OpenRows<'t>>,
    number: u64,
    watch: &dyn Watch,
    origin: &str,
) -> Result<Option<Vec<u8>>, SourceError> {
    let told = |error| unread(origin.to_owned(), &error);
    let Some(group) = (0..table.groups()).find(|&group| number < table.rows_before(group) + table.rows_in(group)) else { return Ok(None) };
    // Closed before others are opened: where there is one position in a file, one reads at a time.
    open.take_if(|open| open.group != group || open.next > number);
    let at = match open {
        Some(at) => at,
        None => {
            let rows = table.json_rows(group, &|_| true).map_err(told)?;
            open.insert(OpenRows { group, next: table.rows_before(group), rows })
        }
    };
    while at.next < number {
        if watch.cancelled() {
            return Err(SourceError::Input("reading was stopped".to_owned()));
        }
        let step = STEP.min(number - at.next);
        at.rows.skip(step).map_err(told)?;
        at.next += step;
    }
    at.next += 1;
    at.rows.next().map_err(told)
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
