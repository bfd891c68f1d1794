//! What a look at a node tells of its value, before any rule is asked.
//!
//! Owns: which kinds of values fit whatever they hold, which never do, between which limits small whole numbers fit, which texts are short enough.
//! Refuses: everything for which the text has to be read (valid), finding out what is known (compile).

use crate::pipeline::document::{Kind, Node};

/// Kinds as bits, one for each of [`Kind`].
type Kinds = u8;

const ALL: Kinds = 0b11_1111;

/// What is known of values by their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    fits: Kinds,
    fails: Kinds,
    /// Small whole numbers from here.
    least: i32,
    /// To there; below `least` where nothing is known of numbers.
    most: i32,
    /// Texts of fewer bytes fit.
    short: u32,
}

impl Glance {
    /// Nothing is known.
    pub(super) const NOTHING: Glance = Glance { fits: 0, fails: 0, least: 1, most: 0, short: 0 };

    /// All values fit.
    pub(super) const FITS: Glance = Glance { fits: ALL, ..Glance::NOTHING };

    /// No value fits.
    pub(super) const FAILS: Glance = Glance { fails: ALL, ..Glance::NOTHING };

    /// Of rules about one kind: whether other kinds fail, and whether all of that kind fits.
    pub(super) fn only(kind: Kind, others_fail: bool, all_fit: bool) -> Self {
        let (own, others) = (bit(kind), ALL & !bit(kind));
        let fits = if all_fit { own } else { 0 } | if others_fail { 0 } else { others };
        Glance { fits, fails: if others_fail { others } else { 0 }, ..Glance::NOTHING }
    }

    /// The same with the limits of small whole numbers, which are themselves within those of `i32`.
    pub(super) fn between(self, least: i64, most: i64) -> Self {
        let within = |limit: i64| limit.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        Glance { least: within(least), most: within(most), ..self }
    }

    /// The same where texts of at most so many characters fit.
    pub(super) fn up_to(self, most: u64) -> Self {
        Glance { short: u32::try_from(most).unwrap_or(u32::MAX).saturating_add(1), ..self }
    }

    /// Of values that fit one of several.
    pub(super) fn any(all: impl Iterator<Item = Glance>) -> Self {
        all.fold(Glance::FAILS, |any, one| Glance { fits: any.fits | one.fits, fails: any.fails & one.fails, ..Glance::NOTHING })
    }

    /// Whether values of a kind fit, whatever they hold.
    #[inline]
    pub(super) fn of_kind(&self, kind: Kind) -> Option<bool> {
        let bit = bit(kind);
        if self.fits & bit != 0 { Some(true) } else { (self.fails & bit != 0).then_some(false) }
    }

    /// Whether a value of a document fits.
    #[inline]
    pub(super) fn of_value(&self, node: &Node) -> Option<bool> {
        let kind = node.kind();
        if let Some(known) = self.of_kind(kind) {
            return Some(known);
        }
        match kind {
            Kind::Number if self.least <= self.most => node.small_number().map(|value| self.least <= value && value <= self.most),
            // A character takes at least one byte.
            Kind::String => (node.text_length() < self.short).then_some(true),
            _ => None,
        }
    }

    /// Texts of fewer bytes than this fit.
    pub(super) fn short_texts(&self) -> u32 {
        if self.of_kind(Kind::String) == Some(true) { u32::MAX } else { self.short }
    }
}

#[inline]
fn bit(kind: Kind) -> Kinds {
    1 << kind as u8
}
