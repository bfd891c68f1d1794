//! The properties that a schema describes, and which of them a document has.
//!
//! Owns: both as nodes under `properties`, wherever combinators and `$ref`s lead.
//! Refuses: counting over documents (triage/losses), keys of maps, which are no properties.

use rustc_hash::FxHashSet;

use super::Schema;
use super::applicators::Applicators;
use super::walk::{onward, start};
use crate::pipeline::document::{Document, Kind, NodeId};

/// Deepest level of a document that is looked at.
const DEEPEST: usize = 200;

/// Every property that documents can have, in the order of the file.
pub fn described(schema: &Schema) -> Vec<NodeId> {
    let document = &schema.document;
    let (mut found, mut seen, mut open) = (Vec::new(), FxHashSet::default(), vec![0]);
    while let Some(node) = open.pop() {
        let node = schema.resolve(node);
        if !seen.insert(node) {
            continue;
        }
        let here = Applicators::of(schema, node);
        let properties = here.properties.into_iter().flat_map(|node| document.children(node));
        let of_patterns = here.pattern_properties.into_iter().flat_map(|node| document.children(node));
        let of_items = here.items.into_iter().flat_map(|node| match document.kind(node) {
            Kind::Array => document.children(node).collect(),
            _ => vec![node],
        });
        let before = found.len();
        found.extend(properties);
        open.extend(found.get(before..).unwrap_or_default().iter().copied());
        open.extend(of_patterns.chain(of_items).chain(here.additional_properties).chain(here.additional_items).chain(here.beside(schema)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Those that a document has, each once.
pub fn reached(schema: &Schema, document: &Document) -> Vec<NodeId> {
    let mut found = FxHashSet::default();
    let mut open = vec![(0, start(schema), 0)];
    while let Some((value, nodes, depth)) = open.pop() {
        if depth == DEEPEST || document.is_empty() {
            continue;
        }
        let here: Vec<Applicators> = nodes.iter().map(|&node| Applicators::of(schema, node)).collect();
        for child in document.children(value) {
            let key = document.key(child);
            if let Some(key) = &key {
                found.extend(here.iter().filter_map(|node| node.property(schema, key)));
            }
            if document.kind(child).is_container() {
                let token = key.map_or_else(|| document.index(child).to_string(), |key| key.into_owned());
                let (next, _) = onward(schema, &nodes, &token);
                if !next.is_empty() {
                    open.push((child, next, depth + 1));
                }
            }
        }
    }
    let mut found: Vec<NodeId> = found.into_iter().collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_behind_references_lists_and_branches() {
        let text = r##"{"definitions":{"leaf":{"properties":{"x":{}}},"unused":{"properties":{"u":{}}}},
            "properties":{"a":{"$ref":"#/definitions/leaf"},"list":{"items":{"properties":{"y":{},"z":{}}}},
              "map":{"additionalProperties":{"$ref":"#/definitions/leaf"}}},
            "anyOf":[{"properties":{"b":{}}},{"required":["a"]}]}"##;
        let schema = Schema::parse("t", text.into()).unwrap();
        let shown = |nodes: Vec<NodeId>| nodes.into_iter().map(|node| schema.pointer(node)).collect::<Vec<_>>();
        let all = ["/definitions/leaf/properties/x", "/properties/a", "/properties/list", "/properties/list/items/properties/y"];
        let more = ["/properties/list/items/properties/z", "/properties/map", "/anyOf/0/properties/b"];
        assert_eq!(shown(described(&schema)), [&all[..], &more].concat());
        let has = |text: &str| shown(reached(&schema, &Document::parse(text.as_bytes().to_vec())));
        assert_eq!(has(r#"{"list":[{},{"z":1}],"b":2,"c":3}"#), [&all[2..3], &more[..1], &more[2..]].concat());
        assert_eq!(has(r#"{"map":{"k":{"x":1}}}"#), ["/definitions/leaf/properties/x", "/properties/map"]);
        assert_eq!((has("[1]"), has("")), (Vec::new(), Vec::<String>::new()));
    }
}
