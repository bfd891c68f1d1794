//! Whether an object is valid, as fast as can be told.
//!
//! Owns: a way through the members for each kind of object rules; twins, very many required names, long names and those with escapes.
//! Refuses: the values of members (valid), their order (walk).

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::super::members::is_surely_last;
use super::super::program::{NOT_REQUIRED, ObjectRules, Reading, SubId};
use super::super::run::{JudgedSubject, Run};
use crate::pipeline::document::{Node, NodeId};

impl Run<'_> {
    /// Whether an object is valid.
    #[inline]
    pub(super) fn valid_object(&mut self, id: SubId, rules: &ObjectRules, object: NodeId) -> bool {
        let strips = || self.stripped && object == 0 && self.document.children(0).any(|member| self.is_stripped(0, member));
        let fits = match rules.reading {
            Reading::Nothing => true,
            Reading::Values if rules.names.is_none() && self.document.node(object).sorts() & !rules.beside_sorts == 0 => true,
            Reading::Values if !strips() => self.valid_values(id, rules, object),
            Reading::Names if !strips() => self.valid_named(id, rules, object),
            Reading::Patterns if !strips() => self.valid_patterned(id, rules, object),
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
        if is_surely_last(self.document, failed, self.document.end(object)) {
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
            if seen.replaced.is_none() && is_surely_last(self.document, member, end) {
                return false;
            }
            seen.replaced.get_or_insert_with(|| self.replaced(object));
            if !seen.is_replaced(member) {
                return false;
            }
        }
        seen.required.count() == rules.required_count
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
