//! Combinators with their branches: what each would have asked, the nearest first.
//!
//! Owns: building the tree from what happened, ordering branches, the reason why one is nearer.
//! Refuses: finding failures (walk).

use super::program::SubId;
use super::run::{JudgedSubject, Run};
use super::sentence;
use super::sink::{Event, Leaf, Sink};
use super::{Branch, Branches, Refused, report};
use crate::ground::text;
use crate::pipeline::schema::Schema;

/// Combinators inside one another that are kept apart; what is deeper is shown with the innermost.
const MOST_LEVELS: usize = 24;

/// A failure whose branches are being gathered.
struct OpenFailure {
    failed: Leaf,
    branches: Vec<(SubId, bool, Vec<Refused>)>,
}

/// The tree of everything in a sink.
pub(super) fn tree(run: &mut Run<'_>, schema: &Schema, sink: &mut Sink) -> Vec<Refused> {
    let mut top = Vec::new();
    let mut open: Vec<OpenFailure> = Vec::new();
    let mut skipped = 0_usize;
    for event in std::mem::take(&mut sink.events) {
        match event {
            Event::Leaf(leaf) => place(&mut open, &mut top).push(Refused::Leaf(leaf)),
            Event::Open(_) if open.len() >= MOST_LEVELS => skipped += 1,
            Event::Open(failed) => open.push(OpenFailure { failed: *failed, branches: Vec::new() }),
            Event::Branch { .. } if skipped > 0 => {}
            Event::Branch { sub, valid } => {
                if let Some(last) = open.last_mut() {
                    last.branches.push((sub, valid, Vec::new()));
                }
            }
            Event::Close(_) if skipped > 0 => skipped -= 1,
            Event::Close(itself) => {
                if let Some(done) = open.pop() {
                    let branches = branches(run, schema, sink, done, itself);
                    place(&mut open, &mut top).push(Refused::Branches(Box::new(branches)));
                }
            }
        }
    }
    // Past the limit of the list a failure may have been opened and never closed.
    while let Some(done) = open.pop() {
        let branches = branches(run, schema, sink, done, None);
        place(&mut open, &mut top).push(Refused::Branches(Box::new(branches)));
    }
    top
}

/// Where the next thing belongs: the branch opened last, or the top.
fn place<'a>(open: &'a mut [OpenFailure], top: &'a mut Vec<Refused>) -> &'a mut Vec<Refused> {
    match open.last_mut().and_then(|last| last.branches.last_mut()) {
        Some((_, _, broken)) => broken,
        None => top,
    }
}

fn branches(run: &mut Run<'_>, schema: &Schema, sink: &Sink, done: OpenFailure, itself: Option<usize>) -> Branches {
    let at = done.failed.at;
    let mut ranked: Vec<(BranchRank, Branch)> = done
        .branches
        .into_iter()
        .map(|(sub, valid, broken)| {
            let rank = BranchRank::of(sink, at, valid, &broken);
            let node = run.program.sub(sub).node;
            let wanted = schema.title(node).unwrap_or_else(|| sentence::describe(run, sub));
            (rank, Branch { schema_pointer: schema.pointer(node), node, wanted, valid, why: rank.why(), broken })
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    Branches {
        violation: report::violation(run, schema, &done.failed),
        branches: ranked.into_iter().map(|(_, branch)| branch).collect(),
        itself,
    }
}

/// How far a branch is from the value: one that it fits is nearest, then one of its kind, then the one with the fewest violations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct BranchRank {
    broken: bool,
    other_kind: bool,
    violations: usize,
}

impl BranchRank {
    fn of(sink: &Sink, at: JudgedSubject, valid: bool, broken: &[Refused]) -> Self {
        let mut rank = BranchRank { broken: !valid, other_kind: false, violations: 0 };
        let mut left: Vec<&Refused> = broken.iter().collect();
        while let Some(next) = left.pop() {
            match next {
                Refused::Leaf(leaf) => {
                    rank.violations += 1;
                    let leaf = sink.leaves.get(*leaf);
                    rank.other_kind |= leaf.is_some_and(|leaf| leaf.keyword == "type" && leaf.at == at);
                }
                Refused::Branches(inner) => {
                    rank.violations += usize::from(inner.itself.is_some());
                    left.extend(inner.branches.iter().flat_map(|branch| &branch.broken));
                }
            }
        }
        rank
    }

    fn why(self) -> String {
        match (self.broken, self.other_kind, self.violations) {
            (false, ..) => "the value fits it".to_owned(),
            (true, true, _) => "it is for another type of value".to_owned(),
            (true, false, n) => format!("it takes this type of value; {}", text::plural(n as u64, "violation", "violations")),
        }
    }
}
