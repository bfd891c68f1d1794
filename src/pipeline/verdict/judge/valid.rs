//! Whether a value is valid, as fast as can be told.
//!
//! Owns: yes or no for each compiled schema, in whatever order is cheapest.
//! Refuses: the members of objects (objects), whether a whole document fails at once (first), which failure the pipeline reports (walk).

pub(super) mod first;
mod objects;

use std::cmp::Ordering;

use super::numbers;
use super::program::{ArrayRules, Bound, Combinator, EnumRules, MemberAsks, NumberRules, SubBody, SubId, TextRules};
use super::run::{JudgedSubject, Run};
use super::spell;
use crate::pipeline::document::{Kind, NameEnds, Node, NodeId};

/// Whole numbers up to this size are exact as doubles.
const EXACT: i64 = 1 << 53;

impl Run<'_> {
    /// Whether the subject is valid against a compiled schema; `true` once judging was given up.
    #[inline]
    pub(super) fn valid(&mut self, id: SubId, at: JudgedSubject) -> bool {
        let glance = &self.program.sub(id).glance;
        if at.is_name {
            return glance.of_kind(Kind::String).unwrap_or_else(|| self.valid_by_rules(id, at));
        }
        glance.of_value(self.document.node(at.node)).unwrap_or_else(|| self.valid_by_rules(id, at))
    }

    /// Whether a member or element gives what it is asked.
    #[inline]
    fn gives(&mut self, asks: &MemberAsks, id: NodeId, node: &Node) -> bool {
        asks.glance.of_value(node).unwrap_or_else(|| self.valid_by_rules(asks.sub, JudgedSubject::value(id)))
    }

    /// Whether the subject is valid by the rules of a compiled schema.
    #[inline(never)]
    pub(super) fn valid_by_rules(&mut self, id: SubId, at: JudgedSubject) -> bool {
        let sub = self.program.sub(id);
        match &sub.body {
            SubBody::Anything | SubBody::Nothing | SubBody::Boolean | SubBody::Null => false,
            SubBody::Text(rules) => self.valid_text(id, rules, at),
            SubBody::Number(rules) => self.valid_number(rules, at),
            SubBody::Enum(rules) | SubBody::Const(rules) => self.is_among(rules, at),
            SubBody::Combined(combinator, branches) if sub.is_flat => self.valid_combined(*combinator, branches, at),
            nested => {
                let question = self.big(id, at);
                if let Some(known) = question.and_then(|question| self.settled(question)) {
                    return known;
                }
                if !self.enter() {
                    return true;
                }
                let valid = self.valid_nested(id, nested, at);
                self.leave();
                if let Some(question) = question {
                    self.settle(question, valid);
                }
                valid
            }
        }
    }

    // A call less for every object and list.
    #[inline(always)]
    fn valid_nested(&mut self, id: SubId, body: &SubBody, at: JudgedSubject) -> bool {
        match body {
            SubBody::Object(rules) if !at.is_name && self.document.kind(at.node) == Kind::Object => self.valid_object(id, rules, at.node),
            SubBody::Array(rules) if !at.is_name && self.document.kind(at.node) == Kind::Array => self.valid_array(rules, at.node),
            _ => self.valid_other(body, at),
        }
    }

    #[inline(never)]
    fn valid_other(&mut self, body: &SubBody, at: JudgedSubject) -> bool {
        match body {
            SubBody::Object(rules) => !rules.typed,
            SubBody::Array(rules) => !rules.typed,
            SubBody::Not(sub) => {
                let refused = self.valid(*sub, at);
                if refused && self.program.refused(*sub).is_none() && !self.unprinted.contains(sub) {
                    self.unprinted.push(*sub);
                }
                !refused
            }
            SubBody::Combined(combinator, branches) => self.valid_combined(*combinator, branches, at),
            SubBody::Condition { test, then, otherwise } => {
                let branch = if self.valid(*test, at) { then } else { otherwise };
                branch.is_none_or(|branch| self.valid(branch, at))
            }
            SubBody::Reference(target) => self.valid(*target, at),
            _ => true,
        }
    }

    fn valid_combined(&mut self, combinator: Combinator, branches: &[SubId], at: JudgedSubject) -> bool {
        let mut matched = 0;
        for (i, &branch) in branches.iter().enumerate() {
            matched += usize::from(self.valid(branch, at));
            // What the rest says changes nothing: one failed of all, one matched of any.
            let settled = match combinator {
                Combinator::All => matched <= i,
                Combinator::Any => matched > 0,
                Combinator::One => matched > 1,
            };
            if settled && !self.program.may_break_off {
                break;
            }
        }
        combinator.holds(matched, branches.len())
    }

    fn valid_array(&mut self, rules: &ArrayRules, node: NodeId) -> bool {
        let document = self.document;
        let length = document.count(node) as u64;
        if rules.least.is_some_and(|least| length < least) || rules.most.is_some_and(|most| length > most) {
            return false;
        }
        let tuple = rules.tuple.as_deref();
        if rules.closed && tuple.is_some_and(|tuple| length > tuple.len() as u64) {
            return false;
        }
        if let Some(each) = &rules.each {
            if document.node(node).sorts() & !rules.each_sorts != 0 && !self.valid_elements(each, node) {
                return false;
            }
        } else if let Some(tuple) = tuple {
            let asked = tuple.iter().copied().map(Some).chain(std::iter::repeat(rules.additional));
            for (element, sub) in document.children(node).zip(asked) {
                if sub.is_some_and(|sub| !self.valid(sub, JudgedSubject::value(element))) {
                    return false;
                }
            }
        }
        if rules.contains.is_some_and(|sub| !document.children(node).any(|element| self.valid(sub, JudgedSubject::value(element)))) {
            return false;
        }
        !rules.unique || !self.has_twins(node)
    }

    /// The elements of an array that are all asked the same.
    fn valid_elements(&mut self, each: &MemberAsks, array: NodeId) -> bool {
        let document = self.document;
        let end = document.end(array);
        let mut element = array + 1;
        while element < end {
            let node = document.node(element);
            if !self.gives(each, element, node) {
                return false;
            }
            element = node.end();
        }
        true
    }

    fn valid_text(&mut self, id: SubId, rules: &TextRules, at: JudgedSubject) -> bool {
        if self.kind(at) != Kind::String {
            return !rules.typed;
        }
        if rules.is_bare {
            return true;
        }
        let raw = self.raw_text(at);
        // A character takes at least one byte.
        let may_be_long = rules.most.is_some_and(|most| raw.len() as u64 > most);
        if rules.least.is_some() || may_be_long {
            let length = self.length(at);
            if rules.least.is_some_and(|least| length < least) || rules.most.is_some_and(|most| length > most) {
                return false;
            }
        }
        if let Some(pattern) = rules.pattern {
            let plain = self.program.pattern(pattern).found_in_plain(raw);
            if !plain.unwrap_or_else(|| self.found(pattern, id, &self.text(at))) {
                return false;
            }
        }
        rules.format.is_none_or(|format| format.fits(&self.text(at)))
    }

    /// Number of characters of a text.
    pub(super) fn length(&self, at: JudgedSubject) -> u64 {
        let raw = self.raw_text(at);
        match memchr::memchr(b'\\', raw) {
            None if raw.is_ascii() => raw.len() as u64,
            _ => self.text(at).chars().count() as u64,
        }
    }

    fn valid_number(&self, rules: &NumberRules, at: JudgedSubject) -> bool {
        if self.kind(at) != Kind::Number {
            return !rules.typed;
        }
        let raw = self.document.raw(at.node);
        if let Some(value) = numbers::small(raw).filter(|_| rules.is_simple) {
            let range = |least: &Option<Box<Bound>>, most: &Option<Box<Bound>>| {
                let bound = |bound: &Option<Box<Bound>>, otherwise| bound.as_ref().and_then(|bound| bound.small).unwrap_or(otherwise);
                bound(least, i64::MIN) <= value && value <= bound(most, i64::MAX)
            };
            return range(&rules.minimum, &rules.maximum);
        }
        if rules.integer && !numbers::is_integer(raw) {
            return false;
        }
        let is = |bound: &Option<Box<Bound>>, wrong: fn(Ordering) -> bool| bound.as_ref().is_none_or(|bound| !wrong(compare(raw, bound)));
        is(&rules.minimum, if rules.minimum_exclusive { Ordering::is_le } else { Ordering::is_lt })
            && is(&rules.above, Ordering::is_le)
            && is(&rules.maximum, if rules.maximum_exclusive { Ordering::is_ge } else { Ordering::is_gt })
            && is(&rules.below, Ordering::is_ge)
            && rules.multiple_of.as_ref().is_none_or(|bound| numbers::is_multiple(raw, &bound.raw))
    }

    pub(super) fn is_among(&self, rules: &EnumRules, at: JudgedSubject) -> bool {
        if self.kind(at) == Kind::String {
            let raw = self.raw_text(at);
            let ends = if at.is_name { NameEnds::of(raw) } else { self.document.text_ends(at.node) };
            let is_listed = rules.texts.get_by(ends, || raw).is_some();
            // What is listed as it is written may be written with escapes.
            if (is_listed && !rules.has_backslash) || memchr::memchr(b'\\', raw).is_none() {
                return is_listed;
            }
            let text = self.text(at);
            return rules.texts.get(text.as_bytes()).is_some();
        }
        if rules.others.is_empty() {
            return false;
        }
        let spelled = spell::listed(self.document, at.node, false);
        rules.others.iter().any(|known| **known == *spelled)
    }
}

/// A document's number against a bound.
pub(super) fn compare(raw: &[u8], bound: &Bound) -> Ordering {
    if let Some(small) = bound.small {
        if let Some(value) = numbers::small(raw) {
            return value.cmp(&small);
        }
        let exact = !numbers::is_integer(raw) && small.abs() < EXACT;
        let double = std::str::from_utf8(raw).ok().filter(|_| exact).and_then(|text| text.parse::<f64>().ok());
        if let Some(order) = double.and_then(|value| value.partial_cmp(&(small as f64))) {
            return order;
        }
    }
    numbers::value(raw).cmp(&bound.value)
}
