//! A schema as the validator prints it under `not`: what it made of it, not what was written.
//!
//! Owns: the order of keywords for each part, parts of one node put together.
//! Refuses: the order of branches and parts, which hangs on Java's hash codes: here it is that of the schema, combinators first.

use super::program::{ArrayRules, Combinator, NumberRules, ObjectRules, Program, Sub, SubBody, SubId, TextRules, is_keyword};
use super::spell;
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::java_map;
use crate::pipeline::schema::{Draft, Schema};

/// Keywords that say nothing about values, in the order of printing.
const WORDS: [&str; 3] = ["title", "description", "default"];

/// A compiled schema in JSON; `None` where one object would hold a keyword twice, at which the validator breaks off.
pub(super) fn describe(program: &Program, schema: &Schema, id: SubId) -> Option<String> {
    Describer { program, schema }.value(id)
}

struct Describer<'a> {
    program: &'a Program,
    schema: &'a Schema,
}

/// Keywords with their values.
type Printed = Vec<(String, String)>;

impl Describer<'_> {
    fn value(&self, id: SubId) -> Option<String> {
        let sub = self.program.sub(id);
        if self.schema.document.kind(sub.node) == Kind::Boolean {
            return Some(self.printed(sub.node));
        }
        let mut members = Printed::new();
        self.members(sub, &mut members)?;
        let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        (!names.windows(2).any(|pair| pair[0] == pair[1])).then(|| braced(&members))
    }

    fn members(&self, sub: &Sub, out: &mut Printed) -> Option<()> {
        match &sub.body {
            SubBody::Anything | SubBody::Nothing => self.words(sub, out),
            SubBody::Boolean => {
                self.words(sub, out);
                put(out, "type", "\"boolean\"");
            }
            SubBody::Null => {
                put(out, "type", "\"null\"");
                self.words(sub, out);
            }
            SubBody::Object(rules) => self.object(sub, rules, out)?,
            SubBody::Array(rules) => self.array(sub, rules, out)?,
            SubBody::Text(rules) => self.text(sub, rules, out),
            SubBody::Number(rules) => self.number(sub, rules, out),
            SubBody::Enum(_) => {
                self.written(sub, &["enum"], out);
                self.words(sub, out);
            }
            SubBody::Const(_) => {
                self.written(sub, &["const"], out);
                self.words(sub, out);
            }
            SubBody::Not(not) => {
                self.words(sub, out);
                put(out, "not", &self.value(*not)?);
            }
            SubBody::Combined(combinator, branches) => self.combined(sub, *combinator, branches, out)?,
            SubBody::Condition { test, then, otherwise } => {
                self.words(sub, out);
                for (name, branch) in [("if", Some(test)), ("then", then.as_ref()), ("else", otherwise.as_ref())] {
                    if let Some(&branch) = branch {
                        put(out, name, &self.value(branch)?);
                    }
                }
            }
            SubBody::Reference(_) => {
                self.written(sub, &["$ref"], out);
                self.words(sub, out);
            }
        }
        Some(())
    }

    fn combined(&self, sub: &Sub, combinator: Combinator, branches: &[SubId], out: &mut Printed) -> Option<()> {
        self.words(sub, out);
        let is_part = |&&id: &&SubId| self.program.sub(id).node == sub.node;
        // The parts of one node are told as the one that they were written as.
        if combinator == Combinator::All && branches.iter().any(|id| is_part(&id)) {
            let is_combined = |id: SubId| matches!(self.program.sub(id).body, SubBody::Combined(..));
            let (first, rest): (Vec<SubId>, Vec<SubId>) = branches.iter().partition(|&&id| is_combined(id));
            return first.into_iter().chain(rest).try_for_each(|id| self.members(self.program.sub(id), out));
        }
        let branches: Vec<String> = branches.iter().map(|&branch| self.value(branch)).collect::<Option<_>>()?;
        put(out, combinator.keyword(), &format!("[{}]", branches.join(",")));
        Some(())
    }

    fn object(&self, sub: &Sub, rules: &ObjectRules, out: &mut Printed) -> Option<()> {
        typed(rules.typed, "object", out);
        self.written(sub, &["minProperties", "maxProperties"], out);
        if !rules.key_dependencies.is_empty() {
            let list = |names: &[Box<str>]| names.iter().map(|name| spell::quoted(name)).collect::<Vec<_>>().join(",");
            let keys = rules.key_dependencies.iter().map(|(key, names)| (key.to_string(), format!("[{}]", list(names))));
            put(out, "dependencies", &braced(&keys.collect::<Printed>()));
        }
        self.named(&rules.schema_dependencies, "dependencies", out)?;
        if rules.closed {
            put(out, "additionalProperties", "false");
        }
        self.words(sub, out);
        if !rules.required.is_empty() {
            self.written(sub, &["required"], out);
        }
        self.inner(rules.names, "propertyNames", out)?;
        self.inner(rules.additional, "additionalProperties", out)?;
        let patterns: Vec<(Box<str>, SubId)> =
            rules.patterns.iter().map(|&(pattern, id)| (self.program.pattern(pattern).text.clone(), id)).collect();
        self.named(&patterns, "patternProperties", out)?;
        let name_of = |sub: SubId| self.schema.document.key(self.program.sub(sub).node).unwrap_or_default();
        let properties: Vec<(Box<str>, SubId)> = rules.properties.iter().map(|&sub| (name_of(sub).into(), sub)).collect();
        self.named(&properties, "properties", out)
    }

    fn array(&self, sub: &Sub, rules: &ArrayRules, out: &mut Printed) -> Option<()> {
        typed(rules.typed, "array", out);
        if rules.unique {
            put(out, "uniqueItems", "true");
        }
        self.written(sub, &["minItems", "maxItems"], out);
        if rules.closed {
            put(out, "additionalItems", "false");
        }
        self.words(sub, out);
        self.inner(rules.all, "items", out)?;
        if let Some(tuple) = &rules.tuple {
            let items: Vec<String> = tuple.iter().map(|&item| self.value(item)).collect::<Option<_>>()?;
            put(out, "items", &format!("[{}]", items.join(",")));
        }
        self.inner(rules.additional, "additionalItems", out)?;
        self.inner(rules.contains, "contains", out)
    }

    fn text(&self, sub: &Sub, rules: &TextRules, out: &mut Printed) {
        typed(rules.typed, "string", out);
        self.written(sub, &["minLength", "maxLength", "pattern"], out);
        if rules.format.is_some() {
            self.written(sub, &["format"], out);
        }
        self.words(sub, out);
    }

    fn number(&self, sub: &Sub, rules: &NumberRules, out: &mut Printed) {
        typed(rules.typed, if rules.integer { "integer" } else { "number" }, out);
        self.written(sub, &["minimum", "maximum", "multipleOf"], out);
        for (name, flag) in [("exclusiveMinimum", rules.minimum_exclusive), ("exclusiveMaximum", rules.maximum_exclusive)] {
            if flag {
                put(out, name, "true");
            }
        }
        for (name, bound) in [("exclusiveMinimum", &rules.above), ("exclusiveMaximum", &rules.below)] {
            if bound.is_some() {
                self.written(sub, &[name], out);
            }
        }
        self.words(sub, out);
    }

    /// What says nothing about values, and what the validator does not know; of a whole node only.
    fn words(&self, sub: &Sub, out: &mut Printed) {
        if !sub.located {
            return;
        }
        self.written(sub, &WORDS, out);
        let id = if self.schema.draft() == Draft::Four { "id" } else { "$id" };
        if let Some(value) = self.schema.keyword(sub.node, id) {
            put(out, "id", &self.printed(value));
        }
        let alone = matches!(sub.body, SubBody::Reference(_));
        let mut unknown: Vec<(String, NodeId)> = spell::members(&self.schema.document, sub.node)
            .into_iter()
            .filter(|(name, _)| {
                !WORDS.contains(&&**name) && name != id && if alone { name != "$ref" } else { !is_keyword(name, self.schema.draft()) }
            })
            .map(|(name, value)| (name.into_owned(), value))
            .collect();
        java_map::sort_by_bucket(&mut unknown, java_map::capacity, |(name, _)| java_map::hash_code(name));
        for (name, value) in unknown {
            put(out, &name, &self.printed(value));
        }
    }

    fn written(&self, sub: &Sub, names: &[&str], out: &mut Printed) {
        for name in names {
            if let Some(value) = self.schema.keyword(sub.node, name) {
                put(out, name, &self.printed(value));
            }
        }
    }

    fn inner(&self, id: Option<SubId>, name: &str, out: &mut Printed) -> Option<()> {
        if let Some(id) = id {
            put(out, name, &self.value(id)?);
        }
        Some(())
    }

    fn named(&self, schemas: &[(Box<str>, SubId)], name: &str, out: &mut Printed) -> Option<()> {
        if !schemas.is_empty() {
            let all: Printed = schemas.iter().map(|(name, id)| Some((name.to_string(), self.value(*id)?))).collect::<Option<_>>()?;
            put(out, name, &braced(&all));
        }
        Some(())
    }

    fn printed(&self, node: NodeId) -> String {
        spell::of_schema(&self.schema.document, node)
    }
}

fn typed(typed: bool, name: &str, out: &mut Printed) {
    if typed {
        put(out, "type", &format!("\"{name}\""));
    }
}

fn put(out: &mut Printed, name: &str, value: &str) {
    out.push((name.to_owned(), value.to_owned()));
}

fn braced(members: &Printed) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{}:{value}", spell::quoted(name))).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Judge, Outcome};
    use super::*;
    use crate::pipeline::document::Document;

    fn told(not: &str, document: &str) -> (String, usize) {
        let text = format!(r#"{{"$schema":"http://json-schema.org/draft-07/schema#","not":{not}}}"#);
        let judge = Judge::compile(Arc::new(Schema::parse("ns/a/a.1.schema.json", text.into_bytes()).unwrap())).unwrap();
        let verdict = judge.verdict(&Document::parse(document.as_bytes()));
        let Outcome::Fail(violation) = verdict.outcome else { panic!("{not} passes") };
        let printed = violation.message.split_once("schema ").map_or("", |(_, printed)| printed).to_owned();
        (printed, verdict.doubts.len())
    }

    #[test]
    fn schemas_are_printed_as_they_were_understood() {
        for (not, document, expected) in [
            ("true", "1", "true"),
            ("{}", "1", "{}"),
            (r#"{"type":["integer","null"]}"#, "1", r#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#),
            (r#"{"maximum":2.50,"type":"number","minimum":0,"x":[1]}"#, "1", r#"{"type":"number","minimum":0,"maximum":2.5,"x":[1]}"#),
            (
                r#"{"required":["a"],"properties":{"a":{"const":"b"}},"additionalProperties":false,"title":"t"}"#,
                r#"{"a":"b"}"#,
                r#"{"additionalProperties":false,"title":"t","required":["a"],"properties":{"a":{"const":"b"}}}"#,
            ),
            (r#"{"pattern":"^a/\"","maxLength":9,"format":"none"}"#, r#""a/\"""#, r#"{"maxLength":9,"pattern":"^a/\""}"#),
            (r#"{"items":[{"type":"string"}],"minItems":1}"#, "[\"\"]", r#"{"minItems":1,"items":[{"type":"string"}]}"#),
            (r#"{"enum":["a",1],"anyOf":[{}]}"#, "1", r#"{"anyOf":[{}],"enum":["a",1]}"#),
        ] {
            assert_eq!(told(not, document), (expected.to_owned(), 0), "{not}");
        }
    }

    #[test]
    fn what_cannot_be_printed_is_a_doubt() {
        assert_eq!(told(r#"{"type":["integer","null"],"anyOf":[{}]}"#, "1").1, 1);
    }
}
