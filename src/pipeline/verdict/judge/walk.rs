//! The validator's own way through a document: every rule in its order.
//!
//! Owns: the order of rules within a value, which failure comes first, all failures behind it with the branches they belong to.
//! Refuses: saying only whether a value is valid (valid), the words of failures (message, sentence), their places (report).

use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::numbers;
use super::program::{ArrayRules, Bound, Combinator, EnumRules, NumberRules, ObjectRules, SubBody, SubId, TextRules};
use super::run::{JudgedSubject, Member, Run};
use super::sink::{Leaf, LeafKey, Sink};
use super::valid::compare;
use crate::pipeline::document::Kind;

/// Whether to go on.
type Flow = ControlFlow<()>;

/// Which schema speaks about what.
#[derive(Clone, Copy)]
struct Here {
    id: SubId,
    at: JudgedSubject,
}

impl Here {
    fn leaf<'a>(self, keyword: &'static str) -> Leaf<'a> {
        Leaf { sub: self.id, at: self.at, keyword, key: LeafKey::None, matched: 0 }
    }
}

fn report(here: Here, sink: &mut Sink<'_>, keyword: &'static str) -> Flow {
    sink.add(here.leaf(keyword))
}

fn report_key<'a>(here: Here, sink: &mut Sink<'a>, keyword: &'static str, key: LeafKey<'a>) -> Flow {
    sink.add(Leaf { key, ..here.leaf(keyword) })
}

impl<'a> Run<'a> {
    /// Everything that the subject breaks of a compiled schema.
    pub(super) fn walk(&mut self, id: SubId, at: JudgedSubject, sink: &mut Sink<'a>) -> Flow {
        self.remember_all();
        if !self.enter() {
            return Flow::Break(());
        }
        let flow = self.walk_body(Here { id, at }, sink);
        self.leave();
        flow
    }

    fn walk_body(&mut self, here: Here, sink: &mut Sink<'a>) -> Flow {
        let program = self.program;
        let kind = self.kind(here.at);
        match &program.sub(here.id).body {
            SubBody::Anything => Flow::Continue(()),
            SubBody::Nothing => report(here, sink, "false"),
            SubBody::Boolean if kind != Kind::Boolean => report(here, sink, "type"),
            SubBody::Null if kind != Kind::Null => report(here, sink, "type"),
            SubBody::Boolean | SubBody::Null => Flow::Continue(()),
            SubBody::Object(rules) if kind == Kind::Object => self.walk_object(here, rules, sink),
            SubBody::Object(rules) if rules.typed => report(here, sink, "type"),
            SubBody::Array(rules) if kind == Kind::Array => self.walk_array(here, rules, sink),
            SubBody::Array(rules) if rules.typed => report(here, sink, "type"),
            SubBody::Text(rules) if kind == Kind::String => self.walk_text(here, rules, sink),
            SubBody::Text(rules) if rules.typed => report(here, sink, "type"),
            SubBody::Number(rules) => self.walk_number(here, rules, sink),
            SubBody::Object(_) | SubBody::Array(_) | SubBody::Text(_) => Flow::Continue(()),
            SubBody::Enum(rules) => self.walk_enum(here, rules, sink),
            SubBody::Const(rules) if self.is_among(rules, here.at) => Flow::Continue(()),
            SubBody::Const(_) => report(here, sink, "const"),
            SubBody::Not(sub) => self.walk_not(here, *sub, sink),
            SubBody::Combined(combinator, branches) => self.walk_combined(here, *combinator, branches, sink),
            SubBody::Condition { test, then, otherwise } => self.walk_condition(here, *test, *then, *otherwise, sink),
            SubBody::Reference(target) => self.part(*target, here.at, false, sink),
        }
    }

    /// A schema inside another, whose failures become one failure of the outer; `token` where its subject is a step further down.
    fn part(&mut self, id: SubId, at: JudgedSubject, token: bool, sink: &mut Sink<'a>) -> Flow {
        // Most of a document is valid, and that is told much faster; far down it would be told again and again.
        if self.is_near_root() && self.valid(id, at) {
            return Flow::Continue(());
        }
        let mark = sink.begin();
        let flow = self.walk(id, at, sink);
        sink.end(mark, token);
        flow
    }

    fn walk_object(&mut self, here: Here, rules: &'a ObjectRules, sink: &mut Sink<'a>) -> Flow {
        let node = here.at.node;
        let known = self.known_members(rules, node);
        for name in &rules.required {
            if !known.has(rules, name) {
                report_key(here, sink, "required", LeafKey::Missing(name))?;
            }
        }
        // Names in Java's order cost more than all the rest, and mostly nothing is wrong with any.
        if let Some(names) = rules.names.filter(|&names| !self.fit_all(node, |run, member| run.valid(names, JudgedSubject::name(member)))) {
            for member in &self.ordered(node) {
                self.part(names, JudgedSubject::name(member.node), true, sink)?;
            }
        }
        if rules.least.is_some() || rules.most.is_some() {
            let size = self.size(node);
            if rules.least.is_some_and(|least| size < least) {
                report(here, sink, "minProperties")?;
            }
            if rules.most.is_some_and(|most| size > most) {
                report(here, sink, "maxProperties")?;
            }
        }
        for (_, needed) in rules.key_dependencies.iter().filter(|(name, _)| self.has(here.at.node, name)) {
            for name in needed.iter().filter(|name| !self.has(here.at.node, name)) {
                report_key(here, sink, "dependencies", LeafKey::Missing(name))?;
            }
        }
        if !self.fit_beside(rules, node) {
            let members = self.ordered(node);
            self.walk_members(here, rules, &members, sink)?;
        }
        for (name, sub) in &rules.schema_dependencies {
            if self.has(here.at.node, name) {
                self.part(*sub, here.at, false, sink)?;
            }
        }
        for (sub, value) in rules.properties.iter().zip(known.values) {
            if let Some(value) = value {
                self.part(*sub, JudgedSubject::value(value), true, sink)?;
            }
        }
        Flow::Continue(())
    }

    /// Members that no property names, and those that a pattern does.
    fn walk_members(&mut self, here: Here, rules: &'a ObjectRules, members: &[Member<'_>], sink: &mut Sink<'a>) -> Flow {
        if rules.closed || rules.additional.is_some() {
            for member in members {
                let is_property = rules.table.get(member.name.as_bytes()).is_some_and(|known| known.property().is_some());
                if is_property || rules.patterns.iter().any(|&(pattern, _)| self.found(pattern, here.id, &member.name)) {
                    continue;
                }
                if rules.closed {
                    report_key(here, sink, "additionalProperties", LeafKey::Extraneous(member.node))?;
                }
                if let Some(sub) = rules.additional {
                    self.part(sub, JudgedSubject::value(member.node), true, sink)?;
                }
            }
        }
        for &(pattern, sub) in &rules.patterns {
            for member in members {
                if self.found(pattern, here.id, &member.name) {
                    self.part(sub, JudgedSubject::value(member.node), true, sink)?;
                }
            }
        }
        Flow::Continue(())
    }

    fn walk_array(&mut self, here: Here, rules: &ArrayRules, sink: &mut Sink<'a>) -> Flow {
        let document = self.document;
        let length = document.count(here.at.node) as u64;
        if rules.least.is_some_and(|least| length < least) {
            report(here, sink, "minItems")?;
        }
        if rules.most.is_some_and(|most| length > most) {
            report(here, sink, "maxItems")?;
        }
        if rules.unique && self.has_twins(here.at.node) {
            report(here, sink, "uniqueItems")?;
        }
        let tuple = rules.tuple.as_deref();
        if rules.closed && tuple.is_some_and(|tuple| length > tuple.len() as u64) {
            report(here, sink, "items")?;
        }
        for (i, element) in document.children(here.at.node).enumerate() {
            let of_tuple = tuple.and_then(|tuple| tuple.get(i).copied().or(rules.additional));
            let Some(sub) = rules.all.or(of_tuple) else { break };
            self.part(sub, JudgedSubject::value(element), true, sink)?;
        }
        self.walk_contains(here, rules, sink)
    }

    fn walk_contains(&mut self, here: Here, rules: &ArrayRules, sink: &mut Sink<'a>) -> Flow {
        let Some(sub) = rules.contains else { return Flow::Continue(()) };
        let document = self.document;
        if document.children(here.at.node).any(|element| self.valid(sub, JudgedSubject::value(element))) {
            return Flow::Continue(());
        }
        // The validator that stops at its first error forgets to leave the schema of the last element that failed, and names that.
        let named = match document.children(here.at.node).last() {
            Some(last) if sink.stops_at_first() => self.first(sub, JudgedSubject::value(last)).map_or(here.id, |leaf| leaf.sub),
            _ => here.id,
        };
        report(Here { id: named, at: here.at }, sink, "contains")
    }

    fn walk_text(&mut self, here: Here, rules: &TextRules, sink: &mut Sink<'a>) -> Flow {
        if rules.least.is_some() || rules.most.is_some() {
            let length = self.length(here.at);
            if rules.least.is_some_and(|least| length < least) {
                report(here, sink, "minLength")?;
            }
            if rules.most.is_some_and(|most| length > most) {
                report(here, sink, "maxLength")?;
            }
        }
        if rules.pattern.is_none() && rules.format.is_none() {
            return Flow::Continue(());
        }
        let text = self.text(here.at);
        if rules.pattern.is_some_and(|pattern| !self.found(pattern, here.id, &text)) {
            report(here, sink, "pattern")?;
        }
        if rules.format.is_some_and(|format| !format.fits(&text)) {
            report(here, sink, "format")?;
        }
        Flow::Continue(())
    }

    fn walk_number(&mut self, here: Here, rules: &NumberRules, sink: &mut Sink<'a>) -> Flow {
        let raw = self.document.raw(here.at.node);
        let is_number = self.kind(here.at) == Kind::Number;
        if !is_number || (rules.integer && !numbers::is_integer(raw)) {
            return if rules.typed { report(here, sink, "type") } else { Flow::Continue(()) };
        }
        let order = |bound: &Option<Box<Bound>>| bound.as_ref().map(|bound| compare(raw, bound));
        match order(&rules.minimum) {
            Some(order) if rules.minimum_exclusive && order.is_le() => report(here, sink, "exclusiveMinimum")?,
            Some(order) if order.is_lt() => report(here, sink, "minimum")?,
            _ => {}
        }
        if order(&rules.above).is_some_and(Ordering::is_le) {
            report(here, sink, "exclusiveMinimum")?;
        }
        match order(&rules.maximum) {
            Some(order) if rules.maximum_exclusive && order.is_ge() => report(here, sink, "exclusiveMaximum")?,
            Some(order) if order.is_gt() => report(here, sink, "maximum")?,
            _ => {}
        }
        if order(&rules.below).is_some_and(Ordering::is_ge) {
            report(here, sink, "exclusiveMaximum")?;
        }
        if rules.multiple_of.as_ref().is_some_and(|bound| !numbers::is_multiple(raw, &bound.raw)) {
            report(here, sink, "multipleOf")?;
        }
        Flow::Continue(())
    }

    fn walk_enum(&mut self, here: Here, rules: &EnumRules, sink: &mut Sink<'a>) -> Flow {
        if self.is_among(rules, here.at) { Flow::Continue(()) } else { report(here, sink, "enum") }
    }

    fn walk_not(&mut self, here: Here, sub: SubId, sink: &mut Sink<'a>) -> Flow {
        if self.valid(sub, here.at) { report(here, sink, "not") } else { Flow::Continue(()) }
    }

    fn walk_combined(&mut self, here: Here, combinator: Combinator, branches: &[SubId], sink: &mut Sink<'a>) -> Flow {
        let valid: Vec<bool> = branches.iter().map(|&branch| self.valid(branch, here.at)).collect();
        let matched = valid.iter().filter(|&&valid| valid).count();
        if combinator.holds(matched, branches.len()) {
            return Flow::Continue(());
        }
        let failed = Leaf { matched, ..here.leaf(combinator.keyword()) };
        let branches: Vec<(SubId, bool)> = branches.iter().copied().zip(valid).collect();
        self.walk_branches(failed, &branches, sink)
    }

    /// A failure with branches behind it: itself where only the first counts, otherwise what the branches say.
    fn walk_branches(&mut self, failed: Leaf<'a>, branches: &[(SubId, bool)], sink: &mut Sink<'a>) -> Flow {
        if sink.stops_at_first() {
            return sink.add(failed);
        }
        let at = failed.at;
        let branching = sink.open(failed);
        for &(branch, valid) in branches {
            sink.branch(&branching, branch, valid);
            if !valid {
                self.part(branch, at, false, sink)?;
            }
        }
        sink.close(branching, failed);
        Flow::Continue(())
    }

    fn walk_condition(&mut self, here: Here, test: SubId, then: Option<SubId>, otherwise: Option<SubId>, sink: &mut Sink<'a>) -> Flow {
        let holds = self.valid(test, here.at);
        let (keyword, branch) = match (holds, then, otherwise) {
            (true, Some(then), _) => ("then", then),
            (false, _, Some(otherwise)) => ("else", otherwise),
            _ => return Flow::Continue(()),
        };
        if self.valid(branch, here.at) {
            return Flow::Continue(());
        }
        let both = [(test, false), (branch, false)];
        self.walk_branches(here.leaf(keyword), if holds { &both[1..] } else { &both }, sink)
    }

    /// What the pipeline reports of the document: nothing where it passes.
    pub(super) fn reported(&mut self, root: SubId) -> Option<Leaf<'a>> {
        let root_value = JudgedSubject::value(0);
        if self.valid(root, root_value) { None } else { self.first(root, root_value) }
    }

    /// Everything that the document breaks.
    pub(super) fn walk_all(&mut self, root: SubId, sink: &mut Sink<'a>) {
        self.begin_another();
        let _ = self.walk(root, JudgedSubject::value(0), sink);
    }

    /// The first failure of a subject.
    pub(super) fn first(&mut self, id: SubId, at: JudgedSubject) -> Option<Leaf<'a>> {
        let mut sink = Sink::first();
        let _ = self.walk(id, at, &mut sink);
        sink.leaves.pop()
    }
}
