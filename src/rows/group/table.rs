//! Groups by what makes them one.
//!
//! Owns: finding a group without making its key, the texts of all groups in one store, adding up tables.
//! Refuses: what a key is made of (bucket), counting (part).

use super::fingerprint;
use super::part::{FirstRow, GroupPart, KeyParts};
use super::places::Places;
use super::tallies::CommonTallies;
use crate::ground::shared_text::{TextSpan, TextStore};

/// Groups that are let go of at a time, while others take them in: so few that both fit in memory.
const PORTION: usize = 1 << 13;

/// Groups. What their names are called is in a table of names beside it.
#[derive(Clone, Default)]
pub(super) struct GroupTable {
    pub(super) parts: Vec<GroupPart>,
    pub(super) texts: TextStore,
    places: Places,
}

impl GroupTable {
    /// The number of the group of a key with that hash.
    pub(super) fn known(&self, key: KeyParts<'_>, hash: u64) -> Option<u32> {
        let text = |at: TextSpan| self.texts.get(at);
        self.places.find(hash, |at| {
            self.parts
                .get(at as usize)
                .is_some_and(|part| part.names == key.names && part.path.map(text) == key.path && text(part.fault) == key.fault)
        })
    }

    /// The number of a group whose key may have that hash, and most often has.
    pub(super) fn likely(&self, hash: u64) -> Option<u32> {
        self.places.likely(hash)
    }

    /// The number of the group of a key with that hash; of a new one where there is none. `begun` is its fingerprint as far as the names go.
    pub(super) fn group(&mut self, key: KeyParts<'_>, hash: u64, begun: u64, first: FirstRow<'_>) -> u32 {
        self.known(key, hash).unwrap_or_else(|| {
            let number = self.parts.len() as u32;
            let print = fingerprint::of_rest(begun, key.path, key.fault);
            let part = GroupPart::new(print, key, first, &mut self.texts);
            self.places.insert(hash, number);
            self.parts.push(part);
            number
        })
    }

    /// A group with the texts that it is counted beside.
    pub(super) fn part(&mut self, number: u32) -> Option<(&mut GroupPart, &mut TextStore)> {
        self.parts.get_mut(number as usize).map(|part| (part, &mut self.texts))
    }

    /// All groups with their texts, once none is looked for any more.
    pub(super) fn into_parts(self) -> (Vec<GroupPart>, TextStore) {
        (self.parts, self.texts)
    }

    /// Takes in another table with its texts as they are: where there are very many groups, hardly any is in both.
    fn take_over(&mut self, other: GroupTable, number_of: &mut impl FnMut(u32) -> u32, common: &mut CommonTallies) {
        let GroupTable { parts, texts, places } = other;
        drop(places);
        let before = self.texts.append(texts);
        take_apart(parts, |mut part| {
            part.names = number_of(part.names);
            part.moved_behind(before);
            let key = key_of(&part, &self.texts);
            let hash = key.hash();
            match self.known(key, hash).and_then(|at| self.parts.get_mut(at as usize)) {
                Some(known) => known.absorb(part, |at| at, common),
                None => {
                    self.places.insert(hash, self.parts.len() as u32);
                    self.parts.push(part);
                }
            }
        });
    }

    /// Takes in a group whose texts are in another store and whose key has that hash.
    fn take(&mut self, mut part: GroupPart, hash: u64, theirs: &TextStore, common: &mut CommonTallies) {
        let key = key_of(&part, theirs);
        match self.known(key, hash).and_then(|at| self.parts.get_mut(at as usize)) {
            Some(known) => known.absorb(part, |at| self.texts.add(theirs.get(at)), common),
            None => {
                self.places.insert(hash, self.parts.len() as u32);
                part.move_texts(theirs, &mut self.texts);
                self.parts.push(part);
            }
        }
    }
}

fn key_of<'a>(part: &GroupPart, texts: &'a TextStore) -> KeyParts<'a> {
    KeyParts { names: part.names, path: part.path.map(|at| texts.get(at)), fault: texts.get(part.fault) }
}

/// Which of so many tables, a power of two, has the groups whose keys have that hash. Within a table other bits tell groups apart.
pub(super) fn shard_of(hash: u64, tables: usize) -> usize {
    (hash.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 40) as usize % tables
}

/// Adds the groups of another table, which speaks of the same jobs, to one table or to those of all shards. `number_of` gives the number that its names
/// have there.
pub(super) fn absorb(tables: &mut [GroupTable], other: GroupTable, number_of: &mut impl FnMut(u32) -> u32, common: &mut CommonTallies) {
    if let [table] = tables
        && other.parts.len() > PORTION
    {
        return table.take_over(other, number_of, common);
    }
    let GroupTable { parts, texts, places } = other;
    drop(places);
    let shards = tables.len().max(1);
    take_apart(parts, |mut part| {
        part.names = number_of(part.names);
        let hash = key_of(&part, &texts).hash();
        if let Some(table) = tables.get_mut(shard_of(hash, shards)) {
            table.take(part, hash, &texts, common);
        }
    });
}

/// Gives all groups away, and their memory back on the way.
pub(super) fn take_apart(mut parts: Vec<GroupPart>, mut take: impl FnMut(GroupPart)) {
    while !parts.is_empty() {
        let portion = parts.split_off(parts.len().saturating_sub(PORTION));
        parts.shrink_to_fit();
        portion.into_iter().for_each(&mut take);
    }
}
