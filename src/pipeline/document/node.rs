//! What is known of one value of a document.
//!
//! Owns: its places, its kind, what can be told of it without reading the text.
//! Refuses: the text (document).

use super::{Kind, NONE, NodeId};

/// A number that is not whole, or that has more digits than fit.
pub(super) const ODD: u32 = i32::MIN as u32;

/// Sorts of values that an object or array holds, one bit each. A sort is a kind ([`Kind::sort`]), but numbers are of three.
pub(crate) type Sorts = u8;

/// Numbers that are whole and of few digits, but below zero.
pub(crate) const NEGATIVE: Sorts = 1 << 6;

/// Numbers that are not whole or have more digits.
pub(crate) const ODD_NUMBER: Sorts = 1 << 7;

/// Bits of a number of children; there are fewer nodes than that.
pub(super) const HELD: u32 = 24;

/// A name whose end has to be looked for.
pub(super) const LONG: u8 = u8::MAX;

/// One value: byte offsets into the text, links into the node list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// First byte of the value.
    pub(super) start: u32,
    /// One past the last byte of the value.
    pub(super) stop: u32,
    /// Opening quote of the member's name; NONE for elements and the root.
    pub(super) key: u32,
    pub(super) parent: u32,
    /// One past the last descendant in pre-order.
    pub(super) end: u32,
    /// Position among its siblings.
    pub(super) index: u32,
    /// Number of children, and above [`HELD`] which sorts they are; of a number its value, where that is whole and small, else ODD.
    pub(super) count: u32,
    pub(super) depth: u16,
    pub(super) kind: Kind,
    /// Length of the member's name; LONG where it is longer or holds an escape.
    pub(super) name: u8,
}

impl Node {
    /// What the value is.
    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// One past the last descendant.
    #[inline]
    pub(crate) fn end(&self) -> NodeId {
        self.end
    }

    /// The value of a number that is whole and of few digits; `None` for any other number.
    #[inline]
    pub(crate) fn small_number(&self) -> Option<i32> {
        (self.kind == Kind::Number && self.count != ODD).then_some(self.count as i32)
    }

    /// Which sorts of values an object or array holds.
    #[inline]
    pub(crate) fn sorts(&self) -> Sorts {
        (self.count >> HELD) as Sorts
    }

    /// Bytes between the quotes of a text: at least as many as it has characters.
    #[inline]
    pub(crate) fn text_length(&self) -> u32 {
        self.stop.wrapping_sub(self.start).saturating_sub(2)
    }

    /// Length of a member's name that is short and holds no escape; `None` of other names, and of elements.
    #[inline]
    pub(crate) fn plain_length(&self) -> Option<u8> {
        (self.name != LONG).then_some(self.name)
    }

    /// The same of a name that is shorter than that.
    #[inline]
    pub(crate) fn length_below(&self, limit: u8) -> Option<u8> {
        // LONG is below no limit.
        (self.name < limit).then_some(self.name)
    }

    /// First byte of the member (its name) or element.
    pub(super) fn begin(&self) -> usize {
        if self.key == NONE { self.start as usize } else { self.key as usize }
    }
}
