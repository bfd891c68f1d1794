//! The validator's own way through a document: every rule in its order, every failure in its words.
//!
//! Owns: the order of rules within a value, which failure comes first, all failures behind it with the branches they belong to.
//! Refuses: saying only whether a value is valid (valid), turning failures into places and sentences (report).

use std::ops::ControlFlow;

use super::message;
use super::numbers;
use super::program::{ArrayRules, Bound, Combinator, EnumRules, NumberRules, ObjectRules, SubBody, SubId, TextRules};
use super::run::{JudgedSubject, Member, Run};
use super::sink::{Leaf, Sink};
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

impl Run<'_> {
    /// Everything that the subject breaks of a compiled schema.
    pub(super) fn walk(&mut self, id: SubId, at: JudgedSubject, sink: &mut Sink) -> Flow {
        self.remember_all();
        if !self.enter() {
            return Flow::Break(());
        }
        let flow = self.walk_body(Here { id, at }, sink);
        self.leave();
        flow
    }

    fn walk_body(&mut self, here: Here, sink: &mut Sink) -> Flow {
        let program = self.program;
        let kind = self.kind(here.at);
        match &program.sub(here.id).body {
            SubBody::Anything => Flow::Continue(()),
            SubBody::Nothing => self.report(here, sink, "false", "false schema always fails".to_owned(), None),
            SubBody::Boolean if kind != Kind::Boolean => self.wrong_type(here, sink, "Boolean"),
            SubBody::Null if kind != Kind::Null => {
                let text = format!("expected: null, found: {}", self.class(here.at));
                self.report(here, sink, "type", text, None)
            }
            SubBody::Boolean | SubBody::Null => Flow::Continue(()),
            SubBody::Object(rules) if kind == Kind::Object => self.walk_object(here, rules, sink),
            SubBody::Object(rules) if rules.typed => self.wrong_type(here, sink, "JSONObject"),
            SubBody::Array(rules) if kind == Kind::Array => self.walk_array(here, rules, sink),
            SubBody::Array(rules) if rules.typed => self.wrong_type(here, sink, "JSONArray"),
            SubBody::Text(rules) if kind == Kind::String => self.walk_text(here, rules, sink),
            SubBody::Text(rules) if rules.typed => self.wrong_type(here, sink, "String"),
            SubBody::Number(rules) => self.walk_number(here, rules, sink),
            SubBody::Object(_) | SubBody::Array(_) | SubBody::Text(_) => Flow::Continue(()),
            SubBody::Enum(rules) => self.walk_enum(here, rules, sink),
            SubBody::Const(rules) if self.is_among(rules, here.at) => Flow::Continue(()),
            SubBody::Const(_) => self.report(here, sink, "const", String::new(), None),
            SubBody::Not(sub) => self.walk_not(here, *sub, sink),
            SubBody::Combined(combinator, branches) => self.walk_combined(here, *combinator, branches, sink),
            SubBody::Condition { test, then, otherwise } => self.walk_condition(here, *test, *then, *otherwise, sink),
            SubBody::Reference(target) => self.part(*target, here.at, false, sink),
        }
    }

    /// A schema inside another, whose failures become one failure of the outer; `token` where its subject is a step further down.
    fn part(&mut self, id: SubId, at: JudgedSubject, token: bool, sink: &mut Sink) -> Flow {
        // Most of a document is valid, and that is told much faster; far down it would be told again and again.
        if self.is_near_root() && self.valid(id, at) {
            return Flow::Continue(());
        }
        let mark = sink.begin();
        let flow = self.walk(id, at, sink);
        sink.end(mark, token);
        flow
    }

    fn report(&self, here: Here, sink: &mut Sink, keyword: &'static str, text: String, key: Option<&str>) -> Flow {
        sink.add(Leaf::new(here.id, here.at, keyword, text, key))
    }

    fn wrong_type(&self, here: Here, sink: &mut Sink, expected: &str) -> Flow {
        let text = format!("expected type: {expected}, found: {}", self.class(here.at));
        self.report(here, sink, "type", text, None)
    }

    /// The Java class of the subject.
    fn class(&self, at: JudgedSubject) -> &'static str {
        match self.kind(at) {
            Kind::Object => "JSONObject",
            Kind::Array => "JSONArray",
            Kind::String => "String",
            Kind::Number => numbers::class(self.document.raw(at.node)),
            Kind::Boolean => "Boolean",
            Kind::Null => "Null",
        }
    }

    fn walk_object(&mut self, here: Here, rules: &ObjectRules, sink: &mut Sink) -> Flow {
        let node = here.at.node;
        let known = self.known_members(rules, node);
        for name in &rules.required {
            if !known.has(rules, name) {
                self.report(here, sink, "required", format!("required key [{name}] not found"), Some(name))?;
            }
        }
        // Names in Java's order cost more than all the rest, and mostly nothing is wrong with any.
        if let Some(names) = rules.names.filter(|&names| !self.fit_all(node, |run, member| run.valid(names, JudgedSubject::name(member)))) {
            for member in &self.ordered(node) {
                self.part(names, JudgedSubject::name(member.node), true, sink)?;
            }
        }
        if rules.least.is_some() || rules.most.is_some() {
            self.walk_size(here, rules, self.size(node), sink)?;
        }
        for (_, needed) in rules.key_dependencies.iter().filter(|(name, _)| self.has(here.at.node, name)) {
            for name in needed.iter().filter(|name| !self.has(here.at.node, name)) {
                self.report(here, sink, "dependencies", format!("property [{name}] is required"), Some(name))?;
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
        for ((_, sub), value) in rules.properties.iter().zip(known.values) {
            if let Some(value) = value {
                self.part(*sub, JudgedSubject::value(value), true, sink)?;
            }
        }
        Flow::Continue(())
    }

    fn walk_size(&self, here: Here, rules: &ObjectRules, size: u64, sink: &mut Sink) -> Flow {
        if let Some(least) = rules.least.filter(|&least| size < least) {
            self.report(here, sink, "minProperties", format!("minimum size: [{least}], found: [{size}]"), None)?;
        }
        if let Some(most) = rules.most.filter(|&most| size > most) {
            self.report(here, sink, "maxProperties", format!("maximum size: [{most}], found: [{size}]"), None)?;
        }
        Flow::Continue(())
    }

    /// Members that no property names, and those that a pattern does.
    fn walk_members(&mut self, here: Here, rules: &ObjectRules, members: &[Member<'_>], sink: &mut Sink) -> Flow {
        if rules.closed || rules.additional.is_some() {
            for member in members {
                let is_property = rules.table.get(member.name.as_bytes()).is_some_and(|known| known.property.is_some());
                if is_property || rules.patterns.iter().any(|&(pattern, _)| self.found(pattern, here.id, &member.name)) {
                    continue;
                }
                if rules.closed {
                    let text = format!("extraneous key [{}] is not permitted", member.name);
                    self.report(here, sink, "additionalProperties", text, Some(&member.name))?;
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

    fn walk_array(&mut self, here: Here, rules: &ArrayRules, sink: &mut Sink) -> Flow {
        let document = self.document;
        let length = document.count(here.at.node) as u64;
        if let Some(least) = rules.least.filter(|&least| length < least) {
            self.report(here, sink, "minItems", format!("expected minimum item count: {least}, found: {length}"), None)?;
        }
        if let Some(most) = rules.most.filter(|&most| length > most) {
            self.report(here, sink, "maxItems", format!("expected maximum item count: {most}, found: {length}"), None)?;
        }
        if rules.unique && self.has_twins(here.at.node) {
            self.report(here, sink, "uniqueItems", "array items are not unique".to_owned(), None)?;
        }
        let tuple = rules.tuple.as_deref();
        if let Some(wanted) = tuple.map(<[SubId]>::len).filter(|&wanted| rules.closed && length > wanted as u64) {
            self.report(here, sink, "items", format!("expected: [{wanted}] array items, found: [{length}]"), None)?;
        }
        for (i, element) in document.children(here.at.node).enumerate() {
            let of_tuple = tuple.and_then(|tuple| tuple.get(i).copied().or(rules.additional));
            let Some(sub) = rules.all.or(of_tuple) else { break };
            self.part(sub, JudgedSubject::value(element), true, sink)?;
        }
        self.walk_contains(here, rules, sink)
    }

    fn walk_contains(&mut self, here: Here, rules: &ArrayRules, sink: &mut Sink) -> Flow {
        let Some(sub) = rules.contains else { return Flow::Continue(()) };
        let document = self.document;
        if document.children(here.at.node).any(|element| self.valid(sub, JudgedSubject::value(element))) {
            return Flow::Continue(());
        }
        let text = "expected at least one array item to match 'contains' schema".to_owned();
        // The validator that stops at its first error forgets to leave the schema of the last element that failed, and names that.
        let named = match document.children(here.at.node).last() {
            Some(last) if sink.stops_at_first() => self.first(sub, JudgedSubject::value(last)).map_or(here.id, |leaf| leaf.sub),
            _ => here.id,
        };
        self.report(Here { id: named, at: here.at }, sink, "contains", text, None)
    }

    fn walk_text(&mut self, here: Here, rules: &TextRules, sink: &mut Sink) -> Flow {
        if rules.least.is_some() || rules.most.is_some() {
            let length = self.length(here.at);
            if let Some(least) = rules.least.filter(|&least| length < least) {
                self.report(here, sink, "minLength", format!("expected minLength: {least}, actual: {length}"), None)?;
            }
            if let Some(most) = rules.most.filter(|&most| length > most) {
                self.report(here, sink, "maxLength", format!("expected maxLength: {most}, actual: {length}"), None)?;
            }
        }
        if rules.pattern.is_none() && rules.format.is_none() {
            return Flow::Continue(());
        }
        let text = self.text(here.at);
        if let Some(pattern) = rules.pattern
            && !self.found(pattern, here.id, &text)
        {
            let said = format!("string [{text}] does not match pattern {}", self.program.pattern(pattern).text);
            self.report(here, sink, "pattern", said, None)?;
        }
        match rules.format.filter(|format| !format.fits(&text)) {
            Some(format) => self.report(here, sink, "format", format!("[{text}] is not a valid {}", format.wanted()), None),
            None => Flow::Continue(()),
        }
    }

    fn walk_number(&mut self, here: Here, rules: &NumberRules, sink: &mut Sink) -> Flow {
        let raw = self.document.raw(here.at.node);
        let is_number = self.kind(here.at) == Kind::Number;
        if !is_number || (rules.integer && !numbers::is_integer(raw)) {
            if !rules.typed {
                return Flow::Continue(());
            }
            return self.wrong_type(here, sink, if rules.integer { "Integer" } else { "Number" });
        }
        let order = |bound: &Option<Box<Bound>>| bound.as_ref().map(|bound| (compare(raw, bound), bound.printed.clone()));
        let printed = numbers::printed(raw);
        let mut said = Vec::new();
        match order(&rules.minimum) {
            Some((order, bound)) if rules.minimum_exclusive && order.is_le() => said.push(("exclusiveMinimum", "greater than", bound)),
            Some((order, bound)) if order.is_lt() => said.push(("minimum", "greater or equal to", bound)),
            _ => {}
        }
        said.extend(order(&rules.above).filter(|(order, _)| order.is_le()).map(|(_, bound)| ("exclusiveMinimum", "greater than", bound)));
        match order(&rules.maximum) {
            Some((order, bound)) if rules.maximum_exclusive && order.is_ge() => said.push(("exclusiveMaximum", "less than", bound)),
            Some((order, bound)) if order.is_gt() => said.push(("maximum", "less or equal to", bound)),
            _ => {}
        }
        said.extend(order(&rules.below).filter(|(order, _)| order.is_ge()).map(|(_, bound)| ("exclusiveMaximum", "less than", bound)));
        let multiple_of = rules.multiple_of.as_ref().filter(|bound| !numbers::is_multiple(raw, &bound.raw));
        said.extend(multiple_of.map(|bound| ("multipleOf", "a multiple of", bound.printed.clone())));
        for (keyword, relation, bound) in said {
            self.report(here, sink, keyword, format!("{printed} is not {relation} {bound}"), None)?;
        }
        Flow::Continue(())
    }

    fn walk_enum(&mut self, here: Here, rules: &EnumRules, sink: &mut Sink) -> Flow {
        if self.is_among(rules, here.at) {
            return Flow::Continue(());
        }
        let text = format!("{} is not a valid enum value", message::subject(self, here.at));
        self.report(here, sink, "enum", text, None)
    }

    fn walk_not(&mut self, here: Here, sub: SubId, sink: &mut Sink) -> Flow {
        if !self.valid(sub, here.at) {
            return Flow::Continue(());
        }
        let refused = self.program.refused(sub).unwrap_or("that the validator cannot print");
        self.report(here, sink, "not", format!("subject must not be valid against schema {refused}"), None)
    }

    fn walk_combined(&mut self, here: Here, combinator: Combinator, branches: &[SubId], sink: &mut Sink) -> Flow {
        let valid: Vec<bool> = branches.iter().map(|&branch| self.valid(branch, here.at)).collect();
        let matched = valid.iter().filter(|&&valid| valid).count();
        if combinator.holds(matched, branches.len()) {
            return Flow::Continue(());
        }
        let text = message::combined(combinator, matched, branches.len());
        let failed = Leaf::new(here.id, here.at, combinator.keyword(), text, None);
        let branches: Vec<(SubId, bool)> = branches.iter().copied().zip(valid).collect();
        self.walk_branches(failed, &branches, sink)
    }

    /// A failure with branches behind it: itself where only the first counts, otherwise what the branches say.
    fn walk_branches(&mut self, failed: Leaf, branches: &[(SubId, bool)], sink: &mut Sink) -> Flow {
        if sink.stops_at_first() {
            return sink.add(failed);
        }
        let at = failed.at;
        let branching = sink.open(&failed);
        for &(branch, valid) in branches {
            sink.branch(&branching, branch, valid);
            if !valid {
                self.part(branch, at, false, sink)?;
            }
        }
        sink.close(branching, failed);
        Flow::Continue(())
    }

    fn walk_condition(&mut self, here: Here, test: SubId, then: Option<SubId>, otherwise: Option<SubId>, sink: &mut Sink) -> Flow {
        let holds = self.valid(test, here.at);
        let (keyword, text, branch) = match (holds, then, otherwise) {
            (true, Some(then), _) => ("then", "input is invalid against the \"then\" schema", then),
            (false, _, Some(otherwise)) => ("else", "input is invalid against both the \"if\" and \"else\" schema", otherwise),
            _ => return Flow::Continue(()),
        };
        if self.valid(branch, here.at) {
            return Flow::Continue(());
        }
        let failed = Leaf::new(here.id, here.at, keyword, text.to_owned(), None);
        let both = [(test, false), (branch, false)];
        self.walk_branches(failed, if holds { &both[1..] } else { &both }, sink)
    }

    /// The one failure that the pipeline reports.
    pub(super) fn first(&mut self, id: SubId, at: JudgedSubject) -> Option<Leaf> {
        let mut sink = Sink::first();
        let _ = self.walk(id, at, &mut sink);
        sink.leaves.pop()
    }
}
