//! One list or tree on a screen.
//!
//! Owns: its cursor and expansion, the search and the filter over it.
//! Refuses: what is listed (subject), moving through it (update).

use super::message::JobId;
use crate::ground::outline::Outline;

/// One list or tree with its search and filter.
#[derive(Default)]
pub struct List {
    /// Rows, cursor, expansion.
    pub outline: Outline,
    /// The last search.
    pub search: Option<Search>,
    /// The filter at work.
    pub filter: Option<String>,
    /// The latest job that looks for its matches.
    pub filter_job: Option<JobId>,
}

/// A search and what it found.
pub struct Search {
    /// What was typed.
    pub text: String,
    /// The latest job that looks for it.
    pub job: Option<JobId>,
    /// Where the cursor was when the search began.
    pub from: Option<usize>,
    /// Lines that match, ascending; `None` while the work goes on.
    pub found: Option<Vec<u32>>,
}

impl List {
    /// Whether the last search or the filter matches the item.
    pub fn is_hit(&self, item: usize) -> bool {
        let searched = self.search.as_ref().and_then(|search| search.found.as_ref());
        self.outline.is_match(item) || searched.is_some_and(|found| found.binary_search(&(item as u32)).is_ok())
    }
}
