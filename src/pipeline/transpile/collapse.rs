//! Unions of shapes become one shape.

use std::collections::BTreeMap;

use super::shape::{Atom, OpaqueWhy, Shape, Tag};

/// Collapses every union in a tag once. What a union becomes is not looked into again: a union that stood alone in another is still one afterwards,
/// and the transpiler comes to it again on its way down, if it is not at the root.
pub(super) fn collapse(tag: &mut Tag) {
    match &mut tag.shape {
        Shape::Object(members) => members.values_mut().for_each(collapse),
        Shape::Map(inner) | Shape::Array(inner) => collapse(inner),
        Shape::Tuple(items) => items.iter_mut().for_each(collapse),
        Shape::Union(items) => tag.shape = union(std::mem::take(items)),
        Shape::Null | Shape::Atom(_) | Shape::Opaque(_) => {}
    }
}

/// The one shape of several; of a single one that shape as it is.
fn union(mut items: Vec<Tag>) -> Shape {
    if items.len() == 1
        && let Some(only) = items.pop()
    {
        return only.shape;
    }
    items.retain(|item| item.shape != Shape::Null);
    for item in &mut items {
        if let Shape::Union(inner) = &mut item.shape {
            item.shape = union(std::mem::take(inner));
        }
    }
    let all = |is: fn(&Shape) -> bool| items.iter().all(|item| is(&item.shape));
    if all(Shape::is_plain) {
        items.into_iter().map(|item| item.shape).reduce(plain).unwrap_or(Shape::Null)
    } else if all(|shape| matches!(shape, Shape::Object(_))) {
        items.into_iter().map(|item| item.shape).reduce(objects).unwrap_or(Shape::Null)
    } else if all(|shape| matches!(shape, Shape::Map(_))) {
        within(items).map_or(Shape::Null, |inner| Shape::Map(Box::new(inner)))
    } else if all(|shape| matches!(shape, Shape::Array(_))) {
        within(items).map_or(Shape::Null, |inner| Shape::Array(Box::new(inner)))
    } else {
        Shape::Opaque(OpaqueWhy::Mixed)
    }
}

/// Of two plain values: equal types stay, integers are numbers, text is only plain text.
fn plain(left: Shape, right: Shape) -> Shape {
    use Atom::{Boolean, Integer, Number, String};
    match (left, right) {
        (Shape::Atom(Number | Integer), Shape::Atom(Number)) | (Shape::Atom(Number), Shape::Atom(Integer)) => Shape::Atom(Number),
        // Two date-times have no common type, nor do two byte strings.
        (Shape::Atom(left @ (Boolean | Integer | String)), Shape::Atom(right)) if left == right => Shape::Atom(left),
        _ => Shape::Opaque(OpaqueWhy::Mixed),
    }
}

/// Of two objects: all members of both, if every member has a type.
fn objects(left: Shape, right: Shape) -> Shape {
    let (Shape::Object(left), Shape::Object(right)) = (left, right) else { return Shape::Opaque(OpaqueWhy::Mixed) };
    let mut members: BTreeMap<String, Vec<Tag>> = BTreeMap::new();
    for (name, tag) in left.into_iter().chain(right) {
        members.entry(name).or_default().push(tag);
    }
    let members: BTreeMap<String, Tag> = members.into_iter().filter_map(|(name, tags)| Some((name, merged(tags)?))).collect();
    if members.values().any(|tag| matches!(tag.shape, Shape::Opaque(_))) {
        return Shape::Opaque(OpaqueWhy::Mixed);
    }
    Shape::Object(members)
}

/// The values of maps, or the elements of arrays, as one.
fn within(items: Vec<Tag>) -> Option<Tag> {
    let inner = items.into_iter().filter_map(|item| match item.shape {
        Shape::Map(inner) | Shape::Array(inner) => Some(*inner),
        _ => None,
    });
    merged(inner.collect())
}

/// Tags as one without a description, which merging loses.
fn merged(tags: Vec<Tag>) -> Option<Tag> {
    let node = tags.first()?.node;
    Some(Tag::new(union(tags), node))
}
