//! The groups that are exported, and the rows that stand for them.
//!
//! Owns: finding groups by what they are called, which row is of which group.
//! Refuses: reading rows (rows).

use rustc_hash::FxHashMap;

use super::rows::spread;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::row::RowRef;

/// Groups that were chosen, in the order of all groups.
#[derive(Debug)]
pub struct Choice<'a> {
    /// The groups.
    pub groups: Vec<&'a Group>,
    /// What was asked for and is not there (any more).
    pub vanished: Vec<Fingerprint>,
}

impl<'a> Choice<'a> {
    /// The groups that are called so; all of them where none is named.
    pub fn of(groups: &'a Groups, named: &[Fingerprint]) -> Self {
        let is_named = |group: &&Group| named.is_empty() || named.contains(&group.fingerprint);
        let found: Vec<&Group> = groups.list.iter().filter(is_named).collect();
        let is_gone = |print: &&Fingerprint| found.iter().all(|group| group.fingerprint != **print);
        let vanished = named.iter().filter(is_gone).copied().collect();
        Choice { groups: found, vanished }
    }

    /// So many rows of each group, group by group, with the position of the group.
    pub fn rows(&self, per_group: usize) -> Picked {
        let mut picked = Picked::default();
        for (i, group) in self.groups.iter().enumerate() {
            for at in spread(&group.rows, per_group) {
                picked.places.push(at);
                picked.group_of.insert(at, i);
            }
        }
        picked
    }
}

/// Rows that stand for groups.
#[derive(Debug, Default)]
pub struct Picked {
    /// Where they are, group by group.
    pub places: Vec<RowRef>,
    group_of: FxHashMap<RowRef, usize>,
}

impl Picked {
    /// Position of the group that the row stands for.
    pub fn group_of(&self, at: RowRef) -> Option<usize> {
        self.group_of.get(&at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};

    #[test]
    fn groups_are_found_by_name_and_those_that_are_gone_are_told() {
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let second = groups.list[1].fingerprint;
        let choice = Choice::of(&groups, &[Fingerprint(1), second]);
        assert_eq!((choice.groups.len(), choice.groups[0].fingerprint, choice.vanished.as_slice()), (1, second, &[Fingerprint(1)][..]));
        let picked = choice.rows(3);
        assert_eq!((picked.places.len(), picked.group_of(picked.places[2]), picked.group_of(RowRef::new(9, 9))), (3, Some(0), None));
        assert_eq!(Choice::of(&groups, &[]).groups.len(), groups.list.len());
    }
}
