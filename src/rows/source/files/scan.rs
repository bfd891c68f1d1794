//! All inputs read by several threads, while one watches.
//!
//! Owns: the threads, handing inputs to them, progress and snapshots, stopping. Refuses: what is counted (`tally`, `group`), formats.

mod mapped;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use parquet::errors::ParquetError;

use super::block::Block;
use super::input::{Input, InputReading};
use super::line::{FoundRow, RowReader};
use super::other::TakenRows;
use super::parquet::{ParquetTable, RowRange, Rows, undecoded};
use super::stream::ReadGauge;
use super::tally::{self, ThreadTally};
use crate::rows::group::{Grouper, Groups};
use crate::rows::row::RowRef;
use crate::rows::source::{Filter, Progress, Request, SourceError, Watch};
pub(super) use mapped::mapped;

/// How often progress is told and the wish to stop is looked for.
const BEAT: Duration = Duration::from_millis(50);
/// When the first groups so far are shown.
const FIRST_SNAPSHOT: Duration = Duration::from_millis(50);
/// Longest time between two.
const LAST_SNAPSHOT: Duration = Duration::from_secs(1);

/// Reads and groups all inputs.
pub(super) fn run(inputs: &[Arc<Input>], keep: bool, threads: usize, request: &Request, watch: &dyn Watch) -> Result<Groups, SourceError> {
    let wanted = inputs.iter().map(|_| Wanted::All).collect();
    let (parts, is_stopped) = read(inputs, wanted, fresh(inputs, threads, request), (keep, request), watch)?;
    tally::together(parts, inputs, is_stopped)
}

/// Which rows of other pipelines are taken: the same of all inputs.
pub(super) fn others(inputs: &[Arc<Input>]) -> TakenRows {
    inputs.first().map(|input| input.others.clone()).unwrap_or_default()
}

/// What each thread counts with before anything is read.
pub(super) fn fresh(inputs: &[Arc<Input>], threads: usize, request: &Request) -> Vec<ThreadTally> {
    let groupers = Grouper::beside_each_other(request.schemas.clone(), threads);
    groupers.into_iter().map(|grouper| ThreadTally::new(grouper, inputs.len())).collect()
}

/// What is read of an input.
pub(super) enum Wanted {
    /// Nothing.
    Nothing,
    /// All of it.
    All,
    /// What was opened.
    Part(InputReading),
}

/// Reads what is wanted of each input and counts it beside what `parts`, one for each thread, have counted before. Whether it was stopped before the end.
pub(super) fn read(
    inputs: &[Arc<Input>],
    wanted: Vec<Wanted>,
    parts: Vec<ThreadTally>,
    (keep, request): (bool, &Request),
    watch: &dyn Watch,
) -> Result<(Vec<ThreadTally>, bool), SourceError> {
    let threads = parts.len();
    let parts: Vec<_> = parts.into_iter().map(Mutex::new).collect();
    let slot = |wanted| match wanted {
        Wanted::Nothing => InputSlot::Done,
        Wanted::All => InputSlot::Waiting,
        Wanted::Part(reading) => InputSlot::Open(Arc::new(reading)),
    };
    let scan = Scan {
        inputs,
        keep,
        gauge: Arc::default(),
        open: wanted.into_iter().map(|wanted| Mutex::new(slot(wanted))).collect(),
        working: Mutex::new(threads),
        ended: Condvar::new(),
        failure: Mutex::new(None),
    };
    std::thread::scope(|scope| {
        for part in &parts {
            let scan = &scan;
            scope.spawn(move || {
                let _leave = Leave(scan);
                let worker = Worker { scan, part, filter: Filter::new(request), reader: RowReader::taking(others(inputs)) };
                // What breaks because reading was called off is no failure.
                if let Err(error) = worker.work()
                    && !scan.gauge.stop.swap(true, Ordering::Relaxed)
                {
                    *locked(&scan.failure) = Some(error);
                }
            });
        }
        scan.watch(&parts, watch);
    });
    if let Some(error) = locked(&scan.failure).take() {
        return Err(error);
    }
    let parts = parts.into_iter().map(|part| part.into_inner().unwrap_or_else(PoisonError::into_inner)).collect();
    Ok((parts, scan.gauge.stopped()))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An input on its way through the scan. Few are open at a time, however many there are.
enum InputSlot {
    Waiting,
    Open(Arc<InputReading>),
    Done,
}

/// What the threads share.
struct Scan<'a> {
    inputs: &'a [Arc<Input>],
    keep: bool,
    gauge: Arc<ReadGauge>,
    open: Vec<Mutex<InputSlot>>,
    /// Threads at work.
    working: Mutex<usize>,
    ended: Condvar,
    failure: Mutex<Option<SourceError>>,
}

/// Tells the watcher that a thread ended, even by a panic.
struct Leave<'a, 'b>(&'a Scan<'b>);

impl Drop for Leave<'_, '_> {
    fn drop(&mut self) {
        *locked(&self.0.working) -= 1;
        self.0.ended.notify_all();
    }
}

impl Scan<'_> {
    fn reading(&self, input: usize) -> Result<Option<Arc<InputReading>>, SourceError> {
        let mut slot = locked(&self.open[input]);
        if let InputSlot::Waiting = *slot {
            // Whoever fails tells why; others that tried again would only find that it was read before.
            *slot = InputSlot::Done;
            *slot = InputSlot::Open(Arc::new(self.inputs[input].reading(self.keep, &self.gauge)?));
        }
        Ok(if let InputSlot::Open(reading) = &*slot { Some(Arc::clone(reading)) } else { None })
    }

    /// Looks after the threads until the last one ends.
    fn watch(&self, parts: &[Mutex<ThreadTally>], watch: &dyn Watch) {
        let started = Instant::now();
        let total_bytes = self.inputs.iter().map(|input| input.length()).sum();
        let (mut pause, mut next) = (FIRST_SNAPSHOT, FIRST_SNAPSHOT);
        let mut working = locked(&self.working);
        while *working > 0 {
            working = self.ended.wait_timeout(working, BEAT).unwrap_or_else(PoisonError::into_inner).0;
            drop(working);
            if watch.cancelled() {
                self.gauge.stop.store(true, Ordering::Relaxed);
            }
            let elapsed = started.elapsed();
            let bytes = self.gauge.bytes.load(Ordering::Relaxed);
            watch.progress(Progress { bytes, total_bytes, rows: self.gauge.rows.load(Ordering::Relaxed), elapsed, job: None });
            if elapsed >= next && watch.wants_snapshots() && !self.gauge.stopped() {
                let copies = {
                    let held: Vec<_> = parts.iter().map(locked).collect();
                    ThreadTally::copies(held.iter().map(|part| &**part))
                };
                if let Ok(groups) = tally::together(copies, self.inputs, true) {
                    watch.snapshot(groups);
                }
                // What it costs grows with the groups; it must stay a small part of the work.
                pause = (pause * 2).min(LAST_SNAPSHOT).max((started.elapsed() - elapsed) * 10);
                next = started.elapsed() + pause;
            }
            working = locked(&self.working);
        }
    }
}

/// One thread.
struct Worker<'a> {
    scan: &'a Scan<'a>,
    part: &'a Mutex<ThreadTally>,
    filter: Filter,
    reader: RowReader,
}

impl Worker<'_> {
    fn work(mut self) -> Result<(), SourceError> {
        let mut block = Block::default();
        for input in 0..self.scan.inputs.len() {
            let Some(reading) = self.scan.reading(input)? else { continue };
            match &*reading {
                InputReading::Ranges(ranges) => {
                    while !self.scan.gauge.stopped() {
                        let next = ranges.next(&mut block).map_err(|error| self.scan.inputs[input].io(error))?;
                        let Some(bytes) = next else { break };
                        self.block(input, &block);
                        self.scan.gauge.bytes.fetch_add(bytes, Ordering::Relaxed);
                    }
                }
                InputReading::Stream(stream) => {
                    while !self.scan.gauge.stopped() && stream.next(&mut block) {
                        self.block(input, &block);
                    }
                }
                InputReading::Table(table) if self.scan.inputs[input].others.is_mapped() => self.mapped_table(input, table),
                InputReading::Table(table) => self.table(input, table),
            }
            if self.scan.gauge.stopped() {
                return Ok(());
            }
            *locked(&self.scan.open[input]) = InputSlot::Done;
        }
        Ok(())
    }

    /// Counts the rows of a block.
    fn block(&mut self, input: usize, block: &Block) {
        let mut part = locked(self.part);
        let mut rows = Count::new(&mut part, &mut self.filter, input, block.number);
        rows.of = Some(&self.scan.inputs[input]);
        match &block.spans {
            None => {
                let (lines, broken) = block.lines();
                let mut at = 0;
                while at < lines.len() {
                    let (length, found) = self.reader.line(&lines[at..]);
                    rows.add(found, block.at + (block.begin + at) as u64, &lines[at..at + length]);
                    at += length + 1;
                }
                if let (Some(text), Some(reason)) = (broken, &block.broken) {
                    rows.add(FoundRow::Bad(reason.clone()), 0, text);
                }
            }
            Some(_) => {
                for (at, text, whole) in block.pieces() {
                    let found = match &block.broken {
                        Some(reason) if !whole => FoundRow::Bad(reason.clone()),
                        _ => self.reader.value(text),
                    };
                    rows.add(found, at, text);
                }
            }
        }
        let (pieces, read) = (rows.piece, rows.rows);
        part.inputs[input].block(block.number, pieces);
        self.scan.gauge.rows.fetch_add(read, Ordering::Relaxed);
    }

    /// Counts the rows of a Parquet file, a row group or a part of one at a time.
    fn table(&mut self, input: usize, table: &ParquetTable) {
        locked(self.part).inputs[input].columns(table);
        let (mut open, mut last) = (None, None);
        while !self.scan.gauge.stopped() {
            let Some(range) = table.next_range(last) else { return };
            let mut done = 0;
            last = Some(range.number);
            if let Err(error) = self.row_range(input, table, &range, (&mut open, &mut done)) {
                let lost = range.rows.saturating_sub(done);
                locked(self.part).inputs[input].bad(range.number, done, lost, undecoded(&error), b"");
            }
            locked(self.part).inputs[input].block(range.number, range.rows);
            self.scan.gauge.bytes.fetch_add(table.bytes_in(&range), Ordering::Relaxed);
        }
    }

    /// Rows stay open for the range behind, unless something is wrong with them.
    fn row_range<'t>(
        &mut self,
        input: usize,
        table: &'t ParquetTable,
        range: &RowRange,
        (open, done): (&mut Option<Rows<'t>>, &mut u64),
    ) -> Result<(), ParquetError> {
        let mut rows = table.error_rows(range, open.take())?;
        while !self.scan.gauge.stopped() {
            let batch = rows.next_batch()?;
            if batch == 0 {
                break;
            }
            let mut part = locked(self.part);
            for row in 0..batch {
                let at = RowRef::new(input, range.before + *done);
                rows.error_row(row, |row| {
                    part.inputs[input].rows(1);
                    if let Some(text) = row.odd_time {
                        part.inputs[input].odd_time(range.number, *done, text);
                    }
                    part.row(row, at, &mut self.filter);
                });
                *done += 1;
            }
            self.scan.gauge.rows.fetch_add(batch as u64, Ordering::Relaxed);
        }
        *open = Some(rows);
        Ok(())
    }
}

/// Counts the pieces of one block.
struct Count<'p> {
    part: &'p mut ThreadTally,
    filter: &'p mut Filter,
    input: usize,
    block: u32,
    piece: u64,
    rows: u64,
    of: Option<&'p Input>,
}

impl<'p> Count<'p> {
    fn new(part: &'p mut ThreadTally, filter: &'p mut Filter, input: usize, block: u32) -> Self {
        Count { part, filter, input, block, piece: 0, rows: 0, of: None }
    }

    fn add(&mut self, found: FoundRow<'_>, at: u64, text: &[u8]) {
        match found {
            FoundRow::Blank => {}
            FoundRow::Row(cells) => {
                let tally = &mut self.part.inputs[self.input];
                tally.row(cells.seen);
                let row = cells.error_row();
                if let Some(text) = row.odd_time {
                    tally.odd_time(self.block, self.piece, text);
                }
                self.rows += 1;
                self.part.row(&row, RowRef::new(self.input, at), self.filter);
            }
            FoundRow::Other(row) => {
                self.of.into_iter().for_each(Input::has_others);
                let tally = &mut self.part.inputs[self.input];
                tally.other(&row);
                self.rows += 1;
                for (number, failure) in (0..).zip(&row.failures) {
                    let told = failure.error_row(row.weight);
                    if let (Some(text), 0) = (told.odd_time, number) {
                        self.part.inputs[self.input].odd_time(self.block, self.piece, text);
                    }
                    // Each is found again by a place inside of the row, which is longer than it has failures.
                    self.part.row(&told, RowRef::new(self.input, at + number), self.filter);
                }
            }
            FoundRow::Foreign => self.part.inputs[self.input].foreign(self.block, self.piece, text),
            FoundRow::Bad(reason) => self.part.inputs[self.input].bad(self.block, self.piece, 1, reason, text),
        }
        self.piece += 1;
    }
}
