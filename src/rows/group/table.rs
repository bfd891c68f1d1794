//! Groups by what makes them one, as one thread has counted them.
//!
//! Owns: finding a group without making its key, the texts of all groups in one store, adding up two tables.
//! Refuses: what a key is made of (bucket), counting (part).

use super::fingerprint;
use super::names::NameTable;
use super::part::{FirstRow, GroupPart, KeyParts};
use super::places::Places;
use super::tallies::CommonTallies;
use crate::ground::shared_text::{TextSpan, TextStore};

/// Groups that are let go of at a time, while others take them in: so few that both fit in memory.
const PORTION: usize = 1 << 13;

/// Groups.
#[derive(Clone, Default)]
pub(super) struct GroupTable {
    pub(super) parts: Vec<GroupPart>,
    pub(super) texts: TextStore,
    pub(super) names: NameTable,
    places: Places,
}

impl GroupTable {
    /// The number of the group of a key; of a new one where there is none.
    pub(super) fn group(&mut self, key: KeyParts<'_>, first: FirstRow<'_>) -> u32 {
        let hash = key.hash();
        match self.find(key, hash) {
            Some(known) => known,
            None => {
                let number = self.parts.len() as u32;
                let print = fingerprint::of_rest(self.names.get(key.names).1, key.path, key.fault);
                let part = GroupPart::new(print, key, first, &mut self.texts);
                self.places.insert(hash, number);
                self.parts.push(part);
                number
            }
        }
    }

    /// A group with the texts that it is counted beside.
    pub(super) fn part(&mut self, number: u32) -> Option<(&mut GroupPart, &mut TextStore)> {
        self.parts.get_mut(number as usize).map(|part| (part, &mut self.texts))
    }

    fn find(&self, key: KeyParts<'_>, hash: u64) -> Option<u32> {
        let text = |at: TextSpan| self.texts.get(at);
        self.places.find(hash, |at| {
            self.parts
                .get(at as usize)
                .is_some_and(|part| part.names == key.names && part.path.map(text) == key.path && text(part.fault) == key.fault)
        })
    }

    /// All groups with their texts and names, once none is looked for any more.
    pub(super) fn into_parts(self) -> (Vec<GroupPart>, TextStore, NameTable) {
        (self.parts, self.texts, self.names)
    }

    /// Adds the groups of another table, which speak of the same jobs.
    pub(super) fn absorb(&mut self, mut other: GroupTable, common: &mut CommonTallies) {
        other.places = Places::default();
        let names: Vec<u32> = other.names.list().iter().map(|(names, print)| self.names.take_over(names, *print)).collect();
        let texts = std::mem::take(&mut other.texts);
        take_apart(other.parts, |mut part| {
            part.names = names.get(part.names as usize).copied().unwrap_or(0);
            let key = KeyParts { names: part.names, path: part.path.map(|at| texts.get(at)), fault: texts.get(part.fault) };
            let hash = key.hash();
            match self.find(key, hash).and_then(|at| self.parts.get_mut(at as usize)) {
                Some(known) => known.absorb(part, &texts, &mut self.texts, common),
                None => {
                    self.places.insert(hash, self.parts.len() as u32);
                    part.move_texts(&texts, &mut self.texts);
                    self.parts.push(part);
                }
            }
        });
    }
}

/// Gives all groups away, and their memory back on the way.
pub(super) fn take_apart(mut parts: Vec<GroupPart>, mut take: impl FnMut(GroupPart)) {
    while !parts.is_empty() {
        let portion = parts.split_off(parts.len().saturating_sub(PORTION));
        parts.shrink_to_fit();
        portion.into_iter().for_each(&mut take);
    }
}
