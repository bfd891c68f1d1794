//! The way back: from a schema node to the value that it speaks about.
//!
//! Owns: turning a place in the schema into steps through a document, taking them.
//! Refuses: judging the value found.

use super::Schema;
use super::applicators::Applicators;
use crate::pipeline::document::{Document, Kind, NodeId};

/// Deepest place looked for: the search goes one call deeper with every step.
const MOST_STEPS: usize = 256;
/// Most `$ref`s on the way to a definition.
const MOST_REFERENCES: usize = 8;
/// Most ways tried to one definition.
const MOST_ROUTES: usize = 16;
/// Most values looked at.
const MOST_VALUES: usize = 200_000;

/// One step from a value to a value inside it.
#[derive(Debug, Clone)]
enum InstanceStep {
    /// The member of that name.
    Member(String),
    /// Any member whose name the pattern finds.
    Matching(String),
    /// Any member that neither `properties` nor `patternProperties` of the schema node names.
    Additional(NodeId),
    /// Any member.
    AnyMember,
    /// Any element from that position on.
    From(usize),
    /// The element at that position.
    Element(usize),
}

impl InstanceStep {
    fn into_token(self) -> String {
        match self {
            InstanceStep::Member(name) => name,
            InstanceStep::Matching(_) | InstanceStep::Additional(_) | InstanceStep::AnyMember => "key".to_owned(),
            InstanceStep::From(index) | InstanceStep::Element(index) => index.to_string(),
        }
    }
}

/// The first value of the document that the schema node speaks about: the way back from a node under the cursor.
/// For a keyword or a list of properties that is the value of the schema around it.
pub fn instance_of(schema: &Schema, node: NodeId, document: &Document) -> Option<NodeId> {
    if document.is_empty() {
        return None;
    }
    let mut budget = MOST_VALUES;
    routes(schema, node, MOST_REFERENCES).iter().find_map(|steps| seek(schema, document, 0, steps, &mut budget))
}

/// A place that the schema node speaks about, as decoded tokens: names where the schema gives them, `key` for any member and the first
/// position for any element. `None` for what no document reaches, such as a definition without references.
pub fn location_of(schema: &Schema, node: NodeId) -> Option<Vec<String>> {
    let route = routes(schema, node, MOST_REFERENCES).into_iter().next()?;
    Some(route.into_iter().map(InstanceStep::into_token).collect())
}

/// Steps from the document's root; several where the node is a definition that several places refer to.
fn routes(schema: &Schema, node: NodeId, references: usize) -> Vec<Vec<InstanceStep>> {
    let mut chain: Vec<NodeId> = schema.document.ancestors(node).collect();
    chain.reverse();
    let (steps, reached) = steps_along(schema, &chain);
    // What no step leads into can be reached through `$ref` only.
    let entry = (reached + 1..chain.len()).find(|&i| schema.references().iter().any(|&(_, target)| target == chain[i]));
    let Some(entry) = entry.filter(|_| references > 0) else {
        let unreachable =
            chain.get(reached + 1).and_then(|&at| schema.document.key(at)).is_some_and(|key| key == "definitions" || key == "$defs");
        return if unreachable || steps.len() > MOST_STEPS { Vec::new() } else { vec![steps] };
    };
    let (rest, _) = steps_along(schema, &chain[entry..]);
    let owners = schema.references().iter().filter(|&&(_, target)| target == chain[entry]).map(|&(owner, _)| owner);
    let mut found = Vec::new();
    for owner in owners {
        for mut route in routes(schema, owner, references - 1) {
            if found.len() == MOST_ROUTES {
                return found;
            }
            route.extend(rest.iter().cloned());
            if route.len() <= MOST_STEPS {
                found.push(route);
            }
        }
    }
    found
}

/// Steps along nested schema nodes, the first of which is a schema; also how far along the last schema on the way is.
fn steps_along(schema: &Schema, chain: &[NodeId]) -> (Vec<InstanceStep>, usize) {
    let document = &schema.document;
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some(&keyword) = chain.get(at + 1) {
        let inside = chain.get(at + 2).copied();
        let inside_name = || inside.and_then(|node| document.key(node)).map(std::borrow::Cow::into_owned);
        let is_list = document.kind(keyword) == Kind::Array;
        let (step, taken) = match document.key(keyword).as_deref() {
            Some("properties") => (inside_name().map(InstanceStep::Member), 2),
            Some("patternProperties") => (inside_name().map(InstanceStep::Matching), 2),
            Some("additionalProperties") => (Some(InstanceStep::Additional(chain[at])), 1),
            Some("propertyNames") => (Some(InstanceStep::AnyMember), 1),
            Some("items") if is_list => (inside.map(|node| InstanceStep::Element(document.index(node))), 2),
            Some("items" | "contains") => (Some(InstanceStep::From(0)), 1),
            Some("additionalItems") => {
                let tuple = schema.keyword(chain[at], "items").map_or(0, |items| document.count(items));
                (Some(InstanceStep::From(tuple)), 1)
            }
            Some("allOf" | "anyOf" | "oneOf" | "dependencies") => (None, 2),
            Some("not" | "if" | "then" | "else") => (None, 1),
            _ => break,
        };
        if at + taken >= chain.len() {
            break;
        }
        steps.extend(step);
        at += taken;
    }
    (steps, at)
}

/// Takes the steps from a value, trying every member or element that fits, in document order.
fn seek(schema: &Schema, document: &Document, value: NodeId, steps: &[InstanceStep], budget: &mut usize) -> Option<NodeId> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    let wanted = match step {
        InstanceStep::From(_) | InstanceStep::Element(_) => Kind::Array,
        _ => Kind::Object,
    };
    if document.kind(value) != wanted {
        return None;
    }
    match step {
        InstanceStep::Member(name) => document.member(value, name).and_then(|node| seek(schema, document, node, rest, budget)),
        InstanceStep::Element(index) => document.element(value, *index).and_then(|node| seek(schema, document, node, rest, budget)),
        InstanceStep::From(first) => try_children(document, value, budget, |node, budget| {
            if document.index(node) < *first { None } else { seek(schema, document, node, rest, budget) }
        }),
        InstanceStep::AnyMember => try_children(document, value, budget, |node, budget| seek(schema, document, node, rest, budget)),
        InstanceStep::Matching(pattern) => try_children(document, value, budget, |node, budget| {
            let fits = document.key(node).is_some_and(|key| schema.pattern_found(pattern, &key));
            if fits { seek(schema, document, node, rest, budget) } else { None }
        }),
        InstanceStep::Additional(owner) => {
            let owner = Applicators::of(schema, *owner);
            try_children(document, value, budget, |node, budget| {
                let fits = document.key(node).is_some_and(|key| owner.is_additional(schema, &key));
                if fits { seek(schema, document, node, rest, budget) } else { None }
            })
        }
    }
}

fn try_children(
    document: &Document,
    value: NodeId,
    budget: &mut usize,
    mut attempt: impl FnMut(NodeId, &mut usize) -> Option<NodeId>,
) -> Option<NodeId> {
    for node in document.children(value) {
        *budget = budget.checked_sub(1)?;
        let found = attempt(node, budget);
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::document::PathStyle;

    const SCHEMA: &str = r##"{"properties":{
            "list":{"items":{"properties":{"deep":{"maxLength":3}}}},
            "map":{"properties":{"known":{}},"patternProperties":{"^p":{"title":"p"}},"additionalProperties":{"title":"rest"},"propertyNames":{"maxLength":3}},
            "tuple":{"items":[{},{}],"additionalItems":{"title":"more"}},
            "any":{"anyOf":[{"type":"null"},{"properties":{"x":{}}}]},
            "ref":{"items":{"$ref":"#/definitions/thing"}}},
        "definitions":{"thing":{"properties":{"name":{},"sub":{"$ref":"#/definitions/thing"}}},"orphan":{}}}"##;
    const DOCUMENT: &str =
        r#"{"list":[{},{"deep":"x"}],"map":{"known":1,"pat":2,"other":3},"tuple":[0,1,2],"any":{"x":1},"ref":[{"name":"n"}]}"#;

    fn found(pointer: &str) -> Option<String> {
        let schema = Schema::parse("t", SCHEMA.into()).unwrap();
        let document = Document::parse(DOCUMENT.as_bytes());
        let node = schema.node_at_pointer(pointer).unwrap();
        instance_of(&schema, node, &document).map(|node| document.path(node, PathStyle::Pointer))
    }

    #[test]
    fn every_kind_of_node_finds_its_value() {
        for (pointer, value) in [
            ("", ""),
            ("/properties/list/items/properties/deep/maxLength", "/list/1/deep"),
            ("/properties/list/items/properties", "/list/0"),
            ("/properties/map/patternProperties/^p", "/map/pat"),
            ("/properties/map/additionalProperties/title", "/map/other"),
            ("/properties/map/propertyNames", "/map/known"),
            ("/properties/tuple/items/1", "/tuple/1"),
            ("/properties/tuple/additionalItems", "/tuple/2"),
            ("/properties/any/anyOf/1/properties/x", "/any/x"),
            ("/definitions/thing/properties/name", "/ref/0/name"),
            ("/definitions/thing", "/ref/0"),
        ] {
            assert_eq!(found(pointer).as_deref(), Some(value), "{pointer}");
        }
    }

    #[test]
    fn what_no_document_reaches_has_no_value() {
        assert_eq!(found("/definitions/orphan"), None);
        assert_eq!(found("/definitions/thing/properties/sub/$ref"), None);
    }
}
