//! Which schema node a fault broke.
//!
//! Owns: choosing among the nodes that speak about a place by the fault's keyword and constraint.
//! Refuses: reading messages (fault), table columns (sink). Where the document is at hand, [`judge`] replays the pipeline's judgement and knows for
//! certain; [`locate`] is for messages without one, and for grouping, which reads no payloads.

mod cut;
mod fits;
pub mod judge;
mod parts;
mod reach;

use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::fault::{Fault, Keyword, Says};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::{Walk, walk};
use fits::Told;
use reach::{Place, reach};

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
    Found::of(schema, fault, document).map(|found| found.broken)
}

/// The same for a message that can be read in several ways because a key holds the words of the grammar: takes the reading whose place
/// the schema and the document know, of equals the first. Also tells which reading that was.
pub fn locate_best(schema: &Schema, readings: &[Fault<'_>], document: Option<&Document>) -> Option<(usize, Broken)> {
    let found = readings.iter().enumerate().filter_map(|(i, fault)| Some((i, Found::of(schema, fault, document)?)));
    let best = found.reduce(|best, other| if other.1.likelihood > best.1.likelihood { other } else { best });
    best.map(|(i, found)| (i, found.broken))
}

/// A reading with how well it agrees with what is known.
struct Found {
    broken: Broken,
    /// The node fits exactly, the document has the place, the schema has it: in this order of weight.
    likelihood: (bool, bool, bool),
}

impl Found {
    fn of(schema: &Schema, fault: &Fault<'_>, document: Option<&Document>) -> Option<Self> {
        let Says::Broken { mut keyword, .. } = fault.says else { return None };
        fault.pointer?;
        let mut tokens = fault.tokens();
        if cut::is_cut(fault) {
            cut::complete(&mut tokens, document);
        }
        let name = tokens.last().map(String::as_str);
        let places = reach(schema, &tokens, document);
        let mut fitting: Vec<Place> = match Told::of(fault) {
            Some(told) => places.iter().copied().filter(|&place| told.fits(schema, place, name)).collect(),
            None => Vec::new(),
        };
        if let Some((place, certain)) = name.filter(|_| cut::is_cut(fault)).and_then(|name| cut::too_long(schema, &places, name)) {
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
        Some(Found { broken, likelihood })
    }
}

/// The node to show where none fits: at the place, holding the keyword if one does.
fn nearest(schema: &Schema, fault: &Fault<'_>, places: &[Place], known: &Walk, name: Option<&str>) -> Option<Place> {
    let known = known.nodes.iter().map(|&node| Place { node, about_name: false });
    let all: Vec<Place> = places.iter().copied().chain(known).collect();
    let told = Told::of(fault);
    let alike = all.iter().find(|place| told.as_ref().is_some_and(|told| told.resembles(schema, **place, name)));
    alike.or_else(|| all.iter().find(|place| !place.about_name)).copied()
}

#[cfg(test)]
mod tests;
