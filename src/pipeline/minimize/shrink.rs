//! The best document so far, and one judged step after the other.
//!
//! Owns: candidates and their judgement, bounds on work, progress and cancelling, what is told at the end.
//! Refuses: which changes are tried in which order (passes), what counts as the same fault (target).

use std::ops::{ControlFlow, Range};

use rustc_hash::FxHashSet;

use super::edits::{Edit, Edits, render};
use super::{Ended, Minimal, MinimizeProgress, MinimizeWatch, NotMinimized, Target, numbers, texts};
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::verdict::judge::Judge;

/// Bytes of candidates that may be judged in one pass over the document: about a second's work.
const MOST_WORK: usize = 128 << 20;
/// Rounds over the whole document: the second finds what the first made possible, more than that hardly anything.
const MOST_ROUNDS: usize = 4;
/// Values in a document that is gone through again. Where more are left, the fault needs that many, and asking for each once more takes long.
const MOST_AGAIN: usize = 400;

/// A change of one node.
pub(super) type NodeChange = (NodeId, Edit);

pub(super) struct Shrink<'a, 'w> {
    pub(super) judge: &'a Judge,
    pub(super) target: &'a Target,
    watch: &'a mut MinimizeWatch<'w>,
    original: &'a Document,
    best: Document,
    /// The failing value in the best.
    instance: NodeId,
    /// What this pass changes.
    pub(super) base: Document,
    /// The failing value in it. What it stands in must stay with it.
    pub(super) failing: NodeId,
    /// Members of its root that stay as they are.
    pinned: Vec<Range<NodeId>>,
    /// Its changes so far.
    edits: Edits,
    /// Bytes that it may still have judged.
    work: usize,
    attempts: u64,
    ended: Ended,
    /// What else has to hold of a candidate.
    holds: Option<&'a dyn Fn(&Document) -> bool>,
}

impl<'a, 'w> Shrink<'a, 'w> {
    /// Begins with the whole document.
    pub(super) fn start(
        judge: &'a Judge,
        original: &'a Document,
        target: &'a Target,
        watch: &'a mut MinimizeWatch<'w>,
    ) -> Result<Self, NotMinimized> {
        let instance = target.met(judge, original)?.instance;
        Ok(Shrink {
            judge,
            target,
            watch,
            original,
            best: original.clone(),
            instance,
            base: original.clone(),
            failing: instance,
            pinned: Vec::new(),
            edits: Edits::default(),
            work: MOST_WORK,
            attempts: 0,
            ended: Ended::Smallest,
            holds: None,
        })
    }

    /// The same, where something else has to hold as well.
    pub(super) fn holding(mut self, holds: &'a dyn Fn(&Document) -> bool) -> Self {
        self.holds = Some(holds);
        self
    }

    /// Shrinks until a round finds nothing more.
    pub(super) fn run(&mut self) {
        // White space and what follows the document.
        self.attempt();
        for round in 0..MOST_ROUNDS {
            if round > 0 && self.best.len() > MOST_AGAIN {
                break;
            }
            let before = self.best.text().len();
            self.drop_members();
            let is_done = round > 0 && self.best.text().len() == before;
            if is_done || self.is_cancelled() {
                break;
            }
            self.simplify_numbers();
            self.simplify_values();
            self.simplify_keys();
        }
    }

    pub(super) fn finish(self) -> Minimal {
        Minimal {
            kept: self.kept(),
            text: self.best.text().to_vec(),
            original: self.original.text().len(),
            attempts: self.attempts,
            ended: self.ended,
        }
    }

    /// A new pass over the best document.
    pub(super) fn begin_pass(&mut self) {
        self.base = self.best.clone();
        self.edits = Edits::default();
        self.failing = self.instance;
        self.work = MOST_WORK;
        let top = if self.base.is_empty() { None } else { Some(self.base.children(0)) };
        let is_pinned = |node: &NodeId| self.base.key(*node).is_some_and(|name| self.target.is_pinned(&name));
        self.pinned = top.into_iter().flatten().filter(is_pinned).map(|node| node..self.base.end(node)).collect();
    }

    /// Whether the node is, or belongs to, a member of the root that must stay as it is.
    pub(super) fn is_pinned(&self, node: NodeId) -> bool {
        self.pinned.iter().any(|member| member.contains(&node))
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.ended == Ended::Cancelled
    }

    /// Judges the pass's changes; where the fault is still there, their document is the best.
    fn attempt(&mut self) -> bool {
        let progress = MinimizeProgress { original: self.original.text().len(), best: self.best.text().len(), attempts: self.attempts };
        if self.is_cancelled() || (self.watch)(&progress) == ControlFlow::Break(()) {
            self.ended = Ended::Cancelled;
            return false;
        }
        let text = render(&self.base, &self.edits);
        let Some(left) = self.work.checked_sub(text.len()) else {
            self.ended = Ended::OutOfWork;
            return false;
        };
        self.work = left;
        self.attempts += 1;
        let candidate = Document::parse(text);
        let Ok(violation) = self.target.met(self.judge, &candidate) else { return false };
        if self.holds.is_some_and(|holds| !holds(&candidate)) {
            return false;
        }
        self.instance = violation.instance;
        self.best = candidate;
        true
    }

    /// Makes as many changes as keep the fault: all at once, else each half by itself. Tells of which nodes.
    pub(super) fn apply(&mut self, changes: &[NodeChange]) -> FxHashSet<NodeId> {
        let mut applied = FxHashSet::default();
        let mut ranges = vec![(0, changes.len())];
        while let Some((start, end)) = ranges.pop().filter(|_| !self.is_cancelled()) {
            let part = &changes[start..end];
            if part.is_empty() {
                continue;
            }
            self.edits.add(part);
            if self.attempt() {
                applied.extend(part.iter().map(|(node, _)| *node));
                continue;
            }
            self.edits.remove(part);
            if part.len() > 1 {
                let middle = start + part.len() / 2;
                ranges.push((start, middle));
                ranges.push((middle, end));
            }
        }
        applied
    }

    /// Changes one node, in the place of its change so far, where that keeps the fault.
    pub(super) fn change(&mut self, node: NodeId, edit: Edit) -> bool {
        let before = self.edits.put(node, Some(edit));
        let holds = self.attempt();
        if !holds {
            self.edits.put(node, before);
        }
        holds
    }

    /// The member's name in this pass.
    pub(super) fn key(&self, node: NodeId) -> Option<String> {
        let own = || self.base.key(node).map(std::borrow::Cow::into_owned);
        self.edits.new_key(node).map(str::to_owned).or_else(own)
    }

    /// Texts, numbers and keys that are the original's and not the schema's.
    fn kept(&self) -> usize {
        let written = |document: &Document, node: NodeId| match document.kind(node) {
            Kind::String => document.string(node).map(std::borrow::Cow::into_owned).filter(|text| !texts::is_made_up(text)),
            Kind::Number => Some(String::from_utf8_lossy(document.raw(node)).into_owned()).filter(|raw| !numbers::is_made_up(raw)),
            _ => None,
        };
        let nodes = |document: &Document| 0..document.len() as NodeId;
        let originals: FxHashSet<String> = nodes(self.original).filter_map(|node| written(self.original, node)).collect();
        let is_kept = |&node: &NodeId| written(&self.best, node).is_some_and(|text| originals.contains(&text));
        let values = nodes(&self.best).filter(is_kept).filter(|&node| !self.is_listed(&self.best, node));
        let keys = nodes(&self.best).filter(|&node| self.is_data_key(&self.best, node)).filter_map(|node| self.best.key(node));
        values.count() + keys.filter(|key| !texts::is_short_name(key) && !texts::is_made_up(key)).count()
    }
}
