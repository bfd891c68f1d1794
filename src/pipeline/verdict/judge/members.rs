//! The members of an object, as far as the validator's order does not matter.
//!
//! Owns: which known names are there, whether nothing is wrong with any of the others.
//! Refuses: the order of what is wrong (walk).

use std::borrow::Cow;

use super::decode;
use super::program::{KnownName, ObjectRules};
use super::run::{JudgedSubject, Run};
use crate::pipeline::document::{Document, NodeId};

/// What an object has of the names that its schema knows.
pub(super) struct KnownMembers {
    /// By property.
    pub(super) values: Vec<Option<NodeId>>,
    /// By number of the required name.
    required: Vec<bool>,
}

impl KnownMembers {
    /// Whether a name that is required is there.
    pub(super) fn has(&self, rules: &ObjectRules, name: &str) -> bool {
        let number = rules.table.get(name.as_bytes()).and_then(|known| known.required());
        number.and_then(|number| self.required.get(number as usize)).is_some_and(|&has| has)
    }
}

/// Whether no later member of an object that ends there has the name of this one; `false` where one may.
pub(super) fn is_surely_last(document: &Document, member: NodeId, end: NodeId) -> bool {
    let node = document.node(member);
    let Some(length) = node.plain_length() else { return false };
    let ends = document.ends_of(node, length);
    // What is no UTF-8 may be read as the same as something else.
    let is_ascii = if ends.is_whole() { ends.is_ascii() } else { document.name_of(node, length).is_ascii() };
    let mut next = node.end();
    while is_ascii && next < end {
        let later = document.node(next);
        match later.plain_length() {
            Some(other) if other != length || document.ends_of(later, length) != ends => next = later.end(),
            _ => return false,
        }
    }
    is_ascii
}

impl<'a> Run<'a> {
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

    /// What is known of a member's name.
    #[inline]
    pub(super) fn known_name<'r>(&self, rules: &'r ObjectRules, member: NodeId) -> Option<&'r KnownName> {
        let node = self.document.node(member);
        match node.plain_length() {
            Some(length) => rules.table.get_by(self.document.ends_of(node, length), || self.document.name_of(node, length)),
            None => rules.table.get(&self.name_bytes(member)),
        }
    }

    /// What an object has of the names that its schema knows; of several members of one name the last.
    pub(super) fn known_members(&self, rules: &ObjectRules, node: NodeId) -> KnownMembers {
        let mut known = KnownMembers { values: vec![None; rules.properties.len()], required: vec![false; rules.required_count as usize] };
        if rules.table.is_empty() {
            return known;
        }
        for member in self.document.children(node) {
            let Some(of) = self.known_name(rules, member) else { continue };
            if self.is_stripped(node, member) {
                continue;
            }
            if let Some(property) = of.property() {
                known.values[property as usize] = Some(member);
            }
            if let Some(required) = of.required() {
                known.required[required as usize] = true;
            }
        }
        known
    }

    /// Whether all members fit; `false` where they may, or where they are too far down to be looked at twice.
    pub(super) fn fit_all(&mut self, object: NodeId, mut fits: impl FnMut(&mut Self, NodeId) -> bool) -> bool {
        let document = self.document;
        self.is_near_root() && document.children(object).all(|member| self.is_stripped(object, member) || fits(self, member))
    }

    /// Whether nothing is wrong with the members that no property names; `false` where it may.
    pub(super) fn fit_beside(&mut self, rules: &ObjectRules, object: NodeId) -> bool {
        if !rules.closed && rules.additional.is_none() && rules.patterns.is_empty() {
            return true;
        }
        let is_property = |run: &Self, member| run.known_name(rules, member).is_some_and(|known| known.property().is_some());
        let fits = |run: &mut Self, member| {
            is_property(run, member) || (!rules.closed && rules.additional.is_none_or(|sub| run.valid(sub, JudgedSubject::value(member))))
        };
        rules.patterns.is_empty() && self.fit_all(object, fits)
    }
}
