//! How old schemas are.
//!
//! Owns: its words, what counts as old.
//! Refuses: the clock, finding the revision.

use std::fmt;

use super::git::short_revision;
use crate::ground::text::plural;
use crate::ground::time::{DAY, Micros, day, duration};

/// Which revision schemas are of, and how old that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionAge {
    pub(super) revision: String,
    pub(super) time: Option<Micros>,
    pub(super) now: Micros,
    /// Whether that revision was asked for by its name.
    pub is_chosen: bool,
}

/// Schemas are generated on every working day.
const OLD: Micros = 7 * DAY;

/// Days from Monday to Friday after the day of one time, up to that of another.
pub fn business_days(from: Micros, to: Micros) -> u64 {
    // 1970-01-01 was a Thursday: day 4 is a Monday.
    let before = |day: i64| {
        let days = day - 4;
        days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
    };
    let (from, to) = (from.div_euclid(DAY), to.div_euclid(DAY));
    u64::try_from(before(to + 1) - before(from + 1)).unwrap_or_default()
}

impl RevisionAge {
    /// Whether newer ones should be looked for.
    pub fn is_old(&self) -> bool {
        self.time.is_some_and(|time| self.now - time > OLD)
    }
}

impl fmt::Display for RevisionAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(short_revision(&self.revision))?;
        let Some(time) = self.time else { return Ok(()) };
        write!(f, " of {}", day(time))?;
        let seconds = u64::try_from((self.now - time) / 1_000_000).unwrap_or_default();
        write!(f, ", {} old", duration(seconds))?;
        match business_days(time, self.now) {
            0 => Ok(()),
            days => write!(f, " ({})", plural(days, "business day", "business days")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_days_are_counted_without_weekends() {
        // 1970-01-01 was a Thursday.
        for (from, to, days) in
            [(0, 0, 0), (0, 1, 1), (0, 2, 1), (0, 3, 1), (0, 4, 2), (1, 4, 1), (2, 4, 1), (3, 4, 1), (0, 7, 5), (1, 366, 260)]
        {
            let slow = (from + 1..=to).filter(|day| (day + 3) % 7 < 5).count() as u64;
            assert_eq!((business_days(from * DAY, to * DAY + DAY / 2), slow), (days, days), "{from} {to}");
        }
        assert_eq!(business_days(9 * DAY, 2 * DAY), 0);
    }

    #[test]
    fn revision_day_and_age_are_told_and_a_week_is_old() {
        let age =
            |days: i64, time: Option<Micros>| RevisionAge { revision: "54678d2bf21e".to_owned(), time, now: days * DAY, is_chosen: false };
        assert_eq!(age(9, Some(DAY)).to_string(), "54678d2b of 1970-01-02, 8 d old (5 business days)");
        assert_eq!((age(9, Some(DAY)).is_old(), age(8, Some(DAY)).is_old(), age(9, None).is_old()), (true, false, false));
        assert_eq!(
            (age(9, None).to_string(), age(1, Some(2 * DAY)).to_string()),
            ("54678d2b".to_owned(), "54678d2b of 1970-01-03, 0 s old".to_owned())
        );
    }
}
