//! All that is asked of one value: the schema nodes that apply to it at once.
//!
//! Owns: following `$ref`, `allOf`, conditions and the chosen branches of `anyOf` and `oneOf`; keywords of several nodes taken together.
//! Refuses: making values, choosing branches (they are told).

use rustc_hash::FxHashMap;

use super::text::WantedText;
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::{Draft, Schema};

/// Most nodes that apply to one value.
const MOST_NODES: usize = 128;

/// Which branch is taken, by the node of the list of branches.
pub(super) type TakenBranches = FxHashMap<NodeId, usize>;

/// JSON types of values, the likeliest first where nothing else decides.
pub(super) const TYPES: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];

/// The nodes that apply to one value.
#[derive(Debug, Clone, Default)]
pub(super) struct Wants {
    pub nodes: Vec<NodeId>,
}

impl Wants {
    /// The nodes with all that they lead to for the same value.
    pub(super) fn of(schema: &Schema, nodes: impl IntoIterator<Item = NodeId>, branches: &TakenBranches) -> Self {
        let mut wants = Wants::default();
        nodes.into_iter().for_each(|node| wants.add(schema, node));
        let mut next = 0;
        while let Some(&node) = wants.nodes.get(next) {
            next += 1;
            for list in ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|name| schema.keyword(node, name)) {
                let all: Vec<NodeId> = schema.document.children(list).collect();
                if schema.document.raw_key(list) == Some(b"allOf") {
                    all.into_iter().for_each(|node| wants.add(schema, node));
                } else if let Some(branch) = branch(schema, list, branches) {
                    wants.add(schema, branch);
                }
            }
            wants.condition(schema, node, branches);
        }
        wants
    }

    fn add(&mut self, schema: &Schema, node: NodeId) {
        let node = schema.resolve(node);
        if self.nodes.len() < MOST_NODES && schema.document.kind(node) == Kind::Object && !self.nodes.contains(&node) {
            self.nodes.push(node);
        }
    }

    /// `if` with `then`, or `else` alone: counted as two branches of the condition.
    fn condition(&mut self, schema: &Schema, node: NodeId, branches: &TakenBranches) {
        let Some(test) = schema.keyword(node, "if").filter(|_| schema.draft() >= Draft::Seven) else { return };
        let taken: &[&str] = if branches.get(&test).copied().unwrap_or(0).is_multiple_of(2) { &["if", "then"] } else { &["else"] };
        taken.iter().filter_map(|name| schema.keyword(node, name)).for_each(|node| self.add(schema, node));
    }

    /// Values of a keyword, of all nodes.
    pub(super) fn all<'a>(&'a self, schema: &'a Schema, name: &'a str) -> impl Iterator<Item = NodeId> + 'a {
        self.nodes.iter().filter_map(move |&node| schema.keyword(node, name))
    }

    /// Numbers of a keyword, of all nodes.
    pub(super) fn numbers<'a>(&'a self, schema: &'a Schema, name: &'a str) -> impl Iterator<Item = f64> + 'a {
        self.all(schema, name).filter_map(|node| number(schema, node))
    }

    /// The largest of the counts of a keyword.
    pub(super) fn at_least(&self, schema: &Schema, name: &str) -> usize {
        self.numbers(schema, name).fold(0.0, f64::max) as usize
    }

    /// The smallest of the counts of a keyword.
    pub(super) fn at_most(&self, schema: &Schema, name: &str) -> Option<usize> {
        self.numbers(schema, name).reduce(f64::min).map(|most| most as usize)
    }

    /// Types that all nodes let through: what they name, else what their other keywords are about.
    pub(super) fn types(&self, schema: &Schema) -> Vec<&'static str> {
        let named: Vec<Vec<String>> = self.all(schema, "type").map(|node| names(schema, node)).collect();
        let fits =
            |kind: &&str| named.iter().all(|names| names.iter().any(|name| name == kind || (*kind == "integer" && name == "number")));
        let mut types: Vec<&'static str> = TYPES.into_iter().filter(fits).collect();
        if let Some(first) = named.first() {
            // In the order of the file, null last: it says least.
            types.sort_by_key(|kind| (*kind == "null", first.iter().position(|name| name == kind)));
            // An integer is a number, but where numbers are asked for it might fit a branch too many.
            let is_number = types.contains(&"number") && !first.iter().any(|name| name == "integer");
            types.retain(|kind| !(is_number && *kind == "integer"));
            return types;
        }
        let about = |names: &[&str]| names.iter().any(|name| self.all(schema, name).next().is_some());
        let likely = if about(&[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "dependencies",
        ]) {
            "object"
        } else if about(&["items", "minItems", "maxItems", "uniqueItems", "contains", "additionalItems"]) {
            "array"
        } else if about(&["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"]) {
            "integer"
        } else {
            "string"
        };
        types.sort_by_key(|kind| *kind != likely);
        types
    }

    /// What its text must be like.
    pub(super) fn text(&self, schema: &Schema) -> WantedText {
        WantedText {
            patterns: self.all(schema, "pattern").filter_map(|node| Some(schema.document.string(node)?.into_owned())).collect(),
            format: self.all(schema, "format").find_map(|node| Some(schema.document.string(node)?.into_owned())),
            least: self.at_least(schema, "minLength"),
            most: self.at_most(schema, "maxLength"),
        }
    }
}

/// The branch of `anyOf` or `oneOf` that is taken: first the first one that is not only null.
pub(super) fn branch(schema: &Schema, list: NodeId, branches: &TakenBranches) -> Option<NodeId> {
    let count = schema.document.count(list);
    let is_null = |&node: &NodeId| schema.keyword_text(node, "type").as_deref() == Some("null");
    let first = schema.document.children(list).position(|node| !is_null(&node)).unwrap_or(0);
    let turn = branches.get(&list).copied().unwrap_or(0);
    schema.document.element(list, (first + turn) % count.max(1))
}

/// A keyword's value as a number.
pub(super) fn number(schema: &Schema, node: NodeId) -> Option<f64> {
    let is_number = schema.document.kind(node) == Kind::Number;
    std::str::from_utf8(schema.document.raw(node)).ok().filter(|_| is_number)?.parse().ok()
}

/// A text or a list of texts.
pub(super) fn names(schema: &Schema, node: NodeId) -> Vec<String> {
    let document = &schema.document;
    match document.kind(node) {
        Kind::Array => document.children(node).filter_map(|item| Some(document.string(item)?.into_owned())).collect(),
        _ => document.string(node).map(|name| name.into_owned()).into_iter().collect(),
    }
}
