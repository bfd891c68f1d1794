//! The schema nodes that the pipeline's validator can name at a place.
//!
//! Owns: going from the root along the tokens as the validator does, in the order in which it would fail, never past a node that hides
//! what is below it.
//! Refuses: judging which of them broke (fits).

use super::parts::NodeParts;
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::applicators::{Applicators, position};

/// Most nodes followed at one place.
const MOST_PLACES: usize = 128;
/// Deepest nesting of schemas in `dependencies` of one another.
const MOST_DEPENDENCIES: usize = 16;

/// A node that a message may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodePlace {
    pub(super) node: NodeId,
    /// Whether it judges the member's name (`propertyNames`).
    pub(super) about_name: bool,
}

/// A walk through schema and, as far as it goes, document.
struct Walker<'a> {
    schema: &'a Schema,
    document: Option<&'a Document>,
    found: Vec<NodePlace>,
}

/// The nodes for decoded tokens, first those that the validator judges first. The document, where there is one, rules out ways that it does
/// not go; places that are not in it are followed by the schema alone, because the pipeline removes members before it judges.
pub(super) fn reach<S: AsRef<str>>(schema: &Schema, tokens: &[S], document: Option<&Document>) -> Vec<NodePlace> {
    let mut walker = Walker { schema, document, found: Vec::new() };
    let mut value = document.filter(|document| !document.is_empty()).map(|_| 0);
    let mut nodes = vec![schema.resolve(0)];
    for (i, token) in tokens.iter().enumerate() {
        let token = token.as_ref();
        let is_last = i + 1 == tokens.len();
        for &node in &nodes {
            walker.step(node, token, value, is_last, MOST_DEPENDENCIES);
        }
        value = value.and_then(|value| document?.child(value, token));
        if is_last {
            break;
        }
        nodes = std::mem::take(&mut walker.found).into_iter().map(|place| place.node).collect();
    }
    let ends =
        if tokens.is_empty() { vec![NodePlace { node: schema.resolve(0), about_name: false }] } else { std::mem::take(&mut walker.found) };
    for place in ends {
        walker.settle(place, value, MOST_DEPENDENCIES);
    }
    walker.found
}

impl Walker<'_> {
    /// One token further from a node, in the validator's order.
    fn step(&mut self, node: NodeId, token: &str, value: Option<NodeId>, is_last: bool, depth: usize) {
        if NodeParts::of(self.schema, node).hides() {
            return;
        }
        let found = Applicators::of(self.schema, node);
        let container = value.and_then(|value| Some(self.document?.kind(value)));
        if container.is_none_or(|kind| kind == Kind::Array) && !found.only(self.schema, Kind::Object) {
            let item = position(token).and_then(|index| found.item(self.schema, index));
            item.into_iter().for_each(|node| self.add(node, false));
        }
        if container.is_some_and(|kind| kind != Kind::Object) || found.only(self.schema, Kind::Array) {
            return;
        }
        if let Some(names) = found.property_names.filter(|_| is_last) {
            self.add(names, true);
        }
        let property = found.property(self.schema, token);
        let patterns: Vec<NodeId> = found.patterns(self.schema, token).take(MOST_PLACES).collect();
        let rest = found.additional_properties.filter(|_| property.is_none() && patterns.is_empty());
        rest.into_iter().chain(patterns).for_each(|node| self.add(node, false));
        for dependency in self.dependencies(&found, value) {
            if depth > 0 {
                self.step(dependency, token, value, is_last, depth - 1);
            }
        }
        property.into_iter().for_each(|node| self.add(node, false));
    }

    /// The place itself, then the schemas of its `dependencies`, which speak about the same value.
    fn settle(&mut self, place: NodePlace, value: Option<NodeId>, depth: usize) {
        self.add(place.node, place.about_name);
        if place.about_name || depth == 0 || NodeParts::of(self.schema, place.node).hides() {
            return;
        }
        let found = Applicators::of(self.schema, place.node);
        for node in self.dependencies(&found, value) {
            self.settle(NodePlace { node, about_name: false }, value, depth - 1);
        }
    }

    /// Schemas in `dependencies`, without those whose member the document does not have.
    fn dependencies(&self, found: &Applicators, value: Option<NodeId>) -> Vec<NodeId> {
        let document = &self.schema.document;
        let all = found.dependencies.into_iter().flat_map(|node| document.children(node));
        let applies = |node: &NodeId| match (self.document, value, document.key(*node)) {
            (Some(judged), Some(value), Some(key)) => judged.member(value, &key).is_some(),
            _ => true,
        };
        all.filter(|&node| document.kind(node) == Kind::Object)
            .filter(applies)
            .map(|node| self.schema.resolve(node))
            .take(MOST_PLACES)
            .collect()
    }

    fn add(&mut self, node: NodeId, about_name: bool) {
        let place = NodePlace { node: self.schema.resolve(node), about_name };
        if self.found.len() < MOST_PLACES && !self.found.contains(&place) {
            self.found.push(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(schema: &str, tokens: &[&str], document: Option<&str>) -> Vec<String> {
        let schema = Schema::parse("t", schema.into()).unwrap();
        let document = document.map(|text| Document::parse(text.as_bytes()));
        reach(&schema, tokens, document.as_ref()).into_iter().map(|place| schema.pointer(place.node)).collect()
    }

    #[test]
    fn places_come_in_the_order_of_failing() {
        let schema = r#"{"$schema":"http://json-schema.org/draft-06/schema#","type":"object","properties":{"ab":{"title":"name"}},
            "patternProperties":{"^a":{}},"propertyNames":{"maxLength":1},"dependencies":{"x":{"properties":{"ab":{}}},"y":["ab"]},"additionalProperties":{}}"#;
        let all = ["/propertyNames", "/patternProperties/^a", "/dependencies/x/properties/ab", "/properties/ab"];
        assert_eq!(reached(schema, &["ab"], None), all);
        assert_eq!(reached(schema, &["ab"], Some(r#"{"ab":1}"#)), [all[0], all[1], all[3]]);
        assert_eq!(reached(schema, &["b"], None), ["/propertyNames", "/additionalProperties"]);
        assert_eq!(reached(schema, &[], None), ["", "/dependencies/x"]);
    }

    #[test]
    fn nothing_below_a_combinator_is_named() {
        let schema = r#"{"properties":{"a":{"type":["object","null"],"properties":{"b":{}}},"e":{"oneOf":[{"properties":{"b":{}}}]}}}"#;
        assert_eq!(reached(schema, &["a"], None), ["/properties/a"]);
        assert!(reached(schema, &["a", "b"], None).is_empty());
        assert!(reached(schema, &["e", "b"], None).is_empty());
    }

    #[test]
    fn the_document_tells_a_list_from_a_map() {
        let schema = r#"{"properties":{"p":{"items":{"title":"element"},"additionalProperties":{"title":"member"}}}}"#;
        // Both families without a type make two schemas, which hide everything below.
        assert!(reached(schema, &["p", "0"], None).is_empty());
        let schema = r#"{"properties":{"p":{"type":"object","additionalProperties":{"title":"member"}}}}"#;
        assert_eq!(reached(schema, &["p", "0"], Some(r#"{"p":{"0":1}}"#)), ["/properties/p/additionalProperties"]);
        assert!(reached(schema, &["p", "0"], Some(r#"{"p":[1]}"#)).is_empty());
    }
}
