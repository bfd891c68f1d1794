//! The choices behind a document, and which of them to change when it does not pass.
//!
//! Owns: learning from one violation at a time.
//! Refuses: making values (grow), judging.

use rustc_hash::{FxHashMap, FxHashSet};

use super::wants::{TakenBranches, branch, names};
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{Judge, JudgeInput, Refused, Violation, Violations};

/// Values that are tried for one node.
const MOST_TURNS: usize = 12;
/// Violations that are looked at behind one of a combinator.
const MOST_VIOLATIONS: usize = 100;
/// Violations beyond which a schema asks itself again and again, and looking at them takes longer each time.
const MOST_BROKEN: u64 = 20_000;
/// The same of all documents that are made. Real schemas need a few dozen.
const MOST_LOOKED_AT: u64 = 2_000;

/// All choices that make one document.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Whether optional members are shown.
    pub full: bool,
    /// Whether the decoder takes members of certain names off the top before it judges.
    pub taken_out: bool,
    /// Branches of combinators.
    pub branches: TakenBranches,
    /// How many values of a node have been tried.
    pub turns: FxHashMap<NodeId, usize>,
    /// Optional members that nothing was found for, by decoded tokens.
    pub left_out: FxHashSet<Vec<String>>,
    /// Keys that an object needs beside those that its nodes require, by decoded tokens of the object.
    pub asked: FxHashMap<Vec<String>, Vec<String>>,
    /// Violations that were looked at so far.
    pub looked_at: u64,
}

impl Plan {
    /// Changes one choice because of a violation; false where nothing is left to change.
    pub(super) fn learn(&mut self, judge: &Judge, input: JudgeInput<'_>, violation: &Violation) -> bool {
        self.mend(judge.schema(), violation) || self.other_branch(judge, input, violation) || self.leave_out(violation)
    }

    /// Changes what the violation is about.
    fn mend(&mut self, schema: &Schema, violation: &Violation) -> bool {
        match (violation.keyword, &violation.key) {
            ("required" | "dependencies", Some(key)) => {
                let asked = self.asked.entry(violation.tokens.clone()).or_default();
                let is_new = !asked.contains(key);
                if is_new {
                    asked.push(key.clone());
                }
                is_new
            }
            ("additionalProperties", Some(key)) => {
                let place = violation.tokens.iter().chain([key]).cloned().collect();
                self.left_out.insert(place)
            }
            ("then" | "else", _) => {
                let Some(test) = schema.keyword(violation.node, "if") else { return false };
                next(&mut self.branches, test, 2)
            }
            ("anyOf" | "oneOf" | "allOf", _) if violation.literal || violation.keyword == "allOf" => false,
            _ => next(&mut self.turns, violation.node, MOST_TURNS),
        }
    }

    /// Mends what is behind a combinator: a value of the branch that was chosen, or the choice.
    fn other_branch(&mut self, judge: &Judge, input: JudgeInput<'_>, violation: &Violation) -> bool {
        if !matches!(violation.keyword, "anyOf" | "oneOf" | "allOf") {
            return false;
        }
        let schema = judge.schema();
        if self.looked_at > MOST_LOOKED_AT {
            return false;
        }
        let all = judge.breaches(input, MOST_VIOLATIONS);
        self.looked_at += all.count();
        if all.count() > MOST_BROKEN {
            return false;
        }
        let all = all.told();
        let behind = self.behind(schema, &all, &violation.tokens);
        // Where not even the type fits, another value of it will not either.
        let mut leaves = behind.iter().filter(|inner| !is_combinator(inner) && inner.keyword != "type");
        if leaves.any(|inner| self.mend(schema, inner)) {
            return true;
        }
        let mut combinators = behind.iter().copied().filter(|inner| is_combinator(inner)).chain([violation]);
        combinators.any(|inner| {
            let one = schema.keyword(inner.node, "oneOf");
            let lists = [one, schema.keyword(inner.node, "anyOf")].into_iter().flatten();
            one.is_some_and(|list| self.without_others(schema, list, &inner.tokens))
                || lists.into_iter().any(|list| next(&mut self.branches, list, schema.document.count(list)))
        })
    }

    /// Leaves out a member of an object that only branches of `oneOf` that are not chosen require: with it too many of them fit.
    fn without_others(&mut self, schema: &Schema, list: NodeId, object: &[String]) -> bool {
        let Some(chosen) = branch(schema, list, &self.branches) else { return false };
        let required = |node| schema.keyword(schema.resolve(node), "required").map(|list| names(schema, list)).unwrap_or_default();
        let wanted = required(chosen);
        let others = schema.document.children(list).filter(|&other| other != chosen).flat_map(required);
        others.filter(|key| !wanted.contains(key)).any(|key| {
            let place = object.iter().cloned().chain([key]).collect();
            self.left_out.insert(place)
        })
    }

    /// The violations at a place and below it, without those of branches that are not chosen; the innermost combinators first.
    fn behind<'a>(&self, schema: &Schema, all: &'a Violations, tokens: &[String]) -> Vec<&'a Violation> {
        let mut found = Vec::new();
        let mut open: Vec<&Refused> = all.tree.iter().collect();
        while let Some(broken) = open.pop() {
            match broken {
                Refused::Leaf(at) => found.extend(all.list.get(*at)),
                Refused::Branches(combinator) => {
                    let list = schema.keyword(combinator.violation.node, combinator.violation.keyword);
                    let chosen = list.and_then(|list| branch(schema, list, &self.branches)).map(|chosen| schema.resolve(chosen));
                    let is_choice = matches!(combinator.violation.keyword, "anyOf" | "oneOf");
                    let taken = combinator
                        .branches
                        .iter()
                        .filter(|branch| !is_choice || chosen.is_none_or(|chosen| schema.resolve(branch.node) == chosen));
                    open.extend(taken.flat_map(|branch| &branch.broken));
                    found.push(&combinator.violation);
                }
            }
        }
        found.retain(|inner| inner.tokens.starts_with(tokens));
        found.reverse();
        found
    }

    /// Leaves out the innermost member around the violation that is not left out yet. Where it is required that changes nothing, and the next one
    /// goes.
    fn leave_out(&mut self, violation: &Violation) -> bool {
        let tokens = &violation.tokens;
        (1..=tokens.len()).rev().any(|length| self.left_out.insert(tokens[..length].to_vec()))
    }

    /// Optional members that the document goes without.
    pub(super) fn left_out(&self, document: &Document) -> Vec<Vec<String>> {
        let mut absent: Vec<Vec<String>> = self.left_out.iter().filter(|place| document.find(place).is_err()).cloned().collect();
        absent.sort();
        absent
    }
}

fn is_combinator(violation: &Violation) -> bool {
    matches!(violation.keyword, "anyOf" | "oneOf" | "allOf")
}

/// The next turn of a node, if it has one.
fn next(turns: &mut FxHashMap<NodeId, usize>, node: NodeId, most: usize) -> bool {
    let turn = turns.entry(node).or_default();
    let has_more = *turn + 1 < most;
    if has_more {
        *turn += 1;
    }
    has_more
}
