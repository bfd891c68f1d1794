//! Groups by what makes them one.
//!
//! Owns: finding a group without making its key, keys with shared texts.
//! Refuses: what a key is made of (bucket), counting (part).

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::GroupKey;
use super::part::GroupPart;

/// Positions of groups by the hash of their keys; the keys themselves are those of the groups.
#[derive(Debug, Clone, Default)]
pub(super) struct GroupTable {
    of: FxHashMap<u64, u32>,
    /// Groups whose hash another group has: nobody should be able to make two groups one.
    collided: BTreeMap<GroupKey, u32>,
}

/// What a key is made of, borrowed.
#[derive(Clone, Copy)]
pub(super) struct KeyParts<'a> {
    /// Namespace, doctype, version, stage.
    pub(super) names: [Option<&'a Arc<str>>; 4],
    pub(super) class: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) fault: &'a str,
}

impl<'a> KeyParts<'a> {
    /// Those of a key.
    pub(super) fn of(key: &'a GroupKey) -> Self {
        KeyParts {
            names: [&key.namespace, &key.doctype, &key.version, &key.stage].map(Option::as_ref),
            class: key.class.as_deref(),
            path: key.path.as_deref(),
            fault: &key.fault,
        }
    }

    fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.names.hash(&mut hasher);
        (self.class, self.path, self.fault).hash(&mut hasher);
        hasher.finish()
    }

    fn to_key(self) -> GroupKey {
        let [namespace, doctype, version, stage] = self.names.map(|name| name.cloned());
        GroupKey {
            namespace,
            doctype,
            version,
            stage,
            class: self.class.map(Arc::from),
            path: self.path.map(Arc::from),
            fault: self.fault.into(),
        }
    }

    fn is(&self, key: &GroupKey) -> bool {
        let theirs = KeyParts::of(key);
        (self.fault, self.path, self.class) == (theirs.fault, theirs.path, theirs.class) && self.names == theirs.names
    }
}

impl GroupTable {
    /// The group of a key among those that the table knows.
    pub(super) fn get(&self, parts: &[GroupPart], key: KeyParts<'_>) -> Option<u32> {
        let known = *self.of.get(&key.hash())?;
        match parts.get(known as usize) {
            Some(part) if key.is(&part.key) => Some(known),
            _ => self.collided.get(&key.to_key()).copied(),
        }
    }

    /// Takes note of a group that [`get`](Self::get) does not find.
    pub(super) fn insert(&mut self, key: &GroupKey, number: u32) {
        match self.of.entry(KeyParts::of(key).hash()) {
            Entry::Vacant(free) => {
                free.insert(number);
            }
            Entry::Occupied(_) => {
                self.collided.insert(key.clone(), number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::row::RowRef;

    fn key(fault: &str) -> GroupKey {
        GroupKey {
            namespace: Some("a".into()),
            doctype: None,
            version: None,
            stage: None,
            class: None,
            path: Some("".into()),
            fault: fault.into(),
        }
    }

    #[test]
    fn equal_hashes_are_two_groups() {
        let parts: Vec<GroupPart> = ["x", "y"].iter().map(|fault| GroupPart::new(key(fault), None, false, RowRef::new(0, 0), "")).collect();
        let mut table = GroupTable::default();
        table.insert(&key("x"), 0);
        // As if the other one had the same.
        let hash = KeyParts::of(&key("y")).hash();
        table.of.insert(hash, 0);
        assert_eq!(table.get(&parts, KeyParts::of(&key("y"))), None);
        table.insert(&key("y"), 1);
        assert_eq!(["x", "y", "z"].map(|fault| table.get(&parts, KeyParts::of(&key(fault)))), [Some(0), Some(1), None]);
    }
}
