//! What threads count beside groups, put together so that it does not matter which thread met what.
//!
//! Owns: unreadable pieces and their line numbers, columns met, rows outside of the request. Refuses: grouping itself (`group`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::SeenColumns;
use super::input::Input;
use super::object;
use super::parquet::ParquetTable;
use crate::rows::column::{CountColumn, ErrorColumn};
use crate::rows::foreign::{ForeignRow, starter};
use crate::rows::group::{Grouper, Groups};
use crate::rows::row::{BadRow, ErrorRow, LackingInputs, OtherKind, RowRef, Unreadable};
use crate::rows::source::{Filter, SourceError};
use crate::rows::volume::Volume;

/// How many unreadable pieces are quoted.
const QUOTED: usize = 5;
/// Characters that are quoted of each.
const QUOTE: usize = 200;

/// What one thread has counted.
pub(super) struct ThreadTally {
    /// Groups of the rows that were asked for.
    pub(super) grouper: Grouper,
    /// Rows that were not.
    pub(super) outside: u64,
    /// Accepted documents, where tables of counts tell them.
    pub(super) volume: Volume,
    /// The rest, by input.
    pub(super) inputs: Vec<InputTally>,
}

impl ThreadTally {
    /// Nothing counted yet.
    pub(super) fn new(grouper: Grouper, inputs: usize) -> Self {
        ThreadTally { grouper, outside: 0, volume: Volume::default(), inputs: vec![InputTally::default(); inputs] }
    }

    /// Copies of those of all threads, to look at while counting goes on; none may count meanwhile.
    pub(super) fn copies<'a>(parts: impl Iterator<Item = &'a ThreadTally> + Clone) -> Vec<ThreadTally> {
        let groupers = Grouper::copies(&parts.clone().map(|part| &part.grouper).collect::<Vec<_>>());
        let copy = |(part, grouper): (&ThreadTally, Grouper)| ThreadTally {
            grouper,
            outside: part.outside,
            volume: part.volume.clone(),
            inputs: part.inputs.clone(),
        };
        parts.zip(groupers).map(copy).collect()
    }

    /// Makes room for inputs that came later.
    pub(super) fn widen(&mut self, inputs: usize) {
        self.inputs.resize_with(inputs.max(self.inputs.len()), InputTally::default);
    }

    /// Blocks of an input that were read.
    pub(super) fn blocks(&self, input: usize) -> u32 {
        self.inputs.get(input).and_then(|tally| tally.pieces.iter().map(|(block, _)| block + 1).max()).unwrap_or(0)
    }

    /// Counts a row, or takes note of one that was not asked for. Nobody knows whether one with an odd time was, so it is not among those.
    pub(super) fn row(&mut self, row: &ErrorRow<'_>, at: RowRef, filter: &mut Filter) {
        if let (Some(accepted), Some(time), Some(namespace), Some(doctype)) = (row.accepted, row.time, row.namespace, row.doctype) {
            self.volume.note((namespace, doctype), row.version, time, accepted);
        }
        if filter.takes(row) {
            self.grouper.add(row, at);
        } else {
            if row.odd_time.is_none() || !filter.takes_at_any_time(row) {
                self.outside += row.rows;
            }
            self.grouper.add_outside(row, at, filter.relates(row));
        }
    }
}

/// What was met in one input.
#[derive(Debug, Clone, Default)]
pub(super) struct InputTally {
    seen: SeenColumns,
    rows: u64,
    bad: u64,
    first: Vec<BadPiece>,
    /// Rows with a time that cannot be read.
    odd_times: u64,
    first_odd: Vec<OddTime>,
    /// What its rows have instead of the columns that tell an error; only of a table whose rows all have the same.
    /// With a map to start from.
    foreign: Option<(String, String)>,
    /// Whether it is a table of counts, whose rows are not one each.
    counts: bool,
    /// Rows of other pipelines, by kind: how many, and what is wrong in them.
    kinds: BTreeMap<&'static str, (u64, u64)>,
    /// Pieces of each block, readable or not: they number the ones that are not.
    pieces: Vec<(u32, u64)>,
}

/// A piece that is no row.
#[derive(Debug, Clone)]
struct BadPiece {
    block: u32,
    piece: u64,
    reason: String,
    quote: String,
    /// Whether it is a row of something else, or a document.
    foreign: bool,
    /// Of the first such row, a map to start from.
    map: String,
}

/// A row with a time that cannot be read.
#[derive(Debug, Clone)]
struct OddTime {
    block: u32,
    piece: u64,
    text: String,
}

/// Why such a table is refused.
const COUNTS: &str =
    "it holds counts of error rows, which are read from JSON and from BigQuery alone: export the table as newline-delimited JSON";

impl InputTally {
    /// A row with these columns.
    pub(super) fn row(&mut self, seen: SeenColumns) {
        self.rows += 1;
        self.seen.merge(seen);
    }

    /// Rows of a table, whose columns are told by [`InputTally::columns`].
    pub(super) fn rows(&mut self, count: u64) {
        self.rows += count;
    }

    /// The columns of a table, whether or not there is a row.
    pub(super) fn columns(&mut self, table: &ParquetTable) {
        self.seen.merge(table.seen());
        let has = |name: &str| table.names().any(|known| known == name);
        self.counts |= has(CountColumn::Count.name()) && !has(ErrorColumn::Message.name());
        if !table.seen().tell_an_error() {
            let first = table.first_json();
            let told = first.as_deref().map(object::names).filter(|names| !names.is_empty());
            let reason = match &told {
                Some(names) => object::foreign("columns", names.iter().map(String::as_str)),
                None => object::foreign("columns", table.names()),
            };
            self.foreign = Some((reason, first.as_deref().map(starter).unwrap_or_default()));
        }
    }

    /// A row of another pipeline.
    pub(super) fn other(&mut self, row: &ForeignRow) {
        self.rows += 1;
        let (rows, failures) = self.kinds.entry(row.kind).or_default();
        (*rows, *failures) = (*rows + row.weight * row.parts(), *failures + row.weight * row.failures.len() as u64);
    }

    /// A row whose time cannot be read.
    pub(super) fn odd_time(&mut self, block: u32, piece: u64, text: &str) {
        self.odd_times += 1;
        if self.first_odd.is_empty() {
            self.first_odd.push(OddTime { block, piece, text: text.chars().take(QUOTE).collect() });
        }
    }

    /// Pieces that are no rows: so many from this one on in its block.
    pub(super) fn bad(&mut self, block: u32, piece: u64, count: u64, reason: String, text: &[u8]) {
        self.bad += count;
        self.quote(block, piece, text, || (reason, false, String::new()));
    }

    /// A piece that is a row of something else, or a document. There may be as many as rows: why is only said of those that are quoted.
    pub(super) fn foreign(&mut self, block: u32, piece: u64, text: &[u8]) {
        self.bad += 1;
        let is_first = self.first.is_empty();
        self.quote(block, piece, text, || {
            let map = if is_first { starter(text) } else { String::new() };
            (object::foreign("members", object::names(text).iter().map(String::as_str)), true, map)
        });
    }

    /// Whether the next piece that is no row is quoted.
    pub(super) fn is_quoting(&self) -> bool {
        self.first.len() < QUOTED
    }

    fn quote(&mut self, block: u32, piece: u64, text: &[u8], reason: impl FnOnce() -> (String, bool, String)) {
        // A thread takes blocks in order, so its first few are enough to find the first few of all.
        if self.is_quoting() {
            let head = &text[..text.len().min(4 * QUOTE)];
            let quote = String::from_utf8_lossy(head).trim_start().chars().take(QUOTE).collect();
            let (reason, foreign, map) = reason();
            self.first.push(BadPiece { block, piece, reason, quote, foreign, map });
        }
    }

    /// A block is read.
    pub(super) fn block(&mut self, number: u32, pieces: u64) {
        self.pieces.push((number, pieces));
    }

    fn merge(&mut self, other: InputTally) {
        self.seen.merge(other.seen);
        self.rows += other.rows;
        self.bad += other.bad;
        self.first.extend(other.first);
        self.odd_times += other.odd_times;
        self.first_odd.extend(other.first_odd);
        self.foreign = self.foreign.take().or(other.foreign);
        self.counts |= other.counts;
        for (kind, (rows, failures)) in other.kinds {
            let known = self.kinds.entry(kind).or_default();
            *known = (known.0 + rows, known.1 + failures);
        }
        self.pieces.extend(other.pieces);
    }

    /// Adds what was unreadable here, the first few with their numbers.
    pub(super) fn report(mut self, input: &Input, into: &mut Unreadable) {
        self.pieces.sort_unstable();
        into.count += self.bad;
        for (kind, (rows, failures)) in &self.kinds {
            match into.kinds.iter_mut().find(|known| known.kind == *kind) {
                Some(known) => (known.rows, known.failures) = (known.rows + rows, known.failures + failures),
                None => into.kinds.push(OtherKind { kind, rows: *rows, failures: *failures }),
            }
        }
        if self.rows + self.bad == 0 {
            into.empty.push(input.name.clone());
        }
        into.times.count += self.odd_times;
        if into.times.first.is_none()
            && let Some(odd) = self.first_odd.iter().min_by_key(|odd| (odd.block, odd.piece))
        {
            let reason = "not a time".to_owned();
            into.times.first = Some(BadRow { origin: self.origin(input, odd.block, odd.piece), reason, quote: odd.text.clone() });
        }
        self.first.sort_by_key(|bad| (bad.block, bad.piece));
        let room = QUOTED.saturating_sub(into.first.len());
        for bad in self.first.iter().take(room) {
            let origin = self.origin(input, bad.block, bad.piece);
            into.first.push(BadRow { origin, reason: bad.reason.clone(), quote: bad.quote.clone() });
        }
    }

    /// What a piece is called; `pieces` are in order.
    fn origin(&self, input: &Input, block: u32, piece: u64) -> String {
        let before: u64 = self.pieces.iter().take_while(|(known, _)| *known < block).map(|(_, pieces)| pieces).sum();
        input.origin_of(before + piece)
    }

    /// Refuses an input that was read to its end, that holds something, and no row of the error table.
    pub(super) fn check(&mut self, input: &Input) -> Result<(), SourceError> {
        if self.counts && self.rows > 0 {
            return Err(SourceError::NotATable { origin: input.name.clone(), reason: COUNTS.to_owned() });
        }
        if let (Some((reason, map)), true) = (&self.foreign, self.rows > 0) {
            return Err(SourceError::Unmapped { told: format!("{}: {reason}", input.name), map: map.clone() });
        }
        if self.rows > 0 || self.bad == 0 {
            return Ok(());
        }
        self.pieces.sort_unstable();
        let first = self.first.iter().min_by_key(|bad| (bad.block, bad.piece));
        Err(match first {
            Some(bad) if bad.foreign => SourceError::Unmapped { told: format!("{}: {}", input.name, bad.reason), map: bad.map.clone() },
            Some(bad) => SourceError::NotATable {
                origin: input.name.clone(),
                reason: format!("nothing in it is a row; the first piece is {}: {}", self.origin(input, bad.block, bad.piece), bad.reason),
            },
            None => SourceError::NotATable { origin: input.name.clone(), reason: "nothing in it is a row".to_owned() },
        })
    }
}

/// Inputs without columns that others have, those without the same ones together.
fn lacking(layouts: &[(&str, SeenColumns)]) -> Vec<LackingInputs> {
    let mut all = SeenColumns::default();
    layouts.iter().for_each(|(_, seen)| all.merge(*seen));
    let nowhere = all.missing();
    let mut told: Vec<LackingInputs> = Vec::new();
    for (name, seen) in layouts {
        let columns: Vec<ErrorColumn> = seen.missing().into_iter().filter(|column| !nowhere.contains(column)).collect();
        match told.iter_mut().find(|known| known.columns == columns) {
            _ if columns.is_empty() => {}
            Some(known) => known.inputs += 1,
            None => told.push(LackingInputs { columns, inputs: 1, of: layouts.len(), first: (*name).to_owned() }),
        }
    }
    told
}

/// The parts of all threads as one answer.
pub(super) fn together(parts: Vec<ThreadTally>, inputs: &[Arc<Input>], partial: bool) -> Result<Groups, SourceError> {
    let (mut outside, mut volume) = (0, Volume::default());
    let mut tallies = vec![InputTally::default(); inputs.len()];
    let mut groupers = Vec::with_capacity(parts.len());
    for part in parts {
        outside += part.outside;
        volume.absorb(part.volume);
        groupers.push(part.grouper);
        tallies.iter_mut().zip(part.inputs).for_each(|(all, tally)| all.merge(tally));
    }
    let mut groups = Grouper::merge(groupers);
    let mut seen = SeenColumns::default();
    let layouts: Vec<(&str, SeenColumns)> = tallies
        .iter()
        .zip(inputs)
        .filter(|(tally, _)| tally.seen.tell_an_error())
        .map(|(tally, input)| (input.name.as_str(), tally.seen))
        .collect();
    groups.unreadable.lacking = lacking(&layouts);
    for (mut tally, input) in tallies.into_iter().zip(inputs) {
        // What was not read to its end may yet hold rows.
        if !partial {
            tally.check(input)?;
        }
        seen.merge(tally.seen);
        tally.report(input, &mut groups.unreadable);
    }
    groups.outside = outside;
    groups.volume = (!volume.is_empty()).then(|| Arc::new(volume));
    // Where there was nothing to read, nothing is known of its columns.
    groups.missing_columns = if seen.tell_an_error() { seen.missing() } else { Vec::new() };
    if partial {
        groups.stopped_early();
    }
    Ok(groups)
}
