//! What the messages of a group tell, by kind of value.
//!
//! Owns: which values a fault has, lists of tallies, those of few rows held once for all groups that have the same.
//! Refuses: counting the values of a kind (facets), what they mean.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Facet;
use super::common::CommonTexts;
use super::facets::{FacetTally, has_numbers};
use crate::pipeline::fault::{Fault, Says};

/// Tallies of a group.
#[derive(Debug, Clone, Default)]
pub(super) struct Tallies(Option<Arc<Vec<FacetTally>>>);

/// Tallies that many groups have, each list once.
#[derive(Default)]
pub(super) struct CommonTallies {
    texts: CommonTexts,
    lists: FxHashSet<Arc<Vec<FacetTally>>>,
    changed: Vec<FacetTally>,
}

/// Most lists that are held to be used again.
const MOST_LISTS: usize = 1 << 13;

impl Tallies {
    /// Counts a fault's values for that many rows. `path` is the group's generalised path, the empty text where it has none.
    pub(super) fn add(&mut self, fault: &Fault<'_>, path: &str, about_name: bool, rows: u64, common: &mut CommonTallies) {
        self.change(common, |list, texts| tally(list, fault, path, about_name, rows, texts));
    }

    /// Adds the counts of another part of the same group.
    pub(super) fn absorb(&mut self, other: Tallies, common: &mut CommonTallies) {
        let Some(other) = other.0 else { return };
        self.change(common, |list, _| absorb(list, Arc::unwrap_or_clone(other)));
    }

    /// Something of the places in memory that adding a value needs.
    pub(super) fn glance(&self) -> u64 {
        self.0.iter().flat_map(|list| &**list).fold(0, |all, tally| all ^ tally.glance())
    }

    /// Bytes that they take, also where other groups have the same.
    pub(super) fn held(&self) -> usize {
        self.0.as_ref().map_or(0, |list| list.iter().map(FacetTally::held).sum())
    }

    fn change(&mut self, common: &mut CommonTallies, change: impl FnOnce(&mut Vec<FacetTally>, &mut CommonTexts)) {
        match &mut self.0 {
            Some(own) if !is_small(own) => change(Arc::make_mut(own), &mut common.texts),
            shared => {
                common.changed.clear();
                common.changed.extend(shared.iter().flat_map(|list| list.iter().cloned()));
                change(&mut common.changed, &mut common.texts);
                *shared = common.list();
            }
        }
    }

    fn into_list(self) -> Vec<FacetTally> {
        self.0.map(Arc::unwrap_or_clone).unwrap_or_default()
    }
}

impl CommonTallies {
    /// What was changed, shared where another group has the same.
    fn list(&mut self) -> Option<Arc<Vec<FacetTally>>> {
        if self.changed.is_empty() {
            return None;
        }
        if !is_small(&self.changed) {
            return Some(Arc::new(std::mem::take(&mut self.changed)));
        }
        if let Some(known) = self.lists.get(&self.changed) {
            return Some(Arc::clone(known));
        }
        let new = Arc::new(self.changed.clone());
        if self.lists.len() < MOST_LISTS {
            self.lists.insert(Arc::clone(&new));
        }
        Some(new)
    }
}

fn is_small(list: &[FacetTally]) -> bool {
    list.iter().all(FacetTally::is_small)
}

/// Tallies and the facets that they are in the end, for those that many groups have.
#[derive(Default)]
pub(super) struct FinishedFacets(FxHashMap<Arc<Vec<FacetTally>>, Arc<Vec<Facet>>>);

impl FinishedFacets {
    /// All kinds in the order of their names.
    pub(super) fn of(&mut self, tallies: Tallies) -> Arc<Vec<Facet>> {
        let Some(list) = tallies.0.as_ref().filter(|list| is_small(list)).map(Arc::clone) else {
            return finish(tallies.into_list()).into();
        };
        if let Some(known) = self.0.get(&list) {
            return Arc::clone(known);
        }
        let facets: Arc<Vec<Facet>> = finish(tallies.into_list()).into();
        if self.0.len() < MOST_LISTS {
            self.0.insert(list, Arc::clone(&facets));
        }
        facets
    }
}

/// Counts a fault's values for that many rows. `path` is the group's generalised path.
fn tally(tallies: &mut Vec<FacetTally>, fault: &Fault<'_>, path: &str, about_name: bool, rows: u64, common: &mut CommonTexts) {
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
fn absorb(ours: &mut Vec<FacetTally>, theirs: Vec<FacetTally>) {
    for tally in theirs {
        match ours.iter_mut().find(|known| known.name == tally.name) {
            Some(known) => known.absorb(tally),
            None => ours.push(tally),
        }
    }
}

/// All kinds in the order of their names.
fn finish(tallies: Vec<FacetTally>) -> Vec<Facet> {
    let mut facets: Vec<Facet> = tallies.into_iter().map(FacetTally::into_facet).collect();
    facets.sort_unstable_by_key(|facet| facet.name);
    facets
}

#[cfg(test)]
mod tests {
    use super::super::facets::KEPT;
    use super::*;

    /// A facet's name, values and others.
    type Told = (&'static str, Vec<(String, u64)>, u64);

    fn facets(messages: &[&str], path: &str, about_name: bool) -> Vec<Told> {
        let (mut tallies, mut common) = (Tallies::default(), CommonTallies::default());
        for message in messages {
            tallies.add(&Fault::parse(message, None), path, about_name, 1, &mut common);
        }
        let shown = |facet: Facet| (facet.name, facet.values.iter().map(|(value, n)| (value.to_string(), *n)).collect(), facet.others);
        finish(tallies.into_list()).into_iter().map(shown).collect()
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
        let (mut tallies, mut common) = (Tallies::default(), CommonTallies::default());
        for i in 0..5000 {
            let key = if i % 3 == 0 { "often".to_owned() } else { format!("rare{i}") };
            tallies.add(&Fault::parse(&format!("#: extraneous key [{key}] is not permitted"), None), "", false, 1, &mut common);
        }
        let facet = finish(tallies.into_list()).remove(0);
        let (value, rows) = &facet.values[0];
        assert!(&**value == "often" && (facet.exact && *rows == 1667 || rows.abs_diff(1667) < 20), "{rows} rows");
        assert!(facet.values.len() <= KEPT);
        assert_eq!(facet.values.iter().map(|(_, n)| n).sum::<u64>() + facet.others, 5000);
    }

    /// The facet of keys, each in so many rows, counted in parts.
    fn told(keys: &[&str], parts: usize) -> String {
        let (mut all, mut common) = (Tallies::default(), CommonTallies::default());
        for part in keys.chunks(keys.len().div_ceil(parts)) {
            let mut tallies = Tallies::default();
            for key in part {
                tallies.add(&Fault::parse(&format!("#: extraneous key [{key}] is not permitted"), None), "", false, 1, &mut common);
            }
            all.absorb(tallies, &mut common);
        }
        format!("{:?}", FinishedFacets::default().of(all))
    }

    #[test]
    fn groups_of_few_rows_that_tell_the_same_share_it() {
        let (mut common, mut finished) = (CommonTallies::default(), FinishedFacets::default());
        let mut of = |found: &str, times: usize| {
            let (mut tallies, message) = (Tallies::default(), format!("#/a: expected type: String, found: {found}"));
            (0..times).for_each(|_| tallies.add(&Fault::parse(&message, None), "/a", false, 1, &mut common));
            finished.of(tallies)
        };
        let all = [of("Null", 1), of("Null", 1), of("Long", 1), of("Null", 2), of("Null", 100), of("Null", 100)];
        assert!(Arc::ptr_eq(&all[0], &all[1]) && all[0] != all[2] && all[0] != all[3]);
        assert_eq!((all[4][0].values[0].1, &all[4]), (100, &all[5]));
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
