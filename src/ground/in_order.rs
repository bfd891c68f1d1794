//! Items through all cores and out again in order, without ever holding many of them.
//!
//! The feeding thread cuts items into batches and hands each to the workers together with the sending half of a channel; the receiving
//! half goes to the printer, in order. Both queues are short, so a slow printer stops the feed and memory stays bounded.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Most items of a batch.
const MOST_ITEMS: usize = 32;

/// A batch is full with the item that brings it to this many bytes.
const MOST_BYTES: usize = 1 << 20;

/// Items on their way to a worker, and where what becomes of them is awaited.
struct Batch<I, O, E> {
    items: Vec<I>,
    made: SyncSender<Result<Vec<O>, E>>,
}

/// Takes the next item with its size in bytes; breaks where no more are wanted.
pub type Hand<'a, I> = dyn FnMut(I, usize) -> ControlFlow<()> + 'a;

/// Passes the items that `feed` hands on through `make`, on all cores, to `take`, in their order.
/// Ends early with the first error of `make` or `take`; an error of `feed` comes after what was fed before it.
pub fn run<I: Send, O: Send, R, E: Send>(
    feed: impl FnOnce(&mut Hand<'_, I>) -> Result<R, E>,
    make: &(dyn Fn(Vec<I>) -> Result<Vec<O>, E> + Sync),
    take: &mut (dyn FnMut(O) -> Result<(), E> + Send),
) -> Result<R, E> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let (to_workers, batches) = sync_channel::<Batch<I, O, E>>(workers);
    let (to_printer, awaited) = sync_channel::<Receiver<Result<Vec<O>, E>>>(workers * 2);
    let batches = Mutex::new(batches);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(&batches, make));
        }
        let printer = scope.spawn(move || -> Result<(), E> {
            for made in awaited {
                // A worker that is gone has panicked; the scope passes that on.
                let Ok(made) = made.recv() else { break };
                made?.into_iter().try_for_each(&mut *take)?;
            }
            Ok(())
        });
        let fed = in_batches(feed, to_workers, to_printer);
        let printed = printer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        printed?;
        fed
    })
}

/// Hands items on in batches; stops when the printer has.
fn in_batches<I, O, R, E>(
    feed: impl FnOnce(&mut Hand<'_, I>) -> Result<R, E>,
    to_workers: SyncSender<Batch<I, O, E>>,
    to_printer: SyncSender<Receiver<Result<Vec<O>, E>>>,
) -> Result<R, E> {
    let hand_on = |items: Vec<I>| {
        let (made, awaited) = sync_channel(1);
        to_printer.send(awaited).is_ok() && to_workers.send(Batch { items, made }).is_ok()
    };
    let mut items = Vec::new();
    let mut bytes = 0;
    let fed = feed(&mut |item, size| {
        bytes += size;
        items.push(item);
        if items.len() < MOST_ITEMS && bytes < MOST_BYTES {
            return ControlFlow::Continue(());
        }
        bytes = 0;
        if hand_on(std::mem::take(&mut items)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if !items.is_empty() {
        hand_on(items);
    }
    fed
}

/// Works on batches until there are no more.
fn work<I, O, E>(batches: &Mutex<Receiver<Batch<I, O, E>>>, make: &(dyn Fn(Vec<I>) -> Result<Vec<O>, E> + Sync)) {
    loop {
        let next = batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Batch { items, made }) = next else { return };
        // Nobody waits any more once the printer has stopped; the batches left are then few.
        let _ = made.send(make(items));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as long as they are wanted, and how many were.
    fn numbers(range: std::ops::Range<u64>) -> impl FnOnce(&mut Hand<'_, u64>) -> Result<u64, &'static str> {
        move |hand| {
            let mut handed = 0;
            for number in range {
                handed += 1;
                if hand(number, 0).is_break() {
                    break;
                }
            }
            Ok(handed)
        }
    }

    #[test]
    fn answers_come_in_the_order_of_the_items() {
        let mut taken = Vec::new();
        let make = |items: Vec<u64>| {
            // Batches do not end in the order in which they begin.
            thread::sleep(std::time::Duration::from_millis(items.first().map_or(0, |item| item % 3)));
            Ok(items.into_iter().filter(|item| !item.is_multiple_of(3)).collect())
        };
        let handed = run(numbers(5..1000), &make, &mut |item| {
            taken.push(item);
            Ok(())
        });
        assert_eq!(handed.unwrap(), 995);
        assert_eq!(taken, (5..1000).filter(|number: &u64| !number.is_multiple_of(3)).collect::<Vec<_>>());
    }

    #[test]
    fn a_printer_that_stops_stops_the_feed() {
        let handed = std::sync::atomic::AtomicU64::new(0);
        let feed = |hand: &mut Hand<'_, u64>| {
            let counted = (0..u64::MAX).take_while(|&number| hand(number, 0).is_continue()).count() as u64;
            handed.store(counted, std::sync::atomic::Ordering::Relaxed);
            Ok(())
        };
        let answer = run(feed, &Ok, &mut |_: u64| Err("closed"));
        assert_eq!(answer, Err("closed"));
        assert!(handed.into_inner() < 1_000_000);
    }

    #[test]
    fn an_error_ends_it_behind_what_was_fed_before() {
        let make = |items: Vec<u64>| if items.contains(&70) { Err("bad") } else { Ok(items) };
        assert_eq!(run(numbers(0..200), &make, &mut |_| Ok(())).unwrap_err(), "bad");
        let mut taken = 0;
        let feed = |hand: &mut Hand<'_, u64>| -> Result<(), &'static str> {
            let _ = hand(1, 0);
            Err("gone")
        };
        let answer = run(feed, &make, &mut |_| {
            taken += 1;
            Ok(())
        });
        assert_eq!((answer, taken), (Err("gone"), 1));
    }
}
