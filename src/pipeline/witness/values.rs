//! Values that one node takes and another refuses, found by trying them on both.
//!
//! Owns: which values are tried: made of the patterns, limits, names and branches of both nodes.
//! Refuses: putting them into a document (paths), the proof by the real schemas (witness).

use rustc_hash::FxHashSet;
use serde_json::{Map, Value, json};

use super::judge_of;
use super::probes::{probes, texts};
use crate::pipeline::document::Document;
use crate::pipeline::example::{self, Wanted, text_for};
use crate::pipeline::verdict::judge::{self, Judge};

/// Values that are given, the shortest first.
const MOST_FOUND: usize = 6;

/// Values that are tried.
const MOST_TRIED: usize = 3_000;

/// Bytes of a node from which on documents are not made of it again and again.
const LARGE: usize = 20_000;

/// Texts that are made of one pattern.
const TURNS: usize = 8;

/// Those of them that make it long.
const LONG_TURNS: [usize; 8] = [12, 16, 24, 32, 48, 64, 96, 128];

/// Names and texts that are looked at of a node.
const MOST_NAMED: usize = 12;

/// The member that stands for the place in a schema of one member.
const PLACE: &str = "x";

/// Both nodes, with the schemas that they stand in.
pub(super) struct NodePair<'a> {
    pub taking: &'a Value,
    pub refusing: &'a Value,
    pub node: &'a Value,
    pub theirs: &'a Value,
}

impl NodePair<'_> {
    /// Values that the one takes and the other refuses; and how many were tried.
    pub(super) fn between(&self) -> (Vec<Value>, usize) {
        let (Some(takes), Some(refuses)) = (alone(self.taking, self.node), alone(self.refusing, self.theirs)) else {
            return (Vec::new(), 0);
        };
        let mut seen = FxHashSet::default();
        let mut all = self.pool();
        all.retain(|value| seen.insert(value.to_string()));
        all.truncate(MOST_TRIED);
        let tried = all.len();
        let shows = |value: &Value| {
            let document = Document::parse(json!({ PLACE: value }).to_string().into_bytes());
            let passes = |judge: &Judge| judge.passes(judge::input("", &document));
            passes(&takes) && !passes(&refuses)
        };
        all.retain(shows);
        all.sort_by_key(|value| value.to_string().len());
        all.truncate(MOST_FOUND);
        (all, tried)
    }

    fn pool(&self) -> Vec<Value> {
        let mut all = self.made();
        let mut texts: Vec<String> = texts(self.theirs);
        let mut names = Vec::new();
        let mut numbers = vec![0.0, 0.1, 0.25];
        for node in [self.node, self.theirs] {
            collect(node, &mut texts, &mut names, &mut numbers);
        }
        let objects: Vec<Map<String, Value>> = all.iter().filter_map(|value| value.as_object().cloned()).take(MOST_NAMED).collect();
        // Names of members are tried with a value that the node takes.
        let fitting = objects.iter().flat_map(|object| object.values()).next().cloned().unwrap_or(Value::Null);
        all.extend(texts.iter().filter(|name| !name.is_empty()).map(|name| json!({ name: fitting })));
        all.extend(probes());
        for name in names.iter().chain(&texts).filter(|name| !name.is_empty()).take(4 * MOST_NAMED) {
            all.extend(few_probes().into_iter().map(|value| json!({ name: value })));
        }
        all.extend(numbers.iter().flat_map(|&number| around(number)));
        all.extend(texts.iter().map(|text| Value::from(text.as_str())));
        all.extend(texts.iter().map(|text| json!([text])));
        // What was made of them, with one member less, and with other values.
        for object in objects {
            for key in object.keys().take(MOST_NAMED).chain(names.iter().take(MOST_NAMED)) {
                let mut less = object.clone();
                less.shift_remove(key);
                all.push(Value::Object(less));
                for value in few_probes() {
                    let mut other = object.clone();
                    other.insert(key.clone(), value);
                    all.push(Value::Object(other));
                }
            }
        }
        all
    }

    /// Examples of the node with what the other one asks for, or without it.
    fn made(&self) -> Vec<Value> {
        if self.node.to_string().len() + self.theirs.to_string().len() > LARGE {
            return Vec::new();
        }
        let own = |key: &'static str| [self.theirs, self.node].into_iter().filter_map(move |node| node.get(key));
        let not = |schema: &Value| json!({ "not": schema });
        let mut asked: Vec<Vec<Value>> = vec![vec![], vec![not(self.theirs)]];
        asked.extend(own("not").map(|refused| vec![refused.clone()]));
        for test in own("if") {
            asked.push(vec![test.clone()]);
            asked.push(vec![not(test)]);
            asked.extend(own("then").map(|then| vec![test.clone(), not(then)]));
            asked.extend(own("else").map(|other| vec![not(test), not(other)]));
        }
        let dependencies = own("dependencies").filter_map(Value::as_object).flatten();
        asked.extend(dependencies.take(MOST_NAMED).map(|(key, _)| vec![json!({ "required": [key] })]));
        for list in ["anyOf", "oneOf", "allOf"] {
            let branches = own(list).filter_map(Value::as_array).flatten();
            asked.extend(branches.take(MOST_NAMED).flat_map(|branch| [vec![branch.clone()], vec![not(branch)]]));
        }
        let example = |parts: Vec<Value>, full: bool| {
            let mut all = vec![self.node.clone()];
            all.extend(parts);
            let node = if all.len() == 1 { all.swap_remove(0) } else { json!({ "allOf": all }) };
            let judge = alone(self.taking, &node)?;
            let made = example::document(&judge, Wanted { full, ..Wanted::default() }).ok()?;
            let mut value: Value = serde_json::from_slice(made.document.text()).ok()?;
            value.get_mut(PLACE).map(Value::take)
        };
        asked.into_iter().flat_map(|parts| [example(parts.clone(), false), example(parts, true)]).flatten().collect()
    }
}

/// A schema of documents with one member, which is of a node.
fn alone(schema: &Value, node: &Value) -> Option<Judge> {
    let mut all = Map::new();
    for name in ["$schema", "definitions", "$defs"] {
        let is_used = name == "$schema" || node.to_string().contains("$ref");
        if let Some(value) = schema.get(name).filter(|_| is_used) {
            all.insert(name.to_owned(), value.clone());
        }
    }
    all.insert("type".to_owned(), json!("object"));
    all.insert("properties".to_owned(), json!({ PLACE: node }));
    all.insert("required".to_owned(), json!([PLACE]));
    judge_of(&Value::Object(all))
}

/// Texts, names of members and numbers that a node and all below it speak of.
fn collect(node: &Value, texts: &mut Vec<String>, names: &mut Vec<String>, numbers: &mut Vec<f64>) {
    let mut open = vec![node];
    let mut left = 400;
    while let Some(node) = open.pop() {
        left -= 1;
        if left == 0 {
            return;
        }
        match node {
            Value::Object(members) => {
                for (key, value) in members {
                    match (key.as_str(), value) {
                        ("pattern", Value::String(pattern)) => texts.extend(of_pattern(pattern)),
                        ("patternProperties", Value::Object(patterns)) => {
                            names.extend(patterns.keys().filter_map(|pattern| text_for(pattern, 0)));
                            texts.extend(patterns.keys().flat_map(|pattern| of_pattern(pattern)));
                        }
                        ("properties" | "dependencies", Value::Object(members)) => names.extend(members.keys().take(MOST_NAMED).cloned()),
                        ("required", Value::Array(required)) => {
                            names.extend(required.iter().filter_map(Value::as_str).take(MOST_NAMED).map(str::to_owned));
                        }
                        ("enum", Value::Array(values)) => texts.extend(values.iter().filter_map(Value::as_str).take(4).map(str::to_owned)),
                        (_, Value::Number(number)) => numbers.extend(number.as_f64()),
                        _ => {}
                    }
                    open.push(value);
                }
            }
            Value::Array(items) => open.extend(items.iter().take(MOST_NAMED)),
            _ => {}
        }
    }
}

/// Texts of a pattern, and such as are nearly of it.
fn of_pattern(pattern: &str) -> Vec<String> {
    let samples = (0..TURNS).filter_map(|turn| text_for(pattern, turn));
    let near = |text: String| {
        let less = |text: &str| text.chars().next_back().map_or(0, char::len_utf8);
        let first = text.chars().next().map_or(0, char::len_utf8);
        let mut all: Vec<String> = ["x", "0", " ", "!", "-", ".", "é", "X", "_", "\n"].iter().map(|end| format!("{text}{end}")).collect();
        all.extend(["x", "0", " ", "-", "X", "."].iter().map(|begin| format!("{begin}{text}")));
        all.extend([text[..text.len() - less(&text)].to_owned(), text[first..].to_owned(), text.to_uppercase(), text.to_lowercase()]);
        all.push(text.repeat(2));
        all.push(text);
        all
    };
    // Limits of length are met by longer ones.
    let long = LONG_TURNS.iter().filter_map(|&turn| text_for(pattern, turn));
    samples.flat_map(near).chain(long).collect()
}

/// Numbers next to one, and its first multiples.
fn around(number: f64) -> Vec<Value> {
    let near = [0.0, 1.0, -1.0, 0.5, -0.5, 0.1].into_iter().map(|by| number + by);
    let multiples = [-1.0, 0.5, 2.0, 3.0, 4.0, 5.0, 7.0, 1.5].into_iter().map(|by| number * by);
    let whole = |value: f64| value.fract() == 0.0 && value.abs() < 1e15;
    near.chain(multiples).map(|value| if whole(value) { json!(value as i64) } else { json!(value) }).collect()
}

/// A value of each kind.
fn few_probes() -> Vec<Value> {
    vec![json!(null), json!(""), json!(0), json!("x"), json!(true), json!({}), json!([]), json!(0.5)]
}
