//! Messages that the pipeline cut inside their pointer: a key of about a thousand bytes, of which the beginning is left.
//!
//! Owns: finding the whole key in the document, the one failure that such a key makes certain.
//! Refuses: messages cut behind the pointer (fault, fits).

use super::reach::Place;
use crate::pipeline::document::Document;
use crate::pipeline::fault::{Fault, Keyword};
use crate::pipeline::schema::Schema;

/// Whether nothing is left of the message behind its pointer, and perhaps not all of the pointer.
pub(super) fn is_cut(fault: &Fault<'_>) -> bool {
    fault.cut && fault.text.is_empty() && fault.keyword().is_none()
}

/// Puts the first member of the document that begins like the last token in its place.
pub(super) fn complete(tokens: &mut [String], document: Option<&Document>) {
    let (Some(document), Some((last, outer))) = (document.filter(|document| !document.is_empty()), tokens.split_last_mut()) else { return };
    let Ok(object) = document.find(outer) else { return };
    let keys = document.children(object).filter_map(|member| document.key(member));
    if let Some(key) = keys.into_iter().find(|key| key.starts_with(last.as_str())) {
        *last = key.into_owned();
    }
}

/// The node that forbids a name this long, if any: names are judged before values, and their length before anything else about them.
pub(super) fn too_long(schema: &Schema, places: &[Place], name: &str) -> Option<(Place, Keyword)> {
    let length = name.chars().count();
    let forbids = |place: &&Place| {
        let limit = schema.keyword_text(place.node, "maxLength").and_then(|limit| limit.parse::<usize>().ok());
        place.about_name && limit.is_some_and(|limit| limit < length)
    };
    places.iter().find(forbids).map(|place| (*place, "maxLength"))
}
