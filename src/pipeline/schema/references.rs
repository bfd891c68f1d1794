//! Where a `$ref` leads, as the validator finds it.
//!
//! Owns: bases set by `$id` (`id` in draft 04), nodes known by such a name, pointers behind `#`.
//! Refuses: fetching: what is not in the file is told by its address.
//!
//! The validator knows a node by its `$id` as it is spelled, wherever in the file that stands, even in a value of `enum`; only the reference is
//! completed by the base before it is looked for. Anything behind `#` up to the first `/` counts as nothing, and so do empty steps at the end.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::{Draft, Schema, percent_decoded};
use crate::pipeline::document::{Kind, NodeId, unescape_pointer};
use crate::pipeline::java_map;

/// What a reference means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A node of this file.
    Inside(NodeId),
    /// Another schema, by its address: it would have to be fetched.
    Elsewhere(String),
    /// A pointer to nothing.
    Nowhere,
}

/// Nodes by their `$id`.
pub(super) type NamedNodes = FxHashMap<String, NodeId>;

impl Schema {
    /// Where a node's own `$ref` leads; `None` where it has none that is text.
    pub fn reference(&self, node: NodeId) -> Option<Reference> {
        let target = self.document.string(self.keyword(node, "$ref")?)?;
        let named = self.named.get_or_init(|| self.named_nodes());
        // Most schemas name nothing: then a pointer is a pointer.
        let address = if named.is_empty() { target.clone().into_owned() } else { completed(self.base(node).as_deref(), &target) };
        if let Some(&found) = named.get(&address) {
            return Some(Reference::Inside(found));
        }
        if let Some(fragment) = target.strip_prefix('#') {
            return Some(self.at_fragment(fragment).map_or(Reference::Nowhere, Reference::Inside));
        }
        Some(Reference::Elsewhere(address))
    }

    fn at_fragment(&self, fragment: &str) -> Option<NodeId> {
        let trimmed = fragment.trim_end_matches('/');
        let steps = trimmed.find('/').map_or("", |slash| &trimmed[slash..]);
        self.at_steps(steps).or_else(|| self.at_steps(&percent_decoded(steps)?))
    }

    fn at_steps(&self, steps: &str) -> Option<NodeId> {
        unescape_pointer(steps).into_iter().try_fold(0, |node, token| match self.document.kind(node) {
            Kind::Object => self.keyword(node, &token),
            _ => self.document.child(node, &token),
        })
    }

    fn id_keyword(&self) -> &'static str {
        if self.draft() == Draft::Four { "id" } else { "$id" }
    }

    /// The address that references on a node are completed by.
    fn base(&self, node: NodeId) -> Option<String> {
        let mut line: Vec<NodeId> = self.document.ancestors(node).collect();
        line.reverse();
        line.into_iter().fold(None, |base, node| match self.text_keyword(node, self.id_keyword()) {
            Some(id) => Some(completed(base.as_deref(), &id)),
            None => base,
        })
    }

    fn named_nodes(&self) -> NamedNodes {
        let document = &self.document;
        let mut named = NamedNodes::default();
        for node in 0..document.len() as NodeId {
            let Some(owner) = document.parent(node).filter(|_| document.raw_key(node) == Some(self.id_keyword().as_bytes())) else {
                continue;
            };
            let Some(id) = document.string(node) else { continue };
            let first = named.entry(id.into_owned()).or_insert(owner);
            if self.gathered(*first, owner).is_lt() {
                *first = owner;
            }
        }
        named
    }

    /// The order in which the validator gathers two nodes; of one name it keeps the last.
    fn gathered(&self, left: NodeId, right: NodeId) -> Ordering {
        let line = |node| {
            let mut line: Vec<NodeId> = self.document.ancestors(node).collect();
            line.reverse();
            line
        };
        let (left, right) = (line(left), line(right));
        let Some(parts) = left.iter().zip(&right).position(|(left, right)| left != right) else { return left.len().cmp(&right.len()) };
        let capacity = java_map::capacity(self.document.count(left[parts - 1]));
        let place = |node: NodeId| {
            let bucket = self.document.key(node).map(|key| java_map::bucket(java_map::hash_code(&key), capacity));
            (bucket, node)
        };
        place(left[parts]).cmp(&place(right[parts]))
    }
}

/// An address completed by a base, as web addresses are; beside a base of another kind it is just added.
fn completed(base: Option<&str>, address: &str) -> String {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let has_scheme = address.split_once([':', '/', '#', '?']).is_some_and(|(scheme, rest)| {
        is_scheme(scheme) && address.len() > scheme.len() && address.as_bytes()[scheme.len()] == b':' && !rest.is_empty()
    });
    let Some(base) = base.filter(|_| !has_scheme) else { return address.to_owned() };
    let whole = base.split('#').next().unwrap_or_default();
    if address.is_empty() || address.starts_with('#') {
        return format!("{whole}{address}");
    }
    let Some(authority) = whole.find("://").map(|colon| colon + 3) else { return format!("{base}{address}") };
    let path = whole[authority..].find('/').map_or(whole.len(), |slash| authority + slash);
    if address.starts_with('/') {
        return format!("{}{address}", &whole[..path]);
    }
    let folder = whole[path..].rfind('/').map_or("/", |slash| &whole[path..=path + slash]);
    let mut steps: Vec<&str> = Vec::new();
    for step in folder[1..].split_inclusive('/').chain(address.split_inclusive('/')) {
        match step {
            "./" | "." => {}
            "../" | ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("{}/{}", &whole[..path], steps.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> Schema {
        Schema::parse("ns/a/a.1.schema.json", text.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn addresses_are_completed_by_their_base() {
        for (base, address, expected) in [
            (None, "a.json", "a.json"),
            (Some("http://h:1/x/y"), "a.json", "http://h:1/x/a.json"),
            (Some("http://h/x/y#z"), "../a.json", "http://h/a.json"),
            (Some("http://h"), "a", "http://h/a"),
            (Some("http://h/x/y"), "/a", "http://h/a"),
            (Some("http://h/x/y#z"), "#a", "http://h/x/y#a"),
            (Some("http://h/x"), "urn:a:b", "urn:a:b"),
            (Some("urn:a:b"), "c", "urn:a:bc"),
        ] {
            assert_eq!(completed(base, address), expected, "{base:?} {address}");
        }
    }

    #[test]
    fn nodes_are_known_by_their_id_as_it_is_spelled() {
        let s = schema(
            r##"{"$schema":"http://json-schema.org/draft-07/schema#","$id":"http://h/tree","properties":{
                "a":{"$ref":"node"},"b":{"$ref":"#x"},"c":{"$ref":"part"},"d":{"$ref":"#/definitions//"},"e":{"$ref":"#y"},"f":{"$ref":"#/no"}},
                "definitions":{"n":{"$id":"http://h/node"},"x":{"$id":"http://h/tree#x"},"p":{"$id":"part"}}}"##,
        );
        let leads = |name: &str| s.reference(s.node_at_pointer(&format!("/properties/{name}")).unwrap()).unwrap();
        let inside = |pointer: &str| Reference::Inside(s.node_at_pointer(pointer).unwrap());
        assert_eq!(leads("a"), inside("/definitions/n"));
        assert_eq!(leads("b"), inside("/definitions/x"));
        assert_eq!(leads("c"), Reference::Elsewhere("http://h/part".to_owned()));
        assert_eq!(leads("d"), inside("/definitions"));
        assert_eq!(leads("e"), inside(""));
        assert_eq!(leads("f"), Reference::Nowhere);
    }

    #[test]
    fn of_one_name_the_last_in_the_order_of_the_map_counts() {
        let s = schema(r##"{"definitions":{"b":{"id":"x"},"a":{"id":"x"}},"properties":{"r":{"$ref":"x"}}}"##);
        let target = s.node_at_pointer("/definitions/b").unwrap();
        assert_eq!(s.reference(s.node_at_pointer("/properties/r").unwrap()), Some(Reference::Inside(target)));
    }
}
