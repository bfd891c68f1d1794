//! Where failures go.
//!
//! Owns: keeping the first, or up to a limit of all with an exact count, the branches they belong to, how deep the validator nests each.
//! Refuses: places and words (report).

use std::ops::ControlFlow;

use super::program::SubId;
use super::run::JudgedSubject;
use crate::pipeline::document::NodeId;

/// One failure without others behind it; for the pipeline's one error also a combinator. Its words are made of this where somebody asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf<'a> {
    pub(super) sub: SubId,
    pub(super) at: JudgedSubject,
    pub(super) keyword: &'static str,
    pub(super) key: LeafKey<'a>,
    /// Of a combinator how many of its branches fit.
    pub(super) matched: usize,
}

/// The key that is missing or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeafKey<'a> {
    /// It is about no key.
    None,
    /// Missing: as the schema names it.
    Missing(&'a str),
    /// Too many: the member.
    Extraneous(NodeId),
}

/// What the validator says of a leaf.
#[derive(Debug, Clone)]
pub(super) struct LeafWords {
    /// The message after the pointer.
    pub(super) text: String,
    /// How many times more the i-th token from the end is escaped.
    pub(super) again: Vec<u32>,
}

/// What happened, in order, to build the tree of branches from.
#[derive(Debug)]
pub(super) enum Event<'a> {
    Leaf(usize),
    /// A failure with branches; where none of them has a leaf it is one itself.
    Open(Leaf<'a>),
    /// The next branch of the failure opened last.
    Branch {
        sub: SubId,
        valid: bool,
    },
    /// The end of the branches, with the leaf that the failure itself is where they say nothing.
    Close(Option<usize>),
}

#[derive(Debug)]
pub(super) struct Sink<'a> {
    first: bool,
    limit: usize,
    pub(super) leaves: Vec<Leaf<'a>>,
    /// Of each leaf, once somebody is to read them.
    pub(super) words: Vec<LeafWords>,
    pub(super) count: u64,
    pub(super) events: Vec<Event<'a>>,
    wrappings: Vec<Wrapping>,
    /// Failures of the schema being walked, each counted once however many are behind it.
    direct: u32,
}

/// What the validator put around some of the leaves.
#[derive(Debug)]
struct Wrapping {
    leaves: std::ops::Range<usize>,
    /// Whether a failure was put around them.
    failure: bool,
    /// Whether, one step up, the token was written.
    token: bool,
}

/// Where a schema inside another begins.
pub(super) struct Mark {
    leaves: usize,
    direct: u32,
}

/// Where a failure with branches begins.
pub(super) struct Branching {
    mark: Mark,
    count: u64,
    opened: bool,
}

impl<'a> Sink<'a> {
    /// Takes one failure and stops.
    pub(super) fn first() -> Self {
        Sink { first: true, ..Sink::all(1) }
    }

    /// Takes so many and counts the rest.
    pub(super) fn all(limit: usize) -> Self {
        Sink { first: false, limit, leaves: Vec::new(), words: Vec::new(), count: 0, events: Vec::new(), wrappings: Vec::new(), direct: 0 }
    }

    pub(super) fn stops_at_first(&self) -> bool {
        self.first
    }

    pub(super) fn add(&mut self, leaf: Leaf<'a>) -> ControlFlow<()> {
        if let Some(kept) = self.keep(leaf) {
            self.events.push(Event::Leaf(kept));
        }
        if self.first { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Counts a leaf; tells where it is kept, if there is room.
    fn keep(&mut self, leaf: Leaf<'a>) -> Option<usize> {
        self.count += 1;
        self.direct += 1;
        let room = self.leaves.len() < self.limit;
        room.then(|| {
            self.leaves.push(leaf);
            self.leaves.len() - 1
        })
    }

    /// What is told where only the first failure is.
    pub(super) fn reported(&self) -> Option<Leaf<'a>> {
        match self.events.first()? {
            Event::Leaf(at) => self.leaves.get(*at).copied(),
            Event::Open(failed) => Some(*failed),
            Event::Branch { .. } | Event::Close(_) => None,
        }
    }

    pub(super) fn begin(&mut self) -> Mark {
        Mark { leaves: self.leaves.len(), direct: std::mem::take(&mut self.direct) }
    }

    /// Several failures of one schema are put behind a new one; then, one step up, the token is written.
    pub(super) fn end(&mut self, mark: Mark, token: bool) {
        let failure = self.direct > 1;
        self.direct = mark.direct + u32::from(self.direct > 0);
        self.wrap(mark.leaves, failure, token);
    }

    fn wrap(&mut self, from: usize, failure: bool, token: bool) {
        let leaves = from..self.leaves.len();
        if !leaves.is_empty() {
            self.wrappings.push(Wrapping { leaves, failure, token });
        }
    }

    /// Of each leaf how many failures the validator had put around it at each step up: so many times more is the token escaped.
    pub(super) fn escapes(&self) -> Vec<Vec<u32>> {
        let mut all = vec![(0, Vec::new()); self.leaves.len()];
        for wrapping in &self.wrappings {
            for (depth, again) in &mut all[wrapping.leaves.clone()] {
                *depth += u32::from(wrapping.failure);
                if wrapping.token {
                    again.push(*depth);
                }
            }
        }
        all.into_iter().map(|(_, again)| again).collect()
    }

    pub(super) fn open(&mut self, failed: Leaf<'a>) -> Branching {
        let opened = self.leaves.len() < self.limit;
        if opened {
            self.events.push(Event::Open(failed));
        }
        Branching { count: self.count, mark: self.begin(), opened }
    }

    pub(super) fn branch(&mut self, branching: &Branching, sub: SubId, valid: bool) {
        if branching.opened {
            self.events.push(Event::Branch { sub, valid });
        }
    }

    /// The failure is told by its branches, or by itself where they say nothing.
    pub(super) fn close(&mut self, branching: Branching, failed: Leaf<'a>) {
        self.wrap(branching.mark.leaves, true, false);
        self.direct = branching.mark.direct;
        let itself = if self.count == branching.count { self.keep(failed) } else { None };
        self.direct = branching.mark.direct + 1;
        if branching.opened {
            self.events.push(Event::Close(itself));
        }
    }
}
