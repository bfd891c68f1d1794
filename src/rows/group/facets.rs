//! Values inside the messages of a group, counted.
//!
//! Owns: which values a fault has, exact counts for the few and good ones for the many.
//! Refuses: what the values mean.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::clients::hash;
use super::many::{CountedValue, ManyValues, compare};
use super::{Facet, Group};
use crate::ground::few::Few;
use crate::pipeline::fault::{Fault, Keyword, Says};

/// Values shown of one kind.
const KEPT: usize = 16;
/// Values counted at a time. With no more than these, all of them are.
const COUNTED: usize = 96;
/// Longest value kept, in bytes.
const LONGEST: usize = 120;

/// Kinds of values.
const NAMES: [&str; 6] = ["expected type", "found type", "key", "length", "limit", "value"];

/// The kind of that name.
pub(super) fn name(text: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|name| *name == text)
}

/// Values that many groups have, each once.
#[derive(Debug, Default)]
pub(super) struct CommonTexts(FxHashSet<Arc<str>>);

/// Most values that are held to be used again, and the longest of them in bytes.
const MOST_COMMON: usize = 1 << 12;
const LONGEST_COMMON: usize = 24;

impl CommonTexts {
    fn get(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST_COMMON {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        if self.0.len() < MOST_COMMON {
            self.0.insert(Arc::clone(&new));
        }
        new
    }
}

/// Counts of one kind of value, the same in whatever order rows come and however they are split. Up to [`COUNTED`] values are all counted; of
/// more, those with the smallest hashes, whose counts are exact: what is among them in the end was so from its first row on.
#[derive(Debug, Clone)]
pub(super) struct FacetTally {
    name: &'static str,
    /// Whether the values are numbers, which have a smallest and a largest.
    numbers: bool,
    /// Ascending by hash, then value.
    values: Few<CountedValue>,
    /// What is known of all values, where there are more than [`COUNTED`].
    many: Option<Box<ManyValues>>,
    /// Rows with any value of this kind.
    rows: u64,
}

impl FacetTally {
    fn new(name: &'static str, numbers: bool) -> Self {
        FacetTally { name, numbers, values: Few::default(), many: None, rows: 0 }
    }

    fn add(&mut self, value: &str, rows: u64, common: &mut CommonTexts) {
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

    fn absorb(&mut self, mut other: FacetTally) {
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

/// Counts a fault's values for that many rows. `path` is the group's generalised path.
pub(super) fn tally(tallies: &mut Vec<FacetTally>, fault: &Fault<'_>, path: &str, about_name: bool, rows: u64, common: &mut CommonTexts) {
    let numbers = has_numbers(fault.keyword());
    let mut add = |name: &'static str, value: &str| {
        let at = tallies.iter().position(|tally| tally.name == name).unwrap_or_else(|| {
            let numbers = name == "length" || (name == "value" && numbers);
            // Most messages tell two.
            tallies.reserve_exact(if tallies.is_empty() { 2 } else { 1 });
            tallies.push(FacetTally::new(name, numbers));
            tallies.len() - 1
        });
        if let Some(tally) = tallies.get_mut(at) {
            tally.add(value, rows, common);
        }
    };
    let Says::Broken { keyword, expected, found, key } = fault.says else {
        if let Some(value) = fault.value() {
            add("value", value);
        }
        return;
    };
    let (asked, had) = match keyword {
        Some("type") => ("expected type", "found type"),
        Some("maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" | "items") => ("limit", "length"),
        _ => ("limit", "value"),
    };
    if let Some(expected) = expected {
        add(asked, expected);
    }
    if let Some(found) = found {
        add(had, found);
    }
    match (keyword, key) {
        (Some("additionalProperties"), Some(key)) => add("key", key),
        _ => {
            let (keys, name) = map_keys(fault, path, about_name);
            if let Some(keys) = keys {
                add("key", &keys);
            }
            if let Some(name) = name.filter(|_| had == "length") {
                add("value", &name);
            }
        }
    }
}

/// The keys that stand where the path says `{key}`, and the name at fault, which is no key of anything.
fn map_keys(fault: &Fault<'_>, path: &str, about_name: bool) -> (Option<String>, Option<String>) {
    if !about_name && !path.contains("{key}") {
        return (None, None);
    }
    let mut tokens = fault.tokens();
    let name = if about_name { tokens.pop() } else { None };
    let keys: Vec<String> = path.split('/').skip(1).zip(tokens).filter(|(part, _)| *part == "{key}").map(|(_, token)| token).collect();
    ((!keys.is_empty()).then(|| keys.join("/")), name)
}

/// Adds the counts of another part of the same group.
pub(super) fn absorb(ours: &mut Vec<FacetTally>, theirs: Vec<FacetTally>) {
    for tally in theirs {
        match ours.iter_mut().find(|known| known.name == tally.name) {
            Some(known) => known.absorb(tally),
            None => ours.push(tally),
        }
    }
}

/// All kinds in the order of their names.
pub(super) fn finish(tallies: Vec<FacetTally>) -> Vec<Facet> {
    let mut facets: Vec<Facet> = tallies.into_iter().map(FacetTally::into_facet).collect();
    facets.sort_unstable_by_key(|facet| facet.name);
    facets
}

/// Facets that many groups have, each list once.
#[derive(Default)]
pub(super) struct CommonFacets(FxHashSet<Arc<[Facet]>>);

impl CommonFacets {
    /// The list, shared where another group has the same.
    pub(super) fn get(&mut self, facets: Vec<Facet>) -> Arc<[Facet]> {
        if let Some(known) = self.0.get(facets.as_slice()) {
            return Arc::clone(known);
        }
        let new: Arc<[Facet]> = facets.into();
        if self.0.len() < MOST_COMMON {
            self.0.insert(Arc::clone(&new));
        }
        new
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
fn has_numbers(keyword: Option<Keyword>) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A facet's name, values and others.
    type Told = (&'static str, Vec<(String, u64)>, u64);

    fn facets(messages: &[&str], path: &str, about_name: bool) -> Vec<Told> {
        let mut tallies = Vec::new();
        for message in messages {
            tally(&mut tallies, &Fault::parse(message, None), path, about_name, 1, &mut CommonTexts::default());
        }
        let shown = |facet: Facet| (facet.name, facet.values.iter().map(|(value, n)| (value.to_string(), *n)).collect(), facet.others);
        finish(tallies).into_iter().map(shown).collect()
    }

    #[test]
    fn values_are_sorted_into_kinds() {
        assert_eq!(
            facets(&["#/m/a/b: expected maxLength: 61, actual: 75", "#/m/c/d: expected maxLength: 61, actual: 70"], "/m/{key}/{key}", true),
            [
                ("key", vec![("a".into(), 1), ("c".into(), 1)], 0),
                ("length", vec![("70".into(), 1), ("75".into(), 1)], 0),
                ("limit", vec![("61".into(), 2)], 0),
                ("value", vec![("b".into(), 1), ("d".into(), 1)], 0),
            ]
        );
        assert_eq!(facets(&["#/a: extraneous key [x] is not permitted"], "/a", false), [("key", vec![("x".into(), 1)], 0)]);
        assert_eq!(facets(&["#/a: required key [x] not found"], "/a", false), []);
    }

    #[test]
    fn lengths_are_numbers_with_a_smallest_and_a_largest() {
        let lengths: Vec<usize> = (0..2000).map(|i| 100 + i * 7919 % 1900).chain([7, 90_000]).chain([500; 100]).collect();
        let messages: Vec<String> = lengths.iter().map(|n| format!("#/a: expected maxLength: 5, actual: {n}")).collect();
        let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
        let told = facets(&messages, "/a", false).remove(0);
        let values: Vec<&str> = told.1.iter().map(|(value, _)| value.as_str()).collect();
        assert_eq!((told.0, values[0], values.len() <= KEPT + 2), ("length", "500", true));
        assert!(values.contains(&"7") && values.contains(&"90000"), "{values:?}");
        let few = facets(&["#/a: expected maxLength: 5, actual: 100", "#/a: expected maxLength: 5, actual: 9"], "/a", false).remove(0);
        assert_eq!(few.1, [("9".into(), 1), ("100".into(), 1)]);
    }

    #[test]
    fn a_frequent_value_survives_many_rare_ones_and_no_row_is_lost() {
        let mut tallies = Vec::new();
        for i in 0..5000 {
            let key = if i % 3 == 0 { "often".to_owned() } else { format!("rare{i}") };
            tally(
                &mut tallies,
                &Fault::parse(&format!("#: extraneous key [{key}] is not permitted"), None),
                "",
                false,
                1,
                &mut CommonTexts::default(),
            );
        }
        let facet = finish(tallies).remove(0);
        let (value, rows) = &facet.values[0];
        assert!(&**value == "often" && (facet.exact && *rows == 1667 || rows.abs_diff(1667) < 20), "{rows} rows");
        assert!(facet.values.len() <= KEPT);
        assert_eq!(facet.values.iter().map(|(_, n)| n).sum::<u64>() + facet.others, 5000);
    }

    /// The facet of keys, each in so many rows, counted in parts.
    fn told(keys: &[&str], parts: usize) -> String {
        let mut all = Vec::new();
        for part in keys.chunks(keys.len().div_ceil(parts)) {
            let mut tallies = Vec::new();
            for key in part {
                tally(
                    &mut tallies,
                    &Fault::parse(&format!("#: extraneous key [{key}] is not permitted"), None),
                    "",
                    false,
                    1,
                    &mut CommonTexts::default(),
                );
            }
            absorb(&mut all, tallies);
        }
        format!("{:?}", finish(all))
    }

    #[test]
    fn neither_the_order_of_rows_nor_their_split_matters() {
        for distinct in [3, 90, 97, 400, 3000] {
            let name = |i: usize| if i.is_multiple_of(4) { format!("often{}", i % 3) } else { format!("key{}", i * 7919 % distinct) };
            let names: Vec<String> = (0..6000).map(name).collect();
            let mut keys: Vec<&str> = names.iter().map(String::as_str).collect();
            let expected = told(&keys, 1);
            assert!(expected.contains("often1"), "{expected}");
            for parts in [2, 3, 8] {
                assert_eq!(told(&keys, parts), expected, "{distinct} in {parts} parts");
            }
            keys.reverse();
            assert_eq!(told(&keys, 2), expected, "{distinct} reversed");
            keys.sort_unstable();
            assert_eq!(told(&keys, 3), expected, "{distinct} sorted");
        }
    }
}
