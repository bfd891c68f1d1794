//! What an error message says: the message grammar lives here alone.
//!
//! Owns: `error_message` -> [`Fault`] (class, instance pointer, keyword, the values in it), for every exception of the pipeline.
//! Refuses: schemas and payloads; where a text can be read in several ways it offers all readings.

mod exceptions;
mod foreign;
mod general;
mod grammar;
mod insert;
mod parted;
mod values;
mod words;

use memchr::memchr_iter;

use crate::ground::few::Few;

pub(crate) use exceptions::NO_SCHEMA;
pub(crate) use foreign::{SOMEBODY, ToldFailure};
pub(crate) use grammar::OR;
pub use insert::{BY_CATCH, InsertError, InsertReason};
pub(crate) use parted::part_at_fault;
pub(crate) use values::MessageValue;
pub(crate) use words::{phrase, summary};

/// Class of the validator's exceptions.
pub const VALIDATION: &str = "org.everit.json.schema.ValidationException";
/// Class of the exceptions for schemas that are not there.
pub const NOT_FOUND: &str = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";

/// What becomes of rows whose refusal is none of a schema ([`Fault::is_of_schemas`]), wherever that is told.
pub const BEYOND_SCHEMAS: &str = "refused before a schema judges the document, or by the table behind it";

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
    /// Who judged, where its words are not those of the pipeline's validator.
    pub judge: Option<&'static str>,
    /// The way to the node that judged, where another validator tells it.
    pub node: Option<&'a str>,
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
    /// BigQuery did not take the row.
    Insert(InsertError<'a>),
    /// Anything else: kept as it is.
    Other,
}

/// The keyword of that name, if validation messages can name it.
pub fn keyword(name: &str) -> Option<Keyword> {
    foreign::keyword(name)
}

impl<'a> Fault<'a> {
    /// The best reading. `class` is the row's `exception_class`, for messages that come without it; an empty message is a fault that only
    /// has a class. Nothing is refused: what the grammar does not know is kept as [`Says::Other`], or without a keyword.
    pub fn parse(message: &'a str, class: Option<&'a str>) -> Fault<'a> {
        let parts = MessageParts::of(message, class);
        if !parts.is_validation() {
            return parts.exception();
        }
        let whole = parts.splits().find_map(|(pointer, text)| Some(parts.broken(pointer, text, parts.grammar(text)?)));
        whole.or_else(|| parts.begun().next()).or_else(|| parts.in_other_words()).unwrap_or_else(|| parts.outside_grammar())
    }

    /// All readings, best first. There are several only where a key or a value holds `: `, so that the pointer may end in more than one
    /// place; each is a match of the grammar against the whole text behind its pointer.
    pub fn readings(message: &'a str, class: Option<&'a str>) -> Few<Fault<'a>> {
        let parts = MessageParts::of(message, class);
        if !parts.is_validation() {
            return Few::from_buf([parts.exception()]);
        }
        let mut all: Few<Fault<'a>> = parts
            .splits()
            .filter_map(|(pointer, text)| Some(parts.broken(pointer, text, parts.grammar(text)?)))
            .chain(parts.begun())
            .take(MOST_READINGS)
            .collect();
        if all.is_empty() {
            all.push(parts.in_other_words().unwrap_or_else(|| parts.outside_grammar()));
        }
        all
    }

    /// Decoded tokens of the instance pointer; empty at the root and where there is no pointer. The last token of a message that was cut
    /// inside its pointer is what is left of it.
    pub fn tokens(&self) -> Vec<String> {
        let of = |pointer: &str| match pointer.starts_with('#') {
            true => pointer.split('/').skip(1).map(unescape).collect(),
            false => foreign::tokens(pointer),
        };
        self.pointer.map(of).unwrap_or_default()
    }

    /// The place as an RFC 6901 pointer, whoever wrote it and however.
    pub(crate) fn rfc_pointer(&self) -> String {
        foreign::pointer(&self.tokens())
    }

    /// The same failure in the pipeline's own words, with the values that are known; `None` where it is told in those, or nobody knows what fails.
    pub(crate) fn restated(&self) -> Option<String> {
        let Says::Broken { keyword: Some(keyword), expected, found, key } = self.says else { return None };
        self.judge?;
        let said = words::in_own(keyword, expected, found, key);
        if said == self.text {
            return None;
        }
        Some(match self.pointer {
            Some(_) => format!("#{}: {said}", self.rfc_pointer()),
            None => said,
        })
    }

    /// Whether the message only counts violations and tells none of them.
    pub(crate) fn is_summary(&self) -> bool {
        matches!(self.says, Says::Broken { keyword: None, found: Some(_), .. })
    }

    /// What BigQuery says of the row, where it is BigQuery that speaks.
    pub fn insert(&self) -> Option<&InsertError<'a>> {
        match &self.says {
            Says::Insert(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the row is not at fault: BigQuery refused it for another row of the same request.
    pub fn is_by_catch(&self) -> bool {
        self.insert().is_some_and(InsertError::is_by_catch)
    }

    /// The path generalised by what the message itself tells of the node that judged; `None` where it tells nothing of one.
    pub(crate) fn path_by_node(&self) -> Option<String> {
        foreign::path_of_node(self.node?, &self.tokens())
    }

    /// Whether the payload has more bytes than the pipeline takes.
    pub(crate) fn is_too_large(&self) -> bool {
        exceptions::is_too_large(self.class)
    }

    /// Whether it is for a schema that the row was refused: for what one says, or because there was none. What BigQuery did not take for another row's
    /// sake was not refused at all.
    pub fn is_of_schemas(&self) -> bool {
        match &self.says {
            Says::Broken { .. } | Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. } => true,
            Says::Insert(error) => error.is_by_catch(),
            // The class tells it still where the text is none that is known.
            Says::Other => matches!(self.class, VALIDATION | NOT_FOUND),
            Says::NotJson { .. } | Says::Bug { .. } => false,
        }
    }

    /// The keyword of a validation failure, where the grammar knows it.
    pub fn keyword(&self) -> Option<Keyword> {
        match self.says {
            Says::Broken { keyword, .. } => keyword,
            _ => None,
        }
    }
}

/// Keys of a document can be made of nothing but separators; nobody looks at more readings than this.
const MOST_READINGS: usize = 16;

/// A message taken apart as far as that is possible without the grammar.
struct MessageParts<'a> {
    class: &'a str,
    /// What is behind the class, without the `...` of a cut.
    rest: &'a str,
    cut: bool,
}

impl<'a> MessageParts<'a> {
    fn of(message: &'a str, class: Option<&'a str>) -> Self {
        let (class, rest) = split_class(message, class.unwrap_or(""));
        // The cut counts the class, which some sources have taken off.
        let whole = if rest.len() == message.len() { rest.len() + class.len() + 2 } else { message.len() };
        match rest.strip_suffix("...") {
            Some(kept) if (1021..=1024).contains(&whole) || (1021..=1024).contains(&message.len()) => {
                MessageParts { class, rest: kept, cut: true }
            }
            _ => MessageParts { class, rest, cut: false },
        }
    }

    fn is_validation(&self) -> bool {
        (self.class.is_empty() || self.class.ends_with("ValidationException"))
            && (self.rest.starts_with("#/") || self.rest.starts_with("#:"))
    }

    /// Every way to end the pointer. The root's is never longer than `#`.
    fn splits(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let rest = self.rest;
        let most = if rest.starts_with("#/") { usize::MAX } else { 1 };
        memchr_iter(b':', rest.as_bytes()).take(most).filter_map(move |at| Some((&rest[..at], rest[at..].strip_prefix(": ")?)))
    }

    /// An empty text is `const`, unless it is empty because the rest was cut off.
    fn grammar(&self, text: &'a str) -> Option<Says<'a>> {
        if self.cut && text.is_empty() { None } else { grammar::whole(text) }
    }

    /// Readings of a cut message whose end is missing.
    fn begun(&self) -> impl Iterator<Item = Fault<'a>> {
        self.splits().filter(|_| self.cut).filter_map(|(pointer, text)| Some(self.broken(pointer, text, grammar::begun(text)?)))
    }

    fn broken(&self, pointer: &'a str, text: &'a str, says: Says<'a>) -> Fault<'a> {
        Fault { class: self.class, pointer: Some(pointer), text, says, cut: self.cut, judge: None, node: None }
    }

    /// What another validator says behind a pointer of the pipeline's form.
    fn in_other_words(&self) -> Option<Fault<'a>> {
        if self.cut || self.class == VALIDATION {
            return None;
        }
        self.splits().find_map(|(pointer, text)| {
            let (says, judge) = foreign::behind_pointer(text)?;
            Some(Fault { judge: Some(judge), ..self.broken(pointer, text, says) })
        })
    }

    /// A text that the grammar does not know, at the first place where a pointer may end. A message cut inside its pointer has none.
    fn outside_grammar(&self) -> Fault<'a> {
        let (pointer, text) = match self.splits().next() {
            Some(split) if !self.cut => split,
            // Trailing space lost on the way: still the empty text of `const`.
            None if !self.cut && self.rest.ends_with(':') => {
                return self.broken(&self.rest[..self.rest.len() - 1], "", grammar::broken(Some("const")));
            }
            _ => (self.rest, ""),
        };
        self.broken(pointer, text, grammar::broken(None))
    }

    fn exception(&self) -> Fault<'a> {
        let says = match exceptions::read(self.class, self.rest) {
            Says::Other if insert::may_speak(self.class) => InsertError::read(self.rest).map_or(Says::Other, Says::Insert),
            says => says,
        };
        if says == Says::Other
            && foreign::may_judge(self.class)
            && let Some(told) = foreign::read(self.rest)
        {
            let (judge, node) = (Some(told.judge), told.node);
            return Fault { class: self.class, pointer: told.pointer, text: told.text, says: told.says, cut: self.cut, judge, node };
        }
        Fault { class: self.class, pointer: None, text: self.rest, says, cut: self.cut, judge: None, node: None }
    }
}

/// The class, and what is behind it. The message's own class goes before the row's.
fn split_class<'a>(message: &'a str, class: &'a str) -> (&'a str, &'a str) {
    if !class.is_empty()
        && let Some(rest) = message.strip_prefix(class)
    {
        if rest.is_empty() {
            return (class, "");
        }
        if let Some(rest) = rest.strip_prefix(": ") {
            return (class, rest);
        }
    }
    let (head, rest) = grammar::cut(message, ": ").unwrap_or((message, ""));
    if is_class_name(head) { (head, rest) } else { (class, message) }
}

/// `org.everit.json.schema.ValidationException`, `com.mozilla.telemetry.decoder.ParseUri$StubUri$InvalidIntegerException`
fn is_class_name(text: &str) -> bool {
    let last = text.rsplit(['.', '$']).next().unwrap_or("");
    text.contains('.')
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'$' | b'_'))
}

/// Undoes the pipeline's escapes `~0`, `~1`, `\\` and `\"`. Anything else stands for itself.
fn unescape(token: &str) -> String {
    if memchr::memchr2(b'~', b'\\', token.as_bytes()).is_none() {
        return token.to_owned();
    }
    let mut out = String::with_capacity(token.len());
    let mut chars = token.chars().peekable();
    while let Some(c) = chars.next() {
        let decoded = match (c, chars.peek()) {
            ('~', Some('0')) => '~',
            ('~', Some('1')) => '/',
            ('\\', Some('\\')) => '\\',
            ('\\', Some('"')) => '"',
            _ => {
                out.push(c);
                continue;
            }
        };
        chars.next();
        out.push(decoded);
    }
    out
}

#[cfg(test)]
mod tests;
