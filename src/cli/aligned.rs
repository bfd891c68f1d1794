//! Rows of cells under heads, each column as wide as it needs.

use crate::ground::text::width;

const GAP: &str = "  ";

/// Rows with a head. Cells must be safe for a terminal.
pub(super) struct Aligned<const N: usize> {
    rows: Vec<[String; N]>,
    /// Columns whose cells end at the same place: numbers.
    right: &'static [usize],
}

impl<const N: usize> Aligned<N> {
    /// No rows yet.
    pub(super) fn new(heads: [&str; N], right: &'static [usize]) -> Self {
        Aligned { rows: vec![heads.map(str::to_owned)], right }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    /// The lines; nothing where there is only the head.
    pub(super) fn to_text(&self) -> String {
        if self.rows.len() == 1 {
            return String::new();
        }
        let mut widths = [0; N];
        for row in &self.rows {
            row.iter().zip(&mut widths).for_each(|(cell, most)| *most = width(cell).max(*most));
        }
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.iter().zip(widths).enumerate().map(|(i, (cell, room))| {
                let pad = " ".repeat(room - width(cell));
                if self.right.contains(&i) { pad + cell } else { format!("{cell}{pad}") }
            });
            text.push_str(cells.collect::<Vec<_>>().join(GAP).trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_under_each_other() {
        let mut rows = Aligned::new(["NAME", "N"], &[1]);
        assert_eq!(rows.to_text(), "");
        rows.push(["日本".into(), "1,000".into()]);
        rows.push(["a".into(), "7".into()]);
        assert_eq!(rows.to_text(), "NAME      N\n日本  1,000\na         7\n");
    }
}
