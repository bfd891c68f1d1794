//! Made-up inputs of every kind, by the thousand: nothing panics, nothing takes long, and two ways to one answer give one answer.
//!
//! A few seconds as they stand, with the same inputs each time. For hours: `MISFIT_FUZZ_INPUTS=1000000 MISFIT_FUZZ_SEED=7 cargo test --test
//! suite fuzz:: -- --nocapture --test-threads 1`. An input that fails is named by its number: `MISFIT_FUZZ_ONLY=4711` with the same seed makes it
//! again. Guided by coverage is what stands in `tests/guided`, for a nightly compiler.

mod baselines;
mod bundles;
mod configs;
mod dice;
mod keys;
mod layouts;
mod maps;
mod messages;
mod packed;
mod parquets;
mod payloads;
mod rows;
mod schemas;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dice::Dice;

/// Longest time that one input may take.
const MOST_TIME: Duration = Duration::from_secs(10);

/// Failures that are told before a run ends.
const MOST_FAILURES: usize = 20;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Makes inputs until there are so many, unless the environment says otherwise, and fails where one of them does.
fn fuzz(name: &'static str, usual: u64, mut one: impl FnMut(&mut Dice)) {
    let (seed, wanted) = (setting("MISFIT_FUZZ_SEED").unwrap_or(1), setting("MISFIT_FUZZ_INPUTS").unwrap_or(usual));
    let only = setting("MISFIT_FUZZ_ONLY");
    let (begun, running) = (Instant::now(), Running::watch(name));
    let (mut number, mut inputs, mut slowest, mut failures) = (only.unwrap_or(0), 0, (Duration::ZERO, 0), Vec::new());
    while inputs < wanted && failures.len() < MOST_FAILURES {
        running.begin(number);
        let (mut dice, since) = (Dice::new(seed, name, number), Instant::now());
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| one(&mut dice))) {
            failures.push(format!("input {number} of seed {seed}: {}", misfit::ground::contained::said(panic.as_ref())));
        }
        let took = since.elapsed();
        slowest = slowest.max((took, number));
        if took > MOST_TIME {
            failures.push(format!("input {number} of seed {seed} took {} s", took.as_secs()));
        }
        inputs += dice.inputs;
        number += 1;
        if only.is_some() {
            break;
        }
    }
    running.end();
    let seconds = begun.elapsed().as_secs_f64();
    println!("fuzz {name}: {inputs} inputs in {seconds:.1} s, the slowest took {} ms (number {})", slowest.0.as_millis(), slowest.1);
    assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n"));
}

/// Ends the tests where an input never ends: nobody else would tell which it is.
struct Running(Arc<AtomicU64>);

const ENDED: u64 = u64::MAX;

impl Running {
    fn watch(name: &'static str) -> Self {
        let current = Arc::new(AtomicU64::new(0));
        let watched = Arc::clone(&current);
        std::thread::spawn(move || {
            let mut before = ENDED - 1;
            loop {
                std::thread::sleep(6 * MOST_TIME);
                match watched.load(Ordering::Relaxed) {
                    ENDED => return,
                    number if number == before => {
                        eprintln!("fuzz {name}: input {number} does not end");
                        std::process::exit(101);
                    }
                    number => before = number,
                }
            }
        });
        Running(current)
    }

    fn begin(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    fn end(&self) {
        self.0.store(ENDED, Ordering::Relaxed);
    }
}

/// Fails where a text would do something to a terminal.
#[track_caller]
fn is_safe(text: &str) {
    let harm = text.chars().find(|&c| c != '\n' && misfit::ground::text::is_unsafe(c));
    assert!(harm.is_none(), "{harm:?} in {text:?}");
}
