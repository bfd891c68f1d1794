//! A first look at a document: at the members of the root and of the objects in it, as far as glances tell.
//!
//! Owns: telling documents that fail by that, before anything that takes longer; what is left to be judged of all others.
//! Refuses: values that have to be read (valid), members that may be replaced by others (objects).
//!
//! Where it can tell nothing the document is judged as if nobody had looked: that costs the look, which is a small part of judging, and happens where names
//! are very long, escaped or written twice.

use smallvec::SmallVec;

use super::super::members::is_surely_last;
use super::super::program::{MemberAsks, NOT_REQUIRED, ObjectRules, Program, Reading, SubBody, SubId, length_bit};
use crate::pipeline::document::{Document, Kind, Node, NodeId};
use crate::pipeline::sink::is_taken_out;

/// Values left to be judged that need no more room.
const FEW: usize = 16;

/// What a first look leaves: the document passes where each of these values gives what it is asked.
pub(in super::super) type LeftValues = SmallVec<[(SubId, NodeId); FEW]>;

/// What a first look tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum FirstLook {
    /// The document fails.
    Fails,
    /// It fails where something that is left does, and passes otherwise.
    Left,
    /// Nothing.
    Unknown,
}

/// Looks at a document, which holds at least one value.
pub(in super::super) fn look(program: &Program, document: &Document, stripped: bool, left: &mut LeftValues) -> FirstLook {
    let failed = |value| if is_fatal(document, value) { FirstLook::Fails } else { FirstLook::Unknown };
    let Some(rules) = named(program, program.root).filter(|_| document.kind(0) == Kind::Object) else { return FirstLook::Unknown };
    let mut at = LookedAt::begin(document, rules, 0);
    if at.lacks_by_length(document) {
        return failed(0);
    }
    let mut root = None;
    loop {
        let inner = loop {
            let Some((member, node)) = at.next(document) else { break None };
            let Some(length) = node.length_below(at.rules.short_names) else { return FirstLook::Unknown };
            if stripped && root.is_none() && is_gone(document, node, length) {
                continue;
            }
            let asks = at.asks(document, node, length);
            match asks.glance.of_value(node) {
                Some(true) => {}
                Some(false) => return failed(member),
                None => match named(program, asks.sub) {
                    Some(rules) if root.is_none() && node.kind() == Kind::Object => {
                        let inner = LookedAt::begin(document, rules, member);
                        if inner.lacks_by_length(document) {
                            return failed(member);
                        }
                        break Some(inner);
                    }
                    _ => left.push((asks.sub, member)),
                },
            }
        };
        match inner {
            Some(inner) => root = Some(std::mem::replace(&mut at, inner)),
            None if at.lacks() => return failed(at.object),
            None => match root.take() {
                Some(around) => at = around,
                None => return FirstLook::Left,
            },
        }
    }
}

/// Whether a value that does not fit fails the document: it is in the root or in an object there, and no later member takes its place.
pub(in super::super) fn is_fatal(document: &Document, value: NodeId) -> bool {
    let counts = |member| document.parent(member).is_none_or(|object| is_surely_last(document, member, document.end(object)));
    counts(value) && document.parent(value).is_none_or(counts)
}

/// The rules of a schema that asks about the members of an object by their names, and nothing else.
#[inline]
fn named(program: &Program, sub: SubId) -> Option<&ObjectRules> {
    match &program.sub(sub).body {
        SubBody::Object(rules) if rules.reading == Reading::Names && !rules.asks_whole => Some(rules),
        _ => None,
    }
}

/// Whether the decoder takes a member of the root away.
#[inline(never)]
fn is_gone(document: &Document, member: &Node, length: u8) -> bool {
    std::str::from_utf8(document.name_of(member, length)).is_ok_and(is_taken_out)
}

/// An object, as far as it was looked at.
struct LookedAt<'a> {
    rules: &'a ObjectRules,
    object: NodeId,
    next: NodeId,
    end: NodeId,
    seen: u64,
}

impl<'a> LookedAt<'a> {
    fn begin(document: &Document, rules: &'a ObjectRules, object: NodeId) -> Self {
        LookedAt { rules, object, next: object + 1, end: document.end(object), seen: NOT_REQUIRED }
    }

    /// The next member.
    #[inline]
    fn next<'d>(&mut self, document: &'d Document) -> Option<(NodeId, &'d Node)> {
        let member = self.next;
        (member < self.end).then(|| {
            let node = document.node(member);
            self.next = node.end();
            (member, node)
        })
    }

    /// What a member is asked.
    #[inline]
    fn asks(&mut self, document: &Document, member: &Node, length: u8) -> &'a MemberAsks {
        match self.rules.table.get_by(document.ends_of(member, length), || document.name_of(member, length)) {
            Some(known) => {
                self.seen |= known.bit();
                &known.asks
            }
            None => &self.rules.beside,
        }
    }

    /// Whether no name is as long as one that is required.
    #[inline]
    fn lacks_by_length(&self, document: &Document) -> bool {
        let mut missing = self.rules.required_lengths;
        let mut member = self.object + 1;
        while member < self.end && missing != 0 {
            let node = document.node(member);
            // What is longer, or holds an escape, may be of any length.
            missing &= node.plain_length().map_or(0, |length| !length_bit(length.into()));
            member = node.end();
        }
        missing != 0
    }

    /// Whether a required name was not among the members.
    #[inline]
    fn lacks(&self) -> bool {
        self.seen.count_ones() != self.rules.required_count + 1
    }
}
