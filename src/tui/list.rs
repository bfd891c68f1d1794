//! One list or tree on a screen.
//!
//! Owns: its cursor and expansion, the search and the filter over it, how what they found is told.
//! Refuses: what is listed (subject), moving through it (update).

use super::matches::{MatchCount, Matches, TOLD};
use super::message::JobId;
use crate::ground::outline::Outline;
use crate::ground::sought::Sought;
use crate::ground::text::{clip_middle, count, visible};

/// One list or tree with its search and filter.
#[derive(Default)]
pub struct List {
    /// Rows, cursor, expansion.
    pub outline: Outline,
    /// The last search.
    pub search: Option<Search>,
    /// The filter at work.
    pub filter: Option<ListFilter>,
    /// The lines that references were followed from, the latest last.
    pub trail: Vec<usize>,
}

/// A search and what it found.
pub struct Search {
    /// What was typed.
    pub text: String,
    /// The latest job that looks for it.
    pub job: Option<JobId>,
    /// Where the cursor was when the search began.
    pub from: Option<usize>,
    /// What was found; `None` while the work goes on.
    pub found: Option<Matches>,
    /// Whether the cursor goes to what is found, which it does once.
    pub jumps: bool,
}

/// A filter. What it found is in the outline.
pub struct ListFilter {
    /// What was typed.
    pub text: String,
    /// The latest job that looks for it.
    pub job: JobId,
    /// How much was found; `None` until the first answer.
    pub found: Option<MatchCount>,
}

impl List {
    /// Whether the last search or the filter matches the item.
    pub fn is_hit(&self, item: usize) -> bool {
        let searched = self.search.as_ref().and_then(|search| search.found.as_ref());
        self.outline.is_match(item) || searched.is_some_and(|found| found.items.binary_search(&(item as u32)).is_ok())
    }

    /// What is looked for in it, by the search or else by the filter.
    pub fn sought(&self) -> Option<Sought> {
        let text = self.search.as_ref().map(|search| &search.text).or(self.filter.as_ref().map(|filter| &filter.text))?;
        Some(Sought::new(text))
    }

    /// What is known of the filter: `filter gpu: 3 of 73 groups`.
    pub fn filter_state(&self) -> Option<String> {
        let filter = self.filter.as_ref()?;
        let found = filter.found.as_ref().map_or("…".to_owned(), |found| found.told(&filter.text));
        Some(format!("filter {}: {found}", told(&filter.text)))
    }

    /// What is known of the search, and on which of its matches the cursor is: `search gpu: 3 of 73`.
    pub fn search_state(&self) -> Option<String> {
        let search = self.search.as_ref()?;
        let Some(found) = &search.found else { return Some(format!("search {}: …", told(&search.text))) };
        let here = self.outline.item().and_then(|item| found.items.binary_search(&(item as u32)).ok());
        let all = found.items.len() as u64;
        Some(match here {
            _ if all == 0 || found.count.loose => format!("search: {}", found.lines().told(&search.text)),
            Some(at) => format!("search {}: {} of {}", told(&search.text), count(at as u64 + 1), count(all)),
            None => format!("search {}: {} found", told(&search.text), count(all)),
        })
    }
}

fn told(text: &str) -> String {
    visible(&clip_middle(text.trim(), TOLD)).into_owned()
}
