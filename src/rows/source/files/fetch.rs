//! Rows read again: one by its place, or all in order.
//!
//! Owns: finding the place in plain, packed and copied text, what a row is called. Refuses: grouping (`scan`).

mod mapped;

use std::io::{self, Read};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use parquet::errors::ParquetError;

use super::block::{Block, SIZE};
use super::frame::Stream;
use super::input::{Input, InputReading};
use super::line::{FoundRow, RowReader};
use super::object;
use super::parquet::{ParquetTable, undecoded};
use super::sniff::{InputForm, Packing, RowsShape};
use super::store::StoreReader;
use super::stream::{ByteReader, ReadGauge};
use super::tally::InputTally;
use super::values::ValueFramer;
use crate::rows::foreign::ForeignRow;
use crate::rows::row::{RowRef, SourceRow, Unreadable};
use crate::rows::source::{SourceError, Watch};

/// Text up to this place is counted to name a row by its line; further in, the byte must do.
const COUNTED: u64 = 64 << 20;

/// Whoever visits rows.
pub(super) type Visit<'v> = &'v mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>;

/// The rows at places, whole, in any order, until `visit` breaks or it is called off. Tells how many were there.
pub(super) fn all(
    inputs: &[Arc<Input>],
    places: &[RowRef],
    watch: &dyn Watch,
    visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
) -> Result<usize, SourceError> {
    let mut found = 0;
    let mut visit = |at, row| {
        found += 1;
        visit(at, row)
    };
    let is_read_on = |at: &RowRef| inputs.get(at.file()).is_some_and(|input| mapped::is_read_on(input));
    let (mut together, alone): (Vec<RowRef>, Vec<RowRef>) = places.iter().copied().partition(is_read_on);
    together.sort_unstable_by_key(|at| (at.file(), at.place()));
    for of_input in together.chunk_by(|a, b| a.file() == b.file()) {
        if watch.cancelled() || mapped::some(of(inputs, of_input[0])?, of_input, watch, &mut visit)?.is_break() {
            return Ok(found);
        }
    }
    for at in alone {
        if watch.cancelled() || visit(at, row(inputs, at, watch)?).is_break() {
            break;
        }
    }
    Ok(found)
}

fn of(inputs: &[Arc<Input>], at: RowRef) -> Result<&Input, SourceError> {
    let input = inputs.get(at.file()).ok_or_else(|| SourceError::Input(format!("there is no input {}", at.file() + 1)))?;
    Ok(input)
}

/// The row at a place.
pub(super) fn row(inputs: &[Arc<Input>], at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError> {
    let (input, place, gauge) = (of(inputs, at)?, at.place(), Arc::default());
    if mapped::is_read_on(input) {
        let mut found = None;
        let flow = mapped::some(input, &[at], watch, &mut |_, row| {
            found = Some(row);
            ControlFlow::Continue(())
        });
        return flow.and_then(|_| found.ok_or_else(|| gone(input)));
    }
    if input.shape() == Some(RowsShape::Parquet) {
        let origin = input.origin_of(place);
        let found = input.table(true, &gauge)?.row(place, origin.clone());
        let found = found.map_err(|error| unread(origin, &error))?;
        return found.ok_or_else(|| gone(input));
    }
    let shape = input.shape().unwrap_or(RowsShape::Lines);
    let mut reader = RowReader::taking(input.others.clone());
    if input.may_have_others() {
        let (text, start, number) = around(input, place, watch)?;
        let origin = origin(input, place, Some(number));
        return whole_row(&mut reader, &text, place - start, origin.clone()).map_err(|reason| SourceError::NotATable { origin, reason });
    }
    let store = match input.copy().and_then(|copy| copy.holding(place)) {
        Some(store) => Some(store),
        None => input.text_store(true)?,
    };
    let (text, origin) = match store {
        Some(store) => {
            let number =
                if place < COUNTED { Some(count(&mut StoreReader::new(Arc::clone(&store), 0).take(place), shape, watch)?) } else { None };
            (first_piece(Box::new(StoreReader::new(store, place)), shape), origin(input, place, number))
        }
        None => again(input, place, shape, watch)?,
    };
    let text = text.ok_or_else(|| gone(input))?;
    whole_row(&mut reader, &text, 0, origin.clone()).map_err(|reason| SourceError::NotATable { origin, reason })
}

/// The row around a place, where it begins and its number: a failure of a row of another pipeline has a place inside of it.
fn around(input: &Input, place: u64, watch: &dyn Watch) -> Result<(Vec<u8>, u64, u64), SourceError> {
    let gauge = Arc::default();
    let (text, form): (ByteReader, InputForm) = match (input.copy().and_then(|copy| copy.holding(place)), input.shape()) {
        (Some(store), Some(shape)) => (Box::new(StoreReader::new(store, 0)), InputForm { packing: Packing::Plain, shape, csv: None }),
        _ => input.text(true, &gauge)?,
    };
    let stream = Stream::new(text, form, gauge);
    let (mut block, mut before) = (Block::default(), 0);
    while stream.next(&mut block) {
        if watch.cancelled() {
            return Err(SourceError::Input("reading was stopped".to_owned()));
        }
        let pieces = block.pieces();
        if let Some((at, (start, text, _))) =
            (0..).zip(&pieces).find(|(_, (start, text, whole))| *whole && (*start..*start + text.len().max(1) as u64).contains(&place))
        {
            return Ok((text.to_vec(), *start, before + at));
        }
        before += pieces.len() as u64;
    }
    Err(gone(input))
}

/// A row, whole: of one of another pipeline the failure of that number.
fn whole_row(reader: &mut RowReader, text: &[u8], failure: u64, origin: String) -> Result<SourceRow, String> {
    match reader.value(text) {
        FoundRow::Other(row) => {
            let at = usize::try_from(failure).unwrap_or(usize::MAX);
            row.source_row(text, at, origin).ok_or_else(|| "the row no longer has this failure".to_owned())
        }
        FoundRow::Bad(reason) => Err(reason),
        _ => object::source_row(text, origin),
    }
}

fn unread(origin: String, error: &ParquetError) -> SourceError {
    SourceError::NotATable { origin, reason: format!("the row cannot be decoded: {error}") }
}

fn gone(input: &Input) -> SourceError {
    SourceError::Input(format!("{} no longer has this row; open it again", input.name))
}

fn origin(input: &Input, place: u64, number: Option<u64>) -> String {
    number.map_or_else(|| format!("{} byte {}", input.name, crate::ground::text::count(place)), |number| input.origin_of(number))
}

/// Reads from the beginning up to the place: for packed text of which there is no copy.
fn again(input: &Input, place: u64, shape: RowsShape, watch: &dyn Watch) -> Result<(Option<Vec<u8>>, String), SourceError> {
    let (mut text, _) = input.text(true, &Arc::<ReadGauge>::default())?;
    let number = count(&mut text.by_ref().take(place), shape, watch)?;
    let mut origin = origin(input, place, Some(number));
    if let Some(reason) = input.copy().as_ref().and_then(|copy| copy.failure()) {
        origin.push_str(&format!(" (read again from the beginning: no temporary copy could be written: {reason})"));
    }
    Ok((first_piece(text, shape), origin))
}

/// Pieces in a text.
fn count(text: &mut dyn Read, shape: RowsShape, watch: &dyn Watch) -> Result<u64, SourceError> {
    let mut number = 0;
    let mut values = ValueFramer::default();
    let (mut buffer, mut spans) = (vec![0; SIZE], Vec::new());
    loop {
        let n = match text.read(&mut buffer) {
            Ok(0) => return Ok(number),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(SourceError::Input(format!("the row cannot be read again: {error}"))),
        };
        if watch.cancelled() {
            return Err(SourceError::Input("reading was stopped".to_owned()));
        }
        if shape == RowsShape::Lines {
            number += memchr::memchr_iter(b'\n', &buffer[..n]).count() as u64;
            continue;
        }
        let mut from = 0;
        if values.open().is_some() {
            let Some(end) = values.pass(&buffer[..n]) else { continue };
            (from, number) = (end, number + 1);
        }
        spans.clear();
        values.feed(&buffer[..n], from, &mut spans);
        number += spans.len() as u64;
    }
}

fn first_piece(text: ByteReader, shape: RowsShape) -> Option<Vec<u8>> {
    let stream = Stream::new(text, InputForm { packing: Packing::Plain, shape, csv: None }, Arc::default());
    let mut block = Block::default();
    stream.next(&mut block);
    block.pieces().first().filter(|(_, _, whole)| *whole).map(|(_, piece, _)| piece.to_vec())
}

/// Visits the rows of all inputs in order. Rows are numbered over all inputs; what is unreadable has no number.
pub(super) fn rows(inputs: &[Arc<Input>], keep: bool, range: Range<u64>, visit: Visit<'_>) -> Result<Unreadable, SourceError> {
    let mut walk = RowWalk { range, number: 0, visit, unreadable: Unreadable::default() };
    for (position, input) in inputs.iter().enumerate() {
        if walk.number >= walk.range.end {
            break;
        }
        let mut tally = InputTally::default();
        let flow = match input.reading(keep, &Arc::default())? {
            InputReading::Table(table) if input.others.is_mapped() => walk.mapped_table(position, input, &table, &mut tally),
            InputReading::Table(table) => walk.table(position, input, &table, &mut tally),
            reading => walk.text(position, input, &reading, &mut tally)?,
        };
        if flow.is_continue() {
            tally.check(input)?;
        }
        tally.report(input, &mut walk.unreadable);
        if flow.is_break() {
            break;
        }
    }
    Ok(walk.unreadable)
}

/// Rows in order.
struct RowWalk<'v> {
    range: Range<u64>,
    /// Number of the next row.
    number: u64,
    visit: Visit<'v>,
    unreadable: Unreadable,
}

impl RowWalk<'_> {
    /// Whether a row is wanted; counts it.
    fn next(&mut self) -> Option<u64> {
        let number = self.number;
        self.number += 1;
        self.range.contains(&number).then_some(number)
    }

    fn text(
        &mut self,
        position: usize,
        input: &Input,
        reading: &InputReading,
        tally: &mut InputTally,
    ) -> Result<ControlFlow<()>, SourceError> {
        let (mut block, mut reader, mut before) = (Block::default(), RowReader::taking(input.others.clone()), 0);
        loop {
            let more = match reading {
                InputReading::Ranges(ranges) => ranges.next(&mut block).map_err(|error| input.io(error))?.is_some(),
                InputReading::Stream(stream) => stream.next(&mut block),
                InputReading::Table(_) => false,
            };
            if !more {
                return Ok(ControlFlow::Continue(()));
            }
            if self.block(position, input, &block, &mut reader, &mut before, tally).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    /// The rows of a block; `before` counts the pieces of the blocks before it.
    fn block(
        &mut self,
        position: usize,
        input: &Input,
        block: &Block,
        reader: &mut RowReader,
        before: &mut u64,
        tally: &mut InputTally,
    ) -> ControlFlow<()> {
        let pieces = block.pieces();
        tally.block(block.number, pieces.len() as u64);
        for (i, (at, text, whole)) in (0_u64..).zip(&pieces) {
            let mut others = None;
            let found = if *whole { reader.value(text) } else { FoundRow::Bad(block.broken.clone().unwrap_or_default()) };
            match found {
                FoundRow::Blank => continue,
                FoundRow::Row(cells) => {
                    tally.row(cells.seen);
                    if let Some(text) = cells.error_row().odd_time {
                        tally.odd_time(block.number, i, text);
                    }
                }
                FoundRow::Other(row) => {
                    input.has_others();
                    tally.other(&row);
                    if let Some(text) = row.failures.first().and_then(|failure| failure.error_row(1).odd_time) {
                        tally.odd_time(block.number, i, text);
                    }
                    others = Some(row);
                }
                FoundRow::Foreign => {
                    tally.foreign(block.number, i, text);
                    continue;
                }
                FoundRow::Bad(reason) => {
                    tally.bad(block.number, i, 1, reason, text);
                    continue;
                }
            }
            if let Some(row) = others {
                self.failures(position, (*at, text), &row, input.origin_of(*before + i))?;
                if self.number >= self.range.end {
                    return ControlFlow::Break(());
                }
                continue;
            }
            if let Some(number) = self.next() {
                match object::source_row(text, input.origin_of(*before + i)) {
                    Ok(row) => (self.visit)(number, RowRef::new(position, *at), row)?,
                    Err(reason) => tally.bad(block.number, i, 1, reason, text),
                }
            }
            if self.number >= self.range.end {
                return ControlFlow::Break(());
            }
        }
        *before += pieces.len() as u64;
        ControlFlow::Continue(())
    }

    /// The failures of a row of another pipeline, each as a row.
    fn failures(&mut self, position: usize, (at, text): (u64, &[u8]), row: &ForeignRow, origin: String) -> ControlFlow<()> {
        for failure in 0..row.failures.len() {
            if self.number >= self.range.end {
                break;
            }
            if let Some(number) = self.next()
                && let Some(whole) = row.source_row(text, failure, origin.clone())
            {
                (self.visit)(number, RowRef::new(position, at + failure as u64), whole)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn table(&mut self, position: usize, input: &Input, table: &ParquetTable, tally: &mut InputTally) -> ControlFlow<()> {
        tally.columns(table);
        while let Some(group) = table.next() {
            let mut done = 0;
            let flow = self.row_group(position, input, table, group, &mut done);
            tally.block(group as u32, table.rows_in(group));
            match flow {
                Ok(flow) => {
                    tally.rows(table.rows_in(group));
                    flow?;
                }
                Err(error) => {
                    tally.rows(done);
                    tally.bad(group as u32, done, table.rows_in(group) - done, undecoded(&error), b"")
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn row_group(
        &mut self,
        position: usize,
        input: &Input,
        table: &ParquetTable,
        group: usize,
        done: &mut u64,
    ) -> Result<ControlFlow<()>, ParquetError> {
        let (first, rows_in) = (table.rows_before(group), table.rows_in(group));
        if self.number + rows_in <= self.range.start {
            self.number += rows_in;
            return Ok(ControlFlow::Continue(()));
        }
        let mut rows = table.source_rows(group)?;
        *done = self.range.start.saturating_sub(self.number);
        rows.skip(*done)?;
        self.number += *done;
        loop {
            let batch = rows.next_batch()?;
            if batch == 0 {
                return Ok(ControlFlow::Continue(()));
            }
            for row in 0..batch {
                let Some(number) = self.next() else { return Ok(ControlFlow::Break(())) };
                let at = first + *done;
                *done += 1;
                if (self.visit)(number, RowRef::new(position, at), rows.source_row(row, input.origin_of(at))).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }
}
