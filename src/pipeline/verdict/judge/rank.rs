//! How far the branches of a combinator are from the value.
//!
//! Owns: which branch comes nearest, and why.
//! Refuses: building the tree (tree), what is wrong in a branch (cause).
//!
//! A branch is farther where a listed value tells that another form is meant (its `const` or `enum` does not fit while that of another branch at
//! the same place does), then where it is for another type of value, then where more is wrong, then where more of it is wrong at the value itself
//! and not further down.

use super::Refused;
use super::cause::{self, Found};
use super::program::SubId;
use super::run::{JudgedSubject, Run};
use super::sink::{Leaf, Sink};
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::onward;

/// Levels below the value where a listed value still tells which form is meant.
const DISCRIMINATOR_LEVELS: usize = 3;

/// What branches are ranked by.
pub(super) struct Ranked<'a, 'r> {
    pub(super) run: &'a Run<'r>,
    pub(super) schema: &'a Schema,
    pub(super) sink: &'a Sink<'r>,
    /// The combinator's failure.
    pub(super) failed: &'a Leaf<'r>,
    pub(super) branches: &'a [(SubId, bool, Vec<Refused>)],
}

/// How far a branch is from the value; the least is the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BranchRank {
    broken: bool,
    /// A condition that is not met asks for nothing.
    is_condition: bool,
    other_form: bool,
    other_kind: bool,
    violations: usize,
    /// Violations of the value itself, not further down.
    shallow: usize,
}

impl BranchRank {
    /// The ranks of all branches, in their order.
    pub(super) fn of_all(of: &Ranked<'_, '_>) -> Vec<Self> {
        let found: Vec<Vec<Found<'_>>> = of.branches.iter().map(|(_, _, broken)| cause::found(of.run, of.sink, broken)).collect();
        (0..of.branches.len()).map(|at| of.rank(at, &found)).collect()
    }

    /// Whether the value fits the branch.
    pub(super) fn fits(self) -> bool {
        !self.broken
    }

    /// Why it is as near as it is; nothing of one that the value fits.
    pub(super) fn why(self) -> String {
        match self {
            BranchRank { broken: false, .. } => String::new(),
            BranchRank { is_condition: true, .. } => "it is what the rest depends on".to_owned(),
            BranchRank { other_form: true, .. } => "a listed value says that another form is meant".to_owned(),
            BranchRank { other_kind: true, .. } => "it is for another type of value".to_owned(),
            BranchRank { violations: 1, .. } => "1 violation".to_owned(),
            BranchRank { violations: usize::MAX, .. } => "many violations".to_owned(),
            BranchRank { violations, .. } => format!("{violations} violations"),
        }
    }
}

impl Ranked<'_, '_> {
    fn rank(&self, at: usize, found: &[Vec<Found<'_>>]) -> BranchRank {
        let valid = self.branches.get(at).is_some_and(|(_, valid, _)| *valid);
        let subject = self.failed.at;
        let here = &found[at];
        let is_here = |found: &&Found<'_>| found.all(self.sink, &|leaf| leaf.is_some_and(|leaf| leaf.at == subject));
        // Past the limit of what is kept nothing is known of a branch.
        let violations = if !valid && here.is_empty() { usize::MAX } else { here.len() };
        BranchRank {
            broken: !valid,
            is_condition: self.failed.keyword == "else" && at == 0,
            other_form: self.is_other_form(at, found),
            other_kind: here.iter().any(|found| found.all(self.sink, &|leaf| leaf.is_some_and(|leaf| self.is_other_kind(leaf)))),
            violations,
            shallow: here.iter().filter(is_here).count(),
        }
    }

    /// Whether the leaf says that the branch is not for this type of value.
    fn is_other_kind(&self, leaf: &Leaf<'_>) -> bool {
        if leaf.at != self.failed.at {
            return false;
        }
        let document = &self.schema.document;
        let node = self.run.program.sub(leaf.sub).node;
        let kind = self.run.kind(leaf.at);
        match leaf.keyword {
            "type" | "false" => true,
            "const" => self.schema.keyword(node, "const").is_some_and(|value| document.kind(value) != kind),
            "enum" => {
                self.schema.keyword(node, "enum").is_some_and(|list| document.children(list).all(|value| document.kind(value) != kind))
            }
            _ => false,
        }
    }

    /// Whether the branch does not list the value at a place where another branch does.
    fn is_other_form(&self, at: usize, found: &[Vec<Found<'_>>]) -> bool {
        let unlisted =
            |found: &[Found<'_>], node: NodeId| cause::listed(self.sink, found).any(|leaf| leaf.at == JudgedSubject::value(node));
        cause::listed(self.sink, &found[at]).any(|leaf| {
            let Some(tokens) = below(self.run.document, self.failed.at, leaf.at) else { return false };
            self.branches.iter().zip(found).enumerate().any(|(other, ((sub, valid, _), broken))| {
                other != at && (*valid || !unlisted(broken, leaf.at.node)) && self.lists(*sub, &tokens)
            })
        })
    }

    /// Whether a branch lists the values that may stand at a place below.
    fn lists(&self, sub: SubId, tokens: &[String]) -> bool {
        let mut nodes = vec![self.schema.resolve(self.run.program.sub(sub).node)];
        for token in tokens {
            nodes = onward(self.schema, &nodes, token).0;
        }
        nodes.iter().any(|&node| ["const", "enum"].iter().any(|name| self.schema.keyword(node, name).is_some()))
    }
}

/// The way down from a value to one below it, unless it is long or is none.
fn below(document: &Document, from: JudgedSubject, to: JudgedSubject) -> Option<Vec<String>> {
    if from.is_name || to.is_name {
        return None;
    }
    let levels = document.ancestors(to.node).take(DISCRIMINATOR_LEVELS + 1).position(|node| node == from.node)?;
    let tokens = document.tokens(to.node);
    Some(tokens.get(tokens.len().checked_sub(levels)?..)?.to_vec())
}
