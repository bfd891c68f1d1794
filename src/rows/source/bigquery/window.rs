//! Windows of time.
//!
//! Owns: the window of a request and parts of it, the width of the bins in which its rows are counted, the clock.
//! Refuses: how a time is written (cli).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::error::Error;
use crate::ground::time;
use crate::ground::time::Micros;
use crate::rows::advice::{Advice, Advised};
use crate::rows::source::Request;

/// The window where none is asked for, up to now.
pub(super) const USUAL: Duration = Duration::from_secs(24 * 3600);

/// A window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) since: Micros,
    pub(super) until: Micros,
}

/// Which part of the rows, in the order asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) from: u64,
    pub(super) most: u64,
}

/// A part of a window, and of the rows in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WindowPart {
    pub(super) window: Window,
    pub(super) slice: Slice,
}

/// Bins of a trend, at most.
const BINS: i64 = 64;
const MINUTE: i64 = 60;

impl Window {
    /// Of what has no time.
    pub(super) const NONE: Window = Window { since: 0, until: 0 };

    /// Seconds of a bin of time: the power of two in minutes that a trend of the whole window has.
    pub(super) fn bin(self) -> i64 {
        let seconds = (self.until - self.since).max(1) / 1_000_000;
        let mut bin = MINUTE;
        while seconds / bin >= BINS - 1 {
            bin *= 2;
        }
        bin
    }
}

/// How far beyond now a window goes that ends now: clocks may be so far behind, and no row is later than now.
const SLACK: Duration = Duration::from_secs(15 * 60);

/// The window of a request; without a beginning the last day of it.
pub(super) fn window(request: &Request, now: Micros) -> Result<Window, Error> {
    let until = request.until.unwrap_or(now);
    let since = request.since.unwrap_or_else(|| until.saturating_sub(USUAL.as_micros() as Micros));
    if request.until.is_some() && since >= until {
        let told = format!("the window begins {} and ends {}", time::minute(since), time::minute(until));
        return Err(Error::Advised(Advised::new(told, Advice::OrderedWindow)));
    }
    // A window up to now that begins in the future holds nothing, but is no mistake of writing: clocks differ.
    let until = if request.until.is_none() { until.saturating_add(SLACK.as_micros() as Micros) } else { until };
    Ok(Window { since, until: until.max(since.saturating_add(1)) })
}

/// The clock of this machine.
pub(super) fn now() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_a_beginning_before_its_end() {
        let request = |since, until| Request { since, until, ..Request::default() };
        let day = USUAL.as_micros() as i64;
        assert_eq!(window(&request(None, None), day).unwrap(), Window { since: 0, until: day + SLACK.as_micros() as i64 });
        assert_eq!(window(&request(Some(5), Some(6)), 0).unwrap(), Window { since: 5, until: 6 });
        let told = window(&request(Some(60_000_000), Some(0)), 0).unwrap_err();
        assert_eq!(told.to_string(), "the window begins 1970-01-01 00:01 and ends 1970-01-01 00:00");
        assert_eq!(told.advice(), Some(Advice::OrderedWindow));
        let late = 3 + SLACK.as_micros() as i64;
        assert_eq!(window(&request(Some(late + 6), None), 3).unwrap(), Window { since: late + 6, until: late + 7 });
    }
}
