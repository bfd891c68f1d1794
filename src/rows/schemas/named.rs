//! Doctype versions by the names that rows have.
//!
//! Owns: finding them as the decoder does, in snake case on both sides, and quicker where a name is spelled as its folder.
//! Refuses: versions, what exists nearby (schemas).

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::Doctype;
use super::paths::name_key;

/// Positions by namespace and doctype, in the order of the list.
#[derive(Default)]
pub(super) struct NameIndex {
    positions: Vec<Vec<usize>>,
    /// By comparable names: folders may spell one in several ways.
    comparable: FxHashMap<(String, String), usize>,
    /// By the hash of names as folders spell them, with one doctype of that spelling: nearly all rows spell them so. Of two with one hash the last.
    spelled: FxHashMap<u64, (usize, usize)>,
}

impl NameIndex {
    pub(super) fn of(doctypes: &[Doctype]) -> Self {
        let mut index = NameIndex::default();
        for (at, found) in doctypes.iter().enumerate() {
            let next = index.positions.len();
            let place = *index.comparable.entry(name_key(&found.namespace, &found.doctype)).or_insert(next);
            if place == next {
                index.positions.push(Vec::new());
            }
            index.positions[place].push(at);
            index.spelled.insert(hash(&found.namespace, &found.doctype), (place, at));
        }
        index
    }

    /// All versions of a doctype; `None` where there is no such doctype.
    pub(super) fn find(&self, doctypes: &[Doctype], namespace: &str, doctype: &str) -> Option<&[usize]> {
        let is_it =
            |&&(_, at): &&(usize, usize)| doctypes.get(at).is_some_and(|known| known.namespace == namespace && known.doctype == doctype);
        let spelled = self.spelled.get(&hash(namespace, doctype)).filter(is_it).map(|(place, _)| *place);
        let place = spelled.or_else(|| self.comparable.get(&name_key(namespace, doctype)).copied())?;
        self.positions.get(place).map(Vec::as_slice)
    }
}

fn hash(namespace: &str, doctype: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (namespace, doctype).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(namespace: &str, doctype: &str, version: &str) -> Doctype {
        let (namespace, doctype, version) = (namespace.to_owned(), doctype.to_owned(), version.to_owned());
        Doctype { namespace, doctype, version, schema: None, layout: None }
    }

    #[test]
    fn every_spelling_finds_the_versions_of_all_spellings() {
        let all =
            [named("my-app", "main-ping", "1"), named("my-app", "main-ping", "2"), named("my_app", "mainPing", "3"), named("x", "y", "1")];
        let index = NameIndex::of(&all);
        for (namespace, doctype) in [("my-app", "main-ping"), ("my_app", "mainPing"), ("myApp", "main_ping"), ("My-App", "main-ping")] {
            assert_eq!(index.find(&all, namespace, doctype), Some(&[0, 1, 2][..]), "{namespace}/{doctype}");
        }
        assert_eq!(index.find(&all, "x", "y"), Some(&[3][..]));
        assert_eq!([index.find(&all, "x", "main-ping"), index.find(&all, "xy", ""), index.find(&all, "", "")], [None; 3]);
    }
}
