//! Which schema node a fault broke.
//!
//! Owns: choosing among the nodes that speak about a place by the fault's keyword and constraint.
//! Refuses: reading messages (fault), table columns (sink). An exact replay of the pipeline's judgement can take the place of [`locate`].

mod fits;
pub mod judge;
mod parts;
mod reach;

use crate::document::{Document, NodeId};
use crate::fault::{Fault, Keyword, Says};
use crate::schemas::Schema;
use crate::schemas::walk::{Token, Walk, generalise, walk};
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
    /// Whether other nodes would fit the message as well.
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
        let Says::Broken { keyword, .. } = fault.says else { return None };
        fault.pointer?;
        let tokens = fault.tokens();
        let known = walk(schema, &tokens);
        let fitting = fitting(schema, fault, &tokens, document);
        let chosen = fitting.first().copied().or_else(|| nearest(schema, keyword, &known));
        let likelihood = (!fitting.is_empty(), document.is_some_and(|document| document.find(&tokens).is_ok()), !known.nodes.is_empty());
        let mut kinds = known.tokens;
        if let Some(last) = kinds.last_mut().filter(|_| chosen.is_some_and(|place| place.about_name)) {
            *last = Token::Key;
        }
        let broken = Broken {
            path: generalise(&tokens, &kinds),
            tokens,
            node: chosen.map(|place| place.node),
            schema_pointer: chosen.map(|place| schema.pointer(place.node)),
            keyword,
            about_name: chosen.is_some_and(|place| place.about_name),
            literal: chosen.zip(keyword).is_some_and(|(place, keyword)| schema.keyword(place.node, keyword).is_some()),
            // All names are judged before any value, so a name that fits was the first to fail.
            ambiguous: fitting.len() != 1 && !chosen.is_some_and(|place| place.about_name),
        };
        Some(Found { broken, likelihood })
    }
}

/// The places whose node can have said the message, first those that the validator judges first.
fn fitting(schema: &Schema, fault: &Fault<'_>, tokens: &[String], document: Option<&Document>) -> Vec<Place> {
    let Some(told) = Told::of(fault) else { return Vec::new() };
    let name = tokens.last().map(String::as_str);
    let mut places = reach(schema, tokens, document);
    places.retain(|&place| told.fits(schema, place, name));
    places
}

/// The node at the place that holds the keyword, or just one at the place.
fn nearest(schema: &Schema, keyword: Option<Keyword>, known: &Walk) -> Option<Place> {
    let holds = |node: &&NodeId| keyword.is_some_and(|keyword| schema.keyword(**node, keyword).is_some());
    let node = known.nodes.iter().find(holds).or_else(|| known.nodes.first());
    node.map(|&node| Place { node, about_name: false })
}
