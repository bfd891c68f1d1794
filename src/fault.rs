//! What an error message says: the message grammar lives here alone.
//!
//! Owns: `error_message` -> [`Fault`] (class, instance pointer, keyword, the values in it), for every exception of the pipeline.
//! Refuses: schemas and payloads; where a text can be read in several ways it offers all readings.

/// JSON Schema keyword that a validation message names, or the kind of failure of another class.
/// The name used in output is the keyword itself (`maxLength`).
pub type Keyword = &'static str;

/// One reading of a message. Borrowed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault<'a> {
    /// Exception class as written before the message, or the whole text where it is a bare class name.
    pub class: &'a str,
    /// Instance pointer as the pipeline writes it (`#/a/b`), `None` outside of validation messages.
    pub pointer: Option<&'a str>,
    /// The text behind the pointer (validation), or behind the class.
    pub text: &'a str,
    /// What the text says.
    pub says: Says<'a>,
    /// Whether the pipeline cut the message at 1,024 bytes.
    pub cut: bool,
}

/// What a message says. Values are as they stand in the message, unescaped and untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says<'a> {
    /// A validation failure.
    Broken {
        /// The keyword of the grammar's table; `None` for a text outside the grammar.
        keyword: Option<Keyword>,
        /// What the schema asks: the type, limit, pattern, format, number of branches.
        expected: Option<&'a str>,
        /// What the document has: the type, length, count, value.
        found: Option<&'a str>,
        /// The key that is missing, extraneous or depended upon.
        key: Option<&'a str>,
    },
    /// `No such docType: ns/type`
    NoSuchDoctype {
        /// `ns/type`
        name: &'a str,
    },
    /// `No schema with name: ns/type/type.1.schema.json`
    NoSuchSchema {
        /// The path asked for.
        name: &'a str,
    },
    /// The payload is no JSON: the parser's first line, with values cut out of it in `general`.
    NotJson {
        /// Line and column where the parser stopped, from 1, if told.
        place: Option<(u32, u32)>,
    },
    /// Unwanted or affected by a known bug, by design.
    Bug {
        /// Bug number.
        number: Option<&'a str>,
    },
    /// Anything else: kept as it is.
    Other,
}
