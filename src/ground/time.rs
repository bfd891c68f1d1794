//! Times as exports write them and as people read them.
//!
//! Owns: text -> microseconds since 1970, and back; spans of time in words. Refuses: time zones for display, the clock.

use std::str::FromStr;

use jiff::civil::{DateTime, Time, date};
use jiff::{SignedDuration, Timestamp};

/// Microseconds since 1970-01-01 UTC, BigQuery's resolution.
pub type Micros = i64;

const SECOND: i64 = 1_000_000;

/// A day.
pub const DAY: Micros = 86_400 * SECOND;

/// `2026-06-25 12:44:40.123456 UTC` as BigQuery prints it, ISO 8601 (`T` or a space, `Z`, an offset or none, a fraction or none, a
/// date alone) and the time since 1970 as a number: in seconds (`1795057296` or, as BigQuery's API writes them, `1.795057296293888E9`),
/// milliseconds, microseconds or nanoseconds, whichever puts it nearest to today.
/// A text without zone is UTC; what is finer than a microsecond is cut off. `None` where the text is no time.
pub fn parse_time(text: &str) -> Option<Micros> {
    let bytes = text.as_bytes();
    if let Some((date, rest)) = bytes.split_at_checked(10)
        && let Some(day) = date_of(date)
        && let Some(micros) = clock_of(rest)
    {
        return day.checked_mul(DAY)?.checked_add(micros);
    }
    number_of(text.trim()).or_else(|| Timestamp::from_str(text.trim()).ok().map(Timestamp::as_microsecond))
}

/// The time as BigQuery prints it: `2026-06-25 12:44:40.123456 UTC`, the fraction only where there is one.
pub(crate) fn time_text(time: Micros) -> String {
    if !(FIRST..=LAST).contains(&time) {
        return time.to_string();
    }
    let form = if time.rem_euclid(SECOND) == 0 { "%Y-%m-%d %H:%M:%S UTC" } else { "%Y-%m-%d %H:%M:%S.%6f UTC" };
    utc(time).strftime(form).to_string()
}

/// The date so many days after 1970-01-01: `2026-06-25`.
pub(crate) fn date_text(days: i32) -> String {
    match i64::from(days).checked_mul(DAY).filter(|time| (FIRST..=LAST).contains(time)) {
        Some(time) => utc(time).strftime("%Y-%m-%d").to_string(),
        None => days.to_string(),
    }
}

/// A time in UTC to the minute, `2026-06-25 12:44`, from microseconds since 1970.
pub fn minute(micros: Micros) -> String {
    match usual_rfc3339(micros) {
        Some((text, _)) => String::from_utf8_lossy(&text[..16]).replace('T', " "),
        None => utc(micros).strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

/// `2026-06-30`
pub fn day(micros: Micros) -> String {
    match digits_of(micros) {
        Some((text, _)) => String::from_utf8_lossy(&text[..10]).into_owned(),
        None => utc(micros).strftime("%Y-%m-%d").to_string(),
    }
}

/// The time as the pipeline writes it, with all of its fraction: `2026-06-25T12:44:40.120000Z`.
pub(crate) fn whole_rfc3339(micros: Micros) -> String {
    match digits_of(micros) {
        Some((text, _)) => String::from_utf8_lossy(&text).into_owned(),
        None => utc(micros).strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
    }
}

/// The time as RFC 3339 writes it: `2026-06-25T12:44:40.123456Z`, the fraction only where there is one.
pub fn rfc3339(micros: Micros) -> String {
    match usual_rfc3339(micros) {
        Some((text, length)) => String::from_utf8_lossy(&text[..length]).into_owned(),
        None => format!("{}Z", utc(micros)),
    }
}

/// The same without a text of its own, for whoever writes millions; `None` outside of the years 1 to 9999.
pub(crate) fn usual_rfc3339(micros: Micros) -> Option<([u8; LONGEST_RFC3339], usize)> {
    let (mut text, mut fraction) = digits_of(micros)?;
    let mut length = if fraction == 0 { 19 } else { 26 };
    while fraction != 0 && fraction % 10 == 0 {
        (length, fraction) = (length - 1, fraction / 10);
    }
    text[length] = b'Z';
    Some((text, length + 1))
}

/// All digits of such a time, and its fraction of a second.
fn digits_of(micros: Micros) -> Option<([u8; LONGEST_RFC3339], i64)> {
    if !(FIRST..=LAST).contains(&micros) {
        return None;
    }
    let ([year, month, day], clock) = (date_parts(micros.div_euclid(DAY)), micros.rem_euclid(DAY));
    let (seconds, fraction) = (clock / SECOND, clock % SECOND);
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let mut put = |at: usize, width: usize, mut number: i64| {
        for place in text[at..at + width].iter_mut().rev() {
            (*place, number) = (b'0' + (number % 10) as u8, number / 10);
        }
    };
    put(0, 4, year);
    for (at, two) in [(5, month), (8, day), (11, seconds / 3600), (14, seconds / 60 % 60), (17, seconds % 60)] {
        put(at, 2, two);
    }
    put(20, 6, fraction);
    Some((text, fraction))
}

/// Bytes of the longest time of [`usual_rfc3339`].
pub(crate) const LONGEST_RFC3339: usize = 27;

/// Year, month and day so many days after 1970-01-01: [`date_of`] the other way.
fn date_parts(days: i64) -> [i64; 3] {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_eras_years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_eras_years + of_eras_years / 4 - of_eras_years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    [era * 400 + of_eras_years + i64::from(month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1]
}

/// Date and clock in UTC that many microseconds after 1970, to the last of the year 9999; what is beyond is shown as the nearest. No [`Timestamp`],
/// which ends a day before.
pub fn utc(micros: Micros) -> DateTime {
    date(1970, 1, 1).to_datetime(Time::midnight()).saturating_add(SignedDuration::from_micros(micros))
}

/// A span of time in its largest fitting unit: `3 h`, `12 min`, `2 d`.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Days since 1970 of `2026-06-25`.
fn date_of(text: &[u8]) -> Option<i64> {
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let (year, month, day) = (digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..10])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Days in years that begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Microseconds of ` 12:44:40.123456 UTC`; nothing at all is midnight. `None` also for offsets, which are left to the slow way.
fn clock_of(text: &[u8]) -> Option<Micros> {
    if text.is_empty() {
        return Some(0);
    }
    let (clock, mut rest) = text.split_at_checked(9)?;
    if !matches!(clock[0], b' ' | b'T' | b't') || clock[3] != b':' || clock[6] != b':' {
        return None;
    }
    let (hour, minute, second) = (digits(&clock[1..3])?, digits(&clock[4..6])?, digits(&clock[7..9])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let kept = length.min(6);
        micros = digits(&fraction[..kept])? * 10_i64.pow(6 - kept as u32);
        rest = &fraction[length..];
    }
    matches!(rest, b"" | b" UTC" | b"UTC" | b"Z" | b"z" | b"+00" | b"+00:00")
        .then(|| ((hour * 60 + minute) * 60 + second) * SECOND + micros)
}

fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
}

/// Numbers below are seconds: before the year 5138.
const SECONDS_END: u64 = 100_000_000_000;

/// Units of a number that counts from 1970 on: how many of them are a second. Each unit begins in 1973, where the one before ends in 5138.
fn units_of(number: u64) -> Option<i64> {
    let mut end = SECONDS_END;
    for units in [1, 1_000, 1_000_000] {
        if number < end {
            return Some(units);
        }
        end = end.saturating_mul(1_000);
    }
    (number < end).then_some(1_000_000_000)
}

/// Microseconds of a time since 1970 in whichever unit it is.
fn number_of(text: &str) -> Option<Micros> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(match units_of(number.unsigned_abs())? {
            units @ 1_000_000_000.. => number.div_euclid(units / SECOND),
            units => number.checked_mul(SECOND / units)?,
        });
    }
    // Rust reads "inf" and "nan" as numbers too.
    let numeric = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E'));
    let number = text.parse::<f64>().ok().filter(|_| numeric)?;
    let micros = (number * (SECOND as f64 / units_of(number.abs() as u64)? as f64)).round();
    (micros.abs() < i64::MAX as f64).then_some(micros as i64)
}

/// The time that a number of units tells, so many of which are a second; `None` where that is no year that a table can hold.
pub(crate) fn since_1970(number: i64, units: i64) -> Option<Micros> {
    let micros = if units > SECOND { number.div_euclid(units / SECOND) } else { number.checked_mul(SECOND / units)? };
    (FIRST..=LAST).contains(&micros).then_some(micros)
}

/// 0001-01-01 and the end of 9999-12-31, between which BigQuery's times are.
const FIRST: Micros = -62_135_596_800 * SECOND;
const LAST: Micros = 253_402_300_800 * SECOND - 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_time_is_the_same_time() {
        let time = Some(1_782_391_480_123_456);
        for text in [
            "2026-06-25 12:44:40.123456 UTC",
            "2026-06-25T12:44:40.123456Z",
            "2026-06-25T12:44:40.123456789Z",
            "2026-06-25 12:44:40.123456",
            "2026-06-25 14:44:40.123456+02:00",
            "2026-06-25T07:44:40.123456-05:00",
            "2026-06-25 12:44:40.123456+00",
            "1782391480.123456",
            "1.782391480123456E9",
        ] {
            assert_eq!(parse_time(text), time, "{text}");
        }
        assert_eq!(parse_time("2026-06-25 12:44:40 UTC"), Some(1_782_391_480_000_000));
        assert_eq!(parse_time("2026-06-25"), Some(1_782_345_600_000_000));
        assert_eq!(parse_time("1795057296"), Some(1_795_057_296_000_000));
        assert_eq!(parse_time("1969-12-31 23:59:59.999999 UTC"), Some(-1));
        for text in ["2026-06-25 14:44:40+0200", "2026-06-25T14:44:40+02", "2026-06-25 12:44:40", "2026-06-25 12:44:40-00:00"] {
            assert_eq!(parse_time(text), Some(1_782_391_480_000_000), "{text}");
        }
    }

    #[test]
    fn numbers_are_read_in_the_unit_that_they_are_in() {
        for text in ["1782391480123", "1782391480123000", "1782391480123000000", "1782391480.123", "1.782391480123E12", "1.782391480123E15"]
        {
            assert_eq!(parse_time(text), Some(1_782_391_480_123_000), "{text}");
        }
        assert_eq!((parse_time("0"), parse_time("-1")), (Some(0), Some(-SECOND)));
        assert_eq!(parse_time("99999999999999999999"), None);
        assert_eq!((since_1970(1_782_391_480_123_456, 1_000), since_1970(1_782_391_480_123, 1_000)), (None, Some(1_782_391_480_123_000)));
    }

    #[test]
    fn the_last_days_of_the_last_year_are_told_as_they_are() {
        let last = parse_time("9999-12-31 23:59:59.999999 UTC").unwrap();
        assert_eq!((last, rfc3339(last).as_str()), (LAST, "9999-12-31T23:59:59.999999Z"));
        assert_eq!((minute(last).as_str(), time_text(last).as_str()), ("9999-12-31 23:59", "9999-12-31 23:59:59.999999 UTC"));
        assert_eq!(date_text(2_932_896), "9999-12-31");
        assert_eq!(rfc3339(1_782_391_480_120_000), "2026-06-25T12:44:40.12Z");
        assert_eq!((rfc3339(FIRST).as_str(), rfc3339(0).as_str()), ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "now",
            "2026-02-30 00:00:00 UTC",
            "2026-06-25 25:00:00 UTC",
            "inf",
            "NaN",
            "1e300",
            "2026-06-25 é:00:00",
            "2026-6-25 1:2:3x",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_quick_way_writes_what_the_calendar_does(time in prop_oneof![FIRST..=LAST, (FIRST / SECOND..=LAST / SECOND).prop_map(|s| s * SECOND)]) {
            let (text, length) = usual_rfc3339(time).unwrap();
            prop_assert_eq!(std::str::from_utf8(&text[..length]).unwrap(), format!("{}Z", utc(time)));
            prop_assert_eq!(minute(time), utc(time).strftime("%Y-%m-%d %H:%M").to_string());
            prop_assert_eq!(day(time), utc(time).strftime("%Y-%m-%d").to_string());
            prop_assert_eq!(whole_rfc3339(time), utc(time).strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
        }

        #[test]
        fn times_of_no_usual_year_are_left_to_the_calendar(time in prop_oneof![i64::MIN..FIRST, LAST + 1..=i64::MAX]) {
            prop_assert!(usual_rfc3339(time).is_none());
        }
    }

    proptest! {
        #[test]
        fn a_printed_time_reads_back(time in FIRST..=LAST) {
            prop_assert_eq!(parse_time(&time_text(time)), Some(time));
        }

        #[test]
        fn dates_agree_with_the_calendar(days in -700_000..2_900_000_i32) {
            prop_assert_eq!(parse_time(&date_text(days)), Some(i64::from(days) * DAY));
        }
    }
}
