//! Rows through all cores and out again in order.

use std::io;
use std::ops::{ControlFlow, Range};

use color_eyre::Result;

use crate::cli::in_order;
use crate::rows::row::{RowRef, SourceRow, Unreadable};
use crate::rows::source::{ErrorSource, Filter};

/// A row with its number and its place.
pub(super) type Row = (u64, RowRef, SourceRow);

/// Turns a batch of rows into texts.
type Make<'a> = dyn Fn(Vec<Row>) -> Result<Vec<String>> + Sync + 'a;

/// Turns the rows of the range that the filter takes into texts with `make` on all cores, and passes the texts to `print` in the order of the rows.
/// Ends early with the first error of `make` or `print`.
pub(super) fn run(
    source: &dyn ErrorSource,
    range: Range<u64>,
    mut filter: Filter,
    make: &Make<'_>,
    print: &mut (dyn FnMut(&str) -> io::Result<()> + Send),
) -> Result<Unreadable> {
    let feed = |hand: &mut in_order::Hand<'_, Row>| {
        Ok(source.rows(range, &mut |number, at, row| {
            if !filter.takes(&row.error_row()) {
                return ControlFlow::Continue(());
            }
            let size = row.payload.size();
            hand((number, at, row), size)
        })?)
    };
    in_order::run(feed, make, &mut |text: String| Ok(print(&text)?))
}
