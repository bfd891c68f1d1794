//! What the pipeline does with a document, replayed. Refuses: I/O.

pub mod destination;
pub mod document;
pub mod example;
pub mod fault;
pub mod java_double;
pub mod layout;
pub mod minimize;
pub mod names;
pub mod schema;
pub mod sink;
pub mod transpile;
pub mod verdict;
