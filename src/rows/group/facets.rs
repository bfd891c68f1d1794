//! Values inside the messages of a group, counted.
//!
//! Owns: which values a fault has, exact counts for the few and good ones for the many.
//! Refuses: what the values mean.

use std::cmp::Ordering;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::{Facet, Group};
use crate::pipeline::fault::{Fault, Keyword, Says};

/// Values shown of one kind.
const KEPT: usize = 16;
/// Values counted at a time. With no more than these, counts are exact and do not depend on the order of rows.
const COUNTED: usize = 96;
/// Longest value kept, in bytes.
const LONGEST: usize = 120;

/// Kinds of values.
const NAMES: [&str; 6] = ["expected type", "found type", "key", "length", "limit", "value"];

/// The kind of that name.
pub(super) fn name(text: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|name| *name == text)
}

/// Counts of one kind of value. Beyond [`COUNTED`] values the rarest gives way to the new one (the space-saving algorithm); what is told is
/// the number of rows that certainly have a value, the rest is among the others. The smallest and the largest of numbers never give way.
#[derive(Debug, Clone)]
pub(super) struct FacetTally {
    name: &'static str,
    /// Whether the values are numbers, which have a smallest and a largest.
    numbers: bool,
    /// Ascending by hash, then value.
    values: Vec<CountedValue>,
    /// Rows with any value of this kind.
    rows: u64,
}

#[derive(Debug, Clone)]
struct CountedValue {
    hash: u64,
    value: Box<str>,
    count: u64,
    /// Rows in `count` that may have had another value.
    doubtful: u64,
}

impl FacetTally {
    fn add(&mut self, value: &str, rows: u64) {
        self.rows += rows;
        let value = clip(value);
        let hash = hash(&value);
        let at = match self.find(hash, &value) {
            Ok(at) => {
                self.values[at].count += rows;
                return;
            }
            Err(at) => at,
        };
        if self.values.len() < COUNTED {
            self.values.insert(at, CountedValue { hash, value: value.into(), count: rows, doubtful: 0 });
            return;
        }
        let ends = self.ends();
        let may_go = self.values.iter().enumerate().filter(|(at, _)| ends.is_none_or(|(least, most)| *at != least && *at != most));
        let rarest = may_go.min_by(|(_, a), (_, b)| a.count.cmp(&b.count).then_with(|| a.value.cmp(&b.value)));
        if let Some(rarest) = rarest.map(|(rarest, _)| rarest) {
            let doubtful = self.values.remove(rarest).count;
            let at = if rarest < at { at - 1 } else { at };
            self.values.insert(at, CountedValue { hash, value: value.into(), count: doubtful + rows, doubtful });
        }
    }

    fn find(&self, hash: u64, value: &str) -> Result<usize, usize> {
        self.values.binary_search_by(|known| known.hash.cmp(&hash).then_with(|| (*known.value).cmp(value)))
    }

    /// Positions of the smallest and the largest number.
    fn ends(&self) -> Option<(usize, usize)> {
        ends(self.values.iter().map(|counted| &*counted.value)).filter(|_| self.numbers)
    }

    fn absorb(&mut self, other: FacetTally) {
        self.rows += other.rows;
        for theirs in other.values {
            match self.find(theirs.hash, &theirs.value) {
                Ok(at) => {
                    self.values[at].count += theirs.count;
                    self.values[at].doubtful += theirs.doubtful;
                }
                Err(at) => self.values.insert(at, theirs),
            }
        }
    }

    /// The most frequent values, and of numbers the smallest and the largest.
    pub(super) fn into_facet(mut self) -> Facet {
        let order = |a: &str, b: &str| if self.numbers { compare(a, b) } else { a.cmp(b) };
        self.values.sort_unstable_by(|a, b| (b.count - b.doubtful).cmp(&(a.count - a.doubtful)).then_with(|| order(&a.value, &b.value)));
        let ends = self.ends();
        let is_told = |at: usize| at < KEPT || ends.is_some_and(|(least, most)| at == least || at == most);
        let values: Vec<(Arc<str>, u64)> = (0..)
            .zip(self.values)
            .filter(|(at, counted)| is_told(*at) && counted.count > counted.doubtful)
            .map(|(_, counted)| (Arc::from(counted.value), counted.count - counted.doubtful))
            .collect();
        let told: u64 = values.iter().map(|(_, rows)| rows).sum();
        Facet { name: self.name, values, others: self.rows.saturating_sub(told) }
    }
}

/// Counts a fault's values for that many rows. `path` is the group's generalised path.
pub(super) fn tally(tallies: &mut Vec<FacetTally>, fault: &Fault<'_>, path: Option<&str>, about_name: bool, rows: u64) {
    let numbers = has_numbers(fault.keyword());
    let mut add = |name: &'static str, value: &str| {
        let at = tallies.iter().position(|tally| tally.name == name).unwrap_or_else(|| {
            let numbers = name == "length" || (name == "value" && numbers);
            tallies.push(FacetTally { name, numbers, values: Vec::new(), rows: 0 });
            tallies.len() - 1
        });
        if let Some(tally) = tallies.get_mut(at) {
            tally.add(value, rows);
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
            let (keys, name) = map_keys(fault, path.unwrap_or(""), about_name);
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

/// Numbers by size; what is none comes last, by its text.
fn compare(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
    number(a).total_cmp(&number(b)).then_with(|| a.cmp(b))
}

/// Positions of the smallest and the largest; `None` where one is not a number.
fn ends<'a>(values: impl Iterator<Item = &'a str> + Clone) -> Option<(usize, usize)> {
    values.clone().all(|value| value.parse::<f64>().is_ok()).then_some(())?;
    let least = values.clone().enumerate().min_by(|(_, a), (_, b)| compare(a, b))?;
    let most = values.enumerate().max_by(|(_, a), (_, b)| compare(a, b))?;
    Some((least.0, most.0))
}

fn hash(value: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(value.as_bytes());
    hasher.finish()
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
            tally(&mut tallies, &Fault::parse(message, None), Some(path), about_name, 1);
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
        let lengths: Vec<usize> = (0..2000).map(|i| 100 + i * 7919 % 1900).chain([7, 90_000]).chain([500; 5]).collect();
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
            tally(&mut tallies, &Fault::parse(&format!("#: extraneous key [{key}] is not permitted"), None), Some(""), false, 1);
        }
        let facet = finish(tallies).remove(0);
        assert_eq!(facet.values[0], ("often".into(), 1667));
        assert!(facet.values.len() <= KEPT);
        assert_eq!(facet.values.iter().map(|(_, n)| n).sum::<u64>() + facet.others, 5000);
    }
}
