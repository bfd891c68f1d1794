//! Pairs of layouts read from the repository and judged.
//!
//! Owns: reading in the order in which git is quickest, on as many threads as there are, one layout at a time.
//! Refuses: which pairs (pairs), keeping them (kept).

use std::ops::ControlFlow;

use super::JudgedPair;
use super::pairs::{BlobPair, past};
use crate::pipeline::compat::{LayoutText, of_new};
use crate::rows::schemas::git::{GitError, ObjectId, Repository};

/// Most threads, each with a git of its own: two of them fit into what a small machine has.
const MOST_THREADS: usize = 2;

/// Fewest pairs for which a second git is started.
const FEW: usize = 64;

/// Judges pairs, all of them, in their order.
pub(super) fn all(repository: &Repository, pairs: &[BlobPair]) -> Result<Vec<(BlobPair, JudgedPair)>, GitError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(pairs.len() / FEW + 1);
    let parts = pairs.chunks(pairs.len().div_ceil(threads).max(1));
    std::thread::scope(|scope| {
        let working: Vec<_> = parts.map(|part| scope.spawn(move || part_of(repository, part))).collect();
        let mut found = Vec::with_capacity(pairs.len());
        for one in working {
            let part = one.join().unwrap_or_else(|_| Err(GitError::Refused("a thread that compares layouts ended too soon".to_owned())));
            found.extend(part?);
        }
        Ok(found)
    })
}

fn part_of(repository: &Repository, pairs: &[BlobPair]) -> Result<Vec<(BlobPair, JudgedPair)>, GitError> {
    // What the pair before was of is at hand: mostly a version is the earlier one of the next pair.
    let mut wanted: Vec<ObjectId> = Vec::with_capacity(pairs.len() * 5 / 4);
    for &(before, after) in pairs {
        wanted.extend(before.filter(|before| wanted.last() != Some(before)));
        wanted.push(after);
    }
    let (mut found, mut at) = (Vec::with_capacity(pairs.len()), 0);
    let mut last: Option<(ObjectId, LayoutText)> = None;
    repository.each_blob(&wanted, |place, bytes| {
        let (Some(&(before, after)), Some(&id)) = (pairs.get(at), wanted.get(place)) else { return ControlFlow::Break(()) };
        let is_before = before == Some(id) && last.as_ref().map(|(id, _)| *id) != before;
        if is_before {
            last = Some((id, LayoutText::of(bytes.to_vec())));
            return ControlFlow::Continue(());
        }
        let (text, judged) = match (before, &last) {
            (Some(_), Some((_, old))) => pair(old, bytes.to_vec()),
            _ => first(bytes.to_vec()),
        };
        found.push(((before, after), judged));
        last = Some((after, text));
        at += 1;
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

fn pair(old: &LayoutText, bytes: Vec<u8>) -> (LayoutText, JudgedPair) {
    let (new, changes) = old.next(bytes);
    let fault = match (old.fault(), new.fault()) {
        (None, None) => None,
        (Some(_), Some(reason)) => Some(format!("neither layout can be read: {reason}")),
        (Some(reason), None) => Some(format!("the old layout cannot be read: {reason}")),
        (None, Some(reason)) => Some(format!("the new layout cannot be read: {reason}")),
    };
    let leaves = |text: &LayoutText| text.fault().is_none().then_some(text.size().leaves);
    let changes = changes.map(|found| past(&found.changes, &found.findings)).unwrap_or_default();
    let judged = JudgedPair { changes, leaves: (leaves(old), leaves(&new)), fault };
    (new, judged)
}

fn first(bytes: Vec<u8>) -> (LayoutText, JudgedPair) {
    let bytes = match LayoutText::of_new(bytes) {
        Ok(text) => {
            let leaves = (None, Some(text.size().leaves));
            return (text, JudgedPair { leaves, ..JudgedPair::default() });
        }
        Err(bytes) => bytes,
    };
    let (text, layout) = LayoutText::whole(bytes);
    let fault = text.fault().map(|reason| format!("the new layout cannot be read: {reason}"));
    let findings = layout.as_ref().map(of_new).unwrap_or_default();
    let changes: Vec<_> = findings
        .iter()
        .enumerate()
        .map(|(at, finding)| crate::pipeline::compat::ColumnChange {
            column: finding.column.clone(),
            kind: finding.kind,
            old: None,
            new: None,
            rule: finding.rule,
            verdict: finding.verdict,
            finding: at,
        })
        .collect();
    let judged = JudgedPair { changes: past(&changes, &findings), leaves: (None, layout.map(|_| text.size().leaves)), fault };
    (text, judged)
}
