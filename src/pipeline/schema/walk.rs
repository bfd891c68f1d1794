//! Instance locations through a schema: which nodes speak about a place in a document, and back.
//!
//! Owns: the walk through properties, patternProperties, additionalProperties, items, combinators and local `$ref`; generalised paths.
//! Refuses: deciding which of the nodes broke (verdict).

use super::Schema;
use super::applicators::{Applicators, position};
pub use super::instance::{instance_of, location_of};
use crate::pipeline::document::{Kind, NodeId};

/// Most nodes followed at one place: combinators can multiply without end.
const MOST_NODES: usize = 128;

/// How the last token of a place was matched by the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenMatch {
    /// A name under `properties`: stays in a generalised path.
    Name,
    /// A position that the schema describes by itself (a tuple's `items`): stays, because each is another node and another column.
    Slot,
    /// An element of an array: `[]`.
    Index,
    /// A key of a map (`additionalProperties`, `patternProperties`): `{key}`.
    Key,
    /// Not known to the schema: stays, numeric ones become `[]`.
    Unknown,
}

/// Where an instance location leads.
#[derive(Debug, Clone)]
pub struct Walk {
    /// Schema nodes that apply at the location, the most specific way first; empty where the schema does not know it. `$ref`s are followed.
    pub nodes: Vec<NodeId>,
    /// How each token was matched.
    pub tokens: Vec<TokenMatch>,
}

impl Walk {
    /// The generalised path of the tokens that were walked. Where the last one's name is at fault, it is a key whatever else it is.
    pub fn path<S: AsRef<str>>(&self, tokens: &[S], about_name: bool) -> String {
        let mut kinds = self.tokens.clone();
        if let Some(last) = kinds.last_mut().filter(|_| about_name) {
            *last = TokenMatch::Key;
        }
        generalise(tokens, &kinds)
    }
}

/// Follows decoded tokens from the schema's root.
pub fn walk<S: AsRef<str>>(schema: &Schema, tokens: &[S]) -> Walk {
    let mut nodes = start(schema);
    let mut kinds = Vec::with_capacity(tokens.len());
    for token in tokens {
        let (next, kind) = onward(schema, &nodes, token.as_ref());
        nodes = next;
        kinds.push(kind);
    }
    Walk { nodes, tokens: kinds }
}

/// The generalised path of a place where the schema speaks of no names and of nothing that depends on what stands beside: there whoever looks for the
/// node at fault can come to no other path. `None` where it may.
pub(crate) fn only_path<S: AsRef<str>>(schema: &Schema, tokens: &[S]) -> Option<String> {
    let mut nodes = start(schema);
    let mut kinds = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let all: Vec<Applicators> = nodes.iter().map(|&node| Applicators::of(schema, node)).collect();
        let is_last = at + 1 == tokens.len();
        if all.iter().any(|found| found.dependencies.is_some() || is_last && found.property_names.is_some()) {
            return None;
        }
        let (next, kind) = onward_by(schema, all.into_iter(), token.as_ref());
        nodes = next;
        kinds.push(kind);
    }
    Some(generalise(tokens, &kinds))
}

/// The nodes that apply to a whole document: where a walk begins.
pub fn start(schema: &Schema) -> Vec<NodeId> {
    spread(schema, std::iter::once(0))
}

/// One token further from the nodes of a place: the nodes there, and how the token was matched.
pub fn onward(schema: &Schema, nodes: &[NodeId], token: &str) -> (Vec<NodeId>, TokenMatch) {
    onward_by(schema, nodes.iter().map(|&node| Applicators::of(schema, node)), token)
}

fn onward_by(schema: &Schema, nodes: impl Iterator<Item = Applicators>, token: &str) -> (Vec<NodeId>, TokenMatch) {
    let mut kind = TokenMatch::Unknown;
    let mut next = Vec::new();
    for found in nodes {
        kind = kind.min(step(schema, &found, token, &mut next));
    }
    next.sort_by_key(|&(way, _)| way);
    (spread(schema, next.into_iter().map(|(_, node)| node)), kind)
}

/// The nodes with `$ref`s followed, and behind them those of their combinators, each once.
fn spread(schema: &Schema, nodes: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
    let mut all: Vec<NodeId> = Vec::new();
    let add = |all: &mut Vec<NodeId>, node| {
        let node = schema.resolve(node);
        if all.len() < MOST_NODES && !all.contains(&node) {
            all.push(node);
        }
    };
    nodes.for_each(|node| add(&mut all, node));
    let mut next = 0;
    while let Some(&node) = all.get(next) {
        next += 1;
        let applicators = Applicators::of(schema, node);
        applicators.beside(schema).take(MOST_NODES).for_each(|beside| add(&mut all, beside));
    }
    all
}

/// One token further from one node: what it leads to goes to `next`, the best way is returned.
fn step(schema: &Schema, found: &Applicators, token: &str, next: &mut Vec<(TokenMatch, NodeId)>) -> TokenMatch {
    let before = next.len();
    if !found.only(schema, Kind::Object) {
        next.extend(position(token).and_then(|index| found.item(schema, index)).map(|node| (element(schema, found, node), node)));
    }
    if found.only(schema, Kind::Array) {
        return best(&next[before..]);
    }
    let named = next.len();
    next.extend(found.property(schema, token).map(|node| (TokenMatch::Name, node)));
    next.extend(found.patterns(schema, token).take(MOST_NODES).map(|node| (TokenMatch::Key, node)));
    if next.len() == named {
        next.extend(found.additional_properties.map(|node| (TokenMatch::Key, node)));
    }
    let way = best(&next[before..]);
    // A map may say what its keys are like and nothing about their values.
    if found.property_names.is_some() { way.min(TokenMatch::Key) } else { way }
}

/// How an element was matched, by where its node stands.
fn element(schema: &Schema, found: &Applicators, node: NodeId) -> TokenMatch {
    let in_tuple = found.items.is_some() && schema.document.parent(node) == found.items;
    if in_tuple { TokenMatch::Slot } else { TokenMatch::Index }
}

fn best(found: &[(TokenMatch, NodeId)]) -> TokenMatch {
    found.iter().map(|&(way, _)| way).min().unwrap_or(TokenMatch::Unknown)
}

/// The path as a JSON pointer with map keys as `{key}` and elements as `[]`; names, escaped as RFC 6901 does, and positions of a tuple stay.
pub fn generalise<S: AsRef<str>>(tokens: &[S], kinds: &[TokenMatch]) -> String {
    let mut path = String::with_capacity(64);
    for (i, token) in tokens.iter().enumerate() {
        let token = token.as_ref();
        path.push('/');
        match kinds.get(i).copied().unwrap_or(TokenMatch::Unknown) {
            TokenMatch::Index => path.push_str("[]"),
            TokenMatch::Key => path.push_str("{key}"),
            TokenMatch::Unknown if position(token).is_some() => path.push_str("[]"),
            _ if !token.contains(['~', '/']) => path.push_str(token),
            _ => path.push_str(&token.replace('~', "~0").replace('/', "~1")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> Schema {
        Schema::parse("t", text.as_bytes().to_vec()).unwrap()
    }

    /// The pointers of the nodes that a walk finds, and the generalised path.
    fn walked(schema: &Schema, tokens: &[&str]) -> (Vec<String>, String) {
        let walk = walk(schema, tokens);
        (walk.nodes.iter().map(|&node| schema.pointer(node)).collect(), generalise(tokens, &walk.tokens))
    }

    #[test]
    fn every_way_into_an_object_is_known() {
        let s = schema(
            r#"{"properties":{"a/b":{"title":"name"},"both":{}},"patternProperties":{"^b":{"title":"pattern"},"^[0-9]+$":{}},
                "additionalProperties":{"title":"rest"}}"#,
        );
        assert_eq!(walked(&s, &["a/b"]), (vec!["/properties/a~1b".into()], "/a~1b".into()));
        assert_eq!(walked(&s, &["both"]), (vec!["/properties/both".into(), "/patternProperties/^b".into()], "/both".into()));
        assert_eq!(walked(&s, &["7"]).1, "/{key}");
        assert_eq!(walked(&s, &["x"]), (vec!["/additionalProperties".into()], "/{key}".into()));
    }

    #[test]
    fn elements_are_found_in_lists_and_tuples() {
        let s = schema(
            r#"{"properties":{"list":{"type":"array","items":{"items":{}}},
                "tuple":{"items":[{"title":"0"}],"additionalItems":{"title":"rest"}},"map":{"type":"object","items":{},"additionalProperties":{}}}}"#,
        );
        assert_eq!(walked(&s, &["list", "3", "0"]), (vec!["/properties/list/items/items".into()], "/list/[]/[]".into()));
        assert_eq!(walked(&s, &["tuple", "0"]), (vec!["/properties/tuple/items/0".into()], "/tuple/0".into()));
        assert_eq!(walked(&s, &["tuple", "4"]), (vec!["/properties/tuple/additionalItems".into()], "/tuple/[]".into()));
        assert_eq!(walked(&s, &["map", "4"]).1, "/map/{key}");
        assert_eq!(walked(&s, &["list", "01"]).1, "/list/01");
    }

    #[test]
    fn unknown_places_keep_their_names_and_lose_their_numbers() {
        let s = schema(
            r#"{"$schema":"http://json-schema.org/draft-06/schema#","properties":{"m":{"propertyNames":{"maxLength":3}},"o":{"additionalProperties":false}}}"#,
        );
        assert_eq!(walked(&s, &["m", "abc"]), (vec![], "/m/{key}".into()));
        assert_eq!(walked(&s, &["o", "x"]), (vec!["/properties/o/additionalProperties".into()], "/o/{key}".into()));
        assert_eq!(walked(&s, &["new", "0", "x~y"]), (vec![], "/new/[]/x~0y".into()));
    }

    #[test]
    fn a_place_has_one_path_where_nothing_speaks_of_names() {
        let s = schema(
            r#"{"$schema":"http://json-schema.org/draft-06/schema#","properties":{"a":{"items":{"properties":{"b":{}}}},
                "m":{"propertyNames":{"maxLength":3},"additionalProperties":{"properties":{"x":{}}}},"d":{"dependencies":{"k":{}},"properties":{"e":{}}}}}"#,
        );
        assert_eq!(only_path(&s, &["a", "3", "b"]).as_deref(), Some("/a/[]/b"));
        assert_eq!(only_path(&s, &["m", "k", "x"]).as_deref(), Some("/m/{key}/x"));
        assert_eq!([only_path(&s, &["m", "k"]), only_path(&s, &["d", "e"])], [None, None]);
        assert_eq!(only_path::<&str>(&s, &[]).as_deref(), Some(""));
    }

    #[test]
    fn combinators_and_references_are_explored_within_bounds() {
        let s = schema(
            r##"{"allOf":[{"$ref":"#"},{"properties":{"x":{"title":"all"}}}],"oneOf":[{"type":"null"},{"properties":{"x":{"$ref":"#/definitions/d"}}}],
                "definitions":{"d":{"anyOf":[{"$ref":"#/definitions/d"},{"properties":{"y":{}}}]}}}"##,
        );
        let nodes = walked(&s, &["x"]).0;
        assert_eq!(nodes, ["/allOf/1/properties/x", "/definitions/d", "/definitions/d/anyOf/1"]);
        assert_eq!(walked(&s, &["x", "y"]).1, "/x/y");
        let deep = format!("{}{{}}{}", r#"{"allOf":[{},"#.repeat(400), "]}".repeat(400));
        assert!(walk(&schema(&deep), &["x"]).nodes.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn a_path_has_as_many_parts_as_tokens(tokens in proptest::collection::vec(".{0,6}", 0..6)) {
            let s = schema(r#"{"properties":{"a":{"items":{"additionalProperties":{"items":[{}]}}}},"patternProperties":{"[0-9]":{"additionalProperties":{}}}}"#);
            let walk = walk(&s, &tokens);
            let path = generalise(&tokens, &walk.tokens);
            proptest::prop_assert_eq!(path.matches('/').count(), tokens.len());
            proptest::prop_assert_eq!(walk.tokens.len(), tokens.len());
        }
    }
}
