//! Lists of which most hold one thing.
//!
//! Owns: a list that takes memory of its own from the second thing on only. Refuses: what is in it.

use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

/// A list; read as a slice.
#[derive(Clone)]
pub struct Few<T>(FewForm<T>);

/// Where the things are.
#[derive(Clone)]
enum FewForm<T> {
    None,
    One(T),
    Many(Vec<T>),
}

impl<T> Few<T> {
    /// A list of one thing.
    pub fn one(thing: T) -> Self {
        Few(FewForm::One(thing))
    }

    /// All of it.
    pub fn as_slice(&self) -> &[T] {
        self
    }

    /// Puts a thing at the end.
    pub fn push(&mut self, thing: T) {
        self.insert(self.len(), thing);
    }

    /// Puts a thing before the one at a position, at the end for the position behind it.
    pub fn insert(&mut self, at: usize, thing: T) {
        match &mut self.0 {
            FewForm::None => self.0 = FewForm::One(thing),
            FewForm::Many(all) => all.insert(at, thing),
            FewForm::One(_) => {
                let mut all = Vec::with_capacity(2);
                if let FewForm::One(first) = std::mem::replace(&mut self.0, FewForm::None) {
                    all.push(first);
                }
                all.insert(at, thing);
                self.0 = FewForm::Many(all);
            }
        }
    }

    /// Lets go of what is behind so many.
    pub fn truncate(&mut self, length: usize) {
        match &mut self.0 {
            FewForm::Many(all) => all.truncate(length),
            FewForm::One(_) if length == 0 => self.0 = FewForm::None,
            _ => {}
        }
    }

    /// Gives back memory that nothing is in.
    pub fn shrink(&mut self) {
        if let FewForm::Many(all) = &mut self.0 {
            match all.len() {
                0 => self.0 = FewForm::None,
                1 => self.0 = all.pop().map_or(FewForm::None, FewForm::One),
                _ => all.shrink_to_fit(),
            }
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Few(FewForm::None)
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            FewForm::None => &[],
            FewForm::One(thing) => std::slice::from_ref(thing),
            FewForm::Many(all) => all,
        }
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            FewForm::None => &mut [],
            FewForm::One(thing) => std::slice::from_mut(thing),
            FewForm::Many(all) => all,
        }
    }
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(all: Vec<T>) -> Self {
        let mut few = Few(FewForm::Many(all));
        few.shrink();
        few
    }
}

impl<T> From<Few<T>> for Vec<T> {
    fn from(few: Few<T>) -> Self {
        match few.0 {
            FewForm::None => Vec::new(),
            FewForm::One(thing) => vec![thing],
            FewForm::Many(all) => all,
        }
    }
}

impl<T> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        let mut things = things.into_iter();
        let (least, _) = things.size_hint();
        if let FewForm::Many(all) = &mut self.0 {
            return all.extend(things);
        }
        if self.len() + least > 2 {
            let mut all: Vec<T> = Vec::from(std::mem::take(self));
            all.extend(things);
            self.0 = FewForm::Many(all);
            return;
        }
        things.by_ref().for_each(|thing| self.push(thing));
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let mut few = Few::default();
        few.extend(things);
        few
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = std::iter::Chain<std::option::IntoIter<T>, std::vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self.0 {
            FewForm::None => (None, Vec::new()),
            FewForm::One(thing) => (Some(thing), Vec::new()),
            FewForm::Many(all) => (None, all),
        };
        one.into_iter().chain(many)
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: Hash> Hash for Few<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: PartialEq, const N: usize> PartialEq<[T; N]> for Few<T> {
    fn eq(&self, other: &[T; N]) -> bool {
        **self == *other
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Few<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_thing_takes_no_memory_of_its_own() {
        assert_eq!(size_of::<Few<u64>>(), size_of::<Vec<u64>>());
        let mut few = Few::from(vec![7]);
        assert!(matches!(few.0, FewForm::One(7)));
        few.push(8);
        few.truncate(1);
        few.shrink();
        assert!(matches!(few.0, FewForm::One(7)));
        few.truncate(0);
        assert_eq!((few.len(), few), (0, Few::default()));
    }

    proptest! {
        #[test]
        fn it_is_a_list_like_any(first in prop::collection::vec(0u8.., 0..4), more in prop::collection::vec((0u8.., 0usize..9), 0..6), keep in 0usize..8) {
            let (mut few, mut list) = (first.iter().copied().collect::<Few<u8>>(), first.clone());
            for (thing, at) in &more {
                few.insert((*at).min(list.len()), *thing);
                list.insert((*at).min(list.len()), *thing);
            }
            few.extend(first.iter().copied());
            list.extend(first);
            prop_assert_eq!(&few[..], &list[..]);
            prop_assert_eq!(Vec::from(few.clone()), list.clone());
            prop_assert_eq!(few.clone().into_iter().collect::<Vec<_>>(), list.clone());
            few.truncate(keep);
            list.truncate(keep);
            few.shrink();
            prop_assert_eq!(few, Few::from(list));
        }
    }
}
