//! Values inside the messages of a group, counted.
//!
//! Owns: counts of one kind of value, exact for the few and good ones for the many.
//! Refuses: which values a fault has (tallies).

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::clients::hash;
use super::common::CommonTexts;
use super::many::{CountedValue, ManyValues, compare};
use super::{Facet, Group};
use crate::ground::few::Few;
use crate::pipeline::fault::Keyword;

/// Values shown of one kind.
pub(super) const KEPT: usize = 16;
/// Values counted at a time. With no more than these, all of them are.
const COUNTED: usize = 96;
/// Longest value kept, in bytes.
const LONGEST: usize = 120;

/// Most rows of a small tally.
const SMALL: u64 = 8;

/// Kinds of values.
const NAMES: [&str; 6] = ["expected type", "found type", "key", "length", "limit", "value"];

/// The kind of that name.
pub(super) fn name(text: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|name| *name == text)
}

/// Counts of one kind of value, the same in whatever order rows come and however they are split. Up to [`COUNTED`] values are all counted; of
/// more, those with the smallest hashes, whose counts are exact: what is among them in the end was so from its first row on.
#[derive(Debug, Clone)]
pub(super) struct FacetTally {
    pub(super) name: &'static str,
    /// Whether the values are numbers, which have a smallest and a largest.
    numbers: bool,
    /// Ascending by hash, then value.
    values: Few<CountedValue>,
    /// What is known of all values, where there are more than [`COUNTED`].
    many: Option<Box<ManyValues>>,
    /// Rows with any value of this kind.
    rows: u64,
}

impl Hash for FacetTally {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, self.rows).hash(state);
        self.values.iter().for_each(|counted| (counted.hash, counted.count).hash(state));
    }
}

impl PartialEq for FacetTally {
    fn eq(&self, other: &Self) -> bool {
        let is_same = match (&self.many, &other.many) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => std::ptr::eq(&**ours, &**theirs),
            _ => false,
        };
        is_same && (self.name, self.numbers, self.rows) == (other.name, other.numbers, other.rows) && self.values == other.values
    }
}

impl Eq for FacetTally {}

impl FacetTally {
    pub(super) fn new(name: &'static str, numbers: bool) -> Self {
        FacetTally { name, numbers, values: Few::default(), many: None, rows: 0 }
    }

    pub(super) fn add(&mut self, value: &str, rows: u64, common: &mut CommonTexts) {
        self.rows += rows;
        let value = clip(value);
        self.count(hash(&value), &value, rows, |text| common.get(text));
    }

    fn count(&mut self, hash: u64, value: &str, rows: u64, own: impl FnOnce(&str) -> Arc<str>) {
        if let Some(many) = &mut self.many {
            many.add(hash, value, rows, self.rows);
        }
        match self.find(hash, value) {
            Ok(at) => self.values[at].count += rows,
            Err(at) if at < COUNTED || self.many.is_none() => self.values.insert(at, CountedValue { hash, value: own(value), count: rows }),
            Err(_) => {}
        }
        if self.values.len() > COUNTED {
            self.many();
            self.values.truncate(COUNTED);
        }
    }

    fn find(&self, hash: u64, value: &str) -> Result<usize, usize> {
        // Of very many values most are behind all that are counted.
        if self.values.last().is_none_or(|last| hash > last.hash) {
            return Err(self.values.len());
        }
        self.values.binary_search_by(|known| known.hash.cmp(&hash).then_with(|| (*known.value).cmp(value)))
    }

    /// What is known of all values; until now those that are counted.
    fn many(&mut self) -> &mut ManyValues {
        let (values, rows, numbers) = (&self.values, self.rows, self.numbers);
        self.many.get_or_insert_with(|| {
            let mut many = Box::new(ManyValues::new(numbers));
            values.iter().for_each(|counted| many.add(counted.hash, &counted.value, counted.count, rows));
            many
        })
    }

    pub(super) fn absorb(&mut self, mut other: FacetTally) {
        self.rows += other.rows;
        if self.many.is_none() && other.many.is_none() {
            for theirs in &other.values {
                self.count(theirs.hash, &theirs.value, theirs.count, |_| Arc::clone(&theirs.value));
            }
            return;
        }
        other.many();
        let rows = self.rows;
        if let Some(theirs) = other.many {
            self.many().absorb(*theirs, rows);
        }
        for theirs in other.values {
            match self.find(theirs.hash, &theirs.value) {
                Ok(at) => self.values[at].count += theirs.count,
                Err(at) => self.values.insert(at, theirs),
            }
        }
        self.values.truncate(COUNTED);
    }

    /// Something of what is read first when a value is added.
    pub(super) fn glance(&self) -> u64 {
        self.values.last().map_or(0, |last| last.hash)
    }

    /// Bytes that it takes.
    pub(super) fn held(&self) -> usize {
        let values: usize = self.values.iter().map(|counted| counted.value.len() + 2 * size_of::<usize>()).sum();
        let list = if self.values.spilled() { self.values.capacity() * size_of::<CountedValue>() } else { 0 };
        size_of::<Self>() + values + list + self.many.as_ref().map_or(0, |many| many.held())
    }

    /// Whether it is so little that other groups may well have the same.
    pub(super) fn is_small(&self) -> bool {
        self.many.is_none() && self.rows <= SMALL && self.values.len() <= SMALL as usize / 2
    }

    /// The most frequent values, and of numbers the smallest and the largest.
    pub(super) fn into_facet(mut self) -> Facet {
        let known = std::mem::take(&mut self.values);
        if let ([only], None) = (&*known, &self.many) {
            let others = self.rows.saturating_sub(only.count);
            return Facet { name: self.name, values: [(Arc::clone(&only.value), only.count)].into_iter().collect(), others, exact: true };
        }
        let mut values: Vec<(Arc<str>, u64, bool)> = known.into_iter().map(|counted| (counted.value, counted.count, true)).collect();
        if let Some(many) = self.many {
            let is_new = |values: &[(Arc<str>, u64, bool)], value: &str| values.iter().all(|(known, ..)| **known != *value);
            for end in many.ends.iter().flatten().filter(|_| self.numbers) {
                if is_new(&values, &end.value) {
                    values.push((end.value.clone(), end.count, true));
                }
            }
            for (value, about) in many.frequent(self.rows) {
                if is_new(&values, &value) {
                    values.push((value.into(), about, false));
                }
            }
        }
        let order = |a: &str, b: &str| if self.numbers { compare(a, b) } else { a.cmp(b) };
        values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| order(&a.0, &b.0)));
        let ends = ends(values.iter().map(|(value, ..)| &**value)).filter(|_| self.numbers);
        let is_told = |at: usize| at < KEPT || ends.is_some_and(|(least, most)| at == least || at == most);
        let told: Vec<(Arc<str>, u64, bool)> = (0..).zip(values).filter(|(at, _)| is_told(*at)).map(|(_, value)| value).collect();
        let exact = told.iter().all(|(.., exact)| *exact);
        let rows: u64 = told.iter().map(|(_, rows, _)| rows).sum();
        let values = told.into_iter().map(|(value, rows, _)| (value, rows)).collect();
        Facet { name: self.name, values, others: self.rows.saturating_sub(rows), exact }
    }
}

impl Group {
    /// The smallest and the largest of a facet's values, where they are several numbers that measure something.
    pub fn range<'a>(&self, facet: &'a Facet) -> Option<(&'a str, &'a str)> {
        let measures = facet.name == "length" || (facet.name == "value" && has_numbers(self.keyword));
        let (least, most) = ends(facet.values.iter().map(|(value, _)| &**value)).filter(|(least, most)| measures && least != most)?;
        Some((&facet.values[least].0, &facet.values[most].0))
    }
}

/// Whether a message of the keyword tells a number that was found.
pub(super) fn has_numbers(keyword: Option<Keyword>) -> bool {
    matches!(keyword, Some("minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf"))
}

/// Positions of the smallest and the largest; `None` where one is not a number.
fn ends<'a>(values: impl Iterator<Item = &'a str> + Clone) -> Option<(usize, usize)> {
    values.clone().all(|value| value.parse::<f64>().is_ok()).then_some(())?;
    let least = values.clone().enumerate().min_by(|(_, a), (_, b)| compare(a, b))?;
    let most = values.enumerate().max_by(|(_, a), (_, b)| compare(a, b))?;
    Some((least.0, most.0))
}

fn clip(value: &str) -> std::borrow::Cow<'_, str> {
    if value.len() <= LONGEST {
        return value.into();
    }
    let mut end = LONGEST;
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &value[..end]).into()
}
