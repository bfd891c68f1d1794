//! Which schema node a fault broke.
//!
//! Owns: choosing among the nodes that speak about a place by the fault's keyword and constraint.
//! Also owns: messages that the pipeline cut inside their pointer, a key of about a thousand bytes of which the beginning is left.
//! Refuses: reading messages (fault), table columns (sink). Where the document is at hand, [`judge`] replays the pipeline's judgement and knows for
//! certain; [`locate`] is for messages without one, and for grouping, which reads no payloads.

mod fits;
pub mod judge;
mod parts;
mod reach;

use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::fault::{Fault, Keyword, Says};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::{Walk, walk};
use fits::ToldParts;
use reach::{NodePlace, reach};

/// A place in a document, and the schema node that it broke.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// Decoded tokens of the failing value (of the object, for a missing or extraneous key).
    pub tokens: Vec<String>,
    /// The same generalised by the schema: `/metrics/labeled_counter/{key}`.
    pub path: String,
    /// The schema node that broke.
    pub node: Option<NodeId>,
    /// RFC 6901 pointer of `node` in the schema file; the empty text is the root.
    pub schema_pointer: Option<String>,
    /// The keyword that broke, as JSON Schema calls it.
    pub keyword: Option<Keyword>,
    /// Whether the keyword is about the member's name, not its value (`propertyNames`).
    pub about_name: bool,
    /// Whether the node holds the keyword; false for the implied `anyOf` of a type list and the implied `allOf` of a type beside an enum or combinator.
    pub literal: bool,
    /// Whether other nodes would fit the message as well, or none fits and `node` is only the nearest one.
    pub ambiguous: bool,
}

/// Finds the node that the fault names. The document, where there is one, settles what the message leaves open.
/// `None` where the fault has no place in a document.
///
/// Where no node at the place fits the message (another version of the schema judged the document) the nearest one that does not is given,
/// and said to be ambiguous.
pub fn locate(schema: &Schema, fault: &Fault<'_>, document: Option<&Document>) -> Option<Broken> {
    FoundReading::of(schema, fault, document).map(|found| found.broken)
}

/// The same for a message that can be read in several ways because a key holds the words of the grammar: takes the reading whose place
/// the schema and the document know, of equals the first. Also tells which reading that was.
pub fn locate_best(schema: &Schema, readings: &[Fault<'_>], document: Option<&Document>) -> Option<(usize, Broken)> {
    let found = readings.iter().enumerate().filter_map(|(i, fault)| Some((i, FoundReading::of(schema, fault, document)?)));
    let best = found.reduce(|best, other| if other.1.likelihood > best.1.likelihood { other } else { best });
    best.map(|(i, found)| (i, found.broken))
}

/// A reading with how well it agrees with what is known.
struct FoundReading {
    broken: Broken,
    /// The node fits exactly, the document has the place, the schema has it: in this order of weight.
    likelihood: (bool, bool, bool),
}

impl FoundReading {
    fn of(schema: &Schema, fault: &Fault<'_>, document: Option<&Document>) -> Option<Self> {
        let Says::Broken { mut keyword, .. } = fault.says else { return None };
        fault.pointer?;
        let mut tokens = fault.tokens();
        if is_cut(fault) {
            complete_key(&mut tokens, document);
        }
        let name = tokens.last().map(String::as_str);
        let places = reach(schema, &tokens, document);
        let mut fitting: Vec<NodePlace> = match ToldParts::of(fault) {
            Some(told) => places.iter().copied().filter(|&place| told.fits(schema, place, name)).collect(),
            None => Vec::new(),
        };
        if let Some((place, certain)) = name.filter(|_| is_cut(fault)).and_then(|name| forbids_length(schema, &places, name)) {
            fitting.push(place);
            keyword = Some(certain);
        }
        let known = walk(schema, &tokens);
        let chosen = fitting.first().copied().or_else(|| nearest(schema, fault, &places, &known, name));
        let likelihood = (!fitting.is_empty(), document.is_some_and(|document| document.find(&tokens).is_ok()), !known.nodes.is_empty());
        let about_name = chosen.is_some_and(|place| place.about_name);
        let broken = Broken {
            path: known.path(&tokens, about_name),
            tokens,
            node: chosen.map(|place| place.node),
            schema_pointer: chosen.map(|place| schema.pointer(place.node)),
            keyword,
            about_name,
            literal: chosen.zip(keyword).is_some_and(|(place, keyword)| schema.keyword(place.node, keyword).is_some()),
            // All names are judged before any value, so a name that fits was the first to fail.
            ambiguous: fitting.is_empty() || (fitting.len() > 1 && !about_name),
        };
        Some(FoundReading { broken, likelihood })
    }
}

/// The node to show where none fits: at the place, holding the keyword if one does.
fn nearest(schema: &Schema, fault: &Fault<'_>, places: &[NodePlace], known: &Walk, name: Option<&str>) -> Option<NodePlace> {
    let known = known.nodes.iter().map(|&node| NodePlace { node, about_name: false });
    let all: Vec<NodePlace> = places.iter().copied().chain(known).collect();
    let told = ToldParts::of(fault);
    let alike = all.iter().find(|place| told.as_ref().is_some_and(|told| told.resembles(schema, **place, name)));
    alike.or_else(|| all.iter().find(|place| !place.about_name)).copied()
}

#[cfg(test)]
mod tests;

/// Whether nothing is left of the message behind its pointer, and perhaps not all of the pointer.
fn is_cut(fault: &Fault<'_>) -> bool {
    fault.cut && fault.text.is_empty() && fault.keyword().is_none()
}

/// Puts the first member of the document that begins like the last token in its place.
fn complete_key(tokens: &mut [String], document: Option<&Document>) {
    let (Some(document), Some((last, outer))) = (document.filter(|document| !document.is_empty()), tokens.split_last_mut()) else { return };
    let Ok(object) = document.find(outer) else { return };
    let keys = document.children(object).filter_map(|member| document.key(member));
    if let Some(key) = keys.into_iter().find(|key| key.starts_with(last.as_str())) {
        *last = key.into_owned();
    }
}

/// The node that forbids a name this long, if any: names are judged before values, and their length before anything else about them.
fn forbids_length(schema: &Schema, places: &[NodePlace], name: &str) -> Option<(NodePlace, Keyword)> {
    let length = name.chars().count();
    let forbids = |place: &&NodePlace| {
        let limit = schema.keyword_text(place.node, "maxLength").and_then(|limit| limit.parse::<usize>().ok());
        place.about_name && limit.is_some_and(|limit| limit < length)
    };
    places.iter().find(forbids).map(|place| (*place, "maxLength"))
}
