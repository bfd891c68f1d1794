//! The smallest loosening of a node that meets what documents ask of it.
//!
//! Owns: moving limits no further than the share of the documents needs, the rarest values left out first.
//! Refuses: finding what documents ask (needs), writing it (edits).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::needs::Need;
use super::{Loosening, pattern};
use crate::pipeline::fault::Keyword;

/// Most keys that are each made known; of more any key is.
const MOST_KEYS: usize = 20;
/// Most values that a list of them grows by.
const MOST_VALUES: usize = 50;

/// What one document asks of a node.
#[derive(Debug)]
pub(super) struct Asked {
    /// Position of the document.
    pub document: usize,
    /// What it asks; all of it has to be met.
    pub needs: Vec<Need>,
}

/// A loosening, and the documents that it leaves out.
pub(super) struct Chosen {
    pub loosening: Loosening,
    pub left_out: Vec<usize>,
}

/// Chooses. The reason of a refusal is the end of a sentence.
pub(super) fn choose(keyword: Keyword, asked: &[Asked], may_leave_out: usize) -> Result<Chosen, String> {
    let all = asked.len();
    let keep = all.saturating_sub(may_leave_out).max(1);
    let whole = |loosening| Ok(Chosen { loosening, left_out: Vec::new() });
    match keyword {
        "maxLength" | "maxItems" | "maxProperties" => count(keyword, asked, keep, true),
        "minLength" | "minItems" | "minProperties" => count(keyword, asked, keep, false),
        "maximum" | "exclusiveMaximum" => number(keyword, asked, keep, true),
        "minimum" | "exclusiveMinimum" => number(keyword, asked, keep, false),
        "pattern" => {
            let texts: BTreeSet<&str> =
                needs(asked).filter_map(|need| if let Need::Text(text) = need { Some(text.as_str()) } else { None }).collect();
            let (form, words) = pattern::form(&texts)?;
            whole(Loosening::Pattern { form, words })
        }
        "enum" | "const" => {
            let (atoms, left_out) = frequent(asked, keep, |need| if let Need::Value(value) = need { Some(value.clone()) } else { None });
            if atoms.len() > MOST_VALUES {
                return Err(format!(
                    "the rows have {} different values that the schema does not list, which is too many for a list",
                    atoms.len()
                ));
            }
            Ok(Chosen { loosening: Loosening::Values(atoms), left_out })
        }
        "type" => {
            let (atoms, left_out) = frequent(asked, keep, |need| if let Need::Type(name) = need { Some(*name) } else { None });
            Ok(Chosen { loosening: Loosening::Types(atoms), left_out })
        }
        "required" => whole(Loosening::Optional(
            needs(asked).filter_map(|need| if let Need::Missing(key) = need { Some(key.clone()) } else { None }).collect(),
        )),
        "dependencies" => {
            let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for need in needs(asked) {
                if let Need::Apart(key, other) = need {
                    keys.entry(key.clone()).or_default().insert(other.clone());
                }
            }
            if keys.is_empty() {
                Err("the schema does not say which key needs the other".to_owned())
            } else {
                whole(Loosening::Independent(keys))
            }
        }
        "additionalProperties" => keys(asked, keep),
        "items" => Ok(Chosen { loosening: Loosening::Without("additionalItems"), left_out: Vec::new() }),
        "format" | "multipleOf" | "uniqueItems" => whole(Loosening::Without(keyword)),
        "oneOf" => whole(Loosening::AnyBranch),
        "false" => whole(Loosening::Anything),
        "not" => Err("the schema says what these values must not be; nothing smaller than taking that away would take them".to_owned()),
        "contains" => {
            Err("the lists lack an element that the schema wants; nothing smaller than taking that away would take them".to_owned())
        }
        other => Err(format!("nothing of {other} can be loosened by itself")),
    }
}

fn needs(asked: &[Asked]) -> impl Iterator<Item = &Need> {
    asked.iter().flat_map(|asked| &asked.needs)
}

/// A limit of a length or size, moved so far that so many documents are taken.
fn count(keyword: Keyword, asked: &[Asked], keep: usize, is_most: bool) -> Result<Chosen, String> {
    let of = |asked: &Asked| {
        let counts = asked.needs.iter().filter_map(|need| if let Need::Count(count) = need { Some(*count) } else { None });
        if is_most { counts.max() } else { counts.min() }
    };
    let order = |a: &u64, b: &u64| if is_most { a.cmp(b) } else { b.cmp(a) };
    let (to, left_out) = bound(asked, keep, of, order).ok_or("the validator does not say how large the values are")?;
    Ok(Chosen { loosening: Loosening::Limit { keyword, to: to.to_string() }, left_out })
}

/// A limit of a number.
fn number(keyword: Keyword, asked: &[Asked], keep: usize, is_most: bool) -> Result<Chosen, String> {
    let order = |a: &String, b: &String| if is_most { by_size(a, b) } else { by_size(b, a) };
    let of = |asked: &Asked| {
        let numbers = asked.needs.iter().filter_map(|need| if let Need::Number(text) = need { Some(text.clone()) } else { None });
        numbers.max_by(order)
    };
    let (to, left_out) = bound(asked, keep, of, order).ok_or("the values are not numbers")?;
    if serde_json::from_str::<serde_json::Number>(&to).is_err() {
        return Err("a schema cannot hold numbers such as these".to_owned());
    }
    Ok(Chosen { loosening: Loosening::Limit { keyword, to }, left_out })
}

/// Numbers as they are written, by their size.
pub(super) fn by_size(a: &str, b: &str) -> Ordering {
    match (a.parse::<i128>(), b.parse::<i128>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => {
            let size = |text: &str| text.parse::<f64>().unwrap_or(0.0);
            size(a).total_cmp(&size(b))
        }
    }
}

fn bound<T: Clone>(
    asked: &[Asked],
    keep: usize,
    of: impl Fn(&Asked) -> Option<T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Option<(T, Vec<usize>)> {
    let mut all: Vec<(T, usize)> = asked.iter().filter_map(|asked| Some((of(asked)?, asked.document))).collect();
    all.sort_by(|a, b| order(&a.0, &b.0));
    let to = all.get(keep.min(all.len()).checked_sub(1)?)?.0.clone();
    let left_out = all.iter().filter(|(value, _)| order(value, &to) == Ordering::Greater).map(|(_, document)| *document).collect();
    Some((to, left_out))
}

/// The most frequent of what documents ask, until so many documents are taken.
fn frequent<T: Ord + Clone>(asked: &[Asked], keep: usize, of: impl Fn(&Need) -> Option<T>) -> (BTreeSet<T>, Vec<usize>) {
    let sets: Vec<(usize, BTreeSet<T>)> =
        asked.iter().map(|asked| (asked.document, asked.needs.iter().filter_map(&of).collect())).collect();
    let mut counts: BTreeMap<&T, usize> = BTreeMap::new();
    sets.iter().flat_map(|(_, set)| set).for_each(|atom| *counts.entry(atom).or_default() += 1);
    let mut order: Vec<(&T, usize)> = counts.into_iter().collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut taken: BTreeSet<T> = BTreeSet::new();
    for (atom, _) in order {
        if sets.iter().filter(|(_, set)| set.is_subset(&taken)).count() >= keep {
            break;
        }
        taken.insert(atom.clone());
    }
    let left_out = sets.iter().filter(|(_, set)| !set.is_subset(&taken)).map(|(document, _)| *document).collect();
    (taken, left_out)
}

fn keys(asked: &[Asked], keep: usize) -> Result<Chosen, String> {
    let (names, left_out) = frequent(asked, keep, |need| if let Need::Key(key, _) = need { Some(key.clone()) } else { None });
    let mut types: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for need in needs(asked) {
        if let Need::Key(key, kind) = need
            && names.contains(key)
        {
            types.entry(key.clone()).or_default().insert(kind);
        }
    }
    if types.len() > MOST_KEYS {
        let all = types.into_values().flatten().collect();
        return Ok(Chosen { loosening: Loosening::AnyKey(all), left_out });
    }
    Ok(Chosen { loosening: Loosening::Keys(types), left_out })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(needs: impl IntoIterator<Item = Need>) -> Vec<Asked> {
        needs.into_iter().enumerate().map(|(document, need)| Asked { document, needs: vec![need] }).collect()
    }

    #[test]
    fn a_limit_moves_as_far_as_the_share_needs() {
        let lengths: Vec<Asked> = asked((1..=1000).map(Need::Count));
        let limit = |leave| match choose("maxLength", &lengths, leave).map(|chosen| (chosen.loosening, chosen.left_out.len())) {
            Ok((Loosening::Limit { to, .. }, left_out)) => (to, left_out),
            _ => panic!("no limit"),
        };
        assert_eq!([limit(0), limit(1), limit(10)], [("1000".into(), 0), ("999".into(), 1), ("990".into(), 10)]);
        let numbers = asked(["1.5", "-2", "12"].map(|text| Need::Number(text.into())));
        let Ok(Chosen { loosening, .. }) = choose("minimum", &numbers, 0) else { panic!("no limit") };
        assert_eq!(loosening, Loosening::Limit { keyword: "minimum", to: "-2".into() });
    }

    #[test]
    fn the_rarest_values_are_left_out_first() {
        let values = asked(["\"a\"", "\"a\"", "\"b\""].map(|text| Need::Value(text.into())));
        let chosen = choose("enum", &values, 1).map(|chosen| (chosen.loosening, chosen.left_out));
        assert_eq!(chosen, Ok((Loosening::Values(BTreeSet::from(["\"a\"".to_owned()])), vec![2])));
    }
}
