//! Times in the zone of whoever reads them.
//!
//! Owns: the zone of this machine, a time in it with the zone's name. Refuses: what is written for others, which is in UTC (time).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::time::{self, Micros};

/// A zone to tell times in: UTC, or another.
#[derive(Debug, Clone)]
pub struct Zone(Option<TimeZone>);

impl Zone {
    /// UTC.
    pub const UTC: Zone = Zone(None);

    /// The zone that `TZ` or the machine names; `None` where neither tells one, and where it is UTC.
    pub fn of_machine() -> Option<Self> {
        Zone::of(TimeZone::try_system().ok()?)
    }

    fn of(zone: TimeZone) -> Option<Self> {
        let is_utc = zone.is_unknown() || zone.to_fixed_offset().is_ok_and(|offset| offset.is_zero());
        let is_called_utc =
            zone.iana_name().is_some_and(|name| matches!(name.rsplit('/').next(), Some("UTC" | "UCT" | "Universal" | "Zulu")));
        (!is_utc && !is_called_utc).then_some(Zone(Some(zone)))
    }

    /// Whether it is UTC.
    pub fn is_utc(&self) -> bool {
        self.0.is_none()
    }

    /// `2026-06-25 14:44 CEST`
    pub fn moment(&self, time: Micros) -> String {
        format!("{} {}", self.minute(time), self.name(time))
    }

    /// `2026-06-25 14:44`
    pub fn minute(&self, time: Micros) -> String {
        match self.at(time) {
            Some((zone, at)) => zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string(),
            None => time::minute(time),
        }
    }

    /// What the zone is called at a time: `CEST`, `+0530`, `UTC`.
    pub fn name(&self, time: Micros) -> String {
        self.at(time).map_or_else(|| "UTC".to_owned(), |(zone, at)| zone.to_offset_info(at).abbreviation().to_owned())
    }

    /// Two times and the zone's name, which is told once where it is the same for both.
    pub fn span(&self, (first, last): (Micros, Micros), between: &str) -> String {
        if self.name(first) == self.name(last) {
            format!("{}{between}{}", self.minute(first), self.moment(last))
        } else {
            format!("{}{between}{}", self.moment(first), self.moment(last))
        }
    }

    /// `None` in UTC, and of the last hours of the year 9999.
    fn at(&self, time: Micros) -> Option<(&TimeZone, Timestamp)> {
        self.0.as_ref().zip(Timestamp::from_microsecond(time).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(text: &str) -> Zone {
        Zone::of(TimeZone::posix(text).unwrap()).unwrap()
    }

    #[test]
    fn a_time_is_told_in_its_zone_with_the_name() {
        let berlin = zone("CET-1CEST,M3.5.0,M10.5.0/3");
        let (winter, summer) = (time::parse_time("2026-01-31 23:30:00").unwrap(), time::parse_time("2026-06-25 12:44:00").unwrap());
        assert_eq!(berlin.moment(summer), "2026-06-25 14:44 CEST");
        assert_eq!(berlin.moment(winter), "2026-02-01 00:30 CET");
        assert_eq!(Zone::UTC.moment(summer), "2026-06-25 12:44 UTC");
        assert_eq!(Zone::UTC.span((winter, summer), " to "), "2026-01-31 23:30 to 2026-06-25 12:44 UTC");
        assert_eq!(berlin.span((winter, summer), " to "), "2026-02-01 00:30 CET to 2026-06-25 14:44 CEST");
        assert_eq!(zone("<+0530>-5:30").moment(summer), "2026-06-25 18:14 +0530");
    }

    #[test]
    fn what_is_utc_is_no_zone_of_its_own_and_no_time_is_lost() {
        assert!(Zone::of(TimeZone::UTC).is_none() && Zone::of(TimeZone::unknown()).is_none());
        let last = time::parse_time("9999-12-31 23:59:59").unwrap();
        assert_eq!(zone("XXX-14").moment(last), "9999-12-31 23:59 UTC");
    }
}
