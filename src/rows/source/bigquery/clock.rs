//! What time it is at BigQuery.
//!
//! Owns: how far this machine's clock is off, read from the time that answers are dated with.
//! Refuses: windows (window). A machine whose clock is slow would not ask for the newest rows, one whose clock is fast might ask for none.

use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::Response;
use reqwest::header::DATE;

use super::window;
use crate::ground::time::{self, Micros};

/// Less is the way of an answer and the seconds that a date is rounded to.
const NOISE: Micros = 10_000_000;
/// From here on people are told.
const WORTH_TELLING: Micros = 120_000_000;

/// The clock of the servers that answered, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct ServerClock(AtomicI64);

impl ServerClock {
    /// Reads the date of an answer; whether that changes what time it is.
    pub(super) fn note(&self, response: &Response) -> bool {
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        date.is_some_and(|date| self.note_date(date, window::now()))
    }

    fn note_date(&self, date: &str, here: Micros) -> bool {
        let Ok(there) = jiff::fmt::rfc2822::parse(date) else { return false };
        let off = there.timestamp().as_microsecond().saturating_sub(here);
        let off = if off.saturating_abs() < NOISE { 0 } else { off };
        self.0.swap(off, Ordering::Relaxed).abs_diff(off) >= NOISE.unsigned_abs()
    }

    /// The time there.
    pub(super) fn now(&self) -> Micros {
        window::now().saturating_add(self.0.load(Ordering::Relaxed))
    }

    /// What is wrong with the clock here.
    pub(super) fn describe(&self) -> Option<String> {
        let off = self.0.load(Ordering::Relaxed);
        let by = || time::duration((off.unsigned_abs() / 1_000_000).next_multiple_of(60));
        (off.saturating_abs() >= WORTH_TELLING)
            .then(|| format!("the clock of this machine is about {} {}", by(), if off > 0 { "slow" } else { "fast" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_sets_the_clock() {
        let clock = ServerClock::default();
        let here = 1_795_870_458_000_000;
        assert!(!clock.note_date("Sat, 28 Nov 2026 12:54:18 GMT", here) && clock.describe().is_none());
        assert!(clock.note_date("Sat, 28 Nov 2026 13:04:18 GMT", here));
        assert!(!clock.note_date("Sat, 28 Nov 2026 13:04:20 GMT", here) && !clock.note_date("today", here));
        assert!(clock.now() - window::now() > 500_000_000);
        assert_eq!(clock.describe().as_deref(), Some("the clock of this machine is about 11 min slow"));
        assert!(clock.note_date("Sat, 28 Nov 2026 12:44:18 GMT", here));
        assert_eq!(clock.describe().as_deref(), Some("the clock of this machine is about 10 min fast"));
    }
}
