//! Whether a value is valid, as fast as can be told.
//!
//! Owns: yes or no for each compiled schema, in whatever order is cheapest.
//! Refuses: which failure the pipeline reports (walk).

use std::borrow::Cow;
use std::cmp::Ordering;

use rustc_hash::FxHashSet;

use super::program::{
    ArrayRules, Bound, Combinator, EnumRules, MemberAsks, NOT_REQUIRED, NumberRules, ObjectRules, Reading, SubBody, SubId, TextRules,
};
use super::run::{JudgedSubject, Run};
use super::spell;
use super::{decode, numbers};
use crate::pipeline::document::{Kind, NameEnds, Node, NodeId};

/// Whole numbers up to this size are exact as doubles.
const EXACT: i64 = 1 << 53;

impl<'a> Run<'a> {
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

    #[inline(never)]
    fn valid_by_rules(&mut self, id: SubId, at: JudgedSubject) -> bool {
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

    #[inline]
    fn valid_object(&mut self, id: SubId, rules: &ObjectRules, object: NodeId) -> bool {
        let strips = self.stripped && object == 0;
        let fits = match rules.reading {
            Reading::Nothing => true,
            Reading::Values if rules.names.is_none() && self.document.node(object).sorts() & !rules.beside_sorts == 0 => true,
            Reading::Values if !strips => self.valid_values(id, rules, object),
            Reading::Names if !strips => self.valid_named(id, rules, object),
            Reading::Patterns if !strips => self.valid_patterned(id, rules, object),
            _ => self.valid_members(id, rules, object, MembersSeen::none(object)),
        };
        fits && (!rules.asks_whole || (self.valid_size(rules, object) && self.valid_dependencies(rules, object)))
    }

    /// The members of an object whose values are all asked the same.
    fn valid_values(&mut self, id: SubId, rules: &ObjectRules, object: NodeId) -> bool {
        let document = self.document;
        let end = document.end(object);
        let mut member = object + 1;
        while member < end {
            let node = document.node(member);
            let fits = match node.length_below(rules.short_names) {
                Some(_) => self.gives(&rules.beside, member, node),
                None => self.valid_member(id, rules, &mut SeenNames::default(), member),
            };
            if !fits {
                return self.valid_rest(id, rules, object, member, SeenNames::default());
            }
            member = node.end();
        }
        true
    }

    /// The members of an object whose names are looked up.
    fn valid_named(&mut self, id: SubId, rules: &ObjectRules, object: NodeId) -> bool {
        let document = self.document;
        let mut seen = NOT_REQUIRED;
        let end = document.end(object);
        let mut member = object + 1;
        while member < end {
            let node = document.node(member);
            let fits = match node.length_below(rules.short_names) {
                Some(length) => {
                    let known = rules.table.get_by(document.ends_of(node, length), || document.name_of(node, length));
                    let asks = known.map_or(&rules.beside, |known| {
                        seen |= known.bit();
                        &known.asks
                    });
                    self.gives(asks, member, node)
                }
                None => self.valid_long_named(id, rules, &mut seen, member),
            };
            if !fits {
                return self.valid_rest(id, rules, object, member, SeenNames::of_few(seen));
            }
            member = node.end();
        }
        seen.count_ones() == rules.required_count + 1
    }

    /// The members of an object in whose names patterns are looked for.
    fn valid_patterned(&mut self, id: SubId, rules: &ObjectRules, object: NodeId) -> bool {
        let document = self.document;
        let mut seen = NOT_REQUIRED;
        let end = document.end(object);
        let mut member = object + 1;
        while member < end {
            let node = document.node(member);
            let fits = match node.length_below(rules.short_names) {
                Some(length) => self.valid_by_patterns(id, rules, &mut seen, (member, node, length)),
                None => self.valid_long_named(id, rules, &mut seen, member),
            };
            if !fits {
                return self.valid_rest(id, rules, object, member, SeenNames::of_few(seen));
            }
            member = node.end();
        }
        seen.count_ones() == rules.required_count + 1
    }

    #[inline]
    fn valid_by_patterns(&mut self, id: SubId, rules: &ObjectRules, seen: &mut u64, (member, node, length): (NodeId, &Node, u8)) -> bool {
        let document = self.document;
        let name = document.name_of(node, length);
        let mut beside = Some(&rules.beside);
        if let Some(known) = rules.table.get_by(document.ends_of(node, length), || name) {
            *seen |= known.bit();
            if known.property().is_some() {
                if !self.gives(&known.asks, member, node) {
                    return false;
                }
                beside = None;
            }
        }
        for &(pattern, sub) in &rules.patterns {
            let plain = self.program.pattern(pattern).found_in_plain(name);
            if plain.unwrap_or_else(|| self.found(pattern, id, &String::from_utf8_lossy(name))) {
                if !self.valid(sub, JudgedSubject::value(member)) {
                    return false;
                }
                beside = None;
            }
        }
        beside.is_none_or(|beside| self.gives(beside, member, node))
    }

    /// One of them whose name is long or holds an escape.
    #[cold]
    fn valid_long_named(&mut self, id: SubId, rules: &ObjectRules, seen: &mut u64, member: NodeId) -> bool {
        let mut required = SeenNames::of_few(*seen);
        let fits = self.valid_member(id, rules, &mut required, member);
        *seen |= required.first;
        fits
    }

    /// What follows a member that does not fit: nothing but a later member of the same name makes up for it.
    #[cold]
    #[inline(never)]
    fn valid_rest(&mut self, id: SubId, rules: &ObjectRules, object: NodeId, failed: NodeId, required: SeenNames) -> bool {
        if self.is_surely_last(failed, self.document.end(object)) {
            return false;
        }
        let replaced = self.replaced(object);
        let seen = MembersSeen { next: self.document.end(failed), required, replaced: Some(replaced) };
        seen.is_replaced(failed) && self.valid_members(id, rules, object, seen)
    }

    /// The members of any object.
    fn valid_members(&mut self, id: SubId, rules: &ObjectRules, object: NodeId, mut seen: MembersSeen) -> bool {
        let end = self.document.end(object);
        while seen.next < end {
            let member = seen.next;
            seen.next = self.document.end(member);
            if self.is_stripped(object, member) || self.valid_member(id, rules, &mut seen.required, member) {
                continue;
            }
            if seen.replaced.is_none() && self.is_surely_last(member, end) {
                return false;
            }
            seen.replaced.get_or_insert_with(|| self.replaced(object));
            if !seen.is_replaced(member) {
                return false;
            }
        }
        seen.required.count() == rules.required_count
    }

    /// A member's name, decoded only where it holds an escape.
    #[inline]
    pub(super) fn name_bytes(&self, member: NodeId) -> Cow<'a, [u8]> {
        if let Some(plain) = self.document.plain_key(member) {
            return Cow::Borrowed(plain);
        }
        let raw = self.document.raw_key(member).unwrap_or_default();
        if memchr::memchr(b'\\', raw).is_some() {
            return Cow::Owned(decode::name(self.document, member).into_owned().into_bytes());
        }
        Cow::Borrowed(raw)
    }

    /// A member whose name has to be read.
    #[inline(never)]
    fn valid_member(&mut self, id: SubId, rules: &ObjectRules, required: &mut SeenNames, member: NodeId) -> bool {
        let (name, node) = (self.name_bytes(member), self.document.node(member));
        let known = self.known_name(rules, member).copied().unwrap_or_default();
        known.required().inspect(|&number| required.mark(number));
        if rules.names.is_some_and(|names| !self.valid(names, JudgedSubject::name(member))) {
            return false;
        }
        if known.property().is_some() && !self.gives(&known.asks, member, node) {
            return false;
        }
        let mut is_additional = known.property().is_none();
        for &(pattern, sub) in &rules.patterns {
            let plain = match &name {
                Cow::Borrowed(raw) => self.program.pattern(pattern).found_in_plain(raw),
                Cow::Owned(_) => None,
            };
            if plain.unwrap_or_else(|| self.found(pattern, id, &String::from_utf8_lossy(&name))) {
                is_additional = false;
                if !self.valid(sub, JudgedSubject::value(member)) {
                    return false;
                }
            }
        }
        !is_additional || self.gives(&rules.beside, member, node)
    }

    fn valid_size(&self, rules: &ObjectRules, node: NodeId) -> bool {
        let written = self.document.count(node) as u64;
        if rules.least.is_none() && rules.most.is_none_or(|most| written <= most) {
            return true;
        }
        let size = self.size(node);
        rules.least.is_none_or(|least| size >= least) && rules.most.is_none_or(|most| size <= most)
    }

    fn valid_dependencies(&mut self, rules: &ObjectRules, node: NodeId) -> bool {
        let mut keys = rules.key_dependencies.iter().filter(|(name, _)| self.has(node, name));
        if keys.any(|(_, needed)| needed.iter().any(|name| !self.has(node, name))) {
            return false;
        }
        rules.schema_dependencies.iter().all(|(name, sub)| !self.has(node, name) || self.valid(*sub, JudgedSubject::value(node)))
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

/// What is known of the members of an object up to one of them.
struct MembersSeen {
    /// The next to be looked at.
    next: NodeId,
    required: SeenNames,
    /// Those that a later one of the same name replaces, once they are looked for: they need not fit.
    replaced: Option<FxHashSet<NodeId>>,
}

impl MembersSeen {
    fn none(object: NodeId) -> Self {
        MembersSeen { next: object + 1, required: SeenNames::default(), replaced: None }
    }

    fn is_replaced(&self, member: NodeId) -> bool {
        self.replaced.as_ref().is_some_and(|replaced| replaced.contains(&member))
    }
}

/// Which required names were seen.
#[derive(Default)]
struct SeenNames {
    first: u64,
    more: Vec<u64>,
}

impl SeenNames {
    /// Those that have a bit.
    fn of_few(bits: u64) -> Self {
        SeenNames { first: bits & !NOT_REQUIRED, more: Vec::new() }
    }

    fn mark(&mut self, number: u32) {
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        if word == 0 {
            self.first |= bit;
            return;
        }
        if self.more.len() < word {
            self.more.resize(word, 0);
        }
        self.more[word - 1] |= bit;
    }

    fn count(&self) -> u32 {
        self.first.count_ones() + self.more.iter().map(|word| word.count_ones()).sum::<u32>()
    }
}
