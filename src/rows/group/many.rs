//! What is known of values of which there are too many to count each.
//!
//! Owns: rows by hash of their value, which tell about how many rows a value has; which values are frequent; the smallest and the largest number.
//! Nothing of it depends on the order of rows: sums do not, and a value in one of [`FREQUENT`] rows is found wherever its rows are.
//! Refuses: values that are counted one by one (facets).

use std::cmp::Ordering;
use std::sync::Arc;

/// A value in at least one of so many rows is frequent.
const FREQUENT: u64 = 32;
/// Values that may become so are kept from one of so many rows on.
const HOPEFUL: u64 = 2 * FREQUENT;
/// Hopeful values held before those that are no longer so are let go.
const MOST_HOPEFUL: usize = 4 * FREQUENT as usize;
/// Sums that each value is part of: other values would have to share all of them.
const SUMS: usize = 4;
/// Sums of a kind, a power of two.
const WIDTH: usize = 1 << 10;

/// A value with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CountedValue {
    pub(super) hash: u64,
    pub(super) value: Arc<str>,
    pub(super) count: u64,
}

/// Many values.
#[derive(Debug, Clone)]
pub(super) struct ManyValues {
    /// Rows of all values with a part of their hash in common, for each of [`SUMS`] parts.
    sums: Vec<u32>,
    /// Ascending by hash, then value.
    hopeful: Vec<(u64, Box<str>)>,
    /// The smallest and the largest number, whose counts are exact as they were so from their first row on; `None` where values are no numbers.
    pub(super) ends: Option<[CountedValue; 2]>,
    numbers: bool,
}

impl ManyValues {
    /// None yet.
    pub(super) fn new(numbers: bool) -> Self {
        ManyValues { sums: vec![0; SUMS * WIDTH], hopeful: Vec::new(), ends: None, numbers }
    }

    /// Bytes that it takes.
    pub(super) fn held(&self) -> usize {
        let hopeful: usize = self.hopeful.iter().map(|(_, value)| value.len() + size_of::<(u64, Box<str>)>()).sum();
        size_of::<Self>() + self.sums.capacity() * size_of::<u32>() + hopeful
    }

    /// Adds rows of a value; `all` is the number of rows of all values.
    pub(super) fn add(&mut self, hash: u64, value: &str, rows: u64, all: u64) {
        for slot in slots(hash) {
            self.sums[slot] = self.sums[slot].saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
        }
        if self.numbers && value.parse::<f64>().is_ok() {
            self.end(CountedValue { hash, value: value.into(), count: rows });
        }
        if self.most(hash).saturating_mul(HOPEFUL) >= all {
            self.hope(hash, value, all);
        }
    }

    fn end(&mut self, new: CountedValue) {
        let Some(ends) = &mut self.ends else {
            self.ends = Some([new.clone(), new]);
            return;
        };
        for (end, closer) in ends.iter_mut().zip([Ordering::Less, Ordering::Greater]) {
            match compare(&new.value, &end.value) {
                Ordering::Equal => end.count += new.count,
                order if order == closer => *end = new.clone(),
                _ => {}
            }
        }
    }

    fn hope(&mut self, hash: u64, value: &str, all: u64) {
        let Err(at) = self.hopeful.binary_search_by(|(known, text)| known.cmp(&hash).then_with(|| (**text).cmp(value))) else { return };
        self.hopeful.insert(at, (hash, value.into()));
        if self.hopeful.len() > MOST_HOPEFUL {
            let mut hopeful = std::mem::take(&mut self.hopeful);
            hopeful.retain(|(hash, _)| self.most(*hash).saturating_mul(HOPEFUL) >= all);
            self.hopeful = hopeful;
        }
    }

    /// Rows that a value has at most.
    fn most(&self, hash: u64) -> u64 {
        slots(hash).map(|slot| u64::from(self.sums[slot])).into_iter().min().unwrap_or(0)
    }

    /// Adds what another part has; `all` is the number of rows of both.
    pub(super) fn absorb(&mut self, other: ManyValues, all: u64) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(ours, theirs)| *ours = ours.saturating_add(*theirs));
        other.hopeful.iter().for_each(|(hash, value)| self.hope(*hash, value, all));
        if let Some([least, most]) = other.ends {
            let is_one = least.value == most.value;
            self.end(least);
            if !is_one {
                self.end(most);
            }
        }
    }

    /// The frequent values, and about how many of all rows each has.
    pub(super) fn frequent(&self, all: u64) -> Vec<(Box<str>, u64)> {
        let frequent = self.hopeful.iter().map(|(hash, value)| (value, self.most(*hash)));
        // Of the rows of others, each sum has its share.
        let about = |most: u64| most - (all.saturating_sub(most) / WIDTH as u64).min(most);
        frequent.filter(|(_, most)| most.saturating_mul(FREQUENT) >= all).map(|(value, most)| (value.clone(), about(most))).collect()
    }
}

/// The sums that a value is part of.
fn slots(hash: u64) -> [usize; SUMS] {
    std::array::from_fn(|part| part * WIDTH + (hash >> (16 * part)) as usize % WIDTH)
}

/// Numbers by size; what is none comes last, by its text.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
    number(a).total_cmp(&number(b)).then_with(|| a.cmp(b))
}
