//! Hours in which something was seen.
//!
//! Owns: a set of hours that is small where there are few, adding, counting within bounds.
//! Refuses: what the hours mean (deploys).

use crate::ground::time::Micros;

/// Microseconds of an hour.
pub(super) const HOUR: Micros = 3_600_000_000;

/// An hour, by its number since 1970-01-01 UTC. Half as large as a time: a group of a long window has thousands.
pub(super) type Hour = i32;

/// Hours, ascending, each once. Most groups are seen in one: that takes no memory of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Hours {
    #[default]
    None,
    One(Hour),
    Many(Vec<Hour>),
}

impl Hours {
    /// The hour of a time.
    pub(super) fn of(time: Micros) -> Hour {
        let hour = time.div_euclid(HOUR);
        Hour::try_from(hour).unwrap_or(if hour < 0 { Hour::MIN } else { Hour::MAX })
    }

    /// Bytes that they take beside themselves.
    pub(super) fn held(&self) -> usize {
        if let Hours::Many(hours) = self { hours.capacity() * size_of::<Hour>() } else { 0 }
    }

    /// The hours, ascending.
    pub(super) fn list(&self) -> &[Hour] {
        match self {
            Hours::None => &[],
            Hours::One(hour) => std::slice::from_ref(hour),
            Hours::Many(hours) => hours,
        }
    }

    /// Adds an hour. Rows come nearly in order, so that it is mostly the last one or behind it.
    pub(super) fn add(&mut self, hour: Hour) {
        match self {
            Hours::None => *self = Hours::One(hour),
            Hours::One(known) if *known == hour => {}
            Hours::One(known) => *self = Hours::Many(vec![hour.min(*known), hour.max(*known)]),
            Hours::Many(hours) => match hours.last() {
                Some(&last) if last == hour => {}
                Some(&last) if last < hour => hours.push(hour),
                _ => {
                    if let Err(at) = hours.binary_search(&hour) {
                        hours.insert(at, hour);
                    }
                }
            },
        }
    }

    /// Adds all hours of another set.
    pub(super) fn absorb(&mut self, other: &Hours) {
        if matches!(self, Hours::None) {
            *self = other.clone();
            return;
        }
        if other.list().len() < 8 {
            other.list().iter().for_each(|&hour| self.add(hour));
            return;
        }
        let mut all = [self.list(), other.list()].concat();
        all.sort_unstable();
        all.dedup();
        *self = Hours::Many(all);
    }

    /// The hours from `first` to `last`, both included.
    pub(super) fn within(&self, first: Hour, last: Hour) -> &[Hour] {
        let hours = self.list();
        let from = hours.partition_point(|&hour| hour < first);
        let to = hours.partition_point(|&hour| hour <= last);
        hours.get(from..to).unwrap_or_default()
    }
}

/// Hours to which very many are added, in any order: most of those are known, which is known at once.
#[derive(Debug, Clone, Default)]
pub(super) struct ManyHours {
    hours: Hours,
    /// Of the hours with the same lower bits, the one that was added last.
    latest: Box<[Hour]>,
}

/// The hours of forty days, a power of two.
const LATEST: usize = 1 << 10;

impl ManyHours {
    /// Adds an hour.
    pub(super) fn add(&mut self, hour: Hour) {
        if self.latest.is_empty() {
            // No slot has the hour that it begins with.
            self.latest = (0..LATEST).map(|slot| Hour::from(slot == 0)).collect();
        }
        let latest = &mut self.latest[hour as usize % LATEST];
        if *latest != hour {
            *latest = hour;
            self.hours.add(hour);
        }
    }

    /// All of them.
    pub(super) fn into_hours(self) -> Hours {
        self.hours
    }
}

impl FromIterator<Hour> for Hours {
    fn from_iter<T: IntoIterator<Item = Hour>>(hours: T) -> Self {
        let mut all = Hours::default();
        hours.into_iter().for_each(|hour| all.add(hour));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_hours_are_the_same_set() {
        let all: Vec<Hour> = (0..9000).map(|n: Hour| (n * 7919 % 4001) - 2000).chain([0, 1, 1024, Hour::MIN, Hour::MAX, 0]).collect();
        let mut many = ManyHours::default();
        all.iter().for_each(|&hour| many.add(hour));
        assert_eq!(many.into_hours(), all.iter().copied().collect::<Hours>());
    }

    #[test]
    fn hours_are_a_set_in_order() {
        let hours: Hours = [5, 5, 3, 9, 3, 7].into_iter().collect();
        assert_eq!(hours.list(), [3, 5, 7, 9]);
        assert_eq!(hours.within(4, 7), [5, 7]);
        assert_eq!(hours.within(10, 12), [0_i32; 0]);
        let mut one = Hours::One(5);
        one.absorb(&(0..20).collect());
        one.absorb(&hours);
        assert_eq!(one.list().len(), 20);
        assert_eq!(Hours::of(-1), -1);
    }
}
