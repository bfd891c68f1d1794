//! What a look at a node tells of its value, before any rule is asked.
//!
//! Owns: which kinds of values fit whatever they hold, which never do, between which limits small whole numbers fit, which texts are short enough,
//! which sorts of values an object or array may hold.
//! Refuses: everything for which the text has to be read (valid), finding out what is known (compile).

use crate::pipeline::document::{Kind, NEGATIVE, Node, ODD_NUMBER, Sorts};

/// Kinds as bits, one for each of [`Kind`].
type Kinds = u8;

/// Small whole numbers are no further from zero.
const MOST_SMALL: i32 = 999_999_999;

const KINDS: [Kind; 6] = [Kind::Object, Kind::Array, Kind::String, Kind::Number, Kind::Boolean, Kind::Null];

const ALL: Kinds = 0b11_1111;

/// What is known of values by their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    fits: Kinds,
    fails: Kinds,
    /// Of these kinds are objects or arrays that fit where all they hold is of the sorts `inside`.
    holders: Kinds,
    inside: Sorts,
    /// Small whole numbers from here.
    least: i32,
    /// To there; below `least` where nothing is known of numbers.
    most: i32,
    /// Texts of fewer bytes fit.
    short: u32,
}

impl Glance {
    /// Nothing is known.
    pub(super) const NOTHING: Glance = Glance { fits: 0, fails: 0, holders: 0, inside: 0, least: 1, most: 0, short: 0 };

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

    /// The same where objects, or arrays, fit if each value in them fits at that glance.
    pub(super) fn holding(self, holder: Kind, each: &Glance) -> Self {
        Glance { holders: bit(holder), inside: each.sorts(), ..self }
    }

    /// Sorts of values that fit whatever they are.
    pub(super) fn sorts(&self) -> Sorts {
        let mut sorts = KINDS.into_iter().filter(|&kind| self.of_kind(kind) == Some(true)).fold(0, |sorts, kind| sorts | kind.sort());
        if sorts & Kind::Number.sort() != 0 {
            sorts |= NEGATIVE | ODD_NUMBER;
        } else if self.of_kind(Kind::Number).is_none() {
            let takes = |from, to| self.least <= from && to <= self.most;
            sorts |= if takes(0, MOST_SMALL) { Kind::Number.sort() } else { 0 } | if takes(-MOST_SMALL, -1) { NEGATIVE } else { 0 };
        }
        sorts
    }

    /// Of values that fit one of several. Unless those are flat, a kind that is open to two of them may make both look into the value.
    pub(super) fn any(all: &[Glance], is_flat: bool) -> Self {
        let open = |kind| all.iter().filter(move |one| one.fails & bit(kind) == 0);
        let either = |any: Glance, one: &Glance| Glance { fits: any.fits | one.fits, fails: any.fails & one.fails, ..any };
        let mut any = all.iter().fold(Glance::FAILS, either);
        any.fits &= KINDS.into_iter().filter(|&kind| is_flat || open(kind).count() == 1).fold(0, |kinds, kind| kinds | bit(kind));
        // Where all others fail values of a kind, what one says of them is what all say.
        let only = |kind| open(kind).next().filter(|_| open(kind).count() == 1);
        if let Some(of_numbers) = only(Kind::Number) {
            (any.least, any.most) = (of_numbers.least, of_numbers.most);
        }
        any.short = only(Kind::String).map_or(0, |of_texts| of_texts.short);
        let holder = [Kind::Object, Kind::Array]
            .into_iter()
            .find_map(|kind| Some((kind, only(kind)?)).filter(|(_, one)| one.holders & bit(kind) != 0));
        if let Some((kind, one)) = holder {
            (any.holders, any.inside) = (bit(kind), one.inside);
        }
        any
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
            Kind::Object | Kind::Array => (self.holders & bit(kind) != 0 && node.sorts() & !self.inside == 0).then_some(true),
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
