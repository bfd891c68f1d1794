//! Rows of a Parquet file that are read by a map of members.
//!
//! Owns: row groups as JSON of the columns that groups are made of, what is told of rows that are none. Refuses: what a member means (foreign).

use std::sync::atomic::Ordering;

use parquet::errors::ParquetError;

use super::{Count, Worker, locked};
use crate::rows::foreign::place::place;
use crate::rows::source::files::line::{FoundRow, RowReader};
use crate::rows::source::files::parquet::{ParquetTable, undecoded};

/// Rows of a row group that are none as the map says, of which all columns are read to tell why.
const FEW: usize = 8;
/// Rows of a table that are read by a map at a time.
const BATCH: usize = 256;

impl Worker<'_> {
    /// Counts the rows of a Parquet file by a map of members, a row group at a time.
    pub(super) fn mapped_table(&mut self, input: usize, table: &ParquetTable) {
        while !self.scan.gauge.stopped() {
            let Some(group) = table.next() else { return };
            let mut done = 0;
            if let Err(error) = self.mapped_group(input, table, group, &mut done) {
                let lost = table.rows_in(group).saturating_sub(done);
                locked(self.part).inputs[input].bad(group as u32, done, lost, undecoded(&error), b"");
            }
            locked(self.part).inputs[input].block(group as u32, table.rows_in(group));
            self.scan.gauge.bytes.fetch_add(table.bytes_of(group), Ordering::Relaxed);
        }
    }

    fn mapped_group(&mut self, input: usize, table: &ParquetTable, group: usize, done: &mut u64) -> Result<(), ParquetError> {
        let others = &self.scan.inputs[input].others;
        let mut rows = table.json_rows(group, &|column| others.groups_by(column))?;
        let (mut batch, mut untold) = (Vec::with_capacity(BATCH), Vec::new());
        let mut end = Ok(());
        while end.is_ok() && !self.scan.gauge.stopped() {
            batch.clear();
            while batch.len() < BATCH {
                match rows.next() {
                    Ok(Some(row)) => batch.push(row),
                    Ok(None) => break,
                    Err(error) => {
                        end = Err(error);
                        break;
                    }
                }
            }
            if batch.is_empty() {
                break;
            }
            let mut part = locked(self.part);
            let mut count = Count::new(&mut part, &mut self.filter, input, group as u32);
            (count.of, count.piece) = (Some(&*self.scan.inputs[input]), *done);
            for text in &batch {
                match mapped(&mut self.reader, text) {
                    FoundRow::Bad(reason) if untold.len() < FEW && count.part.inputs[input].is_quoting() => {
                        untold.push((count.piece, reason));
                        count.piece += 1;
                    }
                    found => count.add(found, place(table.rows_before(group) + count.piece), text),
                }
            }
            self.scan.gauge.rows.fetch_add(count.rows, Ordering::Relaxed);
            *done += batch.len() as u64;
        }
        // One reads at a time where there is one position in a file.
        drop(rows);
        for (piece, reason) in untold {
            self.untold(input, table, (group, piece), reason);
        }
        end
    }

    /// Tells what is wrong with a row by all of its columns, not by those alone that groups are made of.
    fn untold(&mut self, input: usize, table: &ParquetTable, (group, piece): (usize, u64), reason: String) {
        let is_quoting = locked(self.part).inputs[input].is_quoting();
        let whole = if is_quoting { table.json_row(table.rows_before(group) + piece).ok().flatten() } else { None };
        let text = whole.as_deref().unwrap_or_default();
        let reason = if let FoundRow::Bad(reason) = mapped(&mut self.reader, text) { reason } else { reason };
        locked(self.part).inputs[input].bad(group as u32, piece, 1, reason, text);
    }
}

/// A row of a table by a map of members.
pub(in crate::rows::source::files) fn mapped<'a>(reader: &'a mut RowReader, text: &'a [u8]) -> FoundRow<'a> {
    match reader.value(text) {
        FoundRow::Other(row) => row.too_many().map_or(FoundRow::Other(row), FoundRow::Bad),
        found => found,
    }
}
