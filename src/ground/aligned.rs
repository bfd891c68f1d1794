//! Cells that stand under each other, each column as wide as it needs.
//!
//! Owns: how wide columns are, the blanks between and behind cells.
//! Refuses: cutting cells; output without a bound, since every row has to be seen before the first is written.

use super::text::width;

/// Blanks between two columns.
pub const GAP: &str = "  ";

/// Cells of each column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widths<const N: usize>(pub [usize; N]);

impl<const N: usize> Default for Widths<N> {
    fn default() -> Self {
        Widths([0; N])
    }
}

impl<const N: usize> Widths<N> {
    /// What the rows need.
    pub fn of(rows: &[[String; N]]) -> Self {
        let mut widths = Widths::default();
        rows.iter().for_each(|row| widths.fit(row.each_ref().map(String::as_str), [usize::MAX; N]));
        widths
    }

    /// Makes room for a row, but not for cells that are wider than the most of their column: those push their own line only.
    pub fn fit(&mut self, row: [&str; N], most: [usize; N]) {
        for ((cell, most), room) in row.iter().zip(most).zip(&mut self.0) {
            *room = Some(width(cell)).filter(|cells| *cells <= most).unwrap_or(0).max(*room);
        }
    }

    /// A row in one line, without blanks at its end. The cells of the columns in `right` end at the same place: numbers.
    pub fn line(&self, row: [&str; N], right: &[usize]) -> String {
        let mut line = String::new();
        self.write(row, right, &mut line);
        line
    }

    /// The same into an empty text.
    pub fn write(&self, row: [&str; N], right: &[usize], line: &mut String) {
        for (i, (cell, room)) in row.iter().zip(self.0).enumerate() {
            let pad = || room.saturating_sub(width(cell));
            let (before, behind) = match right.contains(&i) {
                true => (pad(), 0),
                false if i + 1 == N => (0, 0),
                false => (0, pad()),
            };
            line.push_str(if i == 0 { "" } else { GAP });
            line.extend(std::iter::repeat_n(' ', before));
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', behind));
        }
        line.truncate(line.trim_end().len());
    }
}

/// Rows that are kept until all are known. Cells must be safe for a terminal.
#[derive(Debug)]
pub struct Aligned<const N: usize> {
    heads: Option<[String; N]>,
    rows: Vec<[String; N]>,
    right: &'static [usize],
}

impl<const N: usize> Aligned<N> {
    /// No rows yet, to stand under heads. The cells of the columns in `right` end at the same place.
    pub fn under(heads: [&str; N], right: &'static [usize]) -> Self {
        Aligned { heads: Some(heads.map(str::to_owned)), ..Aligned::bare(right) }
    }

    /// The same without heads.
    pub fn bare(right: &'static [usize]) -> Self {
        Aligned { heads: None, rows: Vec::new(), right }
    }

    /// Adds a row.
    pub fn push(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    /// The lines; nothing where there are no rows.
    pub fn to_text(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let mut widths = Widths::of(&self.rows);
        let cells = |row: &[String; N], widths: &Widths<N>| widths.line(row.each_ref().map(String::as_str), self.right) + "\n";
        self.heads.iter().for_each(|heads| widths.fit(heads.each_ref().map(String::as_str), [usize::MAX; N]));
        self.heads.iter().chain(&self.rows).map(|row| cells(row, &widths)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_under_each_other() {
        let mut rows = Aligned::under(["NAME", "N"], &[1]);
        assert_eq!(rows.to_text(), "");
        rows.push(["日本".into(), "1,000".into()]);
        rows.push(["a".into(), "7".into()]);
        assert_eq!(rows.to_text(), "NAME      N\n日本  1,000\na         7\n");
    }

    #[test]
    fn a_cell_that_is_too_wide_pushes_its_own_line_only() {
        let mut widths = Widths::default();
        ["ab", "abcdef"].iter().for_each(|cell| widths.fit([cell, "x"], [4, 4]));
        assert_eq!((widths.line(["a", "x"], &[]), widths.line(["abcdef", "x"], &[])), ("a   x".into(), "abcdef  x".into()));
    }
}
