//! The names that groups have in common.
//!
//! Owns: one copy of those that are equal, finding them again. Refuses: how a name is spelled (bucket), the rest of a key (table).

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::places::Places;
use super::{GroupKey, GroupNames, NamesWithin, fingerprint};

impl Deref for GroupKey {
    type Target = GroupNames;

    fn deref(&self) -> &GroupNames {
        &self.names
    }
}

/// What is changed is the key's own from then on.
impl DerefMut for GroupKey {
    fn deref_mut(&mut self) -> &mut GroupNames {
        Arc::make_mut(&mut self.names)
    }
}

impl Deref for GroupNames {
    type Target = NamesWithin;

    fn deref(&self) -> &NamesWithin {
        &self.within
    }
}

/// What is changed is these names' own from then on.
impl DerefMut for GroupNames {
    fn deref_mut(&mut self) -> &mut NamesWithin {
        Arc::make_mut(&mut self.within)
    }
}

impl GroupNames {
    /// All of them in their order.
    pub(super) fn parts(&self) -> [Option<&str>; 5] {
        let NamesWithin { doctype, version, stage, class } = &*self.within;
        [&self.namespace, doctype, version, stage, class].map(Option::as_deref)
    }
}

/// Names by number.
#[derive(Debug, Clone, Default)]
pub(super) struct NameTable {
    list: Vec<(Arc<GroupNames>, u64)>,
    places: Places,
    texts: FxHashSet<Arc<str>>,
    within: FxHashSet<Arc<NamesWithin>>,
}

impl NameTable {
    /// The names of a number, and the hash of keys as far as they go.
    pub(super) fn get(&self, number: u32) -> (&Arc<GroupNames>, u64) {
        let (names, print) = &self.list[number as usize];
        (names, *print)
    }

    /// The number of such names.
    pub(super) fn number(&mut self, parts: [Option<&str>; 5]) -> u32 {
        let print = fingerprint::of_names(parts);
        match self.find(parts, print) {
            Some(known) => known,
            None => {
                let [namespace, doctype, version, stage, class] = parts.map(|part| part.map(|text| self.text(text)));
                let within = self.within(NamesWithin { doctype, version, stage, class });
                self.push(Arc::new(GroupNames { namespace, within }), print)
            }
        }
    }

    /// The number of names that another table has made.
    pub(super) fn take_over(&mut self, names: &Arc<GroupNames>, print: u64) -> u32 {
        self.find(names.parts(), print).unwrap_or_else(|| self.push(Arc::clone(names), print))
    }

    /// All of them by number, once none is looked for any more.
    pub(super) fn into_list(self) -> Vec<Arc<GroupNames>> {
        self.list.into_iter().map(|(names, _)| names).collect()
    }

    /// All of them with their hashes, by number.
    pub(super) fn list(&self) -> &[(Arc<GroupNames>, u64)] {
        &self.list
    }

    fn find(&self, parts: [Option<&str>; 5], print: u64) -> Option<u32> {
        self.places.find(print, |at| self.list.get(at as usize).is_some_and(|(known, hash)| *hash == print && known.parts() == parts))
    }

    fn push(&mut self, names: Arc<GroupNames>, print: u64) -> u32 {
        let number = self.list.len() as u32;
        self.places.insert(print, number);
        self.list.push((names, print));
        number
    }

    /// One copy of what many names have within their namespaces.
    fn within(&mut self, within: NamesWithin) -> Arc<NamesWithin> {
        if let Some(known) = self.within.get(&within) {
            return Arc::clone(known);
        }
        let new = Arc::new(within);
        if self.within.len() < MOST_TEXTS {
            self.within.insert(Arc::clone(&new));
        }
        new
    }

    /// One copy of a text that many names have; of one that differs nearly everywhere it would cost more to know than to hold.
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        if self.texts.len() < MOST_TEXTS {
            self.texts.insert(Arc::clone(&new));
        }
        new
    }
}

/// Texts, and names within namespaces, that are held to be used again.
const MOST_TEXTS: usize = 1 << 14;
