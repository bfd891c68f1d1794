//! The rows that are looked at, and what they tell, counted.
//!
//! Owns: which rows: of each group, and of the others of its doctype, spread evenly over all of them; one pass over the source on all cores.
//! Refuses: what the counts mean (weighed).

use std::ops::ControlFlow;
use std::time::Instant;

use rustc_hash::{FxHashMap, FxHashSet};

use super::fault_place::FaultPlaces;
use super::fields::{Field, Fields, RowTells};
use super::{SendersQuestion, ToldBy};
use crate::ground::in_order;
use crate::pipeline::document::{Document, Kind};
use crate::pipeline::names::snake_case;
use crate::rows::group::Group;
use crate::rows::payload;
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::samples::DoctypeName;
use crate::rows::source::{Progress, SourceError, Watch};

/// Rows of a group that are looked at.
pub const MOST_ROWS: usize = 2000;
/// Rows of a doctype of which those of other groups are looked at. At least half of them are of others for every group but one.
pub(super) const MOST_POOLED: usize = 2 * MOST_ROWS;
/// Rows between two words of how far it is.
const STRIDE: u64 = 512;

/// What some rows tell.
#[derive(Default)]
pub(super) struct Told {
    pub(super) rows: u64,
    /// Rows whose payload could be read.
    pub(super) documents: u64,
    /// Rows that tell a field, by its number.
    pub(super) fields: FxHashMap<u32, u64>,
    /// Rows with a value, by its number.
    pub(super) values: FxHashMap<u32, u64>,
}

/// A group of a doctype that is looked into.
pub(super) struct CountedGroup {
    /// Its position among all groups.
    pub(super) position: usize,
    places: FaultPlaces,
    /// By the number of a field, whether the fault is about it: of those that were known with its last row.
    at_fault: Vec<bool>,
    /// Its rows, where it was asked for.
    pub(super) own: Told,
    /// Those of its rows that other groups are compared with, where these are others than its own.
    pooled: Told,
    /// Whether they are the same.
    is_same: bool,
    /// Those of its rows that the one group is compared with that is nearly all of the doctype.
    apart: (u64, u64),
    /// Its rows that were to be looked at, and stand for several rows of the table: they tell no sender.
    pub(super) counts: u64,
}

/// A doctype.
#[derive(Default)]
pub(super) struct CountedDoctype {
    pub(super) fields: Fields,
    pub(super) groups: Vec<CountedGroup>,
    /// All rows that groups are compared with.
    pub(super) pooled: Dense,
    /// The position in `groups` of the group that is nearly all of the doctype, and the rows of others that it is compared with.
    pub(super) apart: Option<(usize, Dense)>,
    /// Rows of all groups.
    pub(super) all: u64,
    /// Accepted documents.
    pub(super) accepted: Dense,
}

/// The same of many rows, in lists by number.
#[derive(Default)]
pub(super) struct Dense {
    pub(super) rows: u64,
    pub(super) documents: u64,
    pub(super) fields: Vec<u64>,
    pub(super) values: Vec<u64>,
}

impl Dense {
    fn add(&mut self, tells: &RowTells, is_left_out: &dyn Fn(u32) -> bool) {
        let count = |list: &mut Vec<u64>, number: u32| {
            let number = number as usize;
            if list.len() <= number {
                list.resize(number + 1, 0);
            }
            list[number] += 1;
        };
        self.rows += 1;
        self.documents += u64::from(tells.has_document);
        tells.fields.iter().filter(|field| !is_left_out(**field)).for_each(|field| count(&mut self.fields, *field));
        tells.values.iter().filter(|(field, _)| !is_left_out(*field)).for_each(|(_, value)| count(&mut self.values, *value));
    }
}

/// What a row is looked at for.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted {
    pub(super) doctype: u32,
    pub(super) group: u32,
    pub(super) own: bool,
    pub(super) pooled: bool,
    pub(super) apart: bool,
}

/// Namespace and doctype.
pub(super) type DoctypeKey = (Option<String>, Option<String>);

/// What all doctypes of the groups that are asked about tell.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) doctypes: Vec<CountedDoctype>,
    pub(super) at: FxHashMap<DoctypeKey, usize>,
    /// Rows that stand for several rows of the table: they tell no sender.
    pub(super) counts: u64,
}

impl Told {
    fn add(&mut self, tells: &RowTells, is_left_out: &dyn Fn(u32) -> bool) {
        self.rows += 1;
        self.documents += u64::from(tells.has_document);
        for &field in tells.fields.iter().filter(|field| !is_left_out(**field)) {
            *self.fields.entry(field).or_default() += 1;
        }
        for &(_, value) in tells.values.iter().filter(|(field, _)| !is_left_out(*field)) {
            *self.values.entry(value).or_default() += 1;
        }
    }

    /// Rows that could tell a field.
    pub(super) fn able(&self, needs_document: bool) -> u64 {
        if needs_document { self.documents } else { self.rows }
    }
}

/// The doctype of a group.
pub(super) fn key_of(group: &Group) -> DoctypeKey {
    let text = |name: &Option<std::sync::Arc<str>>| name.as_deref().map(str::to_owned);
    (text(&group.key.namespace), text(&group.key.doctype))
}

impl CountedGroup {
    /// Those of its rows that other groups are compared with.
    pub(super) fn pooled(&self) -> &Told {
        if self.is_same { &self.own } else { &self.pooled }
    }

    /// Whether its fault is about a field.
    pub(super) fn is_at_fault(&self, field: &Field) -> bool {
        matches!(field, Field::Place(place) if self.places.hold(place))
    }
}

/// Some of a list, spread evenly over it.
fn spread<T: Copy>(list: &[T], most: usize) -> impl Iterator<Item = T> + '_ {
    let some = list.len().min(most);
    (0..some).filter_map(move |at| list.get(at * list.len() / some).copied())
}

/// How many of each list are taken, so that all together are so many and each has its share.
pub(super) fn shares(lengths: impl Iterator<Item = usize>, all: usize, most: usize) -> Vec<usize> {
    let (mut before, most) = (0, most.min(all));
    let share = |rows: usize| (rows * most).checked_div(all).unwrap_or(0);
    lengths
        .map(|length| {
            let from = share(before);
            before += length;
            share(before) - from
        })
        .collect()
}

/// The doctypes that are asked about, with nothing counted yet, and the groups of each.
pub(super) fn doctypes<'a>(question: &SendersQuestion<'a>) -> (Counted, Vec<Vec<&'a Group>>) {
    let mut counted = Counted::default();
    for group in question.chosen {
        let next = counted.at.len();
        counted.at.entry(key_of(group)).or_insert(next);
    }
    counted.doctypes.resize_with(counted.at.len(), CountedDoctype::default);
    let mut groups_of: Vec<Vec<&Group>> = vec![Vec::new(); counted.at.len()];
    for (position, group) in question.groups.list.iter().enumerate() {
        let Some(&doctype) = counted.at.get(&key_of(group)) else { continue };
        let known = CountedGroup {
            position,
            places: FaultPlaces::of(group),
            at_fault: Vec::new(),
            own: Told::default(),
            pooled: Told::default(),
            is_same: false,
            apart: (0, 0),
            counts: 0,
        };
        counted.doctypes[doctype].groups.push(known);
        counted.doctypes[doctype].all += group.count;
        groups_of[doctype].push(group);
    }
    (counted, groups_of)
}

/// Which rows are looked at.
fn plan(question: &SendersQuestion<'_>) -> (Counted, FxHashMap<RowRef, Wanted>) {
    let (mut counted, groups_of) = doctypes(question);
    let is_chosen: FxHashSet<_> = question.chosen.iter().map(|group| group.fingerprint).collect();
    let mut wanted: FxHashMap<RowRef, Wanted> = FxHashMap::default();
    for (doctype, groups) in groups_of.iter().enumerate() {
        let all: usize = groups.iter().map(|group| group.rows.len()).sum();
        let pooled = shares(groups.iter().map(|group| group.rows.len()), all, MOST_POOLED);
        let mut want = |number: usize, at: RowRef, mark: fn(&mut Wanted)| {
            let new = Wanted { doctype: doctype as u32, group: number as u32, ..Wanted::default() };
            mark(wanted.entry(at).or_insert(new));
        };
        for (number, (group, share)) in groups.iter().zip(&pooled).enumerate() {
            if is_chosen.contains(&group.fingerprint) {
                spread(&group.rows, MOST_ROWS).for_each(|at| want(number, at, |wanted| wanted.own = true));
            }
            counted.doctypes[doctype].groups[number].is_same =
                is_chosen.contains(&group.fingerprint) && *share == group.rows.len() && *share <= MOST_ROWS;
            spread(&group.rows, *share).for_each(|at| want(number, at, |wanted| wanted.pooled = true));
        }
        // Who is nearly all of the doctype has few others in the pool.
        let Some(largest) = (0..groups.len()).find(|&number| pooled[number] > MOST_POOLED / 2) else { continue };
        let others = |number: usize| if number == largest { 0 } else { groups[number].rows.len() };
        let lengths = (0..groups.len()).map(others);
        for (number, share) in shares(lengths.clone(), lengths.sum(), MOST_ROWS).into_iter().enumerate() {
            spread(&groups[number].rows, share).for_each(|at| want(number, at, |wanted| wanted.apart = true));
        }
        counted.doctypes[doctype].apart = Some((largest, Dense::default()));
    }
    (counted, wanted)
}

/// Reads and counts.
pub(super) fn count(question: &SendersQuestion<'_>, watch: &dyn Watch) -> Result<Counted, SourceError> {
    let (mut counted, mut left) = plan(question);
    let (begun, mut read) = (Instant::now(), 0);
    let feed = |hand: &mut in_order::Hand<'_, (Wanted, SourceRow)>| {
        if left.is_empty() {
            return Ok(());
        }
        question.source.rows(0..u64::MAX, watch, &mut |_, at, row| {
            read += 1;
            if read % STRIDE == 0 {
                watch.progress(Progress { rows: read, elapsed: begun.elapsed(), ..Progress::default() });
            }
            if watch.cancelled() {
                return ControlFlow::Break(());
            }
            if let Some(wanted) = left.remove(&at) {
                let size = row.payload.size();
                hand((wanted, row), size)?;
            }
            if left.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(())
    };
    let has_payloads = question.by == ToldBy::Payloads;
    let unpack = |rows: Vec<(Wanted, SourceRow)>| -> Result<Vec<_>, SourceError> {
        let unpacked = rows.into_iter().map(|(wanted, mut row)| {
            let mut unpacked = || readable(Document::parse(payload::decode(std::mem::take(&mut row.payload)).text));
            let document = if has_payloads { unpacked() } else { None };
            (wanted, row, document)
        });
        Ok(unpacked.collect())
    };
    in_order::run(feed, &unpack, &mut |(wanted, row, document)| {
        counted.add(wanted, &row, document.as_ref());
        Ok(())
    })?;
    Ok(counted)
}

/// A document that is a whole object.
pub(super) fn readable(document: Document) -> Option<Document> {
    let is_whole = !document.is_empty() && document.error().is_none() && document.kind(0) == Kind::Object;
    is_whole.then_some(document)
}

impl Counted {
    pub(super) fn add(&mut self, wanted: Wanted, row: &SourceRow, document: Option<&Document>) {
        if row.error_row().rows != 1 {
            self.counts += 1;
        }
        let Some(doctype) = self.doctypes.get_mut(wanted.doctype as usize) else { return };
        if row.error_row().rows != 1 {
            let group = doctype.groups.get_mut(wanted.group as usize).filter(|_| wanted.own);
            group.into_iter().for_each(|group| group.counts += 1);
            return;
        }
        let tells = doctype.fields.tells(Some(row), document);
        let (fields, number) = (&doctype.fields, wanted.group as usize);
        let Some(group) = doctype.groups.get_mut(number) else { return };
        let CountedGroup { places, at_fault, own, pooled, is_same, apart, .. } = group;
        let new = fields.fields.get(at_fault.len()..).unwrap_or_default();
        at_fault.extend(new.iter().map(|known| matches!(&known.field, Field::Place(place) if places.hold(place))));
        let is_left_out = |field: u32| at_fault.get(field as usize).copied().unwrap_or(false);
        if wanted.own {
            own.add(&tells, &is_left_out);
        }
        if wanted.pooled {
            if !*is_same {
                pooled.add(&tells, &is_left_out);
            }
            doctype.pooled.add(&tells, &is_left_out);
        }
        if let (true, Some((_, others))) = (wanted.apart, &mut doctype.apart) {
            *apart = (apart.0 + 1, apart.1 + u64::from(tells.has_document));
            others.add(&tells, &is_left_out);
        }
    }

    /// Counts an accepted document; `false` where no group that is asked about is of its doctype, however that is spelled.
    pub(super) fn accept(&mut self, of: &DoctypeName, document: &Document) -> bool {
        let is_it = |known: &Option<String>, name: &str| known.as_deref().is_some_and(|known| snake_case(known) == snake_case(name));
        let fits = |(namespace, doctype): &DoctypeKey| is_it(namespace, &of.namespace) && is_it(doctype, &of.doctype);
        // Rows may spell a doctype in several ways.
        let fitting: Vec<usize> = self.at.iter().filter(|(known, _)| fits(known)).map(|(_, &at)| at).collect();
        for &at in &fitting {
            let Some(doctype) = self.doctypes.get_mut(at) else { continue };
            let tells = doctype.fields.tells(None, Some(document));
            doctype.accepted.add(&tells, &|_| false);
        }
        !fitting.is_empty()
    }
}

impl CountedDoctype {
    /// Rows of other groups, of those that groups are compared with, whose fault is about a field: they say nothing of it.
    pub(super) fn at_fault(&self, apart: bool, field: &Field) -> u64 {
        let rows = |group: &CountedGroup| if apart { group.apart.1 } else { group.pooled().documents };
        self.groups.iter().filter(|group| rows(group) > 0 && group.is_at_fault(field)).map(rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_spread_over_all() {
        let list: Vec<u32> = (0..10).collect();
        assert_eq!(spread(&list, 4).collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(spread(&list, 40).count(), 10);
        assert_eq!(spread(&list[..0], 4).count(), 0);
        assert_eq!(shares([1, 5, 1, 3].into_iter(), 10, 4), [0, 2, 0, 2]);
        assert_eq!(shares([2, 3].into_iter(), 5, 9), [2, 3]);
        assert_eq!(shares([0].into_iter(), 0, 9), [0]);
    }
}
