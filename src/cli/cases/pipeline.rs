//! Rows through all cores and out again in order, without ever holding many of them.
//!
//! The source's thread cuts rows into batches and hands each to the workers together with the sending half of a channel; the receiving
//! half goes to the printer, in order. Both queues are short, so a slow printer stops the source and memory stays bounded.

use std::io;
use std::num::NonZero;
use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use color_eyre::Result;

use crate::source::{ErrorSource, Payload, RowRef, SourceRow, Unreadable};

/// Most rows of a batch.
const MOST_ROWS: usize = 64;

/// A batch is full with the row that brings its payloads to this many bytes.
const MOST_BYTES: usize = 1 << 20;

/// A row with its number and its place.
pub(super) type Row = (u64, RowRef, SourceRow);

/// Turns a batch of rows into texts.
type Make<'a> = dyn Fn(Vec<Row>) -> Result<Vec<String>> + Sync + 'a;

/// Rows on their way to a worker, and where their texts are awaited.
struct Batch {
    rows: Vec<Row>,
    texts: SyncSender<Result<Vec<String>>>,
}

/// Turns the rows of the range into texts with `make` on all cores, and passes the texts to `print` in the order of the rows.
/// Ends early with the first error of `make` or `print`.
pub(super) fn run(
    source: &dyn ErrorSource,
    range: Range<u64>,
    make: &Make<'_>,
    print: &mut (dyn FnMut(&str) -> io::Result<()> + Send),
) -> Result<Unreadable> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let (to_workers, batches) = sync_channel::<Batch>(workers);
    let (to_printer, awaited) = sync_channel::<Receiver<Result<Vec<String>>>>(workers * 2);
    let batches = Mutex::new(batches);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(&batches, make));
        }
        let printer = scope.spawn(move || -> Result<()> {
            for texts in awaited {
                // A worker that is gone has panicked; the scope passes that on.
                let Ok(texts) = texts.recv() else { break };
                texts?.iter().try_for_each(|text| print(text))?;
            }
            Ok(())
        });
        let read = feed(source, range, to_workers, to_printer);
        let printed = printer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        printed?;
        read
    })
}

/// Reads rows and hands them on in batches; stops when the printer has.
fn feed(
    source: &dyn ErrorSource,
    range: Range<u64>,
    to_workers: SyncSender<Batch>,
    to_printer: SyncSender<Receiver<Result<Vec<String>>>>,
) -> Result<Unreadable> {
    let hand_on = |rows: Vec<Row>| {
        let (texts, awaited) = sync_channel(1);
        to_printer.send(awaited).is_ok() && to_workers.send(Batch { rows, texts }).is_ok()
    };
    let mut rows = Vec::new();
    let mut bytes = 0;
    let unreadable = source.rows(range, &mut |number, at, row| {
        bytes += size(&row.payload);
        rows.push((number, at, row));
        if rows.len() < MOST_ROWS && bytes < MOST_BYTES {
            return ControlFlow::Continue(());
        }
        bytes = 0;
        if hand_on(std::mem::take(&mut rows)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if !rows.is_empty() {
        hand_on(rows);
    }
    Ok(unreadable)
}

/// Makes texts until there are no more batches.
fn work(batches: &Mutex<Receiver<Batch>>, make: &Make<'_>) {
    loop {
        let next = batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Batch { rows, texts }) = next else { return };
        // Nobody waits any more once the printer has stopped; the batches left are then few.
        let _ = texts.send(make(rows));
    }
}

fn size(payload: &Payload) -> usize {
    match payload {
        Payload::Absent => 0,
        Payload::Bytes(bytes) => bytes.len(),
        Payload::NotBase64(text) => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::group::Groups;
    use crate::source::{Request, SourceError, Watch};

    /// Numbered rows without columns, counted as they are asked for.
    struct Numbers(AtomicU64);

    impl ErrorSource for Numbers {
        fn name(&self) -> String {
            "numbers".into()
        }
        fn groups(&self, _: &Request, _: &dyn Watch) -> Result<Groups, SourceError> {
            Ok(Groups::default())
        }
        fn fetch(&self, _: RowRef, _: &dyn Watch) -> Result<SourceRow, SourceError> {
            Ok(SourceRow::default())
        }
        fn rows(
            &self,
            range: Range<u64>,
            visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
        ) -> Result<Unreadable, SourceError> {
            for number in range {
                self.0.fetch_add(1, Ordering::Relaxed);
                if visit(number, RowRef::new(0, number), SourceRow::default()).is_break() {
                    break;
                }
            }
            Ok(Unreadable { count: 3, first: vec![] })
        }
    }

    #[test]
    fn texts_come_in_the_order_of_the_rows() {
        let mut printed = Vec::new();
        let make = |rows: Vec<Row>| {
            // Batches do not end in the order in which they begin.
            thread::sleep(std::time::Duration::from_millis(rows.first().map_or(0, |row| row.0 % 3)));
            Ok(rows.iter().filter(|row| !row.0.is_multiple_of(3)).map(|row| row.0.to_string()).collect())
        };
        let unreadable = run(&Numbers(AtomicU64::new(0)), 5..1000, &make, &mut |text| {
            printed.push(text.to_owned());
            Ok(())
        });
        assert_eq!(unreadable.unwrap().count, 3);
        let expected: Vec<String> = (5..1000).filter(|number: &u64| !number.is_multiple_of(3)).map(|number| number.to_string()).collect();
        assert_eq!(printed, expected);
    }

    #[test]
    fn a_printer_that_stops_stops_the_source() {
        let source = Numbers(AtomicU64::new(0));
        let answer = run(&source, 0..u64::MAX, &|_| Ok(vec!["x".into()]), &mut |_| Err(io::ErrorKind::BrokenPipe.into()));
        assert!(crate::cli::out::is_closed(&answer.unwrap_err()));
        assert!(source.0.load(Ordering::Relaxed) < 1_000_000);
    }

    #[test]
    fn an_error_of_a_row_ends_it() {
        let make = |rows: Vec<Row>| if rows.iter().any(|row| row.0 == 70) { Err(color_eyre::eyre::eyre!("bad")) } else { Ok(vec![]) };
        assert_eq!(run(&Numbers(AtomicU64::new(0)), 0..200, &make, &mut |_| Ok(())).unwrap_err().to_string(), "bad");
    }
}
