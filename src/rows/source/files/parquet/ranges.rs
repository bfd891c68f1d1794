//! Rows that one thread reads in one go.
//!
//! Owns: cutting large row groups, so that a file of one is read on all cores; which range a thread reads next. Refuses: reading.
//!
//! What lies in a row group before the rows of a range has to be passed over, most often unpacked: a thread goes on where it is, as long as nobody else has
//! taken what is next.

/// Parts of a file below which its row groups are cut.
const PARTS: u64 = 8;
/// Fewest rows of a part.
const FEWEST: u64 = 1 << 15;

/// Rows of a row group, all or a part of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rows::source::files) struct RowRange {
    /// Its position among all ranges of the file.
    pub(in crate::rows::source::files) number: u32,
    /// The row group.
    pub(in crate::rows::source::files) group: usize,
    /// Rows of the row group before it.
    pub(in crate::rows::source::files) first: u64,
    /// How many rows.
    pub(in crate::rows::source::files) rows: u64,
    /// Rows of the file before it.
    pub(in crate::rows::source::files) before: u64,
}

/// The ranges of a file whose row groups have so many rows, in order.
pub(super) fn of(groups: impl ExactSizeIterator<Item = u64>) -> Vec<RowRange> {
    let wanted = PARTS.div_ceil(groups.len().max(1) as u64);
    let (mut ranges, mut before) = (Vec::new(), 0);
    for (group, all) in groups.enumerate() {
        let rows = all.div_ceil(wanted).max(FEWEST);
        let mut first = 0;
        // A row group without rows is one range: that it was read is told.
        while first < all || (first, all) == (0, 0) {
            let rows = rows.min(all - first);
            ranges.push(RowRange { number: ranges.len() as u32, group, first, rows, before });
            (first, before) = (first + rows.max(1), before + rows);
        }
    }
    ranges
}

/// Ranges that no thread has taken, by number.
pub(super) struct FreeRanges(Vec<bool>);

impl FreeRanges {
    pub(super) fn new(ranges: usize) -> Self {
        FreeRanges(vec![true; ranges])
    }

    /// Takes the range behind the last one; else the middle of the longest row of free ones, of which whoever comes to it has the beginning.
    pub(super) fn take(&mut self, last: Option<u32>) -> Option<usize> {
        let next = last.map_or(0, |last| last as usize + 1);
        let at = if self.0.get(next).is_some_and(|is_free| *is_free) { next } else { self.middle()? };
        self.0[at] = false;
        Some(at)
    }

    fn middle(&self) -> Option<usize> {
        let mut longest = 0..0;
        let mut begin = 0;
        for end in 0..=self.0.len() {
            if !self.0.get(end).is_some_and(|is_free| *is_free) {
                if end - begin > longest.len() {
                    longest = begin..end;
                }
                begin = end + 1;
            }
        }
        (!longest.is_empty()).then_some(longest.start + longest.len() / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_goes_on_where_it_is_and_all_are_taken_once() {
        let mut free = FreeRanges::new(8);
        let mut order = vec![free.take(None), free.take(None)];
        order.extend((0..3).map(|last| free.take(Some(last))));
        order.extend([free.take(Some(4)), free.take(Some(5)), free.take(Some(3)), free.take(Some(6))]);
        assert_eq!(order, [Some(0), Some(4), Some(1), Some(2), Some(3), Some(5), Some(6), Some(7), None]);
        let mut free = FreeRanges::new(3);
        let mut taken: Vec<usize> = std::iter::from_fn(|| free.take(None)).collect();
        taken.sort_unstable();
        assert_eq!(taken, [0, 1, 2]);
        assert_eq!(FreeRanges::new(0).take(None), None);
    }

    fn cut(groups: &[u64]) -> Vec<(usize, u64, u64, u64)> {
        of(groups.iter().copied()).iter().map(|range| (range.group, range.first, range.rows, range.before)).collect()
    }

    #[test]
    fn large_row_groups_are_cut_and_no_row_is_lost() {
        assert_eq!(cut(&[100, 0, 20]), [(0, 0, 100, 0), (1, 0, 0, 100), (2, 0, 20, 100)]);
        assert_eq!(cut(&[70_000]), [(0, 0, 32_768, 0), (0, 32_768, 32_768, 32_768), (0, 65_536, 4_464, 65_536)]);
        assert_eq!(cut(&[1_000_000]).len(), 8);
        assert_eq!(cut(&[100_000; 8]).len(), 8, "many row groups are parts enough");
        let rows: u64 = cut(&[999_999, 7, 123_456]).iter().map(|range| range.2).sum();
        assert_eq!(rows, 1_123_462);
    }
}
