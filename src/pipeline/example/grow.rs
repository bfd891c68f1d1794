//! A document from a schema, as far as its keywords tell.
//!
//! Owns: which members and elements there are, the order of members (the schema's), bounds on size and depth.
//! Refuses: knowing whether the document passes (judge), what to change where it does not (repair).

use std::borrow::Cow;

use rustc_hash::FxHashSet;
use serde_json::{Map, Value};

use super::number::number;
use super::plan::Plan;
use super::text::WantedText;
use super::wants::{Wants, names};
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::applicators::Applicators;
use crate::pipeline::sink::is_taken_out;

/// Objects and arrays inside each other. The deepest real schemas have 12; this bounds the recursion over schemas that refer to themselves.
const DEEPEST: usize = 60;
/// Most values of a document. Real ones have 15,000 with all their members.
pub(super) const MOST_VALUES: usize = 50_000;
/// Most elements that must differ from each other, and keys that a map must have.
const MOST_UNIQUE: usize = 1000;
/// Keys that are tried until one belongs to the schema in question.
const KEYS: usize = 24;
/// Times that members are looked for again because a member asks for others.
const ROUNDS: usize = 16;

/// Makes the document that a plan describes; also tells how many values that took. Beyond [`MOST_VALUES`] they are null.
pub(super) fn grow(schema: &Schema, plan: &Plan) -> (Value, usize) {
    let mut grower = Grower { schema, plan, path: Vec::new(), open: Vec::new(), made: 0 };
    (grower.value(vec![0], 0), grower.made)
}

struct Grower<'a> {
    schema: &'a Schema,
    plan: &'a Plan,
    /// Tokens of the value that is being made.
    path: Vec<String>,
    /// The nodes of that value and of all around it.
    open: Vec<NodeId>,
    made: usize,
}

impl Grower<'_> {
    /// A value for the nodes that apply to it; `salt` tells it from its neighbours.
    fn value(&mut self, nodes: Vec<NodeId>, salt: usize) -> Value {
        self.made += 1;
        if self.path.len() > DEEPEST || self.made > MOST_VALUES {
            return Value::Null;
        }
        let wants = Wants::of(self.schema, nodes, &self.plan.branches);
        let turn = salt + wants.nodes.iter().map(|node| self.plan.turns.get(node).copied().unwrap_or(0)).sum::<usize>();
        let mut choices = self.choices(&wants);
        if !choices.is_empty() {
            let nth = turn % choices.len();
            return choices.swap_remove(nth);
        }
        let types = wants.types(self.schema);
        let kind = types.get(turn % types.len().max(1)).copied().unwrap_or("null");
        let turn = turn / types.len().max(1);
        let before = self.open.len();
        self.open.extend(&wants.nodes);
        let value = match kind {
            "object" => self.object(wants),
            "array" => self.array(&wants),
            "string" => Value::String(wants.text(self.schema).text(self.schema, turn)),
            "integer" | "number" => number(&wants, self.schema, kind == "integer", turn),
            "boolean" => Value::Bool(turn.is_multiple_of(2)),
            _ => Value::Null,
        };
        self.open.truncate(before);
        value
    }

    /// The values that `enum` and `const` leave.
    fn choices(&self, wants: &Wants) -> Vec<Value> {
        let read = |node| serde_json::from_slice::<Value>(self.schema.document.raw(node)).ok();
        let enums = wants.all(self.schema, "enum").map(|list| self.schema.document.children(list).filter_map(read).collect::<Vec<_>>());
        let consts = wants.all(self.schema, "const").filter_map(read).map(|value| vec![value]);
        let mut lists = enums.chain(consts);
        let mut left = lists.next().unwrap_or_default();
        for list in lists {
            left.retain(|value| list.contains(value));
        }
        let types = wants.types(self.schema);
        let fits = |value: &Value| types.iter().any(|kind| is_of(value, kind));
        // The type may be guessed: then it says nothing about values that are listed.
        if wants.all(self.schema, "type").next().is_some() {
            left.retain(fits);
        }
        left
    }

    fn object(&mut self, mut wants: Wants) -> Value {
        let mut keys = self.keys(&wants, &[]);
        for _ in 0..ROUNDS {
            let (more, nodes) = self.dependencies(&wants, &keys);
            let known = wants.nodes.len();
            let all = wants.nodes.iter().copied().chain(nodes).collect::<Vec<_>>();
            wants = Wants::of(self.schema, all, &self.plan.branches);
            if more.is_empty() && wants.nodes.len() == known {
                break;
            }
            keys = self.keys(&wants, &more);
        }
        let applicators: Vec<Applicators> = wants.nodes.iter().map(|&node| Applicators::of(self.schema, node)).collect();
        let mut members = Map::new();
        for key in keys {
            let nodes = member(self.schema, &applicators, &key);
            self.path.push(key.clone());
            let value = self.value(nodes, 0);
            self.path.pop();
            members.insert(key, value);
        }
        Value::Object(members)
    }

    /// The keys of an object: those that are named, in the order of the file, then those of maps.
    fn keys(&mut self, wants: &Wants, asked: &[String]) -> Vec<String> {
        let schema = self.schema;
        let mut required: Vec<String> = wants.all(schema, "required").flat_map(|list| names(schema, list)).collect();
        required.extend_from_slice(asked);
        required.extend(self.plan.asked.get(&self.path[..]).into_iter().flatten().cloned());
        let needed: FxHashSet<&String> = required.iter().collect();
        let (mut optional, mut keys): (Vec<String>, Vec<String>) = Default::default();
        let mut seen: FxHashSet<Cow<'_, str>> = FxHashSet::default();
        for property in wants.all(schema, "properties").flat_map(|properties| schema.document.children(properties)) {
            let Some(key) = schema.document.key(property).filter(|key| seen.insert(key.clone())) else { continue };
            let key = key.into_owned();
            if needed.contains(&key) || (self.plan.full && self.may_have(property, &key)) {
                keys.push(key);
            } else {
                optional.push(key);
            }
        }
        keys.extend(required.iter().filter(|key| seen.insert(Cow::Borrowed(key.as_str()))).cloned());
        let least = wants.at_least(schema, "minProperties").min(MOST_UNIQUE);
        self.fill(wants, &mut keys, optional, least);
        if let Some(most) = wants.at_most(schema, "maxProperties").filter(|&most| keys.len() > most) {
            let mut spare = keys.len() - most;
            // The last ones go first.
            keys.reverse();
            keys.retain(|key| {
                let goes = spare > 0 && !needed.contains(key);
                spare -= usize::from(goes);
                !goes
            });
            keys.reverse();
        }
        keys
    }

    /// Adds keys of maps where the document shows all, and whatever it takes to have `least` of them.
    fn fill(&mut self, wants: &Wants, keys: &mut Vec<String>, optional: Vec<String>, least: usize) {
        if self.plan.full {
            let shown = self.map_keys(wants, 0);
            keys.extend(shown.into_iter().filter(|key| !self.is_left_out(key)));
        }
        let mut spare = optional.into_iter().filter(|key| !self.is_left_out(key)).collect::<Vec<_>>().into_iter();
        let mut turn = 0;
        while keys.len() < least && turn <= least.saturating_mul(4) {
            let more = spare.next().map_or_else(|| self.map_keys(wants, turn), |key| vec![key]);
            for key in more {
                if !keys.contains(&key) && keys.len() < least {
                    keys.push(key);
                }
            }
            turn += 1;
        }
    }

    /// A key for each schema of map values.
    fn map_keys(&self, wants: &Wants, turn: usize) -> Vec<String> {
        let schema = self.schema;
        let named = Wants::of(schema, wants.all(schema, "propertyNames"), &self.plan.branches);
        let turn = turn + named.nodes.iter().map(|node| self.plan.turns.get(node).copied().unwrap_or(0)).sum::<usize>();
        let rules = named.text(schema);
        let choices: Vec<String> = self.choices(&named).iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
        let key = |rules: &WantedText, fits: &dyn Fn(&str) -> bool| {
            let listed = |turn: usize| if choices.is_empty() { Some(rules.text(schema, turn)) } else { choices.get(turn).cloned() };
            (turn..turn + KEYS).filter_map(listed).find(|key| !key.is_empty() && fits(key))
        };
        let mut keys = Vec::new();
        for &node in &wants.nodes {
            let applicators = Applicators::of(schema, node);
            let patterns = applicators.pattern_properties.into_iter().flat_map(|patterns| schema.document.children(patterns));
            for pattern in patterns.filter_map(|node| schema.document.key(node)) {
                let mut rules = rules.clone();
                rules.patterns.push(pattern.into_owned());
                keys.extend(key(&rules, &|_| true));
            }
            let values = applicators.additional_properties.filter(|&node| !self.is_open(node) && schema.document.count(node) > 0);
            if values.is_some() {
                keys.extend(key(&rules, &|key| applicators.is_additional(schema, key)));
            }
        }
        keys
    }

    /// Keys that other keys ask for, and nodes that apply because of them.
    fn dependencies(&self, wants: &Wants, keys: &[String]) -> (Vec<String>, Vec<NodeId>) {
        let schema = self.schema;
        let (mut more, mut nodes) = (Vec::new(), Vec::new());
        for needed in wants.all(schema, "dependencies").flat_map(|list| schema.document.children(list)) {
            if !schema.document.key(needed).is_some_and(|key| keys.iter().any(|present| *present == key)) {
                continue;
            }
            match schema.document.kind(needed) {
                Kind::Array => more.extend(names(schema, needed).into_iter().filter(|key| !keys.contains(key))),
                _ => nodes.push(needed),
            }
        }
        (more, nodes)
    }

    fn array(&mut self, wants: &Wants) -> Value {
        let schema = self.schema;
        let least = wants.at_least(schema, "minItems").max(usize::from(wants.all(schema, "contains").next().is_some()));
        let tuple = wants
            .all(schema, "items")
            .filter(|&items| schema.document.kind(items) == Kind::Array)
            .map(|items| schema.document.count(items))
            .max();
        let applicators: Vec<Applicators> = wants.nodes.iter().map(|&node| Applicators::of(schema, node)).collect();
        let element = |index| applicators.iter().filter_map(move |applicators| applicators.item(schema, index));
        let shows = self.plan.full && !self.is_left_out("0") && !element(0).any(|node| self.is_open(node));
        let likely = if shows && wants.all(schema, "items").next().is_some() { tuple.unwrap_or(1) } else { 0 };
        let most = wants.at_most(schema, "maxItems").unwrap_or(usize::MAX);
        let is_unique = wants.all(schema, "uniqueItems").any(|node| schema.document.raw(node) == b"true");
        let count = likely.max(least).min(most).min(if is_unique { MOST_UNIQUE } else { MOST_VALUES });
        let mut items = Vec::new();
        for index in 0..count {
            let contained = wants.all(schema, "contains").filter(|_| index == 0);
            let nodes = element(index).chain(contained).collect();
            self.path.push(index.to_string());
            items.push(self.value(nodes, if is_unique { index } else { 0 }));
            self.path.pop();
        }
        Value::Array(items)
    }

    /// Whether a member that nothing requires is shown.
    fn may_have(&self, property: NodeId, key: &str) -> bool {
        // What the decoder takes away is no part of documents.
        let is_taken = self.plan.taken_out && self.path.is_empty() && is_taken_out(key);
        let is_never = self.schema.document.raw(property) == b"false";
        !is_taken && !is_never && !self.is_left_out(key) && !self.is_open(property)
    }

    /// Whether a node is being made already: a schema that refers to itself has no end.
    fn is_open(&self, node: NodeId) -> bool {
        self.open.contains(&self.schema.resolve(node))
    }

    fn is_left_out(&self, token: &str) -> bool {
        let place: Vec<String> = self.path.iter().map(String::as_str).chain([token]).map(str::to_owned).collect();
        self.plan.left_out.contains(&place)
    }
}

/// The nodes for the value of a key.
fn member(schema: &Schema, applicators: &[Applicators], key: &str) -> Vec<NodeId> {
    let mut found = Vec::new();
    for applicators in applicators {
        let before = found.len();
        found.extend(applicators.property(schema, key));
        found.extend(applicators.patterns(schema, key));
        if found.len() == before {
            found.extend(applicators.additional_properties);
        }
    }
    found
}

/// Whether a value is of a JSON Schema type.
fn is_of(value: &Value, kind: &str) -> bool {
    match value {
        Value::Object(_) => kind == "object",
        Value::Array(_) => kind == "array",
        Value::String(_) => kind == "string",
        Value::Number(number) => kind == "number" || (kind == "integer" && !number.is_f64()),
        Value::Bool(_) => kind == "boolean",
        Value::Null => kind == "null",
    }
}
