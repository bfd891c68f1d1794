//! Where failures go.
//!
//! Owns: keeping the first, or up to a limit of all with an exact count, the branches they belong to, how deep the validator nests each.
//! Refuses: places and words (report).

use std::ops::ControlFlow;

use super::program::SubId;
use super::run::JudgedSubject;

/// One failure without others behind it; for the pipeline's one error also a combinator.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) sub: SubId,
    pub(super) at: JudgedSubject,
    pub(super) keyword: &'static str,
    /// The message after the pointer.
    pub(super) text: String,
    /// The key that is missing or too many.
    pub(super) key: Option<String>,
    /// How many failures the validator has put around this one so far.
    depth: u32,
    /// That number at each step up so far: so many times more is the token escaped.
    pub(super) again: Vec<u32>,
}

impl Leaf {
    pub(super) fn new(sub: SubId, at: JudgedSubject, keyword: &'static str, text: String, key: Option<&str>) -> Self {
        Leaf { sub, at, keyword, text, key: key.map(str::to_owned), depth: 0, again: Vec::new() }
    }

    /// Whether both are the same failure, whatever stands around them.
    pub(super) fn is_same(&self, other: &Leaf) -> bool {
        (self.sub, self.at, self.keyword) == (other.sub, other.at, other.keyword) && self.text == other.text && self.key == other.key
    }
}

/// What happened, in order, to build the tree of branches from.
#[derive(Debug)]
pub(super) enum Event {
    Leaf(usize),
    /// A failure with branches; where none of them has a leaf it is one itself.
    Open(Box<Leaf>),
    /// The next branch of the failure opened last.
    Branch {
        sub: SubId,
        valid: bool,
    },
    /// The end of the branches, with the leaf that the failure itself is where they say nothing.
    Close(Option<usize>),
}

#[derive(Debug)]
pub(super) struct Sink {
    first: bool,
    limit: usize,
    pub(super) leaves: Vec<Leaf>,
    pub(super) count: u64,
    pub(super) events: Vec<Event>,
    /// Failures of the schema being walked, each counted once however many are behind it.
    direct: u32,
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

impl Sink {
    /// Takes one failure and stops.
    pub(super) fn first() -> Self {
        Sink { first: true, ..Sink::all(1) }
    }

    /// Takes so many and counts the rest.
    pub(super) fn all(limit: usize) -> Self {
        Sink { first: false, limit, leaves: Vec::new(), count: 0, events: Vec::new(), direct: 0 }
    }

    pub(super) fn stops_at_first(&self) -> bool {
        self.first
    }

    pub(super) fn add(&mut self, leaf: Leaf) -> ControlFlow<()> {
        if let Some(kept) = self.keep(leaf) {
            self.events.push(Event::Leaf(kept));
        }
        if self.first { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Counts a leaf; tells where it is kept, if there is room.
    fn keep(&mut self, leaf: Leaf) -> Option<usize> {
        self.count += 1;
        self.direct += 1;
        let room = self.leaves.len() < self.limit;
        room.then(|| {
            self.leaves.push(leaf);
            self.leaves.len() - 1
        })
    }

    /// What is told where only the first failure is.
    pub(super) fn reported(&self) -> Option<Leaf> {
        let leaf = match self.events.first()? {
            Event::Leaf(at) => self.leaves.get(*at)?,
            Event::Open(failed) => failed,
            Event::Branch { .. } | Event::Close(_) => return None,
        };
        Some(Leaf { depth: 0, again: Vec::new(), ..leaf.clone() })
    }

    pub(super) fn begin(&mut self) -> Mark {
        Mark { leaves: self.leaves.len(), direct: std::mem::take(&mut self.direct) }
    }

    /// Several failures of one schema are put behind a new one; then, one step up, the token is written.
    pub(super) fn end(&mut self, mark: Mark, token: bool) {
        let several = self.direct > 1;
        self.direct = mark.direct + u32::from(self.direct > 0);
        for leaf in &mut self.leaves[mark.leaves..] {
            leaf.depth += u32::from(several);
            if token {
                leaf.again.push(leaf.depth);
            }
        }
    }

    pub(super) fn open(&mut self, failed: &Leaf) -> Branching {
        let opened = self.leaves.len() < self.limit;
        if opened {
            self.events.push(Event::Open(Box::new(failed.clone())));
        }
        Branching { count: self.count, mark: self.begin(), opened }
    }

    pub(super) fn branch(&mut self, branching: &Branching, sub: SubId, valid: bool) {
        if branching.opened {
            self.events.push(Event::Branch { sub, valid });
        }
    }

    /// The failure is told by its branches, or by itself where they say nothing.
    pub(super) fn close(&mut self, branching: Branching, failed: Leaf) {
        for leaf in &mut self.leaves[branching.mark.leaves..] {
            leaf.depth += 1;
        }
        self.direct = branching.mark.direct;
        let itself = if self.count == branching.count { self.keep(failed) } else { None };
        self.direct = branching.mark.direct + 1;
        if branching.opened {
            self.events.push(Event::Close(itself));
        }
    }
}
