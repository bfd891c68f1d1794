//! Names that a schema knows, found by length and content at once.
//!
//! Owns: a table from names to what is known of them, made once and asked for every member of every document.
//! Refuses: names with escapes, which are resolved before.

use crate::pipeline::document::NameEnds;

/// How much more room there is than names.
const ROOM: usize = 2;

/// What is known by name.
#[derive(Debug)]
pub(super) struct NameTable<V> {
    /// A power of two of places, or none; each name at its own or at the next that was free.
    places: Box<[Named<V>]>,
    /// Names whose ends do not tell all of them, one behind the other.
    long: Box<[u8]>,
}

/// Two or one to a line of the processor's cache, and none on two.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Named<V> {
    /// None where the place is free.
    ends: NameEnds,
    /// Where the name is, if it is long.
    long: u32,
    known: V,
}

impl<V> Default for NameTable<V> {
    fn default() -> Self {
        NameTable { places: Box::default(), long: Box::default() }
    }
}

impl<V: Copy + Default> NameTable<V> {
    /// A table of names that are all different.
    pub(super) fn of(entries: impl ExactSizeIterator<Item = (Box<[u8]>, V)>) -> Self {
        let count = entries.len();
        if count == 0 {
            return NameTable::default();
        }
        let free = Named { ends: NameEnds::NONE, long: 0, known: V::default() };
        let mut places = vec![free; (count * ROOM).next_power_of_two()].into_boxed_slice();
        let mut long = Vec::new();
        for (name, known) in entries {
            let ends = NameEnds::of(&name);
            let mut at = ends.hash() & (places.len() - 1);
            while places[at].ends != NameEnds::NONE {
                at = (at + 1) & (places.len() - 1);
            }
            places[at] = Named { ends, long: long.len() as u32, known };
            if !ends.is_whole() {
                long.extend_from_slice(&name);
            }
        }
        NameTable { places, long: long.into() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What is known of each name, to be added to.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.places.iter_mut().filter(|named| named.ends != NameEnds::NONE).map(|named| &mut named.known)
    }

    /// What is known of a name.
    pub(super) fn get(&self, name: &[u8]) -> Option<&V> {
        self.get_by(NameEnds::of(name), || name)
    }

    /// The same of a name whose ends are known; the name is asked for only where it is longer than they tell.
    #[inline]
    pub(super) fn get_by<'n>(&self, ends: NameEnds, name: impl Fn() -> &'n [u8]) -> Option<&V> {
        let mask = self.places.len().checked_sub(1)?;
        let mut at = ends.hash();
        loop {
            let named = self.places.get(at & mask)?;
            if named.ends == ends && (ends.is_whole() || self.is_named(named, name())) {
                return Some(&named.known);
            }
            if named.ends == NameEnds::NONE {
                return None;
            }
            at += 1;
        }
    }

    #[inline(never)]
    fn is_named(&self, named: &Named<V>, name: &[u8]) -> bool {
        self.long[named.long as usize..].starts_with(name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_table_finds_what_a_map_finds(names in prop::collection::btree_set("[ab\0]{0,5}|[ab]{7,9}|[ab]{15,20}", 0..40), asked in "[ab\0]{0,5}|[ab]{7,9}|[ab]{15,20}") {
            let map: BTreeMap<String, u32> = names.into_iter().zip(1..).collect();
            let table = NameTable::of(map.iter().map(|(name, &at)| (name.as_bytes().into(), at)));
            prop_assert_eq!(table.is_empty(), map.is_empty());
            for name in map.keys().chain([&asked]) {
                prop_assert_eq!(table.get(name.as_bytes()), map.get(name));
            }
        }
    }
}
