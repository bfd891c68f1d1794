//! Rows to texts: what every worker does with a batch.
//!
//! Owns: opening rows, leaving out those of other groups.
//! Also owns: rows through all cores and out again in order.
//! Refuses: threads (in_order), the forms of output (answer, text).

use std::io;
use std::num::NonZero;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use color_eyre::Result;
use rustc_hash::FxHashMap;

use super::answer::CaseAnswer;
use super::only::OnlyFields;
use super::{CasesFormat, text};
use crate::cli::holding::Holding;
use crate::cli::safe_json;
use crate::ground::in_order;
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Fingerprint, Group, Grouper};
use crate::rows::row::{RowRef, SourceRow, Unreadable};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Filter, ReadRows, Watch};
use crate::triage::{case, causes};

/// Which of the rows are printed.
pub(super) struct WantedCases {
    /// The only group that is printed, if there is one.
    pub group: Option<Fingerprint>,
    /// What their payloads have to hold, if anything.
    pub holding: Option<Arc<Holding>>,
    /// The fields that are printed.
    pub only: OnlyFields,
}

/// Threads that have one of those who tell rows their groups.
const THREADS_OF_TELLER: usize = 4;

/// What the workers share.
pub(super) struct CasePrinter {
    source: Arc<dyn ErrorSource>,
    schemas: Option<Arc<SchemaStore>>,
    /// Has counted nothing; copies of it share what it has learnt of the schemas.
    grouper: Grouper,
    /// Those that tell rows their groups: they remember messages, which takes room, and telling is a small part of the work.
    tellers: Vec<Mutex<Grouper>>,
    /// Whose turn it is.
    turn: AtomicUsize,
    wanted: WantedCases,
    format: CasesFormat,
    /// The fields that this form of output has.
    shown: OnlyFields,
}

impl CasePrinter {
    /// For rows of the source judged by these schemas, in one form; those that are wanted.
    pub(super) fn new(source: Arc<dyn ErrorSource>, schemas: Option<Arc<SchemaStore>>, wanted: WantedCases, format: CasesFormat) -> Self {
        let grouper = Grouper::new(schemas.clone());
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let tellers = (0..cores.div_ceil(THREADS_OF_TELLER)).map(|_| Mutex::new(grouper.fresh())).collect();
        let shown = match format {
            CasesFormat::Text => OnlyFields::listed(&text::FIELDS),
            CasesFormat::Ndjson => wanted.only.clone(),
        };
        CasePrinter { source, grouper, tellers, turn: AtomicUsize::new(0), schemas, wanted, format, shown }
    }

    /// The texts of the rows that are in the group asked for.
    pub(super) fn texts(&self, rows: Vec<NumberedRow>) -> Result<Vec<String>> {
        let WantedCases { group, holding, only } = &self.wanted;
        let groups = if group.is_some() || only.has("group") { self.groups(&rows) } else { FxHashMap::default() };
        let wanted = rows.into_iter().filter(|(_, at, row)| {
            let is_in_group = group.is_none() || groups.get(at) == group.as_ref();
            is_in_group && holding.as_ref().is_none_or(|holding| holding.takes(row))
        });
        wanted.map(|row| self.text(row, &groups)).collect()
    }

    /// The group that each row counts to: what the source says, else found as all groups are.
    fn groups(&self, rows: &[NumberedRow]) -> FxHashMap<RowRef, Fingerprint> {
        let mut group_of: FxHashMap<_, _> = rows.iter().filter_map(|(_, at, _)| Some((*at, self.source.group_of(*at)?))).collect();
        if group_of.len() < rows.len() {
            let teller = self.turn.fetch_add(1, Ordering::Relaxed) % self.tellers.len();
            let mut grouper = self.tellers[teller].lock().unwrap_or_else(PoisonError::into_inner);
            for (_, at, row) in rows.iter().filter(|(_, at, _)| self.source.group_of(*at).is_none()) {
                group_of.extend(grouper.fingerprint(&row.error_row(), *at).map(|print| (*at, print)));
            }
        }
        // It may be the fingerprint of a cause.
        if let (Some(wanted), Some(schemas)) = (self.wanted.group, &self.schemas) {
            let others = rows.iter().filter_map(|(_, at, row)| Some((row, *at, *group_of.get(at).filter(|group| **group != wanted)?)));
            let prints = causes::prints(others, self.grouper.fresh(), schemas);
            group_of.extend(prints.into_iter().filter(|(_, print)| *print == wanted));
        }
        group_of
    }

    fn text(&self, (number, at, row): NumberedRow, groups: &FxHashMap<RowRef, Fingerprint>) -> Result<String> {
        let only = &self.wanted.only;
        let case = case::open_parts(row, self.schemas.as_deref(), only.parts());
        let mut answer = CaseAnswer::new(number, groups.get(&at).copied(), &case, &self.shown);
        if self.wanted.holding.is_some() && only.has(ErrorColumn::Id.name()) {
            answer.name_document(&case);
        }
        Ok(match self.format {
            CasesFormat::Text => text::block(&answer, &case),
            CasesFormat::Ndjson => safe_json::line(&answer)?,
        })
    }
}

/// A row with its number among all of its source, where it was counted there, and its place.
pub(super) type NumberedRow = (Option<u64>, RowRef, SourceRow);

/// Turns a batch of rows into texts.
type MakeTexts<'a> = dyn Fn(Vec<NumberedRow>) -> Result<Vec<String>> + Sync + 'a;

/// Rows that are printed.
pub(super) enum PrintedRows<'a> {
    /// All, or those at these numbers.
    Range(Range<u64>),
    /// The newest [`MOST_OF_GROUP`] of each of these groups, where reading all costs.
    OfGroups(Vec<&'a Group>),
}

/// Rows of a group that are printed where reading all costs.
pub(super) const MOST_OF_GROUP: usize = 20;

/// Turns the rows that the filter takes into texts with `make` on all cores, and passes the texts to `print` in the order of the rows.
/// Ends early with the first error of `make` or `print`.
pub(super) fn print_in_order(
    source: &dyn ErrorSource,
    rows: PrintedRows<'_>,
    mut filter: Filter,
    watch: &dyn Watch,
    make: &MakeTexts<'_>,
    print: &mut (dyn FnMut(&str) -> io::Result<()> + Send),
) -> Result<Unreadable> {
    let takes_all = filter.takes_all();
    let feed = |hand: &mut in_order::Hand<'_, NumberedRow>| {
        let mut take = |number, at, row: SourceRow| {
            if !takes_all && !filter.takes(&row.error_row()) {
                return ControlFlow::Continue(());
            }
            let size = row.payload.size();
            hand((number, at, row), size)
        };
        Ok(match &rows {
            PrintedRows::Range(range) => source.rows(range.clone(), watch, &mut |number, at, row| take(Some(number), at, row))?,
            PrintedRows::OfGroups(groups) => {
                source.read(ReadRows::FirstShown(groups, MOST_OF_GROUP), watch, &mut |at, row| take(None, at, row))?
            }
        })
    };
    in_order::run(feed, make, &mut |text: String| Ok(print(&text)?))
}
