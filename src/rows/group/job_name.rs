//! What the name of a decoder job says: its family and when it began.
//!
//! Source: names of the pipeline's jobs, `decoder-0-0121192636-9c56ac6a`: a name, the start as MMddHHmmss in UTC without a year, random hexadecimal
//! digits. Jobs of one family succeed each other; families run side by side.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::ground::time::{Micros, utc};

/// A job may read what came in before it began; more than this before is another year.
const LONGEST_BACKLOG: Micros = 2 * 86_400_000_000;

/// A job's name taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobName<'a> {
    /// What jobs have in common that succeed each other: the name before the start, or all of it where there is none.
    pub family: &'a str,
    /// Month, day, hour, minute and second.
    start: Option<[i8; 5]>,
}

impl<'a> JobName<'a> {
    /// Takes a name apart.
    pub fn parse(name: &'a str) -> Self {
        let whole = JobName { family: name, start: None };
        let Some((front, random)) = name.rsplit_once('-') else { return whole };
        let Some((family, digits)) = front.rsplit_once('-') else { return whole };
        let is_start = digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_start || random.is_empty() || !random.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return whole;
        }
        let part = |at: usize| digits.get(at..at + 2).and_then(|two| two.parse::<i8>().ok()).unwrap_or(0);
        JobName { family, start: Some([part(0), part(2), part(4), part(6), part(8)]) }
    }

    /// When it began, in the year that its rows tell: the latest start that is not after the last of them, but for what it read of a backlog.
    pub fn start(&self, last_row: Micros) -> Option<Micros> {
        let [month, day, hour, minute, second] = self.start?;
        let year = utc(last_row).year();
        let at = |year: i16| {
            let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
            Some(Offset::UTC.to_timestamp(civil).ok()?.as_microsecond())
        };
        // 29 February is in one year of four.
        let years = (-4..=1).rev().filter_map(|more: i16| at(year.checked_add(more)?));
        years.into_iter().find(|&start| start <= last_row.saturating_add(LONGEST_BACKLOG))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::time::{parse_time, time_text};

    fn start(name: &str, last: &str) -> Option<String> {
        JobName::parse(name).start(parse_time(last).unwrap()).map(time_text)
    }

    #[test]
    fn a_name_tells_family_and_start() {
        let name = JobName::parse("decoder-0-0121192636-9c56ac6a");
        assert_eq!(name.family, "decoder-0");
        assert_eq!(start("decoder-0-0121192636-9c56ac6a", "2026-01-25").as_deref(), Some("2026-01-21 19:26:36 UTC"));
        assert_eq!(JobName::parse("decoder"), JobName { family: "decoder", start: None });
        assert_eq!(JobName::parse("my-job-12-ab").family, "my-job-12-ab");
    }

    #[test]
    fn the_year_is_that_of_the_rows() {
        assert_eq!(start("d-1231235900-a", "2026-01-05").as_deref(), Some("2025-12-31 23:59:00 UTC"), "began in the old year");
        assert_eq!(start("d-0101000000-a", "2025-12-31 22:00:00").as_deref(), Some("2026-01-01 00:00:00 UTC"), "reads what came before");
        assert_eq!(start("d-0301000000-a", "2026-11-27").as_deref(), Some("2026-03-01 00:00:00 UTC"), "runs since spring");
        assert_eq!(start("d-0229000000-a", "2026-11-27").as_deref(), Some("2024-02-29 00:00:00 UTC"));
        assert_eq!(start("d-1399000000-a", "2026-11-27"), None);
    }
}
