//! The keywords of one schema node that lead to other schema nodes.
//!
//! Owns: reading them in one pass, obeying only those of the schema's draft.
//! Refuses: keywords that judge a value (verdict).

use super::{Draft, Schema};
use crate::pipeline::document::{Kind, NodeId};

/// The subschema keywords that a node holds.
#[derive(Debug, Default)]
pub(crate) struct Applicators {
    pub(crate) kind: Option<NodeId>,
    pub(crate) properties: Option<NodeId>,
    pub(crate) pattern_properties: Option<NodeId>,
    pub(crate) additional_properties: Option<NodeId>,
    pub(crate) property_names: Option<NodeId>,
    pub(crate) items: Option<NodeId>,
    pub(crate) additional_items: Option<NodeId>,
    pub(crate) dependencies: Option<NodeId>,
    /// `allOf`, `anyOf`, `oneOf` in the order of the file.
    pub(crate) combinators: Vec<NodeId>,
    /// `if`, `then` and `else`, the condition last: what it says need not hold.
    pub(crate) conditional: [Option<NodeId>; 3],
}

impl Applicators {
    /// Reads them off a node; nothing of a node that is no object.
    pub(crate) fn of(schema: &Schema, node: NodeId) -> Self {
        let mut found = Applicators::default();
        let document = &schema.document;
        if document.kind(node) != Kind::Object {
            return found;
        }
        let since = |draft| schema.draft() >= draft;
        for child in document.children(node) {
            // Only a key with escapes in it has to be spelled out, and hardly any has.
            let spelled = if document.plain_key(child).is_none() { document.key(child) } else { None };
            match document.plain_key(child).or(spelled.as_deref().map(str::as_bytes)).unwrap_or_default() {
                b"type" => found.kind = Some(child),
                b"properties" => found.properties = Some(child),
                b"patternProperties" => found.pattern_properties = Some(child),
                b"additionalProperties" => found.additional_properties = Some(child),
                b"propertyNames" if since(Draft::Six) => found.property_names = Some(child),
                b"items" => found.items = Some(child),
                b"additionalItems" => found.additional_items = Some(child),
                b"dependencies" => found.dependencies = Some(child),
                b"allOf" | b"anyOf" | b"oneOf" => found.combinators.push(child),
                b"then" if since(Draft::Seven) => found.conditional[0] = Some(child),
                b"else" if since(Draft::Seven) => found.conditional[1] = Some(child),
                b"if" if since(Draft::Seven) => found.conditional[2] = Some(child),
                _ => {}
            }
        }
        found
    }

    /// Whether values of that JSON type are the only ones that the node lets through.
    pub(crate) fn only(&self, schema: &Schema, kind: Kind) -> bool {
        self.kind.is_some_and(|node| schema.document.is_text(node, kind.name()))
    }

    /// Subschemas that speak about the same value: of combinators, conditions and dependencies.
    pub(crate) fn beside<'a>(&'a self, schema: &'a Schema) -> impl Iterator<Item = NodeId> + 'a {
        let document = &schema.document;
        let of_dependencies = self.dependencies.into_iter().flat_map(|node| document.children(node));
        let of_combinators = self.combinators.iter().flat_map(|&node| document.children(node));
        let conditional = self.conditional.iter().flatten().copied();
        of_combinators.chain(of_dependencies.filter(|&node| document.kind(node) == Kind::Object)).chain(conditional)
    }

    /// The subschemas of `patternProperties` whose pattern is found in a key.
    pub(crate) fn patterns<'a>(&self, schema: &'a Schema, key: &'a str) -> impl Iterator<Item = NodeId> + 'a {
        let all = self.pattern_properties.into_iter().flat_map(|node| schema.document.children(node));
        all.filter(move |&node| schema.document.key(node).is_some_and(|pattern| schema.pattern_found(&pattern, key)))
    }

    /// The subschema of `properties` for a key.
    pub(crate) fn property(&self, schema: &Schema, key: &str) -> Option<NodeId> {
        schema.keyword(self.properties?, key)
    }

    /// Whether a key is left to `additionalProperties`.
    pub(crate) fn is_additional(&self, schema: &Schema, key: &str) -> bool {
        self.property(schema, key).is_none() && self.patterns(schema, key).next().is_none()
    }

    /// The subschema of `items` or `additionalItems` for a position.
    pub(crate) fn item(&self, schema: &Schema, index: usize) -> Option<NodeId> {
        let items = self.items?;
        match schema.document.kind(items) {
            Kind::Array => schema.document.element(items, index).or(self.additional_items),
            _ => Some(items),
        }
    }
}

/// The position that a pointer token means in an array.
pub(crate) fn position(token: &str) -> Option<usize> {
    let plain = token == "0" || (!token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { token.parse().ok() } else { None }
}
