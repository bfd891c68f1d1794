//! Dates and times as `java.time` parses them.
//!
//! Owns: `date-time` and `time` (lenient about days that a month lacks and about 24:00), `date` (strict).
//! Refuses: time zones by name.

/// `yyyy-MM-dd'T'HH:mm:ss`, 1 to 9 digits of a second, `Z` or `±HH:MM` up to 18 hours.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let Some((_, month, day)) = year_month_day(date, 1) else { return false };
    (1..=12).contains(&month) && (1..=31).contains(&day) && is_offset_time(time, 18 * 60)
}

/// The same without the date; offsets up to 23:59.
pub(super) fn is_time(text: &str) -> bool {
    is_offset_time(text, 24 * 60 - 1)
}

/// `yyyy-MM-dd`, a day that exists.
pub(super) fn is_date(text: &str) -> bool {
    let Some((year, month, day)) = year_month_day(text, -999_999_999) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// The numbers of a date. A year has four digits, or more behind a `+`.
fn year_month_day(text: &str, first_year: i64) -> Option<(i64, u32, u32)> {
    let rest = text.as_bytes();
    let tail = rest.len().checked_sub(6)?;
    let (year, rest) = (text.get(..tail)?, &rest[tail..]);
    if rest[0] != b'-' || rest[3] != b'-' {
        return None;
    }
    let digits = year.trim_start_matches(['+', '-']);
    let sign = &year[..year.len() - digits.len()];
    let width = match sign {
        "" => digits.len() == 4,
        "+" => (5..=10).contains(&digits.len()),
        "-" => (4..=10).contains(&digits.len()) && digits.bytes().any(|digit| digit != b'0'),
        _ => false,
    };
    if !width || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let year = digits.parse::<i64>().ok()? * if sign == "-" { -1 } else { 1 };
    let year_exists = (first_year..=999_999_999).contains(&year);
    year_exists.then_some((year, two(&rest[1..3])?, two(&rest[4..6])?))
}

/// `HH:mm:ss[.fraction](Z|±HH:MM)`, the offset in minutes at most.
fn is_offset_time(text: &str, most_offset: u32) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 9 || bytes[2] != b':' || bytes[5] != b':' {
        return false;
    }
    let (Some(hour), Some(minute), Some(second)) = (two(&bytes[..2]), two(&bytes[3..5]), two(&bytes[6..8])) else { return false };
    let mut rest = &bytes[8..];
    let mut exact = true;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return false;
        }
        exact = fraction[..digits].iter().all(|&digit| digit == b'0');
        rest = &fraction[digits..];
    }
    let midnight = hour == 24 && minute == 0 && second == 0 && exact;
    (hour < 24 || midnight) && minute < 60 && second < 60 && is_offset(rest, most_offset)
}

fn is_offset(text: &[u8], most: u32) -> bool {
    match text {
        b"Z" => true,
        [b'+' | b'-', _, _, b':', _, _] => match (two(&text[1..3]), two(&text[4..6])) {
            (Some(hours), Some(minutes)) => hours < 24 && minutes < 60 && hours * 60 + minutes <= most,
            _ => false,
        },
        _ => false,
    }
}

fn two(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_times_are_accepted_as_java_does() {
        for text in [
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.123456789Z",
            "2026-01-01T00:00:00+01:00",
            "2026-02-31T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T24:00:00.000Z",
            "+12026-01-01T00:00:00-18:00",
        ] {
            assert!(is_date_time(text), "{text}");
        }
        for text in [
            "2026-01-01T00:00:00.1234567891Z",
            "2026-01-01T00:00:00+0100",
            "2026-01-01t00:00:00z",
            "2026-01-01T00:00Z",
            "2026-01-01T23:59:60Z",
            "12026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T24:00:01Z",
            "2026-01-32T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "+2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00+18:01",
            "é026-01-01T00:00:00Z",
            "nope nope",
            "",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
    }

    #[test]
    fn dates_are_strict_and_times_stand_alone() {
        assert!(
            is_date("2024-02-29") && is_date("0000-01-01") && !is_date("2023-02-29") && !is_date("2026-04-31") && !is_date("nope nope")
        );
        assert!(is_time("23:59:59.5+23:59") && is_time("24:00:00Z") && !is_time("10:00Z") && !is_time("10:00:00"));
    }
}
