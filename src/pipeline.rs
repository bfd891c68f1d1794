//! What the pipeline does to a document, replayed: no files, no network, no clock.
//!
//! Rules come from observing the pipeline; each room names its source.

/// Two layouts of a table, and what a deploy does with the difference.
pub mod compat;
/// Which tables a document goes to, and which doctype its schema is found by.
pub mod destination;
/// A JSON document as it was written: order, numbers and bytes.
pub mod document;
/// A document that passes, made of its schema.
pub mod example;
/// What an error message says.
pub mod fault;
/// Doubles in Java's spelling.
pub mod java_double;
/// The order of Java's maps.
pub(crate) mod java_map;
/// The columns of a table.
pub mod layout;
/// The smallest document with the same fault.
pub mod minimize;
/// Names as the decoder compares them.
pub mod names;
/// A JSON schema, and which of its nodes speak about a place.
pub mod schema;
/// Document to row: where every value ends up.
pub mod sink;
/// JSON schema to table layout.
pub mod transpile;
/// Whether a document passes, and what it breaks.
pub mod verdict;
/// A document that shows what a change of a schema does.
pub mod witness;
