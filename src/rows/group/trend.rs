//! Counts over time in bins that double as the span grows.
//!
//! Owns: where a time falls, doubling, merging, spreading the bins over the columns of a screen.
//! Refuses: drawing.

use super::Trend;
use crate::ground::few::Few;
use crate::ground::time::Micros;

const MINUTE: Micros = 60_000_000;
const MOST_BINS: usize = 64;
/// 73,000 years on either side: what lies beyond is no time, and must not overflow.
const FARTHEST: Micros = 1 << 61;

/// Whether it is near enough to be counted with.
pub(super) fn is_time(time: Micros) -> bool {
    (-FARTHEST..=FARTHEST).contains(&time)
}

impl Trend {
    /// Counts one row. The width is always the smallest at which first and last time are less than 64 bins apart, so that it does not depend
    /// on the order of rows.
    pub(super) fn add(&mut self, time: Micros, rows: u64) {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let time = time.clamp(-FARTHEST, FARTHEST);
        if self.width > 0 {
            let at = time.div_euclid(self.width) - self.start.div_euclid(self.width);
            if let Some(at) = usize::try_from(at).ok().filter(|&at| at < MOST_BINS) {
                if at >= self.bins.len() {
                    let more = at + 1 - self.bins.len();
                    self.bins.extend(std::iter::repeat_n(0, more));
                }
                self.bins[at] = self.bins[at].saturating_add(rows);
                return;
            }
        }
        self.merge(&Trend { start: time.div_euclid(MINUTE) * MINUTE, width: MINUTE, bins: Few::from_buf([rows]) });
    }

    /// Counts rows, each a time and how many.
    pub(super) fn of(rows: impl Iterator<Item = (Micros, u32)> + Clone) -> Trend {
        let rows = rows.map(|(time, rows)| (time.clamp(-FARTHEST, FARTHEST).div_euclid(MINUTE), rows));
        let ends = rows.clone().fold(None, |ends: Option<(Micros, Micros)>, (at, _)| {
            Some(ends.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
        });
        let Some((mut first, mut last)) = ends else { return Trend::default() };
        let mut doublings = 0;
        while last - first >= MOST_BINS as i64 {
            (first, last, doublings) = (first >> 1, last >> 1, doublings + 1);
        }
        let mut bins = Few::from_elem(0_u32, (last - first) as usize + 1);
        for (at, rows) in rows {
            let bin = &mut bins[((at >> doublings) - first) as usize];
            *bin = bin.saturating_add(rows);
        }
        let width = MINUTE << doublings;
        Trend { start: first * width, width, bins }
    }

    /// Adds the rows of another trend.
    pub fn merge(&mut self, other: &Trend) {
        if other.bins.is_empty() {
            return;
        }
        if self.bins.is_empty() {
            *self = other.clone();
            return;
        }
        if let ([rows], true) = (&*other.bins, other.width <= self.width)
            && let Some(bin) = self.bin_of(other.start)
        {
            self.bins[bin] = self.bins[bin].saturating_add(*rows);
            return;
        }
        let mut width = self.width.max(other.width);
        let (start, end) = (self.start.min(other.start), self.last().max(other.last()));
        let (mut first, mut last) = (start.div_euclid(width), end.div_euclid(width));
        while last - first >= MOST_BINS as i64 {
            (first, last, width) = (first >> 1, last >> 1, width * 2);
        }
        let mut bins = [0u32; MOST_BINS];
        for trend in [&*self, other] {
            // Widths are minutes doubled, so that bins are of one width or a power of two of it.
            let doublings = (width / trend.width).trailing_zeros();
            let own = trend.start.div_euclid(trend.width);
            for (i, &count) in (own..).zip(&trend.bins) {
                let bin = &mut bins[((i >> doublings) - first) as usize];
                *bin = bin.saturating_add(count);
            }
        }
        (self.start, self.width) = (first * width, width);
        self.bins.clear();
        self.bins.extend_from_slice(&bins[..=(last - first) as usize]);
    }

    /// A trend counted elsewhere; `None` where it cannot have come from [`Trend::add`].
    pub(super) fn restored(start: Micros, width: Micros, bins: Few<u32>) -> Option<Trend> {
        if width == 0 && bins.is_empty() {
            return Some(Trend::default());
        }
        let doubled = u64::try_from(width / MINUTE).is_ok_and(u64::is_power_of_two) && width % MINUTE == 0;
        let is_sound = doubled
            && (1..=MOST_BINS).contains(&bins.len())
            && start.rem_euclid(width) == 0
            && is_time(start)
            && start.checked_add(width.checked_mul(bins.len() as i64)?).is_some();
        is_sound.then_some(Trend { start, width, bins })
    }

    /// The bin that a time is in, among those that there are.
    fn bin_of(&self, time: Micros) -> Option<usize> {
        let at = time.div_euclid(self.width) - self.start.div_euclid(self.width);
        usize::try_from(at).ok().filter(|&at| at < self.bins.len())
    }

    fn bin_start(&self, bin: usize) -> Micros {
        self.start.saturating_add(self.width.saturating_mul(bin as i64))
    }

    fn last(&self) -> Micros {
        self.bin_start(self.bins.len().saturating_sub(1))
    }

    /// The rows spread over `columns` equal columns from `from` to `to` (inclusive). Every row is in exactly one column: what a bin holds is
    /// spread evenly over the part of it inside the window, what lies outside goes to the nearest column.
    pub fn resample(&self, from: Micros, to: Micros, columns: usize) -> Vec<u64> {
        let mut out = vec![0; columns];
        if columns == 0 {
            return out;
        }
        let (from, length) = (i128::from(from), (i128::from(to) - i128::from(from)).max(0) + 1);
        for (i, &count) in self.bins.iter().enumerate() {
            let start = (i128::from(self.bin_start(i)) - from).clamp(0, length - 1);
            let end = (i128::from(self.bin_start(i)) + i128::from(self.width) - from).clamp(start + 1, length);
            spread(&mut out, u64::from(count), (start, end), length);
        }
        out
    }
}

impl Trend {
    /// The rows from a time on up to another; of a bin that is only touched as large a part as is touched.
    pub fn within(&self, (from, to): (Micros, Micros)) -> u64 {
        let part = |(i, count): (usize, &u32)| {
            let (start, width) = (i128::from(self.bin_start(i)), i128::from(self.width).max(1));
            let inside = (start + width).min(to.into()) - start.max(from.into());
            (i128::from(*count) * inside.max(0) / width) as u64
        };
        self.bins.iter().enumerate().map(part).sum()
    }
}

/// Spreads a bin over the columns that it touches, rounding cumulatively so that nothing is lost.
fn spread(out: &mut [u64], count: u64, (start, end): (i128, i128), length: i128) {
    let columns = out.len() as i128;
    let (first, last) = (start * columns / length, (end - 1) * columns / length);
    let mut done = 0;
    for column in first..=last {
        // The end of a column, rounded up: the first microsecond of the next.
        let column_end = ((column + 1) * length + columns - 1) / columns;
        let upto = i128::from(count) * (column_end.min(end) - start) / (end - start);
        out[column as usize] += (upto - done) as u64;
        done = upto;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trend(times: &[Micros]) -> Trend {
        let mut trend = Trend::default();
        times.iter().for_each(|&time| trend.add(time, 1));
        trend
    }

    #[test]
    fn a_week_of_minutes_fits_in_few_bins() {
        let times: Vec<Micros> = (0..7 * 24 * 60).map(|minute| minute * MINUTE).collect();
        let trend = trend(&times);
        assert_eq!((trend.width, trend.start), (256 * MINUTE, 0));
        assert_eq!(trend.bins.len(), 40);
        assert_eq!(trend.bins[0], 256);
        assert_eq!(trend.resample(0, 7 * 24 * 60 * MINUTE - 1, 7), [1440; 7]);
    }

    #[test]
    fn rows_outside_a_window_go_to_its_edges() {
        let trend = trend(&[0, 10 * MINUTE, 20 * MINUTE]);
        assert_eq!(trend.resample(9 * MINUTE, 12 * MINUTE - 1, 3), [1, 1, 1]);
        assert_eq!(trend.resample(0, 0, 1), [3]);
        assert!(trend.resample(0, 10, 0).is_empty());
        assert_eq!(Trend::default().resample(0, 10, 2), [0, 0]);
    }

    proptest! {
        #[test]
        fn order_and_split_make_no_difference(times in proptest::collection::vec(-1_000_000 * MINUTE..1_000_000 * MINUTE, 1..60), at in 0usize..60) {
            let (a, b) = times.split_at(at.min(times.len()));
            let mut merged = trend(b);
            merged.merge(&trend(a));
            let whole = trend(&times);
            prop_assert_eq!(&merged, &whole);
            prop_assert!(whole.bins.len() <= MOST_BINS);
            prop_assert_eq!(whole.start % whole.width, 0);
        }

        #[test]
        fn rows_at_once_are_those_one_after_the_other(rows in proptest::collection::vec((any::<i64>(), 1u32..5), 0..12), near in any::<bool>()) {
            let rows: Vec<(Micros, u32)> = rows.into_iter().map(|(time, rows)| (if near { time >> 22 } else { time }, rows)).collect();
            let mut one_by_one = Trend::default();
            rows.iter().for_each(|&(time, rows)| one_by_one.add(time, rows.into()));
            prop_assert_eq!(Trend::of(rows.iter().copied()), one_by_one);
        }

        #[test]
        fn resampling_loses_no_row(times in proptest::collection::vec(any::<i64>(), 1..40), from in any::<i64>(), to in any::<i64>(), columns in 1usize..80) {
            let total: u64 = trend(&times).resample(from, to, columns).iter().sum();
            prop_assert_eq!(total, times.len() as u64);
        }
    }
}
