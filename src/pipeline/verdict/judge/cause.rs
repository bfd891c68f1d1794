//! What is really wrong behind what the validator names.
//!
//! Owns: the innermost violation of the branch that comes nearest, alternatives where several come as near, what another violation implies.
//! Refuses: how near a branch is (rank), the words of a violation (sentence).

use rustc_hash::{FxHashMap, FxHashSet};

use super::run::{JudgedSubject, Run};
use super::sink::{Leaf, Sink};
use super::{Branches, Cause, Refused, Violation, report, sentence};
use crate::pipeline::schema::Schema;

/// Alternatives that are told; of others the number.
const MOST_TOLD: usize = 4;

/// Alternatives that are looked at.
const MOST_WAYS: usize = 32;

/// Something to mend.
pub(super) enum Found<'a> {
    /// Position of a leaf in the sink.
    Leaf(usize),
    /// A combinator of which too many branches fit, or of whose branches nothing is known.
    Itself(&'a Branches),
    /// A combinator with branches that are equally near: mending one is enough.
    Either(&'a Branches, Vec<Way<'a>>),
}

/// What an alternative asks for.
pub(super) struct Way<'a> {
    first: Found<'a>,
    /// How much else the alternative asks for.
    others: usize,
}

impl Found<'_> {
    /// Whether something holds for the leaf, or for those of all alternatives; a combinator has none.
    pub(super) fn all(&self, sink: &Sink<'_>, holds: &dyn Fn(Option<&Leaf<'_>>) -> bool) -> bool {
        match self {
            Found::Leaf(at) => holds(sink.leaves.get(*at)),
            Found::Itself(_) => holds(None),
            Found::Either(_, ways) => ways.iter().all(|way| way.first.all(sink, holds)),
        }
    }

    /// Whether both say the same. What a list of values holds is not in the validator's words, so only the same list says the same.
    fn is(&self, other: &Found<'_>, sink: &Sink<'_>) -> bool {
        let said = |at: &usize| {
            let (leaf, words) = sink.leaves.get(*at).zip(sink.words.get(*at))?;
            let list = matches!(leaf.keyword, "const" | "enum").then_some(leaf.sub);
            Some((leaf.at, leaf.keyword, &words.text, leaf.key, list))
        };
        match (self, other) {
            (Found::Leaf(a), Found::Leaf(b)) => said(a) == said(b),
            (Found::Itself(a), Found::Itself(b)) => a.violation.message == b.violation.message,
            _ => false,
        }
    }
}

/// The failures, and those that were told before, at the same positions.
#[derive(Clone, Copy)]
pub(super) struct Leaves<'a, 'r> {
    pub(super) sink: &'a Sink<'r>,
    pub(super) told: &'a [Violation],
}

impl<'r> Leaves<'_, 'r> {
    fn violation(&self, run: &mut Run<'r>, schema: &Schema, at: usize) -> Option<Violation> {
        let told = || Some(report::violation(run, schema, self.sink.leaves.get(at)?, self.sink.words.get(at)?));
        self.told.get(at).cloned().or_else(told)
    }
}

/// Everything that is to be mended.
pub(super) fn causes<'r>(run: &mut Run<'r>, schema: &Schema, leaves: Leaves<'_, 'r>, tree: &[Refused]) -> Vec<Cause> {
    let found = found(run, leaves.sink, tree);
    found.iter().filter_map(|found| told(run, schema, leaves, found)).collect()
}

/// What is to be mended of several things that are all broken; what another of them implies is left out.
pub(super) fn found<'a>(run: &Run<'_>, sink: &Sink<'_>, broken: &'a [Refused]) -> Vec<Found<'a>> {
    without_implied(run, sink, broken.iter().flat_map(|broken| one(run, sink, broken)).collect())
}

/// The leaves among them that say that a value is not one of those listed.
pub(super) fn listed<'s, 'r>(sink: &'s Sink<'r>, found: &[Found<'_>]) -> impl Iterator<Item = &'s Leaf<'r>> {
    let leaves = found.iter().filter_map(|found| match found {
        Found::Leaf(at) => sink.leaves.get(*at),
        _ => None,
    });
    leaves.filter(|leaf| matches!(leaf.keyword, "const" | "enum"))
}

fn one<'a>(run: &Run<'_>, sink: &Sink<'_>, broken: &'a Refused) -> Vec<Found<'a>> {
    let of = match broken {
        Refused::Leaf(at) if *at < sink.leaves.len() => return vec![Found::Leaf(*at)],
        Refused::Leaf(_) => return Vec::new(),
        Refused::Branches(of) => of.as_ref(),
    };
    match of.violation.keyword {
        "allOf" => {
            let mut all: Vec<Found<'a>> = Vec::new();
            // In the validator's order, which is that of the leaves.
            let mut branches: Vec<_> = of.branches.iter().filter(|branch| !branch.valid).collect();
            branches.sort_by_key(|branch| first_leaf(&branch.broken));
            let broken = branches.into_iter().flat_map(|branch| found(run, sink, &branch.broken));
            // Only what is about the same value can say the same.
            let mut known: FxHashMap<Option<(JudgedSubject, &str)>, Vec<usize>> = FxHashMap::default();
            for next in broken {
                let about = match &next {
                    Found::Leaf(at) => sink.leaves.get(*at).map(|leaf| (leaf.at, leaf.keyword)),
                    _ => None,
                };
                let alike = known.entry(about).or_default();
                if !alike.iter().any(|at| all[*at].is(&next, sink)) {
                    alike.push(all.len());
                    all.push(next);
                }
            }
            without_implied(run, sink, all)
        }
        "oneOf" if of.branches.iter().any(|branch| branch.valid) => vec![Found::Itself(of)],
        _ => choice(run, sink, of),
    }
}

fn without_implied<'a>(run: &Run<'_>, sink: &Sink<'_>, mut all: Vec<Found<'a>>) -> Vec<Found<'a>> {
    let listed: FxHashSet<_> = listed(sink, &all).map(|leaf| (leaf.at, run.program.sub(leaf.sub).node)).collect();
    // A value that is not one of those listed is of another type as well, mostly; the list says more.
    let implied = |leaf: &Leaf<'_>| leaf.keyword == "type" && listed.contains(&(leaf.at, run.program.sub(leaf.sub).node));
    if !listed.is_empty() {
        all.retain(|found| !found.all(sink, &|leaf| leaf.is_some_and(implied)));
    }
    all
}

/// Position of the first leaf below.
fn first_leaf(broken: &[Refused]) -> usize {
    let first = broken.iter().map(|broken| match broken {
        Refused::Leaf(at) => *at,
        Refused::Branches(of) => {
            of.itself.unwrap_or(usize::MAX).min(of.branches.iter().map(|branch| first_leaf(&branch.broken)).min().unwrap_or(usize::MAX))
        }
    });
    first.min().unwrap_or(usize::MAX)
}

/// What the nearest branches ask for.
fn choice<'a>(run: &Run<'_>, sink: &Sink<'_>, of: &'a Branches) -> Vec<Found<'a>> {
    let mut ways = Vec::new();
    for branch in of.branches.iter().filter(|branch| branch.is_nearest).take(MOST_WAYS) {
        ways.push(found(run, sink, &branch.broken));
    }
    ways.retain(|way| !way.is_empty());
    if let Some(forms) = unlisted_form(run, sink, of) {
        ways = forms;
    }
    let first_is = |a: &[Found<'_>], b: &[Found<'_>]| a.first().zip(b.first()).is_some_and(|(a, b)| a.is(b, sink));
    let mut different: Vec<Vec<Found<'a>>> = Vec::new();
    for way in ways {
        if !different.iter().any(|known| first_is(known, &way)) {
            different.push(way);
        }
    }
    match different.len() {
        0 => vec![Found::Itself(of)],
        1 => different.remove(0),
        _ => vec![Found::Either(of, different.into_iter().flat_map(flat).take(MOST_WAYS).collect())],
    }
}

/// Alternatives within alternatives are alternatives.
fn flat(way: Vec<Found<'_>>) -> Vec<Way<'_>> {
    let others = way.len().saturating_sub(1);
    match way.into_iter().next() {
        Some(Found::Either(_, ways)) => ways.into_iter().map(|way| Way { others: way.others + others, ..way }).collect(),
        Some(first) => vec![Way { first, others }],
        None => Vec::new(),
    }
}

/// Where every branch lists what may stand at one place and none lists what does, no form is meant: what each lists there.
fn unlisted_form<'a>(run: &Run<'_>, sink: &Sink<'_>, of: &'a Branches) -> Option<Vec<Vec<Found<'a>>>> {
    let is_other_kind = |found: &Found<'_>| {
        found.all(sink, &|leaf| leaf.is_some_and(|leaf| leaf.keyword == "type" && leaf.at.node == of.violation.instance))
    };
    let mut forms: Vec<Vec<Found<'a>>> =
        of.branches.iter().filter(|branch| !branch.valid).take(MOST_WAYS).map(|branch| found(run, sink, &branch.broken)).collect();
    forms.retain(|form| !form.iter().any(is_other_kind));
    let (first, rest) = forms.split_first()?;
    let is_listed_in = |form: &Vec<Found<'_>>, leaf: &Leaf<'_>| listed(sink, form).any(|other| other.at == leaf.at);
    let place = listed(sink, first).find(|leaf| !rest.is_empty() && rest.iter().all(|form| is_listed_in(form, leaf)))?.at;
    for form in &mut forms {
        form.sort_by_key(|found| !matches!(found, Found::Leaf(at) if sink.leaves.get(*at).is_some_and(|leaf| leaf.at == place && matches!(leaf.keyword, "const" | "enum"))));
    }
    Some(forms)
}

fn told<'r>(run: &mut Run<'r>, schema: &Schema, leaves: Leaves<'_, 'r>, found: &Found<'_>) -> Option<Cause> {
    Some(match found {
        Found::Leaf(at) => clear(leaves.violation(run, schema, *at)?),
        Found::Itself(of) => clear(of.violation.clone()),
        Found::Either(of, ways) => either(run, schema, leaves, of, ways),
    })
}

fn clear(violation: Violation) -> Cause {
    Cause { sentence: violation.sentence.clone(), phrase: None, ways: vec![violation.clone()], violation }
}

/// Alternatives: as one sentence about a value where they are about one, else each in its own.
fn either<'r>(run: &mut Run<'r>, schema: &Schema, leaves: Leaves<'_, 'r>, of: &Branches, ways: &[Way<'_>]) -> Cause {
    let about: Vec<Option<&Leaf<'r>>> = ways
        .iter()
        .map(|way| match way.first {
            Found::Leaf(at) => leaves.sink.leaves.get(at),
            _ => None,
        })
        .collect();
    let told: Vec<Cause> = ways.iter().filter_map(|way| told(run, schema, leaves, &way.first)).collect();
    let together = sentence::either(run, schema, &about);
    let phrase = together.as_ref().map(|(_, phrase)| phrase.clone());
    let sentence = together.map(|(place, phrase)| format!("{place} {}", phrase.whole())).unwrap_or_else(|| {
        let mut each = Vec::with_capacity(MOST_TOLD + 1);
        for (cause, way) in told.iter().zip(ways).take(MOST_TOLD) {
            let others = if way.others > 0 { format!(" (and {} more)", way.others) } else { String::new() };
            each.push(format!("{}{others}", cause.sentence));
        }
        if let more @ 1.. = told.len().saturating_sub(MOST_TOLD) {
            each.push(if more == 1 { "one more way".to_owned() } else { format!("{more} more ways") });
        }
        format!("either {}", each.join(", or "))
    });
    let ways: Vec<Violation> = told.into_iter().map(|cause| cause.violation).collect();
    let alike = |a: &Violation, b: &Violation| (a.instance, a.about_name, a.keyword) == (b.instance, b.about_name, b.keyword);
    // Of branches about the value itself it is the combinator that asks; parts of one node are that node.
    let is_further = |first: &Violation| first.instance != of.violation.instance || first.node == of.violation.node;
    let first = ways.first().filter(|first| is_further(first) && ways.iter().all(|way| alike(first, way)));
    Cause { violation: first.unwrap_or(&of.violation).clone(), sentence, phrase, ways }
}
