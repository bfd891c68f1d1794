//! Some rows of groups, drawn by chance where they are kept.
//!
//! Owns: of which groups how many rows are drawn, what a row that was drawn stands for.
//! Refuses: SQL (bigquery), what rows tell (triage/senders).

use super::{SourceError, Watch};
use crate::rows::group::Group;
use crate::rows::row::SourceRow;

/// Which rows are drawn, and what of them comes.
pub struct Draw<'a> {
    /// Groups beside each other.
    pub pools: Vec<DrawPool<'a>>,
    /// Rows of each chosen group, at most; as many of the others where one group is nearly all of its pool.
    pub of_group: u64,
    /// Rows of each pool, at most.
    pub of_pool: u64,
    /// Whether a column of the error table is wanted.
    pub wants: fn(&str) -> bool,
}

/// Groups beside each other.
pub struct DrawPool<'a> {
    /// Each, and whether rows of its own are drawn.
    pub groups: Vec<(&'a Group, bool)>,
    /// The position of the group that is nearly all of them: rows of the others are drawn for it.
    pub largest: Option<usize>,
}

/// A row that was drawn.
pub struct DrawnRow {
    /// Position of its pool.
    pub pool: usize,
    /// Position of its group in the pool.
    pub group: usize,
    /// Whether it is one of those of its group.
    pub own: bool,
    /// Whether it is one of those of its pool.
    pub pooled: bool,
    /// Whether it is one of those that stand beside the largest group.
    pub apart: bool,
    /// Its columns.
    pub row: SourceRow,
}

/// Who draws rows where they are kept.
pub trait DrawRows {
    /// Draws rows, the same each time as long as no others come. The watch is asked before anything is spent.
    ///
    /// # Errors
    /// There are no rows, the price is too high, or nobody answers.
    fn draw(&self, draw: &Draw<'_>, watch: &dyn Watch, visit: &mut dyn FnMut(DrawnRow)) -> Result<(), SourceError>;
}
