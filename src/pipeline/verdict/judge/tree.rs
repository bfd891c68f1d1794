//! Combinators with their branches: what each would have asked, the nearest first.
//!
//! Owns: building the tree from what happened, putting the nearest branches first.
//! Refuses: finding failures (walk), how near a branch is (rank).

use super::program::SubId;
use super::rank::{BranchRank, Ranked};
use super::run::Run;
use super::sentence;
use super::sink::{Event, Leaf, Sink};
use super::{Branch, Branches, Refused, report};
use crate::pipeline::schema::Schema;

/// Combinators inside one another that are kept apart; what is deeper is shown with the innermost.
const MOST_LEVELS: usize = 24;

/// A failure whose branches are being gathered.
struct OpenFailure<'a> {
    failed: Leaf<'a>,
    branches: Vec<(SubId, bool, Vec<Refused>)>,
}

/// The tree of everything in a sink.
pub(super) fn tree<'a>(run: &mut Run<'a>, schema: &Schema, sink: &mut Sink<'a>) -> Vec<Refused> {
    let mut top = Vec::new();
    let mut open: Vec<OpenFailure<'a>> = Vec::new();
    let mut skipped = 0_usize;
    for event in std::mem::take(&mut sink.events) {
        match event {
            Event::Leaf(leaf) => place(&mut open, &mut top).push(Refused::Leaf(leaf)),
            Event::Open(_) if open.len() >= MOST_LEVELS => skipped += 1,
            Event::Open(failed) => open.push(OpenFailure { failed, branches: Vec::new() }),
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
fn place<'a>(open: &'a mut [OpenFailure<'_>], top: &'a mut Vec<Refused>) -> &'a mut Vec<Refused> {
    match open.last_mut().and_then(|last| last.branches.last_mut()) {
        Some((_, _, broken)) => broken,
        None => top,
    }
}

fn branches<'a>(run: &mut Run<'a>, schema: &Schema, sink: &Sink<'a>, done: OpenFailure<'a>, itself: Option<usize>) -> Branches {
    let ranks = BranchRank::of_all(&Ranked { run, schema, sink, failed: &done.failed, branches: &done.branches });
    let mut ranked: Vec<(BranchRank, Branch)> = done
        .branches
        .into_iter()
        .zip(ranks)
        .zip(1..)
        .map(|(((sub, valid, broken), rank), number)| {
            let node = run.program.sub(sub).node;
            let wanted = schema.title(node).unwrap_or_else(|| sentence::describe(run, sub));
            let schema_pointer = schema.pointer(node);
            (rank, Branch { number, schema_pointer, node, wanted, valid, is_nearest: false, why: rank.why(), broken })
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let nearest = ranked.iter().map(|(rank, _)| *rank).find(|rank| !rank.fits());
    for (rank, branch) in &mut ranked {
        branch.is_nearest = Some(*rank) == nearest;
    }
    let words = report::words(run, &done.failed);
    Branches {
        violation: report::violation(run, schema, &done.failed, &words),
        branches: ranked.into_iter().map(|(_, branch)| branch).collect(),
        itself,
    }
}
