//! Data about people taken out of what is exported.
//!
//! Owns: what may be told of values, keys, names, pointers, messages and columns, and what stands in the place of the rest. Whatever leaves the
//! machine comes through a [`Redactor`].
//! Also owns: equal values by the same number; only what they hash to is remembered.
//! Refuses: the reports themselves (export); making text safe for Markdown: it is left as plain as it was.
//!
//! Told are: what the schema itself lists (names of properties, listed values, limits), booleans, nulls, small numbers, and the places that the
//! configuration calls safe. All else is told by its shape: type, length, kinds of characters, and a number that equal values share. How a text
//! is spelled says nothing of whose it is, so that no value and no key is told for looking like a word.

mod classes;
mod columns;
mod document;
mod fit;
mod lists;
mod looks;
mod message;
mod names;
mod paths;
mod sender;
mod shape;
mod trail;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::ground::text;
use crate::pipeline::document::NodeId;
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::walk::TokenMatch;
pub use columns::RedactedColumns;
pub use document::TextForm;
pub use fit::fit;
pub use lists::Lists;
pub use names::KnownNames;
pub use paths::Paths;
pub use sender::SenderFact;
use trail::Trail;

/// Below this a number is told, unless the policy says otherwise.
const SMALL: u64 = 1000;

/// What may be told.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Everything, as it is.
    pub raw: bool,
    /// Places whose values and keys are told.
    pub safe: Paths,
    /// Places of which only the type is told; they go before the safe ones.
    pub masked: Paths,
    /// Numbers nearer to zero than this are told where they are short as well.
    pub small: u64,
    /// Namespaces and doctypes that are told.
    pub names: KnownNames,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { raw: false, safe: Paths::default(), masked: Paths::default(), small: SMALL, names: KnownNames::default() }
    }
}

/// Places that are always told, or never.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Places whose values and keys are told.
    pub safe: Paths,
    /// Places of which only the type is told; they go before the safe ones.
    pub masked: Paths,
}

impl Redaction {
    /// What may be told; `raw` is everything.
    pub fn policy(&self, raw: bool) -> Policy {
        Policy { raw, safe: self.safe.clone(), masked: self.masked.clone(), ..Policy::default() }
    }
}

/// The value that a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailingValue {
    /// Its node in the document.
    pub node: NodeId,
    /// The keyword that it breaks.
    pub keyword: Option<Keyword>,
}

/// Takes data out of the parts of one report: equal values are equal throughout it.
#[derive(Debug, Default)]
pub struct Redactor {
    policy: Policy,
    numbering: Numbering,
}

/// How much is known of a value's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// Only its type may be told.
    Masked,
    /// It is data.
    Data,
    /// It is data that the fault is about.
    Failing,
    /// It may be told.
    Safe,
}

impl Redactor {
    /// A redactor for one report.
    pub fn new(policy: Policy) -> Self {
        Redactor { policy, numbering: Numbering::default() }
    }

    /// Whether it lets everything through; a report has to say so.
    pub fn is_raw(&self) -> bool {
        self.policy.raw
    }

    /// A text value by itself: its shape, `<string 36 hex and dashes, value 1>`.
    pub fn value<'a>(&mut self, value: &'a str) -> Cow<'a, str> {
        if self.is_raw() { Cow::Borrowed(value) } else { Cow::Owned(self.text(value, Care::Data)) }
    }

    /// A member's name, `token` being what the schema makes of it: names that the schema declares and positions are told.
    pub fn key<'a>(&mut self, key: &'a str, token: TokenMatch) -> Cow<'a, str> {
        self.key_at(key, token, None)
    }

    /// A key of a map at a generalised path, as groups have it.
    pub fn map_key<'a>(&mut self, key: &'a str, path: Option<&str>, lists: &Lists<'_>) -> Cow<'a, str> {
        let care = path.and_then(|path| self.care_at(path));
        self.key_at(key, lists.token(key, TokenMatch::Key), care)
    }

    /// The same where the lists of places may say something of it.
    fn key_at<'a>(&mut self, key: &'a str, token: TokenMatch, care: Option<Care>) -> Cow<'a, str> {
        if self.is_raw() {
            return Cow::Borrowed(key);
        }
        let is_told = match (token, care) {
            (TokenMatch::Name | TokenMatch::Slot, _) | (_, Some(Care::Safe)) => true,
            (_, Some(Care::Masked)) | (TokenMatch::Key, _) => false,
            (TokenMatch::Index, _) => looks::is_short_number(key),
            (TokenMatch::Unknown, _) => looks::is_small_number(key),
        };
        if is_told { text::visible(key) } else { Cow::Owned(self.described("key", key)) }
    }

    /// What an application says of itself; `None` where it may not be told.
    pub fn sender<'a>(&self, fact: SenderFact, value: &'a str) -> Option<&'a str> {
        (self.is_raw() || fact.is_told(value)).then_some(value)
    }

    /// What the lists of places say of a generalised path, as groups have it.
    fn care_at(&self, path: &str) -> Option<Care> {
        let root = Trail::root(&self.policy);
        path.split('/').skip(1).fold(root, |trail, part| trail.onward(&self.policy, part)).care(&self.policy)
    }

    fn text(&mut self, value: &str, care: Care) -> String {
        match care {
            Care::Safe => text::visible(value).into_owned(),
            Care::Masked => "<string>".to_owned(),
            Care::Failing => shape::imitated(value),
            Care::Data if value.is_empty() => String::new(),
            Care::Data => self.described("string", value),
        }
    }

    fn described(&mut self, what: &str, value: &str) -> String {
        let same = self.numbering.of(value).map(|number| format!(", value {number}")).unwrap_or_default();
        format!("<{what} {}{same}>", shape::described(value))
    }
}

/// Whether a failure of the keyword is about the value itself, and not only about its type, length or members.
fn is_about_value(keyword: Keyword) -> bool {
    matches!(
        keyword,
        "pattern"
            | "format"
            | "enum"
            | "const"
            | "not"
            | "anyOf"
            | "oneOf"
            | "allOf"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "multipleOf"
    )
}

#[cfg(test)]
mod tests;

/// Values that are numbered; the rest of a huge document is told without numbers.
const MOST_NUMBERED: usize = 1_000_000;

/// Numbers from 1. The hash is seeded anew each time, so that no document can be made in which two values share one.
#[derive(Debug, Default)]
struct Numbering {
    seed: RandomState,
    known: HashMap<u64, u32>,
}

impl Numbering {
    /// The value's number.
    fn of(&mut self, value: &str) -> Option<u32> {
        let next = self.known.len();
        let hash = self.seed.hash_one(value);
        if next >= MOST_NUMBERED {
            return self.known.get(&hash).copied();
        }
        Some(*self.known.entry(hash).or_insert(next as u32 + 1))
    }
}
