//! One document before one compiled schema.
//!
//! Owns: the value being judged, what the decoder removed, bounds on depth and work, doubts.
//! Refuses: the rules themselves (valid, walk).

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::program::{Effort, PatternId, Program, SubId};
use super::{decode, spell};
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::java_map;
use crate::pipeline::sink;

/// Most compiled schemas inside one another on a usual stack.
pub(super) const SHALLOW: u32 = 160;
/// Most of them at all: a document of 1,000 levels, the most that the pipeline's parser takes, under 20 schemas a level.
pub(super) const DEEPEST: u32 = 20_000;
/// Values with so many values inside are worth remembering.
const BIG: NodeId = 32;
/// Answers that are looked through.
const FEW: usize = 8;
/// Down to here values are looked at before they are walked.
const LOOK_AHEAD: u32 = 64;
/// Compiled schemas entered before answers about small values are remembered as well: then branches inside branches ask for them again and again.
const MANY_STEPS: u64 = 20_000;
/// Most compiled schemas entered for one document and question, and as many more for each of its values: branches inside branches can ask for more
/// than any time allows.
const MOST_STEPS: u64 = 5_000_000;
const MOST_STEPS_OF_VALUE: u64 = 40;

/// What is judged: a value, or a member's name where `propertyNames` asks about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct JudgedSubject {
    pub(super) node: NodeId,
    pub(super) is_name: bool,
}

impl JudgedSubject {
    pub(super) fn value(node: NodeId) -> Self {
        JudgedSubject { node, is_name: false }
    }

    pub(super) fn name(node: NodeId) -> Self {
        JudgedSubject { node, is_name: true }
    }
}

/// Why judging was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JudgeStop {
    TooDeep,
    TooMuch,
}

pub(super) struct Run<'a> {
    pub(super) program: &'a Program,
    pub(super) document: &'a Document,
    /// Whether the decoder's work is done first.
    pub(super) stripped: bool,
    pub(super) stop: Option<JudgeStop>,
    /// Schemas under `not` that the validator would have had to print and cannot, each once.
    pub(super) unprinted: Vec<SubId>,
    /// Patterns that could not be run, with the schema that asked and the reason; each once.
    pub(super) unrunnable: Vec<(PatternId, SubId, String)>,
    /// Big values that were judged before: finding a failure's place goes over them again. A few of them are found faster without a map.
    noted: SmallVec<[((SubId, NodeId), bool); FEW]>,
    /// The rest of them, where somebody is to ask again.
    settled: FxHashMap<(SubId, NodeId), bool>,
    remembers: bool,
    most_depth: u32,
    depth: u32,
    steps: u64,
    /// From so many steps on something has to be looked at before each.
    careful_from: u64,
    pub(super) most_steps: u64,
}

/// A member that counts.
pub(super) struct Member<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) node: NodeId,
}

/// Whether judging a document is sure not to be given up, in whatever order it is judged. Once answers are remembered each schema is entered once at
/// most for each value.
pub(super) fn is_judged_to_its_end(effort: Effort, document: &Document) -> bool {
    let levels = document.nesting() as u64 + 1;
    effort.deepest.saturating_mul(levels) <= u64::from(SHALLOW)
        && effort.entered.saturating_mul(document.len() as u64) <= MOST_STEPS - 2 * MANY_STEPS
}

impl<'a> Run<'a> {
    pub(super) fn new(program: &'a Program, document: &'a Document, stripped: bool, most_depth: u32) -> Self {
        Run {
            program,
            document,
            stripped,
            stop: None,
            unprinted: Vec::new(),
            unrunnable: Vec::new(),
            settled: FxHashMap::default(),
            noted: SmallVec::new(),
            remembers: false,
            most_depth,
            depth: 0,
            steps: 0,
            careful_from: MANY_STEPS,
            most_steps: MOST_STEPS + MOST_STEPS_OF_VALUE * document.len() as u64,
        }
    }

    /// The same document and schema with nothing known of them.
    pub(super) fn anew(&self) -> Self {
        Run::new(self.program, self.document, self.stripped, self.most_depth)
    }

    /// Whether it needs more stack than threads usually have.
    pub(super) fn is_deep(&self) -> bool {
        self.most_depth > SHALLOW
    }

    /// From here on a usual stack has to do.
    pub(super) fn stay_shallow(&mut self) {
        self.most_depth = SHALLOW;
    }

    /// Whether everything could be judged so far.
    pub(super) fn is_certain(&self) -> bool {
        self.stop.is_none() && self.unprinted.is_empty() && self.unrunnable.is_empty()
    }

    /// Enters a compiled schema that holds others; `false` where that goes too deep or has taken too long.
    #[inline]
    pub(super) fn enter(&mut self) -> bool {
        self.steps += 1;
        if self.steps >= self.careful_from || self.depth >= self.most_depth {
            return self.enter_carefully();
        }
        self.depth += 1;
        true
    }

    #[cold]
    #[inline(never)]
    fn enter_carefully(&mut self) -> bool {
        if self.depth >= self.most_depth {
            self.stop = Some(JudgeStop::TooDeep);
        } else if self.steps > self.most_steps {
            self.stop = Some(JudgeStop::TooMuch);
        }
        if self.stop.is_some() {
            self.careful_from = 0;
            return false;
        }
        if self.steps == MANY_STEPS {
            self.remember_all();
        }
        self.careful_from = if self.steps < MANY_STEPS { MANY_STEPS } else { self.most_steps };
        self.depth += 1;
        true
    }

    /// Begins another question about the same document, with all the work allowed that one may take.
    pub(super) fn begin_another(&mut self) {
        self.steps = 0;
        self.careful_from = 0;
    }

    /// What a question about a value comes under, where its answer is worth remembering.
    pub(super) fn big(&self, id: SubId, at: JudgedSubject) -> Option<(SubId, NodeId)> {
        let is_big = self.document.end(at.node) - at.node > BIG || self.steps > MANY_STEPS;
        (is_big && !at.is_name).then_some((id, at.node))
    }

    /// The answer given before.
    pub(super) fn settled(&self, question: (SubId, NodeId)) -> Option<bool> {
        if !self.remembers {
            return None;
        }
        let noted = self.noted.iter().find(|(known, _)| *known == question).map(|(_, valid)| *valid);
        noted.or_else(|| if self.settled.is_empty() { None } else { self.settled.get(&question).copied() })
    }

    /// From here on answers are asked for again. Most documents pass, and nobody asks.
    pub(super) fn remember_all(&mut self) {
        self.remembers = true;
        if self.noted.len() > FEW {
            self.settled.extend(self.noted.drain(..));
        }
    }

    /// Remembers an answer, unless judging was given up.
    pub(super) fn settle(&mut self, question: (SubId, NodeId), valid: bool) {
        if self.stop.is_some() {
            return;
        }
        if self.remembers && self.noted.len() >= FEW {
            self.settled.insert(question, valid);
        } else {
            self.noted.push((question, valid));
        }
    }

    /// Whether what lies below may be looked through twice.
    pub(super) fn is_near_root(&self) -> bool {
        self.depth < LOOK_AHEAD
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// What the subject is; a name is a text.
    pub(super) fn kind(&self, at: JudgedSubject) -> Kind {
        if at.is_name { Kind::String } else { self.document.kind(at.node) }
    }

    /// The bytes between the quotes of a text.
    pub(super) fn raw_text(&self, at: JudgedSubject) -> &'a [u8] {
        if at.is_name {
            return self.document.raw_key(at.node).unwrap_or_default();
        }
        let raw = self.document.raw(at.node);
        &raw[1.min(raw.len())..raw.len().saturating_sub(1).max(1).min(raw.len())]
    }

    /// The text with escapes resolved.
    pub(super) fn text(&self, at: JudgedSubject) -> Cow<'a, str> {
        if at.is_name { decode::name(self.document, at.node) } else { decode::text(self.document, at.node) }
    }

    /// Whether a pattern is found; one that cannot be run is remembered and counts as found.
    pub(super) fn found(&mut self, pattern: PatternId, asked_by: SubId, text: &str) -> bool {
        match self.program.pattern(pattern).found(text) {
            Ok(found) => found,
            Err(reason) => {
                if !self.unrunnable.iter().any(|(known, ..)| *known == pattern) {
                    self.unrunnable.push((pattern, asked_by, reason.0));
                }
                true
            }
        }
    }

    /// Whether the decoder takes this member of the root away.
    pub(super) fn is_stripped(&self, object: NodeId, member: NodeId) -> bool {
        if !self.stripped || object != 0 {
            return false;
        }
        match self.document.plain_key(member) {
            // What is no UTF-8 is none of those names, which are of ASCII.
            Some(plain) => std::str::from_utf8(plain).is_ok_and(sink::is_taken_out),
            None => self.document.key(member).is_some_and(|key| sink::is_taken_out(&key)),
        }
    }

    /// Members that a later one of the same name replaces.
    pub(super) fn replaced(&self, object: NodeId) -> FxHashSet<NodeId> {
        let counted: FxHashSet<NodeId> = spell::members(self.document, object).into_iter().map(|(_, node)| node).collect();
        self.document.children(object).filter(|node| !counted.contains(node)).collect()
    }

    /// The members that count, in the order of Java's map. Its capacity is of the time before the decoder took members out.
    pub(super) fn ordered(&self, object: NodeId) -> Vec<Member<'a>> {
        let mut members = spell::members(self.document, object);
        let capacity = java_map::capacity(members.len());
        members.retain(|&(_, node)| !self.is_stripped(object, node));
        java_map::sort_by_bucket(&mut members, |_| capacity, |(name, _)| java_map::hash_code(name));
        members.into_iter().map(|(name, node)| Member { name, node }).collect()
    }

    /// Number of members that count.
    pub(super) fn size(&self, object: NodeId) -> u64 {
        let members = spell::members(self.document, object);
        members.into_iter().filter(|&(_, node)| !self.is_stripped(object, node)).count() as u64
    }

    /// Whether the object has a member of that name.
    pub(super) fn has(&self, object: NodeId, name: &str) -> bool {
        self.document.member(object, name).is_some_and(|member| !self.is_stripped(object, member))
    }

    /// Whether two elements of an array are equal.
    pub(super) fn has_twins(&self, array: NodeId) -> bool {
        let mut known = FxHashSet::default();
        self.document.children(array).any(|element| !known.insert(spell::canonical(self.document, element)))
    }
}
