//! Rows that one thread reads in one go.
//!
//! Owns: cutting large row groups, so that a file of one is read on all cores. Refuses: reading.
//!
//! Of the pages before its rows a reader sees the heads only; the dictionaries of a row group are unpacked for each of its parts, so that there are few.

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

#[cfg(test)]
mod tests {
    use super::*;

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
