//! A schema file -> [`Program`].
//!
//! Owns: how the validator splits a node, which keywords each draft knows, references; refusing what the validator refuses to load.
//! Refuses: reading the rules of one type (keywords), judging.
//!
//! A node with several of enum, combinators, `not`, `const`, a type and keywords foreign to that type becomes an unwritten `allOf` of them, a
//! list of types an unwritten `anyOf`. `$ref` stands alone: what is beside it is not read.

mod effort;
mod glances;
mod keywords;
mod words;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::describe;
use super::glance::Glance;
use super::java_regex;
use super::names::NameTable;
use super::pattern::Pattern;
use super::program::{
    ARRAY, Combinator, Effort, EnumRules, NUMBER, NumberRules, OBJECT, PatternId, Program, Sub, SubBody, SubId, TEXT, TextRules,
};
use super::spell;
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::schema::{Draft, Reference, Schema};
use words::Words;

/// Schemas inside one another that any thread's stack has room for.
pub(super) const NESTED_SHALLOW: usize = 64;
/// Rules of one family that are looked through for the same.
const MOST_SHARED: usize = 16;
/// Longest pointer that a refusal names whole, in cells.
const LONGEST_POINTER: usize = 400;
/// Most schema nodes inside one another.
pub(super) const MOST_NESTED: usize = 500;

pub(super) struct Compiler<'a> {
    pub(super) schema: &'a Schema,
    subs: Vec<Sub>,
    patterns: Vec<Pattern>,
    known_patterns: FxHashMap<String, PatternId>,
    /// Rules of texts and of numbers: most values are asked the same as others.
    texts: Shared<TextRules>,
    numbers: Shared<NumberRules>,
    /// Schema nodes that are compiled or being compiled.
    known: FxHashMap<NodeId, SubId>,
    nested: usize,
    most_nested: usize,
}

/// Rules that are asked for again and again, held once.
struct Shared<R>(Vec<Arc<R>>);

impl<R: PartialEq> Shared<R> {
    /// The same rules as before where there were any.
    fn share(&mut self, rules: R) -> Arc<R> {
        // Values that are asked the same mostly follow each other.
        if let Some(known) = self.0.iter().rev().find(|known| ***known == rules) {
            return Arc::clone(known);
        }
        let rules = Arc::new(rules);
        if self.0.len() < MOST_SHARED {
            self.0.push(Arc::clone(&rules));
        }
        rules
    }
}

/// Why a schema has no program.
pub(super) enum SchemaRefusal {
    /// It is nested deeper than was allowed this time.
    TooDeep(String),
    /// It is no schema, as the validator's loader says it.
    Wrong(String),
}

/// Compiles a whole file of at most so many schemas inside one another: each is a call. The reason tells the place and what is wrong, as the
/// validator would.
pub(super) fn compile(schema: &Schema, most_nested: usize) -> Result<Program, SchemaRefusal> {
    let mut compiler = Compiler {
        schema,
        subs: Vec::new(),
        patterns: Vec::new(),
        known_patterns: FxHashMap::default(),
        texts: Shared(Vec::new()),
        numbers: Shared(Vec::new()),
        known: FxHashMap::default(),
        nested: 0,
        most_nested,
    };
    let root = match compiler.node(0) {
        Ok(root) => root,
        Err(reason) if compiler.nested >= most_nested => return Err(SchemaRefusal::TooDeep(reason)),
        Err(reason) => return Err(SchemaRefusal::Wrong(reason)),
    };
    compiler.subs.shrink_to_fit();
    let mut program = Program {
        subs: compiler.subs,
        patterns: compiler.patterns,
        root,
        refused: FxHashMap::default(),
        may_break_off: false,
        effort: Effort::WITHOUT_END,
    };
    let refused = program.subs.iter().filter_map(|sub| if let SubBody::Not(refused) = sub.body { Some(refused) } else { None });
    program.refused = refused.map(|refused| (refused, describe::describe(&program, schema, refused))).collect();
    for at in 0..program.subs.len() {
        let is_flat = match &program.subs[at].body {
            SubBody::Combined(_, branches) => branches.iter().all(|&branch| program.sub(branch).body.is_single()),
            _ => false,
        };
        program.subs[at].is_flat = is_flat;
    }
    program.may_break_off = program.refused.values().any(Option::is_none);
    program.effort = effort::of(&program);
    glances::fill(&mut program);
    Ok(program)
}

impl<'a> Compiler<'a> {
    pub(super) fn document(&self) -> &'a Document {
        &self.schema.document
    }

    pub(super) fn since(&self, draft: Draft) -> bool {
        self.schema.draft() >= draft
    }

    /// The compiled schema of a node; compiled once.
    pub(super) fn node(&mut self, node: NodeId) -> Result<SubId, String> {
        if let Some(&known) = self.known.get(&node) {
            return Ok(known);
        }
        if self.nested >= self.most_nested {
            return Err(self.wrong(node, &format!("nested in more than {} schemas", self.most_nested)));
        }
        let id = self.push(node, true, SubBody::Anything);
        self.known.insert(node, id);
        self.nested += 1;
        let body = match self.document().kind(node) {
            Kind::Object => self.object(node)?,
            Kind::Boolean if self.document().raw(node) == b"true" => SubBody::Anything,
            Kind::Boolean => SubBody::Nothing,
            _ => return Err(self.expected(node, "one of Boolean, JsonObject")),
        };
        self.nested -= 1;
        let sub = &mut self.subs[id as usize];
        sub.located = !matches!(body, SubBody::Nothing);
        sub.body = body;
        Ok(id)
    }

    /// A part of a node.
    pub(super) fn push(&mut self, node: NodeId, located: bool, body: SubBody) -> SubId {
        self.subs.push(Sub { node, located, is_flat: false, glance: Glance::NOTHING, body });
        self.subs.len() as SubId - 1
    }

    /// A pattern of a node; one that Java cannot read makes the schema useless.
    pub(super) fn pattern(&mut self, node: NodeId, text: &str) -> Result<PatternId, String> {
        if let Some(&known) = self.known_patterns.get(text) {
            return Ok(known);
        }
        if let Some(fault) = java_regex::fault(text) {
            return Err(self.wrong(node, &format!("Java cannot read the pattern {text}: {fault}")));
        }
        self.patterns.push(Pattern::new(text));
        let id = self.patterns.len() as PatternId - 1;
        self.known_patterns.insert(text.to_owned(), id);
        Ok(id)
    }

    /// A refusal with its place.
    pub(super) fn wrong(&self, node: NodeId, what: &str) -> String {
        format!("#{}: {what}", crate::ground::text::clip_middle(&self.schema.pointer(node), LONGEST_POINTER))
    }

    pub(super) fn expected(&self, node: NodeId, wanted: &str) -> String {
        self.wrong(node, &format!("expected type: {wanted}, found: {}", found(self.document(), node)))
    }

    fn object(&mut self, node: NodeId) -> Result<SubBody, String> {
        let words = Words::of(self.document(), node);
        if let Some(reference) = words.get("$ref") {
            return self.referred(node, reference);
        }
        let mut parts = self.parts(node, &words)?;
        Ok(match parts.len() {
            0 => SubBody::Anything,
            1 => parts.remove(0),
            _ => {
                let subs = parts.into_iter().map(|body| self.push(node, false, body)).collect();
                SubBody::Combined(Combinator::All, subs)
            }
        })
    }

    /// What a `$ref` stands for. The validator would fetch what is not in the file; here nothing is fetched.
    fn referred(&mut self, node: NodeId, reference: NodeId) -> Result<SubBody, String> {
        let target = self.schema.resolve(node);
        if target == node {
            let named = self.document().string(reference).unwrap_or_default().into_owned();
            return Err(match self.schema.reference(node) {
                Some(Reference::Elsewhere(address)) => {
                    self.wrong(node, &format!("the reference {address:?} is to another file, which is not fetched"))
                }
                _ => self.wrong(node, &format!("the reference {named:?} leads nowhere in this file")),
            });
        }
        Ok(SubBody::Reference(self.node(target)?))
    }

    /// The schemas that a node is split into, in the validator's order.
    fn parts(&mut self, node: NodeId, words: &Words) -> Result<Vec<SubBody>, String> {
        let mut parts = Vec::with_capacity(1);
        if let Some(values) = words.get("enum") {
            parts.push(SubBody::Enum(self.values(values, true)?));
        }
        for combinator in [Combinator::All, Combinator::Any, Combinator::One] {
            if let Some(branches) = words.get(combinator.keyword()) {
                parts.push(SubBody::Combined(combinator, self.branches(branches)?));
            }
        }
        if let Some(not) = words.get("not") {
            parts.push(SubBody::Not(self.node(not)?));
        }
        if let Some(value) = words.get("const").filter(|_| self.since(Draft::Six)) {
            parts.push(SubBody::Const(self.values(value, false)?));
        }
        let mut read = ReadFamilies::default();
        if let Some(types) = words.get("type") {
            parts.push(self.typed(node, types, words, &mut read)?);
        }
        self.foreign(node, words, &read, &mut parts)?;
        Ok(parts)
    }

    fn branches(&mut self, list: NodeId) -> Result<Box<[SubId]>, String> {
        if self.document().kind(list) != Kind::Array {
            return Err(self.expected(list, "JsonArray"));
        }
        self.document().children(list).map(|branch| self.node(branch)).collect()
    }

    fn values(&self, node: NodeId, list: bool) -> Result<Box<EnumRules>, String> {
        let document = self.document();
        if list && document.kind(node) != Kind::Array {
            return Err(self.expected(node, "JsonArray"));
        }
        let nodes: Vec<NodeId> = if list { document.children(node).collect() } else { vec![node] };
        let mut texts: Vec<Box<[u8]>> =
            nodes.iter().filter_map(|&node| Some(document.string(node)?.into_owned().into_bytes().into())).collect();
        texts.sort();
        texts.dedup();
        let has_backslash = texts.iter().any(|text| text.contains(&b'\\'));
        let texts = NameTable::of(texts.into_iter().map(|text| (text, ())));
        let others = nodes.iter().filter(|&&node| document.kind(node) != Kind::String);
        let others = others.map(|&node| spell::listed(document, node, true).into()).collect();
        Ok(Box::new(EnumRules { texts, has_backslash, others }))
    }

    /// The part that `type` makes.
    fn typed(&mut self, node: NodeId, types: NodeId, words: &Words, read: &mut ReadFamilies) -> Result<SubBody, String> {
        let document = self.document();
        match document.kind(types) {
            Kind::String => self.of_type(node, types, words, read),
            Kind::Array => {
                let mut branches = Vec::with_capacity(document.count(types));
                for name in document.children(types) {
                    let body = self.of_type(node, name, words, read)?;
                    branches.push(self.push(node, false, body));
                }
                Ok(SubBody::Combined(Combinator::Any, branches.into()))
            }
            _ => Err(self.expected(types, "one of JsonArray, String")),
        }
    }

    fn of_type(&mut self, node: NodeId, name: NodeId, words: &Words, read: &mut ReadFamilies) -> Result<SubBody, String> {
        let Some(text) = self.document().string(name) else { return Err(self.expected(name, "String")) };
        Ok(match &*text {
            "string" => {
                read.text = true;
                let rules = keywords::text(self, node, words, true)?;
                SubBody::Text(self.texts.share(rules))
            }
            "integer" | "number" => {
                read.number = true;
                let rules = keywords::number(self, node, words, true, text == "integer")?;
                SubBody::Number(self.numbers.share(rules))
            }
            "boolean" => SubBody::Boolean,
            "null" => SubBody::Null,
            "array" => {
                read.array = true;
                SubBody::Array(Box::new(keywords::array(self, words, true)?))
            }
            "object" => {
                read.object = true;
                SubBody::Object(Box::new(keywords::object(self, node, words, true)?))
            }
            other => return Err(self.wrong(node, &format!("unknown type: [{other}]"))),
        })
    }

    /// The parts that keywords make which no named type has read.
    fn foreign(&mut self, node: NodeId, words: &Words, read: &ReadFamilies, parts: &mut Vec<SubBody>) -> Result<(), String> {
        let holds = |compiler: &Self, names: &[&str], later: Option<&str>| {
            let later = later.filter(|_| compiler.since(Draft::Six));
            names.iter().copied().chain(later).any(|name| words.get(name).is_some())
        };
        if !read.array && holds(self, &ARRAY, Some("contains")) {
            parts.push(SubBody::Array(Box::new(keywords::array(self, words, false)?)));
        }
        if !read.object && holds(self, &OBJECT, Some("propertyNames")) {
            parts.push(SubBody::Object(Box::new(keywords::object(self, node, words, false)?)));
        }
        if !read.number && holds(self, &NUMBER, None) {
            let rules = keywords::number(self, node, words, false, false)?;
            parts.push(SubBody::Number(self.numbers.share(rules)));
        }
        if !read.text && holds(self, &TEXT, None) {
            let rules = keywords::text(self, node, words, false)?;
            parts.push(SubBody::Text(self.texts.share(rules)));
        }
        if self.since(Draft::Seven) && holds(self, &["if", "then", "else"], None) {
            let mut branch = |name| words.get(name).map(|node| self.node(node)).transpose();
            let (test, then, otherwise) = (branch("if")?, branch("then")?, branch("else")?);
            parts.push(match test {
                Some(test) => SubBody::Condition { test, then, otherwise },
                None => SubBody::Anything,
            });
        }
        Ok(())
    }
}

/// Families of keywords that a named type has read.
#[derive(Default)]
struct ReadFamilies {
    text: bool,
    number: bool,
    array: bool,
    object: bool,
}

/// A schema value's class as the validator's loader names it.
fn found(document: &Document, node: NodeId) -> &'static str {
    match document.kind(node) {
        Kind::Object => "JsonObject",
        Kind::Array => "JsonArray",
        Kind::String => "String",
        Kind::Boolean => "Boolean",
        Kind::Null => "null",
        Kind::Number => super::numbers::class(document.raw(node)),
    }
}
