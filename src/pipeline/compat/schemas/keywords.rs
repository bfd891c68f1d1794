//! What a change of each keyword does.
//!
//! Owns: one rule for each keyword of the drafts that the pipeline knows.
//! Refuses: which nodes are compared at all (the walk).

use super::{SchemaEffect, SchemaWalk, Sense};
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::{Draft, Schema};

/// Keywords with a number, and whether a larger one refuses more.
const NUMBERS: [(&str, bool); 10] = [
    ("minimum", true),
    ("maximum", false),
    ("exclusiveMinimum", true),
    ("exclusiveMaximum", false),
    ("minLength", true),
    ("maxLength", false),
    ("minItems", true),
    ("maxItems", false),
    ("minProperties", true),
    ("maxProperties", false),
];

/// Keywords of which only presence can be weighed.
const OPAQUE: [&str; 2] = ["pattern", "format"];

/// Keywords with a schema, and where a missing one takes everything.
const NESTED: [&str; 4] = ["additionalProperties", "additionalItems", "propertyNames", "contains"];

/// Compares the keywords of two nodes, and hands the nodes below on.
pub(super) fn compare(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    types(walk, a, b, sense);
    values(walk, a, b, sense);
    names(walk, a, b, sense);
    for (keyword, rises) in NUMBERS {
        number(walk, (a, b), keyword, rises, sense);
    }
    for keyword in OPAQUE {
        opaque(walk, (a, b), keyword, sense);
    }
    multiple(walk, a, b, sense);
    unique(walk, a, b, sense);
    for keyword in NESTED {
        if obeyed(walk, keyword) {
            nested(walk, (a, b), keyword, sense);
        }
    }
    members(walk, (a, b), "properties", sense);
    members(walk, (a, b), "patternProperties", sense);
    items(walk, a, b, sense);
    branches(walk, a, b, sense);
    for keyword in ["if", "then", "else"] {
        if walk.old.draft().max(walk.new.draft()) >= Draft::Seven {
            opaque(walk, (a, b), keyword, sense);
        }
    }
    opaque(walk, (a, b), "dependencies", sense);
}

/// Whether a keyword is obeyed by the draft of either schema.
fn obeyed(walk: &SchemaWalk, keyword: &str) -> bool {
    !matches!(keyword, "propertyNames" | "contains" | "const") || walk.old.draft().max(walk.new.draft()) >= Draft::Six
}

fn pair(walk: &SchemaWalk, (a, b): (NodeId, NodeId), keyword: &str) -> (Option<NodeId>, Option<NodeId>) {
    (walk.old.keyword(a, keyword), walk.new.keyword(b, keyword))
}

/// Texts of a list, or of the one text in its place.
fn texts(schema: &Schema, node: NodeId) -> Vec<String> {
    match schema.document.kind(node) {
        Kind::Array => schema.document.children(node).filter_map(|id| schema.document.string(id)).map(Into::into).collect(),
        _ => schema.document.string(node).map(Into::into).into_iter().collect(),
    }
}

/// Fewer or more of something that is taken.
fn weighed(is_less: bool, is_more: bool) -> Option<SchemaEffect> {
    SchemaEffect::and(is_less.then_some(SchemaEffect::Tightened), is_more.then_some(SchemaEffect::Loosened))
}

fn types(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    const ALL: [&str; 6] = ["array", "boolean", "null", "number", "object", "string"];
    let found = pair(walk, (a, b), "type");
    let list = |schema: &Schema, node: Option<NodeId>| match node {
        Some(node) => texts(schema, node),
        None => ALL.map(str::to_owned).to_vec(),
    };
    let (old, new) = (list(walk.old, found.0), list(walk.new, found.1));
    let takes = |all: &[String], one: &String| all.contains(one) || (one == "integer" && all.iter().any(|name| name == "number"));
    let is_less = old.iter().any(|one| !takes(&new, one));
    let is_more = new.iter().any(|one| !takes(&old, one));
    if let Some(effect) = weighed(is_less, is_more) {
        let words = |types: &[String], node: Option<NodeId>| if node.is_some() { types.join(" or ") } else { "any type".to_owned() };
        let words = format!("{} became {}", words(&old, found.0), words(&new, found.1));
        walk.change(b, "type", effect, sense, found, words);
    }
}

fn values(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    for keyword in ["enum", "const"] {
        if !obeyed(walk, keyword) {
            continue;
        }
        let found = pair(walk, (a, b), keyword);
        let raw = |schema: &Schema, node: NodeId| -> Vec<Vec<u8>> {
            match schema.document.kind(node) {
                Kind::Array if keyword == "enum" => schema.document.children(node).map(|id| schema.document.raw(id).to_vec()).collect(),
                _ => vec![schema.document.raw(node).to_vec()],
            }
        };
        let (effect, words) = match found {
            (Some(old), Some(new)) => {
                let (old, new) = (raw(walk.old, old), raw(walk.new, new));
                let gone = old.iter().filter(|value| !new.contains(value)).count();
                let more = new.iter().filter(|value| !old.contains(value)).count();
                (weighed(gone > 0, more > 0), format!("{gone} of the values are gone, {more} are new"))
            }
            (None, Some(_)) => (Some(SchemaEffect::Tightened), "only listed values are taken now".to_owned()),
            (Some(_), None) => (Some(SchemaEffect::Loosened), "any value is taken now".to_owned()),
            (None, None) => (None, String::new()),
        };
        if let Some(effect) = effect {
            walk.change(b, keyword, effect, sense, found, words);
        }
    }
}

fn names(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    let found = pair(walk, (a, b), "required");
    let (old, new) = (found.0.map(|id| texts(walk.old, id)).unwrap_or_default(), found.1.map(|id| texts(walk.new, id)).unwrap_or_default());
    let more: Vec<&str> = new.iter().filter(|name| !old.contains(name)).map(String::as_str).collect();
    let gone: Vec<&str> = old.iter().filter(|name| !new.contains(name)).map(String::as_str).collect();
    if let Some(effect) = weighed(!more.is_empty(), !gone.is_empty()) {
        let told = |names: &[&str], what: &str| (!names.is_empty()).then(|| format!("{} {what}", names.join(", ")));
        let parts: Vec<String> = told(&more, "required now").into_iter().chain(told(&gone, "no longer required")).collect();
        let words = parts.join("; ");
        walk.change(b, "required", effect, sense, found, words);
    }
}

fn number(walk: &mut SchemaWalk, nodes: (NodeId, NodeId), keyword: &str, rises: bool, sense: Sense) {
    let found = pair(walk, nodes, keyword);
    let value = |schema: &Schema, node: Option<NodeId>| -> Option<f64> {
        match schema.document.raw(node?) {
            // Draft 4's: whether the limit itself is taken.
            b"true" => Some(if rises { 1.0 } else { -1.0 }),
            b"false" => None,
            text => std::str::from_utf8(text).ok()?.parse().ok(),
        }
    };
    let (old, new) = (value(walk.old, found.0), value(walk.new, found.1));
    let effect = match (old, new) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) => weighed((new > old) == rises, (new > old) != rises),
        (None, Some(_)) => Some(SchemaEffect::Tightened),
        (Some(_), None) => Some(SchemaEffect::Loosened),
        (None, None) => None,
    };
    if let Some(effect) = effect {
        let words = became(walk, found);
        walk.change(nodes.1, keyword, effect, sense, found, words);
    }
}

/// `5 became 3`, with what stands for a keyword that is not there.
fn became(walk: &SchemaWalk, found: (Option<NodeId>, Option<NodeId>)) -> String {
    let told = |schema: &Schema, node: Option<NodeId>| node.map_or_else(|| "nothing".to_owned(), |id| super::shown(schema, id));
    format!("{} became {}", told(walk.old, found.0), told(walk.new, found.1))
}

/// A keyword that is compared by its text alone: any change of it may do both.
fn opaque(walk: &mut SchemaWalk, nodes: (NodeId, NodeId), keyword: &str, sense: Sense) {
    let found = pair(walk, nodes, keyword);
    let effect = match found {
        (Some(old), Some(new)) if walk.old.document.raw(old) != walk.new.document.raw(new) => SchemaEffect::Both,
        (None, Some(_)) => SchemaEffect::Tightened,
        (Some(_), None) => SchemaEffect::Loosened,
        _ => return,
    };
    let words = became(walk, found);
    walk.change(nodes.1, keyword, effect, sense, found, words);
}

fn multiple(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    let found = pair(walk, (a, b), "multipleOf");
    let value =
        |schema: &Schema, node: Option<NodeId>| -> Option<f64> { std::str::from_utf8(schema.document.raw(node?)).ok()?.parse().ok() };
    let effect = match (value(walk.old, found.0), value(walk.new, found.1)) {
        (Some(old), Some(new)) if old == new => return,
        (Some(old), Some(new)) if new % old == 0.0 => SchemaEffect::Tightened,
        (Some(old), Some(new)) if old % new == 0.0 => SchemaEffect::Loosened,
        (Some(_), Some(_)) => SchemaEffect::Both,
        (None, Some(_)) => SchemaEffect::Tightened,
        (Some(_), None) => SchemaEffect::Loosened,
        (None, None) => return,
    };
    let words = became(walk, found);
    walk.change(b, "multipleOf", effect, sense, found, words);
}

fn unique(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    let found = pair(walk, (a, b), "uniqueItems");
    let is = |schema: &Schema, node: Option<NodeId>| node.is_some_and(|id| schema.document.raw(id) == b"true");
    let effect = match (is(walk.old, found.0), is(walk.new, found.1)) {
        (false, true) => SchemaEffect::Tightened,
        (true, false) => SchemaEffect::Loosened,
        _ => return,
    };
    let words = became(walk, found);
    walk.change(b, "uniqueItems", effect, sense, found, words);
}

/// Whether a schema takes everything: `true` or `{}`.
fn takes_all(schema: &Schema, node: NodeId) -> bool {
    schema.document.raw(node) == b"true" || (schema.document.kind(node) == Kind::Object && schema.document.count(node) == 0)
}

/// A keyword with a schema, where a missing one takes everything.
fn nested(walk: &mut SchemaWalk, nodes: (NodeId, NodeId), keyword: &str, sense: Sense) {
    let found = pair(walk, nodes, keyword);
    let closes = |schema: &Schema, node: NodeId| schema.document.raw(node) == b"false";
    let effect = match found {
        (Some(old), Some(new)) => match (closes(walk.old, old), closes(walk.new, new)) {
            (true, true) => return,
            (true, false) => SchemaEffect::Loosened,
            (false, true) => SchemaEffect::Tightened,
            (false, false) => return walk.later(old, new, sense),
        },
        (None, Some(new)) if !takes_all(walk.new, new) => SchemaEffect::Tightened,
        (Some(old), None) if !takes_all(walk.old, old) => SchemaEffect::Loosened,
        _ => return,
    };
    let words = became(walk, found);
    walk.change(nodes.1, keyword, effect, sense, found, words);
}

/// Properties, or patterns of properties: those of one schema alone are weighed against what the other says of any property.
fn members(walk: &mut SchemaWalk, nodes: (NodeId, NodeId), keyword: &str, sense: Sense) {
    let found = pair(walk, nodes, keyword);
    let list = |schema: &Schema, node: Option<NodeId>| -> Vec<(String, NodeId)> {
        let members = node.into_iter().flat_map(|node| schema.document.children(node));
        members.filter_map(|id| Some((schema.document.key(id)?.into_owned(), id))).collect()
    };
    let (old, new) = (list(walk.old, found.0), list(walk.new, found.1));
    let known: rustc_hash::FxHashMap<&str, NodeId> = new.iter().map(|(key, id)| (key.as_str(), *id)).collect();
    let before: rustc_hash::FxHashSet<&str> = old.iter().map(|(key, _)| key.as_str()).collect();
    let (closed_old, closed_new) = (walk.old.keyword(nodes.0, "additionalProperties"), walk.new.keyword(nodes.1, "additionalProperties"));
    for (key, a) in &old {
        match known.get(key.as_str()) {
            Some(&b) => walk.later(*a, b, sense),
            None => alone(walk, nodes.1, keyword, (key, Some(*a), None), closed_new, sense),
        }
    }
    for (key, b) in new.iter().filter(|(key, _)| !before.contains(key.as_str())) {
        alone(walk, nodes.1, keyword, (key, None, Some(*b)), closed_old, sense);
    }
}

/// A property that only one of the schemas has; `other` is what the other one says of such.
fn alone(
    walk: &mut SchemaWalk,
    node: NodeId,
    keyword: &str,
    (key, old, new): (&str, Option<NodeId>, Option<NodeId>),
    other: Option<NodeId>,
    sense: Sense,
) {
    let schema = if old.is_some() { walk.new } else { walk.old };
    let is_closed = other.is_some_and(|id| schema.document.raw(id) == b"false");
    let is_open = other.is_none_or(|id| takes_all(schema, id));
    let takes = match (old, new) {
        (Some(id), _) => takes_all(walk.old, walk.old.resolve(id)),
        (_, Some(id)) => takes_all(walk.new, walk.new.resolve(id)),
        _ => true,
    };
    if !is_closed && !is_open {
        if let Some(other) = other {
            let pair = if let Some(old) = old { (old, other) } else { (other, new.unwrap_or_default()) };
            walk.later(pair.0, pair.1, sense);
        }
        return;
    }
    if keyword == "properties" && is_open && walk.is_held_property(key, (old, new)) {
        return;
    }
    let is_new = new.is_some();
    let effect = match (is_closed, takes) {
        (true, _) if is_new => SchemaEffect::Loosened,
        (true, _) => SchemaEffect::Tightened,
        (false, true) => return,
        (false, false) if is_new => SchemaEffect::Tightened,
        (false, false) => SchemaEffect::Loosened,
    };
    let what = if is_new { "is new" } else { "is gone" };
    let rest = if is_closed { "nothing but what is listed is taken" } else { "documents could carry anything there" };
    let when = if is_new { "before" } else { "now" };
    let rest = if is_closed { rest.to_owned() } else { rest.replace("could", if is_new { "could" } else { "can" }) + " " + when };
    let key = crate::ground::text::visible(key).into_owned();
    walk.change(node, keyword, effect, sense, (old, new), format!("{key} {what}; {rest}"));
}

fn items(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    let found = pair(walk, (a, b), "items");
    let is_list = |schema: &Schema, node: NodeId| schema.document.kind(node) == Kind::Array;
    match found {
        (Some(old), Some(new)) => match (is_list(walk.old, old), is_list(walk.new, new)) {
            (false, false) => walk.later(old, new, sense),
            (true, true) => {
                let olds: Vec<NodeId> = walk.old.document.children(old).collect();
                let news: Vec<NodeId> = walk.new.document.children(new).collect();
                olds.iter().zip(&news).for_each(|(&a, &b)| walk.later(a, b, sense));
                if olds.len() != news.len() {
                    walk.change(b, "items", SchemaEffect::Both, sense, found, format!("{} places became {}", olds.len(), news.len()));
                }
            }
            _ => walk.change(
                b,
                "items",
                SchemaEffect::Both,
                sense,
                found,
                "a list of schemas and one schema for all changed places".to_owned(),
            ),
        },
        (None, Some(new)) if !takes_all(walk.new, new) => {
            walk.change(b, "items", SchemaEffect::Tightened, sense, found, "items are looked at now".to_owned());
        }
        (Some(old), None) if !takes_all(walk.old, old) => {
            walk.change(b, "items", SchemaEffect::Loosened, sense, found, "items may be anything now".to_owned());
        }
        _ => {}
    }
}

/// `allOf`, `anyOf`, `oneOf`, `not`.
fn branches(walk: &mut SchemaWalk, a: NodeId, b: NodeId, sense: Sense) {
    for (keyword, more, inner) in
        [("allOf", SchemaEffect::Tightened, sense), ("anyOf", SchemaEffect::Loosened, sense), ("oneOf", SchemaEffect::Both, Sense::Either)]
    {
        let found = pair(walk, (a, b), keyword);
        let list = |schema: &Schema, node: Option<NodeId>| -> Vec<NodeId> {
            node.into_iter().flat_map(|node| schema.document.children(node)).collect()
        };
        let (olds, news) = (list(walk.old, found.0), list(walk.new, found.1));
        let effect = match (found.0.is_some() && !olds.is_empty(), found.1.is_some() && !news.is_empty()) {
            (false, false) => continue,
            (false, true) => Some(SchemaEffect::Tightened),
            (true, false) => Some(SchemaEffect::Loosened),
            (true, true) if news.len() > olds.len() => Some(more),
            (true, true) if news.len() < olds.len() => Some(Sense::Turned.of(more)),
            (true, true) => None,
        };
        if keyword == "allOf" && effect.is_some() && walk.is_same_whole(&olds, &news) {
            continue;
        }
        if let Some(effect) = effect {
            walk.change(b, keyword, effect, sense, found, format!("{} branches became {}", olds.len(), news.len()));
        }
        for (&a, &b) in olds.iter().zip(&news) {
            if keyword == "allOf" { walk.branch(a, b, inner) } else { walk.later(a, b, inner) }
        }
    }
    match pair(walk, (a, b), "not") {
        (Some(old), Some(new)) => walk.later(old, new, sense.turned()),
        found @ (None, Some(_)) => walk.change(b, "not", SchemaEffect::Tightened, sense, found, "something is refused now".to_owned()),
        found @ (Some(_), None) => walk.change(b, "not", SchemaEffect::Loosened, sense, found, "nothing is refused now".to_owned()),
        (None, None) => {}
    }
}
