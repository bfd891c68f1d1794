//! JSON text as flat nodes over its original bytes.
//!
//! Owns: where every key and value begins and ends, in pre-order, without copying or changing a byte (key order, number
//! spelling, duplicate keys and escapes survive), the JSON pointer of a node and the node of a pointer.
//! Refuses: judging the document (verdict), decoding the payload around it (payload), drawing it.
//!
//! The reader is iterative, so depth costs memory and never stack; what follows the first error is not indexed, the nodes before it are kept.

mod ends;
mod node;
mod path;
mod scan;
pub mod skim;
mod strings;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashSet};

pub(crate) use ends::NameEnds;
use node::{HELD, LONG};
pub(crate) use node::{NEGATIVE, Node, ODD_NUMBER, Sorts};
pub use path::{PathStyle, unescape_pointer};
pub use scan::ParseError;
pub(crate) use strings::plain_ascii_len;

/// Position of a node in pre-order; the root is 0.
pub type NodeId = u32;

/// No key, no parent.
const NONE: u32 = u32::MAX;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Members in braces.
    Object,
    /// Elements in brackets.
    Array,
    /// Text in quotes.
    String,
    /// A number, in whatever spelling.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
}

impl Kind {
    /// JSON Schema's name of the type (a number is "number" whatever its spelling).
    pub fn name(self) -> &'static str {
        match self {
            Kind::Object => "object",
            Kind::Array => "array",
            Kind::String => "string",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Null => "null",
        }
    }

    /// The type's name in a sentence: `an object`, `null`.
    pub fn with_article(self) -> &'static str {
        match self {
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::String => "a string",
            Kind::Number => "a number",
            Kind::Boolean => "a boolean",
            Kind::Null => "null",
        }
    }

    /// Its bit among sorts of values.
    #[inline]
    pub(crate) fn sort(self) -> Sorts {
        1 << self as u8
    }

    /// Whether it can hold other values.
    pub fn is_container(self) -> bool {
        matches!(self, Kind::Object | Kind::Array)
    }
}

/// Names that are compared with each other, which is faster than hashing them.
const FEW: usize = 8;
/// Names that mostly have a bit each of [`BITS`].
const SOME: usize = 48;
const BITS: usize = 4096;

/// An indexed JSON text.
#[derive(Debug, Clone)]
pub struct Document {
    text: Arc<[u8]>,
    nodes: Vec<Node>,
    error: Option<ParseError>,
    /// First byte after the root value that is not white space.
    trailing: Option<usize>,
    /// Most objects and arrays inside each other.
    nesting: usize,
    /// Whether a number has an exponent or very many characters.
    has_odd_number: bool,
}

impl Document {
    /// Indexes `text`. Never fails: what could not be read is in [`Document::error`], what was read before it has nodes.
    pub fn parse(text: impl Into<Arc<[u8]>>) -> Self {
        scan::scan(text.into())
    }

    /// Gives room back that no node needs: for documents that are kept.
    pub(crate) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
    }

    /// The whole text, as it was given.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The first thing that is not JSON, if any.
    pub fn error(&self) -> Option<&ParseError> {
        self.error.as_ref()
    }

    /// Where text follows the root value (the pipeline's parser accepts it).
    pub fn trailing(&self) -> Option<usize> {
        self.trailing
    }

    /// Whether the text that follows the root value begins another object or list: then it is more than one document.
    pub fn is_followed(&self) -> bool {
        let rest = self.trailing.and_then(|at| self.text().get(at..)).unwrap_or_default();
        matches!(rest.trim_ascii_start().first(), Some(b'{' | b'['))
    }

    /// Number of nodes; 0 only where the text begins with an error.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Most objects and arrays inside each other, counted up to 65,535.
    pub fn nesting(&self) -> usize {
        self.nesting
    }

    /// Whether a number has an exponent, or more characters than a double has digits: any other is finite, whatever reads it.
    pub(crate) fn has_odd_number(&self) -> bool {
        self.has_odd_number
    }

    /// What the value is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.nodes[id as usize].kind
    }

    /// All that is known of a value, for whoever asks several things of it.
    #[inline]
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// Nesting depth; the root has 0.
    pub fn depth(&self, id: NodeId) -> usize {
        self.nodes[id as usize].depth as usize
    }

    /// The enclosing object or array.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.nodes[id as usize].parent;
        (parent != NONE).then_some(parent)
    }

    /// One past the last descendant.
    pub fn end(&self, id: NodeId) -> NodeId {
        self.nodes[id as usize].end
    }

    /// Number of members or elements.
    pub fn count(&self, id: NodeId) -> usize {
        let node = &self.nodes[id as usize];
        if node.kind == Kind::Number { 0 } else { (node.count & ((1 << HELD) - 1)) as usize }
    }

    /// Position among its siblings, from 0.
    pub fn index(&self, id: NodeId) -> usize {
        self.nodes[id as usize].index as usize
    }

    /// Byte range of the value.
    pub fn span(&self, id: NodeId) -> std::ops::Range<usize> {
        let node = &self.nodes[id as usize];
        node.start as usize..node.stop as usize
    }

    /// Byte range of the member with its name, or of the element.
    pub fn member_span(&self, id: NodeId) -> std::ops::Range<usize> {
        let node = &self.nodes[id as usize];
        node.begin()..node.stop as usize
    }

    /// The value's own bytes.
    pub fn raw(&self, id: NodeId) -> &[u8] {
        &self.text[self.span(id)]
    }

    /// The member's name between its quotes, escapes as written; `None` for an element or the root.
    pub fn raw_key(&self, id: NodeId) -> Option<&[u8]> {
        let node = &self.nodes[id as usize];
        (node.key != NONE).then(|| {
            let from = node.key as usize + 1;
            let length = if node.name == LONG { strings::string_len(&self.text[from..]) } else { node.name.into() };
            &self.text[from..from + length]
        })
    }

    /// The same where it is known to hold no escape: what is written is the name.
    pub fn plain_key(&self, id: NodeId) -> Option<&[u8]> {
        let node = self.node(id);
        node.plain_length().map(|length| self.name_of(node, length))
    }

    /// The name of a member that is known to be so long.
    #[inline]
    pub(crate) fn name_of(&self, member: &Node, length: u8) -> &[u8] {
        let from = member.key as usize + 1;
        &self.text[from..from + usize::from(length)]
    }

    /// The ends of such a name.
    #[inline]
    pub(crate) fn ends_of(&self, member: &Node, length: u8) -> NameEnds {
        NameEnds::within(&self.text, member.key as usize + 1, length.into())
    }

    /// The ends of what stands between the quotes of a text.
    #[inline]
    pub(crate) fn text_ends(&self, id: NodeId) -> NameEnds {
        let node = self.node(id);
        NameEnds::within(&self.text, node.start as usize + 1, node.text_length() as usize)
    }

    /// The member's name with escapes resolved (invalid UTF-8 and lone surrogates replaced).
    pub fn key(&self, id: NodeId) -> Option<Cow<'_, str>> {
        self.raw_key(id).map(strings::unescape)
    }

    /// Whether a value is the string of this text.
    pub(crate) fn is_text(&self, id: NodeId, text: &str) -> bool {
        let raw = self.raw(id);
        self.kind(id) == Kind::String && raw.get(1..raw.len() - 1).is_some_and(|body| strings::key_is(body, text))
    }

    /// A string value with escapes resolved; `None` where the value is no string.
    pub fn string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        (self.kind(id) == Kind::String).then(|| {
            let raw = self.raw(id);
            strings::unescape(&raw[1..(raw.len() - 1).max(1)])
        })
    }

    /// The same where the value is UTF-8; `None` also where it is not, for whoever reads such texts otherwise.
    pub fn clean_string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let raw = self.raw(id);
        let body = raw.get(1..(raw.len().max(1) - 1).max(1)).filter(|_| self.kind(id) == Kind::String)?;
        std::str::from_utf8(body).ok().map(strings::unescape_text)
    }

    /// Members or elements in document order.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { document: self, next: id + 1, end: self.end(id) }
    }

    /// The member of that name; of several the last, as the pipeline's parser takes it.
    pub fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        if self.kind(id) != Kind::Object {
            return None;
        }
        self.children(id).filter(|&child| self.is_named(child, name)).last()
    }

    /// Whether a member has that name.
    pub(crate) fn is_named(&self, member: NodeId, name: &str) -> bool {
        match self.plain_key(member) {
            Some(plain) => plain == name.as_bytes(),
            None => self.raw_key(member).is_some_and(|raw| strings::key_is(raw, name)),
        }
    }

    /// Whether an object may hold two members of one name; `false` where it surely does not. A name with an escape, or with a sign that is not ASCII,
    /// may be any.
    pub(crate) fn may_have_twins(&self, object: NodeId) -> bool {
        let count = self.count(object);
        if count < 2 {
            return false;
        }
        let mut names = self.children(object).map(|member| self.plain_key(member).filter(|name| name.is_ascii()));
        if count <= FEW {
            let mut known: [&[u8]; FEW] = [b""; FEW];
            for at in 0..count {
                let Some(name) = names.next().flatten() else { return true };
                if known[..at].contains(&name) {
                    return true;
                }
                known[at] = name;
            }
            return false;
        }
        // Of not too many each mostly finds a bit of its own; where two share one, their whole hashes tell.
        let mut bits = [0_u64; BITS / 64];
        let has_own = |name: Option<&[u8]>| {
            let Some(hash) = name.map(|name| FxBuildHasher.hash_one(name) as usize % BITS) else { return false };
            let (word, bit) = (&mut bits[hash / 64], 1 << (hash % 64));
            let is_free = *word & bit == 0;
            *word |= bit;
            is_free
        };
        if count <= SOME && names.clone().all(has_own) {
            return false;
        }
        let mut known = FxHashSet::with_capacity_and_hasher(count, FxBuildHasher);
        !names.all(|name| name.is_some_and(|name| known.insert(FxBuildHasher.hash_one(name))))
    }

    /// The element at that position.
    pub fn element(&self, id: NodeId, index: usize) -> Option<NodeId> {
        (self.kind(id) == Kind::Array).then(|| self.children(id).nth(index)).flatten()
    }

    /// The node that contains the byte at `offset`, the innermost one; the root for what lies around it.
    pub fn node_at(&self, offset: usize) -> Option<NodeId> {
        let after = self.nodes.partition_point(|node| node.begin() <= offset);
        let mut id = after.checked_sub(1)? as NodeId;
        while self.nodes[id as usize].stop as usize <= offset {
            match self.parent(id) {
                Some(parent) => id = parent,
                None => break,
            }
        }
        Some(id)
    }
}

/// Iterator over the children of a node.
#[derive(Clone)]
pub struct Children<'a> {
    document: &'a Document,
    next: NodeId,
    end: NodeId,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.next >= self.end {
            return None;
        }
        let id = self.next;
        self.next = self.document.end(id);
        Some(id)
    }
}
