//! Times on the command line and in output.
//!
//! Owns: the forms of `--since` and `--until`, the form in which times are printed. All times are UTC.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::ground::time::Micros;

/// Reads a time: RFC 3339, a date, a date with a time, or an age (`90m`, `24h`, `7d`, `2w`) before `now`.
fn parse_at(text: &str, now: Timestamp) -> Option<Micros> {
    let text = text.trim();
    if let Some(age) = parse_age(text) {
        return Some(now.checked_sub(age).ok()?.as_microsecond());
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    let civil = text.trim_end_matches("UTC").trim_end().parse::<DateTime>().ok()?;
    Some(TimeZone::UTC.to_timestamp(civil).ok()?.as_microsecond())
}

fn parse_age(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().last()?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    (number >= 0).then_some(SignedDuration::from_secs(number.checked_mul(seconds)?))
}

/// The value parser of `--since` and `--until`.
pub(super) fn parse(text: &str) -> Result<Micros, String> {
    parse_at(text, Timestamp::now()).ok_or_else(|| {
        "a time is given as 2026-06-25, \"2026-06-25 12:00\" (UTC), 2026-06-25T12:00:00Z, or an age like 24h or 7d".to_owned()
    })
}

/// RFC 3339 with as many digits as the time has; `None` for a time outside of the calendar.
pub(super) fn rfc3339(time: Micros) -> Option<String> {
    Some(crate::ground::time::rfc3339(time))
}

/// Date and minute, for people; empty for a time outside of the calendar.
pub(super) fn minute(time: Micros) -> String {
    crate::ground::time::minute(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<String> {
        rfc3339(parse_at(text, "2026-06-25T12:00:00Z".parse().unwrap())?)
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, time) in [
            ("2026-06-25", "2026-06-25T00:00:00Z"),
            ("2026-06-25 12:30", "2026-06-25T12:30:00Z"),
            ("2026-06-25 12:44:40.123456 UTC", "2026-06-25T12:44:40.123456Z"),
            ("2026-06-25T12:30:00+02:00", "2026-06-25T10:30:00Z"),
            ("24h", "2026-06-24T12:00:00Z"),
            ("7d", "2026-06-18T12:00:00Z"),
            ("90m", "2026-06-25T10:30:00Z"),
        ] {
            assert_eq!(at(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "7y", "-3d", "d", "99999999999999999w", "2026-13-01", "12é"] {
            assert_eq!(at(text), None, "{text}");
        }
        assert!(parse("soon").unwrap_err().contains("an age like 24h"));
    }
}
